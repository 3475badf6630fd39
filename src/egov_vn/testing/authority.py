"""A whole certification authority in memory, for tests: ours and yours.

```python
authority = TestAuthority(at=datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM))
person = authority.issue_person("Nguyễn Văn Thử", cccd="092090000018", title="Chủ tịch", agency="UBND PHƯỜNG THỬ")
authority.revoke(person, at=authority.at + timedelta(days=10), reason="key_compromise")
```

No network and no file is needed; `serve()` puts the same authority on loopback. Keys are drawn anew each time; every
date follows from *at* and from what you pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.trust import TrustStore
from egov_vn.testing import authority_certificates as making
from egov_vn.testing.authority_certificates import Profile
from egov_vn.testing.authority_status import RevocationRecord, ocsp_response, revocation_list
from egov_vn.testing.tsa import MemoryTimestamper

if TYPE_CHECKING:
    from egov_vn.testing.server import Served

__all__ = ["TestAuthority"]

_DAY: Final = timedelta(days=1)
_LOOPBACK: Final = "http://127.0.0.1:9"
"""Where certificates point while nothing is served: the discard port, where nobody answers."""


class TestAuthority:
    """A root, an issuing CA, a TSA, OCSP and CRL in memory (*tổ chức chứng thực để kiểm thử*).

    *at* is the instant around which everything is valid: roots from two years before, subscribers from one day before
    it for three years. *key* is `"rsa2048"`, `"rsa3072"` or `"p256"` for every key not asked for otherwise. With
    *pointers* false, certificates name no OCSP or CRL service.
    """

    __test__ = False  # so that pytest does not take it for a test case

    def __init__(
        self,
        *,
        at: datetime,
        key: str = "rsa2048",
        name: str = "EGOV Test",
        pointers: bool = True,
        digest: str = "sha256",
    ) -> None:
        self.at = require_aware(at).astimezone(UTC)
        self.name = name
        self._kind = key
        self._digest = digest
        self._pointers = pointers
        self._base = _LOOPBACK
        self._serial = 0x5401_0000_0000_0000
        self._revoked: dict[int, list[RevocationRecord]] = {}
        self._issued: dict[int, x509.Certificate] = {}
        self._root_key = making.new_key(key)
        self._issuing_key = making.new_key(key)
        years = (self.at - 730 * _DAY, self.at + 7300 * _DAY)
        self.root = self._build(f"{name} Root CA", self._root_key, making.AUTHORITY, years, root=True)
        self.issuing = self._new_issuing()

    def issue_person(
        self,
        name: str,
        *,
        cccd: str | None = None,
        cmnd: str | None = None,
        mst: str | None = None,
        title: str | None = None,
        agency: str | None = None,
        email: str | None = None,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        key: str | None = None,
        profile: Profile | None = None,
        algorithm: str | None = None,
    ) -> KeySigner:
        """Issue to a person: `UID=CCCD:…` (and `UID=MST:…` of the agency), T, O, CN."""
        subject = making.distinguished_name(
            (
                (NameOID.COUNTRY_NAME, "VN"),
                (NameOID.ORGANIZATION_NAME, agency),
                (NameOID.TITLE, title),
                (NameOID.COMMON_NAME, name),
                (making.UID, f"MST:{mst}" if mst else None),
                (making.UID, f"CMND:{cmnd}" if cmnd else None),
                (making.UID, f"CCCD:{cccd}" if cccd else None),
            )
        )
        return self.issue(
            subject,
            valid_from=valid_from,
            valid_to=valid_to,
            key=key,
            profile=replace(profile or Profile(), email=email),
            algorithm=algorithm,
        )

    def issue_agency(
        self,
        name: str,
        *,
        mst: str | None = None,
        unit: str | None = None,
        locality: str | None = None,
        email: str | None = None,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        key: str | None = None,
        profile: Profile | None = None,
        algorithm: str | None = None,
    ) -> KeySigner:
        """Issue to an agency or organisation: O, CN, `UID=MST:…`."""
        subject = making.distinguished_name(
            (
                (NameOID.COUNTRY_NAME, "VN"),
                (NameOID.STATE_OR_PROVINCE_NAME, locality),
                (NameOID.ORGANIZATION_NAME, name),
                (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
                (NameOID.COMMON_NAME, name),
                (making.UID, f"MST:{mst}" if mst else None),
            )
        )
        return self.issue(
            subject,
            valid_from=valid_from,
            valid_to=valid_to,
            key=key,
            profile=replace(profile or Profile(), email=email),
            algorithm=algorithm,
        )

    def issue(
        self,
        subject: x509.Name,
        *,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        key: str | None = None,
        profile: Profile | None = None,
        algorithm: str | None = None,
    ) -> KeySigner:
        """Issue a certificate for any subject and *profile* (key usage, extended usage)."""
        private = making.new_key(key or self._kind)
        start = require_aware(valid_from, "valid_from") if valid_from else self.at - _DAY
        end = require_aware(valid_to, "valid_to") if valid_to else start + 1095 * _DAY
        certificate = self._build(subject, private, profile or Profile(digest=self._digest), (start, end))
        return KeySigner(private, certificate, chain=(self.issuing,), algorithm=algorithm)

    def issued(self, serial: int) -> x509.Certificate | None:
        """Return the certificate with this serial number, if this authority issued it."""
        return self._issued.get(serial)

    def revoke(self, who: KeySigner | x509.Certificate, *, at: datetime, reason: str = "unspecified") -> None:
        """Revoke a certificate from *at*; *reason* is one of RFC 5280 (`key_compromise`, `superseded`, …)."""
        certificate = who.certificate if isinstance(who, KeySigner) else who
        if reason not in x509.ReasonFlags.__members__:
            raise InvalidInput(f"{reason!r} is not a reason of RFC 5280", path="reason")
        record = RevocationRecord(at=require_aware(at).astimezone(UTC), reason=reason)
        self._revoked.setdefault(certificate.serial_number, []).append(record)

    def suspend(self, who: KeySigner | x509.Certificate, *, at: datetime) -> None:
        """Suspend a certificate from *at* (*tạm dừng*, certificateHold)."""
        self.revoke(who, at=at, reason="certificate_hold")

    def resume(self, who: KeySigner | x509.Certificate, *, at: datetime) -> None:
        """End a suspension at *at* (*khôi phục*)."""
        certificate = who.certificate if isinstance(who, KeySigner) else who
        records = self._revoked.get(certificate.serial_number, [])
        if not records or records[-1].reason != "certificate_hold":
            raise InvalidInput("this certificate is not suspended", path="certificate")
        records[-1] = replace(records[-1], until=require_aware(at).astimezone(UTC))

    def timestamper(self, at: datetime | Callable[[], datetime] | None = None) -> MemoryTimestamper:
        """Return an RFC 3161 authority whose clock shows *at* (a time, or a callable that tells it)."""
        return MemoryTimestamper(self._tsa, at=self.at if at is None else at, extra=(self.issuing,))

    def ocsp(self, who: KeySigner | x509.Certificate, *, at: datetime, validity: timedelta = 7 * _DAY) -> bytes:
        """Return a DER OCSP response about a certificate, as produced at *at*."""
        certificate = who.certificate if isinstance(who, KeySigner) else who
        issuer = self.root if certificate.issuer == self.root.subject else self.issuing
        responder = self._root_ocsp if issuer is self.root else self._ocsp
        moment = require_aware(at).astimezone(UTC)
        record = self._record(certificate.serial_number, moment)
        return ocsp_response(certificate, record, issuer=issuer, responder=responder, at=moment, validity=validity)

    def crl(self, *, at: datetime, validity: timedelta = 7 * _DAY, root: bool = False) -> bytes:
        """Return the DER CRL of the issuing CA (of the root with *root*), as published at *at*."""
        moment = require_aware(at).astimezone(UTC)
        issuer, key = (self.root, self._root_key) if root else (self.issuing, self._issuing_key)
        found = {serial: self._record(serial, moment) for serial in self._revoked if self._by_root(serial) == root}
        records = {serial: record for serial, record in found.items() if record is not None}
        return revocation_list(records, issuer=issuer, key=key, at=moment, validity=validity)

    def revocation(
        self, at: datetime | Callable[[], datetime] | None = None, *, prefer: str = "both"
    ) -> AuthorityRevocation:
        """Return a source of revocation data as published at *at*; *prefer* is `"ocsp"`, `"crl"` or `"both"`."""
        if prefer not in ("ocsp", "crl", "both"):
            raise InvalidInput(f"prefer must be ocsp, crl or both, not {prefer!r}", path="prefer")
        return AuthorityRevocation(self, self.at if at is None else at, prefer)

    def trust_store(self) -> TrustStore:
        """Return a store that believes the root and knows the issuing CA."""
        return TrustStore.of(self.root, intermediates=(self.issuing,))

    @property
    def root_pem(self) -> bytes:
        """The root in PEM."""
        return self.root.public_bytes(Encoding.PEM)

    @property
    def issuing_pem(self) -> bytes:
        """The issuing CA in PEM."""
        return self.issuing.public_bytes(Encoding.PEM)

    def pkcs12(self, signer: KeySigner, password: str | None) -> bytes:
        """Return a signer's key, certificate and chain as PKCS#12 under *password*."""
        lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"egov",
            signer._key,  # noqa: SLF001 - the file form of a key we made
            signer.certificate,
            [*signer.chain, self.root],
            lock,
        )

    def key_pem(self, signer: KeySigner, password: str | None = None) -> bytes:
        """Return a signer's key as PEM (PKCS#8)."""
        lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)  # noqa: SLF001

    @contextmanager
    def serve(self, *, at: datetime | Callable[[], datetime] | None = None) -> Iterator[Served]:
        """Serve `/tsa`, `/ocsp`, `/crl`, `/root.crl`, `/issuing.cer` on loopback; new certificates point there.

        So do those of the issuing CA (same name and key) and of the services (new keys), which are issued anew while
        the block runs: all that a long-term signature asks about can be asked over HTTP.

        ```python
        with authority.serve() as served:
            HttpTimestamper(served.tsa_url)
        ```
        """
        from egov_vn.testing.server import serving  # noqa: PLC0415 - http.server only where it is asked for

        base, issuing, made = self._base, self.issuing, self._forget_services()
        with serving(self, self.at if at is None else at) as served:
            self._base = served.url
            self.issuing = self._new_issuing()
            if issuing.serial_number in self._revoked:  # what was revoked before stays revoked
                self._revoked[self.issuing.serial_number] = self._revoked[issuing.serial_number]
            try:
                yield served
            finally:
                self._forget_services()
                self._base, self.issuing = base, issuing
                self.__dict__.update(made)

    def _forget_services(self) -> dict[str, object]:
        """Forget the certificates of the TSA and the OCSP responder, so that they are made anew; return them."""
        return {name: self.__dict__.pop(name) for name in ("_tsa", "_ocsp") if name in self.__dict__}

    @cached_property
    def _tsa(self) -> KeySigner:
        return self._service(f"{self.name} TSA", making.TIME_STAMPING)

    @cached_property
    def _ocsp(self) -> KeySigner:
        return self._service(f"{self.name} OCSP", making.OCSP_SIGNING)

    @cached_property
    def _root_ocsp(self) -> KeySigner:
        return KeySigner(self._root_key, self.root)

    def _by_root(self, serial: int) -> bool:
        issued = self._issued.get(serial)
        return issued is not None and issued.issuer == self.root.subject

    def _new_issuing(self) -> x509.Certificate:
        span = (self.at - 730 * _DAY, self.at + 3600 * _DAY)
        return self._build(f"{self.name} Issuing CA", self._issuing_key, making.ISSUING, span)

    def _service(self, name: str, profile: Profile) -> KeySigner:
        private = making.new_key(self._kind)
        span = (self.at - 365 * _DAY, self.at + 1825 * _DAY)
        return KeySigner(private, self._build(name, private, profile, span))

    def _build(
        self,
        subject: str | x509.Name,
        key: making.PrivateKey,
        profile: Profile,
        validity: tuple[datetime, datetime],
        *,
        root: bool = False,
    ) -> x509.Certificate:
        self._serial += 1
        ours = profile.ca
        issuer = None if root else (self.root if ours else self.issuing)
        issuer_key = self._root_key if ours else self._issuing_key
        crl = "root.crl" if ours else "crl"
        urls = (f"{self._base}/ocsp", f"{self._base}/{crl}", f"{self._base}/{'root' if ours else 'issuing'}.cer")
        certificate = making.build(
            making.authority_name(subject) if isinstance(subject, str) else subject,
            key,
            issuer=issuer,
            issuer_key=issuer_key,
            serial=self._serial,
            validity=validity,
            profile=profile,
            urls=urls if self._pointers and not root else (None, None, None),
        )
        self._issued[certificate.serial_number] = certificate
        return certificate

    def _record(self, serial: int, at: datetime) -> RevocationRecord | None:
        found = None
        for record in self._revoked.get(serial, ()):
            if record.at <= at and (record.until is None or at < record.until):
                found = record
        return found


class AuthorityRevocation:
    """A `RevocationSource` that asks the test authority instead of the network."""

    def __init__(self, authority: TestAuthority, at: datetime | Callable[[], datetime], prefer: str) -> None:
        self._authority = authority
        self._at = at
        self._prefer = prefer

    def gather(self, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        """Return what the authority publishes about one certificate."""
        certificate = x509.load_der_x509_certificate(cert_der)
        issuer = x509.load_der_x509_certificate(issuer_der)
        at = self._at() if callable(self._at) else self._at
        ours = issuer.subject in (self._authority.root.subject, self._authority.issuing.subject)
        if not ours or cert_der == issuer_der:
            return RevocationData()
        of_ca = issuer.subject == self._authority.root.subject
        ocsps = (self._authority.ocsp(certificate, at=at),) if self._prefer != "crl" else ()
        crls = (self._authority.crl(at=at, root=of_ca),) if self._prefer != "ocsp" else ()
        return RevocationData(crls=crls, ocsps=ocsps)
