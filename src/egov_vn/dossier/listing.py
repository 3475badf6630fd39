"""A plain list for people and programs: overdue dossiers, indicators, differences, as CSV, xlsx, JSON or HTML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any

from egov_vn.dossier.indicator_score import IndicatorScore
from egov_vn.dossier.indicators import Indicator, decimal_text
from egov_vn.dossier.overdue import OverdueDossier
from egov_vn.dossier.periods import Period
from egov_vn.dossier.reconcile import Reconciliation
from egov_vn.dossier.report_output import STYLE, defused, worksheet
from egov_vn.finding import Language

__all__ = ["Listing", "indicator_listing", "overdue_listing", "reconciliation_listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A titled list (*danh sách*): its headings and rows of text, numbers or nothing."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def to_csv(self) -> bytes:
        """Return CSV in UTF-8 with a mark; text that looks like a formula is defused."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        for row in (self.head, *self.rows):
            writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
        return out.getvalue().encode("utf-8-sig")

    def to_xlsx(self, *, at: datetime) -> bytes:
        """Return a worksheet made at the instant *at*; needs the extra `xlsx`."""
        return worksheet([[self.title], list(self.head), *map(list, self.rows)], title="1", head_rows=2, at=at)

    def to_json(self) -> str:
        """Return a JSON list of objects, one for each row."""
        return json.dumps([dict(zip(self.head, row, strict=True)) for row in self.rows], ensure_ascii=False, indent=2)

    def to_html(self, lang: Language = "vi") -> str:
        """Return one HTML page with the list."""
        head = "".join(f'<th scope="col">{escape(title)}</th>' for title in self.head)
        body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in self.rows)
        count = f"{'Số dòng' if lang == 'vi' else 'Rows'}: {len(self.rows)}"
        return (
            f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(self.title)}</title><style>{STYLE}</style></head><body><h1>{escape(self.title)}</h1>"
            f'<p class="sub">{count}</p><div class="scroll"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div></body></html>"
        )


def overdue_listing(found: Sequence[OverdueDossier], lang: Language = "vi") -> Listing:
    """Return the list of overdue dossiers with officer, appointment and days."""
    vi = lang == "vi"
    heads = {
        "vi": (
            "STT",
            "Mã hồ sơ",
            "Cơ quan",
            "Lĩnh vực",
            "Cán bộ",
            "Hẹn trả",
            "Đã trả",
            "Số ngày quá hạn",
            "Số ngày làm việc",
            "Đã xin lỗi",
        ),
        "en": (
            "No.",
            "Dossier",
            "Body",
            "Field",
            "Officer",
            "Due",
            "Settled",
            "Days late",
            "Working days",
            "Apologised",
        ),
    }
    return Listing(
        title="Danh sách hồ sơ quá hạn" if vi else "Overdue dossiers",
        head=heads["vi" if vi else "en"],
        rows=tuple(
            (
                index,
                item.code,
                item.agency,
                item.field,
                item.officer,
                f"{item.due:%d/%m/%Y %H:%M}",
                "" if item.ended is None else f"{item.ended:%d/%m/%Y %H:%M}",
                item.days,
                item.working_days,
                ("x" if item.apologised else ""),
            )
            for index, item in enumerate(found, start=1)
        ),
    )


def indicator_listing(
    found: Iterable[Indicator],
    lang: Language = "vi",
    *,
    period: Period | None = None,
    total: IndicatorScore | None = None,
) -> Listing:
    """Return the list of indicators with the numbers that they are made of; *period* is named in the title.

    Times are in days. The last row is the *total*, if it is given.
    """
    vi = lang == "vi"
    title = "Chỉ số phục vụ người dân, doanh nghiệp" if vi else "National indicators"
    last = () if total is None else (_total_row(total, lang),)
    return Listing(
        title=title if period is None else f"{title}, {period.label(lang)}",
        head=("Mã", "Chỉ số", "Giá trị", "Tử số", "Mẫu số", "Điểm", "Điểm tối đa", "Ghi chú", "Căn cứ")
        if vi
        else ("Key", "Indicator", "Value", "Part", "Whole", "Points", "Of", "Note", "Source"),
        rows=tuple(
            (
                item.key,
                item.title(lang),
                item.shown(lang),
                item.numerator if item.unit == "percent" else _days(item.numerator, lang),
                item.denominator,
                decimal_text(item.score(), lang),
                decimal_text(item.points, lang),
                note(lang) if (note := item.reason or item.caveat) else "",
                f"{item.source.render(lang)} ({item.evidence.label(lang)})",
            )
            for item in found
        )
        + last,
    )


def _total_row(total: IndicatorScore, lang: Language) -> tuple[Any, ...]:
    name = "Tổng điểm" if lang == "vi" else "Total"
    points = total.span(lang), decimal_text(total.maximum, lang)
    return ("", name, "", None, None, *points, total.verdict(lang), "")


def _days(seconds: int | None, lang: Language) -> str:
    return "" if seconds is None else decimal_text(round(Decimal(seconds) / 86_400, 2), lang)


def reconciliation_listing(found: Reconciliation, lang: Language = "vi") -> Listing:
    """Return the list of differences between a paper register and an electronic list."""
    vi = lang == "vi"
    return Listing(
        title="Đối chiếu sổ giấy và danh sách điện tử" if vi else "Paper against electronic",
        head=("Loại", "Mã hồ sơ", "Dòng sổ giấy", "Dòng điện tử", "Nội dung")
        if vi
        else ("Kind", "Dossier", "Paper row", "Electronic row", "Text"),
        rows=tuple(
            (item.kind.label(lang), item.code, item.paper_row, item.electronic_row, item.to_finding().text(lang))
            for item in found.differences
        ),
    )


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value}</td>'
    return f"<td>{escape('' if value is None else str(value))}</td>"
