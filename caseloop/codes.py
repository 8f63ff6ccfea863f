"""The coded words of the closed loop: severities, root causes, outcomes and reasons (see the domain notes in docs)."""

from django.db import models


class Severity(models.TextChoices):
    """How urgent a concern is, most urgent first."""

    P0 = "p0", "Safety"
    P1 = "p1", "Urgent"
    CALLBACK = "callback", "Call-back"
    P2 = "p2", "Soon"
    P3 = "p3", "Normal"


RANK = {severity: rank for rank, severity in enumerate(Severity.values)}


def most_urgent(severities: list[str]) -> str:
    """Return the most urgent of n >= 1 severities."""
    return min(severities, key=RANK.__getitem__)


class Status(models.TextChoices):
    """Where a case stands."""

    NEW = "new", "New"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CONTACTING = "contacting", "Contacting"
    CONTACTED = "contacted", "Contacted"
    WAITING = "waiting", "Waiting"
    REOPENED = "reopened", "Reopened"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    NO_ACTION = "no_action", "No action"


def raised(severity: str) -> str:
    """Return the next more urgent severity for work that did not help; urgent stays, and safety has its own lane."""
    return {Severity.P3: Severity.P2, Severity.P2: Severity.P1, Severity.CALLBACK: Severity.P1}.get(
        Severity(severity), severity
    )


# No survey goes to the patient while such a concern is open.
URGENT = (Severity.P0, Severity.P1)

# Somebody has work to do.
WORKED = (Status.NEW, Status.ACKNOWLEDGED, Status.CONTACTING, Status.CONTACTED, Status.WAITING, Status.REOPENED)
# The loop is over: a further alert opens a new case.
ENDED = (Status.CLOSED, Status.NO_ACTION)


class AttemptChannel(models.TextChoices):
    """How somebody tried to reach the patient."""

    PHONE = "phone", "Telephone"
    TEXT = "text", "Text message"
    EMAIL = "email", "E-mail"
    IN_PERSON = "in_person", "In person"


class AttemptOutcome(models.TextChoices):
    """What came of an attempt."""

    REACHED = "reached", "Reached the right person"
    SOMEONE_ELSE = "someone_else", "Someone else answered (nothing told)"
    VOICEMAIL = "voicemail", "Left a voicemail"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    CALL_LATER = "call_later", "Asked to call later"
    DECLINED = "declined", "Declined to talk"
    INTERPRETER_NEEDED = "interpreter_needed", "Interpreter needed"
    INTERPRETER_USED = "interpreter_used", "Reached with an interpreter"
    INBOUND = "inbound", "The patient contacted us"


TWO_WAY = (AttemptOutcome.REACHED, AttemptOutcome.INTERPRETER_USED, AttemptOutcome.INBOUND)


class WaitingOn(models.TextChoices):
    """Who must move before the case can."""

    PAYER = "payer", "Payer"
    PHARMACY = "pharmacy", "Pharmacy"
    OFFICE = "office", "Doctor's office"
    PATIENT = "patient", "Patient"


class RootCause(models.TextChoices):
    """Why it happened: level 1 and level 2."""

    BI_DELAY = "access.bi_delay", "Access: benefits investigation delayed"
    PA_DENIAL = "access.pa_denial", "Access: prior authorization denied"
    APPEAL = "access.appeal", "Access: appeal"
    COPAY_REJECT = "affordability.copay_reject", "Affordability: copay card rejected or missing"
    COVERAGE_GAP = "affordability.coverage_gap", "Affordability: coverage gap"
    PAP_DOCUMENTS = "affordability.pap_documents", "Affordability: assistance documents"
    SHIP_DELAY = "logistics.ship_delay", "Logistics: shipment delayed"
    ADDRESS = "logistics.address", "Logistics: address"
    COLD_CHAIN = "logistics.cold_chain", "Logistics: cold chain"
    WRONG_PHARMACY = "logistics.wrong_pharmacy", "Logistics: wrong pharmacy"
    INJECTION = "education.injection", "Education: how to take it"
    STORAGE = "education.storage", "Education: storage"
    SCHEDULE = "education.schedule", "Education: schedule"
    NO_UPDATE = "communication.no_update", "Communication: no update"
    CONFLICTING = "communication.conflicting", "Communication: conflicting information"
    UNREACHABLE = "communication.unreachable", "Communication: could not reach us"
    LANGUAGE = "communication.language", "Communication: language"
    CONDUCT = "conduct", "Staff conduct"
    PORTAL = "digital.portal", "Digital: portal"
    LINK = "digital.link", "Digital: link"
    FAX_MISSING = "office.fax_missing", "Office: fax or form missing"
    CHANGED_MIND = "patient.changed_mind", "Patient: changed mind"
    SIDE_EFFECT = "patient.side_effect", "Patient: worry about side effects"
    OTHER = "other", "Other"


class ConcernOutcome(models.TextChoices):
    """How a concern ended."""

    FIXED = "fixed", "Fixed"
    EXPLAINED = "explained", "Explained; nothing to fix"
    HANDED_OVER = "handed_over", "Handed to somebody who will fix it"
    NOT_FIXABLE = "not_fixable", "Cannot be fixed by us"
    NO_LONGER_NEEDED = "no_longer_needed", "No longer needed"


class NoActionReason(models.TextChoices):
    """Why nothing was done."""

    BY_MISTAKE = "by_mistake", "Answered by mistake"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent withdrawn"
    NOT_CONTACTED = "asked_not_to_be_contacted", "Asked not to be contacted"
    DECEASED = "deceased", "Deceased"
    DUPLICATE = "duplicate", "Duplicate"
    LEFT_PROGRAM = "left_program", "Left the program"
    HANDLED_BEFORE = "handled_before", "Handled before the alert"


class ClosedAs(models.TextChoices):
    """What a closed case says about its verification."""

    UNVERIFIED = "unverified", "Unverified: the patient did not say"
    VERIFIED = "verified", "Verified by the patient"
    NOT_VERIFIABLE = "not_verifiable", "Not verifiable: the patient could not be asked"


# What a patient who left means for the case, by contact status.
LEFT_WORDS = {"withdrawn": "Consent was withdrawn.", "deceased": "The patient has died."}
LEFT_REASON = {"withdrawn": NoActionReason.CONSENT_WITHDRAWN, "deceased": NoActionReason.DECEASED}


class Settled(models.TextChoices):
    """What the patient says of the outcome."""

    YES = "yes", "it is taken care of"
    PARTLY = "partly", "it is partly taken care of"
    NO = "no", "it is not taken care of"
    NO_MATTER = "no_matter", "it no longer matters"
