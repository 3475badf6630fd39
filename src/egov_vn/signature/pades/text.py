"""Where words stand on a page: enough of a text extractor to find a signer's position and name.

Characters come with their place; fonts are read through their ToUnicode table (as every modern producer writes one) or
WinAnsi. What cannot be read is passed over: a page whose text is a picture simply has no words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content_stream_parser import parse_content_stream
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.rw_common import find_inherited_value_in_tree

from egov_vn.signature.pades.pdf import entry
from egov_vn.signature.pades.place import Box

__all__ = ["Character", "find_words", "page_characters"]

Matrix = tuple[float, float, float, float, float, float]
_UNIT: Final[Matrix] = (1, 0, 0, 1, 0, 0)
_MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_CHARACTERS: Final = 200_000
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Character:
    """One character with its box in points of the page."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class _Font:
    width_of: Mapping[int, float]
    default_width: float
    unicode_of: Mapping[int, str]
    bytes_per_code: int

    def codes(self, data: bytes) -> Iterator[tuple[str, float, bool]]:
        """Yield text, width (of an em) and whether it is a single-byte space, for each code."""
        step = self.bytes_per_code
        for position in range(0, len(data) - step + 1, step):
            code = int.from_bytes(data[position : position + step], "big")
            text = self.unicode_of.get(code, "")
            if not text and step == 1:
                text = bytes((code,)).decode("cp1252", "replace")
            yield text, self.width_of.get(code, self.default_width) / 1000, step == 1 and code == 32


@dataclass(slots=True)
class _State:
    matrix: Matrix = _UNIT
    line: Matrix = _UNIT
    text: Matrix = _UNIT
    font: _Font | None = None
    size: float = 1.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def copy(self) -> _State:
        return _State(
            self.matrix,
            self.line,
            self.text,
            self.font,
            self.size,
            self.spacing,
            self.word_spacing,
            self.scale,
            self.leading,
            self.rise,
        )


def page_characters(page: Any) -> list[Character]:
    """Return the characters of a page object in the order they are drawn."""
    resources = find_inherited_value_in_tree(page, "/Resources", "/Parent") or generic.DictionaryObject()
    contents = entry(page, "/Contents")
    streams = [item.get_object() for item in contents] if isinstance(contents, generic.ArrayObject) else [contents]
    reader = _Reader()
    with suppress(PdfError):  # inline pictures, and the rare operators ' and ": what stands before them is kept
        reader.run(
            [item for item in streams if isinstance(item, generic.StreamObject)], resources.get_object(), _State(), 0
        )
    return reader.found


@dataclass(slots=True)
class _Reader:
    found: list[Character] = field(default_factory=list)
    fonts: dict[int, _Font] = field(default_factory=dict)
    budget: int = _MOST_BYTES

    def run(self, streams: list[Any], resources: Any, state: _State, depth: int) -> None:
        self.budget -= sum(len(item.data) for item in streams)
        if self.budget < 0:
            return
        stack: list[_State] = []
        for operator in parse_content_stream(streams):
            name, args = operator.op, operator.args
            if name == "q":
                stack.append(state.copy())
            elif name == "Q" and stack:
                state = stack.pop()
            elif name == "Do" and args:
                self._form(str(args[0]), resources, state, depth)
            else:
                self._text_operator(name, args, resources, state)
            if len(self.found) > _MOST_CHARACTERS:
                return

    def _form(self, name: str, resources: Any, state: _State, depth: int) -> None:
        item = entry(entry(resources, "/XObject", {}), name)
        if depth >= _DEEPEST or not isinstance(item, generic.StreamObject) or entry(item, "/Subtype") != "/Form":
            return
        inner = state.copy()
        numbers = [float(value) for value in entry(item, "/Matrix", _UNIT)]
        inner.matrix = _times((numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]), state.matrix)
        self.run([item], entry(item, "/Resources", resources), inner, depth + 1)

    def _text_operator(self, name: str, args: Sequence[Any], resources: Any, state: _State) -> None:
        if name in _SETTERS and args:
            attribute, factor = _SETTERS[name]
            setattr(state, attribute, float(args[0]) * factor)
        elif name in ("cm", "Tm") and len(args) == 6:
            a, b, c, d, e, f = (float(value) for value in args)
            if name == "cm":
                state.matrix = _times((a, b, c, d, e, f), state.matrix)
            else:
                state.text = state.line = (a, b, c, d, e, f)
        elif name == "BT":
            state.text = state.line = _UNIT
        elif name == "Tf" and len(args) == 2:
            state.font, state.size = self._font(str(args[0]), resources), float(args[1])
        elif name in ("Td", "TD") and len(args) == 2:
            if name == "TD":
                state.leading = -float(args[1])
            _next_line(state, float(args[0]), float(args[1]))
        elif name == "T*":
            _next_line(state, 0, -state.leading)
        else:
            self._show_operator(name, args, state)

    def _show_operator(self, name: str, args: Sequence[Any], state: _State) -> None:
        if name == "Tj" and args:
            self._show(args[0], state)
        elif name == "TJ" and args:
            for part in args[0]:
                if isinstance(part, generic.TextStringObject | generic.ByteStringObject):
                    self._show(part, state)
                else:
                    _advance(state, -float(part) / 1000 * state.size * state.scale)

    def _show(self, value: Any, state: _State) -> None:
        if state.font is None:
            return
        data = value.original_bytes if hasattr(value, "original_bytes") else bytes(value)
        for text, width, is_space in state.font.codes(data):
            whole = _times(
                (state.size * state.scale, 0, 0, state.size, 0, state.rise), _times(state.text, state.matrix)
            )
            left, right = whole[4], whole[4] + width * whole[0]
            if text.strip():
                self.found.append(Character(text, min(left, right), max(left, right), whole[5], abs(whole[3])))
            extra = state.spacing + (state.word_spacing if is_space else 0)
            _advance(state, (width * state.size + extra) * state.scale)

    def _font(self, name: str, resources: Any) -> _Font | None:
        font = entry(entry(resources, "/Font", {}), name)
        if not isinstance(font, generic.DictionaryObject):
            return None
        key = id(font)
        if key not in self.fonts:
            self.fonts[key] = _read_font(font)
        return self.fonts[key]


_SETTERS: Final[Mapping[str, tuple[str, float]]] = {
    "Tc": ("spacing", 1.0),
    "Tw": ("word_spacing", 1.0),
    "Tz": ("scale", 0.01),
    "TL": ("leading", 1.0),
    "Ts": ("rise", 1.0),
}


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _advance(state: _State, along: float) -> None:
    state.text = _times((1, 0, 0, 1, along, 0), state.text)


def _next_line(state: _State, across: float, down: float) -> None:
    state.line = state.text = _times((1, 0, 0, 1, across, down), state.line)


def _read_font(font: Any) -> _Font:
    table = entry(font, "/ToUnicode")
    unicode_of = _to_unicode(table.data) if isinstance(table, generic.StreamObject) else {}
    if entry(font, "/Subtype") == "/Type0":
        inner = font["/DescendantFonts"][0].get_object()
        return _Font(_cid_widths(entry(inner, "/W", ())), float(entry(inner, "/DW", 1000)), unicode_of, 2)
    first = int(entry(font, "/FirstChar", 0))
    widths = {first + offset: float(value) for offset, value in enumerate(entry(font, "/Widths", ()))}
    return _Font(widths, 500.0, unicode_of, 1)


def _cid_widths(values: Any) -> dict[int, float]:
    items = [item.get_object() for item in values]
    found: dict[int, float] = {}
    position = 0
    while position + 1 < len(items):
        first, second = int(items[position]), items[position + 1]
        if isinstance(second, generic.ArrayObject):
            found.update({first + offset: float(value) for offset, value in enumerate(second)})
            position += 2
        elif position + 2 < len(items):
            last = min(int(second), first + 65535)
            found.update(dict.fromkeys(range(first, last + 1), float(items[position + 2])))
            position += 3
        else:
            break
    return found


_SECTION: Final = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CHAR: Final = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE: Final = re.compile(
    rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f\s]+)>|\[((?:\s*<[0-9A-Fa-f\s]*>)*)\s*\])"
)


def _to_unicode(data: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(data[:4_000_000]):
        if kind == b"bfchar":
            found.update({int(code, 16): _utf16(text) for code, text in _CHAR.findall(body)})
            continue
        for low, high, start, listed in _RANGE.findall(body):
            first, last = int(low, 16), min(int(high, 16), int(low, 16) + 65535)
            if listed:
                texts = re.findall(rb"<([0-9A-Fa-f\s]*)>", listed)
                found.update({first + offset: _utf16(text) for offset, text in enumerate(texts[: last - first + 1])})
            elif start:
                base = _utf16(start)
                found.update(
                    {
                        code: base[:-1] + chr(min(ord(base[-1]) + code - first, 0x10FFFF))
                        for code in range(first, last + 1)
                    }
                )
    return found


def _utf16(text: bytes) -> str:
    digits = re.sub(rb"\s", b"", text)
    try:
        return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be")
    except (ValueError, UnicodeDecodeError):
        return ""


def find_words(characters: Sequence[Character], words: str) -> list[Box]:
    """Return the boxes of all places where *words* stand on one line, whatever their case and composition."""
    wanted = _plain(words)
    found = []
    for line in _lines(characters):
        plain = [(piece, index) for index, character in enumerate(line) for piece in _plain(character.text)]
        text = "".join(piece for piece, _ in plain)
        start = text.find(wanted)
        while wanted and start >= 0:
            first, last = plain[start][1], plain[start + len(wanted) - 1][1]
            part = line[first : last + 1]
            size = max(item.size for item in part)
            base = part[0].baseline
            found.append(
                Box(part[0].left, base - 0.22 * size, max(part[-1].right, part[0].left + 0.1), base + 0.75 * size)
            )
            start = text.find(wanted, start + 1)
    return found


def _lines(characters: Sequence[Character]) -> list[list[Character]]:
    """Group characters by baseline, each line from left to right."""
    lines: list[list[Character]] = []
    for character in sorted(characters, key=lambda item: (-item.baseline, item.left)):
        if lines and abs(lines[-1][0].baseline - character.baseline) <= 0.3 * character.size:
            lines[-1].append(character)
        else:
            lines.append([character])
    return [sorted(line, key=lambda item: item.left) for line in lines]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", text).casefold().split())
