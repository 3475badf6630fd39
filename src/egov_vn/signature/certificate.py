"""Reading a certificate (*chứng thư chữ ký số*) the way Vietnamese authorities write it.

The subject of a public certificate carries its number in UID: `UID=MST:0312345678` (tax code), `UID=CCCD:…`,
`UID=CMND:…`, sometimes two of them; one of the Government CA has none. Names longer than the 64 characters of X.520
occur. Everything here is read with asn1crypto, which neither refuses nor shortens such values.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from asn1crypto import core, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.errors import InvalidInput

__all__ = ["CertificateInfo", "HolderKind", "NamePart", "raw_names", "read_name", "to_der"]

UID: Final = "0.9.2342.19200300.100.1.1"
_OIDS: Final[Mapping[str, str]] = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.20": "TELEPHONENUMBER",
    "2.5.4.42": "GIVENNAME",
    "2.5.4.97": "ORGANIZATIONIDENTIFIER",
    "1.2.840.113549.1.9.1": "E",
    "0.9.2342.19200300.100.1.25": "DC",
    UID: "UID",
}
_KEYWORDS: Final[Mapping[str, str]] = {
    **{name: oid for oid, name in _OIDS.items()},
    "S": "2.5.4.8",
    "EMAIL": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "TITLE": "2.5.4.12",
    "USERID": UID,
}
_NUMBER: Final = re.compile(r"^\s*(MST|CCCD|CMND|CMT|HC|MNS|MBHXH)\s*[:.-]?\s*(.+?)\s*$", re.IGNORECASE)


class HolderKind(StrEnum):
    """Whom a certificate speaks for (*chủ thể của chứng thư*)."""

    PERSON = "person"
    """A natural person on their own behalf (*cá nhân*)."""
    OFFICER = "officer"
    """A person of an organisation: title or organisation, and a personal number (*cá nhân thuộc cơ quan, tổ chức*)."""
    ORGANIZATION = "organization"
    """An agency or organisation (*cơ quan, tổ chức*)."""
    AUTHORITY = "authority"
    """A certification authority (*tổ chức cung cấp dịch vụ chứng thực*)."""
    UNKNOWN = "unknown"
    """The names do not tell; certificates of the Government CA often carry no number."""


@dataclass(frozen=True, slots=True)
class NamePart:
    """One attribute of a distinguished name: *oid* and *value*; `str` writes `CN=…`."""

    oid: str
    value: str

    @property
    def keyword(self) -> str:
        """The short keyword (`CN`), or the dotted OID."""
        return _OIDS.get(self.oid, self.oid)

    def __str__(self) -> str:
        return f"{self.keyword}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateInfo:
    """What a certificate says, ready to show (*thông tin chứng thư chữ ký số*). Times are UTC."""

    subject: tuple[NamePart, ...]
    issuer: tuple[NamePart, ...]
    serial: int
    not_before: datetime
    not_after: datetime
    key: str
    """`"RSA 2048"`, `"EC P-256"`."""
    signature_algorithm: str
    key_usage: tuple[str, ...] = ()
    extended_key_usage: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    is_ca: bool = False
    ocsp_urls: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    der: bytes = b""

    @classmethod
    def parse(cls, data: object) -> Self:
        """Read a certificate given as DER or PEM bytes, or as an object of cryptography or asn1crypto."""
        der = to_der(data)
        try:
            parsed = asn1_x509.Certificate.load(der, strict=True)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"the certificate cannot be read: {error}", path="certificate") from error
        return cls.read(parsed, der)

    @classmethod
    def read(cls, parsed: asn1_x509.Certificate, der: bytes) -> Self:
        """Read a certificate that asn1crypto has parsed already, with its bytes."""
        try:
            return cls(**_fields(parsed), der=der)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise InvalidInput(f"the certificate cannot be read: {error}", path="certificate") from error

    def value(self, keyword: str) -> str | None:
        """Return the first subject value under *keyword* (`"CN"`, `"O"`, `"T"`), or None."""
        return next(iter(self.values(keyword)), None)

    def values(self, keyword: str) -> tuple[str, ...]:
        """Return all subject values under *keyword*."""
        oid = _KEYWORDS.get(keyword.upper(), keyword)
        return tuple(part.value for part in self.subject if part.oid == oid)

    @property
    def common_name(self) -> str:
        """The holder's name (*tên chủ thể*): CN, or else O, or else the whole subject."""
        return self.value("CN") or self.value("O") or self.subject_text

    @property
    def organization(self) -> str | None:
        """The organisation (*cơ quan, tổ chức*), from O."""
        return self.value("O")

    @property
    def units(self) -> tuple[str, ...]:
        """The organisational units, from OU, in the order of the certificate."""
        return self.values("OU")

    @property
    def title(self) -> str | None:
        """The title (*chức vụ*), from T."""
        return self.value("T")

    @property
    def email(self) -> str | None:
        """The e-mail address, from E."""
        return self.value("E")

    @property
    def issuer_name(self) -> str:
        """The issuing organisation (*tổ chức cấp chứng thư*): CN of the issuer, or else O."""
        by_oid = {part.oid: part.value for part in reversed(self.issuer)}
        return by_oid.get("2.5.4.3") or by_oid.get("2.5.4.10") or self.issuer_text

    @property
    def managing_organization(self) -> str:
        """The organisation that manages the certificate (*đơn vị quản lý chứng thư*): O and OU, or else the issuer."""
        parts = [*self.units, *self.values("O")]
        return ", ".join(parts) if parts else self.issuer_name

    @property
    def numbers(self) -> Mapping[str, str]:
        """The numbers written in UID and SERIALNUMBER: `{"MST": "0312345678", "CCCD": "092…"}`."""
        found: dict[str, str] = {}
        for part in self.subject:
            match = _NUMBER.match(part.value) if part.keyword in ("UID", "SERIALNUMBER") else None
            if match:
                found.setdefault("CMND" if match[1].upper() == "CMT" else match[1].upper(), match[2])
        return found

    @property
    def tax_code(self) -> str | None:
        """The tax code (*mã số thuế*)."""
        return self.numbers.get("MST")

    @property
    def citizen_id(self) -> str | None:
        """The citizen number (*số căn cước, CCCD*), or the older *CMND*."""
        return self.numbers.get("CCCD") or self.numbers.get("CMND")

    @property
    def kind(self) -> HolderKind:
        """Whom the certificate speaks for, as far as its names tell."""
        if self.is_ca:
            return HolderKind.AUTHORITY
        personal = self.citizen_id is not None or bool(self.numbers.get("HC"))
        attached = self.title is not None or self.tax_code is not None or self.organization is not None
        if personal:
            return HolderKind.OFFICER if attached else HolderKind.PERSON
        if self.title is not None:
            return HolderKind.OFFICER
        return HolderKind.ORGANIZATION if self.tax_code is not None else HolderKind.UNKNOWN

    @property
    def subject_text(self) -> str:
        """The subject as `UID=MST:…, CN=…`, in the order of the certificate."""
        return ", ".join(str(part) for part in self.subject)

    @property
    def issuer_text(self) -> str:
        """The issuer in the same form."""
        return ", ".join(str(part) for part in self.issuer)

    @property
    def dotnet_subject(self) -> str:
        """The subject as .NET writes X509SubjectName: `OID.0.9.2342.19200300.100.1.1=MST:…, CN=…` (specific first)."""
        return ", ".join(_dotnet(part) for part in reversed(self.subject))

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same."""
        return self.subject == self.issuer

    @property
    def sha256(self) -> str:
        """The SHA-256 fingerprint in lower-case hexadecimal (*vân tay chứng thư*)."""
        return hashlib.sha256(self.der).hexdigest()

    def is_valid_at(self, at: datetime) -> bool:
        """Say whether *at* lies in the validity written in the certificate; revocation is another question."""
        return self.not_before <= at <= self.not_after

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.common_name,
            "kind": self.kind.value,
            "organization": self.organization,
            "units": list(self.units),
            "title": self.title,
            "numbers": dict(self.numbers),
            "email": self.email,
            "subject": self.subject_text,
            "issuer": self.issuer_text,
            "serial": f"{self.serial:x}",
            "not_before": self.not_before.isoformat(),
            "not_after": self.not_after.isoformat(),
            "key": self.key,
            "signature_algorithm": self.signature_algorithm,
            "key_usage": list(self.key_usage),
            "extended_key_usage": list(self.extended_key_usage),
            "policies": list(self.policies),
            "sha256": self.sha256,
        }


def to_der(data: object) -> bytes:
    """Return the DER bytes of one certificate given in any of the usual forms."""
    if isinstance(data, x509.Certificate):
        return data.public_bytes(Encoding.DER)
    if isinstance(data, asn1_x509.Certificate):
        return bytes(data.dump())
    if isinstance(data, CertificateInfo):
        return data.der
    if isinstance(data, bytes | bytearray | memoryview):
        raw = bytes(data)
        if not pem.detect(raw[:4096]):
            return raw
        try:
            return bytes(pem.unarmor(raw)[2])
        except ValueError as error:
            raise InvalidInput(f"not a PEM certificate: {error}", path="certificate") from error
    raise InvalidInput(f"a {type(data).__name__} is not a certificate", path="certificate")


def raw_names(certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """Return the DER of issuer and subject; cryptography's own `.subject` warns about values over 64 characters."""
    try:
        body = asn1_x509.Certificate.load(to_der(certificate))["tbs_certificate"]
        return bytes(body["issuer"].dump()), bytes(body["subject"].dump())
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"the certificate cannot be read: {error}", path="certificate") from error


def read_name(text: str) -> tuple[NamePart, ...]:
    """Read a distinguished name written as text, in RFC 4514 or .NET style (`OID.1.2.3=…, S=…, "quoted"`).

    The parts come back in the order of the text. .NET and RFC 4514 both write the most specific part first, the
    reverse of the certificate.
    """
    parts = []
    for piece in _split_name(text):
        keyword, equals, value = piece.partition("=")
        keyword = keyword.strip()
        oid = keyword[4:] if keyword.upper().startswith("OID.") else _KEYWORDS.get(keyword.upper(), keyword)
        if not equals or not re.fullmatch(r"\d+(\.\d+)+", oid):
            raise InvalidInput(f"{piece.strip()!r} is not an attribute of a name", path="name")
        parts.append(NamePart(oid, _unescape(value.strip())))
    return tuple(parts)


def _split_name(text: str) -> Iterable[str]:
    piece, quoted, escaped = "", False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character in ",+;" and not quoted:
            # a comma without quotes may be part of a .NET value only in quotes, so it always ends a part here
            if piece.strip():
                yield piece
            piece = ""
            continue
        piece += character
    if quoted:
        raise InvalidInput("a quoted value does not end", path="name")
    if piece.strip():
        yield piece


def _unescape(value: str) -> str:
    if value.startswith("#"):
        try:
            return str(core.load(bytes.fromhex(value[1:])).native)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"{value!r} is not a hexadecimal value of a name", path="name") from error
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return value[1:-1].replace('""', '"').replace('\\"', '"')
    raw = re.sub(rb"\\([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), value.encode("utf-8"))
    return re.sub(r"\\(.)", r"\1", raw.decode("utf-8", "replace"))


def _dotnet(part: NamePart) -> str:
    keyword = {"ST": "S", "UID": f"OID.{UID}"}.get(part.keyword, part.keyword)
    keyword = f"OID.{keyword}" if keyword[0].isdigit() else keyword
    quote = any(character in part.value for character in ',+=<>#;"\n') or part.value != part.value.strip()
    return f'{keyword}="{part.value.replace(chr(34), chr(34) * 2)}"' if quote else f"{keyword}={part.value}"


def _fields(certificate: asn1_x509.Certificate) -> dict[str, Any]:
    extended = certificate.extended_key_usage_value
    policies = certificate.certificate_policies_value
    usage = certificate.key_usage_value
    basic = certificate.basic_constraints_value
    return {
        "subject": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "serial": certificate.serial_number,
        "not_before": certificate.not_valid_before,
        "not_after": certificate.not_valid_after,
        "key": _key(certificate.public_key),
        "signature_algorithm": _algorithm(certificate["signature_algorithm"]),
        "key_usage": tuple(sorted(usage.native)) if usage is not None else (),
        "extended_key_usage": tuple(str(item.native) for item in extended) if extended is not None else (),
        "policies": tuple(str(item["policy_identifier"].dotted) for item in policies) if policies is not None else (),
        "is_ca": bool(basic["ca"].native) if basic is not None else False,
        "ocsp_urls": _access(certificate, "ocsp"),
        "issuer_urls": _access(certificate, "ca_issuers"),
        "crl_urls": _crl_urls(certificate),
    }


def _name(name: asn1_x509.Name) -> tuple[NamePart, ...]:
    return tuple(
        NamePart(str(attribute["type"].dotted), _text(attribute["value"])) for rdn in name.chosen for attribute in rdn
    )


def _text(value: Any) -> str:
    try:
        native = value.native
    except (ValueError, UnicodeDecodeError):
        native = bytes(value.contents or b"").decode("utf-8", "replace")
    return native if isinstance(native, str) else str(native)


def _algorithm(algorithm: Any) -> str:
    name = str(algorithm["algorithm"].native)
    return f"{algorithm.hash_algo}_rsassa_pss" if name == "rsassa_pss" else name


def _key(key: Any) -> str:
    if key.algorithm == "ec":
        kind, curve = key.curve
        return f"EC {_CURVES.get(curve, curve)}" if kind == "named" else "EC"
    if key.algorithm in ("rsa", "rsassa_pss"):
        return f"RSA {key.bit_size}"
    return str(key.algorithm).upper()


_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def _access(certificate: asn1_x509.Certificate, method: str) -> tuple[str, ...]:
    found = certificate.authority_information_access_value
    return tuple(
        str(item["access_location"].native)
        for item in found or ()
        if item["access_method"].native == method and item["access_location"].name == "uniform_resource_identifier"
    )


def _crl_urls(certificate: asn1_x509.Certificate) -> tuple[str, ...]:
    urls: list[str] = []
    for point in certificate.crl_distribution_points_value or ():
        name = point["distribution_point"]
        if name.name == "full_name":
            urls += [str(item.native) for item in name.chosen if item.name == "uniform_resource_identifier"]
    return tuple(urls)
