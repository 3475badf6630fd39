"""One door for every kind of signed file."""

from __future__ import annotations

from datetime import datetime

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import FileKind, assess_file, file_kind, sign_cms, sign_xml
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "data, kind",
    [
        (b"%PDF-1.7\n", FileKind.PDF),
        (b"\x00\x01junk before %PDF-2.0", FileKind.PDF),
        (b"PK\x03\x04rest", FileKind.ASIC),
        (b"<?xml version='1.0'?><a/>", FileKind.XML),
        (b"\xef\xbb\xbf  <a/>", FileKind.XML),
        ("<a/>".encode("utf-16"), FileKind.XML),
        (b"-----BEGIN CMS-----", FileKind.CMS),
        (b"\x30\x82\x01\x00", FileKind.CMS),
    ],
)
def test_the_content_tells(data: bytes, kind: FileKind) -> None:
    assert file_kind(data) is kind


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n"])
def test_what_carries_no_signature_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        assess_file(data, at=AT)


def test_xml_and_cms_go_through_the_same_door() -> None:
    authority = TestAuthority(at=AT, key="p256", pointers=False)
    signer = authority.issue_person("Nguyễn Văn Thử")
    trust = authority.trust_store()
    xml = sign_xml(b"<hoSo><ma>1</ma></hoSo>", signer=signer, at=AT)
    assert assess_file(xml, at=AT, trust=trust).indication == "TOTAL-PASSED"
    cms = sign_cms(b"note", signer=signer, at=AT)
    assert assess_file(cms, at=AT, trust=trust, content=b"note").indication == "TOTAL-PASSED"
    assert assess_file(cms, at=AT, trust=trust, content=b"else").indication == "TOTAL-FAILED"
