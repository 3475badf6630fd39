"""The forms of the one-stop shop (*biểu mẫu*), by key: the same form under the circular in force on its day.

A caller names what the form *is* (`"receipt"`, `"control_slip"`), never its number: numbers and titles change with the
circular (the control slip is form 05 of TT 01/2018/TT-VPCP and form 06 of TT 03/2025/TT-VPCP).

`render` gives PDF/A, ready to sign; `fill` gives the same content as plain data, for other people's templates.
The lists of forms were read in the circulars; the layouts were not, and follow what running systems print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, get_args

from egov_vn._typeset import Typeset, compile_pdf
from egov_vn.clock import vietnam_date
from egov_vn.dossier.form_drawing import Symbol, drawing
from egov_vn.dossier.form_values import FieldSpec, Shown, read_values
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Language, Text
from egov_vn.law import Citation, Evidence, load

__all__ = ["FilledForm", "Form", "Symbol", "catalogue", "fill", "form", "form_set", "render", "typeset"]

_NO_CODE = frozenset({"register"})
_MOST_COPIES: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of one circular (*mẫu*): its key, number and title there, paper size, fields and source."""

    key: str
    form_set: str
    number: str
    title: Text
    paper: str
    source: Citation
    evidence: Evidence
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form with its values checked and worded, not yet drawn."""

    form: Form
    code: str
    at: datetime
    shown: tuple[Shown, ...]

    def to_dict(self, lang: Language = "vi") -> dict[str, Any]:
        """Return plain data for another template: number, title, code, and each field with label, value and wording."""
        return {
            "key": self.form.key,
            "form_set": self.form.form_set,
            "number": self.form.number,
            "title": self.form.title(lang),
            "paper": self.form.paper,
            "source": self.form.source.render(lang),
            "code": self.code,
            "at": self.at.isoformat(),
            "fields": [item.to_dict(lang) for item in self.shown],
        }


def form_set(on: date) -> str:
    """Return the key of the set of forms in use on the day *on*; `NotInForce` before TT 01/2018/TT-VPCP."""
    return load("egov_vn.dossier", "forms").timeline("form_set", str).on(on).value


def catalogue(which: str) -> tuple[Form, ...]:
    """Return the forms of the set *which* (`"tt01_2018"`, `"tt03_2025"`), in the order of their numbers."""
    law = load("egov_vn.dossier", "forms")
    found = tuple(
        Form(
            key=row["key"],
            form_set=which,
            number=row["number"],
            title=Text(row["vi"], row["en"]),
            paper=row["paper"],
            source=row.source,
            evidence=row.evidence,
            fields=_fields(row["key"]),
        )
        for row in law.table("forms")
        if row["set"] == which
    )
    if not found:
        known = sorted({row["set"] for row in law.table("forms")})
        raise InvalidInput(f"unknown set of forms {which!r}; known: {', '.join(known)}", path="form_set")
    return found


def form(key: str, *, on: date | None = None, which: str | None = None) -> Form:
    """Return the form *key* as it stands on the day *on*, or in the set *which*.

    `NotInForce` if that circular has no such form (no stop notice before 15/09/2025); `InvalidInput` for a key that no
    circular knows.
    """
    if which is None:
        if on is None:
            raise InvalidInput("say the day (on) or the set of forms (which)", path="on")
        which = form_set(on)
    for item in catalogue(which):
        if item.key == key:
            return item
    known = sorted({row["key"] for row in load("egov_vn.dossier", "forms").table("forms")})
    if key not in known:
        raise InvalidInput(f"unknown form {key!r}; known: {', '.join(known)}", path="form_key")
    raise NotInForce(
        f"form:{key}", on or date.min, f"the set of forms {which} has no form {key!r}" + (f" on {on}" if on else "")
    )


def fill(
    form_key: str, values: Mapping[str, Any], *, code: object, at: datetime, which: str | None = None
) -> FilledForm:
    """Check and word *values* for the form *form_key* drawn up at the instant *at* for the dossier *code*.

    Keys are those of `Form.fields`; instants are aware datetimes or ISO 8601 text, money is a whole number of đồng.
    *code* is a dossier code (or its text), None only for the register. `InvalidInput` names the first faulty field and
    how many more there are; *which* names a set of forms other than the one in use that day.
    """
    chosen = form(form_key, on=vietnam_date(at), which=which)
    text = "" if code is None else str(code).strip()
    if not text and form_key not in _NO_CODE:
        raise InvalidInput("the form needs the code of its dossier", path="code")
    return FilledForm(form=chosen, code=text, at=at, shown=read_values(chosen.fields, values))


def render(
    form_key: str,
    values: Mapping[str, Any],
    *,
    code: object,
    at: datetime,
    which: str | None = None,
    symbol: Symbol = "barcode",
    copies: int = 1,
) -> bytes:
    """Return the form as PDF/A-2b bytes with the bar code of *code*; see `fill` and `typeset` for arguments and errors.

    The bytes depend on the arguments alone: *at* is the creation date of the file. Needs the extra `forms`.
    """
    return typeset(fill(form_key, values, code=code, at=at, which=which), symbol=symbol, copies=copies).pdf


def typeset(filled: FilledForm, *, symbol: Symbol = "barcode", qr_text: str | None = None, copies: int = 1) -> Typeset:
    """Draw a filled form; the result also says which font served and where the signatures go (`boxes`).

    *symbol* is drawn for the code: a bar code, a QR code, both, or none (TT 01/2018/TT-VPCP Art. 19(2) allows either).
    *qr_text* goes into the QR code instead of the code, an address to look the dossier up for example. Each of the
    *copies* (*liên*, at most 9) begins a page; the boxes of the second are `"left-2"` and `"right-2"`.
    """
    if symbol not in get_args(Symbol):
        raise InvalidInput(f"{symbol!r} is not one of {', '.join(get_args(Symbol))}", path="symbol")
    if type(copies) is not int or not 1 <= copies <= _MOST_COPIES:
        raise InvalidInput(f"{copies!r} is not a number of copies of 1 to {_MOST_COPIES}", path="copies")
    if qr_text is not None and (symbol not in ("qr", "both") or not filled.code):
        raise InvalidInput("there is no QR code to hold a text", path="qr_text")
    data = drawing(filled, symbol=symbol, qr_text=qr_text, copies=copies)
    return compile_pdf("egov_vn.dossier:form", data=data, at=filled.at)


def _fields(key: str) -> tuple[FieldSpec, ...]:
    law = load("egov_vn.dossier", "forms")
    columns = tuple(row for row in law.table("columns") if row["form"] == key)
    return tuple(
        FieldSpec.from_row(row, [column for column in columns if column["field"] == row["key"]])
        for row in law.table("fields")
        if row["form"] in ("*", key)
    )
