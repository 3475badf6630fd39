"""XML signatures beside signxml and python-xmlsec in one run: signing, verifying, memory.

python benchmarks/xades.py [--quick]
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

# a neighbour of this script is called calendar.py and would hide the module of that name
sys.path[:] = [item for item in sys.path if Path(item).resolve() != Path(__file__).resolve().parent]

# ruff: noqa: E402, D102, PLC0415, SLF001
import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from egov_vn.clock import VIETNAM
from egov_vn.signature import XmlForm, assess_xml, sign_xml
from egov_vn.signature.xades.core import check_core
from egov_vn.signature.xades.document import Document
from egov_vn.signature.xades.references import Context
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def document(size: int) -> bytes:
    """Return an XML file of about *size* bytes."""
    row = b'<DongHang so="%d"><Ten>Mat hang thu %d</Ten><Gia>%d</Gia></DongHang>'
    rows = b"".join(row % (number, number, number) for number in range(size // 75))
    return b'<HSo xmlns="urn:hoso">' + rows + b"</HSo>"


class Peers:
    """The same key in three libraries."""

    def __init__(self) -> None:
        self.authority = TestAuthority(at=AT)
        self.signer = self.authority.issue_person("Nguyễn Văn Thử")
        self.trust = self.authority.trust_store()
        self.private: Any = self.signer._key
        self.key = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.certificate = self.signer.certificate.public_bytes(Encoding.PEM)

    def ours(self, data: bytes) -> bytes:
        return sign_xml(data, signer=self.signer, at=AT, form=XmlForm(canonicalization=EXCLUSIVE))

    def ours_core(self, signed: bytes) -> None:
        parsed = Document.read(signed)
        core = check_core(Context(parsed, parsed.signatures[0]))
        assert core.intact
        assert core.fits(self.signer.certificate.public_key())

    def ours_full(self, signed: bytes) -> None:
        assert assess_xml(signed, at=AT, trust=self.trust).signatures

    def xmlsec(self, data: bytes) -> bytes:
        import xmlsec

        root = etree.fromstring(data)
        node = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256)
        root.append(node)
        reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri="")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
        context = xmlsec.SignatureContext()
        context.key = self._xmlsec_key()
        context.sign(node)
        return bytes(etree.tostring(root))

    def _xmlsec_key(self) -> Any:
        import xmlsec

        if not hasattr(self, "_loaded"):
            self._loaded = xmlsec.Key.from_memory(self.key, xmlsec.constants.KeyDataFormatPem)
            self._loaded.load_cert_from_memory(self.certificate, xmlsec.constants.KeyDataFormatPem)
        return self._loaded

    def xmlsec_verify(self, signed: bytes) -> None:
        import xmlsec

        root = etree.fromstring(signed)
        context = xmlsec.SignatureContext()
        context.key = self._xmlsec_key()
        signature = xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature)
        assert signature is not None
        context.verify(signature)

    def signxml(self, data: bytes) -> bytes:
        from signxml.algorithms import CanonicalizationMethod
        from signxml.xades.xades import XAdESSigner

        signer = XAdESSigner(c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1)
        made = signer.sign(etree.fromstring(data), key=self.private, cert=self.certificate.decode())
        return bytes(etree.tostring(made))

    def signxml_verify(self, signed: bytes) -> None:
        from signxml.verifier import SignatureConfiguration
        from signxml.xades.xades import XAdESVerifier

        XAdESVerifier().verify(
            signed, x509_cert=self.certificate.decode(), expect_config=SignatureConfiguration(expect_references=3)
        )


def median(function: Callable[[], object], seconds: float) -> float:
    """Return the median time of a call in milliseconds, of as many calls as fit into *seconds* and at least three."""
    function()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def high_water() -> float:
    """Return the most memory this process has held, in MB (`ru_maxrss` would count its parent's as well)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _peak(name: str, queue: Any, size: int) -> None:
    peers = Peers()
    data = document(size)
    if name == "nothing":
        queue.put(high_water())
        return
    sign, verify = {
        "egov_vn": (peers.ours, peers.ours_full),
        "python-xmlsec": (peers.xmlsec, peers.xmlsec_verify),
        "signxml": (peers.signxml, peers.signxml_verify),
    }[name]
    signed = sign(data)
    after_sign = high_water()
    verify(signed)
    queue.put((after_sign, high_water()))


def peak(name: str, size: int) -> Any:
    """Return the peak memory in MB of a process of its own that signs, and of one that also verifies."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_peak, args=(name, queue, size))
    process.start()
    process.join()
    return queue.get()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run")
    seconds = 0.2 if parser.parse_args().quick else 3.0
    peers = Peers()
    rows: list[tuple[str, str, Callable[[bytes], object], Callable[[bytes], bytes] | None]] = [
        ("sign", "egov_vn, XAdES B-B", peers.ours, None),
        ("sign", "python-xmlsec, XMLDSig", peers.xmlsec, None),
        ("sign", "signxml, XAdES B-B", peers.signxml, None),
        ("verify", "egov_vn, mathematics", peers.ours_core, peers.ours),
        ("verify", "egov_vn, full report with path", peers.ours_full, peers.ours),
        ("verify", "python-xmlsec, mathematics", peers.xmlsec_verify, peers.xmlsec),
        ("verify", "signxml, pinned certificate", peers.signxml_verify, peers.signxml),
    ]
    small, large = document(5_000), document(5_000_000)
    print(f"{'':8}{'':34}{'5 KB, ms':>10}{'5 MB, ms':>10}")
    here = {name for name in ("xmlsec", "signxml") if find_spec(name)}
    for what, label, function, maker in rows:
        if not here >= {name for name in ("xmlsec", "signxml") if name in label}:
            print(f"{what:8}{label:34}{'absent':>10}{'absent':>10}")
            continue
        inputs = [data if maker is None else maker(data) for data in (small, large)]
        measured = [median(partial(function, item), seconds) for item in inputs]
        print(f"{what:8}{label:34}{measured[0]:10.2f}{measured[1]:10.0f}")
    base = peak("nothing", 5_000_000)
    print(f"\nMemory at 5 MB, MB above {base:.0f} of imports and input: sign, then verify")
    for name in ("egov_vn", "python-xmlsec", "signxml"):
        if name != "egov_vn" and name.removeprefix("python-") not in here:
            print(f"{name:34}{'absent':>10}{'absent':>10}")
            continue
        signing, verifying = peak(name, 5_000_000)
        print(f"{name:34}{signing - base:10.0f}{verifying - base:10.0f}")


if __name__ == "__main__":
    main()
