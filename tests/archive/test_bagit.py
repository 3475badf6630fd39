"""Bags: bagit-python reads ours, we read theirs, and every damage is told under its own rule."""

from __future__ import annotations

import hashlib
import io
import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egov_vn.archive import Payload
from egov_vn.archive.bagit import check_bag, read_bag, write_bag
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

# bagit-python's own use of re.sub; gone when it says count= by name
pytestmark = pytest.mark.filterwarnings("ignore:'count' is passed as positional argument:DeprecationWarning")

AT = datetime(2026, 2, 12, 15, 0, tzinfo=VIETNAM)
FILES = {"giấy tiếp nhận.pdf": b"%PDF-1.7 one", "văn bản/chỉ thị.pdf": b"%PDF-1.7 two" * 9, "rỗng.txt": b""}


def payloads() -> list[Payload]:
    return [Payload(name=name, source=data) for name, data in FILES.items()]


def codes(path: Path, **options: Any) -> set[str]:
    return {item.code for item in check_bag(path, **options).findings}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Return a good bag with two manifests."""
    path = tmp_path / "bag"
    write_bag(
        path, payloads(), at=AT, info={"Source-Organization": "UBND phường Ví Dụ"}, algorithms=("sha256", "sha512")
    )
    return path


def test_a_bag_is_read_back_as_written(bag: Path) -> None:
    found = read_bag(bag)
    assert found.version == "1.0"
    assert dict(found.info)["Bagging-Date"] == "2026-02-12"
    assert dict(found.info)["Payload-Oxum"] == f"{sum(map(len, FILES.values()))}.3"
    assert found.paths == tuple(sorted(f"data/{name}" for name in FILES))
    assert set(found.manifests) == {"sha256", "sha512"}
    assert set(found.tag_manifests["sha512"]) == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
    }
    report = check_bag(bag)
    assert report.conforms is True
    assert report.findings == ()
    assert check_bag(bag, fixity=False).conforms is None


@pytest.mark.parametrize("algorithms", [("sha256",), ("sha512",), ("sha512", "sha256")])
def test_bagit_python_accepts_ours(tmp_path: Path, algorithms: tuple[str, ...]) -> None:
    bagit = pytest.importorskip("bagit", reason="bagit-python is not installed")
    (tmp_path / "in.bin").write_bytes(b"x" * 3_000_000)
    write_bag(
        tmp_path / "bag",
        [*payloads(), Payload.at(tmp_path / "in.bin")],
        at=AT,
        info=[("Contact-Name", "Trần Thị Mẫu"), ("Contact-Name", "Nguyễn Văn Thử")],
        algorithms=algorithms,
    )
    theirs = bagit.Bag(str(tmp_path / "bag"))
    theirs.validate()
    assert theirs.info["Contact-Name"] == ["Trần Thị Mẫu", "Nguyễn Văn Thử"]
    assert (tmp_path / "in.bin").exists()


def test_we_accept_those_of_bagit_python(tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit", reason="bagit-python is not installed")
    folder = tmp_path / "theirs"
    (folder / "sub").mkdir(parents=True)
    (folder / "một.txt").write_bytes(b"1")
    (folder / "sub" / "a%0Ab.txt").write_bytes(b"2")
    bagit.make_bag(str(folder), {"Contact-Name": "x " * 90}, checksums=["md5", "sha256"])
    report = check_bag(folder)
    assert report.conforms is True, report.findings
    assert {item.code for item in report.findings} <= {"BAG-ALGORITHM-WEAK"}
    assert dict(read_bag(folder).info)["Contact-Name"].split() == ["x"] * 90


def test_a_zip_holds_the_same_bag(tmp_path: Path) -> None:
    first = write_bag(tmp_path / "one.zip", payloads(), at=AT)
    write_bag(tmp_path / "again" / "one.zip", payloads(), at=AT)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "again" / "one.zip").read_bytes()
    assert read_bag(tmp_path / "one.zip") == first
    assert check_bag(tmp_path / "one.zip").conforms is True


def test_an_empty_bag_still_has_data(tmp_path: Path) -> None:
    write_bag(tmp_path / "bag", [], at=AT)
    assert check_bag(tmp_path / "bag").conforms is True


def rewrite(path: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a tag file and drop the tag manifests, so that only the change itself is at fault."""
    target = path / name
    target.write_text(change(target.read_text(encoding="utf-8")), encoding="utf-8")
    for manifest in path.glob("tagmanifest-*.txt"):
        manifest.unlink()


def flip(path: Path) -> None:
    target = path / "data" / "giấy tiếp nhận.pdf"
    data = bytearray(target.read_bytes())
    data[0] ^= 1
    target.write_bytes(data)


def without_manifests(path: Path) -> None:
    for manifest in path.glob("manifest-*"):
        manifest.unlink()


DAMAGES: list[tuple[str, Callable[[Path], Any], str]] = [
    ("a bit flips", flip, "BAG-CHECKSUM"),
    ("a file is missing", lambda p: (p / "data" / "rỗng.txt").unlink(), "BAG-MISSING"),
    ("a file is extra", lambda p: (p / "data" / "extra").write_bytes(b""), "BAG-ORPHAN"),
    ("a file grows", lambda p: (p / "data" / "rỗng.txt").write_bytes(b"x"), "BAG-OXUM"),
    ("a tag file changes", lambda p: (p / "bag-info.txt").write_text("X: y\n"), "BAG-CHECKSUM"),
    ("no declaration", lambda p: (p / "bagit.txt").unlink(), "BAG-DECLARATION"),
    ("odd declaration", lambda p: rewrite(p, "bagit.txt", lambda _: "BagIt\n"), "BAG-DECLARATION"),
    ("version unknown", lambda p: rewrite(p, "bagit.txt", lambda t: t.replace("1.0", "7.0")), "BAG-VERSION"),
    ("encoding unknown", lambda p: rewrite(p, "bagit.txt", lambda t: t.replace("UTF-8", "TCVN-X")), "BAG-ENCODING"),
    ("encoding wrong", lambda p: rewrite(p, "bagit.txt", lambda t: t.replace("UTF-8", "ASCII")), "BAG-ENCODING"),
    ("no data", lambda p: shutil.rmtree(p / "data"), "BAG-PAYLOAD-DIR"),
    ("no manifest", without_manifests, "BAG-NO-MANIFEST"),
    ("unknown hash", lambda p: (p / "manifest-crc32.txt").write_text("00 data/x\n"), "BAG-ALGORITHM"),
    ("weak hash", lambda p: (p / "manifest-md5.txt").write_text(""), "BAG-ALGORITHM-WEAK"),
    ("short hash", lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t[3:]), "BAG-MANIFEST-LINE"),
    (
        "old style",
        lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t.replace("  data", " *data")),
        "BAG-MANIFEST-STYLE",
    ),
    ("listed twice", lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t + t), "BAG-MANIFEST-TWICE"),
    (
        "path up",
        lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t.replace("data/", "data/../../")),
        "BAG-PATH-UNSAFE",
    ),
    ("home path", lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t.replace("data/", "~/")), "BAG-PATH-UNSAFE"),
    ("outside", lambda p: rewrite(p, "manifest-sha256.txt", lambda t: t.replace("data/", "more/")), "BAG-PATH-OUTSIDE"),
    (
        "tag manifest of payload",
        lambda p: (p / "tagmanifest-sha256.txt").write_text(f"{'0' * 64}  data/x\n"),
        "BAG-TAG-OF-TAG",
    ),
    ("info without colon", lambda p: rewrite(p, "bag-info.txt", lambda t: t + "nonsense\n"), "BAG-INFO"),
    ("fetch of nothing listed", lambda p: (p / "fetch.txt").write_text("http://x.test/a - data/zzz\n"), "BAG-FETCH"),
    ("fetch line broken", lambda p: (p / "fetch.txt").write_text("http://x.test/a\n"), "BAG-FETCH"),
    ("a link", lambda p: (p / "data" / "link").symlink_to("/etc/hostname"), "ARC-PATH-LINK"),
]


@pytest.mark.parametrize(("damage", "code"), [(d, c) for _, d, c in DAMAGES], ids=[name for name, _, _ in DAMAGES])
def test_each_damage_has_its_rule(bag: Path, damage: Callable[[Path], Any], code: str) -> None:
    damage(bag)
    report = check_bag(bag)
    assert code in {item.code for item in report.findings}
    if code not in ("BAG-ALGORITHM", "BAG-ALGORITHM-WEAK", "BAG-MANIFEST-STYLE", "BAG-INFO"):
        assert report.conforms is False


def test_a_file_that_must_be_fetched_is_told_and_not_fetched(bag: Path) -> None:
    (bag / "data" / "rỗng.txt").unlink()
    (bag / "fetch.txt").write_text("https://example.test/x 0 data/rỗng.txt\n", encoding="utf-8")
    assert "BAG-FETCH-NEEDED" in codes(bag)
    assert read_bag(bag).fetch == (("https://example.test/x", 0, "data/rỗng.txt"),)


def test_names_from_a_mac_are_found_and_told(bag: Path) -> None:
    old = bag / "data" / "rỗng.txt"
    old.rename(bag / "data" / unicodedata.normalize("NFD", "rỗng.txt"))
    report = check_bag(bag)
    assert report.conforms is True
    assert {item.code for item in report.findings} == {"BAG-NFD"}


def test_before_version_1_the_manifests_are_complete_together(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    write_bag(path, payloads(), at=AT, algorithms=("sha256", "sha512"))
    rewrite(path, "bagit.txt", lambda text: text.replace("1.0", "0.97"))
    rewrite(path, "manifest-sha256.txt", lambda text: text.splitlines()[0] + "\n")
    assert check_bag(path).conforms is True
    rewrite(path, "bagit.txt", lambda text: text.replace("0.97", "1.0"))
    assert codes(path) == {"BAG-ORPHAN"}


def test_folded_info_and_line_ends_of_windows_are_read(bag: Path) -> None:
    rewrite(bag, "bag-info.txt", lambda text: text + "Note: one\r\n  two\r\n")
    assert dict(read_bag(bag).info)["Note"] == "one two"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../b", "C:\\x", "a\\b", "", "a\nb", "."])
def test_an_unsafe_name_is_never_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        write_bag(tmp_path / "bag", [Payload(name=name, source=b"")], at=AT)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    missing = Payload.at(tmp_path / "missing")
    cases: list[dict[str, Any]] = [
        {"payloads": [*payloads(), missing]},
        {"payloads": [*payloads(), Payload(name="RỖNG.txt", source=b"")]},
        {"payloads": payloads(), "algorithms": ("md5",)},
        {"payloads": payloads(), "algorithms": ()},
        {"payloads": payloads(), "info": {"A:B": "c"}},
        {"payloads": payloads(), "info": {"A": "b\nc"}},
        {"payloads": payloads(), "info": {"payload-oxum": "1.1"}},
    ]
    for case in cases:
        for name in ("bag", "bag.zip"):
            with pytest.raises(InvalidInput):
                write_bag(
                    tmp_path / name, case["payloads"], at=AT, **{k: v for k, v in case.items() if k != "payloads"}
                )
    assert list(tmp_path.iterdir()) == []


def test_a_bag_is_never_overwritten(bag: Path) -> None:
    with pytest.raises(InvalidInput, match="exists"):
        write_bag(bag, payloads(), at=AT)
    assert check_bag(bag).conforms is True


def test_nothing_there_is_an_error_and_a_broken_zip_a_finding(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        check_bag(tmp_path / "nowhere")
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 not really")
    assert "ARC-ZIP-BROKEN" in codes(tmp_path / "bad.zip")
    with pytest.raises(InvalidInput):
        read_bag(tmp_path / "bad.zip")
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("bag/../../evil", b"x")
    (tmp_path / "evil.zip").write_bytes(raw.getvalue())
    assert "ARC-PATH-UNSAFE" in codes(tmp_path / "evil.zip")
    assert not (tmp_path.parent / "evil").exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(min_value=0, max_value=10_000), value=st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_the_payload_passes(tmp_path: Path, where: int, value: int) -> None:
    path = tmp_path / "bag"
    shutil.rmtree(path, ignore_errors=True)
    write_bag(path, payloads(), at=AT)
    target = path / "data" / "văn bản" / "chỉ thị.pdf"
    data = bytearray(target.read_bytes())
    data[where % len(data)] ^= value
    target.write_bytes(data)
    assert check_bag(path).conforms is False


def _bag_with(path: Path, **tags: bytes) -> Path:
    """Lay a bag with one file by hand; the names of tag files come with `_` for their dot and `__` for a hyphen."""
    (path / "data").mkdir(parents=True)
    (path / "data" / "a").write_bytes(b"x")
    for name, data in {
        "bagit_txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "manifest__sha256_txt": hashlib.sha256(b"x").hexdigest().encode() + b"  data/a\n",
        **tags,
    }.items():
        (path / name.replace("__", "-").replace("_", ".")).write_bytes(data)
    return path


NINES = b"9" * 5000
HOSTILE: dict[str, tuple[dict[str, bytes], str]] = {
    **{
        f"encoding {name}": (
            {
                "bagit_txt": f"BagIt-Version: 1.0\nTag-File-Character-Encoding: {name}\n".encode(),
                "manifest__sha256_txt": b"xn--a-" + b"zz9" * 100_000,
            },
            "BAG-ENCODING",
        )
        for name in ("punycode", "idna", "unicode_escape", "utf-7", "rot13", "undefined", "a\0b", "x" * 1000)
    },
    "a size of 5,000 digits": ({"fetch_txt": b"http://x.test/ " + NINES + b" data/a\n"}, "BAG-FETCH"),
    "a size in other digits": ({"fetch_txt": "http://x.test/ ١٢ data/a\n".encode()}, "BAG-FETCH"),
    "a version of 5,000 digits": (
        {"bagit_txt": b"BagIt-Version: " + NINES + b".0\nTag-File-Character-Encoding: UTF-8\n"},
        "BAG-DECLARATION",
    ),
    "an Oxum of 5,000 digits": ({"bag__info_txt": b"Payload-Oxum: " + NINES + b".1\n"}, "BAG-OXUM"),
    "a million empty lines": ({"manifest__sha256_txt": b"\n" * 10_000_000}, "BAG-ORPHAN"),
    "half a million bad lines": ({"manifest__sha256_txt": b"x\n" * 500_000}, "BAG-MANIFEST-LINE"),
    "a hundred thousand missing files": (
        {"manifest__sha256_txt": b"".join(b"%064x  data/%d\n" % (number, number) for number in range(100_000))},
        "BAG-MISSING",
    ),
    "a NUL in a path": ({"manifest__sha256_txt": b"0" * 64 + b"  data/a\0b\n"}, "BAG-PATH-UNSAFE"),
    "a lone surrogate": (
        {
            "bagit_txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n",
            "manifest__sha256_txt": b"\xff\xfe\x00\xd8",
        },
        "BAG-ENCODING",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tags_are_findings_and_take_no_time(tmp_path: Path, name: str) -> None:
    tags, code = HOSTILE[name]
    path = _bag_with(tmp_path / "bag", **tags)
    start = process_time()
    report = check_bag(path)
    assert process_time() - start < 8
    assert code in {item.code for item in report.findings}
    assert len(report.findings) < 700


def test_a_value_of_many_folded_lines_is_joined_in_linear_time(tmp_path: Path) -> None:
    path = _bag_with(tmp_path / "bag", bag__info_txt=b"Note: a\n" + b" b\n" * 300_000)
    start = process_time()
    ((label, value),) = read_bag(path).info
    assert process_time() - start < 4
    assert (label, len(value)) == ("Note", 600_001)


def test_line_numbers_count_every_kind_of_line_end(tmp_path: Path) -> None:
    path = _bag_with(tmp_path / "bag", bag__info_txt=b"A: 1\r\n\r\nB: 2\r\rC: 3\n\nwrong\n")
    (found,) = check_bag(path).findings
    assert (found.code, found.line_number) == ("BAG-INFO", 7)


def test_names_that_differ_in_composition_only_are_told_as_such(tmp_path: Path) -> None:
    path = _bag_with(tmp_path / "bag")
    for form in ("NFC", "NFD"):
        (path / "data" / unicodedata.normalize(form, "điều lệ")).write_bytes(form.encode())
    assert "BAG-NFD" in {item.code for item in check_bag(path).findings}


def test_a_zip_method_nobody_knows_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "bag.zip"
    write_bag(path, payloads(), at=AT)
    raw = bytearray(path.read_bytes())
    place = raw.find(b"PK\x01\x02")
    while place >= 0:
        raw[place + 10 : place + 12] = b"\x63\x00"
        place = raw.find(b"PK\x01\x02", place + 4)
    path.write_bytes(raw)
    report = check_bag(path)
    assert report.conforms is False
    assert "ARC-ZIP-BROKEN" in {item.code for item in report.findings}


@pytest.mark.parametrize(
    ("where", "names", "info"),
    [
        ("file/bag", ["a"], {}),
        ("file/bag.zip", ["a"], {}),
        ("n" * 300, ["a"], {}),
        ("a\0b", ["a"], {}),
        ("bag", ["a" * 300], {}),
        ("bag", ["a", "a/b"], {}),
        ("bag.zip", ["A", "a/b/c"], {}),
        ("bag.zip", ["a/b/c", "A"], {}),
        ("bag", ["a"], {"Note": "\udcff"}),
        ("bag", ["a"], {"Note": None}),
    ],
)
def test_what_the_disk_or_the_format_cannot_hold_is_our_error(
    tmp_path: Path, where: str, names: list[str], info: dict[str, Any]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InvalidInput):
        write_bag(tmp_path / where, [Payload(name=name, source=b"") for name in names], at=AT, info=info)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
