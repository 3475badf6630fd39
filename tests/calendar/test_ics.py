"""The iCalendar file, read back by another program."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from egov_vn.calendar import WorkCalendar
from egov_vn.calendar.ics import to_ics
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.finding import Text

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=VIETNAM)
PROJECTED = WorkCalendar.official(projected=True)


def test_every_day_off_and_worked_is_in_the_file() -> None:
    icalendar = pytest.importorskip("icalendar")
    calendar = WorkCalendar.official()
    start, end = date(2007, 1, 1), date(2026, 12, 31)
    read = icalendar.Calendar.from_ical(to_ics(calendar, start=start, end=end, stamp=STAMP))
    assert not read.errors and read["VERSION"] == "2.0" and read["PRODID"]
    off: set[date] = set()
    worked: set[date] = set()
    uids: list[str] = []
    for event in read.walk("VEVENT"):
        assert not event.errors
        days = {event.start + timedelta(i) for i in range((event.end - event.start).days)}
        (worked if "WORKED" in str(event["CATEGORIES"].to_ical()) else off).update(days)
        uids.append(str(event["UID"]))
        assert event["DTSTAMP"].dt == STAMP
    assert off == {item.day for item in calendar.days_off(start, end)}
    assert worked == {item.day for item in calendar.worked_days(start, end)}
    assert len(uids) == len(set(uids))


def test_lines_are_folded_at_75_octets_between_characters() -> None:
    name = Text("Nghỉ; lễ hội, của tỉnh \\ " * 8, "Festival\nof the province")
    calendar = PROJECTED.with_days(off=[date(2026, 3, 4)], source="QĐ 1", name=name)
    for lang in ("vi", "en"):
        text = to_ics(calendar, start=date(2026, 3, 1), end=date(2026, 3, 31), stamp=STAMP, lang=lang)
        assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        icalendar = pytest.importorskip("icalendar")
        (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
        assert str(event["SUMMARY"]) == name(lang)


def test_a_run_of_days_is_one_event_and_a_projection_is_tentative() -> None:
    text = to_ics(PROJECTED, start=date(2026, 2, 1), end=date(2027, 2, 28), stamp=STAMP)
    assert "DTSTART;VALUE=DATE:20260216\r\nDTEND;VALUE=DATE:20260221" in text
    assert text.count("STATUS:TENTATIVE") == 3  # New Year, Tết and its two compensatory days
    assert "DTSTAMP:20260101T200405Z" in text


def test_the_stamp_needs_a_zone() -> None:
    with pytest.raises(InvalidInput):
        to_ics(PROJECTED, start=date(2026, 1, 1), end=date(2026, 1, 2), stamp=datetime(2026, 1, 1))
