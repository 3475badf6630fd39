"""The dossier's JSON: wire names, round trips, unknown fields kept, one error with its path."""

from __future__ import annotations

import contextlib
import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.dossier import (
    ApplicantKind,
    Channel,
    DeliveryMethod,
    Dossier,
    DossierCode,
    Event,
    EventKind,
    Fee,
    ProcedureCode,
    State,
    check,
    dossier_schema,
    dossier_xml,
    read_dossier_xml,
)
from egov_vn.dossier.model import MAX_BYTES
from egov_vn.errors import InvalidInput

SAMPLE = Path(__file__).parents[2] / "examples" / "ho-so-2.000815.json"
WIRE: dict[str, Any] = {
    "MaHoSo": "000.00.00.H13-260212-0001",
    "MaTTHC": "2.000815",
    "ChuHoSo": "Người nộp thử",
    "KenhThucHien": 1,
    "LoaiDoiTuong": 1,
    "NgayTiepNhan": "20260212090000",
    "NgayHenTra": "2026-02-26T17:00:00+07:00",
    "TrangThaiHoSo": 4,
    "TaiLieuNop": [{"TenTepDinhKem": "Bản chính", "SoBanChinh": 1}],
    "DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": 2000, "SoLuong": 3}],
    "DanhSachHoSoBoSung": [{"NgayBoSung": "2026-02-13T09:00:00+07:00", "NoiDungBoSung": "thiếu"}],
    "DanhSachGiayToKetQua": [{"TenGiayTo": "Bản sao", "MaGiayToKetQua": "KQ.G15.000031"}],
    "LichSu": [{"SuKien": "TIEP_NHAN", "ThoiDiemXuLy": "20260212090000", "NguoiXuLy": "Cán bộ A"}],
}


def read(**changes: Any) -> Dossier:
    return Dossier.from_json(json.dumps({**WIRE, **changes}))


def test_the_sample_is_read_and_written_back() -> None:
    item = Dossier.from_json(SAMPLE.read_bytes())
    assert item.procedure.national == "2.000815"
    assert item.unknown_fields() == ()
    assert item.fee_total == 8000
    again = json.loads(item.to_json())
    for key, value in json.loads(SAMPLE.read_text(encoding="utf-8")).items():
        if isinstance(value, list):
            assert all(part.items() <= other.items() for part, other in zip(value, again[key], strict=True))
        else:
            assert again[key] == value


def test_english_names_in_python() -> None:
    item = read()
    assert item.code == DossierCode.parse("000.00.00.H13-260212-0001")
    assert item.procedure == ProcedureCode.parse("2.000815")
    assert item.received_at == datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
    assert item.channel is Channel.DIRECT
    assert item.applicant.kind is ApplicantKind.PERSON
    assert item.applicant.name == "Người nộp thử"
    assert item.fees == (Fee(name="Phí", price=2000, quantity=3),)
    assert item.events[0].kind is EventKind.ACCEPT
    assert item.recorded_state is State.PROCESSING
    assert item.require_code() is item.code
    bare = Dossier(procedure=ProcedureCode.parse("2.000815"), applicant_name="X")
    assert bare.recorded_state is State.NEW
    with pytest.raises(InvalidInput, match="no code"):
        bare.require_code()


def test_unknown_fields_are_kept_and_reported() -> None:
    item = read(TruongLa={"a": [1, None], "b": None}, TruongTrong=None, LichSu=[{**WIRE["LichSu"][0], "MaPhien": "x"}])
    assert item.unknown_fields() == ("TruongLa", "TruongTrong", "LichSu[0].MaPhien")
    again = Dossier.from_json(item.to_json())
    assert again == item
    assert json.loads(again.to_json())["TruongLa"] == {"a": [1, None], "b": None}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"MaHoSo": "000.00.00.H13-260231-0001"}, "MaHoSo"),
        ({"MaHoSo": 5}, "MaHoSo"),
        ({"MaTTHC": "x"}, "MaTTHC"),
        ({"MaTTHC": 2.000815}, "MaTTHC"),
        ({"NgayTiepNhan": "20260230090000"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "2026-02-12T09:00:00"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "2026-02-12"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "12/02/2026"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": 1770861600}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "2" * 50}, "NgayTiepNhan"),
        ({"TrangThaiHoSo": 11}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": ""}, "TrangThaiHoSo"),
        ({"KenhThucHien": 4}, "KenhThucHien"),
        ({"KenhThucHien": True}, "KenhThucHien"),
        ({"KenhThucHien": "trực tiếp"}, "KenhThucHien"),
        ({"TrangThaiHoSo": True}, "TrangThaiHoSo"),
        ({"SoBoHoSo": False}, "SoBoHoSo"),
        ({"SoBoHoSo": 1.5}, "SoBoHoSo"),
        ({"SoThuTu": "1_0"}, "SoThuTu"),
        ({"PhiDiaGioi": 2}, "PhiDiaGioi"),
        ({"ChuHoSo": 5}, "ChuHoSo"),
        ({"NgayTiepNhan": "1770861600"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "2026-02-30T09:00:00+07:00"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": "9999-12-31T09:00:00+07:00"}, "NgayTiepNhan"),
        ({"NgayTiepNhan": True}, "NgayTiepNhan"),
        ({"TaiLieuNop": {}}, "TaiLieuNop"),
        ({"TaiLieuNop": ["x"]}, "TaiLieuNop[0]"),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x", "LoaiBan": True}]}, "TaiLieuNop[0].LoaiBan"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": True}]}, "DanhSachLePhi[0].Gia"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": 10**16}]}, "DanhSachLePhi[0].Gia"),
        ({"TruongLa": float("nan")}, "TruongLa"),
        ({"LichSu": [{**WIRE["LichSu"][0], "La": [1, {"b": float("inf")}]}]}, "LichSu[0].La"),
        ({"ChuHoSo": ""}, "ChuHoSo"),
        ({"MaCoQuanTiepNhan": "Z00"}, "MaCoQuanTiepNhan"),
        (
            {"DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": 1}, {"TenPhiLePhi": "Phí", "Gia": -1}]},
            "DanhSachLePhi[1].Gia",
        ),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x", "SoBanChinh": -1}]}, "TaiLieuNop[0].SoBanChinh"),
        ({"LichSu": [{"SuKien": "BAY", "ThoiDiemXuLy": "20260212090000", "NguoiXuLy": "A"}]}, "LichSu[0].SuKien"),
        (
            {"LichSu": [{"SuKien": "TIEP_NHAN", "ThoiDiemXuLy": "20260212090000", "NguoiXuLy": ""}]},
            "LichSu[0].NguoiXuLy",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value)[:60],
)
def test_a_fault_names_its_field(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(**changes)
    assert caught.value.path == path
    with pytest.raises(InvalidInput) as caught:
        Dossier.from_dict({**WIRE, **changes})
    assert caught.value.path == path
    assert "function-plain" not in str(caught.value)


def test_numbers_may_arrive_as_text() -> None:
    fee = {"TenPhiLePhi": "Phí", "Gia": "2000", "SoLuong": "3", "HinhThucThu": "4"}
    item = read(TrangThaiHoSo="4", KenhThucHien="2", SoBoHoSo="1", PhiDiaGioi=1, HinhThuc=1.0, DanhSachLePhi=[fee])
    assert (item.status, item.channel, item.non_territorial, item.fee_total) == (4, Channel.ONLINE, True, 6000)
    assert item.delivery_method is DeliveryMethod.POST
    assert json.loads(item.to_json())["DanhSachLePhi"] == [
        {"TenPhiLePhi": "Phí", "Gia": 2000, "HinhThucThu": 4, "SoLuong": 3}
    ]
    assert Channel(2) == Dossier.from_dict({**WIRE, "KenhThucHien": Channel.ONLINE}).channel


def test_the_constructor_and_the_copy_are_borders_too() -> None:
    with pytest.raises(InvalidInput, match="status: must be at most 10"):
        make(applicant_name="X", status=11)
    with pytest.raises(InvalidInput, match="MaTTHC: the field is needed"):
        Dossier(applicant_name="X")  # type: ignore[call-arg]
    with pytest.raises(InvalidInput) as caught:
        make(applicant_name="X", received_at=datetime(2026, 2, 12, 9))
    assert caught.value.message.startswith("an instant needs an offset")
    with pytest.raises(InvalidInput) as caught:
        charge("Phí", -1)
    assert caught.value.path == "price"
    item = read()
    for changes in (
        {"status": 0},
        {"code": "x"},
        {"events": (5,)},
        {"returned_at": datetime(2020, 1, 1, tzinfo=VIETNAM)},
    ):
        with pytest.raises(InvalidInput):
            item.model_copy(update=changes)
    assert item.model_copy(update={"MaHoSo": None, "TruongLa": 1}).unknown_fields() == ("TruongLa",)
    with pytest.raises(FrozenInstanceError):
        item.status = 5


@pytest.mark.parametrize(
    "value",
    [object(), {1: 2}, {1, 2}, "\ud800", {"\ud800": 1}, [float("inf")], 10**5000, datetime(2026, 1, 1)],
    ids=lambda value: type(value).__name__,
)
def test_an_unknown_field_holds_json(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Dossier.from_dict({**WIRE, "TruongLa": value})
    assert caught.value.path == "TruongLa"


def test_an_unknown_field_is_not_bottomless() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    endless: list[Any] = []
    endless.append(endless)
    for value in (deep, endless):
        with pytest.raises(InvalidInput, match="nested"):
            Dossier.from_dict({**WIRE, "TruongLa": value})


def test_dates_that_contradict_each_other() -> None:
    for name in ("NgayKetThucXuLy", "NgayTra"):
        with pytest.raises(InvalidInput, match=f"{name} lies before NgayTiepNhan") as caught:
            read(**{name: "20260212085959"})
        assert caught.value.path == name


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"MaTTHC": NaN}', b"[" * 100_000])
def test_what_is_no_dossier(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        Dossier.from_json(data)


def test_a_dossier_has_a_largest_size() -> None:
    with pytest.raises(InvalidInput, match="exceed"):
        Dossier.from_json(b" " * (MAX_BYTES + 1))


letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
texts = st.text(letters, max_size=20)
instants = st.datetimes(datetime(2015, 1, 1), datetime(2099, 1, 1), timezones=st.sampled_from([VIETNAM, UTC]))


def happen(**fields: Any) -> Event:
    return Event(**fields)


def charge(name: str, price: int) -> Fee:
    return Fee(name=name, price=price)


events = st.builds(
    happen, kind=st.sampled_from(EventKind), at=instants, actor=texts.filter(bool), reason=texts,
    amount=st.none() | st.integers(0, 10**9),
)  # fmt: skip


def make(**fields: Any) -> Dossier:
    return Dossier(procedure=ProcedureCode.parse("2.000815"), **fields)


dossiers = st.builds(
    make,
    applicant_name=texts.filter(bool),
    code=st.none()
    | st.builds(lambda n: DossierCode.issue("H13.12", datetime(2026, 1, 2).date(), n), st.integers(1, 9999)),
    channel=st.sampled_from(Channel),
    submitted_at=st.none() | instants,
    due_at=st.none() | instants,
    status=st.none() | st.integers(1, 10),
    note=st.none() | texts,
    non_territorial=st.booleans(),
    fees=st.lists(st.builds(charge, name=texts, price=st.integers(0, 10**9)), max_size=3).map(tuple),
    events=st.lists(events, max_size=4).map(tuple),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(dossiers)
def test_what_is_written_is_read_back(item: Dossier) -> None:
    assert Dossier.from_json(item.to_json()) == item
    record = dossier_xml(item)
    assert dossier_xml(read_dossier_xml(record)) == record


def test_the_record_keeps_everything() -> None:
    item = read(TruongLa={"a": [1, None]})
    assert read_dossier_xml(dossier_xml(item)) == item
    assert dossier_xml(item) == dossier_xml(Dossier.from_json(item.to_json()))
    with pytest.raises(InvalidInput, match=r"U\+0000"):
        dossier_xml(read(GhiChu="a\x00b"))
    for bad in (b"<HoSo/>", b"<x", b'<!DOCTYPE x><HoSo xmlns="urn:egov-vn:ho-so:1"/>'):
        with pytest.raises(InvalidInput):
            read_dossier_xml(bad)
    with pytest.raises(InvalidInput):
        read_dossier_xml(b'<HoSo xmlns="urn:egov-vn:ho-so:1"/>')
    with pytest.raises(InvalidInput, match="TruongKhac"):
        read_dossier_xml(b'<HoSo xmlns="urn:egov-vn:ho-so:1"><TruongKhac ten="x">{</TruongKhac></HoSo>')


def test_what_is_signed_is_read_past_the_signature() -> None:
    record = dossier_xml(read())
    signed = record.replace(b"</HoSo>", b'<!-- x --><s:Signature xmlns:s="urn:s"><s:A/></s:Signature></HoSo>')
    assert read_dossier_xml(signed) == read()
    odd = record.replace(b"<TaiLieuNop>", b"<TaiLieuNop><?pi x?>").replace(b"<DanhSachLePhi>", b"<DanhSachLePhi><x/>")
    with pytest.raises(InvalidInput):
        read_dossier_xml(odd)


def test_the_schema_names_the_wire_fields() -> None:
    schema = dossier_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(WIRE) <= set(schema["properties"])
    assert set(schema["required"]) == {"MaTTHC", "ChuHoSo"}
    json.dumps(schema)


names = st.sampled_from([*WIRE, "SuKien", "ThoiDiemXuLy", "NguoiXuLy", "x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, values, max_size=5))
def test_any_json_is_read_or_refused(changes: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidInput):
        item = Dossier.from_json(json.dumps({**WIRE, **changes}))
        assert Dossier.from_json(item.to_json()) == item
        check(item)


@pytest.mark.parametrize(
    "written",
    ["0001-01-01T00:00:00+14:00", "00010101000000", "9999-12-31T23:59:59+00:00", "99991231235959"],
)
def test_the_empty_dates_of_other_systems_are_no_instants(written: str) -> None:
    with pytest.raises(InvalidInput, match="stands for no instant") as caught:
        Dossier.from_dict({"MaTTHC": "2.000815", "ChuHoSo": "Người nộp thử", "NgayTiepNhan": written})
    assert caught.value.path == "NgayTiepNhan"


@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_json_is_text_or_bytes(value: Any) -> None:
    with pytest.raises(InvalidInput):
        Dossier.from_json(value)
