"""National indicators: the cases of their description, a recount, and the list of what is overdue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, Level, fact_of, instant, seconds
from egov_vn.dossier.indicators import IndicatorTally, national_band, overdue_list, settled_in_time
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import province_year

MAY = Period.month(2026, 5)
FACTS = tuple(province_year(seed=3, count=4_000))
CUT = seconds(MAY.ends_at)
DUE = seconds(datetime(2026, 5, 5, 17, tzinfo=VIETNAM))
DAY = 86_400


def fact(**values: Any) -> DossierFact:
    base = DossierFact("x", "f", "a", "commune", 3, DUE - 5 * DAY, DUE, None)
    return base._replace(**values)


def test_more_than_one_request_to_supplement_is_late_whatever_the_dates() -> None:
    assert settled_in_time(fact(ended=DUE - DAY, supplements=2), cut=CUT) is False
    assert settled_in_time(fact(ended=DUE - DAY, supplements=1), cut=CUT) is True


def test_an_open_dossier_that_waits_once_ends_when_it_was_asked() -> None:
    assert settled_in_time(fact(supplements=1, waiting_from=DUE - DAY), cut=CUT) is True
    assert settled_in_time(fact(), cut=CUT) is False
    assert settled_in_time(fact(), cut=DUE) is True


def test_waiting_is_taken_off() -> None:
    assert settled_in_time(fact(ended=DUE + DAY, waited=DAY, supplements=1), cut=CUT) is True
    assert settled_in_time(fact(ended=DUE + DAY + 1, waited=DAY, supplements=1), cut=CUT) is False


def test_without_an_appointment_the_longest_time_decides() -> None:
    open_ended = fact(due=None, ended=DUE)
    assert settled_in_time(open_ended, cut=CUT) is None
    assert settled_in_time(open_ended, cut=CUT, limit=5 * DAY) is True
    assert settled_in_time(open_ended, cut=CUT, limit=5 * DAY - 1) is False


def dossier(*events: tuple[str, str], **more: Any) -> Dossier:
    raw = {
        "MaTTHC": "2.000815",
        "ChuHoSo": "Nguyễn Văn Thử",
        "MaHoSo": "000.00.00.H13-260504-0001",
        "NgayHenTra": "2026-05-08T17:00:00+07:00",
        "MaCoQuanGiaiQuyet": "H13",
        "LichSu": [{"SuKien": kind, "ThoiDiemXuLy": at, "NguoiXuLy": "CB01"} for kind, at in events],
        **more,
    }
    return Dossier.from_dict(raw)


AS_OF = datetime(2026, 5, 30, tzinfo=VIETNAM)


def test_settled_comes_before_returned() -> None:
    found = fact_of(
        dossier(
            ("TIEP_NHAN", "2026-05-04T08:00:00+07:00"),
            ("GIAI_QUYET_XONG", "2026-05-07T10:00:00+07:00"),
            ("TRA_KET_QUA", "2026-05-10T10:00:00+07:00"),
        ),
        level=Level.COMMUNE,
        as_of=AS_OF,
    )
    assert found is not None
    assert found.ended == seconds(datetime(2026, 5, 7, 10, tzinfo=VIETNAM))
    assert settled_in_time(found, cut=CUT) is True


def test_withdrawn_before_reception_is_no_fact_and_after_it_an_end() -> None:
    before = dossier(("NOP_TRUC_TUYEN", "2026-05-04T08:00:00+07:00"), ("YEU_CAU_DUNG", "2026-05-04T09:00:00+07:00"))
    assert fact_of(before, level=Level.COMMUNE, as_of=AS_OF) is None
    after = dossier(("TIEP_NHAN", "2026-05-04T08:00:00+07:00"), ("XAC_NHAN_DUNG", "2026-05-06T08:00:00+07:00"))
    found = fact_of(after, level=Level.COMMUNE, as_of=AS_OF)
    assert found is not None
    assert (found.outcome, found.ended) == (3, seconds(datetime(2026, 5, 6, 8, tzinfo=VIETNAM)))


def test_a_fact_is_a_snapshot_of_its_instant() -> None:
    made = dossier(
        ("TIEP_NHAN", "2026-05-04T08:00:00+07:00"),
        ("YEU_CAU_BO_SUNG", "2026-05-05T08:00:00+07:00"),
        ("BO_SUNG", "2026-05-06T08:00:00+07:00"),
        ("GIAI_QUYET_XONG", "2026-05-07T10:00:00+07:00"),
    )
    early = fact_of(made, level=Level.COMMUNE, as_of=datetime(2026, 5, 5, 20, tzinfo=VIETNAM))
    late = fact_of(made, level=Level.COMMUNE, as_of=AS_OF)
    assert early is not None
    assert late is not None
    assert (early.ended, early.waiting_to, early.waited) == (None, None, 12 * 3600)
    assert (late.waited, late.supplements) == (DAY, 1)
    assert fact_of(made, level=Level.COMMUNE, as_of=datetime(2026, 5, 4, 7, tzinfo=VIETNAM)) is None


def test_without_a_history_the_recorded_dates_decide() -> None:
    found = fact_of(
        dossier(
            NgayTiepNhan="2026-05-04T08:00:00+07:00",
            NgayKetThucXuLy="2026-05-06T08:00:00+07:00",
            TrangThaiHoSo=10,
            KenhThucHien=2,
            DanhSachHoSoBoSung=[{"NgayBoSung": "2026-05-05T08:00:00+07:00"}],
            DanhSachLePhi=[{"TenPhiLePhi": "Lệ phí", "Gia": 8000}],
            DuocThanhToanTrucTuyen=1,
            TaiLieuNop=[{"TenTepDinhKem": "Đơn", "DuocSoHoa": 1, "DuocLayTuKhoDMQG": True}],
            DanhSachGiayToKetQua=[{"TenGiayTo": "KQ", "MaGiayToKetQua": "KQ.G15.000031", "DuongDanTepTinKetQua": "/a"}],
        ),
        level=Level.PROVINCE,
        as_of=AS_OF,
        full_online=False,
        paper_result=True,
    )
    assert found is not None
    assert (found.outcome, found.intake, found.supplements, found.level) == (1, 1, 1, "province")
    every = Flag.DIGITISED | Flag.RESULT_FILE | Flag.FEE_BEARING | Flag.PAID_ONLINE | Flag.REUSED | Flag.PAPER_RESULT
    assert found.flags == every.value


def test_the_sums_equal_a_recount() -> None:
    found = {item.key: item for item in IndicatorTally(MAY).add(FACTS).results()}
    start = seconds(MAY.starts_at)
    handled = [item for item in FACTS if item.received < CUT and not (item.ended is not None and item.ended < start)]
    came = [item for item in handled if item.received >= start]
    in_time = [settled_in_time(item, cut=CUT) for item in handled]
    assert (found["2.1"].numerator, found["2.1"].denominator) == (
        in_time.count(True),
        len(handled) - in_time.count(None),
    )
    assert found["4.3"].numerator == sum(1 for item in came if item.flags & Flag.DIGITISED)
    assert found["3.6"].denominator == sum(1 for item in came if item.flags & Flag.FEE_BEARING)
    settled = [item for item in came if item.ended is not None and item.ended < CUT and item.outcome in (1, 2)]
    assert found["2.2"].value == round(
        Decimal(sum((item.ended or 0) - item.received for item in settled)) / len(settled) / DAY, 2
    )


def test_parts_add_up() -> None:
    whole = IndicatorTally(MAY).add(FACTS)
    parts = [IndicatorTally(MAY).add(FACTS[at::3]) for at in range(3)]
    assert parts[2] + parts[0] + parts[1] == whole == whole + IndicatorTally(MAY)
    with pytest.raises(InvalidInput):
        whole + IndicatorTally(Period.month(2026, 6))
    with pytest.raises(TypeError):
        whole + 1  # type: ignore[operator]
    assert whole != 1
    assert IndicatorTally(MAY).add([FACTS[60]._replace(ended=0)]).sums["faulty"] == 1


def test_a_score_is_linear_up_to_its_threshold_and_nothing_over_nothing_is_nothing() -> None:
    made = IndicatorTally(MAY)
    assert {item.value for item in made.results()} == {None}
    made.sums.update(online=30, received=120, digitised=96)
    found = {item.key: item for item in made.results()}
    assert found["3.3"].value == Decimal("25.00")
    assert found["3.3"].score(10) == Decimal("5.00")
    assert found["4.3"].score(4) == Decimal("4.00")
    assert found["2.2"].score(4) is None
    assert found["3.3"].to_dict()["value"] == "25.00"
    assert found["2.1"].to_dict("en")["value"] is None


@pytest.mark.parametrize(
    ("points", "band"), [(100, "Xuất sắc"), (90, "Xuất sắc"), (Decimal("89.99"), "Tốt"), (0, "Yếu")]
)
def test_a_total_has_its_band(points: Decimal, band: str) -> None:
    assert national_band(points).vi == band
    with pytest.raises(InvalidInput):
        national_band(101)


class Weekdays:
    """Monday to Friday."""

    def count(self, start: date, end: date, /) -> int:
        return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, (end - start).days + 1))


def test_the_overdue_list_names_the_officer_and_the_days() -> None:
    at = datetime(2026, 5, 12, 8, tzinfo=VIETNAM)
    facts = [
        fact(code="late", officer="CB07"),
        fact(code="sorry", due=DUE - DAY, flags=int(Flag.APOLOGISED)),
        fact(code="waits", waiting_from=DUE - DAY),
        fact(code="waited", waiting_from=DUE - 2 * DAY, waiting_to=DUE - DAY),
        fact(code="in time", due=seconds(at)),
        fact(code="no term", due=None),
        fact(code="settled late", ended=DUE + 3600),
        fact(code="settled", ended=DUE),
        fact(code="later", received=seconds(at) + 1),
    ]
    found = overdue_list(facts, at=at, calendar=Weekdays())
    assert [(item.code, item.days, item.working_days) for item in found] == [
        ("sorry", 8, 6),
        ("late", 7, 5),
        ("waited", 7, 5),
    ]
    assert found[0].apologised
    assert found[1].officer == "CB07"
    also = overdue_list(facts, at=at, since=datetime(2026, 5, 1, tzinfo=VIETNAM))
    assert {item.code for item in also} == {"sorry", "late", "waited", "settled late"}
    settled = next(item for item in also if item.ended)
    assert (settled.days, settled.working_days) == (0, None)
    assert settled.to_dict()["due"] == "2026-05-05T17:00:00+07:00"


def test_the_last_appointment_by_then_counts() -> None:
    made = dossier(
        ("TIEP_NHAN", "2026-05-04T08:00:00+07:00"),
        DanhSachHoSoBoSung=[
            {
                "NgayBoSung": "2026-05-05T08:00:00+07:00",
                "NgayTiepNhanBoSung": "2026-05-06T08:00:00+07:00",
                "NgayHenTraMoi": "2026-05-13T17:00:00+07:00",
            }
        ],
        LichSu=[
            {"SuKien": "TIEP_NHAN", "ThoiDiemXuLy": "2026-05-04T08:00:00+07:00", "NguoiXuLy": "CB01"},
            {
                "SuKien": "GIA_HAN",
                "ThoiDiemXuLy": "2026-05-11T08:00:00+07:00",
                "NguoiXuLy": "CB01",
                "NgayHenTraMoi": "2026-05-20T17:00:00+07:00",
            },
        ],
    )

    def due(day: int, **more: Any) -> datetime | None:
        found = fact_of(made, level=Level.COMMUNE, as_of=datetime(2026, 5, day, 20, tzinfo=VIETNAM), **more)
        assert found is not None
        return None if found.due is None else instant(found.due)

    assert due(5) == datetime(2026, 5, 8, 17, tzinfo=VIETNAM)
    assert due(6) == datetime(2026, 5, 13, 17, tzinfo=VIETNAM)
    assert due(12) == datetime(2026, 5, 20, 17, tzinfo=VIETNAM)
    counted = datetime(2026, 5, 9, 17, tzinfo=VIETNAM)
    assert due(12, due=counted) == counted
