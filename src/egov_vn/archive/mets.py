"""METS 1.12 as values, and how they are read: with line numbers, in linear time. `mets_write` writes them.

Only what E-ARK CSIP 2.0.4 and TT 05/2025/TT-BNV use is modelled; the reader leaves the rest aside, the schema judges
it. What there is one of for each file of a package is a named tuple: made in a third of the time of a frozen dataclass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from lxml import etree

from egov_vn import _xml

__all__ = [
    "CSIP_NS", "METS_NS", "XLINK_NS", "Agent", "Division", "FileGroup", "Mets", "MetsFile", "Reference", "encode_href",
    "read_mets",
]  # fmt: skip

METS_NS: Final = "http://www.loc.gov/METS/"
CSIP_NS: Final = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
XLINK_NS: Final = "http://www.w3.org/1999/xlink"
XSI_NS: Final = "http://www.w3.org/2001/XMLSchema-instance"
MAX_METS_BYTES: Final = 512 * 1024 * 1024
"""A METS of a million files is about as long; longer ones are refused."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./~-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who made or sent the package (`metsHdr/agent`)."""

    role: str
    type: str
    name: str
    other_role: str = ""
    other_type: str = ""
    note: str = ""
    note_type: str = ""


class Reference(NamedTuple):
    """A pointer to a metadata file (`mdRef`) in its *section*: `"dmd"` (dmdSec) or `"digiprov"` (digiprovMD).

    *lacks* names the attributes that CSIP requires and a reader did not find; so do those of files and divisions.
    """

    section: str
    section_id: str
    id: str
    href: str
    mdtype: str
    size: int | None
    checksum: str
    created: str
    mimetype: str = "application/xml"
    checksum_type: str = "SHA-256"
    mdtype_version: str = ""
    status: str = "CURRENT"
    line: int = 0
    lacks: tuple[str, ...] = ()


class MetsFile(NamedTuple):
    """One `file`: *href* is the decoded path relative to the METS."""

    id: str
    href: str
    size: int | None
    checksum: str
    created: str
    mimetype: str
    checksum_type: str = "SHA-256"
    owner_id: str = ""
    dmd_ids: tuple[str, ...] = ()
    adm_ids: tuple[str, ...] = ()
    raw_href: str = ""
    line: int = 0
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroup:
    """One `fileGrp` by its USE."""

    id: str
    use: str
    files: tuple[MetsFile, ...]
    content_type: str = ""
    line: int = 0


class Division(NamedTuple):
    """One `div` of the structural map; *pointers* are `mptr` as (decoded href, title)."""

    label: str
    id: str = ""
    type: str = ""
    dmd_ids: tuple[str, ...] = ()
    adm_ids: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    pointers: tuple[tuple[str, str], ...] = ()
    children: tuple[Division, ...] = ()
    line: int = 0
    lacks: tuple[str, ...] = ()

    def walk(self) -> Iterator[Division]:
        """Yield this division and all below it."""
        stack = [self]
        while stack:
            division = stack.pop()
            yield division
            stack.extend(reversed(division.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mets:
    """One METS document."""

    objid: str
    type: str
    profile: str
    created: str
    oais_type: str
    label: str = ""
    content_type: str = "MIXED"
    modified: str = ""
    status: str = "NEW"
    agents: tuple[Agent, ...] = ()
    alternative_ids: tuple[tuple[str, str], ...] = ()
    references: tuple[Reference, ...] = ()
    amd_id: str = ""
    groups: tuple[FileGroup, ...] = ()
    file_section_id: str = ""
    structure: Division | None = None
    structure_id: str = ""
    structure_type: str = "PHYSICAL"
    structure_label: str = "CSIP"
    schema_location: str = ""
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    def files(self) -> Iterator[MetsFile]:
        """Yield every `file` of every group."""
        for group in self.groups:
            yield from group.files


def encode_href(path: str) -> str:
    """Write a path as a relative URI reference: UTF-8, percent-encoded, slashes kept."""
    return path if _PLAIN.fullmatch(path) else quote(path, safe="/~")


# ------------------------------------------------------------------------------------------------------------- reading

_M: Final = f"{{{METS_NS}}}"
_HREF: Final = f"{{{XLINK_NS}}}href"
_MD_REF, _LOCATION = f"{_M}mdRef", f"{_M}FLocat"
_DIVISION, _FILE_POINTER, _METS_POINTER = f"{_M}div", f"{_M}fptr", f"{_M}mptr"
_LINK_TYPE: Final = f"{{{XLINK_NS}}}type"
_TITLE: Final = f"{{{XLINK_NS}}}title"


def read_mets(data: bytes | etree._Element, *, source: str | None = None) -> Mets:
    """Read a METS document, tolerantly: what is missing is empty. `InvalidInput` if it is not safe, well-formed XML."""
    root = data if etree.iselement(data) else _xml.parse(data, source=source, max_bytes=MAX_METS_BYTES)
    header = root.find(f"{_M}metsHdr")
    amd = root.find(f"{_M}amdSec")
    section = root.find(f"{_M}fileSec")
    structure = next(
        (item for item in root.iterfind(f"{_M}structMap") if item.get("LABEL") == "CSIP"), root.find(f"{_M}structMap")
    )
    top = structure.find(f"{_M}div") if structure is not None else None
    return Mets(
        objid=root.get("OBJID", ""),
        type=root.get("TYPE", ""),
        profile=root.get("PROFILE", ""),
        label=root.get("LABEL", ""),
        content_type=root.get(f"{{{CSIP_NS}}}CONTENTINFORMATIONTYPE", ""),
        created=header.get("CREATEDATE", "") if header is not None else "",
        modified=header.get("LASTMODDATE", "") if header is not None else "",
        status=header.get("RECORDSTATUS", "") if header is not None else "",
        oais_type=header.get(f"{{{CSIP_NS}}}OAISPACKAGETYPE", "") if header is not None else "",
        agents=tuple(_read_agent(item) for item in header.iterfind(f"{_M}agent")) if header is not None else (),
        alternative_ids=tuple(
            (item.get("TYPE", ""), _xml.text_of(item)) for item in header.iterfind(f"{_M}altRecordID")
        )
        if header is not None
        else (),
        references=tuple(_read_references(root)),
        amd_id=amd.get("ID", "") if amd is not None else "",
        groups=tuple(_read_groups(section)) if section is not None else (),
        file_section_id=section.get("ID", "") if section is not None else "",
        structure=_read_division(top) if top is not None else None,
        structure_id=structure.get("ID", "") if structure is not None else "",
        structure_type=structure.get("TYPE", "") if structure is not None else "",
        structure_label=structure.get("LABEL", "") if structure is not None else "",
        line=root.sourceline or 0,
        lines={
            "metsHdr": header.sourceline or 0 if header is not None else 0,
            "structMap": structure.sourceline or 0 if structure is not None else 0,
        },
    )


def _read_agent(item: etree._Element) -> Agent:
    note = item.find(f"{_M}note")
    return Agent(
        role=item.get("ROLE", ""),
        type=item.get("TYPE", ""),
        other_role=item.get("OTHERROLE", ""),
        other_type=item.get("OTHERTYPE", ""),
        name=_xml.text_of(item.find(f"{_M}name")),
        note=_xml.text_of(note),
        note_type=note.get(f"{{{CSIP_NS}}}NOTETYPE", "") if note is not None else "",
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(text.split()) if text else ()


def _read_references(root: etree._Element) -> Iterator[Reference]:
    sections: Iterable[tuple[str, etree._Element]] = [
        *(("dmd", item) for item in root.iterfind(f"{_M}dmdSec")),
        *(("digiprov", item) for item in root.iterfind(f"{_M}amdSec/{_M}digiprovMD")),
    ]
    for section, parent in sections:
        for item in parent:
            if item.tag != _MD_REF:
                continue
            get = item.get
            href, created = get(_HREF, ""), get("CREATED", "")
            whole = created and (section != "dmd" or parent.get("CREATED")) and _is_simple(item)
            yield Reference(
                section=section,
                section_id=parent.get("ID", ""),
                id=get("ID", ""),
                href=unquote(href) if "%" in href else href,
                mdtype=get("MDTYPE", ""),
                mdtype_version=get("MDTYPEVERSION", ""),
                mimetype=get("MIMETYPE", ""),
                size=_number(get("SIZE")),
                checksum=get("CHECKSUM", ""),
                checksum_type=get("CHECKSUMTYPE", ""),
                created=created,
                status=parent.get("STATUS", ""),
                line=item.sourceline or 0,
                lacks=()
                if whole
                else (*_lacking(item, "CREATED"), *(_lacking(parent, "CREATED") if section == "dmd" else ())),
            )


def _read_groups(section: etree._Element) -> Iterator[FileGroup]:
    for group in section.iter(f"{_M}fileGrp"):
        yield FileGroup(
            id=group.get("ID", ""),
            use=group.get("USE", ""),
            content_type=group.get(f"{{{CSIP_NS}}}CONTENTINFORMATIONTYPE", ""),
            files=tuple(_read_file(item) for item in group.iterfind(f"{_M}file")),
            line=group.sourceline or 0,
        )


def _read_file(item: etree._Element) -> MetsFile:
    href, located = "", None
    for child in item:
        if child.tag == _LOCATION:
            href, located = child.get(_HREF, ""), child
            break
    get = item.get
    whole = located is None or (get("CREATED") and _is_simple(located))
    return MetsFile(
        id=get("ID", ""),
        href=unquote(href) if "%" in href else href,
        raw_href=href,
        size=_number(get("SIZE")),
        checksum=get("CHECKSUM", ""),
        checksum_type=get("CHECKSUMTYPE", ""),
        created=get("CREATED", ""),
        mimetype=get("MIMETYPE", ""),
        owner_id=get("OWNERID", ""),
        dmd_ids=_split(get("DMDID")),
        adm_ids=_split(get("ADMID")),
        line=item.sourceline or 0,
        lacks=() if whole or located is None else (*_lacking(item, "CREATED"), *_lacking(located)),
    )


def _is_simple(link: etree._Element) -> bool:
    return link.get(_LINK_TYPE) == "simple" and link.get("LOCTYPE") == "URL"


def _lacking(item: etree._Element, *required: str) -> Iterator[str]:
    """Yield the attributes that *item* lacks, of those *required* and, if it is a link, of those of every link."""
    name = _xml.local_name(item)
    yield from (f"{name}/@{attribute}" for attribute in required if not item.get(attribute))
    if name in ("mdRef", "FLocat", "mptr"):
        if item.get(_LINK_TYPE) != "simple":
            yield f"{name}/@xlink:type=simple"
        if item.get("LOCTYPE") != "URL":
            yield f"{name}/@LOCTYPE=URL"


def _read_division(item: etree._Element) -> Division:
    get = item.get
    files: list[str] = []
    pointers: list[tuple[str, str]] = []
    children: list[Division] = []
    lacks: list[str] = []
    for child in item:
        tag = child.tag
        if tag == _FILE_POINTER:
            files.append(child.get("FILEID", ""))
        elif tag == _DIVISION:
            children.append(_read_division(child))
        elif tag == _METS_POINTER:
            pointers.append((unquote(child.get(_HREF, "")), child.get(_TITLE, "")))
            lacks.extend(_lacking(child))
    return Division(
        id=get("ID", ""),
        label=get("LABEL", ""),
        type=get("TYPE", ""),
        dmd_ids=_split(get("DMDID")),
        adm_ids=_split(get("ADMID")),
        file_ids=tuple(files),
        pointers=tuple(pointers),
        children=tuple(children),
        line=item.sourceline or 0,
        lacks=tuple(lacks),
    )
