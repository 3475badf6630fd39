"""Report periods (*kỳ báo cáo*): from the 15th of a month to the 14th of another, in Vietnam time.

NĐ 09/2019/NĐ-CP Article 12: a month runs from the 15th of the month before to the 14th; quarter, half-year, nine months
and year likewise, the year from 15 December. A dossier received at 00:00 on the first day belongs to the period.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from egov_vn.clock import VIETNAM, require_aware, require_date
from egov_vn.errors import InvalidInput, require
from egov_vn.finding import Language
from egov_vn.law import Citation, load

__all__ = ["Period"]

_COUNT: Final = {"month": 12, "quarter": 4, "half_year": 2, "nine_months": 1, "year": 1}
_TEXT: Final = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])|(9M)))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One report period: *kind* (month, quarter, half_year, nine_months, year, custom), first and last day, included.

    `Period.month(2026, 8)` runs from 15/07/2026 to 14/08/2026.
    """

    kind: str
    start: date
    end: date
    year: int = 0
    number: int = 1

    def __post_init__(self) -> None:
        require_date(self.start, "start")
        require_date(self.end, "end")
        if self.end < self.start:
            raise InvalidInput(f"the period ends on {self.end}, before it starts on {self.start}", path="end")

    @classmethod
    def of(cls, kind: str, year: int, number: int = 1) -> Self:
        """Return the *number*-th period of that *kind* in the report *year*: `Period.of("quarter", 2026, 2)`."""
        if require(kind, str, "kind") not in _COUNT:
            raise InvalidInput(f"unknown kind of period {kind!r}; known: {', '.join(_COUNT)}", path="kind")
        if type(year) is not int or not 2000 <= year <= 9998:
            raise InvalidInput(f"{year!r} is not a report year", path="year")
        if type(number) is not int or not 1 <= number <= _COUNT[kind]:
            raise InvalidInput(f"a year has {_COUNT[kind]} periods of the kind {kind}, not {number!r}", path="number")
        window = _windows()[kind]
        last = number * window.months
        start = _month_before(year, last - window.months + 1).replace(day=window.first_day)
        return cls(kind=kind, start=start, end=date(year, last, window.last_day), year=year, number=number)

    @classmethod
    def month(cls, year: int, number: int) -> Self:
        """Return a month (*tháng*): 15th of the month before to the 14th."""
        return cls.of("month", year, number)

    @classmethod
    def quarter(cls, year: int, number: int) -> Self:
        """Return a quarter (*quý*): quarter II of 2026 runs from 15/03/2026 to 14/06/2026."""
        return cls.of("quarter", year, number)

    @classmethod
    def half_year(cls, year: int, number: int = 1) -> Self:
        """Return a half-year (*6 tháng*); the law knows the first, 15/12 to 14/06."""
        return cls.of("half_year", year, number)

    @classmethod
    def nine_months(cls, year: int) -> Self:
        """Return the first nine months (*9 tháng*): 15/12 to 14/09."""
        return cls.of("nine_months", year)

    @classmethod
    def full_year(cls, year: int) -> Self:
        """Return a report year (*năm*): 15/12 of the year before to 14/12."""
        return cls.of("year", year)

    @classmethod
    def custom(cls, start: date, end: date) -> Self:
        """Return any window of whole days, both included."""
        return cls(kind="custom", start=start, end=end)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"2026-08"`, `"2026-Q2"`, `"2026-H1"`, `"2026-9M"`, `"2026"` or `"2026-07-15..2026-08-14"`."""
        if not isinstance(text, str):
            raise InvalidInput(f"{text!r} is not a period", path="period")
        first, dots, last = text.strip().partition("..")
        if dots:
            try:
                return cls.custom(date.fromisoformat(first), date.fromisoformat(last))
            except InvalidInput:
                raise
            except ValueError as error:
                raise InvalidInput(f"{text!r} is not of the form 2026-07-15..2026-08-14", path="period") from error
        match = _TEXT.fullmatch(first)
        if match is None:
            raise InvalidInput(
                f"{text!r} is not a period; write 2026-08, 2026-Q2, 2026-H1, 2026-9M or 2026", path="period"
            )
        year, month, quarter, half, nine = match.groups()
        if month:
            return cls.month(int(year), int(month))
        if quarter:
            return cls.quarter(int(year), int(quarter))
        if half:
            return cls.half_year(int(year), int(half))
        return cls.nine_months(int(year)) if nine else cls.full_year(int(year))

    @property
    def starts_at(self) -> datetime:
        """The first instant of the period."""
        return datetime.combine(self.start, time(), VIETNAM)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the period."""
        return datetime.combine(self.end + timedelta(days=1), time(), VIETNAM)

    @property
    def source(self) -> Citation:
        """The rule that draws the window."""
        return load("egov_vn.dossier", "reports").table("periods").source

    @property
    def report_set(self) -> str:
        """The set of report tables in force on the closing day: `"tt01_2020"`, or `"tt09_2026"` from 01/08/2026."""
        return load("egov_vn.dossier", "reports").timeline("report_set", str).on(self.end).value

    def holds(self, at: datetime) -> bool:
        """Say whether the instant *at* lies in the period."""
        return self.starts_at <= require_aware(at) < self.ends_at

    def previous(self) -> Self:
        """Return the period of the same kind that ends the day before; a custom one of the same number of days.

        Nine months and the first half-year follow nothing of their kind: what they carry over stood open at the end of
        the report year before, so that year is returned.
        """
        if self.kind == "custom":
            length = self.end - self.start
            return type(self).custom(self.start - timedelta(days=1) - length, self.start - timedelta(days=1))
        if self.kind == "nine_months" or (self.kind == "half_year" and self.number == 1):
            return type(self).full_year(self.year - 1)
        if self.number > 1:
            return type(self).of(self.kind, self.year, self.number - 1)
        return type(self).of(self.kind, self.year - 1, _COUNT[self.kind])

    def is_required(self) -> bool:
        """Say whether a report of this period must be made; `NotInForce` if it closes before 01/08/2026."""
        wanted = load("egov_vn.dossier", "reports").timeline("required_periods", Mapping).on(self.end).value  # type: ignore[type-abstract]
        return self.number in wanted.get(self.kind, ())

    def report_due_on(self, *, head: bool = False) -> date:
        """Return the day by which the report is due: of a lower body, or with *head* of the ministry or province.

        TT 09/2026/TT-BTP Article 11: the 20th and the 23rd of the closing month; `NotInForce` for earlier periods.
        """
        rule = "head_deadline_day" if head else "unit_deadline_day"
        return self.end.replace(day=load("egov_vn.dossier", "reports").timeline(rule, int).on(self.end).value)

    def label(self, lang: Language = "vi") -> str:
        """Return the name of the period: `"Quý II/2026"`, `"Quarter II/2026"`."""
        if self.kind == "custom":
            return f"{self.start:%d/%m/%Y} - {self.end:%d/%m/%Y}"
        word = _windows()[self.kind].name[lang]
        roman = ("I", "II", "III", "IV")
        if self.kind == "month":
            return f"{word} {self.number:02d}/{self.year}"
        if self.kind == "quarter":
            return f"{word} {roman[self.number - 1]}/{self.year}"
        if self.kind == "half_year" and self.number == 2:
            word = {"vi": "6 tháng cuối năm", "en": "Second half-year"}[lang]
        return f"{word} {self.year}"

    def __str__(self) -> str:
        return self.label("vi")


@dataclass(frozen=True, slots=True)
class _Window:
    months: int
    first_day: int
    last_day: int
    name: Mapping[str, str]


def _windows() -> dict[str, _Window]:
    return {
        row["kind"]: _Window(row["months"], row["first_day"], row["last_day"], {"vi": row["vi"], "en": row["en"]})
        for row in load("egov_vn.dossier", "reports").table("periods")
    }


def _month_before(year: int, month: int) -> date:
    return date(year - 1, 12, 1) if month == 1 else date(year, month - 1, 1)
