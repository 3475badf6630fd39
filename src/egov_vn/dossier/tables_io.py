"""Reading lists as clerks have them: CSV in any usual encoding, or xlsx, with a heading somewhere near the top.

Encodings: UTF-8 with or without a mark, UTF-16, else TCVN3 (the fonts `.VnTime`) or Windows-1258. Cells come out as
text in NFC with plain spaces, or as the date, time or number that a worksheet holds. Size, rows and expansion are
bounded.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import load

__all__ = ["MAX_BYTES", "MAX_ROWS", "RawTable", "clean", "decode", "plain_key", "read_table"]

MAX_BYTES: Final = 256 * 1024 * 1024
"""A larger file is refused; a worksheet may not unpack to more than this either."""
MAX_ROWS: Final = 2_000_000
_CHUNK: Final = 1024 * 1024
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
_HEAD_ROWS: Final = 25
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS: Final = (",", ";", "\t", "|")
_TCVN3: Final = {
    first + offset: ord(char)
    for first, chars in (
        (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"), (0xB5, "àảãáạ"), (0xBB, "ằẳẵắ"), (0xC6, "ặầẩẫấậè"), (0xCE, "ẻẽéẹềểễếệìỉ"),
        (0xDC, "ĩíịò"), (0xE1, "ỏõóọồổỗốộờởỡớợù"), (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
    )
    for offset, char in enumerate(chars)
}  # fmt: skip
"""TCVN 5712:1993 VN3 by its bytes; capitals with tone marks are a matter of the font there."""
_TCVN3_SIGNS: Final = re.compile(
    rb"[A-Za-z][\xa8-\xae\xb5-\xb9\xbb-\xbe]|[\xa7-\xae\xb5-\xb9\xbb-\xbe][A-Za-z]"
    rb"|[a-z][\xc6-\xcb\xcd-\xd1\xd3-\xdd\xdf]"
)
"""What Vietnamese in Windows-1258 never has: a symbol in a word, or a capital after a small letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """A table as it is read (*bảng dữ liệu*): which column holds what, and the rows with their numbers in the file.

    *rows* can be gone through once: a long list is never held as cells and as values at the same time.
    """

    columns: Mapping[str, int]
    rows: Iterator[tuple[int, Sequence[Any]]]
    encoding: str
    findings: tuple[Finding, ...] = ()


def read_table(data: bytes, *, encoding: str | None = None, sheet: str | None = None) -> RawTable:
    """Read CSV or xlsx *data* whose heading is known from `registers.toml`.

    *encoding* overrides detection, *sheet* names a worksheet (the first one otherwise). `InvalidInput` if the bytes are
    neither, are too large, or no heading with a dossier code or an applicant is found in the first 25 rows.
    """
    if not isinstance(data, bytes | bytearray):
        raise InvalidInput("a list is read from bytes", path="data")
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{len(data)} bytes are too many; at most {MAX_BYTES}", path="data")
    if data[:4] == b"PK\x03\x04":
        return _with_heading(_xlsx_rows(bytes(data), sheet), "xlsx", ())
    text, name, findings = _decode(bytes(data), encoding)
    return _with_heading(_csv_rows(text), name, findings)


def decode(data: bytes, *, encoding: str | None = None) -> tuple[str, str, tuple[Finding, ...]]:
    """Return text in NFC, name of the encoding, a finding if it was guessed; `InvalidInput` names the faulty byte."""
    text, name, findings = _decode(data, encoding)
    return unicodedata.normalize("NFC", text), name, findings


def _decode(data: bytes, encoding: str | None) -> tuple[str, str, tuple[Finding, ...]]:
    """Return the text as it stands: `clean` brings cell by cell into NFC, and most cells are there already."""
    if encoding is not None:
        if not isinstance(encoding, str):
            raise InvalidInput(f"{encoding!r} is not the name of an encoding", path="encoding")
        if encoding.lower() == "tcvn3":
            return data.decode("latin-1").translate(_TCVN3), "tcvn3", ()
        try:
            return data.decode(encoding), encoding, ()
        except LookupError as error:
            raise InvalidInput(f"unknown encoding {encoding!r}", path="encoding") from error
        except UnicodeDecodeError as error:
            raise InvalidInput(f"not {encoding}: {error.reason}", path=f"byte {error.start}") from error
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode(data, name)
    nulls = (data[1:2000:2].count(0), data[0:2000:2].count(0))
    if max(nulls) > len(data[:2000]) // 5:
        return _decode(data, "utf-16-le" if nulls[0] > nulls[1] else "utf-16-be")
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as error:
        place = error.start
    if _is_tcvn3(data):
        return data.decode("latin-1").translate(_TCVN3), "tcvn3", (_guessed(place, "TCVN3"),)
    try:
        text = data.decode("cp1258")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "the text is neither UTF-8 nor UTF-16 nor Windows-1258; name its encoding", path=f"byte {error.start}"
        ) from error
    return text, "windows-1258", (_guessed(place, "Windows-1258"),)


def _is_tcvn3(data: bytes) -> bool:
    sample = data[: 16 * 1024]
    marked = sum(byte >= 0x80 for byte in sample)
    return 0 < marked <= 4 * len(_TCVN3_SIGNS.findall(sample))


def _guessed(place: int, name: str) -> Finding:
    return finding(
        "TABLE-ENCODING-GUESSED",
        Severity.WARNING,
        vi=f"Không phải UTF-8 (byte {place}); đã đọc theo {name}.",
        en=f"Not UTF-8 (byte {place}); read as {name}.",
    )


def clean(value: Any) -> Any:
    """Return a cell without marks that do not show: text in NFC with single spaces; anything else as it is."""
    if not isinstance(value, str):
        return value
    if not value.isascii():
        if not unicodedata.is_normalized("NFC", value):
            value = unicodedata.normalize("NFC", value)
        value = value.replace("\ufeff", "").replace("\u200b", "")
    return " ".join(value.split())


def plain_key(text: str) -> str:
    """Return *text* without tone marks, case and punctuation, for comparing headings: `"Mã hồ sơ:"` is `"ma ho so"`."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(
        "".join(char if char.isalnum() else " " for char in bare if not unicodedata.combining(char)).split()
    )


def _csv_rows(text: str) -> Iterator[Sequence[Any]]:
    sample = "\n".join(text[:20_000].splitlines()[:_HEAD_ROWS])
    delimiter = max(_DELIMITERS, key=sample.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise InvalidInput(f"not a readable CSV file: {error}", path="data") from error


def _xlsx_rows(data: bytes, sheet: str | None) -> Iterator[Sequence[Any]]:
    try:
        import openpyxl  # noqa: PLC0415 - an extra, loaded when it is used
    except ImportError as error:
        raise Unavailable("worksheets need the extra: pip install 'egov-vn[xlsx]'", service="openpyxl") from error
    _check_package(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        names = book.sheetnames
        wanted = names[0] if sheet is None else sheet
        rows = book[wanted].iter_rows(values_only=True) if wanted in names else None
        while rows is not None and (row := next(rows, None)) is not None:
            yield tuple(row)
    except Exception as error:  # openpyxl lets errors of zipfile, XML and its own descriptors through
        raise InvalidInput(f"not a readable worksheet: {type(error).__name__}: {error}", path="data") from error
    if rows is None:
        raise InvalidInput(f"no worksheet {sheet!r}; there are: {', '.join(names)}", path="sheet")


def _check_package(data: bytes) -> None:
    """Refuse a package that unpacks too large, or whose XML has a DTD: no worksheet has one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(item.file_size for item in package.infolist()) > MAX_BYTES:
                raise InvalidInput(f"the worksheet unpacks to more than {MAX_BYTES} bytes", path="data")
            for item in package.infolist():
                if not item.filename.endswith((".xml", ".rels")):
                    continue
                with package.open(item) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        if any(mark in tail + chunk for mark in _DOCTYPES):
                            raise InvalidInput("a worksheet with a DTD is not read", path=item.filename)
                        tail = chunk[-40:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"not a readable worksheet: {error}", path="data") from error


def _with_heading(rows: Iterator[Sequence[Any]], encoding: str, findings: tuple[Finding, ...]) -> RawTable:
    numbered = enumerate(rows, start=1)
    for number, row in numbered:
        columns = _heading(row)
        if columns is not None:
            return RawTable(columns=columns, rows=_filled(numbered), encoding=encoding, findings=findings)
        if number >= _HEAD_ROWS:
            break
    raise InvalidInput(
        f"no heading with a dossier code or an applicant in the first {_HEAD_ROWS} rows (read as {encoding})",
        path="row 1",
    )


def _filled(numbered: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows in which something stands."""
    kept = 0
    for number, row in numbered:
        if any(row) or any(cell not in (None, "") for cell in row):  # the number 0 is something too
            kept += 1
            if kept > MAX_ROWS:
                raise InvalidInput(f"more than {MAX_ROWS} rows", path=f"row {number}")
            yield number, row


def _heading(row: Sequence[Any]) -> dict[str, int] | None:
    known = {
        name: item["key"] for item in load("egov_vn.dossier", "registers").table("headings") for name in item["names"]
    }
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        key = known.get(plain_key(cell)) if isinstance(cell, str) else None
        if key is not None:
            found.setdefault(key, index)
    return found if len(found) >= 2 and ("code" in found or "applicant" in found) else None
