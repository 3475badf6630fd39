"""A time-stamping authority in memory: RFC 3161 tokens and responses at the time you say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import KeySigner

__all__ = ["MemoryTimestamper"]

_POLICY: Final = "1.3.6.1.4.1.99999.1.1"
_DIGESTS: Final = frozenset({"sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})


class MemoryTimestamper:
    """An RFC 3161 authority without a network (*dịch vụ cấp dấu thời gian*): a `Timestamper`.

    *at* is the time of every token, or a callable that tells it. `respond` answers whole RFC 3161 requests.
    """

    def __init__(
        self, signer: KeySigner, *, at: datetime | Callable[[], datetime], extra: tuple[x509.Certificate, ...] = ()
    ) -> None:
        self._signer = signer
        self._at = at
        self._serial = 0
        self._certificates = [
            asn1_x509.Certificate.load(item.public_bytes(Encoding.DER)) for item in (signer.certificate, *extra)
        ]

    @property
    def count(self) -> int:
        """How many tokens were issued."""
        return self._serial

    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        """Return a DER TimeStampToken over the hash value *digest*."""
        return self._token(digest, algorithm, None)

    def respond(self, request: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp."""
        try:
            parsed = tsp.TimeStampReq.load(request, strict=True)
            imprint = parsed["message_imprint"]
            algorithm = str(imprint["hash_algorithm"]["algorithm"].native)
            token = self._token(imprint["hashed_message"].native, algorithm, parsed["nonce"].native)
        except (ValueError, TypeError, InvalidInput):
            status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {"bad_request"}})
            body = bytes(status.dump())  # asn1crypto's TimeStampResp demands a token, which a refusal does not have
            return bytes((0x30, len(body))) + body
        status = tsp.PKIStatusInfo({"status": "granted"})
        return bytes(tsp.TimeStampResp({"status": status, "time_stamp_token": cms.ContentInfo.load(token)}).dump())

    def _token(self, digest: bytes, algorithm: str, nonce: int | None) -> bytes:
        if algorithm not in _DIGESTS or len(digest) != hashlib.new(algorithm).digest_size:
            raise InvalidInput(f"{len(digest)} bytes are not a {algorithm} digest", path="digest")
        at = require_aware(self._at() if callable(self._at) else self._at)
        self._serial += 1
        info: dict[str, object] = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest},
            "serial_number": self._serial,
            "gen_time": at,
            "accuracy": {"seconds": 1},
        }
        if nonce is not None:
            info["nonce"] = nonce
        return self._sign(bytes(tsp.TSTInfo(info).dump()), at)

    def _sign(self, content: bytes, at: datetime) -> bytes:
        certificate = self._certificates[0]
        essential = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate.dump()).digest()}]})
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "signing_time", "values": [cms.Time({"utc_time": at})]},
                {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
                {"type": "signing_certificate_v2", "values": [essential]},
            ]
        )
        name = self._signer.algorithm
        signature = self._signer.sign(hashlib.new("sha256", attributes.dump()).digest(), name)
        signer_info = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa" if name.startswith("ecdsa") else "rsassa_pkcs1v15"},
            "signature": signature,
        }
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
                "certificates": self._certificates,
                "signer_infos": [signer_info],
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
