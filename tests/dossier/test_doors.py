"""Wrong types at the doors: one clear error of ours, never an `AttributeError` from the depths."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import egov_vn.dossier as d
from egov_vn.calendar import WorkCalendar, WorkHours
from egov_vn.clock import VIETNAM
from egov_vn.errors import EgovError, InvalidInput, require, require_each

SAMPLE = Path(__file__).parents[2] / "examples" / "ho-so-2.000815.json"
AT = datetime(2026, 2, 13, 9, tzinfo=VIETNAM)
EVENT = d.Event(kind=d.EventKind.ACCEPT, at=datetime(2026, 2, 12, 9, tzinfo=VIETNAM), actor="Cán bộ A")
DOSSIER = d.advance(d.Dossier.from_json(SAMPLE.read_bytes()), EVENT)
CODED = DOSSIER.model_copy(update={"code": d.DossierCode.parse("000.00.00.H13-260212-0001")})
CALENDAR, HOURS = WorkCalendar.official(), WorkHours("07:30-11:30, 13:00-17:00")
YEAR = d.Period.full_year(2026)
FACT = d.fact_of(DOSSIER, level=d.Level.COMMUNE, as_of=AT)
assert FACT is not None
REPORT = d.report(d.Tally.of([FACT], YEAR), unit="UBND xã")
COUNT: dict[str, Any] = {"calendar": CALENDAR, "hours": HOURS, "policy": None, "term": None}
ADAPTER = d.PortalAdapter.of("national_2020")
ENTRY: dict[str, Any] = {"applicant": "a", "received_at": AT, "entered_at": AT, "entered_by": "b", "details": None}
LINE = d.Line(row=1, code="a")
JUNK: tuple[Any, ...] = (5, "x", b"x", [], {}, [None], object(), 1.5, True, datetime(2026, 1, 1), date(2026, 1, 1))


def book(code: object, **fields: Any) -> Any:
    return d.RegisterBook("Một cửa").add(code, **fields)


DOORS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "duties": (d.duties, (DOSSIER, AT), COUNT),
    "audit": (d.audit, (DOSSIER, AT), COUNT),
    "lateness": (d.lateness, (DOSSIER, AT), COUNT),
    "due_of": (d.due_of, (DOSSIER,), {**COUNT, "now": None}),
    "standing": (d.standing, (DOSSIER,), {"at": None}),
    "regime_of": (d.regime_of, (DOSSIER,), {}),
    "replay": (d.replay, ([EVENT],), {"regime": d.ND_118_2025, "start": None}),
    "apply": (d.apply, (d.Standing(regime=d.ND_118_2025), EVENT), {}),
    "advance": (d.advance, (d.Dossier.from_json(SAMPLE.read_bytes()), EVENT), {"due_at": None}),
    "check": (d.check, (DOSSIER,), {"catalogue": None}),
    "load_dossiers": (d.load_dossiers, ([b"{}"],), {"catalogue": None}),
    "fact_of": (d.fact_of, (DOSSIER,), {"level": d.Level.COMMUNE, "as_of": AT, "due": None}),
    "Tally.of": (d.Tally.of, ([FACT], YEAR), {"as_of": None, "policy": None}),
    "report": (d.report, (d.Tally.of([FACT], YEAR),), {"unit": "x", "form": None, "names": None, "by": "field"}),
    "StatisticalReport.from_dict": (d.StatisticalReport.from_dict, (REPORT.to_dict(),), {}),
    "check_report": (d.check_report, (REPORT,), {"previous": None}),
    "compare_reports": (d.compare_reports, (REPORT, REPORT), {}),
    "report_csv": (d.report_csv, (REPORT,), {}),
    "report_html": (d.report_html, (REPORT,), {}),
    "report_xlsx": (d.report_xlsx, (REPORT,), {"at": AT}),
    "overdue_list": (d.overdue_list, ([FACT],), {"at": AT}),
    "reconcile": (d.reconcile, ([LINE], [LINE]), {}),
    "read_lines": (d.read_lines, (b"Ma ho so,Chu ho so",), {"encoding": None, "sheet": None}),
    "RegisterBook": (d.RegisterBook, ("Một cửa",), {}),
    "RegisterBook.add": (book, ("c",), ENTRY),
    "RegisterBook.seal": (d.RegisterBook("Một cửa").seal, (), {"at": AT}),
    "RegisterBook.check": (d.RegisterBook("Một cửa").check, (), {"seal": None}),
    "RegisterBook.from_jsonl": (d.RegisterBook.from_jsonl, (b"",), {"desk": "Một cửa"}),
    "portal_status": (d.portal_status, (1,), {}),
    "check_status_sequence": (d.check_status_sequence, ([1, 2],), {}),
    "progress_of": (d.progress_of, (CODED,), {}),
    "write_dossiers": (ADAPTER.write_dossiers, ([CODED],), {}),
    "write_progress": (ADAPTER.write_progress, (d.progress_of(CODED),), {}),
    "read": (ADAPTER.read, (b"{}",), {}),
    "dossier_xml": (d.dossier_xml, (DOSSIER,), {}),
    "read_dossier_xml": (d.read_dossier_xml, (b"<x/>",), {}),
    "DossierCode.parse": (d.DossierCode.parse, ("x",), {"form": None}),
    "DossierCode.issue": (d.DossierCode.issue, ("H13.1", AT.date(), 1), {}),
    "Regime.on": (d.Regime.on, (AT.date(),), {}),
    "Regime.of": (d.Regime.of, ("x",), {}),
    "Period.of": (d.Period.of, ("month", 2026, 1), {}),
    "Period.custom": (d.Period.custom, (AT.date(), AT.date()), {}),
}


@pytest.mark.parametrize("name", DOORS)
def test_a_wrong_type_is_our_error_or_an_answer(name: str) -> None:
    call, places, names = DOORS[name]
    for junk in (None, *JUNK):
        for index in range(len(places)):
            _our_error_or_none(call, (*places[:index], junk, *places[index + 1 :]), names)
        for key in names:
            _our_error_or_none(call, places, {**names, key: junk})


def _our_error_or_none(call: Callable[..., Any], places: tuple[Any, ...], names: dict[str, Any]) -> None:
    with contextlib.suppress(EgovError):
        call(*places, **names)


def test_the_allocator_too(tmp_path: Path) -> None:
    allocator = d.SqliteAllocator(tmp_path / "codes.db")
    code = allocator.allocate("H13.1", AT)
    for junk in (None, *JUNK):
        for call, places in (
            (allocator.allocate, ("H13.1", AT)), (allocator.confirm, (code, "a")), (allocator.void, (code, "b")),
            (allocator.adopt, (code, "c", AT)), (allocator.last, ("H13.1", AT.date())),
            (allocator.gaps, ("H13.1", AT.date())),
        ):  # fmt: skip
            for index in range(len(places)):
                _our_error_or_none(call, (*places[:index], junk, *places[index + 1 :]), {})
        if not isinstance(junk, str):
            with pytest.raises(InvalidInput):
                d.SqliteAllocator(junk)


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda: d.duties(None, AT), "dossier"),  # type: ignore[arg-type]
        (lambda: d.duties(DOSSIER, AT, calendar="x"), "calendar"),  # type: ignore[arg-type]
        (lambda: d.due_of(DOSSIER, calendar=CALENDAR, policy=5), "policy"),  # type: ignore[arg-type]
        (lambda: d.replay([EVENT, None], regime=d.ND_118_2025), "LichSu[1]"),  # type: ignore[list-item]
        (lambda: d.replay(None, regime=d.ND_118_2025), "LichSu"),  # type: ignore[arg-type]
        (lambda: d.Tally.of(["x"], YEAR), "facts"),  # type: ignore[list-item]
        (lambda: d.Tally.of(5, YEAR), "facts"),  # type: ignore[arg-type]
        (lambda: d.report(None, unit="x"), "tally"),  # type: ignore[arg-type]
    ],
)
def test_the_path_names_the_argument(call: Callable[[], Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.path == path


def test_require_says_what_was_expected() -> None:
    assert require(5, int, "n") == 5
    with pytest.raises(InvalidInput, match="n: expected int, not 'x'"):
        require("x", int, "n")
    with pytest.raises(InvalidInput, match="expected Dossier, not a timedelta"):
        require(timedelta(1), d.Dossier, "dossier")
    assert list(require_each([1, 2], int, "n")) == [1, 2]
    with pytest.raises(InvalidInput, match=r"n\[1\]: expected int, not None"):
        list(require_each([1, None], int, "n"))
