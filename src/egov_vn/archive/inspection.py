"""What one check knows while it runs: the tree, the METS documents, the records, and the findings so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypedDict

from lxml import etree

from egov_vn import _xml
from egov_vn.archive.mets import Division, Mets, MetsFile, Reference
from egov_vn.archive.premis import Premis
from egov_vn.archive.profile import PackageKind
from egov_vn.archive.reading import Reading, xml_fault
from egov_vn.archive.record import Description
from egov_vn.archive.report import CheckReport
from egov_vn.archive.rules import CheckFinding, Findings, broken
from egov_vn.archive.tree import Limits, Tree
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["Entry", "HeldRecord", "Inspection", "MetsLevel", "Place"]

_ALGORITHMS: Final = {
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
}


class Place(TypedDict):
    """Where a document speaks of a file."""

    line: int
    line_in: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One file that a METS names."""

    path: str
    mets: str
    item: MetsFile | Reference
    use: str

    @property
    def place(self) -> Place:
        """The line of the METS that names the file, as `broken` takes it."""
        return {"line": self.item.line, "line_in": self.mets}

    @property
    def algorithm(self) -> str | None:
        """The name of the METS's algorithm for `hashlib`, None for one that is not accepted."""
        said = self.item.checksum_type
        return _ALGORITHMS.get(said) or _ALGORITHMS.get(said.upper())


@dataclass(slots=True, kw_only=True)
class MetsLevel:
    """One METS document of the package: at the root, or of a representation; its IDs, those used *twice*."""

    path: str
    base: str
    mets: Mets
    ids: frozenset[str]
    twice: tuple[tuple[str, int], ...]
    divisions: tuple[Division, ...]


@dataclass(slots=True, kw_only=True)
class HeldRecord:
    """One descriptive record of a representation with the files that belong to it."""

    path: str
    description: Description
    files: tuple[str, ...] = ()
    holey: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Inspection:
    """The state of one check."""

    tree: Tree
    limits: Limits
    fixity: bool = True
    findings: Findings = field(default_factory=Findings)
    undecided: bool = False
    reading: Reading | None = None
    kind: PackageKind | None = None
    levels: list[MetsLevel] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    file: Description | None = None
    records: list[HeldRecord] = field(default_factory=list)
    premis: dict[str, Premis] = field(default_factory=dict)

    @property
    def root(self) -> Mets | None:
        """The root METS, None if it could not be read."""
        return self.levels[0].mets if self.levels and self.levels[0].path == "METS.xml" else None

    def say(self, item: CheckFinding) -> None:
        """Add a finding; beyond the limit of its rule it is only counted."""
        self.findings.add(item)

    def read_xml(self, path: str) -> etree._Element:
        """Return the root of the XML file *path*; `InvalidInput` if it is no acceptable XML."""
        data = self.tree.read(path, self.limits.max_xml_bytes)
        if self.reading is not None:
            self.reading.take(path, data)
        return _xml.parse(data, max_bytes=self.limits.max_xml_bytes)

    def parse(self, path: str) -> etree._Element | None:
        """Return the root of the XML file *path*; None, with a finding, if it is no acceptable XML."""
        try:
            return self.read_xml(path)
        except InvalidInput as error:
            self.say_malformed(path, xml_fault(error))
            return None

    def say_malformed(self, path: str, fault: tuple[int | None, str]) -> None:
        """Add the finding that *path* is no acceptable XML, by the line and the words of its *fault*."""
        line, words = fault
        self.say(broken("ARC-XML-MALFORMED", path=path, line=line, found=words))

    def report(self, *, path: Path, complete: bool) -> CheckReport:
        """Return the report of what was found."""
        findings = self.findings.all()
        failed = any(item.level is Severity.ERROR for item in findings)
        root = self.root
        return CheckReport(
            name=Path(path).name,
            conforms=False if failed else (True if complete and not self.undecided else None),
            findings=findings,
            kind=self.kind.name if self.kind else "",
            objid=root.objid if root else "",
            created=root.created if root else "",
            agency=next((agent.name for agent in root.agents if agent.role != "CREATOR"), "") if root else "",
            agency_code=next((agent.note for agent in root.agents if agent.role != "CREATOR"), "") if root else "",
            file=self.file,
            records=tuple(held.description for held in self.records),
            files=len(self.tree.sizes),
            size=sum(self.tree.sizes.values()),
            digests=self._digests(),
        )

    def _digests(self) -> dict[str, str]:
        looks = self.reading.looks if self.reading is not None else {}
        return {name: look.digest for name in self.entries if (look := looks.get(name)) is not None and look.digest}
