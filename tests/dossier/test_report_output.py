"""Reports written out: the figures are those of the report, in every format, and text stays text."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from xml.dom import minidom

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier.charts import Series, columns, stacked_bars
from egov_vn.dossier.periods import Period
from egov_vn.dossier.report_check import check_report
from egov_vn.dossier.report_output import report_csv, report_html, report_xlsx
from egov_vn.dossier.statistics import StatisticalReport, report
from egov_vn.dossier.tally import Tally
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import FIELDS, province_year

AT = datetime(2026, 9, 20, 8, tzinfo=VIETNAM)
FACTS = tuple(province_year(seed=2, count=3_000))
NAMES = {**FIELDS, "H57-LV01": "=HYPERLINK('x')", "H57-LV02": "<b>Chứng & thực</b>"}


def made(form: str = "07b", period: str = "2026-Q3") -> StatisticalReport:
    return report(Tally.of(FACTS, Period.parse(period)), unit="UBND tỉnh <Ví Dụ>", form=form, names=NAMES)


def figures(item: StatisticalReport) -> list[tuple[str, ...]]:
    rows = [tuple(map(str, row.cells)) for part in item.sections for row in part.rows]
    return [*rows, tuple(map(str, item.total.cells))]


@pytest.mark.parametrize("form", ["07a", "07b", "07c", "II.06a"])
def test_csv_has_the_figures_and_no_formula(form: str) -> None:
    data = report_csv(made(form))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert [tuple(row[2:]) for row in rows[7:] if any(row[2:])] == figures(made(form))
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_worksheet_has_the_figures_as_numbers_and_names_as_text() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    data = report_xlsx(made(), at=AT)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    rows = [[cell for cell in row[2:] if cell is not None] for row in sheet.iter_rows(min_row=8, values_only=True)]
    assert [tuple(map(str, row)) for row in rows if row] == figures(made())
    assert all(isinstance(cell, int) for row in rows for cell in row)
    named = [cell for (cell,) in sheet.iter_rows(min_col=2, max_col=2) if str(cell.value).startswith("=")]
    assert named
    assert all(cell.data_type == "s" for cell in named)


def test_a_worksheet_depends_on_its_arguments_alone() -> None:
    pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    assert report_xlsx(made(), at=AT) == report_xlsx(made(), at=AT)
    with pytest.raises(InvalidInput):
        report_xlsx(made(), at=datetime(2026, 9, 20))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_has_figures_charts_and_checks_and_no_foreign_markup(lang: str) -> None:
    page = report_html(made(), findings=check_report(made()), lang=lang)  # type: ignore[arg-type]
    assert "<b>Chứng" not in page
    assert "&lt;b&gt;Chứng &amp; thực&lt;/b&gt;" in page
    assert "UBND tỉnh &lt;Ví Dụ&gt;" in page
    assert "09/2026/TT-BTP" in page
    assert "✓" in page
    assert "<script" not in page
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page)
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        minidom.parseString(drawing)
    cells = re.findall(r'<td class="n[^"]*">([^<]*)</td>', page)
    assert [cell.replace(".", "") for cell in cells[-13:]] == list(figures(made())[-1])


def test_a_page_shows_what_does_not_hold() -> None:
    findings = check_report(made(), previous=made(period="2026-Q1"))
    assert "STAT-PERIODS" in report_html(made(), findings=findings)


def test_an_empty_report_is_drawn_too() -> None:
    empty = report(Tally(Period.month(2026, 9)), unit="x")
    assert "TỔNG CỘNG" in report_html(empty)
    assert report_csv(empty)


def test_bars_are_as_long_as_their_figures() -> None:
    drawing = stacked_bars([("a", [30, 10]), ("b", [20, 0])], [Series("x", "#000"), Series("y", "#fff")], title="t")
    widths = [float(width) for width in re.findall(r'y="\d+" width="([\d.]+)" height="18"', drawing)]
    assert len(widths) == 3
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.3)
    assert widths[2] == pytest.approx(2 * widths[1], abs=0.3)
    shares = stacked_bars(
        [("a", [1, 1]), ("b", [9, 9])], [Series("x", "#000"), Series("y", "#fff")], title="t", share=True
    )
    assert len(set(re.findall(r'width="([\d.]+)" height="18"', shares))) == 1


def test_columns_stand_in_a_row() -> None:
    drawing = columns([("T1", 10), ("T2 <", 5), ("T3", 0)], title="Một & hai")
    minidom.parseString(drawing)
    heights = [float(height) for height in re.findall(r'height="([\d.]+)" fill', drawing)]
    assert heights == [140, 70, 0]
    minidom.parseString(columns([], title="x"))
    assert "…" in columns([("x" * 40, 1)], title="x")


def test_earlier_periods_are_drawn_in_a_row() -> None:
    page = report_html(made(), earlier=[made(period="2026-Q1"), made(period="2026-Q2")])
    assert page.count("<svg") == 3
    assert "Quý I/2026" in page
