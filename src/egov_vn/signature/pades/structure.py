"""What a PDF may look like before anybody walks through it: forms that are trees, updates that list their objects.

pyHanko finds cycles in a form, but not branches that meet again: twelve levels of ten references to the next are a
million million fields. And it believes the cross-reference of an update, as it should; software that repairs files
takes every object that it finds instead, so an update must not hold one that its cross-reference does not list.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades.pdf import entry

__all__ = ["check_form", "suspicious_update"]

MAX_FIELDS: Final = 100_000
_MAX_DEPTH: Final = 100
_HEADER: Final = re.compile(rb"[^\d]{0,8}\d+\s+\d+\s+obj(?![A-Za-z])")
_OBJECT: Final = re.compile(rb"\d\s+\d+\s+obj(?![A-Za-z])")


def check_form(root: Any) -> None:
    """Refuse a form in which a walk would meet more than 100,000 fields; *root* is the catalogue."""
    form = entry(root, "/AcroForm")
    if isinstance(form, generic.DictionaryObject):
        _count(_raw(form, "/Fields"), {}, 0)


def _count(kids: Any, known: dict[Any, int], depth: int) -> int:
    """Return how many fields a walk through *kids* meets; each object is opened once, however often it is named."""
    if depth > _MAX_DEPTH:
        raise InvalidInput(f"the fields of the form nest deeper than {_MAX_DEPTH}", path="AcroForm")
    total = 0
    array = kids.get_object() if isinstance(kids, generic.IndirectObject) else kids
    for item in array if isinstance(array, generic.ArrayObject) else ():
        reference = item.reference if isinstance(item, generic.IndirectObject) else None
        if reference is None or reference not in known:
            field = item.get_object()
            found = 1
            if reference is not None:
                known[reference] = 1  # a cycle ends here; pyHanko tells of it
            if isinstance(field, generic.DictionaryObject):
                found += _count(_raw(field, "/Kids"), known, depth + 1)
            if reference is not None:
                known[reference] = found
        else:
            found = known[reference]
        total += found
        if total > MAX_FIELDS:
            raise InvalidInput(f"the form has more than {MAX_FIELDS} fields", path="AcroForm")
    return total


def _raw(dictionary: Any, key: str) -> Any:
    """Return the entry without following it, since pyHanko iterates arrays into their objects."""
    try:
        value = dictionary.raw_get(key)
    except KeyError:
        return None
    array = value.get_object() if isinstance(value, generic.IndirectObject) else value
    return generic.ArrayObject(array.raw_get(index) for index in range(len(array))) if _is_array(array) else None


def _is_array(value: Any) -> bool:
    return isinstance(value, generic.ArrayObject)


def suspicious_update(reader: PdfFileReader, pdf: bytes, *, signed_revision: int, end: int) -> str:
    """Say what is wrong with the form of the updates after *end*, or return an empty text."""
    xrefs: Any = reader.xrefs
    offsets: set[int] = set()
    for revision in range(xrefs.total_revisions):
        info, data = xrefs.get_xref_container_info(revision), xrefs.get_xref_data(revision)
        if revision > signed_revision and info.xref_section_type == XRefSectionType.HYBRID_MAIN:
            return "an update with hybrid cross-references shows old software other objects than new software"
        offsets.add(info.start_location)
        offsets.update(offset for _, offset in data.standard_xrefs.values())
        if data.hybrid is not None:
            offsets.add(data.hybrid.meta_info.start_location)
            offsets.update(offset for _, offset in data.hybrid.xref_data.standard_xrefs.values())
    listed = sorted(offset for offset in offsets if end <= offset < len(pdf))
    if _OBJECT.search(pdf, end, listed[0] if listed else len(pdf)):
        return "an object that the cross-reference does not list was appended"
    for start, stop in pairwise((*listed, len(pdf))):
        if _OBJECT.search(pdf, _end_of(pdf, start, stop), stop):
            return "an object that the cross-reference does not list was appended"
    return ""


def _end_of(pdf: bytes, start: int, stop: int) -> int:
    """Return where the object that begins at *start* ends."""
    header = _HEADER.match(pdf, start, stop)
    if header is None:
        return start  # a cross-reference table
    end, stream = pdf.find(b"endobj", header.end(), stop), pdf.find(b"stream", header.end(), stop)
    if stream >= 0 and (stream < end or end < 0):
        stream = pdf.find(b"endstream", stream, stop)
        end = pdf.find(b"endobj", stream, stop) if stream >= 0 else -1
    return stop if end < 0 else end
