"""Whole arrays: the same answers as one by one, NaT in and out, and what lies outside."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from egov_vn.calendar import WorkCalendar, WorkClock, WorkHours, vector
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, EgovError, InvalidInput, NotInForce

CALENDAR = WorkCalendar.official()
OFFICE = WorkHours("07:30-11:30,13:30-17:00", by_weekday={5: "07:30-11:30"})
FIRST, LAST = np.datetime64("2007-01-01"), np.datetime64("2026-12-31")
ALL = np.arange(FIRST, LAST + 1)
NAT = np.datetime64("NaT", "D")


@pytest.mark.parametrize("n", [-60, -15, -1, 0, 1, 5, 15, 60])
def test_add_is_add_for_every_day(n: int) -> None:
    for steps in (n, np.full(len(ALL), n)):
        found = vector.add(ALL, steps, CALENDAR, beyond="mask")
        assert found.dtype == np.dtype("datetime64[D]")
        for day, result in zip(ALL.tolist(), found.tolist(), strict=True):
            try:
                assert result == CALENDAR.add(day, n), day
            except (BeyondHorizon, NotInForce):
                assert result is None, day


def test_each_day_may_have_its_own_number() -> None:
    dice = np.random.default_rng(3)
    days, steps = dice.choice(ALL[400:-400], 2000), dice.integers(-200, 200, 2000)
    found = vector.add(days, steps, CALENDAR)
    assert found.tolist() == [CALENDAR.add(day, int(n)) for day, n in zip(days.tolist(), steps, strict=True)]
    # one day and many numbers; shapes are kept
    table = vector.add(days[:6].reshape(2, 3), np.array([1, 2, 3]), CALENDAR)
    assert table.shape == (2, 3) and table[1, 2].item() == CALENDAR.add(days[5].item(), 3)
    assert vector.add(np.datetime64("2026-02-12"), 5, CALENDAR) == np.datetime64("2026-02-26")


def test_count_is_count() -> None:
    dice = np.random.default_rng(5)
    a, b = dice.choice(ALL, 3000), dice.choice(ALL, 3000)
    for start, end in ((a, b), (np.minimum(a, b), np.maximum(a, b))):
        found = vector.count(start, end, CALENDAR)
        assert found.dtype == np.int64
        assert found.tolist() == [CALENDAR.count(x, y) for x, y in zip(start.tolist(), end.tolist(), strict=True)]
    assert vector.count(a[0], b[:3], CALENDAR).shape == (3,)


def test_is_working_is_is_working() -> None:
    found = vector.is_working(np.append(ALL, NAT), CALENDAR)
    assert found.tolist() == [CALENDAR.is_working(day) for day in ALL.tolist()] + [False]


def test_hours_are_hours() -> None:
    dice = random.Random(7)
    clock = WorkClock(CALENDAR, OFFICE)
    begins = [datetime(2014, 1, 1) + timedelta(seconds=dice.randrange(4000 * 86400)) for _ in range(3000)]
    lengths = [timedelta(seconds=dice.randrange(1, 500_000)) for _ in begins]
    found = vector.add_hours(
        np.array(begins, "datetime64[s]"), np.array(lengths, "timedelta64[s]"), CALENDAR, hours=OFFICE
    )
    for begin, length, result in zip(begins, lengths, found.tolist(), strict=True):
        assert clock.add(begin.replace(tzinfo=VIETNAM), length).replace(tzinfo=None) == result, (begin, length)
    one = timedelta(hours=8)
    minutes = np.array(begins, "datetime64[m]")
    by_minute = vector.add_hours(minutes, one, CALENDAR, hours=OFFICE)
    utc = vector.add_hours(minutes - np.timedelta64(7, "h"), one, CALENDAR, hours=OFFICE, utc=True)
    assert (by_minute - np.timedelta64(7, "h") == utc).all()


def test_nat_in_nat_out() -> None:
    days = np.array(["2026-02-12", "NaT"], "datetime64[D]")
    for n in (5, 0, -5, np.array([5, 5])):
        found = vector.add(days, n, CALENDAR)
        assert np.isnat(found).tolist() == [False, True]
    counted = vector.count(days, np.datetime64("2026-02-26"), CALENDAR)
    assert counted[0] == 5 and np.isnat(counted.view("timedelta64[D]")).tolist() == [False, True]
    at = np.array(["2026-02-12T09:00", "NaT"], "datetime64[m]")
    found = vector.add_hours(at, timedelta(hours=8), CALENDAR, hours=OFFICE)
    assert np.isnat(found).tolist() == [False, True]
    lengths = np.array([3600, "NaT"], "timedelta64[s]")
    assert np.isnat(vector.add_hours(at[:1], lengths, CALENDAR, hours=OFFICE)).tolist() == [False, True]
    assert vector.add(days[:0], 5, CALENDAR).size == 0


OUTSIDE = np.array(["2026-02-12", "2027-01-01", "1999-01-01", "9999-12-31", "0001-01-01"], "datetime64[D]")


def test_outside_is_an_error_or_a_mask_as_asked() -> None:
    for call in (
        lambda days, **how: vector.add(days, 1, CALENDAR, **how),
        lambda days, **how: vector.count(np.datetime64("2026-01-05"), days, CALENDAR, **how),
        lambda days, **how: vector.add_hours(
            days.astype("datetime64[m]") + 600, timedelta(hours=1), CALENDAR, hours=OFFICE, **how
        ),
        lambda days, **how: vector.is_working(days, CALENDAR, **how),
    ):
        with pytest.raises(BeyondHorizon, match="2027-01-01"):
            call(OUTSIDE[:2])
        with pytest.raises(NotInForce, match="1999-01-01"):
            call(OUTSIDE[[0, 2]])
        with pytest.raises(EgovError):
            call(OUTSIDE)
        masked = call(OUTSIDE, beyond="mask")
        if masked.dtype != bool:
            assert (
                np.isnat(masked.view("datetime64[D]") if masked.dtype == np.int64 else masked).tolist()
                == [False] + [True] * 4
            )
        with pytest.raises(InvalidInput, match="mask"):
            call(OUTSIDE, beyond="ignore")


def test_results_outside_are_an_error_or_a_mask() -> None:
    days = np.array(["2026-12-30", "2026-02-12"], "datetime64[D]")
    with pytest.raises(BeyondHorizon):
        vector.add(days, 5, CALENDAR)
    assert np.isnat(vector.add(days, 5, CALENDAR, beyond="mask")).tolist() == [True, False]
    for n in (10**9, 10**18, np.array([10**18, 10**18])):
        with pytest.raises(BeyondHorizon):
            vector.add(days, n, CALENDAR)
        with pytest.raises(NotInForce):
            vector.add(days, -n, CALENDAR)
    late = np.array(["2026-12-31T16:30"], "datetime64[m]")
    with pytest.raises(BeyondHorizon):
        vector.add_hours(late, timedelta(hours=1), CALENDAR, hours=OFFICE)
    assert np.isnat(vector.add_hours(late, timedelta(hours=1), CALENDAR, hours=OFFICE, beyond="mask")).all()
    assert vector.add_hours(late, timedelta(minutes=30), CALENDAR, hours=OFFICE)[0] == np.datetime64("2026-12-31T17:00")


@pytest.mark.parametrize("n", [True, np.True_, 1.5, float("nan"), "5", None, np.array([1.5])])
def test_what_is_no_number_is_refused(n: Any) -> None:
    with pytest.raises(InvalidInput):
        vector.add(ALL[:1], n, CALENDAR)


@pytest.mark.parametrize("days", [[1, 2], ["no day"], np.array([1.5]), [object()], None])
def test_what_are_no_days_is_refused(days: Any) -> None:
    with pytest.raises(InvalidInput):
        vector.add(days, 1, CALENDAR)


def test_days_in_other_forms() -> None:
    expected = np.datetime64("2026-02-26")
    for days in (
        [date(2026, 2, 12)],
        ["2026-02-12"],
        np.array(["2026-02-12T00:00"], "datetime64[ns]"),
        np.array(["2026-02-12", "2026-02-13"], "datetime64[D]")[::2],
    ):
        assert vector.add(days, 5, CALENDAR)[0] == expected
    with pytest.raises(InvalidInput, match="times of day"):
        vector.add(np.array(["2026-02-12T09:00"], "datetime64[m]"), 5, CALENDAR)
    with pytest.raises(InvalidInput):
        vector.add([datetime(2026, 2, 12, 9)], 5, CALENDAR)


def test_pandas_columns() -> None:
    pandas = pytest.importorskip("pandas")
    column = pandas.Series(pandas.to_datetime(["2026-02-12", None]))
    found = pandas.Series(vector.add(column, 5, CALENDAR))
    assert found[0] == pandas.Timestamp("2026-02-26") and found.isna()[1]


def test_hours_check_their_arguments() -> None:
    at = np.array(["2026-02-12T09:00"], "datetime64[m]")
    wrong: list[tuple[Any, Any]] = [
        (at, 8),
        (at, timedelta(0)),
        (at, timedelta(hours=-1)),
        ([1], timedelta(hours=1)),
        (at, [None]),
    ]
    for stamps, length in wrong:
        with pytest.raises(InvalidInput):
            vector.add_hours(stamps, length, CALENDAR, hours=OFFICE)
    with pytest.raises(InvalidInput):
        vector.add_hours(at, timedelta(hours=1), CALENDAR, hours="07:30-11:30")  # type: ignore[arg-type]


def test_what_does_not_fit_together_is_our_error() -> None:
    days = np.array(["2026-01-05", "2026-01-06"], "datetime64[D]")
    no_calendar: Any = None
    with pytest.raises(InvalidInput, match=r"\(2,\) and \(3,\)"):
        vector.add(days, np.array([1, 2, 3]), CALENDAR)
    with pytest.raises(InvalidInput, match=r"\(2,\) and \(3,\)"):
        vector.count(days, np.array(["2026-01-05"] * 3, "datetime64[D]"), CALENDAR)
    with pytest.raises(InvalidInput, match="WorkCalendar"):
        vector.add(days, 1, no_calendar)


def test_a_column_of_polars_goes_through() -> None:
    polars = pytest.importorskip("polars")
    column = polars.Series([date(2026, 1, 9), None])
    found = polars.Series(vector.add(column, 1, CALENDAR))
    assert found.to_list() == [date(2026, 1, 10), None]
