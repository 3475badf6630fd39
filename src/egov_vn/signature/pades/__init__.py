"""PAdES: signatures inside PDF files, made, extended and assessed (*chữ ký số trên tệp PDF*).

The baseline profile of EN 319 142-1 (levels B-B to B-LTA) with the appearance that NĐ 30/2020/NĐ-CP asks for.
"""

from egov_vn.signature.pades.appearance import AnnexMark, Appearance, CopyMark, PersonImage, SealImage, check_image
from egov_vn.signature.pades.assess import assess_pdf, verify_pdf
from egov_vn.signature.pades.extend import extend_pdf
from egov_vn.signature.pades.place import At, Between, Box, InField, OverPerson, TopRight
from egov_vn.signature.pades.sign import SignedPdf, sign_pdf, sign_pdf_reporting

__all__ = [
    "AnnexMark",
    "Appearance",
    "At",
    "Between",
    "Box",
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
]
