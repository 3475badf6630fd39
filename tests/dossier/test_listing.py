"""Plain lists: overdue dossiers, indicators and differences in every format."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier.indicator_score import national_score
from egov_vn.dossier.indicators import IndicatorTally
from egov_vn.dossier.listing import Listing, indicator_listing, overdue_listing, reconciliation_listing
from egov_vn.dossier.overdue import overdue_list
from egov_vn.dossier.periods import Period
from egov_vn.dossier.reconcile import reconcile
from egov_vn.law import Evidence
from egov_vn.testing.dossiers import province_year
from egov_vn.testing.register_lists import planted_lists

AT = datetime(2026, 6, 1, 8, tzinfo=VIETNAM)
FACTS = tuple(province_year(seed=6, count=1_500))


def lists(lang: str) -> list[Listing]:
    planted = planted_lists(seed=1, count=400, faults=1)
    return [
        overdue_listing(overdue_list(FACTS, at=AT), lang),  # type: ignore[arg-type]
        indicator_listing(IndicatorTally(Period.month(2026, 5)).add(FACTS).results(), lang),  # type: ignore[arg-type]
        reconciliation_listing(reconcile(planted.paper, planted.electronic), lang),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_format_has_every_row(lang: str) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    for item in lists(lang):
        assert item.rows
        assert len(list(csv.reader(io.StringIO(item.to_csv().decode("utf-8-sig"))))) == len(item.rows) + 1
        assert len(json.loads(item.to_json())) == len(item.rows)
        assert item.to_html(lang).count("<tr>") == len(item.rows) + 1  # type: ignore[arg-type]
        sheet = openpyxl.load_workbook(io.BytesIO(item.to_xlsx(at=AT))).active
        assert sheet.max_row == len(item.rows) + 2
        assert item.to_xlsx(at=AT) == item.to_xlsx(at=AT)


def test_the_overdue_list_says_who_and_how_long() -> None:
    found = overdue_list(FACTS, at=AT)
    listing = overdue_listing(found)
    row = dict(zip(listing.head, listing.rows[0], strict=True))
    assert row["Cán bộ"] == found[0].officer
    assert row["Số ngày quá hạn"] == found[0].days


def test_the_indicators_speak_to_their_reader() -> None:
    period = Period.month(2026, 5)
    found = IndicatorTally(period).add(FACTS).results()
    total = national_score(found)
    vi = indicator_listing(found, "vi", period=period, total=total)
    en = indicator_listing(found, "en", period=period, total=total)
    assert (len(vi.rows), len(indicator_listing(found).rows)) == (len(found) + 1, len(found))
    assert vi.title.endswith(period.label("vi"))
    for index, item in enumerate(found):
        assert item.value is None or vi.rows[index][2] == item.shown("vi")
        assert "." not in str(vi.rows[index][2])
        assert "(report)" not in str(vi.rows[index][8])
    own, theirs = (next(row for row in made.rows if row[0] == "2.2") for made in (vi, en))
    days = next(item for item in found if item.key == "2.2")
    assert own[2] == f"{days.value}".replace(".", ",") + " ngày"
    assert abs(float(theirs[3]) / theirs[4] - float(days.value or 0)) < 0.01
    assert vi.rows[-1][1] == "Tổng điểm"
    assert en.rows[-1][5] == f"{total.lowest} … {total.highest}"
    assert "chưa đối chiếu" in vi.rows[-1][7]


def test_every_evidence_has_its_word() -> None:
    assert len({item.label(lang) for item in Evidence for lang in ("vi", "en")}) == 2 * len(Evidence)


def test_text_stays_text() -> None:
    listing = Listing(title="<x>", head=("a",), rows=(("=1+1",), ("<b>",), (None,)))
    assert b"'=1+1" in listing.to_csv()
    assert "<b>" not in listing.to_html().split("<tbody>")[1]
    assert "&lt;x&gt;" in listing.to_html()
