"""What a check found (*kết quả kiểm tra, đạt/không đạt*): for people, for programs, for the file of the transfer."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from egov_vn.archive.record import Description
from egov_vn.archive.rules import CheckFinding
from egov_vn.finding import Language, Severity, render_html, render_terminal

__all__ = ["CheckReport"]

_VERDICT: Mapping[Language, Mapping[bool | None, str]] = {
    "vi": {True: "Đạt", False: "Không đạt", None: "Chưa kết luận"},
    "en": {True: "Passed", False: "Failed", None: "Undecided"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The report of a package check: *conforms* (True đạt, False không đạt, None chưa kết luận) and every finding.

    *file* and *records* are the descriptions as read, *digests* the SHA-256 that were computed, by path.
    """

    name: str
    conforms: bool | None
    findings: tuple[CheckFinding, ...]
    kind: str = ""
    objid: str = ""
    created: str = ""
    agency: str = ""
    agency_code: str = ""
    file: Description | None = None
    records: tuple[Description, ...] = ()
    files: int = 0
    size: int = 0
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def errors(self) -> tuple[CheckFinding, ...]:
        """The findings for which the package is refused."""
        return tuple(item for item in self.findings if item.level is Severity.ERROR)

    @property
    def code(self) -> str:
        """The code of the file, empty if it could not be read."""
        return (
            (self.file.get("fileCode") or self.file.get("arcFileCode") or self.file.get("requestID"))
            if self.file
            else ""
        )

    @property
    def title(self) -> str:
        """The title of the file."""
        return self.file.get("title") if self.file else ""

    def verdict(self, lang: Language = "vi") -> str:
        """Return *Đạt*, *Không đạt* or *Chưa kết luận*."""
        return _VERDICT[lang][self.conforms]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: `conforms`, `findings`, and a summary under `package`."""
        return {
            "conforms": self.conforms,
            "findings": [item.to_dict() for item in self.findings],
            "package": {
                "name": self.name,
                "kind": self.kind,
                "objid": self.objid,
                "code": self.code,
                "title": self.title,
                "records": len(self.records),
                "files": self.files,
                "bytes": self.size,
            },
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_terminal(self, lang: Language = "vi") -> str:
        """Return the report as plain lines: the verdict, then the findings, the heaviest first."""
        head = (
            f"{self.verdict(lang)}: {self.kind or '?'} {self.code} ({len(self.records)} / {self.files} / {self.size} B)"
        )
        body = render_terminal(self.findings, lang)
        return f"{head}\n{body}" if body else head

    def to_html(self, lang: Language = "vi") -> str:
        """Return the report as an HTML fragment."""
        title = html.escape(f"{self.verdict(lang)}: {self.kind} {self.code}")
        return f'<section class="check"><h2>{title}</h2>{render_html(self.findings, lang)}</section>'
