"""The conclusion about one signature: mathematics, time-stamps, path and algorithms brought together.

PDF, XML and CMS each check their own form, then all conclude here, so that the same facts get the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from egov_vn import law
from egov_vn.finding import Finding, Severity, finding
from egov_vn.signature import messages
from egov_vn.signature.circular import SignatureFacts, circular_findings
from egov_vn.signature.memo import Memo, Proofs
from egov_vn.signature.path import ChainReport, assess_certificate
from egov_vn.signature.policy import SignaturePolicy, key_size
from egov_vn.signature.report import Indication, Level, SignatureReport, SubIndication, worst_of
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.timestamp import TimestampReport
from egov_vn.signature.trust import TrustStore

__all__ = ["SignatureInput", "conclude"]

_SHIFT_WINDOW: Final = timedelta(seconds=3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureInput:
    """What a PDF, XML or CMS reader found out about one signature, before trust is looked at."""

    name: str
    indication: Indication
    """Form and mathematics: TOTAL-PASSED if the signature verifies under the key of *certificate*."""
    sub_indication: SubIndication | None = None
    certificate: bytes | None = None
    certificates: tuple[bytes, ...] = ()
    """All certificates that came with the signature, in DER."""
    revocation: RevocationData = field(default_factory=RevocationData)
    """Given and embedded revocation data, merged."""
    algorithm: str = ""
    """`"rsa_pkcs1v15_sha256"`."""
    digests: tuple[str, ...] = ()
    """Further hash functions that the content rests on (XML references)."""
    signed_at: datetime | None = None
    timestamps: tuple[TimestampReport, ...] = ()
    """Time-stamps over the signature, already judged; any that passed proves a time."""
    content_time: datetime | None = None
    """The time of a valid content time-stamp: the signature was made after it."""
    proofs: Mapping[bytes, datetime] = field(default_factory=dict)
    """Proofs of existence of certificates and revocation data, by `digest_of`."""
    level: Level | None = None
    covers: str = ""
    findings: tuple[Finding, ...] = ()


def conclude(
    given: SignatureInput,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    memo: Memo | None = None,
) -> SignatureReport:
    """Return the report on one signature, with the findings of TT 15/2025/TT-BKHCN."""
    policy, memo = policy or SignaturePolicy.default(), memo or Memo.of(trust)
    proven = min(
        (item.at for item in given.timestamps if item.indication is Indication.TOTAL_PASSED and item.at), default=None
    )
    findings: list[Finding] = list(given.findings)
    verdicts: list[tuple[Indication, SubIndication | None]] = [(given.indication, given.sub_indication)]
    for stamp in given.timestamps:
        findings += stamp.findings
    chain = _chain(given, proven, at, trust, policy, memo)
    if chain is not None:
        findings += chain.findings
        verdicts.append((chain.indication, chain.sub_indication))
    moment = min(proven, at) if proven else at
    accepted = _algorithms(given, moment, proven is not None, policy, memo, findings, verdicts)
    findings += _times(given, proven, at, policy)
    indication, sub = worst_of(verdicts)
    intact = _intact(given)
    facts = SignatureFacts(
        indication=indication,
        certificate=memo.info(given.certificate) if given.certificate else None,
        chain=chain,
        intact=intact,
        key_matches=False if given.sub_indication is SubIndication.SIG_CRYPTO_FAILURE else (intact or None),
        algorithms_accepted=accepted,
        signed_at=given.signed_at,
        proven_at=proven,
        stamps_hold=all(item.indication is Indication.TOTAL_PASSED for item in given.timestamps)
        if given.timestamps
        else None,
        moment=moment,
    )
    findings += circular_findings(facts, where=given.name)
    return SignatureReport(
        name=given.name,
        indication=indication,
        sub_indication=sub,
        level=given.level,
        signer=facts.certificate,
        signed_at=given.signed_at,
        proven_at=proven,
        covers=given.covers,
        findings=tuple(dict.fromkeys(findings)),
    )


def _intact(given: SignatureInput) -> bool | None:
    """Passed: intact. Failed: not, or not provably so, which is the same to the reader. Open: not known."""
    return {Indication.TOTAL_PASSED: True, Indication.TOTAL_FAILED: False}.get(given.indication)


def _chain(
    given: SignatureInput,
    proven: datetime | None,
    at: datetime,
    trust: TrustStore | None,
    policy: SignaturePolicy,
    memo: Memo,
) -> ChainReport | None:
    if given.certificate is None:
        return None
    return assess_certificate(
        given.certificate,
        at=at,
        trust=trust,
        policy=policy,
        intermediates=given.certificates,
        revocation=given.revocation,
        proofs=Proofs(best_time=proven, objects=given.proofs, not_before=given.content_time),
        memo=memo,
        where=given.name,
    )


def _algorithms(
    given: SignatureInput,
    moment: datetime,
    proven: bool,
    policy: SignaturePolicy,
    memo: Memo,
    findings: list[Finding],
    verdicts: list[tuple[Indication, SubIndication | None]],
) -> bool | None:
    if given.certificate is None or not given.algorithm:
        return None
    key = key_size(memo.certificate(given.certificate).public_key)
    judged = [*policy.signature(given.algorithm, key, moment), *(policy.digest(name, moment) for name in given.digests)]
    noted = (verdict for verdict in judged if verdict.note or not verdict.allowed)
    findings += [messages.algorithm(given.name, ("Chữ ký", "Signature"), verdict) for verdict in noted]
    if all(item.allowed for item in judged):
        return True
    sub = SubIndication.CRYPTO_CONSTRAINTS_FAILURE if proven else SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    verdicts.append((Indication.INDETERMINATE, sub))
    return False


def _times(given: SignatureInput, proven: datetime | None, at: datetime, policy: SignaturePolicy) -> Iterable[Finding]:
    claimed, limit = given.signed_at, proven or at
    if claimed is None or claimed <= limit + policy.clock_skew:
        return
    shift = timedelta(seconds=_shift())
    shifted = abs(claimed - shift - limit) <= _SHIFT_WINDOW if proven else claimed - shift <= limit
    bound = messages.moment_text(limit)
    if shifted:
        yield finding(
            "SIG-TIME-SHIFTED",
            Severity.WARNING,
            vi=f"Thời điểm ký khai {messages.moment_text(claimed)} muộn hơn {bound} khoảng 7 giờ: phần mềm ký có lẽ "
            "đã ghi giờ Việt Nam như giờ UTC.",
            en=f"The claimed time {messages.moment_text(claimed)} is about 7 hours later than {bound}: the signing "
            "software probably wrote Vietnamese time as UTC.",
            where=given.name,
        )
        return
    yield finding(
        "SIG-TIME-IN-FUTURE",
        Severity.WARNING,
        vi=f"Thời điểm ký khai {messages.moment_text(claimed)} muộn hơn "
        f"{'dấu thời gian' if proven else 'thời điểm kiểm tra'} {bound}.",
        en=f"The claimed time {messages.moment_text(claimed)} is later than the "
        f"{'time-stamp' if proven else 'validation time'} {bound}.",
        where=given.name,
    )


def _shift() -> int:
    line = law.load("egov_vn.signature", "policy").timeline("claimed_time_shift_seconds", int)
    return line.versions[-1].value
