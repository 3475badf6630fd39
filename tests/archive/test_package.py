"""Packages: valid by the official schemas, deterministic, whole or not at all, payload untouched."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from egov_vn.archive import (
    ArchivalFile,
    Description,
    HoleyLink,
    Package,
    Payload,
    Record,
    Step,
    check_package,
    write_package,
)
from egov_vn.archive.fields import table
from egov_vn.archive.mets import MetsFile, Reference, read_mets
from egov_vn.archive.premis import read_premis
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
PROFILES = ("tt05", "tt05-sample", "csip")
Write = Callable[..., Package]
MakeFile = Callable[..., ArchivalFile]
MakeRecord = Callable[..., Record]


class _Local(etree.Resolver):
    """Finds the schemas of the reference folder by their last name."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        name = str(system_url).rpartition("/")[2]
        found = next((path for path in self.folder.rglob(name)), None)
        return self.resolve_filename(str(found), context) if found else None


def official(shared: Path, path: str) -> etree.XMLSchema:
    """Compile a schema of the reference folder, which the library never sees."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(shared / "xsd"))
    return etree.XMLSchema(etree.parse(str(shared / "xsd" / path), parser))


def xml_files(path: Path, name: str) -> Iterator[etree._ElementTree]:
    for found in sorted(path.rglob(name)):
        yield etree.parse(str(found))


@pytest.mark.parametrize("profile", PROFILES)
def test_both_mets_levels_are_valid(write: Write, shared: Path, profile: str) -> None:
    written = write(profile=profile)
    schema = official(shared, "mets/mets-1.12.xsd")
    driver = official(shared, "csip/egov-csip-driver.xsd")
    documents = list(xml_files(written.path, "METS.xml"))
    assert len(documents) == 2
    for document in documents:
        assert schema.validate(document), schema.error_log
        assert driver.validate(document), driver.error_log


@pytest.mark.parametrize("profile", ["tt05", "csip"])
def test_premis_is_valid_at_both_levels(write: Write, shared: Path, profile: str) -> None:
    written = write(profile=profile)
    schema = official(shared, "premis/premis-v3-0.xsd")
    documents = list(xml_files(written.path, "PREMIS*.xml"))
    assert len(documents) == 2
    for document in documents:
        assert schema.validate(document), schema.error_log


def test_the_literal_premis_is_what_the_circular_prints_and_the_schema_refuses(write: Write, shared: Path) -> None:
    written = write(premis_form="literal")
    schema = official(shared, "premis/premis-v3-0.xsd")
    for document in xml_files(written.path, "PREMIS*.xml"):
        assert not schema.validate(document)
        assert document.getroot().findtext(".//{*}objectCategory") in ("intellectual entity", "representation")
        assert read_premis(document.getroot()).form == "literal"
    report = check_package(written.path)
    assert report.conforms
    assert {item.code for item in report.findings} == {"ARC-XSD-PREMIS-LITERAL"}


def test_descriptive_records_have_no_namespace_and_hold_to_the_reconstructed_schemas(
    write: Write, shared: Path
) -> None:
    written = write()
    for pattern, name in (("EAD.xml", "SIP_hoso"), ("EAD_doc_*.xml", "SIP_doc")):
        schema = etree.XMLSchema(etree.parse(str(shared / "xsd" / "tt05_reconstructed" / f"{name}.xsd")))
        documents = list(xml_files(written.path, pattern))
        assert documents
        for document in documents:
            assert etree.QName(document.getroot()).namespace is None
            assert schema.validate(document), schema.error_log


def test_records_hold_to_the_schemas_that_lie_beside_them(write: Write) -> None:
    written = write()
    for path in written.path.rglob("EAD*.xml"):
        document = etree.parse(str(path))
        located = document.getroot().get("{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation")
        assert located is not None
        schema = etree.XMLSchema(etree.parse(str((path.parent / located).resolve())))
        assert schema.validate(document), schema.error_log


def test_every_file_is_named_once_with_its_true_digest(write: Write) -> None:
    written = write(profile="csip")
    named: list[str] = []
    for mets in written.path.rglob("METS.xml"):
        read = read_mets(mets.read_bytes())
        items: list[MetsFile | Reference] = [*read.files(), *read.references]
        for item in items:
            path = mets.parent / item.href
            assert path.stat().st_size == item.size
            assert hashlib.sha256(path.read_bytes()).hexdigest().upper() == item.checksum
            named.append(path.relative_to(written.path).as_posix())
    held = [path.relative_to(written.path).as_posix() for path in written.path.rglob("*") if path.is_file()]
    assert sorted(named) == sorted(set(held) - {"METS.xml"})
    assert written.files == len(held)
    assert written.size == sum((written.path / name).stat().st_size for name in held)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_what_is_written_conforms(write: Write, profile: str, form: str) -> None:
    report = check_package(write(profile=profile, form=form).path)
    assert report.conforms is True, report.to_terminal("en")
    assert not report.findings


def test_the_same_input_gives_the_same_bytes(write: Write) -> None:
    first, second = write(to="a"), write(to="b")
    assert first.objid == second.objid
    assert first.digest == second.digest
    for path in first.path.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (second.path / path.relative_to(first.path)).read_bytes()
    zips = [write(to=name, form="zip").path.read_bytes() for name in ("c", "d")]
    assert zips[0] == zips[1]


def test_another_moment_gives_another_identifier(write: Write) -> None:
    assert write().objid != write(at=AT.replace(hour=10)).objid


def test_identifiers_and_folder_names_follow_the_circular(write: Write) -> None:
    sip = write()
    assert sip.objid.startswith("uuid-")
    assert sip.objid[5:].upper() == sip.objid[5:]
    assert sip.path.name == sip.objid
    zipped = write(form="zip", ordinal=7)
    assert zipped.path.name == f"7{zipped.objid}.zip"
    named = write(to="x/ten.zip")
    assert named.path.name == "ten.zip"
    with zipfile.ZipFile(named.path) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {named.objid}


def test_payload_is_copied_and_never_touched(tmp_path: Path, make_record: MakeRecord, make_file: MakeFile) -> None:
    source = tmp_path / "nguồn.pdf"
    source.write_bytes(b"%PDF-1.7 payload")
    before = source.stat()
    record = Record(description=make_record(1).description, payloads=(Payload.at(source),))
    file = make_file(1).with_records([record])
    copied = write_package(tmp_path / "copy", file, at=AT, agent="UBND")
    linked = write_package(tmp_path / "link", file, at=AT, agent="UBND", link=True)
    assert source.stat().st_mtime_ns == before.st_mtime_ns
    for written, links in ((copied, False), (linked, True)):
        target = next(written.path.glob("representations/rep1/data/*.pdf"))
        assert target.read_bytes() == b"%PDF-1.7 payload"
        assert (target.stat().st_ino == source.stat().st_ino) is links
        assert check_package(written.path).conforms


def test_attachments_and_links_to_other_records(write: Write, make_record: MakeRecord, make_file: MakeFile) -> None:
    first = make_record(1)
    payloads = (*first.payloads, Payload(name="phụ lục.xml", source=b"<a/>", role="attachment"))
    second = Record(description=make_record(2).description, linked="H13.12.3.2026.02.0000009")
    written = write(make_file(2).with_records([Record(description=first.description, payloads=payloads), second]))
    names = sorted(path.name for path in written.path.glob("representations/rep1/data/*"))
    assert names == [
        "H13.12.3.2026.01.0000001.01.xml",
        "H13.12.3.2026.01.0000001.pdf",
        "H13.12.3.2026.01.0000002.pdf.fetch.txt",
    ]
    mets = read_mets((written.path / "representations/rep1/METS.xml").read_bytes())
    labels = {division.label for division in mets.structure.walk()} if mets.structure else set()
    assert {"MetadataLink/File", "MetadataLink/Holey", "AttachmentFile"} <= labels
    report = check_package(written.path)
    assert report.conforms
    assert [item.code for item in report.findings] == ["ARC-LINK-HOLEY"]


def test_a_failing_source_leaves_nothing(tmp_path: Path, make_record: MakeRecord, make_file: MakeFile) -> None:
    bad = Record(description=make_record(2).description, payloads=(Payload.at(tmp_path / "none.pdf"),))
    for form in ("folder", "zip"):
        target = tmp_path / form
        with pytest.raises(InvalidInput, match="cannot be read"):
            write_package(target, make_file(1).with_records([make_record(1), bad]), at=AT, agent="x", form=form)
        assert not target.exists()


def test_a_place_that_is_taken_is_refused(write: Write) -> None:
    write()
    with pytest.raises(InvalidInput, match="never overwritten"):
        write()
    write(form="zip")
    with pytest.raises(InvalidInput, match="never overwritten"):
        write(form="zip")


def test_wrong_use_is_one_sentence(write: Write, make_file: MakeFile, make_record: MakeRecord) -> None:
    with pytest.raises(InvalidInput, match="no kind of package"):
        write(kind="SIP")
    with pytest.raises(InvalidInput, match="no profile"):
        write(profile="roda")
    with pytest.raises(InvalidInput, match="described by AIP_hoso"):
        write(kind="AIP_hoso")
    with pytest.raises(InvalidInput, match="no time zone"):
        write(at=datetime(2026, 1, 1))
    with pytest.raises(InvalidInput, match="neither 'folder' nor 'zip'"):
        write(form="tar")
    with pytest.raises(InvalidInput, match="not of the form"):
        write(objid="../evil")
    with pytest.raises(InvalidInput, match="needs a file"):
        write(make_file(1).with_records([Record(description=make_record(1).description)]))


def test_steps_become_events_in_time(write: Write) -> None:
    steps = [
        Step(key="checked", at=AT.replace(hour=8), agent="Nguyễn Văn Thử"),
        Step(key="digitised", at=AT.replace(hour=7), outcome="success"),
    ]
    written = write(steps=steps)
    premis = read_premis((written.path / "metadata/preservation/PREMIS.xml").read_bytes())
    assert [event.type for event in premis.events] == ["transfer", "validation", "information package creation"]
    assert [event.at for event in premis.events] == sorted(event.at for event in premis.events)
    assert "Nguyễn Văn Thử" in [agent.name for agent in premis.agents]
    assert check_package(written.path).conforms


def test_killing_the_writer_leaves_no_half_package(tmp_path: Path) -> None:
    program = """
import sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import file_of, AT, AGENCY, record_of
from egov_vn.archive import Payload, Record, write_package
big = Path(sys.argv[1]) / "big.pdf"
records = [Record(description=record_of(n).description, payloads=(Payload.at(big),)) for n in range(1, 300)]
file = file_of(299).with_records(records)
print("ready", flush=True)
write_package(Path(sys.argv[1]) / "out", file, at=AT, agent=AGENCY, form=sys.argv[3])
"""
    (tmp_path / "big.pdf").write_bytes(b"%PDF-1.4" + bytes(1_000_000))
    (tmp_path / "out").mkdir()
    for form in ("folder", "zip"):
        for delay in (0.01, 0.05, 0.15):
            process = subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent), form],
                stdout=subprocess.PIPE,
            )
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            finished = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
            for path in finished:  # a fast machine may be done before it is killed: then it is whole
                assert check_package(path).conforms
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_a_link_of_an_aip_has_its_full_line(write: Write, make_record: MakeRecord, make_file: MakeFile) -> None:
    link = HoleyLink(
        fonds="H13", aip="5B4F0F4E-0E4A-4F6B-8F0B-0B8C1E6A9A11", path="representations/rep1/data/a.pdf", size=1024,
        here="data/LT.H13.0000001.pdf", record="H13.12.3.2026.02.0000009",
    )  # fmt: skip
    assert HoleyLink.parse(f"{link}\n") == link
    assert str(link).startswith("urn_H13_5B4F0F4E-0E4A-4F6B-8F0B-0B8C1E6A9A11_representations/rep1/data/a.pdf 1024 ")
    for name, value in (
        ("path", "../x"),
        ("here", "a b"),
        ("fonds", "a_b"),
        ("aip", "1"),
        ("size", -1),
        ("record", ""),
    ):
        with pytest.raises(InvalidInput):
            dataclasses.replace(link, **{name: value})  # type: ignore[arg-type]
    sip = make_file(1)
    text = {"arcFileCode": "LT.H13", "title": "Hồ sơ", "startDate": "12/02/2026", "endDate": "12/02/2026"}
    fields = {**{name: value for name, value in sip.description.values.items() if name != "fileCode"}, **text}
    fields = {name: value for name, value in fields.items() if name in table("AIP_hoso")}
    told = {name: value for name, value in sip.records[0].description.values.items() if name in table("AIP_doc")}
    told |= {"arcFileCode": "LT.H13", "docOrdinal": "1", "docCode": "LT.H13.0000001"}
    lines = [
        (str(link), ""),
        ("H13.12.3.2026.02.0000009", "is not of the form"),
        (str(dataclasses.replace(link, fonds="P623")), "fonds P623 is not the one"),
        (str(dataclasses.replace(link, here="data/b.pdf")), "is not the file that it stands for"),
        (str(dataclasses.replace(link, path="representations/rep1/data/a.tif")), "of two formats"),
        (str(dataclasses.replace(link, size=0)), "has 0 bytes"),
    ]
    for number, (linked, fault) in enumerate(lines):
        record = Record(description=Description.of("AIP_doc", told), linked=linked)
        file = ArchivalFile(description=Description.of("AIP_hoso", fields), records=(record,))
        written = write(file, to=f"aip{number}", kind="AIP_hoso")
        found = {item.code: item for item in check_package(written.path).findings}
        assert "ARC-LINK-HOLEY" in found
        told_form = found.get("ARC-LINK-HOLEY-FORM")
        assert (told_form is None) if not fault else (told_form is not None and fault in told_form.found)
