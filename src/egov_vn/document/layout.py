"""Lay an official document out as PDF/A: Annex I of NĐ 30/2020/NĐ-CP, and the places where the two signatures go.

Measures are data (`data/layout.toml`); the template holds none. Needs the extra `forms`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from egov_vn._typeset import Box, Standard, compile_pdf, compile_png
from egov_vn.clock import require_aware, vietnam_date
from egov_vn.document.kind import normalise
from egov_vn.document.model import Appendix, Block, Document, Paragraph, Signatory, vietnamese_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding
from egov_vn.law import load

__all__ = ["Layout", "render", "render_png", "sentence_case"]

_TEMPLATE: Final = "egov_vn.document:official"
_TITLE_LENGTH: Final = 500
"""The file's title is cut here: PDF/A limits the length of strings, and no viewer shows more."""
_ARTICLE = re.compile(r"^(Điều\s+\d+[a-zđ]?\s*[.:])(.*)$", re.DOTALL)
_NUMBERED = re.compile(r"^[IVX]{1,6}\s*\.")
_ROMAN: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A document laid out: the PDF/A file, and where its signatures go.

    *signature_box* is the place of the person's signature image, centred between position and name; *seal_box* the
    place of the agency's seal in its true size, over the left third of the signature; *corner_box* the upper right
    corner of the first page, where an attachment or an electronic copy is signed. Boxes are in PDF points from the
    lower left corner of their page; the first two are None if the document has no signer.
    """

    pdf: bytes
    pages: int
    font: str
    signature_box: Box | None
    seal_box: Box | None
    corner_box: Box
    findings: tuple[Finding, ...] = ()


def render(
    document: Document,
    *,
    at: datetime,
    standard: Standard = "a-2b",
    seal_mm: float | None = None,
    font: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> Layout:
    """Lay *document* out under NĐ 30/2020/NĐ-CP and return the PDF/A file with its places for signature and seal.

    *at* is the creation date written into the file, and chooses the version of the measures. *seal_mm* is the true
    diameter of the agency's seal. The same document, instant and fonts give the same bytes. Raises `InvalidInput` for a
    character that no font shows, `Unavailable` without the extra `forms`.
    """
    return compose(document, at=at, standard=standard, seal_mm=seal_mm, font=font, font_paths=font_paths)


def compose(
    document: Document,
    *,
    at: datetime,
    extra: Mapping[str, Any] | None = None,
    standard: Standard = "a-2b",
    seal_mm: float | None = None,
    font: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> Layout:
    """Set *document* with *extra* values for the template; the house's own door to the template, see `render`."""
    values = _values(document, vietnam_date(require_aware(at)), seal_mm) | dict(extra or {})
    made = compile_pdf(_TEMPLATE, data=values, at=at, standard=standard, font=font, font_paths=font_paths)
    return Layout(
        pdf=made.pdf,
        pages=made.pages,
        font=made.font,
        signature_box=made.boxes.get("signature"),
        seal_box=made.boxes.get("seal"),
        corner_box=made.boxes["corner"],
        findings=made.findings,
    )


def render_png(
    document: Document, *, at: datetime, dpi: float = 110, seal_mm: float | None = None, font: str | None = None
) -> tuple[bytes, ...]:
    """Return the pages of the laid-out *document* as PNG pictures."""
    values = _values(document, vietnam_date(require_aware(at)), seal_mm)
    return compile_png(_TEMPLATE, data=values, at=at, dpi=dpi, font=font)


def sentence_case(text: str, *, context: str = "") -> str:
    """Return *text*, written in capitals, in sentence case; names are restored from their spelling in *context*.

    An abstract is set in lower case (Annex I part I section II.5.b), but older documents, and web copies, write it in
    capitals. A text that is not all in capitals comes back unchanged.
    """
    letters = [char for char in text if char.isalpha()]
    if not letters or any(char.islower() for char in letters):
        return text
    lowered = text.lower()
    for name in _names(normalise(context)):
        if name.lower() in lowered:
            lowered = re.sub(rf"(?<!\w){re.escape(name.lower())}(?!\w)", name, lowered)
    return lowered[:1].upper() + lowered[1:]


def _names(text: str) -> list[str]:
    """Return the names of two words and more in *text*, such as *Cần Thơ*, the longest first."""
    found: set[str] = set()
    run: list[str] = []
    for word in (*re.findall(r"\w+|[^\w\s]", text), "."):
        if word[:1].isupper() and any(char.islower() for char in word):
            run.append(word)
            continue
        if len(run) > 1:
            found.add(" ".join(run))
        run = []
    return sorted(found, key=lambda item: (-len(item), item))


def _values(document: Document, day: date, seal_mm: float | None) -> dict[str, Any]:
    letter = document.kind.is_letter
    abstract = sentence_case(document.abstract, context=_context(document))
    return {
        "title": replace(document, abstract=abstract).title[:_TITLE_LENGTH],
        "style": _style(day, seal_mm),
        "superior": document.issuer.superior,
        "issuer": name_lines(document.issuer.name),
        "number": f"Số: {document.number}" if document.number else "Số:",
        "dateline": document.dateline,
        "kind": "" if letter else document.kind.name,
        "abstract": "" if letter else abstract,
        "letter-abstract": re.sub(r"^(?:V/v|Về việc)\s+", "", abstract, flags=re.IGNORECASE) if letter else "",
        "addressees": list(document.addressees),
        "body": _body(document.body),
        "signer": _signer(document.signer),
        "secretary": _signer(document.secretary) if document.signer else None,
        "recipients": _recipients(document.recipients),
        "drafter": _drafter(document),
        "stamps": _stamps(document, day),
        "contact": list(document.contact),
        "copy": None,
        "appendices": [_appendix(document, index) for index in range(len(document.appendices))],
    }


def _context(document: Document) -> str:
    """Return the text that shows how this document spells its names."""
    return " ".join((f"tại {document.place} .", document.abstract, *(paragraph.text for paragraph in document.body)))


def _style(day: date, seal_mm: float | None) -> dict[str, Any]:
    law = load("egov_vn.document", "layout")
    width, height = law.timeline("signature_image", tuple).on(day).value
    seal = seal_mm if seal_mm is not None else law.timeline("seal_diameter", int).on(day).value
    if not 10 <= seal <= 60:
        raise InvalidInput(f"{seal} mm is no diameter of a seal", path="seal_mm")
    return {
        "sizes": {row["component"]: row["size"] for row in law.table("type")},
        "margins": dict(law.timeline("page_margins", MappingProxyType).on(day).value["chosen"]),
        "paragraphs": dict(law.timeline("paragraphs", MappingProxyType).on(day).value["chosen"]),
        "letter-gap": law.timeline("letter_abstract_gap", int).on(day).value,
        "overlap": law.timeline("seal_overlap", float).on(day).value,
        "signature": {"width": width, "height": height},
        "seal": seal,
    }


def name_lines(name: str) -> list[str]:
    """Break a committee's name before its place, as such heads are printed: *ỦY BAN NHÂN DÂN / THÀNH PHỐ CẦN THƠ*."""
    match = re.match(r"^((?:ỦY|UỶ) BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|VĂN PHÒNG)\s+(.+)$", name, re.IGNORECASE)
    return [match[1], match[2]] if match and len(name) > 24 else [name]


def _body(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    return [_paragraph(paragraph) for paragraph in paragraphs]


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    article = _ARTICLE.match(paragraph.text) if paragraph.block is Block.ARTICLE else None
    return {
        "block": paragraph.block.value,
        "text": paragraph.text,
        "label": article[1] if article else "",
        "rest": article[2] if article else paragraph.text,
        "numbered": bool(_NUMBERED.match(paragraph.text)),
    }


def _signer(signer: Signatory | None) -> dict[str, Any] | None:
    return {"lines": list(signer.lines), "name": signer.name} if signer else None


def _recipients(names: tuple[str, ...]) -> list[str]:
    return [name + (";" if index + 1 < len(names) else ".") for index, name in enumerate(names)]


def _drafter(document: Document) -> str:
    copies = f"({document.copies})" if document.copies else ""
    return f"{document.drafter.upper()}.{copies}" if document.drafter else copies


def _stamps(document: Document, day: date) -> list[dict[str, Any]]:
    stamps: list[dict[str, Any]] = []
    if document.urgency:
        sizes = load("egov_vn.document", "layout").timeline("urgency_stamps", MappingProxyType).on(day).value
        width, height = sizes[document.urgency.value]
        stamps.append({"words": document.urgency.value, "width": width, "height": height, "red": True})
    if document.circulation:
        stamps.append({"words": document.circulation.value, "width": 56, "height": 8, "red": False})
    return stamps


def _appendix(document: Document, index: int) -> dict[str, Any]:
    appendix: Appendix = document.appendices[index]
    several = len(document.appendices) > 1
    number = (_ROMAN[index + 1] if index + 1 < len(_ROMAN) else str(index + 1)) if several else ""
    day = vietnamese_date(document.day) if document.day else "ngày … tháng … năm …"
    issuer = sentence_case(document.issuer.name, context=_context(document))
    return {
        "heading": f"Phụ lục {number}".strip(),
        "title": appendix.title,
        "hint": f"(Kèm theo {document.kind.name} số {document.number or '…'} {day} của {issuer})",
        "body": _body(appendix.body),
    }
