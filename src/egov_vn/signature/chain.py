"""Finding the ways from a certificate up to an anchor, the likeliest first, under a budget.

Certificates that come with a signature are written by whoever wrote the file. Ten that all bear one name have millions
of orders, and a search that tries them all (pyHanko's does) stands still for hours over five kilobytes. Here a way
never passes the same name and key twice, links whose signature holds go first, short ways before long ones, and after
a fixed number of steps the search ends with what it has found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, Final, TypeAlias

from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.sig_validate import SignatureValidator

from egov_vn.errors import InvalidInput
from egov_vn.signature.memo import Memo

__all__ = ["MemoValidator", "find_paths"]

_MOST_PATHS: Final = 8
_MOST_LINKS: Final = 15
_MOST_STEPS: Final = 500
_MOST_CHECKS: Final = 300
"""Signatures checked in one search; links beyond that count as not holding."""

_Certificate: TypeAlias = asn1_x509.Certificate
_Entry: TypeAlias = tuple[int, int, int, tuple[_Certificate, ...], bool]
"""Links that do not hold, length, a number that keeps the order, the certificates from the leaf up, whether done."""


class MemoValidator(SignatureValidator):
    """What certvalidator checks signatures with: asked for one that the search has checked, it is not done again."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo

    def validate_signature(
        self, signature: bytes, signed_data: bytes, public_key_info: Any, signature_algorithm: Any, context: Any = None
    ) -> None:
        """Raise `InvalidSignature` if *signature* does not verify."""
        del context  # a certificate's signature algorithm always names its hash
        if not self._memo.verifies(public_key_info, signature, signed_data, signature_algorithm):
            raise InvalidSignature


def find_paths(
    leaf: _Certificate, *, anchors: Iterable[bytes], helpers: Iterable[bytes], memo: Memo
) -> list[ValidationPath]:
    """Return up to eight paths from *leaf* to one of *anchors* (DER), over *helpers* (DER) of which some may be broken.

    A certificate that is an anchor itself is a path of its own.
    """
    return _Search(tuple(anchors), tuple(helpers), memo).run(leaf)


class _Search:
    def __init__(self, anchors: tuple[bytes, ...], helpers: tuple[bytes, ...], memo: Memo) -> None:
        self._memo = memo
        self._anchors = _by_subject(memo, anchors)
        self._own = {_identity(item) for group in self._anchors.values() for item in group}
        self._helpers = _by_subject(memo, helpers)
        self._queue: list[_Entry] = []
        self._count = 0
        self._checks = _MOST_CHECKS

    def run(self, leaf: _Certificate) -> list[ValidationPath]:
        identity = _identity(leaf)
        if identity in self._own:
            anchor = next(item for item in self._anchors[leaf.subject.hashable] if _identity(item) == identity)
            return [ValidationPath(CertTrustAnchor(anchor), [], None)]
        found: list[ValidationPath] = []
        self._push(0, (leaf,), done=False)
        for _ in range(_MOST_STEPS):
            if not self._queue or len(found) == _MOST_PATHS:
                break
            bad, _, _, way, done = heappop(self._queue)
            if done:
                found.append(ValidationPath(CertTrustAnchor(way[-1]), way[-2:0:-1], way[0]))
            else:
                self._extend(bad, way)
        return found

    def _extend(self, bad: int, way: tuple[_Certificate, ...]) -> None:
        top = way[-1]
        for anchor in _issuers(self._anchors, top):
            self._checks += 1  # anchors are the caller's, and few
            self._push(bad + (not self._holds(top, anchor)), (*way, anchor), done=True)
        if len(way) > _MOST_LINKS:
            return
        passed = {_identity(item) for item in way}
        for issuer in _issuers(self._helpers, top):
            identity = _identity(issuer)
            if identity not in self._own and identity not in passed:
                self._push(bad + (not self._holds(top, issuer)), (*way, issuer), done=False)

    def _push(self, bad: int, way: tuple[_Certificate, ...], *, done: bool) -> None:
        self._count += 1
        heappush(self._queue, (bad, len(way), self._count, way, done))

    def _holds(self, certificate: _Certificate, issuer: _Certificate) -> bool:
        if self._checks <= 0:
            return False
        self._checks -= 1
        try:
            value, algorithm = certificate["signature_value"].native, certificate["signature_algorithm"]
            return self._memo.verifies(issuer.public_key, value, certificate["tbs_certificate"].dump(), algorithm)
        except (ValueError, TypeError, KeyError, AttributeError):
            return False  # asn1crypto parses late; what cannot be read does not hold


def _by_subject(memo: Memo, ders: tuple[bytes, ...]) -> Mapping[str, list[_Certificate]]:
    key = ("by-subject", ders)
    if key not in memo.items:
        found: dict[str, list[_Certificate]] = defaultdict(list)
        for der in ders:
            try:
                certificate = memo.certificate(der)
                _identity(certificate)
            except (InvalidInput, ValueError, TypeError, KeyError, AttributeError):
                continue  # a broken certificate in a bag of helpers is no reason to refuse the rest
            found[certificate.subject.hashable].append(certificate)
        memo.items[key] = dict(found)
    known: Mapping[str, list[_Certificate]] = memo.items[key]
    return known


def _identity(certificate: _Certificate) -> tuple[str, bytes]:
    return certificate.subject.hashable, certificate.public_key.dump()


def _issuers(pool: Mapping[str, list[_Certificate]], certificate: _Certificate) -> Iterator[_Certificate]:
    """Yield the certificates of *pool* that bear the issuer's name, and its key identifier where both give one."""
    wanted, serial = certificate.authority_key_identifier, certificate.authority_issuer_serial
    for issuer in pool.get(certificate.issuer.hashable, ()):
        if wanted and issuer.key_identifier and wanted != issuer.key_identifier:
            continue
        if not (serial and serial != issuer.issuer_serial):
            yield issuer
