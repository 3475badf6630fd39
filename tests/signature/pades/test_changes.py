"""Attacks by what is appended to a signed file: none may leave the verdict TOTAL-PASSED."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from egov_vn.clock import VIETNAM
from egov_vn.signature.keys import KeySigner
from egov_vn.signature.pades import At, SealImage, assess_pdf, sign_pdf
from egov_vn.signature.pades.pdf import open_update
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Level
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal

AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
LATER = AT + timedelta(minutes=10)
Services = Callable[[Level], dict[str, Any]]

FORM = (
    b"<< /Fields [7 0 R] /DA (/F1 12 Tf) /DR << /Font << /F1 3 0 R >> >> >>",
    (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [72 600 200 620] /F 4 /P 5 0 R "
        b"/DA (/F1 12 Tf) /AP << /N 8 0 R >> >>"
    ),
    (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 128 20] /Length 32 >>\nstream\n"
        b"BT /F1 12 Tf 2 5 Td (100) Tj ET  \nendstream"
    ),
)


@pytest.fixture(scope="module")
def signed(person: KeySigner, services: Services, maker: Callable[..., bytes]) -> bytes:
    pdf = maker(1, objects=FORM, catalogue=b"/AcroForm 6 0 R")
    pdf = pdf.replace(b"/Type /Page /Parent", b"/Annots [7 0 R] /Type /Page /Parent")
    return sign_pdf(_rebuilt(pdf), signer=person, at=AT, **services(Level.B_LT))


def _rebuilt(pdf: bytes) -> bytes:
    """Give the file a cross-reference table that fits again."""
    body, _, _ = pdf.partition(b"xref\n0")
    offsets = []
    number = 1
    while (found := body.find(b"%d 0 obj\n" % number)) >= 0:
        offsets.append(found)
        number += 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % number
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (number, len(body))
    )


def appended(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    stream = io.BytesIO(pdf)
    update = open_update(stream)
    change(update)
    update.append()
    return stream.getvalue()


def stream_of(commands: bytes, **entries: Any) -> generic.StreamObject:
    form = generic.StreamObject(stream_data=commands)
    form[pdf_name("/Type")], form[pdf_name("/Subtype")] = pdf_name("/XObject"), pdf_name("/Form")
    form[pdf_name("/BBox")] = generic.ArrayObject([generic.FloatObject(value) for value in (0, 0, 300, 100)])
    for key, value in entries.items():
        form[pdf_name(f"/{key}")] = value
    return form


def replace_content(update: Any) -> None:
    content = update.page(0).get_object()["/Contents"]
    content._data, content._encoded_data = b"BT /F1 12 Tf 72 700 Td (Other) Tj ET", None
    update.mark_update(update.page(0).get_object().raw_get("/Contents"))


def add_page(update: Any) -> None:
    pages = update.root["/Pages"]
    page = generic.DictionaryObject(update.page(0).get_object())
    page[pdf_name("/Annots")] = generic.ArrayObject()
    pages["/Kids"].append(update.add_object(page))
    pages[pdf_name("/Count")] = generic.NumberObject(2)
    update.update_container(pages)


def add_annotation(update: Any) -> None:
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject([generic.FloatObject(value) for value in (72, 700, 300, 740)]),
            pdf_name("/Contents"): generic.TextStringObject("another text"),
        }
    )
    update.register_annotation(update.page(0), update.add_object(annotation))


def fill_field(update: Any) -> None:
    field = update.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/V")] = generic.TextStringObject("9000")
    update.update_container(field)


def replace_field_picture(update: Any) -> None:
    """The shadow attack "replace": the field keeps its value and shows another."""
    field = update.root["/AcroForm"]["/Fields"][0]
    picture = update.add_object(stream_of(b"BT /F1 12 Tf 2 5 Td (9000) Tj ET"))
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): picture})
    update.update_container(field)


def replace_font_through_the_form(update: Any) -> None:
    """The shadow attack by font: the text stays, its letters look different."""
    font = update.page(0).get_object()["/Resources"]["/Font"]["/F1"]
    font[pdf_name("/BaseFont")] = pdf_name("/Symbol")
    update.update_container(font)
    form = update.root["/AcroForm"]
    form[pdf_name("/DA")] = generic.TextStringObject("/F1 11 Tf")
    update.update_container(form)


def replace_font_through_a_new_signature_field(update: Any) -> None:
    """A new signature field refers to the page's font, which is thereby replaced: pyHanko alone lets this pass."""
    font_ref = update.page(0).get_object()["/Resources"]["/Font"].raw_get("/F1")
    font_ref.get_object()[pdf_name("/BaseFont")] = pdf_name("/Symbol")
    update.mark_update(font_ref)
    append_signature_field(update, SigFieldSpec("Extra", on_page=0, box=(10, 10, 60, 40)))
    field = update.root["/AcroForm"]["/Fields"][-1]
    resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F1"): font_ref})})
    picture = update.add_object(stream_of(b"q Q", Resources=resources))
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): picture})


def cover_with_an_empty_signature_field(update: Any) -> None:
    append_signature_field(update, SigFieldSpec("Cover", on_page=0, box=(60, 690, 360, 740)))
    field = update.root["/AcroForm"]["/Fields"][-1]
    picture = update.add_object(stream_of(b"1 g 0 0 300 100 re f"))
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): picture})


def redraw_forms_when_opened(update: Any) -> None:
    form = update.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
    update.update_container(form)


def hide_the_pages(update: Any) -> None:
    pages = generic.DictionaryObject(update.root["/Pages"])
    update.root[pdf_name("/Pages")] = update.add_object(pages)
    update.mark_root()


ATTACKS = [
    replace_content,
    add_page,
    add_annotation,
    fill_field,
    replace_field_picture,
    replace_font_through_the_form,
    replace_font_through_a_new_signature_field,
    cover_with_an_empty_signature_field,
    redraw_forms_when_opened,
    hide_the_pages,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.__name__))
def test_what_was_appended_is_found_out(attack: Callable[[Any], None], signed: bytes, authority: TestAuthority) -> None:
    trust = authority.trust_store()
    assert assess_pdf(signed, at=LATER, trust=trust).indication is Indication.TOTAL_PASSED
    report = assess_pdf(appended(signed, attack), at=LATER, trust=trust)
    assert report.indication is Indication.TOTAL_FAILED, report.to_terminal("en")
    assert "SIG-CHANGED-AFTER" in {item.code for item in report.all_findings}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.__name__))
def test_under_the_general_policy_only_filled_in_forms_pass(
    attack: Callable[[Any], None], signed: bytes, authority: TestAuthority
) -> None:
    changed = appended(signed, attack)
    report = assess_pdf(changed, at=LATER, trust=authority.trust_store(), policy=SignaturePolicy.default())
    codes = {item.code for item in report.all_findings}
    if attack in (fill_field, replace_field_picture):
        assert "SIG-FORM-FILLED" in codes
    else:
        assert report.indication is Indication.TOTAL_FAILED, report.to_terminal("en")


def test_a_later_signer_covers_nothing_for_others(
    signed: bytes, agency: KeySigner, authority: TestAuthority, services: Services
) -> None:
    seal = SealImage(image=sample_seal(), place=At(box=(100, 100, 220, 220)))
    both = sign_pdf(signed, signer=agency, at=AT, appearance=seal, **services(Level.B_LT))
    assert assess_pdf(both, at=LATER, trust=authority.trust_store()).indication is Indication.TOTAL_PASSED
    for attack in (replace_content, add_page, cover_with_an_empty_signature_field):
        report = assess_pdf(appended(both, attack), at=LATER, trust=authority.trust_store())
        assert report.indication is Indication.TOTAL_FAILED
