"""Every example in the guides runs, and so does every script in `examples/`."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "```{doctest}" in path.read_text(encoding="utf-8") and "_build" not in path.parts
]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.DONT_ACCEPT_TRUE_FOR_1


def test_the_guides_have_twins_in_vietnamese() -> None:
    english, vietnamese = ({path.name for path in (ROOT / "docs" / folder).glob("*.md")} for folder in ("guides", "vi"))
    assert english == vietnamese
    assert len(PAGES) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def test_the_examples_of_a_page_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst", reason="the extra `forms` is not installed")
    pytest.importorskip("numpy", reason="the extra `vector` is not installed")
    monkeypatch.chdir(ROOT)
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```\{doctest\}\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(code, {"__name__": "__main__"}, page.name, page.name, 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_runs_from_anywhere(script: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra `forms` is not installed")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
