"""The command line as a whole: help, version, exit codes, one sentence for an error of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from egov_vn import __version__
from egov_vn.cli import COMMANDS, build, main
from egov_vn.cli import bench as bench_module

PROMISED = {"demo", "calendar", "deadline", "dossier", "document", "sign", "verify", "archive", "check", "bench"}


def egov_vn(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "egov_vn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_every_promised_command_is_there() -> None:
    assert set(COMMANDS) >= PROMISED
    shown = CliRunner().invoke(build(), ["--help"]).output
    for name in PROMISED:
        assert name in shown


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_one_command_built_alone_is_the_same(name: str) -> None:
    runner = CliRunner()
    assert runner.invoke(build(name), [name, "--help"]).output == runner.invoke(build(), [name, "--help"]).output
    other = next(iter(sorted(PROMISED - {name})))
    assert runner.invoke(build(name), [other, "--help"]).exit_code == 2


def test_a_deadline_does_not_wait_for_pyhanko() -> None:
    script = "import sys; from egov_vn.cli import build; build('deadline'); print('pyhanko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


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


def run_here(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """Run `main` in this process and return what it exits with."""
    monkeypatch.setattr(sys, "argv", ["egov-vn", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


def test_what_the_disk_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    answers = tmp_path / "folder"
    answers.mkdir()
    assert run_here(monkeypatch, "verify", str(tmp_path / "a.pdf"), "--html", str(answers)) == 2
    told = capsys.readouterr().err
    assert told.startswith("egov-vn: ")
    assert told.count("\n") == 1
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] in (["a.pdf", "folder"], ["folder", "a.pdf"])
    assert run_here(monkeypatch, "archive", "check", "x" * 300) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_error_of_ours_and_a_broken_pipe_in_this_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "bench", "astrology") == 2
    assert "astrology" in capsys.readouterr().err

    def broken() -> None:
        raise BrokenPipeError

    monkeypatch.setattr("egov_vn.cli.build", lambda _command: broken)
    assert run_here(monkeypatch, "--version") == 130


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xb9\xaa"])
def test_a_password_file_that_is_no_text_is_named(tmp_path: Path, data: bytes) -> None:
    secret, pdf = tmp_path / "mat-khau.txt", tmp_path / "a.pdf"
    secret.write_bytes(data)
    pdf.write_bytes(b"%PDF-1.7")
    done = egov_vn("verify", str(pdf), "--password-file", str(secret))
    assert done.returncode == 2
    assert "mat-khau.txt" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_empty_password_file_is_an_empty_password(tmp_path: Path) -> None:
    for name, data in (("secret", b""), ("a.pdf", b"%PDF-1.7")):
        (tmp_path / name).write_bytes(data)
    done = egov_vn("verify", str(tmp_path / "a.pdf"), "--password-file", str(tmp_path / "secret"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_benchmark_that_fails_fails_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("import sys; assert sys.argv[1:] == ['--quick']")
    (tmp_path / "bad.py").write_text("raise SystemExit(3)")
    (tmp_path / "_helper.py").write_text("raise SystemExit(4)")
    monkeypatch.setattr(bench_module, "_FOLDER", tmp_path)
    run = CliRunner().invoke(build(), ["bench"])
    assert run.exit_code == 1
    assert "bad" in run.output
    assert "không chạy được: bad" in run.output
    assert CliRunner().invoke(build(), ["bench", "good"]).exit_code == 0
    assert CliRunner().invoke(build(), ["bench", "good", "--full"]).exit_code == 1


def test_an_installed_package_has_no_benchmarks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_module, "_FOLDER", tmp_path / "none")
    assert run_here(monkeypatch, "bench") == 2
