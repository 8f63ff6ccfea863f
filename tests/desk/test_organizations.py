"""The door after sign-in: which organization."""

from django.utils import timezone

from cxplatform.lib.tenancy import bound
from tenants.models import Member, User
from tests.conftest import Cast
from tests.steps import raise_alerts


def join(cast_house, user: User, **over) -> Member:
    with bound(cast_house.organization.pk):
        return Member.objects.create(organization=cast_house.organization, user=user, **{"role": "agent", **over})


def test_signed_out_people_sign_in_first(client, db):
    assert client.get("/").url == "/accounts/login/?next=/"


def test_a_member_of_one_organization_goes_straight_in(client, cast: Cast):
    client.force_login(cast.acme.members["agent"].user)
    assert client.get("/").url == "/o/acme/"


def test_a_member_of_several_sees_what_waits_in_each(client, cast: Cast):
    user = cast.acme.members["agent"].user
    join(cast.rival, user)
    for patient in cast.acme.patients:
        raise_alerts(cast.acme, {"prepared": "no"}, patient=patient, now=timezone.now())
    client.force_login(user)
    response = client.get("/")
    cards = {card.organization.slug: card for card in response.context["cards"]}
    assert (cards["acme"].open, cards["acme"].overdue, cards["acme"].mine) == (2, 0, 0)
    assert (cards["rival"].open, cards["rival"].mine) == (0, 0)
    assert "Acme Sponsor" in response.content.decode()
    assert "Rival Sponsor" in response.content.decode()


def test_counts_of_a_confined_member_are_the_partners_own(client, cast: Cast):
    user = cast.rival.members["analyst"].user
    join(cast.acme, user, partner=cast.acme.partners["north"])
    for patient in cast.acme.patients:
        raise_alerts(cast.acme, {"prepared": "no"}, patient=patient, now=timezone.now())
    client.force_login(user)
    cards = {card.organization.slug: card for card in client.get("/").context["cards"]}
    assert cards["acme"].open == 1
    assert cards["rival"].mine is None  # an analyst works no cases


def test_somebody_without_an_organization_is_told_whom_to_ask(client, cast: Cast):
    with cast.acme.bound():
        Member.objects.filter(pk=cast.acme.members["agent"].pk).update(is_active=False)
    client.force_login(cast.acme.members["agent"].user)
    html = client.get("/").content.decode()
    assert "You are not in an organization yet" in html
    assert client.get("/o/acme/").status_code == 404
