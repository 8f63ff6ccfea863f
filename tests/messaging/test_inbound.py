"""Texts that come in: signed, kept where the number is known, obeyed at once, answered once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from messaging.channels.twilio import is_signed
from messaging.links import status_url
from messaging.models import Inbound, Message
from messaging.services import stop_owner
from tests.conftest import T0, Cast, House
from tests.messaging.people import (
    NUMBER,
    TOKEN,
    Pocket,
    again,
    call_hook,
    send,
    sign,
    someone,
    stops,
    text_us,
    use_pocket,
    write_to,
)
from tests.steps import REAL_COMMITS, at_once, later

FORM = "application/x-www-form-urlencoded"
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@pytest.fixture(autouse=True)
def pocket(settings: Any) -> type[Pocket]:
    """Catch everything, and know the provider's token."""
    settings.TWILIO_AUTH_TOKEN = TOKEN
    return use_pocket(settings)


def texts(house: House) -> list[Inbound]:
    """Return what was kept, oldest first."""
    with house.bound():
        return list(Inbound.objects.order_by("received_at", "id"))


def answers(*houses: House) -> list[Message]:
    """Return the answers that were queued."""
    found: list[Message] = []
    for house in houses:
        with house.bound():
            found += Message.objects.filter(template__in=("stopped", "help"))
    return found


def test_a_text_is_kept_for_whoever_was_written_to_last_and_waits_for_review(cast: Cast) -> None:
    someone(cast.acme)
    second = someone(cast.acme, partner="south")
    write_to(cast.acme, second, partner_id=cast.acme.partners["south"].pk, language="es")
    someone(cast.acme)
    response = text_us("I feel dizzy since the first shot")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, EMPTY, "text/xml; charset=utf-8")
    (row,) = texts(cast.acme)
    assert (row.owner_id, row.partner_id, row.program_id) == (
        second,
        cast.acme.partners["south"].pk,
        cast.acme.program.pk,
    )
    assert (row.text, row.keyword, row.language) == ("I feel dizzy since the first shot", "", "es")
    assert (row.needs_review, row.received_at) == (True, T0)
    assert texts(cast.rival) == []
    assert answers(cast.acme) == []


@pytest.mark.parametrize(("text", "word"), [("STOP", "stop"), ("STOP I feel sick", "stop"), ("  ", ""), ("", "")])
def test_every_text_with_words_waits_for_review_a_stop_too(cast: Cast, text: str, word: str) -> None:
    write_to(cast.acme, someone(cast.acme))
    text_us(text)
    (row,) = texts(cast.acme)
    assert (row.keyword, row.needs_review) == (word, bool(text.strip()))


@pytest.mark.parametrize(("word", "language", "says"), [("ALTO", "es", "INICIAR"), ("stop please", "en", "START")])
def test_a_stop_acts_at_once_in_every_program_and_is_confirmed_once(
    cast: Cast, word: str, language: str, says: str
) -> None:
    waiting = [write_to(house, someone(house)) for house in (cast.acme, cast.acme, cast.rival)]
    text_us(word)
    assert stops(cast.acme) == stops(cast.rival) == [("sms", "word")]
    houses = [cast.acme, cast.acme, cast.rival]
    assert {again(house, message).state for house, message in zip(houses, waiting, strict=True)} == {"dropped"}
    (answer,) = answers(cast.acme, cast.rival)
    house = cast.acme if answer.organization_id == cast.acme.organization.pk else cast.rival
    assert (answer.template, answer.language, answer.expires_at) == ("stopped", language, T0 + timedelta(minutes=5))
    assert send(house, answer, at=later(seconds=1)) == "sent"
    (text,) = Pocket.sent
    assert text.to == NUMBER
    assert says in text.body
    assert "http" not in text.body
    for again_at in (later(minutes=1), later(days=1)):
        text_us(word, at=again_at)
    assert len(answers(cast.acme, cast.rival)) == 1


def test_the_confirmation_comes_from_who_wrote_last(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme), now=T0)
    write_to(cast.rival, someone(cast.rival), now=later(hours=1))
    text_us("BASTA", at=later(hours=2))
    (answer,) = answers(cast.acme, cast.rival)
    assert answer.organization_id == cast.rival.organization.pk


def test_a_confirmation_that_is_late_is_not_sent(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme))
    text_us("STOP")
    (answer,) = answers(cast.acme)
    assert send(cast.acme, answer, at=T0 + timedelta(minutes=5)) == "dropped"
    assert Pocket.sent == []


def test_at_night_the_confirmation_is_sent_at_once(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme))
    night = T0 + timedelta(hours=12)
    text_us("STOP", at=night)
    (answer,) = answers(cast.acme)
    assert send(cast.acme, answer, at=night) == "sent"


def test_help_is_answered_and_stops_nothing(cast: Cast) -> None:
    waiting = write_to(cast.acme, someone(cast.acme), language="es")
    text_us("AYUDA")
    (answer,) = answers(cast.acme)
    assert send(cast.acme, answer) == "sent"
    assert "+1 555 0100" in Pocket.sent[0].body
    assert Pocket.sent[0].body.endswith("Responda ALTO para terminar")
    assert again(cast.acme, waiting).state == "queued"
    assert stops(cast.acme) == []


@pytest.mark.parametrize(
    ("reason", "stays"),
    [
        ("word", False),
        ("unsubscribed", False),
        ("wish", False),
        ("bounce", False),
        ("deceased", True),
        ("complaint", True),
        ("staff", True),
    ],
)
def test_start_lifts_what_the_person_may_lift(cast: Cast, reason: str, stays: bool) -> None:
    owner = someone(cast.acme, email="")
    with cast.acme.bound():
        stop_owner(organization_id=cast.acme.organization.pk, owner_id=owner, reason=reason, source_id=None, now=T0)
    text_us("START", at=later(days=1))
    assert stops(cast.acme) == ([("sms", reason)] if stays else [])


def test_a_stop_after_a_start_is_confirmed_again(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme))
    for minute, word in enumerate(("STOP", "START", "STOP")):
        text_us(word, at=later(minutes=minute))
    assert len(answers(cast.acme)) == 2


def test_the_same_text_again_changes_nothing(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme))
    for _ in range(3):
        assert text_us("STOP", sid="SM1").status_code == 200
    assert len(texts(cast.acme)) == len(answers(cast.acme)) == 1


def test_a_text_from_nobody_we_know_leaves_no_trace(cast: Cast) -> None:
    someone(cast.acme)
    assert text_us("STOP", number="+13125550999").status_code == 200
    assert texts(cast.acme) == []
    assert stops(cast.acme) == []


def test_a_number_that_is_known_from_a_call_is_known(cast: Cast) -> None:
    owner = someone(cast.acme, sms="(312) 555-0142", email="")
    text_us("hello", number="+13125550142")
    assert [row.owner_id for row in texts(cast.acme)] == [owner]


@pytest.mark.parametrize(
    "text",
    [
        "\x00STOP\x00",
        "ALTO \ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "\u202eSTOP\u202c",
        "𝐒𝐓𝐎𝐏",
    ],
)
def test_weird_letters_are_kept_and_understood(cast: Cast, text: str) -> None:
    write_to(cast.acme, someone(cast.acme))
    assert text_us(text).status_code == 200
    assert [row.keyword for row in texts(cast.acme)] == ["stop"]


# --- who may call ---


def test_the_providers_own_example_of_a_signature() -> None:
    fields = {
        "CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"],
        "From": ["+14158675309"], "To": ["+18005551212"],
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert is_signed(signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=", url=url, fields=fields, token="12345")
    assert not is_signed(signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=", url=url, fields=fields, token="12346")
    assert not is_signed(signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=", url=url + "x", fields=fields, token="12345")


@pytest.mark.parametrize("path", ["/hooks/sms/inbound", "/hooks/sms/status"])
@pytest.mark.parametrize("signature", ["", "x", "é", sign("http://127.0.0.1:8000/elsewhere", {"From": NUMBER})])
def test_without_the_right_signature_nothing_is_read(cast: Cast, path: str, signature: str) -> None:
    someone(cast.acme)
    data = {"From": NUMBER, "Body": "STOP", "MessageSid": "SM1"}
    response = Client().post(path, data, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 403
    body = "From=%2B13125550142&Body=STOP&MessageSid=SM1"
    response = Client().post(path, body, content_type=FORM, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 403
    assert stops(cast.acme) == []
    assert texts(cast.acme) == []


def test_a_changed_field_breaks_the_signature(cast: Cast) -> None:
    form = {"From": NUMBER, "Body": "STOP", "MessageSid": "SM1"}
    signature = sign("http://127.0.0.1:8000/hooks/sms/inbound", form)
    body = "From=%2B13125550143&Body=STOP&MessageSid=SM1"
    response = Client().post("/hooks/sms/inbound", body, content_type=FORM, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 403


def test_without_a_token_every_signature_is_wrong(cast: Cast, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    assert call_hook("/hooks/sms/inbound", {"From": NUMBER, "MessageSid": "SM1"}, token="x").status_code == 403


def test_a_huge_body_a_torn_one_and_a_missing_sender_are_refused(cast: Cast) -> None:
    assert text_us("x" * 70_000).status_code == 413
    many = "&".join(f"a{n}=1" for n in range(600))
    assert Client().post("/hooks/sms/inbound", many, content_type=FORM).status_code == 413
    torn = Client().generic("POST", "/hooks/sms/inbound", b"Body=%ff%fe", content_type=f"{FORM}; charset=nonsense")
    assert torn.status_code in {400, 403}
    assert call_hook("/hooks/sms/inbound", {"Body": "STOP"}).status_code == 400
    assert Client().get("/hooks/sms/inbound").status_code == 405


# --- what became of a text that was accepted ---


def status(house: House, message: Message, said: str, code: str = "") -> int:
    """Let the provider report on a message; return the status of our answer."""
    form = {"MessageSid": "SM1", "MessageStatus": said, **({"ErrorCode": code} if code else {})}
    with house.bound():
        path = status_url(message).removeprefix("http://127.0.0.1:8000")
    return int(call_hook(path, form, at=later(minutes=1)).status_code)


def accepted(house: House) -> Message:
    """Send one text."""
    message = write_to(house, someone(house))
    assert send(house, message) == "sent"
    return message


@pytest.mark.parametrize(
    ("said", "code", "state", "stop"),
    [
        ("delivered", "", "sent", []),
        ("sent", "", "sent", []),
        ("undelivered", "30003", "failed", []),
        ("undelivered", "30007", "failed", []),
        ("undelivered", "30005", "failed", [("sms", "bounce")]),
        ("failed", "30006", "failed", [("sms", "bounce")]),
        ("failed", "21610", "failed", [("sms", "word")]),
        ("failed", "²", "failed", []),
    ],
)
def test_a_report_is_noted(cast: Cast, said: str, code: str, state: str, stop: list[tuple[str, str]]) -> None:
    message = accepted(cast.acme)
    for _ in range(2):
        assert status(cast.acme, message, said, code) == 204
    row = again(cast.acme, message)
    assert (row.state, row.needs_stand_in) == (state, state == "failed")
    assert stops(cast.acme) == stop
    with cast.acme.bound():
        assert row.tries.filter(outcome="bounced").count() == int(state == "failed")


def test_a_report_about_no_message_of_ours_changes_nothing(cast: Cast) -> None:
    form = {"MessageStatus": "failed", "ErrorCode": "30005"}
    for query in ("", "?m=", "?m=x", f"?m={'A' * 64}", "?m=%ff"):
        assert call_hook(f"/hooks/sms/status{query}", form).status_code in {204, 403}
    assert stops(cast.acme) == []


@REAL_COMMITS
def test_two_deliveries_of_one_text_at_once_keep_one_and_confirm_once(cast: Cast) -> None:
    write_to(cast.acme, someone(cast.acme))
    sid = f"SM{uuid4().hex}"
    statuses = at_once(4, lambda place: text_us(("STOP", "STOP")[place % 2], sid=sid).status_code)
    assert statuses == [200] * 4
    assert len(texts(cast.acme)) == len(answers(cast.acme)) == len(stops(cast.acme)) == 1


@REAL_COMMITS
def test_two_stops_at_once_are_confirmed_once(cast: Cast) -> None:
    for house in (cast.acme, cast.rival):
        write_to(house, someone(house))
    assert at_once(4, lambda place: text_us("STOP", sid=f"SM{place}").status_code) == [200] * 4
    assert len(texts(cast.acme)) == 4
    assert len(answers(cast.acme, cast.rival)) == 1
