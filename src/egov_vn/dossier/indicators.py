"""National indicators (*Bộ chỉ số*, QĐ 766/QĐ-TTg) that follow from dossiers, and the list of what is overdue.

An `IndicatorTally` adds up like a `Tally`: parts counted apart give the same figures. Ratios are exact fractions until
they are shown with two decimals; a ratio over nothing is None, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, Intake, Outcome, instant, seconds
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, Evidence, load

__all__ = ["Indicator", "IndicatorTally", "OverdueDossier", "national_band", "overdue_list", "settled_in_time"]

_SUMS: Final = (
    "in_time",
    "timed",
    "too_late",
    "undecided",
    "settled",
    "settled_seconds",
    "received",
    "online",
    "fee_bearing",
    "paid_online",
    "paper_result",
    "result_file",
    "digitised",
    "reused",
    "faulty",
)
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "2.1": ("in_time", "timed"),
    "2.2": ("settled_seconds", "settled"),
    "3.3": ("online", "received"),
    "3.6": ("paid_online", "fee_bearing"),
    "4.1": ("result_file", "paper_result"),
    "4.3": ("digitised", "received"),
    "4.4": ("reused", "received"),
}
_DIGITISED, _FILE, _FEE = Flag.DIGITISED.value, Flag.RESULT_FILE.value, Flag.FEE_BEARING.value
_PAID, _REUSED, _PAPER = Flag.PAID_ONLINE.value, Flag.REUSED.value, Flag.PAPER_RESULT.value
_RESULT: Final = frozenset({Outcome.SETTLED.value, Outcome.REFUSED.value})
_ONLINE: Final = frozenset({Intake.ONLINE_FULL.value, Intake.ONLINE_PARTIAL.value})


class CountsWorkingDays(Protocol):
    """What counts the working days in (start, end]: an `egov_vn.calendar.WorkCalendar`."""

    def count(self, start: date, end: date, /) -> int:
        """Return the number of working days after *start*, up to *end*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator: its key and title, the two numbers it is made of, and the threshold for full marks in percent."""

    key: str
    title: Text
    unit: str
    numerator: int
    denominator: int
    threshold: int | None
    source: Citation
    evidence: Evidence

    @property
    def value(self) -> Decimal | None:
        """Percent (or days, for 2.2) with two decimals, half up; None where nothing was counted."""
        if not self.denominator:
            return None
        scale = Decimal(100) if self.unit == "percent" else Decimal(1) / Decimal(86_400)
        exact = Decimal(self.numerator) * scale / Decimal(self.denominator)
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def score(self, maximum: Decimal | int) -> Decimal | None:
        """Return the points: linear up to the threshold (100 % without one), *maximum* from there on."""
        if self.unit != "percent" or not self.denominator:
            return None
        share = Decimal(100 * self.numerator) / Decimal(self.denominator) / Decimal(self.threshold or 100)
        return (min(share, Decimal(1)) * Decimal(maximum)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return the JSON form."""
        value = self.value
        return {
            "key": self.key,
            "title": self.title(lang),
            "unit": self.unit,
            "value": None if value is None else str(value),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "source": self.source.render(lang),
            "evidence": self.evidence.value,
        }


class IndicatorTally:
    """Sums for the indicators of one period; two of the same period add up.

    *limits* gives for a procedure code the longest time in seconds, for dossiers that have no appointment.
    """

    __slots__ = ("limits", "period", "sums")

    def __init__(self, period: Period, *, limits: Mapping[str, int] | None = None) -> None:
        self.period = period
        self.limits = dict(limits or {})
        self.sums: dict[str, int] = dict.fromkeys(_SUMS, 0)

    def add(self, facts: Iterable[DossierFact]) -> IndicatorTally:
        """Count *facts* too, and return this tally."""
        start, cut = seconds(self.period.starts_at), seconds(self.period.ends_at)
        sums, limits = self.sums, self.limits
        for fact in facts:
            received, ended, flags = fact.received, fact.ended, fact.flags
            if ended is not None and ended < received:
                sums["faulty"] += 1
                continue
            if received >= cut or (ended is not None and ended < start):
                continue
            in_time = settled_in_time(fact, cut=cut, limit=limits.get(fact.procedure))
            sums["undecided" if in_time is None else "in_time" if in_time else "too_late"] += 1
            if received < start:
                continue
            sums["received"] += 1
            if ended is not None and ended < cut and fact.outcome in _RESULT:
                sums["settled"] += 1
                sums["settled_seconds"] += ended - received
            if fact.intake in _ONLINE and (flags & _FILE or not flags & _PAPER):
                sums["online"] += 1
            sums["fee_bearing"] += bool(flags & _FEE)
            sums["paid_online"] += bool(flags & _FEE and flags & _PAID)
            sums["paper_result"] += bool(flags & _PAPER)
            sums["result_file"] += bool(flags & _PAPER and flags & _FILE)
            sums["digitised"] += bool(flags & _DIGITISED)
            sums["reused"] += bool(flags & _REUSED)
        sums["timed"] = sums["in_time"] + sums["too_late"]
        return self

    def __add__(self, other: IndicatorTally) -> IndicatorTally:
        if not isinstance(other, IndicatorTally):
            return NotImplemented
        if (self.period, self.limits) != (other.period, other.limits):
            raise InvalidInput("two tallies add up only for one period and the same limits")
        total = IndicatorTally(self.period, limits=self.limits)
        total.sums = {key: value + other.sums[key] for key, value in self.sums.items()}
        return total

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IndicatorTally) and (
            (self.period, self.limits, self.sums) == (other.period, other.limits, other.sums)
        )

    __hash__ = None  # type: ignore[assignment]

    def results(self) -> tuple[Indicator, ...]:
        """Return every indicator that follows from dossiers, in the order of their keys."""
        return tuple(
            Indicator(
                key=row["key"],
                title=Text(row["vi"], row["en"]),
                unit=row["unit"],
                numerator=self.sums[_PARTS[row["key"]][0]],
                denominator=self.sums[_PARTS[row["key"]][1]],
                threshold=row.get("threshold"),
                source=row.source,
                evidence=row.evidence,
            )
            for row in load("egov_vn.dossier", "indicators").table("national")
        )


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


def national_band(points: Decimal | int) -> Text:
    """Return the band of a total of 0 to 100 points; the bands are not verified against the text."""
    if not 0 <= points <= 100:
        raise InvalidInput(f"{points} is not a total of 0 to 100 points", path="points")
    rows = load("egov_vn.dossier", "indicators").table("national_bands")
    return next(Text(row["vi"], row["en"]) for row in rows if Decimal(row["from"]) <= points)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueDossier:
    """One late dossier (*hồ sơ quá hạn*): who has it, since when, by how many days, and whether somebody apologised."""

    code: str
    agency: str
    field: str
    officer: str
    due: datetime
    ended: datetime | None
    days: int
    working_days: int | None
    apologised: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "code": self.code,
            "agency": self.agency,
            "field": self.field,
            "officer": self.officer,
            "due": self.due.isoformat(),
            "ended": None if self.ended is None else self.ended.isoformat(),
            "days": self.days,
            "working_days": self.working_days,
            "apologised": self.apologised,
        }


def overdue_list(
    facts: Iterable[DossierFact],
    *,
    at: datetime,
    since: datetime | None = None,
    calendar: CountsWorkingDays | None = None,
) -> Sequence[OverdueDossier]:
    """Return what is overdue at the instant *at*, worst first; with *since* also what was settled late from then on.

    Days are calendar days begun after the appointment's day (0 on that day itself); working days need a *calendar*. A
    dossier that waits for its applicant is not overdue.
    """
    now = seconds(at)
    start = None if since is None else seconds(since)
    found = []
    for fact in facts:
        if fact.due is None or fact.received > now:
            continue
        ended = fact.ended if fact.ended is not None and fact.ended <= now else None
        if ended is None:
            waits = fact.waiting_from is not None and fact.waiting_from <= now < (fact.waiting_to or now + 1)
            if waits or fact.due >= now:
                continue
        elif start is None or ended < start or ended <= fact.due:
            continue
        found.append(_overdue(fact, ended, now, calendar))
    return tuple(sorted(found, key=lambda item: (-item.days, item.due, item.code)))


def _overdue(fact: DossierFact, ended: int | None, now: int, calendar: CountsWorkingDays | None) -> OverdueDossier:
    due = instant(fact.due or 0)
    end = instant(now if ended is None else ended).astimezone(VIETNAM).date()
    return OverdueDossier(
        code=fact.code,
        agency=fact.agency,
        field=fact.field,
        officer=fact.officer,
        due=due,
        ended=None if ended is None else instant(ended),
        days=(end - due.date()).days,
        working_days=None if calendar is None else calendar.count(due.date(), end),
        apologised=bool(fact.flags & Flag.APOLOGISED),
    )
