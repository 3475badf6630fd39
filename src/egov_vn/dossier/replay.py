"""Replay: what a dossier is, from what happened to it.

`replay` reads no calendar: it knows states, clocks and counts. What a count of working days is needed for (due dates,
lateness, violations of terms) is in `due` and `duties`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from egov_vn.clock import vietnam_date
from egov_vn.dossier.parts import Event
from egov_vn.dossier.regimes import Regime, Transition
from egov_vn.dossier.state import DeliveryState, EventKind, FinanceState, State, SupplementEffect, SyncState
from egov_vn.errors import IllegalTransition, InvalidInput
from egov_vn.finding import Finding, finding

if TYPE_CHECKING:
    from egov_vn.dossier.model import Dossier

__all__ = ["Consultation", "Pause", "Standing", "advance", "apply", "regime_of", "replay", "standing"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which the clock stands or after which it starts again (*thời gian chờ*)."""

    start: datetime
    end: datetime | None
    effect: SupplementEffect
    cause: EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """An opinion asked from another body (*lấy ý kiến*), with its own term."""

    body: str
    asked_at: datetime
    due: datetime | None
    answered_at: datetime | None = None
    delay_reported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a dossier stands on its four axes, and the instants that its clocks run from (*tình trạng hồ sơ*)."""

    regime: Regime
    effect: SupplementEffect | None = None
    """What a supplement does to the clock where sector law differs from the regime; None = as the regime says."""
    state: State = State.NEW
    finance: FinanceState = FinanceState.NONE
    delivery: DeliveryState = DeliveryState.NONE
    sync: SyncState = SyncState.PENDING
    detours: tuple[State, ...] = ()
    """The states to come back to, the latest last."""
    last_at: datetime | None = None
    registered_at: datetime | None = None
    system_received_at: datetime | None = None
    alerted_at: datetime | None = None
    accepted_at: datetime | None = None
    forwarded_at: datetime | None = None
    arrived_at: datetime | None = None
    supplement_requests: tuple[datetime, ...] = ()
    supplement_completions: tuple[datetime, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Event, ...] = ()
    apologies: tuple[datetime, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    settled_at: datetime | None = None
    """When the result (or the refusal) was first at the desk."""
    ended_at: datetime | None = None
    """When the processing ended in any way: settled, refused, not accepted, stopped, closed, withdrawn."""
    returned_at: datetime | None = None
    announced: bool = False
    """Whether an early result was announced."""
    correction_asked_at: datetime | None = None
    stop_requested_at: datetime | None = None
    answered_at: datetime | None = None
    """When the applicant was first answered: accepted, asked to complete, or refused reception."""
    demanded: int = 0
    paid: int = 0
    refunded: int = 0
    unremitted: tuple[datetime, ...] = ()
    """Instants of payments that have not reached the budget."""
    origin_system: str | None = None
    interrupted_at: datetime | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def supplement_effect(self) -> SupplementEffect:
        """What a request to supplement does to this dossier's clock."""
        return self.effect or self.regime.supplement_effect

    @property
    def waiting(self) -> bool:
        """Whether the clock stands now: a supplement is awaited or the system is down."""
        return any(pause.end is None for pause in self.pauses)

    @property
    def reappointed(self) -> datetime | None:
        """The appointment of the last extension, if there was one."""
        return self.extensions[-1].due if self.extensions else None


def standing(dossier: Dossier, *, strict: bool = True, at: datetime | None = None) -> Standing:
    """Return where *dossier* stands after its events (those up to *at*, if given), under the regime of its reception.

    Without events the recorded status and dates speak. See `replay` for *strict*.
    """
    events = dossier.events if at is None else tuple(event for event in dossier.events if event.at <= at)
    regime = regime_of(dossier)
    if not dossier.events:
        return _recorded(dossier, regime)
    start = Standing(regime=regime, effect=dossier.supplement_effect, origin_system=dossier.origin_system)
    return replay(events, start=start, strict=strict)


def regime_of(dossier: Dossier) -> Regime:
    """Return the regime of the day on which the dossier was received (else submitted, else first touched)."""
    first = dossier.events[0].at if dossier.events else None
    accepted = next((event.at for event in dossier.events if event.kind is EventKind.ACCEPT), None)
    day = dossier.received_at or accepted or dossier.submitted_at or first
    if day is None:
        raise InvalidInput("no day of reception, submission or event: the regime cannot be known", path="NgayTiepNhan")
    return Regime.on(vietnam_date(day), bundle=dossier.bundle is not None)


def replay(
    events: Iterable[Event], *, regime: Regime | None = None, start: Standing | None = None, strict: bool = True
) -> Standing:
    """Return the standing after *events*, oldest first, from *start* (default: a new dossier under *regime*).

    *strict* (for writing) raises at the first event that cannot be: `IllegalTransition`, or `InvalidInput` with the
    path `LichSu[i]` for a clock that goes backwards, a missing reason, an impossible appointment. Otherwise (for
    reading what others wrote) such an event is left out of account and becomes a finding.
    """
    if start is None:
        if regime is None:
            raise InvalidInput("a replay needs a regime or a standing to start from", path="regime")
        start = Standing(regime=regime)
    now = start
    for index, event in enumerate(events):
        try:
            now = apply(now, event, path=f"LichSu[{index}]")
        except (IllegalTransition, InvalidInput) as error:
            if strict:
                raise
            now = replace(now, findings=(*now.findings, _rejected(error, index)))
    return now


def apply(now: Standing, event: Event, *, path: str = "event") -> Standing:
    """Return the standing after one more *event*; raises `IllegalTransition` or `InvalidInput` and changes nothing."""
    if now.last_at is not None and event.at < now.last_at:
        raise InvalidInput(
            f"{event.at.isoformat()} lies before the event of {now.last_at.isoformat()}: the clock went backwards",
            path=f"{path}.ThoiDiemXuLy",
        )
    if event.kind in _REASON_REQUIRED and not event.reason.strip():
        raise InvalidInput(f"{event.kind.name} needs its reason in writing", path=f"{path}.NoiDungXuLy")
    edge = now.regime.step(now.state, event.kind)
    _guard(now, event, path)
    target, detours = _target(now, edge, event)
    after = replace(now, state=target, detours=detours, last_at=event.at)
    return _effects(now, after, event)


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
        _opted(now.regime, event, path)
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


def _opted(regime: Regime, event: Event, path: str) -> Regime:
    later = Regime.of(event.subject or "")
    day = vietnam_date(event.at)
    if later.kind is not regime.kind or later.since <= regime.since:
        raise InvalidInput(f"{later.key} is not a later regime than {regime.key}", path=f"{path}.DoiTuong")
    if day < later.since:
        raise InvalidInput(f"{later.key} is not in force on {day}", path=f"{path}.DoiTuong")
    return later


def _effects(before: Standing, after: Standing, event: Event) -> Standing:
    """Write down on the other axes and clocks what *event* means."""
    change = _EFFECTS.get(event.kind)
    if change is not None:
        after = change(after, event)
    entered = after.state is not before.state
    if entered and after.state in _ENDS and after.ended_at is None:
        after = replace(after, ended_at=event.at, pauses=_close(after.pauses, event.at))
    if after.answered_at is None and event.kind in _ANSWERS:
        after = replace(after, answered_at=event.at)
    return after


_ENDS: Final = frozenset(
    {
        State.NOT_ACCEPTED,
        State.WITHDRAWN,
        State.STOPPED,
        State.CLOSED_NOT_COMPLETED,
        State.REFUSED,
        State.SETTLED,
    }
)
_ANSWERS: Final = frozenset({EventKind.ACCEPT, EventKind.REQUEST_SUPPLEMENT, EventKind.REFUSE_RECEPTION})


def _close(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    return tuple(replace(item, end=at) if item.end is None else item for item in pauses)


def _register(now: Standing, event: Event) -> Standing:
    return replace(now, registered_at=event.at)


def _system_receive(now: Standing, event: Event) -> Standing:
    return replace(now, system_received_at=now.system_received_at or event.at)


def _alert(now: Standing, event: Event) -> Standing:
    return replace(now, alerted_at=now.alerted_at or event.at)


def _accept(now: Standing, event: Event) -> Standing:
    return replace(now, accepted_at=event.at)


def _forward(now: Standing, event: Event) -> Standing:
    return replace(now, forwarded_at=now.forwarded_at or event.at)


def _arrive(now: Standing, event: Event) -> Standing:
    return replace(now, arrived_at=now.arrived_at or event.at, forwarded_at=now.forwarded_at or event.at)


def _request_supplement(now: Standing, event: Event) -> Standing:
    found = (*now.findings, *_too_many(now, event))
    pauses = now.pauses
    if now.accepted_at is not None:
        pauses = (
            *pauses,
            Pause(start=event.at, end=None, effect=now.supplement_effect, cause=EventKind.REQUEST_SUPPLEMENT),
        )
    return replace(now, supplement_requests=(*now.supplement_requests, event.at), pauses=pauses, findings=found)


def _too_many(now: Standing, event: Event) -> tuple[Finding, ...]:
    """One request is allowed; one at reception and one at appraisal is looked at, two at one stage are wrong."""
    limit = now.regime.rule("supplement_limit")
    if limit is None or len(now.supplement_requests) < limit.value:
        return ()
    accepted = now.accepted_at
    same_stage = any((accepted is None) or request >= accepted for request in now.supplement_requests)
    number = len(now.supplement_requests) + 1
    return (
        finding(
            "DOS-SUPPLEMENT-TWICE",
            "error" if same_stage else "warning",
            vi=f"Yêu cầu bổ sung lần thứ {number}; chỉ được yêu cầu một lần",
            en=f"supplement requested {number} times; once is allowed",
            where=event.at.isoformat(),
            source=limit.source,
        ),
    )


def _supplement(now: Standing, event: Event) -> Standing:
    pauses = tuple(
        replace(item, end=event.at) if item.end is None and item.cause is EventKind.REQUEST_SUPPLEMENT else item
        for item in now.pauses
    )
    return replace(now, supplement_completions=(*now.supplement_completions, event.at), pauses=pauses)


def _extend(now: Standing, event: Event) -> Standing:
    return replace(now, extensions=(*now.extensions, event), apologies=(*now.apologies, event.at))


def _apologise(now: Standing, event: Event) -> Standing:
    return replace(now, apologies=(*now.apologies, event.at))


def _consult(now: Standing, event: Event) -> Standing:
    asked = Consultation(body=event.subject or event.unit or "", asked_at=event.at, due=event.due)
    return replace(now, consultations=(*now.consultations, asked))


def _consulted(now: Standing, event: Event) -> Standing:
    index = next(i for i, item in enumerate(now.consultations) if item.body == event.subject and not item.answered_at)
    return replace(now, consultations=_set(now.consultations, index, answered_at=event.at))


def _report_delay(now: Standing, event: Event) -> Standing:
    for index, item in enumerate(now.consultations):
        if item.answered_at is None and item.delay_reported_at is None and event.subject in (None, item.body):
            return replace(now, consultations=_set(now.consultations, index, delay_reported_at=event.at))
    return now


def _set(items: tuple[Consultation, ...], index: int, **changes: datetime) -> tuple[Consultation, ...]:
    return (*items[:index], replace(items[index], **changes), *items[index + 1 :])  # type: ignore[arg-type]


def _settle(now: Standing, event: Event) -> Standing:
    return replace(
        now,
        settled_at=now.settled_at or event.at,
        delivery=DeliveryState.READY,
        correction_asked_at=None,
    )


def _return(now: Standing, event: Event) -> Standing:
    return replace(now, returned_at=event.at, delivery=DeliveryState.DELIVERED)


def _correct(now: Standing, event: Event) -> Standing:
    return replace(now, correction_asked_at=event.at, delivery=DeliveryState.NONE)


def _request_stop(now: Standing, event: Event) -> Standing:
    return replace(now, stop_requested_at=event.at)


def _interrupt(now: Standing, event: Event) -> Standing:
    pauses = now.pauses
    if now.regime.rule("incident_suspends") is not None and now.accepted_at is not None:
        pauses = (
            *pauses,
            Pause(start=event.at, end=None, effect=SupplementEffect.SUSPEND, cause=EventKind.INTERRUPT),
        )
    return replace(now, interrupted_at=event.at, pauses=pauses)


def _resume(now: Standing, event: Event) -> Standing:
    pauses = tuple(
        replace(item, end=event.at) if item.end is None and item.cause is EventKind.INTERRUPT else item
        for item in now.pauses
    )
    return replace(now, interrupted_at=None, pauses=pauses)


def _opt_in(now: Standing, event: Event) -> Standing:
    later = _opted(now.regime, event, "event")
    found = now.findings
    if later.rule("opt_in_from_earlier") is None:
        found = (
            *found,
            finding(
                "DOS-OPT-IN-NO-CLAUSE",
                "warning",
                vi=f"{later.title.vi} không có điều khoản chuyển tiếp cho phép chọn áp dụng; cần căn cứ riêng",
                en=f"{later.title.en} has no transition clause for this choice; it needs a basis of its own",
                where=event.at.isoformat(),
                source=later.source,
            ),
        )
    return replace(now, regime=later, findings=found)


def _request_payment(now: Standing, event: Event) -> Standing:
    return _finance(replace(now, demanded=now.demanded + (event.amount or 0)))


def _pay(now: Standing, event: Event) -> Standing:
    return _finance(replace(now, paid=now.paid + (event.amount or 0), unremitted=(*now.unremitted, event.at)))


def _refund(now: Standing, event: Event) -> Standing:
    return _finance(replace(now, refunded=now.refunded + (event.amount or 0)))


def _remit(now: Standing, _event: Event) -> Standing:
    return replace(now, unremitted=())


def _finance(now: Standing) -> Standing:
    if now.refunded and now.refunded >= now.paid:
        state = FinanceState.REFUNDED
    elif now.paid and now.paid >= now.demanded:
        state = FinanceState.PAID
    elif now.paid:
        state = FinanceState.PARTLY_PAID
    else:
        state = FinanceState.DUE if now.demanded else FinanceState.NONE
    return replace(now, finance=state)


def _move(now: Standing, event: Event) -> Standing:
    return replace(now, origin_system=event.subject or now.origin_system)


_EFFECTS: Final[Mapping[EventKind, Callable[[Standing, Event], Standing]]] = {
    EventKind.REGISTER: _register,
    EventKind.SYSTEM_RECEIVE: _system_receive,
    EventKind.ALERT_OFFICER: _alert,
    EventKind.ACCEPT: _accept,
    EventKind.FORWARD: _forward,
    EventKind.ARRIVE: _arrive,
    EventKind.REQUEST_SUPPLEMENT: _request_supplement,
    EventKind.SUPPLEMENT: _supplement,
    EventKind.EXTEND: _extend,
    EventKind.APOLOGISE: _apologise,
    EventKind.CONSULT: _consult,
    EventKind.CONSULT_ANSWER: _consulted,
    EventKind.REPORT_DELAY: _report_delay,
    EventKind.SETTLE: _settle,
    EventKind.REFUSE: _settle,
    EventKind.RETURN_RESULT: _return,
    EventKind.CORRECT: _correct,
    EventKind.REQUEST_STOP: _request_stop,
    EventKind.INTERRUPT: _interrupt,
    EventKind.RESUME: _resume,
    EventKind.OPT_IN: _opt_in,
    EventKind.REQUEST_PAYMENT: _request_payment,
    EventKind.PAY: _pay,
    EventKind.REFUND: _refund,
    EventKind.REMIT: _remit,
    EventKind.MOVE_SYSTEM: _move,
    EventKind.ANNOUNCE: lambda now, _event: replace(now, announced=True),
    EventKind.DISPATCH: lambda now, _event: replace(now, delivery=DeliveryState.SENT),
    EventKind.DELIVERY_FAILED: lambda now, _event: replace(now, delivery=DeliveryState.UNDELIVERED),
    EventKind.SYNC_SEND: lambda now, _event: replace(now, sync=SyncState.SENT),
    EventKind.SYNC_ACCEPT: lambda now, _event: replace(now, sync=SyncState.ACCEPTED),
    EventKind.SYNC_REJECT: lambda now, _event: replace(now, sync=SyncState.REJECTED),
}


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
    first = not dossier.events
    regime = Regime.on(vietnam_date(event.at), bundle=dossier.bundle is not None) if first else regime_of(dossier)
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
