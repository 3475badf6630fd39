"""Identifiers of agencies in both forms, and who they named on which day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.agency import Agency, AgencyCode, AgencyForm, AgencyKind, AgencyRegister
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.law import Citation, Evidence


@pytest.mark.parametrize(
    ("text", "form", "parts", "issuable"),
    [
        ("000.00.00.H13", AgencyForm.QCVN102, ("H13",), True),
        ("000.17.22.H56", AgencyForm.QCVN102, ("H56", "22", "17"), True),
        ("000.A0.01.H26", AgencyForm.QCVN102, ("H26", "01", "A0"), False),
        ("38.98.H29", AgencyForm.QCVN102, ("H29", "98", "38"), False),
        ("H13", AgencyForm.QD20, ("H13",), True),
        ("H13.12.3", AgencyForm.QD20, ("H13", "12", "3"), True),
        ("G09.01", AgencyForm.QD20, ("G09", "01"), True),
        ("H15.50.05.13", AgencyForm.QD20, ("H15", "50", "05", "13"), True),
        ("Z01" + "A" * 32, AgencyForm.SCHEME, ("Z01", "A" * 32), True),
        ("0100109106", AgencyForm.BUSINESS, ("0100109106",), True),
        ("0100109106-001", AgencyForm.BUSINESS, ("0100109106-001",), True),
    ],
)
def test_every_form_is_read(text: str, form: AgencyForm, parts: tuple[str, ...], issuable: bool) -> None:
    code = AgencyCode.parse(text)
    assert (code.form, code.parts, code.issuable, str(code)) == (form, parts, issuable, text)
    assert code.level == len(parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h13",
        "H5",
        "H130",
        "Z05",
        "Z00A",
        "Z05.01",
        "Z01" + "A" * 33,
        "H13.",
        ".H13",
        "H13..1",
        "H13." + "1" * 32,
        "000.00.00.Z13",
        "000.00.00.h13",
        "H13 ",
        "H13\n",
        "H1٣",
        "0100109107",
        "Ð13",
        "000.00.H13.00",
    ],
)
def test_what_is_no_code_is_refused_with_the_article(text: str) -> None:
    with pytest.raises(InvalidInput):
        AgencyCode.parse(text)


def test_only_a_text_is_read() -> None:
    with pytest.raises(InvalidInput, match="not int"):
        AgencyCode.parse(13)  # type: ignore[arg-type]


def test_the_forms_turn_into_each_other() -> None:
    assert AgencyCode.parse("000.17.22.H56").as_qd20() == "H56.22.17"
    assert AgencyCode.parse("H56.22.17").as_qcvn102() == "000.17.22.H56"
    assert AgencyCode.parse("H13").as_qcvn102() == "000.00.00.H13"
    assert AgencyCode.parse("38.98.H29").as_qcvn102() == "000.38.98.H29"
    assert AgencyCode.parse("Z01AB").as_qd20() == "Z01AB"
    assert AgencyCode.parse("000.17.00.H56").parts == ("H56", "00", "17"), "a zero between two levels is a level"


@pytest.mark.parametrize("text", ["H13.12.3", "H15.50.05.13", "Z01AB", "0100109106"])
def test_what_has_no_old_form_says_so(text: str) -> None:
    with pytest.raises(InvalidInput):
        AgencyCode.parse(text).as_qcvn102()


def test_level_one() -> None:
    assert AgencyCode.parse("000.17.22.H56").level1 == "H56"
    assert AgencyCode.parse("Z01AB").level1 == "Z01"
    assert AgencyCode.parse("0100109106").level1 == ""


@given(st.from_regex(r"\A[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}\Z", fullmatch=True).filter(str.isascii))
def test_the_old_form_survives_the_round_trip(text: str) -> None:
    code = AgencyCode.parse(text)
    again = AgencyCode.parse(code.as_qd20())
    assert again.parts == code.parts
    assert again.as_qcvn102() == text


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert str(AgencyCode.parse(text)) == text
    except InvalidInput:
        return


def test_the_register_answers_by_day() -> None:
    register = AgencyRegister.official()
    assert register.lookup("H13", on=date(2026, 2, 12)).name == "Cần Thơ"
    assert register.lookup("000.12.03.H13", on=date(2026, 2, 12)).code == "H13"
    assert register.lookup("H30", on=date(2025, 6, 30)).name == "Hậu Giang"
    assert register.lookup("H57", on=date(2024, 12, 31)).name == "Thừa Thiên Huế"
    assert register.lookup("H57", on=date(2025, 1, 1)).name == "Huế"
    assert [entry.name for entry in register.history("H57")] == ["Thừa Thiên Huế", "Huế"]
    assert register.history("H99") == ()


def test_a_merged_province_names_its_successor() -> None:
    with pytest.raises(NotInForce, match="Cần Thơ"):
        AgencyRegister.official().lookup("H30", on=date(2025, 7, 1))
    assert AgencyCode.parse("H30").level1 == "H30", "its code stays readable"


def test_an_unknown_code_is_not_in_force() -> None:
    with pytest.raises(NotInForce, match="H99"):
        AgencyRegister.official().lookup("H99.01", on=date(2026, 1, 1))


def test_a_row_from_memory_says_so() -> None:
    register = AgencyRegister.official()
    assert register.lookup("H13", on=date(2026, 1, 1)).evidence is Evidence.ASSUMED
    assert register.lookup("H29", on=date(2026, 1, 1)).evidence is Evidence.PRACTICE
    assert register.lookup("G04", on=date(2025, 1, 1)).end_evidence is Evidence.ASSUMED
    assert all(entry.evidence is not Evidence.TEXT for rows in register.entries.values() for entry in rows)


def test_all_provinces_of_the_old_map_are_there() -> None:
    rows = [entry for entries in AgencyRegister.official().entries.values() for entry in entries]
    provinces = {entry.code for entry in rows if entry.kind is AgencyKind.PROVINCE}
    assert provinces == {f"H{number:02}" for number in range(1, 64)}
    current = {entry.name for entry in rows if entry.kind is AgencyKind.PROVINCE and entry.existed_on(date(2026, 1, 1))}
    assert len(current) == 34
    assert {entry.successor for entry in rows if entry.code.startswith("H") and entry.successor} <= current


def test_a_caller_adds_deeper_levels() -> None:
    ward = Agency(
        code="H13.12",
        name="Phường thử",
        kind=AgencyKind.OTHER,
        since=date(2025, 7, 1),
        source=Citation(instrument="đơn vị cung cấp"),
        evidence=Evidence.ASSUMED,
    )
    register = AgencyRegister.official().with_agencies(ward)
    assert register.lookup("000.03.12.H13", on=date(2026, 1, 1)) == ward
    assert register.lookup("H13.12", on=date(2025, 1, 1)).code == "H13"


def test_the_day_is_a_day() -> None:
    with pytest.raises(InvalidInput):
        AgencyRegister.official().lookup("H13", on="2026-01-01")  # type: ignore[arg-type]
