from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from egov_vn.clock import VIETNAM
from egov_vn.signature import RevocationData, SignaturePolicy
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.memo import Proofs, digest_of
from egov_vn.signature.status import Status, StatusKind, certificate_status
from egov_vn.testing import Profile, TestAuthority
from egov_vn.testing import authority_certificates as making
from egov_vn.testing.authority_status import _produced_at

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def parsed(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def ask(
    authority: TestAuthority,
    signer: KeySigner | x509.Certificate,
    *,
    crls: tuple[bytes, ...] = (),
    ocsps: tuple[bytes, ...] = (),
    moment: datetime = T0,
    at: datetime | None = None,
    proofs: Proofs | None = None,
) -> Status:
    certificate = signer.certificate if isinstance(signer, KeySigner) else signer
    return certificate_status(
        parsed(certificate),
        parsed(authority.issuing),
        data=RevocationData(crls=crls, ocsps=ocsps),
        moment=moment,
        at=at or moment,
        policy=SignaturePolicy.default(),
        proofs=proofs,
    )


def problems(status: Status) -> list[str]:
    return [item.problem for item in status.unusable]


def crl(
    authority: TestAuthority,
    *extensions: tuple[x509.ExtensionType, bool],
    revoked: int | None = None,
    reason: x509.ReasonFlags | None = None,
    at: datetime = T0,
) -> bytes:
    """A list of the issuing authority with any extensions."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.issuing.subject)
        .last_update(at)
        .next_update(at + 7 * DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked).revocation_date(at - HOUR)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority._issuing_key, hashes.SHA256()).public_bytes(Encoding.DER)


def scope(**kwargs: object) -> tuple[x509.ExtensionType, bool]:
    fields: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
        **kwargs,
    }
    return x509.IssuingDistributionPoint(**fields), True  # type: ignore[arg-type]


@pytest.fixture
def signer(authority: TestAuthority) -> KeySigner:
    return authority.issue_person("A")


def test_lists_whose_scope_is_this_certificate(authority: TestAuthority, signer: KeySigner) -> None:
    ours = [x509.UniformResourceIdentifier("http://127.0.0.1:9/crl")]
    for extension in (scope(only_contains_user_certs=True), scope(full_name=ours)):
        assert ask(authority, signer, crls=(crl(authority, extension),)).kind is StatusKind.GOOD


def test_lists_that_are_about_others(authority: TestAuthority, signer: KeySigner) -> None:
    theirs = [x509.UniformResourceIdentifier("http://elsewhere/crl")]
    for extension in (
        scope(only_contains_ca_certs=True),
        scope(only_contains_attribute_certs=True),
        scope(full_name=theirs),
    ):
        status = ask(authority, signer, crls=(crl(authority, extension, revoked=signer.certificate.serial_number),))
        assert (status.kind, status.unusable) == (StatusKind.UNKNOWN, ())


def test_a_list_of_no_known_version_tells_nothing(authority: TestAuthority, signer: KeySigner) -> None:
    sound = crl(authority, revoked=signer.certificate.serial_number)
    assert ask(authority, signer, crls=(sound,)).kind is StatusKind.REVOKED
    at = sound.index(b"\x02\x01\x01\x30")  # version v2, before the algorithm
    broken = sound[: at + 2] + b"\x30" + sound[at + 3 :]
    assert ask(authority, signer, crls=(broken,)).kind is StatusKind.UNKNOWN


def test_an_indirect_list_is_told_not_read(authority: TestAuthority, signer: KeySigner) -> None:
    made = crl(authority, scope(indirect_crl=True), revoked=signer.certificate.serial_number)
    status = ask(authority, signer, crls=(made,))
    assert (status.kind, problems(status)) == (StatusKind.UNKNOWN, ["indirect"])


DELTA = (x509.DeltaCRLIndicator(1), True)


def test_a_delta_list_revokes_but_clears_nobody(authority: TestAuthority, signer: KeySigner) -> None:
    serial = signer.certificate.serial_number
    empty = ask(authority, signer, crls=(crl(authority, DELTA),))
    assert (empty.kind, problems(empty)) == (StatusKind.UNKNOWN, ["incomplete"])
    base = crl(authority, at=T0 - HOUR)
    assert ask(authority, signer, crls=(base, crl(authority, DELTA))).kind is StatusKind.GOOD
    listed = ask(authority, signer, crls=(base, crl(authority, DELTA, revoked=serial)))
    assert listed.kind is StatusKind.REVOKED


def test_only_a_delta_list_that_says_so_ends_a_suspension(authority: TestAuthority, signer: KeySigner) -> None:
    serial = signer.certificate.serial_number
    held = crl(authority, revoked=serial, reason=x509.ReasonFlags.certificate_hold, at=T0 - HOUR)
    silent = crl(authority, DELTA)
    assert ask(authority, signer, crls=(held, silent)).kind is StatusKind.SUSPENDED
    some = crl(authority, scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})))
    assert ask(authority, signer, crls=(held, some)).kind is StatusKind.SUSPENDED
    back = crl(authority, DELTA, revoked=serial, reason=x509.ReasonFlags.remove_from_crl)
    assert ask(authority, signer, crls=(held, back)).kind is not StatusKind.SUSPENDED
    assert ask(authority, signer, crls=(held, crl(authority))).kind is StatusKind.GOOD


def test_a_list_of_some_reasons_revokes_but_clears_nobody(authority: TestAuthority, signer: KeySigner) -> None:
    some = scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))
    assert ask(authority, signer, crls=(crl(authority, some),)).kind is StatusKind.UNKNOWN
    listed = crl(authority, some, revoked=signer.certificate.serial_number, reason=x509.ReasonFlags.key_compromise)
    assert ask(authority, signer, crls=(listed,)).kind is StatusKind.REVOKED


def test_an_unknown_critical_extension(authority: TestAuthority, signer: KeySigner) -> None:
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    status = ask(authority, signer, crls=(crl(authority, (strange, True)),))
    assert (status.kind, problems(status)) == (StatusKind.UNKNOWN, ["critical-extension"])
    assert ask(authority, signer, crls=(crl(authority, (strange, False)),)).kind is StatusKind.GOOD


def test_a_list_that_keeps_expired_certificates(authority: TestAuthority) -> None:
    short = authority.issue_person("A", valid_to=T0 + DAY)
    later = T0 + 10 * DAY
    plain = ask(authority, short, crls=(crl(authority, at=later),), at=later)
    assert problems(plain) == ["expired-unlisted"]
    keeps = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.60"), b"\x18\x0f20200101000000Z")
    assert ask(authority, short, crls=(crl(authority, (keeps, False), at=later),), at=later).kind is StatusKind.GOOD
    from_later_on = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.60"), b"\x18\x0f20260220000000Z")
    made = crl(authority, (from_later_on, False), at=later)
    assert problems(ask(authority, short, crls=(made,), at=later)) == ["expired-unlisted"]


def test_removed_from_a_list(authority: TestAuthority, signer: KeySigner) -> None:
    serial = signer.certificate.serial_number
    back = crl(authority, revoked=serial, reason=x509.ReasonFlags.remove_from_crl)
    assert ask(authority, signer, crls=(back,)).kind is StatusKind.GOOD
    plain = ask(authority, signer, crls=(crl(authority, revoked=serial),))
    assert (plain.kind, plain.reason) == (StatusKind.REVOKED, "unspecified")


def answer(
    authority: TestAuthority,
    signer: KeySigner,
    *,
    by: KeySigner,
    certificates: tuple[x509.Certificate, ...] = (),
    hash_: hashes.HashAlgorithm | None = None,
    at: datetime = T0,
    next_update: datetime | None = T0 + 7 * DAY,
    by_name: bool = False,
    extension: tuple[x509.ExtensionType, bool] | None = None,
) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=signer.certificate,
        issuer=authority.issuing,
        algorithm=hash_ or hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=at,
        next_update=next_update,
        revocation_time=None,
        revocation_reason=None,
    )
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, by.certificate)
    if certificates:
        builder = builder.certificates(list(certificates))
    if extension is not None:
        builder = builder.add_extension(*extension)
    return _produced_at(builder.sign(by._key, hashes.SHA256()).public_bytes(Encoding.DER), by, at)


@pytest.mark.parametrize("by_name", [True, False])
def test_the_issuer_may_answer_itself(authority: TestAuthority, signer: KeySigner, by_name: bool) -> None:
    issuer = KeySigner(authority._issuing_key, authority.issuing)
    status = ask(authority, signer, ocsps=(answer(authority, signer, by=issuer, by_name=by_name),))
    assert status.kind is StatusKind.GOOD


def test_only_a_responder_of_the_issuer_may_answer(authority: TestAuthority, signer: KeySigner) -> None:
    person = authority.issue_person("Không được ủy quyền")
    stranger = TestAuthority(at=T0, key="p256")
    foreign = stranger.issue(making.authority_name("OCSP"), profile=making.OCSP_SIGNING)
    for responder in (person, foreign):
        for certificates in ((), (responder.certificate,)):
            made = answer(authority, signer, by=responder, certificates=certificates)
            status = ask(authority, signer, ocsps=(made,))
            assert (status.kind, problems(status)) == (StatusKind.UNKNOWN, ["responder"])
    delegated = authority.issue(making.authority_name("OCSP 2"), profile=making.OCSP_SIGNING)
    made = answer(authority, signer, by=delegated, certificates=(delegated.certificate,))
    assert ask(authority, signer, ocsps=(made,)).kind is StatusKind.GOOD
    forged = made[:-1] + bytes([made[-1] ^ 1])
    assert ask(authority, signer, ocsps=(forged,)).kind is StatusKind.UNKNOWN


def test_an_answer_about_another_certificate(authority: TestAuthority, signer: KeySigner) -> None:
    other = authority.issue_person("B")
    assert ask(authority, signer, ocsps=(authority.ocsp(other, at=T0),)) == Status(kind=StatusKind.UNKNOWN)


def test_an_answer_without_next_update_counts_for_half_an_hour(authority: TestAuthority, signer: KeySigner) -> None:
    issuer = KeySigner(authority._issuing_key, authority.issuing)
    made = answer(authority, signer, by=issuer, next_update=None)
    assert ask(authority, signer, ocsps=(made,), moment=T0 + timedelta(minutes=29)).kind is StatusKind.GOOD
    assert problems(ask(authority, signer, ocsps=(made,), moment=T0 + HOUR)) == ["stale"]


def test_unknown_and_unsuccessful_answers(authority: TestAuthority, signer: KeySigner) -> None:
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    assert ask(authority, signer, ocsps=(refused.public_bytes(Encoding.DER),)).kind is StatusKind.UNKNOWN
    expired = authority.issue(making.authority_name("OCSP 3"), profile=making.OCSP_SIGNING, valid_to=T0 - HOUR)
    late = answer(authority, signer, by=expired, certificates=(expired.certificate,))
    assert problems(ask(authority, signer, ocsps=(late,))) == ["responder-expired"]


def test_an_answer_of_a_responder_that_has_ended_since_needs_a_proof(
    authority: TestAuthority, signer: KeySigner
) -> None:
    short = authority.issue(making.authority_name("OCSP 4"), profile=making.OCSP_SIGNING, valid_to=T0 + DAY)
    made = answer(authority, signer, by=short, certificates=(short.certificate,))
    later = T0 + 90 * DAY
    unproven = ask(authority, signer, ocsps=(made,), moment=T0, at=later, proofs=Proofs(best_time=T0))
    assert problems(unproven) == ["no-proof"]
    proofs = Proofs(best_time=T0, objects={digest_of(made): T0 + HOUR})
    assert ask(authority, signer, ocsps=(made,), moment=T0, at=later, proofs=proofs).kind is StatusKind.GOOD


def test_an_issuer_that_may_not_sign_lists(authority: TestAuthority) -> None:
    odd = authority.issue_person(
        "CA không ký CRL", profile=Profile(usage=frozenset({"digital_signature"}), extended=())
    )
    key = making.new_key("p256")
    leaf = making.build(
        making.authority_name("Con"),
        key,
        issuer=odd.certificate,
        issuer_key=odd._key,
        serial=9,
        validity=(T0 - DAY, T0 + DAY),
        profile=Profile(extended=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)),
    )
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(odd.certificate.subject)
        .last_update(T0)
        .next_update(T0 + DAY)
        .sign(odd._key, hashes.SHA256())
    )
    status = certificate_status(
        parsed(leaf),
        parsed(odd.certificate),
        data=RevocationData(crls=(made.public_bytes(Encoding.DER),)),
        moment=T0,
        at=T0,
        policy=SignaturePolicy.default(),
    )
    assert problems(status) == ["issuer-usage"]


def test_what_is_revoked_by_one_source_is_revoked(fresh: TestAuthority) -> None:
    signer = fresh.issue_person("A")
    good = fresh.ocsp(signer, at=T0)
    fresh.revoke(signer, at=T0 - HOUR, reason="key_compromise")
    status = ask(fresh, signer, ocsps=(good,), crls=(fresh.crl(at=T0),))
    assert (status.kind, status.reason, status.at) == (StatusKind.REVOKED, "key_compromise", T0 - HOUR)


def test_an_answer_with_a_critical_extension(authority: TestAuthority, signer: KeySigner) -> None:
    issuer = KeySigner(authority._issuing_key, authority.issuing)
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    for extension, expected in (
        ((strange, True), ["critical-extension"]),
        ((strange, False), []),
        ((x509.OCSPNonce(b"12345678"), True), []),
    ):
        status = ask(authority, signer, ocsps=(answer(authority, signer, by=issuer, extension=extension),))
        assert problems(status) == expected


@pytest.mark.parametrize(
    ("no_check", "reason", "before", "believed"),
    [
        (False, "superseded", HOUR, False),
        (False, "superseded", -HOUR, True),
        (False, "key_compromise", -HOUR, False),
        (True, "key_compromise", HOUR, True),
    ],
)
def test_a_responder_that_was_revoked(
    fresh: TestAuthority, no_check: bool, reason: str, before: timedelta, believed: bool
) -> None:
    profile = Profile(
        usage=frozenset({"digital_signature"}), extended=(ExtendedKeyUsageOID.OCSP_SIGNING,), ocsp_no_check=no_check
    )
    responder = fresh.issue(making.authority_name("OCSP 5"), profile=profile)
    signer = fresh.issue_person("A")
    made = answer(fresh, signer, by=responder, certificates=(responder.certificate,))
    fresh.revoke(responder, at=T0 - before, reason=reason)
    listed = fresh.crl(at=T0 + 2 * HOUR)
    later = T0 + 3 * HOUR
    status = certificate_status(
        parsed(signer.certificate),
        parsed(fresh.issuing),
        data=RevocationData(crls=(listed,), ocsps=(made,)),
        moment=T0,
        at=later,
        policy=SignaturePolicy.default(),
    )
    assert ("responder-revoked" not in problems(status)) is believed
