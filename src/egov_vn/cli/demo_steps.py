"""The steps of the demo: one dossier and one directive from the desk to the archive, each on real input.

Every step is what an agency's program would do with this library; read them as examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from egov_vn.archive import Organisation, check_package, write_package
from egov_vn.archive.crosswalk import DossierDocument, file_from_dossier
from egov_vn.calendar import Deadline, WorkCalendar, WorkHours, compute_deadline
from egov_vn.cli.pictures import pictures
from egov_vn.clock import VIETNAM, vietnam_date
from egov_vn.document import Document, Layout, parse_text, render
from egov_vn.dossier import CopyType, Dossier, SqliteAllocator, dossier_xml, forms
from egov_vn.errors import InvalidInput
from egov_vn.signature import (
    At,
    KeySigner,
    Level,
    PersonImage,
    Report,
    SealImage,
    TrustStore,
    assess_file,
    sign_pdf,
    sign_xml,
)
from egov_vn.testing import TestAuthority
from egov_vn.testing.images import sample_seal, sample_signature

__all__ = ["RECEIVED_AT", "STEPS", "Exhibit", "Story", "example"]

RECEIVED_AT = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
"""Thursday 12/02/2026, 09:00, two working days before Tết."""
SIGNED_AT = RECEIVED_AT + timedelta(hours=1)
CHECKED_AT = RECEIVED_AT + timedelta(hours=6)
AGENCY = "000.00.00.H13"
DIRECTIVE = "chi-thi-11-2015-can-tho.txt"
DOSSIER = "ho-so-2.000815.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One file that the demo leaves, with what it is, in Vietnamese."""

    path: str
    title: str
    about: str
    pictures: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Story:
    """What the demo knows so far; each step adds to it and writes below *out*."""

    out: Path
    authority: TestAuthority
    exhibits: dict[str, list[Exhibit]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    dossier: Dossier | None = None
    deadline: Deadline | None = None
    receipt: bytes = b""
    document: Document | None = None
    directive: bytes = b""
    record: bytes = b""
    reports: dict[str, Report] = field(default_factory=dict)

    @property
    def trust(self) -> TrustStore:
        """The root of the test authority, and nothing else."""
        return self.authority.trust_store()

    def write(self, step: str, path: str, data: bytes | str, *, title: str, about: str) -> None:
        """Write one file and remember what it is; a PDF gets pictures of its pages."""
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = data.encode("utf-8") if isinstance(data, str) else data
        target.write_bytes(raw)
        drawn = tuple(self._draw(path, raw)) if path.endswith(".pdf") else ()
        self.exhibits.setdefault(step, []).append(Exhibit(path=path, title=title, about=about, pictures=drawn))

    def say(self, step: str, line: str) -> None:
        """Keep a line for the terminal and the page."""
        self.lines.setdefault(step, []).append(line)

    def _draw(self, path: str, pdf: bytes) -> Iterator[str]:
        for number, picture in enumerate(pictures(pdf), start=1):
            name = f"anh/{Path(path).stem}-{number}.png"
            (self.out / "anh").mkdir(exist_ok=True)
            (self.out / name).write_bytes(picture)
            yield name


def example(name: str) -> bytes:
    """Return a file of `examples/`: from the installed package, or from the checkout."""
    packed = resources.files("egov_vn").joinpath("examples", name)
    if packed.is_file():
        return packed.read_bytes()
    beside = Path(__file__).parents[3] / "examples" / name
    if not beside.is_file():
        raise InvalidInput(f"the example {name} is not installed", path=str(beside))
    return beside.read_bytes()


def receive(story: Story) -> None:
    """Validate the dossier, allocate its code, compute and explain the due date, draw the receipt."""
    step = "1"
    dossier = Dossier.from_json(example(DOSSIER))
    calendar = WorkCalendar.official(as_of=vietnam_date(RECEIVED_AT))
    code = SqliteAllocator(story.out / "so-cap-ma.sqlite").allocate(AGENCY, RECEIVED_AT)
    deadline = compute_deadline(RECEIVED_AT, dossier.term or "05 ngày làm việc", calendar=calendar, hours=HOURS)
    dossier = dossier.model_copy(update={"code": code, "received_at": RECEIVED_AT, "due_at": deadline.at})
    story.dossier, story.deadline = dossier, deadline
    story.receipt = forms.render("receipt", _receipt(dossier, deadline), code=code, at=RECEIVED_AT)
    explained = deadline.explain("vi")
    story.say(step, f"Mã số hồ sơ {code}")
    for line in explained.splitlines():
        story.say(step, line)
    story.write(
        step, "1-tiep-nhan/ho-so.json", dossier.to_json(indent=2),
        title="Hồ sơ điện tử", about="Hồ sơ đã kiểm tra, theo tên trường của Cổng Dịch vụ công quốc gia.",
    )  # fmt: skip
    story.write(
        step, "1-tiep-nhan/thoi-han.txt", explained + "\n",
        title="Vì sao hẹn ngày này", about="Từng ngày từ lúc tiếp nhận đến lúc hẹn trả, kèm điều luật.",
    )  # fmt: skip
    story.write(
        step, "1-tiep-nhan/giay-tiep-nhan.pdf", story.receipt,
        title="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        about="Mẫu 01 của Thông tư 03/2025/TT-VPCP, PDF/A, có mã vạch.",
    )  # fmt: skip


def issue(story: Story) -> None:
    """Read the directive, lay it out under NĐ 30/2020, sign it as the person and then as the agency."""
    step = "2"
    document = parse_text(example(DIRECTIVE).decode("utf-8"))
    layout = render(document, at=SIGNED_AT)
    story.document = document
    story.say(step, f"Số, ký hiệu: {document.number} · trích yếu: {document.abstract}")
    story.say(step, f"Viện dẫn {len(document.references)} văn bản: " + "; ".join(r.text for r in document.references))
    person = story.authority.issue_person(
        "Nguyễn Văn Thử", cccd="092090000018", title="CHỦ TỊCH", agency="ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ"
    )
    agency = story.authority.issue_agency("ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ")
    signed = _sign(story, layout.pdf, person, SIGNED_AT, _person_image(layout), "NguoiCoThamQuyen")
    story.directive = _sign(
        story, signed, agency, SIGNED_AT + timedelta(minutes=5), SealImage(image=sample_seal()), "CoQuan"
    )
    story.say(step, "Ký số: người có thẩm quyền, rồi cơ quan; mức B-LTA, có dấu thời gian và dữ liệu thu hồi")
    story.write(
        step, "2-van-ban/chi-thi.json", _document_json(document),
        title="Chỉ thị đã đọc", about="Số, ký hiệu, cơ quan, ngày, trích yếu, người ký và bảy văn bản viện dẫn.",
    )  # fmt: skip
    story.write(
        step, "2-van-ban/chi-thi-da-ky.pdf", story.directive,
        title="Chỉ thị đã ký số",
        about="Trình bày theo Nghị định 30/2020/NĐ-CP, PDF/A, hai chữ ký PAdES B-LTA (chứng thư thử nghiệm).",
    )  # fmt: skip


def record(story: Story) -> None:
    """Sign the dossier's XML record."""
    step = "3"
    assert story.dossier is not None
    clerk = story.authority.issue_person("Trần Thị Mẫu", cccd="092190000027", title="Công chức một cửa")
    story.record = sign_xml(
        dossier_xml(story.dossier),
        signer=clerk,
        at=SIGNED_AT,
        level=Level.B_LTA,
        timestamper=story.authority.timestamper(SIGNED_AT),
        revocation=story.authority.revocation(SIGNED_AT),
        trust=story.trust,
    )
    story.say(step, "Bản ghi XML của hồ sơ đã ký XAdES B-LTA")
    story.write(
        step, "3-ban-ghi/ho-so-da-ky.xml", story.record,
        title="Bản ghi hồ sơ đã ký",
        about="XML có chữ ký XAdES B-LTA; kiểm tra được bằng xmlsec1 hoặc Apache Santuario.",
    )  # fmt: skip
    story.write(
        step, "chung-thu-thu-nghiem/goc.pem", story.authority.root_pem,
        title="Chứng thư gốc thử nghiệm", about="Dùng để kiểm tra lại các chữ ký trên; không dùng ngoài thử nghiệm.",
    )  # fmt: skip
    story.write(
        step, "chung-thu-thu-nghiem/cap-duoi.pem", story.authority.issuing_pem,
        title="Chứng thư cấp dưới thử nghiệm", about="Tổ chức cấp chứng thư cho người ký trong bản trình diễn.",
    )  # fmt: skip


def verify(story: Story) -> None:
    """Verify everything from the bytes, offline; then flip one byte of each copy and see it refused."""
    step = "4"
    for name, data in (("chi-thi-da-ky.pdf", story.directive), ("ho-so-da-ky.xml", story.record)):
        report = _assess(story, data)
        story.reports[name] = report
        story.say(step, f"{name}: {report.indication}")
        _write_report(story, step, name, report, "còn nguyên vẹn")
        if report.indication != "TOTAL-PASSED":
            raise InvalidInput(f"{name} does not verify: {report.indication} {report.sub_indication}")
        broken, where = _flip(data)
        refused = _assess(story, broken)
        story.say(step, f"{name}, đổi một byte ở vị trí {where}: {refused.indication} ({refused.sub_indication})")
        for finding in _reasons(refused):
            story.say(step, f"    {finding}")
        (story.out / f"4-kiem-tra/da-sua-{name}").write_bytes(broken)
        _write_report(story, step, f"da-sua-{name}", refused, f"đã bị đổi một byte, ở vị trí {where}")
        if refused.indication == "TOTAL-PASSED":
            raise InvalidInput(f"a changed {name} still verifies", path=f"byte {where}")


def archive(story: Story) -> None:
    """Pack dossier and directive as a submission package, and check it."""
    step = "5"
    assert story.dossier is not None
    assert story.document is not None
    documents = (
        DossierDocument(
            name="giay-tiep-nhan.pdf",
            source=story.receipt,
            subject="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
            type_name="Giấy biên nhận hồ sơ",
            issued=RECEIVED_AT.date(),
        ),
        DossierDocument.from_document(story.document, story.directive, name="chi-thi-da-ky.pdf", role="made"),
    )
    agency = Organisation(name="Ủy ban nhân dân thành phố Cần Thơ", code=AGENCY)
    filed = file_from_dossier(
        story.dossier, documents, agency=agency, retention="10 năm", record=story.record, papers=0
    )
    package = write_package(
        story.out / "5-luu-tru", filed, kind="SIP_hoso", profile="tt05", at=CHECKED_AT, agent=agency
    )
    result = check_package(package.path)
    story.say(step, f"Gói {package.path.name}: {result.verdict('vi')}, {len(result.findings)} ghi nhận")
    for finding in result.findings:
        story.say(step, f"    {finding.line('vi')}")
    story.write(
        step, "5-luu-tru/kiem-tra.json", json.dumps(result.to_dict(), ensure_ascii=False, indent=2) + "\n",
        title="Kết quả kiểm tra gói tin", about="Lược đồ, mã băm, trường dữ liệu của Thông tư 05/2025/TT-BNV.",
    )  # fmt: skip
    inside = f"5-luu-tru/{package.path.name}"
    for path, title in (
        ("METS.xml", "Gói tin SIP: mục lục METS"),
        ("metadata/descriptive/EAD.xml", "Gói tin SIP: mô tả hồ sơ"),
        ("metadata/preservation/PREMIS.xml", "Gói tin SIP: sự kiện bảo quản PREMIS"),
    ):
        story.exhibits[step].append(Exhibit(path=f"{inside}/{path}", title=title, about=f"Trong {inside}"))
    if not result.conforms:
        raise InvalidInput("the package does not conform", path=package.path.name)


HOURS = WorkHours("07:00-11:30, 13:30-17:00")
_COPY_TYPES = {
    CopyType.ORIGINAL: "Bản chính",
    CopyType.COPY: "Bản sao",
    CopyType.ELECTRONIC: "Bản điện tử",
    CopyType.CERTIFIED_COPY: "Bản sao chứng thực",
}
STEPS = (
    ("1", "Tiếp nhận hồ sơ", receive),
    ("2", "Ban hành văn bản", issue),
    ("3", "Ký bản ghi hồ sơ", record),
    ("4", "Kiểm tra chữ ký", verify),
    ("5", "Nộp lưu", archive),
)
"""Number, Vietnamese name and function of each step; the page is the sixth."""


def _sign(story: Story, pdf: bytes, signer: KeySigner, at: datetime, look: PersonImage | SealImage, name: str) -> bytes:
    return sign_pdf(
        pdf,
        signer=signer,
        at=at,
        level=Level.B_LTA,
        timestamper=story.authority.timestamper(at),
        revocation=story.authority.revocation(at),
        trust=story.trust,
        appearance=look,
        field=name,
    )


def _person_image(layout: Layout) -> PersonImage:
    box = layout.signature_box
    if box is None:
        raise InvalidInput("the directive names no signer", path="signer")
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    return PersonImage(image=sample_signature(), place=At(box=corners, page=box.page))


def _assess(story: Story, data: bytes) -> Report:
    return assess_file(data, trust=story.trust, at=CHECKED_AT)


def _reasons(report: Report) -> list[str]:
    everything = [*report.findings, *(finding for one in report.signatures for finding in one.findings)]
    return [finding.line("vi") for finding in everything if finding.level == "error"]


def _write_report(story: Story, step: str, name: str, report: Report, state: str) -> None:
    story.write(
        step, f"4-kiem-tra/{name}.html", report.to_html("vi"),
        title=f"Báo cáo: {name}", about=f"Tệp {state}. Kết luận: {report.indication}.",
    )  # fmt: skip
    (story.out / f"4-kiem-tra/{name}.json").write_text(report.to_json(), encoding="utf-8")


def _flip(data: bytes) -> tuple[bytes, int]:
    """Change one byte of what is signed: a letter of the XML record, a byte of the PDF's first page."""
    mark = b"<ChuHoSo>" if data.lstrip().startswith(b"<") else b"stream\n"
    where = data.index(mark) + len(mark) + 3
    return data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :], where


def _receipt(dossier: Dossier, deadline: Deadline) -> Mapping[str, Any]:
    return {
        "agency": "Ủy ban nhân dân phường Ví Dụ",
        "parent_agency": "Ủy ban nhân dân thành phố Cần Thơ",
        "place": "Cần Thơ",
        "desk": dossier.submitted_to or "Trung tâm Phục vụ hành chính công",
        "applicant": dossier.applicant_name,
        "address": dossier.address,
        "phone": dossier.phone,
        "procedure": dossier.procedure_name,
        "components": [
            {
                "name": item.name,
                "copy_type": _COPY_TYPES[item.copy_type],
                "quantity": item.originals + item.certified_copies + item.copies,
            }
            for item in dossier.components
        ],
        "sets": dossier.copies,
        "term": str(deadline.term),
        "received_at": RECEIVED_AT,
        "due_at": deadline.at,
        "return_at": dossier.submitted_to,
        "fee": dossier.fee_total,
        "submitted_by": dossier.applicant_name,
        "received_by": "Trần Thị Mẫu",
    }


def _document_json(document: Document) -> str:
    return document.to_json(indent=2)
