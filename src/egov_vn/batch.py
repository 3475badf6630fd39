"""The same work over many items: in this thread, or over any `concurrent.futures` executor (processes, Dask, Ray).

```python
with ProcessPoolExecutor(2) as executor:
    for outcome in each(partial(assess_pdf, trust=trust, at=at), documents, executor=executor):
        print(outcome.item, outcome.error or outcome.value.indication)
```

For many machines hand over `dask.distributed.Client(…).get_executor()`. One bad item never stops the rest: an error
of ours becomes the outcome of its item; anything else is a defect and is raised. At most *in_flight* items are held
at a time, so a million documents stream through in constant memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from egov_vn.errors import EgovError, InvalidInput, Unavailable

__all__ = ["Outcome", "each"]

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[I, R]):
    """What became of one item: its *value*, or the *error* that refused it."""

    item: I
    value: R | None = None
    error: EgovError | None = None

    def get(self) -> R:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # the value of a task may itself be None


def each(
    task: Callable[[I], R],
    items: Iterable[I],
    *,
    executor: Executor | None = None,
    in_flight: int = 64,
) -> Iterator[Outcome[I, R]]:
    """Yield the outcome of *task* for each of *items*, in their order.

    Without *executor* the work is done here, one item at a time. With one, *task* and the items must pickle if it runs
    in other processes; a worker that dies makes its items `Unavailable`.
    """
    if in_flight < 1:
        raise InvalidInput(f"{in_flight!r} items in flight are too few", path="in_flight")
    if executor is None:
        for item in items:
            yield _outcome(item, task)
        return
    waiting: deque[tuple[I, Future[Outcome[I, R]]]] = deque()
    for item in items:
        waiting.append((item, _submit(executor, item, task)))
        if len(waiting) >= in_flight:
            yield _collect(*waiting.popleft())
    while waiting:
        yield _collect(*waiting.popleft())


def _outcome(item: I, task: Callable[[I], R]) -> Outcome[I, R]:
    try:
        return Outcome(item=item, value=task(item))
    except EgovError as error:
        return Outcome(item=item, error=error)


def _submit(executor: Executor, item: I, task: Callable[[I], R]) -> Future[Outcome[I, R]]:
    try:
        return executor.submit(_outcome, item, task)
    except BrokenExecutor as error:
        failed: Future[Outcome[I, R]] = Future()
        failed.set_exception(error)
        return failed


def _collect(item: I, future: Future[Outcome[I, R]]) -> Outcome[I, R]:
    try:
        return future.result()
    except BrokenExecutor as error:
        return Outcome(item=item, error=Unavailable(f"a worker died: {error}", service="executor"))
