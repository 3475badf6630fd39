"""The lunar calendar: every day against two programs where they are right, and against China's."""

from __future__ import annotations

import copy
import pickle
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import LunarDate, tet
from egov_vn.calendar.astronomy import encode, lunar_year
from egov_vn.calendar.lunar import DOUBTFUL
from egov_vn.calendar.moons import FIRST, YEARS
from egov_vn.errors import InvalidInput

ONE = timedelta(days=1)


def test_every_day_1968_to_2053_is_as_lunar_vn_says() -> None:
    lunar_vn = pytest.importorskip("lunar_vn")
    day = date(1968, 1, 1)
    while day <= date(2053, 12, 31):
        ours, theirs = LunarDate.from_solar(day), lunar_vn.solar_to_lunar(day)
        assert (ours.day, ours.month, ours.year, ours.leap) == (theirs.day, theirs.month, theirs.year, theirs.leap), day
        day += ONE


def test_every_day_1900_to_2199_is_as_vnlunar_says_but_for_the_doubtful_months() -> None:
    vnlunar = pytest.importorskip("vnlunar")
    apart: set[date] = set()
    day = date(1900, 1, 31)
    while day <= date(2199, 12, 31):
        ours, theirs = LunarDate.from_solar(day), vnlunar.get_lunar_date(day.day, day.month, day.year)
        if (ours.day, ours.month, ours.year, ours.leap) != (
            theirs["day"],
            theirs["month"],
            theirs["year"],
            bool(theirs["leap"]),
        ):
            apart.add(day)
        day += ONE
    assert not {day for day in apart if date(1968, 1, 1) <= day <= date(2053, 12, 31)}
    near = {first + timedelta(shift) for first in DOUBTFUL for shift in range(-1, 31)}
    assert apart <= near
    assert len(apart) == 6 * 30  # 1906, 1914, 1916, 1920, 1925 and May 2054


CHINA = [
    pytest.param(1968, date(1968, 1, 29), date(1968, 1, 30), id="1968"),
    pytest.param(1969, date(1969, 2, 16), date(1969, 2, 17), id="1969"),
    pytest.param(1985, date(1985, 1, 21), date(1985, 2, 20), id="1985"),
    pytest.param(2007, date(2007, 2, 17), date(2007, 2, 18), id="2007"),
    pytest.param(2030, date(2030, 2, 2), date(2030, 2, 3), id="2030"),
    pytest.param(2053, date(2053, 2, 18), date(2053, 2, 19), id="2053"),
]


@pytest.mark.parametrize(("year", "vietnam", "china"), CHINA)
def test_tet_is_vietnams_not_chinas(year: int, vietnam: date, china: date) -> None:
    assert tet(year) == vietnam != china
    lunardate = pytest.importorskip("lunardate")
    assert lunardate.LunarDate(year, 1, 1).to_solar_date() == china, "the other program follows China's calendar"


def test_leap_months_are_vietnams() -> None:
    assert LunarDate(1985, 2, 1, leap=True).leap  # China's leap month of that winter was 10/1984
    assert LunarDate(1987, 7, 1, leap=True).leap  # China: 6/1987
    assert LunarDate(2017, 6, 1, leap=True).to_solar() == date(2017, 7, 23)
    with pytest.raises(InvalidInput):
        LunarDate(1987, 6, 1, leap=True)


GIO_TO = [("2007-04-26", 2007), ("2015-04-28", 2015), ("2023-04-29", 2023), ("2026-04-26", 2026), ("2027-04-16", 2027)]


@pytest.mark.parametrize(("day", "year"), GIO_TO)
def test_gio_to(day: str, year: int) -> None:
    assert LunarDate(year, 3, 10).to_solar().isoformat() == day


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_there_and_back(day: date) -> None:
    lunar = LunarDate.from_solar(day)
    assert lunar.to_solar() == day
    if day < date(2199, 12, 31):
        following = LunarDate.from_solar(day + ONE)
        assert lunar < following
        assert following.day == lunar.day + 1 or following.day == 1


def test_the_table_is_what_astronomy_gives() -> None:
    assert [encode(lunar_year(year)) for year in range(FIRST, FIRST + len(YEARS))] == list(YEARS)


def test_months_follow_each_other_without_a_gap() -> None:
    for year in range(1900, 2199):
        first, following = lunar_year(year), lunar_year(year + 1)
        assert first.first + sum(first.lengths) == following.first
        assert len(first.lengths) == 12 + bool(first.leap)
        assert set(first.lengths) <= {29, 30}


def test_the_doubtful_months_are_named_and_few() -> None:
    """Where the new moon lies within minutes of midnight, or printed calendars differ, the table says so."""
    assert len(DOUBTFUL) == 19
    for first, reason in DOUBTFUL.items():
        assert LunarDate.from_solar(first).day == 1, first
        assert reason.vi and reason.en


@pytest.mark.parametrize(
    ("year", "month", "day", "leap"),
    [
        (1898, 1, 1, False),
        (2200, 1, 1, False),
        (2026, 0, 1, False),
        (2026, 13, 1, False),
        (2026, 1, 31, False),
        (2026, 1, 0, False),
        (2026, 2, 1, True),
        (True, 1, 1, False),
        (2026.0, 1, 1, False),
        (2026, 1, 1, 1),
    ],
)
def test_what_is_no_lunar_date_is_refused(year: Any, month: Any, day: Any, leap: Any) -> None:
    with pytest.raises(InvalidInput):
        LunarDate(year, month, day, leap=leap)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2200, 1, 1), date.min, date.max, datetime(2026, 1, 1), None])
def test_what_is_outside_the_table_is_refused(day: Any) -> None:
    with pytest.raises(InvalidInput):
        LunarDate.from_solar(day)


def test_a_lunar_date_is_a_value() -> None:
    day = LunarDate(2025, 6, 10, leap=True)
    assert day == LunarDate(2025, 6, 10, leap=True) != LunarDate(2025, 6, 10)
    assert day != "10/06"
    assert len({day, pickle.loads(pickle.dumps(day)), copy.copy(day)}) == 1
    assert str(day) == "10/06 nhuận/2025 âm lịch"
    assert repr(day) == "LunarDate(2025, 6, 10, leap=True)"
    with pytest.raises(AttributeError):
        day.day = 3
