"""One door for any signed file: PDF, XML, ASiC container or CMS, told apart by their content (never by their name)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

from egov_vn.errors import InvalidInput
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Report
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.trust import TrustStore

__all__ = ["FileKind", "assess_file", "file_kind"]

_PDF: Final = re.compile(rb"%PDF-\d\.\d")


class FileKind(StrEnum):
    """The form in which a file carries its signatures."""

    PDF = "pdf"
    XML = "xml"
    ASIC = "asic"
    CMS = "cms"


def file_kind(data: bytes) -> FileKind:
    """Tell the kind of a signed file from its first bytes; `InvalidInput` if it is none that carries signatures."""
    head = bytes(data[:1024])
    if not head:
        raise InvalidInput("the file is empty", path="byte 0")
    if _PDF.search(head):
        return FileKind.PDF
    if head.startswith(b"PK\x03\x04"):
        return FileKind.ASIC
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"")
    if text.startswith(b"-----BEGIN"):
        return FileKind.CMS
    if text.startswith(b"<"):
        return FileKind.XML
    if head[0] == 0x30:  # a DER or BER sequence
        return FileKind.CMS
    raise InvalidInput("the file is no PDF, XML, ASiC container or CMS signature", path="byte 0")


def assess_file(
    data: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    password: str | bytes | None = None,
    content: bytes | None = None,
) -> Report:
    """Judge every signature of a file at *at*, whatever its kind; see `assess_pdf`, `assess_xml`, `assess_cms`.

    *password* opens an encrypted PDF; *content* is what a detached CMS signature covers.
    """
    kind = file_kind(data)
    options: dict[str, Any] = {"at": at, "trust": trust, "policy": policy, "revocation": revocation}
    if kind is FileKind.PDF:
        options["password"] = password
    elif kind is FileKind.CMS:
        options["content"] = content
    report = _assessor(kind)(data, **options)
    if not isinstance(report, Report):  # pragma: no cover - the four doors return reports
        raise InvalidInput(f"{kind} files have no report", path="data")
    return report


_DOORS: Final = {
    FileKind.PDF: ("egov_vn.signature.pades", "assess_pdf"),
    FileKind.XML: ("egov_vn.signature.xades", "assess_xml"),
    FileKind.ASIC: ("egov_vn.signature.xades.asic", "assess_asic"),
    FileKind.CMS: ("egov_vn.signature.cms", "assess_cms"),
}


def _assessor(kind: FileKind) -> Callable[..., object]:
    # each kind brings its own libraries: they are loaded when a file of that kind comes
    module, name = _DOORS[kind]
    found: Callable[..., object] = getattr(import_module(module), name)
    return found
