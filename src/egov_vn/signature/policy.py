"""The signature policy: what is accepted, by date (*chính sách kiểm tra chữ ký số*).

SHA-1 and RSA-1024 were once in lawful use: an algorithm is judged at the instant at which the signature is proven to
exist, not today. The dates and lists are data (`data/policy.toml`), each with its article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Self

from asn1crypto import algos, keys

from egov_vn import law
from egov_vn.clock import require_date, vietnam_date
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.law import Citation, Timeline

__all__ = ["AlgorithmVerdict", "RevocationRule", "SignaturePolicy"]

_MOST_JUDGED: Final = 500
_RULES: Final = ("digest_algorithms", "rsa_minimum_bits", "ec_minimum_bits", "rsa_scheme")


class RevocationRule(StrEnum):
    """When revocation data must be at hand for a certificate (*yêu cầu kiểm tra trạng thái chứng thư*)."""

    DECLARED = "declared"
    """Where the certificate names a CRL or an OCSP service; a certificate that names none gets a warning."""
    ALWAYS = "always"
    """For every certificate below the anchor."""
    NEVER = "never"
    """Not at all: revocation data is used if given, and a warning says that it was not required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmVerdict:
    """Whether an algorithm was acceptable at an instant, until when it was, and by which rule."""

    allowed: bool
    note: bool = False
    """Allowed, but not what the rule in force asks for."""
    name: str = ""
    until: date | None = None
    """The first day on which it was no longer accepted, where it once was."""
    source: Citation | None = None


class StampStatus(StrEnum):
    """How fresh the status of a time-stamping certificate must be (EN 319 102-1 clause 5.2.5 leaves it to the policy).

    What a long-term signature carries is never newer than its last time-stamp: with `VALIDATION` it holds only for the
    days until that list expires, unless newer data is given.
    """

    STAMPING = "stamping"
    """Known when the stamp was made is enough; a later revocation that is given still counts."""
    VALIDATION = "validation"
    """Known at the time of validation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePolicy:
    """What a signature must satisfy. Policies are values: `replace`-like methods return new ones."""

    rules: Mapping[str, Timeline[Any]]
    revocation: RevocationRule = RevocationRule.DECLARED
    official: bool = False
    """For official documents: after signing, only long-term data and further signatures may follow."""
    stamp_status: StampStatus = StampStatus.STAMPING
    """From when on the status of a TSA's certificate must be known; see `StampStatus`."""
    clock_skew: timedelta = timedelta(seconds=60)
    name: str = "egov_vn default"
    _judged: dict[tuple[str, str, date], AlgorithmVerdict] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Verdicts given already: one report asks for the same few a dozen times."""

    @classmethod
    def default(cls) -> Self:
        """Return the policy with every dated rule that this version of the package knows."""
        return cls(rules=_timelines(), clock_skew=timedelta(seconds=_skew()))

    @classmethod
    def on(cls, day: date) -> Self:
        """Return the policy as it was known on *day*: later changes of the rules are left out."""
        require_date(day)
        return cls(
            rules=MappingProxyType({name: _known(line, day) for name, line in _timelines().items()}),
            clock_skew=timedelta(seconds=_skew()),
            name=f"egov_vn as of {day.isoformat()}",
        )

    @classmethod
    def official_document(cls, day: date | None = None) -> Self:
        """Return the policy for official documents (*văn bản điện tử của cơ quan nhà nước*)."""
        base = cls.default() if day is None else cls.on(day)
        return replace(base, official=True, name=f"{base.name}, official documents")

    def requiring(self, revocation: RevocationRule) -> Self:
        """Return the same policy with another rule for revocation data."""
        if revocation not in set(RevocationRule):
            raise InvalidInput(f"{revocation!r} is not one of {', '.join(RevocationRule)}", path="revocation")
        return replace(self, revocation=RevocationRule(revocation))

    def digest(self, name: str, at: datetime) -> AlgorithmVerdict:
        """Judge the hash *name* (as `hashlib` spells it) at the instant *at*."""
        return self._listed("digest_algorithms", name.lower(), at)

    def key(self, kind: str, bits: int, at: datetime) -> AlgorithmVerdict:
        """Judge a key of *kind* `"rsa"` or `"ec"` with *bits* at the instant *at*."""
        if kind not in ("rsa", "ec"):
            return AlgorithmVerdict(allowed=False, name=f"{kind} {bits}")
        return self._judge(f"{kind}_minimum_bits", f"{kind.upper()} {bits}", at, lambda least: bits >= least)

    def scheme(self, name: str, at: datetime) -> AlgorithmVerdict:
        """Judge a scheme (`rsa_pkcs1v15`, `rsa_pss`, `ecdsa`) at *at*: never a refusal, at most a note."""
        if not name.startswith("rsa"):
            return AlgorithmVerdict(allowed=name in ("ecdsa", "ed25519", "ed448"), name=name)
        verdict = self._listed("rsa_scheme", name, at)
        return replace(verdict, allowed=True, note=not verdict.allowed)

    def signature(self, algorithm: str, key: tuple[str, int], at: datetime) -> tuple[AlgorithmVerdict, ...]:
        """Judge `"rsa_pkcs1v15_sha256"` made with a *key* `("rsa", 2048)`: verdicts on hash, key and scheme."""
        scheme, _, digest = algorithm.rpartition("_")
        if "sha3_" in algorithm or "sha512_" in algorithm:
            scheme, _, first = scheme.rpartition("_")
            digest = f"{first}_{digest}"
        return (self.digest(digest, at), self.key(*key, at), self.scheme(scheme, at))

    def _listed(self, rule: str, name: str, at: datetime) -> AlgorithmVerdict:
        return self._judge(rule, name, at, lambda allowed: name in allowed)

    def _judge(self, rule: str, name: str, at: datetime, holds: Any) -> AlgorithmVerdict:
        day = vietnam_date(at)
        known = self._judged.get((rule, name, day))
        if known is None:
            if len(self._judged) >= _MOST_JUDGED:
                self._judged.clear()
            known = self._judged[rule, name, day] = self._judge_anew(rule, name, day, holds)
        return known

    def _judge_anew(self, rule: str, name: str, day: date, holds: Any) -> AlgorithmVerdict:
        timeline = self.rules[rule]
        try:
            version = timeline.on(day)
        except NotInForce:
            version = timeline.versions[0]
        if holds(version.value):
            return AlgorithmVerdict(allowed=True, name=name, source=version.source)
        until = max((item.until for item in timeline.versions if item.until and holds(item.value)), default=None)
        return AlgorithmVerdict(allowed=False, name=name, until=until, source=version.source)


def signature_algorithm_name(algorithm: algos.SignedDigestAlgorithm, digest: str | None = None) -> str:
    """Return our name of an ASN.1 signature algorithm; *digest* is used where the algorithm names none."""
    try:
        scheme = {"rsassa_pkcs1v15": "rsa_pkcs1v15", "rsassa_pss": "rsa_pss"}.get(
            str(algorithm.signature_algo), str(algorithm.signature_algo)
        )
    except ValueError:
        raise InvalidInput(
            f"unknown signature algorithm {algorithm['algorithm'].dotted}", path="signatureAlgorithm"
        ) from None
    try:
        found = str(algorithm.hash_algo)
    except ValueError:
        found = digest or ""
    return f"{scheme}_{found}"


def key_size(key: keys.PublicKeyInfo) -> tuple[str, int]:
    """Return kind and size of a public key: `("rsa", 2048)`, `("ec", 256)`."""
    kind = str(key.algorithm)
    if kind in ("rsa", "rsassa_pss"):
        return "rsa", int(key.bit_size)
    if kind == "ec":
        return "ec", int(key.bit_size)
    return kind, 0


def end_of(day: date) -> datetime:
    """Return the first instant of *day* in Vietnam, in UTC: what held until that day ends here."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)


@cache
def _timelines() -> Mapping[str, Timeline[Any]]:
    rules = law.load("egov_vn.signature", "policy").rules
    return MappingProxyType({name: rules[name] for name in _RULES})


def _skew() -> int:
    line = law.load("egov_vn.signature", "policy").timeline("clock_skew_seconds", int)
    return line.versions[-1].value


def _known(timeline: Timeline[Any], day: date) -> Timeline[Any]:
    kept = tuple(item for item in timeline.versions if item.since <= day) or timeline.versions[:1]
    return replace(timeline, versions=(*kept[:-1], replace(kept[-1], until=None)))
