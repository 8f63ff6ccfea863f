"""Messages to patients: neutral, complete, stoppable; nothing of brand, condition, pseudonym or staff in them."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from anymail.backends.test import EmailBackend as AnymailBackend
from django.core import mail

from messaging.channels.sms import Text
from messaging.letters import compose_patient_mail, compose_text
from messaging.links import unsubscribe_url
from messaging.linting import segments
from messaging.models import Message
from messaging.safety_link import read_verification
from messaging.services import keep_wording, queue_test
from messaging.words import PATIENT_TEMPLATES, WITH_LINK, Words
from safety.services.setting_up import change_setup
from tenants.models import Member, Organization, Partner, Program, Team, User
from tests.conftest import T0, Cast, House
from tests.messaging.people import MAIL, Pocket, again, send, someone, use_pocket, write_to
from tests.steps import later
from verbatims.health import health_words

NAMED = "ORGANIZATION PROGRAM PARTNER TEAM MEMBER RECIPIENT CRISIS"
MARKERS = [f"ZQ{word}ZQ" for word in NAMED.split()]
STAFF_WORDS = ("case", "alert", "severity", "follow-up", "urgent", "response", "px-", "caso", "alerta")
HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
    "List-Unsubscribe", "List-Unsubscribe-Post",
}  # fmt: skip


@pytest.fixture(autouse=True)
def pocket(settings: Any) -> type[Pocket]:
    """Catch everything."""
    return use_pocket(settings)


def mark(house: House) -> None:
    """Put a marker into every name that patients must not see."""
    with house.bound():
        Organization.objects.update(name="ZQORGANIZATIONZQ")
        Program.objects.update(
            name="ZQPROGRAMZQ",
            public_name="Care Support",
            safety_recipient="ZQRECIPIENTZQ@x.example",
            crisis_lines={"en": "ZQCRISISZQ"},
        )
        Partner.objects.update(name="ZQPARTNERZQ")
        Team.objects.update(name="ZQTEAMZQ")
        User.objects.filter(memberships__in=Member.objects.all()).update(name="ZQMEMBERZQ")


def written(house: House, message: Message) -> EmailMessage:
    """Return the e-mail of a message as a mail program reads it."""
    with house.bound():
        row = Message.objects.select_related("program", "address", "member__user").get(pk=message.pk)
        raw = compose_patient_mail(row).message().as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(house: House, message: Message) -> Text:
    """Return the text message of a message."""
    with house.bound():
        return compose_text(Message.objects.select_related("program", "address").get(pk=message.pk))


def everything_in(parsed: EmailMessage) -> str:
    """Return all that a reader could find: headers and decoded parts."""
    parts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in parsed.items()), *parts])


@pytest.mark.parametrize("language", ["en", "es", "es-MX", "fr"])
@pytest.mark.parametrize("template", [t.value for t in PATIENT_TEMPLATES])
def test_no_message_says_anything_but_the_neutral_name(cast: Cast, template: str, language: str) -> None:
    mark(cast.acme)
    owner = someone(cast.acme)
    how = {"template": template, "language": language}
    if template not in WITH_LINK:
        how["about_id"] = None  # type: ignore[assignment]
    mailed = everything_in(written(cast.acme, write_to(cast.acme, owner, channel="email", **how)))
    texted = text_of(cast.acme, write_to(cast.acme, owner, channel="sms", **how)).body
    for said in (mailed, texted):
        assert [marker for marker in MARKERS if marker.lower() in said.lower()] == []
        assert "acme" not in said
        assert cast.acme.patients[0].pseudonym not in said
        assert "Care Support" in said
        assert "{" not in re.sub(r"(?s)<style.*?</style>", "", said)
        plain = re.sub(r"https?://\S+|multipart/alternative.*|boundary=.*", "", said.lower())
        assert [word for word in STAFF_WORDS if re.search(rf"\b{word}", plain)] == []
    assert health_words(texted) == []
    assert segments(texted).odd == ()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("template", sorted(WITH_LINK))
def test_a_mail_has_two_parts_one_link_and_every_way_out(cast: Cast, template: str, language: str) -> None:
    message = write_to(cast.acme, someone(cast.acme), channel="email", template=template, language=language)
    parsed = written(cast.acme, message)
    with cast.acme.bound():
        stop = unsubscribe_url(message)
    assert set(parsed.keys()) == HEADERS
    assert parsed["From"] == "Care Support <support@cxplatform.invalid>"
    assert parsed["Reply-To"] is None
    assert parsed["To"] == MAIL
    assert parsed["List-Unsubscribe"].strip() == f"<{stop}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    parts = list(parsed.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        said = part.get_content()
        links = set(re.findall(r"https?://[^\s\"<]+", said))
        assert len(links) == 2
        assert stop in links
        assert "+1 555 0100" in said
        assert "PO Box 1, Springfield" in said
        assert "<img" not in said
        assert "<script" not in said
    assert 'name="viewport"' in parts[1].get_content()
    assert f'lang="{language}"' in parts[1].get_content()


@pytest.mark.parametrize(("language", "end"), [("en", "Reply STOP to end"), ("es", "Responda ALTO para terminar")])
def test_a_text_names_the_program_first_and_how_to_stop_last(cast: Cast, language: str, end: str) -> None:
    for template in sorted(WITH_LINK):
        text = text_of(cast.acme, write_to(cast.acme, someone(cast.acme), template=template, language=language))
        assert text.body.startswith("Care Support: ")
        assert text.body.endswith(end)
        assert len(re.findall(r"https?://\S+/s/[\w-]{24}/", text.body)) == 1
        assert text.to == "+13125550142"


def test_the_message_id_is_random_and_the_same_for_every_try(cast: Cast) -> None:
    message = write_to(cast.acme, someone(cast.acme), channel="email")
    first, second = (written(cast.acme, message)["Message-ID"] for _ in range(2))
    assert first == second
    assert str(message.pk) in first


def test_providers_track_nothing(cast: Cast) -> None:
    message = write_to(cast.acme, someone(cast.acme), channel="email")
    with cast.acme.bound():
        email = compose_patient_mail(Message.objects.select_related("program", "address").get(pk=message.pk))
    AnymailBackend().send_messages([email])
    params = email.anymail_test_params  # type: ignore[attr-defined]
    assert (params["track_opens"], params["track_clicks"]) == (False, False)
    assert not params.get("tags")
    assert not params.get("metadata")


def test_the_organizations_own_words_stand_in_the_frame_the_programs_before_those_of_all(cast: Cast) -> None:
    by = cast.acme.members["admin"]
    how: dict[str, Any] = {"template": "invitation", "language": "en", "by": by, "now": T0}
    with cast.acme.bound():
        for program, word in ((None, "all"), (cast.acme.program, "<b>own</b>")):
            words = Words(subject=f"From {word}", body=f"Hi {word}:\n\n{{link}}\n\n{{program}}")
            keep_wording(program=program, channel="email", words=words, **how)
        keep_wording(program=None, channel="sms", words=Words(body="Tell us:\n{link}"), **how)
    owner = someone(cast.acme)
    parsed = written(cast.acme, write_to(cast.acme, owner, channel="email"))
    assert parsed["Subject"] == "From <b>own</b>"
    html = parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "&lt;b&gt;own&lt;/b&gt;" in html
    assert "PO Box 1" in html
    body = text_of(cast.acme, write_to(cast.acme, owner)).body
    assert re.fullmatch(r"Care Support: Tell us: http\S+ Reply STOP to end", body)


def test_what_is_filled_in_is_no_placeholder_and_breaks_no_header(cast: Cast) -> None:
    with cast.acme.bound():
        Program.objects.update(public_name="A {phone}\nBcc: x@example.org <b>")
    parsed = written(cast.acme, write_to(cast.acme, someone(cast.acme), channel="email"))
    assert parsed["Bcc"] is None
    assert "{phone}" in parsed["Subject"]
    assert "<b>" not in parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_test_goes_to_the_member_and_counts_for_nobody(cast: Cast, channel: str) -> None:
    with cast.acme.bound():
        message = queue_test(
            program=cast.acme.program,
            member=cast.acme.members["admin"],
            template="invitation",
            channel=channel,
            language="es",
            number="(312) 555-0142" if channel == "sms" else "",
            now=T0,
        )
    assert send(cast.acme, message, at=later(hours=12)) == "sent"
    row = again(cast.acme, message)
    assert (row.owner_id, row.is_to_respondent) == (None, False)
    if channel == "sms":
        assert [text.to for text in Pocket.sent] == ["+13125550142"]
    else:
        assert [m.to for m in mail.outbox] == [["admin@acme.example"]]


def test_the_link_that_confirms_a_safety_address_opens_for_its_owner_and_the_mail_names_nobody(cast: Cast) -> None:
    mark(cast.acme)
    with cast.acme.bound():
        program = Program.objects.get(pk=cast.acme.program.pk)
        change_setup(program=program, by=cast.acme.members["admin"], now=T0, safety_recipient="pv@x.example")
        message = Message.objects.get(template="verify_safety")
    assert send(cast.acme, message) == "sent"
    (sent,) = mail.outbox
    assert sent.to == ["pv@x.example"]
    assert [marker for marker in MARKERS if marker in str(sent.message())] == []
    (token,) = re.findall(r"/safety/confirm/(\S+?)/", str(sent.body))
    with time_machine.travel(later(days=1), tick=False):
        seen = read_verification(token)
    assert seen == (cast.acme.organization.pk, cast.acme.program.pk, "pv@x.example")
