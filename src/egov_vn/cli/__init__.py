"""The command line: one thin module per command; the only home of typer and rich, and of the clock.

Exit codes: 0 = holds, 1 = does not hold, 2 = wrong use, 3 = cannot be decided.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from egov_vn import __version__
from egov_vn.errors import EgovError

if TYPE_CHECKING:
    import typer

__all__ = ["COMMANDS", "build", "main"]

COMMANDS = (
    "demo",
    "calendar",
    "deadline",
    "dossier",
    "dossier_reports",
    "dossier_publication",
    "document",
    "sign",
    "verify",
    "trust",
    "archive",
    "check",
    "bench",
)
"""The modules of this package that register a command, in the order of `--help`: its name, or begun by it."""


def build(command: str = "") -> typer.Typer:
    """Return the typer application with every command registered, or with the one named alone.

    Who asks for one command does not wait for the libraries of the others.
    """
    import typer  # noqa: PLC0415 - an extra: its absence is one sentence, not a traceback

    app = typer.Typer(
        name="egov-vn",
        help="Hồ sơ, thời hạn, chữ ký số, văn bản và lưu trữ theo pháp luật Việt Nam.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def root(version: bool = typer.Option(False, "--version", help="In phiên bản rồi thoát.")) -> None:
        if version:
            typer.echo(f"egov-vn {__version__}")
            raise typer.Exit

    asked = [name for name in COMMANDS if name.partition("_")[0] == command]
    for name in asked or COMMANDS:
        import_module(f"{__name__}.{name}").register(app)
    return app


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
    try:
        app = build(sys.argv[1] if len(sys.argv) > 1 else "")
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich", "click"):
            raise
        sys.stderr.write("egov-vn: the command line needs the extra: pip install 'egov-vn[cli]'\n")
        raise SystemExit(2) from error
    try:
        app()
    except EgovError as error:
        sys.stderr.write(f"egov-vn: {error}\n")
        raise SystemExit(2) from error
    except (BrokenPipeError, KeyboardInterrupt) as error:
        raise SystemExit(130) from error
    except OSError as error:  # a full disk, a name too long: nothing that a traceback would explain better
        where = f"{error.filename}: " if error.filename is not None else ""
        sys.stderr.write(f"egov-vn: {where}{error.strerror or error}\n")
        raise SystemExit(2) from error
