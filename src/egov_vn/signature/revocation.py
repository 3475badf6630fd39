"""Revocation data: CRLs and OCSP responses, given or fetched (*danh sách thu hồi, trạng thái chứng thư trực tuyến*)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["RevocationData", "RevocationSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationData:
    """CRLs and OCSP responses in DER; `a | b` merges, each item once."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def __or__(self, other: RevocationData) -> RevocationData:
        return RevocationData(
            crls=tuple(dict.fromkeys((*self.crls, *other.crls))),
            ocsps=tuple(dict.fromkeys((*self.ocsps, *other.ocsps))),
        )

    def __bool__(self) -> bool:
        return bool(self.crls or self.ocsps)


@runtime_checkable
class RevocationSource(Protocol):
    """Whatever can tell about one certificate: the network, a cache, a test authority."""

    def gather(self, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        """Return what is known about a certificate of an issuer; empty if nothing is, `Unavailable` if it failed."""
