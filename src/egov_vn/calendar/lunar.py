"""The Vietnamese lunar calendar (*âm lịch*), 1900 to 2199: from solar to lunar and back, by table.

It is reckoned for UTC+7, the Chinese one for UTC+8: Tết differs in 1968, 1969, 1985, 2007, 2030 and 2053. Before 1968
Vietnam used the calendar of UTC+8, and so does this module. The table is computed in `egov_vn.calendar.astronomy`.

What is doubtful: `DOUBTFUL` lists the months whose beginning a printed calendar or another reckoning puts a day apart.
In the South the calendar of UTC+8 stayed in use until 1975 (Tết 1968 fell on 30 January there).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from egov_vn.calendar.moons import FIRST, YEARS
from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Text

__all__ = ["DOUBTFUL", "LunarDate", "tet"]

_PRINTED = Text(
    "Lịch in thời đó ghi tháng này bắt đầu lệch một ngày so với thiên văn hiện đại.",
    "Calendars printed then begin this month a day apart from modern astronomy.",
)
_MIDNIGHT = Text(
    "Điểm sóc cách nửa đêm chưa tới 3 phút: delta T sau này quyết định ngày đầu tháng.",
    "The new moon lies within 3 minutes of midnight: a later delta T decides the first day of the month.",
)
DOUBTFUL: Mapping[date, Text] = MappingProxyType(
    {
        **dict.fromkeys(
            (date(1906, 4, 24), date(1914, 11, 18), date(1916, 2, 4), date(1920, 11, 11), date(1925, 1, 24)), _PRINTED
        ),
        **dict.fromkeys(
            (
                date(2054, 5, 8),
                date(2072, 12, 9),
                date(2077, 11, 15),
                date(2079, 8, 27),
                date(2085, 10, 18),
                date(2090, 9, 24),
                date(2125, 1, 4),
                date(2130, 5, 7),
                date(2150, 5, 26),
                date(2153, 10, 18),
                date(2159, 5, 17),
                date(2175, 1, 22),
                date(2188, 4, 27),
                date(2199, 1, 26),
            ),
            _MIDNIGHT,
        ),
    }
)
"""The months, by their first day here, of which a printed calendar or a later reckoning may differ by a day."""

_MIN, _MAX = date(1900, 1, 1), date(2199, 12, 31)


class LunarDate:
    """A day of the lunar calendar: year, month, day, and whether the month is a leap month."""

    __slots__ = ("day", "leap", "month", "year")

    year: int
    month: int
    day: int
    leap: bool

    def __init__(self, year: int, month: int, day: int, *, leap: bool = False) -> None:
        for name, value in (("year", year), ("month", month), ("day", day)):
            if type(value) is not int:
                raise InvalidInput(f"{value!r} is not a whole number", path=name)
        if not isinstance(leap, bool):
            raise InvalidInput(f"{leap!r} is not True or False", path="leap")
        _position(year, month, day, leap)
        for name, value in (("year", year), ("month", month), ("day", day), ("leap", leap)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a LunarDate is a value; {name} cannot be set")

    @classmethod
    def from_solar(cls, day: date) -> LunarDate:
        """Return the lunar date of the solar *day* (1900-01-01 to 2199-12-31)."""
        ordinal = require_date(day).toordinal()
        if not _MIN <= day <= _MAX:
            raise InvalidInput(f"{day.isoformat()} is outside 1900-01-01 to 2199-12-31", path="day")
        starts, names = _months()
        index = bisect_right(starts, ordinal) - 1
        year, month, leap = names[index]
        return cls(year, month, ordinal - starts[index] + 1, leap=leap)

    def to_solar(self) -> date:
        """Return the solar day."""
        return date.fromordinal(_position(self.year, self.month, self.day, self.leap))

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, LunarDate) else NotImplemented

    def __lt__(self, other: LunarDate) -> bool:
        return self.to_solar() < other.to_solar()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, int, int, bool]:
        return self.year, self.month, self.day, self.leap

    def __reduce__(self) -> tuple[object, ...]:
        return _make, self._key()

    def __repr__(self) -> str:
        leap = ", leap=True" if self.leap else ""
        return f"LunarDate({self.year}, {self.month}, {self.day}{leap})"

    def __str__(self) -> str:
        return f"{self.day:02}/{self.month:02}{' nhuận' if self.leap else ''}/{self.year} âm lịch"


def tet(year: int) -> date:
    """Return *mồng một Tết* of the lunar year *year* as a solar day."""
    return LunarDate(year, 1, 1).to_solar()


def _make(year: int, month: int, day: int, leap: bool) -> LunarDate:
    return LunarDate(year, month, day, leap=leap)


def _position(year: int, month: int, day: int, leap: bool) -> int:
    """Return the ordinal of a lunar date, or raise `InvalidInput`."""
    if not FIRST <= year < FIRST + len(YEARS):
        raise InvalidInput(f"the lunar year {year} is outside {FIRST} to {FIRST + len(YEARS) - 1}", path="year")
    if not 1 <= month <= 12:
        raise InvalidInput(f"{month} is not a month (1 to 12)", path="month")
    code = YEARS[year - FIRST]
    leap_month = code >> 13 & 15
    if leap and month != leap_month:
        raise InvalidInput(f"the lunar year {year} has no leap month {month}", path="leap")
    index = month - 1 + (leap or 0 < leap_month < month)
    if not 1 <= day <= 29 + (code >> index & 1):
        raise InvalidInput(f"month {month} of the lunar year {year} has no day {day}", path="day")
    first = date(year, 1, 1).toordinal() + (code >> 17)
    return first + sum(29 + (code >> i & 1) for i in range(index)) + day - 1


@cache
def _months() -> tuple[list[int], list[tuple[int, int, bool]]]:
    """Return the ordinal of the first day of each month, and the month's (year, number, leap?)."""
    starts: list[int] = []
    names: list[tuple[int, int, bool]] = []
    for year, code in enumerate(YEARS, FIRST):
        leap_month = code >> 13 & 15
        at = date(year, 1, 1).toordinal() + (code >> 17)
        numbers = [(number, False) for number in range(1, 13)]
        if leap_month:
            numbers.insert(leap_month, (leap_month, True))
        for index, (number, leap) in enumerate(numbers):
            starts.append(at)
            names.append((year, number, leap))
            at += 29 + (code >> index & 1)
    return starts, names
