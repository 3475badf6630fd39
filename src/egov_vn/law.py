"""How law is written: a rule is a timeline of dated, cited versions, kept in TOML that a jurist can read.

A file of law lies in a package's `data/` folder and holds rules and tables:

```toml
verified_on = 2026-11-23                     # the day a human last compared this file with the texts

[rule.supplement_days]
title = { vi = "Thời hạn bổ sung hồ sơ", en = "Days to supplement a dossier" }
[[rule.supplement_days.version]]
value = 15
since = 2025-07-01                           # in force from this day …
until = 2030-01-01                           # … up to, not including, this one; leave it out while it is in force
source = { instrument = "118/2025/NĐ-CP", article = 18, clause = 4 }
evidence = "text"                            # text | report | practice | assumed

[table.holidays]                             # rows that belong together; a row may carry a source of its own
title = { vi = "Ngày nghỉ lễ", en = "Public holidays" }
source = { instrument = "45/2019/QH14", article = 112 }
evidence = "text"
[[table.holidays.row]]
name = "Tết Dương lịch"
```

A value without source and evidence is refused. Nothing is deleted: repeal is `until`.
This module knows no domain; it does not know which day a statute means: the caller passes the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

from egov_vn.errors import InvalidInput, NotInForce

__all__ = ["Citation", "Evidence", "LawFile", "Row", "Table", "Timeline", "Version", "load", "parse"]

T = TypeVar("T")
V = TypeVar("V")


class Evidence(StrEnum):
    """How a rule is known."""

    TEXT = "text"
    """The words of the instrument were read."""
    REPORT = "report"
    """Read in another source that quotes or reports it."""
    PRACTICE = "practice"
    """Seen in running systems or real files."""
    ASSUMED = "assumed"
    """From memory, or our reading: not verified."""

    def label(self, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the word for people: `"theo nguồn dẫn lại"`."""
        words = _EVIDENCE_WORDS[self.value]
        return words[0] if lang == "vi" else words[1]


_EVIDENCE_WORDS = {
    "text": ("đã đọc văn bản", "text read"),
    "report": ("theo nguồn dẫn lại", "reported"),
    "practice": ("theo thực tế", "practice"),
    "assumed": ("chưa đối chiếu", "assumed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The place where a rule is written: *số hiệu văn bản, điều, khoản, điểm* (or *phụ lục*)."""

    instrument: str
    article: str | None = None
    clause: str | None = None
    point: str | None = None
    annex: str | None = None
    title: str | None = None

    def render(self, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the citation in the order of each language: `"điểm a khoản 2 Điều 17 118/2025/NĐ-CP"`."""
        if lang == "vi":
            parts = (("điểm ", self.point), ("khoản ", self.clause), ("Điều ", self.article), ("Phụ lục ", self.annex))
        else:
            parts = (("point ", self.point), ("clause ", self.clause), ("Art. ", self.article), ("Annex ", self.annex))
        places = [word + value for word, value in parts if value]
        return " ".join([*places, self.instrument]) if lang == "vi" else ", ".join([*places, self.instrument])

    def __str__(self) -> str:
        return self.render("vi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Generic[T]):
    """One wording of a rule, in force from *since* up to, not including, *until*."""

    value: T
    since: date
    source: Citation
    evidence: Evidence
    until: date | None = None
    note: str = ""

    def covers(self, on: date) -> bool:
        """Say whether this wording is in force on the day *on*."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(Generic[T]):
    """The successive versions of one rule, oldest first, never overlapping."""

    rule: str
    title: Mapping[str, str]
    verified_on: date
    versions: tuple[Version[T], ...]

    def on(self, day: date) -> Version[T]:
        """Return the version in force on *day*, or raise `NotInForce`."""
        for version in reversed(self.versions):
            if version.covers(day):
                return version
        raise NotInForce(self.rule, day)

    def map(self, convert: Callable[[T], V]) -> Timeline[V]:
        """Return the same timeline with each value converted."""
        return Timeline(
            rule=self.rule,
            title=self.title,
            verified_on=self.verified_on,
            versions=tuple(
                Version(
                    value=convert(item.value),
                    since=item.since,
                    until=item.until,
                    source=item.source,
                    evidence=item.evidence,
                    note=item.note,
                )
                for item in self.versions
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a cited table."""

    value: Mapping[str, Any]
    source: Citation
    evidence: Evidence

    def __getitem__(self, key: str) -> Any:
        return self.value[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the cell *key*, or *default*."""
        return self.value.get(key, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that belong together under one source, in force from *since* up to *until* where these are known."""

    name: str
    title: Mapping[str, str]
    source: Citation
    evidence: Evidence
    rows: tuple[Row, ...]
    since: date | None = None
    until: date | None = None
    note: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFile:
    """All rules and tables of one file."""

    name: str
    verified_on: date
    rules: Mapping[str, Timeline[Any]]
    tables: Mapping[str, Table]

    def timeline(self, rule: str, kind: type[T]) -> Timeline[T]:
        """Return the timeline of *rule*, whose every value must be a *kind*."""
        if rule not in self.rules:
            raise InvalidInput(f"no rule {rule!r} in {self.name}", path=f"rule.{rule}")
        timeline = self.rules[rule]
        for version in timeline.versions:
            if not isinstance(version.value, kind) or (isinstance(version.value, bool) and kind is int):
                raise InvalidInput(
                    f"{version.value!r} is not of type {kind.__name__}", path=f"{self.name}:rule.{rule}.version"
                )
        return cast("Timeline[T]", timeline)

    def table(self, name: str) -> Table:
        """Return the table *name*."""
        if name not in self.tables:
            raise InvalidInput(f"no table {name!r} in {self.name}", path=f"table.{name}")
        return self.tables[name]


@cache
def load(package: str, name: str) -> LawFile:
    """Return the file of law `data/<name>.toml` of *package*, read once: `load("egov_vn.calendar", "holidays")`."""
    import pkgutil  # noqa: PLC0415 - reading law is the only use; importing a rule's module stays light

    data = pkgutil.get_data(package, f"data/{name}.toml")
    if data is None:
        raise InvalidInput(f"the package {package} cannot be read", path=name)
    return parse(data, name=f"{package.removeprefix('egov_vn.')}/data/{name}.toml")


def parse(data: bytes, *, name: str) -> LawFile:
    """Read a file of law; `InvalidInput` names the place where it breaks the form shown at the head of this module."""
    import tomllib  # noqa: PLC0415 - see load

    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a TOML file: {error}", path=name) from error
    _only(raw, {"verified_on", "rule", "table", "note"}, name)
    verified_on = _day(raw, "verified_on", name)
    if verified_on is None:
        raise InvalidInput("verified_on is missing", path=name)
    rules = {key: _timeline(key, value, verified_on, name) for key, value in _section(raw, "rule", name)}
    tables = {key: _table(key, value, name) for key, value in _section(raw, "table", name)}
    return LawFile(name=name, verified_on=verified_on, rules=MappingProxyType(rules), tables=MappingProxyType(tables))


def _section(raw: Mapping[str, Any], key: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    section = raw.get(key, {})
    if not isinstance(section, dict):
        raise InvalidInput("must be a table of tables", path=f"{name}:{key}")
    for inner, value in section.items():
        if not isinstance(value, dict):
            raise InvalidInput("must be a table", path=f"{name}:{key}.{inner}")
        yield inner, value


def _timeline(rule: str, raw: Mapping[str, Any], verified_on: date, name: str) -> Timeline[Any]:
    where = f"{name}:rule.{rule}"
    _only(raw, {"title", "version"}, where)
    rows = raw.get("version")
    if not isinstance(rows, list) or not rows:
        raise InvalidInput("a rule needs at least one version", path=where)
    versions = tuple(_version(row, f"{where}.version[{index}]") for index, row in enumerate(rows))
    for earlier, later in pairwise(versions):
        if earlier.until is None or earlier.until > later.since:
            raise InvalidInput(f"the versions of {earlier.since} and {later.since} overlap", path=where)
    return Timeline(rule=rule, title=_title(raw, where), verified_on=verified_on, versions=versions)


def _version(raw: Mapping[str, Any], where: str) -> Version[Any]:
    _only(raw, {"value", "since", "until", "source", "evidence", "note"}, where)
    if "value" not in raw:
        raise InvalidInput("value is missing", path=where)
    since, until = _day(raw, "since", where), _day(raw, "until", where)
    if since is None:
        raise InvalidInput("since is missing", path=where)
    if until is not None and until <= since:
        raise InvalidInput(f"until {until} is not after since {since}", path=where)
    return Version(
        value=_freeze(raw["value"]),
        since=since,
        until=until,
        source=_citation(raw.get("source"), where),
        evidence=_evidence(raw.get("evidence"), where),
        note=str(raw.get("note", "")),
    )


def _table(key: str, raw: Mapping[str, Any], name: str) -> Table:
    where = f"{name}:table.{key}"
    _only(raw, {"title", "source", "evidence", "row", "since", "until", "note"}, where)
    source, evidence = _citation(raw.get("source"), where), _evidence(raw.get("evidence"), where)
    rows = raw.get("row")
    if not isinstance(rows, list):
        raise InvalidInput("a table needs rows", path=where)
    return Table(
        name=key,
        title=_title(raw, where),
        source=source,
        evidence=evidence,
        since=_day(raw, "since", where),
        until=_day(raw, "until", where),
        note=str(raw.get("note", "")),
        rows=tuple(_row(row, source, evidence, f"{where}.row[{index}]") for index, row in enumerate(rows)),
    )


def _row(raw: Mapping[str, Any], source: Citation, evidence: Evidence, where: str) -> Row:
    own_source = _citation(raw["source"], where) if "source" in raw else source
    own_evidence = _evidence(raw["evidence"], where) if "evidence" in raw else evidence
    cells = {key: _freeze(value) for key, value in raw.items() if key not in ("source", "evidence")}
    return Row(value=MappingProxyType(cells), source=own_source, evidence=own_evidence)


def _citation(raw: object, where: str) -> Citation:
    if not isinstance(raw, dict) or not isinstance(raw.get("instrument"), str) or not raw["instrument"].strip():
        raise InvalidInput("source is missing: every value names its instrument", path=where)
    _only(raw, {"instrument", "article", "clause", "point", "annex", "title"}, f"{where}.source")
    return Citation(**{key: str(value) for key, value in raw.items()})


def _evidence(raw: object, where: str) -> Evidence:
    try:
        return Evidence(str(raw))
    except ValueError as error:
        allowed = ", ".join(Evidence)
        raise InvalidInput(f"evidence must be one of {allowed}, not {raw!r}", path=where) from error


def _title(raw: Mapping[str, Any], where: str) -> Mapping[str, str]:
    title = raw.get("title")
    if not isinstance(title, dict) or set(title) != {"vi", "en"}:
        raise InvalidInput("title needs vi and en", path=where)
    return MappingProxyType({key: str(value) for key, value in title.items()})


def _day(raw: Mapping[str, Any], key: str, where: str) -> date | None:
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput(f"{key} must be a day, not {value!r}", path=where)
    return value


def _only(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(set(raw) - allowed)
    if unknown:
        raise InvalidInput(f"unknown key {unknown[0]!r}; allowed: {', '.join(sorted(allowed))}", path=where)


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _freeze(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(_freeze(inner) for inner in value)
    return value
