"""The check of PREMIS: schema, objects against the files, links between its parts, events that must be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from egov_vn.archive.check_mets import premis_schema, schema_errors
from egov_vn.archive.inspection import Inspection
from egov_vn.archive.premis import Premis, read_premis
from egov_vn.archive.profile import event_type
from egov_vn.archive.reading import xml_fault
from egov_vn.archive.rules import broken
from egov_vn.errors import InvalidInput

__all__ = ["PremisReading", "check", "prepare"]

_HEX: Final = {"MD5": 32, "SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128}
"""Hexadecimal digits of each algorithm's digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisReading:
    """One PREMIS file as read: its values and schema errors by line, or the *fault* for which it is no XML."""

    path: str
    premis: Premis = field(default_factory=Premis)
    line: int = 0
    errors: tuple[tuple[int, str], ...] = ()
    fault: tuple[int | None, str] | None = None


def prepare(inspection: Inspection) -> list[PremisReading]:
    """Read every PREMIS file that a METS names; nothing is told yet."""
    return [
        _read(inspection, path)
        for path, entry in inspection.entries.items()
        if entry.use == "digiprov" and path in inspection.tree
    ]


def _read(inspection: Inspection, path: str) -> PremisReading:
    try:
        root = inspection.read_xml(path)
    except InvalidInput as error:
        return PremisReading(path=path, fault=xml_fault(error))
    premis = read_premis(root)
    errors = () if premis.form == "literal" else schema_errors(root, premis_schema())
    return PremisReading(path=path, premis=premis, line=root.sourceline or 0, errors=errors)


def check(inspection: Inspection, readings: list[PremisReading]) -> None:
    """Check what the PREMIS files say, and that an AIP has them."""
    if inspection.kind is not None and inspection.kind.preservation == "required":
        for wanted in (
            "metadata/preservation/PREMIS.xml",
            "representations/rep1/metadata/preservation/PREMIS_rep1.xml",
        ):
            if wanted not in inspection.tree:
                inspection.say(broken("ARC-TREE-PRESERVATION", path=wanted, expected=wanted))
    for item in readings:
        if item.fault is not None:
            inspection.say_malformed(item.path, item.fault)
            continue
        inspection.premis[item.path] = item.premis
        if item.premis.form == "literal":
            inspection.say(broken("ARC-XSD-PREMIS-LITERAL", path=item.path, line=item.line))
        for line, message in item.errors:
            inspection.say(broken("ARC-XSD-PREMIS", path=item.path, line=line, found=message))
        _check_links(inspection, item.path, item.premis)
        _check_objects(inspection, item.path, item.premis)
    _check_events(inspection)


def _check_links(inspection: Inspection, path: str, premis: Premis) -> None:
    events = {item.identifier for item in premis.events}
    agents = {item.identifier for item in premis.agents}
    objects = {item.identifier for item in premis.objects}
    for item in premis.objects:
        for name in item.events:
            if name not in events:
                inspection.say(broken("ARC-PREMIS-LINK", path=path, line=item.line, name="event", found=name))
    for event in premis.events:
        for name, _ in event.agents:
            if name not in agents:
                inspection.say(broken("ARC-PREMIS-LINK", path=path, line=event.line, name="agent", found=name))
        for name, _ in event.objects:
            if name not in objects:
                inspection.say(broken("ARC-PREMIS-LINK", path=path, line=event.line, name="object", found=name))


def _check_objects(inspection: Inspection, path: str, premis: Premis) -> None:
    base = path.partition("metadata/preservation/")[0]
    by_id = (
        {entry.item.id: entry for entry in inspection.entries.values() if entry.path.startswith(base) and entry.item.id}
        if any(item.category == "file" and not item.location for item in premis.objects)
        else {}
    )
    for item in premis.objects:
        if item.category != "file":
            continue
        entry = inspection.entries.get(base + item.location) if item.location else by_id.get(item.identifier)
        if entry is None:
            inspection.say(
                broken("ARC-PREMIS-OBJECT", path=path, line=item.line, found=item.location or item.identifier)
            )
            continue
        if item.size is not None and entry.item.size is not None and item.size != entry.item.size:
            inspection.say(
                broken(
                    "ARC-PREMIS-SIZE",
                    path=entry.path,
                    line=item.line,
                    line_in=path,
                    expected=item.size,
                    found=entry.item.size,
                )
            )
        if (
            item.digest == entry.item.checksum
            and item.digest_algorithm == entry.item.checksum_type == "SHA-256"
            and len(item.digest) == _HEX["SHA256"]
        ):
            continue
        said, used = (text.upper().replace("-", "") for text in (item.digest_algorithm, entry.item.checksum_type))
        # two algorithms cannot be compared, but each has its length
        same = not said or said == used
        lie = item.digest and said in _HEX and len(item.digest) != _HEX[said]
        if lie or (same and item.digest and entry.item.checksum and item.digest.upper() != entry.item.checksum.upper()):
            inspection.say(
                broken(
                    "ARC-PREMIS-DIGEST",
                    path=entry.path,
                    line=item.line,
                    line_in=path,
                    expected=item.digest,
                    found=entry.item.checksum,
                )
            )


def _check_events(inspection: Inspection) -> None:
    kind = inspection.kind
    if kind is None or kind.oais != "AIP" or not inspection.premis:
        return
    wanted = {event_type("created")[0], event_type("digitised")[0]}
    happened = {event.type for premis in inspection.premis.values() for event in premis.events}
    if not wanted & happened:
        inspection.say(
            broken("ARC-PREMIS-EVENT", path=next(iter(inspection.premis)), name=kind.name, expected=min(wanted))
        )
