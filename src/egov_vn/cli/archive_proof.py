"""`egov-vn archive bag` and `egov-vn archive evidence`: bags, and proof that lasts longer than a certificate."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer

from egov_vn.archive import (
    EvidenceRecord,
    Payload,
    assess_evidence,
    check_bag,
    renew_hash_trees,
    renew_timestamps,
    seal_objects,
    write_bag,
)
from egov_vn.archive.sink import FolderSink
from egov_vn.cli.common import LANG, Lang, language_of, print_json, read_file, read_time
from egov_vn.cli.verify import read_revocation
from egov_vn.errors import InvalidInput
from egov_vn.finding import render_terminal
from egov_vn.signature import HttpTimestamper, Indication, TrustStore

__all__ = ["add_to"]

_EXIT = {Indication.TOTAL_PASSED: 0, Indication.TOTAL_FAILED: 1, Indication.INDETERMINATE: 3}
_CONFORMS = {True: 0, False: 1, None: 3}
JSON = typer.Option(False, "--json", help="In kết quả dạng JSON.")
TSA = typer.Option(..., "--tsa", help="Địa chỉ dịch vụ cấp dấu thời gian (RFC 3161).")


def add_to(group: typer.Typer) -> None:
    """Add the commands `bag` and `evidence` to the group `archive`."""
    bag = typer.Typer(help="Túi BagIt (RFC 8493).", no_args_is_help=True)
    bag.command("write")(bag_write)
    bag.command("check")(bag_check)
    group.add_typer(bag, name="bag")
    evidence = typer.Typer(help="Bản ghi bằng chứng (RFC 4998).", no_args_is_help=True)
    evidence.command("seal")(evidence_seal)
    evidence.command("check")(evidence_check)
    evidence.command("renew")(evidence_renew)
    group.add_typer(evidence, name="evidence")


def bag_write(
    target: Path = typer.Argument(..., help="Thư mục mới của túi, hoặc tệp .zip."),
    sources: list[Path] = typer.Argument(..., help="Tệp, hoặc thư mục (lấy mọi tệp bên trong)."),
    info: list[str] = typer.Option([], "--info", help="Dòng của bag-info.txt: Nhãn=Giá trị; dùng được nhiều lần."),
    algorithm: list[str] = typer.Option(["sha512"], "--algorithm", help="sha256 hoặc sha512; dùng được nhiều lần."),
    link: bool = typer.Option(False, "--link", help="Liên kết cứng thay vì chép tệp."),
    at: str = typer.Option("", "--at", help="Thời điểm đóng túi, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
) -> None:
    """Đóng các tệp vào một túi BagIt; dữ liệu gốc giữ nguyên."""
    payloads = [Payload(name=name, source=path) for name, path in _files(sources)]
    bag = write_bag(target, payloads, at=read_time(at), info=_pairs(info), algorithms=algorithm, link=link)
    oxum = dict(bag.info)["Payload-Oxum"]
    if as_json:
        _print({"bag": str(target), "algorithms": list(bag.manifests), "payload_oxum": oxum, "files": len(bag.paths)})
    else:
        typer.echo(f"{target}: {len(bag.paths)} tệp, Payload-Oxum {oxum}")


def bag_check(
    path: Path = typer.Argument(..., help="Túi BagIt: thư mục hoặc tệp ZIP."),
    fixity: bool = typer.Option(True, "--fixity/--no-fixity", help="Tính lại giá trị băm của mọi tệp."),
    workers: int = typer.Option(2, "--workers", min=1, max=64, help="Số luồng tính giá trị băm."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """Kiểm tra một túi BagIt; mã thoát 0 đạt, 1 không đạt, 3 chưa kết luận (không tính giá trị băm)."""
    language = language_of(lang)
    report = check_bag(path, workers=workers, fixity=fixity)
    if as_json:
        _print({"conforms": report.conforms, "findings": [item.to_dict() for item in report.findings]})
    else:
        lines = [f"{report.verdict(language)}: {path} ({report.files} / {report.size} B)"]
        typer.echo("\n".join([*lines, render_terminal(report.findings, language)]).rstrip())
    raise typer.Exit(_CONFORMS[report.conforms])


def evidence_seal(
    sources: list[Path] = typer.Argument(..., help="Tệp, hoặc thư mục (lấy mọi tệp bên trong)."),
    out: Path = typer.Option(..., "--out", help="Thư mục mới nhận một tệp .ers cho mỗi tệp."),
    tsa: str = TSA,
    algorithm: str = typer.Option("sha256", "--algorithm", help="Thuật toán băm."),
    group: bool = typer.Option(False, "--group", help="Coi mọi tệp là một nhóm: chỉ chứng minh cả nhóm cùng nhau."),
    as_json: bool = JSON,
) -> None:
    """Xin một dấu thời gian cho mọi tệp và ghi bản ghi bằng chứng của từng tệp."""
    _refuse_taken(out)
    files = list(_files(sources))
    hashes = [_hash(path, algorithm) for _, path in files]
    seal = seal_objects([hashes] if group else hashes, timestamper=HttpTimestamper(tsa), algorithm=algorithm)
    records = {f"{name}.ers": seal.record(value) for (name, _), value in zip(files, hashes, strict=True)}
    _write_all(out, records)
    _tell_written(out, records, as_json=as_json)


def evidence_check(
    record: Path = typer.Argument(..., help="Bản ghi bằng chứng (.ers)."),
    files: list[Path] = typer.Argument(..., help="Tệp được chứng minh; từ hai tệp trở lên là một nhóm."),
    trust: list[Path] = typer.Option([], "--trust", help="Chứng thư gốc tin cậy: tệp hoặc thư mục."),
    revocation: list[Path] = typer.Option([], "--revocation", help="CRL hoặc trả lời OCSP (DER); dùng được nhiều lần."),
    at: str = typer.Option("", "--at", help="Thời điểm kiểm tra, ISO 8601; mặc định là bây giờ."),
    as_json: bool = JSON,
    lang: Lang = LANG,
) -> None:
    """Kiểm tra bằng chứng của một tệp. Mã thoát: 0 chứng minh được, 1 không, 3 chưa kết luận được."""
    language = language_of(lang)
    data = read_file(record)
    report = assess_evidence(
        data,
        _hashes(files, _algorithms(data)),
        at=read_time(at),
        trust=TrustStore.load(*trust) if trust else None,
        revocation=read_revocation(revocation),
    )
    if as_json:
        _print({"record": str(record), "files": [str(path) for path in files], **report.to_dict()})
    else:
        proven = f" ({report.proven_at.isoformat()})" if report.proven_at else ""
        typer.echo(f"{report.indication}{proven}: {record}\n{render_terminal(report.findings, language)}".rstrip())
    raise typer.Exit(_EXIT[report.indication])


def evidence_renew(
    records: list[Path] = typer.Argument(..., help="Các bản ghi bằng chứng (.ers)."),
    out: Path = typer.Option(..., "--out", help="Thư mục mới nhận các bản ghi đã gia hạn, cùng tên."),
    tsa: str = TSA,
    data: list[Path] = typer.Option(
        [], "--data", help="Tệp của từng bản ghi, theo thứ tự: dựng lại cây băm bằng --algorithm."
    ),
    algorithm: str = typer.Option("sha512", "--algorithm", help="Thuật toán băm của cây mới (chỉ khi có --data)."),
    as_json: bool = JSON,
) -> None:
    """Gia hạn bằng chứng: thêm dấu thời gian; nếu có --data thì dựng cây băm mới trên dữ liệu và lịch sử."""
    if data and len(data) != len(records):
        raise typer.BadParameter("mỗi bản ghi cần đúng một tệp", param_hint="--data")
    _refuse_taken(out)
    held = [EvidenceRecord.parse(read_file(path)) for path in records]
    stamper = HttpTimestamper(tsa)
    if data:
        items = [
            (record, _hashes([path], {*_first_algorithms(record), algorithm}))
            for record, path in zip(held, data, strict=True)
        ]
        renewed = renew_hash_trees(items, timestamper=stamper, algorithm=algorithm)
    else:
        renewed = renew_timestamps(held, timestamper=stamper)
    named: dict[str, EvidenceRecord] = {}
    for path, record in zip(records, renewed, strict=True):
        if path.name in named:
            _refuse("two records have this name", path)
        named[path.name] = record
    _write_all(out, named)
    _tell_written(out, named, as_json=as_json)


def _files(sources: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each file with its path below the folder that was named, in order; links and equal names are refused."""
    seen: set[str] = set()
    for source in sources:
        for name, path in sorted(_below(source)):
            if name in seen:
                _refuse("two files have this name", path)
            seen.add(name)
            yield name, path


def _below(source: Path) -> Iterator[tuple[str, Path]]:
    if source.is_symlink():
        _refuse("is a link", source)
    if not source.is_dir():
        if not source.is_file():
            _refuse("there is no such file", source)
        yield source.name, source
        return
    for folder, names, files in os.walk(source, onerror=_unreadable):
        for name in (*names, *files):
            path = Path(folder, name)
            if path.is_symlink() or (name in files and not path.is_file()):
                _refuse("is neither a file nor a folder", path)
        for name in files:
            path = Path(folder, name)
            yield path.relative_to(source).as_posix(), path


def _unreadable(error: OSError) -> NoReturn:
    raise InvalidInput(f"cannot be read: {error.strerror}", path=str(error.filename)) from error


def _refuse(sentence: str, path: Path) -> NoReturn:
    raise InvalidInput(sentence, path=str(path))


def _hash(path: Path, algorithm: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, algorithm).digest()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", path=str(path)) from error
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{algorithm!r} is not a hash with one length", path="--algorithm") from error


def _hashes(files: list[Path], algorithms: Iterable[str]) -> dict[str, bytes | list[bytes]]:
    found = {name: [_hash(path, name) for path in files] for name in algorithms}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _algorithms(data: bytes) -> set[str]:
    try:
        return _first_algorithms(EvidenceRecord.parse(data))
    except InvalidInput:
        return set()  # what cannot be read is told by the report


def _first_algorithms(record: EvidenceRecord) -> set[str]:
    return {chain[0].algorithm for chain in record.chains}


def _pairs(lines: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for line in lines:
        label, equals, value = line.partition("=")
        if not equals:
            raise typer.BadParameter(f"{line!r} không có dạng Nhãn=Giá trị", param_hint="--info")
        pairs.append((label, value))
    return pairs


def _refuse_taken(out: Path) -> None:
    """Refuse a target that exists before a time-stamp is spent on it."""
    if out.exists() or out.is_symlink():
        _refuse("exists already", out)


def _write_all(out: Path, records: dict[str, EvidenceRecord]) -> None:
    """Write all records into a new folder, whole or not at all."""
    with FolderSink(out) as sink:
        for name, record in records.items():
            sink.write(name, record.der)


def _tell_written(out: Path, records: dict[str, EvidenceRecord], *, as_json: bool) -> None:
    if as_json:
        _print({"out": str(out), "records": [str(out / name) for name in records]})
    else:
        typer.echo(f"{out}: {len(records)} bản ghi bằng chứng")


def _print(told: dict[str, Any]) -> None:
    print_json(told)
