"""Canonical XML 1.0, 1.1 and exclusive 1.0, with and without comments, of a document or of one element in it.

libxml2 does the writing. Two things it (through lxml) gets wrong or does not do are mended here:

* lxml canonicalises an inner element as the root of a made-up document that lacks the namespaces declared above it;
  inclusive C14N then writes `xmlns=""` on grandchildren of such an element. The cure: write the element with every
  namespace in scope, read it again, canonicalise that.
* The xml:* attributes of omitted ancestors are inherited in inclusive C14N (`xml:id` not in 1.1, where `xml:base` is
  joined and only `xml:lang` and `xml:space` are inherited otherwise).

An enveloped signature is left out by cutting its range from the canonical text: no element outside the signature is
written differently because of it, so this equals canonicalising without it; the text after it is kept by nature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.xades.c14n_default import exclusive_with_default
from egov_vn.signature.xades.names import XML

__all__ = [
    "C14N10",
    "C14N11",
    "EXCLUSIVE",
    "METHODS",
    "Method",
    "canonicalize",
    "canonicalize_document",
    "cut",
    "join_base",
    "method",
]

_BASE: Final = f"{{{XML}}}base"
_ID: Final = f"{{{XML}}}id"
_SIMPLE: Final = (f"{{{XML}}}lang", f"{{{XML}}}space")


@dataclass(frozen=True, slots=True)
class Method:
    """A canonicalisation method (*phương pháp chuẩn hoá XML*); *prefixes* is the InclusiveNamespaces PrefixList."""

    uri: str
    version: str
    comments: bool = False
    prefixes: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether namespaces are written only where they are visibly used."""
        return self.version == "exc"


_C14N10: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_C14N11: Final = "http://www.w3.org/2006/12/xml-c14n11"
_EXC: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS: Final = {
    item.uri: item
    for item in (
        Method(_C14N10, "1.0"),
        Method(_C14N10 + "#WithComments", "1.0", comments=True),
        Method(_C14N11, "1.1"),
        Method(_C14N11 + "#WithComments", "1.1", comments=True),
        Method(_EXC, "exc"),
        Method(_EXC + "WithComments", "exc", comments=True),
    )
}
C14N10: Final = METHODS[_C14N10]
C14N11: Final = METHODS[_C14N11]
EXCLUSIVE: Final = METHODS[_EXC]


def method(uri: str, prefixes: Iterable[str] = ()) -> Method | None:
    """Return the method of *uri* with an InclusiveNamespaces PrefixList, or None if it is unknown."""
    found = METHODS.get(uri)
    listed = tuple(prefixes)
    if found is None or not listed or not found.exclusive:
        return found
    return Method(found.uri, found.version, found.comments, listed)


def canonicalize_document(root: etree._Element, how: Method, *, comments: bool | None = None) -> bytes:
    """Return the canonical form of the whole document of *root*, with what stands before and after it."""
    if "#default" in how.prefixes:  # seen in messages, where nothing stands outside the root
        return canonicalize(root, how, comments=comments)
    return _write(root.getroottree(), how, how.comments if comments is None else comments)


def canonicalize(element: etree._Element, how: Method, *, comments: bool | None = None) -> bytes:
    """Return the canonical form of *element* and what it holds, as it stands in its document.

    *comments* overrides the method, because a reference `"#id"` names no comments whatever the method. Raises
    `InvalidInput` for what has no canonical form: a relative namespace URI.
    """
    keep = how.comments if comments is None else comments
    alone = element.getparent() is None
    if alone and element.getprevious() is None and element.getnext() is None and "#default" not in how.prefixes:
        return _write(element, how, keep)
    if how.exclusive and not how.prefixes:
        return _write(element, how, keep) if not alone else _write(_reread(element), how, keep)
    root = _reread(element)
    if not how.exclusive:
        _inherit(root, element, how.version)
    if "#default" in how.prefixes:
        return exclusive_with_default(root, how.prefixes, comments=keep)
    return _write(root, how, keep)


def _write(what: etree._Element | etree._ElementTree, how: Method, comments: bool) -> bytes:
    try:
        written: bytes = etree.tostring(
            what,
            method="c14n",
            exclusive=how.exclusive,
            with_comments=comments,
            inclusive_ns_prefixes=list(how.prefixes) or None,
        )
    except (etree.C14NError, etree.LxmlError, ValueError) as error:
        raise InvalidInput(
            "the XML has no canonical form: a namespace name is a relative URI", path="xmlns", source="C14N 1.0, 1.1"
        ) from error
    return written


def _reread(element: etree._Element) -> etree._Element:
    text: bytes = etree.tostring(element, encoding="UTF-8", with_tail=False, xml_declaration=False)
    return _xml.parse(text, max_bytes=max(len(text), _xml.MAX_BYTES))


def _inherit(root: etree._Element, element: etree._Element, version: str) -> None:
    if version == "1.0":
        for ancestor in element.iterancestors():
            for name, value in ancestor.attrib.items():
                if name.startswith(f"{{{XML}}}") and name not in root.attrib:
                    root.set(name, value)
        return
    bases = []
    for ancestor in element.iterancestors():
        for name in _SIMPLE:
            if name in ancestor.attrib and name not in root.attrib:
                root.set(name, ancestor.attrib[name])
        if _BASE in ancestor.attrib:
            bases.append(ancestor.attrib[_BASE])
    if bases:
        _fix_base(root, bases)


def _fix_base(root: etree._Element, bases: list[str]) -> None:
    joined = root.get(_BASE, "")
    for base in bases:
        joined = join_base(base, joined)
    if joined:
        root.set(_BASE, joined)


_URI: Final = re.compile(r"^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$", re.DOTALL)


def join_base(base: str, reference: str) -> str:
    """Join two `xml:base` values as C14N 1.1 section 2.4 says: both may be relative, and a last `..` gets a slash."""
    scheme, host, path, query = _parts(reference)
    base_scheme, base_host, base_path, base_query = _parts(base)
    if scheme is None:
        scheme = base_scheme
        if host is None:
            host = base_host
            if not path:
                path, query = base_path, query if query is not None else base_query
            elif not path.startswith("/"):
                path = _merge(base_path, path, host is not None)
    text = f"{scheme}:" if scheme is not None else ""
    text += f"//{host}" if host is not None else ""
    return text + _without_dots(path) + (f"?{query}" if query is not None else "")


def _parts(uri: str) -> tuple[str | None, str | None, str, str | None]:
    found = _URI.match(uri)
    assert found is not None  # every part is optional
    return found[1], found[2], found[3], found[4]


def _merge(base: str, path: str, has_host: bool) -> str:
    if has_host and not base:
        return "/" + path
    if base.endswith(".."):
        base += "/"
    return base[: base.rfind("/") + 1] + path


def _without_dots(path: str) -> str:
    rooted = path.startswith("/")
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if kept and kept[-1] != "..":
                kept.pop()
            elif not rooted:
                kept.append(part)
        elif part not in (".", ""):
            kept.append(part)
    text = ("/" if rooted else "") + "/".join(kept)
    trailing = parts[-1] in ("", ".", "..") and bool(kept)
    return text + "/" if trailing and not text.endswith("/") else text


def cut(canonical: bytes, tag: bytes, numbers: Iterable[int]) -> bytes:
    """Leave out of canonical text the elements written `<tag …>` whose *numbers* (from 0, document order) are given.

    In canonical text `<` begins markup everywhere but inside comments and processing instructions, so the tags of one
    literal name can be counted and paired without reading the rest.
    """
    wanted = set(numbers)
    pieces: list[bytes] = []
    kept_to, depth, number, start = 0, 0, -1, 0
    for found in _tags(canonical, tag):
        closing = canonical[found.start() + 1] == 0x2F
        if not closing:
            number += 1
            if depth or number in wanted:
                start = start if depth else found.start()
                depth += 1
        elif depth:
            depth -= 1
            if not depth:
                pieces.append(canonical[kept_to:start])
                kept_to = canonical.index(b">", found.start()) + 1
    pieces.append(canonical[kept_to:])
    return b"".join(pieces)


def _tags(canonical: bytes, tag: bytes) -> Iterable[re.Match[bytes]]:
    tags = rb"</?" + re.escape(tag) + rb"(?=[ >])"
    if b"<!--" not in canonical and b"<?" not in canonical:
        yield from re.finditer(tags, canonical)
        return
    for found in re.finditer(rb"<!--.*?-->|<\?.*?\?>|" + tags, canonical, re.DOTALL):
        if canonical[found.start() + 1] not in b"!?":
            yield found
