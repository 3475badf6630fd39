"""METS and PREMIS as values: round trips, and links that survive every name."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from egov_vn.archive.mets import (
    Agent,
    Division,
    FileGroup,
    Mets,
    MetsFile,
    Reference,
    encode_href,
    read_mets,
)
from egov_vn.archive.mets_write import write_mets
from egov_vn.archive.premis import Premis, PremisAgent, PremisEvent, PremisObject, read_premis, write_premis

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "x"
)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=50))
def test_links_survive_every_name(path: str) -> None:
    encoded = encode_href(path)
    assert encoded.isascii()
    assert unquote(encoded) == path


@given(TEXT, TEXT, NAME, TEXT)
@settings(max_examples=50, deadline=None)
def test_mets_makes_the_round_trip(title: str, href: str, name: str, note: str) -> None:
    entry = MetsFile(
        id="ID-1", href=href, size=5, checksum="0" * 64, created="2026-01-01T00:00:00+07:00", mimetype="text/plain",
        owner_id=note, dmd_ids=("d-1",),
    )  # fmt: skip
    made = Mets(
        objid=name, type="Mixed", profile="p", label=title, created="2026-01-01T00:00:00+07:00", oais_type="SIP",
        agents=(
            Agent(role="CREATOR", type="OTHER", other_type="SOFTWARE", other_role="x", name=title, note=note,
                  note_type="n"),
        ),
        alternative_ids=(("SUBMISSIONAGREEMENT", note),),
        references=(
            Reference(section="dmd", section_id="d-1", id="r-1", href=href, mdtype="DC", size=1, checksum="1",
                      created="c"),
            Reference(section="digiprov", section_id="a-1", id="r-2", href=href, mdtype="PREMIS", mdtype_version="3.0",
                      size=1, checksum="1", created="c"),
        ),
        amd_id="amd", file_section_id="fs",
        groups=(FileGroup(id="g", use=title, files=(entry,), content_type="MIXED"),),
        structure_id="s",
        structure=Division(id="t", label=name, children=(
            Division(id="u", label=title, type="ORIGINAL", dmd_ids=("d-1",), adm_ids=("a-1",), file_ids=("ID-1",),
                     pointers=((href, title),)),
        )),
    )  # fmt: skip
    read = read_mets(write_mets(made))
    assert (read.objid, read.label, read.agents, read.alternative_ids) == (
        made.objid,
        title,
        made.agents,
        made.alternative_ids,
    )
    assert [(item.section, item.href, item.mdtype) for item in read.references] == [
        ("dmd", href, "DC"),
        ("digiprov", href, "PREMIS"),
    ]
    (held,) = read.files()
    assert (held.href, held.size, held.owner_id, held.dmd_ids) == (href, 5, note, ("d-1",))
    assert read.structure is not None
    child = read.structure.children[0]
    assert (child.label, child.type, child.pointers, child.file_ids) == (title, "ORIGINAL", ((href, title),), ("ID-1",))


@given(TEXT, NAME)
@settings(max_examples=50, deadline=None)
def test_premis_makes_the_round_trip_in_both_forms(text: str, name: str) -> None:
    made = Premis(
        objects=(
            PremisObject(identifier=name, category="intellectualEntity", original_name=text, events=("e",)),
            PremisObject(identifier="f", size=3, digest="AB", format=text, location=text),
        ),
        events=(
            PremisEvent(
                identifier="e", type="transfer", at="2026-01-01T00:00:00+07:00", detail=text, outcome=text,
                agents=(("a", "implementer"), ("a", "")), objects=((name, "outcome"),),
            ),
        ),
        agents=(PremisAgent(identifier="a", name=text, type="person", version="1"),),
    )  # fmt: skip
    for form in ("loc", "literal"):
        read = read_premis(
            write_premis(Premis(objects=made.objects, events=made.events, agents=made.agents, form=form))
        )
        assert read.form == form
        assert [(item.identifier, item.category, item.size, item.location) for item in read.objects] == [
            (item.identifier, item.category, item.size, item.location) for item in made.objects
        ]
        assert [(item.type, item.detail, item.agents, item.objects) for item in read.events] == [
            (item.type, item.detail, item.agents, item.objects) for item in made.events
        ]
        assert read.agents[0].name == text
