"""The papers of a transfer as PDF/A (extra `forms`) and xlsx (extra `xlsx`).

*Báo cáo kết quả kiểm tra* (đạt/không đạt), *biên bản giao nhận*, *mục lục hồ sơ nộp lưu*, *danh mục hết giá trị*, and
the certificate of a copy (*giấy chứng thực*). Fields follow TT 05/2025/TT-BNV as QĐ 3999/QĐ-BTC Điều 22 and 25 restate
them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from egov_vn._typeset import Typeset, compile_pdf
from egov_vn.archive.listing import HEADINGS, HandoverList
from egov_vn.archive.packing import Organisation
from egov_vn.archive.values import format_date
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.finding import Severity

if TYPE_CHECKING:
    from egov_vn.archive.disposal import DestructionProposal
    from egov_vn.archive.report import CheckReport

__all__ = [
    "CopyCertificate",
    "Handover",
    "Sheet",
    "certificate",
    "destruction_sheet",
    "handover_minutes",
    "list_sheet",
    "report_sheet",
    "to_pdf",
    "to_xlsx",
]

_HINT: Final = "(Ký, ghi rõ họ tên)"
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_EXACT: Final = 10**15
"""A spreadsheet keeps whole numbers exactly up to fifteen digits: longer ones are text."""
_MAX_CELL: Final = 32_767
_MAX_XLSX_ROWS: Final = 1_048_000
_MAX_ROWS: Final = 20_000
"""A PDF of more rows is no paper any more: write xlsx or CSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A titled table with a few facts above it: what both PDF and xlsx are made from.

    What no page can show (control characters, halves of surrogates) becomes the replacement character: a report tells
    of names that somebody else chose. `InvalidInput` if a row or *widths* are not as long as *headings*.
    """

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[object, ...], ...]
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()
    wide: bool = True

    def __post_init__(self) -> None:
        for index, row in enumerate((self.widths, *self.rows)):
            if len(row) != len(self.headings):
                place = f"rows[{index - 1}]" if index else "widths"
                raise InvalidInput(f"{len(row)} values do not fill {len(self.headings)} columns", path=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What the minutes of a hand-over tell beside the packages (*biên bản giao nhận*)."""

    request_code: str
    giver: Organisation
    receiver: Organisation
    at: datetime
    given_by: str
    received_by: str
    transfer: int = 1
    registered: int | None = None
    method: str = "trực tuyến"
    devices: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCertificate:
    """The eleven data of the certificate of a copy (*giấy chứng thực*, TT 05/2025/TT-BNV Điều 42)."""

    verification_code: str
    archive: str
    recipient: str
    record_code: str
    number_notation: str
    type_name: str
    subject: str
    purpose: str
    issued: date
    valid_until: date | None
    copies: int = 1


def report_sheet(reports: Iterable[CheckReport]) -> Sheet:
    """Return the report of a check (*báo cáo kết quả kiểm tra*): each package, đạt or không đạt, and why."""
    held = list(reports)
    rows = []
    for number, report in enumerate(held, 1):
        reasons = [f"{item.code}: {item.text('vi')}" for item in report.findings if item.level is not Severity.INFO]
        shown = reasons[:10] + ([f"… và {len(reasons) - 10} mục khác"] if len(reasons) > 10 else [])
        rows.append(
            (number, report.code or report.name, report.title, len(report.records), report.files, report.verdict("vi"),
             "\n".join(shown))
        )  # fmt: skip
    passed = sum(report.conforms is True for report in held)
    failed = sum(report.conforms is False for report in held)
    facts = (
        ("Số gói tin đề nghị", str(len(held))),
        ("Số gói tin đạt", str(passed)),
        ("Số gói tin không đạt", str(failed)),
        *((("Số gói tin chưa kết luận", str(len(held) - passed - failed)),) if passed + failed < len(held) else ()),
    )
    return Sheet(
        title="Báo cáo kết quả kiểm tra gói tin",
        headings=("STT", "Mã hồ sơ", "Tiêu đề hồ sơ", "Số tài liệu", "Số tệp", "Kết quả", "Lý do"),
        widths=(2, 6, 9, 3, 3, 4, 16),
        rows=tuple(rows),
        facts=facts,
        signatures=(("Người kiểm tra", _HINT),),
    )


def handover_minutes(handover: Handover, reports: Iterable[CheckReport]) -> Sheet:
    """Return the minutes of a hand-over (*biên bản giao nhận hồ sơ, tài liệu lưu trữ số*), one row for each package."""
    held = list(reports)
    local = require_aware(handover.at).astimezone(VIETNAM)
    size = sum(report.size for report in held)
    facts = [
        ("Mã đăng ký yêu cầu", handover.request_code),
        ("Cơ quan, đơn vị nộp", _named(handover.giver)),
        ("Cơ quan, đơn vị nhận", _named(handover.receiver)),
        ("Số lần nộp", str(handover.transfer)),
        ("Tổng số hồ sơ theo đăng ký", str(handover.registered if handover.registered is not None else len(held))),
        ("Tổng số hồ sơ giao nhận", str(len(held))),
        ("Tổng số tài liệu", str(sum(len(report.records) for report in held))),
        ("Tổng dung lượng", f"{size} byte"),
        ("Cách thức nộp", handover.method),
        ("Thời gian giao nhận", f"{local:%H:%M} ngày {local:%d/%m/%Y}"),
    ]
    if handover.devices:
        facts.append(("Thiết bị lưu trữ", handover.devices))
    if handover.note:
        facts.append(("Ghi chú", handover.note))
    rows = tuple(
        (
            number,
            report.code or report.name,
            report.title,
            report.objid,
            len(report.records),
            report.size,
            report.verdict(),
        )
        for number, report in enumerate(held, 1)
    )
    return Sheet(
        title="Biên bản giao nhận hồ sơ, tài liệu lưu trữ số",
        headings=(
            "STT",
            "Mã hồ sơ",
            "Tiêu đề hồ sơ",
            "Mã gói tin",
            "Số tài liệu",
            "Dung lượng (byte)",
            "Kết quả kiểm tra",
        ),
        widths=(2, 6, 9, 9, 3, 4, 4),
        rows=rows,
        facts=tuple(facts),
        sentences=("Biên bản được lập thành 02 bản, mỗi bên giữ 01 bản.",),
        signatures=(("Người giao", handover.given_by), ("Người nhận", handover.received_by)),
    )


def list_sheet(listing: HandoverList) -> Sheet:
    """Return the hand-over list (*mục lục hồ sơ nộp lưu*)."""
    return Sheet(
        title="Mục lục hồ sơ, tài liệu nộp lưu",
        headings=HEADINGS,
        widths=(2, 6, 12, 4, 4, 3, 4, 4, 5),
        rows=tuple(listing.table()),
        facts=(("Tổng số hồ sơ", str(len(listing.rows))),),
        signatures=(("Người lập", _HINT),),
    )


def destruction_sheet(proposal: DestructionProposal) -> Sheet:
    """Return the list of what is proposed for destruction (*danh mục tài liệu lưu trữ số hết giá trị*)."""
    sentence = "Chỉ hủy sau khi có quyết định bằng văn bản của người có thẩm quyền"
    if proposal.opinion_first:
        sentence += ", sau khi có ý kiến thẩm định của cơ quan quản lý về lưu trữ"
    return Sheet(
        title="Danh mục tài liệu lưu trữ số hết giá trị",
        headings=("STT", "Mã lưu trữ", "Tiêu đề", "Thời hạn", "Số tài liệu", "Số trang", "Lý do hủy", "Ghi chú"),
        widths=(2, 6, 10, 4, 3, 3, 8, 6),
        rows=proposal.rows(),
        facts=(("Trạng thái", "Xem xét hủy"), ("Số hồ sơ, tài liệu", str(len(proposal.proposed)))),
        sentences=(sentence + ".",),
        signatures=(("Người lập", _HINT),),
    )


def certificate(data: CopyCertificate) -> Sheet:
    """Return the certificate of a copy (*giấy chứng thực*) with its eleven data."""
    until = format_date(data.valid_until) if data.valid_until else "Không thời hạn"
    return Sheet(
        title="Giấy chứng thực tài liệu lưu trữ số",
        headings=(),
        widths=(),
        rows=(),
        facts=(
            ("Mã xác thực lưu trữ", data.verification_code),
            ("Tên lưu trữ lịch sử", data.archive),
            ("Người nhận", data.recipient),
            ("Mã lưu trữ tài liệu gốc", data.record_code),
            ("Số, ký hiệu", data.number_notation),
            ("Tên loại", data.type_name),
            ("Trích yếu nội dung", data.subject),
            ("Mục đích sử dụng", data.purpose),
            ("Ngày cấp", format_date(data.issued)),
            ("Thời hạn sử dụng", until),
            ("Số lượng bản", f"{data.copies:02}"),
        ),
        signatures=(("Đại diện lưu trữ lịch sử", "(Ký số)"),),
        wide=False,
    )


def to_pdf(sheet: Sheet, *, issuer: str, at: datetime, place: str = "", superior: str = "") -> Typeset:
    """Set *sheet* as PDF/A on A4. Places to sign are in `.boxes` as `signature-1`, `signature-2`."""
    if len(sheet.rows) > _MAX_ROWS:
        raise InvalidInput(f"{len(sheet.rows)} rows are too many for a PDF; write xlsx", path="rows")
    local = require_aware(at).astimezone(VIETNAM)
    dated = f"ngày {local.day:02} tháng {local.month:02} năm {local.year}"
    tables: list[dict[str, Any]] = []
    if sheet.headings:
        numeric = [
            index for index in range(len(sheet.headings)) if all(isinstance(row[index], int) for row in sheet.rows)
        ]
        tables.append(
            {
                "title": "",
                "headings": [_shown(heading) for heading in sheet.headings],
                "widths": sheet.widths,
                "centred": numeric,
                "rows": [[_shown(cell) for cell in row] for row in sheet.rows],
            }
        )
    data = {
        "title": _shown(sheet.title),
        "subtitle": "",
        "issuer": _shown(issuer),
        "superior": _shown(superior),
        "dated": f"{_shown(place)}, {dated}" if place else dated[0].upper() + dated[1:],
        "facts": [[_shown(part) for part in fact] for fact in sheet.facts],
        "tables": tables,
        "sentences": [_shown(sentence) for sentence in sheet.sentences],
        "signatures": [
            {"role": _shown(role), "hint": _HINT if name == _HINT or not name.startswith("(") else _shown(name),
             "name": "" if name.startswith("(") else _shown(name)}
            for role, name in sheet.signatures
        ],
        "wide": sheet.wide,
    }  # fmt: skip
    return compile_pdf("egov_vn.archive:paper", data=data, at=at)


def to_xlsx(sheet: Sheet, *, at: datetime) -> bytes:
    """Write *sheet* as xlsx; text that a spreadsheet would take for a formula stays text."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
        from openpyxl.styles import Alignment, Font  # noqa: PLC0415
        from openpyxl.utils import get_column_letter  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise Unavailable("xlsx needs the extra: pip install 'egov-vn[xlsx]'", service="openpyxl") from error
    if len(sheet.rows) > _MAX_XLSX_ROWS:
        raise InvalidInput(f"{len(sheet.rows)} rows are too many for xlsx; write CSV", path="rows")
    local = require_aware(at).astimezone(VIETNAM)
    book = Workbook()
    page = book.active
    if page is None:  # pragma: no cover - a new workbook has a sheet
        raise Unavailable("openpyxl made no sheet", service="openpyxl")
    page.title = "Bảng"
    page.append([_shown(sheet.title)])
    page["A1"].font = Font(bold=True, size=14)
    for fact in sheet.facts:
        page.append(list(_cells(fact)))
    page.append([])
    if sheet.headings:
        page.append(list(_cells(sheet.headings)))
        for cell in page[page.max_row]:
            cell.font = Font(bold=True)
        page.freeze_panes = f"A{page.max_row + 1}"
    for row in sheet.rows:
        page.append(list(_cells(row)))
    for index, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(index)].width = 3 * width
    for cells in page.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.properties.created = book.properties.modified = local.replace(tzinfo=None, microsecond=0)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(row: Sequence[object]) -> Iterable[object]:
    return (cell if isinstance(cell, int) and abs(cell) < _EXACT else _cut(_shown(cell)) for cell in row)


def _shown(value: object) -> str:
    """Return *value* as text that XML and a font can hold."""
    return _UNSEEN.sub("\ufffd", str(value).replace("\r\n", "\n"))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"


def _named(organisation: Organisation) -> str:
    return f"{organisation.name} ({organisation.code})" if organisation.code else organisation.name
