"""Registers of outgoing and incoming documents (*sổ đăng ký văn bản đi, đến*), as in NĐ 30/2020/NĐ-CP Annex IV.

A register is a value: entering a document gives a new one. Numbers are unique within the year, arrivals count on from 1
in the order of arrival (Art. 15, 22). `check` tells gaps and doubles; `to_csv` and `to_html` print the book.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Protocol

from egov_vn.clock import require_date
from egov_vn.document.model import Document, Urgency
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Language, Severity, finding
from egov_vn.law import Citation, Table, load

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "IncomingEntry",
    "OutgoingEntry",
    "Register",
    "RegisterKind",
    "present_by",
    "release_by",
]

_ND30: Final = "30/2020/NĐ-CP"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class WorkingDays(Protocol):
    """What this module needs of a calendar: `egov_vn.calendar.WorkCalendar` has it."""

    def add(self, day: date, n: int, /) -> date:
        """Return the *n*-th working day after *day*."""
        ...


class RegisterKind(StrEnum):
    """Which book it is."""

    OUTGOING = "outgoing"
    """*Sổ đăng ký văn bản đi*, 10 columns."""
    INCOMING = "incoming"
    """*Sổ đăng ký văn bản đến*, 10 columns."""
    TRACKING = "tracking"
    """*Sổ theo dõi giải quyết văn bản đến*, 7 columns, drawn from the incoming entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEntry:
    """One line of the outgoing register."""

    document: Document
    signed_on: date | None = None
    sent_on: date | None = None
    keeper: str = "Văn thư"
    copies: int | None = None
    receipt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEntry:
    """One line of the incoming register and, with *due*, *progress* and *answer*, of the tracking register."""

    document: Document
    arrived_on: date
    arrival: int
    assignee: str = ""
    passed_on: date | None = None
    due: date | None = None
    progress: str = ""
    answer: str = ""
    receipt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One year's register of one agency (*sổ đăng ký văn bản*)."""

    agency: str
    year: int
    outgoing: tuple[OutgoingEntry, ...] = ()
    incoming: tuple[IncomingEntry, ...] = ()

    def send(self, entry: OutgoingEntry) -> Register:
        """Return the register with an outgoing document entered; it has a number that is not in the book yet."""
        document = entry.document
        if document.number is None or document.day is None:
            raise InvalidInput(
                "an outgoing document is registered with its number and date", path="document", source=_ND30
            )
        if document.day.year != self.year:
            raise InvalidInput(f"{document.day} does not belong into the register of {self.year}", path="document.day")
        if any(item.document.number == document.number for item in self.outgoing):
            raise InvalidInput(
                f"{document.number} is already registered in {self.year}",
                path="document.number",
                source=f"khoản 1 Điều 15 {_ND30}",
            )
        return replace(self, outgoing=(*self.outgoing, entry))

    def receive(
        self, document: Document, *, on: date, assignee: str = "", due: date | None = None, note: str = ""
    ) -> Register:
        """Return the register with an incoming document entered under the next arrival number (*số đến*).

        The day may not lie before the last arrival. A document of the same number, issuer and date is refused: it has
        come before.
        """
        day = require_date(on, "on")
        if day.year != self.year:
            raise InvalidInput(f"{day} does not belong into the register of {self.year}", path="on")
        if self.incoming and day < self.incoming[-1].arrived_on:
            raise InvalidInput(f"{day} lies before the last arrival", path="on", source=f"khoản 2 Điều 22 {_ND30}")
        twin = next((item for item in self.incoming if _identity(item.document) == _identity(document)), None)
        if twin is not None and document.number is not None:
            raise InvalidInput(f"{document.number} came before, as number {twin.arrival}", path="document")
        arrival = self.incoming[-1].arrival + 1 if self.incoming else 1
        entry = IncomingEntry(document=document, arrived_on=day, arrival=arrival, assignee=assignee, due=due, note=note)
        return replace(self, incoming=(*self.incoming, entry))

    def update(self, arrival: int, *, progress: str | None = None, answer: str | None = None) -> Register:
        """Return the register with the progress or the answer of the document number *arrival* noted."""
        if not any(item.arrival == arrival for item in self.incoming):
            raise InvalidInput(f"no document arrived under the number {arrival}", path="arrival")
        changes = {key: value for key, value in (("progress", progress), ("answer", answer)) if value is not None}
        rows = tuple(
            replace(item, **changes) if item.arrival == arrival else item  # type: ignore[arg-type]
            for item in self.incoming
        )
        return replace(self, incoming=rows)

    def rows(self, kind: RegisterKind, *, lang: Language = "vi") -> tuple[tuple[str, ...], ...]:
        """Return the book *kind* as rows of text, the headings first, in the decree's columns."""
        table = _columns(kind)
        entries: Sequence[OutgoingEntry | IncomingEntry] = (
            self.outgoing if kind is RegisterKind.OUTGOING else self.incoming
        )
        heads = tuple(str(row[lang]) for row in table)
        return (heads, *(tuple(_cells(entry)[row["field"]] for row in table) for entry in entries))

    def to_csv(self, kind: RegisterKind, *, lang: Language = "vi") -> str:
        """Return the book as CSV; a cell that a spreadsheet would run as a formula gets an apostrophe before it."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        for row in self.rows(kind, lang=lang):
            writer.writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in row])
        return out.getvalue()

    def to_html(self, kind: RegisterKind, *, lang: Language = "vi") -> str:
        """Return the book as an HTML table, every cell escaped."""
        head, *body = self.rows(kind, lang=lang)
        title = html.escape(f"{_columns(kind).title[lang]} - {self.agency} - {self.year}")
        heads = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
        lines = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        return f"<table><caption>{title}</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"

    def check(self, *, calendar: WorkingDays | None = None) -> tuple[Finding, ...]:
        """Return gaps in the numbers, doubles and, with a *calendar*, documents released or passed on too late."""
        return (*_gaps(self.outgoing), *_late(self.outgoing, self.incoming, calendar))


def release_by(signed_on: date, *, calendar: WorkingDays, urgency: Urgency | None = None) -> date:
    """Return the last day on which a document signed on *signed_on* is released (NĐ 30/2020/NĐ-CP Art. 18.1).

    That is the next working day; an urgent document goes out at once, on the day it is signed.
    """
    return signed_on if urgency else calendar.add(signed_on, _days("release", signed_on))


def present_by(arrived_on: date, *, calendar: WorkingDays, urgency: Urgency | None = None) -> date:
    """Return the last day on which an incoming document is put before whoever decides on it (Art. 23.1)."""
    return arrived_on if urgency else calendar.add(arrived_on, _days("present", arrived_on))


def _days(rule: str, on: date) -> int:
    return load("egov_vn.document", "form").timeline(rule, int).on(on).value


def _columns(kind: RegisterKind) -> Table:
    return load("egov_vn.document", "form").table(kind.value)


def _identity(document: Document) -> tuple[str, str, date | None]:
    return (str(document.number), document.issuer.name.casefold(), document.day)


def _cells(entry: OutgoingEntry | IncomingEntry) -> Mapping[str, str]:
    document = entry.document
    common = {
        "number": str(document.number or ""),
        "day": _text(document.day),
        "title": f"{document.kind.name} {document.abstract}".strip(),
        "receipt": entry.receipt,
        "note": entry.note,
    }
    if isinstance(entry, OutgoingEntry):
        copies = entry.copies or document.copies
        return common | {
            "signer": document.signer.name if document.signer else "",
            "recipients": "; ".join(document.recipients),
            "keeper": entry.keeper,
            "copies": str(copies) if copies else "",
            "sent_on": _text(entry.sent_on),
        }
    parts = (document.kind.name, str(document.number or ""), _text(document.day), document.issuer.name)
    return common | {
        "arrived_on": _text(entry.arrived_on),
        "arrival": f"{entry.arrival:02}",
        "author": document.issuer.name,
        "assignee": entry.assignee,
        "passed_on": _text(entry.passed_on),
        "reference": ", ".join(filter(None, parts)),
        "due": _text(entry.due),
        "progress": entry.progress,
        "answer": entry.answer,
    }


def _text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _gaps(entries: Iterable[OutgoingEntry]) -> Iterator[Finding]:
    series: dict[str, list[int]] = {}
    for entry in entries:
        if entry.document.number is not None:
            series.setdefault(entry.document.number.kind or "", []).append(entry.document.number.number)
    for kind, numbers in series.items():
        missing = list(islice(_missing(sorted(numbers)), 11))
        if missing:
            shown = ", ".join(f"{number:02}" for number in missing[:10]) + (", …" if len(missing) > 10 else "")
            yield finding(
                "REGISTER-GAP",
                Severity.WARNING,
                vi=f"Thiếu số {shown} trong dãy số {kind or 'công văn'}.",
                en=f"The series {kind or 'of letters'} lacks {shown}.",
                where=f"outgoing[{kind or 'letters'}]",
                source=Citation(instrument=_ND30, article="15", clause="1"),
            )


def _missing(numbers: Sequence[int]) -> Iterator[int]:
    for before, after in pairwise((0, *numbers)):
        yield from range(before + 1, after)


def _late(
    outgoing: Iterable[OutgoingEntry], incoming: Iterable[IncomingEntry], calendar: WorkingDays | None
) -> Iterator[Finding]:
    if calendar is None:
        return
    for sent in outgoing:
        start = sent.signed_on or sent.document.day
        if start and sent.sent_on:
            limit = release_by(start, calendar=calendar, urgency=sent.document.urgency)
            if sent.sent_on > limit:
                yield _late_finding("REGISTER-LATE-RELEASE", str(sent.document.number), limit, "18")
    for item in incoming:
        if item.passed_on:
            limit = present_by(item.arrived_on, calendar=calendar, urgency=item.document.urgency)
            if item.passed_on > limit:
                yield _late_finding("REGISTER-LATE-PRESENTATION", f"số đến {item.arrival:02}", limit, "23")


def _late_finding(code: str, what: str, limit: date, article: str) -> Finding:
    return finding(
        code,
        Severity.WARNING,
        vi=f"{what}: chuyển sau hạn {limit:%d/%m/%Y}.",
        en=f"{what}: handed on after {limit.isoformat()}, the last day.",
        where=what,
        source=Citation(instrument=_ND30, article=article, clause="1"),
    )
