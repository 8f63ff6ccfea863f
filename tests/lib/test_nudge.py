"""A nudge never hurts what it follows."""

import socket

import pytest
from django.db import transaction

from cxplatform.lib import nudge
from cxplatform.lib.nudge import breaker


@pytest.fixture
def refused(settings, tmp_path):
    """Point nudges at a broker that is not there, as when it went away under a kept connection."""
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody?virtual_host=0"
    nudge._forget_producer()
    breaker.succeeded()
    yield
    nudge._forget_producer()
    breaker.succeeded()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_broker_that_refuses_is_no_error_of_the_request(refused: None) -> None:
    for _ in range(2):
        with transaction.atomic():
            nudge.nudge("surveys.revision", organization_id="a", response_id="b")
    assert breaker.is_open()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_hook_that_fails_after_the_commit_is_logged_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(nudge, "_send", fail)
    with transaction.atomic():
        nudge.nudge("surveys.revision", organization_id="a", response_id="b")
