"""The table of states over the whole product of states and events, against a table written down a second time here."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from itertools import pairwise

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    BUNDLE_REGIMES,
    ND_118_2025,
    ND_118_2025_ND_309,
    REGIMES,
    Event,
    EventKind,
    Regime,
    Standing,
    State,
    apply,
)
from egov_vn.errors import IllegalTransition, InvalidInput, NotInForce
from egov_vn.law import Evidence

# One letter per state, in the order of the enumeration; each event says where it leads from each state:
# "." not allowed, "=" stays, "<" back to where the detour began, otherwise the letter of the target.
LETTERS = "NgiawrpsmqxcfdkR"
STATES = dict(zip(LETTERS, State, strict=True))
COMMON = {
    #                      NgiawrpsmqxcfdkR
    "REGISTER":           "g...............",
    "SYSTEM_RECEIVE":     ".==.............",
    "ALERT_OFFICER":      ".==.............",
    "REQUEST_SUPPLEMENT": "ii...ss.........",
    "SUPPLEMENT":         "..g....<........",
    "REFUSE_RECEPTION":   "aaa.............",
    "ACCEPT":             "rrr.............",
    "FORWARD":            ".....p..........",
    "ARRIVE":             ".....p=.........",
    "CONSULT":            ".....==.........",
    "CONSULT_ANSWER":     ".....=====......",
    "REPORT_DELAY":       ".....=====......",
    "REQUEST_PAYMENT":    ".....mm.........",
    "PAY":                ".==..===<...===.",
    "REFUND":             "...==.....====.=",
    "REMIT":              ".==..=====..====",
    "EXTEND":             ".....==.=.......",
    "APOLOGISE":          ".....=====..===.",
    "ADJUST":             "................",
    "REQUEST_STOP":       ".ww..qqqq.......",
    "CONFIRM_STOP":       ".........x......",
    "DECLINE_STOP":       ".........<......",
    "STOP":               ".....xxxx.......",
    "CLOSE":              "................",
    "INTERRUPT":          ".==..=====....=.",
    "RESUME":             ".==..=====....=.",
    "REFUSE":             ".....ff.........",
    "SETTLE":             ".....dd.......d.",
    "ANNOUNCE":           "............==..",
    "RETURN_RESULT":      "............RR..",
    "CORRECT":            ".............k.k",
    "DISPATCH":           "............==..",
    "DELIVERY_FAILED":    "............==..",
    "SYNC_SEND":          ".===============",
    "SYNC_ACCEPT":        ".===============",
    "SYNC_REJECT":        ".===============",
    "MOVE_SYSTEM":        ".===============",
    "OPT_IN":             ".==..====.......",
    "NOTE":               ".===============",
}  # fmt: skip
ADJUST = ".==..====......."
DIFFERENCES = {
    "qd09_2015": {},
    "nd61_2018": {},
    "nd61_2018_nd107": {},
    "nd118_2025": {"ADJUST": ADJUST, "CLOSE": ".......c........"},
    "nd118_2025_nd309": {"ADJUST": ADJUST, "CLOSE": ".......c........"},
    "nd63_2024": {"ADJUST": ADJUST},
    "nd63_2024_nd301": {"ADJUST": ADJUST, "CLOSE": "..c....c........"},
}
ALL = (*REGIMES, *BUNDLE_REGIMES)
AT = datetime(2026, 10, 5, 9, tzinfo=VIETNAM)


def test_the_second_table_is_complete() -> None:
    assert set(COMMON) == set(EventKind.__members__)
    assert set(DIFFERENCES) == {regime.key for regime in ALL}
    assert all(len(row) == len(State) for row in COMMON.values())


@pytest.mark.parametrize("regime", ALL, ids=lambda regime: regime.key)
@pytest.mark.parametrize("kind", list(EventKind), ids=lambda kind: kind.name)
def test_every_state_and_every_event(regime: Regime, kind: EventKind) -> None:
    row = {**COMMON, **DIFFERENCES[regime.key]}[kind.name]
    for state, mark in zip(State, row, strict=True):
        if mark == ".":
            _refused(regime, state, kind)
            continue
        edge = regime.step(state, kind)
        assert edge.target is {"=": state, "<": None}.get(mark, STATES.get(mark)), state
        assert edge.detour == (mark in "smq"), state
        assert edge.source.instrument
        assert edge.evidence in Evidence


def _refused(regime: Regime, state: State, kind: EventKind) -> None:
    assert not regime.allows(state, kind)
    assert kind not in regime.events(state)
    with pytest.raises(IllegalTransition) as caught:
        regime.step(state, kind)
    assert (caught.value.state, caught.value.event) == (state.value, kind.value)
    with pytest.raises(IllegalTransition):
        apply(Standing(regime=regime, state=state), Event(kind=kind, at=AT, actor="A", reason="lý do"))


def test_the_regimes_leave_no_day_out() -> None:
    for regimes in (REGIMES, BUNDLE_REGIMES):
        for earlier, later in pairwise(regimes):
            assert earlier.until == later.since
        assert regimes[-1].until is None


def test_final_states_cannot_be_left() -> None:
    final = {State.NOT_ACCEPTED, State.WITHDRAWN, State.STOPPED, State.CLOSED_NOT_COMPLETED}
    for regime in ALL:
        for state in final:
            assert all(regime.step(state, kind).target is state for kind in regime.events(state))


def test_every_state_can_be_reached() -> None:
    reached, todo = {State.NEW}, [State.NEW]
    while todo:
        state = todo.pop()
        for kind in ND_118_2025_ND_309.events(state):
            target = ND_118_2025_ND_309.step(state, kind).target
            if target is not None and target not in reached:
                reached.add(target)
                todo.append(target)
    assert reached == set(State)


def test_no_edge_of_a_decree_cites_a_later_decree() -> None:
    """The articles under NĐ 61/2018 are its own."""
    for regime in REGIMES[:3]:
        edges = [
            edge
            for (_, kind), edge in regime.transitions.items()
            if edge.evidence is Evidence.TEXT and kind is not EventKind.MOVE_SYSTEM
        ]
        cited = {edge.source.instrument for edge in edges}
        assert "118/2025/NĐ-CP" not in cited


def test_names_and_failures() -> None:
    assert Regime.of("nd118_2025") is ND_118_2025
    assert repr(ND_118_2025) == "Regime('nd118_2025')"
    assert pickle.loads(pickle.dumps(ND_118_2025)) is ND_118_2025
    with pytest.raises(InvalidInput):
        Regime.of("nd999")
    with pytest.raises(NotInForce):
        Regime.on(date(2015, 5, 14))
    with pytest.raises(NotInForce):
        Regime.on(date(2024, 6, 30), bundle=True)
    with pytest.raises(InvalidInput):
        Regime.on(AT)


def test_amendments_keep_what_they_do_not_change() -> None:
    closing, start = ND_118_2025_ND_309.rule("closing_days"), ND_118_2025_ND_309.rule("non_territorial_clock")
    assert closing is not None
    assert start is not None
    assert closing.value == 15
    assert ND_118_2025.rule("non_territorial_clock") is None
    assert REGIMES[1].rule("closing_days") is None
