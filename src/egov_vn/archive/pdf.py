"""What a PDF tells about itself: pages, PDF/A claim, scans and their resolution, text layer.

A reader of facts, not a validator: it never decides whether a file *is* PDF/A. Every expansion is bounded; what cannot
be read is left out, and a file that makes no sense says so in `broken`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["PdfFacts", "Scan", "claim_in", "pdf_facts", "trailer_encrypts"]

_OBJECT: Final = re.compile(rb"obj\b")
_NUMBERED: Final = re.compile(rb"(?:^|[^0-9])(\d{1,10})\s+\d{1,5}\s+\Z")
_BEFORE_OBJECT: Final = 32
_PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PDFA_PART: Final = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*(\d)")
_PDFA_LEVEL: Final = re.compile(rb"pdfaid:conformance(?:>|\s*=\s*[\"'])\s*([A-Za-z])")
_REF: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R")
_BOX: Final = re.compile(rb"/MediaBox\s*\[\s*" + rb"\s+".join([rb"(-?\d{0,9}\.?\d{1,9})"] * 4))
_NUMBER: Final = rb"(-?\d{0,9}\.?\d{1,9})"
_PLACED: Final = re.compile(rb"\s+".join([_NUMBER] * 6) + rb"\s+cm\b[^Q]{0,200}?/([^\s/<>\[\]()]+)\s+Do\b")
_SHOWS_TEXT: Final = re.compile(rb"\)\s*Tj|\]\s*TJ|>\s*Tj|\)\s*['\"]")
_STARTXREF: Final = re.compile(rb"startxref\s+(\d{1,18})\s+%%EOF")
_XREF: Final = re.compile(rb"\s{0,4}(?:xref\b|\d{1,10}\s+\d{1,5}\s+obj\b)")
_PREV: Final = re.compile(rb"/Prev\s+(\d{1,18})")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_CLAIM: Final = 2048
"""Bytes within which part and level of a PDF/A claim stand."""
_WINDOW: Final = 4096
_MAX_TABLE: Final = 16 * 1024 * 1024
_MAX_REVISIONS: Final = 64
_MAX_EXPANDED: Final = 64 * 1024 * 1024
_MAX_OBJECTS: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A picture that fills a page: its page (from 1), resolution in dpi, bits per pixel (0 if not told)."""

    page: int
    dpi: float
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFacts:
    """What was found: *pdfa* is `"2b"`, empty without a claim; *text_pages* counts pages that show text."""

    pages: int = 0
    pdfa: str = ""
    encrypted: bool = False
    signed: bool = False
    scans: tuple[Scan, ...] = ()
    text_pages: int = 0
    broken: str = ""


def pdf_facts(data: bytes) -> PdfFacts:
    """Return what the PDF *data* tells; never raises."""
    if not data.startswith(b"%PDF-"):
        return PdfFacts(broken="no PDF header")
    tail = data[-2048:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        return PdfFacts(broken="no end of file mark")
    reader = _Reader(data)
    pages = [number for number, body in reader.bodies.items() if _PAGE.search(body.partition(b"stream")[0])]
    part = _PDFA_PART.search(data)
    level = _PDFA_LEVEL.search(data)
    if part is None:
        for text in reader.metadata():
            part, level = _PDFA_PART.search(text), _PDFA_LEVEL.search(text)
            if part is not None:
                break
    claim = _claim(part, level) if part else ""
    scans, texts = [], 0
    for number, page in enumerate(pages, 1):
        found, has_text = reader.look(page, number)
        scans.extend(found)
        texts += has_text
    return PdfFacts(
        pages=len(pages),
        pdfa=claim,
        encrypted=b"/Encrypt" in tail or any(b"/Encrypt" in trailer for trailer in reader.trailers()),
        signed=b"/ByteRange" in data,
        scans=tuple(scans),
        text_pages=texts,
        broken="" if pages else "no page",
    )


def claim_in(blocks: Iterable[bytes | memoryview]) -> str:
    """Return the PDF/A claim that stands uncompressed in the *blocks* of a PDF, empty if there is none."""
    kept = b""
    for block in blocks:
        window = kept + bytes(block)
        part = _PDFA_PART.search(window)
        # the level stands beside the part: what follows the part is waited for
        if part is not None and len(window) - part.end() >= _CLAIM:
            return _claim(part, _PDFA_LEVEL.search(window))
        kept = window[-2 * _CLAIM :]
    part = _PDFA_PART.search(kept)
    return _claim(part, _PDFA_LEVEL.search(kept)) if part is not None else ""


def _claim(part: re.Match[bytes], level: re.Match[bytes] | None) -> str:
    return (part[1] + (level[1].lower() if level else b"")).decode()


def trailer_encrypts(part: Callable[[int, int], bytes | None], size: int) -> bool | None:
    """Say whether a trailer of a PDF of *size* bytes names an encryption, None if the way to the trailers is broken.

    *part* gives up to so many bytes from an offset on (None: it cannot). Only the end, the cross-reference tables and
    the trailers are read, from the newest revision to the first.
    """
    end = part(max(size - 1024, 0), 1024)
    found = _STARTXREF.findall(end) if end else []
    if not found:
        return None
    offset, seen = int(found[-1]), set[int]()
    while len(seen) < _MAX_REVISIONS and offset not in seen and offset < size:
        seen.add(offset)
        trailer = _trailer(part, offset, size)
        if trailer is None:
            return None
        if b"/Encrypt" in trailer:
            return True
        earlier = _PREV.search(trailer)
        if earlier is None:
            return False
        offset = int(earlier[1])
    return None


def _trailer(part: Callable[[int, int], bytes | None], offset: int, size: int) -> bytes | None:
    """Return the dictionary of the trailer, or of the cross-reference stream, to which *offset* leads."""
    head = part(offset, _WINDOW) or b""
    if _XREF.match(head) is None:
        return None
    end = b"stream"
    if head.lstrip()[:4] == b"xref":
        place, end = head.find(b"trailer"), b"startxref"
        start = offset
        while place < 0 and start - offset < min(_MAX_TABLE, size):
            start += len(head) - len(b"trailer")
            head = part(start, 16 * _WINDOW) or b""
            place = head.find(b"trailer")
            if len(head) <= len(b"trailer"):
                return None
        head = part(start + place, _WINDOW) or b""
    elif b"/XRef" not in head:
        return None
    told, mark, _ = head.partition(end)
    # what does not end here, or may hide its end in a string or a comment, may say anything further on
    if not mark or b"(" in told or b"%" in told:
        return None
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), told) if b"#" in told else told


class _Reader:
    """The objects of a PDF by number, later definitions over earlier ones, object streams expanded."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.budget = _MAX_EXPANDED
        self.bodies: dict[int, bytes] = {}
        starts: list[tuple[int, int]] = []
        # looking for the word and then back is a hundred times faster than looking for numbers in pictures
        for match in _OBJECT.finditer(data):
            numbered = _NUMBERED.search(data[max(match.start() - _BEFORE_OBJECT, 0) : match.start()])
            if numbered is not None:
                starts.append((int(numbered[1]), match.end()))
                if len(starts) >= _MAX_OBJECTS:
                    break
        ends = [*(start for _, start in starts[1:]), *([len(data)] if starts else [])]
        for (number, start), end in zip(starts, ends, strict=True):
            self.bodies[number] = data[start:end]
        for body in list(self.bodies.values()):
            if b"/ObjStm" in body[:400]:
                self.bodies.update(
                    (number, inner)
                    for number, inner in self._unpack(body)
                    if number not in self.bodies or _newer(inner)
                )

    def _unpack(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        text = self.stream(body)
        first = re.search(rb"/First\s+(\d{1,9})", body)
        if first is None or not text:
            return
        start = int(first[1])
        numbers = [int(item) for item in text[:start].split() if item.isdigit()][: 2 * _MAX_OBJECTS]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
        for index, (number, offset) in enumerate(pairs):
            end = pairs[index + 1][1] if index + 1 < len(pairs) else len(text) - start
            yield number, text[start + offset : start + end]

    def stream(self, body: bytes) -> bytes:
        """Return the bytes of the stream in *body*, inflated if that is all it takes."""
        head, mark, rest = body.partition(b"stream")
        if not mark:
            return b""
        raw = rest.removeprefix(b"\r").removeprefix(b"\n")
        end = raw.rfind(b"endstream")
        raw = raw[:end] if end >= 0 else raw
        if b"/Filter" not in head:
            return raw
        if b"FlateDecode" not in head or b"DCTDecode" in head or b"/Predictor" in head:
            return b""
        try:
            made = zlib.decompressobj().decompress(raw, max(self.budget, 1))
        except zlib.error:
            return b""
        self.budget -= len(made)
        return made

    def metadata(self) -> Iterator[bytes]:
        """Yield the XMP streams that are compressed."""
        for body in self.bodies.values():
            head = body[:400]
            if b"/Metadata" in head and b"/XML" in head and self.budget > 0:
                yield self.stream(body)

    def trailers(self) -> Iterator[bytes]:
        """Yield the dictionaries of the trailers and the cross-reference streams."""
        for match in re.finditer(rb"\btrailer\b", self.data):
            yield self.data[match.end() : match.end() + 600]
        for body in self.bodies.values():
            head = body[:600].partition(b"stream")[0]
            if b"/XRef" in head:
                yield head

    def look(self, number: int, page: int) -> tuple[list[Scan], bool]:
        """Return the scans of the page object *number* and whether the page shows text."""
        body = self.bodies[number]
        content = b"\n".join(self._contents(body))
        images = self._images(body)
        box = _BOX.search(body) or next((found for item in self.bodies.values() if (found := _BOX.search(item))), None)
        width, height = 595.0, 842.0
        if box is not None:
            width, height = abs(float(box[3]) - float(box[1])), abs(float(box[4]) - float(box[2]))
        scans = []
        for placed in _PLACED.finditer(content):
            image = images.get(placed[7])
            shown = max(abs(float(placed[1])), abs(float(placed[2])))
            tall = max(abs(float(placed[4])), abs(float(placed[3])))
            # what covers most of the sheet is the scan; a seal or a letterhead is not
            if image is None or shown < 0.7 * width or tall < 0.5 * height or shown <= 0:
                continue
            scans.append(Scan(page=page, dpi=round(image[0] / (shown / 72), 1), bits=image[1]))
        return scans, _SHOWS_TEXT.search(content) is not None

    def _contents(self, body: bytes) -> Iterator[bytes]:
        match = re.search(rb"/Contents\s*(\[[^\]]*\]|\d+\s+\d+\s+R)", body)
        if match is None:
            return
        for reference in _REF.finditer(match[1]):
            inner = self.bodies.get(int(reference[1]), b"")
            if inner and self.budget > 0:
                yield self.stream(inner)

    def _images(self, body: bytes) -> dict[bytes, tuple[int, int]]:
        resources = body
        linked = re.search(rb"/Resources\s+(\d+)\s+\d+\s+R", body)
        if linked is not None:
            resources = self.bodies.get(int(linked[1]), b"")
        names = re.search(rb"/XObject\s*(?:<<(.*?)>>|(\d+)\s+\d+\s+R)", resources, re.DOTALL)
        if names is None:
            return {}
        inner = names[1] if names[1] is not None else self.bodies.get(int(names[2]), b"")
        found = {}
        for name, number in re.findall(rb"/([^\s/<>\[\]()]+)\s+(\d+)\s+\d+\s+R", inner):
            image = self.bodies.get(int(number), b"").partition(b"stream")[0]
            wide = re.search(rb"/Width\s+(\d{1,7})", image)
            if b"/Image" in image and wide is not None:
                depth = re.search(rb"/BitsPerComponent\s+(\d{1,2})", image)
                parts = 3 if b"RGB" in image or b"/N 3" in image else 4 if b"CMYK" in image else 1
                if b"/Indexed" not in image and b"ICCBased" not in image and b"/ColorSpace" in image and parts == 1:
                    parts = 1 if b"Gray" in image else 0
                found[name] = (int(wide[1]), int(depth[1]) * parts if depth else 0)
        return found


def _newer(inner: bytes) -> bool:
    return bool(inner.strip())
