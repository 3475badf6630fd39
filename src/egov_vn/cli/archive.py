"""`egov-vn archive`: check a package, write the reports of a transfer, tell when a file falls due."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from egov_vn.archive import CheckOptions, check_package
from egov_vn.finding import Language

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command `archive` to *app*."""
    group = typer.Typer(help="Gói tin lưu trữ: kiểm tra, báo cáo, thời hạn (TT 05/2025/TT-BNV).", no_args_is_help=True)
    app.add_typer(group, name="archive")
    group.command("check")(check)


def check(
    path: Path = typer.Argument(..., help="Gói tin: thư mục hoặc tệp ZIP."),
    as_json: bool = typer.Option(False, "--json", help="In kết quả dạng JSON."),
    lang: str = typer.Option("vi", "--lang", help="vi hoặc en."),
    fixity: bool = typer.Option(True, "--fixity/--no-fixity", help="Tính lại giá trị băm của mọi tệp."),
    workers: int = typer.Option(2, "--workers", min=1, max=64, help="Số luồng tính giá trị băm."),
) -> None:
    """Kiểm tra một gói tin: cấu trúc, giá trị băm, trường thông tin; mã thoát 0 đạt, 1 không đạt, 3 chưa kết luận."""
    language = _language(lang)
    report = check_package(path, options=CheckOptions(fixity=fixity, workers=workers))
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(report.to_terminal(language))
    raise typer.Exit({True: 0, False: 1, None: 3}[report.conforms])


def _language(lang: str) -> Language:
    if lang == "en":
        return "en"
    if lang == "vi":
        return "vi"
    raise typer.BadParameter("vi hoặc en", param_hint="--lang")
