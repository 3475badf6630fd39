"""Read an official document from its plain text, as offices publish it: components of form, body, cited documents.

The text may be one column, as copied from a web page, or two, as `pdftotext -layout` gives it. What is not there stays
empty: `check` says what is missing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from egov_vn.document.citation import find_references, parse_date
from egov_vn.document.kind import DocumentKind, normalise
from egov_vn.document.model import Appendix, Block, Capacity, Document, Issuer, Paragraph, Signatory, SigningForm
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput

__all__ = ["MAX_CHARACTERS", "parse_text"]

MAX_CHARACTERS: Final = 2_000_000
"""Longer texts are refused."""

_TITLE = re.compile(r"C[ỘO]NG\s+H(?:ÒA|OÀ|ÓA)\s+XÃ\s+HỘI\s+CHỦ\s+NGHĨA\s+VIỆT\s+NAM", re.IGNORECASE)
_MOTTO = re.compile(r"Độc\s+lập\s*[-–—]\s*Tự\s+do\s*[-–—]\s*Hạnh\s+phúc", re.IGNORECASE)
_NUMBER = re.compile(r"^Số(?:\s*:\s*|\s+(?=\d))(?P<number>.*)$", re.IGNORECASE)
_CELLS = re.compile(r"\t+|\s{3,}|\s*\|\s*")
_ISSUER = re.compile(r"^[^\W\d_][^/|#]{1,119}$")
_OFFICE = re.compile(
    r"CHỦ|PHÓ|TRƯỞNG|GIÁM ĐỐC|CHÁNH|THƯ KÝ|BÍ THƯ|THỦ TƯỚNG|TỔNG|BAN|BỘ|SỞ|PHÒNG|VIÊN|HỘI|CỤC|ĐẠI DIỆN|UBND|THÀNH PHỐ|"
    r"TỈNH|QUY CHẾ|QUY ĐỊNH"
)
_DATELINE = re.compile(r"^(?P<place>[^,:;]{2,80}),\s*(?P<date>ngày\s+.*\d{4})\s*$", re.IGNORECASE)
_ABOUT = re.compile(r"^V/v\s*:?\s*(?P<abstract>.+)$", re.IGNORECASE)
_RULE = re.compile(r"^[\s_\-–—*.=]+$")
_SIGNED = re.compile(r"^\(?\s*(?:đã\s+ký|ký\s+tên|chữ\s+ký|đã\s+ký\s+và\s+đóng\s+dấu).*\)?$", re.IGNORECASE)
_RECIPIENTS = re.compile(r"^Nơi\s+nhận\s*:?\s*(?P<rest>.*)$", re.IGNORECASE)
_DEAR = re.compile(r"^Kính\s+gửi\s*:?\s*(?P<rest>.*)$", re.IGNORECASE)
_APPENDIX = re.compile(r"^Phụ\s+lục(?:\s+(?:số\s+)?[IVX\d]+)?\.?$", re.IGNORECASE)
_CAPACITY = re.compile(r"^(?P<form>TM|TUQ|TL|KT|Q)\s*\.\s*(?P<principal>.+)$")
_BLOCKS: Final = (
    (re.compile(r"^Căn cứ\b", re.IGNORECASE), Block.BASIS),
    (re.compile(r"^(?:QUYẾT ĐỊNH|QUYẾT NGHỊ)\s*:?$"), Block.ENACTING),
    (re.compile(r"^Phần\s+(?:[IVXLC]+|thứ\s+\w+)\b\.?", re.IGNORECASE), Block.PART),
    (re.compile(r"^Chương\s+[IVXLC\d]+\b\.?", re.IGNORECASE), Block.CHAPTER),
    (re.compile(r"^Mục\s+[IVX\d]+\b\.?", re.IGNORECASE), Block.SECTION),
    (re.compile(r"^Tiểu\s+mục\s+\d+\b\.?", re.IGNORECASE), Block.SUBSECTION),
    (re.compile(r"^Điều\s+\d+[a-zđ]?\s*[.:]"), Block.ARTICLE),
    (re.compile(r"^[IVX]{1,6}\s*\.\s"), Block.HEADING),
    (re.compile(r"^\d{1,3}[.)]\s"), Block.CLAUSE),
    (re.compile(r"^[a-zđêôơưâă]{1,2}\)\s"), Block.POINT),
)


def parse_text(text: str) -> Document:
    """Return the document whose plain text is *text*; `InvalidInput` if no official document can be recognised in it.

    At the least an issuing body and either a number or a type name must be there.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"a document's text is a str, not {type(text).__name__}", path="text")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"{len(text)} characters exceed the limit of {MAX_CHARACTERS}", path="text")
    lines = [_clean(line) for line in normalise(text).splitlines()]
    head, rest = _read_head(lines)
    kind, abstract, body_lines = _read_title(head, rest)
    body_lines, tail = _split_tail(body_lines)
    addressees, body_lines = _read_addressees(body_lines)
    tail, appendices = _read_appendices(tail)
    signer, recipients = _read_tail(tail)
    body = _blocks(body_lines)
    if not head.issuer or (head.number is None and kind is None):
        raise InvalidInput(
            "no official document is recognised: the text has no issuing body, or neither number nor type name",
            path="text",
            source="Điều 8 30/2020/NĐ-CP",
        )
    return Document(
        kind=kind or DocumentKind.named("Công văn"),
        number=head.number,
        issuer=_issuer(head.issuer),
        place=head.place,
        day=head.day,
        abstract=abstract,
        addressees=addressees,
        body=body,
        signer=signer,
        recipients=recipients,
        references=find_references(body),
        appendices=appendices,
    )


def _clean(line: str) -> str:
    kept = line
    if not line.replace("\t", "").isprintable():
        kept = "".join(
            char for char in line if char in "\t " or unicodedata.category(char)[0] not in "CZ" or char == "\u00a0"
        )
    # copies from the web bear the marks of Markdown: bold, italic, headings
    marked = kept.replace("\u00a0", " ").replace("****", "\t").replace("**", "").strip()
    bare = re.sub(r"^#{1,6}\s+|(?<!\w)\*(?=\S)|(?<=\S)\s*\*(?!\w)", "", marked)
    return bare.strip()


@dataclass(slots=True)
class _Head:
    issuer: list[str] = field(default_factory=list)
    number: DocumentNumber | None = None
    place: str = ""
    day: date | None = None
    about: list[str] = field(default_factory=list)


def _read_head(lines: list[str]) -> tuple[_Head, list[str]]:
    """Read the components above the type name; return them and the lines below."""
    head = _Head()
    end = 0
    seen_about = titled = False
    for index, line in enumerate(lines[:120]):
        for cell in _CELLS.split(line):
            kind = _head_cell(head, _trailing_rule(cell), seen_about=seen_about)
            if kind == "end":
                return head, lines[end:]
            if kind:
                end = index + 1
                seen_about = kind == "about"
                titled = titled or kind == "national"
            elif cell.strip() and not _RULE.match(cell) and head.number is None and not titled:
                # a line of running text above the head: what stood before it is a site's menu, not the issuer
                head.issuer.clear()
    return head, lines[end:]


def _trailing_rule(cell: str) -> str:
    """Drop the rule that a table of the web leaves behind a name: `SỞ NỘI VỤ --------`."""
    return re.sub(r"\s*[-_]{3,}\s*$", "", cell).strip()


def _head_cell(head: _Head, cell: str, *, seen_about: bool) -> str:
    """Take one cell of the head; say what it was, "" for noise, "end" for what stands below the head."""
    if not cell or _RULE.match(cell):
        return ""
    if _TITLE.search(cell) or _MOTTO.search(cell):
        return "national"
    if match := _NUMBER.match(cell):
        head.number = _number(match["number"])
        if rest := _DATELINE.match(match["number"].partition(" ")[2].strip()):
            head.place, head.day = rest["place"].strip(), parse_date(rest["date"])
        return "number"
    if match := _ABOUT.match(cell):
        head.about.append(match["abstract"])
        return "about"
    if match := _DATELINE.match(cell):
        head.place, head.day = match["place"].strip(), parse_date(match["date"])
        return "dateline"
    below = head.number is not None or head.day is not None
    if below and (_is_kind(cell) or _DEAR.match(cell)):
        return "end"
    if _is_upper(cell) and head.number is None and not _is_kind(cell) and _ISSUER.match(cell):
        head.issuer.append(cell)
        return "issuer"
    if seen_about and not _is_upper(cell) and len(cell) < 60:
        head.about.append(cell)
        return "about"
    return "end" if below and head.number is not None and head.day is not None else ""


def _number(text: str) -> DocumentNumber | None:
    compact = re.sub(r"\s*([/-])\s*", r"\1", text.strip(" ."))
    try:
        return DocumentNumber.parse(compact.split(" ")[0])
    except InvalidInput:
        # "Số:      /CT-UBND" of a draft: the number is not given yet
        return None


def _read_title(head: _Head, lines: list[str]) -> tuple[DocumentKind | None, str, list[str]]:
    """Read type name and abstract, if the document has them; return them and the lines of the body."""
    start = _next_text(lines, 0)
    if start >= len(lines) or not _is_kind(lines[start]) or not _is_upper(lines[start]):
        return (DocumentKind.named("Công văn") if head.about else None), " ".join(head.about), lines[start:]
    kind = DocumentKind.named(lines[start])
    first = _next_text(lines, start + 1)
    parts: list[str] = []
    index = first
    while index < len(lines) and not _starts_body(lines[index]):
        if parts and _is_upper(lines[index]) and _is_authority(lines, index):
            break
        if not lines[index] or _RULE.match(lines[index]):
            index = _next_text(lines, index)
            # a further paragraph belongs to the abstract only if both are in capitals and no grounds follow
            more = index < len(lines) and parts and _is_upper(parts[-1]) and _is_upper(lines[index])
            if not more or _is_authority(lines, index):
                break
            continue
        parts.append(lines[index])
        index += 1
    return kind, " ".join(parts), lines[index:]


def _starts_body(line: str) -> bool:
    return bool(_DEAR.match(line)) or any(pattern.match(line) for pattern, _ in _BLOCKS)


def _is_authority(lines: list[str], index: int) -> bool:
    after = _next_text(lines, index + 1)
    return after < len(lines) and bool(_BLOCKS[0][0].match(lines[after]))


def _next_text(lines: list[str], index: int) -> int:
    while index < len(lines) and (not lines[index] or _RULE.match(lines[index])):
        index += 1
    return index


def _split_tail(lines: list[str]) -> tuple[list[str], list[str]]:
    """Part the body from what follows it: the closing `./.` ends it, else recipients or the signer's lines do."""
    closing = [index for index, line in enumerate(lines) if line.endswith(("./.", "./"))]
    if closing:
        return lines[: closing[0] + 1], lines[closing[0] + 1 :]
    for index, line in enumerate(lines):
        if _RECIPIENTS.match(line):
            start = index
            while start > 0 and _is_tail(lines[start - 1]):
                start -= 1
            return lines[:start], lines[start:]
    end = len(lines)
    while end > 0 and _is_tail(lines[end - 1]):
        end -= 1
    return lines[:end], lines[end:]


def _read_addressees(lines: list[str]) -> tuple[tuple[str, ...], list[str]]:
    start = _next_text(lines, 0)
    match = _DEAR.match(lines[start]) if start < len(lines) else None
    if match is None:
        return (), lines
    names = [match["rest"]] if match["rest"].strip(" :") else []
    index = start + 1
    while index < len(lines) and (not lines[index] or lines[index].startswith(("-", "–", "+"))):
        if lines[index]:
            names.append(lines[index])
        index += 1
    return tuple(_item(name) for name in names), lines[index:]


def _item(line: str) -> str:
    return line.strip().lstrip("-–+ ").rstrip(" ;.").strip()


def _read_appendices(lines: list[str]) -> tuple[list[str], tuple[Appendix, ...]]:
    """Part the appendices, each under a line *Phụ lục* of its own, from the tail."""
    starts = [index for index, line in enumerate(lines) if _APPENDIX.match(line)]
    found: list[Appendix] = []
    for start, end in pairwise([*starts, len(lines)]):
        title_at = _next_text(lines, start + 1)
        rest = [line for line in lines[title_at + 1 : end] if not line.startswith("(Kèm theo")]
        found.append(Appendix(title=lines[title_at] if title_at < end else "", body=_blocks(rest)))
    return (lines[: starts[0]] if starts else lines), tuple(found)


def _read_tail(lines: list[str]) -> tuple[Signatory | None, tuple[str, ...]]:
    recipients: list[str] = []
    positions: list[str] = []
    name = ""
    listing = False
    for line in lines:
        for cell in (part for column in _CELLS.split(line) for part in _unfold(column.strip())):
            if match := _RECIPIENTS.match(cell):
                listing = True
                if match["rest"]:
                    recipients.append(match["rest"])
            elif _RULE.match(cell) or _SIGNED.match(cell):
                continue
            elif cell.startswith(("-", "–", "+")) and (listing or positions):
                recipients.append(cell)
            elif positions and not name and _is_upper(cell) and _is_name(cell) and not _OFFICE.search(cell):
                name = cell.title()
            elif _is_position(cell) and not name:
                positions.append(cell)
            elif positions and _is_name(cell):
                name = name or cell
    items = (part for line in recipients for part in re.split(r";\s+[-–+]\s+", line))
    return _signatory(positions, name), tuple(filter(None, map(_item, items)))


def _unfold(cell: str) -> list[str]:
    """Part the lines of a signature block that a web copy ran together: `KT. CHỦ TỊCH PHÓ CHỦ TỊCH Trần Thị Bình`."""
    if not _CAPACITY.match(cell):
        return [cell] if cell else []
    parts: list[str] = []
    for part in re.split(r"\s+(?=(?:TM|TUQ|TL|KT)\.\s)", cell):
        words = part.split()
        cut = len(words)
        while cut > 0 and words[cut - 1][0].isupper() and any(char.islower() for char in words[cut - 1]):
            cut -= 1
        office, name = " ".join(words[:cut]), " ".join(words[cut:])
        head, deputy, rest = office.partition(" PHÓ ")
        parts += [head, "PHÓ " + rest] if deputy else [office]
        parts += [name] if name else []
    return parts


def _signatory(positions: list[str], name: str) -> Signatory | None:
    if not name:
        return None
    capacities: list[Capacity] = []
    rest: list[str] = []
    for line in positions:
        match = _CAPACITY.match(line)
        if match and not rest:
            capacities.append(Capacity(SigningForm(match["form"] + "."), match["principal"].strip()))
        else:
            rest.append(line)
    return Signatory(name=name, position=" ".join(rest), capacities=tuple(capacities))


def _issuer(lines: list[str]) -> Issuer:
    """Take the last name for the issuer, unless a name runs over two lines, as *ỦY BAN NHÂN DÂN / THÀNH PHỐ …* does."""
    if len(lines) > 1 and not re.match(
        r"(?:THÀNH PHỐ|TỈNH|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG|THỊ TRẤN|ĐẶC KHU|VÀ)\b", lines[-1]
    ):
        return Issuer(name=lines[-1], superior=" ".join(lines[:-1]))
    return Issuer(name=" ".join(lines[-2:]), superior=" ".join(lines[:-2]))


def _blocks(lines: list[str]) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    for line in lines:
        if not line or _RULE.match(line):
            continue
        block = next((block for pattern, block in _BLOCKS if pattern.match(line)), Block.TEXT)
        if block is Block.TEXT and found and _is_upper(line):
            if found[-1].block in (Block.PART, Block.CHAPTER, Block.SECTION, Block.SUBSECTION):
                block = Block.HEADING
        elif block is Block.BASIS and found and found[-1].block is Block.TEXT and _is_upper(found[-1].text):
            found[-1] = Paragraph(found[-1].text, Block.AUTHORITY)
        found.append(Paragraph(line, block))
    if len(found) > 1 and found[0].block is Block.TEXT and _is_upper(found[0].text) and found[1].block is Block.BASIS:
        found[0] = Paragraph(found[0].text, Block.AUTHORITY)
    return tuple(found)


def _is_kind(line: str) -> bool:
    try:
        DocumentKind.named(line)
    except InvalidInput:
        return False
    return True


def _is_upper(line: str) -> bool:
    letters = [char for char in line if char.isalpha()]
    return len(letters) >= 2 and all(not char.islower() for char in letters)


def _is_position(line: str) -> bool:
    if _CAPACITY.match(line):
        return True
    return _is_upper(line) and len(line) < 120 and not line.startswith(("-", "–"))


def _is_tail(line: str) -> bool:
    return not line or bool(_RULE.match(line) or _SIGNED.match(line)) or _is_position(line) or _is_name(line)


def _is_name(line: str) -> bool:
    words = line.split()
    return 2 <= len(words) <= 7 and all(word[0].isupper() for word in words) and not re.search(r"[\d;:,]", line)
