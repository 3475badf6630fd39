"""Working days: equal to the day-off table, to a brute-force count, to their laws; and firm against bad input."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import Certainty, DayKind, WorkCalendar
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce
from egov_vn.finding import Text
from egov_vn.law import Citation

OFFICIAL = WorkCalendar.official()
PROJECTED = WorkCalendar.official(projected=True)
ONE = timedelta(days=1)
FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)


def table(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "data" / "official_daysoff.json").read_text(encoding="utf-8"))["years"]  # type: ignore[no-any-return]


def test_every_day_is_as_in_the_day_off_table(shared: Path) -> None:
    """The table was made from the sources by others; ours is regenerated from statutes and notices."""
    off = {date.fromisoformat(row["date"]): row for year in table(shared).values() for row in year["weekdays_off"]}
    worked = {date.fromisoformat(row["date"]): row for year in table(shared).values() for row in year["weekend_worked"]}
    day = FIRST
    while day <= date(2027, 12, 31):
        expected = day in worked or (day.weekday() < 5 and day not in off)
        assert PROJECTED.is_working(day) == expected, day
        if day in off:
            item = PROJECTED.day_off(day)
            assert item is not None
            assert item.kind == off[day]["kind"], day
        if day in worked:
            made_up = PROJECTED.worked_day(day)
            assert made_up is not None
            assert made_up.kind == worked[day]["kind"]
            assert made_up.pair is not None
            assert made_up.pair.isoformat() in worked[day]["name"]
        day += ONE
    assert len(off) == 234
    assert len(worked) == 22


def test_what_is_provisional_there_is_projected_here(shared: Path) -> None:
    for year in table(shared).values():
        for row in year["weekdays_off"]:
            day = date.fromisoformat(row["date"])
            assert (PROJECTED.certainty(day) is Certainty.PROJECTED) == (day.year == 2027)


def test_equal_to_a_brute_force_count_for_every_start_and_n() -> None:
    """Walk one day at a time over is_working; the calendar looks ranks up."""
    days = [FIRST + timedelta(i) for i in range((LAST - FIRST).days + 1)]
    working = [OFFICIAL.day_off(day) is None for day in days]
    forward: list[list[int]] = [[] for _ in days]  # the next 60 working days of each day, nearest first
    ahead: list[int] = []
    for index in range(len(days) - 1, -1, -1):
        forward[index] = ahead[:60]
        if working[index]:
            ahead.insert(0, index)
    behind: list[int] = []
    for index, day in enumerate(days):
        for n, place in enumerate(forward[index], 1):
            assert OFFICIAL.add(day, n) is not None
            if OFFICIAL.add(day, n) != days[place]:
                pytest.fail(f"add({day}, {n})")
        for n, place in enumerate(behind[:60], 1):
            if OFFICIAL.add(day, -n) != days[place]:
                pytest.fail(f"add({day}, {-n})")
        if working[index] or forward[index]:
            assert OFFICIAL.add(day, 0) == (day if working[index] else days[forward[index][0]])
        if working[index]:
            behind.insert(0, index)


@settings(deadline=None)
@given(DAYS, st.integers(-3000, 3000).filter(bool))
def test_count_undoes_add(day: date, n: int) -> None:
    try:
        end = OFFICIAL.add(day, n)
    except (BeyondHorizon, NotInForce):
        return
    assert OFFICIAL.count(day, end) == n
    assert OFFICIAL.is_working(end)
    assert (end > day) == (n > 0)


@settings(deadline=None)
@given(DAYS, DAYS, st.integers(-200, 200))
def test_add_is_monotone(a: date, b: date, n: int) -> None:
    try:
        first, second = OFFICIAL.add(min(a, b), n), OFFICIAL.add(max(a, b), n)
    except (BeyondHorizon, NotInForce):
        return
    assert first <= second


@settings(deadline=None)
@given(DAYS, DAYS, DAYS)
def test_counts_join(a: date, b: date, c: date) -> None:
    a, b, c = sorted((a, b, c))
    assert OFFICIAL.count(a, b) + OFFICIAL.count(b, c) == OFFICIAL.count(a, c)
    assert OFFICIAL.count(a, a) == 0


@settings(deadline=None)
@given(DAYS, st.integers(1, 300), st.integers(1, 300))
def test_adding_twice_is_adding_the_sum(day: date, n: int, m: int) -> None:
    try:
        assert OFFICIAL.add(OFFICIAL.add(day, n), m) == OFFICIAL.add(day, n + m)
    except BeyondHorizon:
        return


@settings(max_examples=50, deadline=None)
@given(DAYS, st.integers(0, 400))
def test_counting_backwards_takes_the_start_and_leaves_the_end(day: date, length: int) -> None:
    start = day + timedelta(length)
    if start > LAST:
        return
    inside = sum(OFFICIAL.is_working(day + timedelta(i)) for i in range(length))
    assert OFFICIAL.count(start, day) == -inside


@settings(deadline=None)
@given(DAYS)
def test_a_day_is_off_or_worked_and_neighbours_are_working(day: date) -> None:
    assert OFFICIAL.is_working(day) == (OFFICIAL.day_off(day) is None)
    if day < LAST - 10 * ONE:
        assert OFFICIAL.next(day) == OFFICIAL.add(day, 1) > day
    if day > FIRST + 10 * ONE:
        assert OFFICIAL.previous(day) == OFFICIAL.add(day, -1) < day


BAD_DAYS = [
    pytest.param(datetime(2026, 2, 12, 9), id="datetime"),
    pytest.param("2026-02-12", id="text"),
    pytest.param(None, id="None"),
    pytest.param(7.5, id="float"),
    pytest.param([date(2026, 1, 5)], id="list"),
    pytest.param(True, id="bool"),
]


@pytest.mark.parametrize("day", BAD_DAYS)
def test_what_is_no_day_is_refused_everywhere(day: Any) -> None:
    for call in (
        lambda: OFFICIAL.add(day, 1),
        lambda: OFFICIAL.add(day, -1),
        lambda: OFFICIAL.count(day, LAST),
        lambda: OFFICIAL.count(LAST, day),
        lambda: OFFICIAL.is_working(day),
        lambda: OFFICIAL.day_off(day),
        lambda: OFFICIAL.next(day),
        lambda: OFFICIAL.with_days(off=[day], source="QĐ 1"),
    ):
        with pytest.raises(InvalidInput):
            call()
    if day is not None:
        with pytest.raises(InvalidInput):
            WorkCalendar.official(as_of=day)


@pytest.mark.parametrize("n", [True, False, float("nan"), 1.5, float("inf"), "3", None, [1], 1 + 2j])
def test_what_is_no_number_is_refused(n: Any) -> None:
    with pytest.raises(InvalidInput):
        OFFICIAL.add(date(2026, 3, 2), n)


@pytest.mark.parametrize("n", [10**9, 10**30, 5000])
def test_a_huge_number_is_beyond_the_horizon_at_once(n: int) -> None:
    with pytest.raises(BeyondHorizon) as caught:
        OFFICIAL.add(date(2026, 3, 2), n)
    assert str(n) in str(caught.value)
    assert caught.value.known_until == LAST
    with pytest.raises(NotInForce):
        OFFICIAL.add(date(2026, 3, 2), -n)


def test_days_outside_the_data_are_named() -> None:
    for day in (date.min, date(2006, 12, 31)):
        for call in (OFFICIAL.is_working, OFFICIAL.next, OFFICIAL.previous, OFFICIAL.day_off):
            with pytest.raises(NotInForce, match=str(day)):
                call(day)
    for day in (date.max, date(2027, 1, 1)):
        with pytest.raises(BeyondHorizon, match=str(day)):
            OFFICIAL.is_working(day)
        with pytest.raises(BeyondHorizon):
            OFFICIAL.add(day, 1)
        with pytest.raises(BeyondHorizon):
            OFFICIAL.count(FIRST, day)


def test_a_subclass_of_date_is_a_day() -> None:
    class Day(date):
        def __hash__(self) -> int:
            return 1

    assert OFFICIAL.add(Day(2026, 2, 12), 5) == date(2026, 2, 26)


def test_numpy_integers_count() -> None:
    numpy = pytest.importorskip("numpy")
    assert OFFICIAL.add(date(2026, 2, 12), numpy.int64(5)) == date(2026, 2, 26)
    assert OFFICIAL.add(date(2026, 2, 12), numpy.int8(-5)) == date(2026, 2, 5)


def test_the_horizon_and_the_projection() -> None:
    assert OFFICIAL.known_until == LAST == OFFICIAL.last == PROJECTED.known_until
    assert OFFICIAL.first == FIRST
    assert PROJECTED.last == date(2050, 12, 31)
    assert PROJECTED.certainty(date(2027, 2, 4)) is Certainty.PROJECTED
    tet = PROJECTED.day_off(date(2027, 2, 4))
    assert tet is not None and tet.certainty is Certainty.PROJECTED and tet.notice is None
    # a working day of a year without notice is as uncertain as a day off
    assert PROJECTED.certainty(date(2027, 3, 1)) is Certainty.PROJECTED
    assert PROJECTED.certainty(date(2026, 3, 2)) is Certainty.STATUTE
    assert PROJECTED.certainty(date(2026, 1, 10)) is Certainty.NOTICE


def test_every_named_day_has_names_a_source_and_a_notice_where_one_decided() -> None:
    for day in OFFICIAL.days_off(FIRST, LAST):
        assert day.name.vi and day.name.en and day.source.instrument
        assert "article" not in day.to_dict()["source"]
        if day.certainty is Certainty.NOTICE:
            assert day.notice is not None and day.announced is not None
        if day.kind is DayKind.COMPENSATORY:
            assert day.pair is not None and day.pair < day.day
    assert json.dumps([item.to_dict() for item in OFFICIAL.worked_days(FIRST, LAST)])


AS_OF = [
    pytest.param(date(2025, 12, 24), date(2026, 1, 2), True, id="12729/VPCP-KGVX not yet known on the eve"),
    pytest.param(date(2025, 12, 25), date(2026, 1, 2), False, id="12729/VPCP-KGVX known on 25/12/2025"),
    pytest.param(date(2025, 12, 24), date(2026, 1, 10), False, id="12729/VPCP-KGVX: Saturday still off"),
    pytest.param(date(2025, 12, 25), date(2026, 1, 10), True, id="12729/VPCP-KGVX: Saturday worked"),
    pytest.param(date(2026, 4, 23), date(2026, 11, 24), True, id="28/2026/QH16 not yet adopted"),
    pytest.param(date(2026, 4, 24), date(2026, 11, 24), False, id="28/2026/QH16 adopted on 24/04/2026"),
    pytest.param(date(2024, 4, 11), date(2024, 4, 29), True, id="2450/VPCP-KGVX not yet known"),
    pytest.param(date(2024, 4, 12), date(2024, 4, 29), False, id="2450/VPCP-KGVX known"),
]


@pytest.mark.parametrize(("as_of", "day", "working"), AS_OF)
def test_as_of_answers_as_it_was_known(as_of: date, day: date, working: bool) -> None:
    assert WorkCalendar.official(as_of=as_of).is_working(day) is working


def test_as_of_moves_the_horizon() -> None:
    # Tết 2022 was agreed on 11 January 2022 only: until then nobody knew that year
    assert WorkCalendar.official(as_of=date(2022, 1, 10)).known_until == date(2021, 12, 31)
    assert WorkCalendar.official(as_of=date(2022, 1, 11)).known_until == date(2022, 12, 31)
    assert WorkCalendar.official(as_of=date(2025, 10, 15)).known_until == date(2025, 12, 31)
    assert WorkCalendar.official(as_of=date(2025, 10, 16)).known_until == date(2026, 12, 31)
    with pytest.raises(BeyondHorizon):
        WorkCalendar.official(as_of=date(2025, 10, 15)).is_working(date(2026, 1, 5))
    with pytest.raises(NotInForce):
        WorkCalendar.official(as_of=date(2000, 1, 1))
    # a projection made in 2015 does not know the second National Day of the Code of 2019
    old = WorkCalendar.official(as_of=date(2015, 6, 1), projected=True)
    assert old.is_working(date(2021, 9, 3)) and not OFFICIAL.is_working(date(2021, 9, 3))


STATUTES = [
    pytest.param(date(2007, 4, 26), False, id="84/2007/QH11: first Giỗ Tổ"),
    pytest.param(date(2013, 2, 14), False, id="Bộ luật Lao động 1994 Art. 73: Tết 2013 has four days"),
    pytest.param(date(2014, 2, 5), False, id="10/2012/QH13 Art. 115: first Tết of five days"),
    pytest.param(date(2011, 1, 30), True, id="VPCP 2011: a Sunday worked"),
    pytest.param(date(2014, 12, 27), True, id="89/TTr-LĐTBXH: worked in another year"),
    pytest.param(date(2023, 5, 3), False, id="45/2019/QH14 Art. 111(3): two holidays on one weekend"),
    pytest.param(date(2026, 11, 23), True, id="swap of 23/11/2026 only proposed"),
    pytest.param(date(2026, 11, 28), False, id="swap of 28/11/2026 only proposed"),
    pytest.param(date(2020, 9, 3), True, id="10/2012/QH13: one National Day"),
]


@pytest.mark.parametrize(("day", "working"), STATUTES)
def test_statutes_and_notices(day: date, working: bool) -> None:
    assert OFFICIAL.is_working(day) is working


def test_culture_day_on_a_weekend_is_not_made_up_in_the_projection() -> None:
    assert PROJECTED.is_working(date(2029, 11, 26))  # 24/11/2029 is a Saturday
    item = PROJECTED.day_off(date(2029, 11, 24))
    assert item is not None and item.kind is DayKind.HOLIDAY


def test_with_days_adds_a_local_decision_with_its_source() -> None:
    local = OFFICIAL.with_days(off=[date(2026, 3, 4)], worked=[date(2026, 3, 7)], source="QĐ 12/QĐ-UBND")
    assert OFFICIAL.is_working(date(2026, 3, 4))
    item, made_up = local.day_off(date(2026, 3, 4)), local.worked_day(date(2026, 3, 7))
    assert item is not None and item.kind is DayKind.LOCAL_OFF and item.source.instrument == "QĐ 12/QĐ-UBND"
    assert made_up is not None and made_up.kind is DayKind.LOCAL_WORKED
    assert local.add(date(2026, 3, 3), 1) == date(2026, 3, 5)
    assert local.is_working(date(2026, 3, 7))
    # a later decision takes an earlier one back, also an official one
    back = local.with_days(worked=[date(2026, 3, 4), date(2026, 2, 16)], off=[date(2026, 3, 7)], source="QĐ 13")
    assert (
        back.is_working(date(2026, 3, 4))
        and back.is_working(date(2026, 2, 16))
        and back.worked_day(date(2026, 3, 7)) is None
    )
    named = OFFICIAL.with_days(
        off=[date(2026, 3, 4)], source=Citation(instrument="QĐ 1"), name=Text("Lễ hội", "Festival")
    )
    found = named.day_off(date(2026, 3, 4))
    assert found is not None and found.name.vi == "Lễ hội"


def test_with_days_needs_a_source_and_days_that_do_not_clash() -> None:
    day = date(2026, 3, 4)
    for source in ("", "  ", None, 5):
        with pytest.raises(InvalidInput):
            OFFICIAL.with_days(off=[day], source=source)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="both"):
        OFFICIAL.with_days(off=[day], worked=[day], source="QĐ 1")
    with pytest.raises(BeyondHorizon):
        OFFICIAL.with_days(off=[date(2030, 1, 1)], source="QĐ 1")


def test_a_calendar_is_a_value_that_can_be_sent_to_another_process() -> None:
    for other in (pickle.loads(pickle.dumps(PROJECTED)), copy.deepcopy(PROJECTED)):
        assert other.add(date(2026, 2, 12), 5) == date(2026, 2, 26)
        assert other.known_until == LAST and other.projected
    assert "2026-12-31" in repr(OFFICIAL) and "as of 2026-01-01" in repr(WorkCalendar.official(as_of=date(2026, 1, 1)))


def test_ranks_and_working_days_agree() -> None:
    days, ranks = OFFICIAL.working_days(), OFFICIAL.ranks()
    assert len(days) == ranks[-1]
    assert len(ranks) == (LAST - FIRST).days + 1
    assert list(days) == sorted(set(days))


def test_unknown_names_of_the_package_fail_as_usual() -> None:
    import egov_vn.calendar as package  # noqa: PLC0415

    with pytest.raises(AttributeError):
        package.nothing  # noqa: B018
    assert set(package.__all__) <= set(dir(package))


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, egov_vn.calendar; print('dataclasses' in sys.modules, 'tomllib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_with_days_takes_lists_of_days() -> None:
    number: Any = 5
    with pytest.raises(InvalidInput, match="list of days") as caught:
        OFFICIAL.with_days(worked=number, source="QĐ 1/QĐ-UBND")
    assert caught.value.path == "worked"
