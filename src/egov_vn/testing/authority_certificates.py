"""How the test authority builds certificates: names the Vietnamese way, extensions as the real authorities set them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from egov_vn.errors import InvalidInput

__all__ = ["Profile", "build", "distinguished_name", "new_key"]

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

UID: Final = ObjectIdentifier("0.9.2342.19200300.100.1.1")
DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")
_RSA: Final = {"rsa1024": 1024, "rsa2048": 2048, "rsa3072": 3072, "rsa4096": 4096}
_EC: Final[dict[str, type[ec.EllipticCurve]]] = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What kind of certificate to build."""

    ca: bool = False
    path_length: int | None = None
    usage: frozenset[str] = frozenset({"digital_signature", "content_commitment"})
    extended: tuple[ObjectIdentifier, ...] = (
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        DOCUMENT_SIGNING,
    )
    extended_critical: bool = False
    ocsp_no_check: bool = False
    email: str | None = None
    digest: str = "sha256"


AUTHORITY: Final = Profile(ca=True, usage=frozenset({"key_cert_sign", "crl_sign"}), extended=())
ISSUING: Final = Profile(ca=True, path_length=0, usage=frozenset({"key_cert_sign", "crl_sign"}), extended=())
TIME_STAMPING: Final = Profile(
    usage=frozenset({"digital_signature"}), extended=(ExtendedKeyUsageOID.TIME_STAMPING,), extended_critical=True
)
OCSP_SIGNING: Final = Profile(
    usage=frozenset({"digital_signature"}), extended=(ExtendedKeyUsageOID.OCSP_SIGNING,), ocsp_no_check=True
)


def new_key(kind: str) -> PrivateKey:
    """Make a private key: `"rsa2048"`, `"rsa3072"`, `"p256"` and so on."""
    if kind in _RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA[kind])
    if kind in _EC:
        return ec.generate_private_key(_EC[kind]())
    raise InvalidInput(f"{kind!r} is not one of {', '.join([*_RSA, *_EC])}", path="key")


def distinguished_name(parts: Iterable[tuple[ObjectIdentifier, str | None]]) -> x509.Name:
    """Make a name of the parts that have a value, in this order; values over 64 characters pass, as in real ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.Name(
            [x509.NameAttribute(oid, value, _validate=len(value) <= 64) for oid, value in parts if value is not None]
        )


def authority_name(common_name: str) -> x509.Name:
    """Name an authority."""
    return distinguished_name(
        ((NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, "EGOV TEST"), (NameOID.COMMON_NAME, common_name))
    )


def build(
    subject: x509.Name,
    key: PrivateKey,
    *,
    issuer: x509.Certificate | None,
    issuer_key: PrivateKey,
    serial: int,
    validity: tuple[datetime, datetime],
    profile: Profile,
    urls: Sequence[str | None] = (None, None, None),
) -> x509.Certificate:
    """Build a certificate; *urls* are those of OCSP, CRL and the issuer's certificate."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )
    for extension, critical in _extensions(key, issuer_key, profile, urls):
        builder = builder.add_extension(extension, critical=critical)
    if profile.digest == "sha1":
        return _with_sha1(builder.sign(issuer_key, hashes.SHA256()), issuer_key)
    if profile.digest == "sha384":
        return builder.sign(issuer_key, hashes.SHA384())
    return builder.sign(issuer_key, hashes.SHA256())


def _extensions(
    key: PrivateKey, issuer_key: PrivateKey, profile: Profile, urls: Sequence[str | None]
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    yield x509.BasicConstraints(ca=profile.ca, path_length=profile.path_length if profile.ca else None), True
    yield _usage(profile.usage), True
    if profile.extended:
        yield x509.ExtendedKeyUsage(profile.extended), profile.extended_critical
    yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
    if profile.ocsp_no_check:
        yield x509.OCSPNoCheck(), False
    if profile.email:
        yield x509.SubjectAlternativeName([x509.RFC822Name(profile.email)]), False
    ocsp, crl, issuers = urls
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.OCSP, ocsp),
            (AuthorityInformationAccessOID.CA_ISSUERS, issuers),
        )
        if url
    ]
    if access:
        yield x509.AuthorityInformationAccess(access), False
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        yield x509.CRLDistributionPoints([point]), False


def _with_sha1(certificate: x509.Certificate, issuer_key: PrivateKey) -> x509.Certificate:
    """Sign a certificate again with SHA-1, as authorities did up to 2021; cryptography no longer makes such ones."""
    if not isinstance(issuer_key, rsa.RSAPrivateKey):
        raise InvalidInput("only RSA authorities signed with SHA-1", path="digest")
    parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    body = parsed["tbs_certificate"]
    algorithm = {"algorithm": "sha1_rsa", "parameters": core.Null()}
    body["signature"] = algorithm
    parsed["signature_algorithm"] = algorithm
    parsed["signature_value"] = issuer_key.sign(body.dump(force=True), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    return x509.load_der_x509_certificate(parsed.dump(force=True))


def _usage(names: frozenset[str]) -> x509.KeyUsage:
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in known})
