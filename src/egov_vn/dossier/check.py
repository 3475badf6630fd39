"""Is a dossier as it stands sound: identifiers, codes, papers, fees, and the recorded state against its history.

`check` reads what others wrote and reports; it refuses nothing. `load_dossiers` reads many, keeps the good ones
and lists the bad ones.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from egov_vn.clock import VIETNAM, vietnam_date
from egov_vn.digest import Digest
from egov_vn.dossier.codes import (
    CodeForm,
    ComponentCode,
    FieldCode,
    IssuerRole,
    ResultCode,
    code_form,
    issuer_role,
)
from egov_vn.dossier.fields import ApplicantKind, Channel, IdentityKind
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.procedure import ProcedureCatalogue
from egov_vn.dossier.replay import regime_of, standing
from egov_vn.errors import EgovError, InvalidInput, NotInForce, require
from egov_vn.finding import Finding, Severity, Text, finding
from egov_vn.person import CitizenId, OldId, TaxCode

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["Fault", "Loaded", "check", "load_dossiers"]

_MAX_PASSPORT: Final = 20


def check(dossier: Dossier, *, catalogue: ProcedureCatalogue | None = None) -> tuple[Finding, ...]:
    """Return what is wrong or remarkable about *dossier*: errors, warnings, and unknown fields as information.

    With *catalogue* the procedure, its channel and its case are looked up.
    """
    require(dossier, Dossier, "dossier")
    if catalogue is not None:
        require(catalogue, ProcedureCatalogue, "catalogue")
    return (
        *_identities(dossier),
        *_codes(dossier),
        *_digests(dossier),
        *_dates(dossier),
        *_issuer(dossier),
        *_history(dossier),
        *_procedure(dossier, catalogue),
        *(
            finding(
                "DOS-UNKNOWN-FIELD", "info", vi="Trường không có trong đặc tả, được giữ nguyên",
                en="a field that the format does not define; kept", where=path,
            )
            for path in dossier.unknown_fields()
        ),
    )  # fmt: skip


def _try(parse: Callable[[str], object], text: str, where: str, code: str, level: str = "error") -> Iterator[Finding]:
    try:
        parse(text)
    except InvalidInput as error:
        yield finding(code, level, vi=f"Không hợp lệ: {error.message}", en=f"not valid: {error.message}", where=where)


def _passport(text: str) -> str:
    if not text.isalnum() or not text.isascii() or not 5 <= len(text) <= _MAX_PASSPORT:
        raise InvalidInput(f"{text!r} is not the number of a travel document")
    return text


_IDENTITY: Final[dict[IdentityKind, Callable[[str], object]]] = {
    IdentityKind.CITIZEN_ID: CitizenId.parse,
    IdentityKind.OLD_ID: OldId.parse,
    IdentityKind.PASSPORT: _passport,
    IdentityKind.TAX_CODE: TaxCode.parse,
}


def _identities(dossier: Dossier) -> Iterator[Finding]:
    for index, item in enumerate(dossier.identities):
        where = f"DinhDanhCHS[{index}].SoDinhDanh"
        yield from _try(_IDENTITY[item.kind], item.number, where, "DOS-IDENTITY")
    text = dossier.applicant_id
    if text is None:
        return
    if dossier.applicant_kind is ApplicantKind.PERSON:
        parsers: tuple[Callable[[str], object], ...] = (CitizenId.parse, OldId.parse, _passport)
        parse = parsers[0] if len(text) == 12 else parsers[1] if text.isdecimal() and len(text) == 9 else parsers[2]
        yield from _try(parse, text, "SoGiayToChuHoSo", "DOS-IDENTITY")
    elif dossier.applicant_kind is not ApplicantKind.AGENCY:
        yield from _try(TaxCode.parse, text, "SoGiayToChuHoSo", "DOS-IDENTITY")


def _codes(dossier: Dossier) -> Iterator[Finding]:
    if dossier.field is not None:
        yield from _try(FieldCode.parse, dossier.field, "MaLinhVuc", "DOS-CODE", "warning")
    for index, component in enumerate(dossier.components):
        if component.code:
            where = f"TaiLieuNop[{index}].MaThanhPhanHoSo"
            yield from _try(ComponentCode.parse, component.code, where, "DOS-CODE", "warning")
    for index, result in enumerate(dossier.results):
        if result.type_code:
            where = f"DanhSachGiayToKetQua[{index}].MaGiayToKetQua"
            yield from _try(ResultCode.parse, result.type_code, where, "DOS-CODE", "warning")


def _digests(dossier: Dossier) -> Iterator[Finding]:
    for name, items in (("TaiLieuNop", dossier.components), ("DanhSachGiayToKetQua", dossier.results)):
        for index, item in enumerate(items):
            if item.digest is not None:  # type: ignore[attr-defined]
                yield from _try(Digest.parse, item.digest, f"{name}[{index}].GiaTriBam", "DOS-DIGEST")  # type: ignore[attr-defined]


_ROLES: Final = {
    IssuerRole.RECEIVING: Text("cơ quan tiếp nhận", "the receiving agency"),
    IssuerRole.SETTLING: Text("cơ quan giải quyết", "the settling agency"),
    IssuerRole.RECEPTION_DESK: Text("Bộ phận Một cửa nơi tiếp nhận", "the reception desk"),
}


def _dates(dossier: Dossier) -> Iterator[Finding]:
    received = dossier.received_at
    if received is None:
        return
    if dossier.due_at is not None and dossier.due_at < received:
        yield finding(
            "DOS-DATES", "error", vi="Ngày hẹn trả trước ngày tiếp nhận",
            en="the appointment lies before the reception", where="NgayHenTra",
        )  # fmt: skip
    if dossier.submitted_at is not None and dossier.submitted_at > received:
        yield finding(
            "DOS-DATES", "warning", vi="Ngày nộp sau ngày tiếp nhận",
            en="submitted after it was received", where="NgayNopHoSo",
        )  # fmt: skip


def _issuer(dossier: Dossier) -> Iterator[Finding]:
    code = dossier.code
    if code is None or dossier.received_at is None:
        return
    day = vietnam_date(dossier.received_at)
    if code.received_on != day:
        yield finding(
            "DOS-CODE-DAY", "warning",
            vi=f"Mã hồ sơ ghi ngày {code.received_on:%d/%m/%Y}, tiếp nhận ngày {day:%d/%m/%Y}",
            en=f"the code says {code.received_on}, the dossier was received on {day}", where="MaHoSo",
        )  # fmt: skip
    if not code.issuable:
        yield finding(
            "DOS-CODE-FORM", "warning", vi="Dạng mã hồ sơ chỉ gặp trên thực tế, không được cấp mới",
            en="a form of code that is only seen in practice and may not be issued", where="MaHoSo",
        )  # fmt: skip
    try:
        form = code_form(day)
        if code.issuable and code.form is not CodeForm.MINISTRY_SYSTEM and code.form is not form.value:
            yield finding(
                "DOS-CODE-REGIME", "info",
                vi=f"Mã hồ sơ có dạng {code.form}; ngày tiếp nhận phải cấp theo dạng {form.value}",
                en=f"the code has the form {code.form}; codes of that day are issued as {form.value}",
                where="MaHoSo", source=form.source,
            )  # fmt: skip
        role = issuer_role(day, linked=dossier.bundle is not None, online=dossier.channel is Channel.ONLINE)
    except NotInForce:
        return
    desk, body = dossier.receiving_agency, dossier.settling_agency
    expected = {"receiving": desk, "settling": body, "reception_desk": desk}.get(role.value)
    if role.value == "national_portal" and code.agency.parts in [one.parts for one in (desk, body) if one is not None]:
        yield finding(
            "DOS-CODE-ISSUER", "warning",
            vi=f"Mã hồ sơ mang {code.agency_id}, phải mang mã định danh của Cổng Dịch vụ công quốc gia",
            en=f"the code carries {code.agency_id}, it should be the identifier of the National Portal",
            where="MaHoSo", source=role.source,
        )  # fmt: skip
    if expected is not None and expected.parts != code.agency.parts:
        yield finding(
            "DOS-CODE-ISSUER", "warning",
            vi=f"Mã hồ sơ mang mã định danh {code.agency_id}, phải là {expected} ({_ROLES[role.value].vi})",
            en=f"the code carries {code.agency_id}, it should be {expected} ({_ROLES[role.value].en})",
            where="MaHoSo", source=role.source,
        )  # fmt: skip


def _history(dossier: Dossier) -> Iterator[Finding]:
    if not dossier.events:
        return
    try:
        regime_of(dossier)
    except EgovError as error:
        yield finding("DOS-REGIME", "error", vi=str(error), en=str(error), where="NgayTiepNhan")
        return
    now = standing(dossier, strict=False)
    yield from now.findings
    yield from _recorded("TrangThaiHoSo", dossier.status, now.state.code)
    yield from _recorded("NgayTiepNhan", dossier.received_at, now.accepted_at)
    yield from _recorded("NgayTra", dossier.returned_at, now.returned_at)


def _recorded(name: str, recorded: int | datetime | None, replayed: int | datetime | None) -> Iterator[Finding]:
    """Report a recorded value that the history contradicts."""
    if recorded is None or recorded == replayed:
        return
    was, shown = (
        item.astimezone(VIETNAM).isoformat() if isinstance(item, datetime) else item for item in (recorded, replayed)
    )
    vi, en = f"Ghi {was}, nhưng theo lịch sử là {shown}", f"recorded {was}, but history says {shown}"
    yield finding("DOS-RECORDED", "error", vi=vi, en=en, where=name)


def _procedure(dossier: Dossier, catalogue: ProcedureCatalogue | None) -> Iterator[Finding]:
    if catalogue is None:
        return
    try:
        procedure = catalogue.of(dossier)
        if not procedure.immediate:
            procedure.term(dossier.channel, dossier.case)
    except EgovError as error:
        where = error.path if isinstance(error, InvalidInput) else "MaTTHC"
        yield finding("DOS-PROCEDURE", "error", vi=str(error), en=str(error), where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One line that could not be read (*dòng lỗi*): its number from 1, the path of the field, and why."""

    line: int
    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was read: the good dossiers in order, the faulty lines, and remarks on good ones by line number."""

    dossiers: tuple[Dossier, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[tuple[int, Finding], ...]


_FATAL: Final = frozenset({"DOS-EVENT-ILLEGAL", "DOS-EVENT-INVALID", "DOS-REGIME", "DOS-PROCEDURE"})


def load_dossiers(lines: bytes | str | Iterable[bytes | str], *, catalogue: ProcedureCatalogue | None = None) -> Loaded:
    """Read one dossier in JSON per line (JSON Lines); empty lines are passed over.

    Good rows are kept, bad ones are listed with the path of the field: not JSON, a wrong code, an impossible date, a
    negative fee, an unknown procedure (with *catalogue*), an event out of order, a second dossier with the same code,
    a line larger than a dossier may be. An open file serves as *lines*: memory is bounded by what is kept. The bytes or
    the text of a whole file serve too; a byte order mark before the first line is passed over.
    """
    if catalogue is not None:
        require(catalogue, ProcedureCatalogue, "catalogue")
    good: list[Dossier] = []
    faults: list[Fault] = []
    remarks: list[tuple[int, Finding]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(_split(lines), start=1):
        if isinstance(line, bytes | str) and len(line) <= 2 and not line.strip():
            continue
        try:
            dossier, found = _load(line, seen, catalogue)
        except InvalidInput as error:
            faults.append(Fault(line=number, path=error.path, message=error.message))
            continue
        if dossier.code is not None:
            seen[str(dossier.code)] = number
        good.append(dossier)
        remarks.extend((number, item) for item in found if item.level is not Severity.INFO)
    return Loaded(dossiers=tuple(good), faults=tuple(faults), remarks=tuple(remarks))


def _split(lines: object) -> Iterator[object]:
    """Yield the lines of an iterable, or of a whole file, the first one without its byte order mark."""
    if isinstance(lines, bytes):
        lines = lines.splitlines()
    elif isinstance(lines, str):
        lines = lines.split("\n")
    if not isinstance(lines, Iterable):
        raise InvalidInput(f"{lines!r} are not lines of JSON", path="lines")
    every = iter(lines)
    for first in every:
        yield (
            first.removeprefix(codecs.BOM_UTF8)
            if isinstance(first, bytes)
            else (first.removeprefix("\ufeff") if isinstance(first, str) else first)
        )
        break
    yield from every


def _load(
    line: object, seen: dict[str, int], catalogue: ProcedureCatalogue | None
) -> tuple[Dossier, tuple[Finding, ...]]:
    if not isinstance(line, bytes | str):
        raise InvalidInput(f"a {type(line).__name__} is not a line of JSON")
    dossier = Dossier.from_json(line, unique=True)
    if str(dossier.code) in seen:
        raise InvalidInput(f"{dossier.code} is the code of line {seen[str(dossier.code)]} too", path="MaHoSo")
    found = check(dossier, catalogue=catalogue)
    for item in found:
        if item.code in _FATAL:
            raise InvalidInput(item.text("en"), path=item.where)
    return dossier, found
