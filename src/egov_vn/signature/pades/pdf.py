"""Opening and appending to a PDF: pyHanko behind our errors, without its clock and its chance.

pyHanko stamps each update with the time of the machine and its own name, and draws half of the document identifier at
random. `Update` leaves the metadata alone (so a PDF/A file stays what its XMP says it is) and derives the identifier
from the bytes, so that the same input gives the same output.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits, StreamDecodeLimits
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from egov_vn.errors import EgovError, InvalidInput

__all__ = ["Update", "check_is_pdf", "entry", "foreign", "open_reader", "open_update", "pdfa_part"]

# pyHanko logs what it thinks of a file as warnings, with tracebacks; here that is said by findings. Without a handler
# Python would print them to stderr.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())

_slow_hex_string = generic.read_hex_string_from_stream


def _hex_string(stream: Any) -> Any:
    """Read a hexadecimal string in chunks.

    pyHanko 0.38 reads one character at a time: of a signature value of 20 KB that is 40,000 calls, more than half the
    time of an assessment. What is not plain hexadecimal is left to its own reader.
    """
    start = stream.tell()
    stream.read(1)
    parts = []
    while chunk := stream.read(4096):
        end = chunk.find(b">")
        parts.append(chunk if end < 0 else chunk[:end])
        if end >= 0:
            stream.seek(end + 1 - len(chunk), io.SEEK_CUR)
            break
    try:
        if chunk:
            return generic.pdf_string(bytes.fromhex(b"".join(parts).decode("ascii")))
    except ValueError:
        pass  # odd digits, or what is no digit
    stream.seek(start)
    return _slow_hex_string(stream)


# The reader is a function of a module, not a method that could be overridden; this one means the same for everybody.
generic.read_hex_string_from_stream = _hex_string

_LIMITS = DecodeLimits(per_stream=StreamDecodeLimits(max_output_size=64 * 1024 * 1024))
_HEADER = re.compile(rb"%PDF-\d\.\d")


class Update(IncrementalPdfFileWriter):
    """An incremental update that changes nothing but what it is told to."""

    def _update_meta(self) -> None:
        """Leave metadata as they are: a signature is no change of the document's title, producer or date."""

    def append(self) -> None:
        """Write this update at the end of the buffer it was opened on."""
        cast("Any", super()).write_in_place()

    def mark_root(self) -> None:
        """Say that the catalogue has changed."""
        cast("Any", super()).update_root()

    def page(self, index: int) -> Any:
        """Return the reference of a page; *index* counts from 0."""
        return cast("Any", super()).find_page_for_modification(index)[0]

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        stream = prev.stream
        stream.seek(0)
        # of the last bytes only: they hold the newest cross-reference section, which no other state of the file shares
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - 4096))
        fresh = generic.ByteStringObject(hashlib.sha256(stream.read() + str(size).encode()).digest()[:16])
        try:
            first = prev.trailer["/ID"][0]
            original = getattr(first, "original_bytes", None) or bytes(first)
            return generic.ArrayObject([generic.ByteStringObject(original), fresh])
        except (KeyError, IndexError, TypeError):
            return generic.ArrayObject([fresh, fresh])


@contextmanager
def foreign(what: str = "the PDF cannot be read") -> Iterator[None]:
    """Turn every error of the PDF and ASN.1 libraries into `InvalidInput`; ours pass."""
    try:
        yield
    except EgovError:
        raise
    except RecursionError as error:
        raise InvalidInput(f"{what}: its objects nest too deeply") from error
    except MemoryError as error:
        raise InvalidInput(f"{what}: it asks for too much memory") from error
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise InvalidInput(f"{what}: {text or type(error).__name__}") from error


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """Return the value under *key* with references followed; pyHanko's own `get` does not follow them."""
    try:
        return dictionary[key]
    except KeyError:
        return default


def check_is_pdf(pdf: bytes) -> None:
    """Refuse what is not even the beginning of a PDF file."""
    if not isinstance(pdf, bytes | bytearray | memoryview):
        raise InvalidInput(f"a PDF is given as bytes, not as {type(pdf).__name__}", path="pdf")
    if not pdf:
        raise InvalidInput("the file is empty", path="byte 0")
    if not _HEADER.search(bytes(pdf[:1024])):
        raise InvalidInput("the file does not begin with %PDF-", path="byte 0")


def open_reader(pdf: bytes, *, password: str | bytes | None = None) -> PdfFileReader:
    """Return a reader; `InvalidInput` if it is no PDF, is broken, or is encrypted and the password is not given."""
    check_is_pdf(pdf)
    with foreign():
        reader = PdfFileReader(io.BytesIO(pdf), strict=False, decode_limits=_LIMITS)
        _unlock(reader, reader, password)
        _ = reader.root  # a file without a catalogue is found out here, not later
    return reader


def open_update(stream: io.BytesIO, *, password: str | bytes | None = None) -> Update:
    """Return an update that will be appended to *stream* in place."""
    check_is_pdf(stream.getbuffer()[:1024].tobytes())
    with foreign():
        update = Update(stream, strict=False, decode_limits=_LIMITS)
        _unlock(update, update.prev, password)
        _ = update.root
    return update


def _unlock(holder: Any, reader: PdfFileReader, password: str | bytes | None) -> None:
    if not reader.encrypted:
        return
    if password is None:
        raise InvalidInput("the PDF is encrypted; its password is needed", path="password")
    try:
        result = holder.encrypt(password) if holder is not reader else holder.decrypt(password)
    except PdfError as error:
        raise InvalidInput(f"the PDF is encrypted in a way that no password opens: {error}", path="password") from error
    if getattr(result.status, "name", "") == "FAILED":
        raise InvalidInput("the password does not open the PDF", path="password")


def pdfa_part(root: generic.DictionaryObject) -> str | None:
    """Return what the metadata claim: `"2B"`, `"1A"`, `"4"`; None for a file that is no PDF/A."""
    try:
        data = root["/Metadata"].data
    except (KeyError, AttributeError, TypeError, PdfError, ValueError):
        return None
    part = re.search(rb"pdfaid:part\s*(?:=\s*[\"']|>)\s*(\d)", data)
    if part is None:
        return None
    conformance = re.search(rb"pdfaid:conformance\s*(?:=\s*[\"']|>)\s*([A-Za-z])", data)
    return (part[1] + (conformance[1].upper() if conformance else b"")).decode("ascii")
