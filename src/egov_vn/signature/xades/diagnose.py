"""Diagnosis: why a digest may differ. It helps to mend a sender's software; the signature is refused all the same."""

from __future__ import annotations

import re

from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import algorithms, c14n
from egov_vn.signature.xades.names import ds
from egov_vn.signature.xades.references import Checked, Context, decode, octets
from egov_vn.signature.xades.transforms import Refused

__all__ = ["diagnose"]

_LARGEST = 8 * 1024 * 1024


def diagnose(checked: Checked, reference: etree._Element, context: Context) -> str:
    """Return the code of the change that would make the digest match, or an empty text.

    Only the first few references of a document are looked into: a hint for people, not worth unlimited work.
    """
    context.document.diagnoses_left -= 1
    if context.document.diagnoses_left < 0:
        return ""
    try:
        wanted = decode(reference.findtext(ds("DigestValue")))
        data, element = octets(reference, context, set())
    except Refused:
        return ""
    if len(data) > _LARGEST or not data:
        return ""
    for code, candidate in (
        ("XML-WHITESPACE", re.sub(rb">\s+<", b"><", data)),
        ("XML-LINE-ENDS", data.replace(b"\n", b"&#xD;\n")),
        ("XML-LINE-ENDS", data.replace(b"&#xD;\n", b"\n")),
        ("XML-SERIALIZED", _alone(element)),
    ):
        if candidate and candidate != data and _matches(candidate, checked.digest, wanted):
            return code
    return ""


def _matches(data: bytes, name: str, wanted: bytes) -> bool:
    state = algorithms.hash_named(name)
    state.update(data)
    return algorithms.same(state.digest(), wanted)


def _alone(element: etree._Element | None) -> bytes:
    if element is None:
        return b""
    try:
        exclusive = c14n.canonicalize(element, c14n.EXCLUSIVE, comments=False)
        return c14n.canonicalize(_xml.parse(exclusive), c14n.C14N10, comments=False)
    except InvalidInput:
        return b""
