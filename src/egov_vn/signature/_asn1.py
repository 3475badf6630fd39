"""The certificate of asn1crypto with names that are prepared for comparison once.

asn1crypto prepares a name anew (RFC 4518) each time it is compared or used as a key, and a path is found by comparing
names. Nothing else differs; `tests/signature/test_asn1.py` holds the two against each other.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import x509 as asn1_x509

__all__ = ["Certificate", "Name"]


class Name(asn1_x509.Name):  # type: ignore[misc]
    """A name that keeps its prepared form."""

    prepared: str | None = None

    @property
    def hashable(self) -> str:
        """The form in which names are compared (RFC 5280 section 7.1)."""
        if self.prepared is None:
            self.prepared = str(super().hashable)
        return self.prepared

    def __eq__(self, other: object) -> bool:
        # the same bytes are the same name; only spellings that differ need the slow rules
        return isinstance(other, asn1_x509.Name) and (self.dump() == other.dump() or bool(super().__eq__(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


def _quick(fields: list[Any], old: type, new: type) -> list[Any]:
    return [(field[0], new if field[1] is old else field[1], *field[2:]) for field in fields]


class _TbsCertificate(asn1_x509.TbsCertificate):  # type: ignore[misc]
    _fields = _quick(asn1_x509.TbsCertificate._fields, asn1_x509.Name, Name)


class Certificate(asn1_x509.Certificate):  # type: ignore[misc]
    """A certificate whose subject and issuer are `Name`."""

    _fields = _quick(asn1_x509.Certificate._fields, asn1_x509.TbsCertificate, _TbsCertificate)
