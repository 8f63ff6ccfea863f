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
