"""Reports: what was found about each signature, in the words of ETSI EN 319 102-1.

An assessment answers with a `Report`, never with a truth value: a signature may hold, fail, or stay open
(INDETERMINATE) because something is missing, and the reader must be told which, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from egov_vn.finding import Finding, Language
from egov_vn.signature import render
from egov_vn.signature.certificate import CertificateInfo

__all__ = ["Indication", "Level", "Report", "SignatureReport", "Signed", "SubIndication"]


class Indication(StrEnum):
    """The main verdict (*kết luận*) of ETSI EN 319 102-1 clause 5.1.3."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"

    @property
    def rank(self) -> int:
        """0 passed, 1 indeterminate, 2 failed: the larger, the worse."""
        return _RANKS[self]


_RANKS = {Indication.TOTAL_PASSED: 0, Indication.INDETERMINATE: 1, Indication.TOTAL_FAILED: 2}


class SubIndication(StrEnum):
    """The reason of a verdict (*lý do*), ETSI EN 319 102-1 tables 5 and 6."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    CUSTOM = "CUSTOM"


class Level(StrEnum):
    """The baseline level of a signature, each with what it adds to the one before.

    B-B: the signed attributes; B-T: a time-stamp; B-LT: certificates and revocation data; B-LTA: an archive time-stamp
    over all of it. Levels are ordered: `Level.B_T < Level.B_LT`.
    """

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """0 for B-B up to 3 for B-LTA."""
        return _LEVELS.index(self.value)

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was proven: exactly the bytes a signature covers, who signed them, and when.

    *signed_at* is the proven time where there is a valid time-stamp, the claimed time otherwise.
    """

    content: bytes
    signer: CertificateInfo
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """What was found about one signature (*chữ ký số*)."""

    name: str
    """The field (PDF), the Id (XML) or the position of the signature."""
    indication: Indication
    sub_indication: SubIndication | None = None
    level: Level | None = None
    """The level found in the file, whether or not it holds; None if it is no baseline signature."""
    signer: CertificateInfo | None = None
    signed_at: datetime | None = None
    """The time the signer claims."""
    proven_at: datetime | None = None
    """The earliest time at which a valid time-stamp shows the signature to exist."""
    covers: str = ""
    """What the signature covers: `"whole document"`, `"#DLHDon"`."""
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "level": self.level.value if self.level else None,
            "signer": self.signer.to_dict() if self.signer else None,
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "proven_at": self.proven_at.isoformat() if self.proven_at else None,
            "covers": self.covers,
            "findings": [item.to_dict() for item in self.findings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found about all signatures of one file (*kết quả kiểm tra chữ ký số*).

    The indication is that of the worst signature, and None where there is no signature at all. A report has no truth
    value: `if assess_pdf(…)` raises TypeError; ask for `.indication`, or use `verify_pdf`.
    """

    signatures: tuple[SignatureReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    at: datetime | None = None
    """The instant at which the file was assessed."""
    file_name: str = ""

    @property
    def indication(self) -> Indication | None:
        """The worst indication, or None without a signature."""
        worst = self._worst
        return worst.indication if worst else None

    @property
    def sub_indication(self) -> SubIndication | None:
        """The reason of the worst signature."""
        worst = self._worst
        return worst.sub_indication if worst else None

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """The findings of the file and of every signature."""
        return (*self.findings, *(item for signature in self.signatures for item in signature.findings))

    @property
    def _worst(self) -> SignatureReport | None:
        return max(self.signatures, key=lambda item: item.indication.rank, default=None)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Report has no truth value: look at .indication, or call verify_* to have it decided")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: indication, sub_indication, at, signatures, findings."""
        return {
            "indication": self.indication.value if self.indication else None,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "at": self.at.isoformat() if self.at else None,
            "signatures": [item.to_dict() for item in self.signatures],
            "findings": [item.to_dict() for item in self.findings],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_terminal(self, lang: Language = "vi") -> str:
        """Return the report as plain lines."""
        return render.terminal(self, lang)

    def to_html(self, lang: Language = "vi") -> str:
        """Return the report as one self-contained HTML page: no script, no outside resource."""
        return render.page(self, lang)


def worst_of(
    verdicts: Iterable[tuple[Indication, SubIndication | None]],
) -> tuple[Indication, SubIndication | None]:
    """Return the worst of several verdicts; the first of those that are equally bad; passed if there are none."""
    result: tuple[Indication, SubIndication | None] = (Indication.TOTAL_PASSED, None)
    for verdict in verdicts:
        if verdict[0].rank > result[0].rank:
            result = verdict
    return result
