"""The JSON Schema of a dossier, for those who write one without this library."""

from __future__ import annotations

from typing import Any

from egov_vn.dossier.model import Dossier

__all__ = ["dossier_schema"]


def dossier_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a dossier in wire names; fields that it does not name are allowed."""
    schema = Dossier.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
