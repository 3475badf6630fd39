from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import Indication, SubIndication, TrustStore
from egov_vn.signature.memo import Proofs
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.timestamp import TimestampReport, assess_timestamp, read_timestamp
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
DATA = b"du lieu"
DIGEST = hashlib.sha256(DATA).digest()


def revocation(authority: TestAuthority, at: datetime = T0) -> RevocationData:
    return RevocationData(crls=(authority.crl(at=at), authority.crl(at=at, root=True)))


def assess(
    authority: TestAuthority, token: bytes, *, at: datetime = T0, digest: bytes = DIGEST, proofs: Proofs | None = None
) -> TimestampReport:
    return assess_timestamp(
        token,
        digest=digest,
        at=at,
        trust=authority.trust_store(),
        revocation=revocation(authority, at),
        proofs=proofs,
    )


def codes(report: TimestampReport) -> set[str]:
    return {item.code for item in report.findings}


@pytest.mark.parametrize("key", ["p256", "rsa2048"])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "sha3_256"])
def test_a_good_token(key: str, algorithm: str) -> None:
    authority = TestAuthority(at=T0, key=key)
    token = authority.timestamper().timestamp(hashlib.new(algorithm, DATA).digest(), algorithm)
    report = assess_timestamp(
        token,
        digest=lambda name: hashlib.new(name, DATA).digest(),
        at=T0,
        trust=authority.trust_store(),
        revocation=revocation(authority),
    )
    assert (report.indication, report.at) == (Indication.TOTAL_PASSED, T0)
    assert report.signer is not None
    assert report.signer.common_name == "EGOV Test TSA"
    assert "SIG-TST-OK" in codes(report)


def test_a_token_for_other_data(authority: TestAuthority) -> None:
    report = assess(authority, authority.timestamper().timestamp(hashlib.sha256(b"khac").digest()))
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert {"SIG-TST-IMPRINT", "SIG-TST-NOT-PROVEN"} <= codes(report)


def test_a_token_from_the_future(authority: TestAuthority) -> None:
    report = assess(authority, authority.timestamper(T0 + DAY).timestamp(DIGEST))
    assert report.sub_indication is SubIndication.TIMESTAMP_ORDER_FAILURE
    assert "SIG-TST-FUTURE" in codes(report)
    assert assess(authority, authority.timestamper(T0 + timedelta(seconds=30)).timestamp(DIGEST)).indication is (
        Indication.TOTAL_PASSED
    )


def test_a_token_from_outside_the_validity_of_its_tsa(authority: TestAuthority) -> None:
    report = assess(authority, authority.timestamper(T0 - 400 * DAY).timestamp(DIGEST))
    assert "SIG-TST-OUTSIDE-VALIDITY" in codes(report)
    assert report.indication is Indication.INDETERMINATE


def test_an_expired_tsa_needs_a_later_time_stamp(authority: TestAuthority) -> None:
    token, now = authority.timestamper().timestamp(DIGEST), T0 + 1900 * DAY
    report = assess(authority, token, at=now)
    assert report.indication is Indication.INDETERMINATE
    assert "SIG-CERT-EXPIRED" in codes(report)


def test_an_unknown_tsa(authority: TestAuthority) -> None:
    token = authority.timestamper().timestamp(DIGEST)
    report = assess_timestamp(token, digest=DIGEST, at=T0, trust=TrustStore())
    assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_a_changed_token(authority: TestAuthority) -> None:
    token = authority.timestamper().timestamp(DIGEST)
    stamp = read_timestamp(token).imprint
    place = token.index(stamp)
    changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
    report = assess(authority, changed, digest=bytes([DIGEST[0] ^ 1]) + DIGEST[1:])
    assert report.sub_indication is SubIndication.HASH_FAILURE
    assert "SIG-HASH" in codes(report)


@pytest.mark.parametrize("step", range(0, 1700, 61))
def test_no_flipped_byte_passes_or_crashes(authority: TestAuthority, step: int) -> None:
    token = bytearray(authority.timestamper().timestamp(DIGEST))
    token[step % len(token)] ^= 0x55
    report = assess(authority, bytes(token))
    signed = cms.ContentInfo.load(bytes(token)) if report.indication is Indication.TOTAL_PASSED else None
    # only bytes that nothing depends on (the helping certificates, the version) may change without harm
    assert signed is None or signed["content"]["encap_content_info"]["content"].parsed["gen_time"].native == T0


@pytest.mark.parametrize("token", [b"", b"\x30\x00", b"rubbish" * 50])
def test_rubbish_is_a_format_failure(authority: TestAuthority, token: bytes) -> None:
    report = assess(authority, token)
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    with pytest.raises(InvalidInput):
        read_timestamp(token)


def test_a_wrong_digest_is_refused_by_the_authority(authority: TestAuthority) -> None:
    with pytest.raises(InvalidInput):
        authority.timestamper().timestamp(b"short")
    with pytest.raises(InvalidInput):
        authority.timestamper().timestamp(DIGEST, "md5")


@pytest.mark.oracle
@pytest.mark.parametrize("key", ["rsa2048", "rsa3072", "p256"])
def test_openssl_accepts_the_token(tmp_path: Path, key: str) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    authority = TestAuthority(at=T0, key=key)
    (tmp_path / "t").write_bytes(authority.timestamper().timestamp(DIGEST))
    (tmp_path / "d").write_bytes(DATA)
    (tmp_path / "root").write_bytes(authority.root_pem)
    (tmp_path / "ca").write_bytes(authority.issuing_pem + authority._tsa.certificate.public_bytes(Encoding.PEM))
    command = [openssl, "ts", "-verify", "-token_in", "-in", "t", "-data", "d", "-CAfile", "root", "-untrusted", "ca"]
    done = subprocess.run(
        [*command, "-attime", str(int(T0.timestamp()))], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert "Verification: OK" in done.stdout + done.stderr
