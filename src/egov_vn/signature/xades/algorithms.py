"""Digest and signature methods: what each URI means, and how its value is checked.

HMAC is left out on purpose: it proves nothing to a third party, and accepting it beside public keys is the door of the
"HMAC confusion" attack. DSA is read (old vectors and files use it), never written.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

from egov_vn.errors import InvalidInput
from egov_vn.signature.xades.names import DS

__all__ = [
    "DIGESTS",
    "SIGNATURES",
    "SignatureMethod",
    "digest_uri",
    "hash_named",
    "is_hmac",
    "raw_value",
    "signature_uri",
    "verify_value",
]

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE07: Final = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE21: Final = "http://www.w3.org/2021/04/xmldsig-more#"
_ENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"

DIGESTS: Final[Mapping[str, str]] = {
    DS + "sha1": "sha1",
    _MORE + "sha224": "sha224",
    _ENC + "sha256": "sha256",
    _MORE + "sha384": "sha384",
    _ENC + "sha512": "sha512",
    _MORE07 + "sha3-224": "sha3_224",
    _MORE07 + "sha3-256": "sha3_256",
    _MORE07 + "sha3-384": "sha3_384",
    _MORE07 + "sha3-512": "sha3_512",
}
"""Digest methods (RFC 9231): URI to the name in `hashlib`."""

_HASHES: Final[Mapping[str, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    """A signature method: scheme, hash, and for PSS the hash of MGF1 and the salt length in bytes."""

    scheme: str
    digest: str
    mgf: str = ""
    salt: int | None = None

    @property
    def name(self) -> str:
        """The name that signers and policies use: `"rsa_pss_sha256"`."""
        return f"{self.scheme}_{self.digest}"


def _methods() -> dict[str, SignatureMethod]:
    table = {
        DS + "rsa-sha1": SignatureMethod("rsa_pkcs1v15", "sha1"),
        DS + "dsa-sha1": SignatureMethod("dsa", "sha1"),
        _DSIG11 + "dsa-sha256": SignatureMethod("dsa", "sha256"),
        _MORE + "ecdsa-sha1": SignatureMethod("ecdsa", "sha1"),
        _MORE07 + "sha1-rsa-MGF1": SignatureMethod("rsa_pss", "sha1"),
    }
    for bits in ("224", "256", "384", "512"):
        table[f"{_MORE}rsa-sha{bits}"] = SignatureMethod("rsa_pkcs1v15", f"sha{bits}")
        table[f"{_MORE}ecdsa-sha{bits}"] = SignatureMethod("ecdsa", f"sha{bits}")
        table[f"{_MORE07}sha{bits}-rsa-MGF1"] = SignatureMethod("rsa_pss", f"sha{bits}")
        table[f"{_MORE07}sha3-{bits}-rsa-MGF1"] = SignatureMethod("rsa_pss", f"sha3_{bits}")
        table[f"{_MORE21}ecdsa-sha3-{bits}"] = SignatureMethod("ecdsa", f"sha3_{bits}")
    return table


SIGNATURES: Final[Mapping[str, SignatureMethod]] = _methods()
"""Signature methods without parameters: URI to method."""
MGF1: Final = _MORE07 + "MGF1"
RSA_PSS: Final = _MORE07 + "rsa-pss"
"""RSASSA-PSS with its parameters in `RSAPSSParams` (RFC 9231 section 2.3.9)."""
_DIGEST_URIS: Final = {name: uri for uri, name in DIGESTS.items()}
_SIGNATURE_URIS: Final = {method.name: uri for uri, method in SIGNATURES.items()}


def digest_uri(name: str) -> str:
    """Return the URI of the hash *name* (`"sha256"`)."""
    if name not in _DIGEST_URIS:
        raise InvalidInput(f"XML signatures have no digest method {name!r}", path="digest")
    return _DIGEST_URIS[name]


def signature_uri(name: str) -> str:
    """Return the URI of the signature algorithm *name* (`"rsa_pkcs1v15_sha256"`)."""
    if name not in _SIGNATURE_URIS or name.startswith("dsa"):
        raise InvalidInput(f"XML signatures have no signature method {name!r}", path="algorithm")
    return _SIGNATURE_URIS[name]


def is_hmac(uri: str) -> bool:
    """Say whether *uri* is a keyed hash, which is no signature."""
    return "#hmac-" in uri


def hash_named(name: str) -> Any:
    """Return a fresh `hashlib` object."""
    return hashlib.new(name, usedforsecurity=False)


def same(a: bytes, b: bytes) -> bool:
    """Compare two digests."""
    return hmac.compare_digest(a, b)


def raw_value(der: bytes, key: object) -> bytes:
    """Turn the DER value of an ECDSA signature into r || s, each as long as the order of the curve (RFC 9231 2.3.6)."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return der
    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def verify_value(method: SignatureMethod, key: object, value: bytes, digest: bytes) -> bool:
    """Say whether *value* over the hash value *digest* was made with the private half of *key*.

    The key must be of the method's own kind; a value of r || s with another length than the curve asks is refused.
    """
    hashed = Prehashed(_HASHES[method.digest]())
    try:
        if method.scheme == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(value, (key.curve.key_size + 7) // 8), digest, ec.ECDSA(hashed))
        elif method.scheme == "dsa" and isinstance(key, dsa.DSAPublicKey):
            key.verify(_der(value, (key.parameters().parameter_numbers().q.bit_length() + 7) // 8), digest, hashed)
        elif method.scheme == "rsa_pss" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, digest, _pss(method), hashed)
        elif method.scheme == "rsa_pkcs1v15" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, digest, padding.PKCS1v15(), hashed)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def _pss(method: SignatureMethod) -> padding.PSS:
    own = _HASHES[method.digest]()
    mgf = _HASHES[method.mgf]() if method.mgf else own
    return padding.PSS(padding.MGF1(mgf), own.digest_size if method.salt is None else method.salt)


def _der(value: bytes, size: int) -> bytes:
    if len(value) != 2 * size:
        raise ValueError(f"a value of r and s with {size} bytes each has {2 * size} bytes, not {len(value)}")
    return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))
