"""Long-term data: certificates and revocation data as XAdES carries them, read, gathered and written."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from asn1crypto import cms, x509
from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature.certificate import CertificateInfo
from egov_vn.signature.revocation import RevocationData, RevocationSource
from egov_vn.signature.xades.names import XADES132, XADES141
from egov_vn.signature.xades.references import decode
from egov_vn.signature.xades.transforms import Refused

__all__ = ["Evidence", "chain_of", "gather", "read_evidence", "token_certificates"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Certificates (DER) and revocation data that came with a signature, and what could not be read."""

    certificates: tuple[bytes, ...] = ()
    revocation: RevocationData = field(default_factory=RevocationData)
    problems: tuple[str, ...] = ()

    def __or__(self, other: Evidence) -> Evidence:
        return Evidence(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            self.revocation | other.revocation,
            (*self.problems, *other.problems),
        )

    def without(self, other: Evidence) -> Evidence:
        """Return what *other* does not hold yet."""
        return Evidence(
            tuple(item for item in self.certificates if item not in other.certificates),
            RevocationData(
                crls=tuple(item for item in self.revocation.crls if item not in other.revocation.crls),
                ocsps=tuple(item for item in self.revocation.ocsps if item not in other.revocation.ocsps),
            ),
        )

    def __bool__(self) -> bool:
        return bool(self.certificates or self.revocation)


def read_evidence(properties: etree._Element) -> Evidence:
    """Read every certificate, CRL and OCSP response below *properties*, those for time-stamps too."""
    problems: list[str] = []

    def values(name: str) -> Iterator[bytes]:
        for element in properties.iter(f"{{*}}{name}"):
            try:
                yield decode(element.text)
            except Refused:
                problems.append(f"{name} is not base64")

    certificates = tuple(dict.fromkeys(values("EncapsulatedX509Certificate")))
    crls = tuple(dict.fromkeys(values("EncapsulatedCRLValue")))
    ocsps = tuple(dict.fromkeys(values("EncapsulatedOCSPValue")))
    return Evidence(certificates, RevocationData(crls=crls, ocsps=ocsps), tuple(problems))


def token_certificates(token: bytes) -> tuple[bytes, ...]:
    """Return the certificates in a TimeStampToken, the signer's first where it can be told."""
    try:
        signed = cms.ContentInfo.load(token)["content"]
        found = [item.chosen for item in signed["certificates"] if item.name == "certificate"]
        sid = signed["signer_infos"][0]["sid"]
        serial = sid.chosen["serial_number"].native if sid.name == "issuer_and_serial_number" else None
        found.sort(key=lambda item: item.serial_number != serial)
        return tuple(item.dump() for item in found)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise InvalidInput("the time-stamp token cannot be read", path="timestamper") from error


def chain_of(leaf: bytes, pool: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates from *leaf* upwards, as far as issuers are found in *pool* by name and key identifier."""
    by_subject: dict[bytes, list[x509.Certificate]] = {}
    for der in pool:
        certificate = _load(der)
        if certificate is not None:
            by_subject.setdefault(certificate.subject.dump(), []).append(certificate)
    chain, current = [leaf], _load(leaf)
    while current is not None and current.subject != current.issuer and len(chain) < 10:
        wanted = current.authority_key_identifier
        fitting = [
            item
            for item in by_subject.get(current.issuer.dump(), ())
            if wanted is None or item.key_identifier is None or item.key_identifier == wanted
        ]
        if not fitting:
            break
        current = fitting[0]
        chain.append(current.dump())
    return tuple(chain)


def _load(der: bytes) -> x509.Certificate | None:
    try:
        certificate = x509.Certificate.load(der)
        certificate.subject.dump(), certificate.key_identifier, certificate.authority_key_identifier
    except (ValueError, TypeError, KeyError):
        return None
    return certificate


def gather(leaves: Iterable[bytes], pool: Iterable[bytes], source: RevocationSource) -> Evidence:
    """Return the chains of *leaves* and the revocation data of every certificate in them but self-signed ones."""
    certificates: dict[bytes, None] = {}
    data = RevocationData()
    asked: set[bytes] = set()
    known = tuple(dict.fromkeys(pool))
    for leaf in leaves:
        chain = chain_of(leaf, known)
        certificates.update(dict.fromkeys(chain))
        if not _complete(chain[-1]):
            raise InvalidInput(
                f"the issuer of “{_common_name(chain[-1])}” is not at hand, so its status cannot be asked; give trust",
                path="trust",
            )
        for der, issuer in pairwise(chain):
            if der not in asked:
                asked.add(der)
                data |= source.gather(der, issuer)
    return Evidence(tuple(certificates), data)


def _complete(der: bytes) -> bool:
    certificate = _load(der)
    return certificate is not None and certificate.subject == certificate.issuer


def _common_name(der: bytes) -> str:
    return CertificateInfo.parse(der).common_name


def evidence_text(evidence: Evidence, *, ident: str, stamps: bool = False) -> str:
    """Return CertificateValues and RevocationValues, or both in one TimeStampValidationData for *stamps*."""
    inner = _certificates(evidence.certificates) + _revocation(evidence.revocation)
    if not stamps:
        return inner.replace("<xades:CertificateValues", f'<xades:CertificateValues xmlns:xades="{XADES132}"').replace(
            "<xades:RevocationValues", f'<xades:RevocationValues xmlns:xades="{XADES132}"'
        )
    return (
        f'<xades141:TimeStampValidationData xmlns:xades141="{XADES141}" xmlns:xades="{XADES132}" Id="{ident}">'
        f"{inner}</xades141:TimeStampValidationData>"
    )


def _certificates(ders: tuple[bytes, ...]) -> str:
    held = "".join(_value("EncapsulatedX509Certificate", der) for der in ders)
    return f"<xades:CertificateValues>{held}</xades:CertificateValues>" if held else ""


def _revocation(data: RevocationData) -> str:
    crls = "".join(_value("EncapsulatedCRLValue", der) for der in data.crls)
    ocsps = "".join(_value("EncapsulatedOCSPValue", der) for der in data.ocsps)
    held = (f"<xades:CRLValues>{crls}</xades:CRLValues>" if crls else "") + (
        f"<xades:OCSPValues>{ocsps}</xades:OCSPValues>" if ocsps else ""
    )
    return f"<xades:RevocationValues>{held}</xades:RevocationValues>" if held else ""


def _value(name: str, der: bytes) -> str:
    return f"<xades:{name}>{base64.b64encode(der).decode('ascii')}</xades:{name}>"
