"""`egov-vn sign`: sign a PDF, XML or any file with a key in a file, a device or a remote service, at any level."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    Pkcs11Signer,
    Pkcs12Signer,
    RemoteSigner,
    SealImage,
    Signer,
    TrustStore,
    file_kind,
    sign_cms,
    sign_pdf_reporting,
    sign_xml,
)
from egov_vn.signature.keys import load_certificates
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
    pkcs11_module: Path | None = typer.Option(
        None, "--pkcs11-module", help="Thư viện PKCS#11 của thiết bị lưu khóa (USB token, HSM)."
    ),
    token: str = typer.Option("", "--token", help="Nhãn của thiết bị PKCS#11."),
    key_label: str | None = typer.Option(None, "--key-label", help="Nhãn của khóa trong thiết bị."),
    key_id: str | None = typer.Option(None, "--key-id", help="Mã (hex) của khóa trong thiết bị."),
    csc_url: str = typer.Option("", "--csc-url", help="Địa chỉ API của dịch vụ ký số từ xa (CSC v2)."),
    credential: str = typer.Option("", "--credential", help="Mã chứng thư (credentialID) ở dịch vụ ký số từ xa."),
    bearer_file: Path | None = typer.Option(None, "--bearer-file", help="Tệp chứa mã truy cập dịch vụ ký số từ xa."),
    pin_file: Path | None = typer.Option(
        None, "--pin-file", help="Tệp chứa mã PIN; thiết bị PKCS#11 không có tệp này thì được hỏi."
    ),
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
    keys = _Keys(
        p12=p12,
        key=key,
        cert=cert,
        password_file=key_password_file,
        module=pkcs11_module,
        token=token,
        label=key_label,
        identifier=key_id,
        csc_url=csc_url,
        credential=credential,
        bearer_file=bearer_file,
        pin_file=pin_file,
    )
    data, moment, wanted = read_file(file), read_time(at), _level(level)
    services = _services(tsa, trust, public_only=not private_network)
    look = _look(image, seal, diameter, _place(between, box, page, field), annex, copy)
    pdf_options = {
        "appearance": look,
        "field": field,
        "reason": reason,
        "location": location,
        "password": read_secret(password_file),
        "on_unavailable": "lower" if lower else "raise",
    }
    with _signer(keys) as signer:
        request = _Request(data=data, signer=signer, at=moment, level=wanted, services=services, language=language)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """What the command line says about the key: of a file, a device, or a remote service."""

    p12: Path | None
    key: Path | None
    cert: Path | None
    password_file: Path | None
    module: Path | None
    token: str
    label: str | None
    identifier: str | None
    csc_url: str
    credential: str
    bearer_file: Path | None
    pin_file: Path | None


@contextmanager
def _signer(keys: _Keys) -> Iterator[Signer]:
    if sum(map(bool, (keys.p12, keys.key, keys.module, keys.csc_url))) != 1:
        hint = "cần đúng một trong: --p12; --key và --cert; --pkcs11-module; --csc-url"
        raise typer.BadParameter(hint, param_hint="--p12")
    if keys.module is not None:
        with _device(keys, keys.module) as device:
            yield device
    elif keys.csc_url:
        yield _remote(keys)
    elif keys.p12 is not None and keys.cert is None:
        yield Pkcs12Signer(read_file(keys.p12), read_secret(keys.password_file))
    elif keys.key is not None and keys.cert is not None:
        yield PemSigner(read_file(keys.key), read_file(keys.cert), password=read_secret(keys.password_file))
    else:
        raise typer.BadParameter("cần --p12 riêng, hoặc cả --key và --cert", param_hint="--p12")


def _device(keys: _Keys, module: Path) -> Pkcs11Signer:
    if not keys.token or not (keys.label or keys.identifier):
        raise typer.BadParameter("cần --token và --key-label hoặc --key-id", param_hint="--token")
    try:
        identifier = bytes.fromhex(keys.identifier) if keys.identifier else None
    except ValueError as error:
        raise typer.BadParameter("mã khóa viết bằng số hex", param_hint="--key-id") from error
    pin = read_secret(keys.pin_file)
    if pin is None:
        pin = str(typer.prompt("PIN", hide_input=True, err=True))
    given = read_file(keys.cert) if keys.cert is not None else None
    return Pkcs11Signer(
        module,
        token=keys.token,
        pin=pin,
        label=keys.label,
        identifier=identifier,
        certificate=given,
        chain=load_certificates(given)[1:] if given is not None else (),
    )


def _remote(keys: _Keys) -> RemoteSigner:
    bearer = read_secret(keys.bearer_file)
    if not keys.credential or bearer is None:
        raise typer.BadParameter("cần --credential và --bearer-file", param_hint="--csc-url")
    return RemoteSigner(keys.csc_url, credential=keys.credential, token=bearer, pin=read_secret(keys.pin_file))


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
