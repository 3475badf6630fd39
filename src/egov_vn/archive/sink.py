"""Where a package is written: a folder or a ZIP, made beside its place and moved there whole, or not at all.

Each byte of the payload is read and hashed once, while it is copied (or hard-linked); nothing is moved or changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from egov_vn.archive.record import Payload
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

__all__ = ["FolderSink", "Sink", "Written", "ZipSink"]

_CHUNK: Final = 1024 * 1024
_SMALL: Final = 4 * 1024 * 1024

Written = tuple[int, str]
"""Size in bytes and SHA-256 in upper-case hexadecimal."""


class Sink(Protocol):
    """A place that takes files by their path inside the package."""

    path: Path

    def write(self, name: str, data: bytes) -> Written:
        """Write *data* as the file *name*."""

    def copy(self, name: str, payload: Payload) -> Written:
        """Copy the bytes of *payload* to the file *name*."""

    def commit(self) -> None:
        """Move the package to its final name."""

    def abort(self) -> None:
        """Take everything away again."""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest().upper()


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error


def _read(descriptor: int, path: Path) -> Iterator[bytes]:
    """Yield the whole file, by chunks; a directory or a failing disk is `InvalidInput`."""
    try:
        # a buffer of the file's own length: most are far shorter than a chunk
        while chunk := os.read(descriptor, min(_CHUNK, os.fstat(descriptor).st_size + 1)):
            yield chunk
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error


class FolderSink:
    """A package as a folder."""

    def __init__(self, path: Path, *, link: bool = False) -> None:
        if path.exists() or path.is_symlink():
            raise InvalidInput("exists already; a package is never overwritten", path=str(path))
        self.path = path
        self._link = link
        self._made: set[str] = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._root = tempfile.mkdtemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        Path(self._root).chmod(0o755)

    def _place(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        if folder not in self._made:
            Path(self._root, folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        return f"{self._root}/{name}"

    def write(self, name: str, data: bytes) -> Written:
        """Write *data* as the file *name*."""
        target = os.open(self._place(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        try:
            _write_all(target, data)
        finally:
            os.close(target)
        return len(data), _digest(data)

    def copy(self, name: str, payload: Payload) -> Written:
        """Copy, or link, the bytes of *payload* to the file *name*."""
        if isinstance(payload.source, bytes):
            return self.write(name, payload.source)
        place = self._place(name)
        if not isinstance(payload.source, Path):
            target = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
            try:
                return _copy(payload.source.chunks(), target)
            finally:
                os.close(target)
        if self._link:
            linked = self._linked(place, payload.source)
            if linked is not None:
                return linked
        source = _open(payload.source)
        try:
            target = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
            try:
                return _copy(_read(source, payload.source), target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def _linked(self, place: str, path: Path) -> Written | None:
        with contextlib.suppress(OSError):
            os.link(path.resolve(), place)
            # what is hashed is the link itself: nobody can put another file in its place in between
            source = _open(Path(place))
            try:
                return _copy(_read(source, path), None)
            finally:
                os.close(source)
        return None

    def commit(self) -> None:
        """Move the folder to its final name, in one step."""
        try:
            Path(self._root).rename(self.path)
        except OSError as error:
            raise InvalidInput(f"cannot take its name: {error.strerror}", path=str(self.path)) from error

    def abort(self) -> None:
        """Take the unfinished folder away."""
        shutil.rmtree(self._root, ignore_errors=True)


def _copy(chunks: Iterator[bytes], target: int | None) -> Written:
    state, size = hashlib.sha256(), 0
    for chunk in chunks:
        state.update(chunk)
        size += len(chunk)
        if target is not None:
            _write_all(target, chunk)
    return size, state.hexdigest().upper()


def _write_all(target: int, data: bytes) -> None:
    written = os.write(target, data)
    while written < len(data):
        written += os.write(target, memoryview(data)[written:])


class ZipSink:
    """A package as a ZIP file with one root folder; stored, not compressed, with one time for all entries."""

    def __init__(self, path: Path, *, root: str, at: datetime) -> None:
        if path.exists() or path.is_symlink():
            raise InvalidInput("exists already; a package is never overwritten", path=str(path))
        self.path = path
        self._prefix = root + "/"
        self._time = at.astimezone(VIETNAM).timetuple()[:6]
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, self._part = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        os.close(descriptor)
        Path(self._part).chmod(0o644)
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED)

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(self._prefix + name, date_time=self._time)
        info.external_attr = 0o100644 << 16
        info.create_system = 3
        return info

    def write(self, name: str, data: bytes) -> Written:
        """Write *data* as the entry *name*."""
        self._zip.writestr(self._info(name), data)
        return len(data), _digest(data)

    def copy(self, name: str, payload: Payload) -> Written:
        """Copy the bytes of *payload* to the entry *name*."""
        if isinstance(payload.source, bytes):
            return self.write(name, payload.source)
        if not isinstance(payload.source, Path):
            return self._stream(name, payload.source.chunks(), None)
        source = _open(payload.source)
        try:
            return self._stream(name, _read(source, payload.source), os.fstat(source).st_size)
        finally:
            os.close(source)

    def _stream(self, name: str, chunks: Iterator[bytes], length: int | None) -> Written:
        # the length decides whether the entry needs ZIP64, which is told before the first byte
        info = self._info(name)
        info.file_size = length or 0
        state, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=length is None or length >= 0x7FFF_FFFF) as target:
            for chunk in chunks:
                state.update(chunk)
                size += len(chunk)
                target.write(chunk)
        return size, state.hexdigest().upper()

    def commit(self) -> None:
        """Close the ZIP and move it to its final name, in one step."""
        self._zip.close()
        try:
            Path(self._part).replace(self.path)
        except OSError as error:
            raise InvalidInput(f"cannot take its name: {error.strerror}", path=str(self.path)) from error

    def abort(self) -> None:
        """Take the unfinished file away."""
        with contextlib.suppress(Exception):  # a ZIP that failed half way may fail again at its closing
            self._zip.close()
        Path(self._part).unlink(missing_ok=True)
