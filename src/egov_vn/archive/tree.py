"""Read a package as it lies, folder or ZIP, without unpacking it and without trusting a name in it.

Nothing is written anywhere. Links are not followed, names that lead out are told and left aside, sizes are what the
container declares and are checked against limits before the first byte is expanded.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from egov_vn.archive.rules import CheckFinding, Findings, broken
from egov_vn.errors import InvalidInput

__all__ = ["FolderTree", "Limits", "Tree", "ZipTree", "is_folder", "is_safe_path", "open_tree"]

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Compression that is expanded: LZMA lets a few bytes ask for gigabytes of memory."""
_CHUNK: Final = 1024 * 1024
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a check is willing to read: files, bytes in all, bytes of one XML file, and how far an entry may expand."""

    max_files: int = 2_000_000
    max_bytes: int = 1 << 42
    max_xml_bytes: int = 512 * 1024 * 1024
    max_ratio: int = 200
    max_depth: int = 40
    ratio_from: int = 1 << 20
    """Entries shorter than this may expand at any ratio: a file of blanks compresses well."""


def is_safe_path(name: str) -> bool:
    """Say whether *name* is a plain relative path: no way up, no root, no drive, no backslash, no control character."""
    if _PLAIN.fullmatch(name):
        return True
    if not name or name.startswith("/") or "\\" in name or _DRIVE.match(name) or _CONTROL.search(name):
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))


@dataclass(slots=True)
class Tree:
    """The files of a package by their path from its root, with their sizes; what is wrong with the container."""

    label: str
    root: str = ""
    sizes: dict[str, int] = field(default_factory=dict)
    told: Findings = field(default_factory=Findings)
    folders: set[str] = field(default_factory=set)

    @property
    def findings(self) -> tuple[CheckFinding, ...]:
        """What is wrong with the container."""
        return self.told.all()

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of *name*; `InvalidInput` if they cannot be had."""
        raise InvalidInput("a tree without a container has no bytes", path=name)

    def read(self, name: str, limit: int) -> bytes:
        """Return the bytes of *name*, at most *limit*; `InvalidInput` if there are more, or if they cannot be had."""
        if self.sizes[name] > limit:
            raise InvalidInput(f"{self.sizes[name]} bytes exceed the limit of {limit}", path=name)
        parts, total = [], 0
        for chunk in self.chunks(name):
            total += len(chunk)
            if total > limit:  # it grows while it is read
                raise InvalidInput(f"more than {limit} bytes exceed the limit", path=name)
            parts.append(chunk)
        return b"".join(parts)

    def blocks(self, name: str, length: int) -> Iterator[bytes | memoryview]:  # noqa: ARG002 - what a folder can do
        """Yield the bytes of *name*, about *length* at once; the next block may overwrite the one before."""
        return self.chunks(name)

    def part(self, name: str, offset: int, length: int) -> bytes | None:  # noqa: ARG002 - what a folder can do
        """Return up to *length* bytes of *name* from *offset* on, None if only the whole can be had."""
        return None

    def detach(self) -> None:
        """Let go of what a forked process shares with the one it came from: the place in an open file."""

    def close(self) -> None:
        """Let go of the container."""

    def __contains__(self, name: object) -> bool:
        return name in self.sizes

    def check_names(self) -> None:
        """Tell names that collide in Unicode NFC without regard to case, and names that are not NFC."""
        seen: dict[str, str] = {}
        for name in self.sizes:
            if name.isascii():
                key = name.lower()
            else:
                composed = unicodedata.normalize("NFC", name)
                if composed != name:
                    self.told.say("ARC-PATH-NFD", path=name, expected=composed, found=name)
                key = composed.casefold()
            twin = seen.setdefault(key, name)
            if twin != name:
                self.told.say("ARC-PATH-COLLISION", path=name, found=twin)


class FolderTree(Tree):
    """A package that lies in a folder; *safe* says of a path whether it may be in one."""

    def __init__(self, path: Path, limits: Limits, *, safe: Callable[[str], bool] = is_safe_path) -> None:
        Tree.__init__(self, label=path.name)
        self._path, self._safe = path, safe
        self._scan(limits)

    def _scan(self, limits: Limits) -> None:
        stack, total = [(os.fspath(self._path), "", 0)], 0
        while stack:
            folder, prefix, depth = stack.pop()
            if depth > limits.max_depth:
                self.told.say("ARC-LIMIT", path=prefix, expected=limits.max_depth, found=depth)
                continue
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.told.say("ARC-PATH-UNREADABLE", path=prefix, found=error.strerror)
                continue
            for entry in found:
                # most of what a package holds: a file with a plain name, below a folder whose name was looked at
                if _PLAIN_NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    size = self.sizes[prefix + entry.name] = entry.stat(follow_symlinks=False).st_size
                    total += size
                else:
                    total += self._take(entry, prefix + entry.name, depth, stack)
            if len(self.sizes) > limits.max_files or total > limits.max_bytes:
                self.told.say("ARC-LIMIT", expected=limits.max_files, found=len(self.sizes))
                return

    def _take(self, entry: os.DirEntry[str], name: str, depth: int, stack: list[tuple[str, str, int]]) -> int:
        if not self._safe(name):
            shown = name.encode("utf-8", "backslashreplace").decode()
            self.told.say("ARC-PATH-UNSAFE", path=shown, found=shown)
        elif entry.is_file(follow_symlinks=False):
            size = entry.stat(follow_symlinks=False).st_size
            self.sizes[name] = size
            return size
        elif entry.is_symlink():
            self.told.say("ARC-PATH-LINK", path=name)
        elif entry.is_dir(follow_symlinks=False):
            self.folders.add(name)
            stack.append((entry.path, name + "/", depth + 1))
        else:
            self.told.say("ARC-PATH-SPECIAL", path=name)
        return 0

    def _open(self, name: str) -> int:
        try:
            return os.open(f"{self._path}/{name}", _FLAGS)
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=name) from error

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of *name*."""
        descriptor = self._open(name)
        left = self.sizes.get(name, 0)
        try:
            # one byte more than the scan saw: the file that has not grown is read whole, and at once
            while chunk := os.read(descriptor, wanted := min(left + 1, _CHUNK) if left >= 0 else _CHUNK):
                yield chunk
                left -= len(chunk)
                if left == 0 and len(chunk) < wanted:
                    break
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=name) from error
        finally:
            os.close(descriptor)

    def read(self, name: str, limit: int) -> bytes:
        """Return the bytes of *name*, at most *limit*; `InvalidInput` if there are more, or if they cannot be had."""
        size = self.sizes[name]
        if size > limit:
            return Tree.read(self, name, limit)
        descriptor = self._open(name)
        try:
            data = os.read(descriptor, size + 1)
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=name) from error
        finally:
            os.close(descriptor)
        # it changed since the scan, or came in parts
        return data if len(data) == size else Tree.read(self, name, limit)

    def blocks(self, name: str, length: int) -> Iterator[bytes | memoryview]:
        """Yield the bytes of *name* through one buffer of *length* bytes."""
        if not hasattr(os, "readv"):
            yield from self.chunks(name)
            return
        descriptor = self._open(name)
        buffer = memoryview(bytearray(length))
        try:
            while count := os.readv(descriptor, (buffer,)):
                yield buffer[:count]
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=name) from error
        finally:
            os.close(descriptor)

    def part(self, name: str, offset: int, length: int) -> bytes | None:
        """Return up to *length* bytes of *name* from *offset* on."""
        if not hasattr(os, "pread"):
            return None
        descriptor = self._open(name)
        try:
            return os.pread(descriptor, length, offset)
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=name) from error
        finally:
            os.close(descriptor)


class ZipTree(Tree):
    """A package in a ZIP file, read in place; *safe* says of a path whether it may be in one."""

    def __init__(self, path: Path, limits: Limits, *, safe: Callable[[str], bool] = is_safe_path) -> None:
        Tree.__init__(self, label=path.name)
        self._safe = safe
        self._infos: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip: zipfile.ZipFile | None = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            self._zip = None
            self.told.say("ARC-ZIP-BROKEN", path=path.name, found=error)
            return
        self._take(path.stat().st_size, limits)
        self._find_root()

    def _take(self, archive_size: int, limits: Limits) -> None:
        infos = self._zip.infolist() if self._zip else []
        if len(infos) > limits.max_files:
            self.told.say("ARC-LIMIT", expected=limits.max_files, found=len(infos))
            infos = infos[: limits.max_files]
        before = min((info.header_offset for info in infos), default=0)
        if before > 0:
            self.told.say("ARC-ZIP-BROKEN", path=self.label, found=f"{before} bytes stand before the first entry")
        total = packed = 0
        for info in infos:
            name = info.orig_filename.rstrip("/") if info.orig_filename.endswith("/") else info.orig_filename
            problem = self._problem(info, name, limits)
            if problem is not None:
                self.told.add(problem)
            elif info.is_dir():
                self.folders.add(name)
            else:
                total, packed = total + info.file_size, packed + info.compress_size
                self._infos[name] = info
        # entries that lie over each other expand to more than their sizes tell
        if packed > archive_size or total > limits.max_bytes:
            self.told.say(
                "ARC-ZIP-BOMB",
                path=self.label,
                expected=min(limits.max_bytes, archive_size),
                found=max(packed, total),
            )
            self._infos.clear()

    def _problem(self, info: zipfile.ZipInfo, name: str, limits: Limits) -> CheckFinding | None:
        shown = name.encode("utf-8", "backslashreplace").decode()
        mode = info.external_attr >> 16
        if not self._safe(name):
            return broken("ARC-PATH-UNSAFE", path=_CONTROL.sub("?", shown), found=_CONTROL.sub("?", shown))
        if name in self._infos:
            return broken("ARC-ZIP-DUPLICATE", path=name)
        if stat.S_ISLNK(mode):
            return broken("ARC-PATH-LINK", path=name)
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            return broken("ARC-PATH-SPECIAL", path=name)
        if info.flag_bits & 0x41:
            return broken("ARC-ZIP-ENCRYPTED", path=name)
        if info.compress_type not in _METHODS:
            return broken("ARC-ZIP-BROKEN", path=name, found=f"{name}: method {info.compress_type} is not read")
        if info.is_dir() and info.file_size:
            return broken("ARC-ZIP-BROKEN", path=name, found=f"the folder {name} holds {info.file_size} bytes")
        if info.file_size > limits.ratio_from and info.file_size > limits.max_ratio * max(info.compress_size, 1):
            ratio = f"{info.file_size} / {info.compress_size}"
            return broken("ARC-ZIP-BOMB", path=name, expected=f"{limits.max_ratio}x", found=ratio)
        return None

    def _find_root(self) -> None:
        tops = {name.partition("/")[0] for name in self._infos}
        if len(tops) == 1 and not any("/" not in name for name in self._infos):
            self.root = next(iter(tops))
        elif self._infos:
            shown = ", ".join(sorted(tops)[:5])
            self.told.say("ARC-TREE-ROOT", path=self.label, expected="1", found=shown)
        cut = len(self.root) + 1 if self.root else 0
        self._infos = {name[cut:]: info for name, info in self._infos.items()}
        self.sizes = {name: info.file_size for name, info in self._infos.items()}
        self.folders = {name[cut:] for name in self.folders if len(name) > cut}

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of *name*, never more than the ZIP declares."""
        if self._zip is None:
            raise InvalidInput("the ZIP file is broken", path=name)
        try:
            with self._zip.open(self._infos[name]) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            zlib.error,
        ) as error:
            raise InvalidInput(f"cannot be read from the ZIP: {error}", path=name) from error

    def detach(self) -> None:
        """Open the file anew: a fork shares the place where the next read begins."""
        if self._zip is not None and self._zip.fp is not None:
            self._zip.fp = Path(f"/proc/self/fd/{self._zip.fp.fileno()}").open("rb")  # noqa: SIM115 - lives with the tree

    def close(self) -> None:
        """Close the ZIP file."""
        if self._zip is not None:
            self._zip.close()


def open_tree(path: Path, limits: Limits) -> Tree:
    """Open the package at *path*: a folder, a folder that holds one package folder, or a ZIP file."""
    if not is_folder(path):
        tree: Tree = ZipTree(path, limits)
    else:
        folder = path if os.path.lexists(path / "METS.xml") else _only_child(path)
        tree = FolderTree(folder, limits)
        tree.root = folder.resolve().name
    tree.check_names()
    return tree


def is_folder(path: Path) -> bool:
    """Say whether *path* is a folder or a file; anything else, a link or a pipe, is `InvalidInput`."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidInput("there is no package here", path=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
    except ValueError as error:
        raise InvalidInput(f"is no path: {error}", path=repr(str(path))) from error
    if stat.S_ISLNK(mode):
        raise InvalidInput("is a link", path=str(path))
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise InvalidInput("is neither a folder nor a file", path=str(path))
    return stat.S_ISDIR(mode)


def _only_child(path: Path) -> Path:
    """Return the one folder in *path* if it is a package; what a killed writer left (`.….part`) does not count."""
    try:
        with os.scandir(path) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name[0] != "."]
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
    return path / found[0] if len(found) == 1 and (path / found[0] / "METS.xml").is_file() else path
