"""The small types that a dossier's fields are made of: instants, codes, enumerations of the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache, partial
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import core_schema as core
from pydantic_core import to_json, to_jsonable_python

from egov_vn._model import Model, either
from egov_vn.agency import AgencyCode
from egov_vn.clock import VIETNAM
from egov_vn.dossier.codes import DossierCode, ProcedureCode

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
    "restore_unknown",
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
        restore_unknown(self, fields)
        return to_json(fields, indent=indent).decode("utf-8")


def _has_unknown(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_has_unknown, value))
    if not isinstance(value, OpenModel):
        return False
    return bool(value.model_extra) or any(
        _has_unknown(inner) for inner in value.__dict__.values() if isinstance(inner, tuple | OpenModel)
    )


def restore_unknown(value: OpenModel, fields: dict[str, Any]) -> None:
    """Put the unknown fields of *value*, and of what it holds, back as they came, null values included."""
    fields.update(to_jsonable_python(value.model_extra or {}))
    for name, field in type(value).model_fields.items():
        inner, written = getattr(value, name), fields.get(field.serialization_alias or name)
        if isinstance(inner, tuple) and isinstance(written, list | tuple):
            for item, part in zip(inner, written, strict=True):
                if isinstance(item, OpenModel):
                    restore_unknown(item, part)


class _Coded(IntEnum):
    """A number on the wire that stands for a word; its digits as text serve too, true and false do not."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core.CoreSchema:
        members = handler(source)
        return either(core.chain_schema([core.int_schema(strict=True), members]), cls._read, like=members)

    @classmethod
    def _read(cls, value: object) -> Self:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        for item in cls:
            if text == str(item.value) and not isinstance(value, bool):
                return item
        raise ValueError(f"expected one of {', '.join(str(item.value) for item in cls)}")


class Channel(_Coded):
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


class ApplicantKind(_Coded):
    """Who applies (*loại đối tượng*), in our own list; the portals' lists differ and are adapter settings."""

    PERSON = 1
    ENTERPRISE = 2
    HOUSEHOLD = 3
    AGENCY = 4


class IdentityKind(_Coded):
    """The kind of an identity number (*loại định danh*); 1 and 2 as on the portal, the others ours."""

    CITIZEN_ID = 1
    OLD_ID = 2
    PASSPORT = 3
    TAX_CODE = 4


class DeliveryMethod(_Coded):
    """How the result is handed over (*hình thức trả kết quả*)."""

    DIRECT = 0
    POST = 1


class CopyType(_Coded):
    """In what shape a component was submitted (*loại bản*); 0-2 as in the ministry system, 3 ours."""

    ORIGINAL = 0
    COPY = 1
    ELECTRONIC = 2
    CERTIFIED_COPY = 3


class Digitisation(_Coded):
    """Whether a component was digitised or reused (*số hóa, tái sử dụng*)."""

    NONE = 0
    DIGITISED = 1
    REUSED = 2
    REUSED_RESULT = 3


class FeeStage(_Coded):
    """When a fee is collected (*hình thức thu*)."""

    ON_RECEIPT = 1
    ON_SUPPLEMENT = 2
    ON_RETURN = 4


class OnlinePayment(_Coded):
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


@lru_cache(maxsize=8192)
def _procedure(text: str) -> ProcedureCode:
    return ProcedureCode.parse(text)


@lru_cache(maxsize=8192)
def _agency(text: str) -> AgencyCode:
    return AgencyCode.parse(text)


_QUICK_INSTANT: Final = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[+-][0-9]{2}:[0-9]{2}$"
)


class _Instants:
    """How an instant is read and written; JSON in the usual form never calls a function of Python."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core.CoreSchema:
        quick = core.chain_schema(
            [
                core.str_schema(pattern=_QUICK_INSTANT),
                core.no_info_plain_validator_function(datetime.fromisoformat),
            ]
        )
        return core.json_or_python_schema(
            json_schema=either(quick, read_instant),
            python_schema=core.no_info_plain_validator_function(read_instant),
            serialization=core.plain_serializer_function_ser_schema(
                datetime.isoformat, return_schema=core.str_schema(), when_used="json"
            ),
        )


@dataclass(frozen=True, slots=True)
class _Code:
    """How a code is read from its text, or taken as it is, and written; *parse* raises `InvalidInput`."""

    parse: Callable[[str], Any]

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> core.CoreSchema:
        read = core.chain_schema([core.str_schema(), core.no_info_plain_validator_function(self.parse)])
        return core.json_or_python_schema(
            json_schema=read,
            python_schema=core.no_info_plain_validator_function(partial(self._read, source)),
            serialization=core.plain_serializer_function_ser_schema(str, return_schema=core.str_schema()),
        )

    def _read(self, kind: type, value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise ValueError("expected a text")  # noqa: TRY004 - pydantic reports ValueError
        return self.parse(value)


Instant = Annotated[
    datetime,
    _Instants(),
    WithJsonSchema({"type": "string", "description": "ISO 8601 with an offset, or yyyyMMddHHmmss in Vietnam time"}),
]
"""An instant with its zone."""

CodeField = Annotated[
    DossierCode,
    _Code(DossierCode.parse),
    WithJsonSchema({"type": "string", "examples": ["000.00.00.H13-260212-0001", "H57.132-260804-0583"]}),
]
ProcedureField = Annotated[
    ProcedureCode,
    _Code(_procedure),
    WithJsonSchema({"type": "string", "examples": ["2.000815", "2.000815.000.00.00.H55"]}),
]
AgencyField = Annotated[
    AgencyCode,
    _Code(_agency),
    WithJsonSchema({"type": "string", "examples": ["000.00.00.H13", "H57.132"]}),
]
Money = Annotated[int, Field(ge=0, le=10**15)]
"""An amount of money in đồng."""
