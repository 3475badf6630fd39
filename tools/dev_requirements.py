"""Print the requirements of groups of pyproject.toml (`dev docs` by default), for a pip too old for `--group`."""

import sys
import tomllib
from pathlib import Path

groups = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
print(" ".join(item for name in sys.argv[1:] or ("dev", "docs") for item in groups[name]))
