"""`egov-vn trust`: what it prints, and how it exits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
NOW = "2026-02-12T09:00:00"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(), ["trust", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("trust")
    authority = TestAuthority(at=AT, key="p256")
    (where / "root.pem").write_bytes(authority.root_pem)
    for name, days in (("an", 20), ("binh", 900)):
        signer = authority.issue_person(name, cccd="092090000018", title="Chủ tịch", valid_to=AT + timedelta(days=days))
        (where / f"{name}.pem").write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    return where


def test_pins() -> None:
    rows = json.loads(run("pins", "--json").stdout)["pins"]
    assert {"neac-g2", "vgca-g2"} <= {row["key"] for row in rows}
    assert "vgca-g1" in run("pins").stdout


def test_check(folder: Path) -> None:
    unknown = run("check", folder / "root.pem")
    assert unknown.exit_code == 3
    assert "SIG-PIN-UNKNOWN" in unknown.stdout
    wrong = run("check", folder / "root.pem", "--name", "neac-g2", "--json")
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)["results"][0]["findings"][0]["code"] == "SIG-PIN-MISMATCH"
    assert isinstance(run("check", folder / "none.pem").exception, InvalidInput)


def test_show(folder: Path) -> None:
    text = run("show", folder / "an.pem").stdout
    assert "CCCD 092090000018" in text
    assert "Chủ tịch" in text
    assert json.loads(run("show", folder / "an.pem", "--json").stdout)["certificates"][0]["kind"] == "officer"


def test_register_and_expiring(folder: Path) -> None:
    book, more = folder / "so.json", folder / "so2.json"
    assert run("register", folder / "an.pem", "--out", book).exit_code == 0
    assert run("register", folder / "binh.pem", "--add-to", book, "--out", more).exit_code == 0
    soon = run("expiring", more, "--days", 30, "--at", NOW, "--lang", "en")
    assert soon.exit_code == 3
    assert "Form 04" in soon.stdout
    assert run("expiring", more, "--days", 10, "--at", NOW).exit_code == 0
    over = run("expiring", more, "--days", 10, "--at", "2026-04-01", "--json")
    assert over.exit_code == 1
    assert [item["code"] for item in json.loads(over.stdout)["findings"]] == ["CERT-EXPIRED"]
    assert run("expiring", more, "--at", NOW).exit_code == 2  # the number of days is yours to say


def test_change() -> None:
    moved = run("change", "moved_within_state", "--at", NOW).stdout
    assert "Mẫu số 04" in moved
    assert "Sở Khoa học và Công nghệ" in moved
    left = json.loads(run("change", "retired", "--at", NOW, "--json", "--lang", "en").stdout)["duties"]
    assert [item["form"] for item in left] == ["05", "08"]
    assert run("change", "promoted").exit_code == 2
