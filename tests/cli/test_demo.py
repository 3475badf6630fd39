"""`egov-vn demo`: the main job, end to end, judged from outside by other people's tools."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from egov_vn.cli import demo_steps
from egov_vn.cli.demo import run_demo
from egov_vn.cli.pictures import pictures
from egov_vn.errors import InvalidInput, Unavailable
from egov_vn.signature import TrustStore, assess_file

pytest.importorskip("typst", reason="the extra `forms` is not installed")
pytest.importorskip("pypdfium2", reason="the extra `cli` is not installed")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that one run leaves."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    run_demo(folder, force=False)
    return folder


def test_every_link_and_picture_of_the_page_exists(out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")
    root = etree.HTML(page)
    assert root.get("lang") == "vi"
    targets = [*root.xpath("//a/@href"), *root.xpath("//img/@src")]
    assert len(targets) > 20
    for target in targets:
        assert (out / target).is_file(), target
    assert "viewport" in page


def test_the_due_date_skips_tet_and_says_so(out: Path) -> None:
    explained = (out / "1-tiep-nhan/thoi-han.txt").read_text(encoding="utf-8")
    assert "26/02/2026" in explained
    assert "Tết Nguyên đán" in explained
    assert "Điều 112" in explained
    dossier = json.loads((out / "1-tiep-nhan/ho-so.json").read_text(encoding="utf-8"))
    assert dossier["MaHoSo"] == "000.00.00.H13-260212-0001"
    assert dossier["NgayHenTra"].startswith("2026-02-26") or dossier["NgayHenTra"].startswith("20260226")


def test_the_directive_is_read_whole(out: Path) -> None:
    document = json.loads((out / "2-van-ban/chi-thi.json").read_text(encoding="utf-8"))
    text = json.dumps(document, ensure_ascii=False)
    for cited in (
        "70/KH-UBND",
        "15/CT-TTg",
        "50/2009/QĐ-UBND",
        "716/UBND-VX",
        "608/QĐ-UBND",
        "11/2015/QĐ-UBND",
        "955/QĐ-UBND",
    ):
        number = cited.partition("/")[0]
        assert number in text, cited


def test_a_flipped_byte_is_refused_and_the_place_named(out: Path) -> None:
    for name in ("chi-thi-da-ky.pdf", "ho-so-da-ky.xml"):
        good = json.loads((out / f"4-kiem-tra/{name}.json").read_text(encoding="utf-8"))
        bad = json.loads((out / f"4-kiem-tra/da-sua-{name}.json").read_text(encoding="utf-8"))
        assert good["indication"] == "TOTAL-PASSED"
        assert bad["indication"] == "TOTAL-FAILED"
        findings = [*bad["findings"], *(finding for one in bad["signatures"] for finding in one["findings"])]
        assert any(finding["level"] == "error" and finding["where"] for finding in findings)
        originals = {"chi-thi-da-ky.pdf": "2-van-ban", "ho-so-da-ky.xml": "3-ban-ghi"}
        original = (out / originals[name] / name).read_bytes()
        changed = (out / "4-kiem-tra" / f"da-sua-{name}").read_bytes()
        assert sum(one != two for one, two in zip(original, changed, strict=True)) == 1


@pytest.mark.oracle
def test_pdfsig_calls_both_signatures_valid_and_the_whole_document_signed(out: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    command = ["pdfsig", "-nocert", str(out / "2-van-ban/chi-thi-da-ky.pdf")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid.") == 2
    assert "Total document signed" in said


@pytest.mark.oracle
def test_xmlsec1_verifies_the_record(out: Path) -> None:
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    keys = out / "chung-thu-thu-nghiem"
    done = subprocess.run(
        [
            "xmlsec1",
            "--verify",
            "--trusted-pem",
            str(keys / "goc.pem"),
            "--untrusted-pem",
            str(keys / "cap-duoi.pem"),
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            str(out / "3-ban-ghi/ho-so-da-ky.xml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["2-van-ban/chi-thi-da-ky.pdf", "3-ban-ghi/ho-so-da-ky.xml"])
def test_what_was_made_still_holds_a_year_later_offline(out: Path, name: str) -> None:
    trust = TrustStore.load(out / "chung-thu-thu-nghiem/goc.pem")
    report = assess_file((out / name).read_bytes(), trust=trust, at=demo_steps.CHECKED_AT + timedelta(days=365))
    assert str(report.indication) == "TOTAL-PASSED", report.to_terminal("en")


def test_the_package_is_valid_against_the_official_schemas(out: Path, shared: Path) -> None:
    driver = (shared / "xsd/mets/mets-1.12.xsd").read_text(encoding="utf-8")
    local = re.sub(r'schemaLocation="[^"]*xlink[^"]*"', 'schemaLocation="xlink.xsd"', driver)
    mets = etree.XMLSchema(etree.fromstring(local.encode(), base_url=str(shared / "xsd/mets/mets-1.12.xsd")))
    premis = etree.XMLSchema(etree.parse(str(shared / "xsd/premis/premis-v3-0.xsd")))
    packages = [path for path in (out / "5-luu-tru").iterdir() if path.is_dir()]
    assert len(packages) == 1
    found = list(packages[0].rglob("METS.xml"))
    assert len(found) == 2
    for path in found:
        mets.assertValid(etree.parse(str(path)))
    for path in packages[0].rglob("PREMIS*.xml"):
        premis.assertValid(etree.parse(str(path)))
    assert json.loads((out / "5-luu-tru/kiem-tra.json").read_text(encoding="utf-8"))["conforms"] is True


def test_a_folder_with_files_is_refused_without_force(out: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="--force"):
        run_demo(tmp_path, force=False)
    with pytest.raises(InvalidInput):
        run_demo(tmp_path / "mine.txt", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_force_replaces_the_demo_s_own_files_and_nothing_else(tmp_path: Path) -> None:
    run_demo(tmp_path, force=True)
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "index.html").write_text("old")
    run_demo(tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert "egov_vn" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len([path for path in (tmp_path / "5-luu-tru").iterdir() if path.is_dir()]) == 1


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise Unavailable("the TSA did not answer", service="tsa")

    steps = (*demo_steps.STEPS[:2], ("3", "Ký bản ghi hồ sơ", fail))
    monkeypatch.setattr(demo_steps, "STEPS", steps)
    with pytest.raises(InvalidInput, match="bước 3"):
        run_demo(tmp_path / "out", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_place_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tep").write_text("x")
    with pytest.raises(InvalidInput, match="thư mục cha"):
        run_demo(tmp_path / "tep" / "ket-qua", force=False)
    with pytest.raises(InvalidInput, match="là một tệp"):
        run_demo(tmp_path / "tep", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["tep"]


def test_what_the_disk_refuses_half_way_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(story: object) -> None:
        raise OSError(28, "No space left on device", "ho-so.json")

    monkeypatch.setattr(demo_steps, "STEPS", [(1, "Tiếp nhận", full)])
    with pytest.raises(InvalidInput, match=r"ho-so\.json: không ghi được: No space left"):
        run_demo(tmp_path / "out", force=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"no PDF", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_gives_no_pictures(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a PDF"):
        pictures(data)
