"""`egov-vn trust`: roots compared with their pins, certificates read aloud, a register watched for what expires."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from egov_vn.cli.common import LANG, Lang, language_of, print_json, read_file, read_time, write_whole
from egov_vn.clock import vietnam_date
from egov_vn.finding import Finding, Severity, render_terminal, worst
from egov_vn.signature.certificate import CertificateInfo
from egov_vn.signature.keys import load_certificates
from egov_vn.signature.messages import moment_text
from egov_vn.signature.register import CertificateChange, CertificateRegister, RegisteredCertificate, change_duties
from egov_vn.signature.trust import check_pin, root_pins

__all__ = ["register"]

_EXIT = {None: 0, Severity.INFO: 0, Severity.WARNING: 3, Severity.ERROR: 1}
JSON = typer.Option(False, "--json", help="In kết quả dạng JSON.")


def register(app: typer.Typer) -> None:
    """Add the command `trust` to *app*."""
    commands = typer.Typer(no_args_is_help=True, help="Chứng thư gốc, chứng thư và sổ theo dõi chứng thư.")
    commands.command("pins")(pins)
    commands.command("check")(check)
    commands.command("show")(show)
    commands.command("register")(make_register)
    commands.command("expiring")(expiring)
    commands.command("change")(change)
    app.add_typer(commands, name="trust")


def pins(as_json: bool = JSON) -> None:
    """In các vân tay chứng thư gốc đã biết, kèm mức độ xác minh."""
    rows = [
        {
            "key": pin.key,
            "name": pin.name,
            "authority": pin.authority,
            "sha256": pin.sha256,
            "evidence": pin.evidence.value,
            "urls": list(pin.urls),
            "source": str(pin.source),
        }
        for pin in root_pins()
    ]
    if as_json:
        print_json({"pins": rows})
        return
    for row in rows:
        typer.echo(f"{row['key']:<12} {row['evidence']:<8} {row['sha256']}  {row['name']} ({row['authority']})")


def check(
    files: list[Path] = typer.Argument(..., help="Tệp chứng thư gốc đã tải về (PEM, DER, p7b)."),
    name: str = typer.Option("", "--name", help="Tên (key) của chứng thư mà tệp phải là; xem `trust pins`."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """So chứng thư gốc đã tải với vân tay đã biết. Mã thoát: 0 khớp, 1 không khớp, 3 không có vân tay."""
    language = language_of(lang)
    results: list[dict[str, Any]] = []
    found: list[Finding] = []
    for path in files:
        for certificate in load_certificates(read_file(path)):
            remarks = check_pin(certificate, name=name or None)
            found += remarks
            info = CertificateInfo.parse(certificate)
            results.append(
                {
                    "file": str(path),
                    "name": info.common_name,
                    "sha256": info.sha256,
                    "findings": [item.to_dict() for item in remarks],
                }
            )
            if not as_json:
                typer.echo(f"{path}: {info.common_name}\n{render_terminal(remarks, language)}")
    if as_json:
        print_json({"results": results})
    raise typer.Exit(_EXIT[worst(found)])


def show(files: list[Path] = typer.Argument(..., help="Tệp chứng thư (PEM, DER, p7b)."), as_json: bool = JSON) -> None:
    """Đọc chứng thư: chủ thể, mã số, cơ quan, chức vụ, thời hạn, khóa."""
    infos = [CertificateInfo.parse(item) for path in files for item in load_certificates(read_file(path))]
    if as_json:
        print_json({"certificates": [info.to_dict() for info in infos]})
        return
    for info in infos:
        numbers = ", ".join(f"{key} {value}" for key, value in info.numbers.items())
        for label, value in (
            ("Chủ thể", info.common_name),
            ("Mã số", numbers),
            ("Chức vụ", info.title),
            ("Cơ quan, tổ chức", info.organization),
            ("Tổ chức cấp", info.issuer_name),
            ("Hiệu lực", f"{moment_text(info.not_before)} đến {moment_text(info.not_after)}"),
            ("Khóa", info.key),
            ("Vân tay SHA-256", info.sha256),
        ):
            if value:
                typer.echo(f"{label}: {value}")
        typer.echo("")


def make_register(
    files: list[Path] = typer.Argument(..., help="Tệp chứng thư của cơ quan."),
    out: Path = typer.Option(..., "--out", help="Tệp sổ (JSON) sẽ ghi."),
    known: Path | None = typer.Option(None, "--add-to", help="Sổ đã có, để ghi tiếp vào bản mới."),
) -> None:
    """Lập sổ theo dõi chứng thư từ các tệp chứng thư."""
    book = CertificateRegister.from_json(read_file(known)) if known else CertificateRegister()
    for path in files:
        for certificate in load_certificates(read_file(path)):
            book = book.add(RegisteredCertificate.of(certificate))
    write_whole(out, book.to_json().encode("utf-8"))
    typer.echo(f"{out}: {len(book.entries)}")


def expiring(
    book: Path = typer.Argument(..., help="Sổ theo dõi chứng thư (JSON)."),
    days: int = typer.Option(..., "--days", min=0, help="Cảnh báo trước bao nhiêu ngày: do đơn vị tự đặt."),
    at: str = typer.Option("", "--at", help="Thời điểm xem xét, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """Liệt kê chứng thư sắp hết hạn hoặc đã hết hạn. Mã thoát: 0 không có, 1 có chứng thư đã hết hạn, 3 sắp hết hạn."""
    language = language_of(lang)
    found = CertificateRegister.from_json(read_file(book)).check(read_time(at), within=timedelta(days=days))
    if as_json:
        print_json({"findings": [item.to_dict() for item in found]})
    elif found:
        typer.echo(render_terminal(found, language))
    raise typer.Exit(_EXIT[worst(found)])


def change(
    kind: CertificateChange = typer.Argument(..., help="Thay đổi nào."),
    at: str = typer.Option("", "--at", help="Ngày thay đổi, ISO 8601; mặc định là hôm nay."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """In thủ tục phải làm khi thuê bao hoặc thiết bị có thay đổi, theo mẫu của NĐ 68/2024/NĐ-CP."""
    language = language_of(lang)
    duties = change_duties(kind, on=vietnam_date(read_time(at)))
    if as_json:
        print_json(
            {
                "duties": [
                    {
                        "form": duty.form,
                        "title": duty.form_title(language),
                        "addressee": duty.addressee(language),
                        "by_new_agency": duty.by_new_agency,
                        "device_days": duty.device_days,
                        "reason": duty.reason(language),
                        "source": duty.source.render(language),
                        "evidence": duty.evidence.value,
                    }
                    for duty in duties
                ]
            }
        )
        return
    typer.echo(duties[0].reason(language))
    for duty in duties:
        word = "Mẫu số" if language == "vi" else "Form"
        typer.echo(f"- {word} {duty.form}: {duty.form_title(language)} → {duty.addressee(language)}")
    typer.echo(f"[{duties[0].source.render(language)}; {duties[0].evidence}]")
