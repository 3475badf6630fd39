"""The library itself as a subject: how each topic is answered with `egov_vn`.

Read it as the example of a subject; yours calls your system instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from egov_vn.agency import AgencyCode
from egov_vn.calendar import LunarDate, WorkCalendar, compute_deadline
from egov_vn.dossier import DossierCode
from egov_vn.person import CitizenId, TaxCode

__all__ = ["REFERENCE"]


def _working_day(given: Mapping[str, Any]) -> bool:
    return WorkCalendar.official().is_working(date.fromisoformat(given["day"]))


def _deadline(given: Mapping[str, Any]) -> str:
    received_at = datetime.fromisoformat(given["received_at"])
    return compute_deadline(received_at, given["term"], calendar=WorkCalendar.official()).day.isoformat()


def _lunar(given: Mapping[str, Any]) -> str:
    lunar = LunarDate.from_solar(date.fromisoformat(given["day"]))
    return f"{lunar.year:04d}-{lunar.month:02d}-{lunar.day:02d}{'+' if lunar.leap else ''}"


def _dossier_code(given: Mapping[str, Any]) -> dict[str, Any]:
    code = DossierCode.parse(given["code"])
    return {"agency": str(code.agency), "received_on": code.received_on.isoformat(), "ordinal": code.ordinal}


def _agency_code(given: Mapping[str, Any]) -> str:
    code = AgencyCode.parse(given["code"])
    return code.as_qd20() if given["form"] == "QĐ 20/2020" else code.as_qcvn102()


def _citizen_id(given: Mapping[str, Any]) -> str:
    return CitizenId.parse(given["number"]).value


def _tax_code(given: Mapping[str, Any]) -> str:
    return TaxCode.parse(given["number"]).value


REFERENCE: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = MappingProxyType(
    {
        "working_day": _working_day,
        "deadline": _deadline,
        "lunar": _lunar,
        "dossier_code": _dossier_code,
        "agency_code": _agency_code,
        "citizen_id": _citizen_id,
        "tax_code": _tax_code,
    }
)
"""The subject that answers with this library."""
