"""Terms as an examiner would try them: every answer is worked out here by counting days one by one."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import Dossier, Event, EventKind, ProcedureCode, SupplementEffect, due_of

CALENDAR = WorkCalendar.official()
HOURS = WorkHours("07:30-11:30, 13:00-17:00")
DAY = timedelta(days=1)


def event(kind: EventKind, when: datetime) -> Event:
    return Event(kind=kind, at=when, actor="Cán bộ A", reason="lý do")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def dossier(term: str, effect: SupplementEffect, *events: Event) -> Dossier:
    return Dossier(
        procedure=ProcedureCode.parse("2.000815"),
        applicant_name="Người nộp thử",
        term=term,
        supplement_effect=effect,
        events=events,
    )


def due_day(item: Dossier) -> date:
    found = due_of(item, calendar=CALENDAR, hours=HOURS)
    assert found is not None
    return found.day


def walk(day: date, working_days: int) -> date:
    """Return the working day that many after *day*, one step at a time; with 0 *day* itself or the next one."""
    if not working_days:
        return day if CALENDAR.is_working(day) else walk(day, 1)
    while working_days:
        day += DAY
        working_days -= CALENDAR.is_working(day)
    return day


def passed(start: date, end: date) -> int:
    return sum(CALENDAR.is_working(start + n * DAY) for n in range(1, (end - start).days + 1))


@pytest.mark.parametrize("effect", list(SupplementEffect))
def test_supplements_counted_day_by_day(effect: SupplementEffect) -> None:
    """NĐ 118/2025 Điều 19(5) (tính lại từ đầu); NĐ 63/2024 Điều 4(7) (không tính thời gian bổ sung)."""
    rng = random.Random(19)
    for _ in range(400):
        received = datetime.combine(
            date(2024, 1, 1) + rng.randrange(900) * DAY, time(rng.randrange(24), rng.randrange(60)), VIETNAM
        )
        term = rng.randrange(1, 25)
        events, now = [event(EventKind.ACCEPT, received)], received
        begin, left, due = received.date(), term, walk(received.date(), term)
        for _ in range(rng.randrange(3)):
            asked = now + timedelta(minutes=rng.randrange(1, 60 * 24 * 15))
            now = asked + timedelta(minutes=rng.randrange(1, 60 * 24 * 20))
            events += [event(EventKind.REQUEST_SUPPLEMENT, asked), event(EventKind.SUPPLEMENT, now)]
            if asked <= datetime.combine(due, time(17), VIETNAM):  # later ones heal nothing
                spent = 0 if effect is SupplementEffect.RESTART else passed(begin, asked.date())
                left = term if effect is SupplementEffect.RESTART else max(left - spent, 0)
                begin, due = now.date(), walk(now.date(), left)
        assert due_day(dossier(f"{term} ngày làm việc", effect, *events)) == due


@pytest.mark.parametrize(
    ("term", "received", "waits", "expected"),
    [
        # The 15th day, Sat 20/06, moves to Mon 22/06; asked on that Monday, more days have passed than the term has.
        ("15 ngày", "2026-06-05 09:00", [("2026-06-22 08:00", "2026-06-30 10:00")], "2026-06-30"),
        # Nothing is left of three days; completed on a Saturday, due on Monday 07/10 and asked again that morning.
        (
            "3 ngày làm việc",
            "2024-09-23 22:15",
            [("2024-09-26 05:18", "2024-10-05 19:17"), ("2024-10-07 06:23", "2024-10-20 22:25")],
            "2024-10-21",
        ),
    ],
)
def test_a_suspended_term_never_ends_before_the_dossier_is_complete(
    term: str, received: str, waits: list[tuple[str, str]], expected: str
) -> None:
    """NĐ 63/2024 Điều 4(7) as amended by NĐ 301/2026; BLDS 2015 Điều 148(5)."""
    events = [event(EventKind.ACCEPT, at(received))]
    for asked, completed in waits:
        events.append(event(EventKind.REQUEST_SUPPLEMENT, at(asked)))
        events.append(event(EventKind.SUPPLEMENT, at(completed)))
    assert due_day(dossier(term, SupplementEffect.SUSPEND, *events)) == date.fromisoformat(expected)
