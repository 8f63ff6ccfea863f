"""A page saved and then silence is evaluated after the hour; what comes later adds to it and takes nothing back."""

from datetime import datetime

import time_machine

from alerts import tasks
from alerts.models import Alert, Evaluation
from caseloop.models import Case, Concern
from cxplatform.lib.tenancy import call_definer
from surveys.models import Invitation, Response
from surveys.services import save_page
from surveys.sitting import open_link
from tests.conftest import T0, Cast, House, make_invitation
from tests.steps import answer, evaluate, later


def no_and_silence(house: House) -> tuple[Invitation, Response]:
    """Answer the first page with No, and go away."""
    invitation = make_invitation(house, survey="support_experience")
    return invitation, answer(house, invitation, {"prepared": "no"}, pages=1)


def test_a_saved_page_is_evaluated_after_an_hour_of_silence_and_not_before(cast: Cast) -> None:
    acme = cast.acme
    _, response = no_and_silence(acme)
    assert not response.is_submitted
    assert evaluate(acme, response, now=later(minutes=59, seconds=59)) == []
    assert call_definer("cx_pending_revisions", later(minutes=59, seconds=59), 10) == []
    with acme.bound():
        assert not Evaluation.objects.exists()
    assert call_definer("cx_pending_revisions", later(hours=1), 10) == [(acme.organization.pk, response.pk)]
    (alert,) = evaluate(acme, response, now=later(hours=1))
    assert alert.rule_copy["key"] == "prepared_no-support_experience"
    assert alert.revision == 1


def test_every_page_starts_the_hour_anew(cast: Cast) -> None:
    acme = cast.acme
    invitation, response = no_and_silence(acme)
    answer(acme, invitation, {"missing": ["costs"]}, pages=1, now=later(minutes=50))
    assert evaluate(acme, response, now=later(minutes=70)) == []
    assert len(evaluate(acme, response, now=later(minutes=110))) == 1


def test_next_day_yes_and_a_call_back_join_and_take_nothing_back(cast: Cast) -> None:
    acme = cast.acme
    invitation, response = no_and_silence(acme)
    (first,) = evaluate(acme, response, now=later(hours=1))
    go_back_and_say(acme, invitation, "yes", now=later(days=1))
    response = answer(acme, invitation, {"callme": "yes"}, now=later(days=1))
    assert response.is_submitted
    (second,) = evaluate(acme, response, now=later(days=1))
    assert second.rule_copy["key"] == "callme_yes-support_experience"
    with acme.bound():
        assert set(Alert.objects.values_list("pk", flat=True)) == {first.pk, second.pk}
        case = Case.objects.get()
        assert {concern.source_id for concern in case.concerns.all()} == {first.pk, second.pk}
        stays = Concern.objects.get(source_id=first.pk)
        assert stays.settled_at is None
        assert stays.opened_at == later(hours=1)
        assert stays.changed_answer is not None
        assert stays.changed_answer["before"] == "No"
        assert stays.changed_answer["after"] == "Yes"
        kinds = list(case.events.order_by("at", "id").values_list("kind", flat=True))
        assert kinds == ["opened", "answer_changed", "concern_added"]


def go_back_and_say(house: House, invitation: Invitation, value: str, *, now: datetime) -> None:
    """Let the patient go back to the first page and answer otherwise."""
    with house.bound():
        sitting = open_link(invitation_id=invitation.pk, now=now)
        saved = save_page(sitting, page=sitting.definition.pages_by_id["start"], form={"prepared": [value]}, now=now)
        assert not saved.errors


def test_the_sweep_finds_what_fell_silent_without_any_nudge(cast: Cast) -> None:
    acme = cast.acme
    _, response = no_and_silence(acme)
    with time_machine.travel(later(minutes=30), tick=False):
        assert tasks.sweep_revisions() == 0
    with time_machine.travel(later(minutes=61), tick=False):
        assert tasks.sweep_revisions() == 1
        assert tasks.sweep_revisions() == 0
    with acme.bound():
        assert Alert.objects.get().response_id == response.pk
        assert Evaluation.objects.get().at == later(minutes=61)


def test_every_revision_that_fell_silent_is_evaluated_once(cast: Cast) -> None:
    acme = cast.acme
    invitation, response = no_and_silence(acme)
    evaluate(acme, response, now=later(hours=2))
    answer(acme, invitation, {}, now=later(days=1))
    evaluate(acme, response, now=later(days=1))
    with acme.bound():
        response.refresh_from_db()
        evaluated = Evaluation.objects.order_by("revision").values_list("revision", flat=True)
        assert list(evaluated) == [1, response.revision]
        assert response.evaluate_at is None
        assert Alert.objects.count() == 1
    assert response.started_at == T0
