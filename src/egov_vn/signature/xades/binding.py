"""What binds a signature to its signer: the signed properties, the signing certificate, the countersigned value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from egov_vn._xml import local_name
from egov_vn.clock import VIETNAM
from egov_vn.signature.xades.certref import CertificateReference, read_references
from egov_vn.signature.xades.core import Core
from egov_vn.signature.xades.keyinfo import KeyOf, key_of_certificate, public_bytes
from egov_vn.signature.xades.names import COUNTERSIGNED, SIGNED_PROPERTIES, ds
from egov_vn.signature.xades.references import Checked, Outcome
from egov_vn.signature.xades.stamps import qualifying_properties

__all__ = ["Binding", "Problem", "bind", "binds_to", "countersigned", "qualifying_properties", "signing_time"]

Problem = tuple[str, str]
"""A finding code and its detail."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The properties that are really signed, and the certificate that is really the signer's."""

    properties: etree._Element | None
    """QualifyingProperties, whether or not signed: the unsigned ones are read from it too."""
    signed: etree._Element | None
    """SignedProperties, only if the signature covers them."""
    certificate: bytes | None
    problems: tuple[Problem, ...]

    def find(self, path: str) -> etree._Element | None:
        """Return the element at *path* below the signed properties, in any namespace."""
        return (
            self.signed.find("/".join(f"{{*}}{name}" for name in path.split("/"))) if self.signed is not None else None
        )

    def text(self, path: str) -> str:
        """Return the text of the element at *path*, stripped."""
        element = self.find(path)
        return (element.text or "").strip() if element is not None else ""


def bind(core: Core, candidates: tuple[bytes, ...], *, key_of: KeyOf = key_of_certificate) -> Binding:
    """Tell what the signature of *core* is bound to; *candidates* are readable certificates, its own first."""
    properties = qualifying_properties(core.element)
    problems: list[Problem] = []
    signed = _signed_properties(core, properties, problems)
    holder = signed.find("{*}SignedSignatureProperties") if signed is not None else None
    named = read_references(holder) if holder is not None else ()
    certificate = _certificate(core, candidates, named, problems, key_of)
    _check_value(core, certificate, problems, key_of)
    return Binding(properties, signed, certificate, tuple(problems))


def _signed_properties(core: Core, properties: etree._Element | None, problems: list[Problem]) -> etree._Element | None:
    every = properties.findall("{*}SignedProperties") if properties is not None else []
    held = every[0] if every else None
    if len(every) > 1:
        problems.append(("XML-STRUCTURE", f"{len(every)} SignedProperties"))
    typed = [item for item in core.references if item.type in SIGNED_PROPERTIES]
    if any(item.element is not None and item.element is not held for item in typed):
        problems.append(("XML-PROPERTIES-OTHER", typed[0].uri or ""))
        return None
    if held is None:
        return None
    covering = [item for item in core.references if item.element is held]
    if not covering:
        if not typed:  # a reference that failed has a finding of its own
            problems.append(("XML-PROPERTIES-UNSIGNED", held.get("Id", "")))
        return None
    if not typed:
        problems.append(("XML-TYPE-MISSING", covering[0].uri or ""))
    if not covering[0].whole:
        problems.append(("XML-PROPERTIES-UNSIGNED", held.get("Id", "")))
        return None
    return held if covering[0].outcome is Outcome.MATCHES else None


def _certificate(
    core: Core,
    candidates: tuple[bytes, ...],
    named: tuple[CertificateReference, ...],
    problems: list[Problem],
    key_of: KeyOf,
) -> bytes | None:
    if named:
        found = next((der for der in candidates if named[0].matches(der)), None)
        if found is None:
            problems.append(("XML-CERTIFICATE-OTHER" if core.material.certificates else "XML-NO-CERTIFICATE", ""))
            return core.signer_among(candidates, key_of)
        if not named[0].names(found):
            problems.append(("XML-CERTIFICATE-SERIAL", ""))
        return found
    fitting = core.signer_among(candidates, key_of)
    if fitting is not None:
        return fitting
    own = [der for der in candidates if der in core.material.certificates]
    if own:
        return own[0]
    problems.append(("XML-NO-CERTIFICATE", ""))
    return None


def _check_value(core: Core, certificate: bytes | None, problems: list[Problem], key_of: KeyOf) -> None:
    keys = [public_bytes(key) for key in core.material.keys]
    if certificate is not None:
        own = key_of(certificate)
        if not core.fits(own) and core.method is not None and core.value:
            problems.append(("XML-SIGNATURE-VALUE", ""))
        if own is not None and any(key != public_bytes(own) for key in keys):
            problems.append(("XML-KEYVALUE", ""))
    elif keys and core.method is not None and core.value and not any(core.fits(key) for key in core.material.keys):
        problems.append(("XML-SIGNATURE-VALUE", ""))


def signing_time(core: Core, binding: Binding) -> tuple[datetime | None, str]:
    """Return the claimed signing time, from the signed properties or from a signed Object, and its text.

    A time without zone, as invoice software writes it, is Vietnamese time.
    """
    text = binding.text("SignedSignatureProperties/SigningTime") or next(_object_times(core.references), "")
    if not text:
        return None, ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None, text
    return (at if at.tzinfo else at.replace(tzinfo=VIETNAM)), text


def _object_times(references: tuple[Checked, ...]) -> Iterator[str]:
    for item in references:
        if item.outcome is Outcome.MATCHES and item.element is not None and item.element.tag == ds("Object"):
            for inner in item.element.iter("{*}SigningTime"):
                if inner.text and inner.text.strip():
                    yield inner.text.strip()


def countersigned(signature: etree._Element) -> etree._Element | None:
    """Return the signature in whose CounterSignature property *signature* stands, or None."""
    parent = signature.getparent()
    if parent is None or local_name(parent) != "CounterSignature":
        return None
    return next((item for item in parent.iterancestors(ds("Signature"))), None)


def binds_to(core: Core, target: etree._Element) -> bool:
    """Say whether the counter-signature of *core* covers the SignatureValue of *target*."""
    value = target.find(ds("SignatureValue"))
    return any(
        item.element is value and item.whole and item.type in (COUNTERSIGNED, "")
        for item in core.references
        if item.element is not None
    )
