"""`egov-vn document …`: read a document's text, lay it out, check it, explain a number, read an exchange message."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import typer

from egov_vn.cli.common import LANG, Lang, read_time, write_whole
from egov_vn.document import (
    Document,
    DocumentNumber,
    check_document,
    document_from_json,
    edxml,
    parse_text,
    render,
    render_png,
)
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, render_terminal, worst

__all__ = ["GROUP", "register"]

GROUP = typer.Typer(
    name="document", help="Văn bản hành chính: số ký hiệu, thể thức, trình bày, gói tin.", no_args_is_help=True
)
"""The group of sub-commands."""

_FILE = typer.Argument(..., help="Văn bản: tệp chữ thuần (.txt) hoặc JSON.", exists=True, dir_okay=False, readable=True)
_JSON = typer.Option(False, "--json", help="In JSON.")


def register(app: typer.Typer) -> None:
    """Register the group `document`."""
    app.add_typer(GROUP)


@GROUP.command("parse", help="Đọc thể thức, nội dung, văn bản viện dẫn từ tệp chữ.")
def _parse(file: Path = _FILE, as_json: bool = _JSON) -> None:
    document = _read(file)
    if as_json:
        typer.echo(document.to_json(indent=2))
        return
    signer = document.signer
    for label, value in (
        ("Tên loại", document.kind.name),
        ("Số, ký hiệu", document.number),
        ("Cơ quan chủ quản", document.issuer.superior),
        ("Cơ quan ban hành", document.issuer.name),
        ("Địa danh, thời gian", document.dateline),
        ("Trích yếu", document.abstract),
        ("Kính gửi", "; ".join(document.addressees)),
        ("Người ký", " / ".join((*signer.lines, signer.name)) if signer else ""),
        ("Nơi nhận", "; ".join(document.recipients)),
        ("Nội dung", f"{len(document.body)} đoạn"),
    ):
        if value:
            typer.echo(f"{label}: {value}")
    typer.echo(f"Viện dẫn {len(document.references)} văn bản:")
    for reference in document.references:
        number = f" {reference.number}" if reference.number else ""
        day = f" ngày {reference.day:%d/%m/%Y}" if reference.day else ""
        typer.echo(f"  - {reference.kind}{number}{day} {reference.issuer} {reference.abstract}".rstrip())


@GROUP.command("check", help="Kiểm tra thể thức theo Nghị định 30/2020/NĐ-CP; có lỗi thì thoát 1.")
def _check(file: Path = _FILE, as_json: bool = _JSON, lang: Lang = LANG) -> None:
    found = check_document(_read(file))
    holds = worst(found) is not Severity.ERROR
    if as_json:
        _echo({"holds": holds, "findings": [item.to_dict() for item in found]})
    else:
        typer.echo(render_terminal(found, lang.value) or {"vi": "Không có nhận xét.", "en": "No remarks."}[lang.value])
    raise typer.Exit(0 if holds else 1)


@GROUP.command("render", help="Trình bày văn bản theo Nghị định 30/2020/NĐ-CP thành PDF/A (hoặc các trang PNG).")
def _render(
    file: Path = _FILE,
    out: Path = typer.Option(..., "--out", "-o", help="Tệp .pdf, hoặc .png cho từng trang."),
    at: str | None = typer.Option(None, "--at", help="Thời điểm ghi vào tệp: 2026-02-12T09:00 (mặc định: bây giờ)."),
    recipient: list[str] = typer.Option([], "--recipient", help="Thêm dòng “Nơi nhận” (dùng nhiều lần)."),
    seal_mm: float | None = typer.Option(None, "--seal-mm", help="Đường kính dấu, mm."),
    font: str | None = typer.Option(None, "--font", help="Tên phông chữ."),
    dpi: float = typer.Option(110, "--dpi", help="Độ phân giải của PNG."),
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    document = _read(file)
    if recipient:
        document = replace(document, recipients=(*document.recipients, *recipient))
    instant = read_time(at).replace(microsecond=0)
    if out.suffix.lower() == ".png":
        pages = render_png(document, at=instant, dpi=dpi, seal_mm=seal_mm, font=font)
        names = [out.with_stem(f"{out.stem}-{index}") for index in range(1, len(pages) + 1)]
        for name, page in zip(names, pages, strict=True):
            write_whole(name, page)
        _report([str(name) for name in names], {}, (), as_json=as_json, lang=lang)
        return
    made = render(document, at=instant, seal_mm=seal_mm, font=font)
    write_whole(out, made.pdf)
    boxes = {"signature": made.signature_box, "seal": made.seal_box, "corner": made.corner_box}
    places = {name: {"page": box.page, "rectangle": box.rectangle} for name, box in boxes.items() if box}
    extra = {"pages": made.pages, "font": made.font, "boxes": places}
    _report([str(out)], extra, made.findings, as_json=as_json, lang=lang)


@GROUP.command("number", help="Giải thích số, ký hiệu văn bản; sai thì thoát 1.")
def _number(text: str = typer.Argument(..., help="Ví dụ 11/CT-UBND, 30/2020/NĐ-CP."), as_json: bool = _JSON) -> None:
    try:
        found = DocumentNumber.parse(text)
    except InvalidInput as error:
        if as_json:
            _echo({"text": text, "valid": False, "error": str(error)})
        else:
            sys.stderr.write(f"egov-vn: {error}\n")
        raise typer.Exit(1) from error
    kind = found.document_kind
    fields = {
        "text": str(found),
        "valid": True,
        "system": found.system.value,
        "number": found.number,
        "year": found.year,
        "kind": kind.name if kind else found.kind,
        "agency": found.agency,
        "units": list(found.units),
        "alternatives": [f"{other.agency}, {'-'.join(other.units)}" for other in found.alternatives()],
    }
    if as_json:
        _echo(fields)
        return
    for name, value in fields.items():
        if value not in (None, [], True):
            typer.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


@GROUP.command("edxml", help="Đọc gói tin edXML: phần đầu, trạng thái, tệp đính kèm.")
def _edxml(
    file: Path = _FILE,
    extract: Path | None = typer.Option(None, "--extract", help="Thư mục ghi các tệp đính kèm.", file_okay=False),
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    received = edxml.read(file.read_bytes())
    message = received.message
    if isinstance(message, edxml.StatusMessage):
        meaning = edxml.status_text(message.code)[lang.value]
        fields: dict[str, Any] = {
            "status": message.code,
            "meaning": meaning,
            "document": message.response.code,
            "from": message.sender.name,
            "at": message.at.isoformat(),
        }
    else:
        fields = {
            "document_id": message.document_id,
            "number": f"{message.code_number}/{message.code_notation}",
            "kind": message.type_name,
            "subject": message.subject,
            "from": message.sender.name,
            "to": [item.name for item in message.receivers],
            "business": message.business.kind.name.lower(),
            "files": [{"name": item.name, "bytes": len(item.data)} for item in message.attachments],
        }
        if extract is not None:
            extract.mkdir(parents=True, exist_ok=True)
            for index, item in enumerate(message.attachments, 1):
                # the sender chooses the name: only its last part is used, behind a number
                write_whole(extract / f"{index:02}-{Path(item.name.replace(chr(92), '/')).name or 'tep'}", item.data)
    fields["findings"] = [item.to_dict() for item in received.findings]
    if as_json:
        _echo(fields)
        return
    for name, value in fields.items():
        if name != "findings":
            typer.echo(f"{name}: {value}")
    if received.findings:
        typer.echo(render_terminal(received.findings, lang.value))


def _read(file: Path) -> Document:
    data = file.read_bytes()
    if file.suffix.lower() == ".json":
        return document_from_json(data)
    try:
        return parse_text(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file.name} is not UTF-8 text: {error.reason}", path=f"byte {error.start}") from error


def _report(
    files: list[str], extra: dict[str, Any], findings: tuple[Finding, ...], *, as_json: bool, lang: Lang
) -> None:
    if as_json:
        _echo({"files": files, **extra, "findings": [item.to_dict() for item in findings]})
        return
    for name in files:
        typer.echo(name)
    if findings:
        typer.echo(render_terminal(findings, lang.value))


def _echo(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_json))


def _json(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
