"""The archive (*lưu trữ*): descriptive records, retention periods, information packages, and their check.

TT 05/2025/TT-BNV (packages), Luật Lưu trữ 33/2024/QH15 (periods, transfer, destruction), NĐ 30/2020/NĐ-CP Phụ lục VI
(input records of the document system), TT 02/2019/TT-BNV (older records, read only).
"""

from egov_vn.archive.check import CheckOptions, check_package
from egov_vn.archive.check_signatures import SignatureCheck
from egov_vn.archive.convert import Converted, from_nd30, from_tt02
from egov_vn.archive.disposal import DestructionProposal, HeldFile, Hold, propose_destruction
from egov_vn.archive.fields import CodeList, Field, FieldTable, codes, table
from egov_vn.archive.identifiers import ArchivalCode, DocCode, FileCode, PacketCode, PaperCode, doc_id
from egov_vn.archive.listing import HandoverList, ListRow, compare
from egov_vn.archive.package import write_package
from egov_vn.archive.packing import Organisation, Package, Step
from egov_vn.archive.paper import PaperMap, Sheets
from egov_vn.archive.record import ArchivalFile, Description, Payload, Record
from egov_vn.archive.report import CheckReport
from egov_vn.archive.retention import Retention, Schedule, StartEvent
from egov_vn.archive.rules import CheckFinding
from egov_vn.archive.transfer import TransferDue, due_in_current_archive, due_in_historical_archive
from egov_vn.archive.transform import Loss, Transformed, open_package, to_aip, to_dip

__all__ = [
    "ArchivalCode",
    "ArchivalFile",
    "CheckFinding",
    "CheckOptions",
    "CheckReport",
    "CodeList",
    "Converted",
    "Description",
    "DestructionProposal",
    "DocCode",
    "Field",
    "FieldTable",
    "FileCode",
    "HandoverList",
    "HeldFile",
    "Hold",
    "ListRow",
    "Loss",
    "Organisation",
    "Package",
    "PacketCode",
    "PaperCode",
    "PaperMap",
    "Payload",
    "Record",
    "Retention",
    "Schedule",
    "Sheets",
    "SignatureCheck",
    "StartEvent",
    "Step",
    "TransferDue",
    "Transformed",
    "check_package",
    "codes",
    "compare",
    "doc_id",
    "due_in_current_archive",
    "due_in_historical_archive",
    "from_nd30",
    "from_tt02",
    "open_package",
    "propose_destruction",
    "table",
    "to_aip",
    "to_dip",
    "write_package",
]
