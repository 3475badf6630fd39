"""How much work canonicalising a document is, known before it is begun.

libxml2 walks every namespace in scope, twice, at every element: ninety kilobytes with 4,000 declarations take it two
minutes. Exclusive canonicalisation repeats a declaration at every element that needs it: a namespace name of ten
kilobytes makes 130 kilobytes into 200 megabytes. Both are seen from the text of the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from egov_vn.signature.xades.c14n import Method

__all__ = ["PER_ELEMENT", "Density"]

_ASCII_BASED: Final = re.compile(r"(?i)utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d")
_DECLARATION: Final = re.compile(rb"xmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_MOST_STEPS: Final = 2_000_000_000
"""Elements times the square of the namespaces in scope: about eight seconds."""
_MOST_REPEATED: Final = 512 * 1024 * 1024
_SMALL: Final = 16 * 1024
_FEW: Final = 64
"""A document of at most these bytes and declarations needs no closer look: nothing in it can be dear."""
_LONG_NAME: Final = 200
_MOST_PREFIXES: Final = 200
PER_ELEMENT: Final = 40
"""What an element costs beside its octets, in octets; namespaces come on top."""
_BY_HAND: Final = 500
"""What it costs more where libxml2 is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """What makes a document dear to canonicalise: upper bounds, read from its text."""

    elements: int
    namespaces: int
    """Namespaces in scope at one element."""
    repeated: int
    """Octets that exclusive canonicalisation may add by repeating long namespace names."""

    @classmethod
    def of(cls, root: etree._Element, source: bytes) -> Density:
        """Measure the document *root*, read from *source* (empty: it is written out again)."""
        encoding = root.getroottree().docinfo.encoding or "UTF-8"
        if not source or not _ASCII_BASED.fullmatch(encoding):
            source = etree.tostring(root, encoding="UTF-8")
        declarations = source.count(b"xmlns")
        if len(source) <= _SMALL and declarations <= _FEW:
            return cls(elements=source.count(b"<"), namespaces=declarations, repeated=0)
        prefixes, longest = set(), 0
        for found in _DECLARATION.finditer(source):
            prefixes.add(found[1])
            longest = max(longest, len(found[2] or found[3] or b""))
        elements = source.count(b"<")
        names = elements + source.count(b":")
        namespaces = len(prefixes)
        if elements * namespaces**2 > _MOST_STEPS:
            namespaces = _most_in_scope(root)
        repeated = names * longest if longest > _LONG_NAME or len(source) > 8_000_000 else 0
        return cls(elements=elements, namespaces=namespaces, repeated=repeated)

    def refuses(self, how: Method) -> bool:
        """Say whether one canonicalisation of the document may cost more than can be let happen."""
        if how.exclusive and (self.repeated > _MOST_REPEATED or len(how.prefixes) > _MOST_PREFIXES):
            return True
        inclusive = not how.exclusive or bool(how.prefixes)
        return inclusive and self.elements * self.namespaces**2 > _MOST_STEPS

    def cost(self, octets: bytes, how: Method) -> int:
        """Return what making the canonical text *octets* cost."""
        each = PER_ELEMENT if how.exclusive and not how.prefixes else PER_ELEMENT + self.namespaces**2 // 8
        if "#default" in how.prefixes:
            each += _BY_HAND
        return len(octets) + octets.count(b"</") * each


def _most_in_scope(root: etree._Element) -> int:
    now, most = 0, 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    return most
