"""What people and workers do in tests, through the doors of the domain: answer a survey, evaluate, deliver."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from alerts.models import Alert
from alerts.services import evaluate_response
from patients.models import Patient
from surveys.models import Invitation, Response
from surveys.services import save_page
from surveys.sitting import open_link
from tests.conftest import T0, House, make_invitation

# For threads and for what happens after a commit: the owner empties the tables afterwards, which takes its time.
REAL_COMMITS = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

Answers = Mapping[str, str | list[str]]


def answer(house: House, invitation: Invitation, answers: Answers, *, now: datetime = T0, pages: int = 30) -> Response:
    """Save the next `pages` pages of an invitation, skipping what `answers` does not name; submit after the last."""
    given = {key: [value] if isinstance(value, str) else value for key, value in answers.items()}
    with house.bound():
        for _ in range(pages):
            sitting = open_link(invitation_id=invitation.pk, now=now)
            page = sitting.next_page()
            assert page is not None
            asked = {question.key for question in page.questions}
            form = {key: value for key, value in given.items() if key.split("__")[0] in asked}
            saved = save_page(sitting, page=page, form=form, now=now)
            assert not saved.errors, saved.errors
            if saved.next_page is None:
                break
        return Response.objects.get(invitation=invitation)


def respond(
    house: House, answers: Answers, *, patient: Patient | None = None, survey: str = "pulse_5", now: datetime = T0
) -> Response:
    """Invite a patient and submit the answers."""
    return answer(house, make_invitation(house, patient=patient, survey=survey, now=now), answers, now=now)


def evaluate(house: House, response: Response, *, now: datetime = T0) -> list[Alert]:
    """Evaluate what is due of one response."""
    with house.bound():
        return evaluate_response(response_id=response.pk, now=now)


def raise_alerts(house: House, answers: Answers, **how: Any) -> list[Alert]:
    """Submit the answers and evaluate them."""
    response = respond(house, answers, **how)
    return evaluate(house, response, now=response.saved_at)


def fired(alerts: list[Alert]) -> list[str]:
    """Return the keys of the rules that fired, without the survey's name, in order."""
    return [alert.rule_copy["key"].rsplit("-", 1)[0] for alert in alerts]


def at_once(number: int, call: Any) -> list[Any]:
    """Call `call(i)` in `number` real threads that start together; return results, or the exceptions raised."""
    results: list[Any] = [None] * number
    barrier = Barrier(number)

    def run(place: int) -> None:
        try:
            barrier.wait(10)
            results[place] = call(place)
        except Exception as error:  # handed to the test, which says what it expected
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@contextmanager
def as_application(organization_id: UUID | str = "", partner: UUID | str = "*") -> Iterator[Any]:
    """Yield a bare cursor of the application role with the two settings, and undo what was done with it."""
    with connection.connection.cursor() as cursor:  # psycopg2's own: none of our Python guards it
        cursor.execute("SAVEPOINT bare")
        cursor.execute(
            "SELECT set_config('app.organization_id', %s, true), set_config('app.partner', %s, true)",
            [str(organization_id), str(partner)],
        )
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT bare")


def later(**span: float) -> datetime:
    """Return T0 plus a span."""
    return T0 + timedelta(**span)
