"""QR codes as an independent reader sees them, in every version and level."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.dossier.qrcode import QrCode, qr_code
from egov_vn.errors import InvalidInput

pytest.importorskip("segno", reason="the extra forms is not installed")


def picture(code: QrCode, *, unit: int = 4) -> bytes:
    """Draw the modules as a PGM picture with the quiet zone of four."""
    blank = b"\xff" * ((code.modules + 8) * unit)
    rows = [blank] * (4 * unit)
    for row in code.rows:
        line = b"\xff" * (4 * unit) + b"".join((b"\x00" if dark else b"\xff") * unit for dark in row)
        rows += [line + b"\xff" * (4 * unit)] * unit
    rows += [blank] * (4 * unit)
    return b"P5 %d %d 255\n" % (len(blank), len(rows)) + b"".join(rows)


def read_back(data: bytes) -> tuple[str, str]:
    """Decode a picture with zxing-cpp, which shares no code with us: the text and the level."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp, the independent decoder, is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    found = zxingcpp.read_barcodes(image.open(io.BytesIO(data)))
    assert len(found) == 1
    assert "QR" in str(found[0].format)
    return str(found[0].text), str(found[0].ec_level)


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("length", [1, 14, 26, 42, 62, 84, 106, 122, 152, 180, 210])
def test_an_independent_reader_reads_every_version_and_level(length: int, level: str) -> None:
    text = ("000.00.00.H13-260212-0001/" * 9)[:length]
    if level == "H" and length > 174:
        with pytest.raises(InvalidInput):
            qr_code(text, level=level)
    else:
        assert read_back(picture(qr_code(text, level=level))) == (text, level)


@pytest.mark.parametrize(
    ("version", "letters"),
    list(enumerate((25, 47, 77, 114, 154, 195, 224, 279, 335, 395), start=1)),
)
def test_a_version_holds_as_many_letters_as_the_standard_says(version: int, letters: int) -> None:
    full = qr_code("A" * letters, level="L")
    assert full.version == version
    assert read_back(picture(full))[0] == "A" * letters
    if version == 10:
        with pytest.raises(InvalidInput):
            qr_code("A" * (letters + 1), level="L")


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=60))
def test_an_independent_reader_reads_any_text(text: str) -> None:
    assert read_back(picture(qr_code(text)))[0] == text


@settings(max_examples=40, deadline=None)
@given(st.from_regex(r"[0-9A-Z]{1,3}(\.[0-9]{2}){1,3}-[0-9]{6,8}-[0-9]{4,7}", fullmatch=True))
def test_a_dossier_code_takes_a_small_version(code: str) -> None:
    made = qr_code(code)
    assert made.version <= 2
    assert read_back(picture(made)) == (code, "M")


def test_a_damaged_code_is_still_read() -> None:
    made = qr_code("000.00.00.H13-260212-0001", level="H")
    rows = [list(row) for row in made.rows]
    for row in range(10, 15):
        for column in range(10, 15):
            rows[row][column] = not rows[row][column]
    damaged = QrCode(text="", version=made.version, level="H", mask=made.mask, rows=tuple(map(tuple, rows)))
    assert read_back(picture(damaged))[0] == made.text


def test_the_runs_are_the_dark_modules() -> None:
    made = qr_code("H13")
    painted = {(row, column + at) for row, column, length in made.runs() for at in range(length)}
    assert painted == {(row, at) for row, line in enumerate(made.rows) for at, dark in enumerate(line) if dark}
    assert made.modules == 17 + 4 * made.version


def test_the_same_text_gives_the_same_code() -> None:
    assert qr_code("H13-260212-0001") == qr_code("H13-260212-0001")


@pytest.mark.parametrize(
    ("text", "level", "path"),
    [("", "M", "text"), ("x" * 214, "M", "text"), ("\ud800", "M", "text"), (7, "M", "text"), ("a", "X", "level")],
)
def test_what_cannot_be_encoded_is_refused(text: str, level: str, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        qr_code(text, level=level)
    assert caught.value.path == path


def test_the_longest_texts_fit() -> None:
    assert qr_code("x" * 213).version == 10
    assert qr_code("A" * 311).version == 10
