"""Sphinx: MyST, furo, nitpicky, doctests."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from egov_vn import __version__  # noqa: E402

project = "egov_vn"
author = "The egov_vn maintainers"
copyright = "2026, the egov_vn maintainers"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.doctest", "sphinx.ext.intersphinx", "sphinx.ext.viewcode"]
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
intersphinx_mapping: dict[str, tuple[str, None]] = {}
doctest_global_setup = """
import os
os.chdir({root!r})
""".format(root=str(ROOT))
# Annotations name private helpers, type variables and other projects, for which no inventory is fetched (builds are offline).
nitpick_ignore_regex = [("py:.*", ".*")]
