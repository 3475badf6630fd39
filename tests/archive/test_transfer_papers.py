"""The hand-over list, what differs from it, the map beside the paper, and the papers of a transfer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from egov_vn.archive import ArchivalFile, CheckReport, Organisation, Package, Retention, check_package
from egov_vn.archive.disposal import HeldFile, propose_destruction
from egov_vn.archive.identifiers import PaperCode
from egov_vn.archive.listing import HEADINGS, HandoverList, ListRow, compare
from egov_vn.archive.paper import Form, PaperMap, Sheets
from egov_vn.archive.papers import (
    CopyCertificate,
    Handover,
    Sheet,
    certificate,
    destruction_sheet,
    handover_minutes,
    list_sheet,
    report_sheet,
    to_pdf,
    to_xlsx,
)
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM)
MakeFile = Callable[..., ArchivalFile]
C = "H13.12.3.2026.01"


@pytest.fixture(name="reports")
def reports_fixture(write: Callable[..., Package], make_file: MakeFile) -> list[CheckReport]:
    """Return the reports of a good and of a damaged package."""
    good = check_package(write(to="a").path)
    bad = write(make_file(2, title="=HYPERLINK(1)"), to="b")
    next(bad.path.glob("representations/rep1/data/*")).write_bytes(b"%PDF-1.4 other %%EOF")
    return [good, check_package(bad.path)]


def test_the_list_is_made_read_back_and_agrees(reports: list[CheckReport]) -> None:
    listing = HandoverList.of(reports[:1])
    assert compare(listing, reports[:1]) == ()
    again = HandoverList.read_csv(listing.to_csv())
    assert compare(again, reports[:1]) == ()
    assert again.rows[0].mode == "Công khai"


def test_every_difference_from_the_list_is_told(reports: list[CheckReport]) -> None:
    row = HandoverList.of(reports).rows[0]
    other = ListRow(code=row.code, title="Khác", start="2026", end=row.end, pages="9", mode="Mật", maintenance="10 năm")
    found = compare(HandoverList(rows=(other, other, ListRow(code="X", title="Y"))), reports)
    codes = [item.code for item in found]
    assert codes.count("ARC-LIST-DUPLICATE") == 2
    assert codes.count("ARC-LIST-MISSING") == 1
    assert {item.text("vi").partition(":")[0] for item in found if item.code == "ARC-LIST-DIFFERS"} >= {
        "Tiêu đề hồ sơ", "Số trang", "Mức độ tiếp cận", "Thời hạn lưu trữ",
    }  # fmt: skip
    assert [item.code for item in compare(HandoverList(rows=()), reports[:1])] == ["ARC-LIST-EXTRA"]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"\xff", "UTF-8"),
        (b"", "is missing"),
        ("STT,Mã hồ sơ\n1,a\n".encode(), "Tiêu đề hồ sơ"),
        ("Mã hồ sơ,Tiêu đề hồ sơ\n,x\n".encode(), "no file code"),
    ],
)
def test_bad_lists_are_refused_with_their_line(data: bytes, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        HandoverList.read_csv(data)
    assert HandoverList.read_csv("Mã hồ sơ,Tiêu đề hồ sơ\n\na,x\n".encode()).rows[0].code == "a"


def test_the_papers_are_pdf_a_with_places_to_sign(reports: list[CheckReport]) -> None:
    pytest.importorskip("typst")
    handover = Handover(
        request_code="1.UBND.1.2026",
        giver=Organisation(name="UBND phường Thử", code="H13.12.3"),
        receiver=Organisation(name="Lưu trữ lịch sử"),
        at=AT,
        given_by="Nguyễn Văn Thử",
        received_by="Trần Thị Thử",
        devices="01 ổ cứng",
        note="không",
    )
    minutes = to_pdf(handover_minutes(handover, reports), issuer="Lưu trữ lịch sử", at=AT, place="Cần Thơ")
    assert minutes.pdf.startswith(b"%PDF-")
    assert b"pdfaid" in minutes.pdf
    assert set(minutes.boxes) == {"signature-1", "signature-2"}
    assert to_pdf(report_sheet(reports), issuer="x", at=AT).pdf == to_pdf(report_sheet(reports), issuer="x", at=AT).pdf
    assert to_pdf(list_sheet(HandoverList.of(reports)), issuer="x", at=AT).pages == 1
    copy = CopyCertificate(
        verification_code="XT-1",
        archive="Lưu trữ lịch sử tỉnh Thử Nghiệm",
        recipient="Nguyễn Văn Thử",
        record_code=f"{C}.0000001",
        number_notation="11/CT-UBND",
        type_name="Chỉ thị",
        subject="Về việc thử nghiệm",
        purpose="Cá nhân",
        issued=date(2026, 3, 2),
        valid_until=date(2026, 6, 2),
    )
    assert len(certificate(copy).facts) == 11
    assert to_pdf(certificate(copy), issuer="Lưu trữ", at=AT).pages == 1
    with pytest.raises(InvalidInput, match="too many"):
        to_pdf(Sheet(title="x", headings=("a",), widths=(1,), rows=((1,),) * 20_001), issuer="x", at=AT)


def test_the_report_counts_passed_and_failed(reports: list[CheckReport]) -> None:
    sheet = report_sheet(reports)
    assert dict(sheet.facts) == {"Số gói tin đề nghị": "2", "Số gói tin đạt": "1", "Số gói tin không đạt": "1"}
    assert sheet.rows[0][5] == "Đạt"
    assert sheet.rows[1][5] == "Không đạt"
    assert "ARC-FIXITY-DIGEST" in str(sheet.rows[1][6])
    undecided = report_sheet([CheckReport(name="x", conforms=None, findings=())])
    assert ("Số gói tin chưa kết luận", "1") in undecided.facts


def test_xlsx_holds_text_as_text(reports: list[CheckReport]) -> None:
    data = to_xlsx(list_sheet(HandoverList.of(reports)), at=AT)
    page = load_workbook(io.BytesIO(data)).active
    assert page is not None
    values = [[cell.value for cell in row] for row in page.iter_rows()]
    assert list(HEADINGS) in values
    title = next(cell for row in page.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)")
    assert title.data_type == "s"
    assert zipfile.is_zipfile(io.BytesIO(data))


def test_the_list_is_read_back_from_xlsx(reports: list[CheckReport]) -> None:
    listing = HandoverList.of(reports)
    assert compare(HandoverList.read_xlsx(to_xlsx(list_sheet(listing), at=AT)), reports) == compare(listing, reports)
    for data in (b"", b"PK\x03\x04", b"x" * 1000):
        with pytest.raises(InvalidInput, match="not an xlsx file"):
            HandoverList.read_xlsx(data)


def test_the_destruction_list_is_a_proposal() -> None:
    held = HeldFile(code="a", title="Hồ sơ a", retention=Retention(10), started=2026, records=1, pages=2)
    sheet = destruction_sheet(propose_destruction([held], on=date(2046, 1, 1)))
    assert ("Trạng thái", "Xem xét hủy") in sheet.facts
    assert sheet.rows[0][:6] == (1, "a", "Hồ sơ a", "10 năm", 1, 2)
    assert "thẩm định" in sheet.sentences[0]
    own = destruction_sheet(propose_destruction([held], on=date(2046, 1, 1), transfers_to_historical=False))
    assert "thẩm định" not in own.sentences[0]


def test_the_map_beside_the_paper(make_file: MakeFile, make_record: Callable[..., object]) -> None:
    file = make_file(4)
    digitised = make_record(5, confidence_level="Số hóa", process=None)
    file = file.with_records([*file.records, digitised])  # type: ignore[list-item]
    mapped = PaperMap.of(
        file,
        [
            Sheets(record=f"{C}.0000001", box="1", folder="2", first=1, last=1, pages=2),
            Sheets(record=f"{C}.0000002", box="1", folder="2", first=2, last=4, pages=5),
            Sheets(record=f"{C}.0000003", box="1", folder="2", first=5, last=5),
            Sheets(record="chỉ giấy", box="1", folder="2", first=6, last=9),
        ],
        paper=PaperCode.parse("LTLS.K1.15"),
    )
    assert [line.form for line in mapped.lines] == [
        Form.BOTH, Form.DIFFERS, Form.BOTH, Form.ONLY_ELECTRONIC, Form.DIFFERS, Form.ONLY_PAPER,
    ]  # fmt: skip
    assert mapped.sheets == 9
    assert len(mapped.by_form[Form.DIFFERS]) == 2
    assert mapped.rows()[0][:6] == (1, f"{C}.0000001", "1", "2", 1, 1)
    assert mapped.rows()[3][2] == ""
    thick = PaperMap.of(make_file(1), [Sheets(record=f"{C}.0000001", box="1", folder="1", first=1, last=1)])
    assert thick.lines[0].form is Form.BOTH
    with pytest.raises(InvalidInput, match="both claim sheet 1"):
        PaperMap.of(file, [Sheets(record=name, box="1", folder="1", first=1, last=1) for name in ("a", "b")])
    with pytest.raises(InvalidInput, match="stands twice"):
        PaperMap.of(file, [Sheets(record="a", box="1", folder="1", first=n, last=n) for n in (1, 2)])
    with pytest.raises(InvalidInput, match="no range"):
        Sheets(record="a", box="1", folder="1", first=2, last=1)


def test_more_pages_than_sheets_can_hold(make_file: MakeFile, make_record: Callable[..., object]) -> None:
    file = make_file(1).with_records([make_record(1, number_of_page=9)])  # type: ignore[list-item]
    line = PaperMap.of(file, [Sheets(record=f"{C}.0000001", box="1", folder="1", first=1, last=2)]).lines[0]
    assert line.form is Form.DIFFERS


HOSTILE = "a\x00\x1b\ud800\ufffe\x85b\r\nc"


def hostile_sheet(**changes: Any) -> Sheet:
    """Return a sheet whose every text holds what no page can show, as names in a hostile package do."""
    texts: dict[str, Any] = {
        "title": HOSTILE,
        "headings": (HOSTILE, "n"),
        "widths": (1, 2),
        "rows": ((HOSTILE, 10**400), ("=1+1", 5), ("x" * 40_000, None)),
        "facts": ((HOSTILE, HOSTILE),),
        "sentences": (HOSTILE,),
        "signatures": ((HOSTILE, HOSTILE), ("x", "(" + HOSTILE)),
    }
    return Sheet(**{**texts, **changes})


def test_papers_of_hostile_names_are_written_all_the_same() -> None:
    page = load_workbook(io.BytesIO(to_xlsx(hostile_sheet(), at=AT))).active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    seen = "a" + "\ufffd" * 5 + "b\nc"
    assert page["A1"].value == seen
    assert [cell.value for cell in cells].count(seen) == 5
    assert all(cell.data_type == "s" for cell in cells if isinstance(cell.value, str))
    assert str(10**400) in {cell.value for cell in cells}
    assert max(len(str(cell.value)) for cell in cells) == 32_767
    made = to_pdf(hostile_sheet(), issuer=HOSTILE, superior=HOSTILE, place=HOSTILE, at=AT)
    assert {"signature-1", "signature-2"} <= set(made.boxes)


def test_a_sheet_that_is_no_table_is_refused() -> None:
    for changes, path in (
        ({"rows": ((1,),)}, "rows[0]"),
        ({"rows": ((1, 2), (1, 2, 3))}, "rows[1]"),
        ({"widths": (1,)}, "widths"),
    ):
        with pytest.raises(InvalidInput) as caught:
            hostile_sheet(**changes)
        assert caught.value.path == path
    many = hostile_sheet(rows=((1, 2),) * 1_048_001)
    with pytest.raises(InvalidInput, match="too many for xlsx"):
        to_xlsx(many, at=AT)
    with pytest.raises(InvalidInput, match="too many for a PDF"):
        to_pdf(many, issuer="x", at=AT)
