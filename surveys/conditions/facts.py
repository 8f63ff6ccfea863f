"""The facts that a condition may use: resolved by the caller before evaluation, never looked up here."""

from collections.abc import Mapping
from types import MappingProxyType

#: Fact name -> (type, description). A yes-or-no fact is described by a clause, any other by a noun phrase,
#: so that both fit into a sentence. A fact that is not known is left out of the mapping given to `holds`.
FACTS: Mapping[str, tuple[type, str]] = MappingProxyType(
    {
        "stage": (str, "the stage of the journey"),
        "partner": (str, "the partner"),
        "respondent_kind": (str, "the kind of respondent"),
        "respondent_known": (bool, "it is known who answers"),
        "earlier_responses": (int, "the number of earlier responses"),
        "shipped": (bool, "the medicine has shipped"),
        "first_fill": (bool, "the first fill has been reached"),
        "started": (bool, "the first dose has been taken"),
        "was_unprepared": (bool, "the patient had said that they were not prepared"),
        "days_to_first_dose": (int, "the number of days until the first dose"),
        "text_screening": (bool, "texts are screened by machine"),
    }
)
