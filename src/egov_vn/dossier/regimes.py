"""The regimes of the one-stop shop: which rules and which transitions hold for a dossier received on a given day.

A dossier is answered under the law of its day of reception for ever; a later regime holds only where the applicant
asked for it and that was logged (`EventKind.OPT_IN`). Forms and reports are axes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from egov_vn.clock import require_date
from egov_vn.dossier.state import EventKind, State, SupplementEffect
from egov_vn.errors import IllegalTransition, InvalidInput, NotInForce
from egov_vn.finding import Text
from egov_vn.law import Citation, Evidence, Row, Table, load

__all__ = [
    "BUNDLE_REGIMES",
    "ND_61_2018",
    "ND_61_2018_ND_107",
    "ND_63_2024",
    "ND_63_2024_ND_301",
    "ND_118_2025",
    "ND_118_2025_ND_309",
    "QD_09_2015",
    "REGIMES",
    "Regime",
    "RegimeKind",
    "Rule",
    "Transition",
]


class RegimeKind(StrEnum):
    """What a regime governs (*phạm vi*)."""

    ONE_STOP = "one_stop"
    """Procedures in general."""
    BUNDLE = "bundle"
    """The linked electronic bundles of NĐ 63/2024 (*nhóm thủ tục liên thông điện tử*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One value of a regime with its article (*quy tắc*)."""

    value: Any
    source: Citation
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One edge of a regime's table (*chuyển trạng thái*).

    *target* is None when the event leads back to the state from which a *detour* (a state with `detour`) was entered.
    """

    target: State | None
    detour: bool
    source: Citation
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The law under which dossiers received from *since* up to *until* are handled (*chế độ pháp lý*)."""

    key: str
    title: Text
    kind: RegimeKind
    since: date
    until: date | None
    source: Citation
    evidence: Evidence
    transitions: Mapping[tuple[State, EventKind], Transition]
    rules: Mapping[str, Rule]

    @classmethod
    def on(cls, day: date, *, bundle: bool = False) -> Regime:
        """Return the regime of dossiers received on *day*; *bundle* for the linked bundles of NĐ 63/2024.

        Raises `NotInForce` before 15/05/2015 (01/07/2024 for bundles).
        """
        require_date(day, "day")
        for regime in BUNDLE_REGIMES if bundle else REGIMES:
            if regime.since <= day and (regime.until is None or day < regime.until):
                return regime
        raise NotInForce("regime of the linked bundles" if bundle else "regime of the one-stop shop", day)

    @classmethod
    def of(cls, key: str) -> Regime:
        """Return the regime named *key* (`"nd118_2025"`), or raise `InvalidInput`."""
        for regime in (*REGIMES, *BUNDLE_REGIMES):
            if regime.key == key:
                return regime
        raise InvalidInput(f"{key!r} is not a regime", path="regime")

    def rule(self, name: str) -> Rule | None:
        """Return the rule *name*, or None where this regime has none."""
        return self.rules.get(name)

    @property
    def supplement_effect(self) -> SupplementEffect:
        """What a request to supplement does to the clock under this regime."""
        return SupplementEffect(self.rules["supplement_effect"].value)

    def allows(self, state: State, event: EventKind) -> bool:
        """Say whether a dossier in *state* can take *event*."""
        return (state, event) in self.transitions

    def events(self, state: State) -> tuple[EventKind, ...]:
        """Return the events that a dossier in *state* can take."""
        return tuple(kind for kind in EventKind if (state, kind) in self.transitions)

    def step(self, state: State, event: EventKind) -> Transition:
        """Return the edge that *event* takes from *state*, or raise `IllegalTransition`."""
        try:
            return self.transitions[state, event]
        except KeyError:
            raise IllegalTransition(
                state.value, event.value, f"under {self.title.vi} a dossier in state {state} cannot take {event.name}"
            ) from None

    def __repr__(self) -> str:
        return f"Regime({self.key!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Regime.of, (self.key,)


_ANY: Final = frozenset(State) - {State.NEW}


def _load() -> tuple[Regime, ...]:
    law = load("egov_vn.dossier", "regimes")
    rows = {row["key"]: row for row in law.table("regimes")}
    rules: dict[str, dict[str, Rule]] = {key: {} for key in rows}
    for row in law.table("rules"):
        rules[row["regime"]][row["rule"]] = Rule(value=row["value"], source=row.source, evidence=row.evidence)
    for key, row in rows.items():
        if row.get("base"):
            inherited = rules[row["base"]]
            if row.get("unread"):  # an amendment that was not read may have changed any of them
                inherited = {name: replace(rule, evidence=_at_best(rule.evidence)) for name, rule in inherited.items()}
            rules[key] = {**inherited, **rules[key]}
    return tuple(_regime(row, [law.table(name) for name in row["tables"]], rules[key]) for key, row in rows.items())


def _regime(row: Row, tables: list[Table], rules: Mapping[str, Rule]) -> Regime:
    transitions: dict[tuple[State, EventKind], Transition] = {}
    for table in tables:
        for edge in table:
            kind = EventKind[edge["event"]]
            states = _ANY if edge["from"] == ("any",) else frozenset(State(name) for name in edge["from"])
            for state in states:
                transitions[state, kind] = _edge(state, edge, unread=bool(row.get("unread", False)))
    return Regime(
        key=row["key"],
        title=Text(row["vi"], row["en"]),
        kind=RegimeKind(row["kind"]),
        since=row["since"],
        until=row.get("until"),
        source=row.source,
        evidence=row.evidence,
        transitions=MappingProxyType(transitions),
        rules=MappingProxyType(dict(rules)),
    )


def _at_best(evidence: Evidence) -> Evidence:
    return Evidence.ASSUMED if evidence in (Evidence.TEXT, Evidence.REPORT) else evidence


def _edge(state: State, row: Row, *, unread: bool) -> Transition:
    target = {"same": state, "back": None}[row["to"]] if row["to"] in ("same", "back") else State(row["to"])
    return Transition(
        target=target,
        detour=bool(row.get("detour", False)),
        source=row.source,
        evidence=_at_best(row.evidence) if unread else row.evidence,
    )


_ALL: Final = _load()
REGIMES: Final = tuple(regime for regime in _ALL if regime.kind is RegimeKind.ONE_STOP)
"""The regimes of procedures in general, oldest first."""
BUNDLE_REGIMES: Final = tuple(regime for regime in _ALL if regime.kind is RegimeKind.BUNDLE)
"""The regimes of the linked bundles, oldest first."""
QD_09_2015: Final = Regime.of("qd09_2015")
"""QĐ 09/2015/QĐ-TTg: receptions from 15/05/2015 to 20/06/2018. Its text was not read: the rules are assumed."""
ND_61_2018: Final = Regime.of("nd61_2018")
"""NĐ 61/2018/NĐ-CP: receptions from 21/06/2018 to 05/12/2021."""
ND_61_2018_ND_107: Final = Regime.of("nd61_2018_nd107")
"""NĐ 61/2018/NĐ-CP with NĐ 107/2021/NĐ-CP: receptions from 06/12/2021 to 30/06/2025."""
ND_118_2025: Final = Regime.of("nd118_2025")
"""NĐ 118/2025/NĐ-CP: receptions from 01/07/2025 to 04/08/2026."""
ND_118_2025_ND_309: Final = Regime.of("nd118_2025_nd309")
"""NĐ 118/2025/NĐ-CP with NĐ 309/2026/NĐ-CP: receptions from 05/08/2026."""
ND_63_2024: Final = Regime.of("nd63_2024")
"""The linked bundles of NĐ 63/2024/NĐ-CP: receptions up to 31/08/2026."""
ND_63_2024_ND_301: Final = Regime.of("nd63_2024_nd301")
"""The linked bundles with NĐ 301/2026/NĐ-CP: receptions from 01/09/2026."""
