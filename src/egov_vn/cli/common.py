"""What the commands share: the language of the output, instants as people write them, files read and written."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language

__all__ = [
    "LANG",
    "Lang",
    "language_of",
    "print_json",
    "read_day",
    "read_file",
    "read_secret",
    "read_time",
    "write_whole",
]


class Lang(StrEnum):
    """The language of the output."""

    VI = "vi"
    EN = "en"


LANG = typer.Option(Lang.VI, "--lang", help="vi hoặc en.")
"""The option `--lang`."""


def language_of(lang: Lang) -> Language:
    """Return the language that findings and reports are rendered in."""
    return "en" if lang is Lang.EN else "vi"


def read_day(text: str | None, option: str) -> date | None:
    """Read 2026-02-12 or 12/02/2026."""
    if text is None:
        return None
    try:
        if "/" in text:
            day, month, year = (int(part) for part in text.split("/"))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a day such as 2026-02-12 or 12/02/2026", path=option) from error


def read_time(text: str | None, option: str = "--at") -> datetime:
    """Read 2026-02-12T09:00 or 12/02/2026 09:00; without a zone it is Vietnamese time, without a text it is now."""
    if not text:
        return datetime.now(VIETNAM)
    day, _, rest = text.strip().partition(" ")
    try:
        at = datetime.fromisoformat(f"{read_day(day, option)}T{rest or '00:00'}" if "/" in day else text.strip())
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a time such as '2026-02-12 09:00'", path=option) from error
    return at if at.utcoffset() is not None else at.replace(tzinfo=VIETNAM)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file named on the command line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error


def read_secret(path: Path | None) -> str | None:
    """Return the first line of a password file: passwords do not belong on a command line."""
    if path is None:
        return None
    try:
        return read_file(path).decode("utf-8-sig").split("\n", 1)[0].removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InvalidInput("the first line of a password file is the password, in UTF-8", path=str(path)) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a device, such as /dev/stdout, is written to and never replaced."""
    try:
        if path.parts[:2] == ("/", "dev") or (path.exists() and not path.is_file()):
            path.write_bytes(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error.strerror}", path=str(path)) from error


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".egov-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~_umask())  # a temporary file is for its owner alone, a result is not
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def print_json(value: Any) -> None:
    """Print *value* as JSON for a machine to read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
