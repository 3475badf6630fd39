"""The picture of a year: well-formed, every day once, every mark with its reason."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from egov_vn.calendar import WorkCalendar
from egov_vn.calendar.svg import to_svg
from egov_vn.errors import BeyondHorizon, InvalidInput
from egov_vn.finding import Language

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("year", [2011, 2014, 2023, 2026])
def test_every_day_is_there_and_every_mark_says_why(year: int, lang: Language) -> None:
    calendar = WorkCalendar.official()
    root = ET.fromstring(to_svg(calendar, year, lang=lang))
    numbers = [item.text for item in root.iter(f"{SVG}text") if re.fullmatch(r"\d{1,2}", item.text or "")]
    assert len(numbers) == (date(year + 1, 1, 1) - date(year, 1, 1)).days
    titles = [item.text or "" for item in root.iter(f"{SVG}title")]
    for item in (*calendar.days_off(date(year, 1, 1), date(year, 12, 31)),):
        assert any(item.name(lang) in title and item.sources(lang) in title for title in titles)
    assert len(titles) == sum(not calendar.is_working(date.fromordinal(n)) for n in _year(year)) + len(
        calendar.worked_days(date(year, 1, 1), date(year, 12, 31))
    )


def _year(year: int) -> range:
    return range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())


def test_a_projection_is_drawn_as_one() -> None:
    picture = to_svg(WorkCalendar.official(projected=True), 2027)
    assert "dự kiến" in picture and "stroke-dasharray" in picture
    assert "stroke-dasharray" not in to_svg(WorkCalendar.official(), 2026)
    with pytest.raises(BeyondHorizon):
        to_svg(WorkCalendar.official(), 2027)
    with pytest.raises(InvalidInput):
        to_svg(WorkCalendar.official(), 2026, lang="fr")  # type: ignore[arg-type]


def test_local_decisions_are_shown_and_escaped() -> None:
    local = WorkCalendar.official().with_days(off=[date(2026, 3, 4)], worked=[date(2026, 3, 7)], source="QĐ <1> & Co")
    picture = to_svg(local, 2026)
    ET.fromstring(picture)
    assert "QĐ &lt;1&gt; &amp; Co" in picture and "Nghỉ riêng" in picture
