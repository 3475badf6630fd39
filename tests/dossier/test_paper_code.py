"""The code of a paper: two parts, whoever owns it, and what keeps a result from carrying one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.agency import AgencyCode
from egov_vn.clock import VIETNAM
from egov_vn.dossier.codes import ComponentCode, ResultCode
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.paper_code import PaperCode, check_paper_codes, paper_code_rule, paper_codes
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language
from egov_vn.person import CitizenId, TaxCode

CITIZEN = "092199001234"
TYPE = ResultCode.parse("KQ.G15.000031")
NOW = datetime(2026, 5, 4, 8, tzinfo=VIETNAM)


def dossier(**more: Any) -> Dossier:
    result = {"TenGiayTo": "Giấy khai sinh", "MaGiayToKetQua": str(TYPE), "DuongDanTepTinKetQua": "/kq.pdf"}
    return Dossier.from_dict(
        {
            "MaTTHC": "1.001193",
            "ChuHoSo": "Nguyễn Văn Thử",
            "DinhDanhCHS": [{"LoaiDinhDanh": 1, "SoDinhDanh": CITIZEN}],
            "DanhSachGiayToKetQua": [result],
            **more,
        }
    )


@pytest.mark.parametrize(
    ("text", "owner", "kind"),
    [
        (f"{CITIZEN}-KQ.G15.000031", CitizenId(CITIZEN), TYPE),
        (f"{CITIZEN}.KQ.G15.000031", CitizenId(CITIZEN), TYPE),
        (f" {CITIZEN} KQ.G15.000031", CitizenId(CITIZEN), TYPE),
        ("0100047516/KQ.G12.000122", TaxCode("0100047516"), ResultCode.parse("KQ.G12.000122")),
        ("0314409058-002-KQ.G12.000122", TaxCode("0314409058-002"), ResultCode.parse("KQ.G12.000122")),
        ("H57.132.KQ.H57.000004", AgencyCode.parse("H57.132"), ResultCode.parse("KQ.H57.000004")),
        (f"{CITIZEN}-000.00.00.G09-GT002269", CitizenId(CITIZEN), ComponentCode.parse("000.00.00.G09-GT002269")),
    ],
)
def test_a_code_is_read_with_any_joint(text: str, owner: object, kind: object) -> None:
    found = PaperCode.parse(text)
    assert (found.owner, found.type) == (owner, kind)


@given(
    st.sampled_from(
        [CitizenId(CITIZEN), TaxCode("0314409058-002"), TaxCode("0100047516"), AgencyCode.parse("H57.132")]
    ),
    st.sampled_from([TYPE, ResultCode.parse("KQ.H21.1234567"), ComponentCode.parse("000.00.00.G09-KQ002269")]),
    st.sampled_from(["-", ".", "_", "/", " "]),
)
def test_what_is_written_is_read_back(owner: Any, kind: Any, joint: str) -> None:
    made = PaperCode(owner=owner, type=kind)
    doubtful = joint == "." and isinstance(owner, AgencyCode) and isinstance(kind, ComponentCode)
    if not doubtful:
        assert PaperCode.parse(made.render(joint)) == made
    assert PaperCode.parse(str(made)) == made


@pytest.mark.parametrize(
    "text",
    ["", CITIZEN, "KQ.G15.000031", f"{CITIZEN}KQ.G15.000031", f"{CITIZEN}-KQ.G15.31", "09219900123-KQ.G15.000031",
     "0100047517-KQ.G15.000031", f"{CITIZEN}-KQ.Z15.000031", "x" * 200, None, 7],
)  # fmt: skip
def test_what_is_no_code_is_refused(text: Any) -> None:
    with pytest.raises(InvalidInput):
        PaperCode.parse(text)


def test_a_code_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(InvalidInput, match="more than one way"):
        PaperCode.parse("H57.132.000.00.00.G09-KQ002269")


def test_parts_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(InvalidInput):
        PaperCode(owner=CITIZEN, type=TYPE)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        PaperCode(owner=CitizenId(CITIZEN), type=str(TYPE))  # type: ignore[arg-type]


def test_an_explanation_hides_the_middle_of_a_personal_number() -> None:
    code = PaperCode.parse(f"{CITIZEN}-{TYPE}")
    for lang in get_args(Language):
        text = code.explain(lang)
        assert CITIZEN not in text
        assert "000031" in text
        assert "118/2025" in text
    assert "0100047516" in PaperCode.parse("0100047516-KQ.G12.000122").explain()


def test_the_codes_of_a_dossier() -> None:
    assert [str(item) for item in paper_codes(dossier())] == [f"{CITIZEN}-{TYPE}"]
    company = dossier(DinhDanhCHS=[], SoGiayToChuHoSo="0100 047 516", LoaiDoiTuong=2)
    assert [str(item) for item in paper_codes(company)] == [f"0100047516-{TYPE}"]
    agency = dossier(DinhDanhCHS=[], MaDinhDanhChuHoSo="H57.132")
    assert [str(item) for item in paper_codes(agency)] == [f"H57.132-{TYPE}"]
    with pytest.raises(InvalidInput):
        paper_codes(dossier(DinhDanhCHS=[{"LoaiDinhDanh": 2, "SoDinhDanh": "012345678"}]))


def result(**more: Any) -> list[dict[str, Any]]:
    return [{"TenGiayTo": "Kết quả", **more}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"DanhSachGiayToKetQua": result(MaGiayToKetQua=str(TYPE))}, None),
        ({"DanhSachGiayToKetQua": result(DuongDanTepTinKetQua="/a")}, "thiếu mã loại kết quả"),
        ({"DanhSachGiayToKetQua": result(DuongDanTepTinKetQua="/a", MaGiayToKetQua="KQ1")}, "không đúng dạng"),
        ({"DinhDanhCHS": []}, "mã định danh"),
    ],
)
def test_what_keeps_a_result_from_its_code_is_told(change: dict[str, Any], words: str | None) -> None:
    found = check_paper_codes(dossier(**change), NOW)
    assert len(found) == (words is not None)
    for item in found:
        assert words in item.text.vi  # type: ignore[operator]
        assert item.where == "results[0]"
        assert str(item.source) == "khoản 4 Điều 22 118/2025/NĐ-CP"


def test_nothing_is_demanded_before_the_decree() -> None:
    bare = dossier(DinhDanhCHS=[])
    assert check_paper_codes(bare, datetime(2025, 6, 30, 23, 59, tzinfo=VIETNAM)) == ()
    assert len(check_paper_codes(bare, datetime(2025, 7, 1, tzinfo=VIETNAM))) == 1
    old = dossier(
        DinhDanhCHS=[], DanhSachGiayToKetQua=result(DuongDanTepTinKetQua="/a", NgayBanHanh="2025-06-30T17:00:00+07:00")
    )
    assert check_paper_codes(old, NOW) == ()
    assert [item.evidence.value for item in paper_code_rule().versions] == ["text"]
    with pytest.raises(InvalidInput):
        check_paper_codes(bare, datetime(2026, 1, 1))
