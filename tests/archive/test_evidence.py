"""Evidence records: one stamp for many, renewed over decades, and no change that passes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.archive.evidence import EvidenceRecord, Seal, renew_hash_trees, renew_timestamps, seal_objects
from egov_vn.archive.evidence_check import EvidenceReport, assess_evidence, verify_evidence
from egov_vn.archive.hash_tree import Group, HashTree, root_of
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.signature import RevocationData
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 8, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
DATA = [f"hồ sơ {number}".encode() for number in range(11)]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


@dataclass(frozen=True)
class World:
    """Authorities of three decades, and one seal over eleven objects."""

    first: TestAuthority
    second: TestAuthority
    seal: Seal

    def assess(
        self, record: EvidenceRecord | bytes, data: bytes | dict[str, Group], at: datetime = AT
    ) -> EvidenceReport:
        trust = self.first.trust_store().merge(self.second.trust_store())
        moments = {AT, AT + 2 * YEAR, AT + 3 * YEAR, at}
        lists = [
            authority.crl(at=moment, root=root)
            for authority in (self.first, self.second)
            for moment in moments
            for root in (False, True)
        ]
        return assess_evidence(record, data, at=at, trust=trust, revocation=RevocationData(crls=tuple(lists)))


@pytest.fixture(scope="module")
def world() -> World:
    """Return the authorities and the seal."""
    first, second = TestAuthority(at=AT, key="p256"), TestAuthority(at=AT + 3 * YEAR, key="p256", name="Later")
    return World(first, second, seal_objects(map(sha256, DATA), timestamper=first.timestamper(AT)))


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=60, unique=True))
def test_every_proof_leads_to_the_root(objects: list[bytes]) -> None:
    hashes = [sha256(item) for item in objects]
    tree = HashTree.build(hashes)
    assert len(tree) == len(hashes)
    for value in hashes:
        proof = tree.reduced(value)
        assert value in tree
        assert (proof == () and value == tree.root) or (value in proof[0] and root_of(proof, "sha256") == tree.root)


@given(st.lists(st.lists(st.binary(min_size=1, max_size=3), min_size=1, max_size=4), min_size=1, max_size=12))
def test_every_member_of_a_group_leads_to_the_root(groups: list[list[bytes]]) -> None:
    hashed = [[sha256(item + bytes([number])) for item in set(group)] for number, group in enumerate(groups)]
    tree = HashTree.build(hashed)
    for group in hashed:
        for value in group:
            proof = tree.reduced(value)
            assert set(group) <= set(proof[0])
            assert root_of(proof, "sha256") == tree.root


def test_a_tree_refuses_what_is_not_a_hash() -> None:
    bad: list[list[Any]] = [[], [b"short"], [[]], [["text"]]]
    for objects in bad:
        with pytest.raises(InvalidInput):
            HashTree.build(objects)
    with pytest.raises(InvalidInput):
        HashTree.build([b"x" * 16], algorithm="md5")
    with pytest.raises(InvalidInput):
        HashTree.build([sha256(b"")]).reduced(sha256(b"x"))


@pytest.mark.parametrize("index", range(len(DATA)))
def test_each_object_is_proven_since_the_stamp(world: World, index: int) -> None:
    record = world.seal.record(sha256(DATA[index]))
    assert EvidenceRecord.parse(record.der).chains == record.chains
    report = world.assess(record, DATA[index])
    assert str(report.indication) == "TOTAL-PASSED", report.findings
    assert report.proven_at == AT
    with pytest.raises(TypeError):
        bool(report)


def test_another_object_is_refused(world: World) -> None:
    report = world.assess(world.seal.record(sha256(DATA[0])), DATA[0] + b"!")
    assert str(report.indication) == "TOTAL-FAILED"
    assert "EVD-NOT-COVERED" in {item.code for item in report.findings}
    assert report.proven_at is None
    with pytest.raises(VerificationError) as caught:
        verify_evidence(world.seal.record(sha256(DATA[0])), b"other", at=AT, trust=world.first.trust_store())
    assert caught.value.report is not None


def test_one_object_alone_needs_no_tree(world: World) -> None:
    record = seal_objects([sha256(b"alone")], timestamper=world.first.timestamper(AT)).record(sha256(b"alone"))
    assert record.chains[0][0].tree == ()
    assert str(world.assess(record, b"alone").indication) == "TOTAL-PASSED"
    assert str(world.assess(record, b"other").indication) == "TOTAL-FAILED"


def test_a_group_is_proven_whole(world: World) -> None:
    group = [sha256(item) for item in DATA[:3]]
    seal = seal_objects([group, sha256(DATA[5])], timestamper=world.first.timestamper(AT))
    record = seal.record(group[1])
    assert str(world.assess(record, {"sha256": group}).indication) == "TOTAL-PASSED"
    assert str(world.assess(record, DATA[2]).indication) == "TOTAL-PASSED"
    fewer = world.assess(record, {"sha256": group[:2]})
    assert "EVD-GROUP-MORE" in {item.code for item in fewer.findings}
    assert str(fewer.indication) == "TOTAL-FAILED"
    assert "EVD-NOT-COVERED" in {i.code for i in world.assess(record, {"sha256": [*group, sha256(DATA[5])]}).findings}


def test_renewing_the_stamp_carries_the_proof_beyond_the_certificate(world: World) -> None:
    late = AT + 6 * YEAR
    record = world.seal.record(sha256(DATA[4]))
    assert str(world.assess(record, DATA[4], at=late).indication) != "TOTAL-PASSED"
    records = [record, world.seal.record(sha256(DATA[5]))]
    renewed = renew_timestamps(records, timestamper=world.second.timestamper(AT + 2 * YEAR))
    assert [len(chain) for chain in renewed[0].chains] == [2]
    report = world.assess(renewed[0], DATA[4], at=AT + 3 * YEAR)
    assert str(report.indication) == "TOTAL-PASSED", report.findings
    assert report.proven_at == AT


def test_renewing_the_tree_binds_object_and_history(world: World) -> None:
    items = [(world.seal.record(sha256(d)), {"sha256": sha256(d), "sha512": sha512(d)}) for d in DATA[:3]]
    renewed = renew_hash_trees(items, timestamper=world.second.timestamper(AT + 2 * YEAR), algorithm="sha512")
    for record, data in zip(renewed, DATA, strict=False):
        assert [len(chain) for chain in record.chains] == [1, 1]
        assert record.algorithms == ("sha256", "sha512")
        report = world.assess(record, data, at=AT + 3 * YEAR)
        assert str(report.indication) == "TOTAL-PASSED", report.findings
        assert report.proven_at == AT
    needed = world.assess(renewed[0], {"sha256": sha256(DATA[0])}, at=AT + 3 * YEAR)
    assert "EVD-HASH-NEEDED" in {item.code for item in needed.findings}
    assert str(needed.indication) == "INDETERMINATE"
    again = renew_timestamps([renewed[0]], timestamper=world.second.timestamper(AT + 3 * YEAR))
    assert [len(chain) for chain in again[0].chains] == [1, 2]
    assert str(world.assess(again[0], DATA[0], at=AT + 3 * YEAR).indication) == "TOTAL-PASSED"


def test_false_evidence_is_never_renewed(world: World) -> None:
    record = world.seal.record(sha256(DATA[0]))
    for hashes in (
        {"sha256": sha256(b"x"), "sha512": sha512(b"x")},
        {"sha512": sha512(DATA[0])},
        {"sha256": sha256(DATA[0])},
    ):
        with pytest.raises(InvalidInput):
            renew_hash_trees([(record, hashes)], timestamper=world.second.timestamper(AT + YEAR))
    other = seal_objects([sha512(b"")], timestamper=world.first.timestamper(AT), algorithm="sha512").record(sha512(b""))
    with pytest.raises(InvalidInput, match="different"):
        renew_timestamps([record, other], timestamper=world.second.timestamper(AT + YEAR))


def test_a_history_that_was_swapped_is_refused(world: World) -> None:
    """The second chain binds the first: the first of another object cannot take its place."""
    items = [(world.seal.record(sha256(d)), {"sha256": sha256(d), "sha512": sha512(d)}) for d in (DATA[0], DATA[2])]
    one, other = renew_hash_trees(items, timestamper=world.second.timestamper(AT + 2 * YEAR), algorithm="sha512")
    from egov_vn.archive.evidence_asn1 import EvidenceRecordAsn1  # noqa: PLC0415 - only this forgery needs it

    first, second = EvidenceRecordAsn1.load(one.der), EvidenceRecordAsn1.load(other.der)
    mixed = EvidenceRecordAsn1(
        {
            "version": 1,
            "digest_algorithms": first["digest_algorithms"],
            "archive_time_stamp_sequence": [
                second["archive_time_stamp_sequence"][0],
                first["archive_time_stamp_sequence"][1],
            ],
        }
    )
    report = world.assess(bytes(mixed.dump()), DATA[0], at=AT + 3 * YEAR)
    assert str(report.indication) == "TOTAL-FAILED"


def test_stamps_out_of_order_are_told(world: World) -> None:
    record = renew_timestamps([world.seal.record(sha256(DATA[0]))], timestamper=world.second.timestamper(AT - YEAR))[0]
    report = world.assess(record, DATA[0], at=AT)
    assert "EVD-ORDER" in {item.code for item in report.findings}
    assert str(report.indication) != "TOTAL-PASSED"


def test_a_weak_hash_is_told(world: World) -> None:
    record = world.seal.record(sha256(DATA[0]))
    codes = {item.code for item in world.assess(record, {"sha1": b"x" * 20}).findings}
    assert "EVD-HASH-NEEDED" in codes


@pytest.mark.parametrize(
    "bad", [b"", b"\x30\x00", b"\x30\x80", b"<xml/>", b"\x30\x03\x02\x01\x02", b"\x30\x82\xff\xff"]
)
def test_what_is_no_record_is_refused(world: World, bad: bytes) -> None:
    with pytest.raises(InvalidInput):
        EvidenceRecord.parse(bad)
    report = world.assess(bad, b"")
    assert str(report.indication) == "TOTAL-FAILED"
    assert report.findings[0].code == "EVD-FORMAT"


@settings(max_examples=150, deadline=None)
@given(where=st.integers(min_value=0), value=st.integers(min_value=1, max_value=255))
def test_no_flipped_byte_of_tree_or_imprint_passes(world: World, where: int, value: int) -> None:
    record = world.seal.record(sha256(DATA[6]))
    hashes = [item for part in record.chains[0][0].tree for item in part]
    target = hashes[where % len(hashes)]
    start = record.der.index(target) + where % 32
    broken = record.der[:start] + bytes([record.der[start] ^ value]) + record.der[start + 1 :]
    assert str(world.assess(broken, DATA[6]).indication) == "TOTAL-FAILED"


@settings(max_examples=60, deadline=None)
@given(where=st.integers(min_value=0), value=st.integers(min_value=1, max_value=255))
def test_any_damage_is_answered_and_never_raises(world: World, where: int, value: int) -> None:
    der = bytearray(world.seal.record(sha256(DATA[6])).der)
    der[where % len(der)] ^= value
    world.assess(bytes(der), DATA[6])


@pytest.mark.slow
def test_a_million_objects_under_one_stamp(world: World) -> None:
    hashes = [sha256(number.to_bytes(4, "big")) for number in range(1_000_000)]
    seal = seal_objects(hashes, timestamper=world.first.timestamper(AT))
    for number in (0, 1, 524_287, 524_288, 999_999):
        record = seal.record(hashes[number])
        assert len(record.der) < 6_000
        assert str(world.assess(record, number.to_bytes(4, "big")).indication) == "TOTAL-PASSED"


def _der(content: bytes, tag: int = 0x30) -> bytes:
    length = len(content)
    return bytes([tag]) + (bytes([length]) if length < 128 else b"\x84" + length.to_bytes(4, "big")) + content


SHA256_OID = bytes.fromhex("0609608648016503040201")
TOKEN = _der(bytes.fromhex("06092a864886f70d010702") + _der(_der(b""), 0xA0))
MANY = 15 * 1024 * 1024


def _with(sequence: bytes, algorithms: bytes = _der(SHA256_OID)) -> bytes:
    return _der(b"\x02\x01\x01" + _der(algorithms) + _der(sequence))


@pytest.mark.parametrize(
    "hostile",
    [
        _with(b"\x30\x00" * (MANY // 2)),
        _with(_der(TOKEN * (MANY // len(TOKEN)))),
        _with(_der(_der(_der(SHA256_OID, 0xA0) + _der(_der(b"\x04\x00" * (MANY // 2)), 0xA2) + TOKEN))),
        _with(_der(_der(_der(SHA256_OID, 0xA0) + _der(b"\x30\x00" * (MANY // 2), 0xA2) + TOKEN))),
        _with(_der(_der(TOKEN)), b"\x30\x00" * (MANY // 2)),
        _with(b"\x30\x80" * (MANY // 2)),
        _with(b"\x30\x84\xff\xff\xff\xff"),
        _der(b"\x1f" * 5),
        b"\x30\x00" * 8_000_001,
        _der(b"\x04\x00", 0x04),
        b"\x00" * (17 * 1024 * 1024),
    ],
    ids=["chains", "stamps", "hashes", "lists", "algorithms", "deep", "longer", "tags", "tail", "octets", "zeroes"],
)
def test_a_hostile_record_is_refused_at_once(hostile: bytes) -> None:
    start = perf_counter()
    with pytest.raises(InvalidInput):
        EvidenceRecord.parse(hostile)
    assert perf_counter() - start < 3


def test_renewal_keeps_what_a_record_says_of_encryption_and_keys(world: World) -> None:
    from asn1crypto import core  # noqa: PLC0415 - only this record needs it

    from egov_vn.archive.evidence_asn1 import EvidenceRecordAsn1  # noqa: PLC0415

    made = EvidenceRecordAsn1.load(world.seal.record(sha256(DATA[0])).der)
    told = EvidenceRecordAsn1(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": "sha256"}, {"algorithm": "1.2.3.4"}],
            "crypto_infos": [{"crypto_info_type": "1.2.3", "crypto_info_value": core.Null()}],
            "encryption_info": {"encryption_info_type": "1.2.3", "encryption_info_value": core.Null()},
            "archive_time_stamp_sequence": made["archive_time_stamp_sequence"],
        }
    )
    record = EvidenceRecord.parse(bytes(told.dump()))
    assert record.encrypted
    assert not world.seal.record(sha256(DATA[0])).encrypted
    stamper = world.second.timestamper(AT + 2 * YEAR)
    (stamped,) = renew_timestamps([record], timestamper=stamper)
    both = {"sha256": sha256(DATA[0]), "sha512": sha512(DATA[0])}
    (renewed,) = renew_hash_trees([(stamped, both)], timestamper=stamper, algorithm="sha512")
    held = EvidenceRecordAsn1.load(renewed.der)
    assert renewed.encrypted
    assert held["crypto_infos"].dump() == told["crypto_infos"].dump()
    assert [item["algorithm"].native for item in held["digest_algorithms"]] == ["sha256", "1.2.3.4", "sha512"]
    assert str(world.assess(renewed, DATA[0], at=AT + 3 * YEAR).indication) == "TOTAL-PASSED"


class _NoStamper:
    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        raise AssertionError("nothing is stamped before the objects are good")


@pytest.mark.parametrize("objects", [[[bytes(32), "x"]], [None], [[]], [7], ["text"], [bytes(5)], []])
def test_objects_that_are_no_hashes_are_refused_before_a_stamp_is_spent(objects: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        seal_objects(objects, timestamper=_NoStamper())
    assert caught.value.path.startswith("objects")


def test_chains_of_what_is_no_record_cannot_be_had() -> None:
    with pytest.raises(InvalidInput, match="not an evidence record"):
        EvidenceRecord(b"x").sequence_before(1)
