"""The link to a record that another package holds (*tệp liên kết, holey file*): one line in a `.fetch.txt`.

In a SIP the line is the identifier of the record. In an AIP it is
`urn_{fonds}_{uuid of the other AIP}_{path in it} {size} {path here} {record id}`, and both AIPs are of one fonds.
No sample was seen; the parts and their order are those of the notes on TT 05/2025/TT-BNV, Annex I.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from egov_vn.archive.tree import is_safe_path
from egov_vn.errors import InvalidInput

__all__ = ["HoleyLink"]

_LINE: Final = re.compile(
    r"urn_(?P<fonds>[^_\s]+)_(?P<aip>[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})_(?P<path>\S+)"
    r" (?P<size>[0-9]{1,18}) (?P<here>\S+) (?P<record>\S+)"
)
_FORM: Final = "urn_{fonds}_{uuid}_{path} {size} {path here} {record id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoleyLink:
    """The link of an AIP to a file of another AIP of the same fonds (*liên kết đến tài liệu của gói AIP khác*).

    *aip* is the other package's UUID, *path* the file in it, *size* its bytes, *here* the path it stands for in this
    package, *record* the identifier of the record. `str` gives the line for `Record(linked=…)`; a part with a space, or
    a path that leads out of a package, is `InvalidInput`.
    """

    fonds: str
    aip: str
    path: str
    size: int
    here: str
    record: str

    def __post_init__(self) -> None:
        if not _LINE.fullmatch(str(self)):
            raise InvalidInput(f"{str(self)!r} is not of the form {_FORM}", path="linked")
        for name, path in (("path", self.path), ("here", self.here)):
            if not is_safe_path(path):
                raise InvalidInput(f"{path!r} leads out of a package", path=name)

    def __str__(self) -> str:
        return f"urn_{self.fonds}_{self.aip}_{self.path} {self.size} {self.here} {self.record}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the line; `InvalidInput` if it is of another form."""
        found = _LINE.fullmatch(text.strip())
        if found is None:
            raise InvalidInput(f"{text[:80]!r} is not of the form {_FORM}", path="linked")
        return cls(
            fonds=found["fonds"], aip=found["aip"], path=found["path"], size=int(found["size"]), here=found["here"],
            record=found["record"],
        )  # fmt: skip
