"""Working days, lunar calendar, terms and deadlines (*ngày làm việc, âm lịch, thời hạn*), each with its reason.

The names are loaded when first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from egov_vn._lazy import lazily

if TYPE_CHECKING:
    from egov_vn.calendar.cases import TermCase, TermTable
    from egov_vn.calendar.check import check_notices
    from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
    from egov_vn.calendar.deadline import Deadline, Moved, affected, compute_deadline
    from egov_vn.calendar.duties import (
        apology_due,
        bundle_supplement_due,
        closing_from,
        correction_due,
        forward_due,
        hand_over_due,
        online_alert_due,
        online_answer_due,
        supplement_request_due,
    )
    from egov_vn.calendar.hours import WorkClock, WorkHours
    from egov_vn.calendar.lunar import LunarDate, tet
    from egov_vn.calendar.policy import Extension, OutsideHours, Pause, PauseKind, Policy, Transfer
    from egov_vn.calendar.reasons import Reason
    from egov_vn.calendar.terms import Term, Unit
    from egov_vn.calendar.workdays import WorkCalendar

__all__ = [
    "Certainty",
    "DayKind",
    "DayOff",
    "Deadline",
    "Extension",
    "LunarDate",
    "Moved",
    "OutsideHours",
    "Pause",
    "PauseKind",
    "Policy",
    "Reason",
    "Term",
    "TermCase",
    "TermTable",
    "Transfer",
    "Unit",
    "WorkCalendar",
    "WorkClock",
    "WorkHours",
    "WorkedDay",
    "affected",
    "apology_due",
    "bundle_supplement_due",
    "check_notices",
    "closing_from",
    "compute_deadline",
    "correction_due",
    "forward_due",
    "hand_over_due",
    "online_alert_due",
    "online_answer_due",
    "supplement_request_due",
    "tet",
]

_HOMES = {
    "cases": ("TermCase", "TermTable"),
    "check": ("check_notices",),
    "days": ("Certainty", "DayKind", "DayOff", "WorkedDay"),
    "deadline": ("Deadline", "Moved", "affected", "compute_deadline"),
    "duties": (
        "apology_due",
        "bundle_supplement_due",
        "closing_from",
        "correction_due",
        "forward_due",
        "hand_over_due",
        "online_alert_due",
        "online_answer_due",
        "supplement_request_due",
    ),
    "hours": ("WorkClock", "WorkHours"),
    "lunar": ("LunarDate", "tet"),
    "policy": ("Extension", "OutsideHours", "Pause", "PauseKind", "Policy", "Transfer"),
    "reasons": ("Reason",),
    "terms": ("Term", "Unit"),
    "workdays": ("WorkCalendar",),
}

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
