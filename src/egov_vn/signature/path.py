"""The certification path: from a certificate up to an anchor, judged at one instant (*đường dẫn tin cậy*).

The instant is the one at which a time-stamp proves the signature to exist; without a time-stamp it is the validation
time. A certificate that expired or was revoked later does no harm. The path is found by `chain` and checked against
RFC 5280 by pyhanko-certvalidator; time, revocation, purpose and algorithms are judged here, each with its own finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AcceptAllAlgorithms,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.validate import async_validate_path

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding
from egov_vn.signature import messages
from egov_vn.signature._sync import run
from egov_vn.signature.chain import MemoValidator, find_paths
from egov_vn.signature.memo import Memo, Proofs
from egov_vn.signature.policy import RevocationRule, SignaturePolicy, key_size, signature_algorithm_name
from egov_vn.signature.report import Indication, SubIndication, worst_of
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.status import Status, StatusKind, certificate_status
from egov_vn.signature.trust import Anchor, TrustStore

__all__ = ["ChainReport", "Usage", "assess_certificate"]

_MOST_HELPERS: Final = 500
_NO_REVOCATION: Final = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        ee_certificate_rule=RevocationCheckingRule.NO_CHECK, intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK
    )
)
_OTHER_PURPOSES: Final = frozenset({"server_auth", "code_signing", "time_stamping", "ocsp_signing"})

Verdict = tuple[Indication, SubIndication | None]
_PASSED: Final[Verdict] = (Indication.TOTAL_PASSED, None)


class Usage(StrEnum):
    """What the certificate is used for (*mục đích sử dụng*)."""

    SIGNING = "signing"
    TIME_STAMPING = "time-stamping"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What was found about a certificate and its path, the leaf first and the anchor last."""

    indication: Indication
    sub_indication: SubIndication | None = None
    path: tuple[bytes, ...] = ()
    anchor: Anchor | None = None
    status: StatusKind = StatusKind.UNKNOWN
    """The status of the certificate itself at the instant judged."""
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Task:
    """One assessment under way."""

    leaf: asn1_x509.Certificate
    trust: TrustStore
    policy: SignaturePolicy
    at: datetime
    moment: datetime
    revocation: RevocationData
    proofs: Proofs
    usage: Usage
    memo: Memo
    where: str
    known_from: datetime | None = None
    findings: list[Finding] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def proven(self) -> bool:
        return self.proofs.best_time is not None

    def add(self, finding: Finding, sub: SubIndication | None = None, *, failed: bool = False) -> None:
        self.findings.append(finding)
        if sub is not None:
            self.verdicts.append((Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE, sub))

    def name(self, certificate: asn1_x509.Certificate) -> str:
        return self.memo.info(certificate.dump()).common_name


def assess_certificate(
    certificate: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    intermediates: Iterable[bytes] = (),
    revocation: RevocationData | None = None,
    proofs: Proofs | None = None,
    usage: Usage = Usage.SIGNING,
    known_from: datetime | None = None,
    memo: Memo | None = None,
    where: str = "",
) -> ChainReport:
    """Judge a certificate (DER) and its path at *at*, or at the earlier instant that *proofs* establish.

    *intermediates* are the certificates that came with the signature; those of the trust store are used as well.
    Nothing is fetched. Of several paths the best is reported. Revocation data that was current at *known_from* is
    enough, even if it is out of date since.
    """
    require_aware(at)
    proofs = proofs or Proofs()
    memo = memo or Memo.of(trust)
    best = proofs.best_time
    memo.info(certificate)  # refuse what cannot be read before anything is said about it
    task = _Task(
        leaf=memo.certificate(certificate),
        trust=trust or TrustStore(),
        policy=policy or SignaturePolicy.default(),
        at=at,
        moment=min(best, at) if best else at,
        revocation=revocation or RevocationData(),
        proofs=proofs,
        usage=usage,
        memo=memo,
        where=where,
        known_from=known_from,
    )
    _check_usage(task)
    paths = _paths(task, intermediates)
    if not paths:
        finding = (
            messages.unknown_root(where, memo.info(certificate).issuer_name)
            if task.trust.anchors
            else messages.no_trust(where)
        )
        task.add(finding, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
        _check_validity(task, task.leaf, ca=False)
        return _report(task, None, Status(kind=StatusKind.UNKNOWN))
    return min((_try_path(_fork(task), path) for path in paths), key=lambda item: item.indication.rank)


def _fork(task: _Task) -> _Task:
    return replace(task, findings=list(task.findings), verdicts=list(task.verdicts))


def _paths(task: _Task, intermediates: Iterable[bytes]) -> list[ValidationPath]:
    """Find up to eight paths to an anchor."""
    helpers = tuple(dict.fromkeys((*intermediates, *task.trust.intermediates)))
    if len(helpers) > _MOST_HELPERS:
        raise InvalidInput(f"{len(helpers)} certificates came with the signature; {_MOST_HELPERS} are read at most")
    anchors = tuple(anchor.der for anchor in task.trust.anchors)
    return find_paths(task.leaf, anchors=anchors, helpers=helpers, memo=task.memo)


def _try_path(task: _Task, path: ValidationPath) -> ChainReport:
    try:
        return _assess_path(task, path)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        # asn1crypto parses late: a broken certificate between leaf and anchor shows only when it is looked at
        detail = f"a certificate of the path cannot be read ({error})"
        task.add(messages.chain_invalid(task.where, detail), SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)
        return _report(task, None, Status(kind=StatusKind.UNKNOWN))


def _assess_path(task: _Task, path: ValidationPath) -> ChainReport:
    chain = [item for item in path if isinstance(item, asn1_x509.Certificate)]  # the anchor first
    anchor = task.trust.anchor(chain[0].dump())
    if anchor is None:  # pragma: no cover - the builder only ends at anchors of the store
        raise InvalidInput("the path does not end at an anchor")
    task.findings.append(messages.chain_good(task.where, [task.name(item) for item in reversed(chain)]))
    _check_structure(task, path, chain)
    _check_anchor(task, anchor, own=len(chain) == 1)
    if len(chain) == 1:  # the signer's own certificate is an anchor: its validity and key still count
        _check_validity(task, chain[0], ca=False)
        _check_algorithms(task, chain[0], chain[0])
    status = Status(kind=StatusKind.GOOD if len(chain) == 1 else StatusKind.UNKNOWN)
    for position, certificate in enumerate(chain[1:], 1):
        ca = certificate is not chain[-1]
        status = _check_status(task, certificate, chain[position - 1], ca=ca, below_anchor=position == 1)
        _check_validity(task, certificate, ca=ca, not_revoked=status.kind is StatusKind.GOOD)
        _check_algorithms(task, certificate, chain[position - 1])
    ders = tuple(item.dump() for item in reversed(chain))
    return _report(task, anchor, status, ders)


def _report(task: _Task, anchor: Anchor | None, status: Status, path: tuple[bytes, ...] = ()) -> ChainReport:
    indication, sub = worst_of(task.verdicts)
    return ChainReport(
        indication=indication,
        sub_indication=sub,
        path=path or (task.leaf.dump(),),
        anchor=anchor,
        status=status.kind,
        findings=tuple(task.findings),
    )


def _check_structure(task: _Task, path: ValidationPath, chain: list[asn1_x509.Certificate]) -> None:
    """Let certvalidator check RFC 5280 at an instant that lies in every validity; validity itself is judged apart."""
    if len(chain) == 1:
        return
    start = max(item.not_valid_before for item in chain[1:])
    end = min(item.not_valid_after for item in chain[1:])
    if start > end:
        task.add(
            messages.chain_invalid(task.where, "the certificates of the path were never valid together"),
            SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        )
        return
    key = tuple(item.dump() for item in reversed(chain))
    if key not in task.memo.structures:
        task.memo.structures[key] = _structure_problem(path, task.memo, moment=min(max(task.moment, start), end))
    problem = task.memo.structures[key]
    task.trust.remember(key, problem)
    if problem is not None:
        task.add(messages.chain_invalid(task.where, problem), SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)


def _structure_problem(path: ValidationPath, memo: Memo, *, moment: datetime) -> str | None:
    for certificate in path:
        named = certificate["tbs_certificate"]["signature"]["algorithm"].dotted
        if named != certificate["signature_algorithm"]["algorithm"].dotted:
            return "a certificate names another signature algorithm outside than inside (RFC 5280 section 4.1.1.2)"
    context = ValidationContext(
        trust_roots=[path.trust_anchor],
        moment=moment,
        allow_fetching=False,
        revinfo_policy=_NO_REVOCATION,
        algorithm_usage_policy=AcceptAllAlgorithms(),
        signature_validator=MemoValidator(memo),
    )
    try:
        run(lambda: async_validate_path(context, path))
    except ValidationError as error:
        return error.failure_msg
    except (
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        AssertionError,
        NotImplementedError,
    ) as error:
        return f"the certificates cannot be processed ({error})"
    return None


def _check_anchor(task: _Task, anchor: Anchor, *, own: bool) -> None:
    info = task.memo.info(anchor.der)
    withdrawn = anchor.until < info.not_after
    if task.moment <= anchor.until or (own and not withdrawn):
        return
    task.add(
        messages.anchor_ended(task.where, info.common_name, anchor.until, anchor.reason, withdrawn=withdrawn),
        SubIndication.CHAIN_CONSTRAINTS_FAILURE if withdrawn and not own else SubIndication.OUT_OF_BOUNDS_NO_POE,
    )


def _check_validity(task: _Task, certificate: asn1_x509.Certificate, *, ca: bool, not_revoked: bool = False) -> None:
    start, end = certificate.not_valid_before, certificate.not_valid_after
    who = task.name(certificate)
    if task.moment < start:
        failed = task.proven and not ca
        task.add(
            messages.not_yet_valid(task.where, who, start, task.moment, ca=ca),
            SubIndication.NOT_YET_VALID if failed else SubIndication.OUT_OF_BOUNDS_NO_POE,
            failed=failed,
        )
    elif task.moment > end:
        made_after = not ca and task.proofs.not_before is not None and task.proofs.not_before > end
        unproven = (
            SubIndication.OUT_OF_BOUNDS_NOT_REVOKED if not_revoked and not ca else SubIndication.OUT_OF_BOUNDS_NO_POE
        )
        task.add(
            messages.expired(task.where, who, end, task.moment, ca=ca, proven=task.proven),
            SubIndication.EXPIRED if made_after else unproven,
            failed=made_after,
        )
    elif task.at > end:
        task.findings.append(messages.expired_since(task.where, who, end, task.moment))


def _check_status(
    task: _Task, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate, *, ca: bool, below_anchor: bool
) -> Status:
    status = certificate_status(
        certificate,
        issuer,
        data=task.revocation,
        moment=task.moment,
        at=task.at,
        policy=task.policy,
        proofs=task.proofs,
        known_from=task.known_from,
        issuer_is_anchor=below_anchor,
        memo=task.memo,
    )
    who, where = task.name(certificate), task.where
    if status.kind is StatusKind.REVOKED and status.at is not None:
        made_after = not ca and task.proofs.not_before is not None and task.proofs.not_before > status.at
        unproven = SubIndication.REVOKED_CA_NO_POE if ca else SubIndication.REVOKED_NO_POE
        task.add(
            messages.revoked(where, who, status.at, status.reason, ca=ca, proven=task.proven),
            SubIndication.REVOKED if made_after else unproven,
            failed=made_after,
        )
    elif status.kind is StatusKind.SUSPENDED and status.at is not None:
        task.add(messages.suspended(where, who, status.at), SubIndication.TRY_LATER)
    elif status.kind is StatusKind.GOOD and status.evidence is not None:
        evidence = status.evidence
        task.findings.append(messages.status_good(where, who, evidence.kind, evidence.this_update))
        if task.known_from and evidence.next_update and evidence.next_update < task.moment:
            task.findings.append(messages.status_as_of_stamp(where, who, evidence.next_update))
        if status.later is not None and status.later.revoked_at is not None:
            later = status.later
            task.findings.append(messages.revoked_since(where, who, status.later.revoked_at, later.reason, task.moment))
    else:
        _check_missing(task, certificate, status)
    return status


def _check_missing(task: _Task, certificate: asn1_x509.Certificate, status: Status) -> None:
    """Nothing usable is known about the status: say why, and decide by the policy what that means."""
    who, where = task.name(certificate), task.where
    task.findings += [messages.status_unusable(where, who, item.kind, item.problem) for item in status.unusable]
    info = task.memo.info(certificate.dump())
    offered = bool(info.crl_urls or info.ocsp_urls) or bool(status.unusable)
    if certificate.ocsp_no_check_value is not None:
        return
    if task.policy.revocation is RevocationRule.DECLARED and not offered:
        task.findings.append(messages.status_not_offered(where, who))
    elif task.policy.revocation is RevocationRule.NEVER:
        task.findings.append(messages.status_missing(where, who))
    else:
        task.add(messages.status_missing(where, who), SubIndication.TRY_LATER)


def _check_algorithms(task: _Task, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> None:
    key = key_size(issuer.public_key)
    try:
        name = signature_algorithm_name(certificate["signature_algorithm"])
    except InvalidInput:
        name = "unknown_unknown"
    who = task.name(certificate)
    for verdict in (
        *task.policy.signature(name, key, task.moment)[:2],
        task.policy.key(*key_size(certificate.public_key), task.moment),
    ):
        if not verdict.allowed:
            task.add(
                messages.algorithm(task.where, who, verdict),
                SubIndication.CRYPTO_CONSTRAINTS_FAILURE
                if task.proven
                else SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
            )


def _check_usage(task: _Task) -> None:
    leaf, where, who = task.leaf, task.where, task.name(task.leaf)
    usage = leaf.key_usage_value
    allowed = usage is None or bool({"digital_signature", "non_repudiation"} & set(usage.native))
    if not allowed:
        text = ", ".join(sorted(usage.native)) if usage is not None else ""
        task.add(messages.wrong_usage(where, who, text, extended=False), SubIndication.CHAIN_CONSTRAINTS_FAILURE)
    extended = leaf.extended_key_usage_value
    purposes = {str(item) for item in extended.native} if extended is not None else set()
    if task.usage is Usage.TIME_STAMPING:
        if "time_stamping" not in purposes:
            text = ", ".join(sorted(purposes)) or "-"
            task.add(messages.wrong_usage(where, who, text, extended=True), SubIndication.CHAIN_CONSTRAINTS_FAILURE)
        elif len(purposes) > 1 or "extended_key_usage" not in leaf.critical_extensions:
            task.findings.append(messages.stamping_usage(where, who))
    elif purposes and purposes <= _OTHER_PURPOSES:
        text = ", ".join(sorted(purposes))
        task.add(messages.wrong_usage(where, who, text, extended=True), SubIndication.CHAIN_CONSTRAINTS_FAILURE)
    if task.usage is Usage.SIGNING and leaf.ca:
        task.findings.append(messages.authority_signs(where, who))
