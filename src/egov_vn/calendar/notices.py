"""Yearly notices (*thông báo nghỉ lễ, Tết*): what was decided for each year, and from which day it was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from egov_vn.errors import InvalidInput
from egov_vn.finding import Text
from egov_vn.law import Citation, Evidence, LawFile, Row, Table, load

__all__ = ["Notice", "Swap", "TetChoice", "official_notices", "read_notices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TetChoice:
    """The days of Tết of one year: its first lunar day, and how many days before it are off."""

    year: int
    first: date
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A working day *off* and the rest day *worked* instead (*hoán đổi ngày làm việc*)."""

    off: date
    worked: date
    source: Citation
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice: when it became known, and what it decided."""

    key: str
    title: Text
    source: Citation
    evidence: Evidence
    announced: date
    announced_evidence: Evidence
    tet: TetChoice | None = None
    national_day: date | None = None
    swaps: tuple[Swap, ...] = ()


@cache
def official_notices() -> tuple[Notice, ...]:
    """Return every notice in the package, oldest first."""
    return read_notices(load("egov_vn.calendar", "notices"))


def read_notices(file: LawFile) -> tuple[Notice, ...]:
    """Return the notices of a file of law in the form shown at the head of `data/notices.toml`, oldest first."""
    return tuple(sorted((_notice(table) for table in file.tables.values()), key=lambda item: item.announced))


def _notice(table: Table) -> Notice:
    announced: Row | None = None
    tet: TetChoice | None = None
    national_day: date | None = None
    swaps: list[Swap] = []
    for index, row in enumerate(table.rows):
        where = f"table.{table.name}.row[{index}]"
        keys = set(row.value)
        if keys == {"announced"}:
            announced = row
            _days(row, ("announced",), where)
        elif keys == {"year", "tet", "before"}:
            _days(row, ("tet",), where)
            if type(row["year"]) is not int or type(row["before"]) is not int:
                raise InvalidInput("year and before are whole numbers", path=where)
            tet = TetChoice(year=row["year"], first=row["tet"], before=row["before"])
        elif keys == {"national_day"}:
            _days(row, ("national_day",), where)
            national_day = row["national_day"]
        elif keys == {"off", "worked"}:
            _days(row, ("off", "worked"), where)
            swaps.append(Swap(off=row["off"], worked=row["worked"], source=row.source, evidence=row.evidence))
        else:
            raise InvalidInput(f"a row cannot have the keys {sorted(keys)}", path=where)
    if announced is None:
        raise InvalidInput("the row `announced` is missing", path=f"table.{table.name}")
    return Notice(
        key=table.name,
        title=Text(table.title["vi"], table.title["en"]),
        source=table.source,
        evidence=table.evidence,
        announced=announced["announced"],
        announced_evidence=announced.evidence,
        tet=tet,
        national_day=national_day,
        swaps=tuple(swaps),
    )


def _days(row: Row, keys: Iterable[str], where: str) -> None:
    for key in keys:
        if type(row[key]) is not date:
            raise InvalidInput(f"{key} must be a day, not {row[key]!r}", path=where)
