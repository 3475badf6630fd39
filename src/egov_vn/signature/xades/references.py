"""References: what a ds:Reference points at, and whether its digest still matches.

Same-document forms are `""`, `"#id"`, `"#xpointer(/)"` and `"#xpointer(id('x'))"`; the bare forms select no comments,
the xpointer forms keep them. Everything else is handed to the caller's resolver: nothing is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from lxml import etree

from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import algorithms, c14n, transforms
from egov_vn.signature.xades.document import Document, Spent
from egov_vn.signature.xades.limits import Tolerance
from egov_vn.signature.xades.names import ENVELOPED, ds
from egov_vn.signature.xades.transforms import Refused, Selection

__all__ = ["Checked", "Context", "Files", "Outcome", "check_reference", "octets"]

Files: TypeAlias = Mapping[str, bytes] | Callable[[str], bytes | None]
"""What references name outside the document: by URI, or a function that may answer None."""

_XPOINTER_ID: Final = re.compile(r"""#xpointer\(\s*id\(\s*(?:'([^']*)'|"([^"]*)")\s*\)\s*\)\Z""")


class Outcome(StrEnum):
    """What became of a reference."""

    MATCHES = "matches"
    DIFFERS = "differs"
    MISSING = "missing"
    """What it names is not at hand."""
    REFUSED = "refused"
    """It asks for something that is not done."""
    UNKNOWN = "unknown"
    """Its digest algorithm is not known."""


@dataclass(frozen=True)
class Context:
    """Where references are processed: the document, the signature, the caller's files, and what is let pass."""

    document: Document
    signature: etree._Element
    files: Files | None = None
    tolerances: frozenset[Tolerance] = frozenset()
    keep: bool = False
    """Whether results keep the octets that were digested."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A reference after processing; *element* is the one it covers (the root for the whole document)."""

    uri: str | None
    id: str
    type: str
    digest: str
    outcome: Outcome
    octets: bytes = b""
    element: etree._Element | None = None
    code: str = ""
    detail: str = ""
    used: frozenset[Tolerance] = frozenset()
    whole: bool = False
    """Whether the octets are the canonical form of the element (no base64 or other reading of it)."""


def check_reference(reference: etree._Element, context: Context) -> Checked:
    """Process a ds:Reference and compare its digest; every problem becomes an outcome with a code."""
    digest_element = reference.find(ds("DigestMethod"))
    uri_of_digest = digest_element.get("Algorithm", "") if digest_element is not None else ""
    name = algorithms.DIGESTS.get(uri_of_digest, "")
    base: dict[str, Any] = {
        "uri": reference.get("URI"),
        "id": reference.get("Id", ""),
        "type": reference.get("Type", ""),
        "digest": name,
    }
    if not name:
        return Checked(**base, outcome=Outcome.UNKNOWN, code="XML-DIGEST-UNKNOWN", detail=uri_of_digest or "(none)")
    used: set[Tolerance] = set()
    try:
        _refuse_doubled(reference)
        data, element = octets(reference, context, used)
        wanted = decode(reference.findtext(ds("DigestValue")))
    except Refused as refusal:
        missing = refusal.code in ("XML-REFERENCE-MISSING", "XML-FILE-MISSING")
        outcome = Outcome.MISSING if missing else Outcome.REFUSED
        return Checked(**base, outcome=outcome, code=refusal.code, detail=refusal.detail)
    state = algorithms.hash_named(name)
    state.update(data)
    matches = algorithms.same(state.digest(), wanted)
    return Checked(
        **base,
        outcome=Outcome.MATCHES if matches else Outcome.DIFFERS,
        octets=data if context.keep else b"",
        element=element,
        code="" if matches else "XML-DIGEST-DIFFERS",
        used=frozenset(used),
        whole=all(step.method is not None or step.uri == ENVELOPED for step in transforms.transforms_of(reference)),
    )


def _refuse_doubled(reference: etree._Element) -> None:
    for part in ("Transforms", "DigestMethod", "DigestValue"):
        if len(reference.findall(ds(part))) > 1:
            raise Refused("XML-STRUCTURE", f"several {part}")


def octets(
    reference: etree._Element,
    context: Context,
    used: set[Tolerance] | None = None,
    *,
    final: c14n.Method = c14n.C14N10,
) -> tuple[bytes, etree._Element | None]:
    """Return what a ds:Reference digests and the element it covers; `Refused` if that cannot be had.

    *final* canonicalises a selection that no transform turned into octets: Canonical XML 1.0, but time-stamps may name
    another.
    """
    steps = transforms.transforms_of(reference)
    if len(steps) > context.document.limits.transforms:
        raise Refused("XML-LIMIT", f"{len(steps)} transforms in one reference")
    found = _dereference(reference.get("URI"), context)
    element = None
    if isinstance(found, Selection):
        element = context.document.root if found.apex is None else found.apex
    data = found
    try:
        for step in steps:
            data = transforms.apply(
                step,
                data,
                document=context.document,
                signature=context.signature,
                tolerances=context.tolerances,
                used=used if used is not None else set(),
            )
        result = transforms.octets_of(data, final)
        if isinstance(found, bytes):
            context.document.charge(len(result))
    except Spent:
        raise Refused("XML-LIMIT", "the references ask for more work than the limit allows") from None
    except InvalidInput as error:
        raise Refused("XML-C14N", error.message) from error
    return result, element


def _dereference(uri: str | None, context: Context) -> Selection | bytes:
    document = context.document
    if uri == "":
        return Selection(document, None, comments=False)
    if uri is not None and uri.startswith("#"):
        if re.fullmatch(r"#xpointer\(\s*/\s*\)", uri):
            return Selection(document, None, comments=True)
        pointer = _XPOINTER_ID.match(uri)
        if pointer is None and "(" in uri:
            raise Refused("XML-POINTER", uri)
        value = (pointer[1] or pointer[2] or "") if pointer else uri[1:]
        return Selection(document, _only(document, value), comments=pointer is not None)
    files = context.files
    data = None
    if files is not None:
        data = files(uri or "") if callable(files) else files.get(uri or "")
    if data is None:
        raise Refused("XML-FILE-MISSING", uri if uri is not None else "(no URI)")
    return bytes(data)


def _only(document: Document, value: str) -> etree._Element:
    found = document.by_id(value)
    if not found:
        raise Refused("XML-REFERENCE-MISSING", f"#{value}")
    if len(found) > 1:
        raise Refused("XML-ID-DUPLICATE", f"{value!r} on {len(found)} elements")
    return found[0]


def decode(text: str | None) -> bytes:
    """Decode base64 with any white space in it; `Refused` if it is not base64."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("XML-BASE64", (text or "")[:40]) from error
