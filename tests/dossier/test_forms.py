"""The forms: which circular, which number, what they say, and that the drawn page says it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import forms
from egov_vn.errors import InvalidInput, NotInForce

pytest.importorskip("typst", reason="the extra forms is not installed")

CODE = "000.00.00.H13-260212-0001"
AT = datetime(2026, 2, 12, 9, 5, tzinfo=VIETNAM)
HEAD = {"agency": "UBND phường Ninh Kiều", "parent_agency": "UBND thành phố Cần Thơ", "place": "Ninh Kiều"}
WHO = {
    "applicant": "Nguyễn Văn Thử",
    "address": "12 đường Ví Dụ, phường Ninh Kiều, thành phố Cần Thơ",
    "phone": "0900000000",
    "procedure": "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
}
RECEIVED = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DUE = datetime(2026, 2, 26, 17, 0, tzinfo=VIETNAM)
VALUES: dict[str, dict[str, Any]] = {
    "receipt": {
        **HEAD,
        **WHO,
        "lookup_code": "4821",
        "desk": "Trung tâm Phục vụ hành chính công phường Ninh Kiều",
        "components": [
            {"name": "Bản chính giấy tờ", "copy_type": "Bản chính", "quantity": 1},
            {"name": "Bản sao cần chứng thực", "copy_type": "Bản sao", "quantity": 2},
        ],
        "sets": 1,
        "term": "05 ngày làm việc",
        "received_at": RECEIVED,
        "due_at": DUE,
        "return_at": "Trung tâm Phục vụ hành chính công phường",
        "fee": 12_000,
        "book": "01",
        "ordinal": 123,
        "submitted_by": "Nguyễn Văn Thử",
        "received_by": "Trần Thị Mẫu",
    },
    "supplement": {
        **HEAD,
        **WHO,
        "form_number": "07/HDHS",
        "components": [{"name": "Bản chính giấy tờ cần chứng thực", "originals": 1, "copies": 2}],
        "reason": "Bản chính nộp kèm bị mờ, không đọc được số giấy tờ.",
        "complete_before": date(2026, 2, 27),
        "contact": "Trần Thị Mẫu",
        "contact_phone": "0292 3 000 000",
        "guided_by": "Trần Thị Mẫu",
    },
    "rejection": {
        **HEAD,
        **WHO,
        "reason": "Giấy tờ thuộc trường hợp không được chứng thực bản sao.",
        "contact": "Trần Thị Mẫu, 0292 3 000 000",
        "submitted_by": "Nguyễn Văn Thử",
        "received_by": "Trần Thị Mẫu",
    },
    "apology": {
        **HEAD,
        **WHO,
        "received_at": RECEIVED,
        "due_at": DUE,
        "reason": "Cơ quan phối hợp chưa trả lời xác minh.",
        "new_due_at": datetime(2026, 3, 3, 17, 0, tzinfo=VIETNAM),
        "signed_title": "Chủ tịch",
        "signed_by": "Lê Văn Ví Dụ",
    },
    "stop_notice": {
        **HEAD,
        **WHO,
        "received_at": RECEIVED,
        "requested_at": datetime(2026, 2, 13, 14, 30, tzinfo=VIETNAM),
        "stage": "Đang thẩm tra, chưa có quyết định giải quyết",
        "reason": "Người nộp hồ sơ đề nghị dừng.",
        "finance": "Đã hoàn trả 12.000 đồng",
        "papers": "Đã trả lại đủ giấy tờ",
        "signed_title": "Giám đốc Trung tâm",
        "signed_by": "Lê Văn Ví Dụ",
    },
    "control_slip": {
        **HEAD,
        "applicant": "Nguyễn Văn Thử",
        "phone": "0900000000",
        "procedure": "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
        "due_at": DUE,
        "transfers": [
            {"giver": "Bộ phận Một cửa", "taker": "Phòng Tư pháp", "at": RECEIVED, "outcome": "", "note": ""},
            {"giver": "Phòng Tư pháp", "taker": "Bộ phận Một cửa", "at": DUE, "outcome": "Đúng hạn", "note": "Đủ"},
        ],
        "note": "Giữ cùng hồ sơ.",
    },
    "register": {
        **HEAD,
        "year": "2026",
        "book": "01",
        "entries": [
            {
                "ordinal": index,
                "code": f"000.00.00.H13-260212-{index:04d}",
                "abstract": "Chứng thực bản sao từ bản chính",
                "sets": 1,
                "applicant": "Nguyễn Văn Thử",
                "address": "12 đường Ví Dụ, Cần Thơ",
                "phone": "0900000000",
                "received_at": RECEIVED,
                "due_on": DUE,
                "receiver": "Trần Thị Mẫu",
            }
            for index in range(1, 4)
        ],
        "closing": "Sổ này có 3 hồ sơ, từ số 01 đến số 03.",
        "signed_title": "Giám đốc Trung tâm",
        "signed_by": "Lê Văn Ví Dụ",
    },
}
EVERY_FORM = [(which, form.key) for which in ("tt01_2018", "tt03_2025") for form in forms.catalogue(which)]


def drawn(key: str, which: str | None = None) -> bytes:
    return forms.render(key, VALUES[key], code=None if key == "register" else CODE, at=AT, which=which)


def page_text(pdf: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "form.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", "form.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(2019, 1, 6), "05"), (date(2025, 6, 30), "05"), (date(2025, 9, 14), "05"), (date(2025, 9, 15), "06")],
)
def test_the_control_slip_has_the_number_of_its_day(day: date, number: str) -> None:
    assert forms.form("control_slip", on=day).number == number


def test_there_is_no_stop_notice_before_its_circular() -> None:
    with pytest.raises(NotInForce):
        forms.form("stop_notice", on=date(2025, 9, 14))
    assert forms.form("stop_notice", on=date(2025, 9, 15)).number == "05"
    with pytest.raises(NotInForce):
        forms.form("receipt", on=date(2019, 1, 5))


def test_one_key_has_the_title_of_each_circular() -> None:
    assert forms.form("apology", which="tt01_2018").title.vi == "Phiếu xin lỗi và hẹn lại ngày trả kết quả"
    assert forms.form("apology", which="tt03_2025").title.vi.startswith("Văn bản xin lỗi và đề nghị gia hạn")


def test_the_sets_are_complete() -> None:
    assert [form.number for form in forms.catalogue("tt01_2018")] == ["01", "02", "03", "04", "05", "06"]
    assert [form.number for form in forms.catalogue("tt03_2025")] == ["01", "02", "03", "04", "05", "06", "07"]
    assert {form.paper for form in forms.catalogue("tt01_2018") if form.key != "register"} == {"a5"}
    assert forms.form("register", which="tt01_2018").paper == "a4"


@pytest.mark.parametrize(("which", "key"), EVERY_FORM)
def test_every_form_is_drawn_as_pdf_a(which: str, key: str, tmp_path: Path) -> None:
    pdf = drawn(key, which)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid" in pdf
    text = page_text(pdf, tmp_path)
    assert forms.form(key, which=which).title.vi.upper() in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    someone = "Lê Văn Ví Dụ" if key == "register" else "Nguyễn Văn Thử"
    for name in (someone, "UBND PHƯỜNG NINH KIỀU"):
        assert name in text


@pytest.mark.oracle
def test_the_printed_bar_code_is_the_code(tmp_path: Path) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp, the independent decoder, is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    (tmp_path / "form.pdf").write_bytes(drawn("receipt"))
    subprocess.run(["pdftoppm", "-r", "200", "-png", "form.pdf", "page"], cwd=tmp_path, check=True)
    page = next(tmp_path.glob("page*.png")).read_bytes()
    assert [item.text for item in zxingcpp.read_barcodes(image.open(io.BytesIO(page)))] == [CODE]


@pytest.mark.oracle
@pytest.mark.parametrize(("key", "width", "height"), [("receipt", 148, 210), ("register", 297, 210)])
def test_the_paper_is_that_of_the_circular(key: str, width: int, height: int, tmp_path: Path) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo (poppler-utils) is not installed")
    (tmp_path / "form.pdf").write_bytes(drawn(key))
    info = subprocess.run(["pdfinfo", "form.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    size = next(line for line in info.splitlines() if line.startswith("Page size")).split()
    assert [round(float(size[index]) * 25.4 / 72) for index in (2, 4)] == [width, height]


def test_the_receipt_says_what_was_given(tmp_path: Path) -> None:
    text = page_text(drawn("receipt"), tmp_path)
    for words in (
        "Ninh Kiều, ngày 12 tháng 02 năm 2026",
        "09 giờ 00 phút, ngày 12/02/2026",
        "17 giờ 00 phút, ngày 26/02/2026",
        "12.000 đồng",
        "Quyển số: 01; Số thứ tự: 123",
        "Mẫu số 01 - 03/2025/TT-VPCP",
    ):
        assert words in text


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert drawn("receipt") == drawn("receipt")


def test_the_places_of_the_signatures_are_reported() -> None:
    boxes = forms.typeset(forms.fill("receipt", VALUES["receipt"], code=CODE, at=AT)).boxes
    assert set(boxes) == {"left", "right"}
    assert boxes["left"].x < boxes["right"].x


def test_nothing_in_a_value_runs(tmp_path: Path) -> None:
    values = {**VALUES["receipt"], "applicant": '#panic("x") $ \\ [ ] * _ <b> "'}
    text = page_text(forms.render("receipt", values, code=CODE, at=AT), tmp_path)
    assert '#panic("x")' in text


def test_the_same_content_as_plain_data() -> None:
    found = forms.fill("receipt", VALUES["receipt"], code=CODE, at=AT).to_dict()
    fields = {item["key"]: item for item in found["fields"]}
    assert found["number"] == "01"
    assert fields["fee"]["value"] == 12_000
    assert fields["fee"]["text"] == "12.000 đồng"
    assert fields["components"]["rows"][1] == {
        "name": "Bản sao cần chứng thực",
        "copy_type": "Bản sao",
        "quantity": "02",
    }
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


def test_iso_text_is_read_as_an_instant() -> None:
    values = {**VALUES["receipt"], "received_at": "2026-02-12T02:00:00+00:00", "due_at": "2026-02-26"}
    fields = {item.spec.key: item for item in forms.fill("receipt", values, code=CODE, at=AT).shown}
    assert fields["received_at"].text == "09 giờ 00 phút, ngày 12/02/2026"
    assert fields["due_at"].text == "ngày 26/02/2026"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"applicant": None}, "applicant"),
        ({"applicant": "   "}, "applicant"),
        ({"applicant": 7}, "applicant"),
        ({"applicant": "x" * 4_001}, "applicant"),
        ({"applicant": "a\x00b"}, "applicant"),
        ({"fee": -1}, "fee"),
        ({"fee": 1.5}, "fee"),
        ({"fee": True}, "fee"),
        ({"received_at": "hôm qua"}, "received_at"),
        ({"received_at": datetime(2026, 2, 12)}, "received_at"),
        ({"received_at": 5}, "received_at"),
        ({"components": "giấy"}, "components"),
        ({"components": [{"name": "a", "quantity": -2}]}, "components[0].quantity"),
        ({"components": ["a"]}, "components[0]"),
        ({"components": [{"name": "a", "quantity": 1}] * 20_001}, "components"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_faulty_field_is_named(change: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        forms.fill("receipt", {**VALUES["receipt"], **change}, code=CODE, at=AT)
    assert caught.value.path == path


def test_the_other_faults_are_counted() -> None:
    values = {key: value for key, value in VALUES["receipt"].items() if key not in ("applicant", "sets", "term")}
    with pytest.raises(InvalidInput, match="2 more: sets, term"):
        forms.fill("receipt", values, code=CODE, at=AT)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        forms.fill("receipt", VALUES["receipt"], code=None, at=AT)
    assert caught.value.path == "code"
    with pytest.raises(InvalidInput) as caught:
        forms.form("invoice", on=date(2026, 1, 1))
    assert caught.value.path == "form_key"
    with pytest.raises(InvalidInput) as caught:
        forms.catalogue("tt99")
    assert caught.value.path == "form_set"
    with pytest.raises(InvalidInput) as caught:
        forms.form("receipt")
    assert caught.value.path == "on"
    with pytest.raises(InvalidInput):
        forms.fill("receipt", VALUES["receipt"], code=CODE, at=datetime(2026, 2, 12))
    with pytest.raises(InvalidInput):
        forms.fill("receipt", 5, code=CODE, at=AT)  # type: ignore[arg-type]
