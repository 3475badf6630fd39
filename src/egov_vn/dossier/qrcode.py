"""QR codes (ISO/IEC 18004) of dossier codes and look-up addresses: versions 1 to 10, as rows of dark and light modules.

TT 01/2018/TT-VPCP Article 19(2) lets an agency print a bar code or a QR code beside the dossier code. The letters of a
dossier code are all in the alphanumeric set; other text is written as UTF-8 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from egov_vn.errors import InvalidInput

__all__ = ["QrCode", "qr_code"]

# For each level: error correction words of a block and number of blocks, versions 1 to 10 (table 9 of the standard).
_BLOCKS: Final = {
    "L": ((7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2), (20, 2), (24, 2), (30, 2), (18, 4)),
    "M": ((10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5)),
    "Q": ((13, 1), (22, 1), (18, 2), (26, 2), (18, 4), (24, 4), (18, 6), (22, 6), (20, 8), (24, 8)),
    "H": ((17, 1), (28, 1), (22, 2), (16, 4), (22, 4), (28, 4), (26, 5), (26, 6), (24, 8), (28, 8)),
}
_WORDS: Final = (26, 44, 70, 100, 134, 172, 196, 242, 292, 346)
_CENTRES: Final = (
    (), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50),
)  # fmt: skip
_LEVEL_BITS: Final = {"L": 1, "M": 0, "Q": 3, "H": 2}
_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code (*mã QR*): *rows* of modules, True for dark, without the quiet zone of four modules around it."""

    text: str
    version: int
    level: str
    mask: int
    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """The width and height in modules."""
        return len(self.rows)

    def runs(self) -> tuple[tuple[int, int, int], ...]:
        """Return each run of dark modules as (row, first column, length): few rectangles for a drawing."""
        found = []
        for number, row in enumerate(self.rows):
            start = None
            for column, dark in enumerate((*row, False)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    found.append((number, start, column - start))
                    start = None
        return tuple(found)


def qr_code(text: str, *, level: str = "M") -> QrCode:
    """Encode *text* in the smallest version of 1 to 10 that holds it.

    *level* is the share that may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %. `InvalidInput` for an empty or too long
    text: version 10 at level M holds 213 bytes or 311 letters of a dossier code.
    """
    if level not in _BLOCKS:
        raise InvalidInput(f"{level!r} is not one of {', '.join(_BLOCKS)}", path="level")
    given: object = text
    if not isinstance(given, str) or not given:
        raise InvalidInput("a QR code needs a text", path="text")
    for version in range(1, 11):
        words = _data(given, version, level)
        if words is not None:
            return _drawn(given, version, level, _interleaved(words, version, level))
    raise InvalidInput(f"{len(given)} characters are too many for one QR code", path="text")


def _data(text: str, version: int, level: str) -> list[int] | None:
    """Return the data words, padded; None if *text* does not fit this version."""
    each, blocks = _BLOCKS[level][version - 1]
    room = 8 * (_WORDS[version - 1] - each * blocks)
    if all(char in _ALPHANUMERIC for char in text):
        values = [_ALPHANUMERIC.index(char) for char in text]
        bits = f"0010{len(values):0{9 if version < 10 else 11}b}"
        bits += "".join(f"{values[at] * 45 + values[at + 1]:011b}" for at in range(0, len(values) - 1, 2))
        bits += f"{values[-1]:06b}" if len(values) % 2 else ""
        counted = len(values) < 2 ** (9 if version < 10 else 11)
    else:
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InvalidInput("the text holds a half of a character", path="text") from error
        bits = f"0100{len(data):0{8 if version < 10 else 16}b}" + "".join(f"{byte:08b}" for byte in data)
        counted = len(data) < 2 ** (8 if version < 10 else 16)
    if not counted or len(bits) > room:
        return None
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[index % 2] for index in range(room // 8 - len(words))]


def _interleaved(words: list[int], version: int, level: str) -> list[int]:
    """Split into blocks, add the error correction to each, and take the words in turn."""
    each, count = _BLOCKS[level][version - 1]
    short, longer = divmod(len(words), count)
    blocks, at = [], 0
    for index in range(count):
        size = short + (index >= count - longer)
        blocks.append(words[at : at + size])
        at += size
    checks = [_correction(block, each) for block in blocks]
    mixed = [block[index] for index in range(short + 1) for block in blocks if index < len(block)]
    return mixed + [check[index] for index in range(each) for check in checks]


def _correction(block: list[int], count: int) -> list[int]:
    """Return the Reed-Solomon remainder of *block* in the field of 256 elements."""
    divisor, powers, logs = _divisor(count), *_field()
    rest = [0] * count
    for word in block:
        factor = word ^ rest[0]
        rest = [*rest[1:], 0]
        if factor:
            rest = [old ^ powers[(logs[factor] + logs[part]) % 255] for old, part in zip(rest, divisor, strict=True)]
    return rest


@cache
def _field() -> tuple[tuple[int, ...], tuple[int, ...]]:
    powers, logs, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logs[value] = value, exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return tuple(powers), tuple(logs)


@cache
def _divisor(count: int) -> tuple[int, ...]:
    """Return the coefficients of (x - 1)(x - 2)(x - 4)… after the leading one, highest first; none of them is zero."""
    powers, logs = _field()
    found = [1]
    for exponent in range(count):
        shifted = [*found, 0]
        scaled = [0, *(powers[(logs[part] + exponent) % 255] if part else 0 for part in found)]
        found = [left ^ right for left, right in zip(shifted, scaled, strict=True)]
    return tuple(found[1:])


def _drawn(text: str, version: int, level: str, words: list[int]) -> QrCode:
    size = 17 + 4 * version
    fixed = _patterns(version)
    bits = [word >> shift & 1 for word in words for shift in range(7, -1, -1)]
    places = dict(zip(_path(size, fixed), (*bits, *([0] * 7)), strict=False))
    best: tuple[int, int, list[list[int]]] | None = None
    for mask in range(8):
        grid = [[fixed.get((row, column), 0) for column in range(size)] for row in range(size)]
        for (row, column), bit in places.items():
            grid[row][column] = bit ^ _masked(mask, row, column)
        for (row, column), bit in _format(size, level, mask):
            grid[row][column] = bit
        score = _penalty(grid)
        if best is None or score < best[0]:
            best = (score, mask, grid)
    assert best is not None
    rows = tuple(tuple(bool(module) for module in row) for row in best[2])
    return QrCode(text=text, version=version, level=level, mask=best[1], rows=rows)


@cache
def _patterns(version: int) -> dict[tuple[int, int], int]:
    """Return every module that data may not use: finders, timing, alignment, version, and the place of the format."""
    size = 17 + 4 * version
    fixed: dict[tuple[int, int], int] = {}
    for index in range(size):
        fixed[6, index] = fixed[index, 6] = 1 - index % 2
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(-1, 8):
            for column in range(-1, 8):
                if 0 <= top + row < size and 0 <= left + column < size:
                    ring = max(abs(row - 3), abs(column - 3))
                    fixed[top + row, left + column] = int(ring not in (2, 4))
    centres = _CENTRES[version - 1]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for middle in ((row, column) for row in centres for column in centres if (row, column) not in corners):
        for row in range(-2, 3):
            for column in range(-2, 3):
                fixed[middle[0] + row, middle[1] + column] = int(max(abs(row), abs(column)) != 1)
    if version >= 7:
        bits = version << 12 | _remainder(version, 0x1F25, 12)
        for index in range(18):
            near, far = index // 3, size - 11 + index % 3
            fixed[near, far] = fixed[far, near] = bits >> index & 1
    fixed.update({place: 0 for place, _ in _format(size, "L", 0)})
    return fixed


def _format(size: int, level: str, mask: int) -> Iterable[tuple[tuple[int, int], int]]:
    """Yield both copies of the fifteen bits that tell level and mask, and the one module that is always dark."""
    value = _LEVEL_BITS[level] << 3 | mask
    bits = (value << 10 | _remainder(value, 0x537, 10)) ^ 0x5412
    down = [0, 1, 2, 3, 4, 5, 7, 8, *range(size - 7, size)]
    across = [*range(size - 1, size - 9, -1), 7, 5, 4, 3, 2, 1, 0]
    for index in range(15):
        bit = bits >> index & 1
        yield (down[index], 8), bit
        yield (8, across[index]), bit
    yield (size - 8, 8), 1


def _remainder(value: int, divisor: int, bits: int) -> int:
    rest = value << bits
    while rest.bit_length() > bits:
        rest ^= divisor << rest.bit_length() - bits - 1
    return rest


def _path(size: int, fixed: dict[tuple[int, int], int]) -> Iterable[tuple[int, int]]:
    """Yield the free modules in reading order: two columns at a time, from the right, up and down in turn."""
    upward = True
    right = size - 1
    while right > 0:
        if right == 6:
            right = 5
        for row in range(size - 1, -1, -1) if upward else range(size):
            for column in (right, right - 1):
                if (row, column) not in fixed:
                    yield row, column
        upward = not upward
        right -= 2


def _masked(mask: int, row: int, column: int) -> int:
    product = row * column
    rules = (
        (row + column) % 2,
        row % 2,
        column % 3,
        (row + column) % 3,
        (row // 2 + column // 3) % 2,
        product % 2 + product % 3,
        (product % 2 + product % 3) % 2,
        ((row + column) % 2 + product % 3) % 2,
    )
    return int(rules[mask] == 0)


def _penalty(grid: list[list[int]]) -> int:
    """Return how badly a grid reads: long runs, blocks, false finders, and an uneven share of dark."""
    size = len(grid)
    score = 0
    for line in (*grid, *(list(column) for column in zip(*grid, strict=True))):
        text = "".join(map(str, line))
        score += sum(len(run) - 2 for run in text.replace("01", "0 1").replace("10", "1 0").split() if len(run) > 4)
        score += 40 * sum(text.startswith(("00001011101", "10111010000"), at) for at in range(size - 10))
    for above, below in pairwise(grid):
        score += 3 * sum(above[at] == above[at + 1] == below[at] == below[at + 1] for at in range(size - 1))
    dark = sum(map(sum, grid))
    return score + 10 * (abs(20 * dark - 10 * size * size) // (size * size))
