"""What an exchange message says: organisations, business, attachments, statuses (see `egov_vn.document.edxml`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from egov_vn.agency import AgencyCode
from egov_vn.clock import require_date
from egov_vn.document.kind import DocumentKind
from egov_vn.document.model import Document, Urgency
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Row, load

__all__ = [
    "Attachment",
    "Business",
    "BusinessKind",
    "Message",
    "Organization",
    "Receiver",
    "Replacement",
    "Response",
    "Staff",
    "StatusMessage",
    "Trace",
    "check_step",
    "document_id",
    "kind_of",
    "message_of",
    "status_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An agency that sends or receives (*cơ quan gửi, nhận*)."""

    organ_id: str
    name: str
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who acted: unit, person, and how to reach them."""

    department: str = ""
    staff: str = ""
    mobile: str = ""
    email: str = ""


class BusinessKind(IntEnum):
    """What the sender wants with the document (*nghiệp vụ*)."""

    NEW = 0
    RECALL = 1
    UPDATE = 2
    REPLACE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver that an update adds or removes."""

    organ_id: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """An earlier document that this one replaces at some receivers."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The business of a message: a new document, a recall, an update, a replacement; and why.

    *document_id* names the earlier document of an update or a replacement; *paper* says that a paper copy follows.
    """

    kind: BusinessKind = BusinessKind.NEW
    reason: str = ""
    document_id: str = ""
    paper: bool = False
    content_changed: bool = False
    receivers_changed: bool = False
    receivers: tuple[Receiver, ...] = ()
    replaces: tuple[Replacement, ...] = ()
    staff: Staff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The document that a message answers, or that a status speaks of."""

    organ_id: str
    code: str
    day: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A system that the message went through, and when (Vietnamese time)."""

    organ_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels with the message."""

    name: str
    data: bytes
    content_type: str = "application/pdf"
    description: str = ""
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A document on its way from one agency to others (*gói tin văn bản*), in the standard's components 1.1 to 1.14.

    *extra* holds elements of the header that the standard's list does not name, as (name, text).
    """

    sender: Organization
    receivers: tuple[Organization, ...]
    document_id: str
    code_number: str
    code_notation: str
    place: str = ""
    day: date | None = None
    type_name: str = ""
    type_code: int = 0
    type_detail: int | None = None
    subject: str = ""
    content: str = ""
    competence: str = ""
    position: str = ""
    signer: str = ""
    due: date | None = None
    to_places: tuple[str, ...] = ()
    priority: int | None = None
    sphere: str = ""
    drafter: str = ""
    copies: int | None = None
    pages: int | None = None
    appendixes: tuple[str, ...] = ()
    responses: tuple[Response, ...] = ()
    steering: int | None = None
    traces: tuple[Trace, ...] = ()
    business: Business = Business()
    attachments: tuple[Attachment, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> DocumentNumber | None:
        """Number and notation read together; None where they follow no known grammar."""
        try:
            return DocumentNumber.parse(f"{self.code_number}/{self.code_notation}")
        except InvalidInput:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMessage:
    """What became of a document at its receiver (*gói tin trạng thái*), or that its sender wants it back (13)."""

    sender: Organization
    response: Response
    code: str
    at: datetime
    description: str = ""
    staff: Staff | None = None


def document_id(agency: AgencyCode, day: date, number: DocumentNumber) -> str:
    """Return the usual identifier of an exchanged document: `"000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"`.

    Hubs treat it as opaque; read other systems' identifiers so too.
    """
    return f"{agency},{require_date(day, 'day'):%Y/%m/%d},{number}"


def message_of(
    document: Document,
    *,
    sender: Organization,
    receivers: tuple[Organization, ...],
    attachments: tuple[Attachment, ...],
    pages: int | None = None,
    due: date | None = None,
    business: Business | None = None,
    responses: tuple[Response, ...] = (),
) -> Message:
    """Return the message that sends *document*; it needs a number and a date, a receiver and at least one file."""
    if document.number is None or document.day is None:
        raise InvalidInput("a document is sent with its number and date", path="number")
    if not receivers:
        raise InvalidInput("a message needs a receiver", path="receivers")
    if not attachments:
        raise InvalidInput("a message carries at least the document's file", path="attachments")
    signer = document.signer
    return Message(
        sender=sender,
        receivers=receivers,
        document_id=document_id(AgencyCode.parse(sender.organ_id), document.day, document.number),
        code_number=document.number.code_number,
        code_notation=document.number.notation,
        place=document.place,
        day=document.day,
        type_name=document.kind.name,
        subject=document.abstract,
        competence=signer.capacities[-1].form.value if signer and signer.capacities else "",
        position=signer.position if signer else "",
        signer=signer.name if signer else "",
        due=due,
        to_places=document.recipients,
        priority=_priority(document.urgency),
        sphere=document.circulation.value if document.circulation else "",
        drafter=document.drafter,
        copies=document.copies,
        pages=pages,
        appendixes=tuple(item.title for item in document.appendices),
        responses=responses,
        business=business or Business(),
        attachments=attachments,
    )


def _priority(urgency: Urgency | None) -> int:
    rows = load("egov_vn.document", "edxml").table("priorities")
    return next((int(row["code"]) for row in rows if urgency and row["vi"] == urgency.value), 0)


def kind_of(message: Message) -> DocumentKind | None:
    """Return the kind of the document in *message*, by its type name; the numeric codes contradict each other."""
    try:
        return DocumentKind.named(message.type_name)
    except InvalidInput:
        return None


def status_text(code: str) -> Row:
    """Return what the status *code* means: `["vi"]`, `["en"]`, and `["sender"]`, which side sends it."""
    for row in load("egov_vn.document", "edxml").table("statuses"):
        if row["code"] == code:
            return row
    raise InvalidInput(f"{code!r} is no status of an exchanged document", path="StatusCode")


def check_step(previous: str, new: str) -> tuple[Finding, ...]:
    """Return a finding if the status *new* does not usually follow *previous* ("" before the first one).

    Messages overtake each other: the same status again is nothing, and an unusual one is recorded, never refused.
    """
    status_text(new)
    table = load("egov_vn.document", "edxml").table("transitions")
    usual = next((row["to"] for row in table if row["from"] == previous), ())
    if new == previous or new in usual:
        return ()
    return (
        finding(
            "EDX-STATUS-ORDER",
            Severity.WARNING,
            vi=f"Trạng thái {new} không thường đi sau {previous or 'lúc gửi'}.",
            en=f"The status {new} does not usually follow {previous or 'sending'}.",
            where="StatusCode",
            source=table.source,
        ),
    )
