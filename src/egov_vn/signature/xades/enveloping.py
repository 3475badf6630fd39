"""Enveloping signatures: what is signed stands in an Object of the signature."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime

from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer
from egov_vn.signature.xades.assemble import identifier, xades_signature
from egov_vn.signature.xades.build import Frame, Target, XmlForm, ascii_xml, spelling
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.names import BASE64, OBJECT
from egov_vn.signature.xades.properties import Claims
from egov_vn.signature.xades.splice import Source, span_of

__all__ = ["envelop", "envelop_files"]


def envelop(
    xml: bytes, document: Document, *, signer: Signer, at: datetime, claims: Claims, form: XmlForm
) -> tuple[bytes, str]:
    """Return an enveloping signature over the root element of *xml*, taken over as it is written, and its Id."""
    if not form.prefix:
        raise InvalidInput(
            "an enveloping signature needs a prefix: without one it would rename what it holds", path="form"
        )
    write = spelling(form)
    ident = identifier(document, signer, at)
    source = Source.of(xml, document.root)
    span = span_of(source, document.root)
    encoding = "utf-8" if source.encoding else document.root.getroottree().docinfo.encoding or "utf-8"
    content = source.work[span.start : span.end].decode(encoding)
    holder = f"{ident}-object"
    target = Target(
        uri=f"#{holder}",
        transforms=(form.method.uri,),
        type=OBJECT,
        ident=f"{ident}-ref0",
        media_type=claims.formats.get("", "text/xml"),
    )
    text = xades_signature(
        ident,
        signer=signer,
        at=at,
        targets=[target],
        claims=claims,
        form=form,
        frame=Frame(),
        objects=write(f'<ds:Object Id="{holder}">') + content + write("</ds:Object>"),
    )
    return text.encode("utf-8"), ident


def envelop_files(
    files: Mapping[str, bytes], *, signer: Signer, at: datetime, claims: Claims, form: XmlForm
) -> tuple[bytes, str]:
    """Return a signature with each file in base64 in an Object of its own, and its Id."""
    ident = identifier(None, signer, at)
    targets, objects = [], ""
    for number, (name, data) in enumerate(files.items()):
        holder = f"{ident}-object{number}"
        kind = claims.formats.get(name, "application/octet-stream")
        objects += (
            f'<ds:Object Id="{holder}" MimeType="{kind}" Encoding="{BASE64}">'
            f"{base64.b64encode(data).decode('ascii')}</ds:Object>"
        )
        targets.append(
            Target(uri=f"#{holder}", transforms=(BASE64,), type=OBJECT, ident=f"{ident}-ref{number}", media_type=kind)
        )
    text = xades_signature(
        ident,
        signer=signer,
        at=at,
        targets=targets,
        claims=claims,
        form=form,
        frame=Frame(),
        objects=spelling(form)(objects),
    )
    return ascii_xml(text), ident
