"""The code of a paper (*mã số giấy tờ*) that an electronic result carries: whose it is, and which kind of paper.

NĐ 118/2025/NĐ-CP Article 22(4): two parts, the identifier of the person or organisation and the code of the type of
paper; for a result of a procedure that is the type of result in the national database of procedures. The decree does
not say how the parts are joined: `-` here, any of `-`, `.`, `_`, `/` or a space when reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from egov_vn.agency import AgencyCode
from egov_vn.clock import require_aware, vietnam_date
from egov_vn.dossier.codes import ComponentCode, ResultCode
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Finding, Language, Severity, Text, finding
from egov_vn.law import Timeline, load
from egov_vn.person import CitizenId, TaxCode

if TYPE_CHECKING:
    from egov_vn.dossier.model import Dossier

__all__ = ["Owner", "PaperCode", "check_paper_codes", "paper_code_rule", "paper_codes"]

Owner = CitizenId | TaxCode | AgencyCode
"""Who holds the paper: a person, an enterprise or other taxpayer, or an agency."""

_RULE: Final = "paper_code"
_LONGEST: Final = 100
_JOINTS: Final = "-._/ "


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCode:
    """One code: *owner* and *type*, a `ResultCode` for a result, a `ComponentCode` for another listed paper."""

    owner: Owner
    type: ResultCode | ComponentCode

    def __post_init__(self) -> None:
        owner: object = self.owner
        kind: object = self.type
        if not isinstance(owner, Owner):
            raise InvalidInput(f"{type(owner).__name__} is not an identifier of a person or organisation", path="owner")
        if not isinstance(kind, ResultCode | ComponentCode):
            raise InvalidInput(f"{kind!r} is not the code of a type of paper", path="type")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `001099000001-KQ.G15.000031`, however the parts are joined, as long as that leaves no doubt.

        Raises `InvalidInput`; so a dot between the dotted code of an agency and that of a listed paper is refused.
        """
        given: object = text
        if not isinstance(given, str) or len(given) > _LONGEST:
            raise InvalidInput("not an identifier and the code of a type of paper", path="paper_code")
        plain = given.strip()
        # Both parts hold joints themselves: the one place where each side can be read is the joint between them.
        found = [code for index, char in enumerate(plain) if char in _JOINTS and (code := cls._split(plain, index))]
        if len(found) != 1:
            fault = "can be read in more than one way" if found else "is not an identifier and the code of a paper"
            raise InvalidInput(f"the text {fault}", path="paper_code")
        return found[0]

    @classmethod
    def _split(cls, text: str, at: int) -> Self | None:
        kind = text[at + 1 :]
        try:
            parsed = ResultCode.parse(kind) if kind.startswith("KQ.") else ComponentCode.parse(kind)
            return cls(owner=_owner(text[:at]), type=parsed)
        except InvalidInput:
            return None

    def render(self, separator: str = "-") -> str:
        """Return both parts with *separator* between them; the decree names none."""
        return f"{self.owner}{separator}{self.type}"

    def explain(self, lang: Language = "vi") -> str:
        """Return one sentence that takes the code apart, without showing a person's whole number."""
        owner = self.owner.masked if isinstance(self.owner, CitizenId) else str(self.owner)
        source = paper_code_rule().versions[-1].source.render(lang)
        if lang == "vi":
            return f"giấy tờ của {owner}; {self.type.explain(lang)} [{source}]"
        return f"paper of {owner}; {self.type.explain(lang)} [{source}]"

    def __str__(self) -> str:
        return self.render()


def paper_code_rule() -> Timeline[str]:
    """Return the rule that demands the code, with its article and the day from which it holds."""
    return load("egov_vn.dossier", "codes").timeline(_RULE, str)


def paper_codes(dossier: Dossier) -> tuple[PaperCode, ...]:
    """Return the code of each result of *dossier* whose type is known, for its applicant.

    `InvalidInput` where the applicant has no identifier, or one that cannot be read.
    """
    owner = _owner_of(dossier)
    return tuple(
        PaperCode(owner=owner, type=ResultCode.parse(item.type_code)) for item in dossier.results if item.type_code
    )


def check_paper_codes(dossier: Dossier, at: datetime) -> tuple[Finding, ...]:
    """Say which electronic results of *dossier* cannot carry their code, and why.

    A result is electronic where it has a file. Its day of issue decides, or *at* where that is not known: nothing is
    demanded of what was issued before 01/07/2025.
    """
    now, rules, found = require_aware(at, "at"), paper_code_rule(), []
    for index, item in enumerate(dossier.results):
        try:
            rule = rules.on(vietnam_date(item.issued_at or now))
        except NotInForce:
            continue
        if not item.location:
            continue
        fault = _fault(dossier, item.type_code)
        if fault is not None:
            found.append(
                finding(
                    "PAPER-CODE-MISSING",
                    Severity.ERROR,
                    vi=f"Kết quả điện tử “{item.name}” chưa gắn được mã số giấy tờ: {fault.vi}.",
                    en=f"The electronic result “{item.name}” cannot carry its paper code: {fault.en}.",
                    where=f"results[{index}]",
                    source=rule.source,
                )
            )
    return tuple(found)


def _fault(dossier: Dossier, type_code: str | None) -> Text | None:
    if not type_code:
        return Text("thiếu mã loại kết quả", "the type of result is missing")
    try:
        ResultCode.parse(type_code)
    except InvalidInput:
        return Text("mã loại kết quả không đúng dạng KQ.G15.000031", "its type is not of the form KQ.G15.000031")
    try:
        _owner_of(dossier)
    except InvalidInput:
        return Text("thiếu mã định danh hợp lệ của cá nhân, tổ chức", "the applicant has no valid identifier")
    return None


def _owner_of(dossier: Dossier) -> Owner:
    applicant = dossier.applicant
    numbers = [item.number for item in applicant.identities]
    if applicant.identity:
        numbers.append(applicant.identity)
    for number in numbers:
        try:
            return _owner(re.sub(r"[ \u00a0]", "", number))
        except InvalidInput:
            continue
    if applicant.agency is not None:
        return applicant.agency
    raise InvalidInput("the applicant has no identifier that a paper code can carry", path="applicant")


def _owner(text: str) -> Owner:
    if re.fullmatch(r"[0-9]{12}", text, re.ASCII):
        return CitizenId.parse(text)
    if re.fullmatch(r"[0-9]{10}(?:-?[0-9]{3})?", text, re.ASCII):
        return TaxCode.parse(text)
    return AgencyCode.parse(text)
