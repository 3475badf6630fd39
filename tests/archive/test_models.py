"""The typed models follow the field tables and make the round trip."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from egov_vn.archive import Description, models, older_models, table
from egov_vn.archive.descriptive import write_description
from egov_vn.archive.fields import tables
from egov_vn.archive.typed import RecordModel
from egov_vn.errors import InvalidInput

ROOT = Path(__file__).parents[2]
CLASSES: list[type[RecordModel]] = [
    *(getattr(models, name) for name in models.__all__),
    *(getattr(older_models, name) for name in older_models.__all__),
]


def test_the_models_are_what_the_tables_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "archive_models.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_table_has_its_model() -> None:
    held = {(item.SCHEME, item.KIND) for item in CLASSES}
    assert held == {(scheme, name) for scheme in ("tt05_2025", "nd30_2020", "tt02_2019") for name in tables(scheme)}


@pytest.mark.parametrize("model", CLASSES, ids=lambda item: item.__name__)
def test_required_fields_are_required(model: type[RecordModel]) -> None:
    rows = table(model.KIND, model.SCHEME)
    assert {field.serialization_alias for field in model.model_fields.values()} == {
        name for name, item in rows.by_name.items() if item.type != "Group"
    }
    assert {field.serialization_alias for field in model.model_fields.values() if field.is_required()} == {
        item.name for item in rows.required
    }


def test_a_typed_record_is_described_and_read_back() -> None:
    made = models.SipFile(
        file_code="H13.2026.01",
        title="Hồ sơ",
        maintenance="Vĩnh viễn",
        mode="Công khai",
        language=("Tiếng Việt", "Tiếng Anh"),
        start_date=date(2026, 1, 2),
        end_date=date(2026, 3, 4),
        total_doc=1,
        number_of_paper=0,
        number_of_page=3,
        risk_recovery=False,
    )
    described = made.describe()
    assert described["language"] == "01;02"
    assert described["startDate"] == "02/01/2026"
    again = models.SipFile.of(described)
    assert again.language == ("01", "02")
    assert again.start_date == made.start_date
    assert again.risk_recovery is False
    assert again.describe().values == described.values


def test_wrong_records_are_one_sentence() -> None:
    with pytest.raises(InvalidInput):
        models.SipPacket.from_dict({"fileCode": "H13.2026.01.0000001"})
    other = Description.of("SIP_tailieu", {"title": "T", "file_code": "H13", "source": "0", "total_doc": 1})
    assert models.SipPacket.of(other).source is False
    with pytest.raises(InvalidInput, match="is one of SIP_tailieu"):
        models.SipFile.of(other)


def test_what_is_repealed_is_only_read() -> None:
    old = older_models.OldFile.from_dict({"Title": "Hồ sơ cũ"}).describe()
    with pytest.raises(InvalidInput, match="repealed since 2025-07-01"):
        write_description(old)
    work = older_models.WorkFile.from_dict({"Title": "Hồ sơ", "FileCode.OrganId": "H13"}).describe()
    assert "Hồ sơ".encode() in write_description(work)
