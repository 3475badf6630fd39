"""To the second: each test falls if one comparison of the life cycle is turned from `<` to `<=` or back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    ND_118_2025,
    Bundle,
    Channel,
    Dossier,
    DossierCode,
    Due,
    Duty,
    Event,
    EventKind,
    Level,
    Line,
    Period,
    ProcedureCode,
    RegisterBook,
    SqliteAllocator,
    Standing,
    SupplementEffect,
    Tally,
    Timeliness,
    audit,
    due_of,
    duties,
    fact_of,
    lateness,
    reconcile,
    replay,
    standing,
)
from egov_vn.dossier.lists import read_when
from egov_vn.errors import InvalidInput

CALENDAR = WorkCalendar.official()
HOURS = WorkHours("07:30-11:30, 13:00-17:00")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ACCEPTED, CLOSING = "2026-03-02 09:00", "2026-03-09 17:00"
"""Five working days from Monday 02/03/2026 end on Monday 09/03 at closing time."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: str, **more: Any) -> Event:
    return Event(kind=EventKind[kind], at=at(when), actor="Cán bộ A", reason="lý do", **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    fields.setdefault("term", "5 ngày làm việc")
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="A", events=events, **fields)


def due(item: Dossier) -> Due:
    found = due_of(item, calendar=CALENDAR, hours=HOURS)
    assert found is not None
    return found


def verdict(item: Dossier, when: str) -> Timeliness:
    return lateness(item, at(when), calendar=CALENDAR, hours=HOURS).verdict


def test_a_request_in_the_last_second_still_restarts() -> None:
    """NĐ 118/2025 Điều 19(5)."""
    assert due(dossier(event("ACCEPT", ACCEPTED))).at == at(CLOSING)
    for asked, day in ((CLOSING, date(2026, 3, 18)), ("2026-03-09 17:00:01", date(2026, 3, 9))):
        life = dossier(
            event("ACCEPT", ACCEPTED), event("REQUEST_SUPPLEMENT", asked), event("SUPPLEMENT", "2026-03-11 09:00")
        )
        assert due(life).day == day


def test_waiting_since_the_last_second_is_not_late() -> None:
    for asked, expected in ((CLOSING, Timeliness.WAITING), ("2026-03-09 17:00:01", Timeliness.OVERDUE)):
        life = dossier(event("ACCEPT", ACCEPTED), event("REQUEST_SUPPLEMENT", asked))
        assert verdict(life, "2026-03-20 09:00") is expected


@pytest.mark.parametrize(("said", "expected"), [(CLOSING, Timeliness.EARLY), ("2026-03-09 17:00:01", Timeliness.LATE)])
def test_a_re_appointment_in_the_last_second_still_binds(said: str, expected: Timeliness) -> None:
    """NĐ 118/2025 Điều 19(6): too late for the decree (an audit says so), yet made while the appointment stood."""
    life = dossier(
        event("ACCEPT", ACCEPTED), event("FORWARD", "2026-03-02 10:00"),
        event("EXTEND", said, due=at("2026-03-13 17:00")), event("SETTLE", "2026-03-12 09:00"),
    )  # fmt: skip
    assert verdict(life, "2026-03-20 09:00") is expected


def test_a_re_appointment_at_the_instant_of_completion_stands() -> None:
    life = dossier(
        event("ACCEPT", ACCEPTED), event("REQUEST_SUPPLEMENT", "2026-03-03 09:00"),
        event("SUPPLEMENT", "2026-03-05 09:00"), event("EXTEND", "2026-03-05 09:00", due=at("2026-03-20 17:00")),
    )  # fmt: skip
    assert (due(life).reappointed, due(life).day) == (True, date(2026, 3, 20))


def test_on_time_to_the_second() -> None:
    for ended, expected in (
        ("2026-03-08 23:59:59", Timeliness.EARLY),
        ("2026-03-09 00:00", Timeliness.ON_TIME),
        (CLOSING, Timeliness.ON_TIME),
        ("2026-03-09 17:00:01", Timeliness.LATE),
    ):
        assert verdict(dossier(event("ACCEPT", ACCEPTED), event("SETTLE", ended)), "2026-04-01 09:00") is expected
    open_still = dossier(event("ACCEPT", ACCEPTED))
    assert verdict(open_still, CLOSING) is Timeliness.RUNNING
    assert verdict(open_still, "2026-03-09 17:00:01") is Timeliness.OVERDUE


def bundle(*events: Event, **fields: Any) -> Dossier:
    return dossier(event("ACCEPT", "2026-10-05 08:00"), *events, bundle=Bundle.BIRTH, term="3 ngày làm việc", **fields)


def test_a_failure_around_a_supplement_counts_once_and_to_its_own_end() -> None:
    """NĐ 63/2024 Điều 4(7) as amended by NĐ 301/2026: both stop the clock; the longer one ends the stop."""
    outer = bundle(
        event("INTERRUPT", "2026-10-06 08:00"), event("REQUEST_SUPPLEMENT", "2026-10-07 08:00"),
        event("SUPPLEMENT", "2026-10-08 08:00"), event("RESUME", "2026-10-12 08:00"),
    )  # fmt: skip
    assert due(outer).day == date(2026, 10, 14)
    inner = bundle(
        event("REQUEST_SUPPLEMENT", "2026-10-06 08:00"), event("INTERRUPT", "2026-10-07 08:00"),
        event("RESUME", "2026-10-08 08:00"), event("SUPPLEMENT", "2026-10-12 08:00"),
    )  # fmt: skip
    assert due(inner).day == date(2026, 10, 14)


@pytest.mark.parametrize("first", ["REQUEST_SUPPLEMENT", "INTERRUPT"])
def test_a_restart_outweighs_a_stop_that_overlaps_it(first: str) -> None:
    """Where sector law restarts (`supplement_effect`), the whole term runs from the end of both."""
    steps = {
        "REQUEST_SUPPLEMENT": (
            event("REQUEST_SUPPLEMENT", "2026-10-06 08:00"), event("INTERRUPT", "2026-10-07 08:00"),
            event("SUPPLEMENT", "2026-10-08 08:00"), event("RESUME", "2026-10-12 08:00"),
        ),
        "INTERRUPT": (
            event("INTERRUPT", "2026-10-06 08:00"), event("REQUEST_SUPPLEMENT", "2026-10-07 08:00"),
            event("RESUME", "2026-10-08 08:00"), event("SUPPLEMENT", "2026-10-12 08:00"),
        ),
    }  # fmt: skip
    life = bundle(*steps[first], supplement_effect=SupplementEffect.RESTART)
    assert due(life).day == date(2026, 10, 15)


def under_118(*events: Event) -> Standing:
    return replay(events, regime=ND_118_2025)


def test_two_things_at_one_instant_are_in_order() -> None:
    now = under_118(event("ACCEPT", ACCEPTED), event("FORWARD", ACCEPTED), event("SETTLE", ACCEPTED))
    assert now.ended_at == at(ACCEPTED)
    with pytest.raises(InvalidInput, match="clock went backwards"):
        under_118(event("ACCEPT", ACCEPTED), event("FORWARD", "2026-03-02 08:59:59"))


def test_a_new_appointment_lies_after_its_announcement() -> None:
    for later in (timedelta(0), timedelta(seconds=-1)):
        with pytest.raises(InvalidInput) as caught:
            under_118(
                event("ACCEPT", ACCEPTED), event("EXTEND", "2026-03-03 09:00", due=at("2026-03-03 09:00") + later)
            )
        assert caught.value.path == "LichSu[1].NgayHenTraMoi"
    under_118(event("ACCEPT", ACCEPTED), event("EXTEND", "2026-03-03 09:00", due=at("2026-03-03 09:00:01")))


def test_nobody_opts_into_the_regime_that_already_holds() -> None:
    """NĐ 301/2026 Điều 18(1): the choice is of a later decree, from the day it is in force."""
    for key in ("nd118_2025", "nd61_2018"):
        with pytest.raises(InvalidInput, match="not a later regime"):
            under_118(event("ACCEPT", "2026-08-04 09:00"), event("OPT_IN", "2026-08-06 09:00", subject=key))
    chosen = under_118(
        event("ACCEPT", "2026-08-04 09:00"), event("OPT_IN", "2026-08-05 00:00", subject="nd118_2025_nd309")
    )
    assert chosen.regime.key == "nd118_2025_nd309"
    with pytest.raises(InvalidInput, match="not in force"):
        under_118(
            event("ACCEPT", "2026-08-04 09:00"), event("OPT_IN", "2026-08-04 23:59:59", subject="nd118_2025_nd309")
        )


@pytest.mark.parametrize(("second", "level"), [(ACCEPTED, "error"), ("2026-03-03 09:00", "error")])
def test_two_requests_after_reception(second: str, level: str) -> None:
    """NĐ 118/2025 Điều 16(3), 17(2)(a): once; a request in the instant of the reception belongs to the appraisal."""
    now = under_118(
        event("ACCEPT", ACCEPTED), event("REQUEST_SUPPLEMENT", second), event("SUPPLEMENT", "2026-03-04 09:00"),
        event("REQUEST_SUPPLEMENT", "2026-03-05 09:00"),
    )  # fmt: skip
    assert [(item.code, item.level.value) for item in now.findings] == [("DOS-SUPPLEMENT-TWICE", level)]


def test_a_recorded_request_in_the_instant_of_the_reception_stops_the_clock() -> None:
    item = Dossier.from_dict(
        {
            "MaTTHC": "2.000815", "ChuHoSo": "A", "TrangThaiHoSo": 5, "NgayTiepNhan": "20260302090000",
            "DanhSachHoSoBoSung": [{"NgayBoSung": "20260302090000"}],
        }
    )  # fmt: skip
    assert standing(item).waiting


@pytest.mark.parametrize("paid", [999, 1000, 1001])
def test_paid_in_full_to_the_dong(paid: int) -> None:
    now = under_118(
        event("ACCEPT", ACCEPTED), event("REQUEST_PAYMENT", "2026-03-03 09:00", amount=1000),
        event("PAY", "2026-03-04 09:00", amount=paid),
    )  # fmt: skip
    assert (now.state.value, now.finance.value) == (
        ("received", "paid") if paid >= 1000 else ("awaiting_payment", "partly_paid")
    )
    back = under_118(
        event("ACCEPT", ACCEPTED), event("PAY", "2026-03-03 09:00", amount=1000), event("SETTLE", "2026-03-04 09:00"),
        event("REFUND", "2026-03-05 09:00", amount=paid),
    )  # fmt: skip
    assert back.finance.value == ("refunded" if paid >= 1000 else "paid")


def test_a_period_that_has_not_begun_cannot_be_cut() -> None:
    period = Period.month(2026, 8)
    with pytest.raises(InvalidInput):
        Tally(period, as_of=period.starts_at)
    assert Tally(period, as_of=period.starts_at + timedelta(seconds=1)).counted == 0


def owed(item: Dossier, when: str) -> dict[str, Duty]:
    return {duty.key: duty for duty in duties(item, at(when), calendar=CALENDAR, hours=HOURS)}


def found(item: Dossier, when: str = "2026-04-30 09:00") -> set[str]:
    return {entry.code for entry in audit(item, at(when), calendar=CALENDAR, hours=HOURS)}


FORWARDED = (event("ACCEPT", ACCEPTED), event("FORWARD", "2026-03-02 10:00"))


def test_a_duty_is_overdue_after_its_instant_not_at_it() -> None:
    life = dossier(*FORWARDED)
    assert not owed(life, CLOSING)["settle"].overdue
    assert owed(life, "2026-03-09 17:00:01")["settle"].overdue
    assert {"apologise", "apologise_late"} & set(owed(life, CLOSING)) == {"apologise"}
    assert {"apologise", "apologise_late"} & set(owed(life, "2026-03-09 17:00:01")) == {"apologise_late"}


def test_an_early_result_is_announced_one_of_the_day_itself_is_not() -> None:
    """NĐ 118/2025 Điều 22(5)."""
    for settled, early in (("2026-03-08 23:59:59", True), ("2026-03-09 00:00", False)):
        life = dossier(*FORWARDED, event("SETTLE", settled))
        assert ("announce" in owed(life, "2026-03-09 08:00")) is early


@pytest.mark.parametrize(("closed", "early"), [("2026-03-18 23:59:59.999999", True), ("2026-03-19 00:00", False)])
def test_closing_after_the_last_microsecond_of_the_fifteenth_day(closed: str, early: bool) -> None:
    """NĐ 118/2025 Điều 19(5): notice Tue 03/03/2026, 15th day Wed 18/03."""
    life = dossier(*FORWARDED, event("REQUEST_SUPPLEMENT", "2026-03-03 09:00"), event("CLOSE", closed))
    assert ("DOS-CLOSED-EARLY" in found(life)) is early


@pytest.mark.parametrize(("said", "late"), [("2026-03-08 23:59:59.999999", False), ("2026-03-09 00:00", True)])
def test_an_apology_until_the_last_microsecond_of_the_day_before(said: str, late: bool) -> None:
    """NĐ 118/2025 Điều 19(6)."""
    life = dossier(*FORWARDED, event("EXTEND", said, due=at("2026-03-20 17:00")), event("SETTLE", "2026-03-19 09:00"))
    assert ("DOS-APOLOGY-LATE" in found(life)) is late


@pytest.mark.parametrize(("back", "late"), [("2026-03-12 17:00", False), ("2026-03-12 17:00:01", True)])
def test_a_corrected_result_comes_back_within_three_working_days(back: str, late: bool) -> None:
    """NĐ 118/2025 Điều 23(1): error reported Mon 09/03/2026, back at the desk by Thu 12/03."""
    life = dossier(
        *FORWARDED, event("SETTLE", "2026-03-06 09:00"), event("CORRECT", "2026-03-09 10:00"), event("SETTLE", back)
    )
    assert ("DOS-CORRECTION-LATE" in found(life)) is late


@pytest.mark.parametrize(("asked", "late"), [("2026-03-05 23:59", False), ("2026-03-06 00:00", True)])
def test_a_dossier_is_sent_back_within_three_working_days(asked: str, late: bool) -> None:
    """NĐ 118/2025 Điều 19(5): kể từ ngày tiếp nhận, Mon 02/03/2026: Tue, Wed, Thu 05/03."""
    life = dossier(*FORWARDED, event("REQUEST_SUPPLEMENT", asked), event("SUPPLEMENT", "2026-03-06 09:00"))
    assert ("DOS-SUPPLEMENT-LATE" in found(life)) is late


def test_answered_in_the_very_instant() -> None:
    """NĐ 118/2025 Điều 17(2)(c): an automatic acceptance is an answer too."""
    life = dossier(event("REGISTER", ACCEPTED), event("ACCEPT", ACCEPTED), channel=Channel.ONLINE)
    assert not {"DOS-ANSWER-LATE", "DOS-ALERT-LATE"} & found(life)


def test_a_clock_may_lag_five_minutes(tmp_path: Path) -> None:
    allocator = SqliteAllocator(tmp_path / "codes.db")
    start = at("2026-03-02 09:00")
    allocator.allocate("H13", start)
    assert allocator.allocate("H13", start - timedelta(minutes=5)).ordinal == 2
    with pytest.raises(InvalidInput, match="clock went backwards"):
        allocator.allocate("H13", start - timedelta(minutes=5, microseconds=1))


def test_two_entries_of_one_instant_are_in_order() -> None:
    """TT 01/2018/TT-VPCP Điều 10(2)(c)."""
    book = RegisterBook("Quầy 1")
    for number in (1, 2):
        moment = at(ACCEPTED)
        book.add(str(number), applicant="A", received_at=moment, entered_at=moment, entered_by="CB01")
    assert book.check() == ()
    with pytest.raises(InvalidInput, match="clock went backwards"):
        book.add("3", applicant="A", received_at=moment - DAY, entered_at=moment - SECOND, entered_by="CB01")


@pytest.mark.parametrize(("apart", "differs"), [(timedelta(minutes=15), False), (timedelta(minutes=15) + SECOND, True)])
def test_a_quarter_of_an_hour_is_no_difference(apart: timedelta, differs: bool) -> None:
    one = Line(row=1, code="H13-260302-0001", received=at(ACCEPTED))
    two = Line(row=1, code="H13-260302-0001", received=at(ACCEPTED) + apart)
    assert reconcile([one], [two]).agrees is not differs


@pytest.mark.parametrize(
    ("entered", "late"),
    [
        (at(ACCEPTED) + DAY, False),
        (at(ACCEPTED) + DAY + SECOND, True),
        (date(2026, 3, 3), False),
        (date(2026, 3, 4), True),
    ],
)
def test_entered_a_day_later_is_not_late(entered: datetime | date, late: bool) -> None:
    paper = Line(row=1, code="H13-260302-0001", received=at(ACCEPTED))
    found = reconcile([paper], [Line(row=1, code="H13-260302-0001", entered=entered)])
    assert [item.kind.value for item in found.differences] == ["late"] * late


@pytest.mark.parametrize(("number", "good"), [(19_999, False), (20_000, True), (80_000, True), (80_001, False)])
def test_the_days_of_a_worksheet(number: int, good: bool) -> None:
    if good:
        assert read_when(number) == date(1899, 12, 30) + number * DAY
    else:
        with pytest.raises(InvalidInput):
            read_when(number)


def test_an_identifier_has_thirty_five_characters_at_most() -> None:
    """QĐ 20/2020/QĐ-TTg Điều 4."""
    longest = "H13." + "1" * 31
    assert DossierCode.parse(f"{longest}-260302-0001").agency_id == longest
    assert DossierCode.issue(longest, date(2026, 3, 2), 1).agency_id == longest
    with pytest.raises(InvalidInput, match="longer than 35"):
        DossierCode.parse(f"{longest}1-260302-0001")
    with pytest.raises(InvalidInput, match="no code may be issued"):
        DossierCode.issue(longest + "1", date(2026, 3, 2), 1)


def test_a_fact_holds_what_happened_in_its_very_instant() -> None:
    moment = at(ACCEPTED)
    life = dossier(event("ACCEPT", ACCEPTED), event("SETTLE", ACCEPTED))
    found = fact_of(life, level=Level.COMMUNE, as_of=moment)
    assert found is not None
    assert (found.received, found.ended) == (int(moment.timestamp()), int(moment.timestamp()))
    assert fact_of(life, level=Level.COMMUNE, as_of=moment - timedelta(microseconds=1)) is None


def test_words_that_name_nothing_are_our_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        DossierCode.parse("H13-260302-0001", form="nope")
    assert caught.value.path == "form"
    with pytest.raises(InvalidInput) as caught:
        fact_of(dossier(event("ACCEPT", ACCEPTED)), level="xã", as_of=at(ACCEPTED))  # type: ignore[arg-type]
    assert caught.value.path == "level"
