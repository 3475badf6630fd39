"""The values of one record against its field table: what is missing, too long, no number, no date, no code.

One function decides for everybody: the strict writer turns its errors into `InvalidInput`, the tolerant reader and the
package check hand them on as findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final
from unicodedata import is_normalized

from egov_vn.archive.fields import CODE_SEPARATOR, Field, FieldTable, codes
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.errors import InvalidInput

__all__ = ["check_values", "format_date", "parse_date", "plainly_good", "split_codes", "to_wire"]

_DATE: Final = re.compile(r"(?:(?:([0-9]{2})/)?([0-9]{2})/)?([0-9]{4})")
_DIGITS: Final = re.compile(r"[0-9]+")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODE_LIST: Final = re.compile(r"\s*[;,]\s*")
_VISIBLE: Final = re.compile(
    "[^\\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""A character that is to be seen: none of the blanks, controls and default-ignorable code points of Unicode."""
_BOOLEAN: Final = frozenset({"0", "1"})


def check_values(
    table: FieldTable,
    values: Mapping[str, str],
    *,
    path: str = "",
    lines: Mapping[str, int] | None = None,
    judged: AbstractSet[str] = frozenset(),
) -> list[CheckFinding]:
    """Return what is wrong with *values* under *table*; *lines* tells the line of each field in the file *path*.

    The fields *judged* are known to hold good values; what one field asks of another is looked at for them too.
    """
    found: list[CheckFinding] = []
    at = lines or {}
    by_name, good = table.by_name, plainly_good(table)
    for name, value in values.items() if len(judged) < len(values) else ():
        if name in judged or (name in good and value and good[name](value)):
            continue
        field = by_name.get(name)
        if field is None:
            found.append(
                broken("ARC-FIELD-UNKNOWN", path=path, line=at.get(name), name=name, table=table.name, found=name)
            )
        elif value:
            _check_value(field, name, value, path, at.get(name), found)
    if not table.required_names <= judged:
        found.extend(
            _absent("ARC-FIELD-MISSING", field, path, at.get(field.name), field.name)
            for field in table.required
            if not _says_something(values.get(field.name))
        )
    found.extend(
        _absent("ARC-FIELD-CONDITION", field, path, at.get(field.name), field.when)
        for field in table.conditional
        if field.when is not None and field.when.holds(values) and not _says_something(values.get(field.name))
    )
    if table.ordered:
        _check_order(table, values, path, at, found)
    return found


def _says_something(value: str | None) -> bool:
    """Say whether *value* shows a reader anything: blanks, fillers and characters without width alone do not."""
    return bool(value) and _VISIBLE.search(value or "") is not None


@cache
def plainly_good(table: FieldTable) -> Mapping[str, Callable[[str], bool]]:
    """Return, for each field, a quick test that says yes only to values without fault: most values of most records."""
    return MappingProxyType({name: _plainly_good(field) for name, field in table.by_name.items()})


def _plainly_good(field: Field) -> Callable[[str], bool]:
    limit = field.length or 1 << 30
    if field.codes:
        return codes(field.codes).labels.__contains__
    if field.type == "Number":
        return lambda value: len(value) <= limit and value.isascii() and value.isdigit()
    if field.type == "Date":
        return lru_cache(4096)(lambda value: parse_date(value, partial=field.partial) is not None)
    if field.type == "Boolean":
        return _BOOLEAN.__contains__
    return lambda value: (
        len(value) <= limit
        and value.isprintable()
        and (value[0] > " " if value.isascii() else is_normalized("NFC", value) and _VISIBLE.search(value) is not None)
    )


def _absent(code: str, field: Field, path: str, line: int | None, expected: object) -> CheckFinding:
    return broken(
        code,
        path=path,
        line=line,
        name=field.name,
        title=field.vi,
        title_en=field.en,
        expected=expected,
        source=field.source,
    )


def _check_value(field: Field, name: str, value: str, path: str, line: int | None, found: list[CheckFinding]) -> None:
    for code, expected in _faults(field, value):
        found.append(
            broken(
                code,
                path=path,
                line=line,
                name=name,
                title=field.vi,
                title_en=field.en,
                expected=expected,
                found=value,
                source=field.source,
            )
        )


def _faults(field: Field, value: str) -> Iterator[tuple[str, object]]:
    if field.codes:
        known = codes(field.codes).labels
        parts = split_codes(value) if field.multi else (value,)
        if not all(part in known for part in parts):
            yield "ARC-FIELD-CODE", f"{field.codes}: {', '.join(known)}"
        return
    if field.type == "Number" and not _DIGITS.fullmatch(value):
        yield "ARC-FIELD-TYPE", "Number"
    elif field.type == "Date":
        if parse_date(value, partial=field.partial) is None:
            yield "ARC-FIELD-DATE", "DD/MM/YYYY | MM/YYYY | YYYY" if field.partial else "DD/MM/YYYY"
    elif field.type == "Boolean":
        if value not in _BOOLEAN:
            yield "ARC-FIELD-TYPE", "0 | 1"
    elif field.length and len(value) > field.length:
        yield "ARC-FIELD-LENGTH", field.length
    if _CONTROL.search(value):
        yield "ARC-FIELD-TEXT", "XML 1.0"


def _check_order(
    table: FieldTable, values: Mapping[str, str], path: str, lines: Mapping[str, int], found: list[CheckFinding]
) -> None:
    for first, last in (("startDate", "endDate"), ("StartDate", "EndDate")):
        if first in table and last in table:
            start = parse_date(values.get(first, ""), partial=True)
            end = parse_date(values.get(last, ""), partial=True, end=True)
            if start and end and end < start:
                found.append(
                    broken(
                        "ARC-FIELD-ORDER", path=path, line=lines.get(last), name=last, expected=f">= {values[first]}",
                        found=values[last],
                    )
                )  # fmt: skip


def parse_date(text: str, *, partial: bool = False, end: bool = False) -> date | None:
    """Read `DD/MM/YYYY`, None if it is no date; with *partial* `MM/YYYY` and `YYYY` too, as their first or last day."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, month, year = match.groups()
    if (day is None or month is None) and not partial:
        return None
    try:
        if day is not None:
            return date(int(year), int(month), int(day))
        if not end:
            return date(int(year), int(month or 1), 1)
        if month is None or month == "12":
            return date(int(year), 12, 31)
        return date.fromordinal(date(int(year), int(month) + 1, 1).toordinal() - 1)
    except ValueError:
        return None


def format_date(day: date) -> str:
    """Write `DD/MM/YYYY`."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def split_codes(value: str) -> tuple[str, ...]:
    """Split the codes of a field that may hold several."""
    return tuple(_CODE_LIST.split(value.strip()))


def to_wire(field: Field, value: object) -> str:
    """Write a Python value as *field* wants it; a code may be given by its name."""
    if value is None:
        return ""
    if field.codes:
        return _codes_to_wire(field, value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        if field.type != "Date":
            raise InvalidInput(f"{value!r} is a date, the field is not", path=field.name, source=str(field.source))
        return format_date(value)
    if isinstance(value, int | str):
        return str(value)
    raise InvalidInput(f"{value!r} is of no type that a field holds", path=field.name, source=str(field.source))


def _codes_to_wire(field: Field, value: object) -> str:
    known = codes(field.codes or "")
    if isinstance(value, bool):
        value = "1" if value else "0"
    given: Sequence[object]
    if isinstance(value, str):
        text = value
        # a name may hold a comma ("Học sinh, sinh viên, …"): try the whole before its parts
        if not field.multi or text in known.labels:
            return _one_code(field, text)
        given = split_codes(text)
    elif isinstance(value, Sequence):
        given = value
    else:
        given = (value,)
    if len(given) > 1 and not field.multi:
        raise InvalidInput(f"{value!r}: the field holds one code", path=field.name, source=str(field.source))
    return CODE_SEPARATOR.join(_one_code(field, str(item)) for item in given)


def _one_code(field: Field, text: str) -> str:
    known = codes(field.codes or "")
    try:
        return known.code(text)
    except InvalidInput as error:
        raise InvalidInput(error.message, path=field.name, source=str(field.source)) from error
