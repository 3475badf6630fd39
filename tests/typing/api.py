"""The public face as a user's type checker sees it: only checked (mypy, pyright), never run."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import assert_type

from egov_vn.agency import AgencyCode
from egov_vn.archive import ArchivalFile, CheckReport, check_package
from egov_vn.batch import Outcome, each
from egov_vn.calendar import Deadline, LunarDate, Term, WorkCalendar, WorkClock, WorkHours, compute_deadline
from egov_vn.clock import VIETNAM
from egov_vn.conformance import ConformanceReport, run
from egov_vn.digest import Digest
from egov_vn.document import Document, parse_text
from egov_vn.dossier import Dossier, DossierCode, ProcedureCode
from egov_vn.errors import BeyondHorizon, InvalidInput, VerificationError
from egov_vn.finding import Finding
from egov_vn.person import CitizenId, TaxCode
from egov_vn.signature import (
    Indication,
    Level,
    Report,
    Signer,
    TrustStore,
    assess_pdf,
    assess_xml,
    sign_pdf,
    sign_xml,
)
from egov_vn.testing import TestAuthority


def calendar(day: date, at: datetime) -> None:
    days = WorkCalendar.official(as_of=day, projected=True)
    assert_type(days.is_working(day), bool)
    assert_type(days.add(day, 5), date)
    assert_type(days.count(day, day), int)
    assert_type(days.known_until, date)
    clock = WorkClock(days, WorkHours("08:00-12:00, 13:00-17:00"))
    assert_type(clock.add(at, timedelta(hours=8)), datetime)
    assert_type(clock.between(at, at), timedelta)
    deadline = compute_deadline(at, Term.parse("5 ngày làm việc"), calendar=days)
    assert_type(deadline, Deadline)
    assert_type(deadline.explain("vi"), str)
    assert_type(LunarDate.from_solar(day).to_solar(), date)


def signatures(pdf: bytes, xml: bytes, signer: Signer, trust: TrustStore) -> None:
    at = datetime(2026, 2, 12, 9, tzinfo=VIETNAM)
    assert_type(sign_pdf(pdf, signer=signer, level=Level.B_B, at=at), bytes)
    assert_type(sign_xml(xml, signer=signer, at=at), bytes)
    assert_type(assess_pdf(pdf, trust=trust, at=at), Report)
    report = assess_xml(xml, trust=trust, at=at)
    assert_type(report, Report)
    assert_type(report.indication, Indication | None)
    for finding in report.findings:
        assert_type(finding, Finding)
        assert_type(finding.text("vi"), str)


def papers(text: str, raw: bytes) -> None:
    assert_type(parse_text(text), Document)
    assert_type(Dossier.from_json(raw), Dossier)
    assert_type(DossierCode.parse(text).received_on, date)
    assert_type(ProcedureCode.parse(text), ProcedureCode)
    assert_type(AgencyCode.parse(text), AgencyCode)
    assert_type(CitizenId.parse(text), CitizenId)
    assert_type(TaxCode.parse(text), TaxCode)
    assert_type(Digest.of(raw), Digest)


def archives(file: ArchivalFile, path: Path) -> str:
    report = check_package(path)
    assert_type(report, CheckReport)
    assert_type(report.conforms, bool | None)
    return file.code


def errors(error: InvalidInput, beyond: BeyondHorizon, refused: VerificationError) -> None:
    assert_type(error.path, str)
    assert_type(beyond.known_until, date)
    assert_type(str(refused), str)


def over_many(items: list[str]) -> None:
    for outcome in each(len, items):
        assert_type(outcome, Outcome[str, int])
        assert_type(outcome.get(), int)


def conformance(subject: Mapping[str, object]) -> None:
    assert_type(run(), ConformanceReport)
    del subject


def authority(at: datetime) -> TrustStore:
    ca = TestAuthority(at=at, key="p256")
    return ca.trust_store()
