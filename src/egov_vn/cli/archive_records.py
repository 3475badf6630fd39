"""`egov-vn archive convert` and `egov-vn archive destruction`: older records made new, and what may be destroyed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import typer

from egov_vn.archive import Converted, from_nd30, from_tt02, propose_destruction, table
from egov_vn.archive.descriptive import read_description
from egov_vn.archive.disposal import Proposed
from egov_vn.archive.fields import Scheme
from egov_vn.archive.holdings import read_holdings
from egov_vn.archive.papers import destruction_sheet, to_pdf, to_xlsx
from egov_vn.cli.common import LANG, Lang, language_of, read_file, read_time, write_whole
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Severity, render_terminal

__all__ = ["add_to"]

JSON = typer.Option(False, "--json", help="In kết quả dạng JSON.")
_SCHEMES: dict[str, Scheme] = {"nd30": "nd30_2020", "tt02": "tt02_2019"}


def add_to(group: typer.Typer) -> None:
    """Add the commands `convert` and `destruction` to the group `archive`."""
    group.command("convert")(convert)
    group.command("destruction")(destruction)


def convert(
    source: Path = typer.Argument(..., help="Bản ghi cũ: JSON (một đối tượng hoặc một mảng), hoặc XML simpledc."),
    old: str = typer.Option(..., "--from", help="nd30 (NĐ 30/2020, Phụ lục VI) hoặc tt02 (TT 02/2019)."),
    kind: str = typer.Option(
        ..., "--kind", help="nd30: file, outgoing, incoming; tt02: file, document, picture, recording."
    ),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """Chuyển bản ghi cũ sang TT 05/2025 và nêu mọi mất mát; mã thoát 1 nếu còn trường thiếu hoặc sai."""
    language = language_of(lang)
    if old not in _SCHEMES:
        raise typer.BadParameter("nd30 hoặc tt02", param_hint="--from")
    made = [(from_nd30 if old == "nd30" else from_tt02)(kind, values) for values in _records(source, kind, old)]
    if as_json:
        typer.echo(json.dumps({"records": [_told(item) for item in made]}, ensure_ascii=False, indent=2))
    else:
        for item in made:
            typer.echo(item.kind)
            for name, value in item.values.items():
                typer.echo(f"  {name} = {value}")
            for loss in item.losses:
                typer.echo(f"  - {loss.field} = {loss.value} ({loss.reason})")
            typer.echo(render_terminal(item.findings, language))
    bad = any(found.level is Severity.ERROR for item in made for found in item.findings)
    raise typer.Exit(1 if bad else 0)


def destruction(
    source: Path = typer.Argument(
        ..., help="CSV: code,title,period,started và records,pages,links,duplicate_of,hold,paper."
    ),
    on: str = typer.Option("", "--on", help="Ngày xét, YYYY-MM-DD; mặc định là hôm nay."),
    out: Path | None = typer.Option(None, "--out", help="Danh mục hết giá trị: tệp .xlsx hoặc .pdf."),
    agency: str = typer.Option("", "--agency", help="Cơ quan lập (cho PDF)."),
    local: bool = typer.Option(False, "--not-a-source", help="Cơ quan không thuộc nguồn nộp vào lưu trữ lịch sử."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """Đề xuất hồ sơ đưa vào danh mục xem xét hủy, nêu lý do với từng hồ sơ giữ lại; không hủy gì.

    Mã thoát 1 nếu không có gì để đề xuất, 3 nếu ngày xét thuộc thời của luật cũ.
    """
    language = language_of(lang)
    held, day = read_holdings(read_file(source), name=source.name), _day(on)
    try:
        proposal = propose_destruction(held, on=day, transfers_to_historical=not local)
    except NotInForce as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(3) from error
    if out is not None:
        if out.suffix not in (".xlsx", ".pdf"):
            raise InvalidInput(f"{out.suffix!r} is neither .xlsx nor .pdf", path="--out")
        sheet, at = destruction_sheet(proposal), read_time("")
        write_whole(
            out, to_xlsx(sheet, at=at) if out.suffix == ".xlsx" else to_pdf(sheet, issuer=agency or "…", at=at).pdf
        )
    if as_json:
        told = {
            "on": proposal.on.isoformat(),
            "opinion_first": proposal.opinion_first,
            "proposed": [_line(item) for item in proposal.proposed],
            "refused": [_line(item) for item in proposal.refused],
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for mark, items in (("+", proposal.proposed), ("-", proposal.refused)):
            for item in items:
                typer.echo(f"{mark} {item.file.code}: {item.text(language)} [{item.source.render(language)}]")
    raise typer.Exit(0 if proposal.proposed else 1)


def _records(source: Path, kind: str, old: str) -> list[Mapping[str, str]]:
    data = read_file(source)
    if data.lstrip()[:1] == b"<":
        description, _ = read_description(data, table(kind, _SCHEMES[old]), path=source.name)
        return [description.values]
    try:
        told: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"neither JSON nor XML: {error}", path=str(source)) from error
    records = told if isinstance(told, list) else [told]
    if not all(isinstance(item, dict) for item in records):
        raise InvalidInput("not a JSON object of fields, or an array of them", path=str(source))
    return records


def _told(item: Converted) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "values": dict(item.values),
        "losses": [asdict(loss) for loss in item.losses],
        "findings": [found.to_dict() for found in item.findings],
    }


def _line(item: Proposed) -> dict[str, Any]:
    return {
        "code": item.file.code,
        "title": item.file.title,
        "period": item.file.retention.text(),
        "reason": item.reason.value,
        "text": item.text.vi,
        "source": str(item.source),
        "note": item.note.vi,
    }


def _day(text: str) -> date:
    if not text:
        return read_time("").date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a day YYYY-MM-DD", path="--on") from error
