"""The dossier: what a one-stop desk knows of one request, in English names here and the portal's names on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import model_validator

from egov_vn._model import wire
from egov_vn.dossier.codes import DossierCode
from egov_vn.dossier.fields import (
    AgencyField,
    ApplicantKind,
    Bundle,
    Channel,
    CodeField,
    DeliveryMethod,
    Instant,
    OnlinePayment,
    OpenModel,
    ProcedureField,
)
from egov_vn.dossier.parts import Applicant, Attachment, Component, Event, Fee, Identity, Result, Supplement
from egov_vn.dossier.state import State, SupplementEffect, state_of_code
from egov_vn.errors import InvalidInput

__all__ = ["MAX_BYTES", "Dossier"]

MAX_BYTES: Final = 16 * 1024 * 1024
"""A single dossier as JSON is never larger: files are referred to, not carried."""


class Dossier(OpenModel):
    """One request under one procedure (*hồ sơ thủ tục hành chính*).

    The wire names are those of the national portal (`MaHoSo`, `MaTTHC`, `NgayTiepNhan`, …) where it has one. Fields
    that this library does not know are kept, written back, and listed by `unknown_fields`. With `events`, history is
    the truth and `status` only what somebody else last wrote down.
    """

    max_bytes: ClassVar[int] = MAX_BYTES

    procedure: Annotated[ProcedureField, wire("MaTTHC")]
    applicant_name: Annotated[str, wire("ChuHoSo", min_length=1)]
    code: Annotated[CodeField | None, wire("MaHoSo")] = None
    procedure_name: Annotated[str | None, wire("TenTTHC")] = None
    procedure_version: Annotated[str | None, wire("PhienBanTTHC")] = None
    """The version of the procedure that was in force on the day of reception: a dossier keeps it for ever."""
    case: Annotated[str | None, wire("TruongHop")] = None
    field: Annotated[str | None, wire("MaLinhVuc")] = None
    field_name: Annotated[str | None, wire("TenLinhVuc")] = None
    channel: Annotated[Channel, wire("KenhThucHien")] = Channel.DIRECT
    abstract: Annotated[str | None, wire("TrichYeuHoSo")] = None

    applicant_kind: Annotated[ApplicantKind, wire("LoaiDoiTuong")] = ApplicantKind.PERSON
    applicant_id: Annotated[str | None, wire("SoGiayToChuHoSo")] = None
    applicant_account: Annotated[str | None, wire("MaDoiTuong")] = None
    applicant_agency: Annotated[AgencyField | None, wire("MaDinhDanhChuHoSo")] = None
    identities: Annotated[tuple[Identity, ...], wire("DinhDanhCHS")] = ()
    address: Annotated[str | None, wire("DiaChi")] = None
    phone: Annotated[str | None, wire("SoDienThoai")] = None
    email: Annotated[str | None, wire("Email")] = None
    fax: Annotated[str | None, wire("Fax")] = None
    verified_by_vneid: Annotated[bool | None, wire("TaiKhoanDuocXacThucVoiVNeID")] = None

    submitted_at: Annotated[Instant | None, wire("NgayNopHoSo")] = None
    received_at: Annotated[Instant | None, wire("NgayTiepNhan")] = None
    due_at: Annotated[Instant | None, wire("NgayHenTra")] = None
    finished_at: Annotated[Instant | None, wire("NgayKetThucXuLy")] = None
    returned_at: Annotated[Instant | None, wire("NgayTra")] = None
    refused_at: Annotated[Instant | None, wire("NgayTuChoi")] = None
    status: Annotated[int | None, wire("TrangThaiHoSo", ge=1, le=10)] = None
    term: Annotated[str | None, wire("ThoiHanGiaiQuyet")] = None
    """The term as the procedure states it: `"5 ngày làm việc"`."""

    supplement_effect: Annotated[SupplementEffect | None, wire("CachTinhLaiThoiHan")] = None
    """What a supplement does to the clock where the procedure's sector law differs from the decree."""

    receiving_agency: Annotated[AgencyField | None, wire("MaCoQuanTiepNhan")] = None
    settling_agency: Annotated[AgencyField | None, wire("MaCoQuanGiaiQuyet")] = None
    settling_unit: Annotated[str | None, wire("DonViXuLy")] = None
    submitted_to: Annotated[str | None, wire("NoiNopHoSo")] = None
    origin_system: Annotated[str | None, wire("HeThongGoc")] = None
    non_territorial: Annotated[bool, wire("PhiDiaGioi")] = False
    bundle: Annotated[Bundle | None, wire("NhomLienThong")] = None
    """The linked group that it belongs to, if any."""
    register_book: Annotated[str | None, wire("QuyenSo")] = None
    register_ordinal: Annotated[int | None, wire("SoThuTu", ge=1)] = None
    copies: Annotated[int, wire("SoBoHoSo", ge=1)] = 1

    components: Annotated[tuple[Component, ...], wire("TaiLieuNop")] = ()
    attachments: Annotated[tuple[Attachment, ...], wire("DanhSachTepDinhKemKhac")] = ()
    fees: Annotated[tuple[Fee, ...], wire("DanhSachLePhi")] = ()
    supplements: Annotated[tuple[Supplement, ...], wire("DanhSachHoSoBoSung")] = ()
    results: Annotated[tuple[Result, ...], wire("DanhSachGiayToKetQua")] = ()
    result_note: Annotated[str | None, wire("ThongTinTra")] = None
    delivery_method: Annotated[DeliveryMethod, wire("HinhThuc")] = DeliveryMethod.DIRECT
    digitised: Annotated[bool | None, wire("HoSoCoThanhPhanSoHoa")] = None
    paid_online: Annotated[OnlinePayment | None, wire("DuocThanhToanTrucTuyen")] = None
    note: Annotated[str | None, wire("GhiChu")] = None
    other: Annotated[str | None, wire("ThongTinKhac")] = None
    events: Annotated[tuple[Event, ...], wire("LichSu")] = ()
    """What happened, oldest first."""

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        fields = self.__dict__
        received, finished, returned = fields["received_at"], fields["finished_at"], fields["returned_at"]
        if received is not None:
            if finished is not None and finished < received:
                raise InvalidInput("NgayKetThucXuLy lies before NgayTiepNhan", path="NgayKetThucXuLy")
            if returned is not None and returned < received:
                raise InvalidInput("NgayTra lies before NgayTiepNhan", path="NgayTra")
        return self

    @property
    def applicant(self) -> Applicant:
        """Who applies, as one value."""
        return Applicant(
            name=self.applicant_name,
            kind=self.applicant_kind,
            identity=self.applicant_id,
            identities=self.identities,
            agency=self.applicant_agency,
            address=self.address,
            phone=self.phone,
            email=self.email,
        )

    @property
    def fee_total(self) -> int:
        """The sum of all fees, in đồng."""
        return sum(fee.total for fee in self.fees)

    @property
    def recorded_state(self) -> State:
        """The state that the recorded status code stands for; `State.NEW` without one."""
        if self.status is None:
            return State.NEW
        return state_of_code(self.status, received=self.received_at is not None)

    def require_code(self) -> DossierCode:
        """Return the code, or raise `InvalidInput` if none was issued yet."""
        if self.code is None:
            raise InvalidInput("the dossier has no code yet", path="MaHoSo")
        return self.code

    def unknown_fields(self) -> tuple[str, ...]:
        """Return the paths of all fields that this library does not know; their values are kept."""
        return tuple(_unknown(self, ""))


def _unknown(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, OpenModel):
        yield from (f"{path}.{name}" if path else name for name in value.unknown)
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            if isinstance(inner, OpenModel | tuple):
                wire_name = field.serialization_alias or name
                yield from _unknown(inner, f"{path}.{wire_name}" if path else wire_name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _unknown(item, f"{path}[{index}]")
