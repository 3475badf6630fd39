"""Code 128 as an independent reader sees it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.dossier.barcode import Barcode, code128
from egov_vn.errors import InvalidInput


def picture(barcode: Barcode, *, unit: int = 2, height: int = 40) -> bytes:
    """Draw the bars as a PGM picture with its quiet zones."""
    width = (barcode.modules + 20) * unit
    row = bytearray(b"\xff" * width)
    for offset, bar in barcode.bars():
        start = (offset + 10) * unit
        row[start : start + bar * unit] = b"\x00" * (bar * unit)
    return b"P5 %d %d 255\n" % (width, height) + bytes(row) * height


def read_back(picture_bytes: bytes) -> str:
    """Decode a picture with zxing-cpp, which shares no code with us."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp, the independent decoder, is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    found = zxingcpp.read_barcodes(image.open(io.BytesIO(picture_bytes)))
    assert len(found) == 1
    assert "128" in str(found[0].format)
    return str(found[0].text)


@pytest.mark.parametrize(
    "code",
    [
        "000.00.00.H13-260212-0001",
        "H57.132-260804-0583",
        "G09.20-20260609-0092637",
        "000.A0.01.H26-210212-9090",
        "H13",
        "1234",
        "12345",
        "~ !",
    ],
)
def test_an_independent_reader_reads_the_code(code: str) -> None:
    assert read_back(picture(code128(code))) == code


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_an_independent_reader_reads_any_printable_text(text: str) -> None:
    assert read_back(picture(code128(text))) == text


def test_the_row_starts_and_ends_with_a_bar_and_counts_eleven_modules_a_character() -> None:
    found = code128("H13")
    assert len(found.widths) % 2 == 1
    assert found.modules == 11 * (1 + 3 + 1) + 13
    assert found.bars()[0] == (0, 2)


def test_digits_are_packed() -> None:
    assert code128("12345678").modules < code128("abcdefgh").modules


@pytest.mark.parametrize(("text", "path"), [("", "text"), ("x" * 81, "text"), ("Hồ sơ", "text[1]"), ("a\n", "text[1]")])
def test_what_cannot_be_encoded_is_refused(text: str, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        code128(text)
    assert caught.value.path == path
