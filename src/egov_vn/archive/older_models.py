"""The records of NĐ 30/2020/NĐ-CP and TT 02/2019/TT-BNV as typed models (the latter are only read).

Written by `tools/archive_models.py` from `data/*.toml`; change the data, not this file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from egov_vn._model import wire
from egov_vn.archive.fields import Scheme
from egov_vn.archive.typed import RecordModel

__all__ = [
    "Fonds",
    "IncomingDocument",
    "OldDocument",
    "OldFile",
    "OldPicture",
    "OldRecording",
    "OutgoingDocument",
    "WorkFile",
]


class OutgoingDocument(RecordModel):
    """Outgoing document (*Văn bản đi*), Phụ lục VI, Phần II, Mục I 30/2020/NĐ-CP."""

    KIND: ClassVar[str] = "outgoing"
    SCHEME: ClassVar[Scheme] = "nd30_2020"

    file_code_organ_id: Annotated[str | None, wire("FileCode.OrganId")] = None
    file_code_file_catalog: Annotated[int | None, wire("FileCode.FileCatalog")] = None
    file_code_file_notation: Annotated[str | None, wire("FileCode.FileNotation")] = None
    doc_ordinal: Annotated[int | None, wire("DocOrdinal")] = None
    type_name: Annotated[str | None, wire("TypeName")] = None
    code_number: Annotated[str | None, wire("CodeNumber")] = None
    code_notation: Annotated[str | None, wire("CodeNotation")] = None
    issued_date: Annotated[date | None, wire("IssuedDate")] = None
    organ_name: Annotated[str | None, wire("OrganName")] = None
    subject: Annotated[str | None, wire("Subject")] = None
    language: Annotated[str | None, wire("Language")] = None
    page_amount: Annotated[int | None, wire("PageAmount")] = None
    description: Annotated[str | None, wire("Description")] = None
    signer_info_position: Annotated[str | None, wire("SignerInfo.Position")] = None
    signer_info_full_name: Annotated[str | None, wire("SignerInfo.FullName")] = None
    to_organ_id: Annotated[str | None, wire("To.OrganId")] = None
    to_organ_name: Annotated[str | None, wire("To.OrganName")] = None
    priority: Annotated[int | None, wire("Priority")] = None
    issued_amount: Annotated[int | None, wire("IssuedAmount")] = None
    due_date: Annotated[date | None, wire("DueDate")] = None


class IncomingDocument(RecordModel):
    """Incoming document (*Văn bản đến*), Phụ lục VI, Phần II, Mục II 30/2020/NĐ-CP."""

    KIND: ClassVar[str] = "incoming"
    SCHEME: ClassVar[Scheme] = "nd30_2020"

    file_code_organ_id: Annotated[str | None, wire("FileCode.OrganId")] = None
    file_code_file_catalog: Annotated[int | None, wire("FileCode.FileCatalog")] = None
    file_code_file_notation: Annotated[str | None, wire("FileCode.FileNotation")] = None
    doc_ordinal: Annotated[int | None, wire("DocOrdinal")] = None
    type_name: Annotated[str | None, wire("TypeName")] = None
    code_number: Annotated[str | None, wire("CodeNumber")] = None
    code_notation: Annotated[str | None, wire("CodeNotation")] = None
    issued_date: Annotated[date | None, wire("IssuedDate")] = None
    organ_name: Annotated[str | None, wire("OrganName")] = None
    subject: Annotated[str | None, wire("Subject")] = None
    language: Annotated[str | None, wire("Language")] = None
    page_amount: Annotated[int | None, wire("PageAmount")] = None
    description: Annotated[str | None, wire("Description")] = None
    arrival_date: Annotated[date | None, wire("ArrivalDate")] = None
    arrival_number: Annotated[int | None, wire("ArrivalNumber")] = None
    signer_info_position: Annotated[str | None, wire("SignerInfo.Position")] = None
    signer_info_full_name: Annotated[str | None, wire("SignerInfo.FullName")] = None
    priority: Annotated[int | None, wire("Priority")] = None
    to_places: Annotated[str | None, wire("ToPlaces")] = None
    trace_header_list: Annotated[str | None, wire("TraceHeaderList")] = None
    due_date: Annotated[date | None, wire("DueDate")] = None


class WorkFile(RecordModel):
    """File (*Hồ sơ*), Phụ lục VI, Phần II, Mục III 30/2020/NĐ-CP."""

    KIND: ClassVar[str] = "file"
    SCHEME: ClassVar[Scheme] = "nd30_2020"

    file_code_organ_id: Annotated[str | None, wire("FileCode.OrganId")] = None
    file_code_file_catalog: Annotated[int | None, wire("FileCode.FileCatalog")] = None
    file_code_file_notation: Annotated[str | None, wire("FileCode.FileNotation")] = None
    title: Annotated[str | None, wire("Title")] = None
    maintenance: Annotated[str | None, wire("Maintenance")] = None
    rights: Annotated[str | None, wire("Rights")] = None
    creator: Annotated[str | None, wire("Creator")] = None
    language: Annotated[str | None, wire("Language")] = None
    start_date: Annotated[date | None, wire("StartDate")] = None
    end_date: Annotated[date | None, wire("EndDate")] = None
    doc_total: Annotated[int | None, wire("DocTotal")] = None
    page_total: Annotated[int | None, wire("PageTotal")] = None
    description: Annotated[str | None, wire("Description")] = None


class Fonds(RecordModel):
    """Fonds (*Phông lưu trữ*), 02/2019/TT-BNV."""

    KIND: ClassVar[str] = "fonds"
    SCHEME: ClassVar[Scheme] = "tt02_2019"

    identifier: Annotated[str | None, wire("Identifier")] = None
    organ_id: Annotated[str | None, wire("OrganId")] = None
    fond_name: Annotated[str | None, wire("FondName")] = None
    fond_history: Annotated[str | None, wire("FondHistory")] = None
    archives_time: Annotated[str | None, wire("ArchivesTime")] = None
    paper_total: Annotated[int | None, wire("PaperTotal")] = None
    paper_digital: Annotated[int | None, wire("PaperDigital")] = None
    key_groups: Annotated[str | None, wire("KeyGroups")] = None
    other_types: Annotated[str | None, wire("OtherTypes")] = None
    language: Annotated[str | None, wire("Language")] = None
    lookup_tools: Annotated[str | None, wire("LookupTools")] = None
    copy_number: Annotated[int | None, wire("CopyNumber")] = None
    description: Annotated[str | None, wire("Description")] = None


class OldFile(RecordModel):
    """File (*Hồ sơ*), 02/2019/TT-BNV."""

    KIND: ClassVar[str] = "file"
    SCHEME: ClassVar[Scheme] = "tt02_2019"

    file_code: Annotated[str | None, wire("FileCode")] = None
    identifier: Annotated[str | None, wire("Identifier")] = None
    organ_id: Annotated[str | None, wire("OrganId")] = None
    file_catalog: Annotated[int | None, wire("FileCatalog")] = None
    file_notation: Annotated[str | None, wire("FileNotation")] = None
    title: Annotated[str | None, wire("Title")] = None
    maintenance: Annotated[str | None, wire("Maintenance")] = None
    rights: Annotated[str | None, wire("Rights")] = None
    language: Annotated[str | None, wire("Language")] = None
    start_date: Annotated[date | None, wire("StartDate")] = None
    end_date: Annotated[date | None, wire("EndDate")] = None
    total_doc: Annotated[int | None, wire("TotalDoc")] = None
    description: Annotated[str | None, wire("Description")] = None
    infor_sign: Annotated[str | None, wire("InforSign")] = None
    keyword: Annotated[str | None, wire("Keyword")] = None
    number_sheet: Annotated[int | None, wire("NumberSheet")] = None
    page_number: Annotated[int | None, wire("PageNumber")] = None
    format: Annotated[str | None, wire("Format")] = None


class OldDocument(RecordModel):
    """Document (*Văn bản, tài liệu*), 02/2019/TT-BNV."""

    KIND: ClassVar[str] = "document"
    SCHEME: ClassVar[Scheme] = "tt02_2019"

    doc_code: Annotated[str | None, wire("DocCode")] = None
    file_code: Annotated[str | None, wire("FileCode")] = None
    identifier: Annotated[str | None, wire("Identifier")] = None
    organ_id: Annotated[str | None, wire("OrganId")] = None
    file_catalog: Annotated[int | None, wire("FileCatalog")] = None
    file_notation: Annotated[str | None, wire("FileNotation")] = None
    doc_ordinal: Annotated[int | None, wire("DocOrdinal")] = None
    type_name: Annotated[str | None, wire("TypeName")] = None
    code_number: Annotated[str | None, wire("CodeNumber")] = None
    code_notation: Annotated[str | None, wire("CodeNotation")] = None
    issued_date: Annotated[date | None, wire("IssuedDate")] = None
    organ_name: Annotated[str | None, wire("OrganName")] = None
    subject: Annotated[str | None, wire("Subject")] = None
    language: Annotated[str | None, wire("Language")] = None
    page_amount: Annotated[int | None, wire("PageAmount")] = None
    description: Annotated[str | None, wire("Description")] = None
    infor_sign: Annotated[str | None, wire("InforSign")] = None
    keyword: Annotated[str | None, wire("Keyword")] = None
    mode: Annotated[str | None, wire("Mode")] = None
    confidence_level: Annotated[str | None, wire("ConfidenceLevel")] = None
    autograph: Annotated[str | None, wire("Autograph")] = None
    format: Annotated[str | None, wire("Format")] = None


class OldPicture(RecordModel):
    """Film or photograph (*Phim, ảnh*), 02/2019/TT-BNV."""

    KIND: ClassVar[str] = "picture"
    SCHEME: ClassVar[Scheme] = "tt02_2019"

    identifier: Annotated[str | None, wire("Identifier")] = None
    archives_number: Annotated[str | None, wire("ArchivesNumber")] = None
    infor_sign: Annotated[str | None, wire("InforSign")] = None
    event_name: Annotated[str | None, wire("EventName")] = None
    image_title: Annotated[str | None, wire("ImageTitle")] = None
    description: Annotated[str | None, wire("Description")] = None
    photographer: Annotated[str | None, wire("Photographer")] = None
    photo_place: Annotated[str | None, wire("PhotoPlace")] = None
    photo_time: Annotated[date | None, wire("PhotoTime")] = None
    colour: Annotated[str | None, wire("Colour")] = None
    film_size: Annotated[str | None, wire("FilmSize")] = None
    doc_attached: Annotated[str | None, wire("DocAttached")] = None
    mode: Annotated[str | None, wire("Mode")] = None
    format: Annotated[str | None, wire("Format")] = None


class OldRecording(RecordModel):
    """Film or sound recording (*Phim, âm thanh*), 02/2019/TT-BNV."""

    KIND: ClassVar[str] = "recording"
    SCHEME: ClassVar[Scheme] = "tt02_2019"

    identifier: Annotated[str | None, wire("Identifier")] = None
    archives_number: Annotated[str | None, wire("ArchivesNumber")] = None
    infor_sign: Annotated[str | None, wire("InforSign")] = None
    event_name: Annotated[str | None, wire("EventName")] = None
    movie_title: Annotated[str | None, wire("MovieTitle")] = None
    description: Annotated[str | None, wire("Description")] = None
    recorder: Annotated[str | None, wire("Recorder")] = None
    record_place: Annotated[str | None, wire("RecordPlace")] = None
    record_date: Annotated[date | None, wire("RecordDate")] = None
    language: Annotated[str | None, wire("Language")] = None
    play_time: Annotated[str | None, wire("PlayTime")] = None
    doc_attached: Annotated[str | None, wire("DocAttached")] = None
    mode: Annotated[str | None, wire("Mode")] = None
    quality: Annotated[str | None, wire("Quality")] = None
    format: Annotated[str | None, wire("Format")] = None
