"""The one pydantic base: what is parsed from or written to someone else's format.

English names in Python, the specification's names on the wire:

```python
class Applicant(Model):
    full_name: Annotated[str, wire("HoTen")]
```

`Annotated[…, wire()]`, not `Field(alias=…)`, so that `Applicant(full_name=…)` type-checks in mypy and pyright.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from egov_vn.errors import InvalidInput

__all__ = ["Model", "invalid_input", "problems", "wire"]


class Model(BaseModel):
    """A frozen value at the border; unknown fields are refused unless a subclass keeps them."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        validate_default=False,
        str_strip_whitespace=False,
    )

    @classmethod
    def from_json(cls, data: bytes | str, *, source: str | None = None) -> Self:
        """Read JSON in wire names; `InvalidInput` carries the path of the first faulty field."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise invalid_input(error, source=source) from error

    @classmethod
    def from_dict(cls, data: Any, *, source: str | None = None) -> Self:
        """Read a mapping in wire or English names; `InvalidInput` carries the path of the first faulty field."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise invalid_input(error, source=source) from error

    def to_json(self, *, indent: int | None = None) -> str:
        """Write JSON in wire names, without fields that are None."""
        return self.model_dump_json(indent=indent, exclude_none=True)


def wire(name: str, **more: Any) -> Any:
    """Name a field as the Vietnamese specification does; *more* goes to pydantic's `Field` (`description`, `ge`, …)."""
    return Field(validation_alias=name, serialization_alias=name, **more)


def problems(error: ValidationError) -> tuple[InvalidInput, ...]:
    """Return each problem of a pydantic error as an `InvalidInput` with its path."""
    return tuple(
        InvalidInput(f"{item['msg']} (found {_short(item.get('input'))})", path=_path(item["loc"]))
        for item in error.errors(include_url=False, include_context=False)
    )


def invalid_input(error: ValidationError, *, source: str | None = None) -> InvalidInput:
    """Translate a pydantic error into one `InvalidInput`: the first problem, and how many more there are."""
    found = problems(error)
    first = found[0]
    more = f" (and {len(found) - 1} more: {', '.join(item.path for item in found[1:4])})" if len(found) > 1 else ""
    return InvalidInput(first.message + more, path=first.path, source=source)


def _path(parts: Iterable[int | str]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
