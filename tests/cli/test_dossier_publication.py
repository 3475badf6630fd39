"""`egov-vn dossier publication`."""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.errors import InvalidInput


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["dossier", "publication", *arguments])


def test_both_deadlines_are_told_with_their_article() -> None:
    text = run("--by", "ministry", "--effective", "2026-07-01", "--signed", "2026-06-11").output
    assert "11/06/2026: trước 20 ngày" in text
    assert "Điều 15 63/2010/NĐ-CP" in text
    assert "25/06/2026" in text
    assert (
        "20 working days"
        in run("--by", "ministry", "--effective", "2026-07-01", "--as-indicator", "--lang", "en").output
    )


def test_json_has_a_day_for_each() -> None:
    found = json.loads(run("--by", "province", "--effective", "2026-07-01", "--signed", "2026-06-26", "--json").output)
    assert {key: item["day"] for key, item in found.items()} == {"decision": "2026-06-26", "posting": "2026-07-03"}
    short = ("--by", "province", "--effective", "2026-07-01", "--shortened", "--issued", "2026-06-29", "--json")
    assert json.loads(run(*short).output)["decision"]["day"] == "2026-07-02"


def test_wrong_use() -> None:
    assert isinstance(run("--by", "province").exception, InvalidInput)
    assert isinstance(run("--by", "province", "--signed", "soon").exception, InvalidInput)
    assert run("--by", "province", "--signed", "2090-01-01").exit_code == 3
