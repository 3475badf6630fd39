"""`egov-vn verify`: judge the signatures of files, in Vietnamese or English, as text, JSON or a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from egov_vn.cli.common import (
    LANG,
    Lang,
    language_of,
    print_json,
    read_file,
    read_secret,
    read_time,
    write_whole,
)
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity, finding
from egov_vn.signature import Indication, Report, RevocationData, SignaturePolicy, TrustStore, assess_file

__all__ = ["read_revocation", "register"]

_EXIT = {Indication.TOTAL_PASSED: 0, Indication.TOTAL_FAILED: 1, Indication.INDETERMINATE: 3}


def register(app: typer.Typer) -> None:
    """Add the command `verify` to *app*."""
    app.command("verify")(verify)


def verify(
    files: list[Path] = typer.Argument(..., help="Tệp PDF, XML, ASiC hoặc CMS."),
    trust: list[Path] = typer.Option(
        [], "--trust", help="Chứng thư gốc tin cậy: tệp hoặc thư mục; dùng được nhiều lần."
    ),
    at: str = typer.Option("", "--at", help="Thời điểm kiểm tra, ISO 8601; mặc định là bây giờ."),
    revocation: list[Path] = typer.Option([], "--revocation", help="CRL hoặc trả lời OCSP (DER); dùng được nhiều lần."),
    content: Path | None = typer.Option(None, "--content", help="Nội dung mà chữ ký CMS tách rời ký lên."),
    password_file: Path | None = typer.Option(None, "--password-file", help="Tệp chứa mật khẩu mở PDF."),
    allow_forms: bool = typer.Option(False, "--allow-forms", help="Cho phép điền biểu mẫu sau khi ký (kèm cảnh báo)."),
    as_json: bool = typer.Option(False, "--json", help="In kết quả dạng JSON."),
    html: Path | None = typer.Option(None, "--html", help="Ghi báo cáo HTML (chỉ khi kiểm tra một tệp)."),
    lang: Lang = LANG,
) -> None:
    """Kiểm tra chữ ký số. Mã thoát: 0 hợp lệ, 1 không hợp lệ, 2 dùng sai, 3 chưa kết luận được."""
    language = language_of(lang)
    if html is not None and len(files) != 1:
        raise typer.BadParameter("chỉ dùng khi kiểm tra đúng một tệp", param_hint="--html")
    options: dict[str, Any] = {
        "at": read_time(at),
        "trust": TrustStore.load(*trust) if trust else None,
        "policy": SignaturePolicy.default() if allow_forms else SignaturePolicy.official_document(),
        "revocation": read_revocation(revocation),
        "content": read_file(content) if content else None,
        "password": read_secret(password_file),
    }
    judged = [_assess(path, options, alone=len(files) == 1) for path in files]
    if html is not None:
        write_whole(html, judged[0][0].to_html(language).encode("utf-8"))
    if as_json:
        results = [
            {"file": str(path), **_without_time(report)} for path, (report, _) in zip(files, judged, strict=True)
        ]
        print_json({"results": results})
    else:
        for path, (report, _) in zip(files, judged, strict=True):
            typer.echo(f"{path}\n{report.to_terminal(language)}")
    codes = {code for _, code in judged}
    raise typer.Exit(next((code for code in (2, 1, 3) if code in codes), 0))


def _assess(path: Path, options: dict[str, Any], *, alone: bool) -> tuple[Report, int]:
    try:
        data = read_file(path)
    except InvalidInput as error:
        if alone:
            raise
        return _unread(path, error, options["at"]), 2  # the other files still get their answers
    try:
        report = assess_file(data, **options)
    except InvalidInput as error:
        # one unreadable file among many is an answer about that file, not a wrong use of the command
        return _unread(path, error, options["at"]), 3 if error.path == "password" else 1
    return replace(report, file_name=str(path)), _EXIT[report.indication] if report.indication else 1


def _unread(path: Path, error: InvalidInput, at: datetime) -> Report:
    unreadable = finding(
        "SIG-FILE-UNREADABLE",
        Severity.ERROR,
        vi=f"Không đọc được tệp để kiểm tra chữ ký: {error}",
        en=f"The file cannot be read for its signatures: {error}",
        where=error.path,
    )
    return Report(findings=(unreadable,), at=at, file_name=str(path))


def _without_time(report: Report) -> dict[str, Any]:
    return {key: value for key, value in report.to_dict().items() if key != "at"}


def read_revocation(paths: list[Path]) -> RevocationData | None:
    """Sort files into CRLs and OCSP responses by their content."""
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for path in paths:
        data = read_file(path)
        # after its header an OCSPResponse begins with an ENUMERATED, a CertificateList with a SEQUENCE
        header = 2 + (data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0)
        (ocsps if data[header : header + 1] == b"\x0a" else crls).append(data)
    return RevocationData(crls=tuple(crls), ocsps=tuple(ocsps)) if paths else None
