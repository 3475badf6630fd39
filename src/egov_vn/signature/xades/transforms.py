"""Transforms of a reference: an allow-list, applied to a selection of the document or to octets.

Allowed: enveloped-signature, the six canonicalisations, base64. XSLT is never run, and neither is XPath: the few
constant expressions that `Tolerance.XPATH_SIGNATURES` lets pass are compared as text.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import c14n
from egov_vn.signature.xades.document import Document, Spent
from egov_vn.signature.xades.limits import Tolerance
from egov_vn.signature.xades.names import BASE64, DS, ENVELOPED, FILTER2, XPATH, XSLT, ds

__all__ = ["Refused", "Selection", "apply", "octets_of", "transforms_of"]

_TEXT_WORK: Final = 40
"""What reading the text of one element costs, in octets."""


class Refused(Exception):
    """A reference that must not or cannot be processed; *code* is that of the finding."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Selection:
    """A part of a document: below *apex* (None: all of it), with or without comments, *cut* signatures left out."""

    document: Document
    apex: etree._Element | None
    comments: bool
    cut: tuple[etree._Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Transform:
    """One ds:Transform: its algorithm and its element."""

    uri: str
    element: etree._Element

    @property
    def method(self) -> c14n.Method | None:
        """The canonicalisation this transform is, if it is one."""
        return read_method(self.element)


def read_method(element: etree._Element) -> c14n.Method | None:
    """Return the canonicalisation that a CanonicalizationMethod or Transform element names."""
    uri = element.get("Algorithm", "")
    listed = element.find(f"{{{c14n.EXCLUSIVE.uri}}}InclusiveNamespaces")
    return c14n.method(uri, listed.get("PrefixList", "").split() if listed is not None else ())


def transforms_of(reference: etree._Element) -> tuple[Transform, ...]:
    """Return the transforms of a ds:Reference in order."""
    return tuple(
        Transform(item.get("Algorithm", ""), item)
        for item in reference.iterfind(f"{ds('Transforms')}/{ds('Transform')}")
    )


def apply(
    transform: Transform,
    data: Selection | bytes,
    *,
    document: Document,
    signature: etree._Element,
    tolerances: frozenset[Tolerance],
    used: set[Tolerance],
) -> Selection | bytes:
    """Apply one transform at the expense of *document*; *used* collects the tolerances that were needed.

    `Refused` if it is not allowed here.
    """
    how = transform.method
    if how is not None:
        return _canonical(_selected(data, document), how)
    if transform.uri == BASE64:
        return _decoded(data, document)
    if transform.uri == ENVELOPED:
        return _enveloped(data, signature, tolerances, used)
    if transform.uri in (XPATH, FILTER2) and Tolerance.XPATH_SIGNATURES in tolerances:
        used.add(Tolerance.XPATH_SIGNATURES)
        return _constant(transform, _selected(data, document), signature)
    if transform.uri in (XPATH, FILTER2, XSLT):
        raise Refused("XML-TRANSFORM-REFUSED", transform.uri)
    raise Refused("XML-TRANSFORM-UNKNOWN", transform.uri or "(none)")


def octets_of(data: Selection | bytes, how: c14n.Method = c14n.C14N10) -> bytes:
    """Return the octets to digest: a selection is canonicalised, by default by Canonical XML 1.0 (XMLDSig 4.4.3.2)."""
    return data if isinstance(data, bytes) else _canonical(data, how)


def _selected(data: Selection | bytes, document: Document) -> Selection:
    if isinstance(data, Selection):
        return data
    try:
        return Selection(document.reread(data), None, comments=True)
    except Spent:
        raise
    except InvalidInput as error:
        raise Refused("XML-TRANSFORM-INPUT", str(error)) from error


def _canonical(data: Selection, how: c14n.Method) -> bytes:
    text = data.document.canonical(data.apex, how, comments=how.comments and data.comments)
    for tag, numbers in _numbers(data).items():
        text = c14n.cut(text, tag, numbers)
    return text


def _numbers(data: Selection) -> dict[bytes, set[int]]:
    """Count, for each literal tag among the cut signatures, which of the elements so written they are."""
    if not data.cut:
        return {}
    counts: dict[bytes, int] = {}
    numbers: dict[bytes, set[int]] = {}
    for element in (data.document.root if data.apex is None else data.apex).iter("{*}Signature"):
        tag = f"{element.prefix}:Signature".encode() if element.prefix else b"Signature"
        if any(item is element for item in data.cut):
            numbers.setdefault(tag, set()).add(counts.get(tag, 0))
        counts[tag] = counts.get(tag, 0) + 1
    if len(numbers) > 1:  # cutting one tag would renumber the others nested in it
        raise Refused("XML-TRANSFORM-INPUT", "signatures with different prefixes are removed together")
    return numbers


def _decoded(data: Selection | bytes, document: Document) -> bytes:
    if isinstance(data, Selection):
        document.charge(0, work=_TEXT_WORK * data.document.density.elements)
        apex = data.document.root if data.apex is None else data.apex
        data = "".join(apex.itertext(etree.Element)).encode() if not data.cut else _text_outside(apex, data.cut)
    document.charge(len(data), work=4 * len(data))
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error as error:
        raise Refused("XML-TRANSFORM-INPUT", "the base64 transform met text that is not base64") from error


def _text_outside(apex: etree._Element, cut: tuple[etree._Element, ...]) -> bytes:
    hidden = {id(item) for signature in cut for item in signature.iter()}
    parts = [] if id(apex) in hidden else [apex.text or ""]
    for item in apex.iterdescendants():
        shown = isinstance(item.tag, str) and id(item) not in hidden
        parts.append((item.text or "") if shown else "")
        if id(item.getparent()) not in hidden:
            parts.append(item.tail or "")
    return "".join(parts).encode()


def _enveloped(
    data: Selection | bytes, signature: etree._Element, tolerances: frozenset[Tolerance], used: set[Tolerance]
) -> Selection:
    if isinstance(data, bytes):
        raise Refused("XML-TRANSFORM-INPUT", "enveloped-signature after a transform that made octets")
    if not _same_document(data, signature):
        raise Refused("XML-TRANSFORM-INPUT", "enveloped-signature outside the document of the signature")
    if data.apex is not None and data.document.inside(data.apex, signature):
        if Tolerance.ENVELOPED_INSIDE not in tolerances:
            raise Refused("XML-ENVELOPED-INSIDE", "the reference is inside the signature that the transform removes")
        used.add(Tolerance.ENVELOPED_INSIDE)
        return data
    if not data.document.inside(signature, data.apex):
        used.add(Tolerance.ENVELOPED_OUTSIDE)  # without effect: `assess` decides whether that is let pass
        return data
    return replace(data, cut=(*data.cut, signature))


def _same_document(data: Selection, signature: etree._Element) -> bool:
    top = signature
    for top in signature.iterancestors():  # noqa: B007 - the last one is the root
        pass
    return top is data.document.root


_HERE: Final = (
    "count(ancestor-or-self::{0}:Signature | here()/ancestor::{0}:Signature[1])"
    " > count(ancestor-or-self::{0}:Signature)"
)


def _constant(transform: Transform, selection: Selection, signature: etree._Element) -> Selection:
    expressions = [item for item in transform.element if isinstance(item.tag, str)]
    if len(expressions) != 1:
        raise Refused("XML-TRANSFORM-REFUSED", f"{transform.uri} with {len(expressions)} expressions")
    expression = expressions[0]
    text = " ".join((expression.text or "").split())
    every = tuple((selection.document.root if selection.apex is None else selection.apex).iter(ds("Signature")))
    for prefix in (name for name, uri in expression.nsmap.items() if uri == DS and name):
        if transform.uri == XPATH and text == f"not(ancestor-or-self::{prefix}:Signature)":
            return replace(selection, cut=every)
        if transform.uri == XPATH and text.replace(" ", "") == _HERE.format(prefix).replace(" ", ""):
            return _enveloped(selection, signature, frozenset(), set())
        subtracted = text if transform.uri == FILTER2 and expression.get("Filter") == "subtract" else ""
        if subtracted in (f"/descendant::{prefix}:Signature", f"//{prefix}:Signature"):
            return replace(selection, cut=every)
    raise Refused("XML-TRANSFORM-REFUSED", f"{transform.uri}: {text[:120]}")
