"""Official documents: the cost of parsing, checking, laying out, numbering and exchanging.

Run: python benchmarks/document.py [--quick]. Peer: LibreOffice (soffice), if installed, converts the same text to PDF.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from pathlib import Path

from egov_vn.clock import VIETNAM
from egov_vn.document import (
    DocumentNumber,
    MemoryCounter,
    NumberSeries,
    check_document,
    edxml,
    parse_text,
    render,
    render_png,
)

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "examples" / "chi-thi-11-2015-can-tho.txt").read_text(encoding="utf-8")
AT = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)


def measure(work: Callable[[], object], rounds: int) -> float:
    """Return the best time of one call in milliseconds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def libreoffice(rounds: int) -> float | None:
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.txt"
        source.write_text(TEXT, encoding="utf-8")
        command = [program, "--headless", "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, str(source)]
        return measure(lambda: subprocess.run(command, check=True, capture_output=True), min(rounds, 3))


def main() -> None:
    rounds = 3 if "--quick" in sys.argv else 30
    document = replace(parse_text(TEXT), recipients=("Lưu: VT",))
    start = time.perf_counter()
    layout = render(document, at=AT)
    first = (time.perf_counter() - start) * 1000
    numbers = count(100)

    def another() -> object:
        # a new number in the head and in the body: typst remembers what it has set before
        number = next(numbers)
        body = tuple(replace(item, text=f"{item.text} {number}") for item in document.body)
        return render(replace(document, number=DocumentNumber(number, "UBND", "CT"), body=body), at=AT)

    message = edxml.message_of(
        document,
        sender=edxml.Organization(organ_id="H13", name="Cần Thơ"),
        receivers=(edxml.Organization(organ_id="G22", name="VPCP"),),
        attachments=(edxml.Attachment(name="a.pdf", data=layout.pdf),),
    )
    written = edxml.write(message)
    series = NumberSeries(agency="UBND", counter=MemoryCounter())
    rows = [
        ("parse_text, the directive of 2015 (20 paragraphs, 7 citations)", measure(lambda: parse_text(TEXT), rounds)),
        ("check_document", measure(lambda: check_document(document), rounds)),
        (
            "DocumentNumber.parse",
            measure(lambda: [DocumentNumber.parse("11/CT-UBND") for _ in range(1000)], rounds) / 1000,
        ),
        (
            "NumberSeries.allocate",
            measure(lambda: [series.allocate("CT", on=date(2026, 2, 12)) for _ in range(1000)], rounds) / 1000,
        ),
        (f"render to PDF/A, {layout.pages} pages, first call of a process (fonts are scanned)", first),
        (f"render to PDF/A, {layout.pages} pages, another document each time", measure(another, rounds)),
        ("render_png, 110 dpi", measure(lambda: render_png(document, at=AT), max(3, rounds // 5))),
        (f"edxml.write, {len(layout.pdf):,} bytes attached", measure(lambda: edxml.write(message), rounds)),
        ("edxml.read of the same", measure(lambda: edxml.read(written), rounds)),
    ]
    peer = libreoffice(rounds)
    print("| what | ms |\n| --- | ---: |")
    for name, value in rows:
        print(f"| {name} | {value:.3f} |")
    print(f"| peer: LibreOffice, plain text to PDF | {'not installed' if peer is None else f'{peer:.0f}'} |")


if __name__ == "__main__":
    main()
