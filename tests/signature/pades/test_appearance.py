"""What a signature looks like: images of the decree, text marks, and where they stand."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import (
    AnnexMark,
    At,
    Between,
    CopyMark,
    InField,
    OverPerson,
    PersonImage,
    SealImage,
    assess_pdf,
    check_image,
    sign_pdf,
    sign_pdf_reporting,
)
from egov_vn.signature.pades.pdf import open_reader, open_update
from egov_vn.signature.pades.png import Image
from egov_vn.signature.pades.stamp import time_text
from egov_vn.testing.images import sample_seal, sample_signature

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
typst = pytest.importorskip("typst", reason="text marks are typeset by the extra forms")


def png(
    pixels: list[list[tuple[int, ...]]], *, kind: int, depth: int = 8, filters: int = 0, extra: bytes = b""
) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = [bytes(value for pixel in row for value in pixel) for row in pixels]
    raw = bytearray()
    above = bytes(len(rows[0]))
    step = len(pixels[0][0])
    for row in rows:
        raw.append(filters)
        for i, value in enumerate(row):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = left + above[i] - corner
            best = min((left, above[i], corner), key=lambda item: abs(guess - item))
            raw.append((value - (0, left, above[i], (left + above[i]) // 2, best)[filters]) & 255)
        above = row
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(bytes(raw)))
        + chunk(b"IEND", b"")
    )


def test_the_samples_are_what_the_decree_wants() -> None:
    place = At(box=(0, 0, 100, 100))
    assert check_image(PersonImage(image=sample_signature(), place=place), at=AT) == ()
    assert check_image(SealImage(image=sample_seal(), place=place), at=AT) == ()
    seal = Image.from_png(sample_seal(diameter_mm=36, dpi=300))
    assert seal.width == seal.height == round(36 / 25.4 * 300)
    assert seal.dpi == pytest.approx(300, abs=0.1)


def test_what_is_wrong_with_an_image() -> None:
    place = At(box=(0, 0, 100, 100))

    def codes(image: SealImage | PersonImage) -> set[str]:
        return {item.code for item in check_image(image, at=AT)}

    assert codes(PersonImage(image=sample_seal(), place=place)) == {"SIG-IMAGE-HUE"}
    assert codes(SealImage(image=sample_signature(), place=place)) == {"SIG-IMAGE-HUE"}
    assert codes(SealImage(image=sample_seal(), place=place, diameter_mm=80)) == {"SIG-IMAGE-DPI", "SIG-IMAGE-SIZE"}
    assert codes(PersonImage(image=sample_signature(dpi=72), place=place)) == {"SIG-IMAGE-DPI"}
    opaque = png([[(20, 60, 190)] * 40] * 20, kind=2)
    assert "SIG-IMAGE-OPAQUE" in codes(PersonImage(image=opaque, place=place))


@pytest.mark.parametrize("filters", range(5))
def test_every_filter_of_png_is_undone(filters: int) -> None:
    pixels: list[list[tuple[int, ...]]] = [
        [(x * 7 % 256, y * 11 % 256, (x * y) % 256, (x + y) * 3 % 256) for x in range(9)] for y in range(6)
    ]
    image = Image.from_png(png(pixels, kind=6, filters=filters))
    flat = [pixel for row in pixels for pixel in row]
    assert image.colour == bytes(value for pixel in flat for value in pixel[:3])
    assert image.alpha == bytes(pixel[3] for pixel in flat)


def test_palettes_grey_and_declared_transparency() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    palette = chunk(b"PLTE", bytes((1, 2, 3, 4, 5, 6))) + chunk(b"tRNS", b"\x00")
    image = Image.from_png(png([[(0,), (1,)]], kind=3, extra=palette))
    assert (image.colour, image.alpha) == (bytes((1, 2, 3, 4, 5, 6)), b"\x00\xff")
    grey = Image.from_png(png([[(9, 0), (8, 255)]], kind=4))
    assert (grey.colour, grey.alpha) == (bytes((9, 9, 9, 8, 8, 8)), b"\x00\xff")
    keyed = Image.from_png(png([[(9,), (8,)]], kind=0, extra=chunk(b"tRNS", b"\x00\x09")))
    assert keyed.alpha == b"\x00\xff"
    bits = Image.from_png(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\x00\xa0"))
        + chunk(b"IEND", b"")
    )
    assert bits.colour == b"\xff\xff\xff\x00\x00\x00\xff\xff\xff\x00\x00\x00"


@pytest.mark.parametrize("data", [b"", b"GIF89a", sample_signature()[:200], sample_signature()[:20]])
def test_what_is_no_png_is_refused(data: bytes, pdf: bytes, person: KeySigner) -> None:
    with pytest.raises(InvalidInput, match="image"):
        sign_pdf(pdf, signer=person, at=AT, appearance=PersonImage(image=data, place=At(box=(0, 0, 100, 50))))


def rectangle(pdf: bytes, number: int) -> tuple[float, ...]:
    field = open_reader(pdf).root["/AcroForm"]["/Fields"][number]
    return tuple(float(value) for value in field["/Rect"])


def test_the_seal_covers_a_third_of_the_signature_on_its_left(pdf: bytes, person: KeySigner, agency: KeySigner) -> None:
    place = At(box=(350, 300, 500, 360), page=2)
    first = sign_pdf(pdf, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place))
    both = sign_pdf(first, signer=agency, at=AT, appearance=SealImage(image=sample_seal(diameter_mm=38)))
    left, bottom, right, top = rectangle(both, 0)
    seal_left, seal_bottom, seal_right, seal_top = rectangle(both, 1)
    assert (seal_right - left) / (right - left) == pytest.approx(1 / 3, abs=0.01)
    assert seal_left < left
    assert (seal_bottom + seal_top) / 2 == pytest.approx((bottom + top) / 2, abs=0.1)
    assert (seal_right - seal_left) / 72 * 25.4 == pytest.approx(38, abs=0.1)
    named = sign_pdf(
        first,
        signer=agency,
        at=AT,
        appearance=SealImage(image=sample_seal(diameter_mm=38), place=OverPerson(field="Signature1")),
    )
    assert rectangle(named, 1) == rectangle(both, 1)
    with pytest.raises(InvalidInput, match="no visible"):
        sign_pdf(pdf, signer=agency, at=AT, appearance=SealImage(image=sample_seal()))


def test_the_place_is_found_between_position_and_name(maker: Callable[..., bytes], person: KeySigner) -> None:
    lines = ("KT. CHU TICH", "PHO CHU TICH", "", "", "", "", "Nguyen Van Thu")
    image = PersonImage(image=sample_signature(), place=Between(position="Phó chủ tịch", name="Nguyễn Văn Thử"))
    with pytest.raises(InvalidInput, match="not found"):
        sign_pdf(maker(1, lines=lines), signer=person, at=AT, appearance=image)
    image = PersonImage(image=sample_signature(), place=Between(position="pho  chu tich", name="NGUYEN VAN THU"))
    _, bottom, _, top = rectangle(sign_pdf(maker(3, lines=lines), signer=person, at=AT, appearance=image), 0)
    assert 600 < bottom < top < 700  # the position stands at 700, the name at 600
    assert (bottom + top) / 2 == pytest.approx(653, abs=3)


@pytest.mark.oracle
def test_vietnamese_words_are_found_in_a_typeset_page(person: KeySigner, tmp_path: Path) -> None:
    source = tmp_path / "page.typ"
    source.write_text("#align(right)[*KT. CHỦ TỊCH* \\ *PHÓ CHỦ TỊCH* #v(3cm) *Nguyễn Văn Thử*]", encoding="utf-8")
    made = typst.compile(str(source), pdf_standards=["a-2b"])
    image = PersonImage(image=sample_signature(), place=Between(position="PHÓ CHỦ TỊCH", name="Nguyễn Văn Thử"))
    signed = sign_pdf(made, signer=person, at=AT, appearance=image)
    words = (
        subprocess.run(["pdftotext", "-bbox", "-", "-"], input=signed, capture_output=True, check=True).stdout.decode()
        if shutil.which("pdftotext")
        else pytest.skip("pdftotext is not installed")
    )
    name_top = next(float(line.split('yMin="')[1].split('"')[0]) for line in words.splitlines() if ">Nguyễn<" in line)
    _, bottom, _, _ = rectangle(signed, 0)
    assert 841.89 - bottom <= name_top + 3


@pytest.mark.parametrize(
    "mark, words",
    [
        (AnnexMark(number="15/CT-UBND"), ("15/CT-UBND", "2026-02-12T09:00:00+07:00")),
        (CopyMark(kind="SAO Y", agency="UBND THỬ"), ("SAO Y", "UBND THỬ", "2026-02-12T09:00:00+07:00")),
    ],
)
def test_text_marks(
    mark: AnnexMark | CopyMark, words: tuple[str, ...], pdf: bytes, agency: KeySigner, tmp_path: Path
) -> None:
    made = sign_pdf_reporting(pdf, signer=agency, at=AT.astimezone(UTC), appearance=mark)
    left, bottom, right, top = rectangle(made.pdf, 0)
    assert left > 300 and bottom > 750
    assert right == pytest.approx(595 - 10 / 25.4 * 72, abs=0.1)
    assert top == pytest.approx(842 - 10 / 25.4 * 72, abs=0.1)
    file = tmp_path / "marked.pdf"
    file.write_bytes(made.pdf)
    if shutil.which("pdftotext"):
        told = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode()
        assert all(word in told for word in words)
    if shutil.which("pdffonts"):
        fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode().splitlines()
        assert any("Serif" in line or "Times" in line or "Tinos" in line for line in fonts if " yes yes " in line)
    assert assess_pdf(made.pdf, at=AT).indication is not None


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_mark_stands_upright_in_the_seen_corner_of_a_turned_page(turn: int, pdf: bytes, agency: KeySigner) -> None:
    stream = io.BytesIO(pdf)
    update = open_update(stream)
    page = update.page(0)
    page.get_object()[generic.pdf_name("/Rotate")] = generic.NumberObject(turn)
    update.mark_update(page)
    update.append()
    signed = sign_pdf(stream.getvalue(), signer=agency, at=AT, appearance=AnnexMark(number="15/CT-UBND"))
    left, bottom, right, top = rectangle(signed, 0)
    corner = {0: (595, 842), 90: (0, 842), 180: (0, 0), 270: (595, 0)}[turn]
    assert min(abs(left - corner[0]), abs(right - corner[0])) == pytest.approx(28.35, abs=0.1)
    assert min(abs(bottom - corner[1]), abs(top - corner[1])) == pytest.approx(28.35, abs=0.1)
    assert (right - left > top - bottom) == (turn in (0, 180))


def test_an_existing_field_keeps_its_place(pdf: bytes, person: KeySigner) -> None:
    stream = io.BytesIO(pdf)
    update = open_update(stream)
    append_signature_field(update, SigFieldSpec("Leader", on_page=1, box=(300, 200, 450, 260)))
    append_signature_field(update, SigFieldSpec("Hidden", on_page=1))
    update.append()
    prepared = stream.getvalue()
    image = PersonImage(image=sample_signature(), place=InField())
    signed = sign_pdf(prepared, signer=person, at=AT, field="Leader", appearance=image)
    assert rectangle(signed, 0) == (300, 200, 450, 260)
    assert "/AP" in open_reader(signed).root["/AcroForm"]["/Fields"][0]
    with pytest.raises(InvalidInput, match="signed already"):
        sign_pdf(signed, signer=person, at=AT, field="Leader")
    with pytest.raises(InvalidInput, match="no size"):
        sign_pdf(prepared, signer=person, at=AT, field="Hidden", appearance=image)
    with pytest.raises(InvalidInput, match="InField"):
        sign_pdf(
            prepared,
            signer=person,
            at=AT,
            field="Leader",
            appearance=PersonImage(image=sample_signature(), place=At(box=(0, 0, 9, 9))),
        )


@pytest.mark.parametrize("page", [0, 3, -3])
def test_a_page_that_is_not_there(page: int, pdf: bytes, person: KeySigner) -> None:
    place = At(box=(0, 0, 100, 50), page=page)
    with pytest.raises(InvalidInput, match="no page"):
        sign_pdf(pdf, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place))


def test_the_time_is_written_as_the_decree_asks() -> None:
    assert time_text(datetime(2026, 2, 12, 2, 0, 1, 999, tzinfo=UTC)) == "2026-02-12T09:00:01+07:00"
