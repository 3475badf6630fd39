"""Check a package before it is taken over (*kiểm tra gói tin*): offline, in linear time, safe with hostile input.

One report says everything: container, both METS levels, schemas, every checksum and size, missing and orphan files,
cross-links, field rules and code lists, PREMIS, formats, and, if asked, signatures and the hand-over list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from egov_vn.archive import check_content, check_files, check_mets, check_premis
from egov_vn.archive.inspection import Inspection
from egov_vn.archive.report import CheckReport
from egov_vn.archive.rules import broken
from egov_vn.archive.tree import Limits, open_tree
from egov_vn.errors import InvalidInput

if TYPE_CHECKING:
    from egov_vn.archive.check_signatures import SignatureCheck

__all__ = ["CheckOptions", "check_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """How far a check goes: *fixity* hashes every file with *workers* threads, *formats* looks into the files."""

    fixity: bool = True
    formats: bool = True
    workers: int = 2
    limits: Limits = field(default_factory=Limits)


def check_package(
    path: Path, *, options: CheckOptions | None = None, signatures: SignatureCheck | None = None
) -> CheckReport:
    """Check the package at *path*, a folder or a ZIP file (*kiểm tra gói tin*), and return the report.

    `conforms` is False if there is an error, None if there is none but the check was told to leave fixity out, True
    otherwise. *signatures* says how to judge the signatures inside; without it they are not looked at. Nothing is
    written or unpacked. `InvalidInput` only if there is nothing at *path*.
    """
    chosen = options or CheckOptions()
    tree = open_tree(Path(path), chosen.limits)
    try:
        inspection = Inspection(tree=tree, limits=chosen.limits, fixity=chosen.fixity)
        inspection.findings.extend(tree.findings)
        if "METS.xml" not in tree:
            inspection.say(broken("ARC-TREE-METS", path="METS.xml", expected="METS.xml"))
            return inspection.report(path=path, complete=True)
        check_mets.check(inspection)
        check_files.check_names(inspection)
        fixity = check_files.Fixity(inspection, workers=chosen.workers) if chosen.fixity else None
        try:
            check_content.check(inspection)
            check_premis.check(inspection)
            if fixity is not None:
                fixity.finish(formats=chosen.formats)
        finally:
            if fixity is not None:
                fixity.close()
        if signatures is not None:
            signatures.check(inspection)
        return inspection.report(path=path, complete=chosen.fixity)
    except InvalidInput as error:  # a file that vanished or failed between the scan and the reading
        inspection.say(broken("ARC-PATH-UNREADABLE", path=error.path, found=error.message))
        return inspection.report(path=path, complete=False)
    finally:
        tree.close()
