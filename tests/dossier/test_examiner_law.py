"""Every number of the decrees, copied by hand from their texts, beside the article that gives it.

The tables below were written from the decrees, not from the data of the package: a figure that is changed in the data
fails here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    BUNDLE_REGIMES,
    REGIMES,
    Bundle,
    Channel,
    Dossier,
    Event,
    EventKind,
    Period,
    ProcedureCode,
    Regime,
    State,
    audit,
    check,
    code_form,
    duties,
    issuer_role,
)
from egov_vn.dossier.forms import form
from egov_vn.errors import NotInForce

ND61 = {
    "supplement_effect": ("RESTART", "khoản 4 Điều 19 61/2018/NĐ-CP"),
    "supplement_limit": (1, "khoản 3 Điều 15 61/2018/NĐ-CP"),
    "supplement_notice_working_days": (3, "khoản 4 Điều 19 61/2018/NĐ-CP"),
    "forward_cut_off": ("15:00", "khoản 2 Điều 18 61/2018/NĐ-CP"),
    "other_agency_cut_off": ("15:00", "khoản 3 Điều 18 61/2018/NĐ-CP"),
    "apology_days_before": (1, "khoản 9 Điều 19 61/2018/NĐ-CP"),
    "reappointment_limit": (1, "khoản 9 Điều 19 61/2018/NĐ-CP"),
    "consultation_report": (True, "điểm b khoản 5 Điều 19 61/2018/NĐ-CP"),
    "refusal_within_term": (True, "khoản 8 Điều 19 61/2018/NĐ-CP"),
    "early_result_announced": (True, "khoản 4 Điều 20 61/2018/NĐ-CP"),
}
ND118 = {
    "supplement_effect": ("RESTART", "khoản 5 Điều 19 118/2025/NĐ-CP"),
    "supplement_limit": (1, "điểm c khoản 2 Điều 11 118/2025/NĐ-CP"),
    "supplement_notice_working_days": (3, "khoản 5 Điều 19 118/2025/NĐ-CP"),
    "closing_days": (15, "khoản 5 Điều 19 118/2025/NĐ-CP"),
    "online_alert_hours": (2, "khoản 2 Điều 17 118/2025/NĐ-CP"),
    "online_answer_working_hours": (8, "điểm c khoản 2 Điều 17 118/2025/NĐ-CP"),
    "forward_online": (True, "khoản 1 Điều 18 118/2025/NĐ-CP"),
    "forward_cut_off": ("15:00", "khoản 2 Điều 18 118/2025/NĐ-CP"),
    "other_agency_working_days": (1, "điểm a khoản 1 Điều 20 118/2025/NĐ-CP"),
    "apology_days_before": (1, "khoản 6 Điều 19 118/2025/NĐ-CP"),
    "reappointment_limit": (1, "khoản 6 Điều 19 118/2025/NĐ-CP"),
    "consultation_report": (True, "điểm c khoản 4 Điều 19 118/2025/NĐ-CP"),
    "refusal_within_term": (True, "khoản 3 Điều 19 118/2025/NĐ-CP"),
    "early_result_announced": (True, "khoản 5 Điều 22 118/2025/NĐ-CP"),
    "correction_working_days": (3, "khoản 1 Điều 23 118/2025/NĐ-CP"),
    "remittance_working_hours": (8, "khoản 3 Điều 24 118/2025/NĐ-CP"),
}
ND301 = {
    "supplement_effect": ("SUSPEND", "khoản 7 Điều 4 63/2024/NĐ-CP"),
    "incident_suspends": (True, "khoản 7 Điều 4 63/2024/NĐ-CP"),
    "incident_repair_hours": (24, "khoản 7 Điều 4 63/2024/NĐ-CP"),
    "clock_cut_off": ("15:00", "khoản 2 Điều 7 63/2024/NĐ-CP"),
    "apology_required": (True, "khoản 3 Điều 7 63/2024/NĐ-CP"),
    "next_body_working_hours": (2, "khoản 4 Điều 7 63/2024/NĐ-CP"),
    "sync_minutes": (10, "khoản 4 Điều 7 63/2024/NĐ-CP"),
    "deficiency_notice_hours": (24, "khoản 1 Điều 8 63/2024/NĐ-CP"),
    "closing_working_days": (7, "khoản 1 Điều 8 63/2024/NĐ-CP"),
    "opt_in_from_earlier": (True, "khoản 1 Điều 18 301/2026/NĐ-CP"),
    "supplement_limit": (1, "điểm c khoản 2 Điều 11 118/2025/NĐ-CP"),
    "reappointment_limit": (1, "khoản 6 Điều 19 118/2025/NĐ-CP"),
}
ND309 = {**ND118, "non_territorial_clock": ("competent_body", "khoản 3 Điều 17 118/2025/NĐ-CP")}


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("nd61_2018", ND61),
        ("nd61_2018_nd107", ND61),
        ("nd118_2025", ND118),
        ("nd118_2025_nd309", ND309),
        ("nd63_2024_nd301", ND301),
    ],
)
def test_every_rule_of_a_regime(key: str, rules: dict[str, tuple[object, str]]) -> None:
    found = {name: (rule.value, str(rule.source)) for name, rule in Regime.of(key).rules.items()}
    assert found == rules


def test_what_was_not_read_is_not_called_read() -> None:
    """QĐ 09/2015, NĐ 107/2021 and NĐ 63/2024 before its amendment were not found: no rule under them is `text`."""
    for key in ("qd09_2015", "nd61_2018_nd107", "nd63_2024"):
        regime = Regime.of(key)
        assert regime.evidence.value != "text"
        assert {rule.evidence.value for rule in regime.rules.values()} <= {"assumed", "report"}
    assert {rule.evidence.value for rule in Regime.of("nd61_2018").rules.values()} == {"text"}
    settle = Regime.of("nd61_2018_nd107").transitions[State.RECEIVED, EventKind.SETTLE]
    assert settle.evidence.value == "assumed"


@pytest.mark.parametrize(
    ("regimes", "starts"),
    [
        (REGIMES, ("2015-05-15", "2018-06-21", "2021-12-06", "2025-07-01", "2026-08-05")),
        (BUNDLE_REGIMES, ("2024-07-01", "2026-09-01")),
    ],
)
def test_the_days_on_which_law_changes(regimes: tuple[Regime, ...], starts: tuple[str, ...]) -> None:
    """NĐ 61/2018 Điều 40; NĐ 118/2025 Điều 40(1); NĐ 309/2026 Điều 16(1); NĐ 301/2026, from 01/09/2026."""
    assert tuple(regime.since.isoformat() for regime in regimes) == starts
    bundle = regimes is BUNDLE_REGIMES
    for before, after in pairwise(regimes):
        assert Regime.on(after.since, bundle=bundle) is after
        assert Regime.on(after.since - timedelta(days=1), bundle=bundle) is before
    with pytest.raises(NotInForce):
        Regime.on(regimes[0].since - timedelta(days=1), bundle=bundle)


@pytest.mark.parametrize(
    ("on", "plain", "desk", "online", "source"),
    [
        ("2018-06-21", "receiving", "receiving", "receiving", "điểm a khoản 2 Điều 26 61/2018/NĐ-CP"),
        ("2025-06-30", "receiving", "receiving", "receiving", "điểm a khoản 2 Điều 26 61/2018/NĐ-CP"),
        ("2025-07-01", "settling", "reception_desk", "national_portal", "điểm a khoản 2 Điều 28 118/2025/NĐ-CP"),
        ("2026-12-31", "settling", "reception_desk", "national_portal", "điểm a khoản 2 Điều 28 118/2025/NĐ-CP"),
    ],
)
def test_whose_identifier(on: str, plain: str, desk: str, online: str, source: str) -> None:
    day = date.fromisoformat(on)
    for expected, arguments in (
        (plain, {}), (plain, {"online": True}), (desk, {"linked": True}), (online, {"linked": True, "online": True}),
    ):  # fmt: skip
        found = issuer_role(day, **arguments)
        assert (found.value.value, str(found.source)) == (expected, source)
    assert code_form(day).value.value == ("tt01_2018" if day < date(2025, 7, 1) else "local_2025")


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("receipt", "01", "01"), ("supplement", "02", "02"), ("rejection", "03", "03"), ("apology", "04", "04"),
        ("stop_notice", None, "05"), ("control_slip", "05", "06"), ("register", "06", "07"),
    ],
)  # fmt: skip
def test_numbers_of_the_forms(key: str, before: str | None, after: str) -> None:
    """TT 01/2018/TT-VPCP Điều 9(1), from 06/01/2019; TT 03/2025/TT-VPCP Phụ lục I, from 15/09/2025."""
    assert form(key, on=date(2025, 9, 15)).number == after
    for day in (date(2019, 1, 6), date(2025, 9, 14)):
        if before is None:
            with pytest.raises(NotInForce):
                form(key, on=day)
        else:
            assert form(key, on=day).number == before
    with pytest.raises(NotInForce):
        form(key, on=date(2019, 1, 5))


def test_which_table_for_which_period() -> None:
    """TT 09/2026/TT-BTP Điều 17(1): in force from 01/08/2026; Điều 9: the periods; Điều 11: the 20th and the 23rd."""
    assert Period.custom(date(2026, 7, 1), date(2026, 7, 31)).report_set == "tt01_2020"
    assert Period.custom(date(2026, 7, 1), date(2026, 8, 1)).report_set == "tt09_2026"
    months = [number for number in range(1, 13) if Period.month(2027, number).is_required()]
    assert months == [1, 2, 4, 5, 7, 8, 10, 11]
    assert [number for number in range(1, 5) if Period.quarter(2027, number).is_required()] == [1, 3]
    assert Period.half_year(2027).is_required()
    assert not Period.half_year(2027, 2).is_required()
    assert not Period.nine_months(2027).is_required()
    assert Period.full_year(2027).is_required()
    assert Period.full_year(2027).report_due_on() == date(2027, 12, 20)
    assert Period.full_year(2027).report_due_on(head=True) == date(2027, 12, 23)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="A", reason="lý do", **more)


def owed(when: str, *events: Event, **fields: Any) -> dict[str, tuple[str | None, str]]:
    item = Dossier(
        procedure=ProcedureCode.parse("2.000815"), applicant_name="A", term="3 ngày làm việc", events=events, **fields
    )
    hours = WorkHours("07:30-11:30, 13:00-17:00")
    return {
        duty.key: (f"{duty.by:%d/%m %H:%M}" if duty.by else None, str(duty.source))
        for duty in duties(item, at(when), calendar=WorkCalendar.official(), hours=hours)
    }


def test_terms_of_a_bundle() -> None:
    """NĐ 63/2024 as amended by NĐ 301/2026: 24 hours, 2 working hours, 10 minutes, 24 hours, 7 working days."""
    got = owed("2026-10-05 16:30", event("REGISTER", "2026-10-05 16:00"), bundle=Bundle.BIRTH, channel=Channel.ONLINE)
    assert got["notify_deficiency"][0] == "06/10 16:00"
    life = (event("ACCEPT", "2026-10-05 08:00"), event("FORWARD", "2026-10-05 16:30"))
    got = owed("2026-10-05 16:31", *life, bundle=Bundle.BIRTH)
    assert got["confirm_arrival"] == ("06/10 09:00", "khoản 4 Điều 7 63/2024/NĐ-CP")
    assert "confirm_arrival" not in owed("2026-10-05 16:31", *life)
    got = owed("2026-10-06 10:00", *life, event("INTERRUPT", "2026-10-06 09:00"), bundle=Bundle.BIRTH)
    assert got["repair"] == ("07/10 09:00", "khoản 7 Điều 4 63/2024/NĐ-CP")
    got = owed("2026-10-07 10:00", *life, event("SETTLE", "2026-10-07 09:58"), bundle=Bundle.BIRTH)
    assert got["sync"] == ("07/10 10:08", "khoản 4 Điều 7 63/2024/NĐ-CP")
    got = owed("2026-10-05 17:00", *life, event("REQUEST_SUPPLEMENT", "2026-10-05 16:40"), bundle=Bundle.BIRTH)
    assert got["complete"] == ("14/10 23:59", "khoản 1 Điều 8 63/2024/NĐ-CP")


@pytest.mark.parametrize(("arrived", "late"), [("2026-10-06 09:00", False), ("2026-10-06 09:01", True)])
def test_the_next_body_answers_within_two_working_hours(arrived: str, late: bool) -> None:
    item = Dossier(
        procedure=ProcedureCode.parse("2.000815"), applicant_name="A", bundle=Bundle.DEATH, events=(
            event("ACCEPT", "2026-10-05 08:00"), event("FORWARD", "2026-10-05 16:30"), event("ARRIVE", arrived),
        ),
    )  # fmt: skip
    assert ("DOS-ARRIVAL-LATE" in {found.code for found in audit(item, at("2026-10-09 09:00"))}) is late


@pytest.mark.parametrize(
    ("received", "source"),
    [
        ("2024-10-07 15:30", "khoản 3 Điều 18 61/2018/NĐ-CP"),
        ("2026-07-06 15:30", "điểm a khoản 1 Điều 20 118/2025/NĐ-CP"),
    ],
)
def test_the_article_for_another_bodys_dossier(received: str, source: str) -> None:
    got = owed(received, event("ACCEPT", received), non_territorial=True)
    key = "forward" if received < "2025" else "forward_paper"
    assert got[key] == ("08/10 07:30" if received < "2025" else "07/07 17:00", source)


def test_the_twenty_fourth_article() -> None:
    """NĐ 118/2025 Điều 24(3): 08 working hours from the payment; NĐ 61/2018 had no such term."""
    steps = (event("ACCEPT", "2026-07-06 08:00"), event("PAY", "2026-07-06 16:00", amount=1))
    assert owed("2026-07-06 16:30", *steps)["remit"] == ("07/07 16:00", "khoản 3 Điều 24 118/2025/NĐ-CP")
    old = (event("ACCEPT", "2025-06-02 08:00"), event("PAY", "2025-06-02 16:00", amount=1))
    assert "remit" not in owed("2025-06-02 16:30", *old)


def checked(code: str, received: str, **more: object) -> list[tuple[str, str]]:
    fields = {
        "MaTTHC": "2.000815",
        "ChuHoSo": "A",
        "MaHoSo": code,
        "NgayTiepNhan": received,
        "TrangThaiHoSo": 2,
        **more,
    }
    return [(item.code, item.where) for item in check(Dossier.from_dict(fields))]


@pytest.mark.parametrize(
    ("code", "received", "more", "wrong"),
    [
        ("H57.132-260804-0583", "20260804090000", {"MaCoQuanGiaiQuyet": "H57.132"}, False),
        ("H57.132-260804-0583", "20260804090000", {"MaCoQuanGiaiQuyet": "H57.101"}, True),
        ("000.00.01.H29-240115-0001", "20240115090000", {"MaCoQuanTiepNhan": "H29.01"}, False),
        ("000.00.01.H29-240115-0001", "20240115090000", {"MaCoQuanTiepNhan": "000.00.09.H29"}, True),
        ("H57.132-260804-0583", "20260804090000", {"MaCoQuanTiepNhan": "H57.132", "NhomLienThong": "khac"}, False),
        ("H57.132-260804-0583", "20260804090000", {"MaCoQuanTiepNhan": "H57.101", "NhomLienThong": "khac"}, True),
        (
            "H57.132-260804-0583",
            "20260804090000",
            {"MaCoQuanTiepNhan": "H57.132", "NhomLienThong": "khac", "KenhThucHien": 2},
            True,
        ),
        ("G22.99-260804-0583", "20260804090000", {"NhomLienThong": "khac", "KenhThucHien": 2}, False),
    ],
)
def test_a_code_of_the_wrong_issuer_is_found(code: str, received: str, more: dict[str, object], wrong: bool) -> None:
    """NĐ 61/2018 Điều 26(2)(a): who receives; NĐ 118/2025 Điều 28(2)(a): who settles, the desk, or the portal."""
    assert (("DOS-CODE-ISSUER", "MaHoSo") in checked(code, received, **more)) is wrong


@pytest.mark.parametrize(
    ("received", "wrong"), [("2026-08-03T17:00:00Z", False), ("2026-08-03T16:59:59Z", True), ("20260804235959", False)]
)
def test_the_day_of_the_code_is_a_vietnamese_day(received: str, wrong: bool) -> None:
    """TT 01/2018/TT-VPCP Điều 19(1): YYMMDD is the day of reception."""
    assert (("DOS-CODE-DAY", "MaHoSo") in checked("H57.132-260804-0583", received)) is wrong


def test_dates_that_cannot_follow_each_other() -> None:
    code, received = "H57.132-260804-0583", "20260804090000"
    assert ("DOS-DATES", "NgayHenTra") in checked(code, received, NgayHenTra="20260804085959")
    assert ("DOS-DATES", "NgayNopHoSo") in checked(code, received, NgayNopHoSo="20260804090001")
    assert checked(code, received, NgayHenTra=received, NgayNopHoSo=received) == []
