"""Where signed elements stand: their paths, and unsigned elements of the same name beside them.

A hostile document has a thousand references and a million siblings, so each answer is found in one pass over the
children concerned, not in one per reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from egov_vn._xml import local_name
from egov_vn.signature.xades.names import DS, ds

__all__ = ["Paths", "Twins", "find_twins", "has_split_value", "is_apparatus"]

_ID_NAMES: Final = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
_MOST_STEPS: Final = 2_000_000


class Paths:
    """The paths of some elements, `/HDon/DLHDon`, `/HSo/Muc[2]`, written as `egov_vn._xml.path_of` writes them."""

    def __init__(self, elements: Iterable[etree._Element]) -> None:
        nodes: dict[etree._Element, etree._Element | None] = {}
        for element in elements:
            node: etree._Element | None = element
            while node is not None and node not in nodes:
                nodes[node] = node.getparent()
                node = nodes[node]
        self._steps = _steps(nodes)
        self._parents = nodes

    def __call__(self, element: etree._Element) -> str:
        """Return the path of one of the elements given."""
        parts: list[str] = []
        node: etree._Element | None = element
        while node is not None:
            parts.append(self._steps[node])
            node = self._parents[node]
        return "/" + "/".join(reversed(parts))


def _steps(nodes: Mapping[etree._Element, etree._Element | None]) -> dict[etree._Element, str]:
    wanted: dict[tuple[etree._Element, str], None] = {}
    steps = {}
    for node, parent in nodes.items():
        steps[node] = local_name(node)
        if parent is not None:
            wanted[parent, steps[node]] = None
    for parent, name in wanted:
        found: list[tuple[etree._Element, int]] = []
        total = 0
        for child in parent.iterchildren(f"{{*}}{name}"):
            total += 1
            if child in nodes:
                found.append((child, total))
        if total > 1:
            steps |= {child: f"{name}[{position}]" for child, position in found}
    return steps


def is_apparatus(element: etree._Element, signature: etree._Element) -> bool:
    """Say whether *element* is a part of *signature* that carries no content: KeyInfo, its properties, their Object."""
    if element is signature:
        return False
    way = [element]
    while (parent := way[-1].getparent()) is not None and parent is not signature:
        way.append(parent)
    if parent is None:
        return False
    if way[-1].tag != ds("Object"):
        return True
    inside = way[-2] if len(way) > 1 else None
    held = [item for item in way[-1] if isinstance(item.tag, str)] if inside is None else [inside]
    return bool(held) and all(local_name(item) in ("SignatureProperties", "QualifyingProperties") for item in held)


def has_split_value(element: etree._Element) -> bool:
    """Say whether a comment below *element* stands in the middle of a text."""
    for comment in element.iter(etree.Comment):
        before, parent = comment.getprevious(), comment.getparent()
        text = before.tail if before is not None else parent.text if parent is not None else None
        if (text or "").strip() and (comment.tail or "").strip():
            return True
    return False


@dataclass(frozen=True, slots=True)
class Twins:
    """A signed element and one of its name that no signature covers; *other* is None if the search was given up."""

    signed: etree._Element
    other: etree._Element | None


def find_twins(root: etree._Element, signed: Iterable[etree._Element]) -> Iterator[Twins]:
    """Yield, for each name among the *signed* elements, the first element of that name that is not signed."""
    first: dict[str, etree._Element] = {}
    inside = set()
    for element in signed:
        inside.add(element)
        if not str(element.tag).startswith(f"{{{DS}}}"):
            first.setdefault(str(element.tag), element)
    named = {(item.get("URI") or "").removeprefix("#") for item in root.iter(ds("Reference"))}
    left = _MOST_STEPS
    for tag, element in first.items():
        last: tuple[etree._Element | None, bool] = (None, False)
        for other in root.iter(tag):
            parent = other.getparent()
            own = other in inside or _is_named(other, named)
            if not own and (last[0] is None or parent is not last[0]):
                covered, steps = _covered(parent, inside, named)
                last, left = (parent, covered), left - steps
            left -= 1
            if left < 0:
                yield Twins(element, None)
                return
            if not own and not last[1]:
                yield Twins(element, other)
                break


def _covered(node: etree._Element | None, inside: set[etree._Element], named: set[str]) -> tuple[bool, int]:
    steps = 0
    while node is not None:
        steps += 1
        if node in inside or _is_named(node, named):
            return True, steps
        node = node.getparent()
    return False, steps


def _is_named(element: etree._Element, named: set[str]) -> bool:
    return any(value in named for value in map(element.get, _ID_NAMES) if value)
