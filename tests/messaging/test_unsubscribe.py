"""/u/<signed>/: looking never acts, one click does, and nobody can make the address up."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from messaging.links import read_signed, signed, unsubscribe_url
from messaging.models import Message
from messaging.services import erase_addresses
from tests.conftest import T0, Cast, House
from tests.messaging.people import again, send, someone, stops, use_pocket, write_to
from tests.steps import later


@pytest.fixture(autouse=True)
def _caught(settings: Any) -> None:
    use_pocket(settings)


def mailed(house: House, **over: Any) -> Message:
    """Send one e-mail to somebody."""
    message = write_to(house, someone(house), channel="email", **over)
    assert send(house, message) == "sent"
    return message


def path_of(message: Message) -> str:
    """Return the path of the unsubscribe address."""
    return unsubscribe_url(message).removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(("language", "button"), [("en", "Stop the messages"), ("es", "Dejar de recibirlos")])
def test_looking_shows_one_button_and_never_acts(cast: Cast, language: str, button: str) -> None:
    message = mailed(cast.acme, language=language)
    client = Client()
    for ask in (client.get, client.head):
        response = ask(path_of(message))
        assert response.status_code == 200
    page = client.get(path_of(message)).content.decode()
    assert page.count("<button") == 1
    assert button in page
    assert "Care Support" in page
    for secret in ("acme", "555", "ann@", cast.acme.patients[0].pseudonym, "brand"):
        assert secret not in page.lower().split("</style>")[1]
    assert stops(cast.acme) == []
    assert client.get(path_of(message) + "?lang=es").headers["Content-Language"] == "es"


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}])
def test_one_click_stops_the_address_for_everybody_it_serves(cast: Cast, body: dict[str, str]) -> None:
    message, other = mailed(cast.acme), write_to(cast.acme, someone(cast.acme), channel="email")
    client = Client(enforce_csrf_checks=True)
    with time_machine.travel(later(hours=1), tick=False):
        for _ in range(2):
            response = client.post(path_of(message), body)
            assert response.status_code == 200
    assert "no more messages" in response.content.decode()
    assert stops(cast.acme) == [("email", "unsubscribed")]
    assert again(cast.acme, other).last_error == "stopped"
    assert not response.cookies


def test_it_works_after_the_address_was_erased(cast: Cast) -> None:
    message = mailed(cast.acme)
    with cast.acme.bound():
        assert message.owner_id is not None
        erase_addresses(owner_id=message.owner_id, now=T0)
    assert Client().post(path_of(message)).status_code == 200
    assert stops(cast.acme) == [("email", "unsubscribed")]


def test_a_test_to_a_member_stops_nobody(cast: Cast) -> None:
    message = mailed(cast.acme)
    with cast.acme.bound():
        Message.objects.update(member=cast.acme.members["admin"], owner_id=None)
    assert Client().post(path_of(message)).status_code == 200
    assert stops(cast.acme) == []


def test_nobody_can_make_an_address_up(cast: Cast) -> None:
    message = mailed(cast.acme)
    right = signed("unsubscribe", message)
    wrong = [
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        right[:-4],
        "x",
        "é" * 20,
        "A" * 64,
        signed("status", message),
    ]
    for token in wrong:
        assert read_signed("unsubscribe", token) is None
        response = Client().post(f"/u/{token}/")
        assert response.status_code == 404
        assert "Care Support" not in response.content.decode()
    assert stops(cast.acme) == []
    assert read_signed("unsubscribe", right) == (message.organization_id, message.pk)


def test_the_page_is_sealed_off(cast: Cast) -> None:
    response = Client().get(path_of(mailed(cast.acme)))
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert not re.search(r"(?:src|href)=\"(?!data:|#|\?)", response.content.decode())
