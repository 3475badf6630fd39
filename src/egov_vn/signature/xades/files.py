"""Signatures over files that stand outside the XML: by reference, through a manifest, or taken in as base64."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput
from egov_vn.signature.keys import Signer, check_signer
from egov_vn.signature.report import Level
from egov_vn.signature.revocation import RevocationSource
from egov_vn.signature.timestamp import Timestamper
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.xades.assemble import identifier, xades_signature
from egov_vn.signature.xades.build import Frame, Target, XmlForm, ascii_xml, digest_of, reference, spelling
from egov_vn.signature.xades.enveloping import envelop_files
from egov_vn.signature.xades.extend import raise_level
from egov_vn.signature.xades.names import MANIFEST
from egov_vn.signature.xades.properties import Claims

__all__ = ["detached_signature", "sign_files"]


def sign_files(
    files: Mapping[str, bytes],
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    manifest: bool = False,
    embed: bool = False,
    claims: Claims | None = None,
    form: XmlForm | None = None,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
) -> bytes:
    """Sign files by a XAdES signature in an XML document of its own (*chữ ký tách rời*), and return that document.

    *files* are contents by name or URI; names are written as relative URIs. With *manifest* the signature covers a list
    of the files' digests instead of each file; with *embed* the files are taken in, in base64. To assess the result,
    pass the same mapping as `files`.
    """
    require_aware(at)
    check_signer(signer, at=at)
    if not files:
        raise InvalidInput("there is no file to sign", path="files")
    claims, form = claims or Claims(), form or XmlForm()
    if embed:
        signed, ident = envelop_files(files, signer=signer, at=at, claims=claims, form=form)
    else:
        text, ident = detached_signature(files, signer=signer, at=at, claims=claims, form=form, manifest=manifest)
        signed = ascii_xml(text)
    return raise_level(
        signed,
        ident,
        level=level,
        timestamper=timestamper,
        revocation=revocation,
        signer=signer,
        at=at,
        trust=trust,
        files={uri_of(name): data for name, data in files.items()},
    )


def detached_signature(
    files: Mapping[str, bytes],
    *,
    signer: Signer,
    at: datetime,
    claims: Claims,
    form: XmlForm,
    manifest: bool = False,
    salt: int = 0,
) -> tuple[str, str]:
    """Return the text of a B-B signature over *files*, and its Id."""
    ident = identifier(None, signer, at, salt=salt)
    targets = [
        Target(
            uri=uri_of(name),
            digest=digest_of(data, form.digest),
            ident=f"{ident}-ref{number}",
            media_type=claims.formats.get(name, "application/octet-stream"),
        )
        for number, (name, data) in enumerate(files.items())
    ]
    objects = ""
    if manifest:
        listed = "".join(reference(item, item.digest, form.digest) for item in targets)
        objects = spelling(form)(f'<ds:Object><ds:Manifest Id="{ident}-manifest">{listed}</ds:Manifest></ds:Object>')
        targets = [
            Target(uri=f"#{ident}-manifest", transforms=(form.method.uri,), type=MANIFEST, ident=f"{ident}-refm")
        ]
    text = xades_signature(
        ident, signer=signer, at=at, targets=targets, claims=claims, form=form, frame=Frame(), objects=objects
    )
    return text, ident


def uri_of(name: str) -> str:
    """Return *name* as a relative URI; what is a URI already stays as it is."""
    return name if ":" in name.split("/", 1)[0] else quote(name, safe="/-._~!$&'()*+,;=@%")
