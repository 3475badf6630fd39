"""Where a signature goes: finding and making its parent, and refusing places that would break other signatures."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import transforms
from egov_vn.signature.xades.build import Frame, ascii_xml
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.limits import Tolerance
from egov_vn.signature.xades.names import ENVELOPED, XPATH, ds

__all__ = ["find", "frame", "only", "refuse_to_break", "wrapped"]

_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def only(document: Document, name: str) -> etree._Element:
    """Return the element with the id *name*; `InvalidInput` if there is none or several."""
    found = document.by_id(name)
    if len(found) != 1:
        raise InvalidInput(f"{len(found)} elements have the id {name!r}, where one must", path=f"#{name}")
    return found[0]


def find(document: Document, place: str) -> tuple[etree._Element, tuple[str, ...]]:
    """Return the element at *place* (`"#id"` or `"/a/b/c"`) and the names still to be made below it."""
    if place.startswith("#"):
        return only(document, place[1:]), ()
    names = place.strip("/").split("/")
    if not all(_NAME.fullmatch(name) for name in names) or names[0] != _xml.local_name(document.root):
        raise InvalidInput(f"{place!r} does not begin at the root {_xml.local_name(document.root)}", path="place")
    element = document.root
    for number, name in enumerate(names[1:], start=1):
        inner = [item for item in element if isinstance(item.tag, str) and _xml.local_name(item) == name]
        if len(inner) > 1:
            raise InvalidInput(f"{len(inner)} elements {name} stand in {_xml.path_of(element)}", path="place")
        if not inner:
            return element, tuple(names[number:])
        element = inner[0]
    return element, ()


def wrapped(parent: etree._Element, missing: tuple[str, ...], text: str) -> bytes:
    """Return the signature *text* inside the elements *missing*, written in the namespace of *parent*."""
    prefix = f"{parent.prefix}:" if parent.prefix else ""
    opening = "".join(f"<{prefix}{name}>" for name in missing)
    closing = "".join(f"</{prefix}{name}>" for name in reversed(missing))
    encoding = parent.getroottree().docinfo.encoding or "UTF-8"
    encoding = "UTF-8" if encoding.upper().startswith("UTF-16") else encoding  # it is spliced in as UTF-8
    try:
        return opening.encode(encoding) + ascii_xml(text) + closing.encode(encoding)
    except UnicodeError as error:
        raise InvalidInput(f"{encoding} has no characters for {opening!r}", path="place") from error


def frame(parent: etree._Element, missing: tuple[str, ...]) -> Frame:
    """Return the frame of the signature: elements to be made declare nothing, so they add nothing to it."""
    del missing
    return Frame.inside(parent)


def refuse_to_break(document: Document, parent: etree._Element, *, but: etree._Element | None = None) -> None:
    """Refuse to put anything into *parent* if a signature already there, other than *but*, covers that place.

    Two signatures that each cover the whole document invalidate each other: only the first of them can ever hold.
    """
    for signature in document.signatures:
        if signature is but:
            continue
        for reference in signature.iterfind(f"{ds('SignedInfo')}/{ds('Reference')}"):
            if _covers(document, reference, signature, parent):
                raise InvalidInput(
                    f"the signature {signature.get('Id') or _xml.path_of(signature)} covers this place: "
                    "what is put here would break it",
                    path=_xml.path_of(parent),
                )


def _covers(document: Document, reference: etree._Element, signature: etree._Element, parent: etree._Element) -> bool:
    uri = reference.get("URI")
    if uri is None or not (uri == "" or uri.startswith("#")):
        return False
    apex = None
    if uri not in ("", "#xpointer(/)"):
        found = document.by_id(uri.removeprefix("#xpointer(id(").rstrip(")").strip("'\"#"))
        if len(found) != 1:
            return False
        apex = found[0]
    if not document.inside(parent, apex):
        return False
    own = [item.uri for item in transforms.transforms_of(reference)]
    if ENVELOPED in own and document.inside(parent, signature):
        return False
    return not (XPATH in own and _leaves_signatures_out(document, reference, signature))


def _leaves_signatures_out(document: Document, reference: etree._Element, signature: etree._Element) -> bool:
    selection: transforms.Selection | bytes = transforms.Selection(document, None, comments=False)
    allowed = frozenset({Tolerance.XPATH_SIGNATURES})
    try:
        for step in transforms.transforms_of(reference):
            if step.uri == XPATH and isinstance(selection, transforms.Selection):
                left = transforms.apply(
                    step,
                    replace(selection, cut=()),
                    document=document,
                    signature=signature,
                    tolerances=allowed,
                    used=set(),
                )
                return isinstance(left, transforms.Selection) and len(left.cut) == len(document.signatures)
    except transforms.Refused:
        return False
    return False
