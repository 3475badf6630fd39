"""Every field of every table of TT 05/2025/TT-BNV, row by row against the reference, at its bounds, and on the wire."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from egov_vn.archive import Description, Field, FieldTable, codes, table
from egov_vn.archive.descriptive import read_description, schema_of, write_description
from egov_vn.archive.fields import tables
from egov_vn.errors import InvalidInput

TABLES = tuple(tables("tt05_2025").values())
FIELDS = [(rows, field) for rows in TABLES for field in rows.fields]


def name_of(value: object) -> str | None:
    return getattr(value, "name", None)


def good(rows: FieldTable) -> dict[str, str]:
    """Return the shortest record that *rows* accept."""
    made = {}
    for field in rows.fields:
        if field.required != "R":
            continue
        made[field.name] = next(iter(codes(field.codes).labels)) if field.codes else PLAIN[field.type]
    if "riskRecovery" in made:
        made["riskRecovery"] = "0"
    return made


PLAIN = {"String": "x", "LongText": "x", "Number": "1", "Date": "01/02/2026", "Boolean": "0"}


def reference(shared: Path) -> Iterator[tuple[str, dict[str, Any], Field]]:
    told = json.loads((shared / "data/tt05_2025.json").read_text(encoding="utf-8"))["tables"]
    for name, wanted in told.items():
        ours = table(name).fields
        assert len(ours) == len(wanted)
        for row, field in zip(wanted, ours, strict=True):
            yield name, row, field


def test_each_row_is_that_of_the_circular(shared: Path) -> None:
    count = 0
    for name, row, field in reference(shared):
        told = (row["name"], row["vi"], row["type"], row["length"], row["required"], row.get("codes"))
        held = (field.name, field.vi, field.type, field.length, field.required, field.codes)
        assert held == told, name
        assert field.multi is row.get("multi", False)
        when = row.get("when", "").replace("=", " = ").replace(" in ", " = ").replace(",", "/")
        assert str(field.when or "") == when
        assert field.partial is ("YYYY" in row.get("format", "").split(" | "))
        count += 1
    assert count == 149


def test_each_code_is_that_of_the_circular(shared: Path) -> None:
    lists = json.loads((shared / "data/tt05_2025.json").read_text(encoding="utf-8"))["code_lists"]
    for name, wanted in lists.items():
        if isinstance(wanted, dict):
            known = codes(name)
            assert {code: label["vi"] for code, label in known.labels.items()} == wanted
            for code, word in wanted.items():
                assert known.code(word) == known.code(unicodedata.normalize("NFD", word.upper())) == code


@pytest.mark.parametrize(("rows", "field"), FIELDS, ids=name_of)
def test_a_field_at_its_bounds(rows: FieldTable, field: Field) -> None:
    start = good(rows)
    Description.of(rows.name, start)
    bad: list[Any] = []
    if field.codes:
        bad = ["99", "không có mã này", "01;02" if not field.multi else "01;99"]
    elif field.type == "Number":
        bad = ["-1", "1.5", "1e3", "٣", "một"]
        if field.length:
            Description.of(rows.name, {**start, field.name: "9" * field.length})
            bad.append("1" * (field.length + 1))
    elif field.type == "Date":
        start |= {name: "29/02/2028" for name in ("startDate", "endDate") if name in start}
        Description.of(rows.name, {**start, field.name: "29/02/2028"})
        bad = ["29/02/2026", "31/04/2026", "2026-02-01", "1/2/2026", "01-02-2026", "٠١/٠٢/٢٠٢٦", "01/02/26"]
        for part in ("02/2026", "2026"):
            if field.partial:
                Description.of(rows.name, {**start, field.name: part, "startDate": "2026", "endDate": "2026"})
            else:
                bad.append(part)
    elif field.type == "Boolean":
        bad = ["2", "01"]
    elif field.length:
        Description.of(rows.name, {**start, field.name: "ế" * field.length})
        Description.of(rows.name, {**start, field.name: unicodedata.normalize("NFD", "ế") * field.length})
        bad = ["ế" * (field.length + 1)]
    if field.required == "R":
        bad += [None, " ", "\u00a0\n"] if not field.codes else [None]
    for value in bad:
        with pytest.raises(InvalidInput):
            Description.of(rows.name, {**start, field.name: value})


@pytest.mark.parametrize("rows", TABLES, ids=name_of)
def test_conditional_fields(rows: FieldTable) -> None:
    for field in rows.conditional:
        assert field.when is not None
        known = codes(rows[field.when.field].codes or "").labels
        for code in known:
            given_values = {**good(rows), field.when.field: code}
            others = {
                item.name: next(iter(codes(item.codes).labels)) if item.codes else PLAIN[item.type]
                for item in rows.conditional
                if item.name != field.name
            }
            if code in field.when.values:
                with pytest.raises(InvalidInput, match=field.name):
                    Description.of(rows.name, {**given_values, **others})
                value = next(iter(codes(field.codes).labels)) if field.codes else PLAIN[field.type]
                Description.of(rows.name, {**given_values, **others, field.name: value})
            else:
                Description.of(rows.name, {**given_values, **others})


NASTY = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32)]))
                  + "\ufffe\uffff") | st.sampled_from("\r\n\t \u00a0<>&\"']ếĐ"), min_size=1, max_size=40,
)  # fmt: skip


@given(NASTY)
@settings(max_examples=200, deadline=None)
def test_whatever_text_is_accepted_comes_back(text: str) -> None:
    start = good(table("SIP_hoso"))
    try:
        made = Description.of("SIP_hoso", {**start, "title": text, "description": text})
    except InvalidInput:
        assert not any(letter.isprintable() and not letter.isspace() for letter in text)
        return
    again, found = read_description(write_description(made), table("SIP_hoso"))
    assert again.values == made.values
    assert found == ()


@pytest.mark.parametrize("text", ["a\ud800", "\x00", "a\x0b", "\ufffe", "a\x1f"])
def test_what_xml_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Description.of("SIP_hoso", {**good(table("SIP_hoso")), "title": f"x{text}x"})


@pytest.mark.parametrize("rows", TABLES, ids=name_of)
def test_the_schema_made_from_a_table_asks_for_what_the_table_asks(rows: FieldTable) -> None:
    schema = etree.XMLSchema(etree.fromstring(schema_of(rows)))
    made = Description.of(rows.name, good(rows))
    whole = etree.fromstring(write_description(made))
    schema.assertValid(whole)
    for name in made.values:
        without = etree.fromstring(write_description(made))
        for twin in without.findall(name):
            without.remove(twin)
        assert not schema.validate(without), name
    for field in rows.fields:
        if field.length and not field.codes:
            long = etree.fromstring(write_description(made))
            for twin in long.findall(field.name):
                long.remove(twin)
            etree.SubElement(long, field.name).text = "1" * (field.length + 1)
            assert not schema.validate(long), field.name
