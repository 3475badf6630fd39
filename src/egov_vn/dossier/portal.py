"""Messages of the national portal: dossiers and progress, written and read; no network.

The systems that speak to the portal agree on field names and on the ten states, and contradict each other on the
other code lists: those are settings of a `PortalAdapter`. Nothing is written silently empty: a value that an adapter's
list cannot express is refused with the path of its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic_core import to_json

from egov_vn._model import Model, parse_json, wire
from egov_vn.clock import VIETNAM
from egov_vn.dossier.fields import ApplicantKind, CodeField, Instant, OpenModel, restore_unknown
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.regimes import Regime
from egov_vn.dossier.replay import apply, regime_of
from egov_vn.dossier.standing import Standing
from egov_vn.dossier.state import EventKind
from egov_vn.errors import InvalidInput, require, require_each
from egov_vn.finding import Finding, Text, finding
from egov_vn.law import load

__all__ = [
    "MAX_MESSAGE_BYTES",
    "PortalAdapter",
    "PortalStatus",
    "Progress",
    "SyncMessage",
    "check_status_sequence",
    "portal_status",
    "progress_of",
]

MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024
"""Larger messages are refused."""

_M = TypeVar("_M", bound=Model)
_OWN_FIELDS: Final = frozenset({"LichSu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalStatus:
    """One of the ten states of the national portal (*trạng thái hồ sơ*)."""

    code: int
    title: Text


@cache
def _statuses() -> Mapping[int, PortalStatus]:
    rows = load("egov_vn.dossier", "portal").table("status")
    return MappingProxyType(
        {row["code"]: PortalStatus(code=row["code"], title=Text(row["vi"], row["en"])) for row in rows}
    )


def portal_status(code: object) -> PortalStatus:
    """Return the portal's state 1-10 named by *code* (a number or its digits), or raise `InvalidInput`."""
    text = str(code) if isinstance(code, int) and not isinstance(code, bool) else code
    number = int(text) if isinstance(text, str) and text.isdecimal() and text.isascii() and len(text) <= 2 else 0
    if number not in _statuses():
        raise InvalidInput(f"{code!r} is not one of the ten states of the national portal", path="TrangThaiHoSo")
    return _statuses()[number]


def check_status_sequence(codes: Iterable[int]) -> tuple[Finding, ...]:
    """Return a finding for each step between portal states that the default table does not know."""
    table = load("egov_vn.dossier", "portal").table("status_transitions")
    allowed = {row["from"]: row["to"] for row in table}
    found, before = [], 0
    for index, code in enumerate(require_each(codes, int, "codes")):
        portal_status(code)
        if code != before and code not in allowed.get(before, ()):
            found.append(
                finding(
                    "DOS-PORTAL-STEP",
                    "warning",
                    vi=f"Chuyển trạng thái {before or 'ban đầu'} sang {code} không có trong bảng mặc định",
                    en=f"the step from state {before or 'none'} to {code} is not in the default table",
                    where=f"[{index}]",
                    source=table.source,
                )
            )
        before = code
    return tuple(found)


class Progress(OpenModel):
    """One step of a dossier as the portal is told (*tiến độ xử lý*, `CapNhatTienDoHoSoMC`)."""

    code: Annotated[CodeField, wire("MaHoSo")]
    actor: Annotated[str, wire("NguoiXuLy")]
    at: Annotated[Instant, wire("ThoiDiemXuLy")]
    status: Annotated[int, wire("TrangThai", ge=1, le=10)]
    title: Annotated[str, wire("ChucDanh")] = ""
    unit: Annotated[str, wire("PhongBanXuLy")] = ""
    content: Annotated[str, wire("NoiDungXuLy")] = ""
    started_at: Annotated[Instant | None, wire("NgayBatDau")] = None
    due_at: Annotated[Instant | None, wire("NgayKetThucTheoQuyDinh")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncMessage:
    """One message to or from the portal (*gói tin đồng bộ*): its service, whether it updates, and what it carries."""

    service: str
    updating: bool
    dossiers: tuple[Dossier, ...] = ()
    progress: tuple[Progress, ...] = ()


_DOSSIERS: Final = "DongBoHoSoMC"
_PROGRESS: Final = "CapNhatTienDoHoSoMC"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAdapter:
    """The code lists and the notation of time of one system that speaks to the portal (*bộ chuyển mã*).

    *applicant_kinds* maps that system's `LoaiDoiTuong` to ours. *portal_times*: instants as `yyyyMMddHHmmss` in
    Vietnam time, which drops parts of a second; otherwise ISO 8601.
    """

    key: str
    applicant_kinds: Mapping[str, ApplicantKind]
    portal_times: bool = True
    own_fields: bool = False
    """Write fields that only this library knows, such as the history of events."""
    _codes: Mapping[ApplicantKind, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(set(self.applicant_kinds.values())) != len(self.applicant_kinds):
            raise InvalidInput("two codes stand for one kind of applicant", path="applicant_kinds")
        object.__setattr__(self, "applicant_kinds", MappingProxyType(dict(self.applicant_kinds)))
        object.__setattr__(self, "_codes", {kind: code for code, kind in self.applicant_kinds.items()})

    @classmethod
    def of(cls, key: str) -> Self:
        """Return a ready adapter: `"national_2020"` (the DVCQG adapter) or `"home_affairs_2026"` (Bộ Nội vụ)."""
        for row in load("egov_vn.dossier", "portal").table("adapters"):
            if row["key"] == key:
                kinds = {code: ApplicantKind[name] for code, name in row["applicant_kinds"].items()}
                return cls(key=key, applicant_kinds=kinds, portal_times=row["times"] == "yyyyMMddHHmmss")
        raise InvalidInput(f"{key!r} is not a known adapter", path="key")

    def write_dossiers(self, dossiers: Iterable[Dossier], *, updating: bool = False) -> bytes:
        """Return the message `DongBoHoSoMC` that tells the portal of *dossiers*, without a session token."""
        data = [
            self._dossier_out(item, f"data[{index}]")
            for index, item in enumerate(require_each(dossiers, Dossier, "data"))
        ]
        return self._envelope(_DOSSIERS, data, updating=updating)

    def write_progress(self, steps: Iterable[Progress], *, updating: bool = False) -> bytes:
        """Return the message `CapNhatTienDoHoSoMC` that tells the portal of *steps*."""
        data = []
        for step in require_each(steps, Progress, "data"):
            fields = step.model_dump(exclude_none=True)
            restore_unknown(step, fields)
            data.append(self._times(fields))
        return self._envelope(_PROGRESS, data, updating=updating)

    def read(self, data: bytes | str) -> SyncMessage:
        """Read a message of either service; `InvalidInput` with the path of the first faulty field."""
        given: object = data
        if not isinstance(given, bytes | str):
            raise InvalidInput("a message is bytes or text", path="data")
        if len(data) > MAX_MESSAGE_BYTES:
            raise InvalidInput(f"{len(data)} bytes exceed the limit of {MAX_MESSAGE_BYTES}")
        raw = parse_json(data)
        if not isinstance(raw, dict) or not isinstance(raw.get("data"), list):
            raise InvalidInput("a message is an object with a list `data`", path="data")
        service, updating = raw.get("service"), _flag(raw.get("isUpdating", "False"))
        items = [(f"data[{index}]", item) for index, item in enumerate(raw["data"])]
        if service == _DOSSIERS:
            found = tuple(self._dossier_in(item, path) for path, item in items)
            return SyncMessage(service=service, updating=updating, dossiers=found)
        if service == _PROGRESS:
            steps = tuple(_read(Progress, item, path) for path, item in items)
            return SyncMessage(service=service, updating=updating, progress=steps)
        raise InvalidInput(f"{service!r} is not a service that is understood", path="service")

    def _dossier_out(self, dossier: Dossier, path: str) -> dict[str, Any]:
        if dossier.code is None:
            raise InvalidInput("a dossier without a code cannot be told to the portal", path=f"{path}.MaHoSo")
        if dossier.status is None:
            raise InvalidInput("a dossier without a state cannot be told to the portal", path=f"{path}.TrangThaiHoSo")
        fields = dossier.model_dump(exclude_none=True)
        restore_unknown(dossier, fields)
        kind = self._codes.get(dossier.applicant_kind)
        if kind is None:
            raise InvalidInput(
                f"the list of {self.key} has no code for {dossier.applicant_kind.name}", path=f"{path}.LoaiDoiTuong"
            )
        fields["LoaiDoiTuong"] = kind
        if not self.own_fields:
            for name in _OWN_FIELDS:
                fields.pop(name, None)
        written: dict[str, Any] = self._times(fields)
        return written

    def _dossier_in(self, raw: Any, path: str) -> Dossier:
        if not isinstance(raw, dict):
            raise InvalidInput("not an object", path=path)
        fields: dict[str, Any] = _without_empty(raw)
        if "TrangThaiHoSo" in raw:
            try:
                fields["TrangThaiHoSo"] = portal_status(raw["TrangThaiHoSo"]).code
            except InvalidInput as error:
                raise InvalidInput(error.message, path=f"{path}.TrangThaiHoSo") from error
        kind = str(raw.get("LoaiDoiTuong", ""))
        if kind:
            if kind not in self.applicant_kinds:
                raise InvalidInput(f"{kind!r} is not in the list of {self.key}", path=f"{path}.LoaiDoiTuong")
            fields["LoaiDoiTuong"] = self.applicant_kinds[kind]
        return _read(Dossier, fields, path)

    def _times(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._times(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._times(inner) for inner in value]
        if isinstance(value, datetime):
            return f"{value.astimezone(VIETNAM):%Y%m%d%H%M%S}" if self.portal_times else value.isoformat()
        return value

    def _envelope(self, service: str, data: list[dict[str, Any]], *, updating: bool) -> bytes:
        return to_json({"service": service, "isUpdating": str(updating), "data": data})


def progress_of(dossier: Dossier, *, regime: Regime | None = None) -> tuple[Progress, ...]:
    """Return the steps of *dossier* as the portal is told: one for each event that its ten states can show.

    Events of the synchronisation itself and notes are left out. Raises `IllegalTransition` if the history cannot be.
    """
    code = require(dossier, Dossier, "dossier").require_code()
    now = Standing(regime=regime or regime_of(dossier), effect=dossier.supplement_effect)
    steps = []
    for index, event in enumerate(dossier.events):
        started, now = now.last_at, apply(now, event, path=f"LichSu[{index}]")
        if event.kind in _SILENT or now.state.code is None:
            continue
        steps.append(
            Progress(
                code=code,
                actor=event.actor,
                at=event.at,
                status=now.state.code,
                title=event.title or "",
                unit=event.unit or "",
                content=event.reason,
                started_at=started,
                due_at=now.reappointed or dossier.due_at,
            )
        )
    return tuple(steps)


_SILENT: Final = frozenset(
    {
        EventKind.NOTE,
        EventKind.SYNC_SEND,
        EventKind.SYNC_ACCEPT,
        EventKind.SYNC_REJECT,
        EventKind.ALERT_OFFICER,
        EventKind.SYSTEM_RECEIVE,
    }
)


def _without_empty(raw: dict[str, Any]) -> dict[str, Any]:
    """Return *raw* without the empty fields by which systems say that they know nothing; unknown fields stay."""
    known = _known()
    return {
        name: [_without_empty_days(item) for item in value] if isinstance(value, list) else value
        for name, value in raw.items()
        if name not in known or value not in ("", None)
    }


def _without_empty_days(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: value for name, value in item.items() if value != "" or not name.startswith(("Ngay", "ThoiDiem"))}


@cache
def _known() -> frozenset[str]:
    return frozenset(field.validation_alias or name for name, field in Dossier.model_fields.items())  # type: ignore[misc]


def _read(kind: type[_M], raw: Any, path: str) -> _M:
    try:
        return kind.from_dict(raw)
    except InvalidInput as error:
        raise InvalidInput(error.message, path=f"{path}.{error.path}" if error.path else path) from error


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("True", "true", "1"):
        return True
    if value in ("False", "false", "0"):
        return False
    raise InvalidInput(f"{value!r} is not True or False", path="isUpdating")
