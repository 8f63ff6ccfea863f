"""Rows in every tenant table, of both rivals and of every partner."""

from datetime import timedelta
from uuid import uuid4

from caseloop.models import Case, ClockPolicy, Draft, PartnerTask
from messaging.models import Attempt, Inbound, Message, Reveal, Stop, SurveyContact, Wording
from messaging.services import keep_address
from patients.models import Erasure, Import, ImportChunk, ImportFault, ImportKey, Patient
from patients.services import change_status, note_touchpoint, place_hold, record_consent
from safety.models import Training
from safety.services import report
from surveys.models import CallTask, Invitation, Mailing, Occasion, Skip
from tenants.models import ApiKey, Member
from tenants.models.audit import audit
from tests.conftest import T0, House, join_team, make_team
from tests.steps import raise_alerts


def inhabit(house: House) -> House:
    """Give every table of a house at least one row of each of its partners."""
    organization = house.organization
    with house.bound():
        audit("test.made", by=house.members["admin"], now=T0)
        ClockPolicy.objects.create(organization=organization, severity="p1", first_attempt_days=1, resolve_days=2)
        Occasion.objects.create(
            organization=organization, program=house.program, survey=house.surveys["pulse_5"], touchpoint="call"
        )
        Stop.objects.create(organization=organization, channel="sms", fingerprint=b"1" * 32, reason="word", at=T0)
        SurveyContact.objects.create(organization=organization, fingerprint=b"1" * 32, invitation_id=uuid4(), at=T0)
        Wording.objects.create(
            organization=organization, template="invitation", channel="sms", language="en", body="{link}", changed_at=T0
        )
    for patient in house.patients:
        _inhabit_partner(house, patient)
    return house


def _inhabit_partner(house: House, patient: Patient) -> None:
    organization, partner = house.organization, patient.partner
    assert partner is not None
    member = house.members[f"{partner.code}_agent"]
    with house.bound():
        team = make_team(organization, name=f"{partner.code} team", partner=partner)
        join_team(team, member)
        ApiKey.issue(organization=organization, name="key", scopes=[], partner=partner, now=T0)
        house.program.routes.create(organization=organization, partner=partner, team=team)
        note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
        _agree(house, patient)
    raise_alerts(house, {"prepared": "no", "words": "A long story"}, patient=patient)
    with house.bound():
        _write_about(house, patient, member)
        _send_to(house, patient, member)
        _upload(house, patient, member)


def _agree(house: House, patient: Patient) -> None:
    respondent = patient.answering.get().respondent
    keep_address(
        organization_id=house.organization.pk,
        partner_id=patient.partner_id,
        owner_id=respondent.pk,
        channel="email",
        value=f"{patient.pk}@patient.example",
        now=T0,
    )
    record_consent(
        respondent=respondent,
        channel="email",
        purposes=["survey"],
        is_given=True,
        source="form",
        wording="",
        given_at=T0,
        by=None,
        now=T0,
    )
    Reveal.objects.create(
        organization=house.organization,
        partner_id=patient.partner_id,
        owner_id=respondent.pk,
        member=house.members["agent"],
        reason="Case",
        at=T0,
        until=T0,
    )


def _write_about(house: House, patient: Patient, member: Member) -> None:
    organization = house.organization
    case = Case.objects.lock(pk=patient.cases.get().pk)
    case.note("A note", by=member, now=T0)
    PartnerTask.objects.create(organization=organization, case=case, asked_at=T0, due_at=T0)
    Draft.objects.create(organization=organization, case=case, member=member, field="note", text="draft", saved_at=T0)
    report(patient=patient, case=case, text="Dizzy", learned_at=T0, by=member, now=T0)
    day = T0.date()
    Training.objects.create(
        organization=organization, member=member, course="Safety", completed_on=day, expires_on=day, recorded_at=T0
    )
    place_hold(patient_id=patient.pk, source_id=uuid4(), now=T0)
    change_status(patient=patient, status="paused", by=None, now=T0, source="form")
    Erasure.objects.create(organization=organization, patient=patient, at=T0, request="R-1")


def _send_to(house: House, patient: Patient, member: Member) -> None:
    organization, partner = house.organization, patient.partner
    for message in Message.objects.filter(member=member):
        Attempt.objects.create(organization=organization, message=message, number=1, at=T0, outcome="later")
    Inbound.objects.create(
        organization=organization, partner=partner, fingerprint=b"1" * 32, provider_id=str(uuid4()), received_at=T0
    )
    invitation = Invitation.objects.get(patient=patient)
    survey = house.surveys["pulse_5"]
    Skip.objects.create(
        organization=organization, partner=partner, patient=patient, survey=survey, step="invite", reason="hold", at=T0
    )
    CallTask.objects.create(organization=organization, invitation=invitation, partner=partner, due_at=T0)
    Mailing.objects.create(
        organization=organization, survey=survey, partner=partner, up_to_id=patient.pk, expected=1, asked_at=T0
    )


def _upload(house: House, patient: Patient, member: Member) -> None:
    organization = house.organization
    assert patient.partner is not None
    source = Import.objects.create(
        organization=organization,
        program=house.program,
        partner=patient.partner,
        file_name="patients.csv",
        uploaded_by=member,
        uploaded_at=T0,
        changed_at=T0 + timedelta(minutes=1),
    )
    ImportChunk.objects.create(organization=organization, source=source, number=0, first_row=2, sealed=b"sealed")
    ImportFault.objects.create(organization=organization, source=source, row=2, code="zone", message="Choose a zone.")
    ImportKey.objects.create(organization=organization, source=source, digest=b"1" * 32, row=2)
