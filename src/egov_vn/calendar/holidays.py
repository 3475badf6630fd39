"""Days off and weekend days worked, derived from the statutes and the notices known on a day.

Compensation: a holiday on a rest day is made up on the next day that is neither a rest day, nor a holiday, nor already
taken, in the order of the holidays: Giỗ Tổ on Saturday 29 and Victory Day on Sunday 30 April 2023 take 2 and 3 May.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
from egov_vn.calendar.lunar import LunarDate, tet
from egov_vn.calendar.notices import Notice
from egov_vn.finding import Text
from egov_vn.law import Evidence, LawFile, Timeline, Version, load

__all__ = ["days_of_year", "statutes", "swaps"]

_ONE = timedelta(days=1)
_TET = "tet"


def statutes() -> LawFile:
    """Return the statutory holidays (`data/holidays.toml`)."""
    return load("egov_vn.calendar", "holidays")


def days_of_year(year: int, *, notices: Iterable[Notice], as_of: date) -> dict[date, DayOff]:
    """Return the days off of *year* without the swaps, as the law of *as_of* and the *notices* give them."""
    law = statutes()
    relevant = [item for item in notices if _concerns(item, year)]
    found: dict[date, DayOff] = {}
    uncompensated: set[date] = set()
    for rule, timeline in law.rules.items():
        for item, compensated in _holidays(rule, timeline, year, relevant, as_of):
            found[item.day] = item
            if not compensated:
                uncompensated.add(item.day)
    rest = frozenset(law.rules["weekly_rest"].on(date(year, 1, 1)).value["weekdays"])
    compensation = law.rules["compensation"]
    for day in sorted(found):
        if day.isoweekday() not in rest or day in uncompensated:
            continue
        free = day + _ONE
        while free.isoweekday() in rest or free in found:
            free += _ONE
        found[free] = _compensatory(found[day], free, compensation.on(day))
    return found


def swaps(notices: Iterable[Notice]) -> tuple[list[DayOff], list[WorkedDay]]:
    """Return the days off and the days worked of every swap in *notices*."""
    off, worked = [], []
    for notice in notices:
        for swap in notice.swaps:
            common: dict[str, Any] = {
                "certainty": Certainty.NOTICE,
                "source": swap.source,
                "notice": swap.source,
                "evidence": swap.evidence,
                "announced": notice.announced,
            }
            off.append(
                DayOff(
                    day=swap.off,
                    kind=DayKind.SWAP_OFF,
                    name=Text(
                        f"Nghỉ hoán đổi (làm bù {_dmy(swap.worked)})", f"Swapped day off (worked on {swap.worked})"
                    ),
                    pair=swap.worked,
                    **common,
                )
            )
            worked.append(
                WorkedDay(
                    day=swap.worked,
                    kind=DayKind.SWAP_WORKED,
                    name=Text(f"Làm bù cho {_dmy(swap.off)}", f"Worked for {swap.off}"),
                    pair=swap.off,
                    **common,
                )
            )
    return off, worked


def _dmy(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"


def _concerns(notice: Notice, year: int) -> bool:
    return (notice.tet is not None and notice.tet.year == year) or (
        notice.national_day is not None and notice.national_day.year == year
    )


def _known(timeline: Timeline[Any], day: date, as_of: date) -> Version[Any] | None:
    """Return the wording for *day*, as far as it had been adopted on *as_of*."""
    adopted = [item for item in timeline.versions if item.value.get("adopted", item.since) <= as_of]
    started = [item for item in adopted if item.since <= day]
    if not started:
        return None
    latest = started[-1]
    # a wording whose successor was not adopted yet was expected to last
    return latest if latest.covers(day) or latest is adopted[-1] is not timeline.versions[-1] else None


def _holidays(
    rule: str, timeline: Timeline[Any], year: int, notices: list[Notice], as_of: date
) -> Iterable[tuple[DayOff, bool]]:
    shape = timeline.versions[-1].value
    if "lunar_month" in shape:
        first = LunarDate(year, shape["lunar_month"], shape["lunar_day"]).to_solar()
    elif "month" in shape:
        first = date(year, shape["month"], shape["day"])
    else:
        return
    version = _known(timeline, first, as_of)
    if version is None:
        return
    name = Text(timeline.title["vi"], timeline.title["en"])
    if rule == _TET:
        yield from _tet(year, version, name, notices)
        return
    yield _statutory(first, DayKind.HOLIDAY, name, version), version.value.get("compensated", True)
    if version.value.get("extra_days"):
        yield _beside(first, version, name, notices), True


def _statutory(day: date, kind: DayKind, name: Text, version: Version[Any]) -> DayOff:
    return DayOff(
        day=day,
        kind=kind,
        name=name,
        certainty=Certainty.STATUTE,
        source=version.source,
        evidence=version.evidence,
        announced=version.value.get("adopted"),
    )


def _tet(year: int, version: Version[Any], name: Text, notices: list[Notice]) -> Iterable[tuple[DayOff, bool]]:
    notice = next((item for item in notices if item.tet is not None), None)
    if notice is not None and notice.tet is not None:
        first, before, certainty = notice.tet.first, notice.tet.before, Certainty.NOTICE
        evidence, announced, cited = notice.evidence, notice.announced, notice.source
    else:
        first, before, certainty = tet(year), _projection()["tet_before"], Certainty.PROJECTED
        evidence, announced, cited = Evidence.ASSUMED, None, None
    for offset in range(-before, version.value["days"] - before):
        yield (
            DayOff(
                day=first + offset * _ONE,
                kind=DayKind.TET,
                name=name,
                certainty=certainty,
                source=version.source,
                evidence=evidence,
                notice=cited,
                announced=announced,
            ),
            True,
        )


def _beside(first: date, version: Version[Any], name: Text, notices: list[Notice]) -> DayOff:
    notice = next((item for item in notices if item.national_day is not None), None)
    if notice is not None and notice.national_day is not None:
        day, certainty = notice.national_day, Certainty.NOTICE
        evidence, announced, cited = notice.evidence, notice.announced, notice.source
    else:
        after = first.isoweekday() in _projection()["national_day_after"]
        day, certainty = first + (_ONE if after else -_ONE), Certainty.PROJECTED
        evidence, announced, cited = Evidence.ASSUMED, None, None
    return DayOff(
        day=day,
        kind=DayKind.HOLIDAY,
        name=Text(f"{name.vi} (ngày liền kề)", f"{name.en} (adjacent day)"),
        certainty=certainty,
        source=version.source,
        evidence=evidence,
        notice=cited,
        announced=announced,
    )


def _projection() -> Mapping[str, Any]:
    value: Mapping[str, Any] = statutes().rules["projection"].versions[-1].value
    return value


def _compensatory(holiday: DayOff, day: date, version: Version[Any]) -> DayOff:
    tet_day = holiday.kind is DayKind.TET
    return DayOff(
        day=day,
        kind=DayKind.TET if tet_day else DayKind.COMPENSATORY,
        name=Text(f"{holiday.name.vi} (nghỉ bù)", f"{holiday.name.en} (compensatory day)"),
        certainty=holiday.certainty,
        source=version.source,
        evidence=version.evidence,
        notice=holiday.notice,
        announced=holiday.announced,
        pair=holiday.day,
    )
