"""Finding: one remark about one thing, with its rule and its place, in Vietnamese and English.

The same type in every craft (signature, archive, document, dossier, conformance), rendered once, here.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from egov_vn.law import Citation

__all__ = ["Finding", "Language", "Severity", "Text", "finding", "render_html", "render_terminal", "worst"]

Language = Literal["vi", "en"]


class Severity(StrEnum):
    """How much a finding weighs (*mức độ*)."""

    ERROR = "error"
    """It does not hold: refuse."""
    WARNING = "warning"
    """It holds, but somebody must look."""
    INFO = "info"
    """For the record."""

    @property
    def rank(self) -> int:
        """2 for an error, 1 for a warning, 0 for information."""
        return {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}[self]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages: `text("vi")`, `text("en")`."""

    vi: str
    en: str

    def __call__(self, lang: Language = "vi") -> str:
        """Return the sentence in the language *lang*."""
        return self.vi if lang == "vi" else self.en

    def __str__(self) -> str:
        return self.vi


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark: *code* (stable, `"SIG-CHAIN-EXPIRED"`), *level*, *where*, *source* (the rule) and *text*."""

    code: str
    level: Severity
    text: Text
    where: str = ""
    source: Citation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: code, level, where, source (cited in Vietnamese, or null), text {vi, en}."""
        return {
            "code": self.code,
            "level": self.level.value,
            "where": self.where,
            "source": str(self.source) if self.source else None,
            "text": {"vi": self.text.vi, "en": self.text.en},
        }

    def line(self, lang: Language = "vi") -> str:
        """Return one line for a terminal or a log."""
        where = f" {self.where}:" if self.where else ""
        source = f" [{self.source.render(lang)}]" if self.source else ""
        return f"{_WORDS[lang][self.level]} {self.code}:{where} {self.text(lang)}{source}"


def finding(
    code: str, level: Severity | str, *, vi: str, en: str, where: str = "", source: Citation | None = None
) -> Finding:
    """Make a `Finding` from plain strings."""
    return Finding(code=code, level=Severity(level), text=Text(vi, en), where=where, source=source)


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the heaviest level among *findings*, or None if there are none."""
    return max((item.level for item in findings), key=lambda level: level.rank, default=None)


def render_terminal(findings: Iterable[Finding], lang: Language = "vi") -> str:
    """Return *findings* as plain lines, the heaviest first; an empty text if there are none."""
    return "\n".join(item.line(lang) for item in _heaviest_first(findings))


def render_html(findings: Iterable[Finding], lang: Language = "vi") -> str:
    """Return *findings* as an HTML table (a fragment, every value escaped), the heaviest first."""
    head = _HEADINGS[lang]
    rows = "".join(
        f'<tr class="{item.level}"><td>{_WORDS[lang][item.level]}</td><td><code>{html.escape(item.code)}</code></td>'
        f"<td>{html.escape(item.text(lang))}</td><td>{html.escape(item.where)}</td>"
        f"<td>{html.escape(item.source.render(lang)) if item.source else ''}</td></tr>"
        for item in _heaviest_first(findings)
    )
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    return f'<table class="findings"><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>'


def _heaviest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda item: -item.level.rank)


_WORDS: Mapping[Language, Mapping[Severity, str]] = {
    "vi": {Severity.ERROR: "LỖI", Severity.WARNING: "CẢNH BÁO", Severity.INFO: "THÔNG TIN"},
    "en": {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"},
}
_HEADINGS: Mapping[Language, tuple[str, ...]] = {
    "vi": ("Mức", "Mã", "Nội dung", "Vị trí", "Căn cứ"),
    "en": ("Level", "Code", "Text", "Where", "Source"),
}
