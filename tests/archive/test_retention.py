"""Periods, schedules, transfer, holds, destruction: the law's rules with their articles."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.archive import Retention, Schedule
from egov_vn.archive.disposal import HeldFile, Hold, Reason, propose_destruction
from egov_vn.archive.retention import StartEvent
from egov_vn.archive.transfer import due_in_current_archive, due_in_historical_archive
from egov_vn.calendar import WorkCalendar
from egov_vn.errors import InvalidInput, NotInForce

TEN = Retention(10)
ON = date(2046, 6, 1)


@pytest.mark.parametrize(
    ("text", "years"),
    [("Vĩnh viễn", None), ("20 năm", 20), ("02", 2), ("2 năm", 2), ("70 NĂM", 70), ("permanent", None)],
)
def test_periods_are_read(text: str, years: int | None) -> None:
    assert Retention.parse(text).years == years


@pytest.mark.parametrize("text", ["", "1 năm", "71 năm", "0", "mười năm", "-5", "20 tháng", "10.5"])
def test_periods_outside_the_law_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Retention.parse(text)


@pytest.mark.parametrize("years", [True, 1, 71, 2.0, "10"])
def test_only_whole_years_from_2_to_70(years: object) -> None:
    with pytest.raises(InvalidInput, match="2 to 70"):
        Retention(years)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("years", "code"), [(None, "01"), (70, "02"), (50, "03"), (30, "04"), (20, "05"), (10, "06"), (5, "07"), (15, "07")]
)
def test_codes_of_the_circular(years: int | None, code: str) -> None:
    assert Retention(years).code == code
    assert Retention.from_code(code) == (None if code == "07" else Retention(years))


def test_years_run_from_the_year_never_from_the_day() -> None:
    assert TEN.due_year(date(2026, 1, 1)) == TEN.due_year(date(2026, 12, 31)) == TEN.due_year(2026) == 2036
    assert not TEN.has_expired(2026, on=date(2036, 12, 31))
    assert TEN.has_expired(2026, on=date(2037, 1, 1))
    assert Retention(None).due_year(2026) is None
    assert not Retention(None).has_expired(1946, on=ON)


@given(st.lists(st.one_of(st.none(), st.integers(2, 70)), min_size=1))
def test_the_longest_record_wins(years: list[int | None]) -> None:
    longest = Retention.longest([Retention(item) for item in years])
    assert longest.years == (None if None in years else max(item for item in years if item is not None))


def test_no_period_has_no_longest() -> None:
    with pytest.raises(InvalidInput):
        Retention.longest([])


def test_official_rows_cite_their_texts() -> None:
    rows = {row.key: row for row in Schedule.official()}
    assert rows["charter"].retention == Retention(20)
    assert rows["certification.register"].retention.is_permanent
    assert all(row.source and row.evidence for row in rows.values())


def test_an_agency_loads_its_own_list_and_never_goes_below_the_authority() -> None:
    own = Schedule.load(
        "\ufeffkey,title,period,start,source,note\n"
        "charter,Điều lệ,10 năm,,,\n"
        "giay-phep,Cấp giấy phép,5 năm,expiry,QĐ 1,x\n".encode()
    )
    assert own.period("charter") == Retention(10)
    assert own.period("charter", floor=Schedule.official()) == Retention(20)
    assert own.period("giay-phep", floor=Schedule.official()) == Retention(5, StartEvent.EXPIRY)
    assert own.below(Schedule.official()) == ("charter",)
    with pytest.raises(InvalidInput, match="no row"):
        own.period("none")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"key,title\n", "'period' is missing"),
        (b"key,title,period\na,b,80\n", "2 to 70"),
        (b"key,title,period\na,b,10\na,b,10\n", "stands twice"),
        (b"key,title,period\n,b,10\n", "key is empty"),
        (b"key,title,period,start\na,b,10,moon\n", "moon"),
        (b"\xff", "UTF-8"),
        (b"", "missing"),
    ],
)
def test_bad_lists_name_their_line(data: bytes, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        Schedule.load(data)


def test_digital_files_go_over_in_60_days_paper_in_the_year_after() -> None:
    ended = date(2026, 3, 1)
    digital = due_in_current_archive(ended, medium="digital")
    assert digital.day == date(2026, 4, 30)
    assert digital.ceiling == date(2027, 12, 31)
    assert digital.use_until == date(2027, 4, 25)
    moved = due_in_current_archive(ended, medium="digital", calendar=WorkCalendar.official())
    assert moved.day > digital.day
    assert "Điều 17" in moved.explain("vi")
    assert "day off" in moved.explain("en")
    assert due_in_current_archive(ended, medium="paper").day == date(2027, 12, 31)
    with pytest.raises(NotInForce):
        due_in_current_archive(date(2024, 1, 1), medium="paper")
    with pytest.raises(InvalidInput):
        due_in_current_archive(ended, medium="film")  # type: ignore[arg-type]


def test_the_historical_archive_waits_five_years_or_thirty() -> None:
    plain = due_in_historical_archive(date(2026, 5, 1))
    assert plain.day == date(2031, 12, 31)
    assert plain.register_by == date(2030, 12, 31)
    assert due_in_historical_archive(date(2026, 5, 1), other_law=True).day == date(2056, 12, 31)
    old = due_in_historical_archive(date(2026, 5, 1), made=date(2020, 1, 1), calendar=WorkCalendar.official())
    assert old.day == date(2030, 7, 1)
    assert any("Điều 65" in str(source) for source in old.sources)


def held(code: str, years: int | None = 10, started: int = 2026, **more: object) -> HeldFile:
    return HeldFile(code=code, title=f"Hồ sơ {code}", retention=Retention(years), started=started, **more)  # type: ignore[arg-type]


def test_only_what_has_expired_is_proposed_and_each_line_has_its_reason() -> None:
    files = [
        held("a", paper=True, records=3, pages=9),
        held("b", None),
        held("c", 70),
        held("d", holds=(Hold(reason="thanh tra", since=date(2045, 1, 1)),)),
        held("e", links=("c",)),
        held("f", links=("a",)),
        held("g", links=("nowhere",)),
        held("h", 70, duplicate_of="c"),
        held("i", duplicate_of="nowhere"),
        held("j", holds=(Hold(reason="đã xong", since=date(2040, 1, 1), until=date(2041, 1, 1)),)),
        held("k", links=("z",)),
    ]
    result = propose_destruction(files, on=ON, others={"z": held("z", None)})
    reasons = {item.file.code: item.reason for item in (*result.proposed, *result.refused)}
    assert reasons == {
        "a": Reason.EXPIRED,
        "b": Reason.PERMANENT,
        "c": Reason.NOT_EXPIRED,
        "d": Reason.HELD,
        "e": Reason.LINKED,
        "f": Reason.EXPIRED,
        "g": Reason.UNKNOWN_LINK,
        "h": Reason.DUPLICATE,
        "i": Reason.KEPT_COPY_MISSING,
        "j": Reason.EXPIRED,
        "k": Reason.LINKED,
    }
    assert result.opinion_first
    first = result.rows()[0]
    assert first[:6] == (1, "a", "Hồ sơ a", "10 năm", 3, 9)
    assert "bản giấy" in str(first[7])
    linked = next(item for item in result.refused if item.file.code == "e")
    assert linked.source.article == "36"
    assert linked.text("en") != linked.text("vi")


def test_a_code_stands_for_one_file() -> None:
    with pytest.raises(InvalidInput, match="stands twice"):
        propose_destruction([held("a"), held("a")], on=ON)
