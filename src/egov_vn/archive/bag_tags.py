"""The tag files of a bag (RFC 8493 section 2): read tolerantly, every fault a finding."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from egov_vn.archive.rules import CheckFinding, Findings
from egov_vn.archive.tree import Limits, Tree, is_safe_path
from egov_vn.errors import InvalidInput
from egov_vn.finding import Severity

__all__ = ["BagTags", "is_bag_path", "read_tags"]

_ALGORITHMS: Final = {
    re.sub("[^0-9a-z]", "", name): name
    for name in (
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
        "blake2b", "blake2s",
    )
}  # fmt: skip
"""Names of hashes as section 2.4 wants them in file names, to those of `hashlib`."""
_WEAK: Final = frozenset({"md5", "sha1"})
_NAME: Final = re.compile(r"(tag)?manifest-([0-9A-Za-z_-]+)\.txt\Z")
_LINE: Final = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(\S.*)\Z")
_FETCH: Final = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9+.-]*:\S+)[ \t]+(-|[0-9]{1,18})[ \t]+(\S.*)\Z")
_TEXT: Final = re.compile(r"[^\r\n]+")
_DECLARATION: Final = re.compile(r"BagIt-Version: ([0-9]{1,4}\.[0-9]{1,4})\r?\n?\Z")
_ENCODING: Final = re.compile(
    r"utf-(8|16|32)(-[bl]e|-sig)?|ascii|iso8859-\d+|cp\d+|koi8-\w|gb\w+|big5|shift_jis|euc_\w+"
)
"""Encodings that are read: Python knows others (punycode, idna) whose decoding takes the square of the length."""
_ESCAPE: Final = re.compile(r"%(25|0[AaDd])")
_LINE_END: Final = re.compile(r"%(0[AaDd])")
_ONCE: Final = frozenset({"bagging-date", "bag-size", "bag-group-identifier", "bag-count"})
"""What should stand in `bag-info.txt` at most once; `Payload-Oxum` must."""
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
    _tag_manifests(tags, {name for name in names if name.startswith("manifest-") and _NAME.match(name)})
    # before version 0.96 the file had another name
    name = "package-info.txt" if tags.version_number <= (0, 95) else "bag-info.txt"
    if name in tree:
        _info(tree, tags, limits, name)
    if "fetch.txt" in tree:
        _fetch(tree, tags, limits)
    return tags


def _tag_manifests(tags: BagTags, names: set[str]) -> None:
    """Tell payload manifests that a tag manifest leaves out: since version 1.0 it must list them all."""
    if tags.version_number < (1, 0):
        return
    for algorithm, manifest in tags.tag_manifests.items():
        for name in sorted(names - manifest.keys()):
            tags.say("BAG-TAG-INCOMPLETE", path=f"tagmanifest-{algorithm}.txt", found=name)


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
    is_tag, told = bool(match[1]), match[2]
    algorithm = _ALGORITHMS.get(re.sub("[^0-9a-z]", "", told.lower()))
    held = tags.tag_manifests if is_tag else tags.manifests
    if algorithm is None or algorithm in held:
        tags.say("BAG-ALGORITHM", path=name, found=told)
        return
    if algorithm in _WEAK:
        tags.say("BAG-ALGORITHM-WEAK", path=name, found=algorithm)
    length = 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size
    lines: list[tuple[int, str, str]] = []
    for number, line in _lines(tree, tags, name, limits):
        found = _LINE.match(line)
        if found is None or len(found[1]) != length:
            tags.say("BAG-MANIFEST-LINE", path=name, line=number, found=line)
            continue
        if found[2] or found[3].startswith("./"):
            tags.say("BAG-MANIFEST-STYLE", path=name, line=number, found=line)
        lines.append((number, found[1].lower(), found[3].removeprefix("./")))
    decode = _reading(tree, tags.version_number, [path for _, _, path in lines], on_disk)
    entries: dict[str, str] = {}
    for number, digest, written in lines:
        path = decode(written)
        problem = _misplaced(path, is_tag=is_tag)
        if problem:
            tags.say(problem, path=name, line=number, found=path)
            continue
        place = _on_disk(path, tree, on_disk)
        if place != path:
            tags.say("BAG-NFD", path=path, found=place)
        if place in entries:
            same = entries[place] == digest and tags.version_number < (1, 0)
            level = Severity.WARNING if same else Severity.ERROR
            tags.say("BAG-MANIFEST-TWICE", path=name, line=number, found=path, level=level)
        entries[place] = digest
    held[algorithm] = entries


def _on_disk(path: str, tree: Tree, on_disk: dict[str, str]) -> str:
    if path in tree.sizes:
        return path
    return on_disk.get(unicodedata.normalize("NFC", path), path)


def _reading(tree: Tree, version: tuple[int, int], paths: list[str], on_disk: dict[str, str]) -> Callable[[str], str]:
    """Return how the paths of a manifest are decoded.

    Since version 1.0 line ends and percent signs are escaped. bagit-python, and older versions, escape line ends only:
    if that reading names files of the bag, each once, and the other does not, it is what was meant.
    """
    if not any("%" in path for path in paths):
        return str
    readings: list[Callable[[str], str]] = [_without_line_ends, str]
    if version >= (1, 0):
        readings.insert(0, _unescaped)
    counts = []
    for reading in readings:
        places = {_on_disk(reading(path), tree, on_disk) for path in paths if "%" in path}
        counts.append(sum(place in tree.sizes for place in places))
    return readings[counts.index(max(counts))]


def _unescaped(path: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), path)


def _without_line_ends(path: str) -> str:
    return _LINE_END.sub(lambda found: chr(int(found[1], 16)), path)


def is_bag_path(path: str) -> bool:
    """Say whether *path* leads nowhere but into the bag; RFC 8493 allows line ends in a name (section 2.1.3)."""
    return is_safe_path(path) or is_safe_path(path.replace("\n", "_").replace("\r", "_"))


def _misplaced(path: str, *, is_tag: bool) -> str | None:
    if not is_bag_path(path) or path.startswith("~"):
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
    if text.startswith("\ufeff"):
        text = text[1:]
        if tags.encoding == "utf-8":
            level = Severity.WARNING if tags.version_number < (1, 0) else Severity.ERROR
            tags.say("BAG-BOM", path=name, level=level)
    number, seen = 1, 0
    for found in _TEXT.finditer(text):
        gap = (seen, found.start())
        number += text.count("\n", *gap) + text.count("\r", *gap) - text.count("\r\n", *gap)
        seen = found.start()
        if found[0].strip():
            yield number, found[0]


def _info(tree: Tree, tags: BagTags, limits: Limits, name: str) -> None:
    told: list[tuple[int, str, list[str]]] = []
    for number, line in _lines(tree, tags, name, limits):
        if line[0] in " \t" and told:
            told[-1][2].append(line.strip())
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            tags.say("BAG-INFO", path=name, line=number, found=line)
            continue
        if tags.version_number >= (1, 0) and label != label.strip():
            tags.say("BAG-INFO", path=name, line=number, found=line)
        told.append((number, label.strip(), [value.strip()]))
    seen: set[str] = set()
    for number, label, _ in told:
        key = label.casefold()
        if key in seen and (key in _ONCE or key == "payload-oxum"):
            level = Severity.ERROR if key == "payload-oxum" else Severity.WARNING
            tags.say("BAG-INFO-REPEATED", path=name, line=number, found=label, level=level)
        seen.add(key)
    tags.info = [(label, " ".join(values)) for _, label, values in told]


def _fetch(tree: Tree, tags: BagTags, limits: Limits) -> None:
    lines = [(number, line, _FETCH.match(line)) for number, line in _lines(tree, tags, "fetch.txt", limits)]
    manifests = [manifest.keys() for manifest in tags.manifests.values()]
    listed = set().union(*manifests)
    if tags.version_number >= (1, 0):
        listed = listed.intersection(*manifests)
    for number, line, found in lines:
        path = found[3].removeprefix("./") if found else ""
        # of the two ways to write a path, the manifests tell which one was meant
        path = next((name for name in (_unescaped(path), _without_line_ends(path), path) if name in listed), "")
        if found is None or not path:
            tags.say("BAG-FETCH", path="fetch.txt", line=number, found=line)
            continue
        tags.fetch.append((found[1], None if found[2] == "-" else int(found[2]), path))
