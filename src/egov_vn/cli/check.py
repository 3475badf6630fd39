"""`egov-vn check`: run the conformance cases against a system, by default against the library itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import typer

from egov_vn.cli.common import LANG, Lang, language_of, print_json, write_whole
from egov_vn.conformance import REFERENCE, TOPICS, ConformanceReport, Subject, run
from egov_vn.errors import InvalidInput

__all__ = ["register"]

_EXIT = {True: 0, False: 1, None: 3}


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("check")(check)


def check(
    topics: list[str] = typer.Argument(
        None, metavar="[TOPIC]…", help=f"Chủ đề (mặc định: tất cả): {', '.join(TOPICS)}."
    ),
    subject: str = typer.Option("", "--subject", help="Hệ thống được kiểm tra, MODULE:TÊN (mặc định: chính thư viện)."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Ghi báo cáo ra tệp .html, .xml (JUnit) hoặc .json."),
    as_json: bool = typer.Option(False, "--json", help="In JSON."),
    lang: Lang = LANG,
) -> None:
    """Kiểm tra một hệ thống có trả lời đúng như luật không; mã thoát 0 đúng, 1 sai, 3 không có gì để kiểm tra."""
    unknown = sorted(set(topics or ()) - set(TOPICS))
    if unknown:
        raise InvalidInput(f"{unknown[0]!r} is no topic; there are {', '.join(TOPICS)}", path="TOPIC")
    if out is not None and out.suffix.lower() not in (".html", ".xml", ".json"):
        raise InvalidInput(f"{out.name!r} ends in none of .html, .xml, .json", path="--out")
    report = run(_subject(subject) if subject else REFERENCE, topics=topics or TOPICS)
    if out is not None:
        write_whole(out, _written(report, out.suffix.lower(), lang))
    if as_json:
        print_json(report.to_dict())
    else:
        typer.echo(report.to_terminal(language_of(lang)))
    raise typer.Exit(_EXIT[report.conforms])


def _written(report: ConformanceReport, ending: str, lang: Lang) -> bytes:
    if ending == ".xml":
        return report.to_junit().encode()
    if ending == ".html":
        return report.to_html(language_of(lang)).encode()
    return json.dumps(report.to_dict(), ensure_ascii=False, indent=2).encode()


def _subject(name: str) -> Subject:
    """Import the mapping of topics to functions that *name* tells; modules of the working directory are found too."""
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise InvalidInput(f"{name!r} is not MODULE:NAME", path="--subject")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:  # foreign code: whatever stops it is why it cannot be asked
        raise InvalidInput(f"{name} cannot be loaded: {type(error).__name__}: {error}", path="--subject") from error
    if not isinstance(found, Mapping) or not all(callable(ask) for ask in found.values()):
        raise InvalidInput(f"{name} is no mapping of topics to functions", path="--subject")
    return found
