"""A XAdES signature put together: its Id, its signed properties, its references."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.signature.keys import Signer
from egov_vn.signature.xades.build import Frame, Target, XmlForm, build_signature, qualifying, spelling
from egov_vn.signature.xades.certref import signing_certificate
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.names import SIGNED_PROPERTIES
from egov_vn.signature.xades.properties import Claims, signed_properties

__all__ = ["identifier", "xades_signature"]


def xades_signature(
    ident: str,
    *,
    signer: Signer,
    at: datetime,
    targets: Sequence[Target],
    claims: Claims,
    form: XmlForm,
    frame: Frame,
    objects: str = "",
) -> str:
    """Return a XAdES signature over *targets*, with its signed properties."""
    how = form.method
    properties = signed_properties(
        ident=f"{ident}-signed",
        at=at,
        certificate=signing_certificate(
            signer.certificate.public_bytes(Encoding.DER), digest=form.digest, first_version=form.first_version
        ),
        claims=claims,
        formats={item.ident: item.media_type for item in targets if item.ident and item.media_type},
    )
    own = Target(uri=f"#{ident}-signed", transforms=(how.uri,), type=SIGNED_PROPERTIES[0])
    return build_signature(
        ident=ident,
        signer=signer,
        form=form,
        frame=frame,
        targets=(*targets, own),
        objects=spelling(form)(qualifying(ident, properties)) + objects,
    )


def identifier(document: Document | None, signer: Signer, at: datetime, *, salt: int = 0) -> str:
    """Return an Id for a new signature: the same for the same act, another for each signature in a document."""
    there = len(document.signatures) if document is not None else salt
    seed = f"{signer.certificate.serial_number}/{at.isoformat()}/{there}".encode()
    seed += signer.certificate.public_bytes(Encoding.DER)
    return "sig-" + hashlib.sha256(seed).hexdigest()[:16]
