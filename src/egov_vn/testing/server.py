"""The test authority on loopback: `/tsa`, `/ocsp`, `/crl`, `/root.crl`, `/issuing.cer`, `/root.cer`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

if TYPE_CHECKING:
    from egov_vn.testing.authority import TestAuthority

__all__ = ["Served", "serving"]


@dataclass(slots=True, kw_only=True)
class Served:
    """The addresses of a served authority, and the paths that were asked for."""

    url: str
    requests: list[str] = field(default_factory=list)

    @property
    def tsa_url(self) -> str:
        """The RFC 3161 service."""
        return f"{self.url}/tsa"

    @property
    def ocsp_url(self) -> str:
        """The OCSP responder."""
        return f"{self.url}/ocsp"

    @property
    def crl_url(self) -> str:
        """The CRL of the issuing CA."""
        return f"{self.url}/crl"


@contextmanager
def serving(authority: TestAuthority, at: datetime | Callable[[], datetime]) -> Iterator[Served]:
    """Serve *authority* on a free port of 127.0.0.1 while the block runs."""
    handler = type("_Handler", (_Handler,), {"authority": authority, "at": staticmethod(_clock(at)), "served": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served = Served(url=f"http://127.0.0.1:{server.server_address[1]}")
    handler.served = served  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _clock(at: datetime | Callable[[], datetime]) -> Callable[[], datetime]:
    return at if callable(at) else lambda: at


class _Handler(BaseHTTPRequestHandler):
    authority: TestAuthority
    at: Callable[[], datetime]
    served: Served

    def do_GET(self) -> None:
        self.served.requests.append(self.path)
        authority, at = self.authority, type(self).at()
        answers: dict[str, tuple[str, Callable[[], bytes]]] = {
            "/crl": ("application/pkix-crl", lambda: authority.crl(at=at)),
            "/root.crl": ("application/pkix-crl", lambda: authority.crl(at=at, root=True)),
            "/root.cer": ("application/pkix-cert", lambda: authority.root.public_bytes(Encoding.DER)),
            "/issuing.cer": ("application/pkix-cert", lambda: authority.issuing.public_bytes(Encoding.DER)),
        }
        found = answers.get(self.path)
        if found is None:
            self._answer(404, "text/plain", b"not found")
        else:
            self._answer(200, found[0], found[1]())

    def do_POST(self) -> None:
        self.served.requests.append(self.path)
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1 << 20))
        at = type(self).at()
        if self.path == "/tsa":
            self._answer(200, "application/timestamp-reply", self.authority.timestamper(at).respond(body))
        elif self.path == "/ocsp":
            self._answer(200, "application/ocsp-response", _ocsp(self.authority, body, at))
        else:
            self._answer(404, "text/plain", b"not found")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Stay silent."""


def _ocsp(authority: TestAuthority, body: bytes, at: datetime) -> bytes:
    unauthorized = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    try:
        serial = ocsp.load_der_ocsp_request(body).serial_number
    except ValueError:
        malformed = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        return malformed.public_bytes(Encoding.DER)
    certificate: x509.Certificate | None = authority.issued(serial)
    return unauthorized.public_bytes(Encoding.DER) if certificate is None else authority.ocsp(certificate, at=at)
