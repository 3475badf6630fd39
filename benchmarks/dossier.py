"""Dossiers on one core: read and validate JSON, write it back, replay, due dates, codes handed out.

Beside us in the same run: `json.loads` alone, which checks nothing, and the same fields as a pydantic model of plain
strings and numbers, which checks types only. `--quick` takes a tenth of the repetitions.
"""

from __future__ import annotations

import sys

sys.path.pop(0)  # this folder holds files named like modules that others import

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import create_model

from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    Dossier,
    DossierCode,
    Event,
    EventKind,
    SqliteAllocator,
    advance,
    check,
    due_of,
    duties,
    standing,
)

SAMPLE = Path(__file__).parents[1] / "examples" / "ho-so-2.000815.json"
START = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
LIFE = (
    (EventKind.ACCEPT, 0), (EventKind.FORWARD, 1), (EventKind.REQUEST_SUPPLEMENT, 20), (EventKind.SUPPLEMENT, 50),
    (EventKind.SETTLE, 300), (EventKind.RETURN_RESULT, 320),
)  # fmt: skip


def lives(count: int) -> list[Dossier]:
    """Return *count* settled dossiers with six events each, every one with its own code and instants."""
    base = Dossier.from_json(SAMPLE.read_bytes())
    found = []
    for number in range(count):
        start = START + timedelta(minutes=number % 240)
        item = base.model_copy(update={"code": DossierCode.issue("000.00.00.H13", start.date(), number + 1)})
        for kind, hours in LIFE:
            event = Event(kind=kind, at=start + timedelta(hours=hours), actor="Cán bộ A", reason="theo quy trình")
            item = advance(item, event)
        found.append(item)
    return found


def rate(name: str, call: Callable[[], Any], items: int, repeat: int) -> None:
    """Print how many items a second *call* handles, in the least disturbed of *repeat* runs."""
    shortest = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        call()
        shortest = min(shortest, time.perf_counter() - begin)
    print(f"  {name:<58} {items / shortest:>12,.0f} /s {shortest / items * 1e6:>10.2f} µs")


def each(read: Callable[[bytes], object], rows: list[bytes]) -> list[object]:
    """Read every row."""
    return [read(row) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    quick = parser.parse_args().quick
    count, repeat = (40, 20) if quick else (40, 200)  # many short runs: the best one was not disturbed
    dossiers = lives(count)
    full = [item.to_json().encode() for item in dossiers]
    short = [item.model_copy(update={"events": ()}).to_json().encode() for item in dossiers]
    plain = create_model("Plain", **dict.fromkeys(json.loads(full[0]), (Any, None)))  # type: ignore[call-overload]
    calendar, hours = WorkCalendar.official(), WorkHours("07:30-11:30, 13:00-17:00")
    for title, rows in (
        (f"dossiers of {len(short[0])} bytes, without events", short),
        (f"dossiers of {len(full[0])} bytes, with six events", full),
    ):
        print(title)
        rate("json.loads (checks nothing)", partial(each, json.loads, rows), count, repeat)
        rate(
            "pydantic, every field Any (checks names)",
            partial(each, plain.model_validate_json, rows),
            count,
            repeat,
        )
        rate(
            "Dossier.from_json (codes, instants, lists, enumerations)",
            partial(each, Dossier.from_json, rows),
            count,
            repeat,
        )
    assert [Dossier.from_json(row) for row in full] == dossiers
    print("one dossier at a time")
    rate("Dossier.to_json", lambda: [item.to_json() for item in dossiers], count, repeat)
    rate("standing (replay of six events)", lambda: [standing(item) for item in dossiers], count, repeat)
    rate("check (identifiers, codes, history)", lambda: [check(item) for item in dossiers], count, repeat)
    some = dossiers[: count // 4]
    repeat //= 4
    rate(
        "due_of (with one restart)",
        lambda: [due_of(item, calendar=calendar, hours=hours) for item in some],
        len(some),
        repeat,
    )
    at = START + timedelta(hours=30)
    rate("duties", lambda: [duties(item, at, calendar=calendar, hours=hours) for item in some], len(some), repeat)
    rate(
        "DossierCode.parse",
        lambda: [DossierCode.parse("000.00.00.H13-260212-0001") for _ in range(count)],
        count,
        repeat,
    )
    with tempfile.TemporaryDirectory() as folder:
        allocator = SqliteAllocator(Path(folder) / "codes.db")
        rate(
            "SqliteAllocator.allocate (each on disk before it is seen)",
            lambda: [allocator.allocate("H13", START) for _ in range(count // 4)],
            count // 4,
            2,
        )


if __name__ == "__main__":
    main()
