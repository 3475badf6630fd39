"""The same work over many items, whoever does it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from egov_vn.batch import Outcome, each
from egov_vn.errors import InvalidInput, Unavailable


def half(number: int) -> int:
    """Halve an even number; refuse an odd one."""
    if number % 2:
        raise InvalidInput(f"{number} is odd", path="number")
    return number // 2


def die(_: int) -> int:
    """Kill the worker."""
    os._exit(1)


def broken(_: int) -> int:
    """Fail as a defect does."""
    raise ZeroDivisionError


@pytest.fixture(params=["here", "threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    """Return each way to do the work."""
    if request.param == "here":
        yield None
        return
    with ThreadPoolExecutor(2) if request.param == "threads" else ProcessPoolExecutor(2) as pool:
        yield pool


def test_each_item_has_its_outcome_in_order(executor: Executor | None) -> None:
    outcomes = list(each(half, range(20), executor=executor, in_flight=3))
    assert [outcome.item for outcome in outcomes] == list(range(20))
    for outcome in outcomes:
        if outcome.item % 2:
            assert isinstance(outcome.error, InvalidInput)
            assert outcome.error.path == "number"
            with pytest.raises(InvalidInput):
                outcome.get()
        else:
            assert outcome.get() == outcome.item // 2


def test_a_defect_is_raised(executor: Executor | None) -> None:
    with pytest.raises(ZeroDivisionError):
        list(each(broken, [1], executor=executor))


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(0, 1000, 2):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(1) as pool:
        next(iter(each(half, items(), executor=pool, in_flight=5)))
    assert len(taken) == 5


def test_a_dead_worker_makes_its_items_unavailable() -> None:
    with ProcessPoolExecutor(1) as pool:
        outcomes: list[Outcome[int, int]] = list(each(die, range(4), executor=pool, in_flight=2))
    assert len(outcomes) == 4
    assert all(isinstance(outcome.error, Unavailable) for outcome in outcomes)


def test_at_least_one_item_is_in_flight() -> None:
    with pytest.raises(InvalidInput):
        list(each(half, [2], in_flight=0))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_does_the_same_work() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
    with distributed.Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        outcomes = list(each(half, range(6), executor=client.get_executor()))
    assert [outcome.value for outcome in outcomes] == [0, None, 1, None, 2, None]
