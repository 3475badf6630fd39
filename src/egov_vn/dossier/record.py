"""The record of a dossier as XML: what an agency signs (XAdES) and an archive keeps.

One element per field, named as on the wire, in the order of the model; no timestamp, no random identifier: the same
dossier always gives the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Final

from lxml import etree

from egov_vn import _xml
from egov_vn.agency import AgencyCode
from egov_vn.dossier.codes import DossierCode, ProcedureCode
from egov_vn.dossier.fields import OpenModel
from egov_vn.dossier.model import Dossier
from egov_vn.errors import InvalidInput, require

__all__ = ["NAMESPACE", "dossier_xml", "read_dossier_xml"]

NAMESPACE: Final = "urn:egov-vn:ho-so:1"
"""The namespace of this library's own record format; no instrument prescribes one."""
_ITEM: Final = "Muc"


def dossier_xml(dossier: Dossier) -> bytes:
    """Return the record of *dossier* as UTF-8 XML with the root `HoSo`; absent fields are left out.

    Fields that this library does not know are written as `<TruongKhac ten="…">` with their JSON value as text.
    """
    root = etree.Element(f"{{{NAMESPACE}}}HoSo", nsmap={None: NAMESPACE}, Id="HoSo")
    _fill(root, require(dossier, Dossier, "dossier"))
    etree.indent(root, space="  ")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def read_dossier_xml(data: bytes) -> Dossier:
    """Read a record that `dossier_xml` wrote (a signature inside is ignored here); raises `InvalidInput`."""
    root = _xml.parse(data, keep_comments=False)
    if root.tag != f"{{{NAMESPACE}}}HoSo":
        raise InvalidInput(f"the root is {root.tag!r}, not HoSo of {NAMESPACE}", path="/")
    return Dossier.from_dict(_mapping(root, Dossier))


def _fill(parent: etree._Element, value: OpenModel) -> None:
    for name, field in type(value).model_fields.items():
        inner = getattr(value, name)
        if inner is None or inner == ():
            continue
        _child(parent, field.serialization_alias or name, inner)
    for name, extra in (value.model_extra or {}).items():
        from pydantic_core import to_json  # noqa: PLC0415 - only for the rare unknown field

        node = etree.SubElement(parent, f"{{{NAMESPACE}}}TruongKhac", ten=_clean(name, name))
        node.text = _clean(to_json(extra).decode("utf-8"), name)


def _child(parent: etree._Element, name: str, value: Any) -> None:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, tuple):
        for item in value:
            _fill(etree.SubElement(node, f"{{{NAMESPACE}}}{_ITEM}"), item)
    else:
        node.text = _clean(_text(value), name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, DossierCode | ProcedureCode | AgencyCode | str | int):
        return str(value)
    raise InvalidInput(f"{value!r} has no place in a record")


def _clean(text: str, name: str) -> str:
    """Refuse what XML 1.0 cannot carry, naming the field."""
    for char in text:
        point = ord(char)
        if (point < 0x20 and char not in "\t\n\r") or 0xD800 <= point <= 0xDFFF or point in (0xFFFE, 0xFFFF):
            raise InvalidInput(f"the character U+{point:04X} cannot be written as XML", path=name)
    return text


def _mapping(node: etree._Element, kind: type[OpenModel]) -> dict[str, Any]:
    from pydantic_core import from_json  # noqa: PLC0415 - as above

    fields = {field.serialization_alias or name: field for name, field in kind.model_fields.items()}
    found: dict[str, Any] = {}
    for child in node:
        if not isinstance(child.tag, str) or not child.tag.startswith(f"{{{NAMESPACE}}}"):
            continue
        name = _xml.local_name(child)
        if name == "TruongKhac":
            try:
                found[child.get("ten", "")] = from_json(child.text or "null")
            except ValueError as error:
                raise InvalidInput(f"not the JSON value of a field: {error}", path=_xml.path_of(child)) from error
        elif name in fields and len(child) and child[0].tag == f"{{{NAMESPACE}}}{_ITEM}":
            inner = _model_of(fields[name].annotation)
            found[name] = tuple(_mapping(item, inner) for item in child) if inner else ()
        else:
            found[name] = child.text or ""
    return found


def _model_of(annotation: Any) -> type[OpenModel] | None:
    for part in getattr(annotation, "__args__", ()):
        if isinstance(part, type) and issubclass(part, OpenModel):
            return part
    return None
