"""By when a procedure must be published (*công bố*) and posted (*công khai*), and what was late: NĐ 63/2010/NĐ-CP.

Article 15 counts back from the day on which the legal act takes effect, Article 24(2) forward from the signing of the
decision. The wording in force from 25/09/2017 was read; earlier days raise `NotInForce`. For posting at the desk the
decree says "in time" and no number of days, and for a delegated body it sets no term of posting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from egov_vn.calendar import Deadline, WorkCalendar, compute_deadline
from egov_vn.clock import VIETNAM, require_date
from egov_vn.dossier.indicator_inputs import Stated
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, Evidence, Version, load

__all__ = [
    "Publication",
    "PublicationDeadline",
    "Publisher",
    "decision_deadline",
    "posting_deadline",
    "publication_figures",
]


class Publisher(StrEnum):
    """Who publishes the procedure (*thẩm quyền công bố*), NĐ 63/2010/NĐ-CP Article 13."""

    MINISTRY = "ministry"
    """*Bộ trưởng, Thủ trưởng cơ quan ngang bộ* (clause 1)."""
    PROVINCE = "province"
    """*Chủ tịch Ủy ban nhân dân tỉnh, thành phố* (clause 2)."""
    DELEGATED = "delegated"
    """*Người đứng đầu cơ quan được giao hoặc ủy quyền* (clause 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDeadline:
    """The last day (*thời hạn*) for a decision or a posting, with its rule.

    *counted_from* is the day that the rule counts from. *deadline* holds every reason of a term that runs forward; None
    for one that is counted back.
    """

    day: date
    counted_from: date
    because: Text
    source: Citation
    evidence: Evidence
    deadline: Deadline | None = None

    def late(self, on: date) -> bool:
        """Say whether what was done on the day *on* came too late."""
        return require_date(on, "on") > self.day

    def explain(self, lang: Language = "vi") -> str:
        """Return the reason with its article, and for a forward term the way day by day."""
        head = f"{self.because(lang)} [{self.source.render(lang)}]"
        return head if self.deadline is None else f"{head}\n{self.deadline.explain(lang)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "day": self.day.isoformat(),
            "counted_from": self.counted_from.isoformat(),
            "because": {"vi": self.because.vi, "en": self.because.en},
            "source": str(self.source),
            "evidence": self.evidence.value,
            "deadline": None if self.deadline is None else self.deadline.to_dict(),
        }


def decision_deadline(
    publisher: Publisher | str,
    *,
    effective: date,
    calendar: WorkCalendar,
    issued: date | None = None,
    shortened: bool = False,
    as_indicator: bool = False,
) -> PublicationDeadline:
    """Return the last day for the decision that publishes a procedure (*quyết định công bố*).

    *effective* is the day on which the legal act takes effect: the decision comes 20 days before it (ministry) or 5
    (province, delegated body). An act by the *shortened* procedure, in force when *issued*, leaves 3 days after that.
    The decree counts days; *as_indicator* counts working days back, as the national indicator 1.1 does.
    """
    who = _publisher(publisher)
    require_date(effective, "effective")
    if shortened:
        start = effective if issued is None else require_date(issued, "issued")
        rule = _rule("decision_term_shortened", start)
        return _forward(start, rule, calendar, "ngày văn bản được công bố hoặc ký ban hành", "the act was issued on")
    if issued is not None:
        raise InvalidInput("the day of issue matters only for an act by the shortened procedure", path="issued")
    rule = _rule(f"decision_days_{who.value}", effective)
    days = int(rule.value)
    day = calendar.add(effective, -days) if as_indicator else effective - timedelta(days=days)
    unit = Text("ngày làm việc", "working days") if as_indicator else Text("ngày", "days")
    return PublicationDeadline(
        day=day,
        counted_from=effective,
        because=Text(
            f"Quyết định công bố phải ban hành chậm nhất ngày {day:%d/%m/%Y}: trước {days:02d} {unit.vi} tính đến ngày "
            f"văn bản có hiệu lực ({effective:%d/%m/%Y}).",
            f"The decision is due by {day:%d/%m/%Y}: {days} {unit.en} before the act takes effect on "
            f"{effective:%d/%m/%Y}.",
        ),
        source=rule.source,
        evidence=Evidence.REPORT if as_indicator else rule.evidence,
    )


def posting_deadline(
    publisher: Publisher | str, *, signed: date, calendar: WorkCalendar, shortened: bool = False
) -> PublicationDeadline:
    """Return the last day for posting the procedure on the national database (*nhập, đăng tải công khai*).

    From the day on which the decision was *signed*: 10 working days (ministry), 5 (province), 2 for an act by the
    *shortened* procedure. `NotInForce` for a delegated body: Article 24(2) sets it no term.
    """
    who = _publisher(publisher)
    require_date(signed, "signed")
    if who is Publisher.DELEGATED and not shortened:
        raise NotInForce(
            "posting_term_delegated", signed, "Article 24(2) of 63/2010/NĐ-CP sets no term for a delegated body"
        )
    rule = _rule("posting_term_shortened" if shortened else f"posting_term_{who.value}", signed)
    return _forward(signed, rule, calendar, "ngày ký quyết định công bố", "the decision was signed on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One procedure in one decision (*thủ tục trong quyết định công bố*), new, amended or abolished."""

    procedure: str
    signed: date
    effective: date
    posted: date | None = None
    shortened: bool = False


def publication_figures(
    publications: Iterable[Publication],
    *,
    period: Period,
    publisher: Publisher | str,
    calendar: WorkCalendar,
    source: str,
) -> dict[str, Stated]:
    """Return the figures for the indicators 1.1 and 1.2, ready for `IndicatorInputs(**figures)`.

    A procedure counts once, and is late if it was late once. 1.1 looks at decisions signed in the *period* and counts
    back in working days. 1.2 looks at what was posted in the period or had to be (our reading: the description is not
    clear); what is not posted at the end of its last day is late.
    """
    if _publisher(publisher) is Publisher.DELEGATED:
        raise InvalidInput("the indicators are those of ministries and provinces", path="publisher")
    published: dict[str, bool] = {}
    posted: dict[str, bool] = {}
    for item in publications:
        if period.start <= item.signed <= period.end:
            # An act by the shortened procedure takes effect when it is issued.
            due = decision_deadline(
                publisher, effective=item.effective, calendar=calendar, shortened=item.shortened, as_indicator=True
            )
            published[item.procedure] = published.get(item.procedure, True) and not due.late(item.signed)
        last = posting_deadline(publisher, signed=item.signed, calendar=calendar, shortened=item.shortened)
        in_time = item.posted is not None and not last.late(item.posted)
        if any(day is not None and period.start <= day <= period.end for day in (item.posted, last.day)):
            posted[item.procedure] = posted.get(item.procedure, True) and in_time
    return {
        name: Stated(value=value, source=source)
        for name, value in (
            ("published_in_time", sum(published.values())),
            ("published", len(published)),
            ("posted_in_time", sum(posted.values())),
            ("to_post", len(posted)),
        )
    }


def _publisher(value: Publisher | str) -> Publisher:
    try:
        return Publisher(value)
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not one of {', '.join(Publisher)}", path="publisher") from error


def _rule(name: str, on: date) -> Version[Any]:
    return load("egov_vn.dossier", "publication").rules[name].on(on)


def _forward(start: date, rule: Version[Any], calendar: WorkCalendar, vi: str, en: str) -> PublicationDeadline:
    found = compute_deadline(datetime.combine(start, time(), VIETNAM), str(rule.value), calendar=calendar)
    return PublicationDeadline(
        day=found.day,
        counted_from=start,
        because=Text(
            f"Chậm nhất ngày {found.day:%d/%m/%Y}: {found.term} kể từ {vi} ({start:%d/%m/%Y}).",
            f"Due by {found.day:%d/%m/%Y}: {found.term.render('en')} after {en} {start:%d/%m/%Y}.",
        ),
        source=rule.source,
        evidence=rule.evidence,
        deadline=found,
    )
