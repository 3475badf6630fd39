"""The sentences about PDF signatures, in both languages, with their codes and articles."""

from __future__ import annotations

from typing import Final

from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature.messages import CIRCULAR

__all__ = ["no_signature"]

_INTEGRITY: Final = Citation(instrument=CIRCULAR, annex="II", point="2.4")


def no_signature() -> Finding:
    """The file has no signature at all."""
    return finding(
        "SIG-NONE", Severity.ERROR, vi="Tệp không có chữ ký số nào.", en="The file has no digital signature."
    )


def unreadable(where: str, detail: str) -> Finding:
    """The signature cannot be read."""
    return finding(
        "SIG-FORMAT",
        Severity.ERROR,
        vi=f"Chữ ký không đọc được: {detail}.",
        en=f"The signature cannot be read: {detail}.",
        where=where,
    )


def store_unreadable(detail: str) -> Finding:
    """The document security store is broken; it is left out."""
    return finding(
        "SIG-DSS-UNREADABLE",
        Severity.WARNING,
        vi=f"Dữ liệu kiểm tra lâu dài trong tệp không đọc được nên không dùng: {detail}.",
        en=f"The long-term data of the file cannot be read and is left out: {detail}.",
        where="DSS",
    )


def hybrid() -> Finding:
    """Old and new readers may see different objects in this file."""
    return finding(
        "SIG-PDF-HYBRID",
        Severity.WARNING,
        vi="Tệp dùng bảng tham chiếu lai: phần mềm cũ có thể hiển thị nội dung khác.",
        en="The file has hybrid cross-references: old readers may show another content.",
    )


def byte_range(where: str) -> Finding:
    """The byte range is not the file without the signature value."""
    return finding(
        "SIG-BYTE-RANGE",
        Severity.ERROR,
        vi="Vùng được ký không phủ trọn văn bản (có khoảng hở, chồng lấn hoặc thiếu phần cuối): không được tin.",
        en="The signed range does not cover the document (a gap, an overlap or an open end): do not rely on it.",
        where=where,
        source=_INTEGRITY,
    )


def hash_differs(where: str) -> Finding:
    """The signed hash value is not that of the file."""
    return finding(
        "SIG-HASH",
        Severity.ERROR,
        vi="Nội dung đã bị thay đổi sau khi ký: mã băm không trùng.",
        en="The content was changed after signing: its hash value differs.",
        where=where,
        source=_INTEGRITY,
    )


def old_kind(where: str) -> Finding:
    """The signature is of the kind that signs a SHA-1 value."""
    return finding(
        "SIG-PDF-SHA1",
        Severity.WARNING,
        vi="Chữ ký kiểu cũ adbe.pkcs7.sha1: chỉ ký mã băm SHA-1 của tệp, kiểu này đã bị bỏ trong PDF 2.0.",
        en="A signature of the old kind adbe.pkcs7.sha1 signs the SHA-1 value of the file; PDF 2.0 dropped it.",
        where=where,
    )


def contents_tail(where: str) -> Finding:
    """Behind the signature container stand bytes that no signature covers."""
    return finding(
        "SIG-CONTENTS-TAIL",
        Severity.WARNING,
        vi="Sau giá trị chữ ký có dữ liệu khác không, không được ký: có thể ai đó đã ghi thêm vào chỗ trống.",
        en="Behind the signature value stand bytes other than zero, which nothing covers: the gap may have been used.",
        where=where,
    )


def changed(where: str, detail: str) -> Finding:
    """The file was changed after signing in a way that is not allowed."""
    return finding(
        "SIG-CHANGED-AFTER",
        Severity.ERROR,
        vi=f"Tệp đã bị thay đổi sau khi ký, không chỉ bổ sung chữ ký hay dữ liệu kiểm tra: {detail}.",
        en=f"The file was changed after signing by more than signatures or long-term data: {detail}.",
        where=where,
        source=_INTEGRITY,
    )


def forms_filled(where: str, fields: tuple[str, ...]) -> Finding:
    """Form fields were filled in after signing; the policy allows it."""
    names = ", ".join(fields) or "?"
    return finding(
        "SIG-FORM-FILLED",
        Severity.WARNING,
        vi=f"Sau khi ký có điền thêm vào biểu mẫu ({names}): phần đó không được ký.",
        en=f"Form fields were filled in after signing ({names}): they are not covered by the signature.",
        where=where,
    )


def appended(where: str, *, signatures: bool) -> Finding:
    """Something allowed was appended after signing."""
    what = ("chữ ký khác", "further signatures") if signatures else ("dữ liệu kiểm tra lâu dài", "long-term data")
    return finding(
        "SIG-APPENDED",
        Severity.INFO,
        vi=f"Sau chữ ký này chỉ có thêm {what[0]}; nội dung không đổi.",
        en=f"Only {what[1]} followed this signature; the content is unchanged.",
        where=where,
    )


def intact(where: str, *, whole: bool) -> Finding:
    """The content is what was signed."""
    return finding(
        "SIG-INTEGRITY-OK",
        Severity.INFO,
        vi="Nội dung toàn vẹn, không thay đổi sau khi ký." if whole else "Nội dung đã ký toàn vẹn.",
        en="The content is unchanged since signing." if whole else "The signed content is unchanged.",
        where=where,
        source=_INTEGRITY,
    )


def order(where: str) -> Finding:
    """The time-stamps contradict each other."""
    return finding(
        "SIG-TST-ORDER",
        Severity.ERROR,
        vi="Các dấu thời gian mâu thuẫn: dấu trên nội dung muộn hơn dấu trên chữ ký.",
        en="The time-stamps contradict each other: that of the content is later than that of the signature.",
        where=where,
    )
