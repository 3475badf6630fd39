"""Copies of documents: *sao y*, *sao lục*, *trích sao* (NĐ 30/2020/NĐ-CP Art. 25-27, Annex I part II).

A copy made under the decree has the legal value of the original (Art. 26). On paper it bears the components of a copy
under a full-width rule on the same sheet; an electronic copy bears the agency's signature as text in the upper right
corner of page 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from egov_vn._typeset import Standard
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.document.kind import DocumentKind
from egov_vn.document.layout import Layout, compose, name_lines
from egov_vn.document.model import Document, Issuer, Signatory, vietnamese_date
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import load

__all__ = ["CopyKind", "CopyNote", "Medium", "attachment_text", "check_copy", "electronic_copy_text", "render_copy"]


class CopyKind(StrEnum):
    """The three kinds of copy (*hình thức sao*)."""

    TRUE_COPY = "SY"
    """*Sao y*: of an original or a principal copy, whole."""
    COPY_OF_COPY = "SL"
    """*Sao lục*: printed or photographed from a *sao y*."""
    EXTRACT = "TrS"
    """*Trích sao*: of a part, with the components of form made anew."""

    @property
    def words(self) -> str:
        """What the copy says of itself: `"SAO Y"`, `"SAO LỤC"`, `"TRÍCH SAO"`."""
        return DocumentKind.of(self.value).name.upper()


class Medium(StrEnum):
    """What a document lies on."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyNote:
    """The components of form of a copy on paper: who copied, number, place and day, who signs, for whom."""

    kind: CopyKind
    issuer: Issuer
    number: DocumentNumber
    place: str
    day: date
    signer: Signatory
    recipients: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.number.kind != self.kind.value:
            raise InvalidInput(
                f"the number {self.number} is not one of a {self.kind.words}",
                path="number",
                source="điểm c khoản 1 mục II phần II Phụ lục I 30/2020/NĐ-CP",
            )


def check_copy(
    kind: CopyKind, *, source: Medium, target: Medium, from_copy: CopyKind | None = None
) -> tuple[Finding, ...]:
    """Return what forbids making a copy of *kind* from a *source* into a *target*.

    *from_copy* tells that the source is itself a copy.
    A *sao lục* is made from a *sao y* and from nothing else; a *sao y* is made from an original or a principal copy.
    """
    table = load("egov_vn.document", "form").table("copy_routes")
    row = next(row for row in table if row["kind"] == kind.value)
    found: list[Finding] = []
    if f"{source.value}-{target.value}" not in row["routes"]:
        found.append(
            finding(
                "COPY-ROUTE",
                Severity.ERROR,
                vi=f"Không có hình thức {kind.words} từ văn bản {_VI[source]} sang {_VI[target]}.",
                en=f"No {kind.words} is made from {source.value} to {target.value}.",
                where="kind",
                source=row.source,
            )
        )
    wanted = CopyKind.TRUE_COPY if kind is CopyKind.COPY_OF_COPY else None
    if from_copy is not wanted and kind is not CopyKind.EXTRACT:
        found.append(
            finding(
                "COPY-SOURCE",
                Severity.ERROR,
                vi="Sao lục chỉ thực hiện từ bản sao y."
                if wanted
                else "Sao y chỉ thực hiện từ bản gốc hoặc bản chính.",
                en="A sao lục is made from a sao y only." if wanted else "A sao y is made from an original only.",
                where="from_copy",
                source=row.source,
            )
        )
    return tuple(found)


def electronic_copy_text(kind: CopyKind, issuer: str, *, at: datetime) -> tuple[str, ...]:
    """Return the lines of the agency's signature on an electronic copy: kind, agency, time of signing with its zone.

    They stand in the upper right corner of page 1 (`Layout.corner_box`), 10 pt black, without an image (Annex I
    II.I.3).
    """
    return (kind.words, issuer, _signing_time(at))


def attachment_text(number: DocumentNumber, *, at: datetime) -> tuple[str, ...]:
    """Return the lines of the agency's signature on an attachment in a file of its own: number, time of signing."""
    return (str(number), _signing_time(at))


def render_copy(
    document: Document,
    note: CopyNote,
    *,
    at: datetime,
    standard: Standard = "a-2b",
    font: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> Layout:
    """Lay *document* out with the components of its copy below it, as it is printed for paper (Annex III sample 3.1).

    The boxes of the result are those of the copy's signer; the original's own signature is not imitated.
    """
    extra = {
        "copy": {
            "words": note.kind.words,
            "issuer": name_lines(note.issuer.name),
            "superior": note.issuer.superior,
            "number": f"Số: {note.number}",
            "dateline": f"{note.place}, {vietnamese_date(note.day)}",
            "recipients": [
                name + (";" if index + 1 < len(note.recipients) else ".") for index, name in enumerate(note.recipients)
            ],
            "signer": {"lines": list(note.signer.lines), "name": note.signer.name},
        }
    }
    return compose(document, at=at, extra=extra, standard=standard, font=font, font_paths=font_paths)


_VI: Final = {Medium.PAPER: "giấy", Medium.ELECTRONIC: "điện tử"}


def _signing_time(at: datetime) -> str:
    local = require_aware(at).astimezone(VIETNAM)
    return f"{local:%d/%m/%Y %H:%M:%S} +07:00"
