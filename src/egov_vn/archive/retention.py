"""How long a file is kept (*thời hạn lưu trữ*), from when, and the lists of periods that agencies load.

Luật Lưu trữ 33/2024/QH15, Điều 14-15: permanent, or 02 to 70 years from the *year* in which the work ended; a file
takes the longest period of its records; nobody goes below the period of the competent authority. Circulars of a sector
may start the period elsewhere (the end of an activity, the expiry of a licence).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Self

from egov_vn import law
from egov_vn.archive.fields import codes
from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput

__all__ = ["Retention", "Schedule", "ScheduleRow", "StartEvent"]

_YEARS: Final = re.compile(r"0*([0-9]{1,3})\s*(?:năm|nam|years?|y)?", re.IGNORECASE)
_PERMANENT: Final = frozenset({"vĩnh viễn", "vinh vien", "permanent", "vv"})
_OTHER: Final = "07"


class StartEvent(StrEnum):
    """What the years are counted from (*mốc tính thời hạn*); by default the year in which the work ended."""

    WORK_ENDED = "work_ended"
    ACTIVITY_ENDED = "activity_ended"
    EXPIRY = "expiry"
    DESTRUCTION = "destruction"


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention period (*thời hạn lưu trữ*): *years* from the year of *start*, or permanent if *years* is None.

    `InvalidInput` outside 02 to 70 years (Luật Lưu trữ, khoản 3 Điều 15).
    """

    years: int | None
    start: StartEvent = StartEvent.WORK_ENDED

    def __post_init__(self) -> None:
        if self.years is None:
            return
        bounds = _rule("years").versions[-1]
        low, high = bounds.value["min"], bounds.value["max"]
        if type(self.years) is not int or not low <= self.years <= high:
            raise InvalidInput(
                f"a limited period has {low} to {high} years, not {self.years!r}",
                path="years",
                source=str(bounds.source),
            )

    @classmethod
    def permanent(cls) -> Self:
        """Return *vĩnh viễn*."""
        return cls(None)

    @classmethod
    def parse(cls, text: object, *, start: StartEvent = StartEvent.WORK_ENDED) -> Self:
        """Read `"Vĩnh viễn"`, `"20 năm"`, `"02"`; a code of TT 05/2025/TT-BNV is read by `from_code`."""
        if not isinstance(text, str):
            raise InvalidInput(f"{text!r} is not a retention period", path="period")
        wanted = " ".join(unicodedata.normalize("NFC", text).casefold().split())
        if wanted in _PERMANENT:
            return cls(None)
        match = _YEARS.fullmatch(wanted)
        if match is None:
            raise InvalidInput(f"{text!r} is not a retention period", path="period")
        return cls(int(match[1]), start)

    @classmethod
    def from_code(cls, code: str) -> Self | None:
        """Return the period of a code of the list `maintenance`; None for `07` *Khác*, an empty or an unknown code."""
        period = _periods().get(code)
        return None if period is None else cls(period.years, period.start)

    @classmethod
    def longest(cls, periods: Iterable[Retention]) -> Retention:
        """Return the longest of *periods*: permanent beats every number of years (Luật Lưu trữ, khoản 4 Điều 15)."""
        held = list(periods)
        if not held:
            raise InvalidInput("no period was given", path="periods")
        return max(held, key=lambda item: (item.years is None, item.years or 0))

    @property
    def code(self) -> str:
        """The code of TT 05/2025/TT-BNV: a number of years that the list has not (2, 5, 15 …) is `07` *Khác*."""
        if self.years is None:
            return "01"
        return codes("maintenance").by_label.get(f"{self.years} năm", _OTHER)

    @property
    def is_permanent(self) -> bool:
        """Whether the file is kept for ever."""
        return self.years is None

    def at_least(self, floor: Retention) -> Retention:
        """Return this period, or *floor* if that is longer (Luật Lưu trữ, điểm c khoản 2 Điều 14)."""
        return Retention.longest((self, floor))

    def due_year(self, start: date | int) -> int | None:
        """Return the year in which the period runs out, counted from the year of *start*; None if permanent."""
        year = start if isinstance(start, int) else require_date(start, "start").year
        return None if self.years is None else year + self.years

    def has_expired(self, start: date | int, *, on: date) -> bool:
        """Say whether the period has run out on the day *on*: the due year must be over.

        The law counts in years; of two readings the one that destroys later is taken, for it can be mended.
        """
        due = self.due_year(start)
        return due is not None and require_date(on, "on").year > due

    def text(self, lang: str = "vi") -> str:
        """Return `"Vĩnh viễn"` or `"20 năm"`."""
        if self.years is None:
            return "Vĩnh viễn" if lang == "vi" else "Permanent"
        return f"{self.years:02} năm" if lang == "vi" else f"{self.years} years"

    def __str__(self) -> str:
        return self.text()


@cache
def _periods() -> Mapping[str, Retention]:
    """Return the periods of the code list by code; `07` *Khác* is none."""
    known = codes("maintenance")
    return MappingProxyType({code: Retention.parse(known.label(code)) for code in known.labels if code != _OTHER})


def _rule(name: str) -> law.Timeline[Any]:
    return law.load("egov_vn.archive", "retention").rules[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """One kind of file and its period; *floor* rows come from an authority and may only be exceeded."""

    key: str
    title: str
    retention: Retention
    source: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A list of periods (*bảng thời hạn lưu trữ*): the known official rows, or the list of an agency."""

    rows: Mapping[str, ScheduleRow]

    @classmethod
    def official(cls) -> Schedule:
        """Return the rows of law that are known: few, for the table of TT 10/2022/TT-BNV was not found."""
        return _official()

    @classmethod
    def load(cls, data: bytes, *, name: str = "schedule.csv") -> Schedule:
        """Read an agency's list: CSV in UTF-8 with the columns `key,title,period` and perhaps `start,source,note`."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"not UTF-8 at byte {error.start}", path=name) from error
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = {"key", "title", "period"} - set(reader.fieldnames or ())
        if missing:
            raise InvalidInput(f"the column {min(missing)!r} is missing", path=f"{name}:1")
        rows: dict[str, ScheduleRow] = {}
        try:
            for cells in reader:
                row = _row(cells, f"{name}:{reader.line_num}")
                if row.key in rows:
                    raise InvalidInput(f"the key {row.key!r} stands twice", path=f"{name}:{reader.line_num}")
                rows[row.key] = row
        except csv.Error as error:
            raise InvalidInput(f"not CSV: {error}", path=f"{name}:{reader.line_num}") from error
        return cls(rows=MappingProxyType(rows))

    def period(self, key: str, *, floor: Schedule | None = None) -> Retention:
        """Return the period of *key*, never below that of *floor* where it has the key (Điều 14.2.c)."""
        if key not in self.rows:
            raise InvalidInput(f"the list has no row {key!r}", path="key")
        own = self.rows[key].retention
        above = floor.rows.get(key) if floor is not None else None
        return own if above is None else own.at_least(above.retention)

    def below(self, floor: Schedule) -> tuple[str, ...]:
        """Return the keys whose period is shorter than that of *floor*: the head of the agency must mend them."""
        return tuple(
            key
            for key, row in self.rows.items()
            if key in floor.rows and row.retention.at_least(floor.rows[key].retention) != row.retention
        )

    def __iter__(self) -> Iterator[ScheduleRow]:
        return iter(self.rows.values())


def _row(cells: Mapping[str, str | None], where: str) -> ScheduleRow:
    try:
        start = StartEvent((cells.get("start") or "work_ended").strip())
        retention = Retention.parse(cells.get("period") or "", start=start)
    except ValueError as error:
        raise InvalidInput(str(error), path=where) from error
    key = (cells.get("key") or "").strip()
    if not key:
        raise InvalidInput("the key is empty", path=where)
    return ScheduleRow(
        key=key,
        title=(cells.get("title") or "").strip(),
        retention=retention,
        source=(cells.get("source") or "").strip(),
        evidence="agency",
        note=(cells.get("note") or "").strip(),
    )


@cache
def _official() -> Schedule:
    rows: dict[str, ScheduleRow] = {}
    for row in law.load("egov_vn.archive", "retention").table("schedule"):
        start = StartEvent(row["start"])
        rows[row["key"]] = ScheduleRow(
            key=row["key"],
            title=row["vi"],
            retention=Retention.parse(row["period"], start=start),
            source=str(row.source),
            evidence=row.evidence.value,
        )
    return Schedule(rows=MappingProxyType(rows))
