"""Where a visible signature stands: by coordinates, in a field that is there, or beside words on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from egov_vn.errors import InvalidInput

__all__ = ["MILLIMETRE", "At", "Between", "Box", "InField", "OverPerson", "Place", "TopRight"]

MILLIMETRE = 72 / 25.4
"""PDF points in one millimetre."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points (1/72 inch) from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def __post_init__(self) -> None:
        if not (self.left < self.right and self.bottom < self.top):
            raise InvalidInput(f"{self.as_tuple()} is not left, bottom, right, top of a rectangle", path="box")

    @classmethod
    def of(cls, values: Box | tuple[float, float, float, float]) -> Self | Box:
        """Take a box or four numbers."""
        return values if isinstance(values, Box) else cls(*values)

    @classmethod
    def centred(cls, x: float, y: float, width: float, height: float) -> Self:
        """Return the box of this size around the point (*x*, *y*)."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def width(self) -> float:
        """The width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The height in points."""
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        """The middle point."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def as_tuple(self) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top

    def overlaps(self, other: Box) -> bool:
        """Say whether the two rectangles share any area."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """By coordinates: *page* counts from 1, -1 is the last page; the image is fitted into *box* and centred."""

    box: Box | tuple[float, float, float, float]
    page: int = -1


@dataclass(frozen=True, slots=True)
class InField:
    """In the rectangle of the signature field that is being signed; the field must exist and have a size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Between the signer's position and name, found in the text of the page (*canh giữa chức vụ và họ tên*).

    *position* is the last line of the position (`"CHỦ TỊCH"`), *name* the line of the name; upper and lower case and
    the way diacritics are composed do not matter. The last place where the name follows the position is taken.
    """

    position: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverPerson:
    """Over about a third of the person's signature image, on its left (*trùm lên khoảng 1/3 … về bên trái*).

    *field* names the signature field of the person; None takes the last visible signature of the file.
    """

    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopRight:
    """In the upper right corner of the first page (*góc trên, bên phải, trang đầu*), *margin_mm* from both edges."""

    margin_mm: float = 10.0


Place = At | InField | Between | OverPerson | TopRight
