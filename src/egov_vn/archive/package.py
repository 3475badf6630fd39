"""Write the information packages of TT 05/2025/TT-BNV: SIP_hoso, SIP_tailieu, AIP_hoso, AIP_tailieu, DIP (*gói tin*).

A package is a folder or a ZIP: `METS.xml`, the descriptive record of the file, the schemas, and one representation with
its own METS, the descriptive records of the documents, and their files. The same input gives the same bytes; the place
is taken whole or not at all; payload is read once and never moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from egov_vn.archive.descriptive import schema_of, write_description
from egov_vn.archive.making import REP, REP_PROFILE, SCHEMA_LOCATION, Making
from egov_vn.archive.mets import Division, FileGroup, Mets, MetsFile, Reference
from egov_vn.archive.mets_write import write_mets
from egov_vn.archive.packing import UNSAFE, Organisation, Package, Step, require_text, safe_name, schema_files
from egov_vn.archive.premis import Premis, PremisForm, PremisObject, write_premis
from egov_vn.archive.profile import kind_of, profile_of
from egov_vn.archive.record import ArchivalFile
from egov_vn.archive.representation import Names, write_representation
from egov_vn.archive.sink import FolderSink, Sink, ZipSink
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput

__all__ = ["Organisation", "Package", "Step", "schema_files", "write_package"]


README: Final = "Gói tin theo Thông tư 05/2025/TT-BNV, cấu trúc E-ARK CSIP 2.0.4.\n"
"""The last line of the documentation that is written where there is none."""


def write_package(  # noqa: PLR0913 - keywords, each with a sentence below
    target: Path,
    file: ArchivalFile,
    *,
    kind: str = "SIP_hoso",
    profile: str = "tt05",
    at: datetime,
    agent: Organisation | str,
    form: str | None = None,
    link: bool = False,
    objid: str | None = None,
    ordinal: int | None = None,
    status: str = "NEW",
    agreement: str = "",
    steps: Iterable[Step] = (),
    premis: bool | None = None,
    premis_form: PremisForm = "loc",
    workers: int = 2,
) -> Package:
    """Write *file* as a package (*đóng gói hồ sơ*) and return where it stands.

    *target* is the folder that takes the package, or, if it ends in `.zip`, the file itself; *form* is `"folder"` or
    `"zip"` (by default what *target* says). *link* hard-links payload files where it can; *workers* threads, for very
    many records processes, write into a folder. *at* is the moment of packing, *agent* the agency. *premis* overrules
    the profile for a SIP or DIP; an AIP always has PREMIS. *premis_form* `"literal"` is the circular's print. Raises
    `InvalidInput` if the place is taken or cannot be written, a source cannot be read or changes meanwhile, or the file
    breaks its field table; nothing is left then.
    """
    making = Making(
        kind=kind_of(kind),
        profile=profile_of(profile),
        file=file,
        at=require_aware(at),
        agent=Organisation(name=agent) if isinstance(agent, str) else agent,
        objid=objid,
        status=status,
        agreement=agreement,
        steps=tuple(steps),
        premis=premis,
        premis_form=premis_form,
    )
    with _sink(making, Path(target), form=form, link=link, ordinal=ordinal, workers=workers) as sink:
        digest = _write(making, sink)
    return Package(
        path=sink.path,
        objid=making.objid,
        kind=making.kind.name,
        profile=making.profile.name,
        files=making.files,
        size=making.size,
        digest=digest,
    )


def _sink(making: Making, target: Path, *, form: str | None, link: bool, ordinal: int | None, workers: int) -> Sink:
    chosen = form or ("zip" if target.suffix.lower() == ".zip" else "folder")
    folder = making.objid.replace(":", "_")
    if UNSAFE.search(folder) or folder.startswith("."):
        raise InvalidInput(f"{making.objid!r} cannot name a folder", path="objid")
    if chosen == "folder":
        return FolderSink(target / folder, link=link, workers=workers)
    if chosen != "zip":
        raise InvalidInput(f"{form!r} is neither 'folder' nor 'zip'", path="form")
    if ordinal is not None and (type(ordinal) is not int or ordinal < 1):
        raise InvalidInput(f"{ordinal!r} is not an ordinal from 1", path="ordinal")
    if target.suffix.lower() != ".zip":
        names = {"ordinal": "" if ordinal is None else ordinal, "objid": folder, "guid": making.ids.uuid.lower()}
        target /= making.profile.zip_name.format_map(names)
    return ZipSink(target, root=folder, at=making.at)


def _write(making: Making, sink: Sink) -> str:
    """Write everything below the root and the root's METS; return the hash of the latter."""
    names = Names()
    representation = write_representation(making, sink, names)
    schemas = [
        making.entry(name, sink.write(name, data), mimetype="application/xml") for name, data in _schemas(making)
    ]
    documents = list(_documentation(making, sink, Names()))
    described = write_description(making.file.description, schema="../../schemas/EAD.xsd")
    href = "metadata/descriptive/EAD.xml"
    references = [making.reference("dmd", href, sink.write(href, described))]
    if making.with_premis:
        href = "metadata/preservation/PREMIS.xml"
        references.append(making.reference("digiprov", href, sink.write(href, _premis(making, representation.href))))
    written = sink.write("METS.xml", write_mets(_mets(making, references, schemas, documents, representation)))
    making.count(1, written.size)
    return written.hashes[0].upper()


def _documentation(making: Making, sink: Sink, names: Names) -> Iterator[MetsFile]:
    for index, item in enumerate(making.file.documentation):
        require_text(item.name, f"documentation[{index}].name")
        href = f"documentation/{names.take(safe_name(item.name))}"
        yield making.entry(href, sink.copy(href, item), item.name)
    if making.profile.documentation and not making.file.documentation:
        readme = f"{making.kind.name}\n{making.file.code}\n{making.file.title}\n{README}"
        href = "documentation/README.txt"
        yield making.entry(href, sink.write(href, readme.encode()), mimetype="text/plain")


def _schemas(making: Making) -> Iterator[tuple[str, bytes]]:
    yield "schemas/EAD.xsd", schema_of(making.kind.file_table)
    held = {record.kind for record in making.file.records}
    for name, rows in making.kind.record_tables.items():
        if name in held:
            yield f"schemas/EAD_{name}.xsd", schema_of(rows)
    for name, data in schema_files().items():
        if name != "premis-v3-0.xsd" or making.with_premis:
            yield f"schemas/{name}", data


def _premis(making: Making, representation: str) -> bytes:
    events = making.events(making.objid)
    whole = PremisObject(
        identifier=making.objid,
        category="intellectualEntity",
        original_name=making.file.title,
        events=tuple(event.identifier for event in events),
    )
    part = PremisObject(identifier=f"{making.objid}/{REP}", category="representation", location=representation)
    return write_premis(
        Premis(objects=(whole, part), events=events, agents=making.premis_agents(), form=making.premis_form)
    )


def _mets(
    making: Making,
    references: list[Reference],
    schemas: list[MetsFile],
    documents: list[MetsFile],
    representation: MetsFile,
) -> Mets:
    ids, profile = making.ids, making.profile
    schema_group = FileGroup(id=ids(), use="Schemas", files=tuple(schemas))
    rep_group = FileGroup(id=ids(), use=profile.representations, files=(representation,), content_type="MIXED")
    groups = [schema_group, rep_group]
    if documents:
        groups.append(FileGroup(id=ids(), use="Documentation", files=tuple(documents)))
    divisions = [
        Division(
            id=ids(),
            label="Metadata",
            dmd_ids=tuple(item.section_id for item in references if item.section == "dmd"),
            adm_ids=tuple(item.section_id for item in references if item.section == "digiprov"),
        )
    ]
    if documents:
        divisions.append(Division(id=ids(), label="Documentation", file_ids=(groups[2].id,)))
    divisions.append(Division(id=ids(), label="Schemas", file_ids=(schema_group.id,)))
    pointed = Division(
        id=ids(),
        label=f"Representations/{REP}",
        type=making.kind.representation,
        pointers=((representation.href, rep_group.id),),
    )
    if profile.nested:
        pointed = Division(id=ids(), label="Representations", file_ids=(rep_group.id,), children=(pointed,))
    divisions.append(pointed)
    return Mets(
        objid=making.objid,
        type=making.kind.type,
        profile=making.kind.root_profile if not profile.nested else REP_PROFILE,
        label=making.file.title,
        created=making.time,
        oais_type=making.kind.oais,
        status=making.status,
        agents=making.mets_agents(),
        alternative_ids=(("SUBMISSIONAGREEMENT", making.agreement),) if making.agreement else (),
        references=tuple(references),
        amd_id=ids(),
        groups=tuple(groups),
        file_section_id=ids(),
        structure=Division(id=ids(), label=making.objid, children=tuple(divisions)),
        structure_id=ids(),
        schema_location=SCHEMA_LOCATION.format(up=""),
    )
