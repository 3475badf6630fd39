"""Due dates for a morning's receipts, and what a late notice does to them.

Run it with `python examples/calendar_deadlines.py`.
"""

from __future__ import annotations

from datetime import date, datetime

from egov_vn.calendar import WorkCalendar, WorkHours, affected, compute_deadline
from egov_vn.clock import VIETNAM

OFFICE = WorkHours("07:30-11:30, 13:00-17:00")
RECEIPTS = (
    ("H15.50.05.13-251226-0001", "2025-12-26 08:10", "05 ngày làm việc"),
    ("H15.50.05.13-251226-0002", "2025-12-26 09:45", "01 tháng"),
    ("H15.50.05.13-251226-0003", "2025-12-26 15:20", "trong ngày; sau 15 giờ thì ngày làm việc tiếp theo"),
    ("H15.50.05.13-251226-0004", "2025-12-26 16:40", "08 giờ làm việc"),
)


def main() -> None:
    """Print the promises made before the notice of 25 December 2025, and those that it moves."""
    before, now = WorkCalendar.official(as_of=date(2025, 12, 24)), WorkCalendar.official()
    promises = {}
    for code, received, term in RECEIPTS:
        at = datetime.fromisoformat(received).replace(tzinfo=VIETNAM)
        promises[code] = compute_deadline(at, term, calendar=before, hours=OFFICE)
        print(f"{code}  {term:<52} {promises[code].at:%d/%m/%Y %H:%M}")
    print()
    for moved in affected(before, now, promises.values()):
        print(moved.new.explain("vi"))
        print(f"(trước khi có thông báo: {moved.old.day:%d/%m/%Y})")


if __name__ == "__main__":
    main()
