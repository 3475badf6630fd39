from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import Indication, SubIndication
from egov_vn.signature.cms import sign_cms
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.signeddata import SignerCheck, attribute, check_signer_info, open_signed_data
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
CONTENT = b"noi dung"


@pytest.fixture(scope="module")
def signer(authority: TestAuthority) -> KeySigner:
    return authority.issue_person("A")


def remade(
    signer: KeySigner, change: Callable[[list[Any]], list[Any]], *, fields: dict[str, Any] | None = None
) -> bytes:
    """A signature whose signed attributes were changed before signing: right in its mathematics, odd in its form."""
    info = cms.ContentInfo.load(sign_cms(CONTENT, signer=signer, at=T0))
    one = info["content"]["signer_infos"][0]
    attributes = cms.CMSAttributes(change([item.copy() for item in one["signed_attrs"]]))
    one["signed_attrs"] = attributes
    one["signature"] = signer.sign(hashlib.sha256(attributes.dump(force=True)).digest(), "ecdsa_sha256")
    for name, value in (fields or {}).items():
        one[name] = value
    return bytes(info.dump(force=True))


def check(data: bytes, content: bytes = CONTENT, **kwargs: Any) -> SignerCheck:
    signed = open_signed_data(data)
    return check_signer_info(
        signed, signed["signer_infos"][0], digest_of=lambda name: hashlib.new(name, content).digest(), **kwargs
    )


def verdict(found: SignerCheck) -> tuple[Indication, SubIndication | None]:
    return found.indication, found.sub_indication


def without(kind: str) -> Callable[[list[Any]], list[Any]]:
    return lambda items: [item for item in items if item["type"].native != kind]


def doubled(kind: str) -> Callable[[list[Any]], list[Any]]:
    return lambda items: [*items, *(item.copy() for item in items if item["type"].native == kind)]


def with_(kind: str, value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda items: [*without(kind)(items), cms.CMSAttribute({"type": kind, "values": [value]})]


def test_unchanged(signer: KeySigner) -> None:
    found = check(remade(signer, lambda items: items))
    assert verdict(found) == (Indication.TOTAL_PASSED, None)
    assert (found.algorithm, found.digest, found.signed_at) == ("ecdsa_sha256", "sha256", T0)
    assert found.names_certificate


@pytest.mark.parametrize(
    "change",
    [
        without("message_digest"),
        without("content_type"),
        doubled("message_digest"),
        doubled("content_type"),
        with_("content_type", "signed_data"),
    ],
)
def test_attributes_that_must_be_there_once(signer: KeySigner, change: Callable[[list[Any]], list[Any]]) -> None:
    assert verdict(check(remade(signer, change))) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)


def test_two_signing_times_claim_nothing(signer: KeySigner) -> None:
    assert check(remade(signer, doubled("signing_time"))).signed_at is None


def test_without_signing_certificate(signer: KeySigner) -> None:
    found = check(remade(signer, without("signing_certificate_v2")))
    assert verdict(found) == (Indication.TOTAL_PASSED, None)
    assert not found.names_certificate


def _identifier(signer: KeySigner, **fields: Any) -> Any:
    return {"cert_hash": hashlib.sha256(signer.certificate.public_bytes(Encoding.DER)).digest(), **fields}


@pytest.mark.parametrize("right", [True, False])
def test_issuer_and_serial_of_the_signing_certificate(authority: TestAuthority, signer: KeySigner, right: bool) -> None:
    issuer = asn1_x509.Certificate.load(authority.issuing.public_bytes(Encoding.DER)).subject
    serial = signer.certificate.serial_number + (0 if right else 1)
    names = [asn1_x509.GeneralName("directory_name", issuer)]
    value = tsp.SigningCertificateV2(
        {"certs": [_identifier(signer, issuer_serial={"issuer": names, "serial_number": serial})]}
    )
    found = check(remade(signer, with_("signing_certificate_v2", value)))
    wanted = (
        (Indication.TOTAL_PASSED, None)
        if right
        else (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    )
    assert verdict(found) == wanted


def test_version_one_of_the_signing_certificate(signer: KeySigner) -> None:
    der = signer.certificate.public_bytes(Encoding.DER)
    value = tsp.SigningCertificate({"certs": [{"cert_hash": hashlib.sha1(der).digest()}]})
    change = with_("signing_certificate", value)
    found = check(remade(signer, lambda items: change(without("signing_certificate_v2")(items))))
    assert verdict(found) == (Indication.TOTAL_PASSED, None)
    assert found.names_certificate


@pytest.mark.parametrize(
    ("digest", "signature", "good"),
    [("sha256", "sha256_ecdsa", True), ("sha512", "sha256_ecdsa", False), ("sha256", "sha512_ecdsa", False)],
)
def test_algorithm_protection(signer: KeySigner, digest: str, signature: str, good: bool) -> None:
    value = cms.CMSAlgorithmProtection(
        {"digest_algorithm": {"algorithm": digest}, "signature_algorithm": {"algorithm": signature}}
    )
    found = check(remade(signer, with_("cms_algorithm_protection", value)))
    assert (found.indication is Indication.TOTAL_PASSED) is good


def test_a_signer_named_by_key_identifier(signer: KeySigner) -> None:
    identifier = asn1_x509.Certificate.load(signer.certificate.public_bytes(Encoding.DER)).key_identifier
    sid = cms.SignerIdentifier("subject_key_identifier", core.OctetString(identifier))
    assert verdict(check(remade(signer, lambda items: items, fields={"sid": sid}))) == (Indication.TOTAL_PASSED, None)


def test_the_certificate_may_come_from_elsewhere(signer: KeySigner) -> None:
    info = cms.ContentInfo.load(sign_cms(CONTENT, signer=signer, at=T0))
    info["content"]["certificates"] = []
    bare = bytes(info.dump(force=True))
    assert verdict(check(bare)) == (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    extra = [b"rubbish", signer.certificate.public_bytes(Encoding.DER)]
    assert verdict(check(bare, extra=extra)) == (Indication.TOTAL_PASSED, None)


def test_an_unknown_hash(signer: KeySigner) -> None:
    data = remade(signer, lambda items: items, fields={"digest_algorithm": {"algorithm": "md2"}})
    assert check(data).sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE


@pytest.mark.parametrize("detached", [True, False])
def test_without_signed_attributes(signer: KeySigner, detached: bool) -> None:
    """The signature then covers the content itself (plain PKCS#7)."""
    info = cms.ContentInfo.load(sign_cms(CONTENT, signer=signer, at=T0, detached=detached))
    old = info["content"]["signer_infos"][0]
    fields = {name: old[name] for name in ("version", "sid", "digest_algorithm", "signature_algorithm")}
    fields["signature"] = signer.sign(hashlib.sha256(CONTENT).digest(), "ecdsa_sha256")
    info["content"]["signer_infos"] = [fields]
    data = bytes(info.dump(force=True))
    found = check(data)
    assert verdict(found) == (Indication.TOTAL_PASSED, None)
    assert (found.names_certificate, found.signed_at) == (False, None)
    assert verdict(check(data, b"khac")) == (Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE)


def test_revocation_data_in_the_cms(authority: TestAuthority, signer: KeySigner) -> None:
    info = cms.ContentInfo.load(sign_cms(CONTENT, signer=signer, at=T0))
    list_ = authority.crl(at=T0)
    info["content"]["crls"] = [cms.RevocationInfoChoice.load(list_)]
    assert check(bytes(info.dump(force=True))).crls == (list_,)


def test_attribute_by_name_or_number(signer: KeySigner) -> None:
    one = open_signed_data(sign_cms(CONTENT, signer=signer, at=T0))["signer_infos"][0]
    assert attribute(one["signed_attrs"], "message_digest")
    assert attribute(one["signed_attrs"], "1.2.840.113549.1.9.4")
    assert attribute(one["signed_attrs"], "1.2.3") == []
    assert attribute(None, "1.2.3") == []


def test_too_many_certificates_and_no_signer(signer: KeySigner) -> None:
    info = cms.ContentInfo.load(sign_cms(CONTENT, signer=signer, at=T0))
    many = info.copy()
    many["content"]["certificates"] = [cms.CertificateChoices.load(signer.certificate.public_bytes(Encoding.DER))] * 501
    with pytest.raises(InvalidInput, match="more than 500"):
        open_signed_data(bytes(many.dump(force=True)))
    info["content"]["signer_infos"] = []
    with pytest.raises(InvalidInput, match="no signer"):
        open_signed_data(bytes(info.dump(force=True)))
