"""The one door to typst (extra `forms`): a template of this package and values go in, PDF/A or PNG bytes come out.

Values are data: they reach the template as one JSON text through `sys.inputs`, are shown with `#value` and never
become part of the template's code, so nothing is escaped by hand and nothing in a name or an abstract can run. A
template starts with

```typst
#import "/templates/common.typ": *   // values · font · image-of(name) · mark(name, width, height) …
#show: house
```

and lies in `<package>/templates/<name>.typ`; it is named `"egov_vn.document:official"`. The root of imports is the
package `egov_vn`; nothing outside it can be read. The same template, values, instant and fonts give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from egov_vn._fonts import covers_vietnamese
from egov_vn.clock import VIETNAM, require_aware
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import typst

__all__ = ["FONTS", "MAX_DATA", "Box", "Standard", "Typeset", "compile_pdf", "compile_png"]

Standard = Literal["1.7", "a-2a", "a-2b", "a-2u", "a-3a", "a-3b", "a-3u"]

FONTS: Final = ("Times New Roman", "Tinos", "Liberation Serif", "Libertinus Serif")
"""The families looked for, best first, each only if it has every letter of Vietnamese; the last comes with typst."""
MAX_DATA: Final = 8 * 1024 * 1024
"""Values that take more bytes than this as JSON are refused."""

_STANDARD_FONT = Citation(instrument="30/2020/NĐ-CP", annex="I", article=None, clause="4", title="Phần I mục I")


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page that a template marked: PDF points, origin in the lower left corner of page *page* (from 1)."""

    page: int
    x: float
    y: float
    width: float
    height: float

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """The PDF rectangle `(left, bottom, right, top)` in points."""
        return (self.x, self.y, self.x + self.width, self.y + self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """A typeset document: the file, its pages, the font it is set in, the places that the template marked."""

    pdf: bytes
    pages: int
    font: str
    boxes: Mapping[str, Box] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def compile_pdf(
    template: str,
    *,
    data: Mapping[str, Any],
    at: datetime,
    standard: Standard = "a-2b",
    images: Mapping[str, bytes] | None = None,
    font: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> Typeset:
    """Set *template* (`"egov_vn.document:official"`) with the JSON-like *data* and return a PDF of the *standard*.

    *at* is written as the creation date. *images* are PNG, JPEG or SVG files by name. *font* overrides the choice of
    `FONTS`; *font_paths* are folders with more fonts. A character that no font can show is `InvalidInput`; a missing
    extra is `Unavailable`. Fonts are embedded.
    """
    instant = require_aware(at)
    with _compiler(template, data, instant, images, font, font_paths) as (compiler, family):
        try:
            pdf, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=[standard], timestamp=instant.astimezone(VIETNAM).replace(microsecond=0)
            )
            marks = json.loads(compiler.query("<egov-mark>", field="value"))
            pages = int(json.loads(compiler.query("<egov-pages>", field="value"))[0])
        except _typst().TypstError as error:
            raise _invalid(template, error) from error
    findings = [_font_finding(family)] + [
        finding("TYPESET-WARNING", Severity.WARNING, vi=str(item.message), en=str(item.message)) for item in warnings
    ]
    assert isinstance(pdf, bytes)
    return Typeset(
        pdf=pdf,
        pages=pages,
        font=family,
        boxes=MappingProxyType({mark["name"]: _box(mark) for mark in marks}),
        findings=tuple(findings),
    )


def compile_png(
    template: str,
    *,
    data: Mapping[str, Any],
    at: datetime,
    dpi: float = 144,
    images: Mapping[str, bytes] | None = None,
    font: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> tuple[bytes, ...]:
    """Set *template* as `compile_pdf` does and return one PNG per page, *dpi* dots to the inch (at most 600)."""
    instant = require_aware(at)
    if not 10 <= dpi <= 600:
        raise InvalidInput(f"{dpi} is not between 10 and 600 dots per inch", path="dpi")
    with _compiler(template, data, instant, images, font, font_paths) as (compiler, _):
        try:
            made = compiler.compile(format="png", ppi=float(dpi))
        except _typst().TypstError as error:
            raise _invalid(template, error) from error
    return tuple(made) if isinstance(made, list) else (bytes(made or b""),)


@contextmanager
def _compiler(
    template: str,
    data: Mapping[str, Any],
    at: datetime,
    images: Mapping[str, bytes] | None,
    font: str | None,
    font_paths: Sequence[str | Path],
) -> Iterator[tuple[typst.Compiler, str]]:
    engine = _typst()
    fonts = _fonts(tuple(str(path) for path in font_paths))
    family = _choose(fonts, font)
    package, _, name = template.partition(":")
    if package.split(".")[0] != "egov_vn" or not all(part.isidentifier() for part in (*package.split("."), name)):
        raise InvalidInput(f"{template!r} is not a template of this package", path="template")
    payload = _payload(data, at, family, images or {})
    with resources.as_file(resources.files("egov_vn")) as root:
        path = root.joinpath(*package.split(".")[1:], "templates", f"{name}.typ")
        if not path.is_file():
            raise InvalidInput(f"no template {template!r}", path="template")
        yield engine.Compiler(input=path, root=root, font_paths=fonts, sys_inputs={"data": payload}), family


def _payload(data: Mapping[str, Any], at: datetime, family: str, images: Mapping[str, bytes]) -> str:
    values = {
        "values": dict(data),
        "font": family,
        "at": at.astimezone(VIETNAM).replace(microsecond=0).isoformat(),
        "images": {name: list(image) for name, image in images.items()},
    }
    try:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False)
        size = len(text.encode("utf-8"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"the values cannot be written as JSON: {error}", path="data") from error
    if size > MAX_DATA:
        raise InvalidInput(f"the values take {size} bytes; at most {MAX_DATA} are typeset", path="data")
    return text


def _typst() -> Any:
    try:
        import typst  # noqa: PLC0415 - an extra, loaded when it is used
    except ImportError as error:
        raise Unavailable("typesetting needs the extra: pip install 'egov-vn[forms]'", service="typst") from error
    return typst


@lru_cache(maxsize=4)
def _fonts(paths: tuple[str, ...]) -> typst.Fonts:
    """Return the fonts of the system, of typst and of *paths*: scanning takes most of a second, so it is done once."""
    fonts: typst.Fonts = _typst().Fonts(
        include_system_fonts=True, include_embedded_fonts=True, font_paths=[Path(path) for path in paths]
    )
    return fonts


def _choose(fonts: typst.Fonts, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in fonts.families():
            raise InvalidInput(f"the font {wanted!r} is not installed", path="font")
        return wanted
    return _best(fonts)


@lru_cache(maxsize=4)
def _best(fonts: typst.Fonts) -> str:
    faces = [face for face in fonts.fonts() if face.family in FONTS[:-1] and face.path]
    for family in FONTS[:-1]:
        files = [(Path(str(face.path)), face.index) for face in faces if face.family == family]
        if files and all(covers_vietnamese(path, index) for path, index in files):
            return family
    return FONTS[-1]


def _font_finding(family: str) -> Finding:
    if family == FONTS[0]:
        return finding(
            "TYPESET-FONT",
            Severity.INFO,
            vi="Trình bày bằng phông Times New Roman.",
            en="Set in Times New Roman.",
            source=_STANDARD_FONT,
        )
    return finding(
        "TYPESET-FONT-SUBSTITUTE",
        Severity.WARNING,
        vi=f"Máy này không có phông Times New Roman; đã trình bày bằng {family}.",
        en=f"Times New Roman is not installed here; {family} was used instead.",
        source=_STANDARD_FONT,
    )


def _invalid(template: str, error: Any) -> InvalidInput:
    hints = "; ".join(getattr(error, "hints", ()) or ())
    text = str(getattr(error, "message", "") or error)
    return InvalidInput(f"cannot be typeset: {text}" + (f" ({hints})" if hints else ""), path=template)


def _box(mark: Mapping[str, Any]) -> Box:
    top = float(mark["y"])
    height = float(mark["height"])
    return Box(
        page=int(mark["page"]),
        x=round(float(mark["x"]), 3),
        y=round(float(mark["page-height"]) - top - height, 3),
        width=round(float(mark["width"]), 3),
        height=round(height, 3),
    )
