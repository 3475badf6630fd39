"""The words of an answer: each step with its rule, and the walk from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from egov_vn.calendar.days import Certainty, DayKind, DayOff
from egov_vn.calendar.policy import rules
from egov_vn.calendar.terms import Unit
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, Evidence, Version

if TYPE_CHECKING:
    from egov_vn.calendar.counting import End, Run, Stretch
    from egov_vn.calendar.deadline import Deadline

__all__ = ["Note", "Reason", "because", "dmy", "explain", "note", "weekday"]

_ONE = timedelta(days=1)
_VI = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of an answer (*căn cứ*): what was done, by which rule, and how that rule is known."""

    text: Text
    source: Citation | None = None
    evidence: Evidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "text": {"vi": self.text.vi, "en": self.text.en},
            "source": str(self.source) if self.source else None,
            "evidence": self.evidence.value if self.evidence else None,
        }

    def line(self, lang: Language = "vi") -> str:
        """Return the step as one line, with its source in brackets."""
        return self.text(lang) + (f" [{self.source.render(lang)}]" if self.source else "")


Note = Reason


def weekday(day: date, lang: Language = "vi") -> str:
    """Return the name of the weekday."""
    return (_VI if lang == "vi" else _EN)[day.weekday()]


def dmy(day: date) -> str:
    """Return a day as Vietnamese write it, 26/02/2026."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


_NOTES = {
    "territorial": (
        "Hồ sơ phi địa giới tiếp nhận trước khi có quy định mới: thời hạn vẫn tính từ khi Bộ phận Một cửa tiếp nhận.",
        "Non-territorial dossier received before the new rule: the clock still starts at the desk.",
    ),
    "transfer": (
        "Hồ sơ phi địa giới: thời hạn tính từ khi cơ quan có thẩm quyền nhận, ngày {day}.",
        "Non-territorial dossier: the clock starts when the competent body receives it, {day}.",
    ),
    "outside": (
        "Tiếp nhận ngoài giờ làm việc: coi như tiếp nhận khi cơ quan mở cửa, ngày {day}.",
        "Received outside office hours: taken as received at the next opening, {day}.",
    ),
    "cut_off": (
        "Tiếp nhận sau {time}: thời hạn tính từ ngày làm việc tiếp theo, {day}.",
        "Received after {time}: the clock starts on the next working day, {day}.",
    ),
    "restart": (
        "Tạm dừng từ {day} đến {to}; thời hạn tính lại từ đầu sau khi nhận đủ hồ sơ.",
        "Paused from {day} to {to}; the whole term is counted again after completion.",
    ),
    "resume": (
        "Tạm dừng từ {day} đến {to}; thời gian chờ không tính, phần còn lại tính tiếp.",
        "Paused from {day} to {to}; the waiting time is not counted, the rest goes on.",
    ),
    "excluded_step": (
        "Bước của cơ quan khác từ {day} đến {to} nằm ngoài thời hạn; phần còn lại tính tiếp.",
        "A step of another body from {day} to {to} lies outside the term; the rest goes on.",
    ),
    "day_hours": (
        "Mỗi ngày làm việc tính bằng {hours} giờ làm việc, từ thời điểm tiếp nhận.",
        "Each working day is counted as {hours} working hours from the moment of receipt.",
    ),
    "month_end": (
        "Tháng cuối không có ngày tương ứng: kết thúc vào ngày cuối tháng, {day}.",
        "The last month has no corresponding day: the term ends on its last day, {day}.",
    ),
    "half": (
        "Nửa tháng là 15 ngày, nửa năm là sáu tháng.",
        "Half a month is 15 days, half a year six months.",
    ),
    "split": (
        "Thời hạn không liền nhau: một tháng là 30 ngày, một năm là 365 ngày.",
        "The term does not run in one piece: a month is 30 days, a year 365.",
    ),
    "moves": (
        "Ngày cuối cùng {day} là ngày nghỉ: thời hạn kết thúc vào ngày làm việc tiếp theo, {to}.",
        "The last day, {day}, is off: the term ends on the next working day, {to}.",
    ),
    "extension": (
        "Hạn ban đầu {day}; gia hạn một lần thêm {term}, thông báo ngày {to}.",
        "First due on {day}; extended once by {term_en}, told on {to}.",
    ),
}


def note(key: str, rule: Version[Any] | None, *, source: Citation | None = None, **values: Any) -> Reason:
    """Return the step *key* in both languages, with the rule it follows."""
    shown = {name: dmy(value) if isinstance(value, date) else value for name, value in values.items()}
    if isinstance(values.get("time"), time):
        shown["time"] = f"{values['time']:%H:%M}"
    if "term" in values:
        shown["term"], shown["term_en"] = values["term"].render("vi"), values["term"].render("en")
    vi, en = _NOTES[key]
    return Reason(
        text=Text(vi.format(**shown), en.format(**shown)),
        source=rule.source if rule else source,
        evidence=rule.evidence if rule else None,
    )


def because(run: Run, end: End) -> tuple[Reason, ...]:
    """Return every step of *run* up to its *end*, each with its rule."""
    unit = run.term.unit
    steps: list[Reason] = []
    vi_en = run.term.render("vi"), run.term.render("en")
    if unit in (Unit.WORKING_DAY, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR) and not run.policy.count_first_day:
        steps.append(
            _reason(
                "first_day",
                run,
                f"Thời hạn {vi_en[0]}: ngày đầu tiên không tính.",
                f"{vi_en[1]}: the first day is not counted.",
            )
        )
    elif unit in (Unit.HOUR, Unit.MINUTE, Unit.WORKING_HOUR):
        steps.append(
            _reason(
                "set_moment",
                run,
                f"Thời hạn {vi_en[0]}: tính từ thời điểm xác định.",
                f"{vi_en[1]}: counted from the set moment.",
            )
        )
    elif run.policy.count_first_day:
        steps.append(
            Reason(
                text=Text(
                    f"Thời hạn {vi_en[0]}: theo quy tắc riêng, ngày tiếp nhận tính là ngày thứ nhất.",
                    f"{vi_en[1]}: by a rule of its own the day of receipt is the first day.",
                ),
                source=run.policy.source,
            )
        )
    else:
        steps.append(Reason(text=Text(f"Thời hạn: {vi_en[0]}.", f"Term: {vi_en[1]}."), source=run.policy.source))
    if run.policy.source is not None and all(step.source != run.policy.source for step in steps + run.notes):
        own = Text("Áp dụng quy định riêng.", "A rule of its own applies.")
        steps.append(Reason(text=own, source=run.policy.source))
    steps += run.notes
    steps.append(_last(run, end))
    return tuple(steps)


def _last(run: Run, end: End) -> Reason:
    if end.at.time() == time.max:
        vi, en = f"Kết thúc lúc 24:00 ngày {dmy(end.day)}.", f"Ends at 24:00 on {dmy(end.day)}."
        return _reason("last_day", run, vi, en)
    at = f"{end.at:%H:%M}"
    office = run.hours is not None and not run.plain and end.at.time() == run.hours.closing(end.day.isoweekday())
    vi = f"Kết thúc lúc {at} ngày {dmy(end.day)}" + (", giờ đóng cửa của cơ quan." if office else ".")
    en = f"Ends at {at} on {dmy(end.day)}" + (", when the office closes." if office else ".")
    return Reason(text=Text(vi, en))


def _reason(rule: str, run: Run, vi: str, en: str) -> Reason:
    try:
        version = rules().rules[rule].on(run.law_day)
    except NotInForce:
        return Reason(text=Text(vi, en))
    return Reason(text=Text(vi, en), source=version.source, evidence=version.evidence)


def explain(deadline: Deadline, lang: Language) -> str:
    """Return the whole way from receipt to end as lines of text."""
    if lang not in ("vi", "en"):
        raise InvalidInput(f"{lang!r} is not a language; there are vi and en", path="lang")
    vi = lang == "vi"
    received = deadline.received_at
    when = f"{received:%H:%M} {weekday(received.date(), lang)} {dmy(received.date())}"
    term = deadline.term.render(lang)
    lines = [f"Tiếp nhận: {when}. Thời hạn: {term}." if vi else f"Received: {when}. Term: {term}."]
    lines += [f"- {item.line(lang)}" for item in deadline.because[:-1]]
    lines += [f"  {line}" for line in _walk(deadline, lang)]
    lines.append(f"- {deadline.because[-1].line(lang)}")
    lines.append(_verdict(deadline, lang))
    lines += [item.line(lang) for item in deadline.findings]
    return "\n".join(lines)


_VERDICTS = {
    "vi": {
        Certainty.STATUTE: "theo luật",
        Certainty.NOTICE: "theo luật và thông báo đã công bố",
        Certainty.PROJECTED: "DỰ KIẾN, thông báo của năm chưa công bố",
    },
    "en": {
        Certainty.STATUTE: "by statute",
        Certainty.NOTICE: "by statute and published notice",
        Certainty.PROJECTED: "PROJECTED, that year's notice is not published",
    },
}


def _verdict(deadline: Deadline, lang: Language) -> str:
    certainty = _VERDICTS[lang][deadline.certainty]
    day = f"{weekday(deadline.day, lang)} {dmy(deadline.day)}"
    return f"Hạn: {day} ({certainty})." if lang == "vi" else f"Due: {day} ({certainty})."


def _walk(deadline: Deadline, lang: Language) -> list[str]:
    """Return a line for each day on which the clock ran; runs of days off for one reason are one line."""
    if deadline.term.unit not in (Unit.WORKING_DAY, Unit.DAY, Unit.WEEK, Unit.SAME_DAY) or deadline.policy.day_hours:
        return [_off_line(run, lang) for run in _runs(deadline.skipped)]
    lines: list[str] = []
    number = 0
    for index, stretch in enumerate(deadline.stretches):
        if index:
            again = deadline.stretches[index - 1].void
            number = 0 if again else number
            lines.append(f"{_AGAIN[lang] if again else _GOES_ON[lang]} {dmy(stretch.start)}:")
        number = _stretch(deadline, stretch, number, lang, lines)
    return lines


def _stretch(deadline: Deadline, stretch: Stretch, number: int, lang: Language, lines: list[str]) -> int:
    """Append the lines of one stretch, and return the number of the last day counted."""
    off = {item.day: item for item in deadline.skipped}
    only_working = deadline.term.unit in (Unit.WORKING_DAY, Unit.SAME_DAY)
    if deadline.policy.count_first_day and stretch is deadline.stretches[0]:
        number += 1
        lines.append(_day_line(deadline, stretch.start, number, None, lang))
    run: list[DayOff] = []
    day = stretch.start
    while day < stretch.end:
        day += _ONE
        item = off.get(day) if only_working else deadline.calendar.day_off(day)
        if run and (item is None or not only_working or (run[-1].name, run[-1].source) != (item.name, item.source)):
            lines.append(_off_line(run, lang))
            run = []
        if item is not None and only_working:
            run.append(item)
            continue
        number += 1
        lines.append(_day_line(deadline, day, number, item, lang))
    return number


_AGAIN = {"vi": "Tính lại từ đầu, sau ngày", "en": "Counted again from the beginning, after"}
_GOES_ON = {"vi": "Tính tiếp, sau ngày", "en": "Going on, after"}


def _day_line(deadline: Deadline, day: date, number: int, item: DayOff | None, lang: Language) -> str:
    made_up = next((worked for worked in deadline.worked if worked.day == day), None)
    head = f"{dmy(day)} {weekday(day, lang)}:"
    working = deadline.term.unit in (Unit.WORKING_DAY, Unit.SAME_DAY)
    if lang == "vi":
        what = f"ngày {'làm việc ' if working else ''}thứ {number}"
    else:
        what = f"{'working ' if working else ''}day {number}"
    reason = made_up or item
    return f"{head} {what}" + (f" ({reason.name(lang)}) [{reason.sources(lang)}]" if reason else "")


def _runs(items: tuple[DayOff, ...]) -> list[list[DayOff]]:
    runs: list[list[DayOff]] = []
    for item in items:
        if item.kind is DayKind.WEEKLY_REST:
            continue
        if runs and runs[-1][-1].name == item.name and item.day - runs[-1][-1].day == _ONE:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _off_line(run: list[DayOff], lang: Language) -> str:
    first, last = run[0], run[-1]
    when = dmy(first.day) + (f"–{dmy(last.day)}" if last is not first else "")
    word = "nghỉ" if lang == "vi" else "off"
    return f"{when} {word}: {first.name(lang)} [{first.sources(lang)}]"
