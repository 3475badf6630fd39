"""The one-stop score (*đánh giá việc giải quyết TTHC*) of TT 01/2018/TT-VPCP Articles 13-15: nine indices of 0 to 2.

Its decree ended on 30/06/2025 and NĐ 118/2025 has criteria without points: from 01/07/2025 these functions raise
`NotInForce`. Shares are whole numbers over whole numbers, compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from egov_vn.errors import InvalidInput
from egov_vn.finding import Text
from egov_vn.law import Citation, load

__all__ = [
    "Evaluation",
    "evaluate",
    "score_attitude",
    "score_bodies",
    "score_contacts",
    "score_feedback",
    "score_on_site",
    "score_online",
    "score_publicity",
    "score_time",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A score: each index with one decimal, their sum, the band, the dossiers counted, and the rule.

    *scored* says how many dossiers stand behind each index that is scored by dossier, *maximum* is the most that the
    indices there could give: bands are of the full set, so a body without some index can fall short of one. *left_out*
    are the indices that nobody had; without any index there is no *band*.
    """

    indices: Mapping[int, Decimal]
    total: Decimal
    maximum: Decimal
    band: Text | None
    dossiers: int
    scored: Mapping[int, int]
    left_out: tuple[int, ...]
    source: Citation


def score_time(spent: timedelta, allowed: timedelta) -> int:
    """Index 1 (whole procedure) and 2 (one unit): 2 shorter than allowed, 1 as long, 0 longer."""
    return 2 if spent < allowed else 1 if spent == allowed else 0


def score_contacts(times: int, *, applicant_at_fault: bool = False) -> int:
    """Index 3, contacts with the desk to complete the dossier: 2 for none, 1 for one, 0 for more.

    More than one is not held against the desk where the applicant is at fault; it counts as one.
    """
    _count(times, "times")
    if times == 0:
        return 2
    return 1 if times == 1 or applicant_at_fault else 0


def score_bodies(bodies: int, *, lead_body_by_law: bool = False) -> int:
    """Index 4, bodies to contact: 2 for none, 1 for the desk alone, 0 for more.

    With *lead_body_by_law* the law makes the applicant attend a field check or a council: its lead body comes on top.
    """
    _count(bodies, "bodies")
    return 2 if bodies == 0 else 1 if bodies <= 1 + lead_body_by_law else 0


def score_on_site(
    level: str,
    *,
    procedures: int,
    settled_on_site: int,
    received_on_site: int,
    on: date,
    required: int | None = None,
) -> int:
    """Index 5: 2 if enough of the listed procedures are settled wholly on site, 1 if all are received there, else 0.

    *level* is ministry, province, district or commune; the shares needed differ. The share counts the *procedures* of
    the desk's list; "all" counts the *required* ones, those that NĐ 61/2018/NĐ-CP Art. 14(5)(a, b) does not except
    (by default the list).
    """
    needed = _rule("one_stop_settled_on_site", on).value
    if level not in needed:
        raise InvalidInput(f"{level!r} is not one of {', '.join(needed)}", path="level")
    wanted = procedures if required is None else required
    _part(settled_on_site, procedures, "settled_on_site")
    _part(received_on_site, wanted, "received_on_site")
    if procedures == 0 or wanted == 0:
        raise InvalidInput("no procedures are listed", path="procedures" if procedures == 0 else "required")
    if settled_on_site * 100 >= needed[level] * procedures:
        return 2
    return 1 if received_on_site == wanted else 0


def score_publicity(*, posted: bool, electronic: bool) -> int:
    """Index 6: one point each for procedures published on the board and electronically, rightly and in full."""
    return int(posted) + int(electronic)


def score_attitude(*, outcome: Literal["early", "on_time", "late"], complaint: bool) -> int | None:
    """Index 7: 2 early and 1 on time without a complaint, 0 with one; a dismissed complaint is none.

    Late without a complaint fits no point of the clause: None, left out as the circular does with missing facts.
    """
    if outcome not in ("early", "on_time", "late"):
        raise InvalidInput(f"{outcome!r} is not early, on_time or late", path="outcome")
    if complaint:
        return 0
    return {"early": 2, "on_time": 1, "late": None}[outcome]


def score_feedback(*, complaints: int, handled_in_time: int, dragging: int, on: date) -> int:
    """Index 8: 2 without complaints or with all handled in time, 1 from 90 %, 0 below or when one drags on."""
    _part(handled_in_time, complaints, "handled_in_time")
    _part(dragging, complaints, "dragging")
    if dragging:
        return 0
    if handled_in_time == complaints:
        return 2
    return 1 if handled_in_time * 100 >= int(_rule("one_stop_feedback", on).value) * complaints else 0


def score_online(
    *, procedures: int, online_procedures: int, dossiers: int, online_dossiers: int, late: int, on: date
) -> int | None:
    """Index 9: online procedures (levels 3 and 4), online dossiers, and none of those late or left unsettled.

    *procedures* are those that meet the conditions for being offered online. Without any dossier there is no share to
    judge: None, unless nothing is online at all.
    """
    _part(online_procedures, procedures, "online_procedures")
    _part(online_dossiers, dossiers, "online_dossiers")
    _part(late, online_dossiers, "late")
    limits = _rule("one_stop_online", on).value
    if not online_procedures or late:
        return 0
    if not dossiers:
        return None
    if online_dossiers * 100 < limits["dossiers_half"] * dossiers:
        return 0
    many_procedures = online_procedures * 100 >= limits["procedures"] * procedures
    many_dossiers = online_dossiers * 100 >= limits["dossiers_full"] * dossiers
    return 2 if many_procedures and many_dossiers else 1


def evaluate(
    dossiers: Iterable[Mapping[int, int | None]],
    *,
    on: date,
    unit_points: Mapping[int, int | None] | None = None,
    over: Literal["scored", "all"] = "scored",
) -> Evaluation:
    """Score an officer from *dossiers* (indices 1, 2, 3, 4, 7), or with *unit_points* (5, 6, 8, 9) a body.

    Each index is the sum of its points over the number of dossiers, with one decimal, half up; one that nobody has is
    left out (Art. 15(4)(b)). The formula says "all dossiers": *over* `"all"` divides by them, *over* `"scored"` by
    those that have the index, which is the same where every dossier has it. *on* is the day of the evaluation;
    `NotInForce` from 01/07/2025.
    """
    if over not in ("scored", "all"):
        raise InvalidInput(f"{over!r} is not scored or all", path="over")
    rule = _rule("one_stop_indices", on)
    sums: dict[int, int] = {}
    counts: dict[int, int] = {}
    number = 0
    for number, points in enumerate(dossiers, start=1):
        for index, value in points.items():
            _points(index, value, rule.value["officer"], f"dossiers[{number - 1}]")
            if value is not None:
                sums[index] = sums.get(index, 0) + value
                counts[index] = counts.get(index, 0) + 1
    tenth = Decimal(1).scaleb(-rule.value["decimals"])
    indices = {
        index: (Decimal(sums[index]) / (counts[index] if over == "scored" else number)).quantize(tenth, ROUND_HALF_UP)
        for index in sorted(sums)
    }
    for index, value in sorted((unit_points or {}).items()):
        _points(index, value, rule.value["unit"], "unit_points")
        if value is not None:
            indices[index] = Decimal(value).quantize(tenth)
    total = sum(indices.values(), Decimal(0))
    bands = "one_stop_officer_bands" if unit_points is None else "one_stop_bands"
    wanted = (*rule.value["officer"], *(() if unit_points is None else rule.value["unit"]))
    return Evaluation(
        indices=indices,
        total=total,
        maximum=Decimal(2 * len(indices)),
        band=band(total, bands, on) if indices else None,
        dossiers=number,
        scored=counts,
        left_out=tuple(index for index in sorted(wanted) if index not in indices),
        source=rule.source,
    )


def band(total: Decimal, rule: str, on: date) -> Text:
    """Return the band of *total* under the rule of bands in force on the day *on*."""
    rows = _rule(rule, on).value
    return next(Text(row["vi"], row["en"]) for row in rows if Decimal(row["from"]) <= total)


def _rule(name: str, on: date) -> Any:
    return load("egov_vn.dossier", "indicators").rules[name].on(on)


def _count(value: object, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInput(f"{value!r} is not a number of times", path=path)


def _part(value: int, whole: int, path: str) -> None:
    _count(whole, path)
    _count(value, path)
    if value > whole:
        raise InvalidInput(f"{value} of {whole} cannot be", path=path)


def _points(index: int, value: int | None, allowed: Iterable[int], path: str) -> None:
    if index not in allowed:
        raise InvalidInput(f"index {index} is not scored here", path=path)
    if value is not None and value not in (0, 1, 2):
        raise InvalidInput(f"{value!r} is not 0, 1 or 2 points", path=f"{path}[{index}]")
