"""A font is asked whether it has the letters of Vietnamese."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from egov_vn._fonts import VIETNAMESE, covers_vietnamese


def font(characters: set[int], form: int, *, collection: bool = False) -> bytes:
    """Return the smallest file with a character map of that format (every segment one character long)."""
    codes = sorted(characters)
    if form == 4:
        codes = [*codes, 0xFFFF]
        count = len(codes)
        deltas = [(glyph - code) % 65536 for glyph, code in enumerate(codes, 1)]
        table = struct.pack(">HHHHHHH", 4, 16 + 8 * count, 0, 2 * count, 0, 0, 0)
        table += struct.pack(f">{count}H", *codes) + b"\0\0" + struct.pack(f">{count}H", *codes)
        table += struct.pack(f">{count}H", *deltas) + struct.pack(f">{count}H", *[0] * count)
    else:
        table = struct.pack(">HHIII", 12, 0, 16 + 12 * len(codes), 0, len(codes))
        table += b"".join(struct.pack(">III", code, code, glyph) for glyph, code in enumerate(codes, 1))
    base = 16 if collection else 0
    cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table
    head = b"\0\1\0\0" + struct.pack(">HHHH", 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, base + 28, len(cmap))
    return (b"ttcf" + struct.pack(">III", 0x10000, 1, 16) if collection else b"") + head + cmap


ALL = {ord(letter) for letter in VIETNAMESE}


@pytest.mark.parametrize("collection", [False, True])
@pytest.mark.parametrize("form", [4, 12])
def test_a_font_with_every_letter_covers(tmp_path: Path, form: int, collection: bool) -> None:
    path = tmp_path / "font.ttf"
    path.write_bytes(font(ALL, form, collection=collection))
    assert covers_vietnamese(path)
    path.write_bytes(font(ALL - {ord("ộ")}, form, collection=collection))
    assert not covers_vietnamese(path)


def test_a_glyph_reached_by_an_offset_counts_unless_it_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    for glyph, covered in ((7, True), (0, False)):
        first, last = min(ALL), max(ALL)
        width = last - first + 1
        table = struct.pack(">HHHHHHH", 4, 0, 0, 4, 0, 0, 0) + struct.pack(">HH", last, 0xFFFF) + b"\0\0"
        table += struct.pack(">HH", first, 0xFFFF) + struct.pack(">HH", 0, 1) + struct.pack(">HH", 4, 0)
        table += struct.pack(f">{width}H", *[glyph] * width)
        cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table
        head = b"\0\1\0\0" + struct.pack(">HHHH", 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap))
        path.write_bytes(head + cmap)
        assert covers_vietnamese(path) is covered


@pytest.mark.parametrize("data", [b"", b"\0\1\0\0", b"ttcf", b"\0\1\0\0\xff\xff", font(ALL, 4)[:200]])
def test_a_broken_font_covers_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "font.ttf"
    path.write_bytes(data)
    assert not covers_vietnamese(path)
    assert not covers_vietnamese(tmp_path / "absent.ttf")


def test_146_letters() -> None:
    assert len(VIETNAMESE) == 146
