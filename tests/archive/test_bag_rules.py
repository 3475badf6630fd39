"""The corners of RFC 8493, and agreement with bagit-python, both ways, over generated bags."""

from __future__ import annotations

import codecs
import hashlib
import shutil
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from egov_vn.archive import CheckReport, Payload, check_bag, read_bag, write_bag
from egov_vn.archive.tree import FolderTree
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

# bagit-python's own use of re.sub; gone when it says count= by name
pytestmark = pytest.mark.filterwarnings("ignore:'count' is passed as positional argument:DeprecationWarning")

AT = datetime(2026, 2, 12, 15, 0, tzinfo=VIETNAM)
ONE_DIR = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lay(path: Path, files: Mapping[str, bytes], *, version: str = "1.0", encoding: str = "UTF-8") -> Path:
    """Lay a bag by hand: *files* are its tag files and payload, by name."""
    shutil.rmtree(path, ignore_errors=True)
    (path / "data").mkdir(parents=True)
    declaration = f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()
    for name, data in {"bagit.txt": declaration, **files}.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return path


def line(data: bytes, path: str, algorithm: str = "sha256") -> str:
    return f"{hashlib.new(algorithm, data).hexdigest()}  {path}\n"


def told(path: Path) -> tuple[bool | None, set[str]]:
    report: CheckReport = check_bag(path)
    return report.conforms, {item.code for item in report.findings}


MANIFEST = line(b"x", "data/a").encode()
BASE = {"data/a": b"x", "manifest-sha256.txt": MANIFEST}


CASES: dict[str, tuple[dict[str, bytes], dict[str, str], bool, set[str]]] = {
    "upper-case hash and a tab": (
        {"manifest-sha256.txt": MANIFEST.split()[0].upper() + b"\tdata/a"}, {}, True, set(),
    ),
    "carriage returns": ({"manifest-sha256.txt": MANIFEST.replace(b"\n", b"\r")}, {}, True, set()),
    "md5sum style": (
        {"manifest-sha256.txt": MANIFEST.replace(b"  ", b" *")}, {}, True, {"BAG-MANIFEST-STYLE"},
    ),
    "a leading ./": (
        {"manifest-sha256.txt": MANIFEST.replace(b"data", b"./data")}, {}, True, {"BAG-MANIFEST-STYLE"},
    ),
    "a backslash": (
        {"manifest-sha256.txt": MANIFEST.replace(b"/", b"\\")}, {}, False, {"BAG-PATH-UNSAFE", "BAG-ORPHAN"},
    ),
    "a folder in the manifest": (
        {"data/d/b": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/d").encode()}, {}, False,
        {"BAG-MISSING", "BAG-ORPHAN"},
    ),
    "a BOM": ({"manifest-sha256.txt": codecs.BOM_UTF8 + MANIFEST}, {}, False, {"BAG-BOM"}),
    "a BOM, before 1.0": (
        {"manifest-sha256.txt": codecs.BOM_UTF8 + MANIFEST}, {"version": "0.97"}, True, {"BAG-BOM"},
    ),
    "a BOM in the declaration": (
        {"bagit.txt": codecs.BOM_UTF8 + b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}, {}, False,
        {"BAG-DECLARATION"},
    ),
    "UTF-16 with its BOM": (
        {"manifest-sha256.txt": MANIFEST.decode().encode("utf-16"), "bag-info.txt": "A: ệ\n".encode("utf-16")},
        {"encoding": "UTF-16"}, True, set(),
    ),
    "UTF-16LE without one": (
        {"manifest-sha256.txt": MANIFEST.decode().encode("utf-16-le")}, {"encoding": "UTF-16LE"}, True, set(),
    ),
    "Latin-1": (
        {"data/é": b"x", "manifest-sha256.txt": MANIFEST + line(b"x", "data/é").encode("latin-1")},
        {"encoding": "ISO-8859-1"}, True, set(),
    ),
    "two manifests, one short": (
        {"manifest-md5.txt": b""}, {}, False, {"BAG-ORPHAN", "BAG-ALGORITHM-WEAK"},
    ),
    "two manifests, one short, before 1.0": (
        {"manifest-md5.txt": b""}, {"version": "0.97"}, True, {"BAG-ALGORITHM-WEAK"},
    ),
    "sha1": (
        {"manifest-sha1.txt": line(b"x", "data/a", "sha1").encode()}, {}, True, {"BAG-ALGORITHM-WEAK"},
    ),
    "sha3-256 by its RFC name": (
        {"manifest-sha3256.txt": line(b"x", "data/a", "sha3_256").encode()}, {}, True, set(),
    ),
    "sha3-256 as bagit-python names it": (
        {"manifest-sha3_256.txt": line(b"x", "data/a", "sha3_256").encode()}, {}, True, set(),
    ),
    "sha3-256, wrong": (
        {"manifest-sha3256.txt": line(b"y", "data/a", "sha3_256").encode()}, {}, False, {"BAG-CHECKSUM"},
    ),
    "one algorithm by two names": (
        {"manifest-sha3256.txt": line(b"x", "data/a", "sha3_256").encode(),
         "manifest-sha3_256.txt": line(b"y", "data/a", "sha3_256").encode()},
        {}, True, {"BAG-ALGORITHM"},
    ),
    "listed twice alike": ({"manifest-sha256.txt": MANIFEST * 2}, {}, False, {"BAG-MANIFEST-TWICE"}),
    "listed twice alike, before 1.0": (
        {"manifest-sha256.txt": MANIFEST * 2}, {"version": "0.97"}, True, {"BAG-MANIFEST-TWICE"},
    ),
    "listed twice unlike, before 1.0": (
        {"manifest-sha256.txt": line(b"y", "data/a").encode() + MANIFEST}, {"version": "0.97"}, False,
        {"BAG-MANIFEST-TWICE"},
    ),
    "a tag manifest without the payload manifest": (
        {"tagmanifest-sha256.txt": b""}, {}, False, {"BAG-TAG-INCOMPLETE"},
    ),
    "the same, before 1.0": ({"tagmanifest-sha256.txt": b""}, {"version": "0.97"}, True, set()),
    "a tag manifest of itself": (
        {"tagmanifest-sha256.txt": line(MANIFEST, "manifest-sha256.txt").encode()
         + line(b"", "tagmanifest-sha256.txt").encode()},
        {}, False, {"BAG-TAG-OF-TAG"},
    ),
    "a tag folder": (
        {"metadata/x.xml": b"<a/>", "tagmanifest-sha256.txt": line(MANIFEST, "manifest-sha256.txt").encode()
         + line(b"<a/>", "metadata/x.xml").encode()},
        {}, True, set(),
    ),
    "a tag folder, changed": (
        {"metadata/x.xml": b"<b/>", "tagmanifest-sha256.txt": line(MANIFEST, "manifest-sha256.txt").encode()
         + line(b"<a/>", "metadata/x.xml").encode()},
        {}, False, {"BAG-CHECKSUM"},
    ),
    "Oxum": ({"bag-info.txt": b"payload-oxum: 1.1\n"}, {}, True, set()),
    "Oxum twice": (
        {"bag-info.txt": b"Payload-Oxum: 1.1\nPayload-oxum: 1.1\n"}, {}, False, {"BAG-INFO-REPEATED"},
    ),
    "Oxum with zeros": ({"bag-info.txt": b"Payload-Oxum: 01.1\n"}, {}, False, {"BAG-OXUM"}),
    "Bag-Count twice": (
        {"bag-info.txt": b"Bag-Count: 1 of 2\nBag-Count: 1 of 3\n"}, {}, True, {"BAG-INFO-REPEATED"},
    ),
    "Contact-Name twice": ({"bag-info.txt": b"Contact-Name: a\nContact-Name: b\n"}, {}, True, set()),
    "blanks before the colon": ({"bag-info.txt": b"Note \t: a\n"}, {}, True, {"BAG-INFO"}),
    "blanks before the colon, before 1.0": ({"bag-info.txt": b"Note \t: a\n"}, {"version": "0.97"}, True, set()),
    "the info file of version 0.95": (
        {"package-info.txt": b"Payload-Oxum: 2.1\n"}, {"version": "0.95"}, False, {"BAG-OXUM"},
    ),
    "the info file of version 0.95 in 1.0": ({"package-info.txt": b"Payload-Oxum: 2.1\n"}, {}, True, set()),
    "a hole": (
        {"manifest-sha256.txt": MANIFEST + line(b"y", "data/b").encode(),
         "fetch.txt": b"https://x.test/b \t1  data/b\n"},
        {}, False, {"BAG-FETCH-NEEDED"},
    ),
    "a hole that is filled": ({"fetch.txt": b"https://x.test/a - data/a\n"}, {}, True, set()),
    "a hole of a relative address": ({"fetch.txt": b"b/a - data/a\n"}, {}, False, {"BAG-FETCH"}),
    "a hole in one manifest only": (
        {"manifest-sha256.txt": MANIFEST + line(b"y", "data/b").encode(),
         "manifest-sha512.txt": line(b"x", "data/a", "sha512").encode(), "fetch.txt": b"https://x.test/b 1 data/b\n"},
        {}, False, {"BAG-FETCH", "BAG-MISSING"},
    ),
    "a hole for a tag file": (
        {"fetch.txt": b"https://x.test/b 1 bag-info.txt\n"}, {}, False, {"BAG-FETCH"},
    ),
    "a hole of an escaped name": (
        {"manifest-sha256.txt": MANIFEST + line(b"y", "data/1%25 b").encode(),
         "fetch.txt": b"https://x.test/b 1 data/1%25 b\n"},
        {}, False, {"BAG-FETCH-NEEDED"},
    ),
    "an escaped percent sign": (
        {"data/100%": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/100%25").encode()}, {}, True, set(),
    ),
    "a percent sign as bagit-python leaves it": (
        {"data/100%25": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/100%25").encode()}, {}, True, set(),
    ),
    "both, escaped": (
        {"data/%": b"y", "data/%25": b"z",
         "manifest-sha256.txt": MANIFEST + (line(b"y", "data/%25") + line(b"z", "data/%2525")).encode()},
        {}, True, set(),
    ),
    "both, as bagit-python leaves them": (
        {"data/%": b"y", "data/%25": b"z",
         "manifest-sha256.txt": MANIFEST + (line(b"y", "data/%") + line(b"z", "data/%25")).encode()},
        {}, True, set(),
    ),
    "line ends in a name": (
        {"data/a\nb\r": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/a%0Ab%0d").encode()}, {}, True,
        set(),
    ),
    "an escape of another sign": (
        {"data/a b": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/a%20b").encode()}, {}, False,
        {"BAG-MISSING", "BAG-ORPHAN"},
    ),
    "blanks at both ends of a name": (
        {"data/ b ": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/ b ").encode()}, {}, True, set(),
    ),
    "composed on paper, decomposed on disk": (
        {"data/" + unicodedata.normalize("NFD", "ệ"): b"y", "manifest-sha256.txt": MANIFEST
         + line(b"y", "data/" + unicodedata.normalize("NFC", "ệ")).encode()},
        {}, True, {"BAG-NFD"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_corners_of_the_rfc(tmp_path: Path, name: str) -> None:
    files, options, conforms, codes = CASES[name]
    found = told(lay(tmp_path / "bag", {**BASE, **files}, **options))
    assert found == (conforms, codes)


def test_names_with_line_ends_are_read_as_values(tmp_path: Path) -> None:
    files = {"data/a\nb": b"y", "manifest-sha256.txt": MANIFEST + line(b"y", "data/a%0Ab").encode()}
    assert read_bag(lay(tmp_path / "bag", {**BASE, **files})).paths == ("data/a", "data/a\nb")


@pytest.mark.parametrize("size", [10, 400_000])
def test_a_file_that_fails_while_it_is_hashed_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "bag"
    write_bag(path, [Payload(name=str(number), source=b"x" * size) for number in range(4)], at=AT)
    real = FolderTree._open

    def failing(self: FolderTree, name: str) -> int:
        if name == "data/2":
            raise InvalidInput("cannot be read: Input/output error", path=name)
        return real(self, name)

    monkeypatch.setattr(FolderTree, "_open", failing)
    report = check_bag(path)
    assert report.conforms is False
    assert [(item.code, item.path) for item in report.findings] == [("ARC-PATH-UNREADABLE", "data/2")]


# --------------------------------------------------------------------------------------------------- with bagit-python

# what a file may be called on this disk and in both tools; bagit-python strips blanks and normalises the path
LETTERS = st.characters(
    codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"), exclude_characters="/\\:*\u2028\u2029"
)
NAME = st.text(LETTERS, min_size=1, max_size=20).map(lambda text: text.strip(". ~")).filter(bool)
PATH = st.lists(NAME, min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(PATH, st.binary(max_size=40), min_size=1, max_size=6)


def usable(files: Mapping[str, bytes]) -> bool:
    """Say whether no name is a folder of another, or the same to some system."""
    keys = [unicodedata.normalize("NFC", name).casefold() for name in files]
    folders = {key[:place] for key in keys for place, sign in enumerate(key) if sign == "/"}
    tidy = all(name == name.strip() and len(name.encode()) < 200 for name in files)
    # its own normalising of names makes bagit-python lose what is not composed
    return tidy and len(set(keys)) == len(keys) and not folders & set(keys)


@ONE_DIR
@given(files=FILES, algorithms=st.sets(st.sampled_from(["sha256", "sha512"]), min_size=1), link=st.booleans())
def test_bagit_python_reads_what_we_write(
    tmp_path: Path, files: dict[str, bytes], algorithms: set[str], link: bool
) -> None:
    bagit: Any = pytest.importorskip("bagit", reason="bagit-python is not installed")
    assume(usable(files))
    # it reads no escaped percent sign, though RFC 8493 section 2.1.3 wants it
    assume(not any("%" in name for name in files))
    shutil.rmtree(tmp_path, ignore_errors=True)
    tmp_path.mkdir()
    payloads = []
    for number, (name, data) in enumerate(files.items()):
        (tmp_path / str(number)).write_bytes(data)
        payloads.append(Payload(name=name, source=tmp_path / str(number)))
    ours = write_bag(tmp_path / "bag", payloads, at=AT, algorithms=sorted(algorithms), link=link)
    theirs = bagit.Bag(str(tmp_path / "bag"))
    theirs.validate(processes=1)
    assert sorted(path for path in theirs.entries if path.startswith("data")) == list(ours.paths)
    assert check_bag(tmp_path / "bag").conforms is True
    assert read_bag(tmp_path / "bag") == ours
    write_bag(tmp_path / "bag.zip", payloads, at=AT, algorithms=sorted(algorithms))
    assert read_bag(tmp_path / "bag.zip") == ours


@ONE_DIR
@given(
    files=FILES,
    breaks=st.booleans(),
    checksums=st.sets(st.sampled_from(["md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"]), min_size=1),
)
def test_we_read_what_bagit_python_writes(
    tmp_path: Path, files: dict[str, bytes], breaks: bool, checksums: set[str]
) -> None:
    bagit: Any = pytest.importorskip("bagit", reason="bagit-python is not installed")
    if breaks:
        files = {name.replace("e", "\n").replace("o", "\r"): data for name, data in files.items()}
    assume(usable(files))
    folder = tmp_path / "bag"
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    bagit.make_bag(str(folder), {"Contact-Name": "Trần Thị Mẫu"}, checksums=sorted(checksums))
    report = check_bag(folder)
    assert report.conforms is True, report.findings
    found = read_bag(folder)
    assert found.paths == tuple(sorted(f"data/{name}" for name in files))
    assert set(found.manifests) == checksums
    assert all(item.level is not Severity.ERROR for item in report.findings)


@ONE_DIR
@given(data=st.data(), files=FILES)
def test_both_refuse_the_same_damage(tmp_path: Path, data: st.DataObject, files: dict[str, bytes]) -> None:
    bagit: Any = pytest.importorskip("bagit", reason="bagit-python is not installed")
    assume(usable(files) and not any("%" in name for name in files))
    folder = tmp_path / "bag"
    shutil.rmtree(folder, ignore_errors=True)
    write_bag(folder, [Payload(name=name, source=content) for name, content in files.items()], at=AT)
    held = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "tagmanifest-sha512.txt")
    place = data.draw(st.sampled_from(held))
    content = place.read_bytes()
    if data.draw(st.booleans()):
        place.unlink()
    else:
        where = data.draw(st.integers(0, len(content)))
        place.write_bytes(content[:where] + b"!" + content[where:])
    assert check_bag(folder).conforms is False
    with pytest.raises((bagit.BagError, ValueError, LookupError)):  # of its own, and of Python where it is not careful
        bagit.Bag(str(folder)).validate(processes=1)


def test_percent_signs_of_every_kind_come_back(tmp_path: Path) -> None:
    names = ["100%", "100%25", "%0A", "%0a%0D", "%2525", "a%20b", "%"]
    bag = write_bag(tmp_path / "bag", [Payload(name=name, source=name.encode()) for name in names], at=AT)
    assert bag.paths == tuple(sorted(f"data/{name}" for name in names))
    assert read_bag(tmp_path / "bag") == bag
    assert told(tmp_path / "bag") == (True, set())
