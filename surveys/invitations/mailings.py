"""A survey to a filtered list of patients, however long: invited a chunk at a time, sent at an even pace."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from cxplatform.lib.nudge import nudge
from patients.models import Answering, Patient, Respondent
from surveys.invitations.gates import why_nobody
from surveys.invitations.sending import draft
from surveys.models import Invitation, Mailing, Skip
from tenants.models import Member
from tenants.models.audit import audit

CHUNK = 500
A_SECOND = 50  # invitations that become due each second, so that other work goes on beside a long list
AGAIN = timedelta(minutes=1)


@transaction.atomic
def send_to_list(*, mailing: Mailing, by: Member, now: datetime) -> bool:
    """Begin to invite all patients that fit the filters of an unsaved mailing; audited.

    The list is what fits now: patients who come later are not added. Returns False when nobody fits.
    """
    fitting = patients_of(mailing)
    newest = fitting.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return False
    mailing.up_to_id, mailing.expected = newest, fitting.count()
    mailing.asked_by, mailing.asked_at, mailing.next_chunk_at = by, now, now
    mailing.save(force_insert=True)
    audit(
        "surveys.mailing.started",
        by=by,
        target=mailing,
        now=now,
        survey=str(mailing.survey_id),
        program=str(mailing.program_id or ""),
        partner=str(mailing.partner_id or ""),
        stage=mailing.stage,
        language=mailing.language,
        patients=mailing.expected,
    )
    nudge("surveys.mailing", organization_id=mailing.organization_id, mailing_id=mailing.pk)
    return True


@transaction.atomic
def cancel(*, mailing: Mailing, by: Member, now: datetime) -> bool:
    """Invite nobody further, and revoke nothing that was sent; False when it was over before; audited."""
    open_ = Mailing.objects.filter(pk=mailing.pk, next_chunk_at__isnull=False)
    if not open_.update(next_chunk_at=None, cancelled_at=now):
        return False
    audit("surveys.mailing.cancelled", by=by, target=mailing, now=now)
    return True


@transaction.atomic
def invite_chunk(*, mailing_id: UUID, now: datetime) -> bool:
    """Invite the next CHUNK patients of a mailing, and move on, in one transaction; False when nothing is left to do.

    Several workers may try at once: one of them does it.
    """
    due = Mailing.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        pk=mailing_id, next_chunk_at__lte=now
    )
    mailing = due.select_related("survey").first()
    if mailing is None:
        return False
    patients = list(_left(mailing).select_related("program").order_by("pk")[:CHUNK])
    invited = _invite(mailing, patients, now=now)
    is_done = len(patients) < CHUNK
    Mailing.objects.filter(pk=mailing.pk).update(
        after_id=patients[-1].pk if patients else mailing.after_id,
        taken=F("taken") + len(patients),
        invited=F("invited") + invited,
        next_chunk_at=None if is_done else now,
        failures=0,
    )
    return not is_done


def push_back(*, mailing_id: UUID, now: datetime) -> None:
    """Try a chunk that failed again a little later."""
    Mailing.objects.filter(pk=mailing_id, next_chunk_at__lte=now).update(
        next_chunk_at=now + AGAIN, failures=F("failures") + 1
    )


def patients_of(mailing: Mailing) -> QuerySet[Patient]:
    """Return the patients that fit the filters, without aliases and walk-ins."""
    fitting = Patient.objects.unmerged().filter(kind=Patient.Kind.ENROLLED)
    wanted = {
        "program_id": mailing.program_id,
        "partner_id": mailing.partner_id,
        "stage": mailing.stage,
        "language": mailing.language,
    }
    return fitting.filter(**{name: value for name, value in wanted.items() if value})


def _left(mailing: Mailing) -> QuerySet[Patient]:
    left = patients_of(mailing).filter(pk__lte=mailing.up_to_id)
    return left.filter(pk__gt=mailing.after_id) if mailing.after_id else left


def _invite(mailing: Mailing, patients: list[Patient], *, now: datetime) -> int:
    by_patient: dict[UUID, list[Respondent]] = {patient.pk: [] for patient in patients}
    for answering in Answering.objects.filter(patient__in=patients).select_related("respondent").order_by("pk"):
        by_patient[answering.patient_id].append(answering.respondent)
    rows: list[Invitation] = []
    skips: list[Skip] = []
    for patient in patients:
        respondents = _asked(patient, by_patient[patient.pk])
        rows += [_row(mailing, patient, each, place=len(rows), now=now) for each in respondents]
        if not respondents:
            skips.append(_left_out(mailing, patient, now=now))
    Invitation.objects.bulk_create(rows, batch_size=CHUNK)
    Skip.objects.bulk_create(skips)
    return len(rows)


def _asked(patient: Patient, respondents: list[Respondent]) -> list[Respondent]:
    if patient.contact_status == Patient.ContactStatus.UNDER_AGE:
        return [each for each in respondents if each.kind == Respondent.Kind.CAREGIVER]
    return respondents


def _row(mailing: Mailing, patient: Patient, respondent: Respondent, *, place: int, now: datetime) -> Invitation:
    due = max(now, mailing.asked_at + timedelta(seconds=(mailing.invited + place) // A_SECOND))
    return draft(
        survey=mailing.survey,
        program=patient.program,
        patient=patient,
        respondent=respondent,
        source=Invitation.Source.LIST,
        now=now,
        send_at=due,
    )


def _left_out(mailing: Mailing, patient: Patient, *, now: datetime) -> Skip:
    return Skip(
        organization_id=mailing.organization_id,
        partner_id=patient.partner_id,
        patient=patient,
        survey_id=mailing.survey_id,
        step=Invitation.Step.INVITE,
        reason=why_nobody(patient),
        at=now,
    )
