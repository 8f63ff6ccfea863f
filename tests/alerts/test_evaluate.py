"""A revision is evaluated once: what fires, what it says, and what it adds to the case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import tasks
from alerts.models import Alert, Evaluation, Notice, Rule
from alerts.services import evaluate_response
from caseloop.codes import Severity
from caseloop.models import Case, CaseEvent, Concern
from cxplatform.lib.tenancy import bound
from patients.services import note_touchpoint
from surveys.models import Response, SurveyVersion
from tests.conftest import T0, Cast, House
from tests.steps import REAL_COMMITS, at_once, fired, later, raise_alerts, respond

ON = {
    "prepared_no",
    "prepared_not_starting",
    "prepared_continue_no",
    "firstfix_not_yet",
    "cost_unclear",
    "howto_not_sure",
    "howto_not_shown_soon",
    "howto_not_shown",
    "howto_not_very",
    "callme_yes",
}

# answers → the rules that fire for them, with what the shipped rules say is urgent
ALONE = [
    ({"prepared": "no"}, "prepared_no", Severity.P1),
    ({"prepared": "not_starting"}, "prepared_not_starting", Severity.P2),
    ({"prepared": "started", "prepared_continue": "no"}, "prepared_continue_no", Severity.P1),
    ({"firstfix": "not_yet"}, "firstfix_not_yet", Severity.P2),
    ({"cost": "not_at_all"}, "cost_unclear", Severity.P2),
    ({"howto": "not_at_all"}, "howto_not_sure", Severity.P1),
    ({"howto": "not_shown"}, "howto_not_shown", Severity.P2),
    ({"howto": "not_very"}, "howto_not_very", Severity.P2),
    ({"callme": "yes"}, "callme_yes", Severity.CALLBACK),
]
DRAFTS = [
    ({"suggest": "3"}, "suggest_low", Severity.P2),
    ({"reach": "very_hard"}, "reach_very_hard", Severity.P3),
    ({"effort": "too_much"}, "effort_too_much", Severity.P2),
    ({"promise": "never"}, "promise_never", Severity.P2),
    ({"worry": "not_at_all"}, "worry_not_at_all", Severity.P3),
    ({"repeat": "many"}, "repeat_many", Severity.P3),
    ({"listen": "never"}, "listen_never", Severity.P2),
    ({"clear": "very_hard"}, "clear_very_hard", Severity.P3),
    ({"next": "never"}, "next_never", Severity.P3),
]
QUIET = {
    "prepared": "yes", "suggest": "4", "reach": "hard", "effort": "lot", "firstfix": "yes_later",
    "promise": "sometimes", "cost": "not_very", "howto": "mostly", "worry": "little", "repeat": "few",
    "listen": "sometimes", "clear": "hard", "next": "sometimes", "callme": "no",
}  # fmt: skip

NO = {"question": "prepared", "op": "eq", "value": "no"}


def shipped(house: House) -> set[str]:
    """Return the keys of the active rules of the long survey."""
    with house.bound():
        active = Rule.objects.filter(is_active=True, survey=house.surveys["support_experience"])
        return {key.rsplit("-", 1)[0] for key in active.values_list("key", flat=True)}


def test_the_rules_that_are_on_are_those_of_the_domain_and_the_rest_are_drafts(cast: Cast) -> None:
    assert shipped(cast.acme) == ON
    with cast.acme.bound():
        long = Rule.objects.filter(survey=cast.acme.surveys["support_experience"])
        assert {rule.key.rsplit("-", 1)[0] for rule in long} == ON | {key for _, key, _ in DRAFTS}


@pytest.mark.parametrize(("answers", "rule", "severity"), ALONE, ids=[rule for _, rule, _ in ALONE])
def test_a_rule_that_is_on_fires_alone(cast: Cast, answers: dict[str, str], rule: str, severity: str) -> None:
    alerts = raise_alerts(cast.acme, answers, survey="support_experience")
    assert fired(alerts) == [rule]
    assert alerts[0].severity == severity


def test_a_draft_fires_only_after_it_was_switched_on(cast: Cast) -> None:
    everything = {key: value for answers, _, _ in DRAFTS for key, value in answers.items()}
    assert raise_alerts(cast.acme, everything, survey="support_experience") == []
    with cast.acme.bound():
        Rule.objects.update(is_active=True)
    alerts = raise_alerts(cast.acme, everything, survey="support_experience", patient=cast.acme.patients[1])
    assert {(rule, alert.severity) for rule, alert in zip(fired(alerts), alerts, strict=True)} == {
        (rule, severity) for _, rule, severity in DRAFTS
    }


def test_middling_answers_fire_nothing_even_with_every_rule_on(cast: Cast) -> None:
    with cast.acme.bound():
        Rule.objects.update(is_active=True)
    assert raise_alerts(cast.acme, QUIET, survey="support_experience") == []


def test_nobody_told_about_cost_counts_from_the_first_fill(cast: Cast) -> None:
    answers = {"cost": "not_told"}
    early, late = cast.acme.patients
    assert raise_alerts(cast.acme, answers, survey="support_experience", patient=early) == []
    with cast.acme.bound():
        note_touchpoint(patient=late, kind="first_fill", occurred_at=T0 - timedelta(days=1), now=T0)
    assert fired(raise_alerts(cast.acme, answers, survey="support_experience", patient=late)) == ["cost_unclear"]


@pytest.mark.parametrize(
    ("kind", "in_days", "rule"),
    [
        ("shipped", -1, "howto_not_shown_soon"),
        ("first_dose_planned", 3, "howto_not_shown_soon"),
        ("first_dose_planned", 5, "howto_not_shown"),
        ("enrolled", -1, "howto_not_shown"),
    ],
)
def test_not_shown_is_urgent_when_it_is_soon_needed(cast: Cast, kind: str, in_days: int, rule: str) -> None:
    with cast.acme.bound():
        note_touchpoint(patient=cast.acme.patients[0], kind=kind, occurred_at=later(days=in_days), now=T0)
    alerts = raise_alerts(cast.acme, {"howto": "not_shown"}, survey="support_experience")
    assert fired(alerts) == [rule]
    assert alerts[0].severity == (Severity.P1 if rule.endswith("soon") else Severity.P2)


def test_an_alert_says_why_in_words_and_keeps_the_rule_as_it_was(cast: Cast) -> None:
    (alert,) = raise_alerts(cast.acme, {"prepared": "no"})
    (leaf,) = alert.explanation
    assert leaf["question"] == "prepared"
    assert leaf["text"] == "Right now, do you feel prepared to start your treatment?"
    assert (leaf["actual"], leaf["answer"]) == ("no", "No")
    with cast.acme.bound():
        Rule.objects.filter(pk=alert.rule_id).update(
            name="Renamed", condition={**NO, "value": "yes"}, severity="p3", is_active=False
        )
        kept = Alert.objects.get(pk=alert.pk)
    assert kept.rule_copy["name"] == "Not prepared to start treatment"
    assert kept.rule_copy["condition"] == NO
    assert (kept.severity, kept.rule_copy["severity"]) == ("p1", "p1")


def test_open_text_never_gets_into_an_alert(cast: Cast) -> None:
    with cast.acme.bound():
        Rule.objects.filter(key="prepared_no-pulse_5").update(
            condition={"all": [NO, {"question": "words", "op": "answered"}]}
        )
    (alert,) = raise_alerts(cast.acme, {"prepared": "no", "words": "ZZMARKER my neighbour"})
    with cast.acme.bound():
        case = Case.objects.get()
        assert "ZZMARKER" not in f"{alert.explanation}{alert.rule_copy}{case.why}{case.concerns.get().why}"
        assert "ZZMARKER" not in str(list(case.events.values()))


def test_a_rule_fires_once_for_a_response_whatever_happens(cast: Cast) -> None:
    (alert,) = raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        response = Response.objects.get(pk=alert.response_id)
        assert evaluate_response(response_id=response.pk, now=later(hours=1)) == []
        Response.objects.filter(pk=response.pk).update(evaluate_at=T0, revision=response.revision + 1)
        assert evaluate_response(response_id=response.pk, now=later(hours=1)) == []
        assert Alert.objects.get().pk == alert.pk
        assert Evaluation.objects.count() == 2


def test_two_alerts_of_one_response_make_one_case_with_two_concerns(cast: Cast) -> None:
    alerts = raise_alerts(cast.acme, {"firstfix": "not_yet", "prepared": "no"})
    assert fired(alerts) == ["prepared_no", "firstfix_not_yet"]
    with cast.acme.bound():
        case = Case.objects.get()
        assert {concern.source_id for concern in case.concerns.all()} == {alert.pk for alert in alerts}
        assert {alert.concern_id for alert in alerts} == set(case.concerns.values_list("pk", flat=True))
        assert case.severity == "p1"
        assert list(case.events.values_list("kind", flat=True)) == ["opened", "concern_added"]


def test_a_lone_weak_item_opens_no_case_and_goes_to_the_weekly_list(cast: Cast) -> None:
    with cast.acme.bound():
        Rule.objects.filter(key="worry_not_at_all-support_experience").update(is_active=True)
    (alert,) = raise_alerts(cast.acme, {"worry": "not_at_all"}, survey="support_experience")
    with cast.acme.bound():
        assert alert.no_case_reason == Alert.NoCase.WEEKLY_LIST
        assert alert.concern is None
        assert not Case.objects.exists()
        notice = Notice.objects.get()
        assert (notice.suppressed, notice.recipients) == (Notice.Suppressed.WEEKLY_LIST, 0)
        assert notice.settled_at == T0


def test_a_weak_item_joins_an_open_case(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        Rule.objects.filter(key="worry_not_at_all-support_experience").update(is_active=True)
    (alert,) = raise_alerts(cast.acme, {"worry": "not_at_all"}, survey="support_experience", now=later(days=1))
    with cast.acme.bound():
        case = Case.objects.get()
        assert set(case.concerns.values_list("severity", flat=True)) == {"p1", "p3"}
        assert alert.no_case_reason == ""
        assert case.severity == "p1"


def test_a_weak_item_beside_an_urgent_one_joins_its_case(cast: Cast) -> None:
    with cast.acme.bound():
        Rule.objects.filter(key="worry_not_at_all-support_experience").update(is_active=True)
    alerts = raise_alerts(cast.acme, {"prepared": "no", "worry": "not_at_all"}, survey="support_experience")
    assert fired(alerts) == ["prepared_no", "worry_not_at_all"]
    with cast.acme.bound():
        assert Case.objects.get().concerns.count() == 2


def test_please_do_not_contact_me_is_said_on_the_concern(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no", "callme": "do_not_contact"})
    raise_alerts(cast.acme, {"prepared": "no", "callme": "no"}, patient=cast.acme.patients[1])
    with cast.acme.bound():
        flags = dict(Concern.objects.values_list("case__patient_id", "why__do_not_contact"))
    assert flags == {cast.acme.patients[0].pk: True, cast.acme.patients[1].pk: False}


def test_a_call_back_is_due_inside_the_window_that_the_patient_chose(cast: Cast) -> None:
    raise_alerts(cast.acme, {"callme": "yes", "contact_times": ["afternoon"]})
    with cast.acme.bound():
        due = Concern.objects.get().first_attempt_due_at
    assert T0 < due <= later(days=1)


def test_rules_of_another_program_or_survey_do_not_look(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        rule = Rule.objects.get(key="prepared_no-pulse_5")
        Rule.objects.filter(pk=rule.pk).update(survey=acme.surveys["support_experience"])
    assert raise_alerts(acme, {"prepared": "no"}) == []


@REAL_COMMITS
def test_eight_workers_evaluate_one_revision_once(cast: Cast) -> None:
    acme = cast.acme
    response = respond(acme, {"prepared": "no", "callme": "yes"})

    def work(_: int) -> int:
        with bound(acme.organization.pk):
            return len(evaluate_response(response_id=response.pk, now=T0))

    assert sorted(at_once(8, work)) == [0] * 7 + [2]
    with acme.bound():
        assert Evaluation.objects.get().revision == response.revision
        assert Alert.objects.count() == 2
        assert Case.objects.get().concerns.count() == 2
        assert CaseEvent.objects.count() == 2


@REAL_COMMITS
def test_responses_of_one_patient_evaluated_at_once_make_one_case(cast: Cast) -> None:
    acme = cast.acme
    responses = [respond(acme, {"prepared": "no"}) for _ in range(6)]

    def work(place: int) -> int:
        with bound(acme.organization.pk):
            return len(evaluate_response(response_id=responses[place].pk, now=T0))

    assert at_once(6, work) == [1] * 6
    with acme.bound():
        assert Case.objects.get().concerns.count() == 6


@REAL_COMMITS
def test_a_response_that_cannot_be_evaluated_is_pushed_back_and_the_others_go_on(cast: Cast) -> None:
    acme = cast.acme
    good = respond(acme, {"prepared": "no"}, patient=acme.patients[1], now=later(minutes=1))
    poison = respond(acme, {"prepared": "no"})
    broken = publish_broken(acme)
    with acme.bound():
        Response.objects.filter(pk=poison.pk).update(version_id=broken)
    assert tasks.sweep_revisions() == 2
    with acme.bound():
        poison.refresh_from_db()
        assert poison.evaluate_at is not None
        assert timedelta(0) < poison.evaluate_at - timezone.now() <= timedelta(minutes=1)
        assert poison.evaluation_failures == 1
        assert poison.evaluation_error
        assert Alert.objects.get().response_id == good.pk
        assert not Evaluation.objects.filter(response=poison).exists()
    assert tasks.sweep_revisions() == 0


def publish_broken(house: House) -> object:
    """Store a version that no code could have published."""
    with house.bound():
        survey = house.surveys["pulse_5"]
        return SurveyVersion.objects.create(
            organization=house.organization, survey=survey, number=99, document={"schema": 1}, published_at=T0
        ).pk
