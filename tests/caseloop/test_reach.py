"""Reaching the person behind a pseudonym: who is shown what, for how long, and when nobody is."""

import json
from datetime import timedelta

import pytest
import time_machine

from caseloop.models import CaseEvent
from caseloop.reach import can_reach
from messaging.models import Reveal
from messaging.services import stop_owner
from patients.models import Respondent, Service
from patients.services import add_caregiver
from tenants.models import AuditEntry
from tests.caseloop.conftest import NOW, at, events, move, open_for, post
from tests.caseloop.reached import EMAIL, PHONE, agree, keep, respondent_of, set_program, set_status
from tests.conftest import make_team

LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def vault(acme):
    """Contact details are kept here, and the patient has a telephone and an e-mail address."""
    set_program(acme, contact_held_by="vault")
    agree(acme, channel="phone")
    agree(acme)


def see(browser, house, case):
    return browser.get(at(house, "case", number=case.number))


def shows(response) -> bool:
    return PHONE in response.content.decode()


@pytest.fixture
def mine(acme, vault, case):
    """A case that the agent owns."""
    return move(acme, case, "take")


# --- the vault ---


def test_one_click_on_the_own_case_shows_it_for_ten_minutes(acme, agent, mine):
    assert not shows(see(agent, acme, mine))
    assert post(agent, acme, "reveal", mine, reason=f"Case #{mine.number}").status_code == 303
    page = see(agent, acme, mine)
    assert shows(page)
    assert EMAIL in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store, private"
    assert f'hx-trigger="load delay:{10 * 60}s"' in page.content.decode()
    with time_machine.travel(LATER, tick=False):
        assert not shows(see(agent, acme, mine))
        assert not shows(agent.get(at(acme, "contact", number=mine.number)))


def test_it_is_in_the_history_and_the_audit_without_the_address(acme, agent, mine):
    post(agent, acme, "reveal", mine)
    assert events(acme, mine) == ["opened", "taken", "revealed"]
    with acme.bound():
        row = Reveal.objects.get()
        assert (row.reason, row.subject_id, row.until) == (f"Case #{mine.number}", mine.pk, NOW + timedelta(minutes=10))
        trail = [
            *AuditEntry.objects.values_list("changes", flat=True),
            *CaseEvent.objects.values_list("data", flat=True),
        ]
        assert AuditEntry.objects.filter(action="messaging.address.revealed").count() == 1
    assert not any(value in json.dumps(trail) for value in (PHONE, PHONE[-10:], EMAIL))


def test_a_second_click_shows_the_same_and_writes_nothing(acme, agent, mine):
    post(agent, acme, "reveal", mine)
    assert post(agent, acme, "reveal", mine).status_code == 303
    assert events(acme, mine).count("revealed") == 1


def test_nobody_else_sees_it(acme, agent, supervisor, sign_in, mine):
    post(agent, acme, "reveal", mine)
    assert not shows(see(supervisor, acme, mine))
    assert not shows(see(sign_in(acme, "north_agent"), acme, mine))


def test_a_case_of_somebody_else_needs_a_typed_reason(acme, supervisor, mine):
    refused = post(supervisor, acme, "reveal", mine)
    assert refused.status_code == 409
    assert "Write why you need the contact details" in refused.content.decode()
    assert post(supervisor, acme, "reveal", mine, reason="She called and gave this number").status_code == 303
    assert shows(see(supervisor, acme, mine))


def test_the_page_without_script_has_the_reason_filled_in(acme, agent, mine):
    assert f'value="Case #{mine.number}"' in agent.get(at(acme, "reveal", number=mine.number)).content.decode()


def test_a_get_shows_nothing(acme, agent, mine):
    agent.get(at(acme, "reveal", number=mine.number))
    assert events(acme, mine) == ["opened", "taken"]


@pytest.mark.parametrize(
    ("status", "words"), [("withdrawn", "Consent was withdrawn."), ("deceased", "The patient has died.")]
)
def test_who_left_is_hidden_at_once(acme, agent, mine, status, words):
    post(agent, acme, "reveal", mine)
    set_status(acme, status)
    page = see(agent, acme, mine)
    assert not shows(page)
    assert f"<strong>{words}</strong>" in page.content.decode()
    assert "Nobody contacts this patient any more" in page.content.decode()
    refused = post(agent, acme, "reveal", mine, reason="But still")
    assert refused.status_code == 409
    assert words in refused.content.decode()


def test_a_stopped_address_is_not_shown_but_the_reason_is(acme, agent, mine):
    with acme.bound():
        stop_owner(
            organization_id=acme.organization.pk, owner_id=respondent_of(acme.patients[0]).pk, reason="unsubscribed",
            source_id=None, now=NOW, channels=["email"],
        )  # fmt: skip
    post(agent, acme, "reveal", mine)
    page = see(agent, acme, mine).content.decode()
    assert PHONE in page
    assert EMAIL not in page
    assert "They used the unsubscribe link" in page


def test_when_every_address_is_stopped_nothing_is_shown(acme, agent, mine):
    with acme.bound():
        stop_owner(
            organization_id=acme.organization.pk, owner_id=respondent_of(acme.patients[0]).pk, reason="word",
            source_id=None, now=NOW,
        )  # fmt: skip
    refused = post(agent, acme, "reveal", mine)
    assert refused.status_code == 409
    assert "They wrote STOP" in refused.content.decode()
    assert "Show contact details" not in see(agent, acme, mine).content.decode()


def test_a_number_that_takes_no_texts_can_still_be_called(acme, agent, mine):
    with acme.bound():
        keep(acme, respondent_of(acme.patients[0]), "sms", PHONE)
        stop_owner(
            organization_id=acme.organization.pk, owner_id=respondent_of(acme.patients[0]).pk, reason="bounce",
            source_id=None, now=NOW, channels=["sms"],
        )  # fmt: skip
    post(agent, acme, "reveal", mine)
    assert shows(see(agent, acme, mine))


def test_an_empty_vault_says_so(acme, agent, case):
    set_program(acme, contact_held_by="vault")
    move(acme, case, "take")
    assert "No contact details are kept for this patient" in see(agent, acme, case).content.decode()
    assert post(agent, acme, "reveal", case).status_code == 409


def test_under_age_only_the_caregiver_is_shown(acme, agent, mine):
    with acme.bound():
        caregiver = add_caregiver(
            patient=acme.patients[0], language="en", time_zone="America/New_York", preferred_channel="phone",
            by=None, now=NOW,
        )  # fmt: skip
        keep(acme, caregiver, "phone", "+12125550199")
        assert caregiver.kind == Respondent.Kind.CAREGIVER
    set_status(acme, "under_age", adult_from=(NOW + timedelta(days=900)).date())
    post(agent, acme, "reveal", mine)
    page = see(agent, acme, mine).content.decode()
    assert "+12125550199" in page
    assert PHONE not in page
    assert "talk to the caregiver only" in page


def test_who_asked_not_to_be_contacted_is_shown_to_a_supervisor_with_a_reason_only(acme, agent, supervisor, vault):
    case = move(acme, open_for(acme, do_not_contact=True), "take")
    assert post(agent, acme, "reveal", case, reason="Please").status_code == 409
    assert post(supervisor, acme, "reveal", case).status_code == 409
    assert post(supervisor, acme, "reveal", case, reason="The pharmacy asked us to").status_code == 303


# --- the partner's own system ---


@pytest.fixture
def in_crm(acme):
    """The north hub knows the patient by a number, and has an address for it."""
    with acme.bound():
        Service.objects.filter(patient=acme.patients[0]).update(external_id="N 42/7")
        acme.partners["north"].crm_link = "https://crm.north.example/p/{external_id}"
        acme.partners["north"].save()


def test_the_partners_people_get_its_number_and_link(acme, sign_in, case, in_crm):
    page = see(sign_in(acme, "north_agent"), acme, case).content.decode()
    assert 'data-copy="N 42/7"' in page
    assert 'href="https://crm.north.example/p/N%2042%2F7"' in page


def test_the_sponsors_people_get_neither_but_ask_the_partner(acme, agent, case, in_crm):
    set_program(acme, sponsor_sees_contact=False)
    page = see(agent, acme, case).content.decode()
    assert "N 42/7" not in page
    assert "crm.north.example" not in page
    assert "acme team cannot reach this patient, North Hub can." in page
    assert "Ask the partner" in page.split('class="next-step"')[1].split("</section>")[0]


def test_where_the_program_allows_it_they_get_it_too(acme, agent, case, in_crm):
    assert "N 42/7" in see(agent, acme, case).content.decode()


def test_the_sponsor_cannot_open_the_vault_unless_the_program_allows_it(acme, agent, mine):
    set_program(acme, sponsor_sees_contact=False)
    assert post(agent, acme, "reveal", mine).status_code == 409


def test_a_number_is_not_shown_of_who_left(acme, sign_in, case, in_crm):
    set_status(acme, "withdrawn")
    assert "N 42/7" not in see(sign_in(acme, "north_agent"), acme, case).content.decode()


def test_a_program_without_a_vault_reveals_nothing(acme, agent, case):
    agree(acme, channel="phone")
    move(acme, case, "take")
    assert post(agent, acme, "reveal", case).status_code == 409


def test_who_can_reach_whom(acme):
    program, north = acme.program, acme.partners["north"]
    with acme.bound():
        desk = make_team(acme.organization, name="North desk", partner=north)
        for allowed in (True, False):
            program.sponsor_sees_contact = allowed
            assert can_reach(acme.team, program, north) == allowed
            assert can_reach(acme.team, program, None)
            assert can_reach(desk, program, north)
            assert not can_reach(desk, program, acme.partners["south"])
            assert not can_reach(None, program, north)
