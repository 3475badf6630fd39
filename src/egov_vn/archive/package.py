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

from egov_vn import __version__
from egov_vn.archive.descriptive import schema_of, write_description
from egov_vn.archive.mets import Agent, Division, FileGroup, Mets, MetsFile, Reference, write_mets
from egov_vn.archive.packing import (
    UNSAFE,
    Ids,
    Organisation,
    Package,
    Step,
    check_tables,
    iso_time,
    safe_name,
    schema_files,
    seed_of,
)
from egov_vn.archive.premis import Premis, PremisAgent, PremisEvent, PremisForm, PremisObject, write_premis
from egov_vn.archive.profile import PackageKind, Profile, event_type, format_of, kind_of, profile_of
from egov_vn.archive.record import ArchivalFile, Payload, Record
from egov_vn.archive.sink import FolderSink, Sink, Written, ZipSink
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput

__all__ = ["Organisation", "Package", "Step", "schema_files", "write_package"]

SOFTWARE: Final = "egov_vn"
REP: Final = "rep1"
REP_PROFILE: Final = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
SCHEMA_LOCATION: Final = (
    "http://www.loc.gov/METS/ {up}schemas/mets1_12.xsd http://www.w3.org/1999/xlink {up}schemas/xlink.xsd "
    "https://DILCIS.eu/XML/METS/CSIPExtensionMETS {up}schemas/DILCISExtensionMETS.xsd"
)


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
) -> Package:
    """Write *file* as a package (*đóng gói hồ sơ*) and return where it stands.

    *target* is the folder that takes the package, or, if it ends in `.zip`, the file itself; *form* is `"folder"` or
    `"zip"` (by default what *target* says). *link* hard-links payload files where it can. *at* is the moment of
    packing, *agent* the agency. *premis* overrules the profile for a SIP or DIP; an AIP always has PREMIS.
    *premis_form* `"literal"` is the circular's print. Raises `InvalidInput` if the place is taken, a source cannot be
    read or the file breaks its field table; nothing is left then.
    """
    writer = _Writer(
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
    sink = writer.open(Path(target), form=form, link=link, ordinal=ordinal)
    try:
        written = writer.write(sink)
        sink.commit()
    except OSError as error:
        sink.abort()
        raise InvalidInput(f"cannot be written: {error.strerror}", path=str(sink.path)) from error
    except BaseException:
        sink.abort()
        raise
    return written


def _extension(item: Payload) -> str:
    return "." + safe_name(item.extension[1:]) if item.extension else ""


class _Writer:
    """One package in the making."""

    def __init__(
        self,
        *,
        kind: PackageKind,
        profile: Profile,
        file: ArchivalFile,
        at: datetime,
        agent: Organisation,
        objid: str | None,
        status: str,
        agreement: str,
        steps: tuple[Step, ...],
        premis: bool | None,
        premis_form: PremisForm,
    ) -> None:
        check_tables(kind, file)
        self.kind, self.profile, self.file, self.agent = kind, profile, file, agent
        self.status, self.agreement, self.steps, self.premis_form = status, agreement, steps, premis_form
        self.time = iso_time(at)
        self.at = at
        self.ids = Ids(seed_of(kind, file, self.time))
        self.objid = objid or kind.objid.format(uuid=self.ids.uuid)
        self.with_premis = kind.preservation == "required" or (profile.premis if premis is None else premis)
        self.size = self.files = 0

    # ---------------------------------------------------------------------------------------------------------- places

    def open(self, target: Path, *, form: str | None, link: bool, ordinal: int | None) -> Sink:
        chosen = form or ("zip" if target.suffix.lower() == ".zip" else "folder")
        folder = self.objid.replace(":", "_")
        if UNSAFE.search(folder) or folder.startswith("."):
            raise InvalidInput(f"{self.objid!r} cannot name a folder", path="objid")
        if chosen == "folder":
            return FolderSink(target / folder, link=link)
        if chosen != "zip":
            raise InvalidInput(f"{form!r} is neither 'folder' nor 'zip'", path="form")
        if target.suffix.lower() != ".zip":
            names = {"ordinal": "" if ordinal is None else ordinal, "objid": folder, "guid": self.ids.uuid.lower()}
            target /= self.profile.zip_name.format_map(names)
        return ZipSink(target, root=folder, at=self.at)

    # --------------------------------------------------------------------------------------------------------- writing

    def write(self, sink: Sink) -> Package:
        rep = _Representation(self, sink)
        rep.write()
        schemas = [self._put(sink, f"schemas/{name}", data, "application/xml") for name, data in self._schemas()]
        documents = []
        for item in self.file.documentation:
            name = f"documentation/{rep.free(safe_name(item.name))}"
            documents.append(self._entry(name, sink.copy(name, item), item.name))
        if self.profile.documentation and not documents:
            documents.append(self._put(sink, "documentation/README.txt", self._readme(), "text/plain"))
        described = write_description(self.file.description, schema="../../schemas/EAD.xsd")
        references = [
            self._reference(
                "dmd", "metadata/descriptive/EAD.xml", sink.write("metadata/descriptive/EAD.xml", described)
            )
        ]
        if self.with_premis:
            preserved = sink.write("metadata/preservation/PREMIS.xml", write_premis(self._premis(rep)))
            references.append(self._reference("digiprov", "metadata/preservation/PREMIS.xml", preserved))
        root = write_mets(self._root(references, schemas, documents, rep.entry))
        size, digest = sink.write("METS.xml", root)
        return Package(
            path=sink.path,
            objid=self.objid,
            kind=self.kind.name,
            profile=self.profile.name,
            files=self.files + 1,
            size=self.size + size,
            digest=digest,
        )

    def _schemas(self) -> Iterator[tuple[str, bytes]]:
        yield "EAD.xsd", schema_of(self.kind.file_table)
        held = {record.kind for record in self.file.records}
        for name, rows in self.kind.record_tables.items():
            if name in held:
                yield f"EAD_{name}.xsd", schema_of(rows)
        for name, data in schema_files().items():
            if name != "premis-v3-0.xsd" or self.with_premis:
                yield name, data

    def _put(self, sink: Sink, name: str, data: bytes, mimetype: str) -> MetsFile:
        return self._entry(name, sink.write(name, data), mimetype=mimetype)

    def _entry(self, href: str, written: Written, original: str = "", *, mimetype: str = "") -> MetsFile:
        known = format_of(original or href)
        self.files += 1
        self.size += written[0]
        return MetsFile(
            id=self.ids("ID"),
            href=href,
            size=written[0],
            checksum=written[1],
            created=self.time,
            mimetype=mimetype or (known.mimetype if known else "application/octet-stream"),
        )

    def _reference(self, section: str, href: str, written: Written) -> Reference:
        self.files += 1
        self.size += written[0]
        return Reference(
            section=section,
            section_id=self.ids(),
            id=self.ids(),
            href=href,
            mdtype="DC" if section == "dmd" else "PREMIS",
            mdtype_version="1.0.0" if section == "dmd" else "3.0",
            size=written[0],
            checksum=written[1],
            created=self.time,
        )

    def _readme(self) -> bytes:
        return (
            f"{self.kind.name}\n{self.file.code}\n{self.file.title}\n"
            "Gói tin theo Thông tư 05/2025/TT-BNV, cấu trúc E-ARK CSIP 2.0.4.\n"
        ).encode()

    def _agents(self, *, representation: bool = False) -> tuple[Agent, ...]:
        software = Agent(
            role="CREATOR", type="OTHER", other_type="SOFTWARE", name=SOFTWARE, note=__version__,
            note_type="SOFTWARE VERSION",
        )  # fmt: skip
        kind = self.profile.rep_agent if representation else "ORGANIZATION"
        agency = Agent(
            role="ARCHIVIST", type=kind, name=self.agent.name, note=self.agent.code,
            note_type="IDENTIFICATIONCODE" if self.agent.code else "",
        )  # fmt: skip
        return software, agency

    def _root(
        self, references: list[Reference], schemas: list[MetsFile], documents: list[MetsFile], rep: MetsFile
    ) -> Mets:
        nested = self.profile.nested
        groups = [FileGroup(id=self.ids(), use="Schemas", files=tuple(schemas))]
        rep_group = FileGroup(id=self.ids(), use=self.profile.representations, files=(rep,), content_type="MIXED")
        groups.append(rep_group)
        if documents:
            groups.append(FileGroup(id=self.ids(), use="Documentation", files=tuple(documents)))
        divisions = [
            Division(
                id=self.ids(),
                label="Metadata",
                dmd_ids=tuple(item.section_id for item in references if item.section == "dmd"),
                adm_ids=tuple(item.section_id for item in references if item.section == "digiprov"),
            )
        ]
        if documents:
            divisions.append(Division(id=self.ids(), label="Documentation", file_ids=(groups[2].id,)))
        divisions.append(Division(id=self.ids(), label="Schemas", file_ids=(groups[0].id,)))
        pointed = Division(
            id=self.ids(),
            label=f"Representations/{REP}",
            type=self.kind.representation,
            pointers=((rep.href, rep_group.id),),
        )
        if nested:
            pointed = Division(id=self.ids(), label="Representations", file_ids=(rep_group.id,), children=(pointed,))
        divisions.append(pointed)
        return Mets(
            objid=self.objid,
            type=self.kind.type,
            profile=self.kind.root_profile if not nested else REP_PROFILE,
            label=self.file.title,
            created=self.time,
            oais_type=self.kind.oais,
            status=self.status,
            agents=self._agents(),
            alternative_ids=(("SUBMISSIONAGREEMENT", self.agreement),) if self.agreement else (),
            references=tuple(references),
            amd_id=self.ids(),
            groups=tuple(groups),
            file_section_id=self.ids(),
            structure=Division(id=self.ids(), label=self.objid, children=tuple(divisions)),
            structure_id=self.ids(),
            schema_location=SCHEMA_LOCATION.format(up=""),
        )

    # ---------------------------------------------------------------------------------------------------------- premis

    def events(self, objects: tuple[str, ...], prefix: str) -> tuple[PremisEvent, ...]:
        """Return the events of this writing: the caller's steps in time, then creation of the package."""
        steps = sorted(self.steps, key=lambda step: step.at)
        own = Step(key="issued" if self.kind.oais == "DIP" else "created", at=self.at, outcome="success")
        made = []
        for number, step in enumerate((*steps, own), 1):
            type_, words = (step.type, step.type) if step.type else event_type(step.key)
            made.append(
                PremisEvent(
                    identifier=f"{prefix}-{number}",
                    type=type_,
                    at=iso_time(require_aware(step.at, "steps.at")),
                    detail=step.detail or f"{words}: {self.kind.name} {self.file.code}",
                    outcome=step.outcome or "success",
                    agents=(
                        (("agency", "authorizer"), ("software", "executing program"))
                        if not step.agent
                        else (("person:" + step.agent, "implementer"),)
                    ),
                    objects=tuple((name, "outcome") for name in objects),
                )
            )
        return tuple(made)

    def agents(self) -> tuple[PremisAgent, ...]:
        """Return the agency, this software, and each person whom a step names."""
        people = dict.fromkeys(step.agent for step in self.steps if step.agent)
        return (
            PremisAgent(identifier="agency", name=self.agent.name, type="organization"),
            PremisAgent(identifier="software", name=SOFTWARE, type="software", version=__version__),
            *(PremisAgent(identifier="person:" + name, name=name, type="person") for name in people),
        )

    def _premis(self, rep: _Representation) -> Premis:
        events = self.events((self.objid,), "event")
        links = tuple(event.identifier for event in events)
        return Premis(
            objects=(
                PremisObject(
                    identifier=self.objid, category="intellectualEntity", original_name=self.file.title, events=links
                ),
                PremisObject(identifier=f"{self.objid}/{REP}", category="representation", location=rep.entry.href),
            ),
            events=events,
            agents=self.agents(),
            form=self.premis_form,
        )


class _Representation:
    """The one representation: descriptive records, files, its PREMIS and its METS."""

    def __init__(self, writer: _Writer, sink: Sink) -> None:
        self.writer, self.sink = writer, sink
        self.base = f"representations/{REP}/"
        self.references: list[Reference] = []
        self.data: list[MetsFile] = []
        self.holey: list[MetsFile] = []
        self.originals: list[str] = []
        self.links: list[Division] = []
        self.names: set[str] = set()
        self.entry: MetsFile

    def write(self) -> None:
        for ordinal, record in enumerate(self.writer.file.records, 1):
            self._record(record, ordinal)
        if self.writer.with_premis:
            written = self.sink.write(
                f"{self.base}metadata/preservation/PREMIS_{REP}.xml", write_premis(self._premis())
            )
            self.references.append(
                self.writer._reference("digiprov", f"metadata/preservation/PREMIS_{REP}.xml", written)  # noqa: SLF001
            )
        mets = write_mets(self._mets())
        self.entry = self.writer._entry(  # noqa: SLF001
            f"{self.base}METS.xml", self.sink.write(f"{self.base}METS.xml", mets), mimetype="application/xml"
        )

    def _record(self, record: Record, ordinal: int) -> None:
        writer = self.writer
        stem = safe_name(record.description.get(writer.profile.data_name) or record.code or f"{ordinal:07}")
        name = writer.profile.record_name.format(kind=record.kind, KIND=record.kind.upper(), code=stem)
        href = f"metadata/descriptive/{self.free(name)}"
        data = write_description(record.description, schema=f"../../../../schemas/EAD_{record.kind}.xsd")
        reference = writer._reference("dmd", href, self.sink.write(self.base + href, data))  # noqa: SLF001
        self.references.append(reference)
        files = [self._payload(stem, index, item) for index, item in enumerate(record.payloads)]
        attached = tuple(
            Division(id=writer.ids(), label="AttachmentFile", file_ids=(entry.id,))
            for entry, item in zip(files, record.payloads, strict=True)
            if item.role == "attachment"
        )
        main = tuple(entry.id for entry, item in zip(files, record.payloads, strict=True) if item.role != "attachment")
        label = "MetadataLink/File"
        if record.linked is not None:
            label = "MetadataLink/Holey"
            main = (self._hole(stem, record.linked).id,)
        self.links.append(
            Division(id=writer.ids(), label=label, dmd_ids=(reference.section_id,), file_ids=main, children=attached)
        )

    def _payload(self, stem: str, index: int, item: Payload) -> MetsFile:
        suffix = "" if index == 0 else f".{index:02}"
        href = f"data/{self.free(stem + suffix + _extension(item))}"
        entry = self.writer._entry(href, self.sink.copy(self.base + href, item), item.name)  # noqa: SLF001
        self.data.append(entry)
        self.originals.append(item.name)
        return entry

    def _hole(self, stem: str, linked: str) -> MetsFile:
        href = f"data/{self.free(stem + '.pdf.fetch.txt')}"
        entry = self.writer._put(self.sink, self.base + href, f"{linked}\n".encode(), "text/plain")  # noqa: SLF001
        made = MetsFile(
            id=entry.id,
            href=href,
            size=entry.size,
            checksum=entry.checksum,
            created=entry.created,
            mimetype="text/plain",
        )
        self.holey.append(made)
        return made

    def free(self, name: str) -> str:
        """Return *name* if no file has it yet, in any case."""
        key = name.casefold()
        if key in self.names:
            raise InvalidInput(f"two files would be named {name!r}", path="records")
        self.names.add(key)
        return name

    def _premis(self) -> Premis:
        writer = self.writer
        events = writer.events((f"{writer.objid}/{REP}",), "event")
        return Premis(
            objects=(
                PremisObject(
                    identifier=f"{writer.objid}/{REP}",
                    category="representation",
                    events=tuple(event.identifier for event in events),
                ),
                *(
                    PremisObject(
                        identifier=entry.id,
                        size=entry.size,
                        digest=entry.checksum,
                        format=entry.mimetype,
                        original_name=original,
                        location=entry.href,
                    )
                    for entry, original in zip(self.data, self.originals, strict=True)
                ),
            ),
            events=events,
            agents=writer.agents(),
            form=writer.premis_form,
        )

    def _mets(self) -> Mets:
        writer, ids = self.writer, self.writer.ids
        groups = []
        if self.data:
            groups.append(FileGroup(id=ids(), use="Data", files=tuple(self.data)))
        if self.holey:
            groups.append(FileGroup(id=ids(), use="Holeyfile", files=tuple(self.holey)))
        divisions = [
            Division(
                id=ids(),
                label="Metadata",
                dmd_ids=tuple(item.section_id for item in self.references if item.section == "dmd"),
                adm_ids=tuple(item.section_id for item in self.references if item.section == "digiprov"),
            ),
            Division(id=ids(), label="Data", file_ids=tuple(group.id for group in groups)),
            Division(id=ids(), label="MetadataLink", children=tuple(self.links)),
        ]
        return Mets(
            objid=REP,
            type=writer.kind.type,
            profile=REP_PROFILE,
            created=writer.time,
            oais_type=writer.kind.oais,
            status=writer.status,
            agents=writer._agents(representation=True),  # noqa: SLF001
            references=tuple(self.references),
            amd_id=ids(),
            groups=tuple(groups),
            file_section_id=ids(),
            structure=Division(id=ids(), label=REP, children=tuple(divisions)),
            structure_id=ids(),
            schema_location=SCHEMA_LOCATION.format(up="../../"),
        )
