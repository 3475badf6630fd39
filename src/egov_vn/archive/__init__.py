"""The archive (*lưu trữ*): descriptive records, retention periods, information packages, and their check.

TT 05/2025/TT-BNV (packages), Luật Lưu trữ 33/2024/QH15 (periods, transfer, destruction), NĐ 30/2020/NĐ-CP Phụ lục VI
(input records of the document system), TT 02/2019/TT-BNV (older records, read only).
"""

from egov_vn.archive.check import CheckOptions, check_package
from egov_vn.archive.fields import CodeList, Field, FieldTable, codes, table
from egov_vn.archive.package import write_package
from egov_vn.archive.packing import Organisation, Package, Step
from egov_vn.archive.record import ArchivalFile, Description, Payload, Record
from egov_vn.archive.report import CheckReport
from egov_vn.archive.retention import Retention, Schedule

__all__ = [
    "ArchivalFile",
    "CheckOptions",
    "CheckReport",
    "CodeList",
    "Description",
    "Field",
    "FieldTable",
    "Organisation",
    "Package",
    "Payload",
    "Record",
    "Retention",
    "Schedule",
    "Step",
    "check_package",
    "codes",
    "table",
    "write_package",
]
