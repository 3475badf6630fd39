"""What a day can be: off by statute, by notice, by swap, or as the weekly rest; and worked although a weekend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from egov_vn.finding import Text
from egov_vn.law import Citation, Evidence

__all__ = ["Certainty", "DayKind", "DayOff", "WorkedDay"]


class Certainty(StrEnum):
    """How sure an answer is (*mức độ chắc chắn*)."""

    STATUTE = "statute"
    """It follows from a statute alone."""
    NOTICE = "notice"
    """It rests on a published notice or on another decision."""
    PROJECTED = "projected"
    """It rests on a year whose notice is not published: an estimate."""

    @property
    def rank(self) -> int:
        """0 for the surest (statute), 2 for the least sure (projected)."""
        return ("statute", "notice", "projected").index(self.value)


class DayKind(StrEnum):
    """Why a day is off, or worked."""

    WEEKLY_REST = "weekly_rest"
    """*Nghỉ hằng tuần*: Saturday or Sunday."""
    HOLIDAY = "holiday"
    """*Ngày lễ*."""
    TET = "tet"
    """*Nghỉ Tết Nguyên đán*, with the days that make up for those on a weekend."""
    COMPENSATORY = "compensatory"
    """*Nghỉ bù*: for a holiday that fell on a rest day."""
    SWAP_OFF = "swap_off"
    """*Nghỉ hoán đổi*: off, and made up for on another day."""
    SWAP_WORKED = "swap_worked"
    """*Làm bù*: a rest day that is worked."""
    LOCAL_OFF = "local_off"
    """Off by the decision of a province or an agency."""
    LOCAL_WORKED = "local_worked"
    """Worked by the decision of a province or an agency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """A day that is not worked (*ngày nghỉ*), with its name, its reason and how sure it is.

    *source* is the statute, or the notice where no statute says so (a swap); *notice* the yearly notice that chose the
    day, *announced* the day on which it was known. *pair* is the holiday that a compensatory day makes up for, or the
    day on which a swapped day is worked.
    """

    day: date
    kind: DayKind
    name: Text
    certainty: Certainty
    source: Citation
    evidence: Evidence
    notice: Citation | None = None
    announced: date | None = None
    pair: date | None = None

    def sources(self, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the statute and the notice in words."""
        return _sources(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return _to_dict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedDay:
    """A weekend day that is worked (*ngày làm bù*), for the day off *pair*."""

    day: date
    kind: DayKind
    name: Text
    certainty: Certainty
    source: Citation
    evidence: Evidence
    notice: Citation | None = None
    announced: date | None = None
    pair: date | None = None

    def sources(self, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the statute and the notice in words."""
        return _sources(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return _to_dict(self)


def _sources(item: DayOff | WorkedDay, lang: Literal["vi", "en"]) -> str:
    cited = [item.source]
    if item.notice is not None and item.notice != item.source:
        cited.append(item.notice)
    return "; ".join(citation.render(lang) for citation in cited)


def _to_dict(item: DayOff | WorkedDay) -> dict[str, Any]:
    return {
        "date": item.day.isoformat(),
        "kind": item.kind.value,
        "name": {"vi": item.name.vi, "en": item.name.en},
        "certainty": item.certainty.value,
        "source": str(item.source),
        "evidence": item.evidence.value,
        "notice": str(item.notice) if item.notice else None,
        "announced": item.announced.isoformat() if item.announced else None,
        "pair": item.pair.isoformat() if item.pair else None,
    }
