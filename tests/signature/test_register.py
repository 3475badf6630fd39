from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.signature.register import (
    CertificateChange,
    CertificateRegister,
    RegisteredCertificate,
    change_duties,
)
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)
TODAY = date(2026, 2, 12)


@pytest.fixture
def register(authority: TestAuthority) -> CertificateRegister:
    return CertificateRegister.of(
        RegisteredCertificate.of(
            authority.issue_person(
                name, title="Chủ tịch", agency="UBND PHƯỜNG THỬ", valid_to=T0 + days * DAY
            ).certificate,
            device=device,
        )
        for name, days, device in (("An", 20, "T-1"), ("Bình", 5, "T-2"), ("Chi", 900, "T-3"), ("Dung", -1 / 2, "T-4"))
    )


def test_what_expires_within_a_number_of_days_you_say(register: CertificateRegister) -> None:
    assert [item.holder for item in register.expiring(T0, within=30 * DAY)] == ["Bình", "An"]
    assert [item.holder for item in register.expiring(T0, within=10 * DAY)] == ["Bình"]
    assert [item.holder for item in register.active(T0)] == ["An", "Bình", "Chi"]
    with pytest.raises(InvalidInput):
        register.expiring(T0, within=-DAY)


def test_check_names_what_must_be_done(register: CertificateRegister, authority: TestAuthority) -> None:
    shared = RegisteredCertificate.of(authority.issue_person("Em").certificate, device="T-3")
    found = register.add(shared).check(T0, within=10 * DAY)
    assert [item.code for item in found] == ["CERT-EXPIRING", "CERT-EXPIRED", "CERT-DEVICE-SHARED"]
    assert "Bình" in found[0].text("vi")
    assert "Form 04" in found[0].text("en")


def test_revoked_lines_are_no_longer_active(register: CertificateRegister) -> None:
    first = register.entries[1].certificate.sha256
    after = register.revoke(first, at=T0 - DAY)
    assert [item.holder for item in after.expiring(T0, within=30 * DAY)] == ["An"]
    assert len(register.active(T0)) == 3  # the register before is unchanged
    with pytest.raises(InvalidInput):
        register.revoke("00", at=T0)


def test_a_certificate_is_registered_once(register: CertificateRegister) -> None:
    with pytest.raises(InvalidInput):
        register.add(register.entries[0])


def test_json_there_and_back(register: CertificateRegister) -> None:
    kept = register.revoke(register.entries[0].certificate.sha256, at=T0)
    again = CertificateRegister.from_json(kept.to_json())
    assert again == kept
    assert again.entries[0].role == "Chủ tịch"
    for text in ("", "{}", '{"DanhSach": [{"ChungThu": "***", "ChuThe": "a", "CoQuan": "b"}]}'):
        with pytest.raises(InvalidInput):
            CertificateRegister.from_json(text)
    naive = kept.to_json().replace("+07:00", "")
    with pytest.raises(InvalidInput):
        CertificateRegister.from_json(naive)


@pytest.mark.parametrize(
    ("change", "forms", "by_new"),
    [
        ("retired", ["05", "08"], False),
        ("resigned", ["05", "08"], False),
        ("left_state", ["05", "08"], False),
        ("moved_within_state", ["04"], True),
        ("title_changed", ["04"], False),
        ("expiring", ["04"], False),
        ("expired", ["08"], False),
        ("device_lost", ["09", "05"], False),
        ("device_locked", ["06"], False),
    ],
)
def test_what_a_change_asks_for(change: str, forms: list[str], by_new: bool) -> None:
    duties = change_duties(change, on=TODAY)
    assert [item.form for item in duties] == forms
    assert {item.by_new_agency for item in duties} == {by_new}
    assert all(item.source.instrument and item.form_title("vi") and item.addressee("en") for item in duties)


def test_every_change_is_known() -> None:
    assert all(change_duties(item, on=TODAY) for item in CertificateChange)
    with pytest.raises(InvalidInput):
        change_duties("promoted", on=TODAY)
    with pytest.raises(NotInForce):
        change_duties("retired", on=date(2024, 8, 14))


def test_revocation_goes_to_the_cipher_committee_and_changes_to_the_province() -> None:
    assert "Ban Cơ yếu" in change_duties("retired", on=TODAY)[0].addressee("vi")
    assert "Sở Khoa học" in change_duties("moved_within_state", on=TODAY)[0].addressee("vi")
    assert change_duties("retired", on=TODAY)[0].device_days == 5
