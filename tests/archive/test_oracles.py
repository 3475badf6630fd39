"""Second opinions: the CSIP Schematron of E-ARK, signatures inside a package, PDFs as other programs make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, isoschematron

from egov_vn._typeset import compile_pdf
from egov_vn.archive import ArchivalFile, CheckOptions, Organisation, Package, Record, SignatureCheck, check_package
from egov_vn.archive.pdf import pdf_facts
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import Level, sign_pdf
from egov_vn.testing import TestAuthority

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
Write = Callable[..., Package]
SVRL = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def test_the_csip_profile_holds_to_every_rule_of_csip_204(write: Write, shared: Path) -> None:
    document = etree.parse(str(write(profile="csip").path / "METS.xml"))
    for path in sorted((shared / "xsd/schematron/V2.0.4/CSIP").glob("*.xml")):
        # these tests look their words up on the network; here it is enough that the attribute is there
        text = re.sub(r"@([\w:]+?)_(?:vocabulary|IANA)_test", r"@\1", path.read_text(encoding="utf-8"))
        judge = isoschematron.Schematron(etree.fromstring(text.encode()), store_report=True)
        judge.validate(document)
        assert judge.validation_report is not None
        assert [item.get("id") for item in judge.validation_report.iter(SVRL)] == [], path.name


def test_signatures_inside_are_judged(
    write: Write, make_record: Callable[..., Record], make_file: Callable[..., ArchivalFile]
) -> None:
    authority = TestAuthority(at=AT)
    plain = compile_pdf("egov_vn.archive:paper", data=PAPER, at=AT).pdf
    signed = sign_pdf(plain, signer=authority.issue_person("Nguyễn Văn Thử"), level=Level.B_B, at=AT)
    flipped = bytearray(signed)
    flipped[len(plain) // 3] ^= 1
    broken = bytes(flipped)
    records = [make_record(1, content=signed), make_record(2, content=plain), make_record(3, content=broken)]
    package = write(make_file(3).with_records(records)).path
    trusted = check_package(package, signatures=SignatureCheck(at=AT, trust=authority.trust_store()))
    by_code = {item.code: item.path[-11:-4] for item in trusted.findings}
    assert by_code["ARC-SIGN-NONE"] == "0000002"
    assert by_code["ARC-SIGN-FAILED"] == "0000003"
    assert trusted.conforms is False
    assert {"ARC-SIGN-PASSED", "ARC-SIGN-INDETERMINATE"} & set(by_code)
    alone = check_package(package, signatures=SignatureCheck(at=AT, required=False))
    assert "ARC-SIGN-INDETERMINATE" in {item.code for item in alone.findings}
    assert "ARC-SIGN-NONE" not in {item.code for item in alone.findings}

    def refuse(_data: bytes) -> object:
        raise InvalidInput("cannot be read")

    told = check_package(package, signatures=SignatureCheck(at=AT, assess=refuse))  # type: ignore[arg-type]
    assert {item.code for item in told.findings} == {"ARC-SIGN-INDETERMINATE"}


PAPER = {
    "title": "Giấy thử", "subtitle": "", "issuer": "UBND", "superior": "", "dated": "", "facts": [["a", "b"]],
    "tables": [], "sentences": ["Chữ"], "signatures": [{"role": "x", "hint": "", "name": ""}], "wide": False,
}  # fmt: skip


SAMPLE = compile_pdf("egov_vn.archive:paper", data=PAPER, at=AT).pdf[:3000]


def test_facts_of_a_pdf_with_object_streams() -> None:
    facts = pdf_facts(compile_pdf("egov_vn.archive:paper", data=PAPER, at=AT).pdf)
    assert (facts.pages, facts.pdfa, facts.encrypted, facts.broken) == (1, "2b", False, "")
    assert facts.scans == ()
    assert facts.text_pages == 1


@pytest.mark.parametrize(
    "data", [b"", b"x", b"%PDF-1.4", b"%PDF-1.4 %%EOF", b"%PDF-" + bytes(range(256)) * 50 + b"%%EOF"]
)
def test_pdfs_that_make_no_sense_say_so(data: bytes) -> None:
    assert pdf_facts(data).broken


@given(st.binary(max_size=300), st.integers(0, 3000), st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_no_pdf_makes_the_reader_fail(noise: bytes, start: int, end: int) -> None:
    data = SAMPLE[:start] + noise + SAMPLE[end:]
    assert pdf_facts(b"%PDF-1.7" + data + b"%%EOF").pages >= 0


def test_an_encrypted_pdf_is_told(
    write: Write, make_record: Callable[..., Record], make_file: Callable[..., ArchivalFile]
) -> None:
    locked = (
        b"%PDF-1.7\n1 0 obj << /Type /Page >> endobj\n<pdfaid:part>2</pdfaid:part>\ntrailer << /Encrypt 9 0 R >>\n%%EOF"
    )
    report = check_package(write(make_file(1).with_records([make_record(1, content=locked)])).path)
    assert {item.code for item in report.findings} == {"ARC-FORMAT-PDF-ENCRYPTED", "ARC-FORMAT-PDFA-LIE"}
    assert report.to_html("en").startswith("<section")
    assert '"conforms": true' in report.to_json() or '"conforms": false' in report.to_json()


def test_one_thread_and_many_say_the_same(
    write: Write, make_record: Callable[..., Record], make_file: Callable[..., ArchivalFile]
) -> None:
    big = b"%PDF-1.4\n" + bytes(3_000_000)
    records = [make_record(number, content=big + b"%d\n%%%%EOF" % number) for number in range(1, 5)]
    package = write(make_file(4).with_records(records)).path
    next(package.glob("representations/rep1/data/*1.pdf")).write_bytes(big)
    told = [check_package(package, options=CheckOptions(workers=count)).to_dict() for count in (1, 4)]
    assert told[0] == told[1]
    assert not told[0]["conforms"]


def test_organisations_without_a_code_are_fine(write: Write) -> None:
    assert check_package(write(agent=Organisation(name="UBND")).path).conforms
