"""Where a package is written: a folder or a ZIP, made beside its place and moved there whole, or not at all.

A sink is used with `with`: at the end it takes its name, after any failure nothing of it is left. Each byte of the
payload is read and hashed once, while it is copied (or hard-linked); nothing is moved or changed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
from abc import ABC, abstractmethod
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Final, Self

from egov_vn.archive.intake import Written, chunks_of, open_regular, pass_on, take, told
from egov_vn.archive.record import Payload
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

__all__ = ["FolderSink", "Sink", "Written", "ZipSink"]

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_ZIP_YEARS: Final = range(1980, 2108)


class Sink(ABC):
    """A place that takes files by their path inside the package, and takes its own name at the end."""

    def __init__(self, path: Path, *, algorithms: tuple[str, ...] = ("sha256",), workers: int = 1) -> None:
        self.path = path
        self.algorithms = algorithms
        self.workers = workers
        self._part = ""
        self._parents: list[Path] = []

    @abstractmethod
    def write(self, name: str, data: bytes) -> Written:
        """Write *data* as the file *name*."""

    def copy(self, name: str, payload: Payload) -> Written:
        """Copy the bytes of *payload* to the file *name*; `InvalidInput` if they are not those that it promises."""
        expected = payload.sha256.lower()
        if not expected:
            return self._copy(name, payload, self.algorithms)
        wanted = self.algorithms if "sha256" in self.algorithms else (*self.algorithms, "sha256")
        size, hashes = self._copy(name, payload, wanted)
        found = hashes[wanted.index("sha256")]
        if found != expected:
            raise InvalidInput(f"has the SHA-256 {found}, not {expected}", path=payload.name)
        return Written(size, hashes[: len(self.algorithms)])

    @abstractmethod
    def _copy(self, name: str, payload: Payload, algorithms: tuple[str, ...]) -> Written:
        """Copy the bytes of *payload* to the file *name*, hashed by *algorithms*."""

    @abstractmethod
    def _begin(self, prefix: str, folder: Path) -> None:
        """Make the unfinished package in *folder*, under a name of its own that begins with *prefix*."""

    @abstractmethod
    def _commit(self) -> None:
        """Move the package to its final name, in one step."""

    @abstractmethod
    def _abort(self) -> None:
        """Take the unfinished package away."""

    def __enter__(self) -> Self:
        try:
            if _taken(self.path):
                raise InvalidInput("exists already; a package is never overwritten", path=str(self.path))
            self._make_parents()
            self._begin(f".{self.path.name[:40]}.", self.path.parent)
        except (OSError, ValueError) as error:
            self._undo()
            raise self._refused(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._commit()
        except OSError as found:
            error = found
        if error is not None:
            self._undo()
            if isinstance(error, OSError):
                raise self._refused(error) from error

    def _undo(self) -> None:
        if self._part:
            self._abort()
        with contextlib.suppress(OSError):  # somebody else uses them by now
            while self._parents:
                self._parents.pop().rmdir()

    def _refused(self, error: Exception) -> InvalidInput:
        if isinstance(error, InvalidInput):
            return error
        words = (error.strerror if isinstance(error, OSError) else None) or error
        return InvalidInput(f"cannot be written: {words}", path=str(self.path))

    def _make_parents(self) -> None:
        missing = []
        for parent in self.path.parents:
            if parent.is_dir():
                break
            missing.append(parent)
        for parent in reversed(missing):
            with contextlib.suppress(FileExistsError):  # somebody else was quicker
                parent.mkdir()
                self._parents.append(parent)


def _taken(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


class FolderSink(Sink):
    """A package as a folder; *workers* threads may write its files at once."""

    def __init__(
        self, path: Path, *, link: bool = False, algorithms: tuple[str, ...] = ("sha256",), workers: int = 1
    ) -> None:
        super().__init__(path, algorithms=algorithms, workers=workers)
        self._link = link
        self._made: set[str] = set()
        self._foreign = Lock()

    def _begin(self, prefix: str, folder: Path) -> None:
        self._part = tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=folder)
        Path(self._part).chmod(0o755)

    def _create(self, name: str) -> int:
        return os.open(self._place(name), _CREATE, 0o644)

    def _place(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        if folder not in self._made:
            Path(self._part, folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        return f"{self._part}/{name}"

    def write(self, name: str, data: bytes) -> Written:
        """Write *data* as the file *name*."""
        self._write(name, data)
        return told(data, self.algorithms)

    def _write(self, name: str, data: bytes) -> None:
        target = self._create(name)
        try:
            _write_all(target, data)
        finally:
            os.close(target)

    def _copy(self, name: str, payload: Payload, algorithms: tuple[str, ...]) -> Written:
        source = payload.source
        if isinstance(source, bytes):
            self._write(name, source)
            return told(source, algorithms)
        if not isinstance(source, Path):
            with self._foreign:  # nobody knows whether somebody else's source can be read by two threads
                return self._copy_chunks(name, payload, algorithms)
        descriptor, status = open_regular(source)
        try:
            if self._link and self._linked(name, source, status):
                return take(descriptor, status, source, algorithms=algorithms)
            target = self._create(name)
            try:
                return take(descriptor, status, source, algorithms=algorithms, to=partial(_write_all, target))
            finally:
                os.close(target)
        finally:
            os.close(descriptor)

    def _copy_chunks(self, name: str, payload: Payload, algorithms: tuple[str, ...]) -> Written:
        target = self._create(name)
        try:
            return pass_on(chunks_of(payload), algorithms=algorithms, to=partial(_write_all, target))
        finally:
            os.close(target)

    def _linked(self, name: str, source: Path, status: os.stat_result) -> bool:
        """Link the file, if the disk can, and if the link leads to the very file that is hashed."""
        place = self._place(name)
        try:
            os.link(os.path.realpath(source) if source.is_symlink() else source, place)
        except OSError:
            return False
        found = os.lstat(place)
        if (found.st_ino, found.st_dev) == (status.st_ino, status.st_dev):
            return True
        Path(place).unlink()
        return False

    def _commit(self) -> None:
        Path(self._part).rename(self.path)

    def _abort(self) -> None:
        shutil.rmtree(self._part, ignore_errors=True)


def _write_all(target: int, data: bytes | memoryview) -> None:
    written = os.write(target, data)
    while written < len(data):
        written += os.write(target, memoryview(data)[written:])


class ZipSink(Sink):
    """A package as a ZIP file with one root folder; stored, not compressed, with one time for all entries."""

    def __init__(self, path: Path, *, root: str, at: datetime, algorithms: tuple[str, ...] = ("sha256",)) -> None:
        super().__init__(path, algorithms=algorithms)
        local = at.astimezone(VIETNAM)
        if local.year not in _ZIP_YEARS:
            raise InvalidInput(f"a ZIP file cannot tell the year {local.year}", path="at")
        self._prefix = root + "/"
        self._time = local.timetuple()[:6]
        self._zip: zipfile.ZipFile

    def _begin(self, prefix: str, folder: Path) -> None:
        descriptor, self._part = tempfile.mkstemp(prefix=prefix, suffix=".part", dir=folder)
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
        return told(data, self.algorithms)

    def _copy(self, name: str, payload: Payload, algorithms: tuple[str, ...]) -> Written:
        source = payload.source
        if isinstance(source, bytes):
            self._zip.writestr(self._info(name), source)
            return told(source, algorithms)
        if not isinstance(source, Path):
            with self._entry(name, None) as target:
                return pass_on(chunks_of(payload), algorithms=algorithms, to=target.write)
        descriptor, status = open_regular(source)
        try:
            with self._entry(name, status.st_size) as target:
                return take(descriptor, status, source, algorithms=algorithms, to=target.write)
        finally:
            os.close(descriptor)

    def _entry(self, name: str, length: int | None) -> IO[bytes]:
        # the length decides whether the entry needs ZIP64, which is told before the first byte
        info = self._info(name)
        info.file_size = length or 0
        return self._zip.open(info, "w", force_zip64=length is None or length >= 0x7FFF_FFFF)

    def _commit(self) -> None:
        self._zip.close()
        try:
            os.link(self._part, self.path)  # unlike a renaming, it never takes another file's place
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            Path(self._part).replace(self.path)
        else:
            Path(self._part).unlink()

    def _abort(self) -> None:
        with contextlib.suppress(Exception):  # a ZIP that failed half way may fail again at its closing
            self._zip.close()
        Path(self._part).unlink(missing_ok=True)
