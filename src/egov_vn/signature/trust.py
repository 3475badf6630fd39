"""Trust: the roots a verifier believes, the intermediates it knows, and the pins that tell a true root.

Most signers embed only their own certificate, so a verifier keeps its own intermediates. Nothing is thrown away: an
expired or withdrawn root stays in the store with its dates, for the signatures that were made under it. This package
carries no certificate: only the names and SHA-256 pins of the national roots, each with what it was checked against.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn import law
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, Evidence
from egov_vn.signature.certificate import CertificateInfo, raw_names
from egov_vn.signature.keys import load_certificates
from egov_vn.signature.memo import Memo

__all__ = ["Anchor", "RootPin", "TrustStore", "check_pin", "root_pins"]

_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c"})
_LARGEST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A certificate that is believed without further proof (*chứng thư gốc tin cậy*), from *since* to *until*."""

    der: bytes
    since: datetime
    until: datetime
    """The end of its validity, or the earlier instant at which trust in it was withdrawn."""
    reason: str = ""
    """Why trust ends early, where it does."""
    _info: CertificateInfo | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, certificate: object, *, until: datetime | None = None, reason: str = "") -> Self:
        """Make an anchor that is believed for its validity, or only up to *until*."""
        info = CertificateInfo.parse(certificate)
        end = min(info.not_after, require_aware(until, "until")) if until else info.not_after
        return cls(der=info.der, since=info.not_before, until=end, reason=reason, _info=info)

    @property
    def info(self) -> CertificateInfo:
        """What the certificate says."""
        return self._info or CertificateInfo.parse(self.der)

    @property
    def sha256(self) -> str:
        """Its fingerprint in hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()


_MOST_SEEN: Final = 1000
_MOST_CHAINS: Final = 100


@dataclass(slots=True)
class _Kept:
    """What a store has read: its own certificates, and those of signers that it met more than once."""

    memo: Memo | None = None
    seen: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """The anchors and intermediates of one verifier (*kho chứng thư tin cậy*); every change makes a new one."""

    anchors: tuple[Anchor, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    """DER certificates that help to build a path and are believed only if the path holds."""
    _kept: _Kept = field(default_factory=_Kept, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        return _store, (self.anchors, self.intermediates)  # what was read is read again in another process

    @property
    def read(self) -> Memo:
        """What was read of its certificates: at the first assessment, and kept with this store."""
        if self._kept.memo is None:
            self._kept.memo = Memo().read_all((*(anchor.der for anchor in self.anchors), *self.intermediates))
        return self._kept.memo

    def remember(self, path: tuple[bytes, ...], problem: str | None) -> None:
        """Keep what was read of *path* if its leaf is met for the second time: agencies sign many documents.

        Only chains to an anchor of this store come here. What is kept is what any reading of the same bytes would find
        again; when it grows beyond a hundred chains it is begun anew.
        """
        kept, known = self._kept, self.read
        if known.knows(path[0]) and path in known.structures:
            return
        if path[0] not in kept.seen:
            if len(kept.seen) >= _MOST_SEEN:
                kept.seen.clear()
            kept.seen.add(path[0])
            return
        if len(known.structures) >= _MOST_CHAINS:
            kept.memo = None
            kept.seen.clear()
            return
        grown = known.copy()  # other threads may be copying the one in use
        grown.read_chain(path, problem)
        kept.memo = grown

    @classmethod
    def of(cls, *anchors: object, intermediates: Iterable[object] = ()) -> Self:
        """Believe exactly *anchors* (certificates in any form, or `Anchor` values with dates)."""
        made = (item if isinstance(item, Anchor) else Anchor.of(item) for item in anchors)
        return cls(
            anchors=_unique(made),
            intermediates=tuple(dict.fromkeys(CertificateInfo.parse(item).der for item in intermediates)),
        )

    @classmethod
    def load(cls, *sources: bytes | str | Path) -> Self:
        """Read certificates from bytes, files and folders: PEM (several in one), DER, PKCS#7.

        A self-signed certificate becomes an anchor. Another one becomes an intermediate if its issuer is among what is
        loaded; a CA certificate whose issuer is not becomes an anchor, since whoever names it means it to be believed.
        Other files in a folder are passed over; a folder without any certificate is refused.
        """
        found: dict[bytes, x509.Certificate] = {}
        for source in sources:
            for data, where in _read(source):
                try:
                    for certificate in load_certificates(data):
                        found[certificate.public_bytes(Encoding.DER)] = certificate
                except InvalidInput as error:
                    raise InvalidInput(error.message, path=where) from error
        anchors: list[bytes] = []
        intermediates: list[bytes] = []
        for der, certificate in found.items():
            above = any(_issued(certificate, by=other) for other in found.values() if other is not certificate)
            own = _issued(certificate, by=certificate)
            is_anchor = own or (not above and CertificateInfo.parse(der).is_ca)
            (anchors if is_anchor else intermediates).append(der)
        return cls.of(*anchors, intermediates=intermediates)

    def merge(self, other: TrustStore) -> TrustStore:
        """Return a store that believes what either believes; of two dates for one anchor the earlier end wins."""
        return TrustStore(
            anchors=_unique((*self.anchors, *other.anchors)),
            intermediates=tuple(dict.fromkeys((*self.intermediates, *other.intermediates))),
        )

    def withdraw(self, sha256: str, *, at: datetime, reason: str = "") -> TrustStore:
        """Return a store that believes the anchor with this fingerprint only up to *at*."""
        wanted = sha256.lower().replace(":", "")
        if not any(anchor.sha256 == wanted for anchor in self.anchors):
            raise InvalidInput(f"no anchor has the fingerprint {sha256!r}", path="sha256")
        return replace(
            self,
            anchors=tuple(
                replace(anchor, until=min(anchor.until, require_aware(at)), reason=reason)
                if anchor.sha256 == wanted
                else anchor
                for anchor in self.anchors
            ),
        )

    def anchor(self, der: bytes) -> Anchor | None:
        """Return the anchor with these bytes, or None."""
        return next((item for item in self.anchors if item.der == der), None)

    def __len__(self) -> int:
        return len(self.anchors)

    def __bool__(self) -> bool:
        return bool(self.anchors)


@dataclass(frozen=True, slots=True, kw_only=True)
class RootPin:
    """The name and SHA-256 fingerprint of a national root or issuing CA, and how it is known."""

    key: str
    name: str
    authority: str
    sha256: str
    source: Citation
    evidence: Evidence
    urls: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


def root_pins() -> tuple[RootPin, ...]:
    """Return the pins that this package knows: the roots of NEAC and of the Government CA (VGCA), and some CAs below.

    A pin whose evidence is not `report` was never compared with bytes. None was confirmed with its authority out of
    band: do that once before you rely on it.
    """
    table = law.load("egov_vn.signature", "roots").table("roots")
    return tuple(
        RootPin(
            key=row["key"],
            name=row["name"],
            authority=row["authority"],
            sha256=row["sha256"].lower(),
            source=row.source,
            evidence=row.evidence,
            urls=tuple(row.get("urls", ())),
            valid_from=row.get("valid_from"),
            valid_to=row.get("valid_to"),
            note=row.get("note", ""),
        )
        for row in table
    )


def check_pin(certificate: object, *, name: str | None = None) -> tuple[Finding, ...]:
    """Compare a downloaded root with the pins; *name* says which one it should be.

    Findings: `SIG-PIN-MATCH`, `SIG-PIN-MISMATCH` (the name of a pinned root, other bytes), `SIG-PIN-UNKNOWN`, and
    `SIG-PIN-UNVERIFIED` where the pin itself was never compared with bytes.
    """
    info = CertificateInfo.parse(certificate)
    match = next((pin for pin in root_pins() if pin.sha256 == info.sha256), None)
    if name is not None and name not in {pin.key for pin in root_pins()}:
        raise InvalidInput(f"no pin is called {name!r}", path="name")
    if match is not None and name in (None, match.key):
        return _matched(match)
    if name is not None or any(pin.name == info.common_name for pin in root_pins()):
        return (
            finding(
                "SIG-PIN-MISMATCH",
                Severity.ERROR,
                vi=f"Vân tay {info.sha256} của “{info.common_name}” không khớp vân tay đã biết: không được tin.",
                en=f"The fingerprint {info.sha256} of “{info.common_name}” differs from its pin: do not trust it.",
            ),
        )
    return (
        finding(
            "SIG-PIN-UNKNOWN",
            Severity.WARNING,
            vi=f"Chưa có vân tay nào để đối chiếu cho “{info.common_name}” ({info.sha256}).",
            en=f"There is no pin for “{info.common_name}” ({info.sha256}).",
        ),
    )


def _matched(pin: RootPin) -> tuple[Finding, ...]:
    result = [
        finding(
            "SIG-PIN-MATCH",
            Severity.INFO,
            vi=f"Khớp vân tay đã biết của “{pin.name}” ({pin.authority}).",
            en=f"Matches the pin of “{pin.name}” ({pin.authority}).",
            source=pin.source,
        )
    ]
    if pin.evidence not in (Evidence.TEXT, Evidence.REPORT):
        result.append(
            finding(
                "SIG-PIN-UNVERIFIED",
                Severity.WARNING,
                vi="Vân tay này chưa được đối chiếu với tệp chứng thư nào: hãy xác nhận với tổ chức phát hành.",
                en="This pin was never compared with certificate bytes: confirm it with the authority.",
                source=pin.source,
            )
        )
    return tuple(result)


def _store(anchors: tuple[Anchor, ...], intermediates: tuple[bytes, ...]) -> TrustStore:
    return TrustStore(anchors=anchors, intermediates=intermediates)


def _unique(anchors: Iterable[Anchor]) -> tuple[Anchor, ...]:
    kept: dict[bytes, Anchor] = {}
    for anchor in anchors:
        known = kept.get(anchor.der)
        if known is None or anchor.until < known.until:
            kept[anchor.der] = anchor
    return tuple(kept.values())


def _read(source: bytes | str | Path) -> Iterator[tuple[bytes, str]]:
    if isinstance(source, bytes | bytearray):
        yield bytes(source), "certificate"
        return
    path = Path(source)
    if path.is_dir():
        files = sorted(item for item in path.rglob("*") if item.suffix.lower() in _SUFFIXES and item.is_file())
        if not files:
            raise InvalidInput("there is no certificate file (.pem .crt .cer .der .p7b) in this folder", path=str(path))
    else:
        files = [path]
    for item in files:
        try:
            if item.stat().st_size > _LARGEST:
                raise InvalidInput("this file is too large for certificates", path=str(item))
            yield item.read_bytes(), str(item)
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=str(item)) from error


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    if raw_names(certificate)[0] != raw_names(by)[1]:
        return False
    try:
        certificate.verify_directly_issued_by(by)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def utc(at: datetime) -> datetime:
    """Return the same instant in UTC."""
    return require_aware(at).astimezone(UTC)
