from __future__ import annotations

from datetime import date, datetime

import pytest
from asn1crypto import algos

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import RevocationRule, SignaturePolicy
from egov_vn.signature.policy import end_of, signature_algorithm_name

OLD = datetime(2021, 6, 1, tzinfo=VIETNAM)
NEW = datetime(2026, 2, 12, tzinfo=VIETNAM)


def test_algorithms_are_judged_at_their_time() -> None:
    policy = SignaturePolicy.default()
    assert policy.digest("sha1", OLD).allowed
    after = policy.digest("sha1", NEW)
    assert (after.allowed, after.until) == (False, date(2025, 8, 1))
    assert after.source is not None
    assert after.source.instrument == "15/2025/TT-BKHCN"
    assert policy.key("rsa", 1024, OLD).allowed
    assert not policy.key("rsa", 1024, NEW).allowed
    assert policy.key("rsa", 2048, NEW).allowed
    assert policy.key("ec", 256, NEW).allowed
    assert not policy.key("dsa", 2048, NEW).allowed
    assert policy.digest("sha1", datetime(1999, 1, 1, tzinfo=VIETNAM)).allowed  # before the first rule: the first rule


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512", "sha3_256", "sha512_256", "shake256"])
def test_the_hashes_of_the_circular(name: str) -> None:
    assert SignaturePolicy.default().digest(name, NEW).allowed


@pytest.mark.parametrize("name", ["sha1", "sha224", "md5", ""])
def test_hashes_the_circular_does_not_name(name: str) -> None:
    assert not SignaturePolicy.default().digest(name, NEW).allowed


def test_pkcs1_is_a_note_never_a_refusal() -> None:
    policy = SignaturePolicy.default()
    new = policy.scheme("rsa_pkcs1v15", NEW)
    assert (new.allowed, new.note) == (True, True)
    assert not policy.scheme("rsa_pss", NEW).note
    assert not policy.scheme("rsa_pkcs1v15", OLD).note
    assert not policy.scheme("ecdsa", NEW).note
    assert not policy.scheme("dsa", NEW).allowed


@pytest.mark.parametrize(
    ("name", "digest"),
    [("rsa_pss_sha3_256", "sha3_256"), ("ecdsa_sha384", "sha384"), ("rsa_pkcs1v15_sha512_256", "sha512_256")],
)
def test_names_of_algorithms_are_taken_apart(name: str, digest: str) -> None:
    assert SignaturePolicy.default().signature(name, ("rsa", 2048), NEW)[0].name == digest


def test_the_policy_of_a_day_does_not_know_the_future() -> None:
    then = SignaturePolicy.on(date(2021, 6, 1))
    assert then.digest("sha1", NEW).allowed  # as everybody thought in 2021
    assert not SignaturePolicy.on(date(2026, 2, 12)).digest("sha1", NEW).allowed
    with pytest.raises(InvalidInput):
        SignaturePolicy.on(NEW)


def test_variants() -> None:
    official = SignaturePolicy.official_document()
    assert official.official
    assert SignaturePolicy.official_document(date(2021, 6, 1)).digest("sha1", NEW).allowed
    assert official.requiring(RevocationRule.ALWAYS).revocation is RevocationRule.ALWAYS
    assert not SignaturePolicy.default().official
    with pytest.raises(InvalidInput):
        official.requiring("khac")  # type: ignore[arg-type]


def test_asn1_names() -> None:
    for asn1, ours in (("sha256_rsa", "rsa_pkcs1v15_sha256"), ("sha384_ecdsa", "ecdsa_sha384")):
        assert signature_algorithm_name(algos.SignedDigestAlgorithm({"algorithm": asn1})) == ours
    plain = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    assert signature_algorithm_name(plain, "sha512") == "rsa_pkcs1v15_sha512"
    with pytest.raises(InvalidInput):
        signature_algorithm_name(algos.SignedDigestAlgorithm({"algorithm": "1.2.3.4"}))
    assert end_of(date(2025, 8, 1)).isoformat() == "2025-07-31T17:00:00+00:00"
