"""The check of both METS levels: schema, header, identifiers, references, groups, structural map, files named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from lxml import etree

from egov_vn import _xml
from egov_vn.archive.inspection import Entry, Inspection, MetsLevel
from egov_vn.archive.mets import METS_NS, Mets, MetsFile, Reference, encode_href, read_mets
from egov_vn.archive.profile import kinds, statuses
from egov_vn.archive.rules import broken
from egov_vn.archive.tree import is_safe_path

__all__ = ["check_representations", "check_root", "mets_schema", "premis_schema", "schema_errors"]

_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_XSD_FINDINGS: Final = 20
_CSIP_PROFILE: Final = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
_IDS: Final = etree.XPath("//@ID", smart_strings=False)


@cache
def mets_schema() -> etree.XMLSchema:
    """Return the compiled schema of METS 1.12 that this library carries."""
    return _schema("mets1_12.xsd")


@cache
def premis_schema() -> etree.XMLSchema:
    """Return the compiled schema of PREMIS 3.0 that this library carries."""
    return _schema("premis-v3-0.xsd")


def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(Path(str(resources.files("egov_vn.archive"))) / "schemas" / name))


def schema_errors(root: etree._Element, schema: etree.XMLSchema) -> tuple[tuple[int, str], ...]:
    """Return the first faults of the document under *schema*, each with its line."""
    if schema.validate(root):
        return ()
    return tuple((error.line, error.message) for error in list(schema.error_log)[:_MAX_XSD_FINDINGS])


def check_root(inspection: Inspection) -> None:
    """Check the root METS: it tells the kind of package."""
    root = _level(inspection, "METS.xml")
    if root is None:
        return
    _find_kind(inspection, root.mets)
    _check_root(inspection, root)
    _check_common(inspection, root)


def check_representations(inspection: Inspection) -> None:
    """Check the METS of each representation."""
    if inspection.root is None:
        return
    root, divisions = inspection.root, inspection.levels[0].divisions
    names = sorted(
        name for name in inspection.tree.sizes if name.startswith("representations/") and name.endswith("/METS.xml")
    )
    levels = [name for name in names if name.count("/") == 2]
    if "representations/rep1/METS.xml" not in levels:
        inspection.say(
            broken("ARC-TREE-REP", path="representations/rep1/METS.xml", expected="representations/rep1/METS.xml")
        )
    pointed = {href.removeprefix("./") for division in divisions for href, _ in division.pointers}
    for name in levels:
        level = _level(inspection, name)
        if level is not None:
            _check_representation(inspection, level)
            _check_common(inspection, level)
        if name not in pointed:
            inspection.say(broken("ARC-METS-MPTR", path="METS.xml", line=root.lines.get("structMap"), expected=name))


def _level(inspection: Inspection, path: str) -> MetsLevel | None:
    document = inspection.parse(path)
    if document is None:
        return None
    if document.tag != f"{{{METS_NS}}}mets":
        inspection.say(
            broken(
                "ARC-XML-ROOT", path=path, line=document.sourceline, expected="mets", found=_xml.local_name(document)
            )
        )
        return None
    for line, message in schema_errors(document, mets_schema()):
        inspection.say(broken("ARC-XSD-METS", path=path, line=line, found=message))
    ids = _IDS(document)
    known = frozenset(ids)
    mets = read_mets(document)
    level = MetsLevel(
        path=path,
        base=path.removesuffix("METS.xml"),
        mets=mets,
        ids=known,
        twice=_twice(document) if len(known) < len(ids) else (),
        divisions=tuple(mets.structure.walk()) if mets.structure is not None else (),
    )
    inspection.levels.append(level)
    _register(inspection, level)
    return level


def _twice(document: etree._Element) -> tuple[tuple[str, int], ...]:
    """Return each ID that was there before, with its line."""
    known: set[str] = set()
    found = []
    for item in document.iter(etree.Element):
        name = item.get("ID")
        if name in known:
            found.append((name, item.sourceline or 0))
        if name is not None:
            known.add(name)
    return tuple(found)


def _find_kind(inspection: Inspection, mets: Mets) -> None:
    oais, type_ = mets.oais_type, mets.type.casefold()
    named = [kind for kind in kinds().values() if kind.oais == oais]
    found = [kind for kind in named if kind.type.casefold() == type_] or (named if oais == "DIP" else [])
    if not found:
        # "OTHER", a leftover "AIP" and the like: the descriptive record tells file from packet
        found = named
    inspection.kind = found[0] if found else None
    if inspection.kind is None:
        allowed = "SIP, AIP, DIP"
        inspection.say(
            broken("ARC-METS-OAISTYPE", path="METS.xml", line=mets.lines.get("metsHdr"), expected=allowed, found=oais)
        )


def _check_root(inspection: Inspection, level: MetsLevel) -> None:
    mets, kind = level.mets, inspection.kind
    header = mets.lines.get("metsHdr") or mets.line
    if kind is not None:
        if not kind.names(mets.objid):
            inspection.say(
                broken(
                    "ARC-METS-OBJID", path=level.path, line=mets.line, found=mets.objid, source=kind.source,
                    expected=kind.objid.format(uuid="{UUID}"),
                )
            )  # fmt: skip
        if mets.type.casefold() != kind.type.casefold():
            inspection.say(
                broken(
                    "ARC-METS-TYPE",
                    path=level.path,
                    line=mets.line,
                    expected=kind.type,
                    found=mets.type,
                    source=kind.source,
                )
            )
        if mets.profile not in (kind.root_profile, _CSIP_PROFILE):
            inspection.say(
                broken(
                    "ARC-METS-PROFILE", path=level.path, line=mets.line, expected=kind.root_profile, found=mets.profile,
                    source=kind.source,
                )
            )  # fmt: skip
    allowed = statuses()
    if mets.status not in allowed:
        inspection.say(
            broken("ARC-METS-STATUS", path=level.path, line=header, expected=", ".join(allowed), found=mets.status)
        )
    folder = mets.objid.replace(":", "_")
    if inspection.tree.root and inspection.tree.root != folder:
        inspection.say(broken("ARC-TREE-NAME", path=inspection.tree.root, expected=folder, found=inspection.tree.root))
    labels = {division.label for division in level.divisions}
    for wanted in ("Metadata", "Schemas", "Representations/rep1"):
        if wanted not in labels:
            inspection.say(broken("ARC-METS-LABEL", path=level.path, line=mets.lines.get("structMap"), expected=wanted))
    uses = {group.use for group in mets.groups}
    for wanted in ("Schemas", "Representations/rep1"):
        if wanted not in uses and wanted.partition("/")[0] not in uses:
            inspection.say(broken("ARC-METS-GROUP", path=level.path, line=mets.line, expected=wanted))
    if not any(item.section == "dmd" for item in mets.references):
        inspection.say(broken("ARC-METS-HEADER", path=level.path, line=mets.line, expected="dmdSec"))


def _check_representation(inspection: Inspection, level: MetsLevel) -> None:
    mets = level.mets
    if inspection.kind is not None and mets.oais_type and mets.oais_type != inspection.kind.oais:
        inspection.say(
            broken(
                "ARC-METS-OAISTYPE", path=level.path, line=mets.lines.get("metsHdr"), expected=inspection.kind.oais,
                found=mets.oais_type,
            )
        )  # fmt: skip
    if not any(group.use in ("Data", "Holeyfile") for group in mets.groups):
        inspection.say(broken("ARC-METS-GROUP", path=level.path, line=mets.line, expected="Data"))
    labels = {division.label for division in level.divisions}
    for wanted in ("Data", "MetadataLink"):
        if wanted not in labels and not any(label.startswith(wanted + "/") for label in labels):
            inspection.say(broken("ARC-METS-LABEL", path=level.path, line=mets.lines.get("structMap"), expected=wanted))


def _check_common(inspection: Inspection, level: MetsLevel) -> None:
    mets = level.mets
    if not mets.lines.get("metsHdr"):
        inspection.say(broken("ARC-METS-HEADER", path=level.path, line=mets.line, expected="metsHdr"))
    if not mets.objid:
        inspection.say(broken("ARC-METS-OBJID", path=level.path, line=mets.line, expected="OBJID", found=""))
    if not any(agent.role == "CREATOR" and agent.name for agent in mets.agents):
        inspection.say(
            broken("ARC-METS-AGENT", path=level.path, line=mets.lines.get("metsHdr"), expected="ROLE=CREATOR")
        )
    for name, text in (("CREATEDATE", mets.created), ("LASTMODDATE", mets.modified)):
        if not _is_time(text) if text else name == "CREATEDATE" and mets.lines.get("metsHdr"):
            inspection.say(
                broken("ARC-METS-DATE", path=level.path, line=mets.lines.get("metsHdr"), name=name, found=text)
            )
    top = mets.structure
    if top is None or mets.structure_type != "PHYSICAL" or mets.structure_label != "CSIP" or top.label != mets.objid:
        shown = f"{mets.structure_type}/{mets.structure_label}/{top.label if top else ''}"
        inspection.say(
            broken(
                "ARC-METS-STRUCTMAP", path=level.path, line=mets.lines.get("structMap") or mets.line,
                expected=f"PHYSICAL/CSIP/{mets.objid}", found=shown,
            )
        )  # fmt: skip
    for held in (mets.references, mets.files(), level.divisions):
        for item in held:
            for name in item.lacks:
                inspection.say(broken("ARC-METS-ATTRIBUTE", path=level.path, line=item.line, expected=name))
    _check_ids(inspection, level)


def _check_ids(inspection: Inspection, level: MetsLevel) -> None:
    for name, line in level.twice:
        inspection.say(broken("ARC-METS-ID", path=level.path, line=line, found=name))
    for attribute, names, line in _pointers(level):
        for name in names:
            if name not in level.ids:
                inspection.say(broken("ARC-METS-REFERENCE", path=level.path, line=line, name=attribute, found=name))


def _pointers(level: MetsLevel) -> Iterator[tuple[str, tuple[str, ...], int]]:
    for item in level.mets.files():
        if item.dmd_ids:
            yield "file/@DMDID", item.dmd_ids, item.line
        if item.adm_ids:
            yield "file/@ADMID", item.adm_ids, item.line
    for division in level.divisions:
        if division.dmd_ids:
            yield "div/@DMDID", division.dmd_ids, division.line
        if division.adm_ids:
            yield "div/@ADMID", division.adm_ids, division.line
        if division.file_ids:
            yield "fptr/@FILEID", division.file_ids, division.line


def _register(inspection: Inspection, level: MetsLevel) -> None:
    named: list[tuple[MetsFile | Reference, str]] = [(item, item.section) for item in level.mets.references]
    named += [(item, group.use) for group in level.mets.groups for item in group.files]
    sizes = inspection.tree.sizes
    for item, use in named:
        href = item.href.removeprefix("./")
        # what the tree holds has a safe name
        if (":" in href or level.base + href not in sizes) and (
            not href or _SCHEME.match(href) or not is_safe_path(href)
        ):
            inspection.say(broken("ARC-METS-HREF", path=level.path, line=item.line, found=item.href))
            continue
        raw = getattr(item, "raw_href", "")
        if raw and " " in raw:
            inspection.say(
                broken("ARC-METS-ENCODING", path=level.path, line=item.line, expected=encode_href(href), found=raw)
            )
        path = level.base + href
        if path in inspection.entries:
            inspection.say(broken("ARC-FIXITY-TWICE", path=path, line=item.line))
            continue
        inspection.entries[path] = Entry(path=path, mets=level.path, item=item, use=use)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False
