"""What operators' probes read: works while Redis is gone, and says nothing of any tenant."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from alerts.models import Notice
from cxplatform.lib.cache import breaker
from desk.tasks import heartbeat
from messaging.models import Message
from patients.services import note_touchpoint
from surveys.models import Response
from tests.conftest import Cast
from tests.messaging.post import queue_one
from tests.steps import raise_alerts, respond


@pytest.fixture(params=["refused", "black hole"])
def no_redis(request, settings) -> Iterator[None]:
    """Point broker and cache at a socket that nobody answers on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "black hole":
            listener.listen(8)
        dead = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        settings.CELERY_BROKER_URL = dead
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": dead}}
        breaker.succeeded()
        yield
    caches.close_all()
    breaker.succeeded()


def test_everything_is_fine_after_a_heartbeat(client, cast: Cast):
    heartbeat()
    response = client.get("/statusz")
    assert response.status_code == 200
    said = response.json()
    assert said["ok"] is True
    assert said["broker"] == "up"
    assert said["heartbeat_age_s"] < 10
    kinds = {"revisions", "notices", "messages", "invitations", "crisis_pages", "touchpoints"}
    assert said["lag_s"] == dict.fromkeys(kinds | {"open_answers", "case_texts", "text_messages"}, 0.0)


def test_without_a_heartbeat_it_is_503(client, cast: Cast):
    response = client.get("/statusz")
    assert response.status_code == 503
    assert response.json()["heartbeat_age_s"] is None


def test_it_answers_at_once_while_redis_is_gone(client, cast: Cast, no_redis: None):
    started = time.monotonic()
    response = client.get("/statusz")
    assert time.monotonic() - started < 1
    assert response.status_code == 503
    said = response.json()
    assert (said["database"], said["broker"], said["heartbeat_age_s"]) == ("up", "down", None)
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_the_lag_of_each_kind_of_pending_work_is_told(client, cast: Cast):
    heartbeat()
    now = timezone.now()
    raise_alerts(cast.acme, {"prepared": "no"}, now=now)
    respond(cast.rival, {"prepared": "no"}, now=now - timedelta(seconds=400))
    with cast.acme.bound():
        Message.objects.update(next_try_at=now - timedelta(seconds=200))
        Notice.objects.pending().update(due_at=now - timedelta(seconds=300))
    response = client.get("/statusz")
    assert response.status_code == 503
    lag = response.json()["lag_s"]
    assert 200 <= lag["messages"] < 220
    assert 300 <= lag["notices"] < 320
    assert 400 <= lag["revisions"] < 420


def test_a_little_lag_is_fine(client, cast: Cast):
    heartbeat()
    respond(cast.acme, {"prepared": "no"}, now=timezone.now() - timedelta(seconds=20))
    assert client.get("/statusz").status_code == 200


def test_it_says_nothing_of_any_tenant(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"}, now=timezone.now())
    assert "acme" not in client.get("/statusz").content.decode()


@pytest.mark.parametrize(("waits_s", "status"), [(60, 200), (180, 503)])
def test_mail_that_has_failed_for_minutes_is_said_with_the_reason(client, cast: Cast, waits_s: int, status: int):
    heartbeat()
    message, now = queue_one(cast.acme), timezone.now()
    with cast.acme.bound():
        Message.objects.filter(pk=message.pk).update(
            created_at=now - timedelta(seconds=waits_s),
            next_try_at=now + timedelta(seconds=600),
            attempts=4,
            last_error="SMTPAuthenticationError 535",
        )
    response = client.get("/statusz")
    assert response.status_code == status
    assert response.json()["mail_fault"] == ("SMTPAuthenticationError 535" if status == 503 else "")


def test_a_text_that_no_reviewer_got_is_late_and_503(client, cast: Cast):
    heartbeat()
    respond(cast.acme, {"prepared": "yes", "words": "A long story"}, now=timezone.now() - timedelta(minutes=5))
    with cast.acme.bound():
        Response.objects.update(evaluate_at=None)
    response = client.get("/statusz")
    assert response.json()["lag_s"]["open_answers"] > 120
    assert response.status_code == 503


def test_events_may_wait_while_a_file_is_planned(client, cast: Cast):
    heartbeat()
    earlier = timezone.now() - timedelta(minutes=5)
    with cast.acme.bound():
        note_touchpoint(patient=cast.acme.patients[0], kind="call", occurred_at=earlier, now=earlier)
    response = client.get("/statusz")
    assert response.json()["lag_s"]["touchpoints"] > 120
    assert response.status_code == 200
