"""The total of the national set: a range while something is open, a band only when nothing can change it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from egov_vn.dossier.indicator_inputs import IndicatorInputs, Stated
from egov_vn.dossier.indicator_score import national_band, national_score
from egov_vn.dossier.indicators import Indicator, IndicatorTally
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.law import Evidence, load
from egov_vn.testing.dossiers import province_year

YEAR = Period.full_year(2026)
TALLY = IndicatorTally(YEAR).add(province_year(seed=3, count=2_000))
FULL = {
    "source": "Cổng DVCQG",
    "published_in_time": 20,
    "published": 20,
    "posted_in_time": 20,
    "to_post": 20,
    "complete_procedures": 400,
    "posted_procedures": 400,
    "synced_dossiers": 2_000,
    "reported_dossiers": 2_000,
    "online_procedures": 400,
    "procedures": 400,
    "online_services": 900,
    "fee_procedures": 900,
    "citizen_procedures": 900,
    "feedback": 10,
    "feedback_handled": 10,
    "feedback_in_time": 10,
    "feedback_unsatisfied": 0,
    "complained_dossiers": 0,
}


def results(**more: Any) -> tuple[Indicator, ...]:
    return TALLY.results(IndicatorInputs.from_dict({**FULL, **more}))


def test_a_hundred_points_are_given_away_in_five_groups() -> None:
    found = national_score(results())
    assert found.maximum == 100
    assert [int(item.maximum) for item in found.groups] == [18, 20, 22, 22, 18]
    assert {row["key"] for row in load("egov_vn.dossier", "national").table("points")} <= {
        item.key for item in results()
    }


def test_what_is_open_spans_the_total() -> None:
    bare = national_score(TALLY.results())
    assert bare.total is None
    assert bare.band is None
    assert bare.lowest < bare.highest
    by_hand = [item for item in TALLY.results() if item.points is not None]
    known = [item for item in by_hand if item.score() is not None]
    assert {item.key for item in bare.open} == {item.key for item in by_hand} - {item.key for item in known}
    assert [item.key for item in bare.uncertain] == ["3.3"]
    scores = {item.key: item.score() or Decimal(0) for item in known}
    assert bare.lowest == sum(scores.values()) - scores["3.3"]
    assert bare.highest == sum(scores.values()) + sum(item.points or 0 for item in bare.open)
    assert bare.to_dict("en")["open"]["1.1"].startswith("Cannot be computed")


def test_with_every_figure_only_the_formula_that_nobody_published_is_open() -> None:
    found = national_score(results())
    assert [item.key for item in found.open] == ["4.x"]
    assert found.uncertain == ()
    assert found.highest - found.lowest == 2
    whole = national_score(results(), points={"4.x": 0})
    assert whole.total == whole.lowest == whole.highest
    assert whole.maximum == 98
    assert whole.band is not None
    assert whole.evidence is Evidence.ASSUMED
    assert whole.to_dict()["band"] == whole.band.vi


def test_more_known_never_widens_the_range() -> None:
    names = [name for name in FULL if name != "source"]
    before = national_score(TALLY.results())
    for count in range(1, len(names) + 1):
        stated = {"source": "x", **{name: FULL[name] for name in names[:count]}}
        after = national_score(TALLY.results(IndicatorInputs.from_dict(stated)))
        assert before.lowest <= after.lowest <= after.highest <= before.highest
        before = after


def test_points_may_be_given() -> None:
    found = national_score(results(), points={"2.1": 50, "3.1": Decimal("2.5")})
    assert found.maximum == 100 + 30 + Decimal("0.5")
    for wrong in ({"9.9": 1}, {"2.1": -1}, {"2.1": True}, {"2.1": 1.5}, {"2.1": Decimal("NaN")}):
        with pytest.raises(InvalidInput):
            national_score(results(), points=wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        national_score(())


@pytest.mark.parametrize(
    ("points", "band"),
    [(100, "Xuất sắc"), (90, "Xuất sắc"), (Decimal("89.99"), "Tốt"), (80, "Tốt"), (70, "Khá"), (50, "Trung bình"),
     (Decimal("49.99"), "Yếu"), (0, "Yếu")],
)  # fmt: skip
def test_a_total_has_its_band(points: Decimal, band: str) -> None:
    assert national_band(points).vi == band
    for wrong in (101, -1):
        with pytest.raises(InvalidInput):
            national_band(wrong)


def test_the_figures_are_those_of_the_law_data() -> None:
    rows = load("egov_vn.dossier", "national").table("inputs")
    assert {row["name"] for row in rows} == set(IndicatorInputs.__dataclass_fields__)
    law = load("egov_vn.dossier", "national")
    known = {row["name"] for table in ("counts", "inputs") for row in law.table(table)}
    for row in law.table("indicators"):
        for part in ("part", "less", "whole"):
            assert set(row.get(part, ())) <= known, row["key"]
        assert (row["kind"] == "unknown") == (not row.get("whole"))


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"published": 3}, "published.source"),
        ({"source": " ", "published": 3}, "published.source"),
        ({"source": "x", "published": -1}, "published.value"),
        ({"source": "x", "published": True}, "published.value"),
        ({"source": "x", "published": 1.0}, "published.value"),
        ({"source": "x", "published": None}, "published.value"),
        ({"source": "x", "published": 10**13}, "published.value"),
        ({"source": 7, "published": 1}, "published.source"),
        ({"source": "x", "published": {"value": 1, "unit": "TTHC"}}, "published"),
        ({"source": "x", "publishd": 1}, "publishd"),
        ([], "inputs"),
    ],
)
def test_a_faulty_figure_is_named(raw: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        IndicatorInputs.from_dict(raw)
    assert caught.value.path == path


def test_a_figure_keeps_its_own_source() -> None:
    made = IndicatorInputs.from_dict({"source": "a", "published": 1, "feedback": {"value": 2, "source": "b"}})
    assert {name: item.source for name, item in made.values().items()} == {"published": "a", "feedback": "b"}
    with pytest.raises(InvalidInput):
        IndicatorInputs(published=3)  # type: ignore[arg-type]
    assert IndicatorInputs(published=Stated(value=3, source="x")).values()["published"].value == 3


@pytest.mark.parametrize("page", ["guides", "vi"])
def test_the_guide_has_a_row_for_each_indicator(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page / "statistics.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    for item in TALLY.results():
        assert item.title("en" if page == "guides" else "vi") in rows[item.key]
        for name in item.missing:
            assert f"`{name}`" in rows[item.key]
