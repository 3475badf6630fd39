"""`egov-vn check`: the conformance cases against the library, and against a system of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.conformance import TOPICS, vectors
from egov_vn.errors import InvalidInput


def check(*arguments: object) -> Result:
    return CliRunner().invoke(build("check"), ["check", *map(str, arguments)])


def refused(*arguments: object) -> InvalidInput:
    error = check(*arguments).exception
    assert isinstance(error, InvalidInput)
    return error


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module beside the caller that answers each deadline with the day of reception."""
    name = f"he_thong_{tmp_path.name.replace('-', '_')}"
    text = "subject = {'deadline': lambda given: given['received_at'][:10]}\nempty = {}\nnumber = 7\n"
    (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / f"{name}_bad.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    return name


def test_the_library_holds_its_own_cases() -> None:
    done = check("--json")
    assert done.exit_code == 0
    told = json.loads(done.output)
    assert (told["conforms"], told["run"], told["skipped"]) == (True, len(vectors()), [])


def test_a_wrong_system_is_told_by_article(system: str) -> None:
    done = check("--subject", f"{system}:subject", "--lang", "en")
    assert done.exit_code == 1
    assert "CONFORMANCE-DEADLINE" in done.output
    assert "91/2015/QH13" in done.output


def test_a_system_that_answers_nothing_is_not_decided(system: str) -> None:
    assert check("--subject", f"{system}:empty").exit_code == 3
    assert check("lunar", "--subject", f"{system}:subject").exit_code == 3


@pytest.mark.parametrize("ending", ["html", "xml", "json"])
def test_the_report_is_written(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"bao-cao.{ending}"
    assert check("lunar", "--out", out).exit_code == 0
    data = out.read_bytes()
    if ending == "json":
        assert json.loads(data)["conforms"] is True
    elif ending == "xml":
        assert etree.fromstring(data).get("failures") == "0"
    else:
        assert "5/5 tình huống đạt" in data.decode()


def test_wrong_use(system: str, tmp_path: Path) -> None:
    assert "working_day" in str(refused("tu-vi"))
    assert refused("--out", tmp_path / "a.pdf").path == "--out"
    for name in ("no-colon", ":x", "x:", f"{system}:absent", f"{system}_bad:x", f"{system}:number", "absent_module:x"):
        assert refused("--subject", name).path == "--subject"
    assert "ZeroDivisionError" in str(refused("--subject", f"{system}_bad:x"))


def test_every_topic_is_named_in_the_help() -> None:
    shown = check("--help").output
    assert all(topic in shown for topic in TOPICS)
