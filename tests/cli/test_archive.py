"""`egov-vn archive`: exit codes and the JSON that programs read."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from egov_vn.archive import ArchivalFile, Payload, Record, write_package
from egov_vn.cli import build
from egov_vn.clock import VIETNAM

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


def test_a_good_package_exits_0(package: Path) -> None:
    done = CliRunner().invoke(build(), ["archive", "check", str(package), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["conforms"] is True
    assert told["findings"] == []
    assert told["package"]["kind"] == "SIP_hoso"


def test_a_damaged_package_exits_1_and_says_where(package: Path) -> None:
    damaged = next(package.glob("representations/rep1/data/*.pdf"))
    damaged.write_bytes(b"%PDF-1.5\n%%EOF")
    done = CliRunner().invoke(build(), ["archive", "check", str(package), "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["conforms"] is False
    (found,) = told["findings"]
    assert {"code", "level", "where", "source", "text"} <= set(found)
    assert found["code"] == "ARC-FIXITY-DIGEST"
    assert found["where"].endswith("0000001.pdf")
    for lang, word in (("vi", "Không đạt"), ("en", "Failed")):
        shown = CliRunner().invoke(build(), ["archive", "check", str(package), "--lang", lang])
        assert shown.exit_code == 1
        assert word in shown.stdout
        assert "ARC-FIXITY-DIGEST" in shown.stdout


def test_without_fixity_nothing_is_decided(package: Path) -> None:
    done = CliRunner().invoke(build(), ["archive", "check", str(package), "--no-fixity"])
    assert done.exit_code == 3
    assert "Chưa kết luận" in done.stdout


def test_wrong_use_exits_2(package: Path) -> None:
    assert CliRunner().invoke(build(), ["archive", "check", str(package), "--lang", "fr"]).exit_code == 2
    done = CliRunner().invoke(build(), ["archive", "check", str(package / "none")])
    assert done.exit_code != 0
    assert "no package here" in str(done.exception)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(build(), ["archive", *(str(item) for item in arguments)])
    return done.exit_code, done.stdout + (str(done.exception) if done.exception else "")


def test_pack_check_take_over_list_and_report(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    described = {
        "file": {
            "fileCode": "H13.2026.01",
            "title": "Hồ sơ",
            "mode": "Công khai",
            "numberOfPaper": 0,
            "riskRecovery": False,
        },
        "records": [
            {
                "files": ["a.pdf"],
                "docId": "H13.2026.01.1",
                "docCode": "H13.2026.01.0000001",
                "maintenance": "20 năm",
                "typeName": "Báo cáo",
                "issuedDate": "12/02/2026",
                "organName": "UBND phường Thử Nghiệm",
                "subject": "Báo cáo",
                "language": "Tiếng Việt",
                "numberOfPage": 1,
                "mode": "Công khai",
                "riskRecovery": False,
            }
        ],
    }
    source = tmp_path / "ho-so.json"
    source.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    sip = tmp_path / "sip.zip"
    code, text = run(
        "pack", source, sip, "--agency", "UBND", "--agency-code", "H13", "--at", "2026-03-01T09:00:00+07:00"
    )
    assert code == 0, text
    assert run("check", sip, "--signatures", "--at", "2026-03-02")[0] == 0
    code, text = run(
        "aip", sip, tmp_path / "aip", "--archive", "Lưu trữ", "--archive-code", "LT", "--approved-by", "Trần Thị Thử",
        "--at", "2026-03-02T09:00:00",
    )  # fmt: skip
    assert code == 0, text
    assert "riskRecovery" in text
    listing = tmp_path / "muc-luc.csv"
    assert run("list", sip, "--out", listing)[0] == 0
    assert run("list", sip, "--out", tmp_path / "muc-luc.xlsx")[0] == 0
    assert run("report", sip, "--list", listing, "--out", tmp_path / "bao-cao.xlsx")[0] == 0
    assert run("report", sip, "--minutes", "--giver", "UBND", "--out", tmp_path / "bien-ban.pdf")[0] == 0
    assert (tmp_path / "bien-ban.pdf").read_bytes().startswith(b"%PDF-")
    listing.write_text("Mã hồ sơ,Tiêu đề hồ sơ\nX,Y\n", encoding="utf-8")
    code, text = run("report", sip, "--list", listing)
    assert code == 1
    assert "ARC-LIST-MISSING" in text


def test_bad_descriptions_are_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "x.json"
    for content in ("{", "[]", '{"records": []}', '{"file": {}, "records": [{}]}'):
        source.write_text(content, encoding="utf-8")
        code, text = run("pack", source, tmp_path / "out", "--agency", "UBND")
        assert code != 0
        assert "not a description" in text
    assert "cannot be read" in run("pack", tmp_path / "none.json", tmp_path, "--agency", "UBND")[1]
    assert "ISO 8601" in run("check", tmp_path, "--signatures", "--at", "hôm nay")[1]
    assert "neither .xlsx" in run("report", tmp_path, "--out", tmp_path / "x.doc")[1]


def test_due_days_are_told_with_their_articles() -> None:
    code, text = run("due", "2026-03-01", "--period", "10 năm")
    assert code == 0
    assert "Điều 17" in text
    assert "10 năm: 2036" in text
    assert "31/12/2027" in run("due", "2026-03-01", "--paper", "--lang", "en")[1]
    assert "YYYY-MM-DD" in run("due", "1/3/2026")[1]


def test_records_of_an_aip_are_issued_as_a_dip(package: Path, tmp_path: Path) -> None:
    taken = CliRunner().invoke(
        build(),
        ["archive", "aip", str(package), str(tmp_path / "aip"), "--archive", "Lưu trữ", "--archive-code", "LT",
         "--approved-by", "Trần Thị Thử", "--at", "2026-04-01T09:00:00+07:00"],
    )  # fmt: skip
    assert taken.exit_code == 0, taken.output
    aip = taken.stdout.splitlines()[0]
    request = tmp_path / "request.json"
    fields = {"requestID": "YC.01", "requestDate": "02/04/2026", "purpose": "01", "purposeContent": "Nghiên cứu"}
    request.write_text(json.dumps({**fields, "feeObjectType": "01", "researchTopic": "Thử nghiệm"}), encoding="utf-8")
    common = ["--request", str(request), "--archive", "Lưu trữ", "--at", "2026-04-03T09:00:00+07:00"]
    done = CliRunner().invoke(build(), ["archive", "dip", aip, str(tmp_path / "dip"), *common])
    assert done.exit_code == 0, done.output
    made = CliRunner().invoke(build(), ["archive", "check", done.stdout.splitlines()[0], "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["package"]["kind"] == "DIP"
    absent = CliRunner().invoke(build(), ["archive", "dip", aip, str(tmp_path / "d2"), *common, "--record", "none"])
    assert absent.exit_code != 0
    request.write_text("[1]", encoding="utf-8")
    wrong = CliRunner().invoke(build(), ["archive", "dip", aip, str(tmp_path / "d3"), *common])
    assert wrong.exit_code != 0
    next(Path(aip).glob("representations/rep1/data/*.pdf")).write_bytes(b"%PDF-")
    assert CliRunner().invoke(build(), ["archive", "dip", aip, str(tmp_path / "d4"), *common]).exit_code == 1
    assert not list(tmp_path.glob("d[234]/*"))
