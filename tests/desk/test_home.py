"""The first screen after sign-in, by role."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Rule
from cxplatform.lib.tenancy import bound
from desk.board import Share, board, wilson
from patients.services import enrol
from tenants.models import Organization
from tests.conftest import Cast, House, make_member
from tests.steps import evaluate, raise_alerts, respond


def page(client, house: House, who: str):
    client.force_login(house.members[who].user)
    return client.get(f"/o/{house.organization.slug}/")


def patients_of(house: House, count: int):
    with house.bound():
        now = timezone.now()
        return [
            enrol(program=house.program, partner=house.partners["north"], now=now, respondent_kind="patient")
            for _ in range(count)
        ]


@pytest.mark.parametrize(
    ("who", "name"), [("agent", "caseloop:queue"), ("safety", "safety:index"), ("auditor", "desk:audit")]
)
def test_each_role_is_led_to_its_own_first_screen(client, cast: Cast, who: str, name: str):
    response = page(client, cast.acme, who)
    assert response.status_code == 302
    assert response.url == reverse(name, args=["acme"])


@pytest.mark.parametrize("who", ["supervisor", "analyst", "admin"])
def test_board_shows_the_partners_to_those_who_watch(client, cast: Cast, who: str):
    html = page(client, cast.acme, who).content.decode()
    assert "North Hub" in html
    assert "South Hub" in html
    assert "East Hub" not in html


def test_board_of_a_confined_supervisor_shows_the_own_cases_only(client, cast: Cast):
    house = cast.acme
    raise_alerts(house, {"prepared": "no"}, patient=house.patients[0], now=timezone.now())
    raise_alerts(house, {"prepared": "no"}, patient=house.patients[1], now=timezone.now())
    with house.bound():
        house.members["confined"] = make_member(house.organization, role="supervisor", partner=house.partners["north"])
    page(client, house, "confined")
    with house.bound(house.partners["north"]):
        assert sum(card.open for card in board(now=timezone.now())) == 1


def test_board_counts_answers_cases_and_hours(client, cast: Cast):
    house, now = cast.acme, timezone.now()
    patients = patients_of(house, 12)
    for patient in patients[:9]:
        respond(house, {"prepared": "yes"}, patient=patient, now=now)
    for patient in patients[9:]:
        evaluate(house, respond(house, {"prepared": "no"}, patient=patient, now=now), now=now)
    with house.bound():
        case = patients[9].cases.get()
        case.log_attempt(
            channel="phone", outcome="reached", text="", by=house.members["agent"], now=now + timedelta(hours=3)
        )
        north = next(card for card in board(now=now + timedelta(hours=4)) if card.name == "North Hub")
    assert north.prepared == Share(9, 12)
    assert (north.open, north.overdue, north.resolved, north.hours) == (3, 0, 0, 3.0)
    html = page(client, house, "supervisor").content.decode()
    assert "47–91 %" in html  # Wilson for 9 of 12; below 30 answers only the interval is shown


def test_few_answers_are_hidden(client, cast: Cast):
    respond(cast.acme, {"prepared": "no"}, now=timezone.now())
    assert "Too few to say" in page(client, cast.acme, "analyst").content.decode()


def test_board_asks_the_same_number_of_questions_for_any_number_of_cases(cast: Cast, django_assert_num_queries):
    for patient in patients_of(cast.acme, 3):
        raise_alerts(cast.acme, {"prepared": "no"}, patient=patient, now=timezone.now())
    with cast.acme.bound(), django_assert_num_queries(4):
        board(now=timezone.now())


@pytest.mark.parametrize(("x", "n", "low", "high"), [(0, 0, 0, 1), (9, 12, 0.4677, 0.9111), (0, 10, 0, 0.2775)])
def test_wilson_agrees_with_the_published_formula(x: int, n: int, low: float, high: float):
    assert wilson(x, n) == pytest.approx((low, high), abs=1e-4)


def test_admin_of_an_empty_organization_sees_what_to_set_up(client, db):
    organization = Organization(slug="fresh", name="Fresh Sponsor")
    with bound(organization.pk):
        organization.save()
        admin = make_member(organization, role="admin")
    client.force_login(admin.user)
    html = client.get("/o/fresh/").content.decode()
    assert "0 of 6 done" in html
    assert reverse("tenants:programs", args=["fresh"]) in html


def test_set_up_names_the_one_step_that_is_left(client, cast: Cast):
    with cast.acme.bound():
        Rule.objects.update(is_active=False)
    html = page(client, cast.acme, "admin").content.decode()
    assert "5 of 6 done" in html
    assert 'Do it<span class="sr">: Switch on alert rules' in html


def test_confined_auditor_sees_the_board_because_the_trail_is_the_whole_organizations(client, cast: Cast):
    house = cast.acme
    with house.bound():
        house.members["confined"] = make_member(house.organization, role="auditor", partner=house.partners["north"])
    response = page(client, house, "confined")
    assert response.status_code == 200
    assert "North Hub" in response.content.decode()
