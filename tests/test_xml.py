"""The one XML parser: safe with hostile input, helpful about the place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_vn import _xml
from egov_vn.errors import InvalidInput

BILLION = b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "' + b"&b;" * 1000 + b'">]><a>&c;&c;</a>'


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<a>",
        b"plain",
        b"<a></b>",
        BILLION,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<a>" * 220 + b"</a>" * 220,
        b"<a>" * 3000 + b"</a>" * 3000,
        b"<a>\x00</a>",
    ],
)
def test_hostile_or_broken_xml_is_refused(bad: bytes) -> None:
    with pytest.raises(InvalidInput):
        _xml.parse(bad)


def test_the_error_names_the_line() -> None:
    with pytest.raises(InvalidInput) as caught:
        _xml.parse(b"<a>\n<b>\n</a>")
    assert caught.value.path == "line 3"


def test_size_depth_and_type_are_limited() -> None:
    with pytest.raises(InvalidInput, match="exceed"):
        _xml.parse(b"<a/>", max_bytes=3)
    with pytest.raises(InvalidInput, match="deeper"):
        _xml.parse(b"<a><a><a/></a></a>", max_depth=2)
    with pytest.raises(InvalidInput, match="bytes"):
        _xml.parse("<a/>")  # type: ignore[arg-type]
    assert _xml.parse(b"<a>" * 400 + b"</a>" * 400, max_depth=400).tag == "a"


def test_a_large_text_is_read() -> None:
    assert len(_xml.parse(b"<a>" + b"x" * 12_000_000 + b"</a>").text or "") == 12_000_000


def test_comments_and_processing_instructions_are_kept_unless_asked() -> None:
    root = _xml.parse(b"<a>x<!--c-->y<?p q?>z<b/></a>")
    assert _xml.text_of(root) == "xyz"
    assert len(root) == 3
    assert len(_xml.parse(b"<a><!--c--></a>", keep_comments=False)) == 0
    assert _xml.text_of(None) == ""


def test_a_path_counts_twins() -> None:
    root = _xml.parse(b'<m:a xmlns:m="urn:m"><m:b/><c/><b><d/></b></m:a>')
    assert _xml.path_of(root[2][0]) == "/a/b[2]/d"
    assert _xml.path_of(root[1]) == "/a/c"
    assert _xml.local_name(root) == "a"


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        _xml.parse(data)
    except InvalidInput:
        return
    assert b"<" in data.replace(b"\x00", b"")
