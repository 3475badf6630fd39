"""Older records become records of TT 05/2025/TT-BNV; what cannot go along is told."""

from __future__ import annotations

import pytest

from egov_vn.archive.convert import from_nd30, from_tt02
from egov_vn.errors import InvalidInput


def test_a_file_of_nd30() -> None:
    made = from_nd30(
        "file",
        {
            "FileCode.Organld": "000.00.00.G09",
            "FileCode.FileCatalog": "2010",
            "FileCode.FileNotation": "01.TH",
            "Title": "Hồ sơ tổng hợp",
            "Maintenance": "Vĩnh viễn",
            "Rights": "Công khai",
            "Creator": "Nguyễn Văn Thử",
            "Language": "Tiếng Việt",
            "StartDate": "01/01/2010",
            "EndDate": "31/12/2010",
            "DocTotal": "12",
            "PageTotal": "40",
        },
    )
    assert made.values["fileCode"] == "000.00.00.G09.2010.01.TH"
    assert made.values["maintenance"] == "01"
    assert made.values["totalDoc"] == "12"
    assert [loss.field for loss in made.losses] == ["Creator"]
    assert {item.expected for item in made.findings} == {"numberOfPaper", "riskRecovery"}
    described = made.description(number_of_paper=40, risk_recovery=False)
    assert described["fileCode"].startswith("000.00.00.G09")


def test_an_outgoing_document_of_nd30_tells_every_loss() -> None:
    made = from_nd30(
        "outgoing",
        {
            "FileCode": "H49.64.33.2001.160",
            "DocOrdinal": "1",
            "TypeName": "Chỉ thị",
            "CodeNumber": "11",
            "CodeNotation": "CT-UBND",
            "IssuedDate": "08/07/2015",
            "OrganName": "UBND tỉnh Thử Nghiệm",
            "Subject": "x" * 600,
            "Language": "Tiếng Việt, Tiếng Lào",
            "PageAmount": "3",
            "SignerInfo.FullName": "Nguyễn Văn Thử",
            "To.OrganName": "Sở Thử",
            "Priority": "1",
        },
    )
    assert made.values["docCode"] == "H49.64.33.2001.160.0000001"
    assert made.values["docId"] == "H49.64.33.2001.160.1"
    assert made.values["typeName"] == "03"
    assert made.values["language"] == "01"
    assert len(made.values["subject"]) == 500
    lost = {loss.field: loss for loss in made.losses}
    assert set(lost) == {"Subject", "Language", "SignerInfo.FullName", "To.OrganName", "Priority"}
    assert lost["Language"].value == "Tiếng Lào"
    assert lost["Subject"].value == "x" * 100
    missing = {item.expected for item in made.findings if item.code == "ARC-FIELD-MISSING"}
    assert missing == {"maintenance", "mode", "riskRecovery"}


def test_an_incoming_document_keeps_its_kind_by_name() -> None:
    made = from_nd30("incoming", {"FileCode": "rác", "TypeName": "Sắc lệnh", "ArrivalNumber": "5"})
    assert made.values["typeName"] == "32"
    assert {loss.field for loss in made.losses} == {"TypeName", "ArrivalNumber", "FileCode"}
    assert "docCode" not in made.values


def test_records_of_tt02() -> None:
    file = from_tt02(
        "file",
        {
            "Identifier": "LTLS",
            "Organld": "H05.02.02",
            "FileCatalog": "2008",
            "FileNotation": "01.HC",
            "Title": "Hồ sơ hành chính",
            "Maintenance": "15 năm",
            "Rights": "Mật",
            "PageNumber": "10",
            "NumberOfPaper": "5",
            "Format": "Tốt",
            "Description": "",
        },
    )
    assert file.values["fileCode"] == "H05.02.02.2008.01.HC"
    assert file.values["maintenance"] == "07"
    assert file.values["mode"] == "03"
    assert file.values["numberOfPaper"] == "5"
    assert [(loss.field, loss.value) for loss in file.losses] == [("Identifier", "LTLS"), ("Maintenance", "15 năm")]
    document = from_tt02(
        "document",
        {
            "DocCode": "A1", "FileCode": "H05.02.02.2008.01.HC", "DocOrdinal": "7", "ConfidenceLevel": "Số hóa",
            "Mode": "công khai", "Khac": "x",
        },
    )  # fmt: skip
    assert document.values["docId"] == "A1"
    assert document.values["docCode"].endswith(".0000007")
    assert document.values["confidenceLevel"] == "02"
    assert [loss.field for loss in document.losses] == ["Khac"]
    picture = from_tt02(
        "picture", {"Identifier": "LTLS", "DocAttached": "Bản thuyết minh", "Colour": "màu", "Format": "Hỏng"}
    )
    assert picture.values["docAttached"] == "1"
    assert picture.values["colour"] == "01"
    assert [loss.field for loss in picture.losses] == ["Identifier", "DocAttached"]
    recording = from_tt02("recording", {"MovieTitle": "Phim", "Maintenance": "x"})
    assert recording.values["movieTitle"] == "Phim"


def test_periods_that_are_none_become_other() -> None:
    made = from_tt02("file", {"Maintenance": "Đến khi hết hiệu lực"})
    assert made.values["maintenance"] == "07"
    assert made.losses[0].reason.endswith("no period of the law")


def test_a_fonds_has_no_successor() -> None:
    with pytest.raises(InvalidInput, match="no record for fonds"):
        from_tt02("fonds", {})
