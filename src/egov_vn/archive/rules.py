"""The rules of the check by id (`data/check.toml`), and the finding that says which one broke, where, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from egov_vn import law
from egov_vn.finding import Finding, Severity, Text

__all__ = ["CheckFinding", "Findings", "Rule", "broken", "rules"]

MAX_FINDINGS_PER_RULE: Final = 200
"""A package of a million wrong files needs no million lines: the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding(Finding):
    """A finding of the package check (*kết quả kiểm tra*): `where` is *path* and *line_number* together.

    What a METS or PREMIS says of a file has its line there: *line_in* names that document, and `where` is *path* alone.
    """

    path: str = ""
    line_number: int | None = None
    line_in: str = ""
    expected: str = ""
    found: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of a finding, with path, line, the document of the line, expected and found."""
        return {
            **Finding.to_dict(self),
            "path": self.path,
            "line": self.line_number,
            "line_in": self.line_in or (self.path if self.line_number else ""),
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
    line_in: str = "",
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
        where=f"{path}:{line}" if line and not line_in else path,
        source=source or rule.source,
        path=path,
        line_number=line or None,
        line_in=line_in if line else "",
        expected=wanted,
        found=shown,
    )


class Findings:
    """The findings of one check in their order; those of one rule beyond `MAX_FINDINGS_PER_RULE` are only counted."""

    def __init__(self) -> None:
        self._kept: list[CheckFinding] = []
        self._counts: dict[str, int] = {}

    def add(self, item: CheckFinding) -> None:
        """Add a finding."""
        count = self._counts[item.code] = self._counts.get(item.code, 0) + 1
        if count <= MAX_FINDINGS_PER_RULE:
            self._kept.append(item)

    def say(self, code: str, **words: Any) -> None:
        """Add what `broken` makes of these, if it is still wanted."""
        if self._counts.get(code, 0) < MAX_FINDINGS_PER_RULE:
            self.add(broken(code, **words))
        else:
            self._counts[code] += 1

    def all(self) -> tuple[CheckFinding, ...]:
        """Return what was kept, and at the end how many there were of each rule that had too many."""
        return (
            *self._kept,
            *(
                broken("ARC-LIMIT", expected=f"{MAX_FINDINGS_PER_RULE} x {code}", found=count, level=Severity.INFO)
                for code, count in self._counts.items()
                if count > MAX_FINDINGS_PER_RULE
            ),
        )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:299] + "…"
