"""Portal messages: written, read back, and refused with the path of the faulty field."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    BUNDLE_REGIMES,
    REGIMES,
    ApplicantKind,
    Attachment,
    Component,
    Dossier,
    DossierCode,
    Event,
    EventKind,
    Fee,
    PortalAdapter,
    ProcedureCode,
    Progress,
    Result,
    State,
    Supplement,
    check_status_sequence,
    portal_status,
    progress_of,
)
from egov_vn.errors import IllegalTransition, InvalidInput

NATIONAL = PortalAdapter.of("national_2020")
HOME_AFFAIRS = PortalAdapter.of("home_affairs_2026")
AT = datetime(2026, 3, 2, 9, tzinfo=VIETNAM)


def dossier(**fields: Any) -> Dossier:
    base: dict[str, Any] = {
        "procedure": ProcedureCode.parse("2.000815"),
        "applicant_name": "X",
        "code": DossierCode.issue("000.00.00.H13", AT.date(), 1),
        "status": 4,
        "received_at": AT,
    }
    return Dossier(**{**base, **fields})


FULL = dossier(
    due_at=AT + timedelta(days=7),
    components=(Component(name="Giấy khai sinh", code="000.00.00.G15-KQ000031", file_id="7"),),
    attachments=(Attachment(name="Ảnh", location="https://example.vn/1"),),
    fees=(Fee(name="Phí", price=2000),),
    supplements=(
        Supplement(
            requested_at=AT + timedelta(days=1), content="thiếu", completed_at=AT + timedelta(days=2),
            fees=(Fee(name="Phí bổ sung", price=0),), due_before=AT + timedelta(days=7),
            due_after=AT + timedelta(days=9),
        ),
    ),
    results=(Result(name="Bản sao", type_code="KQ.G15.000031", issued_at=AT + timedelta(days=3)),),
)  # fmt: skip


@pytest.mark.parametrize("adapter", [NATIONAL, HOME_AFFAIRS], ids=lambda adapter: adapter.key)
def test_a_dossier_goes_there_and_back(adapter: PortalAdapter) -> None:
    message = adapter.read(adapter.write_dossiers([FULL, dossier(status=10)], updating=True))
    assert (message.service, message.updating) == ("DongBoHoSoMC", True)
    assert message.dossiers == (FULL, dossier(status=10))


def test_the_wire_is_the_portal_s() -> None:
    raw = json.loads(NATIONAL.write_dossiers([FULL]))
    row = raw["data"][0]
    assert (raw["service"], raw["isUpdating"]) == ("DongBoHoSoMC", "False")
    assert (row["NgayTiepNhan"], row["LoaiDoiTuong"], row["TrangThaiHoSo"]) == ("20260302090000", "1", 4)
    assert row["DanhSachHoSoBoSung"][0]["NgayHenTraMoi"] == "20260311090000"
    assert "LichSu" not in row
    assert json.loads(HOME_AFFAIRS.write_dossiers([FULL]))["data"][0]["NgayTiepNhan"] == "2026-03-02T09:00:00+07:00"


def test_code_lists_that_contradict_each_other_are_settings() -> None:
    household = dossier(applicant_kind=ApplicantKind.HOUSEHOLD)
    assert json.loads(HOME_AFFAIRS.write_dossiers([household]))["data"][0]["LoaiDoiTuong"] == "2"
    with pytest.raises(InvalidInput) as caught:
        NATIONAL.write_dossiers([FULL, household])
    assert caught.value.path == "data[1].LoaiDoiTuong"
    own = PortalAdapter(key="tỉnh A", applicant_kinds={"CN": ApplicantKind.PERSON}, own_fields=True)
    item = dossier(events=(Event(kind=EventKind.ACCEPT, at=AT, actor="A"),))
    assert own.read(own.write_dossiers([item])).dossiers == (item,)
    with pytest.raises(InvalidInput):
        PortalAdapter(key="x", applicant_kinds={"1": ApplicantKind.PERSON, "2": ApplicantKind.PERSON})
    with pytest.raises(InvalidInput):
        PortalAdapter.of("x")


ROW = {
    "MaHoSo": "000.00.00.H13-260302-0001",
    "MaTTHC": "2.000815",
    "ChuHoSo": "X",
    "TrangThaiHoSo": "2",
    "LoaiDoiTuong": "1",
}


def wrap(*rows: Any, **more: Any) -> str:
    return json.dumps({"service": "DongBoHoSoMC", "isUpdating": "False", "data": rows, **more})


def test_others_messages_are_read_leniently() -> None:
    row = {**ROW, "NgayTra": "", "Email": None, "TrangThaiHoSo": 10, "TruongMoi": "x"}
    item = NATIONAL.read(wrap(row)).dossiers[0]
    assert (item.status, item.returned_at, item.unknown_fields()) == (10, None, ("TruongMoi",))


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("{", ""), ("[]", "data"), ('{"data": 1}', "data"), (wrap(1), "data[0]"), (wrap(ROW, service="x"), "service"),
        (wrap(ROW, isUpdating="vâng"), "isUpdating"),
        (wrap(ROW, {**ROW, "TrangThaiHoSo": ""}), "data[1].TrangThaiHoSo"),
        (wrap({**ROW, "TrangThaiHoSo": 11}), "data[0].TrangThaiHoSo"),
        (wrap({**ROW, "LoaiDoiTuong": "9"}), "data[0].LoaiDoiTuong"),
        (wrap({**ROW, "NgayTiepNhan": "20260230000000"}), "data[0].NgayTiepNhan"),
        (wrap({**ROW, "DanhSachLePhi": [{"TenPhiLePhi": "x", "Gia": -1}]}), "data[0].DanhSachLePhi[0].Gia"),
        (wrap({"MaHoSo": ROW["MaHoSo"]}, service="CapNhatTienDoHoSoMC"), "data[0].NguoiXuLy"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(message: str, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        NATIONAL.read(message)
    assert caught.value.path == path


def test_a_message_has_a_largest_size() -> None:
    with pytest.raises(InvalidInput, match="exceed"):
        NATIONAL.read(b" " * (64 * 1024 * 1024 + 1))


def test_what_cannot_be_told() -> None:
    for item in (dossier(status=None), dossier(code=None)):
        with pytest.raises(InvalidInput):
            NATIONAL.write_dossiers([item])


def test_progress_follows_the_history() -> None:
    kinds = ("ACCEPT", "NOTE", "FORWARD", "SYNC_SEND", "REQUEST_SUPPLEMENT", "SUPPLEMENT", "SETTLE", "RETURN_RESULT")
    events = [
        Event(
            kind=EventKind[kind],
            at=AT + timedelta(hours=n),
            actor="Cán bộ A",
            reason="lý do",
            unit="Phòng X",
            title="CV",
        )
        for n, kind in enumerate(kinds)
    ]
    steps = progress_of(dossier(events=tuple(events)))
    assert [step.status for step in steps] == [2, 4, 5, 4, 9, 10]
    assert check_status_sequence(step.status for step in steps) == ()
    message = NATIONAL.read(NATIONAL.write_progress(steps))
    assert message.progress == steps
    with pytest.raises(IllegalTransition):
        progress_of(dossier(events=(events[0], events[-1])))


def test_the_ten_states() -> None:
    assert [portal_status(code).title("vi") for code in (1, "10")] == ["Mới đăng ký", "Đã trả kết quả"]
    assert {state.code for state in State} == {None, *range(1, 11)}
    assert [found.where for found in check_status_sequence([1, 2, 2, 10, 3])] == ["[4]"]
    assert [found.where for found in check_status_sequence([9])] == ["[0]"]
    with pytest.raises(InvalidInput):
        check_status_sequence([1, 12])


def test_the_state_tables_fit_the_portal_s_default_steps() -> None:
    """Every step from a recorded state, detours and their ways back included, is one that the portal's table knows."""
    for regime in (*REGIMES, *BUNDLE_REGIMES):
        for (state, _), edge in regime.transitions.items():
            origins = [
                origin for (origin, _), other in regime.transitions.items() if other.detour and other.target is state
            ]
            for target in [edge.target] if edge.target else origins:
                if state.code is not None and target.code is not None:
                    first = [found.where for found in check_status_sequence([state.code, target.code])]
                    assert "[1]" not in first, (regime.key, state, target)


instants = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=VIETNAM)
)
steps = st.builds(
    lambda **fields: Progress(code=FULL.require_code(), **fields),
    actor=st.text(max_size=9), at=instants, status=st.integers(1, 10), content=st.text(max_size=9),
    started_at=st.none() | instants, due_at=st.none() | instants,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(steps, max_size=4))
def test_any_progress_is_read_back(some: list[Progress]) -> None:
    for adapter in (NATIONAL, HOME_AFFAIRS):
        assert adapter.read(adapter.write_progress(some)).progress == tuple(some)


@pytest.mark.parametrize("junk", [None, 5, ["x"]])
def test_a_message_is_bytes_or_text(junk: Any) -> None:
    with pytest.raises(InvalidInput, match="bytes or text"):
        PortalAdapter.of("national_2020").read(junk)
