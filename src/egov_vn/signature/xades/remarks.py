"""The sentences about XML signatures, in both languages, each code with the verdict it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation
from egov_vn.signature.messages import CIRCULAR
from egov_vn.signature.report import Indication, SubIndication

__all__ = ["Verdict", "remark"]

Verdict = tuple[Indication, SubIndication | None]

_FAILED: Final = Indication.TOTAL_FAILED
_OPEN: Final = Indication.INDETERMINATE
_FORMAT: Final[Verdict] = (_FAILED, SubIndication.FORMAT_FAILURE)
_CONSTRAINTS: Final[Verdict] = (_OPEN, SubIndication.SIG_CONSTRAINTS_FAILURE)
_CRYPTO: Final[Verdict] = (_OPEN, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
_MISSING: Final[Verdict] = (_OPEN, SubIndication.SIGNED_DATA_NOT_FOUND)
_NO_SIGNER: Final[Verdict] = (_OPEN, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
_PASSED: Final[Verdict] = (Indication.TOTAL_PASSED, None)

_ERRORS: Final[Mapping[str, tuple[Verdict, str, str]]] = {
    "XML-DIGEST-DIFFERS": (
        (_FAILED, SubIndication.HASH_FAILURE),
        "Nội dung được ký đã bị thay đổi: giá trị băm không khớp",
        "The signed content was changed: its digest does not match",
    ),
    "XML-SIGNATURE-VALUE": (
        (_FAILED, SubIndication.SIG_CRYPTO_FAILURE),
        "Giá trị chữ ký không khớp với khóa công khai của người ký",
        "The signature value does not fit the public key of the signer",
    ),
    "XML-DIGEST-UNKNOWN": (_CRYPTO, "Thuật toán băm không được hỗ trợ", "Unknown digest algorithm"),
    "XML-SIGNATURE-METHOD-UNKNOWN": (_CRYPTO, "Thuật toán ký không được hỗ trợ", "Unknown signature algorithm"),
    "XML-C14N-UNKNOWN": (_CRYPTO, "Phương pháp chuẩn hóa XML không được hỗ trợ", "Unknown canonicalisation method"),
    "XML-REFERENCE-MISSING": (
        _MISSING,
        "Không tìm thấy phần tử được ký trong tệp",
        "The signed element is not in the document",
    ),
    "XML-FILE-MISSING": (_MISSING, "Không có tệp được ký kèm theo", "A signed file is not at hand"),
    "XML-ID-DUPLICATE": (
        _FORMAT,
        "Nhiều phần tử cùng mang một mã Id được ký: không xác định được nội dung đã ký",
        "Several elements bear a signed Id: what was signed cannot be told",
    ),
    "XML-TRANSFORM-REFUSED": (
        _CONSTRAINTS,
        "Phép biến đổi không được phép (XPath, XSLT) nên không kiểm tra",
        "A transform that is not allowed (XPath, XSLT), so it is not run",
    ),
    "XML-TRANSFORM-UNKNOWN": (_CONSTRAINTS, "Phép biến đổi không được hỗ trợ", "Unknown transform"),
    "XML-TRANSFORM-INPUT": (_FORMAT, "Phép biến đổi gặp dữ liệu không phù hợp", "A transform met unsuitable data"),
    "XML-ENVELOPED-INSIDE": (
        _FORMAT,
        "Phép biến đổi enveloped-signature áp dụng cho phần nằm trong chính chữ ký: không có gì được ký",
        "The enveloped-signature transform is applied to a part of the signature itself: nothing is signed",
    ),
    "XML-ENVELOPED-OUTSIDE": (
        _CONSTRAINTS,
        "Chữ ký khai là nằm trong phần được ký nhưng lại nằm ngoài: nội dung có thể đã bị di chuyển",
        "The signature says that it lies inside what it signs, but lies outside: the content may have been moved",
    ),
    "XML-WRONG-PLACE": (
        _FORMAT,
        "Phần được ký không nằm ở vị trí mà định dạng quy định",
        "What was signed does not stand where the format says",
    ),
    "XML-TWIN": (
        _CONSTRAINTS,
        "Ngoài phần được ký còn phần tử cùng tên không được ký: không rõ phần mềm sẽ đọc phần nào",
        "Beside the signed element stands another of its name that is not signed: which of them is read cannot be told",
    ),
    "XML-POINTER": (_CONSTRAINTS, "Dạng tham chiếu không được hỗ trợ", "Unsupported form of reference"),
    "XML-LIMIT": (_CONSTRAINTS, "Vượt giới hạn xử lý an toàn", "Beyond the limits of safe processing"),
    "XML-C14N": (
        _FORMAT,
        "XML không có dạng chuẩn (không gian tên là địa chỉ tương đối)",
        "The XML has no canonical form (a namespace is a relative URI)",
    ),
    "XML-HMAC": (
        _FORMAT,
        "Thuật toán HMAC không phải chữ ký số: không chứng minh được ai đã ký",
        "HMAC is no digital signature: it does not show who signed",
    ),
    "XML-BASE64": (_FORMAT, "Giá trị không phải base64", "A value is not base64"),
    "XML-NO-SIGNEDINFO": (_FORMAT, "Chữ ký thiếu SignedInfo", "The signature has no SignedInfo"),
    "XML-STRUCTURE": (
        _FORMAT,
        "Có thành phần của chữ ký xuất hiện nhiều lần: phần mềm khác có thể đọc thành phần khác",
        "A part of the signature is there more than once: other software may read another of them",
    ),
    "XML-NOTHING-SIGNED": (
        _MISSING,
        "Chữ ký không bao trùm nội dung nào ngoài các thuộc tính của chính nó",
        "The signature covers no content, only properties of its own",
    ),
    "XML-NO-REFERENCE": (_FORMAT, "Chữ ký không tham chiếu đến nội dung nào", "The signature has no reference"),
    "XML-NO-VALUE": (_FORMAT, "Chữ ký thiếu giá trị", "The signature has no value"),
    "XML-NO-CERTIFICATE": (_NO_SIGNER, "Chữ ký không kèm chứng thư người ký", "No certificate of the signer is found"),
    "XML-CERTIFICATE-OTHER": (
        _NO_SIGNER,
        "Chứng thư không phải là chứng thư mà người ký đã nêu trong phần được ký",
        "The certificate is not the one that the signer named in the signed properties",
    ),
    "XML-CERTIFICATE-SERIAL": (
        _NO_SIGNER,
        "Tổ chức cấp hoặc số sê-ri của chứng thư không khớp với phần được ký",
        "Issuer or serial number of the certificate differ from the signed properties",
    ),
    "XML-KEYVALUE": (
        _FORMAT,
        "Khóa trong KeyValue khác khóa của chứng thư",
        "The key in KeyValue is not that of the certificate",
    ),
    "XML-PROPERTIES-UNSIGNED": (
        _FORMAT,
        "Thuộc tính ký (SignedProperties) không được chữ ký bảo vệ",
        "The signed properties are not covered by the signature",
    ),
    "XML-PROPERTIES-OTHER": (
        _FORMAT,
        "Chữ ký bao trùm một SignedProperties khác với phần nằm trong chữ ký",
        "The signature covers other signed properties than those it holds",
    ),
    "XML-COUNTER-UNBOUND": (
        _FORMAT,
        "Chữ ký xác nhận không ký lên chữ ký mà nó nằm trong",
        "The counter-signature does not sign the signature it stands in",
    ),
    "XML-STAMP": (_PASSED, "Dấu thời gian không có giá trị", "A time-stamp does not hold"),
    "XML-STAMP-ORDER": (
        (_OPEN, SubIndication.TIMESTAMP_ORDER_FAILURE),
        "Các dấu thời gian mâu thuẫn về thứ tự",
        "The time-stamps contradict each other",
    ),
    "XML-POLICY-DIGEST": (
        (_OPEN, SubIndication.POLICY_PROCESSING_ERROR),
        "Giá trị băm của chính sách chữ ký không đúng",
        "The digest of the signature policy is wrong",
    ),
    "XML-TIME-UNREADABLE": (_CONSTRAINTS, "Thời điểm ký không đọc được", "The signing time cannot be read"),
}
_NOTES: Final[Mapping[str, tuple[Severity, str, str]]] = {
    "XML-PARTIAL": (
        Severity.INFO,
        "Chữ ký chỉ bao trùm một phần tệp",
        "The signature covers only part of the document",
    ),
    "XML-TOLERATED": (
        Severity.WARNING,
        "Sai lệch được chấp nhận theo ngoại lệ đã chọn",
        "A deviation was let pass by a named tolerance",
    ),
    "XML-NOT-XADES": (
        Severity.WARNING,
        "Chữ ký XMLDSig thường, không có thuộc tính XAdES: chứng thư và thời điểm ký không được bảo vệ",
        "Plain XMLDSig without XAdES properties: certificate and signing time are not protected",
    ),
    "XML-XMLDSIG": (
        Severity.INFO,
        "Chữ ký XMLDSig theo thông lệ ngành thuế, không phải XAdES",
        "XMLDSig as the tax ecosystem uses it, not XAdES",
    ),
    "XML-COMMENT": (
        Severity.WARNING,
        "Có chú thích không được ký chen giữa một giá trị được ký: phần mềm có thể đọc thiếu giá trị",
        "A comment splits a signed value: the signature does not cover it, and software may read only a part",
    ),
    "XML-ID-REPEATED": (
        Severity.WARNING,
        "Có mã Id trùng lặp ngoài phần được ký",
        "An Id is repeated outside what is signed",
    ),
    "XML-TYPE-MISSING": (
        Severity.WARNING,
        "Tham chiếu đến SignedProperties không khai kiểu",
        "The reference to the signed properties has no Type",
    ),
    "XML-CERTIFICATE-UNREADABLE": (
        Severity.WARNING,
        "Có dữ liệu khóa không đọc được",
        "Key data that cannot be read",
    ),
    "XML-EVIDENCE-UNREADABLE": (
        Severity.WARNING,
        "Có dữ liệu kiểm tra dài hạn không đọc được",
        "Long-term data that cannot be read",
    ),
    "XML-WHITESPACE": (
        Severity.INFO,
        "Giá trị băm khớp nếu bỏ khoảng trắng giữa các thẻ: tệp có lẽ đã bị định dạng lại sau khi ký; vẫn không hợp lệ",
        "The digest matches once white space between tags is removed: re-indented after signing, and refused",
    ),
    "XML-LINE-ENDS": (
        Severity.INFO,
        "Giá trị băm khớp nếu ký tự xuống dòng được đổi lại thành CRLF; vẫn không hợp lệ",
        "The digest matches with CRLF line ends: they were changed after signing; it is refused all the same",
    ),
    "XML-SERIALIZED": (
        Severity.INFO,
        "Giá trị băm khớp nếu phần tử được tính riêng, không kế thừa không gian tên; vẫn không hợp lệ",
        "The digest matches for the element without inherited namespaces: signed in another place, and refused",
    ),
    "SIG-INTEGRITY-OK": (Severity.INFO, "Nội dung đã ký toàn vẹn", "The signed content is unchanged"),
    "SIG-TST-OK": (Severity.INFO, "Dấu thời gian hợp lệ", "A time-stamp holds"),
    "SIG-POLICY": (Severity.INFO, "Chữ ký theo chính sách", "The signature names the policy"),
    "SIG-ROLE": (Severity.INFO, "Vai trò do người ký khai", "Role claimed by the signer"),
    "SIG-PLACE": (Severity.INFO, "Nơi ký do người ký khai", "Place claimed by the signer"),
    "SIG-COMMITMENT": (Severity.INFO, "Cam kết của người ký", "Commitment of the signer"),
}
_INTEGRITY: Final = Citation(instrument=CIRCULAR, annex="II", point="2.4")
_CITED: Final = {"XML-DIGEST-DIFFERS": _INTEGRITY, "XML-SIGNATURE-VALUE": _INTEGRITY, "SIG-INTEGRITY-OK": _INTEGRITY}


def remark(code: str, where: str, detail: str = "") -> tuple[Finding, Verdict]:
    """Return the finding of *code* and the verdict it leads to; *detail* is shown after the sentence."""
    more = f": {detail[:200]}" if detail else ""
    if code in _ERRORS:
        verdict, vi, en = _ERRORS[code]
        level = Severity.ERROR
    else:
        level, vi, en = _NOTES[code]
        verdict = _PASSED
    made = finding(code, level, vi=f"{vi}{more}.", en=f"{en}{more}.", where=where, source=_CITED.get(code))
    return made, verdict


def none_found() -> Finding:
    """The document has no signature at all."""
    return finding(
        "SIG-NONE", Severity.ERROR, vi="Tệp không có chữ ký số nào.", en="The file has no digital signature."
    )
