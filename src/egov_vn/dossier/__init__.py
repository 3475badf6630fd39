"""Dossiers of the one-stop shop: codes, procedures, life cycle, registers, forms, statistics, portal messages."""

from __future__ import annotations

from egov_vn.dossier.codes import (
    CodeForm,
    ComponentCode,
    DossierCode,
    FieldCode,
    IssuerRole,
    ProcedureCode,
    ResultCode,
    issuer_role,
)
from egov_vn.dossier.fields import (
    ApplicantKind,
    Channel,
    CopyType,
    DeliveryMethod,
    Digitisation,
    FeeStage,
    IdentityKind,
    OnlinePayment,
)
from egov_vn.dossier.model import Dossier
from egov_vn.dossier.parts import Applicant, Attachment, Component, Event, Fee, Identity, Result, Supplement
from egov_vn.dossier.state import DeliveryState, EventKind, FinanceState, State, SyncState

__all__ = [
    "Applicant",
    "ApplicantKind",
    "Attachment",
    "Channel",
    "CodeForm",
    "Component",
    "ComponentCode",
    "CopyType",
    "DeliveryMethod",
    "DeliveryState",
    "Digitisation",
    "Dossier",
    "DossierCode",
    "Event",
    "EventKind",
    "Fee",
    "FeeStage",
    "FieldCode",
    "FinanceState",
    "Identity",
    "IdentityKind",
    "IssuerRole",
    "OnlinePayment",
    "ProcedureCode",
    "Result",
    "ResultCode",
    "State",
    "Supplement",
    "SyncState",
    "issuer_role",
]
