"""Watch an agency's certificates, and see what a revocation does to signatures made before and after it.

Run: `python examples/certificates.py`. Nothing is read from disk or network: the authority is the one for tests.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from egov_vn.clock import VIETNAM
from egov_vn.signature import (
    CertificateRegister,
    Level,
    RegisteredCertificate,
    RevocationData,
    assess_cms,
    change_duties,
    sign_cms,
)
from egov_vn.testing import TestAuthority

NOW = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)


def main() -> None:
    """Print the register's warnings, the forms a retirement asks for, and two verdicts."""
    authority = TestAuthority(at=NOW, key="p256")
    chair = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", title="Chủ tịch", valid_to=NOW + 40 * DAY)
    seal = authority.issue_agency("UBND PHƯỜNG CÁI KHẾ", mst="1800123456")

    book = CertificateRegister.of(RegisteredCertificate.of(item.certificate) for item in (chair, seal))
    for finding in book.check(NOW, within=60 * DAY):
        print(finding.line("vi"))

    retired = NOW + 3 * DAY
    for duty in change_duties("retired", on=retired.date()):
        print(f"Mẫu số {duty.form}: {duty.form_title('vi')} → {duty.addressee('vi')}")
    authority.revoke(chair, at=retired, reason="cessation_of_operation")

    before = sign_cms(b"1", signer=chair, at=NOW, level=Level.B_T, timestamper=authority.timestamper())
    after = sign_cms(b"2", signer=chair, at=retired + DAY)
    at = retired + 2 * DAY
    lists = RevocationData(crls=(authority.crl(at=at), authority.crl(at=at, root=True)))
    for content, signed in ((b"1", before), (b"2", after)):
        report = assess_cms(signed, at=at, content=content, trust=authority.trust_store(), revocation=lists)
        print(report.to_terminal("vi").splitlines()[0], report.sub_indication or "")


if __name__ == "__main__":
    main()
