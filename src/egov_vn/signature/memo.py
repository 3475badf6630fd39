"""What one assessment has already parsed and checked, so that no step does it twice.

A `Memo` lives as long as one call: `assess_pdf` makes one and passes it to every step. It is never kept in a module.
What a trust store has read of its own certificates it begins with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from asn1crypto import algos, keys
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext

from egov_vn.errors import InvalidInput
from egov_vn.signature._asn1 import Certificate
from egov_vn.signature.certificate import CertificateInfo

if TYPE_CHECKING:
    from egov_vn.signature.trust import TrustStore

__all__ = ["Memo", "Proofs", "digest_of"]


def digest_of(der: bytes) -> bytes:
    """Return the SHA-256 by which proofs of existence name an object."""
    return hashlib.sha256(der).digest()


@dataclass(slots=True)
class Memo:
    """Parsed certificates, verified signatures and chains of one call."""

    _certificates: dict[bytes, asn1_x509.Certificate] = field(default_factory=dict)
    _infos: dict[bytes, CertificateInfo] = field(default_factory=dict)
    _verified: dict[bytes, bool] = field(default_factory=dict)
    _names: dict[bytes, str] = field(default_factory=dict)
    _keys: dict[bytes, Any] = field(default_factory=dict)
    structures: dict[tuple[bytes, ...], str | None] = field(default_factory=dict)
    """What was found wrong with chains of certificates under RFC 5280, times left aside."""
    items: dict[Any, Any] = field(default_factory=dict)
    """Whatever a step wants to keep, under a key of its own."""

    @classmethod
    def of(cls, trust: TrustStore | None) -> Memo:
        """Return a memo for one call, which knows the certificates of *trust* already."""
        return cls() if trust is None else trust.read.copy()

    def copy(self) -> Self:
        """Return a memo that begins with the certificates of this one."""
        return type(self)(
            _certificates=dict(self._certificates),
            _infos=dict(self._infos),
            _names=dict(self._names),
            _keys=dict(self._keys),
            _verified=dict(self._verified),
            structures=dict(self.structures),
        )

    def knows(self, der: bytes) -> bool:
        """Say whether the certificate *der* has been read."""
        return der in self._infos

    def read_chain(self, path: tuple[bytes, ...], problem: str | None) -> None:
        """Read the certificates of *path*, the leaf first, check its links, and note what was found about it."""
        self.read_all(path)
        for der, above in pairwise(path):
            lower, issuer = self.certificate(der), self.certificate(above)
            value, signed = lower["signature_value"].native, lower["tbs_certificate"].dump()
            self.verifies(issuer.public_key, value, signed, lower["signature_algorithm"])
        self.structures[path] = problem

    def read_all(self, ders: Iterable[bytes]) -> Self:
        """Read the readable ones of *ders* to the last field, so that threads may share them."""
        for der in ders:
            try:
                self.info(der)
                self.key(der)
                _ = self.certificate(der).native
            except (InvalidInput, ValueError, TypeError, KeyError, AttributeError, OverflowError):
                self._certificates.pop(der, None)
                self._infos.pop(der, None)
        return self

    def certificate(self, der: bytes) -> asn1_x509.Certificate:
        """Return the parsed certificate, the same object for the same bytes."""
        found = self._certificates.get(der)
        if found is None:
            try:
                found = Certificate.read(der)
                self._prepare(found)
                _touch(found)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise InvalidInput(f"the certificate cannot be read: {error}", path="certificate") from error
            self._certificates[der] = found
        return found

    def _prepare(self, certificate: asn1_x509.Certificate) -> None:
        """Give its names the prepared form, computed once for all certificates of the chain."""
        for name in (certificate.issuer, certificate.subject):
            raw = name.dump()
            name.prepared = self._names.get(raw)
            self._names[raw] = name.hashable

    def info(self, der: bytes) -> CertificateInfo:
        """Return what the certificate says."""
        found = self._infos.get(der)
        if found is None:
            found = self._infos[der] = CertificateInfo.read(self.certificate(der), der)
        return found

    def key(self, der: bytes) -> Any:
        """Return the public key of a certificate as cryptography has it, or None if it cannot be read."""
        if der not in self._keys:
            try:
                self._keys[der] = load_der_public_key(self.certificate(der).public_key.dump())
            except (InvalidInput, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
                self._keys[der] = None
        return self._keys[der]

    def same_name(self, one: asn1_x509.Name, other: asn1_x509.Name) -> bool:
        """Compare two names: by their bytes, and if these differ by the slow rules of RFC 5280 section 7.1."""
        first, second = one.dump(), other.dump()
        if first == second:
            return True
        for raw, name in ((first, one), (second, other)):
            if raw not in self._names:
                self._names[raw] = name.hashable
        return self._names[first] == self._names[second]

    def verifies(
        self,
        key: keys.PublicKeyInfo,
        signature: bytes,
        data: bytes,
        algorithm: algos.SignedDigestAlgorithm,
        *,
        digest: str | None = None,
        prehashed: bool = False,
    ) -> bool:
        """Say whether *signature* over *data* verifies under *key*; asked twice, computed once.

        *digest* is the hash for an algorithm that names none (plain `rsassa_pkcs1v15` in CMS); with *prehashed*, *data*
        is the hash value already.
        """
        parts = (
            key.dump(),
            algorithm.dump(),
            signature,
            f"{digest}{prehashed}".encode(),
            hashlib.sha256(data).digest(),
        )
        name = hashlib.sha256(b"|".join(parts)).digest()
        found = self._verified.get(name)
        if found is None:
            try:
                context = SignatureValidationContext(contextual_md_algorithm=digest, prehashed=prehashed)
                DefaultSignatureValidator().validate_signature(signature, data, key, algorithm, context)
                found = True
            except (
                InvalidSignature,
                UnsupportedAlgorithm,
                ValueError,
                TypeError,
                AttributeError,
                KeyError,
                AssertionError,
            ):
                found = False
            self._verified[name] = found
        return found


def _touch(certificate: asn1_x509.Certificate) -> None:
    """Read now what asn1crypto would read late, so that a broken certificate shows here and not in the middle."""
    _ = (
        certificate.subject.hashable,
        certificate.issuer.hashable,
        certificate.issuer_serial,
        certificate.public_key.algorithm,
        certificate.public_key.sha1,
        certificate.critical_extensions,
        certificate.key_identifier,
        certificate.authority_key_identifier,
        certificate.authority_issuer_serial,
        certificate.not_valid_before,
        certificate.not_valid_after,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """When things are proven to exist (*bằng chứng tồn tại*, POE of ETSI EN 319 102-1)."""

    best_time: datetime | None = None
    """The earliest instant at which a valid time-stamp shows the signature."""
    objects: Mapping[bytes, datetime] = field(default_factory=dict)
    """The same for certificates, CRLs and OCSP responses, by the SHA-256 of their DER (`digest_of`)."""
    not_before: datetime | None = None
    """An instant before which the signature cannot have been made (a content time-stamp)."""

    def of(self, der: bytes) -> datetime | None:
        """Return the instant at which *der* is proven to exist, or None."""
        return self.objects.get(digest_of(der))
