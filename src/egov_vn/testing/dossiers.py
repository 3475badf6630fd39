"""A synthetic year of a province: dossiers as facts and as lists, from a seed, with every awkward case.

Nothing here is about real people: names are put together from syllables, numbers are made up. The same seed gives the
same year for ever, so figures in a report can be compared between machines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from egov_vn.dossier.facts import DossierFact, Level, Outcome, seconds
from egov_vn.dossier.periods import Period
from egov_vn.errors import InvalidInput

__all__ = ["FIELDS", "agency_names", "awkward_facts", "province_year"]

_FIELD_NAMES: Final = (
    "Hộ tịch",
    "Chứng thực",
    "Đất đai",
    "Đăng ký kinh doanh",
    "Bảo trợ xã hội",
    "Người có công",
    "Y tế dự phòng",
    "Khám bệnh, chữa bệnh",
    "An toàn thực phẩm",
    "Giáo dục mầm non",
    "Giáo dục phổ thông",
    "Văn bằng, chứng chỉ",
    "Lao động",
    "Việc làm",
    "Xây dựng",
    "Quy hoạch",
    "Nhà ở",
    "Đường bộ",
    "Đường thủy nội địa",
    "Thủy lợi",
    "Trồng trọt",
    "Chăn nuôi",
    "Thủy sản",
    "Môi trường",
    "Khoáng sản",
    "Thư viện",
    "Quảng cáo",
    "Thể dục thể thao",
    "Lý lịch tư pháp",
    "Công chứng",
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {f"H57-LV{index:02d}": name for index, name in enumerate(_FIELD_NAMES, start=1)}
)
"""Code and name of each made-up field (*lĩnh vực*)."""

_DEPARTMENTS, _COMMUNES = 16, 40
_DAY: Final = 86_400
_TERMS: Final = (0, 1, 3, 5, 5, 7, 10, 15, 20, 30)
_OFFICERS: Final = tuple(f"CB{index:03d}" for index in range(240))


@dataclass(frozen=True, slots=True)
class _Agency:
    code: str
    level: str
    fields: tuple[str, ...]


def agency_names() -> Mapping[str, str]:
    """Return code and name of each made-up body of the province."""
    names = {f"H57.{index:02d}": f"Sở số {index}" for index in range(1, _DEPARTMENTS + 1)}
    return names | {f"H57.{100 + index}": f"UBND xã số {index}" for index in range(1, _COMMUNES + 1)}


def province_year(*, seed: int, count: int, year: int = 2026) -> Iterator[DossierFact]:
    """Yield *count* facts of the report *year* in the order of reception, the awkward ones among them.

    Some were received before the year and some after it, so a tally of the year has something to carry over and
    something to leave out. The codes are unique.
    """
    if count < 1 or not 2001 <= year <= 2099:
        raise InvalidInput(f"no synthetic year {year} of {count} dossiers", path="count" if count < 1 else "year")
    awkward = tuple(awkward_facts(year))[:count]
    yield from awkward
    yield from _ordinary(random.Random(seed), count - len(awkward), Period.full_year(year))  # noqa: S311 - a test year, not a key


def awkward_facts(year: int = 2026) -> Iterator[DossierFact]:
    """Yield one fact for each case that systems are known to count wrong, around the edges of the report *year*."""
    period = Period.full_year(year)
    first, after = seconds(period.starts_at), seconds(period.ends_at)
    middle = (first + after) // 2 // _DAY * _DAY - 25_200 + 9 * 3600
    due = middle + 5 * _DAY + 8 * 3600
    settled = Outcome.SETTLED.value
    cases: tuple[tuple[int, int | None, int | None, int], ...] = (
        (first, first + _DAY, first + _DAY, settled),  # received in the first second: in the period, not carried over
        (first - 1, first + _DAY, first + _DAY, settled),  # received in the last second before it: carried over
        (after - 1, after + 9 * _DAY, None, 0),  # received in the last second
        (after, after + 9 * _DAY, None, 0),  # received just after: outside
        (first - 9 * _DAY, first - _DAY, first - 1, settled),  # ended in the last second before: outside
        (first - 9 * _DAY, first - _DAY, first, settled),  # ended in the first second: carried over and settled late
        (middle, after, after, settled),  # ended just after: still open at the end
        (middle, due, due, settled),  # ended exactly when due: on time
        (middle, due, due + 1, settled),  # one second late
        (middle, due, due - 9 * 3600, settled),  # on the morning of the day: on time, not early
        (middle, due, due - _DAY, settled),  # the day before: early
        (middle, middle, middle, settled),  # received, due and settled in one instant
        (middle, None, middle + 40 * _DAY, settled),  # no appointment was made
        (middle, None, None, 0),  # open without an appointment: never overdue
        (middle, due, None, 0),  # open and overdue
        (middle, after, None, 0),  # due just after the end: within its term
        (middle, after - 1, None, 0),  # due in the last second: overdue
        (first - 300 * _DAY, first - 290 * _DAY, None, 0),  # carried over, overdue, still open
        (middle, due, due + _DAY, Outcome.REFUSED.value),
        (middle, due, due + _DAY, Outcome.STOPPED.value),
        (middle, due, due - 2 * _DAY, Outcome.CLOSED.value),
    )
    for index, (received, appointment, ended, outcome) in enumerate(cases, start=1):
        yield _fact(index, received, appointment, ended, outcome)
    waits = ((due - _DAY, None), (due - _DAY, due + _DAY), (after, None), (due - _DAY, after))
    for index, (start, end) in enumerate(waits, start=len(cases) + 1):
        fact = _fact(index, middle, due, None, 0)
        yield fact._replace(waiting_from=start, waiting_to=end, supplements=1, waited=(end or after) - start)
    twice = _fact(len(cases) + len(waits) + 1, middle, due, due - _DAY, settled)
    yield twice._replace(supplements=2, waited=2 * _DAY, waiting_from=middle + _DAY, waiting_to=middle + 2 * _DAY)


def _fact(index: int, received: int, due: int | None, ended: int | None, outcome: int) -> DossierFact:
    day = date(1970, 1, 1) + timedelta(seconds=received + 25_200)
    return DossierFact(
        code=f"000.00.{index:02d}.H57-{day:%y%m%d}-0001",
        field="H57-LV01",
        agency="H57.101",
        level=Level.COMMUNE.value,
        intake=index % 4,
        received=received,
        due=due,
        ended=ended,
        outcome=outcome,
        officer="CB000",
        procedure="2.000815",
    )


def _ordinary(rng: random.Random, count: int, period: Period) -> Iterator[DossierFact]:
    agencies = _agencies(rng)
    first = period.start - timedelta(days=60)
    days = (period.end - first).days + 6
    shares = [1.0 if (first + timedelta(days=offset)).weekday() < 5 else 0.12 for offset in range(days)]
    total, done, share = sum(shares), 0, 0.0
    for offset, weight in enumerate(shares):
        share += weight
        target = round(count * share / total)
        yield from _one_day(rng, agencies, first + timedelta(days=offset), target - done, seconds(period.ends_at))
        done = target


def _one_day(
    rng: random.Random, agencies: tuple[_Agency, ...], day: date, count: int, horizon: int
) -> Iterator[DossierFact]:
    """Yield the dossiers of one day; what would end after the *horizon* by more than a few days is still open."""
    roll, stamp, ordinals = rng.random, f"{day:%y%m%d}", dict.fromkeys(range(len(agencies)), 0)
    opening = seconds(day) - _DAY + 1 + 7 * 3600
    size = len(agencies)
    for moment in sorted(int(roll() * 36_000) for _ in range(count)):
        which = int(roll() * size)
        agency = agencies[which]
        ordinals[which] += 1
        received = opening + moment
        term = _TERMS[int(roll() * 10)]
        due = _due(day, opening, term)
        ended, outcome = _ending(roll(), roll(), received, due)
        if ended is not None and ended > horizon + 5 * _DAY:
            ended, outcome = None, 0
        kind, extra = roll(), int(roll() * 64)
        # Online dossiers come with files, and half of them from an account that VNeID verified.
        flags = extra | (128 if kind < 0.7 or extra & 1 else 0) | (256 if kind < 0.35 or extra & 16 else 0)
        waits = kind < 0.06
        yield DossierFact(
            f"{agency.code}-{stamp}-{ordinals[which]:04d}",
            agency.fields[int(roll() * len(agency.fields))],
            agency.code,
            agency.level,
            0 if kind < 0.45 else 1 if kind < 0.7 else 2 if kind < 0.74 else 3,
            received,
            None if kind > 0.96 else due,
            ended,
            outcome,
            received + _DAY if waits else None,
            received + 3 * _DAY if waits and ended is not None else None,
            2 * _DAY if waits else 0,
            (2 if kind < 0.005 else 1) if waits else 0,
            flags,
            _OFFICERS[(which * 4 + extra) % 240],
            f"2.{which:03d}{term:03d}",
        )


def _due(day: date, opening: int, term: int) -> int:
    """Return 17:00 on the day that is *term* working days (Monday to Friday) later."""
    weekday = day.weekday()
    if weekday > 4:
        term = max(term, 1)
    weeks, rest = divmod(term, 5)
    start = min(weekday, 4)
    shift = weeks * 7 + rest + (2 if start + rest > 4 else 0) - (weekday - start)
    return opening + shift * _DAY + 10 * 3600


def _ending(roll: float, spread: float, received: int, due: int) -> tuple[int | None, int]:
    span = max(due - received, 3600)
    if roll < 0.72:
        return received + int(span * (0.1 + 0.75 * spread)), 1
    if roll < 0.88:
        return max(received, due - int(7200 * spread)), 1
    if roll < 0.93:
        return due + 1 + int(20 * _DAY * spread), 1
    if roll < 0.95:
        return received + int(span * spread), 2
    if roll < 0.965:
        return received + int(span * spread), 3
    if roll < 0.975:
        return due + 16 * _DAY, 4
    return None, 0


def _agencies(rng: random.Random) -> tuple[_Agency, ...]:
    codes = tuple(FIELDS)
    found = [
        _Agency(f"H57.{index:02d}", Level.PROVINCE.value, tuple(rng.sample(codes, 4)))
        for index in range(1, _DEPARTMENTS + 1)
    ]
    found += [_Agency(f"H57.{100 + index}", Level.COMMUNE.value, codes[:12]) for index in range(1, _COMMUNES + 1)]
    return tuple(found)
