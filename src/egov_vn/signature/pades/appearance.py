"""How a signature looks on the page: NĐ 30/2020/NĐ-CP, Annex I (*hình ảnh, vị trí chữ ký số*).

| what | class | where the decree wants it |
|---|---|---|
| the person in authority | `PersonImage` | blue, transparent PNG, centred between position and name |
| the agency | `SealImage` | red, transparent PNG, true size, over a third of the person's image on its left |
| an annex in a file of its own | `AnnexMark` | no image: number and notation, time of signing; upper right of page 1 |
| an electronic copy | `CopyMark` | no image: kind of copy, agency, time of signing; upper right of page 1 |
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from egov_vn.clock import vietnam_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import load
from egov_vn.signature.pades import embed, placement, stamp
from egov_vn.signature.pades.pdf import Update, foreign, pdfa_part
from egov_vn.signature.pades.place import MILLIMETRE, At, Between, Box, InField, OverPerson, TopRight
from egov_vn.signature.pades.png import Image

__all__ = ["AnnexMark", "Appearance", "CopyMark", "PersonImage", "SealImage", "check_image"]

_LONGEST: Final = 60.0
"""A person's image without a size of its own is drawn at most this many millimetres wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonImage:
    """The signature image of the person in authority (*hình ảnh chữ ký của người có thẩm quyền*), NĐ 30/2020 Annex I.

    *image* is a PNG file. It is fitted into its place and centred; *width_mm* sets its width, else the resolution
    written in the file does.
    """

    image: bytes
    place: At | Between | InField
    width_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealImage:
    """The seal of the agency (*hình ảnh dấu của cơ quan, tổ chức*), drawn at its true size.

    *diameter_mm* is the true width of the seal; None takes it from the resolution written in the PNG file.
    """

    image: bytes
    place: At | OverPerson | InField = field(default_factory=OverPerson)
    diameter_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexMark:
    """The agency's mark on an annex in a file of its own (*văn bản kèm theo, phụ lục không cùng tệp tin*).

    *number* is the number and notation of the document it belongs to (`"15/CT-UBND"`).
    """

    number: str
    place: TopRight | At | InField = field(default_factory=TopRight)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMark:
    """The agency's mark on an electronic copy (*bản sao định dạng điện tử*).

    *kind* is the kind of copy (`"SAO Y"`, `"SAO LỤC"`, `"TRÍCH SAO"`), *agency* the body that makes it.
    """

    kind: str
    agency: str
    place: TopRight | At | InField = field(default_factory=TopRight)


Appearance: TypeAlias = PersonImage | SealImage | AnnexMark | CopyMark


def check_image(appearance: PersonImage | SealImage, *, at: datetime) -> tuple[Finding, ...]:
    """Compare an image with what the decree asks at the instant *at*; no finding if nothing is wrong.

    Codes: `SIG-IMAGE-OPAQUE`, `SIG-IMAGE-HUE`, `SIG-IMAGE-DPI`, `SIG-IMAGE-SIZE`.
    """
    image = _image(appearance.image)
    width, _ = _natural_size(appearance, image)
    rules = load("egov_vn.signature", "appearance")
    day = vietnam_date(at)
    seal = isinstance(appearance, SealImage)
    hue = rules.timeline("seal_hue" if seal else "person_hue", object).on(day)
    allowed: Any = hue.value
    found = []
    if image.transparent_share < 0.02:
        found.append(
            finding(
                "SIG-IMAGE-OPAQUE",
                Severity.WARNING,
                vi="Hình ảnh không có nền trong suốt nên sẽ che chữ bên dưới.",
                en="The image has no transparent background and will hide the text below it.",
                source=hue.source,
            )
        )
    share = image.hue_share(allowed["low"], allowed["high"])
    if share < 0.6:
        found.append(
            finding(
                "SIG-IMAGE-HUE",
                Severity.WARNING,
                vi=f"Hình ảnh {'dấu phải màu đỏ' if seal else 'chữ ký phải màu xanh'}; chỉ {share:.0%} nét đúng màu.",
                en=f"The image must be {allowed['colour']}; only {share:.0%} of its ink is.",
                source=hue.source,
            )
        )
    least = rules.timeline("least_dpi", int).on(day)
    dpi = image.width / (width / 72)
    if dpi < least.value:
        found.append(
            finding(
                "SIG-IMAGE-DPI",
                Severity.WARNING,
                vi=f"Hình ảnh chỉ đạt {dpi:.0f} dpi ở cỡ in này, nên có ít nhất {least.value} dpi.",
                en=f"The image has only {dpi:.0f} dpi at this size; {least.value} dpi or more are wanted.",
                source=least.source,
            )
        )
    if seal:
        size = rules.timeline("seal_diameter_mm", object).on(day)
        limits: Any = size.value
        millimetres = width / MILLIMETRE
        if not limits["least"] <= millimetres <= limits["largest"]:
            found.append(
                finding(
                    "SIG-IMAGE-SIZE",
                    Severity.WARNING,
                    vi=f"Dấu được vẽ rộng {millimetres:.0f} mm: hãy kiểm tra kích thước thực tế của dấu.",
                    en=f"The seal is drawn {millimetres:.0f} mm wide: check the true size of the seal.",
                    source=size.source,
                )
            )
    return tuple(found)


def prepare(
    update: Update, slot: embed.Slot, appearance: Appearance, *, at: datetime
) -> tuple[embed.Slot, tuple[Finding, ...]]:
    """Return the slot with its page, box and drawing, and what is wrong with the image."""
    if isinstance(appearance, AnnexMark | CopyMark):
        return _prepare_text(update, slot, appearance, at=at)
    return _prepare_image(update, slot, appearance, at=at)


def _prepare_text(
    update: Update, slot: embed.Slot, appearance: AnnexMark | CopyMark, *, at: datetime
) -> tuple[embed.Slot, tuple[Finding, ...]]:
    first = (appearance.number,) if isinstance(appearance, AnnexMark) else (appearance.kind, appearance.agency)
    text = stamp.typeset_stamp((*first, stamp.time_text(at)), at=at)
    place = appearance.place
    if isinstance(place, InField):
        return replace(slot, appearance=text.draw), text.findings
    if slot.existing:
        raise InvalidInput("the field exists and has its own place: use InField()", path="appearance.place")
    if isinstance(place, At):
        page, box = placement.page_index(update, place.page), Box.of(place.box)
    else:
        page, box = 0, placement.top_right(update, place, width=text.width, height=text.height)
    turn = placement.rotation(update, page)
    return replace(slot, page=page, box=box.as_tuple(), rotate=turn, appearance=text.draw), text.findings


def _prepare_image(
    update: Update, slot: embed.Slot, appearance: PersonImage | SealImage, *, at: datetime
) -> tuple[embed.Slot, tuple[Finding, ...]]:
    image = _image(appearance.image)
    findings = list(check_image(appearance, at=at))
    width, height = _natural_size(appearance, image)
    with foreign("the place of the signature cannot be found"):
        part = pdfa_part(update.root)
    if part is not None and part.startswith("1") and image.transparent_share > 0:
        findings.append(_pdfa1(part))
    exact = isinstance(appearance, SealImage)

    def draw(target: Update, box_width: float, box_height: float) -> generic.IndirectObject:
        return _image_form(target, image, (box_width, box_height), (width, height), exact=exact)

    place = appearance.place
    if isinstance(place, InField):
        return replace(slot, appearance=draw), tuple(findings)
    if slot.existing:
        raise InvalidInput("the field exists and has its own place: use InField()", path="appearance.place")
    if isinstance(place, At):
        page, box = place.page, _fitted(Box.of(place.box), width, height, exact=exact)
    elif isinstance(place, OverPerson):
        overlap = load("egov_vn.signature", "appearance").timeline("seal_overlap", float).on(vietnam_date(at)).value
        page, box = placement.over_person(update, place, width=width, height=height, overlap=overlap)
    else:
        page, box = placement.between(update, place, width=width, height=height)
    index = placement.page_index(update, page)
    turn = placement.rotation(update, index)
    return replace(slot, page=index, box=box.as_tuple(), rotate=turn, appearance=draw), tuple(findings)


def _pdfa1(part: str) -> Finding:
    return finding(
        "SIG-IMAGE-PDFA1",
        Severity.WARNING,
        vi=f"Tệp tự nhận là PDF/A-{part}, chuẩn này cấm trong suốt: hình ảnh sẽ làm tệp sai chuẩn.",
        en=f"The file claims to be PDF/A-{part}, which forbids transparency: the image breaks that claim.",
    )


@lru_cache(maxsize=8)
def _image(data: bytes) -> Image:
    return Image.from_png(data)


def _natural_size(appearance: PersonImage | SealImage, image: Image) -> tuple[float, float]:
    """Return width and height in points."""
    millimetres = appearance.width_mm if isinstance(appearance, PersonImage) else appearance.diameter_mm
    if millimetres is None and image.dpi:
        millimetres = image.width / image.dpi * 25.4
        if isinstance(appearance, PersonImage):
            millimetres = min(millimetres, _LONGEST)
    if millimetres is None and isinstance(appearance, PersonImage):
        millimetres = min(image.width / 300 * 25.4, _LONGEST)
    if millimetres is None:
        raise InvalidInput("the PNG does not say its resolution: give the diameter of the seal", path="diameter_mm")
    if not 1 <= millimetres <= 500:
        raise InvalidInput(f"{millimetres} mm is no width of an image", path="appearance")
    width = millimetres * MILLIMETRE
    return width, width * image.height / image.width


def _fitted(room: Box, width: float, height: float, *, exact: bool) -> Box:
    """Return the part of *room* that the image really takes, so that a seal can be set over a third of it."""
    scale = min(room.width / width, room.height / height)
    scale = min(scale, 1.0) if exact else scale
    return Box.centred(*room.centre, width * scale, height * scale)


def _image_form(
    update: Update, image: Image, room: tuple[float, float], size: tuple[float, float], *, exact: bool
) -> generic.IndirectObject:
    # a seal keeps its true size even in a box that is larger; a signature is made as large as its place allows
    scale = min(room[0] / size[0], room[1] / size[1])
    scale = min(scale, 1.0) if exact else scale
    width, height = size[0] * scale, size[1] * scale
    left, bottom = (room[0] - width) / 2, (room[1] - height) / 2
    picture, mask = image.xobject()
    if image.transparent_share > 0 or min(image.alpha) < 255:
        picture[pdf_name("/SMask")] = update.add_object(mask)
    commands = f"q {width:.3f} 0 0 {height:.3f} {left:.3f} {bottom:.3f} cm /Im Do Q".encode("ascii")
    return form(update, commands, room, {"/XObject": {"/Im": update.add_object(picture)}})


def form(
    update: Update, commands: bytes, room: tuple[float, float], resources: dict[str, dict[str, Any]]
) -> generic.IndirectObject:
    """Add a form object of the size *room* that draws *commands*."""
    dictionary = generic.DictionaryObject(
        {
            pdf_name(kind): generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})
            for kind, entries in resources.items()
        }
    )
    return update.add_object(
        generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject([generic.FloatObject(value) for value in (0.0, 0.0, *room)]),
                pdf_name("/Resources"): dictionary,
            },
            stream_data=commands,
        )
    )
