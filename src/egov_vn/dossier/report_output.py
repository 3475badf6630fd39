"""A report table written out: CSV and xlsx for other programs, HTML with charts for an officer to read and print."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from egov_vn.clock import VIETNAM, require_aware
from egov_vn.dossier.charts import Series, columns, stacked_bars
from egov_vn.dossier.statistics import ReportForm, ReportRow, StatisticalReport
from egov_vn.errors import Unavailable, require
from egov_vn.finding import Finding, Language, render_html

__all__ = ["STYLE", "defused", "report_csv", "report_html", "report_xlsx", "worksheet"]

_BARS: Final = 14
_HEAD_ROWS: Final = 7
_COLOURS: Final = {
    "early": "#0072B2",
    "on_time": "#56B4E9",
    "late": "#D55E00",
    "within": "#8C8C8C",
    "overdue": "#CC79A7",
    "online_full": "#0072B2",
    "online_partial": "#56B4E9",
    "post": "#E69F00",
    "direct": "#009E73",
    "carried": "#8C8C8C",
}
_WORDS: Final = {
    "vi": {
        "field": "Lĩnh vực giải quyết",
        "agency": "Cơ quan giải quyết",
        "level": "Cấp giải quyết",
        "total": "TỔNG CỘNG",
        "period": "Kỳ báo cáo",
        "from": "Từ ngày {} đến ngày {}",
        "unit": "Đơn vị báo cáo",
        "count": "Đơn vị tính: số hồ sơ",
        "source": "Căn cứ",
        "holds": "Các quan hệ giữa các cột đều đúng.",
        "checks": "Kiểm tra số liệu",
        "settled": "Kết quả giải quyết",
        "received": "Hình thức tiếp nhận",
        "other": "Còn lại",
        "rate": "Giải quyết trước hạn và đúng hạn",
    },
    "en": {
        "field": "Field",
        "agency": "Body that settles",
        "level": "Level",
        "total": "TOTAL",
        "period": "Period",
        "from": "From {} to {}",
        "unit": "Reported by",
        "count": "Unit of count: dossiers",
        "source": "Source",
        "holds": "All identities between the columns hold.",
        "checks": "Checks",
        "settled": "How dossiers were settled",
        "received": "How dossiers came in",
        "other": "Others",
        "rate": "Settled early or on time",
    },
}
STYLE: Final = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:16px/1.45 "Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;color:#1a1a1a;
max-width:1120px;margin:0 auto;padding:18px}
h1{font-size:1.25rem;text-align:center;text-transform:uppercase;margin:.6em 0 .2em}
.sub{text-align:center;margin:.1em 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:18px 0}
.tile{border:1px solid #c9d3dc;border-radius:6px;padding:10px 12px}
.tile b{display:block;font-size:1.55rem}.tile span{color:#4a5560;font-size:.9rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.86rem}
th,td{border:1px solid #8a99a6;padding:4px 6px}thead th{background:#eaf1f6;text-align:center}
td.n{text-align:right;font-variant-numeric:tabular-nums}
tr.sum td,tr.part td{font-weight:600;background:#f5f7f9}td.bad{color:#a33c00;font-weight:600}
svg{width:100%;min-width:660px;height:auto;margin:18px 0 4px}td:nth-child(2){min-width:11rem}
.ok{color:#0a6b3d}small{color:#4a5560}
@media print{body{max-width:none;padding:0}.scroll{overflow:visible}tr,svg{break-inside:avoid}}
"""


def report_csv(made: StatisticalReport, lang: Language = "vi") -> bytes:
    """Return the report as CSV in UTF-8 with a mark, which Excel needs; text that looks like a formula is defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in _grid(made, lang):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def report_xlsx(made: StatisticalReport, *, at: datetime, lang: Language = "vi") -> bytes:
    """Return the report as a worksheet made at the instant *at*; the bytes depend on the arguments alone.

    Needs the extra `xlsx`.
    """
    return worksheet(list(_grid(made, lang)), title=made.form.key, head_rows=_HEAD_ROWS, at=at)


def worksheet(rows: Sequence[Sequence[Any]], *, title: str, head_rows: int, at: datetime) -> bytes:
    """Return *rows* as a worksheet made at the instant *at*, the first *head_rows* of them as its heading."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra, loaded when it is used
        from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable("worksheets need the extra: pip install 'egov-vn[xlsx]'", service="openpyxl") from error
    moment = require_aware(at)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title.replace(".", "_")
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column, value=value)
            if isinstance(value, str):
                # Text stays text: a name that starts with "=" is never a formula.
                cell.data_type = "s"
            if number <= head_rows or (column <= 2 and list(row[2:3]) == [None]):
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=len(row) > 1, vertical="center")
    sheet.column_dimensions["B"].width = 44
    sheet.freeze_panes = sheet.cell(row=head_rows + 1, column=3)
    buffer = io.BytesIO()
    book.save(buffer)
    return _dated(buffer.getvalue(), moment)


def report_html(
    made: StatisticalReport,
    *,
    findings: Iterable[Finding] = (),
    earlier: Sequence[StatisticalReport] = (),
    lang: Language = "vi",
) -> str:
    """Return the report as one HTML page: figures, charts, the table, and the *findings* of `check_report`.

    *earlier* are reports of periods before, oldest first: what was received in each is drawn in a row.
    """
    words, form = _WORDS[lang], require(made, StatisticalReport, "made").form
    notes = tuple(findings)
    checks = render_html(notes, lang) if notes else f'<p class="ok">✓ {words["holds"]}</p>'
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(form.title(lang))} - {escape(made.period.label(lang))}</title><style>{STYLE}</style></head>"
        f"<body><small>{escape(_form_name(form))}</small><h1>{escape(form.title(lang))}</h1>"
        f'<p class="sub">{words["period"]}: <b>{escape(made.period.label(lang))}</b> ({_window(made, lang)})</p>'
        f'<p class="sub">{words["unit"]}: <b>{escape(made.unit)}</b>. {words["count"]}.</p>'
        f"{_tiles(made, lang)}<div class='scroll'>{_charts(made, lang)}{_trend(made, earlier, lang)}</div>"
        f'<div class="scroll">{_table(made, lang)}</div>'
        f"<h2>{words['checks']}</h2>{checks}"
        f"<p><small>{words['source']}: {escape(form.source.render(lang))}; {escape(made.period.source.render(lang))}"
        "</small></p></body></html>"
    )


def _grid(made: StatisticalReport, lang: Language) -> Iterable[list[Any]]:
    """Yield the rows of the printed table: title, period, unit, two rows of headings, numbers, then the figures."""
    words, form = _WORDS[lang], require(made, StatisticalReport, "made").form
    yield [_form_name(form)]
    yield [form.title(lang)]
    yield [f"{words['period']}: {made.period.label(lang)} ({_window(made, lang)})"]
    yield [f"{words['unit']}: {made.unit}. {words['count']}"]
    yield ["STT" if lang == "vi" else "No.", words[made.by], *(form.groups[item.group](lang) for item in form.columns)]
    yield ["", "", *(item.title(lang) for item in form.columns)]
    yield ["(1)", "(2)", *(_formula(form, item.number) for item in form.columns)]
    for part in made.sections:
        if part.number:
            yield [part.number, part.title(lang), *(None for _ in form.columns)]
        for index, row in enumerate(part.rows, start=1):
            yield [index, row.label, *row.cells]
    yield ["", words["total"], *made.total.cells]


def _formula(form: ReportForm, number: int) -> str:
    parts = form.column(number).sum_of
    return f"({number})" + (" = " + " + ".join(f"({part})" for part in parts) if parts else "")


def _form_name(form: ReportForm) -> str:
    return f"Biểu số {form.key}/BTP/KSTT" if form.report_set == "tt09_2026" else f"Biểu số {form.key}"


def _window(made: StatisticalReport, lang: Language) -> str:
    return _WORDS[lang]["from"].format(f"{made.period.start:%d/%m/%Y}", f"{made.period.end:%d/%m/%Y}")


def defused(text: str) -> str:
    """Return *text* so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _tiles(made: StatisticalReport, lang: Language) -> str:
    sums = [item for item in made.form.columns if item.sum_of]
    tiles = [(made.form.groups[item.group](lang), _number(made.cell(item.number))) for item in sums]
    good = sum(made.cell(item.number) for item in made.form.columns if item.keys in (("early",), ("on_time",)))
    settled = made.cell(sums[1].number)
    overdue = next(item for item in made.form.columns if item.keys == ("overdue",))
    tiles.append((_WORDS[lang]["rate"], f"{100 * good / settled:.1f}%".replace(".", ",") if settled else "-"))
    tiles.append(
        (f"{made.form.groups['open'](lang)}: {overdue.title(lang).lower()}", _number(made.cell(overdue.number)))
    )
    body = "".join(f'<div class="tile"><b>{value}</b><span>{escape(label)}</span></div>' for label, value in tiles)
    return f'<div class="tiles">{body}</div>'


def _charts(made: StatisticalReport, lang: Language) -> str:
    drawn = []
    for group in ("settled", "received"):
        places = [index for index, item in enumerate(made.form.columns) if item.group == group and not item.sum_of]
        series = [
            Series(made.form.columns[index].title(lang), _COLOURS[made.form.columns[index].keys[0]]) for index in places
        ]
        rows = _largest([row for part in made.sections for row in part.rows], places, _WORDS[lang]["other"])
        drawn.append(stacked_bars(rows, series, title=_WORDS[lang][group]))
    return "".join(drawn)


def _trend(made: StatisticalReport, earlier: Sequence[StatisticalReport], lang: Language) -> str:
    if not earlier:
        return ""
    return columns(
        [(item.period.label(lang), item.cell(3)) for item in (*earlier, made)],
        title=made.form.groups["received"](lang),
    )


def _largest(rows: Sequence[ReportRow], places: Sequence[int], other: str) -> list[tuple[str, Sequence[int]]]:
    """Return the largest rows by their sum, those of one label together, and the rest as one."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        values = sums.setdefault(row.label, [0] * len(places))
        values[:] = [left + row.cells[place] for left, place in zip(values, places, strict=True)]
    ordered = sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0]))
    found: list[tuple[str, Sequence[int]]] = list(ordered[:_BARS])
    if ordered[_BARS:]:
        found.append((other, [sum(cells) for cells in zip(*(values for _, values in ordered[_BARS:]), strict=True)]))
    return found


def _table(made: StatisticalReport, lang: Language) -> str:
    words, form = _WORDS[lang], made.form
    late = {index for index, item in enumerate(form.columns) if item.keys in (("late",), ("overdue",))}
    groups: dict[str, int] = {}
    for item in form.columns:
        groups[item.group] = groups.get(item.group, 0) + 1
    first = "STT" if lang == "vi" else "No."
    head = f'<tr><th rowspan="2" scope="col">{first}</th><th rowspan="2" scope="col">{words[made.by]}</th>'
    head += "".join(f'<th colspan="{span}">{escape(form.groups[name](lang))}</th>' for name, span in groups.items())
    head += "</tr><tr>" + "".join(f'<th scope="col">{escape(item.title(lang))}</th>' for item in form.columns)
    head += (
        "</tr><tr><th>(1)</th><th>(2)</th>" + "".join(f"<th>({item.number})</th>" for item in form.columns) + "</tr>"
    )

    def cells(row: ReportRow) -> str:
        return "".join(
            f'<td class="n{" bad" if index in late and cell else ""}">{_number(cell)}</td>'
            for index, cell in enumerate(row.cells)
        )

    body = []
    for part in made.sections:
        if part.number:
            title = escape(part.title(lang))
            body.append(f'<tr class="part"><td>{part.number}</td><td>{title}</td>{cells(part.total)}</tr>')
        body.extend(
            f"<tr><td>{index}</td><td>{escape(row.label)}</td>{cells(row)}</tr>"
            for index, row in enumerate(part.rows, start=1)
        )
    body.append(f'<tr class="sum"><td></td><td>{words["total"]}</td>{cells(made.total)}</tr>')
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _dated(data: bytes, at: datetime) -> bytes:
    """Write the package again with *at* where openpyxl wrote the time of day."""
    here = at.astimezone(VIETNAM)
    stamp = max(here.year, 1980), here.month, here.day, here.hour, here.minute, here.second
    text = at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%SZ").encode("ascii")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*(</)", rb"\g<1>" + text + rb"\g<2>", content)
            new.writestr(zipfile.ZipInfo(item.filename, stamp), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
