"""National indicators (*Bộ chỉ số*, QĐ 766/QĐ-TTg): every one of the set, or the reason why it cannot be computed.

Some follow from dossiers, some from figures that the caller states (`IndicatorInputs`), some from both. An
`IndicatorTally` adds up like a `Tally`: parts counted apart give the same figures. Ratios are exact fractions until
they are shown with two decimals; what is not known is never shown as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from egov_vn.dossier.codes import ProcedureCode
from egov_vn.dossier.facts import DossierFact, Flag, Intake, Outcome, seconds
from egov_vn.dossier.indicator_formulas import Figures, answer
from egov_vn.dossier.indicator_inputs import IndicatorInputs, Stated
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, Evidence, Row, load

__all__ = ["Indicator", "IndicatorTally", "decimal_text", "settled_in_time"]

_SUMS: Final = (
    "in_time",
    "timed",
    "too_late",
    "undecided",
    "handled",
    "settled",
    "settled_seconds",
    "received",
    "online",
    "fee_bearing",
    "paid_online",
    "paper_result",
    "result_file",
    "scanned",
    "digitised",
    "reused",
    "population",
    "unnamed",
    "faulty",
)
_NAMED: Final = ("services_used", "fee_procedures_seen", "paid_procedures_seen", "population_procedures_seen")
_DIGITISED, _FILE, _FEE = Flag.DIGITISED.value, Flag.RESULT_FILE.value, Flag.FEE_BEARING.value
_PAID, _REUSED, _PAPER = Flag.PAID_ONLINE.value, Flag.REUSED.value, Flag.PAPER_RESULT.value
_SCAN, _POPULATION = Flag.COMPONENT_FILE.value, Flag.POPULATION_DATA.value
_ONLINE: Final = frozenset({Intake.ONLINE_FULL.value, Intake.ONLINE_PARTIAL.value})
_SETTLED: Final = Outcome.SETTLED.value
_FLAGS: Final = (~Flag(0)).value


def _asked(kind: int) -> tuple[str, ...]:
    """Return the sums that count a dossier of that kind: its flags, and in the lowest bit whether it came online."""
    flags, online = kind >> 1, kind & 1
    fee, paper, file = flags & _FEE, flags & _PAPER, flags & _FILE
    electronic = file or not paper
    asked = {
        "received": True,
        "online": online and electronic,
        "fee_bearing": fee,
        "paid_online": fee and flags & _PAID,
        "paper_result": paper,
        "result_file": paper and file,
        "scanned": electronic and flags & _SCAN,
        "digitised": flags & _DIGITISED,
        "reused": flags & _REUSED,
        "population": flags & _POPULATION,
    }
    return tuple(name for name, counts in asked.items() if counts)


def _signs(kind: int) -> int:
    """Return which sets of `_NAMED` the procedure of such a dossier belongs to, one bit each."""
    flags, online = kind >> 1, kind & 1
    fee, paid = bool(flags & _FEE), bool(flags & _FEE and flags & _PAID)
    return online | fee << 1 | paid << 2 | bool(flags & _POPULATION) << 3


_SIGNS: Final = tuple(map(_signs, range((_FLAGS + 1) << 1)))
_EVERY_FLAG: Final = ~Flag(0)


def decimal_text(value: Decimal | None, lang: Language) -> str:
    """Return *value* with the decimal mark of *lang*: a comma in Vietnamese; nothing for None."""
    text = "" if value is None else str(value)
    return text.replace(".", ",") if lang == "vi" else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator: key, title, unit, and its share with the numbers it is made of, or the reason why there is none.

    *share* is a fraction of 1 (seconds for 2.2). *numerator* and *denominator* stand where the share is simply one over
    the other; *parts* are all the numbers used, *stated* those that the caller stated. *missing* names the figures that
    were not stated; a *caveat* says that the share is only the highest possible. *points* are the most that can be
    earned, None where the indicator bears none.
    """

    key: str
    group: int
    title: Text
    formula: Text
    unit: str
    share: Fraction | None
    numerator: int | None
    denominator: int | None
    parts: Mapping[str, int]
    stated: Mapping[str, Stated]
    missing: tuple[str, ...]
    reason: Text | None
    caveat: Text | None
    threshold: int | None
    points: Decimal | None
    points_evidence: Evidence | None
    source: Citation
    evidence: Evidence

    @property
    def value(self) -> Decimal | None:
        """Percent (or days, for 2.2) with two decimals, half up; None where it cannot be computed."""
        if self.share is None:
            return None
        return _rounded(self.share * 100 if self.unit == "percent" else self.share / 86_400)

    def shown(self, lang: Language = "vi") -> str:
        """Return the value with its unit as people write it: `"89,43%"`, `"8,59 ngày"`; a dash if there is none."""
        if self.value is None:
            return "-"
        unit = "%" if self.unit == "percent" else " ngày" if lang == "vi" else " days"
        return decimal_text(self.value, lang) + unit

    def score(self, maximum: Decimal | int | None = None) -> Decimal | None:
        """Return the points: linear up to the threshold (100 % without one), all from there on; None without a share.

        *maximum* stands in for `points`; without either there is no score.
        """
        most = self.points if maximum is None else Decimal(maximum)
        if self.unit != "percent" or self.share is None or most is None:
            return None
        return _rounded(min(self.share * 100 / (self.threshold or 100), Fraction(1)) * Fraction(most))

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return the JSON form."""
        value, score = self.value, self.score()
        return {
            "key": self.key,
            "title": self.title(lang),
            "unit": self.unit,
            "value": None if value is None else str(value),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "parts": dict(self.parts),
            "stated": {name: _described(name, item) for name, item in self.stated.items()},
            "missing": list(self.missing),
            "reason": None if self.reason is None else self.reason(lang),
            "caveat": None if self.caveat is None else self.caveat(lang),
            "formula": self.formula(lang),
            "threshold": self.threshold,
            "points": None if self.points is None else str(self.points),
            "score": None if score is None else str(score),
            "source": self.source.render(lang),
            "evidence": self.evidence.value,
        }


class IndicatorTally:
    """Counts for the indicators of one period; two of the same period add up.

    *limits* gives for a procedure code the longest time in seconds, for dossiers that have no appointment. *recorded*
    says which flags the list of dossiers carries at all (by default all): what it does not carry is not counted as zero
    but answered with a reason.
    """

    __slots__ = ("limits", "means", "named", "period", "recorded", "sums")

    def __init__(
        self, period: Period, *, limits: Mapping[str, int] | None = None, recorded: Flag = _EVERY_FLAG
    ) -> None:
        self.period = period
        self.limits = dict(limits or {})
        self.recorded = Flag(recorded)
        self.sums: dict[str, int] = dict.fromkeys(_SUMS, 0)
        self.named: dict[str, set[str]] = {name: set() for name in _NAMED}
        self.means: dict[str, tuple[int, int]] = {}

    def add(self, facts: Iterable[DossierFact]) -> IndicatorTally:
        """Count *facts* too, and return this tally."""
        start, cut = seconds(self.period.starts_at), seconds(self.period.ends_at)
        sums, limits, kinds = self.sums, self.limits, dict[int, int]()
        seen: dict[str, int] = {}
        for fact in facts:
            received, ended = fact.received, fact.ended
            if ended is not None and ended < received:
                sums["faulty"] += 1
                continue
            if received >= cut or (ended is not None and ended < start):
                continue
            procedure = fact.procedure
            in_time = settled_in_time(fact, cut=cut, limit=limits.get(procedure) if limits else None)
            sums["undecided" if in_time is None else "in_time" if in_time else "too_late"] += 1
            if received < start:
                continue
            # A dossier is of one of a thousand kinds: counting kinds is one addition, whatever is asked of them later.
            kind = (fact.flags & _FLAGS) << 1 | (fact.intake in _ONLINE)
            kinds[kind] = kinds.get(kind, 0) + 1
            seen[procedure] = seen.get(procedure, 0) | _SIGNS[kind]
            if not procedure:
                sums["unnamed"] += 1
            if ended is not None and fact.outcome == _SETTLED:
                # The end may lie in a later period, the description says; the applicant's time is taken off.
                count, spent = self.means.get(procedure, (0, 0))
                self.means[procedure] = (count + 1, spent + max(ended - received - fact.waited, 0))
        self._count(kinds, seen)
        return self

    def _count(self, kinds: Mapping[int, int], seen: Mapping[str, int]) -> None:
        """Add the dossiers of each kind to the sums that ask for it, and name the procedures that were seen."""
        sums = self.sums
        for kind, number in kinds.items():
            for name in _asked(kind):
                sums[name] += number
        sums["timed"] = sums["in_time"] + sums["too_late"]
        sums["handled"] = sums["timed"] + sums["undecided"]
        sums["settled"] = sum(count for count, _ in self.means.values())
        sums["settled_seconds"] = sum(spent for _, spent in self.means.values())
        for index, name in enumerate(_NAMED):
            self.named[name].update(procedure for procedure, signs in seen.items() if signs >> index & 1)

    def __add__(self, other: IndicatorTally) -> IndicatorTally:
        if not isinstance(other, IndicatorTally):
            return NotImplemented
        if (self.period, self.limits, self.recorded) != (other.period, other.limits, other.recorded):
            raise InvalidInput("two tallies add up only for one period, the same limits and the same recorded flags")
        total = IndicatorTally(self.period, limits=self.limits, recorded=self.recorded)
        total.sums = {key: value + other.sums[key] for key, value in self.sums.items()}
        total.named = {key: value | other.named[key] for key, value in self.named.items()}
        total.means = dict(self.means)
        for procedure, (count, spent) in other.means.items():
            before = total.means.get(procedure, (0, 0))
            total.means[procedure] = (before[0] + count, before[1] + spent)
        return total

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IndicatorTally) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]

    def _all(self) -> tuple[object, ...]:
        return (self.period, self.limits, self.recorded, self.sums, self.named, self.means)

    def mean_times(self) -> Mapping[str, Fraction]:
        """Return the mean time to settle of each procedure (2.2) in days of 24 hours, waiting taken off."""
        return {procedure: Fraction(spent, 86_400 * count) for procedure, (count, spent) in sorted(self.means.items())}

    def results(self, inputs: IndicatorInputs | None = None) -> tuple[Indicator, ...]:
        """Return every indicator of the set in the order of their keys; with *inputs* also those that need them."""
        law = load("egov_vn.dossier", "national")
        stated = (inputs or IndicatorInputs()).values()
        figures = Figures(
            counted={**self.sums, **self._procedures()},
            stated={name: item.value for name, item in stated.items()},
            unknown=self._unknown(),
            period_kind=self.period.kind,
        )
        points = {row["key"]: row for row in law.table("points")}
        return tuple(_indicator(row, figures, points.get(row["key"]), stated) for row in law.table("indicators"))

    def _procedures(self) -> dict[str, int]:
        """Count the distinct services, and the distinct procedures whoever owns their local record."""
        found = {name: len({_national(code) for code in codes}) for name, codes in self.named.items()}
        return {**found, "services_used": len({_service(code) for code in self.named["services_used"]})}

    def _unknown(self) -> dict[str, Text]:
        """Return the counts that this list cannot give, with the reason."""
        found = {}
        for row in load("egov_vn.dossier", "national").table("counts"):
            lacking = [name for name in row.get("needs", ()) if not self.recorded & Flag[name]]
            if lacking:
                words = ", ".join(lacking)
                found[row["name"]] = Text(
                    f"Chưa tính được: danh sách hồ sơ không ghi {words}.",
                    f"Cannot be computed: the list of dossiers does not record {words}.",
                )
            elif row["name"] in _NAMED and self.sums["unnamed"]:
                count = self.sums["unnamed"]
                found[row["name"]] = Text(
                    f"Chưa tính được: {count} hồ sơ không ghi mã thủ tục.",
                    f"Cannot be computed: {count} dossiers do not name their procedure.",
                )
        return found


def settled_in_time(fact: DossierFact, *, cut: int, limit: int | None = None) -> bool | None:
    """Say whether indicator 2.1 counts the dossier as in time at *cut* (seconds); None if nothing says when it was due.

    More than one request to supplement is late whatever the dates say. The end is when it was settled; for an open
    dossier that waits for its only supplement, when that was asked for; else *cut*. Waiting is taken off the end.
    """
    if fact.supplements > 1:
        return False
    waited = fact.waited
    if fact.ended is not None and fact.ended < cut:
        end = fact.ended
    elif fact.waiting_from is not None and fact.waiting_from < cut and (fact.waiting_to or cut) >= cut:
        end, waited = fact.waiting_from, 0
    else:
        end = cut
    if fact.due is not None:
        return end - waited <= fact.due
    return None if limit is None else end - fact.received - waited <= limit


def _indicator(row: Row, figures: Figures, points: Row | None, stated: Mapping[str, Stated]) -> Indicator:
    found = answer(row, figures)
    return Indicator(
        key=row["key"],
        group=row["group"],
        title=Text(row["vi"], row["en"]),
        formula=Text(row["formula_vi"], row["formula_en"]),
        unit=row["unit"],
        share=found.share,
        numerator=found.numerator,
        denominator=found.denominator,
        parts=MappingProxyType(dict(found.parts)),
        stated=MappingProxyType({name: stated[name] for name in found.parts if name in stated}),
        missing=found.missing,
        reason=found.reason,
        caveat=found.caveat,
        threshold=row.get("threshold"),
        points=None if points is None else Decimal(points["points"]),
        points_evidence=None if points is None else points.evidence,
        source=row.source,
        evidence=row.evidence,
    )


def _described(name: str, item: Stated) -> dict[str, Any]:
    """Return a stated figure with its unit and source."""
    units = {row["name"]: row["unit"] for row in load("egov_vn.dossier", "national").table("inputs")}
    return {"value": item.value, "unit": units[name], "source": item.source}


def _national(code: str) -> str:
    """Return the national part of a procedure code: `2.000815` of `2.000815.000.00.00.H55`."""
    return ".".join(code.split(".", 2)[:2])


def _service(code: str) -> tuple[str, str | None]:
    """Return what tells one online service from another: the procedure, and the variant where the code names one."""
    try:
        parsed = ProcedureCode.parse(code)
    except InvalidInput:
        return code, None
    return parsed.national, parsed.variant


def _rounded(value: Fraction) -> Decimal:
    """Return *value* with two decimals, half up, exactly."""
    hundredths, rest = divmod(value.numerator * 100, value.denominator)
    return Decimal(hundredths + (2 * rest >= value.denominator)).scaleb(-2)
