from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature import Indication, RevocationData, Signer, TrustStore
from egov_vn.signature.cms import assess_cms, sign_cms
from egov_vn.signature.hardware import Pkcs11Signer
from egov_vn.signature.keys import KeySigner, SignatureAlgorithm
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LIBRARIES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/local/lib/softhsm/libsofthsm2.so"),
]
LIBRARY = next((item for item in LIBRARIES if item.exists()), None)
pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(at=T0, key="p256")


@pytest.fixture(scope="module")
def keys(authority: TestAuthority) -> dict[str, KeySigner]:
    return {kind: authority.issue_person("Nguyễn Văn Thử", key=kind) for kind in ("rsa2048", "p256")}


@pytest.fixture(scope="module")
def library(
    authority: TestAuthority, keys: dict[str, KeySigner], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A SoftHSM token "egov" with one RSA and one P-256 key, the RSA one with its certificate."""
    tool = shutil.which("softhsm2-util")
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    if tool is None or LIBRARY is None:
        pytest.skip("SoftHSM2 is not installed")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "conf"))
        _run(tool, "--init-token", "--free", "--label", "egov", "--pin", "1234", "--so-pin", "5678")
        for number, (kind, signer) in enumerate(keys.items(), 1):
            (folder / kind).write_bytes(authority.key_pem(signer))
            _run(
                tool,
                "--import",
                str(folder / kind),
                "--token",
                "egov",
                "--label",
                kind,
                "--id",
                f"0{number}",
                "--pin",
                "1234",
            )
        with pkcs11.lib(str(LIBRARY)).get_token(token_label="egov").open(rw=True, user_pin="1234") as session:
            attribute = pkcs11.Attribute
            session.create_object(
                {
                    attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    attribute.TOKEN: True,
                    attribute.ID: b"\x01",
                    attribute.LABEL: "c",
                    attribute.SUBJECT: keys["rsa2048"].certificate.subject.public_bytes(),
                    attribute.VALUE: keys["rsa2048"].certificate.public_bytes(Encoding.DER),
                }
            )
        yield LIBRARY
        pkcs11.lib(str(LIBRARY)).finalize()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def der(signer: KeySigner) -> bytes:
    return signer.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("rsa2048", "rsa_pkcs1v15_sha256"),
        ("rsa2048", "rsa_pkcs1v15_sha512"),
        ("rsa2048", "rsa_pss_sha256"),
        ("rsa2048", "rsa_pss_sha384"),
        ("p256", "ecdsa_sha256"),
    ],
)
def test_the_device_signs(library: Path, keys: dict[str, KeySigner], kind: str, algorithm: str) -> None:
    with Pkcs11Signer(library, token="egov", pin="1234", label=kind, certificate=der(keys[kind])) as signer:
        assert isinstance(signer, Signer)
        chosen = SignatureAlgorithm.parse(algorithm)
        digest = hashlib.new(chosen.digest, b"x").digest()
        assert chosen.verify(keys[kind].certificate.public_key(), signer.sign(digest, algorithm), digest)


def test_a_whole_signature_with_the_certificate_from_the_device(library: Path, authority: TestAuthority) -> None:
    with Pkcs11Signer(library, token="egov", pin="1234", identifier=b"\x01", chain=(authority.issuing,)) as signer:
        made = sign_cms(b"x", signer=signer, at=T0)
    known = RevocationData(crls=(authority.crl(at=T0), authority.crl(at=T0, root=True)))
    report = assess_cms(made, at=T0, content=b"x", trust=authority.trust_store(), revocation=known)
    assert report.indication is Indication.TOTAL_PASSED


def test_threads_take_turns(library: Path, keys: dict[str, KeySigner]) -> None:
    digest = hashlib.sha256(b"x").digest()
    with Pkcs11Signer(library, token="egov", pin="1234", label="rsa2048", certificate=der(keys["rsa2048"])) as signer:
        values: list[bytes] = []
        threads = [
            threading.Thread(target=lambda: values.append(signer.sign(digest, signer.algorithm))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(values) == 8
    assert len(set(values)) == 1


def test_what_can_go_wrong(library: Path, keys: dict[str, KeySigner], tmp_path: Path) -> None:
    rsa = der(keys["rsa2048"])
    for fault, error in (
        ({"token": "khac"}, Unavailable),
        ({"pin": "0000"}, InvalidInput),
        ({"label": "khac"}, InvalidInput),
        ({"label": None}, InvalidInput),
        ({"label": "p256", "certificate": None}, InvalidInput),
        ({"certificate": b"rubbish"}, InvalidInput),
        ({"algorithm": "md5"}, InvalidInput),
    ):
        arguments = {"token": "egov", "pin": "1234", "label": "rsa2048", "certificate": rsa, **fault}
        with pytest.raises(error):
            Pkcs11Signer(library, **arguments)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        Pkcs11Signer(tmp_path / "none.so", token="egov", pin="1234", label="rsa2048")
    with Pkcs11Signer(library, token="egov", pin="1234", label="p256", certificate=rsa) as mismatched:
        with pytest.raises((InvalidInput, Unavailable)):
            mismatched.sign(bytes(32), "rsa_pkcs1v15_sha256")
        with pytest.raises(InvalidInput):
            mismatched.sign(bytes(32), "ecdsa_sha256")
        with pytest.raises(InvalidInput):
            mismatched.sign(bytes(31), "rsa_pkcs1v15_sha256")
        with pytest.raises(InvalidInput):
            mismatched.sign(bytes(32), "rsa_pss_sha512_256")
    with pytest.raises(Unavailable):
        mismatched.sign(bytes(32), "rsa_pkcs1v15_sha256")  # after close


def sign_by_command(folder: Path, library: Path, *options: str, answer: str | None = None) -> Result:
    (folder / "note.txt").write_bytes(b"note")
    (folder / "pin.txt").write_text("1234\n", encoding="utf-8")
    named = [str(folder / item) if (folder / item).exists() else item for item in options]
    command = ["sign", str(folder / "note.txt"), "--pkcs11-module", str(library), "--at", T0.isoformat(), "--force"]
    return CliRunner().invoke(build(), [*command, *named], input=answer)


def test_the_command_signs_with_a_device(
    library: Path, keys: dict[str, KeySigner], authority: TestAuthority, tmp_path: Path
) -> None:
    """By label or identifier, with the certificate on the device or beside it, the PIN from a file or asked for."""
    pem = keys["p256"].certificate.public_bytes(Encoding.PEM) + authority.issuing_pem
    (tmp_path / "cert.pem").write_bytes(pem)
    for options, answer in (
        (("--token", "egov", "--key-label", "rsa2048", "--pin-file", "pin.txt"), None),
        (("--token", "egov", "--key-id", "01"), "1234\n"),
        (("--token", "egov", "--key-label", "p256", "--cert", "cert.pem", "--pin-file", "pin.txt"), None),
    ):
        done = sign_by_command(tmp_path, library, *options, answer=answer)
        assert done.exit_code == 0, done.output
        assert "1234" not in done.stdout
        report = assess_cms(
            (tmp_path / "note.txt.p7s").read_bytes(),
            content=b"note",
            at=T0,
            trust=TrustStore.of(authority.root, intermediates=[authority.issuing]),
            revocation=RevocationData(crls=(authority.crl(at=T0), authority.crl(at=T0, root=True))),
        )
        assert report.indication is Indication.TOTAL_PASSED


def test_what_the_command_refuses_of_a_device(library: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.txt").write_text("0000\n", encoding="utf-8")
    for options in (
        ("--token", "egov", "--pin-file", "pin.txt"),
        ("--key-label", "rsa2048", "--pin-file", "pin.txt"),
        ("--token", "egov", "--key-id", "xy", "--pin-file", "pin.txt"),
        ("--token", "egov", "--key-label", "none", "--pin-file", "pin.txt"),
        ("--token", "egov", "--key-label", "rsa2048", "--pin-file", "wrong.txt"),
        ("--token", "other", "--key-label", "rsa2048", "--pin-file", "pin.txt"),
        ("--token", "egov", "--key-label", "rsa2048", "--pin-file", "pin.txt", "--p12", "pin.txt"),
    ):
        assert sign_by_command(tmp_path, library, *options).exit_code != 0
    assert not (tmp_path / "note.txt.p7s").exists()
