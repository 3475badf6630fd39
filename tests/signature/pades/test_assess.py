"""Assessing a PDF: what holds, what does not, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import At, PersonImage, SealImage, assess_pdf, sign_pdf, verify_pdf
from egov_vn.signature.pades.container import add_unsigned_attribute
from egov_vn.signature.policy import SignaturePolicy, StampStatus
from egov_vn.signature.report import Indication, Level, SubIndication
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.trust import TrustStore
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal, sample_signature

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(minutes=10)
Services = Callable[[Level], dict[str, Any]]


def codes(report: Any) -> set[str]:
    return {item.code for item in report.all_findings}


@pytest.fixture(scope="module")
def both(pdf: bytes, person: KeySigner, agency: KeySigner, services: Services) -> bytes:
    first = sign_pdf(
        pdf,
        signer=person,
        at=AT,
        appearance=PersonImage(image=sample_signature(), place=At(box=(350, 300, 500, 360), page=1)),
        **services(Level.B_LTA),
    )
    return sign_pdf(
        first,
        signer=agency,
        at=AT + timedelta(minutes=5),
        appearance=SealImage(image=sample_seal()),
        **services(Level.B_LTA),
    )


def test_person_and_agency_hold(both: bytes, authority: TestAuthority) -> None:
    report = assess_pdf(both, at=LATER, trust=authority.trust_store())
    assert report.indication is Indication.TOTAL_PASSED
    assert [item.level for item in report.signatures] == [Level.B_LTA, Level.B_LTA]
    assert [item.signer.common_name for item in report.signatures if item.signer] == [
        "Nguyễn Văn Thử",
        "ỦY BAN NHÂN DÂN PHƯỜNG THỬ",
    ]
    assert {"SIG-INTEGRITY-OK", "SIG-APPENDED", "SIG-TST-OK"} <= codes(report)


def test_what_verify_returns(both: bytes, pdf: bytes, authority: TestAuthority) -> None:
    first, second = verify_pdf(both, at=LATER, trust=authority.trust_store())
    assert first.content.startswith(pdf)
    assert both.startswith(second.content)
    assert len(first.content) < len(second.content)
    assert first.signed_at == AT


def test_years_later_the_archive_time_stamp_still_proves_it(both: bytes, authority: TestAuthority) -> None:
    later = AT + timedelta(days=4 * 365)  # the signers' certificates have expired, the TSA's has not
    fresh = RevocationData(crls=(authority.crl(at=later), authority.crl(at=later, root=True)))
    report = assess_pdf(both, at=later, trust=authority.trust_store(), revocation=fresh)
    assert report.indication is Indication.TOTAL_PASSED, report.to_terminal("en")
    # what the file carries about the newest time-stamp's own authority was current when it was made: enough by default
    alone = assess_pdf(both, at=later, trust=authority.trust_store())
    assert alone.indication is Indication.TOTAL_PASSED
    assert "SIG-REVOCATION-AS-OF-STAMP" in {item.code for item in alone.findings}
    # and not enough for who asks for a status known at the time of validation
    strict = replace(SignaturePolicy.official_document(), stamp_status=StampStatus.VALIDATION)
    assert (
        assess_pdf(both, at=later, trust=authority.trust_store(), policy=strict).indication is Indication.INDETERMINATE
    )


def test_without_trust_nothing_is_decided(both: bytes) -> None:
    report = assess_pdf(both, at=LATER)
    assert report.indication is Indication.INDETERMINATE
    assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    with pytest.raises(VerificationError) as caught:
        verify_pdf(both, at=LATER)
    assert caught.value.report.indication is Indication.INDETERMINATE


def test_a_file_without_signatures(pdf: bytes, authority: TestAuthority) -> None:
    report = assess_pdf(pdf, at=LATER, trust=authority.trust_store())
    assert report.indication is None
    assert codes(report) == {"SIG-NONE"}
    with pytest.raises(VerificationError, match="no signature"):
        verify_pdf(pdf, at=LATER, trust=authority.trust_store())


@pytest.fixture(scope="module")
def simple(pdf: bytes, person: KeySigner, services: Services) -> bytes:
    return sign_pdf(pdf, signer=person, at=AT, **services(Level.B_LT))


def refuse_a_flipped_byte(data: st.DataObject, simple: bytes, trust: TrustStore) -> None:
    signed = verify_pdf(simple, at=LATER, trust=trust)[0]
    start = simple.index(b"/Contents <") + 10
    end = simple.index(b">", start) + 1
    position = data.draw(st.integers(0, len(signed.content) - 1).filter(lambda value: not start <= value < end))
    changed = bytearray(simple)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        report = assess_pdf(bytes(changed), at=LATER, trust=trust)
    except InvalidInput:
        return
    assert report.indication is not Indication.TOTAL_PASSED


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_byte_of_a_signed_range_passes(data: st.DataObject, simple: bytes, authority: TestAuthority) -> None:
    refuse_a_flipped_byte(data, simple, authority.trust_store())


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_byte_passes_at_length(data: st.DataObject, simple: bytes, authority: TestAuthority) -> None:
    refuse_a_flipped_byte(data, simple, authority.trust_store())


@pytest.mark.parametrize("cut", [0, 1, 5, 100, 1000, 5000, -2000, -100])
def test_a_cut_file_is_refused_in_our_words(cut: int, simple: bytes, authority: TestAuthority) -> None:
    try:
        report = assess_pdf(simple[:cut], at=LATER, trust=authority.trust_store())
    except InvalidInput:
        return
    assert report.indication is not Indication.TOTAL_PASSED


def test_an_untrusted_root(simple: bytes) -> None:
    other = TestAuthority(at=AT, name="Other", key="p256")
    report = assess_pdf(simple, at=LATER, trust=other.trust_store())
    assert report.indication is Indication.INDETERMINATE
    assert "SIG-CHAIN-UNKNOWN-ROOT" in codes(report), codes(report)
    assert TrustStore() == TrustStore.of()


def test_revoked_before_and_after(pdf: bytes) -> None:
    authority = TestAuthority(at=AT, key="p256")
    signer = authority.issue_person("Nguyễn Văn Thử")
    stamped = sign_pdf(pdf, signer=signer, at=AT, level=Level.B_T, timestamper=authority.timestamper())
    plain = sign_pdf(pdf, signer=signer, at=AT)
    authority.revoke(signer, at=AT + timedelta(minutes=1), reason="key_compromise")
    later = AT + timedelta(hours=1)
    told = RevocationData(
        crls=(authority.crl(at=later), authority.crl(at=later, root=True)), ocsps=(authority.ocsp(signer, at=later),)
    )
    trust = authority.trust_store()
    assert assess_pdf(stamped, at=later, trust=trust, revocation=told).indication is Indication.TOTAL_PASSED
    unproven = assess_pdf(plain, at=later, trust=trust, revocation=told)
    assert unproven.indication is Indication.INDETERMINATE
    assert unproven.sub_indication is SubIndication.REVOKED_NO_POE
    missing = assess_pdf(stamped, at=later, trust=trust)
    assert missing.sub_indication is SubIndication.TRY_LATER
    assert "SIG-REVOCATION-MISSING" in codes(missing)


def test_a_time_stamp_from_the_future(pdf: bytes, person: KeySigner, authority: TestAuthority) -> None:
    ahead = authority.timestamper(AT + timedelta(days=2))
    signed = sign_pdf(pdf, signer=person, at=AT, level=Level.B_T, timestamper=ahead)
    report = assess_pdf(signed, at=LATER, trust=authority.trust_store())
    assert report.indication is Indication.INDETERMINATE
    assert "SIG-TST-FUTURE" in codes(report)
    assert report.signatures[0].proven_at is None


def test_a_time_stamp_of_another_signature_proves_nothing(
    pdf: bytes, person: KeySigner, agency: KeySigner, authority: TestAuthority, services: Services
) -> None:
    class Replaying:
        """Stamps other data than it was asked for."""

        def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
            answer: bytes = authority.timestamper().timestamp(bytes(32), algorithm)
            return answer

    with pytest.raises(InvalidInput, match="other data"):
        sign_pdf(pdf, signer=person, at=AT, level=Level.B_T, timestamper=Replaying())


def test_a_large_token_makes_a_second_pass(pdf: bytes, person: KeySigner, authority: TestAuthority) -> None:
    class Padded:
        """Adds the issuing certificate so often that the token outgrows the room kept for it."""

        asked = 0

        def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
            self.asked += 1
            token = authority.timestamper().timestamp(digest, algorithm)
            return add_unsigned_attribute(token, "1.2.3.4", b"\x04\x82\x40\x00" + bytes(0x4000))

    service = Padded()
    signed = sign_pdf(pdf, signer=person, at=AT, level=Level.B_T, timestamper=service)
    assert service.asked == 2
    assert "SIG-TST-IMPRINT" not in codes(assess_pdf(signed, at=LATER, trust=authority.trust_store()))


def test_the_report_says_what_the_circular_asks(simple: bytes, authority: TestAuthority) -> None:
    report = assess_pdf(simple, at=LATER, trust=authority.trust_store())
    told = codes(report)
    assert {code for code in told if code.startswith("TT15-6-")} >= {
        "TT15-6-ISSUER",
        "TT15-6-SIGNER",
        "TT15-6-MANAGER",
        "TT15-6-INTEGRITY",
        "TT15-6-VALIDITY",
    }
    assert {"TT15-II-1.1", "TT15-II-1.2", "TT15-II-2.4"} <= told


def test_a_store_that_cannot_be_read_is_left_out(pdf: bytes, person: KeySigner, authority: TestAuthority) -> None:
    broken = pdf.replace(b"/Pages 2 0 R  >>", b"/Pages 2 0 R /DSS << /Certs [5] >> >>")
    head, _, _ = broken.partition(b"xref\n0")
    offsets = [head.index(b"\n%d 0 obj" % number) + 1 for number in range(1, 7)]
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    whole = head + b"xref\n0 7\n0000000000 65535 f \n" + table
    whole += b"trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(head)
    report = assess_pdf(sign_pdf(whole, signer=person, at=AT), at=LATER, trust=authority.trust_store())
    assert "SIG-DSS-UNREADABLE" in codes(report)
    assert report.indication is Indication.INDETERMINATE
