"""Facts as CSV: read in a stream, good rows counted and bad rows listed, and written.

A million rows never stand in memory at once. Headings are the field names of `DossierFact` or the portal's names
(`MaHoSo`, `NgayTiepNhan`, …); instants are ISO 8601 with an offset, `yyyyMMddHHmmss` in Vietnam time, or whole seconds
since 1970. Only `code` and `received` are needed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any, Final

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, Intake, Level, Outcome, instant
from egov_vn.errors import InvalidInput, require_each

__all__ = ["FactReader", "write_facts"]

_MOST_FAULTS: Final = 10_000
_LONGEST_TEXT: Final = 500
_NO_YEARS: Final = frozenset({"0001", "9999"})  # what other systems write for "none" and "never"
_WIRE: Final = {
    "MaHoSo": "code",
    "MaLinhVuc": "field",
    "MaCoQuanGiaiQuyet": "agency",
    "Cap": "level",
    "HinhThucTiepNhan": "intake",
    "NgayTiepNhan": "received",
    "NgayHenTra": "due",
    "NgayKetThucXuLy": "ended",
    "KetQua": "outcome",
    "NguoiXuLy": "officer",
    "MaTTHC": "procedure",
}
_TIMES: Final = ("received", "due", "ended", "waiting_from", "waiting_to")
_COUNTS: Final = ("waited", "supplements", "flags")
_TEXTS: Final = ("field", "agency", "officer", "procedure")
_LEVELS: Final = frozenset(item.value for item in Level)
_NAMED: Final = {
    "intake": {item.name.lower(): item.value for item in Intake} | {str(item.value): item.value for item in Intake},
    "outcome": {item.name.lower(): item.value for item in Outcome} | {str(item.value): item.value for item in Outcome},
}


class FactReader:
    """The facts of a CSV text, one at a time; *bad* fills as the reader goes.

    *lines* is an open text file or any iterable of lines; cells are parted by commas, semicolons (as worksheets in
    Vietnam write them) or tabs. A bad row is one `InvalidInput` with the path `"row 17.due"`; after 10,000 of them the
    file is given up. With *unique* a code that stood before is a bad row; that
    takes some 130 bytes for each dossier.
    """

    def __init__(self, lines: Iterable[str], *, unique: bool = True) -> None:
        self.bad: list[InvalidInput] = []
        self.good = 0
        self._rows = _rows(lines)
        self._unique = unique
        self._columns = self._heading()

    @property
    def recorded(self) -> Flag:
        """The flags that this list can carry: all with a column `flags`, else none."""
        return ~Flag(0) if "flags" in self._columns else Flag(0)

    def __iter__(self) -> Iterator[DossierFact]:
        columns, seen, unique = self._columns, set[str](), self._unique
        quick = _quick(columns)
        number = 1
        try:
            for number, row in enumerate(self._rows, start=2):
                if not row:
                    continue
                # The quick way knows good rows; the slow one knows what is wrong with the others.
                fact = quick(row) or self._slowly(row, number)
                if fact is None:
                    continue
                if unique:
                    if fact[0] in seen:
                        self._refuse(InvalidInput(f"{fact[0]} stands in an earlier row too", path=f"row {number}.code"))
                        continue
                    seen.add(fact[0])
                self.good += 1
                yield fact
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidInput(f"not a readable CSV text: {error}", path=f"row {number + 1}") from error

    def _slowly(self, row: list[str], number: int) -> DossierFact | None:
        try:
            return _fact(row, self._columns, number)
        except InvalidInput as error:
            self._refuse(error)
            return None

    def _refuse(self, error: InvalidInput) -> None:
        self.bad.append(error)
        if len(self.bad) >= _MOST_FAULTS:
            raise InvalidInput(f"{_MOST_FAULTS} bad rows: this is not a list of dossiers") from error

    def _heading(self) -> dict[str, int]:
        try:
            head = next(self._rows, [])
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidInput(f"not a readable CSV text: {error}", path="row 1") from error
        known = set(DossierFact._fields)
        names = [_WIRE.get(name.strip("\ufeff "), name.strip("\ufeff ")) for name in head]
        columns = {name: index for index, name in enumerate(names) if name in known}
        for needed in ("code", "received"):
            if needed not in columns:
                raise InvalidInput(f"the heading has no column {needed!r}", path="row 1")
        return columns


def write_facts(facts: Iterable[DossierFact]) -> Iterator[str]:
    """Yield the lines of the CSV of *facts*, heading first; instants in Vietnam time."""
    yield ",".join(DossierFact._fields) + "\n"
    for fact in require_each(facts, DossierFact, "facts"):
        cells = [
            "" if value is None else instant(int(value)).isoformat() if name in _TIMES else _quoted(str(value))
            for name, value in zip(DossierFact._fields, fact, strict=True)
        ]
        yield ",".join(cells) + "\n"


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """Return the rows of *lines*, whose heading tells what stands between the cells."""
    if not isinstance(lines, Iterable):
        raise InvalidInput(f"expected the lines of a CSV text, not a {type(lines).__name__}", path="lines")
    every = iter(lines)
    try:
        head: Any = next(every, "")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not a readable CSV text: {error}", path="row 1") from error
    mark = max(",;\t", key=head.count) if isinstance(head, str) else ","
    return csv.reader(chain((head,), every), delimiter=mark)


def _quick(columns: dict[str, int]) -> Callable[[list[str]], DossierFact | None]:
    """Return a reader of well-formed rows with instants in Vietnam time; None means: look again, slowly."""
    width = max(columns.values()) + 1
    places = tuple(columns.get(name, -1) for name in DossierFact._fields)
    intakes, outcomes = _NAMED["intake"], _NAMED["outcome"]
    days: dict[str, int] = {}
    make = DossierFact._make

    def when(text: str) -> int:
        day = days.get(text[:10])
        if day is None:
            if text[:4] in _NO_YEARS:
                raise ValueError(text)
            day = days[text[:10]] = int(datetime.fromisoformat(f"{text[:10]}T00:00:00+07:00").timestamp())
        hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
        if len(text) != 25 or text[19:] != "+07:00" or hour > 23 or minute > 59 or second > 59:
            raise ValueError(text)
        return day + hour * 3600 + minute * 60 + second

    def quick(row: list[str]) -> DossierFact | None:
        if len(row) < width:
            return None
        row.append("")
        cells = [row[place] for place in places]
        row.pop()
        code, level, received, due, ended = cells[0], cells[3], cells[5], cells[6], cells[7]
        try:
            came = when(received)
            end = when(ended) if ended else None
            outcome = cells[8]
            if not code or len(code) > 80 or (level and level not in _LEVELS) or (end is not None and end < came):
                return None
            values = (
                code,
                cells[1],
                cells[2],
                level,
                intakes[cells[4]] if cells[4] else 3,
                came,
                when(due) if due else None,
                end,
                outcomes[outcome] if outcome else 0 if end is None else 1,
                when(cells[9]) if cells[9] else None,
                when(cells[10]) if cells[10] else None,
                int(cells[11] or 0),
                int(cells[12] or 0),
                int(cells[13] or 0),
                cells[14],
                cells[15],
            )
        except (ValueError, KeyError):
            return None
        digits = cells[11] + cells[12] + cells[13]
        if digits and not (digits.isascii() and digits.isdigit() and max(map(len, cells[11:14])) < 12):
            return None
        if not code.isascii() or not code.isprintable() or code != code.strip():
            return None
        if len(cells[1]) + len(cells[2]) + len(cells[14]) + len(cells[15]) > _LONGEST_TEXT:
            return None
        return make(values)

    return quick


def _fact(row: list[str], columns: dict[str, int], number: int) -> DossierFact:
    """Read a row with every care; `InvalidInput` names its row and column."""
    width = max(columns.values()) + 1
    if len(row) < width:
        raise InvalidInput(f"{len(row)} cells where {width} are needed", path=f"row {number}")
    values: dict[str, Any] = {"due": None, "ended": None, "field": "", "agency": "", "level": ""}
    values["intake"] = Intake.DIRECT.value
    for name, index in columns.items():
        text = row[index].strip()
        if text:
            values[name] = _value(name, text, number)
    if not values.get("code") or values.get("received") is None:
        raise InvalidInput("is needed", path=f"row {number}.{'received' if values.get('code') else 'code'}")
    if values["ended"] is not None:
        if values["ended"] < values["received"]:
            raise InvalidInput("ended before it was received", path=f"row {number}.ended")
        values.setdefault("outcome", Outcome.SETTLED.value)
    return DossierFact(**values)


def _value(name: str, text: str, number: int) -> Any:
    if name in _TIMES:
        return _seconds(text, name, number)
    if name == "code":
        if len(text) > 80:
            raise InvalidInput("the code is too long", path=f"row {number}.code")
        if not text.isprintable():
            raise InvalidInput(f"{text!r} has characters that do not show", path=f"row {number}.code")
        return text
    if name in _TEXTS:
        if len(text) > _LONGEST_TEXT:
            raise InvalidInput(
                "the text is too long; perhaps a quotation mark is not closed", path=f"row {number}.{name}"
            )
        return text
    if name == "level":
        if text not in _LEVELS:
            raise InvalidInput(f"{text!r} is not one of {', '.join(sorted(_LEVELS))}", path=f"row {number}.level")
        return text
    if name in _NAMED:
        found = _NAMED[name].get(text.lower())
        if found is None:
            known = ", ".join(key for key in _NAMED[name] if not key.isdigit())
            raise InvalidInput(f"{text!r} is not one of {known}", path=f"row {number}.{name}")
        return found
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise InvalidInput(f"{text!r} is not a whole number", path=f"row {number}.{name}")
    return int(text)


def _seconds(text: str, name: str, number: int) -> int:
    path = f"row {number}.{name}"
    if text.isdigit() and text.isascii() and len(text) < 12:
        return int(text)
    try:
        if text.isdigit() and text.isascii():
            found = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
        else:
            found = datetime.fromisoformat(text)
        seconds = int(found.timestamp())
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text[:60]!r} is not an instant", path=path) from error
    if found.tzinfo is None:
        raise InvalidInput(f"{text[:60]!r} has no offset, for example +07:00", path=path)
    if f"{found.year:04}" in _NO_YEARS:
        raise InvalidInput(f"the year {found.year:04} stands for no instant; leave the cell empty", path=path)
    return seconds


def _quoted(text: str) -> str:
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
