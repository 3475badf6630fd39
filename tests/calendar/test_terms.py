"""Terms as procedures write them, and what is no term."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import Term, TermCase, TermTable, Unit
from egov_vn.errors import InvalidInput

NEXT = "thì ngày làm việc tiếp theo"
CERTIFICATION = (
    "Trong ngày cơ quan, tổ chức tiếp nhận yêu cầu hoặc trong ngày làm việc tiếp theo, nếu tiếp nhận yêu cầu sau 15 giờ"
)
CIVIL_STATUS = (
    "Ngay trong ngày tiếp nhận yêu cầu; trường hợp nhận hồ sơ sau 15 giờ mà không giải quyết được ngay "
    "thì trả kết quả trong ngày làm việc tiếp theo."
)
TERMS = [
    ("15 ngày làm việc", 15, Unit.WORKING_DAY, None),
    ("05 ngày", 5, Unit.DAY, None),
    ("08 giờ làm việc", 8, Unit.WORKING_HOUR, None),
    ("01 tháng", 1, Unit.MONTH, None),
    ("nửa tháng", 15, Unit.DAY, None),
    ("nửa năm", 6, Unit.MONTH, None),
    ("2,5 ngày làm việc", Decimal("2.5"), Unit.WORKING_DAY, None),
    ("2.5 ngày làm việc", Decimal("2.5"), Unit.WORKING_DAY, None),
    ("2,0 ngày làm việc", 2, Unit.WORKING_DAY, None),
    ("nửa ngày làm việc", Decimal("0.5"), Unit.WORKING_DAY, None),
    ("trong ngày", 0, Unit.SAME_DAY, None),
    ("Trong ngày làm việc", 0, Unit.SAME_DAY, None),
    ("ngay trong ngày tiếp nhận hồ sơ", 0, Unit.SAME_DAY, None),
    (f"ngay trong ngày làm việc; sau 15 giờ {NEXT}", 0, Unit.SAME_DAY, time(15)),
    (f"Trong ngày; trường hợp tiếp nhận sau 15h00 {NEXT}", 0, Unit.SAME_DAY, time(15)),
    (f"Ngay trong ngày làm việc, nếu nhận hồ sơ sau 15 giờ 30 phút {NEXT}", 0, Unit.SAME_DAY, time(15, 30)),
    (f"03 ngày làm việc; tiếp nhận sau 15:00 {NEXT}", 3, Unit.WORKING_DAY, time(15)),
    (CERTIFICATION, 0, Unit.SAME_DAY, time(15)),
    (CIVIL_STATUS, 0, Unit.SAME_DAY, time(15)),
    ("07 ngày làm việc (kể từ ngày nhận đủ hồ sơ)", 7, Unit.WORKING_DAY, None),
    ("15 (mười lăm) ngày làm việc", 15, Unit.WORKING_DAY, None),
    ("Mười lăm ngày", 15, Unit.DAY, None),
    ("hai mươi mốt ngày làm việc", 21, Unit.WORKING_DAY, None),
    ("một tháng", 1, Unit.MONTH, None),
    ("07 ngày (làm việc)", 7, Unit.WORKING_DAY, None),
    ("3 ngày LV", 3, Unit.WORKING_DAY, None),
    ("04 giờ LV", 4, Unit.WORKING_HOUR, None),
    ("một tháng rưỡi", Decimal("1.5"), Unit.MONTH, None),
    ("02 năm rưỡi", Decimal("2.5"), Unit.YEAR, None),
    ("20 ngày làm việc (không kể thời gian thực hiện nghĩa vụ tài chính)", 20, Unit.WORKING_DAY, None),
    ("30 ngày, không bao gồm thời gian niêm yết 15 ngày", 30, Unit.DAY, None),
    ("Giải quyết ngay trong ngày làm việc", 0, Unit.SAME_DAY, None),
    ("24 giờ", 24, Unit.HOUR, None),
    ("30 phút", 30, Unit.MINUTE, None),
    ("02 tuần", 2, Unit.WEEK, None),
    ("03 năm", 3, Unit.YEAR, None),
    ("01 quý", 3, Unit.MONTH, None),
    ("Không quá 03 ngày làm việc", 3, Unit.WORKING_DAY, None),
    ("Trong thời hạn 10 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.", 10, Unit.WORKING_DAY, None),
    ("Thời hạn giải quyết: 07 ngày làm việc", 7, Unit.WORKING_DAY, None),
    ("chậm nhất là 20 ngày, kể từ ngày nhận hồ sơ", 20, Unit.DAY, None),
    ("5 working days", 5, Unit.WORKING_DAY, None),
    ("8 Working Hours", 8, Unit.WORKING_HOUR, None),
    ("same working day", 0, Unit.SAME_DAY, None),
]


@pytest.mark.parametrize(("text", "amount", "unit", "cut_off"), TERMS, ids=[case[0] for case in TERMS])
def test_terms_are_read(text: str, amount: int | Decimal, unit: Unit, cut_off: time | None) -> None:
    expected = Term(amount=amount, unit=unit, cut_off=cut_off)
    for form in ("NFC", "NFD"):
        spelt = unicodedata.normalize(form, text)
        assert Term.parse(spelt) == expected
        assert Term.parse(spelt.replace(" ", "\u00a0")) == expected
        assert Term.parse(f"  {spelt.upper()}\n") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ngày",
        "15",
        "15 mét",
        "0 ngày",
        "-3 ngày",
        "15 ngày làm việc 3",
        "mười mười ngày",
        "hai ba ngày",
        "100001 ngày",
        "9999999999 ngày",
        "NaN ngày",
        "trong ngày; sau 15 giờ",
        f"trong ngày; sau 25 giờ {NEXT}",
        "x" * 501,
        "ngày làm việc 15",
        "1,2345 ngày",
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Term.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.000 ngày", "thousands"),
        ("2,500 ngày làm việc", "thousands"),
        ("05 (ba) ngày làm việc", "two numbers"),
        ("10 (11) ngày", "two numbers"),
        ("10-15 ngày làm việc", "range"),
        ("từ 10 đến 15 ngày", "range"),
    ],
)
def test_what_may_mean_two_things_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        Term.parse(text)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("½ ngày làm việc", Decimal("0.5"), Unit.WORKING_DAY),
        ("1/2 ngày làm việc", Decimal("0.5"), Unit.WORKING_DAY),
        ("0,125 ngày làm việc", Decimal("0.125"), Unit.WORKING_DAY),
        ("48h", 48, Unit.HOUR),
        ("25 (hai lăm) ngày", 25, Unit.DAY),
        ("05 (05) ngày", 5, Unit.DAY),
    ],
)
def test_other_spellings(text: str, amount: int | Decimal, unit: Unit) -> None:
    assert Term.parse(text) == Term(amount=amount, unit=unit)


@pytest.mark.parametrize("value", [None, 5, b"5 ng", ["5 ngày"]])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        Term.parse(value)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_term_or_invalid_input(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        Term.parse(text)


@settings(deadline=None)
@given(st.sampled_from([unit for unit in Unit if unit is not Unit.SAME_DAY]), st.integers(1, 9999))
def test_a_rendered_term_reads_back(unit: Unit, amount: int) -> None:
    term = Term(amount=amount, unit=unit)
    assert Term.parse(str(term)) == term
    assert Term.parse(term.render("en")) == term


def test_terms_with_a_cut_off_read_back() -> None:
    for term in (
        Term(amount=0, unit=Unit.SAME_DAY, cut_off=time(15)),
        Term(amount=3, unit=Unit.DAY, cut_off=time(15, 30)),
    ):
        assert Term.parse(str(term)) == term
    assert Term(amount=1, unit=Unit.DAY).render("en") == "1 day"
    assert str(Term.parse("2,5 ngày làm việc")) == "2,5 ngày làm việc"
    assert Term.parse("2,5 ngày làm việc").render("en") == "2.5 working days"
    assert "15:00" in Term(amount=0, unit=Unit.SAME_DAY, cut_off=time(15)).render("en")


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": True, "unit": Unit.DAY},
        {"amount": 1.5, "unit": Unit.DAY},
        {"amount": Decimal("NaN"), "unit": Unit.DAY},
        {"amount": 0, "unit": Unit.DAY},
        {"amount": 1, "unit": Unit.SAME_DAY},
        {"amount": 1, "unit": "fortnight"},
        {"amount": 1, "unit": Unit.DAY, "cut_off": "15:00"},
    ],
)
def test_a_term_checks_its_fields(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Term(**fields)


def test_terms_by_case_and_channel() -> None:
    """1.012537: 2 working days online, 5 in person; a harder case has its own term."""
    terms = TermTable.parse(
        [("", "", "05 ngày làm việc"), ("", "online", "02 ngày làm việc"), ("xác minh", "", "10 ngày làm việc")]
    )
    assert terms.pick(channel="online").amount == 2
    assert terms.pick(channel="desk").amount == 5
    assert terms.pick(case="xác minh", channel="online").amount == 10
    with pytest.raises(InvalidInput):
        TermTable.parse([])
    with pytest.raises(InvalidInput):
        TermTable.parse([("", "online", "1 ngày"), ("", "online", "2 ngày")])
    with pytest.raises(InvalidInput):
        TermTable(terms=(TermCase(term=Term.parse("1 ngày"), channel="online"),)).pick(channel="desk")


@pytest.mark.parametrize(
    "text",
    [
        "15 ngày làm việc kể từ ngày nhận đủ hồ sơ; trường hợp phức tạp 30 ngày",
        "10 ngày, trường hợp cần xác minh thì không quá hai mươi ngày",
        "05 ngày làm việc kể từ ngày nhận hồ sơ (đối với hồ sơ trực tuyến là 03 ngày làm việc)",
    ],
)
def test_a_second_term_for_other_cases_is_not_dropped(text: str) -> None:
    with pytest.raises(InvalidInput, match="second term"):
        Term.parse(text)
