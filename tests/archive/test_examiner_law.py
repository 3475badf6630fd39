"""Periods, transfers and destruction as an examiner asks for them, by the articles of Luật Lưu trữ 33/2024/QH15."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from egov_vn.archive import (
    ArchivalFile,
    HeldFile,
    Record,
    Retention,
    Schedule,
    due_in_current_archive,
    due_in_historical_archive,
    propose_destruction,
)
from egov_vn.archive.disposal import Reason
from egov_vn.calendar import WorkCalendar
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce

FOR_EVER = 0


def held(code: str, years: int, *, since: int = 2026, **more: object) -> HeldFile:
    return HeldFile(code=code, title=code, retention=Retention(years or None), started=since, **more)  # type: ignore[arg-type]


def reasons(*files: HeldFile, on: date = date(2040, 1, 1), others: tuple[HeldFile, ...] = ()) -> dict[str, Reason]:
    made = propose_destruction(files, on=on, others={file.code: file for file in others})
    assert {item.reason for item in made.proposed} <= {Reason.EXPIRED, Reason.DUPLICATE}
    assert not {item.reason for item in made.refused} & {Reason.EXPIRED, Reason.DUPLICATE}
    return {item.file.code: item.reason for item in (*made.proposed, *made.refused)}


# Điều 15.3: from the year the work ended, the whole of the last year through


@pytest.mark.parametrize(
    ("years", "ended", "on", "gone"),
    [
        (2, date(2026, 1, 1), date(2028, 12, 31), False),
        (2, date(2026, 12, 31), date(2028, 12, 31), False),
        (2, date(2026, 1, 1), date(2029, 1, 1), True),
        (2, date(2026, 12, 31), date(2029, 1, 1), True),
        (70, date(2026, 6, 1), date(2096, 12, 31), False),
        (70, date(2026, 6, 1), date(2097, 1, 1), True),
    ],
)
def test_a_period_ends_with_its_year(years: int, ended: date, on: date, gone: bool) -> None:
    assert Retention(years).has_expired(ended, on=on) is gone
    assert Retention(years).due_year(ended) == ended.year + years
    assert not Retention.permanent().has_expired(ended, on=date(9999, 1, 1))


@pytest.mark.parametrize("years", [0, 1, 71, 100, -2])
def test_no_period_below_two_or_above_seventy_years(years: int) -> None:
    with pytest.raises(InvalidInput, match="2 to 70"):
        Retention(years)


@pytest.mark.parametrize("text", ["Lâu dài", "2 tháng", "20.0", "-5", "", None, 20])
def test_what_is_no_period_is_refused(text: object) -> None:
    with pytest.raises(InvalidInput):
        Retention.parse(text)


def test_the_code_list_has_six_periods_and_other() -> None:
    codes = {years: Retention(years).code for years in range(2, 71)}
    assert {years: code for years, code in codes.items() if code != "07"} == {
        70: "02", 50: "03", 30: "04", 20: "05", 10: "06",
    }  # fmt: skip
    assert Retention.permanent().code == "01"


# Điều 16.1 and 36.4.a: what may be destroyed


def test_two_files_that_call_each_other_duplicates_both_stay() -> None:
    found = reasons(held("A", 70, duplicate_of="B"), held("B", 70, duplicate_of="A"))
    assert found == {"A": Reason.KEPT_COPY_MISSING, "B": Reason.KEPT_COPY_MISSING}


def test_a_duplicate_of_a_duplicate_goes_while_one_copy_stays() -> None:
    found = reasons(held("A", 70, duplicate_of="B"), held("B", 70, duplicate_of="C"), held("C", 70))
    assert found == {"A": Reason.DUPLICATE, "B": Reason.DUPLICATE, "C": Reason.NOT_EXPIRED}


def test_a_duplicate_stays_where_the_other_copy_is_kept_shorter() -> None:
    found = reasons(held("A", 70, duplicate_of="B"), held("B", 2))
    assert found == {"A": Reason.KEPT_COPY_SHORTER, "B": Reason.EXPIRED}
    assert reasons(held("A", FOR_EVER, duplicate_of="B"), held("B", 70))["A"] is Reason.KEPT_COPY_SHORTER
    assert reasons(held("A", FOR_EVER, duplicate_of="B"), held("B", FOR_EVER))["A"] is Reason.DUPLICATE


@pytest.mark.parametrize("longer", [11, 70, FOR_EVER])
def test_a_link_keeps_the_shorter_whichever_side_tells_it(longer: int) -> None:
    assert reasons(held("A", 10, links=("B",)), held("B", longer))["A"] is Reason.LINKED
    assert reasons(held("A", 10), held("B", longer, links=("A",)))["A"] is Reason.LINKED
    assert reasons(held("A", 10), others=(held("B", longer, links=("A",)),))["A"] is Reason.LINKED


def test_a_link_to_what_lives_as_long_or_shorter_keeps_nothing() -> None:
    found = reasons(held("A", 10, links=("B", "A")), held("B", 10), held("C", 2, links=("A",)))
    assert found["A"] is Reason.EXPIRED
    assert found["C"] is Reason.LINKED


def test_a_linked_duplicate_stays_too() -> None:
    found = reasons(held("A", 20, duplicate_of="B", links=("C",)), held("B", 20), held("C", 70))
    assert found["A"] is Reason.LINKED
    found = reasons(held("A", 20, duplicate_of="B", links=("B",)), held("B", 20))
    assert found["A"] is Reason.DUPLICATE


def test_each_refusal_cites_its_article() -> None:
    made = propose_destruction(
        [held("A", FOR_EVER), held("B", 70), held("C", 2, links=("A",)), held("D", 2)], on=date(2040, 1, 1)
    )
    cited = {item.file.code: (item.source.article, item.source.clause) for item in (*made.refused, *made.proposed)}
    assert cited == {"A": ("15", "2"), "B": ("16", "1"), "C": ("36", "4"), "D": ("16", "1")}


# Điều 17: hand-over


@pytest.mark.parametrize(
    ("ended", "digital", "ceiling"),
    [
        (date(2025, 7, 1), date(2025, 8, 30), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2027, 3, 1), date(2027, 12, 31)),
        (date(2028, 1, 1), date(2028, 3, 1), date(2029, 12, 31)),  # 2028 is a leap year
    ],
)
def test_sixty_days_digital_one_year_paper(ended: date, digital: date, ceiling: date) -> None:
    due = due_in_current_archive(ended, medium="digital")
    assert (due.day, due.ceiling) == (digital, ceiling)
    assert due.use_until is not None
    assert (due.use_until - due.day).days == 360
    assert due_in_current_archive(ended, medium="paper").day == ceiling


def test_a_due_day_in_tet_moves_to_the_first_working_day() -> None:
    # 60 days after 18/12/2025 is 16/02/2026, the eve of Tết Bính Ngọ; work begins again on 23/02/2026
    assert due_in_current_archive(date(2025, 12, 18), medium="digital").day == date(2026, 2, 16)
    moved = due_in_current_archive(date(2025, 12, 18), medium="digital", calendar=WorkCalendar.official())
    assert moved.day == date(2026, 2, 23)
    with pytest.raises(BeyondHorizon):
        due_in_current_archive(date(2027, 12, 1), medium="digital", calendar=WorkCalendar.official())


def test_work_that_ended_before_the_law_is_not_judged_by_it() -> None:
    with pytest.raises(NotInForce):
        due_in_current_archive(date(2025, 6, 30), medium="digital")
    with pytest.raises(NotInForce):
        due_in_historical_archive(date(2025, 6, 30))
    with pytest.raises(InvalidInput):
        due_in_current_archive(date(9999, 12, 31), medium="paper")


def test_secret_files_wait_for_declassification() -> None:
    late = due_in_historical_archive(date(2026, 3, 1), declassified=date(2040, 5, 1))
    assert late.day == date(2040, 5, 1)
    assert any((source.article, source.clause) == ("17", "6") for source in late.sources)
    early = due_in_historical_archive(date(2026, 3, 1), declassified=date(2027, 5, 1))
    assert early.day == date(2031, 12, 31)
    assert "giải mật" in early.explain("vi")


def test_registration_twelve_months_before_and_the_transition_of_article_65() -> None:
    assert due_in_historical_archive(date(2026, 1, 1)).register_by == date(2030, 12, 31)
    old = due_in_historical_archive(date(2026, 1, 1), made=date(2025, 6, 30))
    assert (old.day, old.register_by) == (date(2030, 7, 1), date(2029, 7, 1))
    assert due_in_historical_archive(date(2026, 1, 1), made=date(2025, 7, 1)).day == date(2031, 12, 31)


# Điều 14.2.c, 15.4: floors and the longest record


def test_an_agency_may_be_longer_never_shorter() -> None:
    own = Schedule.load("key,title,period\ncertification.contract,Hợp đồng,10\ncharter,Điều lệ,Vĩnh viễn\n".encode())
    official = Schedule.official()
    assert own.period("certification.contract", floor=official) == Retention(20)
    assert own.period("charter", floor=official).is_permanent
    assert own.below(official) == ("certification.contract",)


def test_one_permanent_record_makes_the_file_permanent(make_record: Callable[..., Record]) -> None:
    maker = make_record
    records = [maker(1, maintenance="10 năm"), maker(2, maintenance="Vĩnh viễn")]
    file = ArchivalFile.of(
        records, file_code="H13.12.3.2026.01", title="T", mode="01", number_of_paper=0, risk_recovery=False
    )
    assert file.retention == Retention.permanent()


def test_no_file_is_kept_shorter_than_a_record_in_it(make_record: Callable[..., Record]) -> None:
    maker = make_record
    fields: dict[str, Any] = {
        "file_code": "H13.12.3.2026.01",
        "title": "T",
        "mode": "01",
        "number_of_paper": 0,
        "risk_recovery": False,
    }
    with pytest.raises(InvalidInput, match="khoản 4 Điều 15") as refused:
        ArchivalFile.of([maker(1), maker(2, maintenance="50 năm")], maintenance="30 năm", **fields)
    assert refused.value.path == "records[1].maintenance"
    for period in ("50 năm", "70 năm", "Vĩnh viễn", "Khác"):
        ArchivalFile.of([maker(1), maker(2, maintenance="50 năm")], maintenance=period, **fields)
