"""Every field table: round trip on generated records, strict writing, tolerant reading, codes by name."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from egov_vn.archive import Description, codes, table
from egov_vn.archive.descriptive import read_description, schema_of, write_description
from egov_vn.archive.fields import Field, FieldTable, tables
from egov_vn.archive.identifiers import ArchivalCode, DocCode, FileCode, PacketCode, PaperCode, doc_id, request_code
from egov_vn.archive.values import parse_date
from egov_vn.errors import InvalidInput

WRITTEN = [rows for scheme in ("tt05_2025", "nd30_2020") for rows in tables(scheme).values()]
READ = [*WRITTEN, *tables("tt02_2019").values()]
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Zs", "Zl", "Zp")), min_size=1, max_size=40
)


def value_of(field: Field) -> st.SearchStrategy[str]:
    if field.codes:
        known = list(codes(field.codes).labels)
        if field.multi:
            return st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True).map(";".join)
        return st.sampled_from(known)
    if field.type == "Number":
        return st.integers(0, 10 ** min(field.length or 4, 4) - 1).map(str)
    if field.type == "Date":
        return st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%d/%m/%Y}")
    if field.type == "Boolean":
        return st.sampled_from(["0", "1"])
    return TEXT.map(lambda text: text.strip()[: field.length or 40]).filter(bool)


def record_of(rows: FieldTable) -> st.SearchStrategy[dict[str, str]]:
    plain = {name: value_of(item) for name, item in rows.by_name.items() if item.type != "Group" and not item.parent}
    ordered = ("endDate", "EndDate", "startDate", "StartDate")
    return st.fixed_dictionaries(plain).map(
        lambda given: {k: ("01/02/2020" if k in ordered else v) for k, v in given.items()}
    )


@pytest.mark.parametrize("rows", READ, ids=lambda rows: f"{rows.scheme}-{rows.name}")
def test_every_table_makes_the_round_trip(rows: FieldTable) -> None:
    @given(record_of(rows))
    @settings(max_examples=15, deadline=None)
    def check(values: dict[str, str]) -> None:
        made = Description.of(rows.name, values, scheme=rows.scheme)
        again, found = read_description(write_description(made, repealed=True), rows)
        assert again.values == made.values
        assert not [item for item in found if item.level == "error"]

    check()


def test_the_tables_are_complete() -> None:
    counts = {name: len(rows.fields) for name, rows in tables("tt05_2025").items()}
    assert counts == {
        "SIP_hoso": 18, "SIP_tailieu": 5, "AIP_hoso": 18, "AIP_tailieu": 4, "DIP": 7, "SIP_doc": 21, "AIP_doc": 19,
        "DIP_doc": 20, "SIP_pic": 18, "SIP_media": 19,
    }  # fmt: skip
    assert len(codes("typeName").labels) == 32
    assert {name: len(rows.fields) for name, rows in tables("nd30_2020").items()} == {
        "outgoing": 23,
        "incoming": 23,
        "file": 14,
    }
    assert set(tables("tt02_2019")) == {"fonds", "file", "document", "picture", "recording"}


def test_the_data_agree_with_the_reference(shared: Any) -> None:
    for file, scheme, names in (
        ("tt05_2025", "tt05_2025", None),
        ("nd30_annex6", "nd30_2020", ("outgoing", "incoming", "file")),
    ):
        reference = json.loads((shared / "data" / f"{file}.json").read_text(encoding="utf-8"))["tables"]
        ours = tables(scheme)
        for (key, rows), name in zip(reference.items(), names or reference, strict=True):
            held = ours[name or key].fields
            assert [(row["name"], row["type"], row.get("length")) for row in rows] == [
                (item.name, item.type, item.length) for item in held
            ]


def test_codes_go_both_ways_and_never_by_position() -> None:
    kinds = codes("typeName")
    assert kinds.code("Chỉ thị") == kinds.code("CHỈ  THỊ") == kinds.code("03") == kinds.code("directive") == "03"
    assert kinds.label("15") == "Tờ trình"
    assert kinds.label("15", "en") == "Submission"
    assert "03" in kinds
    with pytest.raises(InvalidInput, match="neither a code nor a name"):
        kinds.code("Sắc lệnh")


def test_the_strict_writer_names_the_field() -> None:
    good = {"title": "T", "file_code": "H13.2026.01", "source": "văn bản đi", "total_doc": 1}
    assert Description.of("SIP_tailieu", good).values["source"] == "0"
    for change, match in (
        ({"title": None}, "required field title"),
        ({"title": "x" * 1001}, "more than 1000"),
        ({"total_doc": "một"}, "must be Number"),
        ({"total_doc": 1.5}, "no type that a field holds"),
        ({"source": "x"}, "neither a code"),
        ({"colour": "x"}, "has no field"),
        ({"title": "a\x00b"}, "control characters"),
        ({"title": date(2026, 1, 1)}, "is a date"),
        ({"source": ["0", "1"]}, "holds one code"),
    ):
        with pytest.raises(InvalidInput, match=match):
            Description.of("SIP_tailieu", {**good, **change})
    assert Description.of("SIP_tailieu", good).replace(title="Khác")["title"] == "Khác"


def test_unknown_tables_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no field table"):
        table("SIP")


def test_schemas_made_from_the_tables_hold_what_is_written(shared: Any) -> None:
    for rows in tables("tt05_2025").values():
        etree.XMLSchema(etree.fromstring(schema_of(rows)))


@pytest.mark.parametrize(
    ("text", "partial", "expected"),
    [
        ("01/02/2026", False, date(2026, 2, 1)),
        ("02/2026", False, None),
        ("02/2026", True, date(2026, 2, 1)),
        ("2026", True, date(2026, 1, 1)),
        ("31/02/2026", False, None),
        ("1/2/2026", False, None),
        ("00/2026", True, None),
        ("", True, None),
    ],
)
def test_dates(text: str, partial: bool, expected: date | None) -> None:
    assert parse_date(text, partial=partial) == expected
    if partial and expected:
        assert (parse_date(text, partial=True, end=True) or expected) >= expected


def test_file_codes_in_both_forms() -> None:
    for text in ("H49.64.33.2001.160", "H05.02.02.2008.01.HC", "000.00.00.G09.2010.01.TH"):
        code = FileCode.parse(text)
        assert str(code) == text
        assert code.agency_code is not None
    assert FileCode.parse("PHONG12.1996.7").agency_code is None
    assert FileCode.of("H13.12.3", 2026, "01").document(7) == DocCode.parse("H13.12.3.2026.01.0000007")
    for bad in ("", "H13", "H13.26.01", "2026.01", "H13..2026.1", "x" * 300, "H13 a.2026.1"):
        with pytest.raises(InvalidInput):
            FileCode.parse(bad)
    with pytest.raises(InvalidInput):
        FileCode(agency="H13", year=26, notation="1")
    with pytest.raises(InvalidInput):
        FileCode(agency="H13", year=2026, notation="x" * 60).document(0)


@given(
    st.sampled_from(["H13.12.3", "000.00.00.H13", "G09"]),
    st.integers(1900, 2099),
    st.from_regex(r"[0-9]{1,4}(\.[A-Z]{1,3})?", fullmatch=True),
)
def test_file_codes_make_the_round_trip(agency: str, year: int, notation: str) -> None:
    code = FileCode(agency=agency, year=year, notation=notation)
    assert FileCode.parse(str(code)) == code
    assert DocCode.parse(str(code.document(12))).file == str(code)


def test_other_codes() -> None:
    file = FileCode.parse("H49.64.33.2001.160")
    archival = ArchivalCode(archive="LTLS", file=file)
    assert str(archival) == "LTLS.H49.64.33.2001.160"
    assert ArchivalCode.parse(str(archival), archive="LTLS") == archival
    assert str(ArchivalCode(archive="LTLS", file=file, list_number="02", separator="-")) == "LTLS-H49.64.33.2001.160-02"
    assert str(archival.document(3)).endswith(".0000003")
    for bad in ({"separator": ".."}, {"archive": "a b"}, {"list_number": " "}):
        with pytest.raises(InvalidInput):
            ArchivalCode(**{"archive": "A", "file": file, **bad})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        ArchivalCode.parse("X.1", archive="LTLS")
    packet = PacketCode(agency="H13", year=2026, transfer=1, ordinal=1)
    assert str(packet) == "H13.2026.01.0000001"
    assert PacketCode.parse(str(packet)) == packet
    for text in ("H13.2026.1.0000001", "H13.2026.01", "H13.2026.xx.0000001"):
        with pytest.raises(InvalidInput):
            PacketCode.parse(text)
    with pytest.raises(InvalidInput):
        PacketCode(agency="H13", year=2026, transfer=100, ordinal=1)
    paper = PaperCode.parse("LTLS.13.K1-G2-H3.15")
    assert (paper.archive, paper.place, paper.number) == ("LTLS.13", "K1-G2-H3", "15")
    assert str(paper) == "LTLS.13.K1-G2-H3.15"
    with pytest.raises(InvalidInput):
        PaperCode.parse("a.b")
    with pytest.raises(InvalidInput):
        PaperCode(archive="a", place="b.c", number="1")
    with pytest.raises(InvalidInput):
        DocCode.parse("H13.1")


def test_document_identifiers_fit_in_25_characters() -> None:
    assert doc_id("H49.64.33.2001.160", 1) == "H49.64.33.2001.160.1"
    long = doc_id("H13.12.3.2026.260212-0001", 9_999_999)
    assert len(long) <= 25
    assert long.endswith(".9999999")
    assert doc_id("H13.12.3.2026.260212-0002", 1) != doc_id("H13.12.3.2026.260212-0001", 1)
    with pytest.raises(InvalidInput):
        doc_id("x", 0)


def test_request_codes() -> None:
    assert request_code(ordinal=1, agency="UBND", transfer=2, year=2026) == "1.UBND.2.2026"
    assert (
        request_code(ordinal=1, agency="UBND", transfer=2, year=2026, notation="NL", separator="/")
        == "1/NL/UBND/2/2026"
    )
    with pytest.raises(InvalidInput):
        request_code(ordinal=0, agency="UBND", transfer=2, year=2026)
