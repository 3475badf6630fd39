from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from lxml import etree

from egov_vn.digest import Digest
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature import (
    Claims,
    Commitment,
    Indication,
    KeySigner,
    Level,
    Packaging,
    PolicyId,
    ProductionPlace,
    RevocationData,
    SubIndication,
    TrustStore,
    XmlForm,
    XmlProfile,
    assess_xml,
    countersign_xml,
    extend_xml,
    sign_files,
    sign_xml,
    verify_xml,
)
from egov_vn.signature.xades.build import Frame, Target, build_signature, digest_of
from egov_vn.signature.xades.names import ENVELOPED
from egov_vn.signature.xades.tct import TCT_FORM
from egov_vn.testing import TestAuthority

SIGNATURE = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)


@pytest.mark.parametrize("name", ["plain", "prefixed", "default", "language"])
def test_nothing_but_the_signature_is_added(
    name: str, documents: Mapping[str, bytes], person: KeySigner, at: datetime
) -> None:
    signed = sign_xml(documents[name], signer=person, at=at)
    assert SIGNATURE.sub(b"", signed) == documents[name]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "windows-1258", "iso-8859-1", "utf-8-sig"])
def test_encodings(
    encoding: str, person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    declared = {"utf-16-le": "UTF-16LE", "utf-8-sig": "UTF-8"}.get(encoding, encoding)
    document = f'<?xml version="1.0" encoding="{declared}"?><HSo><Ten>Đê</Ten></HSo>'.replace(
        "Đê", "Đê" if encoding != "iso-8859-1" else "ê"
    ).encode(encoding)
    signed = sign_xml(document, signer=person, at=at, claims=Claims(roles=("Chủ tịch",)))
    assert assess_xml(signed, at=at, trust=trust, revocation=revocation).indication is Indication.TOTAL_PASSED
    assert signed.startswith(document[:40])


def test_empty_element_as_place(person: KeySigner, at: datetime) -> None:
    signed = sign_xml(b"<a ><b x='/>' /></a>", signer=person, at=at, elements=[], place="/a/b")
    assert SIGNATURE.sub(b"", signed) == b"<a ><b x='/>' ></b></a>"


def test_place_is_made_where_it_is_missing(person: KeySigner, at: datetime) -> None:
    signed = sign_xml(
        b'<p:a xmlns:p="urn:p"><p:b Id="b"/></p:a>',
        signer=person,
        at=at,
        elements=["b"],
        packaging=Packaging.DETACHED,
        place="/a/ky/so",
    )
    assert SIGNATURE.sub(b"", signed) == b'<p:a xmlns:p="urn:p"><p:b Id="b"/><p:ky><p:so></p:so></p:ky></p:a>'


def test_claims_are_written_and_read(person: KeySigner, at: datetime) -> None:
    claims = Claims(
        roles=("Chủ tịch <UBND>",),
        place=ProductionPlace(city="Cần Thơ", country="VN"),
        commitment=Commitment.PROOF_OF_APPROVAL,
        policy=PolicyId(
            identifier="urn:oid:1.2.3",
            digest=Digest.of(b"policy"),
            url="https://example.org/p",
            description="Chính sách",
        ),
        formats={"": "application/xml"},
    )
    signed = sign_xml(b"<a/>", signer=person, at=at, claims=claims)
    report = assess_xml(signed, at=at).signatures[0]
    texts = {item.code: item.text.vi for item in report.findings}
    assert "Chủ tịch <UBND>" in texts["SIG-ROLE"]
    assert "Cần Thơ, VN" in texts["SIG-PLACE"]
    assert "ProofOfApproval" in texts["SIG-COMMITMENT"]
    assert "1.2.3" in texts["SIG-POLICY"]
    root = etree.fromstring(signed)
    assert root.findtext(".//{*}MimeType") == "application/xml"
    assert root.find(".//{*}SigPolicyId/{*}Identifier").get("Qualifier") == "OIDAsURN"  # type: ignore[union-attr]
    assert report.signed_at == at


def test_first_version_of_the_certificate_reference(
    person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    signed = sign_xml(b"<a/>", signer=person, at=at, form=XmlForm(first_version=True))
    assert b"X509SerialNumber" in signed
    assert assess_xml(signed, at=at, trust=trust, revocation=revocation).indication is Indication.TOTAL_PASSED


def test_two_signatures_over_the_whole_are_refused(person: KeySigner, agency: KeySigner, at: datetime) -> None:
    once = sign_xml(b"<a/>", signer=person, at=at)
    with pytest.raises(InvalidInput, match="would break it"):
        sign_xml(once, signer=agency, at=at)


def test_parallel_signatures(
    person: KeySigner, agency: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    document = b'<HSo><DLieu Id="data">x</DLieu></HSo>'
    for signer, place in ((person, "/HSo/NguoiKy"), (agency, "/HSo/CoQuan")):
        document = sign_xml(
            document, signer=signer, at=at, elements=["data"], packaging=Packaging.DETACHED, place=place
        )
    proofs = verify_xml(document, at=at, trust=trust, revocation=revocation)
    assert [proof.content for proof in proofs] == [b'<DLieu Id="data">x</DLieu>'] * 2
    assert [proof.signer.tax_code for proof in proofs] == [None, "0105987432"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"elements": ["none"]}, "0 elements"),
        ({"elements": ["x"], "packaging": Packaging.DETACHED, "place": "#x"}, "outside"),
        ({"packaging": Packaging.DETACHED}, "names the elements"),
        ({"place": "/b"}, "root"),
        ({"place": "/a/b"}, "2 elements"),
        ({"elements": ["x"], "place": "/a/c"}, "inside an element"),
        ({"form": XmlForm(canonicalization="urn:x")}, "canonicalisation"),
        ({"form": XmlForm(digest="md5")}, "digest algorithm"),
        ({"form": XmlForm(algorithm="rsa_md5")}, "signature method"),
        ({"packaging": Packaging.ENVELOPING, "form": XmlForm(prefix="")}, "prefix"),
        ({"level": Level.B_T}, "time-stamping"),
        ({"profile": XmlProfile.XMLDSIG_TCT, "level": Level.B_T}, "no levels"),
        ({"profile": XmlProfile.XMLDSIG_TCT, "place": "/a"}, "id of the element"),
        ({"profile": XmlProfile.XMLDSIG_TCT, "place": "/a/c", "elements": ["x"]}, "does not stand"),
    ],
)
def test_wrong_use(arguments: dict[str, object], message: str, person: KeySigner, at: datetime) -> None:
    document = b'<a><x Id="x"/><b/><b/><c/></a>'
    with pytest.raises(InvalidInput, match=message):
        sign_xml(document, signer=person, at=at, **arguments)  # type: ignore[arg-type]


def test_expired_certificate_signs_nothing(rsa: TestAuthority, at: datetime) -> None:
    signer = rsa.issue_person("Cũ", valid_from=at - timedelta(days=10), valid_to=at - timedelta(days=1))
    with pytest.raises(InvalidInput, match="expired"):
        sign_xml(b"<a/>", signer=signer, at=at)


def test_foreign_key_is_noticed(person: KeySigner, agency: KeySigner, at: datetime) -> None:
    class Wrong:
        certificate, chain, algorithm = agency.certificate, agency.chain, "rsa_pkcs1v15_sha256"
        sign = staticmethod(person.sign)

    with pytest.raises(InvalidInput, match="does not belong"):
        sign_xml(b"<a/>", signer=Wrong(), at=at)


def test_dead_time_stamping_service(person: KeySigner, at: datetime) -> None:
    class Dead:
        def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
            raise Unavailable("no answer", service="tsa")

    with pytest.raises(Unavailable):
        sign_xml(b"<a/>", signer=person, at=at, level=Level.B_T, timestamper=Dead())


def test_missing_root_is_asked_for(person: KeySigner, rsa: TestAuthority, at: datetime) -> None:
    with pytest.raises(InvalidInput, match="give trust"):
        sign_xml(
            b"<a/>",
            signer=person,
            at=at,
            level=Level.B_LT,
            timestamper=rsa.timestamper(),
            revocation=rsa.revocation(at=at),
        )


def test_extension_step_by_step_and_renewal(rsa: TestAuthority, at: datetime, trust: TrustStore) -> None:
    person = rsa.issue_person("Người ký", valid_to=at + timedelta(days=100))
    document = sign_xml(b"<a>\r\n<b/></a>", signer=person, at=at)
    later = at
    for level in (Level.B_T, Level.B_LT, Level.B_LTA, Level.B_LTA):
        document = extend_xml(
            document,
            level=level,
            at=later,
            timestamper=rsa.timestamper(at=later),
            revocation=rsa.revocation(at=later),
            trust=trust,
        )
        report = assess_xml(document, at=later, trust=trust)
        assert report.signatures[0].level is level
        if level >= Level.B_LT:
            assert report.indication is Indication.TOTAL_PASSED
        later += timedelta(days=30)
    assert document.count(b"<xades141:ArchiveTimeStamp") == 2
    years = at + timedelta(days=700)  # the signer's certificate has long expired; what was stamped still proves it
    fresh = RevocationData(crls=(rsa.crl(at=years), rsa.crl(at=years, root=True)))  # about the last authority
    report = assess_xml(document, at=years, trust=trust, revocation=fresh)
    assert report.indication is Indication.TOTAL_PASSED
    assert report.signatures[0].proven_at == at
    assert SIGNATURE.sub(b"", document) == b"<a>\r\n<b/></a>"


def test_archive_time_stamp_covers_all(person: KeySigner, rsa: TestAuthority, at: datetime, trust: TrustStore) -> None:
    signed = sign_xml(
        b"<a/>",
        signer=person,
        at=at,
        level=Level.B_LTA,
        timestamper=rsa.timestamper(),
        revocation=rsa.revocation(at=at),
        trust=trust,
    )
    more = signed.replace(b"</ds:Signature>", b'<ds:Object Id="added">x</ds:Object></ds:Signature>')
    codes = {item.code for item in assess_xml(more, at=at, trust=trust).all_findings}
    assert "SIG-TST-IMPRINT" in codes


def test_extending_what_cannot_be(
    person: KeySigner, agency: KeySigner, rsa: TestAuthority, invoice: bytes, at: datetime
) -> None:
    plain = sign_xml(
        invoice, signer=agency, at=at, profile=XmlProfile.XMLDSIG_TCT, elements=["data"], place="/HDon/DSCKS/NBan"
    )
    with pytest.raises(InvalidInput, match="no XAdES signature"):
        extend_xml(plain, level=Level.B_T, at=at, timestamper=rsa.timestamper())
    broken = sign_xml(b"<a>1</a>", signer=person, at=at).replace(b"<a>1", b"<a>2")
    with pytest.raises(InvalidInput, match="not intact"):
        extend_xml(broken, level=Level.B_T, at=at, timestamper=rsa.timestamper())
    with pytest.raises(InvalidInput, match="no XAdES signature 'x'"):
        extend_xml(broken, signature="x", level=Level.B_T, at=at, timestamper=rsa.timestamper())


def test_countersignature(
    person: KeySigner, agency: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    signed = sign_xml(b"<a/>", signer=person, at=at)
    name = assess_xml(signed, at=at).signatures[0].name
    both = countersign_xml(signed, signature=name, signer=agency, at=at)
    report = assess_xml(both, at=at, trust=trust, revocation=revocation)
    assert [item.indication for item in report.signatures] == [Indication.TOTAL_PASSED] * 2
    with pytest.raises(InvalidInput, match="no XAdES signature"):
        countersign_xml(signed, signature="none", signer=agency, at=at)
    form = XmlForm(canonicalization="http://www.w3.org/2006/12/xml-c14n11")
    with pytest.raises(InvalidInput, match="exclusive"):
        countersign_xml(signed, signature=name, signer=agency, at=at, form=form)


def test_enveloping_keeps_names_and_comments(
    person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    document = '<?xml version="1.0"?><Hồ-sơ xmlns="urn:d"><!-- ệ --><ds:x xmlns:ds="urn:other"/></Hồ-sơ>'.encode()
    form = XmlForm(prefix="sig")
    signed = sign_xml(document, signer=person, at=at, packaging=Packaging.ENVELOPING, form=form)
    (proof,) = verify_xml(signed, at=at, trust=trust, revocation=revocation)
    assert document.partition(b"?>")[2] in signed
    assert "<Hồ-sơ".encode() in proof.content


@pytest.mark.parametrize(("manifest", "embed"), [(False, False), (True, False), (False, True)])
def test_files(
    manifest: bool, embed: bool, person: KeySigner, rsa: TestAuthority, at: datetime, trust: TrustStore
) -> None:
    files = {"đơn xin.pdf": b"%PDF", "so.bin": bytes(range(256))}
    signed = sign_files(
        files,
        signer=person,
        at=at,
        level=Level.B_LTA,
        timestamper=rsa.timestamper(),
        revocation=rsa.revocation(at=at),
        trust=trust,
        manifest=manifest,
        embed=embed,
    )
    (proof,) = verify_xml(signed, at=at, trust=trust, files=_by_uri(files))
    if not manifest:
        assert [part.content for part in proof.parts] == list(files.values())
    with pytest.raises(InvalidInput, match="no file"):
        sign_files({}, signer=person, at=at)


def _by_uri(files: dict[str, bytes]) -> dict[str, bytes]:
    return {quote(name): data for name, data in files.items()}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data.replace(b"><", b">\n  <"), "XML-WHITESPACE"),
        (lambda data: data.replace(b"&#13;", b""), "XML-LINE-ENDS"),
    ],
)
def test_diagnosis_helps_and_refuses(
    change: object, code: str, agency: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    invoice = b'<HDon><DLHDon Id="d"><a>1&#13;\n2</a><b>2</b></DLHDon><DSCKS><NBan/></DSCKS></HDon>'
    signed = sign_xml(
        invoice, signer=agency, at=at, profile=XmlProfile.XMLDSIG_TCT, elements=["d"], place="/HDon/DSCKS/NBan"
    )
    head, tail = signed.split(b"</DLHDon>")
    changed = change(head) + b"</DLHDon>" + tail  # type: ignore[operator]
    report = assess_xml(changed, at=at, trust=trust, revocation=revocation)
    assert code in {item.code for item in report.all_findings}
    assert report.sub_indication is SubIndication.HASH_FAILURE


def test_tolerance_is_reported_and_off_outside_its_profile(
    agency: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    """The .NET habit: an enveloped-signature transform on the Object inside the signature."""
    content = '<Object xmlns="http://www.w3.org/2000/09/xmldsig#" Id="t"><x></x></Object>'
    text = build_signature(
        ident="s",
        signer=agency,
        form=TCT_FORM,
        frame=Frame(),
        targets=[Target(uri="#t", transforms=(ENVELOPED,), digest=digest_of(content.encode(), "sha256"))],
        objects='<Object Id="t"><x></x></Object>',
    )
    for root, passes in (("HDon", True), ("Khac", False)):
        report = assess_xml(f"<{root}>{text}</{root}>".encode(), at=at, trust=trust, revocation=revocation)
        codes = {item.code for item in report.all_findings}
        assert ("XML-TOLERATED" in codes) is passes
        assert ("XML-ENVELOPED-INSIDE" in codes) is not passes
        assert (report.indication is Indication.TOTAL_PASSED) is passes
