"""Every file of law loads, cites, and stands in docs/law.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from egov_vn.law import Evidence, LawFile, parse

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "src" / "egov_vn").rglob("data/*.toml"))


@pytest.fixture(params=FILES, ids=lambda path: str(path.relative_to(ROOT / "src" / "egov_vn")))
def law_file(request: pytest.FixtureRequest) -> LawFile:
    """Return each file of law."""
    path: Path = request.param
    return parse(path.read_bytes(), name=path.name)


def test_a_file_of_law_holds_cited_rules_or_tables(law_file: LawFile) -> None:
    assert law_file.rules or law_file.tables
    for timeline in law_file.rules.values():
        for version in timeline.versions:
            assert version.source.instrument.strip()
            assert version.evidence in Evidence
    for table in law_file.tables.values():
        assert table.rows, f"{table.name} is empty"


def test_the_law_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "law_pages.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
