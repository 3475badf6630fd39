"""Lists as an examiner would find them in a real office: old fonts, worksheets with SA and CH, two dates in a cell."""

from __future__ import annotations

import random
import unicodedata
from datetime import datetime

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import read_lines, reconcile
from egov_vn.dossier.listing import reconciliation_listing
from egov_vn.dossier.lists import name_key, read_when
from egov_vn.dossier.tables_io import decode
from egov_vn.errors import InvalidInput

# TCVN 5712:1993 (VN3), as `iconv -f TCVN5712-1` has it: the bytes of the small letters, by hand.
TCVN3 = {
    "ă": 0xA8, "â": 0xA9, "ê": 0xAA, "ô": 0xAB, "ơ": 0xAC, "ư": 0xAD, "đ": 0xAE, "à": 0xB5, "ả": 0xB6, "ã": 0xB7,
    "á": 0xB8, "ạ": 0xB9, "ặ": 0xC6, "ầ": 0xC7, "ậ": 0xCB, "ễ": 0xD4, "ế": 0xD5, "ệ": 0xD6, "ì": 0xD7, "ị": 0xDE,
    "ò": 0xDF, "ó": 0xE3, "ồ": 0xE5, "ố": 0xE8, "ộ": 0xE9, "ợ": 0xEE, "ủ": 0xF1, "ú": 0xF3, "ữ": 0xF7, "ý": 0xFD,
    "Đ": 0xA7,
}  # fmt: skip
NAMES = (
    "Nguyễn Thị Hòa", "Trần Văn Đạt", "Lê Ngọc Ánh", "Đỗ Hữu Phước", "Phạm Quốc Bảo", "Võ Thị Mỹ Lệ", "Bùi Đình Tuấn",
    "Đặng Thùy Dương", "Huỳnh Tấn Phát", "Ngô Bích Vân",
)  # fmt: skip
LIST = "STT;Mã hồ sơ;Chủ hồ sơ;Ngày tiếp nhận\n1;H57.132-260105-0001;Nguyễn Thị Hòa;05/01/2026 08:30\n"


def tcvn3(text: str) -> bytes:
    return bytes(TCVN3.get(char, ord(char)) for char in text)


def windows_1258(text: str) -> bytes:
    """Write base letters composed and tone marks after them, as Windows does."""
    out = []
    for char in text:
        if len(char.encode("cp1258", "ignore")):
            out.append(char)
            continue
        parts = unicodedata.normalize("NFD", char)
        tone = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
        base = "".join(part for part in parts if part not in tone)
        out += [unicodedata.normalize("NFC", base), *tone]
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (LIST.encode(), "utf-8"),
        (LIST.encode("utf-8-sig"), "utf-8-sig"),
        (LIST.encode("utf-16"), "utf-16"),
        (LIST.encode("utf-16-be"), "utf-16-be"),
        (windows_1258(LIST), "windows-1258"),
        (tcvn3(LIST), "tcvn3"),
        (unicodedata.normalize("NFD", LIST).encode(), "utf-8"),
    ],
)
def test_every_usual_encoding(data: bytes, encoding: str) -> None:
    found = read_lines(data)
    assert (found.encoding, [line.applicant for line in found.lines], found.bad) == (encoding, ["Nguyễn Thị Hòa"], ())
    assert [item.code for item in found.findings] == ["TABLE-ENCODING-GUESSED"] * (
        encoding in ("windows-1258", "tcvn3")
    )


def test_old_encodings_are_told_apart() -> None:
    """A list of ten names is enough, in every order; what was asked for is not guessed."""
    rng = random.Random(5712)
    for _ in range(50):
        text = "\n".join(rng.sample(NAMES, 10))
        assert decode(windows_1258(text))[1] == "windows-1258"
    assert decode(tcvn3("Cần Thơ, đặc biệt"), encoding="tcvn3")[0] == "Cần Thơ, đặc biệt"
    assert decode(windows_1258("© Sở Nội vụ"))[:2] == ("© Sở Nội vụ", "windows-1258")


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("05/01/2026 2:30 CH", 14, 30),
        ("5/1/2026 2:30:00 PM", 14, 30),
        ("05/01/2026 12:00 CH", 12, 0),
        ("05/01/2026 12:30 SA", 0, 30),
        ("05/01/2026 8:30 SA", 8, 30),
        ("3 giờ 15 phút chiều ngày 05/01/2026", 15, 15),
        ("14h30 chiều 5/1/2026", 14, 30),
        ("8h30 sáng ngày 5.1.2026", 8, 30),
    ],
)
def test_half_of_the_day(text: str, hour: int, minute: int) -> None:
    assert read_when(text) == datetime(2026, 1, 5, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize("text", ["05/01/2026 - 12/01/2026", "05/01/2026 14:30 SA", "05/01/2026 24:30", "31/02/2026"])
def test_what_may_mean_two_things_is_one_error(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_when(text, "row 7.received")
    assert caught.value.path == "row 7.received"


def test_a_letter_that_only_looks_the_same() -> None:
    assert name_key("Ðỗ Văn Dũng") == name_key("ĐỖ VĂN DŨNG")
    assert name_key("Đỗ Văn Dũng") != name_key("Dỗ Văn Dũng")
    paper = read_lines(LIST.replace("Nguyễn", "Ðặng").encode())
    assert reconcile(paper, read_lines(LIST.replace("Nguyễn", "ĐẶNG").encode())).agrees


def test_a_vietnamese_page_has_no_english_words() -> None:
    """Kinds and fields by their names, times as people write them; a program still gets the raw values."""
    electronic = LIST.replace("Nguyễn", "Phạm").replace("08:30", "09:30").encode()
    found = reconcile(read_lines(LIST.encode()), read_lines(electronic))
    page = reconciliation_listing(found).to_html()
    for word in ("Sai nội dung", "chủ hồ sơ: sổ giấy ghi “Nguyễn Thị Hòa”", "“08:30 05/01/2026”", "Số dòng: 2"):
        assert word in page
    assert not {"differs", "applicant", "received"} & set(page.split())
    assert "applicant: paper says" in reconciliation_listing(found, "en").to_html("en")
    assert found.to_dict()["differences"][1]["paper"] == "2026-01-05T08:30:00+07:00"
