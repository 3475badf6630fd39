"""Counting dossiers for one report period, in one pass, in parts that add up.

A `Tally` is a commutative monoid: `Tally(period)` is its zero, `+` is associative and commutative, and however a stream
is cut into parts and in whatever order the parts are added, the result is the same.

Each dossier that was in the unit's hands during the period counts twice, once for how it came (one of four channels, or
carried over) and once for where it stands at the end (settled early, on time, late; open within its term, overdue).
From that the balance *received = settled + in process* follows, and with it the carry-over between periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from egov_vn.clock import require_aware
from egov_vn.dossier.facts import DossierFact, Outcome, seconds
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput, require

__all__ = ["COUNTS", "CountingPolicy", "Tally", "TallyKey"]

COUNTS: Final = (
    "online_full",
    "online_partial",
    "post",
    "direct",
    "carried",
    "early",
    "on_time",
    "late",
    "within",
    "overdue",
)
"""What is counted; every column of every report is a sum of these."""
INTAKES: Final = 5
"""The first so many of `COUNTS` say how a dossier came: each dossier is in one of them."""

_CARRIED, _EARLY, _ON_TIME, _LATE, _WITHIN, _OVERDUE = range(4, 10)
_DAY, _EAST = 86_400, 25_200
_SETTLED = frozenset({Outcome.SETTLED.value, Outcome.REFUSED.value})

_Key = tuple[str, str, str]
Placed = tuple[int, int]
Classify = Callable[[DossierFact], "Placed | str"]


class TallyKey(NamedTuple):
    """What one row of counts is about: level, code of the settling body, field."""

    level: str
    agency: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingPolicy:
    """The choices that the circulars leave open, each with what running systems do.

    - *early*: a result is early if it is ready before the `"day"` of the appointment, or at any `"instant"` before it.
    - *late*: a result is late once its `"instant"` has passed, or only after the `"day"`.
    - *stopped*: what was stopped, withdrawn or closed is `"timed"` like a result, or always `"on_time"`.
    - *waiting*: an open dossier that waits for its applicant is always `"within"` its term, or `"timed"`.
    """

    early: Literal["day", "instant"] = "day"
    late: Literal["instant", "day"] = "instant"
    stopped: Literal["timed", "on_time"] = "timed"
    waiting: Literal["within", "timed"] = "within"

    def __post_init__(self) -> None:
        allowed = {"early": ("day", "instant"), "late": ("instant", "day")}
        allowed |= {"stopped": ("timed", "on_time"), "waiting": ("within", "timed")}
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise InvalidInput(f"{getattr(self, name)!r} is not one of {', '.join(values)}", path=name)


class Tally:
    """The counts of one period (*bảng đếm*), by level, body and field.

    *as_of* cuts a period that is still running: nothing after that instant is counted. With *keep_codes* the codes
    behind each count are kept, so that a cell can be opened; that takes some 80 bytes for each dossier.
    """

    __slots__ = ("_codes", "_rows", "as_of", "counted", "faulty", "keep_codes", "outside", "period", "policy")

    def __init__(
        self,
        period: Period,
        *,
        as_of: datetime | None = None,
        policy: CountingPolicy | None = None,
        keep_codes: bool = False,
    ) -> None:
        given: object = period
        if not isinstance(given, Period):
            raise InvalidInput(f"{given!r} is not a Period", path="period")
        self.period = period
        self.as_of = period.ends_at if as_of is None else min(require_aware(as_of, "as_of"), period.ends_at)
        self.policy = CountingPolicy() if policy is None else require(policy, CountingPolicy, "policy")
        self.keep_codes = keep_codes
        self.counted = 0
        self.outside = 0
        self.faulty: dict[str, int] = {}
        self._rows: dict[_Key, list[int]] = {}
        self._codes: dict[_Key, tuple[list[str], ...]] = {}
        if self.as_of <= period.starts_at:
            raise InvalidInput(f"{as_of} lies before the period {period}", path="as_of")

    @classmethod
    def of(
        cls,
        facts: Iterable[DossierFact],
        period: Period,
        *,
        as_of: datetime | None = None,
        policy: CountingPolicy | None = None,
        keep_codes: bool = False,
    ) -> Tally:
        """Count *facts* for *period*."""
        return cls(period, as_of=as_of, policy=policy, keep_codes=keep_codes).add(facts)

    def add(self, facts: Iterable[DossierFact]) -> Tally:
        """Count *facts* too, and return this tally.

        A fact that cannot be (ended before it was received, an unknown channel) is not counted; `faulty` has its code.
        """
        classify, rows, codes = self._classifier(), self._rows, self._codes
        counted = outside = 0
        keep = self.keep_codes
        if not isinstance(facts, Iterable):
            raise InvalidInput(f"expected several DossierFact, not a {type(facts).__name__}", path="facts")
        for fact in facts:
            try:
                placed = classify(fact)
            except (TypeError, ValueError) as error:
                raise InvalidInput(f"{str(fact)[:60]!r} is not a DossierFact", path="facts") from error
            if isinstance(placed, str):
                if placed:
                    self.faulty[fact[0]] = self.faulty.get(fact[0], 0) + 1
                else:
                    outside += 1
                continue
            came, stands = placed
            key = (fact[3], fact[2], fact[1])
            row = rows.get(key)
            if row is None:
                row = rows[key] = [0] * len(COUNTS)
            row[came] += 1
            row[stands] += 1
            counted += 1
            if keep:
                kept = codes.get(key)
                if kept is None:
                    kept = codes[key] = tuple([] for _ in COUNTS)
                kept[came].append(fact[0])
                kept[stands].append(fact[0])
        self.counted += counted
        self.outside += outside
        return self

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        if self._head() != other._head():
            raise InvalidInput("two tallies add up only for one period, one policy and one closing instant")
        total = Tally(self.period, as_of=self.as_of, policy=self.policy, keep_codes=self.keep_codes)
        for part in (self, other):
            total.counted += part.counted
            total.outside += part.outside
            for code, times in part.faulty.items():
                total.faulty[code] = total.faulty.get(code, 0) + times
            for key, row in part._rows.items():
                sums = total._rows.setdefault(key, [0] * len(COUNTS))
                sums[:] = [left + right for left, right in zip(sums, row, strict=True)]
            for key, kept in part._codes.items():
                lists = total._codes.setdefault(key, tuple([] for _ in COUNTS))
                for mine, theirs in zip(lists, kept, strict=True):
                    mine.extend(theirs)
        return total

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self._value() == other._value()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Tally({self.period}, counted={self.counted}, outside={self.outside}, faulty={sum(self.faulty.values())})"
        )

    @property
    def rows(self) -> Iterator[tuple[TallyKey, tuple[int, ...]]]:
        """Each key with its counts in the order of `COUNTS`, sorted by key."""
        return ((TallyKey(*key), tuple(self._rows[key])) for key in sorted(self._rows))

    def count(self, *names: str, level: str | None = None, agency: str | None = None, field: str | None = None) -> int:
        """Return the sum of the counts *names* over the rows that match; all counts are named in `COUNTS`."""
        indexes = [_index(name) for name in names]
        return sum(
            row[index] for key, row in self._rows.items() if _match(key, level, agency, field) for index in indexes
        )

    def codes(
        self, *names: str, level: str | None = None, agency: str | None = None, field: str | None = None
    ) -> tuple[str, ...]:
        """Return the sorted codes of the dossiers behind `count` of the same arguments; needs *keep_codes*."""
        if not self.keep_codes:
            raise InvalidInput(
                "this tally kept no codes; make it with keep_codes=True, or use select", path="keep_codes"
            )
        indexes = [_index(name) for name in names]
        found = (
            code
            for key, kept in self._codes.items()
            if _match(key, level, agency, field)
            for index in indexes
            for code in kept[index]
        )
        return tuple(sorted(found))

    def select(
        self,
        facts: Iterable[DossierFact],
        *names: str,
        level: str | None = None,
        agency: str | None = None,
        field: str | None = None,
    ) -> Iterator[DossierFact]:
        """Yield those of *facts* that stand behind a cell: the drill-down by a second pass, in constant memory."""
        classify, indexes = self._classifier(), frozenset(_index(name) for name in names)
        for fact in facts:
            placed = classify(fact)
            if isinstance(placed, str) or indexes.isdisjoint(placed):
                continue
            if _match((fact.level, fact.agency, fact.field), level, agency, field):
                yield fact

    def _classifier(self) -> Classify:
        """Return the one function that places a fact; "" means outside the period, other text means impossible."""
        start, cut = seconds(self.period.starts_at), seconds(self.as_of)
        by_day, late_by_day = self.policy.early == "day", self.policy.late == "day"
        stopped_timed, waiting_within = self.policy.stopped == "timed", self.policy.waiting == "within"

        def classify(fact: DossierFact) -> Placed | str:
            _, _, _, _, intake, received, due, ended, outcome, waiting_from, waiting_to, _, _, _, _, _ = fact
            if not 0 <= intake <= 3:
                return "intake"
            if ended is not None and ended < received:
                return "ended"
            if received >= cut or (ended is not None and ended < start):
                return ""
            came = intake if received >= start else _CARRIED
            if ended is not None and ended < cut:
                if due is None or not (stopped_timed or outcome in _SETTLED):
                    return came, _ON_TIME
                # The last second of the appointment's day in Vietnam, and its first.
                midnight = (due + _EAST) // _DAY * _DAY - _EAST
                if ended > (midnight + _DAY - 1 if late_by_day else due):
                    return came, _LATE
                return came, _EARLY if ended < (midnight if by_day else due) else _ON_TIME
            if due is None or due >= cut:
                return came, _WITHIN
            waits = waiting_from is not None and waiting_from < cut and (waiting_to is None or waiting_to >= cut)
            return came, _WITHIN if waits and waiting_within else _OVERDUE

        return classify

    def _head(self) -> tuple[object, ...]:
        return self.period, self.as_of, self.policy, self.keep_codes

    def _value(self) -> tuple[object, ...]:
        codes = {key: tuple(tuple(sorted(item)) for item in kept) for key, kept in self._codes.items()}
        return (*self._head(), self.counted, self.outside, self.faulty, self._rows, codes)


def _index(name: str) -> int:
    try:
        return COUNTS.index(name)
    except ValueError as error:
        raise InvalidInput(f"unknown count {name!r}; known: {', '.join(COUNTS)}", path="names") from error


def _match(key: _Key, level: str | None, agency: str | None, field: str | None) -> bool:
    return (
        (level is None or key[0] == level)
        and (agency is None or key[1] == agency)
        and (field is None or key[2] == field)
    )
