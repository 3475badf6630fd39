"""Copies: what may be made from what, what they say of themselves, and how they look on paper."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest

from egov_vn.document import (
    CopyKind,
    CopyNote,
    Document,
    DocumentKind,
    DocumentNumber,
    Issuer,
    Medium,
    Paragraph,
    Signatory,
    attachment_text,
    check_copy,
    electronic_copy_text,
    render_copy,
)
from egov_vn.errors import InvalidInput

PAPER, ELECTRONIC = Medium.PAPER, Medium.ELECTRONIC
AT = datetime(2026, 2, 12, 2, 0, 5, tzinfo=UTC)

DOCUMENT = Document(
    kind=DocumentKind.of("TB"),
    number=DocumentNumber.parse("05/TB-SNV"),
    issuer=Issuer(name="SỞ NỘI VỤ"),
    place="Cần Thơ",
    day=date(2026, 2, 3),
    abstract="Lịch làm việc",
    body=(Paragraph("Nội dung./."),),
    signer=Signatory(name="Nguyễn Văn An", position="GIÁM ĐỐC"),
    recipients=("Lưu: VT",),
)
NOTE = CopyNote(
    kind=CopyKind.TRUE_COPY,
    issuer=Issuer(name="ỦY BAN NHÂN DÂN PHƯỜNG NINH KIỀU"),
    number=DocumentNumber.parse("01/SY-UBND"),
    place="Ninh Kiều",
    day=date(2026, 2, 12),
    signer=Signatory(name="Trần Thị Bình", position="CHÁNH VĂN PHÒNG"),
    recipients=("Công an phường", "Lưu: VT"),
)


def test_the_routes_of_article_25() -> None:
    allowed = {
        (kind, source, target)
        for kind, source, target in product(CopyKind, Medium, Medium)
        if not check_copy(
            kind,
            source=source,
            target=target,
            from_copy=CopyKind.TRUE_COPY if kind is CopyKind.COPY_OF_COPY else None,
        )
    }
    every = set(product(CopyKind, Medium, Medium))
    assert every - allowed == {
        (CopyKind.TRUE_COPY, ELECTRONIC, ELECTRONIC),
        (CopyKind.COPY_OF_COPY, ELECTRONIC, ELECTRONIC),
    }


@pytest.mark.parametrize(
    ("kind", "origin"),
    [
        (CopyKind.COPY_OF_COPY, None),
        (CopyKind.COPY_OF_COPY, CopyKind.COPY_OF_COPY),
        (CopyKind.COPY_OF_COPY, CopyKind.EXTRACT),
        (CopyKind.TRUE_COPY, CopyKind.TRUE_COPY),
    ],
)
def test_a_copy_of_a_copy_is_made_from_a_true_copy_only(kind: CopyKind, origin: CopyKind | None) -> None:
    (found,) = check_copy(kind, source=PAPER, target=PAPER, from_copy=origin)
    assert (found.code, found.level) == ("COPY-SOURCE", "error")


def test_an_electronic_copy_says_kind_agency_and_time() -> None:
    assert electronic_copy_text(CopyKind.COPY_OF_COPY, "Sở Nội vụ", at=AT) == (
        "SAO LỤC",
        "Sở Nội vụ",
        "12/02/2026 09:00:05 +07:00",
    )
    assert attachment_text(NOTE.number, at=AT) == ("01/SY-UBND", "12/02/2026 09:00:05 +07:00")
    assert [kind.words for kind in CopyKind] == ["SAO Y", "SAO LỤC", "TRÍCH SAO"]


def test_the_number_is_one_of_the_kind() -> None:
    with pytest.raises(InvalidInput, match="SAO LỤC"):
        replace(NOTE, kind=CopyKind.COPY_OF_COPY)


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_the_copy_stands_below_the_document(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra 'forms' is not installed")
    made = render_copy(DOCUMENT, NOTE, at=AT)
    path = tmp_path / "copy.pdf"
    path.write_bytes(made.pdf)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    for expected in ("SAO Y", "Số: 01/SY-UBND", "Trần Thị Bình", "- Công an phường;", "Ninh Kiều, ngày 12 tháng 02"):
        assert expected in text
    assert text.index("Nguyễn Văn An") < text.index("SAO Y") < text.index("Trần Thị Bình")
    assert made.signature_box is not None
    assert made.signature_box.y < 400, "the place is that of the copy's signer"
