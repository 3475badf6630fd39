from __future__ import annotations

import warnings
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import CertificateInfo, HolderKind
from egov_vn.signature.certificate import NamePart, read_name
from egov_vn.testing import Profile, TestAuthority
from egov_vn.testing import authority_certificates as making

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LONG = "ỦY BAN NHÂN DÂN PHƯỜNG CÓ TÊN RẤT DÀI ĐỂ VƯỢT QUÁ SÁU MƯƠI TƯ KÝ TỰ CỦA X.520, THÀNH PHỐ CẦN THƠ"
UID = "0.9.2342.19200300.100.1.1"


def info(authority: TestAuthority, **kwargs: str) -> CertificateInfo:
    name = kwargs.pop("name", "Nguyễn Văn Thử")
    return CertificateInfo.parse(authority.issue_person(name, **kwargs).certificate)  # type: ignore[arg-type]


def test_an_officer_with_two_numbers(authority: TestAuthority) -> None:
    read = info(authority, cccd="092090000018", mst="0312345678", title="Phó Chủ tịch", agency="UBND PHƯỜNG THỬ")
    assert (read.citizen_id, read.tax_code) == ("092090000018", "0312345678")
    assert (read.title, read.organization, read.common_name) == ("Phó Chủ tịch", "UBND PHƯỜNG THỬ", "Nguyễn Văn Thử")
    assert read.kind is HolderKind.OFFICER
    assert read.issuer_name == "EGOV Test Issuing CA"
    assert read.managing_organization == "UBND PHƯỜNG THỬ"


def test_kinds_of_holders(authority: TestAuthority) -> None:
    assert info(authority, cccd="092090000018").kind is HolderKind.PERSON
    assert info(authority, cmnd="362123456").citizen_id == "362123456"
    assert info(authority, title="Trưởng phòng").kind is HolderKind.OFFICER
    agency = CertificateInfo.parse(
        authority.issue_agency("UBND PHƯỜNG THỬ", mst="0105987432-999", unit="Văn phòng").certificate
    )
    assert (agency.kind, agency.tax_code, agency.units) == (HolderKind.ORGANIZATION, "0105987432-999", ("Văn phòng",))
    assert CertificateInfo.parse(authority.root).kind is HolderKind.AUTHORITY
    assert CertificateInfo.parse(authority.issue_agency("TỔNG CỤC THUẾ").certificate).kind is HolderKind.UNKNOWN


def test_values_over_the_limit_of_x520(authority: TestAuthority) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = CertificateInfo.parse(
            authority.issue_agency(LONG, mst="0312345678").certificate.public_bytes(Encoding.DER)
        )
    assert len(LONG) > 64
    assert (read.organization, read.common_name) == (LONG, LONG)


def test_what_a_certificate_says(authority: TestAuthority) -> None:
    signer = authority.issue_person("A", email="a@example.vn")
    read = CertificateInfo.parse(signer.certificate.public_bytes(Encoding.PEM))
    assert read == CertificateInfo.parse(read) == CertificateInfo.parse(signer.certificate)
    assert read.key == "EC P-256"
    assert read.key_usage == ("digital_signature", "non_repudiation")
    assert "microsoft_document_signing" in read.extended_key_usage
    assert (len(read.ocsp_urls), len(read.crl_urls), len(read.issuer_urls)) == (1, 1, 1)
    assert read.is_valid_at(T0)
    assert not read.is_valid_at(T0 - timedelta(days=2))
    assert read.to_dict()["serial"] == f"{signer.certificate.serial_number:x}"
    assert not read.self_issued
    assert CertificateInfo.parse(authority.root).self_issued
    assert CertificateInfo.parse(authority.issue_person("B", key="rsa2048").certificate).key == "RSA 2048"
    assert read.value("1.2.3") is None


def test_a_name_without_cn(authority: TestAuthority) -> None:
    signer = authority.issue(making.distinguished_name(((NameOID.ORGANIZATION_NAME, "CƠ QUAN"),)))
    assert CertificateInfo.parse(signer.certificate).common_name == "CƠ QUAN"
    odd = authority.issue(making.distinguished_name(((ObjectIdentifier("1.2.3.4"), "lạ"),)), profile=Profile())
    read = CertificateInfo.parse(odd.certificate)
    assert read.common_name == "1.2.3.4=lạ"
    assert read.dotnet_subject == "OID.1.2.3.4=lạ"
    assert read.managing_organization == "EGOV Test Issuing CA"


def test_dotnet_names_there_and_back(authority: TestAuthority) -> None:
    read = info(authority, mst="0312345678", agency='CÔNG TY "A", B & C', title="Giám đốc")
    text = read.dotnet_subject
    assert text.startswith(f"OID.{UID}=MST:0312345678, CN=Nguyễn Văn Thử")
    assert 'O="CÔNG TY ""A"", B & C"' in text
    assert tuple(reversed(read_name(text))) == read.subject


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CN=A,O=B", [("2.5.4.3", "A"), ("2.5.4.10", "B")]),
        (r"CN=A\, B,C=VN", [("2.5.4.3", "A, B"), ("2.5.4.6", "VN")]),
        (r"CN=\C3\81", [("2.5.4.3", "Á")]),
        ("OID.1.2.3=x, S=Hà Nội", [("1.2.3", "x"), ("2.5.4.8", "Hà Nội")]),
        ("1.2.3=#0c0161", [("1.2.3", "a")]),
        ("CN=A+UID=B", [("2.5.4.3", "A"), (UID, "B")]),
        ("", []),
    ],
)
def test_read_name(text: str, parts: list[tuple[str, str]]) -> None:
    assert read_name(text) == tuple(NamePart(*part) for part in parts)


@pytest.mark.parametrize("text", ["rubbish", "XX=1", 'CN="open', "=a", "1.2.3=#zz"])
def test_names_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_name(text)


@pytest.mark.parametrize(
    "data", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nxx", 7, None, b"\x30\x03\x02\x01\x01"]
)
def test_rubbish(data: object) -> None:
    with pytest.raises(InvalidInput):
        CertificateInfo.parse(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0, max_value=2000), mask=st.integers(min_value=1, max_value=255))
def test_a_broken_certificate_is_our_error(authority: TestAuthority, place: int, mask: int) -> None:
    der = bytearray(authority.issuing.public_bytes(Encoding.DER))
    der[place % len(der)] ^= mask
    try:
        CertificateInfo.parse(bytes(der)).to_dict()
    except InvalidInput:
        return
