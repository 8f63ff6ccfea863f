"""What a patient reads when an answer cannot be kept: plain words that say what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "required": {
        "en": "Please answer this question.",
        "es": "Por favor, responda esta pregunta.",
    },
    "not_an_option": {
        "en": "Please choose one of the answers on this page.",
        "es": "Por favor, elija una de las respuestas de esta página.",
    },
    "one_only": {
        "en": "Please choose only one answer.",
        "es": "Por favor, elija solo una respuesta.",
    },
    "exclusive": {
        "en": "You chose “{option}” together with other answers. Please keep one or the other.",
        "es": "Eligió “{option}” junto con otras respuestas. Por favor, deje solo una de las dos cosas.",
    },
    "too_long": {
        "en": "Your text is too long. Please use {limit} characters or fewer.",
        "es": "Su texto es muy largo. Por favor, use {limit} caracteres o menos.",
    },
    "bad_characters": {
        "en": "Your text has a sign that we cannot save. Please type it again.",
        "es": "Su texto tiene un signo que no podemos guardar. Por favor, escríbalo de nuevo.",
    },
    "not_a_phone": {
        "en": "Please write a phone number with area code, such as 555 010 1234.",
        "es": "Por favor, escriba un número de teléfono con código de área, por ejemplo 555 010 1234.",
    },
    "not_an_email": {
        "en": "Please write an e-mail address, such as name@example.com.",
        "es": "Por favor, escriba un correo electrónico, por ejemplo nombre@example.com.",
    },
    "unknown_field": {
        "en": "Something on this page did not come through. Please check your answers and try again.",
        "es": "Algo de esta página no llegó bien. Por favor, revise sus respuestas e intente otra vez.",
    },
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why one answer was not kept: a code for programs and a sentence for the person."""

    code: str
    message: str


def field_error(code: str, *, language: str, **values: str) -> FieldError:
    """Return the error `code` in `language` (English where we have no words in it), with its values put in."""
    words = MESSAGES[code]
    message = words.get(language) or words.get(language.partition("-")[0]) or words["en"]
    for name, value in values.items():
        message = message.replace(f"{{{name}}}", value)
    return FieldError(code, message)
