"""Evidence records made by others: the test files of EU DSS, judged as DSS judges them.

They are LGPL and stay outside: clone https://github.com/esig/dss beside this checkout, or put its folder
`dss-evidence-record-asn1/src/test/resources` there. What is asked of each file is what its DSS test asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from egov_vn.archive import EvidenceRecord, assess_evidence, renew_hash_trees, renew_timestamps
from egov_vn.archive.evidence import members, rebound
from egov_vn.archive.hash_tree import Group
from egov_vn.errors import InvalidInput
from egov_vn.signature import Indication
from egov_vn.testing import TestAuthority

VECTORS = Path(__file__).parents[3] / "dss" / "dss-evidence-record-asn1" / "src" / "test" / "resources"
AT = datetime(2026, 11, 1, tzinfo=UTC)
HASHES = ("sha224", "sha256", "sha384", "sha512")
BIN = b"some binary content"
OBJECT = b"content of data object DO-01"
TWO = (OBJECT, b"content of data object DO-02")
RENEWED = "er-asn1-full-renewal"
LKSG: Mapping[str, Group] = {
    "sha256": bytes.fromhex("48c3ffd246 9a9e7393 8607c317 50e5cb6a 941b665b 8f960cc8 d2d24591 d690ed"),
    "sha384": bytes.fromhex(
        "11f58f36a451 56b7447d f26d2f31 7f975de8 3f3f6a19 0e4847fb 1b459c60 96a233 4bde70cb 5dbc622f ca04418a 688217"
    ),
}

Data = bytes | tuple[bytes, ...] | Mapping[str, Group]
SOUND: tuple[tuple[str, Data, tuple[int, ...]], ...] = (
    ("1_0_Initial.er", b"123456", (1,)),
    ("1_1_Renew_Unsorted.er", b"123456", (1, 1)),
    ("1_2_Renew_Unsorted.er", b"123456", (1, 1, 1)),
    ("1_3_Renew_Unsorted.er", b"123456", (1, 1, 1, 1)),
    ("BIN-1_ER.ers", BIN, (1,)),
    ("BIN-2_ER.ers", BIN, (2,)),
    ("BIN-3_ER.ers", BIN, (2, 1)),
    ("BIN-4_ER.ers", BIN, (2, 1)),
    ("ER-2Chains3ATS.ers", OBJECT, (2, 1)),
    ("ER-2Chains3ATS.ers", TWO, (2, 1)),
    ("LKSG_4.ers", LKSG, (1, 1)),
    ("er-asn1-simple.ers", b"1", (1,)),
    ("er-asn1-one-level-hashtree.ers", b"\x02", (2, 1)),
    ("er-asn1-tst-renewal.ers", TWO, (2,)),
    (f"{RENEWED}.ers", b"\x03", (2, 1)),
    (f"{RENEWED}.ers", b"\x01", (2, 1)),
    (f"{RENEWED}.ers", (b"\x03", b"\x01"), (2, 1)),
    (f"{RENEWED}-duplicated-data.ers", b"\t", (2, 1)),
    (f"{RENEWED}-tst-renewal.ers", b"\x03", (2, 2)),
    (f"{RENEWED}-two-ats-chain.ers", b"\x03", (2, 1, 1)),
    (f"{RENEWED}-three-ats-chain.ers", b"\x03", (2, 1, 1, 1)),
    (f"{RENEWED}-five-ats-chain.ers", b"\x03", (2, 1, 1, 1, 1, 1)),
    (f"{RENEWED}-tst-renewal-chain-renewal.ers", b"\x03", (2, 4, 1)),
)

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the EU DSS vectors are not beside the checkout (../dss, LGPL, never vendored)"
)


def hashes_of(data: Data) -> Mapping[str, Group]:
    """Return the hashes of an object or a group."""
    if isinstance(data, Mapping):
        return data
    items = (data,) if isinstance(data, bytes) else data
    hashed = {name: [hashlib.new(name, item).digest() for item in items] for name in HASHES}
    return hashed if len(items) > 1 else {name: values[0] for name, values in hashed.items()}


def record_of(name: str) -> EvidenceRecord:
    return EvidenceRecord.parse((VECTORS / name).read_bytes())


def faults(record: EvidenceRecord, data: Data) -> dict[str, str]:
    """Return what is wrong with tree, chain and imprints, by place; trust is not asked."""
    report = assess_evidence(record, hashes_of(data), at=AT)
    wrong = {
        item.where: item.code for item in report.findings if item.code.startswith("EVD-") and "WEAK" not in item.code
    }
    places = [f"evidence[{c}][{s}]" for c, chain in enumerate(record.chains) for s in range(len(chain))]
    for place, stamp in zip(places, report.stamps, strict=True):
        if stamp.indication is Indication.TOTAL_FAILED:
            wrong.setdefault(place, str(stamp.sub_indication))
    assert (report.indication is Indication.TOTAL_FAILED) == bool(wrong)
    return wrong


@pytest.mark.parametrize(("name", "data", "shape"), SOUND, ids=lambda value: value if isinstance(value, str) else "")
def test_sound_records_hold(name: str, data: Data, shape: tuple[int, ...]) -> None:
    record = record_of(name)
    assert tuple(len(chain) for chain in record.chains) == shape
    assert faults(record, data) == {}


@pytest.mark.parametrize(("name", "data", "shape"), SOUND, ids=lambda value: value if isinstance(value, str) else "")
def test_sound_records_prove_nothing_else(name: str, data: Data, shape: tuple[int, ...]) -> None:
    wrong = faults(record_of(name), b"another object")
    if name != "LKSG_4.ers":
        assert set(wrong) >= {f"evidence[{chain}][0]" for chain in range(len(shape))}
    assert wrong


def test_a_whole_group_holds_and_each_of_it() -> None:
    record = record_of("evidencerecord.ers")
    group = record.chains[0][0].tree[0]
    assert len(group) == 6
    assert faults(record, {"sha256": group}) == {}
    assert all(faults(record, {"sha256": member}) == {} for member in group)
    assert faults(record, {"sha256": group[:5]}) == {"evidence[0][0]": "EVD-GROUP-MORE"}


def test_a_record_over_a_time_stamp_token() -> None:
    assert faults(record_of("er-asn1-on-tst.ers"), (VECTORS / "d-trust.tsr").read_bytes()) == {}


def test_a_text_whose_line_ends_git_changed() -> None:
    """The text was stamped with CR LF; the repository keeps it with LF."""
    text = (VECTORS / "bsi_gov_vte-lza_002.bin").read_bytes()
    crlf = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert faults(record_of("bsi_gov_vte-lza_002.ers"), crlf) == {}


@pytest.mark.parametrize(
    ("name", "data", "place", "code"),
    [
        ("er-asn1-simple.ers", b"0", "evidence[0][0]", "EVD-NOT-COVERED"),
        ("er-asn1-chain-renewal-invalid.ers", b"\t", "evidence[1][0]", "HASH_FAILURE"),
        ("er-asn1-chain-renewal-duplicated-data-invalid.ers", b"\t", "evidence[1][0]", "EVD-NOT-COVERED"),
        ("er-asn1-tst-renewal-invalid.ers", TWO, "evidence[0][1]", "EVD-CHAIN-BROKEN"),
    ],
)
def test_broken_records_fail_where_dss_says(name: str, data: Data, place: str, code: str) -> None:
    assert faults(record_of(name), data) == {place: code}


def test_a_changed_tree_misses_the_stamp_though_it_holds_the_object() -> None:
    record = record_of("er-asn1-simple-invalid.ers")
    assert faults(record, {"sha256": record.chains[0][0].tree[0]}) == {"evidence[0][0]": "HASH_FAILURE"}


@pytest.mark.parametrize("name", ["BIN-1_ER_malformed.ers", "er-simple.xml", "Signature-C-LT.p7m", "d-trust.tsr"])
def test_what_is_no_record_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        record_of(name)


def test_the_renewal_hashes_are_those_of_dss() -> None:
    """The values come from the unit test of the digest builder of DSS."""
    record = record_of("er-asn1-simple.ers")
    token = record.chains[-1][-1].token
    assert hashlib.sha512(token).hexdigest().startswith("7c8cb955697fab1c876d260ac2760150")
    (own,) = rebound(record, 1, members(hashes_of(b"1"), "sha256"), "sha256")
    assert own.hex() == "ec365cd838e074ced4122687870a848cde0b01bc150ac91b411ee93c6d31cbda"
    (own,) = rebound(record, 1, members(hashes_of(b"1"), "sha512"), "sha512")
    assert own.hex().startswith("2897511e559419e0ec02d6f03cfe3ad18598cd1a9483c17e87375805336fe5a4")


@pytest.mark.parametrize(
    ("name", "data"),
    [("BIN-4_ER.ers", BIN), ("1_3_Renew_Unsorted.er", b"123456"), (f"{RENEWED}-tst-renewal.ers", b"\x03")],
)
def test_records_of_others_are_renewed_by_us(name: str, data: bytes) -> None:
    """Every older byte stays as it was: the bindings of the first maker still hold under our stamps."""
    tsa = TestAuthority(at=AT, key="p256").timestamper(AT)
    (stamped,) = renew_timestamps([record_of(name)], timestamper=tsa)
    assert faults(stamped, data) == {}
    (renewed,) = renew_hash_trees([(stamped, hashes_of(data))], timestamper=tsa, algorithm="sha384")
    assert faults(EvidenceRecord.parse(renewed.der), data) == {}
    assert len(renewed.chains) == len(record_of(name).chains) + 1
    assert faults(renewed, b"another object")
