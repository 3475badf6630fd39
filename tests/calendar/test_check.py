"""The check of notices: clean for the package, and a sentence for everything that is missing or contradictory."""

from __future__ import annotations

import pytest

from egov_vn.calendar import check_notices
from egov_vn.calendar.notices import official_notices, read_notices
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity
from egov_vn.law import parse

HEAD = """
verified_on = 2026-11-23
[table.year_2026]
title = { vi = "Tết 2026", en = "Tết 2026" }
source = { instrument = "9441/TB-BNV" }
evidence = "report"
row = [
  { announced = 2025-10-16 },
"""
GOOD_ROWS = "{ year = 2026, tet = 2026-02-17, before = 1 }, { national_day = 2026-09-01 },"


def codes(rows: str) -> set[str]:
    notices = read_notices(parse(f"{HEAD}{rows}\n]".encode(), name="notices.toml"))
    return {item.code for item in check_notices(notices) if item.level is not Severity.INFO}


def test_the_packages_own_notices_are_sound() -> None:
    findings = check_notices()
    assert not [item.line() for item in findings if item.level is not Severity.INFO]
    assert [item.where for item in findings if item.code == "CAL-HORIZON"] == ["2027"]
    assert len(official_notices()) == 25


def test_a_year_is_a_few_lines() -> None:
    assert codes(GOOD_ROWS) == set()


BROKEN = [
    ("{ national_day = 2026-09-01 },", "CAL-NO-TET"),
    ("{ year = 2026, tet = 2026-02-17, before = 1 },", "CAL-NO-NATIONAL-DAY"),
    ("{ year = 2026, tet = 2026-02-18, before = 1 }, { national_day = 2026-09-01 },", "CAL-TET-DAY"),
    ("{ year = 2026, tet = 2026-02-17, before = 5 }, { national_day = 2026-09-01 },", "CAL-TET-BEFORE"),
    ("{ year = 2026, tet = 2026-02-17, before = 1 }, { national_day = 2026-09-04 },", "CAL-NATIONAL-DAY"),
    (GOOD_ROWS + "{ off = 2026-02-17, worked = 2026-02-21 },", "CAL-SWAP-OFF"),
    (GOOD_ROWS + "{ off = 2026-03-07, worked = 2026-03-14 },", "CAL-SWAP-OFF"),
    (GOOD_ROWS + "{ off = 2026-03-04, worked = 2026-03-05 },", "CAL-SWAP-WORKED"),
    (GOOD_ROWS + "{ off = 2026-04-24, worked = 2026-04-26 },", "CAL-SWAP-WORKED"),
    (GOOD_ROWS + "{ off = 2026-03-04, worked = 2026-06-06 },", "CAL-SWAP-FAR"),
    (GOOD_ROWS + "{ off = 2025-10-06, worked = 2025-10-11 },", "CAL-SWAP-LATE"),
    (
        GOOD_ROWS + "{ off = 2026-03-04, worked = 2026-03-07 }, { off = 2026-03-05, worked = 2026-03-07 },",
        "CAL-SWAP-TWICE",
    ),
]


@pytest.mark.parametrize(("rows", "code"), BROKEN, ids=[f"{code}-{i}" for i, (_, code) in enumerate(BROKEN)])
def test_what_is_wrong_is_named(rows: str, code: str) -> None:
    assert codes(rows) == {code}


def test_gaps_and_doubles_between_years() -> None:
    def findings(skip: str) -> set[str]:
        kept = [item for item in official_notices() if item.key != skip]
        return {f"{item.code} {item.where}" for item in check_notices(kept) if item.level is Severity.ERROR}

    assert findings("year_2019") == {"CAL-GAP 2019"}
    assert findings("year_2023") == {"CAL-GAP 2023", "CAL-NO-NATIONAL-DAY 2023"}
    twice = [*official_notices(), official_notices()[-2]]
    assert "CAL-TET-TWICE" in {item.code for item in check_notices(twice)}
    assert [item.code for item in check_notices([])] == ["CAL-NONE"]


@pytest.mark.parametrize(
    "rows",
    [
        "{ year = 2026, tet = 2026-02-17 },",
        '{ year = 2026, tet = "17/02", before = 1 },',
        '{ year = "2026", tet = 2026-02-17, before = 1 },',
        "{ off = 2026-03-04 },",
        "{ off = 2026-03-04T00:00:00, worked = 2026-03-07 },",
        "{ national_day = 1 },",
    ],
)
def test_rows_of_another_form_are_refused(rows: str) -> None:
    with pytest.raises(InvalidInput):
        codes(rows)


def test_a_notice_needs_its_day() -> None:
    text = HEAD.replace("{ announced = 2025-10-16 },", "") + GOOD_ROWS + "]"
    with pytest.raises(InvalidInput, match="announced"):
        read_notices(parse(text.encode(), name="notices.toml"))
