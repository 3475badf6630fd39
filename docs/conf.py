"""Sphinx: MyST, furo, nitpicky, doctests."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

import egov_vn.dossier  # noqa: E402, F401 - autodoc would import it with TYPE_CHECKING set, which pydantic's models do not bear
from egov_vn import __version__  # noqa: E402

project = "egov_vn"
author = "The egov_vn maintainers"
copyright = "2026, the egov_vn maintainers"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "glossary/*"]
html_theme = "furo"
html_title = "egov_vn"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
default_role = "code"
doctest_global_setup = f"""
import os
os.chdir({str(ROOT)!r})
"""
# A reference into egov_vn must resolve. Ignored: names of other projects (builds are offline and fetch no inventory),
# type variables (one capital letter), what autodoc makes of `Annotated`, and what a check works on, not for callers.
nitpick_ignore_regex = [
    ("py:.*", r"(?!egov_vn\b).*"),
    ("py:class", r"egov_vn\.(law|batch)\.[A-Z]"),
    ("py:class", r"egov_vn\.agency\.Annotated\[.*"),
    ("py:class", r"egov_vn\.archive\.(inspection\.Inspection|tree\.Tree)"),
]


def _as_rst(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Turn the Markdown that docstrings use (fenced code, tables) into reStructuredText, in place."""
    out: list[str] = []
    fence = table = False
    for line in lines:
        stripped = line.strip()
        if stripped.startswith("```"):
            fence = not fence
            out += ["", f".. code-block:: {stripped[3:] or 'text'}", ""] if fence else [""]
            continue
        is_row = not fence and stripped.startswith("|") and stripped.endswith("|")
        if is_row and not table:
            out += ["", ".. code-block:: text", ""]
        if table and not is_row:
            out.append("")
        table = is_row
        out.append(f"   {line}" if fence or is_row else line)
    lines[:] = [*out, ""]


def setup(app: object) -> None:
    """Register the hook."""
    app.connect("autodoc-process-docstring", _as_rst)  # type: ignore[attr-defined]
