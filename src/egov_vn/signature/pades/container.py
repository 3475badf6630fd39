"""The CMS container of a PDF signature, written as DER without detours.

PAdES baseline signatures (EN 319 142-1 clause 6.3) carry a detached CMS `SignedData` with three signed attributes:
content-type, message-digest and signing-certificate-v2; the claimed time stands in the PDF dictionary, not here. That
is so small a structure that writing its bytes is simpler, and about twenty times faster, than building it with an
ASN.1 library: pyHanko's time goes into re-encoding the same certificates and into a dry run for the size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import SignatureAlgorithm, Signer

__all__ = ["Container", "add_unsigned_attribute", "signature_value"]

_DIGESTS: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha512_256": "2.16.840.1.101.3.4.2.6",
    "sha3_256": "2.16.840.1.101.3.4.2.8",
    "sha3_384": "2.16.840.1.101.3.4.2.9",
    "sha3_512": "2.16.840.1.101.3.4.2.10",
}
_RSA: Final = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
    "sha512_256": "1.2.840.113549.1.1.16",
    "sha3_256": "2.16.840.1.101.3.4.3.14",
    "sha3_384": "2.16.840.1.101.3.4.3.15",
    "sha3_512": "2.16.840.1.101.3.4.3.16",
}
_ECDSA: Final = {
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
    "sha3_256": "2.16.840.1.101.3.4.3.10",
    "sha3_384": "2.16.840.1.101.3.4.3.11",
    "sha3_512": "2.16.840.1.101.3.4.3.12",
}
_NULL: Final = b"\x05\x00"


def _tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + body


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, *parts)


def _set(*parts: bytes, tag: int = 0x31) -> bytes:
    return _tlv(tag, *sorted(parts))  # DER orders the members of a SET OF by their encoding


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | (number & 0x7F))
        out += bytes(reversed(septets))
    return _tlv(0x06, bytes(out))


_DATA: Final = _oid("1.2.840.113549.1.7.1")
_SIGNED_DATA: Final = _oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE: Final = _sequence(_oid("1.2.840.113549.1.9.3"), _set(_DATA))
_MESSAGE_DIGEST: Final = _oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2: Final = _oid("1.2.840.113549.1.9.16.2.47")
TIMESTAMP_TOKEN: Final = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an object identifier


def _digest_algorithm(name: str) -> bytes:
    return _sequence(_oid(_DIGESTS[name]))  # RFC 5754 section 2: no parameters


def _signature_algorithm(algorithm: SignatureAlgorithm) -> bytes:
    digest = algorithm.digest
    if algorithm.scheme == "ecdsa":
        return _sequence(_oid(_ECDSA[digest]))
    if algorithm.scheme == "rsa_pkcs1v15":
        return _sequence(_oid(_RSA[digest]), _NULL)
    hashed = _sequence(_oid(_DIGESTS[digest]), _NULL)
    mask = _sequence(_oid("1.2.840.113549.1.1.8"), hashed)
    salt = _integer(algorithm.hash.digest_size)
    return _sequence(_oid("1.2.840.113549.1.1.10"), _sequence(_tlv(0xA0, hashed), _tlv(0xA1, mask), _tlv(0xA2, salt)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of a container that are the same for every document a signer signs."""

    algorithm: SignatureAlgorithm
    signing_certificate: bytes
    signer_id: bytes
    certificates: bytes
    signature_size: int


class Container:
    """What one signer's containers have in common; `build` makes one for a document digest.

    *algorithm* is a name such as `"rsa_pss_sha256"`; None takes the signer's own. Raises `InvalidInput` for an
    algorithm that a CMS container cannot name.
    """

    def __init__(self, signer: Signer, *, algorithm: str | None = None) -> None:
        chosen = SignatureAlgorithm.parse(algorithm or signer.algorithm)
        table = _ECDSA if chosen.scheme == "ecdsa" else _RSA
        if chosen.digest not in table:
            raise InvalidInput(f"a PDF is not signed with {chosen}", path="algorithm")
        self._signer = signer
        certificate = signer.certificate
        der = certificate.public_bytes(Encoding.DER)
        chain = (item.public_bytes(Encoding.DER) for item in signer.chain if item.issuer != item.subject)
        self._parts = _Parts(
            algorithm=chosen,
            signing_certificate=_signing_certificate(der, certificate),
            signer_id=_sequence(certificate.issuer.public_bytes(), _integer(certificate.serial_number)),
            certificates=_set(*{der, *chain}, tag=0xA0),
            signature_size=_signature_size(certificate),
        )

    @property
    def digest_algorithm(self) -> str:
        """The hash of the document, as `hashlib` names it."""
        return self._parts.algorithm.digest

    @property
    def size(self) -> int:
        """The largest number of bytes that `build` returns without a time-stamp."""
        blank = bytes(self._parts.algorithm.hash.digest_size)
        return len(self._assemble(self._signed_attributes(blank), bytes(self._parts.signature_size)))

    def build(self, digest: bytes) -> bytes:
        """Sign the document digest and return the DER of the container."""
        attributes = self._signed_attributes(digest)
        # RFC 5652 section 5.4: what is signed is the attributes under the tag of a SET, not under [0]
        signed = hashlib.new(self._parts.algorithm.digest, b"\x31" + attributes[1:]).digest()
        value = self._signer.sign(signed, str(self._parts.algorithm))
        if not self._parts.algorithm.verify(self._signer.certificate.public_key(), value, signed):
            raise InvalidInput("the signature made does not verify with the certificate of the signer", path="signer")
        return self._assemble(attributes, value)

    def _signed_attributes(self, digest: bytes) -> bytes:
        message_digest = _sequence(_MESSAGE_DIGEST, _set(_tlv(0x04, digest)))
        return _set(_CONTENT_TYPE, message_digest, self._parts.signing_certificate, tag=0xA0)

    def _assemble(self, attributes: bytes, value: bytes) -> bytes:
        digest_algorithm = _digest_algorithm(self.digest_algorithm)
        signer_info = _sequence(
            _integer(1),
            self._parts.signer_id,
            digest_algorithm,
            attributes,
            _signature_algorithm(self._parts.algorithm),
            _tlv(0x04, value),
        )
        signed_data = _sequence(
            _integer(1), _set(digest_algorithm), _sequence(_DATA), self._parts.certificates, _set(signer_info)
        )
        return _sequence(_SIGNED_DATA, _tlv(0xA0, signed_data))


def _signing_certificate(der: bytes, certificate: x509.Certificate) -> bytes:
    # ESSCertIDv2 (RFC 5035) with the default SHA-256; the issuer and serial number are given as well
    names = _sequence(_tlv(0xA4, certificate.issuer.public_bytes()))
    issuer_serial = _sequence(names, _integer(certificate.serial_number))
    entry = _sequence(_tlv(0x04, hashlib.sha256(der).digest()), issuer_serial)
    return _sequence(_SIGNING_CERTIFICATE_V2, _set(_sequence(_sequence(entry))))


def _signature_size(certificate: x509.Certificate) -> int:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return (key.key_size + 7) // 8
    if isinstance(key, ec.EllipticCurvePublicKey):
        return 2 * ((key.curve.key_size + 7) // 8) + 10
    raise InvalidInput(f"a key of type {type(key).__name__} is not RSA or EC", path="signer")


def signature_value(container: bytes) -> bytes:
    """Return the signature value of the first signer of a CMS container: what a signature time-stamp covers."""
    info = cms.ContentInfo.load(container)["content"]["signer_infos"][0]
    return bytes(info["signature"].native)


def add_unsigned_attribute(container: bytes, dotted: str, value: bytes) -> bytes:
    """Return the container of one signer with the unsigned attribute *dotted* added; *value* is DER.

    Every other byte is kept: the attribute goes to the end of the `SignerInfo`, and only the lengths around it change.
    """
    content = cms.ContentInfo.load(container)
    signed_data = content["content"]
    infos = signed_data["signer_infos"]
    if len(infos) != 1:
        raise InvalidInput(f"the container has {len(infos)} signers, not one", path="Contents")
    info = infos[0]
    attribute = _sequence(_oid(dotted), _set(value))
    unsigned = info["unsigned_attrs"]
    kept = [] if not unsigned else [bytes(item.dump()) for item in unsigned]
    fields = [
        bytes(info[name].dump())
        for name in ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    ]
    new_info = _sequence(*fields, _set(*kept, attribute, tag=0xA1))
    outer = [
        bytes(signed_data[name].dump())
        for name in ("version", "digest_algorithms", "encap_content_info", "certificates", "crls")
    ]
    return _sequence(_SIGNED_DATA, _tlv(0xA0, _sequence(*outer, _set(new_info))))
