"""What we make, judged by programs that share no code with us: xmlsec1, Apache Santuario, npm xml-crypto."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from egov_vn.signature import (
    KeySigner,
    Level,
    Packaging,
    TrustStore,
    XmlForm,
    XmlProfile,
    assess_xml,
    countersign_xml,
    sign_xml,
)
from egov_vn.signature.xades.c14n import METHODS
from egov_vn.testing import TestAuthority

pytestmark = pytest.mark.oracle


def made(documents: Mapping[str, bytes], signer: KeySigner, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield every document in every packaging, canonicalisation and prefix, with a name for it."""
    for name, document in documents.items():
        for uri in METHODS:
            for prefix in ("ds", ""):
                form = XmlForm(canonicalization=uri, prefix=prefix)
                label = f"{name}-{uri.rsplit('/', 1)[1].replace('#', '_')}-{prefix or 'none'}"
                yield f"{label}-whole", sign_xml(document, signer=signer, at=at, form=form)
                yield f"{label}-id", sign_xml(document, signer=signer, at=at, form=form, elements=["data"])
                beside = sign_xml(
                    document,
                    signer=signer,
                    at=at,
                    form=form,
                    elements=["data"],
                    packaging=Packaging.DETACHED,
                    place="/HSo/Ky/CoQuan",
                )
                yield f"{label}-detached", beside
                if prefix:
                    around = sign_xml(document, signer=signer, at=at, form=form, packaging=Packaging.ENVELOPING)
                    yield f"{label}-enveloping", around


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, documents: Mapping[str, bytes], person: KeySigner, at: datetime
) -> Path:
    home = tmp_path_factory.mktemp("made")
    for name, signed in made(documents, person, at):
        (home / f"{name}.xml").write_bytes(signed)
    return home


def test_xmlsec1_accepts_all_we_make(folder: Path, xmlsec1: Callable[[bytes], str]) -> None:
    refused = {path.name: error for path in sorted(folder.iterdir()) if (error := xmlsec1(path.read_bytes()))}
    assert refused == {}
    assert len(list(folder.iterdir())) == 4 * 6 * 7


def test_santuario_accepts_all_we_make(folder: Path, santuario: Callable[[Path], dict[str, str]]) -> None:
    verdicts = santuario(folder)
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "valid"} == {}
    assert len(verdicts) == 4 * 6 * 7


def test_xml_crypto_accepts_what_it_supports(folder: Path, xml_crypto: Callable[[Path], dict[str, str]]) -> None:
    # It has no C14N 1.1, ignores the xml:* attributes that inclusive C14N inherits, and of a whole document leaves out
    # what stands outside the root (the processing instruction of the document "default").
    verdicts = xml_crypto(folder)
    judged = {
        name: verdict
        for name, verdict in verdicts.items()
        if "c14n11" not in name
        and not (name.startswith("language") and "exc" not in name)
        and not (name.startswith("default") and name.endswith("whole.xml"))
    }
    assert {name for name, verdict in judged.items() if verdict != "valid"} == set()
    assert len(judged) > 60


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
@pytest.mark.parametrize("key", ["rsa2048", "p256"])
def test_every_level_passes(
    level: Level,
    key: str,
    documents: Mapping[str, bytes],
    rsa: TestAuthority,
    trust: TrustStore,
    at: datetime,
    xmlsec1: Callable[[bytes], str],
) -> None:
    signer = rsa.issue_person("Trần Thị Thử", key=key)
    signed = sign_xml(
        documents["default"],
        signer=signer,
        at=at,
        level=level,
        timestamper=rsa.timestamper(),
        revocation=rsa.revocation(at=at),
        trust=trust,
    )
    assert xmlsec1(signed) == ""
    assert assess_xml(signed, at=at, trust=trust).signatures[0].level is level


@pytest.mark.parametrize("algorithm", ["rsa_pkcs1v15_sha512", "rsa_pkcs1v15_sha384", "rsa_pkcs1v15_sha256"])
def test_algorithms(
    algorithm: str,
    documents: Mapping[str, bytes],
    person: KeySigner,
    at: datetime,
    tmp_path: Path,
    santuario: Callable[[Path], dict[str, str]],
) -> None:
    form = XmlForm(algorithm=algorithm, digest="sha512")
    (tmp_path / "a.xml").write_bytes(sign_xml(documents["plain"], signer=person, at=at, form=form))
    assert santuario(tmp_path) == {"a.xml": "valid"}


def test_tax_profile_and_countersignature(
    invoice: bytes,
    person: KeySigner,
    agency: KeySigner,
    at: datetime,
    tmp_path: Path,
    xmlsec1: Callable[[bytes], str],
    santuario: Callable[[Path], dict[str, str]],
) -> None:
    plain = sign_xml(
        invoice,
        signer=agency,
        at=at,
        profile=XmlProfile.XMLDSIG_TCT,
        elements=["data"],
        place="/HDon/DSCKS/NBan",
    )
    assert xmlsec1(plain) == ""
    signed = sign_xml(invoice, signer=person, at=at)
    name = assess_xml(signed, at=at).signatures[0].name
    twice = countersign_xml(signed, signature=name, signer=agency, at=at)
    (tmp_path / "tct.xml").write_bytes(plain)
    (tmp_path / "counter.xml").write_bytes(twice)
    assert santuario(tmp_path) == {"counter.xml": "valid", "tct.xml": "valid"}
