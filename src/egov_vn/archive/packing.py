"""What every package in the making needs: who hands over, what happened, identifiers, schemas, safe names."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from egov_vn.archive.premis import PremisAgent
from egov_vn.archive.profile import PackageKind
from egov_vn.archive.record import ArchivalFile
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

__all__ = [
    "Ids",
    "Organisation",
    "Package",
    "Step",
    "check_tables",
    "iso_time",
    "require_short",
    "require_text",
    "safe_name",
    "schema_files",
    "seed_of",
]

UNSAFE: Final = re.compile('[\x00-\x1f\x7f\ud800-\udfff<>:"/\\\\|?*]')
_LONGEST: Final = 255
_NO_LINE: Final = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The agency that hands over or keeps the package (*cơ quan, tổ chức*): its name and code (or fonds code)."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A preservation event to record beside those of the writing itself (*sự kiện bảo quản*).

    *key* is a row of the table `event`, or *type* a word of the PREMIS event type vocabulary. *agent* is the person who
    did it; *agents*, where more is known (the history of another package), are those who did, each with its role.
    """

    at: datetime
    key: str = ""
    agent: str = ""
    outcome: str = ""
    detail: str = ""
    type: str = ""
    agents: tuple[tuple[PremisAgent, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that was written: where, under which identifier, how many files and bytes."""

    path: Path
    objid: str
    kind: str
    profile: str
    files: int
    size: int
    digest: str


class Ids:
    """Identifiers that follow from the package alone: UUIDs (version 8) of its seed and a counter."""

    def __init__(self, seed: str) -> None:
        raw = hashlib.sha256(seed.encode()).hexdigest().upper()
        self.uuid = f"{raw[:8]}-{raw[8:12]}-8{raw[13:16]}-8{raw[17:20]}-{raw[20:32]}"
        self._prefix = f"{raw[:8]}-{raw[8:12]}-8{raw[33:36]}-9{raw[37:40]}-"
        self._next = 0

    def __call__(self, prefix: str = "uuid") -> str:
        """Return the next identifier, `uuid-…` or `ID-…`."""
        return self.name(self.reserve(1), prefix)

    def reserve(self, count: int) -> int:
        """Set *count* identifiers aside and return the number of the first."""
        self._next += count
        return self._next - count + 1

    def name(self, number: int, prefix: str = "uuid") -> str:
        """Return the identifier with this number, which `reserve` gave."""
        return f"{prefix}-{self._prefix}{number:012X}"


@cache
def schema_files() -> dict[str, bytes]:
    """Return the schemas that this library carries and packages bring along, by file name."""
    folder = resources.files("egov_vn.archive").joinpath("schemas")
    names = ("DILCISExtensionMETS.xsd", "mets1_12.xsd", "premis-v3-0.xsd", "xlink.xsd")
    return {name: folder.joinpath(name).read_bytes() for name in names}


def check_tables(kind: PackageKind, file: ArchivalFile) -> None:
    """Raise `InvalidInput` if *file* is not described as its *kind* wants, or a record has no file."""
    if file.description.table.name != kind.file_table.name:
        raise InvalidInput(
            f"a {kind.name} is described by {kind.file_table.name}, not by {file.description.table.name}", path="file"
        )
    if not file.records:
        raise InvalidInput("a package needs at least one record", path="records")
    for index, record in enumerate(file.records):
        name = record.description.table.name
        if kind.record_tables.get(record.kind) is not record.description.table:
            raise InvalidInput(f"a {kind.name} holds no {name}", path=f"records[{index}]")
        if record.linked is None and not record.payloads:
            raise InvalidInput("a record needs a file, or a link to one", path=f"records[{index}]")


def seed_of(kind: PackageKind, file: ArchivalFile, time: str) -> str:
    """Return what makes the identifiers of a package its own: kind, moment, and every description."""
    state = hashlib.sha256(f"{kind.name}\n{time}\n".encode())
    for description in (file.description, *(record.description for record in file.records)):
        state.update("\x1f".join(map("=".join, description.values.items())).encode() + b"\x1e")
    return state.hexdigest()


def iso_time(at: datetime) -> str:
    """Return the instant as the circular wants it, with milliseconds, in Vietnam time."""
    return at.astimezone(VIETNAM).isoformat(timespec="milliseconds")


def require_text(value: object, path: str, *, lines: bool = True) -> str:
    """Return *value* if XML can hold it, and, without *lines*, if it is one line; `InvalidInput` otherwise."""
    if isinstance(value, str) and (value.isprintable() or not (_NO_TEXT if lines else _NO_LINE).search(value)):
        return value
    raise InvalidInput(f"{value!r} cannot be written as {'text in XML' if lines else 'one line'}", path=path)


def require_short(name: str, path: str) -> str:
    """Return *name* if each part of it has at most 255 bytes, which every common disk takes."""
    if len(name) * 4 > _LONGEST and any(len(part.encode()) > _LONGEST for part in name.split("/")):
        raise InvalidInput(f"the name {name!r} is longer than {_LONGEST} bytes", path=path)
    return name


def safe_name(name: str) -> str:
    """Return *name* as it may stand in a path: Unicode NFC, no separator, no control character, not hidden."""
    return UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ") or "_"
