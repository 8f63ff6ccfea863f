"""The built-in words of messages to patients, by language.

They name the program by its neutral public name only. The Spanish text messages keep to letters of the GSM-7 alphabet
(no á, í, ó, ú), so that one message does not become three.
"""

from dataclasses import dataclass

from messaging.models import Channel, Message

T = Message.Template

# What an organization may write itself, in the order of a patient's journey.
PATIENT_TEMPLATES = (T.INVITATION, T.REMINDER, T.OUTCOME, T.STOPPED, T.HELP)
WITH_LINK = frozenset({T.INVITATION, T.REMINDER, T.OUTCOME})
CHANNELS = (Channel.EMAIL, Channel.SMS)
LANGUAGES = ("en", "es")
BLANKS = ("program", "link", "phone", "emergency")


@dataclass(frozen=True, slots=True)
class Words:
    """What one message says, with its blanks unfilled. subject: of e-mails only. body: paragraphs apart by a line."""

    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the words of every message and cannot be written away.

    button: on the link of an e-mail. call, hours, post, stop, stop_link: the foot of an e-mail. stop_sms: the end of
    a text message.
    """

    button: str
    call: str
    post: str
    stop: str
    stop_link: str
    stop_sms: str
    test: str


FRAMES = {
    "en": Frame(
        button="Open the questions",
        call="Prefer to talk to a person? Call {phone}.",
        post="Sent by {program}, {address}",
        stop="Do not want these e-mails? Stop them here:",
        stop_link="Stop these e-mails",
        stop_sms="Reply STOP to end",
        test="This is a test. Its links lead nowhere.",
    ),
    "es": Frame(
        button="Abrir las preguntas",
        call="¿Prefiere hablar con una persona? Llame al {phone}.",
        post="Enviado por {program}, {address}",
        stop="¿No quiere recibir estos correos? Deténgalos aquí:",
        stop_link="No recibir más correos",
        stop_sms="Responda ALTO para terminar",
        test="Esto es una prueba. Sus enlaces no llevan a ninguna parte.",
    ),
}

_EMAIL = {
    ("en", T.INVITATION): Words(
        subject="A few questions from {program}",
        body=(
            "Hello,\n\n"
            "{program} would like to know how things are going for you. It takes about 2 minutes, and you can skip any"
            " question.\n\n"
            "{link}\n\n"
            "Thank you for your time."
        ),
    ),
    ("es", T.INVITATION): Words(
        subject="Unas preguntas de {program}",
        body=(
            "Buenos días:\n\n"
            "En {program} queremos saber cómo le va. Toma unos 2 minutos y puede saltarse cualquier pregunta.\n\n"
            "{link}\n\n"
            "Gracias por su tiempo."
        ),
    ),
    ("en", T.REMINDER): Words(
        subject="Reminder: a few questions from {program}",
        body=(
            "Hello,\n\n"
            "A short reminder: {program} would still like to know how things are going for you. It takes about 2"
            " minutes.\n\n"
            "{link}\n\n"
            "If you have answered already, thank you. You need not do anything."
        ),
    ),
    ("es", T.REMINDER): Words(
        subject="Recordatorio: unas preguntas de {program}",
        body=(
            "Buenos días:\n\n"
            "Un breve recordatorio: en {program} todavía queremos saber cómo le va. Toma unos 2 minutos.\n\n"
            "{link}\n\n"
            "Si ya contestó, muchas gracias. No tiene que hacer nada."
        ),
    ),
    ("en", T.OUTCOME): Words(
        subject="A question from {program}",
        body=(
            "Hello,\n\n"
            "You told {program} that something was not right. Is it taken care of now? It takes one minute to tell"
            " us.\n\n"
            "{link}\n\n"
            "Thank you."
        ),
    ),
    ("es", T.OUTCOME): Words(
        subject="Una pregunta de {program}",
        body=(
            "Buenos días:\n\n"
            "Usted le dijo a {program} que algo no estaba bien. ¿Ya se lo resolvieron? Díganoslo en un minuto.\n\n"
            "{link}\n\n"
            "Gracias."
        ),
    ),
    ("en", T.STOPPED): Words(
        subject="You will get no more messages from {program}",
        body=(
            "You will get no more messages from {program} at this address.\n\n"
            "If you need us, call {phone}. In an emergency call {emergency}."
        ),
    ),
    ("es", T.STOPPED): Words(
        subject="Ya no recibirá mensajes de {program}",
        body=(
            "Ya no recibirá mensajes de {program} en esta dirección.\n\n"
            "Si nos necesita, llame al {phone}. En una emergencia llame al {emergency}."
        ),
    ),
    ("en", T.HELP): Words(
        subject="How to reach {program}",
        body="To talk to a person at {program}, call {phone}.\n\nIn an emergency call {emergency}.",
    ),
    ("es", T.HELP): Words(
        subject="Cómo comunicarse con {program}",
        body="Para hablar con una persona de {program}, llame al {phone}.\n\nEn una emergencia llame al {emergency}.",
    ),
}

_SMS = {
    ("en", T.INVITATION): Words("{program}: How are things going for you? It takes 2 minutes: {link}"),
    ("es", T.INVITATION): Words("{program}: Queremos saber si todo va bien. Son 2 minutos: {link}"),
    ("en", T.REMINDER): Words("{program}: A short reminder. How are things going for you? {link}"),
    ("es", T.REMINDER): Words("{program}: Un breve recordatorio. Queremos saber si todo va bien: {link}"),
    ("en", T.OUTCOME): Words("{program}: You told us something was not right. Is it taken care of now? {link}"),
    ("es", T.OUTCOME): Words("{program}: Usted nos dijo que algo no estaba bien. ¿Ya se lo resolvieron? {link}"),
    ("en", T.STOPPED): Words(
        "{program}: You will get no more messages from us. To get them again reply START. To talk to a person call"
        " {phone}."
    ),
    ("es", T.STOPPED): Words(
        "{program}: Ya no le mandaremos mensajes. Para recibirlos de nuevo responda INICIAR. Para hablar con una"
        " persona llame al {phone}."
    ),
    ("en", T.HELP): Words("{program}: To talk to a person call {phone}. In an emergency call {emergency}."),
    ("es", T.HELP): Words(
        "{program}: Para hablar con una persona llame al {phone}. En una emergencia llame al {emergency}."
    ),
}


def built_in(*, template: str, channel: str, language: str) -> Words:
    """Return the built-in words; those in English for a language that has none. Raises KeyError for other templates."""
    words = _SMS if channel == Channel.SMS else _EMAIL
    return words.get((language, T(template))) or words["en", T(template)]


def spoken(language: str) -> str:
    """Return the language in which we can write to somebody who speaks `language`, such as es for es-MX."""
    base = language.lower().partition("-")[0]
    return base if base in FRAMES else "en"
