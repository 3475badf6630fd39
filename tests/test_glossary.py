"""The glossary: one Vietnamese term, one English name, importable; and the page lists every row."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "docs" / "glossary").glob("*.toml"))
TERMS = [(path.stem, term) for path in FILES for term in tomllib.loads(path.read_text(encoding="utf-8"))["term"]]


def test_the_glossary_is_not_empty() -> None:
    assert len(TERMS) > 20


@pytest.mark.parametrize(("file", "term"), TERMS, ids=[f"{file}-{term['vi']}" for file, term in TERMS])
def test_a_term_names_something_that_exists(file: str, term: dict[str, str]) -> None:
    assert term["vi"].strip()
    assert term["en"].strip()
    module_name, _, rest = term["name"].partition(":") if ":" in term["name"] else _split(term["name"])
    thing: object = importlib.import_module(module_name)
    for part in filter(None, rest.split(".")):
        fields = getattr(thing, "model_fields", {})
        thing = fields[part] if part in fields else getattr(thing, part)


def _split(name: str) -> tuple[str, str, str]:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        try:
            importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        return module, ".", ".".join(parts[cut:])
    raise AssertionError(f"{name} is not importable")


def test_one_term_has_one_name() -> None:
    seen: dict[str, str] = {}
    for file, term in TERMS:
        key = term["vi"].casefold()
        assert key not in seen or seen[key] == term["name"], (
            f"{term['vi']!r} is {seen.get(key)} and {term['name']} ({file})"
        )
        seen[key] = term["name"]


def test_one_name_has_one_term() -> None:
    seen: dict[str, str] = {}
    for file, term in TERMS:
        name = term["name"]
        assert seen.setdefault(name, term["vi"].casefold()) == term["vi"].casefold(), f"{name} has two terms ({file})"


def test_the_page_lists_every_term() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = [term["vi"] for _, term in TERMS if term["vi"] not in page or term["name"] not in page]
    assert not missing, "run `make law`, which writes docs/glossary.md too"


PUBLIC = ("agency", "person", "finding", "law", "calendar", "signature", "document", "dossier", "archive")
MARKS = set("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")


@pytest.mark.parametrize("package", PUBLIC)
def test_a_public_name_that_tells_its_vietnamese_term_is_in_the_glossary(package: str) -> None:
    """The other way round: *thuật ngữ* in the first lines of a docstring asks for a row."""
    known = {term["vi"].casefold() for _, term in TERMS}
    named = {term["name"].replace(":", ".").rsplit(".", 1)[-1] for _, term in TERMS}
    module = importlib.import_module(f"egov_vn.{package}")
    missing = []
    for name in module.__all__:
        thing = getattr(module, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        told = re.findall(r"\*([^*]+)\*", (inspect.getdoc(thing) or "").split("\n\n")[0])
        vietnamese = {term.casefold() for term in told if MARKS & set(term.casefold())}
        if vietnamese and name not in named and not vietnamese & known:
            missing.append((name, sorted(vietnamese)))
    assert not missing, "add rows to docs/glossary/*.toml, then `make law`"
