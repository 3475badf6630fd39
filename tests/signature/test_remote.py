from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature import Indication, RevocationData, Signer
from egov_vn.signature.cms import assess_cms, sign_cms
from egov_vn.signature.keys import KeySigner, SignatureAlgorithm
from egov_vn.signature.remote import RemoteSigner
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
NAMES = {
    "1.2.840.113549.1.1.11": "rsa_pkcs1v15_sha256",
    "1.2.840.113549.1.1.13": "rsa_pkcs1v15_sha512",
    "1.2.840.10045.4.3.2": "ecdsa_sha256",
    "1.2.840.113549.1.1.10": "rsa_pss_sha256",
}


class Service:
    """A CSC v2 service on loopback for one credential."""

    def __init__(self, signer: KeySigner, *, pin: str | None = None, raw: bool = False) -> None:
        self.signer, self.pin, self.raw = signer, pin, raw
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.spoil: dict[str, Any] = {}

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, Any]:
        self.calls.append((path, body))
        if headers["Authorization"] != "Bearer t" or body.get("credentialID") != "c1":
            return 401, {"error": "invalid_token"}
        if path in self.spoil:
            return 200, self.spoil[path]
        if path == "/csc/v2/credentials/info":
            chain = [self.signer.certificate, *self.signer.chain]
            return 200, {"cert": {"certificates": [_b64(item.public_bytes(Encoding.DER)) for item in chain]}}
        if path == "/csc/v2/credentials/authorize":
            good = body["authData"] == [{"id": "PIN", "value": self.pin}]
            return (200, {"SAD": f"sad-{body['hashes'][0]}"}) if good else (400, {"error": "invalid_pin"})
        if path == "/csc/v2/signatures/signHash":
            if self.pin is not None and body.get("SAD") != f"sad-{body['hashes'][0]}":
                return 400, {"error": "invalid_sad"}
            value = self.signer.sign(base64.b64decode(body["hashes"][0]), NAMES[body["signAlgo"]])
            if self.raw:
                value = b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(value))
            return 200, {"signatures": [_b64(value)]}
        return 404, {}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(at=T0, key="rsa2048")


@pytest.fixture
def service(authority: TestAuthority) -> Service:
    return Service(authority.issue_person("Nguyễn Văn Thử"), pin="42")


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    yield from _served(service)


def _served(service: Service) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = service.answer(self.path, self.headers, body)
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/csc/v2"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_whole_signature(url: str, service: Service, authority: TestAuthority) -> None:
    signer = RemoteSigner(url, credential="c1", token="t", pin="42")
    assert isinstance(signer, Signer)
    assert signer.chain == (authority.issuing,)
    made = sign_cms(b"x", signer=signer, at=T0)
    known = RevocationData(crls=(authority.crl(at=T0), authority.crl(at=T0, root=True)))
    report = assess_cms(made, at=T0, content=b"x", trust=authority.trust_store(), revocation=known)
    assert report.indication is Indication.TOTAL_PASSED
    path, asked = service.calls[-1]
    assert path.endswith("signHash")
    assert asked["hashAlgorithmOID"] == "2.16.840.1.101.3.4.2.1"


@pytest.mark.parametrize("algorithm", ["rsa_pkcs1v15_sha512", "rsa_pss_sha256"])
def test_other_algorithms(url: str, service: Service, algorithm: str) -> None:
    signer = RemoteSigner(url, credential="c1", token="t", pin="42", algorithm=algorithm)
    chosen = SignatureAlgorithm.parse(algorithm)
    digest = hashlib.new(chosen.digest, b"x").digest()
    assert chosen.verify(signer.certificate.public_key(), signer.sign(digest, signer.algorithm), digest)
    assert ("signAlgoParams" in service.calls[-1][1]) is (chosen.scheme == "rsa_pss")


@pytest.mark.parametrize("raw", [True, False])
def test_ecdsa_raw_or_der(authority: TestAuthority, raw: bool) -> None:
    service = Service(authority.issue_person("A", key="p256"), raw=raw)
    for url in _served(service):
        signer = RemoteSigner(url, credential="c1", token="t")
        assert signer.sign(hashlib.sha256(b"x").digest(), signer.algorithm)[0] == 0x30


def test_activation_data_of_ones_own(url: str) -> None:
    signer = RemoteSigner(url, credential="c1", token="t", authorise=lambda _credential, digest: "sad-" + _b64(digest))
    assert signer.sign(bytes(32), "rsa_pkcs1v15_sha256")


def test_what_can_go_wrong(url: str, service: Service, authority: TestAuthority) -> None:
    with pytest.raises(Unavailable, match="401"):
        RemoteSigner(url, credential="c1", token="wrong")
    with pytest.raises(Unavailable, match="400"):
        RemoteSigner(url, credential="c1", token="t", pin="0").sign(bytes(32), "rsa_pkcs1v15_sha256")
    signer = RemoteSigner(url, credential="c1", token="t", pin="42")
    for digest, algorithm in ((bytes(31), "rsa_pkcs1v15_sha256"), (bytes(32), "rsa_pkcs1v15_sha3_256"), (b"", "md5")):
        with pytest.raises(InvalidInput):
            signer.sign(digest, algorithm)
    other = authority.issue_person("B").sign(bytes(32), "rsa_pkcs1v15_sha256")
    sign, info, allow = (
        f"/csc/v2/{item}" for item in ("signatures/signHash", "credentials/info", "credentials/authorize")
    )
    spoiled: tuple[tuple[str, Any, str], ...] = (
        (sign, {"signatures": [_b64(other)]}, "does not verify"),
        (sign, {"signatures": []}, "without a signature"),
        (sign, {"signatures": ["***"]}, "base64"),
        (sign, b"<html>", "no JSON"),
        (sign, [1], "no JSON object"),
        (allow, {}, "authorised nothing"),
    )
    for path, answer, word in spoiled:
        service.spoil = {path: answer}
        with pytest.raises(Unavailable, match=word):
            signer.sign(bytes(32), "rsa_pkcs1v15_sha256")
    for answer, word in (({}, "no certificate"), ({"cert": {"certificates": [_b64(b"x")]}}, "broken")):
        service.spoil = {info: answer}
        with pytest.raises(Unavailable, match=word):
            RemoteSigner(url, credential="c1", token="t")


@pytest.mark.parametrize("url", ["http://sign.example.vn/csc/v2", "ftp://127.0.0.1/x", "https://", "rubbish"])
def test_https_except_on_loopback(url: str) -> None:
    with pytest.raises(InvalidInput):
        RemoteSigner(url, credential="c1", token="t")


def test_the_command_signs_at_a_service(url: str, authority: TestAuthority, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(b"note")
    (tmp_path / "bearer").write_text("t\n", encoding="utf-8")
    (tmp_path / "pin").write_text("42\n", encoding="utf-8")

    def run(*options: str) -> Result:
        named = [str(tmp_path / item) if (tmp_path / item).exists() else item for item in options]
        command = ["sign", str(tmp_path / "note.txt"), "--csc-url", url, "--at", T0.isoformat()]
        return CliRunner().invoke(build(), [*command, *named])

    for options in (
        ("--credential", "c1"),
        ("--bearer-file", "bearer"),
        ("--credential", "c2", "--bearer-file", "bearer"),
        ("--credential", "c1", "--bearer-file", "bearer", "--pin-file", "bearer"),
    ):
        assert run(*options).exit_code != 0
    assert not (tmp_path / "note.txt.p7s").exists()
    done = run("--credential", "c1", "--bearer-file", "bearer", "--pin-file", "pin")
    assert done.exit_code == 0, done.output
    known = RevocationData(crls=(authority.crl(at=T0), authority.crl(at=T0, root=True)))
    made = (tmp_path / "note.txt.p7s").read_bytes()
    report = assess_cms(made, at=T0, content=b"note", trust=authority.trust_store(), revocation=known)
    assert report.indication is Indication.TOTAL_PASSED
