"""Judging the time-stamps of one signature, the latest first, and what they prove to have existed when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from egov_vn.finding import Finding
from egov_vn.signature.memo import Memo, Proofs, digest_of
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.timestamp import TimestampReport, assess_timestamp, read_timestamp
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.xades.names import XADES141
from egov_vn.signature.xades.references import Context
from egov_vn.signature.xades.remarks import remark
from egov_vn.signature.xades.stamps import Stamp, StampKind, covered, stamps_of
from egov_vn.signature.xades.transforms import Refused
from egov_vn.signature.xades.validation_data import read_evidence, token_certificates

__all__ = ["Judge", "Stamped", "judge_stamps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """By whom, by what and at which instant things are judged."""

    at: datetime
    trust: TrustStore | None
    policy: SignaturePolicy
    revocation: RevocationData
    certificates: tuple[bytes, ...]
    memo: Memo


_MOST_TOKENS: Final = 100
"""Time-stamps of one signature that are judged; a signature renewed every year for a lifetime has fewer."""


@dataclass(slots=True)
class Stamped:
    """What the time-stamps of a signature prove."""

    reports: list[TimestampReport] = field(default_factory=list)
    """Of the time-stamps over the signature."""
    best_time: datetime | None = None
    not_before: datetime | None = None
    objects: dict[bytes, datetime] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def judge_stamps(properties: etree._Element, context: Context, judge: Judge, where: str) -> Stamped:
    """Judge every time-stamp below *properties*."""
    result = Stamped()
    stamps = list(_bounded(stamps_of(properties), result, where))
    archive = [item for item in stamps if item.kind is StampKind.ARCHIVE]
    later: datetime | None = None
    for stamp in (*reversed(archive), *(item for item in stamps if item.kind is not StampKind.ARCHIVE)):
        for report in _judge(stamp, context, judge, Proofs(best_time=later, objects=result.objects), where, result):
            if stamp.kind.of_content:
                result.findings += report.findings
            else:
                result.reports.append(report)
            at = report.at
            if at is None or report.indication is not Indication.TOTAL_PASSED:
                continue
            if stamp.kind is StampKind.ARCHIVE:
                later = min(later, at) if later else at
                _prove(result.objects, _objects_before(stamp, context.signature), at)
            if stamp.kind.of_content:
                result.not_before = max(result.not_before, at) if result.not_before else at
            else:
                result.best_time = min(result.best_time, at) if result.best_time else at
    return result


def _bounded(stamps: Iterator[Stamp], result: Stamped, where: str) -> Iterator[Stamp]:
    tokens = 0
    for stamp in stamps:
        tokens += len(stamp.tokens)
        if tokens > _MOST_TOKENS:
            result.findings.append(remark("XML-LIMIT", where, f"more than {_MOST_TOKENS} time-stamps")[0])
            return
        yield stamp


def _judge(
    stamp: Stamp, context: Context, judge: Judge, proofs: Proofs, where: str, result: Stamped
) -> Iterator[TimestampReport]:
    place = f"{where}/{stamp.kind.value}"
    if stamp.problem or not stamp.tokens:
        result.findings.append(remark("XML-STAMP", place, stamp.problem or "XML-BASE64")[0])
        return
    try:
        data = covered(stamp, context)
    except Refused as refusal:
        result.findings.append(remark("XML-STAMP", place, f"{refusal.code} {refusal.detail}".strip())[0])
        return
    other = stamp.kind is StampKind.ARCHIVE and not any(_stamps(token, data) for token in stamp.tokens)
    if other and stamp.space == XADES141:
        data = covered(stamp, context, unreferenced=True)
    for token in stamp.tokens:
        report = assess_timestamp(
            token,
            digest=lambda name: hashlib.new(name, data).digest(),
            at=judge.at,
            trust=judge.trust,
            policy=judge.policy,
            intermediates=judge.certificates,
            revocation=judge.revocation,
            proofs=proofs,
            memo=judge.memo,
            where=place,
        )
        yield report


def _stamps(token: bytes, data: bytes) -> bool:
    try:
        info = read_timestamp(token)
        return hashlib.new(info.algorithm, data).digest() == info.imprint
    except ValueError:
        return False


def _objects_before(stamp: Stamp, signature: etree._Element) -> Iterator[bytes]:
    for sibling in stamp.element.itersiblings(preceding=True):
        if not isinstance(sibling.tag, str):
            continue
        held = read_evidence(sibling)
        yield from held.certificates
        yield from held.revocation.crls
        yield from held.revocation.ocsps
    properties = next((item for item in stamp.element.iterancestors("{*}QualifyingProperties")), signature)
    for earlier in stamps_of(properties):
        if earlier.element is stamp.element:
            break
        for token in earlier.tokens:
            try:
                yield from token_certificates(token)
            except ValueError:
                continue  # judged on its own


def _prove(objects: dict[bytes, datetime], items: Iterator[bytes], at: datetime) -> None:
    for der in items:
        name = digest_of(der)
        objects[name] = min(objects.get(name, at), at)
