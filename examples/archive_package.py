"""Pack a one-stop dossier and a directive for the archive, check the package, take it over.

Run it from anywhere: `python examples/archive_package.py`; it writes into a folder of its own and removes it.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from egov_vn.archive import Organisation, check_package, to_aip, write_package
from egov_vn.archive.crosswalk import DossierDocument, file_from_dossier
from egov_vn.clock import VIETNAM
from egov_vn.document import parse_text
from egov_vn.dossier import Dossier, DossierCode

HERE = Path(__file__).parent
AGENCY = Organisation(name="UBND phường Thử Nghiệm", code="H13.12.3")


def main() -> None:
    """Pack, check, take over."""
    read = Dossier.from_json((HERE / "ho-so-2.000815.json").read_bytes())
    code = read.code or DossierCode.parse("000.00.00.H13-260212-0001")
    dossier = read.model_copy(update={"code": code})
    text = (HERE / "chi-thi-11-2015-can-tho.txt").read_bytes()
    directive = DossierDocument.from_document(parse_text(text.decode()), text, name="chi-thi.txt", role="made")
    file = file_from_dossier(dossier, [directive], agency=AGENCY, retention="02 năm")
    with tempfile.TemporaryDirectory() as folder:
        packed = write_package(Path(folder), file, at=datetime(2026, 3, 1, 9, tzinfo=VIETNAM), agent=AGENCY)
        print(check_package(packed.path).to_terminal("en"))
        taken = to_aip(
            packed.path,
            Path(folder),
            archive=Organisation(name="Lưu trữ lịch sử tỉnh Thử Nghiệm", code="LTLS13"),
            at=datetime(2026, 4, 1, 9, tzinfo=VIETNAM),
            approved_by="Trần Thị Thử",
        )
        print(check_package(taken.package.path).to_terminal("en"))
        for loss in taken.losses:
            print(f"  left behind: {loss.where} {loss.field} = {loss.value}")


if __name__ == "__main__":
    main()
