"""Messages to patients as e-mail and as text: an organization's own words or ours, in a frame that is always there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string

from cxplatform.lib.links import survey_url
from messaging.channels.sms import Text
from messaging.links import status_url, unsubscribe_url
from messaging.models import Channel, Message, Wording
from messaging.numbers import e164
from messaging.rendering import message_id
from messaging.words import BLANKS, FRAMES, WITH_LINK, Frame, Words, built_in, spoken
from tenants.models import Program

_BLANK = re.compile(r"\{(" + "|".join(BLANKS) + r")\}")


def test_link() -> str:
    """Return the link of tests and previews, which leads nowhere."""
    return f"{settings.BASE_URL}/s/{'0' * 24}/"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to a patient as it will be read. html is the same words in another form."""

    subject: str
    text: str
    html: str


def compose_patient_mail(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a message of the patient family, multipart, the same for every try.

    Says the program's public name, the words and the link; and how to call, where to write and how to stop. The sender
    is neutral, nothing is tracked, and one click stops it (RFC 8058).
    """
    Message.check_fields(message.template, message.fields)
    program, stop = _program(message), unsubscribe_url(message)
    letter = write_letter(
        words_of(message), program=program, language=message.language, link=_link(message), stop_url=stop
    )
    headers = {"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    email = EmailMultiAlternatives(
        subject=_one_line(letter.subject),
        body=letter.text,
        from_email=formataddr((_one_line(program.public_name), parseaddr(settings.PATIENT_SENDER)[1])),
        to=[_recipient(message)],
        headers=headers,
    )
    email.attach_alternative(letter.html, "text/html")
    return email


def compose_text(message: Message) -> Text:
    """Return the text message of a message of the patient family."""
    Message.check_fields(message.template, message.fields)
    program = _program(message)
    body = write_text(
        words_of(message),
        program=program,
        language=message.language,
        link=_link(message),
        has_stop=message.template != Message.Template.STOPPED,
    )
    to = e164(_recipient(message), region=program.country)
    return Text(to=to, body=body, callback=status_url(message))


def write_letter(words: Words, *, program: Program, language: str, link: str, stop_url: str) -> Letter:
    """Put the words of an e-mail into its frame. link: "" for a message without one."""
    frame, blanks = FRAMES[spoken(language)], blanks_of(program, link=link)
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", words.body.replace("\r\n", "\n")) if p.strip()]
    context = {
        "language": spoken(language),
        "subject": fill(words.subject, blanks),
        "paragraphs": [{"is_link": p == "{link}", "text": fill(p, blanks)} for p in paragraphs],
        "link": link,
        "button": frame.button,
        "foot": _foot(frame, program, blanks),
        "stop": frame.stop,
        "stop_link": frame.stop_link,
        "stop_url": stop_url,
    }
    return Letter(
        subject=str(context["subject"]),
        text=render_to_string("messaging/patient.txt", context).strip() + "\n",
        html=render_to_string("messaging/patient.html", context),
    )


def write_text(words: Words, *, program: Program, language: str, link: str, has_stop: bool = True) -> str:
    """Put the words of a text message into its frame: the program's name in front, how to stop at the end."""
    body = " ".join(words.body.split())
    if "{program}" not in body:
        body = "{program}: " + body
    said = fill(body, blanks_of(program, link=link))
    return f"{said} {FRAMES[spoken(language)].stop_sms}" if has_stop else said


def words_of(message: Message) -> Words:
    """Return the organization's own words for a message, else the built-in ones; one query."""
    assert message.program_id is not None
    own = own_words(program_id=message.program_id, language=spoken(message.language))
    key = (message.template, message.channel)
    return own.get(key) or built_in(
        template=message.template, channel=message.channel, language=spoken(message.language)
    )


def own_words(*, program_id: object, language: str) -> dict[tuple[str, str], Words]:
    """Return the organization's own words by (template, channel): a program's before those of all programs."""
    rows = Wording.objects.filter(Q(program=None) | Q(program_id=program_id), language=language)
    ranked = sorted(rows, key=lambda row: row.program_id is not None)
    return {(row.template, row.channel): Words(subject=row.subject, body=row.body) for row in ranked}


def blanks_of(program: Program, *, link: str) -> Mapping[str, str]:
    """Return what the blanks of a message stand for."""
    return {
        "program": program.public_name,
        "link": link,
        "phone": program.phone,
        "emergency": program.emergency,
    }


def fill(text: str, blanks: Mapping[str, str]) -> str:
    """Fill in the blanks in one pass, so that nothing that was filled in is read as a blank again."""
    return _BLANK.sub(lambda found: blanks[found[1]], text)


def _foot(frame: Frame, program: Program, blanks: Mapping[str, str]) -> list[str]:
    call = fill(frame.call, blanks)
    lines = [f"{call} ({program.phone_hours})" if program.phone_hours else call]
    if program.postal_address:
        lines.append(fill(frame.post, blanks).replace("{address}", program.postal_address))
    return lines


def _link(message: Message) -> str:
    if message.template not in WITH_LINK:
        return ""
    return survey_url(message.about_id) if message.about_id else test_link()


def _recipient(message: Message) -> str:
    if message.address:
        return message.address.reveal()
    return message.member.user.email if message.member and message.channel == Channel.EMAIL else ""


def _program(message: Message) -> Program:
    assert message.program is not None
    return message.program


def _one_line(text: str) -> str:
    return " ".join(text.split())
