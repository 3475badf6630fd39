"""Read exchange messages: by namespace, in any order, with a remark on what is odd (see `egov_vn.document.edxml`)."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from lxml import etree

from egov_vn._xml import MAX_BYTES, local_name, text_of
from egov_vn._xml import parse as parse_xml
from egov_vn.clock import VIETNAM
from egov_vn.document.edxml_write import ORGANIZATION, STAFF, namespace
from egov_vn.document.exchange import (
    Attachment,
    Business,
    BusinessKind,
    Message,
    Organization,
    Receiver,
    Replacement,
    Response,
    Staff,
    StatusMessage,
    Trace,
    status_text,
)
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, load

__all__ = ["MAX_ATTACHMENT", "Received", "read"]

MAX_ATTACHMENT: Final = 64 * 1024 * 1024
"""A file that unpacks to more bytes than this is refused."""
_SOURCE: Final = Citation(instrument="QCVN 102:2016/BTTTT")
_DAY: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[/-])(?P<month>[0-9]{1,2})[/-](?P<day>[0-9]{1,2})\b"
    r"|(?P<day2>[0-9]{1,2})/(?P<month2>[0-9]{1,2})/(?P<year2>[0-9]{4})\b"
)
_TIME: Final = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{2}):([0-9]{2})")
_KNOWN: Final = frozenset(
    {
        *("From", "To", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo", "DueDate"),
        *("ToPlaces", "OtherInfo", "ResponseFor", "SteeringType", "DocumentId"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was read: a document message or a status message, and remarks on how it was written."""

    message: Message | StatusMessage
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Reader:
    findings: list[Finding] = field(default_factory=list)

    def warn(self, code: str, where: str, vi: str, en: str) -> None:
        self.findings.append(finding(code, Severity.WARNING, vi=vi, en=en, where=where, source=_SOURCE))

    def day(self, text: str, where: str) -> date | None:
        """Read a day; forms other than yyyy/MM/dd are read and reported."""
        if not text:
            return None
        match = _DAY.match(text)
        if match:
            try:
                found = date(*(int(match[name] or match[f"{name}2"]) for name in ("year", "month", "day")))
            except ValueError as error:
                raise InvalidInput(f"{text!r} is not a day", path=where, source=str(_SOURCE)) from error
            if match["mark"] != "/":
                self.warn("EDX-DATE-FORM", where, f"Ngày “{text}” không theo dạng yyyy/MM/dd.", f"Odd day {text!r}.")
            return found
        raise InvalidInput(f"{text!r} is not a day", path=where, source=str(_SOURCE))

    def number(self, text: str, where: str) -> int | None:
        """Read a whole number of at most nine digits."""
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
            raise InvalidInput(f"{text!r} is not a whole number", path=where, source=str(_SOURCE))
        return int(text)

    def time(self, text: str, where: str) -> datetime:
        """Read an instant, written in Vietnamese time without a zone."""
        match = _TIME.fullmatch(text)
        try:
            if match:
                return datetime(*map(int, match.groups()), tzinfo=VIETNAM)  # type: ignore[misc, arg-type]
        except ValueError as error:
            raise InvalidInput(f"{text!r} is not a time", path=where, source=str(_SOURCE)) from error
        raise InvalidInput(f"{text!r} is not a time", path=where, source=str(_SOURCE))


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> Received:
    """Read an edXML file: a document message or a status message.

    Raises `InvalidInput` for what is not edXML (older and wrong namespaces are named), for damaged attachments and for
    archives that unpack to more than `MAX_ATTACHMENT`.
    """
    root = parse_xml(data, source="edXML", max_bytes=max_bytes)
    _check_root(root)
    reader = _Reader()
    header = _path(root, "edXMLEnvelope", "edXMLHeader", "MessageHeader")
    if header is None:
        raise InvalidInput("the message has no MessageHeader", path="/edXML/edXMLEnvelope/edXMLHeader")
    if _child(header, "StatusCode") is not None:
        return Received(message=_read_status(header, reader), findings=tuple(reader.findings))
    if _child(header, "Subject") is None:
        raise InvalidInput(
            "the message carries no document: it has neither Subject nor StatusCode", path="MessageHeader"
        )
    message = _read_message(root, header, reader)
    return Received(message=message, findings=tuple(reader.findings))


def _check_root(root: etree._Element) -> None:
    name = etree.QName(root)
    for row in load("egov_vn.document", "edxml").table("foreign_namespaces"):
        if any((etree.QName(item).namespace or "").startswith(row["value"]) for item in root.iter("*")):
            raise InvalidInput(f"the namespace {row['value']} is not edXML: {row['why']}", path=f"/{name.localname}")
    if name.localname != "edXML" or name.namespace != namespace():
        raise InvalidInput(f"the root is {name.text}, not edXML", path=f"/{name.localname}", source=str(_SOURCE))


def _read_message(root: etree._Element, header: etree._Element, reader: _Reader) -> Message:
    other = _child(header, "OtherInfo")
    if _path(root, "edXMLEnvelope", "edXMLHeader", "Signature") is not None:
        reader.warn(
            "EDX-SIGNATURE-UNVERIFIED",
            "edXMLHeader/Signature",
            "Phong bì có chữ ký nhưng không được kiểm tra; hãy kiểm tra chữ ký số của tệp đính kèm.",
            "The envelope bears a signature that is not checked; verify the attachments' signatures.",
        )
    extra = [item for item in header if isinstance(item.tag, str) and local_name(item) not in _KNOWN]
    return Message(
        sender=_organization(_child(header, "From")),
        receivers=tuple(_organization(item) for item in _children(header, "To")),
        document_id=_text(header, "DocumentId"),
        code_number=_text(header, "Code", "CodeNumber"),
        code_notation=_text(header, "Code", "CodeNotation"),
        place=_text(header, "PromulgationInfo", "Place"),
        day=reader.day(_text(header, "PromulgationInfo", "PromulgationDate"), "PromulgationDate"),
        type_name=_text(header, "DocumentType", "TypeName"),
        type_code=reader.number(_text(header, "DocumentType", "Type"), "DocumentType/Type") or 0,
        type_detail=reader.number(_text(header, "DocumentType", "TypeDetail"), "DocumentType/TypeDetail"),
        subject=_text(header, "Subject"),
        content=_text(header, "Content"),
        competence=_text(header, "SignerInfo", "Competence"),
        position=_text(header, "SignerInfo", "Position"),
        signer=_text(header, "SignerInfo", "FullName"),
        due=reader.day(_text(header, "DueDate"), "DueDate"),
        to_places=_texts(_child(header, "ToPlaces"), "Place"),
        priority=reader.number(_text(other, "Priority"), "OtherInfo/Priority"),
        sphere=_text(other, "SphereOfPromulgation"),
        drafter=_text(other, "TyperNotation"),
        copies=reader.number(_text(other, "PromulgationAmount"), "OtherInfo/PromulgationAmount"),
        pages=reader.number(_text(other, "PageAmount"), "OtherInfo/PageAmount"),
        appendixes=_texts(_child(other, "Appendixes"), "Appendix"),
        responses=tuple(filter(None, (_response(item, reader) for item in _children(header, "ResponseFor")))),
        steering=reader.number(_text(header, "SteeringType"), "SteeringType"),
        traces=_traces(root, reader),
        business=_business(root, reader),
        attachments=_attachments(root, reader),
        extra=tuple((local_name(item), text_of(item)) for item in extra),
    )


def _read_status(header: etree._Element, reader: _Reader) -> StatusMessage:
    code = _text(header, "StatusCode")
    status_text(code)
    response = _response(_child(header, "ResponseFor"), reader)
    if response is None:
        raise InvalidInput("a status names the document that it speaks of", path="ResponseFor", source=str(_SOURCE))
    return StatusMessage(
        sender=_organization(_child(header, "From")),
        response=response,
        code=code,
        at=reader.time(_text(header, "Timestamp"), "Timestamp"),
        description=_text(header, "Description"),
        staff=_staff(_child(header, "StaffInfo")),
    )


def _organization(element: etree._Element | None) -> Organization:
    if element is None:
        raise InvalidInput("the message does not say who sends it", path="From", source=str(_SOURCE))
    return Organization(**{key: _text(element, name) for name, key in ORGANIZATION})


def _staff(element: etree._Element | None) -> Staff | None:
    found = Staff(**{key: _text(element, name) for name, key in STAFF})
    return None if found == Staff() else found


def _response(element: etree._Element | None, reader: _Reader) -> Response | None:
    found = Response(
        organ_id=_text(element, "OrganId"),
        code=_text(element, "Code"),
        day=reader.day(_text(element, "PromulgationDate"), "ResponseFor/PromulgationDate"),
        document_id=_text(element, "DocumentId"),
    )
    # programs write an empty ResponseFor where there is none
    return None if found == Response(organ_id="", code="") else found


def _traces(root: etree._Element, reader: _Reader) -> tuple[Trace, ...]:
    parent = _path(root, "edXMLEnvelope", "edXMLHeader", "TraceHeaderList")
    return tuple(
        Trace(organ_id=_text(item, "OrganId"), at=reader.time(_text(item, "Timestamp"), "TraceHeader/Timestamp"))
        for item in _children(parent, "TraceHeader")
    )


def _business(root: etree._Element, reader: _Reader) -> Business:
    parent = _path(root, "edXMLEnvelope", "edXMLHeader", "TraceHeaderList")
    element = next((found for name in ("Bussiness", "Business") for found in _children(parent, name)), None)
    info = _child(element, "BussinessDocumentInfo")
    kind = reader.number(_text(element, "BussinessDocType"), "BussinessDocType") or 0
    if kind not in set(BusinessKind):
        raise InvalidInput(f"{kind} is no business of a document", path="BussinessDocType", source=str(_SOURCE))
    receivers = _children(_child(info, "ReceiverList"), "Receiver")
    replaced = _children(_child(element, "ReplacementInfoList"), "ReplacementInfo")
    return Business(
        kind=BusinessKind(kind),
        reason=_text(element, "BussinessDocReason"),
        document_id=_text(element, "DocumentId"),
        paper=_text(element, "Paper") == "1",
        content_changed=_text(info, "DocumentInfo") == "1",
        receivers_changed=_text(info, "DocumentReceiver") == "1",
        receivers=tuple(
            Receiver(organ_id=_text(item, "OrganId"), added=_text(item, "ReceiverType") == "1") for item in receivers
        ),
        replaces=tuple(
            Replacement(document_id=_text(item, "DocumentId"), organ_ids=_texts(_child(item, "OrganIdList"), "OrganId"))
            for item in replaced
        ),
        staff=_staff(_child(element, "StaffInfo")),
    )


def _attachments(root: etree._Element, reader: _Reader) -> tuple[Attachment, ...]:
    named = {
        _cid(_text(item, "ContentId"))
        for item in _children(_path(root, "edXMLEnvelope", "edXMLBody", "edXMLManifest"), "Reference")
    }
    found = tuple(
        _attachment(item, index)
        for index, item in enumerate(_children(_child(root, "AttachmentEncoded"), "Attachment"))
    )
    for odd in sorted(named ^ {item.content_id for item in found}):
        reader.warn(
            "EDX-MANIFEST",
            f"Reference[{odd}]",
            f"Tệp {odd} chỉ có ở một trong hai nơi: danh mục hoặc phần đính kèm.",
            f"The file {odd} stands in only one of manifest and attachments.",
        )
    return found


def _attachment(element: etree._Element, index: int) -> Attachment:
    where = f"Attachment[{index}]"
    try:
        data = base64.b64decode("".join(_text(element, "ContentTransferEncoded").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"the content is not base64: {error}", path=where) from error
    name, content_type = _text(element, "AttachmentName"), _text(element, "ContentType")
    return Attachment(
        name=name,
        data=_unpack(data, name, labelled="zip" in content_type, where=where),
        content_type=content_type,
        description=_text(element, "Description"),
        content_id=_cid(_text(element, "ContentId")),
    )


def _unpack(data: bytes, name: str, *, labelled: bool, where: str) -> bytes:
    """Unpack the zip that a widespread program puts around a file; office files, zips themselves, stay as they are.

    What only looks like a zip stays as it is too, unless its content type says that it is one.
    """
    if not data.startswith(b"PK\x03\x04") or name.lower().endswith((".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods")):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or entries[0].is_dir():
                return data
            with archive.open(entries[0]) as stream:
                inner = stream.read(MAX_ATTACHMENT + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        if not labelled:
            return data
        raise InvalidInput(f"the file's zip is damaged: {error}", path=where) from error
    if len(inner) > MAX_ATTACHMENT:
        raise InvalidInput(f"the file unpacks to more than {MAX_ATTACHMENT} bytes", path=where)
    return inner


def _cid(text: str) -> str:
    return text.removeprefix("cid:")


def _children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if parent is None else parent.findall(f"{{{namespace()}}}{name}")


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return None if parent is None else parent.find(f"{{{namespace()}}}{name}")


def _path(parent: etree._Element | None, *names: str) -> etree._Element | None:
    for name in names:
        parent = _child(parent, name)
    return parent


def _text(parent: etree._Element | None, *names: str) -> str:
    return text_of(_path(parent, *names))


def _texts(parent: etree._Element | None, name: str) -> tuple[str, ...]:
    return tuple(text_of(item) for item in _children(parent, name))
