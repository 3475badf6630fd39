"""Codes and conversions as an examiner tries them: hostile values, and no field of an old record lost in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.archive import (
    ArchivalCode,
    Converted,
    DocCode,
    FileCode,
    PacketCode,
    Retention,
    codes,
    doc_id,
    from_nd30,
    from_tt02,
    table,
)
from egov_vn.archive.identifiers import request_code
from egov_vn.errors import InvalidInput

_ANY = st.characters(codec=None, exclude_characters="")
_HOSTILE = [
    "",
    ".",
    "..",
    "a..b",
    ".a",
    "a.",
    "1 2",
    "01\n",
    "a\u202eb",
    "a\u200bb",
    "a\ud800",
    "a\x7f",
    "\u00a0",
    "x" * 61,
]


# TT 05/2025/TT-BNV, Phụ lục III: mã định danh + năm + số và ký hiệu, joined with full stops


@pytest.mark.parametrize("notation", _HOSTILE)
def test_no_code_holds_what_nobody_sees_or_cannot_take_apart(notation: str) -> None:
    with pytest.raises(InvalidInput):
        FileCode(agency="H49", year=2026, notation=notation)
    with pytest.raises(InvalidInput):
        FileCode(agency=notation, year=2026, notation="01")


@pytest.mark.parametrize(
    "text", ["H49.20٢٦.1", "H49.２０２６.1", "H49.2026.1\n", "2026.1.2", "H49.2026", 5, None, "", "a" * 5000]
)
def test_what_is_no_file_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        FileCode.parse(text)


@given(
    agency=st.lists(st.text("AHG0123456789Đ", min_size=1, max_size=4), min_size=1, max_size=4).map(".".join),
    year=st.integers(1700, 2200),
    notation=st.text(_ANY, max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_whatever_can_be_built_is_taken_apart_the_same(agency: str, year: int, notation: str) -> None:
    try:
        code = FileCode(agency=agency, year=year, notation=notation)
    except InvalidInput:
        return
    assert FileCode.parse(str(code)) == code
    assert str(code).encode()  # and can be written


def test_a_file_code_of_up_to_92_characters_still_numbers_its_records() -> None:
    code = FileCode(agency="H49." + ".".join(["12"] * 10), year=2026, notation="0123456789.0123456789.01234")
    assert len(str(code)) > 60
    assert str(code.document(7)) == f"{code}.0000007"
    assert DocCode.parse(f"{code}.0000007") == code.document(7)
    assert len(doc_id(code, 9_999_999)) <= 25  # docId: String 25
    with pytest.raises(InvalidInput, match="100 characters"):
        FileCode(agency="A" * 60, year=2026, notation="1" * 34).document(1)


@pytest.mark.parametrize("separator", ["\n", " ", "\t", "\u00a0", "\u200b", "--"])
def test_separators_are_one_visible_character(separator: str) -> None:
    with pytest.raises(InvalidInput):
        ArchivalCode(archive="LT", file=FileCode.parse("H49.2026.1"), separator=separator)
    with pytest.raises(InvalidInput):
        request_code(ordinal=1, agency="BTC", transfer=1, year=2026, separator="\n")


def test_numbers_of_a_packet_are_whole_numbers() -> None:
    for wrong in ({"year": "2026"}, {"transfer": 1.0}, {"ordinal": True}):
        with pytest.raises(InvalidInput):
            PacketCode(**{"agency": "H13", "year": 2026, "transfer": 1, "ordinal": 1, **wrong})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        request_code(ordinal=1, agency="BTC", transfer=1, year=2026, notation="a\nb")


def test_periods_are_written_with_western_digits() -> None:
    with pytest.raises(InvalidInput):
        Retention.parse("٢٠ năm")


# TT 05/2025/TT-BNV, Điều 51: old data are converted; every loss is told


def _told_or_carried(given: dict[str, str], made: Converted) -> list[str]:
    lost = {loss.field for loss in made.losses}
    carried = set(made.values.values())
    codes_made = "".join(f".{value}." for name, value in made.values.items() if name.endswith("Code"))
    silent = []
    for name, value in given.items():
        if not value.strip() or name in lost or value.strip() in carried or f".{value.strip()}." in codes_made:
            continue
        if name == "DocOrdinal" and made.values.get("docCode", "").endswith(f".{int(value):07}"):
            continue
        words = {known for known in codes_of(made) if known.casefold() == value.strip().casefold()}
        if not words and not value.strip().isdigit():
            silent.append(name)
    return silent


def codes_of(made: Converted) -> set[str]:
    """Return the names that the codes in *made* stand for."""
    rows = table(made.kind)
    return {
        codes(rows[name].codes or "").label(part)
        for name, value in made.values.items()
        if rows[name].codes
        for part in value.split(";")
    }


_WORD = st.sampled_from(
    (
        *("G09", "000.00.00.G09", "2010", "01", "01.TH", "x y", "12/02/2026", "5", "0", "9" * 30, "x" * 40, "lạ", ""),
        *("Chỉ thị", "Tiếng Việt", "Mật", "Vĩnh viễn", "15 năm", "Số hóa", "Tốt"),
    )
)


@pytest.mark.parametrize("kind", ["file", "outgoing", "incoming"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_of_nd30_is_lost_in_silence(kind: str, data: st.DataObject) -> None:
    names = [name for name, field in table(kind, "nd30_2020").by_name.items() if field.type != "Group"] + ["FileCode"]
    given_values = data.draw(st.dictionaries(st.sampled_from(names), _WORD))
    assert _told_or_carried(given_values, from_nd30(kind, given_values)) == []


@pytest.mark.parametrize("kind", ["file", "document", "picture", "recording"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_of_tt02_is_lost_in_silence(kind: str, data: st.DataObject) -> None:
    names = list(table(kind, "tt02_2019").by_name)
    given_values = data.draw(st.dictionaries(st.sampled_from(names), _WORD))
    assert _told_or_carried(given_values, from_tt02(kind, given_values)) in ([], ["DocAttached"])


def test_a_code_that_cannot_be_built_is_a_loss() -> None:
    half = from_nd30("file", {"FileCode.OrganId": "000.00.00.G09", "FileCode.FileNotation": "01.TH"})
    assert {loss.field for loss in half.losses} == {"FileCode.OrganId", "FileCode.FileNotation"}
    for ordinal in ("0", "abc", "9" * 5000):
        made = from_nd30("outgoing", {"FileCode": "H49.2026.01", "DocOrdinal": ordinal})
        assert {loss.field for loss in made.losses} == {"FileCode", "DocOrdinal"}


def test_an_old_number_that_is_too_long_is_not_cut_to_another_number() -> None:
    made = from_tt02("document", {"PageAmount": "12345", "Subject": "a" * 501})
    assert "numberOfPage" not in made.values
    assert [(loss.field, loss.value) for loss in made.losses] == [("PageAmount", "12345"), ("Subject", "a")]


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [("Không", "0", 0), ("không có", "0", 0), ("0", "0", 0), ("Có", "1", 0), ("1", "1", 0), ("Danh sách", "1", 1)],
)
def test_a_text_becomes_yes_or_no(old: str, new: str, lost: int) -> None:
    made = from_tt02("picture", {"DocAttached": old})
    assert (made.values["docAttached"], len(made.losses)) == (new, lost)


def test_one_unknown_word_is_one_loss_and_two_names_of_a_field_are_told() -> None:
    made = from_nd30("outgoing", {"Language": "Tiếng Lào", "Subject": "a", "subject": "b"})
    assert made.values["language"] == "11"
    assert [(loss.field, loss.value) for loss in made.losses] == [("subject", "b"), ("Language", "Tiếng Lào")]
