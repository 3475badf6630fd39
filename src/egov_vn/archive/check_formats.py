"""The check of formats: is each file of a kind that the archive takes, and is its content what its name claims."""

from __future__ import annotations

from typing import Final

from egov_vn.archive.inspection import Entry, Inspection
from egov_vn.archive.profile import format_of
from egov_vn.archive.rules import CheckFinding, broken

__all__ = ["FormatCheck"]

_HEAD: Final = 4096
_ARCHIVES: Final = (
    (b"PK\x03\x04", "ZIP"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
)
_PROGRAMS: Final = ((b"MZ", "EXE"), (b"\x7fELF", "ELF"), (b"#!", "script"))


class FormatCheck:
    """Looks at the beginning of each payload file."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection

    def wanted(self, entry: Entry) -> int:
        """Return how many bytes from the start of *entry* are needed, 0 if none."""
        return _HEAD if entry.use == "Data" else 0

    def check(self, entry: Entry, head: bytes, size: int) -> list[CheckFinding]:
        """Return what is wrong with the format of *entry*."""
        path = entry.path
        if size == 0:
            return [broken("ARC-FORMAT-EMPTY", path=path)]
        claimed = format_of(path)
        seen = next((name for mark, name in (*_ARCHIVES, *_PROGRAMS) if head.startswith(mark)), "")
        if claimed is None:
            if seen in ("ZIP", "RAR", "7-Zip", "gzip"):
                return [broken("ARC-ZIP-NESTED", path=path, found=seen)]
            return [broken("ARC-FORMAT-REFUSED", path=path, found=seen or path.rpartition(".")[2])]
        if not claimed.begins(head):
            return [broken("ARC-FORMAT-CLAIM", path=path, expected=claimed.name, found=seen or head[:8].hex())]
        if not claimed.magic and (seen or b"\x00" in head):
            return [broken("ARC-FORMAT-CLAIM", path=path, expected=claimed.name, found=seen or "binary")]
        return []
