"""Raising the level of signatures that are there already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import assess_pdf, extend_pdf, sign_pdf
from egov_vn.signature.report import Indication, Level
from egov_vn.signature.revocation import RevocationData
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
SOON = AT + timedelta(minutes=10)
Services = Callable[[Level], dict[str, Any]]


@pytest.mark.parametrize("start", [Level.B_B, Level.B_T, Level.B_LT])
@pytest.mark.parametrize("target", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_every_step_up(
    start: Level, target: Level, pdf: bytes, person: KeySigner, services: Services, authority: TestAuthority
) -> None:
    signed = sign_pdf(pdf, signer=person, at=AT, **services(start))
    options = services(target)
    extended = extend_pdf(signed, at=AT, **options)
    assert extended.startswith(signed)
    assert assess_pdf(extended, at=SOON, trust=authority.trust_store()).signatures[0].level == max(start, target)


def test_both_signatures_survive_two_renewals(
    pdf: bytes, person: KeySigner, agency: KeySigner, services: Services, authority: TestAuthority
) -> None:
    first = sign_pdf(pdf, signer=person, at=AT)
    both = sign_pdf(first, signer=agency, at=AT + timedelta(minutes=1))
    for years in (0, 2, 4):
        moment = AT + timedelta(days=365 * years, minutes=2)
        both = extend_pdf(
            both,
            at=moment,
            level=Level.B_LTA,
            timestamper=authority.timestamper(moment),
            revocation=authority.revocation(moment),
            trust=authority.trust_store(),
        )
    late = AT + timedelta(days=365 * 4 + 1)  # the signers' certificates ended a year before
    fresh = RevocationData(crls=(authority.crl(at=late), authority.crl(at=late, root=True)))
    report = assess_pdf(both, at=late, trust=authority.trust_store(), revocation=fresh)
    assert report.indication is Indication.TOTAL_PASSED, report.to_terminal("en")
    assert [item.level for item in report.signatures] == [Level.B_LTA, Level.B_LTA]


def test_lt_needs_no_time_stamp_service_if_there_is_a_time_stamp(
    pdf: bytes, person: KeySigner, services: Services, authority: TestAuthority
) -> None:
    signed = sign_pdf(pdf, signer=person, at=AT, **services(Level.B_T))
    extended = extend_pdf(
        signed, at=AT, level=Level.B_LT, revocation=authority.revocation(), trust=authority.trust_store()
    )
    assert assess_pdf(extended, at=SOON, trust=authority.trust_store()).indication is Indication.TOTAL_PASSED


def test_what_is_not_extended(pdf: bytes, person: KeySigner, services: Services) -> None:
    signed = sign_pdf(pdf, signer=person, at=AT)
    options = services(Level.B_LTA)
    with pytest.raises(InvalidInput, match="no signature"):
        extend_pdf(pdf, at=AT, **options)
    with pytest.raises(InvalidInput, match="lowest"):
        extend_pdf(signed, at=AT, level=Level.B_B)
    with pytest.raises(InvalidInput, match="revocation"):
        extend_pdf(signed, at=AT, level=Level.B_LT)
    with pytest.raises(InvalidInput, match="time-stamp"):
        extend_pdf(signed, at=AT, level=Level.B_LT, revocation=options["revocation"])
    broken = bytearray(signed)
    broken[200] ^= 1
    with pytest.raises((VerificationError, InvalidInput)):
        extend_pdf(bytes(broken), at=AT, **options)
