"""The check of the signatures inside a package: each PDF and XML of the payload is judged by `egov_vn.signature`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from egov_vn.archive.inspection import Inspection
from egov_vn.archive.rules import broken
from egov_vn.errors import EgovError
from egov_vn.signature.report import Indication, Report

if TYPE_CHECKING:
    from egov_vn.signature.trust import TrustStore

__all__ = ["SignatureCheck"]

_SIGNABLE: Final = (".pdf", ".xml", ".asics", ".asice", ".p7m", ".p7s")
_RULES: Final = {
    Indication.TOTAL_FAILED: "ARC-SIGN-FAILED",
    Indication.INDETERMINATE: "ARC-SIGN-INDETERMINATE",
    Indication.TOTAL_PASSED: "ARC-SIGN-PASSED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """How to judge the signatures of a package: at the instant *at*, against *trust*.

    *assess* takes the bytes of a file and returns a `Report`; by default `egov_vn.signature.assess_file`. *max_bytes*
    bounds what is read into memory for one file. With *required* an unsigned PDF is told too.
    """

    at: datetime
    trust: TrustStore | None = None
    assess: Callable[[bytes], Report] | None = None
    max_bytes: int = 256 * 1024 * 1024
    required: bool = True

    def check(self, inspection: Inspection) -> None:
        """Judge every payload file that can bear a signature."""
        assess = self.assess or self._assess
        for path, entry in inspection.entries.items():
            if entry.use != "Data" or path not in inspection.tree or not path.lower().endswith(_SIGNABLE):
                continue
            try:
                report = assess(inspection.tree.read(path, self.max_bytes))
            except EgovError as error:
                inspection.say(broken("ARC-SIGN-INDETERMINATE", path=path, expected="TOTAL-PASSED", found=error))
                continue
            if report.indication is None:
                if self.required and path.lower().endswith(".pdf"):
                    inspection.say(broken("ARC-SIGN-NONE", path=path, expected="TOTAL-PASSED"))
                continue
            shown = report.indication.value + (f", {report.sub_indication.value}" if report.sub_indication else "")
            inspection.say(broken(_RULES[report.indication], path=path, expected="TOTAL-PASSED", found=shown))

    def _assess(self, data: bytes) -> Report:
        from egov_vn.signature import assess_file  # noqa: PLC0415 - pyHanko is heavy; most checks look at no signature

        return assess_file(data, trust=self.trust, at=self.at)
