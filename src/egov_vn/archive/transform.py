"""From package to package: a SIP becomes an AIP, records of an AIP are issued as a DIP (*tiếp nhận, cấp bản sao*).

TT 05/2025/TT-BNV Art. 25.3.a: the AIP is made after approval, with the event "information package creation"; what the
SIP's own PREMIS tells is carried along. Fields that the next table has no place for are returned as losses, never
dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from egov_vn.archive import check_content, check_mets, check_premis
from egov_vn.archive.check import check_package
from egov_vn.archive.fields import table
from egov_vn.archive.identifiers import archive_head, doc_id
from egov_vn.archive.inspection import Inspection
from egov_vn.archive.package import README, write_package
from egov_vn.archive.packing import Organisation, Package, Step
from egov_vn.archive.record import ArchivalFile, Description, Payload, Record
from egov_vn.archive.report import CheckReport
from egov_vn.archive.tree import Limits, Tree, open_tree
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput

__all__ = ["HeldPackage", "Loss", "Transformed", "open_package", "to_aip", "to_dip"]


_README_BYTES: Final = 16_384
_ART_25: Final = "05/2025/TT-BNV Điều 25"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A value that the new form has no place for: *where* it stood, its field, the value, and why it was left."""

    where: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformed:
    """A package made from another, and what it could not carry."""

    package: Package
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class TreeSource:
    """A file of a package as the source of another package's payload."""

    tree: Tree
    name: str

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        return self.tree.chunks(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPackage:
    """A package as read: its file with records and payload (still in the package), its kind, identifier and history."""

    kind: str
    objid: str
    created: datetime | None
    file: ArchivalFile
    steps: tuple[Step, ...]
    tree: Tree = field(repr=False, compare=False)

    def close(self) -> None:
        """Let go of the package; its payload cannot be read after that."""
        self.tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def open_package(path: Path) -> HeldPackage:
    """Read a package, folder or ZIP, into values (*mở gói tin*); payload stays where it is and is read when needed.

    `InvalidInput` if it cannot be read at all; what is merely wrong in it is for `check_package` to tell. Payload
    carries the SHA-256 that the METS tells of it, so that another package is written of these bytes and no others.
    """
    tree = open_tree(Path(path), Limits())
    try:
        return _read(tree, Path(path))
    except BaseException:
        tree.close()
        raise


def _read(tree: Tree, path: Path) -> HeldPackage:
    inspection = Inspection(tree=tree, limits=Limits())
    if "METS.xml" not in tree:
        raise InvalidInput("there is no METS.xml", path=str(path))
    check_mets.check_root(inspection)
    check_mets.check_representations(inspection)
    check_content.check(inspection, check_content.prepare(inspection))
    check_premis.check(inspection, check_premis.prepare(inspection))
    if inspection.kind is None or inspection.file is None or inspection.root is None:
        raise InvalidInput("the package cannot be read", path=str(path))
    original = {
        location: item.original_name
        for premis in inspection.premis.values()
        for item in premis.objects
        if (location := item.location) and item.original_name
    }
    records = []
    for held in inspection.records:
        payloads = tuple(
            Payload(
                name=original.get("data/" + name.rpartition("/")[2], name.rpartition("/")[2]),
                source=TreeSource(tree, name),
                sha256=_promised(inspection, name),
                role="main" if index == 0 else "attachment",
            )
            for index, name in enumerate(held.files)
            if name in tree
        )
        holey = held.holey[0] if held.holey and held.holey[0] in tree else ""
        linked = tree.read(holey, 4096).decode("utf-8", "replace").strip() if holey else None
        records.append(Record(description=held.description, payloads=payloads, linked=linked))
    documentation = tuple(
        Payload(name=name.rpartition("/")[2], source=TreeSource(tree, name), sha256=_promised(inspection, name))
        for name in sorted(tree.sizes)
        if name.startswith("documentation/") and not _is_readme(tree, name)
    )
    return HeldPackage(
        kind=inspection.kind.name,
        objid=inspection.root.objid,
        created=_moment(inspection.root.created),
        file=ArchivalFile(description=inspection.file, records=tuple(records), documentation=documentation),
        steps=tuple(_history(inspection)),
        tree=tree,
    )


def _promised(inspection: Inspection, name: str) -> str:
    """Return the SHA-256 that the METS tells of a file, nothing if it tells another hash."""
    entry = inspection.entries.get(name)
    return entry.item.checksum if entry is not None and entry.algorithm == "sha256" else ""


def _is_readme(tree: Tree, name: str) -> bool:
    """Say whether *name* is what the profile `csip` writes where there is no documentation."""
    if name != "documentation/README.txt" or tree.sizes[name] > _README_BYTES:
        return False
    return tree.read(name, _README_BYTES).endswith(README.encode())


def _history(inspection: Inspection) -> Iterator[Step]:
    premis = inspection.premis.get("metadata/preservation/PREMIS.xml")
    if premis is None:
        return
    agents = {agent.identifier: agent for agent in premis.agents}
    for event in premis.events:
        at = _moment(event.at)
        if at is None:
            continue
        who = tuple((agents[name], role) for name, role in event.agents if name in agents)
        alone = [(agent.type, role) for agent, role in who] == [("person", "implementer")]
        yield Step(
            type=event.type,
            at=at,
            agent=who[0][0].name if alone else "",
            agents=() if alone else who,
            outcome=event.outcome,
            detail=event.detail,
        )


def _moment(text: str) -> datetime | None:
    """Return the instant that a package tells, in Vietnam's time unless it says another."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.utcoffset() is not None else at.replace(tzinfo=VIETNAM)


def _require_later(held: HeldPackage, at: datetime) -> None:
    if held.created is not None and require_aware(at) < held.created:
        raise InvalidInput(f"{at.isoformat()} is before the package was made, {held.created.isoformat()}", path="at")


def to_aip(
    sip: Path,
    target: Path,
    *,
    archive: Organisation,
    at: datetime,
    approved_by: str,
    separator: str = ".",
    report: CheckReport | None = None,
    **options: Any,
) -> Transformed:
    """Make the AIP of a SIP that was approved (*chuyển gói SIP thành gói AIP*) and write it to *target*.

    *archive* is the receiving archive; its code begins the archival codes, joined with *separator*. The SIP is checked
    unless its *report* is given, and refused with `InvalidInput` if it does not conform, or if *at* is before it was
    made. *options* go to `write_package`.
    """
    checked = report or check_package(sip)
    if checked.conforms is not True:
        first = checked.errors[0].text("en") if checked.errors else "it was not fully checked"
        raise InvalidInput(f"the package was not passed: {first}", path=str(sip), source=_ART_25)
    if not approved_by.strip():
        raise InvalidInput("a package is taken over once somebody approved it", path="approved_by", source=_ART_25)
    with open_package(sip) as held:
        if not held.kind.startswith("SIP_"):
            raise InvalidInput(f"a {held.kind} is no SIP", path=str(sip))
        _require_later(held, at)
        if not archive.code:
            raise InvalidInput("the archive needs a code: archival codes begin with it", path="archive.code")
        head = archive_head(archive.code, separator)
        kind = "AIP_" + held.kind.partition("_")[2]
        losses: list[Loss] = []
        code = head + held.file.code
        described = _carry(held.file.description, kind, {"arcFileCode": code}, losses, "EAD.xml")
        records = [
            _archive_record(record, code, head, ordinal, losses) for ordinal, record in enumerate(held.file.records, 1)
        ]
        passed = Step(
            key="checked", at=at, agent=approved_by, outcome=checked.verdict("vi"), detail=f"SIP {held.objid}"
        )
        taken = Step(key="ingested", at=at, agent=approved_by, outcome="success", detail=f"SIP {held.objid}")
        written = write_package(
            target,
            ArchivalFile(description=described, records=tuple(records), documentation=held.file.documentation),
            kind=kind,
            at=at,
            agent=archive,
            steps=(*held.steps, passed, taken),
            **options,
        )
    return Transformed(package=written, losses=tuple(losses))


def _archive_record(record: Record, code: str, head: str, ordinal: int, losses: list[Loss]) -> Record:
    old = record.description
    where = record.code or str(ordinal)
    if record.kind != "doc":
        changed = old.replace(docCode=head + record.code) if record.code else old
        return Record(description=changed, payloads=record.payloads, linked=record.linked)
    last = record.code.rpartition(".")[2]
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else ordinal
    fresh = {"arcFileCode": code, "docCode": f"{code}.{number:07}", "docOrdinal": number}
    described = _carry(old, "AIP_doc", fresh, losses, where)
    return Record(description=described, payloads=record.payloads, linked=record.linked)


def _carry(
    old: Description,
    kind: str,
    fresh: Mapping[str, Any],
    losses: list[Loss],
    where: str,
    *,
    replaced: Iterable[str] = (),
) -> Description:
    """Return *old* under the field table *kind*, with *fresh* values; fields without a place are losses."""
    rows = table(kind)
    known = {"fileCode", "arcFileCode", *replaced}
    values: dict[str, Any] = {}
    for name, value in old.values.items():
        if name in rows:
            values[name] = value
        elif name not in known:
            losses.append(Loss(where=where, field=name, value=value, reason=f"{kind} has no field {name}"))
    return Description.of(kind, {**values, **fresh})


def to_dip(
    aip: Path,
    target: Path,
    *,
    request: Mapping[str, Any],
    archive: Organisation,
    at: datetime,
    codes: Iterable[str] | None = None,
    certificates: Iterable[Payload] = (),
    **options: Any,
) -> Transformed:
    """Issue records of an AIP to a user as a DIP (*cấp bản sao tài liệu lưu trữ*) and write it to *target*.

    *request* holds the fields of the table `DIP`; *codes* are the archival codes of the records wanted, all by default;
    *certificates* are the PDF certificates of the copies (`egov_vn.archive.certificate`), kept in `documentation/`.
    """
    with open_package(aip) as held:
        if not held.kind.startswith("AIP_"):
            raise InvalidInput(f"a {held.kind} is no AIP", path=str(aip))
        _require_later(held, at)
        wanted = None if codes is None else set(codes)
        chosen = [record for record in held.file.records if wanted is None or record.code in wanted]
        absent = (wanted or set()) - {record.code for record in chosen}
        if absent:
            raise InvalidInput(f"the package has no record {min(absent)!r}", path="codes")
        losses: list[Loss] = []
        period = held.file.description.get("maintenance") or "07"
        fresh: dict[str, Any] = {
            "maintenance": period,
            "riskRecovery": held.file.description.get("riskRecovery") or False,
        }
        fresh |= {"riskRecoveryStatus": held.file.description.get("riskRecoveryStatus") or None}
        places = {id(record): place for place, record in enumerate(held.file.records, 1)}
        records = [_issued_record(record, held.file.code, places[id(record)], fresh, losses) for record in chosen]
        file = ArchivalFile(
            description=Description.of("DIP", request), records=tuple(records), documentation=tuple(certificates)
        )
        written = write_package(
            target, file, kind="DIP", at=at, agent=archive, steps=held.steps, **{"premis": True, **options}
        )
    return Transformed(package=written, losses=tuple(losses))


def _issued_record(record: Record, code: str, place: int, fresh: Mapping[str, Any], losses: list[Loss]) -> Record:
    """Describe a record for its user: its identifier is that of its place in the file, whatever else is issued."""
    if record.kind != "doc":
        return record
    own = record.description.get("docOrdinal")
    ordinal = int(own) if own.isascii() and own.isdigit() and 1 <= len(own) <= 7 and int(own) else place
    told = {"docId": doc_id(code, ordinal), "arcDocCode": record.code, **fresh}
    described = _carry(record.description, "DIP_doc", told, losses, record.code, replaced=("docCode", "docOrdinal"))
    return Record(description=described, payloads=record.payloads, linked=record.linked)
