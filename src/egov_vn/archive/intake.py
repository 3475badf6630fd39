"""Read a payload: regular files only, each byte once, hashed on its way, refused if it changes meanwhile."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from egov_vn.archive.record import Payload
from egov_vn.errors import InvalidInput

__all__ = ["Written", "chunks_of", "open_regular", "pass_on", "take", "told"]

_CHUNK: Final = 256 * 1024
# O_NONBLOCK: a named pipe without a writer must not hold us; on regular files it means nothing
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS: Final = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}

Pass = Callable[[Any], object]
"""Takes bytes, or a view of them that is good until the next one."""


class Written(NamedTuple):
    """What was written: bytes, and their hashes in lower-case hexadecimal, in the order of the algorithms asked."""

    size: int
    hashes: tuple[str, ...]


def told(data: bytes, algorithms: tuple[str, ...]) -> Written:
    """Return the size and hashes of *data*."""
    return Written(
        len(data), tuple([getattr(hashlib, name)(data, usedforsecurity=False).hexdigest() for name in algorithms])
    )


def open_regular(path: Path) -> tuple[int, os.stat_result]:
    """Open the file at *path* to read; a folder, pipe or device, or what cannot be opened, is `InvalidInput`."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
    except ValueError as error:
        raise InvalidInput(f"is no path of a file: {error}", path=repr(str(path))) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")
        raise InvalidInput(f"cannot be read: it is {kind}, no regular file", path=str(path))
    return descriptor, status


def take(
    descriptor: int, status: os.stat_result, path: Path, *, algorithms: tuple[str, ...], to: Pass | None = None
) -> Written:
    """Read the open file to its end, hand it *to* its place and hash it; `InvalidInput` if it changed meanwhile.

    *status* is what the file was when it was opened; never more bytes than it tells are handed on.
    """
    try:
        # one byte more than it should have: the file that holds still is read by one call, or is longer
        data = os.read(descriptor, status.st_size + 1) if status.st_size < _CHUNK else b""
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
    if data and len(data) == status.st_size:
        _require_same(descriptor, status, path)
        if to is not None:
            to(data)
        return told(data, algorithms)
    return pass_on(_chunks(descriptor, status, path, data), algorithms=algorithms, to=to)


def _chunks(descriptor: int, status: os.stat_result, path: Path, first: bytes) -> Iterator[bytes | memoryview]:
    read = len(first)
    if read > status.st_size:
        raise _changed(path)
    if first:
        yield first
    buffer = memoryview(bytearray(_CHUNK))
    with io.FileIO(descriptor, closefd=False) as stream:
        while True:
            try:
                count = stream.readinto(buffer)
            except OSError as error:
                raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
            if not count:
                break
            read += count
            if read > status.st_size:
                raise _changed(path)
            yield buffer[:count]
    if read != status.st_size:
        raise _changed(path)
    _require_same(descriptor, status, path)


def _require_same(descriptor: int, status: os.stat_result, path: Path) -> None:
    now = os.fstat(descriptor)
    if now.st_size != status.st_size or now.st_mtime_ns != status.st_mtime_ns:
        raise _changed(path)


def _changed(path: Path) -> InvalidInput:
    return InvalidInput("changed while it was read", path=str(path))


def pass_on(chunks: Iterable[Any], *, algorithms: tuple[str, ...], to: Pass | None = None) -> Written:
    """Hand the *chunks* on *to* their place, one after the other, and hash them."""
    states, size = [getattr(hashlib, name)(usedforsecurity=False) for name in algorithms], 0
    for chunk in chunks:
        for state in states:
            state.update(chunk)
        size += len(chunk)
        if to is not None:
            to(chunk)
    return Written(size, tuple([state.hexdigest() for state in states]))


def chunks_of(payload: Payload) -> Iterator[Any]:
    """Yield the bytes of a payload that is neither path nor bytes; what its source cannot read is `InvalidInput`."""
    source: Any = payload.source
    if not hasattr(source, "chunks"):
        raise InvalidInput(f"a {type(source).__name__} is no source of bytes", path=payload.name)
    try:
        for chunk in source.chunks():
            if not isinstance(chunk, bytes | bytearray | memoryview):
                raise InvalidInput(f"a {type(chunk).__name__} came where bytes should", path=payload.name)
            yield chunk
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=payload.name) from error
