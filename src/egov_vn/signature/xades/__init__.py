"""XML signatures (*chữ ký số XML*): XAdES B-B to B-LTA, and the XMLDSig of the tax ecosystem, made and assessed.

```text
c14n · document · transforms · references · core     XMLDSig: what is covered, and does the value fit
sign · extend · countersign · files · tct            made
assess · binding · stamping · diagnose                  judged
asic                                                 containers
```

Own code on lxml and cryptography; certificates, paths, revocation and time-stamps are those of `egov_vn.signature`.
"""

from egov_vn.signature.xades.asic import assess_asic, create_asic, sign_asic
from egov_vn.signature.xades.assess import SignedPart, SignedXml, assess_xml, verify_xml
from egov_vn.signature.xades.build import XmlForm
from egov_vn.signature.xades.container import Asic, AsicKind, AsicLimits, open_asic
from egov_vn.signature.xades.countersign import countersign_xml
from egov_vn.signature.xades.extend import extend_xml
from egov_vn.signature.xades.files import sign_files
from egov_vn.signature.xades.limits import Tolerance, XmlLimits
from egov_vn.signature.xades.profiles import XmlProfile
from egov_vn.signature.xades.properties import Claims, Commitment, PolicyId, ProductionPlace
from egov_vn.signature.xades.sign import Packaging, sign_xml

__all__ = [
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
]
