"""Registers: numbers stand once, arrivals count on, and the book prints in the decree's columns."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from egov_vn.calendar import WorkCalendar
from egov_vn.document import (
    Document,
    DocumentKind,
    DocumentNumber,
    IncomingEntry,
    Issuer,
    OutgoingEntry,
    Register,
    RegisterKind,
    Signatory,
    Urgency,
    present_by,
    release_by,
)
from egov_vn.errors import InvalidInput

BOOK = Register(agency="Sở Nội vụ", year=2026)


def document(number: str, day: date = date(2026, 2, 3), issuer: str = "SỞ NỘI VỤ") -> Document:
    return Document(
        kind=DocumentKind.of("QĐ"),
        number=DocumentNumber.parse(number),
        issuer=Issuer(name=issuer),
        day=day,
        abstract="Về việc <thử>",
        signer=Signatory(name="Nguyễn Văn An", position="GIÁM ĐỐC"),
        recipients=("Như Điều 2", "Lưu: VT"),
        copies=5,
    )


def test_the_outgoing_book_has_ten_columns() -> None:
    book = BOOK.send(OutgoingEntry(document=document("01/QĐ-SNV"), sent_on=date(2026, 2, 4), note="=SUM(A1)"))
    heads, row = book.rows(RegisterKind.OUTGOING)
    assert len(heads) == len(row) == 10
    assert heads[0] == "Số, ký hiệu văn bản"
    assert row[:5] == ("01/QĐ-SNV", "03/02/2026", "Quyết định Về việc <thử>", "Nguyễn Văn An", "Như Điều 2; Lưu: VT")
    assert row[6:8] == ("5", "04/02/2026")
    assert book.rows(RegisterKind.OUTGOING, lang="en")[0][3] == "Signer"
    assert next(iter(csv.reader(io.StringIO(book.to_csv(RegisterKind.OUTGOING)))))[0] == "Số, ký hiệu văn bản"
    assert "'=SUM(A1)" in book.to_csv(RegisterKind.OUTGOING), "a spreadsheet must not run it"
    page = book.to_html(RegisterKind.OUTGOING)
    assert "&lt;thử&gt;" in page
    assert "<thử>" not in page


def test_a_number_is_registered_once() -> None:
    book = BOOK.send(OutgoingEntry(document=document("01/QĐ-SNV")))
    with pytest.raises(InvalidInput, match="already registered"):
        book.send(OutgoingEntry(document=document("1/QĐ-SNV")))
    with pytest.raises(InvalidInput, match="2026"):
        book.send(OutgoingEntry(document=document("02/QĐ-SNV", date(2025, 12, 31))))
    with pytest.raises(InvalidInput, match="number"):
        book.send(OutgoingEntry(document=replace(document("02/QĐ-SNV"), number=None)))


def test_arrivals_count_on() -> None:
    book = BOOK.receive(document("9/QĐ-UBND"), on=date(2026, 2, 4), assignee="Văn phòng", due=date(2026, 2, 10))
    book = book.receive(document("9/QĐ-UBND", issuer="UBND XÃ KHÁC"), on=date(2026, 2, 4))
    assert [item.arrival for item in book.incoming] == [1, 2]
    with pytest.raises(InvalidInput, match="before the last"):
        book.receive(document("10/QĐ-UBND"), on=date(2026, 2, 3))
    with pytest.raises(InvalidInput, match="as number 1"):
        book.receive(document("09/QĐ-UBND"), on=date(2026, 2, 5))
    with pytest.raises(InvalidInput, match="2026"):
        book.receive(document("10/QĐ-UBND"), on=date(2027, 1, 2))
    heads, row, _ = book.rows(RegisterKind.INCOMING)
    assert len(heads) == 10
    assert row[:4] == ("04/02/2026", "01", "SỞ NỘI VỤ", "09/QĐ-UBND")


def test_the_tracking_book_follows_an_arrival() -> None:
    book = BOOK.receive(document("9/QĐ-UBND"), on=date(2026, 2, 4), due=date(2026, 2, 10))
    book = book.update(1, progress="Hoàn thành", answer="12/SNV-VP")
    heads, row = book.rows(RegisterKind.TRACKING)
    assert len(heads) == 7
    assert row == (
        "01",
        "Quyết định, 09/QĐ-UBND, 03/02/2026, SỞ NỘI VỤ",
        "",
        "10/02/2026",
        "Hoàn thành",
        "12/SNV-VP",
        "",
    )
    with pytest.raises(InvalidInput):
        book.update(2, progress="x")


def test_gaps_are_found_per_kind() -> None:
    book = BOOK
    for number in ("02/QĐ-SNV", "04/QĐ-SNV", "01/SNV-VP"):
        book = book.send(OutgoingEntry(document=document(number)))
    (found,) = book.check()
    assert found.code == "REGISTER-GAP"
    assert "01, 03" in found.text("vi")
    far = BOOK.send(OutgoingEntry(document=document("9999999/QĐ-SNV")))
    assert "…" in far.check()[0].text("en")


def test_the_terms_of_release_and_presentation() -> None:
    calendar = WorkCalendar.official()
    friday = date(2026, 2, 13)
    assert release_by(friday, calendar=calendar) == date(2026, 2, 23), "Tết lies between"
    assert release_by(friday, calendar=calendar, urgency=Urgency.FLASH) == friday
    assert present_by(date(2026, 2, 4), calendar=calendar) == date(2026, 2, 5)
    assert present_by(friday, calendar=calendar, urgency=Urgency.URGENT) == friday


def test_what_came_too_late_is_found() -> None:
    calendar = WorkCalendar.official()
    book = BOOK.send(OutgoingEntry(document=document("01/QĐ-SNV"), sent_on=date(2026, 2, 5)))
    late = IncomingEntry(
        document=document("9/QĐ-UBND"), arrived_on=date(2026, 2, 4), arrival=1, passed_on=date(2026, 2, 9)
    )
    book = replace(book, incoming=(late,))
    assert [item.code for item in book.check(calendar=calendar)] == [
        "REGISTER-LATE-RELEASE",
        "REGISTER-LATE-PRESENTATION",
    ]
    on_time = replace(
        book,
        outgoing=(OutgoingEntry(document=document("01/QĐ-SNV"), sent_on=date(2026, 2, 4)),),
        incoming=(replace(late, passed_on=date(2026, 2, 5)),),
    )
    assert on_time.check(calendar=calendar) == ()
    assert book.check() == ()
