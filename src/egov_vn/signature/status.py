"""The status of one certificate at one instant, from CRLs and OCSP responses that can be believed.

Lists are looked up with cryptography: asn1crypto walks a list entry by entry, and the lists of the public CAs have tens
of thousands. Whether a list or answer counts for the instant is decided here:

- it is signed by the issuer of the certificate (OCSP: or by a responder the issuer named for it);
- it was not issued after the validation time;
- it is about the instant: it was current then (nextUpdate), or issued later while the certificate was still listed;
- if its signer has expired since, a time-stamp must show that it existed before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from asn1crypto import core
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from egov_vn.errors import InvalidInput
from egov_vn.signature.memo import Memo, Proofs
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.revocation import RevocationData

__all__ = ["Evidence", "Status", "StatusKind", "certificate_status"]

_UNREADABLE: Final = (
    ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError, InvalidInput,
    x509.InvalidVersion,
)  # fmt: skip
_CRITICAL: Final = frozenset(
    {"issuing_distribution_point", "crl_number", "authority_key_identifier", "delta_crl_indicator"}
)
_REMOVED: Final = "remove_from_crl"
"""The reason by which a delta list ends a suspension."""
_OCSP_KNOWN: Final = frozenset({"1.3.6.1.5.5.7.48.1.2", "1.3.6.1.5.5.7.48.1.6"})
"""Nonce and archive cutoff: the extensions that may be critical and are understood."""
_OCSP_FALLBACK: Final = timedelta(minutes=30)
"""How long an OCSP answer without nextUpdate counts; RFC 6960 says newer answers are always available."""


class StatusKind(StrEnum):
    """The status of a certificate (*trạng thái chứng thư*)."""

    GOOD = "good"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one CRL or OCSP response says about one certificate."""

    kind: str
    """`"CRL"` or `"OCSP"`."""
    der: bytes
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None = None
    reason: str = ""
    covers_expired: bool = False
    complete: bool = True
    """False for a list that holds only some reasons: absence from it proves nothing."""
    problem: str = ""
    """Why it cannot be used, if it cannot: `"signature"`, `"future"`, `"stale"`, `"responder"`, `"no-proof"` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status with the evidence it rests on, and the evidence that was set aside."""

    kind: StatusKind
    at: datetime | None = None
    """When it was revoked or suspended."""
    reason: str = ""
    evidence: Evidence | None = None
    unusable: tuple[Evidence, ...] = ()
    later: Evidence | None = None
    """A revocation that came after the instant asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    certificate: asn1_x509.Certificate
    issuer: asn1_x509.Certificate
    issuer_ends: datetime | None
    """When the issuer's own certificate ends; None for an anchor."""
    moment: datetime
    known_from: datetime
    at: datetime
    proofs: Proofs
    policy: SignaturePolicy
    memo: Memo
    crls: tuple[bytes, ...] = ()
    """The lists at hand, in which an OCSP responder may be named too."""


def certificate_status(
    certificate: asn1_x509.Certificate,
    issuer: asn1_x509.Certificate,
    *,
    data: RevocationData,
    moment: datetime,
    at: datetime,
    policy: SignaturePolicy,
    proofs: Proofs | None = None,
    known_from: datetime | None = None,
    issuer_is_anchor: bool = False,
    memo: Memo | None = None,
) -> Status:
    """Return the status of *certificate* at *moment*, as it can be known at *at*.

    With *known_from*, what was current then is enough, even if it is not at *moment*.
    """
    question = _Question(
        certificate=certificate,
        issuer=issuer,
        issuer_ends=None if issuer_is_anchor else issuer.not_valid_after,
        moment=moment,
        known_from=min(known_from, moment) if known_from else moment,
        at=at,
        proofs=proofs or Proofs(),
        policy=policy,
        memo=memo or Memo(),
        crls=data.crls,
    )
    found = [*_each(data.crls, _from_crl, question), *_each(data.ocsps, _from_ocsp, question)]
    return _decide([_judged(item, question) for item in found], question)


def _each(
    items: Iterable[bytes], read: Callable[[bytes, _Question], Iterator[Evidence]], question: _Question
) -> Iterator[Evidence]:
    for der in items:
        try:
            yield from read(der, question)
        except _UNREADABLE:
            continue  # unreadable data is about no certificate in particular; the status stays unknown without it


def _decide(found: list[Evidence], question: _Question) -> Status:
    usable = [item for item in found if not item.problem]
    unusable = tuple(item for item in found if item.problem)
    revoked = [item for item in usable if item.revoked_at is not None]
    limit = question.moment + question.policy.clock_skew if question.proofs.best_time is None else question.moment
    final = [item for item in revoked if item.reason != "certificate_hold"]
    before = [item for item in final if item.revoked_at is not None and item.revoked_at <= limit]
    if before:
        first = min(before, key=_revoked_at)
        return Status(
            kind=StatusKind.REVOKED, at=first.revoked_at, reason=first.reason, evidence=first, unusable=unusable
        )
    held = [item for item in revoked if item.reason == "certificate_hold" and _revoked_at(item) <= limit]
    for hold in held:
        resumed = any(
            item.revoked_at is None
            and (item.complete or item.reason == _REMOVED)
            and hold.this_update < item.this_update <= question.moment
            for item in usable
        )
        if not resumed:
            return Status(
                kind=StatusKind.SUSPENDED, at=hold.revoked_at, reason=hold.reason, evidence=hold, unusable=unusable
            )
    later = min((item for item in revoked if _revoked_at(item) > limit), key=_revoked_at, default=None)
    good = [item for item in usable if item.complete and (item.revoked_at is None or item is later)]
    if not good:
        partial = (_with(item, "incomplete") for item in usable if item.revoked_at is None)
        return Status(kind=StatusKind.UNKNOWN, unusable=(*unusable, *partial))
    best = max(good, key=lambda item: item.this_update)
    return Status(kind=StatusKind.GOOD, evidence=best, unusable=unusable, later=later)


def _revoked_at(item: Evidence) -> datetime:
    if item.revoked_at is None:  # pragma: no cover - callers filter
        raise InvalidInput("not a revocation")
    return item.revoked_at


def _judged(item: Evidence, question: _Question) -> Evidence:
    """Set the problem of *item* if it does not count for the instant asked for."""
    problem = item.problem or _timing(item, question)
    return item if problem == item.problem else _with(item, problem)


def _timing(item: Evidence, question: _Question) -> str:
    skew = question.policy.clock_skew
    if item.this_update > question.at + skew:
        return "future"
    if item.revoked_at is not None:
        return ""  # a revocation stays one, however old the list
    if item.this_update >= question.known_from:
        listed = item.this_update <= question.certificate.not_valid_after or item.covers_expired
        return "" if listed else "expired-unlisted"
    limit = item.next_update or (item.this_update + _OCSP_FALLBACK if item.kind == "OCSP" else item.this_update)
    return "" if question.known_from <= limit + skew else "stale"


def _with(item: Evidence, problem: str) -> Evidence:
    return Evidence(
        kind=item.kind,
        der=item.der,
        this_update=item.this_update,
        next_update=item.next_update,
        revoked_at=item.revoked_at,
        reason=item.reason,
        covers_expired=item.covers_expired,
        complete=item.complete,
        problem=problem,
    )


def _unproven(der: bytes, ends: datetime | None, question: _Question) -> bool:
    """Say whether the signer of *der* has ended since, and nothing shows that *der* existed before."""
    if ends is None or question.at <= ends:
        return False
    proven = question.proofs.of(der)
    return proven is None or proven > ends


def _extension(extensions: Any, dotted: str) -> bytes | None:
    return next((item["extn_value"].contents for item in extensions or () if item["extn_id"].dotted == dotted), None)


def _keeps_expired(value: bytes | None, question: _Question) -> bool:
    """Say whether a list or answer still knows certificates that expired when this one did.

    ExpiredCertsOnCRL (X.509) and archive cutoff (RFC 6960 section 4.4.4) hold the instant from which on it does.
    """
    if value is None:
        return False
    since: datetime = core.GeneralizedTime.load(value).native
    return bool(since <= question.certificate.not_valid_after)


# CRL ------------------------------------------------------------------------------------------------------------------


def _from_crl(der: bytes, question: _Question) -> Iterator[Evidence]:
    parsed = _parsed_crl(der, question.memo)
    if not question.memo.same_name(parsed.issuer, question.certificate.issuer):
        return
    scope = _crl_scope(parsed, question.certificate)
    if scope is None:
        return
    body, point = parsed["tbs_cert_list"], parsed.issuing_distribution_point_value
    if point is not None and point["indirect_crl"].native:
        # whose certificate an entry names depends on the entries before it; such lists are told, not read
        times = {"this_update": body["this_update"].native, "next_update": body["next_update"].native}
        yield Evidence(kind="CRL", der=der, problem="indirect", **times)
        return
    revoked_at, reason = _entry(der, question)
    item = Evidence(
        kind="CRL",
        der=der,
        this_update=body["this_update"].native,
        next_update=body["next_update"].native,
        revoked_at=revoked_at,
        reason=reason,
        complete=scope,
        covers_expired=_keeps_expired(_extension(body["crl_extensions"], "2.5.29.60"), question),
        problem=_crl_problem(parsed, der, question),
    )
    yield item


def _parsed_crl(der: bytes, memo: Memo) -> asn1_crl.CertificateList:
    key = ("crl", der)
    if key not in memo.items:
        memo.items[key] = asn1_crl.CertificateList.load(der, strict=True)
    return memo.items[key]


def _crl_problem(parsed: asn1_crl.CertificateList, der: bytes, question: _Question) -> str:
    issuer = question.issuer
    usage = issuer.key_usage_value
    if usage is not None and "crl_sign" not in usage.native:
        return "issuer-usage"
    if parsed.critical_extensions - _CRITICAL:
        return "critical-extension"
    if not question.memo.verifies(
        issuer.public_key,
        parsed["signature"].native,
        parsed["tbs_cert_list"].dump(),
        parsed["signature_algorithm"],
    ):
        return "signature"
    if _weak(parsed["signature_algorithm"], der, question):
        return "algorithm"
    return "no-proof" if _unproven(der, question.issuer_ends, question) else ""


def _crl_scope(parsed: asn1_crl.CertificateList, certificate: asn1_x509.Certificate) -> bool | None:
    """Return whether the list is complete for *certificate*; None if it is not about it."""
    point = parsed.issuing_distribution_point_value
    if point is None:
        return parsed.delta_crl_indicator_value is None
    is_ca = certificate.ca
    if (
        point["only_contains_attribute_certs"].native
        or (point["only_contains_user_certs"].native and is_ca)
        or (point["only_contains_ca_certs"].native and not is_ca)
    ):
        return None
    wanted = certificate.crl_distribution_points_value
    name = point["distribution_point"]
    if wanted is not None and name.native is not None and name.name == "full_name":
        ours = {str(item.native) for item in name.chosen}
        theirs = {
            str(item.native)
            for one in wanted
            if one["distribution_point"].native is not None and one["distribution_point"].name == "full_name"
            for item in one["distribution_point"].chosen
        }
        if theirs and not ours & theirs:
            return None
    return point["only_some_reasons"].native is None and parsed.delta_crl_indicator_value is None


def _entry(der: bytes, question: _Question) -> tuple[datetime | None, str]:
    key = ("crl-fast", der)
    if key not in question.memo.items:
        question.memo.items[key] = x509.load_der_x509_crl(der)
    fast: x509.CertificateRevocationList = question.memo.items[key]
    entry = fast.get_revoked_certificate_by_serial_number(question.certificate.serial_number)
    if entry is None:
        return None, ""
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        reason = "unspecified"  # the certificate is in the list, whatever the entry says besides
    return (None if reason == _REMOVED else entry.revocation_date_utc), reason


# OCSP -----------------------------------------------------------------------------------------------------------------


def _from_ocsp(der: bytes, question: _Question) -> Iterator[Evidence]:
    basic = _parsed_ocsp(der, question.memo)
    if basic is None:
        return
    for single in basic["tbs_response_data"]["responses"]:
        if not _is_about(single["cert_id"], question):
            continue
        revoked_at, reason = _ocsp_revocation(single)
        unknown = single["cert_status"].name == "unknown"
        extensions = single["single_extensions"]
        yield Evidence(
            kind="OCSP",
            der=der,
            this_update=single["this_update"].native,
            next_update=single["next_update"].native,
            revoked_at=revoked_at,
            reason=reason,
            covers_expired=_keeps_expired(_extension(extensions, "1.3.6.1.5.5.7.48.1.6"), question),
            problem="unknown" if unknown else _ocsp_problem(basic, single, der, question),
        )


def _parsed_ocsp(der: bytes, memo: Memo) -> asn1_ocsp.BasicOCSPResponse | None:
    key = ("ocsp", der)
    if key not in memo.items:
        outer = asn1_ocsp.OCSPResponse.load(der, strict=True)
        good = outer["response_status"].native == "successful"
        memo.items[key] = outer["response_bytes"]["response"].parsed if good else None
    return memo.items[key]


def _is_about(identifier: asn1_ocsp.CertId, question: _Question) -> bool:
    if identifier["serial_number"].native != question.certificate.serial_number:
        return False
    algorithm = str(identifier["hash_algorithm"]["algorithm"].native)
    name = hashlib.new(algorithm, question.certificate.issuer.dump()).digest()
    key = hashlib.new(algorithm, bytes(question.issuer.public_key["public_key"])).digest()
    return bool(identifier["issuer_name_hash"].native == name and identifier["issuer_key_hash"].native == key)


def _ocsp_revocation(single: asn1_ocsp.SingleResponse) -> tuple[datetime | None, str]:
    status = single["cert_status"]
    if status.name != "revoked":
        return None, ""
    info = status.chosen
    reason = info["revocation_reason"].native or "unspecified"
    return info["revocation_time"].native, str(reason)


def _ocsp_problem(
    basic: asn1_ocsp.BasicOCSPResponse, single: asn1_ocsp.SingleResponse, der: bytes, question: _Question
) -> str:
    responder, ends = _responder(basic, question)
    if responder is None:
        return "responder"
    extensions = (*(basic["tbs_response_data"]["response_extensions"] or ()), *(single["single_extensions"] or ()))
    if any(item["critical"].native and item["extn_id"].dotted not in _OCSP_KNOWN for item in extensions):
        return "critical-extension"
    body = basic["tbs_response_data"]
    if not question.memo.verifies(
        responder.public_key, basic["signature"].native, body.dump(), basic["signature_algorithm"]
    ):
        return "signature"
    if _weak(basic["signature_algorithm"], der, question):
        return "algorithm"
    produced = body["produced_at"].native
    if not responder.not_valid_before <= produced <= responder.not_valid_after:
        return "responder-expired"
    if _responder_revoked(responder, produced, question):
        return "responder-revoked"
    return "no-proof" if _unproven(der, ends, question) else ""


def _responder(
    basic: asn1_ocsp.BasicOCSPResponse, question: _Question
) -> tuple[asn1_x509.Certificate | None, datetime | None]:
    """Return the certificate that may answer for the issuer: the issuer itself, or one it issued for OCSP."""
    identifier = basic["tbs_response_data"]["responder_id"]
    issuer = question.issuer
    if _named(identifier, issuer, question.memo):
        return issuer, question.issuer_ends
    for candidate in basic["certs"] or ():
        usage = candidate.extended_key_usage_value
        if (
            _named(identifier, candidate, question.memo)
            and usage is not None
            and "ocsp_signing" in usage.native
            and question.memo.same_name(candidate.issuer, issuer.subject)
            and question.memo.verifies(
                issuer.public_key,
                candidate["signature_value"].native,
                candidate["tbs_certificate"].dump(),
                candidate["signature_algorithm"],
            )
        ):
            ends = candidate.not_valid_after
            return candidate, min(ends, question.issuer_ends) if question.issuer_ends else ends
    return None, None


def _responder_revoked(responder: asn1_x509.Certificate, produced: datetime, question: _Question) -> bool:
    """Say whether a list at hand shows that a delegated responder was revoked before it answered.

    Without a list nothing is asked: RFC 6960 section 4.2.2.2.1 leaves it to the verifier. A responder whose key was
    compromised is not believed whenever it says that it answered; with ocsp-nocheck its issuer wants no check at all.
    """
    if responder is question.issuer or responder.ocsp_no_check_value is not None:
        return False
    asked = replace(question, certificate=responder)
    for item in _each(question.crls, _from_crl, asked):
        if item.revoked_at is None or item.problem or item.this_update > question.at + question.policy.clock_skew:
            continue
        if item.revoked_at <= produced or item.reason in ("key_compromise", "ca_compromise"):
            return True
    return False


def _named(identifier: Any, certificate: asn1_x509.Certificate, memo: Memo) -> bool:
    if identifier.name == "by_key":
        return bool(identifier.native == certificate.public_key.sha1)
    return memo.same_name(identifier.chosen, certificate.subject)


def _weak(algorithm: Any, der: bytes, question: _Question) -> bool:
    try:
        digest = str(algorithm.hash_algo)
    except ValueError:
        return False
    proven = question.proofs.of(der) or question.at
    return not question.policy.digest(digest, proven).allowed
