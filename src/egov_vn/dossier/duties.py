"""What the law demands next, by when, and under which article; and what was not done in time.

`duties(dossier, at)` looks forward; `egov_vn.dossier.audit` looks back. Both use the rules of the dossier's
regime: a term that a regime does not know is not demanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, TypedDict

from egov_vn.calendar import Policy, Term, WorkCalendar, WorkClock, WorkHours
from egov_vn.clock import VIETNAM, require_aware, vietnam_date
from egov_vn.dossier.due import Due, due_of
from egov_vn.dossier.fields import Channel
from egov_vn.dossier.regimes import Regime, RegimeKind, Rule
from egov_vn.dossier.replay import standing
from egov_vn.dossier.standing import Standing
from egov_vn.dossier.state import EventKind, State
from egov_vn.errors import NotInForce, require
from egov_vn.finding import Text
from egov_vn.law import Citation, Row, load

if TYPE_CHECKING:
    from egov_vn.dossier.model import Dossier

__all__ = ["Desk", "Duty", "Obligor", "duties", "official_hours"]


class Obligor(StrEnum):
    """Who owes a duty (*bên phải thực hiện*)."""

    DESK = "desk"
    """*Bộ phận Một cửa*."""
    SETTLING_BODY = "settling_body"
    """*Cơ quan có thẩm quyền giải quyết*."""
    APPLICANT = "applicant"
    """*Tổ chức, cá nhân*."""
    SYSTEM = "system"
    """*Hệ thống thông tin giải quyết thủ tục hành chính*."""
    SYSTEM_OWNER = "system_owner"
    """*Cơ quan chủ quản hệ thống*."""
    PAYEE = "payee"
    """*Cơ quan, tổ chức nhận tiền*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing that is owed now (*việc phải làm*).

    *by* is the last instant (None: the law sets none), *since* the first instant at which it may be done where the law
    sets one; *conditional* duties hold only if their text's condition does.
    """

    key: str
    who: Obligor
    text: Text
    source: Citation
    by: datetime | None = None
    since: datetime | None = None
    conditional: bool = False
    overdue: bool = False


@cache
def official_hours() -> WorkHours:
    """Return the hours used where an agency gives none: 07:30-11:30 and 13:00-17:00 (practice, not law)."""
    version = load("egov_vn.dossier", "regimes").timeline("office_hours", str).versions[-1]
    return WorkHours(version.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The calendar and the hours by which an office counts (*lịch và giờ làm việc của cơ quan*)."""

    calendar: WorkCalendar
    hours: WorkHours

    @classmethod
    def of(cls, calendar: WorkCalendar | None = None, hours: WorkHours | None = None) -> Desk:
        """Return a desk with the official calendar and the usual hours where none are given."""
        return cls(
            calendar=WorkCalendar.official() if calendar is None else require(calendar, WorkCalendar, "calendar"),
            hours=official_hours() if hours is None else require(hours, WorkHours, "hours"),
        )

    def closing(self, at: datetime, working_days: int = 0) -> datetime:
        """Return the close of business on the day of *at*, or *working_days* working days later."""
        day = self.calendar.add(vietnam_date(at), working_days)
        return datetime.combine(day, self.hours.closing(day.isoweekday()) or time(23, 59), VIETNAM)

    def opening_after(self, at: datetime) -> datetime:
        """Return the first opening of the next working day after the day of *at*."""
        day = self.calendar.add(vietnam_date(at), 1)
        shifts = self.hours.on(day.isoweekday())
        return datetime.combine(day, time(*divmod(shifts[0][0], 60)) if shifts else time(0), VIETNAM)

    def add_hours(self, at: datetime, hours: float) -> datetime:
        """Return the instant after *hours* working hours."""
        return WorkClock(self.calendar, self.hours).add(at, timedelta(hours=hours))

    def end_of_calendar_days(self, at: datetime, days: int) -> datetime:
        """Return the end of the *days*-th day after the day of *at*, moved to a working day (BLDS 2015 Art. 148(5))."""
        target = vietnam_date(at) + timedelta(days=days)
        return datetime.combine(self.calendar.add(target, 0), time.max, VIETNAM)


def duties(
    dossier: Dossier,
    at: datetime,
    *,
    calendar: WorkCalendar | None = None,
    hours: WorkHours | None = None,
    policy: Policy | None = None,
    term: Term | str | None = None,
) -> tuple[Duty, ...]:
    """Return what is owed for *dossier* at the instant *at*, the most urgent first, each with its article.

    Without *calendar* the official one is used, without *hours* the usual ones. *term* and *policy* are the
    procedure's.
    """
    require_aware(at)
    now = standing(dossier, strict=False, at=at)
    desk = Desk.of(calendar, hours)
    due = None
    if now.accepted_at is not None and (term or dossier.term):
        due = due_of(dossier, calendar=desk.calendar, hours=desk.hours, policy=policy, term=term, now=now)
    found = [*_before_reception(dossier, now, desk), *_forwarding(dossier, now, desk), *_settling(now, desk, due, at)]
    found += [*_waiting(now, desk), *_side_duties(now, desk), *_handing_over(now, desk, due)]
    return tuple(
        sorted(
            (_duty(key, rule, at, **more) for key, rule, more in found),
            key=lambda duty: (duty.by is None, duty.by or at, duty.key),
        )
    )


class _When(TypedDict, total=False):
    by: datetime | None
    since: datetime | None
    conditional: bool


_Found = tuple[str, Rule | Citation, _When]


@cache
def _texts() -> dict[str, Row]:
    return {row["key"]: row for row in load("egov_vn.dossier", "regimes").table("duties")}


def _duty(
    key: str,
    rule: Rule | Citation,
    at: datetime,
    *,
    by: datetime | None = None,
    since: datetime | None = None,
    conditional: bool = False,
) -> Duty:
    row = _texts()[key]
    return Duty(
        key=key,
        who=Obligor(row["who"]),
        text=Text(row["vi"], row["en"]),
        source=rule.source if isinstance(rule, Rule) else rule,
        by=by,
        since=since,
        conditional=conditional,
        overdue=by is not None and at > by,
    )


def online_rule(now: Standing, name: str, at: datetime) -> Rule | None:
    """Return the rule *name* for what the system received at *at*; a later decree sets no term for the past."""
    day, regime = vietnam_date(at), now.regime
    if day < regime.since:
        try:
            regime = Regime.on(day, bundle=regime.kind is RegimeKind.BUNDLE)
        except NotInForce:
            return None
    return regime.rule(name)


def _before_reception(dossier: Dossier, now: Standing, desk: Desk) -> Iterator[_Found]:
    """Yield what the desk owes an online dossier; one that came back completed is answered like a new one."""
    if dossier.channel is not Channel.ONLINE or now.state is not State.REGISTERED:
        return
    again = now.supplement_completions[-1] if now.supplement_completions else None
    acknowledged = now.registered_at or now.system_received_at
    received = again or now.system_received_at or now.registered_at
    if acknowledged and now.alerted_at is None and again is None:
        alert = online_rule(now, "online_alert_hours", acknowledged)
        if alert:
            yield "alert_officer", alert, {"by": acknowledged + timedelta(hours=alert.value)}
    if received is None:
        return
    answer = online_rule(now, "online_answer_working_hours", received)
    if answer:
        yield "answer", answer, {"by": desk.add_hours(received, answer.value)}
    deficiency = online_rule(now, "deficiency_notice_hours", received)
    if deficiency:
        yield "notify_deficiency", deficiency, {"by": received + timedelta(hours=deficiency.value), "conditional": True}


def forward_by(dossier: Dossier, now: Standing, desk: Desk) -> tuple[Rule, datetime] | None:
    """Return by when the desk hands the dossier over, with the rule; None where the regime has none.

    Received online: at once. Received directly: the same working day, or the start of the next one after the cut-off;
    a non-territorial dossier has a term of its own (`paper_by`).
    """
    if now.accepted_at is None:
        return None
    online, cut_off = now.regime.rule("forward_online"), now.regime.rule("forward_cut_off")
    if dossier.channel is Channel.ONLINE and online:
        return online, now.accepted_at
    if dossier.non_territorial:
        cut_off = now.regime.rule("other_agency_cut_off") or cut_off
    if cut_off is None or (dossier.non_territorial and now.regime.rule("other_agency_working_days")):
        return None
    local = now.accepted_at.astimezone(VIETNAM)
    late = local.time() > time.fromisoformat(cut_off.value) or not desk.calendar.is_working(local.date())
    return cut_off, desk.opening_after(local) if late else desk.closing(local)


def paper_by(dossier: Dossier, now: Standing, desk: Desk) -> tuple[Rule, datetime] | None:
    """Return by when a non-territorial dossier's paper must have gone to the competent body, with the rule."""
    rule = now.regime.rule("other_agency_working_days")
    if rule is None or not dossier.non_territorial or now.accepted_at is None or dossier.channel is Channel.ONLINE:
        return None
    return rule, desk.closing(now.accepted_at, rule.value)


def confirm_by(now: Standing, desk: Desk) -> tuple[Rule, datetime] | None:
    """Return by when the body that a bundle was forwarded to answers that it has it, with the rule."""
    rule = now.regime.rule("next_body_working_hours")
    if rule is None or now.forwarded_at is None:
        return None
    return rule, desk.add_hours(now.forwarded_at, rule.value)


def _forwarding(dossier: Dossier, now: Standing, desk: Desk) -> Iterator[_Found]:
    confirm = confirm_by(now, desk)
    if confirm and now.state is State.PROCESSING and now.arrived_at is None:
        yield "confirm_arrival", confirm[0], {"by": confirm[1]}
    if now.state is State.RECEIVED and now.forwarded_at is None:
        forward = forward_by(dossier, now, desk)
        if forward:
            yield "forward", forward[0], {"by": forward[1]}
    if now.state in (State.RECEIVED, State.PROCESSING) and now.arrived_at is None:
        paper = paper_by(dossier, now, desk)
        if paper:
            yield "forward_paper", paper[0], {"by": paper[1]}


def apology_by(due: Due, rule: Rule) -> datetime:
    """Return the last instant for apology and re-appointment: the end of the day that many days before the due day."""
    day = vietnam_date(due.counted.at) - timedelta(days=rule.value)
    return datetime.combine(day, time.max, VIETNAM)


def _settling(now: Standing, desk: Desk, due: Due | None, at: datetime) -> Iterator[_Found]:
    if now.state not in (State.RECEIVED, State.PROCESSING, State.AWAITING_PAYMENT):
        return
    rules = now.regime.rules
    notice = rules.get("supplement_notice_working_days")
    if notice and now.accepted_at and not now.supplement_requests and now.state is not State.AWAITING_PAYMENT:
        yield "request_supplement", notice, {"by": desk.closing(now.accepted_at, notice.value), "conditional": True}
    if due is None or due.waiting:
        return
    within = rules.get("refusal_within_term")
    yield "settle", within or now.regime.source, {"by": due.at}
    before, required = rules.get("apology_days_before"), rules.get("apology_required")
    rule = before or required
    if rule is None or now.apologies:
        return
    if at > due.at:
        yield "apologise_late", rule, {"by": apology_by(due, rule) if before else due.at}
    else:
        yield "apologise", rule, {"by": apology_by(due, rule) if before else due.at, "conditional": True}


def closing_window(now: Standing, desk: Desk) -> tuple[Rule, datetime] | None:
    """Return the last instant at which the applicant may complete the dossier, with the rule; None if none is set."""
    if not now.supplement_requests:
        return None
    asked = now.supplement_requests[-1]
    days, working = now.regime.rule("closing_days"), now.regime.rule("closing_working_days")
    if working is not None:
        day = desk.calendar.add(vietnam_date(asked), working.value)
        return working, datetime.combine(day, time.max, VIETNAM)
    if days is not None and now.accepted_at is not None:
        return days, desk.end_of_calendar_days(asked, days.value)
    return None


def _waiting(now: Standing, desk: Desk) -> Iterator[_Found]:
    if now.state in (State.AWAITING_SUPPLEMENT, State.INCOMPLETE):
        window = closing_window(now, desk)
        if window is None:
            limit = now.regime.rule("supplement_limit")
            yield "complete", limit or now.regime.source, {}
        else:
            rule, last = window
            yield "complete", rule, {"by": last}
            if now.regime.allows(now.state, EventKind.CLOSE):
                yield "close", rule, {"since": last + timedelta(microseconds=1), "conditional": True}
    elif now.state is State.AWAITING_PAYMENT:
        yield "pay", now.regime.source, {}
    elif now.state is State.STOP_REQUESTED:
        yield "answer_stop", now.regime.step(now.state, EventKind.CONFIRM_STOP).source, {}


def _side_duties(now: Standing, desk: Desk) -> Iterator[_Found]:
    report = now.regime.rule("consultation_report")
    if report:
        for item in now.consultations:
            if item.answered_at is None and item.delay_reported_at is None and item.due is not None:
                yield "report_delay", report, {"since": item.due, "conditional": True}
    remit = now.regime.rule("remittance_working_hours")
    if remit:
        for paid in now.unremitted:
            yield "remit", remit, {"by": desk.add_hours(paid, remit.value)}
    repair = now.regime.rule("incident_repair_hours")
    if repair and now.interrupted_at is not None:
        yield "repair", repair, {"by": now.interrupted_at + timedelta(hours=repair.value)}
    sync = now.regime.rule("sync_minutes")
    if sync and now.settled_at is not None and now.sync.value in ("pending", "rejected"):
        yield "sync", sync, {"by": now.settled_at + timedelta(minutes=sync.value)}


def _handing_over(now: Standing, desk: Desk, due: Due | None) -> Iterator[_Found]:
    rules = now.regime.rules
    if now.state is State.CORRECTING:
        rule = rules.get("correction_working_days")
        if rule and now.correction_asked_at:
            yield "correct", rule, {"by": desk.closing(now.correction_asked_at, rule.value)}
        else:
            yield "correct", now.regime.step(State.SETTLED, EventKind.CORRECT).source, {}
        return
    if now.state not in (State.SETTLED, State.REFUSED):
        return
    source = now.regime.step(now.state, EventKind.RETURN_RESULT).source
    yield "return_result", source, {"by": due.at if due else None}
    early, settled = rules.get("early_result_announced"), now.settled_at
    if early and due and settled and vietnam_date(settled) < due.day and not now.announced:
        yield "announce", early, {"conditional": True}
