"""The list of what is overdue: the officer, the days, and who is not on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from egov_vn.clock import VIETNAM
from egov_vn.dossier.facts import DossierFact, Flag, Level, fact_of, seconds
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.overdue import overdue_list

DUE = seconds(datetime(2026, 5, 5, 17, tzinfo=VIETNAM))
DAY = 86_400


def fact(**values: Any) -> DossierFact:
    base = DossierFact("x", "f", "a", "commune", 3, DUE - 5 * DAY, DUE, None)
    return base._replace(**values)


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


def test_the_officer_is_the_last_one_who_had_it_not_the_applicant_or_a_machine() -> None:
    history = [
        ("HE_THONG_TIEP_NHAN", "2026-05-04T07:50:00+07:00", "Hệ thống"),
        ("TIEP_NHAN", "2026-05-04T08:00:00+07:00", "CB01"),
        ("CHUYEN_XU_LY", "2026-05-04T09:00:00+07:00", "CB02"),
        ("YEU_CAU_BO_SUNG", "2026-05-05T09:00:00+07:00", "CB03"),
        ("BO_SUNG", "2026-05-06T09:00:00+07:00", "Nguyễn Văn Thử"),
        ("DONG_BO_GUI", "2026-05-06T09:01:00+07:00", "Trục liên thông"),
    ]
    events = [{"SuKien": kind, "ThoiDiemXuLy": at, "NguoiXuLy": actor} for kind, at, actor in history]
    made = Dossier.from_dict({"MaTTHC": "2.000815", "ChuHoSo": "Nguyễn Văn Thử", "LichSu": events})

    def officer(day: int, hour: int = 23) -> str:
        found = fact_of(made, level=Level.COMMUNE, as_of=datetime(2026, 5, day, hour, tzinfo=VIETNAM))
        assert found is not None
        return found.officer

    assert [officer(4, 8), officer(4), officer(5), officer(7)] == ["CB01", "CB02", "CB03", "CB03"]


def test_equal_days_are_listed_by_appointment_then_code() -> None:
    at = datetime(2026, 5, 12, 8, tzinfo=VIETNAM)
    facts = [fact(code="b"), fact(code="a"), fact(code="c", due=DUE - 3600), fact(code="d", due=DUE - DAY)]
    assert [item.code for item in overdue_list(facts, at=at)] == ["d", "c", "a", "b"]
    assert overdue_list(reversed(facts), at=at) == overdue_list(facts, at=at)
