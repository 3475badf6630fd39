from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import PemSigner, Pkcs12Signer, Signer, TrustStore
from egov_vn.signature.keys import KeySigner, SignatureAlgorithm, check_signer, default_algorithm, load_certificates
from egov_vn.testing import Profile, TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
DIGEST = hashlib.sha256(b"x").digest()


@pytest.fixture(scope="module")
def rsa() -> tuple[TestAuthority, KeySigner]:
    authority = TestAuthority(at=T0)
    return authority, authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")


@pytest.mark.parametrize("password", [None, "mật khẩu"])
def test_pem(rsa: tuple[TestAuthority, KeySigner], password: str | None) -> None:
    authority, signer = rsa
    pem = signer.certificate.public_bytes(Encoding.PEM)
    bundle = authority.root_pem + authority.issuing_pem + pem  # in any order
    read = PemSigner(authority.key_pem(signer, password), bundle, password=password)
    assert isinstance(read, Signer)
    assert read.certificate == signer.certificate
    assert read.chain == (authority.issuing, authority.root)
    algorithm = SignatureAlgorithm.parse(read.algorithm)
    assert algorithm.verify(signer.certificate.public_key(), read.sign(DIGEST, read.algorithm), DIGEST)


def test_pkcs12(rsa: tuple[TestAuthority, KeySigner]) -> None:
    authority, signer = rsa
    read = Pkcs12Signer(authority.pkcs12(signer, "bí mật"), "bí mật", algorithm="rsa_pss_sha256")
    assert read.certificate == signer.certificate
    assert read.chain == (authority.issuing, authority.root)
    assert read.algorithm == "rsa_pss_sha256"
    assert "Nguyễn Văn Thử" in repr(read)


@pytest.mark.parametrize("password", ["sai", "", None])
def test_a_wrong_pkcs12_password(rsa: tuple[TestAuthority, KeySigner], password: str | None) -> None:
    authority, signer = rsa
    with pytest.raises(InvalidInput, match="wrong password"):
        Pkcs12Signer(authority.pkcs12(signer, "bí mật"), password)


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\x30\x03\x02\x01\x03"])
def test_rubbish(rsa: tuple[TestAuthority, KeySigner], data: bytes) -> None:
    authority, signer = rsa
    with pytest.raises(InvalidInput):
        Pkcs12Signer(data, None)
    with pytest.raises(InvalidInput):
        PemSigner(data, authority.root_pem)
    with pytest.raises(InvalidInput):
        PemSigner(authority.key_pem(signer), data)
    with pytest.raises(InvalidInput):
        load_certificates(data)


def test_a_key_that_is_not_the_certificates(rsa: tuple[TestAuthority, KeySigner]) -> None:
    authority, signer = rsa
    with pytest.raises(InvalidInput, match="does not belong"):
        PemSigner(authority.key_pem(signer), authority.root_pem)
    with pytest.raises(InvalidInput, match="does not belong"):
        KeySigner(signer._key, authority.root)


def test_a_wrong_or_missing_pem_password(rsa: tuple[TestAuthority, KeySigner]) -> None:
    authority, signer = rsa
    for password in ("sai", None):
        with pytest.raises(InvalidInput):
            PemSigner(authority.key_pem(signer, "đúng"), authority.root_pem, password=password)


def test_other_kinds_of_keys_are_refused(rsa: tuple[TestAuthority, KeySigner]) -> None:
    authority, _ = rsa
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InvalidInput, match="not RSA or EC"):
        PemSigner(other, authority.root_pem)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("rsa2048", "rsa_pkcs1v15_sha256"), ("p256", "ecdsa_sha256"), ("p384", "ecdsa_sha384"), ("p521", "ecdsa_sha512")],
)
def test_the_default_algorithm(authority: TestAuthority, kind: str, algorithm: str) -> None:
    signer = authority.issue_person("A", key=kind)
    assert (signer.algorithm, default_algorithm(signer.certificate)) == (algorithm, algorithm)
    if kind == "rsa2048":
        assert default_algorithm(signer.certificate, pss=True, digest="sha512") == "rsa_pss_sha512"


@pytest.mark.parametrize("name", ["", "rsa", "rsa_pkcs1v15_md5", "ecdsa", "dsa_sha256", "RSA_PSS_SHA256"])
def test_unknown_algorithms(name: str) -> None:
    with pytest.raises(InvalidInput):
        SignatureAlgorithm.parse(name)


def test_algorithms_that_the_key_cannot_make(rsa: tuple[TestAuthority, KeySigner], authority: TestAuthority) -> None:
    curve = authority.issue_person("A")
    for signer, name in ((rsa[1], "ecdsa_sha256"), (curve, "rsa_pss_sha256")):
        with pytest.raises(InvalidInput):
            signer.sign(DIGEST, name)
    with pytest.raises(InvalidInput, match="32 bytes"):
        curve.sign(b"short", "ecdsa_sha256")
    assert not SignatureAlgorithm.parse("ecdsa_sha256").verify(rsa[1].certificate.public_key(), b"x", DIGEST)
    assert not SignatureAlgorithm.parse("rsa_pss_sha256").verify(rsa[1].certificate.public_key(), b"x", DIGEST)


def test_check_signer(authority: TestAuthority) -> None:
    check_signer(authority.issue_person("A"), at=T0)
    for signer in (
        authority.issue_person("A", valid_from=T0 - 9 * DAY, valid_to=T0 - DAY),
        authority.issue_person("A", valid_from=T0 + DAY),
        authority.issue_person("A", profile=Profile(usage=frozenset({"key_agreement"}))),
    ):
        with pytest.raises(InvalidInput):
            check_signer(signer, at=T0)
    with pytest.raises(InvalidInput):
        check_signer(authority.issue_person("A"), at=T0.replace(tzinfo=None))


def test_a_name_over_the_limit_of_x520_does_no_harm(authority: TestAuthority) -> None:
    """cryptography warns about such names, and warnings are errors here."""
    signer = authority.issue_agency("ỦY BAN NHÂN DÂN PHƯỜNG " + "DÀI " * 20)
    bundle = authority.issuing_pem + signer.certificate.public_bytes(Encoding.PEM)
    assert PemSigner(authority.key_pem(signer), bundle).chain == (authority.issuing,)
    assert Pkcs12Signer(authority.pkcs12(signer, "x"), "x").chain == (authority.issuing, authority.root)
    assert "DÀI" in repr(signer)
    assert TrustStore.load(authority.root_pem + bundle).intermediates
    check_signer(signer, at=T0)


def test_a_certificate_of_no_known_version(rsa: tuple[TestAuthority, KeySigner]) -> None:
    der = rsa[1].certificate.public_bytes(Encoding.DER)
    at = der.index(b"\xa0\x03\x02\x01\x02")
    with pytest.raises(InvalidInput, match="not certificates"):
        load_certificates(der[: at + 4] + b"\x30" + der[at + 5 :])
