"""The identities of a report table: sums, balance, totals, and what was carried over from the period before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from egov_vn.dossier.statistics import ANY_LEVEL, ReportRow, StatisticalReport, add_rows
from egov_vn.dossier.tally import INTAKES, Tally
from egov_vn.errors import require
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Citation, load

__all__ = ["check_report", "compare_reports"]


def check_report(
    made: StatisticalReport, *, previous: StatisticalReport | None = None, tally: Tally | None = None
) -> tuple[Finding, ...]:
    """Check every identity of a report, and with *previous* what was carried over; no finding means that all hold.

    With the *tally* that it was made from, also that no dossier was left out: a level without a section of its own (a
    district in 07b), or a fact that could not be counted.

    The sums between columns, the balance (received = settled + in process), the totals of rows and sections, and the
    carry-over: what came over from the period before equals what stood in process at its end, row by row.
    """
    found: list[Finding] = []
    require(made, StatisticalReport, "made")
    if previous is not None:
        require(previous, StatisticalReport, "previous")
    law = [row for row in load("egov_vn.dossier", "reports").table("identities") if row["set"] == made.form.report_set]
    balance = next(row for row in law if row["kind"] == "balance")
    for where, row in _every_row(made):
        values = _by_number(made, row)
        found.extend(_negative(where, values))
        found.extend(
            _mismatch("STAT-SUM", where, column.number, column.sum_of, values, made.form.source)
            for column in made.form.columns
            if column.sum_of and values[column.number] != sum(values[number] for number in column.sum_of)
        )
        right = tuple(balance["right"])
        if values[balance["left"]] != sum(values[number] for number in right):
            found.append(_mismatch("STAT-BALANCE", where, balance["left"], right, values, balance.source))
    found += _totals(made)
    if previous is not None:
        carry = next(row for row in law if row["kind"] == "carry")
        found += _carried(made, previous, carry["left"], carry.source)
    if tally is not None:
        found += _left_out(made, require(tally, Tally, "tally"))
    return tuple(found)


def _left_out(made: StatisticalReport, tally: Tally) -> Iterator[Finding]:
    """Yield what the tally counted and no section shows, and what it could not count at all."""
    shown = {level for part in made.sections for level in part.levels}
    missing: dict[str, int] = {}
    for key, counts in tally.rows:
        if key.level not in shown and ANY_LEVEL not in shown:
            missing[key.level] = missing.get(key.level, 0) + sum(counts[:INTAKES])
    for level, number in sorted(missing.items()):
        yield finding(
            "STAT-LEFT-OUT",
            Severity.ERROR,
            vi=f"Biểu {made.form.key} không có mục cho cấp {level or '(trống)'}: sót {number} hồ sơ.",
            en=f"Table {made.form.key} has no section for the level {level or '(none)'}: {number} dossiers left out.",
            where=level,
            source=made.form.source,
        )
    if tally.faulty:
        codes = ", ".join(sorted(tally.faulty)[:3])
        yield finding(
            "STAT-FAULTY",
            Severity.ERROR,
            vi=f"{sum(tally.faulty.values())} hồ sơ có dữ liệu không thể có, không được đếm: {codes} …",
            en=f"{sum(tally.faulty.values())} dossiers that cannot be were not counted: {codes} …",
        )


def compare_reports(ours: StatisticalReport, theirs: StatisticalReport) -> tuple[Finding, ...]:
    """Compare two reports of one table and period cell by cell: one finding for each figure that differs.

    TT 09/2026/TT-BTP Article 15(2) has agencies compare their figures with those of the national portal.
    """
    require(ours, StatisticalReport, "ours")
    require(theirs, StatisticalReport, "theirs")
    if (ours.form.key, ours.period, ours.by) != (theirs.form.key, theirs.period, theirs.by):
        text = f"{ours.form.key} {ours.period}, {theirs.form.key} {theirs.period}"
        return (
            finding(
                "STAT-COMPARE",
                Severity.ERROR,
                vi=f"Hai báo cáo không cùng biểu, cùng kỳ: {text}.",
                en=f"The two reports are not of one table and period: {text}.",
            ),
        )
    left, right = _by_place(ours), _by_place(theirs)
    zeros = (0,) * len(ours.form.columns)
    return tuple(
        finding(
            "STAT-DIFFERS",
            Severity.WARNING,
            vi=f"Cột ({column.number}): bên này {mine}, bên kia {other}.",
            en=f"({column.number}): {mine} here, {other} there.",
            where=f"{'.'.join(filter(None, place)) or 'TỔNG CỘNG'}({column.number})",
        )
        for place in sorted(left.keys() | right.keys())
        for column, mine, other in zip(ours.form.columns, left.get(place, zeros), right.get(place, zeros), strict=True)
        if mine != other
    )


def _by_place(made: StatisticalReport) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = {(part.number, row.key): row.cells for part in made.sections for row in part.rows}
    return {**rows, ("", ""): made.total.cells}


def _every_row(made: StatisticalReport) -> Iterable[tuple[str, ReportRow]]:
    for part in made.sections:
        prefix = f"{part.number}." if part.number else ""
        yield from ((f"{prefix}{row.label}", row) for row in part.rows)
    yield "TỔNG CỘNG", made.total


def _by_number(made: StatisticalReport, row: ReportRow) -> dict[int, int]:
    return {column.number: cell for column, cell in zip(made.form.columns, row.cells, strict=True)}


def _negative(where: str, values: Mapping[int, int]) -> Iterable[Finding]:
    for number, value in values.items():
        if value < 0:
            yield finding(
                "STAT-NEGATIVE",
                Severity.ERROR,
                vi=f"Cột ({number}) là số âm: {value}.",
                en=f"Column ({number}) is negative: {value}.",
                where=f"{where}({number})",
            )


def _mismatch(
    code: str, where: str, left: int, right: Sequence[int], values: Mapping[int, int], source: Citation
) -> Finding:
    sum_text = " + ".join(f"({number})" for number in right)
    value = sum(values[number] for number in right)
    return finding(
        code,
        Severity.ERROR,
        vi=f"({left}) = {values[left]} nhưng {sum_text} = {value}.",
        en=f"({left}) = {values[left]}, but {sum_text} = {value}.",
        where=f"{where}({left})",
        source=source,
    )


def _totals(made: StatisticalReport) -> Iterable[Finding]:
    width = len(made.form.columns)
    pairs = [(part.number or "TỔNG", part.total, add_rows(part.rows, width)) for part in made.sections]
    pairs.append(("TỔNG CỘNG", made.total, add_rows((part.total for part in made.sections), width)))
    for where, written, summed in pairs:
        for column, left, right in zip(made.form.columns, written.cells, summed, strict=True):
            if left != right:
                yield finding(
                    "STAT-TOTAL",
                    Severity.ERROR,
                    vi=f"Cột ({column.number}): dòng tổng ghi {left}, cộng các dòng được {right}.",
                    en=f"Column ({column.number}): the total says {left}, the rows add up to {right}.",
                    where=f"{where}({column.number})",
                )


def _carried(made: StatisticalReport, previous: StatisticalReport, left: int, source: Citation) -> Iterable[Finding]:
    if previous.period.end >= made.period.start or (made.period.start - previous.period.end).days != 1:
        yield finding(
            "STAT-PERIODS",
            Severity.ERROR,
            vi=f"Kỳ {previous.period} không liền trước kỳ {made.period}.",
            en=f"The period {previous.period} does not end on the day before {made.period} starts.",
        )
        return
    before, now = _open_by_row(previous), _carried_by_row(made, left)
    for key in sorted(before.keys() | now.keys()):
        if before.get(key, 0) != now.get(key, 0):
            yield finding(
                "STAT-CARRY",
                Severity.ERROR,
                vi=f"Cột ({left}) ghi {now.get(key, 0)} từ kỳ trước, cuối kỳ trước còn {before.get(key, 0)}.",
                en=f"({left}) says {now.get(key, 0)} came over; {before.get(key, 0)} stood open at the end before.",
                where=f"{'.'.join(filter(None, key))}({left})",
                source=source,
            )


def _open_by_row(made: StatisticalReport) -> dict[tuple[str, str], int]:
    """Return what stood open at the end; tables of both circulars are read, so the change of 2026 can be bridged."""
    number = next(item.number for item in made.form.columns if set(item.keys) == {"within", "overdue"})
    return _carried_by_row(made, number)


def _carried_by_row(made: StatisticalReport, number: int) -> dict[tuple[str, str], int]:
    index = made.form.columns.index(made.form.column(number))
    return {(part.number, row.key): row.cells[index] for part in made.sections for row in part.rows}
