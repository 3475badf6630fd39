"""KeyInfo: the certificates and bare keys a signature carries. They are claims; nothing here is believed.

`RetrievalMethod` and `KeyInfoReference` are not followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from lxml import etree

from egov_vn.signature.xades.names import ds
from egov_vn.signature.xades.references import decode
from egov_vn.signature.xades.transforms import Refused

__all__ = ["KeyMaterial", "KeyOf", "key_of_certificate", "read_key_info"]

KeyOf = Callable[[bytes], Any]
"""What finds the public key in a DER certificate, or None."""

_DSIG11: Final = "{http://www.w3.org/2009/xmldsig11#}"
_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1,
    "urn:oid:1.3.132.0.34": ec.SECP384R1,
    "urn:oid:1.3.132.0.35": ec.SECP521R1,
}
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """What a KeyInfo holds: certificates (DER, in order), bare public keys, and what could not be read."""

    certificates: tuple[bytes, ...] = ()
    keys: tuple[object, ...] = ()
    problems: tuple[str, ...] = ()


def read_key_info(signature: etree._Element) -> KeyMaterial:
    """Read the KeyInfo of a ds:Signature."""
    info = signature.find(ds("KeyInfo"))
    if info is None:
        return KeyMaterial()
    certificates: list[bytes] = []
    keys: list[object] = []
    problems: list[str] = []
    for element in list(info.iterfind(f"{ds('X509Data')}/{ds('X509Certificate')}"))[:_MOST]:
        try:
            certificates.append(decode(element.text))
        except Refused as error:
            problems.append(f"X509Certificate: {error.detail}")
    bare = [item for item in info.iterfind(f"{ds('KeyValue')}/*") if isinstance(item.tag, str)]
    bare += list(info.iterfind(f"{_DSIG11}DEREncodedKeyValue"))
    for element in bare[:_MOST]:
        try:
            keys.append(_key_value(element))
        except (Refused, ValueError, UnsupportedAlgorithm, KeyError):
            problems.append(f"{etree.QName(element).localname} cannot be read")
    return KeyMaterial(tuple(certificates), tuple(keys), tuple(problems))


def _key_value(element: etree._Element) -> object:
    kind = etree.QName(element).localname
    if kind == "RSAKeyValue":
        return rsa.RSAPublicNumbers(_number(element, "Exponent"), _number(element, "Modulus")).public_key()
    if kind == "DSAKeyValue":
        numbers = dsa.DSAParameterNumbers(*(_number(element, name) for name in "PQG"))
        return dsa.DSAPublicNumbers(_number(element, "Y"), numbers).public_key()
    if kind == "ECKeyValue":
        curve = element.find(f"{_DSIG11}NamedCurve")
        name = curve.get("URI", "") if curve is not None else ""
        point = decode(element.findtext(f"{_DSIG11}PublicKey"))
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[name](), point)
    if kind == "DEREncodedKeyValue":
        return serialization.load_der_public_key(decode(element.text))
    raise KeyError(kind)


def _number(element: etree._Element, name: str) -> int:
    return int.from_bytes(decode(element.findtext(ds(name))), "big")


def key_of_certificate(der: bytes) -> Any:
    """Return the public key in a DER certificate, or None if it cannot be read."""
    # asn1crypto finds the key; cryptography's certificate parser is stricter than real Vietnamese certificates are.
    try:
        spki = x509.Certificate.load(der)["tbs_certificate"]["subject_public_key_info"].dump()
        return serialization.load_der_public_key(spki)
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        return None


def public_bytes(key: Any) -> bytes:
    """Return the SubjectPublicKeyInfo of a key, to compare two of them."""
    written: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return written
