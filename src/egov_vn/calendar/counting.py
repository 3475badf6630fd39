"""The counting itself: from the receipt through cut-offs, transfers, pauses and an extension to the end of a term."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from egov_vn.calendar.hours import WorkClock, WorkHours
from egov_vn.calendar.policy import Event, Extension, OutsideHours, Pause, PauseKind, Policy, Transfer, rules
from egov_vn.calendar.reasons import Note, note
from egov_vn.calendar.terms import Term, Unit
from egov_vn.calendar.workdays import RULE, WorkCalendar
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce
from egov_vn.finding import Finding, finding
from egov_vn.law import Version

__all__ = ["End", "Run", "Stretch", "clock_of", "end_of_day"]

_DAYS = timedelta(days=1)
_CALENDAR_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)


@dataclass(frozen=True, slots=True)
class End:
    """Where a count ends: the *day*, and the instant *at*."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch in which the clock ran, the day *start* not counted; *void* if it was counted again from the start.

    *matters* is the first day of which it matters whether it is off: in calendar days only the last day may move.
    """

    start: date
    end: date
    matters: date
    void: bool = False


@lru_cache(maxsize=32)
def clock_of(calendar: WorkCalendar, hours: WorkHours) -> WorkClock:
    """Return the clock of an office, built once."""
    return WorkClock(calendar, hours)


def end_of_day(day: date, hours: WorkHours | None) -> datetime:
    """Return when *day* ends: at the office's closing time, or at 24:00, written as its last microsecond."""
    closing = hours.closing(day.isoweekday()) if hours is not None else None
    return datetime.combine(day, closing or time.max, VIETNAM)


class Run:
    """One count, and the notes it takes on the way."""

    def __init__(
        self,
        *,
        received: datetime,
        term: Term,
        calendar: WorkCalendar,
        hours: WorkHours | None,
        policy: Policy,
        events: Iterable[Event],
    ) -> None:
        self.received, self.start, self.term = received, received, term
        self.calendar, self.hours, self.policy = calendar, hours, policy
        self.events = tuple(events)
        self.notes: list[Note] = []
        self.findings: list[Finding] = []
        self.first_due: date | None = None
        self.law_day = policy.ruled_on or received.date()
        self.stretches: list[Stretch] = []
        self.target = self.law_day  # the last day before it moves, of a term in calendar days
        self.split = False  # whether a term in months or years has been interrupted

    def count(self) -> End:
        """Count, and return the end."""
        if self.plain:
            return self._extended(self._with_pauses())
        self.calendar.is_working(self.received.date())  # raises for a day outside the calendar
        self._transfer()
        self._outside_hours()
        self._cut_off()
        if self._unit() is not self.term.unit:
            self.notes.append(note("day_hours", None, hours=str(self.policy.day_hours), source=self.policy.source))
        end = self._with_pauses()
        return self._extended(end)

    @property
    def plain(self) -> bool:
        """Whether the term is plain hours or minutes, to which working days mean nothing."""
        return self.term.unit in (Unit.HOUR, Unit.MINUTE)

    # --- where the clock starts

    def _transfer(self) -> None:
        transfers = [event for event in self.events if isinstance(event, Transfer)]
        if not self.policy.non_territorial:
            return
        try:
            rule = rules().rules["clock_start_non_territorial"].on(self.law_day)
        except NotInForce:
            rule = rules().rules["clock_start"].versions[0]
            self.notes.append(note("territorial", rule))
            return
        if len(transfers) != 1:
            raise InvalidInput(
                "a non-territorial dossier needs one Transfer: its clock starts when the competent body receives it",
                path="events",
                source=str(rule.source),
            )
        self.start = transfers[0].at.astimezone(VIETNAM)
        if self.start < self.received:
            raise InvalidInput(f"the transfer at {self.start} lies before the receipt", path="events")
        self.notes.append(note("transfer", rule, day=self.start.date()))

    def _outside_hours(self) -> None:
        if self.policy.outside_hours is OutsideHours.AS_RECEIVED:
            return
        if self.hours is None:
            if not self.calendar.is_working(self.start.date()):
                self.start = datetime.combine(self.calendar.add(self.start.date(), 0), time(), VIETNAM)
                self.notes.append(note("outside", None, day=self.start.date(), source=self.policy.source))
            return
        clock = clock_of(self.calendar, self.hours)
        if not clock.is_open(self.start):
            self.start = clock.add(self.start, timedelta(0))
            self.notes.append(note("outside", None, day=self.start.date(), source=self.policy.source))

    def _cut_off(self) -> None:
        cut_off = self.term.cut_off or self.policy.cut_off
        day = self.start.date()
        if cut_off is None or self.start.time() <= cut_off or not self.calendar.is_working(day):
            return
        following = self.calendar.add(day, 1)
        opening = (
            self.hours.on(following.isoweekday())[0][0] if self.hours and self.hours.on(following.isoweekday()) else 0
        )
        self.start = datetime.combine(following, time(*divmod(opening, 60)), VIETNAM)
        self.notes.append(note("cut_off", None, day=following, time=cut_off, source=self.policy.source))

    # --- pauses

    def _with_pauses(self) -> End:
        pauses = sorted((event for event in self.events if isinstance(event, Pause)), key=lambda item: item.start)
        begin, used, first = self.start, timedelta(0), self.policy.count_first_day
        end = self._end(begin, used, first=first)
        last = None
        for pause in pauses:
            start, stop = pause.start.astimezone(VIETNAM), pause.end.astimezone(VIETNAM)
            if start < self.received or (last is not None and start < last):
                raise InvalidInput(f"the pause of {start} begins before the clock runs", path="events")
            if start > end.at:
                raise InvalidInput(f"the pause of {start} begins after the term ended on {end.day}", path="events")
            kind, last = self._kind(pause, stop), stop
            if stop <= begin or self._takes_no_day(kind, start, stop):
                continue
            if start > begin:
                until = start.date()
                matters = until + _DAYS if self._by_calendar() else begin.date() + _DAYS
                self.stretches.append(Stretch(begin.date(), until, matters, void=kind is PauseKind.RESTART))
            if kind is PauseKind.RESTART:
                begin, used, first, self.split = stop, timedelta(0), False, False
            else:
                used += self._used(begin, max(start, begin), first=first)
                self._split()
                begin, first = stop, False
            end = self._end(begin, used, first=first)
        self.stretches.append(self._final(begin.date(), end.day))
        return end

    def _takes_no_day(self, kind: PauseKind, start: datetime, stop: datetime) -> bool:
        """Say whether a wait leaves a term in months or years in one piece: it ended on the day it began."""
        in_months = self.term.unit in (Unit.MONTH, Unit.YEAR)
        return in_months and kind is not PauseKind.RESTART and start.date() == stop.date()

    def _split(self) -> None:
        """Note that a term in months or years no longer runs in one piece (Civil Code Art. 146(1))."""
        if self.term.unit in (Unit.MONTH, Unit.YEAR):
            self.split = True
            self._once(note("split", self._rule("split_term")))

    def _by_calendar(self) -> bool:
        return self.term.unit in _CALENDAR_UNITS

    def _final(self, begin: date, end: date) -> Stretch:
        return Stretch(begin, end, self.target if self._by_calendar() else begin + _DAYS)

    def _kind(self, pause: Pause, stop: datetime) -> PauseKind:
        kind = pause.kind or self.policy.pause
        version = None
        if kind is None:
            try:
                version = self._pause_rule()
            except NotInForce as error:
                raise InvalidInput(
                    f"no decree in force on {self.law_day} says what a pause does; give it a kind", path="events"
                ) from error
            kind = PauseKind(version.value)
        elif kind is PauseKind.RESTART:
            versions = rules().rules["supplement_pause"]
            version = versions.on(self.law_day) if versions.versions[0].since <= self.law_day else None
        source = pause.source or (self.policy.source if pause.kind is None and self.policy.pause else None)
        self.notes.append(
            note(
                str(kind), None if source else version, day=pause.start.astimezone(VIETNAM).date(), to=stop.date(),
                source=source,
            )
        )  # fmt: skip
        return kind

    def _pause_rule(self) -> Version[Any]:
        if self.policy.linked_bundle:
            try:
                return rules().rules["bundle_pause"].on(self.law_day)
            except NotInForce:
                pass  # received under the old decree: the general rule
        return rules().rules["supplement_pause"].on(self.law_day)

    def _used(self, begin: datetime, stop: datetime, *, first: bool) -> timedelta:
        """Return how much of the term has passed: hours as hours, days as days."""
        unit = self._unit()
        if unit is Unit.WORKING_HOUR:
            return self._clock().between(begin, stop)
        if unit in (Unit.HOUR, Unit.MINUTE):
            return stop - begin
        if unit is Unit.WORKING_DAY:
            extra = first and self.calendar.is_working(begin.date())
            return (self.calendar.count(begin.date(), stop.date()) + extra) * _DAYS
        return (stop.date() - begin.date()) + first * _DAYS

    # --- the end of one stretch

    def _unit(self) -> Unit:
        """Return the unit that is counted: working days may be counted as hours."""
        return Unit.WORKING_HOUR if self.term.unit is Unit.WORKING_DAY and self.policy.day_hours else self.term.unit

    def _clock(self) -> WorkClock:
        if self.hours is None:
            raise InvalidInput(f"{self.term} cannot be counted without the office's hours", path="hours")
        return clock_of(self.calendar, self.hours)

    def _end(self, begin: datetime, used: timedelta, *, first: bool) -> End:
        unit = self._unit()
        if unit is Unit.SAME_DAY:
            day = self.calendar.add(begin.date(), 0)
            if end_of_day(day, self.hours) < begin:  # received after closing
                day = self.calendar.add(day, 1)
            return End(day, end_of_day(day, self.hours))
        if unit is Unit.WORKING_DAY:
            return self._working_days(begin.date(), max(self.term.amount - used.days, 0), first=first)
        if unit in _CALENDAR_UNITS:
            return self._calendar_days(begin.date(), used.days + first)
        if unit is Unit.WORKING_HOUR:
            hours = self.term.amount
            if self.term.unit is Unit.WORKING_DAY:
                hours *= self.policy.day_hours or 1
            at = self._clock().add(begin, max(_hours(hours) - used, timedelta(0)))
        else:
            per = 60 if self.term.unit is Unit.MINUTE else 1
            try:
                at = begin + (_hours(self.term.amount) / per - used)
            except OverflowError as error:
                raise InvalidInput(f"{self.term} after {begin} leaves the calendar", path="term") from error
        return End(at.date(), at)

    def _working_days(self, begin: date, left: int | Decimal, *, first: bool) -> End:
        whole = int(left)
        fraction = left - whole
        if first and self.calendar.is_working(begin):
            whole -= 1
        if not fraction:
            day = self.calendar.add(begin, whole)
            return End(day, end_of_day(day, self.hours))
        full = self.calendar.add(begin, whole) if whole else begin
        day = self.calendar.add(full, 1)
        if self.hours is None:
            return End(day, end_of_day(day, None))
        minutes = Decimal(self.hours.minutes(day.isoweekday())) * fraction
        opening = datetime.combine(day, time(), VIETNAM)
        return End(day, self._clock().add(opening, timedelta(minutes=float(minutes))))

    def _calendar_days(self, begin: date, used: int) -> End:
        try:
            target = self._months(begin) if self.term.unit in (Unit.MONTH, Unit.YEAR) else begin + self._whole() * _DAYS
            target = max(target - used * _DAYS, begin)  # a last day that moved may have used more than the term
        except OverflowError as error:
            last = self.calendar.last
            message = f"{self.term} after {begin} lie beyond {last}, the last day for which {RULE} is known"
            raise BeyondHorizon(RULE, begin, known_until=last, message=message) from error
        working = self.calendar.is_working(target)
        self.target = day = target
        if not working and self.policy.last_day_moves:
            day = self.calendar.add(target, 0)
            self.notes.append(note("moves", self._rule("last_day_moves"), day=target, to=day))
        return End(day, end_of_day(day, self.hours if self.calendar.is_working(day) else None))

    def _whole(self) -> int:
        """Return the days of a term in days or weeks."""
        if self.term.amount != int(self.term.amount):
            raise InvalidInput(
                f"{self.term}: no law says when a part of such a day ends; write it in working days, or in hours",
                path="term",
            )
        return int(self.term.amount) * (7 if self.term.unit is Unit.WEEK else 1)

    def _months(self, begin: date) -> date:
        """Return the end of a term in months or years, before it moves: by the calendar, or in days if *split*."""
        whole, part = divmod(self.term.amount, 1)
        year = self.term.unit is Unit.YEAR
        if part not in (0, Decimal("0.5")):
            raise InvalidInput(f"{self.term}: only halves of a month or a year have a length in law", path="term")
        months: int = int(whole) * (12 if year else 1)
        days: int = 0
        if part:
            rule = self._rule("half")
            months += rule.value["half_year_months"] if year else 0
            days = 0 if year else rule.value["half_month_days"]
            self._once(note("half", rule))
        if self.split:
            length = self._rule("split_term").value
            years, months = divmod(months, 12) if year else (0, months)
            days += years * length["year_days"] + months * length["month_days"]
            return begin + days * _DAYS
        target = add_months(begin, months)
        if target.day != begin.day:
            self.notes.append(note("month_end", self._rule("month_end"), day=target))
        return target + days * _DAYS

    def _once(self, step: Note) -> None:
        if step not in self.notes:
            self.notes.append(step)

    def _rule(self, name: str) -> Version[Any]:
        return rules().rules[name].on(self.law_day)

    # --- one extension

    def _extended(self, end: End) -> End:
        extensions = [event for event in self.events if isinstance(event, Extension)]
        if not extensions:
            return end
        try:
            rule = rules().rules["apology"].on(self.law_day)
        except NotInForce as error:
            raise InvalidInput(f"no decree in force on {self.law_day} allows an extension", path="events") from error
        if len(extensions) > rule.value["extensions"]:
            raise InvalidInput(
                f"{len(extensions)} extensions; the new date may be set once only",
                path="events",
                source=str(rule.source),
            )
        told = extensions[0].at.astimezone(VIETNAM)
        last = end.day - rule.value["days_before"] * _DAYS
        if told.date() > last:
            self.findings.append(
                finding(
                    "CAL-APOLOGY-LATE",
                    "error",
                    vi=f"Xin lỗi, hẹn lại ngày {told:%d/%m/%Y}, muộn hơn ngày cuối cùng là {last:%d/%m/%Y}.",
                    en=f"Apology and new date on {told.date()}, later than the last day, {last}.",
                    where="events",
                    source=rule.source,
                )
            )
        self.first_due = end.day
        self.notes.append(note("extension", rule, day=end.day, to=told.date(), term=extensions[0].term))
        settings = Policy(day_hours=self.policy.day_hours, last_day_moves=self.policy.last_day_moves)
        more = Run(
            received=self.received,
            term=extensions[0].term,
            calendar=self.calendar,
            hours=self.hours,
            policy=settings,
            events=(),
        )
        later = more._end(end.at, timedelta(0), first=False)
        self.notes += more.notes
        self.stretches.append(more._final(end.day, later.day))
        return later


def add_months(day: date, months_more: int) -> date:
    """Return the corresponding day *months_more* months later, or that month's last day (Civil Code Art. 148)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months_more, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"year {year}")
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    return 31 if month == 12 else (date(year, month + 1, 1) - _DAYS).day


def _hours(amount: int | Decimal) -> timedelta:
    return timedelta(seconds=int(amount * 3600))
