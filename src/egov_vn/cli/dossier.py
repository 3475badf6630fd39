"""`egov-vn dossier …`: explain codes, check a dossier, count its due date, list what is owed, hand out codes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import typer

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.cli.calendar import undecided
from egov_vn.cli.common import LANG, Lang, language_of, read_time
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    ComponentCode,
    Dossier,
    DossierCode,
    Duty,
    EventKind,
    PaperCode,
    ProcedureCode,
    Regime,
    ResultCode,
    SqliteAllocator,
    State,
    Timeliness,
    audit,
    check,
    check_paper_codes,
    dossier_schema,
    dossier_xml,
    due_of,
    duties,
    lateness,
    load_dossiers,
    portal_status,
    standing,
)
from egov_vn.dossier.duties import official_hours
from egov_vn.errors import BeyondHorizon, InvalidInput
from egov_vn.finding import Language, Severity, Text, render_terminal, worst

__all__ = ["GROUP", "register"]

GROUP = typer.Typer(
    name="dossier", help="Hồ sơ thủ tục hành chính: mã, hạn, việc phải làm, sổ, báo cáo.", no_args_is_help=True
)
"""The group of sub-commands; `dossier_reports` adds its own."""

_FILE = typer.Argument(..., help="Tệp JSON của hồ sơ.", exists=True, dir_okay=False, readable=True)
_AT = typer.Option(None, "--at", help="Thời điểm xét: 2026-02-12T09:00 (mặc định: bây giờ).")
_HOURS = typer.Option(None, "--hours", help='Giờ làm việc: "07:30-11:30, 13:00-17:00".')
_PROJECTED = typer.Option(False, "--projected", help="Dự kiến cả những năm chưa có thông báo.")
_JSON = typer.Option(False, "--json", help="In JSON.")


def register(app: typer.Typer) -> None:
    """Register the group `dossier`."""
    app.add_typer(GROUP)


@GROUP.command("code", help="Giải thích mã hồ sơ, thủ tục, kết quả, thành phần, giấy tờ; mã sai thì thoát 1.")
def _code(
    code: str = typer.Argument(..., help="Mã hồ sơ, ví dụ 000.00.00.H13-260212-0001, mã thủ tục, mã kết quả …"),
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    try:
        found = _any_code(code)
    except InvalidInput as error:
        typer.echo(
            json.dumps({"code": code, "valid": False, "error": str(error)}, ensure_ascii=False)
            if as_json
            else str(error)
        )
        raise typer.Exit(1) from error
    if isinstance(found, DossierCode):
        fields: dict[str, Any] = {
            "code": str(found),
            "valid": True,
            "agency": found.agency_id,
            "levels": list(found.agency.parts),
            "received_on": found.received_on.isoformat(),
            "ordinal": found.ordinal,
            "form": found.form.value,
            "issuable": found.issuable,
        }
    elif isinstance(found, ProcedureCode):
        fields = {
            "code": str(found),
            "valid": True,
            "national": found.national,
            "owner": found.owner_id,
            "variant": found.variant,
        }
    else:
        fields = {"code": str(found), "valid": True, "kind": type(found).__name__}
    text = found.explain(language_of(lang))
    typer.echo(json.dumps(fields, ensure_ascii=False) if as_json else text)


@GROUP.command("check", help="Kiểm tra hồ sơ: định danh, mã, lịch sử, các việc không đúng hạn.")
def _check(
    file: Path = _FILE,
    at: str | None = _AT,
    hours: str | None = _HOURS,
    projected: bool = _PROJECTED,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    dossier = _read(file)
    found = [*check(dossier), *check_paper_codes(dossier, read_time(at))]
    if dossier.events:
        known = set(found)
        calendar, office = _office(hours, projected=projected)
        try:
            late = audit(dossier, read_time(at), calendar=calendar, hours=office)
        except BeyondHorizon as error:
            raise undecided(error) from error
        found += [item for item in late if item not in known]
    if as_json:
        typer.echo(json.dumps({"file": file.name, "findings": [item.to_dict() for item in found]}, ensure_ascii=False))
    else:
        nothing = "No findings." if lang is Lang.EN else "Không có phát hiện nào."
        typer.echo(render_terminal(found, language_of(lang)) or nothing)
    if worst(found) is Severity.ERROR:
        raise typer.Exit(1)


@GROUP.command("show", help="Tình trạng hồ sơ: trạng thái, hạn, việc phải làm tiếp theo với căn cứ.")
def _show(
    file: Path = _FILE,
    at: str | None = _AT,
    hours: str | None = _HOURS,
    projected: bool = _PROJECTED,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    dossier, instant = _read(file), read_time(at)
    word = language_of(lang)
    if not (dossier.events or dossier.received_at or dossier.submitted_at):
        _undated(dossier, as_json=as_json, word=word)
    calendar, office = _office(hours, projected=projected)
    now = standing(dossier, strict=False, at=instant)
    try:
        owed = duties(dossier, instant, calendar=calendar, hours=office)
        due = due_of(dossier, calendar=calendar, hours=office, now=now) if dossier.term else None
        verdict = lateness(dossier, instant, calendar=calendar, hours=office)
    except BeyondHorizon as error:
        raise undecided(error) from error
    if as_json:
        fields = {
            "code": str(dossier.code) if dossier.code else None,
            "regime": now.regime.key,
            "state": now.state.value,
            "status": now.state.code,
            "finance": now.finance.value,
            "delivery": now.delivery.value,
            "sync": now.sync.value,
            "due": due.at.isoformat() if due else None,
            "certainty": due.counted.certainty.value if due else None,
            "timeliness": verdict.verdict.value,
            "late_working_days": verdict.working_days,
            "duties": [_duty(item) for item in owed],
        }
        typer.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{dossier.code or '—'}  {dossier.applicant_name}  [{now.regime.title(word)}]")
    state = portal_status(now.state.code).title(word) if now.state.code else now.state.value
    typer.echo(f"{state} ({now.state.code or '—'}) · {_TIMELINESS[verdict.verdict](word)}")
    if due:
        typer.echo(due.explain(word))
    for item in owed:
        by = f"{item.by.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if item.by else "—"
        typer.echo(f"{'!' if item.overdue else '-'} {by}  {item.text(word)} [{item.source.render(word)}]")


def _undated(dossier: Dossier, *, as_json: bool, word: Language) -> NoReturn:
    """Say that nothing can be said before a day is known, and exit 3."""
    if as_json:
        fields = {"code": str(dossier.code) if dossier.code else None, "regime": None, "state": State.NEW.value}
        typer.echo(json.dumps({**fields, "status": dossier.status, "duties": []}, ensure_ascii=False, indent=2))
    else:
        typer.echo(_UNDATED(word))
    raise typer.Exit(3)


_UNDATED = Text(
    "Hồ sơ chưa có ngày nộp, ngày tiếp nhận hay sự kiện nào: chưa biết theo quy định nào.",
    "The dossier has no day of submission or reception and no event: its regime cannot be known.",
)
_TIMELINESS = {
    Timeliness.NO_TERM: Text("không có hạn", "no term"),
    Timeliness.WAITING: Text("tạm dừng tính hạn", "waiting"),
    Timeliness.RUNNING: Text("trong hạn", "within its term"),
    Timeliness.OVERDUE: Text("đang quá hạn", "overdue"),
    Timeliness.EARLY: Text("trước hạn", "early"),
    Timeliness.ON_TIME: Text("đúng hạn", "on time"),
    Timeliness.LATE: Text("quá hạn", "late"),
}


@GROUP.command(
    "load", help="Đọc nhiều hồ sơ (mỗi dòng một JSON): giữ dòng đúng, liệt kê dòng sai; có dòng sai thì thoát 1."
)
def _load(file: Path = _FILE, as_json: bool = _JSON) -> None:
    with file.open("rb") as lines:
        found = load_dossiers(lines)
    if as_json:
        faults = [{"line": fault.line, "path": fault.path, "message": fault.message} for fault in found.faults]
        remarks = [{"line": line, **remark.to_dict()} for line, remark in found.remarks]
        fields = {"good": len(found.dossiers), "faults": faults, "remarks": remarks}
        typer.echo(json.dumps(fields, ensure_ascii=False))
    else:
        typer.echo(f"{len(found.dossiers)} hồ sơ đúng, {len(found.faults)} dòng sai")
        for fault in found.faults:
            typer.echo(f"{fault.line}: {fault.path}: {fault.message}")
    if found.faults:
        raise typer.Exit(1)


@GROUP.command("xml", help="Bản ghi XML của hồ sơ, để ký số và lưu trữ.")
def _xml(file: Path = _FILE) -> None:
    typer.echo(dossier_xml(_read(file)).decode("utf-8"), nl=False)


@GROUP.command("schema", help="JSON Schema của hồ sơ.")
def _schema() -> None:
    typer.echo(json.dumps(dossier_schema(), ensure_ascii=False, indent=2))


@GROUP.command("states", help="Bảng chuyển trạng thái của một chế độ pháp lý, kèm căn cứ.")
def _states(
    regime: str = typer.Argument("nd118_2025_nd309", help="Ví dụ nd61_2018, nd118_2025, nd63_2024_nd301."),
    as_json: bool = _JSON,
) -> None:
    chosen = Regime.of(regime)
    rows = [
        {
            "from": state.value,
            "event": kind.name,
            "to": edge.target.value if edge.target else "back",
            "source": str(edge.source),
            "evidence": edge.evidence.value,
        }
        for state in State
        for kind in EventKind
        if (edge := chosen.transitions.get((state, kind))) is not None
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['from']:20} {row['event']:20} {row['to']:22} {row['evidence']:9} {row['source']}")


@GROUP.command("allocate", help="Cấp mã hồ sơ tiếp theo của một cơ quan trong ngày.")
def _allocate(
    agency: str = typer.Argument(..., help="Mã định danh cơ quan: 000.00.00.H13 hoặc H13.12."),
    db: Path = typer.Option(..., "--db", help="Tệp SQLite giữ số."),
    at: str | None = _AT,
    reference: str | None = typer.Option(None, "--for", help="Hồ sơ mang mã này (xác nhận luôn)."),
    as_json: bool = _JSON,
) -> None:
    allocator = SqliteAllocator(db)
    code = allocator.allocate(agency, read_time(at))
    if reference:
        allocator.confirm(code, reference)
    fields = {"code": str(code), "received_on": code.received_on.isoformat(), "ordinal": code.ordinal}
    typer.echo(json.dumps({**fields, "reference": reference}, ensure_ascii=False) if as_json else str(code))


@GROUP.command("gaps", help="Các số trong ngày không có hồ sơ mang, và vì sao; có số khuyết thì thoát 1.")
def _gaps(
    agency: str = typer.Argument(..., help="Mã định danh cơ quan."),
    day: datetime = typer.Argument(..., help="Ngày, ví dụ 2026-02-12.", formats=["%Y-%m-%d"]),
    db: Path = typer.Option(..., "--db", help="Tệp SQLite giữ số.", exists=True, dir_okay=False),
    as_json: bool = _JSON,
) -> None:
    found = SqliteAllocator(db).gaps(agency, day.date())
    rows = [{"code": str(gap.code), "status": gap.status.value, "reason": gap.reason} for gap in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    for gap in found if not as_json else ():
        typer.echo(f"{gap.code}  {gap.status.value}  {gap.reason}")
    if found:
        raise typer.Exit(1)


def _any_code(text: str) -> DossierCode | ProcedureCode | ResultCode | ComponentCode | PaperCode:
    """Read a code of any kind; what none of them is gets the error of the kind that it looks most like."""
    for kind in (ResultCode, PaperCode, ComponentCode):
        try:
            return kind.parse(text)
        except InvalidInput:
            continue
    return DossierCode.parse(text) if "-" in text else ProcedureCode.parse(text)


def _read(file: Path) -> Dossier:
    return Dossier.from_json(file.read_bytes(), unique=True)


def _office(hours: str | None, *, projected: bool) -> tuple[WorkCalendar, WorkHours]:
    return WorkCalendar.official(projected=projected), WorkHours(hours) if hours else official_hours()


def _duty(item: Duty) -> dict[str, Any]:
    return {
        "key": item.key,
        "who": item.who.value,
        "text": {"vi": item.text.vi, "en": item.text.en},
        "by": item.by.isoformat() if item.by else None,
        "since": item.since.isoformat() if item.since else None,
        "conditional": item.conditional,
        "overdue": item.overdue,
        "source": str(item.source),
    }
