"""Identifiers of persons and taxpayers: read, checked as far as their grammar allows, and never looked up.

Errors name the fault, not the number: these are personal data and errors end in logs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from egov_vn.errors import InvalidInput
from egov_vn.law import load

__all__ = ["CitizenId", "OldId", "Sex", "TaxCode", "TaxCodeKind", "parse_person_id"]

_PROVINCE_CODES_BELOW: Final = 100
"""Place codes from 100 up stand for countries of birth; their table was not found, so they are read and not checked."""


class Sex(StrEnum):
    """The sex that a personal identification number states (*giới tính*)."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class CitizenId:
    """The personal identification number of 12 digits (*số định danh cá nhân*, *số CCCD*).

    Three digits name the place where the birth was registered, one the century and the sex, two the year of birth, six
    are free. There is no check digit (NĐ 137/2015/NĐ-CP Art. 13).
    """

    value: str

    def __post_init__(self) -> None:
        _digits(self.value, 12, "a personal identification number")
        place = self.value[:3]
        if int(place) < _PROVINCE_CODES_BELOW and place not in _birth_places():
            raise InvalidInput(
                f"no province has the place code {place}", path="citizen_id", source="Phụ lục I 137/2015/NĐ-CP"
            )

    @classmethod
    def parse(cls, text: str) -> CitizenId:
        """Read 12 digits, with or without spaces between or around them; raise `InvalidInput` otherwise."""
        return cls(_compact(text, "citizen_id"))

    @property
    def place_code(self) -> str:
        """The three digits of the place where the birth was registered; 100 and above is a country."""
        return self.value[:3]

    @property
    def province(self) -> str | None:
        """The name of the province of birth registration as it was before 01/07/2025, or None for a country."""
        return _birth_places().get(self.place_code)

    @property
    def sex(self) -> Sex:
        """The sex stated by the fourth digit: even is male, odd is female."""
        return _centuries()[self.value[3]][1]

    @property
    def birth_year(self) -> int:
        """The year of birth, century included."""
        return _centuries()[self.value[3]][0] + int(self.value[4:6])

    @property
    def masked(self) -> str:
        """The number with its middle hidden, for lists and logs: `"092*******34"`."""
        return self.value[:3] + "*" * 7 + self.value[-2:]

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class OldId:
    """The old identity card number of 9 digits (*số chứng minh nhân dân*): a shape, nothing can be checked in it."""

    value: str

    def __post_init__(self) -> None:
        _digits(self.value, 9, "an old identity card number")

    @classmethod
    def parse(cls, text: str) -> OldId:
        """Read 9 digits, with or without spaces; raise `InvalidInput` otherwise."""
        return cls(_compact(text, "old_id"))

    def __str__(self) -> str:
        return self.value


def parse_person_id(text: str) -> CitizenId | OldId:
    """Read a personal number of either kind by its length: 12 digits or 9."""
    value = _compact(text, "person_id")
    return OldId(value) if len(value) == 9 else CitizenId(value)


class TaxCodeKind(StrEnum):
    """Whose tax code it is, as its length tells."""

    ENTITY = "entity"
    """10 digits: an enterprise, an organisation, or (before 01/07/2025) an individual."""
    DEPENDENT_UNIT = "dependent_unit"
    """10 digits, a hyphen and 3 digits: a branch or another dependent unit."""
    PERSONAL_NUMBER = "personal_number"
    """12 digits: an individual or a household from 01/07/2025."""


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code (*mã số thuế*), which for an enterprise is its business number too (TT 105/2020/TT-BTC Art. 5).

    *value* is written `0123456789`, `0123456789-001` or as the 12 digits of a personal number. The tenth digit is
    checked: 10 minus the weighted sum of the first nine modulo 11; a sum divisible by 11 was never issued.
    """

    value: str

    def __post_init__(self) -> None:
        if re.fullmatch(r"[0-9]{12}", self.value, re.ASCII):
            CitizenId(self.value)
            return
        if not re.fullmatch(r"[0-9]{10}(?:-[0-9]{3})?", self.value, re.ASCII):
            raise InvalidInput("a tax code has 10 digits, 10 and a hyphen and 3, or 12", path="tax_code")
        expected = 10 - sum(int(digit) * weight for digit, weight in zip(self.value, _weights(), strict=False)) % 11
        if expected != int(self.value[9]):
            raise InvalidInput(
                "the check digit of the tax code is wrong", path="tax_code", source="Điều 5 105/2020/TT-BTC"
            )
        if self.value.endswith("-000"):
            raise InvalidInput("dependent units are numbered from 001", path="tax_code")

    @classmethod
    def parse(cls, text: str) -> TaxCode:
        """Read a tax code, with or without spaces and the hyphen before the last three digits of thirteen."""
        value = _compact(text, "tax_code")
        return cls(f"{value[:10]}-{value[10:]}" if re.fullmatch(r"[0-9]{13}", value, re.ASCII) else value)

    @property
    def kind(self) -> TaxCodeKind:
        """Whose code it is, by its length."""
        lengths = {10: TaxCodeKind.ENTITY, 12: TaxCodeKind.PERSONAL_NUMBER, 14: TaxCodeKind.DEPENDENT_UNIT}
        return lengths[len(self.value)]

    def __str__(self) -> str:
        return self.value


def _compact(text: str, path: str) -> str:
    if not isinstance(text, str):
        raise InvalidInput(f"expected a text, not {type(text).__name__}", path=path)
    return re.sub(r"[ \u00a0]", "", text)


def _digits(value: str, length: int, what: str) -> None:
    if not re.fullmatch(rf"[0-9]{{{length}}}", value, re.ASCII):
        raise InvalidInput(f"{what} has {length} digits", path="person_id")


@cache
def _birth_places() -> dict[str, str]:
    return {row["code"]: row["name"] for row in load("egov_vn", "persons").table("birth_place")}


@cache
def _centuries() -> dict[str, tuple[int, Sex]]:
    rows = load("egov_vn", "persons").table("century_sex")
    return {str(row["digit"]): (row["century"], Sex(row["sex"])) for row in rows}


@cache
def _weights() -> tuple[int, ...]:
    return load("egov_vn", "persons").timeline("tax_code_weights", tuple).versions[-1].value
