"""Signing with a token, smart card or HSM through PKCS#11 (*phương tiện lưu khóa bí mật*); extra `pkcs11`.

The key never leaves the device: only the hash goes in. TT 15/2025/TT-BKHCN asks for FIPS 140-2/-3 level 2 of a token
and level 3 of an HSM; that is a property of the device, which no program can check.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature.keys import SignatureAlgorithm, default_algorithm, load_certificates

__all__ = ["Pkcs11Signer"]

_DIGEST_INFO: Final = {
    "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
    "sha512_256": "3031300d060960864801650304020605000420",
    "sha3_256": "3031300d060960864801650304020805000420",
    "sha3_384": "3041300d060960864801650304020905000430",
    "sha3_512": "3051300d060960864801650304020a05000440",
}
"""The DER of DigestInfo up to the hash value (RFC 8017 section 9.2): the device pads and signs it as it is."""


class Pkcs11Signer:
    """A key in a PKCS#11 device, found by *label* or *identifier*, in the token named *token*.

    The certificate is read from the device (the one with the key's identifier or label) unless *certificate* is given.
    One session is opened and kept; several threads may sign, one after the other. Use it as a context manager, or call
    `close`. A device that is absent or answers with an error raises `Unavailable`, a wrong PIN or name `InvalidInput`.
    """

    def __init__(
        self,
        library: str | Path,
        *,
        token: str,
        pin: str | None,
        label: str | None = None,
        identifier: bytes | None = None,
        certificate: bytes | None = None,
        chain: Iterable[x509.Certificate] = (),
        algorithm: str | None = None,
    ) -> None:
        if label is None and identifier is None:
            raise InvalidInput("name the key by its label or its identifier", path="label")
        self._pkcs11 = _module()
        self._lock = threading.Lock()
        self._session = self._open(str(library), token, pin)
        try:
            self._key = self._find_key(label, identifier)
            self._certificate = (
                load_certificates(certificate)[0] if certificate is not None else self._find_certificate()
            )
            self._chain = tuple(chain)
            self._algorithm = (
                str(SignatureAlgorithm.parse(algorithm)) if algorithm else default_algorithm(self._certificate)
            )
        except BaseException:
            self.close()
            raise

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""
        return self._certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates above it, as given."""
        return self._chain

    @property
    def algorithm(self) -> str:
        """The algorithm used unless the caller names another."""
        return self._algorithm

    def sign(self, digest: bytes, algorithm: str) -> bytes:
        """Let the device sign the hash value *digest*."""
        chosen = SignatureAlgorithm.parse(algorithm)
        if len(digest) != chosen.hash.digest_size:
            raise InvalidInput(f"{len(digest)} bytes are not a {chosen.digest} digest", path="digest")
        mechanism, parameter, data = self._mechanism(chosen, digest)
        try:
            with self._lock:
                value = bytes(self._key.sign(data, mechanism=mechanism, mechanism_param=parameter))
        except (self._pkcs11.PKCS11Error, AttributeError, RuntimeError) as error:
            raise Unavailable(f"the device did not sign: {_words(error)}", service="pkcs11") from error
        if chosen.scheme == "ecdsa":
            half = len(value) // 2
            value = encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
        if not chosen.verify(self._certificate.public_key(), value, digest):
            raise InvalidInput("the key in the device does not belong to the certificate", path="certificate")
        return value

    def close(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except self._pkcs11.PKCS11Error:
                return  # the device is gone, and the session with it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, library: str, token: str, pin: str | None) -> Any:
        errors = self._pkcs11
        try:
            return errors.lib(library).get_token(token_label=token).open(user_pin=pin)
        except errors.NoSuchToken as error:
            raise Unavailable(f"no device holds a token named {token!r}", service="pkcs11") from error
        except (errors.PinIncorrect, errors.PinInvalid, errors.PinLenRange) as error:
            raise InvalidInput("the PIN is wrong", path="pin") from error
        except errors.PinLocked as error:
            raise Unavailable("the PIN is locked", service="pkcs11") from error
        except (errors.PKCS11Error, RuntimeError, OSError) as error:
            raise Unavailable(f"the PKCS#11 library cannot be used: {_words(error)}", service="pkcs11") from error

    def _find_key(self, label: str | None, identifier: bytes | None) -> Any:
        errors = self._pkcs11
        try:
            return self._session.get_key(object_class=errors.ObjectClass.PRIVATE_KEY, label=label, id=identifier)
        except errors.NoSuchKey as error:
            raise InvalidInput(f"the token holds no private key {label or identifier!r}", path="label") from error
        except errors.MultipleObjectsReturned as error:
            raise InvalidInput(
                f"the token holds several keys {label or identifier!r}; name one by its identifier", path="label"
            ) from error
        except errors.PKCS11Error as error:
            raise Unavailable(f"the device did not answer: {_words(error)}", service="pkcs11") from error

    def _find_certificate(self) -> x509.Certificate:
        errors = self._pkcs11
        attribute = errors.Attribute
        try:
            wanted = (self._key.id, self._key.label)
            found = list(self._session.get_objects({attribute.CLASS: errors.ObjectClass.CERTIFICATE}))
            values = [(item[attribute.ID], item[attribute.LABEL], bytes(item[attribute.VALUE])) for item in found]
        except (errors.PKCS11Error, KeyError) as error:
            raise Unavailable(f"the device did not answer: {_words(error)}", service="pkcs11") from error
        for position in (0, 1):
            for value in values:
                if value[position] and value[position] == wanted[position]:
                    return load_certificates(value[2])[0]
        raise InvalidInput("the token holds no certificate of this key; pass it", path="certificate")

    def _mechanism(self, chosen: SignatureAlgorithm, digest: bytes) -> tuple[Any, Any, bytes]:
        mechanism = self._pkcs11.Mechanism
        if (chosen.scheme == "ecdsa") is not isinstance(self._certificate.public_key(), ec.EllipticCurvePublicKey):
            raise InvalidInput(f"the key in the device cannot make {chosen}", path="algorithm")
        if chosen.scheme == "ecdsa":
            return mechanism.ECDSA, None, digest
        if chosen.scheme == "rsa_pss":
            try:
                hashing = mechanism[chosen.digest.upper()] if "_" in chosen.digest else _plain(mechanism, chosen.digest)
                masking = self._pkcs11.MGF[chosen.digest.upper()]
            except KeyError as error:
                raise InvalidInput(f"PKCS#11 has no {chosen}", path="algorithm") from error
            return mechanism.RSA_PKCS_PSS, (hashing, masking, chosen.hash.digest_size), digest
        return mechanism.RSA_PKCS, None, bytes.fromhex(_DIGEST_INFO[chosen.digest]) + digest


def _plain(mechanism: Any, digest: str) -> Any:
    return mechanism["SHA_1" if digest == "sha1" else digest.upper()]


def _module() -> Any:
    try:
        import pkcs11  # noqa: PLC0415 - an extra, loaded only by who uses a device
    except ImportError as error:
        raise Unavailable("PKCS#11 needs the extra: pip install 'egov-vn[pkcs11]'", service="pkcs11") from error
    return pkcs11


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
