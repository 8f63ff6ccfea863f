"""The page that says whether anything is lost, and the button that tries again."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from desk.reconciliation import GAPS, reconcile
from desk.tasks import heartbeat
from desk.views.status import GAP_WORDS, LINKS
from messaging.models import Message
from surveys.models import Response
from tenants.models import AuditEntry
from tests.conftest import T0, Cast
from tests.steps import raise_alerts, respond

PAGE = "/o/acme/settings/status/"


def look(client, cast: Cast, who: str = "admin") -> str:
    client.force_login(cast.acme.members[who].user)
    return str(client.get(PAGE).content.decode())


def failed_message(cast: Cast) -> Message:
    raise_alerts(cast.acme, {"prepared": "no"}, now=timezone.now())
    with cast.acme.bound():
        message = Message.objects.select_related("member__user").earliest("pk")
        message.failed("recipient refused [550]", now=timezone.now())
    return message


def test_a_whole_chain_says_so(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"}, now=timezone.now())
    html = look(client, cast)
    assert "Nothing is missing." in html
    assert "None: whatever was sent" in html


def test_a_gap_is_named_with_its_id(client, cast: Cast):
    response = respond(cast.acme, {"prepared": "no"}, now=timezone.now() - timedelta(hours=1))
    html = look(client, cast)
    assert "Something is missing." in html
    assert "Answers that no rule has looked at" in html
    assert str(response.pk) in html


def test_every_gap_and_count_has_words(cast: Cast):
    assert set(GAP_WORDS) == set(GAPS)
    with cast.acme.bound():
        assert {key for _, key in LINKS} == set(reconcile(now=T0).counts)


def test_the_workers_last_sign_of_life_is_shown(client, cast: Cast):
    cache.clear()
    assert "Nothing is known of the workers right now." in look(client, cast)
    heartbeat()
    assert "The workers were last heard of" in look(client, cast)


def test_a_refused_message_is_shown_with_its_reason(client, cast: Cast):
    message = failed_message(cast)
    html = look(client, cast)
    assert "recipient refused [550]" in html
    assert message.member is not None
    assert message.member.user.name in html


def test_an_answer_that_cannot_be_evaluated_is_shown(client, cast: Cast):
    response = respond(cast.acme, {"prepared": "no"}, now=timezone.now())
    with cast.acme.bound():
        response.push_back(error="ValueError", until=timezone.now() + timedelta(minutes=5))
    html = look(client, cast)
    assert "ValueError, failed 1 time" in html


@pytest.mark.parametrize("who", ["admin", "supervisor"])
def test_try_again_makes_the_message_due_and_is_audited(client, cast: Cast, who: str):
    message = failed_message(cast)
    client.force_login(cast.acme.members[who].user)
    response = client.post(reverse("desk:try_again", args=["acme", message.pk]))
    assert response.status_code == 303
    with cast.acme.bound():
        message.refresh_from_db()
        assert message.state == Message.State.QUEUED
        assert message.next_try_at <= timezone.now()
        entry = AuditEntry.objects.get(action="messaging.message.tried_again")
        assert (entry.actor_id, entry.target_id) == (cast.acme.members[who].pk, message.pk)


def test_a_message_that_was_sent_is_not_sent_again(client, cast: Cast):
    message = failed_message(cast)
    with cast.acme.bound():
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT)
    client.force_login(cast.acme.members["admin"].user)
    client.post(reverse("desk:try_again", args=["acme", message.pk]))
    with cast.acme.bound():
        assert Message.objects.get(pk=message.pk).state == Message.State.SENT
        assert not AuditEntry.objects.filter(action="messaging.message.tried_again").exists()


def test_a_message_in_somebodys_hands_is_left_alone(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"}, now=timezone.now())
    with cast.acme.bound():
        message = Message.objects.lease(Message.objects.earliest("pk").pk, now=timezone.now())
        assert message is not None
        held_until = message.next_try_at
    client.force_login(cast.acme.members["admin"].user)
    client.post(reverse("desk:try_again", args=["acme", message.pk]))
    with cast.acme.bound():
        assert Message.objects.get(pk=message.pk).next_try_at == held_until


def test_who_may_not_see_or_push(client, cast: Cast):
    message = failed_message(cast)
    for who in ("agent", "analyst", "north_agent"):
        client.force_login(cast.acme.members[who].user)
        assert client.get(PAGE).status_code == 403
        assert client.post(reverse("desk:try_again", args=["acme", message.pk])).status_code == 403
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(reverse("desk:try_again", args=["rival", message.pk])).status_code == 404


def test_poison_of_the_rival_is_not_shown(client, cast: Cast):
    response = respond(cast.rival, {"prepared": "no"}, now=timezone.now())
    with cast.rival.bound():
        Response.objects.filter(pk=response.pk).update(evaluation_failures=2, evaluation_error="RivalError")
    assert "RivalError" not in look(client, cast)
