from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.finding import finding
from egov_vn.signature import (
    CertificateInfo,
    Indication,
    Level,
    Report,
    RevocationData,
    SignatureReport,
    SubIndication,
    assess_cms,
    sign_cms,
)
from egov_vn.signature.report import worst_of
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def report() -> Report:
    authority = TestAuthority(at=T0, key="p256")
    signer = authority.issue_person("<b>Thử</b> & Co", cccd="092090000018", title="Chủ tịch")
    made = sign_cms(b"x", signer=signer, at=T0, level=Level.B_T, timestamper=authority.timestamper())
    known = RevocationData(crls=(authority.crl(at=T0), authority.crl(at=T0, root=True)))
    good = assess_cms(made, at=T0, content=b"x", trust=authority.trust_store(), revocation=known)
    bad = assess_cms(made, at=T0, content=b"y", trust=authority.trust_store(), revocation=known)
    remark = finding("X-1", "warning", vi="Một <lời>", en="One <word>")
    return Report(signatures=good.signatures + bad.signatures, findings=(remark,), at=T0, file_name="a<b>.pdf")


def signature(indication: Indication, sub: SubIndication | None = None) -> SignatureReport:
    return SignatureReport(name="s", indication=indication, sub_indication=sub)


def test_the_worst_signature_decides() -> None:
    passed, open_, failed = (signature(item) for item in Indication)
    assert Report().indication is None
    assert Report(signatures=(passed,)).indication is Indication.TOTAL_PASSED
    assert Report(signatures=(passed, open_)).indication is Indication.INDETERMINATE
    two = (open_, signature(Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE), failed)
    assert Report(signatures=two).sub_indication is SubIndication.HASH_FAILURE  # the first of the worst


def test_a_report_has_no_truth_value(report: Report) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(report)


def test_levels_are_ordered() -> None:
    assert Level.B_B < Level.B_T < Level.B_LT < Level.B_LTA
    assert Level.B_LTA > Level.B_LT >= Level.B_LT
    assert Level.B_T <= Level.B_T
    shuffled = [Level.B_LTA, Level.B_T, Level.B_LT, Level.B_B]
    assert [item.value for item in sorted(shuffled)] == ["B-B", "B-T", "B-LT", "B-LTA"]


def test_worst_of() -> None:
    assert worst_of([]) == (Indication.TOTAL_PASSED, None)
    first = (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert worst_of([first, (Indication.INDETERMINATE, SubIndication.NO_POE)]) == first


def test_json(report: Report) -> None:
    read = json.loads(report.to_json())
    assert read == report.to_dict()
    assert read["indication"] == "TOTAL-FAILED"
    assert read["sub_indication"] == "HASH_FAILURE"
    assert [item["level"] for item in read["signatures"]] == ["B-T", "B-T"]
    assert read["signatures"][0]["signer"]["numbers"] == {"CCCD": "092090000018"}
    assert read["findings"][0] == {
        "code": "X-1",
        "level": "warning",
        "where": "",
        "source": None,
        "text": {"vi": "Một <lời>", "en": "One <word>"},
    }
    assert Report().to_dict()["indication"] is None


class Page(HTMLParser):
    """Collects what a browser would load, run or show."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href", "onclick")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "vi",
            ["KHÔNG HỢP LỆ", "HỢP LỆ", "Chủ thể ký", "Một <lời>", "a<b>.pdf", "<b>Thử</b> & Co", "Thông tư 15/2025"],
        ),
        ("en", ["NOT VALID", "VALID", "Signer", "One <word>", "Circular 15/2025"]),
    ],
)
def test_the_page_needs_nothing_and_escapes_everything(report: Report, lang: str, words: list[str]) -> None:
    page = Page()
    text = report.to_html(lang)  # type: ignore[arg-type]
    page.feed(text)
    assert text.startswith("<!DOCTYPE html>")
    assert f'<html lang="{lang}">' in text
    assert page.outside == []
    assert not {"script", "b", "img", "iframe", "link"} & set(page.tags)
    assert "default-src 'none'" in text
    for word in words:
        assert word in page.text
    assert page.tags.count("section") == 2


@pytest.mark.parametrize(("lang", "word"), [("vi", "KHÔNG HỢP LỆ (HASH_FAILURE)"), ("en", "NOT VALID (HASH_FAILURE)")])
def test_the_terminal(report: Report, lang: str, word: str) -> None:
    text = report.to_terminal(lang)  # type: ignore[arg-type]
    assert word in text
    assert "2026-02-12T09:00:00+07:00" in text
    assert "CCCD 092090000018" in text


def test_a_file_without_signature() -> None:
    for text in (Report().to_terminal(), Report().to_html()):
        assert "không có chữ ký" in text.lower()
    assert "NO SIGNATURE" in Report().to_terminal("en")


def test_a_signature_without_certificate() -> None:
    bare = Report(signatures=(signature(Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND),), at=T0)
    assert "CHƯA KẾT LUẬN" in bare.to_terminal()
    assert "NO_SIGNING_CERTIFICATE_FOUND" in bare.to_html()


def test_what_is_signed_names_the_holder(report: Report) -> None:
    signer = report.signatures[0].signer
    assert isinstance(signer, CertificateInfo)
    assert signer.is_valid_at(T0 + timedelta(days=1))
    assert len(report.all_findings) > 40


@pytest.mark.parametrize(
    ("covers", "vietnamese"),
    [
        ("whole document", "toàn bộ tài liệu"),
        ("bytes 0-91691 of 198551", "byte 0-91691 trên 198551"),
        ("not the whole document", "không phải toàn bộ tài liệu"),
        ("#HD-17 (/HDon/DLHDon), whole document", "#HD-17 (/HDon/DLHDon), toàn bộ tài liệu"),
    ],
)
def test_what_is_covered_is_told_in_the_reader_s_language(covers: str, vietnamese: str) -> None:
    told = Report(signatures=(replace(signature(Indication.INDETERMINATE), covers=covers),), at=T0)
    assert f"Phạm vi được ký: {vietnamese}\n" in told.to_terminal("vi") + "\n"
    assert f": {covers}\n" in told.to_terminal("en") + "\n"
    assert f"<dd>{vietnamese}</dd>" in told.to_html("vi")
    assert told.signatures[0].to_dict()["covers"] == covers
