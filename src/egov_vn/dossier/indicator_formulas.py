"""How the national indicators follow from counts: one small function for each kind of formula in `national.toml`.

Every answer is an exact fraction with the numbers it is made of, or the reason why there is none; never a zero that
stands for "not known".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from egov_vn.finding import Text
from egov_vn.law import Row, load

__all__ = ["Answer", "Figures", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is known: *counted* from dossiers, *stated* by the caller, *unknown* with the reason why."""

    counted: Mapping[str, int]
    stated: Mapping[str, int]
    unknown: Mapping[str, Text]
    period_kind: str

    def get(self, name: str) -> int | None:
        """Return the figure *name*, or None if it is neither counted nor stated."""
        if name in self.unknown:
            return None
        return self.stated.get(name, self.counted.get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of a formula: its *share* (a fraction of 1, or seconds of a mean), the *parts*, or a *reason*.

    *caveat* is a reason why the share is only the best possible one.
    """

    share: Fraction | None = None
    numerator: int | None = None
    denominator: int | None = None
    parts: Mapping[str, int]
    missing: tuple[str, ...] = ()
    reason: Text | None = None
    caveat: Text | None = None


_EMPTY: Final = Text(
    "Trong kỳ không có gì để tính: mẫu số bằng 0.", "Nothing was counted in the period: the denominator is 0."
)
_CONTRADICTION: Final = Text(
    "Số liệu mâu thuẫn: tử số lớn hơn mẫu số.", "The figures contradict each other: the part exceeds the whole."
)
_UNKNOWN: Final = Text("Chưa tính được: không tìm thấy công thức.", "Cannot be computed: no formula was found.")


def answer(row: Row, figures: Figures) -> Answer:
    """Return the answer of the indicator *row*."""
    kind = row["kind"]
    if kind == "unknown":
        return Answer(parts={}, reason=_UNKNOWN)
    if kind == "sync":
        return _sync(figures)
    if kind == "online":
        return _online(row, figures)
    if kind == "satisfaction":
        return _satisfaction(row, figures)
    return _share(row, figures, capped=kind != "mean")


def _share(row: Row, figures: Figures, *, capped: bool = True) -> Answer:
    less = row.get("less", ())
    names = (*row["part"], *less, *row["whole"])
    if (open_question := _missing(names, figures)) is not None:
        return open_question
    parts = _parts(names, figures)
    part = sum(parts[name] for name in row["part"]) - sum(parts[name] for name in less)
    whole = sum(parts[name] for name in row["whole"])
    return _ratio(part, whole, parts, capped=capped)


def _sync(figures: Figures) -> Answer:
    """1.4: the larger of two denominators; where both are zero, a part of last year's dossiers."""
    names = ("synced_dossiers", "reported_dossiers")
    if (open_question := _missing(names, figures)) is not None:
        return open_question
    parts = _parts((*names, "portal_dossiers", "last_year_dossiers"), figures)
    synced = parts["synced_dossiers"]
    # What was synchronised is what the portal has, unless the portal's own figure is stated.
    whole = max(parts["reported_dossiers"], parts.get("portal_dossiers", synced))
    if whole:
        return _ratio(synced, whole, parts)
    if (open_question := _missing(("last_year_dossiers",), figures)) is not None:
        return open_question
    rows = load("egov_vn.dossier", "national").table("last_year_divisors")
    divisor = next((row["divisor"] for row in rows if row["kind"] == figures.period_kind), None)
    if divisor is None:
        return Answer(
            parts=parts,
            reason=Text(
                "Chưa tính được: không có cách chia số liệu năm trước cho kỳ này.",
                "Cannot be computed: nothing says how last year's figure is divided for such a period.",
            ),
        )
    if not parts["last_year_dossiers"]:
        # The description says so itself: without figures of last year the rate is 0.
        return Answer(share=Fraction(0), numerator=synced, denominator=0, parts=parts)
    return _ratio(synced * divisor, parts["last_year_dossiers"], parts)


def _online(row: Row, figures: Figures) -> Answer:
    """3.3: the share of online dossiers times 1.4; without 1.4 the share alone, as the best possible answer."""
    found, sync = _share(row, figures), _sync(figures)
    if found.share is None:
        return found
    if sync.share is None:
        return Answer(
            share=found.share,
            numerator=found.numerator,
            denominator=found.denominator,
            parts=found.parts,
            missing=sync.missing,
            caveat=Text(
                "Chưa nhân tỷ lệ đồng bộ (chỉ số 1.4), vì chưa có: đây là mức cao nhất có thể.",
                "Not multiplied by the share synchronised (1.4), which is not known: the highest it can be.",
            ),
        )
    return Answer(
        share=found.share * sync.share,
        numerator=found.numerator,
        denominator=found.denominator,
        parts={**found.parts, **sync.parts},
    )


def _satisfaction(row: Row, figures: Figures) -> Answer:
    """5.4: all less the late and less those complained about."""
    names = (*row["part"], *row["whole"])
    if (open_question := _missing(names, figures)) is not None:
        return open_question
    parts = _parts(names, figures)
    late, complained = (parts[name] for name in row["part"])
    timed, handled = (parts[name] for name in row["whole"])
    if not timed or not handled:
        return Answer(parts=parts, reason=_EMPTY)
    if complained > handled:
        return Answer(parts=parts, reason=_CONTRADICTION)
    return Answer(share=max(Fraction(0), 1 - Fraction(late, timed) - Fraction(complained, handled)), parts=parts)


def _ratio(part: int, whole: int, parts: Mapping[str, int], *, capped: bool = True) -> Answer:
    if not whole:
        # Something out of nothing is a fault in the figures, nothing out of nothing is not.
        return Answer(parts=parts, reason=_CONTRADICTION if part else _EMPTY)
    if part < 0 or (capped and part > whole):
        return Answer(parts=parts, reason=_CONTRADICTION)
    return Answer(share=Fraction(part, whole), numerator=part, denominator=whole, parts=parts)


def _parts(names: Sequence[str], figures: Figures) -> dict[str, int]:
    found = {name: figures.get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _missing(names: Sequence[str], figures: Figures) -> Answer | None:
    """Return the answer that some of *names* is not known, None if all are."""
    blocked = next((figures.unknown[name] for name in names if name in figures.unknown), None)
    missing = tuple(dict.fromkeys(name for name in names if figures.get(name) is None))
    if not missing:
        return None
    if blocked is None:
        labels = {row["name"]: row for row in load("egov_vn.dossier", "national").table("inputs")}
        blocked = Text(
            "Chưa tính được: chưa nhập " + "; ".join(labels[name]["vi"] for name in missing) + ".",
            "Cannot be computed: not stated: " + "; ".join(labels[name]["en"] for name in missing) + ".",
        )
    return Answer(parts=_parts(names, figures), missing=missing, reason=blocked)
