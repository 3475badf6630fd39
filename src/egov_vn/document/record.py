"""A document at the border: read from JSON, written as a system's input data (NĐ 30/2020/NĐ-CP Annex VI)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from egov_vn._model import Model, wire
from egov_vn.agency import AgencyCode
from egov_vn.document.kind import DocumentKind
from egov_vn.document.model import (
    Appendix,
    Block,
    Capacity,
    Circulation,
    Document,
    DocumentReference,
    Issuer,
    Paragraph,
    Signatory,
    SigningForm,
    Urgency,
)
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation

__all__ = ["DocumentMetadata", "SignerInfo", "check_metadata", "document_from_json", "document_metadata"]


class _Issuer(Model):
    name: str
    superior: str = ""


class _Capacity(Model):
    form: SigningForm
    principal: str


class _Signatory(Model):
    name: str
    position: str = ""
    capacities: tuple[_Capacity, ...] = ()

    def value(self) -> Signatory:
        capacities = tuple(Capacity(item.form, item.principal) for item in self.capacities)
        return Signatory(name=self.name, position=self.position, capacities=capacities)


class _Paragraph(Model):
    text: str
    block: Block = Block.TEXT


class _Appendix(Model):
    title: str = ""
    body: tuple[_Paragraph, ...] = ()


class _Reference(Model):
    kind: str = ""
    number: str | None = None
    day: date | None = None
    issuer: str = ""
    abstract: str = ""
    text: str = ""
    paragraph: int = -1

    def value(self) -> DocumentReference:
        return DocumentReference(
            kind=self.kind,
            number=DocumentNumber.parse(self.number) if self.number else None,
            day=self.day,
            issuer=self.issuer,
            abstract=self.abstract,
            text=self.text,
            paragraph=self.paragraph,
        )


class _Record(Model):
    kind: str
    number: str | None = None
    issuer: _Issuer
    place: str = ""
    day: date | None = None
    abstract: str = ""
    addressees: tuple[str, ...] = ()
    body: tuple[_Paragraph, ...] = ()
    signer: _Signatory | None = None
    secretary: _Signatory | None = None
    recipients: tuple[str, ...] = ()
    references: tuple[_Reference, ...] = ()
    urgency: Urgency | None = None
    circulation: Circulation | None = None
    drafter: str = ""
    copies: int | None = None
    contact: tuple[str, ...] = ()
    appendices: tuple[_Appendix, ...] = ()


def document_from_json(data: bytes | str) -> Document:
    """Read a document from the JSON that `Document.to_json` writes; `InvalidInput` names the faulty field."""
    record = _Record.from_json(data, source="egov_vn.document", unique=True)
    return Document(
        kind=DocumentKind.named(record.kind),
        number=DocumentNumber.parse(record.number) if record.number else None,
        issuer=Issuer(name=record.issuer.name, superior=record.issuer.superior),
        place=record.place,
        day=record.day,
        abstract=record.abstract,
        addressees=record.addressees,
        body=_body(record.body),
        signer=record.signer.value() if record.signer else None,
        secretary=record.secretary.value() if record.secretary else None,
        recipients=record.recipients,
        references=tuple(item.value() for item in record.references),
        urgency=record.urgency,
        circulation=record.circulation,
        drafter=record.drafter,
        copies=record.copies,
        contact=record.contact,
        appendices=tuple(Appendix(title=item.title, body=_body(item.body)) for item in record.appendices),
    )


def _body(paragraphs: tuple[_Paragraph, ...]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(item.text, item.block) for item in paragraphs)


class SignerInfo(Model):
    """Position and name of the signer (*chức vụ, họ tên người ký*)."""

    position: Annotated[str, wire("Position")] = ""
    full_name: Annotated[str, wire("FullName")] = ""


class DocumentMetadata(Model):
    """The input data of an outgoing document (*thông tin đầu vào*, NĐ 30/2020/NĐ-CP Annex VI part II section I).

    Field names are the annex's. Days are written dd/MM/yyyy: the annex says only that they take ten characters.
    """

    organ_id: Annotated[str | None, wire("OrganId")] = None
    file_catalog: Annotated[int | None, wire("FileCatalog")] = None
    file_notation: Annotated[str | None, wire("FileNotation")] = None
    ordinal: Annotated[int | None, wire("DocOrdinal")] = None
    type_name: Annotated[str, wire("TypeName")]
    code_number: Annotated[str, wire("CodeNumber")]
    code_notation: Annotated[str, wire("CodeNotation")]
    issued_date: Annotated[str, wire("IssuedDate")]
    organ_name: Annotated[str, wire("OrganName")]
    subject: Annotated[str, wire("Subject")]
    language: Annotated[str, wire("Language")] = "Tiếng Việt"
    page_amount: Annotated[int | None, wire("PageAmount")] = None
    description: Annotated[str | None, wire("Description")] = None
    signer_info: Annotated[SignerInfo | None, wire("SignerInfo")] = None
    priority: Annotated[int | None, wire("Priority")] = None
    issued_amount: Annotated[int | None, wire("IssuedAmount")] = None
    due_date: Annotated[str | None, wire("DueDate")] = None


def document_metadata(
    document: Document, *, pages: int | None = None, agency: AgencyCode | None = None, due: date | None = None
) -> DocumentMetadata:
    """Return the input data of *document*; it needs a number and a date. *agency* keeps the file (*mã hồ sơ*)."""
    if document.number is None or document.day is None:
        raise InvalidInput("the input data need a number and a date", path="number", source="Phụ lục VI 30/2020/NĐ-CP")
    signer = document.signer
    return DocumentMetadata(
        organ_id=str(agency) if agency else None,
        type_name=document.kind.name,
        code_number=document.number.code_number,
        code_notation=document.number.notation,
        issued_date=f"{document.day:%d/%m/%Y}",
        organ_name=document.issuer.name,
        subject=document.abstract,
        page_amount=pages,
        signer_info=SignerInfo(position=" ".join(signer.lines), full_name=signer.name) if signer else None,
        issued_amount=document.copies,
        due_date=f"{due:%d/%m/%Y}" if due else None,
    )


_LENGTHS: Final = {
    "organ_id": 13,
    "file_notation": 20,
    "type_name": 100,
    "code_number": 11,
    "code_notation": 30,
    "organ_name": 200,
    "subject": 500,
    "language": 30,
    "description": 500,
}
_DIGITS: Final = {"file_catalog": 4, "ordinal": 3, "page_amount": 3, "priority": 1, "issued_amount": 3}
_SOURCE: Final = Citation(instrument="30/2020/NĐ-CP", annex="VI", title="phần II mục I")


def check_metadata(metadata: DocumentMetadata) -> tuple[Finding, ...]:
    """Return the fields that exceed the lengths of Annex VI.

    An agency's identifier of up to 35 characters is newer law (QĐ 20/2020/QĐ-TTg) than the annex's 13: a warning.
    """
    values = metadata.model_dump(by_alias=False)
    long = [(name, limit) for name, limit in _LENGTHS.items() if len(values[name] or "") > limit]
    long += [(name, limit) for name, limit in _DIGITS.items() if len(str(values[name] or 0)) > limit]
    if metadata.signer_info:
        pairs = (("position", 100), ("full_name", 50))
        long += [(name, limit) for name, limit in pairs if len(getattr(metadata.signer_info, name)) > limit]
    return tuple(
        finding(
            "DOC-METADATA-LENGTH",
            Severity.WARNING if name == "organ_id" else Severity.ERROR,
            vi=f"Trường {name} dài quá {limit} ký tự.",
            en=f"The field {name} is longer than {limit} characters.",
            where=name,
            source=_SOURCE,
        )
        for name, limit in long
    )
