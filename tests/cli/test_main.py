"""The command line as a whole: help, version, exit codes, one sentence for an error of ours."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from egov_vn import __version__
from egov_vn.cli import COMMANDS, build

PROMISED = {"demo", "calendar", "deadline", "dossier", "document", "sign", "verify", "archive", "bench"}


def egov_vn(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "egov_vn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_every_promised_command_is_there() -> None:
    assert set(COMMANDS) >= PROMISED
    shown = CliRunner().invoke(build(), ["--help"]).output
    for name in PROMISED:
        assert name in shown


def test_the_version_is_the_package_s() -> None:
    done = egov_vn("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"egov-vn {__version__}")


def test_an_error_of_ours_is_one_sentence_and_exit_code_2() -> None:
    done = egov_vn("bench", "astrology")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "astrology" in done.stderr


def test_wrong_use_is_exit_code_2() -> None:
    for arguments in (["nonsense"], ["demo", "--nonsense"]):
        assert egov_vn(*arguments).returncode == 2


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_every_command_has_help_in_vietnamese(name: str) -> None:
    shown = CliRunner().invoke(build(), [name, "--help"]).output
    assert any(letter in shown for letter in "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽềểễệịỉĩọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùý")


def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; from egov_vn.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "egov-vn[cli]" in done.stderr
