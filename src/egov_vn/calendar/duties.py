"""The time limits that the one-stop decrees set for every dossier, beside the term of its procedure.

Each function takes the day of receipt's version of the rule. Where no rule was in force it raises `NotInForce`: a
dossier of June 2025 has no eight-hour answer.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from egov_vn.calendar.counting import end_of_day
from egov_vn.calendar.deadline import Deadline, compute_deadline
from egov_vn.calendar.hours import WorkHours
from egov_vn.calendar.policy import Policy, rules
from egov_vn.calendar.terms import Term, Unit
from egov_vn.calendar.workdays import WorkCalendar
from egov_vn.clock import VIETNAM, require_aware, require_date, vietnam_date
from egov_vn.errors import InvalidInput
from egov_vn.law import Version

__all__ = [
    "apology_due",
    "bundle_supplement_due",
    "closing_from",
    "correction_due",
    "forward_due",
    "hand_over_due",
    "online_alert_due",
    "online_answer_due",
    "supplement_request_due",
]


def online_answer_due(
    received_at: datetime, *, calendar: WorkCalendar, hours: WorkHours, ruled_on: date | None = None
) -> Deadline:
    """Return when an online dossier must be accepted or sent back: 8 working hours from reception by the system.

    NĐ 118/2025 Art. 17(2)(c), since 1 July 2025. *ruled_on* is the day whose version of the rule applies (default: of
    receipt).
    """
    rule = _rule("online_answer", received_at, ruled_on)
    term = Term(amount=rule.value["working_hours"], unit=Unit.WORKING_HOUR)
    return compute_deadline(received_at, term, calendar=calendar, hours=hours, policy=Policy(source=rule.source))


def online_alert_due(received_at: datetime, *, calendar: WorkCalendar) -> Deadline:
    """Return when the system must have alerted the desk: 2 plain hours after its acknowledgement.

    NĐ 118/2025 Art. 17(2), since 1 July 2025.
    """
    rule = _rule("online_alert", received_at, None)
    term = Term(amount=rule.value["hours"], unit=Unit.HOUR)
    return compute_deadline(received_at, term, calendar=calendar, policy=Policy(source=rule.source))


def hand_over_due(received_at: datetime, *, calendar: WorkCalendar, hours: WorkHours) -> datetime:
    """Return when a dossier received at the desk must be with the settling body.

    The same working day, or the start of the next one when received after 15:00 (NĐ 118/2025 Art. 18(2); NĐ 61/2018
    Art. 18(2)). This moves the dossier; the term of the procedure is not moved by it.
    """
    rule = _rule("hand_over", received_at, None)
    local = received_at.astimezone(VIETNAM)
    day = local.date()
    if calendar.is_working(day) and local.time() <= time.fromisoformat(rule.value["after"]):
        return end_of_day(day, hours)
    following = calendar.add(day, 1)
    shifts = hours.on(following.isoweekday())
    return datetime.combine(following, time(*divmod(shifts[0][0] if shifts else 0, 60)), VIETNAM)


def forward_due(received_at: datetime, *, calendar: WorkCalendar, hours: WorkHours | None = None) -> Deadline:
    """Return when the paper of another authority's dossier must have been forwarded: 1 working day.

    NĐ 118/2025 Art. 20(1)(a), since 1 July 2025.
    """
    return _working_days("forward", received_at, calendar, hours)


def supplement_request_due(
    received_at: datetime, *, calendar: WorkCalendar, hours: WorkHours | None = None
) -> Deadline:
    """Return the last day to send back a dossier that is not yet eligible: 3 working days (NĐ 118/2025 Art. 19(5))."""
    return _working_days("supplement_request", received_at, calendar, hours)


def correction_due(reported_at: datetime, *, calendar: WorkCalendar, hours: WorkHours | None = None) -> Deadline:
    """Return when a faulty result must be back at the desk, corrected: 3 working days (NĐ 118/2025 Art. 23(1))."""
    return _working_days("correction", reported_at, calendar, hours)


def bundle_supplement_due(
    asked_at: datetime, *, calendar: WorkCalendar, ruled_on: date | None = None, hours: WorkHours | None = None
) -> Deadline:
    """Return the applicant's last day to complete a linked bundle: 7 working days; after it the bundle may be stopped.

    NĐ 63/2024 Art. 8 as amended by NĐ 301/2026, since 1 September 2026; *ruled_on* is the day of receipt of the bundle,
    or the day on which its applicant chose the new decree (NĐ 301/2026 Art. 18(1)).
    """
    version = _rule("bundle_supplement", asked_at, ruled_on)
    term = Term(amount=version.value["working_days"], unit=Unit.WORKING_DAY)
    return compute_deadline(asked_at, term, calendar=calendar, hours=hours, policy=Policy(source=version.source))


def closing_from(notified_on: date, *, calendar: WorkCalendar, ruled_on: date | None = None) -> date:
    """Return the first day on which the desk may close a dossier that was not supplemented.

    The day after the 15th day from the notice; a 15th day that is off moves to the next working day (our reading of
    Civil Code Art. 148(5)), and the desk closes on a working day. NĐ 118/2025 Art. 19(5); before 1 July 2025 there was
    no such rule and `NotInForce` is raised. *ruled_on* is the day of receipt, which decides (default: that of the
    notice).
    """
    day = require_date(notified_on, "notified_on")
    version = rules().rules["closing"].on(require_date(ruled_on or day, "ruled_on"))
    last = calendar.add(day + timedelta(days=version.value["days"]), 0)
    return calendar.add(last, 1)


def apology_due(deadline: Deadline) -> date:
    """Return the last day for the apology and the new date: one day before expiry (NĐ 118/2025 Art. 19(6)).

    The decree says "ngày", so it is the calendar day before; when that is off, send it on the working day before.
    """
    if not isinstance(deadline, Deadline):
        raise InvalidInput(f"{deadline!r} is not a Deadline", path="deadline")
    version = rules().rules["apology"].on(deadline.policy.ruled_on or deadline.received_at.date())
    return deadline.day - timedelta(days=version.value["days_before"])


def _working_days(rule: str, at: datetime, calendar: WorkCalendar, hours: WorkHours | None) -> Deadline:
    version = _rule(rule, at, None)
    term = Term(amount=version.value["working_days"], unit=Unit.WORKING_DAY)
    return compute_deadline(at, term, calendar=calendar, hours=hours, policy=Policy(source=version.source))


def _rule(name: str, at: datetime, ruled_on: date | None) -> Version[Any]:
    require_aware(at, "received_at")
    return rules().rules[name].on(ruled_on or vietnam_date(at))
