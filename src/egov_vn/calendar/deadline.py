"""Deadlines (*ngày hẹn trả, hạn giải quyết*): when a term ends, how sure that is, and every reason on the way.

The versions of all rules are those in force on the day of receipt: a dossier received under an old decree stays under
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from egov_vn.calendar import counting
from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
from egov_vn.calendar.hours import WorkHours
from egov_vn.calendar.policy import Event, Extension, Pause, Policy, Transfer
from egov_vn.calendar.reasons import Reason, because, explain
from egov_vn.calendar.terms import Term
from egov_vn.calendar.workdays import WorkCalendar
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Language

__all__ = ["Deadline", "Moved", "affected", "compute_deadline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The end of a term (*thời điểm hết hạn*): *day*, the instant *at*, and why.

    *at* is the closing time of the office where its hours were given, else the last microsecond of *day*, which is how
    24:00 (Civil Code 2015, Art. 148(6)) is written so that it stays on its day. *skipped* are the days off that
    were passed over, weekends included: all of them in working days, those that moved the end in calendar days.
    *worked* are the rest days that were worked, *first_due* is the end before an extension.
    """

    day: date
    at: datetime
    certainty: Certainty
    skipped: tuple[DayOff, ...]
    worked: tuple[WorkedDay, ...]
    because: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    received_at: datetime
    start: datetime
    term: Term
    first_due: date | None
    stretches: tuple[counting.Stretch, ...]
    policy: Policy
    events: tuple[Event, ...]
    hours: WorkHours | None
    calendar: WorkCalendar = field(repr=False, compare=False)

    def explain(self, lang: Language = "vi") -> str:
        """Return the way from receipt to end, day by day, with names and articles, as lines of text."""
        return explain(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "day": self.day.isoformat(),
            "at": self.at.isoformat(),
            "certainty": self.certainty.value,
            "received_at": self.received_at.isoformat(),
            "start": self.start.isoformat(),
            "term": str(self.term),
            "first_due": self.first_due.isoformat() if self.first_due else None,
            "skipped": [item.to_dict() for item in self.skipped],
            "worked": [item.to_dict() for item in self.worked],
            "because": [item.to_dict() for item in self.because],
            "findings": [item.to_dict() for item in self.findings],
        }


def compute_deadline(
    received_at: datetime,
    term: Term | str,
    *,
    calendar: WorkCalendar,
    hours: WorkHours | None = None,
    policy: Policy | None = None,
    events: Iterable[Event] = (),
) -> Deadline:
    """Return when *term* ends for a dossier received at *received_at*, with every reason.

    Rules of counting: Civil Code 2015 Art. 146 to 148 (2005: Art. 151 to 153), the one-stop decree, and *policy* where
    these leave room. *events* are the pauses, the transfer to the competent body and the extension that have happened.
    Raises `BeyondHorizon` if the end lies after the last published year of *calendar*.
    """
    local = require_aware(received_at, "received_at").astimezone(VIETNAM)
    if isinstance(term, str):
        term = Term.parse(term)
    if not isinstance(term, Term):
        raise InvalidInput(f"{term!r} is not a Term", path="term")
    if not isinstance(calendar, WorkCalendar):
        raise InvalidInput(f"{calendar!r} is not a WorkCalendar", path="calendar")
    if hours is not None and not isinstance(hours, WorkHours):
        raise InvalidInput(f"{hours!r} is not a WorkHours", path="hours")
    policy = Policy() if policy is None else policy
    if not isinstance(policy, Policy):
        raise InvalidInput(f"{policy!r} is not a Policy", path="policy")
    events = _events(events)
    run = counting.Run(received=local, term=term, calendar=calendar, hours=hours, policy=policy, events=events)
    end = run.count()
    skipped, worked = _passed(run)
    return Deadline(
        day=end.day,
        at=end.at,
        certainty=_certainty(run, end.day, skipped, worked),
        skipped=skipped,
        worked=worked,
        because=because(run, end),
        findings=tuple(run.findings),
        received_at=local,
        start=run.start,
        term=term,
        first_due=run.first_due,
        stretches=tuple(run.stretches),
        policy=policy,
        events=events,
        hours=hours,
        calendar=calendar,
    )


def _events(given: object) -> tuple[Event, ...]:
    events = tuple(given) if isinstance(given, Iterable) else (given,)
    for event in events:
        if not isinstance(event, Pause | Transfer | Extension):
            raise InvalidInput(f"{event!r} is not a Pause, a Transfer or an Extension", path="events")
    return events


def _passed(run: counting.Run) -> tuple[tuple[DayOff, ...], tuple[WorkedDay, ...]]:
    """Return the days off and the rest days worked in the stretches in which the clock ran."""
    skipped: list[DayOff] = []
    worked: list[WorkedDay] = []
    if run.plain:
        return (), ()
    for stretch in run.stretches:
        for ordinal in range(stretch.matters.toordinal(), stretch.end.toordinal() + 1):
            day = date.fromordinal(ordinal)
            off = run.calendar.day_off(day)
            if off is not None:
                skipped.append(off)
            elif (made_up := run.calendar.worked_day(day)) is not None:
                worked.append(made_up)
    return tuple(skipped), tuple(worked)


def _certainty(run: counting.Run, end: date, skipped: tuple[DayOff, ...], worked: tuple[WorkedDay, ...]) -> Certainty:
    if run.plain:
        return Certainty.STATUTE
    if max(run.start.date(), end) > run.calendar.known_until:
        return Certainty.PROJECTED
    named = [item.certainty for item in skipped if item.kind is not DayKind.WEEKLY_REST]
    return max([Certainty.STATUTE, *named, *(item.certainty for item in worked)], key=lambda item: item.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A deadline that a new notice moves: as it was promised, and as it is now."""

    old: Deadline
    new: Deadline


def affected(old: WorkCalendar, new: WorkCalendar, deadlines: Iterable[Deadline]) -> tuple[Moved, ...]:
    """Return the *deadlines* whose end differs between the calendars *old* and *new*, in the order given.

    Each is counted again under both with its own term, hours, policy and events, so the list may hold deadlines made
    with either.
    """
    found = []
    for item in deadlines:
        if not isinstance(item, Deadline):
            raise InvalidInput(f"{item!r} is not a Deadline", path="deadlines")
        before, after = (
            compute_deadline(
                item.received_at, item.term, calendar=calendar, hours=item.hours, policy=item.policy, events=item.events
            )
            for calendar in (old, new)
        )
        if before.at != after.at:
            found.append(Moved(old=before, new=after))
    return tuple(found)
