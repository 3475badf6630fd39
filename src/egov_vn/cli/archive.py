"""`egov-vn archive`: pack, check, take over, write the papers of a transfer, tell when files fall due."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import typer

from egov_vn.archive import (
    ArchivalFile,
    CheckOptions,
    CheckReport,
    Organisation,
    Package,
    Payload,
    Record,
    Retention,
    Transformed,
    check_package,
    write_package,
)
from egov_vn.archive.check_signatures import SignatureCheck
from egov_vn.archive.listing import HandoverList, compare
from egov_vn.archive.papers import Handover, Sheet, handover_minutes, list_sheet, report_sheet, to_pdf, to_xlsx
from egov_vn.archive.transfer import Medium, due_in_current_archive
from egov_vn.archive.transform import to_aip, to_dip
from egov_vn.calendar import WorkCalendar
from egov_vn.cli import archive_proof, archive_records
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce
from egov_vn.finding import Language, render_terminal

__all__ = ["register"]

_EXIT = {True: 0, False: 1, None: 3}
JSON = typer.Option(False, "--json", help="In kết quả dạng JSON.")


def register(app: typer.Typer) -> None:
    """Add the command `archive` to *app*."""
    group = typer.Typer(help="Gói tin lưu trữ theo TT 05/2025/TT-BNV.", no_args_is_help=True)
    app.add_typer(group, name="archive")
    group.command("check")(check)
    group.command("pack")(pack)
    group.command("aip")(aip)
    group.command("dip")(dip)
    group.command("list")(make_list)
    group.command("report")(report)
    group.command("due")(due)
    archive_records.add_to(group)
    archive_proof.add_to(group)


def check(
    path: Path = typer.Argument(..., help="Gói tin: thư mục hoặc tệp ZIP."),
    as_json: bool = typer.Option(False, "--json", help="In kết quả dạng JSON."),
    lang: str = typer.Option("vi", "--lang", help="vi hoặc en."),
    fixity: bool = typer.Option(True, "--fixity/--no-fixity", help="Tính lại giá trị băm của mọi tệp."),
    workers: int = typer.Option(2, "--workers", min=1, max=64, help="Số tiến trình (hoặc luồng) chạy song song."),
    signatures: bool = typer.Option(False, "--signatures", help="Kiểm tra cả chữ ký số trong gói tin."),
    trust: list[Path] = typer.Option([], "--trust", help="Chứng thư gốc được tin cậy: tệp hoặc thư mục."),
    at: str = typer.Option("", "--at", help="Thời điểm xét chữ ký, ISO 8601; mặc định là bây giờ."),
) -> None:
    """Kiểm tra một gói tin; mã thoát 0 đạt, 1 không đạt, 3 chưa kết luận."""
    language = _language(lang)
    judge = None
    if signatures or trust:
        from egov_vn.signature import TrustStore  # noqa: PLC0415 - heavy, and rarely asked for

        judge = SignatureCheck(at=_instant(at), trust=TrustStore.load(*trust) if trust else None)
    found = check_package(path, options=CheckOptions(fixity=fixity, workers=workers), signatures=judge)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(found.to_terminal(language))
    raise typer.Exit(_EXIT[found.conforms])


def pack(
    source: Path = typer.Argument(..., help="Tệp JSON mô tả hồ sơ và tài liệu, đường dẫn tệp tính từ chỗ tệp JSON."),
    target: Path = typer.Argument(..., help="Thư mục nhận gói tin, hoặc tệp .zip."),
    agency: str = typer.Option(..., "--agency", help="Tên cơ quan nộp."),
    code: str = typer.Option("", "--agency-code", help="Mã định danh cơ quan nộp."),
    kind: str = typer.Option("SIP_hoso", "--kind", help="SIP_hoso hoặc SIP_tailieu."),
    profile: str = typer.Option("tt05", "--profile", help="tt05, tt05-sample hoặc csip."),
    link: bool = typer.Option(False, "--link", help="Liên kết cứng thay vì chép tệp."),
    ordinal: int | None = typer.Option(None, "--ordinal", min=1, help="Số thứ tự gói trong lần nộp, đứng đầu tên ZIP."),
    form: str = typer.Option("", "--form", help="folder hoặc zip; mặc định theo tên đích."),
    at: str = typer.Option("", "--at", help="Thời điểm đóng gói, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Đóng gói hồ sơ từ một tệp JSON: {"file": {…}, "records": [{"files": ["a.pdf"], …trường…}]}."""
    written = write_package(
        target,
        _read_file(source, kind),
        kind=kind,
        profile=profile,
        at=_instant(at),
        agent=Organisation(name=agency, code=code),
        link=link,
        ordinal=ordinal,
        form=form or None,
    )
    if as_json:
        _print(_package(written))
    else:
        typer.echo(f"{written.path} ({written.files} tệp, {written.size} byte)")


def aip(
    sip: Path = typer.Argument(..., help="Gói SIP đã được phê duyệt."),
    target: Path = typer.Argument(..., help="Thư mục nhận gói AIP, hoặc tệp .zip."),
    archive: str = typer.Option(..., "--archive", help="Tên cơ quan lưu trữ."),
    code: str = typer.Option(..., "--archive-code", help="Mã cơ quan lưu trữ."),
    approved_by: str = typer.Option(..., "--approved-by", help="Người phê duyệt."),
    at: str = typer.Option("", "--at", help="Thời điểm, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Chuyển gói SIP thành gói AIP sau khi kiểm tra và phê duyệt; in những trường không còn chỗ."""
    checked = check_package(sip)
    if checked.conforms is not True:
        _refuse(checked, as_json=as_json)
    made = to_aip(
        sip, target, archive=Organisation(name=archive, code=code), at=_instant(at), approved_by=approved_by,
        report=checked,
    )  # fmt: skip
    _tell_made(made, as_json=as_json)


def dip(
    aip: Path = typer.Argument(..., help="Gói AIP đang lưu trữ."),
    target: Path = typer.Argument(..., help="Thư mục nhận gói DIP, hoặc tệp .zip."),
    request: Path = typer.Option(..., "--request", help="Tệp JSON ghi các trường của yêu cầu khai thác."),
    archive: str = typer.Option(..., "--archive", help="Tên cơ quan lưu trữ."),
    code: str = typer.Option("", "--archive-code", help="Mã cơ quan lưu trữ."),
    records: list[str] = typer.Option([], "--record", help="Mã lưu trữ của tài liệu được cấp; mặc định là tất cả."),
    certificates: list[Path] = typer.Option([], "--certificate", help="Giấy chứng thực bản sao (PDF)."),
    at: str = typer.Option("", "--at", help="Thời điểm cấp, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Cấp tài liệu của một gói AIP cho người sử dụng thành gói DIP; in những trường không còn chỗ."""
    checked = check_package(aip)
    if checked.conforms is not True:
        _refuse(checked, as_json=as_json)
    made = to_dip(
        aip,
        target,
        request=_read_object(request),
        archive=Organisation(name=archive, code=code),
        at=_instant(at),
        codes=records or None,
        certificates=[Payload.at(path) for path in certificates],
    )
    _tell_made(made, as_json=as_json)


def make_list(
    packages: list[Path] = typer.Argument(..., help="Các gói tin của lần nộp."),
    out: Path = typer.Option(..., "--out", help="Tệp .csv, .xlsx hoặc .pdf."),
    agency: str = typer.Option("", "--agency", help="Cơ quan lập (cho PDF)."),
    at: str = typer.Option("", "--at", help="Thời điểm lập, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Lập mục lục hồ sơ nộp lưu từ các gói tin; mã thoát 1 nếu có gói không đọc được, khi đó không ghi mục lục."""
    reports = _reports(packages, fixity=False)
    for item in reports:
        if not item.code:
            _refuse(item, as_json=as_json)
    listing = HandoverList.of(reports)
    _write_new(
        out, listing.to_csv() if out.suffix == ".csv" else _paper(list_sheet(listing), out, agency, _instant(at))
    )
    if as_json:
        _print({"out": str(out), "rows": [asdict(row) for row in listing.rows]})
    else:
        typer.echo(f"{out}: {len(listing.rows)} hồ sơ")


def report(
    packages: list[Path] = typer.Argument(..., help="Các gói tin của lần nộp."),
    out: Path | None = typer.Option(None, "--out", help="Tệp .xlsx hoặc .pdf."),
    listing: Path | None = typer.Option(None, "--list", help="Mục lục (.csv, .xlsx) để đối chiếu."),
    minutes: bool = typer.Option(False, "--minutes", help="Lập biên bản giao nhận thay cho báo cáo kiểm tra."),
    request: str = typer.Option("", "--request", help="Mã đăng ký yêu cầu (biên bản)."),
    giver: str = typer.Option("", "--giver", help="Cơ quan nộp (biên bản)."),
    receiver: str = typer.Option("", "--receiver", help="Cơ quan nhận."),
    given_by: str = typer.Option("", "--given-by", help="Người giao (biên bản)."),
    received_by: str = typer.Option("", "--received-by", help="Người nhận (biên bản)."),
    at: str = typer.Option("", "--at", help="Thời điểm, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Kiểm tra mọi gói tin của lần nộp, đối chiếu mục lục, lập báo cáo đạt/không đạt hoặc biên bản giao nhận."""
    reports = _reports(packages, fixity=True)
    differences = compare(_read_list(listing), reports) if listing else ()
    if out is not None:
        instant = _instant(at)
        sheet = report_sheet(reports)
        if minutes:
            handover = Handover(
                request_code=request,
                giver=Organisation(name=giver),
                receiver=Organisation(name=receiver),
                at=instant,
                given_by=given_by,
                received_by=received_by,
            )
            sheet = handover_minutes(handover, reports)
        _write_new(out, _paper(sheet, out, receiver or giver, instant))
    if as_json:
        _print(
            {"packages": [item.to_dict() for item in reports], "differences": [item.to_dict() for item in differences]}
        )
    else:
        for item in reports:
            typer.echo(f"{item.verdict()}: {item.code or item.name}")
        if differences:
            typer.echo(render_terminal(differences))
    verdicts = [item.conforms for item in reports]
    raise typer.Exit(1 if differences or False in verdicts else 3 if None in verdicts else 0)


def due(
    ended: str = typer.Argument(..., help="Ngày kết thúc công việc, YYYY-MM-DD."),
    period: str = typer.Option("Vĩnh viễn", "--period", help="Thời hạn lưu trữ: Vĩnh viễn hoặc số năm."),
    paper: bool = typer.Option(False, "--paper", help="Hồ sơ giấy."),
    as_json: bool = JSON,
    lang: str = typer.Option("vi", "--lang", help="vi hoặc en."),
) -> None:
    """Cho biết hạn nộp vào lưu trữ hiện hành và năm hết thời hạn lưu trữ, kèm căn cứ.

    Mã thoát 3 nếu ngày kết thúc thuộc thời của luật cũ. Năm chưa công bố lịch nghỉ thì ngày tính ra là dự kiến.
    """
    language = _language(lang)
    try:
        day = date.fromisoformat(ended)
    except ValueError as error:
        raise InvalidInput(f"{ended!r} is not a day YYYY-MM-DD", path="ended") from error
    retention = Retention.parse(period)
    medium: Medium = "paper" if paper else "digital"
    expected = ""
    try:
        told = due_in_current_archive(day, medium=medium, calendar=WorkCalendar.official())
    except BeyondHorizon as error:
        expected = {"vi": "dự kiến, lịch nghỉ chưa công bố", "en": "expected: the days off are not published"}[language]
        expected += f" ({error.known_until.isoformat()})"
        told = due_in_current_archive(day, medium=medium, calendar=WorkCalendar.official(projected=True))
    except NotInForce as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(3) from error
    year = retention.due_year(day)
    if as_json:
        _print(
            {
                "due": told.day.isoformat(),
                "ceiling": told.ceiling.isoformat(),
                "use_until": told.use_until.isoformat() if told.use_until else None,
                "expected": bool(expected),
                "period": retention.text(language),
                "last_year": year,
                "because": told.explain(language).splitlines(),
            }
        )
        return
    note = f" ({expected})" if expected else ""
    typer.echo(f"{told.day:%d/%m/%Y}{note}\n{told.explain(language)}")
    typer.echo(f"{retention.text(language)}: {year if year is not None else '∞'}")


def _print(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _package(made: Package) -> dict[str, Any]:
    return {**asdict(made), "path": str(made.path)}


def _tell_made(made: Transformed, *, as_json: bool) -> None:
    if as_json:
        _print({**_package(made.package), "losses": [asdict(loss) for loss in made.losses]})
        return
    typer.echo(str(made.package.path))
    for loss in made.losses:
        typer.echo(f"  {loss.where}: {loss.field} = {loss.value} ({loss.reason})")


def _refuse(report: CheckReport, *, as_json: bool) -> NoReturn:
    """Tell why a package is not taken, and leave: 1 if it failed, 3 if that is not decided."""
    if as_json:
        _print(report.to_dict())
    else:
        typer.echo(report.to_terminal("vi"), err=True)
    raise typer.Exit(_EXIT[report.conforms] or 1)


def _read_file(source: Path, kind: str) -> ArchivalFile:
    try:
        told: Any = json.loads(_read(source))
        records = [
            Record.of(
                *(
                    Payload.at(source.parent / name, role="main" if n == 0 else "attachment")
                    for n, name in enumerate(item["files"])
                ),
                kind=item.get("kind", "SIP_doc"),
                **{key: value for key, value in item.items() if key not in ("files", "kind")},
            )
            for item in told["records"]
        ]
        documentation = [Payload.at(source.parent / name) for name in told.get("documentation", ())]
        return ArchivalFile.of(records, kind=kind, documentation=documentation, **told["file"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"not a description of a file: {error}", path=str(source)) from error


def _read_object(source: Path) -> dict[str, Any]:
    try:
        told: Any = json.loads(_read(source))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"not JSON: {error}", path=str(source)) from error
    if not isinstance(told, dict):
        raise InvalidInput("not a JSON object of fields", path=str(source))
    return told


def _read_list(path: Path) -> HandoverList:
    read = HandoverList.read_xlsx if path.suffix == ".xlsx" else HandoverList.read_csv
    return read(_read(path), name=path.name)


def _reports(packages: list[Path], *, fixity: bool) -> list[CheckReport]:
    return [check_package(path, options=CheckOptions(fixity=fixity)) for path in packages]


def _paper(sheet: Sheet, out: Path, issuer: str, at: datetime) -> bytes:
    if out.suffix == ".xlsx":
        return to_xlsx(sheet, at=at)
    if out.suffix == ".pdf":
        return to_pdf(sheet, issuer=issuer or "…", at=at).pdf
    raise InvalidInput(f"{out.suffix!r} is neither .xlsx nor .pdf", path="--out")


def _write_new(out: Path, data: bytes) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(data)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidInput(f"cannot be written: {error.strerror}", path=str(out)) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error


def _instant(text: str) -> datetime:
    if not text:
        return datetime.now(VIETNAM)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no ISO 8601 time", path="--at") from error
    return at if at.utcoffset() is not None else at.replace(tzinfo=VIETNAM)


def _language(lang: str) -> Language:
    if lang == "en":
        return "en"
    if lang == "vi":
        return "vi"
    raise typer.BadParameter("vi hoặc en", param_hint="--lang")
