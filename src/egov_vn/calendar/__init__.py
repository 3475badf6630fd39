"""Working days, lunar calendar, terms and deadlines (*ngày làm việc, âm lịch, thời hạn*), each with its reason."""

from __future__ import annotations

from egov_vn.calendar.days import Certainty, DayKind, DayOff, WorkedDay
from egov_vn.calendar.deadline import Deadline, Moved, affected, compute_deadline
from egov_vn.calendar.hours import WorkClock, WorkHours
from egov_vn.calendar.lunar import LunarDate
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
    "Transfer",
    "Unit",
    "WorkCalendar",
    "WorkClock",
    "WorkHours",
    "WorkedDay",
    "affected",
    "compute_deadline",
]
