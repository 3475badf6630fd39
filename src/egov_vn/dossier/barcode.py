"""Code 128 (ISO/IEC 15417): the bar code of a dossier code, as a row of bar and space widths.

TT 01/2018/TT-VPCP Article 19(2) lets an agency print a bar code or a QR code beside the dossier code. A dossier code is
some 25 letters, digits, dots and dashes: one row of Code 128 holds it, and every desk scanner reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_vn.errors import InvalidInput

__all__ = ["Barcode", "code128"]

_PATTERNS: Final = tuple(
    part
    for row in (
        "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212",
        "112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131",
        "311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321",
        "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121",
        "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111",
        "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114",
        "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212",
        "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113",
        "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112",
    )
    for part in row.split()
)
_START_B, _START_C, _STOP = 104, 105, 106
_TO_B, _TO_C = 100, 99
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """One row of bars (*mã vạch*): *widths* in modules, a bar first, then a space, and so on in turn."""

    text: str
    widths: tuple[int, ...]

    @property
    def modules(self) -> int:
        """The width of the row in modules, without the quiet zones of ten modules at each end."""
        return sum(self.widths)

    def bars(self) -> tuple[tuple[int, int], ...]:
        """Return each bar as (offset, width) in modules from the left edge of the first bar."""
        found, offset = [], 0
        for index, width in enumerate(self.widths):
            if index % 2 == 0:
                found.append((offset, width))
            offset += width
        return tuple(found)


def code128(text: str) -> Barcode:
    """Encode printable ASCII *text* of at most 80 characters; runs of four or more digits are packed two by two."""
    if not text or len(text) > _LONGEST:
        raise InvalidInput(f"a bar code holds 1 to {_LONGEST} characters, not {len(text)}", path="text")
    for index, character in enumerate(text):
        if not " " <= character <= "~":
            raise InvalidInput(f"{character!r} cannot stand in a Code 128 bar code", path=f"text[{index}]")
    values = _values(text)
    check = (values[0] + sum(index * value for index, value in enumerate(values))) % 103
    rows = "".join(_PATTERNS[value] for value in (*values, check, _STOP))
    return Barcode(text=text, widths=tuple(int(width) for width in rows))


def _values(text: str) -> list[int]:
    values: list[int] = []
    packed: bool | None = None
    index = 0
    while index < len(text):
        run = _digits(text, index)
        # Four digits pay for the switch into set C; an odd run leaves its first digit to set B.
        if run >= 4 and run % 2 == 0:
            if packed is not True:
                values.append(_START_C if packed is None else _TO_C)
                packed = True
            values += [int(text[at : at + 2]) for at in range(index, index + run, 2)]
            index += run
            continue
        if packed is not False:
            values.append(_START_B if packed is None else _TO_B)
            packed = False
        values.append(ord(text[index]) - 32)
        index += 1
    return values


def _digits(text: str, start: int) -> int:
    end = start
    while end < len(text) and "0" <= text[end] <= "9":
        end += 1
    return end - start
