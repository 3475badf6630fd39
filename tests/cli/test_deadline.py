"""`egov-vn deadline`: the explanation, the JSON, every option, and the exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from egov_vn.cli import build
from egov_vn.errors import InvalidInput

OFFICE = ("--hours", "07:30-11:30,13:00-17:00")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(build(), ["deadline", *arguments])


def test_the_explanation() -> None:
    done = run("5 ngày làm việc", "--received", "2026-02-12 09:00")
    assert done.exit_code == 0
    assert "16/02/2026–20/02/2026 nghỉ: Tết Nguyên đán" in done.stdout
    assert done.stdout.rstrip().endswith("Hạn: Thứ Năm 26/02/2026 (theo luật và thông báo đã công bố).")
    english = run("5 ngày làm việc", "-r", "12/02/2026 09:00", "--lang", "en")
    assert "Due: Thu 26/02/2026" in english.stdout


CASES = [
    (["5 ngày làm việc", "-r", "2026-02-12T02:00:00+00:00"], "2026-02-26T23:59:59.999999+07:00"),
    (["8 giờ làm việc", "-r", "2026-10-05 16:00", *OFFICE], "2026-10-06T16:00:00+07:00"),
    (["5 ngày làm việc", "-r", "2026-10-05 15:30", *OFFICE, "--cut-off", "15"], "2026-10-13T17:00:00+07:00"),
    (
        ["3 ngày làm việc", "-r", "2026-02-13 17:30", *OFFICE, "--outside-hours", "next_opening"],
        "2026-02-26T17:00:00+07:00",
    ),
    (
        [
            "1 ngày làm việc",
            "-r",
            "2026-10-03 09:00",
            *OFFICE,
            "--saturday",
            "07:30-11:30",
            "--outside-hours",
            "next_opening",
        ],
        "2026-10-05T17:00:00+07:00",
    ),
    (["2 ngày làm việc", "-r", "2026-03-02 08:00", *OFFICE, "--day-hours", "7,5"], "2026-03-03T16:30:00+07:00"),
    (
        ["5 ngày làm việc", "-r", "2026-10-05", *OFFICE, "--non-territorial", "--transfer", "2026-10-06 09:00"],
        "2026-10-13T17:00:00+07:00",
    ),
    (
        ["5 ngày làm việc", "-r", "2026-03-02 09:00", *OFFICE, "--pause", "2026-03-03 09:00/2026-03-06 09:00/resume"],
        "2026-03-12T17:00:00+07:00",
    ),
    (
        ["5 ngày làm việc", "-r", "2026-03-06 09:00", *OFFICE, "--extension", "2026-03-12 08:00/2 ngày làm việc"],
        "2026-03-17T17:00:00+07:00",
    ),
    (
        ["5 ngày làm việc", "-r", "2025-12-29 09:00", *OFFICE, "--as-of", "2025-12-24"],
        "2026-01-06T17:00:00+07:00",
    ),
    (["5 ngày làm việc", "-r", "2026-12-30 09:00", *OFFICE, "--projected"], "2027-01-07T17:00:00+07:00"),
]


@pytest.mark.parametrize(("arguments", "at"), CASES, ids=[" ".join(case[0][2:]) for case in CASES])
def test_json(arguments: list[str], at: str) -> None:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["at"] == at


def test_received_now_if_no_time_is_said() -> None:
    assert run("5 ngày làm việc", "--projected").exit_code == 0


def test_beyond_the_horizon_cannot_be_decided() -> None:
    done = run("5 ngày làm việc", "-r", "2026-12-30 09:00")
    assert done.exit_code == 3 and "--projected" in done.stderr


def test_a_late_apology_does_not_hold() -> None:
    done = run("5 ngày làm việc", "-r", "2026-03-06 09:00", "--extension", "2026-03-13 08:00/2 ngày làm việc")
    assert done.exit_code == 1 and "CAL-APOLOGY-LATE" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["5 mét"],
        ["5 ngày", "-r", "yesterday"],
        ["5 ngày", "-r", "31/02/2026 09:00"],
        ["5 ngày", "-r", "12/02/2026 9 giờ"],
        ["5 ngày", "--cut-off", "25"],
        ["5 ngày", "--day-hours", "x"],
        ["5 ngày", "--pause", "2026-03-03"],
        ["5 ngày", "--pause", "2026-03-03/2026-03-04/later"],
        ["5 ngày", "--extension", "2026-03-03"],
        ["8 giờ làm việc", "-r", "2026-03-03"],
    ],
)
def test_wrong_use_is_our_error(arguments: list[str]) -> None:
    assert isinstance(run(*arguments).exception, InvalidInput)
