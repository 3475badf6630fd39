"""The total of the national indicators: what was earned, and how far the missing ones could still move it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from egov_vn.dossier.indicators import Indicator, decimal_text
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language, Text
from egov_vn.law import Evidence, load

__all__ = ["GroupScore", "IndicatorScore", "national_band", "national_score"]

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """The points of one group of indicators: the least and the most it can come to, out of *maximum*."""

    group: int
    title: Text
    lowest: Decimal
    highest: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorScore:
    """The total of the set (*tổng điểm*), as a range: *lowest* counts what is open as nothing, *highest* as all of it.

    *open* holds the scored indicators that could not be computed, *uncertain* those whose share is the highest
    possible. *evidence* is the weakest of the points and of the bands: neither was read in the decision.
    """

    groups: tuple[GroupScore, ...]
    lowest: Decimal
    highest: Decimal
    maximum: Decimal
    open: tuple[Indicator, ...]
    uncertain: tuple[Indicator, ...]
    evidence: Evidence

    @property
    def total(self) -> Decimal | None:
        """The total, None while something is open."""
        return self.lowest if self.lowest == self.highest else None

    @property
    def bands(self) -> tuple[Text, Text]:
        """The bands (*xếp loại*) of the lowest and of the highest total, of 100 points."""
        return national_band(self._of_100(self.lowest)), national_band(self._of_100(self.highest))

    @property
    def band(self) -> Text | None:
        """The band, None while the open points could change it."""
        lowest, highest = self.bands
        return lowest if lowest == highest else None

    def span(self, lang: Language = "vi") -> str:
        """Return the total as people of *lang* write it, or the range while something is open: `"31,03 … 86,84"`."""
        ends = [self.lowest] if self.total is not None else [self.lowest, self.highest]
        return " … ".join(decimal_text(end, lang) for end in ends)

    def verdict(self, lang: Language = "vi") -> str:
        """Return the band, or the range of bands, and how sure the bands are: `"Yếu … Tốt (chưa đối chiếu)"`."""
        return f"{' … '.join(dict.fromkeys(band(lang) for band in self.bands))} ({self.evidence.label(lang)})"

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "total": None if self.total is None else str(self.total),
            "lowest": str(self.lowest),
            "highest": str(self.highest),
            "maximum": str(self.maximum),
            "band": None if self.band is None else self.band(lang),
            "bands": [item(lang) for item in self.bands],
            "open": {item.key: item.reason(lang) if item.reason else "" for item in self.open},
            "uncertain": {item.key: item.caveat(lang) if item.caveat else "" for item in self.uncertain},
            "evidence": self.evidence.value,
            "groups": [
                {
                    "group": item.group,
                    "title": item.title(lang),
                    "lowest": str(item.lowest),
                    "highest": str(item.highest),
                    "maximum": str(item.maximum),
                }
                for item in self.groups
            ],
        }

    def _of_100(self, points: Decimal) -> Decimal:
        return points if self.maximum == 100 else points * 100 / self.maximum


def national_score(
    indicators: Iterable[Indicator], *, points: Mapping[str, Decimal | int] | None = None
) -> IndicatorScore:
    """Add the points of *indicators* up, by group and in all.

    *points* replaces the points of the law data, whole or in part, by key; 0 takes an indicator out. `InvalidInput` for
    an unknown key, negative points, or nothing to score.
    """
    found = tuple(indicators)
    given = {item.key: item.points for item in found if item.points is not None}
    for key, value in (points or {}).items():
        if key not in {item.key for item in found}:
            raise InvalidInput("no such indicator", path=f"points.{key}")
        given[key] = _points(value, key)
    maximum = sum(given.values(), _ZERO)
    if not maximum:
        raise InvalidInput("no indicator bears points", path="points")
    scored = tuple(item for item in found if given.get(item.key))
    titles = {row["group"]: Text(row["vi"], row["en"]) for row in load("egov_vn.dossier", "national").table("groups")}
    groups = tuple(
        _group(group, title, [item for item in scored if item.group == group], given) for group, title in titles.items()
    )
    return IndicatorScore(
        groups=groups,
        lowest=sum((item.lowest for item in groups), _ZERO),
        highest=sum((item.highest for item in groups), _ZERO),
        maximum=maximum,
        open=tuple(item for item in scored if item.score(given[item.key]) is None),
        uncertain=tuple(item for item in scored if item.caveat is not None),
        evidence=load("egov_vn.dossier", "national").table("bands").evidence,
    )


def national_band(points: Decimal | int) -> Text:
    """Return the band of a total of 0 to 100 points; the bands are not verified against the text."""
    if not 0 <= points <= 100:
        raise InvalidInput(f"{points} is not a total of 0 to 100 points", path="points")
    rows = load("egov_vn.dossier", "national").table("bands")
    return next(Text(row["vi"], row["en"]) for row in rows if Decimal(row["from"]) <= points)


def _group(group: int, title: Text, members: Iterable[Indicator], given: Mapping[str, Decimal]) -> GroupScore:
    lowest = highest = maximum = _ZERO
    for item in members:
        score = item.score(given[item.key])
        maximum += given[item.key]
        highest += given[item.key] if score is None else score
        lowest += _ZERO if score is None or item.caveat is not None else score
    return GroupScore(group=group, title=title, lowest=lowest, highest=highest, maximum=maximum)


def _points(value: object, key: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise InvalidInput(f"{value!r} is not a number of points", path=f"points.{key}")
    return Decimal(value)
