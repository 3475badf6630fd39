"""The text that stands for an agency's signature on separate annexes and electronic copies: no image, only words.

NĐ 30/2020/NĐ-CP, Annex I: number and notation (or kind of copy and agency), then the time of signing in ISO 8601 with
Vietnam's offset; Times New Roman 10, upright, black. The words are typeset with an embedded font and become a form of
the signature field, so that a PDF/A file stays one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from egov_vn._typeset import Typeset, compile_pdf
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding
from egov_vn.signature.pades.pdf import Update, foreign

__all__ = ["Stamp", "time_text", "typeset_stamp"]

_METRIC: Final = ("Times New Roman", "Tinos", "Liberation Serif")
"""Families with the widths of Times, best first."""
_MARKED: Final = re.compile(rb"/\w+\s*<<[^<>]*>>\s*BDC\b|\bEMC\b")


def time_text(at: datetime) -> str:
    """Write an instant as the decree asks: ISO 8601, Vietnamese time, whole seconds (`2026-02-12T09:00:00+07:00`)."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


class Stamp:
    """A few typeset lines, as large as their text."""

    def __init__(self, made: Typeset) -> None:
        self._reader = PdfFileReader(io.BytesIO(made.pdf), strict=False)
        page = self._reader.root["/Pages"]["/Kids"][0]
        _, _, width, height = (float(value) for value in page["/MediaBox"])
        self.width, self.height = width, height
        self.findings: tuple[Finding, ...] = tuple(
            item for item in made.findings if item.code != "TYPESET-FONT-SUBSTITUTE" or made.font not in _METRIC
        )

    def draw(self, update: Update, width: float, height: float) -> generic.IndirectObject:
        """Add the lines as a form of the size *width* by *height*, in its upper right corner, smaller if need be."""
        with foreign("the text of the signature cannot be drawn"):
            inner = update.import_page_as_xobject(self._reader, inherit_filters=False)
            content = inner.get_object()
            # the tags of the page it was typeset on mean nothing here, and would clash with those of the document
            plain = _MARKED.sub(b"", content.data)
            clean = generic.StreamObject(
                {key: value for key, value in content.items() if key not in ("/Filter", "/DecodeParms", "/Length")},
                stream_data=plain,
            )
            update.objects[(inner.generation, inner.idnum)] = clean
        scale = min(1.0, width / self.width, height / self.height)
        left, bottom = width - scale * self.width, height - scale * self.height
        commands = f"q {scale:.4f} 0 0 {scale:.4f} {left:.3f} {bottom:.3f} cm /Fm Do Q".encode("ascii")
        resources = generic.DictionaryObject({pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Fm"): inner})})
        return update.add_object(
            generic.StreamObject(
                {
                    pdf_name("/Type"): pdf_name("/XObject"),
                    pdf_name("/Subtype"): pdf_name("/Form"),
                    pdf_name("/BBox"): generic.ArrayObject(
                        [generic.FloatObject(value) for value in (0, 0, width, height)]
                    ),
                    pdf_name("/Resources"): resources,
                },
                stream_data=commands,
            )
        )


def typeset_stamp(lines: Sequence[str], *, at: datetime) -> Stamp:
    """Typeset *lines*; needs the extra `forms`, else `Unavailable`."""
    cleaned = tuple(" ".join(line.split()) for line in lines)
    if not all(cleaned) or any(len(line) > 200 for line in cleaned):
        raise InvalidInput("a line of the signature's text is empty or longer than 200 characters", path="appearance")
    return Stamp(_typeset(cleaned, at.astimezone(VIETNAM)))


@lru_cache(maxsize=64)
def _typeset(lines: tuple[str, ...], at: datetime) -> Typeset:
    data = {"lines": list(lines)}
    for family in _METRIC:
        try:
            return compile_pdf("egov_vn.signature:stamp", data=data, at=at, font=family)
        except InvalidInput:
            continue  # not installed, or without one of the letters: PDF/A refuses a missing glyph
    return compile_pdf("egov_vn.signature:stamp", data=data, at=at)
