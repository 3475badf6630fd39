"""The ASN.1 of evidence records, RFC 4998 section 3 and appendix A (implicit tags).

What is counted in thousands (stamps, hashes of a tree) is walked here byte by byte before asn1crypto makes an object of
each: a record of empty elements would otherwise fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from asn1crypto import algos, cms, core

from egov_vn.errors import InvalidInput

__all__ = [
    "ArchiveTimeStamp",
    "ArchiveTimeStampChain",
    "ArchiveTimeStampSequence",
    "EvidenceRecordAsn1",
    "check_counts",
    "hash_lists",
]

MAX_STAMPS: Final = 1_000
"""A record with more archive time-stamps is refused: renewed every year, it would be as many years old."""
_MAX_DEPTH: Final = 32
_SEQUENCE: Final = 0x30
_OCTETS: Final = 0x04


class CryptoInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("crypto_info_type", core.ObjectIdentifier), ("crypto_info_value", core.Any)]


class CryptoInfos(core.SequenceOf):  # type: ignore[misc]
    _child_spec = CryptoInfo


class EncryptionInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("encryption_info_type", core.ObjectIdentifier),
        ("encryption_info_value", core.Any),
    ]


class DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class PartialHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class ReducedHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    """One archive time-stamp: its hash, its reduced tree, its token."""

    _fields: ClassVar[list[Any]] = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):  # type: ignore[misc]
    """Archive time-stamps made with one hash, each over the token before it."""

    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):  # type: ignore[misc]
    """Chains, each over the object and all chains before it."""

    _child_spec = ArchiveTimeStampChain


class EvidenceRecordAsn1(core.Sequence):  # type: ignore[misc]
    """The whole evidence record."""

    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", CryptoInfos, {"implicit": 0, "optional": True}),
        ("encryption_info", EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]


def check_counts(der: bytes) -> None:
    """Refuse bytes that are not one SEQUENCE, or that hold more stamps, or more of anything else, than is sensible."""
    ((tag, body, end),) = _few(der, 0, len(der), 1)
    if tag != _SEQUENCE:
        raise ValueError("it does not begin with a SEQUENCE")
    parts = _few(der, body, end, 5)
    for tag, body, end in parts[1:-1]:
        if tag & 0x20:
            _few(der, body, end, MAX_STAMPS)
    _, body, end = parts[-1]
    left = MAX_STAMPS
    for _, first, last in _few(der, body, end, MAX_STAMPS):
        left -= len(_few(der, first, last, left))


def hash_lists(contents: bytes, size: int) -> tuple[tuple[bytes, ...], ...]:
    """Return the lists of a reduced hash tree, each hash of *size* bytes; an empty list is refused."""
    lists = []
    for tag, body, end in _elements(contents, 0, len(contents)):
        if tag != _SEQUENCE or body == end:
            raise ValueError("a list of the reduced hash tree is empty, or is none")
        hashes = []
        for inner, start, stop in _elements(contents, body, end):
            if inner != _OCTETS or stop - start != size:
                raise ValueError(f"{stop - start} bytes in the reduced hash tree are not a hash of {size}")
            hashes.append(contents[start:stop])
        lists.append(tuple(hashes))
    return tuple(lists)


def _few(data: bytes, start: int, end: int, most: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for item in _elements(data, start, end):
        if len(found) == most:
            raise InvalidInput(f"more than {most} elements in one place", path="evidence", source="RFC 4998 3")
        found.append(item)
    return found


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield tag, first byte and end of the content of each element in `data[start:end]`."""
    while start < end:
        tag, body, stop, start = _element(data, start, end, 0)
        yield tag, body, stop


def _element(data: bytes, at: int, end: int, depth: int) -> tuple[int, int, int, int]:
    """Return tag, first byte and end of the content, and where the next element begins; BER is read inside tokens."""
    if depth > _MAX_DEPTH or at + 2 > end or data[at] & 0x1F == 0x1F:
        raise ValueError("broken ASN.1")
    tag, length, body = data[at], data[at + 1], at + 2
    if length == 0x80:
        next_at = body
        while data[next_at : next_at + 2] != b"\0\0":
            *_, next_at = _element(data, next_at, end, depth + 1)
        return tag, body, next_at, next_at + 2
    if length > 0x80:
        octets = length & 0x7F
        length = int.from_bytes(data[body : body + octets], "big")
        body += octets
    if body + length > end:
        raise ValueError("broken ASN.1: an element is longer than what holds it")
    return tag, body, body + length, body + length
