"""Splicing: where an element stands in the bytes of its document, so that nothing signed is ever written anew.

The parser tells which element is meant; a scan of the source for tags of that literal name tells where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from egov_vn.errors import InvalidInput

__all__ = ["Source", "Span", "span_of"]

_ASCII_LIKE: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-\d+|windows-125\d|cp125\d|koi8-[ru]|latin-?1", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a document in a form in which ASCII can be searched and inserted, and the way back."""

    work: bytes
    encoding: str = ""
    """Empty where `work` is the document itself; else the encoding to go back to (a BOM is part of the text)."""

    @classmethod
    def of(cls, data: bytes, root: etree._Element) -> Source:
        """Return the source of the document that was parsed into *root*."""
        encoding = root.getroottree().docinfo.encoding or "UTF-8"
        for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
            if data.startswith(mark):
                encoding = codec
        if _ASCII_LIKE.fullmatch(encoding):
            return cls(data)
        if encoding.lower() in ("utf-16", "utf-16le", "utf-16be"):  # without a mark the first `<` tells
            encoding = "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
        try:
            work = data.decode(encoding).encode("utf-8")
            same = work.decode("utf-8").encode(encoding) == data
        except (LookupError, UnicodeError):
            same = False
        if not same:
            raise InvalidInput(
                f"a document in encoding {encoding} cannot be signed in place; use UTF-8", path="encoding"
            )
        return cls(work, encoding)

    def insert(self, at: int, text: bytes, *, until: int | None = None) -> bytes:
        """Return the document with *text* (ASCII) put in at offset *at*, in place of what stands up to *until*."""
        changed = self.work[:at] + text + self.work[at if until is None else until :]
        return changed.decode("utf-8").encode(self.encoding) if self.encoding else changed


@dataclass(frozen=True, slots=True)
class Span:
    """Where an element stands: offsets of its start tag, of its content, and of its end tag."""

    start: int
    content: int
    close: int
    end: int
    name: bytes
    """The literal name of the tag."""

    @property
    def empty(self) -> bool:
        """Whether it is written `<a/>`: then there is no end tag, and `content` is `end`."""
        return self.content == self.end

    def append(self, source: Source, text: bytes) -> bytes:
        """Return the document with *text* put in as the last thing inside the element."""
        if not self.empty:
            return source.insert(self.close, text)
        slash = source.work.rindex(b"/", self.start, self.end)
        return source.insert(slash, b">" + text + b"</" + self.name + b">", until=self.end)


def span_of(source: Source, element: etree._Element) -> Span:
    """Find *element*, which was parsed from *source*, in its bytes."""
    local = etree.QName(element).localname
    name = (f"{element.prefix}:{local}" if element.prefix else local).encode("utf-8")
    root = element.getroottree().getroot()
    if element is root:
        quick = _root_span(source.work, name)
        if quick is not None:
            return quick
    number = 0
    for twin in root.iter(f"{{*}}{local}"):
        if twin is element:
            break
        number += twin.prefix == element.prefix
    return _scan(source.work, name, number)


def _root_span(work: bytes, name: bytes) -> Span | None:
    close = work.rfind(b"</" + name)
    tail = work[close:]
    if close < 0 or b"-->" in tail or b"?>" in tail:
        return None
    opening = _opening(name).search(work)
    if opening is None or b"<!--" in work[: opening.start()]:
        return None
    return Span(opening.start(), opening.end(), close, work.index(b">", close) + 1, name)


def _opening(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<" + re.escape(name) + rb"(?=[\s/>])" + _ATTRIBUTES, re.DOTALL)


_ATTRIBUTES: Final = rb"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
_ASIDE: Final = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"


def _scan(work: bytes, name: bytes, number: int) -> Span:
    literal = re.escape(name)
    tags = rb"|<" + literal + rb"(?=[\s/>])" + _ATTRIBUTES + rb"|</" + literal + rb"\s*>"
    count, depth, opened = -1, 0, None
    for found in re.finditer(_ASIDE + tags, work, re.DOTALL):
        text = found.group()
        if text[1] in b"!?":
            continue
        if text[1] == 0x2F:
            if opened is not None:
                depth -= 1
                if not depth:
                    return Span(opened[0], opened[1], found.start(), found.end(), name)
            continue
        count += 1
        closed = text.endswith(b"/>")
        if opened is None and count == number:
            if closed:
                return Span(found.start(), found.end(), found.end(), found.end(), name)
            opened, depth = found.span(), 1
        elif opened is not None and not closed:
            depth += 1
    raise InvalidInput(f"the element {name.decode()} was not found in the source", path="encoding")
