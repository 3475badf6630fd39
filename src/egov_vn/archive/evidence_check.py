"""Judge an evidence record, RFC 4998 section 5.3: from the newest stamp back to the object, each at its own time.

The newest stamp must hold at the time of validation; each older one when the next was made; each chain's hash until
the next chain began. What is then proven is that the object existed when the first stamp was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from egov_vn.archive.evidence import ArchiveStamp, EvidenceRecord, members, rebound
from egov_vn.archive.hash_tree import Group
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature import (
    Indication,
    Proofs,
    RevocationData,
    SignaturePolicy,
    SubIndication,
    TimestampReport,
    TrustStore,
    assess_timestamp,
)
from egov_vn.signature.report import worst_of

__all__ = ["EvidenceReport", "assess_evidence", "verify_evidence"]

_Verdict = tuple[Indication, SubIndication | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport:
    """What an evidence record proves: the verdict, since when the object is proven to exist, and every finding.

    The report has no truth value; *stamps* are the reports of the time-stamps, oldest first.
    """

    indication: Indication
    sub_indication: SubIndication | None
    proven_at: datetime | None
    stamps: tuple[TimestampReport, ...]
    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        raise TypeError("a report has no truth value; read .indication")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "indication": self.indication.value,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "proven_at": self.proven_at.isoformat() if self.proven_at else None,
            "findings": [item.to_dict() for item in self.findings],
        }


def assess_evidence(
    record: EvidenceRecord | bytes,
    data: bytes | Mapping[str, Group],
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
) -> EvidenceReport:
    """Judge *record* for an object at the instant *at*.

    *data* is the object itself, or its hashes by algorithm. Two hashes and more are a group: the first list must then
    hold exactly these; of one hash it is only said that it is there. Offline: *revocation* is what you have, beside
    what the tokens carry.
    """
    require_aware(at)
    policy = policy or SignaturePolicy.default()
    try:
        held = record if isinstance(record, EvidenceRecord) else EvidenceRecord.parse(record)
        chains = held.chains
    except InvalidInput as error:
        return _unreadable(error)
    flat = [(c, s, stamp) for c, chain in enumerate(chains) for s, stamp in enumerate(chain)]
    reports: list[TimestampReport] = []
    later: datetime | None = None
    findings: list[Finding] = []
    verdicts: list[_Verdict] = []
    for position in reversed(range(len(flat))):
        chain, index, stamp = flat[position]
        where = f"evidence[{chain}][{index}]"
        hashes = _bound(held, data, chain, index)
        found = list(_structure(stamp, hashes, data, where, first=index == 0, chain=chains[chain]))
        report = assess_timestamp(
            stamp.token,
            digest=stamp.root(hashes),
            at=later or at,
            trust=trust,
            policy=policy,
            revocation=revocation,
            proofs=Proofs(best_time=later) if later else None,
            where=where,
        )
        found += _order(report, later, where)
        found += _strength(stamp, _secure_until(flat, reports, position, at), policy, where)
        verdicts.append((report.indication, report.sub_indication))
        verdicts += [_verdict(item) for item in found if item.level is Severity.ERROR]
        findings += [*found, *report.findings]
        reports.insert(0, report)
        later = report.at or later
    indication, sub = worst_of(verdicts)
    return EvidenceReport(
        indication=indication,
        sub_indication=sub,
        proven_at=reports[0].at if indication is Indication.TOTAL_PASSED else None,
        stamps=tuple(reports),
        findings=tuple(findings),
    )


def verify_evidence(
    record: EvidenceRecord | bytes,
    data: bytes | Mapping[str, Group],
    *,
    at: datetime,
    trust: TrustStore,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
) -> datetime:
    """Return since when the object is proven to exist, or raise `VerificationError` with the report."""
    report = assess_evidence(record, data, at=at, trust=trust, policy=policy, revocation=revocation)
    if report.proven_at is None:
        raise VerificationError(f"the evidence proves nothing: {report.indication}", report=report)
    return report.proven_at


def _bound(record: EvidenceRecord, data: bytes | Mapping[str, Group], chain: int, index: int) -> tuple[bytes, ...]:
    """Return what this stamp must cover: the object (and the history before its chain), or the token before it."""
    stamps = record.chains[chain]
    if index:
        return (hashlib.new(stamps[index].algorithm, stamps[index - 1].token).digest(),)
    algorithm = stamps[0].algorithm
    try:
        own = (hashlib.new(algorithm, data).digest(),) if isinstance(data, bytes) else members(data, algorithm)
    except ValueError:
        return ()
    return rebound(record, chain, own)


def _structure(
    stamp: ArchiveStamp,
    hashes: tuple[bytes, ...],
    data: bytes | Mapping[str, Group],
    where: str,
    *,
    first: bool,
    chain: tuple[ArchiveStamp, ...],
) -> Iterator[Finding]:
    if not hashes:
        yield _finding("EVD-HASH-NEEDED", where, "3", stamp.algorithm)
    elif not stamp.covers(hashes):
        yield _finding("EVD-NOT-COVERED" if first else "EVD-CHAIN-BROKEN", where, "4.3" if first else "5.3", "")
    elif first and not isinstance(data, bytes) and len(hashes) > 1 and set(stamp.tree[0]) != set(hashes):
        yield _finding("EVD-GROUP-MORE", where, "4.3", str(len(stamp.tree[0])))
    if stamp.algorithm != chain[0].algorithm:
        yield _finding("EVD-CHAIN-HASH", where, "5.1", stamp.algorithm)


def _order(report: TimestampReport, later: datetime | None, where: str) -> Iterator[Finding]:
    if report.at and later and report.at > later:
        yield _finding("EVD-ORDER", where, "5.3", f"{report.at.isoformat()} > {later.isoformat()}")


def _secure_until(
    flat: list[tuple[int, int, ArchiveStamp]], reports: list[TimestampReport], position: int, at: datetime
) -> datetime:
    """Return until when the hash of this chain had to be strong: the first stamp of the next chain, or now."""
    chain = flat[position][0]
    following = (index for index in range(position + 1, len(flat)) if flat[index][0] > chain)
    index = next(following, None)
    if index is None:
        return at
    return reports[index - position - 1].at or at


def _strength(stamp: ArchiveStamp, moment: datetime, policy: SignaturePolicy, where: str) -> Iterator[Finding]:
    verdict = policy.digest(stamp.algorithm, moment)
    if not verdict.allowed:
        yield _finding("EVD-HASH-WEAK", where, "5.3", f"{stamp.algorithm}, {moment.date().isoformat()}")


_TEXTS: Mapping[str, tuple[str, str, Indication, SubIndication]] = {
    "EVD-FORMAT": (
        "Không đọc được bản ghi bằng chứng: {}",
        "The evidence record cannot be read: {}",
        Indication.TOTAL_FAILED,
        SubIndication.FORMAT_FAILURE,
    ),
    "EVD-HASH-NEEDED": (
        "Cần mã băm {} của đối tượng để kiểm tra dấu này.",
        "The {} hash of the object is needed to check this stamp.",
        Indication.INDETERMINATE,
        SubIndication.SIGNED_DATA_NOT_FOUND,
    ),
    "EVD-NOT-COVERED": (
        "Dấu thời gian lưu trữ không chứa đối tượng này (hoặc lịch sử trước đó đã bị đổi).",
        "The archive time-stamp does not cover this object (or the history before it was changed).",
        Indication.TOTAL_FAILED,
        SubIndication.HASH_FAILURE,
    ),
    "EVD-CHAIN-BROKEN": (
        "Dấu thời gian lưu trữ không chứa dấu liền trước.",
        "The archive time-stamp does not cover the one before it.",
        Indication.TOTAL_FAILED,
        SubIndication.HASH_FAILURE,
    ),
    "EVD-GROUP-MORE": (
        "Nhóm được đóng dấu có {} thành viên, nhiều hơn số được đưa ra.",
        "The stamped group has {} members, more than were given.",
        Indication.TOTAL_FAILED,
        SubIndication.HASH_FAILURE,
    ),
    "EVD-CHAIN-HASH": (
        "Trong một chuỗi chỉ được dùng một thuật toán băm; dấu này dùng {}.",
        "One chain uses one hash; this stamp uses {}.",
        Indication.TOTAL_FAILED,
        SubIndication.FORMAT_FAILURE,
    ),
    "EVD-ORDER": (
        "Thứ tự thời gian của các dấu bị đảo: {}",
        "The stamps are not in the order of time: {}",
        Indication.INDETERMINATE,
        SubIndication.TIMESTAMP_ORDER_FAILURE,
    ),
    "EVD-HASH-WEAK": (
        "Thuật toán băm không còn đủ mạnh khi chuỗi còn phải đứng vững: {}",
        "The hash was no longer strong enough while the chain had to stand: {}",
        Indication.INDETERMINATE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    ),
}


def _finding(code: str, where: str, section: str, detail: str) -> Finding:
    vi, en, _, _ = _TEXTS[code]
    return finding(
        code,
        Severity.ERROR,
        vi=vi.format(detail),
        en=en.format(detail),
        where=where,
        source=Citation(instrument="RFC 4998", article=section),
    )


def _verdict(item: Finding) -> _Verdict:
    _, _, indication, sub = _TEXTS[item.code]
    return indication, sub


def _unreadable(error: InvalidInput) -> EvidenceReport:
    return EvidenceReport(
        indication=Indication.TOTAL_FAILED,
        sub_indication=SubIndication.FORMAT_FAILURE,
        proven_at=None,
        stamps=(),
        findings=(_finding("EVD-FORMAT", "evidence", "3", error.message),),
    )
