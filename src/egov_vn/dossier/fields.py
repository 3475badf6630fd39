"""The small types that a dossier's fields are made of: instants, codes, enumerations of the wire."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, to_json, to_jsonable_python

from egov_vn._model import Model
from egov_vn.agency import AgencyCode
from egov_vn.clock import VIETNAM
from egov_vn.dossier.codes import DossierCode, ProcedureCode
from egov_vn.errors import InvalidInput

__all__ = [
    "AgencyField",
    "ApplicantKind",
    "Bundle",
    "Channel",
    "CodeField",
    "CopyType",
    "DeliveryMethod",
    "Digitisation",
    "FeeStage",
    "IdentityKind",
    "Instant",
    "Money",
    "OnlinePayment",
    "OpenModel",
    "ProcedureField",
    "read_instant",
]

_PORTAL_DIGITS: Final = 14


class OpenModel(Model):
    """A value of someone else's format: fields that we do not know are kept, and `unknown` names them."""

    model_config = ConfigDict(extra="allow")

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the fields of this value that the format does not define."""
        return tuple(self.model_extra or ())

    def to_json(self, *, indent: int | None = None) -> str:
        """Write JSON in wire names, without defined fields that are None; unknown fields just as they came."""
        if not _has_unknown(self):
            return super().to_json(indent=indent)
        fields = self.model_dump(mode="json", exclude_none=True)
        _restore(self, fields)
        return to_json(fields, indent=indent).decode("utf-8")


def _has_unknown(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_has_unknown, value))
    if not isinstance(value, OpenModel):
        return False
    return bool(value.model_extra) or any(
        _has_unknown(inner) for inner in value.__dict__.values() if isinstance(inner, tuple | OpenModel)
    )


def _restore(value: OpenModel, fields: dict[str, Any]) -> None:
    """Put the unknown fields of *value*, and of what it holds, back as they came, null values included."""
    fields.update(to_jsonable_python(value.model_extra or {}))
    for name, field in type(value).model_fields.items():
        inner, written = getattr(value, name), fields.get(field.serialization_alias or name)
        if isinstance(inner, tuple) and isinstance(written, list):
            for item, part in zip(inner, written, strict=True):
                if isinstance(item, OpenModel):
                    _restore(item, part)


class Channel(IntEnum):
    """How the dossier came in (*kênh thực hiện*). Source: NĐ 118/2025 Art. 15; national portal `KenhThucHien`."""

    DIRECT = 1
    ONLINE = 2
    POST = 3


class Bundle(StrEnum):
    """The linked group of procedures that a dossier belongs to (*nhóm thủ tục hành chính liên thông*)."""

    BIRTH = "khai-sinh"
    """Birth, residence, health insurance, identity card of a child: NĐ 63/2024."""
    DEATH = "khai-tu"
    """Death, end of residence, funeral benefits: NĐ 63/2024."""
    OTHER = "khac"
    """Another linked group, under the general decree."""

    @property
    def has_own_decree(self) -> bool:
        """Whether NĐ 63/2024 governs it, not the decree on the one-stop shop."""
        return self is not Bundle.OTHER


class ApplicantKind(IntEnum):
    """Who applies (*loại đối tượng*), in our own list; the portals' lists differ and are adapter settings."""

    PERSON = 1
    ENTERPRISE = 2
    HOUSEHOLD = 3
    AGENCY = 4


class IdentityKind(IntEnum):
    """The kind of an identity number (*loại định danh*); 1 and 2 as on the portal, the others ours."""

    CITIZEN_ID = 1
    OLD_ID = 2
    PASSPORT = 3
    TAX_CODE = 4


class DeliveryMethod(IntEnum):
    """How the result is handed over (*hình thức trả kết quả*)."""

    DIRECT = 0
    POST = 1


class CopyType(IntEnum):
    """In what shape a component was submitted (*loại bản*); 0-2 as in the ministry system, 3 ours."""

    ORIGINAL = 0
    COPY = 1
    ELECTRONIC = 2
    CERTIFIED_COPY = 3


class Digitisation(IntEnum):
    """Whether a component was digitised or reused (*số hóa, tái sử dụng*)."""

    NONE = 0
    DIGITISED = 1
    REUSED = 2
    REUSED_RESULT = 3


class FeeStage(IntEnum):
    """When a fee is collected (*hình thức thu*)."""

    ON_RECEIPT = 1
    ON_SUPPLEMENT = 2
    ON_RETURN = 4


class OnlinePayment(IntEnum):
    """Where money was paid online (*được thanh toán trực tuyến*)."""

    NO = 0
    NATIONAL_PORTAL = 1
    OWN_GATEWAY = 2


def read_instant(value: object) -> datetime:
    """Read an instant: an aware `datetime`, ISO 8601 with an offset, or `yyyyMMddHHmmss` in Vietnam time."""
    if isinstance(value, str):
        if len(value) == _PORTAL_DIGITS and value.isdecimal() and value.isascii():
            return _in_a_year(
                datetime(
                    int(value[:4]),
                    int(value[4:6]),
                    int(value[6:8]),
                    int(value[8:10]),
                    int(value[10:12]),
                    int(value[12:]),
                    tzinfo=VIETNAM,
                )
            )
        if len(value) > 40:
            raise ValueError("not an instant: too long")
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("not an instant: expected ISO 8601 with an offset, or yyyyMMddHHmmss")  # noqa: TRY004 - pydantic reports ValueError
    if value.tzinfo is None:
        raise ValueError("an instant needs an offset, for example +07:00")
    return _in_a_year(value)


def _in_a_year(value: datetime) -> datetime:
    """Refuse 0001-01-01 and 9999-12-31, which other systems write for "none" or "never"."""
    if value.year in (MINYEAR, MAXYEAR):
        raise ValueError(f"the year {value.year:04} stands for no instant; leave the field out")
    return value


def _plain(error: InvalidInput) -> PydanticCustomError:
    """Return *error* as pydantic's, in its own words and without the path: pydantic knows the field."""
    return PydanticCustomError("invalid_input", "{message}", {"message": error.message})


def _read_code(value: object) -> DossierCode:
    if isinstance(value, DossierCode):
        return value
    try:
        return DossierCode.parse(value)  # type: ignore[arg-type]
    except InvalidInput as error:
        raise _plain(error) from error


@lru_cache(maxsize=8192)
def _procedure(text: str) -> ProcedureCode:
    return ProcedureCode.parse(text)


def _read_procedure(value: object) -> ProcedureCode:
    if isinstance(value, ProcedureCode):
        return value
    try:
        return _procedure(value) if isinstance(value, str) else ProcedureCode.parse(value)  # type: ignore[arg-type]
    except InvalidInput as error:
        raise _plain(error) from error


@lru_cache(maxsize=8192)
def _agency(text: str) -> AgencyCode:
    return AgencyCode.parse(text)


def _read_agency(value: object) -> AgencyCode:
    if isinstance(value, AgencyCode):
        return value
    try:
        return _agency(value) if isinstance(value, str) else AgencyCode.parse(value)  # type: ignore[arg-type]
    except InvalidInput as error:
        raise _plain(error) from error


def _write_instant(value: datetime) -> str:
    return value.isoformat()


Instant = Annotated[
    datetime,
    PlainValidator(read_instant),
    PlainSerializer(_write_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "description": "ISO 8601 with an offset, or yyyyMMddHHmmss in Vietnam time"}),
]
"""An instant with its zone."""

CodeField = Annotated[
    DossierCode,
    PlainValidator(_read_code),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["000.00.00.H13-260212-0001", "H57.132-260804-0583"]}),
]
ProcedureField = Annotated[
    ProcedureCode,
    PlainValidator(_read_procedure),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2.000815", "2.000815.000.00.00.H55"]}),
]
AgencyField = Annotated[
    AgencyCode,
    PlainValidator(_read_agency),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["000.00.00.H13", "H57.132"]}),
]
Money = Annotated[int, Field(ge=0, le=10**15)]
"""An amount of money in đồng."""
