"""Hostile XML signatures, made with a key of their own: what they claim is refused, and what they ask costs no time."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from lxml import etree

from egov_vn.signature import (
    Indication,
    KeySigner,
    Level,
    Packaging,
    Report,
    RevocationData,
    SubIndication,
    TrustStore,
    XmlForm,
    XmlLimits,
    assess_xml,
    sign_xml,
)
from egov_vn.signature.xades import algorithms
from egov_vn.signature.xades.core import read_signature_method
from egov_vn.testing import TestAuthority

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DOCUMENT = b'<HSo><DLieu Id="d"><Tien>100</Tien></DLieu><Ky/></HSo>'


def ds(name: str) -> str:
    return f"{{{DS}}}{name}"


@pytest.fixture(scope="module")
def signed(person: KeySigner, at: datetime) -> bytes:
    form = XmlForm(canonicalization=EXCLUSIVE)
    return sign_xml(
        DOCUMENT, signer=person, at=at, elements=["d"], packaging=Packaging.DETACHED, place="/HSo/Ky", form=form
    )


@pytest.fixture(scope="module")
def judge(at: datetime, trust: TrustStore, revocation: RevocationData) -> Callable[..., Report]:
    def assess(document: bytes, **options: object) -> Report:
        return assess_xml(document, at=at, trust=trust, revocation=revocation, **options)  # type: ignore[arg-type]

    return assess


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


def signed_anew(document: bytes, change: Callable[[etree._Element], None], signer: KeySigner) -> bytes:
    """Change the Signature, hash its references again where that is plain, and sign SignedInfo anew."""
    root = etree.fromstring(document)
    signature = next(root.iter(ds("Signature")))
    change(signature)
    info = signature.find(ds("SignedInfo"))
    value = signature.find(ds("SignatureValue"))
    assert info is not None and value is not None
    text = etree.tostring(info, method="c14n", exclusive=True)
    value.text = base64.b64encode(signer.sign(hashlib.sha256(text).digest(), "rsa_pkcs1v15_sha256")).decode()
    return bytes(etree.tostring(root))


def data_reference(signature: etree._Element) -> etree._Element:
    return next(item for item in signature.iter(ds("Reference")) if item.get("URI") == "#d")


def test_signing_anew_works(signed: bytes, person: KeySigner, judge: Callable[..., Report]) -> None:
    report = judge(signed_anew(signed, lambda _: None, person))
    assert report.indication is Indication.TOTAL_PASSED


def test_a_signature_over_nothing(signed: bytes, person: KeySigner, judge: Callable[..., Report]) -> None:
    """Every reference matches and the key is right, but no content is covered."""

    def without_data(signature: etree._Element) -> None:
        item = data_reference(signature)
        parent = item.getparent()
        assert parent is not None
        parent.remove(item)

    report = judge(signed_anew(signed, without_data, person))
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.SIGNED_DATA_NOT_FOUND,
    )
    assert "XML-NOTHING-SIGNED" in codes(report)


def test_an_invoice_signature_over_its_time_only(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    """The seller's signature of an e-invoice must cover DLHDon, not only the Object with the signing time."""
    invoice = b'<HDon><DLHDon Id="d"><TTChung/></DLHDon><DSCKS/></HDon>'
    made = sign_xml(
        invoice,
        signer=person,
        at=at,
        elements=["d"],
        packaging=Packaging.DETACHED,
        place="/HDon/DSCKS/NBan",
        form=XmlForm(canonicalization=EXCLUSIVE),
    )
    space = "http://example.org/#signatureProperties"
    time_object = (
        f'<Object xmlns="{DS}" Id="t"><SignatureProperties><SignatureProperty Target="#s">'
        f'<SigningTime xmlns="{space}">2026-02-12T09:00:00</SigningTime>'
        "</SignatureProperty></SignatureProperties></Object>"
    )

    def only_time(signature: etree._Element) -> None:
        item = data_reference(signature)
        added = etree.fromstring(time_object)
        signature.append(added)
        item.set("URI", "#t")
        value, transforms = item.find(ds("DigestValue")), item.find(ds("Transforms"))
        assert value is not None
        if transforms is not None:
            item.remove(transforms)
        value.text = base64.b64encode(hashlib.sha256(etree.tostring(added, method="c14n")).digest()).decode()

    report = judge(signed_anew(made, only_time, person))
    assert report.indication is not Indication.TOTAL_PASSED
    assert "XML-NOTHING-SIGNED" in codes(report)


@pytest.mark.parametrize("name", ["SignedInfo", "SignatureValue", "KeyInfo"])
@pytest.mark.parametrize("first", [True, False])
def test_parts_that_are_there_twice(name: str, first: bool, signed: bytes, judge: Callable[..., Report]) -> None:
    root = etree.fromstring(signed)
    signature = next(root.iter(ds("Signature")))
    part = signature.find(ds(name))
    assert part is not None
    decoy = etree.SubElement(signature, ds(name))
    if first:
        part.addprevious(decoy)
    report = judge(etree.tostring(root))
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert "XML-STRUCTURE" in codes(report)


@pytest.mark.parametrize("name", ["DigestValue", "DigestMethod", "Transforms"])
def test_a_reference_with_two_of_a_part(
    name: str, signed: bytes, person: KeySigner, judge: Callable[..., Report]
) -> None:
    def doubled(signature: etree._Element) -> None:
        item = data_reference(signature)
        etree.SubElement(item, ds(name))
        etree.SubElement(item, ds(name))

    report = judge(signed_anew(signed, doubled, person))
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert "XML-STRUCTURE" in codes(report)


def test_an_id_repeated_in_another_namespace(signed: bytes, judge: Callable[..., Report]) -> None:
    """Software for web services follows wsu:Id: it would read the forged element."""
    forged = signed.replace(b"<Ky>", b'<Gia xmlns:wsu="urn:wsu" wsu:Id="d"><Tien>999</Tien></Gia><Ky>')
    assert "XML-ID-DUPLICATE" in codes(judge(forged))
    alone = re.sub(rb'<DLieu Id="d"', b'<DLieu xmlns:wsu="urn:wsu" wsu:Id="d"', signed)
    assert "XML-REFERENCE-MISSING" in codes(judge(alone))


def test_a_comment_that_splits_a_value_is_told(signed: bytes, judge: Callable[..., Report]) -> None:
    split = judge(signed.replace(b"<Tien>100", b"<Tien>10<!-- -->0"))
    assert (split.indication, "XML-COMMENT" in codes(split)) == (Indication.TOTAL_PASSED, True)
    beside = judge(signed.replace(b"<Tien>100", b"<!-- --><Tien>100"))
    assert "XML-COMMENT" not in codes(beside)


MORE = "http://www.w3.org/2007/05/xmldsig-more#"


def pss_method(inner: str) -> etree._Element:
    return etree.fromstring(
        f'<SignedInfo xmlns="{DS}"><SignatureMethod Algorithm="{algorithms.RSA_PSS}">'
        f'<p:RSAPSSParams xmlns:p="{MORE}">{inner}</p:RSAPSSParams></SignatureMethod></SignedInfo>'
    )


SHA384 = '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#sha384"/>'
MD5 = '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/>'


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("", ("sha256", "sha256", None)),
        (SHA384, ("sha384", "sha384", None)),
        (f'{SHA384}<p:MaskGenerationFunction Algorithm="{MORE}MGF1"/>', ("sha384", "sha256", None)),
        (f"{SHA384}<p:SaltLength>32</p:SaltLength><p:TrailerField>1</p:TrailerField>", ("sha384", "sha384", 32)),
        (MD5, None),
        (f'{SHA384}<p:MaskGenerationFunction Algorithm="{MORE}MGF1">{MD5}</p:MaskGenerationFunction>', None),
        (f'{SHA384}<p:MaskGenerationFunction Algorithm="urn:other"/>', None),
        ("<p:SaltLength>-1</p:SaltLength>", None),
        ("<p:SaltLength>٣٢</p:SaltLength>", None),
        ("<p:SaltLength>99999</p:SaltLength>", None),
        ("<p:TrailerField>2</p:TrailerField>", None),
    ],
)
def test_parameters_of_pss(inner: str, expected: tuple[str, str, int | None] | None) -> None:
    method, problems = read_signature_method(pss_method(inner))
    if expected is None:
        assert method is None
        assert [item.code for item in problems] == ["XML-SIGNATURE-METHOD-UNKNOWN"]
    else:
        assert method is not None
        assert (method.digest, method.mgf, method.salt) == expected


# Work ---------------------------------------------------------------------------------------------------------------


def transform(uri: str) -> bytes:
    return f'<ds:Transform Algorithm="{uri}"></ds:Transform>'.encode()


BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
MANY = 998
Parts = tuple[list[bytes], bytes, bytes, bytes]


def with_references(signed: bytes, parts: Parts) -> bytes:
    """Give the signature references to these URIs with these transforms, and the document this content."""
    uris, transforms, inside, beside = parts
    found = re.search(rb'<ds:Reference (?:(?!<ds:Reference).)*?URI="#d".*?</ds:Reference>', signed)
    assert found is not None
    one = re.sub(rb"<ds:Transforms>.*?</ds:Transforms>", b"", re.sub(rb' Id="[^"]*"', b"", found[0]))
    one = one.replace(b"<ds:DigestMethod", b"<ds:Transforms>" + transforms + b"</ds:Transforms><ds:DigestMethod", 1)
    made = signed.replace(found[0], b"".join(one.replace(b'URI="#d"', b'URI="%s"' % uri) for uri in uris))
    return made.replace(b"<Tien>100</Tien>", inside).replace(b"<Ky>", beside + b"<Ky>")


def numbered(inside: bytes) -> bytes:
    return b"".join(b'<e Id="i%d">%s</e>' % (number, inside) for number in range(MANY))


def named() -> list[bytes]:
    return [b"#i%d" % number for number in range(MANY)]


PREFIXES = b" ".join(b'xmlns:p%d="u:%d"' % (number, number) for number in range(4000))
LISTED = b'<ds:Transform Algorithm="%s"><InclusiveNamespaces xmlns="%s" PrefixList="%s"/></ds:Transform>' % (
    EXCLUSIVE.encode(),
    EXCLUSIVE.encode(),
    b" ".join(b"p%d" % number for number in range(4000)),
)
HOSTILE: dict[str, Callable[[], Parts]] = {
    "octets read and written again and again": lambda: ([b"#d"] * MANY, transform(C14N) * 5, b"<a/>" * 15000, b""),
    "base64 of three megabytes": lambda: ([b"#d"] * MANY, transform(BASE64), b"AAAA" * 750_000, b""),
    "base64 of many elements": lambda: ([b"#d"] * MANY, transform(BASE64), b"<a/>" * 300_000, b""),
    "many elements of one name": lambda: (named(), b"", b"", numbered(b"<e></e>" * 100)),
    "many siblings": lambda: (named(), b"", b"", numbered(b"") + b"<e/>" * 200_000),
    "namespaces for inclusive": lambda: ([b"#d"], transform(C14N), b"<a/>" * 2000, b"<N %s>" % PREFIXES + b"</N>"),
    "namespaces in the signed part": lambda: (
        [b"#d"] * 3,
        transform(C14N),
        b"<N %s>" % PREFIXES + b"<a/>" * 2000 + b"</N>",
        b"",
    ),
    "a long list of prefixes": lambda: ([b"#d"] * 50, LISTED, b"<N %s>" % PREFIXES + b"<a/>" * 2000 + b"</N>", b""),
    "a long namespace name repeated": lambda: (
        [b"#d"],
        transform(EXCLUSIVE),
        b'<N xmlns:p="u:%s">' % (b"x" * 20_000) + b"<p:a/>" * 20_000 + b"</N>",
        b"",
    ),
    "white space to be diagnosed": lambda: ([b"#d"] * 30, b"", b"<a> </a>\n" * 100_000, b""),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_a_file_asks_for_is_bounded(attack: str, signed: bytes, judge: Callable[..., Report]) -> None:
    document = with_references(signed, HOSTILE[attack]())
    start = time.process_time()
    report = judge(document)
    assert report.indication is Indication.TOTAL_FAILED
    assert time.process_time() - start < 10


def test_references_of_all_signatures_are_counted(signed: bytes, judge: Callable[..., Report]) -> None:
    one = re.search(rb"<ds:Signature .*</ds:Signature>", signed, re.DOTALL)
    assert one is not None
    three = b'<HSo><DLieu Id="d"/>' + one[0] * 3 + b"</HSo>"
    found = codes(judge(three, limits=XmlLimits(all_references=4)))
    assert "XML-LIMIT" in found
    assert "XML-LIMIT" not in codes(judge(three))


def test_time_stamps_are_bounded(person: KeySigner, at: datetime, rsa: TestAuthority, trust: TrustStore) -> None:
    made = sign_xml(b"<H/>", signer=person, at=at, level=Level.B_T, timestamper=rsa.timestamper(), trust=trust)
    token = re.search(rb"<xades:EncapsulatedTimeStamp.*?</xades:EncapsulatedTimeStamp>", made, re.DOTALL)
    assert token is not None
    start = time.process_time()
    report = assess_xml(made.replace(token[0], token[0] * 3000), at=at, trust=trust)
    assert "XML-LIMIT" in codes(report)
    assert time.process_time() - start < 5


def test_many_references_that_are_honest_pass(person: KeySigner, at: datetime, judge: Callable[..., Report]) -> None:
    rows = b"".join(b'<Muc Id="m%d"><Ten>Muc %d</Ten></Muc>' % (number, number) for number in range(300))
    made = sign_xml(
        b"<HSo>" + rows + b"<Ky/></HSo>",
        signer=person,
        at=at,
        elements=[f"m{number}" for number in range(300)],
        packaging=Packaging.DETACHED,
        place="/HSo/Ky",
    )
    report = judge(made)
    assert report.indication is Indication.TOTAL_PASSED
    assert "#m299 (/HSo/Muc[300])" in report.signatures[0].covers
