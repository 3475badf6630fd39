"""A document as JSON, and as the input data of a document system."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from egov_vn.agency import AgencyCode
from egov_vn.document import (
    Appendix,
    Capacity,
    Circulation,
    Document,
    Paragraph,
    Signatory,
    SigningForm,
    Urgency,
    check_metadata,
    document_from_json,
    document_metadata,
    parse_text,
)
from egov_vn.errors import InvalidInput

DIRECTIVE = Path(__file__).parents[2] / "examples" / "chi-thi-11-2015-can-tho.txt"


@pytest.fixture(scope="module")
def document() -> Document:
    """Return the directive with everything else that a document may have."""
    return replace(
        parse_text(DIRECTIVE.read_text(encoding="utf-8")),
        urgency=Urgency.FLASH,
        circulation=Circulation.RETURN_AFTER_READING,
        secretary=Signatory(name="A B", position="C", capacities=(Capacity(SigningForm.ACTING, "D"),)),
        appendices=(Appendix(title="E", body=(Paragraph("F"),)),),
        copies=7,
        recipients=("Lưu: VT",),
        drafter="NVA",
        contact=("ĐT",),
    )


def test_json_goes_both_ways(document: Document) -> None:
    assert document_from_json(document.to_json()) == document
    assert document_from_json(document.to_json(indent=2).encode()) == document
    plain = json.loads(document.to_json())
    assert (plain["kind"], plain["number"], plain["day"]) == ("Chỉ thị", "11/CT-UBND", "2015-07-08")
    assert plain["references"][2]["number"] == "50/2009/QĐ-UBND"
    assert "addressees" not in plain


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        '{"kind": "Thơ", "issuer": {"name": "A"}}',
        '{"kind": "Chỉ thị", "issuer": {"name": "A"}, "x": 1}',
        '{"kind": "Chỉ thị", "issuer": {"name": "A"}, "number": "?"}',
        '{"kind": "Chỉ thị", "issuer": {"name": ""}}',
    ],
)
def test_bad_json_is_refused(data: str) -> None:
    with pytest.raises(InvalidInput):
        document_from_json(data)


def test_the_input_data_of_annex_vi(document: Document) -> None:
    metadata = document_metadata(document, pages=3, agency=AgencyCode.parse("000.00.00.H13"), due=date(2026, 3, 1))
    wire = json.loads(metadata.to_json())
    assert wire["TypeName"] == "Chỉ thị"
    assert (wire["CodeNumber"], wire["CodeNotation"], wire["IssuedDate"]) == ("11", "CT-UBND", "08/07/2015")
    assert wire["SignerInfo"] == {"Position": "CHỦ TỊCH", "FullName": "Lê Hùng Dũng"}
    assert (wire["PageAmount"], wire["IssuedAmount"], wire["DueDate"]) == (3, 7, "01/03/2026")
    assert check_metadata(metadata) == ()
    for missing in (replace(document, number=None), replace(document, day=None)):
        with pytest.raises(InvalidInput):
            document_metadata(missing)
    assert document_metadata(replace(document, signer=None)).signer_info is None


def test_lengths_are_checked(document: Document) -> None:
    long = replace(document, abstract="x" * 501, copies=1000, signer=Signatory(name="x" * 51, position="y" * 101))
    metadata = document_metadata(long, agency=AgencyCode.parse("H13.12.03.04.05"))
    found = {item.where: item.level for item in check_metadata(metadata)}
    assert found == {
        "organ_id": "warning",
        "subject": "error",
        "issued_amount": "error",
        "position": "error",
        "full_name": "error",
    }
