"""The ASN.1 of evidence records, RFC 4998 section 3 and appendix A (implicit tags).

What is counted in thousands (stamps, hashes of a tree) is walked here byte by byte before asn1crypto makes an object of
each: a record of empty elements would otherwise fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final, TypeAlias

from asn1crypto import algos, cms, core

from egov_vn.errors import InvalidInput

__all__ = [
    "ArchiveTimeStamp",
    "ArchiveTimeStampChain",
    "ArchiveTimeStampSequence",
    "EvidenceRecordAsn1",
    "appended",
    "chains_before",
    "check_counts",
    "encoded_record",
    "encoded_stamp",
    "hash_lists",
]

MAX_STAMPS: Final = 1_000
"""A record with more archive time-stamps is refused: renewed every year, it would be as many years old."""
_MAX_DEPTH: Final = 32
_SEQUENCE: Final = 0x30
_OCTETS: Final = 0x04
_VERSION: Final = b"\x02\x01\x01"
_ALGORITHMS: Final = {
    name: bytes(algos.DigestAlgorithm({"algorithm": name}).contents) for name in ("sha256", "sha384", "sha512")
}
_Place: TypeAlias = tuple[int, int, int, int]
"""Where an element lies: its first byte, the first byte and the end of its content, the end of it all."""


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
    parts = _parts(der)
    for start, body, end, _ in parts[1:-1]:
        if der[start] & 0x20:
            _few(der, body, end, MAX_STAMPS)
    left = MAX_STAMPS
    for _, body, end, _ in _few(der, *parts[-1][1:3], MAX_STAMPS):
        left -= len(_few(der, body, end, left))


def hash_lists(contents: bytes, size: int) -> tuple[tuple[bytes, ...], ...]:
    """Return the lists of a reduced hash tree, each hash of *size* bytes; an empty list is refused."""
    lists = []
    for start, body, end, _ in _elements(contents, 0, len(contents)):
        if contents[start] != _SEQUENCE or body == end:
            raise ValueError("a list of the reduced hash tree is empty, or is none")
        hashes = []
        for inner, first, last, _ in _elements(contents, body, end):
            if contents[inner] != _OCTETS or last - first != size:
                raise ValueError(f"{last - first} bytes in the reduced hash tree are not a hash of {size}")
            hashes.append(contents[first:last])
        lists.append(tuple(hashes))
    return tuple(lists)


def chains_before(der: bytes, chain: int) -> bytes:
    """Return the DER of an ArchiveTimeStampSequence of the chains before *chain*, byte for byte as they are."""
    body, end = _parts(der)[-1][1:3]
    held = _few(der, body, end, MAX_STAMPS)[:chain]
    return _tlv(_SEQUENCE, der[body : held[-1][3]] if held else b"")


def encoded_stamp(algorithm: str, tree: tuple[tuple[bytes, ...], ...], token: bytes) -> bytes:
    """Return the DER of an ArchiveTimeStamp."""
    lists = b"".join(_tlv(_SEQUENCE, b"".join(_tlv(_OCTETS, value) for value in part)) for part in tree)
    return _tlv(_SEQUENCE, _tlv(0xA0, _algorithm(algorithm)) + (_tlv(0xA2, lists) if tree else b"") + token)


def encoded_record(algorithm: str, stamp: bytes) -> bytes:
    """Return the DER of a record with one stamp."""
    algorithms = _tlv(_SEQUENCE, _tlv(_SEQUENCE, _algorithm(algorithm)))
    return _tlv(_SEQUENCE, _VERSION + algorithms + _tlv(_SEQUENCE, _tlv(_SEQUENCE, stamp)))


def appended(der: bytes, algorithm: str, stamp: bytes, *, new_chain: bool) -> bytes:
    """Return the record *der* with one more stamp, in the last chain or in a new one; nothing else in it changes."""
    version, algorithms, *kept, sequence = _parts(der)
    used = der[algorithms[1] : algorithms[2]]
    oid = _algorithm(algorithm)[: 2 + _algorithm(algorithm)[1]]
    if not any(der.startswith(oid, body) for _, body, _, _ in _few(der, *algorithms[1:3], MAX_STAMPS)):
        used += _tlv(_SEQUENCE, _algorithm(algorithm))
    chains = der[sequence[1] : sequence[2]]
    if new_chain:
        chains += _tlv(_SEQUENCE, stamp)
    else:
        start, body, end, _ = _few(der, *sequence[1:3], MAX_STAMPS)[-1]
        chains = der[sequence[1] : start] + _tlv(_SEQUENCE, der[body:end] + stamp)
    middle = b"".join(der[start:end] for start, _, _, end in kept)
    return _tlv(_SEQUENCE, der[version[0] : version[3]] + _tlv(_SEQUENCE, used) + middle + _tlv(_SEQUENCE, chains))


def _algorithm(name: str) -> bytes:
    return _ALGORITHMS.get(name) or bytes(algos.DigestAlgorithm({"algorithm": name}).contents)


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _parts(der: bytes) -> list[_Place]:
    ((start, body, end, _),) = _few(der, 0, len(der), 1)
    if der[start] != _SEQUENCE:
        raise ValueError("it does not begin with a SEQUENCE")
    parts = _few(der, body, end, 5)
    if len(parts) < 3:
        raise ValueError("version, hashes and stamps are not all there")
    return parts


def _few(data: bytes, start: int, end: int, most: int) -> list[_Place]:
    found: list[_Place] = []
    for item in _elements(data, start, end):
        if len(found) == most:
            raise InvalidInput(f"more than {most} elements in one place", path="evidence", source="RFC 4998 3")
        found.append(item)
    return found


def _elements(data: bytes, start: int, end: int) -> Iterator[_Place]:
    while start < end:
        place = _element(data, start, end, 0)
        start = place[3]
        yield place


def _element(data: bytes, at: int, end: int, depth: int) -> _Place:
    """Return where the element at *at* lies; lengths that are not definite (BER) are read, tokens may have them."""
    if depth > _MAX_DEPTH or at + 2 > end or data[at] & 0x1F == 0x1F:
        raise ValueError("broken ASN.1")
    length, body = data[at + 1], at + 2
    if length == 0x80:
        next_at = body
        while data[next_at : next_at + 2] != b"\0\0":
            next_at = _element(data, next_at, end, depth + 1)[3]
        return at, body, next_at, next_at + 2
    if length > 0x80:
        octets = length & 0x7F
        length = int.from_bytes(data[body : body + octets], "big")
        body += octets
    if body + length > end:
        raise ValueError("broken ASN.1: an element is longer than what holds it")
    return at, body, body + length, body + length
