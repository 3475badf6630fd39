"""Figures for the national indicators that a list of procedures tells: complete, online, with a fee, for citizens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from unicodedata import normalize

from egov_vn.clock import require_date
from egov_vn.dossier.fields import Channel
from egov_vn.dossier.indicator_inputs import Stated
from egov_vn.dossier.procedure import Procedure, ProcedureCatalogue
from egov_vn.errors import NotInForce
from egov_vn.law import load

__all__ = ["procedure_figures"]


def procedure_figures(procedures: Iterable[Procedure], *, on: date, source: str) -> dict[str, Stated]:
    """Return the figures for the indicators 1.3, 3.1, 3.5, 3.5b and 4.5a, ready for `IndicatorInputs(**figures)`.

    *procedures* are the records of the national database within the body's competence (`LayThuTuc`), every version of
    them; each procedure counts once, in its version of the day *on*. Complete: all parts of NĐ 63/2010/NĐ-CP Art. 8(2).
    Online: it may be filed on the online channel. With a fee: one that is not zero. For citizens: so its audience says.
    """
    catalogue = ProcedureCatalogue(procedures)
    require_date(on, "on")
    found = []
    for code in {str(item.code.national): None for item in catalogue}:
        try:
            found.append(catalogue.on(code, on))
        except NotInForce:
            continue
    counts = {
        "posted_procedures": len(found),
        "complete_procedures": sum(not item.missing_parts() for item in found),
        "procedures": len(found),
        "online_procedures": sum(Channel.ONLINE in item.channels() for item in found),
        "fee_procedures": sum(_has_fee(item) for item in found),
        "citizen_procedures": sum(_for_citizens(item) for item in found),
    }
    return {name: Stated(value=value, source=source) for name, value in counts.items()}


def _has_fee(procedure: Procedure) -> bool:
    return any(fee.amount > 0 for way in procedure.ways for term in way.terms for fee in term.fees)


def _for_citizens(procedure: Procedure) -> bool:
    audience = normalize("NFC", procedure.audience or "").casefold()
    words = load("egov_vn.dossier", "national").table("citizen_audience")
    return any(row["vi"].casefold() in audience for row in words)
