"""`egov-vn sign`: what it writes, and what it refuses to write."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.signature import KeySigner
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal, sample_signature

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
NOW = "2026-02-12T09:00:00+07:00"
LATER = "2026-02-12T09:10:00+07:00"
PDF = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n203\n%%EOF\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    authority = TestAuthority(at=AT, key="p256")
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    (tmp_path / "in.pdf").write_bytes(PDF)
    (tmp_path / "in.xml").write_bytes(b"<hoSo><ma>1</ma></hoSo>")
    (tmp_path / "in.txt").write_bytes(b"note")
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    (tmp_path / "person.p12").write_bytes(authority.pkcs12(person, "secret"))
    (tmp_path / "key.pem").write_bytes(authority.key_pem(person))
    other = authority.issue_person("Người Khác", cccd="092090000019")
    (tmp_path / "other.pem").write_bytes(authority.key_pem(other))
    (tmp_path / "cert.pem").write_bytes(_pem(person) + authority.issuing_pem)
    (tmp_path / "secret.txt").write_text("secret\n", encoding="utf-8")
    (tmp_path / "wrong.txt").write_text("guess\n", encoding="utf-8")
    (tmp_path / "blue.png").write_bytes(sample_signature())
    (tmp_path / "red.png").write_bytes(sample_seal())
    return tmp_path


def _pem(signer: KeySigner) -> bytes:
    return signer.certificate.public_bytes(Encoding.PEM)


def run(folder: Path, command: str, *arguments: str) -> Result:
    named = [str(folder / item) if (folder / item).exists() else item for item in arguments]
    return CliRunner().invoke(build(), [command, *named])


def verdict(folder: Path, name: str, *more: str) -> tuple[str, list[str]]:
    result = run(folder, "verify", name, "--trust", "root.pem", "--at", LATER, "--json", *more)
    found = json.loads(result.stdout)["results"][0]
    return found["indication"], [item["signer"]["name"] for item in found["signatures"]]


def test_person_then_seal(folder: Path) -> None:
    first = run(
        folder, "sign", "in.pdf", "--key", "key.pem", "--cert", "cert.pem", "--at", NOW, "--image", "blue.png",
        "--box", "300,300,450,360",
    )  # fmt: skip
    assert first.exit_code == 0, first.output
    assert "Ký thành công" in first.stdout
    second = run(
        folder, "sign", "in.signed.pdf", "--p12", "person.p12", "--key-password-file", "secret.txt", "--at", NOW,
        "--seal", "red.png", "--lang", "en", "-o", str(folder / "both.pdf"),
    )  # fmt: skip
    assert second.exit_code == 0, second.output
    assert "Signed" in second.stdout
    assert verdict(folder, "both.pdf") == ("INDETERMINATE", ["Nguyễn Văn Thử"] * 2)  # no revocation data at B-B


def test_a_time_stamp_over_loopback_and_the_level_that_was_reached(tmp_path: Path) -> None:
    authority = TestAuthority(at=AT, key="p256")
    early = authority.issue_person("Nguyễn Văn Sớm")
    with authority.serve() as served:
        person = authority.issue_person("Nguyễn Văn Thử")
        (tmp_path / "in.pdf").write_bytes(PDF)
        (tmp_path / "person.p12").write_bytes(authority.pkcs12(person, None))
        (tmp_path / "root.pem").write_bytes(authority.root_pem)
        options = (
            "in.pdf", "--p12", "person.p12", "--tsa", served.tsa_url, "--trust", "root.pem", "--private-network",
            "--at", NOW, "--force",
        )  # fmt: skip
        assert run(tmp_path, "sign", *options, "--level", "B-T").exit_code == 0
        assert _level(tmp_path) == "B-T"
        assert run(tmp_path, "sign", *options, "--level", "B-LTA").exit_code == 0
        assert _level(tmp_path) == "B-LTA"
        # this certificate was issued before anything was served: nobody answers for it
        (tmp_path / "person.p12").write_bytes(authority.pkcs12(early, None))
        refused = run(tmp_path, "sign", *options, "--level", "B-LTA")
        assert type(refused.exception).__name__ == "Unavailable"
        lowered = run(tmp_path, "sign", *options, "--level", "B-LTA", "--lower")
        assert lowered.exit_code == 0
        assert "SIG-LEVEL-LOWERED" in lowered.stderr
    assert _level(tmp_path) == "B-T"


def _level(folder: Path) -> str:
    result = run(folder, "verify", "in.signed.pdf", "--trust", "root.pem", "--at", LATER, "--json")
    level: str = json.loads(result.stdout)["results"][0]["signatures"][0]["level"]
    return level


def test_xml_and_any_file(folder: Path) -> None:
    key = ("--key", "key.pem", "--cert", "cert.pem", "--at", NOW)
    assert run(folder, "sign", "in.xml", *key).exit_code == 0
    assert verdict(folder, "in.signed.xml")[1] == ["Nguyễn Văn Thử"]
    assert run(folder, "sign", "in.txt", *key).exit_code == 0
    assert verdict(folder, "in.txt.p7s", "--content", str(folder / "in.txt"))[1] == ["Nguyễn Văn Thử"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--p12", "person.p12", "--key-password-file", "wrong.txt"),
        ("--key", "other.pem", "--cert", "cert.pem"),
        ("--key", "key.pem", "--cert", "cert.pem", "--at", "2031-01-01"),
        ("--key", "key.pem", "--cert", "cert.pem", "--level", "B-T"),
        ("--key", "key.pem", "--cert", "cert.pem", "--image", "in.txt", "--box", "1,1,9,9"),
        ("--key", "key.pem", "--cert", "cert.pem", "--seal", "red.png"),
    ],
)
def test_what_is_refused_writes_nothing(arguments: tuple[str, ...], folder: Path) -> None:
    at = () if "--at" in arguments else ("--at", NOW)
    before = set(folder.iterdir())
    result = run(folder, "sign", "in.pdf", *arguments, *at)
    assert type(result.exception).__name__ == "InvalidInput", result.output
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--key", "key.pem"),
        ("--key", "key.pem", "--cert", "cert.pem", "--level", "best"),
        ("--key", "key.pem", "--cert", "cert.pem", "--image", "blue.png"),
        ("--key", "key.pem", "--cert", "cert.pem", "--image", "blue.png", "--box", "1,2"),
        ("--key", "key.pem", "--cert", "cert.pem", "--annex", "1/CT", "--seal", "red.png"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], folder: Path) -> None:
    assert run(folder, "sign", "in.pdf", *arguments).exit_code == 2


def test_an_existing_result_is_kept(folder: Path) -> None:
    (folder / "in.signed.pdf").write_bytes(b"keep")
    result = run(folder, "sign", "in.pdf", "--key", "key.pem", "--cert", "cert.pem", "--at", NOW)
    assert type(result.exception).__name__ == "InvalidInput"
    assert (folder / "in.signed.pdf").read_bytes() == b"keep"


def test_options_of_pdf_are_refused_elsewhere(folder: Path) -> None:
    result = run(folder, "sign", "in.xml", "--key", "key.pem", "--cert", "cert.pem", "--at", NOW, "--reason", "x")
    assert type(result.exception).__name__ == "InvalidInput"
