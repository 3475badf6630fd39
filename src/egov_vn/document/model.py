"""An official document as a value: its components of form (*thành phần thể thức*, NĐ 30/2020/NĐ-CP Art. 8)."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

from egov_vn.document.kind import DocumentKind
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput

__all__ = [
    "Appendix",
    "Block",
    "Capacity",
    "Circulation",
    "Document",
    "DocumentReference",
    "Issuer",
    "Paragraph",
    "Signatory",
    "SigningForm",
    "Urgency",
]


class SigningForm(StrEnum):
    """In what capacity somebody signs (*quyền hạn của người ký*, NĐ 30/2020/NĐ-CP Art. 13, Annex I, II.7.b)."""

    COLLECTIVE = "TM."
    """*Thay mặt*: on behalf of a collective body; what follows is the body's name."""
    ACTING = "Q."
    """*Quyền*: acting head; what follows is the head's position."""
    DEPUTY = "KT."
    """*Ký thay*: a deputy signs for the head."""
    BY_ORDER = "TL."
    """*Thừa lệnh*: by order of the head."""
    AUTHORISED = "TUQ."
    """*Thừa uỷ quyền*: by written authorisation of the head."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """One line of authority: `Capacity(SigningForm.COLLECTIVE, "ỦY BAN NHÂN DÂN")` is *TM. ỦY BAN NHÂN DÂN*."""

    form: SigningForm
    principal: str

    def __str__(self) -> str:
        return f"{self.form.value} {self.principal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs, as what, and in what capacity (*quyền hạn, chức vụ, họ tên người ký*).

    *name* bears no academic title or rank. With `SigningForm.ACTING`, whose line already states the position,
    *position* is empty.
    """

    name: str
    position: str = ""
    capacities: tuple[Capacity, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines above the signature: `("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")`."""
        return (*map(str, self.capacities), *((self.position,) if self.position else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The issuing body (*cơ quan ban hành*) and, where it has one, the body directly above it (*cơ quan chủ quản*)."""

    name: str
    superior: str = ""


class Block(StrEnum):
    """What a paragraph of the body is (Annex I part I section II.6)."""

    BASIS = "basis"
    """A legal ground, *căn cứ*: italic, ends with a semicolon, the last with a full stop."""
    AUTHORITY = "authority"
    """The body or office that decides, in a resolution or decision (*thẩm quyền ban hành*)."""
    ENACTING = "enacting"
    """*QUYẾT ĐỊNH:* or *QUYẾT NGHỊ:*, between the grounds and the articles."""
    PART = "part"
    """*Phần* with a Roman numeral."""
    CHAPTER = "chapter"
    """*Chương* with a Roman numeral."""
    SECTION = "section"
    """*Mục* with an Arabic numeral."""
    SUBSECTION = "subsection"
    """*Tiểu mục* with an Arabic numeral."""
    HEADING = "heading"
    """The heading of a part, chapter, section or subsection; or a Roman-numbered heading of a report."""
    ARTICLE = "article"
    """*Điều 1.*"""
    CLAUSE = "clause"
    """*Khoản*: `1.`"""
    POINT = "point"
    """*Điểm*: `a)`, in the order of the Vietnamese alphabet."""
    TEXT = "text"
    """Running text."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body: its *text* as it reads, with its own number or letter, and what it is."""

    text: str
    block: Block = Block.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReference:
    """A document that another one cites (*văn bản viện dẫn*): as far as the citation tells.

    *kind* is the type name as written; laws have no *number* in citations. *paragraph* is the index in the body, -1
    outside.
    """

    kind: str
    number: DocumentNumber | None
    day: date | None = None
    issuer: str = ""
    abstract: str = ""
    text: str = ""
    paragraph: int = -1


class Urgency(StrEnum):
    """How urgent a document is (*mức độ khẩn*)."""

    FLASH = "HOẢ TỐC"
    VERY_URGENT = "THƯỢNG KHẨN"
    URGENT = "KHẨN"


class Circulation(StrEnum):
    """Who may see a document (*chỉ dẫn về phạm vi lưu hành*)."""

    RETURN_AFTER_READING = "XEM XONG TRẢ LẠI"
    INTERNAL = "LƯU HÀNH NỘI BỘ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """An appendix in the same file (*phụ lục*): several are numbered in Roman, and each numbers its own pages."""

    title: str
    body: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An official document (*văn bản hành chính*), as far as it is known; what is missing, `check` reports.

    *abstract* is the summary below the type name, or after *V/v* in a letter; *addressees* the names after *Kính gửi*;
    *recipients* the lines of *Nơi nhận* without dashes and punctuation; *secretary* signs minutes beside the chair.
    """

    kind: DocumentKind
    number: DocumentNumber | None = None
    issuer: Issuer
    place: str = ""
    day: date | None = None
    abstract: str = ""
    addressees: tuple[str, ...] = ()
    body: tuple[Paragraph, ...] = ()
    signer: Signatory | None = None
    secretary: Signatory | None = None
    recipients: tuple[str, ...] = ()
    references: tuple[DocumentReference, ...] = ()
    urgency: Urgency | None = None
    circulation: Circulation | None = None
    drafter: str = ""
    copies: int | None = None
    contact: tuple[str, ...] = ()
    appendices: tuple[Appendix, ...] = ()

    def __post_init__(self) -> None:
        if not self.issuer.name.strip():
            raise InvalidInput("a document has an issuing body", path="issuer.name", source="Điều 8 30/2020/NĐ-CP")
        if self.copies is not None and self.copies < 1:
            raise InvalidInput(f"{self.copies} copies cannot be issued", path="copies")

    @property
    def title(self) -> str:
        """The document in one line: `"Chỉ thị 11/CT-UBND: Về việc …"`."""
        head = " ".join(filter(None, (self.kind.name, str(self.number) if self.number else "")))
        return f"{head}: {self.abstract}" if self.abstract else head

    @property
    def dateline(self) -> str:
        """Place and date as they are printed: `"Cần Thơ, ngày 08 tháng 7 năm 2015"`, empty without a date."""
        return f"{self.place}, {vietnamese_date(self.day)}" if self.day else ""

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain JSON values: kinds by name, numbers as written, days as ISO, nothing empty."""
        return cast("dict[str, Any]", _plain(self))

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the document as JSON; `document_from_json` reads it back."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)


def vietnamese_date(day: date) -> str:
    """Return *day* in words; days below 10 and the months 1 and 2 get a zero (Annex I part I section II.4.b)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year:04}"


def _plain(value: object) -> object:
    if isinstance(value, DocumentKind):
        return value.name
    if isinstance(value, DocumentNumber):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {name: _plain(inner) for name, inner in pairs if inner not in (None, "", ())}
    return value.value if isinstance(value, StrEnum) else value
