"""The register of dossiers (*sổ theo dõi hồ sơ*): numbered to the end of the year, and chained so that tampering shows.

TT 01/2018/TT-VPCP Article 10(2)(c): numbers run from 01 to the end of the year and go on when a second book is begun.
Each entry carries the hash of the one before it: change, remove, insert or swap an entry and the chain breaks there.
What is cut off at the end shows only against a `Seal`, the short line that is signed or printed when a day is closed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Self, TypeGuard

from egov_vn.clock import VIETNAM, require_aware, vietnam_date
from egov_vn.digest import Digest
from egov_vn.errors import InvalidInput, require
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, load

__all__ = ["RegisterBook", "RegisterEntry", "Seal"]

_LONGEST: Final = 4_000
_LINE_LIMIT: Final = 64 * 1024
_LARGEST: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One entry (*một dòng của sổ*): book, ordinal of the year, code, when received and when entered, by whom.

    *previous* is the digest of the entry before it in the chain, *digest* its own.
    """

    year: int
    book: str
    ordinal: int
    code: str
    applicant: str
    received_at: datetime
    entered_at: datetime
    entered_by: str
    abstract: str = ""
    details: tuple[tuple[str, str], ...] = ()
    previous: Digest
    digest: Digest

    def content(self) -> bytes:
        """Return the bytes that the digest covers: canonical JSON of everything but the digest."""
        raw = self.to_dict()
        del raw["digest"]
        return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; instants in Vietnam time."""
        return {
            "year": self.year,
            "book": self.book,
            "ordinal": self.ordinal,
            "code": self.code,
            "applicant": self.applicant,
            "received_at": self.received_at.astimezone(VIETNAM).isoformat(),
            "entered_at": self.entered_at.astimezone(VIETNAM).isoformat(),
            "entered_by": self.entered_by,
            "abstract": self.abstract,
            "details": dict(self.details),
            "previous": str(self.previous),
            "digest": str(self.digest),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What proves later that nothing was cut off (*chốt sổ*): how many entries there were and the last digest."""

    count: int
    digest: Digest
    at: datetime

    def __str__(self) -> str:
        return f"{self.count} {self.digest} {self.at.isoformat()}"


class RegisterBook:
    """The chained register of one desk; entries are added, never changed.

    *desk* is the text that the chain starts from: two desks never share a chain.
    """

    __slots__ = ("_codes", "_entries", "desk")

    def __init__(self, desk: str) -> None:
        if not _is_text(desk) or not desk.strip():
            raise InvalidInput("a register belongs to a desk", path="desk")
        self.desk = desk
        self._entries: list[RegisterEntry] = []
        self._codes: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[RegisterEntry]:
        return iter(self._entries)

    @property
    def entries(self) -> tuple[RegisterEntry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    @property
    def head(self) -> Digest:
        """The digest of the last entry; of the desk's name while there is none."""
        return self._entries[-1].digest if self._entries else Digest.of(self.desk.encode("utf-8"))

    def add(
        self,
        code: object,
        *,
        applicant: str,
        received_at: datetime,
        entered_at: datetime,
        entered_by: str,
        book: str = "01",
        abstract: str = "",
        details: Mapping[str, str] | None = None,
    ) -> RegisterEntry:
        """Enter a dossier and return its entry; the ordinal follows from the year of reception in Vietnam.

        `InvalidInput` if the code is already entered, if *entered_at* lies before *received_at* or before the last
        entry was made (a clock that goes backwards), or if a dossier of an earlier year comes after the year turned.
        """
        received, entered = require_aware(received_at, "received_at"), require_aware(entered_at, "entered_at")
        texts = {"code": str(code), "applicant": applicant, "entered_by": entered_by, "book": book}
        given: tuple[tuple[str, object], ...] = (*texts.items(), ("abstract", abstract))
        for name, text in given:
            if not _is_text(text):
                raise InvalidInput(f"{name} is a text, not {text!r}", path=name)
            if (not text.strip() and name != "abstract") or len(text) > _LONGEST:
                raise InvalidInput(f"{name} holds 1 to {_LONGEST} characters", path=name)
        if details is not None and not isinstance(details, Mapping):
            raise InvalidInput("details are a mapping of texts", path="details")
        for key, value in (details or {}).items():
            if not (_is_text(key) and _is_text(value)):
                raise InvalidInput(f"{value!r} is not text", path=f"details.{key}")
        if entered < received:
            raise InvalidInput(f"entered at {entered.isoformat()}, before it was received", path="entered_at")
        last = self._entries[-1] if self._entries else None
        year = vietnam_date(received).year
        if last is not None:
            if entered < last.entered_at:
                raise InvalidInput(
                    f"the clock went backwards: the last entry was made at {last.entered_at.isoformat()}",
                    path="entered_at",
                )
            if year < last.year:
                raise InvalidInput(f"the register of {year} is closed", path="received_at")
        if texts["code"] in self._codes:
            raise InvalidInput(f"{code} is already in the register", path="code")
        ordinal = last.ordinal + 1 if last is not None and last.year == year else 1
        entry = _chained(
            previous=self.head,
            year=year,
            book=book,
            ordinal=ordinal,
            code=texts["code"],
            applicant=applicant,
            received_at=received,
            entered_at=entered,
            entered_by=entered_by,
            abstract=abstract,
            details=tuple(sorted((details or {}).items())),
        )
        self._entries.append(entry)
        self._codes.add(entry.code)
        return entry

    def seal(self, *, at: datetime) -> Seal:
        """Return the seal of the register as it stands: to be signed, printed or kept elsewhere."""
        return Seal(count=len(self._entries), digest=self.head, at=require_aware(at))

    def check(self, *, seal: Seal | None = None) -> tuple[Finding, ...]:
        """Check chain, numbering and time; with *seal* also that nothing sealed then was cut off or changed since."""
        found = list(_check_chain(self._entries, Digest.of(self.desk.encode("utf-8"))))
        found += _check_numbers(self._entries)
        if seal is not None:
            require(seal, Seal, "seal")
            found += _check_seal(self._entries, seal)
        return tuple(found)

    def to_jsonl(self) -> bytes:
        """Return the register as lines of JSON, one entry each; `from_jsonl` reads it back."""
        return b"".join(
            json.dumps(entry.to_dict(), ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
            for entry in self._entries
        )

    @classmethod
    def from_jsonl(cls, data: bytes, *, desk: str) -> Self:
        """Read a register as it was written; what was tampered with is read too, for `check` to show."""
        book = cls(desk)
        for number, line in enumerate(require(data, bytes, "data").splitlines(), start=1):
            if not line.strip():
                continue
            entry = _entry(line, f"line {number}")
            book._entries.append(entry)
            book._codes.add(entry.code)
        return book

    def to_form(self, year: int, *, book: str | None = None) -> list[dict[str, Any]]:
        """Return the entries of a year (and book) as the rows `entries` of the form `"register"`."""
        return [
            {
                "ordinal": entry.ordinal,
                "code": entry.code,
                "abstract": entry.abstract or "-",
                "applicant": entry.applicant,
                "received_at": entry.received_at,
                "receiver": entry.entered_by,
                **{key: value for key, value in entry.details if key in ("address", "phone", "note")},
            }
            for entry in self._entries
            if entry.year == year and book in (None, entry.book)
        ]


def _chained(**fields: Any) -> RegisterEntry:
    draft = RegisterEntry(digest=Digest("sha256", bytes(32)), **fields)
    return RegisterEntry(digest=Digest("sha256", hashlib.sha256(draft.content()).digest()), **fields)


def _check_chain(entries: Iterable[RegisterEntry], start: Digest) -> Iterator[Finding]:
    before = start
    for index, entry in enumerate(entries):
        where = f"entries[{index}]"
        if not entry.previous.same_as(before):
            yield finding(
                "REGISTER-CHAIN",
                Severity.ERROR,
                vi=f"Số {entry.ordinal:02d}/{entry.year}: không nối với dòng trước; có dòng bị bỏ, chèn hoặc đổi chỗ.",
                en=f"No. {entry.ordinal:02d}/{entry.year} does not follow the entry before it: something was moved.",
                where=where,
            )
        if not Digest.of(entry.content()).same_as(entry.digest):
            yield finding(
                "REGISTER-CHANGED",
                Severity.ERROR,
                vi=f"Số {entry.ordinal:02d}/{entry.year}: nội dung đã bị sửa.",
                en=f"No. {entry.ordinal:02d}/{entry.year} was changed after it was entered.",
                where=where,
            )
        before = entry.digest


def _check_numbers(entries: Iterable[RegisterEntry]) -> Iterator[Finding]:
    last: RegisterEntry | None = None
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        where = f"entries[{index}]"
        expected = last.ordinal + 1 if last is not None and last.year == entry.year else 1
        if entry.ordinal != expected:
            restart = entry.ordinal == 1
            yield finding(
                "REGISTER-RESTART" if restart else "REGISTER-GAP",
                Severity.ERROR,
                vi=f"Số thứ tự là {entry.ordinal:02d}, phải là {expected:02d}"
                + (" (số không đánh lại khi sang quyển mới)." if restart else "."),
                en=f"The ordinal is {entry.ordinal:02d} and should be {expected:02d}"
                + (" (numbers do not start again with a new book)." if restart else "."),
                where=where,
                source=_numbering(entry.received_at),
            )
        if last is not None and last.year == entry.year and entry.received_at < last.received_at:
            yield finding(
                "REGISTER-ORDER",
                Severity.WARNING,
                vi=f"Hồ sơ {entry.code} nhận trước hồ sơ {last.code} nhưng vào sổ sau.",
                en=f"{entry.code} was received before {last.code} and entered after it.",
                where=where,
            )
        if entry.entered_at < entry.received_at or (last is not None and entry.entered_at < last.entered_at):
            yield finding(
                "REGISTER-CLOCK",
                Severity.ERROR,
                vi=f"Thời điểm nhập hồ sơ {entry.code} đi ngược thời gian.",
                en=f"The time at which {entry.code} was entered runs backwards.",
                where=where,
            )
        if entry.year != vietnam_date(entry.received_at).year or (last is not None and entry.year < last.year):
            yield finding(
                "REGISTER-YEAR",
                Severity.ERROR,
                vi=f"Hồ sơ {entry.code} không thuộc sổ năm {entry.year}.",
                en=f"{entry.code} does not belong into the register of {entry.year}.",
                where=where,
                source=_numbering(entry.received_at),
            )
        if entry.code in seen:
            yield finding(
                "REGISTER-DUPLICATE",
                Severity.ERROR,
                vi=f"Mã {entry.code} đã có ở số {seen[entry.code]:02d}.",
                en=f"{entry.code} already stands at no. {seen[entry.code]:02d}.",
                where=where,
            )
        seen.setdefault(entry.code, entry.ordinal)
        last = entry


def _check_seal(entries: list[RegisterEntry], seal: Seal) -> Iterator[Finding]:
    if len(entries) < seal.count:
        yield finding(
            "REGISTER-CUT",
            Severity.ERROR,
            vi=f"Khi chốt có {seal.count} dòng, nay còn {len(entries)}.",
            en=f"There were {seal.count} entries when it was sealed; {len(entries)} are left.",
        )
    elif seal.count and not entries[seal.count - 1].digest.same_as(seal.digest):
        yield finding(
            "REGISTER-SEAL",
            Severity.ERROR,
            vi=f"Dòng thứ {seal.count} không phải dòng đã chốt.",
            en=f"Entry {seal.count} is not the one that was sealed.",
            where=f"entries[{seal.count - 1}]",
        )


def _numbering(received_at: datetime) -> Citation | None:
    timeline = load("egov_vn.dossier", "registers").timeline("register_numbering", str)
    return next((version.source for version in timeline.versions if version.covers(vietnam_date(received_at))), None)


def _entry(line: bytes, where: str) -> RegisterEntry:
    if len(line) > _LINE_LIMIT:
        raise InvalidInput(f"a line of {len(line)} bytes is no entry", path=where)
    try:
        raw = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("not a line of JSON, each of whose fields stands once", path=where) from error
    if not isinstance(raw, dict):
        raise InvalidInput("not an object", path=where)
    for key in raw:
        if key not in _FIELDS:
            raise InvalidInput("an entry has no such field: it is not covered by the digest", path=f"{where}.{key}")
    texts = {key: raw.get(key) for key in ("book", "code", "applicant", "entered_by", "abstract", "previous", "digest")}
    for key, value in texts.items():
        if not _is_text(value):
            raise InvalidInput(f"{value!r} is not text", path=f"{where}.{key}")
    numbers = {key: raw.get(key) for key in ("year", "ordinal")}
    for key, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _LARGEST:
            raise InvalidInput("is not a whole number of a register", path=f"{where}.{key}")
    details = raw.get("details", {})
    if not isinstance(details, dict) or not all(_is_text(key) and _is_text(value) for key, value in details.items()):
        raise InvalidInput("must be an object of texts", path=f"{where}.details")
    times = {key: _instant(raw.get(key), f"{where}.{key}") for key in ("received_at", "entered_at")}
    digests = {key: _digest(str(texts.pop(key)), f"{where}.{key}") for key in ("previous", "digest")}
    return RegisterEntry(details=tuple(sorted(details.items())), **texts, **numbers, **times, **digests)  # type: ignore[arg-type]


_FIELDS: Final = frozenset(field.name for field in fields(RegisterEntry))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a field that stands twice: one reader would see the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _is_text(value: object) -> TypeGuard[str]:
    """Say whether *value* is text that can be written: half a surrogate pair cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _digest(text: str, path: str) -> Digest:
    try:
        return Digest.parse(text)
    except InvalidInput as error:
        raise InvalidInput(error.message, path=path) from error


def _instant(value: object, path: str) -> datetime:
    try:
        return require_aware(datetime.fromisoformat(str(value)), path)
    except ValueError as error:
        raise InvalidInput(f"{value!r} is not an instant with its zone", path=path) from error
