"""Paper against electronic (*đối chiếu*): is every dossier there, once, in order, in time, and saying the same.

Lines are matched by dossier code; a line without a match is tried once more by applicant and day of reception, so that
a mistyped code is one difference and not one missing and one extra dossier. What is out of order is the smallest set of
lines whose removal leaves both lists in the same order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from egov_vn.clock import VIETNAM
from egov_vn.dossier.lists import Line, LineList, name_key
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Language, Severity, Text, finding
from egov_vn.law import Citation

__all__ = ["Difference", "DifferenceKind", "Reconciliation", "reconcile"]

_SOURCE: Final = Citation(instrument="01/2018/TT-VPCP", article="10", clause="2", point="c")
_EARLIEST: Final = datetime(1, 1, 1, tzinfo=VIETNAM)


class DifferenceKind(StrEnum):
    """What can be wrong between the two lists (*loại sai lệch*)."""

    MISSING = "missing"
    """*Thiếu*: on paper, not in the electronic list."""
    EXTRA = "extra"
    """*Thừa*: in the electronic list, not on paper."""
    DUPLICATE = "duplicate"
    """*Trùng*: the code stands more than once in one list."""
    OUT_OF_ORDER = "out_of_order"
    """*Sai thứ tự*."""
    LATE = "late"
    """*Nhập chậm*: entered in the system later than allowed."""
    DIFFERS = "differs"
    """*Sai nội dung*: a field says two things."""

    def label(self, lang: Language = "vi") -> str:
        """Return the word for people."""
        return _KIND_NAMES[self](lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: what kind, which dossier, which rows of the files, and for a field what each list says."""

    kind: DifferenceKind
    code: str
    paper_row: int | None = None
    electronic_row: int | None = None
    field: str = ""
    paper: str = ""
    electronic: str = ""

    def to_finding(self) -> Finding:
        """Return the difference as a finding in both languages."""
        vi, en = _WORDS[self.kind]
        field = _FIELD_NAMES.get(self.field, Text(self.field, self.field))
        said = {"paper": self.paper, "electronic": self.electronic}
        if self.field in _TIMES:
            said = {side: _readable(value) for side, value in said.items()}
        values = {"code": self.code, **said}
        rows = [
            f"giấy {self.paper_row}" * bool(self.paper_row),
            f"điện tử {self.electronic_row}" * bool(self.electronic_row),
        ]
        return finding(
            f"RECONCILE-{self.kind.name.replace('_', '-')}",
            Severity.WARNING if self.kind in (DifferenceKind.LATE, DifferenceKind.DIFFERS) else Severity.ERROR,
            vi=vi.format(field=field.vi, **values),
            en=en.format(field=field.en, **values),
            where=", ".join(filter(None, rows)),
            source=_SOURCE if self.kind is DifferenceKind.OUT_OF_ORDER else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The result: how many lines were compared, every difference, and the lines that could not be read."""

    paper_count: int
    electronic_count: int
    matched: int
    differences: tuple[Difference, ...]
    bad_paper: tuple[InvalidInput, ...] = ()
    bad_electronic: tuple[InvalidInput, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether both lists say the same, and all of both could be read."""
        return not (self.differences or self.bad_paper or self.bad_electronic)

    def of(self, kind: DifferenceKind) -> tuple[Difference, ...]:
        """Return the differences of one kind."""
        return tuple(item for item in self.differences if item.kind is kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: counts, findings, unreadable lines."""
        return {
            "agrees": self.agrees,
            "paper": self.paper_count,
            "electronic": self.electronic_count,
            "matched": self.matched,
            "counts": {kind.value: len(self.of(kind)) for kind in DifferenceKind},
            "differences": [
                {
                    "kind": item.kind.value,
                    "code": item.code,
                    "paper_row": item.paper_row,
                    "electronic_row": item.electronic_row,
                    "field": item.field,
                    "paper": item.paper,
                    "electronic": item.electronic,
                }
                for item in self.differences
            ],
            "bad_paper": [str(item) for item in self.bad_paper],
            "bad_electronic": [str(item) for item in self.bad_electronic],
        }


def reconcile(
    paper: LineList | Iterable[Line],
    electronic: LineList | Iterable[Line],
    *,
    late_after: timedelta = timedelta(days=1),
    tolerance: timedelta = timedelta(minutes=15),
) -> Reconciliation:
    """Compare a paper list with an electronic one; both as read by `read_lines`.

    A line is *late* if it was entered more than *late_after* after reception; instants of reception *differ* if they
    lie more than *tolerance* apart (days are compared where one list gives no time). Order on paper is that of its
    ordinals; in the electronic list that of its ordinals, else of reception, else of the file.
    """
    left, bad_left = _lines(paper)
    right, bad_right = _lines(electronic)
    found: list[Difference] = []
    left_by_code = _index(left, found, "paper_row")
    right_by_code = _index(right, found, "electronic_row")
    pairs = [(line, right_by_code[code]) for code, line in left_by_code.items() if code in right_by_code]
    lone_left = [line for line in left if _lone(line, left_by_code, right_by_code)]
    lone_right = [line for line in right if _lone(line, right_by_code, left_by_code)]
    pairs += _by_person(lone_left, lone_right, found)
    for one, two in pairs:
        found += _compare(one, two, tolerance)
        late = _late(two, one, late_after)
        if late is not None:
            found.append(late)
    found += _order(pairs)
    return Reconciliation(
        paper_count=len(left),
        electronic_count=len(right),
        matched=len(pairs),
        differences=tuple(found),
        bad_paper=bad_left,
        bad_electronic=bad_right,
    )


def _lines(given: LineList | Iterable[Line]) -> tuple[tuple[Line, ...], tuple[InvalidInput, ...]]:
    if isinstance(given, LineList):
        return given.lines, given.bad
    return tuple(_each_line(given)), ()


def _each_line(given: object) -> Iterator[Line]:
    for line in given if isinstance(given, Iterable) else (given,):
        if not isinstance(line, Line):
            raise InvalidInput("a list to compare holds values of Line, as read_lines returns them", path="lines")
        yield line


def _index(lines: Sequence[Line], found: list[Difference], side: str) -> dict[str, Line]:
    index: dict[str, Line] = {}
    for line in lines:
        if line.code is None:
            continue
        if line.code in index:
            row: dict[str, Any] = {side: line.row}
            found.append(Difference(kind=DifferenceKind.DUPLICATE, code=line.code, **row))
        else:
            index[line.code] = line
    return index


def _lone(line: Line, own: Mapping[str, Line], other: Mapping[str, Line]) -> bool:
    """Say whether the other list has no line of that code; a repeated line is not looked at again."""
    return line.code is None or (own[line.code] is line and line.code not in other)


def _by_person(left: Sequence[Line], right: Sequence[Line], found: list[Difference]) -> list[tuple[Line, Line]]:
    """Match what has no code in common by applicant and day, where that is unique on both sides; report the rest."""
    ours, theirs = _by_key(left), _by_key(right)
    pairs = []
    matched: set[int] = set()
    for key, lines in ours.items():
        others = theirs.get(key, [])
        if len(lines) == len(others) == 1:
            one, two = lines[0], others[0]
            pairs.append((one, two))
            matched |= {id(one), id(two)}
            if one.code is not None and two.code is not None:
                found.append(_differs("code", one, two, one.code, two.code))
    for kind, side, those in (
        (DifferenceKind.MISSING, "paper_row", left),
        (DifferenceKind.EXTRA, "electronic_row", right),
    ):
        rows: list[dict[str, Any]] = [
            {"code": line.code or line.applicant or "", side: line.row} for line in those if id(line) not in matched
        ]
        found.extend(Difference(kind=kind, **row) for row in rows)
    return pairs


def _by_key(lines: Sequence[Line]) -> dict[tuple[str, date], list[Line]]:
    index: dict[tuple[str, date], list[Line]] = {}
    for line in lines:
        if line.applicant is not None and line.received is not None:
            index.setdefault((name_key(line.applicant), _day(line.received)), []).append(line)
    return index


def _compare(one: Line, two: Line, tolerance: timedelta) -> list[Difference]:
    found = []
    for field in ("applicant", "procedure"):
        said, stored = getattr(one, field), getattr(two, field)
        if said and stored and said != stored and name_key(said) != name_key(stored):
            found.append(_differs(field, one, two, said, stored))
    for field in ("received", "due", "returned"):
        left, right = getattr(one, field), getattr(two, field)
        if left is not None and right is not None and left != right and _apart(left, right, tolerance):
            found.append(_differs(field, one, two, left.isoformat(), right.isoformat()))
    return found


def _apart(left: datetime | date, right: datetime | date, tolerance: timedelta) -> bool:
    if isinstance(left, datetime) and isinstance(right, datetime):
        return abs(left - right) > tolerance
    return _day(left) != _day(right)


def _differs(field: str, one: Line, two: Line, paper: str, electronic: str) -> Difference:
    return Difference(
        kind=DifferenceKind.DIFFERS,
        code=one.code or two.code or one.applicant or "",
        paper_row=one.row,
        electronic_row=two.row,
        field=field,
        paper=paper,
        electronic=electronic,
    )


def _late(line: Line, paper: Line, late_after: timedelta) -> Difference | None:
    received = line.received or paper.received
    if line.entered is None or received is None:
        return None
    if isinstance(line.entered, datetime) and isinstance(received, datetime):
        late = line.entered - received > late_after
    else:
        late = _day(line.entered) - _day(received) > late_after
    if not late:
        return None
    return Difference(
        kind=DifferenceKind.LATE,
        code=line.code or paper.code or "",
        paper_row=paper.row,
        electronic_row=line.row,
        field="entered",
        paper=received.isoformat(),
        electronic=line.entered.isoformat(),
    )


def _order(pairs: Sequence[tuple[Line, Line]]) -> list[Difference]:
    """Report the lines outside a longest run that both lists have in the same order."""
    left = _rank_of([one for one, _ in pairs])
    right = _rank_of([two for _, two in pairs])
    in_paper_order = sorted(pairs, key=lambda pair: left(pair[0]))
    kept = _longest_run([right(two) for _, two in in_paper_order])
    return [
        Difference(
            kind=DifferenceKind.OUT_OF_ORDER,
            code=one.code or two.code or "",
            paper_row=one.row,
            electronic_row=two.row,
        )
        for index, (one, two) in enumerate(in_paper_order)
        if index not in kept
    ]


def _rank_of(lines: Sequence[Line]) -> Callable[[Line], Any]:
    if lines and all(line.ordinal is not None for line in lines):
        return lambda line: (line.received.year if line.received is not None else 0, line.ordinal)
    if lines and all(isinstance(line.received, datetime) for line in lines):
        return lambda line: line.received
    return lambda line: line.row


def _longest_run(ranks: Sequence[Any]) -> frozenset[int]:
    """Return the indexes of a longest non-decreasing run of *ranks* (patience sorting, n log n)."""
    tails: list[Any] = []
    tail_at: list[int] = []
    before: list[int] = [-1] * len(ranks)
    for index, rank in enumerate(ranks):
        place = bisect_right(tails, rank)
        before[index] = tail_at[place - 1] if place else -1
        if place == len(tails):
            tails.append(rank)
            tail_at.append(index)
        else:
            tails[place], tail_at[place] = rank, index
    kept, index = set(), tail_at[-1] if tail_at else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return frozenset(kept)


def _readable(iso: str) -> str:
    """Return a day or an instant as people write it in Vietnam."""
    if len(iso) <= 10:
        return f"{date.fromisoformat(iso):%d/%m/%Y}"
    return f"{datetime.fromisoformat(iso).astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _day(value: datetime | date) -> date:
    return value.astimezone(VIETNAM).date() if isinstance(value, datetime) else value


_TIMES: Final = frozenset({"received", "due", "returned", "entered"})
_FIELD_NAMES: Final = {
    "code": Text("mã hồ sơ", "code"),
    "applicant": Text("chủ hồ sơ", "applicant"),
    "procedure": Text("thủ tục", "procedure"),
    "received": Text("thời điểm nhận", "received"),
    "due": Text("hẹn trả", "due"),
    "returned": Text("ngày trả", "returned"),
    "entered": Text("thời điểm nhập", "entered"),
}
_KIND_NAMES: Final = {
    DifferenceKind.MISSING: Text("Thiếu", "Missing"),
    DifferenceKind.EXTRA: Text("Thừa", "Extra"),
    DifferenceKind.DUPLICATE: Text("Trùng", "Duplicate"),
    DifferenceKind.OUT_OF_ORDER: Text("Sai thứ tự", "Out of order"),
    DifferenceKind.LATE: Text("Nhập chậm", "Late"),
    DifferenceKind.DIFFERS: Text("Sai nội dung", "Differs"),
}
_WORDS: Final = {
    DifferenceKind.MISSING: (
        "Hồ sơ {code} có trong sổ giấy, không có trên hệ thống.",
        "{code} is on paper, not in the system.",
    ),
    DifferenceKind.EXTRA: (
        "Hồ sơ {code} có trên hệ thống, không có trong sổ giấy.",
        "{code} is in the system, not on paper.",
    ),
    DifferenceKind.DUPLICATE: ("Mã {code} xuất hiện nhiều lần.", "The code {code} occurs more than once."),
    DifferenceKind.OUT_OF_ORDER: ("Hồ sơ {code} sai thứ tự so với sổ giấy.", "{code} is out of order."),
    DifferenceKind.LATE: (
        "Hồ sơ {code} nhận lúc {paper}, nhập hệ thống lúc {electronic}.",
        "{code} was received at {paper} and entered at {electronic}.",
    ),
    DifferenceKind.DIFFERS: (
        "Hồ sơ {code}, {field}: sổ giấy ghi “{paper}”, hệ thống ghi “{electronic}”.",
        "{code}, {field}: paper says “{paper}”, the system says “{electronic}”.",
    ),
}
