"""From older records to those of TT 05/2025/TT-BNV, telling every loss (*chuyển đổi dữ liệu*, Điều 51).

Two sources: the input records of NĐ 30/2020/NĐ-CP Phụ lục VI (file, outgoing and incoming documents) and the records of
TT 02/2019/TT-BNV (file, document, picture, recording). Words become codes by name; what has no place, or no code, is a
loss.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from egov_vn.archive.fields import CODE_SEPARATOR, CodeList, FieldTable, codes, table
from egov_vn.archive.identifiers import DocCode, FileCode, doc_id
from egov_vn.archive.record import Description
from egov_vn.archive.retention import Retention
from egov_vn.archive.rules import CheckFinding
from egov_vn.archive.transform import Loss
from egov_vn.archive.values import check_values, split_codes
from egov_vn.errors import InvalidInput

__all__ = ["Converted", "from_nd30", "from_tt02"]

_TARGETS: Final = {
    "file": "SIP_hoso",
    "document": "SIP_doc",
    "outgoing": "SIP_doc",
    "incoming": "SIP_doc",
    "picture": "SIP_pic",
    "recording": "SIP_media",
}
_RENAMED: Final = {
    "Rights": "mode",
    "DocTotal": "totalDoc",
    "PageTotal": "numberOfPage",
    "PageAmount": "numberOfPage",
    "PageNumber": "numberOfPage",
    "NumberSheet": "numberOfPaper",
}
_OTHER: Final = {"typeName": "Khác", "language": "Khác", "maintenance": "Khác"}
_BUILT: Final = frozenset(
    {"FileCode", "OrganId", "FileCatalog", "FileNotation", "DocOrdinal", "Identifier", "DocCode", "FileCode.OrganId",
     "FileCode.FileCatalog", "FileCode.FileNotation"}
)  # fmt: skip
"""Fields that the new codes are built from: lost only where no code holds them."""
_YES_NO: Final = {"có": "1", "1": "1", "true": "1", "không": "0", "không có": "0", "0": "0", "false": "0"}
_ORDINAL_DIGITS: Final = 7
_Built: TypeAlias = tuple[dict[str, str], dict[str, frozenset[str]]]
_Builder: TypeAlias = Callable[[Mapping[str, str]], _Built]


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A record of TT 05/2025/TT-BNV made from an older one: values, losses, and what is still missing."""

    kind: str
    values: Mapping[str, str]
    losses: tuple[Loss, ...]
    findings: tuple[CheckFinding, ...]

    def description(self, **more: Any) -> Description:
        """Return the strict description, with *more* fields for what the old record did not know."""
        return Description.of(self.kind, {**self.values, **more})


def from_nd30(kind: str, values: Mapping[str, str]) -> Converted:
    """Convert a record of NĐ 30/2020/NĐ-CP: *kind* is `"file"`, `"outgoing"` or `"incoming"`.

    Members of a group are named `FileCode.OrganId`, `SignerInfo.FullName`; the decree's misprints are understood.
    """
    return _convert(table(kind, "nd30_2020"), values, _nd30_codes)


def from_tt02(kind: str, values: Mapping[str, str]) -> Converted:
    """Convert a record of TT 02/2019/TT-BNV: *kind* `"file"`, `"document"`, `"picture"` or `"recording"`."""
    return _convert(table(kind, "tt02_2019"), values, _tt02_codes)


def _convert(old: FieldTable, given: Mapping[str, object], build: _Builder) -> Converted:
    kind = _TARGETS.get(old.name)
    if kind is None:
        raise InvalidInput(f"TT 05/2025/TT-BNV has no record for {old.name}", path="kind")
    rows = table(kind)
    losses: list[Loss] = []

    def lose(field: str, value: str, reason: str) -> None:
        losses.append(Loss(where=old.name, field=field, value=value, reason=reason))

    values: dict[str, str] = {}
    for given_name, given_value in given.items():
        name, text = _spelling(old, given_name), "" if given_value is None else str(given_value).strip()
        if text and values.setdefault(name, text) != text:
            lose(given_name, text, f"{name} is given twice")
    codes_made, used = build(values)
    made = {name: value for name, value in codes_made.items() if name in rows}
    for name, value in values.items():
        if name in used and made.keys() & used[name]:
            continue
        target = _RENAMED.get(name) or name[0].lower() + name[1:]
        if name not in old:
            lose(name, value, f"{old.name} has no field {name}")
        elif name in _BUILT:
            lose(name, value, f"no code of {kind} holds it")
        elif target not in rows:
            lose(name, value, f"{kind} has no field {target}")
        elif target in made:
            lose(name, value, f"{target} holds another value already")
        else:
            made[target] = _value(rows, target, value, name, losses)
    ordered = {name: made[name] for name in rows.by_name if made.get(name)}
    return Converted(
        kind=kind, values=ordered, losses=tuple(losses), findings=tuple(check_values(rows, ordered, path=old.name))
    )


def _spelling(old: FieldTable, name: str) -> str:
    return name if name in old else old.aliases.get(name) or old.aliases.get(name.lower()) or name


def _value(rows: FieldTable, target: str, value: str, name: str, losses: list[Loss]) -> str:
    field = rows[target]
    if target == "maintenance":
        return _period(value, name, losses)
    if field.codes:
        known = codes(field.codes)
        try:
            return known.code(value)
        except InvalidInput:
            return _partly(known, value, field.multi, target, name, losses)
    if field.type == "Boolean":
        known_word = _YES_NO.get(unicodedata.normalize("NFC", value).casefold())
        if known_word is None:
            losses.append(Loss(where=rows.name, field=name, value=value, reason=f"{target} says only yes or no"))
        return known_word or "1"
    if field.length and len(value) > field.length:
        # the beginning of a number is another number
        kept = "" if field.type == "Number" else value[: field.length]
        losses.append(
            Loss(
                where=rows.name,
                field=name,
                value=value[len(kept) :],
                reason=f"{target} holds {field.length} characters",
            )
        )
        return kept
    return value


def _partly(known: CodeList, value: str, multi: bool, target: str, name: str, losses: list[Loss]) -> str:
    found, unknown = [], []
    for part in split_codes(value) if multi else ():
        try:
            found.append(known.code(part))
        except InvalidInput:
            unknown.append(part)
    losses.extend(
        Loss(where=target, field=name, value=part, reason=f"{part!r} is not in the list {known.name}")
        for part in (unknown if found else (value,))
    )
    if found:
        return CODE_SEPARATOR.join(found)
    return known.code(_OTHER[target]) if target in _OTHER else ""


def _period(value: str, name: str, losses: list[Loss]) -> str:
    try:
        period = Retention.parse(value)
    except InvalidInput:
        losses.append(Loss(where="maintenance", field=name, value=value, reason=f"{value!r} is no period of the law"))
        return codes("maintenance").code(_OTHER["maintenance"])
    if Retention.from_code(period.code) is None:
        losses.append(
            Loss(where="maintenance", field=name, value=value, reason="the list has no such number of years: 07 Khác")
        )
    return period.code


def _nd30_codes(values: Mapping[str, str]) -> _Built:
    return _codes(values, ("FileCode.OrganId", "FileCode.FileCatalog", "FileCode.FileNotation"))


def _tt02_codes(values: Mapping[str, str]) -> _Built:
    made, used = _codes(values, ("OrganId", "FileCatalog", "FileNotation"))
    own = values.get("DocCode", "")
    if own and len(own) <= (table("SIP_doc")["docId"].length or 0):
        made["docId"] = own
        used["DocCode"] = frozenset({"docId"})
    return made, used


def _codes(values: Mapping[str, str], names: tuple[str, str, str]) -> _Built:
    """Return the new codes, and for each old field the codes that hold it."""
    parts = [values.get(name, "") for name in names]
    whole = values.get("FileCode", "")
    text = ".".join(parts) if all(parts) else whole
    if not text:
        return {}, {}
    made, holding = {"fileCode": text}, frozenset({"fileCode", "docCode"})
    used = {name: holding for name in names if values.get(name) and f".{values[name]}." in f".{text}."}
    if whole in (text, f"{values.get('Identifier', '')}.{text}"):
        used["FileCode"] = holding  # the archive's own code, if it stands there, is told as the loss of Identifier
    ordinal = values.get("DocOrdinal", "")
    try:
        code = FileCode.parse(text)
        if ordinal.isascii() and ordinal.isdigit() and len(ordinal) <= _ORDINAL_DIGITS:
            made["docCode"] = str(DocCode(file=str(code), ordinal=int(ordinal)))
            made["docId"] = doc_id(code, int(ordinal))
            used["DocOrdinal"] = frozenset({"docCode"})
    except InvalidInput:
        pass  # the code stays as it was given; what is missing then is found, and what is lost is told
    return made, used
