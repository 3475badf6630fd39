"""Raising signatures to a level that lasts, and renewing archive time-stamps (*nâng mức, gia hạn chữ ký*)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import extract_contents

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, Unavailable, VerificationError
from egov_vn.signature.pades import embed
from egov_vn.signature.pades.assess import assess_pdf, trimmed
from egov_vn.signature.pades.pdf import entry, foreign, open_reader, open_update
from egov_vn.signature.pades.sign import TOKEN_ROOM, add_long_term, fetch_token, tokens_of
from egov_vn.signature.pades.store import read_store
from egov_vn.signature.report import Indication, Level

if TYPE_CHECKING:
    from egov_vn.signature.revocation import RevocationSource
    from egov_vn.signature.timestamp import Timestamper
    from egov_vn.signature.trust import TrustStore

__all__ = ["extend_pdf"]


def extend_pdf(
    pdf: bytes,
    *,
    level: Level,
    at: datetime,
    timestamper: Timestamper | None = None,
    revocation: RevocationSource | None = None,
    trust: TrustStore | None = None,
    password: str | bytes | None = None,
) -> bytes:
    """Return *pdf* with all its signatures raised to *level*, by updates that leave every signed byte alone.

    B-T adds a document time-stamp where a signature has none; B-LT adds certificates and revocation data; B-LTA adds a
    document time-stamp over them. Extending a B-LTA file again renews it: fresh revocation data for the last
    time-stamp, and a new time-stamp over everything. Signatures made by other software are extended alike.
    *at* is the instant at which the signatures are looked at first.

    Raises `VerificationError` (with the report) if a signature is TOTAL-FAILED, since keeping a broken signature for
    long proves nothing; `InvalidInput` for a file without signatures or missing services; `Unavailable`.
    """
    wanted = Level(level)
    require_aware(at)
    if wanted is Level.B_B:
        raise InvalidInput("a signature cannot be extended to B-B, the lowest level", path="level")
    if wanted > Level.B_T and revocation is None:
        raise InvalidInput(f"level {wanted} needs a source of revocation data", path="revocation")
    if timestamper is None and (wanted is not Level.B_LT or not _all_stamped(pdf, password)):
        raise InvalidInput(f"level {wanted} needs a time-stamp service", path="timestamper")
    report = assess_pdf(pdf, at=at, trust=trust, password=password)
    if report.indication is None:
        raise InvalidInput("the file has no signature to extend", path="pdf")
    if report.indication is Indication.TOTAL_FAILED:
        raise VerificationError("a signature of the file does not hold and is not extended", report=report)
    stream = embed.start(bytes(pdf))
    if timestamper is not None and not _all_stamped(pdf, password):
        _stamp(stream, timestamper, password)
    if revocation is not None and wanted > Level.B_T:
        containers, kept = _containers(stream.getvalue(), password)
        add_long_term(
            stream,
            containers=containers,
            chain=kept,
            trust=trust,
            revocation=revocation,
            password=password,
            timestamper=timestamper if wanted is Level.B_LTA else None,
        )
    return stream.getvalue()


@dataclass(frozen=True, slots=True)
class _Value:
    """One signature or document time-stamp of the file: *end* is where its byte range ends."""

    container: bytes
    end: int
    is_timestamp: bool


def _values(pdf: bytes, password: str | bytes | None) -> list[_Value]:
    reader = open_reader(pdf, password=password)
    found = []
    with foreign("the signatures of the PDF cannot be read"):
        for _, value, _ in enumerate_sig_fields(reader, filled_status=True):
            dictionary = value.get_object()
            kind, subfilter = entry(dictionary, "/Type"), entry(dictionary, "/SubFilter")
            _, _, resume, rest = (int(number) for number in dictionary["/ByteRange"])
            stamp = kind == "/DocTimeStamp" or subfilter == "/ETSI.RFC3161"
            found.append(_Value(trimmed(extract_contents(dictionary)), resume + rest, stamp))
    return found


def _all_stamped(pdf: bytes, password: str | bytes | None) -> bool:
    """Say whether each signature has a time-stamp of its own, or a document time-stamp after it."""
    found = _values(pdf, password)
    last = max((item.end for item in found if item.is_timestamp), default=0)
    return all(item.end < last or tokens_of(item.container) for item in found if not item.is_timestamp)


def _containers(pdf: bytes, password: str | bytes | None) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return every CMS of the file with its tokens, and the certificates that the file keeps already."""
    found: list[bytes] = []
    for item in _values(pdf, password):
        found += [item.container, *tokens_of(item.container)]
    return tuple(found), read_store(open_reader(pdf, password=password)).certificates


def _stamp(stream: io.BytesIO, timestamper: Timestamper, password: str | bytes | None) -> None:
    room, size = TOKEN_ROOM, len(stream.getbuffer())
    for _ in range(2):
        update = open_update(stream, password=password)
        field = embed.free_field_name(update, "Timestamp")
        try:
            embed.write_timestamp(
                update, field=field, digest="sha256", room=room, container=partial(fetch_token, timestamper)
            )
            return
        except embed.TooSmallError as error:
            room = error.needed + 1024
            stream.truncate(size)
    raise Unavailable("the time-stamp service answers with tokens of ever larger size", service="tsa")
