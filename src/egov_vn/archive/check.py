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
    """How far a check goes: *fixity* hashes every file, *formats* looks into the files, *workers* run side by side.

    With *workers* above 1 a large package is shared with processes forked from this one, where that is safe: on Linux,
    in a process that has one thread and may have children. Elsewhere (threads, daemons, other systems) threads hash the
    long files; small packages, and every package with `workers=1`, are checked by the calling thread alone.
    """

    fixity: bool = True
    formats: bool = True
    workers: int = 2
    limits: Limits = field(default_factory=Limits)


def check_package(
    path: Path, *, options: CheckOptions | None = None, signatures: SignatureCheck | None = None
) -> CheckReport:
    """Check the package at *path*, a folder or a ZIP file (*kiểm tra gói tin*), and return the report.

    `conforms` is False if there is an error, None if there is none but the check was told to leave fixity out or lost a
    process on the way, True otherwise. *signatures* says how to judge the signatures inside; without it they are not
    looked at. Nothing is written or unpacked. `InvalidInput` only if there is nothing at *path*.
    """
    chosen = options or CheckOptions()
    tree = open_tree(Path(path), chosen.limits)
    inspection = Inspection(tree=tree, limits=chosen.limits, findings=tree.told)
    try:
        _check(inspection, chosen)
        if signatures is not None and "METS.xml" in tree:
            signatures.check(inspection)
        return inspection.report(path=path, complete=chosen.fixity or "METS.xml" not in tree)
    except InvalidInput as error:  # a file that vanished or failed between the scan and the reading
        inspection.say(broken("ARC-PATH-UNREADABLE", path=error.path, found=error.message))
        return inspection.report(path=path, complete=False)
    finally:
        if inspection.reading is not None:
            inspection.reading.close()
        tree.close()


def _check(inspection: Inspection, options: CheckOptions) -> None:
    if "METS.xml" not in inspection.tree:
        inspection.say(broken("ARC-TREE-METS", path="METS.xml", expected="METS.xml"))
        return
    check_mets.check_root(inspection)
    # from here on files are read beside the work on what the METS and the PREMIS say
    reading = check_files.begin_reading(inspection, hashes=options.fixity, workers=options.workers)
    check_mets.check_representations(inspection)
    if options.fixity:
        reading.ask(inspection.entries)
    check_files.check_names(inspection)
    plan = check_content.prepare(inspection)
    premis = check_premis.prepare(inspection)
    reading.finish()
    check_content.check(inspection, plan)
    check_premis.check(inspection, premis)
    if options.fixity:
        check_files.check_fixity(inspection, formats=options.formats)
