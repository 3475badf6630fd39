"""Digests name bytes: the same bytes, the same name."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.digest import Digest
from egov_vn.errors import InvalidInput

ALGORITHMS = ["sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"]


@given(st.binary(), st.sampled_from(ALGORITHMS))
def test_str_and_parse_are_inverse(data: bytes, algorithm: str) -> None:
    digest = Digest.of(data, algorithm)
    assert digest.value == hashlib.new(algorithm, data).digest()
    assert Digest.parse(str(digest)) == digest
    assert Digest.from_hex(digest.mets_name, digest.hex.upper()) == digest


@given(st.lists(st.binary()))
def test_chunks_hash_like_the_whole(chunks: list[bytes]) -> None:
    assert Digest.of(chunks) == Digest.of(b"".join(chunks))


def test_digests_of_different_algorithms_are_never_the_same() -> None:
    assert not Digest.of(b"x", "sha256").same_as(Digest.of(b"x", "sha3_256"))
    assert Digest.of(b"x").same_as(Digest.of(b"x"))
    assert Digest.of(b"").base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize("bad", ["", "sha256", "sha256:zz", "sha256:00", "crc32:00000000", "md5:" + "0" * 32])
def test_a_bad_digest_is_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        Digest.parse(bad)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Digest.of(b"", "rot13")
