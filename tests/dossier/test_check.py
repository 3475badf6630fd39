"""Checks of one dossier, and loading many: the good rows kept, the bad ones listed with the path of the field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from egov_vn.dossier import Dossier, Procedure, ProcedureCatalogue, ProcedureCode, check, load_dossiers
from egov_vn.errors import InvalidInput

SAMPLE = Path(__file__).parents[2] / "examples" / "ho-so-2.000815.json"
CATALOGUE = ProcedureCatalogue(
    [
        Procedure.from_dict(
            {
                "MATTHC": "2.000815",
                "TENTTHC": "Chứng thực",
                "CACHTHUCTHUCHIEN": [{"KENH": 1, "THOIGIAN": [{"THOIGIANGIAIQUYET": 1}]}],
            }
        )
    ]
)


def row(**changes: Any) -> dict[str, Any]:
    base = {
        "MaHoSo": "H13.12-260302-0001", "MaTTHC": "2.000815", "ChuHoSo": "X", "KenhThucHien": 1,
        "NgayTiepNhan": "20260302090000", "TrangThaiHoSo": 4,
    }  # fmt: skip
    return {**base, **changes}


def codes(**changes: Any) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in check(Dossier.from_dict(row(**changes)), catalogue=CATALOGUE)]


def step(kind: str, at: str, **more: Any) -> dict[str, Any]:
    return {"SuKien": kind, "ThoiDiemXuLy": at, "NguoiXuLy": "A", "NoiDungXuLy": "lý do", **more}


def test_the_sample_is_sound() -> None:
    assert check(Dossier.from_json(SAMPLE.read_bytes())) == ()
    assert codes() == []


def test_identifiers() -> None:
    assert codes(SoGiayToChuHoSo="092099000000") == []
    assert codes(SoGiayToChuHoSo="123456789") == []
    assert codes(SoGiayToChuHoSo="C1234567") == []
    assert codes(SoGiayToChuHoSo="003199001234") == [("DOS-IDENTITY", "SoGiayToChuHoSo")]
    assert codes(SoGiayToChuHoSo="không rõ") == [("DOS-IDENTITY", "SoGiayToChuHoSo")]
    assert codes(SoGiayToChuHoSo="0100047516", LoaiDoiTuong=2) == []
    assert codes(SoGiayToChuHoSo="0100233480", LoaiDoiTuong=2) == [("DOS-IDENTITY", "SoGiayToChuHoSo")]
    assert codes(SoGiayToChuHoSo="gì cũng được", LoaiDoiTuong=4) == []
    identities = [{"LoaiDinhDanh": 2, "SoDinhDanh": "123"}, {"LoaiDinhDanh": 4, "SoDinhDanh": "0100047516"}]
    assert codes(DinhDanhCHS=identities) == [("DOS-IDENTITY", "DinhDanhCHS[0].SoDinhDanh")]


def test_codes_digests_and_unknown_fields() -> None:
    assert codes(MaLinhVuc="hộ tịch") == [("DOS-CODE", "MaLinhVuc")]
    papers = [{"TenTepDinhKem": "x", "MaThanhPhanHoSo": "sai", "GiaTriBam": "sha256:00"}]
    assert codes(TaiLieuNop=papers) == [
        ("DOS-CODE", "TaiLieuNop[0].MaThanhPhanHoSo"),
        ("DOS-DIGEST", "TaiLieuNop[0].GiaTriBam"),
    ]
    assert codes(DanhSachGiayToKetQua=[{"TenGiayTo": "x", "MaGiayToKetQua": "sai", "A": 1}]) == [
        ("DOS-CODE", "DanhSachGiayToKetQua[0].MaGiayToKetQua"), ("DOS-UNKNOWN-FIELD", "DanhSachGiayToKetQua[0].A"),
    ]  # fmt: skip


def test_whose_code_and_which_day() -> None:
    assert codes(MaHoSo="H13.12-260303-0001") == [("DOS-CODE-DAY", "MaHoSo")]
    assert codes(MaHoSo="38.98.H29-260302-0001") == [("DOS-CODE-FORM", "MaHoSo")]
    assert codes(MaCoQuanGiaiQuyet="H13.12", MaCoQuanTiepNhan="H13.99") == []
    assert codes(MaCoQuanGiaiQuyet="H13.99", MaCoQuanTiepNhan="H13.12") == [("DOS-CODE-ISSUER", "MaHoSo")]
    old = {"MaHoSo": "000.00.12.H13-240304-0001", "NgayTiepNhan": "20240304090000"}
    assert codes(**old, MaCoQuanGiaiQuyet="H13.99", MaCoQuanTiepNhan="H13.12") == []
    assert codes(MaHoSo="000.00.12.H13-260302-0001") == [("DOS-CODE-REGIME", "MaHoSo")]
    assert codes(MaHoSo="G09.20-260302-000001") == []
    assert codes(MaHoSo="H13.12-170302-0001", NgayTiepNhan="20170302090000") == []


def test_history_against_the_record() -> None:
    accepted = step("TIEP_NHAN", "20260302090000")
    assert codes(LichSu=[accepted], TrangThaiHoSo=2) == []
    assert codes(LichSu=[accepted]) == [("DOS-RECORDED", "TrangThaiHoSo")]
    assert codes(LichSu=[step("TIEP_NHAN", "20260302080000")], TrangThaiHoSo=2) == [("DOS-RECORDED", "NgayTiepNhan")]
    assert codes(LichSu=[accepted], NgayTiepNhan="20140302090000", MaHoSo=None) == [("DOS-REGIME", "NgayTiepNhan")]


def test_procedures_are_looked_up() -> None:
    assert codes(MaTTHC="1.000001") == [("DOS-PROCEDURE", "MaTTHC")]
    assert codes(KenhThucHien=2) == [("DOS-PROCEDURE", "KenhThucHien")]
    assert check(Dossier(procedure=ProcedureCode.parse("1.000001"), applicant_name="X")) == ()


def test_many_rows() -> None:
    accepted = step("TIEP_NHAN", "20260302090000")
    backwards = [accepted, step("CHUYEN_XU_LY", "20260301090000")]
    twice = [
        accepted,
        step("YEU_CAU_BO_SUNG", "20260302100000"),
        step("BO_SUNG", "20260302110000"),
        step("YEU_CAU_BO_SUNG", "20260302120000"),
    ]
    lines: list[bytes | str] = [
        json.dumps(row()),
        b"",
        b"{not json",
        json.dumps(row(MaHoSo="H13.12-260230-0001")),
        json.dumps(row(MaHoSo="H13.12-260302-0002", DanhSachLePhi=[{"TenPhiLePhi": "x", "Gia": -5}])),
        json.dumps(row(MaHoSo="H13.12-260302-0003", MaTTHC="9.999999")),
        json.dumps(row(MaHoSo="H13.12-260302-0004", LichSu=backwards)),
        json.dumps(row(MaHoSo="H13.12-260302-0005", LichSu=[step("TRA_KET_QUA", "20260302090000")])),
        json.dumps(row()),
        '{"MaTTHC":"2.000815","ChuHoSo":"' + "x" * (17 * 1024 * 1024) + '"}',
        json.dumps(row(MaHoSo="H13.12-260302-0006", TrangThaiHoSo=5, LichSu=twice)),
        json.dumps(row(MaHoSo="H13.12-260302-0007")).encode("utf-16"),
    ]  # fmt: skip
    found = load_dossiers(lines, catalogue=CATALOGUE)
    assert [str(item.code) for item in found.dossiers] == ["H13.12-260302-0001", "H13.12-260302-0006"]
    assert [(fault.line, fault.path) for fault in found.faults] == [
        (3, ""), (4, "MaHoSo"), (5, "DanhSachLePhi[0].Gia"), (6, "MaTTHC"), (7, "LichSu[1].ThoiDiemXuLy"),
        (8, "LichSu[0]"), (9, "MaHoSo"), (10, ""), (12, ""),
    ]  # fmt: skip
    assert all(fault.message for fault in found.faults)
    assert [(line, remark.code) for line, remark in found.remarks] == [(11, "DOS-SUPPLEMENT-TWICE")]


def test_a_file_may_be_given_whole() -> None:
    line = json.dumps(row(), ensure_ascii=False)
    wholes: list[Any] = [f"\ufeff{line}\n", line.encode(), f"\ufeff{line}\r\n\r\n".encode(), [f"\ufeff{line}"]]
    for whole in wholes:
        found = load_dossiers(whole)
        assert (len(found.dossiers), found.faults) == (1, ())


def test_a_field_named_twice_is_a_fault() -> None:
    line = json.dumps(row())
    found = load_dossiers([line, line[:-1] + ', "ChuHoSo": "Người khác"}'])
    assert [(fault.line, fault.path, fault.message) for fault in found.faults] == [
        (2, "ChuHoSo", "the field is named twice"),
    ]


def test_what_is_no_line_is_listed_or_refused() -> None:
    lines: list[Any] = [json.dumps(row()), 5, None]
    found = load_dossiers(lines)
    assert (len(found.dossiers), [fault.line for fault in found.faults]) == (1, [2, 3])
    number: Any = 5
    with pytest.raises(InvalidInput):
        load_dossiers(number)
