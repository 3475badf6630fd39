"""Evidence records recomputed by hand, step by step as RFC 4998 tells it, and their time-stamps judged by openssl."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from egov_vn.archive import EvidenceRecord, renew_hash_trees, renew_timestamps, seal_objects
from egov_vn.archive.evidence_asn1 import EvidenceRecordAsn1
from egov_vn.archive.hash_tree import Group
from egov_vn.errors import InvalidInput
from egov_vn.testing import TestAuthority

AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
OBJECTS = [[b"a"], [b"b1", b"b2", b"b3"], [b"c"], [b"d1", b"d2"], [b"e"], [b"f"], [b"g"]]


def digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data).digest()


def given(algorithm: str, group: Sequence[bytes]) -> Group:
    hashes = [digest(algorithm, member) for member in group]
    return hashes[0] if len(hashes) == 1 else hashes


def sequence(content: bytes) -> bytes:
    """Return a DER SEQUENCE (X.690 section 8.1.3)."""
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return b"\x30" + (bytes([length]) if length < 128 else bytes([0x80 | len(octets)]) + octets) + content


def by_hand(der: bytes, group: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Follow sections 4.3, 5.2 and 5.3 and return each token with the value it must cover; an assertion tells a lie."""
    record = EvidenceRecordAsn1.load(der, strict=True)
    assert record["version"].native == 1
    named = {item["algorithm"].native for item in record["digest_algorithms"]}
    chains = list(record["archive_time_stamp_sequence"])
    tokens: list[tuple[bytes, bytes]] = []
    for place, chain in enumerate(chains):
        used: set[str] = set()
        before: bytes | None = None
        for stamp in chain:
            token = stamp["time_stamp"].dump()
            imprint = stamp["time_stamp"]["content"]["encap_content_info"]["content"].parsed["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            used.add(algorithm)
            if before is not None:
                hashes = [digest(algorithm, before)]
            else:
                hashes = [digest(algorithm, member) for member in group]
                if place:
                    history = digest(algorithm, sequence(b"".join(item.dump() for item in chains[:place])))
                    hashes = [digest(algorithm, value + history) for value in hashes]
            root = root_by_hand(stamp, hashes, algorithm)
            assert root == imprint["hashed_message"].native
            tokens.append((token, root))
            before = token
        assert len(used) == 1, "one chain, one hash (section 5.1)"
        assert used <= named, "digestAlgorithms names every hash (section 3.1)"
    return tokens


def root_by_hand(stamp: Any, hashes: list[bytes], algorithm: str) -> bytes:
    if stamp["reduced_hashtree"].native is None:
        assert len(hashes) == 1
        return hashes[0]
    lists = [[value.native for value in part] for part in stamp["reduced_hashtree"]]
    assert set(hashes) <= set(lists[0])
    assert len(hashes) == 1 or set(hashes) == set(lists[0]), "a group is there whole, and nothing else"
    value: bytes | None = None
    for part in lists:
        joined = sorted([*part, *([value] if value is not None else [])])
        value = joined[0] if len(joined) == 1 else digest(algorithm, b"".join(joined))
    assert value is not None
    return value


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    """Return a time-stamping authority."""
    return TestAuthority(at=AT, key="p256")


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512", "sha3_256"])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_every_object_and_every_member_by_hand(authority: TestAuthority, algorithm: str, count: int) -> None:
    objects = OBJECTS[:count]
    seal = seal_objects(
        (given(algorithm, group) for group in objects), timestamper=authority.timestamper(AT), algorithm=algorithm
    )
    for group in objects:
        for member in group:
            der = seal.record(digest(algorithm, member)).der
            assert len(by_hand(der, group)) == 1
            with pytest.raises(AssertionError):
                by_hand(der, [*group, b"another"])


def test_both_renewals_twice_by_hand(authority: TestAuthority) -> None:
    seal = seal_objects((given("sha256", group) for group in OBJECTS), timestamper=authority.timestamper(AT))
    records = tuple(seal.record(digest("sha256", group[0])) for group in OBJECTS)
    moment = AT
    for algorithm in ("sha512", "sha384"):
        moment += timedelta(days=300)
        later = TestAuthority(at=moment, key="p256", name="Later").timestamper(moment)
        records = renew_timestamps(records, timestamper=later)
        hashes = [{name: given(name, group) for name in ("sha256", "sha512", "sha384")} for group in OBJECTS]
        records = renew_hash_trees(zip(records, hashes, strict=True), timestamper=later, algorithm=algorithm)
    for record, group in zip(records, OBJECTS, strict=True):
        assert [len(chain) for chain in record.chains] == [2, 2, 1]
        assert len(by_hand(record.der, group)) == 5
        assert record.algorithms == ("sha256", "sha512", "sha384")


def test_a_hash_tree_is_renewed_only_for_the_whole_group(authority: TestAuthority) -> None:
    group = OBJECTS[1]
    stamper = authority.timestamper(AT)
    seal = seal_objects((given("sha256", item) for item in OBJECTS), timestamper=stamper)
    record = seal.record(digest("sha256", group[0]))
    old, new = given("sha256", group), given("sha512", group)
    assert renew_hash_trees([(record, {"sha256": old, "sha512": new})], timestamper=stamper)
    wrong: list[tuple[Group, Group]] = [
        (given("sha256", group[:2]), given("sha512", group[:2])),  # section 4.3: a member is missing
        (old, given("sha512", group[:2])),
        (old, digest("sha512", group[0])),
        (old, [b"short", *new[1:]]),  # no SHA-512 hash
    ]
    for before, after in wrong:
        with pytest.raises(InvalidInput):
            renew_hash_trees([(record, {"sha256": before, "sha512": after})], timestamper=stamper)
    with pytest.raises(InvalidInput, match="no record"):
        renew_timestamps([], timestamper=stamper)


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_stamp_over_the_root(authority: TestAuthority, tmp_path: Path) -> None:
    seal = seal_objects((given("sha256", group) for group in OBJECTS), timestamper=authority.timestamper(AT))
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    for group in OBJECTS[:3]:
        record: EvidenceRecord = seal.record(digest("sha256", group[0]))
        for token, root in by_hand(record.der, group):
            (tmp_path / "token.der").write_bytes(token)
            for value, good in ((root, True), (bytes([root[0] ^ 1]) + root[1:], False)):
                command = ["openssl", "ts", "-verify", "-digest", value.hex(), "-in", "token.der", "-token_in"]
                command += ["-CAfile", "root.pem", "-attime", str(int(AT.timestamp()) + 60)]
                ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
                assert ("Verification: OK" in ran.stdout) is good
