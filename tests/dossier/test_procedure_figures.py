"""Figures for the indicators from the records of procedures."""

from __future__ import annotations

from datetime import date
from typing import Any
from unicodedata import normalize

import pytest

from egov_vn.dossier.indicator_inputs import IndicatorInputs
from egov_vn.dossier.indicators import IndicatorTally
from egov_vn.dossier.periods import Period
from egov_vn.dossier.procedure import Procedure
from egov_vn.dossier.procedure_figures import procedure_figures
from egov_vn.errors import InvalidInput

ON = date(2026, 5, 14)
FULL: dict[str, Any] = {
    "MATTHC": "2.000815",
    "TENTTHC": "Chứng thực bản sao từ bản chính",
    "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp"}]}],
    "CACHTHUCTHUCHIEN": [{"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": 5, "DONVITINH": "Ngày làm việc"}]}],
    "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": []}],
    "MOTADOITUONGTHUCHIEN": "Doanh nghiệp",
    "COQUANTHUCHIEN": [{"MADONVI": "H13", "TENDONVI": "UBND cấp xã"}],
}


def procedure(number: int, **changes: Any) -> Procedure:
    return Procedure.from_dict({**FULL, "MATTHC": f"2.{number:06d}", **changes})


def way(channel: str, *fees: int) -> dict[str, Any]:
    term = {"THOIGIANGIAIQUYET": 5, "DONVITINH": "Ngày", "PHILEPHI": [{"SOTIEN": fee} for fee in fees]}
    return {"KENH": channel, "THOIGIAN": [term]}


RECORDS = (
    procedure(1),
    procedure(2, COQUANTHUCHIEN=[]),
    procedure(3, MOTADOITUONGTHUCHIEN="Công dân Việt Nam, Doanh nghiệp"),
    procedure(4, MOTADOITUONGTHUCHIEN=normalize("NFD", "người nước ngoài"), CACHTHUCTHUCHIEN=[way("2", 0)]),
    procedure(5, CACHTHUCTHUCHIEN=[way("1", 0, 2000), way("2", 0)]),
    procedure(6, HIEULUCDEN="2026-05-14"),
    procedure(7, PHIENBAN="1", HIEULUCDEN="2026-01-01", CACHTHUCTHUCHIEN=[way("2", 5)]),
    procedure(7, PHIENBAN="2", HIEULUCTU="2026-01-01"),
)


def test_each_procedure_counts_once_in_its_version_of_the_day() -> None:
    found = procedure_figures(RECORDS, on=ON, source="CSDLQG")
    assert {name: item.value for name, item in found.items()} == {
        "posted_procedures": 6,
        "complete_procedures": 5,
        "procedures": 6,
        "online_procedures": 2,
        "fee_procedures": 1,
        "citizen_procedures": 2,
    }
    earlier = procedure_figures(RECORDS, on=date(2025, 12, 31), source="CSDLQG")
    assert earlier["online_procedures"].value == 3
    assert earlier["posted_procedures"].value == 7


def test_the_figures_fill_the_indicators() -> None:
    inputs = IndicatorInputs(**procedure_figures(RECORDS, on=ON, source="CSDLQG"))
    found = {item.key: item for item in IndicatorTally(Period.month(2026, 5)).results(inputs)}
    assert str(found["1.3"].value) == "83.33"
    assert str(found["3.1"].value) == "33.33"


def test_nothing_is_counted_without_records_or_a_day() -> None:
    assert {item.value for item in procedure_figures((), on=ON, source="x").values()} == {0}
    with pytest.raises(InvalidInput):
        procedure_figures((), on="2026-05-14", source="x")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        procedure_figures((), on=ON, source="")
