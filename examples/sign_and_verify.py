"""An annual round: issue a document, sign it twice, verify it, renew its archive time-stamp, verify it years later.

Run it with `python examples/sign_and_verify.py`; it needs the extra `forms` and no network.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from egov_vn.clock import VIETNAM
from egov_vn.document import parse_text, render
from egov_vn.signature import (
    Between,
    Level,
    PersonImage,
    RevocationData,
    SealImage,
    assess_pdf,
    extend_pdf,
    sign_pdf,
    verify_pdf,
)
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal, sample_signature

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DIRECTIVE = Path(__file__).with_name("chi-thi-11-2015-can-tho.txt")


def main() -> None:
    """Sign as the person and as the agency, then keep the signatures alive for four years."""
    authority = TestAuthority(at=AT)
    trust = authority.trust_store()
    person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", title="CHỦ TỊCH")
    agency = authority.issue_agency("UBND THÀNH PHỐ CẦN THƠ", mst="0312345678")
    pdf = render(parse_text(DIRECTIVE.read_text(encoding="utf-8")), at=AT).pdf
    place = Between(position="CHỦ TỊCH", name="Lê Hùng Dũng")
    pdf = sign_pdf(pdf, signer=person, at=AT, appearance=PersonImage(image=sample_signature(), place=place))
    pdf = sign_pdf(pdf, signer=agency, at=AT + timedelta(minutes=5), appearance=SealImage(image=sample_seal()))
    for years in (0, 2, 4):
        moment = AT + timedelta(days=365 * years, minutes=10)
        pdf = extend_pdf(
            pdf,
            at=moment,
            level=Level.B_LTA,
            timestamper=authority.timestamper(moment),
            revocation=authority.revocation(moment),
            trust=trust,
        )
        print(f"{moment:%d/%m/%Y}: {len(pdf):,} byte")
    late = AT + timedelta(days=365 * 4 + 30)
    fresh = RevocationData(crls=(authority.crl(at=late), authority.crl(at=late, root=True)))
    print(assess_pdf(pdf, at=late, trust=trust, revocation=fresh).to_terminal("vi").splitlines()[0])
    for item in verify_pdf(pdf, at=late, trust=trust, revocation=fresh):
        print(f"{item.signer.common_name}: {item.signed_at.astimezone(VIETNAM).isoformat()}")


if __name__ == "__main__":
    main()
