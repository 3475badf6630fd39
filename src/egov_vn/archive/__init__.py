"""The archive (*lưu trữ*): descriptive records, retention periods, information packages, and their check.

TT 05/2025/TT-BNV (packages), Luật Lưu trữ 33/2024/QH15 (periods, transfer, destruction), NĐ 30/2020/NĐ-CP Phụ lục VI
(input records of the document system), TT 02/2019/TT-BNV (older records, read only).
"""

from egov_vn.archive.bagit import Bag, check_bag, read_bag, write_bag
from egov_vn.archive.check import CheckOptions, check_package
from egov_vn.archive.check_signatures import SignatureCheck
from egov_vn.archive.convert import Converted, from_nd30, from_tt02
from egov_vn.archive.disposal import DestructionProposal, HeldFile, Hold, propose_destruction
from egov_vn.archive.evidence import EvidenceRecord, Seal, renew_hash_trees, renew_timestamps, seal_objects
from egov_vn.archive.evidence_check import EvidenceReport, assess_evidence, verify_evidence
from egov_vn.archive.fields import CodeList, Field, FieldTable, codes, table
from egov_vn.archive.holey import HoleyLink
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
    "Bag",
    "CheckFinding",
    "CheckOptions",
    "CheckReport",
    "CodeList",
    "Converted",
    "Description",
    "DestructionProposal",
    "DocCode",
    "EvidenceRecord",
    "EvidenceReport",
    "Field",
    "FieldTable",
    "FileCode",
    "HandoverList",
    "HeldFile",
    "Hold",
    "HoleyLink",
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
    "Seal",
    "Sheets",
    "SignatureCheck",
    "StartEvent",
    "Step",
    "TransferDue",
    "Transformed",
    "assess_evidence",
    "check_bag",
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
    "read_bag",
    "renew_hash_trees",
    "renew_timestamps",
    "seal_objects",
    "table",
    "to_aip",
    "to_dip",
    "verify_evidence",
    "write_bag",
    "write_package",
]
