"""Levels of online services read in the words of each decree."""

from __future__ import annotations

from datetime import date

import pytest

from egov_vn.dossier import OnlineLevel, online_levels
from egov_vn.errors import InvalidInput, NotInForce

OLD, MIDDLE, NEW = date(2022, 8, 14), date(2022, 8, 15), date(2026, 7, 1)


def test_each_decree_has_its_words() -> None:
    assert str(online_levels(OLD).source) == "Điều 3 43/2011/NĐ-CP"
    assert str(OnlineLevel(level="full", on=NEW).source) == "Điều 14 224/2026/NĐ-CP"
    with pytest.raises(NotInForce):
        online_levels(date(2011, 7, 31))


@pytest.mark.parametrize(("level", "expected"), [("1", None), ("2", None), ("3", "partial"), ("4", "full")])
def test_old_levels_in_new_words(level: str, expected: str | None) -> None:
    found = OnlineLevel(level=level, on=OLD).as_on(MIDDLE)
    assert (found.level if found else None) == expected
    assert OnlineLevel(level=level, on=OLD).is_online_service == (expected is not None)
    if found:
        back = found.as_on(OLD)
        assert back is not None
        assert back.level == level


def test_a_partial_service_needs_its_reason_from_2026() -> None:
    middle = OnlineLevel(level="partial", on=MIDDLE)
    with pytest.raises(InvalidInput) as caught:
        middle.as_on(NEW)
    assert caught.value.source == "Điều 14 224/2026/NĐ-CP"
    after = middle.as_on(NEW, reason="presence")
    assert after is not None
    assert after.reason == "presence"


@pytest.mark.parametrize(("level", "on"), [("full", OLD), ("4", MIDDLE), ("5", OLD), ("", NEW)])
def test_words_of_another_decree_are_refused(level: str, on: date) -> None:
    with pytest.raises(InvalidInput):
        OnlineLevel(level=level, on=on)


def test_proactive_levels() -> None:
    assert OnlineLevel(level="full", on=NEW, proactive=4).proactive == 4
    for on, level, proactive in ((NEW, "full", 5), (NEW, "full", -1), (MIDDLE, "full", 1)):
        with pytest.raises(InvalidInput):
            OnlineLevel(level=level, on=on, proactive=proactive)
