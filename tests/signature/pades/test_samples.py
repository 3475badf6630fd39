"""Every sample file gets the verdict that its origin states, or an exception argued here.

`expected` in the manifest speaks of one signature's mathematics and form; `expected_overall` says where the document
was changed afterwards. Nothing is trusted in this test, so the best verdict is INDETERMINATE for want of a chain.
"""

from __future__ import annotations

import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades import assess_pdf
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Report, SubIndication

AT = datetime(2026, 11, 23, tzinfo=UTC)
FOLDER = Path(__file__).parents[4] / "shared" / "samples" / "signatures"
ITEMS: list[dict[str, Any]] = (
    [
        item
        for item in json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["items"]
        if item["kind"].startswith("pades") and (FOLDER / item["file"]).is_file()
    ]
    if FOLDER.is_dir()
    else []
)
pytestmark = pytest.mark.skipif(not ITEMS, reason="the samples are not beside this checkout")

# The origin says "valid" or "see-test"; we refuse. Why:
REFUSED = {
    "pades/DSS1376-rev_n.pdf": "a text field was filled in after the first signature, and its appearance replaced in "
    "place; the origin ignores what follows a signature, pyHanko refuses it as well",
    "pades/PAdES-LT.pdf": "entries of the VRI dictionary were replaced after the last signature: long-term data may be "
    "added, not exchanged",
    "pades/annotation-and-visible-change.pdf": "the manifest asks for it: the visible content was changed",
    "pades/pades-enveloping-cms.pdf": "the CMS carries a content of its own; EN 319 142-1 clause 6.3 wants none",
    "pades/pades-lta-copied-doctst.pdf": "the time-stamp was copied from another file: objects that the signed "
    "revision names were filled in later",
    "pades/pades-signed-annot-added.pdf": "the manifest asks for it: an annotation was added",
    "pades/pades-t-duplicated-doctst.pdf": "a time-stamp was copied, which breaks the comparison of the revisions",
    "pades/pdf-byterange-overlap.pdf": "issue and manifest: an overlapping byte range must be refused",
    "pades/pdf-removed-pages.pdf": "the manifest asks for it: pages were removed",
    "pades/pdf-structtreeroot-changes.pdf": "the manifest asks for it: the structure tree was changed",
    "pades/pkcs7_sha1.pdf": "the first signature is adbe.pkcs7.sha1, which PDF 2.0 withdrew and TT 15/2025 does not "
    "list; the page tree was rewritten after it",
}
# Not readable as PDF, or not without a key that no password gives: refused with InvalidInput.
UNREADABLE = {
    "pades/encrypted.pdf": "encrypted",
    "pades-pyhanko/signed-encrypted-pubkey-with-catalog-ref.pdf": "encrypted",
    "pades/malformed-pades.pdf": "does not begin with %PDF-",
    "pades/pdf-signed-corrupted.pdf": "cannot be read",
    "pades/pdf-spoofing-attack.pdf": "cannot be read",
}
# A file of which a part does not pass, as its origin says.
FAILING = {
    "pades/pdf-with-empty-sig.pdf": SubIndication.FORMAT_FAILURE,
    "pades/pdf-with-two-empty-sigs.pdf": SubIndication.FORMAT_FAILURE,
}
WITHOUT_SIGNATURE = {"pades/retrieved-modified_after_signature.pdf"}


def judge(name: str, policy: SignaturePolicy | None = None) -> Report:
    return assess_pdf((FOLDER / name).read_bytes(), at=AT, policy=policy)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["file"]))
def test_the_verdict_of_the_manifest(item: dict[str, Any]) -> None:
    name, expected = str(item["file"]), str(item["expected"])
    started, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name in UNREADABLE:
        with pytest.raises(InvalidInput, match=UNREADABLE[name]):
            judge(name)
    elif name in WITHOUT_SIGNATURE:
        assert judge(name).indication is None
    else:
        report = judge(name)
        if name in REFUSED or expected.startswith(("reject", "not whole", "illegal")) or item.get("expected_overall"):
            assert report.indication is Indication.TOTAL_FAILED
        elif name in FAILING:
            assert report.sub_indication is FAILING[name]
        elif expected == "invalid":
            assert report.indication is not Indication.TOTAL_PASSED
            assert all(_broken(one) for one in report.signatures[:1])
        else:
            assert report.indication is Indication.INDETERMINATE
            assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
            assert all(_intact(one) for one in report.signatures), report.to_terminal("en")
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 300 * 1024  # not what other tests used before


def _intact(signature: Any) -> bool:
    return any(one.code == "SIG-INTEGRITY-OK" for one in signature.findings)


def _broken(signature: Any) -> bool:
    codes = {one.code for one in signature.findings}
    return bool(codes & {"SIG-CRYPTO", "SIG-CERT-MISSING", "SIG-HASH", "SIG-BYTE-RANGE", "SIG-FORMAT"})


@pytest.mark.parametrize(
    "name",
    [item["file"] for item in ITEMS if "allowed form fill" in item["expected"]],
)
def test_allowed_form_filling_holds_under_the_general_policy(name: str) -> None:
    report = judge(name, SignaturePolicy.default())
    assert report.indication is Indication.INDETERMINATE
    assert all(_intact(one) for one in report.signatures)


def test_every_exception_is_about_a_file_that_exists() -> None:
    names = {item["file"] for item in ITEMS}
    assert {*REFUSED, *UNREADABLE, *FAILING, *WITHOUT_SIGNATURE} <= names
