"""`egov-vn dossier report | check-report | indicators | overdue | reconcile | form | register | synthetic`."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer

from egov_vn.calendar import WorkCalendar
from egov_vn.cli.calendar import undecided
from egov_vn.cli.common import LANG, Lang, language_of, read_time, write_whole
from egov_vn.cli.dossier import GROUP
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    Indicator,
    IndicatorInputs,
    IndicatorScore,
    IndicatorTally,
    OverdueDossier,
    Period,
    Procedure,
    RegisterBook,
    StatisticalReport,
    Tally,
    check_report,
    forms,
    national_score,
    overdue_list,
    procedure_figures,
    read_lines,
    reconcile,
    report,
    report_csv,
    report_html,
    report_xlsx,
)
from egov_vn.dossier.facts_io import FactReader, write_facts
from egov_vn.dossier.indicators import decimal_text
from egov_vn.dossier.listing import Listing, indicator_listing, overdue_listing, reconciliation_listing
from egov_vn.errors import BeyondHorizon, InvalidInput
from egov_vn.finding import Finding, Language, render_terminal

__all__ = ["register"]

_MAX_JSON = 64 * 1024 * 1024
_FACTS = typer.Argument(..., help="Danh sách hồ sơ (CSV).", exists=True, dir_okay=False, readable=True)
_JSON = typer.Option(False, "--json", help="In JSON.")
_OUT = typer.Option(None, "--out", "-o", help="Ghi ra tệp .html, .csv, .xlsx hoặc .json.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the group `dossier`; importing it did."""


@GROUP.command("report", help="Biểu báo cáo II.06a, 07a, 07b, 07c của một kỳ; số liệu không khớp thì thoát 1.")
def _report(
    facts: Path = _FACTS,
    period: str = typer.Option(..., "--period", "-p", help="2026-09, 2026-Q3, 2026-H1, 2026-9M, 2026 hoặc NGÀY..NGÀY."),
    form: str | None = typer.Option(None, "--form", help="II.06a, 07a, 07b, 07c (mặc định: theo ngày chốt số liệu)."),
    unit: str = typer.Option("", "--unit", help="Đơn vị báo cáo."),
    by: str = typer.Option("field", "--by", help="Mỗi dòng là: field, agency, level."),
    names: Path | None = typer.Option(None, "--names", help="JSON {mã: tên} của lĩnh vực, cơ quan.", exists=True),
    previous: Path | None = typer.Option(None, "--previous", help="Báo cáo kỳ trước (JSON) để đối chiếu.", exists=True),
    drill: int | None = typer.Option(None, "--drill", help="In mã hồ sơ đứng sau cột này."),
    key: str | None = typer.Option(None, "--key", help="Chỉ dòng này (mã lĩnh vực, cơ quan)."),
    out: Path | None = _OUT,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    words = _mapping(names) if names else {}
    with _reader(facts) as reader:
        tally = Tally(Period.parse(period), keep_codes=drill is not None).add(reader)
    made = report(tally, unit=unit, form=form, names={str(code): str(name) for code, name in words.items()}, by=by)  # type: ignore[arg-type]
    earlier = StatisticalReport.from_dict(_load(previous)) if previous else None
    findings = check_report(made, previous=earlier, tally=tally)
    _complain(reader.bad)
    if drill is not None:
        for code in made.drill(tally, drill, key=key):
            typer.echo(code)
    elif out is not None:
        write_whole(out, _rendered(made, findings, out.suffix.lower(), language_of(lang)))
    elif as_json:
        plain = {**made.to_dict(language_of(lang)), "findings": [item.to_dict() for item in findings]}
        typer.echo(json.dumps({**plain, "bad_rows": [str(item) for item in reader.bad]}, ensure_ascii=False, indent=2))
    else:
        typer.echo(report_csv(made, language_of(lang)).decode("utf-8-sig"), nl=False)
    _finish(findings, language_of(lang), bad=bool(reader.bad))


@GROUP.command("check-report", help="Kiểm tra một biểu báo cáo (JSON): các quan hệ giữa các cột, số chuyển kỳ.")
def _check_report(
    file: Path = typer.Argument(..., help="Báo cáo (JSON).", exists=True, dir_okay=False),
    previous: Path | None = typer.Option(None, "--previous", help="Báo cáo kỳ trước (JSON).", exists=True),
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    earlier = StatisticalReport.from_dict(_load(previous)) if previous else None
    findings = check_report(StatisticalReport.from_dict(_load(file)), previous=earlier)
    if as_json:
        typer.echo(
            json.dumps({"holds": not findings, "findings": [item.to_dict() for item in findings]}, ensure_ascii=False)
        )
        raise typer.Exit(1 if findings else 0)
    _finish(findings, language_of(lang))
    typer.echo("Các quan hệ đều đúng." if lang is Lang.VI else "All identities hold.")


@GROUP.command("indicators", help="Bộ chỉ số của QĐ 766/QĐ-TTg: giá trị, điểm, hoặc vì sao chưa tính được.")
def _indicators(
    facts: Path = _FACTS,
    period: str = typer.Option(..., "--period", "-p", help="Kỳ: 2026-09, 2026-Q3, 2026, 2026-01-01..2026-12-31 …"),
    inputs: Path | None = typer.Option(None, "--inputs", help="Số liệu ngoài hồ sơ (JSON).", exists=True),
    catalogue: Path | None = typer.Option(None, "--catalogue", help="Danh mục thủ tục (JSON): 1.3, 3.1, 3.5, 4.5a."),
    score: bool = typer.Option(False, "--score", help="Cộng điểm và xếp loại, theo khoảng thấp nhất đến cao nhất."),
    out: Path | None = _OUT,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    window = Period.parse(period)
    stated = dict(IndicatorInputs.from_dict(_mapping(inputs)).values()) if inputs else {}
    if catalogue is not None:
        stated = {**procedure_figures(_procedures(catalogue), on=window.end, source=catalogue.name), **stated}
    with _reader(facts) as reader:
        tally = IndicatorTally(window, recorded=reader.recorded).add(reader)
    found = tally.results(IndicatorInputs(**stated))
    _complain(reader.bad)
    total = national_score(found) if score else None
    if out is not None:
        listing = indicator_listing(found, language_of(lang), period=window, total=total)
        _list(out, listing, language_of(lang))
    elif as_json:
        plain: Any = [item.to_dict(language_of(lang)) for item in found]
        if total is not None:
            plain = {"indicators": plain, "score": total.to_dict(language_of(lang))}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        for item in found:
            typer.echo(_indicator_line(item, language_of(lang)))
        if total is not None:
            typer.echo(_score_line(total, language_of(lang)))
    if reader.bad:  # what could not be read is not in the figures
        raise typer.Exit(1)


@GROUP.command("overdue", help="Hồ sơ quá hạn: mã, cán bộ, số ngày; có hồ sơ quá hạn thì thoát 1.")
def _overdue(
    facts: Path = _FACTS,
    at: str | None = typer.Option(None, "--at", help="Thời điểm xét (mặc định: bây giờ)."),
    since: str | None = typer.Option(None, "--since", help="Kể cả hồ sơ trả quá hạn từ lúc này."),
    working_days: bool = typer.Option(False, "--working-days", help="Đếm cả ngày làm việc."),
    projected: bool = typer.Option(False, "--projected", help="Dự kiến cả những năm chưa có thông báo."),
    out: Path | None = _OUT,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    calendar = WorkCalendar.official(projected=projected) if working_days else None
    try:
        with _reader(facts) as reader:
            found = overdue_list(
                reader,
                at=read_time(at),
                since=read_time(since, "--since") if since else None,
                calendar=calendar,
            )
    except BeyondHorizon as error:
        raise undecided(error) from error
    _complain(reader.bad)
    if out is not None:
        _list(out, overdue_listing(found, language_of(lang)), language_of(lang))
    elif as_json:
        typer.echo(json.dumps([item.to_dict() for item in found], ensure_ascii=False, indent=2))
    else:
        for item in found:
            typer.echo(_overdue_line(item, language_of(lang)))
    if found or reader.bad:
        raise typer.Exit(1)


@GROUP.command("reconcile", help="Đối chiếu sổ giấy với danh sách điện tử (CSV, xlsx); có sai lệch thì thoát 1.")
def _reconcile(
    paper: Path = typer.Argument(..., help="Sổ giấy, đã nhập.", exists=True, dir_okay=False),
    electronic: Path = typer.Argument(..., help="Danh sách trên hệ thống.", exists=True, dir_okay=False),
    late_hours: int = typer.Option(24, "--late-hours", min=0, help="Nhập hệ thống chậm hơn số giờ này là chậm."),
    tolerance: int = typer.Option(15, "--tolerance", min=0, help="Lệch thời gian nhận quá số phút này là sai."),
    encoding: str | None = typer.Option(None, "--encoding", help="Bảng mã của CSV, nếu tự nhận sai."),
    out: Path | None = _OUT,
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    left = read_lines(_bytes(paper), encoding=encoding)
    right = read_lines(_bytes(electronic), encoding=encoding)
    found = reconcile(left, right, late_after=timedelta(hours=late_hours), tolerance=timedelta(minutes=tolerance))
    if out is not None:
        _list(out, reconciliation_listing(found, language_of(lang)), language_of(lang))
    elif as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"Sổ giấy {found.paper_count}, điện tử {found.electronic_count}, khớp {found.matched}.")
        notes = [*left.findings, *right.findings, *(item.to_finding() for item in found.differences)]
        if notes:
            typer.echo(render_terminal(notes, language_of(lang)))
        _complain((*found.bad_paper, *found.bad_electronic))
    if not found.agrees:
        raise typer.Exit(1)


@GROUP.command("form", help="Biểu mẫu một cửa thành PDF/A: receipt, supplement, rejection, apology, stop_notice, …")
def _form(
    key: str = typer.Argument(..., help="Tên biểu mẫu."),
    values: Path = typer.Argument(..., help="Nội dung (JSON).", exists=True, dir_okay=False),
    code: str | None = typer.Option(None, "--code", help="Mã hồ sơ."),
    at: str | None = typer.Option(None, "--at", help="Thời điểm lập (mặc định: bây giờ)."),
    which: str | None = typer.Option(None, "--set", help="tt01_2018 hoặc tt03_2025 (mặc định: theo ngày lập)."),
    symbol: str = typer.Option("barcode", "--symbol", help="Mã của hồ sơ vẽ thành: barcode, qr, both hoặc none."),
    qr_text: str | None = typer.Option(None, "--qr-text", help="Nội dung mã QR thay cho mã hồ sơ: địa chỉ tra cứu."),
    copies: int = typer.Option(1, "--copies", help="Số liên."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Tệp PDF."),
    as_json: bool = typer.Option(False, "--json", help="In nội dung dạng dữ liệu thay vì PDF."),
) -> None:
    moment = read_time(at)
    filled = forms.fill(key, _mapping(values), code=code, at=moment, which=which)
    if as_json:
        typer.echo(json.dumps(filled.to_dict(), ensure_ascii=False, indent=2))
        return
    if out is None:
        raise InvalidInput("say where the PDF goes", path="--out")
    made = forms.typeset(filled, symbol=symbol, qr_text=qr_text, copies=copies)  # type: ignore[arg-type]
    write_whole(out, made.pdf)
    typer.echo(str(out))


@GROUP.command("register", help="Kiểm tra sổ theo dõi hồ sơ điện tử (JSON Lines): chuỗi băm, số thứ tự, thời gian.")
def _register(
    file: Path = typer.Argument(..., help="Sổ (JSON Lines).", exists=True, dir_okay=False),
    desk: str = typer.Option(..., "--desk", help="Tên bộ phận giữ sổ."),
    as_json: bool = _JSON,
    lang: Lang = LANG,
) -> None:
    book = RegisterBook.from_jsonl(_bytes(file), desk=desk)
    findings = book.check()
    if as_json:
        notes = [item.to_dict() for item in findings]
        fields = {"holds": not findings, "entries": len(book), "head": str(book.head), "findings": notes}
        typer.echo(json.dumps(fields, ensure_ascii=False))
        raise typer.Exit(1 if findings else 0)
    _finish(findings, language_of(lang))
    typer.echo(f"{len(book)} {'dòng' if lang is Lang.VI else 'entries'}, {book.head}")


@GROUP.command("synthetic", help="Một năm hồ sơ giả lập của một tỉnh (CSV), để thử.")
def _synthetic(
    count: int = typer.Option(10_000, "--count", min=1, max=5_000_000, help="Số hồ sơ."),
    seed: int = typer.Option(1, "--seed", help="Hạt giống: cùng số thì cùng dữ liệu."),
    year: int = typer.Option(2026, "--year", min=2001, max=2099, help="Năm báo cáo."),
) -> None:
    from egov_vn.testing.dossiers import province_year  # noqa: PLC0415 - the test authority, and with it pyHanko

    for line in write_facts(province_year(seed=seed, count=count, year=year)):
        typer.echo(line, nl=False)


def _indicator_line(item: Indicator, lang: Language) -> str:
    note = item.reason or item.caveat
    score = item.score()
    points = "" if score is None else f"{decimal_text(score, lang)}/{decimal_text(item.points, lang)}"
    tail = f": {note(lang)}" if note else ""
    return f"{item.key}\t{item.shown(lang)}\t{points}\t{item.title(lang)} ({item.evidence.label(lang)}){tail}"


def _score_line(total: IndicatorScore, lang: Language) -> str:
    name = "Tổng điểm" if lang == "vi" else "Total"
    return f"{name}: {total.span(lang)} / {total.maximum}; {total.verdict(lang)}"


def _overdue_line(item: OverdueDossier, lang: Language) -> str:
    day, working, sorry = (
        ("ngày", "ngày làm việc", "chưa xin lỗi") if lang == "vi" else ("days", "working days", "no apology")
    )
    days = f"{item.days} {day}" + ("" if item.working_days is None else f" ({item.working_days} {working})")
    return f"{item.code}\t{item.officer}\t{item.due:%d/%m/%Y %H:%M}\t{days}" + ("" if item.apologised else f"\t{sorry}")


@contextmanager
def _reader(path: Path) -> Iterator[FactReader]:
    with path.open("rb") as probe:
        marked = probe.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)
    with path.open(encoding="utf-16" if marked else "utf-8-sig", newline="") as lines:
        yield FactReader(lines)


def _rendered(made: StatisticalReport, findings: Iterable[Finding], suffix: str, lang: Language) -> bytes:
    if suffix == ".html":
        return report_html(made, findings=findings, lang=lang).encode("utf-8")
    if suffix == ".csv":
        return report_csv(made, lang)
    if suffix == ".xlsx":
        return report_xlsx(made, at=datetime.now(VIETNAM), lang=lang)
    if suffix == ".json":
        return made.to_json(lang, indent=2).encode("utf-8")
    raise _unknown_format(suffix)


def _list(out: Path, listing: Listing, lang: Language = "vi") -> None:
    suffix = out.suffix.lower()
    if suffix == ".xlsx":
        data = listing.to_xlsx(at=datetime.now(VIETNAM))
    elif suffix == ".csv":
        data = listing.to_csv()
    elif suffix in (".html", ".json"):
        data = (listing.to_html(lang) if suffix == ".html" else listing.to_json()).encode("utf-8")
    else:
        raise _unknown_format(suffix)
    write_whole(out, data)


def _unknown_format(suffix: str) -> InvalidInput:
    return InvalidInput(f"{suffix or 'no suffix'!r} is not .html, .csv, .xlsx or .json", path="--out")


def _finish(findings: Iterable[Finding], lang: Language, *, bad: bool = False) -> None:
    notes = tuple(findings)
    if notes:
        typer.echo(render_terminal(notes, lang), err=True)
    if notes or bad:
        raise typer.Exit(1)


def _complain(bad: Iterable[InvalidInput]) -> None:
    for error in bad:
        typer.echo(str(error), err=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error


def _load(path: Path) -> Any:
    data = _bytes(path)
    if len(data) > _MAX_JSON:
        raise InvalidInput(f"{len(data)} bytes are too many", path=str(path))
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"not JSON: {error}", path=str(path)) from error


def _mapping(path: Path) -> Mapping[str, Any]:
    found = _load(path)
    if not isinstance(found, dict):
        raise InvalidInput("must be a JSON object", path=str(path))
    return found


def _procedures(path: Path) -> list[Procedure]:
    found = _load(path)
    if not isinstance(found, list):
        raise InvalidInput("must be a JSON list of procedures", path=str(path))
    return [Procedure.from_dict(item, source=f"{path.name}[{index}]") for index, item in enumerate(found)]
