"""Signing XML and files: XAdES B-B, then whatever level is asked for.

The document is never written anew: the signature is put into its bytes, and everything else stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.report import Level
from egov_vn.signature.revocation import RevocationSource
from egov_vn.signature.timestamp import Timestamper
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.xades import place as places
from egov_vn.signature.xades.assemble import identifier, xades_signature
from egov_vn.signature.xades.build import Frame, Target, XmlForm, digest_of
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.enveloping import envelop
from egov_vn.signature.xades.extend import raise_level
from egov_vn.signature.xades.names import ENVELOPED
from egov_vn.signature.xades.profiles import XmlProfile
from egov_vn.signature.xades.properties import Claims
from egov_vn.signature.xades.splice import Source, span_of
from egov_vn.signature.xades.tct import sign_tct

__all__ = ["Packaging", "sign_xml"]


class Packaging(StrEnum):
    """Where a signature stands relative to what it signs (*hình thức gắn chữ ký*)."""

    ENVELOPED = "enveloped"
    """Inside what it signs."""
    ENVELOPING = "enveloping"
    """Around it, in an Object."""
    DETACHED = "detached"
    """In the same document, beside the signed elements."""


def sign_xml(  # noqa: PLR0913 - the one door: each argument is a decision of its own
    xml: bytes,
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    profile: XmlProfile = XmlProfile.XADES,
    packaging: Packaging = Packaging.ENVELOPED,
    elements: Sequence[str] = (),
    place: str = "",
    claims: Claims | None = None,
    form: XmlForm | None = None,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
) -> bytes:
    """Sign an XML document by XAdES (*ký số tệp XML*) and return it with the signature in it.

    *elements* are the ids of the elements to sign; none: the whole document. *place* says which element receives the
    signature, as `"#id"` or as a path of local names `"/HDon/DSCKS/NBan"` (what is missing at its end is made); by
    default the signed element when enveloped, the root when detached. *at* is the claimed signing time. Levels above
    B-B need a *timestamper*, from B-LT on also *revocation*, and *trust* for the certificates above the signer's chain.

    The *profile* `XMLDSIG_TCT` writes the plain XMLDSig of e-invoices and tax declarations instead: at B-B, with
    *elements* and *place*, and without *claims* (`packaging` is detached by its nature).

    Raises `InvalidInput` for a document that cannot be signed, an expired certificate, or a signature that would break
    one already in the document; `Unavailable` if a service does not answer. (ETSI EN 319 132-1; TT 15/2025/TT-BKHCN.)
    """
    if profile is XmlProfile.XMLDSIG_TCT:
        if level is not Level.B_B or claims is not None:
            raise InvalidInput("plain XMLDSig has no levels and no signed properties", path="profile")
        return sign_tct(xml, signer=signer, at=at, elements=tuple(elements), place=place, form=form)
    require_aware(at)
    check_signer(signer, at=at)
    document = Document.read(xml)
    form, claims = form or XmlForm(), claims or Claims()
    if packaging is Packaging.ENVELOPING:
        signed, ident = envelop(xml, document, signer=signer, at=at, claims=claims, form=form)
    else:
        signed, ident = _in_place(
            xml,
            document,
            signer=signer,
            at=at,
            packaging=packaging,
            elements=elements,
            place=place,
            claims=claims,
            form=form,
        )
    return raise_level(
        signed, ident, level=level, timestamper=timestamper, revocation=revocation, signer=signer, at=at, trust=trust
    )


def _in_place(
    xml: bytes,
    document: Document,
    *,
    signer: Signer,
    at: datetime,
    packaging: Packaging,
    elements: Sequence[str],
    place: str,
    claims: Claims,
    form: XmlForm,
) -> tuple[bytes, str]:
    apexes = [places.only(document, name) for name in elements]
    default = apexes[0] if apexes and packaging is Packaging.ENVELOPED else document.root
    parent, missing = places.find(document, place) if place else (default, ())
    if packaging is Packaging.DETACHED and (not apexes or any(document.inside(parent, item) for item in apexes)):
        raise InvalidInput(
            "a detached signature names the elements it signs and stands outside them",
            path="place",
            source="XMLDSig 1.1",
        )
    if packaging is Packaging.ENVELOPED and apexes and not any(document.inside(parent, item) for item in apexes):
        raise InvalidInput("an enveloped signature stands inside an element it signs", path="place")
    places.refuse_to_break(document, parent)
    how = form.method
    ident = identifier(document, signer, at)
    targets = []
    for number, (uri, apex) in enumerate(
        zip([f"#{name}" for name in elements], apexes, strict=True) if apexes else [("", None)]
    ):
        octets = document.canonical(apex, how, comments=False)
        inside = document.inside(parent, apex)
        targets.append(
            Target(
                uri=uri,
                transforms=(ENVELOPED, how.uri) if inside else (how.uri,),
                digest=digest_of(octets, form.digest),
                ident=f"{ident}-ref{number}",
                media_type=claims.formats.get(uri, "text/xml"),
            )
        )
    frame = Frame() if how.exclusive else places.frame(parent, missing)
    text = xades_signature(ident, signer=signer, at=at, targets=targets, claims=claims, form=form, frame=frame)
    source = Source.of(xml, document.root)
    return span_of(source, parent).append(source, places.wrapped(parent, missing, text)), ident
