"""A changed answer never withdraws an alert: the case says that it changed."""

from alerts.models import Alert, Rule
from caseloop.models import Case, Concern
from surveys.models import Response
from tests.conftest import Cast, House, make_invitation
from tests.steps import answer, evaluate, later


def unprepared(house: House) -> Response:
    """Return a response whose first page said No and was evaluated."""
    response = answer(house, make_invitation(house), {"prepared": "no"}, pages=1)
    assert len(evaluate(house, response, now=later(hours=1))) == 1
    return response


def change(house: House, response: Response, value: str, *, hours: int) -> list[Alert]:
    """Save another answer to the first question and evaluate it."""
    with house.bound():
        response.refresh_from_db()
        Response.objects.filter(pk=response.pk).update(
            answers={**response.answers, "prepared": value},
            revision=response.revision + 1,
            evaluate_at=later(hours=hours),
        )
    return evaluate(house, response, now=later(hours=hours))


def changes_of(house: House) -> tuple[dict[str, str] | None, int]:
    """Return what the concern says of the change, and how often the history names one."""
    with house.bound():
        concern = Concern.objects.get()
        return concern.changed_answer, concern.case.events.filter(kind="answer_changed").count()


def test_the_case_says_what_the_patient_changed_and_everything_else_stays(cast: Cast) -> None:
    response = unprepared(cast.acme)
    with cast.acme.bound():
        before = Concern.objects.values("first_attempt_due_at", "resolve_due_at", "severity").get()
    assert change(cast.acme, response, "yes", hours=3) == []
    changed, times = changes_of(cast.acme)
    assert changed == {
        "question": "prepared",
        "text": "Right now, do you feel prepared to start your treatment?",
        "before": "No",
        "after": "Yes",
    }
    assert times == 1
    with cast.acme.bound():
        assert Concern.objects.values("first_attempt_due_at", "resolve_due_at", "severity").get() == before
        assert Alert.objects.count() == 1
        assert Case.objects.get().is_worked


def test_the_same_change_is_told_once(cast: Cast) -> None:
    response = unprepared(cast.acme)
    change(cast.acme, response, "yes", hours=3)
    change(cast.acme, response, "yes", hours=4)
    assert changes_of(cast.acme)[1] == 1


def test_another_answer_to_another_rule_is_a_change_and_an_alert(cast: Cast) -> None:
    response = unprepared(cast.acme)
    (alert,) = change(cast.acme, response, "not_starting", hours=3)
    assert alert.rule_copy["key"] == "prepared_not_starting-pulse_5"
    with cast.acme.bound():
        assert Case.objects.get().concerns.count() == 2
        first = Concern.objects.order_by("opened_at").first()
        assert first is not None
        assert first.changed_answer is not None
        assert first.changed_answer["after"] == "I am not going to start"


def test_back_to_no_raises_nothing_new(cast: Cast) -> None:
    response = unprepared(cast.acme)
    change(cast.acme, response, "yes", hours=3)
    assert change(cast.acme, response, "no", hours=4) == []
    with cast.acme.bound():
        assert Alert.objects.count() == 1


def test_a_rule_that_was_edited_is_no_changed_answer(cast: Cast) -> None:
    response = unprepared(cast.acme)
    with cast.acme.bound():
        Rule.objects.filter(key="prepared_no-pulse_5").update(condition={"question": "effort", "op": "answered"})
    change(cast.acme, response, "no", hours=3)
    assert changes_of(cast.acme) == (None, 0)


def test_a_changed_answer_after_the_case_ended_opens_nothing(cast: Cast) -> None:
    response = unprepared(cast.acme)
    with cast.acme.bound():
        case = Case.objects.lock(pk=Case.objects.get().pk)
        case.end_without_action(reason="by_mistake", text="", by=cast.acme.members["agent"], now=later(hours=2))
    change(cast.acme, response, "yes", hours=3)
    with cast.acme.bound():
        case = Case.objects.get()
        assert case.status == "no_action"
        assert case.due_at is None
    assert changes_of(cast.acme)[1] == 1
