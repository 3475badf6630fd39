"""The runner: the library holds its own cases; a wrong system is told where and by which article."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from lxml import etree

from egov_vn.conformance import REFERENCE, TOPICS, run, vectors
from egov_vn.errors import InvalidInput


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: f"{vector.id} [{vector.source}]")
def test_the_library_holds_every_case(vector: Any) -> None:
    report = run({vector.topic: REFERENCE[vector.topic]}, topics=[vector.topic])
    assert [result.found for result in report.results if not result.passed] == []


def test_every_topic_has_a_case_and_an_answer() -> None:
    assert {vector.topic for vector in vectors()} == set(TOPICS) == set(REFERENCE)


def count_weekdays(given: Mapping[str, Any]) -> str:
    """A system that knows no holidays: adds days, nothing else."""
    return str(given["received_at"][:10])


def test_a_wrong_system_is_told_where_and_why() -> None:
    report = run({"deadline": count_weekdays})
    assert report.conforms is False
    assert len(report.findings) == len(report.results)
    assert set(report.skipped) == set(TOPICS) - {"deadline"}
    assert "91/2015/QH13" in report.to_terminal("vi")
    assert "2026-02-26" in report.findings[0].text("en")
    assert json.loads(json.dumps(report.to_dict()))["failed"] == len(report.findings)


def test_accepting_what_must_be_refused_is_a_difference() -> None:
    lax = run({"tax_code": lambda given: given["number"]})
    assert [result.vector.id for result in lax.results if not result.passed] == ["tax_code/a wrong check digit"]
    assert "a refusal" in lax.findings[0].text("en")
    assert run({"tax_code": lambda given: None}).findings[0].where == "tax_code/a good check digit"


def test_a_system_that_crashes_differs() -> None:
    report = run({"lunar": lambda given: 1 // 0})
    assert report.conforms is False
    assert "ZeroDivisionError" in report.findings[0].text("vi")


def test_junit_and_html_are_well_formed() -> None:
    report = run({"deadline": lambda given: "<&\x00>", "lunar": REFERENCE["lunar"]})
    suite = etree.fromstring(report.to_junit().encode())
    assert suite.get("tests") == str(len(report.results) + len(report.skipped))
    assert len(suite.findall(".//failure")) == int(suite.get("failures") or 0) == len(report.findings)
    page = report.to_html("en")
    assert "&lt;&amp;" in page
    assert "<td>lunar</td><td>5</td><td>5</td>" in page


def test_nothing_run_is_not_a_pass() -> None:
    assert run({}).conforms is None
    with pytest.raises(InvalidInput, match="unknown topic"):
        vectors(["astrology"])
