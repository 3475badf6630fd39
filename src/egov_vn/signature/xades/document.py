"""The parsed document: its ids, its signatures, and the canonical text already made of it."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import c14n
from egov_vn.signature.xades.limits import XmlLimits
from egov_vn.signature.xades.names import XML, ds
from egov_vn.signature.xades.work import PER_ELEMENT, Density

__all__ = ["Document", "Spent"]

_NAMES = frozenset({"Id", "ID", "id", f"{{{XML}}}id"})
_LOCAL_NAMES = frozenset({"Id", "ID", "id"})
_BY_VALUE = etree.XPath("//@*[. = $value]")
_ALL = etree.XPath("//@*[local-name() = 'Id' or local-name() = 'ID' or local-name() = 'id']")


_LEAST_WORK = 256 * 1024 * 1024
_WORK_PER_BYTE = 24
_MOST_DIAGNOSES = 5


class Spent(InvalidInput):
    """The work limit of the document is used up."""

    def __init__(self, message: str = "the document asks for more work than the limit allows") -> None:
        super().__init__(message, path="Signature")


class Document:
    """One XML document under assessment, with a budget of octets to digest.

    An id is any attribute `Id`, `ID`, `id` or `xml:id`, all four together: a name that two elements bear in any of
    these spellings resolves to neither. An attribute of such a name in another namespace (`wsu:Id`) is no id, but it
    makes the name it repeats as useless, since other software may follow it.
    """

    def __init__(
        self,
        root: etree._Element,
        *,
        limits: XmlLimits | None = None,
        source: bytes = b"",
        parent: Document | None = None,
    ) -> None:
        self.root = root
        self.limits: XmlLimits = limits or (parent.limits if parent is not None else XmlLimits())
        self.left = self.limits.octets
        self.work_left = max(_LEAST_WORK, _WORK_PER_BYTE * len(source))
        self.references_left = self.limits.all_references
        self.diagnoses_left = _MOST_DIAGNOSES
        self._source = source
        self._parent = parent
        self._density: Density | None = None
        self._found: dict[str, tuple[etree._Element, ...]] = {}
        self._index: dict[str, list[etree._Element]] | None = None
        self._lookups = 0
        self._last: tuple[object, bytes] | None = None

    @classmethod
    def read(cls, data: bytes, *, limits: XmlLimits | None = None) -> Document:
        """Parse *data* under the limits; `InvalidInput` if it is not XML, too large, or has a document type."""
        limits = limits or XmlLimits()
        return cls(_xml.parse(data, max_bytes=limits.document_bytes), limits=limits, source=bytes(data))

    def reread(self, octets: bytes) -> Document:
        """Parse the *octets* that a transform made, at the expense of this document."""
        self.charge(len(octets), work=4 * len(octets) + PER_ELEMENT * octets.count(b"<"))
        return Document(_xml.parse(octets), source=octets, parent=self)

    @property
    def density(self) -> Density:
        """What makes it dear to canonicalise."""
        if self._density is None:
            self._density = Density.of(self.root, self._source)
        return self._density

    @property
    def signatures(self) -> tuple[etree._Element, ...]:
        """Every ds:Signature, in document order."""
        return tuple(self.root.iter(ds("Signature")))

    def by_id(self, value: str) -> tuple[etree._Element, ...]:
        """Return every element that bears *value* as an id: none, the one, or the several that make it useless."""
        if value not in self._found:
            found = tuple(self._search(value))
            only_foreign = len(found) == 1 and all(found[0].get(name) != value for name in _NAMES)
            self._found[value] = () if only_foreign else found
        return self._found[value]

    def _search(self, value: str) -> Iterable[etree._Element]:
        # A search in C costs a tenth of an index over all elements: worth it for the few references of most documents.
        self._lookups += 1
        if self._index is None and self._lookups <= 8:
            found = {
                id(item.getparent()): item.getparent() for item in _BY_VALUE(self.root, value=value) if _is_id(item)
            }
            return found.values()
        if self._index is None:
            self._index = {}
            for item in _ALL(self.root):
                if _is_id(item):
                    holders = self._index.setdefault(str(item), [])
                    if item.getparent() not in holders:
                        holders.append(item.getparent())
        return self._index.get(value, [])

    def canonical(self, element: etree._Element | None, how: c14n.Method, *, comments: bool) -> bytes:
        """Return the canonical form of *element* (None: of the whole document) and charge it to the budget."""
        key = (element, how, comments)
        work = 0
        if self._last is not None and self._last[0] == key:
            octets = self._last[1]
        elif self.density.refuses(how):
            raise Spent
        else:
            if element is None:
                octets = c14n.canonicalize_document(self.root, how, comments=comments)
            else:
                octets = c14n.canonicalize(element, how, comments=comments)
            work = self.density.cost(octets, how)
        self._last = (key, octets)
        self.charge(len(octets), work=work)
        return octets

    def charge(self, octets: int, *, work: int = 0) -> None:
        """Take *octets* to digest and *work* from the budget; `Spent` when it is used up."""
        if self._parent is not None:
            self._parent.charge(octets, work=work)
        self.left -= octets
        self.work_left -= work
        if min(self.left, self.work_left) < 0:
            raise Spent

    def take_references(self, number: int) -> bool:
        """Say whether *number* more references may be processed, and count them."""
        self.references_left -= number
        return self.references_left >= 0

    def inside(self, element: etree._Element, ancestor: etree._Element | None) -> bool:
        """Say whether *element* is *ancestor* or below it; every element is inside None, the document."""
        return ancestor is None or element is ancestor or any(item is ancestor for item in element.iterancestors())


def _is_id(attribute: etree._ElementUnicodeResult) -> bool:
    return str(attribute.attrname).rpartition("}")[2] in _LOCAL_NAMES
