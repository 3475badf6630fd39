"""BagIt, RFC 8493 (*túi BagIt*): write a bag beside its data, read one, check one with parallel hashing.

A bag is written elsewhere (files are copied or hard-linked, never moved), each byte read once, and takes its final
name whole or not at all. A bag that is read is hostile until checked: no name leads out of it, nothing is fetched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from egov_vn.archive.bag_tags import BagTags, is_bag_path, read_tags
from egov_vn.archive.intake import pass_on, told
from egov_vn.archive.packing import require_short
from egov_vn.archive.parallel import each
from egov_vn.archive.record import Payload
from egov_vn.archive.report import CheckReport
from egov_vn.archive.rules import CheckFinding, broken
from egov_vn.archive.sink import FolderSink, Sink, ZipSink
from egov_vn.archive.tree import FolderTree, Limits, Tree, ZipTree, is_folder, is_safe_path
from egov_vn.clock import require_aware, vietnam_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["Bag", "check_bag", "read_bag", "write_bag"]

_WRITTEN: Final = ("sha256", "sha512")
"""Hashes that are written: the two that RFC 8493 section 2.4 asks every implementation to know."""
_PARALLEL_FROM: Final = 1 << 20
_SMALL: Final = 1 << 18
"""Files shorter than this are read by one call."""
_UNWRITABLE: Final = re.compile("[\r\n\ud800-\udfff]")
_LABEL: Final = re.compile(r"[^\s:][^:\r\n]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A bag: its version, what `bag-info.txt` says (in order, labels may repeat), and the manifests by algorithm.

    A manifest maps the path of a file (`data/…`) to its hash in lower-case hexadecimal. *tag_manifests* do the same for
    the files beside the payload.
    """

    version: str
    info: tuple[tuple[str, str], ...]
    manifests: Mapping[str, Mapping[str, str]]
    tag_manifests: Mapping[str, Mapping[str, str]]
    fetch: tuple[tuple[str, int | None, str], ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all payload files, sorted."""
        return tuple(sorted({path for manifest in self.manifests.values() for path in manifest}))


def write_bag(
    target: Path,
    payloads: Iterable[Payload],
    *,
    at: datetime,
    info: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    algorithms: Iterable[str] = ("sha512",),
    link: bool = False,
    workers: int = 2,
) -> Bag:
    """Write *payloads* as a bag at *target*, a folder, or a ZIP if it ends in `.zip`, and return it.

    The name of a payload is its path below `data/`. *at* gives `Bagging-Date`; `Payload-Oxum` is added. *link*
    hard-links files where it can; *workers* threads, for very many files processes, copy into a folder. The same input
    gives the same bytes. `InvalidInput` if the place is taken, a name is unsafe or there twice, or a source cannot be
    read or changes meanwhile; nothing is left then.
    Source: RFC 8493.
    """
    chosen = _algorithms(algorithms)
    lines = _info(info, at)
    target = Path(target)
    with _sink(target, at, link=link, algorithms=chosen, workers=workers) as sink:
        return _write(sink, payloads, lines)


def read_bag(path: Path, *, limits: Limits | None = None) -> Bag:
    """Read the tags and manifests of the bag at *path*, without hashing; `InvalidInput` names the first fault."""
    tree = _open(Path(path), limits or Limits())
    try:
        tags = read_tags(tree, limits or Limits())
    finally:
        tree.close()
    for found in tags.findings:
        if found.level is Severity.ERROR:
            raise InvalidInput(found.text("en"), path=found.path, source=str(found.source))
    return Bag(
        version=tags.version,
        info=tuple(tags.info),
        manifests=_frozen(tags.manifests),
        tag_manifests=_frozen(tags.tag_manifests),
        fetch=tuple(tags.fetch),
    )


def check_bag(path: Path, *, workers: int = 2, fixity: bool = True, limits: Limits | None = None) -> CheckReport:
    """Check the bag at *path*, a folder or a ZIP file (RFC 8493 section 3: complete, and valid).

    Every file is hashed once for all its manifests, large ones by *workers* threads. Without *fixity* only completeness
    is checked, and `conforms` is None if nothing was wrong. `InvalidInput` only if there is nothing at *path*.
    """
    bounds = limits or Limits()
    tree = _open(Path(path), bounds)
    try:
        tags = read_tags(tree, bounds)
        _completeness(tree, tags)
        if fixity:
            tags.take(_fixity(tree, tags, workers=1 if isinstance(tree, ZipTree) else workers))
        findings = [*tree.findings, *tags.findings]
    finally:
        tree.close()
    bad = any(item.level is Severity.ERROR for item in findings)
    return CheckReport(
        name=Path(path).name,
        conforms=False if bad else (True if fixity else None),
        findings=tuple(findings),
        kind="bag",
        files=len(tree.sizes),
        size=sum(tree.sizes.values()),
    )


def _open(path: Path, limits: Limits) -> Tree:
    return (FolderTree if is_folder(path) else ZipTree)(path, limits, safe=is_bag_path)


# writing


def _sink(target: Path, at: datetime, *, link: bool, algorithms: tuple[str, ...], workers: int) -> Sink:
    if target.suffix.lower() != ".zip":
        return FolderSink(target, link=link, algorithms=algorithms, workers=workers)
    if not is_safe_path(target.stem):
        raise InvalidInput(f"{target.stem!r} cannot name the folder in the ZIP file", path=str(target))
    return ZipSink(target, root=target.stem, at=at, algorithms=algorithms)


def _write(sink: Sink, payloads: Iterable[Payload], lines: list[tuple[str, str]]) -> Bag:
    seen: dict[str, str] = {}
    places = [(_payload_path(payload.name, seen), payload) for payload in payloads]
    # RFC 8493 wants data/ even if it is empty; a ZIP has no empty folders
    places = places or [("data/.keep", Payload(name=".keep", source=b""))]
    apart = all(isinstance(payload.source, Path | bytes) for _, payload in places)
    copied = each(lambda place: sink.copy(*place), places, workers=sink.workers, worth=1, apart=apart)
    manifests = {
        name: {path: written.hashes[index] for (path, _), written in zip(places, copied, strict=True)}
        for index, name in enumerate(sink.algorithms)
    }
    info = (*lines, ("Payload-Oxum", f"{sum(written.size for written in copied)}.{len(places)}"))
    tags: dict[str, bytes] = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{label}: {value}\n" for label, value in info).encode("utf-8"),
        **{f"manifest-{name}.txt": _manifest(manifest) for name, manifest in manifests.items()},
    }
    hashed = {path: sink.write(path, data).hashes for path, data in tags.items()}
    tag_manifests = {
        name: {path: hashes[index] for path, hashes in hashed.items()} for index, name in enumerate(sink.algorithms)
    }
    for name, manifest in tag_manifests.items():
        sink.write(f"tagmanifest-{name}.txt", _manifest(manifest))
    return Bag(version="1.0", info=info, manifests=_frozen(manifests), tag_manifests=_frozen(tag_manifests))


def _payload_path(name: str, seen: dict[str, str]) -> str:
    if not is_safe_path(name):
        raise InvalidInput(f"{name!r} is not a path below data", path=name, source="RFC 8493 6.2")
    require_short(name, name)
    key = unicodedata.normalize("NFC", name).casefold()
    twin = seen.get(key) or seen.get(f"{key}/")
    if twin is not None:
        raise InvalidInput(f"{name!r} and {twin!r} are one name on some systems", path=name)
    folder = key.rpartition("/")[0]
    while folder:
        if folder in seen:
            raise InvalidInput(f"{seen[folder]!r} is a file and cannot hold {name!r}", path=name)
        seen.setdefault(f"{folder}/", name)
        folder = folder.rpartition("/")[0]
    seen[key] = name
    return f"data/{name}"


def _manifest(entries: Mapping[str, str]) -> bytes:
    lines = (f"{digest}  {_encoded(path)}\n" for path, digest in sorted(entries.items()))
    return "".join(lines).encode("utf-8")


def _encoded(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _info(info: Mapping[str, str] | Iterable[tuple[str, str]], at: datetime) -> list[tuple[str, str]]:
    given = list(info.items() if isinstance(info, Mapping) else info)
    for label, value in given:
        if not _LABEL.match(label) or label != label.strip():
            raise InvalidInput(f"{label!r} is not a label", path="info", source="RFC 8493 2.2.2")
        if not isinstance(value, str) or _UNWRITABLE.search(value):
            raise InvalidInput(f"the value of {label} is no text of one line", path=f"info.{label}")
        if label.casefold() in ("payload-oxum", "bagging-date"):
            raise InvalidInput(f"{label} is computed", path=f"info.{label}")
    return [*given, ("Bagging-Date", vietnam_date(require_aware(at)).isoformat())]


def _algorithms(names: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in _WRITTEN:
            raise InvalidInput(f"{name!r} is not written; choose from {', '.join(_WRITTEN)}", path="algorithms")
    if not chosen:
        raise InvalidInput("a bag needs at least one algorithm", path="algorithms")
    return chosen


def _frozen(manifests: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({name: MappingProxyType(dict(entries)) for name, entries in manifests.items()})


# checking


def _completeness(tree: Tree, tags: BagTags) -> None:
    payload = {name for name in tree.sizes if name.startswith("data/")}
    if not payload and "data" not in tree.folders:
        tags.say("BAG-PAYLOAD-DIR", path="data")
    fetched = {path: url for url, _, path in tags.fetch}
    for algorithm, manifest in tags.manifests.items():
        for path in sorted(manifest.keys() - payload):
            if path in fetched:
                tags.say("BAG-FETCH-NEEDED", path=path, found=fetched[path])
            else:
                tags.say("BAG-MISSING", path=path, found=f"manifest-{algorithm}.txt")
    for algorithm, manifest in tags.tag_manifests.items():
        for path in sorted(manifest.keys() - tree.sizes.keys()):
            tags.say("BAG-MISSING", path=path, found=f"tagmanifest-{algorithm}.txt")
    _orphans(payload, tags)
    oxum = tags.first("Payload-Oxum")
    if oxum is not None:
        found = f"{sum(tree.sizes[name] for name in payload)}.{len(payload)}"
        if oxum.strip() != found:
            tags.say("BAG-OXUM", path="bag-info.txt", expected=found, found=oxum)


def _orphans(payload: set[str], tags: BagTags) -> None:
    """Since version 1.0 every manifest lists every payload file; before, the manifests together had to."""
    listings = {f"manifest-{name}.txt": set(manifest) for name, manifest in tags.manifests.items()}
    if tags.version_number < (1, 0) and listings:
        listings = {"manifest-*.txt": set().union(*listings.values())}
    for label, listed in listings.items():
        for path in sorted(payload - listed):
            tags.say("BAG-ORPHAN", path=path, expected=label)


def _fixity(tree: Tree, tags: BagTags, *, workers: int) -> list[CheckFinding]:
    expected: dict[str, dict[str, str]] = {}
    for manifests in (tags.manifests, tags.tag_manifests):
        for algorithm, manifest in manifests.items():
            for path, digest in manifest.items():
                if path in tree.sizes:
                    expected.setdefault(path, {})[algorithm] = digest
    items = sorted(expected.items())
    # hashing lets go of Python's lock: from some bytes on threads gain more than they cost
    threads = workers if sum(tree.sizes[path] for path, _ in items) >= _PARALLEL_FROM else 1
    apart = isinstance(tree, FolderTree)
    found = each(lambda item: _hash(tree, *item), items, workers=threads, worth=1, apart=apart)
    return [finding for findings in found for finding in findings]


def _hash(tree: Tree, path: str, expected: Mapping[str, str]) -> Sequence[CheckFinding]:
    algorithms = tuple(expected)
    try:
        if tree.sizes[path] < _SMALL:
            hashes = told(tree.read(path, _SMALL), algorithms).hashes
        else:
            hashes = pass_on(tree.blocks(path, _SMALL), algorithms=algorithms).hashes
    except InvalidInput as error:
        return [broken("ARC-PATH-UNREADABLE", path=path, found=error.message)]
    if hashes == tuple(expected.values()):
        return ()
    return [
        broken("BAG-CHECKSUM", path=path, expected=digest, found=found)
        for digest, found in zip(expected.values(), hashes, strict=True)
        if digest != found
    ]
