"""`egov-vn sign`: sign a PDF, XML or any file with a key in a file, at any level, with the look of the decree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from egov_vn.cli.common import LANG, Lang, language_of, read_file, read_secret, read_time, write_whole
from egov_vn.errors import InvalidInput
from egov_vn.finding import Language
from egov_vn.signature import (
    AnnexMark,
    At,
    Between,
    CopyMark,
    FileKind,
    HttpRevocation,
    HttpTimestamper,
    InField,
    Level,
    OverPerson,
    PemSigner,
    PersonImage,
    Pkcs12Signer,
    SealImage,
    Signer,
    TrustStore,
    file_kind,
    sign_cms,
    sign_pdf_reporting,
    sign_xml,
)
from egov_vn.signature.pades import Appearance

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command `sign` to *app*."""
    app.command("sign")(sign)


def sign(  # noqa: PLR0917 - typer reads the options from the parameters
    file: Path = typer.Argument(..., help="Tệp cần ký: PDF, XML, hoặc tệp bất kỳ (chữ ký CMS tách rời)."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Tệp kết quả; mặc định thêm .signed vào tên."),
    force: bool = typer.Option(False, "--force", help="Ghi đè tệp kết quả đã có."),
    p12: Path | None = typer.Option(None, "--p12", help="Khóa và chứng thư PKCS#12 (.p12, .pfx)."),
    key: Path | None = typer.Option(None, "--key", help="Khóa bí mật PEM."),
    cert: Path | None = typer.Option(None, "--cert", help="Chứng thư PEM (kèm chứng thư cấp trên nếu có)."),
    key_password_file: Path | None = typer.Option(None, "--key-password-file", help="Tệp chứa mật khẩu của khóa."),
    level: str = typer.Option("B-B", "--level", help="B-B, B-T, B-LT hoặc B-LTA."),
    tsa: str = typer.Option("", "--tsa", help="Địa chỉ dịch vụ cấp dấu thời gian."),
    trust: list[Path] = typer.Option([], "--trust", help="Chứng thư gốc và trung gian: tệp hoặc thư mục."),
    private_network: bool = typer.Option(
        False, "--private-network", help="Cho phép hỏi CRL, OCSP ở địa chỉ mạng nội bộ."
    ),
    lower: bool = typer.Option(False, "--lower", help="Nếu dịch vụ không trả lời thì ký ở mức thấp hơn."),
    image: Path | None = typer.Option(None, "--image", help="Hình ảnh chữ ký của người ký: PNG màu xanh, trong suốt."),
    seal: Path | None = typer.Option(None, "--seal", help="Hình ảnh dấu: PNG màu đỏ, trong suốt, đúng kích thước."),
    diameter: float | None = typer.Option(None, "--diameter", help="Đường kính dấu, mm."),
    between: tuple[str, str] = typer.Option(("", ""), "--between", help="Đặt giữa chức vụ và họ tên trong văn bản."),
    box: str = typer.Option("", "--box", help="Đặt theo tọa độ: trái,dưới,phải,trên (điểm PDF)."),
    page: int = typer.Option(-1, "--page", help="Trang cho --box, đếm từ 1; -1 là trang cuối."),
    annex: str = typer.Option("", "--annex", help="Ký văn bản kèm theo: số và ký hiệu văn bản."),
    copy: tuple[str, str] = typer.Option(("", ""), "--copy", help="Ký bản sao điện tử: hình thức sao, tên cơ quan."),
    field: str | None = typer.Option(None, "--field", help="Trường chữ ký có sẵn trong PDF."),
    reason: str | None = typer.Option(None, "--reason", help="Lý do ký."),
    location: str | None = typer.Option(None, "--location", help="Nơi ký."),
    password_file: Path | None = typer.Option(None, "--password-file", help="Tệp chứa mật khẩu mở PDF."),
    at: str = typer.Option("", "--at", help="Thời điểm ký, ISO 8601; mặc định là bây giờ."),
    lang: Lang = LANG,
) -> None:
    """Ký số một tệp. Chứng thư được kiểm tra trước khi ký; tệp kết quả chỉ được ghi khi ký xong."""
    language = language_of(lang)
    request = _Request(
        data=read_file(file),
        signer=_signer(p12, key, cert, read_secret(key_password_file)),
        at=read_time(at),
        level=_level(level),
        services=_services(tsa, trust, public_only=not private_network),
        language=language,
    )
    look = _look(image, seal, diameter, _place(between, box, page, field), annex, copy)
    pdf_options = {
        "appearance": look,
        "field": field,
        "reason": reason,
        "location": location,
        "password": read_secret(password_file),
        "on_unavailable": "lower" if lower else "raise",
    }
    made, suffix = _sign(request, pdf_options)
    target = out or file.with_name(f"{file.stem}.signed{file.suffix}" if not suffix else file.name + suffix)
    if target.exists() and not force:
        raise InvalidInput("the file exists; use --force to overwrite it", path=str(target))
    write_whole(target, made)
    done = {"vi": "Ký thành công", "en": "Signed"}[language]
    typer.echo(f"{done}: {target}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    data: bytes
    signer: Signer
    at: datetime
    level: Level
    services: dict[str, Any]
    language: Language


def _sign(request: _Request, pdf_options: dict[str, Any]) -> tuple[bytes, str]:
    common: dict[str, Any] = {"signer": request.signer, "at": request.at, "level": request.level}
    try:
        kind = file_kind(request.data)
    except InvalidInput:
        kind = FileKind.CMS  # any bytes can be signed beside themselves
    if kind is FileKind.PDF:
        result = sign_pdf_reporting(request.data, **common, **request.services, **pdf_options)
        for item in result.findings:
            typer.echo(item.line(request.language), err=True)
        return result.pdf, ""
    if any(pdf_options[name] for name in ("appearance", "field", "reason", "location", "password")):
        raise InvalidInput("only a PDF has a look, a field, a reason, a place or a password", path="file")
    if kind is FileKind.XML:
        return sign_xml(request.data, **common, **request.services), ""
    return sign_cms(request.data, **common, timestamper=request.services["timestamper"]), ".p7s"


def _signer(p12: Path | None, key: Path | None, cert: Path | None, password: str | None) -> Signer:
    if p12 is not None and key is None and cert is None:
        return Pkcs12Signer(read_file(p12), password)
    if p12 is None and key is not None and cert is not None:
        return PemSigner(read_file(key), read_file(cert), password=password)
    raise typer.BadParameter("cần --p12, hoặc cả --key và --cert", param_hint="--p12")


def _level(text: str) -> Level:
    try:
        return Level(text.upper())
    except ValueError as error:
        raise typer.BadParameter("B-B, B-T, B-LT hoặc B-LTA", param_hint="--level") from error


def _services(tsa: str, trust: list[Path], *, public_only: bool) -> dict[str, Any]:
    return {
        "timestamper": HttpTimestamper(tsa) if tsa else None,
        "revocation": HttpRevocation(public_only=public_only),
        "trust": TrustStore.load(*trust) if trust else None,
    }


def _place(between: tuple[str, str], box: str, page: int, field: str | None) -> At | Between | InField | None:
    if any(between):
        return Between(position=between[0], name=between[1])
    if box:
        try:
            left, bottom, right, top = (float(value) for value in box.split(","))
        except ValueError as error:
            raise typer.BadParameter("trái,dưới,phải,trên", param_hint="--box") from error
        return At(box=(left, bottom, right, top), page=page)
    return InField() if field is not None else None


def _look(
    image: Path | None,
    seal: Path | None,
    diameter: float | None,
    place: At | Between | InField | None,
    annex: str,
    copy: tuple[str, str],
) -> Appearance | None:
    if sum(map(bool, (image, seal, annex, any(copy)))) > 1:
        raise typer.BadParameter("chỉ chọn một trong --image, --seal, --annex, --copy", param_hint="--image")
    if annex:
        return AnnexMark(number=annex)
    if any(copy):
        return CopyMark(kind=copy[0], agency=copy[1])
    if seal is not None:
        chosen = place if isinstance(place, At | InField) else OverPerson()
        return SealImage(image=read_file(seal), place=chosen, diameter_mm=diameter)
    if image is not None:
        if place is None:
            raise typer.BadParameter("cần --between, --box hoặc --field để đặt hình ảnh", param_hint="--image")
        return PersonImage(image=read_file(image), place=place)
    return None
