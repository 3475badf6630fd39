"""The one reading of every file of a package that is checked: digest, format, and what a descriptive record says.

Most files are read before it is known what the METS says of them, so that the reading can begin at once and be shared
with a second process; what it found is small and is held against the METS afterwards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from egov_vn import _xml
from egov_vn.archive.descriptive import read_description, read_plain
from egov_vn.archive.fields import FieldTable
from egov_vn.archive.pdf import trailer_encrypts
from egov_vn.archive.profile import format_of
from egov_vn.archive.rules import CheckFinding
from egov_vn.archive.side import MAX_PIECES, Shared, may_fork
from egov_vn.archive.tree import Limits, Tree
from egov_vn.errors import InvalidInput

__all__ = ["Fault", "Look", "Reading", "RecordLook", "record_kind", "xml_fault"]

KEPT: Final = 4096
"""Bytes of the beginning and of the end of a file that its format is judged by."""
LARGE: Final = 1 << 20
"""Files from this size are hashed block by block, shorter ones read whole."""
_CACHED, _LONG = 128 * 1024, 1 << 20
"""Bytes of a block: in a process of its own what fits into the cache, among threads what is worth taking turns for."""
_WORTH: Final = 400
_WORTH_BYTES: Final = 64 * 1024
"""A helper is worth its start (some milliseconds) from so many files, or so many times so many bytes."""
_PER_PIECE: Final = 16
_RECORD: Final = re.compile(r"ead_(doc|pic|media)_(.+)\.xml", re.IGNORECASE)
_ENCRYPT: Final = re.compile(rb"/Encrypt")
_SEAM: Final = 8
"""Bytes of that word: it may stand across two blocks."""
_ARCHIVES: Final = (
    (b"PK\x03\x04", "ZIP"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
)
_NO_END: Final = ("ARC-FORMAT-PDF-BROKEN", "", "no end of file mark")
_PROGRAMS: Final = ((b"MZ", "EXE"), (b"\x7fELF", "ELF"), (b"#!", "script"))

Fault = tuple[str, str, str]
"""A rule that is broken, what was expected and what was found."""


class RecordLook(NamedTuple):
    """A descriptive record of the *kind* that its name tells, as read under the table *table*.

    *fault* is the line and the words of why it is no XML.
    """

    kind: str
    table: str
    values: Mapping[str, str]
    findings: tuple[CheckFinding, ...] = ()
    fault: tuple[int | None, str] | None = None


class Look(NamedTuple):
    """What the reading of one file gave: *problem* if it could not be read, *lost* if the reader ended before it told.

    *format* is what its two ends say against the format of its name, *encrypts* whether a trailer of the PDF names an
    encryption: None if no trailer was found but the word is there.
    """

    size: int = 0
    digest: str = ""
    format: Fault | None = None
    encrypts: bool | None = False
    record: RecordLook | None = None
    problem: str = ""
    lost: bool = False


def record_kind(path: str) -> str:
    """Return the kind of record that the name *path* tells (`"doc"`, `"pic"`, `"media"`), empty if it tells none."""
    match = _RECORD.fullmatch(path.rpartition("/")[2])
    return match[1].lower() if match else ""


def xml_fault(error: InvalidInput) -> tuple[int | None, str]:
    """Return the line and the words of what is wrong with an XML file."""
    line = error.path[5:] if error.path.startswith("line ") else ""
    return int(line) if line.isdigit() else None, error.message


class Reading:
    """Reads the files of *tree*: this process, and if that is worth it *workers* - 1 more that it forks.

    *tables* are those of the records, None if they are not known; *algorithm* is that of most digests. Where a fork is
    not safe (see `side`), long files are hashed by *workers* threads. Without *hashes* only records are read.
    """

    def __init__(
        self,
        tree: Tree,
        limits: Limits,
        *,
        tables: Mapping[str, FieldTable] | None,
        algorithm: str = "sha256",
        hashes: bool = True,
        workers: int = 1,
    ) -> None:
        self.algorithm, self.looks = algorithm, dict[str, Look]()
        self._hash = getattr(hashlib, algorithm)
        self._tree, self._limits, self._tables, self._hashes = tree, limits, tables, hashes
        sizes = tree.sizes
        early = [name for name in sizes if _early(name, records_only=not hashes)]
        small = [name for name in early if sizes[name] < LARGE]
        large = sorted((name for name in early if sizes[name] >= LARGE), key=lambda name: -sizes[name])
        self._pieces = _cut(small, _PER_PIECE, MAX_PIECES * 3 // 4)
        first = len(self._pieces)
        self._pieces += _cut(large, 1, MAX_PIECES // 4)
        self._large = {name: number for number in range(first, len(self._pieces)) for name in self._pieces[number]}
        worth = len(early) + sum(sizes[name] for name in early) // _WORTH_BYTES >= _WORTH
        helpers = workers - 1 if worth and workers > 1 and may_fork() else 0
        self._block = _CACHED if helpers or workers < 2 else _LONG
        self._shared = Shared(self._work, helpers=helpers, threads=workers, prepare=tree.detach)
        self._early = range(first)

    def begin(self) -> None:
        """Begin with the short files; from here on `close` must follow."""
        self._shared.start()
        self._shared.offer(self._early)

    def ask(self, names: Iterable[str]) -> None:
        """Have the long files among *names* read too."""
        wanted = sorted({self._large[name] for name in names if name in self._large})
        self._shared.offer(wanted, heavy=True)

    def finish(self) -> None:
        """Read on until everything asked for is read."""
        for number, looks in self._shared.results():
            self.looks.update(zip(self._pieces[number], looks, strict=True))
        for number in self._shared.lost:
            self.looks.update(dict.fromkeys(self._pieces[number], Look(lost=True)))

    def close(self) -> None:
        """Let helpers and threads go; what was not begun is not done."""
        self._shared.close()

    def take(self, path: str, data: bytes) -> None:
        """Enter a file whose bytes were read for another purpose."""
        if self._hashes:
            self.looks[path] = self._look_at(path, data)

    def of(self, path: str) -> Look:
        """Return what is known of *path*, reading it now if it was not yet."""
        look = self.looks.get(path)
        if look is None:
            look = self.looks[path] = self._look(path)
        return look

    def digest(self, path: str, algorithm: str) -> str:
        """Return another digest of *path* than that of most files."""
        state = hashlib.new(algorithm)
        for block in self.blocks(path):
            state.update(block)
        return state.hexdigest().upper()

    def blocks(self, path: str) -> Iterator[bytes | memoryview]:
        """Yield the bytes of *path*; the next block may overwrite the one before."""
        return self._tree.blocks(path, self._block)

    # --------------------------------------------------------------------------------------------------- one file each

    def _work(self, number: int) -> list[Look]:
        return [self._look(name) for name in self._pieces[number]]

    def _look(self, path: str) -> Look:
        try:
            if self._tree.sizes[path] >= LARGE:
                return self._look_through(path)
            data = self._tree.read(path, LARGE)
        except InvalidInput as error:
            return Look(problem=error.message)
        if self._tables is not None and "/metadata/descriptive/" in path:
            return self._look_at(path, data, self._record(path, data, self._tables))
        return self._look_at(path, data)

    def _look_at(self, path: str, data: bytes, record: RecordLook | None = None) -> Look:
        if not self._hashes:
            return Look(size=len(data), record=record)
        size, digest = len(data), self._hash(data).hexdigest().upper()
        if record is not None:
            return Look(size, digest, None, False, record)
        if path[-4:].lower() != ".pdf" or not data.startswith(b"%PDF-"):
            return Look(size, digest, _format_fault(path, data[:KEPT], data[-KEPT:]))
        told = trailer_encrypts(lambda offset, length: data[offset : offset + length], size)
        encrypts = (None if _ENCRYPT.search(data) else False) if told is None else told
        fault = None if data.rfind(b"%%EOF", -KEPT) >= 0 else _NO_END
        return Look(size, digest, fault, encrypts)

    def _look_through(self, path: str) -> Look:
        """Hash a long file block by block; of its bytes only both ends are kept.

        A PDF tells of its encryption in its trailers. Where they cannot be found, the word is looked for on the way.
        """
        told: bool | None = False
        if path[-4:].lower() == ".pdf":
            told = trailer_encrypts(lambda *place: self._tree.part(path, *place), self._tree.sizes[path])
        state, size, head, last, named = self._hash(), 0, b"", b"", False
        for block in self._tree.blocks(path, self._block):
            state.update(block)
            if not size:
                head = bytes(block[:KEPT])
            if told is None and not named:
                seam = last[-_SEAM:] + bytes(block[:_SEAM])
                named = _ENCRYPT.search(block) is not None or _ENCRYPT.search(seam) is not None
            size += len(block)
            last = bytes(block[-KEPT:]) if len(block) >= KEPT else (last + bytes(block))[-KEPT:]
        return Look(size, state.hexdigest().upper(), _format_fault(path, head, last), None if named else bool(told))

    def _record(self, path: str, data: bytes, tables: Mapping[str, FieldTable]) -> RecordLook:
        kind = record_kind(path)
        table = tables[kind or "doc"]
        plain = read_plain(data, table) if len(data) <= self._limits.max_xml_bytes else None
        if plain is not None:
            return RecordLook(kind, table.name, plain)
        try:
            root = _xml.parse(data, max_bytes=self._limits.max_xml_bytes)
        except InvalidInput as error:
            return RecordLook(kind, table.name, {}, fault=xml_fault(error))
        description, found = read_description(root, table, path=path)
        return RecordLook(kind, table.name, dict(description.values), found)


def _early(name: str, *, records_only: bool) -> bool:
    """Say whether *name* is read early: what the check itself reads as XML is not, nor what no package holds there."""
    if name.endswith("/METS.xml") or "/metadata/preservation/" in name:
        return False
    if records_only:
        return name.startswith("representations/") and "/metadata/descriptive/" in name
    return name.startswith(("representations/", "schemas/", "documentation/"))


def _cut(names: list[str], least: int, pieces: int) -> list[list[str]]:
    length = max(least, -(-len(names) // pieces))
    return [names[start : start + length] for start in range(0, len(names), length)]


def _format_fault(path: str, head: bytes, tail: bytes) -> Fault | None:
    """Return what both ends of a file say against the format that its name claims, None for nothing."""
    if not head:
        return "ARC-FORMAT-EMPTY", "", ""
    claimed = format_of(path)
    if claimed is not None and claimed.magic and claimed.begins(head):
        if claimed.mimetype == "application/pdf" and b"%%EOF" not in tail:
            return _NO_END
        return None
    seen = next((name for mark, name in (*_ARCHIVES, *_PROGRAMS) if head.startswith(mark)), "")
    if claimed is None:
        if seen in ("ZIP", "RAR", "7-Zip", "gzip"):
            return "ARC-ZIP-NESTED", "", seen
        return "ARC-FORMAT-REFUSED", "", seen or path.rpartition(".")[2]
    if claimed.magic:
        return "ARC-FORMAT-CLAIM", claimed.name, seen or head[:8].hex()
    if seen or b"\x00" in head:
        return "ARC-FORMAT-CLAIM", claimed.name, seen or "binary"
    return None
