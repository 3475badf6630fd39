"""Kinds of package, profiles of writing and accepted formats, read from `data/package.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from egov_vn import law
from egov_vn.archive.fields import FieldTable, table
from egov_vn.errors import InvalidInput

__all__ = [
    "FileFormat",
    "PackageKind",
    "Profile",
    "event_type",
    "format_of",
    "formats",
    "kind_of",
    "kinds",
    "profile_of",
    "statuses",
]

_UUID: Final = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_OBJID: Final = {
    "SIP": re.compile(rf"uuid-{_UUID}"),
    "DIP": re.compile(rf"uuid-{_UUID}"),
    "AIP": re.compile(rf"urn:uuid:{_UUID}|urn:[^:]+:uuid-{_UUID}"),
}

ProfileName = Literal["tt05", "tt05-sample", "csip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageKind:
    """One kind of package (*loại gói tin*): SIP_hoso, SIP_tailieu, AIP_hoso, AIP_tailieu or DIP."""

    name: str
    oais: str
    type: str
    root_profile: str
    objid: str
    file_table: FieldTable
    record_tables: Mapping[str, FieldTable]
    representation: str
    preservation: str
    source: law.Citation

    def names(self, objid: str) -> bool:
        """Say whether *objid* may name a package of this kind: an AIP of a closed fonds bears the code of its fonds."""
        return _OBJID[self.oais].fullmatch(objid) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way of writing a package where letter, products and E-ARK differ."""

    name: str
    premis: bool
    data_name: str
    record_name: str
    representations: str
    nested: bool
    documentation: bool
    rep_agent: str
    zip_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One accepted format: extensions, media type and how its files begin (offset, bytes)."""

    extensions: tuple[str, ...]
    mimetype: str
    name: str
    magic: tuple[tuple[int, bytes], ...]

    def begins(self, head: bytes) -> bool:
        """Say whether *head* may begin a file of this format; always, if nothing is known of how they begin."""
        return not self.magic or any(head[offset : offset + len(mark)] == mark for offset, mark in self.magic)


def _rows(name: str) -> law.Table:
    return law.load("egov_vn.archive", "package").table(name)


@cache
def kinds() -> Mapping[str, PackageKind]:
    """Return every kind of package by name."""
    return MappingProxyType(
        {
            row["name"]: PackageKind(
                name=row["name"],
                oais=row["oais"],
                type=row["type"],
                root_profile=row["root_profile"],
                objid=row["objid"],
                file_table=table(row["file_table"]),
                record_tables=MappingProxyType({name.partition("_")[2]: table(name) for name in row["record_tables"]}),
                representation=row["representation"],
                preservation=row["preservation"],
                source=row.source,
            )
            for row in _rows("kind")
        }
    )


def kind_of(name: str) -> PackageKind:
    """Return the kind *name*."""
    if name not in kinds():
        raise InvalidInput(f"no kind of package {name!r}; there are {', '.join(kinds())}", path="kind")
    return kinds()[name]


@cache
def _profiles() -> Mapping[str, Profile]:
    names = [item.name for item in fields(Profile)]
    return MappingProxyType({row["name"]: Profile(**{key: row[key] for key in names}) for row in _rows("profile")})


def profile_of(name: str) -> Profile:
    """Return the profile *name*: `tt05`, `tt05-sample` or `csip`."""
    if name not in _profiles():
        raise InvalidInput(f"no profile {name!r}; there are {', '.join(_profiles())}", path="profile")
    return _profiles()[name]


@cache
def formats() -> Mapping[str, FileFormat]:
    """Return the accepted formats by extension, without the dot."""
    found: dict[str, FileFormat] = {}
    for row in _rows("format"):
        magic = []
        for text in row.get("magic", ()):
            mark, _, offset = text.partition("@")
            magic.append((int(offset or 0), bytes.fromhex(mark)))
        made = FileFormat(extensions=tuple(row["ext"]), mimetype=row["mime"], name=row["name"], magic=tuple(magic))
        found.update(dict.fromkeys(made.extensions, made))
    return MappingProxyType(found)


def format_of(name: str) -> FileFormat | None:
    """Return the accepted format that the extension of *name* claims, or None."""
    return formats().get(name.rpartition(".")[2].lower()) if "." in name else None


@cache
def statuses() -> tuple[str, ...]:
    """Return the values of RECORDSTATUS."""
    return tuple(row["name"] for row in _rows("record_status"))


@cache
def event_type(key: str) -> tuple[str, str]:
    """Return the PREMIS event type and the Vietnamese words of a step: `event_type("created")`."""
    for row in _rows("event"):
        if row["key"] == key:
            return row["type"], row["vi"]
    raise InvalidInput(f"no event {key!r}", path="event")
