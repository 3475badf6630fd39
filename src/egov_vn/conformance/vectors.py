"""The cases: each with what is given, what the law answers, and the article that says so.

They are tables of law data (`data/*.toml`), one table per topic; a row holds *id*, *given*, *expected* (or *refused* =
true, for input that must not be accepted).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from egov_vn.errors import InvalidInput
from egov_vn.law import Citation, Evidence, load

__all__ = ["TOPICS", "Vector", "vectors"]

TOPICS: Final = ("working_day", "deadline", "lunar", "dossier_code", "agency_code", "citizen_id", "tax_code")
"""What is covered: the names of the tables, and the keys of a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case (*tình huống kiểm thử*): an answer that the law fixes.

    *given* and *expected* hold only text, numbers, true and false, so that a system in any language can be driven.
    *refused* says that the input must be refused; *expected* is then None.
    """

    id: str
    topic: str
    given: Mapping[str, Any]
    expected: Any
    refused: bool
    source: Citation
    evidence: Evidence


def vectors(topics: Iterable[str] = TOPICS) -> tuple[Vector, ...]:
    """Return the cases of *topics*, in the order of their files."""
    chosen = tuple(topics)
    unknown = sorted(set(chosen) - set(TOPICS))
    if unknown:
        raise InvalidInput(f"unknown topic {unknown[0]!r}; known: {', '.join(TOPICS)}", path="topics")
    return tuple(vector for topic in chosen for vector in _of(topic))


def _of(topic: str) -> Iterable[Vector]:
    for row in load("egov_vn.conformance", "vectors").table(topic):
        refused = bool(row.get("refused", False))
        yield Vector(
            id=f"{topic}/{row['id']}",
            topic=topic,
            given=row["given"],
            expected=None if refused else row["expected"],
            refused=refused,
            source=row.source,
            evidence=row.evidence,
        )
