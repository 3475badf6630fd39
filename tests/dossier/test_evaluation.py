"""The one-stop score of TT 01/2018: points, rounding, bands, and that it ended with its decree."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.dossier.evaluation import (
    band,
    evaluate,
    score_attitude,
    score_bodies,
    score_contacts,
    score_feedback,
    score_on_site,
    score_online,
    score_publicity,
    score_time,
)
from egov_vn.errors import InvalidInput, NotInForce

ON = date(2024, 5, 1)
DAY = timedelta(days=1)


def test_points_of_a_dossier() -> None:
    assert [score_time(spent * DAY, 5 * DAY) for spent in (4, 5, 6)] == [2, 1, 0]
    assert [score_contacts(times) for times in range(3)] == [2, 1, 0]
    assert score_contacts(3, applicant_at_fault=True) == 1
    assert [score_bodies(bodies) for bodies in range(3)] == [2, 1, 0]
    assert score_bodies(2, lead_body_by_law=True) == 1
    assert [score_publicity(posted=a, electronic=b) for a, b in ((True, True), (True, False), (False, False))] == [
        2,
        1,
        0,
    ]
    assert [score_attitude(outcome=item, complaint=False) for item in ("early", "on_time", "late")] == [2, 1, None]
    assert score_attitude(outcome="early", complaint=True) == 0


@pytest.mark.parametrize(
    ("level", "settled", "received", "points"),
    [("province", 20, 0, 2), ("province", 19, 100, 1), ("province", 19, 99, 0), ("district", 50, 0, 2),
     ("district", 49, 100, 1), ("commune", 100, 0, 2), ("commune", 99, 100, 1), ("ministry", 20, 100, 2)],
)  # fmt: skip
def test_index_5_needs_another_share_at_each_level(level: str, settled: int, received: int, points: int) -> None:
    assert score_on_site(level, procedures=100, settled_on_site=settled, received_on_site=received, on=ON) == points


@pytest.mark.parametrize(
    ("complaints", "in_time", "dragging", "points"),
    [(0, 0, 0, 2), (10, 10, 0, 2), (10, 9, 0, 1), (10, 8, 0, 0), (10, 10, 1, 0)],
)
def test_index_8(complaints: int, in_time: int, dragging: int, points: int) -> None:
    assert score_feedback(complaints=complaints, handled_in_time=in_time, dragging=dragging, on=ON) == points


@pytest.mark.parametrize(
    ("procedures", "dossiers", "late", "points"),
    [(20, 30, 0, 2), (20, 29, 0, 1), (20, 15, 0, 1), (20, 14, 0, 0), (19, 30, 0, 1), (0, 50, 0, 0), (50, 50, 1, 0)],
)
def test_index_9(procedures: int, dossiers: int, late: int, points: int) -> None:
    found = score_online(
        procedures=100, online_procedures=procedures, dossiers=100, online_dossiers=dossiers, late=late, on=ON
    )
    assert found == points


def test_received_on_site_counts_only_what_the_decree_does_not_except() -> None:
    common = {"procedures": 100, "settled_on_site": 0, "on": ON}
    assert score_on_site("province", received_on_site=90, required=90, **common) == 1  # type: ignore[arg-type]
    assert score_on_site("province", received_on_site=89, required=90, **common) == 0  # type: ignore[arg-type]
    for wrong in ({"received_on_site": 91, "required": 90}, {"received_on_site": 0, "required": 0}):
        with pytest.raises(InvalidInput):
            score_on_site("province", **wrong, **common)  # type: ignore[arg-type]


def test_without_dossiers_there_is_no_online_share() -> None:
    nothing = {"dossiers": 0, "online_dossiers": 0, "late": 0, "on": ON}
    assert score_online(procedures=100, online_procedures=20, **nothing) is None  # type: ignore[arg-type]
    assert score_online(procedures=100, online_procedures=0, **nothing) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [7, 13, 20, 100, 999])
def test_the_shares_are_compared_exactly(whole: int) -> None:
    for part in range(whole + 1):
        found = score_online(
            procedures=whole, online_procedures=whole, dossiers=whole, online_dossiers=part, late=0, on=ON
        )
        share = Fraction(part, whole)
        assert found == (2 if share >= Fraction(3, 10) else 1 if share >= Fraction(15, 100) else 0)
        feedback = score_feedback(complaints=whole, handled_in_time=part, dragging=0, on=ON)
        assert feedback == (2 if part == whole else 1 if share >= Fraction(9, 10) else 0)
        for level, needed in (("ministry", 20), ("province", 20), ("district", 50), ("commune", 100)):
            site = score_on_site(level, procedures=whole, settled_on_site=part, received_on_site=0, on=ON)
            assert site == (2 if share >= Fraction(needed, 100) else 0)


def test_an_index_has_one_decimal_and_half_goes_up() -> None:
    twelve = evaluate([{1: 2}] * 7 + [{1: 1}] * 5, on=ON)
    assert twelve.indices == {1: Decimal("1.6")}
    four = evaluate([{1: 2}, {1: 1}, {1: 1}, {1: 1}], on=ON)
    assert four.indices == {1: Decimal("1.3")}
    assert four.dossiers == 4
    assert str(four.source) == "khoản 1, 2 Điều 15 01/2018/TT-VPCP"


def test_an_index_that_nobody_has_is_left_out() -> None:
    found = evaluate([{1: 2, 7: None}, {1: 1}], on=ON)
    assert set(found.indices) == {1}
    assert found.left_out == (2, 3, 4, 7)
    assert found.maximum == 2
    assert found.scored == {1: 2}
    nothing = evaluate([], on=ON)
    assert nothing.total == 0
    assert nothing.band is None
    body = evaluate([{1: 2}], on=ON, unit_points={5: None, 6: 2})
    assert body.left_out == (2, 3, 4, 5, 7, 8, 9)


def test_an_index_is_over_the_dossiers_that_have_it_or_over_all() -> None:
    points: list[dict[int, int | None]] = [{1: 2, 7: 2}, {1: 1, 7: None}, {1: 0}, {1: 2, 7: 1}]
    scored, every = evaluate(points, on=ON), evaluate(points, on=ON, over="all")
    assert (scored.indices[1], scored.indices[7]) == (Decimal("1.3"), Decimal("1.5"))
    assert (every.indices[1], every.indices[7]) == (Decimal("1.3"), Decimal("0.8"))
    assert scored.scored == {1: 4, 7: 2}
    with pytest.raises(InvalidInput):
        evaluate(points, on=ON, over="some")  # type: ignore[arg-type]


@settings(max_examples=60)
@given(
    st.lists(
        st.dictionaries(st.sampled_from((1, 2, 3, 4, 7)), st.one_of(st.none(), st.integers(0, 2)), max_size=5),
        max_size=30,
    ),
    st.sampled_from(("scored", "all")),
)
def test_a_total_equals_a_recount(points: list[dict[int, int | None]], over: Any) -> None:
    found = evaluate(points, on=ON, over=over)
    for index in (1, 2, 3, 4, 7):
        given_points = [value for item in points if (value := item.get(index)) is not None]
        if not given_points:
            assert index not in found.indices
            continue
        exact = Fraction(sum(given_points), len(given_points) if over == "scored" else len(points))
        assert found.indices[index] == Decimal(int(exact * 10 + Fraction(1, 2))) / 10
    assert found.total == sum(found.indices.values())
    assert 0 <= found.total <= found.maximum <= 10


def test_the_largest_totals_are_ten_and_eighteen() -> None:
    full: dict[int, int | None] = dict.fromkeys((1, 2, 3, 4, 7), 2)
    officer = evaluate([full], on=ON)
    assert officer.band is not None
    assert (int(officer.total), officer.band.vi) == (10, "hoàn thành 100% nhiệm vụ")
    body = evaluate([full], on=ON, unit_points=dict.fromkeys((5, 6, 8, 9), 2))
    assert body.band is not None
    assert (int(body.total), body.band.vi) == (18, "xuất sắc")


@pytest.mark.parametrize(
    ("total", "name"),
    [("15.0", "xuất sắc"), ("14.9", "tốt"), ("12", "tốt"), ("11.9", "khá"), ("6", "trung bình"), ("5.9", "yếu")],
)
def test_the_bands_of_bodies(total: str, name: str) -> None:
    assert band(Decimal(total), "one_stop_bands", ON).vi == name


@pytest.mark.parametrize(("total", "share"), [("5", "100%"), ("4.9", "từ 70%"), ("3.5", "từ 70%"), ("3.4", "dưới 70%")])
def test_the_bands_of_officers(total: str, share: str) -> None:
    assert share in band(Decimal(total), "one_stop_officer_bands", ON).vi


def test_it_ended_with_its_decree() -> None:
    assert evaluate([{1: 2}], on=date(2025, 6, 30)).total == 2
    for day in (date(2025, 7, 1), date(2019, 1, 5)):
        with pytest.raises(NotInForce):
            evaluate([{1: 2}], on=day)


@pytest.mark.parametrize(
    "call",
    [
        lambda: evaluate([{6: 2}], on=ON),
        lambda: evaluate([{1: 3}], on=ON),
        lambda: evaluate([], on=ON, unit_points={1: 2}),
        lambda: score_contacts(-1),
        lambda: score_bodies(True),
        lambda: score_on_site("village", procedures=1, settled_on_site=1, received_on_site=1, on=ON),
        lambda: score_on_site("commune", procedures=0, settled_on_site=0, received_on_site=0, on=ON),
        lambda: score_on_site("commune", procedures=1, settled_on_site=2, received_on_site=0, on=ON),
        lambda: score_attitude(outcome="never", complaint=False),  # type: ignore[arg-type]
        lambda: score_feedback(complaints=1, handled_in_time=2, dragging=0, on=ON),
        lambda: score_online(procedures=1, online_procedures=1, dossiers=1, online_dossiers=1, late=2, on=ON),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(InvalidInput):
        call()
