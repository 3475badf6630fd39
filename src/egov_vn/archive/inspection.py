"""What one check knows while it runs: the tree, the METS documents, the records, and the findings so far."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from egov_vn import _xml
from egov_vn.archive.mets import Mets, MetsFile, Reference
from egov_vn.archive.premis import Premis
from egov_vn.archive.profile import PackageKind
from egov_vn.archive.record import Description
from egov_vn.archive.report import CheckReport
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.archive.tree import Limits, Tree
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["Entry", "HeldRecord", "Inspection", "MetsLevel"]

KEPT: Final = 4096
"""Bytes kept of the beginning and of the end of a file while it is hashed."""
_ALGORITHMS: Final = {
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
}
_ENCRYPT: Final = b"/Encrypt"
MAX_FINDINGS_PER_RULE: Final = 200
"""A package of a million wrong files needs no million lines: the rest is counted."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One file that a METS names."""

    path: str
    mets: str
    item: MetsFile | Reference
    use: str
    digest: str = ""
    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    encrypts: bool = False

    @property
    def algorithm(self) -> str | None:
        """The name of the METS's algorithm for `hashlib`, None for one that is not accepted."""
        return _ALGORITHMS.get(self.item.checksum_type.upper())

    @property
    def parsed(self) -> bool:
        """Whether the check reads the file as XML, and hashes it with the same reading."""
        return self.use in ("dmd", "digiprov")

    def take(self, chunks: Iterable[bytes]) -> None:
        """Hash the bytes of the file; its size and both ends are kept with the digest.

        A PDF tells of its encryption in a trailer that may stand anywhere: whether the word occurs is noted on the way.
        """
        state, size, last = hashlib.new(self.algorithm or "sha256"), 0, b""
        is_pdf = self.path[-4:].lower() == ".pdf"
        for chunk in chunks:
            state.update(chunk)
            if is_pdf and not self.encrypts:
                self.encrypts = _ENCRYPT in chunk or _ENCRYPT in last[-len(_ENCRYPT) :] + chunk[: len(_ENCRYPT)]
            if not size:
                self.head = chunk[:KEPT]
            size += len(chunk)
            last = chunk[-KEPT:] if len(chunk) >= KEPT else (last + chunk)[-KEPT:]
        self.size, self.tail, self.digest = size, last, state.hexdigest().upper()


@dataclass(slots=True, kw_only=True)
class MetsLevel:
    """One METS document of the package: at the root, or of a representation."""

    path: str
    base: str
    mets: Mets
    root: etree._Element


@dataclass(slots=True, kw_only=True)
class HeldRecord:
    """One descriptive record of a representation with the files that belong to it."""

    path: str
    description: Description
    files: tuple[str, ...] = ()
    holey: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Inspection:
    """The state of one check."""

    tree: Tree
    limits: Limits
    fixity: bool = True
    findings: list[CheckFinding] = field(default_factory=list)
    kind: PackageKind | None = None
    levels: list[MetsLevel] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    file: Description | None = None
    records: list[HeldRecord] = field(default_factory=list)
    premis: dict[str, Premis] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _worst: Severity | None = None

    @property
    def root(self) -> Mets | None:
        """The root METS, None if it could not be read."""
        return self.levels[0].mets if self.levels and self.levels[0].path == "METS.xml" else None

    def say(self, item: CheckFinding) -> None:
        """Add a finding; beyond the limit of its rule it is only counted."""
        count = self._counts.get(item.code, 0) + 1
        self._counts[item.code] = count
        if count <= MAX_FINDINGS_PER_RULE:
            self.findings.append(item)

    def parse(self, path: str) -> etree._Element | None:
        """Return the root of the XML file *path*; None, with a finding, if it is no acceptable XML."""
        try:
            data = self.tree.read(path, self.limits.max_xml_bytes)
            entry = self.entries.get(path)
            if self.fixity and entry is not None and entry.parsed:
                entry.take((data,))
            return _xml.parse(data, max_bytes=self.limits.max_xml_bytes)
        except InvalidInput as error:
            line = int(error.path[5:]) if error.path.startswith("line ") and error.path[5:].isdigit() else None
            self.say(broken("ARC-XML-MALFORMED", path=path, line=line, found=error.message))
            return None

    def report(self, *, path: Path, complete: bool) -> CheckReport:
        """Return the report of what was found."""
        for code, count in self._counts.items():
            if count > MAX_FINDINGS_PER_RULE:
                self.findings.append(
                    broken("ARC-LIMIT", expected=f"{MAX_FINDINGS_PER_RULE} x {code}", found=count, level=Severity.INFO)
                )
        failed = any(item.level is Severity.ERROR for item in self.findings)
        root = self.root
        return CheckReport(
            name=Path(path).name,
            conforms=False if failed else (True if complete else None),
            findings=tuple(self.findings),
            kind=self.kind.name if self.kind else "",
            objid=root.objid if root else "",
            created=root.created if root else "",
            agency=next((agent.name for agent in root.agents if agent.role != "CREATOR"), "") if root else "",
            agency_code=next((agent.note for agent in root.agents if agent.role != "CREATOR"), "") if root else "",
            file=self.file,
            records=tuple(held.description for held in self.records),
            files=len(self.tree.sizes),
            size=sum(self.tree.sizes.values()),
            digests={name: entry.digest for name, entry in self.entries.items() if entry.digest},
        )
