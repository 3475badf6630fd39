"""The tag files of a bag (RFC 8493 section 2): read tolerantly, every fault a finding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from egov_vn.archive.rules import CheckFinding, Findings
from egov_vn.archive.tree import Limits, Tree, is_safe_path
from egov_vn.errors import InvalidInput

__all__ = ["BagTags", "read_tags"]

_SIZES: Final = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_WEAK: Final = frozenset({"md5", "sha1"})
_NAME: Final = re.compile(r"(tag)?manifest-([0-9a-z]+)\.txt\Z")
_LINE: Final = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(\S.*)\Z")
_TEXT: Final = re.compile(r"[^\r\n]+")
_OCTETS: Final = re.compile(r"[0-9]{1,18}\Z")
_DECLARATION: Final = re.compile(r"BagIt-Version: ([0-9]{1,4}\.[0-9]{1,4})\r?\n?\Z")
_ENCODING: Final = re.compile(
    r"utf-(8|16|32)(-[bl]e|-sig)?|ascii|iso8859-\d+|cp\d+|koi8-\w|gb\w+|big5|shift_jis|euc_\w+"
)
"""Encodings that are read: Python knows others (punycode, idna) whose decoding takes the square of the length."""
_KNOWN: Final = frozenset({"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"})
_LONGEST: Final = 65_536


@dataclass(slots=True)
class BagTags:
    """What the tag files say, and what is wrong with them."""

    version: str = ""
    encoding: str = "utf-8"
    info: list[tuple[str, str]] = field(default_factory=list)
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    tag_manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    fetch: list[tuple[str, int | None, str]] = field(default_factory=list)
    _found: Findings = field(default_factory=Findings)

    def say(self, code: str, **words: Any) -> None:
        """Add a finding; beyond the limit of its rule it is only counted."""
        self._found.say(code, **words)

    def take(self, found: Iterable[CheckFinding]) -> None:
        """Add findings that were made elsewhere, under the same limit."""
        for item in found:
            self._found.add(item)

    @property
    def findings(self) -> tuple[CheckFinding, ...]:
        """The findings so far, and of which rules there were more."""
        return self._found.all()

    @property
    def version_number(self) -> tuple[int, int]:
        """The version as two numbers; 1.0 if it is not known."""
        major, _, minor = (self.version or "1.0").partition(".")
        return int(major), int(minor)

    def first(self, label: str) -> str | None:
        """Return the first value of *label* in `bag-info.txt`, without regard to case."""
        return next((value for name, value in self.info if name.casefold() == label.casefold()), None)


def read_tags(tree: Tree, limits: Limits) -> BagTags:
    """Read the declaration, the manifests, `bag-info.txt` and `fetch.txt`."""
    tags = BagTags()
    _declaration(tree, tags)
    names = sorted(name for name in tree.sizes if "/" not in name)
    on_disk = _by_composition(tree, tags)
    for name in names:
        match = _NAME.match(name)
        if match:
            _manifest(tree, tags, name, match, limits, on_disk)
    if not tags.manifests:
        tags.say("BAG-NO-MANIFEST", path="manifest-sha512.txt")
    if "bag-info.txt" in tree:
        _info(tree, tags, limits)
    if "fetch.txt" in tree:
        _fetch(tree, tags, limits)
    return tags


def _declaration(tree: Tree, tags: BagTags) -> None:
    try:
        raw = tree.read("bagit.txt", _LONGEST) if "bagit.txt" in tree else b""
    except InvalidInput as error:
        tags.say("ARC-PATH-UNREADABLE", path="bagit.txt", found=error.message)
        raw = b""
    try:
        lines = raw.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = []
    version = _DECLARATION.match(lines[0]) if lines else None
    label, _, encoding = lines[1].partition(": ") if len(lines) > 1 else ("", "", "")
    if version is None or label != "Tag-File-Character-Encoding" or len(lines) != 2:
        tags.say("BAG-DECLARATION", path="bagit.txt", found=raw[:80].decode("utf-8", "replace"))
    if version is not None:
        tags.version = version[1]
        if version[1] not in _KNOWN:
            tags.say("BAG-VERSION", path="bagit.txt", found=version[1])
    tags.encoding = _encoding(encoding.strip()) or "utf-8"
    if encoding.strip() and not _encoding(encoding.strip()):
        tags.say("BAG-ENCODING", path="bagit.txt", found=encoding)


def _encoding(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name if name and len(name) < 40 else ""
    except (LookupError, ValueError):
        return None
    return known if _ENCODING.fullmatch(known) else None


def _by_composition(tree: Tree, tags: BagTags) -> dict[str, str]:
    """Map the composed form of each name to the name on disk; tell names that collide by case."""
    composed: dict[str, str] = {}
    folded: dict[str, str] = {}
    for name in tree.sizes:
        key = unicodedata.normalize("NFC", name)
        composed[key] = name
        twin = folded.setdefault(key.casefold(), name)
        if twin != name:
            tags.say("BAG-NFD" if unicodedata.normalize("NFC", twin) == key else "BAG-CASE", path=name, found=twin)
    return composed


def _manifest(
    tree: Tree, tags: BagTags, name: str, match: re.Match[str], limits: Limits, on_disk: dict[str, str]
) -> None:
    is_tag, algorithm = bool(match[1]), match[2]
    if algorithm not in _SIZES:
        tags.say("BAG-ALGORITHM", path=name, found=algorithm)
        return
    if algorithm in _WEAK:
        tags.say("BAG-ALGORITHM-WEAK", path=name, found=algorithm)
    entries: dict[str, str] = {}
    for number, line in _lines(tree, tags, name, limits):
        found = _LINE.match(line)
        if found is None or len(found[1]) != _SIZES[algorithm]:
            tags.say("BAG-MANIFEST-LINE", path=name, line=number, found=line)
            continue
        path, old_style = _decoded(found[3], tags.version_number)
        if path not in tree.sizes and found[3] in tree.sizes:
            path = found[3]  # bagit-python writes line ends as %0A but leaves a percent sign as it is
        if old_style or found[2]:
            tags.say("BAG-MANIFEST-STYLE", path=name, line=number, found=line)
        problem = _misplaced(path, is_tag=is_tag)
        if problem:
            tags.say(problem, path=name, line=number, found=path)
            continue
        held = _on_disk(path, tree, on_disk)
        if held != path:
            tags.say("BAG-NFD", path=path, found=held)
        if held in entries:
            tags.say("BAG-MANIFEST-TWICE", path=name, line=number, found=path)
        entries[held] = found[1].lower()
    (tags.tag_manifests if is_tag else tags.manifests)[algorithm] = entries


def _on_disk(path: str, tree: Tree, on_disk: dict[str, str]) -> str:
    if path in tree.sizes:
        return path
    return on_disk.get(unicodedata.normalize("NFC", path), path)


def _decoded(path: str, version: tuple[int, int]) -> tuple[str, bool]:
    plain = path
    if version >= (1, 0) or "%0" in path:
        plain = re.sub(r"%(25|0[AaDd])", lambda found: chr(int(found[1], 16)), path)
    if plain.startswith("./"):
        return plain.removeprefix("./"), True
    return plain, False


def _misplaced(path: str, *, is_tag: bool) -> str | None:
    if not is_safe_path(path.replace("\n", "").replace("\r", "")) or path.startswith("~"):
        return "BAG-PATH-UNSAFE"
    if is_tag:
        return "BAG-TAG-OF-TAG" if path.startswith(("data/", "tagmanifest-")) else None
    return None if path.startswith("data/") else "BAG-PATH-OUTSIDE"


def _lines(tree: Tree, tags: BagTags, name: str, limits: Limits) -> Iterator[tuple[int, str]]:
    try:
        text = tree.read(name, limits.max_xml_bytes).decode(tags.encoding)
    except UnicodeError as error:
        tags.say("BAG-ENCODING", path=name, found=error)
        return
    except InvalidInput as error:
        tags.say("ARC-PATH-UNREADABLE", path=name, found=error.message)
        return
    text, number, seen = text.removeprefix("\ufeff"), 1, 0
    for found in _TEXT.finditer(text):
        gap = (seen, found.start())
        number += text.count("\n", *gap) + text.count("\r", *gap) - text.count("\r\n", *gap)
        seen = found.start()
        if found[0].strip():
            yield number, found[0]


def _info(tree: Tree, tags: BagTags, limits: Limits) -> None:
    told: list[tuple[str, list[str]]] = []
    for number, line in _lines(tree, tags, "bag-info.txt", limits):
        if line[0] in " \t" and told:
            told[-1][1].append(line.strip())
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            tags.say("BAG-INFO", path="bag-info.txt", line=number, found=line)
            continue
        told.append((label.strip(), [value.strip()]))
    tags.info = [(label, " ".join(values)) for label, values in told]


def _fetch(tree: Tree, tags: BagTags, limits: Limits) -> None:
    listed = {path for manifest in tags.manifests.values() for path in manifest}
    for number, line in _lines(tree, tags, "fetch.txt", limits):
        parts = line.split(None, 2)
        path = _decoded(parts[2], tags.version_number)[0] if len(parts) == 3 else ""
        good = len(parts) == 3 and (parts[1] == "-" or _OCTETS.match(parts[1])) and path.startswith("data/")
        if not good or not is_safe_path(path) or path not in listed:
            tags.say("BAG-FETCH", path="fetch.txt", line=number, found=line)
            continue
        tags.fetch.append((parts[0], None if parts[1] == "-" else int(parts[1]), path))
