"""Beside the paper: what of a file is electronic, what is paper, where the paper lies, and where the two differ.

Luật Lưu trữ Điều 17.7-17.8: a mixed file, or a record made in two forms, is handed over in every form. The map says
which sheets in which box a record answers to, and tells what is only on paper, only electronic, or differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Self

from egov_vn.archive.identifiers import PaperCode
from egov_vn.archive.record import ArchivalFile
from egov_vn.errors import InvalidInput
from egov_vn.finding import Text

__all__ = ["Form", "PaperLine", "PaperMap", "Sheets"]


class Form(StrEnum):
    """In what form a record is there."""

    BOTH = "both"
    ONLY_PAPER = "only_paper"
    ONLY_ELECTRONIC = "only_electronic"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The sheets of one record on paper (*tờ số … đến …*): box, folder, first and last sheet, pages written on."""

    record: str
    box: str
    folder: str
    first: int
    last: int
    pages: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise InvalidInput(f"sheets {self.first} to {self.last} are no range", path=self.record)

    @property
    def count(self) -> int:
        """The number of sheets."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One record on the map."""

    record: str
    form: Form
    text: Text
    sheets: Sheets | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMap:
    """The map between an electronic file and its paper (*bảng đối chiếu hồ sơ điện tử và hồ sơ giấy*)."""

    file: str
    paper: PaperCode | None
    lines: tuple[PaperLine, ...]

    @classmethod
    def of(cls, file: ArchivalFile, sheets: Iterable[Sheets], *, paper: PaperCode | None = None) -> Self:
        """Lay the paper beside *file*. `InvalidInput` if two records claim one sheet of one folder."""
        held = tuple(sheets)
        _no_overlap(held)
        by_record: dict[str, Sheets] = {}
        for item in held:
            if item.record in by_record:
                raise InvalidInput(f"{item.record!r} stands twice", path="sheets")
            by_record[item.record] = item
        lines = []
        for record in file.records:
            code = record.code or record.description.get("docId")
            own = by_record.pop(code, None)
            lines.append(_line(code, record.pages, record.description.get("confidenceLevel"), own))
        lines += [
            PaperLine(
                record=code,
                form=Form.ONLY_PAPER,
                sheets=own,
                text=Text("chỉ có bản giấy: phải số hóa trước khi nộp", "only on paper: digitise before handing over"),
            )
            for code, own in by_record.items()
        ]
        return cls(file=file.code, paper=paper, lines=tuple(lines))

    @property
    def by_form(self) -> Mapping[Form, tuple[PaperLine, ...]]:
        """The lines by form."""
        return MappingProxyType({form: tuple(line for line in self.lines if line.form is form) for form in Form})

    @property
    def sheets(self) -> int:
        """The number of sheets in all (*numberOfPaper* of the file)."""
        return sum(line.sheets.count for line in self.lines if line.sheets is not None)

    def rows(self) -> tuple[tuple[object, ...], ...]:
        """Return the table: STT, mã tài liệu, hộp, cặp, từ tờ, đến tờ, tình trạng."""
        return tuple(
            (
                number,
                line.record,
                line.sheets.box,
                line.sheets.folder,
                line.sheets.first,
                line.sheets.last,
                line.text.vi,
            )
            if line.sheets
            else (number, line.record, "", "", "", "", line.text.vi)
            for number, line in enumerate(self.lines, 1)
        )


def _line(code: str, pages: int, confidence: str, own: Sheets | None) -> PaperLine:
    digitised = confidence == "02"
    if own is None:
        if digitised:
            return PaperLine(
                record=code,
                form=Form.DIFFERS,
                text=Text("bản số hóa nhưng chưa rõ bản giấy", "digitised, but its paper is not on the map"),
            )
        return PaperLine(record=code, form=Form.ONLY_ELECTRONIC, text=Text("chỉ có bản điện tử", "only electronic"))
    if own.pages is not None and pages and own.pages != pages:
        return PaperLine(
            record=code,
            form=Form.DIFFERS,
            sheets=own,
            text=Text(
                f"bản giấy {own.pages} trang, bản điện tử {pages} trang",
                f"{own.pages} pages on paper, {pages} electronic",
            ),
        )
    if pages > 2 * own.count:
        return PaperLine(
            record=code,
            form=Form.DIFFERS,
            sheets=own,
            text=Text(
                f"{pages} trang không thể nằm trên {own.count} tờ", f"{pages} pages cannot stand on {own.count} sheets"
            ),
        )
    return PaperLine(record=code, form=Form.BOTH, sheets=own, text=Text("có cả hai bản", "both forms"))


def _no_overlap(held: tuple[Sheets, ...]) -> None:
    ordered = sorted(held, key=lambda item: (item.box, item.folder, item.first))
    for before, after in pairwise(ordered):
        if (before.box, before.folder) == (after.box, after.folder) and after.first <= before.last:
            raise InvalidInput(
                f"{before.record} and {after.record} both claim sheet {after.first}", path=f"{after.box}/{after.folder}"
            )
