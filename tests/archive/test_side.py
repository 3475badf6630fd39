"""Work shared with forked processes: all done once, whatever ends, and nothing left behind."""

from __future__ import annotations

import gc
import mmap
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from egov_vn.archive.side import Shared, may_fork

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="forks only on Linux")


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    before = _descriptors()
    BEGUN[0] = 0
    yield
    assert not multiprocessing.active_children()
    gc.collect()
    # an interrupt just as Python makes the pipes of a process loses these
    spared = 30 if "interrupt" in request.node.name else 0
    assert _descriptors() - before <= spared


def _descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def done(shared: Shared[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    try:
        return dict(shared.results())
    finally:
        shared.close()


HERE = os.getpid()
BEGUN = mmap.mmap(-1, 1)
"""One byte that all processes share: a helper has begun."""


def work(number: int) -> tuple[int, int]:
    if os.getpid() != HERE:
        BEGUN[0] = 1
    time.sleep(0.002)
    return number * number, os.getpid()


def wait_for_a_helper() -> None:
    deadline = time.monotonic() + 60
    while not BEGUN[0] and time.monotonic() < deadline:
        time.sleep(0.01)


@LINUX
@pytest.mark.parametrize("helpers", [0, 1, 3])
def test_every_piece_is_done_once(helpers: int) -> None:
    shared = Shared(work, helpers=helpers)
    shared.start()
    shared.offer(range(60))
    shared.offer([70, 80], heavy=True)
    if helpers:
        wait_for_a_helper()
    found = done(shared)
    assert {number: square for number, (square, _) in found.items()} == {n: n * n for n in (*range(60), 70, 80)}
    assert not shared.lost
    assert len({process for _, process in found.values()}) <= helpers + 1
    if helpers:
        assert len({process for _, process in found.values()}) > 1


def test_heavy_pieces_go_to_threads_where_nothing_forks() -> None:
    names: dict[int, str] = {}

    def note(number: int) -> tuple[int, int]:
        names[number] = threading.current_thread().name
        return number, 0

    shared = Shared(note, threads=2)
    shared.start()
    shared.offer([1, 2])
    shared.offer([3, 4], heavy=True)
    assert sorted(done(shared)) == [1, 2, 3, 4]
    here = threading.current_thread().name
    assert names[1] == names[2] == here
    assert here not in (names[3], names[4])


@LINUX
def test_results_larger_than_a_pipe_hold_nobody_up() -> None:
    shared = Shared(lambda number: bytes([number]) * 3_000_000, helpers=2)
    shared.start()
    shared.offer(range(12))
    time.sleep(0.3)  # the helpers go on although nobody fetches
    try:
        found = dict(shared.results())
    finally:
        shared.close()
    assert found == {number: bytes([number]) * 3_000_000 for number in range(12)}


@LINUX
@pytest.mark.parametrize("end", ["kill", "raise", "exit"])
def test_a_helper_that_ends_loses_only_its_pieces(end: str) -> None:
    def fail(number: int) -> tuple[int, int]:
        time.sleep(0.005)
        if os.getpid() != HERE:
            BEGUN[0] = 1
        if number == 0 and os.getpid() != HERE:
            if end == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if end == "raise":
                raise MemoryError
            sys.exit(3)
        return number, os.getpid()

    shared = Shared(fail, helpers=1)
    shared.start()
    shared.offer(range(40))
    wait_for_a_helper()  # it takes the first piece
    found = done(shared)
    assert found.keys() | shared.lost == set(range(40))
    assert 0 in shared.lost
    assert not found.keys() & shared.lost


@LINUX
def test_closing_ends_a_helper_in_the_middle_of_its_work() -> None:
    shared = Shared(lambda number: time.sleep(60), helpers=2)
    shared.start()
    shared.offer(range(5))
    start = time.monotonic()
    shared.close()
    assert time.monotonic() - start < 10


@LINUX
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python's own hooks of the fork
def test_an_interrupt_at_any_moment_leaves_nothing() -> None:
    """Interrupt the work after ever longer times: collector, descriptors and processes are as before."""
    interrupted = 0
    for tenth in range(0, 300, 7):
        shared = Shared(work, helpers=2)
        old = signal.signal(signal.SIGALRM, _interrupt)  # before the timer: unheard, the signal ends the process
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0005 + tenth / 10_000)
                shared.start()
                shared.offer(range(12))
                dict(shared.results())
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                shared.close()
        except KeyboardInterrupt:
            interrupted += 1
        finally:
            signal.signal(signal.SIGALRM, old)
        assert gc.isenabled()
        assert not multiprocessing.active_children()
    assert interrupted or not may_fork()  # after other tests' threads the work is done here, and at once


def _interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


@LINUX
def test_helpers_end_with_the_process_that_forked_them(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = f"""
import os, pathlib, time
from egov_vn.archive.side import Shared
def work(number):
    with open({str(told)!r}, "a") as out: out.write(f"{{os.getpid()}}\\n")
    time.sleep(0.2)
shared = Shared(work, helpers=2)
shared.start()
shared.offer(range(900))
time.sleep(0.5)
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    helpers = {int(line) for line in told.read_text().split()}
    assert helpers
    for _ in range(100):
        if not any(_runs(helper) for helper in helpers):
            break
        time.sleep(0.1)
    assert not any(_runs(helper) for helper in helpers)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@LINUX
def test_a_second_thread_or_a_daemon_forbids_the_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    if may_fork():  # the test runner itself may have threads
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        assert not may_fork()
        stop.set()
        thread.join()
    context = multiprocessing.get_context("fork")
    reading, writing = context.Pipe(duplex=False)
    child = context.Process(target=lambda: writing.send(may_fork()), daemon=True)
    child.start()
    assert reading.recv() is False
    child.join()
    child.close()
    reading.close()
    writing.close()
    monkeypatch.setattr(sys, "platform", "win32")
    assert not may_fork()


@LINUX
def test_where_no_process_can_be_had_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", refuse)
    shared = Shared(work, helpers=2)
    shared.start()
    shared.offer(range(5))
    assert {process for _, process in done(shared).values()} == {os.getpid()}
