"""From a dossier and its documents to a file for the archive, in one call."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from egov_vn.archive import Organisation, Retention, check_package, write_package
from egov_vn.archive.crosswalk import DossierDocument, file_from_dossier
from egov_vn.clock import VIETNAM
from egov_vn.digest import Digest
from egov_vn.document import parse_text
from egov_vn.dossier import Dossier
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
AGENCY = Organisation(name="UBND phường Thử Nghiệm", code="H13.12.3")
SCAN = b"%PDF-1.4\n1 0 obj << /Type /Page >> endobj\n2 0 obj << /Type /Page >> endobj\n%%EOF"


def dossier_of(**fields: Any) -> Dossier:
    given: dict[str, Any] = {
        "MaHoSo": "000.00.00.H13-260212-0001",
        "MaTTHC": "2.000815",
        "TenTTHC": "Chứng thực bản sao từ bản chính",
        "ChuHoSo": "Nguyễn Văn Thử",
        "NgayTiepNhan": "2026-02-12T09:00:00+07:00",
        "NgayTra": "2026-02-26T15:00:00+07:00",
        "TaiLieuNop": [
            {
                "TenTepDinhKem": "Bằng tốt nghiệp",
                "MaThanhPhanHoSo": "000.00.00.G15-KQ0001",
                "GiaTriBam": str(Digest.of(SCAN)),
            }
        ],
        **fields,
    }
    return Dossier.from_dict(given)


def test_one_call_gives_a_package_that_conforms(tmp_path: Path) -> None:
    documents = [
        DossierDocument(name="ket-qua.pdf", source=SCAN, role="result", type_name="Chỉ thị", issued=date(2026, 2, 26)),
        DossierDocument(name="bang.pdf", source=SCAN, role="component", digitised=True, component="Bằng tốt nghiệp"),
    ]
    file = file_from_dossier(
        dossier_of(), documents, agency=AGENCY, retention="02 năm", papers=1, paper_file_code="H13.1.2"
    )
    assert file.code == "H13.12.3.2026.260212-0001"
    assert file.description["startDate"] == "12/02/2026"
    assert file.description["endDate"] == "26/02/2026"
    assert file.description["maintenance"] == "07"
    assert file.description["totalDoc"] == "3"
    kinds = [record.description["subject"] for record in file.records]
    assert kinds[0].startswith("Dữ liệu hồ sơ")
    assert kinds[1] == "Bằng tốt nghiệp"
    assert [record.description["numberOfPage"] for record in file.records] == ["1", "2", "2"]
    written = write_package(tmp_path / "out", file, at=AT, agent=AGENCY)
    report = check_package(written.path)
    assert report.conforms, report.to_terminal("en")
    assert report.code == file.code


def test_a_paper_that_is_not_the_one_of_the_dossier_is_refused() -> None:
    other = DossierDocument(name="bang.pdf", source=SCAN + b" ", role="component", component="Bằng tốt nghiệp")
    with pytest.raises(InvalidInput, match="the dossier says"):
        file_from_dossier(dossier_of(), [other], agency=AGENCY, retention="20 năm")
    with pytest.raises(InvalidInput, match="no component"):
        file_from_dossier(
            dossier_of(),
            [DossierDocument(name="x.pdf", source=SCAN, component="Hộ chiếu")],
            agency=AGENCY,
            retention="20 năm",
        )


def test_the_longest_document_decides_the_period() -> None:
    contract = DossierDocument(name="hd.pdf", source=SCAN, retention=Retention.permanent())
    file = file_from_dossier(dossier_of(), [contract], agency=AGENCY, retention="10 năm")
    assert file.description["maintenance"] == "01"


def test_fields_may_be_overridden_by_either_name() -> None:
    file = file_from_dossier(dossier_of(), agency=AGENCY, retention="10 năm", title="Tên khác", mode="01")
    assert file.title == "Tên khác"
    assert file.description["mode"] == "01"
    assert file_from_dossier(dossier_of(), agency=AGENCY, retention="10 năm", startDate="01/02/2026").description[
        "startDate"
    ] == ("01/02/2026")


def test_an_official_document_describes_itself(shared: Path) -> None:
    text = (shared / "samples" / "chi-thi-11-2015-can-tho.txt").read_text(encoding="utf-8")
    document = DossierDocument.from_document(parse_text(text), SCAN, name="chi-thi.pdf")
    file = file_from_dossier(dossier_of(), [document], agency=AGENCY, retention="10 năm")
    described = file.records[-1].description
    assert described["typeName"] == "03"
    assert described["codeNumber"] == "11"
    assert described["codeNotation"] == "CT-UBND"
    assert described["issuedDate"].endswith("2015")
    assert "Cần Thơ" in described["organName"].title() or described["organName"]


def test_a_dossier_without_a_code_cannot_be_archived() -> None:
    with pytest.raises(InvalidInput, match="no code"):
        file_from_dossier(dossier_of(MaHoSo=None), agency=AGENCY, retention="10 năm")


def test_what_a_field_cannot_hold_stands_in_the_note() -> None:
    long = "Quyết định về việc " + "rất dài " * 70
    item = DossierDocument(name="x.pdf", source=SCAN, type_name="Giấy ước", subject=long)
    file = file_from_dossier(dossier_of(), [item], agency=AGENCY, retention="02 năm")
    held = file.records[1].description
    subject, note = held["subject"], held["description"]
    assert len(subject) == 500
    assert "Tên loại: Giấy ước" in note
    rest = note.partition("(tiếp theo): ")[2]
    assert (subject[:-1] + rest).startswith(long.rstrip())
    with pytest.raises(InvalidInput, match="cannot hold") as caught:
        file_from_dossier(
            dossier_of(),
            [DossierDocument(name="x.pdf", source=SCAN, subject="y" * 1200)],
            agency=AGENCY,
            retention="02 năm",
        )
    assert caught.value.path == "description"
