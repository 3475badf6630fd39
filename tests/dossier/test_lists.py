"""Lists as clerks have them: encodings, headings, dates, names; bad lines listed, good lines kept."""

from __future__ import annotations

import contextlib
import io
import unicodedata
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import tables_io
from egov_vn.dossier.lists import code_key, name_key, read_lines, read_when
from egov_vn.dossier.tables_io import clean, decode, plain_key, read_table
from egov_vn.errors import InvalidInput

HEAD = "STT;Mã hồ sơ;Chủ hồ sơ;Ngày tiếp nhận\n"


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 10, 5, hour, minute, second, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("05/10/2026", date(2026, 10, 5)),
        ("5/10/2026", date(2026, 10, 5)),
        ("5-10-26", date(2026, 10, 5)),
        ("05.10.2026", date(2026, 10, 5)),
        ("2026-10-05", date(2026, 10, 5)),
        ("2026/10/05", date(2026, 10, 5)),
        ("ngày 05 tháng 10 năm 2026", date(2026, 10, 5)),
        ("05/10/2026 08:30", at(8, 30)),
        ("5/10/2026 8:30", at(8, 30)),
        ("05/10/2026 08:30:15", at(8, 30, 15)),
        ("8h30 ngày 05.10.2026", at(8, 30)),
        ("8h ngày 5/10/2026", at(8, 0)),
        ("08 giờ 30 phút, ngày 05 tháng 10 năm 2026", at(8, 30)),
        ("08 giờ 30 phút, ngày 05/10/2026", at(8, 30)),
        (unicodedata.normalize("NFD", "08 giờ 30 phút, ngày 05/10/2026"), at(8, 30)),
        ("2026-10-05T08:30:00", at(8, 30)),
        ("2026-10-05T01:30:00+00:00", at(8, 30)),
        (datetime(2026, 10, 5, 8, 30), at(8, 30)),
        (datetime(2026, 10, 5), date(2026, 10, 5)),
        (date(2026, 10, 5), date(2026, 10, 5)),
        (46300, date(2026, 10, 5)),
        (46300.354166666664, at(8, 30)),
    ],
)
def test_a_day_is_read_as_clerks_write_it(written: Any, meant: date) -> None:
    assert read_when(written) == meant


@pytest.mark.parametrize(
    "written",
    ["31/02/2026", "hôm qua", "10/2026", "05/13/2026", "05/10/2026 25:00", "5/10/2026 8:75", 7, True, None, "x" * 200,
     "2026-02-30", time(8, 30), float("nan"), float("inf"), "0000-01-01", "00/00/0000", "99999999999999999999"],
)  # fmt: skip
def test_what_no_calendar_has_is_refused(written: Any) -> None:
    with pytest.raises(InvalidInput):
        read_when(written)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    try:
        found = read_when(text)
    except InvalidInput:
        return
    assert isinstance(found, date)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)),
    st.sampled_from("/.-"),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "{hour}:{minute:02}", "{hour:02}:{minute:02}:{second:02}", "{hour}h{minute:02}"]),
)
def test_days_with_a_clock_before_or_behind(at: datetime, sign: str, padded: bool, before: bool, clock: str) -> None:
    day = sign.join(
        (f"{at.day:02}", f"{at.month:02}", str(at.year)) if padded else map(str, (at.day, at.month, at.year))
    )
    time_of_day = clock.format(hour=at.hour, minute=at.minute, second=at.second)
    found = read_when(" ".join(filter(None, (time_of_day, day) if before else (day, time_of_day))))
    second = at.second if "second" in clock else 0
    assert found == (at.replace(microsecond=0, second=second, tzinfo=VIETNAM) if clock else at.date())
    if 2000 <= at.year < 2100:
        short = sign.join((str(at.day), str(at.month), f"{at.year % 100:02}"))
        assert read_when(f"{short} {time_of_day}".strip()) == found


def test_names_are_one_whatever_their_form() -> None:
    forms = ["Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA", "nguyễn  thị hoà ", unicodedata.normalize("NFD", "Nguyễn Thị Hòa")]
    assert len({name_key(form) for form in forms}) == 1
    assert name_key("Nguyễn Thị Hoa") != name_key("Nguyễn Thị Hoà")
    assert name_key("Ân") != name_key("An")
    assert name_key("ABC  Ltd") == "abc ltd"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("h57.132-260804-0583", "H57.132-260804-0583"),
        (" H57.132 – 260804 – 583 ", "H57.132-260804-0583"),
        ("000.00.06.H56-231027-0361.", "000.00.06.H56-231027-0361"),
        ("G09.20-20260609-0092637", "G09.20-20260609-0092637"),
    ],
)
def test_codes_are_one_whatever_their_spaces_and_dashes(written: str, key: str) -> None:
    assert code_key(written) == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found(encoding: str) -> None:
    text, _, findings = decode((HEAD * 3).encode(encoding))
    assert text == HEAD * 3
    assert findings == ()


def test_windows_1258_is_read_and_said_to_be_a_guess() -> None:
    text, name, findings = decode("Nguyê\u0303n Thi\u0323 Hoa\u0300".encode("cp1258"))
    assert text == "Nguyễn Thị Hoà"
    assert name == "windows-1258"
    assert findings[0].code == "TABLE-ENCODING-GUESSED"


def test_what_is_no_known_encoding_is_one_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(b"abc \xff\x9d\x90 def")
    assert caught.value.path == "byte 5"
    with pytest.raises(InvalidInput) as caught:
        decode("Hồ sơ".encode(), encoding="ascii")
    assert caught.value.path == "byte 1"
    with pytest.raises(InvalidInput) as caught:
        decode(b"x", encoding="klingon")
    assert caught.value.path == "encoding"


def test_a_list_in_a_forgotten_encoding_is_one_error() -> None:
    vni = b"STT;Ma\xf5 ho\xe0 s\xf4;Chu\xfb ho\xe0 s\xf4\n1;H13;Nguye\xe3n\n"
    with pytest.raises(InvalidInput, match="no heading"):
        read_lines(vni)


def test_bad_lines_are_listed_and_good_ones_kept() -> None:
    body = (
        "1;H13-260212-0001;Nguyễn Văn Thử;12/02/2026\n"
        "2;H13-260212-0002;Trần Thị Mẫu;30/02/2026\n"
        "\n"
        "x;H13-260212-0003;Lê Ví Dụ;12/02/2026\n"
        "4;;;12/02/2026\n"
        "5;H13-260212-0005;Đỗ Ất\n"
    )
    found = read_lines((HEAD + body).encode())
    assert [line.row for line in found.lines] == [2, 7]
    assert [error.path for error in found.bad] == ["row 3.received", "row 5.ordinal", "row 6"]
    assert found.lines[1].received is None
    assert found.columns == {"ordinal", "code", "applicant", "received"}


def test_the_heading_is_found_below_titles() -> None:
    text = "UBND XÃ\n\nSỔ THEO DÕI\nTT,Mã số hồ sơ,Họ và tên,SĐT,Ghi chú\n1,H13-260212-0001,A,0900000000,gấp\n"
    found = read_lines(text.encode())
    assert dict(found.lines[0].other) == {"phone": "0900000000", "note": "gấp"}
    with pytest.raises(InvalidInput, match="no heading"):
        read_lines(b"\n".join([b"a,b,c"] * 40))


def test_a_worksheet_is_read_like_a_text() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sổ"
    sheet.append(["SỔ THEO DÕI HỒ SƠ"])
    sheet.append(["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Quyển số"])
    sheet.append([1, "H13-260212-0001", "Nguyễn Văn Thử", datetime(2026, 2, 12, 9, 0), 1.0])
    sheet.append([2.0, "H13-260212-0002", "Trần Thị Mẫu", date(2026, 2, 12), "01"])
    sheet.append([3, "H13-260212-0003", "Lê Ví Dụ", "mai", "01"])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_lines(buffer.getvalue())
    assert found.encoding == "xlsx"
    assert [line.ordinal for line in found.lines] == [1, 2]
    assert found.lines[0].received == datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
    assert found.lines[0].book == "1"
    assert found.lines[1].received == date(2026, 2, 12)
    assert [error.path for error in found.bad] == ["row 5.received"]
    assert read_lines(buffer.getvalue(), sheet="Sổ").lines == found.lines
    with pytest.raises(InvalidInput) as caught:
        read_lines(buffer.getvalue(), sheet="Khác")
    assert caught.value.path == "sheet"


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return buffer.getvalue()


def test_hostile_files_are_one_error_each(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    doctype = b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'
    far = b"<!--" + b" " * 2_000_000 + b"-->" + doctype
    with pytest.raises(InvalidInput, match="DTD"):
        read_lines(zipped("xl/workbook.xml", far))
    for data in (b"PK\x03\x04 broken", zipped("a.xml", b"<a/>"), zipped("xl/workbook.xml", doctype)):
        with pytest.raises(InvalidInput):
            read_lines(data)
    with pytest.raises(InvalidInput, match="CSV"):
        read_lines((HEAD + '1;"' + "x" * 140_000 + '";A;\n').encode())
    with pytest.raises(InvalidInput):
        read_table("text")  # type: ignore[arg-type]
    monkeypatch.setattr(tables_io, "MAX_BYTES", 1_000)
    with pytest.raises(InvalidInput, match="unpacks"):
        read_lines(zipped("b", b"0" * 5_000))
    with pytest.raises(InvalidInput, match="too many"):
        read_lines(b"x" * 1_001)
    monkeypatch.setattr(tables_io, "MAX_BYTES", 10_000)
    monkeypatch.setattr(tables_io, "MAX_ROWS", 2)
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        read_lines((HEAD + "1;H13;A;\n" * 3).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_one_error(data: bytes) -> None:
    for probe in (data, HEAD.encode() + data, b"PK\x03\x04" + data):
        with contextlib.suppress(InvalidInput):
            read_lines(probe)


def test_small_helpers() -> None:
    assert clean(" a\u00a0 b\t") == "a b"
    assert clean("e\u0301") == "é"
    assert clean(5) == 5
    assert plain_key("Mã hồ sơ:") == "ma ho so"
    assert plain_key("ĐỊA CHỈ") == "dia chi"


def test_an_open_quotation_mark_costs_one_bad_line_and_not_the_file() -> None:
    good = "".join(f"{index};H13-260212-{index:04d};Người {index};12/02/2026\n" for index in range(1, 4))
    swallowed = '4;"H13;' + "x;y\n" * 2_000
    found = read_lines((HEAD + good + swallowed).encode())
    assert [line.ordinal for line in found.lines] == [1, 2, 3]
    assert [error.path for error in found.bad] == ["row 5"]
    quoted = read_lines((HEAD + '1;H13;"ABC" Ltd;12/02/2026\n2;H13;Công ty "ABC";12/02/2026\n').encode())
    assert [line.applicant for line in quoted.lines] == ["ABC Ltd", 'Công ty "ABC"']


@pytest.mark.parametrize(
    "written",
    [
        "1/1/0001",
        "0001-01-01T00:00:00+14:00",
        "31/12/9999 23:59",
        "9999-12-31T23:59:59-10:00",
        "5/10/0026",
        "5/10/1026",
    ],
)
def test_a_year_of_no_register_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="year"):
        read_when(written)


def test_an_encoding_has_a_name() -> None:
    number: Any = 5
    with pytest.raises(InvalidInput, match="encoding"):
        read_lines(HEAD.encode(), encoding=number)
