"""Every `egov-vn archive` command as a program uses it: --json, exit codes, wrong use."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from egov_vn.archive import ArchivalFile, Payload, Record, write_package
from egov_vn.archive.holdings import read_holdings
from egov_vn.cli import build, main
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)


@pytest.fixture(name="package")
def package_fixture(tmp_path: Path) -> Path:
    """Return a good package."""
    record = Record.of(
        Payload(name="a.pdf", source=b"%PDF-1.4\n%%EOF"),
        doc_id="H13.2026.01.1",
        doc_code="H13.2026.01.0000001",
        maintenance="20 năm",
        type_name="Báo cáo",
        issued_date="12/02/2026",
        organ_name="UBND phường Thử Nghiệm",
        subject="Báo cáo thử nghiệm",
        language="Tiếng Việt",
        number_of_page=1,
        mode="Công khai",
        risk_recovery=False,
    )
    file = ArchivalFile.of(
        [record], file_code="H13.2026.01", title="Hồ sơ", mode="01", number_of_paper=0, risk_recovery=False
    )
    return write_package(tmp_path / "out", file, at=AT, agent="UBND phường Thử Nghiệm").path


# each command with --json, its exit codes, and wrong use: exit 2 and one sentence, never a traceback


def told(*arguments: object) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(build(), ["archive", *map(str, arguments), "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_every_command_that_makes_something_speaks_json(package: Path, tmp_path: Path) -> None:
    described = {
        "file": {"fileCode": "H13.2026.01", "title": "Hồ sơ", "mode": "01", "numberOfPaper": 0, "riskRecovery": False},
        "records": [
            {
                "files": ["a.pdf"],
                "docId": "1",
                "docCode": "H13.2026.01.0000001",
                "maintenance": "10 năm",
                "typeName": "Báo cáo",
                "issuedDate": "12/02/2026",
                "organName": "UBND",
                "subject": "S",
                "language": "01",
                "numberOfPage": 1,
                "mode": "01",
                "riskRecovery": False,
            }
        ],
        "documentation": ["a.pdf"],
    }
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    (tmp_path / "f.json").write_text(json.dumps(described), encoding="utf-8")
    common = ("--agency", "UBND", "--at", "2026-03-01T09:00:00+07:00")
    code, made = told("pack", tmp_path / "f.json", tmp_path / "zips", *common, "--form", "zip", "--ordinal", 7)
    assert code == 0
    assert Path(str(made["path"])).name.startswith("7uuid-")
    assert made["kind"] == "SIP_hoso"
    code, made = told("aip", package, tmp_path / "aip", "--archive", "LT", "--archive-code", "LT", "--approved-by", "A")
    assert code == 0
    assert {loss["field"] for loss in made["losses"]} == {"docId", "maintenance", "riskRecovery"}
    code, made = told("list", package, "--out", tmp_path / "m.csv")
    assert (code, made["rows"][0]["code"]) == (0, "H13.2026.01")
    code, made = told("report", package, "--list", tmp_path / "m.csv")
    assert (code, made["differences"], made["packages"][0]["conforms"]) == (0, [], True)
    code, made = told("due", "2026-03-01", "--period", "10 năm")
    assert (code, made["ceiling"], made["last_year"], made["expected"]) == (0, "2027-12-31", 2036, False)
    next(package.glob("representations/rep1/data/*.pdf")).write_bytes(b"%PDF-")
    code, made = told("aip", package, tmp_path / "no", "--archive", "LT", "--archive-code", "LT", "--approved-by", "A")
    assert (code, made["conforms"]) == (1, False)
    assert not (tmp_path / "no").exists()


def test_days_beyond_the_published_calendar_are_expected_and_before_the_law_undecided() -> None:
    code, made = told("due", "2026-12-15")
    assert (code, made["expected"]) == (0, True)
    done = CliRunner().invoke(build(), ["archive", "due", "2026-12-15", "--lang", "en"])
    assert "expected" in done.stdout
    assert CliRunner().invoke(build(), ["archive", "due", "2025-06-30"]).exit_code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "{tmp}/none"),
        ("check", "{tmp}", "--lang", "fr"),
        ("check", "{tmp}", "--workers", "0"),
        ("pack", "{tmp}/none.json", "{tmp}/x", "--agency", "A"),
        ("pack", "{tmp}/bad.json", "{tmp}/x"),
        ("pack", "{tmp}/bad.json", "{tmp}/x", "--agency", "A", "--kind", "ZIP"),
        ("pack", "{tmp}/bad.json", "{tmp}/x", "--agency", "A", "--ordinal", "0"),
        ("aip", "{tmp}/none", "{tmp}/x", "--archive", "A", "--archive-code", "A", "--approved-by", "A"),
        ("list", "{tmp}/none", "--out", "{tmp}/x.csv"),
        ("report",),
        ("report", "{tmp}/none"),
        ("due", "hôm nay"),
        ("due", "2026-02-30"),
        ("due", "2026-03-01", "--period", "71"),
        ("due", "2026-03-01", "--lang", "x"),
        ("convert", "{tmp}/bad.json", "--from", "tt03", "--kind", "file"),
        ("convert", "{tmp}/bad.json", "--from", "tt02", "--kind", "file"),
        ("convert", "{tmp}/list.json", "--from", "tt02", "--kind", "file"),
        ("convert", "{tmp}/empty.json", "--from", "tt02", "--kind", "fonds"),
        ("destruction", "{tmp}/bad.json"),
        ("destruction", "{tmp}/none.csv"),
        ("destruction", "{tmp}/held.csv", "--on", "mai"),
        ("destruction", "{tmp}/held.csv", "--out", "{tmp}/x.doc"),
        ("bag", "check", "{tmp}/none"),
        ("evidence", "check", "{tmp}/none.ers", "{tmp}/bad.json"),
        ("nothing",),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    (tmp_path / "held.csv").write_text("code,title,period,started\nA,a,10,2010\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    argv = ["egov-vn", "archive", *(part.format(tmp=tmp_path) for part in arguments)]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as left:
        main()
    told_us = capsys.readouterr().err
    assert left.value.code == 2, told_us
    assert told_us.strip()
    assert sorted(tmp_path.iterdir()) == before


def test_old_records_are_converted_with_their_losses(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(json.dumps([{"Title": "Hồ sơ", "Maintenance": "15 năm"}], ensure_ascii=False), encoding="utf-8")
    code, made = told("convert", old, "--from", "nd30", "--kind", "file")
    assert code == 1  # codes, dates and totals are still missing
    (record,) = made["records"]
    assert record["values"] == {"title": "Hồ sơ", "maintenance": "07"}
    assert [loss["field"] for loss in record["losses"]] == ["Maintenance"]
    old.write_text("<simpledc><Subject>Ảnh</Subject><Mode>Mật</Mode></simpledc>", encoding="utf-8")
    done = CliRunner().invoke(build(), ["archive", "convert", str(old), "--from", "tt02", "--kind", "document"])
    assert "mode = 03" in done.stdout
    assert "ARC-FIELD-MISSING" in done.stdout


def test_destruction_is_proposed_with_reasons_and_destroys_nothing(tmp_path: Path) -> None:
    held = tmp_path / "held.csv"
    held.write_text(
        "code,title,period,started,records,pages,links,duplicate_of,hold,paper\n"
        "A,Hồ sơ A,10 năm,2010,3,9,,,,có\nB,Hồ sơ B,Vĩnh viễn,2010,,,C; A,,,\nC,Hồ sơ C,5,2010-05-01,,,,,,\n"
        "D,Hồ sơ D,2 năm,2010,,,,,thanh tra,\nE,Hồ sơ E,2 năm,2010,1,2,,,,\n",
        encoding="utf-8",
    )
    code, made = told("destruction", held, "--on", "2026-01-01", "--out", tmp_path / "d.xlsx")
    assert code == 0
    assert [item["code"] for item in made["proposed"]] == ["E"]
    reasons = {item["code"]: item["reason"] for item in made["refused"]}
    assert reasons == {"A": "linked", "B": "permanent", "C": "linked", "D": "held"}
    assert (tmp_path / "d.xlsx").read_bytes().startswith(b"PK")
    done = CliRunner().invoke(build(), ["archive", "destruction", str(held), "--on", "2011-01-01", "--lang", "en"])
    assert done.exit_code == 3  # before the law there is no rule to judge by
    done = CliRunner().invoke(build(), ["archive", "destruction", str(held), "--on", "2025-07-01", "--lang", "en"])
    assert "+ E" in done.stdout
    held.write_text("code,title,period,started\nA,a,70,2010\n", encoding="utf-8")
    assert CliRunner().invoke(build(), ["archive", "destruction", str(held), "--on", "2026-01-01"]).exit_code == 1


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("A,a,1 năm,2010,,,,,,", "2 to 70"),
        ("A,a,10,hôm qua,,,,,,", "neither a day"),
        (",a,10,2010,,,,,,", "code is empty"),
        ("A,a,10,2010,x,,,,,", "no count"),
        ("A,a,10,2010,,,,,,có lẽ", "neither yes nor no"),
        ("A,a,10,0000,,,,,,", "neither a day"),
    ],
)
def test_a_bad_list_of_holdings_names_its_line(line: str, match: str) -> None:
    head = "code,title,period,started,records,pages,links,duplicate_of,hold,paper\n"
    with pytest.raises(InvalidInput, match=match) as caught:
        read_holdings(f"{head}B,b,10,2010,,,,,,\n{line}\n".encode())
    assert caught.value.path == "holdings.csv:3"
