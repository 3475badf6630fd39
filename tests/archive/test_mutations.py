"""Every kind of damage to a package is found under its own rule, and nothing is written outside the package."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from egov_vn.archive import ArchivalFile, Package, Payload, Record, check_package
from egov_vn.archive.rules import rules

Write = Callable[..., Package]
Damage = Callable[[Path], object]
REP = "representations/rep1"
XLINK = "{http://www.w3.org/1999/xlink}href"


def data(package: Path, number: int = 1) -> Path:
    return sorted(package.glob(f"{REP}/data/*"))[number - 1]


def ead(package: Path, number: int = 1) -> Path:
    return sorted(package.glob(f"{REP}/metadata/descriptive/*"))[number - 1]


def edit(path: Path, pattern: str, new: str | Callable[[re.Match[str]], str], count: int = 1) -> None:
    text, made = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=count, flags=re.DOTALL)
    assert made, f"{pattern!r} is not in {path.name}"
    path.write_text(text, encoding="utf-8")


def reseal(package: Path) -> None:
    """Write true sizes and digests into both METS, as a careful forger would."""
    for mets in (package / REP / "METS.xml", package / "METS.xml"):
        try:
            document = etree.parse(str(mets))
        except (etree.XMLSyntaxError, OSError):
            continue
        for item in document.iter("{*}mdRef", "{*}file"):
            where = item if item.get(XLINK) else item.find("{*}FLocat")
            target = mets.parent / (where.get(XLINK) or "" if where is not None else "")
            if target.is_file():
                item.set("SIZE", str(target.stat().st_size))
                item.set("CHECKSUM", hashlib.sha256(target.read_bytes()).hexdigest().upper())
        document.write(str(mets), xml_declaration=True, encoding="UTF-8")


def sealed(change: Damage) -> Damage:
    def damage(package: Path) -> None:
        change(package)
        reseal(package)

    return damage


def flip_bit(package: Path) -> None:
    path = data(package)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def swap(package: Path) -> None:
    first, second = data(package, 1), data(package, 2)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


def decompose(package: Path) -> None:
    path = package / "documentation" / "đọc.txt"
    path.parent.mkdir(exist_ok=True)
    path.with_name(unicodedata.normalize("NFD", path.name)).write_text("x")


def collide(package: Path) -> None:
    folder = package / REP / "data"
    (folder / data(package).name.replace("H13", "h13")).write_bytes(b"%PDF-1.4")


def nested(package: Path) -> None:
    with zipfile.ZipFile(data(package).with_name("x.zip"), "w") as archive:
        archive.writestr("a", "b")
    edit(package / REP / "METS.xml", r"data/H13\.12\.3\.2026\.01\.0000001\.pdf", "data/x.zip")
    data(package).unlink()


def rename_in_mets(new: str) -> Damage:
    return lambda package: edit(
        package / REP / "METS.xml", r'xlink:href="data/[^"]*0000001\.pdf"', f'xlink:href="{new}"'
    )


def field(pattern: str, new: str, *, file: bool = False) -> Damage:
    def change(package: Path) -> None:
        edit(package / "metadata/descriptive/EAD.xml" if file else ead(package), pattern, new)

    return sealed(change)


def root(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Damage:
    return lambda package: edit(package / "METS.xml", pattern, new)


def rep(pattern: str, new: str) -> Damage:
    return sealed(lambda package: edit(package / REP / "METS.xml", pattern, new))


def premis(pattern: str, new: str, *, at_root: bool = False) -> Damage:
    name = "metadata/preservation/PREMIS.xml" if at_root else f"{REP}/metadata/preservation/PREMIS_rep1.xml"
    return sealed(lambda package: edit(package / name, pattern, new))


def content(new: bytes) -> Damage:
    return sealed(lambda package: [data(package).write_bytes(new)].clear())


def _renamed(package: Path) -> None:
    ead(package).rename(ead(package).with_name("MODS_1.xml"))
    edit(package / REP / "METS.xml", r"EAD_doc_[^\"]*0000001\.xml", "MODS_1.xml")


def _exchanged(package: Path) -> None:
    """Link records 1 and 2 to each other's files: every byte is right, and every record shows the wrong one."""
    mets = package / REP / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    ids = [re.search(rf'<file ID="([^"]*)"[^>]*><FLocat[^>]*{n:07}\.pdf"', text) for n in (1, 2)]
    assert ids[0] is not None
    assert ids[1] is not None
    one, other = f'FILEID="{ids[0][1]}"', f'FILEID="{ids[1][1]}"'
    mets.write_text(text.replace(one, "FILEID=x").replace(other, one).replace("FILEID=x", other), encoding="utf-8")
    reseal(package)


def _refused(package: Path) -> None:
    data(package).rename(data(package).with_suffix(".exe"))
    edit(package / REP / "METS.xml", r"0000001\.pdf", "0000001.exe")


def _linked_twice(package: Path) -> None:
    mets = package / REP / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    found = re.search(r'<div [^>]*LABEL="MetadataLink/File".*?</div>', text, re.DOTALL)
    assert found is not None
    mets.write_text(text.replace(found[0], found[0] + re.sub(r' ID="[^"]*"', "", found[0], count=1)), encoding="utf-8")


def _linked_representation(package: Path) -> None:
    (package / REP).rename(package.parent / "elsewhere")
    (package / REP).symlink_to(package.parent / "elsewhere")


def _sha512(package: Path) -> None:
    content = data(package).read_bytes()
    old, new = hashlib.sha256(content).hexdigest().upper(), hashlib.sha512(content).hexdigest()
    edit(package / REP / "METS.xml", f'"{old}" CHECKSUMTYPE="SHA-256"', f'"{new}" CHECKSUMTYPE="SHA-512"')
    mets = (package / REP / "METS.xml").read_bytes()
    edit(
        package / "METS.xml",
        r'SIZE="\d+"([^>]*)CHECKSUM="[^"]*"([^>]*><FLocat[^>]*rep1/METS.xml)',
        rf'SIZE="{len(mets)}"\1CHECKSUM="{hashlib.sha256(mets).hexdigest()}"\2',
    )


def _utf16(package: Path) -> None:
    ead(package).write_bytes(ead(package).read_text(encoding="utf-8").replace("UTF-8", "UTF-16").encode("utf-16"))


ENCRYPTED = (
    b"%PDF-1.7\n1 0 obj << /Type /Page >> endobj\n2 0 obj << /Type /XRef /Encrypt 3 0 R /Length 20000 >>\nstream\n"
    + bytes(20000)
    + b"\nendstream endobj\nstartxref\n40\n%%EOF\n"
)
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><simpledc>&e;</simpledc>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<simpledc>&b;</simpledc>"
)

MUTATIONS: list[tuple[str, str, Damage]] = [
    ("bit flip", "ARC-FIXITY-DIGEST", flip_bit),
    ("payload cut", "ARC-FIXITY-SIZE", lambda p: data(p).write_bytes(data(p).read_bytes()[:-1])),
    ("payload swapped", "ARC-FIXITY-DIGEST", swap),
    ("payload missing", "ARC-FIXITY-MISSING", lambda p: data(p).unlink()),
    ("payload extra", "ARC-FIXITY-ORPHAN", lambda p: (p / REP / "data/extra.pdf").write_bytes(b"%PDF-")),
    ("record missing", "ARC-FIXITY-MISSING", lambda p: ead(p).unlink()),
    ("named twice", "ARC-FIXITY-TWICE", rename_in_mets("data/H13.12.3.2026.01.0000002.pdf")),
    ("no checksum", "ARC-FIXITY-NONE", lambda p: edit(p / REP / "METS.xml", r' CHECKSUM="[0-9A-F]*"', "")),
    ("MD5", "ARC-FIXITY-ALGORITHM", rep(r'CHECKSUMTYPE="SHA-256"', 'CHECKSUMTYPE="MD5"')),
    ("no CHECKSUMTYPE", "ARC-FIXITY-ALGORITHM", rep(r' CHECKSUMTYPE="SHA-256"', "")),
    (
        "digest cut short",
        "ARC-FIXITY-DIGEST",
        lambda p: edit(p / REP / "METS.xml", r'CHECKSUM="[0-9A-F]{9}', 'CHECKSUM="'),
    ),
    ("size below zero", "ARC-FIXITY-NONE", lambda p: edit(p / REP / "METS.xml", r'SIZE="', 'SIZE="-')),
    ("no media type", "ARC-FIXITY-MIMETYPE", rep(r'(<file [^>]*?) MIMETYPE="[^"]*"', r"\1")),
    ("media type", "ARC-FIXITY-MIMETYPE", rep("application/pdf", "image/png")),
    ("same content twice", "ARC-FIXITY-COPY", sealed(lambda p: data(p).write_bytes(data(p, 2).read_bytes()))),
    ("name in NFD", "ARC-PATH-NFD", decompose),
    ("names that collide", "ARC-PATH-COLLISION", collide),
    ("symbolic link", "ARC-PATH-LINK", lambda p: (p / REP / "data/l.pdf").symlink_to("/etc/passwd")),
    ("named pipe", "ARC-PATH-SPECIAL", lambda p: os.mkfifo(p / REP / "data/pipe.pdf")),
    ("control character", "ARC-PATH-UNSAFE", lambda p: (p / "schemas/a\nb").write_bytes(b"")),
    ("backslash", "ARC-PATH-UNSAFE", lambda p: (p / "schemas/..\\x").write_bytes(b"")),
    ("folder renamed", "ARC-TREE-NAME", root(r'OBJID="uuid-.', 'OBJID="uuid-0')),
    ("unknown folder", "ARC-TREE-UNKNOWN", lambda p: (p / "khac").mkdir()),
    ("representation METS missing", "ARC-TREE-REP", lambda p: (p / REP / "METS.xml").unlink()),
    ("root METS missing", "ARC-TREE-METS", lambda p: (p / "METS.xml").unlink()),
    ("link out of the package", "ARC-METS-HREF", rename_in_mets("../../../../etc/passwd")),
    ("encoded way up", "ARC-METS-HREF", rename_in_mets("%2e%2e/%2e%2e/x.pdf")),
    ("encoded null", "ARC-METS-HREF", rename_in_mets("data/%00.pdf")),
    ("link to a network", "ARC-METS-HREF", rename_in_mets("//host/x.pdf")),
    ("representation is a link", "ARC-PATH-LINK", _linked_representation),
    ("no representation", "ARC-TREE-REP", lambda p: shutil.rmtree(p / "representations")),
    ("representation not announced", "ARC-METS-MPTR", lambda p: shutil.copytree(p / REP, p / "representations/rep2")),
    ("absolute link", "ARC-METS-HREF", rename_in_mets("file:///etc/passwd")),
    ("METS not well-formed", "ARC-XML-MALFORMED", lambda p: edit(p / REP / "METS.xml", "</mets>", "")),
    ("METS not valid", "ARC-XSD-METS", rep("<fileSec", "<fileSection/><fileSec")),
    ("entity in a record", "ARC-XML-MALFORMED", sealed(lambda p: ead(p).write_text(XXE))),
    ("entities that grow", "ARC-XML-MALFORMED", sealed(lambda p: ead(p).write_text(LAUGHS))),
    ("record is garbage", "ARC-XML-MALFORMED", sealed(lambda p: ead(p).write_bytes(b"\x00\xff"))),
    ("record has another root", "ARC-XML-ROOT", field("simpledc(.*)simpledc", r"ead\1ead", file=True)),
    ("OBJID of another form", "ARC-METS-OBJID", root(r'OBJID="[^"]*"', 'OBJID="goi-1"')),
    ("wrong TYPE", "ARC-METS-TYPE", root('TYPE="Mixed"', 'TYPE="Book"')),
    ("wrong package type", "ARC-METS-OAISTYPE", root('OAISPACKAGETYPE="SIP"', 'OAISPACKAGETYPE="AIC"')),
    ("wrong status", "ARC-METS-STATUS", root('RECORDSTATUS="NEW"', 'RECORDSTATUS="DRAFT"')),
    ("wrong profile", "ARC-METS-PROFILE", root(r'PROFILE="[^"]*"', 'PROFILE="https://example.org/p.xml"')),
    ("time without zone", "ARC-METS-DATE", root(r'(CREATEDATE="[^"]*)\+07:00', r"\1")),
    ("no time of creation", "ARC-METS-DATE", root(r' CREATEDATE="[^"]*"', "")),
    ("no identifier", "ARC-METS-OBJID", root(r' OBJID="[^"]*"', "")),
    ("no profile", "ARC-METS-PROFILE", root(r' PROFILE="[^"]*"', "")),
    ("no day of a file", "ARC-METS-ATTRIBUTE", rep(r'(<file [^>]*?) CREATED="[^"]*"', r"\1")),
    ("no day of a record's section", "ARC-METS-ATTRIBUTE", rep(r'(<dmdSec [^>]*?) CREATED="[^"]*"', r"\1")),
    ("no day of a reference", "ARC-METS-ATTRIBUTE", rep(r'(<mdRef [^>]*?) CREATED="[^"]*"', r"\1")),
    ("link of no type", "ARC-METS-ATTRIBUTE", rep(r'(<FLocat [^>]*?) xlink:type="simple"', r"\1")),
    ("pointer of no type", "ARC-METS-ATTRIBUTE", root(r'(<mptr [^>]*?) xlink:type="simple"', r"\1")),
    ("link to another kind of place", "ARC-METS-ATTRIBUTE", rep(r'(<FLocat )LOCTYPE="URL"', r'\1LOCTYPE="URN"')),
    ("no header", "ARC-METS-HEADER", root(r"<metsHdr.*?</metsHdr>", "")),
    ("no structural map", "ARC-METS-STRUCTMAP", root(r"<structMap.*?</structMap>", "")),
    (
        "divisions that nest deep",
        "ARC-XML-MALFORMED",
        rep("</structMap>", "<div>" * 5000 + "</div>" * 5000 + "</structMap>"),
    ),
    ("record nested deep", "ARC-XML-MALFORMED", sealed(lambda p: ead(p).write_text("<a>" * 9999 + "</a>" * 9999))),
    ("no software agent", "ARC-METS-AGENT", root('ROLE="CREATOR"', 'ROLE="EDITOR"')),
    ("ID used twice", "ARC-METS-ID", rep(r'(<fileGrp ID=")[^"]*(".*?<file ID=")([^"]*)', r"\1\3\2\3")),
    ("dangling FILEID", "ARC-METS-REFERENCE", rep(r'FILEID="ID-', 'FILEID="ID-none')),
    ("dangling DMDID", "ARC-METS-REFERENCE", rep(r'DMDID="uuid-', 'DMDID="uuid-none')),
    ("structural map of another label", "ARC-METS-STRUCTMAP", root('LABEL="CSIP"', 'LABEL="LOGICAL"')),
    ("no division for the data", "ARC-METS-LABEL", rep('LABEL="Data"', 'LABEL="Files"')),
    ("no group for the schemas", "ARC-METS-GROUP", root('USE="Schemas"', 'USE="Other"')),
    ("pointer to no METS", "ARC-METS-MPTR", root(r'(<mptr[^>]*xlink:href=")[^"]*', r"\1representations/rep2/METS.xml")),
    (
        "schema altered",
        "ARC-XSD-ALTERED",
        sealed(lambda p: edit(p / "schemas/mets1_12.xsd", "<xsd:schema", "<!-- x --><xsd:schema")),
    ),
    ("required field missing", "ARC-FIELD-MISSING", field(r"<subject>.*?</subject>", "")),
    ("required field empty", "ARC-FIELD-MISSING", field(r"<subject>.*?</subject>", "<subject> </subject>")),
    ("conditional field missing", "ARC-FIELD-CONDITION", field(r"<riskRecovery>0<", "<riskRecovery>1<")),
    ("text too long", "ARC-FIELD-LENGTH", field(r"<codeNumber>1<", f"<codeNumber>{'1' * 12}<")),
    ("no number", "ARC-FIELD-TYPE", field(r"<numberOfPage>2<", "<numberOfPage>hai<")),
    ("number in other digits", "ARC-FIELD-TYPE", field(r"<numberOfPage>2<", "<numberOfPage>\u0662<")),
    ("total in other digits", "ARC-FIELD-TYPE", field(r"<totalDoc>3<", "<totalDoc>\u00b3<", file=True)),
    ("pages without end", "ARC-FIELD-LENGTH", field(r"<numberOfPage>2<", f"<numberOfPage>{'9' * 5000}<")),
    ("total without end", "ARC-FIELD-LENGTH", field(r"<totalDoc>3<", f"<totalDoc>{'9' * 5000}<", file=True)),
    ("blanks that nobody sees", "ARC-FIELD-MISSING", field(r"<subject>.*?<", "<subject>\u00a0\u2003<")),
    ("characters without width", "ARC-FIELD-MISSING", field(r"<subject>.*?<", "<subject>\u200b\u2060\ufeff<")),
    ("fillers", "ARC-FIELD-MISSING", field(r"<subject>.*?<", "<subject>\u3164\u2800\u00ad<")),
    ("element in a field", "ARC-FIELD-NESTED", field(r"<subject>", "<subject><b>x</b>")),
    ("date in other digits", "ARC-FIELD-DATE", field(r"<issuedDate>12", "<issuedDate>\u0661\u0662")),
    ("no date", "ARC-FIELD-DATE", field(r"<issuedDate>[^<]*<", "<issuedDate>31/02/2026<")),
    ("code out of the list", "ARC-FIELD-CODE", field(r"<mode>01<", "<mode>09<")),
    ("field of no table", "ARC-FIELD-UNKNOWN", field(r"<mode>", "<color>x</color><mode>")),
    ("field twice", "ARC-FIELD-REPEATED", field(r"<mode>", "<mode>02</mode><mode>")),
    ("end before start", "ARC-FIELD-ORDER", field(r"<endDate>[^<]*<", "<endDate>01/01/2020<", file=True)),
    ("wrong total", "ARC-LINK-TOTAL", field(r"<totalDoc>3<", "<totalDoc>4<", file=True)),
    ("wrong pages", "ARC-LINK-PAGES", field(r"<numberOfPage>6<", "<numberOfPage>7<", file=True)),
    ("record of another file", "ARC-LINK-CODE", field(r"<docCode>H13", "<docCode>H14")),
    ("record code of another form", "ARC-LINK-CODE-FORM", field(r"0000001</docCode>", "1</docCode>")),
    ("record code twice", "ARC-LINK-DUPLICATE", field(r"0000001</docCode>", "0000002</docCode>")),
    ("gap in the ordinals", "ARC-LINK-GAP", field(r"0000001</docCode>", "0000009</docCode>")),
    ("file kept shorter", "ARC-LINK-RETENTION", field(r"<maintenance>05<", "<maintenance>06<", file=True)),
    ("record without file", "ARC-LINK-RECORD-FILE", rep(r'(MetadataLink/File"[^>]*>)\s*<fptr[^>]*/>', r"\1")),
    ("file without record", "ARC-LINK-FILE-RECORD", rep(r'(MetadataLink/File"[^>]*>)\s*<fptr[^>]*/>', r"\1")),
    ("record linked twice", "ARC-LINK-TWICE", sealed(_linked_twice)),
    ("record file of another name", "ARC-NAME-RECORD", sealed(_renamed)),
    ("PREMIS not valid", "ARC-XSD-PREMIS", premis("<event>", "<event><x/>")),
    ("PREMIS of another file", "ARC-PREMIS-OBJECT", premis(r"data/[^<]*0000001\.pdf", "data/none.pdf")),
    ("PREMIS of another digest", "ARC-PREMIS-DIGEST", premis(r"<messageDigest>....", "<messageDigest>0000")),
    ("PREMIS digest of another algorithm", "ARC-PREMIS-DIGEST", premis("SHA-256", "MD5")),
    ("PREMIS of another size", "ARC-PREMIS-SIZE", premis(r"<size>", "<size>9")),
    (
        "PREMIS link to no event",
        "ARC-PREMIS-LINK",
        premis("<linkingEventIdentifierValue>event", "<linkingEventIdentifierValue>none"),
    ),
    ("program as PDF", "ARC-FORMAT-CLAIM", content(b"MZ\x90\x00 program")),
    ("empty payload", "ARC-FORMAT-EMPTY", content(b"")),
    ("file code of no form", "ARC-CODE-FILE", field(r"<fileCode>[^<]*", "<fileCode>HoSo-1", file=True)),
    ("file code without a year", "ARC-CODE-FILE", field(r"<fileCode>[^<]*", "<fileCode>H13.12.3.26.01", file=True)),
    ("record of another namespace", "ARC-FIELD-NAMESPACE", field("<simpledc", '<simpledc xmlns="urn:x"')),
    ("file named after another record", "ARC-NAME-DATA", _exchanged),
    ("PDF cut off", "ARC-FORMAT-PDF-BROKEN", content(b"%PDF-1.4 cut")),
    ("PDF encrypted in a far trailer", "ARC-FORMAT-PDF-ENCRYPTED", content(ENCRYPTED)),
    ("nested archive", "ARC-ZIP-NESTED", sealed(nested)),
    ("format not accepted", "ARC-FORMAT-REFUSED", sealed(_refused)),
]


def snapshot(folder: Path) -> set[str]:
    return {os.fspath(path) for path in folder.rglob("*")}


def test_there_are_forty_kinds_of_damage_and_more() -> None:
    assert len(MUTATIONS) >= 40
    assert {code for _, code, _ in MUTATIONS} <= set(rules())


@pytest.mark.parametrize(("name", "code", "damage"), MUTATIONS, ids=[name for name, _, _ in MUTATIONS])
def test_damage_is_found_under_its_rule(write: Write, tmp_path: Path, name: str, code: str, damage: Damage) -> None:
    package = write().path
    assert not check_package(package).findings
    damage(package)
    before = snapshot(tmp_path)
    report = check_package(package)
    found = [item for item in report.findings if item.code == code]
    assert found, f"{name}: {code} expected, found {[item.line('en') for item in report.findings]}"
    item = found[0]
    assert item.source is not None
    assert item.text("vi") != item.text("en")
    assert item.where
    if rules()[code].level == "error":
        assert report.conforms is False
    assert snapshot(tmp_path) == before


def _zip_of(package: Path, target: Path, change: Callable[[zipfile.ZipFile, str], Any]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(package.rglob("*")):
            if path.is_file():
                archive.write(path, f"{package.name}/{path.relative_to(package).as_posix()}")
        change(archive, package.name)
    return target


def _symlink(archive: zipfile.ZipFile, root: str) -> None:
    info = zipfile.ZipInfo(f"{root}/schemas/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def _bomb(archive: zipfile.ZipFile, root: str) -> None:
    archive.writestr(f"{root}/schemas/bomb.xsd", bytes(50_000_000), zipfile.ZIP_DEFLATED)


ZIPS: list[tuple[str, str, Callable[[zipfile.ZipFile, str], Any]]] = [
    ("way up", "ARC-PATH-UNSAFE", lambda a, r: a.writestr(f"{r}/../../evil", "x")),
    ("absolute", "ARC-PATH-UNSAFE", lambda a, r: a.writestr("/tmp/evil", "x")),
    ("drive", "ARC-PATH-UNSAFE", lambda a, r: a.writestr("C:/evil", "x")),
    ("backslash", "ARC-PATH-UNSAFE", lambda a, r: a.writestr(f"{r}\\..\\evil", "x")),
    ("link", "ARC-PATH-LINK", _symlink),
    ("bomb", "ARC-ZIP-BOMB", _bomb),
    ("two roots", "ARC-TREE-ROOT", lambda a, r: a.writestr("other/x", "x")),
]


@pytest.mark.parametrize(("name", "code", "change"), ZIPS, ids=[name for name, _, _ in ZIPS])
def test_hostile_zip_files_are_told_and_write_nothing(
    write: Write, tmp_path: Path, name: str, code: str, change: Callable[[zipfile.ZipFile, str], Any]
) -> None:
    target = _zip_of(write().path, tmp_path / "hostile.zip", change)
    before = snapshot(tmp_path)
    report = check_package(target)
    assert report.conforms is False
    assert code in {item.code for item in report.findings}, name
    assert snapshot(tmp_path) == before
    assert not Path("/tmp/evil").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_in_a_zip_is_told(write: Write, tmp_path: Path) -> None:
    target = _zip_of(write().path, tmp_path / "twice.zip", lambda a, r: a.writestr(f"{r}/METS.xml", "x"))
    assert "ARC-ZIP-DUPLICATE" in {item.code for item in check_package(target).findings}


def test_a_zip_with_a_wrong_crc_a_cut_one_and_an_encrypted_one(write: Write, tmp_path: Path) -> None:
    good = write(form="zip").path.read_bytes()
    marker = good.index(b"<simpledc")
    flipped = bytearray(good)
    flipped[marker] ^= 1
    (tmp_path / "crc.zip").write_bytes(bytes(flipped))
    (tmp_path / "cut.zip").write_bytes(good[: len(good) // 2])
    start = good.index(b"PK\x01\x02")
    locked = bytearray(good)
    locked[start + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    for name, code in (("crc", "ARC-XML-MALFORMED"), ("cut", "ARC-ZIP-BROKEN"), ("locked", "ARC-ZIP-ENCRYPTED")):
        report = check_package(tmp_path / f"{name}.zip")
        assert report.conforms is False
        assert code in {item.code for item in report.findings}, (name, [i.code for i in report.findings])


HONEST: list[tuple[str, Damage]] = [
    (
        "digest in lower case",
        root(r'CHECKSUM="[0-9A-F]*', lambda found: found[0].lower().replace("checksum", "CHECKSUM")),
    ),
    ("SHA-512", _sha512),
    ("a link that begins with a point", rep(r'xlink:href="data/', 'xlink:href="./data/')),
    ("a pointer that begins with a point", root(r'(<mptr[^>]*href=")', r"\1./")),
    ("letters encoded without need", rep(r'xlink:href="data/H', 'xlink:href="data/%48')),
    ("a record in UTF-16", sealed(_utf16)),
]


@pytest.mark.parametrize(("name", "change"), HONEST, ids=[name for name, _ in HONEST])
def test_another_honest_spelling_is_no_damage(write: Write, name: str, change: Damage) -> None:
    package = write().path
    change(package)
    assert not check_package(package).findings, name


def test_the_line_of_a_fault_is_told(write: Write) -> None:
    package = write().path
    edit(ead(package), r"<mode>01<", "<mode>09<")
    item = next(item for item in check_package(package).findings if item.code == "ARC-FIELD-CODE")
    text = ead(package).read_text(encoding="utf-8").splitlines()
    assert item.line_number is not None
    assert "<mode>" in text[item.line_number - 1]
    assert item.expected.startswith("mode:")
    assert item.found == "09"
    assert item.path.endswith(".xml")
    assert item.where == f"{item.path}:{item.line_number}"


def test_a_tolerant_reader_says_what_it_tolerated(write: Write) -> None:
    package = write().path
    edit(ead(package), r"<mode>01</mode>", "<Mode>Công khai</Mode>")
    edit(ead(package), r"<issuedDate>[^<]*<", "<issuedDate>2026-02-12<")
    edit(ead(package), r"<riskRecovery>0<", "<riskRecovery>false<")
    reseal(package)
    report = check_package(package)
    assert report.conforms, report.to_terminal("en")
    assert {item.code for item in report.findings} == {"ARC-FIELD-SPELLING", "ARC-FIELD-TOLERATED"}


def test_unsigned_holey_records_of_the_wrong_form(write: Write, make_file: Callable[..., ArchivalFile]) -> None:
    record = make_file(1).records[0]
    package = write(make_file(1).with_records([Record(description=record.description, linked="x")])).path
    next(package.glob(f"{REP}/data/*.fetch.txt")).write_bytes(b"\xff\xfe")
    reseal(package)
    assert "ARC-LINK-HOLEY-FORM" in {item.code for item in check_package(package).findings}


def test_digitised_copies_are_held_to_article_8(
    write: Write, make_record: Callable[..., Record], make_file: Callable[..., ArchivalFile]
) -> None:
    scanned = {"confidence_level": "Số hóa", "process": None}
    poor = make_record(1, content=scan(width=826, grey=True, text=False), **scanned)
    good = make_record(2, content=scan(width=1654, grey=False, text=True, pdfa=True), **scanned)
    plan = make_record(3, content=scan(width=1654, grey=False, text=True, pdfa=True), type_name="Bản đồ", **scanned)
    report = check_package(write(make_file(3).with_records([poor, good, plan])).path)
    by_path: dict[str, set[str]] = {}
    for item in report.findings:
        by_path.setdefault(item.path[-11:-4], set()).add(item.code)
    assert by_path.pop("0000001") == {"ARC-FORMAT-DPI", "ARC-FORMAT-COLOUR", "ARC-FORMAT-LAYERS", "ARC-FORMAT-PDFA"}
    assert by_path.pop("0000003") == {"ARC-FORMAT-DPI", "ARC-FIXITY-COPY"}
    assert not by_path


PAGE = (
    b"3 0 obj << /Type /Page /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /XObject << /Im1 5 0 R >> >> >> endobj"
)


def scan(*, width: int, grey: bool, text: bool, pdfa: bool = False) -> bytes:
    """Return a one-page PDF of A4 whose page is one picture *width* pixels wide."""
    words = b" BT /F1 10 Tf (chu) Tj ET" if text else b""
    page = b"q 595 0 0 842 0 0 cm /Im1 Do Q" + words
    space = b"/DeviceGray" if grey else b"/DeviceRGB"
    claim = b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>" if pdfa else b""
    return b"\n".join(
        [
            b"%PDF-1.7",
            b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
            b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj",
            PAGE,
            b"4 0 obj << /Length %d >> stream\n%b\nendstream endobj" % (len(page), page),
            b"5 0 obj << /Type /XObject /Subtype /Image /Width %d /Height 2339 /ColorSpace %b /BitsPerComponent 8 "
            b"/Filter /DCTDecode /Length 1 >> stream\n.\nendstream endobj" % (width, space),
            b"6 0 obj << /Type /Metadata /Subtype /XML /Length 1 >> stream\n%b\nendstream endobj" % claim,
            b"trailer << /Root 1 0 R >>\n%%EOF\n",
        ]
    )


def test_payload_of_a_package_is_a_payload(tmp_path: Path) -> None:
    assert Payload(name="A.PDF", source=b"").extension == ".pdf"
