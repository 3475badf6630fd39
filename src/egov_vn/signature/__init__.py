"""Electronic signatures (*chữ ký số*): keys, trust, time-stamps, CMS, PDF and XML signatures, made and assessed.

```text
keys          whatever signs a digest: PEM, PKCS#12, PKCS#11, remote
trust         whom a verifier believes, and the pins of the national roots
policy        what is accepted, by date and article
certificate   what a certificate says, the Vietnamese way
report        what was found, in the words of ETSI EN 319 102-1
```

Nothing here reads a clock; the network is reached only by the fetchers that you pass in.
"""

from egov_vn.signature.certificate import CertificateInfo, HolderKind
from egov_vn.signature.keys import KeySigner, PemSigner, Pkcs12Signer, Signer
from egov_vn.signature.memo import Memo, Proofs, digest_of
from egov_vn.signature.path import ChainReport, Usage, assess_certificate
from egov_vn.signature.policy import RevocationRule, SignaturePolicy
from egov_vn.signature.report import Indication, Level, Report, SignatureReport, Signed, SubIndication
from egov_vn.signature.revocation import RevocationData, RevocationSource
from egov_vn.signature.timestamp import Timestamper, TimestampReport, assess_timestamp, read_timestamp
from egov_vn.signature.trust import Anchor, TrustStore

__all__ = [
    "Anchor",
    "CertificateInfo",
    "ChainReport",
    "HolderKind",
    "Indication",
    "KeySigner",
    "Level",
    "Memo",
    "PemSigner",
    "Pkcs12Signer",
    "Proofs",
    "Report",
    "RevocationData",
    "RevocationRule",
    "RevocationSource",
    "SignaturePolicy",
    "SignatureReport",
    "Signed",
    "Signer",
    "SubIndication",
    "TimestampReport",
    "Timestamper",
    "TrustStore",
    "Usage",
    "assess_certificate",
    "assess_timestamp",
    "digest_of",
    "read_timestamp",
]
