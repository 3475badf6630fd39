"""What a dossier is made of: events, components, fees, supplements and results, in the portal's wire names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from egov_vn._model import wire
from egov_vn.dossier.fields import (
    AgencyField,
    ApplicantKind,
    CopyType,
    Digitisation,
    FeeStage,
    IdentityKind,
    Instant,
    Money,
    OpenModel,
)
from egov_vn.dossier.state import EventKind

__all__ = ["Applicant", "Attachment", "Component", "Event", "Fee", "Identity", "Result", "Supplement"]


class Event(OpenModel):
    """One thing that happened to a dossier (*sự kiện, bước xử lý*): what, when, by whom, why."""

    kind: Annotated[EventKind, wire("SuKien")]
    at: Annotated[Instant, wire("ThoiDiemXuLy")]
    actor: Annotated[str, wire("NguoiXuLy", min_length=1)]
    reason: Annotated[str, wire("NoiDungXuLy")] = ""
    title: Annotated[str | None, wire("ChucDanh")] = None
    unit: Annotated[str | None, wire("PhongBanXuLy")] = None
    due: Annotated[Instant | None, wire("NgayHenTraMoi")] = None
    """The new appointment, of an extension."""
    amount: Annotated[Money | None, wire("SoTien")] = None
    """Đồng: demanded, paid, refunded or remitted."""
    subject: Annotated[str | None, wire("DoiTuong")] = None
    """Whom or what it concerns: the body consulted, the system moved to, the regime opted into."""


class Identity(OpenModel):
    """One identity number of the applicant (`DinhDanhCHS`)."""

    kind: Annotated[IdentityKind, wire("LoaiDinhDanh")]
    number: Annotated[str, wire("SoDinhDanh", min_length=1)]


class Component(OpenModel):
    """One paper of the dossier (*thành phần hồ sơ*, `TaiLieuNop`)."""

    name: Annotated[str, wire("TenTepDinhKem")]
    code: Annotated[str | None, wire("MaThanhPhanHoSo")] = None
    file_id: Annotated[str | None, wire("TepDinhKemId")] = None
    location: Annotated[str | None, wire("DuongDanTaiTepTin")] = None
    digest: Annotated[str | None, wire("GiaTriBam")] = None
    """`"sha256:…"`, as `egov_vn.digest.Digest` writes it."""
    copy_type: Annotated[CopyType, wire("LoaiBan")] = CopyType.ORIGINAL
    originals: Annotated[int, wire("SoBanChinh", ge=0)] = 0
    certified_copies: Annotated[int, wire("SoBanChungThuc", ge=0)] = 0
    copies: Annotated[int, wire("SoBanSao", ge=0)] = 0
    digitised: Annotated[Digitisation, wire("DuocSoHoa")] = Digitisation.NONE
    reused: Annotated[int, wire("DuocTaiSuDung", ge=0, le=2)] = 0
    from_citizen_store: Annotated[bool, wire("DuocLayTuKhoDMQG")] = False
    replaced_by_result: Annotated[str | None, wire("MaKetQuaThayThe")] = None
    deleted: Annotated[bool, wire("IsDeleted")] = False


class Fee(OpenModel):
    """One fee or charge (*phí, lệ phí*, `DanhSachLePhi`), in đồng."""

    name: Annotated[str, wire("TenPhiLePhi")]
    price: Annotated[Money, wire("Gia")]
    code: Annotated[str | None, wire("MaPhiLePhi")] = None
    stage: Annotated[FeeStage, wire("HinhThucThu")] = FeeStage.ON_RECEIPT
    kind: Annotated[int | None, wire("LoaiPhiLePhi")] = None
    quantity: Annotated[int, wire("SoLuong", ge=1, le=1_000_000)] = 1

    @property
    def total(self) -> int:
        """Price times quantity, in đồng."""
        return self.price * self.quantity


class Supplement(OpenModel):
    """One request to supplement and its answer (*yêu cầu bổ sung*, `DanhSachHoSoBoSung`)."""

    requested_at: Annotated[Instant, wire("NgayBoSung")]
    requested_by: Annotated[str | None, wire("NguoiYeuCauBoSung")] = None
    content: Annotated[str, wire("NoiDungBoSung")] = ""
    supplement_id: Annotated[str | None, wire("HoSoBoSungId")] = None
    completed_at: Annotated[Instant | None, wire("NgayTiepNhanBoSung")] = None
    taken_by: Annotated[str | None, wire("NguoiTiepNhanBoSung")] = None
    answer: Annotated[str | None, wire("ThongTinTiepNhan")] = None
    status: Annotated[int | None, wire("TrangThaiBoSung")] = None
    papers: Annotated[tuple[Component, ...], wire("DanhSachGiayToBoSung")] = ()
    fees: Annotated[tuple[Fee, ...], wire("DanhSachLePhiBoSung")] = ()
    due_before: Annotated[Instant | None, wire("NgayHenTraTruoc")] = None
    due_after: Annotated[Instant | None, wire("NgayHenTraMoi")] = None


class Result(OpenModel):
    """One paper that settles the dossier (*giấy tờ kết quả*, `DanhSachGiayToKetQua`)."""

    name: Annotated[str, wire("TenGiayTo")]
    type_code: Annotated[str | None, wire("MaGiayToKetQua")] = None
    """The type of the result in the national database: `KQ.G15.000031`."""
    component_code: Annotated[str | None, wire("MaThanhPhanHoSo")] = None
    paper_id: Annotated[str | None, wire("GiayToId")] = None
    location: Annotated[str | None, wire("DuongDanTepTinKetQua")] = None
    number: Annotated[str | None, wire("SoKyHieu")] = None
    issued_at: Annotated[Instant | None, wire("NgayBanHanh")] = None
    digest: Annotated[str | None, wire("GiaTriBam")] = None


class Attachment(OpenModel):
    """Another file that belongs to the dossier (`DanhSachTepDinhKemKhac`)."""

    name: Annotated[str, wire("TenGiayTo")]
    location: Annotated[str | None, wire("DuongDanTaiTepTin")] = None
    count: Annotated[int | None, wire("SoLuong", ge=0)] = None
    kind: Annotated[int | None, wire("LoaiGiayTo")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks for the procedure (*chủ hồ sơ*): the fields of a dossier that speak of them, together."""

    name: str
    kind: ApplicantKind
    identity: str | None
    identities: tuple[Identity, ...]
    agency: AgencyField | None
    address: str | None
    phone: str | None
    email: str | None
