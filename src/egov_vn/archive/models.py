"""The records of TT 05/2025/TT-BNV as typed models: English names here, the circular's on the wire.

Written by `tools/archive_models.py` from `data/*.toml`; change the data, not this file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from egov_vn._model import wire
from egov_vn.archive.fields import Scheme
from egov_vn.archive.typed import RecordModel

__all__ = [
    "AipDocument",
    "AipFile",
    "AipPacket",
    "DipDocument",
    "DipRequest",
    "SipDocument",
    "SipFile",
    "SipPacket",
    "SipPicture",
    "SipRecording",
]


class SipFile(RecordModel):
    """File submitted (SIP_hoso) (*Hồ sơ nộp (SIP_hoso)*), Phụ lục III 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "SIP_hoso"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    file_code: Annotated[str, wire("fileCode")]
    title: Annotated[str, wire("title")]
    maintenance: Annotated[str, wire("maintenance")]
    mode: Annotated[str, wire("mode")]
    language: Annotated[tuple[str, ...], wire("language")]
    start_date: Annotated[date, wire("startDate")]
    end_date: Annotated[date, wire("endDate")]
    total_doc: Annotated[int, wire("totalDoc")]
    number_of_paper: Annotated[int, wire("numberOfPaper")]
    number_of_page: Annotated[int, wire("numberOfPage")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    keyword: Annotated[str | None, wire("keyword")] = None
    format: Annotated[str | None, wire("format")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    confidence_level: Annotated[str | None, wire("confidenceLevel")] = None
    paper_file_code: Annotated[str | None, wire("paperFileCode")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None


class SipPacket(RecordModel):
    """Loose records submitted (SIP_tailieu) (*Gói tài liệu nộp (SIP_tailieu)*), Phụ lục IV 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "SIP_tailieu"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    file_code: Annotated[str, wire("fileCode")]
    title: Annotated[str, wire("title")]
    source: Annotated[bool, wire("source")]
    total_doc: Annotated[int, wire("totalDoc")]
    description: Annotated[str | None, wire("description")] = None


class AipFile(RecordModel):
    """File archived (AIP_hoso) (*Hồ sơ lưu trữ (AIP_hoso)*), Phụ lục I 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "AIP_hoso"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    arc_file_code: Annotated[str, wire("arcFileCode")]
    title: Annotated[str, wire("title")]
    maintenance: Annotated[str, wire("maintenance")]
    mode: Annotated[str, wire("mode")]
    language: Annotated[tuple[str, ...], wire("language")]
    start_date: Annotated[date | str, wire("startDate")]
    end_date: Annotated[date | str, wire("endDate")]
    total_doc: Annotated[int, wire("totalDoc")]
    number_of_paper: Annotated[int, wire("numberOfPaper")]
    number_of_page: Annotated[int, wire("numberOfPage")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    keyword: Annotated[str | None, wire("keyword")] = None
    format: Annotated[str | None, wire("format")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    confidence_level: Annotated[str | None, wire("confidenceLevel")] = None
    paper_file_code: Annotated[str | None, wire("paperFileCode")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None


class AipPacket(RecordModel):
    """Loose records archived (AIP_tailieu) (*Gói tài liệu lưu trữ (AIP_tailieu)*), Phụ lục II 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "AIP_tailieu"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    arc_file_code: Annotated[str, wire("arcFileCode")]
    title: Annotated[str, wire("title")]
    source: Annotated[str, wire("source")]
    description: Annotated[str | None, wire("description")] = None


class DipRequest(RecordModel):
    """Request for use (DIP) (*Yêu cầu sử dụng (DIP)*), Phụ lục V 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "DIP"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    request_id: Annotated[str, wire("requestID")]
    request_date: Annotated[date, wire("requestDate")]
    purpose: Annotated[str, wire("purpose")]
    purpose_content: Annotated[str, wire("purposeContent")]
    fee_object_type: Annotated[str, wire("feeObjectType")]
    research_topic: Annotated[str, wire("researchTopic")]
    description: Annotated[str | None, wire("description")] = None


class SipDocument(RecordModel):
    """Record submitted (*Tài liệu nộp*), Phụ lục III 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "SIP_doc"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    doc_id: Annotated[str, wire("docId")]
    doc_code: Annotated[str, wire("docCode")]
    maintenance: Annotated[str, wire("maintenance")]
    type_name: Annotated[str, wire("typeName")]
    issued_date: Annotated[date, wire("issuedDate")]
    organ_name: Annotated[str, wire("organName")]
    subject: Annotated[str, wire("subject")]
    language: Annotated[tuple[str, ...], wire("language")]
    number_of_page: Annotated[int, wire("numberOfPage")]
    mode: Annotated[str, wire("mode")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    code_number: Annotated[str | None, wire("codeNumber")] = None
    code_notation: Annotated[str | None, wire("codeNotation")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    keyword: Annotated[str | None, wire("keyword")] = None
    confidence_level: Annotated[str | None, wire("confidenceLevel")] = None
    autograph: Annotated[str | None, wire("autograph")] = None
    format: Annotated[str | None, wire("format")] = None
    process: Annotated[bool | None, wire("process")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None


class AipDocument(RecordModel):
    """Record archived (*Tài liệu lưu trữ*), Phụ lục I 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "AIP_doc"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    arc_file_code: Annotated[str, wire("arcFileCode")]
    mode: Annotated[str, wire("mode")]
    language: Annotated[tuple[str, ...], wire("language")]
    number_of_page: Annotated[int, wire("numberOfPage")]
    doc_code: Annotated[str, wire("docCode")]
    doc_ordinal: Annotated[int, wire("docOrdinal")]
    type_name: Annotated[str, wire("typeName")]
    issued_date: Annotated[date, wire("issuedDate")]
    organ_name: Annotated[str, wire("organName")]
    subject: Annotated[str, wire("subject")]
    keyword: Annotated[str | None, wire("keyword")] = None
    format: Annotated[str | None, wire("format")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    confidence_level: Annotated[str | None, wire("confidenceLevel")] = None
    description: Annotated[str | None, wire("description")] = None
    code_number: Annotated[str | None, wire("codeNumber")] = None
    code_notation: Annotated[str | None, wire("codeNotation")] = None
    autograph: Annotated[str | None, wire("autograph")] = None
    process: Annotated[bool | None, wire("process")] = None


class DipDocument(RecordModel):
    """Record issued to a user (*Tài liệu cấp cho người sử dụng*), Phụ lục V 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "DIP_doc"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    doc_id: Annotated[str, wire("docId")]
    arc_doc_code: Annotated[str, wire("arcDocCode")]
    maintenance: Annotated[str, wire("maintenance")]
    type_name: Annotated[str, wire("typeName")]
    issued_date: Annotated[date, wire("issuedDate")]
    subject: Annotated[str, wire("subject")]
    language: Annotated[tuple[str, ...], wire("language")]
    number_of_page: Annotated[int, wire("numberOfPage")]
    mode: Annotated[str, wire("mode")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    code_number: Annotated[str | None, wire("codeNumber")] = None
    code_notation: Annotated[str | None, wire("codeNotation")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    keyword: Annotated[str | None, wire("keyword")] = None
    confidence_level: Annotated[str | None, wire("confidenceLevel")] = None
    autograph: Annotated[str | None, wire("autograph")] = None
    format: Annotated[str | None, wire("format")] = None
    process: Annotated[bool | None, wire("process")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None


class SipPicture(RecordModel):
    """Film or photograph (*Phim, ảnh*), Phụ lục III 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "SIP_pic"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    doc_code: Annotated[str, wire("docCode")]
    maintenance: Annotated[str, wire("maintenance")]
    type_pic: Annotated[str, wire("typePic")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    archives_number: Annotated[str | None, wire("archivesNumber")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    event_name: Annotated[str | None, wire("eventName")] = None
    image_title: Annotated[str | None, wire("imageTitle")] = None
    photographer: Annotated[str | None, wire("photographer")] = None
    photo_place: Annotated[str | None, wire("photoPlace")] = None
    photo_time: Annotated[date | None, wire("photoTime")] = None
    colour: Annotated[str | None, wire("colour")] = None
    film_size: Annotated[str | None, wire("filmSize")] = None
    doc_attached: Annotated[bool | None, wire("docAttached")] = None
    mode: Annotated[str | None, wire("mode")] = None
    format: Annotated[str | None, wire("format")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None


class SipRecording(RecordModel):
    """Sound or video recording (*Ghi âm, ghi hình*), Phụ lục III 05/2025/TT-BNV."""

    KIND: ClassVar[str] = "SIP_media"
    SCHEME: ClassVar[Scheme] = "tt05_2025"

    doc_code: Annotated[str, wire("docCode")]
    maintenance: Annotated[str, wire("maintenance")]
    type_media: Annotated[str, wire("typeMedia")]
    risk_recovery: Annotated[bool, wire("riskRecovery")]
    archives_number: Annotated[str | None, wire("archivesNumber")] = None
    infor_sign: Annotated[str | None, wire("inforSign")] = None
    event_name: Annotated[str | None, wire("eventName")] = None
    movie_title: Annotated[str | None, wire("movieTitle")] = None
    recorder: Annotated[str | None, wire("recorder")] = None
    record_place: Annotated[str | None, wire("recordPlace")] = None
    record_date: Annotated[date | None, wire("recordDate")] = None
    language: Annotated[tuple[str, ...], wire("language")] = ()
    play_time: Annotated[str | None, wire("playTime")] = None
    doc_attached: Annotated[bool | None, wire("docAttached")] = None
    mode: Annotated[str | None, wire("mode")] = None
    quality: Annotated[str | None, wire("quality")] = None
    format: Annotated[str | None, wire("format")] = None
    risk_recovery_status: Annotated[str | None, wire("riskRecoveryStatus")] = None
    description: Annotated[str | None, wire("description")] = None
