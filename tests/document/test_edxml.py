"""Exchange messages: what is written is read back, field files are read leniently, hostile ones are refused."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from egov_vn.agency import AgencyCode
from egov_vn.clock import VIETNAM
from egov_vn.document import (
    Capacity,
    Document,
    DocumentKind,
    DocumentNumber,
    Issuer,
    Signatory,
    SigningForm,
    Urgency,
    edxml,
)
from egov_vn.document.edxml import (
    Attachment,
    Business,
    BusinessKind,
    Message,
    Organization,
    Receiver,
    Replacement,
    Response,
    Staff,
    StatusMessage,
    Trace,
)
from egov_vn.errors import InvalidInput

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
SENDER = Organization(organ_id="000.00.00.H13", name="UBND thành phố Cần Thơ", email="vanthu@example.gov.vn")
RECEIVER = Organization(organ_id="G22", name="Văn phòng Chính phủ")
AT = datetime(2026, 2, 12, 9, 0, 1, tzinfo=VIETNAM)
DOCUMENT = Document(
    kind=DocumentKind.of("BC"),
    number=DocumentNumber.parse("05/BC-UBND"),
    issuer=Issuer(name="ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ"),
    place="Cần Thơ",
    day=date(2026, 2, 12),
    abstract="Báo cáo <tháng 02> & quý I",
    signer=Signatory(
        name="Trần Thị Bình", position="PHÓ CHỦ TỊCH", capacities=(Capacity(SigningForm.DEPUTY, "CHỦ TỊCH"),)
    ),
    recipients=("Như trên", "Lưu: VT"),
    urgency=Urgency.VERY_URGENT,
    copies=3,
)
MESSAGE = edxml.message_of(
    DOCUMENT,
    sender=SENDER,
    receivers=(RECEIVER, SENDER),
    attachments=(Attachment(name="Báo cáo.pdf", data=b"%PDF-1.7\x00\xff", content_id="a1"),),
    pages=2,
    due=date(2026, 3, 1),
)


def parts(data: bytes) -> str:
    return data.decode("utf-8")


def test_a_document_becomes_a_message() -> None:
    assert MESSAGE.document_id == "000.00.00.H13,2026/02/12,05/BC-UBND"
    assert (MESSAGE.code_number, MESSAGE.code_notation, MESSAGE.type_name) == ("05", "BC-UBND", "Báo cáo")
    assert (MESSAGE.competence, MESSAGE.position, MESSAGE.signer) == ("KT.", "PHÓ CHỦ TỊCH", "Trần Thị Bình")
    assert MESSAGE.priority == 2
    assert MESSAGE.number == DOCUMENT.number
    assert edxml.kind_of(MESSAGE) == DOCUMENT.kind
    assert edxml.kind_of(replace(MESSAGE, type_name="Khác")) is None
    assert replace(MESSAGE, code_notation="?").number is None


@pytest.mark.parametrize("draft", [replace(DOCUMENT, number=None), replace(DOCUMENT, day=None)])
def test_a_draft_is_not_sent(draft: Document) -> None:
    with pytest.raises(InvalidInput):
        edxml.message_of(draft, sender=SENDER, receivers=(RECEIVER,), attachments=MESSAGE.attachments)


def test_a_message_needs_receiver_and_file() -> None:
    with pytest.raises(InvalidInput):
        edxml.message_of(DOCUMENT, sender=SENDER, receivers=(), attachments=MESSAGE.attachments)
    with pytest.raises(InvalidInput):
        edxml.message_of(DOCUMENT, sender=SENDER, receivers=(RECEIVER,), attachments=())


FULL = replace(
    MESSAGE,
    type_detail=-1,
    content="Nội dung",
    sphere="LƯU HÀNH NỘI BỘ",
    drafter="NVB",
    appendixes=("Phụ lục I",),
    responses=(Response(organ_id="G22", code="7816/VPCP-TTĐT", day=date(2015, 9, 30), document_id="x"),),
    steering=2,
    traces=(Trace(organ_id="000.00.00.H13", at=AT),),
)
BUSINESSES = (
    Business(kind=BusinessKind.RECALL, reason="Sai nội dung", paper=True, staff=Staff(staff="Nguyễn Văn An")),
    Business(
        kind=BusinessKind.UPDATE,
        document_id="cũ",
        content_changed=True,
        receivers_changed=True,
        receivers=(Receiver(organ_id="H13", added=True), Receiver(organ_id="H14", added=False)),
    ),
    Business(kind=BusinessKind.REPLACE, replaces=(Replacement(document_id="cũ", organ_ids=("H13", "H14")),)),
)


@pytest.mark.parametrize("message", [MESSAGE, FULL, *(replace(FULL, business=item) for item in BUSINESSES)])
def test_what_is_written_is_read_back(message: Message) -> None:
    received = edxml.read(edxml.write(message))
    assert received.message == message
    assert received.findings == ()


def test_order_and_prefixes_are_those_of_the_field() -> None:
    text = parts(edxml.write(FULL))
    assert f'<edXML xmlns="{NS}"><edXML:edXMLEnvelope xmlns:edXML="{NS}"><edXML:edXMLHeader>' in text
    assert "<AttachmentEncoded><Attachment><ContentId>cid:a1</ContentId>" in text
    assert f'<edXML:ContentTransferEncoded xmlns:edXML="{NS}">' in text
    header = etree.fromstring(text.encode())[0][0][0]
    names = [etree.QName(item).localname for item in header]
    assert " ".join(names) == (
        "From To To Code PromulgationInfo DocumentType Subject Content SignerInfo DueDate ToPlaces OtherInfo "
        "ResponseFor SteeringType DocumentId"
    )
    assert "<edXML:PromulgationDate>2026/02/12</edXML:PromulgationDate>" in text
    assert "<edXML:Timestamp>2026/02/12 09:00:01</edXML:Timestamp>" in text
    assert "<edXML:Bussiness>" in text


def test_a_status_goes_both_ways() -> None:
    status = StatusMessage(
        sender=RECEIVER,
        response=Response(organ_id="000.00.00.H13", code="05/BC-UBND", day=date(2026, 2, 12), document_id="id"),
        code="03",
        at=AT,
        description="Đã tiếp nhận",
        staff=Staff(department="Văn thư", staff="Lê Thị Chi", mobile="0", email="c@example.gov.vn"),
    )
    assert edxml.read(edxml.write(status)).message == status
    assert edxml.read(edxml.write(replace(status, staff=None))).message == replace(status, staff=None)
    assert edxml.status_text("03")["vi"] == "Đã tiếp nhận"
    assert edxml.status_text("13")["sender"] == "sender"
    with pytest.raises(InvalidInput, match="99"):
        edxml.write(replace(status, code="99"))
    naked = parts(edxml.write(status)).replace("000.00.00.H13", "").replace("05/BC-UBND", "").replace(">id<", "><")
    with pytest.raises(InvalidInput, match="speaks of"):
        edxml.read(naked.replace("2026/02/12</", "</").encode())


def test_the_order_of_statuses_is_told_and_not_enforced() -> None:
    for previous, new in (("", "01"), ("01", "03"), ("03", "06"), ("05", "13"), ("13", "15"), ("03", "03")):
        assert edxml.check_step(previous, new) == ()
    (found,) = edxml.check_step("06", "01")
    assert found.code == "EDX-STATUS-ORDER"
    with pytest.raises(InvalidInput):
        edxml.check_step("", "77")


def changed(old: str, new: str) -> bytes:
    text = parts(edxml.write(FULL))
    assert old in text
    return text.replace(old, new).encode()


def test_other_spellings_of_the_field_are_read() -> None:
    read = edxml.read(changed("2026/02/12</edXML:PromulgationDate>", "12/02/2026</edXML:PromulgationDate>"))
    assert isinstance(read.message, Message)
    assert read.message.day == date(2026, 2, 12)
    assert [item.code for item in read.findings] == ["EDX-DATE-FORM"]
    assert edxml.read(changed("2026/03/01</edXML:DueDate>", "2026-03-01</edXML:DueDate>")).findings
    for old, new in (("Bussiness>", "Business>"), ("cid:a1", "a1")):
        again = edxml.read(changed(old, new))
        assert again.message == FULL
        assert again.findings == ()
    empty = "<edXML:ResponseFor><edXML:OrganId/><edXML:Code/></edXML:ResponseFor><edXML:SteeringType>"
    assert edxml.read(changed("<edXML:SteeringType>", empty)).message == FULL
    extra = edxml.read(
        changed("<edXML:SteeringType>", "<edXML:ApplicationType>MCDT</edXML:ApplicationType><edXML:SteeringType>")
    )
    assert isinstance(extra.message, Message)
    assert extra.message.extra == (("ApplicationType", "MCDT"),)


def test_an_envelope_signature_is_reported_and_not_trusted() -> None:
    signed = changed("<edXML:TraceHeaderList>", "<edXML:Signature/><edXML:TraceHeaderList>")
    (found,) = edxml.read(signed).findings
    assert found.code == "EDX-SIGNATURE-UNVERIFIED"


def test_a_file_outside_the_manifest_is_reported() -> None:
    odd = changed("<Attachment><ContentId>cid:a1", "<Attachment><ContentId>cid:b2")
    assert [item.code for item in edxml.read(odd).findings] == ["EDX-MANIFEST", "EDX-MANIFEST"]


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def carried(name: str, data: bytes, content_type: str = "application/zip") -> bytes:
    attachment = Attachment(name=name, data=data, content_type=content_type, content_id="a1")
    message = replace(MESSAGE, attachments=(attachment,))
    read = edxml.read(edxml.write(message)).message
    assert isinstance(read, Message)
    return read.attachments[0].data


def test_the_zip_around_one_file_is_taken_off() -> None:
    assert carried("a.pdf", zipped(("../../x.pdf", b"%PDF"))) == b"%PDF"
    office = zipped(("word/document.xml", b"<x/>"))
    assert carried("a.docx", office) == office
    several = zipped(("a", b"1"), ("b", b"2"))
    assert carried("a.pdf", several) == several
    assert carried("a.bin", several[:30], "application/octet-stream") == several[:30], "it only looks like a zip"
    folder = zipped(("a/", b""))
    assert carried("a.pdf", folder) == folder


def test_a_bomb_or_a_damaged_zip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        carried("a.pdf", zipped(("a", b"x" * 999))[:60])
    bad = bytearray(zipped(("a", bytes(range(256)) * 9)))
    bad[40] ^= 0xFF
    with pytest.raises(InvalidInput, match="damaged"):
        carried("a.pdf", bytes(bad))
    monkeypatch.setattr("egov_vn.document.edxml_read.MAX_ATTACHMENT", 1000)
    with pytest.raises(InvalidInput, match="unpacks"):
        carried("a.pdf", zipped(("a", b"x" * 1001)))


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "XML"),
        (b"<a/>", "root"),
        (b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102:2016"/>', "root"),
        (b'<edXML xmlns="http://www.go.vn/eDoc"/>', "wrong clients"),
        (b'<S:Envelope xmlns:S="x"><e:a xmlns:e="http://www.e-doc.vn/Schema/"/></S:Envelope>', "1.0"),
        (f'<edXML xmlns="{NS}"/>'.encode(), "MessageHeader"),
        (
            f'<edXML xmlns="{NS}"><edXMLEnvelope><edXMLHeader><MessageHeader/></edXMLHeader></edXMLEnvelope>'
            "</edXML>".encode(),
            "no document",
        ),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (changed("2026/02/12</edXML:PromulgationDate>", "mai</edXML:PromulgationDate>"), "day"),
        (changed("2026/02/12</edXML:PromulgationDate>", "2026/02/31</edXML:PromulgationDate>"), "day"),
        (changed("09:00:01", "9h"), "time"),
        (changed("09:00:01", "25:00:01"), "time"),
        (changed("<edXML:Priority>2", "<edXML:Priority>cao"), "whole number"),
        (changed("<edXML:BussinessDocType>0", "<edXML:BussinessDocType>9"), "business"),
        (changed(base64.b64encode(b"%PDF-1.7\x00\xff").decode(), "%%%"), "base64"),
        (changed("edXML:From>", "edXML:Tu>"), "who sends"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        edxml.read(data)


def test_what_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidInput, match="XML"):
        edxml.write(replace(MESSAGE, subject="\x00"))
    with pytest.raises(InvalidInput):
        edxml.read("not bytes")  # type: ignore[arg-type]


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map(str.strip),
    st.binary(max_size=200),
)
def test_any_subject_and_file_survive(subject: str, data: bytes) -> None:
    message = replace(MESSAGE, subject=subject, attachments=(Attachment(name="a.bin", data=data, content_id="a"),))
    try:
        written = edxml.write(message)
    except InvalidInput:
        assert any(ord(char) in (0xFFFE, 0xFFFF) for char in subject)
        return
    assert edxml.read(written).message == message


def test_the_identifier_takes_a_day() -> None:
    with pytest.raises(InvalidInput):
        edxml.document_id(AgencyCode.parse("H13"), AT, DocumentNumber.parse("05/BC-UBND"))
