"""Find the documents that a text cites (*viện dẫn*, *căn cứ*): type, number, day, issuer, abstract.

A first citation is complete and later ones give type and number only (NĐ 30/2020/NĐ-CP Annex I part I section II.6.b):
both are found; a document cited twice is listed once, at its first and fullest mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from egov_vn.document.kind import kinds, normalise
from egov_vn.document.model import DocumentReference, Paragraph
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput

__all__ = ["find_references", "parse_date"]

_DATE = re.compile(
    r"ngày\s+(?:(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s+năm\s+(?P<year>\d{4})"
    r"|(?P<day2>\d{1,2})\s*[/-]\s*(?P<month2>\d{1,2})\s*[/-]\s*(?P<year2>\d{4}))",
    re.IGNORECASE,
)
_NUMBER = r"[0-9]{1,7}[A-Za-z0-9]{0,5}(?:-[^\W\d_][\w.&]*/|/)(?:\d{4}/)?[^\W\d_][\w.&]*(?:-[^\W\d_][\w.&]*){0,5}"
_AFTER_DATE = re.compile(r"\s*(?:\([^)]{0,80}\)\s*)?của\s+(?P<issuer>[^;.]{2,200})", re.DOTALL)
# what an abstract starts with, after the issuer
_ABSTRACT = re.compile(
    r",?\s+(?P<abstract>(?:về|quy định|ban hành|hướng dẫn|phê duyệt|sửa đổi|triển khai|tăng cường|công bố|giao|"
    r"thực hiện|thi hành|đẩy mạnh|kiện toàn|thành lập)\s.+)",
    re.DOTALL | re.IGNORECASE,
)
_LAW = re.compile(
    r"(?P<kind>Bộ luật|Luật|Pháp lệnh)\s+(?P<title>[^\W\d_][^;.]{2,200}?)\s+"
    r"(?P<date>(?:ngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+)?năm\s+\d{4})",
)


def find_references(body: Iterable[Paragraph | str]) -> tuple[DocumentReference, ...]:
    """Return the documents that *body* cites, in the order of their first mention."""
    found: dict[tuple[str, date | None], DocumentReference] = {}
    numbers: set[str] = set()
    for index, paragraph in enumerate(body):
        text = normalise(paragraph.text if isinstance(paragraph, Paragraph) else paragraph)
        for reference in _in_text(text, index):
            key = (
                str(reference.number) if reference.number else f"{reference.kind} {reference.abstract}",
                reference.day,
            )
            if key in found or (reference.day is None and key[0] in numbers):
                continue
            found[key] = reference
            numbers.add(key[0])
    return tuple(found.values())


def parse_date(text: str) -> date | None:
    """Return the first day written in *text*, `ngày 08 tháng 7 năm 2015` or `ngày 08/7/2015`; None if there is none."""
    match = _DATE.search(text)
    return _day(match) if match else None


def _in_text(text: str, index: int) -> list[DocumentReference]:
    found = [(match.start(), _reference(text, match, index)) for match in _mention().finditer(text)]
    found += [(match.start(), _law(match, index)) for match in _LAW.finditer(text) if match["title"][0].isupper()]
    return [reference for _, reference in sorted(found, key=lambda item: item[0]) if reference is not None]


@cache
def _mention() -> re.Pattern[str]:
    words = {kind.name for kind in kinds()} | {"Giấy ủy quyền", "Luật", "Bộ luật", "Hiến pháp", "Văn bản"}
    names = "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
    return re.compile(rf"(?:\b(?P<kind>{names})\s+)?(?:số:?\s*)?(?<![\w/.-])(?P<number>{_NUMBER})", re.IGNORECASE)


def _reference(text: str, match: re.Match[str], index: int) -> DocumentReference | None:
    kind, number = match["kind"] or "", match["number"].rstrip(".")
    if not kind and not re.search(r"số:?\s*$", text[max(0, match.start("number") - 6) : match.start("number")]):
        return None
    try:
        parsed = DocumentNumber.parse(number)
    except InvalidInput:
        return None
    end = match.start("number") + len(number)
    dated = _DATE.match(text, _skip_spaces(text, end))
    day = _day(dated) if dated else None
    issuer, abstract = "", ""
    if dated:
        end = dated.end()
        tail = _AFTER_DATE.match(text, end)
        if tail:
            issuer, abstract = _split(tail["issuer"])
            end = tail.start("issuer") + len(issuer)
        else:
            bare = _ABSTRACT.match(re.split(r"[;.]", text[end : end + 400])[0])
            abstract = _trim(bare["abstract"]) if bare else ""
    return DocumentReference(
        kind=kind[:1].upper() + kind[1:] if kind else (parsed.document_kind.name if parsed.document_kind else ""),
        number=parsed,
        day=day,
        issuer=issuer,
        abstract=abstract,
        text=text[match.start() : end].strip(),
        paragraph=index,
    )


def _law(match: re.Match[str], index: int) -> DocumentReference:
    title = match["title"].strip()
    return DocumentReference(
        kind=match["kind"],
        number=None,
        day=parse_date(match["date"]),
        abstract=title,
        text=match[0],
        paragraph=index,
    )


def _split(tail: str) -> tuple[str, str]:
    """Part the issuer from the abstract: the abstract starts at the first of the words that start one."""
    match = _ABSTRACT.search(tail)
    if match is None:
        return tail.split(",", 1)[0].strip(), ""
    return tail[: match.start()].strip(" ,"), _trim(match["abstract"])


def _trim(abstract: str) -> str:
    # "… giai đoạn 2015 - 2020, đề xuất và phối hợp …": after a year, a comma ends the quoted title
    return re.split(r"(?<=\d{4}),\s", abstract)[0].strip(" ,\n")


def _skip_spaces(text: str, start: int) -> int:
    while start < len(text) and (text[start].isspace() or text[start] == ","):
        start += 1
    return start


def _day(match: re.Match[str]) -> date | None:
    day, month, year = (match[name] or match[f"{name}2"] for name in ("day", "month", "year"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
