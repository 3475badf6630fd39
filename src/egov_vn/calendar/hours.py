"""Working hours (*giờ làm việc*): shifts, lunch, and adding hours that pass only while the office is open.

A result that falls exactly on the end of a shift stays there: eleven thirty is eleven thirty, not the afternoon.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from egov_vn.calendar.workdays import RULE, WorkCalendar
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import BeyondHorizon, InvalidInput

__all__ = ["WorkClock", "WorkHours"]

_MINUTES = 1440
_REMEMBERED = 10_000
_MINUTE = timedelta(minutes=1)
_ZERO = timedelta(0)
Shifts = tuple[tuple[int, int], ...]
Shift = str | tuple[str | time, str | time]
ShiftsIn = str | Iterable[Shift]


class WorkHours:
    """The shifts of an office (*ca làm việc*), per weekday where they differ, and its counter hours on rest days.

    *shifts* is `("07:30-11:30", "13:00-17:00")`, one text with commas, or pairs of times. *by_weekday* replaces them
    for a weekday (1 = Monday to 7 = Sunday); a swapped Saturday takes its own entry or the ordinary shifts. *reception*
    are counter hours on rest days: a dossier may be received then, but no working time passes.
    """

    __slots__ = ("_by_weekday", "_reception", "_shifts")

    def __init__(
        self,
        shifts: ShiftsIn,
        *,
        by_weekday: Mapping[int, ShiftsIn] | None = None,
        reception: Mapping[int, ShiftsIn] | None = None,
    ) -> None:
        self._shifts = _shifts(shifts, "shifts")
        if not self._shifts:
            raise InvalidInput("an office needs at least one shift", path="shifts")
        self._by_weekday = _per_weekday(by_weekday, "by_weekday")
        self._reception = _per_weekday(reception, "reception")

    def on(self, weekday: int) -> Shifts:
        """Return the shifts of a working day on *weekday* (1 = Monday) as (from, to) in minutes after midnight."""
        return self._by_weekday.get(weekday, self._shifts)

    def reception(self, weekday: int) -> Shifts:
        """Return the counter hours of a rest day on *weekday*, in minutes after midnight."""
        return self._reception.get(weekday, ())

    def minutes(self, weekday: int) -> int:
        """Return the working minutes of a working day on *weekday*."""
        return sum(end - begin for begin, end in self.on(weekday))

    def closing(self, weekday: int) -> time | None:
        """Return when a working day on *weekday* ends, or None if nothing is worked; 24:00 is `time.max`."""
        shifts = self.on(weekday)
        if not shifts:
            return None
        return time.max if shifts[-1][1] == _MINUTES else time(*divmod(shifts[-1][1], 60))

    def _key(self) -> tuple[Any, ...]:
        return self._shifts, tuple(sorted(self._by_weekday.items())), tuple(sorted(self._reception.items()))

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, WorkHours) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        by_weekday = {key: _text(value) for key, value in self._by_weekday.items()}
        reception = {key: _text(value) for key, value in self._reception.items()}
        return _hours, (_text(self._shifts), by_weekday, reception)

    def __str__(self) -> str:
        return _text(self._shifts)

    def __repr__(self) -> str:
        return f"WorkHours({_text(self._shifts)!r})"


def _hours(shifts: str, by_weekday: dict[int, str], reception: dict[int, str]) -> WorkHours:
    return WorkHours(shifts, by_weekday=by_weekday, reception=reception)


def _text(shifts: Shifts) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in shifts)


def _per_weekday(raw: Mapping[int, ShiftsIn] | None, path: str) -> Mapping[int, Shifts]:
    found = {}
    for weekday, shifts in (raw or {}).items():
        if type(weekday) is not int or not 1 <= weekday <= 7:
            raise InvalidInput(f"{weekday!r} is not a weekday (1 = Monday to 7 = Sunday)", path=path)
        found[weekday] = _shifts(shifts, f"{path}[{weekday}]")
    return MappingProxyType(found)


def _shifts(raw: ShiftsIn, path: str) -> Shifts:
    parts: Iterable[Shift] = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, Iterable):
        raise InvalidInput(f"{raw!r} are not shifts such as '07:30-11:30'", path=path)
    found: list[tuple[int, int]] = []
    for part in parts:
        if isinstance(part, str) and not part.strip():
            continue
        begin, end = _ends(part, path)
        if begin >= end or (found and begin < found[-1][1]):
            raise InvalidInput(f"{part!r} does not follow in time", path=path)
        if found and begin == found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return tuple(found)


def _ends(part: object, path: str) -> tuple[int, int]:
    """Read one shift: "07:30-11:30", or a pair of times."""
    pair: object = part
    if isinstance(part, str):
        begin, dash, end = part.replace("–", "-").partition("-")
        pair = (begin, end) if dash else None
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise InvalidInput(f"{part!r} is not a shift such as '07:30-11:30'", path=path)
    first, second = (item.hour * 60 + item.minute if isinstance(item, time) else _minute(item, path) for item in pair)
    return first, second


def _minute(text: object, path: str) -> int:
    if not isinstance(text, str):
        raise InvalidInput(f"{text!r} is not a time such as 07:30", path=path)
    hour, colon, minute = text.strip().replace("h", ":").partition(":")
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and (not colon or (minute or "00").isdigit())):
        raise InvalidInput(f"{text!r} is not a time such as 07:30", path=path)
    value = int(hour) * 60 + int(minute or 0)
    if value > _MINUTES or int(minute or 0) > 59:
        raise InvalidInput(f"{text!r} is not a time of day", path=path)
    return value


class WorkClock:
    """A clock that runs only in the *hours* of the working days of *calendar* (*đồng hồ giờ làm việc*).

    Whole minutes are looked up; instants and durations with seconds take a slower way to the same result.
    """

    __slots__ = (
        "_bucket",
        "_by_day",
        "_cumulated",
        "_days",
        "_guess",
        "_lengths",
        "_midnights",
        "_slots",
        "_start",
        "calendar",
        "hours",
    )

    calendar: WorkCalendar
    hours: WorkHours

    def __init__(self, calendar: WorkCalendar, hours: WorkHours) -> None:
        if not isinstance(calendar, WorkCalendar):
            raise InvalidInput(f"{calendar!r} is not a WorkCalendar", path="calendar")
        if not isinstance(hours, WorkHours):
            raise InvalidInput(f"{hours!r} is not a WorkHours", path="hours")
        self.calendar, self.hours = calendar, hours
        minutes = [hours.minutes(weekday or 7) for weekday in range(7)]  # an ordinal modulo 7 is 0 on Sunday
        if not any(minutes[1:6]):
            raise InvalidInput("no working time on any weekday", path="hours")
        self._days = calendar.working_days()
        per_day = [minutes[day.toordinal() % 7] for day in self._days]
        self._cumulated = list(accumulate(per_day, initial=0))  # working minutes before each day of _days
        self._start = datetime.combine(calendar.first, time(), VIETNAM)
        self._tables(per_day)

    def _tables(self, per_day: list[int]) -> None:
        passed: dict[int, list[int]] = {}
        opening: dict[int, list[timedelta]] = {}
        for weekday in range(7):
            shifts = self.hours.on(weekday or 7)
            passed[weekday] = [_passed_minutes(shifts, minute) for minute in range(_MINUTES + 1)]
            opening[weekday] = _instants(shifts)
        closed = [0] * (_MINUTES + 1)
        first, ranks = self.calendar.first.toordinal(), self.calendar.ranks()
        cumulated = self._cumulated
        earlier = 0
        self._by_day: list[tuple[int, list[int]]] = []  # working minutes before each day, and within it by minute
        for ordinal, rank in enumerate(ranks, first):
            self._by_day.append((cumulated[earlier], passed[ordinal % 7] if rank != earlier else closed))
            earlier = rank
        self._lengths: dict[timedelta, int] = {}  # whole minutes of the durations seen, so that each is measured once
        self._midnights = [self._start + timedelta(day.toordinal() - first) for day in self._days]
        openings = [opening[day.toordinal() % 7] for day in self._days]
        # of each working day: minutes passed at its end and before it, its midnight, the time of day of each minute
        self._slots = list(zip(cumulated[1:], cumulated, self._midnights, openings, strict=False))
        bucket = self._bucket = min(length for length in per_day if length)
        guess, at = [0], 0
        for total in range(bucket, cumulated[-1] + 1, bucket):
            while cumulated[at + 1] < total:
                at += 1
            guess.append(at)
        self._guess = guess

    def add(self, at: datetime, duration: timedelta) -> datetime:
        """Return the instant at which *duration* of working time has passed after *at*, in Vietnamese time.

        Outside the hours the clock stands: it starts at the next shift. A result on the end of a shift stays there;
        nothing added gives *at* itself inside a shift, the next opening outside.
        """
        try:
            more = self._lengths[duration]
            since = at - self._start
            seconds = since.seconds
            if not (seconds % 60 or since.microseconds) and (index := since.days) >= 0:
                before, within = self._by_day[index]
                total = before + within[seconds // 60] + more
                index = self._guess[total // self._bucket]
                end, begin, midnight, instants = self._slots[index]
                while end < total:
                    index += 1
                    end, begin, midnight, instants = self._slots[index]
                return midnight + instants[total - begin]
        except (LookupError, TypeError, AttributeError):
            pass  # the slow way says what is wrong
        return self._add_slowly(at, duration)

    def _add_slowly(self, at: datetime, duration: timedelta) -> datetime:
        local = require_aware(at).astimezone(VIETNAM)
        if not isinstance(duration, timedelta):
            raise InvalidInput(f"{duration!r} is not a timedelta", path="duration")
        if duration < _ZERO:
            raise InvalidInput(f"{duration} is negative; working time only passes forwards", path="duration")
        part = timedelta(seconds=local.second, microseconds=local.microsecond)
        if part and duration and not duration % _MINUTE:
            return self._add_to_part_of_a_minute(local - part, part, duration)
        passed = self._passed(local)
        if duration > self._cumulated[-1] * _MINUTE - passed:
            raise self._beyond(local)
        if duration and not duration % _MINUTE and len(self._lengths) < _REMEMBERED:
            self._lengths[duration] = duration // _MINUTE
        if not duration and self.calendar.is_working(local.date()) and self.is_open(local):
            return local
        return self._at(passed + duration, opening=not duration, local=local)

    def _add_to_part_of_a_minute(self, minute: datetime, part: timedelta, duration: timedelta) -> datetime:
        """Add to an instant with seconds: as if a minute later began, less what that minute still has."""
        self.calendar.is_working(minute.date())  # raises outside the calendar
        since = minute - self._start
        within = self._by_day[since.days][1]
        if within[since.seconds // 60] == within[since.seconds // 60 + 1]:  # closed: the part does not count
            return self.add(minute, duration)
        return self.add(minute, duration + _MINUTE) - (_MINUTE - part)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Return the working time from *a* to *b*; negative if *b* is earlier."""
        try:
            from_a, to_b = a - self._start, b - self._start
            at_a, at_b = from_a.seconds, to_b.seconds
            if not (at_a % 60 or at_b % 60 or from_a.microseconds or to_b.microseconds):
                day_a, day_b = from_a.days, to_b.days
                if day_a >= 0 and day_b >= 0:
                    before_a, within_a = self._by_day[day_a]
                    before_b, within_b = self._by_day[day_b]
                    return timedelta(0, 60 * (before_b + within_b[at_b // 60] - before_a - within_a[at_a // 60]))
        except (LookupError, TypeError, AttributeError):
            pass
        start, end = require_aware(a, "a").astimezone(VIETNAM), require_aware(b, "b").astimezone(VIETNAM)
        return self._passed(end) - self._passed(start)

    def is_open(self, at: datetime) -> bool:
        """Say whether *at* lies in a shift of a working day or in the counter hours of a rest day, ends included."""
        local = require_aware(at).astimezone(VIETNAM)
        day, weekday = local.date(), local.isoweekday()
        shifts = self.hours.on(weekday) if self.calendar.is_working(day) else self.hours.reception(weekday)
        minute = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) / _MINUTE
        return any(begin <= minute <= end for begin, end in shifts)

    def _passed(self, local: datetime) -> timedelta:
        """Return the working time from the first day of the calendar to *local*."""
        day = local.date()
        self.calendar.is_working(day)  # raises outside the calendar
        index = bisect_left(self._days, day)
        passed = timedelta(minutes=self._cumulated[index])
        if index < len(self._days) and self._days[index] == day:
            midnight = datetime.combine(day, time(), VIETNAM)
            for begin, end in self.hours.on(day.isoweekday()):
                passed += max(_ZERO, min(local - midnight, end * _MINUTE) - begin * _MINUTE)
        return passed

    def _at(self, total: timedelta, *, opening: bool, local: datetime) -> datetime:
        """Return the earliest instant at which *total* has passed; with *opening*, the latest up to *local*."""
        index = (bisect_right if opening else bisect_left)(self._cumulated, total / _MINUTE) - 1
        if index < len(self._days):
            rest = total - timedelta(minutes=self._cumulated[index])
            for begin, end in self.hours.on(self._days[index].isoweekday()):
                length = (end - begin) * _MINUTE
                if rest < length or (rest == length and not opening):
                    return self._midnights[index] + begin * _MINUTE + rest
                rest -= length
        raise self._beyond(local)

    def _beyond(self, local: datetime) -> BeyondHorizon:
        last = self.calendar.last
        message = (
            f"that much working time after {local} would end beyond {last}, the last day for which {RULE} is known"
        )
        return BeyondHorizon(RULE, local.date(), known_until=last, message=message)

    def __reduce__(self) -> tuple[Any, ...]:
        return WorkClock, (self.calendar, self.hours)


def _passed_minutes(shifts: Shifts, minute: int) -> int:
    return sum(max(0, min(minute, end) - begin) for begin, end in shifts)


def _instants(shifts: Shifts) -> list[timedelta]:
    """Return, for each number of working minutes, the earliest time of day at which they have passed."""
    instants = [shifts[0][0] * _MINUTE] if shifts else [_ZERO]
    for begin, end in shifts:
        instants += [minute * _MINUTE for minute in range(begin + 1, end + 1)]
    return instants
