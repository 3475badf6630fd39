"""An examiner with a pencil and an eraser: registers and codes that were tampered with, or given nonsense."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import DossierCode, RegisterBook, Seal, SqliteAllocator
from egov_vn.dossier.register import _chained
from egov_vn.errors import EgovError, InvalidInput

DESK = "Bộ phận Một cửa phường Ví Dụ"
START = datetime(2026, 12, 30, 8, tzinfo=VIETNAM)


def book() -> RegisterBook:
    """Return twelve entries over the turn of a year."""
    made = RegisterBook(DESK)
    for number in range(12):
        at = START + timedelta(hours=5 * number)
        made.add(
            f"H57.132-{at:%y%m%d}-{number + 1:04d}",
            applicant=f"Nguyễn Văn {number}",
            received_at=at,
            entered_at=at + timedelta(minutes=1),
            entered_by="CB01",
            abstract="Chứng thực",
            details={"phone": "0900000000"},
        )
    return made


BOOK = book()
LINES: list[dict[str, Any]] = [json.loads(line) for line in BOOK.to_jsonl().splitlines()]
SEAL = BOOK.seal(at=START + timedelta(days=3))


def shows(lines: list[dict[str, Any]], *, seal: Seal | None = None) -> bool:
    """Say whether reading or checking the register says that something is wrong."""
    data = b"\n".join(json.dumps(line).encode() for line in lines)
    try:
        return bool(RegisterBook.from_jsonl(data, desk=DESK).check(seal=seal))
    except InvalidInput:
        return True


def _other(key: str, value: Any) -> Any:
    if key.endswith("_at"):
        return (datetime.fromisoformat(value) + timedelta(seconds=1)).isoformat()
    if key in ("previous", "digest"):
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, dict):
        return {"phone": "0911111111"}
    return value + ("x" if isinstance(value, str) else 1)


def test_numbers_begin_again_with_the_year() -> None:
    """TT 01/2018/TT-VPCP Điều 10(2)(c)."""
    assert [(entry.year, entry.ordinal) for entry in BOOK] == [(2026, n) for n in range(1, 9)] + [
        (2027, n) for n in range(1, 5)
    ]
    assert BOOK.check(seal=SEAL) == ()


@pytest.mark.parametrize("index", range(12))
def test_every_touch_of_every_entry_shows(index: int) -> None:
    assert not shows(LINES, seal=SEAL)
    for key, value in LINES[index].items():
        lines = copy.deepcopy(LINES)
        lines[index][key] = _other(key, value)
        assert shows(lines), key
    assert shows([{**line, "ghi_chu": "thêm"} if at == index else line for at, line in enumerate(LINES)])
    assert shows(LINES[:index] + LINES[index + 1 :], seal=SEAL)
    assert shows([*LINES[: index + 1], *LINES[index:]])
    if index < 11:
        assert shows(LINES[:index] + LINES[index + 1 :])
        assert shows([*LINES[:index], LINES[index + 1], LINES[index], *LINES[index + 2 :]])


def test_a_field_that_stands_twice_shows() -> None:
    line = BOOK.to_jsonl().splitlines()[0]
    twice = b'{"applicant":"Ai khac",' + line[1:]
    with pytest.raises(InvalidInput):
        RegisterBook.from_jsonl(twice, desk=DESK)


def test_a_chain_made_anew_still_cannot_lie_about_the_year() -> None:
    lie = RegisterBook(DESK)
    lie._entries.append(
        _chained(
            previous=lie.head, year=2025, book="01", ordinal=1, code="H57.132-261230-0001", applicant="A",
            received_at=START, entered_at=START, entered_by="CB01", abstract="", details=(),
        )
    )  # fmt: skip
    assert [found.code for found in lie.check()] == ["REGISTER-YEAR"]


def test_the_year_turns_at_midnight_in_vietnam() -> None:
    made = RegisterBook(DESK)
    for number, second in enumerate((59, 60)):
        at = datetime(2026, 12, 31, 16, 59, tzinfo=UTC) + timedelta(seconds=second)
        made.add(str(number), applicant="A", received_at=at, entered_at=at, entered_by="CB01")
    assert [(entry.year, entry.ordinal) for entry in made] == [(2026, 1), (2027, 1)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"applicant": "\ud800"},
        {"details": {"phone": 1}},
        {"details": {"phone": "\udfff"}},
        {"entered_by": None},
        {"entered_at": START - timedelta(seconds=1)},
        {"received_at": START.replace(tzinfo=None)},
    ],
)
def test_what_cannot_be_read_back_is_not_entered(wrong: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"applicant": "A", "received_at": START, "entered_at": START, "entered_by": "CB01"}
    made = RegisterBook(DESK)
    with pytest.raises(InvalidInput):
        made.add("H57.132-261230-0001", **{**fields, **wrong})
    assert len(made) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: RegisterBook(None),  # type: ignore[arg-type]
        lambda: RegisterBook("\ud800"),
        lambda: RegisterBook.from_jsonl(b"[" * 60_000, desk=DESK),
        lambda: RegisterBook.from_jsonl(b"\xff\xfe{}", desk=DESK),
        lambda: RegisterBook.from_jsonl(json.dumps({**LINES[0], "ordinal": 10**400}).encode(), desk=DESK),
        lambda: RegisterBook.from_jsonl(b'{"book":"\\ud800"}', desk=DESK),
    ],
)
def test_nonsense_is_our_error(call: Callable[[], object]) -> None:
    with pytest.raises(EgovError) as caught:
        call()
    assert len(str(caught.value)) < 300


def test_codes_of_old_forms_are_adopted_and_their_gaps_named(tmp_path: Path) -> None:
    """Forms that may only be read stand in old lists: their gaps are told, not raised."""
    allocator = SqliteAllocator(tmp_path / "codes.db")
    at = datetime(2021, 2, 12, 9, tzinfo=VIETNAM)
    allocator.adopt(DossierCode.parse("000.A0.01.H26-210212-0003"), "hồ sơ cũ", at)
    assert [str(gap.code) for gap in allocator.gaps("000.A0.01.H26", date(2021, 2, 12))] == [
        "000.A0.01.H26-210212-0001",
        "000.A0.01.H26-210212-0002",
    ]


@pytest.mark.parametrize("reference", ["", "  ", None])
def test_a_code_is_carried_by_some_dossier(tmp_path: Path, reference: Any) -> None:
    allocator = SqliteAllocator(tmp_path / "codes.db")
    code = allocator.allocate("H13", START)
    with pytest.raises(InvalidInput):
        allocator.confirm(code, reference)
    assert [gap.status.value for gap in allocator.gaps("H13", START.date())] == ["reserved"]
