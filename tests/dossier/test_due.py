"""Due dates and lateness beyond the cited cases: overlapping pauses, late re-appointments, clocks not begun."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import WorkCalendar, WorkHours, compute_deadline
from egov_vn.clock import VIETNAM
from egov_vn.dossier import Dossier, Due, Event, EventKind, ProcedureCode, Timeliness, due_of, lateness
from egov_vn.dossier.state import SupplementEffect
from egov_vn.errors import BeyondHorizon, InvalidInput

CALENDAR = WorkCalendar.official()
HOURS = WorkHours("07:30-11:30, 13:00-17:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="A", reason="lý do", **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    fields.setdefault("term", "5 ngày làm việc")
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="X", events=events, **fields)


def due(item: Dossier, **more: Any) -> Due:
    found = due_of(item, calendar=CALENDAR, hours=HOURS, **more)
    assert found is not None
    return found


def verdict(item: Dossier, when: str) -> tuple[Timeliness, int]:
    found = lateness(item, at(when), calendar=CALENDAR, hours=HOURS)
    return found.verdict, found.working_days


ACCEPT = event("ACCEPT", "2026-03-02 09:00")


def test_before_reception_there_is_no_due_date() -> None:
    item = dossier(event("REGISTER", "2026-03-02 09:00"))
    assert due_of(item, calendar=CALENDAR) is None
    assert verdict(item, "2026-03-20 09:00") == (Timeliness.NO_TERM, 0)
    assert verdict(dossier(ACCEPT, term=None), "2026-03-20 09:00") == (Timeliness.NO_TERM, 0)
    with pytest.raises(InvalidInput) as caught:
        due_of(dossier(ACCEPT, term=None), calendar=CALENDAR)
    assert caught.value.path == "ThoiHanGiaiQuyet"
    assert due(dossier(ACCEPT, term=None), term="1 ngày làm việc").day == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-03-06 16:00", "early"),
        ("2026-03-09 08:00", "on_time"),
        ("2026-03-09 17:00", "on_time"),
        ("2026-03-09 17:01", "late"),
    ],
)
def test_early_on_time_late(ended: str, expected: str) -> None:
    assert verdict(dossier(ACCEPT, event("SETTLE", ended)), "2026-04-01 09:00")[0] == expected


def test_how_late() -> None:
    open_one = dossier(ACCEPT)
    assert verdict(open_one, "2026-03-09 16:00") == (Timeliness.RUNNING, 0)
    assert verdict(open_one, "2026-03-09 18:00") == (Timeliness.OVERDUE, 0)
    assert verdict(open_one, "2026-03-14 18:00") == (Timeliness.OVERDUE, 4)
    late = lateness(
        dossier(ACCEPT, event("REFUSE", "2026-03-11 09:00")), at("2026-04-01 09:00"), calendar=CALENDAR, hours=HOURS
    )
    assert (late.verdict, late.working_days, late.by) == (Timeliness.LATE, 2, timedelta(days=1, hours=16))


def test_a_request_after_the_term_has_ended_heals_nothing() -> None:
    item = dossier(ACCEPT, event("REQUEST_SUPPLEMENT", "2026-03-12 09:00"), event("SUPPLEMENT", "2026-03-13 09:00"))
    assert due(item).day == date(2026, 3, 9)
    waiting = dossier(ACCEPT, event("REQUEST_SUPPLEMENT", "2026-03-12 09:00"))
    assert verdict(waiting, "2026-03-20 09:00") == (Timeliness.OVERDUE, 3)


def test_a_re_appointment_after_the_date_heals_nothing() -> None:
    item = dossier(
        ACCEPT, event("EXTEND", "2026-03-10 09:00", due=at("2026-03-20 17:00")), event("SETTLE", "2026-03-18 09:00")
    )
    assert due(item).day == date(2026, 3, 20)
    assert verdict(item, "2026-03-18 10:00")[0] == "late"
    good = dossier(
        ACCEPT, event("EXTEND", "2026-03-06 09:00", due=at("2026-03-20 17:00")), event("SETTLE", "2026-03-18 09:00")
    )
    assert verdict(good, "2026-03-18 10:00")[0] == "early"
    assert "20/03/2026" in due(good).explain("vi")
    assert "Re-appointed" in due(good).explain("en")


def test_a_restart_after_a_re_appointment_counts_anew() -> None:
    item = dossier(
        ACCEPT,
        event("EXTEND", "2026-03-04 09:00", due=at("2026-03-11 17:00")),
        event("REQUEST_SUPPLEMENT", "2026-03-05 09:00"),
        event("SUPPLEMENT", "2026-03-09 09:00"),
    )
    assert due(item).day == date(2026, 3, 16)
    assert not due(item).reappointed


def test_a_non_territorial_clock_that_has_not_begun() -> None:
    item = dossier(event("ACCEPT", "2026-10-05 09:00"), non_territorial=True)
    assert (due(item).day, due(item).waiting) == (date(2026, 10, 12), True)
    assert due(item).first == due(item).at


def test_a_regime_that_was_opted_for_rules_the_clock() -> None:
    events = (
        event("ACCEPT", "2026-08-03 09:00"),
        event("ARRIVE", "2026-08-04 09:00"),
        event("OPT_IN", "2026-08-05 09:00", subject="nd118_2025_nd309"),
    )
    assert due(dossier(*events[:2], non_territorial=True)).day == date(2026, 8, 10)
    assert due(dossier(*events, non_territorial=True)).day == date(2026, 8, 11)


def test_failures_and_supplements_that_overlap() -> None:
    item = dossier(
        event("ACCEPT", "2026-10-05 09:00"),
        event("REQUEST_SUPPLEMENT", "2026-10-06 09:00"),
        event("INTERRUPT", "2026-10-07 09:00"),
        event("SUPPLEMENT", "2026-10-08 09:00"),
        event("RESUME", "2026-10-09 09:00"),
        bundle="khai-sinh",
    )
    assert due(item).day == date(2026, 10, 15)
    assert due(item).waiting is False


def test_beyond_the_horizon_is_said() -> None:
    with pytest.raises(BeyondHorizon):
        due(dossier(ACCEPT, term="10 năm"))


starts = st.datetimes(datetime(2025, 7, 1, 8), datetime(2026, 8, 1, 16)).map(lambda when: when.replace(tzinfo=VIETNAM))


@settings(max_examples=100, deadline=None)
@given(
    starts, st.integers(1, 20), st.lists(st.integers(0, 72), min_size=2, max_size=2), st.sampled_from(SupplementEffect)
)
def test_one_supplement_is_what_the_calendar_says(
    accepted: datetime, days: int, gaps: list[int], effect: SupplementEffect
) -> None:
    """A restart is the term again from the completion; a suspension moves the end by the working days waited."""
    asked = accepted + timedelta(hours=gaps[0])
    completed = asked + timedelta(hours=gaps[1])
    events = [
        Event(kind=EventKind.ACCEPT, at=accepted, actor="A"),
        Event(kind=EventKind.REQUEST_SUPPLEMENT, at=asked, actor="A", reason="x"),
        Event(kind=EventKind.SUPPLEMENT, at=completed, actor="B"),
    ]
    item = dossier(*events, term=f"{days} ngày làm việc", supplement_effect=effect)
    plain = compute_deadline(accepted, f"{days} ngày làm việc", calendar=CALENDAR, hours=HOURS)
    found = due(item)
    assert found.first == plain.at
    if asked > plain.at:
        assert found.at == plain.at
    elif effect is SupplementEffect.RESTART:
        again = compute_deadline(completed, f"{days} ngày làm việc", calendar=CALENDAR, hours=HOURS)
        assert found.at == again.at
    else:
        waited = CALENDAR.count(asked.date(), completed.date())
        earliest = CALENDAR.add(completed.date(), 0)  # a term that was used up ends when the dossier is back
        assert found.day == max(CALENDAR.add(plain.day, waited), earliest)
