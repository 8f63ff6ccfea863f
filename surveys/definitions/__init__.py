"""Survey definitions: one JSON document becomes an immutable object that pages, answers and scores are read by.

`docs/survey-definition.md` describes the document; `surveys/schema/survey-definition-1.json` is its JSON Schema.
"""

from surveys.conditions.checking import Problem
from surveys.definitions.builtin import BUILTIN_KEYS, builtin_document
from surveys.definitions.checking import InvalidDefinition, check, load
from surveys.definitions.document import (
    PILLARS,
    Choice,
    Definition,
    Page,
    Passage,
    Question,
    QuestionType,
    Scale,
)
from surveys.definitions.text import FILLS, RESPONDENTS, Text

__all__ = [
    "BUILTIN_KEYS",
    "FILLS",
    "PILLARS",
    "RESPONDENTS",
    "Choice",
    "Definition",
    "InvalidDefinition",
    "Page",
    "Passage",
    "Problem",
    "Question",
    "QuestionType",
    "Scale",
    "Text",
    "builtin_document",
    "check",
    "load",
]
