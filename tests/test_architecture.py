"""Who may import whom, the one home of each third party, a module's size, and no clock outside the command line."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "egov_vn"
MODULES = sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))

STONE = {"errors", "_lazy"}
GROUND = STONE | {"law", "finding", "digest", "agency", "person", "clock", "_model", "_xml", "_fonts", "_typeset"}
CRAFTS = {"calendar", "signature"}
WORKPLACES = {"dossier", "document", "archive"}
EVERYTHING = GROUND | CRAFTS | WORKPLACES | {"testing", "conformance", "batch", "cli"}

MAY_USE = {
    **{name: set[str]() for name in STONE},
    **dict.fromkeys(GROUND - STONE, GROUND),
    **dict.fromkeys(CRAFTS, GROUND),
    **dict.fromkeys(WORKPLACES, GROUND | CRAFTS),
    "testing": EVERYTHING,
    "conformance": EVERYTHING,
    "batch": EVERYTHING,
    "cli": EVERYTHING,
    "__init__": set[str](),
    "__main__": {"cli"},
}
ONE_DOOR = {("archive/crosswalk.py", "dossier"), ("archive/crosswalk.py", "document")}

HOMES: dict[str, tuple[str, ...]] = {
    "aiohttp": (),
    "asn1crypto": ("signature/", "testing/", "archive/evidence.py", "archive/evidence_asn1.py"),
    "cryptography": ("signature/", "testing/"),
    "dateutil": ("archive/transfer.py",),
    "lxml": (
        "_xml.py",
        "archive/check_mets.py",
        "archive/descriptive.py",
        "archive/inspection.py",
        "archive/mets.py",
        "archive/premis.py",
        "document/edxml_read.py",
        "document/edxml_write.py",
        "dossier/record.py",
        "signature/xades/",
    ),
    "numpy": ("calendar/vector.py",),
    "openpyxl": ("archive/listing.py", "archive/papers.py", "dossier/report_output.py", "dossier/tables_io.py"),
    "pkcs11": ("signature/hardware.py",),
    "pydantic": ("_model.py", "dossier/"),
    "pyhanko": ("signature/", "testing/"),
    "pyhanko_certvalidator": ("signature/", "testing/"),
    "pypdfium2": ("cli/pictures.py",),
    "requests": (),
    "rich": ("cli/",),
    "signxml": (),
    "socket": ("signature/http.py",),
    "sqlite3": ("dossier/allocator.py",),
    "typer": ("cli/",),
    "typst": ("_typeset.py",),
    "http.client": ("signature/http.py",),
    "urllib.request": ("signature/http.py",),
    "xmlsec": (),
}
"""Third party (or a module of the standard library that reaches out) and its only homes."""


def imports(path: Path) -> Iterator[str]:
    """Yield every module that the file imports, anywhere in it."""
    for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module == "egov_vn":
                yield from (f"egov_vn.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_what_its_floor_allows(path: Path) -> None:
    package = path.parts[0].removesuffix(".py")
    allowed = {package} | MAY_USE[package]
    for name in imports(path):
        if name.startswith("egov_vn."):
            target = name.split(".")[1]
            if target != "__version__" and (path.as_posix(), target) not in ONE_DOOR:
                assert target in allowed, f"{path} must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_third_party_lives_only_in_its_home(path: Path) -> None:
    for name in imports(path):
        homes = HOMES.get(name, HOMES.get(name.split(".")[0]))
        if homes is not None:
            assert path.as_posix().startswith(homes or ("nowhere",)), (
                f"{path} must not import {name}; its home: {homes}"
            )


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_can_be_read_standing(path: Path) -> None:
    lines = (SRC / path).read_text(encoding="utf-8").count("\n")
    assert lines <= 520, f"{path} has {lines} lines: is there a second room inside?"


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] != "cli"], ids=str)
def test_nothing_but_the_command_line_reads_the_clock_or_the_environment(path: Path) -> None:
    forbidden = {"now", "today", "utcnow", "getenv", "environ"}
    for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in forbidden:
            assert not (isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date", "os", "time")), (
                f"{path}:{node.lineno} reads the clock or the environment"
            )


def test_only_one_module_makes_an_xml_parser() -> None:
    makers = [path.as_posix() for path in MODULES if "XMLParser(" in (SRC / path).read_text(encoding="utf-8")]
    assert makers == ["_xml.py"]


def test_the_calendar_stays_light() -> None:
    heavy = ("pyhanko", "lxml", "numpy", "aiohttp", "pydantic", "cryptography", "typer")
    code = f"import sys, egov_vn.calendar; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
