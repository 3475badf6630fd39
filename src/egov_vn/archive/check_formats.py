"""The check of formats: is each file of a kind that the archive takes, and is its content what its name claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from egov_vn import law
from egov_vn.archive.fields import codes
from egov_vn.archive.inspection import Inspection
from egov_vn.archive.pdf import PdfFacts, claim_in, pdf_facts
from egov_vn.archive.reading import Look
from egov_vn.archive.rules import CheckFinding, broken

__all__ = ["FormatCheck"]

_MAX_PDF: Final = 64 * 1024 * 1024
"""Of a longer PDF what needs the whole file in memory is not looked at, and said so."""


class FormatCheck:
    """Looks at both ends of each payload file, and through each PDF that was digitised or is encrypted."""

    def __init__(self, inspection: Inspection) -> None:
        digitised = codes("confidenceLevel").code("Số hóa")
        self._inspection = inspection
        self._digitised = {
            path
            for held in inspection.records
            if held.description.get("confidenceLevel") == digitised
            for path in held.files
        }
        maps = {codes("typeName").code("Bản đồ"), codes("typeName").code("Bản vẽ kỹ thuật")}
        self._maps = {
            path for held in inspection.records if held.description.get("typeName") in maps for path in held.files
        }
        rules = law.load("egov_vn.archive", "package").rules
        self._dpi: int = rules["scan_dpi"].versions[-1].value
        self._map_dpi: int = rules["scan_map_dpi"].versions[-1].value
        self._bits: int = rules["scan_bits"].versions[-1].value

    def check(self, path: str, look: Look) -> None:
        """Tell what is wrong with the format of *path*, which was read."""
        if look.format is not None:
            code, expected, found = look.format
            self._inspection.say(broken(code, path=path, expected=expected, found=found))
        elif look.encrypts is not False or (path in self._digitised and path[-4:].lower() == ".pdf"):
            # what was born digital may be any PDF that opens: its ends and its trailers are enough
            long = self._inspection.tree.sizes[path] > _MAX_PDF
            for item in self._check_long(path, look) if long else self._check_pdf(path):
                self._inspection.say(item)

    def _check_long(self, path: str, look: Look) -> Iterator[CheckFinding]:
        """Say of a PDF that is not held in memory what its trailers and a pass over it tell, and what was not seen."""
        unseen = []
        if look.encrypts:
            yield broken("ARC-FORMAT-PDF-ENCRYPTED", path=path)
        elif look.encrypts is None:
            unseen.append("/Encrypt")
        if path in self._digitised and self._inspection.reading is not None:
            claim = claim_in(self._inspection.reading.blocks(path))
            if claim and look.encrypts:
                yield broken("ARC-FORMAT-PDFA-LIE", path=path, expected=claim, found="/Encrypt")
            unseen += [] if claim else ["PDF/A"]
            unseen += ["dpi", "24 bit", "OCR"]
        if unseen:
            yield broken("ARC-FORMAT-PDF-LONG", path=path, expected=_MAX_PDF, found=", ".join(unseen))

    def _check_pdf(self, path: str) -> list[CheckFinding]:
        digitised = path in self._digitised
        facts = pdf_facts(self._inspection.tree.read(path, _MAX_PDF))
        found = []
        if facts.broken:
            found.append(broken("ARC-FORMAT-PDF-BROKEN", path=path, found=facts.broken))
        if facts.encrypted:
            found.append(broken("ARC-FORMAT-PDF-ENCRYPTED", path=path))
            if facts.pdfa:
                found.append(broken("ARC-FORMAT-PDFA-LIE", path=path, expected=facts.pdfa, found="/Encrypt"))
        if digitised and not facts.broken:
            found += self._check_scan(path, facts)
        return found

    def _check_scan(self, path: str, facts: PdfFacts) -> list[CheckFinding]:
        found = []
        if not facts.pdfa:
            found.append(broken("ARC-FORMAT-PDFA", path=path, expected="PDF/A"))
        if facts.scans and facts.text_pages == 0 and not facts.encrypted:
            found.append(broken("ARC-FORMAT-LAYERS", path=path, expected=facts.pages, found=facts.text_pages))
        least = self._map_dpi if path in self._maps else self._dpi
        # a scan placed by a rounded matrix may miss the round number by a hair
        low = min((scan.dpi for scan in facts.scans), default=0.0)
        if facts.scans and low < least * 0.99:
            found.append(broken("ARC-FORMAT-DPI", path=path, expected=least, found=low))
        bits = min((scan.bits for scan in facts.scans if scan.bits), default=self._bits)
        if bits < self._bits:
            found.append(broken("ARC-FORMAT-COLOUR", path=path, expected=self._bits, found=bits))
        return found
