"""Digest: how dossier, signature and archive name the same bytes.

Two records speak of the same document if and only if their digests are equal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from egov_vn.errors import InvalidInput

__all__ = ["Digest"]

_SIZES: Final = {
    "sha1": 20,
    "sha224": 28,
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3_256": 32,
    "sha3_384": 48,
    "sha3_512": 64,
}


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash value with its algorithm (*giá trị băm*).

    *algorithm* is a name of `hashlib` (`"sha256"`, `"sha3_512"`); the METS and PREMIS spelling (`"SHA-256"`) is
    understood and normalised. *value* is the raw hash.
    """

    algorithm: str
    value: bytes

    def __post_init__(self) -> None:
        name = _normalise(self.algorithm)
        size = _SIZES.get(name)
        if size is None:
            raise InvalidInput(f"unknown digest algorithm {self.algorithm!r}", path="algorithm")
        if len(self.value) != size:
            raise InvalidInput(f"a {name} digest has {size} bytes, not {len(self.value)}", path="value")
        object.__setattr__(self, "algorithm", name)

    @classmethod
    def of(cls, data: bytes | Iterable[bytes], algorithm: str = "sha256") -> Self:
        """Hash *data*, given whole or as an iterable of chunks."""
        name = _normalise(algorithm)
        if name not in _SIZES:
            raise InvalidInput(f"unknown digest algorithm {algorithm!r}", path="algorithm")
        state = hashlib.new(name)
        for chunk in (data,) if isinstance(data, bytes | bytearray | memoryview) else data:
            state.update(chunk)
        return cls(name, state.digest())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"sha256:9f86d0…"`, the form that `str` writes."""
        name, colon, value = text.partition(":")
        if not colon:
            raise InvalidInput(f"{text!r} is not of the form algorithm:hex", path="digest")
        return cls.from_hex(name, value)

    @classmethod
    def from_hex(cls, algorithm: str, value: str) -> Self:
        """Read a hexadecimal *value*, in either case."""
        try:
            return cls(algorithm, bytes.fromhex(value))
        except ValueError as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(f"{value!r} is not hexadecimal", path="digest") from error

    @property
    def hex(self) -> str:
        """The value in lower-case hexadecimal."""
        return self.value.hex()

    @property
    def base64(self) -> str:
        """The value in base64, as XML signatures write it."""
        return base64.b64encode(self.value).decode("ascii")

    @property
    def mets_name(self) -> str:
        """The algorithm as METS and PREMIS spell it: `"SHA-256"`."""
        if self.algorithm.startswith("sha3"):
            return "SHA" + self.algorithm[3:].replace("_", "-")
        return "SHA-" + self.algorithm[3:]

    def same_as(self, other: Digest) -> bool:
        """Compare in constant time; digests of different algorithms are never the same."""
        return self.algorithm == other.algorithm and hmac.compare_digest(self.value, other.value)

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


def _normalise(name: str) -> str:
    lowered = name.strip().lower()
    if lowered.startswith("sha3"):
        return lowered.replace("-", "_")
    return lowered.replace("-", "").replace("_", "")
