"""The papers of a transfer with long names, long codes and many rows: everything stays on the sheet and in its cell."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from egov_vn.archive import HandoverList
from egov_vn.archive.papers import Sheet, to_pdf, to_xlsx
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
CODE = "H13.12.3.2026.000.SO-HIEU-DAI-KHONG-CO-DAU-CACH"
DIGEST = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"
TITLE = "Hồ sơ về việc thẩm định quy hoạch chi tiết xây dựng khu dân cư nông thôn mới kiểu mẫu " * 8
SHEET = Sheet(
    title="Báo cáo kết quả kiểm tra gói tin",
    headings=("STT", "Mã hồ sơ", "Tiêu đề hồ sơ", "Lý do"),
    widths=(2, 6, 9, 12),
    rows=tuple((number, CODE, TITLE if number % 50 == 1 else "=1+1", f"băm {DIGEST}") for number in range(1, 301)),
    facts=(("Ghi chú", "x" * 300), ("Mã gói tin", f"uuid-{DIGEST}")),
    signatures=(("Người giao", "Nguyễn Thị Thử Nghiệm"), ("Người nhận", "Trần Văn Thử")),
)


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_no_word_leaves_the_sheet_or_its_column(tmp_path: Path) -> None:
    pdf = tmp_path / "bao-cao.pdf"
    pdf.write_bytes(to_pdf(SHEET, issuer="Lưu trữ lịch sử " * 6, superior="Sở Nội vụ", at=AT).pdf)
    told = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    width = float(re.findall(r'<page width="([\d.]+)"', told)[0])
    words = [
        (float(left), float(right), word)
        for left, right, word in re.findall(
            r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)<', told
        )
    ]
    millimetre = 72 / 25.4
    assert max(right for _, right, _ in words) <= width - 15 * millimetre + 1
    # the second column begins after 2 of 29 parts of the table and ends after 8
    table = width - 40 * millimetre
    ends = 25 * millimetre + table * 8 / 29
    codes = [(left, right) for left, right, word in words if word.startswith("H13.12.3.2026.")]
    assert len(codes) == 300
    assert max(right for _, right in codes) <= ends
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert "\u200b" not in text  # what is copied from the paper is the code itself
    assert re.sub(r"\s", "", text).count(DIGEST) >= 270  # some rows run over the foot of a page


def test_a_spreadsheet_keeps_every_row_and_runs_no_formula() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(SHEET, at=AT))).worksheets[0]
    rows = [row for row in page.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [row[0] for row in rows] == list(range(1, 301))
    assert {row[2] for row in rows} == {TITLE, "=1+1"}
    formulas = [cell.coordinate for cells in page.iter_rows() for cell in cells if cell.data_type == "f"]
    assert formulas == []


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    pytest.importorskip("openpyxl")
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(to_xlsx(SHEET, at=AT))) as good, zipfile.ZipFile(packed, "w", 8) as made:
        for name in good.namelist():
            made.writestr(name, good.read(name))
        made.writestr("xl/more.xml", bytes(270 * 1024 * 1024))
    assert len(packed.getvalue()) < 1_000_000
    with pytest.raises(InvalidInput, match="unpacks to"):
        HandoverList.read_xlsx(packed.getvalue())
    for bad in (b"", b"PK", b"\x00" * 100):
        with pytest.raises(InvalidInput, match="not an xlsx"):
            HandoverList.read_xlsx(bad)
