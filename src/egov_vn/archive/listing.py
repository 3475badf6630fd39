"""The hand-over list (*mục lục hồ sơ, tài liệu nộp lưu*): made from checked packages, read back, compared with them.

TT 05/2025/TT-BNV (as QĐ 3999/QĐ-BTC Điều 22 restates it): a list of files has STT, mã hồ sơ, tiêu đề, bắt đầu, kết
thúc, số trang, mức độ tiếp cận, ghi chú. Art. 24: duplicates inside a transfer are refused; content and period are
compared with the list.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from egov_vn.archive.fields import codes
from egov_vn.archive.report import CheckReport
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.archive.values import format_date, parse_date
from egov_vn.errors import InvalidInput, Unavailable

__all__ = ["HandoverList", "ListRow", "compare"]

HEADINGS: Final = ("STT", "Mã hồ sơ", "Tiêu đề hồ sơ", "Thời gian bắt đầu", "Thời gian kết thúc", "Số trang",
                   "Mức độ tiếp cận", "Thời hạn lưu trữ", "Ghi chú")  # fmt: skip
_NAMES: Final = ("ordinal", "code", "title", "start", "end", "pages", "mode", "maintenance", "note")
_REQUIRED: Final = ("code", "title")
_DELIMITERS: Final = ",;\t"
"""What separates cells: a comma, or what spreadsheets write where the comma is the decimal sign."""
_MAX_ROWS: Final = 1_000_000
_MAX_UNPACKED: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One row of the list, as text; *mode* and *maintenance* may be codes or words."""

    code: str
    title: str
    start: str = ""
    end: str = ""
    pages: str = ""
    mode: str = ""
    maintenance: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverList:
    """A hand-over list (*mục lục hồ sơ nộp*)."""

    rows: tuple[ListRow, ...]

    @classmethod
    def of(cls, reports: Iterable[CheckReport]) -> Self:
        """Make the list of the packages that were checked, in their order."""
        return cls(rows=tuple(_row(report) for report in reports))

    @classmethod
    def read_csv(cls, data: bytes, *, name: str = "muc-luc.csv") -> Self:
        """Read a list from CSV in UTF-8, its columns named as in `HEADINGS`, in any order."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"not UTF-8 at byte {error.start}", path=name) from error
        try:
            head = text.partition("\n")[0]
            delimiter = max(_DELIMITERS, key=head.count)
            return cls.read_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), name=name)
        except csv.Error as error:
            raise InvalidInput(f"not CSV: {error}", path=name) from error

    @classmethod
    def read_xlsx(cls, data: bytes, *, name: str = "muc-luc.xlsx") -> Self:
        """Read a list from the first sheet of an xlsx file (extra `xlsx`); rows above the headings are passed over."""
        try:
            from openpyxl import load_workbook  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise Unavailable("xlsx needs the extra: pip install 'egov-vn[xlsx]'", service="openpyxl") from error
        _check_size(data, name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl remarks on styles it does not know
                book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            rows = [
                row for row, _ in zip(book.worksheets[0].iter_rows(values_only=True), range(_MAX_ROWS), strict=False)
            ]
        except Exception as error:
            raise InvalidInput(f"not an xlsx file: {error}", path=name) from error
        heading = HEADINGS[_NAMES.index("code")].casefold()
        start = next((n for n, row in enumerate(rows) if heading in (_text(cell).casefold() for cell in row)), 0)
        return cls.read_rows(rows[start:], name=name)

    @classmethod
    def read_rows(cls, rows: Iterable[Iterable[object]], *, name: str = "muc-luc") -> Self:
        """Read a list from rows of cells, the first of which holds the headings."""
        lines = iter(rows)
        columns = _columns([_text(cell) for cell in next(lines, ())], name)
        found = []
        for number, cells in enumerate(lines, 2):
            values = [_text(cell) for cell in cells]
            if not any(values):
                continue
            if number > _MAX_ROWS:
                raise InvalidInput(f"more than {_MAX_ROWS} rows", path=name)
            row = {key: values[index] if index < len(values) else "" for key, index in columns.items()}
            if not row["code"]:
                raise InvalidInput("a row has no file code", path=f"{name}:{number}")
            row.pop("ordinal", None)
            found.append(ListRow(**row))
        return cls(rows=tuple(found))

    def table(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows as they are printed, numbered."""
        for number, row in enumerate(self.rows, 1):
            yield (
                number, row.code, row.title, row.start, row.end, row.pages, _label("mode", row.mode),
                _label("maintenance", row.maintenance), row.note,
            )  # fmt: skip

    def to_csv(self) -> bytes:
        """Return the list as CSV in UTF-8 with a byte order mark, which spreadsheets expect."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(HEADINGS)
        writer.writerows(self.table())
        return ("\ufeff" + out.getvalue()).encode()


def _check_size(data: bytes, name: str) -> None:
    """Refuse a workbook that unpacks to more than a list ever does: openpyxl reads its texts whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            size = sum(item.file_size for item in book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InvalidInput(f"not an xlsx file: {error}", path=name) from error
    if size > _MAX_UNPACKED:
        raise InvalidInput(f"the workbook unpacks to {size} bytes, more than {_MAX_UNPACKED}", path=name)


def _text(cell: object) -> str:
    """Return what a cell shows: a day as the list writes it, a whole number without its point, text in NFC."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return format_date(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFC", str(cell)).strip()


def _columns(head: list[str], name: str) -> Mapping[str, int]:
    wanted = {heading.casefold(): key for heading, key in zip(HEADINGS, _NAMES, strict=True)}
    found = {wanted[cell.casefold()]: index for index, cell in enumerate(head) if cell.casefold() in wanted}
    for key in _REQUIRED:
        if key not in found:
            heading = HEADINGS[_NAMES.index(key)]
            raise InvalidInput(f"the column {heading!r} is missing", path=f"{name}:1")
    return found


def _row(report: CheckReport) -> ListRow:
    file = report.file
    get = file.get if file is not None else (lambda _name: "")
    return ListRow(
        code=report.code,
        title=report.title,
        start=get("startDate"),
        end=get("endDate"),
        pages=get("numberOfPage"),
        mode=get("mode"),
        maintenance=get("maintenance"),
        note=get("description"),
    )


def _label(name: str, value: str) -> str:
    known = codes(name)
    return known.labels[value]["vi"] if value in known.labels else value


def compare(listing: HandoverList, reports: Iterable[CheckReport]) -> tuple[CheckFinding, ...]:
    """Compare the packages of a transfer with its list (*đối chiếu với mục lục*) and return every difference.

    Missing and extra files, files that stand twice, and differing title, dates, pages, access and period.
    """
    found: list[CheckFinding] = []
    listed: dict[str, ListRow] = {}
    for row in listing.rows:
        if row.code in listed:
            found.append(broken("ARC-LIST-DUPLICATE", path=row.code, found=row.code))
        listed[row.code] = row
    packed: dict[str, CheckReport] = {}
    for report in reports:
        if report.code in packed:
            found.append(broken("ARC-LIST-DUPLICATE", path=report.name, found=report.code))
        packed[report.code] = report
        if report.code not in listed:
            found.append(broken("ARC-LIST-EXTRA", path=report.name, expected="", found=report.code or report.name))
    for code, row in listed.items():
        if code not in packed:
            found.append(broken("ARC-LIST-MISSING", path=code, expected=code))
            continue
        held = _row(packed[code])
        for name in ("title", "start", "end", "pages", "mode", "maintenance"):
            expected, actual = getattr(row, name), getattr(held, name)
            if expected and _canonical(name, expected) != _canonical(name, actual):
                heading = HEADINGS[_NAMES.index(name)]
                found.append(
                    broken("ARC-LIST-DIFFERS", path=packed[code].name, name=heading, expected=expected, found=actual)
                )
    return tuple(found)


def _canonical(name: str, value: str) -> object:
    if name in ("mode", "maintenance"):
        try:
            return codes(name).code(value)
        except InvalidInput:
            return value
    if name in ("start", "end"):
        return parse_date(value, partial=True) or value
    if name == "pages" and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return " ".join(unicodedata.normalize("NFC", value).split())
