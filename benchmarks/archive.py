"""Archive beside its peers: METS read, SIP written, package checked, memory; `--quick` for a smoke run.

Peers in the same run: a copy-and-hash loop, bagit-python with two processes, and, by `--peers FOLDER` (the `bin` of a
virtual environment), eark-validator and metsrw as outside programs (the latter is AGPL and never a dependency).
"""

from __future__ import annotations

import sys

sys.path.pop(0)  # this folder holds files named like modules that others import

import argparse
import hashlib
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from egov_vn.archive import (
    ArchivalFile,
    CheckOptions,
    Payload,
    Record,
    check_bag,
    check_package,
    write_bag,
    write_package,
)
from egov_vn.archive.mets import Division, FileGroup, Mets, MetsFile, read_mets
from egov_vn.archive.mets_write import write_mets

AT = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=7)))
METSRW = """
import sys, time, uuid, metsrw
made = [metsrw.FSEntry(path=f"objects/{n:05}.pdf", type="Item", file_uuid=str(uuid.UUID(int=n + 1)), checksum="0" * 64,
        checksumtype="SHA-256") for n in range(2000)]
document = metsrw.METSDocument()
document.append_file(metsrw.FSEntry(path="objects", type="Directory", children=made))
document.write(sys.argv[1])
start = time.perf_counter()
metsrw.METSDocument.fromfile(sys.argv[1])
print(time.perf_counter() - start)
"""
FIELDS: dict[str, Any] = {
    "maintenance": "05", "type_name": "14", "issued_date": "12/02/2026", "organ_name": "UBND phường Thử Nghiệm",
    "subject": "Báo cáo về việc thử nghiệm tốc độ đóng gói", "language": "01", "number_of_page": 2, "mode": "01",
    "confidence_level": "01", "process": True, "risk_recovery": False,
}  # fmt: skip


def best(work: Callable[[int], object], repeat: int, *, clean: Path | None = None) -> float:
    """Return the shortest of *repeat* runs, in seconds; what a run leaves at `clean` with its number is taken away."""
    times = []
    for number in range(repeat):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
        if clean is not None:
            shutil.rmtree(f"{clean}{number}")
    return min(times)


def in_turn(works: dict[str, Callable[[Path], object]], folder: Path, repeat: int) -> dict[str, float]:
    """Return the shortest time of each work, in seconds; they take turns, so that a busy moment hits them all."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeat):
        for name, work in works.items():
            target = folder / "turn"
            start = time.perf_counter()
            work(target)
            times[name].append(time.perf_counter() - start)
            shutil.rmtree(target, ignore_errors=True)
    return {name: min(taken) for name, taken in times.items()}


def row(what: str, ours: float, peer: str, theirs: float | None) -> None:
    ratio = f"{ours / theirs:6.2f}x" if theirs else "      -"
    shown = f"{theirs:8.3f} s" if theirs is not None else "  absent  "
    print(f"{what:<44} {ours:8.3f} s   {peer:<32} {shown}   {ratio}")


def pdf(number: int, size: int) -> bytes:
    """Return a PDF with a stream of *size* bytes, a cross-reference table and a trailer, as every program writes."""
    block = hashlib.sha256(str(number).encode()).digest() * (size // 32)
    parts = [
        b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n",
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n",
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >> endobj\n",
        b"4 0 obj << /Length %d >> stream\n%b\nendstream endobj\n" % (len(block), block),
    ]
    made, table = b"%PDF-1.4\n", b"xref\n0 5\n0000000000 65535 f \n"
    for part in parts:
        table += b"%010d 00000 n \n" % len(made)
        made += part
    return made + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)


def payload(folder: Path, count: int, size: int) -> list[Path]:
    folder.mkdir()
    paths = []
    for number in range(count):
        path = folder / f"{number:05}.pdf"
        path.write_bytes(pdf(number, size))
        paths.append(path)
    return paths


def file_of(paths: list[Path]) -> ArchivalFile:
    code = "H13.12.3.2026.01"
    records = [
        Record.of(Payload.at(path), doc_id=f"{code}.{n}", doc_code=f"{code}.{n:07}", **FIELDS)
        for n, path in enumerate(paths, 1)
    ]
    return ArchivalFile.of(
        records, file_code=code, title="Hồ sơ thử tốc độ", mode="01", number_of_paper=0, risk_recovery=False
    )


def copy_and_hash(paths: list[Path], target: Path) -> None:
    target.mkdir()
    for path in paths:
        state = hashlib.sha256()
        with path.open("rb") as source, (target / path.name).open("wb") as out:
            while chunk := source.read(1 << 20):
                state.update(chunk)
                out.write(chunk)
        state.hexdigest()


def mets_of(count: int) -> bytes:
    files = tuple(
        MetsFile(
            id=f"ID-{n}",
            href=f"data/{n:07}.pdf",
            size=1,
            checksum="0" * 64,
            created=AT.isoformat(),
            mimetype="application/pdf",
        )
        for n in range(count)
    )
    links = tuple(Division(id=f"d-{n}", label="MetadataLink/File", file_ids=(f"ID-{n}",)) for n in range(count))
    return write_mets(
        Mets(
            objid="rep1", type="Mixed", profile="x", created=AT.isoformat(), oais_type="SIP", file_section_id="f",
            groups=(FileGroup(id="g", use="Data", files=files),),
            structure=Division(id="t", label="rep1", children=links), structure_id="s",
        )
    )  # fmt: skip


def bench_mets(folder: Path, quick: bool, repeat: int, peers: Path | None) -> None:
    times = {}
    for count in (200, 2_000) if quick else (2_000, 20_000, 100_000):
        data = mets_of(count)
        times[count] = best(lambda _, data=data: read_mets(data), repeat)  # type: ignore[misc]
        row(f"read METS of {count:,} files", times[count], "", None)
    counts = sorted(times)
    growth = times[counts[-1]] / times[counts[0]] / (counts[-1] / counts[0])
    print(f"  time per file, {counts[-1]:,} files against {counts[0]:,}: {growth:.2f} (1 is linear)")
    if peers is not None and (peers / "python").exists():
        path = folder / "mets.xml"
        done = subprocess.run([peers / "python", "-c", METSRW, path], capture_output=True, text=True, check=False)
        theirs = float(done.stdout) if done.returncode == 0 else None
        if path.exists():
            row(
                "read metsrw's own METS of 2,000 files",
                best(lambda _: read_mets(path.read_bytes()), repeat),
                "metsrw",
                theirs,
            )


def bench_write(folder: Path, paths: list[Path], repeat: int) -> None:
    file = file_of(paths)

    def with_records(target: Path) -> None:
        copy_and_hash(paths, target)
        for path in paths:
            data = b"<simpledc>" + b"x" * 1000 + b"</simpledc>"
            (target / f"{path.stem}.xml").write_bytes(data)
            hashlib.sha256(data).hexdigest()

    times = in_turn(
        {
            "ours": lambda target: write_package(target, file, at=AT, agent="UBND"),
            "one": lambda target: write_package(target, file, at=AT, agent="UBND", workers=1),
            "linked": lambda target: write_package(target, file, at=AT, agent="UBND", link=True),
            "bare": lambda target: copy_and_hash(paths, target),
            "two": with_records,
        },
        folder,
        repeat,
    )
    row(f"write a SIP of {len(paths):,} documents", times["ours"], "copy and hash, no records", times["bare"])
    row("", times["ours"], "copy and hash, one XML beside each", times["two"])
    row("  by one thread", times["one"], "copy and hash, no records", times["bare"])
    row("  hard-linked", times["linked"], "", None)
    built = best(lambda _: file_of(paths), repeat)
    row("describe and check its records", built, "", None)


def bench_bag(folder: Path, paths: list[Path], what: str, repeat: int) -> None:
    """Write and check bags; bagit-python makes its own in place, so that its time is that of hashing alone."""
    payloads = [Payload.at(path) for path in paths]
    ours = folder / "our-bag"
    write_bag(ours, payloads, at=AT, algorithms=("sha256",))
    works: dict[str, Callable[[Path], object]] = {
        "check": lambda _: check_bag(ours, workers=2),
        "copy": lambda target: write_bag(target, payloads, at=AT, algorithms=("sha256",)),
        "link": lambda target: write_bag(target, payloads, at=AT, algorithms=("sha256",), link=True),
        "sha512": lambda target: write_bag(target, payloads, at=AT, link=True),
        "bare": lambda target: copy_and_hash(paths, target),
    }
    try:
        import bagit  # noqa: PLC0415
    except ModuleNotFoundError:
        pass
    else:
        works["validate"] = lambda _: bagit.Bag(str(ours)).validate(processes=2)
    times = in_turn(works, folder, repeat)
    row(f"check a bag of {what}", times["check"], "bagit validate, 2 processes", times.get("validate"))
    row("write it", times["copy"], "copy and hash", times["bare"])
    row("  hard-linked", times["link"], "bagit validate, 2 processes", times.get("validate"))
    row("  hard-linked, SHA-512", times["sha512"], "", None)
    shutil.rmtree(ours)


def bench_check(folder: Path, paths: list[Path], what: str, repeat: int, peers: Path | None) -> None:
    package = write_package(folder / "package", file_of(paths), at=AT, agent="UBND").path
    works: dict[str, Callable[[Path], object]] = {
        "ours": lambda _: check_package(package, options=CheckOptions(workers=2)),
        "only": lambda _: check_package(package, options=CheckOptions(workers=2, formats=False)),
        "one": lambda _: check_package(package, options=CheckOptions(workers=1)),
    }
    try:
        import bagit  # noqa: PLC0415
    except ModuleNotFoundError:
        pass
    else:
        bag = folder / "bag"
        shutil.copytree(paths[0].parent, bag)
        bagit.make_bag(str(bag), checksums=["sha256"], processes=2)
        works["bagit"] = lambda _: bagit.Bag(str(bag)).validate(processes=2)
    times = in_turn(works, folder, repeat)
    ours, theirs = times["ours"], times.get("bagit")
    row(f"check {what}: everything", ours, "bagit validate, 2 processes", theirs)
    row("  without looking into the files", times["only"], "bagit validate, 2 processes", theirs)
    row("  everything, in one process", times["one"], "bagit validate, 2 processes", theirs)
    if peers is not None and (peers / "eark-validator").exists():
        command = [str(peers / "eark-validator"), str(package)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        # without a network it fails at its import: that is no time to compare with
        found = (
            None
            if "Traceback" in done.stderr
            else best(lambda _: subprocess.run(command, capture_output=True, check=False), 1)
        )
        row("", ours, "eark-validator (root METS only)", found)


def bench_memory(folder: Path, size: int) -> None:
    program = f"""
import sys
from pathlib import Path
import runpy
made = runpy.run_path({str(Path(__file__))!r}, run_name="bench")
file_of, AT, write_package, check_package = (made[name] for name in ("file_of", "AT", "write_package", "check_package"))
big = Path(sys.argv[1])
package = write_package(Path(sys.argv[2]), file_of([big]), at=AT, agent="UBND", link=True)
assert check_package(package.path).conforms
# VmHWM, not ru_maxrss: Linux hands the parent's peak on to a child that it starts; the helper of the check is its child
own = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
import resource
print((own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
"""
    big = folder / "big.pdf"
    with big.open("wb") as out:
        out.write(b"%PDF-1.4\n")
        out.truncate(size)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, big, folder / "m"], capture_output=True, text=True, check=True
    )
    took = time.perf_counter() - start
    print(
        f"write (linked) and check {size / 1e9:.1f} GB: {took:.1f} s, peak {done.stdout.strip()} MiB in all processes"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--memory", type=float, default=10.0, help="gigabytes of the memory test")
    given = parser.parse_args()
    repeat = 2 if given.quick else 9
    with tempfile.TemporaryDirectory(dir=given.dir) as name:
        folder = Path(name)
        bench_mets(folder, given.quick, repeat, given.peers)
        small = payload(folder / "small", 100 if given.quick else 2_000, 50_000)
        bench_write(folder, small, repeat)
        bench_bag(folder, small, f"{len(small):,} x 50 KB", repeat)
        bench_check(folder, small, f"{len(small):,} x 50 KB", repeat, given.peers)
        (folder / "b").mkdir()
        big = payload(folder / "b" / "big", 2 if given.quick else 20, 50_000_000 if not given.quick else 1_000_000)
        bench_check(
            folder / "b",
            big,
            f"{len(big)} x {big[0].stat().st_size // 1_000_000} MB",
            2 if given.quick else 5,
            given.peers,
        )
        bench_bag(folder / "b", big, f"{len(big)} x {big[0].stat().st_size // 1_000_000} MB", 2 if given.quick else 3)
        bench_memory(folder, 100_000_000 if given.quick else int(given.memory * 1e9))
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
