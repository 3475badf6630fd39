"""`egov-vn bench`: run the benchmark scripts of the checkout, each beside its peers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer

from egov_vn.errors import InvalidInput

__all__ = ["register"]

_FOLDER = Path(__file__).parents[3] / "benchmarks"


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""

    @app.command()
    def bench(
        names: list[str] = typer.Argument(None, help="Tên các phép đo (mặc định: tất cả)."),
        full: bool = typer.Option(False, "--full", help="Đo đầy đủ, không chỉ đo nhanh."),
    ) -> None:
        """Đo tốc độ và bộ nhớ, bên cạnh các thư viện khác, trong cùng một lần chạy."""
        scripts = {path.stem: path for path in sorted(_FOLDER.glob("*.py")) if not path.stem.startswith("_")}
        if not scripts:
            raise InvalidInput("các phép đo nằm trong kho mã nguồn, không nằm trong gói cài đặt", path=str(_FOLDER))
        unknown = sorted(set(names or ()) - set(scripts))
        if unknown:
            raise InvalidInput(f"không có phép đo {unknown[0]!r}; có: {', '.join(scripts)}", path="NAME")
        failed = [name for name in names or scripts if _run(scripts[name], full=full) != 0]
        if failed:
            typer.echo(f"không chạy được: {', '.join(failed)}", err=True)
            raise typer.Exit(1)


def _run(script: Path, *, full: bool) -> int:
    typer.echo(f"== {script.stem}")
    return subprocess.run([sys.executable, str(script), *([] if full else ["--quick"])], check=False).returncode  # noqa: S603 - our own script
