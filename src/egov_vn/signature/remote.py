"""Remote signing by the API of the Cloud Signature Consortium, version 2 (*ký số từ xa*; ETSI TS 119 432).

The provider holds the key and signs the hash after the holder has authorised it. HTTPS is required, except on
loopback; the answer is checked against the certificate before it is used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from asn1crypto import algos
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature.http import Transport, UrlTransport
from egov_vn.signature.keys import SignatureAlgorithm, default_algorithm, load_certificates

__all__ = ["RemoteSigner"]

_DIGESTS: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_SIGNATURES: Final = {
    "rsa_pkcs1v15_sha256": "1.2.840.113549.1.1.11",
    "rsa_pkcs1v15_sha384": "1.2.840.113549.1.1.12",
    "rsa_pkcs1v15_sha512": "1.2.840.113549.1.1.13",
    "ecdsa_sha256": "1.2.840.10045.4.3.2",
    "ecdsa_sha384": "1.2.840.10045.4.3.3",
    "ecdsa_sha512": "1.2.840.10045.4.3.4",
}
_PSS: Final = "1.2.840.113549.1.1.10"
_LARGEST: Final = 1 << 20

Authorise = Callable[[str, bytes], str]
"""Given the credential and the hash value, return the signature activation data (SAD)."""


class RemoteSigner:
    """A key at a remote signing service: a `Signer`.

    *url* is the base of the API (`https://…/csc/v2`), *token* the bearer token of the holder. How a signature is
    authorised depends on the service: pass *pin* to have `credentials/authorize` called with it, *authorise* to obtain
    the activation data your own way (an OTP, a push), or neither where the token suffices (SCAL1, implicit). Nothing is
    retried: a signature request may have been carried out although the answer was lost.
    """

    def __init__(
        self,
        url: str,
        *,
        credential: str,
        token: str,
        pin: str | None = None,
        authorise: Authorise | None = None,
        algorithm: str | None = None,
        timeout: float = 60.0,
        transport: Transport | None = None,
    ) -> None:
        _require_secure(url)
        self._url = url.rstrip("/")
        self._credential = credential
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout = timeout
        self._transport = transport or UrlTransport()
        self._authorise = authorise or (self._with_pin(pin) if pin is not None else None)
        info = self._call("credentials/info", {"credentialID": credential, "certificates": "chain", "certInfo": False})
        chain = self._certificates(info)
        self._certificate, self._chain = chain[0], chain[1:]
        self._algorithm = str(SignatureAlgorithm.parse(algorithm)) if algorithm else default_algorithm(chain[0])

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate, as the service gave it."""
        return self._certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates above it, as the service gave them."""
        return self._chain

    @property
    def algorithm(self) -> str:
        """The algorithm used unless the caller names another."""
        return self._algorithm

    def sign(self, digest: bytes, algorithm: str) -> bytes:
        """Have the service sign the hash value *digest*."""
        chosen = SignatureAlgorithm.parse(algorithm)
        if chosen.digest not in _DIGESTS or len(digest) != chosen.hash.digest_size:
            raise InvalidInput(f"{chosen} of {len(digest)} bytes cannot be signed remotely", path="algorithm")
        asked: dict[str, Any] = {
            "credentialID": self._credential,
            "hashes": [_encoded(digest)],
            "hashAlgorithmOID": _DIGESTS[chosen.digest],
            "operationMode": "S",
            **_sign_algorithm(chosen),
        }
        if self._authorise is not None:
            asked["SAD"] = self._authorise(self._credential, digest)
        answer = self._call("signatures/signHash", asked)
        values = answer.get("signatures")
        if not isinstance(values, list) or len(values) != 1:
            raise Unavailable("the signing service answered without a signature", service=self._url)
        value = _unraw(_decoded(values[0], self._url), self._certificate, chosen)
        if not chosen.verify(self._certificate.public_key(), value, digest):
            raise Unavailable(
                "the signing service answered a signature that does not verify under its certificate", service=self._url
            )
        return value

    def _with_pin(self, pin: str) -> Authorise:
        def authorise(credential: str, digest: bytes) -> str:
            name = {32: "sha256", 48: "sha384", 64: "sha512"}[len(digest)]
            answer = self._call(
                "credentials/authorize",
                {
                    "credentialID": credential,
                    "numSignatures": 1,
                    "hashes": [_encoded(digest)],
                    "hashAlgorithmOID": _DIGESTS[name],
                    "authData": [{"id": "PIN", "value": pin}],
                },
            )
            activation = answer.get("SAD")
            if not isinstance(activation, str) or not activation:
                raise Unavailable("the signing service authorised nothing", service=self._url)
            return activation

        return authorise

    def _certificates(self, info: Mapping[str, Any]) -> tuple[x509.Certificate, ...]:
        block = info.get("cert")
        encoded = block.get("certificates") if isinstance(block, dict) else None
        if not isinstance(encoded, list) or not encoded:
            raise Unavailable("the signing service gave no certificate", service=self._url)
        try:
            return tuple(load_certificates(_decoded(item, self._url))[0] for item in encoded[:10])
        except InvalidInput as error:
            raise Unavailable("the signing service gave a broken certificate", service=self._url) from error

    def _call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        url = f"{self._url}/{path}"
        data = self._transport(
            url,
            body=json.dumps(body).encode("utf-8"),
            headers=self._headers,
            timeout=self._timeout,
            limit=_LARGEST,
        )
        try:
            answer = json.loads(data)
        except ValueError as error:
            raise Unavailable(f"{url} answered no JSON", service=self._url) from error
        if not isinstance(answer, dict):
            raise Unavailable(f"{url} answered no JSON object", service=self._url)
        return answer


def _sign_algorithm(chosen: SignatureAlgorithm) -> dict[str, str]:
    if chosen.scheme != "rsa_pss":
        return {"signAlgo": _SIGNATURES[str(chosen)]}
    hashing = {"algorithm": chosen.digest}
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": hashing,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashing},
            "salt_length": hashlib.new(chosen.digest).digest_size,
        }
    )
    return {"signAlgo": _PSS, "signAlgoParams": _encoded(parameters.dump())}


def _unraw(value: bytes, certificate: x509.Certificate, chosen: SignatureAlgorithm) -> bytes:
    """Return an ECDSA value as DER: services answer r || s or DER."""
    key = certificate.public_key()
    if chosen.scheme != "ecdsa" or not isinstance(key, ec.EllipticCurvePublicKey):
        return value
    half = (key.curve.key_size + 7) // 8
    if len(value) != 2 * half:
        return value
    return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: object, service: str) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unavailable("the signing service answered broken base64", service=service) from error


def _require_secure(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    try:
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback:
        raise InvalidInput(f"{url!r}: a signing service is reached by https", path="url")
