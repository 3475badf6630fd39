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

from egov_vn._typeset import compile_png
from egov_vn.clock import VIETNAM
from egov_vn.dossier import forms
from egov_vn.dossier.form_drawing import drawing
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


LONG_CODE = "H15.50.05.13.ABCDEFGHIJKLMNOPQRSTUV-260804-0583"


def picture(key: str, which: str, code: str, **more: Any) -> Any:
    """Return the first page as a picture, as a scanner of 300 dots to the inch would give it."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    filled = forms.fill(key, VALUES[key], code=code, at=AT, which=which)
    data = drawing(filled, **{"symbol": "barcode", "qr_text": None, "copies": 1, **more})
    return image.open(io.BytesIO(compile_png("egov_vn.dossier:form", data=data, at=AT, dpi=300)[0]))


def scanned(page: Any) -> set[tuple[str, str]]:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp, the independent decoder, is not installed")
    found = zxingcpp.read_barcodes(page)
    return {("qr" if "QR" in str(item.format) else "barcode", item.text) for item in found}


@pytest.mark.oracle
@pytest.mark.parametrize("symbol", ["barcode", "qr", "both", "none"])
@pytest.mark.parametrize(("which", "key"), [item for item in EVERY_FORM if item[1] != "register"])
def test_an_independent_reader_reads_the_symbols_of_every_form(which: str, key: str, symbol: str) -> None:
    wanted = {"both": {"barcode", "qr"}, "none": set()}.get(symbol, {symbol})
    assert scanned(picture(key, which, CODE, symbol=symbol)) == {(kind, CODE) for kind in wanted}


@pytest.mark.oracle
@pytest.mark.parametrize("symbol", ["barcode", "qr", "both"])
def test_the_longest_code_is_read_too(symbol: str) -> None:
    found = scanned(picture("receipt", "tt03_2025", LONG_CODE, symbol=symbol))
    assert {text for _, text in found} == {LONG_CODE}
    assert len(found) == (2 if symbol == "both" else 1)


@pytest.mark.oracle
def test_a_qr_code_may_hold_an_address() -> None:
    address = "https://dichvucong.example/tra-cuu?ma=" + CODE
    found = scanned(picture("receipt", "tt03_2025", CODE, symbol="both", qr_text=address))
    assert found == {("barcode", CODE), ("qr", address)}


def test_each_copy_has_its_label_its_pages_and_its_places_to_sign(tmp_path: Path) -> None:
    made = forms.typeset(forms.fill("receipt", VALUES["receipt"], code=CODE, at=AT), copies=2)
    assert made.pages == 2
    assert set(made.boxes) == {"left", "right", "left-2", "right-2"}
    assert made.boxes["left-2"].page == 2
    text = page_text(made.pdf, tmp_path)
    assert "Liên 1: giao người nộp hồ sơ" in text
    assert "Liên 2: lưu tại Bộ phận Một cửa" in text
    assert text.replace(" / ", "/").count(" 1/1") == 2
    assert text.count(f"Mã hồ sơ: {CODE}") == 2
    other = forms.render("rejection", VALUES["rejection"], code=CODE, at=AT, copies=3)
    assert "(Liên 3)" in page_text(other, tmp_path)


def test_a_long_list_keeps_its_rows_whole_and_every_page_names_the_dossier(tmp_path: Path) -> None:
    long = "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất "
    rows = [{"name": f"{long}{index:03d}x", "copy_type": f"bản sao {index:03d}y", "quantity": 1} for index in range(60)]
    filled = forms.fill("receipt", {**VALUES["receipt"], "components": rows}, code=CODE, at=AT)
    made = forms.typeset(filled, copies=2)
    assert made.pages > 4
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "form.pdf").write_bytes(made.pdf)
    done = subprocess.run(["pdftotext", "-layout", "form.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    pages = [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]
    each = made.pages // 2
    for number, page in enumerate(pages):
        assert f" {number % each + 1}/{each}" in page.replace(" / ", "/")
        assert CODE in page
    for index in range(60):
        holds = [number for number, page in enumerate(pages[:each]) if f"{index:03d}x" in page]
        assert holds == [number for number, page in enumerate(pages[:each]) if f"sao {index:03d}y" in page]
        assert len(holds) == 1


def test_the_last_words_stand_on_the_page_that_is_signed(tmp_path: Path) -> None:
    for lines in range(20, 40):
        values = {**VALUES["apology"], "reason": "Lý do.\n" * lines}
        pdf = forms.render("apology", values, code=CODE, at=AT)
        (tmp_path / "form.pdf").write_bytes(pdf)
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext (poppler-utils) is not installed")
        done = subprocess.run(["pdftotext", "form.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
        last = done.stdout.decode().split("\f")[-2]
        assert "Lê Văn Ví Dụ" in last
        assert "03/03/2026" in last


@pytest.mark.parametrize(("which", "key"), EVERY_FORM)
def test_long_values_stay_on_the_paper(which: str, key: str, tmp_path: Path) -> None:
    def longer(value: Any) -> Any:
        if isinstance(value, str):
            return "W" * 300
        return (
            [{name: longer(cell) for name, cell in row.items()} for row in value] if isinstance(value, list) else value
        )

    values = {name: longer(value) for name, value in VALUES[key].items()}
    made = forms.typeset(forms.fill(key, values, code=None if key == "register" else CODE, at=AT, which=which))
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "form.pdf").write_bytes(made.pdf)
    done = subprocess.run(["pdftotext", "-bbox", "form.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    width = 297 if key == "register" else 148
    edges = [float(part.split('"')[0]) for part in done.stdout.decode().split('xMax="')[1:]]
    assert max(edges) <= (width - 10) * 72 / 25.4
    assert done.stdout.decode().count("W") >= 300 * 3


def test_an_unnamed_applicant_still_has_a_place_to_sign(tmp_path: Path) -> None:
    values = {name: value for name, value in VALUES["receipt"].items() if name != "submitted_by"}
    made = forms.typeset(forms.fill("receipt", values, code=CODE, at=AT))
    assert set(made.boxes) == {"left", "right"}
    assert "NGƯỜI NỘP HỒ SƠ" in page_text(made.pdf, tmp_path)
    book = {name: value for name, value in VALUES["register"].items() if not name.startswith("signed")}
    assert forms.typeset(forms.fill("register", book, code=None, at=AT)).boxes == {}


def test_an_empty_list_has_rows_to_fill_in_by_hand() -> None:
    filled = forms.fill("control_slip", {**VALUES["control_slip"], "transfers": []}, code=CODE, at=AT)
    data = drawing(filled, symbol="none", qr_text=None, copies=1)
    assert next(item for item in data["body"] if item["kind"] == "rows")["blank"] == 4
    assert data["bars"] == ()
    assert data["qr"] is None


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"symbol": "stamp"}, "symbol"),
        ({"copies": 0}, "copies"),
        ({"copies": 10}, "copies"),
        ({"copies": True}, "copies"),
        ({"qr_text": "x"}, "qr_text"),
        ({"symbol": "qr", "qr_text": "x" * 300}, "text"),
    ],
)
def test_wrong_drawings_are_refused(more: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput):  # the register has no code, so no QR code either
        forms.typeset(forms.fill("register", VALUES["register"], code=None, at=AT), symbol="qr", qr_text="x")
    with pytest.raises(InvalidInput) as caught:
        forms.typeset(forms.fill("receipt", VALUES["receipt"], code=CODE, at=AT), **more)
    assert caught.value.path == path


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
