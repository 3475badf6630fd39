"""Holds and proposals of destruction (*xem xét hủy*): the library proposes, people decide.

Luật Lưu trữ Điều 16 and 36.4: only what has expired or is a duplicate is destroyed, never what is permanent, held, or
linked to a digital record that lives longer; with a digital record go its master data and the paper that was digitised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from egov_vn import law
from egov_vn.archive.retention import Retention
from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput
from egov_vn.finding import Text

__all__ = ["DestructionProposal", "HeldFile", "Hold", "Proposed", "Reason", "propose_destruction"]

REVIEW_STATE = "Xem xét hủy"
"""The state that a system gives to what stands in the list (TT 05/2025/TT-BNV)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A reason not to destroy, whatever the period (*tạm dừng hủy*): an inspection, a suit, an order."""

    reason: str
    since: date
    until: date | None = None
    source: str = ""

    def covers(self, on: date) -> bool:
        """Say whether the hold is in force on the day *on*."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file or record in the archive, as far as its end is concerned.

    *started* is the day or year from which the period runs (the end of the work, by default of the period). *links* are
    the codes of files and records it is linked to in the same system; *duplicate_of* the code of the one that is kept.
    *paper*: it was digitised from paper that is still there.
    """

    code: str
    title: str
    retention: Retention
    started: date | int
    records: int = 0
    pages: int = 0
    links: tuple[str, ...] = ()
    duplicate_of: str | None = None
    holds: tuple[Hold, ...] = ()
    paper: bool = False

    def ends(self) -> float:
        """The due year; infinite if permanent."""
        due = self.retention.due_year(self.started)
        return float("inf") if due is None else due


_NO_NOTE = Text("", "")


class Reason(StrEnum):
    """Why something is, or is not, proposed."""

    EXPIRED = "expired"
    DUPLICATE = "duplicate"
    PERMANENT = "permanent"
    NOT_EXPIRED = "not_expired"
    HELD = "held"
    LINKED = "linked"
    UNKNOWN_LINK = "unknown_link"
    KEPT_COPY_MISSING = "kept_copy_missing"
    KEPT_COPY_SHORTER = "kept_copy_shorter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One line of the list (*danh mục*): the file, the reason, the sentence, its article, and what goes with it."""

    file: HeldFile
    reason: Reason
    text: Text
    source: law.Citation
    note: Text = _NO_NOTE

    def row(self, number: int) -> tuple[object, ...]:
        """Return the row of the official list: STT, mã, tiêu đề, thời hạn, số tài liệu, số trang, lý do, ghi chú."""
        file = self.file
        return (
            number, file.code, file.title, file.retention.text(), file.records, file.pages, self.text.vi, self.note.vi,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionProposal:
    """What may be destroyed after a decision and what must not, each with its reason.

    *opinion_first*: the archives authority gives its opinion before the decision (Luật Lưu trữ, khoản 3 Điều 16).
    """

    on: date
    proposed: tuple[Proposed, ...]
    refused: tuple[Proposed, ...]
    opinion_first: bool

    def rows(self) -> tuple[tuple[object, ...], ...]:
        """Return the rows of the list (*Danh mục tài liệu lưu trữ số hết giá trị*)."""
        return tuple(item.row(number) for number, item in enumerate(self.proposed, 1))


def propose_destruction(
    files: Iterable[HeldFile],
    *,
    on: date,
    others: Mapping[str, HeldFile] | None = None,
    transfers_to_historical: bool = True,
) -> DestructionProposal:
    """Return what of *files* may be proposed for destruction on the day *on* (*lập danh mục xem xét hủy*).

    *others* are further files of the same system, by code, that links may lead to; a link to what neither holds is a
    reason to refuse. *transfers_to_historical*: the body hands over to a State historical archive and needs an opinion
    first (Điều 16.3).
    """
    require_date(on, "on")
    held = list(files)
    known: dict[str, HeldFile] = dict(others or {})
    for file in held:
        if file.code in known and known[file.code] is not file:
            raise InvalidInput(f"the code {file.code!r} stands twice", path="files")
        known[file.code] = file
    links = _both_ways(known.values())
    proposed: list[Proposed] = []
    refused: list[Proposed] = []
    for file in held:
        item = _judge(file, on, known, links.get(file.code, ()))
        (proposed if item.reason in (Reason.EXPIRED, Reason.DUPLICATE) else refused).append(item)
    return DestructionProposal(
        on=on, proposed=tuple(proposed), refused=tuple(refused), opinion_first=transfers_to_historical
    )


def _source(rule: str, on: date) -> law.Citation:
    return law.load("egov_vn.archive", "retention").rules[rule].on(on).source


def _both_ways(files: Iterable[HeldFile]) -> Mapping[str, tuple[str, ...]]:
    """Return what each file is linked to: a longer record that links to a shorter one keeps it as well."""
    found: dict[str, dict[str, None]] = {}
    for file in files:
        for code in file.links:
            if code != file.code:
                found.setdefault(file.code, {})[code] = None
                found.setdefault(code, {})[file.code] = None
    return {code: tuple(others) for code, others in found.items()}


def _kept_copy(file: HeldFile, known: Mapping[str, HeldFile]) -> HeldFile | None:
    """Return the copy that stays, through duplicates of duplicates; None if there is none, or they run in a circle."""
    seen, kept = {file.code}, file
    while kept.duplicate_of is not None:
        if kept.duplicate_of in seen or kept.duplicate_of not in known:
            return None
        seen.add(kept.duplicate_of)
        kept = known[kept.duplicate_of]
    return kept


def _judge(file: HeldFile, on: date, known: Mapping[str, HeldFile], links: tuple[str, ...]) -> Proposed:
    def item(reason: Reason, vi: str, en: str, rule: str) -> Proposed:
        together = _source("destroyed_together", on)
        note = _NO_NOTE
        if file.paper and reason in (Reason.EXPIRED, Reason.DUPLICATE):
            note = Text(
                f"hủy đồng thời dữ liệu chủ và bản giấy đã số hóa [{together}]",
                f"master data and the digitised paper go with it [{together.render('en')}]",
            )
        return Proposed(file=file, reason=reason, text=Text(vi, en), source=_source(rule, on), note=note)

    hold = next((hold for hold in file.holds if hold.covers(on)), None)
    if hold is not None:
        return item(Reason.HELD, f"đang tạm dừng hủy: {hold.reason}", f"on hold: {hold.reason}", "destroyed_after")
    due = file.retention.due_year(file.started)
    expired = file.retention.has_expired(file.started, on=on)
    if file.duplicate_of is not None:
        kept = _kept_copy(file, known)
        if kept is None:
            return item(
                Reason.KEPT_COPY_MISSING, f"không tìm thấy bản giữ lại {file.duplicate_of}",
                f"the copy to keep, {file.duplicate_of}, was not found", "destroyed_after",
            )  # fmt: skip
        if kept.ends() < file.ends() and not expired:
            return item(
                Reason.KEPT_COPY_SHORTER, f"bản giữ lại {kept.code} có thời hạn ngắn hơn ({kept.retention.text()})",
                f"the copy to keep, {kept.code}, is kept shorter ({kept.retention.text('en')})", "destroyed_after",
            )  # fmt: skip
    elif file.retention.is_permanent:
        return item(Reason.PERMANENT, "lưu trữ vĩnh viễn", "permanent", "permanent")
    elif not expired:
        return item(
            Reason.NOT_EXPIRED, f"còn thời hạn đến hết năm {due}", f"kept to the end of {due}", "destroyed_after"
        )
    longer = _longer_link(file, known, links, item)
    if longer is not None:
        return longer
    if file.duplicate_of is not None:
        return item(
            Reason.DUPLICATE, f"trùng lặp với {file.duplicate_of}", f"duplicate of {file.duplicate_of}",
            "destroyed_after",
        )  # fmt: skip
    return item(Reason.EXPIRED, f"hết thời hạn lưu trữ năm {due}", f"the period ended in {due}", "destroyed_after")


def _longer_link(
    file: HeldFile, known: Mapping[str, HeldFile], links: tuple[str, ...], item: Callable[..., Proposed]
) -> Proposed | None:
    for code in links:
        other = known.get(code)
        if other is None:
            return item(
                Reason.UNKNOWN_LINK, f"liên kết với {code} chưa rõ thời hạn", f"linked to {code}, of unknown period",
                "linked_longer",
            )  # fmt: skip
        if other.ends() > file.ends():
            return item(
                Reason.LINKED, f"liên kết với {code} có thời hạn dài hơn ({other.retention.text()})",
                f"linked to {code}, which is kept longer ({other.retention.text('en')})", "linked_longer",
            )  # fmt: skip
    return None
