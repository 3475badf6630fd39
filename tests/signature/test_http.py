from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature import (
    Indication,
    Level,
    RevocationData,
    SignatureReport,
    assess_pdf,
    assess_xml,
    sign_pdf,
    sign_xml,
)
from egov_vn.signature.cms import assess_cms, sign_cms
from egov_vn.signature.http import HttpRevocation, HttpTimestamper, UrlTransport, _is_public
from egov_vn.signature.timestamp import read_timestamp, request
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DIGEST = hashlib.sha256(b"x").digest()
NOTHING: dict[str, str] = {}
PDF = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\nxref\n0 4\n"
    b"0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n186\n%%EOF\n"
)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


class Canned:
    """A transport that answers from a list and counts."""

    def __init__(self, *answers: bytes | Unavailable) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, url: str, *, body: bytes | None, headers: dict[str, str], timeout: float, limit: int) -> bytes:
        self.asked.append(url)
        answer = self.answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer


@pytest.fixture
def slow() -> Iterator[str]:
    """A server that accepts and then drips one byte at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def work() -> None:
        listener.settimeout(5)
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not done.wait(0.05):
                try:
                    connection.sendall(b".")
                except OSError:
                    return

    thread = threading.Thread(target=work)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    done.set()
    listener.close()
    thread.join()


def test_time_stamps_over_http(fresh: TestAuthority) -> None:
    with fresh.serve(at=T0) as served:
        token = HttpTimestamper(served.tsa_url, timeout=5).timestamp(DIGEST)
        info = read_timestamp(token)
        assert (info.at, info.imprint) == (T0, DIGEST)
        assert info.nonce is not None
        assert read_timestamp(HttpTimestamper(served.tsa_url, nonce=False).timestamp(DIGEST)).nonce is None


def test_signed_and_checked_over_http(fresh: TestAuthority) -> None:
    """The whole round: certificates that point to the served authority, a TSA, OCSP and CRL fetched."""
    with fresh.serve(at=T0) as served:
        signer = fresh.issue_person("A")
        made = sign_cms(b"x", signer=signer, at=T0, level=Level.B_T, timestamper=HttpTimestamper(served.tsa_url))
        for prefer in ("ocsp", "crl"):
            source = HttpRevocation(prefer=prefer, public_only=False, timeout=5)
            known = source.gather(der(signer.certificate), der(fresh.issuing))
            assert bool(known.ocsps) is (prefer == "ocsp")
            known |= RevocationData(crls=(fresh.crl(at=T0), fresh.crl(at=T0, root=True)))
            report = assess_cms(made, at=T0, content=b"x", trust=fresh.trust_store(), revocation=known)
            assert report.indication is Indication.TOTAL_PASSED
        assert HttpRevocation(public_only=False).issuers(der(signer.certificate)) == (der(fresh.issuing),)
        assert {"/tsa", "/ocsp", "/crl", "/issuing.cer"} <= set(served.requests)


def test_a_certificate_without_addresses_gives_nothing(authority: TestAuthority) -> None:
    assert HttpRevocation().gather(der(authority.root), der(authority.root)) == RevocationData()


def test_private_addresses_are_refused(fresh: TestAuthority) -> None:
    with fresh.serve(at=T0) as served:
        signer = fresh.issue_person("A")
        with pytest.raises(Unavailable, match="not allowed"):
            HttpRevocation(tries=1).gather(der(signer.certificate), der(fresh.issuing))
        assert served.requests == []


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("http://127.0.0.1/x", False),
        ("http://10.1.2.3/x", False),
        ("http://169.254.169.254/", False),
        ("http://[::1]/x", False),
        ("http://localhost/x", False),
        ("http://tsa.local./x", False),
        ("http:///x", False),
        ("http://8.8.8.8/x", True),
    ],
)
def test_which_addresses_are_public(url: str, public: bool) -> None:
    assert _is_public(url) is public


def test_the_other_service_is_asked_if_the_first_fails(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    down = Unavailable("down")
    carrier = Canned(down, fresh.crl(at=T0))
    known = HttpRevocation(transport=carrier, tries=1).gather(der(signer.certificate), der(fresh.issuing))
    assert len(known.crls) == 1
    carrier = Canned(b"rubbish", b"rubbish")
    with pytest.raises(Unavailable, match="no CRL"):
        HttpRevocation(transport=carrier, tries=1).gather(der(signer.certificate), der(fresh.issuing))
    with pytest.raises(InvalidInput):
        HttpRevocation(prefer="both").gather(der(signer.certificate), der(fresh.issuing))
    with pytest.raises(InvalidInput):
        HttpRevocation(transport=carrier).gather(b"", b"")


def test_tries_and_pauses(fresh: TestAuthority) -> None:
    granted = fresh.timestamper(T0).respond(request(DIGEST))
    carrier = Canned(Unavailable("1"), Unavailable("2"), granted)
    HttpTimestamper("http://tsa", nonce=False, transport=carrier, tries=3, pause=0.001).timestamp(DIGEST)
    assert len(carrier.asked) == 3
    with pytest.raises(Unavailable):
        HttpTimestamper("http://tsa", transport=Canned(*[Unavailable("x")] * 2), tries=2, pause=0.001).timestamp(DIGEST)


def test_answers_that_are_not_what_was_asked(fresh: TestAuthority) -> None:
    stamper = fresh.timestamper(T0)
    other = stamper.respond(request(hashlib.sha256(b"y").digest(), nonce=7))
    replay = stamper.respond(request(DIGEST, nonce=7))
    refusal = stamper.respond(b"rubbish")
    status = tsp.PKIStatusInfo({"status": "granted"}).dump()
    broken = bytes((0x30, len(status))) + status
    for answer, word in (
        (other, "something else"),
        (replay, "something else"),
        (refusal, "refused"),
        (broken, "refused"),
        (b"x", "no time-stamp"),
    ):
        carrier = Canned(answer)
        with pytest.raises(Unavailable, match=word):
            HttpTimestamper("http://tsa", transport=carrier).timestamp(DIGEST)
        assert len(carrier.asked) == 1  # never retried: the answer came, and it was no


def test_dead_slow_and_wrong_addresses(slow: str, fresh: TestAuthority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        dead = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(Unavailable):
        HttpTimestamper(dead, timeout=1, tries=1).timestamp(DIGEST)
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="slow"):
        HttpTimestamper(slow, timeout=0.4, tries=1).timestamp(DIGEST)
    assert time.monotonic() - begun < 3
    with pytest.raises(Unavailable, match="neither"):
        HttpTimestamper("file:///etc/passwd", tries=1).timestamp(DIGEST)
    with fresh.serve(at=T0) as served:
        with pytest.raises(Unavailable, match="404"):
            HttpTimestamper(f"{served.url}/nowhere", tries=1).timestamp(DIGEST)
        with pytest.raises(Unavailable, match="more than 10"):
            UrlTransport()(served.crl_url, body=None, headers=NOTHING, timeout=5, limit=10)


def test_an_unknown_serial_is_not_good(fresh: TestAuthority) -> None:
    with fresh.serve(at=T0) as served:
        other = TestAuthority(at=T0, key="p256")
        stranger = other.issue_person("A", valid_to=T0 + timedelta(days=1))
        answer = HttpRevocation(public_only=False)
        with pytest.raises(Unavailable, match="unauthorized"):
            answer._ocsp(served.ocsp_url, der(_renumbered(other, stranger.certificate)), der(fresh.issuing))


def _renumbered(authority: TestAuthority, _certificate: x509.Certificate) -> x509.Certificate:
    """A certificate with a serial number that no served authority has issued."""
    for _ in range(20):
        last = authority.issue_person("B")
    return last.certificate


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
@pytest.mark.parametrize("kind", ["pdf", "xml"])
def test_long_term_levels_with_nothing_but_http(fresh: TestAuthority, kind: str, level: Level, prefer: str) -> None:
    fresh.timestamper().timestamp(DIGEST)  # services used before they are served are issued anew
    with fresh.serve(at=T0) as served:
        services = {
            "signer": fresh.issue_person("Nguyễn Văn Thử"),
            "timestamper": HttpTimestamper(served.tsa_url, timeout=5, tries=1),
            "revocation": HttpRevocation(public_only=False, timeout=5, tries=1, prefer=prefer),
            "trust": fresh.trust_store(),
        }
        made = _made(kind, level, services)
        asked = set(served.requests)
    assert asked == ({"/tsa", "/ocsp"} if prefer == "ocsp" else {"/tsa", "/crl", "/root.crl"})
    report = _assessed(kind, made, fresh)
    assert (report.indication, report.level) == (Indication.TOTAL_PASSED, level)


def _made(kind: str, level: Level, services: dict[str, Any]) -> bytes:
    if kind == "pdf":
        return sign_pdf(PDF, at=T0, level=level, **services)
    return sign_xml(b"<HoSo><Ten>A</Ten></HoSo>", at=T0, level=level, **services)


def _assessed(kind: str, made: bytes, authority: TestAuthority) -> SignatureReport:
    assess: Any = assess_pdf if kind == "pdf" else assess_xml
    report: SignatureReport = assess(made, at=T0 + timedelta(hours=1), trust=authority.trust_store()).signatures[0]
    return report


def test_serving_leaves_the_authority_as_it_was(fresh: TestAuthority) -> None:
    fresh.timestamper().timestamp(DIGEST)
    issuing, tsa = fresh.issuing, fresh._tsa
    fresh.revoke(issuing, at=T0 - timedelta(days=1), reason="superseded")
    with fresh.serve(at=T0) as served:
        assert fresh.issuing != issuing
        assert fresh.issuing.public_key() == issuing.public_key()
        found = HttpRevocation(public_only=False, prefer="crl").gather(der(fresh.issuing), der(fresh.root))
        listed = {item.serial_number for item in x509.load_der_x509_crl(found.crls[0])}
        assert listed == {issuing.serial_number, fresh.issuing.serial_number}
        assert served.requests == ["/root.crl"]
    assert fresh.issuing is issuing
    assert fresh._tsa is tsa
