"""Time-stamps of XAdES: for each kind, the octets it covers (ETSI EN 319 132-1 clauses 5.2.8, 5.3, 5.5; TS 101 903).

| element | covers |
|---|---|
| AllDataObjectsTimeStamp | what every reference digests, but for the signed properties |
| IndividualDataObjectsTimeStamp | what the included references digest |
| SignatureTimeStamp | the SignatureValue element |
| SigAndRefsTimeStamp, …V2 | SignatureValue, signature time-stamps, certificate and revocation references |
| RefsOnlyTimeStamp, …V2 | those references |
| ArchiveTimeStamp | the references' octets, SignedInfo, SignatureValue, KeyInfo, earlier unsigned properties, Objects |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import c14n
from egov_vn.signature.xades.document import Spent
from egov_vn.signature.xades.names import SIGNED_PROPERTIES, XADES, XADES132, XADES141, ds
from egov_vn.signature.xades.references import Context, decode, octets
from egov_vn.signature.xades.transforms import Refused, read_method

__all__ = ["Stamp", "StampKind", "covered", "stamps_of"]


class StampKind(StrEnum):
    """The kinds of time-stamps, by the name of their element (*loại dấu thời gian*)."""

    ALL_DATA = "AllDataObjectsTimeStamp"
    INDIVIDUAL_DATA = "IndividualDataObjectsTimeStamp"
    SIGNATURE = "SignatureTimeStamp"
    SIG_AND_REFS = "SigAndRefsTimeStamp"
    SIG_AND_REFS_V2 = "SigAndRefsTimeStampV2"
    REFS_ONLY = "RefsOnlyTimeStamp"
    REFS_ONLY_V2 = "RefsOnlyTimeStampV2"
    ARCHIVE = "ArchiveTimeStamp"

    @property
    def of_content(self) -> bool:
        """Whether it covers data objects only, and so proves nothing about the signature itself."""
        return self in (StampKind.ALL_DATA, StampKind.INDIVIDUAL_DATA)


_KINDS: Final = {kind.value: kind for kind in StampKind}
_REFERENCES: Final = (
    "CompleteCertificateRefs",
    "CompleteCertificateRefsV2",
    "CompleteRevocationRefs",
    "AttributeCertificateRefs",
    "AttributeCertificateRefsV2",
    "AttributeRevocationRefs",
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time-stamp property: its element, kind, namespace, and the tokens in it (DER)."""

    element: etree._Element
    kind: StampKind
    space: str
    tokens: tuple[bytes, ...]
    problem: str = ""

    @property
    def method(self) -> c14n.Method | None:
        """The canonicalisation it names; Canonical XML 1.0 if it names none."""
        named = self.element.find(ds("CanonicalizationMethod"))
        return c14n.C14N10 if named is None else read_method(named)


def stamps_of(properties: etree._Element) -> Iterator[Stamp]:
    """Yield the time-stamps in the QualifyingProperties *properties*, in document order."""
    for element in properties.iter("{*}*"):
        name = etree.QName(element)
        if name.localname not in _KINDS or name.namespace not in (*XADES, XADES141):
            continue
        if next((item for item in element.iterancestors() if item.tag in _QUALIFYING), None) is not properties:
            continue  # it belongs to a counter-signature
        tokens, problem = [], ""
        for item in element.iterfind("{*}EncapsulatedTimeStamp"):
            try:
                tokens.append(decode(item.text))
            except Refused as error:
                problem = error.detail
        yield Stamp(element, _KINDS[name.localname], str(name.namespace), tuple(tokens), problem)


_QUALIFYING: Final = tuple(f"{{{space}}}QualifyingProperties" for space in XADES)


def covered(stamp: Stamp, context: Context, *, unreferenced: bool | None = None) -> bytes:
    """Return the octets that *stamp* covers; `Refused` if they cannot be had.

    *unreferenced* says which Objects an archive time-stamp covers: only those that no reference names, or all. None:
    all in version 1.4.1, as the Commission's validator reads it, and only the unreferenced ones in 1.3.2. Some software
    makes version 1.4.1 the other way, so a verifier tries both: each covers every Object, by reference or directly.
    """
    how = stamp.method
    if how is None:
        raise Refused("XML-C14N-UNKNOWN", stamp.kind.value)
    try:
        if stamp.kind is StampKind.ARCHIVE:
            only = stamp.space != XADES141 if unreferenced is None else unreferenced
            return b"".join(archive_parts(context, how, before=stamp.element, unreferenced=only))
        return b"".join(_parts(stamp, context, how))
    except Spent:
        raise Refused("XML-LIMIT", "the time-stamps ask for more work than the limit allows") from None
    except InvalidInput as error:
        raise Refused("XML-C14N", error.message) from error


def _parts(stamp: Stamp, context: Context, how: c14n.Method) -> Iterator[bytes]:
    signature = context.signature
    if stamp.kind is StampKind.ALL_DATA:
        for reference in signed_references(signature):
            if reference.get("Type") not in SIGNED_PROPERTIES:
                yield octets(reference, context, final=how)[0]
    elif stamp.kind is StampKind.INDIVIDUAL_DATA:
        yield from _included(stamp, context, how)
    else:
        for element in _refs_and_stamps(stamp, signature):
            yield _canonical(context, element, how)


def _canonical(context: Context, element: etree._Element, how: c14n.Method) -> bytes:
    return context.document.canonical(element, how, comments=how.comments)


def signed_references(signature: etree._Element) -> list[etree._Element]:
    """Return the references in SignedInfo."""
    return signature.findall(f"{ds('SignedInfo')}/{ds('Reference')}")


def _included(stamp: Stamp, context: Context, how: c14n.Method) -> Iterator[bytes]:
    by_id = {item.get("Id"): item for item in signed_references(context.signature) if item.get("Id")}
    for include in stamp.element.iterfind(f"{{{stamp.space}}}Include"):
        uri = include.get("URI", "")
        if uri[1:] not in by_id:
            raise Refused("XML-STAMP-INCLUDE", uri)
        yield octets(by_id[uri[1:]], context, final=how)[0]


def _refs_and_stamps(stamp: Stamp, signature: etree._Element) -> Iterator[etree._Element]:
    value = signature.find(ds("SignatureValue"))
    if value is None:
        raise Refused("XML-NO-VALUE", "")
    if stamp.kind is StampKind.SIGNATURE:
        yield value
        return
    wanted = set(_REFERENCES)
    if stamp.kind in (StampKind.SIG_AND_REFS, StampKind.SIG_AND_REFS_V2):
        yield value
        wanted.add("SignatureTimeStamp")
    before = [item for item in _earlier(stamp.element) if etree.QName(item).localname in wanted]
    if stamp.kind in (StampKind.SIG_AND_REFS, StampKind.REFS_ONLY):
        # The first version of both lists its parts in a fixed order instead of that of the document.
        order = ("SignatureTimeStamp", *_REFERENCES)
        before.sort(key=lambda item: order.index(etree.QName(item).localname))
    yield from before


def _earlier(element: etree._Element) -> list[etree._Element]:
    return [item for item in reversed(list(element.itersiblings(preceding=True))) if isinstance(item.tag, str)]


def archive_parts(
    context: Context, how: c14n.Method, *, before: etree._Element | None, unreferenced: bool = False
) -> Iterator[bytes]:
    """Yield what an ArchiveTimeStamp covers; *before* None: one that would be appended now."""
    signature = context.signature
    referenced: list[etree._Element | None] = []
    for reference in signed_references(signature):
        data, element = octets(reference, context, final=how)
        referenced.append(element)
        yield data
    for name in ("SignedInfo", "SignatureValue", "KeyInfo"):
        element = signature.find(ds(name))
        if element is not None:
            yield _canonical(context, element, how)
    properties = qualifying_properties(signature)
    unsigned = unsigned_properties(properties) if properties is not None else None
    if before is not None:
        earlier = _earlier(before)
    else:
        earlier = [item for item in unsigned if isinstance(item.tag, str)] if unsigned is not None else []
    for element in earlier:
        yield _canonical(context, element, how)
    for item in signature.iterfind(ds("Object")):
        if properties is not None and properties.getparent() is item:
            continue
        if unreferenced and any(element is item for element in referenced):
            continue
        yield _canonical(context, item, how)


def qualifying_properties(signature: etree._Element) -> etree._Element | None:
    """Return the QualifyingProperties of *signature*: the one whose Target names it, or the only one without Target."""
    found = [
        item
        for holder in signature.iterfind(ds("Object"))
        for item in holder
        if isinstance(item.tag, str) and item.tag in _QUALIFYING
    ]
    own = [item for item in found if item.get("Target", "") == f"#{signature.get('Id', '')}"]
    if len(own) == 1:
        return own[0]
    return found[0] if len(found) == 1 else None


def unsigned_properties(properties: etree._Element) -> etree._Element | None:
    """Return the UnsignedSignatureProperties, if there are any."""
    space = etree.QName(properties).namespace
    return properties.find(f"{{{space}}}UnsignedProperties/{{{space}}}UnsignedSignatureProperties")


def stamp_text(name: str, how: c14n.Method, token: str, ident: str) -> str:
    """Return a time-stamp element that declares its own namespaces."""
    space = f' xmlns:xades141="{XADES141}"' if name.startswith("xades141") else ""
    return (
        f'<{name}{space} xmlns:xades="{XADES132}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="{ident}">'
        f'<ds:CanonicalizationMethod Algorithm="{how.uri}"></ds:CanonicalizationMethod>'
        f"<xades:EncapsulatedTimeStamp>{token}</xades:EncapsulatedTimeStamp></{name}>"
    )
