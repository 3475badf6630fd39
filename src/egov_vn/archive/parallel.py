"""The same small work on many items by a few threads: reading, hashing and writing let go of Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Final, TypeVar

__all__ = ["each"]

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

_WORTH: Final = 8
"""Fewer items a thread than this are done sooner than a thread is started."""


def each(work: Callable[[I], R], items: Sequence[I], *, workers: int, worth: int = _WORTH) -> list[R]:
    """Return what *work* makes of each of *items*, in their order; a thread takes the next item when it is free.

    The error of the first item that failed is raised, after every thread has stopped: nobody is still writing then.
    """
    count = min(workers, len(items) // worth)
    if count < 2:
        return [work(item) for item in items]
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
