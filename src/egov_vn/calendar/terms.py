"""Terms as procedures write them (*thời hạn giải quyết*): "15 ngày làm việc", "nửa tháng", "trong ngày"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from functools import cache

from egov_vn.errors import InvalidInput

__all__ = ["Term", "Unit", "require_time"]

_LARGEST = 100_000


class Unit(StrEnum):
    """What a term counts (*đơn vị tính*)."""

    WORKING_DAY = "working_day"
    """*Ngày làm việc*."""
    DAY = "day"
    """*Ngày*: calendar days; only the end moves (Civil Code 2015, Art. 148(5))."""
    WEEK = "week"
    """*Tuần*."""
    MONTH = "month"
    """*Tháng*."""
    YEAR = "year"
    """*Năm*."""
    WORKING_HOUR = "working_hour"
    """*Giờ làm việc*."""
    HOUR = "hour"
    """*Giờ*: plain hours, day and night."""
    MINUTE = "minute"
    """*Phút*."""
    SAME_DAY = "same_day"
    """*Trong ngày làm việc*."""


_WORDS = {
    Unit.WORKING_DAY: ("ngày làm việc", "working days"),
    Unit.DAY: ("ngày", "days"),
    Unit.WEEK: ("tuần", "weeks"),
    Unit.MONTH: ("tháng", "months"),
    Unit.YEAR: ("năm", "years"),
    Unit.WORKING_HOUR: ("giờ làm việc", "working hours"),
    Unit.HOUR: ("giờ", "hours"),
    Unit.MINUTE: ("phút", "minutes"),
}
_UNITS = {
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày lv": Unit.WORKING_DAY,
    "ngày": Unit.DAY,
    "ngày lịch": Unit.DAY,
    "tuần": Unit.WEEK,
    "tuần lễ": Unit.WEEK,
    "tháng": Unit.MONTH,
    "quý": Unit.MONTH,
    "năm": Unit.YEAR,
    "giờ làm việc": Unit.WORKING_HOUR,
    "giờ lv": Unit.WORKING_HOUR,
    "giờ": Unit.HOUR,
    "tiếng": Unit.HOUR,
    "h": Unit.HOUR,
    "phút": Unit.MINUTE,
    "working day": Unit.WORKING_DAY,
    "working days": Unit.WORKING_DAY,
    "day": Unit.DAY,
    "days": Unit.DAY,
    "week": Unit.WEEK,
    "weeks": Unit.WEEK,
    "month": Unit.MONTH,
    "months": Unit.MONTH,
    "year": Unit.YEAR,
    "years": Unit.YEAR,
    "working hour": Unit.WORKING_HOUR,
    "working hours": Unit.WORKING_HOUR,
    "hour": Unit.HOUR,
    "hours": Unit.HOUR,
    "minute": Unit.MINUTE,
    "minutes": Unit.MINUTE,
}
_DIGITS = {
    word: value
    for value, words in enumerate(
        ("không", "một mốt", "hai", "ba", "bốn tư", "năm lăm nhăm", "sáu", "bảy bẩy", "tám", "chín")
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term (*thời hạn*): *amount* of *unit*, and the time of day *cut_off* after which it starts a working day later.

    *amount* is a whole number, or a `Decimal` for "2,5"; 0 for a same-day term.
    """

    amount: int | Decimal
    unit: Unit
    cut_off: time | None = None

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int | Decimal):
            raise InvalidInput(f"{self.amount!r} is not an int or a Decimal", path="amount")
        if isinstance(self.amount, Decimal) and not self.amount.is_finite():
            raise InvalidInput(f"{self.amount} is not a number", path="amount")
        try:
            unit = Unit(self.unit)
        except ValueError as error:
            raise InvalidInput(f"{self.unit!r} is not a unit of time", path="unit") from error
        object.__setattr__(self, "unit", unit)
        if isinstance(self.amount, Decimal) and self.amount == self.amount.to_integral_value():
            object.__setattr__(self, "amount", int(self.amount))
        if unit is Unit.SAME_DAY:
            if self.amount != 0:
                raise InvalidInput("a same-day term has no amount", path="amount")
        elif not 0 < self.amount <= _LARGEST:
            raise InvalidInput(f"{self.amount} is not between 1 and {_LARGEST}", path="amount")
        require_time(self.cut_off, "cut_off")

    @classmethod
    def parse(cls, text: str) -> Term:
        """Read a term as it stands in a procedure, in Vietnamese (or plain English); `InvalidInput` if it is none.

        Composed or decomposed accents, non-breaking spaces, "05", "2,5", "15 (mười lăm)", "nửa tháng", "1 tháng rưỡi"
        are understood, and so are lead-ins ("trong thời hạn", "không quá") and tails ("kể từ ngày nhận đủ hồ sơ",
        "không kể thời gian niêm yết"). A range, or a second term for other cases, is refused.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"{text!r} is not a text", path="term")
        if len(text) > 500:
            raise InvalidInput(f"a term of {len(text)} characters: at most 500 are read", path="term")
        plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).replace("(làm việc)", "làm việc")
        cut_off = _cut_off(plain, text)
        head = re.split(
            r"[;,.(]?\s*(?:trường hợp|nếu|sau|tiếp nhận sau|nhận hồ sơ sau)\s.*\d{1,2}\s*(?:giờ|h|:)", plain
        )[0]
        if _patterns()["other_case"].search(head):
            raise InvalidInput(
                f"{text!r} names a second term for other cases; make each a Term (see TermTable)", path="term"
            )
        head = _patterns()["tail"].sub("", head.strip(" ;,.")).strip(" ;,.(")
        if _patterns()["same_day"].fullmatch(head):
            return cls(amount=0, unit=Unit.SAME_DAY, cut_off=cut_off)
        head = _patterns()["lead"].sub("", head)
        found = _patterns()["amount"].fullmatch(head)
        if found is None and _patterns()["range"].match(head):
            raise InvalidInput(f"{text!r} is a range; a term has one end, give the longest that is meant", path="term")
        if found is None or found["unit"] not in _UNITS:
            raise InvalidInput(
                f"{text!r} is not a term that is understood, such as '15 ngày làm việc' or '01 tháng'", path="term"
            )
        amount, unit = _number(found["number"], text), _UNITS[found["unit"]]
        _same_again(found["again"], amount, text)
        if found["and_half"]:
            amount += Decimal("0.5")
        if found["unit"] == "quý":
            amount *= 3
        return _half(amount, unit, cut_off)

    def render(self, lang: str = "vi") -> str:
        """Return the term in words: `"05 ngày làm việc"`, `"5 working days"`."""
        vi = lang == "vi"
        if self.unit is Unit.SAME_DAY:
            words = "trong ngày làm việc" if vi else "the same working day"
        else:
            number = f"{self.amount:02}" if vi and isinstance(self.amount, int) else str(self.amount)
            word = _WORDS[self.unit][not vi]
            if not vi and self.amount == 1:
                word = word.removesuffix("s")
            words = f"{number.replace('.', ',') if vi else number} {word}"
        if self.cut_off is None:
            return words
        at = f"{self.cut_off:%H:%M}"
        return words + (
            f"; tiếp nhận sau {at} thì tính từ ngày làm việc tiếp theo"
            if vi
            else f"; after {at}, from the next working day"
        )

    def __str__(self) -> str:
        return self.render()


def require_time(value: object, path: str) -> None:
    """Raise `InvalidInput` unless *value* is None or a time of day without a zone."""
    if value is not None and (not isinstance(value, time) or value.tzinfo is not None):
        raise InvalidInput(f"{value!r} is not a time of day", path=path)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    digit = "|".join(_DIGITS)
    words = rf"(?:(?:{digit}|mười|mươi)(?:\s(?:{digit}|mười|mươi))*)"
    units = "|".join(sorted(_UNITS, key=len, reverse=True))
    return {
        "lead": re.compile(
            r"^(?:(?:giải quyết|thời hạn|trong thời hạn|trong vòng|trong|không quá|tối đa(?: là)?|chậm nhất(?: là)?|là"
            r"|within)\s*:?\s+)+"
        ),
        "tail": re.compile(
            r"[\s(]*(?:,\s*)?(?:kể từ|tính từ|từ khi|từ ngày|sau khi|from|(?:không|chưa) (?:kể|tính|bao gồm)"
            r"|hoặc (?:trong )?ngày làm việc tiếp theo)\b.*$"
        ),
        "other_case": re.compile(
            rf"(?:trường hợp|nếu|đối với)\s[^.;]*?(?:\d|\b(?:{digit}|mười|mươi)\s)\W*(?:{units})\b"
        ),
        "same_day": re.compile(
            r"(?:(?:giải quyết|trả kết quả) )?(?:ngay )?trong (?:cùng )?ngày(?: làm việc)?"
            r"(?:(?: cơ quan, tổ chức)?(?: tiếp)? nhận(?: đủ)?(?: hồ sơ| yêu cầu)?)?"
            r"|(?:the )?same (?:working )?day"
        ),
        "amount": re.compile(
            rf"(?P<number>\d{{1,9}}(?:[.,]\d{{1,3}})?|1[/\u2044]2|nửa|{words})\s*(?:\((?P<again>[^)]{{1,60}})\)\s*)?"
            rf"(?P<unit>{units})(?P<and_half> rưỡi)?"
        ),
        "range": re.compile(r"(?:từ\s+)?\d+\s*(?:-|\u2013|\u2014|đến|tới)\s*\d+"),
        "number": re.compile(rf"\d{{1,9}}(?:[.,]\d{{1,3}})?|{words}"),
        "cut_off": re.compile(r"sau\s(?P<hour>\d{1,2})\s*(?:giờ|h|:|g)\s*(?P<minute>\d{2})?"),
    }


def _cut_off(plain: str, text: str) -> time | None:
    found = _patterns()["cut_off"].search(plain)
    if found is None:
        return None
    if "tiếp theo" not in plain and "hôm sau" not in plain and "ngày sau" not in plain:
        raise InvalidInput(f"{text!r} names a time of day but not what follows after it", path="term")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if hour > 23 or minute > 59:
        raise InvalidInput(f"{found[0]!r} is not a time of day", path="term")
    return time(hour, minute)


def _number(text: str, whole: str) -> int | Decimal:
    if text in ("nửa", "1/2", "1\u20442"):
        return Decimal("0.5")
    if text[0].isdigit():
        if re.fullmatch(r"0*[1-9]\d*[.,]\d{3}", text):
            raise InvalidInput(f"{text!r} may be thousands or thousandths", path="term", source=whole)
        return Decimal(text.replace(",", ".")) if "," in text or "." in text else int(text)
    words = text.split()
    if "mười" in words[1:] or (len(words) > 1 and words[0] != "mười" and words[1] != "mươi") or len(words) > 3:
        raise InvalidInput(f"{text!r} is not a number", path="term", source=whole)
    if words[0] == "mười":
        return 10 + sum(_DIGITS[word] for word in words[1:] if word != "mươi")
    return _DIGITS[words[0]] if len(words) == 1 else _DIGITS[words[0]] * 10 + sum(_DIGITS[word] for word in words[2:])


def _same_again(again: str | None, amount: int | Decimal, whole: str) -> None:
    """Refuse "05 (ba) ngày": the number in brackets, where it is one, repeats the number before it."""
    if not again or not _patterns()["number"].fullmatch(again.strip()):
        return
    try:
        number = _number(again.strip(), whole)
    except InvalidInput:  # words that are no number of ours, such as "hai lăm", neither confirm nor contradict
        return
    if number != amount:
        raise InvalidInput(f"{whole!r} names two numbers, {amount} and {again}", path="term")


def _half(amount: int | Decimal, unit: Unit, cut_off: time | None) -> Term:
    """Apply Civil Code Art. 146(1): half a month is 15 days, half a year six months."""
    if amount == Decimal("0.5") and unit is Unit.MONTH:
        return Term(amount=15, unit=Unit.DAY, cut_off=cut_off)
    if amount == Decimal("0.5") and unit is Unit.YEAR:
        return Term(amount=6, unit=Unit.MONTH, cut_off=cut_off)
    return Term(amount=amount, unit=unit, cut_off=cut_off)
