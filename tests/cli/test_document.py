"""`egov-vn document`: thin over the library; exit codes and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from egov_vn.cli import build
from egov_vn.clock import VIETNAM
from egov_vn.document import Document, DocumentKind, DocumentNumber, Issuer, edxml
from egov_vn.errors import InvalidInput

DIRECTIVE = Path(__file__).parents[2] / "examples" / "chi-thi-11-2015-can-tho.txt"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(), ["document", *map(str, arguments)])


def answer(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout)


def test_parse() -> None:
    found = answer("parse", DIRECTIVE)
    assert (found["number"], found["signer"]["name"]) == ("11/CT-UBND", "Lê Hùng Dũng")
    assert len(found["references"]) == 7
    shown = run("parse", DIRECTIVE)
    assert shown.exit_code == 0
    assert "Viện dẫn 7 văn bản" in shown.stdout
    assert "Quyết định 955/QĐ-UBND ngày 02/04/2014" in shown.stdout


def test_check_exits_1_where_an_error_stands(tmp_path: Path) -> None:
    done = run("check", DIRECTIVE)
    assert done.exit_code == 1
    assert "DOC-RECIPIENTS-MISSING" in done.stdout
    assert answer("check", DIRECTIVE)["holds"] is False
    path = tmp_path / "letter.json"
    sound = run("parse", DIRECTIVE, "--json").stdout
    path.write_text(
        json.dumps(json.loads(sound) | {"recipients": ["Lưu: VT"], "abstract": "Về việc"}), encoding="utf-8"
    )
    done = run("check", path, "--lang", "en")
    assert done.exit_code == 0
    assert "older than Decree 30/2020" in done.stdout
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"day": "2026-01-05"}), encoding="utf-8")
    assert run("check", path).stdout.strip() == "Không có nhận xét."


def test_render(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra 'forms' is not installed")
    out = tmp_path / "directive.pdf"
    arguments = ("render", DIRECTIVE, "--out", out, "--at", "2026-02-12T09:00", "--recipient", "Lưu: VT")
    found = answer(*arguments)
    first = out.read_bytes()
    assert first.startswith(b"%PDF")
    assert found["pages"] == 3
    assert found["boxes"]["signature"]["page"] == 3
    assert run(*arguments).exit_code == 0
    assert out.read_bytes() == first
    done = run("render", DIRECTIVE, "--out", tmp_path / "p.png", "--dpi", 30)
    assert done.exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["p-1.png", "p-2.png", "p-3.png"]
    assert not list(tmp_path.glob(".egov-*"))


def test_a_bad_call_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra 'forms' is not installed")
    for arguments in (
        ("render", DIRECTIVE, "--out", tmp_path / "x.pdf", "--at", "mai"),
        ("render", DIRECTIVE, "--out", tmp_path / "none" / "x.pdf"),
        ("parse", _file(tmp_path, "binary.txt", b"\xff\xfe\x00")),
        ("parse", _file(tmp_path, "prose.txt", b"hello")),
        ("edxml", _file(tmp_path, "x.edxml", b"<a/>")),
    ):
        assert isinstance(run(*arguments).exception, InvalidInput)
    assert run("parse", tmp_path / "absent.txt").exit_code == 2


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_number() -> None:
    found = answer("number", "30/2020/NĐ-CP")
    assert (found["kind"], found["year"], found["agency"], found["valid"]) == ("Nghị định", 2020, "CP", True)
    assert answer("number", "15/BC-VP")["alternatives"] == ["BC, VP"]
    assert "kind: Chỉ thị" in run("number", "11/CT-UBND").stdout
    assert answer("number", "xx")["valid"] is False
    bad = run("number", "xx")
    assert bad.exit_code == 1
    assert "xx" in bad.stderr


def _messages() -> Sequence[edxml.Message | edxml.StatusMessage]:
    document = Document(
        kind=DocumentKind.of("BC"),
        number=DocumentNumber.parse("05/BC-UBND"),
        issuer=Issuer(name="UBND"),
        day=date(2026, 2, 12),
        abstract="Báo cáo",
    )
    sender = edxml.Organization(organ_id="H13", name="Cần Thơ")
    message = edxml.message_of(
        document, sender=sender, receivers=(sender,), attachments=(edxml.Attachment(name="../a.pdf", data=b"%PDF"),)
    )
    status = edxml.StatusMessage(
        sender=sender,
        response=edxml.Response(organ_id="G22", code="05/BC-UBND"),
        code="03",
        at=datetime(2026, 2, 12, 9, tzinfo=VIETNAM),
    )
    return message, status


def test_edxml(tmp_path: Path) -> None:
    message, status = _messages()
    path = _file(tmp_path, "a.edxml", edxml.write(message))
    found = answer("edxml", path, "--extract", tmp_path / "out")
    assert (found["number"], found["business"]) == ("05/BC-UBND", "new")
    assert [item.name for item in (tmp_path / "out").iterdir()] == ["01-a.pdf"], "a name never leads out of the folder"
    assert "subject: Báo cáo" in run("edxml", path).stdout
    path = _file(tmp_path, "s.edxml", edxml.write(status))
    assert answer("edxml", path)["meaning"] == "Đã tiếp nhận"
    assert isinstance(message, edxml.Message)
    odd = edxml.write(replace(message, due=date(2026, 3, 1))).replace(b"2026/03/01", b"01/03/2026")
    assert "EDX-DATE-FORM" in run("edxml", _file(tmp_path, "o.edxml", odd)).stdout
