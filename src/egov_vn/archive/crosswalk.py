"""From a one-stop dossier to a file for the archive, in one call (*lưu trữ hồ sơ TTHC*, TT 13/2023/TT-BNV).

The only door between the dossier and the archive. Three components are kept: the papers that were digitised, the
electronic documents that were filed or made while the dossier was settled, and its data with the opinions given (here:
the dossier's XML record, signed if the caller passes the signed one).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from egov_vn.agency import AgencyCode
from egov_vn.archive.fields import Field, codes, table
from egov_vn.archive.identifiers import FileCode, doc_id
from egov_vn.archive.packing import Organisation
from egov_vn.archive.pdf import pdf_facts
from egov_vn.archive.record import ArchivalFile, Payload, Record
from egov_vn.archive.retention import Retention
from egov_vn.clock import vietnam_date
from egov_vn.digest import Digest
from egov_vn.document import Document
from egov_vn.dossier import Component, Dossier, dossier_xml
from egov_vn.errors import InvalidInput

__all__ = ["DossierDocument", "file_from_dossier"]

Role = Literal["component", "made", "result", "record"]
_OTHER_TYPE: Final = "Khác"
_BORN_DIGITAL, _DIGITISED, _MIXED = "01", "02", "03"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierDocument:
    """One document to keep with a dossier: its bytes (or path), what it is, and what its own text says of it.

    *role*: `"component"` a paper of the dossier (*thành phần*), `"made"` made while it was settled, `"result"` what
    settles it, `"record"` its data. *component* is the component's code, name or file id in the dossier. *digitised*
    tells a scan from a document born digital. *pages* is counted from a PDF if it is not given.
    """

    name: str
    source: bytes | Path
    role: Role = "made"
    subject: str = ""
    type_name: str = ""
    number: str = ""
    notation: str = ""
    issued: date | None = None
    organ_name: str = ""
    component: str = ""
    digitised: bool = False
    pages: int | None = None
    retention: Retention | None = None

    @classmethod
    def from_document(
        cls, document: Document, source: bytes | Path, *, name: str, role: Role = "result"
    ) -> DossierDocument:
        """Describe a signed official document by what `egov_vn.document` read of it."""
        number = str(document.number) if document.number else ""
        digits, _, notation = number.partition("/")
        return cls(
            name=name,
            source=source,
            role=role,
            subject=document.abstract or document.title,
            type_name=document.kind.name,
            number=digits,
            notation=notation,
            issued=document.day,
            organ_name=document.issuer.name,
        )

    def content(self) -> bytes:
        """Return the bytes."""
        if isinstance(self.source, bytes):
            return self.source
        try:
            return self.source.read_bytes()
        except OSError as error:
            raise InvalidInput(f"cannot be read: {error.strerror}", path=str(self.source)) from error


def file_from_dossier(
    dossier: Dossier,
    documents: Iterable[DossierDocument] = (),
    *,
    agency: Organisation,
    retention: Retention | str,
    year: int | None = None,
    notation: str | None = None,
    record: bytes | None = None,
    papers: int = 0,
    **fields: Any,
) -> ArchivalFile:
    """Build the archival file of *dossier* and its signed documents (*lập hồ sơ lưu trữ từ hồ sơ TTHC*).

    *agency* hands over, its code (either form) begins the file code; *year* is that of reception and *notation* the
    dossier's own number unless given. *record* is the dossier's XML record, signed; without it the plain record is
    written. *papers* counts sheets of paper. *fields* override what is derived (`title`, `mode`, `risk_recovery`,
    `paper_file_code` …). What a field cannot hold, a kind that the code list has not too, stands in the note
    (`description`). A document whose component states a digest must match it: `InvalidInput` otherwise.
    """
    code = dossier.require_code()
    file_code = FileCode.of(
        AgencyCode.parse(agency.code or code.agency_id),
        year or code.received_on.year,
        notation or str(code).removeprefix(f"{code.agency_id}-"),
    )
    period = Retention.parse(retention) if isinstance(retention, str) else retention
    held = list(documents)
    if not any(item.role == "record" for item in held):
        held.insert(0, _record(dossier, record))
    started, ended = _started(dossier, code.received_on), _ended(dossier)
    records = [
        _describe(item, dossier, file_code, ordinal, period, agency, started)
        for ordinal, item in enumerate(sorted(held, key=_order), 1)
    ]
    days = [started, *([ended] if ended else [])]
    longest = Retention.longest([period, *(item.retention for item in held if item.retention)])
    rows, notes = table("SIP_hoso").by_name, _Notes(_period_note(longest))
    given: dict[str, Any] = {
        "fileCode": str(file_code),
        "title": notes.fit(_title(dossier), rows["title"]),
        "maintenance": longest.code,
        "mode": "02",
        "language": "01",
        "startDate": min(days),
        "endDate": max([*days, *(item.issued for item in held if item.issued)]),
        "numberOfPaper": papers,
        "confidenceLevel": _confidence(held, papers),
        "riskRecovery": False,
        "keyword": notes.fit(str(dossier.procedure), rows["keyword"]),
    }
    given["description"] = notes.text(rows["description"])
    known = {name for name in fields if name in given}
    merged = {
        **{name: value for name, value in given.items() if _python(name) not in fields and name not in known},
        **fields,
    }
    return ArchivalFile.of(records, kind="SIP_hoso", **merged)


def _python(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def _order(item: DossierDocument) -> tuple[int, date]:
    # papers and records first, results last: the order in which they came into being
    rank = {"record": 0, "component": 1, "made": 2, "result": 3}[item.role]
    return rank, item.issued or date.min


def _record(dossier: Dossier, signed: bytes | None) -> DossierDocument:
    return DossierDocument(
        name="ho-so.xml",
        source=signed if signed is not None else dossier_xml(dossier),
        role="record",
        subject=f"Dữ liệu hồ sơ thủ tục hành chính {dossier.require_code()}",
        pages=1,
    )


def _describe(
    item: DossierDocument,
    dossier: Dossier,
    file_code: FileCode,
    ordinal: int,
    period: Retention,
    agency: Organisation,
    started: date,
) -> Record:
    component = _component(item, dossier)
    content = item.content()
    if component is not None and component.digest:
        expected = Digest.parse(component.digest)
        found = Digest.of(content, expected.algorithm)
        if not found.same_as(expected):
            raise InvalidInput(f"{item.name} has the digest {found}, the dossier says {expected}", path=component.name)
    pages = item.pages if item.pages is not None else max(pdf_facts(content).pages, 1)
    rows, notes = table("SIP_doc").by_name, _Notes(_period_note(item.retention or period))
    organ = item.organ_name or (agency.name if item.role != "component" else dossier.applicant_name)
    subject = item.subject or (component.name if component else "") or item.name
    values: dict[str, Any] = {
        "docId": doc_id(file_code, ordinal),
        "docCode": str(file_code.document(ordinal)),
        "maintenance": (item.retention or period).code,
        "typeName": _type_code(item.type_name or _OTHER_TYPE, notes),
        "codeNumber": item.number,
        "codeNotation": item.notation,
        "issuedDate": item.issued or started,
        "organName": notes.fit(organ, rows["organName"]),
        "subject": notes.fit(subject, rows["subject"]),
        "language": "01",
        "numberOfPage": pages,
        "mode": "02",
        "confidenceLevel": _DIGITISED if item.digitised else _BORN_DIGITAL,
        "process": None if item.digitised else True,
        "riskRecovery": False,
    }
    values["description"] = notes.text(rows["description"])
    return Record.of(Payload(name=item.name, source=item.source), kind="SIP_doc", **values)


def _period_note(period: Retention) -> str | None:
    """Return the number of years that the code list cannot tell (`07` *Khác*), None where it can."""
    return f"Thời hạn lưu trữ: {period.text()}" if Retention.from_code(period.code) is None else None


class _Notes:
    """What the fields of a record could not hold, for its note: nothing is cut or renamed in silence."""

    def __init__(self, first: str | None) -> None:
        self._lines = [first] if first else []

    def add(self, line: str) -> None:
        self._lines.append(line)

    def fit(self, value: str, row: Field) -> str:
        """Return as much of *value* as the field holds, and note the rest."""
        if row.length is None or len(value) <= row.length:
            return value
        self.add(f"{row.vi} (tiếp theo): {value[row.length - 1 :]}")
        return value[: row.length - 1] + "…"

    def text(self, row: Field) -> str | None:
        whole = "; ".join(self._lines)
        if row.length is not None and len(whole) > row.length:
            raise InvalidInput(
                f"what the fields cannot hold takes {len(whole)} characters, the note has {row.length}", path=row.name
            )
        return whole or None


def _type_code(name: str, notes: _Notes) -> str:
    try:
        return codes("typeName").code(name)
    except InvalidInput:
        notes.add(f"Tên loại: {name}")
        return codes("typeName").code(_OTHER_TYPE)


def _component(item: DossierDocument, dossier: Dossier) -> Component | None:
    if not item.component:
        return None
    for component in dossier.components:
        if item.component in (component.code, component.name, component.file_id):
            return component
    raise InvalidInput(f"the dossier has no component {item.component!r}", path="component")


def _confidence(held: list[DossierDocument], papers: int) -> str:
    scanned = sum(item.digitised for item in held)
    born = sum(not item.digitised and item.role != "record" for item in held)
    if papers and born:
        return _MIXED
    return _DIGITISED if scanned and not born and papers else _MIXED if scanned else _BORN_DIGITAL


def _title(dossier: Dossier) -> str:
    name = dossier.abstract or dossier.procedure_name or f"thủ tục {dossier.procedure}"
    return f"Hồ sơ {dossier.require_code()} của {dossier.applicant_name}: {name}"


def _started(dossier: Dossier, fallback: date) -> date:
    moment: datetime | None = dossier.submitted_at or dossier.received_at
    return vietnam_date(moment) if moment else fallback


def _ended(dossier: Dossier) -> date | None:
    moment = dossier.returned_at or dossier.finished_at or dossier.refused_at
    return vietnam_date(moment) if moment else None
