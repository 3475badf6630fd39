"""What callers of `egov-vn verify` rely on: the shape of the JSON, and one exit code for each kind of answer."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.errors import EgovError
from egov_vn.signature import Level, create_asic, sign_cms, sign_xml
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
NOW = ("--at", "2026-02-12T09:10:00+07:00", "--json")
RESULT = {"file", "indication", "sub_indication", "signatures", "findings"}
SIGNATURE = {
    "name",
    "indication",
    "sub_indication",
    "level",
    "signer",
    "signed_at",
    "proven_at",
    "covers",
    "findings",
}
FINDING = {"code", "level", "where", "source", "text"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("contract")
    authority = TestAuthority(at=AT, key="p256")
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
    good = sign_xml(
        b"<HoSo><Phi>100</Phi></HoSo>",
        signer=person,
        at=AT,
        level=Level.B_LT,
        timestamper=authority.timestamper(),
        revocation=authority.revocation(),
        trust=authority.trust_store(),
    )
    for name, data in {
        "good.xml": good,
        "bad.xml": good.replace(b"100", b"900", 1),
        "plain.xml": b"<HoSo/>",
        "broken.xml": b"<HoSo",
        "empty.pdf": b"",
        "cut.pdf": b"%PDF-1.7\n1 0 obj",
        "no.zip": b"PK\x03\x04",
        "no.p7s": b"\x30\x82\xff\xff",
        "offline.p7m": sign_cms(b"note", signer=person, at=AT, detached=False),
        "offline.asice": create_asic({"note.txt": b"note"}, signer=person, at=AT),
        "damaged.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    }.items():
        (where / name).write_bytes(data)
    (where / "trust").mkdir()
    (where / "nothing").mkdir()
    (where / "trust" / "root.pem").write_bytes(authority.root_pem)
    (where / "trust" / "issuing.crt").write_bytes(authority.issuing_pem)
    (where / "trust" / "README.txt").write_text("not a certificate", encoding="utf-8")
    return where


def run(home: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    named = [str(home / item) if (home / item).exists() else item for item in arguments]
    result = CliRunner().invoke(build(), ["verify", *named, *NOW])
    if isinstance(result.exception, EgovError):  # the app says it in one sentence and exits with 2
        return 2, []
    found: list[dict[str, Any]] = json.loads(result.stdout)["results"] if result.exit_code != 2 else []
    return result.exit_code, found


@pytest.mark.parametrize(
    "name, indication, code",
    [
        ("good.xml", "TOTAL-PASSED", 0),
        ("bad.xml", "TOTAL-FAILED", 1),
        ("plain.xml", None, 1),
        ("broken.xml", None, 1),
        ("empty.pdf", None, 1),
        ("cut.pdf", None, 1),
        ("no.zip", None, 1),
        ("no.p7s", None, 1),
        ("offline.p7m", "INDETERMINATE", 3),
        ("offline.asice", "INDETERMINATE", 3),
    ],
)
def test_each_kind_of_answer(home: Path, name: str, indication: str | None, code: int) -> None:
    exit_code, (found,) = run(home, name, "--trust", "trust")
    assert (exit_code, found["indication"]) == (code, indication)
    assert set(found) == RESULT
    assert bool(found["signatures"]) is (indication is not None)
    assert all(set(item) == SIGNATURE for item in found["signatures"])
    findings = [*found["findings"], *(one for item in found["signatures"] for one in item["findings"])]
    assert findings
    assert all(set(item) >= FINDING for item in findings)
    if indication is None:
        assert found["sub_indication"] is None
        assert found["findings"]


@pytest.mark.parametrize("name", ["good.xml", "offline.p7m", "offline.asice"])
def test_without_trust_nothing_is_decided(home: Path, name: str) -> None:
    exit_code, (found,) = run(home, name)
    assert exit_code == 3
    assert (found["indication"], found["sub_indication"]) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")


def test_without_trust_a_broken_signature_still_fails(home: Path) -> None:
    assert run(home, "bad.xml")[0] == 1


@pytest.mark.parametrize(
    "names, code",
    [
        (("good.xml", "good.xml"), 0),
        (("good.xml", "offline.p7m"), 3),
        (("offline.p7m", "plain.xml"), 1),
        (("good.xml", "offline.p7m", "bad.xml"), 1),
    ],
)
def test_several_files_exit_with_the_worst(home: Path, names: tuple[str, ...], code: int) -> None:
    exit_code, found = run(home, *names, "--trust", "trust")
    assert exit_code == code
    assert [Path(item["file"]).name for item in found] == list(names)


@pytest.mark.parametrize("trust", ["nothing", "damaged.pem", "absent.pem", "good.xml"])
def test_a_trust_that_is_none_is_wrong_use(home: Path, trust: str) -> None:
    assert run(home, "good.xml", "--trust", trust)[0] == 2


@pytest.mark.parametrize("name", ["absent.pdf", "trust"])
def test_a_file_that_cannot_be_opened_is_wrong_use(home: Path, name: str) -> None:
    assert run(home, name, "--trust", "trust")[0] == 2
