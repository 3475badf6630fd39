"""Identifiers of persons and taxpayers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.errors import InvalidInput
from egov_vn.person import CitizenId, OldId, Sex, TaxCode, TaxCodeKind, parse_person_id


def test_a_citizen_id_tells_place_sex_and_year() -> None:
    number = CitizenId.parse("092199001234")
    assert (number.place_code, number.province, number.sex, number.birth_year) == ("092", "Cần Thơ", Sex.FEMALE, 1999)
    assert CitizenId.parse("092090000018").birth_year == 1990
    assert CitizenId.parse("001 3 05 123456").birth_year == 2005
    assert CitizenId.parse("001305123456").sex is Sex.FEMALE
    assert CitizenId.parse("024205123456").province == "Bắc Giang"
    assert str(number) == "092199001234"
    assert number.masked == "092*******34"


def test_a_place_from_100_up_is_a_country() -> None:
    assert CitizenId.parse("101090000018").province is None


@pytest.mark.parametrize("text", ["", "09219900123", "0921990012345", "003199001234", "09219900123x", "٠92199001234"])
def test_a_bad_citizen_id_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        CitizenId.parse(text)
    assert not text or text not in str(caught.value)


def test_the_old_card_is_a_shape() -> None:
    assert str(OldId.parse("361234567")) == "361234567"
    with pytest.raises(InvalidInput):
        OldId.parse("36123456")


def test_the_length_tells_the_kind_of_person_id() -> None:
    assert isinstance(parse_person_id("361234567"), OldId)
    assert isinstance(parse_person_id("092199001234"), CitizenId)
    with pytest.raises(InvalidInput):
        parse_person_id("12")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("0100109106", "0100109106", TaxCodeKind.ENTITY),
        ("0100109106001", "0100109106-001", TaxCodeKind.DEPENDENT_UNIT),
        ("0100109106-001", "0100109106-001", TaxCodeKind.DEPENDENT_UNIT),
        ("092199001234", "092199001234", TaxCodeKind.PERSONAL_NUMBER),
        (" 0100109106 ", "0100109106", TaxCodeKind.ENTITY),
    ],
)
def test_a_tax_code_is_read(text: str, value: str, kind: TaxCodeKind) -> None:
    code = TaxCode.parse(text)
    assert (str(code), code.kind) == (value, kind)


@pytest.mark.parametrize("text", ["", "010010910", "0100109107", "0100109106-000", "0100109106-01", "003199001234"])
def test_a_bad_tax_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        TaxCode.parse(text)


@pytest.mark.parametrize("number", [12, None, b"0100109106"])
def test_only_a_text_is_read(number: object) -> None:
    with pytest.raises(InvalidInput):
        TaxCode.parse(number)  # type: ignore[arg-type]


@given(st.integers(0, 999_999_999), st.integers(0, 8))
def test_a_mistyped_digit_is_found(stem: int, place: int) -> None:
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    digits = [int(digit) for digit in f"{stem:09}"]
    check = 10 - sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    text = f"{stem:09}{check}"
    if check == 10:
        with pytest.raises(InvalidInput):
            TaxCode.parse(text[:10])
        return
    assert TaxCode.parse(text).value == text
    wrong = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    with pytest.raises(InvalidInput):
        TaxCode.parse(wrong)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (CitizenId, OldId, TaxCode):
        try:
            value = kind.parse(text).value
        except InvalidInput:
            continue
        assert kind.parse(value).value == value
