"""What dossiers cannot tell about the national indicators: figures that the caller states, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from egov_vn.errors import InvalidInput

__all__ = ["IndicatorInputs", "Stated"]

_LARGEST = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A stated figure (*số liệu nhập*): a whole number, and where it was read. Its unit is that of its name."""

    value: int
    source: str

    def __post_init__(self) -> None:
        if type(self.value) is not int or not 0 <= self.value <= _LARGEST:
            raise InvalidInput(f"{self.value!r} is not a number of 0 to {_LARGEST}", path="value")
        source: object = self.source
        if not isinstance(source, str) or not source.strip():
            raise InvalidInput("a stated figure needs its source", path="source")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorInputs:
    """The figures that the national set needs beside dossiers (*số liệu ngoài hồ sơ*), of one period and one body.

    Units and Vietnamese names stand in the table `inputs` of `national.toml`. What is None was not stated; an indicator
    that needs it says so. Procedures count once each, in a period in which they were late once as late.
    """

    published_in_time: Stated | None = None
    published: Stated | None = None
    posted_in_time: Stated | None = None
    to_post: Stated | None = None
    complete_procedures: Stated | None = None
    posted_procedures: Stated | None = None
    synced_dossiers: Stated | None = None
    reported_dossiers: Stated | None = None
    portal_dossiers: Stated | None = None
    last_year_dossiers: Stated | None = None
    online_procedures: Stated | None = None
    procedures: Stated | None = None
    online_services: Stated | None = None
    fee_procedures: Stated | None = None
    citizen_procedures: Stated | None = None
    feedback: Stated | None = None
    feedback_on_rules: Stated | None = None
    feedback_on_conduct: Stated | None = None
    feedback_handled: Stated | None = None
    feedback_in_time: Stated | None = None
    feedback_unsatisfied: Stated | None = None
    complained_dossiers: Stated | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and not isinstance(value, Stated):
                raise InvalidInput(f"{value!r} is not a Stated figure", path=item.name)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read `{"source": …, "published": 120, "feedback": {"value": 9, "source": …}}`.

        The outer source serves the figures without one of their own; `InvalidInput` names a faulty figure.
        """
        if not isinstance(raw, Mapping):
            raise InvalidInput("must be an object of figures", path="inputs")
        known = {item.name for item in fields(cls)}
        stated: dict[str, Stated] = {}
        for name, value in raw.items():
            if name == "source":
                continue
            if name not in known:
                raise InvalidInput(f"unknown figure; known: {', '.join(sorted(known))}", path=str(name))
            stated[name] = _stated(name, value, raw.get("source", ""))
        return cls(**stated)

    def values(self) -> Mapping[str, Stated]:
        """Return what was stated, by name."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in found.items() if value is not None}


def _stated(name: str, value: Any, source: Any) -> Stated:
    if isinstance(value, Mapping):
        if not set(value) <= {"value", "source"}:
            raise InvalidInput("a figure has a value and a source", path=name)
        value, source = value.get("value"), value.get("source", source)
    try:
        return Stated(value=value, source=source)
    except InvalidInput as error:
        raise InvalidInput(error.message, path=f"{name}.{error.path}") from error
