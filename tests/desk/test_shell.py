"""The rail and the top bar of staff pages."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from cxplatform.lib.tenancy import bound
from desk.context import waiting_for
from desk.counting import CAP, capped
from tenants.models import Member
from tests.conftest import T0, Cast
from tests.steps import raise_alerts


def rail(html: str) -> list[str]:
    return [re.sub(r"<.*", "", label) for label in re.findall(r'class="rail-link".*?</svg>(.*?)</a>', html)]


def palette(client, member: Member) -> str:
    client.force_login(member.user)
    return str(client.get(reverse("desk:palette", args=["acme"])).content.decode())


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("agent", ["Home", "Cases", "Patients", "Alerts", "Surveys"]),
        ("supervisor", ["Home", "Cases", "Patients", "Alerts", "Surveys", "Safety"]),
        ("admin", ["Home", "Cases", "Patients", "Alerts", "Surveys", "Safety", "Settings"]),
        ("safety", ["Home", "Alerts", "Surveys", "Safety"]),
        ("analyst", ["Home", "Surveys"]),
        ("auditor", ["Home", "Surveys", "Audit trail"]),
    ],
)
def test_rail_shows_what_the_role_may_open(client, cast: Cast, who: str, expected: list[str]):
    html = palette(client, cast.acme.members[who])
    assert rail(html) == expected
    for url in re.findall(r'class="rail-link" href="([^"]+)"', html):
        assert client.get(url, follow=True).status_code == 200, url


def test_rail_marks_the_page_and_the_page_above_it(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    for name, label in (("desk:patients", "Patients"), ("desk:status", "Settings"), ("desk:home", "Home")):
        html = client.get(reverse(name, args=["acme"])).content.decode()
        marked = re.findall(r'class="rail-link" href="[^"]+" aria-current="page".*?</svg>([A-Z][a-z]+)', html)
        assert marked == [label]


def test_rail_counts_cases_that_are_mine_or_nobodys(client, cast: Cast):
    house, agent = cast.acme, cast.acme.members["agent"]
    for patient in house.patients:
        raise_alerts(house, {"prepared": "no"}, patient=patient, now=timezone.now())
    with house.bound():
        assert waiting_for(agent) == 2
        house.patients[0].cases.get().take(by=agent, now=T0)
        house.patients[1].cases.get().take(by=house.members["supervisor"], now=T0)
        assert waiting_for(agent) == 1
    assert '<span class="count">1<span class="sr"> waiting</span>' in palette(client, agent)


def test_counts_are_exact_up_to_the_cap():
    assert [capped(0), capped(12), capped(CAP), capped(CAP + 1)] == ["", "12", "500", "500+"]


def test_other_organizations_are_only_hinted_at(client, cast: Cast):
    user = cast.acme.members["agent"].user
    assert "Your other organizations" not in palette(client, cast.acme.members["agent"])
    with bound(cast.rival.organization.pk):
        Member.objects.create(organization=cast.rival.organization, user=user, role="agent")
    html = palette(client, cast.acme.members["agent"])
    assert "Your other organizations" in html
    assert "Rival" not in html


def test_a_fragment_asks_nothing_for_the_shell(client, cast: Cast, django_assert_max_num_queries):
    client.force_login(cast.acme.members["agent"].user)
    with django_assert_max_num_queries(7):  # session, user, savepoint, binding, member, release
        client.get(reverse("desk:palette", args=["acme"]), headers={"HX-Request": "true"})
