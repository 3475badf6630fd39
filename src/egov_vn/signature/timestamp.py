"""Time-stamps (*dấu thời gian*, RFC 3161): tokens asked for, and tokens judged."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol, runtime_checkable

from asn1crypto import tsp

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature import messages
from egov_vn.signature.certificate import CertificateInfo
from egov_vn.signature.memo import Memo, Proofs
from egov_vn.signature.path import ChainReport, Usage, assess_certificate
from egov_vn.signature.policy import SignaturePolicy, StampStatus, key_size
from egov_vn.signature.report import Indication, SubIndication, worst_of
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.signeddata import SignerCheck, check_signer_info, open_signed_data
from egov_vn.signature.trust import TrustStore

__all__ = ["TimestampInfo", "TimestampReport", "Timestamper", "assess_timestamp", "read_timestamp", "request"]

_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError)


@runtime_checkable
class Timestamper(Protocol):
    """Whatever gives time-stamps: a TSA over HTTP, the test authority, your own."""

    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        """Return a DER TimeStampToken over the hash value *digest*, or raise `Unavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampInfo:
    """What a token says, unproven."""

    at: datetime
    algorithm: str
    imprint: bytes
    serial: int
    policy: str
    nonce: int | None
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampReport:
    """What was found about a token; *at* is proven only if the indication is TOTAL-PASSED."""

    indication: Indication
    sub_indication: SubIndication | None = None
    at: datetime | None = None
    signer: CertificateInfo | None = None
    chain: ChainReport | None = None
    certificates: tuple[bytes, ...] = ()
    findings: tuple[Finding, ...] = ()


def request(digest: bytes, algorithm: str = "sha256", *, nonce: int | None = None) -> bytes:
    """Return a DER TimeStampReq that asks for the TSA's certificate."""
    fields: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest},
        "cert_req": True,
    }
    if nonce is not None:
        fields["nonce"] = nonce
    return bytes(tsp.TimeStampReq(fields).dump())


def read_timestamp(token: bytes, *, where: str = "") -> TimestampInfo:
    """Read a token without judging it."""
    signed = open_signed_data(token, where=where)
    try:
        if signed["encap_content_info"]["content_type"].native != "tst_info":
            raise InvalidInput("the CMS is not a time-stamp token", path=where)
        info = signed["encap_content_info"]["content"].parsed
        return TimestampInfo(
            at=info["gen_time"].native.astimezone(UTC),
            algorithm=str(info["message_imprint"]["hash_algorithm"]["algorithm"].native),
            imprint=info["message_imprint"]["hashed_message"].native,
            serial=info["serial_number"].native,
            policy=info["policy"].dotted,
            nonce=info["nonce"].native,
            certificates=tuple(
                item.chosen.dump() for item in signed["certificates"] or () if item.name == "certificate"
            ),
        )
    except _UNREADABLE as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"the time-stamp token cannot be read: {error}", path=where) from error


def assess_timestamp(
    token: bytes,
    *,
    digest: bytes | Callable[[str], bytes],
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    intermediates: Iterable[bytes] = (),
    revocation: RevocationData | None = None,
    proofs: Proofs | None = None,
    memo: Memo | None = None,
    where: str = "",
) -> TimestampReport:
    """Judge a token at *at*.

    *digest* is the hash value of what was stamped, or a function that returns it for the hash the token names.
    *proofs.best_time* is when a later time-stamp shows this token to exist: the chain of the TSA is judged then.
    """
    require_aware(at)
    try:
        return _assess(
            token,
            digest=digest,
            at=at,
            trust=trust,
            policy=policy or SignaturePolicy.default(),
            helpers=tuple(intermediates),
            revocation=revocation or RevocationData(),
            proofs=proofs,
            memo=memo or Memo.of(trust),
            where=where,
        )
    except _UNREADABLE as error:
        # asn1crypto parses late: a broken member of a token shows only when it is looked at
        return _broken(where, error.message if isinstance(error, InvalidInput) else str(error))


def _assess(
    token: bytes,
    *,
    digest: bytes | Callable[[str], bytes],
    at: datetime,
    trust: TrustStore | None,
    policy: SignaturePolicy,
    helpers: tuple[bytes, ...],
    revocation: RevocationData,
    proofs: Proofs | None,
    memo: Memo,
    where: str,
) -> TimestampReport:
    info = read_timestamp(token, where=where)
    signed = open_signed_data(token, where=where)
    if len(signed["signer_infos"]) != 1:
        raise InvalidInput("a time-stamp token has exactly one signer (RFC 3161 section 2.4.2)", path=where)
    content = signed["encap_content_info"]["content"]
    check = check_signer_info(
        signed,
        signed["signer_infos"][0],
        digest_of=lambda name: _hash(name, bytes(content)),
        memo=memo,
        extra=(*helpers, *(trust.intermediates if trust else ())),
        where=where,
    )
    findings: list[Finding] = list(check.findings)
    verdicts: list[tuple[Indication, SubIndication | None]] = [(check.indication, check.sub_indication)]
    _check_imprint(info, digest, findings, verdicts, where)
    _check_time(info, at, policy, findings, verdicts, where)
    chain = None
    if check.certificate is not None:
        chain = assess_certificate(
            check.certificate,
            at=at,
            trust=trust,
            policy=policy,
            intermediates=(*check.certificates, *helpers),
            revocation=revocation | RevocationData(crls=check.crls, ocsps=check.ocsps),
            proofs=proofs,
            usage=Usage.TIME_STAMPING,
            known_from=info.at if policy.stamp_status is StampStatus.STAMPING else None,
            memo=memo,
            where=where,
        )
        findings += chain.findings
        verdicts.append((chain.indication, chain.sub_indication))
        _check_own_time(check, info, memo, findings, verdicts, where)
        _check_algorithm(check, info, at, policy, proofs, memo, findings, verdicts, where)
    indication, sub = worst_of(verdicts)
    findings.append(_summary(info, indication, check, memo, where))
    return TimestampReport(
        indication=indication,
        sub_indication=sub,
        at=info.at,
        signer=memo.info(check.certificate) if check.certificate else None,
        chain=chain,
        certificates=check.certificates,
        findings=tuple(findings),
    )


Verdicts = list[tuple[Indication, SubIndication | None]]


def _check_imprint(
    info: TimestampInfo,
    digest: bytes | Callable[[str], bytes],
    findings: list[Finding],
    verdicts: Verdicts,
    where: str,
) -> None:
    try:
        expected = digest(info.algorithm) if callable(digest) else digest
    except (ValueError, KeyError):
        expected = b""
    if not hmac.compare_digest(expected, info.imprint):
        findings.append(
            finding(
                "SIG-TST-IMPRINT",
                Severity.ERROR,
                vi="Dấu thời gian không thuộc về dữ liệu này: mã băm không trùng.",
                en="The time-stamp does not belong to this data: the hash value differs.",
                where=where,
                source=Citation(instrument=messages.CIRCULAR, article="6", clause="1", point="g"),
            )
        )
        verdicts.append((Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE))


def _check_time(
    info: TimestampInfo,
    at: datetime,
    policy: SignaturePolicy,
    findings: list[Finding],
    verdicts: Verdicts,
    where: str,
) -> None:
    if info.at <= at + policy.clock_skew:
        return
    findings.append(
        finding(
            "SIG-TST-FUTURE",
            Severity.ERROR,
            vi=f"Dấu thời gian ghi {messages.moment_text(info.at)}, sau thời điểm kiểm tra {messages.moment_text(at)}.",
            en=f"The time-stamp says {messages.moment_text(info.at)}, after the validation time "
            f"{messages.moment_text(at)}.",
            where=where,
        )
    )
    verdicts.append((Indication.INDETERMINATE, SubIndication.TIMESTAMP_ORDER_FAILURE))


def _check_own_time(
    check: SignerCheck,
    info: TimestampInfo,
    memo: Memo,
    findings: list[Finding],
    verdicts: Verdicts,
    where: str,
) -> None:
    """A token can only have been made while the TSA's certificate was valid."""
    if check.certificate is None or memo.info(check.certificate).is_valid_at(info.at):
        return
    findings.append(
        finding(
            "SIG-TST-OUTSIDE-VALIDITY",
            Severity.ERROR,
            vi="Thời gian trên dấu nằm ngoài thời hạn của chứng thư tổ chức cấp dấu thời gian.",
            en="The time of the token lies outside the validity of the TSA's certificate.",
            where=where,
        )
    )
    verdicts.append((Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE))


def _check_algorithm(
    check: SignerCheck,
    info: TimestampInfo,
    at: datetime,
    policy: SignaturePolicy,
    proofs: Proofs | None,
    memo: Memo,
    findings: list[Finding],
    verdicts: Verdicts,
    where: str,
) -> None:
    if check.certificate is None:
        return
    moment = proofs.best_time if proofs and proofs.best_time else at
    key = key_size(memo.certificate(check.certificate).public_key)
    # the hash of the imprint counts like that of the signature: who can collide it can move the time to other data
    for verdict in (*policy.signature(check.algorithm, key, moment), policy.digest(info.algorithm, moment)):
        if not verdict.allowed:
            findings.append(messages.algorithm(where, "TSA", verdict))
            verdicts.append((Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE))


def _summary(info: TimestampInfo, indication: Indication, check: SignerCheck, memo: Memo, where: str) -> Finding:
    who = memo.info(check.certificate).common_name if check.certificate else "?"
    if indication is Indication.TOTAL_PASSED:
        return finding(
            "SIG-TST-OK",
            Severity.INFO,
            vi=f"Dấu thời gian hợp lệ: {messages.moment_text(info.at)}, do “{who}” cấp.",
            en=f"Valid time-stamp: {messages.moment_text(info.at)}, by “{who}”.",
            where=where,
            source=Citation(instrument=messages.CIRCULAR, article="6", clause="1", point="g"),
        )
    return finding(
        "SIG-TST-NOT-PROVEN",
        Severity.WARNING,
        vi=f"Dấu thời gian {messages.moment_text(info.at)} của “{who}” chưa chứng minh được thời điểm.",
        en=f"The time-stamp of {messages.moment_text(info.at)} by “{who}” proves no time.",
        where=where,
        source=Citation(instrument=messages.CIRCULAR, article="6", clause="1", point="g"),
    )


def _broken(where: str, detail: str) -> TimestampReport:
    broken = finding(
        "SIG-TST-FORMAT",
        Severity.ERROR,
        vi=f"Dấu thời gian không đọc được: {detail}",
        en=f"The time-stamp cannot be read: {detail}",
        where=where,
    )
    return TimestampReport(
        indication=Indication.TOTAL_FAILED, sub_indication=SubIndication.FORMAT_FAILURE, findings=(broken,)
    )


def _hash(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()
