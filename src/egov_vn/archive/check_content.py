"""The check of the descriptive records: fields, codes, conditions, links between file, records and their files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from egov_vn.archive.descriptive import read_description
from egov_vn.archive.fields import codes
from egov_vn.archive.holey import HoleyLink
from egov_vn.archive.identifiers import FileCode, PacketCode
from egov_vn.archive.inspection import HeldRecord, Inspection, MetsLevel
from egov_vn.archive.mets import MetsFile
from egov_vn.archive.profile import PackageKind, kinds
from egov_vn.archive.reading import record_kind
from egov_vn.archive.record import Description
from egov_vn.archive.retention import Retention
from egov_vn.archive.rules import broken
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["LevelPlan", "check", "prepare"]

_FILE_FORM: Final = "{mã định danh}.{năm}.{số và ký hiệu}"
_PACKET_FORM: Final = "{mã định danh}.{năm}.{lần nộp, 2 chữ số}.{số thứ tự, 7 chữ số}"
_ORDINAL: Final = re.compile(r"(.+)\.([0-9]{7})")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPlan:
    """What a METS says of its records: path, data and linked files of each; what it links twice, and to no record."""

    level: MetsLevel
    records: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    twice: tuple[tuple[str, int | None], ...]
    unclaimed: tuple[MetsFile, ...]


def prepare(inspection: Inspection) -> list[LevelPlan]:
    """Work out which files belong to which record of each representation; nothing is told yet."""
    return [_plan(level) for level in inspection.levels[1:]]


def check(inspection: Inspection, plans: list[LevelPlan]) -> None:
    """Check the descriptive record of the file and those of its records."""
    _check_file(inspection)
    kind = inspection.kind
    if kind is None:
        return
    for plan in plans:
        _check_level(inspection, plan, kind)
    _check_totals(inspection)
    _check_file_code(inspection)
    _check_codes(inspection)
    _check_retention(inspection)


def _check_file(inspection: Inspection) -> None:
    root = inspection.root
    if root is None or inspection.kind is None:
        return
    named = [item.href.removeprefix("./") for item in root.references if item.section == "dmd"]
    path = next((name for name in named if name.lower().endswith("/ead.xml")), named[0] if named else "")
    if not path or path not in inspection.tree:
        wanted = "metadata/descriptive/EAD.xml"
        inspection.say(broken("ARC-TREE-DESCRIPTIVE", path=wanted, expected=wanted))
        return
    document = inspection.parse(path)
    if document is None:
        return
    table = inspection.kind.file_table
    description, found = read_description(document, table, path=path)
    better = _other_kind(inspection.kind, description.values.keys() | {item.found for item in found})
    if better is not None:
        inspection.kind = better
        if root.type.casefold() != better.type.casefold():
            inspection.say(
                broken("ARC-METS-TYPE", path="METS.xml", line=root.line, expected=better.type, found=root.type)
            )
        description, found = read_description(document, better.file_table, path=path)
    for item in found:
        inspection.say(item)
    inspection.file = description


def _other_kind(kind: PackageKind, names: set[str]) -> PackageKind | None:
    """Return the kind whose file record this is, if the METS said otherwise: only a packet has `source`."""
    twin = {"SIP_hoso": "SIP_tailieu", "SIP_tailieu": "SIP_hoso", "AIP_hoso": "AIP_tailieu", "AIP_tailieu": "AIP_hoso"}
    is_packet = "source" in names and "startDate" not in names
    if kind.name in twin and is_packet != kind.name.endswith("tailieu"):
        return kinds()[twin[kind.name]]
    return None


def _plan(level: MetsLevel) -> LevelPlan:
    mets, base = level.mets, level.base
    data = {item.id: base + item.href for group in mets.groups if group.use == "Data" for item in group.files}
    holey = {item.id: base + item.href for group in mets.groups if group.use == "Holeyfile" for item in group.files}
    linked = _links(level)
    claimed = {name for files in linked.values() for name in files}
    records = []
    for reference in mets.references:
        if reference.section == "dmd":
            files = linked.get(reference.section_id) or linked.get(reference.id) or ()
            records.append(
                (
                    base + reference.href.removeprefix("./"),
                    tuple(data[name] for name in files if name in data),
                    tuple(holey[name] for name in files if name in holey),
                )
            )
    return LevelPlan(
        level=level,
        records=tuple(records),
        twice=tuple(_twice(level, linked)),
        unclaimed=tuple(
            item for item in mets.files() if item.id not in claimed and (item.id in data or item.id in holey)
        ),
    )


def _check_level(inspection: Inspection, plan: LevelPlan, kind: PackageKind) -> None:
    level = plan.level
    for name, line in plan.twice:
        inspection.say(broken("ARC-LINK-TWICE", path=level.path, line=line, found=name))
    for path, data, holey in plan.records:
        held = _read_record(inspection, path, kind)
        if held is None:
            continue
        held.files, held.holey = data, holey
        if not data and not holey:
            inspection.say(broken("ARC-LINK-RECORD-FILE", path=path))
        inspection.records.append(held)
        _check_names(inspection, held)
    for item in plan.unclaimed:
        path = level.base + item.href
        inspection.say(broken("ARC-LINK-FILE-RECORD", path=path, line=item.line, line_in=level.path, found=item.id))
    _check_holey(inspection, level)


def _links(level: MetsLevel) -> dict[str, list[str]]:
    """Return the files of each descriptive section, from the structural map and from the files themselves."""
    linked: dict[str, list[str]] = {}
    for division in level.divisions:
        if division.label == "Metadata" or not division.dmd_ids:
            continue
        files: Iterable[str] = division.file_ids
        if division.children:
            files = [name for child in division.walk() for name in child.file_ids]
        for name in division.dmd_ids:
            linked.setdefault(name, []).extend(files)
    for item in level.mets.files():
        for name in item.dmd_ids:
            linked.setdefault(name, []).append(item.id)
    return linked


def _twice(level: MetsLevel, linked: dict[str, list[str]]) -> Iterator[tuple[str, int | None]]:
    """Yield the records that two divisions link, and the files that two records claim."""
    seen: dict[str, int] = {}
    for division in level.divisions:
        if division.dmd_ids and division.label.startswith("MetadataLink"):
            for name in division.dmd_ids:
                if name in seen:
                    yield name, division.line
                seen[name] = division.line
    owner: dict[str, str] = {}
    for section, files in linked.items():
        for name in files:
            if owner.setdefault(name, section) != section:
                yield name, seen.get(section)


def _read_record(inspection: Inspection, path: str, kind: PackageKind) -> HeldRecord | None:
    if path not in inspection.tree:
        return None
    look = inspection.reading.looks.get(path) if inspection.reading is not None else None
    if look is not None and look.lost:
        return None
    record = look.record if look is not None else None
    told = record.kind if record is not None else record_kind(path)
    if not told:
        inspection.say(broken("ARC-NAME-RECORD", path=path, expected="EAD_doc_*.xml, EAD_pic_*.xml, EAD_media_*.xml"))
    table = kind.record_tables[told or "doc"]
    if record is None or record.table != table.name:
        document = inspection.parse(path)
        if document is None:
            return None
        description, found = read_description(document, table, path=path)
    elif record.fault is not None:
        inspection.say_malformed(path, record.fault)
        return None
    else:
        description, found = Description(table=table, values=MappingProxyType(record.values)), record.findings
    for item in found:
        inspection.say(item)
    return HeldRecord(path=path, description=description)


def _check_names(inspection: Inspection, held: HeldRecord) -> None:
    if not held.files:
        return
    values = held.description.values
    own = [value for name in ("docCode", "arcDocCode", "docId") if (value := values.get(name))]
    if not own:
        return
    for path in held.files:
        name = path.rpartition("/")[2]
        # most names are a code as it stands: only the others are compared with what a file system makes of a code
        if not (any(_bears(name, code) for code in own) or any(_bears(name, _stem(code)) for code in own)):
            inspection.say(broken("ARC-NAME-DATA", path=path, expected=own[0], found=name))


def _bears(name: str, code: str) -> bool:
    """Say whether *name* begins with *code* and with no longer one: `….1` does not name `….10.pdf`."""
    return name.startswith(code) and not name[len(code) : len(code) + 1].isalnum()


def _stem(code: str) -> str:
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", code)


def _check_holey(inspection: Inspection, level: MetsLevel) -> None:
    for group in level.mets.groups:
        if group.use != "Holeyfile":
            continue
        for item in group.files:
            path = level.base + item.href
            if path not in inspection.tree:
                continue
            text = inspection.tree.read(path, 1 << 20).decode("utf-8", "replace").strip()
            if not path.endswith(".fetch.txt") or not text or "\ufffd" in text or len(text) > 4096:
                inspection.say(broken("ARC-LINK-HOLEY-FORM", path=path, expected="*.fetch.txt", found=text[:80]))
                continue
            inspection.say(broken("ARC-LINK-HOLEY", path=path, found=text.splitlines()[0]))
            if inspection.kind is not None and inspection.kind.oais == "AIP":
                for problem in _holey_problems(inspection, path, text):
                    # the form is known from notes only: a warning, not a refusal
                    inspection.say(
                        broken("ARC-LINK-HOLEY-FORM", path=path, line=1, found=problem, level=Severity.WARNING)
                    )


def _holey_problems(inspection: Inspection, path: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the line of an AIP, by itself and against this package: the other one is not at hand."""
    try:
        link = HoleyLink.parse(text)
    except InvalidInput as error:
        yield error.message
        return
    if inspection.root is not None and link.aip.upper() in inspection.root.objid.upper():
        yield f"{link.aip} is this package"
    known = _fonds(inspection)
    if known and link.fonds not in known:
        yield f"fonds {link.fonds} is not the one of this package ({', '.join(sorted(known))})"
    stands_for = path.removesuffix(".fetch.txt")
    if not f"/{stands_for}".endswith(f"/{link.here}"):
        yield f"{link.here} is not the file that it stands for ({stands_for})"
    if link.path.rpartition(".")[2].lower() != link.here.rpartition(".")[2].lower():
        yield f"{link.path} and {link.here} are of two formats"
    if link.size == 0:
        yield f"{link.path} has 0 bytes"


def _fonds(inspection: Inspection) -> set[str]:
    """Return what may be the code of this package's fonds: those of its agents, and each part of its file code."""
    agents = {
        agent.note
        for level in inspection.levels
        for agent in level.mets.agents
        if agent.note_type == "IDENTIFICATIONCODE" and agent.note
    }
    code = inspection.file.get("arcFileCode") if inspection.file is not None else ""
    return agents | {part for part in code.split(".") if part}


def _check_totals(inspection: Inspection) -> None:
    if inspection.file is None:
        return
    total = inspection.file.get("totalDoc")
    if (said := _count(total)) is not None and said != len(inspection.records):
        inspection.say(
            broken("ARC-LINK-TOTAL", path="metadata/descriptive/EAD.xml", expected=total, found=len(inspection.records))
        )
    pages = inspection.file.get("numberOfPage")
    counted = sum(_count(held.description.get("numberOfPage")) or 0 for held in inspection.records)
    if (said := _count(pages)) is not None and inspection.records and said != counted:
        inspection.say(broken("ARC-LINK-PAGES", path="metadata/descriptive/EAD.xml", expected=pages, found=counted))


def _count(text: str) -> int | None:
    """Return the number *text*; None if it is none, or one so long that only a forger writes it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _check_file_code(inspection: Inspection) -> None:
    code = inspection.file.get("fileCode") if inspection.file is not None else ""
    if not code or inspection.kind is None:
        return
    packet = inspection.kind.name.endswith("tailieu")
    try:
        (PacketCode if packet else FileCode).parse(code)
    except InvalidInput:
        form = _PACKET_FORM if packet else _FILE_FORM
        inspection.say(broken("ARC-CODE-FILE", path="metadata/descriptive/EAD.xml", expected=form, found=code))


def _check_codes(inspection: Inspection) -> None:
    file_code = (inspection.file.get("fileCode") or inspection.file.get("arcFileCode")) if inspection.file else ""
    ordinals: set[int] = set()
    seen: dict[tuple[str, str], str] = {}
    for held in inspection.records:
        for name in ("docCode", "arcDocCode", "docId"):
            value = held.description.get(name)
            if not value:
                continue
            if (name, value) in seen:
                inspection.say(broken("ARC-LINK-DUPLICATE", path=held.path, name=name, found=value))
            seen[name, value] = held.path
            if name == "docId":
                continue
            match = _ORDINAL.fullmatch(value)
            if match is None:
                inspection.say(
                    broken("ARC-LINK-CODE-FORM", path=held.path, expected="{fileCode}.{0000001}", found=value)
                )
                continue
            ordinals.add(int(match[2]))
            if (
                file_code
                and match[1] != file_code
                and not match[1].endswith("." + file_code)
                and not file_code.endswith("." + match[1])
            ):
                inspection.say(broken("ARC-LINK-CODE", path=held.path, expected=file_code, found=value))
    if ordinals and max(ordinals) - min(ordinals) + 1 != len(ordinals) and len(ordinals) < 1_000_000:
        low = min(ordinals)
        gap = next(number for number in range(low, low + len(ordinals) + 1) if number not in ordinals)
        inspection.say(broken("ARC-LINK-GAP", path="representations/rep1", expected=f"{gap:07}"))


def _check_retention(inspection: Inspection) -> None:
    own = Retention.from_code(inspection.file.get("maintenance")) if inspection.file else None
    if own is None:
        return
    known = {code: Retention.from_code(code) for code in codes("maintenance").labels}
    longer = {code: period for code, period in known.items() if period and Retention.longest((own, period)) != own}
    for held in inspection.records:
        period = longer.get(held.description.get("maintenance"))
        if period is not None:
            inspection.say(broken("ARC-LINK-RETENTION", path=held.path, expected=period.text(), found=own.text()))
