"""The official document as PDF/A: components stand where the decree puts them, and the signature places fit them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.document import (
    Appendix,
    Block,
    Capacity,
    Circulation,
    Document,
    DocumentKind,
    DocumentNumber,
    Issuer,
    Layout,
    Paragraph,
    Signatory,
    SigningForm,
    Urgency,
    parse_text,
    render,
    render_png,
)
from egov_vn.document.layout import sentence_case
from egov_vn.errors import InvalidInput

pytest.importorskip("typst", reason="the extra 'forms' is not installed")

AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
DIRECTIVE = Path(__file__).parents[2] / "examples" / "chi-thi-11-2015-can-tho.txt"
MM = 72 / 25.4

LETTER = Document(
    kind=DocumentKind.named("Công văn"),
    number=DocumentNumber.parse("05/SNV-VP"),
    issuer=Issuer(name="SỞ NỘI VỤ", superior="UBND THÀNH PHỐ CẦN THƠ"),
    place="Cần Thơ",
    day=date(2026, 2, 3),
    abstract="Về việc báo cáo tình hình",
    addressees=("Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường"),
    body=(Paragraph("Đề nghị báo cáo trước ngày 30 tháng 6 năm 2026./."),),
    signer=Signatory(
        name="Nguyễn Văn An", position="CHÁNH VĂN PHÒNG", capacities=(Capacity(SigningForm.BY_ORDER, "GIÁM ĐỐC"),)
    ),
    recipients=("Như trên", "Lưu: VT, VP"),
)

DECISION = replace(
    LETTER,
    kind=DocumentKind.of("QĐ"),
    number=DocumentNumber.parse("955/QĐ-UBND"),
    issuer=Issuer(name="ỦY BAN NHÂN DÂN PHƯỜNG NINH KIỀU"),
    abstract="Về việc thành lập Tổ công tác",
    addressees=(),
    body=(
        Paragraph("ỦY BAN NHÂN DÂN PHƯỜNG NINH KIỀU", Block.AUTHORITY),
        Paragraph("Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025.", Block.BASIS),
        Paragraph("QUYẾT ĐỊNH:", Block.ENACTING),
        Paragraph("Chương I", Block.CHAPTER),
        Paragraph("Quy định chung", Block.HEADING),
        Paragraph("I. Kết quả", Block.HEADING),
        Paragraph("Điều 1. Thành lập Tổ công tác theo Phụ lục./.", Block.ARTICLE),
    ),
    appendices=(
        Appendix(title="Danh sách", body=(Paragraph("1. Ông A;", Block.CLAUSE),)),
        Appendix(title="Phân công", body=(Paragraph("1. Việc;", Block.CLAUSE),)),
    ),
)


@pytest.fixture(scope="module")
def directive() -> Layout:
    """Return the directive of 2015, laid out with recipients."""
    document = parse_text(DIRECTIVE.read_text(encoding="utf-8"))
    return render(replace(document, recipients=("Thường trực Thành ủy", "Lưu: VT, VX")), at=AT)


def words(pdf: bytes, tmp_path: Path) -> list[tuple[int, str, float, float, float, float]]:
    """Return every word with its page and its box in points from the lower left corner."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    found = []
    page, height = 0, 0.0
    for line in out.splitlines():
        if match := re.search(r'<page width="[\d.]+" height="([\d.]+)"', line):
            page, height = page + 1, float(match[1])
        elif match := re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>', line):
            left, top, right, bottom = (float(match[index]) for index in range(1, 5))
            found.append((page, match[5], left, height - bottom, right, height - top))
    return found


def test_the_same_document_gives_the_same_bytes(directive: Layout) -> None:
    document = replace(
        parse_text(DIRECTIVE.read_text(encoding="utf-8")), recipients=("Thường trực Thành ủy", "Lưu: VT, VX")
    )
    assert render(document, at=AT).pdf == directive.pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in directive.pdf
    assert directive.pages == 3
    assert {item.code for item in directive.findings} <= {"TYPESET-FONT", "TYPESET-FONT-SUBSTITUTE"}


@pytest.mark.oracle
def test_the_head_stands_left_and_right(directive: Layout, tmp_path: Path) -> None:
    placed = words(directive.pdf, tmp_path)
    first = [item for item in placed if item[0] == 1]
    left = {item[1] for item in first[:40] if item[4] < 285}
    right = {item[1] for item in first[:40] if item[2] > 285}
    assert {"BAN", "Số:", "11/CT-UBND", "PHỐ"} <= left
    assert {"CỘNG", "Độc", "phúc", "ngày", "2015"} <= right
    number = next(item for item in first if item[1] == "11/CT-UBND")
    day = next(item for item in first if item[1] == "ngày")
    assert number[3] == pytest.approx(day[3], abs=2), "number and date stand on one line"


@pytest.mark.oracle
def test_margins_and_page_numbers(directive: Layout, tmp_path: Path) -> None:
    placed = words(directive.pdf, tmp_path)
    numbers = [(page, text) for page, text, *_, bottom, _, top in placed if bottom > 842 - 20 * MM]
    assert numbers == [(2, "2"), (3, "3")], "numbered in the top margin from page 2"
    body = [item for item in placed if item[3] <= 842 - 20 * MM]
    assert min(item[2] for item in body) >= 30 * MM - 1
    assert max(item[4] for item in body) <= 595.3 - 15 * MM + 1
    assert min(item[3] for item in body) >= 20 * MM - 4


@pytest.mark.oracle
def test_the_signature_is_centred_between_position_and_name(directive: Layout, tmp_path: Path) -> None:
    placed = words(directive.pdf, tmp_path)
    signature, seal = directive.signature_box, directive.seal_box
    assert signature is not None
    assert seal is not None
    assert signature.page == seal.page == 3
    page = [item for item in placed if item[0] == 3]
    position = [item for item in page if item[1] in ("CHỦ", "TỊCH")]
    name = [item for item in page if item[1] in ("Lê", "Hùng", "Dũng")]
    centre = signature.x + signature.width / 2
    for group in (position, name):
        assert (min(item[2] for item in group) + max(item[4] for item in group)) / 2 == pytest.approx(centre, abs=2)
    assert min(item[3] for item in position) + 2 > signature.y + signature.height
    assert max(item[5] for item in name) - 2 < signature.y
    assert not [
        item for item in page if item[2] > signature.x and signature.y < item[3] < signature.y + signature.height
    ]


def test_the_seal_hangs_over_a_third_of_the_signature_from_the_left(directive: Layout) -> None:
    signature, seal = directive.signature_box, directive.seal_box
    assert signature is not None
    assert seal is not None
    assert (seal.x + seal.width - signature.x) / signature.width == pytest.approx(1 / 3, abs=0.01)
    assert seal.x < signature.x
    assert seal.width == seal.height == pytest.approx(36 * MM, abs=0.1)
    assert seal.y + seal.height / 2 == pytest.approx(signature.y + signature.height / 2, abs=1)
    small = render(LETTER, at=AT, seal_mm=30).seal_box
    assert small is not None
    assert small.width == pytest.approx(30 * MM, abs=0.1)
    with pytest.raises(InvalidInput):
        render(LETTER, at=AT, seal_mm=0)


def test_the_corner_is_the_upper_right_of_the_first_page(directive: Layout) -> None:
    corner = directive.corner_box
    assert corner.page == 1
    assert corner.x + corner.width <= 595.3
    assert 842 - 20 * MM < corner.y + corner.height < 842


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_the_file_is_sound(directive: Layout, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(directive.pdf)
    assert (
        "No syntax or stream encoding errors"
        in subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("pdffonts"), reason="pdffonts is not installed")
def test_vietnamese_is_set_in_one_family_and_embedded(directive: Layout, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(directive.pdf)
    rows = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    names = {row.split()[0].rpartition("+")[2].partition("-")[0] for row in rows}
    assert names == {directive.font.replace(" ", "")}
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


@pytest.mark.oracle
def test_a_letter_bears_its_abstract_below_the_number(tmp_path: Path) -> None:
    stamped = replace(
        LETTER,
        urgency=Urgency.URGENT,
        circulation=Circulation.INTERNAL,
        drafter="nvb",
        copies=30,
        contact=("Số 01 đường Thử", "ĐT: 0292 000 0000"),
    )
    made = render(stamped, at=AT)
    assert made.pages == 1
    placed = words(made.pdf, tmp_path)
    text = " ".join(item[1] for item in placed)
    assert "V/v báo cáo tình hình" in text
    assert "CÔNG VĂN" not in text
    assert "KHẨN" in text
    assert "LƯU HÀNH NỘI BỘ" in text
    assert "NVB.(30)" in text
    assert "- Các sở, ban, ngành;" in text
    assert "- Lưu: VT, VP." in text
    about = next(item for item in placed if item[1] == "V/v")
    number = next(item for item in placed if item[1] == "05/SNV-VP")
    assert about[5] < number[3] + 2
    assert about[2] < 297
    foot = next(item for item in placed if item[1] == "ĐT:")
    assert foot[3] < 100
    single = render(replace(LETTER, addressees=("Bộ Nội vụ",)), at=AT)
    assert "Kính gửi: Bộ Nội vụ" in " ".join(item[1] for item in words(single.pdf, tmp_path))


@pytest.mark.oracle
def test_a_decision_with_two_appendices(tmp_path: Path) -> None:
    made = render(DECISION, at=AT)
    assert made.pages == 3
    placed = words(made.pdf, tmp_path)
    text = " ".join(item[1] for item in placed)
    for expected in ("QUYẾT ĐỊNH:", "Chương I QUY ĐỊNH CHUNG", "I. KẾT QUẢ", "Điều 1. Thành", "Phụ lục II PHÂN CÔNG"):
        assert expected in text
    hint = "(Kèm theo Quyết định số 955/QĐ-UBND ngày 03 tháng 02 năm 2026 của Ủy ban nhân dân phường Ninh Kiều)"
    assert hint.casefold() in text.casefold()
    assert not [item for item in placed if item[3] > 842 - 20 * MM], "each appendix starts again at page 1"
    lone = render(replace(DECISION, appendices=DECISION.appendices[:1], day=None, number=None), at=AT)
    assert "Phụ lục DANH SÁCH" in " ".join(item[1] for item in words(lone.pdf, tmp_path))


@pytest.mark.oracle
def test_minutes_are_signed_by_two(tmp_path: Path) -> None:
    minutes = replace(
        LETTER,
        kind=DocumentKind.of("BB"),
        number=DocumentNumber.parse("03/BB-SNV"),
        addressees=(),
        secretary=Signatory(name="Lê Thị Chi", position="THƯ KÝ"),
        signer=Signatory(name="Nguyễn Văn An", position="CHỦ TỌA"),
    )
    made = render(minutes, at=AT)
    placed = words(made.pdf, tmp_path)
    secretary = next(item for item in placed if item[1] == "Chi")
    chair = next(item for item in placed if item[1] == "An")
    assert secretary[4] < 297 < chair[2] + 40
    assert made.signature_box is not None
    assert made.signature_box.x > 297


def test_without_a_signer_there_is_no_place_for_a_signature() -> None:
    made = render(replace(LETTER, signer=None, recipients=()), at=AT)
    assert made.signature_box is None
    assert made.seal_box is None


@pytest.mark.oracle
def test_names_are_data(tmp_path: Path) -> None:
    hostile = '#panic("x") *đậm* $x$ @ref <nhãn> \\ #{1+1}'
    made = render(
        replace(LETTER, abstract=hostile, body=(Paragraph(hostile), Paragraph(hostile, Block.ARTICLE))), at=AT
    )
    shown = "".join(item[1] for item in words(made.pdf, tmp_path))
    assert (
        shown.count('#panic("x")*đậm*$x$@ref&lt;nhãn&gt;\\#{1+1}'.replace('"', "&quot;")) >= 2
        or shown.count("#panic") == 3
    )


def test_png_pages() -> None:
    pages = render_png(DECISION, at=AT, dpi=40)
    assert len(pages) == 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_the_instant_chooses_the_measures() -> None:
    with pytest.raises(LookupError):
        render(LETTER, at=datetime(2019, 1, 1, tzinfo=VIETNAM))


def test_capitals_become_sentence_case_with_their_names() -> None:
    context = "trên địa bàn thành phố Cần Thơ, theo ý kiến của Sở Nội vụ"
    assert sentence_case("VỀ VIỆC TẠI CẦN THƠ", context=context) == "Về việc tại Cần Thơ"
    assert sentence_case("Về việc Tết", context=context) == "Về việc Tết"
    assert sentence_case("", context=context) == ""


@pytest.mark.oracle
def test_long_lists_and_abstracts_stay_on_the_page(tmp_path: Path) -> None:
    many = replace(LETTER, recipients=(*(f"Cơ quan thứ {number}" for number in range(120)), "Lưu: VT"))
    made = render(many, at=AT)
    placed = words(made.pdf, tmp_path)
    assert made.pages > 1
    assert min(item[3] for item in placed) >= 20 * MM - 4
    assert "119;" in {item[1] for item in placed}
    assert made.signature_box is not None
    assert made.signature_box.page == 1
    long = render(replace(DECISION, abstract="Về việc rất dài " * 400, appendices=()), at=AT)
    assert min(item[3] for item in words(long.pdf, tmp_path)) >= 20 * MM - 4
    assert long.pages > 1
