"""History is the truth: replay, its guards, the four axes, and random lives under every regime."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    BUNDLE_REGIMES,
    ND_61_2018,
    ND_118_2025,
    REGIMES,
    Bundle,
    DeliveryState,
    Dossier,
    Event,
    EventKind,
    FinanceState,
    ProcedureCode,
    Regime,
    Standing,
    State,
    SupplementEffect,
    SyncState,
    advance,
    apply,
    regime_of,
    replay,
    standing,
)
from egov_vn.errors import IllegalTransition, InvalidInput

START = datetime(2026, 3, 2, 9, tzinfo=VIETNAM)


def event(kind: str, minutes: int = 0, **more: Any) -> Event:
    more.setdefault("reason", "lý do")
    return Event(kind=EventKind[kind], at=START + timedelta(minutes=minutes), actor="Cán bộ A", **more)


def life(*kinds: str, regime: Regime = ND_118_2025, strict: bool = True) -> Standing:
    """Replay plain events one minute apart."""
    events = [event(kind, n, **MORE.get(kind, {})) for n, kind in enumerate(kinds)]
    return replay(events, regime=regime, strict=strict)


MORE: dict[str, dict[str, Any]] = {
    "PAY": {"amount": 1000},
    "REFUND": {"amount": 1000},
    "REQUEST_PAYMENT": {"amount": 1000},
    "EXTEND": {"due": START + timedelta(days=30)},
    "CONSULT": {"subject": "Sở Xây dựng", "due": START + timedelta(days=2)},
    "CONSULT_ANSWER": {"subject": "Sở Xây dựng"},
}


def dossier(*events: Event, **fields: Any) -> Dossier:
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="X", events=events, **fields)


def test_a_plain_life() -> None:
    now = life("ACCEPT", "FORWARD", "SETTLE", "RETURN_RESULT")
    assert (now.state, now.delivery) == (State.RETURNED, DeliveryState.DELIVERED)
    assert now.accepted_at == START
    assert now.settled_at == now.ended_at == START + timedelta(minutes=2)
    assert now.returned_at == START + timedelta(minutes=3)


def test_a_detour_leads_back_to_where_it_began() -> None:
    assert life("ACCEPT", "REQUEST_SUPPLEMENT", "SUPPLEMENT").state is State.RECEIVED
    assert life("ACCEPT", "FORWARD", "REQUEST_SUPPLEMENT", "SUPPLEMENT").state is State.PROCESSING
    nested = life("ACCEPT", "FORWARD", "REQUEST_SUPPLEMENT", "REQUEST_STOP")
    assert nested.detours == (State.PROCESSING, State.AWAITING_SUPPLEMENT)
    back = life("ACCEPT", "FORWARD", "REQUEST_SUPPLEMENT", "REQUEST_STOP", "DECLINE_STOP")
    assert (back.state, back.detours) == (State.AWAITING_SUPPLEMENT, (State.PROCESSING,))
    assert life("ACCEPT", "REQUEST_STOP", "CONFIRM_STOP").detours == ()


def test_payment_leaves_only_when_all_is_paid() -> None:
    events = [event("ACCEPT"), event("REQUEST_PAYMENT", 1, amount=3000), event("PAY", 2, amount=1000)]
    now = replay(events, regime=ND_118_2025)
    assert (now.state, now.finance) == (State.AWAITING_PAYMENT, FinanceState.PARTLY_PAID)
    now = apply(now, event("PAY", 3, amount=2000))
    assert (now.state, now.finance, len(now.unremitted)) == (State.RECEIVED, FinanceState.PAID, 2)
    now = apply(now, event("REMIT", 4))
    assert now.unremitted == ()
    now = apply(apply(now, event("STOP", 5)), event("REFUND", 6, amount=3000))
    assert (now.state, now.finance) == (State.STOPPED, FinanceState.REFUNDED)
    assert life("ACCEPT", "REQUEST_PAYMENT").finance is FinanceState.DUE


def test_delivery_and_synchronisation_are_axes_of_their_own() -> None:
    now = life("ACCEPT", "SETTLE", "DISPATCH")
    assert (now.state, now.delivery) == (State.SETTLED, DeliveryState.SENT)
    assert apply(now, event("DELIVERY_FAILED", 9)).delivery is DeliveryState.UNDELIVERED
    for kind, sync in (
        ("SYNC_SEND", SyncState.SENT),
        ("SYNC_ACCEPT", SyncState.ACCEPTED),
        ("SYNC_REJECT", SyncState.REJECTED),
    ):
        assert (life("ACCEPT", kind).sync, life("ACCEPT", kind).state) == (sync, State.RECEIVED)
    moved = replay([event("ACCEPT"), event("MOVE_SYSTEM", 1, subject="Cổng Bộ Công an")], regime=ND_118_2025)
    assert moved.origin_system == "Cổng Bộ Công an"


def test_a_corrected_result_keeps_its_first_end() -> None:
    now = life("ACCEPT", "SETTLE", "CORRECT", "SETTLE", "RETURN_RESULT")
    assert now.ended_at == START + timedelta(minutes=1)
    assert life("ACCEPT", "SETTLE", "RETURN_RESULT", "CORRECT").state is State.CORRECTING


def test_consultations() -> None:
    now = life("ACCEPT", "CONSULT", "REPORT_DELAY", "CONSULT_ANSWER")
    asked = now.consultations[0]
    assert asked.delay_reported_at == START + timedelta(minutes=2)
    assert asked.answered_at == START + timedelta(minutes=3)
    with pytest.raises(InvalidInput, match="not asked"):
        apply(now, event("CONSULT_ANSWER", 9, subject="Sở Xây dựng"))
    assert life("ACCEPT", "REPORT_DELAY").consultations == ()


def test_incidents_suspend_only_where_the_decree_says_so() -> None:
    plain = life("ACCEPT", "INTERRUPT", "RESUME")
    bundle = life("ACCEPT", "INTERRUPT", "RESUME", regime=BUNDLE_REGIMES[1])
    assert plain.pauses == ()
    assert [pause.effect for pause in bundle.pauses] == [SupplementEffect.SUSPEND]
    for kinds in (("ACCEPT", "RESUME"), ("ACCEPT", "INTERRUPT", "INTERRUPT")):
        with pytest.raises(IllegalTransition):
            life(*kinds)


def test_two_requests_at_one_stage_are_worse_than_one_at_each() -> None:
    at_each = life("REGISTER", "REQUEST_SUPPLEMENT", "SUPPLEMENT", "ACCEPT", "REQUEST_SUPPLEMENT")
    at_one = life("ACCEPT", "REQUEST_SUPPLEMENT", "SUPPLEMENT", "REQUEST_SUPPLEMENT")
    before = life("REGISTER", "REQUEST_SUPPLEMENT", "SUPPLEMENT", "REQUEST_SUPPLEMENT")
    assert [found.level.value for found in at_each.findings] == ["warning"]
    assert [found.level.value for found in at_one.findings] == ["error"]
    assert [found.level.value for found in before.findings] == ["error"]
    assert at_each.pauses[0].start == START + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("events", "path"),
    [
        ([event("ACCEPT", 5), event("FORWARD", 4)], "LichSu[1].ThoiDiemXuLy"),
        ([event("ACCEPT"), event("REQUEST_SUPPLEMENT", 1, reason=" ")], "LichSu[1].NoiDungXuLy"),
        ([event("ACCEPT"), event("REFUSE", 1, reason="")], "LichSu[1].NoiDungXuLy"),
        ([event("ACCEPT"), event("EXTEND", 1)], "LichSu[1].NgayHenTraMoi"),
        ([event("ACCEPT"), event("EXTEND", 1, due=START)], "LichSu[1].NgayHenTraMoi"),
        ([event("ACCEPT"), event("REQUEST_PAYMENT", 1)], "LichSu[1].SoTien"),
        ([event("ACCEPT"), event("OPT_IN", 1, subject="nd61_2018")], "LichSu[1].DoiTuong"),
        ([event("ACCEPT"), event("OPT_IN", 1, subject="nd118_2025_nd309")], "LichSu[1].DoiTuong"),
        ([event("ACCEPT"), event("OPT_IN", 1, subject="nd63_2024_nd301")], "LichSu[1].DoiTuong"),
        ([event("ACCEPT"), event("OPT_IN", 1)], "regime"),
    ],
)
def test_what_the_table_cannot_see_is_refused_with_its_path(events: list[Event], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        replay(events, regime=ND_118_2025)
    assert caught.value.path == path
    lenient = replay(events, regime=ND_118_2025, strict=False)
    without_reason = path.endswith("NoiDungXuLy")  # it happened all the same
    code = "DOS-REASON-MISSING" if without_reason else "DOS-EVENT-INVALID"
    assert [found.code for found in lenient.findings] == [code]
    assert lenient.accepted_at == events[0].at


def test_an_event_out_of_order_is_left_out_of_account() -> None:
    now = life("ACCEPT", "RETURN_RESULT", "SETTLE", strict=False)
    assert now.state is State.SETTLED
    assert [(found.code, found.where) for found in now.findings] == [("DOS-EVENT-ILLEGAL", "LichSu[1]")]


def test_opting_into_a_later_regime_is_logged_and_questioned() -> None:
    events = [event("ACCEPT"), event("OPT_IN", 60 * 24 * 160, subject="nd118_2025_nd309")]
    now = replay(events, regime=ND_118_2025)
    assert now.regime.key == "nd118_2025_nd309"
    assert [found.code for found in now.findings] == ["DOS-OPT-IN-NO-CLAUSE"]


def test_the_regime_is_that_of_the_reception() -> None:
    accepted = event("ACCEPT", 0)
    assert regime_of(dossier(accepted)).key == "nd118_2025"
    submitted = datetime(2025, 6, 30, 9, tzinfo=VIETNAM)
    assert regime_of(dossier(submitted_at=submitted)).key == "nd61_2018_nd107"
    assert regime_of(dossier(submitted_at=submitted, received_at=START)).key == "nd118_2025"
    assert standing(dossier(submitted_at=submitted)).state is State.NEW
    with pytest.raises(InvalidInput):
        regime_of(dossier())
    with pytest.raises(InvalidInput):
        replay([accepted])


def test_which_linked_groups_have_a_decree_of_their_own() -> None:
    later = datetime(2026, 10, 5, 9, tzinfo=VIETNAM)
    keys = [regime_of(dossier(received_at=later, bundle=bundle)).key for bundle in Bundle]
    assert keys == ["nd63_2024_nd301", "nd63_2024_nd301", "nd118_2025_nd309"]


def test_without_history_the_record_speaks() -> None:
    more: dict[str, Any] = {"received_at": START, "submitted_at": START}
    assert standing(dossier(status=5, **more)).state is State.AWAITING_SUPPLEMENT
    assert standing(dossier(status=5, submitted_at=START)).state is State.INCOMPLETE
    assert standing(dossier(status=7, submitted_at=START)).state is State.WITHDRAWN
    done = standing(dossier(status=10, finished_at=START, returned_at=START + timedelta(days=1), **more))
    assert (done.state, done.ended_at, done.delivery) == (State.RETURNED, START, DeliveryState.DELIVERED)
    assert standing(dossier(status=9, **more)).delivery is DeliveryState.READY


def test_standing_at_an_earlier_instant() -> None:
    item = dossier(event("ACCEPT"), event("FORWARD", 10), event("SETTLE", 20))
    assert [standing(item, at=START + timedelta(minutes=n)).state for n in (0, 10, 25)] == [
        State.RECEIVED, State.PROCESSING, State.SETTLED,
    ]  # fmt: skip
    assert standing(item, at=START - timedelta(days=1)).state is State.NEW


def test_advance_keeps_the_record_in_step() -> None:
    item = dossier()
    for kind, minutes in (("REGISTER", 0), ("ACCEPT", 5), ("FORWARD", 6), ("SETTLE", 7), ("RETURN_RESULT", 8)):
        item = advance(item, event(kind, minutes))
        assert item.status == standing(item).state.code
    assert (item.submitted_at, item.received_at) == (START, START + timedelta(minutes=5))
    assert item.finished_at == START + timedelta(minutes=7)
    with pytest.raises(IllegalTransition):
        advance(item, event("FORWARD", 9))
    due = START + timedelta(days=3)
    extended = advance(advance(dossier(), event("ACCEPT"), due_at=due), event("EXTEND", 9, due=due + timedelta(days=3)))
    assert extended.due_at == due + timedelta(days=3)
    assert advance(dossier(), event("REFUSE_RECEPTION")).refused_at == START


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([*REGIMES, *BUNDLE_REGIMES]), st.data())
def test_random_lives(regime: Regime, data: st.DataObject) -> None:
    """Any life that the table allows: a replay is the fold of its steps, and its parts agree."""
    now, events = Standing(regime=regime), []
    for step in range(data.draw(st.integers(1, 25))):
        kinds = [kind for kind in now.regime.events(now.state) if kind is not EventKind.OPT_IN]
        kind = data.draw(st.sampled_from(kinds))
        one = event(kind.name, step, **MORE.get(kind.name, {}))
        try:
            now = apply(now, one)
        except (IllegalTransition, InvalidInput):
            continue
        events.append(one)
        assert (now.state in (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.STOP_REQUESTED)) == bool(
            now.detours
        )
        assert (now.ended_at is None) or now.ended_at <= one.at
    assert replay(events, regime=regime) == now
    assert replay(events, regime=regime, strict=False) == now
    for cut in range(len(events)):
        assert replay(events[cut:], start=replay(events[:cut], regime=regime)) == now


def test_an_old_regime_has_no_closing() -> None:
    with pytest.raises(IllegalTransition):
        life("ACCEPT", "REQUEST_SUPPLEMENT", "CLOSE", regime=ND_61_2018)
    assert life("ACCEPT", "REQUEST_SUPPLEMENT", "CLOSE").state is State.CLOSED_NOT_COMPLETED
