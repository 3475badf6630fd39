"""Writing signatures, time-stamps and long-term data into an update of a PDF.

Everything is appended to one buffer in place: a 6 MB file is held once, not once for each step.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from egov_vn.errors import InvalidInput
from egov_vn.signature.pades.pdf import Update, entry, foreign

__all__ = [
    "Certify",
    "Slot",
    "TooSmallError",
    "add_long_term_data",
    "free_field_name",
    "write_signature",
    "write_timestamp",
]

Certify = Literal["no-changes", "form-filling", "annotations"]
"""What a certification signature lets others do later (DocMDP): nothing, fill in and sign, or also annotate."""

_PERMISSIONS: Final[Mapping[str, MDPPerm]] = {
    "no-changes": MDPPerm.NO_CHANGES,
    "form-filling": MDPPerm.FILL_FORMS,
    "annotations": MDPPerm.ANNOTATE,
}


class TooSmallError(Exception):
    """The container does not fit into the room that was kept for it; *needed* bytes would do."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"{needed} bytes are needed")
        self.needed = needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where a signature goes and what the signature dictionary says beside it."""

    field: str
    existing: bool = False
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    appearance: Callable[[Update, float, float], generic.IndirectObject] | None = None
    """Given the update and the width and height of the field, draws the appearance and returns its form object."""
    rotate: int = 0
    """How far the page is turned when seen; the drawing is turned back."""
    reason: str | None = None
    location: str | None = None
    name: str | None = None
    certify: Certify | None = None


def write_signature(
    update: Update, slot: Slot, *, at: datetime, digest: str, room: int, container: Callable[[bytes], bytes]
) -> bytes:
    """Append a signature; *container* makes the CMS for the document digest; return that CMS."""
    placeholder = SignatureObject(
        timestamp=at,
        subfilter=SigSeedSubFilter.PADES,
        name=slot.name,
        location=slot.location,
        reason=slot.reason,
        bytes_reserved=2 * room,
    )
    return _write(update, slot, placeholder, digest=digest, container=container)


def _restrictions(slot: Slot, field: Any, digest: str) -> SigMDPSetup | None:
    """Return what the signature forbids: its own certification, or the lock that its field asks for."""
    lock = entry(field, "/Lock")
    if slot.certify is None and lock is None:
        return None
    locked = FieldMDPSpec.from_pdf_object(lock) if lock is not None and "/Action" in lock else None
    limit = entry(lock, "/P") if lock is not None else None
    permission = _PERMISSIONS[slot.certify] if slot.certify else (MDPPerm(int(limit)) if limit is not None else None)
    return SigMDPSetup(
        md_algorithm=digest, certify=slot.certify is not None, field_lock=locked, docmdp_perms=permission
    )


def write_timestamp(
    update: Update, *, field: str, digest: str, room: int, container: Callable[[bytes], bytes]
) -> bytes:
    """Append a document time-stamp; *container* fetches the token for the document digest."""
    placeholder = DocumentTimestamp(bytes_reserved=2 * room)
    return _write(update, Slot(field=field), placeholder, digest=digest, container=container)


def _write(
    update: Update,
    slot: Slot,
    placeholder: PdfSignedData,
    *,
    digest: str,
    container: Callable[[bytes], bytes],
) -> bytes:
    with foreign("the PDF cannot be signed"):
        spec = None
        if not slot.existing:
            spec = SigFieldSpec(sig_field_name=slot.field, on_page=slot.page, box=cast("Any", slot.box))
        try:
            steps: Any = PdfCMSEmbedder(new_field_spec=spec).write_cms(
                field_name=slot.field, writer=update, existing_fields_only=slot.existing
            )
            field_ref = next(steps)
        except SigningError as error:
            raise InvalidInput(str(error), path="field") from error
        if slot.appearance is not None:
            _dress(update, field_ref, slot)
        if update.output_version < (2, 0):
            update.register_extension(ESIC_EXTENSION_1)
        mdp = _restrictions(slot, field_ref.get_object(), digest)
        steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=mdp))
        prepared, output = steps.send(SigIOSetup(md_algorithm=digest, in_place=True))
    made = container(prepared.document_digest)
    room = (prepared.reserved_region_end - prepared.reserved_region_start - 2) // 2
    if len(made) > room:
        raise TooSmallError(len(made))
    prepared.fill_with_cms(output, made)
    return made


_TURNS: Final = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}


def _dress(update: Update, field_ref: Any, slot: Slot) -> None:
    field = field_ref.get_object()
    kids = entry(field, "/Kids")
    widget = kids[0].get_object() if kids else field
    left, bottom, right, top = (float(value) for value in widget["/Rect"])
    width, height = abs(right - left), abs(top - bottom)
    if slot.appearance is None or not (width and height):
        raise InvalidInput(f"the field {slot.field!r} has no size: nothing can be drawn in it", path="appearance")
    if slot.rotate in (90, 270):
        width, height = height, width
    form = slot.appearance(update, width, height)
    if slot.rotate:
        # the viewer fits the turned form into the rectangle of the field (ISO 32000-2 section 12.5.5)
        form.get_object()[pdf_name("/Matrix")] = generic.ArrayObject(map(generic.NumberObject, _TURNS[slot.rotate]))
    widget[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): form})
    update.update_container(widget)


def free_field_name(update: Update, stem: str) -> str:
    """Return *stem* with the first number that no field of the file bears."""
    with foreign():
        taken = {name for name, _, _ in enumerate_sig_fields(update)}
        form = entry(update.root, "/AcroForm")
        if form is not None:
            taken |= {str(entry(item.get_object(), "/T", "")) for item in entry(form, "/Fields", ())}
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def add_long_term_data(
    update: Update, *, certificates: Iterable[bytes] = (), crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = ()
) -> bool:
    """Add DER values to the document security store (DSS) of the file; say whether anything was new."""
    with foreign("the long-term data of the PDF cannot be extended"):
        root = update.root
        store = entry(root, "/DSS")
        if store is None:
            store = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/DSS")})
            root[pdf_name("/DSS")] = update.add_object(store)
            update.mark_root()
        added = False
        for key, values in (("/Certs", certificates), ("/CRLs", crls), ("/OCSPs", ocsps)):
            added |= _add_streams(update, store, key, values)
        if added:
            update.update_container(store)
            if update.output_version < (2, 0):
                update.register_extension(ESIC_EXTENSION_1)
        return added


def _add_streams(update: Update, store: Any, key: str, values: Iterable[bytes]) -> bool:
    entries = entry(store, key)
    known = {hashlib.sha256(item.get_object().data).digest() for item in entries or ()}
    fresh = [value for value in dict.fromkeys(values) if hashlib.sha256(value).digest() not in known]
    if not fresh:
        return False
    if entries is None:
        entries = store[pdf_name(key)] = generic.ArrayObject()
    for value in fresh:
        stream = generic.StreamObject(stream_data=value)
        stream.compress()
        entries.append(update.add_object(stream))
    update.update_container(entries)
    return True


def start(pdf: bytes) -> io.BytesIO:
    """Return the buffer that all updates are appended to."""
    return io.BytesIO(pdf)


def has_empty_field(update: Update, name: str) -> bool:
    """Say whether the file has an empty signature field *name*; refuse one that is signed already."""
    with foreign():
        for known, value, _ in enumerate_sig_fields(update, with_name=name):
            if known == name:
                if value is not None:
                    raise InvalidInput(f"the field {name!r} is signed already", path="field")
                return True
    return False


def check_may_sign(update: Update, *, certify: Certify | None) -> None:
    """Refuse to break an earlier certification, and to certify what is signed already."""
    with foreign():
        signed = any(value is not None for _, value, _ in enumerate_sig_fields(update))
        certified = read_certification_data(update.prev)
    if certify is not None and certify not in _PERMISSIONS:
        raise InvalidInput(f"{certify!r} is none of {', '.join(_PERMISSIONS)}", path="certify")
    if certify is not None and signed:
        raise InvalidInput("only the first signature of a file can certify it", path="certify")
    if certified is not None and certified.permission is MDPPerm.NO_CHANGES:
        raise InvalidInput("the file is certified and allows no further change, not even a signature", path="pdf")
