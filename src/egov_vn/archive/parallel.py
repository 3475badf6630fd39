"""The same small work on many items: by a few threads, or, for very many items, by processes too.

Reading, hashing and writing let go of Python's lock, but over thousands of small files threads still wait for it most
of the time. Where a fork is safe (`egov_vn.archive.side`) a second process then does half of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Final, TypeVar

from egov_vn.archive.side import MAX_PIECES, Shared, may_fork
from egov_vn.errors import Unavailable

__all__ = ["each"]

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

_WORTH: Final = 8
"""Fewer items a thread than this are done sooner than a thread is started."""
_FORK_FROM: Final = 400
"""Fewer items than this are done sooner than a process is forked."""
_PIECE: Final = 16
"""Items that a process takes at once, at least."""


def each(
    work: Callable[[I], R], items: Sequence[I], *, workers: int, worth: int = _WORTH, apart: bool = False
) -> list[R]:
    """Return what *work* makes of each of *items*, in their order; who is free takes the next item.

    *apart* says that the work may be done in another process: it shares nothing but files, and its results pickle. The
    error of the first item that failed is raised, after everybody has stopped: nobody is still writing then.
    `Unavailable` if a process was ended from outside.
    """
    if apart and workers > 1 and len(items) >= _FORK_FROM and may_fork():
        return _by_processes(work, items, workers)
    count = min(workers, len(items) // worth)
    if count < 2:
        return [work(item) for item in items]
    return _by_threads(work, items, count)


def _by_threads(work: Callable[[I], R], items: Sequence[I], count: int) -> list[R]:
    made: list[R | None] = [None] * len(items)
    failed: dict[int, BaseException] = {}
    stop = Event()
    queue = iter(enumerate(items))  # taking the next of it is one step, also for several threads

    def run() -> None:
        for index, item in queue:
            if stop.is_set():
                return
            try:
                made[index] = work(item)
            except BaseException as error:  # noqa: BLE001 - raised below, in the caller's thread
                failed[index] = error
                stop.set()

    threads = [Thread(target=run, name=f"egov-vn-{number}") for number in range(1, count)]
    for thread in threads:
        thread.start()
    try:
        run()
    finally:
        for thread in threads:
            _join(thread, stop)
    if failed:
        raise failed[min(failed)]
    return made  # type: ignore[return-value]  # every item has its value now


def _join(thread: Thread, stop: Event) -> None:
    """Wait for *thread* also if the wait is interrupted: what it writes to must not be taken away under it."""
    try:
        thread.join()
    except BaseException:
        stop.set()
        thread.join()
        raise


def _by_processes(work: Callable[[I], R], items: Sequence[I], workers: int) -> list[R]:
    size = max(_PIECE, -(-len(items) // MAX_PIECES))
    pieces = [items[start : start + size] for start in range(0, len(items), size)]

    def do(number: int) -> tuple[list[R], Exception | None]:
        made: list[R] = []
        try:
            made.extend(map(work, pieces[number]))
        except Exception as error:  # noqa: BLE001 - it may have to cross over into the caller's process
            return made, error
        return made, None

    found: dict[int, list[R]] = {}
    failed: dict[int, Exception] = {}
    shared = Shared(do, helpers=workers - 1)
    try:
        shared.start()
        shared.offer(range(len(pieces)))
        for number, (made, error) in shared.results():
            found[number] = made
            if error is not None:
                failed[number] = error
            # what comes after a failure is not waited for, what comes before it may have failed too
            if failed and all(before in found for before in range(min(failed))):
                break
    finally:
        shared.close()
    if failed:
        raise failed[min(failed)]
    if shared.lost:
        raise Unavailable(
            "a process that shared the work was ended from outside; nothing is left of it", service="fork"
        )
    return [item for number in range(len(pieces)) for item in found[number]]
