"""Counting: against a recount by hand, and the laws that let parts be added in any order."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Outcome, instant, seconds
from egov_vn.dossier.periods import Period
from egov_vn.dossier.tally import COUNTS, CountingPolicy, Tally
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import awkward_facts, province_year

YEAR = Period.full_year(2026)
MAY = Period.month(2026, 5)
FACTS = tuple(province_year(seed=7, count=6_000))


def recount(facts: tuple[DossierFact, ...], start: date, end: date) -> Counter[tuple[str, ...]]:
    """Count again, slowly and with calendar days, sharing nothing with the tally but the meaning of the words."""
    zone_start = datetime(start.year, start.month, start.day, tzinfo=VIETNAM)
    zone_end = datetime(end.year, end.month, end.day, tzinfo=VIETNAM) + timedelta(days=1)
    found: Counter[tuple[str, ...]] = Counter()

    def when(value: int | None) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC).astimezone(VIETNAM)

    for fact in facts:
        received, due, ended = when(fact.received), when(fact.due), when(fact.ended)
        assert received is not None
        gone_before = ended is not None and ended < zone_start
        if received >= zone_end or gone_before:
            continue
        if received >= zone_start:
            came = {0: "online_full", 1: "online_partial", 2: "post", 3: "direct"}[fact.intake]
        else:
            came = "carried"
        if ended is not None and ended < zone_end:
            if due is None:
                stands = "on_time"
            elif ended > due:
                stands = "late"
            else:
                stands = "early" if ended.date() < due.date() else "on_time"
        else:
            away, back = when(fact.waiting_from), when(fact.waiting_to)
            waits = away is not None and away < zone_end and not (back is not None and back < zone_end)
            stands = "overdue" if due is not None and due < zone_end and not waits else "within"
        for name in (came, stands):
            found[fact.level, fact.agency, fact.field, name] += 1
    return found


def as_counter(tally: Tally) -> Counter[tuple[str, ...]]:
    return Counter(
        {(*key, name): count for key, row in tally.rows for name, count in zip(COUNTS, row, strict=True) if count}
    )


@pytest.mark.parametrize(
    "text", ["2026", "2026-05", "2026-Q1", "2026-9M", "2026-H1", "2026-06-01..2026-06-01", "2025", "2027"]
)
def test_every_cell_equals_a_recount(text: str) -> None:
    period = Period.parse(text)
    assert as_counter(Tally.of(FACTS, period)) == recount(FACTS, period.start, period.end)


@pytest.mark.slow
def test_every_cell_of_a_million_equals_a_recount() -> None:
    stream, by_hand, tally = province_year(seed=1, count=1_000_000), Counter[tuple[str, ...]](), Tally(YEAR)
    while chunk := tuple(islice(stream, 50_000)):
        by_hand += recount(chunk, YEAR.start, YEAR.end)
        tally += Tally.of(chunk, YEAR)
    assert as_counter(tally) == by_hand
    assert tally.counted + tally.outside == 1_000_000


facts = st.builds(
    DossierFact,
    code=st.text("0123456789", min_size=1, max_size=6),
    field=st.sampled_from(["a", "b"]),
    agency=st.sampled_from(["H57.1", "H57.2"]),
    level=st.sampled_from(["province", "commune"]),
    intake=st.integers(0, 3),
    received=st.integers(seconds(MAY.starts_at) - 200_000, seconds(MAY.ends_at) + 200_000),
    due=st.none() | st.integers(seconds(MAY.starts_at) - 300_000, seconds(MAY.ends_at) + 300_000),
    ended=st.none() | st.integers(seconds(MAY.starts_at) - 200_000, seconds(MAY.ends_at) + 300_000),
    outcome=st.sampled_from([1, 2, 3, 4]),
    waiting_from=st.none() | st.integers(seconds(MAY.starts_at), seconds(MAY.ends_at) + 9),
    waiting_to=st.none() | st.integers(seconds(MAY.starts_at), seconds(MAY.ends_at) + 9),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(facts, max_size=40), st.integers(0, 40), st.integers(0, 40), st.randoms(use_true_random=False))
def test_parts_add_up_in_any_split_and_order(items: list[DossierFact], one: int, two: int, rng: Any) -> None:
    first, second = sorted((min(one, len(items)), min(two, len(items))))
    whole = Tally.of(items, MAY, keep_codes=True)
    parts = [Tally.of(part, MAY, keep_codes=True) for part in (items[:first], items[first:second], items[second:])]
    rng.shuffle(parts)
    a, b, c = parts
    zero = Tally(MAY, keep_codes=True)
    assert (a + b) + c == a + (b + c) == whole
    assert a + b == b + a
    assert zero + a == a + zero == a


@settings(max_examples=150, deadline=None)
@given(st.lists(facts, max_size=40))
def test_what_came_in_went_out_or_stayed(items: list[DossierFact]) -> None:
    tally = Tally.of(items, MAY)
    assert tally.count(*COUNTS[:5]) == tally.count(*COUNTS[5:]) == tally.counted
    assert tally.counted + tally.outside + sum(tally.faulty.values()) == len(items)
    good = [item for item in items if item.ended is None or item.ended >= item.received]
    assert as_counter(tally) == recount(tuple(good), MAY.start, MAY.end)


@settings(max_examples=100, deadline=None)
@given(st.lists(facts, max_size=40))
def test_what_stayed_is_what_comes_over(items: list[DossierFact]) -> None:
    now, later = Tally.of(items, MAY), Tally.of(items, Period.month(2026, 6))
    for level in ("province", "commune"):
        assert now.count("within", "overdue", level=level) == later.count("carried", level=level)


def test_the_awkward_cases_one_by_one() -> None:
    placed = {}
    for fact in awkward_facts(2026):
        tally = Tally.of([fact], YEAR)
        placed[fact.code.split(".")[2]] = tuple(name for name in COUNTS if tally.count(name))
    assert placed["01"][0] != "carried"
    assert placed["02"][0] == "carried"
    assert placed["04"] == placed["05"] == ()
    assert placed["06"] == ("carried", "late")
    assert placed["07"][1] == "within"
    assert [placed[f"{index:02d}"][1] for index in range(8, 14)] == [
        "on_time",
        "late",
        "on_time",
        "early",
        "on_time",
        "on_time",
    ]
    assert [placed[f"{index:02d}"][1] for index in range(14, 19)] == [
        "within",
        "overdue",
        "within",
        "overdue",
        "overdue",
    ]
    assert [placed[f"{index:02d}"][1] for index in (22, 23, 24, 25)] == ["within", "overdue", "overdue", "within"]


def test_the_policy_decides_what_the_circular_leaves_open() -> None:
    due = datetime(2026, 5, 5, 17, tzinfo=VIETNAM)
    base = DossierFact("x", "f", "a", "commune", 3, seconds(due) - 500_000, seconds(due), seconds(due) - 3_600, 1)
    stopped = base._replace(ended=seconds(due) + 90, outcome=Outcome.STOPPED.value)
    evening = base._replace(ended=seconds(due) + 3_600)
    waiting = base._replace(ended=None, outcome=0, waiting_from=seconds(due) - 60)

    def end(fact: DossierFact, **policy: Any) -> str:
        tally = Tally.of([fact], MAY, policy=CountingPolicy(**policy))
        return next(name for name in COUNTS[5:] if tally.count(name))

    assert (end(base), end(base, early="instant")) == ("on_time", "early")
    assert (end(evening), end(evening, late="day")) == ("late", "on_time")
    assert (end(stopped), end(stopped, stopped="on_time")) == ("late", "on_time")
    assert (end(waiting), end(waiting, waiting="timed")) == ("within", "overdue")


def test_a_running_period_is_cut_at_the_instant_asked_for() -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=VIETNAM)
    part = Tally.of(FACTS, MAY, as_of=noon)
    assert part.counted < Tally.of(FACTS, MAY).counted
    assert part.count(*COUNTS[:5]) == part.count(*COUNTS[5:])
    with pytest.raises(InvalidInput):
        Tally(MAY, as_of=datetime(2026, 4, 1, tzinfo=VIETNAM))


def test_a_cell_opens_to_its_dossiers_in_both_ways() -> None:
    tally = Tally.of(FACTS, YEAR, keep_codes=True)
    for level in ("province", "commune"):
        codes = tally.codes("late", "overdue", level=level)
        assert len(codes) == tally.count("late", "overdue", level=level) > 0
        selected = tally.select(FACTS, "late", "overdue", level=level)
        assert tuple(sorted(fact.code for fact in selected)) == codes
    with pytest.raises(InvalidInput, match="keep_codes"):
        Tally.of(FACTS[:3], YEAR).codes("late")


def test_impossible_facts_are_named_and_not_counted() -> None:
    good = FACTS[50]
    tally = Tally.of(
        [good, good._replace(code="bad1", ended=good.received - 1), good._replace(code="bad2", intake=7)], YEAR
    )
    assert tally.faulty == {"bad1": 1, "bad2": 1}
    assert tally.counted + tally.outside == 1
    assert "faulty=2" in repr(tally)


def test_what_does_not_belong_together_does_not_add() -> None:
    with pytest.raises(InvalidInput):
        Tally(MAY) + Tally(YEAR)
    with pytest.raises(TypeError):
        Tally(MAY) + 1  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        Tally(MAY).count("total")
    with pytest.raises(InvalidInput):
        CountingPolicy(early="week")  # type: ignore[arg-type]
    assert Tally(MAY) != 1
    assert instant(seconds(MAY.starts_at)) == MAY.starts_at


def test_adding_leaves_the_parts_alone() -> None:
    left, right = Tally.of(FACTS[:500], YEAR, keep_codes=True), Tally.of(FACTS[500:900], YEAR, keep_codes=True)
    before = Tally.of(FACTS[:500], YEAR, keep_codes=True)
    _ = left + right
    assert left == before


@pytest.mark.parametrize(
    ("period", "as_of", "path"),
    [
        ("2026-Q2", None, "period"),
        (None, None, "period"),
        (Period.quarter(2026, 2), datetime(2026, 5, 1), "as_of"),
        (Period.quarter(2026, 2), date(2026, 5, 1), "as_of"),
    ],
)
def test_a_tally_needs_a_period_and_an_instant_with_a_zone(period: Any, as_of: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Tally(period, as_of=as_of)
    assert caught.value.path == path
