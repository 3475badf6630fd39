"""Working days and hours for whole arrays (`datetime64` in and out, and so for pandas, polars and Arrow columns).

Needs the extra `vector` (numpy). NaT in, NaT out. A day outside the calendar raises `NotInForce` or `BeyondHorizon`, or
becomes NaT with `beyond="mask"`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from egov_vn.calendar.counting import clock_of
from egov_vn.calendar.hours import WorkHours
from egov_vn.calendar.workdays import RULE, WorkCalendar
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce

__all__ = ["add", "add_hours", "count", "is_working"]

Beyond = Literal["raise", "mask"]
DayArray = npt.ArrayLike | Sequence[date]
Days = npt.NDArray[np.datetime64]
_EPOCH = date(1970, 1, 1).toordinal()
_NAT = np.iinfo(np.int64).min


class _Tables:
    """The arrays of one calendar, indexed by days since 1970 so that a `datetime64[D]` is its own index."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.first, self.last = calendar.first.toordinal() - _EPOCH, calendar.last.toordinal() - _EPOCH
        self.rank = np.zeros(self.last + 1, dtype=np.int64)
        self.rank[self.first :] = calendar.ranks()
        self.nth = np.array([day.toordinal() - _EPOCH for day in calendar.working_days()], dtype=np.int64)
        self.working = np.zeros(self.last + 1, dtype=bool)
        self.working[self.nth] = True

    def target(self, rank: npt.NDArray[np.int64], index: npt.NDArray[np.int64], n: Any) -> npt.NDArray[np.int64]:
        """Return the place in `nth` of the n-th working day after (or before) the days of *index*."""
        return cast("npt.NDArray[np.int64]", rank + n - 1 + np.where(np.asarray(n) <= 0, ~self.working[index], 0))


@lru_cache(maxsize=8)
def _tables(calendar: WorkCalendar) -> _Tables:
    given: object = calendar
    if not isinstance(given, WorkCalendar):
        raise InvalidInput(f"{given!r} is not a WorkCalendar", path="calendar")
    return _Tables(calendar)


def _together(*arrays: Any) -> tuple[npt.NDArray[Any], ...]:
    """Bring arrays to one shape, or say which shapes do not fit."""
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = " and ".join(str(np.shape(array)) for array in arrays)
        raise InvalidInput(f"arrays of the shapes {shapes} do not fit together", path="shape") from error


@lru_cache(maxsize=32)
def _shifted(calendar: WorkCalendar, n: int) -> tuple[npt.NDArray[np.int64], int, int]:
    """Return the table day -> n-th working day after it, and the first and last index for which it holds."""
    tables = _tables(calendar)
    index = np.arange(tables.first, tables.last + 1)
    # a huge n must not overflow: beyond the number of working days every answer lies outside
    place = tables.target(tables.rank[index], index, max(-len(tables.nth) - 1, min(n, len(tables.nth) + 1)))
    good = np.flatnonzero((place >= 0) & (place < len(tables.nth)))
    table = np.full(tables.last + 1, _NAT, dtype=np.int64)
    if not len(good):
        return table, 0, -1
    table[index[good]] = tables.nth[place[good]]
    return table, int(index[good[0]]), int(index[good[-1]])


def add(days: DayArray, n: npt.ArrayLike, calendar: WorkCalendar, *, beyond: Beyond = "raise") -> Days:
    """Return the *n*-th working day after each of *days*, as `WorkCalendar.add` does; *n* is a number or an array.

    *days* is `datetime64` (a time of day is refused), the result `datetime64[D]`.
    """
    array = _days(days, "days")
    if isinstance(n, bool | np.bool_):
        raise InvalidInput(f"{n!r} is not a number of days", path="n")
    index = array.view(np.int64)
    if isinstance(n, int | np.integer):
        table, low, high = _shifted(calendar, int(n))
        if index.size and low <= int(index.min()) and int(index.max()) <= high:
            return np.take(table, index).view("datetime64[D]")
    return _add(index, _numbers(n), calendar, beyond)


def _add(index: npt.NDArray[np.int64], n: Any, calendar: WorkCalendar, beyond: Beyond) -> Days:
    tables = _tables(calendar)
    index, n = _together(index, n)
    known, safe = _inside(index, tables, beyond, calendar)
    size = len(tables.nth)
    place = tables.target(tables.rank[safe], safe, np.clip(n, -size - 1, size + 1))
    outside = known & ((place < 0) | (place >= size))
    if beyond == "raise" and outside.any():
        at = np.flatnonzero(outside.ravel())[0]
        start, step = date.fromordinal(int(safe.ravel()[at]) + _EPOCH), int(n.ravel()[at])
        if step > 0:
            raise BeyondHorizon(RULE, start, known_until=calendar.last)
        raise NotInForce(RULE, start, f"{step} working days before {start} lie before {calendar.first}")
    good = known & ~outside
    return np.where(good, tables.nth[np.clip(place, 0, size - 1)], _NAT).view("datetime64[D]")


def count(start: DayArray, end: DayArray, calendar: WorkCalendar, *, beyond: Beyond = "raise") -> npt.NDArray[np.int64]:
    """Return the number of working days in (*start*, *end*] of each pair, as `WorkCalendar.count` does.

    Where a day is NaT (or masked) the number is that of NaT, so that `.view("timedelta64[D]")` shows NaT.
    """
    tables = _tables(calendar)
    first, second = _days(start, "start").view(np.int64), _days(end, "end").view(np.int64)
    if first.size and second.size and first.shape == second.shape:
        low, high = min(first.min(), second.min()), max(first.max(), second.max())
        if tables.first <= low and high <= tables.last and (first <= second).all():
            return cast("npt.NDArray[np.int64]", tables.rank.take(second) - tables.rank.take(first))
    a, b = _together(first, second)
    known_a, safe_a = _inside(a, tables, beyond, calendar)
    known_b, safe_b = _inside(b, tables, beyond, calendar)
    numbers = tables.rank[safe_b] - tables.rank[safe_a]
    back = numbers - tables.working[safe_b] + tables.working[safe_a].astype(np.int64)
    return np.where(known_a & known_b, np.where(a <= b, numbers, back), _NAT)


def is_working(days: DayArray, calendar: WorkCalendar, *, beyond: Beyond = "raise") -> npt.NDArray[np.bool_]:
    """Say for each of *days* whether it is a working day; False for NaT and for what is masked."""
    tables = _tables(calendar)
    known, safe = _inside(_days(days, "days").view(np.int64), tables, beyond, calendar)
    return tables.working[safe] & known


class _HourTables:
    """The arrays of one office: minutes passed by minute, and the minute at which so many have passed."""

    def __init__(self, calendar: WorkCalendar, hours: WorkHours) -> None:
        clock_of(calendar, hours)  # checks both
        days = _tables(calendar)
        self.first = days.first
        shapes = [hours.on(weekday or 7) for weekday in range(7)]
        self.within = np.zeros((8, 1441), dtype=np.int64)  # the eighth is a day off
        for weekday, shifts in enumerate(shapes):
            for begin, end in shifts:
                self.within[weekday] += np.clip(np.arange(1441) - begin, 0, end - begin)
        ordinals = np.arange(days.first, days.last + 1) + _EPOCH
        self.shape = np.where(days.working[days.first :], ordinals % 7, 7)
        length = self.within[self.shape, 1440]
        self.before = np.concatenate(([0], np.cumsum(length)))
        # the earliest minute (since the first day) at which k working minutes have passed, for every k
        minutes = np.diff(self.within, axis=1)[self.shape].ravel()
        opened = np.flatnonzero(minutes)
        self.earliest = np.concatenate(([-1], opened + 1)).astype(np.int32)
        self.latest = np.concatenate((opened, [-1])).astype(np.int32)
        self.total = len(opened)
        self.flat = self.within.ravel().astype(np.int32)
        self.row = self.shape * 1441


@lru_cache(maxsize=8)
def _hour_tables(calendar: WorkCalendar, hours: WorkHours) -> _HourTables:
    return _HourTables(calendar, hours)


def add_hours(
    at: npt.ArrayLike,
    duration: timedelta | npt.ArrayLike,
    calendar: WorkCalendar,
    *,
    hours: WorkHours,
    utc: bool = False,
    beyond: Beyond = "raise",
) -> Days:
    """Return the instants at which *duration* of working time has passed after *at*, as `WorkClock.add` does.

    *at* is `datetime64` and means Vietnamese local time, or UTC with *utc*; *duration* is a timedelta or `timedelta64`,
    one or an array, positive. Seconds are kept, finer parts dropped; the result is `datetime64[s]` of the same kind as
    *at*.
    """
    tables = _hour_tables(calendar, hours)
    stamps = np.asarray(at)
    if stamps.dtype.kind != "M":
        raise InvalidInput(f"an array of {stamps.dtype} is not datetime64", path="at")
    more = np.asarray(duration, dtype="timedelta64[s]") if isinstance(duration, timedelta) else np.asarray(duration)
    if more.dtype.kind != "m":
        raise InvalidInput(f"an array of {more.dtype} is not timedelta64", path="duration")
    seconds = stamps.astype("datetime64[s]").view(np.int64)
    more = more.astype("timedelta64[s]").view(np.int64)
    quick = _whole_minutes(seconds, more, tables, shift=7 * 3600 if utc else 0)
    if quick is not None:
        return quick
    seconds, more = _together(seconds, more)
    absent = (seconds == _NAT) | (more == _NAT)
    if (more[~absent] <= 0).any():
        raise InvalidInput("every duration must be positive: working time only passes forwards", path="duration")
    local = np.where(absent, 0, seconds) + (7 * 3600 if utc else 0)
    day = local // 86400
    known, safe = _inside(np.where(absent, _NAT, day), _tables(calendar), beyond, calendar)
    index, rest = safe - tables.first, np.where(known, local - day * 86400, 0)
    minute, second = rest // 60, rest % 60
    shape = tables.shape[index]
    passed = tables.within[shape, minute]
    is_open = tables.within[shape, minute + 1] - passed
    total = (tables.before[index] + passed) * 60 + second * is_open + np.where(known, more, 1)
    whole, part = total // 60, total % 60
    outside = known & ((total > tables.total * 60) | (total < 0))
    if beyond == "raise" and outside.any():
        raise BeyondHorizon(RULE, _first_day(safe, outside), known_until=calendar.last)
    good = known & ~outside
    whole = np.where(good, whole, 1)
    result = np.where(part > 0, tables.latest[np.minimum(whole, tables.total)] * 60 + part, tables.earliest[whole] * 60)
    result = result + tables.first * 86400 - (7 * 3600 if utc else 0)
    return np.where(good, result, _NAT).view("datetime64[s]")


def _whole_minutes(
    seconds: npt.NDArray[np.int64], more: npt.NDArray[np.int64], tables: _HourTables, *, shift: int
) -> Days | None:
    """Answer the common case: whole minutes, one positive duration, nothing outside; None if it is another."""
    if more.ndim or more <= 0 or more % 60 or not seconds.size:
        return None
    first, days = tables.first * 1440, len(tables.shape)
    minutes = seconds // 60
    if (minutes * 60 != seconds).any():
        return None
    minutes += shift // 60 - first
    if minutes.min() < 0 or minutes.max() >= days * 1440:  # NaT lies below, too
        return None
    day = minutes // 1440
    minutes -= day * 1440
    minutes += tables.row.take(day)
    total = tables.flat.take(minutes) + tables.before.take(day) + more // 60
    if total.max() > tables.total:
        return None
    result = tables.earliest.take(total).astype(np.int64)
    result += first - shift // 60
    return (result * 60).view("datetime64[s]")


def _first_day(index: npt.NDArray[np.int64], which: npt.NDArray[np.bool_]) -> date:
    return date.fromordinal(int(index.ravel()[np.flatnonzero(which.ravel())[0]]) + _EPOCH)


def _days(values: DayArray, path: str) -> Days:
    array = np.asarray(values)
    if values is None:
        raise InvalidInput("None is not an array of days", path=path)
    if array.dtype.kind == "O" or array.dtype.kind in "US":
        try:
            array = array.astype("datetime64[D]" if array.dtype.kind != "O" else "datetime64")
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"not an array of days: {error}", path=path) from error
    if array.dtype.kind != "M":
        raise InvalidInput(f"an array of {array.dtype} is not datetime64", path=path)
    if array.dtype == np.dtype("datetime64[D]"):
        return array if array.flags.c_contiguous else np.ascontiguousarray(array)
    days = array.astype("datetime64[D]")
    if not ((days == array) | np.isnat(array)).all():
        raise InvalidInput(f"an array of {array.dtype} holds times of day; convert it to days first", path=path)
    return days


def _numbers(n: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(n)
    if array.dtype.kind not in "iu":
        raise InvalidInput(f"an array of {array.dtype} is not whole numbers of days", path="n")
    return np.asarray(np.clip(array, -(10**9), 10**9), dtype=np.int64)


def _inside(
    index: npt.NDArray[np.int64], tables: _Tables, beyond: Beyond, calendar: WorkCalendar
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Return which days the calendar knows, and the indices with the others replaced by its first day."""
    if beyond not in ("raise", "mask"):
        raise InvalidInput(f"{beyond!r} is neither 'raise' nor 'mask'", path="beyond")
    absent = index == _NAT
    before, after = (index < tables.first) & ~absent, index > tables.last
    if beyond == "raise" and (before.any() or after.any()):
        which = before if before.any() else after
        value = np.datetime64(int(index.ravel()[np.flatnonzero(which.ravel())[0]]), "D")
        if which is before:
            raise NotInForce(
                RULE, calendar.first, f"{value} lies before {calendar.first}, where the data of {RULE} begin"
            )
        message = f"{value} lies beyond {calendar.last}, the last day for which {RULE} is published"
        raise BeyondHorizon(RULE, calendar.last, known_until=calendar.last, message=message)
    known = ~(absent | before | after)
    return known, np.where(known, index, tables.first)
