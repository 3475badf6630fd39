"""Exclusive canonicalisation with `#default` in its PrefixList, written out by hand.

lxml drops the prefixes that are no name of the document, and `#default`, which stands for the default namespace, never
is one. It is rare and its documents are small, so this is kept plain rather than fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature.xades.names import XML

__all__ = ["exclusive_with_default"]

_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_VALUE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


def exclusive_with_default(root: etree._Element, prefixes: Iterable[str], *, comments: bool) -> bytes:
    """Return the exclusive canonical form of *root*, with *prefixes* handled as in inclusive canonicalisation."""
    inclusive = frozenset("" if item == "#default" else item for item in prefixes)
    pieces: list[str] = []
    _write(root, {}, inclusive, comments, pieces)
    return "".join(pieces).encode("utf-8")


def _write(
    node: etree._Element, shown: Mapping[str, str], inclusive: frozenset[str], comments: bool, pieces: list[str]
) -> None:
    kind: object = node.tag
    if kind is etree.Comment:
        pieces.append(f"<!--{node.text or ''}-->" if comments else "")
        return
    if kind is etree.PI:
        name = str(getattr(node, "target", ""))
        target = f"{name} {node.text}" if node.text else name
        pieces.append(f"<?{target}?>")
        return
    qname = etree.QName(node)
    tag = f"{node.prefix}:{qname.localname}" if node.prefix else qname.localname
    scope = {prefix or "": uri for prefix, uri in node.nsmap.items()}
    declared = _declared(node, scope, shown, inclusive)
    pieces.append(
        f"<{tag}{''.join(_declaration(*item) for item in sorted(declared.items()))}{_attributes(node, scope)}>"
    )
    pieces.append(_escape(node.text, _TEXT))
    for child in node:
        _write(child, {**shown, **declared}, inclusive, comments, pieces)
        pieces.append(_escape(child.tail, _TEXT))
    pieces.append(f"</{tag}>")


def _declared(
    node: etree._Element, scope: Mapping[str, str], shown: Mapping[str, str], inclusive: frozenset[str]
) -> dict[str, str]:
    used = {node.prefix or ""} | (inclusive & (scope.keys() | {""} if "" in shown else scope.keys()))
    for key in node.attrib:
        uri = etree.QName(key).namespace
        if uri is not None and uri != XML:
            used.add(_prefix_of(uri, scope))
    declared = {}
    for prefix in used:
        uri = scope.get(prefix, "")
        if uri.startswith("/") or (uri and ":" not in uri):
            raise InvalidInput("the XML has no canonical form: a namespace name is a relative URI", path="xmlns")
        if shown.get(prefix, "") != uri:
            declared[prefix] = uri
    return declared


def _prefix_of(uri: str, scope: Mapping[str, str]) -> str:
    return next(prefix for prefix, value in scope.items() if value == uri and prefix)


def _declaration(prefix: str, uri: str) -> str:
    return f' xmlns{":" + prefix if prefix else ""}="{_escape(uri, _VALUE)}"'


def _attributes(node: etree._Element, scope: Mapping[str, str]) -> str:
    written = []
    for key, value in node.attrib.items():
        name = etree.QName(key)
        uri = name.namespace or ""
        prefix = "xml" if uri == XML else _prefix_of(uri, scope) if uri else ""
        written.append((uri, name.localname, f"{prefix}:{name.localname}" if prefix else name.localname, value))
    return "".join(f' {name}="{_escape(value, _VALUE)}"' for _, _, name, value in sorted(written))


def _escape(text: str | None, table: Mapping[str, str]) -> str:
    return "".join(table.get(character, character) for character in text) if text else ""
