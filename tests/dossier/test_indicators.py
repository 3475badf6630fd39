"""National indicators: the cases of their description, a recount of every one, and what cannot be computed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, Level, Outcome, fact_of, instant, seconds
from egov_vn.dossier.indicator_inputs import IndicatorInputs
from egov_vn.dossier.indicators import Indicator, IndicatorTally, settled_in_time
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput
from egov_vn.testing.dossiers import province_year

MAY = Period.month(2026, 5)
YEAR = Period.full_year(2026)
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
    after = dossier(
        ("TIEP_NHAN", "2026-05-04T08:00:00+07:00"),
        ("YEU_CAU_DUNG", "2026-05-05T08:00:00+07:00"),
        ("XAC_NHAN_DUNG", "2026-05-06T08:00:00+07:00"),
    )
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
    assert found.flags == (every | Flag.POPULATION_DATA).value


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"TaiLieuNop": [{"TenTepDinhKem": "Đơn", "DuongDanTaiTepTin": "/don.pdf"}]}, Flag.COMPONENT_FILE),
        ({"TaiLieuNop": [{"TenTepDinhKem": "Đơn", "TepDinhKemId": "7"}]}, Flag.COMPONENT_FILE),
        ({"TaiLieuNop": [{"TenTepDinhKem": "Đơn", "TepDinhKemId": "7", "IsDeleted": True}]}, Flag(0)),
        ({"TaiKhoanDuocXacThucVoiVNeID": 1}, Flag.POPULATION_DATA),
        ({"TaiKhoanDuocXacThucVoiVNeID": 0}, Flag(0)),
    ],
)
def test_a_fact_says_what_was_attached_and_which_data_served(more: dict[str, Any], flags: Flag) -> None:
    found = fact_of(dossier(("TIEP_NHAN", "2026-05-04T08:00:00+07:00"), **more), level=Level.PROVINCE, as_of=AS_OF)
    assert found is not None
    assert found.flags == flags.value


def in_period() -> list[DossierFact]:
    """Every dossier received in May, picked by its own words."""
    start = seconds(MAY.starts_at)
    return [item for item in FACTS if start <= item.received < CUT]


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def has(item: DossierFact, flag: Flag) -> bool:
    return bool(Flag(item.flags) & flag)


def electronic(item: DossierFact) -> bool:
    return has(item, Flag.RESULT_FILE) or not has(item, Flag.PAPER_RESULT)


def test_what_follows_from_dossiers_equals_a_recount() -> None:
    found = {item.key: item for item in IndicatorTally(MAY).add(FACTS).results()}
    start, came = seconds(MAY.starts_at), in_period()
    handled = [item for item in FACTS if item.received < CUT and not (item.ended is not None and item.ended < start)]
    in_time = [settled_in_time(item, cut=CUT) for item in handled]
    assert found["2.1"].share == share(in_time.count(True), len(handled) - in_time.count(None))
    settled = [item for item in came if item.ended is not None and item.outcome == Outcome.SETTLED]
    assert any((item.ended or 0) >= CUT for item in settled)
    assert any(item.waited for item in settled)
    spent = sum(max((item.ended or 0) - item.received - item.waited, 0) for item in settled)
    assert found["2.2"].share == share(spent, len(settled))
    fee = [item for item in came if has(item, Flag.FEE_BEARING)]
    paper = [item for item in came if has(item, Flag.PAPER_RESULT)]
    counted = {
        "3.3": (sum(item.intake < 2 and electronic(item) for item in came), len(came)),
        "3.6": (sum(has(item, Flag.PAID_ONLINE) for item in fee), len(fee)),
        "4.1": (sum(has(item, Flag.RESULT_FILE) for item in paper), len(paper)),
        "4.2": (sum(has(item, Flag.COMPONENT_FILE) and electronic(item) for item in came), len(came)),
        "4.3": (sum(has(item, Flag.DIGITISED) for item in came), len(came)),
        "4.4": (sum(has(item, Flag.REUSED) for item in came), len(came)),
        "4.5b": (sum(has(item, Flag.POPULATION_DATA) for item in came), len(came)),
    }
    for key, (part, whole) in counted.items():
        assert (found[key].numerator, found[key].denominator) == (part, whole), key
        assert 0 < part < whole
        assert found[key].share == share(part, whole)


def test_what_needs_dossiers_and_stated_figures_equals_a_recount() -> None:
    names = dict.fromkeys(("online_services", "fee_procedures", "citizen_procedures"), 900)
    inputs = IndicatorInputs.from_dict({"source": "CSDLQG", "complained_dossiers": 7, **names})
    tally = IndicatorTally(MAY).add(FACTS)
    found = {item.key: item for item in tally.results(inputs)}
    came = in_period()
    assert found["3.2"].share == share(len({item.procedure for item in came if item.intake < 2}), 900)
    fee = [item for item in came if has(item, Flag.FEE_BEARING)]
    assert found["3.5"].share == share(len({item.procedure for item in fee}), 900)
    paid = {item.procedure for item in fee if has(item, Flag.PAID_ONLINE)}
    assert found["3.5b"].share == share(len(paid), 900)
    used = {item.procedure for item in came if has(item, Flag.POPULATION_DATA)}
    assert found["4.5a"].share == share(len(used), 900)
    sums = tally.sums
    late, complained = Fraction(sums["too_late"], sums["timed"]), Fraction(7, sums["handled"])
    assert found["5.4"].share == 1 - late - complained
    assert sums["handled"] == sums["in_time"] + sums["too_late"] + sums["undecided"]


def test_every_indicator_of_the_set_is_there_and_says_what_it_lacks() -> None:
    found = {item.key: item for item in IndicatorTally(MAY).add(FACTS).results()}
    assert list(found) == sorted(found)
    assert [key for key in found if key.startswith("1.")] == ["1.1", "1.2", "1.3", "1.4"]
    computed = {"2.1", "2.2", "3.3", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5b"}
    assert {key for key, item in found.items() if item.value is not None} == computed
    for key, item in found.items():
        if key not in computed:
            assert item.reason is not None
            assert item.reason("vi").startswith("Chưa tính được: ")
            assert item.reason("en").startswith("Cannot be computed: ")
            assert (item.share, item.score(10)) == (None, None)
    assert found["1.1"].missing == ("published_in_time", "published")
    assert found["3.4"].reason == found["4.x"].reason
    assert found["3.3"].caveat is not None


STATED = {
    "source": "Cơ sở dữ liệu quốc gia về TTHC",
    "published_in_time": 19,
    "published": 20,
    "posted_in_time": 18,
    "to_post": 20,
    "complete_procedures": 300,
    "posted_procedures": 400,
    "online_procedures": 240,
    "procedures": 400,
    "feedback": 40,
    "feedback_on_rules": 10,
    "feedback_on_conduct": 5,
    "feedback_handled": 50,
    "feedback_in_time": 45,
    "feedback_unsatisfied": 8,
}


@pytest.mark.parametrize(
    ("key", "value", "score"),
    [("1.1", "95.00", "5.70"), ("1.2", "90.00", "3.60"), ("1.3", "75.00", "1.50"), ("3.1", "60.00", "1.50"),
     ("5.1a", "25.00", None), ("5.1b", "12.50", None), ("5.2", "90.00", "5.40"), ("5.3", "80.00", "4.80")],
)  # fmt: skip
def test_what_is_stated_counts(key: str, value: str, score: str | None) -> None:
    found = {item.key: item for item in IndicatorTally(MAY).results(IndicatorInputs.from_dict(STATED))}[key]
    assert str(found.value) == value
    assert found.score() == (None if score is None else Decimal(score))
    assert found.to_dict("en")["value"] == value
    assert found.stated
    for name, item in found.to_dict()["stated"].items():
        assert item["value"] == STATED[name]
        assert item["unit"] == ("feedback" if name.startswith("feedback") else "procedures")
        assert item["source"] == STATED["source"]


def synced(period: Period, **figures: int) -> Indicator:
    inputs = IndicatorInputs.from_dict({"source": "Cổng DVCQG", **figures})
    return {item.key: item for item in IndicatorTally(period).results(inputs)}["1.4"]


def test_the_larger_number_of_dossiers_is_the_denominator_of_1_4() -> None:
    assert synced(MAY, synced_dossiers=90, reported_dossiers=120).share == Fraction(90, 120)
    assert synced(MAY, synced_dossiers=90, reported_dossiers=80).share == 1
    assert synced(MAY, synced_dossiers=90, reported_dossiers=80, portal_dossiers=100).share == Fraction(90, 100)
    contradiction = synced(MAY, synced_dossiers=90, reported_dossiers=80, portal_dossiers=85)
    assert contradiction.reason is not None
    assert "mâu thuẫn" in contradiction.reason.vi


def test_without_dossiers_last_year_is_the_denominator_of_1_4() -> None:
    nothing = {"synced_dossiers": 0, "reported_dossiers": 0}
    assert synced(MAY, **nothing).missing == ("last_year_dossiers",)
    late = {**nothing, "synced_dossiers": 30, "portal_dossiers": 0, "last_year_dossiers": 1_200}
    assert synced(MAY, **late).share == Fraction(30, 100)
    assert synced(Period.quarter(2026, 2), **late).share == Fraction(30, 300)
    assert synced(Period.full_year(2026), **late).share == Fraction(30, 1_200)
    half = synced(Period.half_year(2026), **late)
    assert half.share is None
    assert half.reason is not None
    assert synced(MAY, **{**nothing, "last_year_dossiers": 0}).share == 0


def test_online_dossiers_are_multiplied_by_what_is_synchronised() -> None:
    inputs = IndicatorInputs.from_dict({"source": "Cổng DVCQG", "synced_dossiers": 3, "reported_dossiers": 4})
    tally = IndicatorTally(MAY).add(FACTS)
    alone = {item.key: item for item in tally.results()}["3.3"]
    both = {item.key: item for item in tally.results(inputs)}["3.3"]
    assert alone.share is not None
    assert both.share == alone.share * Fraction(3, 4)
    assert both.caveat is None


@pytest.mark.parametrize(
    ("change", "key"),
    [({"published_in_time": 21}, "1.1"), ({"published": 0}, "1.1"), ({"feedback_unsatisfied": 41}, "5.3"),
     ({"complained_dossiers": 10**6}, "5.4")],
)  # fmt: skip
def test_figures_that_contradict_each_other_give_no_answer(change: dict[str, int], key: str) -> None:
    inputs = IndicatorInputs.from_dict({**STATED, **change})
    found = {item.key: item for item in IndicatorTally(MAY).add(FACTS).results(inputs)}
    assert found[key].share is None
    assert "mâu thuẫn" in found[key].to_dict()["reason"]
    assert found["1.2"].value == Decimal("90.00")


def test_satisfaction_does_not_fall_below_nothing() -> None:
    facts = [fact(code=str(index), received=DUE - 5 * DAY) for index in range(4)]
    inputs = IndicatorInputs.from_dict({"source": "PAKN", "complained_dossiers": 3})
    found = {item.key: item for item in IndicatorTally(MAY).add(facts).results(inputs)}["5.4"]
    assert found.value == Decimal("0.00")


def test_what_a_list_does_not_record_is_not_counted_as_zero() -> None:
    bare = IndicatorTally(MAY, recorded=Flag(0)).add(item._replace(flags=0) for item in FACTS)
    found = {item.key: item for item in bare.results()}
    for key in ("3.3", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5b"):
        assert found[key].value is None
        assert "không ghi" in found[key].to_dict()["reason"]
    assert found["2.1"].value is not None
    partly = IndicatorTally(MAY, recorded=Flag.DIGITISED).add(FACTS)
    assert {item.key for item in partly.results() if item.value is not None} == {"2.1", "2.2", "4.3"}


def test_procedures_are_not_counted_where_dossiers_do_not_name_them() -> None:
    inputs = IndicatorInputs.from_dict({"source": "x", "online_services": 5, "fee_procedures": 900})
    named = [fact(intake=0, procedure="2.000815"), fact(intake=0, procedure="2.000815.000.00.00.H55.02")]
    found = {item.key: item for item in IndicatorTally(MAY).add(named).results(inputs)}
    assert found["3.2"].value == Decimal("40.00")
    unnamed = {item.key: item for item in IndicatorTally(MAY).add([*named, fact()]).results(inputs)}
    assert unnamed["3.2"].reason is not None
    assert "1 hồ sơ" in unnamed["3.2"].reason.vi


def test_one_procedure_of_two_owners_counts_once() -> None:
    flags = int(Flag.FEE_BEARING | Flag.PAID_ONLINE)
    owners = [fact(flags=flags, procedure=f"2.000815.000.00.00.{owner}") for owner in ("H55", "H13")]
    inputs = IndicatorInputs.from_dict({"source": "x", "fee_procedures": 4})
    found = {item.key: item for item in IndicatorTally(MAY).add(owners).results(inputs)}
    assert found["3.5"].numerator == found["3.5b"].numerator == 1


def test_each_procedure_has_its_mean_time() -> None:
    first = fact(ended=DUE, outcome=1, procedure="a", waited=DAY, supplements=1)
    second = fact(ended=DUE - 3 * DAY, outcome=1, procedure="a")
    refused = fact(ended=DUE, outcome=2, procedure="a")
    other = fact(ended=DUE, outcome=1, procedure="b")
    tally = IndicatorTally(MAY).add([first, second, refused, other])
    assert tally.mean_times() == {"a": 3, "b": 5}
    assert {item.key: item for item in tally.results()}["2.2"].value == Decimal("3.67")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=300, max_size=300), st.permutations(range(5)))
def test_parts_add_up_in_any_split_and_order(split: list[int], order: list[int]) -> None:
    facts = FACTS[:300]
    parts = [
        IndicatorTally(YEAR).add(item for item, part in zip(facts, split, strict=True) if part == n) for n in range(5)
    ]
    whole = IndicatorTally(YEAR).add(facts)
    total = IndicatorTally(YEAR)
    for part in order:
        total = total + parts[part]
    assert total == whole
    inputs = IndicatorInputs.from_dict(STATED)
    assert total.results(inputs) == whole.results(inputs)


def test_only_like_tallies_add_up() -> None:
    whole = IndicatorTally(MAY).add(FACTS)
    assert whole + IndicatorTally(MAY) == whole
    for other in (
        IndicatorTally(Period.month(2026, 6)),
        IndicatorTally(MAY, limits={"a": 1}),
        IndicatorTally(MAY, recorded=Flag(0)),
    ):
        with pytest.raises(InvalidInput):
            whole + other
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
    assert found["4.3"].score() == Decimal("2.00")
    assert found["2.2"].score(4) is None
    assert found["3.3"].to_dict()["value"] == "25.00"
    assert found["2.1"].to_dict("en")["reason"].startswith("Nothing was counted")


def test_half_a_hundredth_is_rounded_up() -> None:
    made = IndicatorTally(MAY)
    made.sums.update(received=800, digitised=1)
    assert {item.key: item for item in made.results()}["4.3"].value == Decimal("0.13")


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


def test_codes_that_nobody_can_read_are_counted_as_they_stand() -> None:
    inputs = IndicatorInputs.from_dict({"source": "x", "online_services": 4})
    odd = [fact(intake=0, procedure=text) for text in ("thủ tục 1", "thủ tục 1", "thủ tục 2")]
    assert {item.key: item for item in IndicatorTally(MAY).add(odd).results(inputs)}["3.2"].numerator == 2


def test_satisfaction_needs_dossiers() -> None:
    inputs = IndicatorInputs.from_dict({"source": "PAKN", "complained_dossiers": 0})
    found = {item.key: item for item in IndicatorTally(MAY).results(inputs)}["5.4"]
    assert found.reason is not None
    assert found.reason.vi.startswith("Trong kỳ không có gì để tính")
