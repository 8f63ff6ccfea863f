"""Our own words around the questions of a patient page."""

from django.utils.translation import gettext_lazy as _

STALE_FORM = _(
    "We could not tell that this page came from your link. Please check your answers and send the page again."
)
LEAVE_EMPTY = _("We could not save this page. Please leave the last box empty and send the page again.")
NAMES = {"en": "English", "es": "Español", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi"})

# Put in for {maker} where the program promises it: by language, then by reader.
MAKER = {
    "en": {
        "patient": "The company that makes your medicine does not see your name.",
        "caregiver": (
            "The company that makes the medicine does not see your name, nor the name of the person you care for."
        ),
        "hcp": "The company that makes the medicine does not see your name.",
    },
    "es": {
        "patient": "La compañía que fabrica su medicamento no ve su nombre.",
        "caregiver": "La compañía que fabrica el medicamento no ve su nombre ni el de la persona que cuida.",
        "hcp": "La compañía que fabrica el medicamento no ve su nombre.",
    },
}


def maker_sentence(*, language: str, respondent: str) -> str:
    """Return the sentence that the maker of the medicine sees no names; "" in a language that has no such words.

    language: a tag such as "es" or "es-MX". respondent: "patient", "caregiver" or "hcp".
    """
    words = MAKER.get(language) or MAKER.get(language.partition("-")[0], {})
    return words.get(respondent, "")


# Said at once, and on every page that follows, to somebody whose words spoke of self-harm or danger.
HELP = {
    "en": {
        "title": "You do not have to face this alone",
        "emergency": "If you or somebody else is in danger now, call {emergency}.",
        "line": "To talk to somebody right away: {line}",
        "next": "We read what you wrote, and a person from your support team is told now. Please do not wait for us.",
    },
    "es": {
        "title": "No tiene que pasar por esto a solas",
        "emergency": "Si usted u otra persona está en peligro ahora, llame al {emergency}.",
        "line": "Para hablar con alguien de inmediato: {line}",
        "next": "Leemos lo que escribió y avisamos ahora a una persona de su equipo. Por favor, no nos espere.",
    },
}


def help_words(*, language: str, emergency: str, line: str) -> dict[str, str]:
    """Return the words of help by place: `title`, `emergency`, `line` ("" where no line is named) and `next`.

    language: a tag such as "es" or "es-MX"; English where we have no words in it.
    """
    words = HELP.get(language) or HELP.get(language.partition("-")[0]) or HELP["en"]
    said = {place: text.format(emergency=emergency, line=line) for place, text in words.items()}
    return {**said, "line": said["line"] if line else ""}
