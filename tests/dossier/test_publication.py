"""By when a procedure is published and posted: the decree's days, and the figures for the indicators."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from egov_vn.calendar import WorkCalendar
from egov_vn.dossier.indicator_inputs import IndicatorInputs
from egov_vn.dossier.indicators import IndicatorTally
from egov_vn.dossier.periods import Period
from egov_vn.dossier.publication import (
    Publication,
    decision_deadline,
    posting_deadline,
    publication_figures,
)
from egov_vn.errors import InvalidInput, NotInForce

CALENDAR = WorkCalendar.official()
JULY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("publisher", "last"),
    [("ministry", date(2026, 6, 11)), ("province", date(2026, 6, 26)), ("delegated", date(2026, 6, 26))],
)
def test_a_decision_comes_before_the_act_takes_effect(publisher: str, last: date) -> None:
    found = decision_deadline(publisher, effective=JULY, calendar=CALENDAR)
    assert found.day == last
    assert found.deadline is None
    assert not found.late(last)
    assert found.late(last + timedelta(days=1))
    assert str(found.source) == "Điều 15 63/2010/NĐ-CP"
    assert f"{last:%d/%m/%Y}" in found.explain("vi")
    assert "days before" in found.explain("en")


def test_the_indicator_counts_working_days_back() -> None:
    found = decision_deadline("ministry", effective=JULY, calendar=CALENDAR, as_indicator=True)
    days = [JULY - timedelta(days=back) for back in range(1, 60)]
    assert found.day == [day for day in days if CALENDAR.is_working(day)][19]
    assert found.evidence.value == "report"


def test_an_act_by_the_shortened_procedure_leaves_three_days() -> None:
    found = decision_deadline("province", effective=JULY, calendar=CALENDAR, shortened=True)
    assert found.day == date(2026, 7, 6)  # the third day is a Saturday
    assert found.deadline is not None
    assert "3 days" in found.explain("en")
    earlier = decision_deadline("province", effective=JULY, issued=date(2026, 6, 29), calendar=CALENDAR, shortened=True)
    assert earlier.day == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("publisher", "shortened", "last"),
    [("ministry", False, date(2026, 5, 13)), ("province", False, date(2026, 5, 6)),
     ("ministry", True, date(2026, 4, 29)), ("delegated", True, date(2026, 4, 29))],
)  # fmt: skip
def test_posting_is_counted_in_working_days(publisher: str, shortened: bool, last: date) -> None:
    found = posting_deadline(publisher, signed=date(2026, 4, 27), calendar=CALENDAR, shortened=shortened)
    assert found.day == last
    assert str(found.source) == "khoản 2 Điều 24 63/2010/NĐ-CP"
    assert found.deadline is not None
    assert found.deadline.day == last
    assert found.to_dict()["deadline"]["day"] == last.isoformat()


def test_where_the_law_is_silent_or_unread_there_is_no_answer() -> None:
    with pytest.raises(NotInForce):
        posting_deadline("delegated", signed=JULY, calendar=CALENDAR)
    unread = date(2017, 9, 24)
    with pytest.raises(NotInForce):
        decision_deadline("ministry", effective=unread, calendar=CALENDAR)
    with pytest.raises(NotInForce):
        posting_deadline("ministry", signed=unread, calendar=CALENDAR)
    assert decision_deadline("ministry", effective=date(2017, 9, 25), calendar=CALENDAR).day == date(2017, 9, 5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: decision_deadline("village", effective=JULY, calendar=CALENDAR),
        lambda: decision_deadline("ministry", effective="2026-07-01", calendar=CALENDAR),  # type: ignore[arg-type]
        lambda: decision_deadline("ministry", effective=JULY, issued=JULY, calendar=CALENDAR),
        lambda: posting_deadline("ministry", signed=None, calendar=CALENDAR),  # type: ignore[arg-type]
        lambda: publication_figures(
            (), period=Period.month(2026, 5), publisher="delegated", calendar=CALENDAR, source="x"
        ),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(InvalidInput):
        call()


def test_a_procedure_counts_once_and_is_late_if_it_was_late_once() -> None:
    signed = date(2026, 5, 4)
    soon, far = signed + timedelta(days=2), signed + timedelta(days=60)
    in_time, too_late = date(2026, 5, 11), date(2026, 5, 12)
    given = [
        Publication(procedure="a", signed=signed, effective=far, posted=in_time),
        Publication(procedure="a", signed=signed, effective=soon, posted=in_time),  # late once
        Publication(procedure="b", signed=signed, effective=far, posted=too_late),
        Publication(procedure="c", signed=signed, effective=far),  # never posted
        Publication(procedure="d", signed=signed, effective=signed, posted=signed, shortened=True),
        Publication(procedure="e", signed=date(2026, 4, 14), effective=far, posted=date(2026, 4, 15)),  # signed before
        Publication(procedure="f", signed=date(2026, 5, 15), effective=far, posted=date(2026, 5, 15)),  # after it all
    ]
    period = Period.month(2026, 5)
    found = publication_figures(given, period=period, publisher="province", calendar=CALENDAR, source="sổ công bố")
    assert {name: item.value for name, item in found.items()} == {
        "published_in_time": 3,
        "published": 4,
        "posted_in_time": 3,
        "to_post": 5,
    }
    assert {item.source for item in found.values()} == {"sổ công bố"}
    results = {item.key: item for item in IndicatorTally(period).results(IndicatorInputs(**found))}
    assert str(results["1.1"].value) == "75.00"
    assert str(results["1.2"].value) == "60.00"
