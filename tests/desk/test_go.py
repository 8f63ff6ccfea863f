"""The link of a staff message."""

from messaging.models import GoLink
from tests.conftest import PASSWORD, Cast, House
from tests.steps import raise_alerts


def link(house: House) -> str:
    raise_alerts(house, {"prepared": "no"})
    with house.bound():
        return f"/go/{GoLink.objects.get().token}"


def test_a_member_is_led_to_the_case(client, cast: Cast):
    url = link(cast.acme)
    client.force_login(cast.acme.members["agent"].user)
    assert client.get(url).url == "/o/acme/cases/1/"


def test_a_signed_out_member_signs_in_and_then_sees_the_case(client, cast: Cast):
    url = link(cast.acme)
    user = cast.acme.members["agent"].user
    user.set_password(PASSWORD)
    user.save()
    asked = client.get(url)
    assert asked.url == f"/accounts/login/?next={url}"
    signed_in = client.post(asked.url, {"login": user.email, "password": PASSWORD})
    assert signed_in.url == url
    case = client.get(url, follow=True)
    assert case.redirect_chain[-1][0] == "/o/acme/cases/1/"
    assert "Successfully signed in" not in case.content.decode()
    assert '<div class="messages"' not in case.content.decode()


def test_signed_out_the_door_says_the_same_for_every_token(client, cast: Cast):
    real, invented = client.get(link(cast.acme)), client.get("/go/" + "x" * 24)
    assert (real.status_code, invented.status_code) == (302, 302)
    assert real.url.startswith("/accounts/login/")
    assert invented.url.startswith("/accounts/login/")


def test_outsiders_other_partners_and_invented_tokens_get_the_same_404(client, cast: Cast):
    url = link(cast.acme)
    answers = []
    for member, asked in (
        (cast.rival.members["admin"], url),
        (cast.acme.members["south_agent"], url),
        (cast.acme.members["agent"], "/go/" + "x" * 24),
    ):
        client.force_login(member.user)
        answers.append(client.get(asked))
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1


def test_the_partners_own_agent_is_led_to_the_case(client, cast: Cast):
    url = link(cast.acme)
    client.force_login(cast.acme.members["north_agent"].user)
    assert client.get(url).url == "/o/acme/cases/1/"
