"""What TT 15/2025/TT-BKHCN asks a verifier to tell: one finding for each item of Article 6 and of Annex II.

PDF, XML and CMS reports all carry these, with the same codes: `TT15-6-…` for what must be shown, `TT15-II-…` for what
must be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature.certificate import CertificateInfo, HolderKind
from egov_vn.signature.messages import CIRCULAR, moment_text
from egov_vn.signature.path import ChainReport
from egov_vn.signature.report import Indication
from egov_vn.signature.status import StatusKind
from egov_vn.signature.trust import root_pins

__all__ = ["SignatureFacts", "circular_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What an assessment knows about one signature; None means that it could not be told."""

    indication: Indication
    certificate: CertificateInfo | None
    chain: ChainReport | None
    intact: bool | None
    """Whether the hash of the content is the signed one."""
    key_matches: bool | None
    """Whether the signature was made with the key of the certificate."""
    algorithms_accepted: bool | None
    signed_at: datetime | None = None
    proven_at: datetime | None = None
    stamps_hold: bool | None = None
    """Whether every time-stamp on the signature is valid; None if there is none."""
    moment: datetime | None = None
    """The instant at which everything was judged."""


def circular_findings(facts: SignatureFacts, *, where: str = "") -> tuple[Finding, ...]:
    """Return the findings that Article 6 and Annex II ask for, in the order of the circular."""
    return (*_shown(facts, where), *_evaluated(facts, where))


def _shown(facts: SignatureFacts, where: str) -> Iterator[Finding]:
    info = facts.certificate
    unknown = ("không xác định được", "unknown")
    issuer = (info.issuer_name,) * 2 if info else unknown
    yield _say("TT15-6-ISSUER", f"Tổ chức cấp chứng thư: {issuer[0]}.", f"Issuing organisation: {issuer[1]}.", where)
    signer = (_holder(info),) * 2 if info else unknown
    yield _say("TT15-6-SIGNER", f"Chủ thể ký: {signer[0]}.", f"Signer: {signer[1]}.", where)
    manager = (info.managing_organization,) * 2 if info else unknown
    yield _say(
        "TT15-6-MANAGER", f"Đơn vị quản lý chứng thư: {manager[0]}.", f"Managing organisation: {manager[1]}.", where
    )
    yield _time(facts, where)
    if facts.stamps_hold is not None:
        yield _stamps(facts.stamps_hold, where)
    yield _path(facts.chain, where)
    intact = {
        True: ("Nội dung còn nguyên vẹn.", "The content is intact.", Severity.INFO),
        False: ("Nội dung không còn nguyên vẹn.", "The content is not intact.", Severity.ERROR),
        None: ("Chưa kiểm tra được tính toàn vẹn.", "Integrity could not be checked.", Severity.WARNING),
    }[facts.intact]
    yield _say("TT15-6-INTEGRITY", intact[0], intact[1], where, level=intact[2])
    yield _verdict(facts, where)
    if info:
        start, end = moment_text(info.not_before), moment_text(info.not_after)
        yield _say("TT15-6-PERIOD", f"Chứng thư có hiệu lực từ {start} đến {end}.", f"Valid {start} to {end}.", where)


def _evaluated(facts: SignatureFacts, where: str) -> Iterator[Finding]:
    info, chain = facts.certificate, facts.chain
    codes = {item.code for item in chain.findings} if chain else set()
    inside = info.is_valid_at(facts.moment) if info and facts.moment else None
    stopped = bool(chain and chain.status in (StatusKind.REVOKED, StatusKind.SUSPENDED))
    valid = False if stopped else inside
    yield _item(
        "1.1", "Chứng thư trong thời hạn, không bị tạm dừng hay thu hồi", "Certificate in its period", valid, where
    )
    known = None if chain is None or chain.status is StatusKind.UNKNOWN else True
    yield _item(
        "1.2", "Trạng thái chứng thư kiểm tra được qua CRL hoặc OCSP", "Status known by CRL or OCSP", known, where
    )
    yield _item(
        "1.3", "Thuật toán theo tiêu chuẩn đang có hiệu lực", "Algorithms as required", facts.algorithms_accepted, where
    )
    scope = None if info is None else info.kind is not HolderKind.AUTHORITY
    yield _item("1.4", "Chứng thư dùng đúng phạm vi", "Certificate used within its scope", scope, where)
    purpose = None if chain is None else not {"SIG-CERT-USAGE", "SIG-CERT-EXTENDED-USAGE"} & codes
    yield _item("1.5", "Mục đích sử dụng (Key Usage, Extended Key Usage)", "Key usage", purpose, where, optional=True)
    policies = ", ".join(info.policies) if info and info.policies else "-"
    yield _say(
        "TT15-II-1.6", f"Chính sách chứng thư: {policies}.", f"Certificate policies: {policies}.", where, point="1.6"
    )
    yield _item(
        "2.1", "Có thông tin chủ thể ký trên chứng thư", "Signer named by the certificate", info is not None, where
    )
    yield _item("2.2", "Chữ ký tạo bởi khóa của chứng thư", "Made with the certificate's key", facts.key_matches, where)
    trusted = chain.anchor is not None and "SIG-CHAIN-INVALID" not in codes if chain else None
    current = None if valid is None or trusted is None else valid and trusted
    yield _item("2.3", "Chứng thư có hiệu lực tại thời điểm ký", "Certificate valid at signing time", current, where)
    yield _item("2.4", "Mã băm của nội dung trùng khớp", "Hash values are equal", facts.intact, where)


def _time(facts: SignatureFacts, where: str) -> Finding:
    if facts.proven_at:
        at = moment_text(facts.proven_at)
        return _say("TT15-6-TIME", f"Dấu thời gian: {at}.", f"Time-stamp: {at}.", where)
    if facts.signed_at:
        at = moment_text(facts.signed_at)
        vi = f"Thời điểm ký do người ký khai: {at} (không có dấu thời gian hợp lệ)."
        return _say("TT15-6-TIME", vi, f"Signing time as claimed: {at} (no valid time-stamp).", where)
    vi = "Chữ ký không nêu thời điểm ký và không có dấu thời gian hợp lệ."
    en = "The signature names no signing time and has no valid time-stamp."
    return _say("TT15-6-TIME", vi, en, where, level=Severity.WARNING)


def _stamps(holds: bool, where: str) -> Finding:
    vi = "Dấu thời gian gắn kèm hợp lệ." if holds else "Có dấu thời gian gắn kèm không hợp lệ hoặc chưa kết luận được."
    en = "The attached time-stamps are valid." if holds else "An attached time-stamp is not valid, or undecided."
    source = Citation(instrument=CIRCULAR, article="6", clause="1", point="g")
    level = Severity.INFO if holds else Severity.WARNING
    return finding("TT15-6-TIME-STAMP", level, vi=vi, en=en, where=where, source=source)


def _path(chain: ChainReport | None, where: str) -> Finding:
    """Tell where the path ends: Article 6.1.b asks that it leads to the national root or a recognised foreign one."""
    source = Citation(instrument=CIRCULAR, article="6", clause="1", point="b")
    if chain is None or chain.anchor is None:
        vi, en = "Chưa có đường dẫn đến chứng thư gốc tin cậy.", "No path leads to a trusted root."
        return finding("TT15-6-PATH", Severity.WARNING, vi=vi, en=en, where=where, source=source)
    sha256 = chain.anchor.sha256
    pin = next((item for item in root_pins() if item.sha256 == sha256), None)
    if pin is not None:
        vi = f"Đường dẫn liên kết đến “{pin.name}” ({pin.authority})."
        return finding(
            "TT15-6-PATH",
            Severity.INFO,
            vi=vi,
            en=f"The path leads to “{pin.name}” ({pin.authority}).",
            where=where,
            source=source,
        )
    name = chain.anchor.info.common_name
    return finding(
        "TT15-6-PATH",
        Severity.INFO,
        vi=f"Đường dẫn liên kết đến “{name}” do bạn chỉ định; không phải chứng thư gốc quốc gia đã biết.",
        en=f"The path leads to “{name}”, which you named; it is none of the known national roots.",
        where=where,
        source=source,
    )


def _verdict(facts: SignatureFacts, where: str) -> Finding:
    vi, en, level = {
        Indication.TOTAL_PASSED: ("Chữ ký số hợp lệ tại thời điểm ký.", "The signature is valid.", Severity.INFO),
        Indication.INDETERMINATE: (
            "Chưa đủ căn cứ để kết luận chữ ký số hợp lệ.",
            "There is not enough to say that the signature is valid.",
            Severity.WARNING,
        ),
        Indication.TOTAL_FAILED: ("Chữ ký số không hợp lệ.", "The signature is not valid.", Severity.ERROR),
    }[facts.indication]
    return _say("TT15-6-VALIDITY", vi, en, where, level=level)


def _item(point: str, vi: str, en: str, holds: bool | None, where: str, *, optional: bool = False) -> Finding:
    answer = {True: ("đạt", "holds"), False: ("không đạt", "does not hold"), None: ("chưa rõ", "not known")}[holds]
    bad = Severity.WARNING if optional or holds is None else Severity.ERROR
    level = Severity.INFO if holds else bad
    return _say(f"TT15-II-{point}", f"{vi}: {answer[0]}.", f"{en}: {answer[1]}.", where, level=level, point=point)


def _say(
    code: str, vi: str, en: str, where: str, *, level: Severity = Severity.INFO, point: str | None = None
) -> Finding:
    source = (
        Citation(instrument=CIRCULAR, annex="II", point=point)
        if point
        else Citation(instrument=CIRCULAR, article="6", clause="4", point="b")
    )
    return finding(code, level, vi=vi, en=en, where=where, source=source)


def _holder(info: CertificateInfo) -> str:
    details = [*(f"{name} {value}" for name, value in info.numbers.items())]
    details += [item for item in (info.title, info.organization) if item and item != info.common_name]
    return f"{info.common_name} ({', '.join(details)})" if details else info.common_name
