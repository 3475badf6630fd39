"""Procedures: cases, channels, terms, fees, versions, and the constituent parts of NĐ 63/2010 Art. 8(2)."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

import pytest

from egov_vn.calendar import Term
from egov_vn.clock import VIETNAM
from egov_vn.dossier import Channel, Dossier, Procedure, ProcedureCatalogue, ProcedureCode
from egov_vn.errors import InvalidInput, NotInForce

WIRE: dict[str, Any] = {
    "MATTHC": "2.000815",
    "TENTTHC": "Chứng thực bản sao từ bản chính",
    "PHIENBAN": "QĐ 1/2025",
    "HIEULUCTU": "2025-07-01",
    "LINHVUCTHUCHIEN": [{"MALINHVUC": "G15-CT01", "TENLINHVUC": "Chứng thực"}],
    "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp"}]}],
    "CACHTHUCTHUCHIEN": [
        {
            "KENH": "1",
            "THOIGIAN": [
                {
                    "THOIGIANGIAIQUYET": 5,
                    "DONVITINH": "Ngày làm việc",
                    "PHILEPHI": [{"SOTIEN": "2000", "DONVI": "Đồng"}],
                },
                {"THOIGIANGIAIQUYET": "2,5", "DONVITINH": "Ngày làm việc", "TRUONGHOP": "phức tạp"},
            ],
        },
        {"KENH": "2", "THOIGIAN": [{"THOIGIANGIAIQUYET": "02", "DONVITINH": "Giờ"}]},
        {"KENH": "3", "THOIGIAN": [{"THOIGIANGIAIQUYET": "", "DONVITINH": "Ngày", "MOTA": "ngay trong ngày"}]},
    ],
    "THANHPHANHOSO": [
        {"TRUONGHOP": "thường", "GIAYTO": [{"MAGIAYTO": "x", "TENMAUDON": "", "URL": ""}]},
        {"TRUONGHOP": "phức tạp", "GIAYTO": []},
    ],
    "MOTADOITUONGTHUCHIEN": "Công dân Việt Nam",
    "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.G15.000001", "TENKETQUA": "Bản sao"}],
    "CANCUPHAPLY": [{"SOVANBAN": "23/2015/NĐ-CP", "TENVANBAN": "Chứng thực"}],
    "COQUANTHUCHIEN": [{"MADONVI": "H13", "TENDONVI": "UBND cấp xã"}],
}


def read(**changes: Any) -> Procedure:
    return Procedure.from_json(json.dumps({**WIRE, **changes}))


def test_term_and_fee_hang_on_case_and_channel() -> None:
    item = read()
    assert item.channels() == (Channel.DIRECT, Channel.ONLINE, Channel.POST)
    assert item.term() == Term.parse("5 ngày làm việc")
    assert item.term(case="phức tạp") == Term.parse("2,5 ngày làm việc")
    assert item.term(Channel.ONLINE) == Term.parse("2 giờ")
    assert item.term(Channel.POST) is None
    assert item.term(Channel.ONLINE, "phức tạp") == Term.parse("2 giờ")
    assert item.term(case="thường") == Term.parse("5 ngày làm việc")
    assert [fee.amount for fee in item.fees()] == [2000]
    assert item.fees(Channel.POST) == ()
    assert item.papers()[0].code == "x"
    assert item.papers("phức tạp") == ()
    assert item.policy().cut_off is None
    assert read(GIOTINHSANGNGAYSAU="15:00").policy().cut_off == time(15)


def test_what_is_not_offered_is_refused() -> None:
    post_only = read(CACHTHUCTHUCHIEN=[{"KENH": 3, "THOIGIAN": [{"THOIGIANGIAIQUYET": 1, "TRUONGHOP": "a"}]}])
    for call in (
        lambda: post_only.term(Channel.DIRECT),
        lambda: post_only.term(Channel.POST, "b"),
        lambda: read().papers("không có"),
        lambda: read(THANHPHANHOSO=[]).papers(),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.path
    assert read(CACHTHUCTHUCHIEN=[{"KENH": 3}]).term(Channel.POST) is None


def test_it_is_written_back() -> None:
    item = read(TRUONGLA=1)
    assert item.unknown == ("TRUONGLA",)
    assert Procedure.from_json(item.to_json()) == item


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"MATTHC": "x"}, "MATTHC"),
        ({"CACHTHUCTHUCHIEN": [{"KENH": 7}]}, "CACHTHUCTHUCHIEN[0].KENH"),
        (
            {"CACHTHUCTHUCHIEN": [{"KENH": 1, "THOIGIAN": [{"PHILEPHI": [{"SOTIEN": -1}]}]}]},
            "CACHTHUCTHUCHIEN[0].THOIGIAN[0].PHILEPHI[0].SOTIEN",
        ),
        (
            {"CACHTHUCTHUCHIEN": [{"KENH": 1, "THOIGIAN": [{"THOIGIANGIAIQUYET": True}]}]},
            "CACHTHUCTHUCHIEN[0].THOIGIAN[0].THOIGIANGIAIQUYET",
        ),
        ({"HIEULUCTU": "2025-02-30"}, "HIEULUCTU"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_fault_names_its_field(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(**changes)
    assert caught.value.path == path


def test_constituent_parts() -> None:
    assert read().missing_parts() == ()
    bare = Procedure(code=ProcedureCode.parse("2.000815"), name=" ")
    found = bare.missing_parts()
    assert [one.text("en")[-40:].split(": ")[-1] for one in found] == [
        "name", "steps", "ways of filing", "components and number of sets", "term", "who may apply",
        "agency that settles",
    ]  # fmt: skip
    assert str(found[0].source) == "khoản 2 Điều 8 63/2010/NĐ-CP"
    assert "term" not in {one.text("en") for one in read(TRAKETQUANGAY=True, CACHTHUCTHUCHIEN=[]).missing_parts()}


OLD = read(PHIENBAN="QĐ 9/2020", HIEULUCTU="2020-01-01", HIEULUCDEN="2025-07-01")
CATALOGUE = ProcedureCatalogue([read(), OLD])


def dossier(**fields: Any) -> Dossier:
    return Dossier(procedure=ProcedureCode.parse("2.000815.000.00.00.H13"), applicant_name="X", **fields)


def test_a_dossier_keeps_its_version() -> None:
    received = datetime(2025, 6, 30, 9, tzinfo=VIETNAM)
    assert len(CATALOGUE) == len(list(CATALOGUE)) == 2
    assert CATALOGUE.of(dossier(received_at=received)).version == "QĐ 9/2020"
    assert CATALOGUE.of(dossier(received_at=received, procedure_version="QĐ 1/2025")).version == "QĐ 1/2025"
    assert CATALOGUE.of(dossier(submitted_at=datetime(2025, 7, 1, 0, tzinfo=VIETNAM))).version == "QĐ 1/2025"
    assert CATALOGUE.on("2.000815", date(2025, 6, 30)).version == "QĐ 9/2020"
    assert [item.version for item in CATALOGUE.versions(ProcedureCode.parse("2.000815"))] == ["QĐ 9/2020", "QĐ 1/2025"]


def test_unknown_procedures_and_versions() -> None:
    with pytest.raises(InvalidInput, match="not a known procedure"):
        CATALOGUE.on("1.000001", date(2026, 1, 2))
    with pytest.raises(NotInForce):
        CATALOGUE.on("2.000815", date(2019, 12, 31))
    with pytest.raises(InvalidInput) as caught:
        CATALOGUE.of(dossier(procedure_version="x"))
    assert caught.value.path == "PhienBanTTHC"
    with pytest.raises(InvalidInput):
        CATALOGUE.of(dossier())
    with pytest.raises(InvalidInput):
        ProcedureCatalogue([OLD, OLD])
