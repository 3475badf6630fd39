"""Pieces of work shared between this process and helpers that it forks, each piece done once.

A helper is worth its start only for much work, and a fork is safe only in a process of one thread that the system lets
have children: elsewhere `Shared` does everything here, heavy pieces by threads. Helpers end with the work: by
themselves when no piece is left or this process is gone, and at the latest by `close`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import select
import signal
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

__all__ = ["MAX_PIECES", "Shared", "may_fork"]

T = TypeVar("T")
MAX_PIECES: Final = 1000
"""Pieces of one `Shared`: their numbers fit into a pipe of one page, so that offering them never blocks."""
_NUMBER: Final = struct.Struct("<I")
_FRAME: Final = struct.Struct("<IQ")
_PIPE_BYTES: Final = 1 << 20
_F_SETPIPE_SZ: Final = 1031


def may_fork() -> bool:
    """Say whether this process may fork: Linux, one thread (other threads' locks would never open), no daemon.

    Threads are counted as the system sees them, for libraries start some that Python does not know. A process that
    ignores its children could not wait for them.
    """
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return False
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - one call
    except OSError:
        return False


class Shared(Generic[T]):
    """The pieces of *work*, by number, done by this process and up to *helpers* forked ones.

    *prepare* is called first in each helper. After `start` pieces are offered until `results` is called, which works
    too and yields every result as it comes. Without helpers, heavy pieces are done by *threads*. `lost` holds the
    pieces that a helper took and did not bring back, because something ended it.
    """

    def __init__(
        self, work: Callable[[int], T], *, helpers: int = 0, threads: int = 0, prepare: Callable[[], None] | None = None
    ) -> None:
        self._work = work
        self._offered: set[int] = set()
        self._queue: deque[int] = deque()
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._pending: dict[int, Future[T]] = {}
        self._helpers: dict[int, tuple[Any, bytearray]] = {}
        self._ended: list[Any] = []
        self._numbers = self._offers = -1
        self._paused = False
        self._wanted, self._prepare = helpers, prepare
        self.lost: set[int] = set()

    def start(self) -> None:
        """Start the helpers; from here on `close` must follow, whatever happens."""
        if self._wanted > 0:
            self._fork(self._wanted)

    def offer(self, numbers: Iterable[int], *, heavy: bool = False) -> None:
        """Offer the pieces *numbers*; a heavy one is long and leaves Python's lock while it runs."""
        given = list(numbers)
        self._offered.update(given)
        if self._offers >= 0:
            os.write(self._offers, b"".join(map(_NUMBER.pack, given)))
        elif heavy and self._threads > 1 and given:
            self._pool = self._pool or ThreadPoolExecutor(self._threads)
            self._pending.update((number, self._pool.submit(self._work, number)) for number in given)
        else:
            self._queue.extend(given)

    def results(self) -> Iterator[tuple[int, T]]:
        """Do what is left, and yield the result of every piece with its number, in no order."""
        if self._offers >= 0:
            os.close(self._offers)
            self._offers = -1
        missing = self._offered.copy()
        while (number := self._next()) is not None:
            missing.discard(number)
            yield number, self._work(number)
            for number, result in self._arrived(0):
                missing.discard(number)
                yield number, result
        while self._helpers:
            for number, result in self._arrived(None):
                missing.discard(number)
                yield number, result
        for number, pending in self._pending.items():
            missing.discard(number)
            yield number, pending.result()
        self.lost = missing

    def close(self) -> None:
        """End the helpers and threads; what was not begun is not done."""
        self._collect()
        for name in ("_numbers", "_offers"):
            if getattr(self, name) >= 0:
                os.close(getattr(self, name))
                setattr(self, name, -1)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        while self._helpers:
            descriptor, (process, _) = self._helpers.popitem()
            self._ended.append(process)
            os.close(descriptor)
            if process.pid is not None:
                process.kill()
        while self._ended:
            process = self._ended[-1]
            if process.pid is not None:
                process.join()
                with suppress(ValueError):  # somebody else took its exit status: it has ended all the same
                    process.close()
            self._ended.pop()

    def _next(self) -> int | None:
        if self._numbers < 0:
            return self._queue.popleft() if self._queue else None
        taken = os.read(self._numbers, _NUMBER.size)
        return int(_NUMBER.unpack(taken)[0]) if taken else None

    # ------------------------------------------------------------------------------------------------ this side of it

    def _fork(self, helpers: int) -> None:
        context = multiprocessing.get_context("fork")
        # the collector writes into every object and so would copy what the processes share; in a process of one thread
        # nobody else leaves anything to collect
        self._paused = gc.isenabled()
        gc.disable()
        self._numbers, self._offers = os.pipe()
        for _ in range(helpers):
            reading, writing = os.pipe()
            # a daemon: Python ends it with this process
            process = context.Process(target=self._help, args=(writing, os.getpid()), daemon=True)
            self._helpers[reading] = (process, bytearray())
            try:
                process.start()
            except OSError:  # no more processes for this user: what has begun is enough
                del self._helpers[reading]
                os.close(reading)
                break
            finally:
                os.close(writing)
        if not self._helpers:
            os.close(self._numbers)
            os.close(self._offers)
            self._numbers = self._offers = -1
            self._collect()

    def _collect(self) -> None:
        if self._paused:
            self._paused = False
            gc.enable()

    def _arrived(self, wait: int | None) -> Iterator[tuple[int, T]]:
        """Yield what the helpers sent, waiting *wait* milliseconds for it (None: until something comes)."""
        if not self._helpers:
            return
        poll = select.poll()
        for descriptor in self._helpers:
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(wait):
            process, held = self._helpers[descriptor]
            data = os.read(descriptor, _PIPE_BYTES)
            held += data
            while len(held) >= _FRAME.size:
                number, length = _FRAME.unpack_from(held)
                if len(held) < _FRAME.size + length:
                    break
                result = pickle.loads(held[_FRAME.size : _FRAME.size + length])  # noqa: S301 - from our own fork
                del held[: _FRAME.size + length]
                yield number, result
            if not data:  # it has nothing more to say, for whatever reason
                os.close(descriptor)
                self._ended.append(process)
                del self._helpers[descriptor]

    # ------------------------------------------------------------------------------------------------- the other side

    def _help(self, descriptor: int, parent: int) -> None:
        """Do pieces until there are none; runs in a forked process."""
        # the terminal tells every process of an interrupt: the parent's answer to it is enough; what else the program
        # does upon a signal is not for its helper to do
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(self._offers)
        gc.freeze()
        gc.enable()
        try:
            if self._prepare is not None:
                self._prepare()
            outbox = _Outbox(descriptor)
            while os.getppid() == parent and (number := self._next()) is not None:
                data = pickle.dumps(self._work(number), 5)
                outbox.put(_FRAME.pack(number, len(data)) + data)
            outbox.send()
        except BaseException:  # noqa: BLE001 - the parent finds the piece missing and tells; nobody reads a trace here
            os._exit(1)


class _Outbox:
    """Results on their way: one who does not fetch them at once holds nobody up."""

    def __init__(self, descriptor: int) -> None:
        import fcntl  # noqa: PLC0415 - not on Windows, where nothing forks

        self._descriptor = descriptor
        self._waiting: deque[memoryview] = deque()
        os.set_blocking(descriptor, False)
        with suppress(OSError):  # a smaller pipe is only slower
            fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _PIPE_BYTES)

    def put(self, data: bytes) -> None:
        self._waiting.append(memoryview(data))
        with suppress(BlockingIOError):
            self._write()

    def send(self) -> None:
        os.set_blocking(self._descriptor, True)
        self._write()

    def _write(self) -> None:
        while self._waiting:
            sent = os.write(self._descriptor, self._waiting[0])
            if sent == len(self._waiting[0]):
                self._waiting.popleft()
            else:
                self._waiting[0] = self._waiting[0][sent:]
