"""Limits and tolerances: how much work a signature may ask for, and which deviations a caller lets pass by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Tolerance", "XmlLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlLimits:
    """How much work one document may ask for; what lies beyond is refused with a finding, not tried."""

    document_bytes: int = 64 * 1024 * 1024
    """The size of the XML document."""
    signatures: int = 100
    """Signatures in one document."""
    references: int = 1000
    """References in one signature, those of its manifests counted too."""
    all_references: int = 10_000
    """References in all signatures of one document."""
    transforms: int = 5
    """Transforms in one reference."""
    octets: int = 256 * 1024 * 1024
    """Bytes that all references of one document may make us digest: bounds `references` times size."""


class Tolerance(StrEnum):
    """A deviation that may be let pass, by name; each use is reported as a warning (*ngoại lệ được chấp nhận*)."""

    ENVELOPED_INSIDE = "enveloped-inside"
    """An enveloped-signature transform on an Object inside the signature does nothing, as .NET and Santuario read it.

    By the letter it empties the reference, so that nothing is signed. Real e-invoices carry it.
    """
    ENVELOPED_OUTSIDE = "enveloped-outside"
    """An enveloped-signature transform on an element that does not hold the signature, where it does nothing.

    Invoice software writes it by habit. Elsewhere it is the mark of content that was moved away from its signature.
    """
    XPATH_SIGNATURES = "xpath-signatures"
    """An XPath transform that consists of one known constant expression removes the signatures it names.

    The expression is compared, never run: `not(ancestor-or-self::ds:Signature)`, the enveloped-signature expression of
    XMLDSig section 6.6.4, and the Filter 2.0 `subtract` of `/descendant::ds:Signature`.
    """
