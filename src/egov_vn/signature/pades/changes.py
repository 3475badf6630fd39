"""What a signature covers, and what was changed in the file after it was made.

A PDF grows by updates: everything after the signed bytes may legitimately be long-term data or a further signature, or
may be an attack that shows another text. pyHanko compares the revisions object by object; three things are stricter
here, because its verdict would let them pass:

- a later signature or form field may bring new objects, but never replace an object that the signed revision already
  had (a font, a picture, the text itself) just by referring to it;
- under the policy for official documents a form field that is no signature may not change at all, nor may the
  defaults that forms are drawn with;
- an empty signature field with a picture may not be added: it is nobody's, and it can cover the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    QualifiedWhitelistRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules_api import ApprovalType
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from egov_vn.signature.pades.pdf import entry
from egov_vn.signature.pades.structure import check_form, suspicious_update

__all__ = ["Change", "Changes", "Coverage", "History", "changes_after", "coverage_of"]

MAX_REVISIONS: Final = 250
"""A file with more updates than this is not compared revision by revision."""
MAX_COMPARISONS: Final = 1000
"""Comparisons of two revisions in one file: signatures that lock fields or forbid changes need each their own."""


class Coverage(IntEnum):
    """How much of the file the signed bytes are."""

    BROKEN = 0
    """The byte range has a gap, an overlap, or does not reach the end of its own revision."""
    REVISION = 1
    """The whole file as it was when the signature was made; something was appended later."""
    WHOLE = 2
    """The whole file."""


class Change(IntEnum):
    """The heaviest kind of change after signing."""

    NONE = 0
    LONG_TERM = 1
    """Certificates, revocation data, document time-stamps, metadata."""
    SIGNATURES = 2
    """Further signatures."""
    FORMS = 3
    """Form fields were filled in."""
    OTHER = 4
    """Anything else: the document may show another content than was signed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The verdict on what followed a signature: *detail* says what was found, in the words of the comparison."""

    change: Change
    detail: str = ""
    fields: tuple[str, ...] = ()
    """The form fields that were changed."""


def coverage_of(signature: EmbeddedPdfSignature, pdf: bytes) -> tuple[Coverage, int]:
    """Return how much is covered and where the signed part of the file ends (a count of bytes).

    The byte range must be two parts that leave out exactly the hexadecimal value of /Contents: that is what makes a gap
    or an overlap visible, which `intact and valid` alone does not.
    """
    try:
        values = [int(value) for value in signature.byte_range]
    except (TypeError, ValueError):
        return Coverage.BROKEN, 0
    if len(values) != 4:
        return Coverage.BROKEN, 0
    start, length, resume, rest = values
    end = resume + rest
    if start != 0 or length <= 0 or rest <= 0 or not length < resume or end > len(pdf):
        return Coverage.BROKEN, 0
    gap = pdf[length:resume]
    if gap[:1] != b"<" or gap[-1:] != b">" or not re.fullmatch(rb"[0-9A-Fa-f\s]*", gap[1:-1]):
        return Coverage.BROKEN, end
    try:
        contents = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return Coverage.BROKEN, end
    if contents != signature.pkcs7_content:
        return Coverage.BROKEN, end
    if end == len(pdf):
        return Coverage.WHOLE, end
    revision = signature.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
    return (Coverage.REVISION if revision else Coverage.BROKEN), end


class History:
    """The updates of one file, each compared with the state before it, once.

    Every update must be harmless for the state it is added to. (pyHanko compares each with the state that was signed,
    which for n signatures is n² comparisons: twenty seconds for sixty of them.)
    """

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._steps: dict[tuple[bool, int], DiffResult | SuspiciousModification] = {}
        self._left = MAX_COMPARISONS

    @property
    def has_tail(self) -> bool:
        """Whether something else than white space follows the %%EOF of the last update: nobody signed it."""
        stream = self._reader.stream
        stream.seek(self._reader.last_startxref)
        _, _, rest = stream.read().partition(b"startxref")
        _, _, tail = rest.partition(b"%%EOF")
        return bool(tail.strip(b"\x00\t\n\x0c\r "))

    def since(self, signature: EmbeddedPdfSignature, *, official: bool) -> DiffResult | SuspiciousModification:
        """Return the heaviest modification after *signature*, or the first that is not permitted."""
        heaviest = DiffResult(ModificationLevel.NONE, set())
        for revision in range(signature.signed_revision, self._reader.xrefs.total_revisions - 1):
            step = self._step(signature, revision, official=official)
            if isinstance(step, SuspiciousModification):
                return step
            heaviest = DiffResult(
                max(heaviest.modification_level, step.modification_level),
                heaviest.changed_form_fields | step.changed_form_fields,
            )
        return heaviest

    def _step(
        self, signature: EmbeddedPdfSignature, revision: int, *, official: bool
    ) -> DiffResult | SuspiciousModification:
        locks, limit = signature.fieldmdp, signature.docmdp_level
        key = (official, revision)
        if locks is None and limit is None and key in self._steps:
            return self._steps[key]
        self._left -= 1
        if self._left < 0:
            return SuspiciousModification(f"the file asks for more than {MAX_COMPARISONS} comparisons of its updates")
        before, after = (self._reader.get_historical_resolver(number) for number in (revision, revision + 1))
        check_form(before.root)
        check_form(after.root)
        try:
            found: DiffResult | SuspiciousModification = (_OFFICIAL if official else _GENERAL).apply(
                before,
                after,
                field_mdp_spec=locks,
                doc_mdp=limit,
            )
        except SuspiciousModification as error:
            found = error
        if locks is None and limit is None:
            self._steps[key] = found
        return found


def changes_after(
    signature: EmbeddedPdfSignature, history: History, *, pdf: bytes, end: int, official: bool
) -> Changes:
    """Judge every update after *signature*, which covers *pdf* up to *end*; *official* refuses filled-in forms too."""
    revisions = signature.reader.xrefs.total_revisions
    if revisions > MAX_REVISIONS:
        return Changes(Change.OTHER, f"the file has {revisions} updates")
    if history.has_tail:
        return Changes(Change.OTHER, "bytes that belong to no update follow the end of the file")
    suspicious = suspicious_update(signature.reader, pdf, signed_revision=signature.signed_revision, end=end)
    if suspicious:
        return Changes(Change.OTHER, suspicious)
    strict = history.since(signature, official=True)
    if isinstance(strict, DiffResult):
        return _permitted(signature, strict, Change.SIGNATURES)
    if official:
        return Changes(Change.OTHER, _detail(strict))
    lenient = history.since(signature, official=False)
    if isinstance(lenient, DiffResult):
        return _permitted(signature, lenient, Change.FORMS)
    return Changes(Change.OTHER, _detail(lenient))


def _permitted(signature: EmbeddedPdfSignature, result: DiffResult, heaviest: Change) -> Changes:
    level = result.modification_level
    limit = signature.docmdp_level
    if limit is not None and level.value > limit.value:
        return Changes(Change.OTHER, "the author's certification does not allow what was changed")
    foreign = _undrawn(signature)
    if foreign:
        return Changes(Change.OTHER, f"an empty signature field with a picture was added: {', '.join(foreign)}")
    fields = tuple(sorted(str(name) for name in result.changed_form_fields))
    if level is ModificationLevel.NONE:
        return Changes(Change.NONE)
    if level is ModificationLevel.LTA_UPDATES:
        return Changes(Change.LONG_TERM, fields=fields)
    if level is ModificationLevel.FORM_FILLING:
        return Changes(heaviest, fields=fields)
    return Changes(Change.OTHER, "annotations were changed")


def _undrawn(signature: EmbeddedPdfSignature) -> list[str]:
    """Return the empty signature fields with an appearance that were added or changed after *signature*."""
    found = []
    for name, value, reference in enumerate_sig_fields(signature.reader):
        if value is not None:
            continue
        field = reference.get_object()
        widgets = [field, *(kid.get_object() for kid in entry(field, "/Kids", ()))]
        touched = signature.reader.xrefs.get_last_change(reference) > signature.signed_revision
        if touched and any("/AP" in widget for widget in widgets):
            found.append(str(name))
    return found


def _detail(problem: Any) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 300 else text[:297] + "…"


class _NoReplacing(QualifiedWhitelistRule):
    """Pass a rule's approvals on, except wholesale ones of objects that the signed revision had already."""

    def __init__(self, rule: QualifiedWhitelistRule) -> None:
        self._rule = rule

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        return _without_replacing(self._rule.apply_qualified(old, new), old, new)


class _Form(FormUpdatingRule):
    """The same for form fields; *signatures_only* also freezes the defaults that other fields are drawn with."""

    def __init__(self, field_rules: list[Any], *, signatures_only: bool) -> None:
        super().__init__(field_rules)
        self._signatures_only = signatures_only

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[tuple[ModificationLevel, Any]]:
        # NeedAppearances makes viewers draw every field anew: then what is shown is no longer what was signed
        frozen = ("/NeedAppearances", "/DA", "/Q", "/DR") if self._signatures_only else ("/NeedAppearances",)
        _refuse_new_defaults(old, new, frozen)
        yield from _without_replacing(super().apply(old, new), old, new)


def _without_replacing(
    updates: Iterable[tuple[ModificationLevel, Any]], old: HistoricalResolver, new: HistoricalResolver
) -> Iterator[tuple[ModificationLevel, Any]]:
    for level, update in updates:
        wholesale = update.approval_type is ApprovalType.BLANKET_APPROVE
        reference = update.updated_ref
        if (
            not wholesale
            or old.is_ref_unassignable(reference)
            or reference == new.root_ref
            or _only_annotations_differ(old(reference), new(reference))
        ):
            yield level, update


def _only_annotations_differ(before: Any, after: Any) -> bool:
    if not isinstance(before, generic.DictionaryObject) or not isinstance(after, generic.DictionaryObject):
        return False
    if isinstance(before, generic.StreamObject) or entry(before, "/Type") != "/Page":
        return False
    keys = (before.keys() | after.keys()) - {"/Annots"}
    return all(key in before and key in after and before.raw_get(key) == after.raw_get(key) for key in keys)


def _refuse_new_defaults(old: HistoricalResolver, new: HistoricalResolver, frozen: tuple[str, ...]) -> None:
    before, after = entry(old.root, "/AcroForm"), entry(new.root, "/AcroForm")
    if before is None or after is None:
        return
    if not any(entry(item.get_object(), "/FT") != "/Sig" for item in entry(before, "/Fields", ())):
        return  # nothing is drawn with these defaults
    for key in frozen:
        first = before.raw_get(key) if key in before else None
        second = after.raw_get(key) if key in after else None
        if first != second:
            raise SuspiciousModification(f"the defaults of the form were changed ({key})")


def _policy(fields: list[Any], *, signatures_only: bool) -> StandardDiffPolicy:
    long_term = ModificationLevel.LTA_UPDATES
    rules: list[QualifiedWhitelistRule] = [
        CatalogModificationRule(),
        *(
            rule.as_qualified(long_term)
            for rule in (DocInfoRule(), XrefStreamRule(), ObjectStreamRule(), DSSCompareRule(), MetadataUpdateRule())
        ),
    ]
    return StandardDiffPolicy(
        global_rules=[_NoReplacing(rule) for rule in rules], form_rule=_Form(fields, signatures_only=signatures_only)
    )


_SIGNATURE_RULES: Final = (SigFieldCreationRule, SigFieldModificationRule)
_OFFICIAL: Final = _policy([rule() for rule in _SIGNATURE_RULES], signatures_only=True)
_GENERAL: Final = _policy(
    [*(rule() for rule in _SIGNATURE_RULES), GenericFieldModificationRule()], signatures_only=False
)


def embedded_signatures(reader: PdfFileReader) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, value and field of each filled signature field, in the order of the form."""
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        yield str(name), value, reference.get_object()
