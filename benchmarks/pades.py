"""PAdES beside stock pyHanko, in one run: signing, verifying, two processes, memory.

python benchmarks/pades.py [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path

# a neighbour of this script is called calendar.py and would hide the module of that name from aiohttp
sys.path[:] = [item for item in sys.path if Path(item).resolve() != Path(__file__).resolve().parent]

# ruff: noqa: E402, D102, PLC0415, SLF001
import argparse
import asyncio
import io
import logging
import multiprocessing
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from egov_vn.clock import VIETNAM
from egov_vn.signature import Level, assess_pdf, sign_pdf
from egov_vn.signature.pades import pdf as pdf_module
from egov_vn.testing import TestAuthority

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(minutes=10)
_WORKER: dict[str, Any] = {}


def make_pdf(size: int) -> bytes:
    """Return a PDF of ten pages and about *size* bytes, most of them in one stream."""
    filler = os.urandom(max(0, size - 9000))
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 10 /Kids [%s] >>" % b" ".join(b"%d 0 R" % number for number in range(5, 15)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(filler), filler),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> >>"] * 10,
    ]
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, item in enumerate(body, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(body) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(body) + 1, start)
    return bytes(out)


class Setup:
    """One authority and one signer, for us and for the peer."""

    def __init__(self, key: str) -> None:
        self.authority = TestAuthority(at=AT, key=key)
        self.signer = self.authority.issue_person("Nguyễn Văn Thử", cccd="092090000018")
        self.trust = self.authority.trust_store()
        self.services: dict[str, Any] = {
            "timestamper": self.authority.timestamper(),
            "revocation": self.authority.revocation(),
            "trust": self.trust,
        }

    def sign(self, pdf: bytes, level: Level) -> bytes:
        if level is Level.B_B:  # as the peer does: nothing is asked about the signer's certificate
            return sign_pdf(pdf, signer=self.signer, at=AT)
        return sign_pdf(pdf, signer=self.signer, at=AT, level=level, **self.services)

    def sign_checked(self, pdf: bytes) -> bytes:
        return sign_pdf(pdf, signer=self.signer, at=AT, trust=self.trust)

    def verify(self, pdf: bytes) -> object:
        return assess_pdf(pdf, at=LATER, trust=self.trust).indication


class Stock:
    """PyHanko as its documentation shows it."""

    def __init__(self, setup: Setup) -> None:
        from pyhanko.sign import signers
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        authority, signer = setup.authority, setup.signer
        self.leaf, self.issuing, self.root = (
            asn1_x509.Certificate.load(item.public_bytes(Encoding.DER))
            for item in (signer.certificate, authority.issuing, authority.root)
        )
        key = signer._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.signer = signers.SimpleSigner(
            signing_cert=self.leaf,
            signing_key=asn1_keys.PrivateKeyInfo.load(key),
            cert_registry=SimpleCertificateStore.from_certs([self.issuing]),
        )

    def sign(self, pdf: bytes) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import SigSeedSubFilter

        meta = signers.PdfSignatureMetadata(
            field_name="Signature1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        )
        made: bytes = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=self.signer).getvalue()
        return made

    def verify(self, pdf: bytes) -> object:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        context = ValidationContext(
            trust_roots=[self.root], other_certs=[self.issuing], moment=LATER, revocation_mode="soft-fail"
        )
        return validate_pdf_signature(
            PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0], context
        ).bottom_line

    def verify_lta(self, pdf: bytes) -> object:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import ades
        from pyhanko.sign.validation.policy_decl import (
            PdfSignatureValidationSpec,
            RevinfoOnlineFetchingRule,
            RevocationInfoGatheringSpec,
            SignatureValidationSpec,
        )
        from pyhanko_certvalidator.context import CertValidationPolicySpec
        from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
        from pyhanko_certvalidator.registry import SimpleTrustManager

        spec = SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build([self.root]), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
        )
        signature = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0]
        return asyncio.run(ades.ades_lta_validation(signature, PdfSignatureValidationSpec(spec), None)).ades_subindic


@contextmanager
def untouched() -> Iterator[None]:
    """Give pyHanko its own reader of hexadecimal strings back while it is measured."""
    from pyhanko.pdf_utils import generic

    ours, generic.read_hex_string_from_stream = generic.read_hex_string_from_stream, pdf_module._slow_hex_string
    try:
        yield
    finally:
        generic.read_hex_string_from_stream = ours


def alone(task: Callable[[], object]) -> Callable[[], object]:
    """Return *task* as it runs without us."""

    def run() -> object:
        with untouched():
            return task()

    return run


def medians(rounds: int, *tasks: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of processor time of each task, run in turn *rounds* times."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds + 1):
        for task, taken in zip(tasks, times, strict=True):
            started = time.process_time()
            task()
            taken.append((time.process_time() - started) * 1000)
    return [statistics.median(taken[1:]) for taken in times]


def _start(pdf: bytes) -> None:
    _WORKER.update(setup=Setup("rsa2048"), pdf=pdf)


def _sign_some(count: int) -> int:
    for _ in range(count):
        _WORKER["setup"].sign(_WORKER["pdf"], Level.B_B)
    return count


def throughput(pdf: bytes, count: int) -> float:
    """Return signatures a second with two processes."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context, initializer=_start, initargs=(pdf,)) as pool:
        list(pool.map(_sign_some, [5] * 4))
        started = time.perf_counter()
        done = sum(pool.map(_sign_some, [20] * (count // 20)))
        return done / (time.perf_counter() - started)


def memory(size: int) -> float:
    """Return the peak resident megabytes of a fresh process that signs one B-LTA file of *size* bytes."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(make_pdf(size))
        file.flush()
        command = [sys.executable, __file__, "--memory", file.name]
        return float(subprocess.run(command, capture_output=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.memory:
        Setup("rsa2048").sign(options.memory.read_bytes(), Level.B_LTA)
        # getrusage would tell the memory of the process that started this one
        status = Path("/proc/self/status").read_text(encoding="ascii")
        print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
        return
    rounds = 3 if options.quick else 15
    small, large = make_pdf(43_000), make_pdf(6_400_000)
    rows: list[tuple[str, Callable[[], object] | None, Callable[[], object]]] = []
    for kind in ("p256", "rsa2048"):
        setup = Setup(kind)
        stock = Stock(setup)

        def own(setup: Setup = setup, pdf: bytes = small, level: Level = Level.B_B) -> bytes:
            return setup.sign(pdf, level)

        def peer(stock: Stock = stock, pdf: bytes = small) -> bytes:
            return stock.sign(pdf)

        rows.append((f"sign B-B, 43 KB, {kind}", peer, own))
    rows.append(("sign B-B, 43 KB, path checked first", None, lambda: setup.sign_checked(small)))
    rows.append(("sign B-B, 6.4 MB, rsa2048", lambda: stock.sign(large), lambda: setup.sign(large, Level.B_B)))
    for level in (Level.B_T, Level.B_LT, Level.B_LTA):
        rows.append((f"sign {level}, 43 KB, in-memory TSA", None, lambda level=level: setup.sign(small, level)))  # type: ignore[misc]
    simple, lasting = setup.sign(small, Level.B_B), setup.sign(small, Level.B_LTA)
    rows.append(("verify B-B, 43 KB", lambda: stock.verify(simple), lambda: setup.verify(simple)))
    rows.append(("verify B-LTA, 43 KB", lambda: stock.verify_lta(lasting), lambda: setup.verify(lasting)))
    print(f"{'processor milliseconds, median':36}{'pyHanko':>10}{'egov_vn':>10}{'ratio':>9}")
    for name, theirs, ours in rows:
        right, *rest = medians(rounds, ours, *([alone(theirs)] if theirs else []))
        left = rest[0] if rest else None
        print(f"{name:36}{f'{left:.1f}' if left else '-':>10}{right:10.1f}{f'{left / right:.1f}x' if left else '':>9}")
    (serial,) = medians(rounds, alone(lambda: stock.sign(small)))
    rate = throughput(small, 80 if options.quick else 800)
    print(f"two processes, B-B: {rate:.0f} a second, {rate * serial / 1000:.0f}x stock pyHanko in one process")
    print(f"peak memory, B-LTA: {memory(6_400_000):.0f} MB for 6.4 MB, {memory(43_000):.0f} MB for 43 KB")


if __name__ == "__main__":
    main()
