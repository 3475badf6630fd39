"""The signing certificate as XAdES writes it: SigningCertificateV2 and V1, made and compared."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from asn1crypto import x509
from lxml import etree

from egov_vn.digest import Digest
from egov_vn.errors import InvalidInput
from egov_vn.signature.certificate import CertificateInfo, read_name
from egov_vn.signature.xades import algorithms
from egov_vn.signature.xades.names import XADES, ds
from egov_vn.signature.xades.properties import digest_value, text
from egov_vn.signature.xades.references import decode
from egov_vn.signature.xades.transforms import Refused

__all__ = ["CertificateReference", "read_references", "signing_certificate"]


def signing_certificate(der: bytes, *, digest: str = "sha256", first_version: bool = False) -> str:
    """Return SigningCertificateV2 (or the older SigningCertificate) for the certificate *der*."""
    value = digest_value(Digest.of(der, digest))
    if first_version:
        info = CertificateInfo.parse(der)
        serial = x509.Certificate.load(der).serial_number
        return (
            f"<xades:SigningCertificate><xades:Cert><xades:CertDigest>{value}</xades:CertDigest><xades:IssuerSerial>"
            f"<ds:X509IssuerName>{text(info.issuer_text)}</ds:X509IssuerName>"
            f"<ds:X509SerialNumber>{serial}</ds:X509SerialNumber>"
            "</xades:IssuerSerial></xades:Cert></xades:SigningCertificate>"
        )
    issuer = base64.b64encode(issuer_serial(der)).decode("ascii")
    return (
        f"<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{value}</xades:CertDigest>"
        f"<xades:IssuerSerialV2>{issuer}</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2>"
    )


@lru_cache(maxsize=64)
def issuer_serial(der: bytes) -> bytes:
    """Return the DER of RFC 5035 IssuerSerial: the issuer as a directoryName, and the serial number."""
    body = x509.Certificate.load(der)["tbs_certificate"]
    names = _tlv(0x30, _tlv(0xA4, body["issuer"].dump()))
    return _tlv(0x30, names + body["serial_number"].dump())


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReference:
    """One Cert of a SigningCertificate: a digest, and perhaps issuer and serial number."""

    digest: str
    value: bytes
    issuer_serial: bytes = b""
    """DER, as SigningCertificateV2 carries it."""
    serial: str = ""
    """Decimal, as the older SigningCertificate carries it."""
    issuer_name: str = ""
    """RFC 4514 text, as the older SigningCertificate carries it, in any of its spellings."""
    unreadable: bool = False

    def matches(self, der: bytes) -> bool:
        """Say whether the digest is that of the certificate *der*."""
        return bool(self.digest) and algorithms.same(hashlib.new(self.digest, der).digest(), self.value)

    def names(self, der: bytes) -> bool:
        """Say whether issuer and serial number, where given, are those of *der*."""
        if self.unreadable:
            return False
        if self.issuer_serial and self.issuer_serial == issuer_serial(der):
            return True  # the same bytes spare the slow comparison of prepared names
        certificate = x509.Certificate.load(der)
        if self.issuer_serial:
            return self._same_issuer_serial(certificate)
        if self.serial and self.serial != str(certificate.serial_number):
            return False
        return not self.issuer_name or _same_name(self.issuer_name, CertificateInfo.parse(der))

    def _same_issuer_serial(self, certificate: x509.Certificate) -> bool:
        try:
            found = _IssuerSerial.load(self.issuer_serial)
            names = [item.chosen for item in found["issuer"] if item.name == "directory_name"]
            return certificate.issuer in names and bool(found["serial"].native == certificate.serial_number)
        except (ValueError, TypeError, KeyError):
            return False


def _same_name(text: str, info: CertificateInfo) -> bool:
    """Compare part by part: software differs in order, spacing, escapes and keywords of the written name.

    A name in keywords that nobody knows decides nothing: the digest is what binds.
    """
    try:
        parts = read_name(text)
    except InvalidInput:
        return True
    written = sorted((part.oid, part.value.casefold().strip()) for part in parts)
    own = sorted((part.oid, part.value.casefold().strip()) for part in info.issuer)
    return written == own


class _IssuerSerial(x509.Sequence):  # type: ignore[misc]
    _fields: Final = [("issuer", x509.GeneralNames), ("serial", x509.Integer)]


def read_references(properties: etree._Element) -> tuple[CertificateReference, ...]:
    """Return the certificates named by the SignedSignatureProperties *properties*, the signer's first."""
    for space in XADES:
        for name in ("SigningCertificateV2", "SigningCertificate"):
            holder = properties.find(f"{{{space}}}{name}")
            if holder is not None:
                return tuple(_read(item, space) for item in holder.iterfind(f"{{{space}}}Cert"))
    return ()


def _read(cert: etree._Element, space: str) -> CertificateReference:
    method = cert.find(f"{{{space}}}CertDigest/{ds('DigestMethod')}")
    name = algorithms.DIGESTS.get(method.get("Algorithm", "") if method is not None else "", "")
    value, unreadable = _decoded(cert.findtext(f"{{{space}}}CertDigest/{ds('DigestValue')}"))
    issuer, odd = _decoded(cert.findtext(f"{{{space}}}IssuerSerialV2"))
    serial = (cert.findtext(f"{{{space}}}IssuerSerial/{ds('X509SerialNumber')}") or "").strip()
    issuer_name = (cert.findtext(f"{{{space}}}IssuerSerial/{ds('X509IssuerName')}") or "").strip()
    return CertificateReference(
        digest=name,
        value=value,
        issuer_serial=issuer,
        serial=serial,
        issuer_name=issuer_name,
        unreadable=unreadable or odd,
    )


def _decoded(text: str | None) -> tuple[bytes, bool]:
    try:
        return decode(text), False
    except Refused:
        return b"", True
