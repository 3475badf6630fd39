"""Tally, report and reconciliation, beside DuckDB doing the same counts in the same run.

Each measure runs in a process of its own, so that its peak memory is its own. `--quick` takes a twentieth of the size.
The cells that DuckDB counts must equal ours: the script fails otherwise.
"""

from __future__ import annotations

import sys

# The folder of this script holds modules named like the standard library's (calendar): keep them out of the way.
sys.path.pop(0)

import argparse
import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from egov_vn.dossier import Period, Tally, check_report, read_lines, reconcile, report, report_html
from egov_vn.dossier.facts import seconds
from egov_vn.dossier.facts_io import FactReader, write_facts
from egov_vn.dossier.tally import COUNTS
from egov_vn.testing.dossiers import FIELDS, province_year
from egov_vn.testing.register_lists import messy_csv, planted_lists

YEAR = Period.full_year(2026)
SQL = """
WITH facts AS (
  SELECT *, CASE WHEN received >= {start} THEN intake ELSE 4 END AS came,
    CASE WHEN ended IS NOT NULL AND ended < {cut} THEN
      CASE WHEN due IS NULL THEN 6 WHEN ended > due THEN 7
           WHEN ended < ((due + 25200) // 86400) * 86400 - 25200 THEN 5 ELSE 6 END
    ELSE CASE WHEN due IS NULL OR due >= {cut} THEN 8
              WHEN waiting_from IS NOT NULL AND waiting_from < {cut} AND (waiting_to IS NULL OR waiting_to >= {cut})
              THEN 8 ELSE 9 END
    END AS stands
  FROM {table}
  WHERE received < {cut} AND (ended IS NULL OR (ended >= {start} AND ended >= received))
)
SELECT level, agency, field, {sums} FROM facts GROUP BY ALL ORDER BY ALL
"""


def sql(table: str) -> str:
    sums = ", ".join(
        f"count(*) FILTER ({'came' if index < 5 else 'stands'} = {index}) AS {name}"
        for index, name in enumerate(COUNTS)
    )
    return SQL.format(table=table, start=seconds(YEAR.starts_at), cut=seconds(YEAR.ends_at), sums=sums)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def tally_in_memory(count: int, _: Path) -> dict[str, Any]:
    facts = list(province_year(seed=1, count=count))
    tally, spent = timed(lambda: Tally.of(facts, YEAR))
    return {"seconds": spent, "rows": count, "check": sum(map(sum, (row for _, row in tally.rows)))}


def tally_with_codes(count: int, _: Path) -> dict[str, Any]:
    facts = list(province_year(seed=1, count=count))
    _, spent = timed(lambda: Tally.of(facts, YEAR, keep_codes=True))
    return {"seconds": spent, "rows": count}


def report_of_a_stream(count: int, _: Path) -> dict[str, Any]:
    def work() -> None:
        made = report(Tally.of(province_year(seed=1, count=count), YEAR), unit="UBND tỉnh", form="07b", names=FIELDS)
        assert check_report(made) == ()
        assert report_html(made)

    return {"seconds": timed(work)[1], "rows": count}


def report_of_a_file(count: int, path: Path) -> dict[str, Any]:
    def work() -> Tally:
        with path.open(encoding="utf-8", newline="") as lines:
            tally = Tally.of(FactReader(lines, unique=False), YEAR)
        assert check_report(report(tally, unit="UBND tỉnh", form="07b")) == ()
        return tally

    tally, spent = timed(work)
    return {"seconds": spent, "rows": count, "check": sum(map(sum, (row for _, row in tally.rows)))}


def duckdb_connection(path: Path) -> Any:
    import duckdb  # noqa: PLC0415 - its absence is one line of the table

    base = duckdb.connect()
    base.execute("SET threads = 1")
    times = ", ".join(
        f"epoch(try_cast({name} AS TIMESTAMPTZ))::BIGINT AS {name}"
        for name in ("received", "due", "ended", "waiting_from", "waiting_to")
    )
    base.execute(
        f"CREATE VIEW file AS SELECT level, agency, field, intake::INT AS intake, {times} "
        f"FROM read_csv('{path}', header = true, all_varchar = true)"
    )
    return base


def cells(rows: list[tuple[Any, ...]]) -> int:
    return sum(sum(row[3:]) for row in rows)


def duckdb_in_memory(count: int, path: Path) -> dict[str, Any]:
    base = duckdb_connection(path)
    base.execute("CREATE TABLE facts_table AS SELECT * FROM file")
    rows, spent = timed(lambda: base.execute(sql("facts_table")).fetchall())
    return {"seconds": spent, "rows": count, "check": cells(rows)}


def duckdb_of_a_file(count: int, path: Path) -> dict[str, Any]:
    base = duckdb_connection(path)
    rows, spent = timed(lambda: base.execute(sql("file")).fetchall())
    with path.open(encoding="utf-8", newline="") as lines:
        ours = [(*key, *row) for key, row in Tally.of(FactReader(lines, unique=False), YEAR).rows]
    assert rows == ours, "DuckDB and the tally count differently"
    return {"seconds": spent, "rows": count, "check": cells(rows), "memory": "not comparable"}


def reconcile_lists(count: int, _: Path) -> dict[str, Any]:
    lists = planted_lists(seed=1, count=count // 10, faults=50 if count >= 100_000 else 2)
    found, spent = timed(lambda: reconcile(lists.paper, lists.electronic))
    assert {item.code for item in found.differences} == {code for _, code in lists.planted}
    return {"seconds": spent, "rows": count // 10}


def reconcile_files(count: int, _: Path) -> dict[str, Any]:
    lists = planted_lists(seed=1, count=count // 10, faults=50 if count >= 100_000 else 2)
    paper, electronic = messy_csv(lists.paper, seed=1, encoding="utf-16"), messy_csv(lists.electronic, seed=2)
    found, spent = timed(lambda: reconcile(read_lines(paper), read_lines(electronic)))
    assert {item.code for item in found.differences} == {code for _, code in lists.planted}
    return {"seconds": spent, "rows": count // 10}


PARTS: dict[str, Callable[[int, Path], dict[str, Any]]] = {
    "tally, facts in memory": tally_in_memory,
    "tally, codes kept": tally_with_codes,
    "DuckDB 1 thread, table in memory": duckdb_in_memory,
    "report of a stream (made and counted)": report_of_a_stream,
    "report of a CSV file": report_of_a_file,
    "DuckDB 1 thread, same CSV file": duckdb_of_a_file,
    "reconcile, lists in memory": reconcile_lists,
    "reconcile, messy CSV files": reconcile_files,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--part")
    parser.add_argument("--file", type=Path, default=Path())
    options = parser.parse_args()
    count = options.count // 20 if options.quick else options.count
    if options.part:
        measured = PARTS[options.part](options.count, options.file)
        measured.setdefault("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        print(json.dumps(measured))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.csv"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(write_facts(province_year(seed=1, count=count)))
        print(f"{'what':40} {'rows':>9} {'seconds':>8} {'rows/s':>10} {'peak MB':>8}")
        checks = {}
        for name in PARTS:
            done = subprocess.run(
                [sys.executable, __file__, "--part", name, "--count", str(count), "--file", str(path)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                reason = "not installed" if "No module named 'duckdb'" in done.stderr else done.stderr.strip()[-300:]
                print(f"{name:40} {reason}")
                if reason != "not installed":
                    raise SystemExit(1)
                continue
            found = json.loads(done.stdout)
            checks[name] = found.get("check")
            rate = found["rows"] / found["seconds"]
            print(f"{name:40} {found['rows']:>9,} {found['seconds']:>8.2f} {rate:>10,.0f} {found['memory']!s:>8}")
        if len({value for value in checks.values() if value is not None}) > 1:
            raise SystemExit(f"the counts differ: {checks}")


if __name__ == "__main__":
    main()
