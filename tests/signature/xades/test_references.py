from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature import (
    Indication,
    KeySigner,
    Packaging,
    RevocationData,
    SubIndication,
    Tolerance,
    TrustStore,
    XmlForm,
    assess_xml,
    sign_xml,
)
from egov_vn.signature.xades.algorithms import SignatureMethod, raw_value, signature_uri, verify_value
from egov_vn.signature.xades.core import read_signature_method
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.references import Checked, Context, Outcome, check_reference
from egov_vn.signature.xades.stamps import Stamp, StampKind, covered

DS = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = f'<Transform Algorithm="{DS}enveloped-signature"/>'
BASE64 = f'<Transform Algorithm="{DS}base64"/>'
C14N = '<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/>'
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def xpath(expression: str, uri: str = "http://www.w3.org/TR/1999/REC-xpath-19991116", attribute: str = "") -> str:
    inner = f'<XPath xmlns="{uri if "filter2" in uri else DS}" xmlns:d="{DS}"{attribute}>{expression}</XPath>'
    return f'<Transform Algorithm="{uri}">{inner}</Transform>'


def check(
    uri: str | None,
    transforms: str,
    expected: bytes,
    *,
    before: str = "<a>x<!--c-->",
    tolerances: frozenset[Tolerance] = frozenset(),
    files: dict[str, bytes] | Callable[[str], bytes | None] | None = None,
) -> Checked:
    """Check a reference that stands in a signature inside an element a, against the digest of *expected*."""
    digest = base64.b64encode(hashlib.sha256(expected).digest()).decode()
    named = f' URI="{uri}"' if uri is not None else ""
    text = (
        f'{before}<Signature xmlns="{DS}"><SignedInfo><Reference{named}><Transforms>{transforms}</Transforms>'
        f'<DigestMethod Algorithm="{SHA256}"/><DigestValue>{digest}</DigestValue></Reference></SignedInfo>'
        '<Object Id="o"><b xmlns="">aGVs bG8=</b></Object></Signature>tail</a>'
    )
    document = Document.read(text.encode())
    signature = document.signatures[0]
    reference = next(signature.iter(f"{{{DS}}}Reference"))
    return check_reference(reference, Context(document, signature, files, tolerances, keep=True))


def test_enveloped_keeps_the_tail() -> None:
    assert check("", ENVELOPED, b"<a>xtail</a>").outcome is Outcome.MATCHES
    assert check("#xpointer(/)", ENVELOPED + C14N, b"<a>x<!--c-->tail</a>").outcome is Outcome.MATCHES
    assert check("", ENVELOPED + C14N, b"<a>xtail</a>").outcome is Outcome.MATCHES  # the bare form names no comments


def test_xpointer_id_keeps_comments() -> None:
    before = '<a xml:id="r">x<!--c-->'
    whole = b'<a xml:id="r">x<!--c-->tail</a>'
    assert check("#xpointer(id('r'))", ENVELOPED + C14N, whole, before=before).outcome is Outcome.MATCHES
    assert check("#r", ENVELOPED + C14N, whole.replace(b"<!--c-->", b""), before=before).outcome is Outcome.MATCHES


def test_base64_reads_text() -> None:
    assert check("#o", BASE64, b"hello").octets == b"hello"
    assert check("#o", BASE64, b"hello").outcome is Outcome.MATCHES
    outside = check("", ENVELOPED + BASE64, b"\x1f", before="<a>H<!--c--><?p q?><b>w</b>=<c>=</c>")
    assert outside.code == "XML-TRANSFORM-INPUT"  # the tail of the signature is part of the text
    assert check("f", BASE64, b"hi", files={"f": b"aGk="}).outcome is Outcome.MATCHES
    assert check("f", BASE64, b"hi", files={"f": b"a!"}).code == "XML-TRANSFORM-INPUT"


def test_octets_become_nodes_again() -> None:
    form = check("f", C14N, b"<a><!--k--></a>", files={"f": b"<a><!--k--></a>"})
    assert form.outcome is Outcome.MATCHES
    assert check("f", C14N, b"", files={"f": b"not xml"}).code == "XML-TRANSFORM-INPUT"
    assert check("f", ENVELOPED, b"", files={"f": b"<a/>"}).code == "XML-TRANSFORM-INPUT"
    assert check("f", C14N + ENVELOPED, b"", files={"f": b"<a/>"}).code == "XML-TRANSFORM-INPUT"


def test_files_by_function_and_without_uri() -> None:
    assert check(None, "", b"x", files=lambda uri: b"x" if uri == "" else None).outcome is Outcome.MATCHES
    assert check(None, "", b"x").outcome is Outcome.MISSING
    assert check("y", "", b"x", files=lambda _: None).detail == "y"


@pytest.mark.parametrize(
    "transform",
    [
        xpath("not(ancestor-or-self::d:Signature)"),
        xpath(
            "count(ancestor-or-self::d:Signature | here()/ancestor::d:Signature[1]) &gt;\n "
            "count(ancestor-or-self::d:Signature)"
        ),
        xpath("/descendant::d:Signature", "http://www.w3.org/2002/06/xmldsig-filter2", ' Filter="subtract"'),
        xpath("//d:Signature", "http://www.w3.org/2002/06/xmldsig-filter2", ' Filter="subtract"'),
    ],
)
def test_known_constants(transform: str) -> None:
    assert check("", transform, b"<a>xtail</a>").code == "XML-TRANSFORM-REFUSED"
    tolerated = check("", transform, b"<a>xtail</a>", tolerances=frozenset({Tolerance.XPATH_SIGNATURES}))
    assert tolerated.outcome is Outcome.MATCHES
    assert Tolerance.XPATH_SIGNATURES in tolerated.used


@pytest.mark.parametrize(
    "transform",
    [
        xpath("not(ancestor-or-self::x:Signature)"),
        xpath("true()"),
        xpath("//d:Signature", "http://www.w3.org/2002/06/xmldsig-filter2", ' Filter="union"'),
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>',
    ],
)
def test_other_expressions_stay_refused(transform: str) -> None:
    refused = check("", transform, b"", tolerances=frozenset({Tolerance.XPATH_SIGNATURES}))
    assert refused.code == "XML-TRANSFORM-REFUSED"


def test_enveloped_inside_the_signature() -> None:
    content = f'<Object xmlns="{DS}" Id="o"><b xmlns="">aGVs bG8=</b></Object>'.encode()
    assert check("#o", ENVELOPED, content).code == "XML-ENVELOPED-INSIDE"
    assert check("#o", ENVELOPED, b"").code == "XML-ENVELOPED-INSIDE"  # an empty node-set is no content either
    passed = check("#o", ENVELOPED, content, tolerances=frozenset({Tolerance.ENVELOPED_INSIDE}))
    assert passed.outcome is Outcome.MATCHES


@pytest.mark.parametrize("uri", ["#xpointer(id('a')/b)", "#element(/1)", "#xpointer(//a)"])
def test_other_pointers_are_refused(uri: str) -> None:
    assert check(uri, "", b"").code == "XML-POINTER"


def test_many_ids_are_indexed(person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData) -> None:
    parts = "".join(f'<p{" Id" if number % 2 else " xml:id"}="p{number}"/>' for number in range(20))
    signed = sign_xml(
        f"<a>{parts}<k/></a>".encode(),
        signer=person,
        at=at,
        elements=[f"p{number}" for number in range(20)],
        packaging=Packaging.DETACHED,
        place="/a/k",
    )
    assert assess_xml(signed, at=at, trust=trust, revocation=revocation).indication is Indication.TOTAL_PASSED
    again = signed.replace(b'<p Id="p19"/>', b'<p Id="p19"/><p id="p19"/>')
    assert "XML-ID-DUPLICATE" in {item.code for item in assess_xml(again, at=at).all_findings}


def test_a_signature_that_leaves_signatures_out_is_not_broken_by_another(
    samples: Path, person: KeySigner, at: datetime
) -> None:
    data = (samples / "xades" / "doubleSignedTest.xml").read_bytes()
    thrice = sign_xml(data, signer=person, at=at)
    report = assess_xml(thrice, at=at, tolerances=[Tolerance.XPATH_SIGNATURES])
    assert len(report.signatures) == 3
    assert {item.sub_indication for item in report.signatures} == {SubIndication.NO_CERTIFICATE_CHAIN_FOUND}


def signature_method(inner: str) -> SignatureMethod | None:
    method = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"
    text = f'<SignedInfo xmlns="{DS}"><SignatureMethod Algorithm="{method}">{inner}</SignatureMethod></SignedInfo>'
    return read_signature_method(etree.fromstring(text))[0]


def test_pss_parameters() -> None:
    space = 'xmlns="http://www.w3.org/2007/05/xmldsig-more#"'
    digest = f'<DigestMethod xmlns="{DS}" Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>'
    assert signature_method("") == SignatureMethod("rsa_pss", "sha256", salt=32)
    generator = f"<MaskGenerationFunction>{digest}</MaskGenerationFunction>"
    full = f"<RSAPSSParams {space}>{digest}{generator}<SaltLength>20</SaltLength></RSAPSSParams>"
    assert signature_method(full) == SignatureMethod("rsa_pss", "sha512", mgf="sha512", salt=20)
    assert signature_method(f"<RSAPSSParams {space}/>") == SignatureMethod("rsa_pss", "sha256", mgf="sha256")
    assert signature_method(f"<RSAPSSParams {space}><SaltLength>-1</SaltLength></RSAPSSParams>") is None


def test_pss_and_ecdsa_round_trip(
    person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    signed = sign_xml(b"<a/>", signer=person, at=at, form=XmlForm(algorithm="rsa_pss_sha3_256", digest="sha3_512"))
    report = assess_xml(signed, at=at, trust=trust, revocation=revocation)
    assert report.indication is Indication.TOTAL_PASSED
    assert b"sha3-256-rsa-MGF1" in signed


def test_a_value_of_another_kind_or_length_is_refused(authority: object, person: KeySigner) -> None:
    digest = hashlib.sha256(b"x").digest()
    signer = authority.issue_person("EC")  # type: ignore[attr-defined]
    key = signer.certificate.public_key()
    value = raw_value(signer.sign(digest, "ecdsa_sha256"), key)
    method = SignatureMethod("ecdsa", "sha256")
    assert len(value) == 64
    assert verify_value(method, key, value, digest)
    assert not verify_value(method, key, b"\x00" + value, digest)
    assert not verify_value(method, key, signer.sign(digest, "ecdsa_sha256"), digest)  # DER is not what XML carries
    assert not verify_value(method, person.certificate.public_key(), value, digest)
    assert not verify_value(SignatureMethod("rsa_pkcs1v15", "sha256"), key, value, digest)
    for name in ("dsa_sha1", "hmac_sha256", "rsa_pkcs1v15_md5"):
        with pytest.raises(InvalidInput):
            signature_uri(name)


def test_individual_data_objects_time_stamp(person: KeySigner, at: datetime) -> None:
    signed = sign_xml(
        b'<a><b Id="b">1</b><c Id="c">2</c><k/></a>',
        signer=person,
        at=at,
        elements=["b", "c"],
        packaging=Packaging.DETACHED,
        place="/a/k",
    )
    document = Document.read(signed)
    signature = document.signatures[0]
    name = signature.get("Id")
    space = "http://uri.etsi.org/01903/v1.3.2#"
    element = etree.fromstring(f'<x xmlns="{space}"><Include URI="#{name}-ref1"/></x>')
    context = Context(document, signature)
    assert covered(Stamp(element, StampKind.INDIVIDUAL_DATA, space, ()), context) == b'<c Id="c">2</c>'
    assert covered(Stamp(element, StampKind.ALL_DATA, space, ()), context) == b'<b Id="b">1</b><c Id="c">2</c>'
