"""Evaluate each revision of a response once, and raise the alerts of the rules that hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from alerts.models import Alert, Evaluation, Rule
from alerts.routing import find_team
from alerts.services.notice import BACK_OFF, announce
from alerts.words import callback_window, explain, wish
from caseloop.codes import Severity
from caseloop.models import Concern
from caseloop.services import has_current_case, hear_back, note_changed_answer, open_case
from cxplatform.lib.prepared import PreparedRow
from patients.models import Patient
from surveys.answers import effective_answers
from surveys.conditions import holds, reasons
from surveys.facts import PatientFacts
from surveys.models import Response
from surveys.models.survey import definition_of
from surveys.scores import scores

# Each submission is evaluated once, so these two are read as often as a link is opened.
_patient = PreparedRow(
    "lock_patient_of_response", Patient.objects.select_for_update(of=("self",)).only("id"), by="responses"
)
_response = PreparedRow(
    "lock_response",
    Response.objects.select_for_update(of=("self",)).select_related(
        "respondent", "program", "patient__partner", "invitation"
    ),
)


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
        definition = definition_of(response.version_id)
        answers = effective_answers(definition, answers=response.answers, facts=response.facts)
        facts = PatientFacts(patient=response.patient, respondent=response.respondent, now=now, response=response)
        return cls(response, answers, scores(definition, answers=answers, facts=response.facts), facts)

    def matches(self, condition: Any) -> bool:
        """Tell whether a rule's condition holds."""
        return holds(condition, answers=self.answers, scores=self.scores, facts=self.facts)

    def why(self, condition: Any) -> list[dict[str, Any]]:
        """Return the comparisons that made it hold."""
        return reasons(condition, answers=self.answers, scores=self.scores, facts=self.facts)


@transaction.atomic(savepoint=False)
def evaluate_response(*, response_id: UUID | str, now: datetime) -> list[Alert]:
    """Evaluate the newest revision of one response, once: raise what matches, note what no longer does.

    What it says of the outcome of a case moves that case first.
    Returns the alerts raised by this call; [] if nothing matches, it is not due yet, or another worker evaluated this
    revision first. The patient is locked before the response, in the order that everything else uses.
    """
    response_id = UUID(str(response_id))
    _patient.find(response_id)
    response = _response.get(response_id)
    if response.evaluate_at is None or response.evaluate_at > now:
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
    _hear_back(reading, now=now)
    # Only evaluations of earlier revisions can have raised alerts before this one.
    earlier = {alert.rule_id: alert for alert in response.alerts.all()} if response.revision > 1 else {}
    for rule_id, alert in earlier.items():
        if rule_id not in {rule.pk for rule in matched} and not reading.matches(alert.rule_copy["condition"]):
            _note_change(alert, reading, now=now)
    fresh = sorted((rule for rule in matched if rule.pk not in earlier), key=_urgency)
    return [_raise(rule, reading, now=now) for rule in fresh]


def push_back(*, response_id: UUID | str, error: Exception, now: datetime) -> None:
    """Record that a response could not be evaluated, and when to try again."""
    response = Response.objects.get(pk=response_id)
    wait = BACK_OFF[min(response.evaluation_failures, len(BACK_OFF) - 1)]
    response.push_back(error=type(error).__name__, until=now + wait)


def _hear_back(reading: Reading, *, now: datetime) -> None:
    response, answers = reading.response, reading.answers
    if (case_id := response.invitation.follows_up_id) and response.is_submitted:
        said = {key: answers.get(key) for key in ("contacted", "settled", "prepared")}
        hear_back(case_id=case_id, **said, round=response.invitation.round, now=now)


def _raise(rule: Rule, reading: Reading, *, now: datetime) -> Alert:
    # Once per response: evaluation is serialized by the patient's lock, and (rule, dedupe_key) is unique besides.
    response = reading.response
    explanation = explain(response, reading.why(rule.condition))
    alert = Alert(
        id=uuid7(),
        organization_id=response.organization_id,
        rule=rule,
        dedupe_key=f"response:{response.pk}",
        program_id=response.program_id,
        partner_id=response.partner_id,
        patient=response.patient,
        response=response,
        revision=response.revision,
        rule_copy=rule.as_it_is(),
        severity=rule.severity,
        explanation=explanation,
        raised_at=now,
        team=rule.team if rule.team and rule.team.is_active else find_team(response),
    )
    alert.no_case_reason = _no_case_reason(alert)
    if not alert.no_case_reason:
        alert.concern = _open_case(alert, reading, now=now)
    alert.save(force_insert=True)
    announce(alert, now=now)
    return alert


def _open_case(alert: Alert, reading: Reading, *, now: datetime) -> Concern:
    assert alert.patient_id is not None
    why = {
        "rule": alert.rule.name,
        "summary": alert.rule.name,
        "answers": alert.explanation,
        "response": str(alert.response_id),
        "do_not_contact": reading.answers.get("callme") == "do_not_contact",
    }
    return open_case(
        patient_id=alert.patient_id,
        team=alert.team,
        severity=alert.severity,
        why=why,
        source_id=alert.pk,
        window=callback_window(reading.answers, zone=reading.response.respondent.time_zone),
        wish=wish(reading.answers),
        now=now,
    )


def _no_case_reason(alert: Alert) -> str:
    if alert.patient_id is None:
        return Alert.NoCase.NO_PATIENT
    if alert.severity == Severity.P3 and not has_current_case(alert.patient_id):
        return Alert.NoCase.WEEKLY_LIST
    return ""


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


def _urgency(rule: Rule) -> int:
    return Severity.values.index(rule.severity)
