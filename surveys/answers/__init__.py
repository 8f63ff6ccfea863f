"""Answers: which pages and questions are open, and what a posted page says.

Answers are a mapping by question key: an option code (choice, scale), a list of codes (multi), a whole number 0..10
(recommend), or True where words were written (text, contact, and `<key>__other` beside "something else"). The words
themselves never are in the answers.
"""

from surveys.answers.messages import FieldError
from surveys.answers.reading import Reading, merge, read_page, read_survey
from surveys.answers.visibility import (
    askable_questions,
    effective_answers,
    end_notes,
    first_open_page,
    page_title,
    respondent_kind,
    visible_pages,
    visible_questions,
)

__all__ = [
    "FieldError",
    "Reading",
    "askable_questions",
    "effective_answers",
    "end_notes",
    "first_open_page",
    "merge",
    "page_title",
    "read_page",
    "read_survey",
    "respondent_kind",
    "visible_pages",
    "visible_questions",
]
