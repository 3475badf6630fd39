"""A small authority, its signers, and PDFs made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.report import Level
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)


def make_pdf(
    pages: int = 1, *, lines: tuple[str, ...] = ("Hello",), objects: tuple[bytes, ...] = (), catalogue: bytes = b""
) -> bytes:
    """Return a PDF with a classical cross-reference table; *objects* are added after the pages' own."""
    text = b"".join(
        f"BT /F1 12 Tf 1 0 0 1 72 {720 - 20 * row} Tm ({line}) Tj ET\n".encode("latin-1")
        for row, line in enumerate(lines)
    )
    body = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (pages, b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    body += [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >>>>"
    ] * pages
    body += objects
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, item in enumerate(body, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(body) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(body) + 1, start)
    return bytes(out)


@pytest.fixture(scope="session")
def authority() -> TestAuthority:
    return TestAuthority(at=AT)


@pytest.fixture(scope="session")
def person(authority: TestAuthority) -> KeySigner:
    return authority.issue_person(
        "Nguyễn Văn Thử", cccd="092090000018", title="CHỦ TỊCH", agency="ỦY BAN NHÂN DÂN PHƯỜNG THỬ"
    )


@pytest.fixture(scope="session")
def agency(authority: TestAuthority) -> KeySigner:
    return authority.issue_agency("ỦY BAN NHÂN DÂN PHƯỜNG THỬ", mst="0312345678")


@pytest.fixture(scope="session")
def services(authority: TestAuthority) -> Callable[[Level], dict[str, Any]]:
    """Return what `sign_pdf` needs for a level."""

    def needed(level: Level) -> dict[str, Any]:
        options: dict[str, Any] = {"level": level, "trust": authority.trust_store()}
        if level > Level.B_B:
            options["timestamper"] = authority.timestamper()
        if level > Level.B_T:
            options["revocation"] = authority.revocation()
        return options

    return needed


@pytest.fixture(scope="session")
def maker() -> Callable[..., bytes]:
    """Return `make_pdf`, since test modules do not import each other."""
    return make_pdf


@pytest.fixture(scope="session")
def pdf() -> bytes:
    return make_pdf(2)
