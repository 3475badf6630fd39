"""Codes: every specimen is read and written back, every wrong code names its faulty part."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.dossier import CodeForm, ComponentCode, DossierCode, FieldCode, ProcedureCode, ResultCode, code_form
from egov_vn.errors import InvalidInput, NotInForce

SPECIMENS = {
    "000.00.06.H56-231027-0361": CodeForm.TT01_2018,
    "000.17.22.H56-210531-0001": CodeForm.TT01_2018,
    "000.00.53.H48-220921-0099": CodeForm.TT01_2018,
    "000.00.01.H29-240115-0001": CodeForm.TT01_2018,
    "000.00.14.H20-200703-0002": CodeForm.TT01_2018,
    "000.00.00.H13-260212-0001": CodeForm.TT01_2018,
    "000.00.00.H13-260212-12345": CodeForm.TT01_2018,
    "H57.132-260804-0583": CodeForm.LOCAL_2025,
    "H15.50.05.13-261008-0975": CodeForm.LOCAL_2025,
    "H37.02.02-260101-0001": CodeForm.LOCAL_2025,
    "H13-260212-10000": CodeForm.LOCAL_2025,
    "G09.20-20260609-0092637": CodeForm.MINISTRY_SYSTEM,
    "G09.20-260609-009263": CodeForm.MINISTRY_SYSTEM,
    "000.A0.01.H26-210212-9090": CodeForm.OBSERVED,
    "38.98.H29-210519-0013": CodeForm.OBSERVED,
    "H57.132-20260804-0583": CodeForm.OBSERVED,
}


@pytest.mark.parametrize(("text", "form"), SPECIMENS.items())
def test_specimens_are_read_and_written_back(text: str, form: CodeForm) -> None:
    code = DossierCode.parse(text)
    assert str(code) == text
    assert code.form is form
    assert code.issuable == (form is not CodeForm.OBSERVED)
    assert DossierCode.parse(text, form=form) == code
    assert code.agency.text == code.agency_id
    for lang in ("vi", "en"):
        assert text in code.explain(lang)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "code"), ("x" * 100, "code"), ("000.00.00.H13", "code"), ("000.00.00.H13-260212", "code"),
        ("000.00.00.H13-260230-0001", "date"), ("000.00.00.H13-261301-0001", "date"), ("G09-00000000-000001", "date"),
        ("000.00.00.H13-260212-0000", "ordinal"), ("000.00.00.H13-260212-001", "code"),
        ("000.00.00.H13-260212-00000001", "code"), ("000.00.00.h13-260212-0001", "code"),
        ("Z05-260212-0001", "code"), (" 000.00.00.H13-260212-0001", "code"), ("000.00.00.H13-260212-0001\n", "code"),
        ("000.00.00.H13-２６0212-0001", "code"), ("H13" + ".AB" * 11 + "-260212-0001", "agency"),
    ],
)  # fmt: skip
def test_wrong_codes_name_their_part(text: str, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DossierCode.parse(text)
    assert caught.value.path == path


@pytest.mark.parametrize("value", [None, 1, b"000.00.00.H13-260212-0001", ["x"]])
def test_a_code_is_a_text(value: object) -> None:
    for kind in (DossierCode, ProcedureCode, FieldCode, ResultCode, ComponentCode):
        with pytest.raises(InvalidInput):
            kind.parse(value)  # type: ignore[arg-type]


agencies = st.one_of(
    st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}", fullmatch=True),
    st.from_regex(r"[A-Y][0-9]{2}(\.[0-9A-Z]{1,3}){0,4}", fullmatch=True),
)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(agencies, days, st.integers(1, 9_999_999))
def test_what_is_issued_is_read_back(agency: str, day: date, ordinal: int) -> None:
    code = DossierCode.issue(agency, day, ordinal)
    again = DossierCode.parse(str(code))
    assert (again.agency_id, again.received_on, again.ordinal) == (agency, day, ordinal)
    assert str(again) == str(code)


@given(agencies, days, st.integers(1, 9998))
def test_codes_of_a_day_sort_in_order(agency: str, day: date, ordinal: int) -> None:
    assert str(DossierCode.issue(agency, day, ordinal)) < str(DossierCode.issue(agency, day, ordinal + 1))
    if day < date(2099, 12, 31):
        assert str(DossierCode.issue(agency, day, 9999)) < str(DossierCode.issue(agency, day + timedelta(1), 1))


@given(st.text(max_size=70))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (DossierCode, ProcedureCode, FieldCode, ResultCode, ComponentCode):
        with contextlib.suppress(InvalidInput):
            assert str(kind.parse(text)) == text


@pytest.mark.parametrize("ordinal", [0, -1, 10_000_000, True, 1.0, "1"])
def test_an_ordinal_is_a_positive_number(ordinal: object) -> None:
    with pytest.raises(InvalidInput):
        DossierCode.issue("000.00.00.H13", date(2026, 2, 12), ordinal)  # type: ignore[arg-type]


@pytest.mark.parametrize("agency", ["Z01A", "h13", "38.98.H29", "", "H13" + ".A" * 20])
def test_only_official_identifiers_issue(agency: str) -> None:
    with pytest.raises(InvalidInput):
        DossierCode.issue(agency, date(2026, 2, 12), 1)
    with pytest.raises(InvalidInput):
        DossierCode.issue("H13", date(1999, 12, 31), 1)


@pytest.mark.parametrize(
    "text",
    [
        "1.000656",
        "2.000815",
        "5.123456",
        "2.000815.000.00.00.H55",
        "1.001612.000.00.00.H48",
        "2.000815.000.00.00.H55.02",
    ],
)
def test_procedure_codes(text: str) -> None:
    assert str(ProcedureCode.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "2.00081", "20.000815", "2.000815.", "2.000815.H55", "2,000815", "2.000815.000.00.00.H55.2"]
)
def test_wrong_procedure_codes(text: str) -> None:
    with pytest.raises(InvalidInput):
        ProcedureCode.parse(text)


def test_every_code_explains_itself() -> None:
    codes: list[ProcedureCode | FieldCode | ResultCode | ComponentCode] = [
        ProcedureCode.parse("2.000815.000.00.00.H55.02"), ProcedureCode.parse("2.000815"), FieldCode.parse("G15-HT01"),
        ResultCode.parse("KQ.G15.000031"), ComponentCode.parse("000.00.00.G09-KQ002269"),
    ]  # fmt: skip
    for code in codes:
        vi, en = code.explain(), code.explain("en")
        assert vi != en
        assert vi.startswith(f"{code}: ")
        assert en.startswith(f"{code}: ")


def test_the_form_of_each_day() -> None:
    assert code_form(date(2025, 6, 30)).value is CodeForm.TT01_2018
    assert str(code_form(date(2025, 7, 1)).source) == "khoản 2 Điều 28 118/2025/NĐ-CP"
    with pytest.raises(NotInForce):
        code_form(date(2018, 6, 20))


def test_the_other_codes() -> None:
    assert str(FieldCode.parse("G15-HT01")) == "G15-HT01"
    assert ResultCode.parse("KQ.G15.000031") == ResultCode(level1="G15", number="000031")
    assert str(ResultCode.parse("KQ.H43.0012345")) == "KQ.H43.0012345"
    assert ComponentCode.parse("000.00.00.G09-KQ002269").prefix == "KQ"
    assert str(ComponentCode.parse("000.00.00.G09-KQ002269")) == "000.00.00.G09-KQ002269"
    assert ProcedureCode.parse("2.000815").owner is None
    for bad in ("KQ.G15.0031", "KQ.Z15.000031", "KQG15000031"):
        with pytest.raises(InvalidInput):
            ResultCode.parse(bad)
    for bad in ("G15", "G15-", "Z15-HT", "G15-ht"):
        with pytest.raises(InvalidInput):
            FieldCode.parse(bad)
    for bad in ("G09-002269", "KQ002269", "000.00.00.G09-KQ"):
        with pytest.raises(InvalidInput):
            ComponentCode.parse(bad)


@pytest.mark.parametrize("text", ["H57.132-18991231-0001", "H57.132-99991231-000001", "G09.20-00010101-0092637"])
def test_a_code_is_of_this_century(text: str) -> None:
    with pytest.raises(InvalidInput, match="of the year") as caught:
        DossierCode.parse(text)
    assert caught.value.path == "date"
