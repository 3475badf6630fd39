"""Checking notices: what a year still lacks, and what contradicts a statute, the moon or another notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from egov_vn.calendar.days import DayOff
from egov_vn.calendar.holidays import days_of_year, statutes
from egov_vn.calendar.lunar import tet
from egov_vn.calendar.notices import Notice, Swap, official_notices
from egov_vn.errors import NotInForce
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, Evidence

__all__ = ["check_notices"]

_FAR = timedelta(days=31)


def check_notices(notices: Iterable[Notice] | None = None) -> tuple[Finding, ...]:
    """Return what is missing or contradictory in *notices* (default: those of the package).

    Errors must be mended before the calendar may be trusted; warnings want a second look; information lists what is not
    verified and the first year that has no notice yet.
    """
    every = official_notices() if notices is None else tuple(notices)
    if not every:
        return (_say("CAL-NONE", "error", "", "Không có thông báo nào.", "There is no notice."),)
    return (*_years(every), *_tet(every), *_national_days(every), *_swaps(every), *_unverified(every))


def _say(code: str, level: Severity | str, where: str, vi: str, en: str, source: Citation | None = None) -> Finding:
    return finding(code, level, vi=vi, en=en, where=where, source=source)


def _years(every: tuple[Notice, ...]) -> Iterator[Finding]:
    """Yield the years without a choice of Tết or, since the Code of 2019, of the second National Day."""
    chosen = [item.tet.year for item in every if item.tet]
    beside = {item.national_day.year for item in every if item.national_day}
    for year in sorted({year for year in chosen if chosen.count(year) > 1}):
        yield _say(
            "CAL-TET-TWICE", "error", str(year), f"Hai thông báo chọn ngày Tết {year}.", f"Two choices of Tết {year}."
        )
    if not chosen:
        yield _say(
            "CAL-NO-TET", "error", "", "Không thông báo nào chọn ngày Tết.", "No notice chooses the days of Tết."
        )
        return
    last = max(chosen)
    for year in range(min(chosen), last + 1):
        if year not in chosen:
            yield _say(
                "CAL-GAP", "error", str(year), f"Thiếu ngày Tết của năm {year}.", f"The days of Tết {year} are missing."
            )
        if _extra_days(year) and year not in beside:
            yield _say(
                "CAL-NO-NATIONAL-DAY",
                "error",
                str(year),
                f"Thiếu ngày nghỉ liền kề Quốc khánh {year}.",
                f"The second National Day of {year} is missing.",
                statutes().rules["national_day"].on(date(year, 9, 2)).source,
            )
    yield _say(
        "CAL-HORIZON",
        "info",
        str(last + 1),
        f"Chưa có thông báo của năm {last + 1}: mọi kết quả sau 31/12/{last} chỉ là dự kiến.",
        f"No notice of {last + 1} yet: whatever lies after 31 December {last} is a projection.",
    )


def _extra_days(year: int) -> int:
    try:
        return int(statutes().rules["national_day"].on(date(year, 9, 2)).value["extra_days"])
    except NotInForce:
        return 0


def _tet(every: tuple[Notice, ...]) -> Iterator[Finding]:
    for notice in every:
        if notice.tet is None:
            continue
        choice = notice.tet
        first = tet(choice.year)
        if choice.first != first:
            yield _say(
                "CAL-TET-DAY",
                "error",
                notice.key,
                f"Mồng một Tết {choice.year} là {first:%d/%m/%Y}, không phải {choice.first:%d/%m/%Y}.",
                f"The first day of the lunar year {choice.year} is {first}, not {choice.first}.",
                notice.source,
            )
        days = statutes().rules["tet"].on(first).value["days"]
        if not 0 <= choice.before < days:
            yield _say(
                "CAL-TET-BEFORE",
                "error",
                notice.key,
                f"{choice.before} ngày trước Tết: phải từ 0 đến {days - 1}.",
                f"{choice.before} days before Tết: must be 0 to {days - 1}.",
                notice.source,
            )


def _national_days(every: tuple[Notice, ...]) -> Iterator[Finding]:
    for notice in every:
        day = notice.national_day
        if day is not None and abs(day - date(day.year, 9, 2)) != timedelta(1):
            yield _say(
                "CAL-NATIONAL-DAY",
                "error",
                notice.key,
                f"{day:%d/%m/%Y} không liền kề ngày 02/9.",
                f"{day} is not adjacent to 2 September.",
                notice.source,
            )


def _swaps(every: tuple[Notice, ...]) -> Iterator[Finding]:
    years = {day.year for item in every for swap in item.swaps for day in (swap.off, swap.worked)}
    off: dict[date, DayOff] = {}
    for year in years:
        off |= days_of_year(year, notices=every, as_of=date.max)
    rest = frozenset(statutes().rules["weekly_rest"].versions[-1].value["weekdays"])
    seen: dict[date, str] = {}
    for notice in every:
        for swap in notice.swaps:
            yield from _swap(notice, swap, off, rest)
            for day in (swap.off, swap.worked):
                if day in seen:
                    yield _say(
                        "CAL-SWAP-TWICE",
                        "error",
                        notice.key,
                        f"Ngày {day:%d/%m/%Y} đã hoán đổi trong {seen[day]}.",
                        f"{day} is already swapped in {seen[day]}.",
                        notice.source,
                    )
                seen[day] = notice.key


def _swap(notice: Notice, swap: Swap, off: dict[date, DayOff], rest: frozenset[int]) -> Iterator[Finding]:
    if swap.off in off or swap.off.isoweekday() in rest:
        yield _say(
            "CAL-SWAP-OFF",
            "error",
            notice.key,
            f"Ngày nghỉ hoán đổi {swap.off:%d/%m/%Y} vốn đã là ngày nghỉ.",
            f"The swapped day off {swap.off} is a day off already.",
            notice.source,
        )
    if swap.worked in off or swap.worked.isoweekday() not in rest:
        yield _say(
            "CAL-SWAP-WORKED",
            "error",
            notice.key,
            f"Ngày làm bù {swap.worked:%d/%m/%Y} không phải ngày nghỉ hằng tuần.",
            f"The day worked instead, {swap.worked}, is not a weekly rest day.",
            notice.source,
        )
    if abs(swap.off - swap.worked) > _FAR:
        yield _say(
            "CAL-SWAP-FAR",
            "warning",
            notice.key,
            f"{swap.off:%d/%m/%Y} và {swap.worked:%d/%m/%Y} cách nhau quá một tháng.",
            f"{swap.off} and {swap.worked} lie more than a month apart.",
            notice.source,
        )
    if notice.announced > min(swap.off, swap.worked):
        yield _say(
            "CAL-SWAP-LATE",
            "warning",
            notice.key,
            f"Thông báo ngày {notice.announced:%d/%m/%Y}, sau ngày hoán đổi.",
            f"Announced on {notice.announced}, after the swapped day.",
            notice.source,
        )


def _unverified(every: tuple[Notice, ...]) -> Iterator[Finding]:
    for notice in every:
        if Evidence.ASSUMED in (notice.evidence, notice.announced_evidence):
            yield _say(
                "CAL-ASSUMED",
                "info",
                notice.key,
                "Ngày thông báo hoặc nội dung chưa đối chiếu với văn bản.",
                "The day of the announcement or the content was not compared with the text.",
                notice.source,
            )
