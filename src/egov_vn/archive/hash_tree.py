"""Hash trees of RFC 4998 section 4.2: many objects under one root, and the short proof of each.

An inner node is the hash of its two children, sorted in binary ascending order and joined. A leaf is the hash of one
object, or, for a group, of its members' sorted hashes joined; a node without a partner moves up as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias

from egov_vn.errors import InvalidInput

__all__ = ["Group", "HashTree", "PartialTree", "join", "root_of"]

PartialTree: TypeAlias = tuple[tuple[bytes, ...], ...]
"""A reduced hash tree: the lists of hash values from the leaf to the root."""
Group: TypeAlias = bytes | Sequence[bytes]
"""The hash of one object, or the hashes of objects that belong together."""

SIZES: Final = {"sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64, "sha3_256": 32, "sha3_384": 48, "sha3_512": 64}
"""The hashes a tree may use, with their lengths in bytes; others are read but not made."""


@dataclass(frozen=True, slots=True)
class HashTree:
    """A binary hash tree over *levels*, the leaves first; the last level is the root."""

    algorithm: str
    levels: tuple[tuple[bytes, ...], ...] = field(repr=False)
    _groups: tuple[tuple[bytes, ...] | None, ...] = field(repr=False)
    _places: dict[bytes, int] = field(repr=False)

    @classmethod
    def build(cls, objects: Iterable[Group], *, algorithm: str = "sha256") -> Self:
        """Build the tree over the hashes of *objects*; `InvalidInput` for none, or a hash of another length."""
        size = SIZES.get(algorithm)
        if size is None:
            raise InvalidInput(f"{algorithm!r} is not used for hash trees", path="algorithm")
        hash_of = getattr(hashlib, algorithm)
        leaves: list[bytes] = []
        groups: list[tuple[bytes, ...] | None] = []
        places: dict[bytes, int] = {}
        for index, item in enumerate(objects):
            leaf, group = (item, None) if isinstance(item, bytes) else _group(item, hash_of, index)
            if len(leaf) != size:
                raise InvalidInput(f"{len(leaf)} bytes are not a {algorithm} hash", path=f"objects[{index}]")
            for member in group or (leaf,):
                places.setdefault(member, index)
            leaves.append(leaf)
            groups.append(group)
        if not leaves:
            raise InvalidInput("a hash tree needs at least one object", path="objects")
        return cls(algorithm, _levels(tuple(leaves), hash_of), tuple(groups), places)

    @property
    def root(self) -> bytes:
        """The root: what a time-stamp covers."""
        return self.levels[-1][0]

    def __len__(self) -> int:
        return len(self.levels[0])

    def __contains__(self, digest: object) -> bool:
        return digest in self._places

    def reduced(self, digest: bytes) -> PartialTree:
        """Return the proof that *digest*, an object or a member of a group, lies under the root (section 4.2.2).

        Empty if the object is alone: the time-stamp then covers its hash itself.
        """
        index = self._places.get(digest)
        if index is None:
            raise InvalidInput(f"{digest.hex()} is not in the tree", path="digest")
        group = self._groups[index]
        lists: list[tuple[bytes, ...]] = [group] if group else []
        first = not group
        for level in self.levels[:-1]:
            partner = index ^ 1
            if partner < len(level):
                lists.append(tuple(sorted((level[index], level[partner]))) if first else (level[partner],))
                first = False
            index >>= 1
        return tuple(lists)


def join(hashes: Iterable[bytes], algorithm: str) -> bytes:
    """Return the hash of *hashes*, sorted in binary ascending order and joined; one alone is returned as it is."""
    ordered = sorted(hashes)
    return ordered[0] if len(ordered) == 1 else hashlib.new(algorithm, b"".join(ordered)).digest()


def root_of(partial: PartialTree, algorithm: str) -> bytes:
    """Return the root that a reduced hash tree leads to (section 4.3, steps 2 and 3)."""
    value = b""
    for index, hashes in enumerate(partial):
        value = join(hashes if index == 0 else (*hashes, value), algorithm)
    return value


def _group(item: object, hash_of: Callable[[bytes], object], index: int) -> tuple[bytes, tuple[bytes, ...]]:
    given = tuple(item) if isinstance(item, Iterable) else ()
    if not given or any(not isinstance(member, bytes) for member in given):
        raise InvalidInput("a group needs the hashes of its members", path=f"objects[{index}]")
    members = tuple(sorted(given))
    if len(members) == 1:
        return members[0], members
    return hash_of(b"".join(members)).digest(), members  # type: ignore[attr-defined]


def _levels(leaves: tuple[bytes, ...], hash_of: Callable[[bytes], object]) -> tuple[tuple[bytes, ...], ...]:
    levels = [leaves]
    level = leaves
    while len(level) > 1:
        above = [
            hash_of(one + other if one < other else other + one).digest()  # type: ignore[attr-defined]
            for one, other in zip(level[::2], level[1::2], strict=False)
        ]
        if len(level) % 2:
            above.append(level[-1])
        level = tuple(above)
        levels.append(level)
    return tuple(levels)
