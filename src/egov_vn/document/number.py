"""Numbers and notations of documents (*số, ký hiệu văn bản*), and the series that give them out.

Three grammars are in use (NĐ 30/2020/NĐ-CP Annex I part I section II.3 for the first; the others as published):

```text
11/CT-UBND            number / kind-agency                  administrative, with a type name
716/UBND-VX           number / agency-unit or field         official letter: no kind
30/2020/NĐ-CP         number / year / kind-agency           legal normative document
33/2024/QH15          number / year / agency                law or resolution of the National Assembly
51-NQ/TW              number-kind / agency                  the Party's documents
```
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from egov_vn.clock import require_date
from egov_vn.document.kind import COPY_KINDS, DocumentKind, kinds, normalise
from egov_vn.errors import InvalidInput

__all__ = ["Counter", "DocumentNumber", "Grouping", "MemoryCounter", "NumberSeries", "NumberSystem"]

_LAW: Final = "khoản 3 mục II phần I Phụ lục I 30/2020/NĐ-CP"
_NUMBER: Final = re.compile(r"([0-9]{1,7})([A-Za-z](?:[0-9]{1,4})?)?")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_GROUP: Final = re.compile(r"[^\W\d_][\w.&]*")
_MAX_LENGTH: Final = 80


class NumberSystem(StrEnum):
    """Which grammar a number follows."""

    ADMINISTRATIVE = "administrative"
    """An administrative document under NĐ 30/2020/NĐ-CP (*văn bản hành chính*)."""
    NORMATIVE = "normative"
    """A legal normative document, with its year (*văn bản quy phạm pháp luật*)."""
    PARTY = "party"
    """A document of the Party, hyphen first (*văn bản của Đảng*)."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The number and notation of a document (*số, ký hiệu*), such as `11/CT-UBND` or `30/2020/NĐ-CP`.

    *kind* is the abbreviation of the kind, None for an official letter and for laws; *agency* the abbreviation of the
    issuing body or office; *units* what follows it: the drafting unit or field, or further agencies of a joint
    document. A number alone identifies nothing: every province has its `955/QĐ-UBND` each year; add the issuer and the
    day.
    """

    number: int
    agency: str
    kind: str | None = None
    year: int | None = None
    units: tuple[str, ...] = ()
    system: NumberSystem = NumberSystem.ADMINISTRATIVE
    suffix: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 9_999_999:
            raise InvalidInput(f"{self.number} is no document number", path="number", source=_LAW)
        for group in (self.agency, *self.units):
            if not _GROUP.fullmatch(group) or not group[0].isupper():
                raise InvalidInput(f"{group!r} is no abbreviation in capitals", path="number", source=_LAW)
        if (self.year is not None) != (self.system is NumberSystem.NORMATIVE):
            raise InvalidInput("a year stands in the number of normative documents, and only there", path="number")
        if self.system is NumberSystem.PARTY and (not self.kind or self.units):
            raise InvalidInput("a number of the Party is number-kind/agency", path="number")

    @classmethod
    def parse(cls, text: str) -> DocumentNumber:
        """Read a number and notation, with or without *Số:* before it, or raise `InvalidInput`.

        A first group that abbreviates a kind is taken for the kind; `alternatives` returns the other reading.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"a document number is a text, not {type(text).__name__}", path="number")
        if len(text) > _MAX_LENGTH:
            raise InvalidInput(f"a document number has at most {_MAX_LENGTH} characters", path="number")
        clean = re.sub(r"^số\s*:?\s*", "", normalise(text).strip(), flags=re.IGNORECASE)
        if re.search(r"\s", clean):
            raise InvalidInput(f"{text!r}: no spaces stand inside a number and notation", path="number", source=_LAW)
        pieces = clean.split("/")
        try:
            if len(pieces) == 3:
                return _normative(*pieces)
            if len(pieces) == 2:
                return _party(*pieces) if "-" in pieces[0] else _administrative(*pieces)
        except _NotANumberError as error:
            raise InvalidInput(f"{text!r} is no document number: {error}", path="number", source=_LAW) from error
        raise InvalidInput(
            f"{text!r} is no document number: expected a form such as 11/CT-UBND or 30/2020/NĐ-CP",
            path="number",
            source=_LAW,
        )

    @property
    def notation(self) -> str:
        """What follows the number: `"CT-UBND"`, and `"2020/NĐ-CP"` for a normative document."""
        if self.system is NumberSystem.PARTY:
            return f"{self.kind}/{self.agency}"
        groups = "-".join(group for group in (self.kind, self.agency, *self.units) if group)
        return f"{self.year}/{groups}" if self.year is not None else groups

    @property
    def code_number(self) -> str:
        """The number as it is written: two digits at least, with its suffix if it has one."""
        return f"{self.number:02}{self.suffix}"

    @property
    def document_kind(self) -> DocumentKind | None:
        """The kind of document that the notation tells, an official letter where it tells none, None for laws."""
        if self.system is NumberSystem.PARTY:
            return None
        if self.kind is None:
            return None if self.year is not None else DocumentKind.named("Công văn")
        return DocumentKind.of(self.kind)

    def alternatives(self) -> tuple[DocumentNumber, ...]:
        """Return the other readings of the same text.

        `15/BC-VP` is a report of the office *VP*, or a letter of an agency that abbreviates itself *BC*.
        """
        if self.kind is None or self.system is not NumberSystem.ADMINISTRATIVE:
            return ()
        return (DocumentNumber(self.number, self.kind, None, None, (self.agency, *self.units), suffix=self.suffix),)

    def __str__(self) -> str:
        mark = "-" if self.system is NumberSystem.PARTY else "/"
        return f"{self.code_number}{mark}{self.notation}"


class _NotANumberError(Exception):
    pass


def _count(text: str) -> tuple[int, str]:
    match = _NUMBER.fullmatch(text)
    if match is None or not match[1].isascii() or int(match[1]) == 0:
        raise _NotANumberError(f"{text!r} is not an ordinal")
    return int(match[1]), match[2] or ""


def _groups(text: str) -> list[str]:
    groups = text.split("-")
    for group in groups:
        if not _GROUP.fullmatch(group) or not group[0].isupper():
            raise _NotANumberError(f"{group!r} is not an abbreviation in capitals")
    return groups


def _is_kind(code: str) -> bool:
    return any(kind.code == code for kind in kinds())


def _administrative(number: str, notation: str) -> DocumentNumber:
    count, suffix = _count(number)
    groups = _groups(notation)
    if len(groups) > 1 and _is_kind(groups[0]):
        return DocumentNumber(count, groups[1], groups[0], None, tuple(groups[2:]), suffix=suffix)
    return DocumentNumber(count, groups[0], None, None, tuple(groups[1:]), suffix=suffix)


def _normative(number: str, year: str, notation: str) -> DocumentNumber:
    count, suffix = _count(number)
    if not _YEAR.fullmatch(year) or not year.isascii():
        raise _NotANumberError(f"{year!r} is not a year")
    groups = _groups(notation)
    kind = groups.pop(0) if len(groups) > 1 and _is_kind(groups[0]) else None
    return DocumentNumber(
        count, groups[0], kind, int(year), tuple(groups[1:]), system=NumberSystem.NORMATIVE, suffix=suffix
    )


def _party(head: str, agency: str) -> DocumentNumber:
    number, _, kind = head.partition("-")
    count, suffix = _count(number)
    groups = _groups(kind)
    office = _groups(agency)
    if len(groups) != 1 or len(office) != 1:
        raise _NotANumberError("a number of the Party is number-kind/agency")
    return DocumentNumber(count, office[0], groups[0], system=NumberSystem.PARTY, suffix=suffix)


class Grouping(StrEnum):
    """Which documents of an agency share one sequence of numbers; the head of the agency decides."""

    PER_KIND = "per_kind"
    """Each kind counts for itself."""
    COMMON = "common"
    """All administrative documents count together; normative kinds and copies still count for themselves."""


class Counter(Protocol):
    """Where numbers are taken from: one transaction of a database, or `MemoryCounter`."""

    def take(self, key: str) -> int:
        """Return the next ordinal of the sequence *key*, from 1; two callers never get the same one."""
        ...


@dataclass(slots=True)
class MemoryCounter:
    """A counter in memory that threads may share; give it the *last* ordinals taken to go on from a stored state."""

    last: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def take(self, key: str) -> int:
        """Return the next ordinal of the sequence *key*."""
        with self._lock:
            self.last[key] = self.last.get(key, 0) + 1
            return self.last[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries:
    """Gives out the numbers of one agency (*hệ thống số văn bản*): 01 on 1 January, on to 31 December.

    Paper and electronic documents share a series (NĐ 30/2020/NĐ-CP Art. 15); each normative kind has its own, and all
    kinds of copy share one (Annex I part II section II.1.c). A consultative body with the agency's seal has a series of
    its own: make one with its *name*.
    """

    agency: str
    counter: Counter
    grouping: Grouping = Grouping.PER_KIND
    name: str = ""

    def allocate(
        self, kind: DocumentKind | str | None, *, on: date, units: tuple[str, ...] = (), normative: bool = False
    ) -> DocumentNumber:
        """Return the next number of *kind* on the day *on*.

        None stands for an official letter, whose *units* name the drafting unit or the field. An allocated number is
        spent: allocate when the document is issued.
        """
        day = require_date(on, "on")
        code = kind.code if isinstance(kind, DocumentKind) else (DocumentKind.of(kind).code if kind else "")
        year = day.year
        ordinal = self.counter.take(self.key(code, year, normative=normative))
        system = NumberSystem.NORMATIVE if normative else NumberSystem.ADMINISTRATIVE
        return DocumentNumber(ordinal, self.agency, code or None, year if normative else None, units, system=system)

    def key(self, code: str, year: int, *, normative: bool = False) -> str:
        """Return the name of the sequence that *code* draws on in *year*: `"UBND/2026/CT"`."""
        if normative:
            group = f"{code}/normative"
        elif code in COPY_KINDS:
            group = "copies"
        else:
            group = code or "letters"
            if self.grouping is Grouping.COMMON:
                group = "all"
        return "/".join(filter(None, (self.agency, self.name, str(year), group)))
