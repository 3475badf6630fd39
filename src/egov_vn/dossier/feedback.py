"""Feedback from citizens (*phản ánh, kiến nghị*): what was handled in time, and the figures for 5.1 to 5.3.

The terms and the rules of counting are those of the description of QĐ 766/QĐ-TTg: working days from the day on which
the feedback reached the body, from the citizen or from another body.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from egov_vn.clock import require_date
from egov_vn.dossier.indicator_inputs import Stated
from egov_vn.dossier.overdue import CountsWorkingDays
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.law import load

__all__ = ["Feedback", "FeedbackSubject", "feedback_figures", "feedback_in_time"]


class FeedbackSubject(StrEnum):
    """What a feedback is about (*phân loại*)."""

    RULES = "rules"
    """*Quy định, chính sách, thủ tục*."""
    CONDUCT = "conduct"
    """*Hành vi của cán bộ, công chức*."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One feedback (*phản ánh, kiến nghị*) and what became of it; None where nothing did.

    *received* is the day on which it reached the body, *answered* the day of the answer that waits for publication,
    *supplement_asked* the day of the first request for more. *disliked*: more dislikes than likes on the portal;
    *repeated*: brought forward again because the answer did not satisfy.
    """

    received: date
    subject: FeedbackSubject = FeedbackSubject.OTHER
    refused: date | None = None
    supplement_asked: date | None = None
    answered: date | None = None
    published: date | None = None
    disliked: bool = False
    repeated: bool = False

    def __post_init__(self) -> None:
        require_date(self.received, "received")
        for name in ("refused", "supplement_asked", "answered", "published"):
            day = getattr(self, name)
            if day is not None and require_date(day, name) < self.received:
                raise InvalidInput(f"{day} lies before the day of receipt, {self.received}", path=name)
        if self.published is not None and (self.answered is None or self.published < self.answered):
            raise InvalidInput("nothing is published before it is answered", path="published")
        if self.refused is not None and self.answered is not None:
            raise InvalidInput("what was refused is not answered", path="answered")


def feedback_in_time(item: Feedback, *, at: date, calendar: CountsWorkingDays) -> bool:
    """Say whether *item* was handled within its terms, as it stood at the end of the day *at* (indicator 5.2).

    Refused, answered and published, or asked for more: each within its own term. What is still open is measured on the
    day *at*; an answer that is not published at all is not held against the body, for not every answer is.
    """
    require_date(at, "at")
    if item.refused is not None and item.refused <= at:
        return _within("refusal", item.received, item.refused, calendar)
    if item.answered is not None and item.answered <= at:
        if not _within("answer", item.received, item.answered, calendar):
            return False
        return item.published is None or _within("publication", item.answered, min(item.published, at), calendar)
    if item.supplement_asked is not None and item.supplement_asked <= at:
        return _within("supplement", item.received, item.supplement_asked, calendar)
    return _within("answer", item.received, at, calendar)


def feedback_figures(
    items: Iterable[Feedback], *, period: Period, calendar: CountsWorkingDays, source: str
) -> dict[str, Stated]:
    """Return the figures for the indicators 5.1, 5.2 and 5.3, ready for `IndicatorInputs(**figures)`.

    5.2 counts what was received before the end of the *period* and not finished before its start; 5.1 and 5.3 what was
    received in it. Unsatisfied is what was disliked, repeated or late, once each.
    """
    counts = dict.fromkeys(
        (
            "feedback",
            "feedback_on_rules",
            "feedback_on_conduct",
            "feedback_handled",
            "feedback_in_time",
            "feedback_unsatisfied",
        ),
        0,
    )
    for item in items:
        finished = item.refused or item.answered
        if item.received > period.end or (finished is not None and finished < period.start):
            continue
        in_time = feedback_in_time(item, at=period.end, calendar=calendar)
        counts["feedback_handled"] += 1
        counts["feedback_in_time"] += in_time
        if item.received < period.start:
            continue
        counts["feedback"] += 1
        counts["feedback_on_rules"] += item.subject is FeedbackSubject.RULES
        counts["feedback_on_conduct"] += item.subject is FeedbackSubject.CONDUCT
        counts["feedback_unsatisfied"] += item.disliked or item.repeated or not in_time
    return {name: Stated(value=value, source=source) for name, value in counts.items()}


def _within(step: str, start: date, end: date, calendar: CountsWorkingDays) -> bool:
    days = next(
        row["days"] for row in load("egov_vn.dossier", "national").table("feedback_terms") if row["step"] == step
    )
    return calendar.count(start, end) <= int(days)
