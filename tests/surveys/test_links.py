"""Links that take no answers: a kind page says why, in the reader's language, and whom to call."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from surveys.models import Invitation
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, invite, is_stored, page, stored


def end(cast: Cast, invitation: Invitation, **fields) -> None:
    with cast.acme.bound():
        Invitation.objects.filter(pk=invitation.pk).update(**fields)


def test_an_unknown_link_is_met_with_kindness(client, cast: Cast):
    response = client.get("/s/nobody-knows-this-link-00/")
    assert response.status_code == 404
    assert "We do not know this link" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_an_unknown_link_is_unknown_by_every_method(client, cast: Cast, method: str):
    assert getattr(client, method)("/s/x/").status_code == 404


def test_an_unknown_link_speaks_the_language_of_the_browser(client, cast: Cast):
    response = client.get("/s/nobody-knows/", headers={"accept-language": "es-MX,es;q=0.9"})
    assert '<html lang="es"' in response.content.decode()
    assert response["Content-Language"] == "es"


@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_a_link_that_is_over_says_so_and_takes_nothing(cast: Cast, field: str):
    invitation = invite(cast.acme, page("one", choice("first")))
    reader = Reader(invitation).open()
    end(cast, invitation, **{field: timezone.now() - timedelta(minutes=1)})
    reader.send({"first": "yes"})
    assert reader.page.status_code == 410
    assert "This link is no longer open" in reader.text
    assert "+1 555 0100" in reader.text
    assert not is_stored(cast.acme, invitation)


def test_an_answered_link_says_so_in_the_language_of_the_answers(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first")))
    Reader(invitation).open("?lang=es").send({"first": "yes"})
    reader = Reader(invitation).open()
    assert reader.page.status_code == 200
    assert '<html lang="es"' in reader.html
    assert "+1 555 0100" in reader.text
    assert "You have already answered" in reader.open("?lang=en").text


def test_a_link_of_a_survey_that_was_never_published_is_not_open(cast: Cast):
    invitation = make_invitation(cast.acme)
    with cast.acme.bound():
        type(cast.acme.surveys["pulse_5"]).objects.filter(key="pulse_5").update(current_number=0)
    assert Reader(invitation).open().page.status_code == 410


def test_posting_a_link_too_often_is_slowed_down_for_that_link_alone(cast: Cast, settings):
    settings.SURVEY_POSTS_PER_MINUTE = 3
    busy = Reader(make_invitation(cast.acme))
    codes = [busy.client.post(busy.url, {}).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]
    refused = busy.client.post(busy.url, {})
    assert refused["Retry-After"] == "60"
    assert "+1 555 0100" in refused.content.decode()
    assert busy.open().page.status_code == 200
    other = Reader(make_invitation(cast.acme, patient=cast.acme.patients[1]))
    assert other.client.post(other.url, {}).status_code == 400


def test_processes_count_the_posts_of_a_busy_link_together(cast: Cast, settings, monkeypatch):
    settings.SURVEY_POSTS_PER_MINUTE = 12
    busy = Reader(make_invitation(cast.acme))
    codes = []
    for _ in range(2):
        monkeypatch.setattr("surveys.pace._counts", {})  # as another process would begin
        codes += [busy.client.post(busy.url, {}).status_code for _ in range(12)]
    assert codes[:12] == [400] * 12
    assert codes[-1] == 429


def test_without_redis_nobody_is_refused_early(cast: Cast, settings):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    busy = Reader(make_invitation(cast.acme))
    assert {busy.client.post(busy.url, {}).status_code for _ in range(20)} == {400}


@pytest.mark.parametrize("error", [OperationalError])
def test_a_database_that_is_down_is_answered_kindly(cast: Cast, monkeypatch, error):
    reader = Reader(make_invitation(cast.acme)).open()
    token = reader.token

    def refuse(*_: object, **__: object) -> None:
        raise error("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr("surveys.views.patient.bound_by", refuse)
        patch.setattr(connection, "close", lambda: None)
        for response in (
            reader.client.get(reader.url),
            reader.client.post(reader.url, {"_form": token}, headers={"accept-language": "es"}),
        ):
            assert response.status_code == 503
            assert response["Retry-After"] == "5"
    assert "Inténtelo" in response.content.decode()
    assert reader.open().page.status_code == 200


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_connection_that_the_server_dropped_is_replaced_unnoticed(cast: Cast):
    invitation = invite(cast.acme, page("one", choice("first")))
    reader = Reader(invitation).open()
    for step in (reader.open, lambda: reader.send({"first": "yes"})):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        end_backend(backend)
        step()
        assert reader.page.status_code == 200
    assert stored(cast.acme, invitation).is_submitted


def end_backend(backend: int) -> None:
    """End one connection from the server's side, as a restart does."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    finally:
        other.close()
