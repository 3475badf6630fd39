from __future__ import annotations

import pytest
from lxml import etree

from egov_vn import _xml
from egov_vn.errors import InvalidInput
from egov_vn.signature.xades import c14n
from egov_vn.signature.xades.c14n import C14N10, C14N11, EXCLUSIVE, canonicalize, canonicalize_document, cut, join_base
from egov_vn.signature.xades.c14n_default import exclusive_with_default


def test_the_bug_of_lxml_that_is_worked_around() -> None:
    """When this fails, lxml writes inner elements right and `canonicalize` needs no second reading."""
    root = _xml.parse(b'<S xmlns="urn:d"><SI><R><DM A="1"/></R></SI></S>')
    assert b'xmlns=""' in etree.tostring(root[0], method="c14n")
    assert canonicalize(root[0], C14N10) == b'<SI xmlns="urn:d"><R><DM A="1"></DM></R></SI>'


def test_a_real_undeclaration_is_kept() -> None:
    root = _xml.parse(b'<a xmlns="urn:d"><b><c xmlns=""><d/></c></b></a>')
    assert canonicalize(root[0], C14N10) == b'<b xmlns="urn:d"><c xmlns=""><d></d></c></b>'
    assert canonicalize(root[0][0], C14N10) == b"<c><d></d></c>"
    assert canonicalize(root[0][0], EXCLUSIVE) == b"<c><d></d></c>"


def test_inherited_xml_attributes() -> None:
    root = _xml.parse(
        b'<a xml:lang="vi" xml:space="preserve" xml:id="r" xml:base="http://x/y/"><b xml:lang="en"><c/></b></a>'
    )
    assert canonicalize(root[0][0], EXCLUSIVE) == b"<c></c>"
    assert canonicalize(root[0][0], C14N10) == (
        b'<c xml:base="http://x/y/" xml:id="r" xml:lang="en" xml:space="preserve"></c>'
    )
    assert canonicalize(root[0][0], C14N11) == b'<c xml:base="http://x/y/" xml:lang="en" xml:space="preserve"></c>'


@pytest.mark.parametrize(
    ("base", "reference", "joined"),
    [
        ("http://a/b/c/d", "g", "http://a/b/c/g"),
        ("http://a/b/c/d", "../g", "http://a/b/g"),
        ("http://a/b/c/d", "../../../g", "http://a/g"),
        ("http://a/b/c/d", "/g", "http://a/g"),
        ("http://a/b/c/d", "//h/g", "http://h/g"),
        ("http://a/b/c/d?q", "", "http://a/b/c/d?q"),
        ("http://a", "g", "http://a/g"),
        ("foo/bar", "..", ""),
        ("..", "x", "../x"),
        ("foo/bar/", "./x/.", "foo/bar/x/"),
        ("a/", "b", "a/b"),
    ],
)
def test_join_base(base: str, reference: str, joined: str) -> None:
    assert join_base(base, reference) == joined


def test_base_is_joined_along_the_ancestors() -> None:
    root = _xml.parse(b'<a xml:base="http://x/y/z"><b xml:base="../w/"><c xml:base="v"/></b></a>')
    assert canonicalize(root[0][0], C14N11) == b'<c xml:base="http://x/w/v"></c>'


def test_prefix_list() -> None:
    root = _xml.parse(b'<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><p:b/></a>')
    listed = c14n.method(EXCLUSIVE.uri, ["q", "#default"])
    assert listed is not None
    assert canonicalize(root[0], EXCLUSIVE) == b'<p:b xmlns:p="urn:p"></p:b>'
    assert canonicalize(root[0], listed) == b'<p:b xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"></p:b>'


def test_document_and_root_differ_in_what_stands_outside() -> None:
    root = _xml.parse(b"<?p q?><!--x--><a><!--y--></a><?z?>")
    assert canonicalize_document(root, C14N10) == b"<?p q?>\n<a></a>\n<?z?>"
    assert canonicalize(root, C14N10) == b"<a></a>"
    assert canonicalize(root, C14N10, comments=True) == b"<a><!--y--></a>"


def test_relative_namespaces_have_no_canonical_form() -> None:
    with pytest.raises(InvalidInput, match="relative"):
        canonicalize(_xml.parse(b'<a xmlns="tuong/doi"/>'), C14N10)


def test_cut_pairs_nested_elements_and_skips_comments() -> None:
    text = b"<a><!--<s>--><s>1<s>2</s></s>x<s>3</s><?p <s>?></a>"
    assert cut(text, b"s", [0]) == b"<a><!--<s>-->x<s>3</s><?p <s>?></a>"
    assert cut(text, b"s", [1]) == b"<a><!--<s>--><s>1</s>x<s>3</s><?p <s>?></a>"
    assert cut(text, b"s", [0, 2]) == b"<a><!--<s>-->x<?p <s>?></a>"
    assert cut(text, b"s", []) == text


def test_unknown_method() -> None:
    assert c14n.method("urn:x") is None
    assert c14n.method(C14N10.uri, ["p"]) is C14N10


def test_default_in_the_prefix_list_follows_inclusive_rules() -> None:
    listed = c14n.method(EXCLUSIVE.uri, ["#default", "p"])
    assert listed is not None
    root = _xml.parse(
        b'<r xmlns="urn:d" xmlns:p="urn:p" xmlns:u="urn:u"><p:a u:z="&lt;&#10;" b="&quot;">'
        b'&gt;&#13;<c xmlns="" p:q="1" xml:lang="vi"/>'
        b"<!--x--><?t d?><?e?></p:a>t</r>"
    )
    assert canonicalize(root[0], listed, comments=True) == (
        b'<p:a xmlns="urn:d" xmlns:p="urn:p" xmlns:u="urn:u" b="&quot;" u:z="&lt;&#xA;">&gt;&#xD;'
        b'<c xmlns="" xml:lang="vi" p:q="1"></c><!--x--><?t d?><?e?></p:a>'
    )
    assert canonicalize_document(root, listed).startswith(b'<r xmlns="urn:d" xmlns:p="urn:p"><p:a xmlns:u="urn:u"')
    with pytest.raises(InvalidInput, match="relative"):
        canonicalize(_xml.parse(b'<a><b xmlns="x"/></a>')[0], listed)


def test_written_by_hand_and_by_libxml2_agree() -> None:
    """Without `#default` both ways exist, so one checks the other."""
    root = _xml.parse(
        b'<r xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><p:a q:z="1" a="2">x&amp;<b xmlns="">y</b>'
        b'<p:c xmlns:p="urn:p2"/></p:a></r>'
    )
    for prefixes in ((), ("q",), ("p", "q")):
        how = c14n.method(EXCLUSIVE.uri, prefixes)
        assert how is not None
        assert exclusive_with_default(root[0], prefixes, comments=False) == canonicalize(root[0], how)
