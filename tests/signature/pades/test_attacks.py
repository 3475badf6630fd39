"""Hostile PDFs: updates that other software reads otherwise, forms and streams that ask for too much."""

from __future__ import annotations

import hashlib
import re
import time
import tracemalloc
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import (
    Indication,
    KeySigner,
    Level,
    Report,
    RevocationData,
    SubIndication,
    assess_pdf,
    extend_pdf,
    sign_cms,
    sign_pdf,
)
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
EVIL = b"<< /Length 44 >>\nstream\nBT /F1 12 Tf 1 0 0 1 72 720 Tm (EVIL) Tj ET  \nendstream"
Judge = Callable[..., Report]


@pytest.fixture(scope="module")
def small() -> TestAuthority:
    return TestAuthority(at=AT, key="p256")


@pytest.fixture(scope="module")
def signer(small: TestAuthority) -> KeySigner:
    return small.issue_person("Nguyễn Văn Thử")


@pytest.fixture(scope="module")
def revocation(small: TestAuthority, signer: KeySigner) -> RevocationData:
    source = small.revocation(AT)
    leaf, issuing, root = (item.public_bytes(Encoding.DER) for item in (signer.certificate, small.issuing, small.root))
    return source.gather(leaf, issuing) | source.gather(issuing, root)


@pytest.fixture(scope="module")
def judge(small: TestAuthority, revocation: RevocationData) -> Judge:
    def assess(pdf: bytes, **options: Any) -> Report:
        return assess_pdf(pdf, at=AT, trust=small.trust_store(), revocation=revocation, **options)

    return assess


@pytest.fixture(scope="module")
def signed(signer: KeySigner, maker: Callable[..., bytes]) -> bytes:
    return sign_pdf(maker(1), signer=signer, at=AT)


def codes(report: Report) -> set[str]:
    return {item.code for item in report.all_findings}


def last_xref(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def updated(pdf: bytes, objects: Mapping[int, bytes], *, unlisted: Mapping[int, bytes] | None = None) -> bytes:
    """Append an update that lists *objects*, and *unlisted* ones that its cross-reference passes over."""
    out, offsets = bytearray(pdf), {}
    for number, body in {**(unlisted or {}), **objects}.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 0\n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, offsets[number]) for number in sorted(objects)
    )
    out += b"trailer\n<< /Size 300 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (last_xref(pdf), start)
    return bytes(out)


def test_an_empty_update_changes_nothing(signed: bytes, judge: Judge) -> None:
    assert judge(updated(signed, {})).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize("listed", [{}, {150: b"null"}, {150: b"<< /Length 2 >>\nstream\n\xff\xfe\nendstream"}])
def test_objects_that_only_repairing_software_sees(listed: Mapping[int, bytes], signed: bytes, judge: Judge) -> None:
    """The cross-reference of the update is sound and does not list the new page content; a rebuilt one would."""
    honest = judge(updated(signed, listed))
    assert honest.indication is Indication.TOTAL_PASSED
    for forged in (
        updated(signed, listed, unlisted={4: EVIL}),
        updated(updated(signed, {}, unlisted={4: EVIL}), listed),
    ):
        report = judge(forged)
        assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
        assert "SIG-CHANGED-AFTER" in codes(report)


def test_an_object_behind_a_listed_one(signed: bytes, judge: Judge) -> None:
    forged = updated(signed, {150: b"null\nendobj\n4 0 obj\n" + EVIL})
    assert judge(forged).indication is Indication.TOTAL_FAILED


def test_a_hybrid_update(signed: bytes, judge: Judge) -> None:
    """Old software reads the table, new software the stream behind it: two contents in one update."""
    row = bytes([1]) + (len(signed)).to_bytes(4, "big") + b"\0\0"
    stream = (
        b"151 0 obj\n<< /Type /XRef /W [1 4 2] /Index [150 1] /Size 300 /Root 1 0 R /Length 7 >>\nstream\n"
        + row
        + b"\nendstream\nendobj\n"
    )
    body = b"150 0 obj\nnull\nendobj\n"
    table = len(signed) + len(body) + len(stream)
    out = signed + body + stream + b"xref\n0 0\n"
    out += b"trailer\n<< /Size 300 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        last_xref(signed),
        len(signed) + len(body),
        table,
    )
    report = judge(out)
    assert report.indication is Indication.TOTAL_FAILED
    assert {"SIG-PDF-HYBRID", "SIG-CHANGED-AFTER"} <= codes(report)


def test_honest_updates_list_all_their_objects(
    small: TestAuthority, signer: KeySigner, signed: bytes, judge: Judge
) -> None:
    """Further signatures and long-term data of every level pass, alone and on top of each other."""
    services: dict[str, Any] = {
        "trust": small.trust_store(),
        "timestamper": small.timestamper(),
        "revocation": small.revocation(),
    }
    second = sign_pdf(signed, signer=signer, at=AT, level=Level.B_LTA, **services)
    third = extend_pdf(second, level=Level.B_LTA, at=AT, **services)
    for pdf in (second, third):
        assert judge(pdf).indication is Indication.TOTAL_PASSED


# Contents and byte range ----------------------------------------------------------------------------------------------


def contents(pdf: bytes) -> re.Match[bytes]:
    found = re.search(rb"/Contents\s*<([0-9A-Fa-f]+)>", pdf)
    assert found is not None
    return found


def test_bytes_behind_the_container_are_told(
    small: TestAuthority, signer: KeySigner, maker: Callable[..., bytes], judge: Judge
) -> None:
    options: dict[str, Any] = {"level": Level.B_T, "timestamper": small.timestamper(), "trust": small.trust_store()}
    pdf = sign_pdf(maker(1), signer=signer, at=AT, **options)
    assert "SIG-CONTENTS-TAIL" not in codes(judge(pdf))
    end = contents(pdf).end(1)
    assert pdf[end - 40 : end] == b"0" * 40
    report = judge(pdf[: end - 40] + b"DEADBEEF" * 5 + pdf[end:])
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-CONTENTS-TAIL" in codes(report)


def test_a_byte_range_of_three_numbers(signed: bytes, judge: Judge) -> None:
    found = re.search(rb"/ByteRange\s*\[([^\]]*)\]", signed)
    assert found is not None
    three = b" ".join(found[1].split()[:3]).ljust(len(found[1]))
    report = judge(signed[: found.start(1)] + three + signed[found.end(1) :])
    assert (report.indication, report.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert "SIG-BYTE-RANGE" in codes(report)
    assert "SIG-ALGORITHM-UNKNOWN" not in codes(report)


def test_the_hash_of_the_document_counts_as_much_as_that_of_the_signature(
    signer: KeySigner, signed: bytes, judge: Judge
) -> None:
    """SHA-1 over the document and SHA-256 over the attributes: who can collide SHA-1 can exchange the document."""
    gap = contents(signed)
    raw = bytes.fromhex(gap[1].decode())
    info = cms.ContentInfo.load(raw)
    covered = signed[: gap.start(1) - 1] + signed[gap.end(1) + 1 :]
    weakened = _with_document_hash(info, covered, signer)
    padded = weakened.hex().encode().ljust(len(gap[1]), b"0")
    report = judge(signed[: gap.start(1)] + padded + signed[gap.end(1) :])
    assert report.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    assert report.indication is Indication.INDETERMINATE
    assert "SIG-HASH" not in codes(report)
    assert "SIG-CRYPTO" not in codes(report)


def _with_document_hash(info: cms.ContentInfo, covered: bytes, signer: KeySigner) -> bytes:
    signer_info = info["content"]["signer_infos"][0]
    attributes = cms.CMSAttributes([item.copy() for item in signer_info["signed_attrs"]])
    for item in attributes:
        if item["type"].native == "message_digest":
            item["values"] = [hashlib.sha1(covered).digest()]
    signer_info["digest_algorithm"] = {"algorithm": "sha1"}
    signer_info["signed_attrs"] = attributes
    text = attributes.dump(force=True)
    signer_info["signature"] = signer.sign(hashlib.sha256(b"\x31" + text[1:]).digest(), "ecdsa_sha256")
    return bytes(info.dump(force=True))


# Work and memory ------------------------------------------------------------------------------------------------------


def fan_out(levels: int) -> tuple[tuple[bytes, ...], bytes]:
    """A form in which each field names the next ten times."""
    fields = tuple(
        b"<< /T (x) /Kids [" + b" ".join(b"%d 0 R" % (7 + level) for _ in range(10)) + b"] >>"
        for level in range(levels)
    )
    return (*fields, b"<< /T (z) /FT /Sig >>"), b"/AcroForm << /Fields [6 0 R] >>"


def test_a_form_whose_branches_meet_again(maker: Callable[..., bytes], judge: Judge) -> None:
    objects, catalogue = fan_out(12)
    with pytest.raises(InvalidInput, match="100000 fields"):
        judge(maker(1, objects=objects, catalogue=catalogue))
    objects, catalogue = fan_out(2)
    assert codes(judge(maker(1, objects=objects, catalogue=catalogue))) == {"SIG-NONE"}


def test_such_a_form_between_two_updates(signed: bytes, judge: Judge) -> None:
    """The last state of the file is harmless again; the one before it is compared all the same."""
    root = re.search(rb"1 0 obj\s*(<<.*?>>)\s*endobj", signed[signed.index(b"%%EOF") :], re.DOTALL)
    assert root is not None
    objects = {
        200 + level: b"<< /T (x) /Kids [" + b" ".join(b"%d 0 R" % (201 + level) for _ in range(10)) + b"] >>"
        for level in range(12)
    }
    hostile = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [200 0 R] /SigFlags 3 >> >>"
    forged = updated(updated(signed, {1: hostile, **objects, 212: b"<< /T (z) /FT /Sig >>"}), {1: root[1]})
    start = time.process_time()
    assert judge(forged).indication is Indication.TOTAL_FAILED
    assert time.process_time() - start < 5


def test_streams_that_blow_up(signed: bytes, judge: Judge) -> None:
    bomb = zlib.compress(bytes(200 << 20), 9)
    root = re.search(rb"1 0 obj\s*<<(.*?)>>\s*endobj", signed[signed.index(b"%%EOF") :], re.DOTALL)
    assert root is not None
    objects = {1: b"<<" + root[1] + b"/DSS 150 0 R >>", 150: b"<< /Certs [151 0 R 152 0 R 153 0 R] >>"}
    for number in (151, 152, 153):
        objects[number] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    tracemalloc.start()
    try:
        report = judge(updated(signed, objects))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "SIG-DSS-UNREADABLE" in codes(report)
    assert peak < 200 << 20


# The old kind ---------------------------------------------------------------------------------------------------------


def of_the_old_kind(signed: bytes, signer: KeySigner, *, at: datetime) -> bytes:
    """Make the signature one of type adbe.pkcs7.sha1: the CMS carries the SHA-1 value of the signed bytes."""
    renamed = signed.replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1    ")
    gap = contents(renamed)
    covered = renamed[: gap.start(1) - 1] + renamed[gap.end(1) + 1 :]
    value = sign_cms(hashlib.sha1(covered).digest(), signer=signer, at=at, detached=False)
    return renamed[: gap.start(1)] + value.hex().encode().ljust(len(gap[1]), b"0") + renamed[gap.end(1) :]


def test_a_signature_of_a_sha1_value(
    signer: KeySigner, maker: Callable[..., bytes], small: TestAuthority, judge: Judge
) -> None:
    options: dict[str, Any] = {"level": Level.B_T, "timestamper": small.timestamper(), "trust": small.trust_store()}
    roomy = sign_pdf(maker(1), signer=signer, at=AT, **options)  # leaves more room in /Contents
    old = of_the_old_kind(roomy, signer, at=AT)
    report = judge(old)
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    )
    assert "SIG-PDF-SHA1" in codes(report)
    changed = old.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 595 843]")
    assert judge(changed).sub_indication is SubIndication.HASH_FAILURE
