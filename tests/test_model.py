"""Models: English in Python, the specification's names on the wire, our error with a path."""

from __future__ import annotations

import contextlib
import json
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from egov_vn._model import Model, parse_json, wire
from egov_vn.errors import InvalidInput


class Paper(Model):
    """A test model."""

    title: Annotated[str, wire("TenGiayTo")]
    copies: Annotated[int, wire("SoBan", ge=0, le=99)] = 1
    note: Annotated[str | None, wire("GhiChu")] = None
    pages: Annotated[int | None, wire("SoTrang")] = None
    day: Annotated[date | None, wire("Ngay")] = None
    hour: Annotated[time | None, wire("Gio")] = None
    at: Annotated[datetime | None, wire("Luc")] = None
    lost: Annotated[bool, wire("DaMat")] = False


class Bundle(Model):
    """A test model with a list."""

    papers: Annotated[tuple[Paper, ...], wire("ThanhPhan")]


def refused(call: Any, *arguments: Any, **more: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        call(*arguments, **more)
    return caught.value


def test_english_inside_vietnamese_outside() -> None:
    bundle = Bundle(papers=(Paper(title="Đơn", copies=2),))
    assert bundle.to_json() == '{"ThanhPhan":[{"TenGiayTo":"Đơn","SoBan":2,"DaMat":false}]}'
    assert Bundle.from_json(bundle.to_json()) == bundle
    assert Bundle.from_dict({"papers": [{"title": "Đơn", "copies": 2}]}) == bundle


def test_the_error_names_the_field_and_counts_the_rest() -> None:
    error = refused(Bundle.from_json, '{"ThanhPhan":[{"TenGiayTo":"Đơn"},{"SoBan":-1}],"La":1}', source="TT 01/2018")
    assert error.path == "ThanhPhan[1].TenGiayTo"
    assert error.message == "the field is needed (and 2 more: ThanhPhan[1].SoBan, La)"
    assert error.source == "TT 01/2018"


@pytest.mark.parametrize("bad", ["", "{", "[]", "null", '{"ThanhPhan": 5}', '{"ThanhPhan": [' + "[" * 500])
def test_what_is_not_the_document_is_refused(bad: str) -> None:
    refused(Bundle.from_json, bad)
    refused(Bundle.from_dict, bad)


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(str(refused(Paper.from_dict, {"TenGiayTo": "x", "SoBan": "y" * 500}))) < 250
    assert len(str(refused(Paper.from_dict, {"TenGiayTo": "x", "z" * 500: 1}))) < 250
    assert "9" * 50 not in str(refused(Paper.from_dict, {"TenGiayTo": 10**5000}))


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({}, "TenGiayTo", "the field is needed"),
        ({"title": 5}, "title", "expected a text (found 5)"),
        ({"title": "x", "copies": -1}, "copies", "must be at least 0 (found -1)"),
        ({"title": "x", "copies": 100}, "copies", "must be at most 99 (found 100)"),
        ({"title": "x", "copies": True}, "copies", "expected a whole number (found True)"),
        ({"title": "x", "copies": [1]}, "copies", "expected a whole number (found a list)"),
        ({"title": "x", "lost": "có"}, "lost", "expected true or false (found 'có')"),
        ({"title": "x\ud800"}, "title", "a lone surrogate is no character (found 'x\\ud800')"),
        ({"title": "x", "day": 20260212}, "day", "expected a day such as 2026-02-12 (found 20260212)"),
        ({"title": "x", "day": "2026-02-30"}, "day", "day is out of range for month (found '2026-02-30')"),
        ({"title": "x", "no": 1}, "no", "there is no such field (found 1)"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_the_constructor_raises_our_error_too_with_the_name_that_was_used(
    fields: dict[str, Any], path: str, message: str
) -> None:
    for make in (lambda: Paper(**fields), lambda: Paper.model_validate(fields), lambda: Paper.from_dict(fields)):
        error = refused(make)
        assert (error.path, error.message) == (path, message)
    with pytest.raises(TypeError):
        Paper("x")  # type: ignore[call-arg]


def test_pydantics_own_doors_raise_our_error() -> None:
    assert refused(Paper.model_validate_json, b'{"TenGiayTo": 5}').path == "TenGiayTo"
    assert refused(Paper.model_validate_json, b"{").message.startswith("not JSON: ")
    assert refused(Paper.model_validate_strings, {"TenGiayTo": "x", "SoBan": "-1"}).path == "SoBan"
    assert Paper.model_validate_strings({"TenGiayTo": "x", "SoBan": "7", "Ngay": "2026-02-12"}).copies == 7


def test_in_a_model_of_somebody_elses_pydantic_stays_pydantic() -> None:
    class Theirs(BaseModel):
        paper: Paper

    assert Theirs.model_validate({"paper": {"TenGiayTo": "x"}}).paper == Paper(title="x")
    with pytest.raises(ValidationError):
        Theirs.model_validate({"paper": {}})


@pytest.mark.parametrize(
    ("written", "meant"),
    [("12", 12), (" 12 ", 12), ("+7", 7), ("012", 12), (12.0, 12), (12, 12), (Decimal("12.00"), 12)],
)
def test_a_whole_number_may_come_as_text(written: Any, meant: int) -> None:
    assert Paper(title="x", copies=written).copies == meant
    if not isinstance(written, Decimal):
        assert Paper.from_json(json.dumps({"TenGiayTo": "x", "SoBan": written})).copies == meant


@pytest.mark.parametrize(
    "written",
    [True, False, "", "1_0", "1.5", 1.5, "١٢", "0x1", "9" * 30, [], {}, Decimal("1.5"), Decimal("1e99"), None],
)
def test_nothing_else_is_a_whole_number(written: Any) -> None:
    assert refused(Paper, title="x", copies=written).path == "copies"
    if not isinstance(written, Decimal):
        assert refused(Paper.from_json, json.dumps({"TenGiayTo": "x", "SoBan": written})).path == "SoBan"
        if written is not None:
            assert refused(Paper.from_json, json.dumps({"TenGiayTo": "x", "SoTrang": written})).path == "SoTrang"


@given(st.integers() | st.floats() | st.booleans() | st.text(max_size=30))
def test_json_and_python_agree_on_numbers(written: Any) -> None:
    given = {"TenGiayTo": "x", "SoTrang": written}
    answers: list[int | None] = [None, None]
    with contextlib.suppress(InvalidInput):
        answers[0] = Paper.from_dict(given).pages
    with contextlib.suppress(InvalidInput):
        answers[1] = Paper.from_json(json.dumps(given)).pages
    assert answers[0] == answers[1]
    assert isinstance(answers[0], int | None)
    assert not isinstance(answers[0], bool)


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("Ngay", "2026-02-12", date(2026, 2, 12)),
        ("Gio", "15:00", time(15)),
        ("Luc", "2026-02-12T08:00:00+00:00", datetime(2026, 2, 12, 8, tzinfo=UTC)),
    ],
)
def test_days_and_times(name: str, written: str, meant: Any) -> None:
    english = {"Ngay": "day", "Gio": "hour", "Luc": "at"}[name]
    found = Paper.from_json(json.dumps({"TenGiayTo": "x", name: written}))
    assert getattr(found, english) == meant
    assert Paper.from_dict({"TenGiayTo": "x", name: meant}) == found
    assert Paper.from_json(found.to_json()) == found
    wrong: tuple[Any, ...] = (
        5, 5.0, True, "5", "1770861600", "x", "99:99", "2026-13-01", "2026-02-12T08:00:00", [], "1" * 60,
    )  # fmt: skip
    for bad in wrong:
        assert refused(Paper.from_json, json.dumps({"TenGiayTo": "x", name: bad})).path == name


def test_a_day_may_be_a_midnight() -> None:
    assert Paper(title="x", day=datetime(2026, 2, 12)).day == date(2026, 2, 12)
    assert refused(Paper, title="x", day=datetime(2026, 2, 12, 1)).path == "day"


def test_a_copy_is_checked() -> None:
    paper = Paper(title="x", note="y")
    assert paper.model_copy() == paper
    assert paper.model_copy(deep=True) == paper
    changed = paper.model_copy(update={"copies": "2", "GhiChu": "z"})
    assert (changed.copies, changed.note, changed.model_fields_set) == (2, "z", {"title", "note", "copies"})
    assert refused(paper.model_copy, update={"SoBan": -1}).path == "copies"
    assert refused(paper.model_copy, update={"no": 1}).path == "no"
    assert refused(paper.model_copy, update=[("copies", 1)]).path == "update"
    bundle = Bundle(papers=(paper,))
    assert bundle.model_copy(update={"papers": [paper, paper]}).papers == (paper, paper)


def test_a_model_does_not_change() -> None:
    paper = Paper(title="x")
    with pytest.raises(FrozenInstanceError):
        paper.title = "y"
    with pytest.raises(FrozenInstanceError):
        del paper.title
    assert paper.title == "x"
    assert hash(paper) == hash(Paper(title="x"))


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\xfe{}", b"\xef\xbb\xbf{}", "\ufeff{}", '{"TenGiayTo":"x"}'.encode("utf-16"), b'{"TenGiayTo":"\xff"}',
        '{"TenGiayTo":"\\ud800"}', '{"TenGiayTo":"x","SoTrang":NaN}', '{"TenGiayTo":"x","SoTrang":-Infinity}',
        '{"TenGiayTo":"x","SoTrang":1e999}', '{"TenGiayTo":"x","SoTrang":' + "9" * 5000 + "}",
        "[" * 100_000, '{"x":' * 100_000, b"5", b'"x"', b"true", b"", b"\0", b"{'TenGiayTo': 'x'}",
    ],
    ids=lambda value: repr(value[:24]),
)  # fmt: skip
@pytest.mark.parametrize("unique", [False, True])
def test_what_is_no_json_is_one_error(bad: str | bytes, unique: bool) -> None:
    assert len(str(refused(Paper.from_json, bad, unique=unique))) < 250


@pytest.mark.parametrize("bad", [None, 5, [], {}, memoryview(b"{}"), object()], ids=lambda value: type(value).__name__)
def test_json_is_text_or_bytes(bad: Any) -> None:
    assert "JSON is text or bytes" in str(refused(Paper.from_json, bad))
    refused(Paper.from_dict, bad)


def test_a_document_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paper, "max_bytes", 20)
    assert "exceed the 20 of Paper" in str(refused(Paper.from_json, b'{"TenGiayTo":"' + b"x" * 20 + b'"}'))


def test_a_field_that_is_named_twice() -> None:
    twice = '{"ThanhPhan":[{"TenGiayTo":"x"},{"TenGiayTo":"x","SoBan":1,"TenGiayTo":"y"}]}'
    assert Bundle.from_json(twice).papers[1].title == "y"
    error = refused(Bundle.from_json, twice, unique=True, source="RFC 8259")
    assert (error.path, error.message, error.source) == (
        "ThanhPhan[1].TenGiayTo", "the field is named twice", "RFC 8259",
    )  # fmt: skip
    once = Bundle.from_json(twice.replace('"SoBan":1,"TenGiayTo"', '"GhiChu"'), unique=True)
    assert once.papers[1].note == "y"
    assert parse_json(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
    deep = '{"a":' * 900 + '{"b":1,"b":2}' + "}" * 900
    refused(parse_json, deep)
