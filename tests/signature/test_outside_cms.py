"""CMS signatures and time-stamps that openssl made, and revocation data that must not be believed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from egov_vn.clock import VIETNAM
from egov_vn.signature import (
    Indication,
    KeySigner,
    Report,
    RevocationData,
    SubIndication,
    assess_cms,
    assess_timestamp,
)
from egov_vn.testing import TestAuthority

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the signatures"),
]

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
OLD = datetime(2020, 2, 12, 9, 0, tzinfo=VIETNAM)
HOUR = timedelta(hours=1)
PASSED, OPEN, FAILED = Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED
NOTE = "Văn bản".encode()


def openssl(home: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=home, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def write(home: Path, authority: TestAuthority, signer: KeySigner, name: str) -> None:
    (home / f"{name}.crt").write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    (home / f"{name}.key").write_bytes(signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (home / "note").write_bytes(NOTE)


def signed(home: Path, authority: TestAuthority, *who: KeySigner, md: str = "sha256", pss: bool = False) -> bytes:
    arguments = ["cms", "-sign", "-binary", "-in", "note", "-out", "out", "-outform", "DER", "-nodetach", "-md", md]
    for number, signer in enumerate(who):
        write(home, authority, signer, str(number))
        arguments += ["-signer", f"{number}.crt", "-inkey", f"{number}.key"]
        arguments += ["-keyopt", "rsa_padding_mode:pss"] if pss else []
    openssl(home, *arguments, "-cades")
    return (home / "out").read_bytes()


def judge(data: bytes, authority: TestAuthority, at: datetime, *, lists: datetime | None = None, **more: Any) -> Report:
    when = lists or at - timedelta(minutes=1)
    more.setdefault("revocation", RevocationData(crls=(authority.crl(at=when), authority.crl(at=when, root=True))))
    return assess_cms(data, at=at, trust=authority.trust_store(), **more)


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(at=AT, key="p256")


@pytest.mark.parametrize(
    "key, md, pss",
    [("rsa2048", "sha256", True), ("p256", "sha256", False), ("p384", "sha384", False), ("rsa2048", "sha512", False)],
)
def test_algorithms(key: str, md: str, pss: bool, authority: TestAuthority, tmp_path: Path) -> None:
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", key=key)
    report = judge(signed(tmp_path, authority, signer, md=md, pss=pss), authority, AT + HOUR)
    assert (report.indication, report.sub_indication) == (PASSED, None)


def test_several_signers_each_get_a_verdict(authority: TestAuthority, tmp_path: Path) -> None:
    good = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    stranger = TestAuthority(at=AT, key="p256", name="Nobody").issue_person("Kẻ Lạ")
    report = judge(signed(tmp_path, authority, good, stranger), authority, AT + HOUR)
    verdicts = {item.signer.common_name: item.sub_indication for item in report.signatures if item.signer}
    assert verdicts == {"Nguyễn Văn Thử": None, "Kẻ Lạ": SubIndication.NO_CERTIFICATE_CHAIN_FOUND}
    assert report.indication is OPEN


@pytest.mark.parametrize("key, md", [("rsa2048", "sha1"), ("rsa1024", "sha256")])
def test_old_algorithms_by_date(key: str, md: str, tmp_path: Path) -> None:
    """Once lawful: they pass at their time, and later only with a proof that they are that old."""
    authority = TestAuthority(at=OLD, key="p256")
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", key=key, valid_to=AT + 999 * 24 * HOUR)
    data = signed(tmp_path, authority, signer, md=md)
    then = judge(data, authority, OLD + HOUR)
    assert (then.indication, then.sub_indication) == (PASSED, None)
    now = judge(data, authority, AT)
    assert (now.indication, now.sub_indication) == (OPEN, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    assert any("ALGORITHM" in code for code in codes(now))


@pytest.mark.parametrize("md, indication", [("sha256", PASSED), ("sha1", OPEN)])
def test_the_hash_of_a_time_stamp_is_judged_too(md: str, indication: Indication, authority: TestAuthority) -> None:
    token = authority.timestamper().timestamp(hashlib.new(md, NOTE).digest(), md)
    lists = RevocationData(crls=(authority.crl(at=AT), authority.crl(at=AT, root=True)))
    report = assess_timestamp(
        token,
        digest=hashlib.new(md, NOTE).digest(),
        at=AT + HOUR,
        trust=authority.trust_store(),
        revocation=lists,
    )
    assert report.indication is indication
    if indication is OPEN:
        assert report.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE


def test_a_token_of_two_signers_is_none(authority: TestAuthority) -> None:
    token = asn1_cms.ContentInfo.load(authority.timestamper().timestamp(hashlib.sha256(NOTE).digest()))
    infos = token["content"]["signer_infos"]
    infos.append(infos[0].copy())
    report = assess_timestamp(token.dump(force=True), digest=hashlib.sha256(NOTE).digest(), at=AT + HOUR)
    assert (report.indication, report.sub_indication) == (FAILED, SubIndication.FORMAT_FAILURE)


def test_an_answer_of_a_responder_that_nobody_authorised(authority: TestAuthority, tmp_path: Path) -> None:
    """Another subscriber of the same authority may not answer for it, and an answer of a stranger is nothing."""
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    data = signed(tmp_path, authority, signer)
    for liar in (authority.issue_person("Kẻ Lạ"), TestAuthority(at=AT, key="p256", name="Nobody").issue_person("Ai")):
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=signer.certificate,
            issuer=authority.issuing,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=AT,
            next_update=AT + 24 * HOUR,
            revocation_time=None,
            revocation_reason=None,
        )
        answer = (
            builder.responder_id(ocsp.OCSPResponderEncoding.HASH, liar.certificate)
            .certificates([liar.certificate])
            .sign(liar._key, hashes.SHA256())
        )
        given = RevocationData(crls=(authority.crl(at=AT, root=True),), ocsps=(answer.public_bytes(Encoding.DER),))
        report = judge(data, authority, AT + HOUR, revocation=given)
        assert (report.indication, report.sub_indication) == (OPEN, SubIndication.TRY_LATER)
        assert "SIG-REVOCATION-UNUSABLE" in codes(report)


def test_a_list_under_the_right_name_by_another_key(authority: TestAuthority, tmp_path: Path) -> None:
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    liar = TestAuthority(at=AT, key="p256")  # the same names, other keys
    forged = RevocationData(crls=(liar.crl(at=AT), liar.crl(at=AT, root=True)))
    report = judge(signed(tmp_path, authority, signer), authority, AT + HOUR, revocation=forged)
    assert (report.indication, report.sub_indication) == (OPEN, SubIndication.TRY_LATER)


def test_ocsp_that_revokes_outweighs_a_list_that_does_not(tmp_path: Path) -> None:
    authority = TestAuthority(at=AT, key="p256")
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    data, older = signed(tmp_path, authority, signer), authority.crl(at=AT)
    authority.revoke(signer, at=AT + HOUR, reason="key_compromise")
    given = RevocationData(
        crls=(older, authority.crl(at=AT, root=True)), ocsps=(authority.ocsp(signer, at=AT + 2 * HOUR),)
    )
    report = judge(data, authority, AT + 3 * HOUR, revocation=given)
    assert (report.indication, report.sub_indication) == (OPEN, SubIndication.REVOKED_NO_POE)
    assert "SIG-CERT-REVOKED" in codes(report)


def test_changed_content_and_changed_signature(authority: TestAuthority, tmp_path: Path) -> None:
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    data = signed(tmp_path, authority, signer)
    changed = judge(data.replace(NOTE, NOTE[::-1]), authority, AT + HOUR)
    assert (changed.indication, changed.sub_indication) == (FAILED, SubIndication.HASH_FAILURE)
    parsed = asn1_cms.ContentInfo.load(data)
    value = parsed["content"]["signer_infos"][0]["signature"].native
    broken = judge(data.replace(value, value[:-1] + bytes((value[-1] ^ 1,))), authority, AT + HOUR)
    assert (broken.indication, broken.sub_indication) == (FAILED, SubIndication.SIG_CRYPTO_FAILURE)
