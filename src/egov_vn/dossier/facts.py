"""A dossier as statistics see it: one small flat tuple, made from a `Dossier` or from a row of a table.

Counting a million dossiers must not build a million models: a `DossierFact` is a plain tuple of text and whole seconds.
It is a snapshot: *due* is the appointment that stood when the snapshot was taken. The counts of what came in, went out
and stayed do not depend on it; the split into early, on time and late does.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import IntEnum, IntFlag, StrEnum
from typing import Final, NamedTuple

from egov_vn.clock import VIETNAM, require_aware
from egov_vn.dossier.fields import Channel
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.parts import Event
from egov_vn.dossier.regimes import REGIMES
from egov_vn.dossier.replay import apply, regime_of
from egov_vn.dossier.standing import Standing
from egov_vn.dossier.state import EventKind, State
from egov_vn.errors import IllegalTransition, InvalidInput, NotInForce, require

__all__ = ["DossierFact", "Flag", "Intake", "Level", "Outcome", "fact_of", "instant", "seconds"]


class Intake(IntEnum):
    """How a dossier came in, as the reports count it (*hình thức tiếp nhận*)."""

    ONLINE_FULL = 0
    """*Trực tuyến toàn trình*."""
    ONLINE_PARTIAL = 1
    """*Trực tuyến một phần*."""
    POST = 2
    """*Dịch vụ bưu chính*."""
    DIRECT = 3
    """*Trực tiếp*."""


class Level(StrEnum):
    """The level of the body that settles (*cấp giải quyết*)."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    """Until 30/06/2025."""
    COMMUNE = "commune"
    BRANCH_CENTRAL = "branch_central"
    BRANCH_REGIONAL = "branch_regional"
    BRANCH_COMMUNE = "branch_commune"


class Outcome(IntEnum):
    """How a dossier ended (*kết thúc*)."""

    OPEN = 0
    SETTLED = 1
    REFUSED = 2
    """Refused with reasons after appraisal: that is a result."""
    STOPPED = 3
    """Stopped or withdrawn after reception."""
    CLOSED = 4
    """Closed because it was never completed."""


class Flag(IntFlag):
    """What the indicators ask about a dossier."""

    DIGITISED = 1
    """A component was digitised."""
    RESULT_FILE = 2
    """An electronic result with a link exists."""
    FEE_BEARING = 4
    """The procedure has a fee that is not zero."""
    PAID_ONLINE = 8
    REUSED = 16
    """A component came from the citizen's data store."""
    PAPER_RESULT = 32
    """The procedure yields a paper result."""
    APOLOGISED = 64
    """The applicant got a letter of apology."""
    COMPONENT_FILE = 128
    """A file is attached to a component."""
    POPULATION_DATA = 256
    """The population database served: an account verified by VNeID, or a paper from the citizen's store."""


class DossierFact(NamedTuple):
    """One dossier for counting; instants are whole seconds since 1970 (UTC), None where there is none.

    *waiting_from* and *waiting_to* bound the last wait for a supplement (to None: it still waits); *waited* is the sum
    of all waits in seconds.
    """

    code: str
    field: str
    agency: str
    level: str
    intake: int
    received: int
    due: int | None
    ended: int | None
    outcome: int = Outcome.OPEN.value
    waiting_from: int | None = None
    waiting_to: int | None = None
    waited: int = 0
    supplements: int = 0
    flags: int = 0
    officer: str = ""
    procedure: str = ""


_END_OF_DAY: Final = time(23, 59, 59)
_ENDS: Final = {
    EventKind.SETTLE: Outcome.SETTLED,
    EventKind.REFUSE: Outcome.REFUSED,
    EventKind.CONFIRM_STOP: Outcome.STOPPED,
    EventKind.STOP: Outcome.STOPPED,
    EventKind.CLOSE: Outcome.CLOSED,
}
# The applicant, the payer, the post, another body or a machine does these: never the officer who has the dossier.
_NOT_OFFICERS: Final = frozenset(
    {
        EventKind.REGISTER,
        EventKind.SYSTEM_RECEIVE,
        EventKind.ALERT_OFFICER,
        EventKind.SUPPLEMENT,
        EventKind.CONSULT_ANSWER,
        EventKind.PAY,
        EventKind.REMIT,
        EventKind.ADJUST,
        EventKind.REQUEST_STOP,
        EventKind.INTERRUPT,
        EventKind.RESUME,
        EventKind.DELIVERY_FAILED,
        EventKind.SYNC_SEND,
        EventKind.SYNC_ACCEPT,
        EventKind.SYNC_REJECT,
        EventKind.MOVE_SYSTEM,
        EventKind.OPT_IN,
    }
)
_BY_STATE: Final = {
    State.SETTLED: Outcome.SETTLED,
    State.RETURNED: Outcome.SETTLED,
    State.CORRECTING: Outcome.SETTLED,
    State.REFUSED: Outcome.REFUSED,
    State.NOT_ACCEPTED: Outcome.REFUSED,
    State.STOPPED: Outcome.STOPPED,
    State.CLOSED_NOT_COMPLETED: Outcome.CLOSED,
}


def seconds(at: datetime | date, name: str = "at") -> int:
    """Return whole seconds since 1970 of an aware instant; a plain day means its last second in Vietnam."""
    if isinstance(at, datetime):
        return int(require_aware(at, name).timestamp())
    if isinstance(at, date):
        return int(datetime.combine(at, _END_OF_DAY, VIETNAM).timestamp())
    raise InvalidInput(f"{at!r} is not an instant", path=name)


def instant(value: int) -> datetime:
    """Return the instant of *value* seconds since 1970, in Vietnam time."""
    return datetime(1970, 1, 1, 7, tzinfo=VIETNAM) + timedelta(seconds=value)


def fact_of(
    dossier: Dossier,
    *,
    level: Level,
    as_of: datetime,
    due: datetime | None = None,
    full_online: bool = True,
    paper_result: bool = False,
) -> DossierFact | None:
    """Reduce a dossier to a fact as it stood at *as_of*; None if it was not received by then.

    *full_online* says whether its procedure is offered fully online (for an online dossier), *paper_result* whether it
    yields a paper result. With a history the events decide, those that cannot be left out as `replay` leaves them out;
    without one the recorded dates do. *due* is the appointment
    as `egov_vn.dossier.due_of` counts it; without it the last serves that was written down while the one before ran.
    """
    require(dossier, Dossier, "dossier")
    require(level, Level, "level")
    at = require_aware(as_of, "as_of")
    if level not in tuple(Level):
        raise InvalidInput(f"{level!r} is not a level", path="level")
    events, now = _history(dossier, at)
    received = now.accepted_at if now is not None else dossier.received_at
    if received is None or received > at:
        return None
    if now is None:
        ended, outcome = _recorded_end(dossier, at)
        waits = _recorded_waits(dossier, received, at)
    else:
        ended, outcome = now.ended_at, next((_ENDS[item.kind] for item in events if item.kind in _ENDS), Outcome.OPEN)
        waits = [(item.start, item.end) for item in now.pauses if item.cause is EventKind.REQUEST_SUPPLEMENT]
    last = waits[-1] if waits else (None, None)
    agency = dossier.settling_agency or dossier.receiving_agency
    officers = (event.actor for event in reversed(events) if event.kind not in _NOT_OFFICERS)
    return DossierFact(
        code=str(dossier.code or ""),
        field=dossier.field or "",
        agency=str(agency or ""),
        level=Level(level).value,
        intake=_intake(dossier.channel, full_online).value,
        received=seconds(received),
        due=_due(dossier, events, at) if due is None else seconds(due),
        ended=None if ended is None else seconds(ended),
        outcome=outcome.value,
        waiting_from=None if last[0] is None else seconds(last[0]),
        waiting_to=None if last[1] is None else seconds(last[1]),
        waited=sum(seconds(end or at) - seconds(start) for start, end in waits),
        supplements=len(waits),
        flags=_flags(dossier, events, paper_result=paper_result).value,
        officer=next(officers, ""),
        procedure=str(dossier.procedure),
    )


def _intake(channel: Channel, full_online: bool) -> Intake:
    if channel is Channel.ONLINE:
        return Intake.ONLINE_FULL if full_online else Intake.ONLINE_PARTIAL
    return Intake.POST if channel is Channel.POST else Intake.DIRECT


def _history(dossier: Dossier, at: datetime) -> tuple[tuple[Event, ...], Standing | None]:
    """Return the events up to *at* that could be, and where they lead; None without any history."""
    if not dossier.events:
        return (), None
    try:
        regime = regime_of(dossier)
    except NotInForce:  # older than every decree known here: the oldest table serves
        regime = REGIMES[0]
    kept, now = [], Standing(regime=regime, effect=dossier.supplement_effect)
    for event in dossier.events:
        if event.at <= at:
            try:
                now = apply(now, event, reasons=False)
            except (IllegalTransition, InvalidInput):
                continue
            kept.append(event)
    return tuple(kept), now


def _recorded_end(dossier: Dossier, at: datetime) -> tuple[datetime | None, Outcome]:
    ended = dossier.finished_at or dossier.returned_at or dossier.refused_at
    if ended is None or ended > at:
        return None, Outcome.OPEN
    return ended, _BY_STATE.get(dossier.recorded_state, Outcome.SETTLED)


def _recorded_waits(dossier: Dossier, received: datetime, at: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return the waits for a supplement after reception; what was asked before it never stopped a clock."""
    return [
        (item.requested_at, item.completed_at if item.completed_at and item.completed_at <= at else None)
        for item in dossier.supplements
        if received <= item.requested_at <= at
    ]


def _due(dossier: Dossier, events: tuple[Event, ...], at: datetime) -> int | None:
    """Return the last appointment that counts: of a re-appointment or of a supplement, made while the one before ran.

    What is made after that heals nothing, as in `lateness`; the term of an opinion asked is no appointment.
    """
    changes = [
        (item.at, item.at, item.due) for item in events if item.kind is EventKind.EXTEND and item.due is not None
    ]
    changes += [
        (item.completed_at, item.requested_at, item.due_after)
        for item in dossier.supplements
        if item.due_after and item.completed_at and item.completed_at <= at
    ]
    due = dossier.due_at
    for _, made, later in sorted(changes):
        if due is None or made <= due:
            due = later
    return None if due is None else seconds(due)


def _flags(dossier: Dossier, events: tuple[Event, ...], *, paper_result: bool) -> Flag:
    found = Flag(0)
    if dossier.digitised or any(item.digitised for item in dossier.components):
        found |= Flag.DIGITISED
    if any(item.location and item.type_code for item in dossier.results):
        found |= Flag.RESULT_FILE
    if dossier.fee_total > 0:
        found |= Flag.FEE_BEARING
    if dossier.paid_online:
        found |= Flag.PAID_ONLINE
    if any(item.from_citizen_store for item in dossier.components):
        found |= Flag.REUSED | Flag.POPULATION_DATA
    if dossier.verified_by_vneid:
        found |= Flag.POPULATION_DATA
    if any((item.location or item.file_id) and not item.deleted for item in dossier.components):
        found |= Flag.COMPONENT_FILE
    if paper_result:
        found |= Flag.PAPER_RESULT
    if any(event.kind in (EventKind.EXTEND, EventKind.APOLOGISE) for event in events):
        found |= Flag.APOLOGISED
    return found
