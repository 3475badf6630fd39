"""Writing where it cannot be done: bad places, bad sources, full disks, killed writers. Nothing half is ever left."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import Any

import pytest

from egov_vn.archive import (
    ArchivalFile,
    Organisation,
    Payload,
    Record,
    Step,
    check_bag,
    check_package,
    open_package,
    to_aip,
    to_dip,
    write_bag,
    write_package,
)
from egov_vn.archive.intake import chunks_of, open_regular, pass_on, take
from egov_vn.archive.parallel import each
from egov_vn.archive.sink import FolderSink, Sink, ZipSink
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable

AT = datetime(2026, 3, 1, 9, 0, tzinfo=VIETNAM)
LARGE = 3_000_000
MakeFile = Callable[..., ArchivalFile]
MakeRecord = Callable[..., Record]
Write = Callable[[Path, Payload], Any]


@pytest.fixture(params=["folder", "zip", "linked", "bag", "bag.zip"])
def write(request: pytest.FixtureRequest, make_file: MakeFile, make_record: MakeRecord) -> Write:
    """Return each way of writing one payload beside nine good ones below a folder."""

    def package(target: Path, payload: Payload, **options: Any) -> None:
        records = [make_record(number) for number in range(1, 11)]
        records[4] = Record(description=records[4].description, payloads=(payload,))
        write_package(target, make_file(10).with_records(records), at=AT, agent="UBND", **options)

    def bag(target: Path, payload: Payload) -> None:
        others = [Payload(name=f"{number}.txt", source=b"x" * number) for number in range(9)]
        write_bag(target, [*others, payload], at=AT)

    return {
        "folder": package,
        "zip": lambda target, payload: package(target, payload, form="zip"),
        "linked": lambda target, payload: package(target, payload, link=True),
        "bag": lambda target, payload: bag(target / "bag", payload),
        "bag.zip": lambda target, payload: bag(target / "bag.zip", payload),
    }[request.param]


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# ---------------------------------------------------------------------------------------------------------- bad sources


class _Failing:
    def __init__(self, error: Exception | None = None, chunk: Any = b"abc") -> None:
        self.error, self.chunk = error, chunk

    def chunks(self) -> Iterator[Any]:
        yield self.chunk
        if self.error is not None:
            raise self.error


def bad_source(kind: str, folder: Path) -> Any:
    path = folder / f"{kind}.pdf"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        return Path("/dev/zero")
    elif kind == "a NUL":
        return Path("a\0b")
    elif kind == "a long name":
        return folder / ("n" * 300)
    elif kind == "below a file":
        path.write_bytes(b"")
        return path / "x.pdf"
    elif kind == "failing":
        return _Failing(OSError(5, "Input/output error"))
    elif kind == "no bytes":
        return _Failing(chunk="text")
    elif kind == "no source":
        return "text"
    return path


SOURCES = ("missing", "folder", "pipe", "loop", "device", "a NUL", "a long name", "below a file", "failing", "no bytes",
           "no source")  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_a_bad_source_is_one_sentence_with_its_path(tmp_path: Path, write: Write, kind: str) -> None:
    source = bad_source(kind, tmp_path)
    before = below(tmp_path)
    with pytest.raises(InvalidInput) as caught:
        write(tmp_path / "a" / "b", Payload(name="x.pdf", source=source))
    assert caught.value.path
    assert below(tmp_path) == before


def test_a_link_to_a_file_is_a_source(tmp_path: Path, write: Write) -> None:
    (tmp_path / "real.pdf").write_bytes(b"%PDF-1.7 real")
    (tmp_path / "x.pdf").symlink_to("real.pdf")
    write(tmp_path / "out", Payload.at(tmp_path / "x.pdf"))
    copies = [path for path in (tmp_path / "out").rglob("*.pdf") if path.read_bytes() == b"%PDF-1.7 real"]
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in copies)
    assert copies or list((tmp_path / "out").glob("*.zip"))


@pytest.mark.parametrize("size", [1000, LARGE])
@pytest.mark.parametrize("change", ["grows", "shrinks", "is rewritten"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, size: int, change: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * size)
    descriptor, status = open_regular(path)
    try:
        if change == "grows":
            with path.open("ab") as out:
                out.write(b"more")
        elif change == "shrinks":
            os.truncate(path, size - 1)
        else:
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
        taken: list[int] = []
        with pytest.raises(InvalidInput, match="changed while it was read"):
            take(descriptor, status, path, algorithms=("sha256",), to=lambda chunk: taken.append(len(chunk)))
        assert sum(taken) <= size
    finally:
        os.close(descriptor)


def test_a_source_that_grows_under_the_writer_leaves_nothing(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"x" * LARGE)
    real = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        if found.st_size == LARGE:
            with path.open("ab") as out:
                out.write(b"more")
        return found

    monkeypatch.setattr("egov_vn.archive.intake.os.fstat", growing)
    with pytest.raises(InvalidInput, match="changed while it was read"):
        write(tmp_path / "out", Payload.at(path))
    assert below(tmp_path) == ["x.pdf"]


def test_a_disk_that_fails_while_reading_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for size in (10, LARGE):
        path.write_bytes(b"x" * size)
        descriptor, status = open_regular(path)
        writable = os.open(tmp_path / "y", os.O_WRONLY | os.O_CREAT)
        os.dup2(writable, descriptor)  # a descriptor that cannot be read stands for the disk
        with pytest.raises(InvalidInput, match="cannot be read"):
            take(descriptor, status, path, algorithms=("sha256",))
        os.close(descriptor)
        os.close(writable)


def test_a_hard_link_that_cannot_be_made_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_file: MakeFile, make_record: MakeRecord
) -> None:
    path, other = tmp_path / "x.pdf", tmp_path / "other"
    path.write_bytes(b"%PDF-1.7 x")
    other.write_bytes(b"something else")
    record = Record(description=make_record(1).description, payloads=(Payload.at(path),))
    real = os.link
    for number, link in enumerate((_refuse, lambda _, place: real(other, place))):
        monkeypatch.setattr("egov_vn.archive.sink.os.link", link)
        packed = write_package(
            tmp_path / str(number), make_file(1).with_records([record]), at=AT, agent="UBND", link=True
        )
        copied = next(packed.path.glob("representations/rep1/data/*.pdf"))
        assert copied.read_bytes() == b"%PDF-1.7 x"
        assert copied.stat().st_nlink == 1


def _refuse(*_given: object) -> None:
    raise OSError(18, "Invalid cross-device link")


def overtaken(sink: Sink, other: Callable[[], object], *, fail: bool = False) -> None:
    """Write into *sink* while somebody else does something of their own."""
    with sink:
        sink.write("x", b"x")
        other()
        if fail:
            raise InvalidInput("x exists")


def test_a_zip_takes_its_name_on_a_disk_without_links_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.zip"
    with pytest.raises(InvalidInput, match="File exists"):
        overtaken(ZipSink(target, root="a", at=AT), lambda: target.write_bytes(b"of somebody who was quicker"))
    assert target.read_bytes() == b"of somebody who was quicker"
    target.unlink()
    monkeypatch.setattr("egov_vn.archive.sink.os.link", _refuse)
    with ZipSink(target, root="a", at=AT) as sink:
        sink.write("x", b"x")
    assert below(tmp_path) == ["a.zip"]


def test_a_folder_never_takes_the_name_of_another(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with pytest.raises(InvalidInput, match="cannot be written"):
        overtaken(FolderSink(target), lambda: (target / "theirs").mkdir(parents=True))
    assert below(tmp_path) == ["a", "a/theirs"]


def test_a_parent_that_somebody_uses_by_now_is_left_to_them(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a"
    with pytest.raises(InvalidInput, match="exists"):
        overtaken(FolderSink(target), lambda: (tmp_path / "new" / "theirs").write_bytes(b""), fail=True)
    assert below(tmp_path) == ["new", "new/theirs"]


# ----------------------------------------------------------------------------------------------------------- bad places


PLACES = ("file/x", "n" * 300, "a\0b", "\ud800", "loop/x", "/proc/no/such")


@pytest.mark.parametrize("place", PLACES)
def test_a_bad_place_is_one_sentence_with_its_path(tmp_path: Path, write: Write, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InvalidInput) as caught:
        write(tmp_path / place, Payload(name="x.pdf", source=b"x"))
    assert caught.value.path
    assert below(tmp_path) == ["file", "loop"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path, write: Write) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with pytest.raises(InvalidInput, match="Permission denied"):
        write(closed, Payload(name="x.pdf", source=b"x"))


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import AGENCY, AT, file_of, record_of
from egov_vn.archive import Payload, Record, write_bag, write_package
from egov_vn.errors import InvalidInput, Unavailable

folder, source = Path(sys.argv[1]), Path(sys.argv[3])
file = file_of(1).with_records([Record(description=record_of(1).description, payloads=(Payload.at(source),))])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
for write in (
    lambda: write_package(folder / "a", file, at=AT, agent=AGENCY),
    lambda: write_package(folder / "b", file, at=AT, agent=AGENCY, form="zip"),
    lambda: write_bag(folder / "c", [Payload.at(source)], at=AT),
    lambda: write_bag(folder / "d.zip", [Payload.at(source)], at=AT),
):
    try:
        write()
    except InvalidInput as error:
        print(error.path, error.message)
"""


def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path) -> None:
    source, folder = tmp_path / "x.pdf", tmp_path / "out"
    source.write_bytes(b"%PDF-1.7" + bytes(LARGE))
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(folder), str(Path(__file__).parent), str(source)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 4, done
    assert all("cannot be written: File too large" in line and line.startswith(str(folder)) for line in lines)
    assert below(folder) == []


def test_names_that_no_disk_can_hold_are_refused_in_every_form(
    tmp_path: Path, make_file: MakeFile, make_record: MakeRecord
) -> None:
    name = "x." + "ệ" * 100
    record = Record(description=make_record(1).description, payloads=(Payload(name=name, source=b"x"),))
    for form in ("folder", "zip"):
        with pytest.raises(InvalidInput, match="longer than 255 bytes"):
            write_package(tmp_path / "a", make_file(1).with_records([record]), at=AT, agent="UBND", form=form)
    for target in ("bag", "bag.zip"):
        with pytest.raises(InvalidInput, match="longer than 255 bytes"):
            write_bag(tmp_path / target, [Payload(name=f"a/{name}", source=b"x")], at=AT)
    assert below(tmp_path) == []


@pytest.mark.parametrize("name", ["a\\b.zip", "C:x.zip", "..zip"])
def test_a_zip_whose_name_cannot_name_its_folder_is_no_bag(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name the folder") as caught:
        write_bag(tmp_path / name, [], at=AT)
    assert caught.value.path == str(tmp_path / name)
    assert below(tmp_path) == []


# ------------------------------------------------------------------------------------------------- what XML cannot hold


def test_what_xml_cannot_hold_is_refused_with_its_place(
    tmp_path: Path, make_file: MakeFile, make_record: MakeRecord
) -> None:
    file, described = make_file(1), make_record(1).description
    named = Record(description=described, payloads=(Payload(name="a\x01.pdf", source=b"x"),))
    surrogate = Record(description=described, payloads=(Payload(name="a\udce1.pdf", source=b"x"),))
    two_lines = Record(description=described, linked="a\nb")
    notes = ArchivalFile(
        description=file.description, records=file.records, documentation=(Payload(name="\x02", source=b""),)
    )
    cases: list[tuple[str, ArchivalFile, dict[str, Any]]] = [
        ("records[0].payloads[0].name", file.with_records([named]), {}),
        ("records[0].payloads[0].name", file.with_records([surrogate]), {}),
        ("records[0].linked", file.with_records([two_lines]), {}),
        ("documentation[0].name", notes, {}),
        ("agent.name", file, {"agent": "UBND\x00"}),
        ("agent.code", file, {"agent": Organisation(name="UBND", code="\ufffe")}),
        ("agreement", file, {"agreement": "\x0b"}),
        ("status", file, {"status": "\ud800"}),
        ("objid", file, {"objid": "a\ud800"}),
        ("steps[0].detail", file, {"steps": [Step(at=AT, key="checked", detail="\x07")]}),
        ("steps.at", file, {"steps": [Step(at=AT, key="checked"), Step(at=AT.replace(tzinfo=None), key="checked")]}),
        ("premis_form", file, {"premis_form": "print"}),
        ("at", file, {"at": datetime.max.replace(tzinfo=AT.tzinfo), "form": "zip"}),
    ]
    for path, given, options in cases:
        with pytest.raises(InvalidInput) as caught:
            write_package(tmp_path / "a", given, **{"at": AT, "agent": "UBND", **options})
        assert caught.value.path == path
    assert below(tmp_path) == []


def test_markup_in_every_text_comes_back_as_it_was(
    tmp_path: Path, make_file: MakeFile, make_record: MakeRecord
) -> None:
    text = "a & b <c> \"d\" 'e' ]]> ệ"
    record = Record(
        description=make_record(1).description.replace(subject=text),
        payloads=(Payload(name=f"{text}.pdf", source=b"%PDF-1.7 x%%EOF"),),
    )
    step = Step(at=AT, key="checked", agent=text, outcome=text, detail=text)
    packed = write_package(
        tmp_path, make_file(1, title=text).with_records([record]), at=AT, agent=Organisation(name=text, code=text),
        agreement=text, steps=[step],
    )  # fmt: skip
    assert check_package(packed.path).conforms
    held = open_package(packed.path)
    assert held.file.title == held.file.records[0].description["subject"] == text
    assert held.file.records[0].payloads[0].name == f"{text}.pdf"
    assert (held.steps[0].agent, held.steps[0].outcome, held.steps[0].detail) == (text, text, text)


# -------------------------------------------------------------------------------------------------------------- threads


def test_the_number_of_threads_changes_no_byte(tmp_path: Path, make_file: MakeFile) -> None:
    file = make_file(60)
    held = []
    for workers in (1, 2, 5):
        packed = write_package(tmp_path / str(workers), file, at=AT, agent="UBND", workers=workers)
        held.append({name: (packed.path / name).read_bytes() for name in below(packed.path) if "." in name[-5:]})
        write_bag(tmp_path / f"bag{workers}", [p for r in file.records for p in r.payloads], at=AT, workers=workers)
        held[-1]["bag"] = (tmp_path / f"bag{workers}" / "tagmanifest-sha512.txt").read_bytes()
    assert held[0] == held[1] == held[2]


def test_each_keeps_the_order_and_raises_the_first_error() -> None:
    def work(number: int) -> int:
        if number % 7 == 3:
            time.sleep(0.02 if number == 3 else 0)
            raise InvalidInput(str(number))
        return number * 2

    assert each(work, [1, 2], workers=4) == [2, 4]
    assert each(lambda number: number * 2, range(100), workers=3) == list(range(0, 200, 2))
    for workers in (1, 2, 4):
        with pytest.raises(InvalidInput, match=r"^3$"):
            each(work, range(100), workers=workers)


def test_each_waits_for_its_threads_when_it_is_interrupted() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        each(work, range(40), workers=2)
    count = len(done)
    assert count < 39
    time.sleep(0.1)
    assert len(done) == count


def test_a_wait_that_is_interrupted_still_waits_for_who_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(Thread):
        interrupted = False

        def join(self, timeout: float | None = None) -> None:
            if not Impatient.interrupted:
                Impatient.interrupted = True
                raise KeyboardInterrupt
            super().join(timeout)

    monkeypatch.setattr("egov_vn.archive.parallel.Thread", Impatient)
    busy: list[int] = []

    def work(number: int) -> None:
        if current_thread() is not main_thread():
            time.sleep(0.1)
            busy.append(number)

    with pytest.raises(KeyboardInterrupt):
        each(work, range(40), workers=2)
    assert busy


def test_bytes_of_any_kind_are_passed_on() -> None:
    source = _Failing(chunk=memoryview(b"abc"))
    written = pass_on(chunks_of(Payload(name="x", source=source)), algorithms=("sha256", "sha512"))
    assert written.size == 3
    assert [len(value) for value in written.hashes] == [64, 128]


# ------------------------------------------------------------------------------------------------------- SIP, AIP, DIP


def test_taking_over_into_a_bad_place_leaves_nothing(tmp_path: Path, make_file: MakeFile) -> None:
    sip = write_package(tmp_path / "sip", make_file(2), at=AT, agent="UBND").path
    archive = Organisation(name="Lưu trữ", code="LT")
    aip = to_aip(sip, tmp_path / "aip", archive=archive, at=AT, approved_by="Trần Thị Thử").package.path
    (tmp_path / "file").write_bytes(b"")
    before = below(tmp_path)
    for place in ("file/x", "n" * 300, "a\0b"):
        with pytest.raises(InvalidInput) as caught:
            to_aip(sip, tmp_path / place, archive=archive, at=AT, approved_by="Trần Thị Thử")
        assert caught.value.path
        with pytest.raises(InvalidInput) as caught:
            to_dip(aip, tmp_path / place, request=REQUEST, archive=archive, at=AT)
        assert caught.value.path
    for name in ("file", "nothing", "n" * 300, "a\0b", "\ud800"):
        with pytest.raises(InvalidInput) as caught:
            to_dip(tmp_path / name, tmp_path / "out", request=REQUEST, archive=archive, at=AT)
        assert caught.value.path
        with pytest.raises(InvalidInput):
            to_aip(tmp_path / name, tmp_path / "out", archive=archive, at=AT, approved_by="Trần Thị Thử")
    assert below(tmp_path) == before


def test_bytes_that_are_not_those_promised_are_not_written(tmp_path: Path, write: Write) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 x%%EOF")
    true = hashlib.sha256(b"%PDF-1.7 x%%EOF").hexdigest()
    for source in (tmp_path / "x.pdf", b"%PDF-1.7 x%%EOF", _Failing(chunk=b"%PDF-1.7 x%%EOF")):
        with pytest.raises(InvalidInput, match=f"has the SHA-256 {true}, not {'0' * 64}"):
            write(tmp_path / "out", Payload(name="x.pdf", source=source, sha256="0" * 64))
        assert below(tmp_path) == ["x.pdf"]
    write(tmp_path / "out", Payload(name="x.pdf", source=tmp_path / "x.pdf", sha256=true.upper()))
    bag = tmp_path / "out" / "bag"
    assert not bag.exists() or [path.name for path in bag.glob("manifest-*")] == ["manifest-sha512.txt"]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_sip_that_changed_after_its_check_is_not_taken_over(tmp_path: Path, make_file: MakeFile, form: str) -> None:
    sip = write_package(tmp_path / "sip", make_file(2), at=AT, agent="UBND", form=form).path
    report = check_package(sip)
    if form == "folder":
        place = next(sip.glob("representations/rep1/data/*.pdf"))
        place.write_bytes(place.read_bytes()[:-1] + b"!")
    else:
        sip.write_bytes(sip.read_bytes().replace(b"/Catalog", b"/catalog"))
    for link in (False, True):
        with pytest.raises(InvalidInput, match=r"has the SHA-256|cannot be read from the ZIP"):
            to_aip(
                sip, tmp_path / "aip", archive=Organisation(name="Lưu trữ", code="LT"), at=AT,
                approved_by="Trần Thị Thử", report=report, link=link,
            )  # fmt: skip
    assert not (tmp_path / "aip").exists()


def test_a_package_that_was_opened_is_let_go(tmp_path: Path, make_file: MakeFile) -> None:
    path = write_package(tmp_path, make_file(1), at=AT, agent="UBND", form="zip").path
    with open_package(path) as held:
        source: Any = held.file.records[0].payloads[0].source
        assert b"".join(source.chunks()).startswith(b"%PDF")
        assert held.file.records[0].payloads[0].sha256
    with pytest.raises(InvalidInput, match="cannot be read"):
        list(source.chunks())


REQUEST = {
    "requestID": "YC-1", "requestDate": "01/04/2026", "purpose": "01", "purposeContent": "Tra cứu",
    "feeObjectType": "01", "researchTopic": "Lịch sử",
}  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- killed


KILLED = """
import json, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import AGENCY, AT, file_of, record_of
from egov_vn.archive import Payload, Record, check_bag, check_package, write_bag, write_package

folder, what = Path(sys.argv[1]), sys.argv[3]
source = folder / ".big.pdf"
source.write_bytes(b"%PDF-1.4\\n" + bytes(300_000) + b"\\n%%EOF\\n")
records = [Record(description=record_of(n).description, payloads=(Payload.at(source),)) for n in range(1, 18)]
file = file_of(17).with_records(records)
payloads = [Payload(name=f"{n}/x.pdf", source=source) for n in range(17)]
target = folder / {"folder": "", "zip": "goi.zip", "bag": "tui", "bag.zip": "tui.zip"}[what]
check = check_bag if what.startswith("bag") else check_package

def write():
    if what.startswith("bag"):
        write_bag(target, payloads, at=AT)
    else:
        write_package(target, file, at=AT, agent=AGENCY)

def killed_before(step):
    left = [step]

    def count(event, arguments):
        # Python tells its audit hooks of each call that makes, names or takes away a file
        if event in ("open", "os.mkdir", "os.link", "os.rename", "os.remove") and str(folder) in str(arguments):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    write()
    os._exit(0)

kills, finished, broken = 0, None, []
while finished is None and kills < 1000:
    child = os.fork()
    if child == 0:
        killed_before(kills)
    status = os.waitpid(child, 0)[1]
    for path in folder.iterdir():
        if not path.name.startswith("."):
            finished = os.WIFEXITED(status) and os.WEXITSTATUS(status)
            if check(path).conforms is not True:
                broken.append(str(path))
    kills += 1
print(json.dumps({"kills": kills, "finished": finished, "broken": broken,
                  "left": sum(path.name.endswith(".part") for path in folder.iterdir())}))
"""
"""Kills the writer before the first step of its writing, the second, and so on, until it takes its name."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("what", ["folder", "zip", "bag", "bag.zip"])
def test_a_writer_killed_at_any_step_leaves_no_half_package_and_stops_nobody(tmp_path: Path, what: str) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent), what]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stdout)
    assert told["broken"] == []
    assert told["finished"] is not None
    assert told["kills"] > (17 if "zip" in what else 40)
    # what the killed ones left lay beside every later writer, and stopped none of them
    assert told["left"] >= (2 if "zip" in what else 20)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big.pdf"
    with path.open("wb") as out:
        out.truncate(200_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bag = write_bag(tmp_path / "bag", [Payload.at(path)], at=AT, algorithms=("sha256",), link=True)
    assert bag.paths == ("data/big.pdf",)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


# ------------------------------------------------------------------------------------------------------------ processes


def doubled(number: int) -> int:
    """Double; some numbers fail, the first of them late."""
    if number in (333, 700):
        time.sleep(0.05 if number == 333 else 0)
        raise InvalidInput(str(number), path="items")
    return number * 2


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes share the work also in a test run of several threads."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    monkeypatch.setattr("egov_vn.archive.parallel.may_fork", lambda: True)


@pytest.mark.usefixtures("forks")
def test_processes_keep_the_order_and_raise_the_first_error() -> None:
    assert each(lambda number: (number, os.getpid()), range(400), workers=1, apart=True)[-1] == (399, os.getpid())

    def who(number: int) -> tuple[int, int]:
        time.sleep(0.001)
        return number, os.getpid()

    made = each(who, range(1000), workers=3, apart=True)
    assert [number for number, _ in made] == list(range(1000))
    assert len({process for _, process in made}) > 1
    for _ in range(3):
        with pytest.raises(InvalidInput, match="items: 333"):
            each(doubled, range(1000), workers=3, apart=True)


@pytest.mark.usefixtures("forks")
def test_a_process_that_is_ended_from_outside_is_told() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        time.sleep(0.0005)
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(Unavailable, match="ended from outside"):
        each(work, range(2000), workers=2, apart=True)


@pytest.mark.usefixtures("forks")
def test_processes_write_the_same_bytes_and_leave_nothing_after_a_failure(
    tmp_path: Path, make_record: MakeRecord, make_file: MakeFile
) -> None:
    source = tmp_path / "x.pdf"
    source.write_bytes(b"%PDF-1.7 x%%EOF")
    one = make_record(1)
    records = [
        Record(
            description=one.description.replace(docCode=f"{one.code[:-7]}{number:07}", docId=f"x.{number}"),
            payloads=(Payload.at(source),),
        )
        for number in range(1, 451)
    ]
    file = make_file(1).with_records(records)
    digests = {
        write_package(tmp_path / f"p{workers}", file, at=AT, agent="UBND", workers=workers).digest
        for workers in (1, 2, 3)
    }
    assert len(digests) == 1
    payloads = [Payload(name=f"{number % 7}/{number}", source=source) for number in range(450)]
    bags = [write_bag(tmp_path / f"b{n}", payloads, at=AT, workers=n, link=n == 3) for n in (1, 2, 3)]
    assert bags[0] == bags[1] == bags[2]
    assert check_bag(tmp_path / "b2").conforms is True
    (tmp_path / "b2" / "data" / "1" / "8").unlink()
    (tmp_path / "b2" / "data" / "1" / "8").write_bytes(b"%PDF-1.7 y%%EOF")
    assert [(item.code, item.path) for item in check_bag(tmp_path / "b2").findings] == [("BAG-CHECKSUM", "data/1/8")]
    records[440] = Record(description=records[440].description, payloads=(Payload.at(tmp_path / "none"),))
    before = below(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read") as caught:
        write_package(tmp_path / "bad", file.with_records(records), at=AT, agent="UBND")
    assert caught.value.path == str(tmp_path / "none")
    with pytest.raises(InvalidInput, match="cannot be read"):
        write_bag(tmp_path / "bad", [*payloads, Payload.at(tmp_path / "none")], at=AT)
    assert below(tmp_path) == before


ORPHANED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import AT
from egov_vn.archive import Payload, write_bag

folder = Path(sys.argv[1])
source = folder / ".x"
source.write_bytes(bytes(100_000))
payloads = [Payload(name=str(number), source=source) for number in range(5000)]
print("ready", flush=True)
write_bag(folder / "bag", payloads, at=AT)
"""


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.25])
def test_the_helper_of_a_killed_writer_ends_too_and_names_nothing(tmp_path: Path, delay: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ORPHANED, str(tmp_path), str(Path(__file__).parent)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(delay)
    process.kill()
    process.wait()
    process.stdout.close()
    counts = []
    for _ in range(40):  # at the end of the piece that it has in hand it sees that it is alone
        counts.append(len(below(tmp_path)))
        if counts[-3:] == counts[-1:] * 3:
            break
        time.sleep(0.25)
    assert counts[-3:] == counts[-1:] * 3
    bag = tmp_path / "bag"
    assert not bag.exists() or check_bag(bag).conforms  # a fast machine may have been done
