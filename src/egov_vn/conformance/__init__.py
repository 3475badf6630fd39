"""Conformance: cases with their articles, a runner for your system, a pytest plugin, reports for CI and for people.

```python
from egov_vn.conformance import run

report = run({"deadline": lambda given: my_system.due_day(given["received_at"], given["term"])})
print(report.to_terminal("vi"))
```

`pytest --egov-vn` runs the same cases against the library itself, and with `--egov-vn-subject my_package:subject`
against your mapping of topics to functions.
"""

from __future__ import annotations

from egov_vn.conformance.reference import REFERENCE
from egov_vn.conformance.runner import ConformanceReport, Result, Subject, run
from egov_vn.conformance.vectors import TOPICS, Vector, vectors

__all__ = ["REFERENCE", "TOPICS", "ConformanceReport", "Result", "Subject", "Vector", "run", "vectors"]
