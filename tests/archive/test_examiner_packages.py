"""All kinds of package in all profiles, held against the schemas of METS, CSIP and PREMIS and the rules of CSIP."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, isoschematron

from egov_vn.archive import (
    ArchivalFile,
    Organisation,
    Package,
    Payload,
    Record,
    check_package,
    open_package,
    to_aip,
    to_dip,
    write_package,
)
from egov_vn.archive.premis import read_premis
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
AGENCY = Organisation(name='UBND <phường> & "xã"', code="H13.12.3")
ARCHIVE = Organisation(name="Lưu trữ lịch sử & tỉnh", code="LTLS13")
CODE, PACKET = "H13.12.3.2026.01", "H13.2026.01.0000001"
PDF = b"%PDF-1.4\n%%EOF"
SVRL = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
REQUEST = {
    "requestID": "YC.1", "requestDate": "01/03/2026", "purpose": "Công vụ", "purposeContent": "x",
    "feeObjectType": "Khác", "researchTopic": "t",
}  # fmt: skip
MakeRecord = Callable[..., Record]
KINDS = ("SIP_hoso", "SIP_tailieu", "AIP_hoso", "AIP_tailieu", "DIP")


def records(make_record: MakeRecord) -> list[Record]:
    first, second, linked = make_record(1), make_record(2), make_record(5)
    attachment = Payload(name="phụ lục <1>.pdf", source=PDF + b" ", role="attachment")
    return [
        first,
        Record(description=second.description, payloads=(*second.payloads, attachment)),
        Record.of(
            Payload(name="ảnh.jpg", source=b"\xff\xd8\xff\xe0"), kind="SIP_pic", doc_code=f"{CODE}.0000003",
            maintenance="01", type_pic="ảnh", risk_recovery=False,
        ),
        Record.of(
            Payload(name="a.mp3", source=b"ID3 "), kind="SIP_media", doc_code=f"{CODE}.0000004", maintenance="05",
            type_media="âm thanh", risk_recovery=True, risk_recovery_status="01",
        ),
        Record(description=linked.description, linked="H13.12.3.2026.02.1"),
    ]  # fmt: skip


def file_of(make_record: MakeRecord, **more: Any) -> ArchivalFile:
    fields = {"file_code": CODE, "title": 'Hồ sơ "<1>" & 2', "mode": "01", "maintenance": "01", "number_of_paper": 0}
    return ArchivalFile.of(records(make_record), **{**fields, "risk_recovery": False, "number_of_page": 6, **more})


def every_kind(tmp_path: Path, make_record: MakeRecord, **options: Any) -> Mapping[str, Package]:
    loose = make_record(1, doc_id="x1", doc_code=f"{PACKET}.0000001")
    packet = ArchivalFile.of([loose], kind="SIP_tailieu", file_code=PACKET, title="T", source="văn bản đi")
    sip = write_package(tmp_path / "s", file_of(make_record), at=AT, agent=AGENCY, **options)
    sip2 = write_package(tmp_path / "t", packet, kind="SIP_tailieu", at=AT, agent=AGENCY, **options)
    take: dict[str, Any] = {"archive": ARCHIVE, "at": AT + timedelta(days=9), "approved_by": "Ông <A>", **options}
    aip, aip2 = (to_aip(made.path, tmp_path / f"aip-{made.kind}", **take).package for made in (sip, sip2))
    dip = to_dip(
        aip.path, tmp_path / "dip", request=REQUEST, archive=ARCHIVE, at=AT + timedelta(days=20), **options
    ).package
    return dict(zip(KINDS, (sip, sip2, aip, aip2, dip), strict=True))


def contents(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {str(item.relative_to(path)): item.read_bytes() for item in path.rglob("*") if item.is_file()}
    with zipfile.ZipFile(path) as held:
        return {name.partition("/")[2]: held.read(name) for name in held.namelist()}


class _Local(etree.Resolver):
    def __init__(self, xlink: Path) -> None:
        super().__init__()
        self.xlink = xlink

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        del public_id
        return self.resolve_filename(str(self.xlink), context) if "xlink" in (system_url or "") else None


def schema(path: Path, xlink: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(xlink))
    return etree.XMLSchema(etree.parse(str(path), parser))


@pytest.mark.parametrize(
    ("profile", "form", "premis"),
    list(itertools.product(("tt05", "tt05-sample", "csip"), ("folder", "zip"), (None, True, False))),
)
def test_five_kinds_are_valid_and_pass(
    tmp_path: Path, make_record: MakeRecord, shared: Path, profile: str, form: str, premis: bool | None
) -> None:
    xsd = shared / "xsd"
    mets = schema(xsd / "csip/egov-csip-driver.xsd", xsd / "mets/xlink.xsd")
    preservation = schema(xsd / "premis/premis-v3-0.xsd", xsd / "mets/xlink.xsd")
    options: dict[str, Any] = {"profile": profile, "form": form}
    if premis is not None:
        options["premis"] = premis
    for kind, made in every_kind(tmp_path, make_record, **options).items():
        report = check_package(made.path)
        assert (report.kind, report.conforms) == (kind, True), [item.text("en") for item in report.errors]
        files = contents(made.path)
        for name, data in files.items():
            if name.endswith("METS.xml"):
                mets.assertValid(etree.fromstring(data))
            elif "/preservation/" in name:
                preservation.assertValid(etree.fromstring(data))
        wanted = kind.startswith("AIP") or (profile != "tt05-sample" or kind == "DIP" if premis is None else premis)
        assert any("/preservation/" in name for name in files) is wanted


def test_the_csip_profile_holds_to_csip_204_in_every_kind(
    tmp_path: Path, make_record: MakeRecord, shared: Path
) -> None:
    judges = []
    for path in sorted((shared / "xsd/schematron/V2.0.4/CSIP").glob("*.xml")):
        text = re.sub(r"@([\w:]+?)_(?:vocabulary|IANA)_test", r"@\1", path.read_text(encoding="utf-8"))
        judges.append(isoschematron.Schematron(etree.fromstring(text.encode()), store_report=True))
    for kind, made in every_kind(tmp_path, make_record, profile="csip").items():
        document = etree.parse(str(made.path / "METS.xml"))
        for judge in judges:
            judge.validate(document)
            assert judge.validation_report is not None
            assert [item.get("id") for item in judge.validation_report.iter(SVRL)] == [], kind


def test_the_same_input_gives_the_same_bytes_in_both_forms(tmp_path: Path, make_record: MakeRecord) -> None:
    for form in ("folder", "zip"):
        once = every_kind(tmp_path / f"1{form}", make_record, form=form)
        again = every_kind(tmp_path / f"2{form}", make_record, form=form)
        for kind in KINDS:
            assert contents(once[kind].path) == contents(again[kind].path)
            if form == "zip":
                assert once[kind].path.read_bytes() == again[kind].path.read_bytes()


def test_the_history_keeps_who_did_what(tmp_path: Path, make_record: MakeRecord) -> None:
    made = every_kind(tmp_path, make_record)
    premis = read_premis((made["DIP"].path / "metadata/preservation/PREMIS.xml").read_bytes())
    assert [event.type for event in premis.events] == [
        "information package creation", "validation", "ingestion", "information package creation", "dissemination",
    ]  # fmt: skip
    times = [datetime.fromisoformat(event.at) for event in premis.events]
    assert times == sorted(times)
    who = {agent.identifier: (agent.name, agent.type) for agent in premis.agents}
    assert len(who) == len(premis.agents)
    created = [(who[name], role) for name, role in premis.events[0].agents]
    assert ((AGENCY.name, "organization"), "authorizer") in created
    assert (("egov_vn", "software"), "executing program") in created
    assert [(who[name], role) for name, role in premis.events[1].agents] == [(("Ông <A>", "person"), "implementer")]
    assert "YC.1" in premis.events[-1].detail


def test_a_copy_bears_the_identifier_of_its_record_and_the_backup_of_its_file(
    tmp_path: Path, make_record: MakeRecord
) -> None:
    file = file_of(make_record, risk_recovery=True, risk_recovery_status="Đã dự phòng")
    sip = write_package(tmp_path / "s", file, at=AT, agent=AGENCY)
    aip = to_aip(sip.path, tmp_path / "a", archive=ARCHIVE, at=AT, approved_by="A").package
    issue: dict[str, Any] = {"request": REQUEST, "archive": ARCHIVE, "at": AT}
    whole = open_package(to_dip(aip.path, tmp_path / "d1", **issue).package.path)
    chosen = f"LTLS13.{CODE}.0000002"
    one = open_package(to_dip(aip.path, tmp_path / "d2", codes=[chosen], **issue).package.path)
    (alone,) = one.file.records
    same = next(record for record in whole.file.records if record.code == chosen)
    assert alone.description["docId"] == same.description["docId"] == f"LTLS13.{CODE}.2"
    assert (alone.description["riskRecovery"], alone.description["riskRecoveryStatus"]) == ("1", "01")
    assert check_package(to_dip(aip.path, tmp_path / "d3", **issue).package.path).conforms


def test_documentation_of_ones_own_travels_whatever_its_name(tmp_path: Path, make_record: MakeRecord) -> None:
    own = file_of(make_record)
    notes = (Payload(name="README.txt", source=b"quan trong"), Payload(name=f"{CODE}.0000001.pdf", source=PDF))
    file = ArchivalFile(description=own.description, records=own.records, documentation=notes)
    sip = write_package(tmp_path / "s", file, at=AT, agent=AGENCY)
    aip = to_aip(sip.path, tmp_path / "a", archive=ARCHIVE, at=AT, approved_by="A", profile="csip").package
    assert contents(aip.path)["documentation/README.txt"] == b"quan trong"
    assert contents(aip.path)[f"documentation/{CODE}.0000001.pdf"] == PDF
    plain = write_package(tmp_path / "c", own, at=AT, agent=AGENCY, profile="csip")
    taken = to_aip(plain.path, tmp_path / "b", archive=ARCHIVE, at=AT, approved_by="A").package
    assert not [name for name in contents(taken.path) if name.startswith("documentation/")]


@pytest.mark.parametrize(
    "options",
    [
        {"status": "FOO"},
        {"status": ""},
        {"objid": "abc"},
        {"objid": "uuid-0C2A9A6E-1111-4222-8333-44444444444G"},
        {"objid": "urn:uuid:0C2A9A6E-1111-4222-8333-444444444444"},  # the form of an AIP
        {"form": "zip", "ordinal": 0},
        {"form": "zip", "ordinal": "../../x"},
        {"form": "zip", "ordinal": True},
        {"form": "tar"},
        {"kind": "SIP"},
        {"profile": "earkive"},
        {"agent": Organisation(name="a\x00b")},
        {"agreement": "a\ud800"},
    ],
)
def test_what_would_not_pass_is_not_written(tmp_path: Path, make_record: MakeRecord, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        write_package(tmp_path / "goi", file_of(make_record), **{"at": AT, "agent": AGENCY, **options})
    assert not [item for item in tmp_path.rglob("*") if item.is_file()]


def test_a_file_without_records_is_no_package(tmp_path: Path, make_record: MakeRecord) -> None:
    empty = file_of(make_record).with_records(())
    with pytest.raises(InvalidInput, match="at least one record"):
        write_package(tmp_path / "goi", empty, at=AT, agent=AGENCY)
    assert not list(tmp_path.iterdir())


def test_the_fonds_of_a_closed_archive_may_name_an_aip(tmp_path: Path, make_record: MakeRecord) -> None:
    sip = write_package(tmp_path / "s", file_of(make_record), at=AT, agent=AGENCY)
    objid = "urn:P623:uuid-0C2A9A6E-1111-4222-8333-444444444444"
    taken = to_aip(sip.path, tmp_path / "a", archive=ARCHIVE, at=AT, approved_by="A", objid=objid).package
    assert taken.path.name == objid.replace(":", "_")
    assert check_package(taken.path).conforms


@pytest.mark.parametrize(
    "options",
    [
        {"separator": "\n"},
        {"separator": "--"},
        {"archive": Organisation(name="A")},
        {"archive": Organisation(name="A", code="L T")},
        {"archive": Organisation(name="A", code="LT..1")},
        {"archive": Organisation(name="A", code="L" * 90)},
        {"approved_by": ""},
        {"approved_by": " "},
        {"approved_by": "A\x00"},
        {"at": datetime(2026, 3, 1)},
    ],
)
def test_what_no_archive_takes_over_is_not_written(
    tmp_path: Path, make_record: MakeRecord, options: dict[str, Any]
) -> None:
    sip = write_package(tmp_path / "s", file_of(make_record), at=AT, agent=AGENCY)
    with pytest.raises(InvalidInput):
        to_aip(sip.path, tmp_path / "a", **{"archive": ARCHIVE, "at": AT, "approved_by": "A", **options})
    assert not (tmp_path / "a").exists()
