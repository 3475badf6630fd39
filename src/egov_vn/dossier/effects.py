"""What each event means for the clocks and the axes of a dossier; the states themselves are the regime's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from egov_vn.clock import vietnam_date
from egov_vn.dossier.parts import Event
from egov_vn.dossier.regimes import Regime
from egov_vn.dossier.standing import Consultation, Pause, Standing
from egov_vn.dossier.state import DeliveryState, EventKind, FinanceState, State, SupplementEffect, SyncState
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, finding

__all__ = ["effects", "opted"]


def opted(regime: Regime, event: Event, path: str) -> Regime:
    """Return the later regime that the applicant asks for, or raise `InvalidInput`."""
    later = Regime.of(event.subject or "")
    day = vietnam_date(event.at)
    if later.kind is not regime.kind or later.since <= regime.since:
        raise InvalidInput(f"{later.key} is not a later regime than {regime.key}", path=f"{path}.DoiTuong")
    if day < later.since:
        raise InvalidInput(f"{later.key} is not in force on {day}", path=f"{path}.DoiTuong")
    return later


def effects(before: Standing, after: Standing, event: Event) -> Standing:
    """Write down on the other axes and clocks what *event* means."""
    change = _EFFECTS.get(event.kind)
    if change is not None:
        after = change(after, event)
    entered = after.state is not before.state
    if entered and after.state in _ENDS and after.ended_at is None:
        after = after.but(ended_at=event.at, pauses=_close(after.pauses, event.at))
    if after.answered_at is None and event.kind in _ANSWERS:
        after = after.but(answered_at=event.at)
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
    return now.but(registered_at=event.at)


def _system_receive(now: Standing, event: Event) -> Standing:
    return now.but(system_received_at=now.system_received_at or event.at)


def _alert(now: Standing, event: Event) -> Standing:
    return now.but(alerted_at=now.alerted_at or event.at)


def _accept(now: Standing, event: Event) -> Standing:
    return now.but(accepted_at=event.at)


def _forward(now: Standing, event: Event) -> Standing:
    return now.but(forwarded_at=now.forwarded_at or event.at)


def _arrive(now: Standing, event: Event) -> Standing:
    return now.but(arrived_at=now.arrived_at or event.at, forwarded_at=now.forwarded_at or event.at)


def _request_supplement(now: Standing, event: Event) -> Standing:
    found = (*now.findings, *_too_many(now, event))
    pauses = now.pauses
    if now.accepted_at is not None:
        pauses = (
            *pauses,
            Pause(start=event.at, end=None, effect=now.supplement_effect, cause=EventKind.REQUEST_SUPPLEMENT),
        )
    return now.but(supplement_requests=(*now.supplement_requests, event.at), pauses=pauses, findings=found)


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
    return now.but(supplement_completions=(*now.supplement_completions, event.at), pauses=pauses)


def _extend(now: Standing, event: Event) -> Standing:
    return now.but(extensions=(*now.extensions, event), apologies=(*now.apologies, event.at))


def _apologise(now: Standing, event: Event) -> Standing:
    return now.but(apologies=(*now.apologies, event.at))


def _consult(now: Standing, event: Event) -> Standing:
    asked = Consultation(body=event.subject or event.unit or "", asked_at=event.at, due=event.due)
    return now.but(consultations=(*now.consultations, asked))


def _consulted(now: Standing, event: Event) -> Standing:
    index = next(i for i, item in enumerate(now.consultations) if item.body == event.subject and not item.answered_at)
    return now.but(consultations=_set(now.consultations, index, answered_at=event.at))


def _report_delay(now: Standing, event: Event) -> Standing:
    for index, item in enumerate(now.consultations):
        if item.answered_at is None and item.delay_reported_at is None and event.subject in (None, item.body):
            return now.but(consultations=_set(now.consultations, index, delay_reported_at=event.at))
    return now


def _set(items: tuple[Consultation, ...], index: int, **changes: datetime) -> tuple[Consultation, ...]:
    return (*items[:index], replace(items[index], **changes), *items[index + 1 :])  # type: ignore[arg-type]


def _settle(now: Standing, event: Event) -> Standing:
    return now.but(
        settled_at=now.settled_at or event.at,
        delivery=DeliveryState.READY,
        correction_asked_at=None,
    )


def _return(now: Standing, event: Event) -> Standing:
    return now.but(returned_at=event.at, delivery=DeliveryState.DELIVERED)


def _correct(now: Standing, event: Event) -> Standing:
    return now.but(correction_asked_at=event.at, delivery=DeliveryState.NONE)


def _request_stop(now: Standing, event: Event) -> Standing:
    return now.but(stop_requested_at=event.at)


def _interrupt(now: Standing, event: Event) -> Standing:
    pauses = now.pauses
    if now.regime.rule("incident_suspends") is not None and now.accepted_at is not None:
        pauses = (
            *pauses,
            Pause(start=event.at, end=None, effect=SupplementEffect.SUSPEND, cause=EventKind.INTERRUPT),
        )
    return now.but(interrupted_at=event.at, pauses=pauses)


def _resume(now: Standing, event: Event) -> Standing:
    pauses = tuple(
        replace(item, end=event.at) if item.end is None and item.cause is EventKind.INTERRUPT else item
        for item in now.pauses
    )
    return now.but(interrupted_at=None, pauses=pauses)


def _opt_in(now: Standing, event: Event) -> Standing:
    later = opted(now.regime, event, "event")
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
    return now.but(regime=later, findings=found)


def _request_payment(now: Standing, event: Event) -> Standing:
    return _finance(now.but(demanded=now.demanded + (event.amount or 0)))


def _pay(now: Standing, event: Event) -> Standing:
    return _finance(now.but(paid=now.paid + (event.amount or 0), unremitted=(*now.unremitted, event.at)))


def _refund(now: Standing, event: Event) -> Standing:
    return _finance(now.but(refunded=now.refunded + (event.amount or 0)))


def _remit(now: Standing, _event: Event) -> Standing:
    return now.but(unremitted=())


def _finance(now: Standing) -> Standing:
    if now.refunded and now.refunded >= now.paid:
        state = FinanceState.REFUNDED
    elif now.paid and now.paid >= now.demanded:
        state = FinanceState.PAID
    elif now.paid:
        state = FinanceState.PARTLY_PAID
    else:
        state = FinanceState.DUE if now.demanded else FinanceState.NONE
    return now.but(finance=state)


def _move(now: Standing, event: Event) -> Standing:
    return now.but(origin_system=event.subject or now.origin_system)


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
    EventKind.ANNOUNCE: lambda now, _event: now.but(announced=True),
    EventKind.DISPATCH: lambda now, _event: now.but(delivery=DeliveryState.SENT),
    EventKind.DELIVERY_FAILED: lambda now, _event: now.but(delivery=DeliveryState.UNDELIVERED),
    EventKind.SYNC_SEND: lambda now, _event: now.but(sync=SyncState.SENT),
    EventKind.SYNC_ACCEPT: lambda now, _event: now.but(sync=SyncState.ACCEPTED),
    EventKind.SYNC_REJECT: lambda now, _event: now.but(sync=SyncState.REJECTED),
}
