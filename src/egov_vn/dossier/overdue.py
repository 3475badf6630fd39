"""The list of overdue dossiers (*hồ sơ quá hạn*): who has each, since when, and by how many days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, instant, seconds
from egov_vn.errors import require_each

__all__ = ["CountsWorkingDays", "OverdueDossier", "overdue_list"]


class CountsWorkingDays(Protocol):
    """What counts the working days in (start, end]: an `egov_vn.calendar.WorkCalendar`."""

    def count(self, start: date, end: date, /) -> int:
        """Return the number of working days after *start*, up to *end*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueDossier:
    """One late dossier (*hồ sơ quá hạn*): who has it, since when, by how many days, and whether somebody apologised."""

    code: str
    agency: str
    field: str
    officer: str
    due: datetime
    ended: datetime | None
    days: int
    working_days: int | None
    apologised: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "code": self.code,
            "agency": self.agency,
            "field": self.field,
            "officer": self.officer,
            "due": self.due.isoformat(),
            "ended": None if self.ended is None else self.ended.isoformat(),
            "days": self.days,
            "working_days": self.working_days,
            "apologised": self.apologised,
        }


def overdue_list(
    facts: Iterable[DossierFact],
    *,
    at: datetime,
    since: datetime | None = None,
    calendar: CountsWorkingDays | None = None,
) -> Sequence[OverdueDossier]:
    """Return what is overdue at the instant *at*, worst first; with *since* also what was settled late from then on.

    Days are calendar days begun after the appointment's day (0 on that day itself); working days need a *calendar*. A
    dossier that waits for its applicant is not overdue.
    """
    now = seconds(at)
    start = None if since is None else seconds(since)
    found = []
    for fact in require_each(facts, DossierFact, "facts"):
        if fact.due is None or fact.received > now:
            continue
        ended = fact.ended if fact.ended is not None and fact.ended <= now else None
        if ended is None:
            waits = fact.waiting_from is not None and fact.waiting_from <= now < (fact.waiting_to or now + 1)
            if waits or fact.due >= now:
                continue
        elif start is None or ended < start or ended <= fact.due:
            continue
        found.append(_overdue(fact, ended, now, calendar))
    return tuple(sorted(found, key=lambda item: (-item.days, item.due, item.code)))


def _overdue(fact: DossierFact, ended: int | None, now: int, calendar: CountsWorkingDays | None) -> OverdueDossier:
    due = instant(fact.due or 0)
    end = instant(now if ended is None else ended).astimezone(VIETNAM).date()
    return OverdueDossier(
        code=fact.code,
        agency=fact.agency,
        field=fact.field,
        officer=fact.officer,
        due=due,
        ended=None if ended is None else instant(ended),
        days=(end - due.date()).days,
        working_days=None if calendar is None else calendar.count(due.date(), end),
        apologised=bool(fact.flags & Flag.APOLOGISED),
    )
