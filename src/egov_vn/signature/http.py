"""The fetchers: time-stamps, CRLs, OCSP responses and issuers over HTTP, with limits.

The only modules of this package that open a connection are this one and `remote`, and only through an object that you
made and passed in. Answers are bounded in size and time; a redirect is not followed, because a certificate under
inspection must not be able to send us elsewhere. Field measurements of Vietnamese time-stamp services range from 2 to
131 seconds: the defaults are patient.
"""

from __future__ import annotations

import http.client
import ipaddress
import secrets
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from asn1crypto import core, crl, pem, tsp
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509

from egov_vn.errors import EgovError, InvalidInput, Unavailable
from egov_vn.signature.certificate import CertificateInfo, to_der
from egov_vn.signature.keys import load_certificates
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.timestamp import read_timestamp, request

__all__ = ["HttpRevocation", "HttpTimestamper", "Transport", "UrlTransport"]

_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError)


class Transport(Protocol):
    """What carries a request: replace it to use your own HTTP client, a proxy, or a recording."""

    def __call__(self, url: str, *, body: bytes | None, headers: dict[str, str], timeout: float, limit: int) -> bytes:
        """Return the body of a successful answer; POST if *body* is given; raise `Unavailable` otherwise."""


class UrlTransport:
    """HTTP and HTTPS by the standard library; *allow* may refuse a URL before it is opened."""

    def __init__(self, *, allow: Callable[[str], bool] | None = None, context: ssl.SSLContext | None = None) -> None:
        self._allow = allow
        self._context = context

    def __call__(self, url: str, *, body: bytes | None, headers: dict[str, str], timeout: float, limit: int) -> bytes:
        """Return the body of a successful answer, at most *limit* bytes, within *timeout* seconds in all."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unavailable(f"{url!r} is neither http nor https", service=url)
        if self._allow is not None and not self._allow(url):
            raise Unavailable(f"{url!r} is not allowed", service=url)
        opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=self._context or ssl.create_default_context())
        )
        asked = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - the scheme was checked
        ends = time.monotonic() + timeout
        try:
            with opener.open(asked, timeout=timeout) as answer:
                return _read(answer, ends, limit, url)
        except urllib.error.HTTPError as error:
            error.close()
            raise Unavailable(f"{url} answered {error.code}", service=url) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(f"{url} did not answer: {error}", service=url) from error


class HttpTimestamper:
    """An RFC 3161 service over HTTP (*dịch vụ cấp dấu thời gian*): a `Timestamper`.

    Each of *tries* has *timeout* seconds; between them it waits *pause* seconds, doubled each time. An answer that
    refuses, or that is not about this digest and nonce, is never retried.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 180.0,
        tries: int = 3,
        pause: float = 1.0,
        headers: dict[str, str] | None = None,
        nonce: bool = True,
        transport: Transport | None = None,
    ) -> None:
        self.url = url
        self._timeout = timeout
        self._tries = max(1, tries)
        self._pause = pause
        self._headers = {"Content-Type": "application/timestamp-query", **(headers or {})}
        self._nonce = nonce
        self._transport = transport or UrlTransport()

    def timestamp(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        """Return a DER TimeStampToken over the hash value *digest*."""
        nonce = secrets.randbits(63) if self._nonce else None
        body = request(digest, algorithm, nonce=nonce)
        answer = _retried(
            lambda: self._transport(self.url, body=body, headers=self._headers, timeout=self._timeout, limit=1 << 18),
            self._tries,
            self._pause,
        )
        return _token(answer, digest, algorithm, nonce, self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRevocation:
    """Fetches what a certificate names: its OCSP service and its CRLs. A `RevocationSource`.

    *prefer* says which is asked first; the other is asked only if the first gave nothing. With *public_only* (the
    default) addresses of private networks and of this machine are refused, so that a certificate cannot make a server
    ask its own neighbours. Nothing at all from every address raises `Unavailable`.
    """

    timeout: float = 20.0
    tries: int = 2
    pause: float = 0.5
    prefer: str = "ocsp"
    most_bytes: int = 32 * 1024 * 1024
    """The largest CRL that is read."""
    public_only: bool = True
    transport: Transport | None = None

    def gather(self, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        """Return what the services of the certificate answer; empty if it names none."""
        if self.prefer not in ("ocsp", "crl"):
            raise InvalidInput(f"prefer must be ocsp or crl, not {self.prefer!r}", path="prefer")
        info = CertificateInfo.parse(cert_der)
        steps = [(info.ocsp_urls, self._ocsp), (info.crl_urls, self._crl)]
        if self.prefer == "crl":
            steps.reverse()
        problems: list[str] = []
        for urls, ask in steps:
            for url in urls:
                try:
                    return ask(url, cert_der, issuer_der)
                except Unavailable as error:
                    problems.append(error.message)
        if problems:
            raise Unavailable("; ".join(problems), service="revocation")
        return RevocationData()

    def issuers(self, cert_der: bytes) -> tuple[bytes, ...]:
        """Return the certificates behind the caIssuers addresses of a certificate, DER or PKCS#7."""
        found: list[bytes] = []
        for url in CertificateInfo.parse(cert_der).issuer_urls:
            try:
                found += [to_der(item) for item in load_certificates(self._send(url, None, {}, 1 << 20))]
            except EgovError:
                continue  # the next address may know
        return tuple(found)

    def _ocsp(self, url: str, cert_der: bytes, issuer_der: bytes) -> RevocationData:
        headers = {"Content-Type": "application/ocsp-request"}
        answer = self._send(url, _ocsp_request(cert_der, issuer_der), headers, 1 << 18)
        try:
            status = asn1_ocsp.OCSPResponse.load(answer, strict=True)["response_status"].native
        except _UNREADABLE as error:
            raise Unavailable(f"{url} answered no OCSP response", service=url) from error
        if status != "successful":
            raise Unavailable(f"{url} answered {status}", service=url)
        return RevocationData(ocsps=(answer,))

    def _crl(self, url: str, _cert_der: bytes, _issuer_der: bytes) -> RevocationData:
        answer = self._send(url, None, {}, self.most_bytes)
        try:
            der = bytes(pem.unarmor(answer)[2]) if pem.detect(answer[:4096]) else answer
            _ = crl.CertificateList.load(der, strict=True)["tbs_cert_list"]["this_update"].native
        except _UNREADABLE as error:
            raise Unavailable(f"{url} answered no CRL", service=url) from error
        return RevocationData(crls=(der,))

    def _send(self, url: str, body: bytes | None, headers: dict[str, str], limit: int) -> bytes:
        carrier = self.transport or UrlTransport(allow=_is_public if self.public_only else None)
        return _retried(
            lambda: carrier(url, body=body, headers=headers, timeout=self.timeout, limit=limit), self.tries, self.pause
        )


class _Parts(core.SequenceOf):  # type: ignore[misc]
    """A TimeStampResp in its parts: asn1crypto's own type demands a token, which a refusal does not have."""

    _child_spec = core.Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing: the 3xx answer then counts as a refusal."""


def _read(answer: Any, ends: float, limit: int, url: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if time.monotonic() > ends:
            raise Unavailable(f"{url} is too slow", service=url)
        part = answer.read1(65536)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > limit:
            raise Unavailable(f"{url} answers with more than {limit} bytes", service=url)
        parts.append(part)


def _retried(send: Callable[[], bytes], tries: int, pause: float) -> bytes:
    for left in range(tries - 1, -1, -1):
        try:
            return send()
        except Unavailable:
            if left == 0:
                raise
            time.sleep(pause)
            pause *= 2
    raise Unavailable("no try was allowed", service="")  # pragma: no cover - tries is at least one


def _token(answer: bytes, digest: bytes, algorithm: str, nonce: int | None, url: str) -> bytes:
    try:
        parts = _Parts.load(answer, strict=True)
        status = str(tsp.PKIStatusInfo.load(parts[0].dump(), strict=True)["status"].native)
        der = bytes(parts[1].dump()) if len(parts) > 1 else b""
    except (*_UNREADABLE, IndexError) as error:
        raise Unavailable(f"{url} answered no time-stamp response", service=url) from error
    if status not in ("granted", "granted_with_mods") or not der:
        raise Unavailable(f"{url} refused the time-stamp: {status}", service=url)
    try:
        info = read_timestamp(der)
    except InvalidInput as error:
        raise Unavailable(f"{url} answered a broken time-stamp", service=url) from error
    if (info.imprint, info.algorithm) != (digest, algorithm) or (nonce is not None and info.nonce != nonce):
        raise Unavailable(f"{url} answered a time-stamp of something else", service=url)
    return der


def _ocsp_request(cert_der: bytes, issuer_der: bytes) -> bytes:
    try:
        certificate = asn1_x509.Certificate.load(cert_der, strict=True)
        issuer = asn1_x509.Certificate.load(issuer_der, strict=True)
        identifier = {
            # SHA-1 names the issuer here and signs nothing; responders know no other (RFC 5019)
            "hash_algorithm": {"algorithm": "sha1"},
            "issuer_name_hash": certificate.issuer.sha1,
            "issuer_key_hash": issuer.public_key.sha1,
            "serial_number": certificate.serial_number,
        }
        return bytes(asn1_ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identifier}]}}).dump())
    except _UNREADABLE as error:
        raise InvalidInput(f"the certificate cannot be read: {error}", path="certificate") from error


def _is_public(url: str) -> bool:
    """Refuse addresses of private networks and of this machine, written out or behind a name."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if not host or host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return "." in host  # no address at all: opening it says so better than a refusal would
    return all(ipaddress.ip_address(str(item[4][0]).partition("%")[0]).is_global for item in found)
