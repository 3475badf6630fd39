"""Facts as CSV: round trip, good rows kept, bad rows listed with row and column."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.dossier import facts_io
from egov_vn.dossier.facts import DossierFact
from egov_vn.dossier.facts_io import FactReader, _fact, _quick, write_facts
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import awkward_facts, province_year

HEAD = "code,received,ended,due,level,intake,outcome,supplements\n"
GOOD = "H13-260212-0001,2026-02-12T09:00:00+07:00,2026-02-20T09:00:00+07:00,,commune,post,refused,1\n"
IN = "2026-02-12T09:00:00+07:00"


def test_facts_survive_a_file() -> None:
    facts = [
        *province_year(seed=4, count=2_000),
        next(awkward_facts())._replace(code="x,1", officer='A "B"\n', field="é"),
    ]
    reader = FactReader("".join(write_facts(facts)).splitlines(keepends=True))
    assert list(reader) == facts
    assert reader.bad == []
    assert reader.good == len(facts)


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (f",{IN},,,,,,\n", "row 3.code"),
        ("A,,,,,,,\n", "row 3.received"),
        ("A,12/02/2026,,,,,,\n", "row 3.received"),
        ("A,2026-02-30T09:00:00+07:00,,,,,,\n", "row 3.received"),
        ("A,2026-02-12T24:00:00+07:00,,,,,,\n", "row 3.received"),
        ("A,2026-02-12T09:00:00,,,,,,\n", "row 3.received"),
        (f"A,{IN},2026-02-11T09:00:00+07:00,,,,,\n", "row 3.ended"),
        (f"A,{IN},,x,,,,\n", "row 3.due"),
        (f"A,{IN},,,village,,,\n", "row 3.level"),
        (f"A,{IN},,,,pigeon,,\n", "row 3.intake"),
        (f"A,{IN},,,,,lost,\n", "row 3.outcome"),
        (f"A,{IN},,,,,,-1\n", "row 3.supplements"),
        (f"A,{IN},,,,,,1.5\n", "row 3.supplements"),
        (f"A,{IN}\n", "row 3"),
        (f"{'A' * 81},{IN},,,,,,\n", "row 3.code"),
        (GOOD, "row 3.code"),
    ],
)
def test_a_bad_row_is_one_error_with_its_place(row: str, path: str) -> None:
    reader = FactReader([HEAD, GOOD, row, f"Z,{IN},,,,,,\n"])
    assert [fact.code for fact in reader] == ["H13-260212-0001", "Z"]
    assert [error.path for error in reader.bad] == [path]


def test_the_portals_names_and_times_serve_too() -> None:
    reader = FactReader(["\ufeffMaHoSo,NgayTiepNhan,NgayKetThucXuLy\n", "A,20260212090000,1771293600\n", "\n"])
    (fact,) = reader
    assert fact.received == 1_770_861_600
    assert (fact.ended, fact.outcome, fact.intake) == (1_771_293_600, 1, 3)


def test_without_a_usable_heading_nothing_is_read() -> None:
    for head in ([], ["a,b\n"], ["code\n"]):
        with pytest.raises(InvalidInput) as caught:
            FactReader(head)
        assert caught.value.path == "row 1"


def test_repeats_may_be_wanted_and_too_many_faults_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(list(FactReader([HEAD, GOOD, GOOD], unique=False))) == 2
    monkeypatch.setattr(facts_io, "_MOST_FAULTS", 3)
    with pytest.raises(InvalidInput, match="3 bad rows"):
        list(FactReader([HEAD, *["A,x,,,,,,\n"] * 5]))


cells = st.sampled_from(
    ["", "A", "0", "3", "post", "commune", "-1", "１", IN, "20260212090000", "1770861600", "x", " 1 "]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(cells, st.just(IN)), min_size=16, max_size=16), st.booleans())
def test_the_quick_way_agrees_with_the_careful_one(row: list[str], sound: bool) -> None:
    columns = {name: index for index, name in enumerate(DossierFact._fields)}
    if sound:
        row[:10] = ["A", "f", "a", "commune", "post", IN, IN, IN, "settled", ""]
    quick = _quick(columns)(list(row))
    careful = None
    with contextlib.suppress(InvalidInput):
        careful = _fact(row, columns, 2)
    if quick is not None:
        assert careful is not None
        assert tuple(value.strip() if isinstance(value, str) else value for value in quick) == tuple(careful)


def test_an_open_quotation_mark_costs_one_bad_row() -> None:
    reader = FactReader(
        ["code,received,officer\n", f"A,{IN},CB\n", f'B,{IN},"CB\n', *[f"C{n},{IN},CB\n" for n in range(50)]]
    )
    assert [fact.code for fact in reader] == ["A"]
    assert [error.path for error in reader.bad] == ["row 3.officer"]


@pytest.mark.parametrize("junk", [None, 5, b"code", [None], [b"code,received"]])
def test_what_is_no_text_of_lines_is_refused(junk: Any) -> None:
    with pytest.raises(InvalidInput):
        FactReader(junk)


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ("A,0001-01-01T00:00:00+07:00", "row 2.received"),
        ("A,9999-12-31T23:59:59+07:00", "row 2.received"),
        ("A,9999-12-31T23:59:59-05:00", "row 2.received"),
        ("A,00010101000000", "row 2.received"),
        ("A" + chr(0) + ",1", "row 2.code"),
        (chr(0xD800) + ",1", "row 2.code"),
        ("A\u200b,1", "row 2.code"),
        ("A," + "9" * 400, "row 2.received"),
    ],
)
def test_dates_for_never_and_codes_with_hidden_characters(row: str, path: str) -> None:
    reader = FactReader(["code,received\n", row + "\n"])
    assert list(reader) == []
    assert [error.path for error in reader.bad] == [path]
    assert len(str(reader.bad[0])) < 200


@pytest.mark.parametrize("junk", [None, 5, [None], ["x"]])
def test_only_facts_are_written(junk: Any) -> None:
    with pytest.raises(InvalidInput):
        list(write_facts(junk))
