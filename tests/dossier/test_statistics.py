"""The report tables: identities, carry-over, drill-down, and reports of others read and checked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from egov_vn.dossier.periods import Period
from egov_vn.dossier.report_check import check_report, compare_reports
from egov_vn.dossier.statistics import ReportForm, StatisticalReport, report
from egov_vn.dossier.tally import Tally
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import FIELDS, agency_names, province_year

FACTS = tuple(province_year(seed=11, count=8_000))
A7 = {
    "form": "07a",
    "unit": "UBND xã Ví Dụ",
    "period": {"kind": "month", "year": 2026, "number": 9, "start": "2026-08-15", "end": "2026-09-14"},
    "sections": [
        {
            "number": "",
            "rows": [
                {"key": "LV01", "label": "Hộ tịch", "cells": [40, 18, 7, 2, 8, 5, 30, 10, 18, 2, 10, 9, 1]},
            ],
            "total": [40, 18, 7, 2, 8, 5, 30, 10, 18, 2, 10, 9, 1],
        }
    ],
    "total": [40, 18, 7, 2, 8, 5, 30, 10, 18, 2, 10, 9, 1],
}


def a7(**changes: Any) -> StatisticalReport:
    """Return the row of the addendum's case A7 with some columns changed everywhere."""
    made = StatisticalReport.from_dict(A7)
    numbers = [column.number for column in made.form.columns]
    cells = list(made.total.cells)
    for name, value in changes.items():
        cells[numbers.index(int(name.removeprefix("c")))] = value
    row = replace(made.sections[0].rows[0], cells=tuple(cells))
    total = replace(made.total, cells=tuple(cells))
    return replace(made, sections=(replace(made.sections[0], rows=(row,), total=total),), total=total)


def test_the_row_of_the_circular_holds() -> None:
    assert check_report(a7()) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"c9": 31}, {"STAT-SUM", "STAT-BALANCE"}),
        ({"c3": 41}, {"STAT-SUM", "STAT-BALANCE"}),
        ({"c8": 6}, {"STAT-SUM"}),
        ({"c13": 11}, {"STAT-SUM", "STAT-BALANCE"}),
        ({"c3": 41, "c4": 19}, {"STAT-BALANCE"}),
        ({"c14": 11, "c15": -1}, {"STAT-NEGATIVE"}),
    ],
)
def test_a_broken_identity_is_found(change: dict[str, int], codes: set[str]) -> None:
    assert {item.code for item in check_report(a7(**change))} == codes


def test_the_carry_over_must_be_what_stood_open() -> None:
    august = StatisticalReport.from_dict(
        {**A7, "period": {"kind": "month", "year": 2026, "number": 8, "start": "2026-07-15", "end": "2026-08-14"}}
    )
    found = check_report(a7(), previous=august)
    assert {item.code for item in found} == {"STAT-CARRY"}
    assert "5" in found[0].text.vi
    assert "10" in found[0].text.vi
    assert check_report(a7(), previous=a7())[0].code == "STAT-PERIODS"


@pytest.mark.parametrize("form", ["II.06a", "07a", "07b"])
@pytest.mark.parametrize("by", ["field", "agency"])
def test_our_own_reports_hold_all_year(form: str, by: Any) -> None:
    earlier = None
    for number in range(1, 13):
        tally = Tally.of(FACTS, Period.month(2026, number))
        made = report(tally, unit="UBND tỉnh", form=form, names={**FIELDS, **agency_names()}, by=by)
        assert check_report(made, previous=earlier) == ()
        assert made.cell(3) == tally.counted
        earlier = made


def test_the_change_of_circulars_is_bridged() -> None:
    july = report(Tally.of(FACTS, Period.month(2026, 7)), unit="x")
    august = report(Tally.of(FACTS, Period.month(2026, 8)), unit="x")
    assert (july.form.key, august.form.key) == ("II.06a", "07a")
    assert check_report(august, previous=july) == ()


def test_the_columns_are_those_of_the_circulars() -> None:
    assert [column.number for column in ReportForm.of("II.06a").columns] == list(range(3, 14))
    for key in ("07a", "07b", "07c"):
        assert [column.number for column in ReportForm.of(key).columns] == list(range(3, 16))
    assert [number for number, _, _ in ReportForm.of("07b").sections] == ["I", "II"]
    assert [number for number, _, _ in ReportForm.of("07c").sections] == ["I", "II", "III", "IV"]


def test_a_province_report_parts_the_levels() -> None:
    tally = Tally.of(FACTS, Period.full_year(2026))
    made = report(tally, unit="UBND tỉnh", form="07b", names=FIELDS)
    first, second = made.sections
    assert first.total.cells[0] == sum(tally.count(*ReportForm.of("07b").column(3).keys, level=x) for x in ["province"])
    assert second.total.cells[0] > 0
    assert made.cell(3) == tally.counted
    assert made.cell(4, key="H57-LV01", section="II") == tally.count("online_full", level="commune", field="H57-LV01")


def test_a_ministry_report_counts_its_branches() -> None:
    levels = ["ministry", "branch_central", "branch_regional", "branch_commune"]
    facts = [fact._replace(level=levels[index % 4]) for index, fact in enumerate(FACTS[:2_000])]
    tally = Tally.of(facts, Period.full_year(2026))
    made = report(tally, unit="Bộ", form="07c")
    assert check_report(made) == ()
    assert [part.total.cells[0] for part in made.sections] == [
        tally.count(*ReportForm.of("07c").column(3).keys, level=level) for level in levels
    ]


@pytest.mark.parametrize("form", ["07a", "07b", "II.06a"])
def test_a_cell_opens_to_its_dossiers(form: str) -> None:
    tally = Tally.of(FACTS, Period.full_year(2026), keep_codes=True)
    made = report(tally, unit="x", form=form)
    for column in made.form.columns:
        assert len(made.drill(tally, column.number)) == made.cell(column.number)
        key = made.sections[-1].rows[0].key
        section = made.sections[-1].number
        assert len(made.drill(tally, column.number, key=key, section=section)) == made.cell(
            column.number, key=key, section=section
        )


def test_a_report_survives_json() -> None:
    made = report(Tally.of(FACTS, Period.quarter(2026, 3)), unit="UBND tỉnh", form="07b", names=FIELDS)
    assert StatisticalReport.from_dict(json.loads(made.to_json())) == made


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("form",), "07z", "form"),
        (("form",), 7, "form"),
        (("unit",), None, "unit"),
        (("period",), 5, "period"),
        (("period", "start"), "15/08/2026", "period"),
        (("period", "start"), "2026-08-16", "period"),
        (("sections",), {}, "sections"),
        (("sections", 0, "number"), "IX", "sections[0].number"),
        (("sections", 0, "rows", 0, "cells", 2), "2", "sections[0].rows[0].cells[2]"),
        (("sections", 0, "rows", 0, "cells"), [1, 2], "sections[0].rows[0].cells"),
        (("sections", 0, "rows", 0), 3, "sections[0].rows[0]"),
        (("total", 1), True, "total[1]"),
    ],
)
def test_a_faulty_report_is_refused_with_its_place(path: tuple[Any, ...], value: Any, where: str) -> None:
    broken = json.loads(json.dumps(A7))
    place = broken
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(InvalidInput) as caught:
        StatisticalReport.from_dict(broken)
    assert caught.value.path == where


def test_wrong_calls_are_refused() -> None:
    made = a7()
    with pytest.raises(InvalidInput):
        made.cell(16)
    with pytest.raises(InvalidInput):
        made.cell(3, key="LV99")
    with pytest.raises(InvalidInput):
        report(Tally(Period.month(2026, 9)), unit="x", by="officer")  # type: ignore[arg-type]
    assert made.cell(8, key="LV01") == 5
    assert report(Tally(Period.month(2026, 9)), unit="x").total.cells == (0,) * 13


def test_two_reports_are_compared_cell_by_cell() -> None:
    mine = report(Tally.of(FACTS, Period.quarter(2026, 3)), unit="x", form="07b")
    lost = next(Tally(Period.quarter(2026, 3)).select(FACTS, "direct", level="province"))
    theirs = report(Tally.of([item for item in FACTS if item != lost], Period.quarter(2026, 3)), unit="x", form="07b")
    assert compare_reports(mine, mine) == ()
    found = compare_reports(mine, theirs)
    assert {item.code for item in found} == {"STAT-DIFFERS"}
    assert f"I.{lost.field}(7)" in {item.where for item in found}
    assert "TỔNG CỘNG(3)" in {item.where for item in found}
    assert compare_reports(mine, a7())[0].code == "STAT-COMPARE"
