"""Official documents (*văn bản hành chính*): numbers, parsing, layout under NĐ 30/2020, registers, copies, exchange."""

from egov_vn.document.citation import find_references
from egov_vn.document.kind import DocumentKind
from egov_vn.document.layout import Layout, render, render_png
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

__all__ = [
    "Appendix",
    "Block",
    "Capacity",
    "Circulation",
    "Counter",
    "Document",
    "DocumentKind",
    "DocumentNumber",
    "DocumentReference",
    "Grouping",
    "Issuer",
    "Layout",
    "MemoryCounter",
    "NumberSeries",
    "NumberSystem",
    "Paragraph",
    "Signatory",
    "SigningForm",
    "Urgency",
    "find_references",
    "parse_text",
    "render",
    "render_png",
]
