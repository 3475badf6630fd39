"""Assessing XML signatures: every signature of a document, each in the words of ETSI EN 319 102-1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from egov_vn import _xml
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.finding import Finding
from egov_vn.signature.memo import Memo
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Report, SignatureReport, Signed, worst_of
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.verdict import SignatureInput, conclude
from egov_vn.signature.xades import binding as bindings
from egov_vn.signature.xades import claimed
from egov_vn.signature.xades.binding import Binding, bind
from egov_vn.signature.xades.core import Core, check_core
from egov_vn.signature.xades.diagnose import diagnose
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.extend import level_of
from egov_vn.signature.xades.limits import Tolerance, XmlLimits
from egov_vn.signature.xades.names import DS, SIGNED_PROPERTIES, ds
from egov_vn.signature.xades.profiles import XmlProfile, detect_profile, in_place
from egov_vn.signature.xades.references import Checked, Context, Files, Outcome
from egov_vn.signature.xades.remarks import Verdict, none_found, remark
from egov_vn.signature.xades.stamping import Judge, Stamped, judge_stamps
from egov_vn.signature.xades.validation_data import Evidence, read_evidence
from egov_vn.signature.xades.where import Paths, find_twins, has_split_value, is_apparatus

__all__ = ["SignedPart", "SignedXml", "assess_xml", "verify_xml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPart:
    """One thing a signature covers: its reference, where it stands, and exactly the octets that were digested."""

    uri: str
    path: str
    """`/HDon/DLHDon`; empty for a file outside the document."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedXml(Signed):
    """What one XML signature proves; `content` is that of the parts, one after the other."""

    parts: tuple[SignedPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """The terms of one call."""

    at: datetime
    trust: TrustStore | None
    policy: SignaturePolicy
    revocation: RevocationData
    files: Files | None
    profile: XmlProfile
    tolerances: frozenset[Tolerance]
    expect: tuple[str, ...]
    keep: bool
    memo: Memo


def assess_xml(
    xml: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    files: Files | None = None,
    profile: XmlProfile | None = None,
    tolerances: Iterable[Tolerance] = (),
    expect: Sequence[str] = (),
    limits: XmlLimits | None = None,
) -> Report:
    """Assess every signature of an XML document at the instant *at* (*kiểm tra chữ ký số trong tệp XML*).

    Nothing is fetched: *files* lends what is referenced outside the document, *revocation* adds to what the signatures
    carry. *profile* None: told from the root element. *tolerances* lets further deviations pass, by name, with a
    warning. *expect* names paths of elements (`"/HDon/DLHDon"`) that each signature must cover.

    Raises `InvalidInput` if *xml* is not well-formed, too large, or has a document type declaration.
    """
    return _assess(xml, at, trust, policy, revocation, files, profile, tolerances, expect, limits, keep=False)[0]


def verify_xml(
    xml: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    files: Files | None = None,
    profile: XmlProfile | None = None,
    tolerances: Iterable[Tolerance] = (),
    expect: Sequence[str] = (),
    limits: XmlLimits | None = None,
) -> tuple[SignedXml, ...]:
    """Return what the signatures of an XML document prove, and nothing else (*nội dung đã được ký và xác thực*).

    Every signature must pass; otherwise `VerificationError` carries the report. Arguments as in `assess_xml`.
    """
    report, cores, paths = _assess(
        xml, at, trust, policy, revocation, files, profile, tolerances, expect, limits, keep=True
    )
    if report.indication is not Indication.TOTAL_PASSED:
        reason = f" ({report.sub_indication})" if report.sub_indication else ""
        raise VerificationError(f"the XML signatures are {report.indication or 'absent'}{reason}", report=report)
    return tuple(_signed(item, core, at, paths) for item, core in zip(report.signatures, cores, strict=True))


def _signed(report: SignatureReport, core: Core, at: datetime, paths: Paths) -> SignedXml:
    parts = tuple(
        SignedPart(
            uri=item.uri or "", path=paths(item.element) if item.element is not None else "", content=item.octets
        )
        for item in (*core.references, *core.manifests)
        if item.type not in SIGNED_PROPERTIES
    )
    assert report.signer is not None  # a signature without signer never passes
    return SignedXml(
        content=b"".join(item.content for item in parts),
        signer=report.signer,
        signed_at=report.proven_at or report.signed_at or at,
        parts=parts,
    )


def _assess(
    xml: bytes,
    at: datetime,
    trust: TrustStore | None,
    policy: SignaturePolicy | None,
    revocation: RevocationData | None,
    files: Files | None,
    profile: XmlProfile | None,
    tolerances: Iterable[Tolerance],
    expect: Sequence[str],
    limits: XmlLimits | None,
    *,
    keep: bool,
) -> tuple[Report, list[Core], Paths]:
    require_aware(at)
    document = Document.read(xml, limits=limits)
    profile = profile or detect_profile(document.root)
    terms = _Terms(
        at=at,
        trust=trust,
        policy=policy or SignaturePolicy.default(),
        revocation=revocation or RevocationData(),
        files=files,
        profile=profile,
        tolerances=frozenset(tolerances) | profile.tolerances,
        expect=tuple(expect),
        keep=keep,
        memo=Memo.of(trust),
    )
    found = document.signatures
    findings: list[Finding] = [] if found else [none_found()]
    if len(found) > document.limits.signatures:
        raise InvalidInput(
            f"{len(found)} signatures exceed the limit of {document.limits.signatures}", path="Signature"
        )
    contexts = [Context(document, element, terms.files, terms.tolerances, terms.keep) for element in found]
    cores = [check_core(context) for context in contexts]
    paths = Paths(
        item.element for core in cores for item in (*core.references, *core.manifests) if item.element is not None
    )
    reports = [
        _One(context, core, number, terms, paths).assess()
        for number, (context, core) in enumerate(zip(contexts, cores, strict=True))
    ]
    return Report(signatures=tuple(reports), findings=tuple(findings), at=at), cores, paths


class _One:
    """The assessment of one signature."""

    def __init__(self, context: Context, core: Core, number: int, terms: _Terms, paths: Paths) -> None:
        self.context, self.core, self.terms, self.paths = context, core, terms, paths
        self.name = context.signature.get("Id") or f"Signature[{number + 1}]"
        self.findings: list[Finding] = []
        self.verdicts: list[Verdict] = []

    def add(self, code: str, detail: str = "", where: str = "") -> None:
        """Note a remark and its verdict."""
        made, verdict = remark(code, where or self.name, detail)
        self.findings.append(made)
        self.verdicts.append(verdict)

    def assess(self) -> SignatureReport:
        """Judge the mathematics, then the binding, the time-stamps, the chain and the algorithms."""
        core = self.core
        evidence = self._evidence(core)
        intermediates = self.terms.trust.intermediates if self.terms.trust else ()
        evidence = replace(evidence, certificates=tuple(der for der in evidence.certificates if self._readable(der)))
        bound = bind(core, tuple(dict.fromkeys((*evidence.certificates, *intermediates))), key_of=self.terms.memo.key)
        self._mathematics(core)
        for code, detail in bound.problems:
            self.add(code, detail)
        self._coverage(core, bound)
        signed_at, text = bindings.signing_time(core, bound)
        if text and signed_at is None:
            self.add("XML-TIME-UNREADABLE", text)
        stamped = self._stamps(bound, evidence)
        self.findings += claimed.remarks(bound, self.name)
        indication, sub = worst_of(self.verdicts)
        given = SignatureInput(
            name=self.name,
            indication=indication,
            sub_indication=sub,
            certificate=bound.certificate,
            certificates=evidence.certificates,
            revocation=self.terms.revocation | evidence.revocation,
            algorithm=core.method.name if core.method is not None else "",
            digests=tuple(sorted({item.digest for item in core.references} - {""})),
            signed_at=signed_at,
            timestamps=tuple(stamped.reports),
            content_time=stamped.not_before,
            proofs=stamped.objects,
            level=level_of(bound.properties) if bound.signed is not None else None,
            covers=_covers(core, self.paths),
            findings=tuple(self.findings),
        )
        terms = self.terms
        return conclude(given, at=terms.at, trust=terms.trust, policy=terms.policy, memo=terms.memo)

    def _readable(self, der: bytes) -> bool:
        # asn1crypto reads lazily: a certificate counts as readable once its names and its key have been read
        try:
            return self.terms.memo.info(der) is not None and self.terms.memo.key(der) is not None
        except (InvalidInput, ValueError, TypeError, KeyError):
            return False

    def _evidence(self, core: Core) -> Evidence:
        own = Evidence(core.material.certificates, RevocationData())
        for problem in core.material.problems:
            self.add("XML-CERTIFICATE-UNREADABLE", problem)
        properties = bindings.qualifying_properties(core.element)
        if properties is None:
            return own
        held = read_evidence(properties)
        for problem in held.problems:
            self.add("XML-EVIDENCE-UNREADABLE", problem)
        return own | held

    def _mathematics(self, core: Core) -> None:
        for problem in core.problems:
            self.add(problem.code, problem.detail)
        elements = core.element.findall(f"{ds('SignedInfo')}/{ds('Reference')}")
        for number, item in enumerate((*core.references, *core.manifests)):
            where = f"{self.name}/Reference[{number + 1}]"
            if item.outcome is not Outcome.MATCHES:
                self.add(item.code, item.detail or item.uri or "", where)
            if item.outcome is Outcome.DIFFERS and number < len(core.references):
                code = diagnose(item, elements[number], self.context)
                if code:
                    self.add(code, "", where)
        if core.intact:
            self.add("SIG-INTEGRITY-OK")

    def _coverage(self, core: Core, bound: Binding) -> None:
        root, target = self.context.document.root, bindings.countersigned(core.element)
        data = [
            item for item in core.references if item.type not in SIGNED_PROPERTIES and item.element is not bound.signed
        ]
        for item in data:
            self._tolerated(item)
            if target is None and item.element is not None and not self._in_place(item.element):
                self.add("XML-WRONG-PLACE", f"{item.uri} {self.paths(item.element)}")
        if target is None and not self.terms.expect:
            self._twins([item.element for item in data if item.element is not None])
        paths = {self.paths(item.element) for item in data if item.element is not None and item.whole}
        for path in self.terms.expect:
            if path not in paths and target is None:
                self.add("XML-WRONG-PLACE", path)
        bare = [item for item in data if not (item.uri or "").startswith("#xpointer")]  # these forms drop comments
        if next(root.iter(etree.Comment), None) is not None and any(
            item.element is not None and has_split_value(item.element) for item in bare[:20]
        ):
            self.add("XML-COMMENT")
        if target is not None:
            if not bindings.binds_to(core, target):
                self.add("XML-COUNTER-UNBOUND", target.get("Id", ""))
        elif core.references and all(self._is_apparatus(item) for item in data):
            self.add("XML-NOTHING-SIGNED")
        elif core.references and not any(item.element is root and item.whole for item in data):
            self.add("XML-PARTIAL", ", ".join(sorted(paths)))
        if bound.properties is None or bound.properties.find("{*}SignedProperties") is None:
            self.add("XML-XMLDSIG" if self.terms.profile is XmlProfile.XMLDSIG_TCT else "XML-NOT-XADES")

    def _is_apparatus(self, item: Checked) -> bool:
        return item.element is not None and is_apparatus(item.element, self.context.signature)

    def _in_place(self, element: etree._Element) -> bool:
        signature = self.context.signature
        above = next((item for item in (element, *element.iterancestors()) if item.getparent() is signature), None)
        if above is not None and not str(above.tag).startswith(f"{{{DS}}}"):
            return False  # content moved into the signature, where no schema has a place for it
        return in_place(self.terms.profile, element, signature)

    def _twins(self, signed: list[etree._Element]) -> None:
        """Refuse to choose between a signed element and an unsigned one of its name: wrapping looks like that."""
        root = self.context.document.root
        if self.terms.profile is not XmlProfile.XADES or any(item is root for item in signed):
            return
        for found in find_twins(root, signed):
            if found.other is None:
                self.add("XML-LIMIT", "too many elements bear the name of a signed one")
            else:
                self.add("XML-TWIN", f"{self.paths(found.signed)}, {_xml.path_of(found.other)}")

    def _tolerated(self, item: Checked) -> None:
        for tolerance in sorted(item.used):
            if tolerance is Tolerance.ENVELOPED_OUTSIDE and tolerance not in self.terms.tolerances:
                self.add("XML-ENVELOPED-OUTSIDE", item.uri or "")
            elif tolerance is not Tolerance.ENVELOPED_OUTSIDE:
                self.add("XML-TOLERATED", f"{tolerance.value} {item.uri}")

    def _stamps(self, bound: Binding, evidence: Evidence) -> Stamped:
        if bound.properties is None:
            return Stamped()
        judge = Judge(
            at=self.terms.at,
            trust=self.terms.trust,
            policy=self.terms.policy,
            revocation=self.terms.revocation | evidence.revocation,
            certificates=evidence.certificates,
            memo=self.terms.memo,
        )
        stamped = judge_stamps(bound.properties, self.context, judge, self.name)
        self.findings += stamped.findings
        if stamped.not_before and stamped.best_time and stamped.not_before > stamped.best_time:
            self.add("XML-STAMP-ORDER")
        return stamped


def _covers(core: Core, paths: Paths) -> str:
    parts = []
    for item in core.references:
        if item.type in SIGNED_PROPERTIES:
            continue
        if item.uri == "":
            parts.append("whole document")
        elif item.element is not None:
            parts.append(f"{item.uri} ({paths(item.element)})")
        else:
            parts.append(item.uri or "?")
    return ", ".join(parts)
