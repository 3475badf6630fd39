"""Electronic identifiers of agencies (*mã định danh điện tử*) in both forms, and the register of level-1 codes.

Two forms are in use for the same agency, and files of either kind stay in archives for ever:

- QCVN 102:2016/BTTTT: `000.17.22.H56`, the most general level on the right;
- QĐ 20/2020/QĐ-TTg Art. 4: `H56.22.17`, the most general level on the left, at most 35 characters.

QĐ 20/2020 also gives enterprises their business number (Art. 5) and others a scheme code `Z01…Z99` followed, without a
separator, by at most 32 characters (Art. 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.law import Citation, Evidence, Row, load
from egov_vn.person import TaxCode

__all__ = ["Agency", "AgencyCode", "AgencyForm", "AgencyKind", "AgencyRegister"]

_QCVN102_ISSUED: Final = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}", re.ASCII)
# Hà Nội writes letters in its groups and TP. Hồ Chí Minh leaves the last one out: read them, never issue them.
_QCVN102_SEEN: Final = re.compile(r"(?:[0-9A-Z]{3}\.)?[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Y][0-9]{2}", re.ASCII)
_QD20: Final = re.compile(r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*", re.ASCII)
_SCHEME: Final = re.compile(r"(Z(?:0[1-9]|[1-9][0-9]))([0-9A-Z][0-9A-Z.-]*)", re.ASCII)
_BUSINESS: Final = re.compile(r"[0-9]{10}(?:-?[0-9]{3})?", re.ASCII)
_QCVN102_WIDTHS: Final = (3, 2, 2, 3)
_LAW: Final = "20/2020/QĐ-TTg"


class AgencyForm(StrEnum):
    """The shape in which an agency's identifier is written."""

    QCVN102 = "qcvn102"
    """QCVN 102:2016/BTTTT, most general level on the right."""
    QD20 = "qd20"
    """QĐ 20/2020/QĐ-TTg Art. 4, most general level on the left."""
    BUSINESS = "business"
    """QĐ 20/2020/QĐ-TTg Art. 5: the number of an enterprise, a co-operative or a business household."""
    SCHEME = "scheme"
    """QĐ 20/2020/QĐ-TTg Art. 6: a scheme code Zxy and a code within that scheme."""


class AgencyKind(StrEnum):
    """What stands behind a level-1 code."""

    CENTRAL = "central"
    """A ministry or another central body (letter G)."""
    PROVINCE = "province"
    """A province or centrally run city (letter H)."""
    OTHER = "other"
    """Anything else that the caller registered."""


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """The electronic identifier of an agency (*mã định danh điện tử của cơ quan, tổ chức*).

    *text* is the code as it was written; *parts* run from the most general level to the most special one, without
    padding: `("H56", "22", "17")` for both `000.17.22.H56` and `H56.22.17`. Two codes are equal if they are written
    alike; compare `parts` to ask whether they name the same agency.
    """

    text: str
    form: AgencyForm
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> AgencyCode:
        """Read a code in any of the four forms, or raise `InvalidInput`.

        The old form is read as agencies really write it (`000.A0.01.H26`, `38.98.H29`); `issuable` tells whether the
        standard's own grammar holds.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"an agency code is a text, not {type(text).__name__}", path="agency")
        limit = _limit("qd20_length")
        if len(text) > limit:
            raise InvalidInput(
                f"an agency code has at most {limit} characters, this one has {len(text)}",
                path="agency",
                source=f"khoản 1 Điều 4 {_LAW}",
            )
        if _QCVN102_SEEN.fullmatch(text):
            return cls(text, AgencyForm.QCVN102, _levels(text))
        if _QD20.fullmatch(text):
            return cls(text, AgencyForm.QD20, tuple(text.split(".")))
        scheme = _SCHEME.fullmatch(text)
        if scheme is not None and len(scheme[2]) <= _limit("scheme_length"):
            return cls(text, AgencyForm.SCHEME, (scheme[1], scheme[2]))
        if _BUSINESS.fullmatch(text):
            return cls(text, AgencyForm.BUSINESS, (TaxCode.parse(text).value,))
        raise InvalidInput(
            f"{text!r} is no agency code: expected a form such as 000.00.00.H13, H13.12.3 or Z01…",
            path="agency",
            source=f"Điều 4 đến Điều 6 {_LAW}; QCVN 102:2016/BTTTT",
        )

    @property
    def level1(self) -> str:
        """The level-1 code `"H13"`; the scheme code of a scheme, and an empty text for a business number."""
        return "" if self.form is AgencyForm.BUSINESS else self.parts[0]

    @property
    def level(self) -> int:
        """The agency's level: 1 for `H13`, 3 for `H56.22.17`."""
        return len(self.parts)

    @property
    def issuable(self) -> bool:
        """Whether the grammar of the standard holds to the letter, not only the reading of field practice."""
        return self.form is not AgencyForm.QCVN102 or _QCVN102_ISSUED.fullmatch(self.text) is not None

    def as_qcvn102(self) -> str:
        """Return the form of QCVN 102:2016, `"000.17.22.H56"`.

        The digits are turned round, nothing more: whether an agency kept its sub-numbers when the form changed is known
        only to its own register. Raises `InvalidInput` where the groups do not fit (more than four levels, or
        other widths than 3.2.2.3).
        """
        if self.form not in (AgencyForm.QCVN102, AgencyForm.QD20):
            raise InvalidInput(f"{self.text} has no form under QCVN 102:2016", path="agency")
        widths = _QCVN102_WIDTHS
        groups = list(reversed(self.parts))
        padded = ["0" * width for width in widths[: len(widths) - len(groups)]] + groups
        if [len(group) for group in padded] != list(widths):
            raise InvalidInput(f"the groups of {self.text} do not fit 000.00.00.{self.level1}", path="agency")
        return ".".join(padded)

    def as_qd20(self) -> str:
        """Return the form of QĐ 20/2020/QĐ-TTg, `"H56.22.17"`; the same caution as for `as_qcvn102` holds."""
        return self.text if self.form in (AgencyForm.SCHEME, AgencyForm.BUSINESS) else ".".join(self.parts)

    def __str__(self) -> str:
        return self.text


def _levels(text: str) -> tuple[str, ...]:
    """Turn the groups round and drop the padding, which is all-zero groups on the special (left) side."""
    groups = text.split(".")
    while len(groups) > 1 and not groups[0].strip("0"):
        del groups[0]
    return tuple(reversed(groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One entry of the register: what a code named, from *since* up to, not including, *until*.

    None means that the day is not known, or that the unit still exists.
    """

    code: str
    name: str
    kind: AgencyKind
    source: Citation
    evidence: Evidence
    since: date | None = None
    until: date | None = None
    successor: str = ""
    end_evidence: Evidence | None = None

    def existed_on(self, day: date) -> bool:
        """Say whether the unit existed on *day*, as far as the register knows."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class AgencyRegister:
    """What codes name, by day; level 1 is built in, deeper levels are the agency's own and are added by the caller."""

    entries: Mapping[str, tuple[Agency, ...]]

    @classmethod
    def official(cls) -> AgencyRegister:
        """Return the register of level-1 codes that comes with the library; each entry says how it is known."""
        return cls.of(_agency(row) for row in load("egov_vn", "agencies").table("level1"))

    @classmethod
    def of(cls, agencies: Iterable[Agency]) -> AgencyRegister:
        """Return a register of *agencies*; codes in the QCVN form are kept under their levels, as all others."""
        found: dict[str, tuple[Agency, ...]] = {}
        for agency in agencies:
            key = _key(AgencyCode.parse(agency.code))
            found[key] = (*found.get(key, ()), agency)
        return cls(MappingProxyType(found))

    def with_agencies(self, *agencies: Agency) -> AgencyRegister:
        """Return a register that also knows *agencies*."""
        own = (agency for rows in self.entries.values() for agency in rows)
        return AgencyRegister.of((*own, *agencies))

    def history(self, code: AgencyCode | str) -> tuple[Agency, ...]:
        """Return every entry of exactly *code*, whatever the day; empty if there is none."""
        return self.entries.get(_key(_code(code)), ())

    def lookup(self, code: AgencyCode | str, *, on: date) -> Agency:
        """Return the agency that *code*, or the nearest level above it that is registered, named on the day *on*.

        The answer's `.code` tells which level it is. Raises `NotInForce` if no level is registered, or if the unit no
        longer existed on that day (the message names its successor); the code itself stays readable.
        """
        day = require_date(on, "on")
        wanted = _code(code)
        for depth in range(len(wanted.parts), 0, -1):
            rows = self.entries.get(_key(replace(wanted, parts=wanted.parts[:depth])), ())
            for row in rows:
                if row.existed_on(day):
                    return row
            ended = next((row for row in reversed(rows) if row.until is not None and row.until <= day), None)
            if ended is not None:
                raise NotInForce(
                    "agencies.level1",
                    day,
                    f"{ended.code} named {ended.name} before {ended.until}; "
                    f"its work passed to {ended.successor or 'others'}",
                )
        raise NotInForce("agencies.level1", day, f"no agency is registered under {wanted}")


def _code(code: AgencyCode | str) -> AgencyCode:
    return code if isinstance(code, AgencyCode) else AgencyCode.parse(code)


def _key(code: AgencyCode) -> str:
    return ".".join(code.parts)


def _agency(row: Row) -> Agency:
    end = row.get("end_evidence")
    return Agency(
        code=row["code"],
        name=row["name"],
        kind=AgencyKind(row["kind"]),
        since=row.get("since"),
        until=row.get("until"),
        successor=row.get("successor", ""),
        source=row.source,
        evidence=row.evidence,
        end_evidence=Evidence(end) if end else None,
    )


def _limit(rule: str) -> int:
    return load("egov_vn", "agencies").timeline(rule, int).versions[-1].value
