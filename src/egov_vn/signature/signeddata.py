"""CMS SignedData (RFC 5652): one signer checked, for time-stamp tokens, CAdES and the CMS inside a PDF.

What is checked here is mathematics and form: the digest of the content, the signature over the attributes, the
certificate they name. Trust, time and revocation are for `path`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509

from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.signature.memo import Memo
from egov_vn.signature.policy import signature_algorithm_name
from egov_vn.signature.report import Indication, SubIndication

__all__ = ["SignerCheck", "attribute", "check_signer_info", "open_signed_data", "stamps"]

_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError)
_MOST_CERTIFICATES: Final = 500
_MOST_SIGNERS: Final = 100
MOST_STAMPS: Final = 50
"""Time-stamps of one kind on one signature that are judged."""

DigestOf = Callable[[str], bytes]
"""Given the name of a hash, return the hash value of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerCheck:
    """What the mathematics of one signature showed."""

    indication: Indication
    sub_indication: SubIndication | None = None
    certificate: bytes | None = None
    """The signer's certificate in DER, if it was found."""
    certificates: tuple[bytes, ...] = ()
    """All certificates that came with it."""
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    algorithm: str = ""
    digest: str = ""
    signed_at: datetime | None = None
    signature: bytes = b""
    names_certificate: bool = False
    """Whether a signed attribute fixes the certificate (ESS signing-certificate): needed for a baseline level."""
    findings: tuple[Finding, ...] = ()


def open_signed_data(der: bytes, *, where: str = "") -> cms.SignedData:
    """Read a CMS SignedData, alone or in its ContentInfo; refuse anything else."""
    try:
        info = cms.ContentInfo.load(der)
        kind = str(info["content_type"].native)
        signed = info["content"] if kind == "signed_data" else None
        # list(), because asn1crypto parses late and a broken member must show here
        signers = len(list(signed["signer_infos"])) if signed is not None else 0
        certificates = len(list(signed["certificates"] or ())) if signed is not None else 0
    except _UNREADABLE as error:
        raise InvalidInput(f"not a CMS signature: {error}", path=where) from error
    if signed is None:
        raise InvalidInput(f"the CMS holds {kind}, not signed data", path=where)
    if signers == 0:
        raise InvalidInput("the CMS has no signer", path=where)
    if signers > _MOST_SIGNERS:
        raise InvalidInput(f"the CMS has more than {_MOST_SIGNERS} signers", path=where)
    if certificates > _MOST_CERTIFICATES:
        raise InvalidInput(f"the CMS carries more than {_MOST_CERTIFICATES} certificates", path=where)
    return signed


def attribute(attributes: Any, name: str) -> list[Any]:
    """Return the values of the attribute *name* (a name of asn1crypto, or a dotted OID)."""
    found: list[Any] = []
    for item in attributes or ():
        if name in (item["type"].native, item["type"].dotted):
            found += list(item["values"])
    return found


def stamps(attributes: Any, name: str) -> list[Any]:
    """Return the time-stamp tokens under *name*, as many as are judged."""
    return attribute(attributes, name)[:MOST_STAMPS]


def check_signer_info(
    signed: cms.SignedData,
    signer: cms.SignerInfo,
    *,
    digest_of: DigestOf,
    memo: Memo | None = None,
    extra: Iterable[bytes] = (),
    where: str = "",
) -> SignerCheck:
    """Check one signer of *signed* against the content whose hash values *digest_of* returns."""
    try:
        return _Checker(signed, signer, digest_of, memo or Memo(), tuple(extra), where).run()
    except _UNREADABLE as error:
        broken = finding(
            "SIG-FORMAT",
            Severity.ERROR,
            vi=f"Cấu trúc chữ ký không đọc được: {error}",
            en=f"The structure of the signature cannot be read: {error}",
            where=where,
        )
        return SignerCheck(
            indication=Indication.TOTAL_FAILED, sub_indication=SubIndication.FORMAT_FAILURE, findings=(broken,)
        )


class _Checker:
    """The steps of one check, which share what was read."""

    def __init__(
        self,
        signed: cms.SignedData,
        signer: cms.SignerInfo,
        digest_of: DigestOf,
        memo: Memo,
        extra: tuple[bytes, ...],
        where: str,
    ) -> None:
        self.signed, self.signer, self.digest_of, self.memo, self.where = signed, signer, digest_of, memo, where
        embedded = [item.chosen.dump() for item in signed["certificates"] or () if item.name == "certificate"]
        self.certificates = tuple(dict.fromkeys((*embedded, *extra)))
        self.digest = str(signer["digest_algorithm"]["algorithm"].native)
        self.attributes = signer["signed_attrs"]
        # Taken before anything looks inside: asn1crypto encodes anew what was looked at, slower and perhaps otherwise
        self.raw_attributes = bytes(self.attributes.dump())
        self.has_attributes = len(self.attributes or ()) > 0
        self.findings: list[Finding] = []

    def run(self) -> SignerCheck:
        certificate = self._certificate()
        if certificate is None:
            self._note(
                "SIG-CERT-MISSING", "Không tìm thấy chứng thư của người ký.", "The signer's certificate is missing."
            )
            return self._result(Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, None)
        try:
            expected = self.digest_of(self.digest)
        except (ValueError, InvalidInput):
            self._note(
                "SIG-ALGORITHM-UNKNOWN",
                f"Không hỗ trợ hàm băm {self.digest}.",
                f"The hash function {self.digest} is not supported.",
            )
            return self._result(Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, certificate)
        if self.has_attributes:
            failure = self._check_attributes(expected, certificate)
            if failure is not None:
                return self._result(*failure, certificate)
        good = self._verifies(certificate, expected)
        if not good:
            self._note(
                "SIG-CRYPTO",
                "Chữ ký không được tạo bằng khóa bí mật tương ứng với chứng thư, hoặc dữ liệu ký đã bị thay đổi.",
                "The signature was not made with the key of the certificate, or the signed attributes were changed.",
            )
            return self._result(Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE, certificate)
        return self._result(Indication.TOTAL_PASSED, None, certificate)

    def _result(
        self, indication: Indication, sub: SubIndication | None, certificate: asn1_x509.Certificate | None
    ) -> SignerCheck:
        times = attribute(self.attributes, "signing_time")
        claimed = times[0].native if len(times) == 1 else None
        crls, ocsps = self._revocation()
        return SignerCheck(
            indication=indication,
            sub_indication=sub,
            certificate=certificate.dump() if certificate is not None else None,
            certificates=self.certificates,
            crls=crls,
            ocsps=ocsps,
            algorithm=_algorithm_name(self.signer, self.digest),
            digest=self.digest,
            signed_at=claimed.astimezone(UTC) if isinstance(claimed, datetime) else None,
            signature=self.signer["signature"].native,
            names_certificate=bool(self._essential()),
            findings=tuple(self.findings),
        )

    def _certificate(self) -> asn1_x509.Certificate | None:
        wanted = self.signer["sid"]
        for der in self.certificates:
            try:
                certificate = self.memo.certificate(der)
                if self._is_meant(wanted, certificate):
                    self.memo.info(der)
                    return certificate
            except _UNREADABLE:
                continue  # a certificate that cannot be read signs nothing
        return None

    def _is_meant(self, wanted: Any, certificate: asn1_x509.Certificate) -> bool:
        if wanted.name == "issuer_and_serial_number":
            same = wanted.chosen["serial_number"].native == certificate.serial_number
            return bool(same and self.memo.same_name(wanted.chosen["issuer"], certificate.issuer))
        return bool(wanted.chosen.native == certificate.key_identifier)

    def _check_attributes(
        self, expected: bytes, certificate: asn1_x509.Certificate
    ) -> tuple[Indication, SubIndication] | None:
        digests = attribute(self.attributes, "message_digest")
        kinds = attribute(self.attributes, "content_type")
        content_type = self.signed["encap_content_info"]["content_type"].native
        if len(digests) != 1 or len(kinds) != 1 or kinds[0].native != content_type:
            self._note(
                "SIG-FORMAT",
                "Thuộc tính được ký thiếu hoặc trùng: message-digest, content-type.",
                "The signed attributes message-digest and content-type are missing, doubled or contradictory.",
            )
            return Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE
        if not hmac.compare_digest(digests[0].native, expected):
            self._note(
                "SIG-HASH",
                "Nội dung đã bị thay đổi sau khi ký: mã băm không trùng.",
                "The content was changed after signing: its hash value differs.",
            )
            return Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE
        if not self._protected():
            self._note(
                "SIG-FORMAT",
                "Thuật toán ghi trong thuộc tính được ký khác với thuật toán đã dùng.",
                "The algorithms named in the signed attributes are not those used.",
            )
            return Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE
        essential = self._essential()
        if essential and not _names(essential[0], certificate, self.memo):
            self._note(
                "SIG-CERT-MISMATCH",
                "Chứng thư ghi trong thuộc tính được ký khác với chứng thư kèm theo.",
                "The certificate fixed by the signed attributes is not the one that came with the signature.",
            )
            # EN 319 102-1 clause 5.2.3: who signed has not been identified; XML signatures answer the same
            return Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND
        return None

    def _essential(self) -> list[Any]:
        """Return the first ESS certificate identifier, preferring version 2."""
        for name in ("signing_certificate_v2", "signing_certificate"):
            values = attribute(self.attributes, name)
            if values:
                return list(values[0]["certs"])[:1]
        return []

    def _protected(self) -> bool:
        """Check the CMS algorithm protection of RFC 6211, if there is one."""
        for value in attribute(self.attributes, "cms_algorithm_protection"):
            if value["digest_algorithm"]["algorithm"].native != self.digest:
                return False
            used = self.signer["signature_algorithm"]["algorithm"].native
            if value["signature_algorithm"].native is not None and (
                value["signature_algorithm"]["algorithm"].native != used
            ):
                return False
        return True

    def _verifies(self, certificate: asn1_x509.Certificate, expected: bytes) -> bool:
        key, value = certificate.public_key, self.signer["signature"].native
        algorithm = self.signer["signature_algorithm"]
        if not self.has_attributes:  # the value covers the content itself, of which *expected* is the hash
            return self.memo.verifies(key, value, expected, algorithm, digest=self.digest, prehashed=True)
        return any(self.memo.verifies(key, value, data, algorithm, digest=self.digest) for data in self._signed_bytes())

    def _signed_bytes(self) -> Iterable[bytes]:
        """Yield what the signature value may cover: the attributes as they stand, and in DER order."""
        yield b"\x31" + self.raw_attributes[1:]  # with the tag of a SET
        yield cms.CMSAttributes([item.copy() for item in self.attributes]).dump(force=True)

    def _revocation(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        crls: list[bytes] = []
        ocsps: list[bytes] = []
        for item in self.signed["crls"] or ():
            if isinstance(item.chosen, asn1_crl.CertificateList):
                crls.append(item.chosen.dump())
            elif item.name == "other" and item.chosen["other_rev_info_format"].native == "ocsp_response":
                ocsps.append(item.chosen["other_rev_info"].dump())
        for value in attribute(self.attributes, "adobe_revocation_info_archival"):
            crls += [item.dump() for item in value["crl"] or ()]
            ocsps += [item.dump() for item in value["ocsp"] or ()]
        return tuple(crls), tuple(ocsps)

    def _note(self, code: str, vi: str, en: str) -> None:
        self.findings.append(finding(code, Severity.ERROR, vi=vi, en=en, where=self.where))


def _names(identifier: Any, certificate: asn1_x509.Certificate, memo: Memo) -> bool:
    """Say whether an ESSCertID (version 1 or 2) names *certificate*."""
    fields = identifier.native
    algorithm = (fields.get("hash_algorithm") or {}).get("algorithm") if "hash_algorithm" in fields else "sha1"
    digest = hashlib.new(algorithm or "sha256", certificate.dump()).digest()
    if not hmac.compare_digest(digest, identifier["cert_hash"].native):
        return False
    serial = identifier["issuer_serial"]
    if serial.native is None:
        return True
    names = [item.chosen for item in serial["issuer"] if item.name == "directory_name"]
    return bool(
        serial["serial_number"].native == certificate.serial_number
        and any(memo.same_name(name, certificate.issuer) for name in names)
    )


def _algorithm_name(signer: cms.SignerInfo, digest: str) -> str:
    try:
        return signature_algorithm_name(signer["signature_algorithm"], digest)
    except InvalidInput:
        return f"unknown_{digest}"
