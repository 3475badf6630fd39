"""Assessing a PDF: what holds, what does not, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import At, PersonImage, SealImage, assess_pdf, sign_pdf, verify_pdf
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
    # without a word on the newest time-stamp's own authority, nothing is proven
    assert assess_pdf(both, at=later, trust=authority.trust_store()).indication is Indication.INDETERMINATE


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_byte_of_a_signed_range_passes(data: st.DataObject, simple: bytes, authority: TestAuthority) -> None:
    signed = verify_pdf(simple, at=LATER, trust=authority.trust_store())[0]
    start = simple.index(b"/Contents <") + 10
    end = simple.index(b">", start) + 1
    position = data.draw(st.integers(0, len(signed.content) - 1).filter(lambda value: not start <= value < end))
    changed = bytearray(simple)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        report = assess_pdf(bytes(changed), at=LATER, trust=authority.trust_store())
    except InvalidInput:
        return
    assert report.indication is not Indication.TOTAL_PASSED


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
