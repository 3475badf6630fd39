"""Run the cases against a system and report what differs."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from egov_vn.conformance.reference import REFERENCE
from egov_vn.conformance.vectors import TOPICS, Vector, vectors
from egov_vn.finding import Finding, Language, Severity, Text, render_html, render_terminal

__all__ = ["ConformanceReport", "Result", "Subject", "answer", "run"]

Subject = Mapping[str, Callable[[Mapping[str, Any]], Any]]
"""A system under test: for each topic it covers, a function from what is given to its answer.

To refuse an input the function raises an exception (any) or returns None.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the subject answered to one case: *found* is its answer, or the error it raised, as text."""

    vector: Vector
    passed: bool
    found: str

    @property
    def finding(self) -> Finding | None:
        """The difference as a finding, or None if there is none."""
        if self.passed:
            return None
        wanted = "từ chối" if self.vector.refused else repr(self.vector.expected)
        wanted_en = "a refusal" if self.vector.refused else repr(self.vector.expected)
        return Finding(
            code=f"CONFORMANCE-{self.vector.topic.upper().replace('_', '-')}",
            level=Severity.ERROR,
            where=self.vector.id,
            source=self.vector.source,
            text=Text(
                f"{dict(self.vector.given)}: phải là {wanted}, hệ thống trả lời {self.found}",
                f"{dict(self.vector.given)}: must be {wanted_en}, the system answers {self.found}",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceReport:
    """All results of a run; *skipped* are the topics that the subject does not cover."""

    results: tuple[Result, ...]
    skipped: tuple[str, ...]

    @property
    def conforms(self) -> bool | None:
        """True if every case holds, False if one does not, None if nothing was run."""
        return all(result.passed for result in self.results) if self.results else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The differences."""
        return tuple(result.finding for result in self.results if result.finding is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "conforms": self.conforms,
            "run": len(self.results),
            "failed": len(self.findings),
            "skipped": list(self.skipped),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def to_terminal(self, lang: Language = "vi") -> str:
        """Return the differences and a closing line as plain text."""
        held = len(self.results) - len(self.findings)
        closing = (
            f"{held}/{len(self.results)} tình huống đạt" if lang == "vi" else f"{held}/{len(self.results)} cases hold"
        )
        return "\n".join(filter(None, [render_terminal(self.findings, lang), closing]))

    def to_junit(self) -> str:
        """Return the run as JUnit XML, which CI servers show."""
        cases = "".join(_junit_case(result) for result in self.results)
        skips = "".join(
            f'<testcase classname="egov_vn.{topic}" name={quoteattr(topic)}><skipped/></testcase>'
            for topic in self.skipped
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuite name="egov_vn.conformance" tests="{len(self.results) + len(self.skipped)}" '
            f'failures="{len(self.findings)}" skipped="{len(self.skipped)}">{cases}{skips}</testsuite>\n'
        )

    def to_html(self, lang: Language = "vi") -> str:
        """Return one self-contained page: a line per topic, then each difference with its article."""
        title = "Kiểm tra sự phù hợp" if lang == "vi" else "Conformance"
        rows = "".join(self._topic_row(topic) for topic in dict.fromkeys(r.vector.topic for r in self.results))
        heads = ("Chủ đề", "Đạt", "Tổng") if lang == "vi" else ("Topic", "Held", "All")
        head = "".join(f'<th scope="col">{word}</th>' for word in heads)
        return (
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}"
            "table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{border:1px solid #bbb;padding:.3rem .5rem;"
            "text-align:left;vertical-align:top;overflow-wrap:anywhere}</style>"
            f"<h1>{title}</h1><p>{html.escape(self.to_terminal(lang).splitlines()[-1])}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"{render_html(self.findings, lang)}</html>"
        )

    def _topic_row(self, topic: str) -> str:
        own = [result for result in self.results if result.vector.topic == topic]
        held = sum(result.passed for result in own)
        return f"<tr><td>{html.escape(topic)}</td><td>{held}</td><td>{len(own)}</td></tr>"


def run(subject: Subject = REFERENCE, *, topics: Iterable[str] = TOPICS) -> ConformanceReport:
    """Run the cases of *topics* against *subject* (the library itself by default) and return the report."""
    chosen = tuple(topics)
    results = tuple(answer(vector, subject[vector.topic]) for vector in vectors(t for t in chosen if t in subject))
    return ConformanceReport(results=results, skipped=tuple(topic for topic in chosen if topic not in subject))


def answer(vector: Vector, ask: Callable[[Mapping[str, Any]], Any]) -> Result:
    """Put one case to the function *ask* and compare its answer."""
    try:
        found = ask(vector.given)
    except Exception as error:  # noqa: BLE001 - the subject is foreign code: whatever it raises is its answer
        return Result(vector=vector, passed=vector.refused, found=f"{type(error).__name__}: {error}")
    if vector.refused:
        return Result(vector=vector, passed=found is None, found=repr(found))
    return Result(vector=vector, passed=found == vector.expected, found=repr(found))


def _junit_case(result: Result) -> str:
    name = f"classname={quoteattr('egov_vn.' + result.vector.topic)} name={quoteattr(result.vector.id)}"
    if result.finding is None:
        return f"<testcase {name}/>"
    text = _printable(result.finding.line("en"))
    return f"<testcase {name}><failure message={quoteattr(text)}>{escape(text)}</failure></testcase>"


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
