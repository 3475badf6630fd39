from __future__ import annotations

import shutil
import subprocess
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import CertificateInfo, Pkcs12Signer, RevocationSource, Signer, Timestamper
from egov_vn.testing import MemoryTimestamper, Profile, TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)


@pytest.fixture
def authority() -> TestAuthority:
    return TestAuthority(at=T0, key="p256")


def status(authority: TestAuthority, signer: Signer, at: datetime) -> ocsp.OCSPCertStatus:
    return ocsp.load_der_ocsp_response(authority.ocsp(signer.certificate, at=at)).certificate_status


def listed(authority: TestAuthority, signer: Signer, at: datetime) -> x509.RevokedCertificate | None:
    found = x509.load_der_x509_crl(authority.crl(at=at))
    return found.get_revoked_certificate_by_serial_number(signer.certificate.serial_number)


@pytest.mark.parametrize("key", ["rsa2048", "rsa3072", "p256", "p384"])
def test_keys(key: str) -> None:
    authority = TestAuthority(at=T0, key=key)
    signer = authority.issue_person("A")
    signer.certificate.verify_directly_issued_by(authority.issuing)
    authority.issuing.verify_directly_issued_by(authority.root)
    wanted = key.upper().replace("RSA", "RSA ").replace("P", "EC P-")
    assert CertificateInfo.parse(signer.certificate).key == wanted


def test_protocols(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    assert isinstance(signer, Signer)
    assert isinstance(authority.timestamper(), Timestamper)
    assert isinstance(authority.revocation(), RevocationSource)
    assert Pkcs12Signer(authority.pkcs12(signer, None), None).certificate == signer.certificate


def test_vietnamese_subjects(authority: TestAuthority) -> None:
    person = CertificateInfo.parse(authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", mst="1").certificate)
    assert [str(part) for part in person.subject] == ["C=VN", "CN=Nguyễn Văn Thử", "UID=MST:1", "UID=CCCD:092090000018"]
    agency = CertificateInfo.parse(authority.issue_agency("UBND", mst="2", locality="Cần Thơ").certificate)
    assert [str(part) for part in agency.subject] == ["C=VN", "ST=Cần Thơ", "O=UBND", "CN=UBND", "UID=MST:2"]


def test_every_date_follows_from_at(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    assert signer.certificate.not_valid_before_utc == T0 - DAY
    assert signer.certificate.not_valid_after_utc == T0 - DAY + 1095 * DAY
    short = authority.issue_person("A", valid_from=T0, valid_to=T0 + DAY)
    assert short.certificate.not_valid_after_utc == T0 + DAY


def test_revoke_suspend_resume(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    assert status(authority, signer, T0) is ocsp.OCSPCertStatus.GOOD
    authority.suspend(signer, at=T0 + DAY)
    assert status(authority, signer, T0) is ocsp.OCSPCertStatus.GOOD  # as it was known then
    held = listed(authority, signer, T0 + DAY)
    assert held is not None
    assert held.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.certificate_hold
    authority.resume(signer, at=T0 + 2 * DAY)
    assert status(authority, signer, T0 + 3 * DAY) is ocsp.OCSPCertStatus.GOOD
    authority.revoke(signer.certificate, at=T0 + 4 * DAY, reason="key_compromise")
    assert status(authority, signer, T0 + 5 * DAY) is ocsp.OCSPCertStatus.REVOKED
    gone = listed(authority, signer, T0 + 5 * DAY)
    assert gone is not None
    assert gone.revocation_date_utc == T0 + 4 * DAY
    with pytest.raises(InvalidInput):
        authority.resume(signer, at=T0 + 6 * DAY)
    with pytest.raises(InvalidInput):
        authority.revoke(signer, at=T0, reason="khac")


@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_no_clock_is_read(key: str) -> None:
    """Even an authority of long ago answers at its own time."""
    old = TestAuthority(at=T0 - 9000 * DAY, key=key)
    signer = old.issue_person("A")
    answer = ocsp.load_der_ocsp_response(old.ocsp(signer, at=old.at))
    assert answer.produced_at_utc == answer.this_update_utc == T0 - 9000 * DAY
    assert x509.load_der_x509_crl(old.crl(at=old.at)).last_update_utc == T0 - 9000 * DAY


def test_the_issuing_authority_is_on_the_roots_list(authority: TestAuthority) -> None:
    authority.revoke(authority.issuing, at=T0)
    serial = authority.issuing.serial_number
    on_root = x509.load_der_x509_crl(authority.crl(at=T0, root=True)).get_revoked_certificate_by_serial_number(serial)
    assert on_root is not None
    assert x509.load_der_x509_crl(authority.crl(at=T0)).get_revoked_certificate_by_serial_number(serial) is None


def test_sources_prefer_what_you_say(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    own, issuer = (item.public_bytes(Encoding.DER) for item in (signer.certificate, authority.issuing))
    counts = {
        prefer: (len(found.crls), len(found.ocsps))
        for prefer in ("both", "crl", "ocsp")
        for found in [authority.revocation(prefer=prefer).gather(own, issuer)]
    }
    assert counts == {"both": (1, 1), "crl": (1, 0), "ocsp": (0, 1)}
    stranger = TestAuthority(at=T0, key="p256", name="Khác")
    assert not stranger.revocation().gather(own, issuer)
    with pytest.raises(InvalidInput):
        authority.revocation(prefer="khac")


def test_a_clock_may_run(authority: TestAuthority) -> None:
    times = iter([T0, T0 + DAY])
    stamper = authority.timestamper(lambda: next(times))
    assert isinstance(stamper, MemoryTimestamper)
    stamper.timestamp(bytes(32))
    stamper.timestamp(bytes(32))
    assert stamper.count == 2


def test_what_is_refused(authority: TestAuthority) -> None:
    with pytest.raises(InvalidInput):
        TestAuthority(at=T0.replace(tzinfo=None))
    with pytest.raises(InvalidInput):
        TestAuthority(at=T0, key="rsa512")
    with pytest.raises(InvalidInput):
        authority.issue_person("A", profile=Profile(digest="sha1"))  # an EC authority never signed with SHA-1
    assert authority.issue_person("A", profile=Profile(digest="sha384")).certificate.signature_hash_algorithm


def test_served_addresses(authority: TestAuthority) -> None:
    outside = CertificateInfo.parse(authority.issue_person("A").certificate)
    with authority.serve(at=T0) as served:
        inside = CertificateInfo.parse(authority.issue_person("B").certificate)
        assert inside.ocsp_urls == (served.ocsp_url,)
        assert inside.crl_urls == (served.crl_url,)
        with urllib.request.urlopen(served.crl_url) as answer:
            assert x509.load_der_x509_crl(answer.read()).issuer == authority.issuing.subject
        with urllib.request.urlopen(f"{served.url}/root.cer") as answer:
            assert answer.read() == authority.root.public_bytes(Encoding.DER)
        for body, wanted in ((b"rubbish", ocsp.OCSPResponseStatus.MALFORMED_REQUEST),):
            asked = urllib.request.Request(served.ocsp_url, data=body)
            with urllib.request.urlopen(asked) as answer:
                assert ocsp.load_der_ocsp_response(answer.read()).response_status is wanted
    after = CertificateInfo.parse(authority.issue_person("C").certificate)
    assert outside.ocsp_urls == after.ocsp_urls != inside.ocsp_urls


@pytest.mark.oracle
@pytest.mark.parametrize("key", ["rsa2048", "p256"])
def test_openssl_agrees(tmp_path: Path, key: str) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    authority = TestAuthority(at=T0, key=key)
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    revoked = authority.issue_person("B")
    authority.revoke(revoked, at=T0 - DAY)
    for name, data in (
        ("root", authority.root_pem),
        ("ca", authority.issuing_pem),
        ("good", signer.certificate.public_bytes(Encoding.PEM)),
        ("bad", revoked.certificate.public_bytes(Encoding.PEM)),
        ("crl", x509.load_der_x509_crl(authority.crl(at=T0)).public_bytes(Encoding.PEM)),
        ("ocsp", authority.ocsp(signer, at=T0)),
    ):
        (tmp_path / name).write_bytes(data)
    when = str(int(T0.timestamp()))

    def openssl_says(*arguments: str) -> str:
        done = subprocess.run([openssl, *arguments], cwd=tmp_path, capture_output=True, check=False, text=True)
        return done.stdout + done.stderr

    chain = (
        "verify",
        "-CAfile",
        "root",
        "-untrusted",
        "ca",
        "-CRLfile",
        "crl",
        "-crl_check",
        "-x509_strict",
        "-attime",
        when,
    )
    assert "good: OK" in openssl_says(*chain, "good")
    assert "certificate revoked" in openssl_says(*chain, "bad")
    answer = openssl_says(
        "ocsp", "-respin", "ocsp", "-issuer", "ca", "-cert", "good", "-CAfile", "root", "-no_nonce", "-attime", when
    )
    assert "good: good" in answer or "Response verify OK" in answer
