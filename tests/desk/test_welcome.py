"""An invited member chooses the first password."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tenants.models import User
from tests.conftest import PASSWORD, Cast


def link(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("desk:welcome", args=[uid, default_token_generator.make_token(user)])


@pytest.fixture
def invited(cast: Cast) -> User:
    return cast.acme.members["agent"].user


def test_choosing_a_password_signs_in_and_leads_to_the_work(client, invited: User):
    response = client.post(link(invited), {"password": PASSWORD})
    assert response.status_code == 302
    assert response.url == "/"
    assert client.get("/").url == "/o/acme/"
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD)


def test_opening_the_link_does_not_use_it_up(client, invited: User):
    url = link(invited)
    for _ in range(3):
        assert "Choose your password" in client.get(url).content.decode()
    assert client.post(url, {"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(("password", "problem"), [("short", "too short"), ("administrator", "too common")])
def test_a_weak_password_is_refused_with_the_reason(client, invited: User, password: str, problem: str):
    response = client.post(link(invited), {"password": password})
    assert response.status_code == 422
    assert problem in response.content.decode()
    invited.refresh_from_db()
    assert not invited.has_usable_password()


def test_a_used_link_says_what_to_do(client, invited: User):
    url = link(invited)
    client.post(url, {"password": PASSWORD})
    client.logout()
    response = client.get(url)
    assert response.status_code == 410
    assert reverse("account_reset_password") in response.content.decode()
    client.post(url, {"password": "another good long password"})
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD)


def test_an_old_or_mistyped_link_says_the_same(client, invited: User):
    url = link(invited)
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        assert client.get(url).status_code == 410
    assert client.get(url[:-3] + "xx/").status_code == 410
    assert client.get(reverse("desk:welcome", args=["not-base64!", "x-y"])).status_code == 410


def test_somebody_who_has_a_password_signs_in_with_it(client, invited: User):
    invited.set_password(PASSWORD)
    invited.save()
    assert client.get(link(invited)).url == reverse("account_login")


def test_a_deactivated_person_cannot_use_the_link(client, invited: User):
    url = link(invited)
    invited.is_active = False
    invited.save()
    assert client.get(url).status_code == 410
