"""ZIP files that a stranger hands over: whatever is in them, the answer is a report, soon, and with little memory."""

from __future__ import annotations

import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from egov_vn.archive import Package, Payload, check_bag, check_package, open_package, read_bag, write_bag
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

Write = Callable[..., Package]
Entries = list[tuple[str, bytes]]
AT = datetime(2026, 3, 1, 9, tzinfo=VIETNAM)


@pytest.fixture(name="entries")
def entries_fixture(write: Write) -> Entries:
    """Return the names and bytes of a good package."""
    with zipfile.ZipFile(write(form="zip").path) as held:
        return [(name, held.read(name)) for name in held.namelist()]


def pack(path: Path, entries: Entries, *, method: int = zipfile.ZIP_STORED, before: bytes = b"") -> Path:
    with path.open("wb") as stream:
        stream.write(before)
        with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as made:
            warnings.simplefilter("ignore")  # zipfile remarks on names that stand twice
            for name, data in entries:
                made.writestr(name, data)
    return path


def errors(path: Path) -> set[str]:
    return {item.code for item in check_package(path).errors}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_packed_in_any_way_that_is_read_it_passes(tmp_path: Path, entries: Entries, method: int) -> None:
    assert check_package(pack(tmp_path / "a.zip", entries, method=method)).conforms


def test_what_hides_from_the_list_of_files_is_told(tmp_path: Path, entries: Entries) -> None:
    root = entries[0][0].partition("/")[0]
    folder = (f"{root}/representations/rep1/data/an/", b"hidden")
    assert "ARC-ZIP-BROKEN" in errors(pack(tmp_path / "folder.zip", [*entries, folder]))
    assert "ARC-ZIP-BROKEN" in errors(pack(tmp_path / "before.zip", entries, before=b"MZ" + bytes(100)))


def test_an_entry_that_asks_for_four_gigabytes_is_not_expanded(tmp_path: Path, entries: Entries) -> None:
    data = bytearray(pack(tmp_path / "a.zip", entries, method=zipfile.ZIP_LZMA).read_bytes())
    place = -1
    while (place := data.find(b"\x09\x04\x05\x00", place + 1)) >= 0:  # the header of an LZMA stream: its dictionary
        data[place + 5 : place + 9] = b"\xff\xff\xff\xff"
    hostile = tmp_path / "b.zip"
    hostile.write_bytes(data)
    assert "ARC-ZIP-BROKEN" in errors(hostile)
    with pytest.raises(InvalidInput):
        open_package(hostile)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_damage_makes_the_check_or_the_reader_fail(tmp_path: Path, entries: Entries, method: int) -> None:
    good = pack(tmp_path / "good.zip", entries, method=method).read_bytes()
    chance, path = random.Random(method), tmp_path / "bad.zip"  # the same damage each time
    for _ in range(40):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 1, 2, 5))):
            bad[chance.randrange(len(bad))] = chance.choice((0, 255, chance.randrange(256)))
        path.write_bytes(bad[: chance.randrange(len(bad))] if chance.random() < 0.1 else bad)
        check_package(path)
        try:
            open_package(path)
        except InvalidInput:
            continue


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (8, struct.pack("<H", 1)),  # encrypted
        (10, struct.pack("<H", 99)),  # an unknown method
        (10, struct.pack("<H", 14)),  # another method than the entry's own
        (24, b"\xff\xff\xff\xff"),  # a size that ZIP64 would tell
        (24, struct.pack("<I", 10)),  # shorter than it is
        (42, struct.pack("<I", 5)),  # another place
        (46, b"\xff\xfe"),  # a name that is no UTF-8
    ],
)
def test_a_directory_that_lies_is_told(tmp_path: Path, entries: Entries, offset: int, value: bytes) -> None:
    data = bytearray(pack(tmp_path / "a.zip", entries).read_bytes())
    place = data.find(b"PK\x01\x02") + offset
    data[place : place + len(value)] = value
    hostile = tmp_path / "b.zip"
    hostile.write_bytes(data)
    assert check_package(hostile).conforms is False


def test_entries_that_lie_over_each_other_are_told(tmp_path: Path, entries: Entries) -> None:
    """A hundred names for the same bytes: each alone is modest, together they are more than the file holds."""
    root = entries[0][0].partition("/")[0]
    whole = pack(
        tmp_path / "a.zip",
        [*entries, (f"{root}/representations/rep1/data/000.pdf", random.Random(1).randbytes(90_000))],
    )
    data = whole.read_bytes()
    end = data.rfind(b"PK\x05\x06")
    last = data.rfind(b"PK\x01\x02", 0, end)
    entry, count = data[last:end], struct.unpack_from("<H", data, end + 10)[0]
    many = b"".join(entry.replace(b"/000.pdf", b"/%03d.pdf" % number) for number in range(1, 101))
    size = struct.unpack_from("<I", data, end + 12)[0] + len(many)
    tail = data[end : end + 8] + struct.pack("<HHI", count + 100, count + 100, size) + data[end + 16 :]
    hostile = tmp_path / "b.zip"
    hostile.write_bytes(data[:end] + many + tail)
    assert "ARC-ZIP-BOMB" in errors(hostile)


def test_a_percent_sign_in_a_bag_is_one_percent_sign(tmp_path: Path) -> None:
    """RFC 8493 section 2.1.3: since version 1.0 a percent sign is written %25."""
    names = ["a%.txt", "a%25.txt", "a%2525.txt"]
    write_bag(tmp_path / "bag", [Payload(name=name, source=name.encode()) for name in names], at=AT)
    assert check_bag(tmp_path / "bag").findings == ()
    assert read_bag(tmp_path / "bag").paths == tuple(sorted(f"data/{name}" for name in names))
    (tmp_path / "bag/data/a%25.txt").write_bytes(b"khac")
    assert {item.path for item in check_bag(tmp_path / "bag").errors if item.code == "BAG-CHECKSUM"} == {
        "data/a%25.txt"
    }
