"""Working days, hours and arrays, beside the peers in the same run; every answer is compared with a day-by-day count.

`--quick` takes a tenth of the repetitions and smaller arrays. Peers that are not installed are left out.
"""

from __future__ import annotations

import sys

# This file is named like a module of the standard library that others import: keep its folder out of the way.
sys.path.pop(0)

import argparse
import random
import subprocess
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np

from egov_vn.calendar import WorkCalendar, WorkClock, WorkHours, vector
from egov_vn.clock import VIETNAM

CALENDAR = WorkCalendar.official()
FIRST, LAST = date(2014, 1, 1), date(2026, 6, 30)
SHIFTS = "07:30-11:30,13:30-17:00"
N = 15
HOURS = timedelta(hours=20)


def truth() -> tuple[list[date], list[date]]:
    """Return the working days and all days off, by asking day by day."""
    days = [date.fromordinal(n) for n in range(date(2013, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1)]
    return [day for day in days if CALENDAR.day_off(day) is None], [day for day in days if CALENDAR.day_off(day)]


WORKING, OFF = truth()


def best(call: Callable[[], Any], repeat: int) -> float:
    """Return the shortest of several runs in seconds: the least disturbed one."""
    shortest = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def row(name: str, seconds: float, items: int, wrong: int | None, total: int, floor: float | None = None) -> None:
    each = seconds / items * 1e9
    speed = items / seconds
    rate = f"{speed / 1e6:8.2f} M/s" if speed > 1e5 else f"{speed / 1e3:8.2f} k/s"
    right = "-" if wrong is None else "all right" if not wrong else f"{wrong} of {total} WRONG"
    times = f"{seconds / floor:7.1f}x" if floor else " " * 8
    print(f"  {name:<46} {each:12.1f} ns {rate} {times}   {right}")


def each(call: Callable[..., Any], *columns: Sequence[Any]) -> Callable[[], None]:
    if len(columns) == 1:

        def one() -> None:
            for item in columns[0]:
                call(item, N)

        return one

    def two() -> None:
        for a, b in zip(*columns, strict=True):
            call(a, b)

    return two


def expected_add(day: date, n: int) -> date:
    at = bisect_left(WORKING, day)
    return WORKING[at + n - (WORKING[at] != day)]


def peers() -> dict[str, tuple[Callable[[date, int], date], Callable[[date, date], int] | None, int]]:
    """Return each peer's add, count and how many repetitions it is worth."""
    found: dict[str, tuple[Callable[[date, int], date], Callable[[date, date], int] | None, int]] = {}
    exact = np.busdaycalendar(weekmask="1111111", holidays=np.array(OFF, "datetime64[D]"))
    weekdays = [day for day in OFF if day.weekday() < 5]
    naive = np.busdaycalendar(holidays=np.array(weekdays, "datetime64[D]"))
    for name, busday in (("numpy busday, every weekend listed", exact), ("numpy busday, Monday to Friday", naive)):

        def add(day: date, n: int, busday: Any = busday) -> date:
            return cast("date", np.busday_offset(day, n, roll="backward", busdaycal=busday).item())

        def count(a: date, b: date, busday: Any = busday) -> int:
            one = timedelta(days=1)
            return int(np.busday_count(a + one, b + one, busdaycal=busday))

        found[name] = (add, count, 3)
    try:
        import holidays  # noqa: PLC0415

        vietnam = holidays.country_holidays("VN", years=range(2013, 2028))

        def nth(day: date, n: int) -> date:
            reached: date = vietnam.get_nth_working_day(day, n)
            return reached

        def between(a: date, b: date) -> int:
            return vietnam.get_working_days_count(a + timedelta(days=1), b) if b > a else 0

        found["python-holidays"] = (nth, between, 2)
    except ImportError:
        pass
    with suppress(ImportError):
        found["workalendar, own subclass for Vietnam"] = workalendar()
    try:
        import pandas as pd  # noqa: PLC0415

        offset = pd.offsets.CustomBusinessDay(n=N, weekmask="Mon Tue Wed Thu Fri Sat Sun", holidays=OFF)
        found["pandas CustomBusinessDay, every weekend listed"] = (
            lambda day, _: (pd.Timestamp(day) + offset).date(),
            None,
            2,
        )
    except ImportError:
        pass
    return found


def workalendar() -> Any:
    from workalendar.core import Calendar  # noqa: PLC0415

    class Vietnam(Calendar):  # type: ignore[misc]
        FIXED_HOLIDAYS = ()

        def get_weekend_days(self) -> tuple[int, ...]:
            return (5, 6)

        def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
            return [(day, "off") for day in OFF if day.year == year and day.weekday() < 5]

    mine, extra = Vietnam(), [day for day in WORKING if day.weekday() >= 5]

    def add(day: date, n: int) -> date:
        return mine.add_working_days(day, n, extra_working_days=extra)  # type: ignore[no-any-return]

    def count(a: date, b: date) -> int:
        return mine.get_working_days_delta(a, b, extra_working_days=extra)  # type: ignore[no-any-return]

    return add, count, 1


def scalar(repeat: int) -> None:
    dice = random.Random(1)
    span = (LAST - FIRST).days
    days = [FIRST + timedelta(dice.randrange(span)) for _ in range(3000)]
    ends = [day + timedelta(dice.randrange(120)) for day in days]
    answers = [expected_add(day, N) for day in days]
    counts = [
        sum(CALENDAR.is_working(a + timedelta(i + 1)) for i in range((b - a).days))
        for a, b in zip(days, ends, strict=True)
    ]

    def empty(day: date, _: int) -> int:
        return day.toordinal()

    print(f"add {N} working days, one at a time (3000 days)")
    floor = best(each(empty, days), repeat * 20)
    row("floor: an empty call and toordinal", floor, 3000, None, 3000)
    wrong = sum(CALENDAR.add(day, N) != answer for day, answer in zip(days, answers, strict=True))
    row("egov_vn WorkCalendar.add", best(each(CALENDAR.add, days), repeat * 20), 3000, wrong, 3000, floor)
    others = peers()
    for name, (add, _, times) in others.items():
        wrong = sum(add(day, N) != answer for day, answer in zip(days, answers, strict=True))
        row(name, best(each(add, days), times), 3000, wrong, 3000, floor)

    print("count working days between two days (3000 pairs, up to 119 days)")
    wrong = sum(CALENDAR.count(a, b) != n for a, b, n in zip(days, ends, counts, strict=True))
    ours = best(each(CALENDAR.count, days, ends), repeat * 20)
    row("egov_vn WorkCalendar.count", ours, 3000, wrong, 3000)
    for name, (_, count, times) in others.items():
        if count is not None:
            wrong = sum(count(a, b) != n for a, b, n in zip(days, ends, counts, strict=True))
            row(name, best(each(count, days, ends), times), 3000, wrong, 3000)


def minutes_open(hours: WorkHours) -> list[int]:
    origin = date(2013, 1, 1).toordinal()
    return [
        (day.toordinal() - origin) * 1440 + minute
        for day in WORKING
        for begin, end in hours.on(day.isoweekday())
        for minute in range(begin, end)
    ]


def scalar_hours(repeat: int) -> None:
    hours = WorkHours(SHIFTS)
    clock = WorkClock(CALENDAR, hours)
    dice = random.Random(2)
    begins = [
        datetime(2014, 1, 1, tzinfo=VIETNAM) + timedelta(minutes=dice.randrange(4400 * 1440)) for _ in range(2000)
    ]
    minutes, origin = minutes_open(hours), datetime(2013, 1, 1, tzinfo=VIETNAM)
    answers = []
    for begin in begins:
        at = bisect_left(minutes, int((begin - origin).total_seconds()) // 60)
        answers.append(origin + timedelta(minutes=minutes[at + 20 * 60 - 1] + 1))

    def run(call: Callable[[datetime], Any], items: Sequence[datetime]) -> Callable[[], None]:
        def loop() -> None:
            for begin in items:
                call(begin)

        return loop

    print(f"add 20 working hours, {SHIFTS} (2000 instants)")
    wrong = sum(clock.add(begin, HOURS) != answer for begin, answer in zip(begins, answers, strict=True))

    def ours() -> None:
        add = clock.add
        for begin in begins:
            add(begin, HOURS)

    row("egov_vn WorkClock.add", best(ours, repeat * 20), 2000, wrong, 2000)
    try:
        import pandas as pd  # noqa: PLC0415

        offset = pd.offsets.CustomBusinessHour(
            n=20, weekmask="Mon Tue Wed Thu Fri Sat Sun", holidays=OFF, start=["07:30", "13:30"], end=["11:30", "17:00"]
        )
        few = [begin.replace(tzinfo=None) for begin in begins]
        wrong = sum(
            (pd.Timestamp(begin) + offset).to_pydatetime() != answer.replace(tzinfo=None)
            for begin, answer in zip(few, answers, strict=True)
        )
        row("pandas CustomBusinessHour", best(run(lambda at: pd.Timestamp(at) + offset, few), 1), 2000, wrong, 2000)
    except ImportError:
        pass
    try:
        rule, delta = business_rules()
        few = [begin.replace(tzinfo=None) for begin in begins[:300]]
        wrong = sum(
            (begin + delta(rule)).replace(tzinfo=None) != answer.replace(tzinfo=None)
            for begin, answer in zip(few, answers, strict=False)
        )
        row("businesstimedelta", best(run(lambda at: at + delta(rule), few), 1), 300, wrong, 300)
    except ImportError:
        pass


def business_rules() -> Any:
    from datetime import time as clock_time  # noqa: PLC0415

    import businesstimedelta as btd  # noqa: PLC0415

    mornings = btd.WorkDayRule(start_time=clock_time(7, 30), end_time=clock_time(11, 30), working_days=range(5))
    afternoons = btd.WorkDayRule(start_time=clock_time(13, 30), end_time=clock_time(17), working_days=range(5))
    holidays = btd.HolidayRule({day: "off" for day in OFF if day.weekday() < 5})
    rules = btd.Rules([mornings, afternoons, holidays])
    return rules, lambda rule: btd.BusinessTimeDelta(rule, hours=20)


def arrays(repeat: int, size: int) -> None:
    dice = np.random.default_rng(3)
    days = np.datetime64(FIRST) + dice.integers(0, (LAST - FIRST).days, size).astype("timedelta64[D]")
    ends = days + dice.integers(0, 120, size).astype("timedelta64[D]")
    sample = dice.integers(0, size, 5000)
    answers = np.array([expected_add(day, N) for day in days[sample].tolist()], "datetime64[D]")
    step = np.timedelta64(N, "D")
    print(f"add {N} working days to an array of {size:,}")
    floor = best(lambda: days + step, repeat * 3)
    row("floor: a bare addition", floor, size, None, size)
    wrong = int((vector.add(days, N, CALENDAR)[sample] != answers).sum())
    row(
        "egov_vn calendar.vector.add", best(lambda: vector.add(days, N, CALENDAR), repeat * 3), size, wrong, 5000, floor
    )
    exact = np.busdaycalendar(weekmask="1111111", holidays=np.array(OFF, "datetime64[D]"))
    naive = np.busdaycalendar(holidays=np.array([day for day in OFF if day.weekday() < 5], "datetime64[D]"))
    for name, busday in (
        ("np.busday_offset, every weekend listed", exact),
        ("np.busday_offset, Monday to Friday", naive),
    ):

        def offset(busday: Any = busday) -> Any:
            return np.busday_offset(days, N, roll="backward", busdaycal=busday)

        row(name, best(offset, 2), size, int((offset()[sample] != answers).sum()), 5000, floor)
    one = np.timedelta64(1, "D")
    print(f"count between two arrays of {size:,}")
    counted = np.array(
        [CALENDAR.count(a, b) for a, b in zip(days[sample].tolist(), ends[sample].tolist(), strict=True)]
    )
    wrong = int((vector.count(days, ends, CALENDAR)[sample] != counted).sum())
    row("egov_vn calendar.vector.count", best(lambda: vector.count(days, ends, CALENDAR), repeat), size, wrong, 5000)
    for name, busday in (
        ("np.busday_count, every weekend listed", exact),
        ("np.busday_count, Monday to Friday", naive),
    ):

        def peer(busday: Any = busday) -> Any:
            return np.busday_count(days + one, ends + one, busdaycal=busday)

        row(name, best(peer, 2), size, int((peer()[sample] != counted).sum()), 5000)
    hours = WorkHours(SHIFTS)
    at = days.astype("datetime64[m]") + dice.integers(0, 1440, size).astype("timedelta64[m]")
    print(f"add 20 working hours to an array of {size:,}")
    clock = WorkClock(CALENDAR, hours)
    found = vector.add_hours(at, HOURS, CALENDAR, hours=hours)[sample].tolist()
    begins = [item.replace(tzinfo=VIETNAM) for item in at[sample].astype("datetime64[s]").tolist()]
    wrong = sum(clock._add_slowly(a, HOURS).replace(tzinfo=None) != b for a, b in zip(begins, found, strict=True))  # noqa: SLF001
    row(
        "egov_vn calendar.vector.add_hours",
        best(lambda: vector.add_hours(at, HOURS, CALENDAR, hours=hours), repeat),
        size,
        wrong,
        5000,
    )


def starting() -> None:
    print("starting (a process each, the shortest of 7)")
    measure = "import time; a = time.perf_counter(); {}; print(time.perf_counter() - a)"
    build = (
        "from egov_vn.calendar import WorkCalendar; import time; a = time.perf_counter(); WorkCalendar.official().add"
    )
    for name, code in (
        ("import egov_vn.calendar", measure.format("import egov_vn.calendar")),
        ("from egov_vn.calendar import WorkCalendar", measure.format("from egov_vn.calendar import WorkCalendar")),
        (
            "… import WorkCalendar, compute_deadline",
            measure.format("from egov_vn.calendar import WorkCalendar, compute_deadline"),
        ),
        ("WorkCalendar.official(): law read, tables built", f"{build}; print(time.perf_counter() - a)"),
        ("import holidays", measure.format("import holidays")),
        ("import pandas", measure.format("import pandas")),
    ):
        times = []
        for _ in range(7):
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                times.append(float(done.stdout))
        if times:
            print(f"  {name:<46} {min(times) * 1e3:9.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    scalar(1 if quick else 10)
    scalar_hours(1 if quick else 10)
    arrays(2 if quick else 10, 100_000 if quick else 1_000_000)
    starting()


if __name__ == "__main__":
    main()
