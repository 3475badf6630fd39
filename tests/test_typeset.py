"""The door to typst: PDF/A that is the same twice, values that are only values, and errors of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from egov_vn import _typeset
from egov_vn._typeset import FONTS, Typeset, compile_pdf, compile_png
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput, Unavailable

pytest.importorskip("typst", reason="the extra 'forms' is not installed")

AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
HOSTILE = '#panic("x") #import "/x.typ" $x^2$ *b* _i_ `r` @ref <l> \\ // /* ] ) } #{1+1} = H - item "q" ~ --- 1. '


def specimen(text: str) -> Typeset:
    return compile_pdf("egov_vn:specimen", data={"text": text}, at=AT)


def test_the_output_is_pdf_a_and_the_same_twice() -> None:
    one, two = specimen("Ủy ban nhân dân"), specimen("Ủy ban nhân dân")
    assert one.pdf == two.pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in one.pdf
    assert one.pages == 1
    assert one.font in FONTS


def test_the_same_instant_in_another_zone_gives_the_same_bytes() -> None:
    assert (
        compile_pdf("egov_vn:specimen", data={"text": "x"}, at=AT.astimezone(UTC)).pdf
        == compile_pdf("egov_vn:specimen", data={"text": "x"}, at=AT).pdf
    )


def test_the_font_is_reported() -> None:
    (finding,) = specimen("x").findings
    assert finding.code.startswith("TYPESET-FONT")
    named = compile_pdf("egov_vn:specimen", data={"text": "x"}, at=AT, font="Libertinus Serif")
    assert named.font == "Libertinus Serif"
    assert named.findings[0].code == "TYPESET-FONT-SUBSTITUTE"
    with pytest.raises(InvalidInput, match="No Such Font"):
        compile_pdf("egov_vn:specimen", data={}, at=AT, font="No Such Font")


class Face:
    """One face as typst lists it."""

    def __init__(self, family: str, path: Path | None) -> None:
        self.family = family
        self.path = str(path) if path else None
        self.index = 0


class Fonts:
    """Stands in for the fonts of another machine."""

    def __init__(self, *faces: Face) -> None:
        self._faces = list(faces)

    def fonts(self) -> list[Face]:
        """Return the faces."""
        return self._faces


def test_a_font_is_taken_only_if_it_can_write_vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    good, poor = Path("good.ttf"), Path("poor.ttf")
    monkeypatch.setattr(_typeset, "covers_vietnamese", lambda path, _: path == good)
    best = _typeset._best.__wrapped__
    assert best(Fonts(Face("Times New Roman", good), Face("Tinos", good))) == "Times New Roman"
    assert best(Fonts(Face("Times New Roman", poor), Face("Tinos", good))) == "Tinos"
    assert best(Fonts(Face("Times New Roman", good), Face("Times New Roman", poor))) == "Libertinus Serif"
    assert best(Fonts(Face("Liberation Serif", poor), Face("Libertinus Serif", None))) == "Libertinus Serif"
    assert _typeset._font_finding("Times New Roman").level == "info"


def test_a_mark_is_reported_from_the_lower_left_corner() -> None:
    box = specimen("").boxes["corner"]
    assert box.page == 1
    assert [box.width, box.height] == pytest.approx([56.693, 28.346], abs=0.01)
    left, bottom, right, top = box.rectangle
    assert left == pytest.approx(28.346, abs=0.01)
    assert 0 < bottom < top < 60 * 72 / 25.4
    assert right == pytest.approx(left + box.width)


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_values_are_shown_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pdf"
    path.write_bytes(specimen(HOSTILE).pdf)
    shown = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert re.sub(r"\s+", "", HOSTILE) in re.sub(r"\s+", "", shown)


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("pdffonts"), reason="pdffonts is not installed")
def test_every_font_is_embedded(tmp_path: Path) -> None:
    path = tmp_path / "fonts.pdf"
    path.write_bytes(specimen("Nguyễn Văn Thử, Phường Ưng Ỷ").pdf)
    rows = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert rows
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_png_pages() -> None:
    (page,) = compile_png("egov_vn:specimen", data={"text": "x"}, at=AT, dpi=72)
    assert page.startswith(b"\x89PNG")
    assert compile_png("egov_vn:specimen", data={"text": "x"}, at=AT, dpi=72) == (page,)
    with pytest.raises(InvalidInput):
        compile_png("egov_vn:specimen", data={}, at=AT, dpi=100_000)
    with pytest.raises(InvalidInput):
        compile_png("egov_vn:specimen", data={"text": {"a": 1}, "title": 3}, at=AT)


def test_an_image_is_handed_over_as_bytes() -> None:
    (page,) = compile_png("egov_vn:specimen", data={"text": "x"}, at=AT, dpi=72)
    made = compile_pdf("egov_vn:specimen", data={"image": "seal"}, images={"seal": page}, at=AT)
    assert len(made.pdf) > len(specimen("").pdf)
    with pytest.raises(InvalidInput):
        compile_pdf("egov_vn:specimen", data={"image": "seal"}, images={"seal": b"no image"}, at=AT)


@pytest.mark.parametrize(
    "text",
    ["\U0010fffd", "\ud800", "\x01", float("nan"), object(), b"bytes"],
    ids=["pua", "half", "ctl", "nan", "o", "b"],
)
def test_what_cannot_be_shown_is_refused(text: object) -> None:
    with pytest.raises(InvalidInput):
        compile_pdf("egov_vn:specimen", data={"text": text}, at=AT)


def test_too_much_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        specimen("x" * (_typeset.MAX_DATA + 1))


@pytest.mark.parametrize(
    "template",
    [
        "",
        "specimen",
        "os:path",
        "egov_vn:../x",
        "egov_vn:missing",
        "egov_vn/../../x:y",
        "egov_vn..x:y",
        "egov_vn.none:x",
    ],
)
def test_only_templates_of_the_package_are_set(template: str) -> None:
    with pytest.raises(InvalidInput):
        compile_pdf(template, data={}, at=AT)


def test_the_instant_needs_a_zone() -> None:
    with pytest.raises(InvalidInput):
        compile_pdf("egov_vn:specimen", data={}, at=datetime(2026, 1, 1))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(Unavailable, match=r"egov-vn\[forms\]"):
        specimen("x")
