"""The case page and the queue in each state of reaching the patient, on a phone and wide."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from caseloop.models import Case
from caseloop.services import ask_partner, reveal_contact
from patients.models import Service
from tests.browser.conftest import DESKTOP
from tests.caseloop.reached import agree, set_program, set_status
from tests.conftest import Cast, House
from tests.steps import raise_alerts

# state → (who looks, contact held by, whether the organization's own people reach patients)
STATES = {
    "crm": ("agent", "partner", True),
    "vault": ("agent", "vault", True),
    "shown": ("agent", "vault", True),
    "not mine": ("supervisor", "vault", True),
    "oversight": ("agent", "partner", False),
    "asked": ("agent", "partner", False),
    "asked by the sponsor": ("north_agent", "partner", False),
    "withdrawn": ("agent", "vault", True),
    "deceased": ("agent", "vault", True),
    "paused": ("agent", "vault", True),
    "under_age": ("agent", "vault", True),
}
PLEASE = "Please call her about the copay card, which has not arrived, and tell us when the nurse visit is booked."


@pytest.mark.looks
@pytest.mark.parametrize("state", STATES)
def test_every_state_of_reaching_the_patient(cast: Cast, new_page, sign_in, check_page, state: str):
    house, (who, holder, sees) = cast.acme, STATES[state]
    set_program(house, contact_held_by=holder, sponsor_sees_contact=sees)
    case = brought_to(house, state, now=timezone.now())
    page = new_page()
    sign_in(page, house.members[who])
    for url in (f"/o/acme/cases/{case.number}/", "/o/acme/cases/?view=open"):
        page.goto(url)
        check_page(page)
    page.set_viewport_size(DESKTOP)
    page.goto(f"/o/acme/cases/{case.number}/")
    for opener in page.locator("main [data-dialog]:visible").all():
        opener.click()
        page.locator("dialog[open]").wait_for()
        check_page(page)
        page.keyboard.press("Escape")


def brought_to(house: House, state: str, *, now: Any) -> Case:
    """Open a case and bring it to a state."""
    raise_alerts(house, {"prepared": "no"})
    agree(house, channel="phone")
    agent = house.members["agent"]
    with house.bound():
        Service.objects.filter(patient=house.patients[0]).update(external_id="NH-0042-7781")
        case = Case.objects.lock(patient=house.patients[0])
        if state not in ("oversight", "asked", "asked by the sponsor"):
            case.take(by=agent, now=now)
        if state == "shown":
            reveal_contact(case=case, reason="", by=agent, now=now)
        if state.startswith("asked"):
            ask_partner(case=case, text=PLEASE, by=agent, now=now)
    if state in ("withdrawn", "deceased", "paused", "under_age"):
        until = (now + timedelta(days=300)).date() if state == "under_age" else None
        set_status(house, state, now=now, adult_from=until)
    return case
