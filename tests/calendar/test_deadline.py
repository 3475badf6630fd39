"""Deadlines: the cases of the law pages, each with its citation as test id."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from egov_vn.calendar import Certainty, Term, WorkCalendar, compute_deadline
from egov_vn.clock import VIETNAM

CALENDAR = WorkCalendar.official()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


CASES = [
    pytest.param("2025-08-29T10:00", "3 ngày làm việc", "2025-09-05", id="45/2019/QH14 Art. 112(1)(đ): two days"),
    pytest.param("2025-12-31T09:00", "6 ngày làm việc", "2026-01-10", id="12729/VPCP-KGVX: make-up Saturday"),
    pytest.param("2026-02-12T09:00", "5 ngày làm việc", "2026-02-26", id="9441/TB-BNV: Tết 2026"),
    pytest.param("2026-02-12T09:00", "5 ngày", "2026-02-23", id="91/2015/QH13 Art. 148(5): the end moves"),
]


@pytest.mark.parametrize(("received", "term", "due"), CASES)
def test_a_term_ends_where_the_law_says(received: str, term: str, due: str) -> None:
    deadline = compute_deadline(at(received), Term.parse(term), calendar=CALENDAR)
    assert deadline.day == date.fromisoformat(due)
    assert deadline.certainty is Certainty.NOTICE
