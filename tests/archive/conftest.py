"""Makers of archival files for the tests: invented agency, invented records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from egov_vn.archive import ArchivalFile, Organisation, Package, Payload, Record, write_package
from egov_vn.clock import VIETNAM

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
AGENCY = Organisation(name="UBND phường Thử Nghiệm", code="H13.12.3")
CODE = "H13.12.3.2026.01"
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"


def record_of(ordinal: int, *, content: bytes | None = None, **fields: Any) -> Record:
    """Return record number *ordinal* of the test file."""
    given: dict[str, Any] = {
        "doc_id": f"{CODE}.{ordinal}",
        "doc_code": f"{CODE}.{ordinal:07}",
        "maintenance": "20 năm",
        "type_name": "Chỉ thị",
        "code_number": str(ordinal),
        "code_notation": "CT-UBND",
        "issued_date": "12/02/2026",
        "organ_name": "UBND phường Thử Nghiệm",
        "subject": f"Về việc thử nghiệm số {ordinal}",
        "language": ["Tiếng Việt"],
        "number_of_page": 2,
        "mode": "Công khai",
        "confidence_level": "Gốc điện tử",
        "process": True,
        "risk_recovery": False,
        **fields,
    }
    return Record.of(Payload(name=f"goc-{ordinal}.pdf", source=content or PDF + b"%d" % ordinal), **given)


def file_of(count: int = 3, **fields: Any) -> ArchivalFile:
    """Return a file of *count* records."""
    given: dict[str, Any] = {"file_code": CODE, "title": "Hồ sơ về việc thử nghiệm", "mode": "01"}
    given |= {"number_of_paper": 0, "risk_recovery": False, **fields}
    return ArchivalFile.of([record_of(number) for number in range(1, count + 1)], **given)


@pytest.fixture(name="make_file")
def make_file_fixture() -> Callable[..., ArchivalFile]:
    """Return the maker of test files."""
    return file_of


@pytest.fixture(name="make_record")
def make_record_fixture() -> Callable[..., Record]:
    """Return the maker of test records."""
    return record_of


@pytest.fixture(name="write")
def write_fixture(tmp_path: Path) -> Callable[..., Package]:
    """Return a function that writes a package below the test's folder."""

    def write(file: ArchivalFile | None = None, *, to: str = "goi", **options: Any) -> Package:
        return write_package(tmp_path / to, file or file_of(), **{"at": AT, "agent": AGENCY, **options})

    return write
