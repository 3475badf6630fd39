"""Print the requirements of the groups `dev` and `docs` of pyproject.toml, for a pip too old for `--group`."""

import tomllib
from pathlib import Path

groups = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
print(" ".join(item for name in ("dev", "docs") for item in groups[name]))
