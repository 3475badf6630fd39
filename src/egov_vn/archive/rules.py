"""The rules of the check by id (`data/check.toml`), and the finding that says which one broke, where, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from egov_vn import law
from egov_vn.finding import Finding, Severity, Text

__all__ = ["CheckFinding", "Rule", "broken", "rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding(Finding):
    """A finding of the package check (*kết quả kiểm tra*): `where` is *path* and *line_number* together."""

    path: str = ""
    line_number: int | None = None
    expected: str = ""
    found: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of a finding, with path, line, expected and found."""
        return {
            **Finding.to_dict(self),
            "path": self.path,
            "line": self.line_number,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the check: its id, weight, sentence and source."""

    code: str
    level: Severity
    vi: str
    en: str
    source: law.Citation
    evidence: law.Evidence


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule of the check by its id."""
    found: dict[str, Rule] = {}
    for table in (
        *law.load("egov_vn.archive", "check").tables.values(),
        law.load("egov_vn.archive", "bagit").table("bagit"),
    ):
        for row in table.rows:
            found[row["code"]] = Rule(
                code=row["code"],
                level=Severity(row["level"]),
                vi=row["vi"],
                en=row["en"],
                source=row.source,
                evidence=row.evidence,
            )
    return MappingProxyType(found)


def broken(
    code: str,
    *,
    path: str = "",
    line: int | None = None,
    expected: object = "",
    found: object = "",
    level: Severity | None = None,
    source: law.Citation | None = None,
    **words: object,
) -> CheckFinding:
    """Return the finding that the rule *code* is broken; *words* fill the other places of its sentence."""
    rule = rules()[code]
    shown, wanted = _short(found), _short(expected)
    filled = {"path": path, "expected": wanted, "found": shown, **{key: _short(value) for key, value in words.items()}}
    return CheckFinding(
        code=code,
        level=level or rule.level,
        text=Text(rule.vi.format_map(filled), rule.en.format_map(filled)),
        where=f"{path}:{line}" if line else path,
        source=source or rule.source,
        path=path,
        line_number=line or None,
        expected=wanted,
        found=shown,
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:299] + "…"
