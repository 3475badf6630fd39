"""The one representation of a package: descriptive records, files, its PREMIS and its METS.

First every name and identifier is settled, in order; then the records are described, and their files copied, by a few
threads at once; then what they became is put together in order. So the same input gives the same bytes however many
threads there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from egov_vn.archive.descriptive import write_description
from egov_vn.archive.making import REP, REP_PROFILE, SCHEMA_LOCATION, Making, mimetype_of
from egov_vn.archive.mets import Division, FileGroup, Mets, MetsFile, Reference
from egov_vn.archive.mets_write import MetsLines, division_xml, dmd_xml, file_xml, pointer_xml, write_mets
from egov_vn.archive.packing import require_short, require_text, safe_name
from egov_vn.archive.parallel import each
from egov_vn.archive.premis import Premis, PremisObject, object_xml, write_premis
from egov_vn.archive.record import Payload, Record
from egov_vn.archive.sink import Sink
from egov_vn.errors import InvalidInput

__all__ = ["Names", "write_representation"]

_BASE: Final = f"representations/{REP}/"


class Names:
    """The names that files of the package have, so that no two are one in any case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return *name*; `InvalidInput` if another file has it, or if no disk can hold it."""
        key = name.casefold()
        if key in self._taken:
            raise InvalidInput(f"two files would be named {name!r}", path="records")
        self._taken.add(key)
        return require_short(name, "records")


class _Plan(NamedTuple):
    """A record with the places of its files and the number of its first identifier."""

    record: Record
    description: str
    files: tuple[str, ...]
    hole: str
    first: int


class _Made(NamedTuple):
    """What a record became: its elements in METS and PREMIS, the identifier of its section, how much was written."""

    section_id: str
    dmd: str
    data: list[str]
    holey: list[str]
    link: str
    objects: list[str]
    files: int
    size: int


def write_representation(making: Making, sink: Sink, names: Names) -> MetsFile:
    """Write the representation and return the entry of its METS."""
    plans = [_plan(making, record, ordinal, names) for ordinal, record in enumerate(making.file.records, 1)]
    writer = _Writer(making, sink)
    # a source that is neither path nor bytes may share its place in a file with another process
    apart = all(isinstance(item.source, Path | bytes) for record in making.file.records for item in record.payloads)
    made = each(writer.write, plans, workers=sink.workers, apart=apart)
    making.count(sum(item.files for item in made), sum(item.size for item in made))
    references: list[Reference] = []
    if making.with_premis:
        href = f"metadata/preservation/PREMIS_{REP}.xml"
        references.append(making.reference("digiprov", href, sink.write(_BASE + href, _premis(making, made))))
    written = sink.write(f"{_BASE}METS.xml", _mets(making, made, references))
    return making.entry(f"{_BASE}METS.xml", written, mimetype="application/xml")


def _plan(making: Making, record: Record, ordinal: int, names: Names) -> _Plan:
    """Settle the names and identifiers of a record: two for its description, one for each file and division."""
    stem = safe_name(record.description.get(making.profile.data_name) or record.code or f"{ordinal:07}")
    kind = record.kind
    named = names.take(making.profile.record_name.format(kind=kind, KIND=kind.upper(), code=stem))
    files, attachments = [], 0
    for index, item in enumerate(record.payloads):
        require_text(item.name, f"records[{ordinal - 1}].payloads[{index}].name")
        suffix = "" if index == 0 else f".{index:02}"
        files.append("data/" + names.take(stem + suffix + _extension(item)))
        attachments += item.role == "attachment"
    hole = ""
    if record.linked is not None:
        require_text(record.linked, f"records[{ordinal - 1}].linked", lines=False)
        hole = "data/" + names.take(stem + ".pdf.fetch.txt")
    first = making.ids.reserve(3 + len(files) + attachments + bool(hole))
    return _Plan(record, f"metadata/descriptive/{named}", tuple(files), hole, first)


def _extension(item: Payload) -> str:
    extension = item.extension
    return "." + safe_name(extension[1:]) if extension else ""


class _Writer:
    """Writes the files of one record; several threads may do so at once."""

    def __init__(self, making: Making, sink: Sink) -> None:
        self.sink, self.time = sink, making.time
        self.name = making.ids.name
        self.form = making.premis_form if making.with_premis else None

    def write(self, plan: _Plan) -> _Made:
        """Describe the record, copy its files, and say what they became."""
        record, sink, number = plan.record, self.sink, plan.first
        section_id = self.name(number)
        data = write_description(record.description, schema=f"../../../../schemas/EAD_{record.kind}.xsd")
        size, (digest,) = sink.write(_BASE + plan.description, data)
        pointer = pointer_xml(
            id=self.name(number + 1),
            href=plan.description,
            mdtype="DC",
            mdtype_version="1.0.0",
            size=size,
            checksum=digest.upper(),
            created=self.time,
        )
        number += 2
        entries: list[str] = []
        objects: list[str] = []
        main: list[str] = []
        attached: list[str] = []
        for href, item in zip(plan.files, record.payloads, strict=True):
            entry_id = self.name(number, "ID")
            number += 1
            size += self._copy(entry_id, href, item, entries, objects)
            (attached if item.role == "attachment" else main).append(entry_id)
        divisions = []
        for entry_id in attached:
            divisions.append(division_xml(id=self.name(number), label="AttachmentFile", file_ids=(entry_id,)))
            number += 1
        label = "MetadataLink/File"
        holey: list[str] = []
        if record.linked is not None:
            label, main = "MetadataLink/Holey", [self.name(number, "ID")]
            size += self._hole(main[0], plan.hole, record.linked, holey)
            number += 1
        link = division_xml(id=self.name(number), label=label, dmd_ids=(section_id,), file_ids=main, children=divisions)
        dmd = dmd_xml(section_id, pointer, created=self.time)
        return _Made(section_id, dmd, entries, holey, link, objects, 1 + len(entries) + len(holey), size)

    def _copy(self, entry_id: str, href: str, item: Payload, entries: list[str], objects: list[str]) -> int:
        size, (digest,) = self.sink.copy(_BASE + href, item)
        digest, mimetype = digest.upper(), mimetype_of(item.name or href)
        entries.append(
            file_xml(id=entry_id, href=href, mimetype=mimetype, size=size, checksum=digest, created=self.time)
        )
        if self.form is not None:
            objects.append(
                object_xml(
                    identifier=entry_id,
                    form=self.form,
                    size=size,
                    digest=digest,
                    format=mimetype,
                    original_name=item.name,
                    location=href,
                )
            )
        return size

    def _hole(self, entry_id: str, href: str, linked: str, holey: list[str]) -> int:
        size, (digest,) = self.sink.write(_BASE + href, f"{linked}\n".encode())
        holey.append(
            file_xml(
                id=entry_id, href=href, mimetype="text/plain", size=size, checksum=digest.upper(), created=self.time
            )
        )
        return size


def _premis(making: Making, made: Sequence[_Made]) -> bytes:
    identifier = f"{making.objid}/{REP}"
    events = making.events(identifier)
    whole = PremisObject(
        identifier=identifier, category="representation", events=tuple(event.identifier for event in events)
    )
    premis = Premis(objects=(whole,), events=events, agents=making.premis_agents(), form=making.premis_form)
    return write_premis(premis, files=[line for item in made for line in item.objects])


def _mets(making: Making, made: Sequence[_Made], references: list[Reference]) -> bytes:
    ids = making.ids
    data = [line for item in made for line in item.data]
    holey = [line for item in made for line in item.holey]
    groups, files = [], {}
    for use, lines in (("Data", data), ("Holeyfile", holey)):
        if lines:
            groups.append(FileGroup(id=ids(), use=use, files=()))
            files[groups[-1].id] = lines
    divisions = (
        Division(
            id=ids(),
            label="Metadata",
            dmd_ids=tuple(item.section_id for item in made),
            adm_ids=tuple(item.section_id for item in references),
        ),
        Division(id=ids(), label="Data", file_ids=tuple(group.id for group in groups)),
        Division(id=ids(), label="MetadataLink"),
    )
    mets = Mets(
        objid=REP,
        type=making.kind.type,
        profile=REP_PROFILE,
        created=making.time,
        oais_type=making.kind.oais,
        status=making.status,
        agents=making.mets_agents(representation=True),
        references=tuple(references),
        amd_id=ids(),
        groups=tuple(groups),
        file_section_id=ids(),
        structure=Division(id=ids(), label=REP, children=divisions),
        structure_id=ids(),
        schema_location=SCHEMA_LOCATION.format(up="../../"),
    )
    links = {divisions[2].id: [item.link for item in made]}
    return write_mets(mets, lines=MetsLines(dmd=[item.dmd for item in made], files=files, divisions=links))
