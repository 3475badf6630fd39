from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from egov_vn.errors import InvalidInput
from egov_vn.signature import (
    AsicKind,
    AsicLimits,
    Indication,
    KeySigner,
    Level,
    RevocationData,
    SubIndication,
    TrustStore,
    assess_asic,
    create_asic,
    open_asic,
    sign_asic,
)
from egov_vn.testing import TestAuthority

FILES = {"Đơn xin.pdf": b"%PDF-1.7", "so lieu/1.csv": b"a,b\n"}


def zipped(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_two_parallel_signatures(
    person: KeySigner,
    agency: KeySigner,
    rsa: TestAuthority,
    at: datetime,
    trust: TrustStore,
    revocation: RevocationData,
) -> None:
    container = create_asic(
        FILES,
        signer=person,
        at=at,
        level=Level.B_LTA,
        timestamper=rsa.timestamper(),
        revocation=rsa.revocation(at=at),
        trust=trust,
    )
    both = sign_asic(container, signer=agency, at=at)
    opened, before = open_asic(both), open_asic(container)
    assert opened.files == FILES
    assert opened.meta["META-INF/signatures.xml"] == before.meta["META-INF/signatures.xml"]
    report = assess_asic(both, at=at, trust=trust, revocation=revocation)
    assert [(item.indication, item.level) for item in report.signatures] == [
        (Indication.TOTAL_PASSED, Level.B_LTA),
        (Indication.TOTAL_PASSED, Level.B_B),
    ]
    assert both.startswith(b"PK\x03\x04") and both[30:38] == b"mimetype"
    assert both[38 : 38 + len(AsicKind.E)] == AsicKind.E.encode()
    assert create_asic(FILES, signer=person, at=at) == create_asic(FILES, signer=person, at=at)


def test_simple_container(
    person: KeySigner, agency: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    container = create_asic({"a.txt": b"a"}, signer=person, at=at, kind=AsicKind.S)
    assert assess_asic(container, at=at, trust=trust, revocation=revocation).indication is Indication.TOTAL_PASSED
    assert open_asic(container).kind is AsicKind.S
    with pytest.raises(InvalidInput, match="one file"):
        create_asic(FILES, signer=person, at=at, kind=AsicKind.S)
    with pytest.raises(InvalidInput, match="one signature file"):
        sign_asic(container, signer=agency, at=at)
    with pytest.raises(InvalidInput, match="must be files"):
        create_asic({"META-INF/x": b""}, signer=person, at=at)


def test_changed_added_and_removed_files(
    person: KeySigner, at: datetime, trust: TrustStore, revocation: RevocationData
) -> None:
    opened = open_asic(create_asic(FILES, signer=person, at=at))
    entries = {"mimetype": AsicKind.E.encode(), **opened.files, **opened.meta}
    changed = assess_asic(zipped({**entries, "Đơn xin.pdf": b"x"}), at=at, trust=trust, revocation=revocation)
    assert changed.sub_indication is SubIndication.HASH_FAILURE
    added = assess_asic(zipped({**entries, "them.txt": b"x"}), at=at, trust=trust, revocation=revocation)
    assert added.indication is Indication.INDETERMINATE
    assert "ASIC-UNSIGNED" in {item.code for item in added.all_findings}
    removed = {name: data for name, data in entries.items() if name != "Đơn xin.pdf"}
    report = assess_asic(zipped(removed), at=at, trust=trust, revocation=revocation)
    assert report.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND
    broken = assess_asic(zipped({**entries, "META-INF/signatures.xml": b"<"}), at=at, trust=trust)
    assert broken.sub_indication is SubIndication.FORMAT_FAILURE
    bare = {name: data for name, data in entries.items() if not name.startswith("META-INF/sig")}
    assert assess_asic(zipped(bare), at=at).indication is None
    nameless = {name: data for name, data in entries.items() if name != "mimetype"}
    assert "ASIC-MIMETYPE" in {item.code for item in assess_asic(zipped(nameless), at=at, trust=trust).findings}


@pytest.mark.parametrize("name", ["../x", "/x", "a/../b", "a\\b", "C:/x", "a//b", "./a"])
def test_unsafe_names(name: str) -> None:
    with pytest.raises(InvalidInput, match="unsafe"):
        open_asic(zipped({"mimetype": AsicKind.E.encode(), name: b""}))


def test_bombs() -> None:
    kind = {"mimetype": AsicKind.E.encode()}
    with pytest.raises(InvalidInput, match="unpacks to more"):
        open_asic(zipped({**kind, "a": bytes(80_000_000)}, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(InvalidInput, match="unpacks to more"):
        open_asic(zipped({**kind, "a": b"x" * 2000, "b": b"x"}), limits=AsicLimits(total_bytes=1000))
    with pytest.raises(InvalidInput, match="entries"):
        open_asic(zipped({f"{number}": b"" for number in range(1001)}))
    twice = zipped({**kind, "a1": b"1", "a2": b"2"}).replace(b"a2", b"a1")
    with pytest.raises(InvalidInput, match="same name"):
        open_asic(twice)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04 broken", zipped({"a": b"b"}), zipped({})])
def test_not_a_container(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        open_asic(data)


def test_lzma_is_refused() -> None:
    with pytest.raises(InvalidInput, match="compressed"):
        open_asic(zipped({"mimetype": AsicKind.E.encode(), "a": b"x" * 100}, compression=zipfile.ZIP_LZMA))


@pytest.mark.oracle
def test_unzip_reads_it(person: KeySigner, at: datetime, tmp_path: Path) -> None:
    tool = shutil.which("unzip") or shutil.which("bsdtar")
    if tool is None:
        pytest.skip("neither unzip nor bsdtar is installed")
    path = tmp_path / "a.asice"
    path.write_bytes(create_asic(FILES, signer=person, at=at))
    listed = subprocess.run(
        [tool, "-t" if tool.endswith("unzip") else "-tf", str(path)], capture_output=True, check=False
    )
    assert listed.returncode == 0
