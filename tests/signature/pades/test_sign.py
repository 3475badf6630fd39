"""Signing a PDF: what outside tools make of it, and what is refused before a key is used."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, append_signature_field

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import At, PersonImage, SealImage, assess_pdf, sign_pdf, sign_pdf_reporting
from egov_vn.signature.pades import pdf as pdf_module
from egov_vn.signature.pades.assess import trimmed
from egov_vn.signature.pades.pdf import open_reader, open_update, pdfa_part
from egov_vn.signature.report import Indication, Level
from egov_vn.signature.revocation import RevocationData
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal, sample_signature

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
Services = Callable[[Level], dict[str, Any]]


def run(*command: str | Path) -> str:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False, timeout=60)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def nss(authority: TestAuthority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nss")
    (folder / "root.pem").write_bytes(authority.root_pem)
    (folder / "issuing.pem").write_bytes(authority.issuing_pem)
    run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
    run("certutil", "-A", "-d", f"sql:{folder}", "-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem")
    run("certutil", "-A", "-d", f"sql:{folder}", "-n", "issuing", "-t", ",,", "-i", folder / "issuing.pem")
    return folder


@pytest.mark.oracle
@pytest.mark.parametrize("level", list(Level))
def test_outside_tools_accept_every_level(
    level: Level, pdf: bytes, person: KeySigner, services: Services, nss: Path, tmp_path: Path
) -> None:
    file = tmp_path / "signed.pdf"
    file.write_bytes(sign_pdf(pdf, signer=person, at=AT, **services(level)))
    told = run("pdfsig", "-no-ocsp", "-nssdir", f"sql:{nss}", file)
    assert told.count("Signature is Valid") == 1
    assert "Certificate is Trusted" in told
    assert "Total document signed" in told or level is Level.B_LT  # long-term data follows the signature
    assert "Signing Time: Feb 12 2026" in told
    assert "The signature is valid" in run("mutool", "sign", "-v", file) or level is not Level.B_LTA
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", file)


@pytest.mark.oracle
def test_person_then_agency_both_hold(
    pdf: bytes, person: KeySigner, agency: KeySigner, services: Services, nss: Path, tmp_path: Path
) -> None:
    first = sign_pdf(
        pdf,
        signer=person,
        at=AT,
        appearance=PersonImage(image=sample_signature(), place=At(box=(350, 300, 500, 360), page=1)),
        **services(Level.B_LTA),
    )
    later = AT + timedelta(minutes=5)
    both = sign_pdf(first, signer=agency, at=later, appearance=SealImage(image=sample_seal()), **services(Level.B_LTA))
    assert both.startswith(first)
    file = tmp_path / "both.pdf"
    file.write_bytes(both)
    told = run("pdfsig", "-no-ocsp", "-nssdir", f"sql:{nss}", file)
    assert told.count("Signature is Valid") == 2
    assert told.count("Certificate is Trusted") == 2
    assert "Total document signed" in told


def test_the_same_input_gives_the_same_bytes(pdf: bytes, person: KeySigner) -> None:
    assert sign_pdf(pdf, signer=person, at=AT) == sign_pdf(pdf, signer=person, at=AT)


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "empty"),
        (b"<html></html>", "%PDF-"),
        (b"%PDF-1.7\n", "cannot be read"),
        (b"%PDF-1.7\ntrailer << >>\nstartxref\n0\n%%EOF", "cannot be read"),
    ],
)
def test_what_is_no_pdf_is_refused(data: bytes, words: str, person: KeySigner) -> None:
    with pytest.raises(InvalidInput, match=words):
        sign_pdf(data, signer=person, at=AT)


@pytest.mark.parametrize("at", [AT - timedelta(days=400), AT + timedelta(days=1200)])
def test_a_certificate_outside_its_validity_signs_nothing(at: datetime, pdf: bytes, person: KeySigner) -> None:
    with pytest.raises(InvalidInput, match="signer"):
        sign_pdf(pdf, signer=person, at=at)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_level_without_its_services_is_refused(level: Level, pdf: bytes, person: KeySigner) -> None:
    with pytest.raises(InvalidInput, match="timestamper"):
        sign_pdf(pdf, signer=person, at=AT, level=level)


class DeadTimestamper:
    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        raise Unavailable("no answer", service="tsa")


def test_a_dead_time_stamp_service(pdf: bytes, person: KeySigner, services: Services) -> None:
    options = services(Level.B_LTA) | {"timestamper": DeadTimestamper()}
    with pytest.raises(Unavailable):
        sign_pdf(pdf, signer=person, at=AT, **options)
    lowered = sign_pdf_reporting(pdf, signer=person, at=AT, on_unavailable="lower", **options)
    assert lowered.level is Level.B_B
    assert [item.code for item in lowered.findings] == ["SIG-LEVEL-LOWERED"]
    assert lowered.pdf == sign_pdf(pdf, signer=person, at=AT)


class DeadRevocation:
    def gather(self, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        raise Unavailable("no answer", service="http://crl.example")


def test_a_dead_revocation_service_leaves_the_time_stamp(pdf: bytes, person: KeySigner, services: Services) -> None:
    options = services(Level.B_LT) | {"revocation": DeadRevocation()}
    with pytest.raises(Unavailable):
        sign_pdf(pdf, signer=person, at=AT, **options)
    assert sign_pdf_reporting(pdf, signer=person, at=AT, on_unavailable="lower", **options).level is Level.B_T


class DyingTimestamper:
    """Answers once."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.asked = inner, 0

    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        self.asked += 1
        if self.asked == 2:
            raise Unavailable("no answer", service="tsa")
        answer: bytes = self.inner.timestamp(digest, algorithm)
        return answer


def test_a_service_that_dies_before_the_archive_time_stamp(pdf: bytes, person: KeySigner, services: Services) -> None:
    options = services(Level.B_LTA)
    dying = DyingTimestamper(options["timestamper"])
    made = sign_pdf_reporting(pdf, signer=person, at=AT, on_unavailable="lower", **options | {"timestamper": dying})
    assert made.level is Level.B_LT


def test_pyhanko_still_reads_hexadecimal_strings_slowly() -> None:
    """When this fails, pyHanko has become fast and the reader in `pades.pdf` can go."""
    stream = io.BytesIO(b"<" + b"4d" * 1000 + b">")
    calls = 0

    class Counting:
        def read(self, size: int = -1) -> bytes:
            nonlocal calls
            calls += 1
            return stream.read(size)

        def __getattr__(self, name: str) -> Any:
            return getattr(stream, name)

    slow = pdf_module._slow_hex_string(Counting())
    assert calls > 1000
    stream.seek(0)
    assert pdf_module._hex_string(stream) == slow
    assert stream.tell() == 2002


@pytest.mark.parametrize("text", [b"<4D 4>", b"<4d4>", b"<>", b"<4g>", b"<4d"])
def test_both_readers_of_hexadecimal_strings_agree(text: bytes) -> None:
    def outcome(read: Any) -> Any:
        stream = io.BytesIO(text + b" /Next")
        try:
            return read(stream).original_bytes, stream.tell()
        except PdfError as error:
            return type(error)

    assert outcome(pdf_module._hex_string) == outcome(pdf_module._slow_hex_string)


def test_a_certificate_without_a_trusted_path_signs_nothing(pdf: bytes, person: KeySigner) -> None:
    other = TestAuthority(at=AT, key="p256", name="Other")
    with pytest.raises(InvalidInput, match="must not be used"):
        sign_pdf(pdf, signer=person, at=AT, trust=other.trust_store())


@pytest.mark.parametrize("suspended", [False, True])
def test_a_revoked_certificate_signs_nothing(suspended: bool, pdf: bytes) -> None:
    authority = TestAuthority(at=AT, key="p256")
    signer = authority.issue_person("Nguyễn Văn Thử")
    if suspended:
        authority.suspend(signer, at=AT - timedelta(hours=1))
    else:
        authority.revoke(signer, at=AT - timedelta(hours=1), reason="key_compromise")
    with pytest.raises(InvalidInput, match="must not be used"):
        sign_pdf(
            pdf,
            signer=signer,
            at=AT,
            level=Level.B_LT,
            timestamper=authority.timestamper(),
            revocation=authority.revocation(),
            trust=authority.trust_store(),
        )


@pytest.mark.parametrize("certify, later", [("no-changes", False), ("form-filling", True)])
def test_certification(certify: Any, later: bool, pdf: bytes, person: KeySigner, agency: KeySigner, nss: Path) -> None:
    certified = sign_pdf(pdf, signer=person, at=AT, certify=certify)
    report = assess_pdf(certified, at=AT)
    assert {item.code for item in report.all_findings} >= {"SIG-INTEGRITY-OK"}
    if later:
        both = sign_pdf(certified, signer=agency, at=AT)
        assert assess_pdf(both, at=AT).indication is Indication.INDETERMINATE
    else:
        with pytest.raises(InvalidInput, match="no further change"):
            sign_pdf(certified, signer=agency, at=AT)
    with pytest.raises(InvalidInput, match="first signature"):
        sign_pdf(certified, signer=agency, at=AT, certify=certify)


@pytest.mark.oracle
def test_an_encrypted_file_is_signed_and_stays_encrypted(
    pdf: bytes, person: KeySigner, services: Services, tmp_path: Path, authority: TestAuthority
) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    source, locked = tmp_path / "in.pdf", tmp_path / "locked.pdf"
    source.write_bytes(pdf)
    run("qpdf", "--encrypt", "user", "owner", "256", "--", source, locked)
    data = locked.read_bytes()
    with pytest.raises(InvalidInput, match="password is needed"):
        sign_pdf(data, signer=person, at=AT)
    with pytest.raises(InvalidInput, match="does not open"):
        sign_pdf(data, signer=person, at=AT, password="guess")
    signed = sign_pdf(data, signer=person, at=AT, password="user", reason="Phê duyệt", **services(Level.B_LTA))
    assert b"/Encrypt" in signed
    report = assess_pdf(signed, at=AT, trust=authority.trust_store(), password="owner")
    assert report.indication is Indication.TOTAL_PASSED, report.to_terminal("en")
    locked.write_bytes(signed)
    assert "No syntax or stream encoding errors" in run("qpdf", "--password=user", "--check", locked)
    assert "Signature is Valid" in run("pdfsig", "-nocert", "-upw", "user", locked)


@pytest.mark.slow
def test_ten_thousand_pages(maker: Callable[..., bytes], person: KeySigner) -> None:
    pdf = maker(10_000)
    place = At(box=(100, 100, 200, 150), page=9_999)
    signed = sign_pdf(pdf, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place))
    assert assess_pdf(signed, at=AT).indication is Indication.INDETERMINATE


@pytest.mark.parametrize("algorithm", ["rsa_pss_sha256", "rsa_pkcs1v15_sha512", "rsa_pss_sha384"])
def test_algorithms(algorithm: str, pdf: bytes, person: KeySigner, tmp_path: Path) -> None:
    signed = sign_pdf(pdf, signer=person, at=AT, algorithm=algorithm)
    assert "SIG-INTEGRITY-OK" in {item.code for item in assess_pdf(signed, at=AT).all_findings}
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed)
    if "pss" not in algorithm:
        assert "Signature is Valid" in run("pdfsig", "-nocert", file)


@pytest.mark.parametrize("algorithm", ["rsa_pkcs1v15_sha1", "ecdsa_sha256", "md5"])
def test_algorithms_that_are_not_signed_with(algorithm: str, pdf: bytes, person: KeySigner) -> None:
    with pytest.raises(InvalidInput):
        sign_pdf(pdf, signer=person, at=AT, algorithm=algorithm)


def test_the_certificate_that_does_not_fit_the_key_is_found_out(
    pdf: bytes, person: KeySigner, agency: KeySigner
) -> None:
    class Mixed:
        certificate, chain, algorithm = agency.certificate, agency.chain, agency.algorithm

        def sign(self, digest: bytes, algorithm: str) -> bytes:
            return person.sign(digest, algorithm)

    with pytest.raises(InvalidInput, match="does not verify"):
        sign_pdf(pdf, signer=Mixed(), at=AT)


@pytest.mark.oracle
@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_openssl_accepts_the_container(
    level: Level, pdf: bytes, person: KeySigner, services: Services, authority: TestAuthority, tmp_path: Path
) -> None:
    signed = sign_pdf(pdf, signer=person, at=AT, **services(level))
    start = signed.index(b"/Contents <") + 11
    end = signed.index(b">", start)
    (tmp_path / "cms.der").write_bytes(trimmed(bytes.fromhex(signed[start:end].decode())))
    found = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) (\d+)", signed)
    assert found is not None
    first, resume, rest = (int(value) for value in found.groups())
    (tmp_path / "data").write_bytes(signed[:first] + signed[resume : resume + rest])
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    (tmp_path / "issuing.pem").write_bytes(authority.issuing_pem)
    told = run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "cms.der",
        "-content", tmp_path / "data", "-CAfile", tmp_path / "root.pem", "-certfile", tmp_path / "issuing.pem",
        "-purpose", "any", "-attime", str(int(AT.timestamp())), "-out", tmp_path / "out",
    )  # fmt: skip
    assert "successful" in told, told


def test_a_field_that_locks_others_is_obeyed(maker: Callable[..., bytes], person: KeySigner, agency: KeySigner) -> None:
    stream = io.BytesIO(maker(1))
    update = open_update(stream)
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    append_signature_field(update, SigFieldSpec("Last", field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.NO_CHANGES))
    append_signature_field(update, SigFieldSpec("Other"))
    update.append()
    signed = sign_pdf(stream.getvalue(), signer=person, at=AT, field="Last")
    assert b"/FieldMDP" in signed
    assert "SIG-INTEGRITY-OK" in {item.code for item in assess_pdf(signed, at=AT).all_findings}
    later = sign_pdf(signed, signer=agency, at=AT, field="Other")
    assert assess_pdf(later, at=AT).indication is Indication.TOTAL_FAILED


def test_a_pdfa_file_keeps_what_makes_it_one(person: KeySigner, tmp_path: Path) -> None:
    typst = pytest.importorskip("typst", reason="the extra forms is not installed")
    (tmp_path / "page.typ").write_text("CHỦ TỊCH", encoding="utf-8")
    made = typst.compile(str(tmp_path / "page.typ"), pdf_standards=["a-2b"])
    place = At(box=(100, 100, 200, 150))
    result = sign_pdf_reporting(
        made, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place)
    )
    assert result.findings == ()
    before, after = open_reader(made), open_reader(result.pdf)
    assert pdfa_part(after.root) == pdfa_part(before.root) == "2B"
    for key in ("/Metadata", "/OutputIntents", "/Pages"):
        assert after.root.raw_get(key) == before.root.raw_get(key)
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]
    widget = after.root["/AcroForm"]["/Fields"][0]
    assert int(widget["/F"]) & 0b100
    assert not int(widget["/F"]) & 0b11011  # hidden in no way
    assert "/NeedAppearances" not in after.root["/AcroForm"]
    old = made.replace(b"pdfaid:part>2", b"pdfaid:part>1")
    found = sign_pdf_reporting(old, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place))
    assert [item.code for item in found.findings] == ["SIG-IMAGE-PDFA1"]
