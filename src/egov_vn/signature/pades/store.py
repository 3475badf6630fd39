"""Reading the document security store (DSS): the certificates and revocation data kept in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades.pdf import entry, foreign

__all__ = ["SecurityStore", "read_store"]

MAX_ITEMS: Final = 4000
MAX_BYTES: Final = 64 * 1024 * 1024
_KEYS: Final = ("/Certs", "/CRLs", "/OCSPs")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityStore:
    """DER values of one state of the file."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    present: bool = False
    _digests: dict[bytes, None] = field(default_factory=dict, repr=False)

    def prove(self, at: datetime, known: dict[bytes, datetime]) -> None:
        """Note in *known* that everything in this store existed at *at*, where no earlier proof is there."""
        for digest in self._digests:
            if digest not in known or at < known[digest]:
                known[digest] = at

    def speaks_of(self, certificate: bytes | None) -> bool:
        """Say whether a CRL of the issuer of *certificate*, or an OCSP response about it, is in the store."""
        if certificate is None:
            return False
        parsed = asn1_x509.Certificate.load(certificate)
        issuer, serial = parsed.issuer.dump(), parsed.serial_number
        try:
            return any(asn1_crl.CertificateList.load(item).issuer.dump() == issuer for item in self.crls) or any(
                single["cert_id"]["serial_number"].native == serial
                for item in self.ocsps
                for single in asn1_ocsp.OCSPResponse.load(item).response_data["responses"]
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return False


def read_store(source: PdfFileReader | HistoricalResolver) -> SecurityStore:
    """Return the store of a file, or of one of its earlier states; values that cannot be read are `InvalidInput`."""
    with foreign("the document security store cannot be read"):
        store = entry(source.root, "/DSS")
        if not isinstance(store, generic.DictionaryObject):
            return SecurityStore()
        room = [MAX_ITEMS, MAX_BYTES]
        values = [tuple(dict.fromkeys(_streams(store, key, room))) for key in _KEYS]
    return SecurityStore(
        certificates=values[0],
        crls=values[1],
        ocsps=values[2],
        present=True,
        _digests=dict.fromkeys(hashlib.sha256(item).digest() for group in values for item in group),
    )


def _streams(store: Any, key: str, room: list[int]) -> Iterator[bytes]:
    """Yield the values under *key*; *room* is how many values and bytes may still come, of all keys together."""
    for item in entry(store, key) or ():
        data = bytes(item.get_object().data)
        room[0] -= 1
        room[1] -= len(data)
        if min(room) < 0:
            raise InvalidInput(f"the document security store has more than {MAX_ITEMS} values or 64 MB", path="DSS")
        yield data
