"""Write exchange messages: the standard's order, and the prefixes that hubs expect (see `egov_vn.document.edxml`)."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from lxml import etree

from egov_vn.clock import VIETNAM, require_aware
from egov_vn.document.exchange import BusinessKind, Message, Organization, Response, Staff, StatusMessage, status_text
from egov_vn.errors import InvalidInput
from egov_vn.law import load

__all__ = ["ORGANIZATION", "STAFF", "namespace", "write"]

ORGANIZATION: Final = (
    ("OrganId", "organ_id"),
    ("OrganizationInCharge", "in_charge"),
    ("OrganName", "name"),
    ("OrganAdd", "address"),
    ("Email", "email"),
    ("Telephone", "telephone"),
    ("Fax", "fax"),
    ("Website", "website"),
)
"""The elements of an organisation, in order, and the fields that they fill."""
STAFF: Final = (("Department", "department"), ("Staff", "staff"), ("Email", "email"), ("Mobile", "mobile"))
"""The elements of a member of staff, in order, and the fields that they fill."""


def namespace() -> str:
    """Return the namespace of edXML."""
    return load("egov_vn.document", "edxml").timeline("namespace", str).versions[-1].value


def write(message: Message | StatusMessage) -> bytes:
    """Return *message* as an edXML file; `InvalidInput` for characters that XML cannot hold."""
    try:
        root = _write_root(message)
    except ValueError as error:
        raise error if isinstance(error, InvalidInput) else InvalidInput(f"not writable as XML: {error}") from error
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data


def _write_root(message: Message | StatusMessage) -> etree._Element:
    space = namespace()
    root = etree.Element(f"{{{space}}}edXML", nsmap={None: space})
    envelope = etree.SubElement(root, f"{{{space}}}edXMLEnvelope", nsmap={"edXML": space})
    head = _add(envelope, "edXMLHeader")
    if isinstance(message, StatusMessage):
        _write_status(_add(head, "MessageHeader"), message)
        return root
    _write_header(_add(head, "MessageHeader"), message)
    _write_traces(_add(head, "TraceHeaderList"), message)
    manifest = _add(_add(envelope, "edXMLBody"), "edXMLManifest")
    manifest.set("version", "1.0")
    encoded = etree.SubElement(root, f"{{{space}}}AttachmentEncoded")
    for index, attachment in enumerate(message.attachments, 1):
        content_id = attachment.content_id or f"attachment-{index}"
        reference = _add(manifest, "Reference")
        _fill(
            reference,
            (
                ("ContentId", f"cid:{content_id}"),
                ("ContentType", attachment.content_type),
                ("Description", attachment.description),
                ("AttachmentName", attachment.name),
            ),
        )
        item = etree.SubElement(encoded, f"{{{space}}}Attachment")
        for name, text in (
            ("ContentId", f"cid:{content_id}"),
            ("AttachmentName", attachment.name),
            ("Description", attachment.description),
            ("ContentType", attachment.content_type),
        ):
            etree.SubElement(item, f"{{{space}}}{name}").text = text
        body = etree.SubElement(item, f"{{{space}}}ContentTransferEncoded", nsmap={"edXML": space})
        body.text = base64.b64encode(attachment.data).decode("ascii")
    return root


def _write_header(header: etree._Element, message: Message) -> None:
    _write_organization(_add(header, "From"), message.sender)
    for receiver in message.receivers:
        _write_organization(_add(header, "To"), receiver)
    _fill(_add(header, "Code"), (("CodeNumber", message.code_number), ("CodeNotation", message.code_notation)))
    _fill(_add(header, "PromulgationInfo"), (("Place", message.place), ("PromulgationDate", _day_text(message.day))))
    kind = (("Type", str(message.type_code)), ("TypeDetail", _number_text(message.type_detail)))
    _fill(_add(header, "DocumentType"), (*kind, ("TypeName", message.type_name)))
    _fill(header, (("Subject", message.subject), ("Content", message.content)))
    signer = (("Competence", message.competence), ("Position", message.position), ("FullName", message.signer))
    _fill(_add(header, "SignerInfo"), signer)
    if message.due:
        _fill(header, (("DueDate", _day_text(message.due)),))
    _fill(_add(header, "ToPlaces"), (("Place", place) for place in message.to_places))
    other = _add(header, "OtherInfo")
    _fill(
        other,
        (
            ("Priority", _number_text(message.priority)),
            ("SphereOfPromulgation", message.sphere),
            ("TyperNotation", message.drafter),
            ("PromulgationAmount", _number_text(message.copies)),
            ("PageAmount", _number_text(message.pages)),
        ),
    )
    _fill(_add(other, "Appendixes"), (("Appendix", title) for title in message.appendixes))
    for response in message.responses:
        _write_response(header, response)
    _fill(header, (("SteeringType", _number_text(message.steering)), ("DocumentId", message.document_id)))


def _write_traces(parent: etree._Element, message: Message) -> None:
    for trace in message.traces:
        pairs = (("OrganId", trace.organ_id), ("Timestamp", _time_text(trace.at)))
        _fill(_add(parent, "TraceHeader"), pairs)
    business = message.business
    # the standard's own spelling
    element = _add(parent, "Bussiness")
    if business.document_id:
        _fill(element, (("DocumentId", business.document_id),))
    _fill(
        element,
        (
            ("BussinessDocType", str(int(business.kind))),
            ("BussinessDocReason", business.reason),
            ("Paper", "1" if business.paper else "0"),
        ),
    )
    if business.kind is BusinessKind.UPDATE:
        info = _add(element, "BussinessDocumentInfo")
        flags = (business.content_changed, business.receivers_changed)
        _fill(info, zip(("DocumentInfo", "DocumentReceiver"), ("1" if flag else "0" for flag in flags), strict=True))
        receivers = _add(info, "ReceiverList")
        for receiver in business.receivers:
            pairs = (("OrganId", receiver.organ_id), ("ReceiverType", "1" if receiver.added else "0"))
            _fill(_add(receivers, "Receiver"), pairs)
    if business.staff:
        _fill(_add(element, "StaffInfo"), ((name, getattr(business.staff, key)) for name, key in STAFF))
    if business.kind is BusinessKind.REPLACE:
        replaced = _add(element, "ReplacementInfoList")
        for replacement in business.replaces:
            info = _add(replaced, "ReplacementInfo")
            _fill(info, (("DocumentId", replacement.document_id),))
            _fill(_add(info, "OrganIdList"), (("OrganId", organ) for organ in replacement.organ_ids))


def _write_status(header: etree._Element, status: StatusMessage) -> None:
    status_text(status.code)
    _write_organization(_add(header, "From"), status.sender)
    _write_response(header, status.response)
    staff = status.staff or Staff()
    _fill(_add(header, "StaffInfo"), ((name, getattr(staff, key)) for name, key in STAFF))
    pairs = (("StatusCode", status.code), ("Description", status.description), ("Timestamp", _time_text(status.at)))
    _fill(header, pairs)


def _write_organization(element: etree._Element, organization: Organization) -> None:
    _fill(element, ((name, getattr(organization, key)) for name, key in ORGANIZATION))


def _write_response(header: etree._Element, response: Response) -> None:
    _fill(
        _add(header, "ResponseFor"),
        (
            ("OrganId", response.organ_id),
            ("Code", response.code),
            ("PromulgationDate", _day_text(response.day)),
            ("DocumentId", response.document_id),
        ),
    )


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace()}}}{name}")


def _fill(parent: etree._Element, pairs: Iterable[tuple[str, str | None]]) -> None:
    for name, text in pairs:
        if text is not None:
            _add(parent, name).text = text


def _day_text(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""


def _time_text(at: datetime) -> str:
    return f"{require_aware(at).astimezone(VIETNAM):%Y/%m/%d %H:%M:%S}"


def _number_text(number: int | None) -> str | None:
    return None if number is None else str(number)
