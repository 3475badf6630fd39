"""Records (*tài liệu*) and archival files (*hồ sơ*): their descriptive data and the files that belong to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, Self

from egov_vn import law
from egov_vn.archive.fields import CODE_SEPARATOR, FieldTable, Scheme, table
from egov_vn.archive.retention import Retention
from egov_vn.archive.rules import CheckFinding
from egov_vn.archive.values import check_values, format_date, parse_date, split_codes, to_wire
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["ArchivalFile", "Description", "Payload", "Record", "Source"]


class Source(Protocol):
    """Bytes that are read by chunks when they are needed, such as a file inside a ZIP."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The descriptive data (*dữ liệu chủ, thông tin mô tả*) of a file or a record: wire names to wire values.

    Make one with `of`, which is strict: names by wire (`docCode`) or Python (`doc_code`), codes by number or name,
    dates as `date`. `replace` gives a changed copy, checked again. *values* holds only fields that have a value, in the
    table's order.
    """

    table: FieldTable
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, kind: str, values: Mapping[str, Any], *, scheme: Scheme = "tt05_2025") -> Self:
        """Make a description under the field table *kind*, or raise `InvalidInput` with the first rule it breaks."""
        rows = table(kind, scheme)
        made = cls(table=rows, values=_to_values(rows, values))
        for item in made.problems():
            if item.level is Severity.ERROR:
                raise InvalidInput(item.text("en"), path=item.where or kind, source=str(item.source))
        return made

    def problems(self, path: str = "") -> tuple[CheckFinding, ...]:
        """Return what is wrong with the values; a description made by `of` has no error."""
        return tuple(check_values(self.table, self.values, path=path))

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed (None takes one away), checked again."""
        names = _python_names(self.table)
        merged: dict[str, Any] = dict(self.values)
        for name, value in changes.items():
            merged[names.get(name, name)] = value
        return type(self).of(self.table.name, merged, scheme=self.table.scheme)

    def get(self, name: str, default: str = "") -> str:
        """Return the wire value of the field *name* (wire name), or *default*."""
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> str:
        return self.values[name]


@cache
def _python_names(rows: FieldTable) -> Mapping[str, str]:
    return MappingProxyType({item.python_name: name for name, item in rows.by_name.items() if item.parent is None})


def _to_values(rows: FieldTable, given: Mapping[str, Any]) -> Mapping[str, str]:
    by_name, python_names = rows.by_name, _python_names(rows)
    made: dict[str, str] = {}
    for key, value in given.items():
        name = key if key in by_name else python_names.get(key)
        if name is None:
            raise InvalidInput(f"{rows.name} has no field {key!r}", path=key, source=str(rows.source))
        # blanks around a value, and kinds of line ends, do not survive XML: a reader would not find what was described
        text = unicodedata.normalize("NFC", to_wire(by_name[name], value)).strip()
        text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        if text:
            made[name] = text
    return MappingProxyType({name: made[name] for name in by_name if name in made})


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One file of a record (*tệp tin*): its original *name* and where its bytes are.

    *source* is a path (read when the package is written, never moved), the bytes, or a `Source`. *role* is `"main"` or
    `"attachment"`. *sha256*, where it is given, is the hash that the bytes must have: others are not written.
    """

    name: str
    source: Path | bytes | Source
    role: str = "main"
    created: str = ""
    sha256: str = ""

    @classmethod
    def at(cls, path: Path, *, role: str = "main") -> Self:
        """Return the payload of the file at *path*."""
        return cls(name=path.name, source=path, role=role)

    @property
    def extension(self) -> str:
        """The extension in lower case, with its dot; empty if there is none."""
        name = self.name
        if "/" in name or "\\" in name:
            return Path(name).suffix.lower()
        dot = name.rfind(".")
        return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a file (*tài liệu trong hồ sơ*): its description and its files.

    *linked* is the identifier of a record that another package holds: it then has no payload of its own (a *holey*
    file). In an AIP it is the line that `egov_vn.archive.HoleyLink` writes.
    """

    description: Description
    payloads: tuple[Payload, ...] = ()
    linked: str | None = None

    @classmethod
    def of(cls, *payloads: Payload, kind: str = "SIP_doc", linked: str | None = None, **fields: Any) -> Self:
        """Make a record under the field table *kind* from its files and fields."""
        return cls(description=Description.of(kind, fields), payloads=payloads, linked=linked)

    @property
    def kind(self) -> str:
        """`"doc"`, `"pic"` or `"media"`."""
        return self.description.table.name.partition("_")[2]

    @property
    def code(self) -> str:
        """The archival record code, *mã lưu trữ tài liệu*."""
        return self.description.get("docCode") or self.description.get("arcDocCode")

    @property
    def pages(self) -> int:
        """The number of pages, 0 where the table has none."""
        text = self.description.get("numberOfPage")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    @property
    def retention(self) -> Retention | None:
        """The period that the description states, None where it states none or *Khác*."""
        return Retention.from_code(self.description.get("maintenance"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivalFile:
    """A file for the archive (*hồ sơ*), or a packet of loose records (*gói tài liệu*): its description and its records.

    `ArchivalFile.of` fills what follows from the records unless it is given: `totalDoc`, `numberOfPage`, `startDate`,
    `endDate`, `language` and the retention period (the longest of the records': Luật Lưu trữ, Điều 15.4).
    """

    description: Description
    records: tuple[Record, ...] = ()
    documentation: tuple[Payload, ...] = ()

    @classmethod
    def of(
        cls,
        records: Iterable[Record] = (),
        *,
        kind: str = "SIP_hoso",
        documentation: Iterable[Payload] = (),
        **fields: Any,
    ) -> Self:
        """Make a file of *records* under the field table *kind*."""
        held = tuple(records)
        rows = table(kind)
        names = _python_names(rows)
        given = {names.get(name, name): value for name, value in fields.items()}
        for name, value in _derived(held).items():
            if name in rows and given.get(name) is None:
                given[name] = value
        made = cls(description=Description.of(kind, given), records=held, documentation=tuple(documentation))
        made.check_identity()
        made.check_period()
        return made

    @property
    def code(self) -> str:
        """The file code, *mã hồ sơ* (*mã hồ sơ lưu trữ* in an AIP)."""
        return self.description.get("fileCode") or self.description.get("arcFileCode")

    @property
    def title(self) -> str:
        """The title, *tiêu đề hồ sơ*."""
        return self.description.get("title")

    @property
    def retention(self) -> Retention | None:
        """The period that the description states."""
        return Retention.from_code(self.description.get("maintenance"))

    def with_records(self, records: Iterable[Record]) -> Self:
        """Return a copy with other records; the totals are the caller's."""
        return replace(self, records=tuple(records))

    def check_identity(self) -> None:
        """Raise `InvalidInput` if two records bear the same code or identifier."""
        for name in ("docCode", "arcDocCode", "docId"):
            seen: set[str] = set()
            for index, record in enumerate(self.records):
                value = record.description.get(name)
                if value and value in seen:
                    raise InvalidInput(f"{value!r} names two records", path=f"records[{index}].{name}")
                seen.add(value)

    def check_period(self) -> None:
        """Raise `InvalidInput` if a record is kept longer than the file (Luật Lưu trữ, khoản 4 Điều 15)."""
        own = self.retention
        for index, record in enumerate(self.records):
            period = record.retention
            if own is not None and period is not None and Retention.longest((own, period)) != own:
                raise InvalidInput(
                    f"the record is kept {period.text('en').lower()}, the file only {own.text('en').lower()}",
                    path=f"records[{index}].maintenance",
                    source=str(law.load("egov_vn.archive", "retention").rules["longest_wins"].versions[-1].source),
                )


def _derived(records: tuple[Record, ...]) -> dict[str, Any]:
    days: list[date] = []
    languages: dict[str, None] = {}
    periods: list[Retention] = []
    for record in records:
        day = parse_date(record.description.get("issuedDate"))
        if day is not None:
            days.append(day)
        if record.description.get("language"):
            languages.update(dict.fromkeys(split_codes(record.description["language"])))
        if record.retention is not None:
            periods.append(record.retention)
    derived: dict[str, Any] = {"totalDoc": len(records), "numberOfPage": sum(record.pages for record in records)}
    if days:
        derived |= {"startDate": format_date(min(days)), "endDate": format_date(max(days))}
    if languages:
        derived["language"] = CODE_SEPARATOR.join(languages)
    if periods and len(periods) == len(records):
        derived["maintenance"] = Retention.longest(periods).code
    return derived
