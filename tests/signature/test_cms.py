from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.signature import Indication, Level, Report, SubIndication
from egov_vn.signature.cms import assess_cms, sign_cms, verify_cms
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades.container import TIMESTAMP_TOKEN, add_unsigned_attribute, signature_value
from egov_vn.signature.revocation import RevocationData
from egov_vn.testing import Profile, TestAuthority
from egov_vn.testing import authority_certificates as making

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
CONTENT = "Chỉ thị số 11/CT-UBND".encode()


def lists(authority: TestAuthority, at: datetime) -> RevocationData:
    return RevocationData(crls=(authority.crl(at=at), authority.crl(at=at, root=True)))


def assess(authority: TestAuthority, data: bytes, *, at: datetime = T0, content: bytes | None = CONTENT) -> Report:
    return assess_cms(data, at=at, content=content, trust=authority.trust_store(), revocation=lists(authority, at))


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


@pytest.fixture(scope="module")
def rsa() -> TestAuthority:
    return TestAuthority(at=T0, key="rsa2048")


@pytest.fixture(scope="module")
def person(rsa: TestAuthority) -> KeySigner:
    return rsa.issue_person("Nguyễn Văn Thử", cccd="092090000018", title="Chủ tịch", agency="UBND PHƯỜNG THỬ")


@pytest.mark.parametrize("detached", [True, False])
@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
@pytest.mark.parametrize(
    "algorithm", ["rsa_pkcs1v15_sha256", "rsa_pss_sha256", "rsa_pss_sha512", "rsa_pkcs1v15_sha3_256", "rsa_pss_sha384"]
)
def test_what_is_signed_passes(
    rsa: TestAuthority, person: KeySigner, detached: bool, level: Level, algorithm: str
) -> None:
    made = sign_cms(
        CONTENT,
        signer=person,
        at=T0,
        level=level,
        detached=detached,
        timestamper=rsa.timestamper(),
        algorithm=algorithm,
    )
    report = assess(rsa, made, content=CONTENT if detached else None)
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_PASSED, None)
    one = report.signatures[0]
    assert (one.level, one.signed_at) == (level, T0)
    assert one.proven_at == (T0 if level is Level.B_T else None)
    assert one.signer is not None
    assert one.signer.citizen_id == "092090000018"


@pytest.mark.parametrize("key", ["p256", "p384", "p521"])
def test_ecdsa(key: str) -> None:
    authority = TestAuthority(at=T0, key=key)
    made = sign_cms(CONTENT, signer=authority.issue_person("A"), at=T0)
    assert assess(authority, made).indication is Indication.TOTAL_PASSED


def test_every_item_of_the_circular_is_reported(rsa: TestAuthority, person: KeySigner) -> None:
    report = assess(rsa, sign_cms(CONTENT, signer=person, at=T0))
    wanted = {f"TT15-6-{x}" for x in ("ISSUER", "SIGNER", "MANAGER", "TIME", "INTEGRITY", "VALIDITY", "PERIOD", "PATH")}
    wanted |= {f"TT15-II-{x}" for x in ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4")}
    assert wanted <= codes(report)
    assert all(item.source is not None for item in report.all_findings if item.code.startswith("TT15"))
    stamped = sign_cms(CONTENT, signer=person, at=T0, level=Level.B_T, timestamper=rsa.timestamper())
    assert "TT15-6-TIME-STAMP" in codes(assess(rsa, stamped))
    assert "SIG-ALGORITHM-NOTE" in codes(report)  # PKCS#1 v1.5 is below TT 15/2025: a note, never a failure


def test_verify_returns_only_what_was_proven(rsa: TestAuthority, person: KeySigner) -> None:
    made = sign_cms(CONTENT, signer=person, at=T0, detached=False)
    signed = verify_cms(made, at=T0, trust=rsa.trust_store(), revocation=lists(rsa, T0))
    assert [(item.content, item.signed_at) for item in signed] == [(CONTENT, T0)]
    with pytest.raises(VerificationError) as caught:
        verify_cms(made, at=T0)
    assert caught.value.report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_changed_content(rsa: TestAuthority, person: KeySigner) -> None:
    report = assess(rsa, sign_cms(CONTENT, signer=person, at=T0), content=CONTENT + b".")
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert {"SIG-HASH", "TT15-6-INTEGRITY"} <= codes(report)


def test_missing_content(rsa: TestAuthority, person: KeySigner) -> None:
    report = assess(rsa, sign_cms(CONTENT, signer=person, at=T0), content=None)
    assert report.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND


def test_two_contents_that_differ_are_refused(rsa: TestAuthority, person: KeySigner) -> None:
    with pytest.raises(InvalidInput):
        assess(rsa, sign_cms(CONTENT, signer=person, at=T0, detached=False), content=b"khac")


def test_revoked_after_signing_with_and_without_a_time_stamp() -> None:
    authority = TestAuthority(at=T0, key="p256")
    signer = authority.issue_person("A")
    plain = sign_cms(CONTENT, signer=signer, at=T0)
    stamped = sign_cms(CONTENT, signer=signer, at=T0, level=Level.B_T, timestamper=authority.timestamper())
    authority.revoke(signer, at=T0 + DAY, reason="affiliation_changed")
    later = T0 + 3 * DAY
    assert assess(authority, plain, at=later).sub_indication is SubIndication.REVOKED_NO_POE
    kept = assess(authority, stamped, at=later)
    assert kept.indication is Indication.TOTAL_PASSED
    assert "SIG-CERT-REVOKED-SINCE" in codes(kept)


def test_revoked_before_signing_does_not_pass_even_with_a_time_stamp() -> None:
    authority = TestAuthority(at=T0, key="p256")
    signer = authority.issue_person("A")
    authority.revoke(signer, at=T0 - DAY)
    stamped = sign_cms(CONTENT, signer=signer, at=T0, level=Level.B_T, timestamper=authority.timestamper())
    report = assess(authority, stamped)
    assert (report.indication, report.sub_indication) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)


def test_a_time_stamp_from_the_future_proves_nothing() -> None:
    authority = TestAuthority(at=T0, key="p256")
    signer = authority.issue_person("A")
    made = sign_cms(CONTENT, signer=signer, at=T0, level=Level.B_T, timestamper=authority.timestamper(T0 + 9 * DAY))
    report = assess(authority, made)
    assert "SIG-TST-FUTURE" in codes(report)
    assert report.signatures[0].proven_at is None


def test_claimed_times_that_cannot_be(rsa: TestAuthority, person: KeySigner) -> None:
    stamper = rsa.timestamper()
    shifted = sign_cms(CONTENT, signer=person, at=T0 + timedelta(hours=7), level=Level.B_T, timestamper=stamper)
    report = assess(rsa, shifted)
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-TIME-SHIFTED" in codes(report)
    later = sign_cms(CONTENT, signer=person, at=T0 + 2 * DAY, level=Level.B_T, timestamper=stamper)
    assert "SIG-TIME-IN-FUTURE" in codes(assess(rsa, later))


def test_signing_is_refused_before_the_key_is_used() -> None:
    authority = TestAuthority(at=T0, key="p256")
    expired = authority.issue_person("A", valid_from=T0 - 9 * DAY, valid_to=T0 - DAY)
    early = authority.issue_person("A", valid_from=T0 + DAY)
    wrong = authority.issue_person("A", profile=Profile(usage=frozenset({"key_encipherment"})))
    for signer in (expired, early, wrong):
        with pytest.raises(InvalidInput):
            sign_cms(CONTENT, signer=signer, at=T0)
    good = authority.issue_person("A")
    with pytest.raises(InvalidInput):
        sign_cms(CONTENT, signer=good, at=T0, level=Level.B_T)
    with pytest.raises(InvalidInput):
        sign_cms(CONTENT, signer=good, at=T0, level=Level.B_LTA)
    with pytest.raises(InvalidInput):
        sign_cms(CONTENT, signer=good, at=T0, algorithm="md5")
    with pytest.raises(InvalidInput):
        sign_cms(CONTENT, signer=good, at=T0, algorithm="rsa_pss_sha256")


def test_another_signers_certificate_is_noticed(rsa: TestAuthority, person: KeySigner) -> None:
    """The certificate is fixed by a signed attribute: another one of the same key does not pass."""
    made = asn1_cms.ContentInfo.load(sign_cms(CONTENT, signer=person, at=T0))
    twin = making.build(
        making.authority_name("Người khác"),
        person._key,
        issuer=rsa.issuing,
        issuer_key=rsa._issuing_key,
        serial=person.certificate.serial_number,
        validity=(T0 - DAY, T0 + DAY),
        profile=Profile(),
    )
    made["content"]["certificates"] = [asn1_cms.CertificateChoices.load(twin.public_bytes(Encoding.DER))]
    report = assess(rsa, made.dump(force=True))
    assert "SIG-CERT-MISMATCH" in codes(report)
    assert report.indication is Indication.INDETERMINATE


def test_a_plain_pkcs7_of_another_tool_passes_below_the_baseline() -> None:
    at = datetime.now(VIETNAM)  # that builder reads the clock
    rsa = TestAuthority(at=at)
    person = rsa.issue_person("A")
    made = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(CONTENT)
        .add_signer(person.certificate, person._key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature])
    )
    report = assess_cms(
        made, at=at + timedelta(minutes=1), content=CONTENT, trust=rsa.trust_store(), revocation=lists(rsa, at)
    )
    assert report.indication is Indication.TOTAL_PASSED
    assert report.signatures[0].level is None
    assert "SIG-NO-BASELINE" in codes(report)


def test_pem_is_read(rsa: TestAuthority, person: KeySigner) -> None:
    armoured = pem.armor("CMS", sign_cms(CONTENT, signer=person, at=T0))
    assert assess(rsa, armoured).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30\x00", b"rubbish", b"-----BEGIN CMS-----\nxx", asn1_cms.ContentInfo({"content_type": "data"}).dump()],
)
def test_bad_input(authority: TestAuthority, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        assess(authority, data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0, max_value=10_000), mask=st.integers(min_value=1, max_value=255))
def test_a_flipped_byte_never_changes_what_is_proven(authority: TestAuthority, place: int, mask: int) -> None:
    signer = authority.issue_person("A")
    made = bytearray(sign_cms(CONTENT, signer=signer, at=T0, detached=False))
    made[place % len(made)] ^= mask
    try:
        signed = verify_cms(bytes(made), at=T0, trust=authority.trust_store(), revocation=lists(authority, T0))
    except (InvalidInput, VerificationError):
        return
    # a byte that nothing depends on (a version, a helping certificate): what is proven is still exactly this
    assert [item.content for item in signed] == [CONTENT]
    assert signed[0].signer.sha256 == hashlib.sha256(signer.certificate.public_bytes(Encoding.DER)).hexdigest()


@pytest.mark.oracle
@pytest.mark.parametrize("algorithm", ["rsa_pkcs1v15_sha256", "rsa_pss_sha256"])
@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_openssl_accepts_it(
    tmp_path: Path, rsa: TestAuthority, person: KeySigner, algorithm: str, level: Level
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    made = sign_cms(CONTENT, signer=person, at=T0, algorithm=algorithm, level=level, timestamper=rsa.timestamper())
    (tmp_path / "s").write_bytes(made)
    (tmp_path / "d").write_bytes(CONTENT)
    (tmp_path / "root").write_bytes(rsa.root_pem)
    words = "cms -verify -binary -inform DER -in s -content d -CAfile root -purpose any -out o -cades -attime"
    done = subprocess.run(
        [openssl, *words.split(), str(int(T0.timestamp()))], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o").read_bytes() == CONTENT


@pytest.mark.oracle
def test_what_openssl_signs_passes(tmp_path: Path) -> None:
    at = datetime.now(VIETNAM)  # openssl reads the clock
    rsa = TestAuthority(at=at)
    person = rsa.issue_person("A")
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    (tmp_path / "k").write_bytes(rsa.key_pem(person))
    (tmp_path / "c").write_bytes(person.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "ca").write_bytes(rsa.issuing_pem)
    (tmp_path / "d").write_bytes(CONTENT)
    words = "cms -sign -binary -cades -in d -signer c -inkey k -certfile ca -outform DER -out s -md sha256"
    subprocess.run([openssl, *words.split()], cwd=tmp_path, check=True, capture_output=True)
    report = assess_cms(
        (tmp_path / "s").read_bytes(),
        at=at + timedelta(minutes=1),
        content=CONTENT,
        trust=rsa.trust_store(),
        revocation=lists(rsa, at),
    )
    assert report.indication is Indication.TOTAL_PASSED
    assert report.signatures[0].level is Level.B_B


def test_time_stamps_are_bounded(rsa: TestAuthority, person: KeySigner) -> None:
    """Each costs a chain; a file names as many as it likes."""
    made = sign_cms(CONTENT, signer=person, at=T0)
    token = rsa.timestamper().timestamp(hashlib.sha256(signature_value(made)).digest())
    for _ in range(55):
        made = add_unsigned_attribute(made, TIMESTAMP_TOKEN, token)
    report = assess(rsa, made)
    assert report.indication is Indication.TOTAL_PASSED
    assert sum(item.code == "SIG-TST-OK" for item in report.all_findings) == 50


def test_signers_are_bounded(person: KeySigner) -> None:
    made = sign_cms(CONTENT, signer=person, at=T0)
    signer = asn1_cms.ContentInfo.load(made)["content"]["signer_infos"][0].dump()
    crowd = b"\x31\x80" + signer * 101 + b"\x00\x00"  # of indefinite length, as are the members around it
    inner = asn1_cms.ContentInfo.load(made)["content"]
    fields = [inner[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")]
    body = b"\x30\x80" + b"".join(fields) + crowd + b"\x00\x00"
    whole = b"\x30\x80" + bytes.fromhex("06092a864886f70d010702") + b"\xa0\x80" + body + b"\x00\x00" + b"\x00\x00"
    with pytest.raises(InvalidInput, match="100 signers"):
        assess_cms(whole, content=CONTENT, at=T0)


def test_attributes_offered_as_the_content(rsa: TestAuthority, person: KeySigner) -> None:
    """The value over signed attributes is also one over their bytes: without attributes it "signs" them."""
    info = asn1_cms.ContentInfo.load(sign_cms(CONTENT, signer=person, at=T0))
    signer = info["content"]["signer_infos"][0]
    content = b"\x31" + signer["signed_attrs"].dump()[1:]
    del signer["signed_attrs"]
    report = assess(rsa, info.dump(force=True), content=content)
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert "SIG-CRYPTO" not in codes(report)
