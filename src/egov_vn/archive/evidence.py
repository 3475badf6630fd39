"""Evidence records, RFC 4998 (*bản ghi bằng chứng*): one time-stamp proves a million objects, and keeps proving them.

```python
seal = seal_objects(digests, timestamper=tsa)  # one RFC 3161 request for all
record = seal.record(digest)  # the proof of one object, some hundred bytes and the token
(record,) = renew_timestamps([record], timestamper=tsa)  # before the TSA's certificate or key grows old
(record,) = renew_hash_trees([(record, {"sha256": old, "sha512": new})], algorithm="sha512", timestamper=tsa)
report = assess_evidence(record, data, trust=trust, at=at)
```

Renew while the old evidence still holds; whether it does, `assess_evidence` says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from asn1crypto import core

from egov_vn.archive.evidence_asn1 import (
    EvidenceRecordAsn1,
    appended,
    chains_before,
    check_counts,
    encoded_record,
    encoded_stamp,
    hash_lists,
)
from egov_vn.archive.hash_tree import SIZES, Group, HashTree, PartialTree, root_of
from egov_vn.errors import InvalidInput
from egov_vn.signature import Timestamper, read_timestamp

__all__ = ["ArchiveStamp", "EvidenceRecord", "Seal", "members", "renew_hash_trees", "renew_timestamps", "seal_objects"]

MAX_BYTES: Final = 16 * 1024 * 1024
"""An evidence record larger than this is refused."""
_BROKEN: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStamp:
    """One archive time-stamp (*dấu thời gian lưu trữ*): its hash, the reduced tree, and the RFC 3161 token in DER."""

    algorithm: str
    tree: PartialTree
    token: bytes

    def covers(self, hashes: Iterable[bytes]) -> bool:
        """Say whether all *hashes* are in the first list, or, without a tree, are the one that is stamped."""
        wanted = set(hashes)
        if self.tree:
            return wanted <= set(self.tree[0])
        return len(wanted) == 1

    def root(self, hashes: Iterable[bytes]) -> bytes:
        """Return the value that the token must cover if it covers *hashes*."""
        return root_of(self.tree, self.algorithm) if self.tree else next(iter(hashes), b"")


@dataclass(frozen=True)
class EvidenceRecord:
    """An evidence record (*bản ghi bằng chứng*): chains of archive time-stamps, the oldest first."""

    der: bytes

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Read a record in DER; `InvalidInput` if it is not one, or if it has no archive time-stamp."""
        if len(der) > MAX_BYTES:
            raise InvalidInput(f"{len(der)} bytes exceed the limit of {MAX_BYTES}", path="evidence")
        record = cls(bytes(der))
        if not record.chains or not all(record.chains):
            raise InvalidInput("an evidence record needs at least one archive time-stamp", path="evidence")
        return record

    @cached_property
    def chains(self) -> tuple[tuple[ArchiveStamp, ...], ...]:
        """The chains; within one, every stamp uses the same hash and covers the token before it."""
        try:
            sequence = self._asn1["archive_time_stamp_sequence"]
            return tuple(tuple(_stamp(item) for item in chain) for chain in sequence)
        except _BROKEN as error:
            if isinstance(error, InvalidInput):
                raise
            raise _unreadable(error) from error

    @cached_property
    def algorithms(self) -> tuple[str, ...]:
        """The hashes that the record says it uses, by the names of `hashlib`."""
        try:
            return tuple(_name(item["algorithm"].native) for item in self._asn1["digest_algorithms"])
        except _BROKEN as error:
            raise _unreadable(error) from error

    def sequence_before(self, chain: int) -> bytes:
        """Return the DER of the chains before *chain*: what its first stamp binds (section 5.2)."""
        try:
            return chains_before(self.der, chain)
        except _BROKEN as error:
            raise _unreadable(error) from error

    @cached_property
    def encrypted(self) -> bool:
        """Whether the record says that the objects were encrypted before they were hashed."""
        return _present(self._asn1["encryption_info"])

    @cached_property
    def _asn1(self) -> Any:
        try:
            check_counts(self.der)
            record = EvidenceRecordAsn1.load(self.der, strict=True)
            if record["version"].native != 1:
                raise InvalidInput(f"version {record['version'].native} is not known", path="evidence.version")
            return record
        except _BROKEN as error:
            if isinstance(error, InvalidInput):
                raise
            raise _unreadable(error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A hash tree and the token over its root: makes the record of each object when it is asked for."""

    tree: HashTree
    token: bytes

    def record(self, digest: bytes) -> EvidenceRecord:
        """Return the evidence record of the object (or group member) with this hash."""
        name = self.tree.algorithm
        return EvidenceRecord(encoded_record(name, encoded_stamp(name, self.tree.reduced(digest), self.token)))


def seal_objects(objects: Iterable[Group], *, timestamper: Timestamper, algorithm: str = "sha256") -> Seal:
    """Put the hashes of *objects* under one time-stamp; a group is a sequence of hashes that belong together.

    Linear in the number of objects; one call of *timestamper*. Raises `InvalidInput`, and `Unavailable` from the
    time-stamper.
    """
    tree = HashTree.build(objects, algorithm=algorithm)
    return Seal(tree=tree, token=_stamped(tree, timestamper))


def renew_timestamps(records: Iterable[EvidenceRecord], *, timestamper: Timestamper) -> tuple[EvidenceRecord, ...]:
    """Append to each record a stamp over its last token (section 5.2, time-stamp renewal), all under one time-stamp.

    For when a TSA's key or certificate grows old and the hash does not. Records must share the hash of their last
    chain.
    """
    held = tuple(records)
    if not held:
        raise InvalidInput("there is no record to renew", path="records")
    algorithms = {record.chains[-1][-1].algorithm for record in held}
    if len(algorithms) != 1:
        raise InvalidInput("the records use different hashes; renew each kind by itself", path="records")
    algorithm = algorithms.pop()
    hashes = [hashlib.new(algorithm, record.chains[-1][-1].token).digest() for record in held]
    tree = HashTree.build(dict.fromkeys(hashes), algorithm=algorithm)
    token = _stamped(tree, timestamper)
    return tuple(
        _with_stamp(record, algorithm, tree.reduced(value), token, new_chain=False)
        for record, value in zip(held, hashes, strict=True)
    )


def renew_hash_trees(
    items: Iterable[tuple[EvidenceRecord, Mapping[str, Group]]], *, timestamper: Timestamper, algorithm: str = "sha512"
) -> tuple[EvidenceRecord, ...]:
    """Start a new chain with a new hash in each record (section 5.2, hash-tree renewal), all under one time-stamp.

    For when the old hash grows weak. With each record come the hashes of its object (or group) under the old and the
    new *algorithm*; `InvalidInput` if the record does not cover the object, so that no false evidence is renewed.
    """
    pairs = tuple(items)
    leaves = [_leaf(record, hashes, algorithm, index) for index, (record, hashes) in enumerate(pairs)]
    tree = HashTree.build((leaf if len(leaf) > 1 else leaf[0] for leaf in leaves), algorithm=algorithm)
    token = _stamped(tree, timestamper)
    return tuple(
        _with_stamp(record, algorithm, tree.reduced(leaf[0]), token, new_chain=True)
        for (record, _), leaf in zip(pairs, leaves, strict=True)
    )


def members(hashes: Mapping[str, Group], algorithm: str) -> tuple[bytes, ...]:
    """Return the hashes of the object or group under *algorithm*, none if they are not given."""
    given = hashes.get(algorithm)
    if given is None:
        return ()
    return (given,) if isinstance(given, bytes) else tuple(given)


def _leaf(record: EvidenceRecord, hashes: Mapping[str, Group], algorithm: str, index: int) -> tuple[bytes, ...]:
    first = record.chains[-1][0]
    old = members(hashes, first.algorithm)
    bound = rebound(record, len(record.chains) - 1, old)
    if not bound or not first.covers(bound) or not _covers(first, bound):
        raise InvalidInput("the record does not cover this object", path=f"items[{index}]")
    if len(bound) > 1 and set(bound) != set(first.tree[0]):
        raise InvalidInput("the stamped group has more members than were given", path=f"items[{index}]")
    new = members(hashes, algorithm)
    if not new:
        raise InvalidInput(f"the {algorithm} hash of the object is missing", path=f"items[{index}].{algorithm}")
    if len(set(new)) != len(set(old)) or any(len(value) != SIZES.get(algorithm) for value in new):
        raise InvalidInput(
            f"each member needs its {algorithm} hash, in its full length", path=f"items[{index}].{algorithm}"
        )
    return rebound(record, len(record.chains), new, algorithm)


def rebound(
    record: EvidenceRecord, chain: int, hashes: tuple[bytes, ...], algorithm: str | None = None
) -> tuple[bytes, ...]:
    """Return what the first stamp of *chain* must cover: the hashes, from the second chain on with the history."""
    if chain == 0:
        return hashes
    name = algorithm or record.chains[chain][0].algorithm
    history = hashlib.new(name, record.sequence_before(chain)).digest()
    return tuple(hashlib.new(name, value + history).digest() for value in hashes)


def _covers(stamp: ArchiveStamp, hashes: tuple[bytes, ...]) -> bool:
    info = read_timestamp(stamp.token, where="evidence")
    return info.imprint == stamp.root(hashes) and _name(info.algorithm) == stamp.algorithm


def _stamped(tree: HashTree, timestamper: Timestamper) -> bytes:
    token = timestamper.timestamp(tree.root, tree.algorithm)
    info = read_timestamp(token, where="timestamp")
    if info.imprint != tree.root:
        raise InvalidInput("the time-stamp does not cover the root of the tree", path="timestamp")
    return token


def _with_stamp(
    record: EvidenceRecord, algorithm: str, tree: PartialTree, token: bytes, *, new_chain: bool
) -> EvidenceRecord:
    stamp = encoded_stamp(algorithm, tree, token)
    return EvidenceRecord(appended(record.der, algorithm, stamp, new_chain=new_chain))


def _stamp(item: Any) -> ArchiveStamp:
    token = bytes(item["time_stamp"].dump())
    named = item["digest_algorithm"]
    algorithm = _name(named["algorithm"].native if _present(named) else read_timestamp(token).algorithm)
    lists = item["reduced_hashtree"]
    tree = hash_lists(lists.contents, hashlib.new(algorithm).digest_size) if _present(lists) else ()
    return ArchiveStamp(algorithm=algorithm, tree=tree, token=token)


def _present(field: Any) -> bool:
    return not isinstance(field, core.Void)


def _name(algorithm: str) -> str:
    """Return the `hashlib` name of a hash; SHA-1 is read, because old records use it, and never made."""
    name = algorithm.lower().replace("-", "_")
    if name not in SIZES and name != "sha1":
        raise InvalidInput(f"the hash {algorithm} is not known", path="evidence.digestAlgorithm")
    return name


def _unreadable(error: Exception) -> InvalidInput:
    return InvalidInput(f"not an evidence record: {error}", path="evidence", source="RFC 4998")
