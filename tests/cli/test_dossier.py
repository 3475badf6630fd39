"""The command `egov-vn dossier`: what it prints, and its exit codes 0, 1, 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from egov_vn.cli.dossier import GROUP
from egov_vn.errors import InvalidInput

SAMPLE = Path(__file__).parents[2] / "examples" / "ho-so-2.000815.json"


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(GROUP, list(arguments))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.stdout


@pytest.fixture
def received(tmp_path: Path) -> str:
    fields = json.loads(SAMPLE.read_text(encoding="utf-8"))
    step = {"SuKien": "TIEP_NHAN", "ThoiDiemXuLy": "20260212090000", "NguoiXuLy": "A", "NoiDungXuLy": ""}
    fields |= {
        "MaHoSo": "000.00.00.H13-260212-0001",
        "NgayTiepNhan": "20260212090000",
        "TrangThaiHoSo": 2,
        "LichSu": [step],
    }
    path = tmp_path / "ho-so.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    return str(path)


def test_codes_are_explained() -> None:
    code, text = run("code", "000.00.00.H13-260212-0001")
    assert code == 0
    assert "12/02/2026" in text
    code, text = run("code", "000.00.00.H13-260212-0001", "--json")
    assert json.loads(text) == {
        "code": "000.00.00.H13-260212-0001", "valid": True, "agency": "000.00.00.H13", "levels": ["H13"],
        "received_on": "2026-02-12", "ordinal": 1, "form": "tt01_2018", "issuable": True,
    }  # fmt: skip
    assert run("code", "2.000815.000.00.00.H55.02")[0] == 0
    assert json.loads(run("code", "2.000815", "--json")[1])["national"] == "2.000815"
    for text in ("KQ.G15.000031", "000.00.00.G09-KQ002269", "092199001234-KQ.G15.000031"):
        assert json.loads(run("code", text, "--json")[1])["code"] == text
    assert "092*******34" in run("code", "092199001234-KQ.G15.000031")[1]
    assert run("code", "000.00.00.H13-260230-0001")[0] == 1
    code, text = run("code", "x", "--json")
    assert (code, json.loads(text)["valid"]) == (1, False)


def test_a_sound_dossier() -> None:
    assert run("check", str(SAMPLE)) == (0, "Không có phát hiện nào.\n")
    assert json.loads(run("check", str(SAMPLE), "--json")[1])["findings"] == []


def test_a_late_dossier(received: str) -> None:
    assert run("check", received, "--at", "2026-02-12T10:00")[0] == 0
    code, text = run("check", received, "--at", "2026-03-12T10:00", "--lang", "en")
    assert code == 1
    assert "DOS-LATE" in text


def test_where_it_stands(received: str) -> None:
    code, text = run("show", received, "--at", "2026-02-12T10:00")
    assert code == 0
    assert "26/02/2026" in text
    assert "khoản 2 Điều 18 118/2025/NĐ-CP" in text
    code, text = run(
        "show", received, "--at", "2026-02-12T10:00+07:00", "--json", "--hours", "07:00-11:00, 13:00-17:00"
    )
    found = json.loads(text)
    assert (found["state"], found["status"], found["timeliness"]) == ("received", 2, "running")
    assert found["due"] == "2026-02-26T17:00:00+07:00"
    assert {duty["key"] for duty in found["duties"]} == {"forward", "request_supplement", "apologise", "settle"}


def test_record_schema_and_states(received: str) -> None:
    assert run("xml", received)[1].startswith("<?xml")
    assert "MaHoSo" in json.loads(run("schema")[1])["properties"]
    assert "closed_not_completed" in run("states", "nd118_2025")[1]
    rows = json.loads(run("states", "nd61_2018", "--json")[1])
    settle = next(row for row in rows if (row["from"], row["event"]) == ("processing", "SETTLE"))
    assert (settle["to"], settle["source"]) == ("settled", "khoản 2 Điều 19 61/2018/NĐ-CP")


def test_codes_are_handed_out_and_gaps_reported(tmp_path: Path) -> None:
    db = str(tmp_path / "codes.db")
    assert run("allocate", "000.00.00.H13", "--db", db, "--at", "2026-02-12T09:00", "--for", "hồ sơ 1") == (
        0, "000.00.00.H13-260212-0001\n",
    )  # fmt: skip
    assert run("gaps", "000.00.00.H13", "2026-02-12", "--db", db)[0] == 0
    run("allocate", "000.00.00.H13", "--db", db, "--at", "2026-02-12T09:01")
    code, text = run("gaps", "000.00.00.H13", "2026-02-12", "--db", db, "--json")
    assert (code, json.loads(text)) == (1, [{"code": "000.00.00.H13-260212-0002", "status": "reserved", "reason": ""}])
    assert "reserved" in run("gaps", "000.00.00.H13", "2026-02-12", "--db", db)[1]


def test_many_rows(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(json.loads(SAMPLE.read_text(encoding="utf-8"))) + "\n{\n", encoding="utf-8")
    code, text = run("load", str(rows))
    assert code == 1
    assert text.startswith("1 hồ sơ đúng, 1 dòng sai\n2: ")
    found = json.loads(run("load", str(rows), "--json")[1])
    assert (found["good"], [fault["line"] for fault in found["faults"]]) == (1, [2])


def test_wrong_use(tmp_path: Path) -> None:
    bad = tmp_path / "x.json"
    bad.write_text("{", encoding="utf-8")
    assert run("check", str(tmp_path / "none.json"))[0] == 2
    for arguments in (("check", str(bad)), ("show", str(SAMPLE), "--at", "hôm nay"), ("states", "x")):
        with pytest.raises(InvalidInput):
            run(*arguments)


def test_it_registers() -> None:
    from egov_vn.cli.dossier import register  # noqa: PLC0415 - beside its use

    app = typer.Typer()
    register(app)
    assert CliRunner().invoke(app, ["dossier", "--help"]).exit_code == 0
