"""Levels of online services under three decrees, and how one reads as the other.

NĐ 43/2011: 1 to 4; NĐ 42/2022: full or partial; NĐ 224/2026: full, or partial for a published reason, and four levels
of proactive service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from egov_vn.clock import require_date
from egov_vn.errors import InvalidInput
from egov_vn.law import Citation, Version, load

__all__ = ["OnlineLevel", "online_levels"]


def online_levels(on: date) -> Version[tuple[str, ...]]:
    """Return the words for a level that the law knows on the day *on*, with its article.

    `("1", "2", "3", "4")` to 14/08/2022, then `("full", "partial")` (*toàn trình, một phần*). Raises `NotInForce`
    before 01/08/2011.
    """
    return load("egov_vn.dossier", "procedures").timeline("online_levels", tuple).on(require_date(on, "on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineLevel:
    """The level at which a service is offered online (*mức độ cung cấp dịch vụ công trực tuyến*).

    *level* is a word of the decree of the day *on*; *reason* why a service is offered only partly (required from
    01/07/2026: NĐ 224/2026 Art. 14); *proactive* 0 to 4 (NĐ 224/2026 Art. 16).
    """

    level: str
    on: date
    reason: str | None = None
    proactive: int = 0

    def __post_init__(self) -> None:
        law = online_levels(self.on)
        if self.level not in law.value:
            raise InvalidInput(
                f"{self.level!r} is not one of {', '.join(law.value)} on {self.on}",
                path="level",
                source=str(law.source),
            )
        since = load("egov_vn.dossier", "procedures").rules["online_levels"].versions[-1].since
        if self.on >= since and self.level == "partial" and not (self.reason or "").strip():
            raise InvalidInput(
                "a partly online service needs its published reason", path="reason", source=str(law.source)
            )
        if not 0 <= self.proactive <= 4 or (self.proactive and self.on < since):
            raise InvalidInput(f"{self.proactive!r} is not a proactive level on {self.on}", path="proactive")

    @property
    def source(self) -> Citation:
        """The article that knows this level."""
        return online_levels(self.on).source

    @property
    def is_online_service(self) -> bool:
        """Whether the dossier itself can be filed online (levels 3 and 4, partial and full)."""
        return self.level in ("3", "4", "full", "partial")

    def as_on(self, day: date, *, reason: str | None = None) -> Self | None:
        """Return this level in the words of the decree of another day; None if it is no online service any more.

        4 reads as full, 3 as partial, 1 and 2 as information only; full reads back as 4, partial as 3. *reason*
        serves a partial service from 01/07/2026 on.
        """
        words = online_levels(day).value
        level = self.level
        if level not in words:
            pairs = {row["old"]: row["new"] for row in load("egov_vn.dossier", "procedures").table("level_mapping")}
            back = {new: old for old, new in pairs.items() if new != "none"}
            level = pairs.get(level) or back[level]
            if level == "none":
                return None
        return type(self)(level=level, on=day, reason=reason or self.reason)
