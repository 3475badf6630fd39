"""The conformance cases of the field, each with its citation as test id (parts: codes, terms, life cycle, portal)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from egov_vn.agency import AgencyCode
from egov_vn.calendar import Deadline, Policy, WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    CodeForm,
    Dossier,
    DossierCode,
    Duty,
    Event,
    EventKind,
    IssuerRole,
    OnlineLevel,
    PortalAdapter,
    ProcedureCode,
    Regime,
    SqliteAllocator,
    State,
    audit,
    due_of,
    duties,
    issuer_role,
    lateness,
    online_levels,
    portal_status,
    standing,
)
from egov_vn.dossier.state import SupplementEffect
from egov_vn.errors import IllegalTransition, InvalidInput, NotInForce
from egov_vn.person import CitizenId, TaxCode

CALENDAR = WorkCalendar.official()
HOURS = WorkHours("07:30-11:30, 13:00-17:00")
DAYS = "5 ngày làm việc"


def at(text: str) -> datetime:
    """Read `2026-10-05 16:00` as Vietnamese time."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="Cán bộ A", reason=more.pop("reason", "lý do"), **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    fields.setdefault("term", DAYS)
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="Người nộp thử", events=events, **fields)


def due_day(item: Dossier, **more: Any) -> date:
    found = due_of(item, calendar=CALENDAR, hours=HOURS, **more)
    assert found is not None
    return found.day


def owed(item: Dossier, when: str, key: str) -> Duty:
    found = [duty for duty in duties(item, at(when), calendar=CALENDAR, hours=HOURS) if duty.key == key]
    assert len(found) == 1, key
    return found[0]


def codes_of(item: Dossier, when: str) -> list[str]:
    return [found.code for found in audit(item, at(when), calendar=CALENDAR, hours=HOURS)]


def case(*citations: str) -> Callable[[Any], Any]:
    """Name a test by its number and its citations."""
    return pytest.mark.parametrize("citation", ["; ".join(citations)])


@case("1", "TT 01/2018 Điều 19(1)")
def test_old_form_code(citation: str) -> None:
    code = DossierCode.parse("000.00.06.H56-231027-0361", form="tt01_2018")
    assert (code.agency.parts, code.received_on, code.ordinal) == (("H56", "06"), date(2023, 10, 27), 361)


@case("2", "practice: Bộ Nội vụ 2026", "addendum 0.6")
def test_ministry_code(citation: str) -> None:
    code = DossierCode.parse("G09.20-20260609-0092637")
    assert (code.agency.parts, code.received_on, code.ordinal) == (("G09", "20"), date(2026, 6, 9), 92637)
    assert code.form is CodeForm.MINISTRY_SYSTEM
    assert str(code) == "G09.20-20260609-0092637"
    with pytest.raises(InvalidInput):
        DossierCode.parse("G09.20-20260609-0092637", form="tt01_2018")


@case("3", "NĐ 61/2018 Điều 26(2)", "OpenCPS defect 1")
def test_two_days_never_share_a_sequence(citation: str, tmp_path: Path) -> None:
    allocator = SqliteAllocator(tmp_path / "codes.db")
    first = allocator.allocate("000.00.00.H13", at("2020-01-11 09:00"))
    second = allocator.allocate("000.00.00.H13", at("2020-11-01 09:00"))
    assert (first.ordinal, second.ordinal) == (1, 1)
    assert str(first) != str(second)


@case("4", "TT 01/2018 Điều 19(1)")
def test_the_day_begins_at_midnight_in_vietnam(citation: str, tmp_path: Path) -> None:
    allocator = SqliteAllocator(tmp_path / "codes.db")
    allocator.allocate("000.00.00.H13", datetime.fromisoformat("2026-02-11T16:59:59+00:00"))
    code = allocator.allocate("000.00.00.H13", datetime.fromisoformat("2026-02-11T17:00:01+00:00"))
    assert str(code) == "000.00.00.H13-260212-0001"


@case("5", "QCVN 102:2016", "QĐ 20/2020 Điều 4, 6")
def test_agency_forms(citation: str) -> None:
    assert AgencyCode.parse("000.17.22.H56").parts == AgencyCode.parse("H56.22.17").parts
    assert AgencyCode.parse("000.00.00.H13").parts == AgencyCode.parse("H13").parts
    AgencyCode.parse("Z01" + "A" * 32)
    for bad in ("Z01" + "A" * 33, "H13" + ".A" * 17, "h13"):
        with pytest.raises(InvalidInput):
            AgencyCode.parse(bad)
    for bad in ("Z05-260212-0001", "h13-260212-0001", "000.00.00.h13-260212-0001"):
        with pytest.raises(InvalidInput):
            DossierCode.parse(bad)


@case("6", "practice: mã dịch vụ công")
def test_procedure_code(citation: str) -> None:
    code = ProcedureCode.parse("2.000815.000.00.00.H55.02")
    assert (code.national, code.owner, code.variant) == ("2.000815", AgencyCode.parse("000.00.00.H55"), "02")
    assert code.same_procedure(ProcedureCode.parse("2.000815"))
    assert str(code) == "2.000815.000.00.00.H55.02"


@pytest.mark.parametrize(
    ("received", "term", "expected"),
    [
        pytest.param("2025-08-29 10:00", "3 ngày làm việc", "2025-09-05", id="7; BLDS 2015 Điều 147, 148"),
        pytest.param("2025-12-31 09:00", "6 ngày làm việc", "2026-01-10", id="8; làm bù 10/01/2026"),
        pytest.param("2026-02-12 09:00", "5 ngày làm việc", "2026-02-26", id="9; Tết 2026"),
        pytest.param("2026-02-12 09:00", "5 ngày", "2026-02-23", id="9b; BLDS 2015 Điều 148(5)"),
    ],
)
def test_due_day(received: str, term: str, expected: str) -> None:
    assert due_day(dossier(event("ACCEPT", received), term=term)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("received", "expected"),
    [("2026-10-05 14:59", "2026-10-05"), ("2026-10-05 15:01", "2026-10-06"), ("2026-10-09 15:01", "2026-10-12")],
    ids=["10; NĐ 23/2015 Điều 7: trước 15 giờ", "10; NĐ 23/2015 Điều 7: sau 15 giờ", "10; sau 15 giờ thứ Sáu"],
)
def test_same_day_procedure(received: str, expected: str) -> None:
    item = dossier(event("ACCEPT", received), term="trong ngày làm việc")
    assert due_day(item, policy=Policy(cut_off=time(15))) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-02 10:30", "2026-03-02 16:00"),
        ("2026-03-02 12:10", "2026-03-02 17:00"),
        ("2026-03-02 15:00", "2026-03-03 09:30"),
    ],
    ids=["11; 10:30 + 4 giờ", "11; 12:10 + 4 giờ", "11; 15:00 + 4 giờ"],
)
def test_working_hours(received: str, expected: str) -> None:
    found = due_of(dossier(event("ACCEPT", received), term="4 giờ làm việc"), calendar=CALENDAR, hours=HOURS)
    assert found is not None
    assert found.at == at(expected)


SUPPLEMENT = (
    event("ACCEPT", "2026-03-02 09:00"),
    event("FORWARD", "2026-03-02 10:00"),
    event("REQUEST_SUPPLEMENT", "2026-03-03 09:00"),
    event("SUPPLEMENT", "2026-03-06 09:00"),
)


@case("12", "NĐ 118/2025 Điều 19(5)")
def test_a_supplement_restarts_the_term(citation: str) -> None:
    item = dossier(*SUPPLEMENT)
    found = due_of(item, calendar=CALENDAR, hours=HOURS)
    assert found is not None
    assert (found.day, found.first.date()) == (date(2026, 3, 13), date(2026, 3, 9))
    assert "DOS-SUPPLEMENT-LATE" not in codes_of(item, "2026-03-06 10:00")


@case("12b", "luật chuyên ngành: không tính thời gian chờ")
def test_a_supplement_suspends_the_term(citation: str) -> None:
    item = dossier(*SUPPLEMENT, supplement_effect=SupplementEffect.SUSPEND)
    assert due_day(item) == date(2026, 3, 12)


@case("12c", "NĐ 61/2018 Điều 19(4)", "NĐ 118/2025 Điều 19(5)")
def test_the_notice_comes_within_three_working_days(citation: str) -> None:
    late = dossier(event("ACCEPT", "2026-03-02 09:00"), event("REQUEST_SUPPLEMENT", "2026-03-06 09:00"))
    in_time = dossier(event("ACCEPT", "2026-03-02 09:00"), event("REQUEST_SUPPLEMENT", "2026-03-05 16:59"))
    assert "DOS-SUPPLEMENT-LATE" in codes_of(late, "2026-03-06 10:00")
    assert "DOS-SUPPLEMENT-LATE" not in codes_of(in_time, "2026-03-06 10:00")


def _due_on_13_march(*events: Event) -> Dossier:
    return dossier(event("ACCEPT", "2026-03-06 09:00"), event("FORWARD", "2026-03-06 10:00"), *events)


@case("13", "NĐ 118/2025 Điều 19(6)")
def test_apology_before_the_due_day(citation: str) -> None:
    new = at("2026-03-20 17:00")
    assert due_day(_due_on_13_march()) == date(2026, 3, 13)
    in_time = _due_on_13_march(event("EXTEND", "2026-03-12 16:00", due=new))
    late = _due_on_13_march(event("EXTEND", "2026-03-13 08:00", due=new))
    assert "DOS-APOLOGY-LATE" not in codes_of(in_time, "2026-03-13 18:00")
    assert "DOS-APOLOGY-LATE" in codes_of(late, "2026-03-13 18:00")
    assert due_day(in_time) == date(2026, 3, 20)


@case("13b", "NĐ 61/2018 Điều 19(9)", "NĐ 118/2025 Điều 19(6)")
def test_a_second_re_appointment_is_refused(citation: str) -> None:
    item = _due_on_13_march(
        event("EXTEND", "2026-03-11 08:00", due=at("2026-03-20 17:00")),
        event("EXTEND", "2026-03-12 08:00", due=at("2026-03-27 17:00")),
    )
    with pytest.raises(IllegalTransition, match="once"):
        standing(item)
    assert standing(item, strict=False).reappointed == at("2026-03-20 17:00")


@case("13c", "NĐ 118/2025 Điều 11(2)(c)")
def test_a_second_supplement_request_is_found(citation: str) -> None:
    item = dossier(*SUPPLEMENT, event("REQUEST_SUPPLEMENT", "2026-03-09 09:00"))
    found = [
        one for one in audit(item, at("2026-03-09 10:00"), calendar=CALENDAR) if one.code == "DOS-SUPPLEMENT-TWICE"
    ]
    assert len(found) == 1
    assert str(found[0].source) == "điểm c khoản 2 Điều 11 118/2025/NĐ-CP"


@case("14", "QĐ 766: kết thúc là trạng thái 9")
def test_the_end_is_the_result_at_the_desk(citation: str) -> None:
    item = _due_on_13_march(event("SETTLE", "2026-03-13 10:00"), event("RETURN_RESULT", "2026-03-16 10:00"))
    verdict = lateness(item, at("2026-03-17 10:00"), calendar=CALENDAR, hours=HOURS)
    assert verdict.verdict == "on_time"


@case("15", "NĐ 118/2025 Điều 19(5): đang chờ bổ sung thì chưa quá hạn")
def test_waiting_is_not_late(citation: str) -> None:
    item = dossier(event("ACCEPT", "2026-03-02 09:00"), event("REQUEST_SUPPLEMENT", "2026-03-03 09:00"))
    assert lateness(item, at("2026-03-16 10:00"), calendar=CALENDAR, hours=HOURS).verdict == "waiting"


@case("16", "trạng thái 7 trước và sau khi tiếp nhận")
def test_withdrawal_before_and_after_reception(citation: str) -> None:
    before = dossier(event("REGISTER", "2026-03-02 09:00"), event("REQUEST_STOP", "2026-03-02 10:00"), channel=2)
    after = dossier(event("ACCEPT", "2026-03-02 09:00"), event("REQUEST_STOP", "2026-03-02 10:00"))
    assert standing(before).state is State.WITHDRAWN
    assert standing(before).accepted_at is None
    assert standing(after).state is State.STOP_REQUESTED
    assert standing(before).state.code == standing(after).state.code == 7


@case("19", "NĐ 43/2011, NĐ 42/2022, NĐ 224/2026 Điều 14")
def test_online_levels(citation: str) -> None:
    assert online_levels(date(2022, 8, 14)).value == ("1", "2", "3", "4")
    assert online_levels(date(2022, 8, 15)).value == ("full", "partial")
    OnlineLevel(level="partial", on=date(2026, 6, 30))
    with pytest.raises(InvalidInput):
        OnlineLevel(level="partial", on=date(2026, 7, 1))
    OnlineLevel(level="partial", on=date(2026, 7, 1), reason="presence")


@case("20", "TT 105/2020/TT-BTC", "NĐ 137/2015", "mã trạng thái Cổng")
def test_identifiers_and_states(citation: str) -> None:
    TaxCode.parse("0100047516")
    for bad in ("0100233480", "0100000050"):
        with pytest.raises(InvalidInput):
            TaxCode.parse(bad)
    person = CitizenId.parse("092199001234")
    assert (person.province, person.birth_year) == ("Cần Thơ", 1999)
    with pytest.raises(InvalidInput):
        CitizenId.parse("003199001234")
    for bad_state in ("", "11", 0, 11, "x", True):
        with pytest.raises(InvalidInput):
            portal_status(bad_state)
    row = b'{"MaHoSo":"000.00.00.H13-260212-0001","TrangThaiHoSo":""}'
    message = b'{"service":"DongBoHoSoMC","isUpdating":"False","data":[' + row + b"]}"
    with pytest.raises(InvalidInput, match="TrangThaiHoSo"):
        PortalAdapter.of("national_2020").read(message)


ONLINE = {"channel": 2}


@case("A1", "NĐ 118/2025 Điều 17(2), 17(2)(c)")
def test_eight_working_hours_and_two_plain_hours(citation: str) -> None:
    item = dossier(event("REGISTER", "2026-10-05 16:00"), event("SYSTEM_RECEIVE", "2026-10-05 16:00"), **ONLINE)
    assert owed(item, "2026-10-05 16:30", "answer").by == at("2026-10-06 16:00")
    assert owed(item, "2026-10-05 16:30", "alert_officer").by == at("2026-10-05 18:00")
    assert str(owed(item, "2026-10-05 16:30", "answer").source) == "điểm c khoản 2 Điều 17 118/2025/NĐ-CP"


@case("A2", "NĐ 118/2025 Điều 17(2)(c)", "nghỉ lễ 01-02/09/2025")
def test_eight_working_hours_over_a_holiday(citation: str) -> None:
    item = dossier(event("REGISTER", "2025-08-29 15:30"), event("SYSTEM_RECEIVE", "2025-08-29 15:30"), **ONLINE)
    assert owed(item, "2025-08-29 16:00", "answer").by == at("2025-09-03 15:30")
    old = dossier(event("REGISTER", "2025-06-27 15:30"), event("SYSTEM_RECEIVE", "2025-06-27 15:30"), **ONLINE)
    assert [duty.key for duty in duties(old, at("2025-06-27 16:00"), calendar=CALENDAR, hours=HOURS)] == []


@case("A3", "NĐ 118/2025 Điều 18(2)")
def test_after_fifteen_hours_the_hand_over_moves_and_the_clock_does_not(citation: str) -> None:
    item = dossier(event("ACCEPT", "2026-10-05 15:30"))
    assert owed(item, "2026-10-05 16:00", "forward").by == at("2026-10-06 07:30")
    assert due_day(item) == date(2026, 10, 12)
    assert due_day(item, policy=Policy(cut_off=time(15))) == date(2026, 10, 13)
    early = dossier(event("ACCEPT", "2026-10-05 15:00"))
    assert owed(early, "2026-10-05 16:00", "forward").by == at("2026-10-05 17:00")


@case("A4", "NĐ 118/2025 Điều 17(3) sửa đổi bởi NĐ 309/2026", "Điều 20(1)(a)")
def test_non_territorial_clock(citation: str) -> None:
    new = dossier(event("ACCEPT", "2026-10-05 09:00"), event("ARRIVE", "2026-10-06 09:00"), non_territorial=True)
    old = dossier(event("ACCEPT", "2026-08-03 09:00"), event("ARRIVE", "2026-08-04 09:00"), non_territorial=True)
    late = dossier(event("ACCEPT", "2026-10-05 09:00"), event("ARRIVE", "2026-10-07 09:00"), non_territorial=True)
    assert (due_day(new), due_day(old)) == (date(2026, 10, 13), date(2026, 8, 10))
    assert "DOS-PAPER-LATE" not in codes_of(new, "2026-10-07 10:00")
    assert "DOS-PAPER-LATE" in codes_of(late, "2026-10-07 10:00")


@case("A5", "NĐ 118/2025 Điều 19(5)", "BLDS 2015 Điều 148")
def test_closing_after_fifteen_days(citation: str) -> None:
    events = (event("ACCEPT", "2025-07-10 09:00"), event("REQUEST_SUPPLEMENT", "2025-07-11 09:00"))
    item = dossier(*events)
    close = owed(item, "2025-07-12 09:00", "close")
    assert close.since is not None
    assert close.since.date() == date(2025, 7, 29)
    early = dossier(*events, event("CLOSE", "2025-07-28 09:00"))
    right = dossier(*events, event("CLOSE", "2025-07-29 09:00"))
    assert "DOS-CLOSED-EARLY" in codes_of(early, "2025-08-01 09:00")
    assert "DOS-CLOSED-EARLY" not in codes_of(right, "2025-08-01 09:00")
    assert (standing(right).state, standing(right).state.code) == (State.CLOSED_NOT_COMPLETED, 8)
    old = dossier(
        event("ACCEPT", "2025-06-26 09:00"),
        event("REQUEST_SUPPLEMENT", "2025-06-27 09:00"),
        event("CLOSE", "2025-09-01 09:00"),
    )
    with pytest.raises(IllegalTransition):
        standing(old)


@case("A6", "NĐ 63/2024 Điều 4(7), 8(1) sửa đổi bởi NĐ 301/2026", "NĐ 301/2026 Điều 18(1)")
def test_birth_bundle(citation: str) -> None:
    events = (event("ACCEPT", "2026-10-05 08:00"), event("REQUEST_SUPPLEMENT", "2026-10-05 09:00"))
    item = dossier(*events, bundle="khai-sinh", term="03 ngày làm việc")
    complete, close = owed(item, "2026-10-06 09:00", "complete"), owed(item, "2026-10-06 09:00", "close")
    assert complete.by is not None
    assert close.since is not None
    assert (complete.by.date(), close.since.date()) == (date(2026, 10, 14), date(2026, 10, 15))
    done = dossier(*events, event("SUPPLEMENT", "2026-10-07 09:00"), bundle="khai-sinh", term="03 ngày làm việc")
    assert due_day(done) == date(2026, 10, 12)
    before = dossier(event("ACCEPT", "2026-08-31 08:00"), bundle="khai-sinh")
    assert standing(before).regime.key == "nd63_2024"
    opted = dossier(
        event("ACCEPT", "2026-08-31 08:00"),
        event("OPT_IN", "2026-09-01 08:00", subject="nd63_2024_nd301"),
        bundle="khai-sinh",
    )
    assert standing(opted).regime.key == "nd63_2024_nd301"
    assert standing(opted).findings == ()


@case("A8", "NĐ 118/2025 Điều 28(2)", "practice 2020-2026")
def test_codes_of_running_systems(citation: str) -> None:
    hue = DossierCode.parse("H57.132-260804-0583")
    assert (hue.agency.parts, hue.received_on, hue.ordinal, hue.form) == (
        ("H57", "132"), date(2026, 8, 4), 583, CodeForm.LOCAL_2025,
    )  # fmt: skip
    assert len(DossierCode.parse("H15.50.05.13-261008-0975").agency.parts) == 4
    for text in ("000.A0.01.H26-210212-9090", "38.98.H29-210519-0013"):
        code = DossierCode.parse(text)
        assert not code.issuable
        assert str(code) == text
        with pytest.raises(InvalidInput):
            DossierCode.issue(code.agency_id, date(2026, 1, 2), 1)


@case("A10", "NĐ 61/2018 Điều 26(2)(a)", "NĐ 118/2025 Điều 28(2)(a)")
def test_whose_identifier_the_code_carries(citation: str) -> None:
    assert issuer_role(date(2025, 6, 30)).value is IssuerRole.RECEIVING
    assert issuer_role(date(2025, 7, 1)).value is IssuerRole.SETTLING
    assert issuer_role(date(2025, 7, 1), linked=True, online=True).value is IssuerRole.NATIONAL_PORTAL
    assert issuer_role(date(2025, 7, 1), linked=True).value is IssuerRole.RECEPTION_DESK
    with pytest.raises(NotInForce):
        issuer_role(date(2018, 6, 20))


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2015-05-15", "qd09_2015"), ("2018-06-20", "qd09_2015"), ("2018-06-21", "nd61_2018"),
        ("2021-12-05", "nd61_2018"), ("2021-12-06", "nd61_2018_nd107"), ("2025-06-30", "nd61_2018_nd107"),
        ("2025-07-01", "nd118_2025"), ("2026-08-04", "nd118_2025"), ("2026-08-05", "nd118_2025_nd309"),
    ],
)  # fmt: skip
def test_regime_by_day_of_reception(day: str, key: str) -> None:
    assert Regime.on(date.fromisoformat(day)).key == key


def test_explanation_names_the_article_of_the_restart() -> None:
    found = due_of(dossier(*SUPPLEMENT), calendar=CALENDAR, hours=HOURS)
    assert found is not None
    assert isinstance(found.counted, Deadline)
    assert "khoản 5 Điều 19 118/2025/NĐ-CP" in found.explain("vi")
