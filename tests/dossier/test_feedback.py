"""Feedback in time, and the figures of group 5."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.calendar import WorkCalendar
from egov_vn.dossier.feedback import Feedback, FeedbackSubject, feedback_figures, feedback_in_time
from egov_vn.dossier.indicator_inputs import IndicatorInputs
from egov_vn.dossier.indicators import IndicatorTally
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput

CALENDAR = WorkCalendar.official()
SENT = date(2026, 5, 4)
LATER = date(2026, 8, 31)


def on(days: int) -> date:
    """The day *days* working days after the feedback came."""
    return CALENDAR.add(SENT, days)


@pytest.mark.parametrize(("what", "last"), [("refused", 2), ("supplement_asked", 5), ("answered", 15)])
def test_each_step_has_its_term_in_working_days(what: str, last: int) -> None:
    for days, in_time in ((last, True), (last + 1, False)):
        item = Feedback(received=SENT, **{what: on(days)})  # type: ignore[arg-type]
        assert feedback_in_time(item, at=LATER, calendar=CALENDAR) is in_time
        # Seen before it was done, it is an open feedback like any other.
        assert feedback_in_time(item, at=SENT, calendar=CALENDAR) is True


def test_an_open_feedback_is_measured_on_the_day() -> None:
    item = Feedback(received=SENT)
    assert feedback_in_time(item, at=on(15), calendar=CALENDAR)
    assert not feedback_in_time(item, at=on(16), calendar=CALENDAR)


def test_an_answer_is_published_within_two_working_days() -> None:
    answered = on(10)
    for days, in_time in ((2, True), (3, False)):
        item = Feedback(received=SENT, answered=answered, published=CALENDAR.add(answered, days))
        assert feedback_in_time(item, at=LATER, calendar=CALENDAR) is in_time
        assert feedback_in_time(item, at=CALENDAR.add(answered, 2), calendar=CALENDAR) is True
    late = Feedback(received=SENT, answered=on(16), published=on(16))
    assert not feedback_in_time(late, at=LATER, calendar=CALENDAR)


def test_the_figures_of_a_period() -> None:
    period = Period.month(2026, 5)  # 15/04 to 14/05
    before, after = period.start - timedelta(days=1), period.end + timedelta(days=1)
    items = [
        Feedback(received=SENT, subject=FeedbackSubject.RULES, answered=on(3)),
        Feedback(received=SENT, subject=FeedbackSubject.CONDUCT, refused=on(5)),  # late
        Feedback(received=SENT, disliked=True, repeated=True, answered=on(1)),
        Feedback(received=before),  # carried over, and open for more than 15 working days
        Feedback(received=date(2026, 3, 2)),  # carried over, late
        Feedback(received=date(2026, 3, 2), answered=date(2026, 4, 14)),  # finished before
        Feedback(received=after),
    ]
    found = feedback_figures(items, period=period, calendar=CALENDAR, source="Hệ thống PAKN")
    assert {name: item.value for name, item in found.items()} == {
        "feedback": 3,
        "feedback_on_rules": 1,
        "feedback_on_conduct": 1,
        "feedback_handled": 5,
        "feedback_in_time": 2,
        "feedback_unsatisfied": 2,
    }
    results = {item.key: item for item in IndicatorTally(period).results(IndicatorInputs(**found))}
    assert [str(results[key].value) for key in ("5.1a", "5.1b", "5.2", "5.3")] == ["33.33", "33.33", "40.00", "33.33"]


@given(st.lists(st.tuples(st.integers(-60, 30), st.integers(0, 40), st.booleans()), max_size=30))
def test_parts_never_exceed_the_whole(rows: list[tuple[int, int, bool]]) -> None:
    period = Period.month(2026, 5)
    items = [
        Feedback(
            received=period.start + timedelta(days=start),
            answered=period.start + timedelta(days=start + length),
            disliked=disliked,
        )
        for start, length, disliked in rows
    ]
    found = {
        name: item.value for name, item in feedback_figures(items, period=period, calendar=CALENDAR, source="x").items()
    }
    assert found["feedback_in_time"] <= found["feedback_handled"] <= len(items)
    assert found["feedback_unsatisfied"] <= found["feedback"] <= found["feedback_handled"]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"received": "2026-05-04"}, "received"),
        ({"received": SENT, "answered": SENT - timedelta(days=1)}, "answered"),
        ({"received": SENT, "published": SENT}, "published"),
        ({"received": SENT, "answered": on(3), "published": on(2)}, "published"),
        ({"received": SENT, "answered": on(3), "refused": on(2)}, "answered"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Feedback(**values)
    assert caught.value.path == path
