"""Instants carry a zone, days carry no time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from egov_vn.clock import VIETNAM, require_aware, require_date, vietnam_date
from egov_vn.errors import InvalidInput


def test_vietnam_is_seven_hours_ahead() -> None:
    assert VIETNAM.utcoffset(None) == timedelta(hours=7)


def test_the_day_in_vietnam_begins_at_17_utc() -> None:
    assert vietnam_date(datetime(2026, 2, 12, 16, 59, tzinfo=UTC)) == date(2026, 2, 12)
    assert vietnam_date(datetime(2026, 2, 12, 17, 0, tzinfo=UTC)) == date(2026, 2, 13)


@pytest.mark.parametrize("bad", [datetime(2026, 1, 1), date(2026, 1, 1), "2026-01-01", None, 0])
def test_an_instant_without_zone_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_aware(bad, "received_at")
    assert caught.value.path == "received_at"


@pytest.mark.parametrize(
    "bad",
    [datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))],
)
def test_an_instant_without_vietnamese_time_is_refused(bad: datetime) -> None:
    with pytest.raises(InvalidInput, match="Vietnamese time") as caught:
        require_aware(bad, "received_at")
    assert caught.value.path == "received_at"
    assert require_aware(datetime(9999, 12, 31, 16, 59, tzinfo=UTC)).year == 9999


@pytest.mark.parametrize("bad", [datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01", None, 1.5])
def test_a_day_is_not_an_instant(bad: object) -> None:
    with pytest.raises(InvalidInput):
        require_date(bad)
    assert require_date(date(2026, 1, 1)) == date(2026, 1, 1)
