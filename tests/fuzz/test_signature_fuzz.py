"""Damaged signatures of every kind: answered by a report or by our own error, and in time.

The damage is drawn from a fixed seed (flipped bytes, cuts, pieces left out, doubled and moved), so that a failure comes
back. Each test runs a few dozen cases, the slow one thousands.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.errors import EgovError, InvalidInput
from egov_vn.signature import (
    CertificateInfo,
    ChainReport,
    Indication,
    Level,
    Report,
    RevocationData,
    SubIndication,
    TrustStore,
    assess_asic,
    assess_certificate,
    assess_cms,
    assess_file,
    assess_pdf,
    assess_timestamp,
    assess_xml,
    create_asic,
    open_asic,
    sign_cms,
    sign_pdf,
    sign_xml,
)
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(minutes=10)
STAMPED = hashlib.sha256(b"stamped").digest()
SECONDS = 10
PDF = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n203\n%%EOF\n"
)
XML = '<a xmlns="urn:x"><b Id="q">hé<!--c--></b></a>'.encode()

Target = tuple[bytes, Callable[[bytes], Any]]


@pytest.fixture(scope="module")
def targets() -> Mapping[str, Target]:
    """What is damaged, and what reads it."""
    authority = TestAuthority(at=AT, key="p256")
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    trust = authority.trust_store()
    source, stamper = authority.revocation(), authority.timestamper()
    long_term: dict[str, Any] = {
        "signer": person,
        "at": AT,
        "level": Level.B_LTA,
        "timestamper": stamper,
        "revocation": source,
        "trust": trust,
    }
    pdf, xml = sign_pdf(PDF, **long_term), sign_xml(XML, **long_term)
    cms = sign_cms(b"note", signer=person, at=AT, level=Level.B_T, timestamper=stamper, detached=False)
    asic = create_asic({"a.txt": b"hello"}, signer=person, at=AT)
    leaf = person.certificate.public_bytes(Encoding.DER)
    issuing, root = (item.public_bytes(Encoding.DER) for item in (authority.issuing, authority.root))
    crl, root_crl, ocsp = authority.crl(at=AT), authority.crl(at=AT, root=True), authority.ocsp(person, at=AT)
    known: dict[str, Any] = {"at": LATER, "trust": trust}

    def chain(
        certificate: bytes = leaf, *, helper: bytes = issuing, anchor: bytes = root, **data: bytes
    ) -> ChainReport:
        given = RevocationData(crls=(data.get("crl", crl), root_crl), ocsps=(data.get("ocsp", ocsp),))
        store = TrustStore.of(anchor)
        return assess_certificate(certificate, at=LATER, trust=store, intermediates=(helper,), revocation=given)

    return {
        "pdf": (pdf, lambda data: assess_pdf(data, **known)),
        "xml": (xml, lambda data: assess_xml(data, **known)),
        "cms": (cms, lambda data: assess_cms(data, **known)),
        "asic": (asic, lambda data: assess_asic(data, **known)),
        "container": (asic, open_asic),
        "file": (pdf, lambda data: assess_file(data, **known)),
        "token": (stamper.timestamp(STAMPED), lambda data: assess_timestamp(data, digest=STAMPED, **known)),
        "certificate": (leaf, CertificateInfo.parse),
        "leaf": (leaf, chain),
        "helper": (issuing, lambda data: chain(helper=data)),
        "anchor": (root, lambda data: chain(anchor=data)),
        "crl": (crl, lambda data: chain(crl=data)),
        "ocsp": (ocsp, lambda data: chain(ocsp=data)),
        "store": (authority.root_pem, TrustStore.load),
    }


# a damaged certificate may have a serial number of zero or below: cryptography warns, and that is no answer of ours
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")

NAMES = (
    "pdf",
    "xml",
    "cms",
    "asic",
    "container",
    "file",
    "token",
    "certificate",
    "leaf",
    "helper",
    "anchor",
    "crl",
    "ocsp",
    "store",
)


def damage(data: bytes, draw: random.Random) -> bytes:
    """Flip bytes, set one, cut the end, leave out a piece, double it elsewhere, or write it over another."""
    out, size, way = bytearray(data), len(data), draw.randrange(8)
    start = draw.randrange(size)
    end = min(size, start + draw.randrange(1, 60))
    place = draw.randrange(size)
    if way <= 2:
        for _ in range(draw.choice((1, 1, 1, 2, 5))):
            out[draw.randrange(size)] ^= draw.randrange(1, 256)
    elif way == 3:
        out[start] = draw.choice((0, 0xFF, 0x80, 0x30, 0x7F, 0x20))
    elif way == 4:
        del out[start:]
    elif way == 5:
        del out[start:end]
    elif way == 6:
        out[place:place] = data[start:end]
    else:
        out[place : place + end - start] = data[start:end]
    return bytes(out)


def run(target: Target, *, cases: int, seed: int) -> None:
    data, read = target
    draw = random.Random(seed)
    for _ in range(cases):
        broken = damage(data, draw)
        begun = time.monotonic()
        try:
            answer = read(broken)
        except EgovError:
            continue
        finally:
            assert time.monotonic() - begun < SECONDS
        if isinstance(answer, Report):
            assert answer.to_json()
            assert answer.to_html("vi")
            assert answer.to_terminal("en")


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_answered_in_our_words(name: str, targets: Mapping[str, Target]) -> None:
    run(targets[name], cases=40, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_damage_is_answered_in_our_words_at_length(name: str, targets: Mapping[str, Target]) -> None:
    run(targets[name], cases=1500, seed=2)


@pytest.mark.parametrize("step", range(40))
def test_every_part_of_a_token_may_be_broken(step: int, targets: Mapping[str, Target]) -> None:
    """A token always gets a report, never an error: it stands inside a signature that has more to say."""
    token, read = targets["token"]
    for place in range(step, len(token), 20):
        for mask in (0x81,):
            report = read(token[:place] + bytes((token[place] ^ mask,)) + token[place + 1 :])
            assert report.findings
            assert (report.sub_indication is None) == (report.indication is Indication.TOTAL_PASSED)


def test_rubbish_is_a_format_failure_of_the_token() -> None:
    for rubbish in (b"", b"\x30", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"%PDF-1.7", b"\x30" * 10_000):
        report = assess_timestamp(rubbish, digest=STAMPED, at=AT)
        assert report.sub_indication is SubIndication.FORMAT_FAILURE


@pytest.mark.parametrize("read", (assess_pdf, assess_xml, assess_cms, assess_asic, assess_file))
@pytest.mark.parametrize(
    "rubbish", (b"", b"\x00", b"%PDF-1.7\n", b"PK\x03\x04", b"<", b"<a/>" * 2, b"0\x82\xff\xff", b"\xff" * 4096)
)
def test_rubbish_is_our_error(read: Callable[..., Report], rubbish: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(rubbish, at=AT)


def nested(depth: int) -> bytes:
    """Return DER sequences inside each other, with honest lengths."""
    out = b""
    for _ in range(depth):
        size = len(out)
        octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
        out = b"\x30" + (bytes((size,)) if size < 128 else bytes((0x80 | len(octets),)) + octets) + out
    return out


@pytest.mark.parametrize(
    "read",
    (
        lambda data: assess_cms(data, at=AT),
        lambda data: assess_timestamp(data, digest=STAMPED, at=AT),
        CertificateInfo.parse,
        TrustStore.load,
    ),
)
def test_deep_nesting_does_not_overflow(read: Callable[[bytes], object]) -> None:
    for data in (nested(20_000), b"\x30\x80" * 20_000):
        try:
            read(data)
        except EgovError:
            continue


@pytest.mark.parametrize(
    "body",
    (
        b"[" * 50_000,
        b"<< /A " * 50_000,
        b"1 0 obj\n<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] /Parent 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>",
        b"trailer << /Root 1 0 R /Prev 0 >>\nstartxref\n9\n%%EOF",
    ),
)
def test_deep_and_circular_pdf(body: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(InvalidInput):
        assess_pdf(b"%PDF-1.7\n" + body + b"\nstartxref\n9\n%%EOF\n", at=AT)
    assert time.monotonic() - begun < SECONDS


def test_deep_xml() -> None:
    begun = time.monotonic()
    for data in (b"<a>" * 100_000, b"<a>" * 100_000 + b"</a>" * 100_000, b"<a " + b"x='1' " * 1000 + b"/>"):
        with pytest.raises(InvalidInput):
            assess_xml(data, at=AT)
    assert time.monotonic() - begun < SECONDS
