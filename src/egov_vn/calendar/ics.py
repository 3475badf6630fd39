"""A year's days off and days worked as an iCalendar file (RFC 5545), for any calendar program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from egov_vn.calendar.days import Certainty, DayOff, WorkedDay
from egov_vn.calendar.workdays import WorkCalendar
from egov_vn.clock import require_aware
from egov_vn.finding import Language

__all__ = ["to_ics"]

_ONE = timedelta(days=1)
_LINE = 75


def to_ics(calendar: WorkCalendar, *, start: date, end: date, stamp: datetime, lang: Language = "vi") -> str:
    """Return the days off and the rest days worked from *start* to *end* as one iCalendar file with CRLF line ends.

    *stamp* (aware) is when the file is made (DTSTAMP). Days that follow each other for one reason are one event; a
    projected day is tentative. UIDs depend on the day alone, so that a new file updates an old one.
    """
    made = require_aware(stamp, "stamp").astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = "Ngày nghỉ và ngày làm bù" if lang == "vi" else "Days off and days worked"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//egov_vn//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
    ]
    days: list[DayOff | WorkedDay] = [*calendar.days_off(start, end), *calendar.worked_days(start, end)]
    days.sort(key=lambda item: item.day)
    for run in _runs(days):
        lines += _event(run, made, lang, calendar)
    lines.append("END:VCALENDAR")
    return "".join(_fold(line) + "\r\n" for line in lines)


def _runs(days: list[DayOff | WorkedDay]) -> Iterator[list[DayOff | WorkedDay]]:
    run: list[DayOff | WorkedDay] = []
    for item in days:
        if run and (item.name, item.kind) == (run[-1].name, run[-1].kind) and item.day - run[-1].day == _ONE:
            run.append(item)
            continue
        if run:
            yield run
        run = [item]
    if run:
        yield run


def _event(run: list[DayOff | WorkedDay], made: str, lang: Language, calendar: WorkCalendar) -> Iterator[str]:
    first, last = run[0], run[-1]
    worked = isinstance(first, WorkedDay)
    projected = calendar.certainty(first.day) is Certainty.PROJECTED
    yield "BEGIN:VEVENT"
    yield f"UID:{first.day.isoformat()}-{'worked' if worked else 'off'}@egov-vn"
    yield f"DTSTAMP:{made}"
    yield f"DTSTART;VALUE=DATE:{first.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{last.day + _ONE:%Y%m%d}"
    yield f"SUMMARY:{_escape(first.name(lang))}"
    yield f"DESCRIPTION:{_escape(first.sources(lang))}"
    yield f"CATEGORIES:{first.kind.value.upper()}"
    yield f"STATUS:{'TENTATIVE' if projected else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> str:
    """Fold a content line at 75 octets, never inside a character (RFC 5545, 3.1)."""
    parts, size, begin = [], 0, 0
    for index, character in enumerate(line):
        width = len(character.encode())
        if size + width > _LINE:
            parts.append(line[begin:index])
            begin, size = index, 1  # the space that opens a folded line counts
        size += width
    parts.append(line[begin:])
    return "\r\n ".join(parts)
