"""The check of the files: which are missing or orphaned, and whether each byte is what the METS says."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

from egov_vn.archive.check_formats import FormatCheck
from egov_vn.archive.descriptive import schema_of
from egov_vn.archive.inspection import Entry, Inspection
from egov_vn.archive.packing import schema_files
from egov_vn.archive.profile import format_of
from egov_vn.archive.reading import Look, Reading
from egov_vn.archive.rules import broken
from egov_vn.errors import InvalidInput

__all__ = ["begin_reading", "check_fixity", "check_names"]

_FOLDERS: Final = frozenset({"metadata", "representations", "schemas", "documentation"})


def check_names(inspection: Inspection) -> None:
    """Check the tree against what the METS documents name."""
    tree, entries = inspection.tree, inspection.entries
    for path, entry in entries.items():
        if path not in tree:
            inspection.say(broken("ARC-FIXITY-MISSING", path=path, expected=path, found=entry.mets, **entry.place))
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
        found = entry.item.mimetype
        if claimed is not None and found != claimed.mimetype and not _same_type(claimed.mimetype, found):
            inspection.say(
                broken(
                    "ARC-FIXITY-MIMETYPE",
                    path=entry.path,
                    expected=claimed.mimetype,
                    found=found,
                    **entry.place,
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


def begin_reading(inspection: Inspection, *, hashes: bool, workers: int) -> Reading:
    """Begin to read the files, as the root METS lets expect them."""
    used = Counter(entry.algorithm for entry in inspection.entries.values() if entry.algorithm)
    inspection.reading = Reading(
        inspection.tree,
        inspection.limits,
        tables=inspection.kind.record_tables if inspection.kind is not None else None,
        algorithm=used.most_common(1)[0][0] if used else "sha256",
        hashes=hashes,
        workers=workers,
    )
    inspection.reading.begin()
    return inspection.reading


def check_fixity(inspection: Inspection, *, formats: bool) -> None:
    """Hold the reading of every file against the METS, and, if *formats*, its content against what its name claims."""
    reading = inspection.reading
    if reading is None:
        return
    formatter = FormatCheck(inspection) if formats else None
    for path, entry in inspection.entries.items():
        if path not in inspection.tree:
            continue
        algorithm = entry.algorithm
        look = reading.of(path)
        if algorithm != reading.algorithm and algorithm is not None and look.digest:
            look = _hash_again(reading, path, algorithm)
        if look.problem:
            inspection.say(broken("ARC-PATH-UNREADABLE", path=path, found=look.problem))
            continue
        if look.lost:
            inspection.say(broken("ARC-PATH-LOST", path=path))
            inspection.undecided = True
            continue
        item = entry.item
        if look.size != item.size or look.digest != item.checksum or algorithm is None:
            _judge(inspection, entry, look)
        if formatter is not None and entry.use == "Data":
            formatter.check(path, look)
    _check_copies(inspection, reading)
    _check_schemas(inspection, reading)


def _hash_again(reading: Reading, path: str, algorithm: str) -> Look:
    """Return the look at a file whose METS entry uses another algorithm than most."""
    look = reading.looks[path]
    try:
        look = look._replace(digest=reading.digest(path, algorithm))
    except InvalidInput as error:
        look = look._replace(problem=error.message)
    reading.looks[path] = look
    return look


def _judge(inspection: Inspection, entry: Entry, look: Look) -> None:
    item, path, place = entry.item, entry.path, entry.place
    known = entry.algorithm is not None
    if not item.checksum or item.size is None:
        inspection.say(broken("ARC-FIXITY-NONE", path=path, expected="CHECKSUM, SIZE", found=item.checksum, **place))
    elif not known:
        inspection.say(broken("ARC-FIXITY-ALGORITHM", path=path, expected="SHA-256", found=item.checksum_type, **place))
    if item.size is not None and look.size != item.size:
        inspection.say(broken("ARC-FIXITY-SIZE", path=path, expected=item.size, found=look.size, **place))
    if known and item.checksum and item.checksum.upper() != look.digest:
        inspection.say(broken("ARC-FIXITY-DIGEST", path=path, expected=item.checksum, found=look.digest, **place))


def _check_copies(inspection: Inspection, reading: Reading) -> None:
    seen: dict[str, str] = {}
    for path, entry in inspection.entries.items():
        look = reading.looks.get(path) if entry.use == "Data" else None
        if look is not None and look.digest:
            twin = seen.setdefault(look.digest, path)
            if twin != path:
                inspection.say(broken("ARC-FIXITY-COPY", path=path, found=twin, **entry.place))


def _check_schemas(inspection: Inspection, reading: Reading) -> None:
    known = {name: {hashlib.sha256(data).hexdigest().upper()} for name, data in schema_files().items()}
    if inspection.kind is not None:
        known["EAD.xsd"] = {hashlib.sha256(schema_of(inspection.kind.file_table)).hexdigest().upper()}
        for kind, table in inspection.kind.record_tables.items():
            known[f"EAD_{kind}.xsd"] = {hashlib.sha256(schema_of(table)).hexdigest().upper()}
    for path, entry in inspection.entries.items():
        name = path.rpartition("/")[2]
        look = reading.looks.get(path) if path.startswith("schemas/") else None
        if look is not None and look.digest and name in known:
            used = entry.algorithm or reading.algorithm
            digest = look.digest if used == "sha256" else reading.digest(path, "sha256")
            if digest in known[name]:
                continue
            inspection.say(broken("ARC-XSD-ALTERED", path=path, expected=min(known[name])[:16], found=digest[:16]))
