"""A paper register and its electronic twin, from a seed, with faults whose places are known."""

from __future__ import annotations

import csv
import io
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from egov_vn.clock import VIETNAM
from egov_vn.dossier.lists import Line
from egov_vn.dossier.reconcile import DifferenceKind
from egov_vn.errors import InvalidInput

__all__ = ["PlantedLists", "messy_csv", "planted_lists"]

_FAMILY: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
_MIDDLE: Final = ("Văn", "Thị", "Hữu", "Ngọc", "Đức", "Minh", "Thanh", "Quốc", "Kim", "Xuân", "Gia", "Bảo")
_GIVEN: Final = ("Thử", "Mẫu", "Hoà", "Thuý", "Khuê", "Toại", "Ứng", "Ất", "Quyển", "Diệu", "Ảnh", "Nghĩa", "Phượng")
_MATTERS: Final = ("Chứng thực bản sao từ bản chính", "Cấp bản sao trích lục hộ tịch", "Đăng ký khai sinh")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedLists:
    """Two lists and the faults between them, as (kind, code) pairs; a fault of a field adds its name to the kind."""

    paper: tuple[Line, ...]
    electronic: tuple[Line, ...]
    planted: frozenset[tuple[str, str]]


def planted_lists(*, seed: int, count: int, faults: int = 5) -> PlantedLists:
    """Return two lists of *count* dossiers with *faults* of each kind, each on a dossier of its own.

    The faults lie ten dossiers apart at least, so that none hides another; *count* must leave room for them.
    """
    kinds = (
        "missing",
        "extra",
        "duplicate",
        "out_of_order",
        "late",
        "differs:applicant",
        "differs:received",
        "differs:code",
    )
    if faults < 0 or count < 20 * (faults * len(kinds) + 1):
        raise InvalidInput(f"{count} dossiers leave no room for {faults} faults of each kind", path="count")
    rng = random.Random(seed)  # noqa: S311 - a made-up list, not a key
    paper = [_line(rng, index) for index in range(count)]
    electronic = [
        replace(line, entered=_instant(line) + timedelta(minutes=rng.randrange(120)), ordinal=None) for line in paper
    ]
    slots = rng.sample(range(1, count // 20), faults * len(kinds))
    planted = set()
    changes: dict[int, list[Line]] = {}
    for index, kind in zip(slots, kinds * faults, strict=True):
        at = index * 20
        line = electronic[at]
        code = line.code or ""
        moved = _plant(kind, line)
        if kind == "extra":
            extra = replace(line, code=f"{code[:-4]}9{code[-3:]}", applicant=f"{line.applicant} Thừa", row=0)
            moved, code = [line, extra], extra.code or ""
        if kind == "differs:code":
            # The clerk wrote another ordinal on paper: one difference, found by person and day.
            code = f"{code[:-4]}8{code[-3:]}"
            paper[at] = replace(paper[at], code=code)
        planted.add((kind, code))
        changes[at] = moved
    listed = [line for at, line in enumerate(electronic) for line in changes.get(at, [line])]
    listed.sort(key=_instant)
    return PlantedLists(
        paper=tuple(replace(line, row=row) for row, line in enumerate(paper, start=2)),
        electronic=tuple(replace(line, row=row) for row, line in enumerate(listed, start=2)),
        planted=frozenset(planted),
    )


def _plant(kind: str, line: Line) -> list[Line]:
    """Return what the electronic list has in the place of *line*."""
    received = _instant(line)
    if kind == DifferenceKind.MISSING.value:
        return []
    if kind == DifferenceKind.DUPLICATE.value:
        return [line, line]
    if kind == DifferenceKind.OUT_OF_ORDER.value:
        # Eight minutes later it stands after a few others, and within what counts as the same time.
        return [replace(line, received=received + timedelta(minutes=8, seconds=30))]
    if kind == DifferenceKind.LATE.value:
        return [replace(line, entered=received + timedelta(days=4))]
    if kind == "differs:applicant":
        return [replace(line, applicant=f"{line.applicant} Khác")]
    if kind == "differs:received":
        return [replace(line, received=received + timedelta(minutes=20), ordinal=None)]
    return [line]


def messy_csv(lines: Sequence[Line], *, seed: int, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return *lines* as a clerk's CSV: title rows first, dates in many forms, NFC and NFD, odd spaces and cases.

    The content stays the same: `read_lines` must give back comparable lines. Windows-1258 cannot hold every NFC
    letter; it gets the decomposed form that it was made for.
    """
    rng = random.Random(seed)  # noqa: S311 - a made-up list, not a key
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["UBND XÃ VÍ DỤ"])
    writer.writerow(["SỔ THEO DÕI HỒ SƠ NĂM 2026"])
    writer.writerow(["STT", "Mã hồ sơ ", "CHỦ HỒ SƠ", "Tên hồ sơ (trích yếu)", "Ngày  tiếp nhận", "Ngày nhập"])
    for line in lines:
        writer.writerow(
            [
                line.ordinal if line.ordinal is not None else "",
                _messy_code(rng, line.code or ""),
                _messy_text(rng, line.applicant or ""),
                _messy_text(rng, line.procedure or ""),
                _messy_when(rng, _instant(line)),
                f"{line.entered:%d/%m/%Y %H:%M:%S}" if line.entered is not None else "",
            ]
        )
    text = out.getvalue()
    if encoding == "windows-1258":
        return _windows_1258(text)
    return text.encode(encoding)


def _windows_1258(text: str) -> bytes:
    """Write letters with their quality mark composed and the tone mark after it, the only form the code page has."""
    parts = []
    for char in unicodedata.normalize("NFC", text):
        tone = "".join(mark for mark in unicodedata.normalize("NFD", char) if mark in "\u0300\u0301\u0303\u0309\u0323")
        rest = "".join(mark for mark in unicodedata.normalize("NFD", char) if mark not in tone)
        parts.append(unicodedata.normalize("NFC", rest) + tone)
    return "".join(parts).encode("cp1258")


def _line(rng: random.Random, index: int) -> Line:
    day, within = divmod(index, 200)
    received = datetime(2026, 1, 5, 7, 30, tzinfo=VIETNAM) + timedelta(days=day, minutes=2 * within, seconds=7)
    name = f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)} {_word(index)}"
    return Line(
        row=index + 2,
        code=f"H57.132-{received:%y%m%d}-{within + 1:04d}",
        ordinal=index + 1,
        applicant=name,
        procedure=rng.choice(_MATTERS),
        received=received,
    )


def _word(index: int) -> str:
    """Return a made-up syllable or more that no other index has."""
    text = ""
    while True:
        index, rest = divmod(index, 20)
        text += (
            "ba",
            "ca",
            "da",
            "ga",
            "ha",
            "la",
            "ma",
            "na",
            "pa",
            "ra",
            "bo",
            "co",
            "do",
            "go",
            "ho",
            "lo",
            "mo",
            "no",
            "po",
            "ro",
        )[rest]
        if not index:
            return text.capitalize()


def _instant(line: Line) -> datetime:
    if not isinstance(line.received, datetime):
        raise InvalidInput("a planted line has an instant of reception", path="received")
    return line.received


def _messy_code(rng: random.Random, code: str) -> str:
    roll = rng.random()
    if roll < 0.1:
        return code.lower()
    if roll < 0.2:
        return f" {code.replace('-', ' - ')} "
    if roll < 0.25:
        return code.replace("-", "\u2013")
    return code


def _messy_text(rng: random.Random, text: str) -> str:
    roll = rng.random()
    if roll < 0.15:
        text = unicodedata.normalize("NFD", text)
    elif roll < 0.3:
        text = text.upper()
    elif roll < 0.4:
        text = text.replace(" ", "  ") + " "
    elif roll < 0.5:
        text = text.replace("oà", "òa").replace("uý", "úy")
    return text


def _messy_when(rng: random.Random, at: datetime) -> str:
    forms = (
        f"{at:%d/%m/%Y %H:%M:%S}",
        f"{at.day}/{at.month}/{at.year} {at:%H:%M:%S}",
        f"{at:%H:%M:%S} {at:%d-%m-%Y}",
        f"{at:%Y-%m-%dT%H:%M:%S}",
        f"{at:%d.%m.%y} {at:%H:%M:%S}",
    )
    return rng.choice(forms)
