"""Every test runs offline: a socket to anything but this machine is refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

_LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Refuse connections that leave this machine: the library must not need any."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else None
        # connecting a datagram socket sends nothing: that is how programs ask for their own address
        if host is not None and host not in _LOOPBACK and self.type != socket.SOCK_DGRAM:
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of reference texts and samples that lies beside a maintainer's checkout."""
    if not SHARED.is_dir():
        pytest.skip("the reference folder ../shared is not beside this checkout")
    return SHARED
