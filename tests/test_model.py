"""Models: English in Python, the specification's names on the wire, our error with a path."""

from __future__ import annotations

from typing import Annotated

import pytest

from egov_vn._model import Model, wire
from egov_vn.errors import InvalidInput


class Paper(Model):
    """A test model."""

    title: Annotated[str, wire("TenGiayTo")]
    copies: Annotated[int, wire("SoBan", ge=0)] = 1
    note: Annotated[str | None, wire("GhiChu")] = None


class Bundle(Model):
    """A test model with a list."""

    papers: Annotated[tuple[Paper, ...], wire("ThanhPhan")]


def test_english_inside_vietnamese_outside() -> None:
    bundle = Bundle(papers=(Paper(title="Đơn", copies=2),))
    assert bundle.to_json() == '{"ThanhPhan":[{"TenGiayTo":"Đơn","SoBan":2}]}'
    assert Bundle.from_json(bundle.to_json()) == bundle
    assert Bundle.from_dict({"papers": [{"title": "Đơn", "copies": 2}]}) == bundle


def test_the_error_names_the_field_and_counts_the_rest() -> None:
    with pytest.raises(InvalidInput) as caught:
        Bundle.from_json('{"ThanhPhan":[{"TenGiayTo":"Đơn"},{"SoBan":-1}],"La":1}', source="TT 01/2018")
    assert caught.value.path == "ThanhPhan[1].TenGiayTo"
    assert "2 more" in str(caught.value)
    assert caught.value.source == "TT 01/2018"


@pytest.mark.parametrize("bad", ["", "{", "[]", "null", '{"ThanhPhan": 5}', '{"ThanhPhan": [' + "[" * 500])
def test_what_is_not_the_document_is_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        Bundle.from_json(bad)
    with pytest.raises(InvalidInput):
        Bundle.from_dict(bad)


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidInput) as caught:
        Paper.from_dict({"TenGiayTo": "x", "SoBan": "y" * 500})
    assert len(str(caught.value)) < 250
