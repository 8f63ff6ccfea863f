"""Survey links for a partner that delivers them itself, keyed by its own `external_id`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from cxplatform.lib.tenancy import bound
from patients.models import Patient, Respondent, Service
from surveys.invitations import draft, take_step, way_to_write
from surveys.invitations.gates import askable, why_nobody
from surveys.models import Invitation, Skip, Survey
from tenants.models import Member, Partner, Program
from tenants.models.audit import audit

HEADER = ("external_id", "patient", "respondent", "language", "link", "expires_at", "not_sent_because")
BATCH = 50


class NotYours(Exception):
    """The program shows the partner's own numbers to the partner's people only."""

    def __init__(self) -> None:
        super().__init__(
            "In this program only the partner's own people may fetch links. Ask the partner, or an admin can let our"
            " own people reach patients in the settings of the program."
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose links are wanted: the patients of one partner in one program, or those of them at a stage or language."""

    survey: Survey
    program: Program
    partner: Partner
    stage: str = ""
    language: str = ""
    touchpoint: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the file: a link, or why there is none."""

    external_id: str
    pseudonym: str
    respondent: str
    language: str
    url: str
    expires_at: datetime | None
    reason: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the line in the order of HEADER."""
        until = self.expires_at.isoformat(timespec="minutes") if self.expires_at else ""
        return (self.external_id, self.pseudonym, self.respondent, self.language, self.url, until, self.reason)


def refuse_others(*, member: Member, program: Program) -> None:
    """Raise NotYours unless the member is the partner's, or the program lets our own people reach patients."""
    if not member.partner_id and not program.sponsor_sees_contact:
        raise NotYours


def announce(*, wanted: Wanted, by: Member | None, now: datetime) -> None:
    """Write into the audit trail that links are handed out."""
    about = {"survey": wanted.survey.key, "partner": str(wanted.partner.pk), "stage": wanted.stage}
    audit("surveys.links.exported", by=by, target=wanted.program, now=now, **about)


def links(wanted: Wanted, *, now: datetime) -> Iterator[Link]:
    """Yield a line for everybody who may be asked about each patient, in the order of enrolment.

    A link that was given out and is still open is given again, so that a download that broke off loses nothing; else
    an invitation is made and asks every gate and contact rule, and a refusal leaves its Skip. Works in transactions of
    its own, some patients each; nothing may be bound.
    """
    after: UUID | None = None
    while True:
        with bound(wanted.program.organization_id, wanted.partner.pk):
            some = _patients(wanted, after)
            lines = [line for patient in some for line in _lines(wanted, patient, now=now)]
        yield from lines
        if len(some) < BATCH:
            return
        after = some[-1].pk


def _patients(wanted: Wanted, after: UUID | None) -> list[Patient]:
    mine = Patient.objects.unmerged().filter(program=wanted.program, partner=wanted.partner)
    only = Q()
    if wanted.stage:
        only &= Q(stage=wanted.stage)
    if wanted.language:
        only &= Q(language=wanted.language)
    if wanted.touchpoint:
        only &= Q(touchpoints__kind=wanted.touchpoint, touchpoints__voided_at=None)
    if after:
        only &= Q(pk__gt=after)
    return list(mine.filter(only).select_related("program").order_by("pk").distinct()[:BATCH])


def _lines(wanted: Wanted, patient: Patient, *, now: datetime) -> Iterator[Link]:
    service = Service.objects.filter(patient=patient, partner=wanted.partner, ends_at=None).first()
    external_id = service.external_id if service else ""
    people = askable(patient, now=now)
    if not people:
        reason = str(Skip.Reason(why_nobody(patient)).label)
        yield Link(external_id, patient.pseudonym, "", patient.language, "", None, reason)
    for respondent in people:
        yield _line(wanted, patient, respondent, external_id, now=now)


def _line(wanted: Wanted, patient: Patient, respondent: Respondent, external_id: str, *, now: datetime) -> Link:
    invitation = _open(wanted, patient, respondent, now=now)
    if invitation is None:
        invitation = _invited(wanted, patient, respondent, now=now)
        last = invitation.skips.order_by("-at", "-id").first()
        reason = last.reason if last else ""
    else:
        reason = way_to_write(invitation, now=now).reason
    return Link(
        external_id,
        patient.pseudonym,
        respondent.get_kind_display(),
        invitation.language,
        "" if reason else invitation.url,
        None if reason else invitation.expires_at,
        str(Skip.Reason(reason).label) if reason else "",
    )


def _open(wanted: Wanted, patient: Patient, respondent: Respondent, *, now: datetime) -> Invitation | None:
    mine = Invitation.objects.filter(
        survey=wanted.survey,
        patient=patient,
        respondent=respondent,
        sent_by=Program.Sender.PARTNER,
        invited_at__isnull=False,
        ended_as="",
        revoked_at=None,
        expires_at__gt=now,
        response__submitted_at=None,
    )
    related = mine.select_related("program__organization", "survey", "respondent", "patient", "touchpoint")
    return related.order_by("-created_at").first()


def _invited(wanted: Wanted, patient: Patient, respondent: Respondent, *, now: datetime) -> Invitation:
    invitation = draft(
        survey=wanted.survey,
        program=wanted.program,
        patient=patient,
        respondent=respondent,
        source=Invitation.Source.LIST,
        now=now,
    )
    invitation.sent_by = Program.Sender.PARTNER
    invitation.save(force_insert=True)
    take_step(invitation_id=invitation.pk, now=now)
    invitation.refresh_from_db()
    return invitation
