"""Names that are prepared once, and certificates that a trust store keeps, judge as asn1crypto does anew each time."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.signature import TrustStore
from egov_vn.signature._asn1 import Certificate, Name
from egov_vn.signature.memo import Memo
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
TEXTS = st.sampled_from(["Nguyễn Văn A", "nguyễn  văn a ", "NGUYỄN VĂN A", "Sở Tư pháp", "Công ty", "x", "X "])
NAMES = st.dictionaries(st.sampled_from(["common_name", "organization_name", "locality_name"]), TEXTS, min_size=1)


def quick(name: asn1_x509.Name) -> Name:
    loaded: Name = Name.load(name.dump())
    return loaded


@given(NAMES, NAMES)
def test_names_compare_as_those_of_asn1crypto(one: dict[str, str], other: dict[str, str]) -> None:
    first, second = asn1_x509.Name.build(one), asn1_x509.Name.build(other)
    assert quick(first).hashable == first.hashable
    for left, right in ((quick(first), quick(second)), (quick(first), second), (first, quick(second))):
        assert (left == right) is (first == second)
        assert (left != right) is (first != second)
    assert quick(first) != "a name"


def test_a_certificate_reads_the_same() -> None:
    der = TestAuthority(at=AT).issue_person("Nguyễn Văn Thử").certificate.public_bytes(Encoding.DER)
    ours, theirs = Certificate.load(der), asn1_x509.Certificate.load(der)
    assert ours.native == theirs.native
    assert ours.issuer_serial == theirs.issuer_serial
    assert isinstance(ours.subject, Name)
    assert ours.public_key.native == theirs.public_key.native
    for name in ("subject", "issuer", "not_valid_before", "not_valid_after", "key_identifier", "sha256"):
        assert getattr(ours, name) == getattr(theirs, name)


def test_a_changed_copy_of_a_key_is_encoded_anew() -> None:
    # certvalidator does this to keys that are for RSA-PSS only
    der = TestAuthority(at=AT).issue_person("Nguyễn Văn Thử").certificate.public_bytes(Encoding.DER)
    key = Certificate.read(der).public_key
    changed = key.copy()
    changed["algorithm"] = {"algorithm": "rsassa_pss"}
    assert changed.dump() != key.dump()
    assert key.dump() == asn1_x509.Certificate.load(der).public_key.dump()
    assert key.dump(force=True) == key.dump()


def test_a_store_reads_its_certificates_once_and_hands_a_copy_to_each_call() -> None:
    authority = TestAuthority(at=AT)
    store, root = authority.trust_store(), authority.root.public_bytes(Encoding.DER)
    first, second = Memo.of(store), Memo.of(store)
    assert first.certificate(root) is second.certificate(root)
    stranger = TestAuthority(at=AT).root.public_bytes(Encoding.DER)
    first.info(stranger)
    assert stranger not in Memo.of(store)._certificates
    assert Memo.of(None).info(root) == store.anchors[0].info


def test_what_a_store_has_read_is_no_part_of_its_value() -> None:
    store = TestAuthority(at=AT).trust_store()
    fresh = TrustStore(anchors=store.anchors, intermediates=store.intermediates)
    Memo.of(store)
    assert store == fresh
    assert hash(store) == hash(fresh)
    assert repr(store) == repr(fresh)
    assert pickle.loads(pickle.dumps(store)) == copy.deepcopy(store) == store


def test_a_broken_helper_in_a_store_stays_unread() -> None:
    store = TrustStore(anchors=TestAuthority(at=AT).trust_store().anchors, intermediates=(b"\x30\x03\x02\x01\x05",))
    with pytest.raises(InvalidInput):
        Memo.of(store).certificate(store.intermediates[0])
