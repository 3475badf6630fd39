"""The core of XMLDSig: one ds:Signature, its SignedInfo, its references, its value.

What is decided here is mathematics only: which octets the signature covers, and with which of the keys it carries its
value fits. Whom the key belongs to, and whether that is believed, is decided in `assess`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree

from egov_vn.signature.xades import algorithms, c14n
from egov_vn.signature.xades.algorithms import SignatureMethod
from egov_vn.signature.xades.document import Spent
from egov_vn.signature.xades.keyinfo import KeyMaterial, KeyOf, key_of_certificate, read_key_info
from egov_vn.signature.xades.names import MANIFEST, ds
from egov_vn.signature.xades.references import Checked, Context, Outcome, check_reference, decode
from egov_vn.signature.xades.transforms import Refused, read_method

__all__ = ["Core", "Problem", "check_core", "signed_info_digest"]


_MOST_SALT_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the mathematics of a signature could not be done or did not hold: a finding code and what was met."""

    code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Core:
    """What the mathematics of one signature says."""

    element: etree._Element
    method: SignatureMethod | None
    how: c14n.Method | None
    value: bytes
    digest: bytes
    """The hash of the canonical SignedInfo."""
    material: KeyMaterial
    references: tuple[Checked, ...]
    manifests: tuple[Checked, ...]
    """The references inside manifests that the signature covers."""
    problems: tuple[Problem, ...]

    def fits(self, key: Any) -> bool:
        """Say whether the signature value was made with the private half of *key*."""
        return (
            self.method is not None
            and bool(self.digest)
            and key is not None
            and algorithms.verify_value(self.method, key, self.value, self.digest)
        )

    def signer_among(self, candidates: Iterable[bytes], key_of: KeyOf = key_of_certificate) -> bytes | None:
        """Return the first of the *candidates* (DER certificates) whose key fits."""
        return next((der for der in candidates if self.fits(key_of(der))), None)

    @property
    def intact(self) -> bool:
        """Whether every reference, those of manifests too, matches."""
        return bool(self.references) and all(
            item.outcome is Outcome.MATCHES for item in (*self.references, *self.manifests)
        )


def check_core(context: Context) -> Core:
    """Do the mathematics of the signature of *context*; every fault becomes a problem or the outcome of a reference."""
    signature = context.signature
    problems = list(_structure(signature))
    info = signature.find(ds("SignedInfo"))
    method, how, value, digest = None, None, b"", b""
    references: tuple[Checked, ...] = ()
    if info is None:
        problems.append(Problem("XML-NO-SIGNEDINFO"))
    else:
        method, found = read_signature_method(info)
        problems += found
        how = read_method(required_or_empty(info, ds("CanonicalizationMethod")))
        if how is None:
            problems.append(Problem("XML-C14N-UNKNOWN", _algorithm(info, "CanonicalizationMethod")))
        elif method is not None:
            digest, found = signed_info_digest(context, info, how, method.digest)
            problems += found
        value, found = _value(signature)
        problems += found
        references, found = _references(info, context)
        problems += found
    manifests, found = _manifests(references, context)
    return Core(
        element=signature,
        method=method,
        how=how,
        value=value,
        digest=digest,
        material=read_key_info(signature),
        references=references,
        manifests=manifests,
        problems=(*problems, *found),
    )


def _structure(signature: etree._Element) -> Iterator[Problem]:
    """Tell of parts that are there twice: which of them another reader takes cannot be known."""
    info = required_or_empty(signature, ds("SignedInfo"))
    for parent, names in (
        (signature, ("SignedInfo", "SignatureValue", "KeyInfo")),
        (info, ("CanonicalizationMethod", "SignatureMethod")),
    ):
        for name in names:
            found = len(parent.findall(ds(name)))
            if found > 1:
                yield Problem("XML-STRUCTURE", f"{found} {name}")


def required_or_empty(parent: etree._Element, name: str) -> etree._Element:
    """Return the child *name*, or an element without attributes in its place."""
    found = parent.find(name)
    return etree.Element(name) if found is None else found


def _algorithm(info: etree._Element, name: str) -> str:
    return required_or_empty(info, ds(name)).get("Algorithm", "(none)")


def read_signature_method(info: etree._Element) -> tuple[SignatureMethod | None, list[Problem]]:
    """Read the SignatureMethod of a SignedInfo: a keyed hash is refused, whatever keys lie about."""
    element = required_or_empty(info, ds("SignatureMethod"))
    uri = element.get("Algorithm", "")
    if algorithms.is_hmac(uri):
        return None, [Problem("XML-HMAC", uri)]
    found = algorithms.SIGNATURES.get(uri)
    if uri == algorithms.RSA_PSS:
        found = _pss(element)
    if found is None:
        return None, [Problem("XML-SIGNATURE-METHOD-UNKNOWN", uri or "(none)")]
    return found, []


def _pss(element: etree._Element) -> SignatureMethod | None:
    more = f"{{{algorithms.RSA_PSS.partition('#')[0]}#}}"
    params = element.find(f"{more}RSAPSSParams")
    if params is None:
        return SignatureMethod("rsa_pss", "sha256", salt=32)
    digest = _hash_in(params)
    generator, mgf = params.find(f"{more}MaskGenerationFunction"), digest
    if generator is not None:
        known = generator.get("Algorithm", algorithms.MGF1) == algorithms.MGF1
        mgf = _hash_in(generator) if known else ""
    salt = (params.findtext(f"{more}SaltLength") or "").strip()
    trailer = (params.findtext(f"{more}TrailerField") or "1").strip()
    if not digest or not mgf or trailer != "1" or (salt and not (salt.isdecimal() and salt.isascii())):
        return None
    if len(salt) > _MOST_SALT_DIGITS:
        return None
    return SignatureMethod("rsa_pss", digest, mgf=mgf, salt=int(salt) if salt else None)


def _hash_in(parent: etree._Element) -> str:
    """Return the hash that *parent* names, SHA-256 if it names none, nothing if it is unknown."""
    named = parent.find(ds("DigestMethod"))
    return "sha256" if named is None else algorithms.DIGESTS.get(named.get("Algorithm", ""), "")


def signed_info_digest(
    context: Context, info: etree._Element, how: c14n.Method, digest: str
) -> tuple[bytes, list[Problem]]:
    """Hash the canonical form of SignedInfo."""
    try:
        text = context.document.canonical(info, how, comments=how.comments)
    except Spent:
        return b"", [Problem("XML-LIMIT", "the document asks for more work than the limit allows")]
    except ValueError as error:
        return b"", [Problem("XML-C14N", str(error))]
    state = algorithms.hash_named(digest)
    state.update(text)
    return state.digest(), []


def _value(signature: etree._Element) -> tuple[bytes, list[Problem]]:
    try:
        value = decode(signature.findtext(ds("SignatureValue")))
    except Refused as error:
        return b"", [Problem("XML-BASE64", f"SignatureValue: {error.detail}")]
    return value, [] if value else [Problem("XML-NO-VALUE")]


def _references(info: etree._Element, context: Context) -> tuple[tuple[Checked, ...], list[Problem]]:
    found = info.findall(ds("Reference"))
    if not found:
        return (), [Problem("XML-NO-REFERENCE")]
    if len(found) > context.document.limits.references or not context.document.take_references(len(found)):
        return (), [Problem("XML-LIMIT", f"{len(found)} references")]
    return tuple(check_reference(item, context) for item in found), []


def _manifests(references: tuple[Checked, ...], context: Context) -> tuple[tuple[Checked, ...], list[Problem]]:
    checked: list[Checked] = []
    room = context.document.limits.references - len(references)
    for item in references:
        for manifest in _covered_manifests(item):
            entries = manifest.findall(ds("Reference"))
            if len(entries) > room or not context.document.take_references(len(entries)):
                return tuple(checked), [Problem("XML-LIMIT", f"{len(entries)} references in a manifest")]
            room -= len(entries)
            checked += [check_reference(entry, replace(context, keep=False)) for entry in entries]
    return tuple(checked), []


def _covered_manifests(item: Checked) -> list[etree._Element]:
    if item.element is None or item.outcome is not Outcome.MATCHES:
        return []
    if item.element.tag == ds("Manifest"):
        return [item.element]
    if item.type == MANIFEST or item.element.tag == ds("Object"):
        return item.element.findall(ds("Manifest"))
    return []
