"""`pytest --egov-vn` in a user's project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from egov_vn.conformance import vectors


def run_pytest(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a user does."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def test_the_cases_run_beside_the_project_s_own_tests(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    done = run_pytest(tmp_path, "--egov-vn", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(vectors()) + 1} passed" in done.stdout


def test_without_the_option_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    assert "1 passed" in run_pytest(tmp_path).stdout


def test_a_subject_of_one_s_own_fails_with_the_article(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("subject = {'tax_code': lambda given: given['number']}\n")
    done = run_pytest(tmp_path, "--egov-vn", "--egov-vn-subject", "mine:subject", "-p", "mine")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "86/2024/TT-BTC" in done.stdout


def test_a_wrong_subject_is_wrong_use(tmp_path: Path) -> None:
    for name in ("nowhere", "nowhere:x", "json:x"):
        done = run_pytest(tmp_path, "--egov-vn", "--egov-vn-subject", name)
        assert done.returncode == 4
        assert name.partition(":")[0] in done.stderr
