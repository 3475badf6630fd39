"""When the result is owed, and how late it is.

The term runs from full and valid reception as the receipt shows it; a supplement restarts or suspends it as the regime
says; a non-territorial dossier's clock starts where the regime says; a re-appointment replaces the date. The counting
itself, with its reasons day by day, is `egov_vn.calendar.compute_deadline`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from egov_vn.calendar import (
    Deadline,
    Pause,
    PauseKind,
    Policy,
    Term,
    Transfer,
    WorkCalendar,
    WorkHours,
    compute_deadline,
)
from egov_vn.clock import VIETNAM, require_aware, vietnam_date
from egov_vn.dossier.replay import standing
from egov_vn.dossier.standing import Standing
from egov_vn.dossier.state import SupplementEffect
from egov_vn.errors import InvalidInput, require
from egov_vn.finding import Language

if TYPE_CHECKING:
    from datetime import date

    from egov_vn.dossier.model import Dossier

__all__ = ["Due", "Lateness", "Timeliness", "due_of", "lateness"]


class Timeliness(StrEnum):
    """How a dossier stands against its appointment (*tình trạng thời hạn*)."""

    NO_TERM = "no_term"
    """No due date: not received, or settled at once."""
    WAITING = "waiting"
    """*Chờ bổ sung*: the clock stands, or has not begun at the competent body; the dossier is not late."""
    RUNNING = "running"
    """*Đang xử lý trong hạn*."""
    OVERDUE = "overdue"
    """*Đang xử lý quá hạn*."""
    EARLY = "early"
    """*Trước hạn*: ended on an earlier day than the appointment."""
    ON_TIME = "on_time"
    """*Đúng hạn*: ended on the day of the appointment, not after its time."""
    LATE = "late"
    """*Quá hạn*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The appointment for the result and where it comes from (*ngày hẹn trả kết quả*)."""

    at: datetime
    """The instant that binds: the re-appointment if there is one, else the end of the term."""
    counted: Deadline
    """The term as counted, with its reasons; without the re-appointment."""
    first: datetime
    """The appointment of the receipt, before any supplement, failure or re-appointment."""
    reappointed: bool
    waiting: bool
    """The clock stands at the moment: `at` will move."""

    @property
    def day(self) -> date:
        """The day of the appointment in Vietnam."""
        return vietnam_date(self.at)

    def explain(self, lang: Language = "vi") -> str:
        """Return the way to the date, day by day, with the articles."""
        text = self.counted.explain(lang)
        if self.reappointed:
            when = f"{self.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
            text += f"\nHẹn lại: {when}" if lang == "vi" else f"\nRe-appointed: {when}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """The verdict on time, and how far from the appointment (*mức độ trễ hạn*)."""

    verdict: Timeliness
    by: timedelta = timedelta(0)
    """Plain time after the appointment; zero if it is not late."""
    working_days: int = 0
    """Working days after the day of the appointment; 0 on that day itself."""


def due_of(
    dossier: Dossier,
    *,
    calendar: WorkCalendar,
    hours: WorkHours | None = None,
    policy: Policy | None = None,
    term: Term | str | None = None,
    now: Standing | None = None,
) -> Due | None:
    """Return the appointment of *dossier*, or None before reception.

    *term* is the procedure's (default: the term that the dossier carries); *policy* its settings, such as a clock that
    starts a day later after 15:00. *now* is a standing that the caller has replayed already. Raises `InvalidInput`
    without a term.
    """
    now = standing(dossier, strict=False) if now is None else require(now, Standing, "now")
    if now.accepted_at is None:
        return None
    found = term if term is not None else dossier.term
    if found is None:
        raise InvalidInput("the dossier carries no term, and none was given", path="ThoiHanGiaiQuyet")
    length = _parsed(found) if isinstance(found, str) else found
    policy = _policy(dossier, now, policy)

    running = dossier.non_territorial and policy.non_territorial and now.arrived_at is None
    if running:  # the competent body has not received it: the desk can only estimate
        policy = replace(policy, non_territorial=False)
    events: list[Transfer | Pause] = list(_transfer(now)) if policy.non_territorial else []

    def counted() -> Deadline:
        assert now.accepted_at is not None
        return compute_deadline(
            now.accepted_at, length, calendar=calendar, hours=hours, policy=policy, events=tuple(events)
        )

    deadline = plain = counted()
    for pause in _pauses(now, plain.start):
        if pause.start <= deadline.at:  # a request after the term has ended heals nothing
            events.append(pause)
            deadline = counted()
    extension = now.extensions[-1] if now.extensions else None
    restarted = max(
        (p.end for p in now.pauses if p.end is not None and p.effect is SupplementEffect.RESTART), default=None
    )
    valid = extension is not None and extension.due is not None and (restarted is None or restarted <= extension.at)
    return Due(
        at=extension.due if valid and extension is not None and extension.due is not None else deadline.at,
        counted=deadline,
        first=plain.at,
        reappointed=valid,
        waiting=now.waiting or running,
    )


@lru_cache(maxsize=1024)
def _parsed(term: str) -> Term:
    """Return a term from its words: few are in use, and every dossier carries one."""
    return Term.parse(term)


def lateness(
    dossier: Dossier,
    at: datetime,
    *,
    calendar: WorkCalendar,
    hours: WorkHours | None = None,
    policy: Policy | None = None,
    term: Term | str | None = None,
) -> Lateness:
    """Return how *dossier* stands at the instant *at* against its appointment.

    The end is the first of: result at the desk, refusal, stop, closing. While the clock stands nothing becomes late
    that was not late before. A re-appointment made after the first appointment had passed does not heal that.
    """
    now = standing(dossier, strict=False, at=require_aware(at))
    if now.accepted_at is None or (dossier.term is None and term is None):
        return Lateness(verdict=Timeliness.NO_TERM)
    due = due_of(dossier, calendar=calendar, hours=hours, policy=policy, term=term, now=now)
    assert due is not None
    end = now.ended_at if now.ended_at is not None and now.ended_at <= at else None
    limit = _binding(now, due)
    instant = end or at
    stands = next((pause for pause in now.pauses if pause.end is None), None)
    if end is None and stands is None and due.waiting:  # the competent body has not received it: no term runs
        return Lateness(verdict=Timeliness.WAITING)
    if end is None and stands is not None:
        if stands.start <= limit:
            return Lateness(verdict=Timeliness.WAITING)
        instant = stands.start
    if instant > limit:
        days = max(calendar.count(vietnam_date(limit), vietnam_date(instant)), 0)
        verdict = Timeliness.LATE if end else Timeliness.OVERDUE
        return Lateness(verdict=verdict, by=instant - limit, working_days=days)
    if end is None:
        return Lateness(verdict=Timeliness.RUNNING)
    early = vietnam_date(end) < vietnam_date(limit)
    return Lateness(verdict=Timeliness.EARLY if early else Timeliness.ON_TIME)


def _binding(now: Standing, due: Due) -> datetime:
    """Return the appointment that lateness is measured against: a re-appointment counts if it was made in time."""
    if due.reappointed and now.extensions[-1].at > due.counted.at:
        return due.counted.at
    return due.at


def _policy(dossier: Dossier, now: Standing, policy: Policy | None) -> Policy:
    policy = Policy() if policy is None else require(policy, Policy, "policy")
    cut_off = now.regime.rule("clock_cut_off")
    if cut_off is not None and policy.cut_off is None:
        policy = replace(policy, cut_off=time.fromisoformat(cut_off.value), source=cut_off.source)
    if now.accepted_at is not None and vietnam_date(now.accepted_at) < now.regime.since:
        policy = replace(policy, ruled_on=now.regime.since)  # the applicant opted for a later regime
    if dossier.non_territorial and now.regime.rule("non_territorial_clock") is not None:
        policy = replace(policy, non_territorial=True)
    return policy


def _transfer(now: Standing) -> tuple[Transfer, ...]:
    return () if now.arrived_at is None else (Transfer(at=now.arrived_at),)


def _pauses(now: Standing, start: datetime) -> tuple[Pause, ...]:
    """Return the closed pauses after *start*, oldest first, those that overlap made one; a restart outweighs."""
    rule = now.regime.rule("supplement_effect")
    found: list[Pause] = []
    for item in sorted((item for item in now.pauses if item.end is not None), key=lambda item: item.start):
        assert item.end is not None
        if item.end <= start:
            continue
        kind = PauseKind.RESTART if item.effect is SupplementEffect.RESTART else PauseKind.RESUME
        begin, end = max(item.start, start), item.end
        if found and begin <= found[-1].end:
            last = found.pop()
            begin, end = last.start, max(last.end, end)
            kind = PauseKind.RESTART if PauseKind.RESTART in (kind, last.kind) else kind
        found.append(Pause(start=begin, end=end, kind=kind, source=rule.source if rule else None))
    return tuple(found)
