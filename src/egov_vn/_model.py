"""The one pydantic base: what is parsed from or written to someone else's format.

English names in Python, the specification's names on the wire:

```python
class Applicant(Model):
    full_name: Annotated[str, wire("HoTen")]
```

`Annotated[…, wire()]`, not `Field(alias=…)`, so that `Applicant(full_name=…)` type-checks in mypy and pyright.

Every way in (the constructor, `from_json`, `from_dict`, `model_validate`, `model_copy`) checks the values and raises
`InvalidInput` with the path of the field; nothing of pydantic's escapes. What a value may look like:

- a whole number: a number without a fraction (`12`, `12.0`) or its digits as text (`"12"`); never true or false;
- a day `"2026-02-12"`, a time `"15:00"`, an instant with its offset `"2026-02-12T15:00:00+07:00"`; never a number;
- true and false: also 1 and 0, and the words as text;
- a text is never a number, and has no lone surrogates.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import FrozenInstanceError
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, dataclass_transform

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import PydanticSerializationError
from pydantic_core import core_schema as core

from egov_vn.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
    from pydantic_core import ErrorDetails
else:
    ModelMetaclass = type(BaseModel)

__all__ = ["Model", "either", "invalid_input", "parse_json", "problems", "wire"]

_MOST_BYTES: Final = 64 * 1024 * 1024
_DIGITS: Final = re.compile(r"\s*[+-]?[0-9]{1,20}\s*", re.ASCII)
_MOST_BITS: Final = 4096
_DEEPEST: Final = 200  # of JSON in an unknown field: as deep as pydantic's own reader goes
_QUICK, _CAREFUL = "\0quick", "\0careful"


def wire(name: str, **more: Any) -> Any:
    """Name a field as the Vietnamese specification does; *more* goes to pydantic's `Field` (`description`, `ge`, …)."""
    return Field(validation_alias=name, serialization_alias=name, **more)


class _Repeated(dict[str, Any]):
    """A JSON object that names the field *name* twice."""

    name: str


def parse_json(data: bytes | str, *, source: str | None = None) -> Any:
    """Return what the JSON text says; `InvalidInput` if it is none, names a field twice, or has NaN or Infinity."""
    repeated: list[_Repeated] = []
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        found = json.loads(text, object_pairs_hook=partial(_members, repeated), parse_constant=_no_constant)
        path = next(_repetitions(found, ())) if repeated else None
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise InvalidInput(f"not JSON: {reason}", source=source) from error
    if path is not None:
        raise InvalidInput("the field is named twice", path=_path(path), source=source)
    return found


def _members(repeated: list[_Repeated], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = _Repeated(found)
    marked.name = Counter(name for name, _ in pairs).most_common(1)[0][0]
    repeated.append(marked)
    return marked


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _repetitions(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    """Yield the path of each field that is named twice."""
    if isinstance(value, _Repeated):
        yield (*path, value.name)
    if isinstance(value, dict | list):
        for place, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                yield from _repetitions(inner, (*path, place))


def either(
    quick: core.CoreSchema,
    careful: Callable[[Any], Any],
    *,
    like: core.CoreSchema | None = None,
    written: core.SerSchema | None = None,
) -> core.CoreSchema:
    """Return a schema that tries *quick*, which stays inside pydantic's Rust, and then calls *careful*.

    *careful* reads the rarer forms and raises `ValueError` with the sentence that the user sees. The JSON Schema is
    that of *like* (by default of *quick*), and *written* says how the value is written.
    """
    return core.union_schema(
        [(quick, _QUICK), (core.no_info_plain_validator_function(careful), _CAREFUL)],
        mode="left_to_right",
        serialization=written,
        metadata={"pydantic_js_functions": [lambda _, handler: handler(like or quick)]},
    )


def _guard(schema: Any, *, open_ended: bool) -> None:
    """Put our own readers of numbers, days and texts in the place of pydantic's.

    Pydantic's take true for 1 and a number for a day, and let lone surrogates through. It calls this while it builds a
    class; *schema* is changed in place, as deep as the class's own fields go.
    """
    while schema["type"] != "model-fields":
        schema = schema["schema"]
    for field in schema["fields"].values():
        _guard_in(field, "schema")
    if open_ended:
        schema["extras_schema"] = core.no_info_plain_validator_function(
            _json_value, metadata={"pydantic_js_functions": [lambda _, __: {}]}
        )


def _guard_in(holder: Any, key: int | str) -> None:
    inner = holder[key]
    kind = inner["type"]
    like = {"pydantic_js_functions": [lambda _, handler: handler(inner)]}
    if kind in ("default", "nullable"):
        _guard_in(inner, "schema")
    elif kind == "tuple":
        for index in range(len(inner["items_schema"])):
            _guard_in(inner["items_schema"], index)
    elif kind == "int":
        careful = partial(_whole, at_least=inner.get("ge"), at_most=inner.get("le"))
        holder[key] = either({**inner, "strict": True}, careful, like=inner, written=core.simple_ser_schema("int"))
    elif kind == "str":  # any limit makes pydantic look at each character
        holder[key] = {"max_length": _MOST_BYTES, **inner, "metadata": like}
    elif kind in _CALENDAR:
        written = core.simple_ser_schema(kind)
        holder[key] = core.no_info_plain_validator_function(_CALENDAR[kind], serialization=written, metadata=like)


def _whole(value: object, *, at_least: int | None = None, at_most: int | None = None) -> int:
    if isinstance(value, str):
        sound = _DIGITS.fullmatch(value) is not None
    elif isinstance(value, float):
        sound = value.is_integer()
    elif isinstance(value, Decimal):
        sound = value.is_finite() and value.adjusted() < 20 and value == int(value)
    else:
        sound = isinstance(value, int) and not isinstance(value, bool)
    if not sound:
        raise ValueError("expected a whole number")
    number: int = int(value)  # type: ignore[call-overload]
    if at_least is not None and number < at_least:
        raise ValueError(f"must be at least {at_least}")
    if at_most is not None and number > at_most:
        raise ValueError(f"must be at most {at_most}")
    return number


def _day(value: object) -> date:
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise ValueError("expected a day, not an instant")
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("expected a day such as 2026-02-12")
    return date.fromisoformat(value)


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or len(value) > 32 or ":" not in value:
        raise ValueError("expected a time such as 15:00")
    return time.fromisoformat(value)


def _instant(value: object) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else value
    if not isinstance(found, datetime):
        raise ValueError("expected an instant such as 2026-02-12T15:00:00+07:00")  # noqa: TRY004 - pydantic reports ValueError
    if found.utcoffset() is None:
        raise ValueError("an instant needs an offset, for example +07:00")
    return found


_CALENDAR: Final[Mapping[str, Callable[[object], Any]]] = {"date": _day, "time": _time, "datetime": _instant}


def _json_value(value: Any, depth: int = 0) -> Any:
    """Return *value*, of an unknown field, if JSON can hold it just so; raise `ValueError` otherwise."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError("a lone surrogate is no character") from error
    elif isinstance(value, list | tuple | dict):
        if depth >= _DEEPEST:
            raise ValueError(f"nested more than {_DEEPEST} deep")
        if isinstance(value, dict) and not all(isinstance(name, str) for name in value):
            raise ValueError("the name of a field is a text")
        for inner in (*value, *value.values()) if isinstance(value, dict) else value:
            _json_value(inner, depth + 1)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError("NaN and Infinity are no numbers of JSON")
    elif isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise ValueError("a number of too many digits")
    elif value is not None:
        raise ValueError(f"a value of the type {type(value).__name__} has no place in JSON")
    return value


@dataclass_transform(kw_only_default=True, field_specifiers=(Field,))
class _Border(ModelMetaclass):
    """Makes the constructor raise our error.

    An `__init__` would do so too, but then every nested value of a JSON document would be made by a call of Python.
    """

    if not TYPE_CHECKING:  # type checkers read the constructor off the fields

        def __call__(cls, *args, **fields):  # noqa: N805 - the metaclass's self is a class
            try:
                return super().__call__(*args, **fields)
            except ValidationError as error:
                raise invalid_input(error) from error


class Model(BaseModel, metaclass=_Border):
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
    max_bytes: ClassVar[int] = _MOST_BYTES
    """A longer JSON document is refused before it is read."""

    @classmethod
    def from_json(cls, data: bytes | str, *, source: str | None = None, unique: bool = False) -> Self:
        """Read JSON in wire names; `InvalidInput` carries the path of the first faulty field.

        Of a field that is named twice the last one counts, as with most readers; *unique* refuses it, which takes about
        as long again.
        """
        given: object = data
        if not isinstance(given, bytes | str | bytearray):
            raise InvalidInput(f"JSON is text or bytes, not {_kind(given)}", source=source)
        if len(data) > cls.max_bytes:
            raise InvalidInput(f"{len(data)} bytes exceed the {cls.max_bytes} of {cls.__name__}", source=source)
        if unique:
            parse_json(data, source=source)
        try:
            return cls.__pydantic_validator__.validate_json(data)  # type: ignore[no-any-return]
        except ValidationError as error:
            raise invalid_input(error, source=source) from error

    @classmethod
    def from_dict(cls, data: Any, *, source: str | None = None) -> Self:
        """Read a mapping in wire or English names; `InvalidInput` carries the path of the first faulty field."""
        try:
            return cls.__pydantic_validator__.validate_python(data)  # type: ignore[no-any-return]
        except ValidationError as error:
            raise invalid_input(error, source=source) from error

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Do as pydantic does, with `InvalidInput` for its error; `from_dict` is the shorter way."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise invalid_input(error) from error

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Do as pydantic does, with `InvalidInput` for its error; `from_json` is the shorter way."""
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            raise invalid_input(error) from error

    @classmethod
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Do as pydantic does, with `InvalidInput` for its error."""
        try:
            return super().model_validate_strings(obj, **options)
        except ValidationError as error:
            raise invalid_input(error) from error

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with the fields of *update* changed, in English or wire names; unlike pydantic's it is checked.

        Raises `InvalidInput`: what could not have been made or read cannot be copied into being either.
        """
        copy = super().model_copy(deep=deep)
        if not update:
            return copy
        if not isinstance(update, Mapping):
            raise InvalidInput(f"the fields to change are a mapping, not {_kind(update)}", path="update")
        english = {field.validation_alias: name for name, field in type(self).model_fields.items()}
        given = {name: copy.__dict__[name] for name in copy.model_fields_set if name in copy.__dict__}
        given |= copy.model_extra or {}
        given |= {english.get(name, name): value for name, value in update.items()}
        return self.from_dict(given)

    def to_json(self, *, indent: int | None = None) -> str:
        """Write JSON in wire names, without fields that are None."""
        try:
            return self.model_dump_json(indent=indent, exclude_none=True)
        except PydanticSerializationError as error:
            raise InvalidInput(f"cannot be written as JSON: {error}") from error

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core.CoreSchema:
        schema = handler(source)
        _guard(handler.resolve_ref_schema(schema), open_ended=cls.model_config["extra"] == "allow")
        return schema

    if not TYPE_CHECKING:

        def __setattr__(self, name, value):
            try:
                super().__setattr__(name, value)
            except ValidationError as error:
                raise FrozenInstanceError(f"cannot assign to field {name!r}") from error

        def __delattr__(self, name):
            try:
                super().__delattr__(name)
            except ValidationError as error:
                raise FrozenInstanceError(f"cannot delete field {name!r}") from error


def problems(error: ValidationError) -> tuple[InvalidInput, ...]:
    """Return each problem of a pydantic error as an `InvalidInput` with its path."""
    return tuple(_problem(item) for item in error.errors(include_url=False) if _QUICK not in item["loc"])


def invalid_input(error: ValidationError, *, source: str | None = None) -> InvalidInput:
    """Translate a pydantic error into one `InvalidInput`: the first problem, and how many more there are."""
    found = problems(error)
    first = found[0]
    more = f" (and {len(found) - 1} more: {', '.join(item.path for item in found[1:4])})" if len(found) > 1 else ""
    return InvalidInput(first.message + more, path=first.path, source=source)


_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "the field is needed",
    "extra_forbidden": "there is no such field",
    "string_type": "expected a text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "a lone surrogate is no character",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "enum": "expected {expected}",
    "tuple_type": "expected a list",
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
    "dict_type": "expected an object",
    "invalid_key": "the name of a field is a text",
    "json_invalid": "not JSON: {error}",
    "json_type": "JSON is text or bytes",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
_NOT_SHOWN: Final = frozenset({"missing", "json_invalid"})


def _problem(item: ErrorDetails) -> InvalidInput:
    kind, context = item["type"], item.get("ctx", {})
    cause = context.get("error")
    path = _path(part for part in item["loc"] if part != _CAREFUL)
    if isinstance(cause, ValueError):
        message = cause.message if isinstance(cause, InvalidInput) else str(cause)
        path = path or getattr(cause, "path", "")
    else:
        message = _SENTENCES[kind].format(**context) if kind in _SENTENCES else item["msg"]
    found = "" if kind in _NOT_SHOWN else _short(item.get("input"))
    return InvalidInput(message if found in message else f"{message} (found {found})", path=path)


def _path(parts: Iterable[int | str]) -> str:
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part[:80].encode("utf-8", "backslashreplace").decode("utf-8")
            text += f".{name}" if text else name
    return text


def _short(value: object) -> str:
    if isinstance(value, str | bytes):
        text = repr(value[:80])
        return text if len(text) <= 80 else text[:77] + "…"
    if (
        value is None
        or isinstance(value, bool | float | date | time)
        or (isinstance(value, int) and abs(value) < 10**40)
    ):
        return repr(value)
    return _kind(value)


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else f"a value of the type {type(value).__name__}"
