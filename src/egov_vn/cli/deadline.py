"""`egov-vn deadline "5 ngày làm việc" -r "2026-02-12 09:00"`: when a term ends, day by day, with the articles."""

from __future__ import annotations

from datetime import time
from decimal import Decimal, InvalidOperation

import typer

from egov_vn.calendar import Extension, OutsideHours, Pause, PauseKind, Policy, Term, Transfer, WorkCalendar, WorkHours
from egov_vn.calendar import compute_deadline as compute
from egov_vn.calendar.policy import Event
from egov_vn.cli.calendar import undecided
from egov_vn.cli.common import LANG, Lang, language_of, print_json, read_day, read_time
from egov_vn.errors import BeyondHorizon, InvalidInput
from egov_vn.finding import Severity, worst

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Register the command `deadline`."""
    app.command("deadline", help="Hạn giải quyết của hồ sơ, kèm lời giải thích từng ngày và căn cứ pháp lý.")(_deadline)


def _deadline(  # noqa: PLR0917 - typer reads options from parameters
    term: str = typer.Argument(..., help='Thời hạn như trong thủ tục: "15 ngày làm việc", "01 tháng", "trong ngày".'),
    received: str | None = typer.Option(
        None, "--received", "-r", help="Lúc tiếp nhận: 2026-02-12 09:00 (mặc định: bây giờ)."
    ),
    hours: str | None = typer.Option(None, "--hours", help='Giờ làm việc: "07:30-11:30, 13:00-17:00".'),
    saturday: str | None = typer.Option(None, "--saturday", help="Giờ tiếp nhận thứ Bảy (không tính là giờ làm việc)."),
    cut_off: str | None = typer.Option(
        None, "--cut-off", help="Tiếp nhận sau giờ này thì tính từ ngày làm việc tiếp theo."
    ),
    outside: OutsideHours = typer.Option(OutsideHours.AS_RECEIVED, "--outside-hours", help="Tiếp nhận ngoài giờ."),
    day_hours: str | None = typer.Option(
        None, "--day-hours", help="Quy 1 ngày làm việc ra số giờ này (mặc định: cả ngày)."
    ),
    non_territorial: bool = typer.Option(False, "--non-territorial", help="Hồ sơ phi địa giới hành chính."),
    transfer: str | None = typer.Option(None, "--transfer", help="Lúc cơ quan có thẩm quyền nhận hồ sơ."),
    pause: list[str] = typer.Option(
        [], "--pause", help="Tạm dừng: LÚC-BẮT-ĐẦU/LÚC-KẾT-THÚC[/restart|resume|excluded_step]."
    ),
    extension: list[str] = typer.Option([], "--extension", help="Gia hạn: LÚC-THÔNG-BÁO/THỜI-HẠN-THÊM."),
    as_of: str | None = typer.Option(None, "--as-of", help="Theo những gì đã công bố đến ngày này."),
    projected: bool = typer.Option(False, "--projected", help="Dự kiến cả những năm chưa có thông báo."),
    as_json: bool = typer.Option(False, "--json", help="In JSON."),
    lang: Lang = LANG,
) -> None:
    events: list[Event] = [*map(_pause, pause), *map(_extension, extension)]
    if transfer is not None:
        events.append(Transfer(at=read_time(transfer, "--transfer")))
    policy = Policy(
        outside_hours=outside,
        cut_off=_time(cut_off, "--cut-off"),
        non_territorial=non_territorial,
        day_hours=_number(day_hours, "--day-hours"),
    )
    office = None
    if hours is not None:
        office = WorkHours(hours, reception={6: saturday} if saturday else None)
    try:
        answer = compute(
            read_time(received, "--received"),
            Term.parse(term),
            calendar=WorkCalendar.official(as_of=read_day(as_of, "--as-of"), projected=projected),
            hours=office,
            policy=policy,
            events=events,
        )
    except BeyondHorizon as error:
        raise undecided(error) from error
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.explain(language_of(lang)))
    if worst(answer.findings) is Severity.ERROR:
        raise typer.Exit(1)


def _time(text: str | None, name: str) -> time | None:
    try:
        return None if text is None else time.fromisoformat(text if ":" in text else f"{text}:00")
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a time of day such as 15:00", path=name) from error


def _number(text: str | None, name: str) -> int | Decimal | None:
    try:
        return None if text is None else Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise InvalidInput(f"{text!r} is not a number of hours", path=name) from error


def _pause(text: str) -> Pause:
    parts = text.split("/")
    if len(parts) not in (2, 3):
        raise InvalidInput(f"{text!r} is not START/END or START/END/KIND", path="--pause")
    try:
        kind = PauseKind(parts[2]) if len(parts) == 3 else None
    except ValueError as error:
        raise InvalidInput(f"{parts[2]!r} is not one of {', '.join(PauseKind)}", path="--pause") from error
    return Pause(start=read_time(parts[0], "--pause"), end=read_time(parts[1], "--pause"), kind=kind)


def _extension(text: str) -> Extension:
    at, slash, term = text.partition("/")
    if not slash:
        raise InvalidInput(f"{text!r} is not TIME/TERM", path="--extension")
    return Extension(at=read_time(at, "--extension"), term=Term.parse(term))
