"""Messages of the portal as an examiner would send them: every state, every list, nothing lost on the way."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    BUNDLE_REGIMES,
    REGIMES,
    ApplicantKind,
    Dossier,
    DossierCode,
    PortalAdapter,
    ProcedureCode,
    State,
    check_status_sequence,
)
from egov_vn.errors import InvalidInput

CODE = DossierCode.parse("H57.132-260804-0583")
FIELDS: dict[str, Any] = {"MaTTHC": "2.000815", "ChuHoSo": "A", "MaHoSo": str(CODE), "TrangThaiHoSo": 4}


def dossier(**more: Any) -> Dossier:
    given: dict[str, Any] = {"status": 2, "code": CODE, **more}
    return Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="Nguyễn Văn Thử", **given)


def message(**fields: Any) -> bytes:
    return json.dumps({"service": "DongBoHoSoMC", "isUpdating": "False", "data": [{**FIELDS, **fields}]}).encode()


@pytest.mark.parametrize("key", ["national_2020", "home_affairs_2026"])
@pytest.mark.parametrize("status", range(1, 11))
def test_every_state_goes_and_comes_back(key: str, status: int) -> None:
    adapter = PortalAdapter.of(key)
    sent = dossier(status=status, received_at=datetime(2026, 8, 4, 9, tzinfo=VIETNAM))
    assert adapter.read(adapter.write_dossiers([sent])).dossiers == (sent,)


@pytest.mark.parametrize("key", ["national_2020", "home_affairs_2026"])
@pytest.mark.parametrize("kind", list(ApplicantKind))
def test_a_kind_of_applicant_is_told_or_refused_never_changed(key: str, kind: ApplicantKind) -> None:
    """`LoaiDoiTuong` contradicts itself between systems: 1 is a citizen here and an enterprise there."""
    adapter, sent = PortalAdapter.of(key), dossier(applicant_kind=kind)
    if kind in adapter.applicant_kinds.values():
        assert adapter.read(adapter.write_dossiers([sent])).dossiers == (sent,)
        return
    with pytest.raises(InvalidInput) as caught:
        adapter.write_dossiers([sent])
    assert caught.value.path == "data[0].LoaiDoiTuong"


def test_unknown_fields_go_through_at_every_depth_empty_ones_too() -> None:
    adapter = PortalAdapter.of("national_2020")
    extra = {"Moi": {"x": [1, None]}, "Rong": "", "KhongCo": None}
    paper = {"TenTepDinhKem": "đơn.pdf", "La": None, "MaMoi": ""}
    got = adapter.read(message(**extra, TaiLieuNop=[paper])).dossiers[0]
    assert set(got.unknown_fields()) == {"Moi", "Rong", "KhongCo", "TaiLieuNop[0].La", "TaiLieuNop[0].MaMoi"}
    again = json.loads(adapter.write_dossiers([got]))["data"][0]
    assert {name: again[name] for name in extra} == extra
    assert (again["TaiLieuNop"][0]["La"], again["TaiLieuNop"][0]["MaMoi"]) == (None, "")
    assert adapter.read(adapter.write_dossiers([got])).dossiers == (got,)


def test_an_empty_day_is_none() -> None:
    """Systems write `""` where they have no day, in the lists too."""
    supplement = {"NgayBoSung": "20260805080000", "NgayTiepNhanBoSung": "", "NgayHenTraMoi": ""}
    got = PortalAdapter.of("national_2020").read(message(NgayTra="", DanhSachHoSoBoSung=[supplement])).dossiers[0]
    assert (got.returned_at, got.supplements[0].completed_at, got.supplements[0].due_after) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"TrangThaiHoSo": "11"}, "data[0].TrangThaiHoSo"),
        ({"TrangThaiHoSo": ""}, "data[0].TrangThaiHoSo"),
        ({"LoaiDoiTuong": 9}, "data[0].LoaiDoiTuong"),
        ({"NgayTiepNhan": "20260231000000"}, "data[0].NgayTiepNhan"),
        ({"MaHoSo": "h57.132-260804-0583"}, "data[0].MaHoSo"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "x", "Gia": -1}]}, "data[0].DanhSachLePhi[0].Gia"),
    ],
)
def test_a_faulty_field_is_named(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        PortalAdapter.of("national_2020").read(message(**fields))
    assert caught.value.path == path


@pytest.mark.parametrize(("missing", "path"), [("code", "data[1].MaHoSo"), ("status", "data[1].TrangThaiHoSo")])
def test_what_cannot_be_told_is_named(missing: str, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        PortalAdapter.of("national_2020").write_dossiers([dossier(), dossier(**{missing: None})])
    assert caught.value.path == path


@pytest.mark.parametrize("regime", (*REGIMES, *BUNDLE_REGIMES), ids=lambda regime: regime.key)
def test_every_step_of_a_life_is_a_step_of_the_portal(regime: Any) -> None:
    """The default table of portal states knows every edge of every regime but those that never reach the portal."""
    for (state, kind), edge in regime.transitions.items():
        target = edge.target or state
        if state is not State.NEW and state.code != target.code:
            found = check_status_sequence([state.code, target.code])
            assert not [item for item in found if item.where == "[1]"], (state, kind, target)
