"""Bounds that no other test watched: each of these was found by changing one comparison or constant."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from egov_vn.archive import (
    ArchivalFile,
    CheckReport,
    Description,
    FileCode,
    HandoverList,
    Hold,
    ListRow,
    Organisation,
    PacketCode,
    PaperMap,
    Record,
    Retention,
    Sheets,
    assess_evidence,
    compare,
    doc_id,
    renew_hash_trees,
    renew_timestamps,
    seal_objects,
)
from egov_vn.archive.crosswalk import DossierDocument, file_from_dossier
from egov_vn.archive.paper import Form
from egov_vn.dossier import Dossier
from egov_vn.errors import InvalidInput
from egov_vn.signature import SignaturePolicy
from egov_vn.signature.policy import AlgorithmVerdict
from egov_vn.testing import TestAuthority

AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
CODE = "H13.12.3.2026.01"


def test_a_hold_holds_on_its_first_and_on_its_last_day() -> None:
    hold = Hold(reason="thanh tra", since=date(2030, 1, 2), until=date(2030, 3, 4))
    days = [date(2030, 1, 1), date(2030, 1, 2), date(2030, 3, 4), date(2030, 3, 5)]
    assert [hold.covers(day) for day in days] == [False, True, True, False]
    assert Hold(reason="án", since=date(2030, 1, 2)).covers(date(9999, 1, 1))


def test_ordinals_run_to_their_last_digit() -> None:
    code = FileCode.parse(CODE)
    assert str(code.document(9_999_999)).endswith(".9999999")
    assert str(PacketCode(agency="H13", year=2026, transfer=99, ordinal=9_999_999)) == "H13.2026.99.9999999"
    for year, transfer, ordinal in ((2026, 100, 1), (2026, 0, 1), (2026, 1, 10_000_000), (2026, 1, 0), (2100, 1, 1)):
        with pytest.raises(InvalidInput):
            PacketCode(agency="H13", year=year, transfer=transfer, ordinal=ordinal)
    with pytest.raises(InvalidInput):
        code.document(10_000_000)


def test_a_long_file_code_stands_as_sixteen_digits_of_its_hash() -> None:
    long = "H13." + "x" * 30
    assert doc_id(long, 7) == f"{hashlib.sha256(long.encode()).hexdigest()[:16].upper()}.7"
    assert re.fullmatch(r"[0-9A-F]{16}\.9999999", doc_id(long, 9_999_999))
    assert doc_id("x" * 23, 1) == "x" * 23 + ".1"  # 25 characters fit


@pytest.mark.parametrize(("pages", "form"), [(4, Form.BOTH), (5, Form.DIFFERS)])
def test_a_sheet_has_two_sides(make_record: Callable[..., Record], pages: int, form: Form) -> None:
    file = ArchivalFile.of(
        [make_record(1, number_of_page=pages)],
        file_code=CODE,
        title="T",
        mode="01",
        number_of_paper=2,
        risk_recovery=False,
    )
    found = PaperMap.of(file, [Sheets(record=f"{CODE}.0000001", box="1", folder="1", first=1, last=2)])
    assert [line.form for line in found.lines] == [form]


def report_of(**more: Any) -> CheckReport:
    told = Description.of(
        "SIP_hoso",
        {
            "fileCode": CODE,
            "title": "T",
            "maintenance": "05",
            "mode": "01",
            "language": "01",
            "startDate": "01/02/2026",
            "endDate": "01/02/2026",
            "totalDoc": 1,
            "numberOfPaper": 0,
            "numberOfPage": 2,
            "riskRecovery": False,
            **more,
        },
    )
    return CheckReport(name="x", conforms=True, findings=(), file=told)


def test_what_the_list_leaves_open_is_not_compared() -> None:
    short = HandoverList(rows=(ListRow(code=CODE, title="T"),))
    assert compare(short, [report_of()]) == ()
    full = HandoverList(rows=(ListRow(code=CODE, title="T", start="01/02/2026", pages="02", mode="Công khai"),))
    assert compare(full, [report_of()]) == ()
    assert [item.code for item in compare(full, [report_of(numberOfPage=3)])] == ["ARC-LIST-DIFFERS"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_read_as_spreadsheets_save_it(delimiter: str) -> None:
    heads = ["Mã hồ sơ", "Tiêu đề hồ sơ", "Thời gian bắt đầu", "Số trang"]
    title = unicodedata.normalize("NFD", "Hồ sơ về việc đất đai")
    rows = [heads, [CODE, title, "01/02/2026", "2"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    listing = HandoverList.read_csv(("\ufeff" + unicodedata.normalize("NFD", text)).encode())
    assert compare(listing, [report_of(title="Hồ sơ về việc đất đai")]) == ()


def test_a_list_in_xlsx_may_hold_days_and_numbers() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Mã hồ sơ", "Tiêu đề hồ sơ", "Thời gian bắt đầu", "Thời gian kết thúc", "Số trang"])
    book.active.append([CODE, "T", date(2026, 2, 1), datetime(2026, 2, 1), 2.0])
    out = io.BytesIO()
    book.save(out)
    listing = HandoverList.read_xlsx(out.getvalue())
    assert listing.rows[0].start == listing.rows[0].end == "01/02/2026"
    assert compare(listing, [report_of()]) == ()
    assert [item.code for item in compare(listing, [report_of(numberOfPage=3)])] == ["ARC-LIST-DIFFERS"]


def test_a_page_count_of_five_thousand_digits_is_a_difference() -> None:
    listing = HandoverList(rows=(ListRow(code=CODE, title="T", pages="9" * 5000),))
    assert [item.code for item in compare(listing, [report_of()])] == ["ARC-LIST-DIFFERS"]


class _Fading(SignaturePolicy):
    """SHA-384 falls in the middle of 2028."""

    def digest(self, name: str, at: datetime) -> AlgorithmVerdict:
        if name == "sha384":
            return AlgorithmVerdict(allowed=at < datetime(2028, 7, 1, tzinfo=UTC), name=name)
        return SignaturePolicy.digest(self, name, at)


def test_a_hash_must_stand_until_the_next_chain_not_only_until_the_next_stamp() -> None:
    """RFC 4998 section 5.3: all stamps of a chain rest on its one hash."""
    data = b"quyet dinh"
    stamper = TestAuthority(at=AT, key="p256")

    def at(days: int) -> datetime:
        return AT + timedelta(days=days)

    seal = seal_objects([hashlib.sha384(data).digest()], timestamper=stamper.timestamper(AT), algorithm="sha384")
    records = renew_timestamps([seal.record(hashlib.sha384(data).digest())], timestamper=stamper.timestamper(at(700)))
    hashes = {name: hashlib.new(name, data).digest() for name in ("sha384", "sha512")}
    policy = _Fading(rules=SignaturePolicy.default().rules)
    for days, weak in ((800, set()), (900, {"evidence[0][0]", "evidence[0][1]"})):  # 10/05/2028 and 18/08/2028
        (record,) = renew_hash_trees([(records[0], hashes)], timestamper=stamper.timestamper(at(days)))
        report = assess_evidence(record, data, at=at(days + 1), policy=policy)
        assert {item.where for item in report.findings if item.code == "EVD-HASH-WEAK"} == weak


def dossier() -> Dossier:
    return Dossier.from_dict(
        {
            "MaHoSo": "000.00.00.H13-260212-0001",
            "MaTTHC": "2.000815",
            "TenTTHC": "Chứng thực",
            "ChuHoSo": "Nguyễn Văn Thử",
            "NgayTiepNhan": "2026-02-12T09:00:00+07:00",
            "NgayTra": "2026-02-26T15:00:00+07:00",
        }
    )


@pytest.mark.parametrize(
    ("papers", "digitised", "level"),
    [(0, [False], "01"), (3, [True], "02"), (3, [True, False], "03"), (0, [True], "03"), (2, [False], "03")],
)
def test_how_far_a_file_is_electronic(papers: int, digitised: list[bool], level: str) -> None:
    documents = [
        DossierDocument(name=f"{n}.pdf", source=b"%PDF-1.4\n%%EOF", role="made", digitised=scan)
        for n, scan in enumerate(digitised)
    ]
    file = file_from_dossier(
        dossier(),
        documents,
        agency=Organisation(name="UBND", code="H13.12.3"),
        retention="20 năm",
        papers=papers,
        paper_file_code="H13.K1.5",
    )
    assert file.description["confidenceLevel"] == level


def test_papers_stand_before_what_was_made_of_them_and_the_result_last() -> None:
    roles: list[Any] = ["result", "made", "component"]
    documents = [
        DossierDocument(name=f"{role}.pdf", source=b"%PDF-1.4\n%%EOF", role=role, subject=role) for role in roles
    ]
    file = file_from_dossier(
        dossier(), documents, agency=Organisation(name="UBND", code="H13.12.3"), retention="Vĩnh viễn"
    )
    assert [record.description["subject"] for record in file.records][1:] == ["component", "made", "result"]


def test_years_that_the_code_list_has_not_stand_in_the_note() -> None:
    """The list of TT 05/2025/TT-BNV has six periods; the law has 69."""
    documents = [DossierDocument(name="a.pdf", source=b"%PDF-1.4\n%%EOF", retention=Retention(25))]
    agency = Organisation(name="UBND", code="H13.12.3")
    file = file_from_dossier(dossier(), documents, agency=agency, retention="20 năm")
    assert (file.description["maintenance"], file.description["description"]) == ("07", "Thời hạn lưu trữ: 25 năm")
    data, record = file.records
    assert (data.description["maintenance"], data.description.get("description")) == ("05", "")
    assert record.description["description"] == "Thời hạn lưu trữ: 25 năm"
    own = file_from_dossier(dossier(), documents, agency=agency, retention="20 năm", description="Của cơ quan")
    assert own.description["description"] == "Của cơ quan"
