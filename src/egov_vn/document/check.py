"""Check a document against NĐ 30/2020/NĐ-CP: what its data allow to check, each remark with its place in the decree.

The look of a page is not judged here: `render` makes it right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from egov_vn.document.kind import DocumentKind
from egov_vn.document.model import Block, Document, Signatory, SigningForm
from egov_vn.document.number import NumberSystem
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, load

__all__ = ["check_document"]

_ND30: Final = "30/2020/NĐ-CP"
_SINCE: Final = date(2020, 3, 5)
_MINUTES, _LETTER = "BB", ""
_NO_ABSTRACT: Final = frozenset({"GGT", "GNP"})
_TOP_DOWN: Final = (SigningForm.COLLECTIVE, SigningForm.ACTING, SigningForm.DEPUTY)


def check_document(document: Document) -> tuple[Finding, ...]:
    """Return what does not hold, or should be looked at, in *document*; an empty tuple if nothing was found.

    A document from before 05/03/2020 followed other rules, which are not kept here: it is measured by this decree, and
    the first finding says so.
    """
    checks = (_regime, _number, _dateline, _abstract, _addressees, _body, _numbering, _bases, _signer, _recipients)
    return tuple(item for check in (*checks, _citations, _appendices) for item in check(document))


def _law(clause: int | None = None, point: str | None = None, section: str = "II") -> Citation:
    return Citation(
        instrument=_ND30,
        annex="I",
        clause=str(clause) if clause else None,
        point=point,
        title=f"phần I mục {section}",
    )


def _regime(document: Document) -> Iterator[Finding]:
    if document.day and document.day < _SINCE:
        yield finding(
            "DOC-OLDER-REGIME",
            Severity.INFO,
            vi=f"Văn bản ngày {document.day:%d/%m/%Y} ban hành trước khi Nghị định 30/2020/NĐ-CP có hiệu lực; "
            "các nhận xét dưới đây theo Nghị định này.",
            en=f"The document of {document.day.isoformat()} is older than Decree 30/2020, which measures it here.",
            where="day",
            source=Citation(instrument=_ND30, article="37"),
        )


def _number(document: Document) -> Iterator[Finding]:
    number = document.number
    if number is None:
        yield finding(
            "DOC-NUMBER-MISSING",
            Severity.ERROR,
            vi="Văn bản chưa có số, ký hiệu.",
            en="The document has no number and notation.",
            where="number",
            source=_law(3),
        )
        return
    if number.system is not NumberSystem.ADMINISTRATIVE:
        return
    if document.kind.is_letter and number.kind is not None and document.kind == DocumentKind.named("Công văn"):
        yield finding(
            "DOC-NUMBER-KIND",
            Severity.WARNING,
            vi=f"Ký hiệu {number.notation} có chữ viết tắt tên loại, nhưng văn bản là công văn.",
            en=f"The notation {number.notation} abbreviates a kind, but the document is an official letter.",
            where="number",
            source=_law(3, "b"),
        )
    elif not document.kind.is_letter and number.kind != document.kind.code:
        yield finding(
            "DOC-NUMBER-KIND",
            Severity.ERROR,
            vi=f"Ký hiệu {number.notation} không bắt đầu bằng {document.kind.code}, viết tắt của {document.kind.name}.",
            en=f"The notation {number.notation} does not start with {document.kind.code}, for {document.kind.name}.",
            where="number",
            source=_law(3, "b"),
        )
    elif document.kind.is_letter and not number.units:
        yield finding(
            "DOC-NUMBER-UNIT",
            Severity.WARNING,
            vi="Ký hiệu công văn thiếu chữ viết tắt đơn vị soạn thảo hoặc lĩnh vực.",
            en="The letter's notation lacks the drafting unit or the field.",
            where="number",
            source=_law(3, "b"),
        )


def _dateline(document: Document) -> Iterator[Finding]:
    if document.kind.code == _MINUTES:
        return
    for missing, where, vi, en in (
        (not document.day, "day", "Văn bản thiếu thời gian ban hành.", "The document has no date."),
        (not document.place, "place", "Văn bản thiếu địa danh.", "The document names no place of issue."),
    ):
        if missing:
            yield finding("DOC-DATELINE-MISSING", Severity.ERROR, vi=vi, en=en, where=where, source=_law(4))


def _abstract(document: Document) -> Iterator[Finding]:
    letters = [char for char in document.abstract if char.isalpha()]
    if not letters and document.kind.code not in _NO_ABSTRACT:
        yield finding(
            "DOC-ABSTRACT-MISSING",
            Severity.ERROR,
            vi="Văn bản thiếu trích yếu nội dung.",
            en="The document has no abstract.",
            where="abstract",
            source=_law(5),
        )
    elif letters and not any(char.islower() for char in letters):
        yield finding(
            "DOC-ABSTRACT-CAPITALS",
            Severity.WARNING,
            vi="Trích yếu nội dung phải trình bày bằng chữ in thường.",
            en="The abstract is written in capitals; it is to be set in lower case.",
            where="abstract",
            source=_law(5, "b"),
        )


def _addressees(document: Document) -> Iterator[Finding]:
    if document.kind == DocumentKind.named("Công văn") and not document.addressees:
        yield finding(
            "DOC-ADDRESSEES-MISSING",
            Severity.ERROR,
            vi="Công văn thiếu phần “Kính gửi”.",
            en="The letter names nobody after “Kính gửi”.",
            where="addressees",
            source=_law(9, "b"),
        )


def _body(document: Document) -> Iterator[Finding]:
    if not document.body:
        yield finding(
            "DOC-BODY-MISSING",
            Severity.ERROR,
            vi="Văn bản không có nội dung.",
            en="The document has no body.",
            where="body",
            source=_law(6),
        )
    elif not document.body[-1].text.rstrip().endswith("./."):
        yield finding(
            "DOC-CLOSING-MARK",
            Severity.INFO,
            vi="Nội dung không kết thúc bằng “./.” như các mẫu trình bày.",
            en="The body does not close with “./.”, as the decree's samples do.",
            where=f"body[{len(document.body) - 1}]",
            source=Citation(instrument=_ND30, annex="III"),
        )


def _numbering(document: Document) -> Iterator[Finding]:
    """Check that articles, clauses and points count on without a gap."""
    letters = load("egov_vn.document", "form").timeline("point_letters", tuple).versions[-1].value
    article = clause = point = 0
    for index, paragraph in enumerate(document.body):
        label = ""
        if paragraph.block is Block.ARTICLE:
            found = int((re.search(r"\d+", paragraph.text) or ["0"])[0])
            article, clause, point, label = article + 1, 0, 0, f"Điều {article + 1}"
            right, article = found == article or bool(re.match(r"Điều\s+\d+[a-zđ]", paragraph.text)), found
        elif paragraph.block is Block.CLAUSE:
            found = int((re.match(r"\d+", paragraph.text) or ["0"])[0])
            # a chapter may start its clauses anew: 1 is always right
            right, label = found in (1, clause + 1), f"{clause + 1}."
            clause, point = found, 0
        elif paragraph.block is Block.POINT:
            letter = paragraph.text.split(")", 1)[0]
            right = letter == "a" or (point < len(letters) and letter == letters[point])
            label = f"{letters[point]})" if point < len(letters) else "?"
            point = letters.index(letter) + 1 if letter in letters else point + 1
        else:
            continue
        if not right:
            yield finding(
                "DOC-NUMBERING",
                Severity.WARNING,
                vi=f"“{paragraph.text[:20]}…”: sai thứ tự, đáng lẽ là {label}",
                en=f"“{paragraph.text[:20]}…” is out of order: {label} was expected.",
                where=f"body[{index}]",
                source=_law(6, "đ"),
            )


def _bases(document: Document) -> Iterator[Finding]:
    bases = [(index, item.text.rstrip()) for index, item in enumerate(document.body) if item.block is Block.BASIS]
    for position, (index, text) in enumerate(bases):
        last = position == len(bases) - 1
        # "Theo đề nghị của …" may follow the grounds and close them
        if not text.endswith((".", ";") if last else ";"):
            yield finding(
                "DOC-BASIS-PUNCTUATION",
                Severity.WARNING,
                vi="Mỗi căn cứ kết thúc bằng dấu chấm phẩy, căn cứ cuối cùng bằng dấu chấm.",
                en="Each ground ends with a semicolon, the last one with a full stop.",
                where=f"body[{index}]",
                source=_law(6, "a"),
            )


def _signer(document: Document) -> Iterator[Finding]:
    signer = document.signer
    if signer is None or not signer.name.strip():
        yield finding(
            "DOC-SIGNER-MISSING",
            Severity.ERROR,
            vi="Văn bản thiếu chức vụ, họ tên người ký.",
            en="The document does not name who signs it.",
            where="signer",
            source=_law(7),
        )
        return
    titles = load("egov_vn.document", "form").timeline("no_titles_before_name", tuple).versions[-1].value
    words = signer.name.replace(".", " ").casefold()
    if any(words.startswith(title.casefold() + " ") for title in titles):
        yield finding(
            "DOC-SIGNER-TITLE",
            Severity.WARNING,
            vi="Trước họ tên người ký không ghi học hàm, học vị, danh hiệu "
            "(trừ lực lượng vũ trang, giáo dục, y tế, khoa học).",
            en="No title stands before the signer's name (armed forces, education, health and science excepted).",
            where="signer.name",
            source=_law(7, "c"),
        )
    yield from _capacity(signer)


def _capacity(signer: Signatory) -> Iterator[Finding]:
    forms = [capacity.form for capacity in signer.capacities]
    problem: tuple[str, str] | None = None
    if not signer.lines:
        problem = ("Thiếu chức vụ của người ký.", "The signer's position is missing.")
    elif len(forms) > 1 and forms != sorted(forms, key=_rank):
        problem = (
            "Thứ tự quyền hạn sai: TM. đứng trước KT., TL., TUQ.",
            "The lines of authority are out of order: TM. stands before KT., TL. and TUQ.",
        )
    elif forms and forms[-1] is not SigningForm.ACTING and not signer.position:
        problem = (
            f"Sau “{signer.capacities[-1]}” phải ghi chức vụ của người ký.",
            f"After “{signer.capacities[-1]}” the signer's own position must follow.",
        )
    elif SigningForm.DEPUTY in forms and not re.search(r"\bPHÓ\b|THỨ TRƯỞNG|PHỤ TRÁCH", signer.position.upper()):
        problem = (
            f"Ký thay (KT.) là cấp phó, nhưng chức vụ là “{signer.position}”.",
            f"A deputy signs with KT., but the position is “{signer.position}”.",
        )
    if problem:
        yield finding(
            "DOC-SIGNER-AUTHORITY",
            Severity.WARNING,
            vi=problem[0],
            en=problem[1],
            where="signer",
            source=_law(7, "b"),
        )


def _rank(form: SigningForm) -> int:
    return _TOP_DOWN.index(form) if form in _TOP_DOWN else len(_TOP_DOWN) - 1


def _recipients(document: Document) -> Iterator[Finding]:
    if not document.recipients:
        yield finding(
            "DOC-RECIPIENTS-MISSING",
            Severity.ERROR,
            vi="Văn bản thiếu phần “Nơi nhận”.",
            en="The document lists no recipients.",
            where="recipients",
            source=_law(9),
        )
        return
    if not re.match(r"Lưu\s*:.*\bVT\b", document.recipients[-1]):
        yield finding(
            "DOC-RECIPIENTS-RECORD",
            Severity.WARNING,
            vi="Dòng cuối của “Nơi nhận” phải là “Lưu: VT, …”.",
            en="The last line of the recipients is to be “Lưu: VT, …”.",
            where=f"recipients[{len(document.recipients) - 1}]",
            source=_law(9, "d"),
        )
    if document.addressees and document.recipients[0].casefold() != "như trên":
        yield finding(
            "DOC-RECIPIENTS-AS-ABOVE",
            Severity.WARNING,
            vi="Văn bản có phần “Kính gửi” thì “Nơi nhận” bắt đầu bằng “Như trên”.",
            en="With addressees above, the recipients start with “Như trên”.",
            where="recipients[0]",
            source=_law(9, "b"),
        )


def _citations(document: Document) -> Iterator[Finding]:
    for index, reference in enumerate(document.references):
        parts = (("ngày", reference.day), ("cơ quan ban hành", reference.issuer))
        lacking = [name for name, value in parts if not value]
        if reference.number is None or not lacking:
            continue
        yield finding(
            "DOC-CITATION-INCOMPLETE",
            Severity.WARNING,
            vi=f"Viện dẫn lần đầu {reference.number} thiếu {', '.join(lacking)}.",
            en=f"The first citation of {reference.number} lacks its {'date' if not reference.day else 'issuer'}.",
            where=f"references[{index}]",
            source=_law(6, "b"),
        )


def _appendices(document: Document) -> Iterator[Finding]:
    mentioned = any(re.search(r"phụ lục|kèm theo", item.text, re.IGNORECASE) for item in document.body)
    if document.appendices and not mentioned:
        yield finding(
            "DOC-APPENDIX-UNMENTIONED",
            Severity.WARNING,
            vi="Văn bản có phụ lục nhưng nội dung không chỉ dẫn đến phụ lục.",
            en="The document has an appendix that its body does not mention.",
            where="appendices",
            source=_law(1, "a", "III"),
        )
