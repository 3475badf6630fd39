"""Running pyHanko's coroutines from plain functions, also inside a running event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["run"]

T = TypeVar("T")


def run(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the coroutine that *make* returns to its end, and return its result.

    pyHanko is asynchronous all through, but without fetching it never waits. Stepping it by hand then costs nothing
    (starting an event loop costs more than checking a signature) and works under a loop that already runs. One that
    does wait is started again under a loop of its own, in a thread of its own: it must be repeatable.
    """
    coroutine = make()
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    except RuntimeError as error:
        if "event loop" not in str(error):
            raise
    else:
        coroutine.close()
    return _in_thread(make)


def _in_thread(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    results: list[T] = []
    errors: list[BaseException] = []

    async def whole() -> T:
        return await make()

    def work() -> None:
        try:
            results.append(asyncio.run(whole()))
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
