"""Deadlines: the cases of the law pages, each with its citation as test id; policies, events, reasons."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.calendar import (
    Certainty,
    DayKind,
    Extension,
    OutsideHours,
    Pause,
    PauseKind,
    Policy,
    Term,
    Transfer,
    WorkCalendar,
    WorkHours,
    affected,
    compute_deadline,
)
from egov_vn.clock import VIETNAM
from egov_vn.errors import BeyondHorizon, InvalidInput, NotInForce
from egov_vn.law import Citation

CALENDAR = WorkCalendar.official()
OFFICE = WorkHours("07:30-11:30,13:00-17:00")
OPENCPS = WorkHours("08:00-12:00,13:00-17:00")
CUT_OFF = "; tiếp nhận sau 15 giờ thì tính từ ngày làm việc tiếp theo"
END = timedelta(days=1, microseconds=-1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def due(received: str, term: str, **settings: Any) -> datetime:
    return compute_deadline(at(received), Term.parse(term), calendar=CALENDAR, **settings).at


DAYS = [
    pytest.param("2025-08-29T10:00", "3 ngày làm việc", "2025-09-05", id="45/2019/QH14 Art. 112(1)(đ)"),
    pytest.param("2025-12-31T09:00", "6 ngày làm việc", "2026-01-10", id="12729/VPCP-KGVX: make-up Saturday"),
    pytest.param("2026-02-12T09:00", "5 ngày làm việc", "2026-02-26", id="9441/TB-BNV: Tết 2026"),
    pytest.param("2026-02-12T09:00", "5 ngày", "2026-02-23", id="91/2015/QH13 Art. 148(5): on Tết"),
    pytest.param("2026-02-13T16:30", "3 ngày làm việc", "2026-02-25", id="91/2015/QH13 Art. 147(2)"),
    pytest.param("2026-02-13T17:30", "3 ngày làm việc", "2026-02-25", id="receipt after hours stays on its day"),
    pytest.param("2026-03-02T09:00", "5 ngày làm việc", "2026-03-09", id="61/2018/NĐ-CP: due Mon 09/03"),
    pytest.param("2026-10-05T15:30", "5 ngày làm việc", "2026-10-12", id="118/2025/NĐ-CP Art. 17(3), A3"),
    pytest.param("2026-10-05T15:30", f"5 ngày làm việc{CUT_OFF}", "2026-10-13", id="63/2024/NĐ-CP Art. 7(2)"),
    pytest.param("2026-10-05T14:59", f"trong ngày{CUT_OFF}", "2026-10-05", id="23/2015/NĐ-CP Art. 7: 14:59"),
    pytest.param("2026-10-05T15:00", f"trong ngày{CUT_OFF}", "2026-10-05", id="23/2015/NĐ-CP Art. 7: 15:00 sharp"),
    pytest.param("2026-10-05T15:01", f"trong ngày{CUT_OFF}", "2026-10-06", id="23/2015/NĐ-CP Art. 7: 15:01"),
    pytest.param("2026-10-02T15:01", f"trong ngày{CUT_OFF}", "2026-10-05", id="23/2015/NĐ-CP Art. 7: Friday"),
    pytest.param("2026-10-03T10:00", "trong ngày", "2026-10-05", id="same day, received on Saturday"),
    pytest.param("2026-01-31T09:00", "01 tháng", "2026-03-02", id="91/2015/QH13 Art. 148(3): 28/02 is a Saturday"),
    pytest.param("2025-01-31T09:00", "01 tháng", "2025-02-28", id="91/2015/QH13 Art. 148(3): last day of February"),
    pytest.param("2024-02-29T09:00", "01 năm", "2025-02-28", id="91/2015/QH13 Art. 148(4): leap day"),
    pytest.param("2024-01-31T09:00", "01 tháng", "2024-02-29", id="91/2015/QH13 Art. 148(3): leap year"),
    pytest.param("2026-03-05T09:00", "02 tuần", "2026-03-19", id="91/2015/QH13 Art. 148(2): the weekday"),
    pytest.param("2026-03-02T09:00", "nửa tháng", "2026-03-17", id="91/2015/QH13 Art. 146(1): half a month"),
    pytest.param("2026-03-02T09:00", "nửa năm", "2026-09-03", id="91/2015/QH13 Art. 146(1): half a year, then 148(5)"),
    pytest.param("2026-08-07T09:00", "15 ngày", "2026-08-22", id="148(5) and a worked Saturday: it need not move"),
    pytest.param("2010-02-12T09:00", "2 ngày làm việc", "2010-02-23", id="33/2005/QH11 Art. 152(2)"),
]


@pytest.mark.parametrize(("received", "term", "day"), DAYS)
def test_a_term_ends_where_the_law_says(received: str, term: str, day: str) -> None:
    deadline = compute_deadline(at(received), Term.parse(term), calendar=CALENDAR)
    assert deadline.day == date.fromisoformat(day)
    assert deadline.at == datetime.combine(deadline.day, time.max, VIETNAM)
    assert CALENDAR.is_working(deadline.day)


INSTANTS = [
    pytest.param("2026-10-05T14:00", "8 giờ làm việc", OFFICE, "2026-10-06T14:00", id="96/2016/NĐ-CP Art. 23 portal"),
    pytest.param("2026-10-05T14:00", "2 ngày làm việc", OFFICE, "2026-10-07T17:00", id="96/2016/NĐ-CP Art. 23 counter"),
    pytest.param("2026-10-05T16:00", "24 giờ", None, "2026-10-06T16:00", id="91/2015/QH13 Art. 147(1): plain hours"),
    pytest.param("2026-10-03T16:00", "2 giờ", None, "2026-10-03T18:00", id="plain hours pass on Saturday"),
    pytest.param("2026-12-31T23:00", "2 giờ", None, "2027-01-01T01:00", id="plain hours know no horizon"),
    pytest.param("2026-10-05T16:00", "30 phút", OFFICE, "2026-10-05T16:30", id="minutes"),
    pytest.param("2026-10-05T09:00", "2,5 ngày làm việc", OFFICE, "2026-10-08T11:30", id="half a day is a morning"),
    pytest.param("2026-10-05T09:00", "nửa ngày làm việc", OFFICE, "2026-10-06T11:30", id="half a working day"),
    pytest.param("2026-10-05T17:30", "trong ngày", OFFICE, "2026-10-06T17:00", id="same day, after closing"),
    pytest.param("2026-02-12T09:00", "5 ngày", OFFICE, "2026-02-23T17:00", id="calendar days end at closing time"),
]


@pytest.mark.parametrize(("received", "term", "hours", "instant"), INSTANTS)
def test_the_instant(received: str, term: str, hours: WorkHours | None, instant: str) -> None:
    assert due(received, term, hours=hours) == at(instant)


POLICIES = [
    pytest.param("2026-02-13T17:30", {"outside_hours": "next_opening"}, "2026-02-26T17:00", id="taken as Monday"),
    pytest.param("2026-02-13T16:30", {"outside_hours": "next_opening"}, "2026-02-25T17:00", id="inside hours"),
    pytest.param("2026-02-13T16:30", {"day_hours": 8}, "2026-02-25T16:30", id="OpenCPS DueDateUtils: 1 day = 8 hours"),
    pytest.param("2026-02-13T17:30", {"day_hours": 8}, "2026-02-25T17:00", id="OpenCPS, after closing"),
    pytest.param("2026-02-13T16:59", {"count_first_day": True}, "2026-02-24T17:00", id="receipt is day 1"),
]


@pytest.mark.parametrize(("received", "settings", "instant"), POLICIES)
def test_policies_change_the_answer_and_say_so(received: str, settings: dict[str, Any], instant: str) -> None:
    policy = Policy(**settings, source=Citation(instrument="QĐ 1/QĐ-UBND"))
    deadline = compute_deadline(at(received), "3 ngày làm việc", calendar=CALENDAR, hours=OPENCPS, policy=policy)
    assert deadline.at == at(instant)
    assert "QĐ 1/QĐ-UBND" in deadline.explain("vi")


def test_one_day_is_eight_hours_drifts_in_an_office_of_seven_and_a_half() -> None:
    short = WorkHours("07:30-11:30,13:30-17:00")
    assert due("2026-03-02T08:00", "2 ngày làm việc", hours=short, policy=Policy(day_hours=8)) == at("2026-03-04T09:00")
    assert due("2026-03-02T08:00", "2 ngày làm việc", hours=short, policy=Policy(day_hours=Decimal("7.5"))) == at(
        "2026-03-04T08:00"
    )


def test_the_published_service_agreement_differs_by_one_day() -> None:
    """Friday 16:59 with three days: Tuesday if the day of receipt counts, Wednesday under the Civil Code."""
    assert due("2026-03-06T16:59", "3 ngày làm việc", policy=Policy(count_first_day=True)).date() == date(2026, 3, 10)
    assert due("2026-03-06T16:59", "3 ngày làm việc").date() == date(2026, 3, 11)
    assert due("2026-03-07T10:00", "3 ngày làm việc", policy=Policy(count_first_day=True)).date() == date(2026, 3, 11)
    assert due("2026-03-02T10:00", "3 ngày", policy=Policy(count_first_day=True)).date() == date(2026, 3, 4)


def test_outside_hours_without_hours_means_rest_days() -> None:
    policy = Policy(outside_hours=OutsideHours.NEXT_OPENING)
    assert due("2026-10-03T10:00", "1 ngày làm việc", policy=policy).date() == date(2026, 10, 6)
    assert due("2026-10-02T23:00", "1 ngày làm việc", policy=policy).date() == date(2026, 10, 5)
    lunch = compute_deadline(at("2026-10-05T12:10"), "4 giờ làm việc", calendar=CALENDAR, hours=OFFICE, policy=policy)
    assert lunch.start == at("2026-10-05T13:00") and lunch.at == at("2026-10-05T17:00")


def test_a_reception_on_saturday_is_not_outside_hours() -> None:
    hours = WorkHours("07:30-11:30,13:00-17:00", reception={6: "07:30-11:30"})
    policy = Policy(outside_hours=OutsideHours.NEXT_OPENING)
    assert due("2026-10-03T10:00", "1 ngày làm việc", hours=hours, policy=policy).date() == date(2026, 10, 5)
    assert due("2026-10-03T12:00", "1 ngày làm việc", hours=hours, policy=policy).date() == date(2026, 10, 6)


def test_the_cut_off_may_be_a_setting_of_the_procedure() -> None:
    policy = Policy(cut_off=time(15), source=Citation(instrument="63/2024/NĐ-CP", article="7", clause="2"))
    assert due("2026-10-05T15:30", "5 ngày làm việc", policy=policy).date() == date(2026, 10, 13)
    assert due("2026-10-05T15:30", "4 giờ làm việc", policy=policy, hours=OFFICE) == at("2026-10-06T11:30")
    assert due("2026-10-03T15:30", "1 ngày làm việc", policy=policy).date() == date(2026, 10, 5)


def test_the_end_may_stay_on_a_day_off() -> None:
    deadline = compute_deadline(
        at("2026-02-12T09:00"), "5 ngày", calendar=CALENDAR, hours=OFFICE, policy=Policy(last_day_moves=False)
    )
    assert deadline.at == at("2026-02-17T00:00") + END


# --- pauses, transfer, extension

SUPPLEMENT = Pause(start=at("2026-03-03T09:00"), end=at("2026-03-06T09:00"))


def test_a_supplement_restarts_the_clock() -> None:
    """118/2025/NĐ-CP Art. 19(5), 61/2018/NĐ-CP Art. 19(4): counted again from the beginning."""
    deadline = compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[SUPPLEMENT])
    assert deadline.day == date(2026, 3, 13)
    assert "khoản 5 Điều 19 118/2025/NĐ-CP" in deadline.explain("vi")
    old = Pause(start=at("2024-03-05T09:00"), end=at("2024-03-08T09:00"))
    before = compute_deadline(at("2024-03-04T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[old])
    assert before.day == date(2024, 3, 15)
    assert "khoản 4 Điều 19 61/2018/NĐ-CP" in before.explain("vi")


@pytest.mark.parametrize("kind", [PauseKind.RESUME, PauseKind.EXCLUDED_STEP])
def test_a_pause_that_resumes_leaves_four_days(kind: PauseKind) -> None:
    pause = Pause(start=SUPPLEMENT.start, end=SUPPLEMENT.end, kind=kind, source=Citation(instrument="88/2024/NĐ-CP"))
    deadline = compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[pause])
    assert deadline.day == date(2026, 3, 12)
    assert "88/2024/NĐ-CP" in deadline.explain("en")
    by_policy = due("2026-03-02T09:00", "5 ngày làm việc", events=[SUPPLEMENT], policy=Policy(pause=kind))
    assert by_policy.date() == date(2026, 3, 12)


def test_a_linked_bundle_resumes_from_september_2026() -> None:
    """63/2024/NĐ-CP Art. 4(7) as amended by 301/2026/NĐ-CP; received before: the old rule, unless opted."""
    pause = Pause(start=at("2026-10-05T10:00"), end=at("2026-10-08T10:00"))
    bundle = Policy(linked_bundle=True)
    assert due("2026-10-02T09:00", "5 ngày làm việc", events=[pause], policy=bundle).date() == date(2026, 10, 14)
    earlier = Pause(start=at("2026-09-03T10:00"), end=at("2026-09-08T10:00"))
    assert due("2026-08-28T09:00", "5 ngày làm việc", events=[earlier], policy=bundle).date() == date(2026, 9, 15)
    opted = Policy(linked_bundle=True, ruled_on=date(2026, 9, 3))
    assert due("2026-08-28T09:00", "5 ngày làm việc", events=[earlier], policy=opted).date() == date(2026, 9, 14)


def test_pauses_of_other_units() -> None:
    pause = Pause(start=at("2026-03-03T09:00"), end=at("2026-03-06T09:00"), kind=PauseKind.RESUME)
    assert due("2026-03-02T09:00", "10 ngày", events=[pause]).date() == date(2026, 3, 16)  # 15/03 is a Sunday
    assert due(
        "2026-03-02T09:00",
        "24 giờ",
        events=[Pause(start=at("2026-03-02T10:00"), end=at("2026-03-04T10:00"), kind=PauseKind.RESUME)],
    ) == at("2026-03-05T09:00")
    assert due("2026-03-02T09:00", "16 giờ làm việc", hours=OFFICE, events=[pause]) == at("2026-03-09T09:00")
    assert due("2026-03-02T09:00", "01 tháng", events=[pause]).date() == date(2026, 4, 6)  # 05/04 is a Sunday
    # two pauses: one day gone before each
    second = Pause(start=at("2026-03-09T09:00"), end=at("2026-03-11T09:00"), kind=PauseKind.RESUME)
    assert due("2026-03-02T09:00", "5 ngày làm việc", events=[second, pause]).date() == date(2026, 3, 16)
    # on the very last day nothing is left: due on the day the clock goes on
    last = Pause(start=at("2026-03-09T09:00"), end=at("2026-03-12T09:00"), kind=PauseKind.RESUME)
    assert due("2026-03-02T09:00", "5 ngày làm việc", events=[last]).date() == date(2026, 3, 12)


def test_pauses_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="before it starts"):
        Pause(start=at("2026-03-06T09:00"), end=at("2026-03-03T09:00"))
    with pytest.raises(InvalidInput):
        Pause(start=datetime(2026, 3, 3), end=at("2026-03-06T09:00"))
    with pytest.raises(InvalidInput):
        Pause(start=SUPPLEMENT.start, end=SUPPLEMENT.end, kind="later")  # type: ignore[arg-type]
    for events in (
        [Pause(start=at("2026-02-27T09:00"), end=at("2026-03-03T09:00"))],
        [Pause(start=at("2026-04-27T09:00"), end=at("2026-04-28T09:00"))],
        [SUPPLEMENT, Pause(start=at("2026-03-05T09:00"), end=at("2026-03-09T09:00"))],
    ):
        with pytest.raises(InvalidInput):
            due("2026-03-02T09:00", "5 ngày làm việc", events=events)
    early = Pause(start=at("2015-03-03T09:00"), end=at("2015-03-06T09:00"))
    with pytest.raises(InvalidInput, match="kind"):
        due("2015-03-02T09:00", "5 ngày làm việc", events=[early])
    known = Pause(start=early.start, end=early.end, kind=PauseKind.RESTART)
    assert due("2015-03-02T09:00", "5 ngày làm việc", events=[known]).date() == date(2015, 3, 13)


NON_TERRITORIAL = Policy(non_territorial=True)


def test_non_territorial_dossiers_start_with_the_competent_body() -> None:
    """118/2025/NĐ-CP Art. 17(3) as amended by 309/2026/NĐ-CP: A4, from 05/08/2026; before, at the desk."""
    new = Transfer(at=at("2026-10-06T09:00"))
    deadline = compute_deadline(
        at("2026-10-05T09:00"), "5 ngày làm việc", calendar=CALENDAR, policy=NON_TERRITORIAL, events=[new]
    )
    assert deadline.day == date(2026, 10, 13)
    assert "309/2026" in repr(deadline.because)
    old = Transfer(at=at("2026-08-04T09:00"))
    assert due("2026-08-03T09:00", "5 ngày làm việc", policy=NON_TERRITORIAL, events=[old]).date() == date(2026, 8, 10)
    # an ordinary dossier has no such start
    assert due("2026-10-05T09:00", "5 ngày làm việc", events=[new]).date() == date(2026, 10, 12)


def test_a_non_territorial_dossier_needs_its_transfer() -> None:
    with pytest.raises(InvalidInput, match="Transfer"):
        due("2026-10-05T09:00", "5 ngày làm việc", policy=NON_TERRITORIAL)
    with pytest.raises(InvalidInput, match="before the receipt"):
        due("2026-10-05T09:00", "1 ngày", policy=NON_TERRITORIAL, events=[Transfer(at=at("2026-10-04T09:00"))])


EXTENSION = Extension(at=at("2026-03-12T08:00"), term=Term.parse("02 ngày làm việc"))


def test_one_extension_told_in_time() -> None:
    """118/2025/NĐ-CP Art. 19(6): due Fri 13/03, told Thu 12/03; both dates are kept."""
    deadline = compute_deadline(at("2026-03-06T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[EXTENSION])
    assert (deadline.first_due, deadline.day) == (date(2026, 3, 13), date(2026, 3, 17))
    assert not deadline.findings
    assert deadline.to_dict()["first_due"] == "2026-03-13"


def test_an_extension_told_on_the_last_day_is_a_violation() -> None:
    late = Extension(at=at("2026-03-13T08:00"), term=Term.parse("02 ngày làm việc"))
    deadline = compute_deadline(at("2026-03-06T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[late])
    assert [item.code for item in deadline.findings] == ["CAL-APOLOGY-LATE"]
    assert "CAL-APOLOGY-LATE" in deadline.explain("vi")


def test_a_second_extension_is_refused() -> None:
    with pytest.raises(InvalidInput, match="once"):
        due("2026-03-06T09:00", "5 ngày làm việc", events=[EXTENSION, EXTENSION])
    with pytest.raises(InvalidInput, match="decree"):
        due(
            "2015-03-06T09:00",
            "5 ngày làm việc",
            events=[Extension(at=at("2015-03-09T08:00"), term=Term.parse("1 ngày"))],
        )
    with pytest.raises(InvalidInput):
        Extension(at=at("2026-03-12T08:00"), term="2 ngày")  # type: ignore[arg-type]


# --- reasons

WALK = """\
Tiếp nhận: 09:00 Thứ Năm 12/02/2026. Thời hạn: 05 ngày làm việc.
- Thời hạn 05 ngày làm việc: ngày đầu tiên không tính. [khoản 2 Điều 147 91/2015/QH13]
  13/02/2026 Thứ Sáu: ngày làm việc thứ 1
  14/02/2026–15/02/2026 nghỉ: Nghỉ hằng tuần [Điều 1 188/1999/QĐ-TTg]
  16/02/2026–20/02/2026 nghỉ: Tết Nguyên đán [điểm b khoản 1 Điều 112 45/2019/QH14; 9441/TB-BNV]
  21/02/2026–22/02/2026 nghỉ: Nghỉ hằng tuần [Điều 1 188/1999/QĐ-TTg]
  23/02/2026 Thứ Hai: ngày làm việc thứ 2
  24/02/2026 Thứ Ba: ngày làm việc thứ 3
  25/02/2026 Thứ Tư: ngày làm việc thứ 4
  26/02/2026 Thứ Năm: ngày làm việc thứ 5
- Kết thúc lúc 24:00 ngày 26/02/2026. [khoản 6 Điều 148 91/2015/QH13]
Hạn: Thứ Năm 26/02/2026 (theo luật và thông báo đã công bố)."""


def test_the_explanation_walks_day_by_day_with_articles() -> None:
    deadline = compute_deadline(at("2026-02-12T09:00"), "5 ngày làm việc", calendar=CALENDAR)
    assert deadline.explain() == deadline.explain("vi") == WALK
    english = deadline.explain("en")
    assert "16/02/2026–20/02/2026 off: Lunar New Year (Tết)" in english and "Due: Thu 26/02/2026" in english


def test_the_explanation_of_each_kind_names_the_end() -> None:
    for received, term, hours, events, policy in [
        ("2026-03-02T09:00", "5 ngày làm việc", OFFICE, [SUPPLEMENT], Policy()),
        ("2026-03-02T09:00", "16 giờ làm việc", OFFICE, [], Policy()),
        ("2026-01-31T09:00", "01 tháng", None, [], Policy()),
        ("2026-01-08T09:00", "3 ngày làm việc", None, [], Policy()),
        ("2026-01-08T09:00", "3 ngày", None, [], Policy(count_first_day=True)),
        ("2026-10-05T15:30", f"trong ngày{CUT_OFF}", None, [], Policy()),
        ("2026-03-02T09:00", "2 giờ", None, [], Policy()),
    ]:
        deadline = compute_deadline(at(received), term, calendar=CALENDAR, hours=hours, events=events, policy=policy)
        for lang in ("vi", "en"):
            text = deadline.explain(lang)
            assert f"{deadline.day:%d/%m/%Y}" in text.splitlines()[-1]
            assert "{" not in text and "None" not in text


def test_a_worked_saturday_is_named_in_the_walk() -> None:
    text = compute_deadline(at("2026-01-08T09:00"), "3 ngày làm việc", calendar=CALENDAR).explain("vi")
    assert "10/01/2026 Thứ Bảy: ngày làm việc thứ 2 (Làm bù cho 02/01/2026) [12729/VPCP-KGVX]" in text


def test_a_restart_is_told_in_the_walk() -> None:
    text = compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=[SUPPLEMENT]).explain(
        "vi"
    )
    lines = text.splitlines()
    again = next(i for i, line in enumerate(lines) if "Tính lại từ đầu, sau ngày 06/03/2026" in line)
    assert any("ngày làm việc thứ 1" in line for line in lines[again:])


def test_what_is_skipped_and_how_sure_it_is() -> None:
    deadline = compute_deadline(at("2026-02-12T09:00"), "5 ngày làm việc", calendar=CALENDAR)
    tet = [item.day.day for item in deadline.skipped if item.kind is DayKind.TET]
    assert tet == [16, 17, 18, 19, 20]
    assert deadline.certainty is Certainty.NOTICE
    assert compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR).certainty is Certainty.STATUTE
    fixed = compute_deadline(at("2026-04-29T09:00"), "1 ngày làm việc", calendar=CALENDAR)
    assert fixed.certainty is Certainty.STATUTE and fixed.day == date(2026, 5, 4)
    hours = compute_deadline(at("2026-10-03T16:00"), "2 giờ", calendar=CALENDAR)
    assert hours.certainty is Certainty.STATUTE and not hours.skipped


def test_in_calendar_days_only_the_end_is_moved() -> None:
    """91/2015/QH13 Art. 148(5): Tết inside the term changes nothing, Tết at its end does."""
    inside = compute_deadline(at("2026-02-12T09:00"), "15 ngày", calendar=CALENDAR)
    assert (inside.day, inside.skipped, inside.certainty) == (date(2026, 2, 27), (), Certainty.STATUTE)
    assert "16/02/2026 Thứ Hai: ngày thứ 4 (Tết Nguyên đán)" in inside.explain("vi")
    ended = compute_deadline(at("2026-02-12T09:00"), "5 ngày", calendar=CALENDAR)
    assert [item.day.day for item in ended.skipped] == [17, 18, 19, 20, 21, 22]
    assert ended.certainty is Certainty.NOTICE
    wait = Pause(start=at("2026-02-13T09:00"), end=at("2026-02-16T09:00"), kind=PauseKind.RESUME)
    more = Extension(at=at("2026-02-19T09:00"), term=Term.parse("3 ngày"))
    later = compute_deadline(at("2026-02-12T09:00"), "5 ngày", calendar=CALENDAR, events=[wait, more])
    assert (later.first_due, later.day) == (date(2026, 2, 23), date(2026, 2, 26))
    assert [item.day.day for item in later.skipped] == [20, 21, 22]


def test_beyond_the_horizon_is_an_error_or_a_labelled_estimate() -> None:
    with pytest.raises(BeyondHorizon):
        due("2026-12-30T09:00", "5 ngày làm việc")
    projected = WorkCalendar.official(projected=True)
    deadline = compute_deadline(at("2026-12-30T09:00"), "5 ngày làm việc", calendar=projected)
    assert deadline.certainty is Certainty.PROJECTED
    assert "DỰ KIẾN" in deadline.explain("vi") and "PROJECTED" in deadline.explain("en")
    assert deadline.to_dict()["certainty"] == "projected"


def test_json_and_pickle() -> None:
    deadline = compute_deadline(
        at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR, hours=OFFICE, events=[SUPPLEMENT]
    )
    raw = json.loads(json.dumps(deadline.to_dict(), ensure_ascii=False))
    assert raw["day"] == "2026-03-13" and raw["at"] == "2026-03-13T17:00:00+07:00"
    assert raw["because"][0]["source"] == "khoản 2 Điều 147 91/2015/QH13"
    assert raw["because"][0]["evidence"] == "report"
    again = pickle.loads(pickle.dumps(deadline))
    assert again == deadline and again.explain("vi") == deadline.explain("vi")


def test_the_version_of_the_rules_is_that_of_the_receipt() -> None:
    old = compute_deadline(at("2016-12-30T09:00"), "10 ngày", calendar=CALENDAR)
    assert "33/2005/QH11" in old.explain("vi") and "91/2015/QH13" not in old.explain("vi")
    new = compute_deadline(at("2017-01-03T09:00"), "10 ngày", calendar=CALENDAR)
    assert "91/2015/QH13" in new.explain("vi")


def test_a_late_notice_moves_deadlines() -> None:
    """12729/VPCP-KGVX of 25/12/2025 makes 02/01/2026 a day off: due dates already printed change."""
    old = WorkCalendar.official(as_of=date(2025, 12, 24))
    promised = [
        compute_deadline(at(f"2025-12-{day:02}T09:00"), "5 ngày làm việc", calendar=old) for day in (15, 24, 26, 29, 30)
    ]
    moved = affected(old, CALENDAR, promised)
    assert [(item.old.day.isoformat(), item.new.day.isoformat()) for item in moved] == [
        ("2026-01-05", "2026-01-06"),
        ("2026-01-06", "2026-01-07"),
        ("2026-01-07", "2026-01-08"),
    ]
    assert affected(CALENDAR, CALENDAR, promised) == ()
    with pytest.raises(InvalidInput):
        affected(old, CALENDAR, ["2026-01-05"])  # type: ignore[list-item]


# --- bad input

BAD: list[Any] = [
    pytest.param({"received_at": datetime(2026, 2, 12, 9)}, id="naive"),
    pytest.param({"received_at": date(2026, 2, 12)}, id="a day"),
    pytest.param({"received_at": None}, id="None"),
    pytest.param({"term": 5}, id="a number"),
    pytest.param({"term": "5 mét"}, id="unknown unit"),
    pytest.param({"calendar": "2026"}, id="no calendar"),
    pytest.param({"hours": "07:30-11:30"}, id="no hours"),
    pytest.param({"policy": "strict"}, id="no policy"),
    pytest.param({"events": ["pause"]}, id="no event"),
    pytest.param({"term": "8 giờ làm việc"}, id="hours without shifts"),
    pytest.param({"term": "2,5 ngày"}, id="a fraction of calendar days"),
]


@pytest.mark.parametrize("wrong", BAD)
def test_bad_input_is_our_error(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"received_at": at("2026-02-12T09:00"), "term": "5 ngày làm việc", "calendar": CALENDAR}
    good.update(wrong)
    with pytest.raises(InvalidInput):
        compute_deadline(good.pop("received_at"), good.pop("term"), **good)


@pytest.mark.parametrize("term", ["100000 năm", "100000 tháng", "100000 ngày", "100000 tuần", "100000 ngày làm việc"])
def test_a_huge_term_is_refused_at_once(term: str) -> None:
    with pytest.raises(BeyondHorizon):
        due("2026-02-12T09:00", term)


def test_plain_hours_that_leave_the_calendar() -> None:
    with pytest.raises(InvalidInput):
        compute_deadline(datetime(9999, 12, 31, tzinfo=VIETNAM), "100000 giờ", calendar=CALENDAR)


@pytest.mark.parametrize("year", [1, 2006, 9999])
def test_a_receipt_outside_the_calendar(year: int) -> None:
    with pytest.raises((NotInForce, BeyondHorizon)):
        compute_deadline(datetime(year, 6, 1, tzinfo=VIETNAM), "1 ngày", calendar=CALENDAR)


@pytest.mark.parametrize(
    "settings",
    [
        {"outside_hours": "never"},
        {"pause": "later"},
        {"day_hours": 0},
        {"day_hours": True},
        {"day_hours": 25},
        {"day_hours": 7.5},
        {"cut_off": "15:00"},
        {"ruled_on": datetime(2026, 1, 1)},
    ],
)
def test_a_policy_checks_its_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Policy(**settings)


@settings(deadline=None)
@given(
    st.datetimes(datetime(2008, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC)),
    st.integers(1, 60),
    st.sampled_from(["ngày làm việc", "ngày", "giờ làm việc", "tuần"]),
)
def test_deadlines_lie_after_the_receipt_and_grow(received: datetime, amount: int, unit: str) -> None:
    first, second = (
        compute_deadline(received, f"{n} {unit}", calendar=CALENDAR, hours=OFFICE) for n in (amount, amount + 1)
    )
    assert received < first.at <= second.at
    assert CALENDAR.is_working(first.day)
    assert len(first.skipped) == sum(CALENDAR.day_off(item.day) is not None for item in first.skipped)


@pytest.mark.parametrize("events", [None, 5, ["pause"]])
def test_what_is_no_event_is_refused(events: Any) -> None:
    with pytest.raises(InvalidInput, match="is not a Pause") as caught:
        compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR, events=events)
    assert caught.value.path == "events"


def test_a_pause_that_still_lasts_has_no_deadline() -> None:
    open_end: Any = None
    with pytest.raises(InvalidInput, match="not ended yet"):
        Pause(start=at("2026-03-03T09:00"), end=open_end)


def test_an_explanation_has_two_languages() -> None:
    french: Any = "fr"
    found = compute_deadline(at("2026-03-02T09:00"), "5 ngày làm việc", calendar=CALENDAR)
    with pytest.raises(InvalidInput, match="language"):
        found.explain(french)


def test_a_term_of_ages_is_beyond_the_horizon_by_its_own_name() -> None:
    with pytest.raises(BeyondHorizon, match="100000 năm after 2026-03-02"):
        compute_deadline(at("2026-03-02T09:00"), "100000 năm", calendar=CALENDAR)


HALVES = [
    pytest.param("2026-03-02T09:00", "1,5 tháng", "2026-04-17", id="91/2015/QH13 Art. 146(1): a month and 15 days"),
    pytest.param("2026-03-02T09:00", "một tháng rưỡi", "2026-04-17", id="in words"),
    pytest.param("2025-01-31T09:00", "1,5 tháng", "2025-03-17", id="28/02, then 15 days: a Saturday, moved"),
    pytest.param("2024-08-29T09:00", "1,5 năm", "2026-03-02", id="91/2015/QH13 Art. 146(1): 18 months, 28/02 moved"),
    pytest.param("2026-03-02T09:00", "1,5 quý", "2026-07-17", id="four months and a half"),
]


@pytest.mark.parametrize(("received", "term", "day"), HALVES)
def test_a_half_has_a_length_in_the_civil_code(received: str, term: str, day: str) -> None:
    deadline = compute_deadline(at(received), term, calendar=CALENDAR)
    assert deadline.day.isoformat() == day
    assert "Nửa tháng là 15 ngày" in deadline.explain("vi")
    assert deadline.explain("vi").count("khoản 1 Điều 146 91/2015/QH13") == 1


@pytest.mark.parametrize("term", ["2,5 ngày", "1,5 tuần", "1,25 tháng", "0,3 năm"])
def test_other_parts_have_none(term: str) -> None:
    with pytest.raises(InvalidInput, match="term"):
        compute_deadline(at("2026-03-02T09:00"), term, calendar=CALENDAR)


RESUME = PauseKind.RESUME


def test_a_month_that_does_not_run_in_one_piece_is_thirty_days() -> None:
    """91/2015/QH13 Art. 146(1): 15/02 and five days, fifty-five of waiting, twenty-five days."""
    wait = Pause(start=at("2025-02-20T09:00"), end=at("2025-04-16T09:00"), kind=RESUME)
    deadline = compute_deadline(at("2025-02-15T09:00"), "01 tháng", calendar=CALENDAR, events=[wait])
    assert deadline.day == date(2025, 5, 12)  # the 25th day, 11/05, is a Sunday
    assert "một tháng là 30 ngày" in deadline.explain("vi")
    assert "91/2015/QH13" in deadline.explain("en")
    year = compute_deadline(at("2024-02-15T09:00"), "01 năm", calendar=CALENDAR, events=[
        Pause(start=at("2024-02-20T09:00"), end=at("2024-02-26T09:00"), kind=RESUME)
    ])  # fmt: skip
    assert year.day == date(2025, 2, 20)  # 365 days and six of waiting: 2024 is a leap year
    again = Pause(start=at("2025-04-20T09:00"), end=at("2025-04-21T09:00"), kind=PauseKind.RESTART)
    counted = compute_deadline(at("2025-02-15T09:00"), "01 tháng", calendar=CALENDAR, events=[wait, again])
    assert counted.day == date(2025, 5, 21)  # in one piece again


def test_a_wait_that_takes_no_day_moves_no_month() -> None:
    """A pause and its end on 01/03 leave two months from 15/02 where they were."""
    wait = Pause(start=at("2025-03-03T09:00"), end=at("2025-03-03T16:00"), kind=RESUME)
    plain, waited = (
        compute_deadline(at("2025-02-14T09:00"), "02 tháng", calendar=CALENDAR, events=events)
        for events in ([], [wait])
    )
    assert plain.day == waited.day == date(2025, 4, 14)
    assert "30 ngày" not in waited.explain("vi")


def test_a_pause_before_the_clock_starts_is_heard() -> None:
    """Received on a Friday night, taken as received on Monday: the desk wrote on Saturday, the answer came later."""
    policy = Policy(outside_hours=OutsideHours.NEXT_OPENING)

    def day(*waits: Pause) -> date:
        received, term = at("2026-03-06T20:00"), "3 ngày làm việc"
        return compute_deadline(received, term, calendar=CALENDAR, hours=OFFICE, policy=policy, events=waits).day

    def wait(end: str, kind: PauseKind) -> Pause:
        return Pause(start=at("2026-03-07T08:00"), end=at(end), kind=kind)

    without = day()
    assert without == date(2026, 3, 12)
    assert {day(wait("2026-03-08T08:00", kind)) for kind in PauseKind} == {without}  # over before the clock started
    assert {day(wait("2026-03-11T08:00", kind)) for kind in PauseKind} == {date(2026, 3, 16)}


def test_a_week_is_explained_in_days_not_in_working_days() -> None:
    explained = compute_deadline(at("2026-03-05T09:00"), "01 tuần", calendar=CALENDAR)
    assert "07/03/2026 Thứ Bảy: ngày thứ 2 (Nghỉ hằng tuần)" in explained.explain("vi")
    assert "working day" not in explained.explain("en").replace("next working day", "")
