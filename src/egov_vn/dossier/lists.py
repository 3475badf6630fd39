"""One line of a list of dossiers, on paper or electronic, with its messy dates, codes and names made comparable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from egov_vn.clock import VIETNAM
from egov_vn.dossier.tables_io import RawTable, clean, read_table
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding

__all__ = ["Line", "LineList", "code_key", "name_key", "read_lines", "read_when"]

_DATES: Final = ("received", "entered", "due", "returned")
_TEXTS: Final = ("book", "applicant", "procedure")
_OTHERS: Final = ("field", "address", "phone", "receiver", "note")
_DATE: Final = re.compile(r"(?<!\d)(\d{1,4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{2,4})(?!\d)", re.ASCII)
_WORDS: Final = re.compile(r"(?:ngày)?\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.ASCII)
_CLOCK: Final = re.compile(
    r"(?<![\d/.\-])(\d{1,2})\s*(?:giờ|gi|h|g|:)\s*(\d{1,2})?\s*(?:phút|ph|p|'|:(\d{2})(?:\.\d+)?)?", re.ASCII
)
_HALF: Final = re.compile(r"(?<!\w)(?:(sa|am|a\.m\.|sáng)|(ch|pm|p\.m\.|chiều|tối))(?!\w)")
"""Which half of the day: `SA` and `CH` are how a Vietnamese worksheet writes AM and PM."""
_FAST: Final = re.compile(r"(\d\d?)[/.\-](\d\d?)[/.\-](\d{4}|\d\d)(?: (\d\d?):(\d\d)(?::(\d\d))?)?", re.ASCII)
_CLOCK_FIRST: Final = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))? (\d\d?)[/.\-](\d\d?)[/.\-](\d{4}|\d\d)", re.ASCII)
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212_", "-"))
_CODE_TAIL: Final = re.compile(r"(.*-)(\d{1,3})", re.ASCII)
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_LONGEST_CELL: Final = 4_000
_YEARS: Final = range(1900, 2200)
_EXCEL_ZERO: Final = datetime(1899, 12, 30, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list (*dòng của sổ*): *row* is its number in the file; what the list does not say is None.

    *received*, *entered*, *due* and *returned* are instants if the list gives a time of day, else days.
    """

    row: int
    code: str | None = None
    ordinal: int | None = None
    book: str | None = None
    applicant: str | None = None
    procedure: str | None = None
    received: datetime | date | None = None
    entered: datetime | date | None = None
    due: datetime | date | None = None
    returned: datetime | date | None = None
    other: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineList:
    """A list as read: the good lines in the order of the file, the bad ones as errors with row and column."""

    lines: tuple[Line, ...]
    bad: tuple[InvalidInput, ...]
    encoding: str
    columns: frozenset[str]
    findings: tuple[Finding, ...] = ()


def read_lines(data: bytes, *, encoding: str | None = None, sheet: str | None = None) -> LineList:
    """Read a list of dossiers from CSV or xlsx; each bad line is one error with the path `"row 17.received"`."""
    table = read_table(data, encoding=encoding, sheet=sheet)
    lines, bad = [], []
    for number, row in table.rows:
        try:
            lines.append(_line(number, row, table))
        except InvalidInput as error:
            bad.append(error)
    return LineList(
        lines=tuple(lines),
        bad=tuple(bad),
        encoding=table.encoding,
        columns=frozenset(table.columns),
        findings=table.findings,
    )


def code_key(text: str) -> str:
    """Return a dossier code for comparison: upper case, no spaces, plain dashes, at least four digits of ordinal."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    key = "".join(text.upper().replace("_", "-").split()).strip(".'\"")
    match = _CODE_TAIL.fullmatch(key)
    return f"{match[1]}{int(match[2]):04d}" if match else key


def name_key(text: str) -> str:
    """Return a name for comparison: no case, no spaces to spare, and the tone mark at the end of its syllable.

    `"Nguyễn Thị Hoà"`, `"NGUYỄN  THỊ HÒA"` and their decomposed forms are one name; `"Hoa"` is another.
    """
    folded = text.casefold().replace("ð", "đ")  # Đ of an old converter: U+00D0 looks the same
    if folded.isascii():
        return " ".join(folded.split())
    return " ".join(map(_syllable, folded.split()))


@lru_cache(maxsize=32_768)
def _syllable(folded: str) -> str:
    """Return a syllable with its tone marks at the end; a list of names is made of a few hundred of them."""
    bare = unicodedata.normalize("NFD", folded)
    tones = "".join(char for char in bare if char in _TONES)
    return "".join(char for char in bare if char not in _TONES) + tones


def read_when(value: Any, path: str = "value") -> datetime | date:
    """Read a day or an instant as clerks write it: day first, in digits or words, or the number of a worksheet.

    `"5/10/2026"`, `"05-10-26 8:30"`, `"8h30 ngày 05.10.2026"`, `"08 giờ 30 phút, ngày 05 tháng 10 năm 2026"`, ISO 8601
    and worksheet dates all serve; times are Vietnam time. `InvalidInput` for what no calendar has.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=VIETNAM)
        moment: datetime = value
        return moment.date() if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else moment
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 20_000 <= value <= 80_000:
            raise InvalidInput(f"{value!r} is not the number of a day in a worksheet", path=path)
        return read_when(_EXCEL_ZERO + timedelta(seconds=round(float(value) * 86_400)), path)
    if not isinstance(value, str) or len(value) > 100:
        raise InvalidInput(f"{str(value)[:60]!r} is not a day", path=path)
    try:
        found = _text_when(value)
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not a day: {error}", path=path) from error
    if found.year not in _YEARS:
        raise InvalidInput(f"{value!r} is not a day of a register: the year {found.year:04}", path=path)
    return found


def _text_when(text: str) -> datetime | date:
    fast = _FAST.fullmatch(text)
    if fast is not None:
        day, month, year, hour, minute, second = fast.groups()
    else:
        fast = _CLOCK_FIRST.fullmatch(text)
        if fast is not None:
            hour, minute, second, day, month, year = fast.groups()
    if fast is not None:
        years = int(year) if len(year) == 4 else int(year) + 2000
        if hour is None:
            return date(years, int(month), int(day))
        return datetime(years, int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=VIETNAM)
    if text[:4].isdigit() and text[4:5] == "-" and len(text) >= 10:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=VIETNAM) if found.tzinfo is None else found
    plain = text.isascii()
    lowered = text.lower() if plain else unicodedata.normalize("NFC", text.lower())
    match = _DATE.search(lowered) if plain else _WORDS.search(lowered) or _DATE.search(lowered)
    if match is None:
        raise ValueError("no date is found in it")
    first, month, last = (int(part) for part in match.groups())
    year, day, digits = (first, last, match[1]) if len(match[1]) == 4 else (last, first, match[3])
    rest = lowered[: match.start()] + " " + lowered[match.end() :]
    if _DATE.search(rest):
        raise ValueError("two dates stand in it")
    clock = _CLOCK.search(rest)
    found_day = date(year + 2000 if len(digits) == 2 else year, month, day)
    if clock is None:
        return found_day
    hour, minute, second = (int(part or 0) for part in clock.groups())
    half = _HALF.search(rest, clock.end())
    if half is not None:
        if half[1] and hour > 12:
            raise ValueError(f"{hour} hours are not in the morning")
        hour = hour % 12 if half[1] else hour if hour >= 12 else hour + 12
    return datetime(found_day.year, month, day, hour, minute, second, tzinfo=VIETNAM)


def _line(number: int, row: Sequence[Any], table: RawTable) -> Line:
    where = f"row {number}"
    values = _values(row, table.columns, where)
    received, entered, due, returned = [
        read_when(values[key], f"{where}.{key}") if key in values else None for key in _DATES
    ]
    code = code_key(_as_text(values["code"])) if "code" in values else None
    if code is not None and len(code) > 80:
        raise InvalidInput("the code is too long", path=f"{where}.code")
    ordinal = _ordinal(values["ordinal"], f"{where}.ordinal") if "ordinal" in values else None
    book, applicant, procedure = [_as_text(values[key]) if key in values else None for key in _TEXTS]
    if code is None and applicant is None:
        raise InvalidInput("the line has neither a code nor an applicant", path=where)
    return Line(
        row=number,
        code=code,
        ordinal=ordinal,
        book=book,
        applicant=applicant,
        procedure=procedure,
        received=received,
        entered=entered,
        due=due,
        returned=returned,
        other=_others(values),
    )


def _values(row: Sequence[Any], columns: Mapping[str, int], where: str) -> dict[str, Any]:
    """Return the cells of the known columns that say something."""
    for cell in row:
        if isinstance(cell, str) and len(cell) > _LONGEST_CELL:
            raise InvalidInput("a cell is too long; perhaps a quotation mark is not closed", path=where)
    width = len(row)
    values = {}
    for key, index in columns.items():
        value = row[index] if index < width else None
        if isinstance(value, str):
            value = clean(value) or None
        if value is not None:
            values[key] = value
    return values


def _others(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [(key, _as_text(values[key])) for key in _OTHERS if key in values]
    return tuple(found)


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else str(value)


def _ordinal(value: Any, path: str) -> int:
    text = _as_text(value).rstrip(".")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput(f"{value!r} is not an ordinal", path=path)
    return int(text)
