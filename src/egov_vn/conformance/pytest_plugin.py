"""`pytest --egov-vn`: every conformance case as a test item.

Loaded by pytest in every project where the library is installed, so it imports nothing of ours until it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from egov_vn.conformance.vectors import Vector

__all__ = ["pytest_addoption", "pytest_collection"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--egov-vn` and `--egov-vn-subject`."""
    group = parser.getgroup("egov_vn", "conformance to Vietnamese rules (egov_vn)")
    group.addoption("--egov-vn", action="store_true", help="run the conformance cases of egov_vn")
    group.addoption(
        "--egov-vn-subject",
        metavar="MODULE:NAME",
        help="the system under test: a mapping of topics to functions (default: the library itself)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Add one item per case after the project's own tests."""
    yield
    config = session.config
    if config.getoption("--egov-vn"):
        session.items.extend(_Cases.from_parent(session, name="egov-vn", path=config.rootpath).collect())
        session.testscollected = len(session.items)


class _Cases(pytest.Collector):
    """The cases of every topic that the subject covers."""

    def collect(self) -> list[pytest.Item]:
        from egov_vn.conformance.vectors import vectors  # noqa: PLC0415 - see the head of this module

        subject = _subject(self.config.getoption("--egov-vn-subject"))
        return [
            _Case.from_parent(self, name=vector.id, vector=vector, ask=subject[vector.topic])
            for vector in vectors()
            if vector.topic in subject
        ]


class _Case(pytest.Item):
    """One case."""

    def __init__(self, *, vector: Vector, ask: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vector = vector
        self.ask = ask

    def runtest(self) -> None:
        from egov_vn.conformance.runner import answer  # noqa: PLC0415 - see the head of this module

        difference = answer(self.vector, self.ask).finding
        if difference is not None:
            raise AssertionError(difference.line("en"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        del style
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        return self.path, None, f"egov-vn: {self.name} [{self.vector.source}]"


def _subject(name: str | None) -> Any:
    if name is None:
        from egov_vn.conformance.reference import REFERENCE  # noqa: PLC0415 - see the head of this module

        return REFERENCE
    module, colon, attribute = name.partition(":")
    if not colon:
        raise pytest.UsageError(f"--egov-vn-subject wants MODULE:NAME, not {name!r}")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"--egov-vn-subject {name}: {error}") from error
