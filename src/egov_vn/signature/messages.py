"""The sentences about certificates and chains, in both languages, with their codes and articles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from egov_vn.clock import VIETNAM
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature.policy import AlgorithmVerdict

__all__ = ["REASONS", "moment_text"]

CIRCULAR: Final = "15/2025/TT-BKHCN"
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "unspecified": ("không nêu lý do", "unspecified"),
    "key_compromise": ("khóa bí mật bị lộ", "key compromise"),
    "ca_compromise": ("khóa của tổ chức cấp bị lộ", "CA compromise"),
    "affiliation_changed": ("thay đổi cơ quan, chức vụ", "affiliation changed"),
    "superseded": ("đã cấp chứng thư thay thế", "superseded"),
    "cessation_of_operation": ("ngừng sử dụng", "cessation of operation"),
    "certificate_hold": ("tạm dừng", "certificate hold"),
    "privilege_withdrawn": ("thu hồi quyền", "privilege withdrawn"),
    "aa_compromise": ("khóa của tổ chức cấp thuộc tính bị lộ", "AA compromise"),
}
_UNUSABLE: Final[Mapping[str, tuple[str, str]]] = {
    "signature": ("chữ ký trên dữ liệu không đúng", "its signature is wrong"),
    "responder": ("người trả lời không được tổ chức cấp chứng thư ủy quyền", "its responder is not authorised"),
    "responder-expired": ("chứng thư của người trả lời không có hiệu lực", "its responder's certificate was not valid"),
    "responder-revoked": ("chứng thư của người trả lời đã bị thu hồi", "its responder's certificate was revoked"),
    "indirect": (
        "là danh sách gián tiếp (gồm chứng thư của nhiều tổ chức cấp), không được hỗ trợ",
        "it is an indirect list (of several issuers' certificates), which is not supported",
    ),
    "incomplete": (
        "chỉ là danh sách bổ sung hoặc chỉ gồm một số lý do nên không đủ để kết luận",
        "it is a delta list or holds only some reasons, so that absence from it proves nothing",
    ),
    "issuer-usage": ("chứng thư của tổ chức cấp không được ký danh sách thu hồi", "its issuer may not sign CRLs"),
    "critical-extension": ("có phần mở rộng bắt buộc không hiểu được", "it has an unknown critical extension"),
    "future": ("phát hành sau thời điểm kiểm tra", "it was issued after the validation time"),
    "stale": ("đã cũ so với thời điểm cần kiểm tra", "it is too old for the instant in question"),
    "expired-unlisted": (
        "phát hành sau khi chứng thư hết hạn nên không còn nêu chứng thư này",
        "it was issued after the certificate expired and no longer lists it",
    ),
    "no-proof": (
        "người ký dữ liệu đã hết hạn và không có dấu thời gian chứng minh dữ liệu có trước đó",
        "its signer has expired and no time-stamp shows that it existed before",
    ),
    "algorithm": ("dùng thuật toán không còn được chấp nhận", "it uses an algorithm no longer accepted"),
    "unknown": ("trả lời là không biết chứng thư này", "it answers that the certificate is unknown"),
}


def rule(point: str, *, annex: str | None = "II") -> Citation:
    """Cite a row of Annex II of TT 15/2025/TT-BKHCN."""
    return Citation(instrument=CIRCULAR, annex=annex, point=point)


def moment_text(at: datetime) -> str:
    """Write an instant in Vietnamese time, ISO 8601."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


def no_trust(where: str) -> Finding:
    """No anchor was given at all."""
    return finding(
        "SIG-CHAIN-NO-TRUST",
        Severity.WARNING,
        vi="Chưa chỉ định chứng thư gốc tin cậy nào nên không kết luận được về chủ thể ký.",
        en="No trust anchor was given, so nothing can be said about who signed.",
        where=where,
        source=Citation(instrument=CIRCULAR, article="6", clause="1", point="b"),
    )


def unknown_root(where: str, issuer: str) -> Finding:
    """No path leads to an anchor."""
    return finding(
        "SIG-CHAIN-UNKNOWN-ROOT",
        Severity.ERROR,
        vi=f"Không có đường dẫn tin cậy nào đến chứng thư gốc đã tin cậy; tổ chức cấp: “{issuer}”.",
        en=f"No path leads to a trusted root; the issuer is “{issuer}”.",
        where=where,
        source=Citation(instrument=CIRCULAR, article="6", clause="1", point="b"),
    )


def chain_invalid(where: str, detail: str) -> Finding:
    """The path breaks a rule of RFC 5280."""
    return finding(
        "SIG-CHAIN-INVALID",
        Severity.ERROR,
        vi=f"Đường dẫn chứng thư không hợp lệ theo RFC 5280: {detail}",
        en=f"The certification path breaks RFC 5280: {detail}",
        where=where,
        source=Citation(instrument="RFC 5280", clause="6.1"),
    )


def chain_good(where: str, names: list[str]) -> Finding:
    """The path that was found."""
    return finding(
        "SIG-CHAIN-OK",
        Severity.INFO,
        vi=f"Đường dẫn tin cậy: {' ← '.join(names)}.",
        en=f"Trusted path: {' ← '.join(names)}.",
        where=where,
    )


def anchor_ended(where: str, name: str, until: datetime, reason: str, *, withdrawn: bool) -> Finding:
    """Trust in the anchor ended before the instant."""
    tail = f" ({reason})" if reason else ""
    word = ("bị thôi tin cậy", "is no longer trusted") if withdrawn else ("hết hạn", "expired")
    return finding(
        "SIG-ANCHOR-WITHDRAWN" if withdrawn else "SIG-ANCHOR-EXPIRED",
        Severity.ERROR,
        vi=f"Chứng thư gốc “{name}” {word[0]} từ {moment_text(until)}{tail}.",
        en=f"The root “{name}” {word[1]} since {moment_text(until)}{tail}.",
        where=where,
    )


def expired(where: str, who: str, end: datetime, moment: datetime, *, ca: bool, proven: bool) -> Finding:
    """A certificate had expired at the instant."""
    basis = (
        ("thời điểm chữ ký được chứng minh là tồn tại", "the instant at which the signature is proven to exist")
        if proven
        else ("thời điểm kiểm tra (không có dấu thời gian)", "the validation time (there is no time-stamp)")
    )
    return finding(
        "SIG-CA-EXPIRED" if ca else "SIG-CERT-EXPIRED",
        Severity.ERROR,
        vi=f"Chứng thư “{who}” hết hạn từ {moment_text(end)}, trước {basis[0]} {moment_text(moment)}.",
        en=f"The certificate “{who}” expired at {moment_text(end)}, before {basis[1]}, {moment_text(moment)}.",
        where=where,
        source=rule("1.1"),
    )


def not_yet_valid(where: str, who: str, start: datetime, moment: datetime, *, ca: bool) -> Finding:
    """A certificate was not yet valid at the instant."""
    return finding(
        "SIG-CA-NOT-YET-VALID" if ca else "SIG-CERT-NOT-YET-VALID",
        Severity.ERROR,
        vi=f"Chứng thư “{who}” chỉ có hiệu lực từ {moment_text(start)}, sau thời điểm {moment_text(moment)}.",
        en=f"The certificate “{who}” is valid only from {moment_text(start)}, after {moment_text(moment)}.",
        where=where,
        source=rule("1.1"),
    )


def expired_since(where: str, who: str, end: datetime, moment: datetime) -> Finding:
    """A certificate has expired since, which does no harm."""
    return finding(
        "SIG-CERT-EXPIRED-SINCE",
        Severity.INFO,
        vi=f"Chứng thư “{who}” nay đã hết hạn ({moment_text(end)}), nhưng dấu thời gian chứng minh "
        f"chữ ký có từ {moment_text(moment)}, khi chứng thư còn hiệu lực.",
        en=f"The certificate “{who}” has since expired ({moment_text(end)}), but a time-stamp shows that the "
        f"signature existed at {moment_text(moment)}, while it was valid.",
        where=where,
        source=rule("1.1"),
    )


def revoked(where: str, who: str, since: datetime, reason: str, *, ca: bool, proven: bool) -> Finding:
    """A certificate was revoked at the instant."""
    words = REASONS.get(reason, (reason, reason))
    tail = (
        ("trước thời điểm chữ ký được chứng minh là tồn tại", "before the signature is proven to exist")
        if proven
        else (
            "và không có dấu thời gian chứng minh chữ ký được tạo trước đó",
            "and no time-stamp shows that the signature was made before",
        )
    )
    return finding(
        "SIG-CA-REVOKED" if ca else "SIG-CERT-REVOKED",
        Severity.ERROR,
        vi=f"Chứng thư “{who}” bị thu hồi từ {moment_text(since)} ({words[0]}), {tail[0]}.",
        en=f"The certificate “{who}” was revoked at {moment_text(since)} ({words[1]}), {tail[1]}.",
        where=where,
        source=rule("1.1"),
    )


def suspended(where: str, who: str, since: datetime) -> Finding:
    """A certificate was suspended at the instant."""
    return finding(
        "SIG-CERT-SUSPENDED",
        Severity.ERROR,
        vi=f"Chứng thư “{who}” bị tạm dừng từ {moment_text(since)}.",
        en=f"The certificate “{who}” was suspended at {moment_text(since)}.",
        where=where,
        source=rule("1.1"),
    )


def revoked_since(where: str, who: str, since: datetime, reason: str, moment: datetime) -> Finding:
    """A certificate was revoked later, which does no harm."""
    words = REASONS.get(reason, (reason, reason))
    return finding(
        "SIG-CERT-REVOKED-SINCE",
        Severity.INFO,
        vi=f"Chứng thư “{who}” bị thu hồi từ {moment_text(since)} ({words[0]}), sau thời điểm "
        f"{moment_text(moment)} mà dấu thời gian chứng minh: chữ ký không bị ảnh hưởng.",
        en=f"The certificate “{who}” was revoked at {moment_text(since)} ({words[1]}), after {moment_text(moment)}, "
        "which a time-stamp proves: the signature is not affected.",
        where=where,
        source=rule("1.1"),
    )


def status_good(where: str, who: str, kind: str, published: datetime) -> Finding:
    """The certificate was not revoked."""
    return finding(
        "SIG-REVOCATION-GOOD",
        Severity.INFO,
        vi=f"Chứng thư “{who}” không bị thu hồi hay tạm dừng theo {kind} công bố {moment_text(published)}.",
        en=f"The certificate “{who}” is neither revoked nor suspended by the {kind} of {moment_text(published)}.",
        where=where,
        source=rule("1.2"),
    )


def status_as_of_stamp(where: str, who: str, until: datetime) -> Finding:
    """The status rests on data that was current when the time-stamp was made, and is not any more."""
    return finding(
        "SIG-REVOCATION-AS-OF-STAMP",
        Severity.INFO,
        vi=f"Trạng thái của “{who}” là trạng thái lúc đóng dấu thời gian; dữ liệu này hết hạn {moment_text(until)}, "
        "không có dữ liệu mới hơn.",
        en=f"The status of “{who}” is that of the time of the stamp; the data expired {moment_text(until)} and nothing "
        "newer was given.",
        where=where,
        source=Citation(instrument="EN 319 102-1", article="5.2.5"),
    )


def status_missing(where: str, who: str) -> Finding:
    """Revocation could not be checked."""
    return finding(
        "SIG-REVOCATION-MISSING",
        Severity.WARNING,
        vi=f"Không kiểm tra được trạng thái chứng thư “{who}”: không có CRL hay OCSP dùng được.",
        en=f"The status of the certificate “{who}” cannot be checked: there is no usable CRL or OCSP response.",
        where=where,
        source=rule("1.2"),
    )


def status_not_offered(where: str, who: str) -> Finding:
    """The certificate names no revocation service."""
    return finding(
        "SIG-REVOCATION-NOT-OFFERED",
        Severity.WARNING,
        vi=f"Chứng thư “{who}” không nêu nơi công bố CRL, OCSP và không có dữ liệu kèm theo: chưa kiểm tra được.",
        en=f"The certificate “{who}” names no CRL or OCSP service and none came with it: its status was not checked.",
        where=where,
        source=rule("1.2"),
    )


def status_unusable(where: str, who: str, kind: str, problem: str) -> Finding:
    """One CRL or OCSP response was set aside."""
    words = _UNUSABLE.get(problem, (problem, problem))
    code = "SIG-REVOCATION-STALE" if problem == "stale" else "SIG-REVOCATION-UNUSABLE"
    return finding(
        code,
        Severity.WARNING,
        vi=f"{kind} về chứng thư “{who}” không dùng được: {words[0]}.",
        en=f"A {kind} about the certificate “{who}” cannot be used: {words[1]}.",
        where=where,
        source=rule("1.2"),
    )


def stamping_usage(where: str, who: str) -> Finding:
    """The certificate of a TSA is not as RFC 3161 wants it."""
    return finding(
        "SIG-TSA-USAGE",
        Severity.WARNING,
        vi=f"Chứng thư “{who}” không dành riêng cho cấp dấu thời gian (Extended Key Usage phải bắt buộc và duy nhất).",
        en=f"The certificate “{who}” is not for time-stamping alone, by a critical extended key usage of one purpose.",
        where=where,
        source=Citation(instrument="RFC 3161", clause="2.3"),
    )


def wrong_usage(where: str, who: str, usage: str, *, extended: bool, error: bool = True) -> Finding:
    """The certificate is not for this purpose."""
    return finding(
        "SIG-CERT-EXTENDED-USAGE" if extended else "SIG-CERT-USAGE",
        Severity.ERROR if error else Severity.WARNING,
        vi=f"Mục đích sử dụng của chứng thư “{who}” ({usage}) không gồm việc này.",
        en=f"The purpose of the certificate “{who}” ({usage}) does not include this.",
        where=where,
        source=rule("1.5"),
    )


def authority_signs(where: str, who: str) -> Finding:
    """A CA certificate signed a document."""
    return finding(
        "SIG-CERT-IS-CA",
        Severity.WARNING,
        vi=f"“{who}” là chứng thư của tổ chức chứng thực, không phải của người ký văn bản.",
        en=f"“{who}” is the certificate of an authority, not of one who signs documents.",
        where=where,
        source=rule("1.4"),
    )


def algorithm(where: str, what: str | tuple[str, str], verdict: AlgorithmVerdict) -> Finding:
    """An algorithm is not, or is no longer, what the rule asks for."""
    vi, en = what if isinstance(what, tuple) else (what, what)
    until = f" (đến hết ngày trước {verdict.until.isoformat()})" if verdict.until else ""
    until_en = f" (until {verdict.until.isoformat()})" if verdict.until else ""
    if verdict.allowed:
        return finding(
            "SIG-ALGORITHM-NOTE",
            Severity.INFO,
            vi=f"{vi}: {verdict.name} còn được dùng phổ biến nhưng thấp hơn yêu cầu của văn bản đang có hiệu lực.",
            en=f"{en}: {verdict.name} is in common use but below what the rule in force asks for.",
            where=where,
            source=verdict.source,
        )
    return finding(
        "SIG-ALGORITHM-WEAK",
        Severity.ERROR,
        vi=f"{vi}: {verdict.name} không được chấp nhận tại thời điểm xét{until}.",
        en=f"{en}: {verdict.name} was not accepted at the instant in question{until_en}.",
        where=where,
        source=verdict.source,
    )
