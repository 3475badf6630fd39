"""Which letters a font file has: its character map (`cmap`), read far enough to know whether it can write Vietnamese.

Liberation Serif has the widths of Times and not the letters of Vietnamese (*ộ*, *ự*, *ẵ*): set in it, a page is pieced
together from two fonts with marks out of place. So a font is asked before it is used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["VIETNAMESE", "covers_vietnamese"]

_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def _letters() -> frozenset[str]:
    import unicodedata  # noqa: PLC0415 - used once, while the module is loaded

    lower = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {"đ"}
    return frozenset(lower | {letter.upper() for letter in lower})


VIETNAMESE: Final = _letters()
"""The vowels of Vietnamese with their tone marks, and *đ*, in both cases: 146 letters."""
_MAX_FONT_BYTES: Final = 64 * 1024 * 1024


def covers_vietnamese(path: Path, index: int = 0) -> bool:
    """Say whether the font *index* of the file *path* has every letter of `VIETNAMESE`; an unreadable font has none."""
    try:
        if path.stat().st_size > _MAX_FONT_BYTES:
            return False
        mapped = set(_characters(path.read_bytes(), index))
    except (OSError, struct.error, IndexError):
        return False
    return all(ord(letter) in mapped for letter in VIETNAMESE)


def _characters(font: bytes, index: int) -> Iterator[int]:
    base = struct.unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", font, base + 4)[0]
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, base + 12 + 16 * number)
        if tag == b"cmap":
            for record in range(struct.unpack_from(">H", font, offset + 2)[0]):
                start = offset + struct.unpack_from(">HHI", font, offset + 4 + 8 * record)[2]
                yield from _subtable(font, start)


def _subtable(font: bytes, start: int) -> Iterator[int]:
    """Yield the characters of interest in a subtable of format 4 or 12, the two that every text font has."""
    wanted = {ord(letter) for letter in VIETNAMESE}
    form = struct.unpack_from(">H", font, start)[0]
    if form == 4:
        segments = struct.unpack_from(">H", font, start + 6)[0] // 2
        ends = struct.unpack_from(f">{segments}H", font, start + 14)
        starts = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * segments)
        deltas = struct.unpack_from(f">{segments}H", font, start + 16 + 4 * segments)
        ranges_at = start + 16 + 6 * segments
        ranges = struct.unpack_from(f">{segments}H", font, ranges_at)
        for char in wanted:
            for number in range(segments):
                if starts[number] <= char <= ends[number]:
                    glyph = char
                    if ranges[number]:
                        at = ranges_at + 2 * number + ranges[number] + 2 * (char - starts[number])
                        glyph = struct.unpack_from(">H", font, at)[0]
                        if not glyph:
                            break
                    if (glyph + deltas[number]) % 65536:
                        yield char
                    break
    elif form == 12:
        for number in range(min(struct.unpack_from(">I", font, start + 12)[0], 70_000)):
            first, last, _ = struct.unpack_from(">III", font, start + 16 + 12 * number)
            yield from (char for char in wanted if first <= char <= last)
