"""Field tables (*trường thông tin*) and code lists (*danh mục mã*) of the archival records, read from `data/*.toml`.

A table says, for each field, its name on the wire, its type, its longest length, whether it is required and its code
list. No rule of a field is written in Python: when an official schema appears, the data changes and the code stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Final, Literal

from egov_vn import law
from egov_vn.errors import InvalidInput

__all__ = ["CODE_SEPARATOR", "CodeList", "Condition", "Field", "FieldTable", "Scheme", "codes", "table", "tables"]

Scheme = Literal["tt05_2025", "tt02_2019", "nd30_2020"]
FieldType = Literal["String", "LongText", "Number", "Date", "Boolean", "Group"]

CODE_SEPARATOR: Final = ";"
"""Between several codes of one field (`language`); the circular does not print one, so readers accept a comma too."""

_SNAKE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Condition:
    """When a conditional field must be there: the field *field* holds one of *values*."""

    field: str
    values: tuple[str, ...]

    def holds(self, record: Mapping[str, str]) -> bool:
        """Say whether *record* asks for the conditional field."""
        return record.get(self.field, "") in self.values

    def __str__(self) -> str:
        return f"{self.field} = {'/'.join(self.values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of a field table.

    *length* counts characters (digits for a number); *required* is `"R"`, `"O"`, `"C"` (with *when*) or empty where the
    text has no such column; *codes* names a code list; *partial* allows `YYYY` and `MM/YYYY` beside `DD/MM/YYYY`.
    """

    name: str
    vi: str
    en: str
    type: FieldType
    length: int | None
    required: Literal["R", "O", "C", ""]
    when: Condition | None
    codes: str | None
    multi: bool
    many: bool
    partial: bool
    parent: str | None
    number: str | None
    auto: bool
    aliases: tuple[str, ...]
    source: law.Citation
    evidence: law.Evidence

    @property
    def python_name(self) -> str:
        """The name in Python's spelling: `fileCode` is `file_code`, `docId` is `doc_id`."""
        return _SNAKE.sub("_", self.name).lower()


class FieldTable:
    """The fields of one kind of record, in the order of the text (*bảng trường thông tin*)."""

    def __init__(self, scheme: Scheme, raw: law.Table) -> None:
        self.scheme: Scheme = scheme
        self.name = raw.name
        self.title = raw.title
        self.source = raw.source
        self.since, self.until = raw.since, raw.until
        self.fields: tuple[Field, ...] = tuple(_field(row) for row in raw.rows)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by wire name; members of a group as `SignerInfo.FullName`."""
        groups = {field.number: field.name for field in self.fields if field.number}
        named = {
            (f"{groups[field.parent]}.{field.name}" if field.parent else field.name): field for field in self.fields
        }
        return MappingProxyType(named)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Other spellings that a reader understands, to the name they stand for."""
        found: dict[str, str] = {}
        for path, field in self.by_name.items():
            for alias in field.aliases:
                found[path.removesuffix(field.name) + alias] = path
            found[path.lower()] = path
        return MappingProxyType(found)

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that every record must have."""
        return tuple(field for field in self.fields if field.required == "R")

    @cached_property
    def required_names(self) -> frozenset[str]:
        """The names of the fields that every record must have."""
        return frozenset(field.name for field in self.required)

    @cached_property
    def ordered(self) -> bool:
        """Whether the table has a day of beginning and one of end."""
        return not {"endDate", "EndDate"}.isdisjoint(self.by_name)

    @cached_property
    def conditional(self) -> tuple[Field, ...]:
        """The fields that some records must have."""
        return tuple(field for field in self.fields if field.when is not None)

    def __getitem__(self, name: str) -> Field:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __repr__(self) -> str:
        return f"FieldTable({self.scheme}.{self.name}, {len(self.fields)} fields)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A code list (*danh mục mã*), read both ways: `"03"` and `"Chỉ thị"` mean the same."""

    name: str
    labels: Mapping[str, Mapping[str, str]]
    by_label: Mapping[str, str]
    source: law.Citation

    def code(self, text: str) -> str:
        """Return the code that *text* is, or whose Vietnamese or English name it is; `InvalidInput` otherwise."""
        found = text if text in self.labels else self.by_label.get(_fold(text))
        if found is None:
            raise InvalidInput(
                f"{text!r} is neither a code nor a name of the list {self.name}",
                path=self.name,
                source=str(self.source),
            )
        return found

    def label(self, code: str, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the name of *code*."""
        return self.labels[self.code(code)][lang]

    def __contains__(self, code: object) -> bool:
        return code in self.labels

    def __iter__(self) -> object:
        return iter(self.labels)


@cache
def tables(scheme: Scheme) -> Mapping[str, FieldTable]:
    """Return every field table of *scheme* by name."""
    file = law.load("egov_vn.archive", scheme)
    return MappingProxyType(
        {name: FieldTable(scheme, raw) for name, raw in file.tables.items() if not name.startswith("code_")}
    )


def table(name: str, scheme: Scheme = "tt05_2025") -> FieldTable:
    """Return the field table *name*: `table("SIP_hoso")`, `table("outgoing", "nd30_2020")`."""
    found = tables(scheme).get(name)
    if found is None:
        raise InvalidInput(f"no field table {name!r} in {scheme}; there are {', '.join(tables(scheme))}", path="table")
    return found


@cache
def codes(name: str) -> CodeList:
    """Return the code list *name* of TT 05/2025/TT-BNV: `codes("typeName").code("Chỉ thị") == "03"`."""
    raw = law.load("egov_vn.archive", "tt05_2025").table(f"code_{name}")
    labels = {row["code"]: MappingProxyType({"vi": row["vi"], "en": row["en"]}) for row in raw.rows}
    by_label: dict[str, str] = {}
    for code, label in labels.items():
        for text in label.values():
            by_label.setdefault(_fold(text), code)
    return CodeList(name=name, labels=MappingProxyType(labels), by_label=MappingProxyType(by_label), source=raw.source)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _field(row: law.Row) -> Field:
    when = row.get("when")
    return Field(
        name=row["name"],
        vi=row["vi"],
        en=row["en"],
        type=row["type"],
        length=row.get("length"),
        required=row.get("required", ""),
        when=Condition(when["field"], tuple(when["is"])) if when else None,
        codes=row.get("codes"),
        multi=row.get("multi", False),
        many=row.get("many", False),
        partial=row.get("partial", False),
        parent=row.get("parent"),
        number=row.get("no"),
        auto=row.get("auto", False),
        aliases=tuple(row.get("aliases", ())),
        source=row.source,
        evidence=row.evidence,
    )
