"""ASiC-S and ASiC-E with XAdES: containers made, added to, and assessed; those with CAdES are assessed too."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from lxml import etree

from egov_vn import _xml
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.signature.cms import assess_cms
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Level, Report, SignatureReport, SubIndication
from egov_vn.signature.revocation import RevocationData, RevocationSource
from egov_vn.signature.timestamp import Timestamper
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.xades import algorithms
from egov_vn.signature.xades.assess import assess_xml
from egov_vn.signature.xades.build import XmlForm, ascii_xml
from egov_vn.signature.xades.container import Asic, AsicKind, AsicLimits, open_asic, pack
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.extend import raise_level
from egov_vn.signature.xades.files import detached_signature, uri_of
from egov_vn.signature.xades.names import ds
from egov_vn.signature.xades.profiles import XmlProfile
from egov_vn.signature.xades.properties import Claims
from egov_vn.signature.xades.references import decode
from egov_vn.signature.xades.remarks import none_found
from egov_vn.signature.xades.transforms import Refused

__all__ = ["assess_asic", "create_asic", "sign_asic"]

_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_TEXTS: Final[Mapping[str, tuple[Severity, str, str]]] = {
    "ASIC-MIMETYPE": (
        Severity.WARNING,
        "Gói thiếu hoặc sai mimetype",
        "The mimetype of the container is missing or wrong",
    ),
    "ASIC-S-FILES": (Severity.WARNING, "Gói ASiC-S phải có đúng một tệp", "An ASiC-S container holds exactly one file"),
    "ASIC-UNSIGNED": (
        Severity.ERROR,
        "Tệp trong gói không được chữ ký bao trùm",
        "A file is not covered by the signature",
    ),
    "ASIC-MANIFEST": (Severity.ERROR, "Danh mục của gói không khớp với tệp", "A manifest does not match the files"),
    "ASIC-SIGNATURE": (Severity.ERROR, "Tệp chữ ký trong gói không đọc được", "A signature file cannot be read"),
    "ASIC-MANIFEST-MISSING": (Severity.ERROR, "Gói thiếu danh mục ASiCManifest", "The ASiCManifest is missing"),
}


def create_asic(
    files: Mapping[str, bytes],
    *,
    signer: Signer,
    at: datetime,
    kind: AsicKind = AsicKind.E,
    level: Level = Level.B_B,
    claims: Claims | None = None,
    form: XmlForm | None = None,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
) -> bytes:
    """Pack *files* (contents by name) and one XAdES signature over all of them (*đóng gói tệp kèm chữ ký*).

    Raises `InvalidInput` for a name that is no plain relative path, or several files in an ASiC-S. ETSI EN 319 162-1.
    """
    if kind is AsicKind.S and len(files) != 1:
        raise InvalidInput(f"an ASiC-S container holds one file, not {len(files)}", path="files")
    if not files or any(name.upper().startswith("META-INF/") or name == "mimetype" for name in files):
        raise InvalidInput("there must be files, and META-INF and mimetype are not theirs to use", path="files")
    empty = pack(kind, files, at=require_aware(at))
    return sign_asic(
        empty,
        signer=signer,
        at=at,
        level=level,
        claims=claims,
        form=form,
        timestamper=timestamper,
        revocation=revocation,
        trust=trust,
    )


def sign_asic(
    container: bytes,
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    claims: Claims | None = None,
    form: XmlForm | None = None,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
) -> bytes:
    """Add a parallel XAdES signature over every file of a container and return the container.

    The signatures already there stay byte for byte as they are; the new one has a file of its own in META-INF.
    """
    require_aware(at)
    check_signer(signer, at=at)
    opened = open_asic(container)
    claims, form = claims or Claims(), form or XmlForm()
    text, ident = detached_signature(
        opened.files, signer=signer, at=at, claims=claims, form=form, salt=len(opened.signatures)
    )
    wrapped = ascii_xml(f'<asic:XAdESSignatures xmlns:asic="{_ASIC}">{text}</asic:XAdESSignatures>')
    signed = raise_level(
        wrapped,
        ident,
        level=level,
        timestamper=timestamper,
        revocation=revocation,
        signer=signer,
        at=at,
        trust=trust,
        files={uri_of(name): data for name, data in opened.files.items()},
    )
    meta = dict(opened.meta)
    meta[_free_name(opened)] = signed
    if opened.kind is AsicKind.E:
        meta.setdefault("META-INF/manifest.xml", _odf_manifest(opened, claims))
    return pack(opened.kind, {**opened.files, **meta}, at=at)


def _free_name(opened: Asic) -> str:
    if not opened.signatures:
        return "META-INF/signatures.xml"
    if opened.kind is AsicKind.S:
        raise InvalidInput("an ASiC-S container has one signature file; use ASiC-E for several", path="container")
    return next(name for number in range(1, 1000) if (name := f"META-INF/signatures{number:03}.xml") not in opened.meta)


def _odf_manifest(opened: Asic, claims: Claims) -> bytes:
    entries = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type="
        f"{quoteattr(claims.formats.get(name, 'application/octet-stream'))}/>"
        for name in opened.files
    )
    return ascii_xml(
        f'<manifest:manifest xmlns:manifest="{_ODF}" manifest:version="1.2"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{opened.kind.value}"/>{entries}</manifest:manifest>'
    )


def assess_asic(
    container: bytes,
    *,
    at: datetime,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
    limits: AsicLimits | None = None,
) -> Report:
    """Assess every signature of an ASiC container at *at* (*kiểm tra gói ASiC*).

    Each signature must cover every file: one that leaves files out gets a finding for each of them and cannot pass.
    Raises `InvalidInput` if the container is no readable ZIP, breaks a limit, or is no ASiC.
    """
    opened = open_asic(container, limits=limits)
    findings = [_remark(code, "", detail) for code, detail in opened.remarks]
    signatures: list[SignatureReport] = []
    for name, data in opened.signatures.items():
        try:
            left_out = _left_out(opened, data)
        except InvalidInput as error:
            findings.append(_remark("ASIC-SIGNATURE", name, error.message))
            signatures.append(
                SignatureReport(
                    name=name, indication=Indication.TOTAL_FAILED, sub_indication=SubIndication.FORMAT_FAILURE
                )
            )
            continue
        report = assess_xml(
            data,
            at=at,
            trust=trust,
            policy=policy,
            revocation=revocation,
            files=lambda uri: _entry(opened, uri),
            profile=XmlProfile.XADES,
        )
        signatures += [
            _with_gaps(item, name, left_out.get(number, ())) for number, item in enumerate(report.signatures)
        ]
    for name, data in opened.cms.items():
        signatures += _cades(opened, name, data, at=at, trust=trust, policy=policy, revocation=revocation)
    if not signatures:
        findings.append(none_found())
    return Report(signatures=tuple(signatures), findings=tuple(findings), at=at)


def _entry(opened: Asic, uri: str) -> bytes | None:
    name = unquote(uri).removeprefix("./").lstrip("/")
    return opened.files.get(name, opened.meta.get(name))


def _left_out(opened: Asic, data: bytes) -> dict[int, tuple[str, ...]]:
    document = Document.read(data)
    result: dict[int, tuple[str, ...]] = {}
    for number, signature in enumerate(document.signatures):
        if any(item.tag == ds("Signature") for item in signature.iterancestors()):
            continue  # a counter-signature covers a signature, not files
        named = {
            unquote(item.get("URI", "")).removeprefix("./").lstrip("/") for item in signature.iter(ds("Reference"))
        }
        result[number] = tuple(name for name in opened.files if name not in named)
    return result


def _with_gaps(report: SignatureReport, name: str, left_out: tuple[str, ...]) -> SignatureReport:
    where = f"{name}:{report.name}"
    if not left_out:
        return replace(report, name=where)
    findings = (*report.findings, *(_remark("ASIC-UNSIGNED", where, item) for item in left_out))
    if report.indication is Indication.TOTAL_PASSED:
        return replace(
            report,
            name=where,
            findings=findings,
            indication=Indication.INDETERMINATE,
            sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE,
        )
    return replace(report, name=where, findings=findings)


def _cades(
    opened: Asic,
    name: str,
    data: bytes,
    *,
    at: datetime,
    trust: TrustStore | None,
    policy: SignaturePolicy | None,
    revocation: RevocationData | None,
) -> list[SignatureReport]:
    manifest = _manifest_of(opened, name)
    problems: list[Finding] = []
    if manifest is not None:
        content: bytes | None = opened.meta[manifest]
        problems = _check_manifest(opened, manifest)
    else:
        content = next(iter(opened.files.values())) if len(opened.files) == 1 else None
        if content is None:
            problems = [_remark("ASIC-MANIFEST-MISSING", name, "")]
    report = assess_cms(data, at=at, content=content, trust=trust, policy=policy, revocation=revocation)
    result = []
    for item in report.signatures:
        changed = replace(item, name=f"{name}:{item.name}", findings=(*item.findings, *problems))
        if problems:
            changed = replace(changed, indication=Indication.TOTAL_FAILED, sub_indication=SubIndication.HASH_FAILURE)
        result.append(changed)
    return result


def _manifests(opened: Asic) -> Mapping[str, etree._Element]:
    found = {}
    for name, data in opened.meta.items():
        if "ASICMANIFEST" in name.upper() and name.lower().endswith(".xml"):
            try:
                found[name] = _xml.parse(data)
            except InvalidInput:
                continue  # then no signature has it as its manifest, which is said there
    return found


def _manifest_of(opened: Asic, signature: str) -> str | None:
    for name, root in _manifests(opened).items():
        pointer = root.find("{*}SigReference")
        if pointer is not None and unquote(pointer.get("URI", "")) == signature:
            return name
    return None


def _check_manifest(opened: Asic, name: str) -> list[Finding]:
    problems, named = [], set()
    for item in _manifests(opened)[name].iterfind("{*}DataObjectReference"):
        uri = item.get("URI", "")
        named.add(unquote(uri))
        method = item.find(ds("DigestMethod"))
        algorithm = algorithms.DIGESTS.get(method.get("Algorithm", "") if method is not None else "")
        data = _entry(opened, uri)
        try:
            wanted = decode(item.findtext(ds("DigestValue")))
        except Refused:
            wanted = b""
        if data is None or algorithm is None or hashlib.new(algorithm, data).digest() != wanted:
            problems.append(_remark("ASIC-MANIFEST", name, uri))
    return problems + [_remark("ASIC-UNSIGNED", name, file) for file in opened.files if file not in named]


def _remark(code: str, where: str, detail: str) -> Finding:
    level, vi, en = _TEXTS[code]
    more = f": {detail}" if detail else ""
    return finding(code, level, vi=f"{vi}{more}.", en=f"{en}{more}.", where=where)
