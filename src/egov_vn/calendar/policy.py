"""How a term is counted where the law leaves room, and what happens to it on the way: pauses, transfer, extension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TypeVar

from egov_vn.calendar.terms import Term, require_time
from egov_vn.clock import require_aware, require_date
from egov_vn.errors import InvalidInput
from egov_vn.law import Citation, LawFile, load

__all__ = ["Event", "Extension", "OutsideHours", "Pause", "PauseKind", "Policy", "Transfer", "rules"]

_E = TypeVar("_E", bound=StrEnum)


class OutsideHours(StrEnum):
    """What a receipt outside the office's hours counts as (*tiếp nhận ngoài giờ*)."""

    AS_RECEIVED = "as_received"
    """Received on that day: only the day counts (Civil Code 2015, Art. 147(2))."""
    NEXT_OPENING = "next_opening"
    """Received when the office next opens: a practice of portals, not a general rule."""


class PauseKind(StrEnum):
    """What a pause does to the clock (*tạm dừng tính thời hạn*)."""

    RESTART = "restart"
    """*Tính lại từ đầu*: the whole term again after the supplement (NĐ 118/2025 Art. 19(5))."""
    RESUME = "resume"
    """*Không tính thời gian chờ*: what was left goes on (NĐ 63/2024 Art. 4(7) as amended; several sector laws)."""
    EXCLUDED_STEP = "excluded_step"
    """A step of another body, such as tax, that lies outside the clock; counted like RESUME."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The clock stands from *start* to *end* (*tạm dừng*), for the reason that *kind* names.

    A pause that still lasts has no deadline to tell: wait for its end. Without *kind* the policy decides, else the
    decree in force on the day of receipt (restart). *source* is the legal basis where it differs from the decree.
    """

    start: datetime
    end: datetime
    kind: PauseKind | None = None
    source: Citation | None = None

    def __post_init__(self) -> None:
        end: object = self.end
        if end is None:
            raise InvalidInput("a pause that has not ended yet leaves the deadline open", path="end")
        if require_aware(end, "end") < require_aware(self.start, "start"):
            raise InvalidInput(f"the pause ends at {self.end}, before it starts at {self.start}", path="end")
        if self.kind is not None:
            object.__setattr__(self, "kind", _member(PauseKind, self.kind, "kind"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The competent body received the dossier *at* this instant (*cơ quan có thẩm quyền nhận hồ sơ*)."""

    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The term is prolonged once by *term*, told to the applicant *at* this instant (*gia hạn, hẹn lại ngày trả*)."""

    at: datetime
    term: Term

    def __post_init__(self) -> None:
        require_aware(self.at)
        if not isinstance(self.term, Term):
            raise InvalidInput(f"{self.term!r} is not a Term", path="term")


Event = Pause | Transfer | Extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings of a procedure or an office where the law leaves room (*quy tắc tính thời hạn*).

    The defaults are those of the Civil Code and the one-stop decree in force on the day of receipt. *source* is the
    legal basis of what differs.
    """

    outside_hours: OutsideHours = OutsideHours.AS_RECEIVED
    cut_off: time | None = None
    """Received later in the day, the clock starts a working day later (NĐ 23/2015 Art. 7, NĐ 63/2024 Art. 7(2))."""
    non_territorial: bool = False
    """*Phi địa giới hành chính*: from 5 August 2026 the clock starts with the `Transfer`."""
    pause: PauseKind | None = None
    """What a pause without a kind of its own does; None = as the decree says."""
    day_hours: int | Decimal | None = None
    """Count working days as this many working hours from the minute of receipt, as much software does; None = whole
    days.
    """
    count_first_day: bool = False
    """Count the day of receipt as the first day: against Civil Code Art. 147(2), but some service agreements do."""
    last_day_moves: bool = True
    """A last calendar day that is off moves to the next working day (Civil Code Art. 148(5))."""
    linked_bundle: bool = False
    """*Nhóm thủ tục liên thông*: from 1 September 2026 a pause without a kind resumes (NĐ 63/2024 Art. 4(7) as
    amended).
    """
    ruled_on: date | None = None
    """The day whose version of the rules applies, where not the day of receipt (NĐ 301/2026 Art. 18(1): the applicant
    opts).
    """
    source: Citation | None = None

    def __post_init__(self) -> None:
        if self.ruled_on is not None:
            require_date(self.ruled_on, "ruled_on")
        object.__setattr__(self, "outside_hours", _member(OutsideHours, self.outside_hours, "outside_hours"))
        if self.pause is not None:
            object.__setattr__(self, "pause", _member(PauseKind, self.pause, "pause"))
        hours = self.day_hours
        if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int | Decimal)):
            raise InvalidInput(f"{hours!r} is not a number of hours", path="day_hours")
        if hours is not None and not 0 < hours <= 24:
            raise InvalidInput(f"{hours} is not between 0 and 24 hours", path="day_hours")
        require_time(self.cut_off, "cut_off")


def _member(kind: type[_E], value: object, path: str) -> _E:
    try:
        return kind(str(value))
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not one of {', '.join(kind)}", path=path) from error


@cache
def rules() -> LawFile:
    """Return the rules of counting (`data/deadlines.toml`)."""
    return load("egov_vn.calendar", "deadlines")
