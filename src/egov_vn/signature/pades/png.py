"""Reading a PNG image and putting it into a PDF, with its transparency and its true size.

A PDF has no PNG: colour and transparency become two streams. Every colour type and depth of PNG is read; only
interlaced files are refused. Without an imaging library, because two pages of code are cheaper than one dependency.
"""

from __future__ import annotations

import colorsys
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from egov_vn.errors import InvalidInput

__all__ = ["Image"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAX_PIXELS: Final = 16_000_000
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture as rows of 8-bit samples from the top: *colour* has 3 bytes for each pixel, *alpha* one."""

    width: int
    height: int
    colour: bytes
    alpha: bytes
    dpi: float | None = None
    """Dots per inch as the file says (chunk pHYs), None if it does not."""

    @classmethod
    def from_png(cls, data: bytes) -> Self:
        """Read a PNG file; `InvalidInput` if it is none, is damaged, interlaced, or has more than 16 million pixels."""
        chunks = dict(_chunks(data))
        width, height, depth, kind, _, _, interlace = _header(chunks)
        if interlace:
            raise InvalidInput("an interlaced PNG is not read; save it without interlacing", path="image")
        channels = _CHANNELS[kind]
        stride = (width * channels * depth + 7) // 8
        try:
            decoder = zlib.decompressobj()
            raw = decoder.decompress(chunks.get(b"IDAT", b""), height * (stride + 1))
        except zlib.error as error:
            raise InvalidInput(f"the PNG is damaged: {error}", path="image") from error
        if len(raw) < height * (stride + 1):
            raise InvalidInput("the PNG is cut short", path="image")
        rows = _unfilter(raw, height, stride, max(1, channels * depth // 8))
        samples = _eight_bit(rows, depth, width * channels, scale=kind != 3)
        colour, alpha = _split(samples, kind, chunks)
        return cls(width=width, height=height, colour=colour, alpha=alpha, dpi=_dpi(chunks.get(b"pHYs")))

    @property
    def transparent_share(self) -> float:
        """The share of pixels that let the page show through, 0 to 1."""
        return sum(value < 128 for value in self.alpha) / len(self.alpha)

    def hue_share(self, low: float, high: float) -> float:
        """Return the share of coloured ink whose hue lies between *low* and *high* degrees (a range may pass 360)."""
        inside = total = 0
        step = max(1, len(self.alpha) // 20_000)  # a sample of the picture tells as much as all of it
        for index in range(0, len(self.alpha), step):
            if self.alpha[index] < 128:
                continue
            red, green, blue = self.colour[3 * index : 3 * index + 3]
            hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
            if saturation < 0.08 and value > 0.92:
                continue  # paper
            total += 1
            inside += saturation >= 0.2 and value >= 0.15 and (hue * 360 - low) % 360 <= (high - low) % 360
        return inside / total if total else 0.0

    def xobject(self) -> tuple[generic.StreamObject, generic.StreamObject]:
        """Return the image as a PDF object, and its soft mask, which the caller links as `/SMask`."""
        picture = self._stream("/DeviceRGB", self.colour)
        return picture, self._stream("/DeviceGray", self.alpha)

    def _stream(self, space: str, samples: bytes) -> generic.StreamObject:
        return generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Image"),
                pdf_name("/Width"): generic.NumberObject(self.width),
                pdf_name("/Height"): generic.NumberObject(self.height),
                pdf_name("/ColorSpace"): pdf_name(space),
                pdf_name("/BitsPerComponent"): generic.NumberObject(8),
                pdf_name("/Filter"): pdf_name("/FlateDecode"),
            },
            encoded_data=zlib.compress(samples, 9),
        )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(_SIGNATURE):
        raise InvalidInput("the image is not a PNG file", path="image")
    position, image = len(_SIGNATURE), []
    while position + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, position)
        kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + size]
        if len(body) < size:
            raise InvalidInput("the PNG is cut short", path="image")
        if kind == b"IDAT":
            image.append(body)
        else:
            yield kind, body
        position += size + 12
    yield b"IDAT", b"".join(image)


def _header(chunks: dict[bytes, bytes]) -> tuple[int, ...]:
    body = chunks.get(b"IHDR", b"")
    if len(body) != 13:
        raise InvalidInput("the PNG has no header", path="image")
    header = struct.unpack(">IIBBBBB", body)
    width, height, depth, kind = header[:4]
    if kind not in _CHANNELS or depth not in _DEPTHS[kind]:
        raise InvalidInput(f"the PNG has colour type {kind} with {depth} bits, which does not exist", path="image")
    if not 0 < width * height <= _MAX_PIXELS:
        raise InvalidInput(f"an image of {width} x {height} pixels is not taken", path="image")
    return header


def _unfilter(raw: bytes, height: int, stride: int, step: int) -> list[bytearray]:
    rows: list[bytearray] = []
    above = bytearray(stride)
    for index in range(height):
        start = index * (stride + 1)
        row = bytearray(raw[start + 1 : start + 1 + stride])
        kind = raw[start]
        if kind == 1:
            for i in range(step, stride):
                row[i] = (row[i] + row[i - step]) & 255
        elif kind == 2:
            row = bytearray([(a + b) & 255 for a, b in zip(row, above, strict=True)])
        elif kind == 3:
            for i in range(stride):
                left = row[i - step] if i >= step else 0
                row[i] = (row[i] + ((left + above[i]) >> 1)) & 255
        elif kind == 4:
            _paeth(row, above, step)
        elif kind:
            raise InvalidInput(f"the PNG names a filter {kind} that does not exist", path="image")
        rows.append(row)
        above = row
    return rows


def _paeth(row: bytearray, above: bytearray, step: int) -> None:
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        up = above[i]
        guess = left + up - corner
        to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
        if to_left <= to_up and to_left <= to_corner:
            best = left
        else:
            best = up if to_up <= to_corner else corner
        row[i] = (row[i] + best) & 255


def _eight_bit(rows: list[bytearray], depth: int, samples: int, *, scale: bool) -> bytes:
    if depth == 8:
        return b"".join(rows)
    if depth == 16:
        return b"".join(row[::2] for row in rows)
    factor = 255 // ((1 << depth) - 1) if scale else 1
    mask, per_byte = (1 << depth) - 1, 8 // depth
    shifts = [8 - depth * (i + 1) for i in range(per_byte)]
    return b"".join(
        bytes([((value >> shift) & mask) * factor for value in row for shift in shifts][:samples]) for row in rows
    )


def _split(samples: bytes, kind: int, chunks: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    if kind == 3:
        return _palette(samples, chunks)
    channels = _CHANNELS[kind]
    pixels = len(samples) // channels
    colour = bytearray(3 * pixels)
    for target in range(3):
        colour[target::3] = samples[(target if channels >= 3 else 0) :: channels]
    if kind in (4, 6):
        return bytes(colour), samples[channels - 1 :: channels]
    key = chunks.get(b"tRNS")
    if key is None:
        return bytes(colour), b"\xff" * pixels
    # one colour is declared transparent; each of its samples is written with 16 bits, the low ones count here
    wanted = bytes(key[1::2]) if kind == 2 else bytes(key[1:2]) * 3
    alpha = bytes(0 if colour[3 * i : 3 * i + 3] == wanted else 255 for i in range(pixels))
    return bytes(colour), alpha


def _palette(samples: bytes, chunks: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    palette, opacity = chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b"")
    size = len(palette) // 3
    if not size or max(samples) >= size:
        raise InvalidInput("the PNG names a colour that its palette does not hold", path="image")
    table = [palette[3 * i : 3 * i + 3] for i in range(size)]
    alphas = opacity + b"\xff" * (size - len(opacity))
    return b"".join(table[value] for value in samples), bytes(alphas[value] for value in samples)


def _dpi(body: bytes | None) -> float | None:
    if body is None or len(body) != 9:
        return None
    across, _, unit = struct.unpack(">IIB", body)
    return across * 0.0254 if unit == 1 and across else None
