"""What the template of the forms draws: words, bars and positions, with no decision left to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from egov_vn.clock import VIETNAM
from egov_vn.dossier.barcode import code128
from egov_vn.dossier.qrcode import qr_code
from egov_vn.law import load

if TYPE_CHECKING:
    from egov_vn.dossier.form_values import FieldSpec, Shown
    from egov_vn.dossier.forms import FilledForm

__all__ = ["Symbol", "drawing"]

Symbol = Literal["barcode", "qr", "both", "none"]

_HINT: Final = "(Ký và ghi rõ họ tên)"
_DIGITAL_HINT: Final = "(Ký số hoặc ký tên, đóng dấu)"
_BLANK_ROWS: Final = {"a5": 4, "a4": 12}
# Millimetres, for guesses about what fits: the text of a page, a letter, and the height that a row may have unbroken.
_TEXT_WIDTH: Final = {"a5": 122, "a4": 267}
_LETTER: Final = 1.6
_MOST_LINES: Final = 14
_SHORT: Final = 600
"""Characters that surely leave room on a page for a signature below them."""


def drawing(filled: FilledForm, *, symbol: Symbol, qr_text: str | None, copies: int) -> dict[str, Any]:
    """Return the values of the template for a filled form."""
    form = filled.form
    shown = {item.spec.key: item for item in filled.shown}

    def text(key: str) -> str:
        return shown[key].text if key in shown else ""

    bars = code128(filled.code) if filled.code and symbol in ("barcode", "both") else None
    square = qr_code(qr_text or filled.code) if filled.code and symbol in ("qr", "both") else None
    here = filled.at.astimezone(VIETNAM)
    day = f"ngày {here.day:02d} tháng {here.month:02d} năm {here.year}"
    body = [_block(item, form.paper) for item in filled.shown if item.spec.place == "body"]
    foot = _pairs(filled.shown, "foot")
    signatures = [_signature(form.fields, shown, side) for side in ("left", "right")]
    tail = [body.pop()] if body and body[-1]["kind"] != "rows" else []
    return {
        "title": form.title.vi,
        "agency": text("agency"),
        "parent_agency": text("parent_agency"),
        "form_number": text("form_number"),
        "dated": f"{text('place')}, {day}" if text("place") else day.capitalize(),
        "code": filled.code,
        "bars": bars.bars() if bars else (),
        "modules": bars.modules if bars else 0,
        "qr": {"modules": square.modules, "runs": square.runs()} if square else None,
        "paper": form.paper,
        "landscape": form.key == "register",
        "footer": f"Mẫu số {form.number} - {form.source.instrument}",
        "copies": _copies(form.key, copies),
        "under_code": _pairs(filled.shown, "under_code"),
        "foot": foot,
        "body": body,
        "tail": tail,
        "together": _short([*tail, *foot], signatures),
        "signatures": signatures,
    }


def _copies(key: str, count: int) -> list[str]:
    """Return the label of each copy, empty where there is only one."""
    if count == 1:
        return [""]
    known = {row["number"]: row["vi"] for row in load("egov_vn.dossier", "forms").table("copies") if row["form"] == key}
    return [f"Liên {number}" + (f": {known[number]}" if number in known else "") for number in range(1, count + 1)]


def _short(words: Iterable[Mapping[str, Any]], signatures: Iterable[Mapping[str, str]]) -> bool:
    length = sum(len(item.get("text", "")) for item in words)
    return length + max(len(item["name"]) + len(item["role"]) for item in signatures) <= _SHORT


def _pairs(shown: Iterable[Shown], place: str) -> list[dict[str, str]]:
    return [{"label": item.spec.label.vi, "text": item.text} for item in shown if item.spec.place == place]


def _block(item: Shown, paper: str) -> dict[str, Any]:
    if item.spec.kind == "fixed":
        return {"kind": "fixed", "text": item.spec.label.vi}
    if item.spec.kind != "rows":
        return {"kind": "pair", "label": item.spec.label.vi, "text": item.text}
    numbered = all(column.key != "ordinal" for column in item.spec.columns)
    # Every column is drawn, empty ones too: the printed form leaves them to be filled in by hand.
    used = item.spec.columns
    letters = [int(_TEXT_WIDTH[paper] / _LETTER * column.width / sum(c.width for c in used)) for column in used]
    rows = [[row.get(column.key, "") for column in used] for row in item.rows]
    return {
        "kind": "rows",
        "label": item.spec.label.vi,
        "numbered": numbered,
        "head": [*(["TT"] if numbered else []), *(column.label.vi for column in used)],
        "widths": [column.width for column in used],
        "centred": [*([True] if numbered else []), *(column.kind != "text" for column in used)],
        "rows": [
            {"cells": [str(index), *row] if numbered else row, "whole": _lines(row, letters) <= _MOST_LINES}
            for index, row in enumerate(rows, start=1)
        ],
        # A longer word than this may break anywhere; the ordinal before a numbered row never does.
        "letters": [*([99] if numbered else []), *letters],
        "blank": 0 if rows else _BLANK_ROWS[paper],
    }


def _lines(row: Sequence[str], letters: Sequence[int]) -> int:
    """Guess how many lines the highest cell of a row takes."""
    return max(len(cell) // max(width, 1) + 1 + cell.count("\n") for cell, width in zip(row, letters, strict=True))


def _signature(fields: Iterable[FieldSpec], shown: Mapping[str, Shown], side: str) -> dict[str, str]:
    """Return who signs on one side; a signer whose name is not known yet still gets the place to sign."""
    places = {spec.place: spec for spec in fields}
    name, title = places.get(f"{side}_name"), places.get(f"{side}_title")
    named = shown.get(name.key) if name else None
    titled = shown.get(title.key) if title else None
    if name is None or (title is not None and named is None and titled is None):
        return {"side": side, "role": "", "hint": "", "name": ""}
    return {
        "side": side,
        "role": titled.text if titled else name.label.vi,
        "hint": _DIGITAL_HINT if title else _HINT,
        "name": named.text if named else "",
    }
