"""PDF signatures that stock pyHanko made, and what an attacker appends to them: each with its own verdict."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from egov_vn.clock import VIETNAM
from egov_vn.signature import (
    Indication,
    KeySigner,
    Level,
    Report,
    RevocationData,
    SignaturePolicy,
    SubIndication,
    TrustStore,
    assess_pdf,
)
from egov_vn.testing import TestAuthority
from egov_vn.testing.authority_certificates import TIME_STAMPING, authority_name

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(hours=1)
DAY = timedelta(days=1)
PASSED, OPEN, FAILED = Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED
Sub = SubIndication
PDF = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n203\n%%EOF\n"
)


def asn1(certificate: Any) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def private(signer: KeySigner) -> asn1_keys.PrivateKeyInfo:
    der = signer._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return asn1_keys.PrivateKeyInfo.load(der)


def stock(authority: TestAuthority, signer: KeySigner, *, pss: bool = False) -> signers.SimpleSigner:
    """Return pyHanko's own signer with the key of *signer*."""
    store = SimpleCertificateStore()
    store.register(asn1(authority.issuing))
    return signers.SimpleSigner(
        signing_cert=asn1(signer.certificate), signing_key=private(signer), cert_registry=store, prefer_pss=pss
    )


def tsa(authority: TestAuthority, at: datetime, *, profile: Any = TIME_STAMPING) -> DummyTimeStamper:
    """Return pyHanko's own time-stamping authority, under *authority*."""
    who = authority.issue(authority_name("Stock TSA"), profile=profile, valid_from=AT - 100 * DAY, key="rsa2048")
    store = SimpleCertificateStore()
    store.register(asn1(authority.issuing))
    return DummyTimeStamper(
        tsa_cert=asn1(who.certificate), tsa_key=private(who), certs_to_embed=store, fixed_dt=at.astimezone(VIETNAM)
    )


def sign(
    pdf: bytes,
    signer: signers.SimpleSigner,
    *,
    field: str = "S1",
    stamper: DummyTimeStamper | None = None,
    certify: fields.MDPPerm | None = None,
    subfilter: fields.SigSeedSubFilter = fields.SigSeedSubFilter.PADES,
) -> bytes:
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=subfilter,
        certify=certify is not None,
        docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signers.PdfSigner(meta, signer=signer, timestamper=stamper).sign_pdf(writer, output=out)
    return out.getvalue()


def status_of(authority: TestAuthority, *who: Any, at: datetime) -> RevocationData:
    return RevocationData(
        crls=(authority.crl(at=at), authority.crl(at=at, root=True)),
        ocsps=tuple(authority.ocsp(item, at=at) for item in who),
    )


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(at=AT, key="p256")


@pytest.fixture
def fresh() -> TestAuthority:
    return TestAuthority(at=AT, key="p256")


@pytest.fixture(scope="module")
def person(authority: TestAuthority) -> KeySigner:
    return authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")


def judge(pdf: bytes, authority: TestAuthority, *, at: datetime = LATER, **options: Any) -> Report:
    options.setdefault("trust", authority.trust_store())
    options.setdefault("revocation", status_of(authority, at=at - timedelta(minutes=1)))
    return assess_pdf(pdf, at=at, **options)


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


@pytest.mark.parametrize("key, pss", [("rsa2048", False), ("rsa2048", True), ("p256", False), ("p384", False)])
@pytest.mark.parametrize("subfilter", list(fields.SigSeedSubFilter)[:2])
def test_what_stock_pyhanko_signs_passes(
    key: str, pss: bool, subfilter: fields.SigSeedSubFilter, authority: TestAuthority
) -> None:
    signer = authority.issue_person("Trần Thị Thử", cccd="092190000018", key=key)
    report = judge(sign(PDF, stock(authority, signer, pss=pss), subfilter=subfilter), authority)
    assert (report.indication, report.sub_indication) == (PASSED, None)
    assert report.signatures[0].level is (Level.B_B if subfilter is fields.SigSeedSubFilter.PADES else None)


def test_two_stock_signers(authority: TestAuthority, person: KeySigner) -> None:
    agency = authority.issue_agency("UBND PHƯỜNG THỬ", mst="0312345678")
    once = sign(PDF, stock(authority, person))
    report = judge(sign(once, stock(authority, agency), field="S2"), authority)
    assert [item.indication for item in report.signatures] == [PASSED, PASSED]
    assert [item.name for item in report.signatures] == ["S1", "S2"]


@pytest.mark.parametrize(
    "permission, verdict",
    [(fields.MDPPerm.NO_CHANGES, FAILED), (fields.MDPPerm.FILL_FORMS, PASSED), (fields.MDPPerm.ANNOTATE, PASSED)],
)
def test_a_certified_file_signed_again(
    permission: fields.MDPPerm,
    verdict: Indication,
    authority: TestAuthority,
    person: KeySigner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency = authority.issue_agency("UBND PHƯỜNG THỬ", mst="0312345678")
    certified = sign(PDF, stock(authority, person), certify=permission)
    assert judge(certified, authority).indication is PASSED
    # pyHanko will not sign a file that forbids it; an attacker has no such scruples
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    report = judge(sign(certified, stock(authority, agency), field="S2"), authority)
    assert report.signatures[0].indication is verdict
    assert ("SIG-CHANGED-AFTER" in codes(report)) is (verdict is FAILED)


def _page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def _text(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 10 10 Td (Fake) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.mark_update(page.container_ref)


def _annotation(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    note = generic.DictionaryObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/Annot"),
            generic.NameObject("/Subtype"): generic.NameObject("/FreeText"),
            generic.NameObject("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 500, 500)]),
            generic.NameObject("/Contents"): generic.TextStringObject("Fake"),
        }
    )
    there = list(page.get("/Annots", ()))
    page["/Annots"] = generic.ArrayObject([*page.raw_get("/Annots"), writer.add_object(note)] if there else [note])
    writer.mark_update(page.container_ref)


def _other_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    extra = generic.DictionaryObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/Page"),
            generic.NameObject("/Parent"): writer.root.raw_get("/Pages"),
            generic.NameObject("/MediaBox"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 9, 9)]),
        }
    )
    pages["/Kids"].append(writer.add_object(extra))
    pages["/Count"] = generic.NumberObject(2)
    writer.update_container(pages)
    writer.update_container(pages["/Kids"])


def _box(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    page["/MediaBox"] = generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 100, 100)])
    writer.mark_update(page.container_ref)


def _action(writer: IncrementalPdfFileWriter) -> None:
    script = generic.DictionaryObject(
        {
            generic.NameObject("/S"): generic.NameObject("/JavaScript"),
            generic.NameObject("/JS"): generic.TextStringObject("app.alert(1)"),
        }
    )
    writer.root["/OpenAction"] = script
    writer.update_root()


def _layers(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OCProperties"] = generic.DictionaryObject(
        {generic.NameObject("/D"): generic.DictionaryObject(), generic.NameObject("/OCGs"): generic.ArrayObject()}
    )
    writer.update_root()


def _attachment(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Names"] = generic.DictionaryObject({generic.NameObject("/EmbeddedFiles"): generic.DictionaryObject()})
    writer.update_root()


def _catalog(writer: IncrementalPdfFileWriter) -> None:
    """Shadow by replacement: the catalog points to another tree of pages."""
    page = generic.DictionaryObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/Page"),
            generic.NameObject("/MediaBox"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 9, 9)]),
        }
    )
    reference = writer.add_object(page)
    tree = generic.DictionaryObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/Pages"),
            generic.NameObject("/Count"): generic.NumberObject(1),
            generic.NameObject("/Kids"): generic.ArrayObject([reference]),
        }
    )
    page["/Parent"] = writer.add_object(tree)
    writer.root["/Pages"] = page.raw_get("/Parent")
    writer.update_root()


ATTACKS = (_text, _annotation, _other_page, _box, _action, _layers, _attachment, _catalog)


@pytest.mark.parametrize("policy", [None, SignaturePolicy.default()])
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_appended_by_an_attacker(
    attack: Callable[[Any], None], policy: SignaturePolicy | None, authority: TestAuthority, person: KeySigner
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sign(PDF, stock(authority, person))))
    attack(writer)
    out = io.BytesIO()
    writer.write(out)
    report = judge(out.getvalue(), authority, policy=policy)
    assert (report.indication, report.sub_indication) == (FAILED, Sub.FORMAT_FAILURE)
    assert "SIG-CHANGED-AFTER" in codes(report)


@pytest.mark.parametrize("tail", [b"\n% a comment\n", b"PK\x03\x04" + b"\x01" * 100, b"\nstartxref\n%d\n%%%%EOF\n"])
def test_bytes_after_the_end_are_nobodys(tail: bytes, authority: TestAuthority, person: KeySigner) -> None:
    signed = sign(PDF, stock(authority, person))
    if b"%d" in tail:
        tail %= int(signed.rpartition(b"startxref")[2].split()[0])
    report = judge(signed + tail, authority)
    assert (report.indication, report.sub_indication) == (FAILED, Sub.FORMAT_FAILURE)
    assert "SIG-CHANGED-AFTER" in codes(report)
    assert judge(signed + b"\r\n\x00", authority).indication is PASSED


def test_an_unknown_root(authority: TestAuthority, fresh: TestAuthority, person: KeySigner) -> None:
    signed = sign(PDF, stock(authority, person))
    report = judge(signed, authority, trust=fresh.trust_store())
    assert (report.indication, report.sub_indication) == (OPEN, Sub.NO_CERTIFICATE_CHAIN_FOUND)
    # the two authorities bear one name, but not one key
    assert {"SIG-CHAIN-UNKNOWN-ROOT", "SIG-CHAIN-INVALID"} & codes(report)
    nobody = judge(signed, authority, trust=TrustStore())
    assert (nobody.indication, nobody.sub_indication) == (OPEN, Sub.NO_CERTIFICATE_CHAIN_FOUND)
    assert "SIG-CHAIN-NO-TRUST" in codes(nobody)


def test_revoked_before_and_after_a_stock_time_stamp(fresh: TestAuthority) -> None:
    person = fresh.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    stamped = sign(PDF, stock(fresh, person), stamper=tsa(fresh, AT))
    plain = sign(PDF, stock(fresh, person))
    fresh.revoke(person, at=AT + DAY, reason="key_compromise")
    after = AT + 2 * DAY
    held = judge(stamped, fresh, at=after)
    assert held.indication is PASSED
    assert "SIG-CERT-REVOKED-SINCE" in codes(held)
    assert held.signatures[0].proven_at == AT
    open_ = judge(plain, fresh, at=after)
    assert (open_.indication, open_.sub_indication) == (OPEN, Sub.REVOKED_NO_POE)
    assert "SIG-CERT-REVOKED" in codes(open_)
    late = sign(PDF, stock(fresh, person), stamper=tsa(fresh, AT + DAY + timedelta(hours=1)))
    judged = judge(late, fresh, at=after)
    assert (judged.indication, judged.sub_indication) == (OPEN, Sub.REVOKED_NO_POE)


def test_expired_with_and_without_a_stock_time_stamp(authority: TestAuthority) -> None:
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", valid_to=AT + DAY)
    after, data = AT + 30 * DAY, status_of(authority, at=AT + timedelta(minutes=5))
    both = data | status_of(authority, at=AT + 30 * DAY - timedelta(minutes=1))
    stamped = judge(
        sign(PDF, stock(authority, person), stamper=tsa(authority, AT)), authority, at=after, revocation=both
    )
    assert stamped.indication is PASSED
    assert "SIG-CERT-EXPIRED-SINCE" in codes(stamped)
    plain = judge(sign(PDF, stock(authority, person)), authority, at=after, revocation=both)
    assert plain.indication is OPEN
    assert plain.sub_indication in (Sub.OUT_OF_BOUNDS_NO_POE, Sub.OUT_OF_BOUNDS_NOT_REVOKED)
    assert "SIG-CERT-EXPIRED" in codes(plain)


def test_suspended(fresh: TestAuthority) -> None:
    person = fresh.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    signed = sign(PDF, stock(fresh, person))
    fresh.suspend(person, at=AT)
    report = judge(signed, fresh)
    assert (report.indication, report.sub_indication) == (OPEN, Sub.TRY_LATER)
    assert "SIG-CERT-SUSPENDED" in codes(report)


def test_a_stock_time_stamp_from_the_future_proves_nothing(authority: TestAuthority, person: KeySigner) -> None:
    report = judge(sign(PDF, stock(authority, person), stamper=tsa(authority, AT + DAY)), authority)
    assert report.signatures[0].proven_at is None
    assert "SIG-TST-FUTURE" in codes(report)


def test_a_time_stamp_by_a_signer_proves_nothing(authority: TestAuthority, person: KeySigner) -> None:
    from egov_vn.testing.authority_certificates import Profile  # noqa: PLC0415

    report = judge(sign(PDF, stock(authority, person), stamper=tsa(authority, AT, profile=Profile())), authority)
    assert report.signatures[0].proven_at is None
    assert "SIG-CERT-EXTENDED-USAGE" in codes(report)


def test_changed_content_of_a_stock_signature(authority: TestAuthority, person: KeySigner) -> None:
    signed = sign(PDF, stock(authority, person))
    forged = signed.replace(b"595 842", b"595 843", 1)
    report = judge(forged, authority)
    assert (report.indication, report.sub_indication) == (FAILED, Sub.HASH_FAILURE)
    assert "SIG-HASH" in codes(report)
