"""Pages of a PDF as PNG pictures, signature images included; the only home of pypdfium2 (extra `cli`)."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pypdfium2

from egov_vn.errors import InvalidInput

__all__ = ["pictures"]


def pictures(pdf: bytes, *, width: int = 820) -> tuple[bytes, ...]:
    """Return each page of *pdf* as a PNG picture *width* pixels wide."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise InvalidInput(f"not a PDF that can be drawn: {error}") from error
    try:
        document.init_forms()
        return tuple(_page(document[index], width) for index in range(len(document)))
    finally:
        document.close()


def _page(page: Any, width: int) -> bytes:
    bitmap = page.render(scale=width / page.get_width(), may_draw_forms=True, rev_byteorder=True)
    raw = bytes(bitmap.buffer)
    row = bitmap.width * bitmap.n_channels
    lines = b"".join(b"\0" + raw[y * bitmap.stride : y * bitmap.stride + row] for y in range(bitmap.height))
    colour = {1: 0, 3: 2, 4: 6}[bitmap.n_channels]
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
