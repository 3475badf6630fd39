"""Where a dossier stands: its four axes, and the instants from which its clocks run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from egov_vn.dossier.parts import Event
from egov_vn.dossier.regimes import Regime
from egov_vn.dossier.state import DeliveryState, EventKind, FinanceState, State, SupplementEffect, SyncState
from egov_vn.finding import Finding

__all__ = ["Consultation", "Pause", "Standing"]


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


@dataclass(frozen=True, kw_only=True)  # without slots: `but` copies the dictionary, ten times as fast
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

    def but(self, **changes: Any) -> Standing:
        """Return the same standing with *changes* (names of fields); `dataclasses.replace` for a hot path."""
        after = object.__new__(Standing)
        after.__dict__.update(self.__dict__)
        after.__dict__.update(changes)
        return after

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
