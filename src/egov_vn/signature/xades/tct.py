"""Signing for the tax ecosystem: plain XMLDSig as e-invoice software writes it.

Inclusive C14N for SignedInfo, a reference to the element by its id, a second one to an Object with the signing time
(local, without zone), the subject in the .NET spelling, and only the signer's certificate in KeyInfo.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.xades import c14n
from egov_vn.signature.xades import place as places
from egov_vn.signature.xades.assemble import identifier
from egov_vn.signature.xades.build import Target, XmlForm, build_signature, digest_of, spelling
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.names import ENVELOPED
from egov_vn.signature.xades.profiles import XmlProfile, in_profile_place
from egov_vn.signature.xades.splice import Source, span_of

__all__ = ["TCT_FORM", "sign_tct"]

TCT_FORM: Final = XmlForm(canonicalization=c14n.C14N10.uri, prefix="", chain=False, subject_name=True)
"""How invoice software writes signatures."""


def sign_tct(
    xml: bytes,
    *,
    signer: Signer,
    at: datetime,
    elements: tuple[str, ...],
    place: str,
    form: XmlForm | None = None,
) -> bytes:
    """Sign elements of a tax document (*ký hóa đơn điện tử, tờ khai*) and return it with the signature at *place*.

    *elements* are the ids of what is signed (`"DLHDon"`), *place* the path of the element that receives the signature
    (`"/HDon/DSCKS/NBan"`), made where it is missing. Raises `InvalidInput` if the element does not stand where the
    format says. Source: practice measured on files under NĐ 123/2020 and TT 78/2021.
    """
    require_aware(at)
    check_signer(signer, at=at)
    form = form or TCT_FORM
    document = Document.read(xml)
    parent, missing = places.find(document, place)
    if not elements:
        raise InvalidInput("the id of the element to sign is missing", path="elements")
    places.refuse_to_break(document, parent)
    ident, targets = identifier(document, signer, at), []
    for name in elements:
        apex = places.only(document, name)
        if not in_profile_place(XmlProfile.XMLDSIG_TCT, apex, parent):
            raise InvalidInput(f"#{name} does not stand where documents of the tax ecosystem have it", path=f"#{name}")
        if document.inside(parent, apex):
            raise InvalidInput("the signature stands in DSCKS (or CKyDTu), beside what it signs", path="place")
        octets = document.canonical(apex, c14n.C14N10, comments=False)
        targets.append(Target(uri=f"#{name}", transforms=(ENVELOPED,), digest=digest_of(octets, form.digest)))
    time = f"{ident}-time"
    targets.append(Target(uri=f"#{time}"))
    text = build_signature(
        ident=ident,
        signer=signer,
        form=form,
        frame=places.frame(parent, missing),
        targets=targets,
        objects=spelling(form)(_time_object(time, ident, at)),
    )
    span = span_of(Source.of(xml, document.root), parent)
    return span.append(Source.of(xml, document.root), places.wrapped(parent, missing, text))


def _time_object(time: str, ident: str, at: datetime) -> str:
    local = at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f'<ds:Object Id="{time}"><ds:SignatureProperties><ds:SignatureProperty Target="#{ident}">'
        f"<SigningTime xmlns={SIGNING_TIME_SPACE}>{local}</SigningTime>"
        "</ds:SignatureProperty></ds:SignatureProperties></ds:Object>"
    )


SIGNING_TIME_SPACE: Final = '"http://example.org/#signatureProperties"'
"""The namespace that most invoice files carry on SigningTime."""
