"""Profiles: what a format of documents lets pass, and where it says that the signed element stands.

`XADES` is the letter of the standards. `XMLDSIG_TCT` is the tax ecosystem: plain XMLDSig, habits of .NET, and fixed
places for what is signed, which is what keeps wrapping out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from lxml import etree

from egov_vn import law
from egov_vn._xml import local_name
from egov_vn.signature.xades.limits import Tolerance
from egov_vn.signature.xades.names import ds

__all__ = ["XmlProfile", "detect_profile"]

_TCT_TOLERANCES: Final = frozenset({Tolerance.ENVELOPED_INSIDE, Tolerance.ENVELOPED_OUTSIDE})


class XmlProfile(StrEnum):
    """A way of signing XML with its rules (*cách thức ký XML*)."""

    XADES = "XAdES"
    """ETSI EN 319 132-1, by the letter."""
    XMLDSIG_TCT = "XMLDSig-TCT"
    """The tax ecosystem: e-invoices, tax declarations, notices (*hóa đơn điện tử, tờ khai, thông báo thuế*)."""

    @property
    def tolerances(self) -> frozenset[Tolerance]:
        """What it lets pass."""
        return _TCT_TOLERANCES if self is XmlProfile.XMLDSIG_TCT else frozenset()


@dataclass(frozen=True, slots=True)
class _Places:
    pairs: frozenset[tuple[str, str]]
    roots: frozenset[str]
    wrappers: frozenset[str]


@cache
def _tct() -> _Places:
    tables = law.load("egov_vn.signature.xades", "profiles")
    pairs = frozenset((row["parent"], row["element"]) for row in tables.table("tct_places"))
    wrappers = frozenset(row["element"] for row in tables.table("tct_wrappers"))
    return _Places(pairs, frozenset(parent for parent, _ in pairs), wrappers)


def detect_profile(root: etree._Element) -> XmlProfile:
    """Return the profile whose documents have such a root element."""
    places = _tct()
    known = places.roots | {name for name in places.wrappers if name != "DLieu"}
    return XmlProfile.XMLDSIG_TCT if local_name(root) in known else XmlProfile.XADES


def in_place(profile: XmlProfile, element: etree._Element, signature: etree._Element) -> bool:
    """Say whether a covered *element* stands where *profile* says.

    For the tax ecosystem: a child of the document (`HDon`, `TBao`, …) in whose `DSCKS` the signature stands, the only
    one of its name, under nothing but the known wrappers; or an Object of the signature; or the document itself.
    """
    if profile is not XmlProfile.XMLDSIG_TCT or element is signature.getroottree().getroot():
        return True
    if element.tag == ds("Object"):
        return element.getparent() is signature
    return in_profile_place(profile, element, signature)


def in_profile_place(profile: XmlProfile, element: etree._Element, below: etree._Element) -> bool:
    """Say whether *element* may be signed by a signature that stands at or below the element *below*."""
    if profile is not XmlProfile.XMLDSIG_TCT:
        return True
    places, parent = _tct(), element.getparent()
    if parent is None or (local_name(parent), local_name(element)) not in places.pairs:
        return False
    twins = [item for item in parent if isinstance(item.tag, str) and local_name(item) == local_name(element)]
    if len(twins) != 1 or not any(item is parent for item in (below, *below.iterancestors())):
        return False
    return all(local_name(item) in places.wrappers for item in parent.iterancestors())
