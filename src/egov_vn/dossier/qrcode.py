"""QR codes (ISO/IEC 18004) of dossier codes and look-up addresses, as rows of dark and light modules.

TT 01/2018/TT-VPCP Article 19(2) lets an agency print a bar code or a QR code beside the dossier code. segno encodes;
this module bounds what is asked of it and hands out plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_vn.errors import InvalidInput, Unavailable

__all__ = ["QrCode", "qr_code"]

_LEVELS: Final = ("L", "M", "Q", "H")
_VERSIONS: Final = 10
"""A larger code is too fine for the corner of a printed form."""
_TOO_LONG: Final = 396
"""One letter more than version 10 holds at level L."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code (*mã QR*): *rows* of modules, True for dark, without the quiet zone of four modules around it."""

    text: str
    version: int
    level: str
    mask: int
    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """The width and height in modules."""
        return len(self.rows)

    def runs(self) -> tuple[tuple[int, int, int], ...]:
        """Return each run of dark modules as (row, first column, length): few rectangles for a drawing."""
        found = []
        for number, row in enumerate(self.rows):
            start = None
            for column, dark in enumerate((*row, False)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    found.append((number, start, column - start))
                    start = None
        return tuple(found)


def qr_code(text: str, *, level: str = "M") -> QrCode:
    """Encode *text* in the smallest version of 1 to 10 that holds it; needs the extra `forms`.

    *level* is the share that may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %. `InvalidInput` for an empty or too long
    text: version 10 at level M holds 213 bytes of UTF-8 or 311 letters of a dossier code.
    """
    if level not in _LEVELS:
        raise InvalidInput(f"{level!r} is not one of {', '.join(_LEVELS)}", path="level")
    given: object = text
    if not isinstance(given, str) or not given:
        raise InvalidInput("a QR code needs a text", path="text")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput("the text holds a half of a character", path="text") from error
    return _encoded(given, level)


def _encoded(text: str, level: str) -> QrCode:
    try:
        import segno  # noqa: PLC0415 - only who draws a form needs it
    except ImportError as error:
        raise Unavailable("QR codes need the extra: pip install 'egov-vn[forms]'", service="segno") from error
    too_long = InvalidInput(f"{len(text)} characters are too many for one QR code", path="text")
    if len(text) >= _TOO_LONG:
        raise too_long
    # one mode for the whole text: readers take anything but plain ASCII for UTF-8
    mode, encoding = (None, None) if text.isascii() else ("byte", "utf-8")
    try:
        made = segno.make_qr(text, error=level, mode=mode, encoding=encoding, boost_error=False)
    except segno.DataOverflowError as error:
        raise too_long from error
    version = int(made.version)
    if version > _VERSIONS:
        raise too_long
    rows = tuple(tuple(bool(module) for module in row) for row in made.matrix)
    return QrCode(text=text, version=version, level=level, mask=made.mask, rows=rows)
