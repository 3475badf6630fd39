"""A year on one page: twelve months as SVG, days off and days worked marked by colour, shape and title."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape

from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
from egov_vn.calendar.workdays import WorkCalendar
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language

__all__ = ["to_svg"]

_CELL, _ROW, _MONTH_WIDTH, _MONTH_HEIGHT = 34, 28, 270, 244
_LEFT, _TOP = 24, 84
_COLOURS = {
    DayKind.HOLIDAY: ("#c8102e", "#ffffff"),
    DayKind.TET: ("#c8102e", "#ffffff"),
    DayKind.COMPENSATORY: ("#f4b6bd", "#5c0a16"),
    DayKind.SWAP_OFF: ("#ffd77a", "#4a3500"),
    DayKind.SWAP_WORKED: ("#ffffff", "#0b5d3b"),
    DayKind.LOCAL_OFF: ("#cdb7f0", "#2f1460"),
    DayKind.LOCAL_WORKED: ("#ffffff", "#0b5d3b"),
    DayKind.WEEKLY_REST: ("#eceff1", "#78848c"),
}
_WORDS = {
    "vi": {
        "title": "Lịch làm việc {year}",
        "count": "{n} ngày làm việc",
        "projected": "dự kiến: thông báo chưa công bố",
        "month": "Tháng {month}",
        "week": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
        DayKind.HOLIDAY: "Lễ, Tết",
        DayKind.COMPENSATORY: "Nghỉ bù",
        DayKind.SWAP_OFF: "Nghỉ hoán đổi",
        DayKind.SWAP_WORKED: "Làm bù",
        DayKind.WEEKLY_REST: "Nghỉ hằng tuần",
        DayKind.LOCAL_OFF: "Nghỉ riêng",
    },
    "en": {
        "title": "Working days {year}",
        "count": "{n} working days",
        "projected": "projected: the notice is not published",
        "month": "{name}",
        "week": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
        DayKind.HOLIDAY: "Holiday",
        DayKind.COMPENSATORY: "Compensatory",
        DayKind.SWAP_OFF: "Swapped off",
        DayKind.SWAP_WORKED: "Worked instead",
        DayKind.WEEKLY_REST: "Weekly rest",
        DayKind.LOCAL_OFF: "Local decision",
    },
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def to_svg(calendar: WorkCalendar, year: int, *, lang: Language = "vi") -> str:
    """Return the year *year* as an SVG picture, each marked day with its name and source as a tooltip."""
    if lang not in _WORDS:
        raise InvalidInput(f"{lang!r} is neither 'vi' nor 'en'", path="lang")
    first, last = date(year, 1, 1), date(year, 12, 31)
    working = calendar.count(first, last) + calendar.is_working(first)
    words = _WORDS[lang]
    width, height = _LEFT * 2 + 4 * _MONTH_WIDTH - 20, _TOP + 3 * _MONTH_HEIGHT + 56
    title = str(words["title"]).format(year=year)
    subtitle = str(words["count"]).format(n=working)
    if last > calendar.known_until:
        subtitle += f" ({words['projected']})"
    font = 'font-family="Helvetica, Arial, sans-serif"'
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}" lang="{lang}" {font}>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="40" font-size="26" font-weight="bold" fill="#1c2429">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="62" font-size="14" fill="#55616a">{escape(subtitle)}</text>',
    ]
    for month in range(1, 13):
        parts += _month(calendar, year, month, lang)
    shown = {item.kind for item in calendar.days_off(first, last)} | {DayKind.WEEKLY_REST}
    shown |= {item.kind for item in calendar.worked_days(first, last)}
    parts += _legend(lang, height, shown)
    parts.append("</svg>\n")
    return "\n".join(parts)


def _month(calendar: WorkCalendar, year: int, month: int, lang: Language) -> Iterator[str]:
    words = _WORDS[lang]
    x = _LEFT + (month - 1) % 4 * _MONTH_WIDTH
    y = _TOP + (month - 1) // 4 * _MONTH_HEIGHT
    name = str(words["month"]).format(month=month, name=_MONTHS[month - 1])
    yield f'<text x="{x}" y="{y + 16}" font-size="15" font-weight="bold" fill="#1c2429">{name}</text>'
    for column, weekday in enumerate(words["week"]):
        yield (
            f'<text x="{x + column * _CELL + 15}" y="{y + 38}" font-size="11" text-anchor="middle" fill="#78848c">'
            f"{weekday}</text>"
        )
    day = date(year, month, 1)
    row = 0
    while day.month == month and day.year == year:
        yield _day(calendar, day, x + day.weekday() * _CELL, y + 46 + row * _ROW, lang)
        row += day.weekday() == 6
        day += timedelta(days=1)


def _day(calendar: WorkCalendar, day: date, x: int, y: int, lang: Language) -> str:
    item: DayOff | WorkedDay | None = calendar.day_off(day) or calendar.worked_day(day)
    number = (
        f'<text x="{x + 15}" y="{y + 17}" font-size="13" text-anchor="middle" fill="{{ink}}"{{bold}}>{day.day}</text>'
    )
    if item is None:
        return number.format(ink="#1c2429", bold="")
    paper, ink = _COLOURS[item.kind]
    worked = isinstance(item, WorkedDay)
    border = ' stroke="#0b5d3b" stroke-width="2"' if worked else ""
    if calendar.certainty(day) is Certainty.PROJECTED and item.kind is not DayKind.WEEKLY_REST:
        border = f' stroke="{ink if ink != "#ffffff" else "#5c0a16"}" stroke-dasharray="3 2"'
    bold = "" if item.kind is DayKind.WEEKLY_REST else ' font-weight="bold"'
    tip = escape(f"{day.day:02}/{day.month:02}/{day.year}: {item.name(lang)} [{item.sources(lang)}]")
    shape = f'<rect x="{x + 1}" y="{y}" width="28" height="24" rx="5" fill="{paper}"{border}/>'
    return f"<g><title>{tip}</title>{shape}{number.format(ink=ink, bold=bold)}</g>"


def _legend(lang: Language, height: int, shown: set[DayKind]) -> Iterator[str]:
    x = _LEFT
    for kind in (
        DayKind.HOLIDAY,
        DayKind.COMPENSATORY,
        DayKind.SWAP_OFF,
        DayKind.SWAP_WORKED,
        DayKind.LOCAL_OFF,
        DayKind.WEEKLY_REST,
    ):
        if kind not in shown:
            continue
        paper, _ = _COLOURS[kind]
        border = ' stroke="#0b5d3b" stroke-width="2"' if kind is DayKind.SWAP_WORKED else ""
        text = str(_WORDS[lang][kind])
        yield f'<rect x="{x}" y="{height - 40}" width="22" height="18" rx="4" fill="{paper}"{border}/>'
        yield f'<text x="{x + 30}" y="{height - 26}" font-size="13" fill="#1c2429">{escape(text)}</text>'
        x += 62 + 8 * len(text)
