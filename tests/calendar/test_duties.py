"""The time limits of the one-stop decrees: cases A1 to A6 of the law pages."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from egov_vn.calendar import (
    WorkCalendar,
    WorkHours,
    apology_due,
    bundle_supplement_due,
    closing_from,
    compute_deadline,
    correction_due,
    forward_due,
    hand_over_due,
    online_alert_due,
    online_answer_due,
    supplement_request_due,
)
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, NotInForce

CALENDAR = WorkCalendar.official()
OFFICE = WorkHours("07:30-11:30,13:00-17:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def test_a1_online_answer_and_alert() -> None:
    """118/2025/NĐ-CP Art. 17(2)(c): 8 working hours; Art. 17(2): alert within 2 plain hours."""
    answer = online_answer_due(at("2026-10-05T16:00"), calendar=CALENDAR, hours=OFFICE)
    assert answer.at == at("2026-10-06T16:00")
    assert "118/2025/NĐ-CP" in answer.explain("vi")
    assert online_alert_due(at("2026-10-05T16:00"), calendar=CALENDAR).at == at("2026-10-05T18:00")


def test_a2_online_answer_over_national_day_and_before_the_decree() -> None:
    assert online_answer_due(at("2025-08-29T15:30"), calendar=CALENDAR, hours=OFFICE).at == at("2025-09-03T15:30")
    with pytest.raises(NotInForce):
        online_answer_due(at("2025-06-30T15:30"), calendar=CALENDAR, hours=OFFICE)
    with pytest.raises(NotInForce):
        online_alert_due(at("2025-06-30T15:30"), calendar=CALENDAR)


@pytest.mark.parametrize(
    ("received", "handed_over"),
    [
        ("2026-10-05T15:30", "2026-10-06T07:30"),
        ("2026-10-05T15:00", "2026-10-05T17:00"),
        ("2026-10-02T15:30", "2026-10-05T07:30"),
        ("2026-10-03T09:00", "2026-10-05T07:30"),
        ("2019-10-04T16:00", "2019-10-07T07:30"),
    ],
)
def test_a3_hand_over_moves_the_dossier(received: str, handed_over: str) -> None:
    """118/2025/NĐ-CP Art. 18(2), 61/2018/NĐ-CP Art. 18(2): after 15:00 at the start of the next working day."""
    assert hand_over_due(at(received), calendar=CALENDAR, hours=OFFICE) == at(handed_over)


def test_a4_paper_of_another_authority() -> None:
    """118/2025/NĐ-CP Art. 20(1)(a): 1 working day."""
    assert forward_due(at("2026-10-05T09:00"), calendar=CALENDAR).day == date(2026, 10, 6)


def test_a5_closing_after_fifteen_days() -> None:
    """118/2025/NĐ-CP Art. 19(5): notice Fri 11/07, 15th day Sat 26/07 rolls to Mon 28/07, closing from Tue 29/07."""
    assert closing_from(date(2025, 7, 11), calendar=CALENDAR) == date(2025, 7, 29)
    with pytest.raises(NotInForce):
        closing_from(date(2025, 6, 10), calendar=CALENDAR)
    with pytest.raises(NotInForce):
        closing_from(date(2025, 7, 11), calendar=CALENDAR, ruled_on=date(2025, 6, 20))
    with pytest.raises(InvalidInput):
        closing_from(at("2025-07-11T09:00"), calendar=CALENDAR)


def test_a6_a_bundle_waits_seven_working_days() -> None:
    """63/2024/NĐ-CP Art. 8 as amended by 301/2026/NĐ-CP: asked Mon 05/10, last day Wed 14/10, stop from Thu 15/10."""
    last = bundle_supplement_due(at("2026-10-05T09:00"), calendar=CALENDAR).day
    assert last == date(2026, 10, 14) and CALENDAR.next(last) == date(2026, 10, 15)
    with pytest.raises(NotInForce):
        bundle_supplement_due(at("2026-10-05T09:00"), calendar=CALENDAR, ruled_on=date(2026, 8, 31))


def test_a_supplement_is_asked_within_three_working_days() -> None:
    """118/2025/NĐ-CP Art. 19(5): received Mon 02/03, Tue 03/03 is in time, Fri 06/03 is not."""
    last = supplement_request_due(at("2026-03-02T09:00"), calendar=CALENDAR).day
    assert date(2026, 3, 3) <= last == date(2026, 3, 5) < date(2026, 3, 6)
    assert correction_due(at("2026-03-02T09:00"), calendar=CALENDAR).day == date(2026, 3, 5)


def test_the_apology_comes_a_day_before() -> None:
    """118/2025/NĐ-CP Art. 19(6): due Fri 13/03, last day Thu 12/03."""
    deadline = compute_deadline(at("2026-03-06T09:00"), "5 ngày làm việc", calendar=CALENDAR)
    assert deadline.day == date(2026, 3, 13) and apology_due(deadline) == date(2026, 3, 12)
    with pytest.raises(InvalidInput):
        apology_due(date(2026, 3, 13))  # type: ignore[arg-type]
    with pytest.raises(NotInForce):
        apology_due(compute_deadline(at("2015-03-06T09:00"), "5 ngày làm việc", calendar=CALENDAR))


def test_instants_need_a_zone() -> None:
    for duty in (online_answer_due, hand_over_due):
        with pytest.raises(InvalidInput):
            duty(datetime(2026, 10, 5, 9), calendar=CALENDAR, hours=OFFICE)
