"""Dossiers of the one-stop shop: codes, procedures, life cycle, registers, forms, statistics, portal messages."""

from __future__ import annotations

from egov_vn.dossier.allocator import CodeAllocator, CodeStatus, Gap, PostgresAllocator, SqliteAllocator
from egov_vn.dossier.audit import audit
from egov_vn.dossier.check import Fault, Loaded, check, load_dossiers
from egov_vn.dossier.codes import (
    CodeForm,
    ComponentCode,
    DossierCode,
    FieldCode,
    IssuerRole,
    ProcedureCode,
    ResultCode,
    code_form,
    issuer_role,
)
from egov_vn.dossier.due import Due, Lateness, Timeliness, due_of, lateness
from egov_vn.dossier.duties import Desk, Duty, Obligor, duties
from egov_vn.dossier.evaluation import Evaluation, evaluate
from egov_vn.dossier.facts import DossierFact, Flag, Intake, Level, Outcome, fact_of
from egov_vn.dossier.feedback import Feedback, FeedbackSubject, feedback_figures, feedback_in_time
from egov_vn.dossier.fields import (
    ApplicantKind,
    Bundle,
    Channel,
    CopyType,
    DeliveryMethod,
    Digitisation,
    FeeStage,
    IdentityKind,
    OnlinePayment,
)
from egov_vn.dossier.forms import FilledForm, Form
from egov_vn.dossier.indicator_inputs import IndicatorInputs, Stated
from egov_vn.dossier.indicator_score import IndicatorScore, national_score
from egov_vn.dossier.indicators import Indicator, IndicatorTally
from egov_vn.dossier.lists import Line, LineList, read_lines
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.online import OnlineLevel, online_levels
from egov_vn.dossier.overdue import OverdueDossier, overdue_list
from egov_vn.dossier.paper_code import PaperCode, check_paper_codes, paper_codes
from egov_vn.dossier.parts import Applicant, Attachment, Component, Event, Fee, Identity, Result, Supplement
from egov_vn.dossier.periods import Period
from egov_vn.dossier.portal import (
    PortalAdapter,
    PortalStatus,
    Progress,
    SyncMessage,
    check_status_sequence,
    portal_status,
    progress_of,
)
from egov_vn.dossier.procedure import (
    Case,
    LegalBasis,
    Procedure,
    ProcedureCatalogue,
    ProcedureComponent,
    ProcedureFee,
    ProcedureTerm,
    Way,
)
from egov_vn.dossier.procedure_figures import procedure_figures
from egov_vn.dossier.publication import (
    Publication,
    PublicationDeadline,
    Publisher,
    decision_deadline,
    posting_deadline,
    publication_figures,
)
from egov_vn.dossier.reconcile import Difference, DifferenceKind, Reconciliation, reconcile
from egov_vn.dossier.record import dossier_xml, read_dossier_xml
from egov_vn.dossier.regimes import (
    BUNDLE_REGIMES,
    ND_61_2018,
    ND_61_2018_ND_107,
    ND_63_2024,
    ND_63_2024_ND_301,
    ND_118_2025,
    ND_118_2025_ND_309,
    QD_09_2015,
    REGIMES,
    Regime,
    RegimeKind,
    Rule,
    Transition,
)
from egov_vn.dossier.register import RegisterBook, RegisterEntry, Seal
from egov_vn.dossier.replay import advance, apply, regime_of, replay, standing
from egov_vn.dossier.report_check import check_report, compare_reports
from egov_vn.dossier.report_output import report_csv, report_html, report_xlsx
from egov_vn.dossier.schema import dossier_schema
from egov_vn.dossier.standing import Consultation, Standing
from egov_vn.dossier.state import DeliveryState, EventKind, FinanceState, State, SupplementEffect, SyncState
from egov_vn.dossier.statistics import ReportForm, StatisticalReport, report
from egov_vn.dossier.tally import CountingPolicy, Tally

__all__ = [
    "BUNDLE_REGIMES",
    "ND_61_2018",
    "ND_61_2018_ND_107",
    "ND_63_2024",
    "ND_63_2024_ND_301",
    "ND_118_2025",
    "ND_118_2025_ND_309",
    "QD_09_2015",
    "REGIMES",
    "Applicant",
    "ApplicantKind",
    "Attachment",
    "Bundle",
    "Case",
    "Channel",
    "CodeAllocator",
    "CodeForm",
    "CodeStatus",
    "Component",
    "ComponentCode",
    "Consultation",
    "CopyType",
    "CountingPolicy",
    "DeliveryMethod",
    "DeliveryState",
    "Desk",
    "Difference",
    "DifferenceKind",
    "Digitisation",
    "Dossier",
    "DossierCode",
    "DossierFact",
    "Due",
    "Duty",
    "Evaluation",
    "Event",
    "EventKind",
    "Fault",
    "Fee",
    "FeeStage",
    "Feedback",
    "FeedbackSubject",
    "FieldCode",
    "FilledForm",
    "FinanceState",
    "Flag",
    "Form",
    "Gap",
    "Identity",
    "IdentityKind",
    "Indicator",
    "IndicatorInputs",
    "IndicatorScore",
    "IndicatorTally",
    "Intake",
    "IssuerRole",
    "Lateness",
    "LegalBasis",
    "Level",
    "Line",
    "LineList",
    "Loaded",
    "Obligor",
    "OnlineLevel",
    "OnlinePayment",
    "Outcome",
    "OverdueDossier",
    "PaperCode",
    "Period",
    "PortalAdapter",
    "PortalStatus",
    "PostgresAllocator",
    "Procedure",
    "ProcedureCatalogue",
    "ProcedureCode",
    "ProcedureComponent",
    "ProcedureFee",
    "ProcedureTerm",
    "Progress",
    "Publication",
    "PublicationDeadline",
    "Publisher",
    "Reconciliation",
    "Regime",
    "RegimeKind",
    "RegisterBook",
    "RegisterEntry",
    "ReportForm",
    "Result",
    "ResultCode",
    "Rule",
    "Seal",
    "SqliteAllocator",
    "Standing",
    "State",
    "Stated",
    "StatisticalReport",
    "Supplement",
    "SupplementEffect",
    "SyncMessage",
    "SyncState",
    "Tally",
    "Timeliness",
    "Transition",
    "Way",
    "advance",
    "apply",
    "audit",
    "check",
    "check_paper_codes",
    "check_report",
    "check_status_sequence",
    "code_form",
    "compare_reports",
    "decision_deadline",
    "dossier_schema",
    "dossier_xml",
    "due_of",
    "duties",
    "evaluate",
    "fact_of",
    "feedback_figures",
    "feedback_in_time",
    "issuer_role",
    "lateness",
    "load_dossiers",
    "national_score",
    "online_levels",
    "overdue_list",
    "paper_codes",
    "portal_status",
    "posting_deadline",
    "procedure_figures",
    "progress_of",
    "publication_figures",
    "read_dossier_xml",
    "read_lines",
    "reconcile",
    "regime_of",
    "replay",
    "report",
    "report_csv",
    "report_html",
    "report_xlsx",
    "standing",
]
