from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "certificates.py"


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert "CERT-EXPIRING" in lines[0]
    assert [line.split(":")[0] for line in lines[1:3]] == ["Mẫu số 05", "Mẫu số 08"]
    assert "HỢP LỆ" in lines[3]
    assert "REVOKED_NO_POE" in lines[4]
