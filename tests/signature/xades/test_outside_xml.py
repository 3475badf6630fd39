"""XML signatures made by python-xmlsec, attacked in the eight known ways of wrapping and some others."""

from __future__ import annotations

import base64
import copy
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from lxml import etree

from egov_vn.clock import VIETNAM
from egov_vn.errors import EgovError, VerificationError
from egov_vn.signature import (
    Indication,
    KeySigner,
    Report,
    RevocationData,
    SubIndication,
    assess_xml,
    verify_xml,
)
from egov_vn.testing import TestAuthority

xmlsec = pytest.importorskip("xmlsec", reason="python-xmlsec makes the signatures")
pytestmark = pytest.mark.oracle

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(hours=1)
DS = "http://www.w3.org/2000/09/xmldsig#"
PASSED, FAILED = Indication.TOTAL_PASSED, Indication.TOTAL_FAILED
DOCUMENT = b'<HoSo xmlns="urn:hoso"><Phi Id="p1"><Tien>100</Tien></Phi></HoSo>'
SIGNED, FORGED = b"100", b"999"


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(at=AT, key="p256")


@pytest.fixture(scope="module")
def signer(authority: TestAuthority) -> KeySigner:
    return authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", key="rsa2048")


def sign(signer: KeySigner, *, uri: str = "#p1", enveloped: bool = False, key_value: bool = False) -> etree._Element:
    root = etree.fromstring(DOCUMENT)
    node = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds")
    root.append(node)
    reference = xmlsec.template.add_reference(node, xmlsec.Transform.SHA256, uri=uri)
    if enveloped:
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    info = xmlsec.template.ensure_key_info(node)
    if key_value:
        xmlsec.template.add_key_value(info)
    xmlsec.template.x509_data_add_certificate(xmlsec.template.add_x509_data(info))
    context = xmlsec.SignatureContext()
    pem = signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_memory(signer.certificate.public_bytes(Encoding.PEM), xmlsec.KeyFormat.PEM)
    xmlsec.tree.add_ids(root, ["Id"])
    context.sign(node)
    return root


@pytest.fixture
def options(authority: TestAuthority) -> dict[str, Any]:
    lists = (authority.crl(at=AT), authority.crl(at=AT, root=True))
    return {"at": LATER, "trust": authority.trust_store(), "revocation": RevocationData(crls=lists)}


def octets(root: etree._Element) -> bytes:
    return etree.tostring(root)


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


def parts(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    phi, signature = root.find("{urn:hoso}Phi"), root.find(f"{{{DS}}}Signature")
    assert phi is not None and signature is not None
    return phi, signature


def evil(phi: etree._Element, name: str | None) -> etree._Element:
    """Return a forged copy, with another Id or the same."""
    forged = copy.deepcopy(phi)
    forged[0].text = FORGED.decode()
    if name is None:
        del forged.attrib["Id"]
    else:
        forged.set("Id", name)
    return forged


@pytest.mark.parametrize("uri, enveloped", [("#p1", False), ("", True)])
@pytest.mark.parametrize("key_value", [False, True])
def test_what_xmlsec_signs_passes(
    uri: str, enveloped: bool, key_value: bool, signer: KeySigner, options: dict[str, Any]
) -> None:
    data = octets(sign(signer, uri=uri, enveloped=enveloped, key_value=key_value))
    report = assess_xml(data, **options)
    assert (report.indication, report.sub_indication) == (PASSED, None)
    (proven,) = verify_xml(data, **options)
    assert SIGNED in proven.content


def _xsw(kind: int, root: etree._Element, name: str | None) -> etree._Element:
    """Wrap in one of the eight ways, named as SAML testers number them."""
    phi, signature = parts(root)
    forged = evil(phi, name)
    if kind == 1:  # the whole document is wrapped inside the signature of a forged one
        new = copy.deepcopy(root)
        for child in list(new):
            new.remove(child)
        new.append(forged)
        root.remove(signature)
        signature.append(root)
        new.append(signature)
        return new
    if kind == 2:  # the same, the original beside the signature
        new = copy.deepcopy(root)
        for child in list(new):
            new.remove(child)
        root.remove(signature)
        new.extend((forged, root, signature))
        return new
    if kind == 3:  # forged first, original after
        root.insert(0, forged)
    elif kind == 4:  # the original inside the forged
        root.replace(phi, forged)
        forged.append(phi)
    elif kind == 5:  # forged in place, original at the end
        root.replace(phi, forged)
        root.append(phi)
    elif kind == 6:  # forged in place, original inside the signature
        root.replace(phi, forged)
        signature.append(phi)
    elif kind == 7:  # forged in an extension beside
        root.insert(0, etree.SubElement(root, "{urn:hoso}Extensions"))
        root[0].append(forged)
    else:  # original in an Object of the signature, forged in place
        root.replace(phi, forged)
        etree.SubElement(signature, f"{{{DS}}}Object").append(phi)
    return root


@pytest.mark.parametrize("name", ["p1", "p2", None])
@pytest.mark.parametrize("kind", range(1, 9))
def test_wrapped(kind: int, name: str | None, signer: KeySigner, options: dict[str, Any]) -> None:
    """The forged amount is never proven; with the place that the reader relies on named, nothing else passes."""
    wrapped = octets(_xsw(kind, sign(signer), name))
    assert FORGED in wrapped
    report = assess_xml(wrapped, **options)
    if name == "p1":
        assert (report.indication, report.sub_indication) == (FAILED, SubIndication.FORMAT_FAILURE)
        assert "XML-ID-DUPLICATE" in codes(report)
    else:
        assert report.indication is not PASSED
        assert codes(report) & {"XML-TWIN", "XML-WRONG-PLACE"}
    with pytest.raises(VerificationError):
        verify_xml(wrapped, **options)
    if kind not in (3, 7):  # there the signed element still stands in its place, beside the forged one
        bound = assess_xml(wrapped, expect=("/HoSo/Phi",), **options)
        assert bound.indication is not PASSED
        assert {"XML-WRONG-PLACE", "XML-ID-DUPLICATE"} & codes(bound)


def test_who_names_the_place_may_have_unsigned_twins(signer: KeySigner, options: dict[str, Any]) -> None:
    root = sign(signer)
    root.append(evil(parts(root)[0], "p2"))
    data = octets(root)
    assert "XML-TWIN" in codes(assess_xml(data, **options))
    (proven,) = verify_xml(data, expect=("/HoSo/Phi[1]",), **options)
    assert SIGNED in proven.content
    assert FORGED not in proven.content


@pytest.mark.parametrize("spelling", ["ID", "id", "{http://www.w3.org/XML/1998/namespace}id"])
def test_one_id_in_two_spellings(spelling: str, signer: KeySigner, options: dict[str, Any]) -> None:
    root = sign(signer)
    forged = evil(parts(root)[0], None)
    forged.set(spelling, "p1")
    root.insert(0, forged)
    report = assess_xml(octets(root), **options)
    assert (report.indication, report.sub_indication) == (FAILED, SubIndication.FORMAT_FAILURE)
    assert "XML-ID-DUPLICATE" in codes(report)


def test_hmac_under_the_public_key(signer: KeySigner, options: dict[str, Any]) -> None:
    """The certificate is public: a verifier that takes it for an HMAC key would believe anyone."""
    root = sign(signer)
    _, signature = parts(root)
    info = signature.find(f"{{{DS}}}SignedInfo")
    assert info is not None
    method = info.find(f"{{{DS}}}SignatureMethod")
    value = signature.find(f"{{{DS}}}SignatureValue")
    assert method is not None and value is not None
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    secret = signer.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    value.text = base64.b64encode(
        hmac.digest(secret, etree.tostring(info, method="c14n", exclusive=True), "sha256")
    ).decode()
    report = assess_xml(octets(root), **options)
    assert (report.indication, report.sub_indication) == (FAILED, SubIndication.FORMAT_FAILURE)
    assert "XML-HMAC" in codes(report)


def test_key_value_of_a_stranger(authority: TestAuthority, signer: KeySigner, options: dict[str, Any]) -> None:
    """An attacker signs with a key of his own, puts it into KeyValue, and another's certificate beside it."""
    stranger = authority.issue_person("Kẻ Lạ", key="rsa2048")
    mine, theirs = sign(stranger, key_value=True), sign(signer)
    path = f".//{{{DS}}}X509Certificate"
    there, here = theirs.find(path), mine.find(path)
    assert there is not None and here is not None
    here.text = there.text
    report = assess_xml(octets(mine), **options)
    assert report.indication is FAILED
    assert {"XML-KEYVALUE", "XML-SIGNATURE-VALUE"} & codes(report)
    with pytest.raises(VerificationError):
        verify_xml(octets(mine), **options)


def test_a_comment_splits_no_value(signer: KeySigner, options: dict[str, Any]) -> None:
    """Canonical XML drops comments: the value that is proven is whole, whoever reads only the first text node."""
    data = octets(sign(signer)).replace(b"<Tien>100", b"<Tien>10<!-- -->0", 1)
    report = assess_xml(data, **options)
    if report.indication is PASSED:
        (proven,) = verify_xml(data, **options)
        assert b"<Tien>100</Tien>" in proven.content


@pytest.mark.parametrize(
    "old, new, sub, code",
    [
        (b"<Tien>100", b"<Tien>101", SubIndication.HASH_FAILURE, "XML-DIGEST-DIFFERS"),
        (b'URI="#p1"', b'URI="#p9"', SubIndication.SIGNED_DATA_NOT_FOUND, "XML-REFERENCE-MISSING"),
        (
            b"xmldsig-more#rsa-sha256",
            b"xmldsig-more#rsa-sha384",
            SubIndication.SIG_CRYPTO_FAILURE,
            "XML-SIGNATURE-VALUE",
        ),
    ],
)
def test_changed(
    old: bytes, new: bytes, sub: SubIndication, code: str, signer: KeySigner, options: dict[str, Any]
) -> None:
    data = octets(sign(signer))
    assert old in data
    report = assess_xml(data.replace(old, new), **options)
    assert report.indication is not PASSED
    assert code in codes(report)
    if sub is not SubIndication.SIGNED_DATA_NOT_FOUND:  # there the signature value fails as well, which is worse
        assert report.sub_indication is sub


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b'<!DOCTYPE HoSo [<!ENTITY x "100">]>' + data,
        lambda data: b'<!DOCTYPE HoSo SYSTEM "http://127.0.0.1:9/x.dtd">' + data,
        lambda data: data.replace(b"<Tien>100", b"<Tien>&x;"),
        lambda data: data.decode().encode("utf-16")[:-1],
        lambda data: data[:-5],
    ],
)
def test_no_document_type_and_no_fetching(
    change: Callable[[bytes], bytes], signer: KeySigner, options: dict[str, Any]
) -> None:
    with pytest.raises(EgovError):
        assess_xml(change(octets(sign(signer))), **options)
