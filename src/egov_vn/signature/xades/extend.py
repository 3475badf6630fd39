"""Raising a signature's level: time-stamp (B-T), long-term data (B-LT), archive time-stamp (B-LTA), and its renewal.

Unsigned properties are put into the bytes of the document, each declaring its own namespaces; signatures made by
anybody are extended in place. A signature that is covered by another one is left alone: touching it would break that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer
from egov_vn.signature.report import Level
from egov_vn.signature.revocation import RevocationSource
from egov_vn.signature.timestamp import Timestamper
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.xades import c14n, place
from egov_vn.signature.xades.build import ascii_xml, digest_of
from egov_vn.signature.xades.certref import read_references
from egov_vn.signature.xades.core import check_core
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.keyinfo import read_key_info
from egov_vn.signature.xades.names import XADES132, ds
from egov_vn.signature.xades.references import Context, Files
from egov_vn.signature.xades.splice import Source, span_of
from egov_vn.signature.xades.stamps import (
    Stamp,
    StampKind,
    archive_parts,
    qualifying_properties,
    stamp_text,
    stamps_of,
    unsigned_properties,
)
from egov_vn.signature.xades.transforms import Refused
from egov_vn.signature.xades.validation_data import Evidence, evidence_text, gather, read_evidence, token_certificates

__all__ = ["extend_xml", "level_of", "put_property", "raise_level"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    """What extending works with."""

    at: datetime
    timestamper: Timestamper | None
    revocation: RevocationSource | None
    pool: tuple[bytes, ...]
    files: Files | None
    digest: str
    how: c14n.Method = c14n.EXCLUSIVE

    def stamp(self, data: bytes) -> bytes:
        """Return a time-stamp token over *data*."""
        if self.timestamper is None:
            raise InvalidInput("a level above B-B needs a time-stamping service", path="timestamper")
        return self.timestamper.timestamp(digest_of(data, self.digest), self.digest)


def extend_xml(
    xml: bytes,
    *,
    level: Level,
    at: datetime,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
    signature: str | None = None,
    files: Files | None = None,
    digest: str = "sha256",
) -> bytes:
    """Raise XAdES signatures to *level* (*nâng mức chữ ký*), also those made elsewhere, and return the document.

    Every signature of the document that has signed properties is raised, or only the one with the Id *signature*. One
    that is at B-LTA already gets another archive time-stamp when B-LTA is asked for: that is its renewal. *trust* lends
    certificates for chains that the signature does not carry; *files* are what it references outside the document.

    Raises `InvalidInput` if a signature is not intact, is no XAdES signature, or is covered by another one.
    """
    require_aware(at)
    document = Document.read(xml)
    numbers = [
        number
        for number, element in enumerate(document.signatures)
        if (element.get("Id") == signature if signature is not None else _extensible(element))
    ]
    if not numbers:
        raise InvalidInput(
            "the document has no XAdES signature" + (f" {signature!r}" if signature else ""), path="signature"
        )
    means = _Means(at=at, timestamper=timestamper, revocation=revocation, pool=_lent(trust), files=files, digest=digest)
    for number in numbers:
        xml = _raise(xml, number, level, means)
    return xml


def _lent(trust: TrustStore | None) -> tuple[bytes, ...]:
    return (*(anchor.der for anchor in trust.anchors), *trust.intermediates) if trust is not None else ()


def raise_level(
    xml: bytes,
    ident: str,
    *,
    level: Level,
    timestamper: Timestamper | None,
    revocation: RevocationSource | None,
    signer: Signer,
    at: datetime,
    trust: TrustStore | None = None,
    files: Files | None = None,
) -> bytes:
    """Raise the signature *ident*, just made by *signer*, to *level*."""
    if level is Level.B_B:
        return xml
    pool = tuple(item.public_bytes(Encoding.DER) for item in (signer.certificate, *signer.chain)) + _lent(trust)
    means = _Means(at=at, timestamper=timestamper, revocation=revocation, pool=pool, files=files, digest="sha256")
    numbers = [i for i, item in enumerate(Document.read(xml).signatures) if item.get("Id") == ident]
    return _raise(xml, numbers[0], level, means)


def level_of(properties: etree._Element | None) -> Level | None:
    """Return the level whose parts are in *properties*; None where there are no signed properties."""
    if properties is None or properties.find("{*}SignedProperties") is None:
        return None
    kinds = {stamp.kind for stamp in stamps_of(properties)}
    unsigned = unsigned_properties(properties)
    names = (
        {etree.QName(item).localname for item in unsigned if isinstance(item.tag, str)}
        if unsigned is not None
        else set()
    )
    if StampKind.ARCHIVE in kinds:
        return Level.B_LTA
    if StampKind.SIGNATURE not in kinds:
        return Level.B_B
    held = names & {"CertificateValues", "RevocationValues", "AnyValidationData", "TimeStampValidationData"}
    return Level.B_LT if held & {"RevocationValues", "AnyValidationData"} else Level.B_T


def _extensible(element: etree._Element) -> bool:
    nested = any(item.tag == ds("Signature") for item in element.iterancestors())
    return not nested and level_of(qualifying_properties(element)) is not None


def _raise(xml: bytes, number: int, level: Level, means: _Means) -> bytes:
    document, element, properties = _open(xml, number)
    place.refuse_to_break(document, properties, but=element)
    _require_intact(document, element, means)
    found = level_of(properties)
    if found is Level.B_B and level > Level.B_B:
        xml = _add_signature_stamp(xml, number, means)
    if level >= Level.B_LT and (found is None or found < Level.B_LTA):
        xml = _add_evidence(xml, number, means)
    if level is Level.B_LTA:
        if found is Level.B_LTA:
            xml = _add_stamp_evidence(xml, number, means)
        xml = _add_archive_stamp(xml, number, means)
    return xml


def _open(xml: bytes, number: int) -> tuple[Document, etree._Element, etree._Element]:
    document = Document.read(xml)
    element = document.signatures[number]
    properties = qualifying_properties(element)
    if properties is None or properties.find("{*}SignedProperties") is None:
        raise InvalidInput(
            "the signature is plain XMLDSig without signed properties: it has no level to raise", path="signature"
        )
    return document, element, properties


def _require_intact(document: Document, element: etree._Element, means: _Means) -> None:
    core = check_core(Context(document, element, means.files))
    key_fits = core.signer_among(core.material.certificates) is not None
    if not (core.intact and key_fits):
        raise InvalidInput("the signature is not intact, so it is not extended", path=element.get("Id", "Signature"))


def put_property(xml: bytes, document: Document, properties: etree._Element, text: str) -> bytes:
    """Return the document with the unsigned property *text*, which declares its own namespaces, put in."""
    source = Source.of(xml, document.root)
    unsigned = unsigned_properties(properties)
    if unsigned is not None:
        return span_of(source, unsigned).append(source, ascii_xml(text))
    # The new parents take the namespace of the QualifyingProperties, which may be an older one.
    space = etree.QName(properties).namespace or XADES132
    holder = next((item for item in properties if etree.QName(item).localname == "UnsignedProperties"), None)
    text = f'<q:UnsignedSignatureProperties xmlns:q="{space}">{text}</q:UnsignedSignatureProperties>'
    if holder is not None:
        return span_of(source, holder).append(source, ascii_xml(text))
    text = f'<q:UnsignedProperties xmlns:q="{space}">{text}</q:UnsignedProperties>'
    return span_of(source, properties).append(source, ascii_xml(text))


def _ident(kind: str, token: bytes) -> str:
    return f"{kind}-{hashlib.sha256(token).hexdigest()[:16]}"


def _add_signature_stamp(xml: bytes, number: int, means: _Means) -> bytes:
    document, element, properties = _open(xml, number)
    value = element.find(ds("SignatureValue"))
    assert value is not None  # the signature was found intact
    token = means.stamp(c14n.canonicalize(value, means.how))
    text = stamp_text(
        "xades:SignatureTimeStamp", means.how, base64.b64encode(token).decode("ascii"), _ident("tst", token)
    )
    return put_property(xml, document, properties, text)


def _signer_certificate(element: etree._Element, properties: etree._Element) -> bytes | None:
    material = read_key_info(element)
    signed = properties.find("{*}SignedProperties/{*}SignedSignatureProperties")
    references = read_references(signed) if signed is not None else ()
    for der in material.certificates:
        if references and references[0].matches(der):
            return der
    return material.certificates[0] if material.certificates else None


def _pool(element: etree._Element, means: _Means, stamps: Iterable[Stamp]) -> list[bytes]:
    pool = [*read_key_info(element).certificates, *means.pool]
    for stamp in stamps:
        for token in stamp.tokens:
            pool += token_certificates(token)
    return pool


def _source(means: _Means) -> RevocationSource:
    if means.revocation is None:
        raise InvalidInput("the levels B-LT and B-LTA need a source of revocation data", path="revocation")
    return means.revocation


def _add_evidence(xml: bytes, number: int, means: _Means) -> bytes:
    document, element, properties = _open(xml, number)
    stamps = tuple(stamps_of(properties))
    held = read_evidence(properties)
    pool = [*_pool(element, means, stamps), *held.certificates]
    leaf = _signer_certificate(element, properties)
    own = gather([leaf] if leaf else [], pool, _source(means)).without(held)
    leaves = [token_certificates(token)[0] for stamp in stamps for token in stamp.tokens if token_certificates(token)]
    others = gather(leaves, pool, _source(means)).without(held | own)
    text = evidence_text(own, ident="") if own else ""
    if others:
        text += evidence_text(others, ident=_evidence_ident(others), stamps=True)
    return put_property(xml, document, properties, text) if text else xml


def _evidence_ident(evidence: Evidence) -> str:
    seed = b"".join((*evidence.certificates, *evidence.revocation.crls, *evidence.revocation.ocsps))
    return _ident("tsvd", seed)


def _add_stamp_evidence(xml: bytes, number: int, means: _Means) -> bytes:
    """Before an archive time-stamp is renewed, what proves the earlier ones must be inside the new one."""
    document, element, properties = _open(xml, number)
    stamps = tuple(stamps_of(properties))
    held = read_evidence(properties)
    pool = [*_pool(element, means, stamps), *held.certificates]
    leaves = [token_certificates(token)[0] for stamp in stamps for token in stamp.tokens if token_certificates(token)]
    fresh = gather(leaves, pool, _source(means)).without(held)
    return (
        put_property(xml, document, properties, evidence_text(fresh, ident=_evidence_ident(fresh), stamps=True))
        if fresh
        else xml
    )


def _add_archive_stamp(xml: bytes, number: int, means: _Means) -> bytes:
    document, element, properties = _open(xml, number)
    try:
        data = b"".join(archive_parts(Context(document, element, means.files), means.how, before=None))
    except Refused as refusal:
        raise InvalidInput(
            f"the archive time-stamp cannot be made: {refusal.code} {refusal.detail}", path="files"
        ) from None
    token = means.stamp(data)
    text = stamp_text(
        "xades141:ArchiveTimeStamp", means.how, base64.b64encode(token).decode("ascii"), _ident("ats", token)
    )
    return put_property(xml, document, properties, text)
