"""What a certification authority publishes about its certificates: OCSP answers and revocation lists, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from egov_vn.signature.keys import KeySigner
from egov_vn.testing.authority_certificates import PrivateKey

__all__ = ["RevocationRecord", "ocsp_response", "revocation_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRecord:
    """That a certificate is revoked or suspended from *at*, and no longer from *until*."""

    at: datetime
    reason: str
    until: datetime | None = None


def revocation_list(
    records: Mapping[int, RevocationRecord],
    *,
    issuer: x509.Certificate,
    key: PrivateKey,
    at: datetime,
    validity: timedelta,
) -> bytes:
    """Return the DER revocation list of *issuer* with *records* by serial number, as published *at*."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at)
        .next_update(at + validity)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    )
    for serial, record in records.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(record.at)
        if record.reason != "unspecified":
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags[record.reason]), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_response(
    certificate: x509.Certificate,
    record: RevocationRecord | None,
    *,
    issuer: x509.Certificate,
    responder: KeySigner,
    at: datetime,
    validity: timedelta,
) -> bytes:
    """Return a DER OCSP response about *certificate*: revoked as *record* says, or good, as produced *at*."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer,
        algorithm=hashes.SHA1(),  # noqa: S303 - the CertID hash of RFC 5019, not a signature
        cert_status=ocsp.OCSPCertStatus.REVOKED if record else ocsp.OCSPCertStatus.GOOD,
        this_update=at,
        next_update=at + validity,
        revocation_time=record.at if record else None,
        revocation_reason=x509.ReasonFlags[record.reason] if record and record.reason != "unspecified" else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    if responder.certificate is not issuer:
        builder = builder.certificates([responder.certificate])
    made = builder.sign(responder._key, hashes.SHA256()).public_bytes(Encoding.DER)  # noqa: SLF001
    return _produced_at(made, responder, at)


def _produced_at(response: bytes, responder: KeySigner, at: datetime) -> bytes:
    """Set producedAt, which cryptography takes from the clock, and sign again."""
    basic = asn1_ocsp.OCSPResponse.load(response)["response_bytes"]["response"].parsed
    body = basic["tbs_response_data"]
    body["produced_at"] = at.replace(microsecond=0)
    digest = hashlib.sha256(body.dump(force=True)).digest()
    scheme = "ecdsa_sha256" if responder.algorithm.startswith("ecdsa") else "rsa_pkcs1v15_sha256"
    basic["signature"] = responder.sign(digest, scheme)
    whole = {"response_type": "basic_ocsp_response", "response": basic}
    return bytes(asn1_ocsp.OCSPResponse({"response_status": "successful", "response_bytes": whole}).dump(force=True))
