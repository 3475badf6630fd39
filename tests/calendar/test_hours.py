"""Working hours: to the minute against a list of open minutes, the cases of the law pages, and bad input."""

from __future__ import annotations

import pickle
import random
from array import array
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import WorkCalendar, WorkClock, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce

CALENDAR = WorkCalendar.official()
OFFICE = WorkHours(("07:30-11:30", "13:00-17:00"))
CLOCK = WorkClock(CALENDAR, OFFICE)
SHAPES = {
    "8 hours": OFFICE,
    "7.5 hours": WorkHours("07:30-11:30, 13:30-17:00"),
    "short Friday, worked Saturdays in the morning": WorkHours(
        "07:00-11:30,13:30-17:00", by_weekday={5: "07:00-11:30", 6: "08:00-11:00"}, reception={6: "07:30-11:30"}
    ),
    "closed Wednesday, night shift": WorkHours("00:00-06:00,22:00-24:00", by_weekday={3: ()}),
}
CLOCKS = {name: WorkClock(CALENDAR, hours) for name, hours in SHAPES.items()}
ORIGIN = datetime(2007, 1, 1, tzinfo=VIETNAM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def open_minutes(hours: WorkHours) -> array[int]:
    """Return every minute since 2007 in which the office works, by walking all days."""
    minutes = array("q")
    day, index = date(2007, 1, 1), 0
    while day <= date(2026, 12, 31):
        if CALENDAR.day_off(day) is None:
            for begin, end in hours.on(day.isoweekday()):
                minutes.extend(range(index * 1440 + begin, index * 1440 + end))
        day, index = day + timedelta(1), index + 1
    return minutes


@pytest.mark.parametrize("name", SHAPES)
def test_100_000_pairs_to_the_minute(name: str) -> None:
    """The k-th open minute after an instant ends one minute after it begins: no arithmetic of shifts."""
    hours = SHAPES[name]
    clock = WorkClock(CALENDAR, hours)
    minutes = open_minutes(hours)
    dice = random.Random(name)
    days = (date(2026, 12, 31) - date(2007, 1, 1)).days
    for _ in range(25_000):
        start, length = dice.randrange((days - 300) * 1440), dice.randrange(1, 12_000)
        first = bisect_left(minutes, start)
        expected = ORIGIN + timedelta(minutes=minutes[first + length - 1] + 1)
        begin = ORIGIN + timedelta(minutes=start)
        end = clock.add(begin, timedelta(minutes=length))
        if end != expected or clock.between(begin, end) != timedelta(minutes=length):
            pytest.fail(f"{begin} + {length} minutes = {end}, not {expected}")


INSTANTS = st.datetimes(datetime(2014, 1, 1), datetime(2025, 12, 31), timezones=st.just(VIETNAM))
LENGTHS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=400))


@settings(deadline=None)
@given(INSTANTS, LENGTHS, st.sampled_from(sorted(SHAPES)))
def test_between_undoes_add_to_the_microsecond(begin: datetime, length: timedelta, name: str) -> None:
    clock = CLOCKS[name]
    end = clock.add(begin, length)
    assert clock.between(begin, end) == length
    assert clock.between(end, begin) == -length
    assert clock.is_open(end)


@settings(deadline=None)
@given(INSTANTS, LENGTHS, LENGTHS)
def test_adding_in_two_steps_is_adding_once(begin: datetime, first: timedelta, second: timedelta) -> None:
    assert CLOCK.add(CLOCK.add(begin, first), second) == CLOCK.add(begin, first + second)


@settings(deadline=None)
@given(INSTANTS, st.integers(1, 5000), st.sampled_from(sorted(SHAPES)))
def test_seconds_pass_like_minutes(begin: datetime, minutes: int, name: str) -> None:
    """Adding whole minutes to an instant with seconds equals adding them in parts of microseconds."""
    clock = CLOCKS[name]
    length = timedelta(minutes=minutes)
    part = timedelta(microseconds=1)
    assert clock.add(begin, length) == clock.add(clock.add(begin, length - part), part)


@settings(deadline=None)
@given(INSTANTS, st.integers(1, 5000))
def test_the_table_and_the_exact_way_agree(begin: datetime, minutes: int) -> None:
    begin = begin.replace(second=0, microsecond=0)
    length = timedelta(minutes=minutes)
    fast, slow = CLOCK.add(begin, length), CLOCK._add_slowly(begin, length)
    assert fast == slow == CLOCK.add(begin, length)
    end = begin + timedelta(days=40)
    assert CLOCK.between(begin, end) == CLOCK._passed(end) - CLOCK._passed(begin)


CASES = [
    pytest.param("2026-10-05T10:30", 4, "2026-10-05T16:00", id="118/2025/NĐ-CP: lunch does not count"),
    pytest.param("2026-10-05T12:10", 4, "2026-10-05T17:00", id="received at lunch: the clock starts at 13:00"),
    pytest.param("2026-10-05T15:00", 4, "2026-10-06T09:30", id="carried over to the next morning"),
    pytest.param("2026-10-05T16:00", 8, "2026-10-06T16:00", id="118/2025/NĐ-CP Art. 17(2)(c), A1"),
    pytest.param("2025-08-29T15:30", 8, "2025-09-03T15:30", id="118/2025/NĐ-CP Art. 17(2)(c), A2"),
    pytest.param("2026-10-05T07:30", 4, "2026-10-05T11:30", id="exactly at the end of a shift: it stays there"),
    pytest.param("2026-10-05T07:30", 8, "2026-10-05T17:00", id="exactly at closing: it stays there"),
    pytest.param("2026-10-02T17:30", 1, "2026-10-05T08:30", id="received after closing on Friday"),
    pytest.param("2026-10-03T09:00", 1, "2026-10-05T08:30", id="received on Saturday"),
    pytest.param("2026-01-09T16:00", 2, "2026-01-10T08:30", id="12729/VPCP-KGVX: the make-up Saturday runs"),
]


@pytest.mark.parametrize(("begin", "hours", "end"), CASES)
def test_hours_run_only_while_the_office_is_open(begin: str, hours: int, end: str) -> None:
    assert CLOCK.add(at(begin), timedelta(hours=hours)) == at(end)


def test_nothing_added_waits_for_the_opening() -> None:
    for begin, end in [
        ("2026-10-05T09:00", "2026-10-05T09:00"),
        ("2026-10-05T11:30", "2026-10-05T11:30"),
        ("2026-10-05T12:00", "2026-10-05T13:00"),
        ("2026-10-05T17:00", "2026-10-05T17:00"),
        ("2026-10-05T18:00", "2026-10-06T07:30"),
        ("2026-10-03T10:00", "2026-10-05T07:30"),
        ("2026-10-05T05:00", "2026-10-05T07:30"),
        ("2026-12-31T17:00", "2026-12-31T17:00"),
    ]:
        assert CLOCK.add(at(begin), timedelta(0)) == at(end), begin


def test_the_zone_of_the_question_does_not_matter() -> None:
    utc = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
    assert CLOCK.add(utc, timedelta(hours=8)) == at("2026-10-06T16:00")
    assert CLOCK.add(utc, timedelta(hours=8)).utcoffset() == timedelta(hours=7)


def test_saturday_reception_is_open_but_no_time_passes() -> None:
    clock = WorkClock(CALENDAR, WorkHours("07:30-11:30,13:00-17:00", reception={6: "07:30-11:30"}))
    assert clock.is_open(at("2026-10-03T09:00")) and not CLOCK.is_open(at("2026-10-03T09:00"))
    assert not clock.is_open(at("2026-10-03T12:00")) and not clock.is_open(at("2026-10-04T09:00"))
    assert clock.add(at("2026-10-03T09:00"), timedelta(hours=1)) == at("2026-10-05T08:30")
    assert clock.hours.reception(6) == ((450, 690),)


@pytest.mark.parametrize("duration", [timedelta(-1), timedelta(microseconds=-1), 8, None, "8 giờ", float("nan")])
def test_what_is_no_duration_is_refused(duration: Any) -> None:
    with pytest.raises(InvalidInput):
        CLOCK.add(at("2026-10-05T09:00"), duration)


@pytest.mark.parametrize("instant", [datetime(2026, 10, 5), date(2026, 10, 5), None, "2026-10-05T09:00", 3])
def test_what_is_no_instant_is_refused(instant: Any) -> None:
    for call in (
        lambda: CLOCK.add(instant, timedelta(hours=1)),
        lambda: CLOCK.between(instant, at("2026-10-05T09:00")),
        lambda: CLOCK.between(at("2026-10-05T09:00"), instant),
        lambda: CLOCK.is_open(instant),
    ):
        with pytest.raises(InvalidInput):
            call()


def test_instants_outside_the_calendar() -> None:
    hour = timedelta(hours=1)
    for instant in (datetime(2006, 12, 31, 23, 59, tzinfo=VIETNAM), datetime(1, 1, 2, tzinfo=VIETNAM)):
        with pytest.raises(NotInForce):
            CLOCK.add(instant, hour)
        with pytest.raises(NotInForce):
            CLOCK.between(instant, at("2026-10-05T09:00"))
    for instant in (datetime(2027, 1, 1, tzinfo=VIETNAM), datetime(9999, 12, 30, tzinfo=VIETNAM)):
        with pytest.raises(BeyondHorizon):
            CLOCK.add(instant, hour)
    for length in (hour, timedelta(days=10**8)):
        with pytest.raises(BeyondHorizon):
            CLOCK.add(at("2026-12-31T16:30"), length)
    with pytest.raises(BeyondHorizon):
        CLOCK.add(at("2026-12-31T18:00"), timedelta(0))


@pytest.mark.parametrize(
    "shifts",
    [
        "",
        "7-",
        "07:30",
        "11:30-07:30",
        "07:30-11:30,11:00-12:00",
        "07:30-25:00",
        "07:60-08:00",
        "a-b",
        "24:30-24:40",
        [7, 8],
        7,
        [("07:30",)],
        [("07:30", 11)],
        (),
        "08:00-08:00",
        "08:xx-09:00",
    ],
)
def test_what_are_no_shifts_is_refused(shifts: Any) -> None:
    with pytest.raises(InvalidInput):
        WorkHours(shifts)


def test_weekdays_are_numbered_from_one_to_seven() -> None:
    for weekday in (0, 8, "6", True):
        with pytest.raises(InvalidInput):
            WorkHours("08:00-12:00", by_weekday={weekday: "08:00-09:00"})  # type: ignore[dict-item]
    with pytest.raises(InvalidInput):
        WorkClock(CALENDAR, WorkHours("08:00-12:00", by_weekday=dict.fromkeys(range(1, 6), ())))


def test_a_clock_needs_a_calendar_and_hours() -> None:
    with pytest.raises(InvalidInput):
        WorkClock("2026", OFFICE)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        WorkClock(CALENDAR, "07:30-11:30")  # type: ignore[arg-type]


def test_hours_are_values() -> None:
    same = WorkHours("07h30-11h30, 13:00–17:00")
    assert same == OFFICE and hash(same) == hash(OFFICE) and same != "07:30-11:30"
    assert str(OFFICE) == "07:30-11:30, 13:00-17:00" and "07:30" in repr(OFFICE)
    pairs = WorkHours([(time(7, 30), time(11, 30)), ("13:00", "17:00")])
    assert pairs == OFFICE
    assert WorkHours("08:00-10:00,10:00-12:00") == WorkHours("08:00-12:00,")
    for hours in SHAPES.values():
        assert pickle.loads(pickle.dumps(hours)) == hours
    assert pickle.loads(pickle.dumps(CLOCK)).add(at("2026-10-05T16:00"), timedelta(hours=8)) == at("2026-10-06T16:00")
    assert OFFICE.minutes(1) == 480 and OFFICE.closing(1) == time(17)
    assert WorkHours("20:00-24:00").closing(1) == time.max
    assert SHAPES["closed Wednesday, night shift"].closing(3) is None


def test_an_instant_at_the_edge_of_time_is_our_error() -> None:
    edge = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for ask in (CLOCK.add, lambda when, _: CLOCK.between(when, when), lambda when, _: CLOCK.is_open(when)):
        with pytest.raises(InvalidInput, match="Vietnamese time"):
            ask(edge, timedelta(hours=1))


def test_beyond_the_horizon_names_the_instant_and_the_last_day() -> None:
    with pytest.raises(BeyondHorizon, match=r"after 2026-12-31 16:00.* beyond 2026-12-31"):
        CLOCK.add(at("2026-12-31 16:00"), timedelta(hours=3))
