"""What is owed next, and what was done late: each with its article, and only under a regime that knows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import Desk, Dossier, Duty, Event, EventKind, Obligor, ProcedureCode, audit, duties
from egov_vn.errors import InvalidInput


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="A", reason="lý do", **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    fields.setdefault("term", "5 ngày làm việc")
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="X", events=events, **fields)


def owed(item: Dossier, when: str) -> dict[str, Duty]:
    return {duty.key: duty for duty in duties(item, at(when))}


def found(item: Dossier, when: str) -> dict[str, str]:
    return {one.code: str(one.source) for one in audit(item, at(when))}


ACCEPT = event("ACCEPT", "2026-03-02 09:00")
FORWARD = event("FORWARD", "2026-03-02 10:00")


def test_at_the_counter() -> None:
    owes = owed(dossier(ACCEPT), "2026-03-02 09:30")
    assert owes["forward"].by == at("2026-03-02 17:00")
    assert owes["forward"].who is Obligor.DESK
    assert owes["settle"].by == at("2026-03-09 17:00")
    assert owes["apologise"].conditional
    assert str(owes["apologise"].source) == "khoản 6 Điều 19 118/2025/NĐ-CP"
    assert owes["request_supplement"].by == at("2026-03-05 17:00")
    assert duties(dossier(ACCEPT), at("2026-03-02 09:30"))[0].key == "forward"
    for duty in owes.values():
        assert duty.text.vi
        assert duty.text.en


def test_the_articles_are_those_of_the_day_of_reception() -> None:
    old = owed(dossier(event("ACCEPT", "2025-06-30 15:30")), "2025-07-10 09:00")
    assert str(old["forward"].source) == "khoản 2 Điều 18 61/2018/NĐ-CP"
    assert old["forward"].by == at("2025-07-01 07:30")
    assert old["forward"].overdue
    assert str(old["apologise_late"].source) == "khoản 9 Điều 19 61/2018/NĐ-CP"


def test_received_on_a_rest_day_is_forwarded_at_the_next_opening() -> None:
    assert owed(dossier(event("ACCEPT", "2026-03-07 09:00")), "2026-03-07 10:00")["forward"].by == at(
        "2026-03-09 07:30"
    )


def test_received_online_is_forwarded_at_once() -> None:
    item = dossier(event("REGISTER", "2026-03-02 08:00"), ACCEPT, channel=2)
    assert owed(item, "2026-03-02 09:30")["forward"].by == at("2026-03-02 09:00")
    assert "alert_officer" not in owed(item, "2026-03-02 09:30")


def test_online_answers_are_audited() -> None:
    late = dossier(event("REGISTER", "2026-03-02 08:00"), event("ACCEPT", "2026-03-03 09:00"), channel=2)
    assert found(late, "2026-03-03 10:00")["DOS-ANSWER-LATE"] == "điểm c khoản 2 Điều 17 118/2025/NĐ-CP"
    assert found(late, "2026-03-03 10:00")["DOS-ALERT-LATE"] == "khoản 2 Điều 17 118/2025/NĐ-CP"
    good = dossier(
        event("REGISTER", "2026-03-02 08:00"), event("ALERT_OFFICER", "2026-03-02 09:59"),
        event("REQUEST_SUPPLEMENT", "2026-03-02 16:59"), channel=2,
    )  # fmt: skip
    assert found(good, "2026-03-10 10:00") == {}


def test_a_paper_dossier_of_another_body() -> None:
    item = dossier(event("ACCEPT", "2026-10-05 15:30"), non_territorial=True)
    owes = owed(item, "2026-10-05 16:00")
    assert owes["forward_paper"].by == at("2026-10-06 17:00")
    assert "forward" not in owes
    assert "settle" not in owes
    old = dossier(event("ACCEPT", "2024-10-07 15:30"), non_territorial=True)
    assert "forward_paper" not in owed(old, "2024-10-07 16:00")
    assert owed(old, "2024-10-07 16:00")["forward"].by == at("2024-10-08 07:30")


def test_late_without_apology() -> None:
    item = dossier(ACCEPT, FORWARD, event("SETTLE", "2026-03-12 09:00"))
    assert set(found(item, "2026-03-13 09:00")) == {"DOS-LATE", "DOS-NO-APOLOGY"}
    sorry = dossier(ACCEPT, FORWARD, event("APOLOGISE", "2026-03-10 09:00"), event("SETTLE", "2026-03-12 09:00"))
    assert set(found(sorry, "2026-03-13 09:00")) == {"DOS-LATE"}
    assert set(found(dossier(ACCEPT, FORWARD), "2026-03-13 09:00")) == {"DOS-LATE", "DOS-NO-APOLOGY"}


def test_an_apology_is_measured_against_the_date_of_its_day() -> None:
    item = dossier(
        ACCEPT,
        FORWARD,
        event("EXTEND", "2026-03-08 09:00", due=at("2026-03-11 17:00")),
        event("SETTLE", "2026-03-11 09:00"),
    )
    assert found(item, "2026-03-20 09:00") == {}
    late = dossier(
        ACCEPT,
        FORWARD,
        event("EXTEND", "2026-03-09 08:00", due=at("2026-03-11 17:00")),
        event("SETTLE", "2026-03-11 09:00"),
    )
    assert set(found(late, "2026-03-20 09:00")) == {"DOS-APOLOGY-LATE"}


def test_forwarding_late() -> None:
    item = dossier(ACCEPT, event("FORWARD", "2026-03-03 08:00"), event("SETTLE", "2026-03-04 08:00"))
    assert found(item, "2026-03-05 09:00") == {"DOS-FORWARD-LATE": "khoản 2 Điều 18 118/2025/NĐ-CP"}


def test_consultation_payment_stop_and_correction() -> None:
    consulted = dossier(
        ACCEPT, FORWARD, event("CONSULT", "2026-03-03 08:00", subject="Sở X", due=at("2026-03-04 17:00"))
    )
    assert owed(consulted, "2026-03-05 08:00")["report_delay"].since == at("2026-03-04 17:00")
    paid = dossier(ACCEPT, FORWARD, event("PAY", "2026-03-03 14:00", amount=5000))
    assert owed(paid, "2026-03-03 15:00")["remit"].by == at("2026-03-04 14:00")
    waiting = dossier(ACCEPT, FORWARD, event("REQUEST_PAYMENT", "2026-03-03 14:00", amount=5000))
    assert owed(waiting, "2026-03-03 15:00")["pay"].who is Obligor.APPLICANT
    stopping = dossier(ACCEPT, FORWARD, event("REQUEST_STOP", "2026-03-03 14:00"))
    assert str(owed(stopping, "2026-03-03 15:00")["answer_stop"].source) == "Điều 21 118/2025/NĐ-CP"
    wrong = dossier(ACCEPT, FORWARD, event("SETTLE", "2026-03-04 14:00"), event("CORRECT", "2026-03-06 09:00"))
    assert owed(wrong, "2026-03-06 10:00")["correct"].by == at("2026-03-11 17:00")
    assert found(wrong, "2026-03-12 09:00") == {"DOS-CORRECTION-LATE": "khoản 1 Điều 23 118/2025/NĐ-CP"}
    mended = dossier(*wrong.events, event("SETTLE", "2026-03-12 09:00"))
    assert found(mended, "2026-03-13 09:00") == {"DOS-CORRECTION-LATE": "khoản 1 Điều 23 118/2025/NĐ-CP"}
    old = dossier(
        event("ACCEPT", "2024-03-04 09:00"), event("SETTLE", "2024-03-04 10:00"), event("CORRECT", "2024-03-05 09:00")
    )
    assert owed(old, "2024-03-06 09:00")["correct"].by is None


def test_handing_over() -> None:
    early = dossier(ACCEPT, FORWARD, event("SETTLE", "2026-03-04 14:00"))
    owes = owed(early, "2026-03-04 15:00")
    assert owes["return_result"].by == at("2026-03-09 17:00")
    assert owes["announce"].conditional
    announced = dossier(*early.events, event("ANNOUNCE", "2026-03-04 15:00"))
    assert "announce" not in owed(announced, "2026-03-04 16:00")
    assert owed(dossier(*announced.events, event("RETURN_RESULT", "2026-03-05 08:00")), "2026-03-06 09:00") == {}


def test_the_bundle_has_terms_of_its_own() -> None:
    item = dossier(
        event("ACCEPT", "2026-10-05 08:00"),
        event("FORWARD", "2026-10-05 09:00"),
        bundle="khai-sinh",
        term="03 ngày làm việc",
    )
    broken = dossier(*item.events, event("INTERRUPT", "2026-10-05 10:00"), bundle="khai-sinh", term=item.term)
    assert owed(broken, "2026-10-05 11:00")["repair"].by == at("2026-10-06 10:00")
    done = dossier(*item.events, event("SETTLE", "2026-10-06 10:00"), bundle="khai-sinh", term=item.term)
    assert owed(done, "2026-10-06 10:05")["sync"].by == at("2026-10-06 10:10")
    assert "apologise" in owed(item, "2026-10-06 10:05")
    online = dossier(
        event("REGISTER", "2026-10-05 10:00"),
        event("SYSTEM_RECEIVE", "2026-10-05 10:01"),
        bundle="khai-sinh",
        channel=2,
    )
    assert owed(online, "2026-10-05 10:30")["notify_deficiency"].by == at("2026-10-06 10:01")


def test_a_dossier_without_history() -> None:
    item = dossier(status=4, received_at=at("2026-03-02 09:00"))
    assert owed(item, "2026-03-03 09:00")["settle"].by == at("2026-03-09 17:00")
    with pytest.raises(InvalidInput):
        duties(item, datetime(2026, 3, 3))


def test_a_desk_has_the_official_calendar_and_the_usual_hours() -> None:
    assert str(Desk.of().hours) == "07:30-11:30, 13:00-17:00"
