"""Text messages by the provider and into the folder: what every answer means."""

import socket
from pathlib import Path
from typing import Any

import pytest

from messaging.models import BACK_OFF, Message
from tests.conftest import T0, Cast
from tests.messaging.people import NUMBER, again, provider, send, someone, stops, write_to


def test_a_text_is_posted_with_its_callback_and_the_providers_id_is_kept(cast: Cast, settings: Any) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with provider(settings) as arrived:
        assert send(cast.acme, message) == "sent"
    (form,) = arrived
    assert form["_path"] == ["/2010-04-01/Accounts/AC1/Messages.json"]
    assert form["_auth"][0].startswith("Basic ")
    assert (form["To"], form["From"]) == ([NUMBER], ["+18335550100"])
    assert "MessagingServiceSid" not in form
    assert form["Body"][0].startswith("Care Support: ")
    assert form["StatusCallback"][0].startswith("http://127.0.0.1:8000/hooks/sms/status?m=")
    assert set(form) == {"_path", "_auth", "To", "From", "Body", "StatusCallback"}
    assert again(cast.acme, message).provider_id == "SM1234"


def test_a_messaging_service_stands_in_for_a_number(cast: Cast, settings: Any) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with provider(settings) as arrived:
        settings.TWILIO_FROM = "MG1"
        send(cast.acme, message)
    assert arrived[0]["MessagingServiceSid"] == ["MG1"]
    assert "From" not in arrived[0]


@pytest.mark.parametrize(
    ("status", "body", "state", "stop"),
    [
        (400, {"code": 21610}, "dropped", [("sms", "word")]),
        (400, {"code": 21211}, "failed", [("sms", "bounce")]),
        (400, {"code": 21614}, "failed", [("sms", "bounce")]),
        (400, {"code": 21617}, "failed", []),
        (400, {"code": 99999}, "failed", []),
        (400, {"code": 21606}, "queued", []),
        (400, {"code": 21408}, "queued", []),
        (401, {"code": 20003}, "queued", []),
        (404, {"code": 20404}, "queued", []),
        (429, {"code": 20429}, "queued", []),
        (500, {}, "queued", []),
        (503, "<html>", "queued", []),
        (302, {}, "queued", []),
        (400, ["odd"], "failed", []),
    ],
)
def test_what_an_answer_means(  # noqa: PLR0917
    cast: Cast, settings: Any, status: int, body: Any, state: str, stop: list[tuple[str, str]]
) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with provider(settings, status=status, body=body):
        assert send(cast.acme, message) == state
    row = again(cast.acme, message)
    assert (row.state, row.needs_stand_in) == (state, state == "failed")
    assert stops(cast.acme) == stop
    if state == "queued":
        assert row.next_try_at == T0 + BACK_OFF[0]
        with provider(settings):
            assert send(cast.acme, message, at=row.next_try_at) == "sent"


@pytest.mark.parametrize("listens", [False, True])
def test_a_provider_that_does_not_answer_is_a_passing_fault(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.setattr("messaging.channels.twilio._TIMEOUTS_S", (0.2, 0.2))
    message = write_to(cast.acme, someone(cast.acme))
    with provider(settings), socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        settings.TWILIO_API_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert send(cast.acme, message) == "queued"
    assert again(cast.acme, message).last_error in {"ConnectionError", "ReadTimeout", "ConnectTimeout"}
    assert stops(cast.acme) == []


def test_an_accepted_text_whose_answer_cannot_be_read_is_sent(cast: Cast, settings: Any) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with provider(settings, body="odd"):
        assert send(cast.acme, message) == "sent"
    assert again(cast.acme, message).provider_id == ""


def test_an_address_that_is_no_number_fails_for_good(cast: Cast, settings: Any) -> None:
    message = write_to(cast.acme, someone(cast.acme, sms="call me"))
    with provider(settings) as arrived:
        assert send(cast.acme, message) == "failed"
    assert arrived == []
    assert again(cast.acme, message).last_error == "not a telephone number"


def test_the_folder_gets_a_whole_file(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIR, settings.SMS_BACKEND = tmp_path / "mail", "messaging.channels.folder.FolderSmsBackend"
    message = write_to(cast.acme, someone(cast.acme), language="es")
    assert send(cast.acme, message) == "sent"
    (file,) = (tmp_path / "mail").iterdir()
    head, _, body = file.read_text().partition("\n\n")
    assert file.name == f"{again(cast.acme, message).provider_id}.sms"
    assert f"To: {NUMBER}\n" in head
    assert body.endswith("Responda ALTO para terminar")


def test_a_message_is_sent_in_the_name_of_no_erased_address(cast: Cast) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with cast.acme.bound():
        Message.objects.update(address=None)
    assert send(cast.acme, message) == "dropped"
