"""What a rule would have done: a condition tried on the responses of the last days, with nothing stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from surveys.answers import effective_answers
from surveys.conditions import holds, leaves, scores_in
from surveys.facts import PatientFacts
from surveys.models import Response
from surveys.models.survey import definition_of
from surveys.scores import scores

DAYS = 30
NEWEST = 2_000
NEWEST_WITH_HISTORY = 200  # facts about the past cost two queries a response

_FREE = frozenset({"stage", "partner", "respondent_kind", "respondent_known", "text_screening"})


@dataclass(frozen=True, slots=True)
class Trial:
    """Of `tried` responses of the last `days`, the newest ones if there were more, `matched` would have matched."""

    matched: int
    tried: int
    is_cut: bool
    days: int = DAYS


def try_condition(condition: Any, *, survey_id: UUID, program_id: UUID | None, now: datetime) -> Trial:
    """Try a checked condition on the newest responses to a survey.

    Reads at most 2,000 of them, 200 where the condition asks for history.
    """
    facts = {leaf["fact"] for leaf in leaves(condition) if "fact" in leaf}
    most = NEWEST if facts <= _FREE else NEWEST_WITH_HISTORY
    recent = Response.objects.filter(survey_id=survey_id, saved_at__gte=now - timedelta(days=DAYS))
    if program_id:
        recent = recent.filter(program_id=program_id)
    found = list(recent.select_related("respondent", "patient__partner").order_by("-saved_at")[: most + 1])
    tried = found[:most]
    uses_scores = bool(scores_in(condition))
    matched = sum(1 for response in tried if _matches(condition, response, uses_scores=uses_scores, now=now))
    return Trial(matched=matched, tried=len(tried), is_cut=len(found) > most)


def _matches(condition: Any, response: Response, *, uses_scores: bool, now: datetime) -> bool:
    definition = definition_of(response.version_id)
    answers = effective_answers(definition, answers=response.answers, facts=response.facts)
    facts = PatientFacts(patient=response.patient, respondent=response.respondent, now=now, response=response)
    points = scores(definition, answers=answers, facts=facts) if uses_scores else {}
    return holds(condition, answers=answers, scores=points, facts=facts)
