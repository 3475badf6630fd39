"""Sample pictures for tests and examples: a blue signature and a red round seal, as the decree wants them.

Drawn by arithmetic, so that no real signature or seal is ever needed: PNG with a transparent background, at true size
(the resolution is written into the file). The seal says that it is a sample.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from egov_vn.errors import InvalidInput

__all__ = ["sample_seal", "sample_signature"]

Point = tuple[float, float]
_BLUE: Final = (20, 60, 190)
_RED: Final = (215, 20, 30)

# strokes on a grid of 4 by 6, y downwards: just the letters that the sample seal needs
_LETTERS: Final[dict[str, tuple[tuple[Point, ...], ...]]] = {
    "A": (((0, 6), (2, 0), (4, 6)), ((0.8, 4), (3.2, 4))),
    "C": (((4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5)),),
    "D": (((0, 0), (0, 6), (2.5, 6), (4, 4.5), (4, 1.5), (2.5, 0), (0, 0)),),
    "G": (((4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5), (4, 3), (2.5, 3)),),
    "H": (((0, 0), (0, 6)), ((4, 0), (4, 6)), ((0, 3), (4, 3))),
    "I": (((2, 0), (2, 6)),),
    "K": (((0, 0), (0, 6)), ((4, 0), (0, 3.5)), ((1.3, 2.4), (4, 6))),
    "M": (((0, 6), (0, 0), (2, 3.5), (4, 0), (4, 6)),),
    "N": (((0, 6), (0, 0), (4, 6), (4, 0)),),
    "O": (((1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5), (0, 1), (1, 0)),),
    "R": (((0, 6), (0, 0), (3, 0), (4, 1), (4, 2), (3, 3), (0, 3)), ((2, 3), (4, 6))),
    "T": (((0, 0), (4, 0)), ((2, 0), (2, 6))),
    "U": (((0, 0), (0, 5), (1, 6), (3, 6), (4, 5), (4, 0)),),
    " ": (),
    "*": (((2, 2), (2, 4)), ((1, 3), (3, 3))),
}


@lru_cache(maxsize=8)
def sample_signature(*, width_mm: float = 45.0, dpi: int = 300) -> bytes:
    """Return a made-up signature in blue ink as a PNG, *width_mm* wide and about four tenths as high."""
    scale = _scale(width_mm, dpi)
    width, height = round(width_mm * scale), round(width_mm * 0.42 * scale)
    canvas = _Canvas(width, height)
    curve = [_hand(step / 420) for step in range(421)]
    points = [(x * width, y * height) for x, y in curve]
    for index, (start, end) in enumerate(pairwise(points)):
        # a pen presses less where it moves fast
        canvas.line(start, end, scale * (0.24 + 0.12 * math.cos(index / 17)))
    canvas.line((0.12 * width, 0.86 * height), (0.9 * width, 0.74 * height), scale * 0.22)
    return canvas.png(_BLUE, dpi)


@lru_cache(maxsize=8)
def sample_seal(*, diameter_mm: float = 36.0, dpi: int = 300) -> bytes:
    """Return a made-up round seal in red ink as a PNG of *diameter_mm*, marked as a sample without value."""
    scale = _scale(diameter_mm, dpi)
    size = round(diameter_mm * scale)
    canvas = _Canvas(size, size)
    middle, outer = size / 2, size / 2 - 0.5 * scale
    for radius, thickness in ((outer, 0.45), (outer - 1.1 * scale, 0.2), (outer * 0.62, 0.25)):
        canvas.lines(_circle(middle, radius), scale * thickness)
    _ring_text(canvas, "CON DAU MAU * KHONG CO GIA TRI * ", middle, outer * 0.79, outer * 0.13, scale * 0.22)
    corners = [
        (middle + outer * r * math.sin(k * math.pi / 5), middle - outer * r * math.cos(k * math.pi / 5))
        for k in range(10)
        for r in ((0.36 if k % 2 == 0 else 0.15),)
    ]
    canvas.polygon(corners)
    return canvas.png(_RED, dpi)


def _scale(millimetres: float, dpi: int) -> float:
    if not 5 <= millimetres <= 120 or not 30 <= dpi <= 1200:
        raise InvalidInput(f"{millimetres} mm at {dpi} dpi is no size for a sample image", path="dpi")
    return dpi / 25.4


def _hand(t: float) -> Point:
    """Return a point of a looping hand, both coordinates between 0 and 1."""
    turn = 2 * math.pi * 5.5 * t
    x = 0.1 + 0.76 * t + 0.055 * math.sin(turn)
    swing = 0.34 * (1 - 0.72 * t) + 0.06 * math.sin(2 * math.pi * 2.3 * t)
    return x, 0.47 + swing * math.cos(turn + 0.6) * (1.0 if t < 0.9 else 1.6)


def _circle(middle: float, radius: float) -> list[Point]:
    steps = max(48, int(radius))
    return [
        (middle + radius * math.sin(2 * math.pi * k / steps), middle - radius * math.cos(2 * math.pi * k / steps))
        for k in range(steps + 1)
    ]


def _ring_text(canvas: _Canvas, text: str, middle: float, radius: float, height: float, thickness: float) -> None:
    unit = height / 6
    for index, letter in enumerate(text):
        angle = 2 * math.pi * index / len(text)
        sine, cosine = math.sin(angle), math.cos(angle)
        for stroke in _LETTERS[letter]:
            placed = []
            for x, y in stroke:
                across, inward = (x - 2) * unit, (y - 3) * unit
                distance = radius - inward
                placed.append((middle + distance * sine + across * cosine, middle - distance * cosine + across * sine))
            canvas.lines(placed, thickness)


class _Canvas:
    """Ink coverage, one byte for each pixel; 255 is full."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(width) for _ in range(height)]

    def lines(self, points: Sequence[Point], thickness: float) -> None:
        for start, end in pairwise(points):
            self.line(start, end, thickness)

    def line(self, start: Point, end: Point, thickness: float) -> None:
        (x0, y0), (x1, y1), radius = start, end, thickness / 2
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy or 1e-9
        for y in range(max(0, int(min(y0, y1) - radius - 1)), min(self.height, int(max(y0, y1) + radius + 2))):
            row = self._rows[y]
            for x in range(max(0, int(min(x0, x1) - radius - 1)), min(self.width, int(max(x0, x1) + radius + 2))):
                along = min(1.0, max(0.0, ((x + 0.5 - x0) * dx + (y + 0.5 - y0) * dy) / length))
                distance = math.hypot(x + 0.5 - x0 - along * dx, y + 0.5 - y0 - along * dy)
                ink = min(1.0, max(0.0, radius - distance + 0.5))
                row[x] = max(row[x], int(255 * ink))

    def polygon(self, corners: Sequence[Point]) -> None:
        closed = [*corners, corners[0]]
        for y in range(self.height):
            crossings = sorted(_crossings(closed, y + 0.5))
            for left, right in zip(crossings[::2], crossings[1::2], strict=False):
                for x in range(max(0, round(left)), min(self.width, round(right))):
                    self._rows[y][x] = 255
        self.lines(closed, 1.2)

    def png(self, ink: tuple[int, int, int], dpi: int) -> bytes:
        raw = b"".join(b"\x00" + b"".join(bytes((*ink, alpha)) for alpha in row) for row in self._rows)
        per_metre = round(dpi / 0.0254)
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            (
                _chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 6, 0, 0, 0)),
                _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
                _chunk(b"IDAT", zlib.compress(raw, 9)),
                _chunk(b"IEND", b""),
            )
        )


def _crossings(closed: Sequence[Point], y: float) -> Iterable[float]:
    for (x0, y0), (x1, y1) in pairwise(closed):
        if (y0 <= y) != (y1 <= y):
            yield x0 + (y - y0) * (x1 - x0) / (y1 - y0)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
