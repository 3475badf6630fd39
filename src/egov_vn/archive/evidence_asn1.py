"""The ASN.1 of evidence records, RFC 4998 section 3 and appendix A (implicit tags)."""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import algos, cms, core

__all__ = ["ArchiveTimeStamp", "ArchiveTimeStampChain", "ArchiveTimeStampSequence", "EvidenceRecordAsn1"]


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
