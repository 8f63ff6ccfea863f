"""Patients, those who answer for them, what happened on their way, what they agreed to, and files of patients."""

from patients.models.consent import Consent, Erasure
from patients.models.imports import Import, ImportChunk, ImportFault, ImportKey
from patients.models.journey import Hold, PatientEvent, Touchpoint
from patients.models.patient import STAGES, IssuedPseudonym, Patient, PatientQuerySet
from patients.models.people import Answering, Respondent, Service

__all__ = [
    "STAGES",
    "Answering",
    "Consent",
    "Erasure",
    "Hold",
    "Import",
    "ImportChunk",
    "ImportFault",
    "ImportKey",
    "IssuedPseudonym",
    "Patient",
    "PatientEvent",
    "PatientQuerySet",
    "Respondent",
    "Service",
    "Touchpoint",
]
