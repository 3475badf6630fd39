"""Finding words on a page: the operators and fonts that producers use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyhanko.pdf_utils import generic

from egov_vn.signature.pades.pdf import open_reader
from egov_vn.signature.pades.text import _cid_widths, _to_unicode, find_words, page_characters

Maker = Callable[..., bytes]


def boxes(maker: Maker, commands: bytes, words: str, *, objects: tuple[bytes, ...] = ()) -> list[tuple[float, float]]:
    pdf = maker(1, lines=(), objects=objects)
    # the page's content is the fourth object: a stream of our own, in a file whose table of offsets is found again
    content = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(commands), commands)
    body = pdf.replace(b"<< /Length 0 >>\nstream\n\nendstream", content)
    head, _, tail = body.partition(b"xref\n0")
    count = tail.split(b"\n")[0].strip()
    offsets = [head.index(b"\n%d 0 obj" % number) + 1 for number in range(1, int(count))]
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    whole = head + b"xref\n0 " + count + b"\n0000000000 65535 f \n" + table
    whole += b"trailer\n<< /Size " + count + b" /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(head)
    page = open_reader(whole).root["/Pages"]["/Kids"][0]
    return [(round(box.left, 1), round(box.bottom, 1)) for box in find_words(page_characters(page), words)]


@pytest.mark.parametrize(
    "commands, left, base",
    [
        (b"BT /F1 10 Tf 100 500 Td (CHU TICH) Tj ET", 100, 500),
        (b"BT /F1 10 Tf 1 0 0 1 100 500 Tm [(CH) -50 (U TI) 20 (CH)] TJ ET", 100, 500),
        (b"BT /F1 10 Tf 12 TL 100 512 Td (x) Tj T* (CHU TICH) Tj ET", 100, 500),
        (b"BT /F1 10 Tf 100 512 Td (x) Tj 0 -12 TD (CHU TICH) Tj ET", 100, 500),
        (b"q 2 0 0 2 50 100 cm BT /F1 5 Tf 25 200 Td (CHU TICH) Tj ET Q", 100, 500),
        (b"BT /F1 10 Tf 2 Tc 1 Tw 50 Tz 3 Ts 100 497 Td (CHU TICH) Tj ET", 100, 500),
        (b"q q BT /F1 10 Tf ET Q Q Q BT /F1 10 Tf 100 500 Td (CHU TICH) Tj ET", 100, 500),
    ],
)
def test_every_way_to_show_text(commands: bytes, left: float, base: float, maker: Maker) -> None:
    ((found_left, found_bottom),) = boxes(maker, commands, "Chu tich")
    assert (found_left, found_bottom) == (left, round(base - 0.22 * 10, 1))


def test_words_in_two_columns_and_in_parts(maker: Maker) -> None:
    commands = b"BT /F1 10 Tf 50 300 Td (Noi nhan:) Tj 250 0 Td (CHU) Tj 30 0 Td (TICH) Tj ET"
    assert boxes(maker, commands, "CHU TICH") == [(300.0, 297.8)]
    assert boxes(maker, commands, "CHU  tich") == [(300.0, 297.8)]
    assert boxes(maker, commands, "GIAM DOC") == []
    assert boxes(maker, commands, "  ") == []


def test_unknown_fonts_and_inline_pictures_are_passed_over(maker: Maker) -> None:
    before = b"BT /F1 10 Tf 100 500 Td (CHU TICH) Tj ET BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"
    assert boxes(maker, before, "CHU TICH") == [(100.0, 497.8)]
    assert boxes(maker, b"BT /F9 10 Tf 50 300 Td (CHU) Tj ET BT (CHU) Tj ET", "CHU") == []


def test_to_unicode_tables() -> None:
    table = b"""
    2 beginbfchar <0001> <1EE6> <0002> <0054 0055> endbfchar
    2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0058> <0059>] endbfrange
    1 beginbfchar <0003> <D8> endbfchar
    """
    found = _to_unicode(table)
    assert found[1] == "Ủ"
    assert found[2] == "TU"
    assert [found[code] for code in (0x10, 0x11, 0x12)] == ["A", "B", "C"]
    assert (found[0x20], found[0x21]) == ("X", "Y")
    assert found[3] == ""


def test_widths_of_composite_fonts() -> None:
    number: Any = generic.NumberObject
    values = generic.ArrayObject(
        [number(1), generic.ArrayObject([number(500), number(600)]), number(10), number(12), number(700), number(9)]
    )
    assert _cid_widths(values) == {1: 500.0, 2: 600.0, 10: 700.0, 11: 700.0, 12: 700.0}
