from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import Indication, RevocationRule, SignaturePolicy, SubIndication, TrustStore
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.memo import Memo, Proofs, digest_of
from egov_vn.signature.path import ChainReport, Usage, assess_certificate
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.status import StatusKind
from egov_vn.testing import Profile, TestAuthority
from egov_vn.testing import authority_certificates as making

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def data(authority: TestAuthority, signer: KeySigner, at: datetime, prefer: str = "both") -> RevocationData:
    source = authority.revocation(at, prefer=prefer)
    own = source.gather(der(signer.certificate), der(authority.issuing))
    return own | source.gather(der(authority.issuing), der(authority.root))


def assess(
    authority: TestAuthority,
    signer: KeySigner,
    *,
    at: datetime = T0,
    revocation: RevocationData | None = None,
    proofs: Proofs | None = None,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    usage: Usage = Usage.SIGNING,
) -> ChainReport:
    return assess_certificate(
        der(signer.certificate),
        at=at,
        trust=authority.trust_store() if trust is None else trust,
        revocation=data(authority, signer, at) if revocation is None else revocation,
        proofs=proofs,
        policy=policy,
        usage=usage,
    )


def codes(report: ChainReport) -> set[str]:
    return {item.code for item in report.findings}


@pytest.mark.parametrize("prefer", ["ocsp", "crl", "both"])
@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_a_good_certificate_passes(prefer: str, key: str) -> None:
    authority = TestAuthority(at=T0, key=key)
    signer = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    report = assess(authority, signer, revocation=data(authority, signer, T0, prefer))
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_PASSED, None)
    assert report.status is StatusKind.GOOD
    assert len(report.path) == 3
    assert {"SIG-CHAIN-OK", "SIG-REVOCATION-GOOD"} <= codes(report)


def test_it_works_inside_a_running_event_loop(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")

    async def inside() -> ChainReport:
        return assess(authority, signer)

    assert asyncio.run(inside()).indication is Indication.TOTAL_PASSED


def test_revoked_without_a_time_stamp(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    fresh.revoke(signer, at=T0 - HOUR, reason="key_compromise")
    report = assess(fresh, signer)
    assert (report.indication, report.sub_indication) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)
    assert "SIG-CERT-REVOKED" in codes(report)
    assert report.status is StatusKind.REVOKED


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_revoked_after_a_proven_time_does_no_harm(fresh: TestAuthority, prefer: str) -> None:
    signer = fresh.issue_person("A")
    fresh.revoke(signer, at=T0 + 5 * DAY)
    later = T0 + 10 * DAY
    report = assess(fresh, signer, at=later, revocation=data(fresh, signer, later, prefer), proofs=Proofs(best_time=T0))
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-CERT-REVOKED-SINCE" in codes(report)


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_revoked_before_a_proven_time(fresh: TestAuthority, prefer: str) -> None:
    signer = fresh.issue_person("A")
    fresh.revoke(signer, at=T0 - HOUR)
    report = assess(fresh, signer, revocation=data(fresh, signer, T0, prefer), proofs=Proofs(best_time=T0 - HOUR / 2))
    assert report.sub_indication is SubIndication.REVOKED_NO_POE


def test_proven_to_be_made_after_the_revocation_fails(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    fresh.revoke(signer, at=T0 - 2 * HOUR)
    report = assess(fresh, signer, proofs=Proofs(best_time=T0, not_before=T0 - HOUR))
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.REVOKED)


def test_suspended_and_resumed(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    fresh.suspend(signer, at=T0 - DAY)
    held = assess(fresh, signer)
    assert (held.indication, held.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert "SIG-CERT-SUSPENDED" in codes(held)
    old = data(fresh, signer, T0 - HOUR)
    fresh.resume(signer, at=T0 + DAY)
    after = T0 + 2 * DAY
    both = old | data(fresh, signer, after)
    assert assess(fresh, signer, at=after, revocation=both).indication is Indication.TOTAL_PASSED
    during = assess(fresh, signer, at=after, revocation=both, proofs=Proofs(best_time=T0))
    assert "SIG-CERT-SUSPENDED" in codes(during)


def test_expired_with_and_without_proof(authority: TestAuthority) -> None:
    signer = authority.issue_person("A", valid_to=T0 + 30 * DAY)
    then, now = data(authority, signer, T0), T0 + 60 * DAY
    without = assess(authority, signer, at=now, revocation=then)
    assert without.indication is Indication.INDETERMINATE
    assert "SIG-CERT-EXPIRED" in codes(without)
    proven = Proofs(best_time=T0 + HOUR, objects={digest_of(item): T0 + HOUR for item in (*then.crls, *then.ocsps)})
    report = assess(authority, signer, at=now, revocation=then, proofs=proven)
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-CERT-EXPIRED-SINCE" in codes(report)


def test_a_list_published_after_expiry_says_nothing(authority: TestAuthority) -> None:
    signer = authority.issue_person("A", valid_to=T0 + 30 * DAY)
    now = T0 + 60 * DAY
    report = assess(authority, signer, at=now, proofs=Proofs(best_time=T0))
    assert report.sub_indication is SubIndication.TRY_LATER
    assert {"SIG-REVOCATION-UNUSABLE", "SIG-REVOCATION-MISSING"} <= codes(report)


def test_not_yet_valid(authority: TestAuthority) -> None:
    signer = authority.issue_person("A", valid_from=T0 + DAY)
    unproven = assess(authority, signer)
    assert unproven.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    proven = assess(authority, signer, at=T0 + 2 * DAY, proofs=Proofs(best_time=T0))
    assert (proven.indication, proven.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.NOT_YET_VALID)
    assert "SIG-CERT-NOT-YET-VALID" in codes(proven)


def test_unknown_root_and_no_trust(authority: TestAuthority, fresh: TestAuthority) -> None:
    signer = authority.issue_person("A")
    unknown = assess(authority, signer, trust=fresh.trust_store())
    assert unknown.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert "SIG-CHAIN-UNKNOWN-ROOT" in codes(unknown)
    assert "SIG-CHAIN-NO-TRUST" in codes(assess(authority, signer, trust=TrustStore()))


def test_two_authorities_of_one_name_are_not_confused(authority: TestAuthority, fresh: TestAuthority) -> None:
    signer = authority.issue_person("A")
    mixed = TrustStore.of(fresh.root, intermediates=(authority.issuing, fresh.issuing))
    assert assess(authority, signer, trust=mixed).indication is Indication.INDETERMINATE


def test_revocation_data_of_another_authority_is_not_believed(authority: TestAuthority, fresh: TestAuthority) -> None:
    signer = authority.issue_person("A")
    forged = RevocationData(crls=(fresh.crl(at=T0), fresh.crl(at=T0, root=True)))
    report = assess(authority, signer, revocation=forged)
    assert report.sub_indication is SubIndication.TRY_LATER
    assert any(item.code == "SIG-REVOCATION-UNUSABLE" and "signature" in item.text("en") for item in report.findings)


def test_missing_revocation_data_by_policy(authority: TestAuthority) -> None:
    signer, none = authority.issue_person("A"), RevocationData()
    declared = assess(authority, signer, revocation=none)
    assert (declared.indication, declared.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert "SIG-REVOCATION-MISSING" in codes(declared)
    silent = TestAuthority(at=T0, key="p256", pointers=False)
    quiet = silent.issue_person("A")
    assert assess(silent, quiet, revocation=none).indication is Indication.TOTAL_PASSED
    always = SignaturePolicy.default().requiring(RevocationRule.ALWAYS)
    assert assess(silent, quiet, revocation=none, policy=always).sub_indication is SubIndication.TRY_LATER
    never = SignaturePolicy.default().requiring(RevocationRule.NEVER)
    report = assess(authority, signer, revocation=none, policy=never)
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-REVOCATION-MISSING" in codes(report)


def test_stale_and_future_revocation_data(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    stale = assess(authority, signer, revocation=data(authority, signer, T0 - 20 * DAY + HOUR))
    assert {"SIG-REVOCATION-STALE", "SIG-REVOCATION-MISSING"} <= codes(stale)
    future = assess(authority, signer, revocation=data(authority, signer, T0 + DAY))
    assert "SIG-REVOCATION-UNUSABLE" in codes(future)
    assert future.sub_indication is SubIndication.TRY_LATER


def test_a_revoked_issuing_authority(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    fresh.revoke(fresh.issuing, at=T0 - HOUR, reason="ca_compromise")
    report = assess(fresh, signer)
    assert report.sub_indication is SubIndication.REVOKED_CA_NO_POE
    assert "SIG-CA-REVOKED" in codes(report)


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        (Profile(usage=frozenset({"key_encipherment"})), "SIG-CERT-USAGE"),
        (Profile(extended=(ExtendedKeyUsageOID.SERVER_AUTH,)), "SIG-CERT-EXTENDED-USAGE"),
        (Profile(extended=(ExtendedKeyUsageOID.TIME_STAMPING,)), "SIG-CERT-EXTENDED-USAGE"),
    ],
)
def test_wrong_usage(authority: TestAuthority, profile: Profile, code: str) -> None:
    report = assess(authority, authority.issue_person("A", profile=profile))
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    )
    assert code in codes(report)


def test_a_signer_is_no_time_stamping_authority(authority: TestAuthority) -> None:
    report = assess(authority, authority.issue_person("A"), usage=Usage.TIME_STAMPING)
    assert "SIG-CERT-EXTENDED-USAGE" in codes(report)


def test_a_withdrawn_anchor(authority: TestAuthority) -> None:
    signer = authority.issue_person("A")
    store = authority.trust_store()
    store = store.withdraw(store.anchors[0].sha256, at=T0 - DAY, reason="thử")
    report = assess(authority, signer, trust=store)
    assert report.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
    assert "SIG-ANCHOR-WITHDRAWN" in codes(report)
    before = assess(authority, signer, trust=store, proofs=Proofs(best_time=T0 - DAY))
    assert "SIG-ANCHOR-WITHDRAWN" not in codes(before)


@pytest.mark.parametrize(
    ("moment", "passes"), [(datetime(2021, 6, 1, tzinfo=VIETNAM), True), (datetime(2025, 9, 1, tzinfo=VIETNAM), False)]
)
def test_sha1_and_rsa_1024_by_date(moment: datetime, passes: bool) -> None:
    old = TestAuthority(at=moment, key="rsa2048")
    signer = old.issue_person("A", key="rsa1024", profile=Profile(digest="sha1"))
    report = assess(old, signer, at=moment)
    assert (report.indication is Indication.TOTAL_PASSED) is passes
    assert ("SIG-ALGORITHM-WEAK" in codes(report)) is not passes
    if not passes:
        assert report.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE


def test_an_anchor_itself_passes(authority: TestAuthority) -> None:
    report = assess_certificate(der(authority.root), at=T0, trust=authority.trust_store(), usage=Usage.SIGNING)
    assert len(report.path) == 1
    assert "SIG-CERT-IS-CA" in codes(report)


def test_a_signer_who_is_an_anchor_still_expires(authority: TestAuthority) -> None:
    signer = authority.issue_person("A", valid_to=T0 + DAY)
    store = TrustStore.of(signer.certificate)
    assert assess(authority, signer, trust=store).indication is Indication.TOTAL_PASSED
    late = assess(authority, signer, trust=store, at=T0 + 2 * DAY)
    assert late.indication is Indication.INDETERMINATE
    assert "SIG-CERT-EXPIRED" in codes(late)
    early = assess(authority, signer, trust=store, at=T0 - 2 * DAY)
    assert "SIG-CERT-NOT-YET-VALID" in codes(early)


def test_a_leaf_may_not_issue(authority: TestAuthority) -> None:
    """A certificate signed with a subscriber's key does not chain, although its signature verifies."""
    middle = authority.issue_person("Giữa")
    key = making.new_key("p256")
    leaf = making.build(
        making.authority_name("Con"),
        key,
        issuer=middle.certificate,
        issuer_key=middle._key,
        serial=7,
        validity=(T0, T0 + DAY),
        profile=Profile(),
    )
    store = TrustStore.of(authority.root, intermediates=(authority.issuing, middle.certificate))
    report = assess_certificate(der(leaf), at=T0 + HOUR, trust=store)
    assert report.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    assert "SIG-CHAIN-INVALID" in codes(report)


def test_bad_input(authority: TestAuthority) -> None:
    with pytest.raises(InvalidInput):
        assess_certificate(b"", at=T0)
    with pytest.raises(InvalidInput):
        assess_certificate(b"\x30\x03\x02\x01\x01", at=T0)
    signer = authority.issue_person("A")
    with pytest.raises(InvalidInput):
        assess_certificate(der(signer.certificate), at=T0.replace(tzinfo=None))
    with pytest.raises(InvalidInput):
        assess_certificate(
            der(signer.certificate), at=T0, intermediates=[bytes([i % 256, i // 256]) for i in range(600)]
        )
    rubbish = RevocationData(crls=(b"", b"abc", b"\x30\x00"), ocsps=(b"", b"\x30\x03\x0a\x01\x00"))
    report = assess(authority, signer, revocation=rubbish)
    assert report.sub_indication is SubIndication.TRY_LATER


def test_the_memo_answers_the_second_time(authority: TestAuthority) -> None:
    signer, memo = authority.issue_person("A"), Memo()
    kept = data(authority, signer, T0)
    for _ in range(2):
        report = assess_certificate(
            der(signer.certificate), at=T0, trust=authority.trust_store(), revocation=kept, memo=memo
        )
        assert report.indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    ("extended", "critical", "told"),
    [
        ((ExtendedKeyUsageOID.TIME_STAMPING,), True, False),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False, True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION), True, True),
    ],
)
def test_a_tsa_certificate_is_for_time_stamping_alone(
    authority: TestAuthority, extended: tuple[x509.ObjectIdentifier, ...], critical: bool, told: bool
) -> None:
    profile = Profile(usage=frozenset({"digital_signature"}), extended=extended, extended_critical=critical)
    tsa = authority.issue(making.authority_name("TSA 2"), profile=profile)
    report = assess(authority, tsa, usage=Usage.TIME_STAMPING)
    assert report.indication is Indication.TOTAL_PASSED
    assert ("SIG-TSA-USAGE" in codes(report)) is told
