"""Replay: what a dossier is, from what happened to it.

`replay` reads no calendar: it knows states, clocks and counts. What a count of working days is needed for (due dates,
lateness, violations of terms) is in `due` and `duties`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from egov_vn.clock import require_aware, vietnam_date
from egov_vn.dossier.effects import effects, opted
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.parts import Event
from egov_vn.dossier.regimes import Regime, Transition
from egov_vn.dossier.standing import Pause, Standing
from egov_vn.dossier.state import DeliveryState, EventKind, State
from egov_vn.errors import IllegalTransition, InvalidInput, require, require_each
from egov_vn.finding import Finding, finding

__all__ = ["advance", "apply", "regime_of", "replay", "standing"]

_REASON_REQUIRED: Final = frozenset(
    {
        EventKind.REQUEST_SUPPLEMENT,
        EventKind.REFUSE_RECEPTION,
        EventKind.REFUSE,
        EventKind.EXTEND,
        EventKind.STOP,
        EventKind.DECLINE_STOP,
        EventKind.OPT_IN,
    }
)


def standing(dossier: Dossier, *, strict: bool = True, at: datetime | None = None) -> Standing:
    """Return where *dossier* stands after its events (those up to *at*, if given), under the regime of its reception.

    Without events the recorded status and dates speak. See `replay` for *strict*.
    """
    require(dossier, Dossier, "dossier")
    events = dossier.events
    if at is not None:
        require_aware(at)
        events = tuple(event for event in events if event.at <= at)
    regime = regime_of(dossier)
    if not dossier.events:
        return _recorded(dossier, regime)
    start = Standing(regime=regime, effect=dossier.supplement_effect, origin_system=dossier.origin_system)
    return replay(events, start=start, strict=strict)


def regime_of(dossier: Dossier) -> Regime:
    """Return the regime of the day on which the dossier was received (else submitted, else first touched)."""
    require(dossier, Dossier, "dossier")
    first = dossier.events[0].at if dossier.events else None
    accepted = next((event.at for event in dossier.events if event.kind is EventKind.ACCEPT), None)
    day = dossier.received_at or accepted or dossier.submitted_at or first
    if day is None:
        raise InvalidInput("no day of reception, submission or event: the regime cannot be known", path="NgayTiepNhan")
    return Regime.on(vietnam_date(day), bundle=_own_decree(dossier))


def _own_decree(dossier: Dossier) -> bool:
    return dossier.bundle is not None and dossier.bundle.has_own_decree


def replay(
    events: Iterable[Event], *, regime: Regime | None = None, start: Standing | None = None, strict: bool = True
) -> Standing:
    """Return the standing after *events*, oldest first, from *start* (default: a new dossier under *regime*).

    *strict* (for writing) raises at the first event that cannot be: `IllegalTransition`, or `InvalidInput` with the
    path `LichSu[i]` for a clock that goes backwards, a missing reason, an impossible appointment. Otherwise (for
    reading what others wrote) such an event is left out of account and becomes a finding; one that only lacks its
    reason happened all the same: it counts, and is a finding too.
    """
    if start is None:
        if regime is None:
            raise InvalidInput("a replay needs a regime or a standing to start from", path="regime")
        start = Standing(regime=require(regime, Regime, "regime"))
    now = require(start, Standing, "start")
    for index, event in enumerate(require_each(events, Event, "LichSu")):
        try:
            now = _apply(now, event, f"LichSu[{index}]", reasons=strict)
        except (IllegalTransition, InvalidInput) as error:
            if strict:
                raise
            now = now.but(findings=(*now.findings, _rejected(error, index)))
        else:
            if not strict and _lacks_reason(event):
                now = now.but(findings=(*now.findings, _unreasoned(event, index)))
    return now


def apply(now: Standing, event: Event, *, path: str = "event", reasons: bool = True) -> Standing:
    """Return the standing after one more *event*; raises `IllegalTransition` or `InvalidInput` and changes nothing.

    Without *reasons* an event that lacks the reason the law wants in writing is taken as it is.
    """
    return _apply(require(now, Standing, "now"), require(event, Event, path), path, reasons=reasons)


def _apply(now: Standing, event: Event, path: str, *, reasons: bool) -> Standing:
    if now.last_at is not None and event.at < now.last_at:
        raise InvalidInput(
            f"{event.at.isoformat()} lies before the event of {now.last_at.isoformat()}: the clock went backwards",
            path=f"{path}.ThoiDiemXuLy",
        )
    if reasons and _lacks_reason(event):
        raise InvalidInput(f"{event.kind.name} needs its reason in writing", path=f"{path}.NoiDungXuLy")
    edge = now.regime.step(now.state, event.kind)
    _guard(now, event, path)
    target, detours = _target(now, edge, event)
    after = now.but(state=target, detours=detours, last_at=event.at)
    return effects(now, after, event)


def _lacks_reason(event: Event) -> bool:
    return event.kind in _REASON_REQUIRED and not event.reason.strip()


def _target(now: Standing, edge: Transition, event: Event) -> tuple[State, tuple[State, ...]]:
    """Return the state that the edge leads to, and the detours that are then open."""
    if edge.target is None:
        if event.kind is EventKind.PAY and now.paid + (event.amount or 0) < now.demanded:
            return now.state, now.detours
        return now.detours[-1], now.detours[:-1]
    if edge.detour:
        return edge.target, (*now.detours, now.state)
    return edge.target, now.detours if edge.target is now.state else ()


def _guard(now: Standing, event: Event, path: str) -> None:
    """Refuse what the table of states cannot see."""
    if event.kind is EventKind.EXTEND:
        limit = now.regime.rule("reappointment_limit")
        if limit is not None and len(now.extensions) >= limit.value:
            raise IllegalTransition(
                now.state.value, event.kind.value, f"the result may be re-appointed only once [{limit.source}]"
            )
        if event.due is None or event.due <= event.at:
            raise InvalidInput("an extension needs a later appointment", path=f"{path}.NgayHenTraMoi")
    elif event.kind is EventKind.OPT_IN:
        opted(now.regime, event, path)
    elif event.kind is EventKind.RESUME and now.interrupted_at is None:
        raise IllegalTransition(now.state.value, event.kind.value, "no failure was announced that could end")
    elif event.kind is EventKind.INTERRUPT and now.interrupted_at is not None:
        raise IllegalTransition(now.state.value, event.kind.value, "a failure is announced already")
    elif event.kind in (EventKind.PAY, EventKind.REFUND, EventKind.REQUEST_PAYMENT) and not event.amount:
        raise InvalidInput(f"{event.kind.name} needs an amount in đồng", path=f"{path}.SoTien")
    elif event.kind is EventKind.CONSULT_ANSWER and not any(
        item.body == event.subject and item.answered_at is None for item in now.consultations
    ):
        raise InvalidInput(f"{event.subject!r} was not asked for an opinion", path=f"{path}.DoiTuong")


def _unreasoned(event: Event, index: int) -> Finding:
    return finding(
        "DOS-REASON-MISSING",
        "error",
        vi=f"Sự kiện thứ {index + 1} ({event.kind.value}) không nêu lý do bằng văn bản",
        en=f"event {index + 1} ({event.kind.value}) gives no reason in writing",
        where=f"LichSu[{index}].NoiDungXuLy",
    )


def _rejected(error: IllegalTransition | InvalidInput, index: int) -> Finding:
    code = "DOS-EVENT-ILLEGAL" if isinstance(error, IllegalTransition) else "DOS-EVENT-INVALID"
    where = error.path if isinstance(error, InvalidInput) and error.path else f"LichSu[{index}]"
    return finding(
        code,
        "error",
        vi=f"Sự kiện thứ {index + 1} không hợp lệ và không được tính: {error}",
        en=f"event {index + 1} cannot be and is left out of account: {error}",
        where=where,
    )


def _recorded(dossier: Dossier, regime: Regime) -> Standing:
    """Return what the recorded status and dates say, for a dossier without history."""
    state = dossier.recorded_state
    ended = dossier.finished_at or dossier.refused_at or (dossier.returned_at if state is State.RETURNED else None)
    delivery = DeliveryState.NONE
    if state is State.RETURNED:
        delivery = DeliveryState.DELIVERED
    elif state is State.SETTLED:
        delivery = DeliveryState.READY
    return Standing(
        regime=regime,
        state=state,
        delivery=delivery,
        registered_at=dossier.submitted_at,
        accepted_at=dossier.received_at,
        supplement_requests=tuple(item.requested_at for item in dossier.supplements),
        supplement_completions=tuple(item.completed_at for item in dossier.supplements if item.completed_at),
        pauses=tuple(
            Pause(
                start=item.requested_at,
                end=item.completed_at,
                effect=dossier.supplement_effect or regime.supplement_effect,
                cause=EventKind.REQUEST_SUPPLEMENT,
            )
            for item in dossier.supplements
            if dossier.received_at is not None and item.requested_at >= dossier.received_at
        ),
        settled_at=dossier.finished_at if state in (State.SETTLED, State.RETURNED) else None,
        ended_at=ended if not state.is_open and state is not State.NEW else None,
        returned_at=dossier.returned_at,
        origin_system=dossier.origin_system,
        last_at=dossier.received_at or dossier.submitted_at,
    )


def advance(dossier: Dossier, event: Event, *, due_at: datetime | None = None) -> Dossier:
    """Return *dossier* with one more *event*, its recorded state and dates brought up to the history.

    *due_at* writes a new appointment. Raises `IllegalTransition` or `InvalidInput`, and then nothing has changed.
    """
    require(event, Event, "event")
    first = not require(dossier, Dossier, "dossier").events
    regime = Regime.on(vietnam_date(event.at), bundle=_own_decree(dossier)) if first else regime_of(dossier)
    start = Standing(regime=regime, effect=dossier.supplement_effect, origin_system=dossier.origin_system)
    now = apply(replay(dossier.events, start=start), event, path=f"LichSu[{len(dossier.events)}]")
    refused = now.ended_at if now.state in (State.NOT_ACCEPTED, State.REFUSED) else dossier.refused_at
    changes = {
        "events": (*dossier.events, event),
        "status": now.state.code,
        "submitted_at": dossier.submitted_at or now.registered_at or now.accepted_at,
        "received_at": now.accepted_at,
        "finished_at": now.ended_at if now.accepted_at is not None else None,
        "refused_at": refused,
        "returned_at": now.returned_at,
        "origin_system": now.origin_system,
        "due_at": due_at or (event.due if event.kind is EventKind.EXTEND else dossier.due_at),
    }
    return dossier.model_copy(update=changes)
