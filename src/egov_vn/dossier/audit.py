"""What was not done in time, or not in order, in the life of a dossier: findings with their articles.

Only what the events show is judged; a missing event is a duty (`duties`), not a violation, until its term has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from egov_vn.calendar import Policy, Term, WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM, require_aware, vietnam_date
from egov_vn.dossier.due import Due, Timeliness, due_of, lateness
from egov_vn.dossier.duties import Desk, apology_by, closing_window, confirm_by, forward_by, online_rule, paper_by
from egov_vn.dossier.fields import Channel
from egov_vn.dossier.replay import standing
from egov_vn.dossier.standing import Standing
from egov_vn.dossier.state import EventKind, State
from egov_vn.finding import Finding, finding

if TYPE_CHECKING:
    from egov_vn.dossier.model import Dossier
    from egov_vn.law import Citation

__all__ = ["audit"]


def audit(
    dossier: Dossier,
    at: datetime,
    *,
    calendar: WorkCalendar | None = None,
    hours: WorkHours | None = None,
    policy: Policy | None = None,
    term: Term | str | None = None,
) -> tuple[Finding, ...]:
    """Return what was done late, too often or out of order up to the instant *at*, each with its article."""
    now = standing(dossier, strict=False, at=require_aware(at))
    desk = Desk.of(calendar, hours)
    found = list(now.findings)
    found += _reception(dossier, now, desk, at)
    found += _adjusted(dossier, now, at)
    found += _forwarding(dossier, now, desk, at)
    found += _supplements(now, desk)
    found += _closing(now, desk)
    found += _correction(dossier, desk, at)
    if now.accepted_at is not None and (term or dossier.term):
        due = due_of(dossier, calendar=desk.calendar, hours=desk.hours, policy=policy, term=term, now=now)
        if due is not None:
            found += _apology(dossier, now, desk, due, policy=policy, term=term)
            found += _late(dossier, now, desk, due, at, policy=policy, term=term)
    return tuple(found)


def _late_finding(code: str, what: tuple[str, str], done: datetime, by: datetime, source: Citation) -> Finding:
    return finding(
        code,
        "error",
        vi=f"{what[0]} lúc {_vi(done)}, chậm nhất là {_vi(by)}",
        en=f"{what[1]} at {done.isoformat()}, due by {by.isoformat()}",
        where=done.isoformat(),
        source=source,
    )


def _vi(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _reception(dossier: Dossier, now: Standing, desk: Desk, at: datetime) -> Iterator[Finding]:
    if dossier.channel is not Channel.ONLINE:
        return
    acknowledged, received = now.registered_at or now.system_received_at, now.system_received_at or now.registered_at
    alert = online_rule(now, "online_alert_hours", acknowledged) if acknowledged else None
    if alert and acknowledged:
        by = acknowledged + timedelta(hours=alert.value)
        done = now.alerted_at or now.answered_at or at
        if done > by:
            yield _late_finding("DOS-ALERT-LATE", ("Báo cán bộ", "the officer was alerted"), done, by, alert.source)
    completed = [item for item in now.supplement_completions if now.accepted_at is None or item <= now.accepted_at]
    for asked in filter(None, (received, *completed)):
        answer = online_rule(now, "online_answer_working_hours", asked)
        if answer is None:
            continue
        by = desk.add_hours(asked, answer.value)
        answers = (*now.supplement_requests, now.accepted_at, now.ended_at)
        done = min((item for item in answers if item is not None and item >= asked), default=at)
        if done > by:
            yield _late_finding("DOS-ANSWER-LATE", ("Trả lời", "the applicant was answered"), done, by, answer.source)


def _adjusted(dossier: Dossier, now: Standing, at: datetime) -> Iterator[Finding]:
    """Only what was filed online may be adjusted by its applicant; the counter knows the stop and the supplement."""
    if dossier.channel is Channel.ONLINE:
        return
    for event in dossier.events:
        edge = now.regime.transitions.get((State.RECEIVED, event.kind)) if event.kind is EventKind.ADJUST else None
        if edge is not None and event.at <= at:
            yield finding(
                "DOS-ADJUST-NOT-ONLINE",
                "warning",
                vi="Chỉ hồ sơ nộp trực tuyến được người nộp điều chỉnh nội dung",
                en="only a dossier filed online may be adjusted by its applicant",
                where=event.at.isoformat(),
                source=edge.source,
            )


def _forwarding(dossier: Dossier, now: Standing, desk: Desk, at: datetime) -> Iterator[Finding]:
    forward = forward_by(dossier, now, desk)
    if forward is not None and dossier.channel is not Channel.ONLINE:
        done = now.forwarded_at or now.ended_at or at
        if done > forward[1]:
            yield _late_finding("DOS-FORWARD-LATE", ("Chuyển hồ sơ", "forwarded"), done, forward[1], forward[0].source)
    confirm = confirm_by(now, desk)
    if confirm is not None and now.arrived_at is not None and now.arrived_at > confirm[1]:
        what = ("Cơ quan tiếp theo phản hồi", "the next body answered")
        yield _late_finding("DOS-ARRIVAL-LATE", what, now.arrived_at, confirm[1], confirm[0].source)
    paper = paper_by(dossier, now, desk)
    if paper is not None:
        done = now.arrived_at or now.ended_at or at
        if done > paper[1]:
            yield _late_finding(
                "DOS-PAPER-LATE", ("Chuyển hồ sơ giấy", "paper forwarded"), done, paper[1], paper[0].source
            )


def _supplements(now: Standing, desk: Desk) -> Iterator[Finding]:
    rule = now.regime.rule("supplement_notice_working_days")
    if rule is None or now.accepted_at is None:
        return
    by = desk.closing(now.accepted_at, rule.value)
    for asked in now.supplement_requests:
        if asked >= now.accepted_at and vietnam_date(asked) > vietnam_date(by):
            yield _late_finding(
                "DOS-SUPPLEMENT-LATE", ("Thông báo bổ sung", "supplement notice given"), asked, by, rule.source
            )


def _closing(now: Standing, desk: Desk) -> Iterator[Finding]:
    if now.state is not State.CLOSED_NOT_COMPLETED or now.ended_at is None:
        return
    window = closing_window(now, desk)
    if window is not None and now.ended_at <= window[1]:
        rule, last = window
        yield finding(
            "DOS-CLOSED-EARLY",
            "error",
            vi=f"Đóng hồ sơ lúc {_vi(now.ended_at)} khi người nộp còn được hoàn thiện đến hết ngày {last:%d/%m/%Y}",
            en=f"closed at {now.ended_at.isoformat()} while the applicant could complete it until {last.date()}",
            where=now.ended_at.isoformat(),
            source=rule.source,
        )


def _correction(dossier: Dossier, desk: Desk, at: datetime) -> Iterator[Finding]:
    asked: datetime | None = None
    rule = standing(dossier, strict=False, at=at).regime.rule("correction_working_days")
    if rule is None:
        return
    for event in dossier.events:
        if event.at > at:
            break
        if event.kind is EventKind.CORRECT:
            asked = event.at
        elif event.kind is EventKind.SETTLE and asked is not None:
            by = desk.closing(asked, rule.value)
            if event.at > by:
                yield _late_finding("DOS-CORRECTION-LATE", ("Đính chính", "corrected"), event.at, by, rule.source)
            asked = None
    if asked is not None and at > (by := desk.closing(asked, rule.value)):
        yield _late_finding("DOS-CORRECTION-LATE", ("Chưa đính chính", "not yet corrected"), at, by, rule.source)


def _apology(
    dossier: Dossier, now: Standing, desk: Desk, due: Due, *, policy: Policy | None, term: Term | str | None
) -> Iterator[Finding]:
    rule = now.regime.rule("apology_days_before")
    if rule is None:
        return
    for extension in now.extensions:
        then = standing(dossier, strict=False, at=extension.at).but(extensions=())
        before = due_of(dossier, calendar=desk.calendar, hours=desk.hours, policy=policy, term=term, now=then) or due
        by = apology_by(before, rule)
        if extension.at > by:
            yield _late_finding(
                "DOS-APOLOGY-LATE", ("Xin lỗi, đề nghị gia hạn", "apology and extension"), extension.at, by, rule.source
            )


def _late(
    dossier: Dossier,
    now: Standing,
    desk: Desk,
    due: Due,
    at: datetime,
    *,
    policy: Policy | None,
    term: Term | str | None,
) -> Iterator[Finding]:
    verdict = lateness(dossier, at, calendar=desk.calendar, hours=desk.hours, policy=policy, term=term)
    if verdict.verdict not in (Timeliness.LATE, Timeliness.OVERDUE):
        return
    rule = now.regime.rule("refusal_within_term")
    yield finding(
        "DOS-LATE",
        "error",
        vi=f"Quá hạn {verdict.working_days} ngày làm việc so với {_vi(due.at)}",
        en=f"late by {verdict.working_days} working days after {due.at.isoformat()}",
        where=(now.ended_at or at).isoformat(),
        source=rule.source if rule else now.regime.source,
    )
    if not now.apologies:
        apology = now.regime.rule("apology_days_before") or now.regime.rule("apology_required")
        if apology is not None:
            yield finding(
                "DOS-NO-APOLOGY",
                "error",
                vi="Quá hạn mà không có văn bản xin lỗi",
                en="late, and no apology was sent",
                where=(now.ended_at or at).isoformat(),
                source=apology.source,
            )
