"""The check of the files: which are missing or orphaned, and whether each byte is what the METS says."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from egov_vn.archive.check_formats import FormatCheck
from egov_vn.archive.descriptive import schema_of
from egov_vn.archive.inspection import Entry, Inspection
from egov_vn.archive.packing import schema_files
from egov_vn.archive.profile import format_of
from egov_vn.archive.rules import broken
from egov_vn.errors import InvalidInput

__all__ = ["Fixity", "check_names"]

_FOLDERS: Final = frozenset({"metadata", "representations", "schemas", "documentation"})
_PARALLEL_FROM: Final = 1024 * 1024
"""Bytes of a file from which a thread is worth its start."""


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
        if claimed is not None and not _same_type(claimed.mimetype, entry.item.mimetype):
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
    """The one reading of every file: size, digest, first and last bytes.

    Large files are hashed by threads beside the other checks, for hashing leaves Python's lock. A thread that hashes
    many small ones would only fight for it, so those follow. What was read as XML was hashed by that reading.
    """

    def __init__(self, inspection: Inspection, *, workers: int) -> None:
        self._inspection = inspection
        self._held = [entry for path, entry in inspection.entries.items() if path in inspection.tree]
        sizes = inspection.tree.sizes
        large = [entry for entry in self._held if not entry.parsed and sizes[entry.path] >= _PARALLEL_FROM]
        self._pool = ThreadPoolExecutor(workers) if workers > 1 and large else None
        self._pending: dict[str, Future[str]] = {}
        if self._pool is not None:
            self._pending = {entry.path: self._pool.submit(_read_entry, inspection, entry) for entry in large}

    def close(self) -> None:
        """Let the threads go; what was not begun is not done."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def finish(self, *, formats: bool) -> None:
        """Tell what was found, and, if *formats*, whether the content is what its name claims."""
        inspection = self._inspection
        formatter = FormatCheck(inspection) if formats else None
        for entry in self._held:
            unreadable = ""
            if entry.path in self._pending:
                unreadable = self._pending[entry.path].result()
            elif not entry.digest:
                unreadable = _read_entry(inspection, entry)
            if unreadable:
                inspection.say(broken("ARC-PATH-UNREADABLE", path=entry.path, found=unreadable))
                continue
            _judge(inspection, entry)
            if formatter is not None and entry.use == "Data":
                for item in formatter.check(entry):
                    inspection.say(item)
        _check_copies(inspection)
        _check_schemas(inspection)


def _read_entry(inspection: Inspection, entry: Entry) -> str:
    """Hash the file; return why it cannot be read, an empty string if it can."""
    try:
        entry.take(inspection.tree.chunks(entry.path))
    except InvalidInput as error:
        return error.message
    return ""


def _judge(inspection: Inspection, entry: Entry) -> None:
    item, path = entry.item, entry.path
    known = entry.algorithm is not None
    if not item.checksum or item.size is None:
        inspection.say(broken("ARC-FIXITY-NONE", path=path, expected="CHECKSUM, SIZE", found=item.checksum))
    elif not known:
        inspection.say(broken("ARC-FIXITY-ALGORITHM", path=path, expected="SHA-256", found=item.checksum_type))
    if item.size is not None and entry.size != item.size:
        inspection.say(broken("ARC-FIXITY-SIZE", path=path, expected=item.size, found=entry.size))
    if known and item.checksum and item.checksum.upper() != entry.digest:
        inspection.say(broken("ARC-FIXITY-DIGEST", path=path, expected=item.checksum, found=entry.digest))


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
        if path.startswith("schemas/") and entry.digest and name in known:
            digest = entry.digest
            if entry.algorithm not in (None, "sha256"):
                digest = hashlib.sha256(inspection.tree.read(path, inspection.limits.max_xml_bytes)).hexdigest().upper()
            if digest in known[name]:
                continue
            inspection.say(broken("ARC-XSD-ALTERED", path=path, expected=min(known[name])[:16], found=digest[:16]))
