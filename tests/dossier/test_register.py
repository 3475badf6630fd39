"""The register: numbers to the end of the year, and a chain that shows every tampering."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import forms
from egov_vn.dossier.register import RegisterBook
from egov_vn.errors import InvalidInput

MORNING = datetime(2026, 6, 30, 8, 0, tzinfo=VIETNAM)


def entry(register: RegisterBook, index: int, *, at: datetime | None = None, **more: Any) -> None:
    received = at or MORNING + timedelta(minutes=index)
    values = {"applicant": f"Người {index}", "received_at": received, "entered_at": received, "entered_by": "CB01"}
    register.add(f"H13-{received:%y%m%d}-{index:04d}", **{**values, **more})


def filled(count: int = 8) -> RegisterBook:
    book = RegisterBook("H13")
    for index in range(1, count + 1):
        entry(book, index)
    return book


def reread(lines: list[bytes]) -> RegisterBook:
    return RegisterBook.from_jsonl(b"\n".join(lines), desk="H13")


def codes(book: RegisterBook, **more: Any) -> set[str]:
    return {item.code for item in book.check(**more)}


def test_numbers_go_on_in_a_second_book_and_start_again_with_the_year() -> None:
    book = filled(500)
    entry(book, 501, book="02")
    assert book.entries[-1].ordinal == 501
    entry(book, 1, at=datetime(2027, 1, 1, 0, 0, tzinfo=VIETNAM))
    assert (book.entries[-1].year, book.entries[-1].ordinal) == (2027, 1)
    assert book.check() == ()


def test_the_year_turns_in_vietnam() -> None:
    book = filled(1)
    entry(book, 2, at=datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC))
    assert (book.entries[-1].year, book.entries[-1].ordinal) == (2027, 1)


def test_a_gap_or_a_restart_is_reported_with_its_article() -> None:
    book = filled()
    lines = book.to_jsonl().splitlines()
    restarted = [json.loads(line) for line in lines]
    for raw in restarted[4:]:
        raw["ordinal"] -= 4
    found = reread([json.dumps(raw).encode() for raw in restarted]).check()
    restart = next(item for item in found if item.code == "REGISTER-RESTART")
    assert str(restart.source) == "điểm c khoản 2 Điều 10 01/2018/TT-VPCP"
    assert codes(reread(lines[:3] + lines[4:])) == {"REGISTER-CHAIN", "REGISTER-GAP"}


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 7), st.sampled_from(["book", "code", "applicant", "entered_by", "abstract", "ordinal", "year"]))
def test_any_changed_field_shows_at_its_entry(index: int, field: str) -> None:
    lines = [json.loads(line) for line in filled().to_jsonl().splitlines()]
    value = lines[index][field]
    lines[index][field] = value + 1 if isinstance(value, int) else value + "x"
    found = reread([json.dumps(raw).encode() for raw in lines]).check()
    assert f"entries[{index}]" in {item.where for item in found if item.code == "REGISTER-CHANGED"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), st.integers(0, 7), st.integers(0, 7))
def test_a_removed_or_swapped_entry_breaks_the_chain(removed: int, one: int, two: int) -> None:
    lines = filled().to_jsonl().splitlines()
    assert "REGISTER-CHAIN" in codes(reread(lines[:removed] + lines[removed + 1 :]))
    swapped = list(lines)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert ("REGISTER-CHAIN" in codes(reread(swapped))) == (one != two)


def test_what_is_cut_off_at_the_end_shows_against_the_seal() -> None:
    book = filled()
    seal = book.seal(at=MORNING + timedelta(hours=9))
    lines = book.to_jsonl().splitlines()
    assert codes(reread(lines[:-1])) == set()
    assert codes(reread(lines[:-1]), seal=seal) == {"REGISTER-CUT"}
    entry(book, 9)
    assert codes(book, seal=seal) == set()
    other = filled(7)
    entry(other, 8, applicant="Khác")
    assert codes(other, seal=seal) == {"REGISTER-SEAL"}
    assert str(seal).startswith("8 sha256:")


def test_another_desk_has_another_chain() -> None:
    assert codes(RegisterBook.from_jsonl(filled().to_jsonl(), desk="H14")) == {"REGISTER-CHAIN"}


def test_it_survives_writing_and_reading() -> None:
    book = filled()
    again = RegisterBook.from_jsonl(book.to_jsonl() + b"\n", desk="H13")
    assert again.entries == book.entries == tuple(book)
    assert again.head == book.head
    assert len(again) == 8
    entry(again, 9)
    assert again.check() == ()


def test_an_entry_out_of_time_or_twice_is_refused() -> None:
    book = filled()
    later = MORNING + timedelta(hours=1)
    for change, path in (
        ({"entered_at": MORNING - timedelta(days=1)}, "entered_at"),
        ({"received_at": MORNING - timedelta(hours=2), "entered_at": MORNING}, "entered_at"),
        ({"received_at": datetime(2025, 12, 31, tzinfo=VIETNAM), "entered_at": later}, "received_at"),
        ({"received_at": datetime(2026, 7, 1)}, "received_at"),
        ({"applicant": " "}, "applicant"),
        ({"applicant": "x" * 4_001}, "applicant"),
    ):
        enter: Any = entry
        with pytest.raises(InvalidInput) as caught:
            enter(book, 20, **{"entered_at": later, **change})
        assert caught.value.path == path
    with pytest.raises(InvalidInput) as caught:
        book.add("H13-260630-0001", applicant="A", received_at=later, entered_at=later, entered_by="B")
    assert caught.value.path == "code"
    with pytest.raises(InvalidInput):
        RegisterBook(" ")
    assert len(book) == 8


def test_an_inversion_of_reception_is_a_warning() -> None:
    book = filled()
    entry(book, 9, at=MORNING, entered_at=MORNING + timedelta(hours=1))
    assert codes(book) == {"REGISTER-ORDER"}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"{", "line 1"),
        (b"[]", "line 1"),
        (b"[" * 50_000, "line 1"),
        (b"x" * 70_000, "line 1"),
        (b'{"book": 1}', "line 1.book"),
    ],
)
def test_what_is_no_entry_is_refused_with_its_line(line: bytes, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        RegisterBook.from_jsonl(line, desk="H13")
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("ordinal", "1", "line 1.ordinal"),
        ("year", True, "line 1.year"),
        ("details", [], "line 1.details"),
        ("received_at", "2026-06-30", "line 1.received_at"),
        ("received_at", 5, "line 1.received_at"),
        ("digest", "sha256:00", "line 1.digest"),
    ],
)
def test_a_faulty_field_of_an_entry_is_named(key: str, value: Any, path: str) -> None:
    raw = json.loads(filled(1).to_jsonl())
    with pytest.raises(InvalidInput) as caught:
        RegisterBook.from_jsonl(json.dumps({**raw, key: value}).encode(), desk="H13")
    assert caught.value.path == path


def test_clock_and_duplicate_faults_of_a_foreign_register_show() -> None:
    lines = [json.loads(line) for line in filled(3).to_jsonl().splitlines()]
    lines[2]["code"] = lines[0]["code"]
    lines[1]["entered_at"] = "2026-06-29T00:00:00+07:00"
    found = codes(reread([json.dumps(raw).encode() for raw in lines]))
    assert {"REGISTER-CLOCK", "REGISTER-DUPLICATE", "REGISTER-CHANGED"} <= found


def test_the_register_prints_as_its_form() -> None:
    book = filled(3)
    entry(book, 4, details={"address": "Cần Thơ", "phone": "0900000000"}, abstract="Chứng thực")
    rows = book.to_form(2026)
    values = {"agency": "UBND xã", "year": "2026", "book": "01", "entries": rows}
    made = forms.fill("register", values, code=None, at=MORNING)
    shown = next(item for item in made.shown if item.spec.key == "entries")
    assert shown.rows[3]["address"] == "Cần Thơ"
    assert book.to_form(2026, book="02") == book.to_form(2027) == []


@pytest.mark.parametrize("name", ["applicant", "entered_by", "book", "abstract"])
def test_an_entry_holds_texts(name: str) -> None:
    when = datetime(2026, 3, 2, 9, tzinfo=VIETNAM)
    fields: dict[str, Any] = {"applicant": "Người nộp thử", "entered_by": "Cán bộ A", name: None}
    with pytest.raises(InvalidInput) as caught:
        RegisterBook(desk="H13.12").add("H13.12-260302-0001", received_at=when, entered_at=when, **fields)
    assert caught.value.path == name
