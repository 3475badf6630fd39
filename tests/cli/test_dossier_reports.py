"""The commands of registers and statistics: output, exit codes, one sentence for wrong use."""

from __future__ import annotations

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
from egov_vn.dossier import RegisterBook  # noqa: E402
from egov_vn.dossier.facts_io import write_facts  # noqa: E402
from egov_vn.errors import InvalidInput  # noqa: E402
from egov_vn.testing.dossiers import FIELDS, province_year  # noqa: E402
from egov_vn.testing.register_lists import messy_csv, planted_lists  # noqa: E402


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of two thousand synthetic dossiers."""
    path = tmp_path_factory.mktemp("facts") / "facts.csv"
    path.write_text("".join(write_facts(province_year(seed=5, count=2_000))), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    found: Result = typer_testing.CliRunner().invoke(build(), ["dossier", *map(str, arguments)])
    return found


def test_a_report_is_printed_as_csv_and_holds(facts: Path) -> None:
    done = run("report", facts, "--period", "2026-Q3", "--unit", "UBND tỉnh")
    assert done.exit_code == 0, done.output
    assert "Biểu số 07a/BTP/KSTT" in done.output


@pytest.mark.parametrize("suffix", ["html", "csv", "xlsx", "json"])
def test_a_report_is_written_in_every_format(facts: Path, tmp_path: Path, suffix: str) -> None:
    names = tmp_path / "names.json"
    names.write_text(json.dumps(dict(FIELDS)), encoding="utf-8")
    out = tmp_path / f"report.{suffix}"
    done = run("report", facts, "-p", "2026-09", "--form", "07b", "--names", names, "-o", out)
    assert done.exit_code == 0, done.output
    assert out.stat().st_size > 1_000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_carry_over_is_checked_against_the_report_before(facts: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    assert run("report", facts, "-p", "2026-08", "-o", before).exit_code == 0
    assert run("report", facts, "-p", "2026-09", "--previous", before).exit_code == 0
    wrong = run("report", facts, "-p", "2026-11", "--previous", before)
    assert wrong.exit_code == 1
    assert "STAT-PERIODS" in wrong.output


def test_a_cell_opens_and_json_is_whole(facts: Path) -> None:
    plain = json.loads(run("report", facts, "-p", "2026", "--json").output)
    assert plain["findings"] == plain["bad_rows"] == []
    codes = run("report", facts, "-p", "2026", "--drill", "15").output.splitlines()
    assert len(codes) == plain["total"][-1]


def test_bad_rows_are_listed_and_the_rest_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text("code,received\nA,2026-09-01T08:00:00+07:00\nB,hôm qua\n", encoding="utf-8")
    done = run("report", path, "-p", "2026-09")
    assert done.exit_code == 1
    assert "row 3.received" in done.output
    assert "TỔNG CỘNG,1," in done.output


def test_a_foreign_report_is_checked(tmp_path: Path, facts: Path) -> None:
    path = tmp_path / "report.json"
    run("report", facts, "-p", "2026-09", "-o", path)
    assert run("check-report", path).exit_code == 0
    assert json.loads(run("check-report", path, "--json").output) == {"holds": True, "findings": []}
    broken = json.loads(path.read_text(encoding="utf-8"))
    broken["total"][0] += 1
    path.write_text(json.dumps(broken), encoding="utf-8")
    done = run("check-report", path, "--json")
    assert done.exit_code == 1
    assert {item["code"] for item in json.loads(done.output)["findings"]} == {"STAT-SUM", "STAT-BALANCE", "STAT-TOTAL"}
    assert run("check-report", path, "--lang", "en").exit_code == 1


def test_indicators_and_what_is_overdue(facts: Path) -> None:
    assert "2.1" in run("indicators", facts, "-p", "2026-05").output
    assert len(json.loads(run("indicators", facts, "-p", "2026-05", "--json").output)) == 25
    done = run("overdue", facts, "--at", "2026-06-01T08:00", "--working-days")
    assert done.exit_code == 1
    assert "ngày làm việc" in done.output
    rows = json.loads(run("overdue", facts, "--at", "2026-06-01T08:00", "--json").output)
    assert rows == sorted(rows, key=lambda row: -row["days"])
    assert run("overdue", facts, "--at", "2000-01-01").exit_code == 0
    assert run("overdue", facts, "--at", "2090-01-01", "--working-days").exit_code == 3


def test_indicators_with_stated_figures_have_a_score(facts: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"source": "CSDLQG", "published": 20, "published_in_time": 19}), encoding="utf-8")
    arguments = ("indicators", facts, "-p", "2026-05", "--inputs", inputs, "--score")
    text = run(*arguments).output
    assert "1.1\t95,00%\t5,70/6" in text
    assert "Tổng điểm: " in text
    assert "Total: " in run(*arguments, "--lang", "en").output
    plain = json.loads(run(*arguments, "--json").output)
    assert len(plain["indicators"]) == 25
    assert plain["score"]["maximum"] == "100"
    inputs.write_text("{}", encoding="utf-8")
    assert "1.1\t95,00%" not in run(*arguments).output
    inputs.write_text('{"published": 1}', encoding="utf-8")
    assert isinstance(run(*arguments).exception, InvalidInput)


def test_a_catalogue_of_procedures_is_counted(facts: Path, tmp_path: Path) -> None:
    catalogue, inputs = tmp_path / "procedures.json", tmp_path / "inputs.json"
    records = [
        {"MATTHC": "2.000815", "TENTTHC": "A", "CACHTHUCTHUCHIEN": [{"KENH": "2"}]},
        {"MATTHC": "2.000816", "TENTTHC": "B"},
    ]
    catalogue.write_text(json.dumps(records), encoding="utf-8")
    arguments = ("indicators", facts, "-p", "2026-05", "--catalogue", catalogue)
    assert "3.1\t50,00%" in run(*arguments).output
    inputs.write_text('{"source": "x", "procedures": 4}', encoding="utf-8")
    assert "3.1\t25,00%" in run(*arguments, "--inputs", inputs).output
    for wrong in ("{}", '[{"MATTHC": "x"}]'):
        catalogue.write_text(wrong, encoding="utf-8")
        assert isinstance(run(*arguments).exception, InvalidInput)


def test_a_list_without_flags_gives_no_false_zero(tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("code,received\nH13-260504-0001,2026-05-04T08:00:00+07:00\n", encoding="utf-8")
    rows = {row["key"]: row for row in json.loads(run("indicators", bare, "-p", "2026-05", "--json").output)}
    assert rows["4.3"]["value"] is None
    assert "DIGITISED" in rows["4.3"]["reason"]


def test_lists_are_reconciled(tmp_path: Path) -> None:
    lists = planted_lists(seed=2, count=500, faults=1)
    paper, electronic = tmp_path / "paper.csv", tmp_path / "electronic.csv"
    paper.write_bytes(messy_csv(lists.paper, seed=1, encoding="utf-16"))
    electronic.write_bytes(messy_csv(lists.electronic, seed=2))
    done = run("reconcile", paper, electronic)
    assert done.exit_code == 1
    assert "RECONCILE-MISSING" in done.output
    counts = json.loads(run("reconcile", paper, electronic, "--json").output)["counts"]
    assert counts["missing"] == counts["extra"] == 1
    assert run("reconcile", paper, paper).exit_code == 0


def test_a_form_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra forms is not installed")
    values = tmp_path / "values.json"
    content = {"agency": "UBND xã", "applicant": "A", "procedure": "B", "reason": "C", "received_by": "D"}
    values.write_text(json.dumps(content), encoding="utf-8")
    out = tmp_path / "form.pdf"
    arguments = ("form", "rejection", values, "--code", "H13-260212-0001", "--at", "2026-02-12T09:00", "-o", out)
    done = run(*arguments, "--symbol", "both", "--copies", "2", "--qr-text", "https://dichvucong.example/tra-cuu")
    assert done.exit_code == 0, done.output
    assert isinstance(run(*arguments, "--symbol", "stamp").exception, InvalidInput)
    assert out.read_bytes().startswith(b"%PDF")
    plain = json.loads(run("form", "rejection", values, "--code", "H13", "--at", "2024-02-12", "--json").output)
    assert plain["form_set"] == "tt01_2018"
    assert isinstance(run("form", "rejection", values, "--code", "H13").exception, InvalidInput)


def test_a_register_is_checked(tmp_path: Path) -> None:
    at = datetime(2026, 6, 30, 8, tzinfo=VIETNAM)
    book = RegisterBook("H13")
    for index in range(3):
        book.add(f"H13-{index}", applicant="A", received_at=at, entered_at=at, entered_by="B")
    path = tmp_path / "book.jsonl"
    path.write_bytes(book.to_jsonl())
    assert run("register", path, "--desk", "H13").exit_code == 0
    path.write_bytes(b"\n".join(book.to_jsonl().splitlines()[1:]))
    assert run("register", path, "--desk", "H13").exit_code == 1


def test_a_synthetic_year_can_be_reported(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(run("synthetic", "--count", "300", "--seed", "9").output, encoding="utf-8")
    assert run("report", path, "-p", "2026").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "FACTS", "-p", "2026-13"),
        ("report", "FACTS", "-p", "2026", "--form", "09z"),
        ("report", "FACTS", "-p", "2026", "--by", "colour"),
        ("report", "FACTS", "-p", "2026", "-o", "x.doc"),
        ("overdue", "FACTS", "--at", "mai"),
        ("check-report", "FACTS"),
        ("reconcile", "FACTS", "BINARY"),
    ],
)
def test_wrong_use_is_one_error(facts: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    binary = tmp_path / "x.xlsx"
    binary.write_bytes(b"PK\x03\x04 no")
    words = {"FACTS": str(facts), "BINARY": str(binary)}
    done = run(*(words.get(item, item) for item in arguments))
    assert isinstance(done.exception, InvalidInput)


@pytest.mark.parametrize("suffix", ["html", "csv", "xlsx", "json"])
def test_lists_are_written_in_every_format(facts: Path, tmp_path: Path, suffix: str) -> None:
    lists = planted_lists(seed=2, count=500, faults=1)
    for name, lines in (("paper", lists.paper), ("electronic", lists.electronic)):
        (tmp_path / f"{name}.csv").write_bytes(messy_csv(lines, seed=1))
    for arguments in (
        ("overdue", facts, "--at", "2026-06-01T08:00"),
        ("indicators", facts, "-p", "2026"),
        ("reconcile", tmp_path / "paper.csv", tmp_path / "electronic.csv"),
    ):
        out = tmp_path / f"out-{arguments[0]}.{suffix}"
        assert run(*arguments, "-o", out).exit_code in (0, 1)
        assert out.stat().st_size > 300
    assert isinstance(run("overdue", facts, "--at", "2026-06-01", "-o", tmp_path / "x.doc").exception, InvalidInput)
