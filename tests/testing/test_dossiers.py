"""The synthetic year and the planted lists: the same from a seed, with every awkward case, free of clashes."""

from __future__ import annotations

import resource
import time
from collections import Counter
from datetime import date

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import instant
from egov_vn.dossier.lists import name_key
from egov_vn.dossier.periods import Period
from egov_vn.dossier.reconcile import reconcile
from egov_vn.dossier.report_check import check_report
from egov_vn.dossier.report_output import report_html
from egov_vn.dossier.statistics import report
from egov_vn.dossier.tally import COUNTS, Tally
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import FIELDS, agency_names, awkward_facts, province_year
from egov_vn.testing.register_lists import planted_lists


def test_a_seed_gives_one_year_and_another_seed_another() -> None:
    assert list(province_year(seed=1, count=500)) == list(province_year(seed=1, count=500))
    assert list(province_year(seed=1, count=500)) != list(province_year(seed=2, count=500))


@pytest.mark.parametrize("count", [1, 10, 26, 27, 1_000, 12_345])
def test_the_year_has_as_many_dossiers_as_asked_for(count: int) -> None:
    assert sum(1 for _ in province_year(seed=1, count=count)) == count


def test_codes_are_unique_and_carry_their_day() -> None:
    facts = list(province_year(seed=3, count=20_000))
    assert max(Counter(fact.code for fact in facts).values()) == 1
    for fact in facts:
        assert f"{instant(fact.received).astimezone(VIETNAM):%y%m%d}" == fact.code.split("-")[1]
        assert fact.ended is None or fact.ended >= fact.received


def test_every_kind_of_dossier_occurs() -> None:
    facts = list(province_year(seed=3, count=20_000))
    tally = Tally.of(facts, Period.full_year(2026))
    assert all(tally.count(name) for name in COUNTS)
    assert tally.outside
    assert {fact.outcome for fact in facts} == {0, 1, 2, 3, 4}
    assert {fact.level for fact in facts} == {"province", "commune"}
    assert {fact.agency for fact in facts} <= set(agency_names())
    assert {fact.field for fact in facts} <= set(FIELDS)
    assert {min(fact.supplements, 2) for fact in facts} == {0, 1, 2}
    assert any(fact.due is None for fact in facts)


def test_the_awkward_cases_are_in_every_year() -> None:
    for year in (2024, 2026):
        awkward = list(awkward_facts(year))
        assert list(province_year(seed=8, count=100, year=year))[: len(awkward)] == awkward
        start = Period.full_year(year).starts_at
        assert any(instant(fact.received) == start for fact in awkward)
    assert instant(next(awkward_facts(2026)).received).date() == date(2025, 12, 15)


def test_impossible_years_are_refused() -> None:
    for arguments in ({"count": 0}, {"count": 5, "year": 1999}):
        with pytest.raises(InvalidInput):
            list(province_year(seed=1, **arguments))
    with pytest.raises(InvalidInput):
        planted_lists(seed=1, count=50, faults=2)


def test_planted_lists_have_no_clash_of_their_own() -> None:
    lists = planted_lists(seed=6, count=3_000, faults=0)
    assert lists.planted == frozenset()
    assert len({line.code for line in lists.paper}) == 3_000
    assert len({name_key(line.applicant or "") for line in lists.paper}) == 3_000
    assert reconcile(lists.paper, lists.electronic).agrees


@pytest.mark.slow
def test_a_million_dossiers_are_reported_in_seconds_and_little_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    year = Tally.of(province_year(seed=1, count=1_000_000), Period.full_year(2026))
    made = report(year, unit="UBND tỉnh", form="07b", names=FIELDS)
    assert check_report(made) == ()
    assert report_html(made)
    assert time.process_time() - start < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert year.counted + year.outside == 1_000_000
