"""Further places where a check must speak, and must not stumble."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from egov_vn.archive import ArchivalFile, CheckOptions, Package, Payload, Record, check_package, open_package
from egov_vn.archive.check_mets import mets_schema, premis_schema
from egov_vn.archive.packing import safe_name
from egov_vn.archive.profile import event_type, profile_of
from egov_vn.archive.rules import rules
from egov_vn.archive.tree import FolderTree, Limits, is_safe_path, open_tree
from egov_vn.errors import InvalidInput

Write = Callable[..., Package]


def codes_of(package: Path, **options: Any) -> set[str]:
    return {item.code for item in check_package(package, options=CheckOptions(**options)).findings}


def change(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    made = re.sub(pattern, new, text, count=1, flags=re.DOTALL)
    assert made != text
    path.write_text(made, encoding="utf-8")


@pytest.mark.parametrize(
    ("pattern", "new", "code"),
    [
        ("<mets ", "<other ", "ARC-XML-MALFORMED"),
        (r"<dmdSec.*?</dmdSec>", "", "ARC-METS-HEADER"),
        (r"<metsHdr.*?</metsHdr>", "", "ARC-METS-HEADER"),
        (r'OBJID="[^"]*"', "", "ARC-METS-OBJID"),
        (r"<structMap.*</structMap>", "", "ARC-METS-STRUCTMAP"),
        (r'href="metadata/descriptive/EAD.xml"', 'href="metadata/descriptive/NONE.xml"', "ARC-TREE-DESCRIPTIVE"),
        (r'href="schemas/EAD.xsd"', 'href="schemas/E AD.xsd"', "ARC-METS-ENCODING"),
        (r'xlink:href="schemas/EAD.xsd"', "", "ARC-METS-HREF"),
    ],
)
def test_a_root_mets_that_lacks_something(write: Write, pattern: str, new: str, code: str) -> None:
    package = write().path
    change(package / "METS.xml", pattern, new)
    report = check_package(package)
    assert report.conforms is False or code == "ARC-METS-ENCODING"
    assert code in {item.code for item in report.findings}


def test_a_document_of_another_vocabulary_is_no_mets(write: Write) -> None:
    package = write().path
    (package / "METS.xml").write_text("<mets/>", encoding="utf-8")
    assert "ARC-XML-ROOT" in codes_of(package)
    with pytest.raises(InvalidInput, match="cannot be read"):
        open_package(package)


def test_a_packet_whose_mets_says_file_is_known_by_its_record(write: Write) -> None:
    package = write().path
    change(package / "METS.xml", 'TYPE="Mixed"', 'TYPE="Collection"')
    report = check_package(package)
    assert report.kind == "SIP_hoso"
    assert report.file is not None
    assert not report.conforms


def test_without_schemas_there_is_a_warning(write: Write) -> None:
    package = write().path
    for path in (package / "schemas").iterdir():
        path.unlink()
    (package / "schemas").rmdir()
    assert {"ARC-TREE-SCHEMAS", "ARC-FIXITY-MISSING"} <= codes_of(package)


def test_the_package_may_be_given_by_the_folder_around_it(write: Write) -> None:
    package = write()
    assert check_package(package.path.parent).objid == package.objid


def test_limits_are_told(write: Write, tmp_path: Path) -> None:
    package = write().path
    assert "ARC-LIMIT" in codes_of(package, limits=Limits(max_files=3))
    assert "ARC-XML-MALFORMED" in codes_of(package, limits=Limits(max_xml_bytes=100))
    deep = package / "representations/rep1/data"
    for number in range(6):
        deep = deep / str(number)
    deep.mkdir(parents=True)
    assert "ARC-LIMIT" in codes_of(package, limits=Limits(max_depth=4))
    zipped = write(form="zip").path
    assert "ARC-LIMIT" in codes_of(zipped, limits=Limits(max_files=3))
    assert "ARC-ZIP-BOMB" in codes_of(zipped, limits=Limits(max_bytes=1000))


def test_a_thousand_wrong_files_make_no_thousand_lines(write: Write) -> None:
    package = write().path
    for number in range(300):
        (package / "schemas" / f"{number}.xsd").write_bytes(b"")
    report = check_package(package)
    orphans = [item for item in report.findings if item.code == "ARC-FIXITY-ORPHAN"]
    assert len(orphans) == 200
    assert next(item for item in report.findings if item.code == "ARC-LIMIT").found == "300"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind the administrator")
def test_files_that_cannot_be_read_are_told(write: Write) -> None:
    package = write().path
    next(package.glob("representations/rep1/data/*")).chmod(0)
    assert "ARC-PATH-UNREADABLE" in codes_of(package)


def test_files_that_vanish_are_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    package = write().path

    def fail(self: FolderTree, name: str) -> Any:
        raise InvalidInput("cannot be read: gone", path=name)

    monkeypatch.setattr(FolderTree, "_open", fail)
    report = check_package(package)
    assert report.conforms is False
    assert "METS.xml" in {item.path for item in report.findings if item.code == "ARC-XML-MALFORMED"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("METS.xml", True), ("a/b-c_d.e", True), ("dữ liệu/đọc.pdf", True), ("", False), ("/a", False),
        ("a/../b", False), ("..", False), (".", False), ("a//b", False), ("a/./b", False), ("C:/x", False),
        ("a\\b", False), ("a\x00b", False), ("a/..", False), ("\ud800", False), (".hidden", True),
    ],
)  # fmt: skip
def test_safe_paths(name: str, safe: bool) -> None:
    assert is_safe_path(name) is safe


@pytest.mark.parametrize(
    ("name", "made"), [("a/b", "a_b"), ("..", "_"), (".hidden", "hidden"), ("x\x00y", "x_y"), ("đọc", "đọc"), ("", "_")]
)
def test_safe_names(name: str, made: str) -> None:
    assert safe_name(name) == made


def test_zip_files_that_are_none(tmp_path: Path) -> None:
    for name, content in (("empty.zip", b""), ("text.zip", b"not a zip"), ("head.zip", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        report = check_package(tmp_path / name)
        assert report.conforms is False
        assert {item.code for item in report.findings} >= {"ARC-ZIP-BROKEN"}
    with zipfile.ZipFile(tmp_path / "none.zip", "w"):
        pass
    assert "ARC-TREE-METS" in codes_of(tmp_path / "none.zip")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(InvalidInput, match="is a link"):
        check_package(tmp_path / "link")
    with pytest.raises(InvalidInput, match="there is no package"):
        check_package(tmp_path / "nothing")


def test_documentation_travels_and_two_names_that_are_one_are_refused(
    write: Write, make_file: Callable[..., ArchivalFile]
) -> None:
    file = make_file(1)
    notes = (Payload(name="Ghi chú.txt", source=b"x"), Payload(name="ghi chú.TXT", source=b"y"))
    good = ArchivalFile(description=file.description, records=file.records, documentation=notes[:1])
    package = write(good).path
    assert (package / "documentation" / "Ghi chú.txt").read_bytes() == b"x"
    assert check_package(package).conforms
    assert open_package(package).file.documentation[0].name == "Ghi chú.txt"
    both = ArchivalFile(description=file.description, records=file.records, documentation=notes)
    with pytest.raises(InvalidInput, match="two files would be named"):
        write(both, to="b")


def test_a_full_disk_is_one_sentence(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("egov_vn.archive.sink._write_all", full)
    with pytest.raises(InvalidInput, match="No space left"):
        write()
    assert not (tmp_path / "goi").exists()


def test_two_records_with_one_code_are_no_file(
    make_record: Callable[..., Record], make_file: Callable[..., ArchivalFile]
) -> None:
    with pytest.raises(InvalidInput, match="names two records"):
        ArchivalFile.of(
            [make_record(1), make_record(1)], file_code="H13.2026.1", title="x", mode="01", number_of_paper=0,
            risk_recovery=False,
        )  # fmt: skip


def test_rules_are_sentences_in_two_languages_with_a_source() -> None:
    for rule in rules().values():
        assert re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", rule.code)
        assert rule.vi
        assert rule.en
        assert rule.source.instrument


def test_schemas_are_compiled_once() -> None:
    assert mets_schema() is mets_schema()
    assert premis_schema() is premis_schema()
    with pytest.raises(InvalidInput):
        event_type("none")
    with pytest.raises(InvalidInput):
        profile_of("none")
    assert isinstance(Limits().max_ratio, int)


def test_trees_are_closed(write: Write) -> None:
    tree = open_tree(write(form="zip").path, Limits())
    assert "METS.xml" in tree
    with pytest.raises(InvalidInput, match="exceed the limit"):
        tree.read("METS.xml", 10)
    tree.close()
