"""Kinds of documents (*tên loại văn bản*), their abbreviations: Annex III of NĐ 30/2020/NĐ-CP and normative kinds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from egov_vn.errors import InvalidInput
from egov_vn.law import Citation, Evidence, Row, load

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COPY_KINDS", "DocumentKind", "kinds", "normalise"]

COPY_KINDS: Final = ("SY", "TrS", "SL")
"""The abbreviations of the three kinds of copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """One kind of document (*loại văn bản*): its abbreviation, its name, and the sample form that it follows.

    *code* is empty for an official letter (*công văn*) and a courtesy letter (*thư công*); *form* is the number of the
    sample in Annex III of NĐ 30/2020/NĐ-CP, empty for normative kinds.
    """

    code: str
    name: str
    english: str
    family: str
    form: str
    source: Citation
    evidence: Evidence

    @classmethod
    def of(cls, code: str) -> DocumentKind:
        """Return the kind with the abbreviation *code* (`"CT"`), administrative before normative."""
        found = _by_code().get(normalise(code))
        if found is None or not code:
            raise InvalidInput(
                f"{code!r} abbreviates no kind of document", path="kind", source="Phụ lục III 30/2020/NĐ-CP"
            )
        return found

    @classmethod
    def named(cls, name: str) -> DocumentKind:
        """Return the kind called *name*, in any case: `"CHỈ THỊ"`, `"công văn"`."""
        found = _by_name().get(_fold(name))
        if found is None:
            raise InvalidInput(f"{name!r} names no kind of document", path="kind", source="Điều 7 30/2020/NĐ-CP")
        return found

    @property
    def is_letter(self) -> bool:
        """Whether the document bears no type name: an official letter or a courtesy letter."""
        return self.family == "administrative" and not self.code

    @property
    def is_copy(self) -> bool:
        """Whether this is one of the three kinds of copy."""
        return self.family == "copy"


def kinds() -> tuple[DocumentKind, ...]:
    """Return every kind of document that is known: administrative, copies, normative."""
    return tuple(kind for table in ("administrative", "copy", "normative") for kind in _table(table))


def normalise(text: str) -> str:
    """Return *text* composed (NFC) and with the Icelandic eth, which old keyboards type for it, turned into *Đ*."""
    return unicodedata.normalize("NFC", text).replace("\u00d0", "Đ").replace("\u00f0", "đ")


def _fold(name: str) -> str:
    # "uỷ" and "ủy", "hoả" and "hỏa" are two spellings of one word: the tone mark may stand on either vowel
    text = " ".join(normalise(name).casefold().split())
    for old, new in (("uỷ", "ủy"), ("uý", "úy"), ("oà", "òa"), ("oả", "ỏa"), ("oá", "óa"), ("thoả", "thỏa")):
        text = text.replace(old, new)
    return text


@cache
def _table(name: str) -> tuple[DocumentKind, ...]:
    return tuple(_kind(row, name) for row in load("egov_vn.document", "kinds").table(name))


def _kind(row: Row, family: str) -> DocumentKind:
    return DocumentKind(
        code=row["code"],
        name=row["word"],
        english=row["en"],
        family=family,
        form=row["form"],
        source=row.source,
        evidence=row.evidence,
    )


@cache
def _by_code() -> Mapping[str, DocumentKind]:
    return MappingProxyType({kind.code: kind for kind in reversed(kinds()) if kind.code})


@cache
def _by_name() -> Mapping[str, DocumentKind]:
    return MappingProxyType({_fold(kind.name): kind for kind in reversed(kinds())})
