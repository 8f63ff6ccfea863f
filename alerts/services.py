"""Verbs of attention: evaluate a revision, raise an alert once, tell the right people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from alerts.models import Alert, Evaluation, Notice, NoticeMessage, Route, Rule
from alerts.words import callback_window, explain
from caseloop.codes import Severity
from caseloop.models import Case, Concern
from caseloop.services import has_current_case, note_changed_answer, open_case
from messaging.models import Message
from messaging.services import queue_follow_up
from patients.models import Patient
from surveys.answers import effective_answers
from surveys.conditions import holds, reasons
from surveys.facts import PatientFacts
from surveys.models import Response
from surveys.scores import scores
from tenants.models import Member, Organization, Role, Team
from tenants.models.member import MemberQuerySet

log = structlog.get_logger(__name__)

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
_FOR_TELLING = ("alert__concern__case__team", "alert__patient")
PEOPLE_WHO_ACT = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Reading:
    """A response as conditions see it."""

    response: Response
    answers: dict[str, Any]
    scores: dict[str, float]
    facts: PatientFacts

    @classmethod
    def of(cls, response: Response, *, now: datetime) -> "Reading":
        """Resolve answers and scores by the facts under which they were given, and the facts for rules as of `now`."""
        definition = response.version.definition
        answers = effective_answers(definition, answers=response.answers, facts=response.facts)
        facts = PatientFacts(patient=response.patient, respondent=response.respondent, now=now, response=response)
        return cls(response, answers, scores(definition, answers=answers, facts=response.facts), facts)

    def matches(self, condition: Any) -> bool:
        """Tell whether a rule's condition holds."""
        return holds(condition, answers=self.answers, scores=self.scores, facts=self.facts)

    def why(self, condition: Any) -> list[dict[str, Any]]:
        """Return the comparisons that made it hold."""
        return reasons(condition, answers=self.answers, scores=self.scores, facts=self.facts)


@transaction.atomic
def evaluate_response(*, response_id: UUID | str, now: datetime) -> list[Alert]:
    """Evaluate the newest revision of one response, once: raise what matches, note what no longer does.

    Returns the alerts raised by this call; [] if nothing matches, it is not due yet, or another worker evaluated this
    revision first. The patient is locked before the response, in the order that everything else uses.
    """
    patient_id = Response.objects.values_list("patient_id", flat=True).get(pk=response_id)
    if patient_id:
        Patient.objects.select_for_update().only("id").get(pk=patient_id)
    due = Response.objects.select_for_update(of=("self",)).filter(pk=response_id, evaluate_at__lte=now)
    response = due.select_related("version", "respondent", "program", "patient__partner").first()
    if response is None:
        return []
    reading = Reading.of(response, now=now)
    rules = list(Rule.objects.active_for(response))
    matched = [rule for rule in rules if reading.matches(rule.condition)]
    Evaluation.objects.create(
        organization_id=response.organization_id,
        response=response,
        revision=response.revision,
        at=now,
        rules=len(rules),
        matched=[rule.key for rule in matched],
    )
    Response.objects.filter(pk=response.pk).update(evaluate_at=None, evaluation_failures=0, evaluation_error="")
    earlier = {alert.rule_id: alert for alert in response.alerts.all()}
    for rule_id, alert in earlier.items():
        if rule_id not in {rule.pk for rule in matched} and not reading.matches(alert.rule_copy["condition"]):
            _note_change(alert, reading, now=now)
    fresh = sorted((rule for rule in matched if rule.pk not in earlier), key=_urgency)
    raised = (raise_once(rule=rule, reading=reading, now=now) for rule in fresh)
    return [alert for alert in raised if alert]


def raise_once(*, rule: Rule, reading: Reading, now: datetime) -> Alert | None:
    """Raise the alert of one rule for one response, with its concern and its notices, all in this transaction.

    Returns None when the rule has fired for this response before (unique per rule and dedupe key).
    """
    response = reading.response
    key = f"response:{response.pk}"
    if Alert.objects.filter(rule=rule, dedupe_key=key).exists():
        return None
    explanation = explain(response, reading.why(rule.condition))
    team = rule.team if rule.team_id and rule.team.is_active else find_team(response)  # type: ignore[union-attr]
    alert = Alert(
        id=uuid7(),
        organization_id=response.organization_id,
        rule=rule,
        dedupe_key=key,
        program_id=response.program_id,
        partner_id=response.partner_id,
        patient_id=response.patient_id,
        response=response,
        revision=response.revision,
        rule_copy=rule.as_it_is(),
        severity=rule.severity,
        explanation=explanation,
        raised_at=now,
        team=team,
    )
    alert.no_case_reason = _no_case_reason(alert)
    if not alert.no_case_reason:
        alert.concern = open_case(
            patient_id=_patient_of(response),
            team=team,
            severity=rule.severity,
            why={
                "rule": rule.name,
                "summary": rule.name,
                "answers": explanation,
                "response": str(response.pk),
                "do_not_contact": reading.answers.get("callme") == "do_not_contact",
            },
            source_id=alert.pk,
            window=callback_window(reading.answers, zone=response.respondent.time_zone),
            now=now,
        )
    alert.save(force_insert=True)
    _write_notices(alert, now=now)
    return alert


def find_team(response: Response) -> Team | None:
    """Return the team that alerts of this program and partner go to: the closest active route, else any active team.

    None when the organization has no active team at all; its admins are told then.
    """
    routes = (
        Route.objects.filter(
            Q(program_id=response.program_id) | Q(program=None),
            Q(partner_id=response.partner_id) | Q(partner=None),
            team__is_active=True,
        )
        .select_related("team")
        .order_by(F("partner").asc(nulls_last=True), F("program").asc(nulls_last=True))
    )
    route = routes.first()
    if route:
        return route.team
    mine = Q(partner_id=response.partner_id) | Q(partner=None)
    return Team.objects.filter(mine, is_active=True).order_by(F("partner").asc(nulls_last=True), "created_at").first()


def settle_notice(*, notice_id: UUID, now: datetime) -> None:
    """Turn a due notice into messages, or suppress it with its reason; a notice that was settled is left alone."""
    notice = (
        Notice.objects.pending()
        .select_for_update(of=("self",))
        .select_related(*_FOR_TELLING)
        .filter(pk=notice_id, due_at__lte=now)
        .first()
    )
    if notice is None:
        return
    reason = _reason_to_keep_quiet(notice)
    members = [] if reason else recipients(notice)
    if not reason and not members:
        reason = Notice.Suppressed.NOBODY
        log.error("alerts.nobody_to_tell", notice_id=str(notice.pk))
    if members:
        _tell(notice, members, now=now)
    Notice.objects.filter(pk=notice.pk).update(settled_at=now, suppressed=reason, recipients=len(members))


def recipients(notice: Notice, *, told: Collection[UUID] = ()) -> list[Member]:
    """Return whom to tell: the case's team (its supervisors when overdue), else supervisors, else admins.

    The people of a team are those who can act on cases. Members of another partner are never among them.
    told: members who need not be asked again; a group that has nobody else is passed over.
    """
    for group in _groups(notice):
        if members := list(group.exclude(pk__in=told).order_by("id").distinct()):
            return members
    return []


def stand_in(*, message_id: UUID | str, now: datetime) -> int:
    """Tell the next people in line when a message was refused for good and nobody else got the same notice.

    Returns how many are told now; 0 when somebody else was reached or is still being tried, and when nobody is left
    (logged, and a gap in reconciliation). Safe to race and to repeat.
    """
    claimed = Message.objects.filter(pk=message_id, needs_stand_in=True).update(needs_stand_in=False)
    sent_for = NoticeMessage.objects.filter(message_id=message_id).values_list("notice_id", flat=True).first()
    if not claimed or sent_for is None:
        return 0
    notice = Notice.objects.select_for_update(of=("self",)).select_related(*_FOR_TELLING).get(pk=sent_for)
    if notice.messages.exclude(message__state=Message.State.FAILED).exists():
        return 0
    members = recipients(notice, told=list(notice.messages.values_list("member_id", flat=True)))
    if not members:
        log.error("alerts.nobody_reached", notice_id=str(notice.pk))
        return 0
    _tell(notice, members, now=now)
    Notice.objects.filter(pk=notice.pk).update(recipients=F("recipients") + len(members))
    return len(members)


def push_back(*, response_id: UUID | str, error: Exception, now: datetime) -> None:
    """Record that a response could not be evaluated, and when to try again."""
    response = Response.objects.get(pk=response_id)
    wait = BACK_OFF[min(response.evaluation_failures, len(BACK_OFF) - 1)]
    response.push_back(error=type(error).__name__, until=now + wait)


def push_notice_back(*, notice_id: UUID, now: datetime) -> None:
    """Try a notice that could not be settled again later, by the same back-off."""
    notice = Notice.objects.get(pk=notice_id)
    wait = BACK_OFF[min(notice.failures, len(BACK_OFF) - 1)]
    Notice.objects.pending().filter(pk=notice.pk).update(due_at=now + wait, failures=F("failures") + 1)


def _groups(notice: Notice) -> list[MemberQuerySet]:
    alert, concern = notice.alert, notice.alert.concern
    assert concern is not None
    allowed = Member.objects.active().filter(Q(partner_id=alert.partner_id) | Q(partner=None)).select_related("user")
    team = concern.case.team
    first = [Role.SUPERVISOR] if notice.kind == Notice.Kind.BREACHED else PEOPLE_WHO_ACT
    mine = [allowed.in_team(team).with_role(first)] if team else []
    return [*mine, allowed.with_role([Role.SUPERVISOR]), allowed.with_role([Role.ADMIN])]


def _tell(notice: Notice, members: list[Member], *, now: datetime) -> None:
    alert, concern = notice.alert, notice.alert.concern
    assert concern is not None
    assert alert.patient is not None
    shows_due = Organization.objects.values_list("mail_shows_due_time", flat=True).get(pk=notice.organization_id)
    queued = queue_follow_up(
        organization_id=notice.organization_id,
        members=members,
        pseudonym=alert.patient.pseudonym,
        case_id=concern.case_id,
        occasion=f"notice:{notice.pk}",
        due_at=concern.first_attempt_due_at if shows_due else None,
        now=now,
    )
    NoticeMessage.objects.bulk_create(
        NoticeMessage(organization_id=notice.organization_id, notice=notice, message_id=message_id, member_id=member_id)
        for member_id, message_id in queued.items()
    )


def _write_notices(alert: Alert, *, now: datetime) -> None:
    raised = Notice(organization_id=alert.organization_id, alert=alert, kind=Notice.Kind.RAISED, due_at=now)
    if alert.no_case_reason:
        raised.settled_at, raised.suppressed = now, alert.no_case_reason
        raised.save()
        return
    raised.save()
    concern = alert.concern
    assert concern is not None
    Notice.objects.create(
        organization_id=alert.organization_id,
        alert=alert,
        kind=Notice.Kind.BREACHED,
        due_at=concern.first_attempt_due_at,
    )
    settle_notice(notice_id=raised.pk, now=now)


def _no_case_reason(alert: Alert) -> str:
    if alert.patient_id is None:
        return Alert.NoCase.NO_PATIENT
    if alert.severity == Severity.P3 and not has_current_case(alert.patient_id):
        return Alert.NoCase.WEEKLY_LIST
    return ""


def _reason_to_keep_quiet(notice: Notice) -> str:
    concern = notice.alert.concern
    if concern is None:
        return notice.alert.no_case_reason
    if notice.kind == Notice.Kind.BREACHED:
        return _breach_is_over(concern)
    return ""


def _breach_is_over(concern: Concern) -> str:
    if concern.attempted_at:
        return Notice.Suppressed.ATTEMPTED
    case: Case = concern.case
    is_owed = case.is_worked and concern.settled_at is None  # a later concern may have reopened the case
    return "" if is_owed else Notice.Suppressed.CASE_ENDED


def _note_change(alert: Alert, reading: Reading, *, now: datetime) -> None:
    for leaf in alert.explanation:
        before, after = leaf.get("actual"), reading.answers.get(leaf.get("question", ""))
        if leaf.get("question") and before != after:
            change = explain(reading.response, [{**leaf, "actual": after}])[0]
            changed = {
                "question": leaf["question"],
                "text": leaf["text"],
                "before": leaf["answer"],
                "after": change["answer"],
            }
            note_changed_answer(source_id=alert.pk, changed=changed, now=now)
            return


def _patient_of(response: Response) -> UUID:
    assert response.patient_id is not None
    return response.patient_id


def _urgency(rule: Rule) -> int:
    return Severity.values.index(rule.severity)
