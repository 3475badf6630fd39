"""The certificate of asn1crypto, with names that are prepared for comparison once and bytes that are kept.

asn1crypto prepares a name anew (RFC 4518) each time it is compared or used as a key, and a path is found by comparing
names. It also walks through all that was looked at before it gives the bytes back, in case something was changed; here
nothing is. Nothing else differs; `tests/signature/test_asn1.py` holds the two against each other.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509

__all__ = ["Certificate", "Name"]


class _Kept:
    """Something read and never changed: its bytes are those it was read from."""

    _bytes: bytes | None = None

    def dump(self, force: bool = False) -> bytes:
        """Return the bytes; with *force*, encoded anew."""
        if force:
            return bytes(super().dump(force=True))  # type: ignore[misc]
        if self._bytes is None:
            self._bytes = bytes(super().dump())  # type: ignore[misc]
        return self._bytes


class Name(_Kept, asn1_x509.Name):  # type: ignore[misc]
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


def _with(fields: list[Any], *types: type) -> list[Any]:
    """Return *fields* with each of *types* in the place of the type it is made of."""
    instead = {new.__mro__[2]: new for new in types}
    return [(field[0], instead.get(field[1], field[1]), *field[2:]) for field in fields]


class _PublicKeyInfo(_Kept, keys.PublicKeyInfo):  # type: ignore[misc]
    pass


class _TbsCertificate(_Kept, asn1_x509.TbsCertificate):  # type: ignore[misc]
    _fields = _with(asn1_x509.TbsCertificate._fields, Name, _PublicKeyInfo)


class Certificate(_Kept, asn1_x509.Certificate):  # type: ignore[misc]
    """A certificate whose subject and issuer are `Name`; what a path asks for again and again is looked up once."""

    @classmethod
    def read(cls, der: bytes) -> Certificate:
        """Read a certificate; errors are those of asn1crypto."""
        found: Certificate = cls.load(der, strict=True)
        body = found["tbs_certificate"]
        for part in (found, body, body["issuer"], body["subject"], body["subject_public_key_info"]):
            part.dump()  # costs nothing as long as nobody has looked inside
        return found

    @cached_property
    def subject(self) -> Any:
        """The subject."""
        return self["tbs_certificate"]["subject"]

    @cached_property
    def issuer(self) -> Any:
        """The issuer."""
        return self["tbs_certificate"]["issuer"]

    @cached_property
    def public_key(self) -> Any:
        """The public key."""
        return self["tbs_certificate"]["subject_public_key_info"]

    @cached_property
    def not_valid_before(self) -> Any:
        """The first instant of validity."""
        return self["tbs_certificate"]["validity"]["not_before"].native

    @cached_property
    def not_valid_after(self) -> Any:
        """The last instant of validity."""
        return self["tbs_certificate"]["validity"]["not_after"].native

    _fields = _with(asn1_x509.Certificate._fields, _TbsCertificate)
