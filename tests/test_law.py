"""Law as data: dated, cited, refused otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.law import Citation, Evidence, LawFile, parse

GOOD = """
verified_on = 2026-11-23
[rule.days]
title = { vi = "Số ngày", en = "Days" }
[[rule.days.version]]
value = 5
since = 2018-06-21
until = 2025-07-01
source = { instrument = "61/2018/NĐ-CP", article = 19, clause = 4 }
evidence = "text"
[[rule.days.version]]
value = 3
since = 2025-07-01
source = { instrument = "118/2025/NĐ-CP", article = 18 }
evidence = "assumed"
note = "from memory"
[table.names]
title = { vi = "Tên", en = "Names" }
source = { instrument = "X/2020", annex = "II" }
evidence = "report"
since = 2020-01-01
[[table.names.row]]
code = "A"
list = [1, 2]
[[table.names.row]]
code = "B"
evidence = "practice"
source = { instrument = "Y/2021" }
"""


def file(text: str = GOOD) -> LawFile:
    return parse(text.encode(), name="test.toml")


def test_the_version_of_the_day_answers() -> None:
    days = file().timeline("days", int)
    assert days.on(date(2018, 6, 21)).value == 5
    assert days.on(date(2025, 6, 30)).value == 5
    assert days.on(date(2025, 7, 1)).value == 3
    assert str(days.on(date(2020, 1, 1)).source) == "khoản 4 Điều 19 61/2018/NĐ-CP"
    assert days.on(date(2030, 1, 1)).evidence is Evidence.ASSUMED


def test_a_day_before_the_first_version_has_no_answer() -> None:
    with pytest.raises(NotInForce) as caught:
        file().timeline("days", int).on(date(2018, 6, 20))
    assert caught.value.rule == "days"
    assert caught.value.day == date(2018, 6, 20)


def test_a_timeline_can_be_converted() -> None:
    assert file().timeline("days", int).map(str).on(date(2020, 1, 1)).value == "5"


def test_a_row_has_its_own_source_or_the_table_s() -> None:
    first, second = file().table("names")
    assert first.source == Citation(instrument="X/2020", annex="II")
    assert first.evidence is Evidence.REPORT
    assert first["list"] == (1, 2)
    assert second.source.instrument == "Y/2021"
    assert second.get("list", "none") == "none"
    assert second.evidence is Evidence.PRACTICE


def test_a_citation_reads_in_both_languages() -> None:
    cited = Citation(instrument="30/2020/NĐ-CP", annex="I", point="b")
    assert cited.render("vi") == "điểm b Phụ lục I 30/2020/NĐ-CP"
    assert cited.render("en") == "point b, Annex I, 30/2020/NĐ-CP"


@pytest.mark.parametrize(
    ("cut", "put", "place"),
    [
        ('source = { instrument = "118/2025/NĐ-CP", article = 18 }', "", "version[1]"),
        ('source = { instrument = "118/2025/NĐ-CP", article = 18 }', 'source = { instrument = " " }', "version[1]"),
        (
            'source = { instrument = "118/2025/NĐ-CP", article = 18 }',
            'source = { instrument = "X", page = 1 }',
            "source",
        ),
        ('evidence = "assumed"', "", "version[1]"),
        ('evidence = "assumed"', 'evidence = "hearsay"', "version[1]"),
        ("value = 3", "", "version[1]"),
        ("since = 2025-07-01", "", "version[1]"),
        ("since = 2025-07-01", "since = 2025-07-01T00:00:00", "version[1]"),
        ("since = 2025-07-01", "since = 2025-06-30", "rule.days"),
        ("until = 2025-07-01", "", "rule.days"),
        ("until = 2025-07-01", "until = 2018-06-21", "version[0]"),
        ("verified_on = 2026-11-23", "", "test.toml"),
        ("verified_on = 2026-11-23", "verified_on = 1\n", "test.toml"),
        ("verified_on = 2026-11-23", "verified_on = 2026-11-23\nspeed = 1", "test.toml"),
        ('title = { vi = "Số ngày", en = "Days" }', 'title = { vi = "Số ngày" }', "rule.days"),
        ("[[table.names.row]]", "[[table.names.rows]]", "table.names"),
        ("[rule.days]", "[rule]\nx = 1\n[rule.days]", "rule.x"),
        ("[rule.days]", "rule = 1\n[other]", "test.toml"),
        ("[rule.days]", "[rule.days", "test.toml"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused_with_its_place(cut: str, put: str, place: str) -> None:
    assert cut in GOOD
    with pytest.raises(InvalidInput) as caught:
        file(GOOD.replace(cut, put))
    assert place in caught.value.path


def test_a_rule_of_another_type_or_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not of type str"):
        file().timeline("days", str)
    with pytest.raises(InvalidInput, match="no rule"):
        file().timeline("hours", int)
    with pytest.raises(InvalidInput, match="no table"):
        file().table("hours")


def test_rule_without_versions_and_a_section_that_is_no_table_are_refused() -> None:
    head = "verified_on = 2026-11-23\n"
    for body in ("rule = 1", "[rule.x]\ntitle={vi='a',en='b'}", "[rule.x]\ntitle={vi='a',en='b'}\nversion=1"):
        with pytest.raises(InvalidInput):
            file(head + body)
