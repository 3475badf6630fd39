"""When a file is handed over (*thời hạn nộp lưu*): to the current archive, then to the historical archive.

Luật Lưu trữ Điều 17: at most one year from the year in which the work ended, then at most five years from the year of
that transfer; TT 05/2025/TT-BNV shortens the first for digital files to 60 days. Both are told: the due day and the
ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from egov_vn import law
from egov_vn.calendar import WorkCalendar
from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Text

__all__ = ["Medium", "TransferDue", "due_in_current_archive", "due_in_historical_archive"]

Medium = Literal["digital", "paper"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDue:
    """By when to hand over: *day*, the *ceiling* of the law, the articles, and a sentence for each step.

    *register_by* is the last day to register a transfer to the historical archive; *use_until* the last day on which
    the maker uses a digital file without approval.
    """

    day: date
    ceiling: date
    sources: tuple[law.Citation, ...]
    because: tuple[Text, ...]
    register_by: date | None = None
    use_until: date | None = None

    def explain(self, lang: Literal["vi", "en"] = "vi") -> str:
        """Return the reasons, one line each."""
        return "\n".join(text(lang) for text in self.because)


def _value(rule: str, on: date) -> law.Version[int]:
    return law.load("egov_vn.archive", "retention").timeline(rule, int).on(on)


def due_in_current_archive(ended: date, *, medium: Medium, calendar: WorkCalendar | None = None) -> TransferDue:
    """Return by when a file whose work ended on *ended* goes to the current archive (*lưu trữ hiện hành*).

    With *calendar* a due day that is a day off moves to the next working day, never beyond the ceiling. Raises
    `NotInForce` for work that ended before 01/07/2025.
    """
    require_date(ended, "ended")
    ceiling_rule = _value("current_ceiling_years", ended)
    ceiling = _year_end(ended, ceiling_rule.value)
    because = [
        Text(
            f"tối đa {ceiling_rule.value} năm tính từ năm kết thúc công việc, {ended.year}: đến hết {ceiling:%d/%m/%Y}"
            f" [{ceiling_rule.source}]",
            f"at most {ceiling_rule.value} year from the year the work ended, {ended.year}: to {ceiling.isoformat()}"
            f" [{ceiling_rule.source.render('en')}]",
        )
    ]
    if medium == "paper":
        return TransferDue(day=ceiling, ceiling=ceiling, sources=(ceiling_rule.source,), because=tuple(because))
    if medium != "digital":
        raise InvalidInput(f"{medium!r} is neither 'digital' nor 'paper'", path="medium")
    days_rule = _value("current_digital_days", ended)
    day = ended + timedelta(days=days_rule.value)
    because.append(
        Text(
            f"hồ sơ số: {days_rule.value} ngày kể từ ngày kết thúc công việc: {day:%d/%m/%Y} [{days_rule.source}]",
            f"digital file: {days_rule.value} days from the end of the work: {day.isoformat()}"
            f" [{days_rule.source.render('en')}]",
        )
    )
    moved = _working(day, calendar)
    if moved != day:
        because.append(
            Text(f"ngày nghỉ: chuyển đến ngày làm việc {moved:%d/%m/%Y}", f"a day off: moves to {moved.isoformat()}")
        )
    due = min(moved, ceiling)
    use = _value("maker_use_days", ended)
    return TransferDue(
        day=due,
        ceiling=ceiling,
        sources=(ceiling_rule.source, days_rule.source),
        because=tuple(because),
        use_until=due + timedelta(days=use.value),
    )


def due_in_historical_archive(
    transferred: date,
    *,
    other_law: bool = False,
    made: date | None = None,
    declassified: date | None = None,
    calendar: WorkCalendar | None = None,
) -> TransferDue:
    """Return by when a permanent file goes to the historical archive (*lưu trữ lịch sử*).

    *transferred* is the day on which it went to the current archive.

    *other_law*: another law sets the time, the ceiling is then 30 years. *made* before 01/07/2025: not after
    01/07/2030. *declassified*: the day on which a file that bore a mark of secrecy lost it; it never goes before
    (khoản 6 Điều 17), and while it is secret no day is due.
    """
    require_date(transferred, "transferred")
    require_date(transferred if declassified is None else declassified, "declassified")
    rule = _value("historical_other_law_years" if other_law else "historical_ceiling_years", transferred)
    ceiling = _year_end(transferred, rule.value)
    sources, because = (
        [rule.source],
        [
            Text(
                f"tối đa {rule.value} năm tính từ năm nộp vào lưu trữ hiện hành ({transferred.year}) [{rule.source}]",
                f"at most {rule.value} years from the year of transfer to the current archive ({transferred.year})"
                f" [{rule.source.render('en')}]",
            )
        ],
    )
    old = law.load("egov_vn.archive", "retention").rules["old_permanent_until"].on(transferred)
    if made is not None and made < old.value["made_before"] and ceiling > old.value["not_after"]:
        ceiling = old.value["not_after"]
        sources.append(old.source)
        because.append(
            Text(
                f"hình thành trước {old.value['made_before']:%d/%m/%Y}: theo thời hạn của Luật 01/2011/QH13, không quá"
                f" {ceiling:%d/%m/%Y} [{old.source}]",
                f"made before {old.value['made_before'].isoformat()}: by the time limit of Law 01/2011/QH13, not after"
                f" {ceiling.isoformat()} [{old.source.render('en')}]",
            )
        )
    if declassified is not None:
        secret = law.load("egov_vn.archive", "retention").rules["secret"].on(transferred)
        sources.append(secret.source)
        because.append(
            Text(
                f"chỉ nộp sau khi giải mật, {declassified:%d/%m/%Y} [{secret.source}]",
                f"only after declassification, {declassified.isoformat()} [{secret.source.render('en')}]",
            )
        )
        ceiling = max(ceiling, declassified)
    months = _value("historical_registration_months", transferred)
    register = ceiling - relativedelta(months=months.value)
    if calendar is not None and register <= calendar.known_until and not calendar.is_working(register):
        register = calendar.previous(register)
    return TransferDue(
        day=ceiling,
        ceiling=ceiling,
        sources=(*sources, months.source),
        because=tuple(because),
        register_by=register,
    )


def _year_end(start: date, years: int) -> date:
    if start.year + years > date.max.year:
        raise InvalidInput(f"{years} years after {start.isoformat()} are beyond the calendar", path="day")
    return date(start.year + years, 12, 31)


def _working(day: date, calendar: WorkCalendar | None) -> date:
    return day if calendar is None or calendar.is_working(day) else calendar.next(day)
