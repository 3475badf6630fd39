"""What does not hold under NĐ 30/2020/NĐ-CP is found, and a sound document is left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from egov_vn.document import (
    Appendix,
    Block,
    Capacity,
    Document,
    DocumentKind,
    DocumentNumber,
    DocumentReference,
    Issuer,
    Paragraph,
    Signatory,
    SigningForm,
    check_document,
)
from egov_vn.errors import InvalidInput

NUMBER = DocumentNumber.parse
SOUND = Document(
    kind=DocumentKind.of("QĐ"),
    number=NUMBER("12/QĐ-SNV"),
    issuer=Issuer(name="SỞ NỘI VỤ"),
    place="Cần Thơ",
    day=date(2026, 2, 3),
    abstract="Về việc thành lập Tổ công tác",
    body=(
        Paragraph("Căn cứ Luật A;", Block.BASIS),
        Paragraph("Căn cứ Nghị định B.", Block.BASIS),
        Paragraph("Điều 1. Thành lập:", Block.ARTICLE),
        Paragraph("1. Một;", Block.CLAUSE),
        Paragraph("a) Này;", Block.POINT),
        Paragraph("b) Kia;", Block.POINT),
        Paragraph("2. Hai.", Block.CLAUSE),
        Paragraph("Điều 2. Hiệu lực./.", Block.ARTICLE),
    ),
    signer=Signatory(
        name="Nguyễn Văn An", position="PHÓ GIÁM ĐỐC", capacities=(Capacity(SigningForm.DEPUTY, "GIÁM ĐỐC"),)
    ),
    recipients=("Như Điều 2", "Lưu: VT, TCCB"),
)
LETTER = replace(
    SOUND,
    kind=DocumentKind.named("Công văn"),
    number=NUMBER("12/SNV-VP"),
    addressees=("Bộ Nội vụ",),
    recipients=("Như trên", "Lưu: VT, VP"),
)


def codes(document: Document) -> set[str]:
    return {item.code for item in check_document(document)}


@pytest.mark.parametrize("document", [SOUND, LETTER], ids=["decision", "letter"])
def test_a_sound_document_has_no_findings(document: Document) -> None:
    assert check_document(document) == ()


def text(*paragraphs: tuple[str, Block]) -> Document:
    return replace(SOUND, body=tuple(Paragraph(*item) for item in paragraphs))


def signed(name: str, position: str, *capacities: Capacity) -> Document:
    return replace(SOUND, signer=Signatory(name=name, position=position, capacities=capacities))


TM, KT = Capacity(SigningForm.COLLECTIVE, "ỦY BAN NHÂN DÂN"), Capacity(SigningForm.DEPUTY, "CHỦ TỊCH")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (replace(SOUND, number=None), "DOC-NUMBER-MISSING"),
        (replace(SOUND, number=NUMBER("12/CT-SNV")), "DOC-NUMBER-KIND"),
        (replace(LETTER, number=NUMBER("12/QĐ-SNV")), "DOC-NUMBER-KIND"),
        (replace(LETTER, number=NUMBER("716/UBND")), "DOC-NUMBER-UNIT"),
        (replace(SOUND, day=None), "DOC-DATELINE-MISSING"),
        (replace(SOUND, place=""), "DOC-DATELINE-MISSING"),
        (replace(SOUND, day=date(2015, 7, 8)), "DOC-OLDER-REGIME"),
        (replace(SOUND, abstract=""), "DOC-ABSTRACT-MISSING"),
        (replace(SOUND, abstract="VỀ VIỆC THÀNH LẬP"), "DOC-ABSTRACT-CAPITALS"),
        (replace(LETTER, addressees=()), "DOC-ADDRESSEES-MISSING"),
        (replace(SOUND, body=()), "DOC-BODY-MISSING"),
        (text(("Nội dung.", Block.TEXT)), "DOC-CLOSING-MARK"),
        (text(("Điều 2. Sai./.", Block.ARTICLE)), "DOC-NUMBERING"),
        (text(("1. Một;", Block.CLAUSE), ("3. Ba./.", Block.CLAUSE)), "DOC-NUMBERING"),
        (text(("a) Một;", Block.POINT), ("c) Ba./.", Block.POINT)), "DOC-NUMBERING"),
        (text(("a) Một;", Block.POINT), ("w) Ba./.", Block.POINT)), "DOC-NUMBERING"),
        (text(("Căn cứ A.", Block.BASIS), ("Căn cứ B.", Block.BASIS), ("X./.", Block.TEXT)), "DOC-BASIS-PUNCTUATION"),
        (replace(SOUND, signer=None), "DOC-SIGNER-MISSING"),
        (signed("TS. Nguyễn Văn An", "GIÁM ĐỐC"), "DOC-SIGNER-TITLE"),
        (signed("Nguyễn Văn An", ""), "DOC-SIGNER-AUTHORITY"),
        (signed("Nguyễn Văn An", "", KT), "DOC-SIGNER-AUTHORITY"),
        (signed("Nguyễn Văn An", "GIÁM ĐỐC", KT), "DOC-SIGNER-AUTHORITY"),
        (signed("Nguyễn Văn An", "PHÓ CHỦ TỊCH", KT, TM), "DOC-SIGNER-AUTHORITY"),
        (replace(SOUND, recipients=()), "DOC-RECIPIENTS-MISSING"),
        (replace(SOUND, recipients=("Như Điều 2",)), "DOC-RECIPIENTS-RECORD"),
        (replace(LETTER, recipients=("Bộ Nội vụ", "Lưu: VT")), "DOC-RECIPIENTS-AS-ABOVE"),
        (replace(SOUND, appendices=(Appendix(title="A", body=()),)), "DOC-APPENDIX-UNMENTIONED"),
        (
            replace(SOUND, references=(DocumentReference(kind="Quyết định", number=NUMBER("1/QĐ-X")),)),
            "DOC-CITATION-INCOMPLETE",
        ),
    ],
)
def test_each_fault_is_found_alone(document: Document, code: str) -> None:
    assert codes(document) == {code}


def test_what_is_right_in_other_ways() -> None:
    assert codes(signed("Trần Thị Bình", "PHÓ CHỦ TỊCH", TM, KT)) == set()
    assert codes(signed("Trần Thị Bình", "", Capacity(SigningForm.ACTING, "CHỦ TỊCH"))) == set()
    assert codes(signed("Tsen Văn An", "GIÁM ĐỐC")) == set()
    assert codes(replace(SOUND, kind=DocumentKind.of("GGT"), number=NUMBER("1/GGT-SNV"), abstract="")) == set()
    assert codes(replace(SOUND, kind=DocumentKind.of("BB"), number=NUMBER("1/BB-SNV"), day=None, place="")) == set()
    assert codes(replace(SOUND, number=NUMBER("12/2026/QĐ-UBND"))) == set()
    assert codes(text(*((f"{letter}) x;", Block.POINT) for letter in "abcdđeghik"), ("./.", Block.TEXT))) == set()
    assert codes(text(("Điều 1. A;", Block.ARTICLE), ("Điều 1a. B./.", Block.ARTICLE))) == set()
    law = DocumentReference(kind="Luật", number=None, abstract="A")
    assert codes(replace(SOUND, references=(law,))) == set()


def test_every_finding_cites_the_decree_in_both_languages() -> None:
    bare = Document(kind=DocumentKind.named("Công văn"), issuer=Issuer(name="SỞ"))
    found = check_document(bare)
    assert len(found) == 8
    for item in found:
        assert item.source is not None
        assert item.source.instrument == "30/2020/NĐ-CP"
        assert item.text("vi") != item.text("en")
        assert item.where


def test_a_document_has_an_issuer_and_a_sensible_number_of_copies() -> None:
    with pytest.raises(InvalidInput):
        Document(kind=DocumentKind.of("CT"), issuer=Issuer(name=" "))
    with pytest.raises(InvalidInput):
        replace(SOUND, copies=0)
    assert replace(SOUND, abstract="", number=None).title == "Quyết định"
    assert replace(SOUND, day=None).dateline == ""
