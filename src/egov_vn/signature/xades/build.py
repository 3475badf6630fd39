"""Building a ds:Signature as text: digests, SignedInfo, value, assembled for the place where it will stand.

Inclusive canonicalisation sees the namespaces and xml:* attributes of the ancestors, so the parts are canonicalised in
a `Frame` that repeats them. All text is ASCII (other characters as references), so that it fits any encoding.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.certificate import CertificateInfo
from egov_vn.signature.keys import Signer, default_algorithm
from egov_vn.signature.xades import algorithms, c14n
from egov_vn.signature.xades.names import BASE64, DS, XADES132, XML
from egov_vn.signature.xades.properties import text

__all__ = ["Frame", "Target", "XmlForm", "ascii_xml", "build_signature", "digest_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlForm:
    """How a signature is written: canonicalisation, hash, algorithm, prefix, what KeyInfo holds."""

    canonicalization: str = "http://www.w3.org/2001/10/xml-exc-c14n#"
    """URI of the canonicalisation of SignedInfo and of every XML reference."""
    digest: str = "sha256"
    algorithm: str | None = None
    """Signature algorithm (`"rsa_pss_sha256"`); None: the signer's own, or the default of its key."""
    prefix: str = "ds"
    """Prefix of the XML signature namespace; empty: the default namespace, as invoice software writes."""
    chain: bool = True
    """Whether KeyInfo holds the chain besides the signer's certificate (*không chỉ chứng thư của người ký*)."""
    subject_name: bool = False
    """Whether KeyInfo names the subject, in the .NET spelling."""
    first_version: bool = False
    """Whether to write the older SigningCertificate instead of SigningCertificateV2."""

    @property
    def method(self) -> c14n.Method:
        """The canonicalisation method."""
        found = c14n.method(self.canonicalization)
        if found is None:
            raise InvalidInput(f"unknown canonicalisation {self.canonicalization!r}", path="form")
        return found

    def algorithm_for(self, signer: Signer) -> str:
        """Return the algorithm that *signer* will sign with."""
        return self.algorithm or signer.algorithm or default_algorithm(signer.certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One reference to be written; *digest* is empty for a target inside the signature, found by its URI."""

    uri: str
    transforms: tuple[str, ...] = ()
    digest: bytes = b""
    type: str = ""
    ident: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The ancestors of a signature, as text around it: what its canonical form inherits."""

    opening: str = ""
    closing: str = ""

    @classmethod
    def inside(cls, parent: etree._Element) -> Frame:
        """Return the frame of a signature that will be a child of *parent*."""
        opening = closing = ""
        for ancestor in reversed([parent, *parent.iterancestors()]):
            attributes = "".join(
                f" xml:{etree.QName(name).localname}={quoteattr(value)}"
                for name, value in ancestor.attrib.items()
                if name.startswith(f"{{{XML}}}")
            )
            spaces = _declarations(parent) if ancestor is parent else ""
            if attributes or spaces:
                opening, closing = f"{opening}<w{spaces}{attributes}>", f"</w>{closing}"
        return cls(opening, closing)

    def parse(self, text: str) -> etree._Element:
        """Return the element that *text* is, parsed inside the frame."""
        data = (self.opening + text + self.closing).encode("utf-8")
        element = _xml.parse(data, max_bytes=max(len(data), _xml.MAX_BYTES))
        for _ in range(self.opening.count("<w")):
            element = element[0]
        return element


def _declarations(parent: etree._Element) -> str:
    return "".join(
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in parent.nsmap.items()
        if prefix != "xml"
    )


def ascii_xml(text: str) -> bytes:
    """Write *text* with every other character as a character reference."""
    return text.encode("ascii", "xmlcharrefreplace")


def digest_of(data: bytes, name: str) -> bytes:
    """Return the hash of *data*."""
    state = algorithms.hash_named(name)
    state.update(data)
    digest: bytes = state.digest()
    return digest


def base64_lines(data: bytes) -> str:
    """Return base64 in lines of 76 characters."""
    return "\n".join(textwrap.wrap(base64.b64encode(data).decode("ascii"), 76))


def build_signature(
    *,
    ident: str,
    signer: Signer,
    form: XmlForm,
    frame: Frame,
    targets: Sequence[Target],
    objects: str,
) -> str:
    """Return the text of a ds:Signature with *objects* (spelled in the prefix of *form*) in it, over *targets*."""
    name = form.algorithm_for(signer)
    method = algorithms.SIGNATURES[algorithms.signature_uri(name)]
    head, tail = f'<ds:Signature xmlns:ds="{DS}" Id="{ident}">', "</ds:Signature>"
    write = spelling(form)
    inner = _inner_digests(frame.parse(write(head) + objects + write(tail)), targets, form) if objects else {}
    info = _signed_info(targets, inner, form, name)
    element = frame.parse(write(head + info + tail))[0]
    how = form.method
    digest = digest_of(c14n.canonicalize(element, how), method.digest)
    value = algorithms.raw_value(signer.sign(digest, name), signer.certificate.public_key())
    if not algorithms.verify_value(method, signer.certificate.public_key(), value, digest):
        raise InvalidInput("the key of the signer does not belong to its certificate", path="signer")
    encoded = base64.b64encode(value).decode("ascii")
    return (
        write(
            f'{head}{info}<ds:SignatureValue Id="{ident}-value">{encoded}</ds:SignatureValue>{key_info(signer, form)}'
        )
        + f"{objects}{write(tail)}"
    )


def spelling(form: XmlForm) -> Callable[[str], str]:
    if form.prefix == "ds":
        return lambda text: text
    new = f"{form.prefix}:" if form.prefix else ""
    declared = f"xmlns:{form.prefix}" if form.prefix else "xmlns"
    # Values are escaped, so `<ds:` stands only where an element begins or ends.
    return lambda text: (
        text.replace("<ds:", f"<{new}").replace("</ds:", f"</{new}").replace(f'xmlns:ds="{DS}"', f'{declared}="{DS}"')
    )


def _inner_digests(signature: etree._Element, targets: Sequence[Target], form: XmlForm) -> dict[str, bytes]:
    digests: dict[str, bytes] = {}
    for target in targets:
        if target.digest:
            continue
        element = next((item for item in signature.iter() if item.get("Id") == target.uri[1:]), None)
        if element is None:
            raise InvalidInput(f"the signature holds no {target.uri}", path="targets")
        if target.transforms == (BASE64,):
            data = base64.b64decode("".join(element.itertext(etree.Element)))
        else:
            how = c14n.method(target.transforms[-1]) if target.transforms else c14n.C14N10
            data = c14n.canonicalize(element, how or c14n.C14N10, comments=False)
        digests[target.uri] = digest_of(data, form.digest)
    return digests


def algorithms_base64(target: Target) -> bool:
    """Say whether the target is decoded from base64."""
    return target.transforms == (f"{DS}base64",)


def _signed_info(targets: Sequence[Target], inner: dict[str, bytes], form: XmlForm, name: str) -> str:
    references = "".join(reference(item, item.digest or inner[item.uri], form.digest) for item in targets)
    return (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{form.canonicalization}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{algorithms.signature_uri(name)}"></ds:SignatureMethod>'
        f"{references}</ds:SignedInfo>"
    )


def reference(target: Target, digest: bytes, algorithm: str) -> str:
    """Return a ds:Reference."""
    steps = "".join(f'<ds:Transform Algorithm="{uri}"></ds:Transform>' for uri in target.transforms)
    return (
        "<ds:Reference"
        + (f' Id="{target.ident}"' if target.ident else "")
        + (f' Type="{target.type}"' if target.type else "")
        + f" URI={quoteattr(target.uri)}>"
        + (f"<ds:Transforms>{steps}</ds:Transforms>" if steps else "")
        + f'<ds:DigestMethod Algorithm="{algorithms.digest_uri(algorithm)}"></ds:DigestMethod>'
        + f"<ds:DigestValue>{base64.b64encode(digest).decode('ascii')}</ds:DigestValue></ds:Reference>"
    )


def key_info(signer: Signer, form: XmlForm) -> str:
    """Return the KeyInfo: the signer's certificate and, if the form asks, its chain without the root."""
    ders = [signer.certificate.public_bytes(Encoding.DER)]
    if form.chain:
        ders += [item.public_bytes(Encoding.DER) for item in signer.chain if item.subject != item.issuer]
    subject = ""
    if form.subject_name:
        subject = f"<ds:X509SubjectName>{text(CertificateInfo.parse(ders[0]).dotnet_subject)}</ds:X509SubjectName>"
    held = "".join(
        f"<ds:X509Certificate>{base64.b64encode(der).decode('ascii')}</ds:X509Certificate>"
        for der in dict.fromkeys(ders)
    )
    return f"<ds:KeyInfo><ds:X509Data>{subject}{held}</ds:X509Data></ds:KeyInfo>"


def qualifying(ident: str, signed: str) -> str:
    """Return the Object with the QualifyingProperties of the signature *ident*."""
    return (
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES132}" Target="#{ident}">{signed}'
        "</xades:QualifyingProperties></ds:Object>"
    )
