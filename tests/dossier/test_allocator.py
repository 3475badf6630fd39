"""The allocator: no number twice, no gap unexplained, whatever dies."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import CodeAllocator, CodeStatus, DossierCode, SqliteAllocator
from egov_vn.errors import InvalidInput, Unavailable

AGENCY = "000.00.00.H13"
AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
DAY = date(2026, 2, 12)


@pytest.fixture
def allocator(tmp_path: Path) -> SqliteAllocator:
    return SqliteAllocator(tmp_path / "codes.db")


def test_it_keeps_the_promise(allocator: SqliteAllocator) -> None:
    assert isinstance(allocator, CodeAllocator)
    codes = [allocator.allocate(AGENCY, AT + timedelta(seconds=n)) for n in range(3)]
    assert [str(code) for code in codes] == [f"000.00.00.H13-260212-000{n}" for n in (1, 2, 3)]
    assert allocator.last(AGENCY, DAY) == 3
    assert allocator.last(AGENCY, date(2026, 2, 13)) == 0
    assert [gap.status for gap in allocator.gaps(AGENCY, DAY)] == [CodeStatus.RESERVED] * 3
    for code in codes:
        allocator.confirm(code, str(code))
    assert allocator.gaps(AGENCY, DAY) == ()


def test_each_agency_and_each_vietnamese_day_begins_at_one(allocator: SqliteAllocator) -> None:
    assert allocator.allocate("H13.12", AT).ordinal == 1
    assert allocator.allocate(AGENCY, AT).ordinal == 1
    assert allocator.allocate(AGENCY, AT + timedelta(hours=14, minutes=59)).ordinal == 2
    assert str(allocator.allocate(AGENCY, AT + timedelta(hours=15))) == "000.00.00.H13-260213-0001"


def test_a_number_given_up_is_never_given_again(allocator: SqliteAllocator) -> None:
    first = allocator.allocate(AGENCY, AT)
    allocator.void(first, "máy in hỏng")
    assert allocator.allocate(AGENCY, AT).ordinal == 2
    gap = allocator.gaps(AGENCY, DAY)[0]
    assert (gap.code, gap.status, gap.reason) == (first, CodeStatus.VOID, "máy in hỏng")
    with pytest.raises(InvalidInput):
        allocator.void(first, "lại")
    with pytest.raises(InvalidInput):
        allocator.confirm(first, "x")
    with pytest.raises(InvalidInput):
        allocator.void(allocator.allocate(AGENCY, AT), "  ")


def test_two_receipts_with_one_code(allocator: SqliteAllocator) -> None:
    code = allocator.allocate(AGENCY, AT)
    allocator.confirm(code, "hồ sơ 1")
    allocator.confirm(code, "hồ sơ 1")
    with pytest.raises(InvalidInput, match="two receipts"):
        allocator.confirm(code, "hồ sơ 2")
    with pytest.raises(InvalidInput, match="not handed out"):
        allocator.confirm(DossierCode.parse("000.00.00.H13-260212-0099"), "hồ sơ 3")
    with pytest.raises(InvalidInput, match="not handed out"):
        allocator.confirm(DossierCode.parse("G09.20-260609-000001"), "hồ sơ 3")


def test_codes_of_another_system_are_taken_over(allocator: SqliteAllocator) -> None:
    allocator.adopt(DossierCode.parse("000.00.00.H13-260212-0003"), "sổ giấy", AT)
    assert allocator.allocate(AGENCY, AT).ordinal == 4
    assert [(gap.code.ordinal, gap.status) for gap in allocator.gaps(AGENCY, DAY)] == [
        (1, CodeStatus.MISSING), (2, CodeStatus.MISSING), (4, CodeStatus.RESERVED),
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="two receipts"):
        allocator.adopt(DossierCode.parse("000.00.00.H13-260212-0003"), "khác", AT)


def test_a_clock_that_goes_backwards(allocator: SqliteAllocator) -> None:
    allocator.allocate(AGENCY, AT)
    allocator.allocate(AGENCY, AT - timedelta(minutes=4))
    with pytest.raises(InvalidInput, match="backwards"):
        allocator.allocate(AGENCY, AT - timedelta(days=1))
    assert str(allocator.allocate(AGENCY, AT - timedelta(days=1), late_entry=True)) == "000.00.00.H13-260211-0001"
    with pytest.raises(InvalidInput):
        allocator.allocate(AGENCY, datetime(2026, 2, 12, 9))
    with pytest.raises(InvalidInput):
        allocator.allocate("38.98.H29", AT)


def test_more_than_9999_dossiers_widen_the_ordinal(allocator: SqliteAllocator) -> None:
    allocator.adopt(DossierCode.parse("000.00.00.H13-260212-9999"), "x", AT)
    assert str(allocator.allocate(AGENCY, AT)) == "000.00.00.H13-260212-10000"


def test_gaps_without_end_are_refused(allocator: SqliteAllocator) -> None:
    allocator.adopt(DossierCode.parse("000.00.00.H13-260212-9999999"), "x", AT)
    with pytest.raises(InvalidInput, match="9999998 numbers are missing"):
        allocator.gaps(AGENCY, AT.date())


def test_threads_share_one_allocator(allocator: SqliteAllocator) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: allocator.allocate(AGENCY, AT), range(80)))
    assert sorted(code.ordinal for code in codes) == list(range(1, 81))


def test_it_travels(allocator: SqliteAllocator) -> None:
    assert pickle.loads(pickle.dumps(allocator)).allocate(AGENCY, AT).ordinal == 1


def test_what_is_no_register(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database at all, " * 100)
    with pytest.raises(InvalidInput):
        SqliteAllocator(tmp_path / "x.db")
    with pytest.raises(Unavailable):
        SqliteAllocator(tmp_path / "nowhere" / "x.db")


def test_a_locked_register_is_unavailable(allocator: SqliteAllocator) -> None:
    impatient = SqliteAllocator(allocator.path, timeout=0.05)
    lock = sqlite3.connect(allocator.path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Unavailable):
            impatient.allocate(AGENCY, AT)
    finally:
        lock.execute("ROLLBACK")
        lock.close()


WORKER = """
import sys
from datetime import datetime
from egov_vn.clock import VIETNAM
from egov_vn.dossier.allocator import SqliteAllocator
allocator = SqliteAllocator(sys.argv[1])
at = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
print("ready", flush=True)
for n in range(int(sys.argv[3])):
    code = allocator.allocate("000.00.00.H13", at)
    print(code, flush=True)
    allocator.confirm(code, f"{sys.argv[2]}/{n}")
"""


@pytest.mark.parametrize("pause", [0.0, 0.03])
def test_eight_processes_some_of_them_killed(tmp_path: Path, pause: float) -> None:
    """Four of eight processes die by SIGKILL at whatever they are doing; the register stays whole."""
    path = tmp_path / "codes.db"
    allocator = SqliteAllocator(path)
    outputs = [tmp_path / f"{number}.txt" for number in range(8)]
    workers = []
    for number, output in enumerate(outputs):
        with output.open("w") as stream:
            arguments = [sys.executable, "-c", WORKER, str(path), str(number), "60"]
            workers.append(subprocess.Popen(arguments, stdout=stream))
    deadline = time.monotonic() + 60
    while any("ready" not in output.read_text() for output in outputs):
        assert time.monotonic() < deadline, "the workers do not start"
        time.sleep(0.005)
    for worker in workers[:4]:
        time.sleep(pause)
        os.kill(worker.pid, signal.SIGKILL)
    codes = [worker.wait(timeout=60) for worker in workers]
    assert codes[4:] == [0] * 4
    seen = [DossierCode.parse(line).ordinal for output in outputs for line in output.read_text().split()[1:]]
    assert len(seen) == len(set(seen)), "a number was seen twice"
    last, gaps = allocator.last(AGENCY, DAY), allocator.gaps(AGENCY, DAY)
    assert len(seen) >= 240
    assert {gap.status for gap in gaps} <= {CodeStatus.RESERVED}, "a gap without an explanation"
    assert len(gaps) <= 4, "each process that died leaves at most the number it had in hand"
    assert set(range(1, last + 1)) - set(seen) <= {gap.code.ordinal for gap in gaps}
    assert max(seen) <= last
    assert allocator.allocate(AGENCY, AT).ordinal == last + 1
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
