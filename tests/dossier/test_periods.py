"""Report periods run from the 15th to the 14th."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput, NotInForce


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2026-08", date(2026, 7, 15), date(2026, 8, 14), "Tháng 08/2026"),
        ("2026-01", date(2025, 12, 15), date(2026, 1, 14), "Tháng 01/2026"),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14), "Quý I/2026"),
        ("2026-Q2", date(2026, 3, 15), date(2026, 6, 14), "Quý II/2026"),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14), "6 tháng đầu năm 2026"),
        ("2026-H2", date(2026, 6, 15), date(2026, 12, 14), "6 tháng cuối năm 2026"),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14), "9 tháng 2026"),
        ("2026", date(2025, 12, 15), date(2026, 12, 14), "Năm 2026"),
        ("2026-07-15..2026-08-14", date(2026, 7, 15), date(2026, 8, 14), "15/07/2026 - 14/08/2026"),
    ],
)
def test_a_period_has_the_window_of_the_decree(text: str, start: date, end: date, label: str) -> None:
    found = Period.parse(text)
    assert (found.start, found.end) == (start, end)
    assert str(found) == label
    assert found.source.instrument == "09/2019/NĐ-CP"


def test_months_tile_the_year() -> None:
    months = [Period.month(2026, number) for number in range(1, 13)]
    year = Period.full_year(2026)
    assert months[0].start == year.start
    assert months[-1].end == year.end
    for earlier, later in pairwise(months):
        assert earlier.ends_at == later.starts_at
        assert later.previous() == earlier


@pytest.mark.parametrize(
    "text",
    ["2026-03", "2026-01", "2026-Q3", "2026-Q1", "2026-H1", "2026-H2", "2026-9M", "2026", "2026-05-03..2026-05-05"],
)
def test_the_previous_period_ends_the_day_before(text: str) -> None:
    found = Period.parse(text)
    assert found.previous().ends_at == found.starts_at


def test_the_first_instant_belongs_to_the_period_in_vietnam_time() -> None:
    found = Period.quarter(2026, 2)
    assert found.holds(datetime(2026, 3, 15, tzinfo=VIETNAM))
    assert found.holds(datetime(2026, 3, 14, 17, 0, tzinfo=UTC))
    assert not found.holds(datetime(2026, 3, 14, 23, 59, 59, tzinfo=VIETNAM))
    assert not found.holds(datetime(2026, 6, 15, tzinfo=VIETNAM))


def test_the_closing_day_decides_which_tables() -> None:
    assert Period.month(2026, 7).report_set == "tt01_2020"
    assert Period.month(2026, 8).report_set == "tt09_2026"
    assert Period.quarter(2026, 2).report_set == "tt01_2020"
    assert Period.full_year(2026).report_set == "tt09_2026"
    with pytest.raises(NotInForce):
        _ = Period.full_year(2010).report_set


def test_which_periods_must_be_reported() -> None:
    assert [number for number in range(1, 13) if number > 8 and Period.month(2026, number).is_required()] == [10, 11]
    assert Period.quarter(2026, 3).is_required()
    assert not Period.quarter(2026, 4).is_required()
    assert not Period.nine_months(2026).is_required()
    assert Period.half_year(2027).is_required()
    assert Period.full_year(2026).is_required()
    with pytest.raises(NotInForce):
        Period.month(2026, 7).is_required()


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-Q5", "26", "", "2026-08-01..x", "2026-08-14..2026-07-15", "1999", "２０２６"]
)
def test_what_is_not_a_period_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Period.parse(text)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(InvalidInput):
        Period.parse(2026)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        Period.of("week", 2026)
    with pytest.raises(InvalidInput):
        Period.custom(datetime(2026, 1, 1), date(2026, 1, 2))
    assert Period.month(2026, 8).label("en") == "Month 08/2026"
    assert Period.half_year(2026, 2).label("en") == "Second half-year 2026"


def test_the_report_is_due_on_the_day_of_the_circular() -> None:
    assert Period.month(2026, 8).report_due_on() == date(2026, 8, 20)
    assert Period.full_year(2026).report_due_on(head=True) == date(2026, 12, 23)
    with pytest.raises(NotInForce):
        Period.month(2026, 7).report_due_on()


@pytest.mark.parametrize(
    ("year", "number", "path"), [("2026", 1, "year"), (True, 1, "year"), (2026, True, "number"), (2026, "1", "number")]
)
def test_a_year_and_a_number_are_whole_numbers(year: Any, number: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Period.of("month", year, number)
    assert caught.value.path == path
