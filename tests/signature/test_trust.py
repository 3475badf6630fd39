from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput
from egov_vn.law import Evidence
from egov_vn.signature import ChainReport, Indication, SubIndication, assess_certificate
from egov_vn.signature import trust as trust_module
from egov_vn.signature.trust import Anchor, TrustStore, check_pin, root_pins
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)


def test_of_and_load_agree(authority: TestAuthority, tmp_path: Path) -> None:
    made = authority.trust_store()
    der = authority.root.public_bytes(Encoding.DER)
    bundle = pkcs7.serialize_certificates([authority.root, authority.issuing], Encoding.DER)
    armoured = pkcs7.serialize_certificates([authority.root, authority.issuing], Encoding.PEM)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "root.crt").write_bytes(der)
    (tmp_path / "a" / "ca.pem").write_bytes(authority.issuing_pem)
    (tmp_path / "a" / "readme.txt").write_text("không phải chứng thư")
    (tmp_path / "b.p7b").write_bytes(bundle)
    for loaded in (
        TrustStore.load(der, authority.issuing_pem),
        TrustStore.load(authority.root_pem + authority.issuing_pem),
        TrustStore.load(bundle),
        TrustStore.load(armoured),
        TrustStore.load(tmp_path / "a"),
        TrustStore.load(str(tmp_path / "b.p7b"), tmp_path / "a"),
    ):
        assert loaded == made
    assert len(made) == 1
    assert made.anchor(der) == made.anchors[0]
    assert made.anchor(b"") is None


def test_a_ca_alone_is_believed_because_it_was_named(authority: TestAuthority) -> None:
    store = TrustStore.load(authority.issuing_pem)
    assert [item.info.common_name for item in store.anchors] == ["EGOV Test Issuing CA"]
    leaf = authority.issue_person("A").certificate.public_bytes(Encoding.PEM)
    assert not TrustStore.load(leaf).anchors


def test_bad_sources(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_bytes(b"rubbish")
    (tmp_path / "empty").mkdir()
    for source in (b"", b"rubbish", tmp_path / "x.pem", tmp_path / "empty", tmp_path / "none.pem"):
        with pytest.raises(InvalidInput):
            TrustStore.load(source)
    with pytest.raises(InvalidInput):
        TrustStore.of("text")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.pem").write_bytes(b"x" * 100)
    monkeypatch.setattr(trust_module, "_LARGEST", 10)
    with pytest.raises(InvalidInput, match="too large"):
        TrustStore.load(tmp_path / "x.pem")


def test_merge_and_withdraw(authority: TestAuthority, fresh: TestAuthority) -> None:
    both = authority.trust_store().merge(fresh.trust_store())
    assert len(both) == 2
    mine = both.anchors[0]
    ended = both.withdraw(mine.sha256.upper(), at=T0, reason="lộ khóa")
    assert (ended.anchors[0].until, ended.anchors[0].reason) == (T0, "lộ khóa")
    assert both.anchors[0].until == mine.info.not_after  # the store before is unchanged
    assert both.merge(ended).anchors[0].until == T0  # the earlier end wins
    with pytest.raises(InvalidInput):
        both.withdraw("00", at=T0)
    assert Anchor.of(authority.root, until=T0 + 99999 * DAY).until == mine.info.not_after


def test_an_empty_store_is_false(authority: TestAuthority) -> None:
    assert not TrustStore()
    assert authority.trust_store()


def test_the_pins_are_cited_and_marked() -> None:
    pins = root_pins()
    assert len({pin.sha256 for pin in pins}) == len({pin.key for pin in pins}) == len(pins) >= 8
    for pin in pins:
        assert len(bytes.fromhex(pin.sha256)) == 32
        assert pin.source.instrument
    marks = {pin.key: pin.evidence for pin in pins}
    assert marks["neac-g2"] is marks["vgca-g2"] is marks["mic-root"] is Evidence.REPORT
    assert marks["vgca-g1"] is Evidence.ASSUMED  # no bytes were found to compare with


def test_check_pin(authority: TestAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [item.code for item in check_pin(authority.root)] == ["SIG-PIN-UNKNOWN"]
    assert [item.code for item in check_pin(authority.root, name="neac-g2")] == ["SIG-PIN-MISMATCH"]
    forged = TestAuthority(at=T0, key="p256", name="x")
    forged_root = TestAuthority(at=T0, key="p256", name="MIC National").root  # “MIC National Root CA”, other bytes
    assert [item.code for item in check_pin(forged_root)] == ["SIG-PIN-MISMATCH"]
    assert [item.code for item in check_pin(forged.root)] == ["SIG-PIN-UNKNOWN"]
    with pytest.raises(InvalidInput):
        check_pin(authority.root, name="khac")
    pins = root_pins()
    mine = authority.trust_store().anchors[0].sha256
    known = [replace(pins[0], sha256=mine)]
    monkeypatch.setattr(trust_module, "root_pins", lambda: known)
    assert [item.code for item in check_pin(authority.root)] == ["SIG-PIN-MATCH"]
    known[0] = replace(known[0], evidence=Evidence.ASSUMED)
    assert [item.code for item in check_pin(authority.root)] == ["SIG-PIN-MATCH", "SIG-PIN-UNVERIFIED"]


def test_signers_met_again_are_kept_and_judged_alike(authority: TestAuthority) -> None:
    """The third assessment answers from what the second left, and says the same."""
    store = authority.trust_store()
    signer = authority.issue_person("Nguyễn Văn Thử").certificate.public_bytes(Encoding.DER)

    def judge(der: bytes = signer) -> ChainReport:
        return assess_certificate(der, at=T0, trust=store)

    first = judge()
    assert not store.read.knows(signer)
    assert [judge(), judge()] == [first, first]
    assert store.read.knows(signer)
    broken = signer[:-1] + bytes([signer[-1] ^ 1])
    for _ in range(3):
        assert judge(broken).sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
        assert judge() == first
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: judge().indication, range(40))) == {first.indication}


def test_what_is_kept_is_bounded(authority: TestAuthority) -> None:
    store = authority.trust_store()
    signers = [authority.issue_person(f"Người {number}") for number in range(110)]
    for signer in signers:
        for _ in range(2):
            assess_certificate(signer.certificate.public_bytes(Encoding.DER), at=T0, trust=store)
    kept = sum(store.read.knows(item.certificate.public_bytes(Encoding.DER)) for item in signers)
    assert 0 < kept <= 100


def test_strangers_are_not_kept(authority: TestAuthority) -> None:
    stranger = TestAuthority(at=T0, key="p256").issue_person("Kẻ Lạ").certificate.public_bytes(Encoding.DER)
    store = authority.trust_store()
    for _ in range(3):
        assert assess_certificate(stranger, at=T0, trust=store).indication is Indication.INDETERMINATE
    assert not store.read.knows(stranger)
