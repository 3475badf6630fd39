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
