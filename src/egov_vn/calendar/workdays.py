"""Working days (*ngày làm việc*) of the civil service, 2007 to the last published year, and how to count them.

One look-up turns a day into its rank among the working days, one more turns a rank into a day: `add` and `count` cost
the same for one day and for a thousand. Arguments are checked where a look-up fails, so that right ones pay nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import accumulate, compress
from typing import Any

from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
from egov_vn.calendar.holidays import days_of_year, statutes, swaps
from egov_vn.calendar.notices import Notice, official_notices
from egov_vn.clock import require_date
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce
from egov_vn.finding import Text
from egov_vn.law import Citation, Evidence

__all__ = ["RULE", "WorkCalendar"]

RULE = "the official calendar of working days"
"""The name of the rule in errors."""
_WEEKEND = Text("Nghỉ hằng tuần", "Weekly rest")


class WorkCalendar:
    """A calendar of working days (*lịch làm việc*): which days are worked, which are off, and why.

    It is a value: nothing changes it, and two calendars may be used side by side. Take `WorkCalendar.official()`. It
    answers for the civil service, which rests on Saturday and Sunday; private employers may choose other days of Tết.
    """

    __slots__ = (
        "_as_of",
        "_first",
        "_known_until",
        "_last",
        "_nth",
        "_off",
        "_projected",
        "_rank",
        "_rest",
        "_worked",
    )

    def __init__(
        self,
        *,
        first: date,
        last: date,
        known_until: date,
        off: Mapping[date, DayOff],
        worked: Mapping[date, WorkedDay],
        as_of: date | None = None,
        projected: bool = False,
    ) -> None:
        """Build a calendar from its exceptions to the week; most callers want `official` and `with_days`."""
        self._first, self._last, self._known_until = first, last, known_until
        self._off, self._worked = dict(off), dict(worked)
        self._as_of, self._projected = as_of, projected
        self._rest = statutes().rules["weekly_rest"].on(first)
        self._index()

    def _index(self) -> None:
        first, last = self._first.toordinal(), self._last.toordinal()
        rest = frozenset(self._rest.value["weekdays"])
        week = bytes(weekday not in rest for weekday in (7, 1, 2, 3, 4, 5, 6))  # an ordinal modulo 7 is 0 on Sunday
        at = first % 7
        flags = bytearray((week * ((last - first) // 7 + 3))[at : at + last - first + 1])
        for days, flag in ((self._off, 0), (self._worked, 1)):
            for day in days:
                flags[day.toordinal() - first] = flag
        days_of_table = list(map(date.fromordinal, range(first, last + 1)))
        self._rank = dict(zip(days_of_table, accumulate(flags), strict=True))
        self._nth = [date.min, *compress(days_of_table, flags)]  # ranks begin at 1; the first entry is no day of ours

    @classmethod
    def official(cls, *, as_of: date | None = None, projected: bool = False) -> WorkCalendar:
        """Return the calendar of the civil service as it was known on the day *as_of* (default: all that is known).

        With *projected* it goes on after `known_until` by guesses that label every answer they touch; without, a
        question beyond raises `BeyondHorizon`. Source: the Labour Codes and the yearly notices in `data/`.
        """
        if as_of is not None:
            require_date(as_of, "as_of")
        return _official(as_of, bool(projected))

    @property
    def known_until(self) -> date:
        """The last day of the last year whose notice is published."""
        return self._known_until

    @property
    def as_of(self) -> date | None:
        """The day whose knowledge this calendar has, or None for all that the package knows."""
        return self._as_of

    @property
    def projected(self) -> bool:
        """Whether the calendar goes on, labelled as an estimate, after `known_until`."""
        return self._projected

    @property
    def first(self) -> date:
        """The first day of the calendar."""
        return self._first

    @property
    def last(self) -> date:
        """The last day that the calendar answers for: `known_until`, or later with projections."""
        return self._last

    def add(self, day: date, n: int) -> date:
        """Return the *n*-th working day after *day*; *day* itself is not counted (Civil Code 2015, Art. 147(2)).

        A negative *n* counts backwards. `n == 0` gives *day* if it is a working day, else the next one. Raises
        `BeyondHorizon` after the last known day, `NotInForce` before the first, `InvalidInput` for anything not a day.
        """
        try:
            if n > 1 or (n == 1 and n is not True):  # one comparison for most; True is no number of days
                return self._nth[self._rank[day] + n]
        except (LookupError, TypeError, ValueError):
            pass  # the slow way says what is wrong
        return self._add_slowly(day, n)

    def _add_slowly(self, day: date, n: int) -> date:
        n = _whole(n)
        rank = self._look_up(day)
        target = rank + n + (n <= 0 and self._nth[rank] != day)
        if target < 1:
            raise NotInForce(RULE, day, f"{n} working days before {day} lie before {self._first}, where the data begin")
        if target >= len(self._nth):
            raise BeyondHorizon(
                RULE,
                day,
                known_until=self._last,
                message=f"{n} working days after {day} lie beyond {self._last}, the last day for which {RULE} is "
                "published; ask for projections if a labelled estimate will do",
            )
        return self._nth[target]

    def count(self, start: date, end: date) -> int:
        """Return the number of working days in (*start*, *end*].

        For *end* before *start* it is minus the number in [*end*, *start*). So
        `count(d, add(d, n)) == n` for every `n != 0`, and `count(d, d) == 0`.
        """
        try:
            rank = self._rank
            if start <= end:
                return rank[end] - rank[start]
        except (LookupError, TypeError):
            pass
        high, low = self._look_up(start, "start"), self._look_up(end, "end")
        if start <= end:
            return low - high
        return (low - (self._nth[low] == end)) - (high - (self._nth[high] == start))

    def is_working(self, day: date) -> bool:
        """Say whether *day* is a working day."""
        return self._nth[self._look_up(day)] == day

    def day_off(self, day: date) -> DayOff | None:
        """Return why *day* is off, or None if it is a working day."""
        if self.is_working(day):
            return None
        found = self._off.get(day)
        if found is not None:
            return found
        return DayOff(
            day=day,
            kind=DayKind.WEEKLY_REST,
            name=_WEEKEND,
            certainty=Certainty.STATUTE,
            source=self._rest.source,
            evidence=self._rest.evidence,
        )

    def worked_day(self, day: date) -> WorkedDay | None:
        """Return why *day* is worked although a rest day, or None."""
        self._look_up(day)
        return self._worked.get(day)

    def next(self, day: date) -> date:
        """Return the first working day after *day*."""
        return self.add(day, 1)

    def previous(self, day: date) -> date:
        """Return the last working day before *day*."""
        return self.add(day, -1)

    def certainty(self, day: date) -> Certainty:
        """Say how sure it is whether *day* is worked."""
        self._look_up(day)
        if day > self._known_until:
            return Certainty.PROJECTED
        found = self._off.get(day) or self._worked.get(day)
        return found.certainty if found else Certainty.STATUTE

    def days_off(self, start: date, end: date) -> tuple[DayOff, ...]:
        """Return the days off from *start* to *end*, both included, without plain weekends."""
        self._look_up(start, "start")
        self._look_up(end, "end")
        return tuple(self._off[day] for day in sorted(self._off) if start <= day <= end and day not in self._worked)

    def worked_days(self, start: date, end: date) -> tuple[WorkedDay, ...]:
        """Return the rest days that are worked from *start* to *end*, both included."""
        self._look_up(start, "start")
        self._look_up(end, "end")
        return tuple(self._worked[day] for day in sorted(self._worked) if start <= day <= end)

    def working_days(self) -> tuple[date, ...]:
        """Return every working day of the calendar, in order."""
        return tuple(self._nth[1:])

    def ranks(self) -> tuple[int, ...]:
        """Return, for each day from `first` to `last`, how many working days lie up to it, the day included."""
        return tuple(self._rank.values())

    def with_days(
        self, *, off: Iterable[date] = (), worked: Iterable[date] = (), source: Citation | str, name: Text | None = None
    ) -> WorkCalendar:
        """Return this calendar with days *off* and *worked* that a province or an agency decided itself.

        *source* is that decision (a `Citation`, or its number), *name* what the days are called. A day may not be in
        both.
        """
        citation = _citation(source)
        new_off, new_worked = dict(self._off), dict(self._worked)
        off, worked = _days(off, "off"), _days(worked, "worked")
        both = set(off) & set(worked)
        if both:
            raise InvalidInput(f"{min(both)} cannot be both off and worked", path="off")
        common: dict[str, Any] = {"certainty": Certainty.NOTICE, "source": citation, "evidence": Evidence.TEXT}
        for day in off:
            self._look_up(day, "off")
            new_worked.pop(day, None)
            text = name or Text(f"Nghỉ theo {citation}", f"Off by {citation.render('en')}")
            new_off[day] = DayOff(day=day, kind=DayKind.LOCAL_OFF, name=text, **common)
        for day in worked:
            self._look_up(day, "worked")
            new_off.pop(day, None)
            text = name or Text(f"Làm việc theo {citation}", f"Worked by {citation.render('en')}")
            new_worked[day] = WorkedDay(day=day, kind=DayKind.LOCAL_WORKED, name=text, **common)
        return WorkCalendar(
            first=self._first,
            last=self._last,
            known_until=self._known_until,
            off=new_off,
            worked=new_worked,
            as_of=self.as_of,
            projected=self.projected,
        )

    def _look_up(self, day: date, name: str = "day") -> int:
        """Return the rank of *day*, or raise the error that says what is wrong with it."""
        try:
            return self._rank[day]
        except (LookupError, TypeError):
            pass
        require_date(day, name)
        plain = date(day.year, day.month, day.day)
        if plain in self._rank:  # a subclass of date that hashes in a way of its own
            return self._rank[plain]
        if day < self._first:
            raise NotInForce(RULE, plain, f"{plain} lies before {self._first}, where the data of {RULE} begin")
        raise BeyondHorizon(RULE, plain, known_until=self._last)

    def __reduce__(self) -> tuple[Callable[..., WorkCalendar], tuple[Any, ...]]:
        fields = {"first": self._first, "last": self._last, "known_until": self._known_until, "off": self._off}
        return _rebuild, ({**fields, "worked": self._worked, "as_of": self.as_of, "projected": self.projected},)

    def __repr__(self) -> str:
        as_of = f", as of {self.as_of}" if self.as_of else ""
        return f"<WorkCalendar {self._first} to {self._last}, known until {self._known_until}{as_of}>"


def _rebuild(fields: dict[str, Any]) -> WorkCalendar:
    return WorkCalendar(**fields)


def _whole(n: object) -> int:
    if isinstance(n, bool):
        raise InvalidInput(f"{n!r} is not a number of days", path="n")
    try:
        return operator.index(n)  # type: ignore[arg-type]
    except TypeError as error:
        raise InvalidInput(f"{n!r} is not a whole number of days", path="n") from error


def _citation(source: object) -> Citation:
    citation = Citation(instrument=source) if isinstance(source, str) else source
    if not isinstance(citation, Citation) or not citation.instrument.strip():
        raise InvalidInput(f"{source!r} names no decision", path="source")
    return citation


def _days(given: object, path: str) -> tuple[date, ...]:
    if not isinstance(given, Iterable):
        raise InvalidInput(f"{given!r} is not a list of days", path=path)
    return tuple(require_date(day, path) for day in given)


@lru_cache(maxsize=32)
def _official(as_of: date | None, projected: bool) -> WorkCalendar:
    every = official_notices()
    years = sorted(item.tet.year for item in every if item.tet)
    first = date(years[0], 1, 1)
    seen = as_of or date.max
    known = [item for item in every if item.announced <= seen]
    known_years = _unbroken(known, years[0])
    if not known_years:
        raise NotInForce(RULE, seen, f"nothing of {RULE} was known on {seen}; the data begin with {first}")
    known_until = date(known_years[-1], 12, 31)
    last = known_until
    if projected:
        last = max(known_until, date(statutes().rules["projection"].versions[-1].value["until_year"], 12, 31))
    off: dict[date, DayOff] = {}
    for year in range(first.year, last.year + 1):
        off |= days_of_year(year, notices=known, as_of=seen)
    swapped_off, swapped_worked = swaps(known)
    off |= {item.day: item for item in swapped_off if item.day <= last}
    worked = {item.day: item for item in swapped_worked if item.day <= last}
    return WorkCalendar(
        first=first, last=last, known_until=known_until, off=off, worked=worked, as_of=as_of, projected=projected
    )


def _unbroken(notices: Iterable[Notice], first: int) -> list[int]:
    """Return the years from *first* on for which a notice of Tết is among *notices*, up to the first gap."""
    years = {item.tet.year for item in notices if item.tet}
    found: list[int] = []
    while first in years:
        found.append(first)
        first += 1
    return found
