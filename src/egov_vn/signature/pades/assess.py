"""Assessing the signatures of a PDF in the words of ETSI EN 319 102-1 (*kiểm tra chữ ký số trên tệp PDF*).

The order of thought: document time-stamps first, from the newest to the oldest, since each proves that everything
before it existed; then each signature: which bytes it covers, whether they are unchanged, what was appended later,
whose certificate it is, and whether that certificate held at the instant that is proven. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final

from pyhanko.pdf_utils.generic import parse_pdf_date
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.finding import Finding
from egov_vn.signature.memo import Memo, Proofs
from egov_vn.signature.pades import remarks
from egov_vn.signature.pades.changes import (
    Change,
    Changes,
    Coverage,
    History,
    changes_after,
    coverage_of,
    embedded_signatures,
)
from egov_vn.signature.pades.pdf import entry, foreign, open_reader
from egov_vn.signature.pades.store import SecurityStore, read_store
from egov_vn.signature.pades.structure import check_form
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Level, Report, SignatureReport, Signed, SubIndication, worst_of
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.signeddata import SignerCheck, check_signer_info, open_signed_data, stamps
from egov_vn.signature.timestamp import TimestampReport, assess_timestamp
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.verdict import SignatureInput, conclude

__all__ = ["assess_pdf", "verify_pdf"]

MAX_SIGNATURES: Final = 100
_PADES: Final = "/ETSI.CAdES.detached"
_DETACHED: Final = (_PADES, "/adbe.pkcs7.detached")
_SHA1: Final = "/adbe.pkcs7.sha1"
"""The old kind: the CMS carries the SHA-1 value of the signed bytes as its content (ISO 32000-1 section 12.8.3.3.1)."""
_CONTENT_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.20"
_SIGNATURE_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.14"

Verdict = tuple[Indication, SubIndication | None]


def assess_pdf(
    pdf: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    password: str | bytes | None = None,
) -> Report:
    """Judge every signature of *pdf* as it can be known at *at*, offline.

    *trust* is whom you believe: without it a sound signature is INDETERMINATE. *policy* defaults to the one for
    official documents, under which only long-term data and further signatures may follow a signature; under
    `SignaturePolicy.default()` filled-in form fields are allowed with a warning. *revocation* adds to what the file
    carries. Raises `InvalidInput` if the bytes are no readable PDF, or encrypted and *password* does not open them.
    """
    return _Assessment(
        pdf=bytes(pdf),
        reader=open_reader(bytes(pdf), password=password),
        at=require_aware(at),
        trust=trust or TrustStore(),
        policy=policy or SignaturePolicy.official_document(),
        given=revocation or RevocationData(),
    ).run()[0]


def verify_pdf(
    pdf: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    password: str | bytes | None = None,
) -> tuple[Signed, ...]:
    """Return what was proven, one `Signed` for each signature in the order of signing; refuse anything less.

    `Signed.content` is the file up to the end of what that signature covers: what the signer saw, signature included.
    Raises `VerificationError` (with the report) if any signature is not TOTAL-PASSED or there is none, and
    `InvalidInput` as `assess_pdf` does.
    """
    assessment = _Assessment(
        pdf=bytes(pdf),
        reader=open_reader(bytes(pdf), password=password),
        at=require_aware(at),
        trust=trust or TrustStore(),
        policy=policy or SignaturePolicy.official_document(),
        given=revocation or RevocationData(),
    )
    report, found = assessment.run()
    if report.indication is not Indication.TOTAL_PASSED:
        raise VerificationError(_refusal(report), report=report)
    proven = []
    for item, end in zip(report.signatures, found, strict=True):
        signed_at = item.proven_at or item.signed_at
        if item.signer is None or signed_at is None:
            raise VerificationError(f"the signature {item.name} does not say who signed and when", report=report)
        proven.append(Signed(content=assessment.pdf[:end], signer=item.signer, signed_at=signed_at))
    return tuple(proven)


def _refusal(report: Report) -> str:
    if report.indication is None:
        return "the file has no signature"
    bad = next(item for item in report.signatures if item.indication is report.indication)
    return f"the signature {bad.name} is {bad.indication}" + (f" ({bad.sub_indication})" if bad.sub_indication else "")


@dataclass(slots=True, kw_only=True)
class _Embedded:
    """One filled signature field."""

    name: str
    signature: EmbeddedPdfSignature
    coverage: Coverage
    end: int
    is_timestamp: bool


@dataclass(slots=True, kw_only=True)
class _Stamped:
    """A document time-stamp: if it holds, *at* is proven for every byte before *end*."""

    report: TimestampReport
    at: datetime
    end: int
    store: SecurityStore


@dataclass(slots=True, kw_only=True)
class _Assessment:
    pdf: bytes
    reader: PdfFileReader
    at: datetime
    trust: TrustStore
    policy: SignaturePolicy
    given: RevocationData
    memo: Memo = field(init=False)
    store: SecurityStore = field(default_factory=SecurityStore)
    proven: dict[bytes, datetime] = field(default_factory=dict)
    seen: list[_Stamped] = field(default_factory=list)
    """Every document time-stamp that is about this file, proven or not: they make the level."""
    stamps: list[_Stamped] = field(default_factory=list)
    """Those that hold: they prove times."""
    findings: list[Finding] = field(default_factory=list)
    broken: list[SignatureReport] = field(default_factory=list)
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.memo = Memo.of(self.trust)
        self.history = History(self.reader)

    def run(self) -> tuple[Report, list[int]]:
        """Return the report, and where the bytes covered by each signature end."""
        self._read_store()
        embedded = self._embedded()
        for item in sorted((one for one in embedded if one.is_timestamp), key=lambda one: -one.end):
            self._document_timestamp(item)
        signatures = sorted((one for one in embedded if not one.is_timestamp), key=lambda one: one.end)
        judged = [_Signature(self, one).judge() for one in signatures]
        reports = (*judged, *self.broken)
        if not reports:
            self.findings.append(remarks.no_signature())
        return Report(signatures=reports, findings=tuple(self.findings), at=self.at), [one.end for one in signatures]

    def digest_of(self, item: _Embedded) -> Callable[[str], bytes]:
        """Return a function that hashes what *item* signs."""

        def digest(name: str) -> bytes:
            start, length, resume, rest = (int(value) for value in item.signature.byte_range)
            key = ("pdf", start, length, resume, rest, name)
            if key not in self.memo.items:
                view = memoryview(self.pdf)
                self.memo.items[key] = hash_of(name, view[start : start + length], view[resume : resume + rest])
            found: bytes = self.memo.items[key]
            return found

        return digest

    @property
    def revocation(self) -> RevocationData:
        return RevocationData(crls=self.store.crls, ocsps=self.store.ocsps) | self.given

    def proofs(self, item: _Embedded) -> Proofs:
        """Return what later document time-stamps prove about *item*."""
        times = [stamp.at for stamp in self.stamps if stamp.end > item.end]
        return Proofs(best_time=min(times, default=None), objects=self.proven)

    def _read_store(self) -> None:
        try:
            self.store = read_store(self.reader)
        except InvalidInput as error:
            self.findings.append(remarks.store_unreadable(error.message))

    def _embedded(self) -> list[_Embedded]:
        if self.reader.xrefs.hybrid_xrefs_present:
            self.findings.append(remarks.hybrid())
        with foreign("the form of the PDF cannot be read"):
            check_form(self.reader.root)
            fields = list(islice(embedded_signatures(self.reader), MAX_SIGNATURES + 1))
        if len(fields) > MAX_SIGNATURES:
            raise InvalidInput(f"the file has more than {MAX_SIGNATURES} signatures", path="AcroForm")
        opened = (self._open(name, dictionary) for name, _, dictionary in fields)
        return [item for item in opened if item is not None]

    def _open(self, name: str, dictionary: Any) -> _Embedded | None:
        try:
            signature = EmbeddedPdfSignature(self.reader, dictionary, name)
            coverage, end = coverage_of(signature, self.pdf)
            kind = str(signature.sig_object_type)
        except Exception as error:  # noqa: BLE001 - as above: this signature cannot be read, others may
            self.broken.append(
                SignatureReport(
                    name=name,
                    indication=Indication.TOTAL_FAILED,
                    sub_indication=SubIndication.FORMAT_FAILURE,
                    findings=(remarks.unreadable(name, " ".join(str(error).split())[:200]),),
                )
            )
            return None
        stamp = kind == "/DocTimeStamp" or str(entry(signature.sig_object, "/SubFilter")) == "/ETSI.RFC3161"
        return _Embedded(name=name, signature=signature, coverage=coverage, end=end, is_timestamp=stamp)

    def _document_timestamp(self, item: _Embedded) -> None:
        if item.coverage is Coverage.BROKEN:
            self.findings.append(remarks.byte_range(item.name))
            return
        report = assess_timestamp(
            trimmed(item.signature.pkcs7_content),
            digest=self.digest_of(item),
            at=self.at,
            trust=self.trust,
            policy=self.policy,
            intermediates=self.store.certificates,
            revocation=self.revocation,
            proofs=self.proofs(item),
            memo=self.memo,
            where=item.name,
        )
        self.findings += report.findings
        if report.at is None or any(one.code == "SIG-TST-IMPRINT" for one in report.findings):
            return
        then = read_store(self.reader.get_historical_resolver(item.signature.signed_revision))
        stamp = _Stamped(report=replace(report, findings=()), at=report.at, end=item.end, store=then)
        self.seen.append(stamp)
        if report.indication is Indication.TOTAL_PASSED:
            then.prove(report.at, self.proven)
            self.stamps.append(stamp)


class _Signature:
    """The judgement of one signature: what the PDF says about it, for `conclude` to bring together with the rest."""

    def __init__(self, whole: _Assessment, item: _Embedded) -> None:
        self.whole, self.item = whole, item
        self.findings: list[Finding] = []
        self.verdicts: list[Verdict] = []
        self.stamps: list[TimestampReport] = []

    def judge(self) -> SignatureReport:
        whole, item = self.whole, self.item
        self._coverage()
        check, content_time = self._mathematics(), None
        if check is not None and check.certificate is not None:
            content_time = self._timestamps(check)
        later = [stamp.report for stamp in whole.stamps if stamp.end > item.end]
        if not self.verdicts:
            self.findings.append(remarks.intact(item.name, whole=item.coverage is Coverage.WHOLE))
        indication, sub = worst_of(self.verdicts)
        embedded = RevocationData(crls=check.crls, ocsps=check.ocsps) if check is not None else RevocationData()
        report = conclude(
            SignatureInput(
                name=item.name,
                indication=indication,
                sub_indication=sub,
                certificate=check.certificate if check is not None else None,
                certificates=check.certificates if check is not None else (),
                revocation=whole.revocation | embedded,
                algorithm=check.algorithm if check is not None else "",
                digests=_digests(item, check),
                signed_at=self._claimed(check),
                timestamps=(*self.stamps, *later),
                content_time=content_time,
                proofs=whole.proven,
                level=self._level(check) if check is not None else None,
                covers=_covers(item, len(whole.pdf)),
                findings=tuple(self.findings),
            ),
            at=whole.at,
            trust=whole.trust,
            policy=whole.policy,
            memo=whole.memo,
        )
        return replace(report, findings=tuple(replace(one, where=one.where or item.name) for one in report.findings))

    def _fail(self, finding: Finding, sub: SubIndication, *, failed: bool = True) -> None:
        self.findings.append(finding)
        self.verdicts.append((Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE, sub))

    def _coverage(self) -> None:
        item = self.item
        if item.coverage is Coverage.BROKEN:
            self._fail(remarks.byte_range(item.name), SubIndication.FORMAT_FAILURE)
        if item.coverage is not Coverage.REVISION:
            return
        try:
            changes = changes_after(
                item.signature,
                self.whole.history,
                pdf=self.whole.pdf,
                end=item.end,
                official=self.whole.policy.official,
            )
        except Exception as error:  # noqa: BLE001 - what cannot be compared was not shown to be harmless
            changes = Changes(Change.OTHER, f"the updates cannot be compared: {error}")
        if changes.change is Change.OTHER:
            self._fail(remarks.changed(item.name, changes.detail), SubIndication.FORMAT_FAILURE)
        elif changes.change is Change.FORMS:
            self.findings.append(remarks.forms_filled(item.name, changes.fields))
        elif changes.change is not Change.NONE:
            self.findings.append(remarks.appended(item.name, signatures=changes.change is Change.SIGNATURES))

    def _mathematics(self) -> SignerCheck | None:
        item, whole = self.item, self.whole
        if not item.end:
            return None  # the byte range is not even four numbers, so there is nothing to hash
        try:
            signed = _signed_data(item)
        except InvalidInput as error:
            self._fail(remarks.unreadable(item.name, error.message), SubIndication.FORMAT_FAILURE)
            return None
        digest_of = whole.digest_of(item)
        if _subfilter(item) == _SHA1:
            inside = bytes(signed["encap_content_info"]["content"])
            if inside != digest_of("sha1"):
                self._fail(remarks.hash_differs(item.name), SubIndication.HASH_FAILURE)
            self.findings.append(remarks.old_kind(item.name))
            digest_of = partial(hash_of_last, inside)
        check = check_signer_info(
            signed,
            signed["signer_infos"][0],
            digest_of=digest_of,
            memo=whole.memo,
            extra=(*whole.store.certificates, *whole.trust.intermediates),
            where=item.name,
        )
        self.findings += check.findings
        if check.indication is not Indication.TOTAL_PASSED:
            self.verdicts.append((check.indication, check.sub_indication))
        container = item.signature.pkcs7_content
        if container[len(trimmed(container)) :].strip(b"\x00"):
            self.findings.append(remarks.contents_tail(item.name))
        return check

    def _timestamps(self, check: SignerCheck) -> datetime | None:
        """Judge the time-stamps inside the signature; return the time of a content time-stamp that holds."""
        later = self.whole.proofs(self.item)
        signer = self.item.signature.signer_info
        before = None
        for token in stamps(signer["signed_attrs"], _CONTENT_TIMESTAMP):
            report = self._token(bytes(token.dump()), self.whole.digest_of(self.item), later)
            self.findings += report.findings
            if report.indication is Indication.TOTAL_PASSED and report.at is not None:
                before = max(before, report.at) if before else report.at
        for token in stamps(signer["unsigned_attrs"], _SIGNATURE_TIMESTAMP):
            report = self._token(bytes(token.dump()), lambda name: hash_of(name, check.signature), later)
            self.stamps.append(report)
            early = report.indication is Indication.TOTAL_PASSED and report.at is not None
            if before is not None and early and report.at is not None and before > report.at:
                self._fail(remarks.order(self.item.name), SubIndication.TIMESTAMP_ORDER_FAILURE, failed=False)
        return before

    def _token(self, token: bytes, digest: Callable[[str], bytes], later: Proofs) -> TimestampReport:
        whole = self.whole
        return assess_timestamp(
            token,
            digest=digest,
            at=whole.at,
            trust=whole.trust,
            policy=whole.policy,
            intermediates=whole.store.certificates,
            revocation=whole.revocation,
            proofs=later,
            memo=whole.memo,
            where=self.item.name,
        )

    def _claimed(self, check: SignerCheck | None) -> datetime | None:
        """Return the time the signer claims: the dictionary's, or that of the signed attribute."""
        if check is not None and check.signed_at is not None:
            return check.signed_at
        try:
            written = parse_pdf_date(self.item.signature.sig_object["/M"], strict=False)
        except (KeyError, PdfError, ValueError, TypeError, AttributeError):
            return None
        return written if written.utcoffset() is not None else None

    def _level(self, check: SignerCheck) -> Level | None:
        if _subfilter(self.item) != _PADES or not check.names_certificate:
            return None
        later = [stamp for stamp in self.whole.seen if stamp.end > self.item.end]
        if not (self.stamps or later):
            return Level.B_B
        if not self.whole.store.speaks_of(check.certificate) and not (check.crls or check.ocsps):
            return Level.B_T
        archived = any(stamp.store.speaks_of(check.certificate) for stamp in later)
        return Level.B_LTA if archived else Level.B_LT


def _signed_data(item: _Embedded) -> Any:
    subfilter = _subfilter(item)
    if subfilter not in (*_DETACHED, _SHA1):
        raise InvalidInput(f"a signature of type {subfilter} is not read")
    signed = open_signed_data(trimmed(item.signature.pkcs7_content), where=item.name)
    if len(signed["signer_infos"]) != 1:
        raise InvalidInput("a signature in a PDF has exactly one signer")
    if (signed["encap_content_info"]["content"].native is not None) is not (subfilter == _SHA1):
        raise InvalidInput("the signature carries a content of its own instead of signing the file, or the reverse")
    return signed


def _digests(item: _Embedded, check: SignerCheck | None) -> tuple[str, ...]:
    """Return the hash functions between the bytes of the file and the signature value."""
    own = (check.digest,) if check is not None and check.digest else ()
    return (*own, "sha1") if _subfilter(item) == _SHA1 else own


def _subfilter(item: _Embedded) -> str:
    return str(entry(item.signature.sig_object, "/SubFilter"))


def _covers(item: _Embedded, size: int) -> str:
    if item.coverage is Coverage.WHOLE:
        return "whole document"
    if item.coverage is Coverage.REVISION:
        return f"bytes 0-{item.end} of {size}"
    return "not the whole document"


def hash_of(name: str, *parts: bytes | memoryview) -> bytes:
    """Hash *parts* under a name of asn1crypto; SHAKE256 gives 64 bytes as RFC 8702 wants."""
    state: Any = hashlib.new(name.replace("_len", ""))
    for part in parts:
        state.update(part)
    if name.startswith("shake"):
        return bytes(state.digest(64 if "256" in name else 32))
    return bytes(state.digest())


def hash_of_last(content: bytes, name: str) -> bytes:
    """Hash *content* under *name*: `hash_of` with its arguments the other way round."""
    return hash_of(name, content)


def trimmed(container: bytes) -> bytes:
    """Return the container without the zero bytes that fill up /Contents."""
    if len(container) < 2 or container[1] < 0x80:
        return container
    octets = container[1] & 0x7F
    size = 2 + octets + int.from_bytes(container[2 : 2 + octets], "big") if octets else len(container)
    return container[:size]
