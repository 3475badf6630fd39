"""Terms by case and channel: one procedure, several terms (*thời hạn theo trường hợp và cách thức nộp*)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from egov_vn.calendar.terms import Term
from egov_vn.errors import InvalidInput

__all__ = ["TermCase", "TermTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCase:
    """One term of a procedure: for the case *case* and the channel *channel*, for every one where empty."""

    term: Term
    case: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTable:
    """The terms of a procedure, one per case and channel ("online: 2 working days, in person: 5")."""

    terms: tuple[TermCase, ...]

    def __post_init__(self) -> None:
        keys = [(item.case, item.channel) for item in self.terms]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if not keys:
            raise InvalidInput("a procedure needs at least one term", path="terms")
        if twice is not None:
            raise InvalidInput(f"two terms for the case {twice[0]!r} and the channel {twice[1]!r}", path="terms")

    @classmethod
    def parse(cls, rows: Iterable[tuple[str, str, str]]) -> TermTable:
        """Read rows of (case, channel, term in words)."""
        return cls(
            terms=tuple(TermCase(case=case, channel=channel, term=Term.parse(term)) for case, channel, term in rows)
        )

    def pick(self, *, case: str = "", channel: str = "") -> Term:
        """Return the term of the row for *case* and *channel*, else for the case, for the channel, for all."""
        for key in ((case, channel), (case, ""), ("", channel), ("", "")):
            for item in self.terms:
                if (item.case, item.channel) == key:
                    return item.term
        raise InvalidInput(f"no term for the case {case!r} and the channel {channel!r}", path="terms")
