"""Documents read from their plain text: the real directive, and the other forms in which offices write."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.document import Block, DocumentKind, SigningForm, find_references, parse_text
from egov_vn.document.parse import MAX_CHARACTERS
from egov_vn.errors import InvalidInput

DIRECTIVE = Path(__file__).parents[2] / "examples" / "chi-thi-11-2015-can-tho.txt"

LETTER = """
UBND THÀNH PHỐ CẦN THƠ          CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ NỘI VỤ                       Độc lập - Tự do - Hạnh phúc
---------                       ---------------------------
Số: 05/SNV-VP                   Cần Thơ, ngày 03 tháng 02 năm 2026
V/v báo cáo tình hình ứng dụng
công nghệ thông tin

Kính gửi:
- Các sở, ban, ngành thành phố;
- Ủy ban nhân dân các xã, phường.

Thực hiện Chỉ thị số 15/CT-TTg ngày 22/5/2012 của Thủ tướng Chính phủ, Sở Nội vụ đề nghị báo cáo.

Trân trọng./.

Nơi nhận:                       TL. GIÁM ĐỐC
- Như trên;                     CHÁNH VĂN PHÒNG
- Lưu: VT, VP.
                                (đã ký)

                                Nguyễn Văn An
"""

DECISION = """ỦY BAN NHÂN DÂN
THÀNH PHỐ CẦN THƠ
-------
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Số: 955/QĐ-UBND
Cần Thơ, ngày 12 tháng 4 năm 2026
QUYẾT ĐỊNH
Về việc thành lập Tổ công tác
ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ
Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;
Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;
Theo đề nghị của Giám đốc Sở Nội vụ.
QUYẾT ĐỊNH:
Chương I
QUY ĐỊNH CHUNG
Điều 1. Thành lập Tổ công tác theo Nghị định số 30/2020/NĐ-CP.
1. Tổ trưởng:
a) Một người;
Điều 2. Hiệu lực kể từ ngày ký.
TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
Trần Thị Bình
Nơi nhận:
- Như Điều 2;
- Lưu: VT.
"""


def test_the_directive_of_2015() -> None:
    document = parse_text(DIRECTIVE.read_text(encoding="utf-8"))
    assert document.kind.name == "Chỉ thị"
    assert str(document.number) == "11/CT-UBND"
    assert document.issuer.name == "ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ"
    assert (document.place, document.day) == ("Cần Thơ", date(2015, 7, 8))
    assert document.dateline == "Cần Thơ, ngày 08 tháng 7 năm 2015"
    assert document.abstract.startswith("VỀ VIỆC TĂNG CƯỜNG ỨNG DỤNG CÔNG NGHỆ THÔNG TIN")
    assert document.abstract.endswith("THÀNH PHỐ CẦN THƠ")
    assert document.signer is not None
    assert (document.signer.position, document.signer.name) == ("CHỦ TỊCH", "Lê Hùng Dũng")
    assert document.recipients == ()
    assert document.body[0].text.startswith("Thời gian qua")
    assert document.body[-1].text.endswith("./.")
    assert [item.block for item in document.body].count(Block.CLAUSE) == 3
    assert [item.text[:2] for item in document.body if item.block is Block.POINT][:8] == [
        f"{letter})" for letter in "abcdđegh"
    ]


def test_the_seven_documents_that_the_directive_cites() -> None:
    references = parse_text(DIRECTIVE.read_text(encoding="utf-8")).references
    assert [(item.kind, str(item.number), item.day, item.issuer) for item in references] == [
        ("Kế hoạch", "70/KH-UBND", date(2015, 6, 8), "Ủy ban nhân dân thành phố"),
        ("Chỉ thị", "15/CT-TTg", date(2012, 5, 22), "Thủ tướng Chính phủ"),
        ("Quyết định", "50/2009/QĐ-UBND", date(2009, 9, 7), "Ủy ban nhân dân thành phố"),
        ("Công văn", "716/UBND-VX", date(2013, 2, 20), "Chủ tịch Ủy ban nhân dân thành phố"),
        ("Quyết định", "608/QĐ-UBND", date(2015, 2, 14), "Ủy ban nhân dân thành phố"),
        ("Quyết định", "11/2015/QĐ-UBND", date(2015, 3, 6), "Ủy ban nhân dân thành phố"),
        ("Quyết định", "955/QĐ-UBND", date(2014, 4, 2), "Ủy ban nhân dân thành phố"),
    ]
    assert references[0].abstract.endswith("giai đoạn 2015 - 2020")
    assert references[5].abstract == "ban hành Quy chế về công tác văn thư, lưu trữ"


def test_a_letter_in_two_columns() -> None:
    document = parse_text(LETTER)
    assert document.kind == DocumentKind.named("Công văn")
    assert str(document.number) == "05/SNV-VP"
    assert (document.issuer.superior, document.issuer.name) == ("UBND THÀNH PHỐ CẦN THƠ", "SỞ NỘI VỤ")
    assert document.abstract == "báo cáo tình hình ứng dụng công nghệ thông tin"
    assert document.addressees == ("Các sở, ban, ngành thành phố", "Ủy ban nhân dân các xã, phường")
    assert document.recipients == ("Như trên", "Lưu: VT, VP")
    assert document.signer is not None
    assert document.signer.lines == ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG")
    assert document.signer.capacities[0].form is SigningForm.BY_ORDER
    assert document.signer.name == "Nguyễn Văn An"
    assert [str(item.number) for item in document.references] == ["15/CT-TTg"]
    assert document.references[0].day == date(2012, 5, 22)


def test_a_decision_with_grounds() -> None:
    document = parse_text(DECISION)
    assert document.kind.code == "QĐ"
    assert document.abstract == "Về việc thành lập Tổ công tác"
    assert [item.block for item in document.body] == [
        Block.AUTHORITY,
        Block.BASIS,
        Block.BASIS,
        Block.TEXT,
        Block.ENACTING,
        Block.CHAPTER,
        Block.HEADING,
        Block.ARTICLE,
        Block.CLAUSE,
        Block.POINT,
        Block.ARTICLE,
    ]
    assert document.signer is not None
    assert document.signer.lines == ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert document.signer.name == "Trần Thị Bình"
    assert document.recipients == ("Như Điều 2", "Lưu: VT")
    law, decree = document.references
    assert (law.kind, law.number, law.abstract) == ("Luật", None, "Tổ chức chính quyền địa phương")
    assert (str(decree.number), decree.issuer, decree.abstract) == ("30/2020/NĐ-CP", "Chính phủ", "về công tác văn thư")


def test_appendices_stand_behind_the_signer() -> None:
    appendix = """
Phụ lục I
DANH SÁCH TỔ CÔNG TÁC
(Kèm theo Quyết định số 955/QĐ-UBND)
1. Ông A./.
PHỤ LỤC II
PHÂN CÔNG
- Việc.
"""
    document = parse_text(DECISION.replace("kể từ ngày ký.", "kể từ ngày ký./.") + appendix)
    assert [(item.title, len(item.body)) for item in document.appendices] == [
        ("DANH SÁCH TỔ CÔNG TÁC", 1),
        ("PHÂN CÔNG", 1),
    ]
    assert document.signer is not None
    assert document.recipients == ("Như Điều 2", "Lưu: VT")
    assert parse_text(DECISION + "\nPhụ lục\n").appendices[0].title == ""


def test_a_draft_has_no_number_yet() -> None:
    document = parse_text(DECISION.replace("955/QĐ-UBND", "      /QĐ-UBND"))
    assert document.number is None
    assert document.kind.code == "QĐ"


def test_a_copy_from_the_web_with_its_marks() -> None:
    document = parse_text(
        "# SOURCE: a page\n"
        "| **CHỦ TỊCH ỦY BAN NHÂN DÂN** TỈNH ĐỒNG THÁP -------- | **CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM** Độc lập - "
        "Tự do - Hạnh phúc --------------- |\n"
        "| Số: 144/2025/QĐ-CTUBND | *Đồng Tháp, ngày 02 tháng 12 năm 2025* |\n"
        "**QUYẾT ĐỊNH**\nBAN HÀNH QUY CHẾ\n*Căn cứ Luật Công nghệ thông tin số 67/2006/QH11; *\n"
        "**Điều 1.** Ban hành./.\n**KT. Chủ tịch**\n**PHÓ CHỦ TỊCH**\nTRẦN THỊ BÌNH\n"
    )
    assert document.issuer.name == "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP"
    assert (str(document.number), document.place, document.day) == (
        "144/2025/QĐ-CTUBND",
        "Đồng Tháp",
        date(2025, 12, 2),
    )
    assert document.abstract == "BAN HÀNH QUY CHẾ"
    assert [item.block for item in document.body] == [Block.BASIS, Block.ARTICLE]
    assert document.signer is not None
    assert document.signer.lines == ("KT. Chủ tịch", "PHÓ CHỦ TỊCH")
    assert document.signer.name == "Trần Thị Bình"
    assert [str(item.number) for item in document.references] == ["67/2006/QH11"]


@pytest.mark.parametrize(
    "block",
    [
        "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH Trần Thị Bình",
        "**TM. ỦY BAN NHÂN DÂN** **KT. CHỦ TỊCH****PHÓ CHỦ TỊCH****Trần Thị Bình**",
        "| TM. ỦY BAN NHÂN DÂN | KT. CHỦ TỊCH | PHÓ CHỦ TỊCH | Trần Thị Bình |",
    ],
)
def test_a_signature_block_in_one_line(block: str) -> None:
    before = DECISION.partition("TM. ỦY BAN")[0].replace("kể từ ngày ký.", "kể từ ngày ký./.")
    document = parse_text(before + f"| *Nơi nhận:* - Như Điều 2; - Lưu: VT. | {block} |\nQUY CHẾ\nĐiều 1. Quy chế.\n")
    assert document.signer is not None
    assert document.signer.lines == ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert document.signer.name == "Trần Thị Bình"
    assert document.recipients == ("Như Điều 2", "Lưu: VT")


@pytest.mark.parametrize(
    ("file", "number", "issuer", "day", "lines", "name"),
    [
        (
            "qd144_2025_dongthap_kyso.txt",
            "144/2025/QĐ-CTUBND",
            "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP",
            date(2025, 12, 2),
            ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
            "Huỳnh Minh Tuấn",
        ),
        (
            "qd161_2025_ninhbinh_qlvb.txt",
            "161/2025/QĐ-UBND",
            "ỦY BAN NHÂN DÂN TỈNH NINH BÌNH",
            date(2025, 11, 23),
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
            "Hà Lan Anh",
        ),
        (
            "qd165_2025_ninhbinh_kyso.txt",
            "165/2025/QĐ-UBND",
            "ỦY BAN NHÂN DÂN TỈNH NINH BÌNH",
            date(2025, 11, 27),
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
            "Hà Lan Anh",
        ),
    ],
)
def test_real_decisions_from_the_web(
    shared: Path, file: str, number: str, issuer: str, day: date, lines: tuple[str, ...], name: str
) -> None:
    document = parse_text((shared / "law" / "texts" / file).read_text(encoding="utf-8"))
    assert (str(document.number), document.issuer.name, document.day) == (number, issuer, day)
    assert document.signer is not None
    assert (document.signer.lines, document.signer.name) == (lines, name)
    assert document.abstract.startswith("BAN HÀNH QUY CHẾ")
    assert document.recipients[-1].startswith("Lưu: VT")
    assert document.body[0].block is Block.BASIS
    assert len(document.references) > 10


def test_other_heads() -> None:
    document = parse_text(
        "TRANG CHỦ\nBạn đang xem văn bản\n\nBỘ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG\n"
        "Số 12/TB-BNNMT  Hà Nội, ngày 8 tháng 7 năm 2026\nTHÔNG BÁO\nLịch họp\nNội dung.\n"
    )
    assert document.issuer.name == "BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"
    assert (str(document.number), document.place, document.day) == ("12/TB-BNNMT", "Hà Nội", date(2026, 7, 8))
    assert document.signer is None
    department = parse_text(DECISION.replace("THÀNH PHỐ CẦN THƠ\n---", "THÀNH PHỐ CẦN THƠ\nSỞ NỘI VỤ\n---"))
    assert (department.issuer.superior, department.issuer.name) == ("ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ", "SỞ NỘI VỤ")


def test_a_decomposed_text_is_read_alike() -> None:
    assert parse_text(unicodedata.normalize("NFD", DECISION)) == parse_text(DECISION)


def test_one_addressee_on_the_line_and_no_recipients() -> None:
    text = (
        "BỘ NỘI VỤ\nSố: 12/BNV-VP\nHà Nội, ngày 01 tháng 3 năm 2026\nV/v nghỉ lễ\nKính gửi: Bộ Tài chính.\nNội dung.\n"
    )
    document = parse_text(text + "\nCHÁNH VĂN PHÒNG\n\nNguyễn Văn An\n")
    assert document.addressees == ("Bộ Tài chính",)
    assert document.signer is not None
    assert [item.text for item in document.body] == ["Nội dung."]


@pytest.mark.parametrize(
    "text", ["", "Một bài báo bất kỳ.", "ỦY BAN NHÂN DÂN\nkhông có gì khác", "\x00\x01", "Số: 11/CT-UBND"]
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_text(text)


def test_bounds() -> None:
    with pytest.raises(InvalidInput, match="limit"):
        parse_text("x" * (MAX_CHARACTERS + 1))
    with pytest.raises(InvalidInput, match="bytes"):
        parse_text(b"x")  # type: ignore[arg-type]


def test_a_long_text_is_read_in_good_time() -> None:
    body = "Căn cứ Quyết định số 608/QĐ-UBND ngày 14 tháng 02 năm 2015 của Ủy ban nhân dân thành phố; "
    assert len(parse_text(DECISION.replace("Một người;", body * 5000)).references) == 3
    parse_text(DECISION + " ".join(["Luật A"] * 50_000))


def test_a_citation_is_listed_once_and_a_mere_fraction_never() -> None:
    found = find_references(
        [
            "Theo Quyết định số 608/QĐ-UBND và Quyết định 608/QĐ-UBND, tỷ lệ 3/4 hồ sơ, ngày 31/12/2025, H1/2 km/h.",
            "Căn cứ Kế hoạch số 70/KH-UBND ngày 31 tháng 02 năm 2015 của UBND thành phố.",
            "Kết luận số 51-NQ/TW của Bộ Chính trị; văn bản số 12/UBND-VX ngày 03 tháng 3 năm 2026.",
        ]
    )
    assert [str(item.number) for item in found] == ["608/QĐ-UBND", "70/KH-UBND", "51-NQ/TW", "12/UBND-VX"]
    assert found[1].day is None, "the thirtieth of February is no day"
    assert [item.paragraph for item in found] == [0, 1, 2, 2]


@settings(max_examples=60)
@given(st.text(max_size=300), st.integers(0, 40))
def test_any_text_is_read_or_refused(noise: str, line: int) -> None:
    lines = DECISION.splitlines()
    lines.insert(line, noise)
    for text in (noise, "\n".join(lines)):
        try:
            parse_text(text)
        except InvalidInput:
            continue
