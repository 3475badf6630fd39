"""METS 1.12 written as text, in linear time.

A package has one `dmdSec`, `file` and `div` for each of its thousands of documents: those may be written as text while
the files are copied, and be handed over as *lines*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from egov_vn.archive.mets import (
    CSIP_NS,
    METS_NS,
    XLINK_NS,
    XSI_NS,
    Division,
    Mets,
    MetsFile,
    Reference,
    encode_href,
)

__all__ = ["MetsLines", "division_xml", "dmd_xml", "file_xml", "pointer_xml", "write_mets"]

_PLAIN: Final = re.compile(r"[^&<>\"'\n\r\t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetsLines:
    """Elements of a METS that were written as text: *dmd* sections, *files* by group, *divisions* by their parent."""

    dmd: Sequence[str] = ()
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    divisions: Mapping[str, Sequence[str]] = field(default_factory=dict)


def attribute(value: str) -> str:
    """Return *value* in quotes, as the value of an attribute."""
    return f'"{value}"' if _PLAIN.fullmatch(value) else quoteattr(value)


def write_mets(mets: Mets, *, lines: MetsLines | None = None) -> bytes:
    """Return the METS document as UTF-8; *lines* follow what *mets* has in the same place."""
    more = lines or MetsLines()
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    opened = (
        f'<mets xmlns="{METS_NS}" xmlns:csip="{CSIP_NS}" xmlns:xlink="{XLINK_NS}" xmlns:xsi="{XSI_NS}"'
        f" OBJID={attribute(mets.objid)} TYPE={attribute(mets.type)} PROFILE={attribute(mets.profile)}"
    )
    if mets.label:
        opened += f" LABEL={attribute(mets.label)}"
    opened += f" csip:CONTENTINFORMATIONTYPE={attribute(mets.content_type)}"
    if mets.schema_location:
        opened += f" xsi:schemaLocation={attribute(mets.schema_location)}"
    out.append(opened + ">")
    _header(mets, out)
    out += [
        dmd_xml(item.section_id, _pointer(item), created=item.created, status=item.status)
        for item in mets.references
        if item.section == "dmd"
    ]
    out += more.dmd
    if mets.amd_id:
        out.append(f'<amdSec ID="{mets.amd_id}">')
        for item in mets.references:
            if item.section == "digiprov":
                out.append(
                    f'<digiprovMD ID="{item.section_id}" CREATED="{item.created}" STATUS="{item.status}">\n'
                    f"{_pointer(item)}</digiprovMD>"
                )
        out.append("</amdSec>")
    out += _files(mets, more)
    if mets.structure is not None:
        out.append(f'<structMap ID="{mets.structure_id}" TYPE="{mets.structure_type}" LABEL="{mets.structure_label}">')
        out += (_division(mets.structure, more), "</structMap>")
    out.append("</mets>\n")
    return "\n".join(out).encode("utf-8")


def _header(mets: Mets, out: list[str]) -> None:
    out.append(
        f'<metsHdr CREATEDATE="{mets.created}" LASTMODDATE="{mets.modified or mets.created}" '
        f"RECORDSTATUS={attribute(mets.status)} csip:OAISPACKAGETYPE={attribute(mets.oais_type)}>"
    )
    for agent in mets.agents:
        other = f" OTHERROLE={attribute(agent.other_role)}" if agent.other_role else ""
        other += f" OTHERTYPE={attribute(agent.other_type)}" if agent.other_type else ""
        note = ""
        if agent.note:
            kind = f" csip:NOTETYPE={attribute(agent.note_type)}" if agent.note_type else ""
            note = f"<note{kind}>{escape(agent.note)}</note>"
        out.append(
            f"<agent ROLE={attribute(agent.role)} TYPE={attribute(agent.type)}{other}>"
            f"<name>{escape(agent.name)}</name>{note}</agent>"
        )
    for kind, value in mets.alternative_ids:
        out.append(f"<altRecordID TYPE={attribute(kind)}>{escape(value)}</altRecordID>")
    out.append("</metsHdr>")


def pointer_xml(
    *,
    id: str,  # noqa: A002 - the attribute's name
    href: str,
    mdtype: str,
    mdtype_version: str,
    size: int | None,
    checksum: str,
    created: str,
    mimetype: str = "application/xml",
    checksum_type: str = "SHA-256",
) -> str:
    """Return an `mdRef`."""
    version = f' MDTYPEVERSION="{mdtype_version}"' if mdtype_version else ""
    return (
        f'<mdRef ID="{id}" LOCTYPE="URL" xlink:type="simple" xlink:href="{encode_href(href)}" '
        f'MDTYPE="{mdtype}"{version} MIMETYPE="{mimetype}" SIZE="{size}" CREATED="{created}" '
        f'CHECKSUM="{checksum}" CHECKSUMTYPE="{checksum_type}"/>'
    )


def dmd_xml(section_id: str, pointer: str, *, created: str, status: str = "CURRENT") -> str:
    """Return a `dmdSec` with its *pointer*."""
    return f'<dmdSec ID="{section_id}" CREATED="{created}" STATUS="{status}">\n{pointer}</dmdSec>'


def file_xml(
    *,
    id: str,  # noqa: A002 - the attribute's name
    href: str,
    mimetype: str,
    size: int | None,
    checksum: str,
    created: str,
    checksum_type: str = "SHA-256",
    owner_id: str = "",
    dmd_ids: Sequence[str] = (),
) -> str:
    """Return a `file` with its `FLocat`."""
    owner = f" OWNERID={attribute(owner_id)}" if owner_id else ""
    dmd = f' DMDID="{" ".join(dmd_ids)}"' if dmd_ids else ""
    return (
        f'<file ID="{id}"{owner} MIMETYPE="{mimetype}" SIZE="{size}" CREATED="{created}" '
        f'CHECKSUM="{checksum}" CHECKSUMTYPE="{checksum_type}"{dmd}>'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="{encode_href(href)}"/></file>'
    )


def division_xml(
    *,
    label: str,
    id: str = "",  # noqa: A002 - the attribute's name
    type: str = "",  # noqa: A002 - the attribute's name
    dmd_ids: Sequence[str] = (),
    adm_ids: Sequence[str] = (),
    pointers: Sequence[tuple[str, str]] = (),
    file_ids: Sequence[str] = (),
    children: Sequence[str] = (),
) -> str:
    """Return a `div` with its pointers (decoded href, title), the files it names, and its *children* as text."""
    opened = f'<div ID="{id}"' if id else "<div"
    opened += f" LABEL={attribute(label)}"
    if type:
        opened += f" TYPE={attribute(type)}"
    if dmd_ids:
        opened += f' DMDID="{" ".join(dmd_ids)}"'
    if adm_ids:
        opened += f' ADMID="{" ".join(adm_ids)}"'
    return "\n".join(
        [
            opened + ">",
            *[
                f'<mptr LOCTYPE="URL" xlink:type="simple" xlink:href="{encode_href(href)}" '
                f"xlink:title={attribute(title)}/>"
                for href, title in pointers
            ],
            *[f'<fptr FILEID="{file_id}"/>' for file_id in file_ids],
            *children,
            "</div>",
        ]
    )


def _pointer(item: Reference) -> str:
    return pointer_xml(
        id=item.id,
        href=item.href,
        mdtype=item.mdtype,
        mdtype_version=item.mdtype_version,
        size=item.size,
        checksum=item.checksum,
        created=item.created,
        mimetype=item.mimetype,
        checksum_type=item.checksum_type,
    )


def _file(item: MetsFile) -> str:
    return file_xml(
        id=item.id,
        href=item.href,
        mimetype=item.mimetype,
        size=item.size,
        checksum=item.checksum,
        created=item.created,
        checksum_type=item.checksum_type,
        owner_id=item.owner_id,
        dmd_ids=item.dmd_ids,
    )


def _division(item: Division, more: MetsLines) -> str:
    return division_xml(
        label=item.label,
        id=item.id,
        type=item.type,
        dmd_ids=item.dmd_ids,
        adm_ids=item.adm_ids,
        pointers=item.pointers,
        file_ids=item.file_ids,
        children=[*[_division(child, more) for child in item.children], *more.divisions.get(item.id, ())],
    )


def _files(mets: Mets, more: MetsLines) -> Iterator[str]:
    if not mets.groups:
        return
    yield f'<fileSec ID="{mets.file_section_id}">'
    for group in mets.groups:
        content = f' csip:CONTENTINFORMATIONTYPE="{group.content_type}"' if group.content_type else ""
        yield f'<fileGrp ID="{group.id}" USE={attribute(group.use)}{content}>'
        yield from map(_file, group.files)
        yield from more.files.get(group.id, ())
        yield "</fileGrp>"
    yield "</fileSec>"
