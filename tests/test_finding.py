"""Findings: one type, two languages, rendered once."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from egov_vn.finding import Finding, Severity, finding, render_html, render_terminal, worst
from egov_vn.law import Citation

LAW = Citation(instrument="118/2025/NĐ-CP", article="17", clause="2", point="a")
BAD = finding("X-1", "error", vi="Sai mã", en="Wrong code", where="MaHoSo", source=LAW)
NOTE = finding("X-2", Severity.INFO, vi="Ghi chú", en="A note")


def test_a_finding_speaks_both_languages() -> None:
    assert BAD.text("vi") == "Sai mã"
    assert BAD.text("en") == "Wrong code"
    assert str(BAD.text) == "Sai mã"
    assert BAD.line("vi") == "LỖI X-1: MaHoSo: Sai mã [điểm a khoản 2 Điều 17 118/2025/NĐ-CP]"
    assert BAD.line("en") == "ERROR X-1: MaHoSo: Wrong code [point a, clause 2, Art. 17, 118/2025/NĐ-CP]"


def test_json_has_the_promised_keys() -> None:
    assert list(BAD.to_dict()) == ["code", "level", "where", "source", "text"]
    assert json.loads(json.dumps(NOTE.to_dict())) == {
        "code": "X-2",
        "level": "info",
        "where": "",
        "source": None,
        "text": {"vi": "Ghi chú", "en": "A note"},
    }


def test_the_heaviest_comes_first() -> None:
    assert render_terminal([NOTE, BAD], "en").splitlines()[0].startswith("ERROR")
    assert worst([NOTE, BAD]) is Severity.ERROR
    assert worst([]) is None
    assert render_terminal([]) == ""


@given(st.text(), st.text(), st.text())
def test_html_is_well_formed_whatever_a_finding_says(code: str, sentence: str, where: str) -> None:
    item = Finding(code=code, level=Severity.WARNING, text=BAD.text.__class__(sentence, sentence), where=where)
    page = render_html([item, BAD, NOTE])
    printable = "".join(c for c in page if c.isprintable() or c == " ")
    etree.fromstring(printable.encode("utf-8", "ignore"), etree.XMLParser(recover=False))
    assert "<script" not in page
