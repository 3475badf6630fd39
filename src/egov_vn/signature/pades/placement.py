"""Finding the page and rectangle of a visible signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import find_inherited_value_in_tree
from pyhanko.sign.fields import enumerate_sig_fields

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades.pdf import entry, foreign
from egov_vn.signature.pades.place import MILLIMETRE, Box
from egov_vn.signature.pades.text import find_words, page_characters

if TYPE_CHECKING:
    from egov_vn.signature.pades.pdf import Update
    from egov_vn.signature.pades.place import Between, OverPerson, TopRight

__all__ = ["between", "over_person", "page_count", "page_index", "rotation", "top_right"]

MOST_PAGES: Final = 200
"""The signer's name is looked for on this many pages from the end."""


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
    count = page_count(update)
    for index in range(count - 1, max(-1, count - 1 - MOST_PAGES), -1):
        try:
            characters = page_characters(update.page(index).get_object())
        except Exception:  # noqa: BLE001, S112 - a page whose content cannot be parsed has no words to find
            continue
        found = _pair(find_words(characters, place.position), find_words(characters, place.name))
        if found is not None:
            above, below = found
            centre = (above.centre[0] + below.centre[0]) / 2, (above.bottom + below.top) / 2
            # a signature may touch the words a little, but not hide behind them
            scale = min(1.0, max(0.5, (above.bottom - below.top) / height))
            return index + 1, Box.centred(*centre, width * scale, height * scale)
    raise InvalidInput(
        f"{place.name!r} below {place.position!r} is not found in the text of the last {min(count, MOST_PAGES)} pages",
        path="appearance.place",
    )


def _pair(positions: list[Box], names: list[Box]) -> tuple[Box, Box] | None:
    """Return the lowest name that has the position above it, in the same column."""
    for name in sorted(names, key=lambda item: item.bottom):
        above = [
            item for item in positions if item.bottom > name.top and item.left < name.right and name.left < item.right
        ]
        if above:
            return min(above, key=lambda item: item.bottom), name
    return None


def top_right(update: Update, place: TopRight, *, width: float, height: float) -> Box:
    """Return the box of a text in what is seen as the upper right corner of the first page."""
    with foreign("the first page cannot be read"):
        page = update.page(0).get_object()
        box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox") or (0, 0, 595, 842)
        x0, y0, x1, y1 = (float(value) for value in box)
    left, right, bottom, top = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    edge = place.margin_mm * MILLIMETRE
    turn = rotation(update, 0)
    if turn == 90:
        return Box(left + edge, top - edge - width, left + edge + height, top - edge)
    if turn == 180:
        return Box(left + edge, bottom + edge, left + edge + width, bottom + edge + height)
    if turn == 270:
        return Box(right - edge - height, bottom + edge, right - edge, bottom + edge + width)
    return Box(right - edge - width, top - edge - height, right - edge, top - edge)


def rotation(update: Update, index: int) -> int:
    """Return how far a viewer turns the page clockwise: 0, 90, 180 or 270 degrees."""
    with foreign("the page cannot be read"):
        return int(_inherited(update.page(index).get_object(), "/Rotate") or 0) % 360 // 90 * 90


def _inherited(page: Any, key: str) -> Any:
    return find_inherited_value_in_tree(page, key, "/Parent")
