"""Write the typed record models of `egov_vn.archive` from its field tables; `--check` says whether they are up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from egov_vn.archive.fields import Field, FieldTable, tables

HOME = Path(__file__).parents[1] / "src" / "egov_vn" / "archive"
FILES = {
    "models.py": (
        ("tt05_2025",),
        "The records of TT 05/2025/TT-BNV as typed models: English names here, the circular's on the wire.",
    ),
    "older_models.py": (
        ("nd30_2020", "tt02_2019"),
        "The records of NĐ 30/2020/NĐ-CP and TT 02/2019/TT-BNV as typed models (the latter are only read).",
    ),
}
HEAD = '''"""{doc}

Written by `tools/archive_models.py` from `data/*.toml`; change the data, not this file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from egov_vn._model import wire
from egov_vn.archive.fields import Scheme
from egov_vn.archive.typed import RecordModel

__all__ = [
{names}
]
'''
NAMES = {
    "SIP_hoso": "SipFile", "SIP_tailieu": "SipPacket", "AIP_hoso": "AipFile", "AIP_tailieu": "AipPacket", "DIP": "DipRequest",
    "SIP_doc": "SipDocument", "AIP_doc": "AipDocument", "DIP_doc": "DipDocument", "SIP_pic": "SipPicture",
    "SIP_media": "SipRecording",
    "outgoing": "OutgoingDocument", "incoming": "IncomingDocument", "fonds": "Fonds", "document": "OldDocument",
    "picture": "OldPicture", "recording": "OldRecording",
}  # fmt: skip


def class_name(rows: FieldTable) -> str:
    """Return the name of the class of a table."""
    if rows.name == "file":
        return "WorkFile" if rows.scheme == "nd30_2020" else "OldFile"
    return NAMES[rows.name]


def type_of(field: Field) -> str:
    """Return the Python type of a field."""
    if field.multi:
        return "tuple[str, ...]"
    if field.codes and field.type != "Boolean":
        return "str"
    return {"Number": "int", "Boolean": "bool", "Date": "date | str" if field.partial else "date"}.get(
        field.type, "str"
    )


def source(rows: FieldTable) -> str:
    """Return the source of the model of one table."""
    lines = [
        f"class {class_name(rows)}(RecordModel):",
        f'    """{rows.title["en"]} (*{rows.title["vi"]}*), {rows.source}."""',
        "",
        f'    KIND: ClassVar[str] = "{rows.name}"',
        f'    SCHEME: ClassVar[Scheme] = "{rows.scheme}"',
        "",
    ]
    held = [(path, field) for path, field in rows.by_name.items() if field.type != "Group"]
    held.sort(key=lambda item: item[1].required != "R")
    for path, field in held:
        name = (
            field.python_name if "." not in path else rows[path.partition(".")[0]].python_name + "_" + field.python_name
        )
        kind, default = type_of(field), ""
        if field.required != "R":
            kind, default = (kind, " = ()") if field.multi else (f"{kind} | None", " = None")
        lines.append(f'    {name}: Annotated[{kind}, wire("{path}")]{default}')
    return "\n".join(lines)


def render(file: str) -> str:
    """Return the text of one module, before the formatter."""
    schemes, doc = FILES[file]
    held = [rows for scheme in schemes for rows in tables(scheme).values()]
    names = "\n".join(f'    "{name}",' for name in sorted(class_name(rows) for rows in held))
    return HEAD.format(doc=doc, names=names) + "\n\n" + "\n\n\n".join(source(rows) for rows in held) + "\n"


def main() -> int:
    """Write the modules, or compare them."""
    stale = []
    for file in FILES:
        path, text = HOME / file, render(file)
        if "--check" in sys.argv:
            stale += [file] if not path.is_file() or path.read_text(encoding="utf-8") != text else []
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"{', '.join(stale)}: run python tools/archive_models.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
