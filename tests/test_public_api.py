"""The public face: `__all__` is sorted and importable, and every public name has a docstring that is a sentence."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

import pytest

PACKAGES = [
    "egov_vn",
    "egov_vn.agency",
    "egov_vn.archive",
    "egov_vn.calendar",
    "egov_vn.clock",
    "egov_vn.conformance",
    "egov_vn.digest",
    "egov_vn.document",
    "egov_vn.dossier",
    "egov_vn.errors",
    "egov_vn.finding",
    "egov_vn.law",
    "egov_vn.person",
    "egov_vn.signature",
    "egov_vn.testing",
]


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> ModuleType:
    """Return each public package."""
    return importlib.import_module(request.param)


def test_all_is_sorted_and_every_name_is_there(package: ModuleType) -> None:
    names = list(package.__all__)
    assert names == sorted(names, key=_rank), f"{package.__name__}.__all__ is not sorted"
    assert len(names) == len(set(names))
    for name in names:
        assert hasattr(package, name), f"{package.__name__}.{name} is promised and missing"


def _rank(name: str) -> tuple[int, list[str]]:
    """Constants, then classes, then functions, each in natural order: the order that ruff keeps (RUF022)."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def test_every_public_name_is_documented_in_a_sentence(package: ModuleType) -> None:
    for name in package.__all__:
        thing = getattr(package, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)) or not thing.__module__.startswith("egov_vn"):
            continue
        doc = inspect.getdoc(thing) or ""
        first = doc.split("\n\n")[0].strip()
        assert first and first[-1] in ".:?!", f"{package.__name__}.{name}: the docstring opens with {first!r}"
        assert not first.startswith(f"{name}("), f"{package.__name__}.{name} has only a generated docstring"


def test_every_public_method_is_documented(package: ModuleType) -> None:
    for name in package.__all__:
        thing = getattr(package, name)
        if not inspect.isclass(thing) or not thing.__module__.startswith("egov_vn"):
            continue
        for method_name, method in vars(thing).items():
            if method_name.startswith("_") or not inspect.isfunction(method):
                continue
            assert inspect.getdoc(getattr(thing, method_name)), (
                f"{package.__name__}.{name}.{method_name} has no docstring"
            )
