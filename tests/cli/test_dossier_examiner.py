"""An examiner at the keyboard: files in wrong shape, exit codes, JSON of every command, and cells that are formulas."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

typer_testing = pytest.importorskip("typer.testing", reason="the extra cli is not installed")

if TYPE_CHECKING:
    from typer.testing import Result

from egov_vn.cli import build  # noqa: E402
from egov_vn.clock import VIETNAM  # noqa: E402
from egov_vn.dossier import Regime, RegisterBook  # noqa: E402
from egov_vn.errors import EgovError  # noqa: E402

EXAMPLES = Path(__file__).parents[2] / "examples"
FACTS = EXAMPLES / "ho-so-nam-2026.csv"
COMMANDS = {
    "report": ("-p", "2026-Q3", "--json"),
    "indicators": ("-p", "2026-Q3", "--json"),
    "overdue": ("--at", "2026-10-01T08:00", "--json"),
}


def run(*arguments: object) -> Result:
    found: Result = typer_testing.CliRunner().invoke(build(), ["dossier", *map(str, arguments)])
    assert found.exception is None or isinstance(found.exception, SystemExit | EgovError), found.exception
    return found


def code_of(found: Result) -> int:
    """Return the exit code; an error of ours that escapes is 2, as the program makes it."""
    return 2 if isinstance(found.exception, EgovError) else int(found.exit_code)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "shape", [str, lambda text: text.replace(",", ";"), lambda text: text.replace(",", "\t")], ids=["comma", ";", "tab"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_facts_as_worksheets_write_them(command: str, shape: object, encoding: str, tmp_path: Path) -> None:
    assert callable(shape)
    again = tmp_path / "facts.csv"
    again.write_text(shape(FACTS.read_text(encoding="utf-8")), encoding=encoding)
    expected = run(command, FACTS, *COMMANDS[command])
    found = run(command, again, *COMMANDS[command])
    assert (found.exit_code, json.loads(found.stdout)) == (expected.exit_code, json.loads(expected.stdout))


@pytest.mark.parametrize("command", COMMANDS)
def test_figures_that_leave_a_row_out_do_not_hold(command: str, tmp_path: Path) -> None:
    rows = tmp_path / "facts.csv"
    rows.write_text(FACTS.read_text(encoding="utf-8").splitlines()[0] + "\nx,y\n", encoding="utf-8")
    found = run(command, rows, *COMMANDS[command])
    assert code_of(found) == 1
    assert "row 2" in found.stderr


@pytest.mark.parametrize("command", [*COMMANDS, "check", "show", "xml", "check-report", "register", "form"])
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"\x00" * 50, b"[]", b"null", b'{"a":', b"\xd0\xcf\x11\xe0" * 99]
)
def test_files_that_are_something_else(command: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    extra = {"register": ("--desk", "X"), "form": ("receipt",), **COMMANDS}.get(command, ())
    arguments = (command, "receipt", path, "--json") if command == "form" else (command, path, *extra)
    found = run(*arguments)
    assert code_of(found) == (0 if command == "register" and not data.strip() else 2)


def test_the_example_has_no_day_yet() -> None:
    """NĐ 118/2025 Điều 40: without a day of reception no regime can be chosen: it cannot be decided, exit 3."""
    example = EXAMPLES / "ho-so-2.000815.json"
    assert run("check", example).exit_code == 0
    assert run("show", example).exit_code == 3
    found = run("show", example, "--json")
    assert (found.exit_code, json.loads(found.stdout)["regime"]) == (3, None)


def test_beyond_the_last_notice_of_holidays_nothing_is_decided(tmp_path: Path) -> None:
    """The working days of 2027 are not announced: a term that ends there is exit 3, not wrong use."""
    fields = json.loads((EXAMPLES / "ho-so-2.000815.json").read_text(encoding="utf-8"))
    step = {"SuKien": "TIEP_NHAN", "ThoiDiemXuLy": "20261228090000", "NguoiXuLy": "A"}
    path = tmp_path / "ho-so.json"
    path.write_text(json.dumps({**fields, "ThoiHanGiaiQuyet": "15 ngày làm việc", "LichSu": [step]}), encoding="utf-8")
    for command in ("show", "check"):
        found = run(command, path, "--at", "2026-12-28T10:00")
        assert code_of(found) == 3, found.output
    projected = run("show", path, "--at", "2026-12-28T10:00", "--projected", "--json")
    assert (projected.exit_code, json.loads(projected.stdout)["certainty"]) == (0, "projected")


def test_every_edge_of_a_regime_is_printed() -> None:
    rows = json.loads(run("states", "nd118_2025_nd309", "--json").stdout)
    assert len(rows) == len(Regime.of("nd118_2025_nd309").transitions)
    assert {"EXTEND", "CONSULT", "ADJUST"} <= {row["event"] for row in rows}


def test_codes_and_registers_as_json(tmp_path: Path) -> None:
    arguments = ("allocate", "H57.132", "--db", tmp_path / "codes.db", "--at", "2026-02-12T09:00")
    assert json.loads(run(*arguments, "--for", "hs-1", "--json").stdout) == {
        "code": "H57.132-260212-0001", "received_on": "2026-02-12", "ordinal": 1, "reference": "hs-1",
    }  # fmt: skip
    book, at = RegisterBook("Quầy 1"), datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
    for number in (1, 2):
        book.add(f"H57.132-260212-{number:04d}", applicant="A", received_at=at, entered_at=at, entered_by="CB01")
    path = tmp_path / "so.jsonl"
    path.write_bytes(book.to_jsonl())
    found = run("register", path, "--desk", "Quầy 1", "--json")
    assert (found.exit_code, json.loads(found.stdout)["entries"]) == (0, 2)
    path.write_bytes(book.to_jsonl().splitlines()[1])
    found = run("register", path, "--desk", "Quầy 1", "--json")
    assert (found.exit_code, json.loads(found.stdout)["holds"]) == (1, False)


EVIL = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(A1)", "<script>alert(1)</script>")


@pytest.fixture
def evil_facts(tmp_path: Path) -> Path:
    """Return a list whose every text is a formula or a script."""
    path = tmp_path / "evil.csv"
    rows = ["code,field,agency,level,intake,received,due,ended,outcome,officer"]
    rows += [
        f'"{evil}{n}","{evil}","{evil}",province,direct,20260701080000,20260702080000,,open,"{evil}"'
        for n, evil in enumerate(EVIL)
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["report", "overdue"])
def test_formulas_stay_text(command: str, evil_facts: Path, tmp_path: Path) -> None:
    """Cells that a worksheet would run (CSV and xlsx), and markup that a browser would run (HTML)."""
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    given = (*COMMANDS[command][:2], *(("--by", "agency", "--unit", EVIL[0]) if command == "report" else ()))
    made = {}
    for suffix in ("csv", "xlsx", "html"):
        made[suffix] = tmp_path / f"out.{suffix}"
        assert code_of(run(command, evil_facts, *given, "-o", made[suffix])) in (0, 1)
    for line in made["csv"].read_text(encoding="utf-8-sig").splitlines():
        for cell in line.split(","):
            assert not cell.strip('"').startswith(("=", "+", "@", "\t")), line
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"].read_bytes()))
    cells = [cell for row in book.active.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert cells
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    page = made["html"].read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
