"""The holdings of an archive as a list (*bảng kê hồ sơ đang lưu trữ*): what `propose_destruction` looks through.

CSV in UTF-8 with the columns `code,title,period,started` and perhaps `records,pages,links,duplicate_of,hold,paper`.
*started* is a day `YYYY-MM-DD` or a year; *links* are codes between semicolons; *hold* is the reason of a hold that is
in force.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Final

from egov_vn.archive.disposal import HeldFile, Hold
from egov_vn.archive.retention import Retention
from egov_vn.errors import InvalidInput

__all__ = ["read_holdings"]

_REQUIRED: Final = ("code", "title", "period", "started")
_YES: Final = frozenset({"1", "x", "có", "true", "yes"})
_NO: Final = frozenset({"", "0", "không", "false", "no"})
_MAX_ROWS: Final = 1_000_000


def read_holdings(data: bytes, *, name: str = "holdings.csv") -> tuple[HeldFile, ...]:
    """Read the list of what an archive holds; `InvalidInput` names the line of the first fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not UTF-8 at byte {error.start}", path=name) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = set(_REQUIRED) - set(reader.fieldnames or ())
    if missing:
        raise InvalidInput(f"the column {min(missing)!r} is missing", path=f"{name}:1")
    held = []
    try:
        for number, cells in enumerate(reader):
            if number >= _MAX_ROWS:
                raise InvalidInput(f"more than {_MAX_ROWS} rows", path=name)
            held.append(_row({key: (cells.get(key) or "").strip() for key in _COLUMNS}, f"{name}:{reader.line_num}"))
    except csv.Error as error:
        raise InvalidInput(f"not CSV: {error}", path=f"{name}:{reader.line_num}") from error
    return tuple(held)


_COLUMNS: Final = (*_REQUIRED, "records", "pages", "links", "duplicate_of", "hold", "paper")


def _row(cells: Mapping[str, str], where: str) -> HeldFile:
    if not cells["code"]:
        raise InvalidInput("the code is empty", path=where)
    try:
        retention = Retention.parse(cells["period"])
    except InvalidInput as error:
        raise InvalidInput(error.message, path=where, source=error.source) from error
    started = _started(cells["started"], where)
    # a list says that a hold is in force, not since when: it began no later than the period itself
    since = started if isinstance(started, date) else date(started, 1, 1)
    return HeldFile(
        code=cells["code"],
        title=cells["title"],
        retention=retention,
        started=started,
        records=_count(cells["records"], "records", where),
        pages=_count(cells["pages"], "pages", where),
        links=tuple(code for part in cells["links"].split(";") if (code := part.strip())),
        duplicate_of=cells["duplicate_of"] or None,
        holds=(Hold(reason=cells["hold"], since=since),) if cells["hold"] else (),
        paper=_yes(cells["paper"], where),
    )


def _started(text: str, where: str) -> date | int:
    if len(text) == 4 and text.isascii() and text.isdigit() and int(text):
        return int(text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is neither a day YYYY-MM-DD nor a year", path=where) from error


def _count(text: str, name: str, where: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput(f"{name}: {text!r} is no count", path=where)
    return int(text or 0)


def _yes(text: str, where: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise InvalidInput(f"paper: {text!r} is neither yes nor no", path=where)
