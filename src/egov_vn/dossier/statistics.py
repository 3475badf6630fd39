"""The report tables on settling procedures (*tình hình, kết quả giải quyết TTHC*), made from tallies.

II.06a has 13 columns (TT 01/2020/TT-VPCP); 07a, 07b and 07c have 15 (TT 09/2026/TT-BTP, periods that close from
01/08/2026). Which table belongs to a period follows from its closing day. Every column is a sum of counts, so every
identity can be checked, in our own reports and in those of others (`egov_vn.dossier.report_check`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, Self

from egov_vn.dossier.periods import Period
from egov_vn.dossier.tally import COUNTS, Tally
from egov_vn.errors import InvalidInput, require
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, load

__all__ = ["Column", "ReportForm", "ReportRow", "ReportSection", "StatisticalReport", "report"]

ANY_LEVEL: Final = "*"
"""A section with this level counts every level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One numbered column: the counts it adds up, and the columns whose sum it must be."""

    number: int
    group: str
    title: Text
    keys: tuple[str, ...]
    sum_of: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForm:
    """One report table (*biểu*): key, set of tables, title, columns, sections as (number, levels, title), source."""

    key: str
    report_set: str
    title: Text
    columns: tuple[Column, ...]
    groups: Mapping[str, Text]
    sections: tuple[tuple[str, tuple[str, ...], Text], ...]
    source: Citation

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the table *key*: `"II.06a"`, `"07a"`, `"07b"` or `"07c"`."""
        law = load("egov_vn.dossier", "reports")
        for row in law.table("forms"):
            if row["key"] == key:
                columns = tuple(
                    Column(
                        number=item["number"],
                        group=item["group"],
                        title=Text(item["vi"], item["en"]),
                        keys=item["keys"],
                        sum_of=item.get("sum_of", ()),
                    )
                    for item in law.table(f"columns_{row['set']}")
                )
                return cls(
                    key=key,
                    report_set=row["set"],
                    title=Text(row["vi"], row["en"]),
                    columns=columns,
                    groups={item["group"]: Text(item["vi"], item["en"]) for item in law.table("groups")},
                    sections=tuple(
                        (part["number"], part["levels"], Text(part["vi"], part["en"])) for part in row["sections"]
                    ),
                    source=row.source,
                )
        known = ", ".join(row["key"] for row in law.table("forms"))
        raise InvalidInput(f"unknown report table {key!r}; known: {known}", path="form")

    @classmethod
    def for_period(cls, period: Period) -> Self:
        """Return the table of a unit that settles itself, for *period*: II.06a, or 07a from 01/08/2026."""
        return cls.of("07a" if period.report_set == "tt09_2026" else "II.06a")

    def column(self, number: int) -> Column:
        """Return the column with that number."""
        for item in self.columns:
            if item.number == number:
                return item
        raise InvalidInput(f"table {self.key} has no column ({number})", path="column")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row: what it is about, and its figures in the order of the columns."""

    key: str
    label: str
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """One part of a table (I, II, …) with its rows and their sum."""

    number: str
    title: Text
    levels: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    total: ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticalReport:
    """A filled report table (*biểu số liệu*)."""

    form: ReportForm
    period: Period
    unit: str
    sections: tuple[ReportSection, ...]
    total: ReportRow
    by: str = "field"

    def cell(self, column: int, *, key: str | None = None, section: str = "") -> int:
        """Return one figure: of the grand total, or of the row *key* of the section numbered *section*."""
        index = self.form.columns.index(self.form.column(column))
        if key is None:
            return self.total.cells[index]
        for part in self.sections:
            for row in part.rows:
                if row.key == key and section in (part.number, ""):
                    return row.cells[index]
        raise InvalidInput(f"the report has no row {key!r}", path="key")

    def drill(self, tally: Tally, column: int, *, key: str | None = None, section: str = "") -> tuple[str, ...]:
        """Return the codes of the dossiers behind a cell, from the tally (with *keep_codes*) that made the report."""
        names = self.form.column(column).keys
        found: list[str] = []
        for part in self.sections:
            if section in (part.number, ""):
                for level in (None,) if ANY_LEVEL in part.levels else part.levels:
                    place = {} if key is None else {self.by: key}
                    found += tally.codes(*names, level=level, **place)
        return tuple(sorted(found))

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return the JSON form; `from_dict` reads it back."""
        return {
            "form": self.form.key,
            "title": self.form.title(lang),
            "source": self.form.source.render(lang),
            "unit": self.unit,
            "by": self.by,
            "period": {
                "kind": self.period.kind,
                "year": self.period.year,
                "number": self.period.number,
                "start": self.period.start.isoformat(),
                "end": self.period.end.isoformat(),
                "label": self.period.label(lang),
            },
            "columns": [
                {"number": item.number, "group": self.form.groups[item.group](lang), "title": item.title(lang)}
                for item in self.form.columns
            ],
            "sections": [
                {
                    "number": part.number,
                    "title": part.title(lang),
                    "rows": [{"key": row.key, "label": row.label, "cells": list(row.cells)} for row in part.rows],
                    "total": list(part.total.cells),
                }
                for part in self.sections
            ],
            "total": list(self.total.cells),
        }

    def to_json(self, lang: Language = "vi", *, indent: int | None = None) -> str:
        """Return the JSON text of `to_dict`."""
        return json.dumps(self.to_dict(lang), ensure_ascii=False, indent=indent)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a report of anybody's in the form of `to_dict`; `InvalidInput` names the place of the first fault."""
        raw = _mapping(data, "")
        form = ReportForm.of(_text(raw, "form", ""))
        width = len(form.columns)
        titles = {number: (levels, title) for number, levels, title in form.sections}
        sections = []
        for index, item in enumerate(_list(raw, "sections", "")):
            where = f"sections[{index}]"
            part = _mapping(item, where)
            number = _text(part, "number", where)
            if number not in titles:
                raise InvalidInput(f"table {form.key} has no section {number!r}", path=f"{where}.number")
            rows = tuple(
                _row(_mapping(row, f"{where}.rows[{at}]"), width, f"{where}.rows[{at}]")
                for at, row in enumerate(_list(part, "rows", where))
            )
            sections.append(
                ReportSection(
                    number=number,
                    title=titles[number][1],
                    levels=titles[number][0],
                    rows=rows,
                    total=_total(_cells(part, "total", width, where)),
                )
            )
        return cls(
            form=form,
            period=_period(_mapping(raw.get("period"), "period")),
            unit=_text(raw, "unit", ""),
            sections=tuple(sections),
            total=_total(_cells(raw, "total", width, "")),
            by=str(raw.get("by", "field")),
        )


def report(
    tally: Tally,
    *,
    unit: str,
    form: str | ReportForm | None = None,
    names: Mapping[str, str] | None = None,
    by: Literal["field", "agency", "level"] = "field",
) -> StatisticalReport:
    """Fill a report table from *tally*.

    *form* is by default the table of a unit for the tally's period; *names* gives the words for codes of fields or
    bodies; *by* says what a row is about. A table with sections (07b, 07c) counts each level in its section and leaves
    out levels that have none.
    """
    if by not in ("field", "agency", "level"):
        raise InvalidInput(f"rows are by field, agency or level, not by {by!r}", path="by")
    require(tally, Tally, "tally")
    require(unit, str, "unit")
    chosen = ReportForm.for_period(tally.period) if form is None else form
    chosen = ReportForm.of(chosen) if isinstance(chosen, str) else require(chosen, ReportForm, "form")
    words = {} if names is None else _mapping(names, "names")
    sections = []
    for number, levels, title in chosen.sections:
        sums: dict[str, list[int]] = {}
        for key, counts in tally.rows:
            if ANY_LEVEL in levels or key.level in levels:
                row = sums.setdefault(getattr(key, by), [0] * len(COUNTS))
                row[:] = [left + right for left, right in zip(row, counts, strict=True)]
        rows = tuple(
            ReportRow(key=key, label=words.get(key, key), cells=_columns(chosen, sums[key])) for key in sorted(sums)
        )
        sections.append(
            ReportSection(
                number=number, title=title, levels=levels, rows=rows, total=_total(add_rows(rows, len(chosen.columns)))
            )
        )
    totals = add_rows((part.total for part in sections), len(chosen.columns))
    return StatisticalReport(
        form=chosen, period=tally.period, unit=unit, sections=tuple(sections), total=_total(totals), by=by
    )


def _columns(form: ReportForm, counts: Sequence[int]) -> tuple[int, ...]:
    by_name = dict(zip(COUNTS, counts, strict=True))
    return tuple(sum(by_name[key] for key in column.keys) for column in form.columns)


def add_rows(rows: Iterable[ReportRow], width: int) -> tuple[int, ...]:
    """Return the sums of *rows*, column by column; *width* zeros for no rows."""
    sums = [0] * width
    for row in rows:
        sums = [left + right for left, right in zip(sums, row.cells, strict=True)]
    return tuple(sums)


def _total(cells: tuple[int, ...]) -> ReportRow:
    return ReportRow(key="", label="TỔNG CỘNG", cells=cells)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput("must be an object", path=where or "report")
    return value


def _list(raw: Mapping[str, Any], key: str, where: str) -> Sequence[Any]:
    value = raw.get(key)
    if not isinstance(value, list | tuple) or len(value) > 100_000:
        raise InvalidInput("must be a list", path=f"{where}.{key}".lstrip("."))
    return value


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise InvalidInput(f"{value!r} is not text", path=f"{where}.{key}".lstrip("."))
    return value


def _cells(raw: Mapping[str, Any], key: str, width: int, where: str) -> tuple[int, ...]:
    values = _list(raw, key, where)
    path = f"{where}.{key}".lstrip(".")
    if len(values) != width:
        raise InvalidInput(f"{len(values)} figures for {width} columns", path=path)
    for index, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"{value!r} is not a whole number", path=f"{path}[{index}]")
    return tuple(values)


def _row(raw: Mapping[str, Any], width: int, where: str) -> ReportRow:
    return ReportRow(
        key=_text(raw, "key", where), label=_text(raw, "label", where), cells=_cells(raw, "cells", width, where)
    )


def _period(raw: Mapping[str, Any]) -> Period:
    try:
        start, end = (date.fromisoformat(str(raw.get(key))) for key in ("start", "end"))
    except ValueError as error:
        raise InvalidInput("start and end must be ISO 8601 days", path="period") from error
    kind = raw.get("kind", "custom")
    if kind != "custom":
        made = Period.of(_text(raw, "kind", "period"), int(raw.get("year", 0)), int(raw.get("number", 1)))
        if (made.start, made.end) != (start, end):
            raise InvalidInput(f"{made} runs from {made.start} to {made.end}", path="period")
        return made
    return Period.custom(start, end)
