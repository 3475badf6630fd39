"""The descriptive records on the wire: a flat `<simpledc>` without namespace, in files named `EAD*.xml`.

Written strictly; read by local name, tolerantly, with a finding for each thing tolerated. No XML schema of the circular
was found: the ones written beside the records are made from the field tables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from egov_vn import _xml
from egov_vn.archive.fields import CODE_SEPARATOR, Field, FieldTable, codes
from egov_vn.archive.record import Description
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.archive.values import check_values, format_date, parse_date, plainly_good, split_codes
from egov_vn.errors import InvalidInput

__all__ = ["ROOT", "read_description", "schema_of", "write_description"]

ROOT: Final = "simpledc"
_MARKUP: Final = re.compile("[&<>]")
_TRUE: Final = {"true": "1", "có": "1", "yes": "1", "false": "0", "không": "0", "no": "0"}


def write_description(description: Description, *, schema: str = "", repealed: bool = False) -> bytes:
    """Return the XML of *description* in the order of its table; *schema* is the relative path of its schema.

    A table that is repealed (TT 02/2019/TT-BNV) is only read: `InvalidInput` unless *repealed* says that it is meant.
    """
    if description.table.until is not None and not repealed:
        raise InvalidInput(
            f"{description.table.source} is repealed since {description.table.until.isoformat()}: convert the record",
            path=description.table.name,
        )
    located = ""
    if schema:
        located = (
            f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{escape(schema)}"'
        )
    values = description.values.items()
    if _MARKUP.search("".join(description.values.values())):
        values = {name: escape(value) for name, value in values}.items()
    body = "".join([f"  <{name}>{value}</{name}>\n" for name, value in values if "." not in name])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT}{located}>\n{body}</{ROOT}>\n'.encode()


def read_description(
    data: bytes | etree._Element, table: FieldTable, *, path: str = ""
) -> tuple[Description, tuple[CheckFinding, ...]]:
    """Read the XML of one record under *table* and tell what was tolerated and what is wrong.

    Names are taken by local name in any case and in known misprints; codes may be written as names, dates as ISO 8601,
    booleans as words. `InvalidInput` if the bytes are not safe, well-formed XML.
    """
    root = data if etree.iselement(data) else _xml.parse(data, source=path or None)
    findings: list[CheckFinding] = []
    if _xml.local_name(root) != ROOT:
        findings.append(
            broken("ARC-XML-ROOT", path=path, line=root.sourceline, expected=ROOT, found=_xml.local_name(root))
        )
    namespace = etree.QName(root).namespace
    if namespace:
        findings.append(broken("ARC-FIELD-NAMESPACE", path=path, line=root.sourceline, found=namespace))
    good = plainly_good(table)
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    judged: set[str] = set()
    for item in root:
        if not isinstance(item.tag, str):
            continue
        tag, line = item.tag, item.sourceline or 0
        local = tag if tag[0] != "{" else tag.rpartition("}")[2]
        if len(item) and item.find("*") is not None and not _is_group(table, local):
            inner = next(child for child in item if isinstance(child.tag, str))
            findings.append(
                broken("ARC-FIELD-NESTED", path=path, line=inner.sourceline, name=local, found=_xml.local_name(inner))
            )
        name = local if local in table else table.aliases.get(local) or table.aliases.get(local.lower(), local)
        if name != local:
            findings.append(broken("ARC-FIELD-SPELLING", path=path, line=line, expected=name, found=local))
        text = _xml.text_of(item) if len(item) else (item.text or "").strip()
        if name in values:
            field = table.by_name.get(name)
            if field is not None and field.multi and text:
                values[name] += CODE_SEPARATOR + text
                judged.discard(name)
            else:
                findings.append(broken("ARC-FIELD-REPEATED", path=path, line=line, name=name, found=text))
            continue
        lines[name] = line
        if name in good and good[name](text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
            values[name] = text
            if text:
                judged.add(name)
            continue
        field = table.by_name.get(name)
        values[name] = _tolerate(field, name, text, path, line, findings) if field else text
    findings.extend(check_values(table, values, path=path, lines=lines, judged=judged))
    held = {name: values[name] for name in table.by_name if values.get(name)}
    return Description(table=table, values=MappingProxyType(held)), tuple(findings)


def _is_group(table: FieldTable, name: str) -> bool:
    return any(path.startswith(name + ".") for path in table.by_name)


def _tolerate(field: Field, name: str, text: str, path: str, line: int, findings: list[CheckFinding]) -> str:
    value = unicodedata.normalize("NFC", text)
    if not value:
        return value
    if field.type == "Boolean":
        value = _TRUE.get(value.casefold(), value)
    if field.codes:
        value = _tolerate_codes(field, value)
    elif field.type == "Date" and parse_date(value, partial=True) is None:
        value = _iso_to_date(value)
    elif field.type == "Number" and value.endswith(".0"):
        value = value[:-2]
    if value != text:
        findings.append(broken("ARC-FIELD-TOLERATED", path=path, line=line, name=name, expected=value, found=text))
    return value


def _tolerate_codes(field: Field, value: str) -> str:
    known = codes(field.codes or "")
    if value in known.labels:
        return value
    parts = split_codes(value) if field.multi else (value,)
    if all(part in known.labels for part in parts):
        return value
    try:
        return CODE_SEPARATOR.join(
            known.code(part.zfill(2) if part.isdigit() and len(part) == 1 and part not in known.labels else part)
            for part in parts
        )
    except InvalidInput:
        return value


def _iso_to_date(value: str) -> str:
    year, first, rest = value.partition("-")
    month, second, day = rest[:5].partition("-")
    if not (first and second and len(year) == 4):
        return value
    made = f"{day[:2]}/{month}/{year}"
    read = parse_date(made)
    return format_date(read) if read is not None else value


@cache
def schema_of(table: FieldTable) -> bytes:
    """Return an XML Schema of the table's records, made from its fields: our reading, not an official one."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<!-- Made from the field table {table.name} ({table.source}); not an official schema. -->",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">',
        f'<xs:element name="{ROOT}"><xs:complexType><xs:all>',
    ]
    lines.extend(
        f'<xs:element name="{item.name}" minOccurs="{1 if item.required == "R" else 0}"><xs:simpleType>'
        f'<xs:restriction base="xs:string">{_facet(item)}</xs:restriction></xs:simpleType></xs:element>'
        for item in table.fields
    )
    lines.append("</xs:all></xs:complexType></xs:element></xs:schema>\n")
    return "\n".join(lines).encode()


def _facet(item: Field) -> str:
    if item.codes and not item.multi:
        return "".join(f'<xs:enumeration value="{code}"/>' for code in codes(item.codes).labels)
    if item.type == "Date":
        return f'<xs:pattern value="{"(([0-9]{2}/)?[0-9]{2}/)?" if item.partial else "[0-9]{2}/[0-9]{2}/"}[0-9]{{4}}"/>'
    if item.type == "Number":
        return f'<xs:pattern value="[0-9]{{1,{item.length or 18}}}"/>'
    if item.type == "Boolean":
        return '<xs:pattern value="[01]"/>'
    return f'<xs:maxLength value="{item.length}"/>' if item.length else ""
