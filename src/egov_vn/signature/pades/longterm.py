"""What must be kept so that a signature can still be judged in twenty years: certificates, CRLs, OCSP responses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asn1crypto import cms, ocsp
from asn1crypto import x509 as asn1_x509

from egov_vn.signature.pades.pdf import foreign

if TYPE_CHECKING:
    from egov_vn.signature.revocation import RevocationSource
    from egov_vn.signature.trust import TrustStore

__all__ = ["LongTermData", "certificates_of", "collect"]


@dataclass(slots=True)
class LongTermData:
    """DER values on their way into the document security store, in order and without repetition."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)


def certificates_of(container: bytes) -> tuple[bytes, ...]:
    """Return the DER certificates embedded in a CMS container or time-stamp token."""
    with foreign("the CMS container cannot be read"):
        embedded = cms.ContentInfo.load(container)["content"]["certificates"]
        return tuple(bytes(item.chosen.dump()) for item in embedded if item.name == "certificate")


def collect(
    containers: Iterable[bytes],
    *,
    chain: Iterable[bytes] = (),
    trust: TrustStore | None = None,
    revocation: RevocationSource,
) -> LongTermData:
    """Gather certificates and revocation data for everything that the *containers* (CMS, tokens) rest on.

    Issuers are looked for in the containers, in *chain* and in *trust*; revocation data is asked of *revocation* once
    for each certificate whose issuer is found, responders' certificates included.
    """
    gathering = _Gathering(revocation)
    with foreign("the certificates cannot be read"):
        for der in (*chain, *(_from_store(trust) if trust is not None else ())):
            gathering.learn(der)
        for container in containers:
            for der in certificates_of(container):
                gathering.want(der)
    gathering.run()
    return gathering.data


class _Gathering:
    def __init__(self, revocation: RevocationSource) -> None:
        self.data = LongTermData()
        self._revocation = revocation
        self._pool: dict[bytes, dict[bytes, asn1_x509.Certificate]] = {}
        self._queue: list[asn1_x509.Certificate] = []

    def learn(self, der: bytes) -> asn1_x509.Certificate:
        """Know a certificate as a possible issuer."""
        certificate = asn1_x509.Certificate.load(der)
        return self._pool.setdefault(certificate.subject.dump(), {}).setdefault(der, certificate)

    def want(self, der: bytes) -> None:
        """Know a certificate and keep it, with all that proves it."""
        self._queue.append(self.learn(der))

    def run(self) -> None:
        while self._queue:
            certificate = self._queue.pop(0)
            der = bytes(certificate.dump())
            if der in self.data.certificates:
                continue
            self.data.certificates[der] = None
            with foreign("a certificate cannot be read"):
                issuer = self._issuer(certificate)
            if issuer is None:
                continue
            self._queue.append(issuer)
            # RFC 6960 section 4.2.2.2.1: a responder marked so is not asked about itself
            if certificate.ocsp_no_check_value is None:
                self._ask(der, bytes(issuer.dump()))

    def _ask(self, der: bytes, issuer: bytes) -> None:
        found = self._revocation.gather(der, issuer)
        self.data.crls.update(dict.fromkeys(found.crls))
        self.data.ocsps.update(dict.fromkeys(found.ocsps))
        for response in found.ocsps:
            with foreign("the OCSP response cannot be read"):
                for responder in _responders(response):
                    self.want(responder)

    def _issuer(self, certificate: asn1_x509.Certificate) -> asn1_x509.Certificate | None:
        if certificate.subject.dump() == certificate.issuer.dump():
            return None
        wanted = certificate.authority_key_identifier
        for candidate in self._pool.get(certificate.issuer.dump(), {}).values():
            if wanted is None or candidate.key_identifier is None or candidate.key_identifier == wanted:
                return candidate
        return None


def issuer_of(certificate: bytes, candidates: Iterable[bytes]) -> bytes | None:
    """Return the certificate among *candidates* that issued *certificate*, by name and key identifier."""
    with foreign("the certificates cannot be read"):
        wanted = asn1_x509.Certificate.load(certificate)
        for der in candidates:
            candidate = asn1_x509.Certificate.load(der)
            key = wanted.authority_key_identifier
            if candidate.subject.dump() == wanted.issuer.dump() and key in (None, candidate.key_identifier):
                return der
    return None


def _from_store(trust: TrustStore) -> Iterable[bytes]:
    return (*trust.intermediates, *(anchor.der for anchor in trust.anchors))


def _responders(response: bytes) -> tuple[bytes, ...]:
    basic = ocsp.OCSPResponse.load(response).basic_ocsp_response
    return tuple(bytes(item.dump()) for item in basic["certs"] or ())
