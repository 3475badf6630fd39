"""`egov-vn demo`: the main job, end to end, on two real inputs."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import typer

from egov_vn.errors import EgovError, InvalidInput

__all__ = ["register", "run_demo"]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""

    @app.command()
    def demo(
        out: Path = typer.Option(Path("egov-vn-demo"), "--out", help="Thư mục để lại kết quả."),
        force: bool = typer.Option(False, "--force", help="Ghi đè kết quả của lần chạy trước trong thư mục đó."),
    ) -> None:
        """Trình diễn: một hồ sơ và một chỉ thị, từ tiếp nhận, ký số, kiểm tra đến nộp lưu."""
        run_demo(out, force=force)


def run_demo(out: Path, *, force: bool) -> None:
    """Run every step in a folder beside *out* and move the result there only when all of it is done."""
    out = out.absolute()
    if out.exists() and not out.is_dir():
        raise InvalidInput("là một tệp, không phải thư mục", path=str(out))
    if not force and out.is_dir() and any(out.iterdir()):
        raise InvalidInput("thư mục đã có tệp; dùng --force để ghi đè, hoặc chọn --out khác", path=str(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise InvalidInput(f"không ghi được vào thư mục cha: {error.strerror}", path=str(out)) from error
    try:
        _tell(half)
        _move(half, out)
    except OSError as error:
        raise InvalidInput(f"không ghi được: {error.strerror}", path=str(error.filename or out)) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    typer.echo(f"Xong. Mở {out / 'index.html'} để xem.")


def _tell(half: Path) -> None:
    """Run the steps one after another, with progress, and write the page."""
    from egov_vn.cli.demo_page import render_page  # noqa: PLC0415 - heavy: only when the demo runs
    from egov_vn.cli.demo_steps import RECEIVED_AT, STEPS, Story  # noqa: PLC0415 - heavy: only when the demo runs
    from egov_vn.testing import TestAuthority  # noqa: PLC0415 - heavy: only when the demo runs

    story = Story(out=half, authority=TestAuthority(at=RECEIVED_AT))
    seconds: dict[str, float] = {}
    for number, name, step in STEPS:
        typer.echo(f"[{number}/{len(STEPS) + 1}] {name} …")
        started = time.perf_counter()
        try:
            step(story)
        except EgovError as error:
            raise InvalidInput(f"bước {number} ({name}) dừng lại: {error}") from error
        seconds[number] = time.perf_counter() - started
        for line in story.lines.get(number, []):
            typer.echo(f"      {line}")
        typer.echo(f"      {seconds[number]:.1f} giây")
    typer.echo(f"[{len(STEPS) + 1}/{len(STEPS) + 1}] Trang tổng hợp …")
    (half / "index.html").write_text(render_page(story.exhibits, story.lines, seconds), encoding="utf-8")


def _move(half: Path, out: Path) -> None:
    """Put the finished result in place; only what the demo itself makes is replaced."""
    if not out.exists():
        half.chmod(0o755)
        half.replace(out)
        return
    for item in sorted(half.iterdir(), key=lambda path: path.name == "index.html"):
        target = out / item.name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        item.replace(target)
