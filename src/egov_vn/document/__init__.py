"""Official documents (*văn bản hành chính*): numbers, parsing, layout under NĐ 30/2020, registers, copies, exchange."""

from egov_vn.document import edxml
from egov_vn.document.check import check_document
from egov_vn.document.citation import find_references
from egov_vn.document.copy import (
    CopyKind,
    CopyNote,
    Medium,
    attachment_text,
    check_copy,
    electronic_copy_text,
    render_copy,
)
from egov_vn.document.kind import DocumentKind
from egov_vn.document.layout import Layout, render, render_png
from egov_vn.document.mail import MailFile, OfficialMail, acknowledged_in_time
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
from egov_vn.document.number import Counter, DocumentNumber, Grouping, MemoryCounter, NumberSeries, NumberSystem
from egov_vn.document.parse import parse_text
from egov_vn.document.record import DocumentMetadata, check_metadata, document_from_json, document_metadata
from egov_vn.document.register import IncomingEntry, OutgoingEntry, Register, RegisterKind, present_by, release_by

__all__ = [
    "Appendix",
    "Block",
    "Capacity",
    "Circulation",
    "CopyKind",
    "CopyNote",
    "Counter",
    "Document",
    "DocumentKind",
    "DocumentMetadata",
    "DocumentNumber",
    "DocumentReference",
    "Grouping",
    "IncomingEntry",
    "Issuer",
    "Layout",
    "MailFile",
    "Medium",
    "MemoryCounter",
    "NumberSeries",
    "NumberSystem",
    "OfficialMail",
    "OutgoingEntry",
    "Paragraph",
    "Register",
    "RegisterKind",
    "Signatory",
    "SigningForm",
    "Urgency",
    "acknowledged_in_time",
    "attachment_text",
    "check_copy",
    "check_document",
    "check_metadata",
    "document_from_json",
    "document_metadata",
    "edxml",
    "electronic_copy_text",
    "find_references",
    "parse_text",
    "present_by",
    "release_by",
    "render",
    "render_copy",
    "render_png",
]
