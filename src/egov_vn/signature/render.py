"""How a report is shown: plain lines for a terminal, and one HTML page that needs nothing from outside."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from egov_vn.clock import VIETNAM
from egov_vn.finding import Finding, Language, Severity, render_html, render_terminal

if TYPE_CHECKING:
    from egov_vn.signature.report import Report, SignatureReport

__all__ = ["page", "terminal"]

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "vi": {
        "title": "Kết quả kiểm tra chữ ký số",
        "file": "Tệp",
        "at": "Thời điểm kiểm tra",
        "none": "Tệp không có chữ ký số.",
        "signature": "Chữ ký",
        "signer": "Chủ thể ký",
        "organization": "Cơ quan, tổ chức",
        "position": "Chức vụ",
        "numbers": "Mã số",
        "issuer": "Tổ chức cấp chứng thư",
        "managed": "Đơn vị quản lý chứng thư",
        "validity": "Thời hạn hiệu lực của chứng thư",
        "signed_at": "Thời điểm ký (người ký khai)",
        "proven_at": "Dấu thời gian sớm nhất",
        "level": "Mức chữ ký",
        "covers": "Phạm vi được ký",
        "fingerprint": "Vân tay SHA-256",
        "findings": "Vấn đề",
        "circular": "Nội dung theo Thông tư 15/2025/TT-BKHCN",
        "details": "Chi tiết kiểm tra",
        "reason": "Lý do",
        "PASSED": "HỢP LỆ",
        "INDETERMINATE": "CHƯA KẾT LUẬN ĐƯỢC",
        "FAILED": "KHÔNG HỢP LỆ",
        "NONE": "KHÔNG CÓ CHỮ KÝ",
        "from_to": "từ {0} đến {1}",
        "whole document": "toàn bộ tài liệu",
        "not the whole document": "không phải toàn bộ tài liệu",
        "bytes": "byte {0} trên {1}",
    },
    "en": {
        "title": "Signature report",
        "file": "File",
        "at": "Assessed at",
        "none": "The file has no signature.",
        "signature": "Signature",
        "signer": "Signer",
        "organization": "Organisation",
        "position": "Title",
        "numbers": "Numbers",
        "issuer": "Issued by",
        "managed": "Managing organisation",
        "validity": "Validity of the certificate",
        "signed_at": "Signed at (claimed)",
        "proven_at": "Earliest time-stamp",
        "level": "Level",
        "covers": "Covers",
        "fingerprint": "SHA-256 fingerprint",
        "findings": "Problems",
        "circular": "Items of Circular 15/2025/TT-BKHCN",
        "details": "Details of the checks",
        "reason": "Reason",
        "PASSED": "VALID",
        "INDETERMINATE": "UNDECIDED",
        "FAILED": "NOT VALID",
        "NONE": "NO SIGNATURE",
        "from_to": "{0} to {1}",
    },
}

_STYLE: Final = """
:root{color-scheme:light;--ok:#176b3a;--open:#8a5a00;--bad:#a61b1b;--none:#555}
body{font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:#1c1c1c;background:#f6f6f4;margin:0}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.4rem;margin:.2rem 0 1rem}h2{font-size:1.1rem;margin:0}h3{font-size:1rem;margin:1.2rem 0 .4rem}
.verdict{color:#fff;padding:.6rem 1rem;border-radius:.4rem;font-weight:600}
.verdict small{font-weight:400;opacity:.95;display:block}
.PASSED{background:var(--ok)}.INDETERMINATE{background:var(--open)}.FAILED{background:var(--bad)}.NONE{background:var(--none)}
section{background:#fff;border:1px solid #ddd;border-radius:.5rem;padding:1rem;margin:1.2rem 0}
section>header{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;justify-content:space-between}
dl{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:.3rem 1rem;margin:1rem 0}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.3rem;
border-bottom:1px solid #e6e6e6}th{color:#555;font-weight:600}tr.error td:first-child{color:var(--bad);font-weight:600}
tr.warning td:first-child{color:var(--open);font-weight:600}td:first-child{white-space:nowrap}
code{font-size:.85em;white-space:nowrap}
summary{cursor:pointer;margin-top:1.2rem;font-weight:600}
@media(max-width:36rem){dl{grid-template-columns:1fr}dt{margin-top:.5rem}}
@media print{body{background:#fff}section{break-inside:avoid}}
""".strip().replace("\n", "")


def terminal(report: Report, lang: Language) -> str:
    """Return *report* as plain lines, Vietnamese time."""
    words = _WORDS[lang]
    lines = [f"{words['title']}: {_verdict(report, words)}"]
    if report.file_name:
        lines.append(f"  {words['file']}: {report.file_name}")
    if report.at:
        lines.append(f"  {words['at']}: {_time(report.at)}")
    if report.findings:
        lines += _indented(render_terminal(report.findings, lang))
    for number, signature in enumerate(report.signatures, 1):
        verdict = words[_short(signature.indication.value)]
        reason = f" ({signature.sub_indication})" if signature.sub_indication else ""
        lines.append(f"{words['signature']} {number} [{signature.name}]: {verdict}{reason}")
        lines += [f"  {label}: {value}" for label, value in _facts(signature, words)]
        lines += _indented(render_terminal(signature.findings, lang))
    if not report.signatures:
        lines.append(f"  {words['none']}")
    return "\n".join(lines)


def page(report: Report, lang: Language) -> str:
    """Return *report* as one HTML page, every value escaped."""
    words = _WORDS[lang]
    state = _short(report.indication.value) if report.indication else "NONE"
    head = [(words["file"], report.file_name)] if report.file_name else []
    head += [(words["at"], _time(report.at))] if report.at else []
    body = [
        f"<h1>{words['title']}</h1>",
        _banner(state, _verdict(report, words), report.indication, report.sub_indication),
        _definitions(head),
        f'<div class="scroll">{render_html(report.findings, lang)}</div>' if report.findings else "",
        *(_section(number, item, words, lang) for number, item in enumerate(report.signatures, 1)),
        "" if report.signatures else f"<p>{words['none']}</p>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{words['title']}</title><style>{_STYLE}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def _section(number: int, signature: SignatureReport, words: Mapping[str, str], lang: Language) -> str:
    state = _short(signature.indication.value)
    asked = [item for item in signature.findings if item.code.startswith("TT15-")]
    others = [item for item in signature.findings if not item.code.startswith("TT15-")]
    weighty = [item for item in others if item.level is not Severity.INFO]
    rest = [item for item in others if item.level is Severity.INFO]
    return (
        f"<section><header><h2>{words['signature']} {number} · {html.escape(signature.name)}</h2>"
        f"{_banner(state, words[state], signature.indication, signature.sub_indication)}</header>"
        f"{_definitions(_facts(signature, words))}"
        f"{_table(words['findings'], weighty, lang)}{_table(words['circular'], asked, lang)}"
        f"{_table(words['details'], rest, lang, folded=True)}</section>"
    )


def _table(title: str, findings: Sequence[Finding], lang: Language, *, folded: bool = False) -> str:
    if not findings:
        return ""
    inner = f'<div class="scroll">{render_html(findings, lang)}</div>'
    if folded:
        return f"<details><summary>{title} ({len(findings)})</summary>{inner}</details>"
    return f"<h3>{title}</h3>{inner}"


def _banner(state: str, text: str, indication: object, sub_indication: object) -> str:
    code = " · ".join(html.escape(str(item)) for item in (indication, sub_indication) if item)
    return f'<div class="verdict {state}">{html.escape(text)}<small>{code}</small></div>'


def _definitions(rows: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>" for label, value in rows)
    return f"<dl>{inner}</dl>" if inner else ""


def _facts(signature: SignatureReport, words: Mapping[str, str]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str | None]] = []
    signer = signature.signer
    if signer is not None:
        rows += [
            (words["signer"], signer.common_name),
            (words["position"], signer.title),
            (words["organization"], signer.organization),
            (words["numbers"], ", ".join(f"{name} {value}" for name, value in signer.numbers.items())),
            (words["managed"], signer.managing_organization),
            (words["issuer"], signer.issuer_name),
            (words["validity"], words["from_to"].format(_time(signer.not_before), _time(signer.not_after))),
        ]
    rows += [
        (words["signed_at"], _time(signature.signed_at) if signature.signed_at else None),
        (words["proven_at"], _time(signature.proven_at) if signature.proven_at else None),
        (words["level"], signature.level.value if signature.level else None),
        (words["covers"], _extent(signature.covers, words)),
        (words["fingerprint"], signer.sha256 if signer else None),
    ]
    return [(label, value) for label, value in rows if value]


def _extent(covers: str, words: Mapping[str, str]) -> str:
    """Return what a signature covers in the language of *words*; names of elements stay as they are."""
    span = re.fullmatch(r"bytes (\d+-\d+) of (\d+)", covers)
    if span is not None:
        return words.get("bytes", covers).format(*span.groups())
    return ", ".join(words.get(part, part) for part in covers.split(", "))


def _verdict(report: Report, words: Mapping[str, str]) -> str:
    return words[_short(report.indication.value) if report.indication else "NONE"]


def _short(indication: str) -> str:
    return indication.removeprefix("TOTAL-")


def _time(at: datetime) -> str:
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
