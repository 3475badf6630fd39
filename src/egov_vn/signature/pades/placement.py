"""Finding the page and rectangle of a visible signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import enumerate_sig_fields

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades.pdf import entry, foreign
from egov_vn.signature.pades.place import Box

if TYPE_CHECKING:
    from egov_vn.signature.pades.pdf import Update
    from egov_vn.signature.pades.place import Between, OverPerson

__all__ = ["between", "over_person", "page_count", "page_index"]


def page_count(update: Update) -> int:
    """Return the number of pages that the file declares."""
    with foreign():
        return int(update.root["/Pages"]["/Count"])


def page_index(update: Update, page: int) -> int:
    """Turn a page number that counts from 1 (or from -1 at the end) into one that counts from 0."""
    count = page_count(update)
    if not (1 <= page <= count or -count <= page <= -1):
        raise InvalidInput(f"there is no page {page}: the file has {count}", path="page")
    return page - 1 if page > 0 else count + page


def over_person(update: Update, place: OverPerson, *, width: float, height: float, overlap: float) -> tuple[int, Box]:
    """Return page (from 1) and box of a seal that covers *overlap* of the person's image on its left."""
    page, person = _signature_box(update, place.field)
    right = person.left + overlap * person.width
    middle = person.centre[1]
    return page, Box(right - width, middle - height / 2, right, middle + height / 2)


def _signature_box(update: Update, field: str | None) -> tuple[int, Box]:
    found: tuple[generic.Reference | None, Box] | None = None
    with foreign("the signature of the person cannot be found"):
        for name, value, reference in enumerate_sig_fields(update):
            dictionary = reference.get_object()
            kids = entry(dictionary, "/Kids")
            widget = kids[0].get_object() if kids else dictionary
            x0, y0, x1, y1 = (float(item) for item in entry(widget, "/Rect", (0, 0, 0, 0)))
            visible = abs(x1 - x0) > 1 and abs(y1 - y0) > 1
            if visible and (name == field if field is not None else value is not None):
                page = widget.raw_get("/P").reference if "/P" in widget else None
                found = page, Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if found is None:
            named = f"no visible field {field!r}" if field else "no visible signature"
            raise InvalidInput(f"there is {named} to set the seal on", path="appearance.place")
        for index in range(page_count(update)):
            if found[0] is None or update.page(index).reference == found[0]:
                return index + 1, found[1]
    raise InvalidInput("the page of the person's signature is not in the file", path="appearance.place")


def between(update: Update, place: Between, *, width: float, height: float) -> tuple[int, Box]:
    """Return page (from 1) and box of an image centred between the position and the name of the signer."""
    _ = update, place, width, height
    raise InvalidInput("text search is not available", path="appearance.place")
