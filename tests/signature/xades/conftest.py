from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import VIETNAM
from egov_vn.signature import KeySigner, RevocationData, TrustStore
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
ORACLES = Path(__file__).parents[2] / "oracles"
JARS = [f"/usr/share/java/{name}.jar" for name in ("xmlsec", "commons-codec", "slf4j-api", "slf4j-nop")]

INVOICE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<HDon xmlns="urn:hoadon" xmlns:q="urn:q">'
    '<DLHDon Id="data"><TTChung><SHDon q:x="1">17</SHDon><!-- ghi chú --></TTChung>\r\n'
    "<Ten>Phở &amp; bún</Ten></DLHDon><DSCKS><NBan/></DSCKS></HDon>"
).encode()
DOCUMENTS: Mapping[str, bytes] = {
    "plain": b'<HSo><DLieu Id="data"><a b="2" a="1">x</a></DLieu><Ky></Ky></HSo>',
    "prefixed": (
        b'<h:HSo xmlns:h="urn:h" xmlns:u="urn:unused"><h:DLieu Id="data"><a h:b="1"/></h:DLieu><h:Ky/></h:HSo>'
    ),
    "default": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- đầu --><HSo xmlns="urn:d">'
        '<DLieu Id="data"><a><b xmlns=""><c/></b></a>'
        "</DLieu><Ky/></HSo>\n<?cuoi x?>"
    ).encode(),
    "language": (
        '<HSo xmlns="urn:d" xml:lang="vi" xml:space="preserve"><DLieu Id="data"> <a>ế</a>\r\n</DLieu><Ky/></HSo>'
    ).encode(),
}


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def invoice() -> bytes:
    return INVOICE


@pytest.fixture(scope="session")
def documents() -> Mapping[str, bytes]:
    return DOCUMENTS


@pytest.fixture(scope="session")
def rsa() -> TestAuthority:
    return TestAuthority(at=AT, key="rsa2048")


@pytest.fixture(scope="session")
def person(rsa: TestAuthority) -> KeySigner:
    return rsa.issue_person("Nguyễn Văn Thử", cccd="092090000018", title="Chủ tịch", agency="UBND phường Thử")


@pytest.fixture(scope="session")
def agency(rsa: TestAuthority) -> KeySigner:
    return rsa.issue_agency("UBND phường Thử", mst="0105987432")


@pytest.fixture(scope="session")
def trust(rsa: TestAuthority) -> TrustStore:
    return rsa.trust_store()


@pytest.fixture(scope="session")
def revocation(rsa: TestAuthority, person: KeySigner, agency: KeySigner) -> RevocationData:
    source = rsa.revocation(at=AT)
    issuing, root = (item.public_bytes(Encoding.DER) for item in (rsa.issuing, rsa.root))
    data = source.gather(issuing, root)
    for signer in (person, agency):
        data |= source.gather(signer.certificate.public_bytes(Encoding.DER), issuing)
    return data


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "signatures"
    if not folder.is_dir():
        pytest.skip("the sample signatures are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def xmlsec1(tmp_path_factory: pytest.TempPathFactory, rsa: TestAuthority) -> Callable[[bytes], str]:
    """Return a function that says what xmlsec1 thinks of a document: an empty text if it holds."""
    tool = shutil.which("xmlsec1")
    if tool is None:
        pytest.skip("xmlsec1 is not installed")
    folder = tmp_path_factory.mktemp("xmlsec1")
    (folder / "root.pem").write_bytes(rsa.root_pem)
    (folder / "ca.pem").write_bytes(rsa.issuing_pem)
    names = [
        f"{space}:{name}" if space else name
        for space in ("", "urn:d", "urn:h", "urn:hoadon")
        for name in ("DLieu", "DLHDon")
    ]
    ids = [
        option
        for name in (*names, "http://uri.etsi.org/01903/v1.3.2#:SignedProperties")
        for option in ("--id-attr:Id", name)
    ]

    def check(document: bytes) -> str:
        path = folder / "document.xml"
        path.write_bytes(document)
        trusted = ("--trusted-pem", str(folder / "root.pem"), "--untrusted-pem", str(folder / "ca.pem"))
        command = [tool, "verify", *trusted, "--verification-time", "2026-02-12 09:00:00", *ids, str(path)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return "" if run.returncode == 0 else run.stderr

    return check


@pytest.fixture(scope="session")
def santuario(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, str]]:
    """Return a function that lets Apache Santuario verify every file of a folder."""
    if shutil.which("javac") is None or not all(Path(jar).exists() for jar in JARS):
        pytest.skip("a JDK with libxml-security-java, libcommons-codec-java and libslf4j-java is not installed")
    classes = tmp_path_factory.mktemp("santuario")
    path = ":".join([*JARS, str(classes)])
    subprocess.run(["javac", "-cp", path, "-d", classes, ORACLES / "SantuarioVerify.java"], check=True, timeout=120)

    def check(folder: Path) -> dict[str, str]:
        run = subprocess.run(
            ["java", "-cp", path, "SantuarioVerify", folder], capture_output=True, text=True, check=True, timeout=600
        )
        return dict(line.split(" ", 1) for line in run.stdout.splitlines())

    return check


@pytest.fixture(scope="session")
def xml_crypto(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, str]]:
    """Return a function that lets npm xml-crypto verify every file of a folder."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("node and npm are not installed")
    home = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "xml-crypto@6", "@xmldom/xmldom@0.8", "xpath"]
    done = subprocess.run(install, cwd=home, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        pytest.skip("npm could not install xml-crypto: no package registry")
    shutil.copy(ORACLES / "xml_crypto_verify.cjs", home / "verify.cjs")

    def check(folder: Path) -> dict[str, str]:
        run = subprocess.run(
            [node, "verify.cjs", folder], cwd=home, capture_output=True, text=True, check=True, timeout=120
        )
        return dict(line.split(" ", 1) for line in run.stdout.splitlines())

    return check
