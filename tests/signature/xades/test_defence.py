"""Attacks on XML signatures: each is refused with a finding of its own, and nothing hangs."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.errors import EgovError, InvalidInput, VerificationError
from egov_vn.signature import (
    Indication,
    KeySigner,
    Packaging,
    Report,
    RevocationData,
    SubIndication,
    Tolerance,
    TrustStore,
    XmlForm,
    XmlLimits,
    XmlProfile,
    assess_xml,
    sign_files,
    sign_xml,
    verify_xml,
)

DOCUMENT = b'<HSo><DLieu Id="data"><Tien>100</Tien></DLieu><Khac><Ky></Ky></Khac></HSo>'


@pytest.fixture(scope="module")
def detached(person: KeySigner, at: datetime) -> bytes:
    return sign_xml(
        DOCUMENT, signer=person, at=at, elements=["data"], packaging=Packaging.DETACHED, place="/HSo/Khac/Ky"
    )


@pytest.fixture(scope="module")
def judge(at: datetime, trust: TrustStore, revocation: RevocationData) -> Callable[..., Report]:
    def assess(document: bytes, **options: object) -> Report:
        return assess_xml(document, at=at, trust=trust, revocation=revocation, **options)  # type: ignore[arg-type]

    return assess


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


def test_what_is_sound_passes(detached: bytes, judge: Callable[..., Report]) -> None:
    assert judge(detached).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize("spelling", ['Id="data"', 'ID="data"', 'id="data"', 'xml:id="data"'])
def test_an_id_twice_in_any_spelling(spelling: str, detached: bytes, judge: Callable[..., Report]) -> None:
    forged = detached.replace(b"<Khac>", f"<Gia {spelling}><Tien>999</Tien></Gia><Khac>".encode())
    report = judge(forged)
    assert "XML-ID-DUPLICATE" in codes(report)
    assert report.indication is Indication.TOTAL_FAILED


def test_moved_content_is_told_by_its_path(detached: bytes, judge: Callable[..., Report]) -> None:
    original = re.search(rb"<DLieu Id.*?</DLieu>", detached)
    assert original is not None
    fake = b"<DLieu><Tien>999</Tien></DLieu>"
    forged = detached.replace(original[0], fake).replace(b"</Khac>", b"<Cu>" + original[0] + b"</Cu></Khac>")
    report = judge(forged)
    assert report.signatures[0].covers == "#data (/HSo/Khac/Cu/DLieu)"
    assert "XML-WRONG-PLACE" in codes(judge(forged, expect=["/HSo/DLieu"]))
    assert judge(forged, expect=["/HSo/DLieu"]).indication is Indication.TOTAL_FAILED
    assert judge(detached, expect=["/HSo/DLieu"]).indication is Indication.TOTAL_PASSED


def test_enveloped_content_moved_away(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    signed = sign_xml(DOCUMENT, signer=person, at=at, elements=["data"])
    signature = re.search(rb"<ds:Signature .*</ds:Signature>", signed, re.DOTALL)
    assert signature is not None
    original = re.search(rb"<DLieu.*?</DLieu>", signed.replace(signature[0], b""), re.DOTALL)
    assert original is not None
    forged = b"<HSo><DLieu><Tien>999</Tien>" + signature[0] + b"</DLieu><Cu>" + original[0] + b"</Cu></HSo>"
    report = judge(forged)
    assert "XML-ENVELOPED-OUTSIDE" in codes(report)
    assert report.indication is not Indication.TOTAL_PASSED


def test_tax_profile_refuses_wrapping(
    agency: KeySigner, at: datetime, invoice: bytes, judge: Callable[..., Report]
) -> None:
    signed = sign_xml(
        invoice,
        signer=agency,
        at=at,
        profile=XmlProfile.XMLDSIG_TCT,
        elements=["data"],
        place="/HDon/DSCKS/NBan",
    )
    assert judge(signed).indication is Indication.TOTAL_PASSED
    original = re.search(rb"<DLHDon.*?</DLHDon>", signed, re.DOTALL)
    assert original is not None
    for forged in (
        signed.replace(original[0], b"<DLHDon/><Cu>" + original[0] + b"</Cu>"),
        signed.replace(original[0], original[0] + b"<DLHDon/>"),
    ):
        report = judge(forged)
        assert "XML-WRONG-PLACE" in codes(report)
        assert report.indication is Indication.TOTAL_FAILED


def replaced_transforms(signed: bytes, transforms: bytes) -> bytes:
    return re.sub(
        rb"<ds:Transforms>.*?</ds:Transforms>", b"<ds:Transforms>" + transforms + b"</ds:Transforms>", signed, count=1
    )


@pytest.mark.parametrize(
    ("transform", "code"),
    [
        (b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>', "XML-TRANSFORM-REFUSED"),
        (
            b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>1</ds:XPath></ds:Transform>',
            "XML-TRANSFORM-REFUSED",
        ),
        (b'<ds:Transform Algorithm="urn:none"/>', "XML-TRANSFORM-UNKNOWN"),
        (b'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>' * 6, "XML-LIMIT"),
    ],
)
def test_transforms(transform: bytes, code: str, detached: bytes, judge: Callable[..., Report]) -> None:
    report = judge(replaced_transforms(detached, transform))
    assert code in codes(report)
    assert report.indication is Indication.TOTAL_FAILED  # SignedInfo was changed as well


def test_xpath_is_compared_never_run(detached: bytes, judge: Callable[..., Report]) -> None:
    evil = (
        b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        b"<ds:XPath>count(//node()) &gt; 0</ds:XPath></ds:Transform>"
    )
    report = judge(replaced_transforms(detached, evil), tolerances=[Tolerance.XPATH_SIGNATURES])
    assert "XML-TRANSFORM-REFUSED" in codes(report)


@pytest.mark.parametrize(
    ("old", "new", "code", "sub"),
    [
        (rb"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256", "XML-HMAC", SubIndication.FORMAT_FAILURE),
        (rb"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-md4", "XML-SIGNATURE-METHOD-UNKNOWN", None),
        (rb"xmlenc#sha256", b"xmlenc#md4", "XML-DIGEST-UNKNOWN", None),
        (
            rb'CanonicalizationMethod Algorithm="[^"]*"',
            b'CanonicalizationMethod Algorithm="urn:x"',
            "XML-C14N-UNKNOWN",
            None,
        ),
        (rb"<ds:Reference .*</ds:Reference>", b"", "XML-NO-REFERENCE", SubIndication.FORMAT_FAILURE),
        (rb"<ds:SignedInfo>.*</ds:SignedInfo>", b"", "XML-NO-SIGNEDINFO", SubIndication.FORMAT_FAILURE),
        (rb"<ds:SignatureValue.*</ds:SignatureValue>", b"", "XML-NO-VALUE", SubIndication.FORMAT_FAILURE),
        (rb"(<ds:SignatureValue[^>]*>)....", rb"\1!!!!", "XML-BASE64", SubIndication.FORMAT_FAILURE),
        (rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", "XML-NO-CERTIFICATE", None),
        (rb'URI="#data"', b'URI="#none"', "XML-REFERENCE-MISSING", None),
        (rb'URI="#data"', b'URI="#xpointer(//a)"', "XML-POINTER", None),
        (rb'URI="#data"', b'URI="http://example.org/x"', "XML-FILE-MISSING", None),
        (rb"<Tien>100", b"<Tien>999", "XML-DIGEST-DIFFERS", SubIndication.HASH_FAILURE),
        (rb"<HSo>", b'<HSo xmlns="tuongdoi">', "XML-C14N", None),
        (
            rb"<xades:SigningTime>[^<]*",
            b"<xades:SigningTime>2020-01-01T00:00:00Z",
            "XML-DIGEST-DIFFERS",
            SubIndication.HASH_FAILURE,
        ),
    ],
)
def test_broken_parts(
    old: bytes, new: bytes, code: str, sub: SubIndication | None, detached: bytes, judge: Callable[..., Report]
) -> None:
    changed = re.sub(old, new, detached, count=1, flags=re.DOTALL)
    assert changed != detached
    report = judge(changed)
    assert code in codes(report)
    assert report.indication is not Indication.TOTAL_PASSED
    assert sub is None or report.sub_indication is sub


def test_key_value_of_another(detached: bytes, agency: KeySigner, judge: Callable[..., Report]) -> None:
    numbers = agency.certificate.public_key().public_numbers()  # type: ignore[union-attr]
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big")).decode()  # type: ignore[union-attr]
    value = (
        f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
        "</ds:RSAKeyValue></ds:KeyValue>"
    )
    report = judge(detached.replace(b"<ds:KeyInfo>", b"<ds:KeyInfo>" + value.encode()))
    assert "XML-KEYVALUE" in codes(report)
    assert report.sub_indication is SubIndication.FORMAT_FAILURE


def test_another_certificate(detached: bytes, agency: KeySigner, judge: Callable[..., Report]) -> None:
    other = base64.b64encode(agency.certificate.public_bytes(Encoding.DER))
    report = judge(re.sub(rb"(<ds:X509Certificate>)[^<]*", rb"\1" + other, detached, count=1))
    assert "XML-CERTIFICATE-OTHER" in codes(report)
    assert report.indication is not Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not xml",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0" encoding="UTF-8"?><a>\xff</a>',
        b'<?xml version="1.0" encoding="none-such"?><a/>',
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_not_our_xml(document: bytes, judge: Callable[..., Report], person: KeySigner, at: datetime) -> None:
    with pytest.raises(InvalidInput):
        judge(document)
    with pytest.raises(InvalidInput):
        sign_xml(document, signer=person, at=at)


def test_too_large_is_refused_unread(judge: Callable[..., Report]) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        judge(b"<a>" + b" " * 2000 + b"</a>", limits=XmlLimits(document_bytes=1000))


def test_no_signature_is_a_finding(judge: Callable[..., Report], at: datetime) -> None:
    report = judge(b"<a/>")
    assert report.indication is None
    assert codes(report) == {"SIG-NONE"}
    with pytest.raises(VerificationError):
        verify_xml(b"<a/>", at=at)


def test_work_is_bounded(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    document = b"<HSo>" + b"<a>xxxxxxxxxx</a>" * 20_000 + b"</HSo>"
    signed = sign_xml(document, signer=person, at=at)
    reference = re.search(rb"<ds:Reference Id.*?</ds:Reference>", signed, re.DOTALL)
    assert reference is not None
    many = signed.replace(reference[0], reference[0] * 900)
    start = time.perf_counter()
    report = judge(many, limits=XmlLimits(octets=20_000_000))
    assert "XML-LIMIT" in codes(report)
    assert time.perf_counter() - start < 20
    assert "XML-LIMIT" in codes(judge(signed.replace(reference[0], reference[0] * 1001)))
    with pytest.raises(InvalidInput, match="signatures exceed"):
        judge(b'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#">' + b"<d:Signature/>" * 101 + b"</a>")


def test_a_comment_inside_text_changes_nothing_that_is_read(
    person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    signed = sign_xml(b"<a><ten>vua</ten></a>", signer=person, at=at)
    split = signed.replace(b"<ten>vua", b"<ten>v<!-- -->ua")
    (proof,) = verify_xml(split, at=at, trust=trust, revocation=revocation)
    assert proof.content == b"<a><ten>vua</ten></a>"  # what was proven has no comment to split the text


def test_a_comment_counts_where_it_is_signed(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    uri = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"
    signed = sign_xml(b'<a Id="x"><ten>v<!--1-->ua</ten></a>', signer=person, at=at, form=XmlForm(canonicalization=uri))
    other = signed.replace(b"<!--1-->", b"")
    assert judge(other).indication is Indication.TOTAL_PASSED  # URI="" names no comments, whatever the method says


def test_verify_returns_only_what_is_covered(
    detached: bytes, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    (proof,) = verify_xml(detached, at=at, trust=trust, revocation=revocation)
    assert proof.content == b'<DLieu Id="data"><Tien>100</Tien></DLieu>'
    assert [part.path for part in proof.parts] == ["/HSo/DLieu"]
    assert proof.signer.citizen_id == "092090000018"
    with pytest.raises(VerificationError) as caught:
        verify_xml(detached.replace(b"100", b"900"), at=at, trust=trust)
    assert caught.value.report.sub_indication is SubIndication.HASH_FAILURE


def test_a_report_has_no_truth_value(detached: bytes, judge: Callable[..., Report]) -> None:
    with pytest.raises(TypeError):
        bool(judge(detached))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_flipping_any_byte_never_passes_unless_it_says_the_same(
    data: st.DataObject, detached: bytes, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    place = data.draw(st.integers(0, len(detached) - 1))
    flipped = bytearray(detached)
    flipped[place] ^= data.draw(st.integers(1, 127))
    try:
        (proof,) = verify_xml(bytes(flipped), at=at, trust=trust, revocation=revocation)
    except EgovError:
        return
    assert proof.content == b'<DLieu Id="data"><Tien>100</Tien></DLieu>'


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes_are_our_errors(data: bytes) -> None:
    for document in (
        data,
        b'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:Signature>' + data + b"</d:Signature></a>",
    ):
        try:
            assess_xml(document, at=datetime.fromisoformat("2026-02-12T09:00:00+07:00"))
        except InvalidInput:
            continue


def test_missing_file_of_a_manifest(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    files = {"a.txt": b"a", "b.txt": b"b"}
    for manifest in (False, True):
        signed = sign_files(files, signer=person, at=at, manifest=manifest)
        assert judge(signed, files=files).indication is Indication.TOTAL_PASSED
        report = judge(signed, files={"a.txt": b"a"})
        assert report.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND
        assert judge(signed, files={"a.txt": b"x", "b.txt": b"b"}).sub_indication is SubIndication.HASH_FAILURE


@pytest.mark.parametrize("length", [b"\x82\xff\xff", b"\x84\xff\xff\xff"])
def test_a_certificate_whose_key_is_broken(length: bytes, detached: bytes, person: KeySigner, at: datetime) -> None:
    der = person.certificate.public_bytes(Encoding.DER)
    key = der.index(b"\x00\x30\x82", der.index(b"\x03\x82"))  # the RSA key in its bit string
    broken = der[: key + 2] + length + der[key + 2 + len(length) :]
    changed = detached.replace(base64.b64encode(der), base64.b64encode(broken))
    assert changed != detached
    report = assess_xml(changed, at=at)
    assert report.indication is not Indication.TOTAL_PASSED
