"""Many at once on one link: one response, one submitted revision, and a friendly page for everybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from surveys.models import Invitation, Response
from tests.conftest import Cast
from tests.surveys.reading import Reader, choice, invite, kept_words, page, stored, words

THREADS = 8

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def all_at_once(post: Callable[[int, Client], object]) -> list[Any]:
    barrier = Barrier(THREADS)

    def run(number: int) -> object:
        client = Client()
        try:
            barrier.wait(timeout=20)
            return post(number, client)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_submission_of_many_counts_and_all_are_thanked(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first"), words("more")))
    reader = Reader(invitation).open()
    form = {"_form": reader.token, "first": "yes", "more": "Only once"}
    answers = all_at_once(lambda _, client: client.post(reader.url, form, follow=True))
    assert [answer.status_code for answer in answers] == [200] * THREADS
    assert all("Goodbye." in answer.content.decode() for answer in answers)
    with cast.acme.bound():
        assert Response.objects.filter(invitation=invitation).count() == 1
    response = stored(cast.acme, invitation)
    assert response.is_submitted
    assert response.revision == 1
    assert kept_words(cast.acme, invitation) == ["Only once"]


def test_different_answers_at_once_leave_one_whole_set(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first"), words("more")))
    reader = Reader(invitation).open()
    token = reader.token

    def post(number: int, client: Client) -> object:
        code = "yes" if number % 2 else "no"
        return client.post(reader.url, {"_form": token, "first": code, "more": f"{code} {number}"}, follow=True)

    assert {answer.status_code for answer in all_at_once(post)} == {200}
    (text,) = kept_words(cast.acme, invitation)
    assert text.startswith(stored(cast.acme, invitation).answers["first"])


def test_different_pages_at_once_are_all_kept(cast: Cast):
    names = [f"q{number}" for number in range(THREADS)]
    invitation = invite(cast.acme, *(page(name, choice(name)) for name in names), page("end", choice("last")))
    tokens = {name: Reader(invitation).open(f"?page={name}").token for name in names}
    url = url_of(invitation)
    answers = all_at_once(
        lambda number, client: client.post(url, {"_form": tokens[names[number]], names[number]: "yes"})
    )
    assert {answer.status_code for answer in answers} == {303}
    response = stored(cast.acme, invitation)
    assert response.answers == dict.fromkeys(names, "yes")
    assert response.saved_pages == names
    assert not response.is_submitted


def url_of(invitation: Invitation) -> str:
    return f"/s/{invitation.token}/"
