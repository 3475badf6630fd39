"""The namespaces, algorithm URIs and type URIs of XML signatures, each in one place."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BASE64",
    "COUNTERSIGNED",
    "DS",
    "ENVELOPED",
    "FILTER2",
    "MANIFEST",
    "OBJECT",
    "SIGNATURE_PROPERTIES",
    "SIGNED_PROPERTIES",
    "XADES",
    "XADES111",
    "XADES122",
    "XADES132",
    "XADES141",
    "XML",
    "XPATH",
    "XSLT",
    "ds",
    "x132",
    "x141",
]

XML: Final = "http://www.w3.org/XML/1998/namespace"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES111: Final = "http://uri.etsi.org/01903/v1.1.1#"
XADES122: Final = "http://uri.etsi.org/01903/v1.2.2#"
XADES132: Final = "http://uri.etsi.org/01903/v1.3.2#"
XADES141: Final = "http://uri.etsi.org/01903/v1.4.1#"
XADES: Final = (XADES132, XADES122, XADES111)
"""The namespaces in which `QualifyingProperties` occurs; we write the first."""

ENVELOPED: Final = DS + "enveloped-signature"
BASE64: Final = DS + "base64"
XPATH: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER2: Final = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT: Final = "http://www.w3.org/TR/1999/REC-xslt-19991116"

MANIFEST: Final = DS + "Manifest"
OBJECT: Final = DS + "Object"
SIGNATURE_PROPERTIES: Final = DS + "SignatureProperties"
SIGNED_PROPERTIES: Final = ("http://uri.etsi.org/01903#SignedProperties", XADES122 + "SignedProperties")
"""The types that mark the reference to the signed properties (version 1.2.2 had its own)."""
COUNTERSIGNED: Final = "http://uri.etsi.org/01903#CountersignedSignature"


def ds(name: str) -> str:
    """Return the Clark name of an XML signature element: `ds("Reference")`."""
    return f"{{{DS}}}{name}"


def x132(name: str) -> str:
    """Return the Clark name in the XAdES 1.3.2 namespace."""
    return f"{{{XADES132}}}{name}"


def x141(name: str) -> str:
    """Return the Clark name in the XAdES 1.4.1 namespace."""
    return f"{{{XADES141}}}{name}"
