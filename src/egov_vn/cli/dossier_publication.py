"""`egov-vn dossier publication`: by when a procedure is published and posted."""

from __future__ import annotations

import json
from datetime import date

import typer

from egov_vn.calendar import WorkCalendar
from egov_vn.cli.calendar import undecided
from egov_vn.cli.common import LANG, Lang, language_of
from egov_vn.cli.dossier import GROUP
from egov_vn.dossier.publication import decision_deadline, posting_deadline
from egov_vn.errors import BeyondHorizon, InvalidInput

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `dossier`; importing it did."""


@GROUP.command("publication", help="Hạn công bố và hạn công khai một thủ tục hành chính (NĐ 63/2010 Điều 15, 24).")
def _publication(
    by: str = typer.Option(..., "--by", help="ministry, province hoặc delegated."),
    effective: str | None = typer.Option(None, "--effective", help="Ngày văn bản có hiệu lực: tính hạn công bố."),
    signed: str | None = typer.Option(None, "--signed", help="Ngày ký quyết định công bố: tính hạn công khai."),
    issued: str | None = typer.Option(None, "--issued", help="Ngày ban hành văn bản theo thủ tục rút gọn."),
    shortened: bool = typer.Option(False, "--shortened", help="Văn bản ban hành theo thủ tục rút gọn."),
    as_indicator: bool = typer.Option(False, "--as-indicator", help="Đếm ngày làm việc như chỉ số 1.1."),
    as_json: bool = typer.Option(False, "--json", help="In JSON."),
    lang: Lang = LANG,
) -> None:
    if effective is None and signed is None:
        raise InvalidInput("say when the act takes effect or when the decision was signed", path="--effective")
    calendar, found = WorkCalendar.official(), {}
    try:
        if effective is not None:
            found["decision"] = decision_deadline(
                by,
                effective=_day(effective, "--effective"),
                issued=None if issued is None else _day(issued, "--issued"),
                shortened=shortened,
                as_indicator=as_indicator,
                calendar=calendar,
            )
        if signed is not None:
            day = _day(signed, "--signed")
            found["posting"] = posting_deadline(by, signed=day, shortened=shortened, calendar=calendar)
    except BeyondHorizon as error:
        raise undecided(error) from error
    if as_json:
        typer.echo(json.dumps({key: item.to_dict() for key, item in found.items()}, ensure_ascii=False, indent=2))
        return
    for item in found.values():
        typer.echo(item.explain(language_of(lang)))


def _day(text: str, path: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a day like 2026-07-01", path=path) from error
