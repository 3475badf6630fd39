"""The one XML parser: no DTD, no entities, no network, and limits on size and depth.

Everybody who reads XML calls `parse`; nobody else makes an `lxml.etree.XMLParser`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from lxml import etree

from egov_vn.errors import InvalidInput

__all__ = ["MAX_BYTES", "MAX_DEPTH", "local_name", "parse", "path_of", "text_of"]

MAX_BYTES: Final = 64 * 1024 * 1024
"""Documents larger than this are refused unless the caller raises the limit."""
MAX_DEPTH: Final = 200
"""Elements nested deeper than this are refused."""
_SMALL: Final = 64 * 1024
_ASCII_BASED: Final = frozenset({"UTF-8", "utf-8", "US-ASCII", "ASCII"})


def parse(
    data: bytes,
    *,
    source: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    keep_comments: bool = True,
) -> etree._Element:
    """Return the root of the XML document *data*.

    Raises `InvalidInput` with the line of the fault if it is not well-formed, is larger than *max_bytes*, nests deeper
    than *max_depth*, or carries a document type declaration (and so any entity of its own).
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidInput(f"XML is read from bytes, not from {type(data).__name__}", source=source)
    data = bytes(data)
    if len(data) > max_bytes:
        raise InvalidInput(f"{len(data)} bytes exceed the limit of {max_bytes}", source=source)
    huge = len(data) > 9_000_000 or max_depth > 250
    # a shared parser lets one thread in at a time: good for the many small documents only
    parser = (_shared_parser if len(data) <= _SMALL else _parser)(huge, keep_comments)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise InvalidInput(f"not well-formed XML: {error.msg}", path=f"line {line}", source=source) from error
    except ValueError as error:
        raise InvalidInput(f"not XML: {error}", source=source) from error
    docinfo = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise InvalidInput("a document type declaration is not allowed", path="line 1", source=source)
    # fewer tags than levels need no search; only where "<" is the byte that says so
    if docinfo.encoding not in _ASCII_BASED or data.count(b"<") > max_depth:
        _check_depth(root, max_depth, source)
    return root


def _parser(huge: bool, keep_comments: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=huge,
        remove_comments=not keep_comments,
        remove_pis=False,
        strip_cdata=False,
    )


_shared_parser: Final = cache(_parser)


def _check_depth(root: etree._Element, limit: int, source: str | None) -> None:
    # A path of limit + 1 steps selects what lies deeper: a search in C, several times faster than a walk.
    if limit > _PATH_LIMIT or (_DEEPER if limit == MAX_DEPTH else _deeper(limit))(root):
        where = _first_below(root, limit)
        if not where:
            return
        raise InvalidInput(f"elements nest deeper than {limit}", path=where, source=source)


def _deeper(limit: int) -> etree.XPath:
    return etree.XPath("boolean(/" + "/".join("*" * (limit + 1)) + ")")


_DEEPER: Final = _deeper(MAX_DEPTH)
_PATH_LIMIT: Final = 500  # libxml2 compiles no path much longer


def _first_below(root: etree._Element, limit: int) -> str:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return f"line {element.sourceline}"
    return ""


def local_name(element: etree._Element) -> str:
    """Return the element's name without its namespace."""
    return etree.QName(element).localname


def text_of(element: etree._Element | None) -> str:
    """Return the element's text, comments left out, stripped; an empty string for None."""
    return "".join(element.itertext(etree.Element)).strip() if element is not None else ""


def path_of(element: etree._Element) -> str:
    """Return where the element stands, in Clark-free local names with positions: `/mets/fileSec/fileGrp[2]`."""
    parts: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        name = local_name(node)
        if parent is not None:
            twins = [child for child in parent if isinstance(child.tag, str) and local_name(child) == name]
            if len(twins) > 1:
                name += f"[{twins.index(node) + 1}]"
        parts.append(name)
        node = parent
    return "/" + "/".join(reversed(parts))
