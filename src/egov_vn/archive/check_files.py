"""The check of the files: which are missing or orphaned, and whether each byte is what the METS says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from egov_vn.archive.check_formats import FormatCheck
from egov_vn.archive.descriptive import schema_of
from egov_vn.archive.inspection import KEPT, Entry, Inspection
from egov_vn.archive.packing import schema_files
from egov_vn.archive.profile import format_of
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.errors import InvalidInput

__all__ = ["Fixity", "check_names"]

_FOLDERS: Final = frozenset({"metadata", "representations", "schemas", "documentation"})
_ALGORITHMS: Final = {
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
}
_PARALLEL_FROM: Final = 8 * 1024 * 1024
"""Bytes in all from which threads are worth their start."""


def check_names(inspection: Inspection) -> None:
    """Check the tree against what the METS documents name."""
    tree, entries = inspection.tree, inspection.entries
    for path, entry in entries.items():
        if path not in tree:
            inspection.say(broken("ARC-FIXITY-MISSING", path=path, line=None, expected=path, found=entry.mets))
    for path in tree.sizes:
        if path not in entries and path != "METS.xml":
            inspection.say(broken("ARC-FIXITY-ORPHAN", path=path))
    tops = {path.partition("/")[0] for path in (*tree.sizes, *tree.folders) if "/" in path or path in tree.folders}
    for top in sorted(tops - _FOLDERS):
        inspection.say(broken("ARC-TREE-UNKNOWN", path=top))
    if "schemas" not in tops:
        inspection.say(broken("ARC-TREE-SCHEMAS", path="schemas"))
    for entry in entries.values():
        claimed = format_of(entry.path)
        if claimed is not None and entry.item.mimetype and not _same_type(claimed.mimetype, entry.item.mimetype):
            inspection.say(
                broken(
                    "ARC-FIXITY-MIMETYPE",
                    path=entry.path,
                    line=None,
                    expected=claimed.mimetype,
                    found=entry.item.mimetype,
                )
            )


def _same_type(expected: str, found: str) -> bool:
    aliases = {
        "text/xml": "application/xml",
        "text/rtf": "application/rtf",
        "video/mp4": "video/mpeg",
        "audio/wav": "audio/x-wav",
    }
    bare = found.partition(";")[0].strip().lower()
    return aliases.get(bare, bare) == expected


class Fixity:
    """The one reading of every file, which may run beside the other checks: size, digest, first and last bytes.

    Hashing leaves Python's lock, so threads overlap it with the parsing of the records.
    """

    def __init__(self, inspection: Inspection, *, workers: int) -> None:
        self._inspection = inspection
        self._held = [entry for path, entry in inspection.entries.items() if path in inspection.tree]
        total = sum(inspection.tree.sizes[entry.path] for entry in self._held)
        self._pool = ThreadPoolExecutor(workers) if workers > 1 and total >= _PARALLEL_FROM else None
        step = max(1, min(64, len(self._held) // (4 * workers) + 1))
        batches = [self._held[start : start + step] for start in range(0, len(self._held), step)]
        self._pending = [self._pool.submit(self._read_all, batch) for batch in batches] if self._pool else []

    def _read_all(self, entries: Sequence[Entry]) -> list[list[CheckFinding]]:
        return [_read_entry(self._inspection, entry) for entry in entries]

    def close(self) -> None:
        """Let the threads go; what was not begun is not done."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def finish(self, *, formats: bool) -> None:
        """Tell what was found, and, if *formats*, whether the content is what its name claims."""
        read = (
            [found for future in self._pending for found in future.result()]
            if self._pool is not None
            else self._read_all(self._held)
        )
        formatter = FormatCheck(self._inspection) if formats else None
        for entry, found in zip(self._held, read, strict=True):
            for item in found:
                self._inspection.say(item)
            if formatter is not None and entry.use == "Data" and entry.digest:
                for item in formatter.check(entry):
                    self._inspection.say(item)
        _check_copies(self._inspection)
        _check_schemas(self._inspection)


def _read_entry(inspection: Inspection, entry: Entry) -> list[CheckFinding]:
    item, path = entry.item, entry.path
    found: list[CheckFinding] = []
    name = _ALGORITHMS.get(item.checksum_type.upper())
    if not item.checksum or item.size is None:
        found.append(broken("ARC-FIXITY-NONE", path=path, expected="CHECKSUM, SIZE", found=item.checksum))
    elif name is None:
        found.append(broken("ARC-FIXITY-ALGORITHM", path=path, expected="SHA-256", found=item.checksum_type))
    state, size, last = hashlib.new(name or "sha256"), 0, b""
    try:
        for chunk in inspection.tree.chunks(path):
            state.update(chunk)
            if not size:
                entry.head = chunk[:KEPT]
            size += len(chunk)
            last = chunk[-KEPT:] if len(chunk) >= KEPT else (last + chunk)[-KEPT:]
    except InvalidInput as error:
        return [broken("ARC-PATH-UNREADABLE", path=path, found=error.message)]
    entry.tail, entry.digest = last, state.hexdigest().upper()
    if item.size is not None and size != item.size:
        found.append(broken("ARC-FIXITY-SIZE", path=path, expected=item.size, found=size))
    if name is not None and item.checksum and item.checksum.upper() != entry.digest:
        found.append(broken("ARC-FIXITY-DIGEST", path=path, expected=item.checksum, found=entry.digest))
    return found


def _check_copies(inspection: Inspection) -> None:
    seen: dict[str, str] = {}
    for path, entry in inspection.entries.items():
        if entry.use == "Data" and entry.digest:
            twin = seen.setdefault(entry.digest, path)
            if twin != path:
                inspection.say(broken("ARC-FIXITY-COPY", path=path, found=twin))


def _check_schemas(inspection: Inspection) -> None:
    known = {name: {hashlib.sha256(data).hexdigest().upper()} for name, data in schema_files().items()}
    if inspection.kind is not None:
        known["EAD.xsd"] = {hashlib.sha256(schema_of(inspection.kind.file_table)).hexdigest().upper()}
        for kind, table in inspection.kind.record_tables.items():
            known[f"EAD_{kind}.xsd"] = {hashlib.sha256(schema_of(table)).hexdigest().upper()}
    for path, entry in inspection.entries.items():
        name = path.rpartition("/")[2]
        if path.startswith("schemas/") and entry.digest and name in known and entry.digest not in known[name]:
            inspection.say(
                broken("ARC-XSD-ALTERED", path=path, expected=min(known[name])[:16], found=entry.digest[:16])
            )
