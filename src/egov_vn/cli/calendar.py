"""`egov-vn calendar 2026`: the year in the terminal, as SVG, iCalendar or JSON; `--check` explains the notices."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.columns import Columns
from rich.console import Console
from rich.text import Text as Styled

from egov_vn.calendar import Certainty, DayKind, LunarDate, WorkCalendar
from egov_vn.calendar.check import check_notices
from egov_vn.calendar.days import DayOff, WorkedDay
from egov_vn.calendar.ics import to_ics
from egov_vn.calendar.svg import to_svg
from egov_vn.cli.common import LANG, Lang, language_of, print_json, read_day, write_whole
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, InvalidInput
from egov_vn.finding import Language, Severity, render_terminal, worst

__all__ = ["register", "undecided"]

_STYLES = {
    DayKind.HOLIDAY: "bold white on red",
    DayKind.TET: "bold white on red",
    DayKind.COMPENSATORY: "red",
    DayKind.SWAP_OFF: "bold yellow",
    DayKind.SWAP_WORKED: "bold green",
    DayKind.LOCAL_OFF: "bold magenta",
    DayKind.LOCAL_WORKED: "bold green",
    DayKind.WEEKLY_REST: "bright_black",
}
_WEEK = {"vi": "T2  T3  T4  T5  T6  T7  CN", "en": "Mo  Tu  We  Th  Fr  Sa  Su"}
_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def undecided(error: BeyondHorizon) -> typer.Exit:
    """Say that the answer lies beyond the published notices; exit code 3."""
    sys.stderr.write(f"egov-vn: {error} (--projected)\n")
    return typer.Exit(3)


def register(app: typer.Typer) -> None:
    """Register the command `calendar`."""
    app.command("calendar", help="Lịch làm việc của một năm: ngày nghỉ, nghỉ bù, hoán đổi, làm bù, kèm căn cứ.")(
        _calendar
    )


def _calendar(
    year: int | None = typer.Argument(None, help="Năm (mặc định: năm nay)."),
    month: int | None = typer.Option(None, "--month", "-m", min=1, max=12, help="Chỉ một tháng."),
    as_of: str | None = typer.Option(None, "--as-of", help="Theo những gì đã công bố đến ngày này."),
    projected: bool = typer.Option(False, "--projected", help="Dự kiến cả những năm chưa có thông báo."),
    svg: Path | None = typer.Option(None, "--svg", help="Ghi ảnh SVG vào tệp ('-': ra màn hình)."),
    ics: Path | None = typer.Option(None, "--ics", help="Ghi tệp iCalendar (RFC 5545) vào tệp ('-': ra màn hình)."),
    as_json: bool = typer.Option(False, "--json", help="In JSON."),
    check: bool = typer.Option(False, "--check", help="Kiểm tra các thông báo đã nạp: thiếu gì, mâu thuẫn gì."),
    lang: Lang = LANG,
) -> None:
    language = language_of(lang)
    if check:
        raise typer.Exit(_check(language, as_json=as_json))
    year = datetime.now(VIETNAM).year if year is None else year
    calendar = WorkCalendar.official(as_of=read_day(as_of, "--as-of"), projected=projected)
    try:
        first, last = _span(year, month)
        calendar.count(first, last)
    except BeyondHorizon as error:
        raise undecided(error) from error
    if svg is not None:
        _write(svg, to_svg(calendar, year, lang=language))
    if ics is not None:
        _write(ics, to_ics(calendar, start=first, end=last, stamp=datetime.now(VIETNAM), lang=language))
    if as_json:
        print_json(_summary(calendar, first, last))
    elif svg is None and ics is None:
        _print(calendar, first, last, language)


def _span(year: int, month: int | None) -> tuple[date, date]:
    if not 1 <= year <= 9998:
        raise InvalidInput(f"{year} is not a year", path="YEAR")
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _check(lang: Language, *, as_json: bool) -> int:
    findings = check_notices()
    if as_json:
        print_json({"findings": [item.to_dict() for item in findings]})
    else:
        typer.echo(render_terminal(findings, lang))
    return 1 if worst(findings) is Severity.ERROR else 0


def _summary(calendar: WorkCalendar, first: date, last: date) -> dict[str, Any]:
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "known_until": calendar.known_until.isoformat(),
        "as_of": calendar.as_of.isoformat() if calendar.as_of else None,
        "certainty": (Certainty.PROJECTED if last > calendar.known_until else Certainty.NOTICE).value,
        "working_days": _working(calendar, first, last),
        "days_off": [item.to_dict() for item in calendar.days_off(first, last)],
        "worked": [item.to_dict() for item in calendar.worked_days(first, last)],
    }


def _working(calendar: WorkCalendar, first: date, last: date) -> int:
    return calendar.count(first, last) + calendar.is_working(first)


def _print(calendar: WorkCalendar, first: date, last: date, lang: Language) -> None:
    console = Console(file=sys.stdout, highlight=False)
    vi = lang == "vi"
    days = _working(calendar, first, last)
    title = f"Lịch làm việc {first.year}: {days} ngày làm việc" if vi else f"Working days {first.year}: {days}"
    if last > calendar.known_until:
        title += " (DỰ KIẾN: chưa có thông báo)" if vi else " (PROJECTED: no notice yet)"
    console.print(Styled(title, style="bold"))
    console.print()
    months = [_month(calendar, first.year, month, lang) for month in range(first.month, last.month + 1)]
    console.print(Columns(months, padding=(0, 4), equal=True))
    marks = "* nghỉ lễ, Tết, bù, hoán đổi   + làm bù   mờ: nghỉ hằng tuần"
    console.print(Styled(marks if vi else "* day off   + worked instead   dim: weekly rest", style="bright_black"))
    console.print()
    noted: list[DayOff | WorkedDay] = [*calendar.days_off(first, last), *calendar.worked_days(first, last)]
    for item in sorted(noted, key=lambda item: item.day):
        lunar = LunarDate.from_solar(item.day)
        line = Styled(f"{'+' if isinstance(item, WorkedDay) else '*'} {item.day:%d/%m/%Y}  ")
        line.append(f"{item.name(lang)}", style=_STYLES[item.kind].replace("white on ", ""))
        line.append(
            f"  ({lunar.day}/{lunar.month} {'âm lịch' if vi else 'lunar'})  {item.sources(lang)}", style="bright_black"
        )
        console.print(line, soft_wrap=True)


def _month(calendar: WorkCalendar, year: int, month: int, lang: Language) -> Styled:
    grid = Styled(f"{'Tháng ' + str(month) if lang == 'vi' else _NAMES[month - 1]:<27}\n", style="bold")
    grid.append(f"{_WEEK[lang]} \n", style="not bold cyan")
    first, last = _span(year, month)
    grid.append("    " * first.weekday())
    day = first
    while day <= last:
        item: DayOff | WorkedDay | None = calendar.day_off(day) or calendar.worked_day(day)
        mark = " " if item is None or item.kind is DayKind.WEEKLY_REST else "+" if isinstance(item, WorkedDay) else "*"
        grid.append(f"{day.day:>2}{mark}", style="not bold " + (_STYLES[item.kind] if item else ""))
        grid.append("\n" if day.weekday() == 6 else " ")
        day += timedelta(days=1)
    grid.append("\n" if last.weekday() != 6 else "")
    return grid


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all; '-' is the standard output."""
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        write_whole(path, text.encode("utf-8"))
