"""The search for paths: it finds the right one among decoys, and hostile certificates cost no time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import count, product

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from egov_vn.clock import VIETNAM
from egov_vn.signature import Indication, SubIndication, TrustStore, assess_certificate
from egov_vn.signature.path import ChainReport

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
SERIALS = count(1)

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(subject: str, key: Key, issuer: str, issuer_key: Key, *, ca: bool = True) -> bytes:
    """A certificate without key identifiers: only names and signatures tell who issued it."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    usage |= {"key_cert_sign": ca, "crl_sign": ca, "digital_signature": not ca, "content_commitment": not ca}
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(next(SERIALS))
        .not_valid_before(T0 - 9 * DAY)
        .not_valid_after(T0 + 9 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


ROOT, MIDDLE, LEAF = new_key(), new_key(), new_key()


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return TrustStore.of(certificate("Root", ROOT, "Root", ROOT))


def judge(leaf: bytes, helpers: list[bytes], trust: TrustStore) -> tuple[ChainReport, float]:
    start = time.process_time()
    report = assess_certificate(leaf, at=T0, trust=trust, intermediates=helpers)
    return report, time.process_time() - start


def test_many_certificates_of_one_name_and_key(trust: TrustStore) -> None:
    same = [certificate("A", MIDDLE, "A", MIDDLE) for _ in range(60)]
    leaf = certificate("L", LEAF, "A", MIDDLE, ca=False)
    report, seconds = judge(leaf, same, trust)
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )
    assert seconds < 2
    report, seconds = judge(leaf, [*same, certificate("A", MIDDLE, "Root", ROOT)], trust)
    assert seconds < 2


def test_authorities_that_all_sign_each_other(trust: TrustStore) -> None:
    keys = [new_key() for _ in range(12)]
    crowd = [certificate("A", one, "A", other) for one, other in product(keys, keys)]
    leaf = certificate("L", LEAF, "A", keys[0], ca=False)
    report, seconds = judge(leaf, crowd, trust)
    assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert seconds < 5
    way_out = certificate("A", keys[0], "Root", ROOT)
    report, seconds = judge(leaf, [*crowd, way_out], trust)
    assert len(report.path) == 3
    assert report.path[1] == way_out
    assert seconds < 5


def test_decoys_of_the_issuers_name_do_not_hide_the_issuer(trust: TrustStore) -> None:
    decoys = [certificate("A", new_key(), "Root", ROOT) for _ in range(20)]
    issuer = certificate("A", MIDDLE, "Root", ROOT)
    leaf = certificate("L", LEAF, "A", MIDDLE, ca=False)
    report, _ = judge(leaf, [*decoys, issuer], trust)
    assert report.path[1] == issuer
    assert "SIG-CHAIN-INVALID" not in {item.code for item in report.findings}


def test_a_link_that_does_not_hold_is_told(trust: TrustStore) -> None:
    leaf = certificate("L", LEAF, "A", new_key(), ca=False)
    report, _ = judge(leaf, [certificate("A", MIDDLE, "Root", ROOT)], trust)
    assert report.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE


def test_long_paths_end(trust: TrustStore) -> None:
    keys = [ROOT, *(new_key() for _ in range(20))]
    names = ["Root", *(f"A{number}" for number in range(20))]
    line = [certificate(names[n + 1], keys[n + 1], names[n], keys[n]) for n in range(20)]
    for length, found in ((10, True), (20, False)):
        leaf = certificate("L", LEAF, names[length], keys[length], ca=False)
        report, _ = judge(leaf, line, trust)
        assert (len(report.path) == length + 2) is found


def test_two_algorithms_in_one_certificate(trust: TrustStore) -> None:
    leaf = certificate("L", LEAF, "Root", ROOT, ca=False)
    sha256, sha384 = (bytes.fromhex(f"06082a8648ce3d0403{last}") for last in ("02", "03"))
    at = leaf.rindex(sha256)
    report, _ = judge(leaf[:at] + sha384 + leaf[at + len(sha384) :], [], trust)
    assert report.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    assert any("4.1.1.2" in item.text("en") for item in report.findings)
