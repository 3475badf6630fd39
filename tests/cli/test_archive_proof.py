"""`egov-vn archive bag` and `egov-vn archive evidence`: what is written, told, and with which exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from egov_vn.archive import EvidenceRecord, read_bag
from egov_vn.cli import build
from egov_vn.errors import InvalidInput
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 8, 0, tzinfo=UTC)
YEAR = timedelta(days=365)


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(build(), ["archive", *map(str, args)])


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(name="files")
def files_fixture(tmp_path: Path) -> Path:
    """Return a folder with three files, one of them deeper."""
    folder = tmp_path / "hồ sơ"
    (folder / "phụ lục").mkdir(parents=True)
    for number, name in enumerate(("a.pdf", "b.pdf", "phụ lục/c.pdf")):
        (folder / name).write_bytes(b"%PDF-1.7 " + bytes([number]) * 1000)
    return folder


def test_a_bag_is_written_and_holds(files: Path, tmp_path: Path) -> None:
    target = tmp_path / "bag"
    made = run(
        "bag", "write", target, files, "--info", "Source-Organization=UBND phường", "--algorithm", "sha256", "--json"
    )
    assert made.exit_code == 0, made.output
    assert told(made) == {"bag": str(target), "algorithms": ["sha256"], "payload_oxum": "3027.3", "files": 3}
    assert ("Source-Organization", "UBND phường") in read_bag(target).info
    assert (files / "a.pdf").exists()
    good = run("bag", "check", target, "--json")
    assert (good.exit_code, told(good)) == (0, {"conforms": True, "findings": []})
    assert run("bag", "check", target, "--no-fixity").exit_code == 3
    assert run("bag", "check", target, "--lang", "en").stdout.startswith("Passed")


def test_a_damaged_bag_exits_1_and_says_where(files: Path, tmp_path: Path) -> None:
    made = run("bag", "write", tmp_path / "bag.zip", files / "a.pdf", files / "b.pdf", "--at", "2026-03-01")
    assert made.exit_code == 0
    assert "Payload-Oxum 2018.2" in made.stdout
    assert run("bag", "check", tmp_path / "bag.zip").exit_code == 0
    run("bag", "write", tmp_path / "bag", files)
    (tmp_path / "bag/data/phụ lục/c.pdf").write_bytes(b"%PDF-1.7 changed")
    bad = run("bag", "check", tmp_path / "bag", "--json")
    assert bad.exit_code == 1
    assert ("BAG-CHECKSUM", "data/phụ lục/c.pdf") in {(item["code"], item["where"]) for item in told(bad)["findings"]}


def test_wrong_use_of_a_bag(files: Path, tmp_path: Path) -> None:
    twin = tmp_path / "a.pdf"
    twin.write_bytes(b"")
    link = tmp_path / "link.pdf"
    link.symlink_to(twin)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "in").symlink_to(files, target_is_directory=True)
    for sources in ([files, twin], [tmp_path / "none"], [link], [linked]):
        assert isinstance(run("bag", "write", tmp_path / "bag", *sources).exception, InvalidInput)
    assert run("bag", "write", tmp_path / "bag", files, "--info", "no value").exit_code == 2
    assert isinstance(run("bag", "write", tmp_path / "bag", files, "--algorithm", "md5").exception, InvalidInput)
    assert isinstance(run("bag", "check", tmp_path / "bag").exception, InvalidInput)
    assert not (tmp_path / "bag").exists()


@pytest.fixture(name="trusted")
def trusted_fixture(tmp_path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Return the addresses of a TSA of today and of one five years later, and the options that trust both."""
    first = TestAuthority(at=AT, key="p256")
    later = TestAuthority(at=AT + 2 * YEAR, key="p256", name="Later")
    options: list[str] = []
    for number, (authority, moments) in enumerate(((first, (AT, AT + 2 * YEAR)), (later, (AT + 2 * YEAR,)))):
        (tmp_path / f"root{number}.pem").write_bytes(authority.root_pem)
        options += ["--trust", str(tmp_path / f"root{number}.pem")]
        for moment in moments:
            for root in (False, True):
                path = tmp_path / f"{number}{moment.year}{root}.crl"
                path.write_bytes(authority.crl(at=moment, root=root))
                options += ["--revocation", str(path)]
    with first.serve(at=AT) as now, later.serve(at=AT + 2 * YEAR) as then:
        yield now.tsa_url, then.tsa_url, options


def test_seal_check_renew(files: Path, tmp_path: Path, trusted: tuple[str, str, list[str]]) -> None:
    now, then, options = trusted
    sealed = run("evidence", "seal", files, "--out", tmp_path / "ers", "--tsa", now, "--json")
    assert sealed.exit_code == 0, sealed.output
    assert [Path(name).name for name in told(sealed)["records"]] == ["a.pdf.ers", "b.pdf.ers", "c.pdf.ers"]
    record, file = tmp_path / "ers/phụ lục/c.pdf.ers", files / "phụ lục/c.pdf"

    good = run("evidence", "check", record, file, *options, "--at", AT.isoformat(), "--json")
    assert good.exit_code == 0, good.output
    assert told(good)["indication"] == "TOTAL-PASSED"
    assert told(good)["proven_at"] == AT.isoformat()
    other = run("evidence", "check", record, files / "a.pdf", *options, "--at", AT.isoformat())
    assert other.exit_code == 1
    assert "EVD-NOT-COVERED" in other.stdout
    assert run("evidence", "check", record, file, "--at", AT.isoformat()).exit_code == 3

    again = run("evidence", "renew", record, "--out", tmp_path / "stamped", "--tsa", then)
    assert again.exit_code == 0, again.output
    stamped = tmp_path / "stamped/c.pdf.ers"
    assert [len(chain) for chain in EvidenceRecord.parse(stamped.read_bytes()).chains] == [2]
    rebuilt = run("evidence", "renew", stamped, "--data", file, "--out", tmp_path / "rebuilt", "--tsa", then)
    assert rebuilt.exit_code == 0, rebuilt.output
    renewed = tmp_path / "rebuilt/c.pdf.ers"
    assert EvidenceRecord.parse(renewed.read_bytes()).algorithms == ("sha256", "sha512")
    late = (AT + 2 * YEAR).isoformat()
    assert run("evidence", "check", renewed, file, *options, "--at", late).exit_code == 0
    assert run("evidence", "check", renewed, files / "b.pdf", *options, "--at", late).exit_code == 1


def test_a_group_is_sealed_whole(files: Path, tmp_path: Path, trusted: tuple[str, str, list[str]]) -> None:
    now, _, options = trusted
    done = run("evidence", "seal", files / "a.pdf", files / "b.pdf", "--group", "--out", tmp_path / "e", "--tsa", now)
    assert done.exit_code == 0, done.output
    record = tmp_path / "e/a.pdf.ers"
    both: tuple[str | Path, ...] = (files / "a.pdf", files / "b.pdf", *options, "--at", AT.isoformat())
    assert run("evidence", "check", record, *both).exit_code == 0
    assert run("evidence", "check", record, files / "phụ lục/c.pdf", *both).exit_code == 1


def test_wrong_use_of_evidence(files: Path, tmp_path: Path, trusted: tuple[str, str, list[str]]) -> None:
    now, _, _ = trusted
    (tmp_path / "taken").mkdir()
    seal = ("evidence", "seal", files, "--tsa", now, "--out")
    assert isinstance(run(*seal, tmp_path / "taken").exception, InvalidInput)
    for algorithm in ("shake_128", "none", "md5"):
        assert isinstance(run(*seal, tmp_path / "new", "--algorithm", algorithm).exception, InvalidInput)
    broken = tmp_path / "broken.ers"
    broken.write_bytes(b"0\x00")
    unread = run("evidence", "check", broken, files / "a.pdf", "--json")
    assert unread.exit_code == 1
    assert told(unread)["findings"][0]["code"] == "EVD-FORMAT"
    renew = ("evidence", "renew", "--tsa", now, "--out", tmp_path / "new")
    assert isinstance(run(*renew, broken).exception, InvalidInput)
    assert run(*renew, broken, "--data", broken, "--data", broken).exit_code == 2
    run(*seal, tmp_path / "ers")
    twice = run(*renew, tmp_path / "ers/a.pdf.ers", tmp_path / "ers/a.pdf.ers")
    assert isinstance(twice.exception, InvalidInput)
    false = run(*renew, tmp_path / "ers/a.pdf.ers", "--data", files / "phụ lục/c.pdf")
    assert isinstance(false.exception, InvalidInput)
    assert not (tmp_path / "new").exists()
    dead = run("evidence", "seal", files, "--tsa", "ftp://tsa.test", "--out", tmp_path / "new")
    assert type(dead.exception).__name__ == "Unavailable"
