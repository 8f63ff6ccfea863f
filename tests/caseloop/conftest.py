"""Cases of the cast, opened as alerts open them, and people who have signed in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from caseloop.models import Case, Concern, Disposition
from caseloop.services import open_case
from patients.services import enrol
from tests.conftest import T0, Cast, House

NOW = T0 + timedelta(minutes=10)
DISPOSITION = Disposition(root_cause="affordability.copay_reject", action="Sent the card again", outcome="fixed")


@pytest.fixture
def acme(cast: Cast) -> House:
    """The organization whose own people work the cases, with the partner's: they may reach patients."""
    with cast.acme.bound():
        cast.acme.program.sponsor_sees_contact = True
        cast.acme.program.save(update_fields=["sponsor_sees_contact"])
    return cast.acme


@pytest.fixture
def case(acme: House) -> Case:
    """One new P1 case of the north hub's patient."""
    return open_for(acme)


@pytest.fixture(autouse=True)
def _ten_past() -> Any:
    """Stop the clock of the views ten minutes after the alert."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sign_in() -> Callable[[House, str], Client]:
    """Return a browser in which a member of a house has signed in."""

    def browser(house: House, member: str) -> Client:
        client = Client()
        client.force_login(house.members[member].user)
        return client

    return browser


@pytest.fixture
def agent(acme: House, sign_in: Callable[[House, str], Client]) -> Client:
    """Return an agent's browser."""
    return sign_in(acme, "agent")


@pytest.fixture
def supervisor(acme: House, sign_in: Callable[[House, str], Client]) -> Client:
    """Return a supervisor's browser."""
    return sign_in(acme, "supervisor")


def open_for(
    house: House, *, patient: Any = None, severity: str = "p1", now: datetime = T0, team: Any = "house", **why: Any
) -> Case:
    """Open a case, or add a concern to the patient's, as an alert does."""
    with house.bound():
        return add_concern(house, patient=patient, severity=severity, now=now, team=team, **why).case


def add_concern(
    house: House, *, patient: Any = None, severity: str = "p1", now: datetime = T0, team: Any = "house", **why: Any
) -> Concern:
    """Add a concern inside a bound transaction."""
    return open_case(
        patient_id=(patient or house.patients[0]).pk,
        team=house.team if team == "house" else team,
        severity=severity,
        why={"rule": "Not prepared", "summary": "Not prepared to start", "answers": [], **why},
        source_id=uuid4(),
        now=now,
    )


def new_patient(house: House, *, partner: str = "north", **over: Any) -> Any:
    """Enrol one more patient."""
    with house.bound():
        return enrol(program=house.program, partner=house.partners[partner], now=T0, **over)


def at(house: House, name: str, **kwargs: Any) -> str:
    """Return an address of the case loop."""
    return reverse(f"caseloop:{name}", kwargs={"slug": house.organization.slug, **kwargs})


def post(browser: Client, house: House, name: str, case: Case, /, **data: Any) -> Any:
    """Post to an action of a case."""
    return browser.post(at(house, name, number=case.number), data)


def fresh(house: House, case: Case) -> Case:
    """Read a case again."""
    with house.bound():
        return Case.objects.select_related("owner").get(pk=case.pk)


def events(house: House, case: Case) -> list[str]:
    """Return the kinds of what happened, in order."""
    with house.bound():
        return list(case.events.order_by("at", "id").values_list("kind", flat=True))


def move(
    house: House, case: Case, verb: str, *args: Any, by: str = "agent", now: datetime = NOW, **kwargs: Any
) -> Case:
    """Make one move under the lock, as a service does."""
    with house.bound():
        locked = Case.objects.lock(pk=case.pk)
        getattr(locked, verb)(*args, by=house.members[by], now=now, **kwargs)
        return locked


def resolved_by(house: House, case: Case, *, by: str = "agent", now: datetime = NOW) -> Case:
    """Resolve a case with one disposition for each concern."""
    with house.bound():
        dispositions = {str(concern.pk): DISPOSITION for concern in case.concerns.all()}
    return move(house, case, "resolve", by=by, now=now, dispositions=dispositions)


def settling(house: House, case: Case, *, action: str = "Sent the card again") -> dict[str, str]:
    """Return what the resolve form posts for every open concern."""
    with house.bound():
        ends = [concern.pk.hex[-8:] for concern in case.concerns.unsettled()]
    fields = {"cause": "affordability.copay_reject", "action": action, "outcome": "fixed"}
    return {f"{name}-{end}": value for end in ends for name, value in fields.items()}
