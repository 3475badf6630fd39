"""Paper against electronic: exactly the planted faults, from clean and from messy lists."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier.lists import Line, read_lines
from egov_vn.dossier.reconcile import DifferenceKind, Reconciliation, _longest_run, reconcile
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity
from egov_vn.testing.register_lists import messy_csv, planted_lists


def found(result: Reconciliation) -> set[tuple[str, str]]:
    return {
        (f"{item.kind.value}:{item.field}" if item.kind is DifferenceKind.DIFFERS else item.kind.value, item.code)
        for item in result.differences
        # A dossier whose time was changed by twenty minutes also stands elsewhere.
    }


def planted(lists_planted: frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
    moved = {("out_of_order", code) for kind, code in lists_planted if kind == "differs:received"}
    return set(lists_planted) | moved


@pytest.mark.parametrize("seed", range(8))
def test_exactly_the_planted_faults_are_found(seed: int) -> None:
    lists = planted_lists(seed=seed, count=2_000, faults=4)
    result = reconcile(lists.paper, lists.electronic)
    assert found(result) == planted(lists.planted)
    assert len(result.differences) == len(planted(lists.planted))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_same_faults_come_out_of_messy_files(encoding: str, delimiter: str) -> None:
    lists = planted_lists(seed=3, count=1_000, faults=2)
    paper = read_lines(messy_csv(lists.paper, seed=1, encoding=encoding, delimiter=delimiter))
    electronic = read_lines(messy_csv(lists.electronic, seed=2))
    assert paper.bad == electronic.bad == ()
    assert found(reconcile(paper, electronic)) == planted(lists.planted)


def test_a_list_agrees_with_itself() -> None:
    lists = planted_lists(seed=1, count=300, faults=0)
    assert reconcile(lists.paper, lists.paper).agrees
    assert reconcile(lists.paper, lists.electronic).agrees
    assert reconcile([], []).agrees


def line(row: int, code: str | None = None, **values: object) -> Line:
    return Line(row=row, code=code, **values)  # type: ignore[arg-type]


DAY = date(2026, 10, 5)
NOON = datetime(2026, 10, 5, 12, 0, tzinfo=VIETNAM)


def test_days_are_compared_where_one_list_has_no_time() -> None:
    assert reconcile([line(1, "A", received=DAY)], [line(1, "A", received=NOON)]).agrees
    result = reconcile([line(1, "A", received=DAY)], [line(1, "A", received=NOON + timedelta(days=1))])
    assert [(item.kind, item.field) for item in result.differences] == [(DifferenceKind.DIFFERS, "received")]


def test_the_limits_are_the_callers() -> None:
    paper, electronic = [line(1, "A", received=NOON)], [line(1, "A", received=NOON + timedelta(minutes=16))]
    assert not reconcile(paper, electronic).agrees
    assert reconcile(paper, electronic, tolerance=timedelta(hours=1)).agrees
    entered = [line(1, "A", received=NOON, entered=NOON + timedelta(hours=30))]
    assert reconcile(paper, entered).of(DifferenceKind.LATE)
    assert reconcile(paper, entered, late_after=timedelta(days=2)).agrees
    assert reconcile(paper, [line(1, "A", entered=date(2026, 10, 7))]).of(DifferenceKind.LATE)


def test_a_line_without_a_code_is_matched_by_person_and_day() -> None:
    paper = [line(1, applicant="Nguyễn Thị Hoà", received=DAY)]
    assert reconcile(paper, [line(9, "A", applicant="NGUYỄN THỊ HÒA", received=NOON)]).agrees
    twice = [
        line(9, "A", applicant="Nguyễn Thị Hoà", received=NOON),
        line(10, "B", applicant="Nguyễn Thị Hoà", received=NOON),
    ]
    result = reconcile(paper, twice)
    assert sorted(item.kind for item in result.differences) == ["extra", "extra", "missing"]


def test_order_goes_by_the_ordinals_where_both_have_them() -> None:
    paper = [line(row, f"C{row}", ordinal=row) for row in range(1, 6)]
    swapped = [line(row, f"C{row}", ordinal={2: 3, 3: 2}.get(row, row)) for row in range(1, 6)]
    result = reconcile(paper, swapped)
    assert len(result.differences) == 1
    assert result.differences[0].kind is DifferenceKind.OUT_OF_ORDER


def test_a_difference_is_a_finding_in_both_languages() -> None:
    lists = planted_lists(seed=3, count=1_000, faults=1)
    result = reconcile(lists.paper, lists.electronic)
    for item in result.differences:
        note = item.to_finding()
        assert item.code in note.text.vi
        assert item.code in note.text.en
        assert note.code.startswith("RECONCILE-")
        assert note.where
    late = result.of(DifferenceKind.LATE)[0].to_finding()
    assert late.level is Severity.WARNING
    plain = result.to_dict()
    assert plain["agrees"] is False
    assert plain["counts"]["missing"] == 1
    assert len(plain["differences"]) == len(result.differences)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 12), max_size=12))
def test_the_longest_run_is_a_run_and_the_longest(ranks: list[int]) -> None:
    kept = sorted(_longest_run(ranks))
    values = [ranks[index] for index in kept]
    assert values == sorted(values)
    longest = [0] * (len(ranks) + 1)
    for end in range(len(ranks)):
        longest[end] = 1 + max((longest[at] for at in range(end) if ranks[at] <= ranks[end]), default=0)
    assert len(kept) == max(longest)


def test_a_large_pair_of_lists_takes_seconds() -> None:
    lists = planted_lists(seed=5, count=20_000, faults=20)
    start = time.process_time()
    result = reconcile(lists.paper, lists.electronic)
    assert time.process_time() - start < 5
    assert found(result) == planted(lists.planted)


@pytest.mark.parametrize("junk", [None, 5, [1, 2], ["H13.12-260302-0001"]])
def test_what_is_no_list_of_lines_is_refused(junk: Any) -> None:
    with pytest.raises(InvalidInput, match="read_lines"):
        reconcile(junk, [])
