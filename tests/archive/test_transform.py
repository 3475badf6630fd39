"""SIP to AIP to DIP: history carried, codes built, losses told, every package valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from egov_vn.archive import ArchivalFile, Organisation, Package, Payload, Record, check_package, write_package
from egov_vn.archive.premis import read_premis
from egov_vn.archive.transform import open_package, to_aip, to_dip
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 4, 1, 9, 0, tzinfo=VIETNAM)
ARCHIVE = Organisation(name="Lưu trữ lịch sử tỉnh Thử Nghiệm", code="LTLS13")
REQUEST = {
    "request_id": "YC.2026.1",
    "request_date": "01/04/2026",
    "purpose": "Cá nhân",
    "purpose_content": "Bổ sung hồ sơ",
    "fee_object_type": "Khác",
    "research_topic": "Không",
}
Write = Callable[..., Package]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_sip_to_aip_to_dip(write: Write, tmp_path: Path, form: str) -> None:
    sip = write(form=form)
    made = to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="Trần Thị Thử", form=form)
    assert made.package.objid.startswith("urn:uuid:")
    assert ":" not in made.package.path.name
    report = check_package(made.package.path)
    assert report.conforms, report.to_terminal("en")
    assert not report.findings, report.to_terminal("en")
    assert report.kind == "AIP_hoso"
    assert report.code == "LTLS13.H13.12.3.2026.01"
    assert {loss.field for loss in made.losses} == {"docId", "maintenance", "riskRecovery"}
    held = open_package(made.package.path)
    assert held.file.records[1].description["docCode"] == "LTLS13.H13.12.3.2026.01.0000002"
    assert held.file.records[1].description["docOrdinal"] == "2"
    types = [step.type for step in held.steps]
    assert types == ["information package creation", "validation", "ingestion", "information package creation"]
    assert held.file.records[0].payloads[0].name == "goc-1.pdf"

    issued = to_dip(
        made.package.path,
        tmp_path / "dip",
        request=REQUEST,
        archive=ARCHIVE,
        at=AT.replace(hour=10),
        codes=["LTLS13.H13.12.3.2026.01.0000003"],
        certificates=[Payload(name="giay.pdf", source=b"%PDF-1.4\n%%EOF")],
        form=form,
    )
    told = check_package(issued.package.path)
    assert told.conforms, told.to_terminal("en")
    assert told.kind == "DIP"
    assert len(told.records) == 1
    assert told.records[0]["arcDocCode"] == "LTLS13.H13.12.3.2026.01.0000003"
    assert told.records[0]["maintenance"] == "05"
    assert {loss.field for loss in issued.losses} == {"organName"}
    assert open_package(issued.package.path).steps[-1].type == "dissemination"


def test_premis_of_an_aip_is_valid(write: Write, tmp_path: Path, shared: Path) -> None:
    made = to_aip(write().path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="Trần Thị Thử")
    schema = etree.XMLSchema(etree.parse(str(shared / "xsd/premis/premis-v3-0.xsd")))
    for path in made.package.path.rglob("PREMIS*.xml"):
        assert schema.validate(etree.parse(str(path))), schema.error_log
    premis = read_premis((made.package.path / "metadata/preservation/PREMIS.xml").read_bytes())
    assert {agent.name for agent in premis.agents} >= {"Trần Thị Thử", ARCHIVE.name, "egov_vn"}


def test_an_aip_without_its_premis_fails(write: Write, tmp_path: Path) -> None:
    made = to_aip(write().path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="x")
    (made.package.path / "metadata/preservation/PREMIS.xml").unlink()
    assert "ARC-TREE-PRESERVATION" in {item.code for item in check_package(made.package.path).findings}


def test_loose_records_become_an_aip_tailieu(tmp_path: Path, make_record: Callable[..., Record]) -> None:
    code = "H13.2026.01.0000001"
    record = make_record(1, doc_code=f"{code}.0000001")
    packet = ArchivalFile.of([record], kind="SIP_tailieu", file_code=code, title="Văn bản đi 2026", source="văn bản đi")
    sip = write_package(tmp_path / "sip", packet, kind="SIP_tailieu", at=AT, agent="UBND")
    report = check_package(sip.path)
    assert report.conforms, report.to_terminal("en")
    assert report.kind == "SIP_tailieu"
    made = to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="x")
    told = check_package(made.package.path)
    assert told.conforms, told.to_terminal("en")
    assert told.kind == "AIP_tailieu"
    assert "totalDoc" in {loss.field for loss in made.losses}


def test_what_did_not_pass_is_not_taken_over(write: Write, tmp_path: Path) -> None:
    sip = write()
    next(sip.path.glob("representations/rep1/data/*")).write_bytes(b"%PDF-1.4 other")
    with pytest.raises(InvalidInput, match="was not passed"):
        to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="x")
    assert not (tmp_path / "aip").exists()


def test_wrong_kinds_and_unknown_records_are_refused(write: Write, tmp_path: Path) -> None:
    sip = write()
    with pytest.raises(InvalidInput, match="is no AIP"):
        to_dip(sip.path, tmp_path / "dip", request=REQUEST, archive=ARCHIVE, at=AT)
    with pytest.raises(InvalidInput, match="needs a code"):
        to_aip(sip.path, tmp_path / "aip", archive=Organisation(name="x"), at=AT, approved_by="x")
    aip = to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="x").package
    with pytest.raises(InvalidInput, match="is no SIP"):
        to_aip(aip.path, tmp_path / "aip2", archive=ARCHIVE, at=AT, approved_by="x")
    with pytest.raises(InvalidInput, match="no record"):
        to_dip(aip.path, tmp_path / "dip", request=REQUEST, archive=ARCHIVE, at=AT, codes=["x"])
    with pytest.raises(InvalidInput, match=r"no METS\.xml"):
        open_package(tmp_path)


def test_a_package_is_not_made_before_what_it_is_made_of(write: Write, tmp_path: Path) -> None:
    sip = write()
    made = open_package(sip.path).created
    assert made is not None
    before = made - timedelta(seconds=1)
    with pytest.raises(InvalidInput, match="is before the package was made") as caught:
        to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=before, approved_by="Trần Thị Thử")
    assert caught.value.path == "at"
    aip = to_aip(sip.path, tmp_path / "aip", archive=ARCHIVE, at=AT, approved_by="Trần Thị Thử").package
    with pytest.raises(InvalidInput, match="is before the package was made"):
        to_dip(aip.path, tmp_path / "dip", request=REQUEST, archive=ARCHIVE, at=AT - timedelta(seconds=1))
    assert not (tmp_path / "dip").exists()
