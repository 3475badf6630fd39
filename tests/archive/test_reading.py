"""Files are read once and shared; whoever reads them, the report is the same."""

from __future__ import annotations

import hashlib
import mmap
import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from egov_vn import _xml
from egov_vn.archive import ArchivalFile, CheckOptions, CheckReport, Package, Record, check_formats, check_package
from egov_vn.archive import reading as module
from egov_vn.archive.descriptive import read_description, read_plain, write_description
from egov_vn.archive.fields import table
from egov_vn.archive.pdf import claim_in, trailer_encrypts
from egov_vn.archive.reading import Reading
from egov_vn.archive.side import may_fork
from egov_vn.archive.tree import FolderTree, Limits
from egov_vn.errors import InvalidInput

Write = Callable[..., Package]
MakeFile = Callable[..., ArchivalFile]
MakeRecord = Callable[..., Record]


@pytest.fixture(name="worth")
def _worth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a package of a test worth a second process."""
    monkeypatch.setattr(module, "_WORTH", 0)
    monkeypatch.setattr(module, "_PER_PIECE", 1)


def damaged(package: Path) -> Path:
    """Damage several files of several kinds, in a way that depends on nothing but their names."""
    for number, path in enumerate(sorted(package.glob("representations/rep1/*/**/*"))):
        if path.is_dir():
            continue
        content = path.read_bytes()
        if number % 4 == 0:
            path.write_bytes(content + b" ")
        elif number % 4 == 1 and path.suffix == ".xml":
            path.write_bytes(re.sub(rb"<mode>01<", b"<mode>09<", content))
        elif number % 4 == 2 and path.suffix == ".xml":
            path.write_bytes(content.replace(b"</simpledc>", b""))
    return package


def check(path: Path, workers: int, **options: Any) -> CheckReport:
    return check_package(path, options=CheckOptions(workers=workers, **options))


@pytest.mark.usefixtures("worth")
@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("fixity", [True, False])
def test_the_report_does_not_depend_on_who_reads(
    write: Write, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, form: str, fixity: bool
) -> None:
    package = write(make_file(12), form=form).path
    if form == "folder":
        damaged(package)
    alone = check(package, 1, fixity=fixity)
    assert alone.findings or form == "zip"
    for workers in (2, 4):
        assert check(package, workers, fixity=fixity) == alone
    monkeypatch.setattr(module, "may_fork", lambda: False)
    assert check(package, 2, fixity=fixity) == alone
    monkeypatch.setattr(module, "LARGE", 64)  # all are long: by threads, block by block
    assert check(package, 2, fixity=fixity) == alone


@pytest.mark.usefixtures("worth")
@pytest.mark.skipif(not may_fork(), reason="the runner has threads, or this is no Linux")
def test_a_reader_that_ends_leaves_the_package_undecided(
    write: Write, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, here, ended = write(make_file(40)).path, os.getpid(), mmap.mmap(-1, 1)
    whole = Reading._look

    def look(self: Reading, path: str) -> Any:
        if os.getpid() != here:
            ended[0] = 1
            os.kill(os.getpid(), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not ended[0] and time.monotonic() < deadline:  # leave the helper something to take
            time.sleep(0.01)
        return whole(self, path)

    monkeypatch.setattr(Reading, "_look", look)
    report = check(package, 2)
    assert report.conforms is None
    assert {item.code for item in report.findings} <= {"ARC-PATH-LOST", "ARC-LINK-TOTAL", "ARC-LINK-PAGES"}
    assert "ARC-PATH-LOST" in {item.code for item in report.findings}


@pytest.mark.usefixtures("worth")
def test_a_check_beside_other_threads_forks_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("forked")

    monkeypatch.setattr(os, "fork", refuse)
    found: list[CheckReport] = []
    package = write().path
    thread = threading.Thread(target=lambda: found.append(check(package, 4)))
    thread.start()
    thread.join()
    assert found[0].conforms


def test_every_algorithm_is_held_to(write: Write) -> None:
    package = write().path
    for mets in (package / "representations/rep1/METS.xml", package / "METS.xml"):
        document = etree.parse(str(mets))
        for item in document.iter("{*}mdRef", "{*}file"):
            (href,) = item.xpath("descendant-or-self::*/@*[local-name() = 'href']")
            content = (mets.parent / href).read_bytes()
            item.set("SIZE", str(len(content)))
            item.set("CHECKSUM", hashlib.sha512(content).hexdigest())
            item.set("CHECKSUMTYPE", "SHA-512")
        document.write(str(mets), xml_declaration=True, encoding="UTF-8")
    data = next(package.glob("representations/rep1/data/*"))
    report = check(package, 1)
    assert report.digests[data.relative_to(package).as_posix()] == hashlib.sha512(data.read_bytes()).hexdigest().upper()
    flipped = bytearray(data.read_bytes())
    flipped[9] ^= 1
    data.write_bytes(flipped)
    assert {item.code for item in check(package, 1).findings} == {"ARC-FIXITY-DIGEST"}


def test_findings_about_a_file_tell_the_line_of_its_mets(write: Write) -> None:
    package = write().path
    data = next(package.glob("representations/rep1/data/*"))
    data.write_bytes(b"%PDF-1.4 other %%EOF")
    (item, *_) = [item for item in check(package, 1).findings if item.code == "ARC-FIXITY-DIGEST"]
    assert item.where == item.path == data.relative_to(package).as_posix()
    assert item.line_in == "representations/rep1/METS.xml"
    line = (package / item.line_in).read_text(encoding="utf-8").splitlines()[(item.line_number or 0) - 1]
    assert data.name in line
    assert item.to_dict()["line_in"] == item.line_in


def test_a_million_bad_names_make_no_million_findings(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for number in range(300):
        (tmp_path / "p" / f"a\n{number}").write_bytes(b"")
        (tmp_path / "p" / f"l{number}").symlink_to("x")
    tree = FolderTree(tmp_path / "p", Limits())
    codes = [item.code for item in tree.findings]
    assert codes.count("ARC-PATH-UNSAFE") == codes.count("ARC-PATH-LINK") == 200
    assert [item.found for item in tree.findings[-2:]] == ["300", "300"]
    report = check_package(tmp_path / "p")
    assert [item.code for item in report.findings].count("ARC-LIMIT") == 2
    assert report.conforms is False


def test_a_file_that_grew_since_the_scan_is_read_no_further_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    tree = FolderTree(tmp_path, Limits())
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    with pytest.raises(InvalidInput, match="exceed the limit"):
        tree.read("a", 2_000_000)
    assert len(tree.read("a", 3_000_000)) == 3_000_000
    (tmp_path / "a").write_bytes(b"")
    assert tree.read("a", 10) == b""
    (tmp_path / "a").unlink()
    for read in (lambda: tree.read("a", 10), lambda: tree.part("a", 0, 1), lambda: list(tree.blocks("a", 16))):
        with pytest.raises(InvalidInput, match="cannot be read"):
            read()


# ------------------------------------------------------------------------------------------------- records by a pattern

TABLE = table("SIP_doc")


def both(data: bytes) -> None:
    """Hold the reading by a pattern against that of the parser: the same values, or none and the parser's answer."""
    plain = read_plain(data, TABLE)
    if plain is None:
        return
    description, findings = read_description(_xml.parse(data), TABLE)
    assert not findings
    assert list(plain.items()) == list(description.values.items())


def test_a_written_record_is_plain(make_record: MakeRecord) -> None:
    data = write_description(make_record(1).description, schema="../../../../schemas/EAD_doc.xsd")
    assert read_plain(data, TABLE) == dict(make_record(1).description.values)
    both(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<mode>01</mode>", "<mode>09</mode>"), ("<mode>01</mode>", ""), ("<mode>01</mode>", "<mode>01</mode>" * 2),
        ("<mode>01</mode>", "<mode>01</mod>"), ("<mode>01</mode>", "<!-- x --><mode>01</mode>"),
        ("<mode>01</mode>", "<mode><![CDATA[01]]></mode>"), ("<mode>01</mode>", "<mode>&#48;1</mode>"),
        ("Về việc", "a ]]> b"), ("Về việc", "a\x01b"), ("Về việc", "a\ufffeb"), ("Về việc", "a &lt; b"),
        ("Về việc", "a\r\nb"), ("Về việc", "e\u0302"), ("Về việc", "a\u200bb"), ("<simpledc", "<x:simpledc"),
        ("<simpledc", "<!DOCTYPE a><simpledc"), ("UTF-8", "ISO-8859-1"), ("</simpledc>", "</simpledc>x"),
        ("</simpledc>", "</simpledc><a/>"), ("</simpledc>", "x</simpledc>"), ("<mode>", "x<mode>"),
        ("<mode>", "\u00a0<mode>"), ("<simpledc", "<simpledc a='<'"), ("</simpledc>", ""), ("<mode>", "<xmlmode>"),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_for_the_parser(make_record: MakeRecord, old: str, new: str) -> None:
    text = write_description(make_record(1).description).decode()
    assert old in text
    data = text.replace(old, new, 1).encode("utf-8", "surrogatepass")
    assert read_plain(data, TABLE) is None or new == "a\r\nb"
    both(data)


@given(st.integers(0, 2**32))
def test_random_damage_never_parts_the_two_readings(seed: int) -> None:
    rolls = random.Random(seed)
    text = bytearray(SAMPLE)
    for _ in range(rolls.randint(1, 4)):
        place = rolls.randrange(len(text))
        text[place : place + rolls.randint(0, 3)] = rolls.choice(
            [
                b"",
                b"<",
                b">",
                b"&",
                b" ",
                b"\n",
                b"\x00",
                b"\xff",
                b"]]>",
                b"</mode>",
                b"<mode>",
                b"\xc2\xa0",
                b"a",
                b"0",
            ]
        )
    data = bytes(text)
    try:
        both(data)
    except InvalidInput as error:
        raise AssertionError(f"read by the pattern, refused by the parser: {data!r}") from error


SAMPLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<simpledc>\n'
    "  <docId>H13.1</docId>\n  <docCode>H13.12.3.2026.01.0000001</docCode>\n  <maintenance>05</maintenance>\n"
    "  <typeName>03</typeName>\n  <issuedDate>12/02/2026</issuedDate>\n  <organName>UBND phường</organName>\n"
    "  <subject>Về việc</subject>\n  <language>01</language>\n  <numberOfPage>2</numberOfPage>\n  <mode>01</mode>\n"
    "  <confidenceLevel>01</confidenceLevel>\n  <process>1</process>\n  <riskRecovery>0</riskRecovery>\n</simpledc>\n"
).encode()


def test_the_sample_of_the_damage_is_plain() -> None:
    assert read_plain(SAMPLE, TABLE) is not None


# --------------------------------------------------------------------------------------------- the trailers of a PDF


def told(data: bytes) -> bool | None:
    return trailer_encrypts(lambda offset, length: data[offset : offset + length], len(data))


def classic(trailer: bytes, *, table: bytes = b"0 1\n0000000000 65535 f \n", junk: bytes = b"") -> bytes:
    body = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n" + junk
    return body + b"xref\n" + table + b"trailer << " + trailer + b" >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def test_trailers_tell_of_an_encryption() -> None:
    assert told(classic(b"/Size 1")) is False
    assert told(classic(b"/Size 1 /Encrypt 2 0 R")) is True
    assert told(classic(b"/Size 1 /#45ncrypt 2 0 R")) is True
    assert told(classic(b"/Size 1", table=b"0 9999\n" + b"0000000000 65535 f \n" * 9999)) is False
    assert told(classic(b"/Encrypt 1 0 R", table=b"0 9999\n" + b"0000000000 65535 f \n" * 9999)) is True
    first = classic(b"/Size 1 /Encrypt 2 0 R")
    offset = int(first.split()[-2])
    second = first + b"xref\n0 0\ntrailer << /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (offset, len(first))
    assert told(second) is True
    stream = b"%PDF-1.7\n9 0 obj << /Type /XRef /Size 1 /W [1 2 1] >>\nstream\nx\nendstream endobj\nstartxref\n9\n%%EOF"
    assert told(stream) is False
    assert told(stream.replace(b"/Size", b"/Encrypt 3 0 R /Size")) is True


@pytest.mark.parametrize(
    "data",
    [
        b"", b"%PDF-1.4\n%%EOF", b"%PDF-1.4\nstartxref\n99\n%%EOF", b"%PDF-1.4\nstartxref\n0\n%%EOF",
        b"%PDF-1.4\nxref\nstartxref\n9\n%%EOF", classic(b"/A (stream startxref)"), classic(b"% startxref"),
        classic(b"/A " + b"x" * 9000), b"%PDF-1.4\n1 0 obj << >> endobj\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\nxref\ntrailer << /Prev 9 >>\nstartxref\n9\n%%EOF", b"startxref\n" + b"9" * 30 + b"\n%%EOF",
    ],
)  # fmt: skip
def test_where_the_way_to_a_trailer_is_broken_nothing_is_told(data: bytes) -> None:
    assert told(data) is None


def test_a_hidden_encryption_is_found_in_a_file_of_any_length(
    write: Write, make_record: MakeRecord, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b"3 0 obj << /Type /Page >> endobj\n"
    contents = [classic(b"/Encrypt 2 0 R", junk=page), classic(b"/A (startxref) /Encrypt 2 0 R", junk=page)]
    file = make_file(2).with_records([make_record(number, content=data) for number, data in enumerate(contents, 1)])
    package = write(file).path
    for large in (1 << 20, 64):
        monkeypatch.setattr(module, "LARGE", large)
        monkeypatch.setattr(module, "_CACHED", 16)
        found = [item.path[-5] for item in check(package, 1).findings if item.code == "ARC-FORMAT-PDF-ENCRYPTED"]
        assert found == ["1", "2"]


def test_a_long_pdf_is_judged_by_what_can_be_seen_of_it(
    write: Write, make_record: MakeRecord, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_formats, "_MAX_PDF", 100)
    monkeypatch.setattr(module, "_CACHED", 4096)
    page = b"3 0 obj << /Type /Page >> endobj\n" + bytes(4000)
    claim = b"<pdfaid:part>2</pdfaid:part>" + b" " * 90 + b"<pdfaid:conformance>B</pdfaid:conformance>"
    digitised = {"confidence_level": "Số hóa", "process": None}
    records = [
        make_record(1, content=classic(b"/Size 1", junk=page)),
        make_record(2, content=classic(b"/Size 1 /Encrypt 2 0 R", junk=page)),
        make_record(3, content=b"%PDF-1.4 /Encrypt " + page + b"%%EOF"),
        make_record(4, content=classic(b"/Size 4", junk=page), **digitised),
        make_record(5, content=classic(b"/Size 5", junk=page[:-40] + claim), **digitised),
        make_record(6, content=classic(b"/Encrypt 6 0 R", junk=page[:-20] + claim), **digitised),
    ]
    report = check(write(make_file(6).with_records(records)).path, 1)
    found = {(item.path[-5], item.code, item.found) for item in report.findings}
    assert found == {
        ("2", "ARC-FORMAT-PDF-ENCRYPTED", ""),
        ("3", "ARC-FORMAT-PDF-LONG", "/Encrypt"),
        ("4", "ARC-FORMAT-PDF-LONG", "PDF/A, dpi, 24 bit, OCR"),
        ("5", "ARC-FORMAT-PDF-LONG", "dpi, 24 bit, OCR"),
        ("6", "ARC-FORMAT-PDF-ENCRYPTED", ""),
        ("6", "ARC-FORMAT-PDFA-LIE", "/Encrypt"),
        ("6", "ARC-FORMAT-PDF-LONG", "dpi, 24 bit, OCR"),
    }


@pytest.mark.parametrize("length", [1, 7, 100, 2048, 5000])
@pytest.mark.parametrize("before", [0, 1990, 4090])
def test_a_claim_is_found_wherever_blocks_part(length: int, before: int) -> None:
    data = b"." * before + b'pdfaid:part="3" pdfaid:conformance="U"' + b"." * 6000
    assert claim_in(data[start : start + length] for start in range(0, len(data), length)) == "3u"
    assert claim_in([b"." * 9000]) == ""
