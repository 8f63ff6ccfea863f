"""Believable synthetic histories: enrolled, invited, answered, alerted, followed up, all by the real verbs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from alerts.models import Notice
from alerts.services import evaluate_response, settle_notice
from caseloop.codes import AttemptChannel, AttemptOutcome, ConcernOutcome, RootCause, WaitingOn
from caseloop.models import Case, ContactNotWished, Disposition
from caseloop.services import close_if_quiet, resolve
from desk.demo.answers import answers_of, outcome_of
from desk.demo.cast import ProgramPlan, Stage
from desk.demo.reading import judge_texts
from messaging.models import Message, Purpose
from patients.models import Consent, Patient, Respondent, Touchpoint
from patients.services import enrol, keep_contact, note_touchpoint, record_consent
from surveys.invitations import plan_touchpoint, take_step
from surveys.models import Invitation, Response
from surveys.services import save_page
from surveys.sitting import open_link
from tenants.models import Member, Program

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
DAYS_BACK = 75
ASKED_AFTER = Touchpoint.Kind.ONBOARDING_COMPLETED
AT_WORK = 0.45  # of the patients answered in the last days, so that the queue has work in every state
FRESH = "-FRESH-"  # marks, in the external id, patients who were made to try a link with
NOTES = (
    "Copay card had not arrived; sent a new one by e-mail and checked that it works at the pharmacy.",
    "Prior authorization was waiting for a form from the office; faxed it again and called to confirm.",
    "Went through the injection steps together, and booked a nurse visit.",
    "Shipment was held for an address check; corrected it, delivery is booked.",
    "Explained what the plan pays; sent the summary in plain words.",
)


@dataclass(frozen=True, slots=True)
class Life:
    """One synthetic patient's course: when it began, and the dice for the rest."""

    patient: Patient
    program: Program
    begins: datetime
    dice: Random


def write_histories(
    stage: Stage, *, planned: ProgramPlan, program: Program, now: datetime, dice: Random
) -> Iterator[Patient]:
    """Enrol the planned patients of a program and play each one's history; yields after each patient.

    Runs inside the caller's `bound`; times lie in the past, and what messages say is marked as delivered.
    """
    for _ in range(planned.patients):
        life = _enrol(stage, planned, program, now=now, dice=dice)
        _travel(life, now=now)
        _be_asked(stage, planned, life, now=now)
        judge_texts(stage, life.patient, now=now, dice=dice)
        yield life.patient
    _mark_delivered(now=now)


def fresh_invitations(stage: Stage, *, count: int, now: datetime, dice: Random) -> list[Invitation]:
    """Enrol `count` patients who have just finished onboarding, and invite each to a survey."""
    invitations = []
    for number in range(count):
        planned = stage.plan.programs[number % len(stage.plan.programs)]
        program = stage.programs[number % len(stage.programs)]
        life = _enrol(stage, planned, program, now=now - timedelta(days=4), dice=dice, recent=True)
        _travel(life, now=now, is_asked=False)
        survey = stage.surveys["pulse_5" if number % 4 == 3 else "support_experience"]
        invitations.append(_invite(life, survey, now=now))
    return invitations


def _enrol(
    stage: Stage, planned: ProgramPlan, program: Program, *, now: datetime, dice: Random, recent: bool = False
) -> Life:
    days = dice.uniform(4.6, 8) if dice.random() < AT_WORK else dice.uniform(8, DAYS_BACK)
    begins = now if recent else now - timedelta(days=days)
    patient = enrol(
        program=program,
        partner=stage.partners[planned.partner],
        now=begins,
        language=planned.languages[0] if dice.random() < 0.7 else planned.languages[1],
        time_zone=dice.choice(ZONES),
        external_id=f"{planned.partner.upper()}{FRESH if recent else '-'}{dice.randrange(10**9):09}",
        respondent_kind=dice.choices(
            [Respondent.Kind.UNKNOWN, Respondent.Kind.PATIENT, Respondent.Kind.CAREGIVER], [4, 5, 1]
        )[0],
    )
    _agree(patient, dice=dice, now=begins)
    return Life(patient, program, begins, dice)


def _agree(patient: Patient, *, dice: Random, now: datetime) -> None:
    """Keep a made-up address, and record what the person agreed to; some agreed to nothing."""
    respondent = patient.answering.get().respondent
    name = patient.pseudonym.replace("-", "").lower()
    keep_contact(
        respondent=respondent, patient=patient, channel="email", value=f"{name}@people.example", by=None, now=now
    )
    if dice.random() < 0.92:
        record_consent(
            respondent=respondent,
            channel="email",
            purposes=[Purpose.SURVEY, Purpose.FOLLOW_UP, Purpose.CASE_CONTACT],
            is_given=True,
            source=Consent.Source.API,
            wording="enrolment form 3",
            given_at=now,
            by=None,
            now=now,
        )


def _travel(life: Life, *, now: datetime, is_asked: bool = True) -> None:
    kind = Touchpoint.Kind
    for offset, touchpoint in (
        (0.0, kind.ENROLLED),
        (1.5, kind.BENEFITS_VERIFIED),
        (2.5, kind.APPROVED),
        (3.5, kind.ONBOARDING_COMPLETED),
        (9.0, kind.SHIPPED),
        (12.0, kind.FIRST_FILL),
        (16.0, kind.FIRST_DOSE),
    ):
        at = life.begins + timedelta(days=offset)
        if at > now or (offset > 8 and life.dice.random() < 0.15):
            break
        event = note_touchpoint(patient=life.patient, kind=touchpoint, occurred_at=at, now=at)
        if is_asked and touchpoint == ASKED_AFTER:
            plan_touchpoint(touchpoint_id=event.pk, now=at)
    life.patient.touchpoints.update(plan_pending=False)


def _invite(life: Life, survey: object, *, now: datetime) -> Invitation:
    respondent = Respondent.objects.get(answering__patient=life.patient)
    invitation = Invitation.draft(survey=survey, respondent=respondent, patient=life.patient, now=now)  # type: ignore[arg-type]
    invitation.save(force_insert=True)
    return invitation


def _be_asked(stage: Stage, planned: ProgramPlan, life: Life, *, now: datetime) -> None:
    """Let the journey invite and remind; most answer, early or after a reminder."""
    invitation = Invitation.objects.filter(patient=life.patient, source=Invitation.Source.JOURNEY).first()
    if invitation is None:
        return
    answers_after = timedelta(hours=life.dice.uniform(1, 60)) if life.dice.random() < 0.7 else None
    _step_until(invitation, now if answers_after is None else min(now, invitation.created_at + timedelta(days=2)))
    if answers_after is None or invitation.invited_at is None:
        return
    answered = invitation.invited_at + answers_after
    if answered > now:
        answered = invitation.invited_at + (now - invitation.invited_at) * life.dice.uniform(0.2, 0.97)
    response = _answer(invitation, life, at=answered)
    _evaluate(response, answered=answered, now=now)
    _follow_up(stage, planned, life, since=answered, now=now)
    for notice_id, due_at in Notice.objects.pending().filter(due_at__lt=now).values_list("pk", "due_at"):
        settle_notice(notice_id=notice_id, now=due_at)
    _step_until(invitation, now)


def _step_until(invitation: Invitation, until: datetime) -> None:
    """Take the steps of an invitation at the times at which they were due."""
    for _ in range(9):
        if invitation.next_step_at is None or invitation.next_step_at > until:
            return
        take_step(invitation_id=invitation.pk, now=invitation.next_step_at)
        invitation.refresh_from_db()


def _say_how_it_ended(life: Life, *, now: datetime) -> None:
    """Let the outcome follow-up go out, and most patients answer it."""
    asked = Invitation.objects.filter(patient=life.patient, source=Invitation.Source.FOLLOW_UP).first()
    if asked is None:
        return
    _step_until(asked, now)
    answered = asked.invited_at + timedelta(hours=life.dice.uniform(2, 40)) if asked.invited_at else None
    if answered is None or answered > now or life.dice.random() < 0.35:
        return
    response = _answer(asked, life, at=answered, outcome=True)
    _evaluate(response, answered=answered, now=now)
    _step_until(asked, now)


def _evaluate(response: Response, *, answered: datetime, now: datetime) -> None:
    """Evaluate when it was due; what is due later is left to the workers."""
    due = response.evaluate_at or answered
    if due <= now:
        evaluate_response(response_id=response.pk, now=due)


def _answer(invitation: Invitation, life: Life, *, at: datetime, outcome: bool = False) -> Response:
    partner = invitation.partner.code if invitation.partner else ""
    given = outcome_of(life.dice) if outcome else answers_of(life.dice, partner=partner)
    stops_early = not outcome and life.dice.random() < 0.08
    for seconds_left in range(12 * 30, 0, -12):
        saved_at = at - timedelta(seconds=seconds_left)
        sitting = open_link(invitation_id=invitation.pk, now=saved_at)
        page = sitting.next_page() or sitting.pages[-1]
        form = {key: given[key] for key in page.keys if key in given}
        saved = save_page(sitting, page=page, form=form, now=saved_at)
        if saved.next_page is None or (stops_early and seconds_left == 12 * 28):
            break
    return Response.objects.get(invitation=invitation)


def _follow_up(stage: Stage, planned: ProgramPlan, life: Life, *, since: datetime, now: datetime) -> None:
    case_id = Case.objects.current().filter(patient=life.patient).values_list("pk", flat=True).first()
    if case_id is None:
        return
    dice = life.dice
    age = now - since
    team = stage.agents[planned.partner]
    agent = dice.choice(team)
    clock = since + timedelta(hours=dice.uniform(0.5, 6 if dice.random() < 0.8 else 60))
    if clock > now or (age < timedelta(days=3) and dice.random() < 0.4):
        return
    case = Case.objects.lock(pk=case_id)
    case.take(by=agent, now=clock)
    for _ in range(dice.randint(1, 3)):
        clock += timedelta(hours=dice.uniform(0.5, 20))
        if clock > now:
            return
        reached = dice.random() < 0.65
        outcome = (
            AttemptOutcome.REACHED
            if reached
            else dice.choice([AttemptOutcome.NO_ANSWER, AttemptOutcome.VOICEMAIL, AttemptOutcome.CALL_LATER])
        )
        try:
            case.log_attempt(channel=AttemptChannel.PHONE, outcome=outcome, text="", by=agent, now=clock)
        except ContactNotWished:
            break  # the cause is fixed without a call
        if reached:
            break
    clock += timedelta(hours=dice.uniform(1, 30))
    if clock > now:
        return
    if dice.random() < 0.12 and now - clock < timedelta(days=10):
        _wait(case, by=agent, now=clock, until=now + timedelta(days=dice.randint(2, 6)))
        return
    _resolve(case, by=agent, now=clock, dice=dice)
    _say_how_it_ended(life, now=now)
    ended = clock + timedelta(days=14)
    if ended < now:
        close_if_quiet(case_id=case.pk, now=ended)


def _wait(case: Case, *, by: Member, now: datetime, until: datetime) -> None:
    case.wait(on=WaitingOn.PAYER, next_check=until.date(), text="The plan answers within a week.", by=by, now=now)


def _resolve(case: Case, *, by: Member, now: datetime, dice: Random) -> None:
    cause = dice.choices(
        [RootCause.COPAY_REJECT, RootCause.PA_DENIAL, RootCause.INJECTION, RootCause.SHIP_DELAY, RootCause.NO_UPDATE],
        [5, 4, 3, 2, 4],
    )[0]
    dispositions = {
        str(concern.pk): Disposition(cause, dice.choice(NOTES), ConcernOutcome.FIXED)
        for concern in case.concerns.unsettled()
    }
    resolve(case=case, dispositions=dispositions, by=by, now=now)


def _mark_delivered(*, now: datetime) -> None:
    for message in Message.objects.queued().filter(created_at__lt=now - timedelta(minutes=1)):
        message.sent(now=message.created_at + timedelta(seconds=1))
