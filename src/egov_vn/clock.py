"""Vietnamese time: one zone, no daylight saving, and no clock.

The library never asks what time it is; the caller says. This module only keeps callers from saying it ambiguously.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from egov_vn.errors import InvalidInput

__all__ = ["VIETNAM", "require_aware", "require_date", "vietnam_date"]

VIETNAM = timezone(timedelta(hours=7), "+07")
"""*Giờ Việt Nam*, UTC+7 (QĐ 134/2002/QĐ-TTg), the zone in which every legal day begins and ends."""
_EDGES = (date.min.year, date.max.year)


def require_aware(at: object, name: str = "at") -> datetime:
    """Return *at* if it is a `datetime` with a zone; raise `InvalidInput` otherwise, naming the argument.

    The first and the last hours that a `datetime` can hold are refused too where they have no Vietnamese time.
    """
    if not isinstance(at, datetime):
        raise InvalidInput(f"{at!r} is not a datetime", path=name)
    if at.utcoffset() is None:
        raise InvalidInput(f"{at!r} has no time zone; attach one, for example egov_vn.clock.VIETNAM", path=name)
    if at.year in _EDGES:
        try:
            at.astimezone(VIETNAM)
        except OverflowError as error:
            raise InvalidInput(f"{at!r} lies outside the years 1 to 9999 in Vietnamese time", path=name) from error
    return at


def require_date(day: object, name: str = "day") -> date:
    """Return *day* if it is a plain `date`; a `datetime` is refused, because it hides a time of day."""
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput(f"{day!r} is not a date (a day is meant, not an instant)", path=name)
    return day


def vietnam_date(at: datetime, name: str = "at") -> date:
    """Return the calendar day in Vietnam at the instant *at*."""
    return require_aware(at, name).astimezone(VIETNAM).date()
