"""Questions of an examiner about the life of a dossier, each with the article that answers it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    Bundle,
    Channel,
    Dossier,
    Duty,
    Event,
    EventKind,
    ProcedureCode,
    Timeliness,
    advance,
    audit,
    due_of,
    duties,
    lateness,
    regime_of,
)
from egov_vn.errors import IllegalTransition

CALENDAR = WorkCalendar.official()
HOURS = WorkHours("07:30-11:30, 13:00-17:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="Cán bộ A", reason="lý do", **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    fields.setdefault("term", "5 ngày làm việc")
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="Người nộp thử", events=events, **fields)


def found(item: Dossier, when: str) -> list[str]:
    return [entry.code for entry in audit(item, at(when), calendar=CALENDAR, hours=HOURS)]


def owed(item: Dossier, when: str) -> dict[str, Duty]:
    return {duty.key: duty for duty in duties(item, at(when), calendar=CALENDAR, hours=HOURS)}


def due_day(item: Dossier) -> date:
    answer = due_of(item, calendar=CALENDAR, hours=HOURS)
    assert answer is not None
    return answer.day


def test_a_later_decree_sets_no_term_for_what_came_before_it() -> None:
    """NĐ 118/2025 Điều 40(1), 17(2)(c): the 8 and the 2 hours run from a reception since 01/07/2025."""
    old = dossier(event("REGISTER", "2025-06-26 15:30"), event("ACCEPT", "2025-07-02 09:00"), channel=Channel.ONLINE)
    assert regime_of(old).key == "nd118_2025"
    assert not {"DOS-ANSWER-LATE", "DOS-ALERT-LATE"} & set(found(old, "2025-07-02 09:30"))
    new = dossier(event("REGISTER", "2026-07-31 15:30"), event("ACCEPT", "2026-08-05 09:00"), channel=Channel.ONLINE)
    assert regime_of(new).key == "nd118_2025_nd309"  # NĐ 309/2026 changed neither term: they ran before it too
    assert {"DOS-ANSWER-LATE", "DOS-ALERT-LATE"} <= set(found(new, "2026-08-05 09:30"))


def test_the_last_minute_of_the_eight_hours() -> None:
    """NĐ 118/2025 Điều 17(2)(c): from the reception by the system, not from the portal's acknowledgement."""

    def answered(minute: str) -> list[str]:
        item = dossier(
            event("REGISTER", "2026-10-05 16:00"),
            event("SYSTEM_RECEIVE", "2026-10-05 16:10"),
            event("ALERT_OFFICER", "2026-10-05 16:15"),
            event("REQUEST_SUPPLEMENT", minute),
            channel=Channel.ONLINE,
        )
        return found(item, "2026-10-09 10:00")

    assert answered("2026-10-06 16:10") == []
    assert answered("2026-10-06 16:11") == ["DOS-ANSWER-LATE"]


def test_a_completed_online_dossier_is_answered_again() -> None:
    """NĐ 118/2025 Điều 17(2)(c): what comes back completed is received by the system again."""
    back = (
        event("REGISTER", "2026-10-05 08:00"),
        event("ALERT_OFFICER", "2026-10-05 08:05"),
        event("REQUEST_SUPPLEMENT", "2026-10-05 10:00"),
        event("SUPPLEMENT", "2026-10-07 10:00"),
    )
    item = dossier(*back, channel=Channel.ONLINE)
    assert owed(item, "2026-10-07 11:00")["answer"].by == at("2026-10-08 10:00")
    assert found(item, "2026-10-08 10:00") == []
    assert found(item, "2026-10-08 10:01") == ["DOS-ANSWER-LATE"]
    taken = dossier(*back, event("ACCEPT", "2026-10-08 09:59"), channel=Channel.ONLINE)
    assert "DOS-ANSWER-LATE" not in found(taken, "2026-10-20 09:00")


def test_a_clock_that_has_not_begun_is_not_late() -> None:
    """NĐ 118/2025 Điều 17(3) as amended by NĐ 309/2026: from the moment the competent body has the dossier."""
    item = dossier(event("ACCEPT", "2026-10-05 09:00"), non_territorial=True)
    verdict = lateness(item, at("2026-12-01 09:00"), calendar=CALENDAR, hours=HOURS)
    assert verdict.verdict is Timeliness.WAITING
    assert found(item, "2026-12-01 09:00") == ["DOS-PAPER-LATE"]
    earlier = dossier(event("ACCEPT", "2026-08-03 09:00"), non_territorial=True)
    assert lateness(earlier, at("2026-12-01 09:00"), calendar=CALENDAR, hours=HOURS).verdict is Timeliness.OVERDUE


def test_only_online_dossiers_are_adjusted() -> None:
    """NĐ 118/2025 Điều 21(1)(2): at the counter the applicant may stop; online also adjust."""
    events = (event("ACCEPT", "2026-10-05 09:00"), event("ADJUST", "2026-10-05 10:00"))
    assert "DOS-ADJUST-NOT-ONLINE" in found(dossier(*events), "2026-10-05 11:00")
    assert "DOS-ADJUST-NOT-ONLINE" not in found(dossier(*events, channel=Channel.ONLINE), "2026-10-05 11:00")
    assert "DOS-ADJUST-NOT-ONLINE" not in found(dossier(*events), "2026-10-05 09:30")


@pytest.mark.parametrize(
    ("received", "by"),
    [
        ("2026-10-05 06:00", "2026-10-05 17:00"),
        ("2026-10-05 15:00", "2026-10-05 17:00"),
        ("2026-10-05 15:00:01", "2026-10-06 07:30"),
        ("2026-10-05 23:59", "2026-10-06 07:30"),
        ("2026-10-09 15:01", "2026-10-12 07:30"),
        ("2026-10-10 08:00", "2026-10-12 07:30"),
        ("2026-02-13 16:00", "2026-02-23 07:30"),
    ],
)
def test_handing_over_around_fifteen_hours(received: str, by: str) -> None:
    """NĐ 118/2025 Điều 18(2): sau 15 giờ means after 15:00; the term of the procedure is not moved."""
    item = dossier(event("ACCEPT", received))
    assert owed(item, received)["forward"].by == at(by)
    assert due_day(item) == CALENDAR.add(date.fromisoformat(received[:10]), 5)


@pytest.mark.parametrize(
    ("received", "expected"),
    [("2026-10-05 15:00", "2026-10-08"), ("2026-10-05 15:01", "2026-10-09"), ("2026-10-09 15:01", "2026-10-15")],
)
def test_a_bundle_received_after_fifteen_hours(received: str, expected: str) -> None:
    """NĐ 63/2024 Điều 7(2) as amended by NĐ 301/2026: here 15:00 moves the clock itself."""
    item = dossier(event("ACCEPT", received), bundle=Bundle.BIRTH, term="3 ngày làm việc")
    assert due_day(item) == date.fromisoformat(expected)


def test_hours_of_a_bundle_are_plain_hours() -> None:
    """NĐ 63/2024 Điều 8(1): 24 giờ, over the weekend and after 15:00 alike."""
    item = dossier(event("ACCEPT", "2026-10-09 15:30"), bundle=Bundle.BIRTH, term="24 giờ")
    answer = due_of(item, calendar=CALENDAR, hours=HOURS)
    assert answer is not None
    assert answer.at == at("2026-10-10 15:30")


def test_a_failure_of_the_system_stops_the_clock_of_bundles_only() -> None:
    """NĐ 63/2024 Điều 4(7) as amended by NĐ 301/2026; NĐ 118/2025 has no such rule."""
    events = (
        event("ACCEPT", "2026-10-05 08:00"), event("FORWARD", "2026-10-05 08:05"),
        event("INTERRUPT", "2026-10-06 09:00"), event("RESUME", "2026-10-08 10:00"),
    )  # fmt: skip
    assert due_day(dossier(*events, bundle=Bundle.DEATH, term="3 ngày làm việc")) == date(2026, 10, 12)
    assert due_day(dossier(*events, term="3 ngày làm việc")) == date(2026, 10, 8)
    assert due_day(dossier(*events, bundle=Bundle.OTHER, term="3 ngày làm việc")) == date(2026, 10, 8)


@pytest.mark.parametrize(("closed", "early"), [("2025-07-28 16:00", True), ("2025-07-29 07:30", False)])
def test_closing_after_fifteen_days(closed: str, early: bool) -> None:
    """NĐ 118/2025 Điều 19(5), BLDS 2015 Điều 148(5): notice Fri 11/07/2025, 15th day Sat 26/07, moved to Mon 28/07."""
    item = dossier(
        event("ACCEPT", "2025-07-10 09:00"), event("FORWARD", "2025-07-10 10:00"),
        event("REQUEST_SUPPLEMENT", "2025-07-11 09:00"), event("CLOSE", closed),
    )  # fmt: skip
    assert ("DOS-CLOSED-EARLY" in found(item, "2025-08-01 08:00")) is early


def test_nobody_stops_what_is_decided() -> None:
    """NĐ 118/2025 Điều 21(1)(2): until before the decision or the written result."""
    life = dossier(
        event("ACCEPT", "2026-03-02 09:00"), event("FORWARD", "2026-03-02 09:10"), event("SETTLE", "2026-03-04 08:00")
    )
    with pytest.raises(IllegalTransition):
        advance(life, event("REQUEST_STOP", "2026-03-04 08:01"))


@pytest.mark.parametrize(("said", "late"), [("2026-03-08 23:59", False), ("2026-03-09 00:00", True)])
def test_one_day_before_a_monday_is_a_sunday(said: str, late: bool) -> None:
    """NĐ 118/2025 Điều 19(6): 01 ngày, a calendar day: due Mon 09/03/2026, apology on Sun 08/03 at the latest."""
    life = dossier(
        event("ACCEPT", "2026-03-02 09:00"), event("FORWARD", "2026-03-02 09:10"),
        event("EXTEND", said, due=at("2026-03-12 17:00")), event("SETTLE", "2026-03-11 09:00"),
    )  # fmt: skip
    assert ("DOS-APOLOGY-LATE" in found(life, "2026-03-12 00:00")) is late
