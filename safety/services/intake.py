"""Every text becomes one item to be read: claimed from its row and written in the same transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from caseloop.models import Case, CaseText
from cxplatform.lib.nudge import nudge
from messaging.models import Inbound
from patients.models import Answering, Patient, PatientEvent, Respondent
from safety.models import Item, ItemEvent, Report
from surveys.models import Verbatim
from tenants.models import Member, Program
from tenants.models.audit import audit
from verbatims.lexicon import WEIGHTS
from verbatims.screening import Screening, screen

DEATH = Screening(rank=WEIGHTS["death"], terms=("death",), is_crisis=False)


@transaction.atomic
def take_verbatim(*, verbatim_id: UUID | str, now: datetime) -> Item | None:
    """Make the item of an open answer; None when it was taken before. Safe to race: one item, whoever comes first."""
    if not Verbatim.objects.filter(pk=verbatim_id, needs_review=True).update(needs_review=False):
        return None
    words = Verbatim.objects.select_related("response__program").get(pk=verbatim_id)
    about = words.response
    return _open(
        source=Item.Source.ANSWER,
        source_id=words.pk,
        text=words.text,
        program=about.program,
        partner_id=about.partner_id,
        patient_id=about.patient_id,
        received_at=words.received_at,
        now=now,
    )


@transaction.atomic
def take_case_text(*, text_id: UUID | str, now: datetime) -> Item | None:
    """Make the item of what was written on a case; None when it was taken before. Safe to race."""
    if not CaseText.objects.filter(pk=text_id, needs_review=True).update(needs_review=False):
        return None
    words = CaseText.objects.select_related("event__case__program").get(pk=text_id)
    case = words.event.case
    return _open(
        source=Item.Source.NOTE,
        source_id=words.pk,
        text=words.text,
        program=case.program,
        partner_id=case.partner_id,
        patient_id=case.patient_id,
        case_id=case.pk,
        received_at=words.received_at,
        now=now,
    )


@transaction.atomic
def take_inbound(*, inbound_id: UUID | str, now: datetime) -> Item | None:
    """Make the item of a text message; None when it was taken before or says nothing. Safe to race.

    A number that serves several patients leaves the patient open: who of them is meant is for the reviewer to find out.
    """
    if not Inbound.objects.filter(pk=inbound_id, needs_review=True).update(needs_review=False):
        return None
    words = Inbound.objects.select_related("program").get(pk=inbound_id)
    return _open(
        source=Item.Source.MESSAGE,
        source_id=words.pk,
        text=words.text,
        program=words.program or _program_of(words),
        partner_id=words.partner_id,
        patient_id=_only_patient(words.owner_id),
        received_at=words.received_at,
        now=now,
    )


@transaction.atomic
def take_patient_event(*, event_id: UUID | str, now: datetime) -> Item | None:
    """Make the item of a reported death; None when it was taken before. Safe to race."""
    if not PatientEvent.objects.filter(pk=event_id, needs_review=True).update(needs_review=False):
        return None
    event = PatientEvent.objects.select_related("patient__program").get(pk=event_id)
    return _write(
        screening=DEATH,
        source=Item.Source.STATUS,
        source_id=event.pk,
        program=event.patient.program,
        partner_id=event.patient.partner_id,
        patient_id=event.patient_id,
        received_at=event.at,
        now=now,
    )


@transaction.atomic
def report(*, patient: Patient, case: Case | None, text: str, learned_at: datetime, by: Member, now: datetime) -> Item:
    """Keep what a member reports in words, and make its item at once; the clock starts when we learned of it.

    Raises ValueError for an empty text or a `learned_at` in the future.
    """
    if not text.strip():
        raise ValueError("Write what happened.")
    if learned_at > now:
        raise ValueError("Choose a time that is not in the future.")
    words = Report.objects.create(
        organization_id=patient.organization_id,
        patient=patient,
        case=case,
        text=text,
        learned_at=learned_at,
        reported_at=now,
        reported_by=by,
    )
    item = _open(
        source=Item.Source.REPORT,
        source_id=words.pk,
        text=text,
        program=patient.program,
        partner_id=patient.partner_id,
        patient_id=patient.pk,
        case_id=case.pk if case else None,
        received_at=learned_at,
        now=now,
        by=by,
    )
    assert item is not None
    audit("safety.item.reported", by=by, target=item, now=now)
    return item


def due_at(*, received_at: datetime, hours: int) -> datetime:
    """Return when an item is due: so many real hours after receipt, over weekends and changes of the clock."""
    return received_at.astimezone(UTC) + timedelta(hours=hours)


def _open(*, text: str, program: Program, **item: Any) -> Item | None:
    if not text.strip():
        return None
    return _write(screening=screen(text, products=(program.name,)), program=program, **item)


def _write(
    *,
    screening: Screening,
    source: str,
    source_id: UUID,
    program: Program,
    partner_id: UUID | None,
    patient_id: UUID | None,
    received_at: datetime,
    now: datetime,
    case_id: UUID | None = None,
    by: Member | None = None,
) -> Item:
    item = Item.objects.create(
        organization_id=program.organization_id,
        program=program,
        partner_id=partner_id,
        patient_id=patient_id,
        case_id=case_id,
        source=source,
        source_id=source_id,
        received_at=received_at,
        due_at=due_at(received_at=received_at, hours=program.safety_hours),
        rank=screening.rank,
        terms=list(screening.terms),
        is_crisis=screening.is_crisis,
        next_page_at=now if screening.is_crisis else None,
    )
    item.happened(ItemEvent.Kind.OPENED, by=by, now=now, source=source)
    if screening.is_crisis:
        nudge("safety.page", organization_id=item.organization_id, item_id=item.pk)
    return item


def _only_patient(owner_id: UUID | None) -> UUID | None:
    patients = list(Answering.objects.filter(respondent=owner_id).values_list("patient_id", flat=True)[:2])
    return patients[0] if len(patients) == 1 else None


def _program_of(words: Inbound) -> Program:
    """Return the program of whoever wrote; else the first that runs: a text without a place is read all the same."""
    owner = Respondent.objects.select_related("program").filter(pk__in=[words.owner_id] if words.owner_id else [])
    if respondent := owner.first():
        return respondent.program
    return Program.objects.order_by("-is_active", "created_at")[0]
