"""Numbers and notations: every grammar, every kind, and the series that give them out."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.document import DocumentKind, DocumentNumber, Grouping, MemoryCounter, NumberSeries, NumberSystem
from egov_vn.document.kind import kinds
from egov_vn.errors import InvalidInput

A, N, P = NumberSystem.ADMINISTRATIVE, NumberSystem.NORMATIVE, NumberSystem.PARTY


@pytest.mark.parametrize(
    ("text", "number", "year", "kind", "agency", "units", "system"),
    [
        ("11/CT-UBND", 11, None, "CT", "UBND", (), A),
        ("15/CT-TTg", 15, None, "CT", "TTg", (), A),
        ("50/2009/QĐ-UBND", 50, 2009, "QĐ", "UBND", (), N),
        ("716/UBND-VX", 716, None, None, "UBND", ("VX",), A),
        ("716/UBND", 716, None, None, "UBND", (), A),
        ("608/QĐ-UBND", 608, None, "QĐ", "UBND", (), A),
        ("70/KH-UBND", 70, None, "KH", "UBND", (), A),
        ("05/QyĐ-SNV", 5, None, "QyĐ", "SNV", (), A),
        ("01/TrS-UBND", 1, None, "TrS", "UBND", (), A),
        ("12/BC-SNV-VP", 12, None, "BC", "SNV", ("VP",), A),
        ("36/VBHN-VPQH", 36, None, "VBHN", "VPQH", (), A),
        ("30/2020/NĐ-CP", 30, 2020, "NĐ", "CP", (), N),
        ("01/2018/TT-VPCP", 1, 2018, "TT", "VPCP", (), N),
        ("33/2024/QH15", 33, 2024, None, "QH15", (), N),
        ("351/2017/UBTVQH14", 351, 2017, None, "UBTVQH14", (), N),
        ("03/2017/TTLT-BTC-BTP", 3, 2017, "TTLT", "BTC", ("BTP",), N),
        ("51-NQ/TW", 51, None, "NQ", "TW", (), P),
        ("12-CT/TU", 12, None, "CT", "TU", (), P),
    ],
)
def test_every_grammar_is_read_and_written(
    text: str,
    number: int,
    year: int | None,
    kind: str | None,
    agency: str,
    units: tuple[str, ...],
    system: NumberSystem,
) -> None:
    found = DocumentNumber.parse(text)
    assert (found.number, found.year, found.kind, found.agency, found.units, found.system) == (
        number,
        year,
        kind,
        agency,
        units,
        system,
    )
    assert str(found) == text


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.code], ids=lambda kind: kind.code)
def test_every_abbreviation_of_the_annex_is_a_kind(kind: DocumentKind) -> None:
    found = DocumentNumber.parse(f"7/{kind.code}-UBND")
    assert found.kind == kind.code
    assert str(found) == f"07/{kind.code}-UBND"


def test_the_annex_has_29_kinds_and_3_copies() -> None:
    families = [kind.family for kind in kinds()]
    assert (families.count("administrative"), families.count("copy")) == (29, 3)


def test_small_numbers_get_a_zero_and_old_letters_are_mended() -> None:
    assert str(DocumentNumber.parse("Số: 5/QÐ-UBND")) == "05/QĐ-UBND"
    assert str(DocumentNumber.parse("5/Q\u0110-UBND")) == "05/QĐ-UBND"
    assert DocumentNumber.parse("34E31/VPCP-TTĐT").code_number == "34E31"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CT-UBND",
        "11",
        "11/",
        "/CT-UBND",
        "0/CT-UBND",
        "11/ct-ubnd",
        "11/CT - UBND",
        "11 /CT-UBND",
        "11/CT-",
        "11/22/CT-UBND",
        "1/2/3/4",
        "11-CT-UBND",
        "11/CT--UBND",
        "12345678/CT-UBND",
        "1١/CT-UBND",
        "11/2020/",
        "1" * 90,
        "11-CT-X/TU",
        "x-CT/TU",
        "11-CT/T-U",
        "11/1820/NĐ-CP",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DocumentNumber.parse(text)
    assert caught.value.path == "number"


def test_only_a_text_is_read() -> None:
    with pytest.raises(InvalidInput, match="not int"):
        DocumentNumber.parse(11)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: DocumentNumber(0, "UBND"),
        lambda: DocumentNumber(1, "ubnd"),
        lambda: DocumentNumber(1, "UBND", "CT", 2020),
        lambda: DocumentNumber(1, "CP", "NĐ", system=N),
        lambda: DocumentNumber(1, "TW", None, system=P),
    ],
)
def test_an_impossible_number_cannot_be_made(make: object) -> None:
    with pytest.raises(InvalidInput):
        make()  # type: ignore[operator]


def test_an_ambiguous_notation_has_another_reading() -> None:
    (other,) = DocumentNumber.parse("15/BC-VP").alternatives()
    assert (other.kind, other.agency, other.units) == (None, "BC", ("VP",))
    assert str(other) == "15/BC-VP"
    assert DocumentNumber.parse("716/UBND-VX").alternatives() == ()


def test_the_kind_follows_from_the_notation() -> None:
    def name(text: str) -> str | None:
        kind = DocumentNumber.parse(text).document_kind
        return kind.name if kind else None

    assert name("11/CT-UBND") == "Chỉ thị"
    assert name("716/UBND-VX") == "Công văn"
    assert name("30/2020/NĐ-CP") == "Nghị định"
    assert name("33/2024/QH15") is None
    assert name("51-NQ/TW") is None


def test_kinds_are_found_by_either_spelling() -> None:
    assert DocumentKind.named("GIẤY ỦY QUYỀN") == DocumentKind.of("GUQ") == DocumentKind.named("giấy uỷ quyền")
    assert DocumentKind.named("  chỉ   thị ").code == "CT"
    assert DocumentKind.named("Công văn").is_letter
    assert DocumentKind.of("SY").is_copy
    for wrong in ("", "XX"):
        with pytest.raises(InvalidInput):
            DocumentKind.of(wrong)
    with pytest.raises(InvalidInput):
        DocumentKind.named("Bài thơ")


@given(
    st.integers(1, 9_999_999),
    st.sampled_from([kind.code for kind in kinds() if kind.code]),
    st.from_regex(r"[A-ZĐ]{2,6}[0-9]?", fullmatch=True).filter(str.isascii),
    st.one_of(st.none(), st.integers(1945, 2099)),
)
def test_what_is_written_is_read_back(number: int, kind: str, agency: str, year: int | None) -> None:
    made = DocumentNumber(number, agency, kind, year, system=A if year is None else N)
    assert DocumentNumber.parse(str(made)) == made


@given(st.text(alphabet="0123456789/-ABCĐTgUBND. ", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = DocumentNumber.parse(text)
    except InvalidInput:
        return
    assert DocumentNumber.parse(str(found)) == found


def test_a_series_counts_per_kind_and_year() -> None:
    series = NumberSeries(agency="UBND", counter=MemoryCounter())
    day = date(2026, 2, 12)
    assert [str(series.allocate("CT", on=day)) for _ in range(2)] == ["01/CT-UBND", "02/CT-UBND"]
    assert str(series.allocate(DocumentKind.of("QĐ"), on=day)) == "01/QĐ-UBND"
    assert str(series.allocate(None, on=day, units=("VX",))) == "01/UBND-VX"
    assert str(series.allocate("CT", on=date(2027, 1, 1))) == "01/CT-UBND"
    assert str(series.allocate("QĐ", on=day, normative=True)) == "01/2026/QĐ-UBND", (
        "normative kinds have their own series"
    )


def test_a_common_series_and_the_copies() -> None:
    series = NumberSeries(agency="UBND", counter=MemoryCounter({"UBND/2026/all": 41}), grouping=Grouping.COMMON)
    day = date(2026, 2, 12)
    assert str(series.allocate("CT", on=day)) == "42/CT-UBND"
    assert str(series.allocate(None, on=day, units=("VX",))) == "43/UBND-VX"
    assert str(series.allocate("SY", on=day)) == "01/SY-UBND"
    assert str(series.allocate("TrS", on=day)) == "02/TrS-UBND", "all kinds of copy share one series"


def test_a_consultative_body_has_its_own_series() -> None:
    counter = MemoryCounter()
    day = date(2026, 2, 12)
    NumberSeries(agency="UBND", counter=counter).allocate("TB", on=day)
    assert str(NumberSeries(agency="UBND", counter=counter, name="BCĐ").allocate("TB", on=day)) == "01/TB-UBND"
    with pytest.raises(InvalidInput):
        NumberSeries(agency="UBND", counter=counter).allocate("TB", on="2026")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        NumberSeries(agency="UBND", counter=counter).allocate("XX", on=day)


def test_threads_never_get_the_same_number() -> None:
    series = NumberSeries(agency="UBND", counter=MemoryCounter())
    taken: list[int] = []

    def work() -> None:
        taken.extend(series.allocate("CT", on=date(2026, 2, 12)).number for _ in range(200))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 1601))
