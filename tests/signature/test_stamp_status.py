"""How fresh the status of a TSA must be: known at the stamp, unless more is asked; a revocation always counts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from egov_vn.signature import (
    Indication,
    RevocationData,
    SignaturePolicy,
    StampStatus,
    SubIndication,
    TimestampReport,
    assess_timestamp,
)
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(days=300)
DIGEST = hashlib.sha256(b"stamped").digest()


@pytest.fixture
def authority() -> TestAuthority:
    """Return a fresh authority, because one test revokes its TSA."""
    return TestAuthority(at=AT, key="p256")


def judge(
    authority: TestAuthority, token: bytes, *crls: bytes, status: StampStatus = StampStatus.STAMPING
) -> TimestampReport:
    return assess_timestamp(
        token,
        digest=DIGEST,
        at=LATER,
        trust=authority.trust_store(),
        policy=replace(SignaturePolicy.default(), stamp_status=status),
        revocation=RevocationData(crls=crls),
    )


def test_what_was_current_at_the_stamp_is_enough_and_said(authority: TestAuthority) -> None:
    token = authority.timestamper(AT).timestamp(DIGEST)
    old = (authority.crl(at=AT), authority.crl(at=AT, root=True))
    report = judge(authority, token, *old)
    assert report.indication is Indication.TOTAL_PASSED
    assert "SIG-REVOCATION-AS-OF-STAMP" in {item.code for item in report.findings}
    strict = judge(authority, token, *old, status=StampStatus.VALIDATION)
    assert (strict.indication, strict.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


def test_a_list_from_before_the_stamp_that_had_expired_is_not_enough(authority: TestAuthority) -> None:
    token = authority.timestamper(AT).timestamp(DIGEST)
    before = AT - timedelta(days=60)
    report = judge(authority, token, authority.crl(at=before), authority.crl(at=before, root=True))
    assert report.indication is Indication.INDETERMINATE


def test_a_revocation_since_the_stamp_counts_where_nothing_proves_the_stamp_older(authority: TestAuthority) -> None:
    token = authority.timestamper(AT).timestamp(DIGEST)
    old = (authority.crl(at=AT), authority.crl(at=AT, root=True))
    issued = filter(None, (authority.issued(0x5401_0000_0000_0000 + number) for number in range(40)))
    tsa = next(cert for cert in issued if "TSA" in cert.subject.rfc4514_string())
    authority.revoke(tsa, at=AT + timedelta(days=30), reason="key_compromise")
    new = authority.crl(at=LATER)
    report = judge(authority, token, *old, new, authority.crl(at=LATER, root=True))
    assert report.indication is Indication.INDETERMINATE
    assert report.sub_indication is SubIndication.REVOKED_NO_POE
