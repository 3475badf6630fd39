"""What the signer claims in the signed properties, as findings: role, place, commitment, policy."""

from __future__ import annotations

from collections.abc import Iterator

from egov_vn.finding import Finding
from egov_vn.signature.xades.binding import Binding
from egov_vn.signature.xades.remarks import remark

__all__ = ["remarks"]


def remarks(binding: Binding, where: str) -> Iterator[Finding]:
    """Yield a finding for each claim that the signature covers."""
    if binding.signed is None:
        return
    for code, names in (
        ("SIG-ROLE", ("ClaimedRole",)),
        ("SIG-PLACE", ("SignatureProductionPlaceV2", "SignatureProductionPlace")),
        ("SIG-COMMITMENT", ("CommitmentTypeId",)),
        ("SIG-POLICY", ("SigPolicyId",)),
    ):
        for name in names:
            for element in binding.signed.iter(f"{{*}}{name}"):
                text = ", ".join(str(part).strip() for part in element.itertext() if str(part).strip())
                yield remark(code, where, text)[0]
