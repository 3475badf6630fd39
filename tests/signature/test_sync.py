from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from egov_vn.signature._sync import run


async def at_once(value: int) -> int:
    return value


async def waits(value: int) -> int:
    await asyncio.sleep(0.001)
    return value


async def fails() -> int:
    raise ValueError("x")


async def fails_later() -> int:
    await asyncio.sleep(0)
    raise ValueError("later")


async def misuses() -> int:
    raise RuntimeError("something else")


@pytest.mark.parametrize("make", [at_once, waits])
def test_outside_and_inside_a_loop(make: Callable[[int], Coroutine[Any, Any, int]]) -> None:
    async def inside() -> int:
        return run(lambda: make(7))

    assert run(lambda: make(7)) == 7
    assert asyncio.run(inside()) == 7


def test_errors_come_through() -> None:
    with pytest.raises(ValueError, match="x"):
        run(fails)
    with pytest.raises(ValueError, match="later"):
        run(fails_later)
    with pytest.raises(RuntimeError, match="something else"):
        run(misuses)
