"""The list of what is overdue: the officer, the days, and who is not on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, seconds
from egov_vn.dossier.overdue import overdue_list

DUE = seconds(datetime(2026, 5, 5, 17, tzinfo=VIETNAM))
DAY = 86_400


def fact(**values: Any) -> DossierFact:
    base = DossierFact("x", "f", "a", "commune", 3, DUE - 5 * DAY, DUE, None)
    return base._replace(**values)


class Weekdays:
    """Monday to Friday."""

    def count(self, start: date, end: date, /) -> int:
        return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, (end - start).days + 1))


def test_the_overdue_list_names_the_officer_and_the_days() -> None:
    at = datetime(2026, 5, 12, 8, tzinfo=VIETNAM)
    facts = [
        fact(code="late", officer="CB07"),
        fact(code="sorry", due=DUE - DAY, flags=int(Flag.APOLOGISED)),
        fact(code="waits", waiting_from=DUE - DAY),
        fact(code="waited", waiting_from=DUE - 2 * DAY, waiting_to=DUE - DAY),
        fact(code="in time", due=seconds(at)),
        fact(code="no term", due=None),
        fact(code="settled late", ended=DUE + 3600),
        fact(code="settled", ended=DUE),
        fact(code="later", received=seconds(at) + 1),
    ]
    found = overdue_list(facts, at=at, calendar=Weekdays())
    assert [(item.code, item.days, item.working_days) for item in found] == [
        ("sorry", 8, 6),
        ("late", 7, 5),
        ("waited", 7, 5),
    ]
    assert found[0].apologised
    assert found[1].officer == "CB07"
    also = overdue_list(facts, at=at, since=datetime(2026, 5, 1, tzinfo=VIETNAM))
    assert {item.code for item in also} == {"sorry", "late", "waited", "settled late"}
    settled = next(item for item in also if item.ended)
    assert (settled.days, settled.working_days) == (0, None)
    assert settled.to_dict()["due"] == "2026-05-05T17:00:00+07:00"
