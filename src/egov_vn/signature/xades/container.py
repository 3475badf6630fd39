"""ASiC containers as ZIP files: opened under limits, written the same way each time.

A ZIP file is hostile until shown otherwise: sizes are counted while reading, names must be plain relative paths, each
once, and nothing is written to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

__all__ = ["Asic", "AsicKind", "AsicLimits", "open_asic", "pack"]

_MIMETYPE: Final = "mimetype"


class AsicKind(StrEnum):
    """The two kinds of associated signature containers (*gói tệp kèm chữ ký*), ETSI EN 319 162-1."""

    S = "application/vnd.etsi.asic-s+zip"
    """One file, signed as it is."""
    E = "application/vnd.etsi.asic-e+zip"
    """Any number of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsicLimits:
    """How much a container may hold."""

    entries: int = 1000
    total_bytes: int = 256 * 1024 * 1024
    ratio: int = 200
    """Times that an entry over one megabyte may grow when unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asic:
    """An opened container: its kind, the files it carries, and what stands in META-INF."""

    kind: AsicKind
    files: Mapping[str, bytes]
    meta: Mapping[str, bytes]
    remarks: tuple[tuple[str, str], ...] = ()
    """Codes and details of what is not as the standard says."""

    @property
    def signatures(self) -> Mapping[str, bytes]:
        """The XAdES signature files, by name."""
        return MappingProxyType(
            {
                name: data
                for name, data in self.meta.items()
                if "signatures" in name.lower() and name.lower().endswith(".xml")
            }
        )

    @property
    def cms(self) -> Mapping[str, bytes]:
        """The CAdES signature files, by name."""
        return MappingProxyType({name: data for name, data in self.meta.items() if name.lower().endswith(".p7s")})


def open_asic(data: bytes, *, limits: AsicLimits | None = None) -> Asic:
    """Open an ASiC-S or ASiC-E container; `InvalidInput` if it is no ZIP, breaks a limit, or is no such container."""
    limits = limits or AsicLimits()
    entries = _read(data, limits)
    remarks: list[tuple[str, str]] = []
    written = entries.pop(_MIMETYPE, None)
    files = {name: item for name, item in entries.items() if not name.upper().startswith("META-INF/")}
    meta = {name: item for name, item in entries.items() if name.upper().startswith("META-INF/")}
    kind = _kind(written, files, remarks)
    if kind is None or not (meta or written):
        raise InvalidInput("the ZIP file is no ASiC container: no mimetype and nothing in META-INF", path=_MIMETYPE)
    if kind is AsicKind.S and len(files) != 1:
        remarks.append(("ASIC-S-FILES", f"{len(files)}"))
    return Asic(kind=kind, files=MappingProxyType(files), meta=MappingProxyType(meta), remarks=tuple(remarks))


def _kind(written: bytes | None, files: Mapping[str, bytes], remarks: list[tuple[str, str]]) -> AsicKind | None:
    text = (written or b"").decode("ascii", "replace").strip()
    for kind in AsicKind:
        if text == kind.value:
            return kind
    remarks.append(("ASIC-MIMETYPE", text[:80]))
    return AsicKind.S if len(files) == 1 else AsicKind.E


def _read(data: bytes, limits: AsicLimits) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = [item for item in archive.infolist() if not item.is_dir()]
            if len(listed) > limits.entries:
                raise InvalidInput(f"{len(listed)} entries exceed the limit of {limits.entries}", path="zip")
            entries: dict[str, bytes] = {}
            left = limits.total_bytes
            for item in listed:
                name = _safe_name(item)
                if name in entries:
                    raise InvalidInput("two entries have the same name", path=name)
                entries[name] = _unpack(archive, item, left, limits)
                left -= len(entries[name])
            return entries
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        IndexError,
    ) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"not a readable ZIP file: {error}", path="zip") from error


def _safe_name(item: zipfile.ZipInfo) -> str:
    name = item.filename
    parts = name.split("/")
    if (
        not name
        or "\\" in name
        or ":" in parts[0]
        or "\x00" in item.orig_filename
        or any(p in ("", ".", "..") for p in parts)
    ):
        raise InvalidInput(f"unsafe name {name[:120]!r}", path="zip")
    if item.flag_bits & 1:
        raise InvalidInput("the entry is encrypted", path=name)
    if item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidInput("the entry is compressed by a method that ASiC does not know", path=name)
    return name


def _unpack(archive: zipfile.ZipFile, item: zipfile.ZipInfo, left: int, limits: AsicLimits) -> bytes:
    most = min(left, max(1024 * 1024, item.compress_size * limits.ratio))
    with archive.open(item) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise InvalidInput(f"the entry unpacks to more than {most} bytes", path=item.filename)
    return data


def pack(kind: AsicKind, entries: Mapping[str, bytes], *, at: datetime) -> bytes:
    """Return the container with `mimetype` first and uncompressed, as EN 319 162-1 annex A asks; the same each time."""
    moment = at.astimezone(VIETNAM)
    when = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in ((_MIMETYPE, kind.value.encode("ascii")), *entries.items()):
            item = zipfile.ZipInfo(name, date_time=when)
            item.compress_type = zipfile.ZIP_STORED if name == _MIMETYPE else zipfile.ZIP_DEFLATED
            item.external_attr = 0o644 << 16
            archive.writestr(item, data)
    return buffer.getvalue()
