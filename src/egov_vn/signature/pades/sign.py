"""Signing a PDF under the PAdES baseline profile, EN 319 142-1 (*ký số tệp PDF*)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.finding import Finding, Severity, finding
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.pades import embed, longterm
from egov_vn.signature.pades.appearance import Appearance, prepare
from egov_vn.signature.pades.container import TIMESTAMP_TOKEN, Container, add_unsigned_attribute, signature_value
from egov_vn.signature.pades.pdf import Update, foreign, open_update
from egov_vn.signature.path import assess_certificate
from egov_vn.signature.policy import RevocationRule, SignaturePolicy
from egov_vn.signature.report import Indication, Level
from egov_vn.signature.revocation import RevocationData

if TYPE_CHECKING:
    from egov_vn.signature.revocation import RevocationSource
    from egov_vn.signature.timestamp import Timestamper
    from egov_vn.signature.trust import TrustStore

__all__ = ["SignedPdf", "sign_pdf", "sign_pdf_reporting"]

TOKEN_ROOM: Final = 10_240
"""Bytes kept for a time-stamp token; a larger one makes a second pass with the room it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPdf:
    """A signed file and what is worth knowing about how it was made."""

    pdf: bytes
    field: str
    """The name of the signature field."""
    level: Level
    """The level reached: lower than asked only if the caller allowed it."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    signer: Signer
    container: Container
    at: datetime
    level: Level
    timestamper: Timestamper | None
    revocation: RevocationSource | None
    trust: TrustStore | None
    password: str | bytes | None


def sign_pdf(  # noqa: PLR0913 - one door; every choice has a name and a default
    pdf: bytes,
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    appearance: Appearance | None = None,
    reason: str | None = None,
    location: str | None = None,
    field: str | None = None,
    certify: embed.Certify | None = None,
    trust: TrustStore | None = None,
    algorithm: str | None = None,
    password: str | bytes | None = None,
) -> bytes:
    """Return *pdf* with one more signature (*chữ ký số*), appended so that earlier signatures keep holding.

    *at* is the claimed signing time; the certificate must be valid then, and lead to a root of *trust* if given. Level
    B-T needs *timestamper*, B-LT and B-LTA need *revocation* too (and *trust*, or the signer's chain, to find issuers).
    *field* names the field: an empty one that exists is used, else one is made; None takes a new name. *certify* makes
    a certification signature (DocMDP), which must be the first. *password* opens an encrypted file; it stays encrypted.

    Raises `InvalidInput` (file, key, certificate, arguments) and `Unavailable` (a service did not answer); the input is
    never changed. Source: EN 319 142-1; TT 15/2025/TT-BKHCN Article 5.
    """
    return sign_pdf_reporting(
        pdf,
        signer=signer,
        at=at,
        level=level,
        timestamper=timestamper,
        revocation=revocation,
        appearance=appearance,
        reason=reason,
        location=location,
        field=field,
        certify=certify,
        trust=trust,
        algorithm=algorithm,
        password=password,
    ).pdf


def sign_pdf_reporting(  # noqa: PLR0913 - as above
    pdf: bytes,
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    appearance: Appearance | None = None,
    reason: str | None = None,
    location: str | None = None,
    field: str | None = None,
    certify: embed.Certify | None = None,
    trust: TrustStore | None = None,
    algorithm: str | None = None,
    password: str | bytes | None = None,
    on_unavailable: Literal["raise", "lower"] = "raise",
) -> SignedPdf:
    """Do as `sign_pdf`, and also say which field was used, which level was reached, and what was noticed.

    With *on_unavailable* `"lower"`, a time-stamp or revocation service that does not answer leaves the highest level
    that could be reached, with the finding `SIG-LEVEL-LOWERED`; `extend_pdf` can raise it later.
    """
    job = _job(
        signer=signer,
        at=at,
        level=Level(level),
        timestamper=timestamper,
        revocation=revocation,
        trust=trust,
        algorithm=algorithm,
        password=password,
    )
    plan = _Plan(appearance=appearance, reason=reason, location=location, field=field, certify=certify)
    findings: list[Finding] = []
    while True:
        try:
            result = _sign_once(bytes(pdf), job, plan)
            return replace(result, findings=(*findings, *result.findings))
        except _UnreachedError as stop:
            if on_unavailable == "raise":
                raise stop.error from stop.error.__cause__
            findings.append(_lowered(job.level, stop.reached, stop.error))
            job = replace(job, level=stop.reached)


class _UnreachedError(Exception):
    """A service did not answer after the level *reached* was made."""

    def __init__(self, reached: Level, error: Unavailable) -> None:
        super().__init__(str(error))
        self.reached = reached
        self.error = error


@dataclass(frozen=True, slots=True)
class _Watched:
    """A time-stamp and revocation service that remembers which level is reached without it."""

    reached: Level
    timestamper: Timestamper | None = None
    revocation: RevocationSource | None = None

    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        if self.timestamper is None:  # pragma: no cover - made only with one
            raise InvalidInput("no time-stamp service", path="timestamper")
        try:
            return self.timestamper.timestamp(digest, algorithm)
        except Unavailable as error:
            raise _UnreachedError(self.reached, error) from error

    def gather(self, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        if self.revocation is None:  # pragma: no cover - made only with one
            raise InvalidInput("no source of revocation data", path="revocation")
        try:
            return self.revocation.gather(cert_der, issuer_der)
        except Unavailable as error:
            raise _UnreachedError(self.reached, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    appearance: Appearance | None
    reason: str | None
    location: str | None
    field: str | None
    certify: embed.Certify | None


def _job(
    *,
    signer: Signer,
    at: datetime,
    level: Level,
    timestamper: Timestamper | None,
    revocation: RevocationSource | None,
    trust: TrustStore | None,
    algorithm: str | None,
    password: str | bytes | None,
) -> _Job:
    require_aware(at)
    check_signer(signer, at=at)
    if level > Level.B_B and timestamper is None:
        raise InvalidInput(f"level {level} needs a time-stamp service", path="timestamper")
    if level > Level.B_T and revocation is None:
        raise InvalidInput(f"level {level} needs a source of revocation data", path="revocation")
    return _Job(
        signer=signer,
        container=Container(signer, algorithm=algorithm),
        at=at,
        level=level,
        timestamper=timestamper,
        revocation=revocation,
        trust=trust,
        password=password,
    )


def _check_path(job: _Job) -> None:
    """Refuse, before the key is used, a certificate without a trusted path, or one that is revoked or suspended.

    TT 15/2025/TT-BKHCN Article 5 asks it of signing software; it needs a store of roots, and for the status a source.
    """
    if not job.trust:
        return
    own, *above = (item.public_bytes(Encoding.DER) for item in (job.signer.certificate, *job.signer.chain))
    told = RevocationData()
    issuers = (*above, *job.trust.intermediates, *(anchor.der for anchor in job.trust.anchors))
    if job.level > Level.B_T and job.revocation is not None:
        issuer = longterm.issuer_of(own, issuers)
        if issuer is not None:
            told = _Watched(Level.B_T, revocation=job.revocation).gather(own, issuer)
    report = assess_certificate(
        own,
        at=job.at,
        trust=job.trust,
        policy=SignaturePolicy.default().requiring(RevocationRule.NEVER),
        intermediates=above,
        revocation=told,
    )
    if report.indication is not Indication.TOTAL_PASSED:
        reasons = "; ".join(item.text("en") for item in report.findings if item.level is Severity.ERROR)
        raise InvalidInput(f"the certificate of the signer must not be used: {reasons}", path="signer")


def _sign_once(pdf: bytes, job: _Job, plan: _Plan) -> SignedPdf:
    _check_path(job)
    room = job.container.size + (TOKEN_ROOM if job.level > Level.B_B else 0)
    for _ in range(2):
        stream = embed.start(pdf)
        update = open_update(stream, password=job.password)
        slot, findings = _slot(update, job, plan)
        try:
            made = embed.write_signature(
                update, slot, at=job.at, digest=job.container.digest_algorithm, room=room, container=_maker(job)
            )
            break
        except embed.TooSmallError as error:
            room = error.needed + 1024
    else:
        raise Unavailable("the time-stamp service answers with tokens of ever larger size", service="tsa")
    if job.level > Level.B_T and job.revocation is not None:
        add_long_term(
            stream,
            containers=(made, *tokens_of(made)),
            chain=tuple(item.public_bytes(Encoding.DER) for item in job.signer.chain),
            trust=job.trust,
            revocation=_Watched(Level.B_T, revocation=job.revocation),
            password=job.password,
            timestamper=_Watched(Level.B_LT, job.timestamper) if job.level is Level.B_LTA else None,
        )
    return SignedPdf(pdf=stream.getvalue(), field=slot.field, level=job.level, findings=findings)


def _maker(job: _Job) -> Callable[[bytes], bytes]:
    def make(digest: bytes) -> bytes:
        made = job.container.build(digest)
        if job.level is Level.B_B or job.timestamper is None:
            return made
        token = fetch_token(_Watched(Level.B_B, job.timestamper), hashlib.sha256(signature_value(made)).digest())
        return add_unsigned_attribute(made, TIMESTAMP_TOKEN, token)

    return make


def _slot(update: Update, job: _Job, plan: _Plan) -> tuple[embed.Slot, tuple[Finding, ...]]:
    embed.check_may_sign(update, certify=plan.certify)
    name = plan.field or embed.free_field_name(update, "Signature")
    slot = embed.Slot(
        field=name,
        existing=plan.field is not None and embed.has_empty_field(update, name),
        reason=plan.reason,
        location=plan.location,
        certify=plan.certify,
    )
    if plan.appearance is None:
        return slot, ()
    return prepare(update, slot, plan.appearance, at=job.at)


def fetch_token(timestamper: Timestamper, digest: bytes) -> bytes:
    """Ask for a time-stamp over the SHA-256 value *digest*, and refuse a token that is about something else."""
    token = timestamper.timestamp(digest, "sha256")
    with foreign("the time-stamp token cannot be read"):
        info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        fits = imprint["hashed_message"].native == digest and imprint["hash_algorithm"]["algorithm"].native == "sha256"
    if not fits:
        raise InvalidInput("the time-stamp service answered for other data than was sent", path="timestamper")
    return bytes(token)


def tokens_of(container: bytes) -> tuple[bytes, ...]:
    """Return the signature time-stamps of a CMS container."""
    with foreign("the CMS container cannot be read"):
        infos = cms.ContentInfo.load(container)["content"]["signer_infos"]
        return tuple(
            bytes(value.dump())
            for info in infos
            for attribute in info["unsigned_attrs"] or ()
            if attribute["type"].dotted == TIMESTAMP_TOKEN
            for value in attribute["values"]
        )


def add_long_term(
    stream: io.BytesIO,
    *,
    containers: tuple[bytes, ...],
    chain: tuple[bytes, ...],
    trust: TrustStore | None,
    revocation: RevocationSource,
    password: str | bytes | None,
    timestamper: Timestamper | None,
) -> None:
    """Append long-term data for *containers*, and a document time-stamp over all of it if *timestamper* is given."""
    data = longterm.collect(containers, chain=chain, trust=trust, revocation=revocation)
    room = TOKEN_ROOM
    size = len(stream.getbuffer())
    for _ in range(2):
        update = open_update(stream, password=password)
        added = embed.add_long_term_data(update, certificates=data.certificates, crls=data.crls, ocsps=data.ocsps)
        if timestamper is None:
            if added:
                with foreign("the long-term data cannot be written"):
                    update.append()
            return
        field = embed.free_field_name(update, "Timestamp")
        try:
            embed.write_timestamp(
                update, field=field, digest="sha256", room=room, container=partial(fetch_token, timestamper)
            )
            return
        except embed.TooSmallError as error:
            room = error.needed + 1024
            stream.truncate(size)
    raise Unavailable("the time-stamp service answers with tokens of ever larger size", service="tsa")


def _lowered(wanted: Level, reached: Level, error: Unavailable) -> Finding:
    return finding(
        "SIG-LEVEL-LOWERED",
        Severity.WARNING,
        vi=f"Chỉ ký ở mức {reached} thay vì {wanted} vì dịch vụ không trả lời ({error}); có thể nâng mức sau.",
        en=f"Signed at level {reached}, not {wanted}, because a service did not answer ({error}); extend it later.",
    )
