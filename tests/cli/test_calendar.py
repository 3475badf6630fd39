"""`egov-vn calendar`: the grid, the files, the JSON, the check, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from egov_vn.cli import build
from egov_vn.errors import InvalidInput, NotInForce


def run(*arguments: str) -> Any:
    return CliRunner().invoke(build(), ["calendar", *arguments], env={"COLUMNS": "130"})


def test_the_year_is_shown_with_marks_and_sources() -> None:
    done = run("2026")
    assert done.exit_code == 0
    assert "249 ngày làm việc" in done.stdout
    assert "16* 17* 18* 19* 20*" in done.stdout and "10+" in done.stdout
    assert "10/01/2026  Làm bù cho 02/01/2026" in done.stdout and "12729/VPCP-KGVX" in done.stdout
    assert "(1/1 âm lịch)" in done.stdout
    english = run("2026", "--month", "2", "--lang", "en")
    assert "February" in english.stdout and "March" not in english.stdout and "Lunar New Year" in english.stdout


def test_the_year_is_this_year_if_none_is_said() -> None:
    assert run("--projected").exit_code == 0


def test_json() -> None:
    done = run("2026", "--json")
    found = json.loads(done.stdout)
    assert found["working_days"] == 249 and found["known_until"] == "2026-12-31" and found["certainty"] == "notice"
    assert {"date", "kind", "name", "certainty", "source", "notice", "announced"} <= set(found["days_off"][0])
    assert [item["date"] for item in found["worked"]] == ["2026-01-10", "2026-08-22"]
    before = json.loads(run("2026", "--json", "--as-of", "24/12/2025").stdout)
    assert [item["date"] for item in before["worked"]] == ["2026-08-22"] and before["as_of"] == "2025-12-24"


def test_beyond_the_horizon_cannot_be_decided_unless_projected() -> None:
    done = run("2027")
    assert done.exit_code == 3 and "--projected" in done.stderr and "2026-12-31" in done.stderr
    shown = run("2027", "--projected")
    assert shown.exit_code == 0 and "DỰ KIẾN" in shown.stdout
    assert json.loads(run("2027", "--projected", "--json").stdout)["certainty"] == "projected"
    assert "PROJECTED" in run("2027", "--projected", "--lang", "en").stdout


def test_files_are_written(tmp_path: Path) -> None:
    svg, ics = tmp_path / "2026.svg", tmp_path / "2026.ics"
    done = run("2026", "--svg", str(svg), "--ics", str(ics))
    assert done.exit_code == 0 and not done.stdout
    ET.fromstring(svg.read_text(encoding="utf-8"))
    assert ics.read_bytes().startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026.ics", "2026.svg"]
    assert run("2026", "--svg", "-").stdout.startswith("<svg")


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    done = run("2026", "--svg", str(tmp_path / "nowhere" / "2026.svg"))
    assert isinstance(done.exception, InvalidInput)
    (tmp_path / "folder").mkdir()
    done = run("2026", "--ics", str(tmp_path / "folder"))
    assert isinstance(done.exception, InvalidInput)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["0"], InvalidInput),
        (["10000"], InvalidInput),
        (["1999"], NotInForce),
        (["2026", "--as-of", "x"], InvalidInput),
    ],
)
def test_wrong_use_is_our_error(arguments: list[str], error: type[Exception]) -> None:
    assert isinstance(run(*arguments).exception, error)


def test_the_check_explains_the_notices() -> None:
    done = run("--check")
    assert done.exit_code == 0 and "CAL-HORIZON: 2027" in done.stdout
    assert all(item["level"] == "info" for item in json.loads(run("--check", "--json").stdout)["findings"])
