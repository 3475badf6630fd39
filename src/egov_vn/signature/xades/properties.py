"""What a signer says about a signature: roles, place, commitment, policy, formats. Values in, XAdES text out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from egov_vn.digest import Digest
from egov_vn.signature.xades import algorithms

__all__ = ["Claims", "Commitment", "PolicyId", "ProductionPlace"]


class Commitment(StrEnum):
    """What the signer commits to (*cam kết của người ký*), the types of ETSI EN 319 132-1 clause 5.2.3.1."""

    PROOF_OF_ORIGIN = "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"
    PROOF_OF_RECEIPT = "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt"
    PROOF_OF_DELIVERY = "http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery"
    PROOF_OF_SENDER = "http://uri.etsi.org/01903/v1.2.2#ProofOfSender"
    PROOF_OF_APPROVAL = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"
    PROOF_OF_CREATION = "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionPlace:
    """Where the signer claims to sign (*nơi ký*)."""

    city: str = ""
    street: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyId:
    """The signature policy a signature is bound to (*chính sách chữ ký*): identifier and digest of its document."""

    identifier: str
    """A URI, or an OID as `urn:oid:1.2.3`."""
    digest: Digest
    description: str = ""
    url: str = ""
    """Where the document is to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a signer says besides the signature itself; nothing of it is proven by anybody else."""

    roles: tuple[str, ...] = ()
    """Claimed roles (*chức vụ, vai trò*)."""
    place: ProductionPlace | None = None
    commitment: Commitment | str | None = None
    policy: PolicyId | None = None
    formats: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Media type by reference URI (`""`, `"#DLHDon"`, `"don.pdf"`): `{"": "text/xml"}`."""


def signed_properties(*, ident: str, at: datetime, certificate: str, claims: Claims, formats: Mapping[str, str]) -> str:
    """Return the SignedProperties element; *formats* is the media type by the Id of the reference."""
    signature = (
        f"<xades:SigningTime>{at.isoformat(timespec='seconds')}</xades:SigningTime>"
        f"{certificate}{_policy(claims.policy)}{_place(claims.place)}{_roles(claims.roles)}"
    )
    data = "".join(
        f"<xades:DataObjectFormat ObjectReference={quoteattr('#' + name)}><xades:MimeType>{text(kind)}</xades:MimeType>"
        "</xades:DataObjectFormat>"
        for name, kind in formats.items()
    )
    if claims.commitment:
        data += (
            "<xades:CommitmentTypeIndication><xades:CommitmentTypeId>"
            f"<xades:Identifier>{text(str(claims.commitment))}</xades:Identifier></xades:CommitmentTypeId>"
            "<xades:AllSignedDataObjects></xades:AllSignedDataObjects></xades:CommitmentTypeIndication>"
        )
    if data:
        data = f"<xades:SignedDataObjectProperties>{data}</xades:SignedDataObjectProperties>"
    return (
        f'<xades:SignedProperties Id="{ident}"><xades:SignedSignatureProperties>{signature}'
        f"</xades:SignedSignatureProperties>{data}</xades:SignedProperties>"
    )


def text(value: str) -> str:
    """Escape *value* for the content of an element."""
    return escape(value, {"\r": "&#13;"})


def _policy(policy: PolicyId | None) -> str:
    if policy is None:
        return ""
    qualifier = ' Qualifier="OIDAsURN"' if policy.identifier.startswith("urn:oid:") else ""
    described = f"<xades:Description>{text(policy.description)}</xades:Description>" if policy.description else ""
    where = (
        "<xades:SigPolicyQualifiers><xades:SigPolicyQualifier>"
        f"<xades:SPURI>{text(policy.url)}</xades:SPURI></xades:SigPolicyQualifier></xades:SigPolicyQualifiers>"
        if policy.url
        else ""
    )
    return (
        "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId>"
        f"<xades:Identifier{qualifier}>{text(policy.identifier)}</xades:Identifier>{described}</xades:SigPolicyId>"
        f"<xades:SigPolicyHash>{digest_value(policy.digest)}</xades:SigPolicyHash>{where}"
        "</xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>"
    )


def digest_value(digest: Digest) -> str:
    """Return DigestMethod and DigestValue."""
    return (
        f'<ds:DigestMethod Algorithm="{algorithms.digest_uri(digest.algorithm)}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest.base64}</ds:DigestValue>"
    )


def _place(place: ProductionPlace | None) -> str:
    if place is None:
        return ""
    parts = (
        ("City", place.city),
        ("StreetAddress", place.street),
        ("StateOrProvince", place.province),
        ("PostalCode", place.postal_code),
        ("CountryName", place.country),
    )
    inner = "".join(f"<xades:{name}>{text(value)}</xades:{name}>" for name, value in parts if value)
    return f"<xades:SignatureProductionPlaceV2>{inner}</xades:SignatureProductionPlaceV2>"


def _roles(roles: tuple[str, ...]) -> str:
    if not roles:
        return ""
    inner = "".join(f"<xades:ClaimedRole>{text(role)}</xades:ClaimedRole>" for role in roles)
    return f"<xades:SignerRoleV2><xades:ClaimedRoles>{inner}</xades:ClaimedRoles></xades:SignerRoleV2>"
