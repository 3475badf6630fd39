"""The errors of `egov_vn`: one root, split by what the caller does next.

```text
EgovError
├── InvalidInput        (ValueError)    the data breaks its specification: mend it        .path .source
├── NotInForce          (LookupError)   no version of the rule is known for that day      .rule .day
│   └── BeyondHorizon                   that year's notice is not published: update       .known_until
├── IllegalTransition                   the dossier cannot take that event: refuse        .state .event
├── VerificationError                   the signature must not be relied on: reject       .report
└── Unavailable                         a TSA, OCSP responder or HSM did not answer: retry .service
```

A wrong *answer* is not an error: a bad signature is a report, and only the `verify_*` functions raise it.
Nothing foreign escapes: errors of lxml, pydantic, asn1crypto or pyHanko are translated with `raise … from`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from datetime import date

_T = TypeVar("_T")

__all__ = [
    "BeyondHorizon",
    "EgovError",
    "IllegalTransition",
    "InvalidInput",
    "NotInForce",
    "Unavailable",
    "VerificationError",
]


class EgovError(Exception):
    """The root of every error that this library raises."""


class InvalidInput(EgovError, ValueError):
    """Bytes or fields break their specification.

    *path* leads to the faulty place (`"ThanhPhan[2].SoBanChinh"`, `"/mets/fileSec"`, `"byte 1042"`), *source* names
    the rule that is broken, as text, where one is known. The message is one sentence with the offending value.
    """

    def __init__(self, message: str, *, path: str = "", source: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.source = source

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        law = f" [{self.source}]" if self.source else ""
        return f"{where}{self.message}{law}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.message,), {"path": self.path, "source": self.source})


class NotInForce(EgovError, LookupError):
    """No version of *rule* is known for *day*."""

    def __init__(self, rule: str, day: date, message: str | None = None) -> None:
        self.rule = rule
        self.day = day
        self.message = message or f"no version of {rule!r} is known for {day.isoformat()}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.rule, self.day, self.message), {})


class BeyondHorizon(NotInForce):
    """The answer depends on a yearly notice that was not published: nothing certain is known after *known_until*."""

    def __init__(self, rule: str, day: date, *, known_until: date, message: str | None = None) -> None:
        self.known_until = known_until
        super().__init__(
            rule,
            day,
            message
            or f"{day.isoformat()} lies beyond {known_until.isoformat()}, the last day for which {rule} is published; "
            "ask for projections if a labelled estimate will do",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            _rebuild,
            (type(self), (self.rule, self.day), {"known_until": self.known_until, "message": self.message}),
        )


class IllegalTransition(EgovError):
    """The dossier cannot take *event* in *state*."""

    def __init__(self, state: str, event: str, message: str | None = None) -> None:
        self.state = state
        self.event = event
        self.message = message or f"a dossier in state {state} cannot take the event {event}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.state, self.event, self.message), {})


class VerificationError(EgovError):
    """The signature must not be relied on; *report* (a `egov_vn.signature.Report`) says why."""

    def __init__(self, message: str, *, report: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.message,), {"report": self.report})


class Unavailable(EgovError):
    """A time-stamping, revocation or signing service, or a device, did not answer; retrying is up to you."""

    def __init__(self, message: str, *, service: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.service = service

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.message,), {"service": self.service})


def require(value: object, kind: type[_T], name: str) -> _T:
    """Return *value* if it is a *kind*; raise `InvalidInput` otherwise, naming the argument *name*.

    For the doors of the library, where a caller without a type checker would else meet an `AttributeError` from inside.
    """
    if not isinstance(value, kind):
        found = repr(value)[:60] if isinstance(value, str | float | bool | None) else f"a {type(value).__name__}"
        raise InvalidInput(f"expected {kind.__name__}, not {found}", path=name)
    return value


def require_each(values: object, kind: type[_T], name: str) -> Iterator[_T]:
    """Yield each of *values* if it is a *kind*; raise `InvalidInput` at the first that is not, or for no iterable."""
    if not isinstance(values, Iterable):
        raise InvalidInput(f"expected several {kind.__name__}, not a {type(values).__name__}", path=name)
    for index, value in enumerate(values):
        yield value if isinstance(value, kind) else require(value, kind, f"{name}[{index}]")


def _rebuild(kind: type[EgovError], args: tuple[Any, ...], kwargs: dict[str, Any]) -> EgovError:
    return kind(*args, **kwargs)
