"""New moons and the sun's longitude, from which the Vietnamese lunar calendar follows.

The rules (as everywhere in East Asia): a month begins on the local day of the new moon; the month in which the winter
solstice falls is the eleventh; if twelve months and not eleven lie between two eleventh months, the first of them in
which the sun enters no new sign of 30 degrees is the leap month. The local day is that of UTC+7 from 1 January 1968
(decision 121-CP of 8 August 1967, from memory), of UTC+8 before: the calendar then used was reckoned for 120 degrees
east.

New moons: Jean Meeus, *Astronomical Algorithms* (2nd ed.), chapter 49, all terms (error of seconds); the sun: chapter
25 (0.01 degree, a quarter of an hour); delta T: the polynomials of Espenak and Meeus (2006). This module is not needed
at run time: `moons.py` holds its result, and a test compares the two. It exists so that the table has an origin.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import floor, radians, sin

__all__ = ["LunarYear", "encode", "lunar_year", "new_moon", "solar_longitude"]

_UNIX = 2440587.5
_ORDINAL = date(1970, 1, 1).toordinal()
_UTC7_SINCE = date(1968, 1, 1).toordinal()

# Meeus table 49.A, new moon: coefficient in days, power of E, multiples of M, M', F
_TERMS = (
    (-0.40720, 0, 0, 1, 0), (0.17241, 1, 1, 0, 0), (0.01608, 0, 0, 2, 0), (0.01039, 0, 0, 0, 2),
    (0.00739, 1, -1, 1, 0), (-0.00514, 1, 1, 1, 0), (0.00208, 2, 2, 0, 0), (-0.00111, 0, 0, 1, -2),
    (-0.00057, 0, 0, 1, 2), (0.00056, 1, 1, 2, 0), (-0.00042, 0, 0, 3, 0), (0.00042, 1, 1, 0, 2),
    (0.00038, 1, 1, 0, -2), (-0.00024, 1, -1, 2, 0), (-0.00007, 0, 2, 1, 0), (0.00004, 0, 0, 2, -2),
    (0.00004, 0, 3, 0, 0), (0.00003, 0, 1, 1, -2), (0.00003, 0, 0, 2, 2), (-0.00003, 0, 1, 1, 2),
    (0.00003, 0, -1, 1, 2), (-0.00002, 0, -1, 1, -2), (-0.00002, 0, 1, 3, 0), (0.00002, 0, 0, 4, 0),
)  # fmt: skip
# Meeus, planetary arguments: coefficient in days, constant, rate per lunation
_PLANETS = (
    (0.000325, 299.77, 0.107408), (0.000165, 251.88, 0.016321), (0.000164, 251.83, 26.651886),
    (0.000126, 349.42, 36.412478), (0.000110, 84.66, 18.206239), (0.000062, 141.74, 53.303771),
    (0.000060, 207.14, 2.453732), (0.000056, 154.84, 7.306860), (0.000047, 34.52, 27.261239),
    (0.000042, 207.19, 0.121824), (0.000040, 291.34, 1.844379), (0.000037, 161.72, 24.198154),
    (0.000035, 239.56, 25.513099), (0.000023, 331.55, 3.592518),
)  # fmt: skip


class LunarYear:
    """One lunar year: its *first* day (an ordinal), the *lengths* of its months in order, and its *leap* month or 0."""

    __slots__ = ("first", "leap", "lengths")

    def __init__(self, first: int, lengths: tuple[int, ...], leap: int) -> None:
        self.first, self.lengths, self.leap = first, lengths, leap


def new_moon(k: int) -> float:
    """Return the instant of the k-th new moon after that of 6 January 2000, as a Julian date in universal time."""
    t = k / 1236.85
    e = 1 - 0.002516 * t - 0.0000074 * t * t
    jde = 2451550.09766 + 29.530588861 * k + t * t * (0.00015437 + t * (-0.000000150 + 0.00000000073 * t))
    m = radians(2.5534 + 29.10535670 * k + t * t * (-0.0000014 - 0.00000011 * t))
    mm = radians(201.5643 + 385.81693528 * k + t * t * (0.0107582 + t * (0.00001238 - 0.000000058 * t)))
    f = radians(160.7108 + 390.67050284 * k + t * t * (-0.0016118 + t * (-0.00000227 + 0.000000011 * t)))
    node = radians(124.7746 - 1.56375588 * k + t * t * (0.0020672 + 0.00000215 * t))
    jde += sum(c * e**p * sin(a * m + b * mm + d * f) for c, p, a, b, d in _TERMS) - 0.00017 * sin(node)
    jde += sum(c * sin(radians(constant + rate * k)) for c, constant, rate in _PLANETS)
    return jde - _delta_t(2000 + (jde - 2451545) / 365.25) / 86400


def solar_longitude(jd: float) -> float:
    """Return the apparent longitude of the sun in degrees at the Julian date *jd* in universal time."""
    t = (jd + _delta_t(2000 + (jd - 2451545) / 365.25) / 86400 - 2451545) / 36525
    mean = 280.46646 + t * (36000.76983 + 0.0003032 * t)
    m = radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    centre = (
        (1.914602 - t * (0.004817 + 0.000014 * t)) * sin(m)
        + (0.019993 - 0.000101 * t) * sin(2 * m)
        + 0.000289 * sin(3 * m)
    )
    return (mean + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))) % 360


def _delta_t(year: float) -> float:
    # Espenak and Meeus, seconds
    if year < 1920:
        t = year - 1900
        return -2.79 + t * (1.494119 + t * (-0.0598939 + t * (0.0061966 - 0.000197 * t)))
    if year < 1941:
        t = year - 1920
        return 21.20 + t * (0.84493 + t * (-0.076100 + 0.0020936 * t))
    if year < 1961:
        t = year - 1950
        return 29.07 + t * (0.407 + t * (-1 / 233 + t / 2547))
    if year < 1986:
        t = year - 1975
        return 45.45 + t * (1.067 + t * (-1 / 260 - t / 718))
    if year < 2005:
        t = year - 2000
        return 63.86 + t * (0.3345 + t * (-0.060374 + t * (0.0017275 + t * (0.000651814 + 0.00002373599 * t))))
    if year < 2050:
        t = year - 2000
        return 62.92 + t * (0.32217 + 0.005589 * t)
    u = (year - 1820) / 100
    return -20 + 32 * u * u - (0.5628 * (2150 - year) if year < 2150 else 0)


def _local_day(jd: float) -> int:
    """Return the ordinal of the civil day in Vietnam's calendar at the Julian date *jd*."""
    day = floor(jd - _UNIX + 8 / 24) + _ORDINAL
    return day if day < _UTC7_SINCE else max(_UTC7_SINCE, floor(jd - _UNIX + 7 / 24) + _ORDINAL)


def _midnight(ordinal: int) -> float:
    """Return the Julian date at which the civil day *ordinal* begins."""
    return ordinal - _ORDINAL + _UNIX - (7 if ordinal >= _UTC7_SINCE else 8) / 24


def _eleventh(year: int) -> int:
    """Return the number k of the new moon that opens the eleventh month of the lunar year *year*."""
    k = floor((_midnight(date(year, 12, 31).toordinal()) - 2451550.09766) / 29.530588861) + 1
    last = date(year, 12, 31).toordinal()
    while _local_day(new_moon(k)) > last:
        k -= 1
    if solar_longitude(_midnight(_local_day(new_moon(k)))) >= 270:
        k -= 1  # the solstice lies before this month
    return k


def _sign(k: int) -> int:
    return floor(solar_longitude(_midnight(_local_day(new_moon(k)))) / 30)


def _months(year: int) -> list[tuple[int, int, bool]]:
    """Return (first day, number, leap?) of the months from the eleventh of *year* - 1 up to the eleventh of *year*."""
    begin, end = _eleventh(year - 1), _eleventh(year)
    leap = next((k for k in range(begin + 1, end) if _sign(k) == _sign(k + 1)), None) if end - begin == 13 else None
    months, number = [], 10
    for k in range(begin, end):
        number += k != leap
        months.append((_local_day(new_moon(k)), (number - 1) % 12 + 1, k == leap))
    return months


def lunar_year(year: int) -> LunarYear:
    """Compute the lunar year *year* (about February of that year to January of the next) from the rules above."""
    sequence = _months(year) + _months(year + 1)
    first = next(i for i, (_, number, leap) in enumerate(sequence) if number == 1 and not leap)
    after = next(i for i, (_, number, leap) in enumerate(sequence) if i > first + 2 and number == 1 and not leap)
    months = sequence[first : after + 1]
    lengths = tuple(b[0] - a[0] for a, b in pairwise(months))
    return LunarYear(months[0][0], lengths, next((number for _, number, leap in months[:-1] if leap), 0))


def encode(year: LunarYear) -> int:
    """Pack a lunar year into 23 bits: days from 1 January to its first day, leap month, long months from the first."""
    first = date.fromordinal(year.first)
    bits = sum((length == 30) << i for i, length in enumerate(year.lengths))
    return (first.toordinal() - date(first.year, 1, 1).toordinal()) << 17 | year.leap << 13 | bits
