"""Working hours (*giờ làm việc*): shifts, lunch, and adding hours that pass only while the office is open.

A result that falls exactly on the end of a shift stays there: eleven thirty is eleven thirty, not the afternoon.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from egov_vn.calendar.workdays import WorkCalendar
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce

__all__ = ["WorkClock", "WorkHours"]

_MINUTES = 1440
_MINUTE = timedelta(minutes=1)
_ZERO = timedelta(0)
Shifts = tuple[tuple[int, int], ...]


class WorkHours:
    """The shifts of an office (*ca làm việc*), per weekday where they differ, and its counter hours on rest days.

    *shifts* is `("07:30-11:30", "13:00-17:00")`, or one text with commas. *by_weekday* replaces them for a weekday (1 =
    Monday to 7 = Sunday); a swapped Saturday takes its own entry or the ordinary shifts. *reception* are counter hours
    on rest days: a dossier may be received then, but no working time passes.
    """

    __slots__ = ("_by_weekday", "_reception", "_shifts")

    def __init__(
        self,
        shifts: str | Iterable[str],
        *,
        by_weekday: Mapping[int, str | Iterable[str]] | None = None,
        reception: Mapping[int, str | Iterable[str]] | None = None,
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


def _per_weekday(raw: Mapping[int, str | Iterable[str]] | None, path: str) -> Mapping[int, Shifts]:
    found = {}
    for weekday, shifts in (raw or {}).items():
        if type(weekday) is not int or not 1 <= weekday <= 7:
            raise InvalidInput(f"{weekday!r} is not a weekday (1 = Monday to 7 = Sunday)", path=path)
        found[weekday] = _shifts(shifts, f"{path}[{weekday}]")
    return MappingProxyType(found)


def _shifts(raw: str | Iterable[str], path: str) -> Shifts:
    parts = raw.split(",") if isinstance(raw, str) else list(raw)
    found: list[tuple[int, int]] = []
    for part in parts:
        if not isinstance(part, str):
            raise InvalidInput(f"{part!r} is not a shift such as '07:30-11:30'", path=path)
        if not part.strip():
            continue
        begin, dash, end = part.replace("–", "-").partition("-")
        if not dash:
            raise InvalidInput(f"{part!r} is not a shift such as '07:30-11:30'", path=path)
        shift = (_minute(begin, path), _minute(end, path))
        if shift[0] >= shift[1] or (found and shift[0] < found[-1][1]):
            raise InvalidInput(f"{part.strip()!r} does not follow in time", path=path)
        if found and shift[0] == found[-1][1]:
            found[-1] = (found[-1][0], shift[1])
        else:
            found.append(shift)
    return tuple(found)


def _minute(text: str, path: str) -> int:
    hour, colon, minute = text.strip().replace("h", ":").partition(":")
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and (not colon or (minute or "00").isdigit())):
        raise InvalidInput(f"{text!r} is not a time such as 07:30", path=path)
    value = int(hour) * 60 + int(minute or 0)
    if value > _MINUTES or int(minute or 0) > 59:
        raise InvalidInput(f"{text!r} is not a time of day", path=path)
    return value


class WorkClock:
    """A clock that runs only in the *hours* of the working days of *calendar* (*đồng hồ giờ làm việc*)."""

    __slots__ = ("_before", "_days", "_start", "calendar", "hours")

    calendar: WorkCalendar
    hours: WorkHours

    def __init__(self, calendar: WorkCalendar, hours: WorkHours) -> None:
        if not isinstance(calendar, WorkCalendar):
            raise InvalidInput(f"{calendar!r} is not a WorkCalendar", path="calendar")
        if not isinstance(hours, WorkHours):
            raise InvalidInput(f"{hours!r} is not a WorkHours", path="hours")
        self.calendar, self.hours = calendar, hours
        minutes = {weekday: hours.minutes(weekday) for weekday in range(1, 8)}
        if not any(minutes[weekday] for weekday in range(1, 6)):
            raise InvalidInput("no working time on any weekday", path="hours")
        self._days: list[date] = []
        self._before: list[int] = [0]  # working minutes before each day of _days
        day, last = calendar.first, calendar.last
        while True:
            if calendar.is_working(day):
                self._days.append(day)
                self._before.append(self._before[-1] + minutes[day.isoweekday()])
            if day >= last:
                break
            day += timedelta(1)
        self._start = datetime.combine(calendar.first, time(), VIETNAM)

    def add(self, at: datetime, duration: timedelta) -> datetime:
        """Return the instant at which *duration* of working time has passed after *at*, in Vietnamese time.

        Outside the hours the clock stands: it starts at the next shift. A result on the end of a shift stays there;
        nothing added gives *at* itself inside a shift, the next opening outside.
        """
        local = require_aware(at).astimezone(VIETNAM)
        if not isinstance(duration, timedelta):
            raise InvalidInput(f"{duration!r} is not a timedelta", path="duration")
        if duration < _ZERO:
            raise InvalidInput(f"{duration} is negative; working time only passes forwards", path="duration")
        total = self._passed(local) + duration
        return self._at(total, opening=not duration, local=local)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Return the working time from *a* to *b*; negative if *b* is earlier."""
        return self._passed(require_aware(b, "b").astimezone(VIETNAM)) - self._passed(
            require_aware(a, "a").astimezone(VIETNAM)
        )

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
        passed = timedelta(minutes=self._before[index])
        if index < len(self._days) and self._days[index] == day:
            midnight = datetime.combine(day, time(), VIETNAM)
            for begin, end in self.hours.on(day.isoweekday()):
                passed += max(_ZERO, min(local - midnight, end * _MINUTE) - begin * _MINUTE)
        return passed

    def _at(self, total: timedelta, *, opening: bool, local: datetime) -> datetime:
        """Return the earliest instant at which *total* has passed (with *opening*, the latest, not before *local*)."""
        minutes = total / _MINUTE
        index = (bisect_right if opening else bisect_left)(self._before, minutes) - 1
        if not 0 <= index < len(self._days):
            if index < 0:
                raise NotInForce("working hours", local.date())
            raise BeyondHorizon("the official calendar of working days", local.date(), known_until=self.calendar.last)
        rest = total - timedelta(minutes=self._before[index])
        midnight = datetime.combine(self._days[index], time(), VIETNAM)
        for begin, end in self.hours.on(self._days[index].isoweekday()):
            length = (end - begin) * _MINUTE
            if rest < length or (rest == length and not opening):
                return midnight + begin * _MINUTE + rest
            if rest == length and local == midnight + end * _MINUTE:
                return local
            rest -= length
        return local
