"""The allocator on a PostgreSQL server that the test starts for itself, on a Unix socket in a temporary folder."""

from __future__ import annotations

import importlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.dossier import CodeAllocator, CodeStatus, DossierCode, PostgresAllocator
from egov_vn.errors import InvalidInput, Unavailable

AGENCY = "000.00.00.H13"
AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
DAY = date(2026, 2, 12)
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def as_user(*command: str) -> None:
    """Run a server program; PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True)


@pytest.fixture(scope="module")
def socket_path() -> Iterator[str]:
    pytest.importorskip("pg8000", reason="needs the driver pg8000")
    if not PROGRAMS:
        pytest.skip("needs a PostgreSQL server (Debian: postgresql)")
    if os.geteuid() == 0 and (
        shutil.which("runuser") is None or "postgres" not in {user.pw_name for user in pwd.getpwall()}
    ):
        pytest.skip("PostgreSQL does not run as root")
    programs = PROGRAMS[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="egov-pg-"))
    folder.chmod(0o777)
    data = str(folder / "data")
    as_user(str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "test", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=60"
    as_user(str(programs / "pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield str(folder / ".s.PGSQL.5432")
    finally:
        as_user(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def allocator(socket_path: str) -> PostgresAllocator:
    driver = importlib.import_module("pg8000.dbapi")

    def connect() -> Any:
        return driver.connect(user="test", database="postgres", unix_sock=socket_path)

    made = PostgresAllocator(connect)
    with connect() as db:
        db.cursor().execute("TRUNCATE dossier_counter, dossier_code")
        db.commit()
    return made


@pytest.mark.slow
@pytest.mark.oracle
def test_it_keeps_the_promise(allocator: PostgresAllocator) -> None:
    assert isinstance(allocator, CodeAllocator)
    first = allocator.allocate(AGENCY, AT)
    assert str(first) == "000.00.00.H13-260212-0001"
    assert str(allocator.allocate(AGENCY, AT + timedelta(hours=15))) == "000.00.00.H13-260213-0001"
    allocator.confirm(first, "hồ sơ 1")
    allocator.confirm(first, "hồ sơ 1")
    with pytest.raises(InvalidInput, match="two receipts"):
        allocator.confirm(first, "hồ sơ 2")
    second = allocator.allocate(AGENCY, AT, late_entry=True)
    allocator.void(second, "in hỏng")
    allocator.adopt(DossierCode.parse("000.00.00.H13-260212-0004"), "sổ giấy", AT)
    with pytest.raises(InvalidInput, match="two receipts"):
        allocator.adopt(DossierCode.parse("000.00.00.H13-260212-0004"), "khác", AT)
    assert [(gap.code.ordinal, gap.status) for gap in allocator.gaps(AGENCY, DAY)] == [
        (2, CodeStatus.VOID), (3, CodeStatus.MISSING),
    ]  # fmt: skip
    assert allocator.last(AGENCY, DAY) == 4
    with pytest.raises(InvalidInput, match="backwards"):
        allocator.allocate(AGENCY, AT)


@pytest.mark.slow
@pytest.mark.oracle
def test_many_desks_at_once(allocator: PostgresAllocator) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: allocator.allocate(AGENCY, AT), range(120)))
    assert sorted(code.ordinal for code in codes) == list(range(1, 121))


def test_a_server_that_does_not_answer() -> None:
    def refuse() -> Any:
        raise OSError("connection refused")

    with pytest.raises(Unavailable, match="connection refused"):
        PostgresAllocator(refuse)
