"""Counter-signatures: a signature over another one's value, kept among its unsigned properties (*chữ ký xác nhận*)."""

from __future__ import annotations

from datetime import datetime

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.xades import c14n, place
from egov_vn.signature.xades.assemble import identifier, xades_signature
from egov_vn.signature.xades.build import Frame, Target, XmlForm, digest_of
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.extend import put_property
from egov_vn.signature.xades.names import COUNTERSIGNED, XADES132, ds
from egov_vn.signature.xades.properties import Claims
from egov_vn.signature.xades.stamps import qualifying_properties

__all__ = ["countersign_xml"]


def countersign_xml(
    xml: bytes,
    *,
    signature: str,
    signer: Signer,
    at: datetime,
    claims: Claims | None = None,
    form: XmlForm | None = None,
) -> bytes:
    """Sign the XAdES signature with the Id *signature* (*ký xác nhận chữ ký*) and return the document.

    The new signature covers the SignatureValue of the other, which must bear an Id, and stands in its unsigned
    properties. `extend_xml(…, signature=…)` raises its level.
    """
    require_aware(at)
    check_signer(signer, at=at)
    form, claims = form or XmlForm(), claims or Claims()
    if not form.method.exclusive:
        raise InvalidInput("a counter-signature is written with exclusive canonicalisation", path="form")
    document = Document.read(xml)
    target = next((item for item in document.signatures if item.get("Id") == signature), None)
    properties = qualifying_properties(target) if target is not None else None
    value = target.find(ds("SignatureValue")) if target is not None else None
    if target is None or properties is None or value is None or not value.get("Id"):
        raise InvalidInput(
            f"there is no XAdES signature {signature!r} whose value bears an Id",
            path="signature",
            source="EN 319 132-1 5.2.7",
        )
    place.only(document, value.get("Id", ""))
    place.refuse_to_break(document, properties, but=target)
    ident = identifier(document, signer, at)
    how = form.method
    countersigned = Target(
        uri=f"#{value.get('Id')}",
        transforms=(how.uri,),
        digest=digest_of(c14n.canonicalize(value, how, comments=False), form.digest),
        type=COUNTERSIGNED,
        ident=f"{ident}-ref0",
    )
    text = xades_signature(
        ident, signer=signer, at=at, targets=[countersigned], claims=claims, form=form, frame=Frame()
    )
    return put_property(
        xml, document, properties, f"<xades:CounterSignature{_DECLARED}>{text}</xades:CounterSignature>"
    )


_DECLARED = f' xmlns:xades="{XADES132}"'
