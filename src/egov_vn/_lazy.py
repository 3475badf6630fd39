"""Names of a package that are loaded when first used, so that importing the package costs next to nothing.

A package lists its names twice: under `TYPE_CHECKING`, for type checkers, and by the module that each comes from:

```python
__getattr__ = lazily(__name__, {"keys": ("PemSigner", "Signer")})
```
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

__all__ = ["lazily"]


def lazily(package: str, homes: Mapping[str, Iterable[str]]) -> Callable[[str], object]:
    """Return the `__getattr__` (PEP 562) of *package*; *homes* tells the names of each of its modules."""
    where = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{where[name]}"), name)
        setattr(sys.modules[package], name, value)  # found without us from now on
        return value

    return load
