"""What a survey page costs: bytes and requests for the patient, statements for the database."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, invite, is_stored, page, words

MOST_BYTES = 20_000
FIVE = ("very_easy", "easy", "neither", "hard", "very_hard")


def fifteen_questions() -> dict[str, Any]:
    return page("one", *(choice(f"q{number}", *FIVE) for number in range(14)), words("more"))


def weigh(reader: Reader, query: str = "") -> int:
    """Open a page as a browser does and return its bytes; nothing else may be loaded."""
    response = reader.open(query, headers={"accept-encoding": "gzip, deflate, br"}).page
    assert response["Content-Encoding"] == "gzip"
    plain = reader.open(query).html
    assert re.findall(r'(?:src|href)="(?!\?|#|tel:|data:,)([^"]*)"', plain) == []
    assert "url(" not in plain
    return len(response.content)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_of_the_built_in_survey_is_light(cast: Cast, language: str):
    reader = Reader(make_invitation(cast.acme, survey="support_experience"))
    for name in ("intro", "start", "suggest", "effort", "people", "words"):
        assert weigh(reader, f"?page={name}&lang={language}") < 6_000


def test_fifteen_questions_on_one_page_are_light(cast: Cast):
    assert weigh(Reader(invite(cast.acme, fifteen_questions()))) < MOST_BYTES


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_whole_survey_takes_ten_statements(cast: Cast):
    invitation = invite(cast.acme, fifteen_questions())
    Reader(invitation).open()  # definitions and pages are kept by the process
    reader = Reader(make_invitation(cast.acme, patient=cast.acme.patients[1], survey="own"))
    answers = {f"q{number}": FIVE[number % 5] for number in range(14)} | {"more": "Fine"}
    with CaptureQueriesContext(connection) as captured:
        reader.open().send(answers, follow=False)
    statements = [query["sql"] for query in captured]
    assert reader.page.status_code == 303
    assert {"BEGIN", "COMMIT"} <= set(statements)
    assert len(statements) <= 10, statements
    assert not is_stored(cast.acme, invitation)
