"""`egov-vn verify`: what it prints, and how it exits."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import Level, sign_cms, sign_pdf
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
NOW = "2026-02-12T09:10:00+07:00"
PDF = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n203\n%%EOF\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("verify")
    authority = TestAuthority(at=AT, key="p256")
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    signed = sign_pdf(
        PDF,
        signer=person,
        at=AT,
        level=Level.B_LT,
        timestamper=authority.timestamper(),
        revocation=authority.revocation(),
        trust=authority.trust_store(),
    )
    (where / "root.pem").write_bytes(authority.root_pem)
    (where / "good.pdf").write_bytes(signed)
    (where / "bad.pdf").write_bytes(signed.replace(b"595 842", b"595 843", 1))
    (where / "plain.pdf").write_bytes(PDF)
    (where / "not.pdf").write_bytes(b"hello")
    (where / "issuing.crl").write_bytes(authority.crl(at=AT))
    (where / "root.crl").write_bytes(authority.crl(at=AT, root=True))
    (where / "person.ocsp").write_bytes(authority.ocsp(person, at=AT))
    (where / "note.txt").write_bytes(b"note")
    (where / "note.p7s").write_bytes(sign_cms(b"note", signer=person, at=AT))
    return where


def run(folder: Path, *arguments: str) -> Result:
    named = [str(folder / item) if (folder / item).exists() else item for item in arguments]
    return CliRunner().invoke(build(), ["verify", *named, "--at", NOW])


def results(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["results"]
    return found


@pytest.mark.parametrize(
    "name, trusted, indication, code",
    [
        ("good.pdf", True, "TOTAL-PASSED", 0),
        ("good.pdf", False, "INDETERMINATE", 3),
        ("bad.pdf", True, "TOTAL-FAILED", 1),
        ("bad.pdf", False, "TOTAL-FAILED", 1),
        ("plain.pdf", True, None, 1),
        ("not.pdf", True, None, 1),
    ],
)
def test_the_verdict_and_the_exit(folder: Path, name: str, trusted: bool, indication: str | None, code: int) -> None:
    trust = ["--trust", "root.pem"] if trusted else []
    result = run(folder, name, *trust, "--json")
    (found,) = results(result)
    assert set(found) == {"file", "indication", "sub_indication", "signatures", "findings"}
    assert found["file"].endswith(name)
    assert found["indication"] == indication
    assert indication is not None or found["findings"]
    assert result.exit_code == code


def test_the_worst_of_several_files_decides(folder: Path) -> None:
    result = run(folder, "good.pdf", "bad.pdf", "plain.pdf", "--trust", "root.pem", "--json")
    assert [item["indication"] for item in results(result)] == ["TOTAL-PASSED", "TOTAL-FAILED", None]
    assert result.exit_code == 1


def test_revocation_data_and_detached_content(folder: Path) -> None:
    given = [part for name in ("issuing.crl", "root.crl", "person.ocsp") for part in ("--revocation", name)]
    assert run(folder, "note.p7s", "--trust", "root.pem", "--content", "note.txt", *given).exit_code == 0
    assert run(folder, "note.p7s", "--trust", "root.pem", "--content", "note.txt").exit_code == 3
    assert run(folder, "note.p7s", "--trust", "root.pem", "--content", "not.pdf", *given).exit_code == 1


def test_words_and_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    vietnamese = run(folder, "good.pdf", "--trust", "root.pem", "--html", str(page))
    assert "HỢP LỆ" in vietnamese.stdout
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "VALID" in run(folder, "good.pdf", "--trust", "root.pem", "--lang", "en").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("good.pdf", "--lang", "fr"),
        ("good.pdf", "--at", "yesterday"),
        ("good.pdf", "plain.pdf", "--html", "x.html"),
        (),
    ],
)
def test_wrong_use_exits_with_two(folder: Path, arguments: tuple[str, ...]) -> None:
    named = [str(folder / item) if (folder / item).exists() else item for item in arguments]
    result = CliRunner().invoke(build(), ["verify", *named])
    assert result.exit_code == 2 or isinstance(result.exception, InvalidInput)  # `main` exits with 2 for it


def test_a_missing_file_among_others_leaves_them_their_answers(folder: Path) -> None:
    present = next(path.name for path in sorted(folder.iterdir()) if path.suffix == ".pdf")
    result = run(folder, present, "missing.pdf", "--json")
    assert result.exit_code == 2
    first, second = json.loads(result.output)["results"]
    assert first["findings"] or first["signatures"]
    assert second["indication"] is None
    assert second["findings"][0]["code"] == "SIG-FILE-UNREADABLE"


def test_a_missing_file_is_our_error(folder: Path) -> None:
    result = run(folder, "missing.pdf")
    assert type(result.exception).__name__ == "InvalidInput"
