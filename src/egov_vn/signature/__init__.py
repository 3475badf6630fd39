"""Electronic signatures (*chữ ký số*): keys, trust, time-stamps, CMS, PDF and XML signatures, made and assessed.

```text
keys          whatever signs a digest: PEM, PKCS#12, PKCS#11, remote
trust         whom a verifier believes, and the pins of the national roots
policy        what is accepted, by date and article
certificate   what a certificate says, the Vietnamese way
cms           CMS (CAdES B-B, B-T) over any bytes
report        what was found, in the words of ETSI EN 319 102-1
pades         signatures in PDF files
```

Nothing here reads a clock; the network is reached only by the fetchers that you pass in. The names are loaded when
first used: who only reads a report does not wait for pyHanko.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from egov_vn._lazy import lazily

if TYPE_CHECKING:
    from egov_vn.signature.certificate import CertificateInfo, HolderKind
    from egov_vn.signature.cms import assess_cms, sign_cms, verify_cms
    from egov_vn.signature.detect import FileKind, assess_file, file_kind
    from egov_vn.signature.hardware import Pkcs11Signer
    from egov_vn.signature.http import HttpRevocation, HttpTimestamper
    from egov_vn.signature.keys import KeySigner, PemSigner, Pkcs12Signer, Signer
    from egov_vn.signature.memo import Memo, Proofs, digest_of
    from egov_vn.signature.pades import (
        AnnexMark,
        At,
        Between,
        CopyMark,
        InField,
        OverPerson,
        PersonImage,
        SealImage,
        SignedPdf,
        TopRight,
        assess_pdf,
        check_image,
        extend_pdf,
        sign_pdf,
        sign_pdf_reporting,
        verify_pdf,
    )
    from egov_vn.signature.path import ChainReport, Usage, assess_certificate
    from egov_vn.signature.policy import RevocationRule, SignaturePolicy, StampStatus
    from egov_vn.signature.register import (
        CertificateChange,
        CertificateDuty,
        CertificateRegister,
        RegisteredCertificate,
        change_duties,
    )
    from egov_vn.signature.remote import RemoteSigner
    from egov_vn.signature.report import Indication, Level, Report, SignatureReport, Signed, SubIndication
    from egov_vn.signature.revocation import RevocationData, RevocationSource
    from egov_vn.signature.timestamp import Timestamper, TimestampReport, assess_timestamp, read_timestamp
    from egov_vn.signature.trust import Anchor, RootPin, TrustStore, check_pin, root_pins
    from egov_vn.signature.xades import (
        Asic,
        AsicKind,
        AsicLimits,
        Claims,
        Commitment,
        Packaging,
        PolicyId,
        ProductionPlace,
        SignedPart,
        SignedXml,
        Tolerance,
        XmlForm,
        XmlLimits,
        XmlProfile,
        assess_asic,
        assess_xml,
        countersign_xml,
        create_asic,
        extend_xml,
        open_asic,
        sign_asic,
        sign_files,
        sign_xml,
        verify_xml,
    )

__all__ = [
    "Anchor",
    "AnnexMark",
    "Asic",
    "AsicKind",
    "AsicLimits",
    "At",
    "Between",
    "CertificateChange",
    "CertificateDuty",
    "CertificateInfo",
    "CertificateRegister",
    "ChainReport",
    "Claims",
    "Commitment",
    "CopyMark",
    "FileKind",
    "HolderKind",
    "HttpRevocation",
    "HttpTimestamper",
    "InField",
    "Indication",
    "KeySigner",
    "Level",
    "Memo",
    "OverPerson",
    "Packaging",
    "PemSigner",
    "PersonImage",
    "Pkcs11Signer",
    "Pkcs12Signer",
    "PolicyId",
    "ProductionPlace",
    "Proofs",
    "RegisteredCertificate",
    "RemoteSigner",
    "Report",
    "RevocationData",
    "RevocationRule",
    "RevocationSource",
    "RootPin",
    "SealImage",
    "SignaturePolicy",
    "SignatureReport",
    "Signed",
    "SignedPart",
    "SignedPdf",
    "SignedXml",
    "Signer",
    "StampStatus",
    "SubIndication",
    "TimestampReport",
    "Timestamper",
    "Tolerance",
    "TopRight",
    "TrustStore",
    "Usage",
    "XmlForm",
    "XmlLimits",
    "XmlProfile",
    "assess_asic",
    "assess_certificate",
    "assess_cms",
    "assess_file",
    "assess_pdf",
    "assess_timestamp",
    "assess_xml",
    "change_duties",
    "check_image",
    "check_pin",
    "countersign_xml",
    "create_asic",
    "digest_of",
    "extend_pdf",
    "extend_xml",
    "file_kind",
    "open_asic",
    "read_timestamp",
    "root_pins",
    "sign_asic",
    "sign_cms",
    "sign_files",
    "sign_pdf",
    "sign_pdf_reporting",
    "sign_xml",
    "verify_cms",
    "verify_pdf",
    "verify_xml",
]

_HOMES = {
    "certificate": ("CertificateInfo", "HolderKind"),
    "cms": ("assess_cms", "sign_cms", "verify_cms"),
    "detect": ("FileKind", "assess_file", "file_kind"),
    "hardware": ("Pkcs11Signer",),
    "http": ("HttpRevocation", "HttpTimestamper"),
    "keys": ("KeySigner", "PemSigner", "Pkcs12Signer", "Signer"),
    "memo": ("Memo", "Proofs", "digest_of"),
    "pades": (
        "AnnexMark",
        "At",
        "Between",
        "CopyMark",
        "InField",
        "OverPerson",
        "PersonImage",
        "SealImage",
        "SignedPdf",
        "TopRight",
        "assess_pdf",
        "check_image",
        "extend_pdf",
        "sign_pdf",
        "sign_pdf_reporting",
        "verify_pdf",
    ),
    "path": ("ChainReport", "Usage", "assess_certificate"),
    "policy": ("RevocationRule", "SignaturePolicy", "StampStatus"),
    "register": (
        "CertificateChange",
        "CertificateDuty",
        "CertificateRegister",
        "RegisteredCertificate",
        "change_duties",
    ),
    "remote": ("RemoteSigner",),
    "report": ("Indication", "Level", "Report", "SignatureReport", "Signed", "SubIndication"),
    "revocation": ("RevocationData", "RevocationSource"),
    "timestamp": ("TimestampReport", "Timestamper", "assess_timestamp", "read_timestamp"),
    "trust": ("Anchor", "RootPin", "TrustStore", "check_pin", "root_pins"),
    "xades": (
        "Asic",
        "AsicKind",
        "AsicLimits",
        "Claims",
        "Commitment",
        "Packaging",
        "PolicyId",
        "ProductionPlace",
        "SignedPart",
        "SignedXml",
        "Tolerance",
        "XmlForm",
        "XmlLimits",
        "XmlProfile",
        "assess_asic",
        "assess_xml",
        "countersign_xml",
        "create_asic",
        "extend_xml",
        "open_asic",
        "sign_asic",
        "sign_files",
        "sign_xml",
        "verify_xml",
    ),
}
__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
