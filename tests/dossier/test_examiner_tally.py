"""Figures and history must say the same: a fact counts what the replay of its events counts, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    CountingPolicy,
    Dossier,
    DossierFact,
    Event,
    EventKind,
    Level,
    Outcome,
    Period,
    ProcedureCode,
    State,
    Tally,
    check_report,
    fact_of,
    report,
    standing,
)
from egov_vn.dossier.facts import instant, seconds
from egov_vn.dossier.tally import COUNTS

END = datetime(2026, 12, 31, tzinfo=VIETNAM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(kind: str, when: datetime | str, **more: Any) -> Event:
    moment = at(when) if isinstance(when, str) else when
    return Event(kind=EventKind[kind], at=moment, actor="Cán bộ A", reason=more.pop("reason", "lý do"), **more)


def dossier(*events: Event, **fields: Any) -> Dossier:
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="A", events=events, **fields)


def fact(item: Dossier, as_of: datetime = END) -> DossierFact:
    found = fact_of(item, level=Level.PROVINCE, as_of=as_of)
    assert found is not None
    return found


def test_closing_under_a_decree_that_knows_no_closing_ends_nothing() -> None:
    """NĐ 61/2018 has no closing; NĐ 118/2025 Điều 19(5) has."""
    for year, outcome in ((2025, Outcome.OPEN), (2026, Outcome.CLOSED)):
        item = dossier(
            event("ACCEPT", f"{year}-03-03 09:00"),
            event("REQUEST_SUPPLEMENT", f"{year}-03-04 09:00"),
            event("CLOSE", f"{year}-04-10 09:00"),
        )
        assert fact(item).outcome == outcome


def test_what_came_too_early_or_too_late_is_left_out() -> None:
    settled = event("SETTLE", "2026-03-05 09:00")
    assert fact(dossier(event("SETTLE", "2026-03-02 09:00"), event("ACCEPT", "2026-03-03 09:00"))).ended is None
    life = dossier(
        event("ACCEPT", "2026-03-03 09:00"), settled,
        event("REQUEST_STOP", "2026-03-06 09:00"), event("CONFIRM_STOP", "2026-03-06 10:00"),
    )  # fmt: skip
    assert (fact(life).outcome, instant(fact(life).ended or 0)) == (Outcome.SETTLED, settled.at)


def test_the_term_of_an_opinion_is_not_the_appointment() -> None:
    """NĐ 118/2025 Điều 19(4)(b): thời hạn lấy ý kiến; only Điều 19(6) moves the appointment, and only once."""
    due = at("2026-03-10 17:00")
    asked = event("CONSULT", "2026-03-04 09:00", subject="Sở Xây dựng", due=at("2026-03-06 17:00"))
    life = (event("ACCEPT", "2026-03-03 09:00"), asked)
    assert instant(fact(dossier(*life, due_at=due)).due or 0) == due
    first = event("EXTEND", "2026-03-05 09:00", due=at("2026-03-17 17:00"))
    second = event("EXTEND", "2026-03-16 09:00", due=at("2026-03-31 17:00"))
    assert instant(fact(dossier(*life, first, second, due_at=due)).due or 0) == at("2026-03-17 17:00")


@pytest.mark.parametrize(("made", "counts"), [("2026-03-10 17:00", True), ("2026-03-10 17:01", False)])
def test_a_re_appointment_after_the_due_instant_heals_nothing(made: str, counts: bool) -> None:
    """NĐ 118/2025 Điều 19(6): the apology goes out before the day of return; statistics and `lateness` agree."""
    due, later = at("2026-03-10 17:00"), at("2026-03-17 17:00")
    life = (event("ACCEPT", "2026-03-03 09:00"), event("EXTEND", made, due=later))
    found = fact(dossier(*life, event("SETTLE", "2026-03-12 09:00"), due_at=due))
    assert instant(found.due or 0) == (later if counts else due)


def test_an_event_without_its_reason_happened_all_the_same() -> None:
    """NĐ 118/2025 Điều 19(5): the reason is owed in writing; without it the request is still one."""
    item = dossier(event("ACCEPT", "2026-03-03 09:00"), event("REQUEST_SUPPLEMENT", "2026-03-04 09:00", reason=""))
    now = standing(item, strict=False)
    assert now.state is State.AWAITING_SUPPLEMENT
    assert [found.code for found in now.findings] == ["DOS-REASON-MISSING"]
    assert fact(item).supplements == 1


def test_a_wait_ends_with_the_dossier() -> None:
    item = dossier(
        event("ACCEPT", "2026-03-03 09:00"), event("REQUEST_SUPPLEMENT", "2026-03-04 09:00"),
        event("CLOSE", "2026-03-24 09:00"),
    )  # fmt: skip
    assert fact(item).waited == 20 * 86_400


KINDS = [kind.name for kind in EventKind if kind not in (EventKind.OPT_IN, EventKind.CONSULT_ANSWER)]
ENDED = {State.SETTLED, State.RETURNED, State.CORRECTING, State.REFUSED, State.STOPPED, State.CLOSED_NOT_COMPLETED}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(-60, 3_000)), max_size=14), st.integers(0, 20_000))
def test_facts_agree_with_the_replay_of_any_history(steps: list[tuple[str, int]], cut: int) -> None:
    now, events = at("2026-03-02 08:00"), []
    for kind, minutes in steps:
        now += timedelta(minutes=minutes)
        events.append(event(kind, now, amount=1000, due=now + timedelta(days=3)))
    item, as_of = dossier(*events), at("2026-03-02 08:00") + timedelta(minutes=cut)
    if not events:
        return
    there = standing(item, strict=False, at=as_of)
    found = fact_of(item, level=Level.PROVINCE, as_of=as_of)
    if there.accepted_at is None:
        assert found is None
        return
    assert found is not None
    assert found.received == seconds(there.accepted_at)
    assert found.ended == (seconds(there.ended_at) if there.ended_at else None)
    assert (found.outcome != Outcome.OPEN) == (there.state in ENDED)


@pytest.mark.parametrize(
    ("received", "came"),
    [
        (datetime(2026, 6, 14, 16, 59, 59, tzinfo=UTC), "carried"),
        (datetime(2026, 6, 14, 17, 0, 0, tzinfo=UTC), "direct"),
        (datetime(2026, 9, 14, 16, 59, 59, 999_999, tzinfo=UTC), "direct"),
        (datetime(2026, 9, 14, 17, 0, 0, tzinfo=UTC), None),
    ],
)
def test_the_edges_of_a_period_in_utc(received: datetime, came: str | None) -> None:
    """NĐ 09/2019/NĐ-CP Điều 12: quarter III from 15/06 00:00 to 14/09 24:00, in Vietnam."""
    period = Period.quarter(2026, 3)
    one = fact(dossier(event("ACCEPT", received)))
    tally = Tally.of([one], period)
    assert [name for name in COUNTS[:5] if tally.count(name)] == ([came] if came else [])


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, (1, 2, 3)),
        ({"early": "instant"}, (2, 1, 3)),
        ({"late": "day"}, (1, 3, 2)),
        ({"early": "instant", "late": "day"}, (2, 2, 2)),
        ({"stopped": "on_time"}, (1, 3, 2)),
    ],
)
def test_every_policy_against_a_count_by_hand(policy: dict[str, Any], expected: tuple[int, int, int]) -> None:
    """Due Fri 10/07/2026 17:00: at noon, at 18:00, the day before, to the second, after midnight, stopped."""
    ends = ("2026-07-10 12:00", "2026-07-10 18:00", "2026-07-09 23:59", "2026-07-10 17:00", "2026-07-11 00:00")
    whole = [(end, Outcome.SETTLED) for end in ends] + [("2026-07-20 09:00", Outcome.STOPPED)]
    facts = [
        DossierFact(
            code=str(number), field="A", agency="H13", level="province", intake=3, due=seconds(at("2026-07-10 17:00")),
            received=seconds(at("2026-07-01 08:00")), ended=seconds(at(end)), outcome=outcome.value,
        )
        for number, (end, outcome) in enumerate(whole)
    ]  # fmt: skip
    tally = Tally.of(facts, Period.quarter(2026, 3), policy=CountingPolicy(**policy))
    assert (tally.count("early"), tally.count("on_time"), tally.count("late")) == expected


@pytest.mark.parametrize(
    ("form", "left_out"),
    [
        ("II.06a", set()),
        ("07a", set()),
        ("07b", {"", "branch_central", "district", "ministry"}),
        ("07c", {"commune", "district", "province", ""}),
    ],
)
def test_nobody_is_left_out_of_a_table_in_silence(form: str, left_out: set[str]) -> None:
    """TT 09/2026/TT-BTP, 07b has sections for province and commune only; the directive asks for every dossier."""
    levels = ("province", "commune", "district", "ministry", "branch_central", "")
    received = seconds(at("2026-08-03 08:00"))
    facts = [DossierFact(str(n), "A", "X", level, 3, received, None, None) for n, level in enumerate(levels)]
    tally = Tally.of(facts, Period.month(2026, 8))
    made = report(tally, unit="UBND tỉnh Ví Dụ", form=form)
    findings = check_report(made, tally=tally)
    assert {item.where for item in findings if item.code == "STAT-LEFT-OUT"} == left_out
    assert made.cell(3) + len(findings) == tally.counted == len(levels)


def test_what_could_not_be_counted_is_told() -> None:
    wrong = DossierFact("H13-260803-0001", "A", "X", "province", 3, seconds(at("2026-08-03 08:00")), None, 1)
    tally = Tally.of([wrong], Period.month(2026, 8))
    (found,) = check_report(report(tally, unit="X"), tally=tally)
    assert found.code == "STAT-FAULTY"
    assert "H13-260803-0001" in found.text("vi")
