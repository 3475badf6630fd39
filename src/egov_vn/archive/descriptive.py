"""The descriptive records on the wire: a flat `<simpledc>` without namespace, in files named `EAD*.xml`.

Written strictly; read by local name, tolerantly, with a finding for each thing tolerated. No XML schema of the circular
was found: the ones written beside the records are made from the field tables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree

from egov_vn import _xml
from egov_vn.archive.fields import CODE_SEPARATOR, Field, FieldTable, codes
from egov_vn.archive.record import Description
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.archive.values import check_values, format_date, parse_date, plainly_good, split_codes
from egov_vn.errors import InvalidInput

__all__ = ["ROOT", "read_description", "read_plain", "schema_of", "write_description"]

ROOT: Final = "simpledc"
_PLAIN_HEAD: Final = re.compile(
    r'<\?xml version="1\.0" encoding="(?:UTF|utf)-8"\?>[ \t\n]*<simpledc'
    r'(?: xmlns:xsi="http://www\.w3\.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="[A-Za-z0-9_./-]*")?>'
)
_PLAIN_FIELD: Final = re.compile(r"<([A-Za-z]+)>([^<&\r]*)</\1>")
_BLANK: Final = " \t\n"
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
    if root.tag != ROOT:
        name, namespace = _xml.local_name(root), etree.QName(root).namespace
        if name != ROOT:
            findings.append(broken("ARC-XML-ROOT", path=path, line=root.sourceline, expected=ROOT, found=name))
        if namespace:
            findings.append(broken("ARC-FIELD-NAMESPACE", path=path, line=root.sourceline, found=namespace))
    good = plainly_good(table)
    values: dict[str, str] = {}
    odd: set[str] = set()
    for item in root:
        tag: Any = item.tag  # a function for comments
        test = good.get(tag)
        # most values of most records: a field of the table, there once, text without fault
        if test is not None and tag not in values and not len(item):
            text = (item.text or "").strip()
            if text and test(text):
                values[tag] = text
                continue
        if isinstance(tag, str):
            odd.add(_read_field(item, table, path, values, findings))
    judged = values.keys() - odd if odd else values.keys()
    found = check_values(table, values, path=path, judged=judged)
    if found:  # now their lines are worth a second look
        found = check_values(table, values, path=path, lines=_lines(root, table), judged=judged)
    order = () if odd else _in_order(table, tuple(values))
    held = (
        values if not odd and not order else {name: values[name] for name in order or table.by_name if values.get(name)}
    )
    return Description(table=table, values=MappingProxyType(held)), (*findings, *found)


@lru_cache(4096)
def _in_order(table: FieldTable, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return *names*, fields of *table*, in its order; nothing if they are. Few records differ in their fields."""
    ordered = tuple(name for name in table.by_name if name in set(names))
    return () if ordered == names else ordered


def read_plain(data: bytes, table: FieldTable) -> dict[str, str] | None:
    """Return the values of a record without fault in the form that most programs write, None for any other.

    That form is so narrow that a pattern can read it: elements of text only, no entity, comment or section, nothing to
    tolerate. Whatever differs, and every fault, is for `read_description`; both give the same values.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = _PLAIN_HEAD.match(text)
    if head is None or "]]>" in text:
        return None
    # gap, name, text, gap, name, text, …, what follows the last field
    parts = _PLAIN_FIELD.split(text[head.end() :])
    if parts[-1].strip(_BLANK) != f"</{ROOT}>" or "".join(parts[:-1:3]).strip(_BLANK):
        return None
    good = plainly_good(table)
    values = {name: value.strip() for name, value in zip(parts[1::3], parts[2::3], strict=True)}
    if len(values) * 3 + 1 != len(parts):
        return None
    for name, value in values.items():
        test = good.get(name)
        if test is None or not value or not test(value):
            return None
    if check_values(table, values, judged=values.keys()):
        return None
    order = _in_order(table, tuple(values))
    return {name: values[name] for name in order} if order else values


def _read_field(
    item: etree._Element,
    table: FieldTable,
    path: str,
    values: dict[str, str],
    findings: list[CheckFinding],
) -> str:
    """Enter a field that is not as it should be, or not plainly so, into *values*; return its name."""
    local, line = _xml.local_name(item), item.sourceline or 0
    if len(item) and item.find("*") is not None and not _is_group(table, local):
        inner = next(child for child in item if isinstance(child.tag, str))
        findings.append(
            broken("ARC-FIELD-NESTED", path=path, line=inner.sourceline, name=local, found=_xml.local_name(inner))
        )
    name = _known_name(table, local)
    if name != local:
        findings.append(broken("ARC-FIELD-SPELLING", path=path, line=line, expected=name, found=local))
    text = _xml.text_of(item)
    field = table.by_name.get(name)
    if name not in values:
        values[name] = _tolerate(field, name, text, path, line, findings) if field else text
    elif field is not None and field.multi and text:
        values[name] += CODE_SEPARATOR + text
    else:
        findings.append(broken("ARC-FIELD-REPEATED", path=path, line=line, name=name, found=text))
    return name


def _known_name(table: FieldTable, local: str) -> str:
    return local if local in table else table.aliases.get(local) or table.aliases.get(local.lower(), local)


def _lines(root: etree._Element, table: FieldTable) -> dict[str, int]:
    lines: dict[str, int] = {}
    for item in root.iterchildren(etree.Element):
        lines.setdefault(_known_name(table, _xml.local_name(item)), item.sourceline or 0)
    return lines


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
