"""Bags beside bagit-python, and an evidence record over a million digests; `--quick` for a smoke run.

Both make and check the same SHA-256 manifests over the same files in the same run. bagit-python moves the payload into
the bag, so its work is measured with the copy that keeps the original, and without. An evidence record has no peer in
Python: beside it stands a plain loop of as many hashes as its tree needs.
"""

from __future__ import annotations

import sys

sys.path.pop(0)  # this folder holds files named like modules that others import

import argparse
import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from egov_vn.archive import Payload, check_bag, seal_objects, write_bag
from egov_vn.testing import TestAuthority

try:
    import bagit
except ImportError:
    bagit = None

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SHA256 = ("sha256",)


def best(work: Callable[[int], object], repeat: int) -> float:
    """Return the shortest of several runs in seconds: the least disturbed one."""
    times = []
    for number in range(repeat):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return min(times)


def row(what: str, ours: float, peer: str, theirs: float | None) -> None:
    ratio = f"{ours / theirs:6.2f}x" if theirs else "      -"
    shown = f"{theirs:8.3f} s" if theirs is not None else "  absent  "
    print(f"{what:<40} {ours:8.3f} s   {peer:<44} {shown}   {ratio}", flush=True)


def payload(folder: Path, count: int, size: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.pdf").write_bytes(hashlib.sha256(str(number).encode()).digest() * (size // 32))
    return folder


def copied_bag(source: Path, target: Path, processes: int) -> None:
    """Let bagit-python bag a copy of *source*."""
    shutil.copytree(source, target)
    bagit.make_bag(str(target), processes=processes, checksums=["sha256"])


def bags(work: Path, count: int, size: int, repeat: int) -> None:
    print(f"{count} x {size:,} bytes, sha256")
    source = payload(work / f"source{count}", count, size)
    payloads = [Payload.at(path) for path in sorted(source.iterdir())]
    copied = best(lambda n: write_bag(work / f"c{count}{n}", payloads, at=AT, algorithms=SHA256), repeat)
    linked = best(lambda n: write_bag(work / f"l{count}{n}", payloads, at=AT, algorithms=SHA256, link=True), repeat)
    mine = work / f"c{count}0"
    if bagit is None:
        row("write, copied", copied, "bagit-python", None)
        return
    for processes in (1, 2):
        theirs = best(lambda n, p=processes: copied_bag(source, work / f"t{count}{p}{n}", p), repeat)  # type: ignore[misc]
        row("write, copied", copied, f"bagit copytree + make_bag, {processes} process(es)", theirs)
        for number in range(repeat):
            shutil.copytree(source, work / f"m{count}{processes}{number}")
        moved = best(
            lambda n, p=processes: bagit.make_bag(str(work / f"m{count}{p}{n}"), processes=p, checksums=["sha256"]),  # type: ignore[misc]
            repeat,
        )
        row("write, hard-linked", linked, f"bagit make_bag in place, {processes} process(es)", moved)
    for workers in (1, 2):
        checked = best(lambda _, w=workers: sound(check_bag(mine, workers=w)), repeat)  # type: ignore[misc]
        theirs = best(lambda _, w=workers: bagit.Bag(str(mine)).validate(processes=w), repeat)  # type: ignore[misc]
        row(f"check, {workers} thread(s)", checked, f"bagit validate, {workers} process(es)", theirs)


def sound(report: Any) -> None:
    if report.conforms is not True:
        raise SystemExit(f"the bag is not sound: {report.findings[:3]}")


def evidence(count: int, repeat: int) -> None:
    stamper = TestAuthority(at=AT, key="p256").timestamper(AT)
    digests = [hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(count)]
    sealed = best(lambda _: seal_objects(digests, timestamper=stamper), repeat)
    floor = best(lambda _: [hashlib.sha256(one + one).digest() for one in digests], repeat)
    row(f"evidence: seal {count:,} digests", sealed, "as many hashes in a plain loop", floor)
    seal = seal_objects(digests, timestamper=stamper)
    some = digests[:: max(1, count // 1000)]
    each = best(lambda _: [seal.record(digest) for digest in some], repeat) / len(some)
    print(f"evidence: one record out of it {each * 1e6:12.0f} us, {len(seal.record(digests[0]).der):,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run")
    parser.add_argument("--dir", type=Path, default=None, help="where the work is done, e.g. a RAM disk")
    args = parser.parse_args()
    logging.disable(logging.WARNING)  # bagit-python tells of every file
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        repeat = 1 if args.quick else 3
        bags(Path(folder), 200 if args.quick else 2_000, 50_000, repeat)
        bags(Path(folder), 2 if args.quick else 20, 20_000_000, repeat)
    evidence(10_000 if args.quick else 1_000_000, repeat)


if __name__ == "__main__":
    main()
