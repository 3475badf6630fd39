"""What a form says: each field's value, checked, and its wording in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self, TypeAlias

from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language, Text
from egov_vn.law import Row

__all__ = ["Cells", "FieldSpec", "Shown", "read_values", "word"]

Cells: TypeAlias = Mapping[str, str]

_LONGEST_TEXT = 4_000
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a form: *key*, *kind* (text, count, money, day, instant, rows, fixed), label, place."""

    key: str
    kind: str
    label: Text
    required: bool
    place: str = "body"
    width: int = 1
    columns: tuple[FieldSpec, ...] = ()

    @classmethod
    def from_row(cls, row: Row, columns: Iterable[Row] = ()) -> Self:
        """Read a row of the tables `fields` or `columns` of `forms.toml`."""
        return cls(
            key=row["key"],
            kind=row["kind"],
            label=Text(row["vi"], row["en"]),
            required=row["required"],
            place=row.get("place", "body"),
            width=row.get("width", 1),
            columns=tuple(cls.from_row(column) for column in columns),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One field with its value (plain data) and its wording; a field of rows has *rows* instead."""

    spec: FieldSpec
    value: Any
    text: str = ""
    rows: tuple[Cells, ...] = ()

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return key, label, value and wording."""
        found: dict[str, Any] = {"key": self.spec.key, "label": self.spec.label(lang), "kind": self.spec.kind}
        if self.spec.kind == "rows":
            columns = [{"key": column.key, "label": column.label(lang)} for column in self.spec.columns]
            return {**found, "columns": columns, "rows": [dict(row) for row in self.rows]}
        return {**found, "value": _plain(self.value), "text": self.text}


def read_values(specs: Sequence[FieldSpec], values: Mapping[str, Any]) -> tuple[Shown, ...]:
    """Check *values* against *specs* and word them; `InvalidInput` for the first fault, counting the others."""
    faults: list[InvalidInput] = []
    shown = _read(specs, values, "", faults)
    if faults:
        first = faults[0]
        more = f" (and {len(faults) - 1} more: {', '.join(item.path for item in faults[1:4])})" if faults[1:] else ""
        raise InvalidInput(first.message + more, path=first.path)
    return tuple(shown)


def word(kind: str, value: Any, path: str) -> str:
    """Return the Vietnamese wording of one *value*: `"08 giờ 30 phút, ngày 05/10/2026"`, `"1.200.000 đồng"`."""
    if kind in ("count", "money"):
        return _number(kind, value, path)
    if kind in ("day", "instant"):
        return _time(kind, value, path)
    if not isinstance(value, str):
        raise InvalidInput(f"{value!r} is not text", path=path)
    if len(value) > _LONGEST_TEXT:
        raise InvalidInput(f"a text of {len(value)} characters is too long; at most {_LONGEST_TEXT}", path=path)
    bad = next((char for char in value if ord(char) < 32 and char not in "\n\t"), None)
    if bad is not None:
        raise InvalidInput(f"the control character {bad!r} has no place in a form", path=path)
    return value.strip()


def _read(specs: Sequence[FieldSpec], values: object, prefix: str, faults: list[InvalidInput]) -> list[Shown]:
    if not isinstance(values, Mapping):
        faults.append(InvalidInput(f"{values!r} is not a mapping of fields", path=prefix.rstrip(".") or "values"))
        return []
    known = {spec.key for spec in specs if spec.kind != "fixed"}
    faults.extend(
        InvalidInput(f"unknown field; known: {', '.join(sorted(known))}", path=f"{prefix}{key}")
        for key in values
        if key not in known
    )
    shown = []
    for spec in specs:
        try:
            item = _one(spec, values.get(spec.key), f"{prefix}{spec.key}", faults)
        except InvalidInput as fault:
            faults.append(fault)
        else:
            if item is not None:
                shown.append(item)
    return shown


def _one(spec: FieldSpec, value: Any, path: str, faults: list[InvalidInput]) -> Shown | None:
    if spec.kind == "fixed":
        return Shown(spec=spec, value=spec.label.vi, text=spec.label.vi)
    if value is None or (isinstance(value, str) and not value.strip()):
        if spec.required:
            raise InvalidInput("is required", path=path)
        return None
    if spec.kind != "rows":
        return Shown(spec=spec, value=value, text=word(spec.kind, value, path))
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidInput(f"{value!r} is not a list of rows", path=path)
    if len(value) > _MOST_ROWS:
        raise InvalidInput(f"{len(value)} rows are too many for one form; at most {_MOST_ROWS}", path=path)
    rows = tuple(
        {item.spec.key: item.text for item in _read(spec.columns, row, f"{path}[{index}].", faults)}
        for index, row in enumerate(value)
    )
    return Shown(spec=spec, value=value, rows=rows)


def _number(kind: str, value: Any, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{value!r} is not a whole number", path=path)
    if value < 0:
        raise InvalidInput(f"{value} is negative", path=path)
    if kind == "count":
        return str(value) if value >= 10 else f"{value:02d}"
    return f"{value:,}".replace(",", ".") + " đồng"


def _time(kind: str, value: Any, path: str) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{value!r} is not an ISO 8601 day or instant", path=path) from error
    if isinstance(value, datetime):
        here = require_aware(value, path).astimezone(VIETNAM)
        day = f"{here.day:02d}/{here.month:02d}/{here.year}"
        return day if kind == "day" else f"{here.hour:02d} giờ {here.minute:02d} phút, ngày {day}"
    if isinstance(value, date):
        return f"ngày {value:%d/%m}/{value.year}" if kind == "instant" else f"{value:%d/%m}/{value.year}"
    raise InvalidInput(f"{value!r} is not a day or an instant", path=path)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
