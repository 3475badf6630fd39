"""Official e-mail: safe to write, the same twice, readable by others, checked against its rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.document import (
    Document,
    DocumentKind,
    DocumentNumber,
    Issuer,
    MailFile,
    OfficialMail,
    acknowledged_in_time,
)
from egov_vn.errors import InvalidInput

AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
ID = "<1@cantho.gov.vn>"
DOCUMENT = Document(
    kind=DocumentKind.named("Công văn"),
    number=DocumentNumber.parse("716/UBND-VX"),
    issuer=Issuer(name="ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ"),
    day=date(2026, 2, 12),
    abstract="Về việc triển khai chữ ký số",
)
FILE = MailFile(name="Công văn 716-UBND-VX.pdf", data=b"%PDF\x00\xff\n.\r\n")
MAIL = OfficialMail.of(
    DOCUMENT, sender="vanthu@cantho.gov.vn", to=("vanthu@vpcp.gov.vn",), cc=("snv@cantho.gov.vn",), files=(FILE,)
)


def test_a_document_is_sent_with_its_number_in_subject_and_text() -> None:
    assert MAIL.subject == "[716/UBND-VX] Về việc triển khai chữ ký số"
    assert "716/UBND-VX ngày 12/02/2026" in MAIL.body
    assert MAIL.check() == ()
    with pytest.raises(InvalidInput):
        OfficialMail.of(replace(DOCUMENT, number=None), sender="a@b.gov.vn", to=("a@b.gov.vn",), files=())
    bare = OfficialMail.of(replace(DOCUMENT, day=None, abstract=""), sender="a@b.gov.vn", to=("a@b.gov.vn",), files=())
    assert bare.subject == "[716/UBND-VX] Công văn"


def test_the_bytes_are_seven_bit_crlf_and_the_same_twice() -> None:
    data = MAIL.to_bytes(at=AT, message_id=ID)
    assert data == MAIL.to_bytes(at=AT, message_id=ID)
    assert data != MAIL.to_bytes(at=AT, message_id="<2@cantho.gov.vn>")
    assert all(byte < 128 for byte in data)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_another_reader_finds_everything() -> None:
    message = message_from_bytes(MAIL.to_bytes(at=AT, message_id=ID), policy=default)
    assert message["From"] == "vanthu@cantho.gov.vn"
    assert message["Cc"] == "snv@cantho.gov.vn"
    assert message["Subject"] == MAIL.subject
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == ID
    text, attached = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == MAIL.body
    assert attached.get_filename() == FILE.name
    assert attached.get_content() == FILE.data


def test_the_receipt_answers_the_mail() -> None:
    receipt = MAIL.receipt(sender="vanthu@vpcp.gov.vn", message_id=ID)
    message = message_from_bytes(receipt.to_bytes(at=AT, message_id="<2@vpcp.gov.vn>"), policy=default)
    assert message["To"] == "vanthu@cantho.gov.vn"
    assert message["In-Reply-To"] == message["References"] == ID
    assert "716/UBND-VX" in message.get_content()
    plain = replace(MAIL, document=None).receipt(sender="vanthu@vpcp.gov.vn", message_id=ID)
    assert MAIL.subject in plain.body
    assert not [item for item in receipt.check() if item.code == "MAIL-NUMBER"]


def test_a_receipt_is_due_on_the_same_day_in_vietnam() -> None:
    assert acknowledged_in_time(AT, AT.replace(hour=23, minute=59))
    assert not acknowledged_in_time(AT.replace(hour=23, minute=59), AT.replace(day=13, hour=0))


@pytest.mark.parametrize(
    ("mail", "options", "code"),
    [
        (replace(MAIL, sender="vanthu@gmail.com"), {}, "MAIL-DOMAIN"),
        (replace(MAIL, to=("a@evilgov.vn",)), {}, "MAIL-DOMAIN"),
        (replace(MAIL, cc=("a@gov.vn.example.com",)), {}, "MAIL-DOMAIN"),
        (MAIL, {"domains": ("moha.gov.vn",)}, "MAIL-DOMAIN"),
        (MAIL, {"secrecy": "Mật"}, "MAIL-SECRET"),
        (replace(MAIL, subject=MAIL.subject + " (TỐI MẬT)"), {}, "MAIL-SECRET"),
        (replace(MAIL, subject="Gửi văn bản"), {}, "MAIL-NUMBER"),
        (replace(MAIL, body="Gửi văn bản"), {}, "MAIL-NUMBER"),
        (MAIL, {"max_bytes": 10}, "MAIL-SIZE"),
    ],
)
def test_what_goes_against_the_rules_is_found(mail: OfficialMail, options: dict[str, object], code: str) -> None:
    assert {item.code for item in mail.check(**options)} == {code}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"sender": "vanthu"},
        {"sender": "a@b"},
        {"sender": "a@b.gov.vn\r\nBcc: x@y.vn"},
        {"to": ()},
        {"to": ("a b@c.gov.vn",)},
        {"to": ("á@c.gov.vn",)},
        {"to": ("a" * 250 + "@c.gov.vn",)},
        {"subject": ""},
        {"subject": "a\r\nBcc: x@y.vn"},
        {"subject": "a\u2028b"},
        {"files": (replace(FILE, name="a\nb.pdf"),)},
        {"files": (replace(FILE, media_type="pdf"),)},
        {"files": (replace(FILE, media_type="a/b\r\nX: y"),)},
        {"in_reply_to": "x"},
        {"in_reply_to": "<a@b>\r\nX: y"},
    ],
)
def test_nothing_slips_into_a_header(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        replace(MAIL, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("message_id", ["", "x", "<a b@c>", "<a@b>\r\nX: y", "<a@b\x00>"])
def test_the_identifier_is_one(message_id: str) -> None:
    with pytest.raises(InvalidInput):
        MAIL.to_bytes(at=AT, message_id=message_id)


def test_a_body_that_cannot_be_encoded_is_refused() -> None:
    with pytest.raises(InvalidInput):
        replace(MAIL, body="\ud800").to_bytes(at=AT, message_id=ID)
    with pytest.raises(InvalidInput):
        MAIL.to_bytes(at=datetime(2026, 1, 1), message_id=ID)


def raw_subject(mail: OfficialMail) -> str:
    data = mail.to_bytes(at=AT, message_id=ID)
    line = data.partition(b"\r\nSubject: ")[2].partition(b"\r\nDate: ")[0]
    assert all(len(part) <= 76 for part in line.split(b"\r\n"))
    return line.decode("ascii")


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).filter(
        str.strip
    ),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=200),
    st.binary(max_size=100),
)
def test_any_mail_survives(subject: str, body: str, data: bytes) -> None:
    mail = replace(MAIL, subject=subject, body=body, files=(replace(FILE, data=data),))
    message = message_from_bytes(mail.to_bytes(at=AT, message_id=ID), policy=default)
    _, attached = message.iter_parts()
    assert attached.get_content() == data
    assert str(make_header(decode_header(raw_subject(mail)))) == subject
    assert len(message.keys()) == len(message_from_bytes(MAIL.to_bytes(at=AT, message_id=ID), policy=default).keys())
