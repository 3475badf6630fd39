"""What the commands share: instants as people write them, and files written whole without harm to anything else."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from egov_vn.cli.common import read_day, read_time, write_whole
from egov_vn.clock import VIETNAM
from egov_vn.errors import InvalidInput

NINE = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "text",
    ["2026-02-12T09:00", "2026-02-12 09:00", "12/02/2026 09:00", " 12/2/2026 09:00:00 ", "2026-02-12T02:00:00Z"],
)
def test_an_instant_is_read_as_people_write_it(text: str) -> None:
    assert read_time(text) == NINE


def test_a_day_alone_is_its_first_instant_and_no_text_is_now() -> None:
    assert read_time("12/02/2026") == read_time("2026-02-12") == NINE.replace(hour=0)
    assert abs(read_time("") - datetime.now(UTC)).total_seconds() < 60
    assert read_time(None).tzinfo is VIETNAM


@pytest.mark.parametrize("text", ["hôm nay", "31/02/2026 09:00", "12/02 09:00", "12/02/2026 25:00", "1/2/3/4", "//"])
def test_what_is_no_instant_names_its_option(text: str) -> None:
    with pytest.raises(InvalidInput, match="--received"):
        read_time(text, "--received")


def test_days() -> None:
    assert read_day(None, "--as-of") is None
    assert read_day("24/12/2025", "--as-of") == read_day("2025-12-24", "--as-of") == date(2025, 12, 24)
    with pytest.raises(InvalidInput, match="--as-of"):
        read_day("24.12.2025", "--as-of")


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_a_result_has_the_mode_that_the_user_s_mask_gives(tmp_path: Path) -> None:
    for mask, mode in ((0o022, 0o644), (0o077, 0o600)):
        before = os.umask(mask)
        try:
            write_whole(tmp_path / "a.pdf", b"x")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a.pdf").stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_ordinary_file_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["folder", "none/a.pdf", "x" * 300])
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_whole(tmp_path / name, b"x")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]
