"""Keys: whatever can sign a digest and show its certificate.

A `Signer` is any object with `certificate`, `chain`, `algorithm` and `sign(digest, algorithm)`; the ones here read PEM
and PKCS#12. A smart card or HSM is `Pkcs11Signer`, a remote service `RemoteSigner`. The key is parsed once, when the
signer is made: parsing an RSA key costs about a hundred signatures, because OpenSSL checks its primes. That check is
kept (cryptography could skip it with `unsafe_skip_rsa_key_validation`): paid once it costs nothing that matters, and a
key file that was tampered with can leak the key through its first signature.

Algorithm names are `<scheme>_<hash>`: `rsa_pkcs1v15_sha256`, `rsa_pss_sha512`, `ecdsa_sha256`, `rsa_pss_sha3_256`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self, TypeAlias, runtime_checkable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.certificate import CertificateInfo, raw_names

__all__ = [
    "KeySigner",
    "PemSigner",
    "Pkcs12Signer",
    "SignatureAlgorithm",
    "Signer",
    "check_signer",
    "default_algorithm",
]

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_256": hashes.SHA512_256,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
_SCHEMES: Final = ("rsa_pkcs1v15", "rsa_pss", "ecdsa")


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A signature scheme with its hash: `SignatureAlgorithm.parse("rsa_pss_sha256")`."""

    scheme: str
    """`rsa_pkcs1v15`, `rsa_pss` (salt as long as the hash, MGF1 with the same hash) or `ecdsa` (DER value)."""
    digest: str
    """The hash as `hashlib` names it."""

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read a name such as `"ecdsa_sha384"`."""
        for scheme in _SCHEMES:
            digest = name.removeprefix(scheme + "_")
            if digest != name and digest in _HASHES:
                return cls(scheme, digest)
        raise InvalidInput(f"unknown signature algorithm {name!r}", path="algorithm")

    @property
    def hash(self) -> hashes.HashAlgorithm:
        """The hash as an object of `cryptography`."""
        return _HASHES[self.digest]()

    def __str__(self) -> str:
        return f"{self.scheme}_{self.digest}"

    def verify(self, key: object, signature: bytes, digest: bytes) -> bool:
        """Say whether *signature* over the hash value *digest* was made with the private half of *key*."""
        hashed = Prehashed(self.hash)
        try:
            if self.scheme == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, digest, ec.ECDSA(hashed))
            elif self.scheme != "ecdsa" and isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, digest, self._padding(), hashed)
            else:
                return False
        except (InvalidSignature, ValueError):
            return False
        return True

    def _padding(self) -> padding.AsymmetricPadding:
        if self.scheme == "rsa_pss":
            return padding.PSS(padding.MGF1(self.hash), self.hash.digest_size)
        return padding.PKCS1v15()

    def _sign(self, key: PrivateKey, digest: bytes) -> bytes:
        if len(digest) != self.hash.digest_size:
            raise InvalidInput(
                f"a {self.digest} digest has {self.hash.digest_size} bytes, not {len(digest)}", path="digest"
            )
        hashed = Prehashed(self.hash)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            if self.scheme != "ecdsa":
                raise InvalidInput(f"an EC key cannot make {self}", path="algorithm")
            return key.sign(digest, ec.ECDSA(hashed))
        if self.scheme == "ecdsa":
            raise InvalidInput(f"an RSA key cannot make {self}", path="algorithm")
        return key.sign(digest, self._padding(), hashed)


@runtime_checkable
class Signer(Protocol):
    """Anything that holds a key (*phương tiện lưu khóa bí mật*) and signs digests with it."""

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates above it that should travel with the signature, the issuer first; may be empty."""

    @property
    def algorithm(self) -> str:
        """The algorithm used unless the caller names another: `"rsa_pkcs1v15_sha256"`."""

    def sign(self, digest: bytes, algorithm: str) -> bytes:
        """Sign the hash value *digest*; an ECDSA value is DER."""


class KeySigner:
    """A private key held in memory, with its certificate."""

    def __init__(
        self,
        key: PrivateKey,
        certificate: x509.Certificate,
        *,
        chain: Iterable[x509.Certificate] = (),
        algorithm: str | None = None,
    ) -> None:
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise InvalidInput(f"a key of type {type(key).__name__} is not RSA or EC", path="key")
        if _spki(key.public_key()) != _spki(certificate.public_key()):
            raise InvalidInput("the private key does not belong to the certificate", path="certificate")
        self._key = key
        self._certificate = certificate
        self._chain = tuple(chain)
        self._algorithm = str(SignatureAlgorithm.parse(algorithm)) if algorithm else default_algorithm(certificate)

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""
        return self._certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates above it, the issuer first."""
        return self._chain

    @property
    def algorithm(self) -> str:
        """The algorithm used unless the caller names another."""
        return self._algorithm

    def sign(self, digest: bytes, algorithm: str) -> bytes:
        """Sign the hash value *digest* with *algorithm*."""
        return SignatureAlgorithm.parse(algorithm)._sign(self._key, digest)  # noqa: SLF001 - same module

    def __repr__(self) -> str:
        return f"{type(self).__name__}({CertificateInfo.parse(self._certificate).common_name!r})"


class PemSigner(KeySigner):
    """A key and its certificate in PEM (or DER), the key perhaps under a password.

    *certificate* may hold several certificates; the one that fits the key is the signer's, the others its chain.
    """

    def __init__(
        self, key: bytes, certificate: bytes, *, password: str | bytes | None = None, algorithm: str | None = None
    ) -> None:
        private = _load_key(key, _password(password))
        own, chain = _own_first(private, load_certificates(certificate))
        super().__init__(private, own, chain=chain, algorithm=algorithm)


class Pkcs12Signer(KeySigner):
    """A key, its certificate and its chain in a PKCS#12 file (`.p12`, `.pfx`)."""

    def __init__(self, data: bytes, password: str | bytes | None, *, algorithm: str | None = None) -> None:
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(data, _password(password))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidInput(
                "the PKCS#12 data cannot be opened: wrong password, or not PKCS#12", path="pkcs12"
            ) from error
        if key is None or certificate is None:
            raise InvalidInput("the PKCS#12 data holds no key with its certificate", path="pkcs12")
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise InvalidInput(f"a key of type {type(key).__name__} is not RSA or EC", path="pkcs12")
        super().__init__(key, certificate, chain=_ordered(certificate, others), algorithm=algorithm)


def default_algorithm(certificate: x509.Certificate, *, digest: str = "sha256", pss: bool = False) -> str:
    """Return the algorithm a key of *certificate* signs with.

    RSA signs PKCS#1 v1.5 unless *pss*: TT 15/2025/TT-BKHCN asks for PSS, yet every Vietnamese signature seen is v1.5
    and not all receivers read PSS. A curve above P-256 raises SHA-256 to the hash of its size.
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa_{'pss' if pss else 'pkcs1v15'}_{digest}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        size = key.curve.key_size
        if digest == "sha256" and size > 256:
            digest = "sha384" if size <= 384 else "sha512"
        return f"ecdsa_{digest}"
    raise InvalidInput(f"a key of type {type(key).__name__} is not RSA or EC", path="certificate")


def check_signer(signer: Signer, *, at: datetime) -> None:
    """Refuse a signer whose certificate is outside its validity at the instant *at*, or does not allow signatures.

    Every `sign_*` function calls this before the key is used, as TT 15/2025/TT-BKHCN Article 5 asks of signing
    software. Pass the certificate to `assess_certificate` as well where trust and revocation can be checked.
    """
    require_aware(at)
    certificate = signer.certificate
    if at < certificate.not_valid_before_utc:
        raise InvalidInput(
            f"the certificate is not valid before {certificate.not_valid_before_utc.isoformat()}", path="signer"
        )
    if at > certificate.not_valid_after_utc:
        raise InvalidInput(f"the certificate expired at {certificate.not_valid_after_utc.isoformat()}", path="signer")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise InvalidInput("the extensions of the certificate cannot be read", path="signer") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise InvalidInput("the key usage of the certificate allows no signatures", path="signer")


def load_certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """Read PEM (one or many) or DER certificates, or those of a PKCS#7 bundle."""
    try:
        if b"-----BEGIN PKCS7" in data:
            found = pkcs7.load_pem_pkcs7_certificates(data)
        elif b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = _der_certificates(data)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise InvalidInput("these bytes are not certificates in PEM, DER or PKCS#7", path="certificate") from error
    if not found:
        raise InvalidInput("there is no certificate in these bytes", path="certificate")
    return tuple(found)


def _der_certificates(data: bytes) -> list[x509.Certificate]:
    try:
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(data)


def _load_key(data: bytes, password: bytes | None) -> PrivateKey:
    load = serialization.load_pem_private_key if b"-----BEGIN" in data else serialization.load_der_private_key
    try:
        key = load(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidInput("the private key cannot be read: wrong password, or not a key", path="key") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise InvalidInput(f"a key of type {type(key).__name__} is not RSA or EC", path="key")
    return key


def _own_first(
    key: PrivateKey, certificates: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    wanted = _spki(key.public_key())
    for certificate in certificates:
        if _spki(certificate.public_key()) == wanted:
            return certificate, _ordered(certificate, [item for item in certificates if item is not certificate])
    raise InvalidInput("the private key does not belong to the certificate", path="certificate")


def _ordered(own: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Put the issuer first, then its issuer; keep what does not fit at the end."""
    left = [(item, *raw_names(item)) for item in others]
    chain: list[x509.Certificate] = []
    issuer, subject = raw_names(own)
    while issuer != subject:
        above = next((item for item in left if item[2] == issuer), None)
        if above is None:
            break
        left.remove(above)
        certificate, issuer, subject = above
        chain.append(certificate)
    return (*chain, *(item[0] for item in left))


def _spki(key: object) -> bytes:
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return b""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _password(value: str | bytes | None) -> bytes | None:
    return value.encode("utf-8") if isinstance(value, str) else value
