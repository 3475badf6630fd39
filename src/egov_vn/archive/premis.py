"""PREMIS 3.0 as values: objects, events and agents of a package, written as text and read with line numbers.

The form that TT 05/2025/TT-BNV prints (an `object` with `objectCategory` and no `xsi:type`) is invalid under the schema
of the Library of Congress, where `object` is abstract. The valid form is written unless the *literal* one is asked for;
both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from egov_vn import _xml

__all__ = [
    "PREMIS_NS",
    "Premis",
    "PremisAgent",
    "PremisEvent",
    "PremisForm",
    "PremisObject",
    "object_xml",
    "read_premis",
    "write_premis",
]

PREMIS_NS: Final = "http://www.loc.gov/premis/v3"
XSI_NS: Final = "http://www.w3.org/2001/XMLSchema-instance"
MAX_PREMIS_BYTES: Final = 1024 * 1024 * 1024
PremisForm = Literal["loc", "literal"]
_MARKUP: Final = re.compile("[&<>]")
_CATEGORY: Final = {"intellectualEntity": "intellectual entity"}


class PremisObject(NamedTuple):
    """An object (*đối tượng*): *category* is `"file"`, `"representation"` or `"intellectualEntity"`."""

    identifier: str
    category: str = "file"
    size: int | None = None
    digest: str = ""
    digest_algorithm: str = "SHA-256"
    format: str = ""
    original_name: str = ""
    location: str = ""
    events: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisEvent:
    """Something that happened (*sự kiện*) to *objects* at *at* (ISO 8601), done by *agents* as (identifier, role)."""

    identifier: str
    type: str
    at: str
    detail: str = ""
    outcome: str = ""
    agents: tuple[tuple[str, str], ...] = ()
    objects: tuple[tuple[str, str], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisAgent:
    """Who did it (*tác nhân*): *type* is `"organization"`, `"person"` or `"software"`."""

    identifier: str
    name: str
    type: str
    version: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Premis:
    """One PREMIS document."""

    objects: tuple[PremisObject, ...] = ()
    events: tuple[PremisEvent, ...] = ()
    agents: tuple[PremisAgent, ...] = ()
    form: PremisForm = "loc"


def write_premis(premis: Premis, *, files: Sequence[str] = ()) -> bytes:
    """Return the PREMIS document as UTF-8, in the form that it names; *files* are more objects, by `object_xml`."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<premis xmlns="{PREMIS_NS}" xmlns:xsi="{XSI_NS}" version="3.0">',
    ]
    lines.extend(_object(item, premis.form) for item in premis.objects)
    lines.extend(files)
    lines.extend(_event(item) for item in premis.events)
    lines.extend(_agent(item) for item in premis.agents)
    lines.append("</premis>\n")
    return "\n".join(lines).encode("utf-8")


def _text(value: str) -> str:
    return escape(value) if _MARKUP.search(value) else value


def _identifier(name: str, value: str) -> str:
    return f"<{name}><{name}Type>local</{name}Type><{name}Value>{_text(value)}</{name}Value></{name}>"


def object_xml(
    *,
    identifier: str,
    form: PremisForm,
    category: str = "file",
    size: int | None = None,
    digest: str = "",
    digest_algorithm: str = "SHA-256",
    format: str = "",  # noqa: A002 - the element's name
    original_name: str = "",
    location: str = "",
    events: Sequence[str] = (),
) -> str:
    """Return an `object`; a package has thousands, for which no values are made."""
    if form == "literal":
        kind, told = "", f"<objectCategory>{_CATEGORY.get(category, category)}</objectCategory>"
    else:
        kind, told = f' xsi:type="{category}"', ""
    if category == "file":
        told += (
            f"<objectCharacteristics><fixity><messageDigestAlgorithm>{digest_algorithm}</messageDigestAlgorithm>"
            f"<messageDigest>{digest}</messageDigest></fixity><size>{size}</size><format><formatDesignation>"
            f"<formatName>{_text(format)}</formatName></formatDesignation></format></objectCharacteristics>"
        )
    if original_name:
        told += f"<originalName>{_text(original_name)}</originalName>"
    if location:
        told += (
            "<storage><contentLocation><contentLocationType>relative path</contentLocationType>"
            f"<contentLocationValue>{_text(location)}</contentLocationValue></contentLocation></storage>"
        )
    if events:
        told += "".join([_identifier("linkingEventIdentifier", event) for event in events])
    return f"<object{kind}>{_identifier('objectIdentifier', identifier)}{told}</object>"


def _object(item: PremisObject, form: PremisForm) -> str:
    return object_xml(
        identifier=item.identifier,
        form=form,
        category=item.category,
        size=item.size,
        digest=item.digest,
        digest_algorithm=item.digest_algorithm,
        format=item.format,
        original_name=item.original_name,
        location=item.location,
        events=item.events,
    )


def _event(item: PremisEvent) -> str:
    parts = [
        "<event>", _identifier("eventIdentifier", item.identifier), f"<eventType>{_text(item.type)}</eventType>",
        f"<eventDateTime>{_text(item.at)}</eventDateTime>",
    ]  # fmt: skip
    if item.detail:
        parts.append(
            f"<eventDetailInformation><eventDetail>{_text(item.detail)}</eventDetail></eventDetailInformation>"
        )
    if item.outcome:
        parts.append(
            f"<eventOutcomeInformation><eventOutcome>{_text(item.outcome)}</eventOutcome></eventOutcomeInformation>"
        )
    for name, links in (("Agent", item.agents), ("Object", item.objects)):
        for identifier, role in links:
            tag = f"linking{name}"
            told = f"<{tag}Role>{_text(role)}</{tag}Role>" if role else ""
            parts.append(
                f"<{tag}Identifier><{tag}IdentifierType>local</{tag}IdentifierType><{tag}IdentifierValue>"
                f"{_text(identifier)}</{tag}IdentifierValue>{told}</{tag}Identifier>"
            )
    parts.append("</event>")
    return "".join(parts)


def _agent(item: PremisAgent) -> str:
    version = f"<agentVersion>{_text(item.version)}</agentVersion>" if item.version else ""
    return (
        f"<agent>{_identifier('agentIdentifier', item.identifier)}<agentName>{_text(item.name)}</agentName>"
        f"<agentType>{_text(item.type)}</agentType>{version}</agent>"
    )


_P: Final = f"{{{PREMIS_NS}}}"


def read_premis(data: bytes | etree._Element, *, source: str | None = None) -> Premis:
    """Read a PREMIS document in either form, tolerantly; `InvalidInput` if it is not safe, well-formed XML."""
    root = data if etree.iselement(data) else _xml.parse(data, source=source, max_bytes=MAX_PREMIS_BYTES)
    literal = any(
        item.get(f"{{{XSI_NS}}}type") is None and item.find(f"{_P}objectCategory") is not None
        for item in root.iterfind(f"{_P}object")
    )
    return Premis(
        objects=tuple(_read_objects(root)),
        events=tuple(_read_events(root)),
        agents=tuple(
            PremisAgent(
                identifier=_at(item, "agentIdentifier/agentIdentifierValue"),
                name=_at(item, "agentName"),
                type=_at(item, "agentType"),
                version=_at(item, "agentVersion"),
                line=item.sourceline or 0,
            )
            for item in root.iterfind(f"{_P}agent")
        ),
        form="literal" if literal else "loc",
    )


@cache
def _qualified(path: str) -> str:
    return "/".join(_P + step for step in path.split("/"))


def _at(item: etree._Element, path: str) -> str:
    return item.findtext(_qualified(path), "").strip()


_EVENT_LINK: Final = f"{_P}linkingEventIdentifier"
_OBJECT_TEXTS: Final = {
    "objectCategory": "category",
    "objectIdentifier/objectIdentifierValue": "identifier",
    "objectCharacteristics/size": "size",
    "objectCharacteristics/fixity/messageDigest": "digest",
    "objectCharacteristics/fixity/messageDigestAlgorithm": "algorithm",
    "objectCharacteristics/format/formatDesignation/formatName": "format",
    "originalName": "original_name",
    "storage/contentLocation/contentLocationValue": "location",
}


@cache
def _object_steps() -> dict[str, Any]:
    steps: dict[str, Any] = {}
    for path, name in _OBJECT_TEXTS.items():
        *parents, leaf = path.split("/")
        place = steps
        for step in parents:
            place = place.setdefault(_P + step, {})
        place[_P + leaf] = name
    return steps


def _texts(
    item: etree._Element, steps: dict[str, Any], found: dict[str, str], others: list[etree._Element]
) -> dict[str, str]:
    """Gather the first text of each path of *steps* in one walk, for a package has as many objects as files.

    The elements that no step leads to are put among *others*.
    """
    for child in item:
        tag: Any = child.tag  # a function for comments
        step = steps.get(tag)
        if step is None:
            others.append(child)
        elif step.__class__ is dict:
            _texts(child, step, found, others)
        elif step not in found:
            found[step] = (child.text or "").strip()
    return found


def _read_objects(root: etree._Element) -> Iterator[PremisObject]:
    steps = _object_steps()
    for item in root.iterfind(f"{_P}object"):
        others: list[etree._Element] = []
        texts = _texts(item, steps, {}, others)
        kind = item.get(f"{{{XSI_NS}}}type", "").rpartition(":")[2]
        if not kind:
            words = texts.get("category", "")
            kind = "intellectualEntity" if words == "intellectual entity" else words
        size = texts.get("size", "")
        yield PremisObject(
            identifier=texts.get("identifier", ""),
            category=kind,
            size=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
            digest=texts.get("digest", ""),
            digest_algorithm=texts.get("algorithm", ""),
            format=texts.get("format", ""),
            original_name=texts.get("original_name", ""),
            location=texts.get("location", ""),
            events=tuple(_at(link, "linkingEventIdentifierValue") for link in others if link.tag == _EVENT_LINK),
            line=item.sourceline or 0,
        )


def _read_events(root: etree._Element) -> Iterator[PremisEvent]:
    for item in root.iterfind(f"{_P}event"):
        links: dict[str, tuple[tuple[str, str], ...]] = {}
        for name in ("Agent", "Object"):
            links[name] = tuple(
                (_at(link, f"linking{name}IdentifierValue"), _at(link, f"linking{name}Role"))
                for link in item.iterfind(f"{_P}linking{name}Identifier")
            )
        yield PremisEvent(
            identifier=_at(item, "eventIdentifier/eventIdentifierValue"),
            type=_at(item, "eventType"),
            at=_at(item, "eventDateTime"),
            detail=_at(item, "eventDetailInformation/eventDetail"),
            outcome=_at(item, "eventOutcomeInformation/eventOutcome"),
            agents=links["Agent"],
            objects=links["Object"],
            line=item.sourceline or 0,
        )
