"""Who gets which number: dossier codes handed out once, in order, without two desks ever getting the same one.

`CodeAllocator` is the promise; `SqliteAllocator` keeps it with the standard library, across threads, processes and
crashes, `PostgresAllocator` for many machines on one server. A code is handed out in two steps, so that a crash between
them leaves a gap that is known, not a riddle: `allocate` writes the number down before anybody sees it, `confirm` says
which dossier carries it.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from egov_vn.agency import AgencyCode
from egov_vn.clock import VIETNAM, require_aware, require_date, vietnam_date
from egov_vn.dossier.codes import CodeForm, DossierCode
from egov_vn.errors import EgovError, InvalidInput, Unavailable, require

__all__ = ["CodeAllocator", "CodeStatus", "Gap", "PostgresAllocator", "SqliteAllocator"]

_TOLERANCE: Final = timedelta(minutes=5)
_MAX_GAPS: Final = 1_000_000


class CodeStatus(StrEnum):
    """What became of a number (*tình trạng số*)."""

    RESERVED = "reserved"
    """Handed out; no dossier was seen with it yet: a crash, or still at work."""
    USED = "used"
    VOID = "void"
    """Given up with a reason; never handed out again."""
    MISSING = "missing"
    """Below the last number of the day, and never handed out here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A number of a day that no dossier carries, and why (*số bị khuyết*)."""

    code: DossierCode
    status: CodeStatus
    at: datetime | None
    reason: str


@runtime_checkable
class CodeAllocator(Protocol):
    """Whatever hands out dossier codes: every code once, ordinals of a day from 1 upwards."""

    def allocate(self, agency: AgencyCode | str, at: datetime) -> DossierCode:
        """Return the next code of *agency* on the Vietnamese day of *at*."""
        ...

    def confirm(self, code: DossierCode, reference: str) -> None:
        """Note that the dossier known as *reference* carries *code*."""
        ...

    def gaps(self, agency: AgencyCode | str, on: date) -> tuple[Gap, ...]:
        """Return every number of that day that no dossier carries."""
        ...


_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS dossier_counter (
        agency TEXT NOT NULL, day TEXT NOT NULL, last INTEGER NOT NULL, last_at TEXT NOT NULL,
        PRIMARY KEY (agency, day))""",
    """CREATE TABLE IF NOT EXISTS dossier_code (
        agency TEXT NOT NULL, day TEXT NOT NULL, ordinal INTEGER NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL,
        reference TEXT, reason TEXT NOT NULL, PRIMARY KEY (agency, day, ordinal))""",
)
_NEXT: Final = (
    "INSERT INTO dossier_counter VALUES (?, ?, 1, ?) ON CONFLICT (agency, day) DO UPDATE SET"
    " last = dossier_counter.last + 1, last_at = CASE WHEN dossier_counter.last_at > excluded.last_at"
    " THEN dossier_counter.last_at ELSE excluded.last_at END RETURNING last"
)
_RAISE: Final = (
    "INSERT INTO dossier_counter VALUES (?, ?, ?, ?) ON CONFLICT (agency, day) DO UPDATE SET"
    " last = CASE WHEN dossier_counter.last > excluded.last THEN dossier_counter.last ELSE excluded.last END"
)


class _SqlAllocator(ABC):
    """What both databases share: two tables, one transaction a call, the counter row as the lock of its day."""

    _place = "?"

    def allocate(self, agency: AgencyCode | str, at: datetime, *, late_entry: bool = False) -> DossierCode:
        """Return the next code of *agency* on the Vietnamese day of *at*, written to disk before it is returned.

        A clock that stands more than five minutes before the agency's last allocation is refused with `InvalidInput`,
        for it would number a day that is over; *late_entry* says that this is meant (paper entered afterwards).
        """
        day = vietnam_date(require_aware(at))
        probe = DossierCode.issue(agency, day, 1)
        key = (probe.agency_id, day.isoformat())
        with self._transaction() as db:
            latest = self._one(db, "SELECT max(last_at) FROM dossier_counter WHERE agency = ?", *key[:1])[0]
            if latest is not None and not late_entry and at < datetime.fromisoformat(latest) - _TOLERANCE:
                raise InvalidInput(
                    f"{at.isoformat()} lies before the last allocation at {latest}: the clock went backwards", path="at"
                )
            (ordinal,) = self._one(db, _NEXT, *key, _stamp(at))
            code = DossierCode.issue(probe.agency_id, day, ordinal)
            self._run(
                db, "INSERT INTO dossier_code VALUES (?, ?, ?, ?, 'reserved', NULL, '')", *key, ordinal, _stamp(at)
            )
        return code

    def confirm(self, code: DossierCode, reference: str) -> None:
        """Note that the dossier *reference* carries *code*; twice for the same dossier is the same as once.

        Raises `InvalidInput` if the code was not handed out here, was given up, or belongs to another dossier.
        """
        _named(reference)
        with self._transaction() as db:
            status, known = self._known(db, code)
            if known == reference and status == CodeStatus.USED:
                return
            if status != CodeStatus.RESERVED:
                other = f" by {known!r}" if known else ""
                raise InvalidInput(f"{code} is {status}{other}: two receipts with one code", path="MaHoSo")
            self._mark(db, code, CodeStatus.USED, reference, "")

    def void(self, code: DossierCode, reason: str) -> None:
        """Give up a number that no dossier will carry, with the reason; it is never handed out again."""
        if not require(reason, str, "reason").strip():
            raise InvalidInput("a number is given up for a reason", path="reason")
        with self._transaction() as db:
            status, _ = self._known(db, code)
            if status != CodeStatus.RESERVED:
                raise InvalidInput(f"{code} is {status}", path="MaHoSo")
            self._mark(db, code, CodeStatus.VOID, None, reason)

    def adopt(self, code: DossierCode, reference: str, at: datetime) -> None:
        """Take over a code that another system or a paper register handed out; later numbers follow it.

        Numbers below it that are unknown here are then reported by `gaps` as missing.
        """
        _named(reference)
        stamp = _stamp(require_aware(at))
        key = _key(code)[:2]
        with self._transaction() as db:
            self._run(db, _RAISE, *key, code.ordinal, stamp)
            if self._one(db, _LOOK_UP, *_key(code)) is not None:
                raise InvalidInput(f"{code} is taken: two receipts with one code", path="MaHoSo")
            self._run(
                db, "INSERT INTO dossier_code VALUES (?, ?, ?, ?, 'used', ?, 'adopted')",
                *key, code.ordinal, stamp, reference,
            )  # fmt: skip

    def last(self, agency: AgencyCode | str, on: date) -> int:
        """Return the last number handed out on the day *on*; 0 if there was none."""
        with self._transaction() as db:
            return self._last(db, str(agency), require_date(on, "on"))

    def gaps(self, agency: AgencyCode | str, on: date) -> tuple[Gap, ...]:
        """Return every number of that day that no dossier carries, in order: reserved, given up, or missing.

        `InvalidInput` if more than a million numbers are open: then a number was adopted that is none of the day's.
        """
        key = (str(agency), require_date(on, "on").isoformat())
        with self._transaction() as db:
            last = self._last(db, key[0], on)
            rows = self._run(
                db, "SELECT ordinal, status, at, reason FROM dossier_code WHERE agency = ? AND day = ?", *key
            ).fetchall()
        known = {ordinal: (status, at, reason) for ordinal, status, at, reason in rows}
        if last - len(known) > _MAX_GAPS:
            raise InvalidInput(
                f"{last - len(known)} numbers are missing below {last}: was it adopted wrongly?", path="on"
            )
        found = []
        for ordinal in range(1, last + 1):
            status, at, reason = known.get(ordinal, (CodeStatus.MISSING, None, ""))
            if status != CodeStatus.USED:
                found.append(
                    Gap(
                        code=DossierCode.parse(f"{key[0]}-{on:%y%m%d}-{ordinal:04d}"),  # adopted ones may be old forms
                        status=CodeStatus(status),
                        at=datetime.fromisoformat(at) if at else None,
                        reason=reason,
                    )
                )
        return tuple(found)

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[Any]:
        """Open a connection in a transaction that is committed at the end, or rolled back on any error."""

    def _run(self, db: Any, sql: str, *values: object) -> Any:
        cursor = db.cursor()
        cursor.execute(sql.replace("?", self._place), values)
        return cursor

    def _one(self, db: Any, sql: str, *values: object) -> Any:
        return self._run(db, sql, *values).fetchone()

    def _last(self, db: Any, agency: str, on: date) -> int:
        row = self._one(db, "SELECT last FROM dossier_counter WHERE agency = ? AND day = ?", agency, on.isoformat())
        return int(row[0]) if row else 0

    def _known(self, db: Any, code: DossierCode) -> tuple[str, str | None]:
        row = self._one(db, _LOOK_UP, *_key(code))
        if row is None or code.form not in (CodeForm.TT01_2018, CodeForm.LOCAL_2025):
            raise InvalidInput(f"{code} was not handed out here", path="MaHoSo")
        return row[0], row[1]

    def _mark(self, db: Any, code: DossierCode, status: CodeStatus, reference: str | None, reason: str) -> None:
        changed = self._run(
            db,
            "UPDATE dossier_code SET status = ?, reference = ?, reason = ?"
            " WHERE agency = ? AND day = ? AND ordinal = ? AND status = 'reserved'",
            status.value, reference, reason, *_key(code),
        )  # fmt: skip
        if changed.rowcount != 1:
            raise InvalidInput(f"{code} was taken meanwhile: two receipts with one code", path="MaHoSo")


class SqliteAllocator(_SqlAllocator):
    """A `CodeAllocator` on one SQLite file (*bộ cấp mã số hồ sơ*).

    Every call opens the file, works in one immediate transaction and closes it, so instances may be shared by threads,
    inherited by forked processes and pickled. Numbers restart at 1 each Vietnamese day, per agency; a number that was
    handed out is never handed out again, even if its process died before using it.
    """

    def __init__(self, path: str | Path, *, timeout: float = 60.0) -> None:
        if not isinstance(path, str | Path):
            raise InvalidInput(f"a {type(path).__name__} is not the path of a file", path="path")
        self.path = Path(path)
        self.timeout = require(timeout, float, "timeout") if not isinstance(timeout, int) else float(timeout)
        with self._transaction() as db:
            for statement in _SCHEMA:
                self._run(db, statement)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        service = f"the register of codes {self.path}"
        try:
            with closing(sqlite3.connect(self.path, timeout=self.timeout, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise Unavailable(f"{service} does not answer: {error}", service="sqlite") from error
        except sqlite3.DatabaseError as error:
            raise InvalidInput(f"not a register of codes: {error}", path=str(self.path)) from error


class PostgresAllocator(_SqlAllocator):
    """A `CodeAllocator` on a PostgreSQL server, for many machines.

    *connect* returns a fresh DB-API 2.0 connection whose parameters are written `%s`, and that is not in autocommit:
    `lambda: psycopg.connect(dsn)`, `lambda: pg8000.dbapi.connect(…)`. The first call of a day locks that day's counter
    row until it commits, so that numbers are handed out in order and a rollback loses none. Whatever the driver raises
    becomes `Unavailable`.
    """

    _place = "%s"

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        with self._transaction() as db:
            for statement in _SCHEMA:
                self._run(db, statement)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        try:
            with closing(self._connect()) as db:
                try:
                    yield db
                except BaseException:
                    db.rollback()
                    raise
                db.commit()
        except EgovError:
            raise
        except Exception as error:
            raise Unavailable(f"the register of codes does not answer: {error}", service="postgresql") from error


_LOOK_UP: Final = "SELECT status, reference FROM dossier_code WHERE agency = ? AND day = ? AND ordinal = ?"


def _named(reference: object) -> None:
    if not isinstance(reference, str) or not reference.strip():
        raise InvalidInput(f"a code is carried by a dossier, not by {reference!r}", path="reference")


def _stamp(at: datetime) -> str:
    return at.astimezone(VIETNAM).isoformat(timespec="microseconds")


def _key(code: DossierCode) -> tuple[str, str, int]:
    require(code, DossierCode, "code")
    return code.agency_id, code.received_on.isoformat(), code.ordinal
