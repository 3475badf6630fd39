"""The codes of the one-stop shop: dossier, procedure, field, result and component.

Strict when issuing, lenient when reading: every form seen in running systems is understood, and `form` says which of
them is one that the law allows to issue. A code is never re-derived from today's register of agencies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Self

from egov_vn.agency import AgencyCode
from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput
from egov_vn.law import Citation, Row, Version, load

if TYPE_CHECKING:
    from egov_vn.finding import Language

__all__ = [
    "CodeForm",
    "ComponentCode",
    "DossierCode",
    "FieldCode",
    "IssuerRole",
    "ProcedureCode",
    "ResultCode",
    "code_form",
    "issuer_role",
]

MAX_LENGTH: Final = 64
"""No code of this module is longer; longer texts are refused before any pattern is tried."""

_QCVN = r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}"
_QCVN_SEEN = r"(?:[0-9A-Z]{3}\.)?[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Y][0-9]{2}"
_QD20 = r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*"
_DOSSIER = re.compile(rf"({_QCVN_SEEN}|{_QD20})-([0-9]{{6}}|[0-9]{{8}})-([0-9]{{4,7}})")
_PROCEDURE = re.compile(rf"([0-9]\.[0-9]{{6}})(?:\.({_QCVN_SEEN}))?(?:\.([0-9]{{2}}))?")
_FIELD = re.compile(r"([A-Y][0-9]{2})-([0-9A-Z]{1,20})")
_RESULT = re.compile(r"KQ\.([A-Y][0-9]{2})\.([0-9]{5,7})")
_COMPONENT = re.compile(rf"({_QCVN_SEEN}|{_QD20})-([A-Z]{{1,8}})([0-9]{{1,8}})")
_STRICT_AGENCY = {"tt01_2018": re.compile(_QCVN), "local_2025": re.compile(_QD20)}


class CodeForm(StrEnum):
    """The forms of a dossier code (*dạng mã số hồ sơ*)."""

    TT01_2018 = "tt01_2018"
    """`000.00.00.H13-260212-0001`: identifier of QCVN 102:2016, 6-digit date, 4-digit ordinal."""
    LOCAL_2025 = "local_2025"
    """`H57.132-260804-0583`: identifier of QĐ 20/2020, 6-digit date, 4-digit ordinal."""
    MINISTRY_SYSTEM = "ministry_system"
    """`G09.20-20260609-0092637`: identifier of QĐ 20/2020, 6- or 8-digit date, 6- or 7-digit ordinal."""
    OBSERVED = "observed"
    """Only seen in running systems (`000.A0.01.H26-210212-9090`): readable, never issued."""


class IssuerRole(StrEnum):
    """Whose identifier a dossier code carries (*mã định danh của cơ quan nào*)."""

    RECEIVING = "receiving"
    SETTLING = "settling"
    RECEPTION_DESK = "reception_desk"
    NATIONAL_PORTAL = "national_portal"


def code_form(on: date) -> Version[CodeForm]:
    """Return the form in which the code of a dossier received on the day *on* is issued, with the article.

    Raises `NotInForce` before 21/06/2018. Source: TT 01/2018/TT-VPCP Art. 19(1); NĐ 118/2025/NĐ-CP Art. 28(2).
    """
    timeline = load("egov_vn.dossier", "codes").timeline("dossier_code_form", str).map(CodeForm)
    return timeline.on(require_date(on, "on"))


def issuer_role(on: date, *, linked: bool = False, online: bool = False) -> Version[IssuerRole]:
    """Return whose identifier the code of a dossier received on the day *on* carries, with the article.

    *linked*: a linked group of procedures (*nhóm thủ tục liên thông*); *online*: filed on the National Portal.
    Raises `NotInForce` before 21/06/2018. Source: NĐ 61/2018 Art. 26(2)(a); NĐ 118/2025 Art. 28(2)(a).
    """
    rule = "dossier_code_issuer" + (f"_linked_{'online' if online else 'desk'}" if linked else "")
    timeline = load("egov_vn.dossier", "codes").timeline(rule, str).map(IssuerRole)
    return timeline.on(require_date(on, "on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCode:
    """The code of one dossier (*mã số hồ sơ*): agency, day of reception, ordinal of that day.

    Source: TT 01/2018/TT-VPCP Art. 19(1); NĐ 118/2025/NĐ-CP Art. 28(2).
    """

    agency_id: str
    received_on: date
    ordinal: int
    form: CodeForm = CodeForm.TT01_2018
    date_digits: int = 6
    ordinal_digits: int = 4

    @classmethod
    def parse(cls, text: str, *, form: CodeForm | str | None = None) -> Self:
        """Read a code; with *form* only that form is accepted, without it every form seen in running systems.

        Raises `InvalidInput` whose path names the faulty part: `"agency"`, `"date"` or `"ordinal"`.
        """
        match = _match(_DOSSIER, text)
        if match is None:
            raise InvalidInput(f"{_short(text)} is not a dossier code", path="code", source=_SOURCE)
        agency, day, ordinal = match.groups()
        number = int(ordinal)
        if not number:
            raise InvalidInput(f"the ordinals of a day begin at 1, not at {ordinal}", path="ordinal", source=_SOURCE)
        if len(agency) > 35:
            raise InvalidInput(
                f"{agency!r} is longer than 35 characters", path="agency", source="20/2020/QĐ-TTg Điều 4"
            )
        found = _form(agency, len(day), len(ordinal), padded=ordinal[0] == "0")
        if form is not None and found != form:
            if form not in tuple(CodeForm):
                raise InvalidInput(f"{form!r} is not a form of dossier codes", path="form")
            raise InvalidInput(f"{text!r} is of the form {found}, not {form}", path="code", source=_SOURCE)
        code = object.__new__(cls)  # a frozen value's own constructor takes as long as all the rest of this
        _fill_agency_id(code, agency)
        _fill_received_on(code, _day(day))
        _fill_ordinal(code, number)
        _fill_form(code, found)
        _fill_date_digits(code, len(day))
        _fill_ordinal_digits(code, len(ordinal))
        return code

    @classmethod
    def issue(cls, agency: AgencyCode | str, on: date, ordinal: int) -> Self:
        """Make the code number *ordinal* of the day *on* for *agency*, in the form that its identifier belongs to.

        More than 9999 dossiers a day widen the ordinal; it never wraps. Raises `InvalidInput` for an identifier that
        may only be read, a day outside 2000-2099, or an ordinal below 1.
        """
        text = str(agency)
        if _STRICT_AGENCY["tt01_2018"].fullmatch(text):
            form = CodeForm.TT01_2018
        elif len(text) <= 35 and _STRICT_AGENCY["local_2025"].fullmatch(text):
            form = CodeForm.LOCAL_2025
        else:
            raise InvalidInput(f"no code may be issued under the identifier {_short(text)}", path="agency")
        if not 2000 <= require_date(on, "on").year <= 2099:
            raise InvalidInput(f"{on} does not fit a two-digit year of this century", path="on", source=_SOURCE)
        if type(ordinal) is not int or not 1 <= ordinal <= 9_999_999:
            raise InvalidInput(f"{ordinal!r} is not an ordinal from 1 to 9999999", path="ordinal", source=_SOURCE)
        return cls(agency_id=text, received_on=on, ordinal=ordinal, form=form, ordinal_digits=max(4, len(str(ordinal))))

    @property
    def agency(self) -> AgencyCode:
        """The agency's identifier, parsed."""
        return _agency(self.agency_id)

    @property
    def issuable(self) -> bool:
        """Whether this is a form that may be issued, not only read."""
        return self.form is not CodeForm.OBSERVED

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart, with the rule it follows."""
        row = _forms()[self.form]
        rule = f"{row[lang]} [{row.source.render(lang)}]"
        if lang == "vi":
            day = f"{self.received_on:%d/%m/%Y}"
            what = f"cơ quan {self.agency_id}, tiếp nhận ngày {day}, hồ sơ thứ {self.ordinal} trong ngày"
        else:
            day = self.received_on.isoformat()
            what = f"agency {self.agency_id}, received on {day}, number {self.ordinal} of that day"
        return f"{self}: {what}; {rule}"

    def __str__(self) -> str:
        day = self.received_on
        head = f"{day.year:04d}" if self.date_digits == 8 else f"{day.year % 100:02d}"
        return f"{self.agency_id}-{head}{day.month:02d}{day.day:02d}-{self.ordinal:0{self.ordinal_digits}d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureCode:
    """The code of a procedure (*mã thủ tục hành chính*): `2.000815`, local `2.000815.000.00.00.H55`, variant `….02`.

    *national* is the code of the national database, *owner_id* the identifier of the agency whose local record this
    is, *variant* the number of the online service (*mã dịch vụ công*). Forms as seen in the national and local systems.
    """

    national: str
    owner_id: str | None = None
    variant: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code in its short or its local form; raises `InvalidInput`."""
        match = _match(_PROCEDURE, text)
        if match is None:
            raise InvalidInput(f"{_short(text)} is not a procedure code such as 2.000815", path="procedure")
        national, owner, variant = match.groups()
        return cls(national=national, owner_id=owner, variant=variant)

    @property
    def owner(self) -> AgencyCode | None:
        """The owner's identifier, parsed."""
        return _agency(self.owner_id) if self.owner_id else None

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart."""
        if lang == "vi":
            parts = [f"mã quốc gia {self.national}"]
            parts += [f"bản ghi của cơ quan {self.owner_id}"] if self.owner_id else []
            parts += [f"dịch vụ công số {self.variant}"] if self.variant else []
        else:
            parts = [f"national code {self.national}"]
            parts += [f"record of the agency {self.owner_id}"] if self.owner_id else []
            parts += [f"online service {self.variant}"] if self.variant else []
        return f"{self}: {', '.join(parts)}"

    def same_procedure(self, other: ProcedureCode) -> bool:
        """Say whether both are records of one national procedure, whoever owns them."""
        return self.national == other.national

    def __str__(self) -> str:
        return ".".join(part for part in (self.national, self.owner_id, self.variant) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCode:
    """The code of a field (*mã ngành, lĩnh vực*) `MX1X2-LV`. Source: TT 01/2018/TT-VPCP Art. 20(1)."""

    level1: str
    field: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `G15-HT01`; raises `InvalidInput`."""
        match = _match(_FIELD, text)
        if match is None:
            raise InvalidInput(
                f"{_short(text)} is not a field code such as G15-HT01", path="field", source="01/2018/TT-VPCP Điều 20"
            )
        return cls(level1=match[1], field=match[2])

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart."""
        if lang == "vi":
            return f"{self}: lĩnh vực {self.field} của cơ quan cấp 1 {self.level1} [khoản 1 Điều 20 01/2018/TT-VPCP]"
        return f"{self}: field {self.field} of the level-1 body {self.level1} [clause 1, Art. 20, 01/2018/TT-VPCP]"

    def __str__(self) -> str:
        return f"{self.level1}-{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCode:
    """The type code of a result (*mã loại kết quả*) `KQ.G15.000031`; five to seven digits occur."""

    level1: str
    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `KQ.G15.000031`; raises `InvalidInput`."""
        match = _match(_RESULT, text)
        if match is None:
            raise InvalidInput(f"{_short(text)} is not a result code such as KQ.G15.000031", path="result")
        return cls(level1=match[1], number=match[2])

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart."""
        if lang == "vi":
            return f"{self}: loại kết quả số {self.number} do cơ quan cấp 1 {self.level1} công bố"
        return f"{self}: type of result {self.number}, published by the level-1 body {self.level1}"

    def __str__(self) -> str:
        return f"KQ.{self.level1}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentCode:
    """The code of a component (*mã thành phần hồ sơ*) `000.00.00.G09-KQ002269`, as the national database has them."""

    agency_id: str
    prefix: str
    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `000.00.00.G09-KQ002269`; raises `InvalidInput`."""
        match = _match(_COMPONENT, text)
        if match is None:
            raise InvalidInput(
                f"{_short(text)} is not a component code such as 000.00.00.G09-KQ002269", path="component"
            )
        return cls(agency_id=match[1], prefix=match[2], number=match[3])

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart."""
        if lang == "vi":
            return f"{self}: giấy tờ {self.prefix}{self.number} trong danh mục của cơ quan {self.agency_id}"
        return f"{self}: paper {self.prefix}{self.number} in the list of the agency {self.agency_id}"

    def __str__(self) -> str:
        return f"{self.agency_id}-{self.prefix}{self.number}"


_fill_agency_id, _fill_received_on, _fill_ordinal, _fill_form, _fill_date_digits, _fill_ordinal_digits = (
    getattr(DossierCode, name).__set__ for name in DossierCode.__slots__
)
_SOURCE: Final = str(Citation(instrument="01/2018/TT-VPCP", article="19", clause="1"))


def _match(pattern: re.Pattern[str], text: object) -> re.Match[str] | None:
    return pattern.fullmatch(text) if isinstance(text, str) and len(text) <= MAX_LENGTH else None


@lru_cache(maxsize=4096)
def _form(agency: str, date_digits: int, width: int, *, padded: bool) -> CodeForm:
    shape = _shape(agency)
    widened = width > 4 and not padded
    if shape is CodeForm.TT01_2018:
        return shape if date_digits == 6 and (width == 4 or widened) else CodeForm.OBSERVED
    if shape is CodeForm.OBSERVED:
        return shape
    if date_digits == 6 and (width == 4 or (width == 5 and widened)):
        return CodeForm.LOCAL_2025
    return CodeForm.MINISTRY_SYSTEM if width in (6, 7) else CodeForm.OBSERVED


_CENTURY: Final = range(2000, 2100)


@lru_cache(maxsize=4096)
def _shape(agency: str) -> CodeForm:
    """Return the form that the identifier belongs to; a thousand codes share one agency."""
    if _STRICT_AGENCY["tt01_2018"].fullmatch(agency):
        return CodeForm.TT01_2018
    return CodeForm.LOCAL_2025 if _STRICT_AGENCY["local_2025"].fullmatch(agency) else CodeForm.OBSERVED


@lru_cache(maxsize=4096)
def _day(digits: str) -> date:
    year = int(digits[:-4]) + (2000 if len(digits) == 6 else 0)
    if year not in _CENTURY:
        raise InvalidInput(f"{digits!r}: no dossier code is of the year {year:04}", path="date", source=_SOURCE)
    try:
        return date(year, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError as error:
        raise InvalidInput(f"{digits!r} is not a day", path="date", source=_SOURCE) from error


@lru_cache(maxsize=4096)
def _agency(text: str) -> AgencyCode:
    return AgencyCode.parse(text)


@cache
def _forms() -> dict[str, Row]:
    return {row["key"]: row for row in load("egov_vn.dossier", "codes").table("code_forms")}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
